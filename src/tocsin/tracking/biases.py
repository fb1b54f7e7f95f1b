"""Constant errors of sensors, as the covariance of a track counts them."""

import numpy as np
import numpy.typing as npt

from tocsin.sensing.sensor import Sensor

FloatArray = npt.NDArray[np.float64]


def biases_of(sensor: Sensor) -> FloatArray:
    """Return (3,) one sigma of the constant errors of a sensor, zero where it has none.

    Of a radar range (m), azimuth and elevation (rad along the arc), without its slow errors, which average out (`sway`); of a
    satellite zero, and its pointing (rad) on each of two axes across the line of sight.
    """
    if sensor.position is None:
        return np.array([0.0, sensor.bias_los, sensor.bias_los])
    return np.nan_to_num([sensor.bias_range, sensor.bias_azimuth, sensor.bias_elevation])

"""Constant errors of sensors, as the covariance of a track counts them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tocsin.sensing.sensor import Sensor

FloatArray = npt.NDArray[np.float64]


def bias_table(
    names: Sequence[str], sensors: Mapping[str, Sensor], of_radar: Callable[[Sensor], FloatArray | None]
) -> tuple[FloatArray, FloatArray]:
    """Return (n, 3) verticals of sites and (n, 3) one sigma of constant errors of named sensors, zero where not known.

    Of a satellite the first column is that of its line of sight, rad; of a radar what `of_radar` gives, m and rad.
    """
    ups, biases = np.zeros((len(names), 3)), np.zeros((len(names), 3))
    for k, name in enumerate(names):
        sensor = sensors.get(name)
        if sensor is None:
            continue
        if sensor.position is None:
            biases[k, 0] = sensor.bias_los
            continue
        ups[k] = sensor.rot_enu[2]
        errors = of_radar(sensor)
        if errors is not None:
            biases[k] = errors
    return ups, biases

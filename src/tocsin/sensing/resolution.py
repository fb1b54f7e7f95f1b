"""How far apart two detections of one sensor are, in its resolution cells."""

import numpy as np

from tocsin.core.records.inputs import (
    AZIMUTH,
    ELEVATION,
    LOS_X,
    LOS_Z,
    RANGE,
    SIGMA_AZIMUTH,
    SNR_DB,
    FloatArray,
)
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.signal_kernels import BEST_ACCURACY, WORST_ACCURACY


def directions(values: FloatArray) -> FloatArray:
    """Return (n, 3) unit vectors of reports (n, 15): of the line of sight, or by azimuth and elevation (east, north, up)."""
    if not len(values) or not np.isnan(values[0, LOS_X]):
        return values[:, LOS_X : LOS_Z + 1]
    a, e = values[:, AZIMUTH], values[:, ELEVATION]
    return np.column_stack([np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), np.sin(e)])


def _broadening(sensor: Sensor, values: FloatArray) -> FloatArray:
    """Return (n,) how much wider the beam is than on boresight, as the stated angle error tells."""
    if not sensor.broadens:
        return np.ones(len(values))
    factor = np.clip(10.0 ** ((sensor.reference_snr_db - values[:, SNR_DB]) / 20.0), BEST_ACCURACY, WORST_ACCURACY)
    wide: FloatArray = values[:, SIGMA_AZIMUTH] / (factor * sensor.sigma_azimuth)
    return wide


def apart(sensor: Sensor, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return (n,) the distances of reports `a` (n, 15) and `b` (n, 15) in cells: below 1 they are not resolved.

    The greatest of the differences in range, azimuth and elevation, each over the cell; of lines of sight their angle over
    the pixel. Range rate does not count: few warning radars resolve by it.
    """
    if sensor.kind == "infrared":
        chord = a[:, LOS_X : LOS_Z + 1] - b[:, LOS_X : LOS_Z + 1]
        return np.asarray(np.sqrt(np.sum(chord**2, axis=1)) / sensor.cell[1])
    wide = 0.5 * (_broadening(sensor, a) + _broadening(sensor, b))
    turn = (a[:, AZIMUTH] - b[:, AZIMUTH] + np.pi) % (2.0 * np.pi) - np.pi
    arc = np.abs(turn) * np.cos(0.5 * (a[:, ELEVATION] + b[:, ELEVATION])) / (sensor.cell[1] * wide)
    lift = np.abs(a[:, ELEVATION] - b[:, ELEVATION]) / (sensor.cell[2] * wide)
    return np.asarray(np.maximum(np.abs(a[:, RANGE] - b[:, RANGE]) / sensor.cell[0], np.maximum(arc, lift)))

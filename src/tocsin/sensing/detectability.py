"""Could this look have seen the object, and how likely? What the centre judges silence by."""

import math

import numpy as np

from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.kinds import KINDS
from tocsin.sensing.sensor import Sensor

DEGRADED_DB = 6.0
"""Loss of a sensor that calls itself degraded without saying by how much: a quarter of the signal."""
TYPICAL_INTENSITY_W_SR = 1e5
"""Apparent intensity of a small ballistic missile's plume, for objects of which nothing better is known."""


def effective_noise_db(state: str, noise_db: float) -> float:
    """Return the noise above nominal (dB) of a look from its own words: NaN is 0, or `DEGRADED_DB` when degraded."""
    if math.isnan(noise_db):
        return DEGRADED_DB if state == "degraded" else 0.0
    return noise_db


def detection_probability(
    sensor: Sensor,
    look_mode: str,
    searched: str | None,
    state: str,
    noise_db: float,
    sensor_place: FloatArray | None,
    tai_ns: int,
    positions: FloatArray,
    powered_probability: float | FloatArray,
    rcs_dbsm: float | FloatArray = 0.0,
    intensity_w_sr: float | FloatArray = TYPICAL_INTENSITY_W_SR,
) -> FloatArray:
    """Return (n,) probability that a look detects objects at Earth-fixed positions (n, 3), m, at that instant.

    0 means that it could not have seen them: outside the field, hidden, Sun-blind, sensor blinded or down, or a look
    in `track` mode, which looks only around its own detections. `sensor_place` (3,) or None = from site or orbit.
    `powered_probability`: that the motor burns. It, cross-section (dB m2) and intensity (W/sr): one for all or (n,).
    """
    if look_mode == "track" or state in ("blinded", "down"):
        return np.zeros(positions.shape[0])
    place = sensor.satellite_position(tai_ns) if sensor_place is None else sensor_place
    return KINDS[sensor.kind].probability(
        sensor,
        searched,
        effective_noise_db(state, noise_db),
        place,
        tai_ns,
        np.ascontiguousarray(positions),
        powered_probability,
        rcs_dbsm,
        intensity_w_sr,
    )

"""The Moon in a radar whose echoes fold: a known false source, for where it stands is known (Thule, 5 October 1960).

An echo of the Moon comes 2.5 s after its pulse, so that a radar takes it for one of a later pulse: it shows at the Moon's
range modulo c T / 2, in the Moon's direction, with the Moon's own slow range rate. What differs in any of these is no
Moon: a missile in its direction closes in with kilometres a second, or stands at another range. The echo is as deep as
the Moon's slopes make it: 1 in 7 at metre wavelengths returns it from depths of R / 98, 18 km in the mean, by an
exponential law (Pettengill 1965).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, NS, SPEED_OF_LIGHT_M_S
from tocsin.core.records.inputs import (
    AZIMUTH,
    ELEVATION,
    RANGE,
    RANGE_RATE,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_RANGE,
    SIGMA_RANGE_RATE,
    FloatArray,
    Look,
)
from tocsin.sensing.kinds.radar_kernels import measure_batch
from tocsin.sensing.sensor import Sensor
from tocsin.world.sky import moon_position

RADIUS_M = 1_737_400.0
DISC = 0.27 * DEG
"""Its half angle, at its nearest."""
DEPTH_M = 150_000.0
"""Eight mean depths: all but one echo in 3,000."""
SIGMAS, BIASES = 4.0, 3.0
RATE_SLACK_M_S = 50.0
"""Its libration and the seconds of a look: its range rate is known to this."""
BENDING = 0.6 * DEG
"""By how much air lifts it at the horizon."""


def moon_in(sensor: Sensor, tai_ns: int) -> tuple[float, float, float, float] | None:
    """Return (range m of its near limb, azimuth, elevation rad, range rate m/s) of the Moon; None while it is down."""
    assert sensor.position is not None
    here, later = moon_position(tai_ns), moon_position(tai_ns + 10 * NS)
    state = np.concatenate([here, (later - here) / 10.0])[None, :]
    r, azimuth, elevation, rate = measure_batch(state, sensor.position, sensor.rot_enu)[0].tolist()
    return (r - RADIUS_M, azimuth, elevation, rate) if elevation > -2.0 * DEG else None


def moon_echoes(look: Look, sensor: Sensor, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which of the `chosen` rows (c,) of a radar's look are the Moon's echo; none where echoes do not fold."""
    out = np.zeros(chosen.size, np.bool_)
    if sensor.pulse_interval_s <= 0.0 or sensor.position is None or not chosen.size:
        return out
    moon = moon_in(sensor, look.time)
    if moon is None:
        return out
    for k, row in enumerate(chosen.tolist()):
        out[k] = is_moon(look.values[row], sensor, moon)
    return out


def is_moon(values: FloatArray, sensor: Sensor, moon: tuple[float, float, float, float]) -> bool:
    """Return whether one detection (15,) has the direction, folded range and range rate of the Moon."""
    far, azimuth, elevation, rate = moon

    def slack(column: int, own: float, bias: float) -> float:
        given = float(values[column])
        return SIGMAS * (given if given == given else own) + BIASES * (bias if bias == bias else 0.0)

    up = float(values[ELEVATION]) - elevation
    bent = BENDING if sensor.raw_refraction else 0.0
    tall = DISC + slack(SIGMA_ELEVATION, sensor.sigma_elevation, sensor.bias_elevation)
    if not -tall <= up <= tall + bent:
        return False
    turn = math.remainder(float(values[AZIMUTH]) - azimuth, 2.0 * math.pi) * math.cos(elevation)
    if not abs(turn) <= DISC + slack(SIGMA_AZIMUTH, sensor.sigma_azimuth, sensor.bias_azimuth):
        return False
    measured = float(values[RANGE_RATE])
    if abs(measured - rate) > RATE_SLACK_M_S + slack(SIGMA_RANGE_RATE, sensor.sigma_range_rate, 0.0):
        return False  # a rate that was not measured (NaN) says nothing
    fold = 0.5 * SPEED_OF_LIGHT_M_S * sensor.pulse_interval_s
    near = slack(SIGMA_RANGE, sensor.sigma_range, sensor.bias_range)
    behind = (float(values[RANGE]) - far + near) % fold
    return behind <= DEPTH_M + 2.0 * near

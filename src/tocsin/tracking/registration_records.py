"""What registration holds of the errors of a sensor: how large they may be, a fault, what is found of it."""

from __future__ import annotations

import math
from typing import Literal, Protocol

import msgspec

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.error_kernels import ERRORS

FAULT = {"radar": (1000.0, 0.5 * DEG, 0.5 * DEG, 2.0), "infrared": (1e-3, 1e-3, 1e-9, 2.0)}
"""One sigma of the errors of a faulty sensor: range m, azimuth, elevation rad, clock s; two axes rad, nothing, clock s."""
UNITS = {"radar": (100.0, 1e-3, 1e-3, 0.1), "infrared": (1e-4, 1e-4, 1.0, 0.1)}
PARTS: dict[str, tuple[tuple[int, ...], ...]] = {
    "radar": ((0,), (1,), (2,), (3,), (1, 2), (0, 1, 2, 3)),
    "infrared": ((0, 1), (3,), (0, 1, 3)),
}
"""What is wrong together, for each hypothesis."""
CLOCK_S = 0.02
"""One sigma of a healthy clock: 150 m along an orbit."""
LEAST_RANGE_M, LEAST_NOISE, RAW_M, RAW_ANGLE = 5.0, 0.1, 20.0, 0.02 * DEG
"""Whatever the file states, a constant error may be so large: in metres, as a part of the noise, and what the correction of
refraction leaves where the sensor reports raw."""


class BlockLike(Protocol):
    """What is asked of a block."""

    end: int
    info: FloatArray
    vector: FloatArray
    keys: dict[int, str]


class Fault(msgspec.Struct):
    """What is wrong with a sensor."""

    sensor: int
    onset: int
    """Blocks that end after this (TAI ns) are of the fault."""
    mean: list[float]
    """Errors in SI units, as `registration_kernels` has them."""
    cov: list[list[float]]
    parts: tuple[int, ...]
    odds: float
    """Log likelihood ratio against the errors of a healthy sensor."""
    drifting: bool = False
    moving: int = 0
    well: int = 0
    """Judgements in a row that say so."""
    keys: tuple[str, ...] = ()

    @property
    def sigmas(self) -> list[float]:
        """Return one sigma of each error."""
        return [math.sqrt(max(self.cov[i][i], 0.0)) for i in range(ERRORS)]


class Suspect(msgspec.Struct, frozen=True):
    """A sensor that is not named yet: judgements in a row that would, and its clock (s) about which sightings are linearised."""

    count: int = 0
    clock_s: float = 0.0


class Finding(msgspec.Struct, frozen=True):
    """What has just been found of a sensor; `others`: those that may as well be the wrong one."""

    sensor: str
    kind: Literal["named", "drifting", "steady", "well", "disputed"]
    fault: Fault
    others: tuple[str, ...] = ()


def stated(s: Sensor) -> tuple[float, ...]:
    """Return one sigma of the constant errors that a sensor may have by the network file, SI."""
    if s.kind == "infrared":
        sight = max(s.bias_los, LEAST_NOISE * s.sigma_los)
        return sight, sight, 1e-9, CLOCK_S
    raw_m, raw = (RAW_M, RAW_ANGLE) if s.raw_refraction else (0.0, 0.0)
    sigma_range = s.sigma_range if math.isfinite(s.sigma_range) else LEAST_RANGE_M
    bias_range = s.bias_range if math.isfinite(s.bias_range) else 0.0
    return (
        max(math.hypot(bias_range, s.slow[0], raw_m), LEAST_NOISE * sigma_range, LEAST_RANGE_M),
        max(math.hypot(s.bias_azimuth, s.slow[1]), LEAST_NOISE * s.sigma_azimuth),
        max(math.hypot(s.bias_elevation, s.slow[2], raw), LEAST_NOISE * s.sigma_elevation),
        CLOCK_S,
    )

"""What a parser may do to measurements: wrong units, signs, columns, digits. One line of the table a kind of mistake."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    ELEVATION,
    INTENSITY,
    LOS_X,
    LOS_Y,
    LOS_Z,
    RANGE,
    RANGE_RATE,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_LOS,
    SIGMA_RANGE,
    FloatArray,
    Look,
)

Act = Callable[[Look, np.random.Generator], Look]


@dataclass(frozen=True)
class Garbling:
    """A mistake of a parser of one kind of measurement (`radar`, `infrared`)."""

    kind: str
    act: Act


def _values(change: Callable[[FloatArray, np.random.Generator], None]) -> Act:
    def act(look: Look, rng: np.random.Generator) -> Look:
        values = look.values.copy()
        change(values, rng)
        return msgspec.structs.replace(look, values=values)

    return act


def _times(column: int, factor: float) -> Act:
    def change(v: FloatArray, rng: np.random.Generator) -> None:
        v[:, column] *= factor

    return _values(change)


def _plus(column: int, step: float) -> Act:
    def change(v: FloatArray, rng: np.random.Generator) -> None:
        v[:, column] += step

    return _values(change)


def _wrapped(column: int, width: float) -> Act:
    """A field too narrow for its number."""

    def change(v: FloatArray, rng: np.random.Generator) -> None:
        v[:, column] %= width

    return _values(change)


def _mirrored_azimuth(v: FloatArray, rng: np.random.Generator) -> None:
    v[:, AZIMUTH] = (-v[:, AZIMUTH]) % (2.0 * math.pi)


def _angles_exchanged(v: FloatArray, rng: np.random.Generator) -> None:
    v[:, [AZIMUTH, ELEVATION]] = v[:, [ELEVATION, AZIMUTH]]


def _random_where(v: FloatArray, rng: np.random.Generator) -> None:
    n = len(v)
    v[:, RANGE] = rng.uniform(1e5, 5e6, n)
    v[:, AZIMUTH] = rng.uniform(0.0, 2.0 * math.pi, n)
    v[:, ELEVATION] = rng.uniform(0.0, 0.5 * math.pi, n)
    v[:, RANGE_RATE] = rng.uniform(-8e3, 8e3, n)


def _same_where(v: FloatArray, rng: np.random.Generator) -> None:
    """Every field but the range comes from a fixed text."""
    v[:, AZIMUTH], v[:, ELEVATION] = 1.0, 0.2


def _sigmas(columns: tuple[int, ...], factor: float) -> Act:
    def change(v: FloatArray, rng: np.random.Generator) -> None:
        v[:, columns] *= factor

    return _values(change)


def _bits(columns: tuple[int, ...]) -> Act:
    """One in five rows has a bit of one number turned over."""

    def change(v: FloatArray, rng: np.random.Generator) -> None:
        for row in np.flatnonzero(rng.random(len(v)) < 0.2):
            column = int(rng.choice(np.array(columns)))
            raw = v[row, column : column + 1].view(np.uint64)
            raw ^= np.uint64(1) << np.uint64(rng.integers(0, 63))

    return _values(change)


def _los(matrix: FloatArray) -> Act:
    def change(v: FloatArray, rng: np.random.Generator) -> None:
        old = v[:, LOS_X : LOS_Z + 1].copy()
        for row in range(3):
            v[:, LOS_X + row] = matrix[row, 0] * old[:, 0] + matrix[row, 1] * old[:, 1] + matrix[row, 2] * old[:, 2]

    return _values(change)


def _about_pole(degrees: float) -> FloatArray:
    c, s = math.cos(degrees * DEG), math.sin(degrees * DEG)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _digits(columns: tuple[int, ...], step: float) -> Act:
    """Numbers cut to so many units."""

    def change(v: FloatArray, rng: np.random.Generator) -> None:
        for column in columns:
            v[:, column] = np.floor(v[:, column] / step) * step

    return _values(change)


def _whole_times(seconds: int) -> Act:
    """Times cut to whole seconds or minutes."""

    def act(look: Look, rng: np.random.Generator) -> Look:
        unit = seconds * NS
        times = look.times // unit * unit
        return msgspec.structs.replace(
            look, times=times, time=int(times.max()), start=look.start // unit * unit, end=look.end // unit * unit
        )

    return act


def _repeated(times: int) -> Act:
    """Every detection stands in its look several times, a little beside itself."""

    def act(look: Look, rng: np.random.Generator) -> Look:
        values = np.repeat(look.values, times, axis=0)
        radar = np.isfinite(values[:, RANGE])
        values[radar, RANGE] += rng.uniform(0.0, 50e3, int(np.count_nonzero(radar)))
        n = len(values)
        return msgspec.structs.replace(
            look, values=values, times=np.repeat(look.times, times), numbers=np.arange(n, dtype=np.int64), declared=n,
            hints=tuple(h for h in look.hints for _ in range(times)), rows=np.repeat(look.rows, times),
            places=None if look.places is None else np.repeat(look.places, times, axis=0),
        )  # fmt: skip

    return act


def _counted(factor: int) -> Act:
    def act(look: Look, rng: np.random.Generator) -> Look:
        return msgspec.structs.replace(look, declared=look.declared * factor + 2)

    return act


SHARED_MISTAKES: dict[str, Act] = {
    "times to a second": _whole_times(1),
    "times to a minute": _whole_times(60),
    "detections fivefold": _repeated(5),
    "counts wrong": _counted(200),
}
"""Of the parser that all looks share."""
NEXT = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
RADAR_SIGMAS = (SIGMA_RANGE, SIGMA_AZIMUTH, SIGMA_ELEVATION)
RADAR_MISTAKES: dict[str, Act] = {
    **{f"range times {f:g}": _times(RANGE, f) for f in (0.3048, 0.5, 0.539957, 0.9, 0.99, 1.01, 1.1, 1.609344, 2.0)},
    "range plus 50 km": _plus(RANGE, 50e3),
    "range minus 50 km": _plus(RANGE, -50e3),
    "range of 20 bits": _wrapped(RANGE, 2.0**20),
    "range to 100 km": _digits((RANGE,), 100e3),
    "range rate reversed": _times(RANGE_RATE, -1.0),
    "range rate times 3.6": _times(RANGE_RATE, 3.6),
    "azimuth reversed": _values(_mirrored_azimuth),
    "azimuth plus 90 deg": _plus(AZIMUTH, 90.0 * DEG),
    "azimuth plus 180 deg": _plus(AZIMUTH, 180.0 * DEG),
    "azimuth from magnetic north": _plus(AZIMUTH, 12.0 * DEG),
    "azimuth in degrees as radians": _wrapped(AZIMUTH, 1.0),
    "azimuth of 8 bits": _digits((AZIMUTH,), 2.0 * math.pi / 256.0),
    "elevation reversed": _times(ELEVATION, -1.0),
    "elevation halved": _times(ELEVATION, 0.5),
    "elevation doubled": _times(ELEVATION, 2.0),
    "elevation plus 5 deg": _plus(ELEVATION, 5.0 * DEG),
    "elevation minus 5 deg": _plus(ELEVATION, -5.0 * DEG),
    "azimuth and elevation exchanged": _values(_angles_exchanged),
    "random places": _values(_random_where),
    "one direction": _values(_same_where),
    "radar bits turned over": _bits((RANGE, AZIMUTH, ELEVATION, RANGE_RATE)),
    "radar sigmas a hundredth": _sigmas(RADAR_SIGMAS, 0.01),
    "radar times to a second": SHARED_MISTAKES["times to a second"],
    "radar times to a minute": SHARED_MISTAKES["times to a minute"],
    "radar detections fivefold": SHARED_MISTAKES["detections fivefold"],
    "radar counts wrong": SHARED_MISTAKES["counts wrong"],
}
INFRARED_MISTAKES: dict[str, Act] = {
    "direction reversed": _los(-np.eye(3)),
    "x reversed": _los(np.diag([-1.0, 1.0, 1.0])),
    "y reversed": _los(np.diag([1.0, -1.0, 1.0])),
    "z reversed": _los(np.diag([1.0, 1.0, -1.0])),
    "components moved on": _los(NEXT),
    **{f"turned by {d:g} deg": _los(_about_pole(d)) for d in (-5.0, -1.0, -0.25, 0.25, 1.0, 5.0, 90.0)},
    "direction to 0.01": _digits((LOS_X, LOS_Y, LOS_Z), 0.01),
    "direction to 0.001": _digits((LOS_X, LOS_Y, LOS_Z), 0.001),
    "infrared bits turned over": _bits((LOS_X, LOS_Y, LOS_Z, INTENSITY)),
    "infrared sigmas a hundredth": _sigmas((SIGMA_LOS,), 0.01),
    "intensity a thousandfold": _times(INTENSITY, 1000.0),
    "infrared times to a second": SHARED_MISTAKES["times to a second"],
    "infrared times to a minute": SHARED_MISTAKES["times to a minute"],
    "infrared detections fivefold": SHARED_MISTAKES["detections fivefold"],
    "infrared counts wrong": SHARED_MISTAKES["counts wrong"],
}
GARBLINGS: dict[str, Garbling] = {
    **{name: Garbling("radar", act) for name, act in RADAR_MISTAKES.items()},
    **{name: Garbling("infrared", act) for name, act in INFRARED_MISTAKES.items()},
}
"""Name -> what a parser does wrong."""

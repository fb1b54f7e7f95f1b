"""Residuals of a sensor's detections against tracks, and whose each is; arrays as in `bank_kernels`."""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    M_RANGE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    S_X,
    U_X,
)
from tocsin.tracking.view_kernels import carry_ahead, places_at

SIGHT_M = 3.8e7  # the distance at which the density of an infrared field is stated (`measurements.SIGHT_DISTANCE_M`)


@kernel
def _along(row: np.ndarray, axis: int, v: np.ndarray) -> float:
    """Return the component of v (3,) along an axis of a measurement row."""
    return float(row[axis] * v[0] + row[axis + 1] * v[1] + row[axis + 2] * v[2])


@kernel
def _spread(row: np.ndarray, axis: int, packed: np.ndarray) -> float:
    """Return the variance along an axis of a measurement row, of a place with packed covariance (6,), m^2."""
    x, y, z = row[axis], row[axis + 1], row[axis + 2]
    across = x * y * packed[1] + x * z * packed[3] + y * z * packed[4]
    return float(x * x * packed[0] + y * y * packed[2] + z * z * packed[5] + 2.0 * across)


@kernel
def _compare(
    row: np.ndarray, ahead: float, state: np.ndarray, packed: np.ndarray, factor: float, density: float, off: np.ndarray,
    var: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Fill `off` (3,), m, and `var` (3,) of a detection `ahead` s after a track's state; return squared distance and chance.

    Range (NaN = not measured), arcs of azimuth and elevation; infinite where the track is behind the sensor. The chance is
    how many detections that are nobody's lie as near in one look, of so many 1/m3 (1/m2 at `SIGHT_M` without range).
    """
    d = np.empty(3)
    for i in range(3):
        d[i] = state[i] + state[3 + i] * ahead - row[S_X + i]
    far = math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
    off[0], off[1], off[2] = row[M_RANGE] - far, -_along(row, A_X, d), -_along(row, B_X, d)
    sigmas = (row[M_SIGMA_RANGE], row[M_SIGMA_A] * far, row[M_SIGMA_B] * far)
    axes = (U_X, A_X, B_X)
    total = 0.0
    for i in range(3):
        var[i] = (sigmas[i] * sigmas[i] + _spread(row, axes[i], packed)) / (factor * factor)
        square = off[i] * off[i] / var[i]
        if square == square:
            total += square
    if not math.isfinite(off[1]) or not _along(row, U_X, d) >= 0.0:
        return math.inf, math.inf
    near = factor * math.sqrt(total)
    if off[0] == off[0]:
        return total, density * 4.0 / 3.0 * math.pi * near**3 * math.sqrt(var[0] * var[1] * var[2])
    return total, density * math.pi * near**2 * math.sqrt(var[1] * var[2]) * (SIGHT_M / far) ** 2


@kernel
def residuals(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, slots: np.ndarray, rows: np.ndarray,
    times: np.ndarray, factor: float, density: float, off: np.ndarray, var: np.ndarray, d2: np.ndarray, chance: np.ndarray,
) -> None:  # fmt: skip
    """Fill `off` (k, n, 3), m, `var` (k, n, 3), `d2` and `chance` (k, n) of the detections of a look against tracks.

    Rows (n, 18) with sigmas `factor` times those stated; variances are in what is stated, the place of the track included
    as if its own were too. What is behind a sensor, or has come down, is infinitely far. `chance`: how many detections that
    are nobody's lie as near, where a look has `density` of them (1/m3, 1/m2 at `SIGHT_M` without range).
    """
    state, packed, when = np.empty((1, 6)), np.empty((1, 21)), np.empty(1, np.int64)
    for k in range(slots.shape[0]):
        when[0] = max(times[0], ts[slots[k]])
        carry_ahead(xs, ps, ws, ts, two, slots[k], when, state, packed)
        for i in range(rows.shape[0]):
            d2[k, i] = chance[k, i] = math.inf
            if math.isfinite(state[0, 0]):
                ahead = (times[i] - when[0]) * 1e-9
                d2[k, i], chance[k, i] = _compare(
                    rows[i], ahead, state[0], packed[0], factor, density, off[k, i], var[k, i]
                )


@kernel
def nearest_other(
    xs: np.ndarray, ws: np.ndarray, ts: np.ndarray, slots: np.ndarray, slot: int, row: np.ndarray, time: int, var: np.ndarray
) -> float:  # fmt: skip
    """Return the least squared distance of a detection (18,) at `time` (ns) from any of the tracks `slots` (k,) but `slot`.

    In units of `var` (3,) of range (NaN = not measured) and the arcs of azimuth and elevation; infinite where there is none.
    """
    where, d = np.empty((slots.shape[0], 3)), np.empty(3)
    places_at(xs, ws, ts, slots, time, where)
    least = math.inf
    for k in range(slots.shape[0]):
        if slots[k] == slot:
            continue
        for i in range(3):
            d[i] = where[k, i] - row[S_X + i]
        off = row[M_RANGE] - math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
        total = off * off / var[0] if off == off else 0.0
        for i, axis in ((1, A_X), (2, B_X)):
            total += _along(row, axis, d) ** 2 / var[i]
        least = min(least, total)
    return least


@kernel
def owned(d2: np.ndarray, most: float, alone: float, best: np.ndarray) -> None:
    """Fill `best` (k,) with the detection that is each track's, -1 = none: nearer than `most`, all else `alone` as far."""
    for k in range(d2.shape[0]):
        j = int(np.argmin(d2[k]))
        rival = math.inf
        for i in range(d2.shape[1]):
            if i != j:
                rival = min(rival, d2[k, i])
        for i in range(d2.shape[0]):
            if i != k:
                rival = min(rival, d2[i, j])
        best[k] = j if d2[k, j] < most and rival >= alone * d2[k, j] else -1

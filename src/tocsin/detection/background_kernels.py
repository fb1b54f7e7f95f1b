"""The persistent infrared background of one sensor: spots on the Earth that shine look after look.

Columns of a spot: place (Earth-fixed, m), first and last time (s after the sensor's first look), looks, mean intensity.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel

X, Y, Z, FIRST, LAST, LOOKS, INTENSITY_MEAN = 0, 1, 2, 3, 4, 5, 6
SPOT = 7
RESTART_S = 180.0
GRAZING = 0.1
"""Sine of the elevation below which a line of sight grazes: an error of an arc second is kilometres on the ground."""
CLOUD_M = 15000.0
"""A line that grazes may end on cloud as high as this, or pass over the ground altogether."""
GATE_SIGMAS, GATE_M = 4.0, 300.0


@kernel
def meets(row: np.ndarray, height_m: float) -> tuple[float, float]:
    """Return (distance m, sine of the elevation) at which a line of sight first meets the ellipsoid raised by a height.

    `row` (18,) measurement row; a distance of -1: it passes by.
    """
    major, minor = 6378137.0 + height_m, 6356752.314245 + height_m
    f = major / minor
    ux, uy, uz = row[3], row[4], row[5]
    a = ux * ux + uy * uy + uz * uz * f * f
    b = row[0] * ux + row[1] * uy + row[2] * uz * f * f
    c = row[0] * row[0] + row[1] * row[1] + row[2] * row[2] * f * f - major * major
    disc = b * b - a * c
    if disc <= 0.0:
        return -1.0, 0.0
    t = (-b - math.sqrt(disc)) / a
    x, y, z = row[0] + t * ux, row[1] + t * uy, row[2] + t * uz
    return t, abs(x * ux + y * uy + z * uz) / math.sqrt(x * x + y * y + z * z)


@kernel
def spot_of(row: np.ndarray) -> tuple[float, float, float, bool]:
    """Return the place (Earth-fixed, m) of a spot on the line of sight, and whether there is one.

    On the ground; where the line grazes it or passes over it, at the height of the highest cloud.
    """
    t, sine = meets(row, 0.0)
    if t < 0.0 or sine < GRAZING:
        t, sine = meets(row, CLOUD_M)
    return row[0] + t * row[3], row[1] + t * row[4], row[2] + t * row[5], t >= 0.0


@kernel
def nearest_spot(row: np.ndarray, spots: np.ndarray, count: int) -> int:
    """Return the spot of the first `count` nearest to a line of sight within four sigmas and 300 m of it, -1 for none.

    Across the line, not on the ground: how far along a grazing line a spot stands is hardly known, and says nothing.
    """
    best = -1
    best_m2 = math.inf
    for s in range(count):
        dx, dy, dz = spots[s, X] - row[0], spots[s, Y] - row[1], spots[s, Z] - row[2]
        along = dx * row[3] + dy * row[4] + dz * row[5]
        across2 = dx * dx + dy * dy + dz * dz - along * along
        gate = GATE_SIGMAS * along * row[14] + GATE_M
        if along > 0.0 and across2 < gate * gate and across2 < best_m2:
            best, best_m2 = s, across2
    return best


@kernel
def match_spots(
    rows: np.ndarray, chosen: np.ndarray, intensity: np.ndarray, time_s: float, spots: np.ndarray, count: int,
    min_looks: float, min_age_s: float, brighter: float, suppressed: np.ndarray,
) -> int:  # fmt: skip
    """Return the new number of spots; `suppressed` (c,) gets 1 for detections that are persistent background.

    `rows` (n, 18) measurement rows, `chosen` (c,) which, `intensity` (n,) W/sr or NaN, `spots` (cap, 7). A detection
    much brighter than its spot is never suppressed, nor one whose line misses the Earth and its clouds. A full table
    lets its least recent go.
    """
    for k in range(chosen.shape[0]):
        d = chosen[k]
        suppressed[k] = 0
        x, y, z, on_earth = spot_of(rows[d])
        if not on_earth:
            continue
        best = nearest_spot(rows[d], spots, count)
        bright = intensity[d] if intensity[d] == intensity[d] else 0.0
        if best < 0:
            if count < spots.shape[0]:
                best = count
                count += 1
            else:
                best = 0
                for s in range(count):
                    if spots[s, LAST] < spots[best, LAST]:
                        best = s
            spots[best, X], spots[best, Y], spots[best, Z] = x, y, z
            spots[best, FIRST], spots[best, LAST] = time_s, time_s
            spots[best, LOOKS], spots[best, INTENSITY_MEAN] = 1.0, bright
            continue
        if time_s - spots[best, LAST] > RESTART_S:
            # it was dark for long: what shines here now has to prove anew that it stays (a launch pad is no furnace)
            spots[best, FIRST], spots[best, LAST] = time_s, time_s
            spots[best, LOOKS], spots[best, INTENSITY_MEAN] = 1.0, bright
            continue
        known = spots[best, LOOKS] >= min_looks and time_s - spots[best, FIRST] >= min_age_s
        usual = bright <= brighter * max(spots[best, INTENSITY_MEAN], 1.0) or bright == 0.0
        if known and usual:
            suppressed[k] = 1
        gain = 1.0 / min(spots[best, LOOKS] + 1.0, 50.0)
        if not known or usual:
            spots[best, X] += gain * (x - spots[best, X])
            spots[best, Y] += gain * (y - spots[best, Y])
            spots[best, Z] += gain * (z - spots[best, Z])
            spots[best, INTENSITY_MEAN] += gain * (bright - spots[best, INTENSITY_MEAN])
            spots[best, LOOKS] += 1.0
        spots[best, LAST] = time_s
    return count


@kernel
def forget_spots(spots: np.ndarray, count: int, time_s: float) -> int:
    """Return the number of spots left after those dark for `RESTART_S` are taken out, in place."""
    kept = 0
    for s in range(count):
        if time_s - spots[s, LAST] > RESTART_S:
            continue
        if kept != s:
            for c in range(SPOT):
                spots[kept, c] = spots[s, c]
        kept += 1
    return kept

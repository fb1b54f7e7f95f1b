"""The persistent infrared background of one sensor: spots on the ground that shine look after look.

Columns of a spot: latitude, longitude (rad), first and last time (s after the sensor's first look), looks, mean
intensity.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.world.geodesy_kernels import ecef_to_geodetic

LAT, LON, FIRST, LAST, LOOKS, INTENSITY_MEAN = 0, 1, 2, 3, 4, 5
SPOT = 6
EARTH_M = 6371000.0
RESTART_S = 180.0


@kernel
def ground_spot(row: np.ndarray) -> tuple[float, float, float]:
    """Return latitude, longitude (rad) and the radius (m) that a spot on the line of sight may be off; -1: no ground.

    `row` (18,) measurement row; the radius is four sigmas on the slanted ground and 300 m.
    """
    sx, sy, sz = row[0], row[1], row[2]
    ux, uy, uz = row[3], row[4], row[5]
    f = 6378137.0 / 6356752.314245
    a = ux * ux + uy * uy + uz * uz * f * f
    b = sx * ux + sy * uy + sz * uz * f * f
    c = sx * sx + sy * sy + sz * sz * f * f - 6378137.0**2
    disc = b * b - a * c
    if disc <= 0.0:
        return 0.0, 0.0, -1.0
    t = (-b - math.sqrt(disc)) / a
    x, y, z = sx + t * ux, sy + t * uy, sz + t * uz
    lat, lon, _h = ecef_to_geodetic(x, y, z)
    r = math.sqrt(x * x + y * y + z * z)
    sin_el = max(abs(x * ux + y * uy + z * uz) / r, 0.02)
    return lat, lon, 4.0 * t * row[14] / sin_el + 300.0


@kernel
def nearest_spot(lat: float, lon: float, radius_m: float, spots: np.ndarray, count: int) -> int:
    """Return the nearest of the first `count` spots within `radius_m`, -1 for none."""
    best = -1
    best_m = radius_m
    for s in range(count):
        dlat = (lat - spots[s, LAT]) * EARTH_M
        if abs(dlat) > best_m:
            continue
        dlon = lon - spots[s, LON]
        if dlon > math.pi:
            dlon -= 2.0 * math.pi
        elif dlon < -math.pi:
            dlon += 2.0 * math.pi
        distance = math.hypot(dlat, dlon * math.cos(lat) * EARTH_M)
        if distance < best_m:
            best, best_m = s, distance
    return best


@kernel
def match_spots(
    rows: np.ndarray, chosen: np.ndarray, intensity: np.ndarray, time_s: float, spots: np.ndarray, count: int,
    min_looks: float, min_age_s: float, brighter: float, suppressed: np.ndarray,
) -> int:  # fmt: skip
    """Return the new number of spots; `suppressed` (c,) gets 1 for detections that are persistent background.

    `rows` (n, 18) measurement rows, `chosen` (c,) which, `intensity` (n,) W/sr or NaN, `spots` (cap, 6). A detection
    much brighter than its spot is never suppressed, nor one whose line misses the Earth. A full table lets its least
    recent go.
    """
    for k in range(chosen.shape[0]):
        d = chosen[k]
        suppressed[k] = 0
        lat, lon, radius = ground_spot(rows[d])
        if radius < 0.0:
            continue
        best = nearest_spot(lat, lon, radius, spots, count)
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
            spots[best, LAT], spots[best, LON] = lat, lon
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
            spots[best, LAT] += gain * (lat - spots[best, LAT])
            if abs(lon - spots[best, LON]) < math.pi:
                spots[best, LON] += gain * (lon - spots[best, LON])
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

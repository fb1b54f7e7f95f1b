"""The orbit and the look of US-K (Oko), as far as they are public; for the authority tests only.

Orbit: 600 x 39 700 km, 63 deg, half a sidereal day, nine planes 40 deg apart (Flight International 2001; Oko, encyclopedia
mirror de-academic.com/dic.nsf/dewiki/1044852). Argument of perigee: not stated by these sources (about 318 deg at launch
from memory, unverified), so it is swept. Longitude of the apogee: not public; every longitude is tried.
Look: a marker 150 km over the fields stands against black space (Forden, NOVA, dipsy.pbs.org/.../fals.html).
The fields: Malmstrom 47.5 N 111.2 W, Minot, Grand Forks, Ellsworth, F. E. Warren, Whiteman, those of the 1983 force.
"""

import math

import numpy as np

from tocsin.core.constants import DEG, EARTH_RATE_RAD_S
from tocsin.sensing.visibility_kernels import against_space_batch
from tocsin.world.geodesy import to_ecef

A_M, E, INCLINATION = 26_528e3, 0.737, 63.0 * DEG
PLANES = 9
DAY_H = 2.0 * math.pi / EARTH_RATE_RAD_S / 3600.0
FIELDS = ((47.5, -111.2), (48.4, -101.3), (47.9, -97.3), (44.1, -103.1), (41.1, -104.8), (38.7, -93.5))
MARKER_M = 150e3


def ground_track(argument_deg: float, apogee_longitude_deg: float, n: int) -> np.ndarray:
    """Return (n, 3) Earth-fixed places, m, over one sidereal day (two turns), the first at apogee over the longitude."""
    seconds = np.arange(n) * DAY_H * 3600.0 / n
    anomaly = (np.pi + 2.0 * EARTH_RATE_RAD_S * seconds) % (2.0 * np.pi)
    eccentric = anomaly.copy()
    for _ in range(50):
        eccentric -= (eccentric - E * np.sin(eccentric) - anomaly) / (1.0 - E * np.cos(eccentric))
    x, y = A_M * (np.cos(eccentric) - E), A_M * math.sqrt(1.0 - E * E) * np.sin(eccentric)
    c, s = math.cos(argument_deg * DEG), math.sin(argument_deg * DEG)
    px, py = x * c - y * s, x * s + y * c
    places = np.stack([px, py * math.cos(INCLINATION), py * math.sin(INCLINATION)], axis=1)
    turn = apogee_longitude_deg * DEG - math.atan2(places[0, 1], places[0, 0]) - EARTH_RATE_RAD_S * seconds
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([places[:, 0] * c - places[:, 1] * s, places[:, 0] * s + places[:, 1] * c, places[:, 2]], axis=1)


def fields_against_space(track: np.ndarray, limb_m: float, fields: tuple = FIELDS) -> np.ndarray:
    """Return (n,) bool: markers over all fields stand against space over a height."""
    seen = np.ones(len(track), bool)
    for lat, lon in fields:
        marker = np.broadcast_to(to_ecef(lat * DEG, lon * DEG, MARKER_M), track.shape)
        seen &= against_space_batch(np.ascontiguousarray(marker), track, limb_m)
    return seen


def above_post(track: np.ndarray, elevation_deg: float = 5.0) -> np.ndarray:
    """Return (n,) bool: the satellite stands above an elevation at the control post, Serpukhov-15 (55 N 37 E, to a degree)."""
    post = np.asarray(to_ecef(55.0 * DEG, 37.0 * DEG, 0.0), float)
    up = np.array(
        [math.cos(55.0 * DEG) * math.cos(37.0 * DEG), math.cos(55.0 * DEG) * math.sin(37.0 * DEG), math.sin(55.0 * DEG)]
    )
    ray = track - post
    return ray @ up > math.sin(elevation_deg * DEG) * np.linalg.norm(ray, axis=1)


def runs_h(flags: np.ndarray) -> list[tuple[int, float]]:
    """Return the unbroken runs of True round a day: (first index, hours), the longest first."""
    n, step = len(flags), DAY_H / len(flags)
    if flags.all():
        return [(0, DAY_H)]
    if not flags.any():
        return []
    first = int(np.flatnonzero(~flags)[0])
    turned = np.roll(flags, -first)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], turned.astype(int), [0]])))
    runs = [((int(a) + first) % n, float(b - a) * step) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return sorted(runs, key=lambda r: -r[1])


def working_part(seen: np.ndarray) -> np.ndarray:
    """Return (n,) bool: the longest unbroken view of a day, the slow part about one apogee in which a satellite works."""
    out = np.zeros(len(seen), bool)
    runs = runs_h(seen)
    if runs:
        start, hours = runs[0]
        out[(start + np.arange(round(hours / DAY_H * len(seen)))) % len(seen)] = True
    return out

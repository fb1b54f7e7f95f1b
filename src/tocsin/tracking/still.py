"""What shone for long and never left its place: no rocket is found again elsewhere under its name."""

from __future__ import annotations

import math

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.linear_kernels import factor, solve
from tocsin.tracking.bank import FloatArray, Sight, Track

DARK_S = 30.0
SLOW_M_S, SLOW_M_S2 = 100.0, 5.0
"""The slowest launchers move so fast when they are first seen, above cloud, and gain so much."""
STILL, SURE = 3.0, 4.0
"""Sigma of a line of sight: what has gone less than the first stands; what would have gone more than the second has been watched
for long enough."""


def stood(track: Track, now: int) -> bool:
    """Return whether two satellites or more have watched a light, dark now, for so long that a rocket had left its place."""
    if track.hits != track.infrared_hits or now - track.last_hit < DARK_S * NS:
        return False
    by_sensor: dict[str, list[Sight]] = {}
    for sight in track.sights:
        by_sensor.setdefault(sight[8], []).append(sight)
    watched = [(seen[0], seen[-1]) for seen in by_sensor.values() if len(seen) >= 3]
    if len(watched) < 2:
        return False
    place = _met([first for first, _ in watched])
    return place is not None and all(_still(place, first, last) for first, last in watched)


def _met(sights: list[Sight]) -> FloatArray | None:
    """Return the place (3,), m, that lies nearest to lines of sight, None where they are parallel."""
    normal, right = np.zeros((3, 3)), np.zeros(3)
    for sight in sights:
        across = np.eye(3) - np.outer(sight[4:7], sight[4:7])
        normal += across
        right += (across * np.array(sight[1:4])).sum(axis=1)
    if not factor(normal, 3):
        return None
    solve(normal, 3, right)
    return right


def _still(place: FloatArray, first: Sight, last: Sight) -> bool:
    """Return whether a satellite has last seen a light where it first was, after a time in which a rocket would have gone."""
    seconds = (last[0] - first[0]) / NS
    ways = [place - np.array(sight[1:4]) for sight in (first, last)]
    fars = [math.sqrt(float((way * way).sum())) for way in ways]
    moved = [(np.array(s[4:7]) - way / far).tolist() for s, way, far in zip((first, last), ways, fars, strict=True)]
    sigma = math.sqrt(2.0) * max(first[7], last[7])
    long = SLOW_M_S * seconds + 0.5 * SLOW_M_S2 * seconds * seconds > SURE * sigma * fars[1]
    return long and math.dist(moved[0], moved[1]) < STILL * sigma

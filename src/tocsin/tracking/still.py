"""What shone for long and never left its place: no rocket is found again elsewhere under its name."""

from __future__ import annotations

import math

from tocsin.core.constants import NS
from tocsin.tracking.bank import Sight, Track

DARK_S = 30.0
FAR_M = 3.8e7
"""How far satellites are that see plumes small."""
SLOW_M_S, SLOW_M_S2 = 100.0, 5.0
"""The slowest launchers move so fast when they are first seen, above cloud, and gain so much."""
STILL, SURE = 4.0, 6.0
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
    return len(watched) >= 2 and all(_still(first, last) for first, last in watched)


def _still(first: Sight, last: Sight) -> bool:
    seconds = (last[0] - first[0]) / NS
    sigma = math.sqrt(2.0) * max(first[7], last[7])
    long = SLOW_M_S * seconds + 0.5 * SLOW_M_S2 * seconds * seconds > SURE * sigma * FAR_M
    return long and math.dist(first[4:7], last[4:7]) < STILL * sigma

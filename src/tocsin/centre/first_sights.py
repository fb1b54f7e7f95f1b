"""What the lines of sight of the satellite that saw a plume first tell of its motion, at the distance at which it shone."""

from __future__ import annotations

import math
from itertools import pairwise

from tocsin.core.constants import NS
from tocsin.tracking.bank import Sight, Track

FIRST_S = 21.0
"""Two looks of a satellite that looks every ten seconds."""
GAIN_LOOKS, GAIN_S, GAIN_SPEED_M_S = 5, 90.0, 1000.0
COURSE_S = 150.0
STEADY_LOOKS, STEADY_MOST = 4, 0.35
SMOOTH_LOOKS, SMOOTH_MOST, SMOOTH_SIGMA, FAR_SIGMA = 7, 24, 2.0, 12.0
"""Of so many looks (thinned to so many) a cubic leaves so many sigma at most, and they go so far: a plume that climbs towards the
point below the satellite goes out and back on the sky."""


def first_sights(track: Track) -> list[Sight]:
    """Return the lines of sight of the satellite that saw a track first."""
    name = track.sights[0][8] if track.sights else ""
    return [s for s in track.sights if s[8] == name]


def speed_gain(sights: list[Sight], far: float) -> tuple[float, float]:
    """Return by how much (m/s2, and sigma) the speed across the first satellite's sight grew in its first 90 s of looks.

    NaN with fewer than five looks, or where it hardly moves.
    """
    seen = [s for s in sights if s[0] - sights[0][0] <= GAIN_S * NS]
    pull = across_pull(seen, far)
    if pull is None:
        return math.nan, math.nan
    (px, py, pz), sigma, (wx, wy, wz) = pull
    length = math.hypot(wx, wy, wz)
    if length < GAIN_SPEED_M_S * (seen[-1][0] - seen[0][0]) / NS:
        return math.nan, math.nan
    return (px * wx + py * wy + pz * wz) / length, sigma


def course_pull(sights: list[Sight], far: float) -> tuple[float, float]:
    """Return how much (m/s2, and sigma of an axis) it was accelerated across the first satellite's sight, over 150 s of looks.

    The last ones; NaN with fewer than five.
    """
    pull = across_pull([s for s in sights if sights[-1][0] - s[0] <= COURSE_S * NS], far)
    return (math.nan, math.nan) if pull is None else (math.hypot(*pull[0]), pull[1])


def across_pull(seen: list[Sight], far: float) -> tuple[list[float], float, list[float]] | None:
    """Return the acceleration (m/s2) across a satellite's sight, its sigma, and the way from first to last look (m).

    The second coefficient of a parabola through its places on the sky, at a distance `far` (m). None with fewer than
    five looks.
    """
    if len({s[0] for s in seen}) < GAIN_LOOKS:
        return None
    first = seen[0]
    places = _places(seen, far)
    seconds = [(s[0] - first[0]) / NS for s in seen]
    # orthogonal polynomials over the instants of the looks
    mean = sum(seconds) / len(seconds)
    q1 = [t - mean for t in seconds]
    s1 = sum(q * q for q in q1)
    square = [q * q for q in q1]
    level, slope = sum(square) / len(square), sum(x * q for x, q in zip(square, q1, strict=True)) / s1
    q2 = [x - level - slope * q for x, q in zip(square, q1, strict=True)]
    s2 = sum(q * q for q in q2)
    origin = places[0]
    pull = [
        2.0 * sum(q * (x - start) for q, x in zip(q2, axis, strict=True)) / s2
        for axis, start in zip(zip(*places, strict=True), origin, strict=True)
    ]
    way = [b - a for a, b in zip(origin, places[-1], strict=True)]
    return pull, 2.0 * first[7] * far / math.sqrt(s2), way


def first_speed(sights: list[Sight], far: float) -> tuple[float, float]:
    """Return the speed (m/s, and sigma) across the first satellite's sight when it first saw the track; NaN = not known.

    A straight line through its places on the sky over its first `FIRST_S`, at a distance `far` (m); not known
    where it had seen nothing for longer than that in between.
    """
    if not sights:
        return math.nan, math.nan
    first = sights[0]
    seen = [s for s in sights if s[0] - first[0] <= FIRST_S * NS]
    if len({s[0] for s in seen}) < 2:
        return math.nan, math.nan
    seconds = [(s[0] - first[0]) / NS for s in seen]
    mean = sum(seconds) / len(seconds)
    spread = sum((t - mean) ** 2 for t in seconds)
    places = _places(seen, far)
    slope = [
        sum((t - mean) * x for t, x in zip(seconds, axis, strict=True)) / spread for axis in zip(*places, strict=True)
    ]
    return math.hypot(*slope), first[7] * far / math.sqrt(spread)


def steadiness(seen: list[Sight], far: float) -> float:
    """Return 1 where the first satellite's line of sight moves on smoothly, 0 where it stands or jumps; NaN = too few looks.

    Of four looks spread over the whole time: how much each step differs from the one before it (squares, less what
    noise adds) against twice the steps themselves. An even motion gives 0, a launch that speeds up 0.1, one jump
    between two fires 0.5 to 1, flicker 1 to 2. What turns back evenly is smooth, too (`far`: its distance, m).
    """
    if len(seen) < 4:
        return math.nan
    gaps = sorted(b[0] - a[0] for a, b in pairwise(seen))
    if gaps[-1] > 4 * gaps[(len(gaps) - 1) // 2]:
        return 0.0  # it went dark for many looks and shone again elsewhere
    m = STEADY_LOOKS
    chosen = [seen[(k * (len(seen) - 1)) // (m - 1)][4:7] for k in range(m)]
    noise = float(seen[0][7]) ** 2
    steps = [tuple(q - p for p, q in zip(a, b, strict=True)) for a, b in pairwise(chosen)]
    way = sum(math.hypot(*s) ** 2 for s in steps) - 4.0 * noise * len(steps)
    change = sum(math.dist(a, b) ** 2 for a, b in pairwise(steps)) - 12.0 * noise * (len(steps) - 1)
    even = way > 8.0 * noise * len(steps) and change < 2.0 * STEADY_MOST * way
    return 1.0 if even or turns_smoothly(seen, far) else 0.0


def gone(seen: list[Sight], far: float) -> tuple[float, float]:
    """Return how far (m, and sigma) a satellite has seen a light at a distance `far` (m) go from its first place at most."""
    if not seen:
        return 0.0, math.inf
    return max(math.hypot(*way) for way in _ways(seen, far)), 1.5 * seen[0][7] * far


def _places(seen: list[Sight], far: float) -> list[tuple[float, float, float]]:
    """Return the places on lines of sight at a distance `far` (m)."""
    return [(s[1] + far * s[4], s[2] + far * s[5], s[3] + far * s[6]) for s in seen]


def _ways(seen: list[Sight], far: float) -> list[tuple[float, ...]]:
    """Return how a light at a distance `far` (m) has gone from its first place across each line of sight (m).

    A satellite that moves turns its lines, and comes nearer: neither moves the light.
    """
    places = _places(seen, far)
    ways = []
    for s, place in zip(seen, places, strict=True):
        way = tuple(b - a for a, b in zip(places[0], place, strict=True))
        along = sum(a * b for a, b in zip(way, s[4:7], strict=True))
        ways.append(tuple(a - along * b for a, b in zip(way, s[4:7], strict=True)))
    return ways


def turns_smoothly(seen: list[Sight], far: float) -> bool:
    """Return whether a light at a distance `far` (m) goes far along a cubic in time, out and back: fires take turns in steps."""
    if len(seen) < SMOOTH_LOOKS:
        return False
    stride = -(-len(seen) // SMOOTH_MOST)
    chosen = seen[::stride]
    first, ways, noise = chosen[0], _ways(chosen, far), far * float(seen[0][7])
    if max(math.hypot(*way) for way in ways) < FAR_SIGMA * noise:
        return False
    middle = 0.5 * (chosen[-1][0] - first[0])
    times = [(s[0] - first[0] - middle) / middle for s in chosen]
    basis: list[list[float]] = []
    for power in range(4):
        row = [t**power for t in times]
        for other in basis:
            share = sum(a * b for a, b in zip(row, other, strict=True))
            row = [a - share * b for a, b in zip(row, other, strict=True)]
        length = math.sqrt(sum(a * a for a in row))
        basis.append([a / max(length, 1e-12) for a in row])
    left = 0.0
    for axis in zip(*ways, strict=True):
        shares = [sum(a * b for a, b in zip(axis, row, strict=True)) for row in basis]
        left += sum(a * a for a in axis) - sum(share * share for share in shares)
    # two axes across the line, four terms each
    return left < (SMOOTH_SIGMA * noise) ** 2 * 2.0 * (len(chosen) - 4)

"""How many objects a raid has when not all of them can be told apart: an interval from what sensors resolve and how bright it is.

`docs/theory/raids.md` derives it. What stands alone in its neighbourhood is one object; what stands in a crowd of spots may be
several, as many as its light says. Objects whose plumes have gone out were burning one burn ago: N(t) = burning(t) + N(t - T).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from statistics import median
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS

FloatArray = npt.NDArray[np.float64]

ALONE = 4.0
"""Cells to the nearest other spot, from which on a spot is one object: the neighbourhood is empty up to there, and of an even
density so seldom a second object falls within one cell and none between one and four (1 / (4^2 - 1), in two dimensions)."""
UNLIKELY = 0.025
"""Left out on either side of an interval of 95 %."""
LEAST_ROOM = 0.1
"""Of 2 (r - 1): noise of a twentieth of a cell brings two spots nearer than a cell, and a packed crowd has no upper count."""
FAINT, USUAL = 0.05, 0.25
"""Quantiles of the spots' light that stand for one object: a faint one, and the usual one of a crowd, where many are several."""
REFERENCE = 3
"""So many spots that stand alone give the light of one object; fewer leave it to the quantiles of all."""
FRESH_S = 25.0
"""A satellite's last look counts for so long."""
RISE_S = 60.0
"""What was launched in the last minute may still be in one spot: a climb seen from above does not move until it pitches over and
has flown a pixel. The growth of the minute before stands for it."""
SETTLED_S = 60.0
"""When the last plume has gone out, the count is the mean of so long before."""

BODIES = 2
"""One missile may fly as two bodies, itself and its last stage, and either may have taken over the track of the plume."""


class Number(NamedTuple):
    """A number of objects: at least, best, at most."""

    low: float
    best: float
    high: float


class Lit(NamedTuple):
    """How long plumes of a raid are seen, s: the longest and the usual one."""

    longest_s: float
    usual_s: float


class Burning(msgspec.Struct):
    """What the last look of one satellite said."""

    time: int
    low: float
    best: float
    high: float


class Tally(msgspec.Struct):
    """What has been counted of an event so far."""

    side: int = 0
    """Most objects seen side by side in one look of one sensor: no object gives two detections."""
    apart: int = 0
    """Most missiles that the bodies which radars followed at once were at least."""
    burning: dict[str, Burning] = msgspec.field(default_factory=dict)
    """By satellite."""
    times: list[int] = msgspec.field(default_factory=list)
    totals: list[tuple[float, float, float]] = msgspec.field(default_factory=list)
    """At `times`, how many have burnt so far."""
    faint: float = math.inf
    """Light of the faintest spots so far, W/sr: a crowd may have none of one object alone."""
    said: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The last of them, or the mean of the last when all are out."""
    most: int = 0
    """The largest best number that was ever said: objects come down and tracks are lost, but what was counted was there."""


def spots(tally: Tally, intensity: FloatArray, nearest: FloatArray) -> Number:
    """Return how many objects make spots of an intensity (k,), W/sr, with their nearest neighbour so far off (k,), cells.

    A spot alone in its neighbourhood is one object. Of a crowd there are two witnesses: its gaps and its light. The best is
    their mean; the most is that of the one that says more.
    """
    k = float(len(intensity))
    if not len(intensity):
        return Number(0.0, 0.0, 0.0)
    tally.faint = min(tally.faint, quantile(intensity, FAINT))
    alone = nearest >= ALONE
    crowd, single = intensity[~alone], intensity[alone]
    if not len(crowd):
        # nobody within a cell of anybody in so much room: Jeffreys' prior leaves half an object over the room; and one spot
        # says nothing of how far apart the objects of a raid are
        seldom = len(intensity) > 1 and 0.5 * k / float(2.0 * (nearest - 1.0).sum()) < UNLIKELY
        return Number(k, k, k if seldom else k + 1.0)
    sure, near = float(len(single)), len(crowd)
    gaps, light = by_gaps(nearest[~alone]), by_light(tally, crowd, single)
    # of those that stand alone some may be two: as often as the gaps of all say, those beyond `ALONE` with them
    room = 2.0 * (float(np.maximum(nearest[~alone] - 1.0, 0.0).sum()) + sure * (ALONE - 1.0))
    hidden = sure * (near + 1.96 * math.sqrt(2.0 * near)) / max(room, LEAST_ROOM)
    most = sure + max(gaps.high, light.high) + hidden
    return Number(k, sure + 0.5 * (gaps.best + light.best), max(most, k + 1.0))


def note_bodies(tally: Tally, bodies: int) -> None:
    """Note that radars follow so many likely missiles at once: at least half as many, less what may be broken or false of them.

    By as many as their square root; and no more than satellites have seen burn, where they have.
    """
    least = bodies / BODIES - math.sqrt(bodies)
    most = tally.said[2] if tally.times else least
    tally.apart = max(tally.apart, int(min(least, most)))


def by_gaps(nearest: FloatArray) -> Number:
    """Return how many objects make a crowd of spots (k,) that stand so far (cells, 1 or more) from their nearest neighbour.

    Along a stream the nearest, on either side, stands beyond r with probability exp(-2 h (r - 1)), where h is the mean number of
    objects within a cell, and a spot is 1 + h objects: k over the sum of 2 (r - 1) estimates it. Two spots that are each
    other's nearest are one witness, so that its relative error is that of k / 2 gaps. The best is taken from k - 1 of them,
    which has no bias.
    """
    k = len(nearest)
    room = float(np.maximum(2.0 * (nearest - 1.0), LEAST_ROOM).sum())
    return Number(k, k * (1.0 + (k - 1) / room), k * (1.0 + k / room * (1.0 + 1.96 * math.sqrt(2.0 / k))))


def by_light(tally: Tally, crowd: FloatArray, single: FloatArray) -> Number:
    """Return how many objects shine in a crowd of spots of some intensity (k,), W/sr, where others (m,) are of one object."""
    if len(single) >= REFERENCE:
        one, faint = float(np.median(single)), quantile(single, FAINT)
    else:
        one, faint = quantile(crowd, USUAL), tally.faint
    return Number(len(crowd), float(np.maximum(crowd / one, 1.0).sum()), float(np.maximum(crowd / faint, 1.0).sum()))


def quantile(values: FloatArray, share: float) -> float:
    """Return the quantile of (k,) values, linear between the two nearest of them; NaN where any value is."""
    ranked: list[float] = sorted(values.tolist())
    place = share * (len(ranked) - 1)
    k = int(place)
    low, high = ranked[k], ranked[min(k + 1, len(ranked) - 1)]
    if any(v != v for v in ranked):
        return math.nan
    # from the nearer end, so that it is exact at both
    rest = place - k
    return low + (high - low) * rest if rest < 0.5 else high - (high - low) * (1.0 - rest)


def note_total(tally: Tally, now: int, lit: Lit | None, dark: int) -> Number:
    """Return how many have burnt until now, and keep it while any burns.

    `lit`: how long a plume is seen; `dark`: tracks whose plume has gone out. Of several
    satellites the one that sees least crowding counts for the least, the median for the others: light scatters. What has
    just gone out, and is not known to have, is not forgotten: the number does not fall under its mean of the last minute.
    """
    fresh = [b for _, b in sorted(tally.burning.items()) if now - b.time <= FRESH_S * NS]
    if not fresh:
        return _mean(tally, tally.times[-1]) if tally.times else Number(0.0, 0.0, 0.0)
    low = max(b.low for b in fresh)
    best, high = median(b.best for b in fresh), median(b.high for b in fresh)
    before = Number(0.0, float(dark), float(dark))
    if lit is not None:
        # what burnt one burn ago: of the two times the shorter one says more, and stands in the most
        earlier, later = _at(tally, now - round(lit.longest_s * NS)), _at(tally, now - round(lit.usual_s * NS))
        before = Number(0.0, max(earlier[1], dark), max(earlier[2], later[2], dark))
    best = max(best, low) + before.best
    growth = max(best - _at(tally, now - round(RISE_S * NS))[1], 0.0)
    total = Number(low, best, max(high, low) + before.high)
    if low > 0.0 and (not tally.times or now > tally.times[-1]):
        tally.times.append(now)
        tally.totals.append(total)
    mean = _mean(tally, now)
    return Number(max(total.low, mean.low), max(total.best, mean.best), max(total.high, mean.high) + growth)


def _at(tally: Tally, then: int) -> tuple[float, float, float]:
    """Return what was counted at an instant, as `Number`; nothing before the first count."""
    k = bisect_right(tally.times, then) - 1
    return tally.totals[k] if k >= 0 else (0.0, 0.0, 0.0)


def _mean(tally: Tally, now: int) -> Number:
    """Return the mean of what was counted in the minute before an instant."""
    first = bisect_right(tally.times, now - round(SETTLED_S * NS))
    if first == len(tally.times):
        return Number(0.0, 0.0, 0.0)
    counts = tally.totals[first:]
    return Number(*(math.fsum(column) / len(counts) for column in zip(*counts, strict=True)))


def first_guess(tally: Tally, tracks: int, now: int) -> None:
    """Count the tracks, young and old, about the launch of an event that has just begun: each may be two objects."""
    tally.burning[""] = Burning(now, 1.0, float(max(tracks, 1)), 2.0 * max(tracks, 1))


def lit_seconds(seen: list[float]) -> Lit | None:
    """Return how long plumes of this raid are seen, from those that have gone out for good (s); None where none has.

    A track that was broken saw less than a burn; one that went over to a later missile saw more, and a single one makes the
    longest too long: what burnt out between the two would be counted by neither.
    """
    return Lit(max(seen), median(seen)) if seen else None

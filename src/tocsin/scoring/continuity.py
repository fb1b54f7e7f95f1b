"""Who followed whom, and how steadily: SIAP basics, purity, completeness, switches, timeliness.

Association is an int array (m tracks, T instants): the true object that a track follows at an instant, -1 for none
(false), -2 where the track does not exist.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FALSE, ABSENT = -1, -2


def associate(truth: FloatArray, tracks: FloatArray, gate: float) -> IntArray:
    """Return the association (m, T) of tracks (m, T, d) to the nearest of the objects (n, T, d) within a gate.

    NaN rows = does not exist then. Several tracks may follow one object.
    """
    m, instants = tracks.shape[:2]
    out = np.full((m, instants), ABSENT, np.int64)
    for t in range(instants):
        here = ~np.isnan(truth[:, t]).any(axis=1)
        ids = np.flatnonzero(here)
        for j in range(m):
            if np.isnan(tracks[j, t]).any():
                continue
            out[j, t] = FALSE
            if len(ids):
                d = np.sqrt(((truth[ids, t] - tracks[j, t]) ** 2).sum(axis=1))
                k = int(d.argmin())
                if d[k] <= gate:
                    out[j, t] = ids[k]
    return out


class Siap(NamedTuple):
    """Single integrated air picture attributes over a time span; NaN where nothing is counted."""

    completeness: float
    """Share of object instants that some track follows."""
    ambiguity: float
    """Tracks for a followed object; 1 is best."""
    spuriousness: float
    """Share of track instants that follow nothing."""
    position_accuracy: float
    """Mean distance of following tracks, in the unit of the points."""
    number_change_rate: float
    """Changes of track number for a followed object and instant."""
    longest_segment: float
    """Share of an object's life that its longest single track covers."""


def _ratio(a: float, b: float) -> float:
    return a / b if b else math.nan


def siap(truth: FloatArray, tracks: FloatArray, association: IntArray) -> Siap:
    """Return SIAP attributes of objects (n, T, d) and tracks (m, T, d) for an association (m, T).

    Votruba et al., Single Integrated Air Picture attributes, SIAP SE TF Technical Report 2001-003, as cited by Stone
    Soup's `SIAPMetrics`; the rate of number change counts the least number of tracks that cover an object, less one.
    """
    alive = ~np.isnan(truth).any(axis=2)
    followed = np.zeros_like(alive)
    error = 0.0
    pairs = 0
    for j, t in zip(*np.nonzero(association >= 0), strict=True):
        i = association[j, t]
        followed[i, t] = True
        error += float(np.sqrt(((truth[i, t] - tracks[j, t]) ** 2).sum()))
        pairs += 1
    changes = 0
    longest = 0
    for i in range(len(truth)):
        cover = association == i
        changes += max(_least_cover(cover) - 1, 0)
        longest += max((_longest_run(row) for row in cover), default=0)
    present = int((association != ABSENT).sum())
    return Siap(
        completeness=_ratio(int((followed & alive).sum()), int(alive.sum())),
        ambiguity=_ratio(pairs, int(followed.sum())),
        spuriousness=_ratio(int((association == FALSE).sum()), present),
        position_accuracy=_ratio(error, pairs),
        number_change_rate=_ratio(changes, int(followed.sum())),
        longest_segment=_ratio(longest, int(alive.sum())),
    )


def _runs(row: BoolArray) -> list[tuple[int, int]]:
    """Return the (start, end) of every run of True; end is one past it."""
    edge = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edge[::2], edge[1::2], strict=True)]


def _longest_run(row: BoolArray) -> int:
    return max((b - a for a, b in _runs(row)), default=0)


def _least_cover(cover: BoolArray) -> int:
    """Return the least number of track segments that cover every covered instant: greedy by the farthest end."""
    segments = sorted(segment for row in cover for segment in _runs(row))
    count, reached = 0, -1
    for t in np.flatnonzero(cover.any(axis=0)):
        if t < reached:
            continue
        reached = max(b for a, b in segments if a <= t < b)
        count += 1
    return count


class Following(NamedTuple):
    """How one object was followed."""

    completeness: float
    """Share of its life with a track on it."""
    switches: int
    """Changes of the track that follows it."""
    tracks: tuple[int, ...]
    """Tracks that ever followed it, in the order of first following."""


def following(association: IntArray, alive: BoolArray, i: int) -> Following:
    """Return how object i was followed, for an association (m, T) and its life (T,).

    At each instant the present track is kept while it follows; only then the first other one takes over: a switch.
    """
    current = -1
    switches = 0
    held = 0
    order: list[int] = []
    for t in range(association.shape[1]):
        on = np.flatnonzero(association[:, t] == i)
        order.extend(int(j) for j in on if int(j) not in order)
        if not len(on):
            continue
        held += int(alive[t])
        if current not in on:
            switches += int(current >= 0)
            current = int(on[0])
    return Following(_ratio(held, int(alive.sum())), switches, tuple(order))


def purity(association: IntArray) -> FloatArray:
    """Return (m,) share of each track's instants spent on the object that it followed most; NaN for no instant."""
    out = np.full(len(association), np.nan)
    for j, row in enumerate(association):
        here = row[row != ABSENT]
        if len(here):
            _ids, counts = np.unique(here[here >= 0], return_counts=True)
            out[j] = counts.max() / len(here) if len(counts) else 0.0
    return out


class Timeliness(NamedTuple):
    """When something was known, s: after the start, and before the end."""

    after_start_s: float
    before_end_s: float


def timeliness(known_s: Sequence[float], start_s: float, end_s: float) -> Timeliness:
    """Return the first instant of `known_s` as time since the start and left to the end; NaN if it was never known."""
    first = min((t for t in known_s if not math.isnan(t)), default=math.nan)
    return Timeliness(first - start_s, end_s - first)

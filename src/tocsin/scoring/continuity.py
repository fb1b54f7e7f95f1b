"""Who followed whom, and how steadily: SIAP basics, purity, completeness, switches, timeliness.

Association is an int array (m tracks, T instants): the true object that a track follows at an instant, -1 for none
(false), -2 where the track does not exist.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.spatial import KDTree

from tocsin.core.constants import NS
from tocsin.scoring.sets import BoolArray, FloatArray, IntArray, existing

FALSE, ABSENT = -1, -2


def associate(truth: FloatArray, tracks: FloatArray, gate: float) -> IntArray:
    """Return the association (m, T) of tracks (m, T, d) to the nearest of the objects (n, T, d) within a gate.

    NaN rows = does not exist then. Several tracks may follow one object.
    """
    exists, alive = existing(tracks), existing(truth)
    out = np.where(exists, FALSE, ABSENT).astype(np.int64)
    for t in np.flatnonzero(exists.any(axis=0) & alive.any(axis=0)).tolist():
        ids, js = np.flatnonzero(alive[:, t]), np.flatnonzero(exists[:, t])
        d, near = KDTree(truth[ids, t]).query(tracks[js, t])
        out[js, t] = np.where(d <= gate, ids[near], FALSE)
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
    """Mean distance of following tracks, in the unit of the places."""
    velocity_accuracy: float
    """Mean difference of velocity of following tracks, in the unit of the velocities."""
    number_change_rate: float
    """Changes of track number a second of the time that objects are tracked."""
    longest_segment: float
    """Share of an object's life that its longest single track covers."""


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b else math.nan


def siap(truth: FloatArray, tracks: FloatArray, association: IntArray, times: FloatArray) -> Siap:
    """Return SIAP attributes for an association (m, T) of tracks (m, T, 2 d) to objects (n, T, 2 d) at times (T,), s.

    States are place and velocity, d components each. Votruba et al., Single Integrated Air Picture (SIAP) metrics
    implementation, 2001, sec. 3, as Stone Soup's `SIAPMetrics` reads it; the number of changes is the least number of
    tracks that cover the instants at which an object is followed, less one.
    """
    alive = existing(truth)
    j, t = np.nonzero(association >= 0)
    i = association[j, t]
    d = truth.shape[2] // 2
    off = truth[i, t] - tracks[j, t]
    followed = np.zeros_like(alive)
    followed[i, t] = True
    changes, tracked, longest = 0, 0.0, 0.0
    for segments in segments_of(association, len(truth)):
        changes += max(_least_cover(segments) - 1, 0)
        tracked += _covered(segments, times)
        longest += max((times[s.end] - times[s.start] for s in segments), default=0.0)
    lives = [times[row.nonzero()[0][[0, -1]]] for row in alive if row.any()]
    present = int((association != ABSENT).sum())
    return Siap(
        completeness=_ratio(int((followed & alive).sum()), int(alive.sum())),
        ambiguity=_ratio(len(j), int(followed.sum())),
        spuriousness=_ratio(present - len(j), present),
        position_accuracy=_ratio(float(np.sqrt((off[:, :d] ** 2).sum(axis=1)).sum()), len(j)),
        velocity_accuracy=_ratio(float(np.sqrt((off[:, d:] ** 2).sum(axis=1)).sum()), len(j)),
        number_change_rate=_ratio(changes, tracked),
        longest_segment=_ratio(longest, float(sum(end - start for start, end in lives))),
    )


class Segment(NamedTuple):
    """A stretch of instants at which one track follows one object; both ends belong to it."""

    start: int
    end: int
    track: int


def segments_of(association: IntArray, objects: int) -> list[list[Segment]]:
    """Return the segments of each of the objects, by start and then track, for an association (m, T)."""
    out: list[list[Segment]] = [[] for _ in range(objects)]
    padded = np.pad(association, ((0, 0), (1, 1)), constant_values=ABSENT)
    starts = np.argwhere((padded[:, 1:-1] >= 0) & (padded[:, 1:-1] != padded[:, :-2]))
    ends = np.argwhere((padded[:, 1:-1] >= 0) & (padded[:, 1:-1] != padded[:, 2:]))
    for (j, start), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True):
        out[int(association[j, start])].append(Segment(start, end, j))
    return [sorted(segments, key=lambda s: (s.start, s.track)) for segments in out]


def _least_cover(segments: list[Segment]) -> int:
    """Return the least number of segments (by start) that cover every covered instant: greedy by the farthest end."""
    count, reached, k = 0, -1, 0
    while k < len(segments):
        first = max(reached + 1, segments[k].start)
        best = reached
        while k < len(segments) and segments[k].start <= first:
            best = max(best, segments[k].end)
            k += 1
        if best > reached:
            count, reached = count + 1, best
    return count


def _covered(segments: list[Segment], times: FloatArray) -> float:
    """Return the time that segments (by start) cover together, s: from instant to instant of one track."""
    total, reached = 0.0, 0
    for s in segments:
        if s.end > reached:
            total += float(times[s.end] - times[max(s.start, reached)])
            reached = s.end
    return total


class Following(NamedTuple):
    """How one object was followed."""

    completeness: float
    """Share of its life with a track on it."""
    switches: int
    """Changes of the track that follows it."""
    tracks: tuple[int, ...]
    """Tracks that ever followed it, in the order of first following."""


def followings(association: IntArray, alive: BoolArray) -> list[Following]:
    """Return how each object was followed, for an association (m, T) and the objects' lives (n, T).

    At each instant the present track is kept while it follows; only then the first other one takes over: a switch.
    """
    return [
        _following(segments, life) for segments, life in zip(segments_of(association, len(alive)), alive, strict=True)
    ]


def _following(segments: list[Segment], life: BoolArray) -> Following:
    held = np.zeros_like(life)
    for s in segments:
        held[s.start : s.end + 1] = True
    current, switches, reached = -1, 0, -1
    for t in np.flatnonzero(held).tolist():
        if t <= reached:
            continue
        # the track that was held until now has ended: it, or the one with the lowest number, follows next
        on = [s for s in segments if s.start <= t <= s.end]
        lead = next((s for s in on if s.track == current), min(on, key=lambda s: s.track))
        switches += int(0 <= current != lead.track)
        current, reached = lead.track, lead.end
    order = dict.fromkeys(s.track for s in segments)
    return Following(_ratio(int((held & life).sum()), int(life.sum())), switches, tuple(order))


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
    """When something was known, s."""

    after_start_s: float | None
    """After the start; None if it never was."""
    time_left_s: float | None
    """Before the end; None if it never was known or there is no end."""


def timeliness(known: Sequence[int], start: int, end: int | None) -> Timeliness:
    """Return the first of the instants `known` as time since the start and left to the end; all in ns."""
    if not known:
        return Timeliness(None, None)
    first = min(known)
    return Timeliness((first - start) / NS, None if end is None else (end - first) / NS)

"""Plumes that rise beside one another: how one is begun, what it may take, and when it has been shown to be of several.

Tracks of satellites alone know lines of sight. Where another plume burns within some hundred kilometres the next light may be
that one's, above all when the own has gone out or lies in one pixel with another: a track that has once gone over to a neighbour
is as wide as its errors, takes the next one too, and never comes right.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from tocsin.tracking.bank import BoolArray, FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.filter_kernels import FREE, MODELS
from tocsin.tracking.look_result import LookResult
from tocsin.tracking.notes import LookNotes
from tocsin.tracking.record_kernels import LIT_NS

BESIDE_M = 100e3
"""Launches of a raid are so near to each other."""
RISE_M_S, RISE_SIGMA, ACROSS_SIGMA = 400.0, 400.0, 600.0
"""Velocity, up and one sigma up and on each axis across, of what has come out of the clouds since the last look: in twelve
raids of ten, nine in ten were at 2 to 11 km, climbed with 150 to 590 m/s and moved across with 60 to 520."""
MIXED, MEMORY, MIXED_HITS = 2.5, 0.25, 4
"""Squared innovation per component, mean of the last few, which the track of one plume hardly ever reaches, from so many
detections on: of one plume 0.7 is the median and 1.5 nine in ten; of several 3.6 is the median."""
NEIGHBOURS = 14.0
"""Squared distance of a line of sight (two components) that one in a thousand of a track's own exceeds."""
MIXED_REASON = "made of the plumes of several objects"


def beside_others(bank: TrackBank, slots: IntArray, now: int) -> BoolArray:
    """Return which tracks (k,), seen by satellites, have another plume beside them that may burn at `now` (TAI ns)."""
    out: BoolArray = np.zeros(slots.size, np.bool_)
    alive, last = bank.slots(), bank.columns["last_infrared"]
    lit = alive[(last[alive] > 0) & (last[alive] > now - LIT_NS)]
    if lit.size < 2 or not slots.size:
        return out
    off, _ = cKDTree(bank.xs[lit, FREE, :3]).query(bank.xs[slots, FREE, :3], k=2, distance_upper_bound=BESIDE_M)
    # of those that are lit themselves the nearest is none other
    out[:] = np.where(np.isin(slots, lit), off[:, 1], off[:, 0]) < BESIDE_M
    return out


def begin_climb(bank: TrackBank, slots: IntArray, now: int) -> None:
    """Give the new tracks `slots` (k,) of a satellite that rise beside others the velocity of what has just left the clouds.

    Satellites look there: had it been higher, it would have been seen in the look before.
    """
    for slot in slots[beside_others(bank, slots, now)].tolist():
        place: FloatArray = bank.xs[slot, FREE, :3]
        up = place / np.sqrt((place * place).sum())
        along = up[:, None] * up[None, :]
        for model in range(MODELS):
            bank.xs[slot, model, 3:6] = RISE_M_S * up
            bank.ps[slot, model, 3:6, 3:6] = RISE_SIGMA**2 * along + ACROSS_SIGMA**2 * (np.eye(3) - along)


def of_neighbours(bank: TrackBank, slots: IntArray, d2: FloatArray, now: int) -> BoolArray:
    """Return which pairs of tracks `slots` (n,) and lines of sight at squared distances `d2` (n,) are of two plumes.

    So far off only one in a thousand is of the track's own object: beside others it is another's, or that of a new one.
    """
    out: BoolArray = np.zeros(slots.size, np.bool_)
    far = (d2 > NEIGHBOURS).nonzero()[0]
    out[far] = beside_others(bank, slots[far], now)
    return out


def end_mixed(bank: TrackBank, notes: LookNotes, left: IntArray, result: LookResult) -> IntArray:
    """End the tracks of satellites that a look has shown to be of several plumes; return what is left for new tracks.

    These are the detections `left` (c,), and those which the tracks have just taken: they are of other objects.
    """
    freed: list[int] = []
    for slots, which, d2 in result.hits:
        taken = np.array(slots, np.int64)
        beside = beside_others(bank, taken, notes.look.time).tolist()
        for slot, row, off, crowd in zip(slots, which, d2, beside, strict=True):
            track = bank.tracks[slot]
            if not _shows_several(track, off) or not crowd:
                continue
            if slot in result.confirmed:
                result.confirmed.remove(slot)
                track.confirmed = False
            result.dropped.append((track, MIXED_REASON))
            bank.remove(slot)
            freed.append(row)
    return np.sort(np.concatenate([left, np.array(freed, np.int64)])) if freed else left


def _shows_several(track: Track, d2: float) -> bool:
    """Return whether a plume's track contradicts itself, with a line of sight at the squared distance `d2` taken in."""
    if track.hits > track.infrared_hits:
        return False
    track.misfit += MEMORY * (d2 / 2.0 - track.misfit)
    return bool(track.hits >= MIXED_HITS and track.misfit > MIXED)

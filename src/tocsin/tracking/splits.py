"""Tracks of one detection that several detections of a look may continue: each way is followed until a third detection tells.

In a raid the detection nearest to where a track of one detection may be is another object's as often as not: nothing is known
of its velocity. So the track is split, one copy for each of the likeliest continuations (track-oriented multiple hypotheses:
Blackman, IEEE AES Magazine 19(1), 2004). A third detection has to lie where the first two lead, within the errors of three
measurements; the copy that it continues has shown whose its detections are, and the other tracks made of them end.
"""

from __future__ import annotations

import numpy as np

from tocsin.tracking.bank import MAX_TRACKS, BoolArray, FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.look_result import LookResult
from tocsin.tracking.measurement_kernels import others_in_room

FOLLOWED = 2
"""So many of the likeliest detections continue a track of one: in a raid of 1,000 objects the right one is among them in 87 %
(in 54 % it is the likeliest)."""
TELLS = 0.05
"""Other detections in the room that two leave for a third, at most: beyond, it would tell nothing."""
TOLD_HITS = 3
"""With so many detections a track has shown that they are of one object."""
OTHERS = "its detections are another track's"


def open_pairs(
    bank: TrackBank, slots: IntArray, which: IntArray, likely: FloatArray, near: BoolArray,
    rows: FloatArray, log_density: FloatArray, best: IntArray,
) -> tuple[IntArray, BoolArray]:  # fmt: skip
    """Return the pairs, of tracks `slots` (n,) and detections `which` (n,), that are followed beside those chosen, `best` (c,).

    And which detections of chosen pairs (c,) are contested: they may as well be the first of an object. `likely` (n,) log
    likelihoods, `near` (n,) the pairs that count, `log_density` (n,) of detections (1/m3) around each.
    """
    none = best[:0], np.zeros(best.size, np.bool_)
    records = bank.records[slots]
    once = (records["hits"] == 1) & (records["infrared_hits"] == 0) & (records["stem"] == 0)
    pairs = (near & once).nonzero()[0]
    if not pairs.size:
        return none
    others = np.empty(pairs.size)
    others_in_room(rows, which[pairs], log_density[pairs], others)
    pairs = pairs[others < TELLS]
    pairs = pairs[np.lexsort((-likely[pairs], slots[pairs]))]
    rank = np.arange(pairs.size) - np.searchsorted(slots[pairs], slots[pairs])
    beside = rank < FOLLOWED
    chosen = np.zeros(slots.size, np.bool_)
    chosen[best] = True
    pairs = pairs[beside & ~chosen[pairs]]
    if not pairs.size or len(bank.tracks) + pairs.size > MAX_TRACKS:
        return none
    by_track, by_detection = np.zeros(bank.ts.size, np.bool_), np.zeros(len(rows), np.bool_)
    by_track[slots[pairs]], by_detection[which[pairs]] = True, True
    return pairs, once[best] & (by_track[slots[best]] | by_detection[which[best]])


def told(bank: TrackBank, seen: IntArray) -> list[Track]:
    """Return the tracks that end because `seen` (k,) slots, with their third detection, have shown whose theirs are."""
    records = bank.records
    shown = seen[(records["hits"][seen] == TOLD_HITS) & (records["stem"][seen] == 0) & (records["branch"][seen] == 0)]
    if not shown.size:
        return []
    slots = bank.slots()
    r = records[slots]
    young = slots[(r["confirmed"] == 0) & (r["hits"] <= TOLD_HITS) & (r["infrared_hits"] == 0) & (r["stem"] == 0)]
    young = young[~np.isin(young, shown)]
    ended: list[Track] = []
    taken = set[tuple[int, int]]()
    for s in shown[np.argsort(-records["score"][shown], kind="stable")].tolist():
        mine = {tuple(k) for k in bank.firsts[s, :TOLD_HITS].tolist()}
        if mine & taken:
            ended.append(bank.tracks[s])
        else:
            taken |= mine
    names = np.array([look << 24 | (number & 0xFFFFFF) for look, number in taken], np.int64)
    keys = bank.firsts[young, :TOLD_HITS]
    count = np.minimum(records["first_count"][young], TOLD_HITS)
    shared = np.isin(keys[:, :, 0] << 24 | (keys[:, :, 1] & 0xFFFFFF), names) & (np.arange(TOLD_HITS) < count[:, None])
    return ended + [bank.tracks[s] for s in young[shared.any(axis=1)].tolist()]


def end_told(bank: TrackBank, seen: IntArray, result: LookResult) -> None:
    """End the tracks that `told` names after a look."""
    for track in told(bank, seen):
        if track.slot in result.confirmed:
            result.confirmed.remove(track.slot)
            track.confirmed = False
        result.dropped.append((track, OTHERS))
        bank.remove(track.slot)

"""What a radar that follows an object reports while it has lost it, and how a track lives through that.

A dish that loses its object goes on reporting: angles and range run off, by seconds or by a minute, until it finds the object
again where its orbit has taken it. So the track coasts, and such detections grow a *branch* of it: a tentative track of their
own that tells nothing. Three ends:

- the radar is back where the track is expected: it had slipped, and the track has its state still;
- the branch has fitted itself for long enough while nobody saw the track: the track was wrong (it began on a slip): it takes over
  the state of the branch and keeps its name;
- the same radar sees both in one look, or leaves the track for the branch again and again, or another sensor sees the branch:
  there are two objects, and the branch becomes a track.
"""

from __future__ import annotations

import numpy as np

from tocsin.sensing.sensors import Sensor
from tocsin.tracking.bank import FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.bank_kernels import advance_tracks
from tocsin.tracking.births import CONFIRM_HITS, CONFIRM_SCORE, start_track
from tocsin.tracking.filter_kernels import ROBUST
from tocsin.tracking.gate_kernels import gate_pairs
from tocsin.tracking.notes import LookNotes

GATE = 30.0
"""Squared Mahalanobis gate: 1e-5 of true detections with four components fall outside."""
TAKE_OVER_RUN, TAKE_OVER_FIT, TAKE_OVER_LATEST = 8, ROBUST / 4, 24
"""Detections of a branch in a row, with nothing of its stem between, that prove the stem wrong, and the most that they may be off
from free flight (mean squared normalised innovation per component): no component of the four may be an outlier always. What runs
off is worse, and leaves the gate of its own branch within a dozen: 24 prove it too, where the stated errors are too small."""
BURSTS_OF_TWO, BURSTS_HINTED = 3, 10
"""A radar that has left the track so often for the same branch, and was back between, follows two objects; the second figure
holds where its own track number says that it is one."""


def numbered(bank: TrackBank, number: int) -> Track | None:
    """Return the track of that number, None where it is gone."""
    return next((t for t in bank.tracks.values() if t.number == number), None)


def branch_off(bank: TrackBank, track: Track, notes: LookNotes, row: int) -> Track | None:
    """Return the new branch of `track` from a detection; it replaces an older one. None where none can start."""
    branch = start_track(bank, notes, row)
    if branch is None:
        return None
    old = numbered(bank, track.branch) if track.branch else None
    if old is not None:
        bank.remove(old.slot)
    track.branch, branch.stem = branch.number, track.number
    branch.run = branch.bursts = 1
    return branch


def hold(bank: TrackBank, track: Track, notes: LookNotes, row: int) -> None:
    """Write a detection into the record of `track` by continuity alone; its state coasts."""
    track.trouble += 0.1 * (1.0 - track.trouble)
    track.hits += 1
    track.misses = 0
    notes.write_one(track, row)
    slot = np.array([track.slot], np.int64)
    advance_tracks(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, slot, int(notes.look.times[row]))


def back_on(bank: TrackBank, track: Track, sensor: Sensor, m: FloatArray, time: int) -> None:
    """Note in the branch of `track` that the track has been seen where it was expected, by measurement `m` (18,)."""
    branch = numbered(bank, track.branch)
    if branch is None:
        track.branch = 0
    elif sensor.id not in branch.sensors or not fits(bank, branch, m, time):
        # at the edge of the gate the same stream fits now the one, now the other: that says nothing
        branch.run, branch.misfit = 0, 0.0
        branch.left = branch.left or sensor.id in branch.sensors


def fits(bank: TrackBank, track: Track, m: FloatArray, time: int) -> bool:
    """Return whether a measurement (18,) is within the gate of a track."""
    slot, one = np.array([track.slot], np.int64), np.zeros(1, np.int64)
    rows, times = np.ascontiguousarray(m[None, :]), np.array([time], np.int64)
    ps, pr, ll, d2 = np.empty(1, np.int64), np.empty(1, np.int64), np.empty(1), np.empty(1)
    count = gate_pairs(
        bank.xs, bank.ps, bank.ws, bank.ts, bank.two, bank.ahead_x, bank.ahead_p, bank.ahead_t, slot, rows, times, one, 1.0,
        GATE, ps, pr, ll, d2,
    )  # fmt: skip
    return bool(count > 0)


def grown(bank: TrackBank, branch: Track, sensor: Sensor, seen: list[int]) -> Track | None:
    """Return the stem that a detection of `branch` is held to; None where the branch has become a track of its own."""
    stem = numbered(bank, branch.stem)
    branch.bursts += branch.left
    branch.left = False
    branch.run += 1
    last = branch.last_of(sensor.id)
    most = BURSTS_HINTED if last is not None and last["hinted"] else BURSTS_OF_TWO
    two = branch.bursts >= most or sensor.id not in branch.sensors
    if stem is not None and stem.slot not in seen and not two:
        return stem
    if stem is not None:
        stem.branch = 0
    branch.stem = 0
    branch.first_count = 0  # what was held to the stem was told of it
    return None


def take_over(bank: TrackBank, seen: IntArray) -> list[int]:
    """Give tracks among `seen` (slots) the state of a branch that has proved them wrong; return those confirmed by it."""
    confirmed: list[int] = []
    for slot in seen[bank.columns["branch"][seen] != 0].tolist():
        track = bank.tracks[slot]
        branch = numbered(bank, track.branch) if track.branch else None
        if branch is None or branch.run < (TAKE_OVER_RUN if track.confirmed else CONFIRM_HITS):
            continue
        if track.confirmed and branch.misfit > TAKE_OVER_FIT and branch.run < TAKE_OVER_LATEST:
            continue
        bank.take_state(slot, branch.slot)
        track.nis, track.branch = branch.nis, 0
        track.score = max(track.score, branch.score)
        track.score_top = max(track.score_top, track.score)
        bank.remove(branch.slot)
        if not track.confirmed and track.score >= CONFIRM_SCORE:
            track.confirmed = True
            confirmed.append(slot)
    return confirmed

"""Our tracker on the workload, as the centre runs it: its history and the causes of every update are kept and timed."""

import gc
import hashlib
import time
from typing import NamedTuple

import numpy as np

from tocsin.centre.history import History
from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray, IntArray, Look
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.tracker import Tracker

from .workload import START, Workload

Hits = list[tuple[list[int], list[int], list[float]]]
"""Slots, rows and squared distances of the detections of a look that tracks took in."""
TIDY_S = 5
"""The centre looks after its tracks this often."""


class Run(NamedTuple):
    """What came out of one workload."""

    seconds: FloatArray
    """(F,) processor time of each scan."""
    history_s: float
    """Of that, for the rows of the history."""
    tracks: list[tuple[IntArray, FloatArray]]
    """Numbers and states (m, 6) of the confirmed tracks after each scan, at its time."""
    digest: str
    kept: tuple[History, list[tuple[Look, Hits]]] | None
    """The rows of every track, and the causes: which detection of which look went to which track."""


def nothing_known(_look: Look, _sensor: Sensor, chosen: IntArray, _rows: FloatArray) -> IntArray:
    """Return that no detection is of a known object."""
    return np.full(chosen.size, -1, np.int64)


def run(work: Workload, read: bool = True) -> Run:
    """Return what the tracker makes of the scans; only its own work is timed, not the reading of its states for the score."""
    tracker, history = Tracker(), History()
    seconds, history_s = np.zeros(len(work.scans)), 0.0
    shown: list[tuple[IntArray, FloatArray]] = []
    causes: list[tuple[Look, Hits]] = []
    tidied = START
    gc.collect()
    gc.freeze()  # as the commands do: what was read stays
    for f, scan in enumerate(work.scans):
        look, sensor = scan.look, scan.sensor
        began = time.process_time()
        if look.time - tidied >= TIDY_S * NS:
            tracker.merge_twins()
            tracker.tidy(look.time, set())
            tidied = look.time
        assert sensor.position is not None
        rows = tracker.rows(look, sensor, sensor.position)
        result = tracker.process(look, sensor, sensor.position, rows, np.arange(len(rows)), nothing_known)
        tracked = time.process_time()
        updated = np.array([s for part in result.hits for s in part[0]], np.int64)
        updated = updated[tracker.bank.records["confirmed"][updated] != 0]
        if updated.size:
            history.add_tracks(tracker, updated.tolist(), {})
        causes.append((look, result.hits))
        seconds[f] = time.process_time() - began
        history_s += time.process_time() - tracked
        if read:
            shown.append(confirmed(tracker, work, look.time))
    gc.unfreeze()
    digest = hashlib.sha256()
    for name in ("xs", "ps", "ws", "ts"):
        digest.update(getattr(tracker.bank, name)[tracker.bank.slots()].tobytes())
    return Run(seconds, history_s, shown, digest.hexdigest()[:16], (history, causes))


def confirmed(tracker: Tracker, work: Workload, now: int) -> tuple[IntArray, FloatArray]:
    """Return numbers (m,) and states (m, 6) of the confirmed tracks, carried to `now` by the generator's own motion."""
    bank = tracker.bank
    slots = bank.slots()[bank.standing()]
    if not slots.size:
        return slots, np.empty((0, 6))
    numbers = np.array([bank.tracks[int(s)].number for s in slots], np.int64)
    late = (now - bank.ts[slots]) / NS
    return numbers, work.module.rk4(tracker.combined(slots)[0][:, :6], late[:, None])

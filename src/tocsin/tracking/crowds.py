"""Crowds: what a look reports of two objects at once, and when a track is taken to be made of several objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.sensing.sensor import Sensor
from tocsin.tracking.bank import IntArray, TrackBank
from tocsin.tracking.crowd_kernels import hold_two, unsettle
from tocsin.tracking.notes import LookNotes

SETTLED = 2.0
"""Running mean of the squared innovations of a radar's detections, in what they should be, up to which a track is believed: one
sigma of the mean is 0.12 with three or four components, and constant errors of several radars come to it."""
KNOWN_HITS = 10
"""A track with so many detections is known to be where it says."""


def unresolved(bank: TrackBank, notes: LookNotes, left: IntArray, slots: IntArray, seen: Sequence[int]) -> IntArray:
    """Return the detections `left` (c,) without those of a radar that are of two objects in one resolution cell.

    The look has shown neither of two tracks that stand, `slots` less those `seen`, and both lie in the detection's cell:
    it is the report of both. Its place is that of neither, and no new object is begun by it.
    """
    if notes.sensor.kind != "radar":
        return left
    quiet = slots[bank.columns["hits"][slots] >= KNOWN_HITS]
    if quiet.size and seen:
        unseen = np.ones(bank.ts.size, np.bool_)
        unseen[list(seen)] = False
        quiet = quiet[unseen[quiet]]
    if quiet.size < 2:
        return left
    both = np.zeros(left.size, np.bool_)
    cell = np.array(notes.sensor.cell)
    hold_two(bank.xs, bank.ps, bank.ws, bank.ts, quiet, notes.rows, notes.look.times, left, cell, both)
    return left[~both]


def unsettled(bank: TrackBank, slots: IntArray, sensor: Sensor) -> int:
    """Return how many tracks `slots`, just seen by a radar, contradict themselves; they become as unsure as they are wrong."""
    return int(unsettle(bank.ps, bank.records, slots, SETTLED)) if sensor.kind == "radar" else 0

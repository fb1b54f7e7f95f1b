"""Crowds: what a look reports of two objects at once, and when a track is taken to be made of several objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.sensing.sensor import Sensor
from tocsin.tracking.bank import BoolArray, IntArray, TrackBank
from tocsin.tracking.crowd_kernels import hold_two, unsettle
from tocsin.tracking.notes import LookNotes

SETTLED_RADAR, SETTLED_INFRARED = 2.0, 1.6
"""Running mean of the squared innovations, in what they should be, up to which a track is believed. One sigma of the mean is 0.12
for radar, with three or four components, and 0.16 for satellites; constant errors of several radars come to it."""
KNOWN_HITS = 10
"""A track with so many detections is known to be where it says."""


def unresolved(bank: TrackBank, notes: LookNotes, left: IntArray, slots: IntArray, seen: Sequence[int]) -> BoolArray:
    """Return which of a radar's detections `left` (c,) are of two objects in one resolution cell.

    The look has shown neither of two tracks that stand, `slots` less those `seen`, and both lie in the detection's cell:
    it is the report of both. Its place is that of neither, and no new object is begun by it.
    """
    known = slots[bank.records["hits"][slots] >= KNOWN_HITS]
    quiet = known[~np.isin(known, seen)]
    both = np.zeros(left.size, np.bool_)
    if quiet.size >= 2 and left.size:
        cell = np.array(notes.sensor.cell)
        hold_two(bank.xs, bank.ps, bank.ws, bank.ts, quiet, notes.rows, notes.look.times, left, cell, both)
    return both


def unsettled(bank: TrackBank, slots: IntArray, sensor: Sensor) -> int:
    """Return how many tracks `slots`, seen by a sensor just now, contradict themselves; they become as unsure as they are wrong.

    Such a track began with detections of several objects, and is too sure of what it made of them. It would refuse the plumes of
    any one object, or the echoes of other radars, and coast beside the track that these begin.
    """
    infrared = sensor.kind == "infrared"
    return int(unsettle(bank.ps, bank.records, slots, SETTLED_INFRARED if infrared else SETTLED_RADAR, infrared))

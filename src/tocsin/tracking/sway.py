"""Slow errors of radars: looks that follow each other closely have them in common, and count for less.

The errors of a dish swing as its servo does. A detection is off by its white and its slow error, and is gated by both; but a
hundred detections, one a second, do not make the slow error ten times smaller. `Sensor.slow` and `slow_rate` say what it is.
"""

from __future__ import annotations

import numpy as np

from tocsin.sensing.sensor import SWAY_DAMPING
from tocsin.tracking.bank import FloatArray, IntArray, TrackBank
from tocsin.tracking.notes import LookNotes
from tocsin.tracking.sway_kernels import widen_swayed


def memory_s(slow_rate: float) -> float:
    """Return the integral (s) over both sides of the autocorrelation of an error of natural frequency `slow_rate` (rad/s).

    4 z / w: the spectral density at zero of x" + 2 z w x' + w^2 x = white noise, over its variance.
    """
    return 4.0 * SWAY_DAMPING / slow_rate


def swayed(
    bank: TrackBank, notes: LookNotes, slots: IntArray, which: IntArray, factor: float
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return rows (n, 18), their times (n,) ns, and which (k,) of them the tracks `slots` (k,) take.

    The detections `which` of a look as they are where its sensor states no slow errors. Else each as much as it tells of its
    track beside the last one of that sensor. `factor`: by which the sensor's errors are larger than it states (`noise`).
    """
    sensor, rows, times = notes.sensor, notes.rows, notes.look.times
    if not any(sensor.slow):
        return rows, times, which
    mine, when, slow = rows[which], times[which], factor * np.array(sensor.slow)
    widen_swayed(bank.contacts, slots, when, notes.number, slow, memory_s(sensor.slow_rate), mine)
    return mine, when, np.arange(which.size)

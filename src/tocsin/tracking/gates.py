"""Which detections of a look may be of which track: pairs within the gate, in bounded number."""

from __future__ import annotations

import numpy as np

from tocsin.tracking.bank import FloatArray, IntArray, TrackBank
from tocsin.tracking.gate_kernels import gate_pairs
from tocsin.tracking.look_result import LookResult
from tocsin.tracking.notes import LookNotes
from tocsin.tracking.slips import GATE

MAX_PAIRS = 1_000_000
"""Most (track, detection) pairs of one look: a dense flood must not stop the centre."""


def pairs_within(
    bank: TrackBank, notes: LookNotes, left: IntArray, slots: IntArray, odds: float, result: LookResult
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return slots, detections, log likelihoods and squared distances (n,) of the pairs of `slots` and `left` within the gate.

    `odds`: how likely the sensor is to report what coasts, against what burns. Where there are too many, the first of them; the
    result is then `crowded`.
    """
    look, rows = notes.look, notes.rows
    size = min(4 * int(left.size) + 64, MAX_PAIRS)
    while True:
        ps, pr, ll, d2 = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size), np.empty(size)
        count = gate_pairs(
            bank.xs, bank.ps, bank.ws, bank.ts, bank.two, bank.ahead_x, bank.ahead_p, bank.ahead_t, slots, rows,
            look.times, left, odds, GATE, ps, pr, ll, d2,
        )  # fmt: skip
        if count >= 0:
            break
        if size >= MAX_PAIRS:
            count, result.crowded = size, True
            break
        size = min(4 * size, MAX_PAIRS)
    return ps[:count], pr[:count], ll[:count], d2[:count]

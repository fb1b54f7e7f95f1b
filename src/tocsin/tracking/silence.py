"""What a look says by silence: which tracks it could have seen and did not, and what that costs them.

Silence is bounded: no look, and no phenomenology that has never seen a track, is sure enough to end what another sensor sees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.core.records.inputs import Look
from tocsin.sensing.detectability import detection_probability
from tocsin.sensing.sensors import Sensor
from tocsin.tracking.bank import FloatArray, IntArray, TrackBank
from tocsin.tracking.bank_kernels import silence as silence_kernel
from tocsin.tracking.crowd_kernels import hidden_beside
from tocsin.tracking.filter_kernels import MEAS
from tocsin.tracking.lone_plumes import unsharp
from tocsin.tracking.record_kernels import count_silence, weaken
from tocsin.tracking.view_kernels import places_at

TENTATIVE_FALL, CONFIRMED_FALL = 4.5, 16.0
FALLS = np.array([TENTATIVE_FALL, CONFIRMED_FALL])
"""Two, or seven, plain silences (log of 1 - `PD_MOST` each)."""
MOST_DOUBT = 2.3
"""All radars (satellites) that have never seen a track cost it at most so much, a factor of ten: it may be too small or faint
for all of them, or what the network file says of them may be wrong."""
MOST_DARK, SURE_SCORE = 8.0, 60.0
"""Satellites that look on when a plume has gone out cost a track that was an object beyond doubt (log odds of `SURE_SCORE`)
half of what would end it: all their looks have one cause, it coasts. It ends when it has come down, or radars miss it."""
PD_MOST = 0.9
"""No single silence says more than this: a plume's strength and the clouds, a body's echo and the radar's time budget are known
only so well."""
MOST = np.array([MOST_DOUBT, MOST_DARK, SURE_SCORE])
MOST_LOOKS = 1000
"""A run of empty looks counts as no more than so many."""
FREE_INFRARED_PD = 0.002
"""A coasting body is so much fainter to a satellite than a burning one."""


class Shown(NamedTuple):
    """Detections that tracks took: the slots (k,), and which (k,) of the measurements `rows` (n, 18) each."""

    slots: IntArray
    which: IntArray
    rows: FloatArray


NONE = Shown(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, MEAS)))


def silence(
    bank: TrackBank, look: Look, sensor: Sensor, place: FloatArray, seen: IntArray, chance: FloatArray, shown: Shown = NONE
) -> tuple[list[tuple[int, float]], list[int]]:  # fmt: skip
    """Return (slot, chance that the look would have seen it) of the confirmed tracks that it missed, and the slots that are gone.

    `place` (3,) of the sensor; `seen` slots that this look saw; `chance` (cap,), zero at first, gets those chances by slot;
    `shown`: the detections that tracks took.
    The state of a track that may still burn is carried to the end of the look, and its chance of burning weighed by the silence.
    """
    slots = bank.slots()
    if not slots.size or look.mode == "track" or look.state in ("blinded", "down"):
        return [], []
    quiet = slots
    if len(seen):
        unseen = np.ones(bank.ts.size, np.bool_)
        unseen[seen] = False
        quiet = slots[unseen[slots]]
        if not quiet.size:
            return [], []
    where = np.empty((quiet.size, 3))
    middle = look.start + (look.end - look.start) // 2
    places_at(bank.xs, bank.ws, bank.ts, quiet, middle, where)
    pd = detection_probability(sensor, look.mode, look.searched, look.state, look.noise_db, place, middle, where, 1.0)
    could = (pd > 1e-3).nonzero()[0]
    if could.size and sensor.kind == "radar":
        # nobody knows where an unsharp track is: a radar's silence at its middle says nothing
        could = could[~unsharp(bank, quiet[could])]
    could = could[~_hidden(bank, look, sensor, quiet[could], shown)]
    if not could.size:
        return [], []
    pd, quiet = np.minimum(pd[could], PD_MOST), quiet[could]
    infrared = sensor.kind == "infrared"
    looks = min(look.empty_looks, MOST_LOOKS)
    if not infrared:
        weaken(bank.records, bank.contacts, quiet, bank.sensor_number(sensor), looks, pd)
    free_pd = pd * FREE_INFRARED_PD if infrared else pd
    cost, gone = np.empty(quiet.size), np.zeros(quiet.size, np.bool_)
    silence_kernel(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, quiet, look.end, pd, free_pd, looks, cost)
    count_silence(
        bank.records, bank.contacts, quiet, pd, cost, bank.sensor_number(sensor), infrared, looks, look.end, MOST, FALLS, gone
    )  # fmt: skip
    chance[quiet] = pd
    stood = bank.columns["confirmed"][quiet].tolist()
    silent = [(slot, p) for slot, p, yes in zip(quiet.tolist(), pd.tolist(), stood, strict=True) if yes]
    return silent, quiet[gone].tolist()


def _hidden(bank: TrackBank, look: Look, sensor: Sensor, quiet: IntArray, shown: Shown) -> npt.NDArray[np.bool_]:
    """Return which of the slots `quiet` (k,) a look may have shown as one with what it saw beside them.

    A stage and the head that left it stay within one resolution cell of a far radar for minutes: of two objects there it reports
    one, and says nothing of the other. So do plumes within one pixel.
    """
    out = np.zeros(quiet.size, np.bool_)
    if quiet.size and shown.slots.size:
        hidden_beside(
            bank.xs, bank.ps, bank.ws, bank.ts, bank.records, bank.rivals, quiet, shown.rows, look.times, shown.slots,
            shown.which, np.array(sensor.cell), out,
        )  # fmt: skip
    return out

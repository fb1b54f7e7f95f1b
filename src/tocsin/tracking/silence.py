"""What a look says by silence: which tracks it could have seen and did not, and what that costs them.

Silence is bounded: no look, and no phenomenology that has never seen a track, is sure enough to end what another sensor sees.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tocsin.core.records.inputs import Look
from tocsin.sensing.detectability import detection_probability
from tocsin.sensing.sensors import Sensor
from tocsin.tracking import bank_kernels as kernels
from tocsin.tracking.bank import FloatArray, Track, TrackBank
from tocsin.tracking.upkeep import unsharp
from tocsin.tracking.view_kernels import places_at

TENTATIVE_FALL, CONFIRMED_FALL = 4.5, 16.0
"""Two, or seven, plain silences (log of 1 - `PD_MOST` each)."""
MOST_DOUBT = 2.3
"""All radars (satellites) that have never seen a track cost it at most so much, a factor of ten: it may be too small or faint
for all of them, or what the network file says of them may be wrong."""
PD_MOST = 0.9
"""No single silence says more than this: a plume's strength and the clouds, a body's echo and the radar's time budget are known
only so well."""
FREE_INFRARED_PD = 0.002
"""A coasting body is so much fainter to a satellite than a burning one."""


def silence(
    bank: TrackBank, look: Look, sensor: Sensor, place: FloatArray, seen: Sequence[int]
) -> Iterator[tuple[Track, float, bool]]:
    """Yield (track, chance that the look would have seen it, whether it is gone) of the tracks that the look missed.

    `place` (3,) of the sensor; `seen` slots that this look saw. The state of a track that may still burn is carried to the
    end of the look, and its chance of burning weighed by the silence.
    """
    slots = bank.slots()
    if not slots.size or look.mode == "track" or look.state in ("blinded", "down"):
        return
    there = set(seen)
    quiet = np.array([s for s in slots.tolist() if s not in there], np.int64) if there else slots
    if not quiet.size:
        return
    where = np.empty((quiet.size, 3))
    middle = look.start + (look.end - look.start) // 2
    places_at(bank.xs, bank.ws, bank.ts, quiet, middle, where)
    pd = detection_probability(
        sensor, look.mode, look.searched, look.state, look.noise_db, place, middle, where, np.ones(quiet.size)
    )
    could = (pd > 1e-3).nonzero()[0]
    if could.size and sensor.kind == "radar":
        # nobody knows where an unsharp track is: a radar's silence at its middle says nothing
        could = could[~unsharp(bank, quiet[could])]
    if not could.size:
        return
    pd, quiet = np.minimum(pd[could], PD_MOST), quiet[could]
    free_pd = pd * FREE_INFRARED_PD if sensor.kind == "infrared" else pd
    cost = np.empty(quiet.size)
    kernels.silence(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, quiet, look.end, pd, free_pd, cost)
    for slot, chance, price in zip(quiet.tolist(), pd.tolist(), cost.tolist(), strict=True):
        track = bank.tracks[slot]
        yield track, chance, _missed(track, look, sensor, chance, price)


def _missed(track: Track, look: Look, sensor: Sensor, pd: float, cost: float) -> bool:
    """Count one silence against a track; return whether it has gone."""
    track.misses += 1
    if sensor.kind == "infrared":
        if track.last_infrared and pd > 0.5:
            track.infrared_misses += 1
            track.off_from = track.off_from or look.end
        if not track.confirmed:
            # a plume that nobody else sees again was no plume: coasting is no excuse before it stood as a track
            cost = math.log(max(1.0 - pd, 0.05))
    cost *= min(look.empty_looks, 1000)
    if sensor.id in track.vouching:
        track.vouching.remove(sensor.id)
    if not _kind_has_seen(track, sensor):
        spent = track.doubt.get(sensor.kind, 0.0)
        cost = max(cost, spent - MOST_DOUBT)
        track.doubt[sensor.kind] = spent - cost
    track.score += cost
    fall = CONFIRMED_FALL if track.confirmed else TENTATIVE_FALL
    return track.score < track.score_top - fall and not track.vouching


def _kind_has_seen(track: Track, sensor: Sensor) -> bool:
    """Return whether any sensor of this kind has seen the track."""
    if sensor.kind == "infrared":
        return bool(track.satellites)
    return len(track.sensors) > len(track.satellites)

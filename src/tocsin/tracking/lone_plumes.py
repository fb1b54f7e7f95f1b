"""What one satellite alone saw burn: how long its track is kept, though its arc is hardly known, for a radar to find it again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.core.linear_kernels import factor
from tocsin.tracking.bank import FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.filter_kernels import BOOST, FREE, LIGHTNESS, MODELS
from tocsin.tracking.ground_kernels import raise_above
from tocsin.tracking.view_kernels import unsharp_plumes
from tocsin.world.motion.freeflight_kernels import REACHED, STARTED_BELOW, fly_to_height_many

TENTATIVE_LIFE_S = 60.0
UNSHARP_M = 20e3
SPREAD, LONGEST_S = 2.0, 3600.0
"""Sigmas by which an arc of satellites alone may be another, and how long it is waited for at most."""
ARC_SIGHTS, LONGEST_ARC_S = 10, 2400.0
"""Fewer lines of sight of one satellite leave its arc open, whatever the filter says: it may be the end of a burn whose beginning
was out of sight, and stay up as long as arcs round a third of the Earth do."""


def burns_yet(bank: TrackBank, slot: int, now: int) -> bool:
    """Return whether what has gone below ground is a plume of one satellite that was lit just now: then it is put above again.

    The satellite has seen it, and tells no depth: where nobody knows how far away it is, the middle of that may be anywhere.
    """
    track = bank.tracks[slot]
    if track.burnout is not None or not alone(track) or now - track.last_infrared > TENTATIVE_LIFE_S * NS:
        return False
    if not unsharp(bank, np.array([slot], np.int64))[0]:
        return False
    above_ground(bank, slot)
    return True


def above_ground(bank: TrackBank, slot: int) -> None:
    """Take from the state of a track what of it is below ground."""
    for model in range(BOOST if bank.two[slot] == 1 else FREE, MODELS):
        raise_above(bank.xs[slot, model], bank.ps[slot, model])


def alone(track: Track) -> bool:
    """Return whether one satellite, and nothing else, has seen a track."""
    return len(track.satellites) == 1 and track.hits == track.infrared_hits


def may_fly_yet(track: Track, now: int) -> bool:
    """Return whether what satellites alone saw burn out may still be in flight though its mean arc has met the ground.

    One satellite tells neither depth nor heading: arcs of half an hour and of ten minutes fit the same plume, and of two a speed
    that is 400 m/s short ends a long arc by minutes too soon. Who ends the track with the mean arc has forgotten the plume when
    the radar sees what rose.
    """
    if track.burnout is None or not track.satellites or track.hits != track.infrared_hits:
        return False
    if not track.lands_by:
        time, state, covariance = track.burnout
        open_arc = alone(track) and len(track.sights) < ARC_SIGHTS
        track.lands_by = time + round((LONGEST_ARC_S if open_arc else latest_fall(state, covariance)) * NS)
    return now < track.lands_by


def latest_fall(state: FloatArray, covariance: FloatArray) -> float:
    """Return how long (s) the longest of the arcs two sigmas along each column of a root of the covariance stays up."""
    low = np.ascontiguousarray(covariance).copy()
    if not factor(low, 6):
        return 0.0
    states = np.concatenate([state + SPREAD * np.tril(low).T, state - SPREAD * np.tril(low).T])
    flown, status = np.empty((len(states), 7)), np.empty(len(states), np.int64)
    fly_to_height_many(states, np.full(len(states), 1.0 / LIGHTNESS), 0.0, LONGEST_S, flown, status)
    return float(np.where(status == REACHED, flown[:, 6], np.where(status == STARTED_BELOW, 0.0, LONGEST_S)).max())


def unsharp(bank: TrackBank, slots: IntArray) -> npt.NDArray[np.bool_]:
    """Return which tracks (k,) only satellites have seen and nobody knows sharply now.

    A single radar detection fits many of them in a raid: a radar starts its own track, and `adopt` joins the two by place
    and velocity together.
    """
    out = np.empty(slots.size, np.bool_)
    unsharp_plumes(bank.ps, bank.records, bank.contacts, slots, UNSHARP_M, out)
    return out

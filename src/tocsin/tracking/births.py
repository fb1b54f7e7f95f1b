"""How tracks begin: from one detection, or from a partner's track."""

from __future__ import annotations

import math

import numpy as np

from tocsin.core.records.inputs import PartnerTrack
from tocsin.tracking import birth_kernels as kernels
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.filter_kernels import BOOST, FREE, M_RANGE, M_SIGMA_A
from tocsin.tracking.fusion_kernels import fuse
from tocsin.tracking.measurement_kernels import sight_start
from tocsin.tracking.notes import LookNotes
from tocsin.tracking.view_kernels import nearest_track

CONFIRM_HITS, CONFIRM_SCORE = 3, 8.0
FIRST_HEIGHT_M, FIRST_SPREAD_M = 20e3, 20e3
"""Prior of the height at which a plume is first seen: above the clouds, a look or two after."""
BOOST_TOP_RADIUS_M = 6.378e6 + 400e3
"""What a radar sees first above this height no longer burns."""


def start_track(bank: TrackBank, notes: LookNotes, row: int) -> Track | None:
    """Return the new track of measurement `row` of a look, None where it starts none: no direction, or it looks past Earth."""
    m = notes.rows[row]
    if math.isnan(m[M_SIGMA_A]):
        return None
    place = np.empty(3)
    along = 0.0
    sight = math.isnan(m[M_RANGE])
    if sight:
        along = sight_start(m, FIRST_HEIGHT_M, FIRST_SPREAD_M, place)
        if along < 0.0:
            return None
    track = bank.add(notes.times[row], "infrared" if sight else "radar")
    s = track.slot
    if sight:
        kernels.start_infrared(bank.xs[s], bank.ps[s], bank.ws[s], m, place, along)
        bank.two[s] = 1
    else:
        place[:] = m[0:3] + m[M_RANGE] * m[3:6]
        kernels.start_radar(bank.xs[s], bank.ps[s], bank.ws[s], m, 0.05)
        bank.two[s] = 1 if math.sqrt(float((place * place).sum())) < BOOST_TOP_RADIUS_M else 0
        if bank.two[s] == 0:
            bank.ws[s, BOOST], bank.ws[s, FREE] = 0.0, 1.0
    track.first_place = (float(place[0]), float(place[1]), float(place[2]))
    track.hits = 1
    notes.write(track, row)
    return track


def take_partner(bank: TrackBank, item: PartnerTrack) -> tuple[Track, bool]:
    """Return the track that a partner's track is, and whether it is new here.

    One that stands takes the partner's state in by covariance intersection; it is no new evidence of its own.
    """
    state = np.array(item.state)
    covariance = np.zeros((6, 6))
    k = 0
    for i in range(6):
        for j in range(i + 1):
            covariance[i, j] = covariance[j, i] = item.covariance[k]
            k += 1
    slot = nearest_track(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, bank.slots(), item.time, state, covariance)
    if slot >= 0:
        track = bank.tracks[slot]
        new = False
        fuse(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, slot, item.time, state, covariance)
        if not track.sensors:
            # nobody here has seen it: it lives by what the partner says
            track.last_hit = max(track.last_hit, item.time)
    else:
        track = bank.add(item.time, "partner")
        s = track.slot
        kernels.start_state(bank.xs[s], bank.ps[s], bank.ws[s], state, covariance)
        bank.two[s] = 0
        track.first_place = item.state[0:3]
        track.confirmed = new = True
        track.hits = 1
        track.score = track.score_top = CONFIRM_SCORE
        path = f"partner/{item.source or 'partner'}/{item.line or item.source or 'partner'}"
        track.paths[path] = track.paths.get(path, 0) + 1
        track.first_keys.append(item.id)
        track.last_keys.append(item.id)
    return track, new

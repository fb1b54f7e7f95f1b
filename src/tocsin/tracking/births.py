"""How tracks begin: from one detection, or from a partner's track."""

from __future__ import annotations

import math

import numpy as np

from tocsin.core.records.inputs import PartnerTrack
from tocsin.tracking import birth_kernels as kernels
from tocsin.tracking.bank import MAX_TRACKS, IntArray, Track, TrackBank
from tocsin.tracking.effect_kernels import start_effects
from tocsin.tracking.filter_kernels import M_RANGE, M_SIGMA_A
from tocsin.tracking.fusion_kernels import fuse
from tocsin.tracking.look_result import LookResult, Update
from tocsin.tracking.measurement_kernels import sight_start
from tocsin.tracking.notes import LookNotes
from tocsin.tracking.plumes import begin_climb
from tocsin.tracking.record_kernels import SCORE_MOST, write_keys
from tocsin.tracking.view_kernels import nearest_track

CONFIRM_HITS, CONFIRM_SCORE = 3, 8.0
FIRST_HEIGHT_M, FIRST_SPREAD_M = 20e3, 20e3
"""Prior of the height at which a plume is first seen: above the clouds, a look or two after."""
BOOST_TOP_RADIUS_M = 6.378e6 + 400e3
"""What a radar sees first above this height no longer burns."""


def start_tracks(bank: TrackBank, notes: LookNotes, left: IntArray, result: LookResult) -> None:
    """Start tracks of the detections `left` (k,) of a look, as many as there is room for."""
    if not left.size:
        return
    directed = left[~np.isnan(notes.rows[left, M_SIGMA_A])]
    if notes.sensor.kind == "radar":  # of a radar a bearing alone is no plume above the clouds
        directed = directed[~np.isnan(notes.rows[directed, M_RANGE])]
    most = max(MAX_TRACKS - len(bank.tracks), 0)
    result.refused_births += max(directed.size - most, 0)
    ranged = ~np.isnan(notes.rows[directed, M_RANGE])
    if ranged.all():
        chosen = directed[:most]
        slots = start_radar_tracks(bank, notes, chosen)
        result.others += [Update(slot, row, 0.0, True) for slot, row in zip(slots, chosen.tolist(), strict=True)]
        return
    plumes: list[int] = []
    for row in directed[:most].tolist():
        track = start_track(bank, notes, row)
        if track is not None:
            result.others.append(Update(track.slot, row, 0.0, True))
            plumes.append(track.slot)
    begin_climb(bank, np.array(plumes, np.int64), notes.look.time)


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
    if not sight:
        return bank.tracks[start_radar_tracks(bank, notes, np.array([row], np.int64))[0]]
    track = bank.add(int(notes.look.times[row]), "infrared")
    s = track.slot
    kernels.start_infrared(bank.xs[s], bank.ps[s], bank.ws[s], m, place, along)
    bank.two[s] = 1
    track.first_place = (float(place[0]), float(place[1]), float(place[2]))
    track.hits, track.misfit = 1, 1.0
    notes.write_one(track, row)
    return track


def start_radar_tracks(bank: TrackBank, notes: LookNotes, which: IntArray) -> list[int]:
    """Return the slots of the new tracks of measurements `which` (k,) of a look, each with a range and a direction."""
    tracks = bank.add_all(notes.look.times[which].tolist(), "radar")
    slots = np.array([track.slot for track in tracks], np.int64)
    places = np.empty((which.size, 3))
    kernels.start_radars(bank.xs, bank.ps, bank.ws, bank.two, slots, notes.rows, which, BOOST_TOP_RADIUS_M, places)
    bank.records["hits"][slots] = 1
    for track, place in zip(tracks, places.tolist(), strict=True):
        track.first_place = tuple(place)
    notes.write(slots, which)
    if bank.biased:
        start_effects(bank.ts, bank.effects, bank.effects_t, slots, notes.rows, which, notes.number)
    started: list[int] = slots.tolist()
    return started


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
            track.hits += 1
            track.score = track.score_top = min(track.score + CONFIRM_SCORE, SCORE_MOST)
            _note_message(bank, track, item)
    else:
        track = bank.add(item.time, "partner")
        s = track.slot
        kernels.start_state(bank.xs[s], bank.ps[s], bank.ws[s], state, covariance)
        bank.two[s] = 0
        track.first_place = item.state[0:3]
        track.confirmed = new = True
        track.hits = 1
        track.score = track.score_top = CONFIRM_SCORE
        _note_message(bank, track, item)
    return track, new


def _note_message(bank: TrackBank, track: Track, item: PartnerTrack) -> None:
    """Write into the record of a track that a partner's message stands behind it."""
    path = f"partner/{item.source or 'partner'}/{item.line or item.source or 'partner'}"
    number = bank.path_number(path)  # which may make room: the array is another one then
    bank.path_hits[track.slot, number] += 1
    write_keys(bank.records, bank.firsts, bank.lasts, track.slot, bank.look_number(item.id), -1)

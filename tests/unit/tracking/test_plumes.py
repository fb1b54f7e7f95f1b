"""Plumes that rise beside one another: no track goes over to its neighbour, and one made of several ends."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, START, Scene, at, later, thrown
from tocsin.core.constants import NS
from tocsin.core.records.inputs import RANGE
from tocsin.tracking.bank import TrackBank
from tocsin.tracking.filter_kernels import FREE
from tocsin.tracking.look_result import NOTHING, LookResult
from tocsin.tracking.notes import LookNotes
from tocsin.tracking.plumes import (
    ACROSS_SIGMA,
    BESIDE_M,
    MIXED_HITS,
    NEIGHBOURS,
    RISE_M_S,
    RISE_SIGMA,
    begin_climb,
    beside_others,
    end_mixed,
    of_neighbours,
)
from tocsin.tracking.record_kernels import LIT_NS

GROUND = thrown(height_m=15e3)[:3]


def burning(offsets_m, dark_s=None):
    """Return a bank of plumes at these distances (m) along one axis, each last lit so many seconds before START."""
    bank = TrackBank()
    for k, offset in enumerate(offsets_m):
        track = bank.add(START, "infrared")
        bank.xs[track.slot, :, :3] = GROUND + np.array([0.0, offset, 0.0])
        track.hits = track.infrared_hits = 1
        track.last_infrared = START - round((dark_s[k] if dark_s else 0.0) * NS)
    return bank


def by_hand(bank, now):
    """Return `beside_others` of all tracks, pair by pair."""
    tracks = list(bank.tracks.values())
    place = {t.number: bank.xs[t.slot, FREE, :3] for t in tracks}
    lit = [t for t in tracks if t.last_infrared > now - LIT_NS]
    near = [
        [np.linalg.norm(place[t.number] - place[o.number]) < BESIDE_M for o in lit if o.number != t.number]
        for t in tracks
    ]
    return [len(lit) > 1 and any(row) for row in near]


def test_who_burns_beside_others_equals_the_plain_form():
    rng = np.random.default_rng(3)
    for count in (1, 2, 3, 12):
        bank = burning(rng.uniform(0.0, 6e5, count), rng.uniform(0.0, 100.0, count).tolist())
        assert beside_others(bank, bank.slots(), START).tolist() == by_hand(bank, START)
    assert beside_others(bank, NOTHING, START).size == 0


def test_a_plume_alone_may_take_what_is_far_off_and_one_beside_others_may_not():
    d2 = np.array([NEIGHBOURS - 1.0, NEIGHBOURS + 1.0])
    alone, beside = burning([0.0, 3.0 * BESIDE_M]), burning([0.0, 0.1 * BESIDE_M])
    for bank, refused in ((alone, [False, False]), (beside, [False, True])):
        first = np.array([bank.slots()[0]] * 2)
        assert of_neighbours(bank, first, d2, START).tolist() == refused


def test_what_comes_up_beside_others_climbs_out_of_the_clouds():
    bank = burning([0.0, 2e4, 3.0 * BESIDE_M])
    before = bank.xs.copy()
    begin_climb(bank, bank.slots()[1:], START)
    first, risen, far = bank.slots().tolist()
    up = GROUND + np.array([0.0, 2e4, 0.0])
    up = up / np.linalg.norm(up)
    assert bank.xs[risen, :, 3:6] == pytest.approx(np.array([RISE_M_S * up] * 2))
    spread = bank.ps[risen, FREE, 3:6, 3:6]
    assert up @ spread @ up == pytest.approx(RISE_SIGMA**2)
    assert np.trace(spread) == pytest.approx(RISE_SIGMA**2 + 2.0 * ACROSS_SIGMA**2)
    assert (bank.xs[[first, far]] == before[[first, far]]).all() and not bank.ps[[first, far]].any()


@pytest.mark.parametrize("others", [True, False], ids=["beside others", "alone"])
def test_a_track_that_contradicts_itself_ends_beside_others_and_its_last_light_begins_another(others):
    bank = burning([0.0, 2e4 if others else 3.0 * BESIDE_M])
    track = next(iter(bank.tracks.values()))
    scene = Scene(1)
    rows = scene.tracker.rows(look := scene.look("west", 0.0, np.zeros((0, 15))), SENSORS["west"], np.zeros(3))
    notes = LookNotes(bank, look, SENSORS["west"], rows)
    looks, left = 0, NOTHING
    while track.slot in bank.tracks and looks < 20:
        looks += 1
        track.hits = track.infrared_hits = looks
        result = LookResult([([track.slot], [5], [12.0])], [], [], [], NOTHING, NOTHING, [track.slot], [])
        left = end_mixed(bank, notes, np.array([2, 7], np.int64), result)
    assert (track.slot not in bank.tracks) == others
    assert left.tolist() == ([2, 5, 7] if others else [2, 7])
    assert not others or (looks >= MIXED_HITS and result.dropped[0][0] is track)


def test_a_track_that_radars_have_seen_is_not_ended_by_its_lights():
    bank = burning([0.0, 2e4])
    track = next(iter(bank.tracks.values()))
    track.hits, track.infrared_hits, track.misfit = 9, 8, 50.0
    scene = Scene(1)
    look = scene.look("west", 0.0, np.zeros((0, 15)))
    result = LookResult([([track.slot], [5], [12.0])], [], [], [], NOTHING, NOTHING, [track.slot], [])
    notes = LookNotes(bank, look, SENSORS["west"], np.zeros((0, 18)))
    assert end_mixed(bank, notes, NOTHING, result).size == 0 and track.slot in bank.tracks


def test_a_plume_that_goes_out_does_not_go_over_to_the_next_launch():
    scene = Scene(5)
    up = GROUND / np.linalg.norm(GROUND)
    other = GROUND + np.array([0.0, 6e4, 0.0])

    def rising(place, seconds):
        """A plume that climbs with 20 m/s2 from 15 km and 400 m/s on, seen by two satellites."""
        return np.concatenate([place + (400.0 * seconds + 10.0 * seconds**2) * up, np.zeros(3)])

    for k in range(8):
        for name, offset in (("west", 0.0), ("east", 2.0)):
            t = 5.0 * k + offset
            scene.sight(name, t, [rising(GROUND, t), rising(other, t)])
    first = scene.standing[0]
    hits = first.hits
    new = GROUND + np.array([1e4, 0.0, 1e4])
    for name, offset in (("west", 0.0), ("east", 2.0)):
        t = 45.0 + offset
        scene.sight(name, t, [rising(other, t), rising(new, offset)])
    assert first.hits == hits and first.slot in scene.tracker.bank.tracks
    assert len(scene.tracks) >= 3 and at(45.0) > first.last_infrared


def test_a_radars_bearing_without_a_range_is_no_plume():
    scene = Scene(6)
    for k in range(6):
        values = scene.radar_values("A", [later(thrown(), 5.0 * k)])
        values[:, RANGE] = np.nan
        scene.feed(scene.look("A", 5.0 * k, values))
    assert not scene.tracks

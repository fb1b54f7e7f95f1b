"""Tracks of one detection that several may continue, and two tracks of one object of which each look shows one alone."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import Scene, at, later, thrown
from tocsin.tracking.bank import MAX_TRACKS, Track
from tocsin.tracking.filter_kernels import FREE, M_RANGE, M_SIGMA_A, M_SIGMA_B, M_SIGMA_RANGE, MEAS
from tocsin.tracking.measurement_kernels import others_in_room
from tocsin.tracking.shadow_kernels import cast_shadows, weigh_shadows
from tocsin.tracking.splits import OTHERS
from tocsin.tracking.track_records import RECORD
from tocsin.tracking.upkeep import ALONE_LOG, ALONE_LOOKS

BODY = thrown(22.0, -32.0, 200e3, 4500.0, 40.0, 38.0)


def beside(state: np.ndarray, east_m: float) -> np.ndarray:
    """Return a state so far beside another, going the same way."""
    side = np.cross(state[:3], state[3:6])
    return state + np.concatenate([east_m * side / np.linalg.norm(side), np.zeros(3)])


def test_a_nearer_detection_of_another_object_does_not_delay_a_track():
    # the other object appears in the second look, nearer to where the first was seen than that has flown in 5 s
    scene = Scene()
    other = beside(BODY, 4e3)
    scene.radar("A", 0.0, [BODY])
    scene.radar("A", 5.0, [later(BODY, 5.0), other])
    assert [t.hits for t in scene.tracks].count(2) == 2
    result = scene.radar("A", 10.0, [later(BODY, 10.0)])
    assert len(scene.standing) == 1
    track = scene.standing[0]
    state, covariance, _ = scene.state_of(track)
    off = state - later(BODY, 10.0)
    assert off @ np.linalg.solve(covariance, off) < 30.0
    # whoever else was made of its detections has ended; what is left may be the first of the other object
    assert all(reason == OTHERS for _, reason in result.dropped) and result.dropped
    mine = set(track.first_keys)
    assert all(not mine & set(t.first_keys) for t in scene.tracks if t is not track)


def test_what_is_not_contested_is_not_split():
    scene = Scene()
    for k in range(3):
        scene.radar("A", 5.0 * k, [later(BODY, 5.0 * k)])
    assert [(t.number, t.hits) for t in scene.tracks] == [(1, 3)]


def test_no_track_is_split_where_a_third_detection_would_tell_nothing():
    # forty within some hundred metres: two of them lead anywhere
    scene = Scene()
    crowd = [beside(BODY, 20.0 * k) for k in range(40)]
    scene.radar("A", 0.0, crowd)
    scene.radar("A", 5.0, [later(s, 5.0) for s in crowd])
    assert len(scene.tracks) <= 80 < MAX_TRACKS


def test_the_room_for_a_third_detection_is_that_of_three_measurements():
    m = np.full((1, MEAS), np.nan)
    m[0, [M_RANGE, M_SIGMA_RANGE, M_SIGMA_A, M_SIGMA_B]] = 1e6, 30.0, 1e-3, 2e-3
    rng = np.random.default_rng(5)
    # the third is where the first two lead: off by e3 - 2 e2 + e1 of each axis
    e = rng.normal(size=(3, 200_000)) * 30.0
    assert np.std(e[2] - 2.0 * e[1] + e[0]) == pytest.approx(np.sqrt(6.0) * 30.0, rel=0.01)
    others = np.empty(1)
    others_in_room(m, np.zeros(1, np.int64), np.array([np.log(1e-12)]), others)
    assert others[0] == pytest.approx((2 * np.pi) ** 1.5 * 6**1.5 * 30.0 * 1e3 * 2e3 * 1e-12)


def records_of(numbers: list[int]) -> np.ndarray:
    records = np.zeros(len(numbers), RECORD)
    records["number"] = numbers
    return records


def test_shadows_are_weighed_by_the_chance_of_what_was_not_seen():
    records = records_of([7, 8])
    pd, slots = np.array([0.9, 0.8]), np.arange(2)
    # track 8 goes without: its detection is that of 7
    cast_shadows(records, np.array([0, 1]), np.array([0, 0]), np.array([0]), np.array([0]), np.full(1, -1))
    weigh_shadows(records, slots, np.array([True, False]), pd)
    assert (records["shadow"] == [0, 7]).all() and records["shade"][1] == pytest.approx(np.log(0.2))
    # a look that shows 8 alone
    weigh_shadows(records, slots, np.array([False, True]), pd)
    assert records["shade"][1] == pytest.approx(np.log(0.2) + np.log(0.1)) and records["apart"][1] == 1
    # a detection of 7 that 8 does not explain, or both side by side, end it
    for seen, dark in (([True, False], False), ([True, True], True)):
        after = records.copy()
        after["dark"] = dark
        weigh_shadows(after, slots, np.array(seen), pd)
        assert (after["shadow"] == 0).all()


def standing(scene: Scene, state: np.ndarray, sigma_m: float, hits: int) -> Track:
    """Return a coasting track that stands at `state` (6,)."""
    bank = scene.tracker.bank
    track = bank.add(at(0.0), "radar")
    s = track.slot
    bank.xs[s, FREE, :6], bank.xs[s, FREE, 9] = state, 8.0
    bank.ps[s, FREE] = np.diag([sigma_m**2] * 3 + [25.0] * 3 + [0.0] * 3 + [0.1])
    bank.ws[s] = 0.0, 1.0
    track.confirmed, track.hits = True, hits
    return track


@pytest.mark.parametrize("right_is_older", [False, True])
def test_a_wrong_track_beside_the_right_one_of_its_object_ends(right_is_older):
    scene = Scene()
    wrong_state = beside(BODY, 3e3)
    old = standing(scene, BODY if right_is_older else wrong_state, 100.0, 20)
    new = standing(scene, wrong_state if right_is_older else BODY, 100.0, 8)
    new.born = at(60.0)
    right, wrong = (old, new) if right_is_older else (new, old)
    assert scene.tracker.merge_twins() == []  # they disagree: 30 sigma
    columns, at_right = scene.tracker.bank.columns, right.slot
    columns["shadow"][at_right], columns["shadow_slot"][at_right] = wrong.number, wrong.slot
    columns["shade"][at_right], columns["apart"][at_right] = -ALONE_LOG - 0.1, ALONE_LOOKS - 1
    assert scene.tracker.merge_twins() == []
    columns["apart"][at_right] = ALONE_LOOKS
    assert [(k.number, d.number) for k, d in scene.tracker.merge_twins()] == [(old.number, new.number)]
    assert scene.tracks == [old] and old.hits == 28
    assert scene.state_of(old)[0] == pytest.approx(BODY)


@pytest.mark.parametrize("together", [lambda k: k % 4 == 0, lambda k: k < 4], ids=["now and then", "at first"])
def test_two_objects_that_looks_show_side_by_side_stay_two(together):
    """A radar has shown both; where they come near each other, and the fainter one is missed for long, they are two still."""
    scene = Scene()
    other = beside(BODY, 3e3)
    both = [standing(scene, s, 200.0, 20) for s in (BODY, other)]
    for k in range(1, 30):
        seen = [BODY, other] if together(k) else [(BODY, other)[k % 2]]
        scene.radar("A", 5.0 * k, [later(s, 5.0 * k) for s in seen])
    assert scene.standing == both

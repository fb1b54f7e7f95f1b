import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tocsin.scoring.continuity import associate, followings, purity, siap, timeliness

NAN = math.nan


def line(*xs):
    return [(x, 0.0) for x in xs]


# one object at 0 for six instants, one at 100 for the last three
TRUTH = np.array([line(0, 0, 0, 0, 0, 0), line(NAN, NAN, NAN, 100, 100, 100)])
# track 0 follows object 0 for three instants, track 1 takes over one instant late and is doubled by track 2 at the end;
# track 3 follows nothing and then object 1
TRACKS = np.array(
    [
        line(1, 1, 1, NAN, NAN, NAN),
        line(NAN, NAN, NAN, NAN, 2, 2),
        line(NAN, NAN, NAN, NAN, NAN, 3),
        line(NAN, NAN, NAN, 50, 101, 101),
    ]
)


def test_association_is_to_the_nearest_within_the_gate():
    a = associate(TRUTH, TRACKS, 10.0)
    assert a.tolist() == [
        [0, 0, 0, -2, -2, -2],
        [-2, -2, -2, -2, 0, 0],
        [-2, -2, -2, -2, -2, 0],
        [-2, -2, -2, -1, 1, 1],
    ]


def moving(points, *speeds):
    """Return points with velocities beside them; NaN where there is no point."""
    v = np.array(speeds)[:, None, :] + np.zeros_like(points)
    return np.concatenate([points, np.where(np.isnan(points), NAN, v)], axis=2)


def test_hand_worked_siap():
    # instants two seconds apart; the second object and its track differ by 3 and 4 m/s, all else is at rest
    states = moving(TRUTH, (0, 0), (3, 4))
    tracks = moving(TRACKS, (0, 0), (0, 0), (0, 0), (0, 0))
    s = siap(states, tracks, associate(TRUTH, TRACKS, 10.0), 2.0 * np.arange(6))
    assert s.completeness == pytest.approx((5 + 2) / 9)
    assert s.ambiguity == pytest.approx(8 / 7)
    assert s.spuriousness == pytest.approx(1 / 9)
    assert s.position_accuracy == pytest.approx((3 * 1 + 2 * 2 + 3 + 2 * 1) / 8)
    assert s.velocity_accuracy == pytest.approx(2 * 5 / 8)
    # object 0: one change in 4 + 2 s (nobody follows it between 4 and 8 s); object 1: none in 2 s
    assert s.number_change_rate == pytest.approx(1 / (4 + 2 + 2))
    # 4 s of 10 s and 2 s of 4 s
    assert s.longest_segment == pytest.approx((4 + 2) / (10 + 4))


def test_number_of_changes_is_the_least_that_covers():
    # 0-2, 1-4 and 2-5 overlap: the first and the last cover all
    association = np.array([[0, 0, 0, -1, -1, -1], [-2, 0, 0, 0, 0, -2], [-2, -2, 0, 0, 0, 0]])
    states = np.zeros((1, 6, 2))
    s = siap(states, np.zeros((3, 6, 2)), association, np.arange(6.0))
    assert s.number_change_rate == pytest.approx(1 / 5)


def test_nothing_at_all_has_no_figures():
    nothing = np.full((1, 3, 4), NAN)
    assert all(math.isnan(v) for v in siap(nothing, nothing, np.full((1, 3), -2), np.arange(3.0)))


def test_following_counts_switches_only_when_the_track_is_lost():
    a = associate(TRUTH, TRACKS, 10.0)
    alive = ~np.isnan(TRUTH).any(axis=2)
    assert followings(a, alive) == [(5 / 6, 1, (0, 1, 2)), (2 / 3, 0, (3,))]


def test_a_track_that_comes_back_is_no_switch():
    a = np.array([[0, 0, -2, 0, 0, 0], [-2, -2, -2, 0, 0, 0]])
    assert followings(a[::-1], np.ones((1, 6), bool))[0] == (5 / 6, 0, (1, 0))


def test_purity_is_the_share_on_the_main_object():
    a = np.array([[0, 0, 1, -1], [-1, -1, -2, -2], [-2, -2, -2, -2]])
    assert purity(a) == pytest.approx([0.5, 0.0, NAN], nan_ok=True)


def test_timeliness_is_of_the_first_time_known():
    second = 1_000_000_000
    assert timeliness([90 * second, 80 * second], 10 * second, 400 * second) == (70.0, 320.0)
    assert timeliness([80 * second], 10 * second, None) == (70.0, None)
    assert timeliness([], 0, second) == (None, None)


def stepped(association, life, i):
    """Return what `followings` should say of object i, instant by instant."""
    current, switches, held, order = -1, 0, 0, []
    for t in range(association.shape[1]):
        on = [j for j in range(len(association)) if association[j, t] == i]
        order += [j for j in on if j not in order]
        if on:
            held += int(life[t])
            if current not in on:
                switches += int(current >= 0)
                current = on[0]
    return held / life.sum() if life.sum() else NAN, switches, tuple(order)


@given(hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(-2, 1)))
def test_followings_are_those_of_a_walk_through_the_instants(association):
    life = np.ones((2, association.shape[1]), bool)
    assert [(*f,) for f in followings(association, life)] == [stepped(association, life[i], i) for i in range(2)]


@given(hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=7), elements=st.integers(-2, 1)))
def test_figures_do_not_depend_on_the_order_of_tracks_and_objects(association):
    times, rng = np.arange(association.shape[1]) * 3.0, np.random.default_rng(1)
    truth, tracks = rng.normal(size=(2, len(times), 4)), rng.normal(size=(len(association), len(times), 4))
    one = siap(truth, tracks, association, times)
    swapped = np.where(association >= 0, 1 - association, association)[::-1]
    other = siap(truth[::-1], tracks[::-1], swapped, times)
    assert one == pytest.approx(other, nan_ok=True)
    assert 0.0 <= one.longest_segment <= 1.0 or math.isnan(one.longest_segment)

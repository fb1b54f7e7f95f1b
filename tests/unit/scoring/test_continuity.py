import math

import numpy as np
import pytest

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
    assert timeliness([NAN, 90.0, 80.0], 10.0, 400.0) == (70.0, 320.0)
    assert all(math.isnan(v) for v in timeliness([], 0.0, 1.0))

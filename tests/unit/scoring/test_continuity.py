import math

import numpy as np
import pytest

from tocsin.scoring.continuity import associate, following, purity, siap, timeliness

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


def test_hand_worked_siap():
    s = siap(TRUTH, TRACKS, associate(TRUTH, TRACKS, 10.0))
    assert s.completeness == pytest.approx((5 + 2) / 9)
    assert s.ambiguity == pytest.approx(8 / 7)
    assert s.spuriousness == pytest.approx(1 / 9)
    assert s.position_accuracy == pytest.approx((3 * 1 + 2 * 2 + 3 + 2 * 1) / 8)
    assert s.number_change_rate == pytest.approx(1 / 7)
    assert s.longest_segment == pytest.approx((3 + 2) / 9)


def test_nothing_at_all_has_no_figures():
    s = siap(np.full((1, 3, 2), NAN), np.full((1, 3, 2), NAN), np.full((1, 3), -2))
    assert all(math.isnan(v) for v in s)


def test_following_counts_switches_only_when_the_track_is_lost():
    a = associate(TRUTH, TRACKS, 10.0)
    alive = ~np.isnan(TRUTH).any(axis=2)
    first = following(a, alive[0], 0)
    assert first == (5 / 6, 1, (0, 1, 2))
    assert following(a, alive[1], 1) == (2 / 3, 0, (3,))


def test_purity_is_the_share_on_the_main_object():
    a = np.array([[0, 0, 1, -1], [-1, -1, -2, -2], [-2, -2, -2, -2]])
    assert purity(a) == pytest.approx([0.5, 0.0, NAN], nan_ok=True)


def test_timeliness_is_of_the_first_time_known():
    assert timeliness([NAN, 90.0, 80.0], 10.0, 400.0) == (70.0, 320.0)
    assert all(math.isnan(v) for v in timeliness([], 0.0, 1.0))

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tocsin.scoring.sets import gospa, ospa2, track_distances

NONE = np.zeros((0, 2))


def pts(*p):
    return np.array(p, float).reshape(-1, 2)


def ospa(truth, tracks, c, p=2.0):
    """Return OSPA of points: OSPA(2) over a window of one instant."""
    return ospa2(truth[:, None], tracks[:, None], c, p)


def test_hand_worked_gospa():
    # truths at 0 and 100, tracks 3 from the first and 1000 away: 3^2 + one missed + one false, 10^2 / 2 each
    g = gospa(pts((0, 0), (100, 0)), pts((3, 0), (1000, 0)), c=10.0, p=2.0)
    assert (g.localisation, g.missed, g.false) == (9.0, 50.0, 50.0)
    assert g.distance == pytest.approx(math.sqrt(109.0))
    assert g.pairs == ((0, 0),)


def test_hand_worked_ospa():
    # Schuhmacher et al. 2008, eq. 3: one pair 3 apart, one object more: ((9 + 100) / 2)^(1/2)
    assert ospa(pts((0, 0), (100, 0)), pts((3, 0)), c=10.0) == pytest.approx(math.sqrt(109 / 2))
    assert ospa(pts((0, 0)), pts((1e6, 0)), c=10.0) == pytest.approx(10.0)


def test_empty_sets():
    assert gospa(NONE, NONE, 10.0).distance == 0.0
    assert gospa(pts((0, 0)), NONE, 10.0) == (math.sqrt(50), 0.0, 50.0, 0.0, ())
    assert gospa(NONE, pts((0, 0), (1, 1)), 10.0).false == 100.0
    assert ospa(NONE, NONE, 10.0) == 0.0
    assert ospa(NONE, pts((0, 0)), 10.0) == 10.0


def test_best_pairing_is_found_not_the_nearest_first():
    # nearest first would pair 1 with 1.4 and leave 0 with 2.4
    g = gospa(pts((0, 0), (1, 0)), pts((1.4, 0), (-1, 0)), c=10.0, p=1.0)
    assert g.localisation == pytest.approx(1.4)


def test_cut_off_and_order_are_checked():
    with pytest.raises(ValueError):
        gospa(NONE, NONE, 0.0)
    with pytest.raises(ValueError):
        ospa(NONE, NONE, 1.0, 0.5)
    with pytest.raises(ValueError):
        ospa2(NONE[:, None], NONE[:, None], 1.0, 1.0, 0.5)


def test_hand_worked_track_distance():
    nan = math.nan
    f = np.array([(0, 0), (1, 0), (2, 0), (nan, nan), (nan, nan)], float)
    g = np.array([(nan, nan), (1, 3), (2, 4), (3, 0), (nan, nan)], float)
    # c, 3, 4, c over the four instants at which either exists
    d = track_distances(np.stack([f, g]), np.stack([g, f]), 10.0, 1.0)
    assert d == pytest.approx(np.array([[(10 + 3 + 4 + 10) / 4, 0.0], [0.0, (10 + 3 + 4 + 10) / 4]]))


def test_ospa2_charges_a_swap_that_ospa_does_not_see():
    still = np.array([[(0, 0)] * 4, [(6, 0)] * 4], float)
    swapped = np.array([[(0, 0)] * 2 + [(6, 0)] * 2, [(6, 0)] * 2 + [(0, 0)] * 2], float)
    assert all(ospa(still[:, t], swapped[:, t], 10.0) == 0.0 for t in range(4))
    # each path is 6 off for half of the time
    assert ospa2(still, swapped, 10.0, 1.0, 1.0) == pytest.approx(3.0)


def test_ospa2_ignores_what_is_absent_in_the_window():
    absent = np.full((1, 4, 2), math.nan)
    path = np.zeros((1, 4, 2))
    assert ospa2(path, np.concatenate([path, absent]), 10.0) == 0.0
    assert ospa2(path, absent, 10.0) == 10.0
    assert ospa2(np.zeros((0, 4, 2)), absent, 10.0) == 0.0


# ---- laws: any sets of up to five points in the plane, some of them at one place or at the cut-off from each other --------

places = st.integers(-6, 6).map(float)
sets = st.lists(st.tuples(places, places), max_size=5).map(lambda points: np.array(points, float).reshape(-1, 2))
paths = hnp.arrays(float, st.tuples(st.integers(0, 3), st.just(3), st.just(1)), elements=places | st.just(math.nan))
orders = st.sampled_from([1.0, 2.0])


@given(sets, sets, sets, orders)
def test_gospa_is_a_metric(x, y, z, p):
    def d(a, b):
        return gospa(a, b, 8.0, p).distance

    assert d(x, x) == 0.0
    assert d(x, y) == pytest.approx(d(y, x))
    assert d(x, z) <= d(x, y) + d(y, z) + 1e-9
    # points that differ cost something
    assert (d(x, y) == 0.0) == (sorted(map(tuple, x)) == sorted(map(tuple, y)))


@given(sets, sets, orders, st.randoms(use_true_random=False))
def test_gospa_does_not_see_the_order_of_points(x, y, p, random):
    mixed = y[random.sample(range(len(y)), len(y))]
    assert gospa(x, mixed, 8.0, p)[:4] == pytest.approx(gospa(x, y, 8.0, p)[:4])


@given(sets, sets, orders)
def test_gospa_is_the_least_over_all_ways_of_pairing(x, y, p):
    # the definition (Rahmathullah et al. 2017, def. 1 with alpha 2), by trying every assignment of the smaller set
    few, many = (x, y) if len(x) <= len(y) else (y, x)
    off = np.sqrt(((few[:, None] - many[None]) ** 2).sum(axis=2))
    least = min(
        sum(min(off[i, j], 8.0) ** p for i, j in enumerate(mates))
        for mates in itertools.permutations(range(len(many)), len(few))
    )
    assert gospa(x, y, 8.0, p).distance ** p == pytest.approx(least + 0.5 * 8.0**p * (len(many) - len(few)))


@given(paths, paths, paths, orders)
def test_ospa2_is_a_metric(x, y, z, p):
    def d(a, b):
        return ospa2(a, b, 8.0, p, p)

    assert d(x, x) == 0.0
    assert d(x, y) == pytest.approx(d(y, x))
    assert d(x, y) == pytest.approx(d(x, y[::-1]))
    assert d(x, z) <= d(x, y) + d(y, z) + 1e-9

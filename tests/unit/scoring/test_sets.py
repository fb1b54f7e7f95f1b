import math

import numpy as np
import pytest

from tocsin.scoring.sets import gospa, ospa, ospa2, track_distance

NONE = np.zeros((0, 2))


def pts(*p):
    return np.array(p, float).reshape(-1, 2)


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


def test_they_are_metrics():
    rng = np.random.default_rng(1)
    for _ in range(100):
        x, y, z = (rng.uniform(0, 30, (rng.integers(0, 5), 2)) for _ in range(3))
        for f in (lambda a, b: gospa(a, b, 8.0).distance, lambda a, b: ospa(a, b, 8.0)):
            assert f(x, y) == pytest.approx(f(y, x))
            assert f(x, z) <= f(x, y) + f(y, z) + 1e-9
            assert f(x, x) == 0.0


def test_best_pairing_is_found_not_the_nearest_first():
    # nearest first would pair 1 with 1.4 and leave 0 with 2.4
    g = gospa(pts((0, 0), (1, 0)), pts((1.4, 0), (-1, 0)), c=10.0, p=1.0)
    assert g.localisation == pytest.approx(1.4)


def test_cut_off_and_order_are_checked():
    with pytest.raises(ValueError):
        gospa(NONE, NONE, 0.0)
    with pytest.raises(ValueError):
        ospa(NONE, NONE, 1.0, 0.5)


def test_hand_worked_track_distance():
    nan = math.nan
    f = np.array([(0, 0), (1, 0), (2, 0), (nan, nan), (nan, nan)], float)
    g = np.array([(nan, nan), (1, 3), (2, 4), (3, 0), (nan, nan)], float)
    # c, 3, 4, c over the four instants at which either exists
    assert track_distance(f, g, 10.0, 1.0) == pytest.approx((10 + 3 + 4 + 10) / 4)
    assert track_distance(f, f, 10.0) == 0.0


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

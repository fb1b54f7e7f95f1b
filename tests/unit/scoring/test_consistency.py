import math

import numpy as np
import pytest

from tocsin.scoring.consistency import average_consistency, inside_ellipse, nees, region_coverage, wilson


def test_hand_worked_nees():
    errors = np.array([[2.0, 3.0], [0.0, 0.0]])
    covariances = np.array([np.diag([4.0, 9.0]), np.eye(2)])
    assert nees(errors, covariances) == pytest.approx([2.0, 0.0])


def test_correlation_counts():
    p = np.array([[[2.0, 1.0], [1.0, 2.0]]])
    assert nees(np.array([[1.0, 1.0]]), p) == pytest.approx([2 / 3])
    assert nees(np.array([[1.0, -1.0]]), p) == pytest.approx([2.0])


def test_a_covariance_that_is_none_has_no_nees():
    assert math.isnan(nees(np.ones((1, 2)), np.array([[[1.0, 2.0], [2.0, 1.0]]]))[0])


def samples(n, d, scale=1.0, seed=1):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, d, d))
    p = a @ a.transpose(0, 2, 1) + 0.1 * np.eye(d)
    e = np.einsum("nij,nj->ni", np.linalg.cholesky(p), rng.normal(size=(n, d)))
    return scale * e, p


def test_honest_errors_are_called_consistent_and_others_not():
    assert average_consistency(nees(*samples(2000, 6)), 6).consistent
    boastful = average_consistency(nees(*samples(2000, 6, 1.1)), 6)
    assert boastful.mean > boastful.high
    timid = average_consistency(nees(*samples(2000, 6, 0.9)), 6)
    assert timid.mean < timid.low


def test_interval_of_a_single_value_is_the_chi_square_table():
    # two-sided 95 % of chi-square with 2 degrees of freedom: -2 ln 0.975, -2 ln 0.025
    c = average_consistency(np.array([1.0, math.nan]), 2)
    assert (c.low, c.high, c.number) == pytest.approx((-2 * math.log(0.975), -2 * math.log(0.025), 1))
    assert average_consistency(np.array([math.nan]), 2).number == 0


@pytest.mark.parametrize("probability", [0.5, 0.9, 0.99])
def test_regions_cover_what_they_say(probability):
    share = region_coverage(*samples(4000, 2, seed=2), probability)
    assert share.low <= probability <= share.high


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statist. Med. 17, 857, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_that_of_newcombe_1998(hits, trials, low, high):
    assert wilson(hits, trials) == pytest.approx((hits / trials, low, high, trials), abs=5e-5)


def test_a_share_of_nothing_may_be_any():
    assert wilson(0, 0) == pytest.approx((math.nan, 0.0, 1.0, 0), nan_ok=True)


def test_bearing_of_an_ellipse_runs_from_north_through_east():
    assert inside_ellipse(9.9, 0.0, 10.0, 1.0, math.pi / 2)
    assert not inside_ellipse(0.0, 9.9, 10.0, 1.0, math.pi / 2)
    assert inside_ellipse(7.0, 7.0, 10.0, 1.0, math.pi / 4)
    assert not inside_ellipse(7.0, -7.0, 10.0, 1.0, math.pi / 4)
    assert not inside_ellipse(0.0, 0.0, 0.0, 0.0, 0.0)

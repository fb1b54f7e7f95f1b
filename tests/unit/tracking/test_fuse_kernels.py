"""A burnout and a radar track joined over the arc between them, against the linear answer and a numpy twin."""

import numpy as np

from tests.unit.tracking.scenes import thrown
from tocsin.tracking.filter_kernels import LIGHTNESS, N, coast
from tocsin.tracking.fuse_kernels import carry_on, join

AWAY_S = 400.0
BEFORE = np.diag([2e3, 2e3, 2e3, 50.0, 50.0, 50.0]) ** 2
RADAR = np.diag([300.0, 300.0, 300.0, 30.0, 30.0, 30.0]) ** 2


def begun():
    """Return a state (10,) above the air, coasting up."""
    x = np.zeros(N)
    x[:6], x[9] = thrown(), LIGHTNESS
    coast(x, 60.0)
    return x


def joined(start, radar, covariance=BEFORE):
    x, p = np.empty(6), np.empty((6, 6))
    wide = np.zeros((N, N))
    wide[:6, :6] = RADAR
    return join(start[:6].copy(), covariance, AWAY_S, radar, wide, x, p), x, p


def test_the_transition_is_the_derivative_of_the_flight():
    start = begun()
    phi, steps = np.empty((N, N)), np.array([100.0] * 3 + [0.1] * 3)
    carry_on(start.copy(), AWAY_S, phi, True)
    for j in range(6):
        ends = []
        for sign in (1.0, -1.0):
            x = start.copy()
            x[j] += sign * steps[j]
            coast(x, AWAY_S)
            ends.append(x[:6])
        slope = (ends[0] - ends[1]) / (2.0 * steps[j])
        assert np.abs(phi[:6, j] - slope).max() < 2e-3 * np.abs(slope).max()


def test_two_that_agree_stay_where_they_are_and_are_surer():
    start = begun()
    end = start.copy()
    coast(end, AWAY_S)
    distance, x, p = joined(start, end)
    assert distance < 1e-3
    np.testing.assert_allclose(x, end[:6], atol=1.0)
    assert np.linalg.eigvalsh(p).min() > 0.0
    assert np.trace(p[3:, 3:]) < 0.25 * np.trace(RADAR[3:, 3:])


def test_the_joined_state_is_the_weighted_mean_where_the_arc_is_straight():
    start = begun()
    end, phi = start.copy(), np.empty((N, N))
    carry_on(end, AWAY_S, phi, True)
    rng = np.random.default_rng(5)
    radar = end.copy()
    radar[:6] += rng.multivariate_normal(np.zeros(6), RADAR)
    distance, x, p = joined(start, radar)
    s = phi[:6, :6] @ BEFORE @ phi[:6, :6].T
    gain = s @ np.linalg.inv(s + RADAR)
    np.testing.assert_allclose(p, (np.eye(6) - gain) @ s, rtol=0.05, atol=0.05 * np.abs(p).max())
    expected = end[:6] + gain @ (radar[:6] - end[:6])
    assert np.abs((x - expected)[:3]).max() < 30.0
    off = radar[:6] - end[:6]
    assert abs(distance - off @ np.linalg.solve(s + RADAR, off)) < 0.2


def test_joining_is_honest_over_a_curved_arc():
    rng = np.random.default_rng(11)
    wide = np.diag([20e3, 20e3, 20e3, 400.0, 400.0, 400.0]) ** 2
    squares = []
    for _ in range(60):
        truth = begun()
        start = truth.copy()
        start[:6] += rng.multivariate_normal(np.zeros(6), wide)
        coast(truth, AWAY_S)
        radar = truth.copy()
        radar[:6] += rng.multivariate_normal(np.zeros(6), RADAR)
        _, x, p = joined(start, radar, wide)
        error = x - truth[:6]
        squares.append(error @ np.linalg.solve(p, error) / 6.0)
    # 60 x 6 squares: the mean is 1 +/- 0.075
    assert 0.75 < np.mean(squares) < 1.25


def test_two_that_are_not_one_are_far_apart():
    start = begun()
    end = start.copy()
    coast(end, AWAY_S)
    end[:3] += 400e3
    assert joined(start, end)[0] > 100.0

"""What came down into the air is carried back to where it was above it."""

import types

import numpy as np

from tests.unit.tracking import twin
from tests.unit.tracking.scenes import thrown
from tocsin.tracking.entry import STEP_S, before_air
from tocsin.tracking.filter_kernels import FREE, MODELS, N, coast
from tocsin.world.geodesy_kernels import height_near

AIR_M, BETA = 85e3, 133.0


def bank_of(x, p):
    """Return what `before_air` reads of a bank with one track."""
    xs, ps = np.zeros((1, MODELS, N)), np.zeros((1, MODELS, N, N))
    xs[0, FREE], ps[0, FREE] = x, p
    return types.SimpleNamespace(xs=xs, ps=ps)


def fallen(height=90e3, speed=7400.0, down_deg=0.6, until=57e3):
    """Return the states (n, 10), every `STEP_S`, of a body that falls from orbit to a height."""
    x = np.zeros(N)
    x[:6], x[9] = thrown(40.0, -30.0, height, speed, 80.0, -down_deg), 1.0 / BETA
    way = [x.copy()]
    while height_near(*x[:3]) > until:
        coast(x, STEP_S)
        way.append(x.copy())
    return np.array(way)


def test_a_body_from_orbit_gets_its_orbit_back():
    way = fallen()
    ago, state, covariance = before_air(bank_of(way[-1], np.zeros((N, N))), 0, AIR_M)
    first = next(k for k in range(len(way) - 1, -1, -1) if height_near(*way[k, :3]) >= AIR_M)
    assert np.linalg.norm(state[:3] - way[first, :3]) < 5.0 and np.linalg.norm(state[3:] - way[first, 3:6]) < 0.05
    assert np.linalg.norm(way[-1, 3:6]) < 0.8 * np.linalg.norm(state[3:])
    assert ago == STEP_S * (len(way) - 1 - first)
    assert not covariance.any()


def test_its_errors_come_back_with_it():
    x, p = fallen()[-1], np.diag(np.array([30.0] * 3 + [2.0] * 3 + [0.0] * 3 + [2e-4]) ** 2)
    p[3, 9] = p[9, 3] = 0.5 * 2.0 * 2e-4
    _, _, covariance = before_air(bank_of(x, p), 0, AIR_M)
    steps, columns = np.array([10.0] * 3 + [0.1] * 3 + [1.0] * 3 + [1e-6]), []
    for k in range(N):
        ends = []
        for sign in (1.0, -1.0):
            y = x.copy()
            y[k] += sign * steps[k]
            coast(y, -STEP_S * ago(x))
            ends.append(y[:6])
        columns.append((ends[0] - ends[1]) / (2.0 * steps[k]))
    back = np.array(columns).T
    expected = back @ p @ back.T
    sigma = np.sqrt(np.diag(expected))
    assert np.abs((covariance - expected) / np.outer(sigma, sigma)).max() < 0.05


def ago(x):
    """Return after how many steps back a body is above the air."""
    y, count = x.copy(), 0
    while height_near(*y[:3]) < AIR_M:
        coast(y, -STEP_S)
        count += 1
    return count


def test_nothing_is_said_of_what_is_above_the_air_or_never_was():
    p = np.diag(twin.SCALE**2)
    assert before_air(bank_of(fallen()[0], p), 0, AIR_M) is None
    low = np.zeros(N)  # its apogee is below
    low[:6], low[9] = thrown(40.0, -30.0, 40e3, 1200.0, 80.0, 25.0), 1.0 / 3000.0
    coast(low, 60.0)
    assert height_near(*low[:3]) < AIR_M and before_air(bank_of(low, p), 0, AIR_M) is None
    level = np.zeros(N)  # heavy and level: in the air for longer than is looked back
    level[:6], level[9] = thrown(40.0, -30.0, 83e3, 7480.0, 80.0, 0.0), 1.0 / 20_000.0
    coast(level, 10.0)
    assert height_near(*level[:3]) < AIR_M and before_air(bank_of(level, p), 0, AIR_M) is None

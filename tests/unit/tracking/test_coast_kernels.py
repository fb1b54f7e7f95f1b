"""The fast way of a coasting track against the general one, and against the plain twin."""

import numpy as np
import pytest

from tests.unit.tracking import twin
from tests.unit.tracking.test_bank_kernels import row_of
from tocsin.core.constants import NS
from tocsin.tracking import coast_kernels as ck
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking import update_kernels as uk
from tocsin.tracking.bank_kernels import ASLEEP, NEVER
from tocsin.tracking.filter_kernels import FREE, N

PLACES = {
    "space": [6.9e6, 1.0e6, 2.0e6, -2000.0, 3000.0, 5000.0],
    "through the air": [6.378e6 + 160e3, 0.0, 0.0, -6000.0, 2000.0, 300.0],
    "far": [2.0e7, -1.5e7, 1.0e7, 1500.0, 2500.0, -900.0],
}


def track(where, seed=1):
    rng = np.random.default_rng(seed)
    x, p = np.zeros(N), np.zeros((N, N))
    x[:6], x[9] = PLACES[where], fk.LIGHTNESS
    a = rng.normal(size=(6, 6)) * np.array([300.0] * 3 + [5.0] * 3)[:, None]
    p[:6, :6] = a @ a.T
    p[9, 9] = fk.LIGHTNESS_SIGMA**2
    return x, p


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.7, 23.0])
def test_the_fast_prediction_is_the_general_one(where, seconds):
    x, p = track(where)
    y, q = x.copy(), p.copy()
    ck.predict_free(x, p, seconds, np.empty((20, 6, 1)))
    fk.predict_model(y, q, seconds, FREE)
    assert x == pytest.approx(y, rel=1e-13, abs=1e-9)
    assert p == pytest.approx(q, rel=1e-9, abs=1e-9 * np.abs(q).max() * 1e-3)
    assert np.array_equal(p, p.T)


def test_the_fast_prediction_is_that_of_the_plain_twin():
    x, p = track("space")
    y = twin.flow(x.copy(), 5.0, FREE)
    ck.predict_free(x, p, 5.0, np.empty((20, 6, 1)))
    assert x[:6] == pytest.approx(y[:6], rel=1e-9)


@pytest.mark.parametrize("rate", [False, True])
@pytest.mark.parametrize("off", [0.0, 2.0, 40.0])
def test_the_fast_update_is_the_general_one(rate, off):
    x, p = track("space")
    m = row_of(x + np.array([400.0, -300.0, 200.0, *[0.0] * 7]))
    m[12] += off * m[13]
    if rate:
        m[16], m[17] = 2500.0, 1.0
    y, q = x.copy(), p.copy()
    assert ck.is_free(p)
    found = ck.update_free(x, p, m, np.empty((18, N)))
    assert found == pytest.approx(uk.update_model(y, q, m, 0.0, FREE), rel=1e-12)
    assert x == pytest.approx(y, rel=1e-13) and p == pytest.approx(q, rel=1e-9, abs=1e-12 * np.abs(q).max())


def test_a_track_in_the_air_is_not_free():
    x, p = track("through the air")
    ck.predict_free(x, p, 20.0, np.empty((20, 6, 1)))
    assert not ck.is_free(p)


@pytest.mark.parametrize("k", [0, 1, 2, 5, ck.LANES])
def test_tracks_carried_together_are_each_carried_as_alone(k):
    cap, places = k + 3, list(PLACES)
    xs, ps = np.zeros((cap, 2, N)), np.zeros((cap, 2, N, N))
    low = places.index("through the air")
    for s in range(cap):
        xs[s, FREE], ps[s, FREE] = track(places[s % 3], s)
        xs[s, FREE, 0] -= 60e3 if s % 3 == low else 0.0
    ts, two = np.full(cap, 100 * NS), np.array([ASLEEP, 0] * cap)[:cap]
    slots = np.random.default_rng(k).permutation(cap)[:k]
    until = 100 * NS + np.round(np.linspace(-1.0, 12.0, k) * NS).astype(np.int64)
    ahead = np.zeros((cap, N)), np.zeros((cap, N, N)), np.full(cap, NEVER)
    before = xs.copy(), ps.copy()
    ck.carry_together(xs, ps, ts, two, slots, until, *ahead, np.full((20, 6, ck.LANES), np.nan))
    assert np.array_equal(xs, before[0]) and np.array_equal(ps, before[1])
    for s, t in zip(slots.tolist(), until.tolist(), strict=True):
        seconds = (t - ts[s]) * 1e-9
        alone = 0.0 < seconds <= 10.0 and s % 3 != low
        assert ahead[2][s] == (t if alone else NEVER)
        if alone:
            x, p = xs[s, FREE].copy(), ps[s, FREE].copy()
            ck.predict_free(x, p, seconds, np.empty((20, 6, 1)))
            assert np.array_equal(ahead[0][s], x) and np.array_equal(ahead[1][s], p)
    rest = np.setdiff1d(np.arange(cap), slots)
    assert (ahead[2][rest] == NEVER).all() and not ahead[0][rest].any()


def test_tracks_that_may_burn_and_tracks_that_are_there_already_are_not_carried():
    xs, ps = np.zeros((2, 2, N)), np.zeros((2, 2, N, N))
    for s in range(2):
        xs[s, FREE], ps[s, FREE] = track("space", s)
    ahead_x, ahead_t = np.zeros((2, N)), np.array([NEVER, 3 * NS])
    slots, until, work = np.arange(2), np.full(2, 3 * NS), np.empty((20, 6, ck.LANES))
    two = np.array([1, 0])
    ck.carry_together(xs, ps, np.zeros(2, np.int64), two, slots, until, ahead_x, np.zeros((2, N, N)), ahead_t, work)
    assert not ahead_x.any() and ahead_t.tolist() == [NEVER, 3 * NS]

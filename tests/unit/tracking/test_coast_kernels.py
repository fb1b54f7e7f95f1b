"""The fast way of a coasting track against the general one, and against the plain twin."""

import numpy as np
import pytest

from tests.unit.tracking import twin
from tests.unit.tracking.test_bank_kernels import row_of
from tocsin.tracking import coast_kernels as ck
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking import update_kernels as uk
from tocsin.tracking.filter_kernels import FREE, N

PLACES = {
    "space": [6.9e6, 1.0e6, 2.0e6, -2000.0, 3000.0, 5000.0],
    "through the air": [6.378e6 + 160e3, 0.0, 0.0, -6000.0, 2000.0, 300.0],
    "far": [2.0e7, -1.5e7, 1.0e7, 1500.0, 2500.0, -900.0],
}


def track(where, seed=1):
    rng = np.random.default_rng(seed)
    x, p = np.zeros(N), np.zeros((N, N))
    x[:6], x[9] = PLACES[where], fk.LN_BETA
    a = rng.normal(size=(6, 6)) * np.array([300.0] * 3 + [5.0] * 3)[:, None]
    p[:6, :6] = a @ a.T
    p[9, 9] = fk.LN_BETA_SIGMA**2
    return x, p


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.7, 23.0])
def test_the_fast_prediction_is_the_general_one(where, seconds):
    x, p = track(where)
    y, q = x.copy(), p.copy()
    ck.predict_free(x, p, seconds, np.empty((18, 6)))
    fk.predict_model(y, q, seconds, FREE)
    assert x == pytest.approx(y, rel=1e-13, abs=1e-9)
    assert p == pytest.approx(q, rel=1e-9, abs=1e-9 * np.abs(q).max() * 1e-3)
    assert np.array_equal(p, p.T)


def test_the_fast_prediction_is_that_of_the_plain_twin():
    x, p = track("space")
    y = twin.flow(x.copy(), 5.0, FREE)
    ck.predict_free(x, p, 5.0, np.empty((18, 6)))
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
    ck.predict_free(x, p, 20.0, np.empty((18, 6)))
    assert not ck.is_free(p)

"""Bodies that come down through the air: what is said of their place, velocity and lightness is as sure as it is."""

import math

import numpy as np
import pytest

from tests.unit.tracking import twin
from tests.unit.tracking.test_update_kernels import ROT, SITE, linearised, row_of
from tests.unit.tracking.twin import SCALE
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking import update_kernels as uk
from tocsin.tracking.filter_kernels import FREE, N
from tocsin.tracking.lightness_kernels import BEYOND, may_be_lighter, no_drag
from tocsin.world.geodesy_kernels import height_above_ellipsoid

SIX_AND_IT = [0, 1, 2, 3, 4, 5, 9]
SIGMAS = np.array([20.0] * 3 + [0.1] * 3 + [0.0] * 3 + [fk.LIGHTNESS_SIGMA])


def come_down(rng, beta, every_s, speed, angle_deg):
    """Return (height, squared normalised error per component of place, velocity and lightness) after each look of a radar."""
    turn, angle = rng.uniform(0.0, 2.0 * math.pi), math.radians(angle_deg)
    up, level = SITE / np.linalg.norm(SITE), math.cos(turn) * ROT[0] + math.sin(turn) * ROT[1]
    truth, p, seen = np.zeros(N), np.diag(SIGMAS**2), []
    # it will pass some 100 km off the radar, low
    truth[:3] = SITE + 150e3 * up - (150e3 / math.tan(angle) - 100e3) * level
    truth[3:6] = speed * (math.cos(angle) * level - math.sin(angle) * up)
    x = truth + SIGMAS * rng.normal(size=N)
    truth[9], x[9] = 1.0 / beta, fk.LIGHTNESS
    fk.coast(truth, begin := rng.uniform(0.0, every_s))
    fk.predict_model(x, p, begin, FREE)
    while (height := height_above_ellipsoid(*truth[:3])) > 25e3:
        if (truth[:3] - SITE) @ up > 0.0:
            m = row_of(truth, ("direction", "range"), off=rng.normal(size=4))
            uk.update_model(x, p, m, 0.0, FREE)
        d = (x - truth)[SIX_AND_IT]
        seen.append((height, d @ np.linalg.solve(p[np.ix_(SIX_AND_IT, SIX_AND_IT)], d) / 7.0))
        fk.coast(truth, every_s)
        fk.predict_model(x, p, every_s, FREE)
    return seen


@pytest.mark.parametrize("every_s", [1.0, 5.0])
@pytest.mark.parametrize(("speed", "angle_deg"), [(6400.0, 20.0), (6400.0, 40.0), (2500.0, 50.0)])
def test_errors_through_the_air_are_what_they_are_said_to_be(every_s, speed, angle_deg):
    rng = np.random.default_rng(11)
    low, high = math.log(fk.BETA_LEAST), math.log(fk.BETA_MOST)
    betas = np.exp(rng.uniform(low, high, 30)).tolist()
    seen = [one for beta in betas for one in come_down(rng, beta, every_s, speed, angle_deg)]
    for top in (120e3, 70e3, 55e3, 40e3):
        squares = [square for height, square in seen if top - 20e3 < height <= top]
        # one per component is honest; a logarithm in the state said 4 to 90 below 70 km
        assert 0.5 < np.mean(squares) < 1.3, top


@pytest.mark.parametrize("beta", [500.0, 100.0, 30.0])
def test_a_body_lighter_than_any_missile_is_found_to_be_so(beta):
    rng = np.random.default_rng(12)
    for _ in range(6):
        seen = come_down(rng, beta, 1.0, 6400.0, 20.0)
        assert np.mean([square for height, square in seen if height < 45e3]) < 2.0


def test_it_is_widened_by_what_the_measurement_alone_says():
    x = np.concatenate([SITE + 60e3 * ROT[2] + 40e3 * ROT[0], -3000.0 * ROT[2], np.zeros(3), [fk.LIGHTNESS]])
    rng, work, widened = np.random.default_rng(13), np.empty((7, N)), 0
    for far in (0.5, 2.0, 20.0, 60.0):
        for sign in (-1.0, 1.0):
            p = twin.random_covariance(rng, 0.1 * SCALE)
            h, y, r = linearised(x, p, row_of(x))
            s, c = h @ p @ h.T + np.diag(r), h @ p[:, 9]
            y = y + sign * far * c / math.sqrt(p[9, 9])
            t, v = c @ np.linalg.solve(s, y), c @ np.linalg.solve(s, c)
            expected = p.copy()
            if t > 0.0 and t * t > BEYOND * v:
                sigma = min(p[9, 9] * t / v, fk.LIGHTEST)
                expected += max(sigma**2 / p[9, 9] - 1.0, 0.0) / p[9, 9] * np.outer(p[:, 9], p[:, 9])
                widened += 1
            rows, out = np.zeros((4, N)), np.zeros((4, 2))
            rows[: len(y)], out[: len(y), 0], out[: len(y), 1] = h, y, r
            may_be_lighter(p, rows, out, len(y), N, work)
            scale = np.sqrt(np.diag(expected))
            assert (p - expected) / np.outer(scale, scale) == pytest.approx(np.zeros((N, N)), abs=1e-9)
    assert 0 < widened < 5


def test_out_of_the_air_nothing_is_widened():
    x, p = np.concatenate([SITE + 400e3 * ROT[2], 4000.0 * ROT[0], np.zeros(4)]), np.diag(SCALE**2)
    h, y, r = linearised(x, p, row_of(x, off=(50.0, 50.0, 50.0, 50.0)))
    rows, out, before = np.zeros((4, N)), np.zeros((4, 2)), p.copy()
    rows[:4], out[:, 0], out[:, 1] = h, y, r
    may_be_lighter(p, rows, out, 4, N, np.empty((7, N)))
    assert np.array_equal(p, before)


def test_what_may_have_burnt_just_now_is_not_called_light():
    up = SITE / np.linalg.norm(SITE)
    x, p = np.zeros(N), np.diag(SIGMAS**2)
    x[:3], x[3:6], x[9] = SITE + 62e3 * up - 150e3 * ROT[0], 1500.0 * ROT[0] + 800.0 * up, fk.LIGHTNESS
    fk.predict_model(x, p, 1.0, FREE)
    # it is behind: its thrust ended before the state thinks
    behind = x.copy()
    behind[:3] -= 300.0 * x[3:6] / np.linalg.norm(x[3:6])
    found = {}
    for coasts in (True, False):
        y, q = x.copy(), p.copy()
        uk.take_in(y, q, row_of(behind, ("direction", "range")), 0.0, FREE, coasts, np.empty((uk.ROOM, N)))
        found[coasts] = float(y[9])
    assert found[True] > 10.0 * fk.LIGHTNESS
    assert found[False] < 3.0 * fk.LIGHTNESS


@pytest.mark.parametrize(
    ("sigmas_out", "wide", "kept"), [(-1.0, 50.0, True), (-2.5, 50.0, False), (2.5, 100.0, False), (-2.5, 0.9, True)]
)
def test_a_lightness_that_no_body_has_is_given_up_for_the_prior(sigmas_out, wide, kept):
    rng = np.random.default_rng(14)
    x, p = rng.normal(size=N), twin.random_covariance(rng, 0.1 * SCALE)
    sigma = wide * fk.LIGHTNESS_SIGMA
    p[9, :] *= sigma / math.sqrt(p[9, 9])
    p[:, 9] = p[9, :]
    p[9, 9] = sigma**2
    x[9] = sigmas_out * sigma + (fk.LIGHTEST if sigmas_out > 0.0 else 0.0)
    # a measurement of the lightness alone, of the prior's own value and sigma
    h, r = np.eye(N)[9], fk.LIGHTNESS_SIGMA**2
    gain = p @ h / (h @ p @ h + r)
    expected = (x, p) if kept else (x + gain * (fk.LIGHTNESS - x[9]), p - np.outer(gain, h @ p))
    y, q = x.copy(), p.copy()
    no_drag(y, q, np.empty(N))
    assert y == pytest.approx(expected[0], rel=1e-12)
    scale = np.sqrt(np.diag(p))
    assert (q - expected[1]) / np.outer(scale, scale) == pytest.approx(np.zeros((N, N)), abs=1e-12)
    assert np.array_equal(q, q.T)

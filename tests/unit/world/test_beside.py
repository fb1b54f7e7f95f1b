"""Flights beside one another land where each would land alone, within a small part of how far apart they fall."""

import numpy as np
import pytest

from tests.unit.prediction.arcs import spread, state_at
from tests.unit.world.test_conic import kepler_height, state
from tocsin.world.motion.beside_kernels import fly_beside
from tocsin.world.motion.conic_kernels import land_arc
from tocsin.world.motion.freeflight_kernels import REACHED, fly_to_height_many

ARCS = {
    "1,000 km": (35.0, 130.0, 70e3, 2900.0, 40.0, 200.0),
    "3,500 km, antimeridian": (40.0, 165.0, 150e3, 4900.0, 36.0, 80.0),
    "10,000 km over the pole": (55.0, 90.0, 250e3, 6900.0, 22.0, 5.0),
    "lofted": (39.0, 126.0, 200e3, 7000.0, 84.0, 80.0),
    "depressed": (20.0, -30.0, 120e3, 6300.0, 8.0, 300.0),
    "in the air": (20.0, -30.0, 20e3, 1500.0, -40.0, 120.0),
}


def fly(kernel, states, betas, *how):
    out, status = np.empty((len(states), 7)), np.empty(len(states), np.int64)
    kernel(states, betas, 0.0, 5400.0, *how, out, status)
    return out, status


@pytest.mark.parametrize("name", ARCS)
@pytest.mark.parametrize(("sigma_m", "sigma_m_s", "share"), [(1e3, 10.0, 0.03), (1e4, 150.0, 0.15)])
@pytest.mark.parametrize("loose", [False, True])
def test_a_cloud_lands_where_its_points_land_alone(name, sigma_m, sigma_m_s, share, loose):
    rng = np.random.default_rng(5)
    states = state_at(*ARCS[name]) + rng.standard_normal((64, 6)) @ np.linalg.cholesky(spread(sigma_m, sigma_m_s)).T
    betas = np.where(np.arange(64) % 8 == 7, 1500.0, 3500.0)  # those of another body are flown for themselves
    alone, landed_alone = fly(fly_to_height_many, states, betas)
    beside, landed = fly(fly_beside, states, betas, 3, loose)
    down = landed_alone == REACHED
    assert (landed[down] == REACHED).all()
    places = alone[down, :3]
    width = np.sqrt(((places - places.mean(axis=0)) ** 2).sum(axis=1).mean())
    assert np.linalg.norm(beside[down, :3] - places, axis=1).max() < share * width
    late = alone[down, 6]
    assert np.abs(beside[down, 6] - late).max() < max(1.5 * share * late.std(), 0.5)


def test_none_one_and_two_points():
    states = np.array([state_at(*ARCS["1,000 km"])] * 2)
    alone, _ = fly(fly_to_height_many, states, np.full(2, 3500.0))
    for n in (0, 1, 2):
        beside, status = fly(fly_beside, states[:n], np.full(n, 3500.0), 3, False)
        assert (status == REACHED).all()
        np.testing.assert_allclose(beside, alone[:n], rtol=0, atol=1e-6)


def test_the_end_of_an_arc_is_that_of_two_body_motion():
    y = state(climb_deg=30.0)
    out, later = np.empty(7), np.empty(7)
    assert land_arc(*y, 0.0, out)
    assert kepler_height(y, out[6]) == pytest.approx(0.0, abs=60.0)
    # a second further down, the place has moved by the velocity
    assert land_arc(*y, -3000.0, later)
    middle = 0.5 * (out[3:6] + later[3:6])
    np.testing.assert_allclose(later[:3] - out[:3], middle * (later[6] - out[6]), rtol=1e-4)
    assert not land_arc(*state(speed=9000.0, climb_deg=0.0), 0.0, out)

"""Arcs follow the two-body law, and P(perigee < h) is what sampling gives."""

import math

import numpy as np
import pytest

from tests.unit.prediction.arcs import spread, state_at
from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2
from tocsin.prediction.arc import arc_figures
from tocsin.world.geodesy import inverse, to_geodetic
from tocsin.world.motion.freeflight_kernels import fly_to_height


def _one(state, covariance=None, floor=100e3):
    return arc_figures(state[None], (np.zeros((6, 6)) if covariance is None else covariance)[None], floor)


def _inertial(x, v):
    return np.concatenate([x, v - np.cross([0.0, 0.0, EARTH_RATE_RAD_S], x)])


def test_a_known_ellipse_is_recovered():
    # perigee 7000 km, apogee 9000 km in the equator plane, 30 degrees past perigee
    a, e, f = 8.0e6, 0.125, math.radians(30.0)
    p = a * (1 - e * e)
    x = p / (1 + e * math.cos(f)) * np.array([math.cos(f), math.sin(f), 0.0])
    v = math.sqrt(MU_M3_S2 / p) * np.array([-math.sin(f), e + math.cos(f), 0.0])
    arc = _one(_inertial(x, v))
    assert arc.perigee_m[0] == pytest.approx(7.0e6 - 6378137.0, abs=1e-3)
    assert arc.apogee_m[0] == pytest.approx(9.0e6 - 6378137.0, abs=1e-3)
    assert arc.inclination[0] == pytest.approx(0.0, abs=1e-12)
    assert arc.period_s[0] == pytest.approx(2 * math.pi * math.sqrt(a**3 / MU_M3_S2), rel=1e-12)
    big_e = 2 * math.atan(math.sqrt((1 - e) / (1 + e)) * math.tan(f / 2))
    since = (big_e - e * math.sin(big_e)) * math.sqrt(a**3 / MU_M3_S2)
    assert arc.to_apogee_s[0] == pytest.approx(arc.period_s[0] / 2 - since, abs=1e-6)
    assert math.isnan(arc.range_m[0])


def test_after_apogee_the_time_is_negative_and_the_path_falls():
    up = _one(state_at(10.0, 20.0, 500e3, 4000.0, 30.0, 60.0))
    down = _one(state_at(10.0, 20.0, 500e3, 4000.0, -30.0, 60.0))
    assert up.to_apogee_s[0] == pytest.approx(-down.to_apogee_s[0], rel=0.1)
    assert up.to_apogee_s[0] > 0 > down.to_apogee_s[0]
    assert up.path_angle[0] > 0 > down.path_angle[0]


def test_an_open_orbit_has_no_apogee():
    arc = _one(state_at(0.0, 0.0, 300e3, 12000.0, 10.0, 90.0))
    assert arc.energy[0] > 0 and math.isinf(arc.apogee_m[0]) and math.isnan(arc.to_apogee_s[0])


@pytest.mark.parametrize("speed", [7000.0, 7250.0, 7290.0, 7330.0])
def test_the_chance_of_a_low_perigee_is_that_of_sampling(speed):
    state = state_at(5.0, 10.0, 350e3, speed, 0.5, 90.0)
    covariance = spread(300.0, 25.0)
    got = _one(state, covariance, 150e3).p_low[0]
    rng = np.random.default_rng(2)
    many = state + rng.standard_normal((4000, 6)) @ np.linalg.cholesky(covariance).T
    sampled = arc_figures(many, np.zeros((4000, 6, 6))).perigee_m
    assert got == pytest.approx((sampled < 150e3).mean(), abs=0.04)


def test_rows_do_not_depend_on_each_other():
    states = np.array([state_at(5.0, 10.0, 350e3, v, 20.0, 90.0) for v in (2000.0, 4000.0, 7000.0)])
    covariances = np.array([spread(300.0, 25.0)] * 3)
    together = arc_figures(states, covariances)
    for i in range(3):
        alone = _one(states[i], covariances[i])
        assert together.perigee_m[i] == alone.perigee_m[0] and together.p_low[i] == alone.p_low[0]
        assert together.p_below(i, -50e3) == _one(states[i], covariances[i], -50e3).p_low[0]


@pytest.mark.parametrize(
    ("speed", "angle", "azimuth"), [(2500.0, 40.0, 70.0), (2300.0, 89.0, 90.0), (6000.0, 60.0, 300.0)]
)
def test_the_range_is_that_on_the_turning_ground(speed, angle, azimuth):
    # flown both ways without air from a place near the ground: where it rose and where it falls, by the geodesic
    state = state_at(39.0, 126.0, 20e3, speed, angle, azimuth)
    places = []
    for sign in (1.0, -1.0):
        out = np.empty(7)
        fly_to_height(state, 1e9, 0.0, sign * 8000.0, out)
        places.append([float(v) for v in to_geodetic(out[:3])[:2]])
    length = float(inverse(*places[0], *places[1])[0])
    assert _one(state).range_m[0] == pytest.approx(length, abs=3e3, rel=0.01)

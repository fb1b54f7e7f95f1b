import math

import numpy as np
import pytest

from tests.authority.careful_flight import launched
from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.motion.conic_kernels import time_down_to
from tocsin.world.motion.freeflight_kernels import REACHED, fly_to_height


def state(height=400e3, speed=6500.0, climb_deg=20.0, azimuth=1.0) -> np.ndarray:
    """An Earth-fixed state over 40 N, 10 E from inertial speed, climb and azimuth."""
    one = [np.array([x]) for x in (math.radians(40), math.radians(10), height, speed, math.radians(climb_deg), azimuth)]
    return launched(*one)[0]


def kepler_height(y: np.ndarray, t: float) -> float:
    """Return the height (m) after t s of two-body motion, by small steps in the inertial frame of the start."""
    r, v = y[:3].copy(), y[3:] + np.cross([0.0, 0.0, EARTH_RATE_RAD_S], y[:3])
    n = 4000
    h = t / n

    def pull(x):
        return -MU_M3_S2 * x / np.linalg.norm(x) ** 3

    for _ in range(n):
        v += 0.5 * h * pull(r)
        r += h * v
        v += 0.5 * h * pull(r)
    return height_above_ellipsoid(*r)


@pytest.mark.parametrize(("climb", "azimuth"), [(30.0, 0.3), (10.0, 2.0), (-15.0, 4.0), (0.5, 5.5)])
def test_two_body_arc_is_at_the_level_at_the_time_it_says(climb, azimuth):
    y = state(climb_deg=climb, azimuth=azimuth)
    t = time_down_to(*y, 120e3, 1.0)
    assert 50.0 < t < 3000.0
    assert kepler_height(y, t) == pytest.approx(120e3, abs=60.0)
    assert kepler_height(y, t + 1.0) < kepler_height(y, t)


def test_real_arc_differs_by_what_oblateness_does():
    y = state(height=800e3, climb_deg=-10.0)
    out = np.zeros(7)
    assert fly_to_height(y, 0.0, 120e3, 3000.0, out) == REACHED
    assert time_down_to(*y, 120e3, 1.0) == pytest.approx(out[6], abs=1.0)


def test_backward_it_is_the_time_since_the_level():
    y = state(climb_deg=25.0)
    out = np.zeros(7)
    assert fly_to_height(y, 0.0, 120e3, -3000.0, out) == REACHED
    assert time_down_to(*y, 120e3, -1.0) == pytest.approx(-out[6], abs=1.0)


def test_orbits_that_do_not_come_down_and_those_without_an_answer():
    assert time_down_to(*state(speed=8000.0, climb_deg=0.0), 120e3, 1.0) == math.inf
    assert time_down_to(*state(speed=12000.0), 120e3, 1.0) == -1.0
    r = np.linalg.norm(state()[:3])
    assert time_down_to(*state(speed=math.sqrt(MU_M3_S2 / r), climb_deg=0.0), 120e3, 1.0) in (-1.0, math.inf)

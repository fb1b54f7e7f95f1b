import numpy as np
import pytest

from tests.unit.world.test_freeflight import moved, state
from tocsin.world.motion.shortarc_kernels import propagate_short, propagate_short_drag, transition_short


def test_short_arc_is_the_long_integrator_over_seconds():
    y = state(h=500e3, speed=7000.0)
    for dt, allowed in ((1.0, 1e-6), (5.0, 1e-5), (-10.0, 1e-4), (1000.0, 0.05)):
        assert np.linalg.norm(np.array(propagate_short(*y, dt))[:3] - moved(y, dt, 0.0)[:3]) < allowed


def test_no_time_changes_nothing():
    y = state()
    assert propagate_short(*y, 0.0) == tuple(y)


def test_short_arc_with_drag_is_the_long_integrator():
    for h, beta in ((30e3, 2000.0), (60e3, 500.0), (100e3, 100.0)):
        y = state(h=h, speed=4000.0, climb=-0.7)
        assert np.linalg.norm(np.array(propagate_short_drag(*y, beta, 4.0))[:3] - moved(y, 4.0, beta)[:3]) < 0.3
    y = state()
    assert propagate_short_drag(*y, 0.0, 3.0) == pytest.approx(propagate_short(*y, 3.0), rel=1e-10)


@pytest.mark.parametrize("dt", [0.5, 5.0, -5.0, 20.0])
def test_transition_is_the_derivative_of_the_arc(dt):
    y = state(h=300e3)
    numeric = np.zeros((6, 6))
    for column in range(6):
        e = np.zeros(6)
        e[column] = 100.0 if column < 3 else 1.0
        ahead, behind = np.array(propagate_short(*(y + e), dt)), np.array(propagate_short(*(y - e), dt))
        numeric[:, column] = (ahead - behind) / (2.0 * e[column])
    out = np.zeros((6, 6))
    transition_short(*y, dt, out)
    scale = np.outer([1, 1, 1, 1 / 10, 1 / 10, 1 / 10], [1, 1, 1, 10, 10, 10])
    assert np.abs((out - numeric) / scale).max() < 1e-5


def test_transition_keeps_volume():
    out = np.zeros((6, 6))
    transition_short(*state(), 10.0, out)
    # the rotating frame's flow is canonical: its determinant is one
    assert np.linalg.det(out) == pytest.approx(1.0, abs=1e-7)

"""From when and with which drag a stage is led back to where it let go what it carried."""

import types

import numpy as np
import pytest

from tests.unit.tracking.scenes import START, thrown
from tests.unit.tracking.test_entry import bank_of, fallen
from tocsin.centre.predictor import _last_above
from tocsin.core.constants import NS
from tocsin.tracking.filter_kernels import N
from tocsin.world.geodesy_kernels import height_near

DRAG = (4e-3, 1e-4, np.zeros(6))


def led_back(x: np.ndarray):
    track = types.SimpleNamespace(slot=0)
    tracker = types.SimpleNamespace(bank=bank_of(x, np.zeros((N, N))))
    return _last_above(track, tracker, START, x, np.eye(N), DRAG)  # type: ignore[arg-type]


@pytest.mark.parametrize("steep_deg", [2.0, 40.0])
def test_what_rises_is_led_back_from_where_it_is_with_its_own_drag(steep_deg: float) -> None:
    x = np.zeros(N)
    x[:6] = thrown(40.0, -30.0, 60e3, 2000.0, 80.0, steep_deg)
    (time, state, covariance), drag = led_back(x)
    assert time == START and drag is DRAG
    assert np.array_equal(state, x[:6]) and np.array_equal(covariance, np.eye(6))


def test_what_falls_through_the_air_is_led_back_from_before_it() -> None:
    way = fallen()
    (time, state, _), drag = led_back(way[-1])
    assert drag is None
    assert height_near(*state[:3]) > 85e3
    ago = round((START - time) / NS / 5.0)
    assert state == pytest.approx(way[len(way) - 1 - ago, :6], rel=1e-4, abs=5.0)


def test_what_falls_above_the_air_is_led_back_from_where_it_is() -> None:
    x = np.zeros(N)
    x[:6] = thrown(40.0, -30.0, 200e3, 4000.0, 80.0, -30.0)
    (time, state, _), drag = led_back(x)
    assert time == START and drag is None and np.array_equal(state, x[:6])

import numpy as np
import pytest

from tocsin.world.atmosphere import density_kg_m3, speed_of_sound_m_s
from tocsin.world.atmosphere_kernels import (
    LAYER_EDGE_M,
    air,
    density,
    density_of_layer,
    density_upper,
    pressure,
    thinning,
)


def test_density_falls_with_height_everywhere():
    h = np.arange(-5000.0, 1.0e6 + 1.0, 50.0)
    rho = density_kg_m3(h)
    assert np.all(np.diff(rho) < 0.0)


def test_density_has_no_jump_at_the_edges_of_layers():
    for i, edge in enumerate(LAYER_EDGE_M[1:], start=1):
        assert density_of_layer(edge, i) == pytest.approx(density_of_layer(edge, i - 1), rel=1e-9)
    for edge in (86000.0, 150000.0):
        assert density(edge - 0.001) == pytest.approx(density(edge + 0.001), rel=5e-5)


def test_air_ends_at_1000_km_and_is_held_below_5_km_depth():
    assert density(1.0e6) == pytest.approx(3.561e-15, rel=1e-3)
    assert density(1.0e6 + 1.0) == 0.0
    assert density(-5000.0) == density(-1.0e6)


def test_how_the_air_thins_is_the_slope_of_the_log_of_density():
    edges = (*LAYER_EDGE_M, 86000.0)
    for h in [*np.arange(-4990.0, 149e3, 770.0), *np.arange(151e3, 999e3, 7700.0)]:
        if min(abs(h - edge) for edge in edges) > 1.0:
            slope = np.log(density(h + 0.5) / density(h - 0.5))
            assert thinning(h) == pytest.approx(slope, rel=1e-6, abs=1e-12)
    assert thinning(-1e4) == 0.0 == thinning(1.1e6)


def test_pressure_is_the_weight_of_the_air_above():
    h = np.arange(0.0, 86000.0, 5.0)
    g = 9.80665 * (6356766.0 / (6356766.0 + h)) ** 2
    weight = np.sum(density_kg_m3(h + 2.5) * g * 5.0) + 0.373
    assert pressure(0.0) == pytest.approx(weight, rel=1e-4)


def test_shapes_are_kept():
    assert density_kg_m3(0.0).shape == ()
    assert speed_of_sound_m_s(np.zeros((2, 3))).shape == (2, 3)


def test_air_says_all_three_at_once():
    for h in (0.0, 30e3, 85e3, 90e3, 400e3):
        rho, p, sound = air(h)
        expected = pressure(h) if h < 86e3 else 0.0  # below 0.4 Pa it is left out there
        assert (rho, p, sound) == (density(h), pytest.approx(expected, rel=1e-12), speed_of_sound_m_s(h))


def test_kernel_and_its_plain_twin_agree():
    for h in np.linspace(-6e3, 1.05e6, 333):
        assert density(h) == pytest.approx(density.py_func(h), rel=1e-13)
    assert density_upper(85e3) == pytest.approx(density(85e3), rel=0.02)

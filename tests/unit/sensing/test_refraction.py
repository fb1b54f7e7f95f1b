import math

import pytest

from tocsin.sensing.kinds.refraction_kernels import refraction_apply, refraction_correct

RAD = math.radians


@pytest.mark.parametrize("elevation_deg", [0.0, 0.3, 1.0, 3.0, 10.0, 45.0, 89.0, 90.0])
@pytest.mark.parametrize("range_m", [5e3, 6e4, 4e5, 5e6])
def test_correction_undoes_the_simulation(elevation_deg, range_m):
    r, el, _sr, _se = refraction_correct(range_m, RAD(elevation_deg), 120.0)
    measured, apparent = refraction_apply(r, el, 120.0)
    assert measured == pytest.approx(range_m, abs=1e-3)
    assert apparent == pytest.approx(RAD(elevation_deg), abs=1e-9)


def test_things_look_higher_and_farther_than_they_are():
    for deg in (0.0, 1.0, 5.0, 30.0, 80.0):
        r, el, sigma_r, sigma_el = refraction_correct(2e6, RAD(deg), 0.0)
        assert el < RAD(deg)
        assert r < 2e6
        assert 0 < sigma_r < 0.1 * (2e6 - r)
        assert 0 < sigma_el < 0.1 * (RAD(deg) - el)


def test_bending_falls_with_elevation_and_with_altitude_of_the_site():
    bends = [RAD(d) - refraction_correct(2e6, RAD(d), 0.0)[1] for d in (0, 1, 3, 10, 30, 60, 89)]
    assert bends == sorted(bends, reverse=True)
    assert RAD(3) - refraction_correct(2e6, RAD(3), 3000.0)[1] < 0.7 * (
        RAD(3) - refraction_correct(2e6, RAD(3), 0.0)[1]
    )


def test_near_targets_bend_less_than_far_ones():
    bends = [RAD(3) - refraction_correct(r, RAD(3), 0.0)[1] for r in (1e4, 1e5, 3e5, 1e6, 4e6)]
    assert bends == sorted(bends)
    # a short level path bends by half its length over 4 N-gradient radii: N0/(2 H) per metre, cos e
    assert bends[0] == pytest.approx(315e-6 / 7350 / 2 * 1e4 * math.cos(RAD(3)), rel=0.06)

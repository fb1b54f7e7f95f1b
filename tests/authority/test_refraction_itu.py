"""Total ray bending against the fit of Recommendation ITU-R P.834, section 4.3 (reference atmosphere of P.453)."""

import math

import pytest

from tocsin.sensing.kinds.refraction_kernels import _trace, refraction_correct


@pytest.mark.parametrize("apparent_deg", [0.0, 0.5, 1.0, 2.0, 3.0, 5.0])
def test_total_bending_is_that_of_itu_r_p834(apparent_deg):
    itu_deg = 1.0 / (1.314 + 0.6437 * apparent_deg + 0.02869 * apparent_deg**2)
    bending, _angle, _path, _elevation = _trace(math.radians(apparent_deg), 0.0, 100e3)
    # P.834's own atmosphere has 315 N-units and 7.35 km of scale: 3 % apart at most
    assert math.degrees(bending) == pytest.approx(itu_deg, rel=0.03)


def test_zenith_delay_is_that_of_the_standard_atmosphere():
    # 2.3 m dry + some cm wet at sea level (Hopfield 1969; Saastamoinen 1972); the exponential atmosphere has 2.19 m
    r, _el, _sr, _se = refraction_correct(2e6, math.pi / 2, 0.0)
    assert 2e6 - r == pytest.approx(2.35, abs=0.2)

import math

import numpy as np
import pytest

from tocsin.core.time import tai_from_iso
from tocsin.sensing.glint import glint_geometries, glint_geometry
from tocsin.sensing.glint_kernels import specular_geometry
from tocsin.sensing.kinds.infrared_kernels import line_of_sight
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef
from tocsin.world.sky import sun_direction

RAD = math.radians
SAT = np.array([42164e3, 0.0, 0.0])


def los_to(lat_deg, lon_deg, h=10e3):
    return line_of_sight(*geodetic_to_ecef(RAD(lat_deg), RAD(lon_deg), h), *SAT)


def mirrored_sun(lat_deg, lon_deg):
    """The Sun that a level mirror at the place throws into the satellite: the reflection of the direction to it."""
    to_sat = -np.array(los_to(lat_deg, lon_deg))
    up = np.array(enu_axes(RAD(lat_deg), RAD(lon_deg))[6:])
    return 2 * (to_sat @ up) * up - to_sat


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 0.0), (30.0, 20.0), (-50.0, 40.0), (0.0, 75.0)])
def test_a_perfect_mirror_has_angle_zero(lat, lon):
    ok, angle, sunlit, *_ = specular_geometry(*SAT, *los_to(lat, lon), mirrored_sun(lat, lon), 10e3)
    assert ok
    assert sunlit
    # the shell's normal is that of its own ellipsoid: within 1e-5 rad of the geodetic one
    assert angle == pytest.approx(0.0, abs=1e-4)


def test_turning_the_sun_turns_the_mirrored_ray_as_far():
    for deg in (1.0, 10.0, 40.0):
        s = mirrored_sun(0.0, 30.0)
        turned = [s[0] * math.cos(RAD(deg)) - s[1] * math.sin(RAD(deg)),
                  s[0] * math.sin(RAD(deg)) + s[1] * math.cos(RAD(deg)), s[2]]  # fmt: skip
        assert specular_geometry(*SAT, *los_to(0, 30), np.array(turned), 10e3)[1] == pytest.approx(RAD(deg), abs=1e-4)


def test_no_glint_at_night_or_beside_the_earth():
    assert not specular_geometry(*SAT, *los_to(10, 10), np.array([-1.0, 0.0, 0.0]), 10e3)[2]
    ok, angle, sunlit, *_ = specular_geometry(*SAT, 0.0, 1.0, 0.0, np.array([1.0, 0.0, 0.0]), 10e3)
    assert not ok
    assert math.isnan(angle)
    assert not sunlit


def test_at_equinox_noon_the_mirror_lies_under_the_satellite():
    noon = tai_from_iso("2026-03-20T12:07:30Z")  # equation of time: the Sun is 7.5 min late
    g = glint_geometry(SAT, (-1.0, 0.0, 0.0), noon)
    assert math.degrees(g.angle) < 1.0
    assert g.sunlit
    assert math.dist(g.point, geodetic_to_ecef(0.0, 0.0, 10e3)) < 1.0


def test_many_equal_one_by_one():
    at = tai_from_iso("2026-06-01T09:00:00Z")
    los = np.array([los_to(lat, lon) for lat in (-40, 0, 60) for lon in (-50, 0, 70)] + [(0.0, 1.0, 0.0)])
    angle, sunlit, point = glint_geometries(SAT, los, at)
    for i, u in enumerate(los):
        one = glint_geometry(SAT, tuple(u), at)
        assert angle[i] == pytest.approx(one.angle, nan_ok=True)
        assert bool(sunlit[i]) == one.sunlit
    assert np.isnan(point[-1]).all()
    assert 0 < sunlit.sum() < len(los)
    assert sun_direction(at).shape == (3,)

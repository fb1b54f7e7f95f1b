import math

import numpy as np
import pytest

from tocsin.core.constants import WGS84_A_M, WGS84_B_M
from tocsin.world import geodesy
from tocsin.world.geodesy_kernels import (
    ecef_to_geodetic,
    enu_axes,
    geodesic_direct,
    geodesic_inverse,
    geodetic_to_ecef,
    great_circle_m,
    height_above_ellipsoid,
    height_near,
)


def places(n: int) -> np.ndarray:
    rng = np.random.default_rng(4)
    lat = np.arcsin(rng.uniform(-1, 1, n))
    near_pole = rng.integers(0, 4, n) == 0
    lat[near_pole] = np.sign(lat[near_pole]) * (np.pi / 2 - 10.0 ** rng.uniform(-14, -2, near_pole.sum()))
    height = np.where(rng.integers(0, 2, n) == 0, rng.uniform(-1e4, 2e5, n), rng.uniform(0, 4e7, n))
    return np.stack([lat, rng.uniform(-np.pi, np.pi, n), height], axis=1)


def test_geodetic_there_and_back_is_exact_from_the_ground_to_40000_km():
    for lat, lon, h in places(4000):
        x, y, z = geodetic_to_ecef(lat, lon, h)
        lat2, lon2, h2 = ecef_to_geodetic(x, y, z)
        assert abs(h2 - h) < 1e-6
        assert abs(lat2 - lat) * (WGS84_A_M + h) < 1e-6
        assert abs(math.remainder(lon2 - lon, 2 * math.pi)) * math.cos(lat) * (WGS84_A_M + h) < 1e-6
        assert height_above_ellipsoid(x, y, z) == h2


def test_the_quick_height_is_the_height_near_the_earth_and_below_the_ground_inside_it():
    rng = np.random.default_rng(6)
    for lat, lon, _ in places(4000):
        h = rng.uniform(-2e4, 1e6)
        assert height_near(*geodetic_to_ecef(lat, lon, h)) == pytest.approx(h, abs=1e-8)
        deep = np.array(geodetic_to_ecef(lat, lon, 0.0)) * rng.uniform(1e-9, 0.99)
        assert height_near(*deep) < -2e4


@pytest.mark.parametrize(
    ("point", "place"),
    [
        ((WGS84_A_M, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((0.0, -WGS84_A_M - 5.0, 0.0), (0.0, -math.pi / 2, 5.0)),
        ((0.0, 0.0, WGS84_B_M + 7.0), (math.pi / 2, 0.0, 7.0)),
        ((0.0, 0.0, -WGS84_B_M), (-math.pi / 2, 0.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, -WGS84_A_M)),
    ],
)
def test_axes_and_centre_have_their_places(point, place):
    assert ecef_to_geodetic(*point) == pytest.approx(place, abs=1e-9)


def test_local_axes_are_a_right_handed_frame_whose_up_raises_height():
    for lat, lon, h in places(200):
        axes = np.array(enu_axes(lat, lon)).reshape(3, 3)
        assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-15)
        assert np.allclose(np.cross(axes[0], axes[1]), axes[2], atol=1e-15)
        higher = np.array(geodetic_to_ecef(lat, lon, h)) + 10.0 * axes[2]
        assert height_above_ellipsoid(*higher) == pytest.approx(h + 10.0, abs=1e-6)


def test_geodesic_inverse_undoes_direct():
    rng = np.random.default_rng(5)
    for _ in range(1000):
        lat, lon = math.asin(rng.uniform(-1, 1)), rng.uniform(-math.pi, math.pi)
        azimuth, distance = rng.uniform(-math.pi, math.pi), rng.uniform(1.0, 1.9e7)
        lat2, lon2, forward = geodesic_direct(lat, lon, azimuth, distance)
        back = geodesic_inverse(lat, lon, lat2, lon2)
        assert back[0] == pytest.approx(distance, abs=1e-3)
        assert abs(math.remainder(back[1] - azimuth, 2 * math.pi)) * math.sin(distance / 6.37e6) < 1e-8
        assert abs(math.remainder(back[2] - forward, 2 * math.pi)) * math.sin(distance / 6.37e6) < 1e-8


def test_same_point_is_no_distance_away():
    assert geodesic_inverse(0.3, 0.4, 0.3, 0.4) == (0.0, 0.0, 0.0)
    assert great_circle_m(0.3, 0.4, 0.3, 0.4) == 0.0


def test_poles_are_half_a_meridian_apart_whatever_the_longitudes():
    quarter = 10001965.729  # m, WGS-84 meridian quadrant
    assert geodesic_inverse(math.pi / 2, 0.1, -math.pi / 2, 2.0)[0] == pytest.approx(2 * quarter, abs=0.01)


def test_great_circle_is_within_its_promise_of_the_geodesic():
    rng = np.random.default_rng(6)
    for _ in range(300):
        a = math.asin(rng.uniform(-1, 1)), rng.uniform(-3, 3)
        b = math.asin(rng.uniform(-1, 1)), rng.uniform(-3, 3)
        assert great_circle_m(*a, *b) == pytest.approx(geodesic_inverse(*a, *b)[0], rel=6e-3)


def test_arrays_say_the_same_as_single_points():
    p = places(50).reshape(5, 10, 3)
    ecef = geodesy.to_ecef(p[..., 0], p[..., 1], p[..., 2])
    assert ecef.shape == (5, 10, 3)
    assert tuple(ecef[2, 3]) == geodetic_to_ecef(*p[2, 3])
    lat, _, h = geodesy.to_geodetic(ecef)
    assert lat.shape == (5, 10)
    assert h[2, 3] == ecef_to_geodetic(*ecef[2, 3])[2]
    distance, azimuth, _ = geodesy.inverse(0.1, 0.2, p[0, :, 0], p[0, :, 1])
    assert distance[4] == geodesic_inverse(0.1, 0.2, p[0, 4, 0], p[0, 4, 1])[0]
    lat2, lon2, _ = geodesy.direct(0.1, 0.2, azimuth, distance)
    assert lat2 == pytest.approx(p[0, :, 0], abs=1e-9)
    assert np.all(np.abs(np.sin(0.5 * (lon2 - p[0, :, 1]))) * np.cos(p[0, :, 0]) < 1e-9)
    assert geodesy.to_ecef(0.1, 0.2).shape == (3,)

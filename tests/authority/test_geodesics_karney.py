"""Geodesics against GeographicLib's algorithm (Karney 2013) as PROJ has it."""

import math

import numpy as np
import pytest

from tocsin.world.geodesy_kernels import ecef_to_geodetic, geodesic_direct, geodesic_inverse

pyproj = pytest.importorskip("pyproj")
GEOD = pyproj.Geod(ellps="WGS84")


def pairs(antipodal: bool) -> np.ndarray:
    rng = np.random.default_rng(7)
    n = 1500
    lat1, lon1 = np.arcsin(rng.uniform(-1, 1, n)), rng.uniform(-math.pi, math.pi, n)
    if antipodal:
        spread = rng.choice([1e-2, 1e-3, 1e-6], n)
        return np.stack(
            [lat1, lon1, -lat1 + rng.normal(size=n) * spread, lon1 + math.pi + rng.normal(size=n) * spread], 1
        )
    return np.stack([lat1, lon1, np.arcsin(rng.uniform(-1, 1, n)), rng.uniform(-math.pi, math.pi, n)], 1)


@pytest.mark.parametrize("antipodal", [False, True])
def test_distance_agrees_also_near_the_antipode(antipodal):
    for lat1, lon1, lat2, lon2 in pairs(antipodal):
        lat2 = min(max(lat2, -math.pi / 2), math.pi / 2)
        distance, azimuth, _ = geodesic_inverse(lat1, lon1, lat2, lon2)
        expected = GEOD.inv(*np.degrees([lon1, lat1, lon2, lat2]))[2]
        assert distance == pytest.approx(expected, abs=1e-3)
        # the azimuth is right if it leads there, whichever of two equal ways it takes
        lon3, lat3, _ = GEOD.fwd(math.degrees(lon1), math.degrees(lat1), math.degrees(azimuth), distance)
        assert GEOD.inv(lon3, lat3, *np.degrees([lon2, lat2]))[2] < 0.01


def test_equator_beyond_the_flattened_antipode():
    expected = GEOD.inv(0.0, 0.0, 179.9, 0.0)[2]
    assert geodesic_inverse(0.0, 0.0, 0.0, math.radians(179.9))[0] == pytest.approx(expected, abs=1e-3)


def test_direct_agrees():
    rng = np.random.default_rng(8)
    for _ in range(1000):
        lat, lon = math.asin(rng.uniform(-1, 1)), rng.uniform(-math.pi, math.pi)
        azimuth, distance = rng.uniform(-math.pi, math.pi), rng.uniform(0.0, 2.0e7)
        lat2, lon2, _ = geodesic_direct(lat, lon, azimuth, distance)
        lon3, lat3, _ = GEOD.fwd(*np.degrees([lon, lat, azimuth]), distance)
        assert GEOD.inv(*np.degrees([lon2, lat2]), lon3, lat3)[2] < 1e-3


def test_ecef_agrees_with_proj():
    rng = np.random.default_rng(9)
    turn = pyproj.Transformer.from_crs(4978, 4979)
    for p in rng.normal(size=(300, 3)):
        # PROJ's own formula is only good near the ground
        p = p / np.linalg.norm(p) * rng.uniform(6.35e6, 6.5e6)
        lat, lon, h = ecef_to_geodetic(*p)
        lat_deg, lon_deg, height = turn.transform(*p)
        assert h == pytest.approx(height, abs=2e-4)
        assert abs(math.degrees(lat) - lat_deg) < 1e-8
        assert abs(math.degrees(lon) - lon_deg) < 1e-8

"""P(asset) against plain sampling: small and large places, poles and the antimeridian, circles and territories."""

import math

import numpy as np
import pytest

from tocsin.core.errors import ValueRefused
from tocsin.core.records.network import Asset
from tocsin.prediction.assets import AssetTable
from tocsin.world import geodesy

N = 40000


def _sampled(lat, lon, covariance, seed):
    x = np.random.default_rng(seed).standard_normal((N, 2)) @ np.linalg.cholesky(covariance).T
    a, b, _ = geodesy.direct(lat, lon, np.arctan2(x[:, 0], x[:, 1]), np.hypot(x[:, 0], x[:, 1]))
    return a, b


@pytest.mark.parametrize("place", [(10.0, 179.8), (89.7, 30.0), (-45.0, -60.0), (0.0, 0.0)])
@pytest.mark.parametrize(
    "long, short, turn, off",
    [(10e3, 2e3, 0.3, 20e3), (300e3, 1e3, 0.7, 60e3), (1000e3, 400e3, 2.0, 500e3), (500.0, 300.0, 1.0, 49.5e3)],
)
def test_circles_get_what_sampling_gives(place, long, short, turn, off):
    lat, lon = (math.radians(v) for v in place)
    radii = (1.0, 20.0, 50.0, 300.0)
    table = AssetTable.from_assets(
        [Asset(id=str(r), latitude_deg=place[0], longitude_deg=place[1], radius_km=r) for r in radii]
    )
    la, lo, _ = geodesy.direct(lat, lon, 1.0, off)
    rot = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    covariance = rot @ np.diag([long**2, short**2]) @ rot.T
    got = table.contents(np.array([[1.0, float(la), float(lo), covariance[0, 0], covariance[0, 1], covariance[1, 1]]]))
    a, b = _sampled(float(la), float(lo), covariance, 4)
    distance, _, _ = geodesy.inverse(lat, lon, a, b)
    for p, radius in zip(got, radii, strict=True):
        wanted = (distance < radius * 1e3).mean()
        assert p == pytest.approx(wanted, abs=4.0 * math.sqrt(max(wanted * (1 - wanted), 2e-5) / N) + 1e-3)


def test_a_small_place_in_a_wide_footprint_gets_density_times_area():
    table = AssetTable.from_assets([Asset(id="a", latitude_deg=3.0, longitude_deg=-20.0, radius_km=2.0)])
    sigma = 700e3
    got = table.contents(np.array([[1.0, math.radians(3.0), math.radians(-20.0), sigma**2, 0.0, sigma**2]]))
    assert got[0] == pytest.approx(2e3**2 / (2 * sigma**2), rel=1e-3)


def test_a_territory_across_the_antimeridian_and_one_around_the_pole():
    box = Asset(id="box", polygon=((50.0, 170.0), (50.0, -170.0), (65.0, -170.0), (65.0, 170.0)))
    cap = Asset(id="cap", polygon=tuple((75.0, float(v)) for v in range(-180, 180, 5)))
    table = AssetTable.from_assets([box, cap])
    for lat_deg, lon_deg, sigma in ((55.0, 178.0, 300e3), (64.0, -172.0, 200e3), (88.0, 10.0, 900e3)):
        lat, lon = math.radians(lat_deg), math.radians(lon_deg)
        got = table.contents(np.array([[1.0, lat, lon, sigma**2, 0.0, sigma**2]]))
        a, b = _sampled(lat, lon, np.diag([sigma**2, sigma**2]), 9)
        in_cap = np.degrees(a) > 75.0
        assert got[1] == pytest.approx(in_cap.mean(), abs=0.01)
        # in the gnomonic map about the middle of the box its edges (great circles) are straight
        assert got[0] == pytest.approx(_in_box(a, b).mean(), abs=0.01)


def _in_box(a, b):
    def gnomonic(lat, lon):
        lat0, lon0 = math.radians(58.0), math.pi
        c = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon - lon0)
        x = np.cos(lat) * np.sin(lon - lon0) / c
        y = (np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon - lon0)) / c
        return x, y, c > 0

    corners = [gnomonic(math.radians(p), math.radians(q)) for p, q in ((50, 170), (50, 190), (65, 190), (65, 170))]
    x, y, front = gnomonic(a, b)
    for (x0, y0, _), (x1, y1, _) in zip(corners, corners[1:] + corners[:1], strict=True):
        front &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 0
    return front


def test_whole_and_nothing():
    table = AssetTable.from_assets(
        [
            Asset(id="near", latitude_deg=0.0, longitude_deg=0.0, radius_km=100.0),
            Asset(id="far", latitude_deg=0.0, longitude_deg=170.0, radius_km=100.0),
        ]
    )
    parts = np.array([[0.6, 0.0, 0.0, 1e6, 0.0, 1e6], [0.3, 0.0, 0.001, 1e6, 9.9e5, 1e6]])
    assert table.contents(parts) == pytest.approx([0.9, 0.0], abs=1e-9)
    assert AssetTable.from_assets([]).contents(parts).shape == (0,)


def test_a_mixture_is_the_sum_of_its_parts():
    table = AssetTable.from_assets([Asset(id="a", latitude_deg=1.0, longitude_deg=1.0, radius_km=80.0)])
    rows = np.array([[0.7, 0.02, 0.02, 9e8, 1e8, 4e9], [0.3, 0.01, 0.015, 9e9, -1e8, 4e8]])
    parts = [table.contents(np.array([[1.0, *r[1:]]]))[0] for r in rows]
    assert table.contents(rows)[0] == pytest.approx(0.7 * parts[0] + 0.3 * parts[1], rel=1e-12)
    assert 0.0 < parts[0] < 1.0 and 0.0 < parts[1] < 1.0


@pytest.mark.parametrize(
    "asset",
    [
        Asset(id="nothing"),
        Asset(id="no radius", latitude_deg=1.0, longitude_deg=1.0),
        Asset(id="both", latitude_deg=1.0, longitude_deg=1.0, radius_km=3.0, polygon=((0, 0), (0, 1), (1, 1))),
        Asset(id="world", polygon=((0.0, 0.0), (0.0, 120.0), (0.0, 240.0))),
    ],
)
def test_a_place_without_one_clear_area_is_refused(asset):
    with pytest.raises(ValueRefused):
        AssetTable.from_assets([asset])

"""Coverage decides as the centre does, pair by pair, and its figures are those of closed forms."""

import math

import numpy as np
import pytest

from tocsin.core.constants import DEG, WGS84_A_M
from tocsin.core.records.network import Asset, Face, Infrared, Network, Orbit, Radar
from tocsin.modelling.coverage import HEIGHTS_KM, cover, first_instant
from tocsin.modelling.coverage_kernels import add_view, coverage_day, sure_cosines
from tocsin.modelling.coverage_places import places_of
from tocsin.modelling.report.geo import EARTH_RADIUS_M, ground_reach
from tocsin.sensing.sensors import compile_network
from tocsin.sensing.visibility_kernels import against_space, infrared_sees
from tocsin.world.geodesy import to_ecef

NAN = math.nan


def grid(height_m: float, step: float = 6.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points (n, 3), their directions (3, n) and weights of an even grid at a height."""
    lat, lon = (v.ravel() for v in np.meshgrid(np.arange(-87, 90, step), np.arange(-180, 180, step), indexing="ij"))
    points = to_ecef(lat * DEG, lon * DEG, height_m)
    units = np.ascontiguousarray((points / np.sqrt((points**2).sum(axis=1))[:, None]).T)
    return points, units, np.cos(lat * DEG) / np.cos(lat * DEG).sum()


def quiet(stage: str, done: float) -> None:
    """Show nothing."""


@pytest.mark.parametrize("height_m", [0.0, 7999.99, 10e3, 150e3, 1000e3])
@pytest.mark.parametrize("limb", [NAN, 30e3])
def test_every_pair_is_decided_as_the_centre_decides_it(height_m: float, limb: float) -> None:
    rng = np.random.default_rng(3)
    points, units, weights = grid(height_m)
    some = never = 0
    for k in range(60):
        radius = WGS84_A_M + rng.choice([300e3, 1500e3, 8000e3, 35786e3, 45000e3])
        direction = rng.normal(size=3)
        place = radius * direction / np.linalg.norm(direction)
        sun = rng.normal(size=3)
        # in every third case the Sun stands behind the Earth's edge, in the satellite's face
        sun = -place / radius + 0.25 * sun / np.linalg.norm(sun) if k % 3 == 0 else sun
        sun /= np.linalg.norm(sun)
        limits = np.array([rng.choice([3.0, 8.5, 20.0, 70.0, 90.0]) * DEG, rng.choice([0.0, 10.0, 40.0, 180.0]) * DEG,
                           rng.choice([-200.0, 0.0, 8000.0]), limb])  # fmt: skip
        counts = np.zeros(len(points), np.int64)
        total = add_view(points, units, weights, place, sun, limits, height_m, counts)
        asked = np.array([
            infrared_sees(*p, place, sun, *limits[:3]) and (math.isnan(limb) or against_space(*p, place, limb))
            for p in points
        ])  # fmt: skip
        np.testing.assert_array_equal(counts, asked)
        assert total == pytest.approx(weights[asked].sum(), abs=1e-12)
        some += asked.any()
        never += not asked.any()
    assert some >= (5 if height_m > 20e3 or math.isnan(limb) else 0)
    assert never >= 1


def test_the_sure_angles_spare_nearly_all_questions() -> None:
    _, units, _ = grid(10e3, step=2.0)
    place = np.array([42.16e6, 0.0, 0.0])
    out, sure = sure_cosines(place, np.array([1.0, 0.0, 0.0]), 10 * DEG, 10 * DEG, 8000.0, 10e3)
    cosine = units[0]
    assert 0.0 < out < sure < 1.0
    assert ((cosine >= out) & (cosine <= sure)).mean() < 0.03


def test_a_satellite_without_a_place_sees_nothing() -> None:
    points, units, weights = grid(10e3)
    counts = np.zeros(len(points), np.int64)
    limits = np.array([90 * DEG, 0.0, 0.0, NAN])
    assert add_view(points, units, weights, np.full(3, NAN), np.array([1.0, 0, 0]), limits, 10e3, counts) == 0.0
    assert not counts.any()


def test_a_geostationary_satellite_sees_the_cap_of_the_closed_form() -> None:
    network = Network(infrared=(Infrared(id="geo", orbit=Orbit(geo_longitude_deg=75.0), field_half_angle_deg=20.0,
                                         sun_exclusion_deg=0.0, cloud_break_m=0.0),))  # fmt: skip
    found = cover(network, compile_network(network), (), quiet)
    for (height_km, target), part in zip(HEIGHTS_KM, found.sensors[0].parts, strict=True):
        arc = math.acos(EARTH_RADIUS_M / 42.164e6) + math.acos(EARTH_RADIUS_M / (EARTH_RADIUS_M + height_km * 1e3))
        # 0.3 %: the flattening of the Earth, and cells of 2 degrees at the rim
        expected = 0.5 * (1.0 - math.cos(arc)) if target == "plume" else 0.0
        assert part == pytest.approx(expected, abs=0.003)
    earth = found.regions[0].seen[0]
    assert earth.one == pytest.approx(found.sensors[0].parts[0], abs=1e-9)
    assert earth.always == pytest.approx(earth.one, abs=1e-9)
    assert earth.both_kinds == earth.two == 0.0


def test_a_radar_sees_the_cap_that_its_lowest_elevation_leaves() -> None:
    face = Face(azimuth_start_deg=0, azimuth_end_deg=360, elevation_min_deg=3, elevation_max_deg=90)
    network = Network(radar=(Radar(id="r", latitude_deg=20.0, longitude_deg=-179.0, faces=(face,), range_km=6000),))
    found = cover(network, compile_network(network), (), quiet)
    for (height_km, _), part in zip(HEIGHTS_KM[2:], found.sensors[0].parts[2:], strict=True):
        arc = ground_reach(3 * DEG, 6000e3, height_km * 1e3) / EARTH_RADIUS_M
        # a rim of half a cell (1 degree) is 2 sin(arc) / 2 x 0.0175 of the sphere; errors of its cells nearly cancel
        assert part == pytest.approx(0.5 * (1.0 - math.cos(arc)), rel=0.04)
    assert [s.longest_gap_s for s in found.regions[0].seen] == [86400.0] * len(HEIGHTS_KM)


def test_runs_without_any_sensor_are_gaps() -> None:
    points, units, weights = (np.array([[WGS84_A_M + 10e3, 0.0, 0.0]]), np.array([[1.0], [0.0], [0.0]]), np.ones(1))
    above, away = [WGS84_A_M + 1000e3, 0.0, 0.0], [-WGS84_A_M - 1000e3, 0.0, 0.0]
    places = np.array([[above, away], [away, away], [away, away], [above, above], [away, away]])
    suns = np.tile([0.0, 0.0, 1.0], (5, 1))
    limits = np.tile([60 * DEG, 0.0, 0.0, NAN], (2, 1))
    steps, area = np.empty((1, 6), np.int64), np.empty(2)
    coverage_day(points, units, weights, places, suns, limits, 10e3, np.zeros(1, np.int64), steps, area)
    assert steps[0].tolist() == [2, 1, 0, 0, 0, 2]
    assert area.tolist() == pytest.approx([0.4, 0.2])
    coverage_day(points, units, weights, places, suns, limits, 10e3, np.ones(1, np.int64), steps, area)
    assert steps[0].tolist() == [5, 2, 1, 2, 1, 0]


def test_territory_over_the_date_line_holds_the_cells_within_it() -> None:
    area = Asset(id="a", kind="territory", polygon=((10.0, 170.0), (10.0, -170.0), (20.0, -170.0), (20.0, 170.0)))
    places = places_of((area, Asset(id="b", latitude_deg=5.0, longitude_deg=179.9, radius_km=50.0)))
    _, kind, members = places.regions[-2]
    assert (kind, len(members)) == ("territory", 4 + 5 * 10)
    inner = members[4:]
    assert ((places.lat[inner] > 10) & (places.lat[inner] < 20) & (np.abs(places.lon[inner]) > 170)).all()
    assert len(places.regions[-1][2]) == 9
    assert places.weights.sum() == pytest.approx(1.0)


def test_the_day_begins_where_the_file_says_else_at_the_latest_orbit() -> None:
    def orbit(epoch: str) -> Orbit:
        return Orbit(epoch_utc=epoch, perigee_altitude_km=600, apogee_altitude_km=39700, inclination_deg=63)

    two = (Infrared(id="a", orbit=orbit("1983-09-25T20:15:00Z")), Infrared(id="b", orbit=orbit("1983-09-26T00:00:00Z")))
    assert first_instant(Network(infrared=two)) - first_instant(Network(infrared=two[:1])) == 13_500 * 10**9
    said = Network(day_utc="1983-09-25T20:15:00Z", infrared=two)
    assert first_instant(said) == first_instant(Network(infrared=two[:1]))

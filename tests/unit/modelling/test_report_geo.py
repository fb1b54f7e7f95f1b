"""Shapes lie where they should on the map."""

import math
import re

import numpy as np
import pytest

from tocsin.core.records.network import Face, Infrared, Network, Orbit, Radar
from tocsin.core.time import tai_from_iso
from tocsin.modelling.report import geo
from tocsin.sensing.sensors import compile_network
from tocsin.world.geodesy import inverse

DEG = math.pi / 180.0


def xs(path: str) -> list[float]:
    return [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", path)]


def test_a_line_over_the_edge_of_the_world_is_interrupted() -> None:
    world = geo.world_projection(0.0, 360.0)
    path = world.line_path([(0.0, 179.0), (0.0, -179.0)])
    assert path == "M359.0 90.0M1.0 90.0"
    assert geo.world_projection(180.0, 360.0).line_path([(0.0, 179.0), (0.0, -179.0)]) == "M179.0 90.0L181.0 90.0"


def test_a_line_behind_a_part_of_the_world_does_not_cross_it() -> None:
    part = geo.part_projection([(0.0, 0.0), (10.0, 20.0)], 400.0, 200.0)
    assert part.line_path([(5.0, 189.0), (5.0, 191.0)]).count("M") == 2


def test_a_ring_over_the_edge_becomes_two_that_stay_on_the_map() -> None:
    world = geo.world_projection(0.0, 360.0)
    path = world.ring_path(geo.circle(0.0, 179.0, 500e3))
    assert path.count("Z") == 2 and min(xs(path)) >= 0.0 and max(xs(path)) <= 360.0


def test_a_part_holds_its_places_and_is_true_to_shape_in_its_middle() -> None:
    places = [(40.0, 175.0), (50.0, -165.0)]
    part = geo.part_projection(places, 1200.0, 620.0)
    assert part.size == pytest.approx((1200.0, 620.0))
    assert all(part.inside(*p) for p in places)
    ring = geo.circle(45.0, -175.0, 200e3)
    x, y = np.array([part.xy(*p) for p in ring]).T
    assert (x.max() - x.min()) / (y.max() - y.min()) == pytest.approx(1.0, abs=0.02)


def test_the_mean_longitude_is_right_over_the_antimeridian() -> None:
    assert abs(geo.mean_longitude([170.0, -170.0])) == pytest.approx(180.0)
    assert geo.mean_longitude([]) == 0.0


def test_a_radar_reaches_as_far_as_geometry_and_range_let_it() -> None:
    r, h = geo.EARTH_RADIUS_M, 500e3
    horizon = r * math.acos(r / (r + h))
    assert geo.ground_reach(0.0, 1e8, h) == pytest.approx(horizon, rel=1e-9)
    assert geo.ground_reach(0.0, 600e3, h) < 600e3
    assert geo.ground_reach(0.0, 400e3, h) == 0.0


def test_a_fan_starts_at_its_radar_and_keeps_to_its_sector() -> None:
    face = Face(azimuth_start_deg=30.0, azimuth_end_deg=150.0)
    sensors = compile_network(Network(radar=(Radar(id="r", latitude_deg=50.0, longitude_deg=-179.0, faces=(face,)),)))
    (ring,) = geo.radar_fans(sensors.sensors[0], 500e3)
    assert ring[-1] == pytest.approx((50.0, -179.0))
    places = np.array(ring[:-1]) * DEG
    azimuths = inverse(50.0 * DEG, -179.0 * DEG, places[:, 0], places[:, 1])[1] / DEG
    assert azimuths.min() == pytest.approx(30.0, abs=1e-6) and azimuths.max() == pytest.approx(150.0, abs=1e-6)


def test_a_geostationary_satellite_sees_from_above_the_equator_to_its_limb_or_the_edge_of_its_field() -> None:
    network = Network(
        infrared=(
            Infrared(id="wide", orbit=Orbit(geo_longitude_deg=75.0), field_half_angle_deg=20.0),
            Infrared(id="narrow", orbit=Orbit(geo_longitude_deg=75.0), field_half_angle_deg=2.0),
        )
    )
    wide, narrow = compile_network(network).sensors
    now = tai_from_iso("2026-03-01T00:00:00Z")
    seen, less = geo.satellite_view(wide, now), geo.satellite_view(narrow, now)
    assert seen is not None and less is not None
    assert seen[0] == pytest.approx((0.0, 75.0), abs=0.1)
    limb = math.acos(geo.EARTH_RADIUS_M / 42164e3) / DEG
    assert max(lat for lat, _ in seen[1]) == pytest.approx(limb, abs=0.3)
    assert max(lat for lat, _ in less[1]) == pytest.approx(11.3, abs=0.2)

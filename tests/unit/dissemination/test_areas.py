"""Places of a warning: closed rings on the map of CAP 1.2 (WGS 84, -180 ... 180), whatever they lie over."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.dissemination.examples import point
from tocsin.core.records.network import Asset
from tocsin.core.records.outputs import Ellipse
from tocsin.dissemination.areas import (
    LARGEST_SEMI_MAJOR_KM,
    RING_POINTS,
    Ring,
    asset_area,
    clipped,
    ellipse_ring,
    impact_area,
)
from tocsin.world.geodesy_kernels import geodesic_inverse

DEG = math.pi / 180.0
ROUNDING = 2e-4
"""Corners are told to 1e-4 deg."""


def area(ring: Ring | list[tuple[float, float]]) -> float:
    closed = [*ring, ring[0]]
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))


@settings(max_examples=200, deadline=None)
@given(
    lat=st.floats(-89.9, 89.9), lon=st.floats(-180.0, 180.0), major=st.floats(1.0, 2500.0), share=st.floats(0.02, 1.0),
    bearing=st.floats(0.0, 180.0),
)  # fmt: skip
def test_any_ellipse_becomes_closed_rings_on_the_map_that_hold_its_area(
    lat: float, lon: float, major: float, share: float, bearing: float
) -> None:
    ring = ellipse_ring(lat, lon, Ellipse(0.9, major, major * share, bearing))
    assert len(ring) == RING_POINTS
    rings = clipped(ring)
    assert rings
    for one in rings:
        assert one[0] == one[-1] and len(set(one)) >= 3
        assert all(-90.0 <= la <= 90.0 and -180.0 <= lo <= 180.0 for la, lo in one)
        assert all(a != b for a, b in pairwise(one))
    turns = abs(ring[-1][1] - ring[0][1]) > 180.0
    assume(not turns)  # around a pole the ring alone has no area on the map
    assert sum(abs(area(one)) for one in rings) == pytest.approx(abs(area(ring)), rel=1e-3, abs=ROUNDING * 40.0)


@pytest.mark.parametrize(("lat", "lon", "bearing"), [(10.0, -30.0, 40.0), (-60.0, 179.0, 100.0), (75.0, 10.0, 0.0)])
def test_corners_lie_where_the_ellipse_says_clockwise_from_the_end_of_its_major_axis(
    lat: float, lon: float, bearing: float
) -> None:
    ring = ellipse_ring(lat, lon, Ellipse(0.9, 200.0, 50.0, bearing))
    for k, (la, lo) in enumerate(ring):
        angle = 2.0 * math.pi * k / RING_POINTS
        metres, azimuth, _ = geodesic_inverse(lat * DEG, lon * DEG, la * DEG, lo * DEG)
        turn = azimuth - bearing * DEG
        assert metres * math.cos(turn) == pytest.approx(200e3 * math.cos(angle), abs=1.0)
        assert metres * math.sin(turn) == pytest.approx(50e3 * math.sin(angle), abs=1.0)


def test_a_ring_that_only_touches_the_antimeridian_is_one_ring() -> None:
    touching = [(0.0, 170.0), (10.0, 180.0), (0.0, 180.0)]
    (ring,) = clipped(touching)
    assert set(ring) == set(touching)
    (west,) = clipped([(0.0, -170.0), (10.0, -180.0), (0.0, -180.0)])
    assert {lon for _, lon in west} == {-170.0, -180.0}


def test_a_ring_cut_by_the_antimeridian_keeps_its_corners_and_meets_itself_there() -> None:
    east, west = sorted(clipped([(0.0, 170.0), (0.0, 190.0), (10.0, 190.0), (10.0, 170.0)]), key=lambda r: -r[0][1])
    assert set(east) == {(0.0, 170.0), (0.0, 180.0), (10.0, 180.0), (10.0, 170.0)}
    assert set(west) == {(0.0, -180.0), (0.0, -170.0), (10.0, -170.0), (10.0, -180.0)}
    slanted = clipped([(0.0, 175.0), (5.0, 195.0), (-5.0, 195.0)])
    assert {p for ring in slanted for p in ring if abs(p[1]) == 180.0} == {
        (1.25, 180.0), (-1.25, 180.0), (1.25, -180.0), (-1.25, -180.0),
    }  # fmt: skip


@pytest.mark.parametrize("pole", [90.0, -90.0])
@pytest.mark.parametrize("east", [1.0, -1.0])
def test_a_ring_around_a_pole_reaches_the_edge_of_the_map(pole: float, east: float) -> None:
    side = math.copysign(80.0, pole)
    rings = clipped([(side, east * lon) for lon in range(0, 360, 30)])
    corners = [p for ring in rings for p in ring]
    assert sum(abs(area(ring)) for ring in rings) == pytest.approx(360.0 * 10.0)
    assert {abs(lon) for la, lon in corners if la == pole} >= {180.0}
    assert {la for la, _ in corners} == {side, pole}


def test_places_of_a_list_are_told_as_they_are_given() -> None:
    circle = Asset(id="a", latitude_deg=1.0, longitude_deg=181.0, radius_km=7.0)
    assert asset_area(circle, "x") == type(asset_area(circle, "x"))("x", (), (1.0, -179.0, 7.0))
    edge = Asset(id="a", latitude_deg=1.0, longitude_deg=180.0, radius_km=7.0)
    assert asset_area(edge, "x").circle == (1.0, 180.0, 7.0)
    land = Asset(id="b", polygon=((0.0, 350.0), (0.0, 10.0), (10.0, 10.0), (10.0, 350.0)))
    said = asset_area(land, "land")
    assert said.circle is None and said.description == "land"
    assert {p for ring in said.polygons for p in ring} == {(0.0, -10.0), (0.0, 10.0), (10.0, 10.0), (10.0, -10.0)}


def test_corners_that_fall_together_are_told_once_and_a_closed_ring_stays_closed() -> None:
    again = [(0.0, 0.0), (0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 10.00001), (0.0, 0.0)]
    assert clipped(again) == (((0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (0.0, 0.0)),)
    assert clipped([(0.0, 0.0), (0.0, 0.00001), (0.00001, 0.0)]) == ()  # no area is left of it


def test_corners_are_told_to_a_ten_thousandth_of_a_degree() -> None:
    (ring,) = clipped([(0.123456, 0.654321), (0.5, 10.0), (10.0, 10.0)])
    assert ring[0] == (0.1235, 0.6543)


def test_a_wide_place_is_told_the_short_way_round() -> None:
    # corners 200 deg apart one way are 160 deg apart the other way, over the antimeridian
    wide = Asset(id="b", polygon=((0.0, -100.0), (10.0, -100.0), (10.0, 100.0), (0.0, 100.0)))
    spans = sorted((min(lo for _, lo in ring), max(lo for _, lo in ring)) for ring in asset_area(wide, "x").polygons)
    assert spans == [(-180.0, -100.0), (100.0, 180.0)]


def test_an_impact_is_drawn_by_its_ellipse_and_only_where_that_means_a_place() -> None:
    assert LARGEST_SEMI_MAJOR_KM == 3000.0
    fine = impact_area(point(10.0, -30.0, 900.0), 0.9, "x")
    assert fine is not None and fine.description == "x" and fine.circle is None
    assert fine.polygons == clipped(ellipse_ring(10.0, -30.0, point(10.0, -30.0, 900.0).ellipses[1]))
    assert impact_area(point(10.0, -30.0, 900.0), 0.8, "x") is None
    assert impact_area(point(10.0, -30.0, 900.0, LARGEST_SEMI_MAJOR_KM), 0.9, "x") is not None
    assert impact_area(point(10.0, -30.0, 900.0, LARGEST_SEMI_MAJOR_KM * 1.001), 0.9, "x") is None
    assert impact_area(point(10.0, -30.0, 900.0, 0.0), 0.9, "x") is None

"""What is said is plain and honest."""

from itertools import pairwise

import pytest

from tests.unit.dissemination.examples import ASSETS, assessment, at, point
from tocsin.core.records.outputs import Ellipse
from tocsin.dissemination import words
from tocsin.dissemination.areas import LARGEST_SEMI_MAJOR_KM, asset_area, clipped, ellipse_ring, impact_area
from tocsin.dissemination.dissemination import Dissemination
from tocsin.world.geodesy_kernels import geodesic_inverse

DEG = 3.141592653589793 / 180.0


@pytest.mark.parametrize(("mode", "mark"), [("simulated", "SIMULATED"), ("exercise", "EXERCISE"), ("test", "TEST")])
def test_the_label_stands_first(mode: str, mark: str) -> None:
    (said,) = Dissemination(mode, ASSETS).on_assessment(assessment(60.0, data_mode=mode), at(60.0))
    assert said.headline.startswith(mark) and said.description.startswith(mark)


def test_a_warning_answers_every_question_of_a_duty_officer() -> None:
    (said,) = Dissemination("real", ASSETS).on_assessment(
        assessment(60.0, objects=(5, 6, 7), data_mode="real"), at(60.0)
    )
    assert "6 objects (5 to 7)" in said.description
    assert "in the North Atlantic, 1,950 km north-east of Saint John's, 25.00 N 45.00 W, at 2026" in said.description
    assert "at 2026-03-01 06:00:20 UTC (50 % within 7 km)" in said.description
    assert "Port Meridian: 83 %, at 2026-03-01 06:15:00 UTC, 14 min left" in said.description
    assert "90 % within 40 x 13 km" in said.description
    assert "2 independent paths: infrared (post-west), radar (radar-2)" in said.description
    assert "Seen by: IR-1" in said.description
    assert "Looked and did not see: RADAR-2" in said.description
    assert "Could not see (their silence is no evidence): RADAR-7" in said.description
    assert said.time_left_s == pytest.approx(840.0)
    assert "predicted" in said.headline


def test_minutes_are_rounded_down_and_certainty_is_never_claimed() -> None:
    assert words.left(179.9) == "2 min" and words.left(119.0) == "119 s" and words.left(-61.0) == "61 s ago"
    assert words.percent(1.0) == "more than 99 %" and words.percent(0.0) == "less than 1 %"


def test_minutes_left_are_of_the_moment_of_saying_not_of_the_assessment() -> None:
    part = Dissemination("simulated", ASSETS)
    part.on_assessment(assessment(60.0), at(60.0))
    part.on_assessment(assessment(70.0, impact_s=1000.0), at(70.0))
    (said,) = part.on_tick(at(130.0))
    assert said.time_left_s == pytest.approx(870.0)
    assert "Port Meridian: 83 %, at 2026-03-01 06:16:40 UTC, 14 min left" in said.description


def test_a_class_is_called_by_its_name() -> None:
    assert words.class_words("ballistic_missile_intercontinental") == "intercontinental ballistic missile"
    assert words.class_words("ballistic_missile_short_range") == "short-range ballistic missile"


def test_a_warning_without_impact_says_so() -> None:
    import msgspec

    bare = msgspec.structs.replace(assessment(60.0), impact=None, launch=None, members=(), assets=())
    (said,) = Dissemination("simulated", ASSETS).on_assessment(bare, at(60.0))
    assert "no impact time predicted" in said.description and "launch place not known" in said.description
    assert said.onset_utc is None and said.time_left_s is None and said.areas[0].polygons == ()


def test_the_ring_lies_on_the_ellipse() -> None:
    ring = ellipse_ring(60.0, 20.0, Ellipse(0.9, 300.0, 100.0, 30.0))
    distances = [geodesic_inverse(60 * DEG, 20 * DEG, la * DEG, lo * DEG)[0] / 1e3 for la, lo in ring]
    assert max(distances) == pytest.approx(300.0, abs=1e-6) and min(distances) == pytest.approx(100.0, abs=1e-6)
    azimuth = geodesic_inverse(60 * DEG, 20 * DEG, ring[0][0] * DEG, ring[0][1] * DEG)[1]
    assert azimuth / DEG == pytest.approx(30.0, abs=1e-6)


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 179.9), (0.0, -179.9), (65.0, 180.0), (89.5, 10.0), (-89.9, -120.0)])
def test_rings_are_closed_and_in_range_over_the_antimeridian_and_the_poles(lat: float, lon: float) -> None:
    rings = clipped(ellipse_ring(lat, lon, Ellipse(0.9, 300.0, 200.0, 70.0)))
    assert len(rings) == 2
    for ring in rings:
        assert ring[0] == ring[-1] and len(ring) >= 4
        assert all(-90.0 <= la <= 90.0 and -180.0 <= lo <= 180.0 for la, lo in ring)
    assert {lo for ring in rings for _, lo in ring if abs(lo) == 180.0} == {180.0, -180.0}
    spans = [max(lo for _, lo in ring) - min(lo for _, lo in ring) for ring in rings]
    if abs(lat) > 85.0:
        assert sum(spans) == pytest.approx(360.0) and all(any(abs(la) == 90.0 for la, _ in ring) for ring in rings)
    else:
        assert sum(spans) < 20.0


def test_the_area_is_kept_when_a_ring_is_cut() -> None:
    whole = clipped(ellipse_ring(0.0, 100.0, Ellipse(0.9, 300.0, 200.0, 70.0)))
    cut = clipped(ellipse_ring(0.0, 179.5, Ellipse(0.9, 300.0, 200.0, 70.0)))

    def area(ring: tuple[tuple[float, float], ...]) -> float:
        return 0.5 * abs(sum(a[1] * b[0] - b[1] * a[0] for a, b in pairwise(ring)))

    assert sum(map(area, cut)) == pytest.approx(sum(map(area, whole)), rel=1e-3)


def test_an_ellipse_too_large_to_mean_a_place_is_not_drawn() -> None:
    assert impact_area(point(0.0, 0.0, 1.0, LARGEST_SEMI_MAJOR_KM + 1.0), 0.9, "x") is None


def test_a_protected_territory_over_the_antimeridian_becomes_two_rings() -> None:
    area = asset_area(ASSETS.asset[2], "coast")
    assert len(area.polygons) == 2 and area.circle is None


def test_a_headline_names_the_likely_places_and_leaves_out_the_unlikely() -> None:
    import msgspec

    base = assessment(60.0, assets=("asset-3", "asset-4", "coast"))
    threats = tuple(
        msgspec.structs.replace(t, probability=p, time_left_s=left)
        for t, p, left in zip(base.assets, (0.5, 0.02, 0.004), (800.0, 700.0, 600.0), strict=True)
    )
    part = Dissemination("simulated", ASSETS)
    (said,) = part.on_assessment(msgspec.structs.replace(base, assets=threats), at(60.0))
    assert "near Port Meridian in" in said.headline and "Cape Lantern" not in said.headline
    assert "Cape Lantern: 2 %" in said.description and "Coast" not in said.description
    assert said.time_left_s == pytest.approx(700.0)

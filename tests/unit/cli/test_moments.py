from tests.unit.cli.records import ASSETS, START, assessment, event, member, point
from tocsin.cli.moments import Moments, clock, distance_km
from tocsin.core.records.network import Assets
from tocsin.core.records.outputs import Ellipse, GroundPoint, ObjectCount


def test_times_since_the_start_are_short_and_grow_hours() -> None:
    assert [clock(s) for s in (0, 72.9, 280, 3599, 3600, 7325, -5)] == [
        "+00:00", "+01:12", "+04:40", "+59:59", "+1:00:00", "+2:02:05", "-00:05",
    ]  # fmt: skip


def test_a_launch_detection_is_told_with_its_paths() -> None:
    said = Moments(START, ASSETS)
    assert said.lines(event("launch_detected", paths=["ir-1", "ir-2"])) == ["+01:12 launch detected, 2 paths (E1)"]
    assert said.lines(event("launch_detected", paths=["ir-1"])) == ["+01:12 launch detected, 1 path (E1)"]


def test_an_impact_is_told_with_place_time_left_and_half_ellipse() -> None:
    record = assessment("possible", members=(member("T1", "possible", point(10.1, 20.1)),))
    lines = Moments(START, ASSETS).lines(record)
    assert lines[0] == "+04:40 E1 possible: 1 object, because"
    assert lines[1] == "+04:40 impact near Asset 3 in 11 min, 50 % within 41 km (T1, possible)"


def test_nothing_is_told_twice_and_a_higher_level_is_told_again() -> None:
    said = Moments(START, ASSETS)
    first = assessment("possible", members=(member("T1", "possible", point(10.1, 20.1)),))
    higher = assessment("probable", members=(member("T1", "probable", point(10.1, 20.1)),))
    assert len(said.lines(first)) == 2
    assert said.lines(first) == []
    assert len(said.lines(higher)) == 2
    assert said.lines(higher) == []


def test_a_fresh_line_of_another_object_tells_its_impact() -> None:
    said = Moments(START, ASSETS)
    said.lines(assessment("possible", members=(member("T1", "possible", point(10.1, 20.1)),)))
    other = assessment("possible", tracks=("T2", "T1"), impact=point(-40.0, 100.2), objects=ObjectCount(1, 2, 2))
    assert said.lines(other) == [
        "+04:40 E1: 2 objects now",
        "+04:40 impact near Asset 4 in 11 min, 50 % within 41 km (T2, possible)",
    ]


def test_an_impact_far_from_every_place_is_no_news() -> None:
    record = assessment("possible", members=(member("T1", "possible", point(60.0, -150.0)),))
    assert len(Moments(START, ASSETS).lines(record)) == 1


def test_an_impact_that_may_be_anywhere_is_no_news_until_it_is_sharp() -> None:
    said = Moments(START, ASSETS)
    vague = GroundPoint("2030-01-01T00:15:40Z", 10.1, 20.1, (Ellipse(0.5, 900.0, 100.0, 0.0),))
    assert len(said.lines(assessment("possible", members=(member("T1", "possible", vague),)))) == 1
    assert len(said.lines(assessment("possible", impact=point(10.1, 20.1)))) == 1


def test_without_places_the_coordinates_are_told() -> None:
    record = assessment("possible", members=(member("T1", "possible", point(-10.0, -20.0)),))
    assert "impact near 10.0 S 20.0 W" in Moments(START, Assets()).lines(record)[1]


def test_what_is_only_noticed_or_tracked_makes_no_line() -> None:
    said = Moments(START, ASSETS)
    assert said.lines(assessment("noticed")) == []
    assert said.lines(assessment("tracked")) == []
    assert said.lines(event("track_updated")) == []


def test_what_was_serious_and_ends_is_told() -> None:
    said = Moments(START, ASSETS)
    said.lines(assessment("possible"))
    assert said.lines(assessment("withdrawn")) == ["+04:40 E1 withdrawn: 1 object, because"]


def test_a_quarter_of_a_great_circle_has_its_length() -> None:
    assert abs(distance_km(0.0, 0.0, 0.0, 90.0) - 10007.5) < 0.1
    assert distance_km(90.0, 0.0, 90.0, 120.0) < 1e-9


def test_a_sensor_that_comes_and_goes_does_not_fill_the_screen() -> None:
    said = Moments(START, ASSETS)
    lines = [said.lines(event("sensor_lost", reason="silent for 91 s")) for _ in range(10)]
    assert lines[0] == ["+01:12 sensor lost: E1 (silent for 91 s)"]
    assert lines[2] == ["+01:12 sensor lost: E1 (silent for 91 s); further ones only in events.jsonl"]
    assert lines[3:] == [[]] * 7

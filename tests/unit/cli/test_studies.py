"""Short slices of the studies, through the real code path; the whole is run on demand."""

import math
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli.study.launch_tables import _off, coverage, reliability, squares
from tocsin.cli.study.launches import coverage_of, run_launch
from tocsin.cli.study.lines import Lines
from tocsin.cli.study.quiet import HIGH, run_quiet, run_slice, tally
from tocsin.cli.study.statistics import poisson
from tocsin.core.errors import InputError


def test_hours_of_quiet_time_hold_nothing_probable_and_are_the_same_again() -> None:
    line = run_slice("quiet", 4, 1.0)
    again = run_slice("quiet", 4, 1.0)
    assert line["decisions"] == again["decisions"]
    assert line["looks"] > 3000 and line["detections"] > 100
    assert not [e for e in line["events"] if e["highest"] in HIGH]
    sums = tally([line, again])
    assert sums["hours"] == 2.0 and sums["levels"]["probable"]["events"] == 0
    # none in two hours says little, and the interval says so
    assert sums["levels"]["probable"]["high"] > 10_000.0


def test_a_study_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []

    def slice_(name: str, number: int, hours: float) -> dict[str, object]:
        ran.append(number)
        if number == 2 and len(ran) == 3:
            raise KeyboardInterrupt
        return {"slice": number, "hours": hours, "start_utc": "2026-01-01T00:00:00Z", "causes": {}, "events": [],
                "looks": 1, "detections": 0, "decisions": "d", "cpu_s": 1.0}  # fmt: skip

    monkeypatch.setattr("tocsin.cli.study.quiet.run_slice", slice_)
    monkeypatch.setattr("tocsin.cli.study.quiet.warm", lambda *a, **k: 0.0)
    with pytest.raises(Exception, match="kept"):
        run_quiet("quiet", 4, 1, 1, tmp_path, True)
    assert run_quiet("quiet", 4, 1, 1, tmp_path, True) == 0
    assert ran == [0, 1, 2, 2, 3]
    assert len((tmp_path / "slices.jsonl").read_text().splitlines()) == 4


def test_lines_of_another_configuration_are_not_mixed(tmp_path: Path) -> None:
    first = Lines(tmp_path / "x.jsonl", {"config": "a"}, "n")
    assert list(first.take([{"n": 1}])) == [{"n": 1}]
    assert Lines(tmp_path / "x.jsonl", {"config": "a"}, "n").missing([1, 2]) == [2]
    with pytest.raises(InputError, match="another config"):
        Lines(tmp_path / "x.jsonl", {"config": "b"}, "n")


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)])
def test_exact_interval_of_a_poisson_mean(count: int, low: float, high: float) -> None:
    # Garwood 1936, table of confidence limits
    assert poisson(count) == pytest.approx((low, high), abs=0.005)


def test_coverage_is_counted_by_independent_paths() -> None:
    paths = {"a": "infrared/post/l1", "b": "infrared/post/l2", "c": "infrared/east/l3", "r": "radar/r/r"}
    looks = [float(k) for k in range(12)]
    assert coverage_of({"a": looks, "b": looks}, 100.0, paths) == "edge"  # one post is one path
    assert coverage_of({"a": looks, "c": looks}, 100.0, paths) == "plume"
    assert coverage_of({"a": looks, "r": looks}, 100.0, paths) == "arc"
    assert coverage_of({"a": looks, "r": looks}, 5.0, paths) == "plume"


def test_a_reliability_curve_holds_what_was_stated_against_what_was_true() -> None:
    words = [(0.85, k % 10 < 8) for k in range(100)] + [(1.0, True)]
    low, high = reliability(words)
    assert (low["count"], low["found"]) == (100, pytest.approx(0.8)) and high["found"] == 1.0


def test_ellipses_that_hold_too_little_or_too_much_are_marked() -> None:
    def lines(inside: int, sigmas: float) -> list[dict[str, Any]]:
        point = {"sigmas": [sigmas, 1.0], "time_sigmas": 0.5}
        held = [dict.fromkeys(("50", "90", "99"), k < inside) for k in range(100)]
        return [
            {"class": "c", "impacts": {"last": {**point, "inside": one}}, "launches": {"last": {**point, "inside": one}}}
            for one in held
        ]  # fmt: skip

    found = coverage(lines(70, 2.0))
    assert found["all last 50"]["hits"] == 70 and found["c last 50"]["trials"] == 100
    assert "OFF" in _off("all last 50", found["all last 50"]) and "OFF" in _off("all last 90", found["all last 90"])
    assert not _off("all last 50", coverage(lines(52, 1.0))["all last 50"])
    assert not _off("all last 99", coverage(lines(99, 1.0))["all last 99"])
    for key in ("c last", "c launch"):
        assert squares(lines(70, 2.0))[key] == {"count": 100, "long": 4.0, "short": 1.0, "time": 0.25}
    assert found["all launch 50"]["hits"] == 70


def test_a_missile_is_told_before_it_falls() -> None:
    line = run_launch("first-light", 5, drawn=False)
    assert line["kind"] == "missile" and line["coverage"] == "arc"
    assert line["levels"]["possible"] <= line["levels"]["probable"] < line["fall_s"] - 60.0
    assert line["launch_looks"] >= line["track_looks"] >= 1
    last = line["impacts"]["last"]
    assert set(last["inside"]) == {"50", "90", "99"}
    launches = line["launches"]
    assert set(launches) == {"first", "last"} and launches["last"]["error_km"] < 5.0
    assert (
        abs(launches["last"]["time_sigmas"]) < 4.0
        and launches["last"]["time_sigmas"] * launches["last"]["time_error_s"] > 0.0
    )
    assert last["inside"]["99"] == (math.hypot(*last["sigmas"]) <= math.sqrt(-2.0 * math.log(0.01)))

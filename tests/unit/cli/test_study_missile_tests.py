"""A slice of the study of reported missile tests, where the list is; and what its lines say together."""

from typing import Any

import pytest

from tests.shared_data import shared
from tocsin.cli.study.missile_tests import run_test, run_tests, tally
from tocsin.cli.study.statistics import clustered
from tocsin.core.errors import InputError
from tocsin.modelling.missile_tests import TABLE, class_of, reach_m, read_tests, right_class
from tocsin.scoring.consistency import wilson


def test_a_short_and_a_lofted_test_are_told_where_they_fall() -> None:
    file = shared(f"data/{TABLE}")
    data = str(file.parent.parent)
    for number, right in ((64, "ballistic_missile_short_range"), (85, "ballistic_missile_intermediate_range")):
        line = run_test("missile-tests", data, number, 3, 20)
        assert line["right"] == right == line["said"]
        assert line["track_looks"] <= 4
        assert line["impacts"]["last"]["inside"]["99"] and line["impacts"]["last"]["error_km"] < 10.0
        assert run_test("missile-tests", data, number, 3, 20)["decisions"] == line["decisions"]


def test_the_list_is_read_whole_and_every_flight_has_its_class() -> None:
    tests = read_tests(shared(f"data/{TABLE}"))
    assert len(tests) == 104
    kinds = [t.kind for t in tests]
    assert (kinds.count("ballistic"), kinds.count("depressed"), kinds.count("gliding")) == (79, 22, 3)
    right = {t.number: right_class(t) for t in tests}
    assert right[33] == "space_launch" and right[17] == "", "a launcher that failed is neither"
    # of the reports: lofted flights of 4,475 and 7,687 km are of missiles of the longest range, Scud-C are short
    assert right[118] == right[302] == "ballistic_missile_intercontinental"
    assert right[18] == "ballistic_missile_short_range" and right[116] == "ballistic_missile_intermediate_range"


def test_reach_is_that_of_least_energy() -> None:
    # domain facts C.3: 3.02 km/s to 1,000 km, 6.07 to 5,500, 7.20 to 10,000
    for speed, reach in ((3.02e3, 1000e3), (6.07e3, 5500e3), (7.20e3, 10_000e3)):
        assert reach_m(speed) == pytest.approx(reach, rel=0.005)
    assert class_of(2.9e3).endswith("short_range") and class_of(6.2e3).endswith("intercontinental")


def test_draws_of_one_test_are_one_cluster() -> None:
    alike = clustered([1] * 20 + [2] * 20, [True] * 20 + [False] * 20)
    apart = clustered(list(range(40)), [True, False] * 20)
    share = wilson(20, 40)
    assert apart == pytest.approx((share.low, share.high), abs=0.01)
    assert alike[1] - alike[0] > 2.5 * (apart[1] - apart[0])
    assert clustered([1, 1, 2], [True, True, True])[1] == 1.0 and clustered([], []) == (0.0, 1.0)


def line(test: int, inside: bool, said: str, fell: bool = True) -> dict[str, Any]:
    impacts = {"last": {"inside": {"50": False, "90": inside, "99": True}}} if fell else {}
    return {
        "case": f"{test}/0", "test": test, "kind": "ballistic", "missile": "m", "range_km": 500.0, "apogee_km": 150.0,
        "right": "ballistic_missile_short_range", "said": said, "fall_s": 300.0 if fell else None, "impacts": impacts,
        "levels": {"possible": 1.0}, "launch_looks": 5, "held_looks": 1, "track_looks": 3, "cpu_s": 1.0,
        "on": [True, False], "beliefs": {"0": {"classes": {}, "assets": [0.8, 0.1], "level": "possible"}},
    }  # fmt: skip


def test_sums_count_falls_and_classes() -> None:
    sums = tally([line(1, True, "ballistic_missile_short_range"), line(2, False, "sounding_rocket")])
    assert (sums["ellipses"]["all last 90"]["hits"], sums["ellipses"]["all last 90"]["trials"]) == (1, 2)
    assert sums["classes"]["all"]["class"]["hits"] == 1 and not sums["holds"]
    # 0.8 and 0.1 were believed of two places, and it fell on the first
    assert [(b["count"], b["stated"], b["found"]) for b in sums["asset"]] == [(2, 0.1, 0.0), (2, 0.8, 1.0)]
    nine = [line(k, k != 3, "ballistic_missile_short_range") for k in range(10)]
    assert tally(nine)["holds"]


def test_without_the_list_nothing_is_studied() -> None:
    with pytest.raises(InputError, match="not packaged"):
        run_tests("missile-tests", None, 1, 1, 1, None, True)

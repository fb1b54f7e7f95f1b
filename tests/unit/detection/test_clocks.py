"""A clock that stands still for minutes is told; looks of several faces, empty runs, lost looks and fine clocks are not."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look
from tocsin.detection.clocks import TIMES, Clocks

T0 = 1_700_000_040 * NS


def look(seconds: float, empty: int = 0) -> Look:
    end = T0 + round(seconds * NS)
    return Look(
        sensor="radar", session="a", sequence=1, data_mode="test", received=end, time=end, start=end - NS, end=end,
        empty_looks=empty,
    )  # fmt: skip


def told(times: Iterable[float], period_s: float, clocks: Clocks | None = None) -> list[str]:
    clocks = clocks or Clocks()
    return [word for t in times if (word := clocks.hear(look(t), period_s))]


@pytest.mark.parametrize("period_s", [0.5, 2.0, 3.3, 10.0, 17.0, 20.0])
def test_times_cut_to_minutes_are_told_once_within_four_of_them(period_s: float) -> None:
    times = [k * period_s // 60.0 * 60.0 for k in range(int(600.0 / period_s))]
    found = told(times, period_s)
    assert len(found) == 1 and "its clock stands" in found[0]
    assert told([t for t in times if t < 240.0] + [240.0], period_s) == found


def test_a_clock_that_goes_again_is_told() -> None:
    clocks = Clocks()
    assert len(told([k * 5.0 // 60.0 * 60.0 for k in range(60)], 5.0, clocks)) == 1
    words = told([300.0 + k * 5.0 for k in range(TIMES + 2)], 5.0, clocks)
    assert words == ["its clock goes again"] and not clocks.standing


@pytest.mark.parametrize("faces", [2, 3, 4, 6])
def test_several_looks_of_one_instant_are_the_faces_of_one_radar(faces: int) -> None:
    assert told([k // faces * 10.0 for k in range(200)], 10.0) == []


def test_a_clock_of_whole_seconds_is_a_coarse_one_and_not_one_that_stands() -> None:
    assert told([k * 0.25 // 1.0 for k in range(400)], 0.25) == []


def test_a_run_of_empty_looks_and_a_gap_are_no_standing() -> None:
    assert told([0.0, 5.0, 300.0, 305.0, 900.0, 905.0], 5.0) == []
    clocks = Clocks()
    assert [clocks.hear(look(t, empty=20), 5.0) for t in (0.0, 100.0, 200.0)] == ["", "", ""]
    # faces that see nothing, three rows for nine looks
    clocks = Clocks()
    assert [clocks.hear(look(k // 3 * 15.0, empty=3), 5.0) for k in range(30)] == [""] * 30
    # faces after a gap that is as long as they were many, once and again
    for faces in (2, 3, 4, 6):
        gap = [k // faces * 10.0 + (faces - 1) * 10.0 * (k // faces // 7) for k in range(300)]
        assert told(gap, 10.0) == []
    # several of one instant, and then much longer than they could have taken
    assert told([0.0] * 6 + [600.0] * 6 + [1200.0], 5.0) == []


def test_a_late_look_is_no_standing() -> None:
    assert told([0.0, 5.0, 10.0, 5.0, 15.0, 20.0, 12.0, 25.0], 5.0) == []


def test_it_goes_through_a_snapshot() -> None:
    clocks, twin = Clocks(), Clocks()
    told([k * 5.0 // 60.0 * 60.0 for k in range(40)], 5.0, clocks)
    state: dict[str, Any] = clocks.state()
    twin.load(msgspec.json.decode(msgspec.json.encode(state)))
    assert twin.state() == state and twin.standing == {"radar"}
    assert twin.hear(look(240.0), 5.0) == clocks.hear(look(240.0), 5.0)

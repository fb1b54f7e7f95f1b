from pathlib import Path
from typing import Any

import pytest

from tocsin.cli.study.corruption import EVERYTHING, NOTHING, find_worlds, table, tally
from tocsin.core.errors import InputError


def line(kind: str, corruption: str, level: str) -> dict[str, Any]:
    return {
        "network": "n", "seed": 1, "kind": kind, "part": "p", "corruption": corruption, "level": level, "at_s": 7.0,
        "reason": "evidence has risen: because", "decisions": "d",
    }  # fmt: skip


GOOD = [
    line("control", NOTHING, "possible"),
    line("control", EVERYTHING, "confirmed"),
    line("line", "tape beside", ""),
    line("site", "empty", "probable"),
]


def test_cases_are_counted_by_part_and_level_and_controls_apart() -> None:
    sums = tally(GOOD)
    assert (sums["cases"], sums["confirmed"], sums["probable"], sums["controls"]) == (2, 0, 1, 2)
    assert sums["levels"]["line"] == {"nothing": 1} and sums["levels"]["site"] == {"probable": 1}
    assert sums["controls_hold"]


@pytest.mark.parametrize(("corruption", "level"), [(NOTHING, "probable"), (NOTHING, "confirmed"), (EVERYTHING, "")])
def test_a_control_that_does_not_hold_makes_the_study_worth_nothing(corruption: str, level: str) -> None:
    assert not tally([*GOOD, line("control", corruption, level)])["controls_hold"]
    assert not tally(GOOD[2:])["controls_hold"]


def test_every_case_at_probable_or_above_is_told() -> None:
    shown = list(table([*GOOD, line("clock", "+1 s", "confirmed")]))
    assert "  n seed 1, clock p, +1 s: confirmed at 7.0 s: because" in shown
    assert "  n seed 1, site p, empty: probable at 7.0 s: because" in shown
    assert shown[-1].startswith("3 cases, 1 confirmed (95 % Wilson: at most 79.23 %)") and "controls hold" in shown[-1]


def test_worlds_are_found_by_the_name_of_their_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert [p.stem for p in find_worlds("us-")] == ["us-1979"]
    with pytest.raises(InputError, match="no such network"):
        find_worlds("atlantis")

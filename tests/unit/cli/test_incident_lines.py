"""Several draws of a case become one line: held only if all hold, the worst level, the latest warning."""

from typing import Any

from tocsin.cli.study.incidents import before_impact, joined, passed


def draw(seed: int, worst: str, first_s: float | None, *holds: bool, fault: str = "") -> dict[str, Any]:
    return {
        "seed": seed, "worst": worst, "worst_s": first_s, "fall_s": 1200.0, "seconds": 1.0, "decisions": f"d{seed}",
        "first_s": {"possible": 10.0, "probable": first_s, "confirmed": first_s},
        "verdicts": [{"holds": h, "why": "" if h else f"late {seed}", "fault": fault} for h in holds],
    }  # fmt: skip


def test_a_statement_holds_when_every_draw_holds_it() -> None:
    line = joined([draw(1, "confirmed", 300.0, True, True), draw(2, "confirmed", 600.0, True, False)])
    assert (line["draws"], line["held"]) == (2, 1)
    assert [v["holds"] for v in line["verdicts"]] == [True, False]
    assert line["verdicts"][1]["why"] == "late 2 (seeds 2)"
    assert not passed(line)
    assert line["decisions"] == ["d1", "d2"]


def test_the_table_tells_the_worst_level_and_the_latest_warning() -> None:
    line = joined([draw(1, "possible", 300.0, True), draw(2, "confirmed", 600.0, True)])
    assert line["worst"] == "confirmed"
    assert before_impact(line) == "probable 10.0, confirmed 10.0"
    assert before_impact(joined([draw(1, "confirmed", 300.0, True), draw(2, "possible", None, True)])).endswith("never")


def test_a_known_fault_must_not_hold() -> None:
    assert passed(joined([draw(1, "confirmed", 300.0, False, fault="why")]))
    assert not passed(joined([draw(1, "confirmed", 300.0, True, fault="why")]))

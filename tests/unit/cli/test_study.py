from typing import Any

from tocsin.cli.study.tables import table, tally


def missile(name: str, warned_s: float | None, inside: bool) -> dict[str, Any]:
    ellipses = {"50": False, "90": inside, "99": True}
    return {
        "object": name, "warned_s": warned_s, "confirmed_s": warned_s, "asset_inside": ellipses,
        "inside": {"confirmed": ellipses, "last": ellipses},
    }  # fmt: skip


def line(seed: int, missiles: list[dict[str, Any]], others: int = 0) -> dict[str, Any]:
    return {
        "seed": seed, "missiles": missiles, "outages": ["r1 down"],
        "missed": sum(m["warned_s"] is None for m in missiles),
        "others_high": [{"object": "x"}] * others, "events_high_without_missile": [], "notifications": [],
    }  # fmt: skip


LINES = [line(1, [missile("m1", 300.0, True), missile("m2", None, False)]), line(2, [missile("m1", 200.0, True)], 1)]


def test_a_missile_never_warned_of_is_missed_and_counted() -> None:
    sums = tally(LINES)
    assert (sums["seeds"], sums["missiles"], sums["missed"], sums["others_high"]) == (2, 3, 1, 1)
    assert sums["confirmed_before_impact"]["hits"] == 2
    assert (sums["coverage"]["confirmed_90"]["hits"], sums["coverage"]["confirmed_90"]["trials"]) == (2, 3)
    assert sums["coverage"]["possible_90"]["trials"] == 0
    assert sums["coverage"]["asset_99"]["hits"] == 3


def test_a_table_of_variants_has_a_line_a_seed() -> None:
    shown = list(table("variants", LINES))
    assert shown[1].split()[:5] == ["1", "2", "1", "300", "0"]
    assert shown[2].split()[:5] == ["2", "1", "0", "200", "1"]
    assert "r1 down" in shown[1]
    assert "2 seeds, 3 missiles, 1 missed" in shown[3]
    assert any("66.7 %" in text and "first confirmed" in text for text in shown)

"""Statements about an output folder: what matches, what is in time, what fails."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.core.records.incident import Case, Statement
from tocsin.core.time import tai_from_iso, unix_ns_from_tai
from tocsin.scoring.expectations import FolderRead, judge, level_steps, matches

FLOWN = (("m", "missile", 700), ("late", "missile", 900), ("s", "sounding_rocket", 300))
START = "2026-01-01T00:00:00Z"


def assessment(seconds: int, level: str, previous: str | None, **more: Any) -> dict[str, Any]:
    time = f"2026-01-01T00:{seconds // 60:02d}:{seconds % 60:02d}Z"
    return {
        "time_utc": time,
        "event": "E0001",
        "level": level,
        "previous": previous,
        "reason": "r",
        "assets": [],
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path) -> FolderRead:
    lines = [
        assessment(100, "tracked", None),
        assessment(160, "possible", "tracked", assets=[{"id": "a", "probability": 0.02}]),
        assessment(
            220, "probable", "possible", assets=[{"id": "a", "probability": 0.6}, {"id": "b", "probability": 0.1}]
        ),
        assessment(800, "resolved", "probable"),
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "assessments.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "rejected.jsonl").write_text('{"file":"f","row":1,"field":"x","reason":"why not"}\n', encoding="utf-8")
    start = unix_ns_from_tai(tai_from_iso(START))
    rows = [(s, name, kind) for name, kind, last in FLOWN for s in (0, last)]
    table = {
        "time_utc": [start + s * 10**9 for s, *_ in rows],
        "object": [n for _, n, _ in rows],
        "kind": [k for *_, k in rows],
    }
    table |= {name: [0.0] * len(rows) for name in ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")}
    pq.write_table(pa.table(table), tmp_path / "truth.parquet")
    return FolderRead(tmp_path, START)


def verdict(folder: FolderRead, never: bool = False, **statement: Any) -> tuple[bool, str]:
    one = (Statement(words="w", **statement),)
    case = Case(name="c", expected="e", never=one) if never else Case(name="c", expected="e", must=one)
    (said,) = judge(case, folder)
    return said.holds, said.why


def test_a_level_is_compared_by_its_place_on_the_ladder() -> None:
    assert matches({"level": {"at_least": "possible"}}, {"level": "confirmed"})
    assert matches({"level": {"at_most": "possible"}}, {"level": "noticed"})
    assert not matches({"level": {"at_least": "possible"}}, {"level": "tracked"})
    # what is over stands on no rung
    assert not matches({"level": {"at_most": "possible"}}, {"level": "withdrawn"})


def test_tables_lists_texts_and_numbers() -> None:
    row = {
        "assets": [{"id": "a", "p": 0.2}, {"id": "b", "p": 0.9}],
        "paths": ["radar/x/y"],
        "n": 3,
        "t": "has passed",
        "empty": [],
    }
    assert matches({"assets": {"id": "b", "p": {"at_least": 0.5}}}, row)
    assert not matches({"assets": {"id": "a", "p": {"at_least": 0.5}}}, row), "one item has to have both"
    assert matches({"paths": "radar/*", "t": "*passed*", "n": 3}, row)
    assert not matches({"paths": "infrared/*"}, row)
    assert not matches({"absent": "x"}, row)
    assert matches({"empty": {"none": True}, "absent": {"none": True}}, row)
    assert not matches({"paths": {"none": True}}, row)
    assert matches({"assets": {"at_least": 2, "at_most": 2}}, row), "a list is as large as it is long"
    assert not matches({"t": {"at_least": 1}}, row)


def test_what_must_be_said_must_be_said_in_time(folder: FolderRead) -> None:
    probable = {"match": {"level": {"at_least": "probable"}}}
    assert verdict(folder, **probable, until_s=220) == (True, "")
    held, why = verdict(folder, **probable, until_s=219)
    assert not held
    assert "first at 220 s" in why
    assert not verdict(folder, **probable, from_s=221)[0]
    assert not verdict(folder, match={"level": "confirmed"})[0]


def test_the_deadline_may_be_a_true_fall(folder: FolderRead) -> None:
    probable = {"match": {"level": "probable"}}
    assert folder.fall_s("") == 700.0
    assert verdict(folder, **probable, before_fall_s=480)[0]
    assert not verdict(folder, **probable, before_fall_s=481)[0]
    assert verdict(folder, **probable, before_fall_s=680, fall_of="late")[0]
    assert verdict(folder, **probable, before_fall_s=60, fall_of="nobody")[1].startswith("nothing fell")


def test_what_must_never_be_said_fails_when_it_is(folder: FolderRead) -> None:
    assert verdict(folder, never=True, match={"level": "confirmed"}) == (True, "")
    held, why = verdict(folder, never=True, match={"assets": {"id": "b"}})
    assert not held
    assert "first at 220 s" in why
    assert verdict(folder, never=True, match={"assets": {"id": "b"}}, until_s=200)[0]


def test_lines_without_a_time_are_counted(folder: FolderRead) -> None:
    assert verdict(folder, stream="rejected", match={"reason": "why*"}, until_s=1)[0]
    assert not verdict(folder, stream="rejected", match={"reason": "why*"}, least=2)[0]
    assert verdict(folder, never=True, stream="warnings")[0]
    assert not verdict(folder, stream="events")[0]


def test_the_worst_and_the_steps(folder: FolderRead) -> None:
    assert folder.worst() == ("probable", 220.0)
    assert folder.first_s("possible") == 160.0
    assert folder.first_s("confirmed") is None
    assert [(t, level) for t, _, level, _ in level_steps(folder)] == [
        (100.0, "tracked"), (160.0, "possible"), (220.0, "probable"), (800.0, "resolved"),
    ]  # fmt: skip

import json
from pathlib import Path

import pytest

from tocsin.cli.intake import Source, check_data_mode, check_usable, count_refused, read_sources, until_tai
from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import Look, Notification
from tocsin.core.records.outputs import Rejection
from tocsin.core.time import tai_from_iso

NETWORK = """
[[radar]]
id = "r1"
latitude_deg = 10.0
longitude_deg = -35.0
"""
ASSETS = """
[[asset]]
id = "a"
latitude_deg = 2.0
longitude_deg = -30.0
radius_km = 20.0
"""


def row(sequence: int, second: int, **changes: object) -> dict[str, object]:
    return {
        "sensor": "r1", "session": "s", "sequence": sequence, "data_mode": "test", "detections": 0, "detection": -1,
        "time_utc": f"2030-01-01T00:00:{second:02d}Z",
    } | changes  # fmt: skip


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.fixture
def config(tmp_path: Path) -> list[Source]:
    (tmp_path / "network.toml").write_text(NETWORK)
    (tmp_path / "assets.toml").write_text(ASSETS)
    return [Source(tmp_path / "network.toml", "network"), Source(tmp_path / "assets.toml", "assets")]


def test_the_data_mode_has_no_default_and_no_other_words() -> None:
    assert check_data_mode("real") == "real"
    for wrong in (None, "live", "Real", ""):
        with pytest.raises(InputError, match="real, exercise, simulated, test"):
            check_data_mode(wrong)


def test_until_is_seconds_after_the_last_input_or_an_instant() -> None:
    last = tai_from_iso("2030-01-01T00:00:00Z")
    assert until_tai("60", last) == last + 60 * NS
    assert until_tai("2030-01-01T01:00:00Z", last) == last + 3600 * NS
    assert until_tai("2029-01-01T00:00:00Z", last) == last
    for wrong in ("soon", "-1", "nan", "inf", "1e12"):
        with pytest.raises(InputError, match="--until"):
            until_tai(wrong, last)


def test_inputs_of_all_files_stand_in_one_order(tmp_path: Path, config: list[Source]) -> None:
    later = write(tmp_path / "later.jsonl", [row(3, 30), row(1, 10)])
    early = write(tmp_path / "early.jsonl", [row(2, 20)])
    notice = write(
        tmp_path / "notices.jsonl",
        [
            {
                "id": "n", "data_mode": "test", "received_utc": "2030-01-01T00:00:15Z", "latitude_deg": 0.0,
                "longitude_deg": 0.0, "window_start_utc": "2030-01-01T00:00:00Z",
                "window_end_utc": "2030-01-01T01:00:00Z",
            }
        ],
    )  # fmt: skip
    files = [Source(later, "looks"), Source(early, "looks"), Source(notice, "notifications")]
    one = read_sources([*files, *config], "test")
    other = read_sources([*reversed(files), *config], "test")
    assert [type(item).__name__ for item in one.items] == ["Look", "Notification", "Look", "Look"]
    assert [i.sequence if isinstance(i, Look) else i.id for i in one.items] == [1, "n", 2, 3]
    assert isinstance(one.items[1], Notification)
    assert [i.received for i in one.items] == [i.received for i in other.items]
    assert one.rows_in == other.rows_in == 4
    assert one.config_sha256() == other.config_sha256()


def test_a_file_that_cannot_be_used_is_refused_whole_and_the_others_are_used(
    tmp_path: Path, config: list[Source]
) -> None:
    good = write(tmp_path / "good.jsonl", [row(1, 10)])
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(b"PAR1 and no footer")
    intake = read_sources([Source(good, "looks"), Source(cut, "looks"), *config], "test")
    assert len(intake.items) == intake.rows_in == 1
    assert [(r.file, r.row, r.action) for r in intake.rejections] == [("cut.parquet", -1, "refused")]
    with pytest.raises(InputError, match=r"cut\.parquet"):
        read_sources([Source(cut, "looks"), *config], "test")


def test_rows_are_counted_once_and_remarks_are_no_rows() -> None:
    refused = [
        Rejection("a", 1, "x", "late", "refused"),
        Rejection("a", 2, "x", "late", "refused"),
        Rejection("a", 3, "x", "duplicate", "dropped"),
        Rejection("a", -1, "x", "unknown column", "ignored"),
        Rejection("a", -1, "", "no footer", "refused"),
    ]
    assert count_refused(refused) == {"late": 2, "duplicate": 1}


def test_rows_of_unknown_sensors_are_refused(tmp_path: Path, config: list[Source]) -> None:
    file = write(tmp_path / "a.jsonl", [row(1, 10), row(1, 11, sensor="nobody"), row(2, 12, sensor="nobody")])
    intake = read_sources([Source(file, "looks"), *config], "test")
    assert intake.rows_in == 3
    assert len(intake.items) == 1
    assert sum(intake.rows_refused.values()) == 2


def health(received_utc: str, **changes: object) -> dict[str, object]:
    return {
        "kind": "health", "id": "h", "data_mode": "test", "received_utc": received_utc, "subject": "r1", "state": "ok",
    } | changes  # fmt: skip


def test_two_files_of_one_name_are_told_apart_by_their_names_in_inputs(tmp_path: Path, config: list[Source]) -> None:
    (tmp_path / "b").mkdir()
    one = write(tmp_path / "my looks.jsonl", [row(1, 10), row(2, -1)])
    two = write(tmp_path / "b" / "my looks.jsonl", [row(3, 12), row(4, 13, sensor="nobody"), health("soon")])
    intake = read_sources([Source(one, "looks"), Source(two, "looks"), *config], "test")
    assert intake.names == ("my_looks.jsonl", "my_looks-2.jsonl", "network.toml", "assets.toml")
    assert [(r.file, r.row) for r in intake.rejections] == [
        ("my_looks.jsonl", 1), ("my_looks-2.jsonl", 1), ("my_looks-2.jsonl", 2),
    ]  # fmt: skip
    assert [look.file for look in intake.items if isinstance(look, Look)] == ["my_looks.jsonl", "my_looks-2.jsonl"]


@pytest.mark.parametrize("year", ["1990", "2028", "2032", "2199"])
def test_no_stray_year_of_any_input_moves_data_time(tmp_path: Path, config: list[Source], year: str) -> None:
    lines = [row(1, 10), health(f"{year}-01-01T00:00:00Z"), health("2030-01-01T00:00:05Z", id="near"), row(2, 20)]
    intake = read_sources([Source(write(tmp_path / "a.jsonl", lines), "looks"), *config], "test")
    assert [(r.row, r.field, r.reason) for r in intake.rejections] == [
        (1, "received_utc", "more than a year from the looks")
    ]
    assert [type(item).__name__ for item in intake.items] == ["Health", "Look", "Look"]
    assert intake.rows_in == 4


@pytest.mark.parametrize("year", ["1990", "2150"])
def test_a_file_of_one_damaged_look_does_not_move_data_time(tmp_path: Path, config: list[Source], year: str) -> None:
    stray = write(tmp_path / "a.jsonl", [row(0, 0, time_utc=f"{year}-01-01T00:00:00Z")])
    good = write(tmp_path / "b.jsonl", [row(k, k) for k in range(1, 31)])
    intake = read_sources([Source(stray, "looks"), Source(good, "looks"), *config], "test")
    assert [(r.file, r.row, r.field, r.reason) for r in intake.rejections] == [
        ("a.jsonl", 0, "received_utc", "more than a year from the other looks")
    ]
    assert len(intake.items) == 30
    assert intake.rows_in == 31


def test_looks_of_two_years_are_data_of_two_years(tmp_path: Path, config: list[Source]) -> None:
    files = []
    for year in (2030, 2033):
        lines = [row(k, k, time_utc=f"{year}-01-01T00:00:{k:02d}Z", session=str(year)) for k in range(1, 11)]
        files.append(Source(write(tmp_path / f"{year}.jsonl", lines), "looks"))
    intake = read_sources([*files, *config], "test")
    assert intake.rejections == []
    assert len(intake.items) == 20


def test_without_looks_the_middle_of_the_other_inputs_holds(tmp_path: Path, config: list[Source]) -> None:
    lines = [health(f"{year}-01-01T00:00:00Z", id=year) for year in ("2099", "2030", "2030")]
    intake = read_sources([Source(write(tmp_path / "a.jsonl", lines), "looks"), *config], "test")
    assert [(r.row, r.reason) for r in intake.rejections] == [(0, "more than a year from the other inputs")]
    assert len(intake.items) == 2


@pytest.mark.parametrize("body", ["", "\n \n\n"])
def test_a_file_without_rows_is_told_beside_others_and_unusable_alone(
    tmp_path: Path, config: list[Source], body: str
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text(body)
    good = Source(write(tmp_path / "good.jsonl", [row(1, 10)]), "looks")
    intake = read_sources([Source(empty, "looks"), good, *config], "test")
    check_usable(intake, [Source(empty, "looks"), good])
    assert [(r.file, r.row, r.action) for r in intake.rejections] == [("empty.jsonl", -1, "refused")]
    with pytest.raises(InputError, match=r"empty\.jsonl: holds no looks and no other inputs"):
        check_usable(read_sources([Source(empty, "looks"), *config], "test"), [Source(empty, "looks")])


def test_where_no_row_can_be_used_the_reasons_are_told(tmp_path: Path, config: list[Source]) -> None:
    bad = Source(write(tmp_path / "bad.jsonl", [row(1, 10, data_mode="real"), row(2, 11, data_mode="real")]), "looks")
    with pytest.raises(InputError, match=r"2 x `data_mode` real in a run of test \(first in row 0 of bad\.jsonl\)"):
        check_usable(read_sources([bad, *config], "test"), [bad])


def test_columns_of_other_names_are_told_where_no_row_can_be_used(tmp_path: Path, config: list[Source]) -> None:
    rows = [{key.upper(): value for key, value in row(1, 10).items()}]
    bad = Source(write(tmp_path / "bad.jsonl", rows), "looks")
    with pytest.raises(InputError, match=r"`sensor` missing .*; unknown columns: DATA_MODE, DETECTION, .*, TIME_UTC"):
        check_usable(read_sources([bad, *config], "test"), [bad])


def test_thousands_of_unknown_sensors_have_few_reasons(tmp_path: Path, config: list[Source]) -> None:
    lines = [row(1, 10), *(row(k, 11, sensor=f"s{k}") for k in range(3000))]
    intake = read_sources([Source(write(tmp_path / "a.jsonl", lines), "looks"), *config], "test")
    assert intake.rows_refused["unknown sensor 's0'"] == 1
    assert intake.rows_refused["one of 2900 more unknown sensors"] == 2900
    assert len(intake.items) == 1 and len(intake.rows_refused) == 101

"""The look table: what is read, what is refused and why, and that every row is accounted for."""

import gzip
import json
import math
from datetime import UTC, datetime

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.formats.look_streams import (
    START,
    empty_row,
    good_stream,
    infrared_row,
    iso,
    radar_row,
    write_lines,
    write_parquet,
)
from tocsin.core.errors import InputError
from tocsin.core.records import inputs as record
from tocsin.core.time import tai_from_iso, unix_ns_from_tai
from tocsin.formats import json_lines
from tocsin.formats.look_checks import unknown_sensors
from tocsin.formats.look_rows import MOST_TOLD
from tocsin.formats.looks import LooksRead, read_look_files, read_looks
from tocsin.formats.looks_write import divided, write_looks_jsonl, write_looks_parquet

WRITERS = {"jsonl": write_lines, "parquet": write_parquet}


def accounted(read: LooksRead) -> None:
    used = [row for look in read.looks for row in look.rows.tolist()]
    refused = [r.row for r in read.rejections if r.row >= 0]
    assert len(used) + len(refused) == read.rows_in
    assert len(set(used) | set(refused)) == read.rows_in


def one_bad(tmp_path, row, kind="jsonl"):
    """Return the only refusal of a stream of good rows with one more row."""
    rows = [*good_stream(), row]
    read = read_looks(WRITERS[kind](tmp_path / f"looks.{kind}", rows), "simulated")
    accounted(read)
    (refusal,) = [r for r in read.rejections if r.row >= 0]
    assert refusal.row == len(rows) - 1
    assert refusal.action == "refused"
    return refusal


def same(a, b) -> bool:
    """Return whether two looks say the same (file and rows apart)."""
    for field in msgspec.structs.fields(record.Look):
        x, y = getattr(a, field.name), getattr(b, field.name)
        if field.name in ("rows", "file"):
            continue
        if isinstance(x, np.ndarray):
            if y is None or x.tobytes() != y.tobytes():
                return False
        elif x != y and not (isinstance(x, float) and math.isnan(x) and math.isnan(y)):
            return False
    return True


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_good_stream_is_read_in_total_order(tmp_path, kind):
    rows = good_stream()
    path = WRITERS[kind](tmp_path / f"looks.{kind}", rows)
    read = read_looks(path, "simulated", {"north", "high"})
    assert read.rejections == []
    assert read.rows_in == len(rows)
    accounted(read)
    keys = [(look.received, look.sensor, look.session, look.sequence) for look in read.looks]
    assert keys == sorted(keys)
    assert len(keys) == 6 + 6 + 1 + 1 + 3


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_columns_become_si_units_and_instants(tmp_path, kind):
    path = WRITERS[kind](tmp_path / f"looks.{kind}", [radar_row(2, searched="low", state="degraded", noise_db=3.5)])
    (look,) = read_looks(path, "simulated").looks
    assert (look.sensor, look.session, look.sequence, look.data_mode) == ("north", "a", 2, "simulated")
    assert (look.mode, look.searched, look.state, look.noise_db, look.line) == ("search", "low", "degraded", 3.5, None)
    assert look.time == look.start == look.end == START + 10_000_000_000
    assert look.received == START + 10_200_000_000
    assert look.values[0, record.RANGE] == 1.002e6
    assert look.values[0, record.AZIMUTH] == math.radians(45.25)
    assert look.values[0, record.ELEVATION] == math.radians(12.5)
    assert look.values[0, record.RANGE_RATE] == -3000.5
    assert np.isnan(look.values[0, record.SIGMA_RANGE])
    assert look.numbers.tolist() == [0]
    assert look.rows.tolist() == [0]
    assert look.file == path.name


def test_an_empty_look_has_its_row_and_its_count(tmp_path):
    (look,) = read_looks(write_lines(tmp_path / "l.jsonl", [empty_row(9, 4)]), "simulated").looks
    assert (look.empty_looks, look.declared, look.sequence) == (4, 0, 9)
    assert look.numbers.size == look.times.size == 0
    assert look.values.shape == (0, record.COLUMNS)
    assert look.rows.tolist() == [0]


def test_received_defaults_to_time_and_a_look_arrives_with_its_last_row(tmp_path):
    rows = [radar_row(0, 0, 2, received_utc=None), radar_row(0, 1, 2, received_utc=iso(3))]
    (look,) = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated").looks
    assert look.received == START + 3_000_000_000


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_moving_sensor_has_its_place_at_each_detection(tmp_path, kind):
    rows = [
        infrared_row(0, 0, 2),
        infrared_row(0, 1, 2, time_utc=iso(0.1), sensor_x_m=3.0e7 + 300.0),
        infrared_row(1, 0, 1),
    ]
    first, second = read_looks(WRITERS[kind](tmp_path / f"l.{kind}", rows), "simulated").looks
    assert first.place == (3.0e7 + 300.0, 1.0e6, -2.0e7)
    assert first.places.tolist() == [[3.0e7, 1.0e6, -2.0e7], [3.0e7 + 300.0, 1.0e6, -2.0e7]]
    assert second.place == (3.0e7, 1.0e6, -2.0e7)
    assert second.places is None


BAD = [
    (radar_row(20, sensor=None), "sensor", "missing"),
    (radar_row(20, session=None), "session", "missing"),
    (radar_row(20, time_utc=None), "time_utc", "missing"),
    (radar_row(20, data_mode=None), "data_mode", "missing"),
    (radar_row(20, data_mode="real"), "data_mode", "real in a run of simulated"),
    (radar_row(20, data_mode="live"), "data_mode", "not one of: real, exercise, simulated, test"),
    (radar_row(20, mode="scan"), "mode", "not one of: search, track, stare"),
    (radar_row(20, state="good"), "state", "not one of: ok, degraded, blinded, down"),
    (radar_row(-1, time_utc=iso(1)), "sequence", "outside 0 ... 4.61169e+18"),
    (radar_row(20, -2), "detection", "outside -1 ... 2.14748e+09"),
    (radar_row(20, 3, 3), "detection", "not below `detections`"),
    (radar_row(20, elevation_deg=-20.0), "elevation_deg", "outside -5 ... 95"),
    (radar_row(20, azimuth_deg=361.0), "azimuth_deg", "outside -180 ... 360"),
    (radar_row(20, range_m=-5.0), "range_m", "outside 1 ... 1e+09"),
    (radar_row(20, range_m=2e9), "range_m", "outside 1 ... 1e+09"),
    (radar_row(20, range_rate_m_s=31000.0), "range_rate_m_s", "outside -30000 ... 30000"),
    (radar_row(20, range_m=math.inf), "range_m", "not finite"),
    (radar_row(20, sigma_range_m=0.0), "sigma_range_m", "outside 0.001 ... 1e+07"),
    (radar_row(20, snr_db=900.0), "snr_db", "outside -100 ... 200"),
    (infrared_row(20, los_x=0.5), "los_x", "not a unit vector within 0.001"),
    (infrared_row(20, los_x=None), "los_x", "line of sight incomplete"),
    (infrared_row(20, sensor_x_m=None), "sensor_x_m", "place incomplete"),
    (infrared_row(20, sensor_x_m=1e6, sensor_z_m=0.0), "sensor_x_m", "a place inside the Earth"),
    (infrared_row(20, sensor_x_m=9e8, sensor_z_m=9e8), "sensor_x_m", "a place beyond 1e6 km"),
    (radar_row(20, look_start_utc=iso(101), look_end_utc=iso(99)), "look_start_utc", "after look_end_utc"),
    (radar_row(20, look_end_utc=iso(50)), "time_utc", "outside its look by more than 5 s"),
    (radar_row(20, look_start_utc=iso(-9000)), "look_start_utc", "look longer than can be (1 h; 1 day of empty looks)"),
    (radar_row(20, received_utc=iso(-90000)), "received_utc", "more than a day before time_utc"),
    (radar_row(20, time_utc="2126-03-01T12:00:00Z", received_utc=None), "received_utc",
     "more than a year from the file's median time"),
    (radar_row(20, time_utc="2026-02-30T12:00:00Z"), "time_utc", "not a time of the calendar"),
    (radar_row(20, time_utc="yesterday"), "time_utc", "not an ISO 8601 time"),
    (radar_row(20, time_utc="2026-03-01T12:00:60Z"), "time_utc", "there was no leap second"),
    (radar_row(20, range_m=None, azimuth_deg=None, elevation_deg=None), "range_m",
     "no measurement: range, angles and line of sight are all null"),
    (radar_row(20, -1, 0), "detection", "a measurement in an empty look"),
    (empty_row(20) | {"detections": 3}, "detections", "an empty look has no detections"),
    (empty_row(20, 0), "empty_looks", "an empty row is at least one look"),
    (empty_row(3, 5, session="c"), "empty_looks", "more looks than `sequence` counts"),
    (radar_row(20, empty_looks=2), "empty_looks", "only for looks without detections"),
    (radar_row(20, searched="x" * 300), "searched", "longer than 200 characters"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize(("row", "field", "reason"), BAD)
def test_a_bad_row_is_refused_alone_with_field_and_reason(tmp_path, row, field, reason, kind):
    refusal = one_bad(tmp_path, row, kind)
    assert (refusal.field, refusal.reason) == (field, reason)


MISTYPED = [
    (radar_row(20, range_m="1e6"), "range_m", "wrong type: a number is needed"),
    (radar_row(20, range_m=True), "range_m", "wrong type: a number is needed"),
    (radar_row(20, range_m=[1.0]), "range_m", "wrong type: a number is needed"),
    (radar_row(20, sensor=5), "sensor", "wrong type: text is needed"),
    (radar_row(20, state={"a": 1}), "state", "wrong type: text is needed"),
    (radar_row(20) | {"sequence": "20"}, "sequence", "wrong type: a whole number is needed"),
    (radar_row(20) | {"sequence": 20.5}, "sequence", "wrong type: a whole number is needed"),
    (radar_row(20) | {"sequence": 2**70}, "sequence", "out of range"),
    (radar_row(20) | {"sequence": None}, "sequence", "missing"),
    (radar_row(20, time_utc=20.5), "time_utc", "wrong type: an ISO 8601 time or integer ns since 1970 is needed"),
    (radar_row(20, kind="health"), "kind", "not a look"),
    (b'{"sensor": "n\xff"}', "", "not UTF-8 text"),
    ('{"sensor": "n", "sensor": "m"}', "", "the same key twice"),
    ('{"sensor" : "n", "sensor" : "m"}', "", "the same key twice"),
    ('{"sensor": "\\ud800"}', "", "not UTF-8 text"),
    ("[1, 2]", "", "not a JSON object"),
    ("nonsense", "", "not valid JSON"),
    ('{"a": ' + "[" * 100000 + "}", "", "nested too deeply"),
    ('{"a": "' + "x" * 1_100_000 + '"}', "", "line longer than 1 MiB"),
    (json.dumps(radar_row(20)).replace("17.0", "1e999"), "snr_db", "not finite"),
    (json.dumps(radar_row(20)).replace("17.0", "1" + "0" * 400), "snr_db", "out of range"),
]


@pytest.mark.parametrize(("row", "field", "reason"), MISTYPED)
def test_a_line_of_wrong_types_is_refused_alone(tmp_path, row, field, reason):
    refusal = one_bad(tmp_path, row)
    assert (refusal.field, refusal.reason) == (field, reason)


def test_null_and_nan_are_the_same(tmp_path):
    text = json.dumps(radar_row(3, range_rate_m_s=math.nan, noise_db=math.nan))
    assert "NaN" in text
    (look,) = read_looks(write_lines(tmp_path / "l.jsonl", [text]), "simulated").looks
    (other,) = read_looks(write_lines(tmp_path / "m.jsonl", [radar_row(3, range_rate_m_s=None)]), "simulated").looks
    assert same(look, other)


def test_whole_floats_and_integers_are_numbers(tmp_path):
    row = radar_row(3, range_m=1003000) | {"sequence": 3.0, "detections": 1.0}
    (look,) = read_looks(write_lines(tmp_path / "l.jsonl", [row]), "simulated").looks
    assert look.sequence == 3
    assert look.values[0, record.RANGE] == 1003000.0


def test_unknown_columns_are_told_once(tmp_path):
    for kind, write in WRITERS.items():
        read = read_looks(write(tmp_path / f"l.{kind}", [radar_row(s, colour="red") for s in range(4)]), "simulated")
        assert [(r.row, r.field, r.action) for r in read.rejections] == [(-1, "colour", "ignored")]
        assert len(read.looks) == 4


def test_unknown_sensors_are_refused_and_can_be_told_once(tmp_path):
    rows = [radar_row(s, sensor=sensor) for s in range(3) for sensor in ("north", "ghost", "shade")]
    read = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated", {"north"})
    accounted(read)
    assert len(read.looks) == 3
    assert unknown_sensors(read.rejections) == ["ghost", "shade"]


def test_a_bad_first_row_spoils_nothing(tmp_path):
    rows = [radar_row(0, 0, 3, state="down"), *(radar_row(0, d, 3) for d in (1, 2)), radar_row(1)]
    read = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated")
    accounted(read)
    assert [(r.row, r.field, r.reason) for r in read.rejections] == [(0, "state", "differs from its look")]
    assert read.looks[0].numbers.tolist() == [1, 2]
    assert read.looks[0].state == "ok"


def test_a_row_that_says_nothing_takes_the_word_of_its_look(tmp_path):
    rows = [radar_row(0, 0, 2), radar_row(0, 1, 2, line="east", look_start_utc=iso(-1), noise_db=2.0)]
    (look,) = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated").looks
    assert (look.line, look.start, look.noise_db) == ("east", START - 10**9, 2.0)
    assert look.numbers.tolist() == [0, 1]


def test_a_repeated_detection_number_is_a_second_record_of_the_key(tmp_path):
    rows = [*(radar_row(0, d, 2) for d in (0, 1)), radar_row(0, 1, 2, received_utc=iso(20), range_m=5e5)]
    read = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated")
    accounted(read)
    assert [look.numbers.tolist() for look in read.looks] == [[0, 1], [1]]
    assert read.looks[1].received == START + 20 * 10**9


def test_a_row_that_arrives_much_later_does_not_delay_its_look(tmp_path):
    rows = [*(radar_row(0, d, 3) for d in (0, 1)), radar_row(0, 2, 3, received_utc=iso(4000))]
    first, late = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated").looks
    assert (first.numbers.tolist(), late.numbers.tolist()) == ([0, 1], [2])
    assert first.received == START + 200_000_000


def test_a_row_measured_far_from_its_look_is_refused(tmp_path):
    rows = [radar_row(0, 0, 3), radar_row(0, 1, 3), radar_row(0, 2, 3, time_utc=iso(-300))]
    read = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated")
    assert [(r.row, r.reason) for r in read.rejections] == [(2, "more than 60 s from its look")]
    assert read.looks[0].start == START


def test_over_the_top_is_the_same_direction(tmp_path):
    rows = [radar_row(0, elevation_deg=93.0, azimuth_deg=10.0), radar_row(1, elevation_deg=87.0, azimuth_deg=190.0)]
    a, b = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated").looks
    assert a.values[0, 1:3].tolist() == b.values[0, 1:3].tolist()


def test_lines_of_sight_are_unit_vectors(tmp_path):
    (look,) = read_looks(write_lines(tmp_path / "l.jsonl", [infrared_row(0, los_z=0.8004)]), "simulated").looks
    los = look.values[0, record.LOS_X : record.LOS_Z + 1]
    assert abs(float((los * los).sum()) - 1.0) < 1e-15


# --- files that are cut or damaged ------------------------------------------------------------------------------


def test_a_cut_file_gives_its_whole_lines_and_tells_the_rest(tmp_path):
    path = write_lines(tmp_path / "l.jsonl", [radar_row(s) for s in range(5)])
    path.write_bytes(path.read_bytes()[:-40])
    read = read_looks(path, "simulated")
    accounted(read)
    assert len(read.looks) == 4
    assert [(r.row, r.reason) for r in read.rejections] == [(4, "the file ends inside this line")]


def test_a_last_line_without_newline_is_whole_if_it_parses(tmp_path):
    path = write_lines(tmp_path / "l.jsonl", [radar_row(s) for s in range(5)])
    path.write_bytes(path.read_bytes()[:-1])
    assert len(read_looks(path, "simulated").looks) == 5


def test_blank_lines_windows_newlines_and_a_byte_order_mark_are_no_rows(tmp_path):
    path = tmp_path / "l.jsonl"
    body = "\r\n\r\n".join(json.dumps(radar_row(s)) for s in range(3))
    path.write_bytes(b"\xef\xbb\xbf" + body.encode() + b"\r\n  \n")
    read = read_looks(path, "simulated")
    assert (len(read.looks), read.rejections, read.rows_in) == (3, [], 3)
    assert [look.rows.tolist() for look in read.looks] == [[0], [2], [4]]


def test_gzip_is_read_and_a_cut_one_gives_its_whole_lines(tmp_path):
    path = tmp_path / "l.jsonl.gz"
    rng = np.random.default_rng(4)
    lines = [json.dumps(radar_row(s, range_m=float(rng.uniform(1e5, 1e6)))) for s in range(2000)]
    packed = gzip.compress("".join(line + "\n" for line in lines).encode())
    path.write_bytes(packed)
    assert len(read_looks(path, "simulated").looks) == 2000
    path.write_bytes(packed[: len(packed) // 2])
    read = read_looks(path, "simulated")
    accounted(read)
    assert 500 < len(read.looks) < 1500
    assert [r.reason for r in read.rejections] == ["the file is cut or damaged here (gzip)"]
    # only the checksum at its end is wrong
    path.write_bytes(packed[:-8] + bytes(4) + packed[-4:])
    read = read_looks(path, "simulated")
    accounted(read)
    assert len(read.looks) > 1900
    assert [r.reason for r in read.rejections] == ["the file is cut or damaged here (gzip)"]


def test_lines_longer_than_a_block_do_not_spoil_the_next(tmp_path):
    rows = [radar_row(0), '{"a": "' + "x" * 9_000_000 + '"}', radar_row(1)]
    read = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated")
    accounted(read)
    assert [look.sequence for look in read.looks] == [0, 1]
    assert [(r.row, r.reason) for r in read.rejections] == [(1, "line longer than 1 MiB")]


def test_a_parquet_file_without_its_footer_is_refused_whole(tmp_path):
    path = write_parquet(tmp_path / "l.parquet", good_stream())
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a whole Parquet file"):
        read_looks(path, "simulated")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1PAR1", b"\x00" * 100])
def test_what_is_no_parquet_is_refused_whole(tmp_path, content):
    path = tmp_path / "l.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_looks(path, "simulated")


def test_a_flipped_byte_in_a_written_page_is_found_by_its_checksum(tmp_path):
    path = tmp_path / "l.parquet"
    looks = read_looks(write_lines(tmp_path / "l.jsonl", [radar_row(s) for s in range(500)]), "simulated").looks
    write_looks_parquet(path, looks)
    data = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(0).column(3)
    data[column.data_page_offset + column.total_compressed_size - 5] ^= 0x10
    path.write_bytes(bytes(data))
    with pytest.raises(InputError):
        read_looks(path, "simulated")


def test_missing_files_and_modes_are_input_errors(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_looks(tmp_path / "none.jsonl", "simulated")
    with pytest.raises(InputError, match="data_mode"):
        read_looks(write_lines(tmp_path / "l.jsonl", []), "live")
    empty = read_looks(write_lines(tmp_path / "l.jsonl", []), "simulated")
    assert (empty.looks, empty.rejections, empty.rows_in) == ([], [], 0)


# --- Parquet types ------------------------------------------------------------------------------------------------


_UNIT_NS = {"s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}


def _times(tai: list[int], kind) -> pa.Array:
    unit = _UNIT_NS[kind.unit] if pa.types.is_timestamp(kind) else 1
    unix = pa.array([unix_ns_from_tai(t) // unit for t in tai], pa.int64())
    return unix.cast(kind)


@pytest.mark.parametrize(
    "kind",
    [pa.int64(), pa.uint64(), pa.timestamp("s"), pa.timestamp("ms", "UTC"), pa.timestamp("us", "Europe/Paris"),
     pa.timestamp("ns"), pa.timestamp("ns", "UTC")],
)  # fmt: skip
def test_parquet_instants_of_any_type_are_the_same(tmp_path, kind):
    rows = [radar_row(s, received_utc=None) for s in range(4)]
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})
    index = table.column_names.index("time_utc")
    tai = [tai_from_iso(row["time_utc"]) for row in rows]
    pq.write_table(table.set_column(index, "time_utc", _times(tai, kind)), tmp_path / "l.parquet")
    assert [look.time for look in read_looks(tmp_path / "l.parquet", "simulated").looks] == tai


def test_integer_time_in_a_leap_second_is_refused_and_iso_is_not(tmp_path):
    after = int(datetime(2017, 1, 1, tzinfo=UTC).timestamp()) * 10**9
    texts = ["2016-12-31T23:59:59.5Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z", "2017-01-01T00:00:01Z"]
    rows = [radar_row(s, time_utc=texts[s], received_utc=None) for s in range(4)]
    read = read_looks(write_parquet(tmp_path / "t.parquet", rows), "simulated")
    assert [b.time - a.time for a, b in zip(read.looks, read.looks[1:], strict=False)] == [10**9, 10**9, 5 * 10**8]
    whole = [after - 5 * 10**8, after + 5 * 10**8, after + 10**9]
    rows = [radar_row(s, time_utc=t, received_utc=None) for s, t in enumerate(whole)]
    for path in (write_parquet(tmp_path / "l.parquet", rows), write_lines(tmp_path / "l.jsonl", rows)):
        read = read_looks(path, "simulated")
        accounted(read)
        assert [look.sequence for look in read.looks] == [0, 2]
        assert [r.reason for r in read.rejections] == ["integer time within a leap second is ambiguous; give ISO 8601"]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int32(), pa.uint64(), pa.float32(), pa.float64()])
def test_whole_numbers_of_any_width_are_read(tmp_path, kind):
    rows = [radar_row(s) for s in range(5)]
    read = read_looks(write_parquet(tmp_path / "l.parquet", rows, sequence=kind, detection=kind), "simulated")
    assert [look.sequence for look in read.looks] == list(range(5))


def test_text_of_any_encoding_is_read(tmp_path):
    kinds = [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string()), pa.string_view()]
    for kind in kinds:
        read = read_looks(write_parquet(tmp_path / "l.parquet", good_stream(), sensor=kind, line=kind), "simulated")
        assert {look.sensor for look in read.looks} == {"north", "high"}
        assert read.rejections == []


def test_a_parquet_column_of_a_wrong_type_refuses_the_rows_that_have_a_value(tmp_path):
    rows = [radar_row(s) for s in range(4)]
    rows[1]["rcs_dbsm"] = "big"
    read = read_looks(write_parquet(tmp_path / "l.parquet", rows), "simulated")
    accounted(read)
    assert [(r.row, r.field) for r in read.rejections] == [(1, "rcs_dbsm")]


def test_parquet_text_that_is_not_utf8_refuses_its_row(tmp_path):
    raw = pa.array([b"t1", b"\xff\xfe", None], pa.binary())
    text = pa.StringArray.from_buffers(3, raw.buffers()[1], raw.buffers()[2], raw.buffers()[0])
    rows = [radar_row(s) for s in range(3)]
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})
    pq.write_table(table.append_column("sensor_track", text), tmp_path / "l.parquet")
    read = read_looks(tmp_path / "l.parquet", "simulated")
    accounted(read)
    assert [(r.row, r.reason) for r in read.rejections] == [(1, "not UTF-8 text")]


def test_the_same_rows_in_both_notations_are_the_same_looks(tmp_path):
    a = read_looks(write_lines(tmp_path / "l.jsonl", good_stream()), "simulated").looks
    b = read_looks(write_parquet(tmp_path / "l.parquet", good_stream()), "simulated").looks
    assert len(a) == len(b)
    assert all(map(same, a, b))


def test_several_files_are_one_stream(tmp_path):
    rows = good_stream()
    a = write_lines(tmp_path / "a.jsonl", rows[:13])
    b = write_parquet(tmp_path / "b.parquet", rows[13:])
    read = read_look_files([b, a], "simulated")
    assert read.rows_in == len(rows)
    whole = read_looks(write_lines(tmp_path / "c.jsonl", rows), "simulated")
    key = [(x.sensor, x.session, x.sequence) for x in whole.looks]
    assert sorted({(x.sensor, x.session, x.sequence) for x in read.looks}) == sorted(key)
    assert [x.received for x in read.looks] == sorted(x.received for x in read.looks)


# --- writing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_what_was_read_is_written_and_read_again_bit_for_bit(tmp_path, kind):
    rng = np.random.default_rng(7)
    rows = good_stream() + [
        radar_row(s, session="r", azimuth_deg=float(rng.uniform(-180, 360)), elevation_deg=float(rng.uniform(-5, 90)),
                  sigma_azimuth_deg=float(rng.uniform(1e-3, 1)), mode="track", line="x", noise_db=-1.5)
        for s in range(300)
    ]  # fmt: skip
    rows += [infrared_row(30, d, 2, sensor_x_m=3e7 + 50.0 * d) for d in range(2)]
    rows += [radar_row(s, session="leap", time_utc=f"2025-12-31T23:59:{58 + s}.25Z", received_utc=None) for s in (0, 1)]
    looks = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated").looks
    out = tmp_path / f"out.{kind}"
    (write_looks_parquet if kind == "parquet" else write_looks_jsonl)(out, looks)
    again = read_looks(out, "simulated")
    assert again.rejections == []
    assert len(again.looks) == len(looks)
    assert all(map(same, looks, again.looks))


def test_instants_in_a_leap_second_survive_writing(tmp_path):
    rows = [radar_row(s, time_utc=f"2016-12-31T23:59:{59 + s}.25Z", received_utc=None) for s in (0, 1)]
    looks = read_looks(write_lines(tmp_path / "l.jsonl", rows), "simulated").looks
    write_looks_parquet(tmp_path / "out.parquet", looks)
    assert [x.time for x in read_looks(tmp_path / "out.parquet", "simulated").looks] == [x.time for x in looks]


def test_no_looks_are_written_as_an_empty_table(tmp_path):
    write_looks_parquet(tmp_path / "l.parquet", [])
    write_looks_jsonl(tmp_path / "l.jsonl", [])
    for name in ("l.parquet", "l.jsonl"):
        assert read_looks(tmp_path / name, "simulated") == ([], [], 0)


def test_degrees_are_found_that_read_as_the_same_radians():
    degrees = np.random.default_rng(3).uniform(-180, 360, 100_000)
    scale = math.pi / 180
    radians = degrees * scale
    assert (divided(radians, scale) * scale == radians).all()


def test_of_very_many_unknown_columns_the_rest_is_told_by_its_number(tmp_path):
    rows = [radar_row(k) | {f"u{k:02d}_{i:04d}": 1 for i in range(150)} for k in range(20)]
    read = read_looks(write_lines(tmp_path / "a.jsonl", rows), "simulated")
    assert len(read.looks) == 20
    told = [(r.field, r.reason) for r in read.rejections]
    assert told[0] == ("u00_0000", "unknown column") and told[-1] == ("", "unknown column, and 2000 more")
    assert len(told) == MOST_TOLD + 1


@pytest.mark.parametrize("lines", [json_lines.ROWS - 1, json_lines.ROWS, json_lines.ROWS + 1])
def test_pieces_of_a_file_are_large_however_it_was_packed(tmp_path, lines):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * 100_000 + b'{"a":1}\nx\n' * lines))
    pieces = list(json_lines.rows(path))
    assert len(pieces) <= 3
    assert all(len(piece.numbers) >= json_lines.ROWS for piece in pieces[:-1])
    assert [n for piece in pieces for n in piece.numbers] == list(range(100_000, 100_000 + 2 * lines))
    assert sum(len(piece.reasons) for piece in pieces) == lines

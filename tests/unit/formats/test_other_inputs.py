"""Notifications, element sets, health, partner tracks, operator actions as JSON Lines; files of mixed kinds."""

import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.formats.look_streams import START, good_stream, iso, radar_row, write_lines, write_parquet
from tests.unit.formats.test_element_sets import LINE_1, LINE_2
from tocsin.core.errors import InputError
from tocsin.core.records import inputs as record
from tocsin.formats.inputs import kind_of_file, read_inputs, stream
from tocsin.formats.notifications import read_notifications, write_notifications
from tocsin.formats.other_inputs import read_other_inputs, write_other_inputs

SECOND = 10**9
COVARIANCE = [1e4, 0, 1e4, 0, 0, 1e4, 5, 0, 0, 1, 0, 5, 0, 0, 1, 0, 0, 5, 0, 0, 1]
LINES = {
    "notification": {
        "kind": "notification", "id": "n1", "received_utc": iso(1), "data_mode": "simulated",
        "window_start_utc": iso(100), "window_end_utc": iso(700), "latitude_deg": 60.5, "longitude_deg": -20,
        "radius_km": 80, "azimuth_deg": 45.0, "vehicle": "sounding_rocket", "source": "range", "line": "phone",
    },
    "element_set": {
        "kind": "element_set", "id": "5", "received_utc": iso(2), "data_mode": "simulated", "name": "FIRST",
        "line1": LINE_1, "line2": LINE_2,
    },
    "health": {
        "kind": "health", "id": "h1", "received_utc": iso(3), "data_mode": "simulated", "subject": "north",
        "state": "blinded", "source": "post",
    },
    "track": {
        "kind": "track", "id": "t1", "received_utc": iso(4), "data_mode": "simulated", "time_utc": iso(3.5),
        "x_m": 7e6, "y_m": 0.0, "z_m": 1e5, "vx_m_s": 0.0, "vy_m_s": 7000.0, "vz_m_s": 0.0, "covariance": COVARIANCE,
        "source": "partner",
    },
    "operator": {
        "kind": "operator", "id": "o1", "received_utc": iso(5), "data_mode": "simulated", "action": "declare_degraded",
        "person": "A", "subject": "infrared", "text": "satellites in eclipse",
    },
}  # fmt: skip


def test_each_kind_becomes_its_record(tmp_path):
    read = read_other_inputs(write_lines(tmp_path / "i.jsonl", list(LINES.values())), "simulated")
    assert read.rejections == []
    assert read.rows_in == 5
    notification, elements, health, track, operator = read.inputs
    assert notification == record.Notification(
        "n1", START + SECOND, "simulated", START + 100 * SECOND, START + 700 * SECOND, 60.5, -20.0, 80.0, 45.0,
        "sounding_rocket", "range", "phone", "i.jsonl", 0,
    )  # fmt: skip
    assert elements == record.ElementSet("5", "FIRST", LINE_1, LINE_2, START + 2 * SECOND, "simulated", "i.jsonl", 1)
    assert health == record.Health("h1", START + 3 * SECOND, "simulated", "north", "blinded", "post", "i.jsonl", 2)
    assert track.state == (7e6, 0.0, 1e5, 0.0, 7000.0, 0.0)
    assert (track.time, track.covariance) == (START + 3_500_000_000, tuple(map(float, COVARIANCE)))
    assert operator.action == "declare_degraded"


def test_what_was_read_is_written_and_read_again(tmp_path):
    first = read_other_inputs(write_lines(tmp_path / "i.jsonl", list(LINES.values())), "simulated").inputs
    write_other_inputs(tmp_path / "o.jsonl", first)
    again = read_other_inputs(tmp_path / "o.jsonl", "simulated").inputs
    assert again == [msgspec.structs.replace(item, file="o.jsonl") for item in first]
    notices = [msgspec.structs.replace(item, file="n.jsonl") for item in first if isinstance(item, record.Notification)]
    write_notifications(tmp_path / "n.jsonl", notices)
    assert read_notifications(tmp_path / "n.jsonl", "simulated").notifications == notices


WRONG = [
    ("notification", {"id": None}, "id", "missing"),
    ("notification", {"id": ""}, "id", "expected str of length >= 1"),
    ("notification", {"data_mode": "real"}, "data_mode", "real in a run of simulated"),
    ("notification", {"data_mode": "live"}, "data_mode", "not one of: exercise, real, simulated, test"),
    ("notification", {"received_utc": "soon"}, "received_utc", "not an ISO 8601 time"),
    ("notification", {"received_utc": "2026-03-01T12:00:60Z"}, "received_utc", "there was no leap second"),
    ("notification", {"received_utc": "2026-13-01T12:00:00Z"}, "received_utc", "not a time of the calendar"),
    ("notification", {"window_end_utc": iso(50)}, "window_start_utc", "after window_end_utc"),
    ("notification", {"window_end_utc": "2028-01-01T00:00:00Z"}, "window_end_utc", "a window longer than a year"),
    ("notification", {"latitude_deg": 91}, "latitude_deg", "expected float <= 90.0"),
    ("notification", {"latitude_deg": "60"}, "latitude_deg", "expected float, got str"),
    ("notification", {"radius_km": -1}, "radius_km", "expected float > 0.0"),
    ("notification", {"vehicle": "balloon"}, "vehicle", "not one of: ballistic_missile, sounding_rocket, space_launch, unknown"),
    ("element_set", {"line1": LINE_1[:-1] + "9"}, "line1", "bad checksum in line 1"),
    ("element_set", {"line2": LINE_2[:-3]}, "line2", "expected str of length >= 69"),
    ("health", {"state": "fine"}, "state", "not one of: blinded, degraded, down, ok"),
    ("track", {"time_utc": "1972-01-01T00:00:00Z"}, "time_utc", "not from 600 s before to 5 s after its arrival"),
    ("track", {"received_utc": "2026-08-12T00:00:00Z", "time_utc": "2026-08-12T00:00:06Z"}, "time_utc",
     "not from 600 s before to 5 s after its arrival"),
    ("health", {"kind": "heath"}, "kind", "not one of: look, notification, element_set, health, track, operator"),
    ("health", {"kind": ["health"]}, "kind", "not one of: look, notification, element_set, health, track, operator"),
    ("track", {"x_m": 1e6}, "x_m", "a place inside the Earth or beyond 1e6 km"),
    ("track", {"covariance": COVARIANCE[:-1]}, "covariance", "expected array of length >= 21"),
    ("track", {"covariance": [-1.0, *COVARIANCE[1:]]}, "covariance",
     "not the lower triangle of a covariance (not positive definite)"),
    ("track", {"time_utc": 5}, "time_utc", "expected str, got int"),
    ("operator", {"action": "launch"}, "action", "not one of: acknowledge, cancel, declare_degraded, end_degraded, release"),
    ("operator", {"person": None}, "person", "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "field", "reason"), WRONG)
def test_a_bad_line_is_refused_alone(tmp_path, kind, change, field, reason):
    rows = [LINES["notification"], LINES[kind] | change, LINES["operator"]]
    read = read_other_inputs(write_lines(tmp_path / "i.jsonl", rows), "simulated")
    assert read.rows_in == 3
    assert len(read.inputs) == 2
    assert [(r.row, r.field, r.reason) for r in read.rejections] == [(1, field, reason)]


def test_a_notification_file_needs_no_kind_and_takes_no_other(tmp_path):
    bare = {key: value for key, value in LINES["notification"].items() if key != "kind"}
    read = read_notifications(write_lines(tmp_path / "n.jsonl", [bare, LINES["health"], "broken"]), "simulated")
    assert len(read.notifications) == 1
    assert [(r.row, r.field, r.reason) for r in read.rejections] == [
        (1, "kind", "health among notification"), (2, "", "not valid JSON")]  # fmt: skip
    assert read.rows_in == 3


def test_unknown_keys_are_told_once(tmp_path):
    rows = [LINES["health"] | {"mood": 1, "id": f"h{i}"} for i in range(3)]
    read = read_other_inputs(write_lines(tmp_path / "i.jsonl", rows), "simulated")
    assert [(r.row, r.field, r.action) for r in read.rejections] == [(-1, "health.mood", "ignored")]
    assert len(read.inputs) == 3


def test_a_file_of_mixed_kinds_is_read_whole(tmp_path):
    rows = [*good_stream(), *LINES.values(), LINES["health"] | {"state": "?"}, radar_row(40, kind="look", state="?")]
    rows = rows[::-1]
    read = read_inputs([write_lines(tmp_path / "all.jsonl", rows)], "simulated")
    refused = [r for r in read.rejections if r.row >= 0]
    assert [(r.row, r.field) for r in refused] == [(0, "state"), (1, "state")]
    assert len(read.others) == 5
    assert sum(len(x.rows) for x in read.looks) + len(read.others) + len(refused) == read.rows_in == len(rows)
    plain = read_inputs([write_lines(tmp_path / "looks.jsonl", good_stream())], "simulated")
    assert len(plain.looks) == len(read.looks)


def test_all_inputs_are_one_stream_by_arrival(tmp_path):
    paths = [
        write_lines(tmp_path / "all.jsonl", [*good_stream(), *LINES.values()]),
        write_parquet(tmp_path / "more.parquet", [radar_row(s, sensor="south") for s in range(4)]),
        tmp_path / "c.tle",
    ]
    paths[2].write_text(f"{LINE_1}\n{LINE_2}\n")
    items = stream(read_inputs(paths, "simulated"))
    assert [item.received for item in items] == sorted(item.received for item in items)
    assert isinstance(items[0], record.ElementSet)
    assert {type(item) for item in items} == {
        record.Look, record.Notification, record.ElementSet, record.Health, record.PartnerTrack, record.Operator,
    }  # fmt: skip


def test_files_are_known_by_name_or_content(tmp_path):
    contents = {
        "a.jsonl": ("", "lines"),
        "b.txt": (json.dumps(radar_row()) + "\n", "lines"),
        "c.tle": (f"{LINE_1}\n{LINE_2}\n", "element_sets"),
        "d.json": ('[{"MEAN_MOTION": 1}]', "element_sets"),
        "e.csv": ("sat,sensor,time_utc,el_deg,az_deg,range_km,range_rate_km_s,obs_type\n", "ssn_table"),
    }
    for name, (text, kind) in contents.items():
        (tmp_path / name).write_text(text)
        assert kind_of_file(tmp_path / name) == kind
    (tmp_path / "f.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(InputError, match="not a file that can be read"):
        kind_of_file(tmp_path / "f.png")


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=20))
def test_damaged_lines_of_all_kinds_are_accounted_for(tmp_path, flips):
    rows = [*good_stream()[:8], *LINES.values()]
    data = bytearray(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    for place, value in flips:
        data[place % len(data)] = value
    path = tmp_path / "all.jsonl"
    path.write_bytes(bytes(data))
    read = read_inputs([path], "simulated")
    refused = [r for r in read.rejections if r.row >= 0]
    assert sum(len(x.rows) for x in read.looks) + len(read.others) + len(refused) == read.rows_in

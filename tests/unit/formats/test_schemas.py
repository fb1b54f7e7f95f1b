"""The schemas of the contracts say what the readers do."""

import math
import tomllib

import jsonschema
import msgspec
import pytest

from tests.unit.formats.look_streams import good_stream, infrared_row, radar_row, write_lines
from tests.unit.formats.test_other_inputs import LINES, WRONG
from tests.unit.formats.test_toml_files import ASSETS, NETWORK
from tocsin.core.records import outputs
from tocsin.formats.look_columns import COLUMNS
from tocsin.formats.looks import read_looks
from tocsin.formats.other_inputs import read_other_inputs
from tocsin.formats.schemas import SCHEMAS, schema, schema_names


def valid(name, value) -> bool:
    return jsonschema.Draft202012Validator(schema(name)).is_valid(value)


def test_every_contract_has_a_schema():
    assert set(SCHEMAS) == {
        "look", "network", "assets", "scenario", "vehicle", "incident", "notification", "element_set", "health", "track",
        "operator", "event", "assessment", "rejection", "summary",
    }  # fmt: skip
    assert schema_names() == SCHEMAS
    for name in SCHEMAS:
        body = schema(name)
        jsonschema.Draft202012Validator.check_schema(body)
        assert body["title"] == name
    with pytest.raises(KeyError, match="assessment"):
        schema("asessment")


def test_the_schema_carries_units_defaults_ranges_and_reasons():
    radar = schema("network")["$defs"]["Radar"]["properties"]
    assert radar["bias_azimuth_deg"]["unit"] == "deg"
    assert radar["bias_azimuth_deg"]["maximum"] == 10
    assert radar["period_s"]["default"] == 5.0
    assert radar["site"]["description"].startswith("Radars of one site share a common cause")
    look = schema("look")["properties"]
    assert look["range_m"]["unit"] == "m"
    assert (look["elevation_deg"]["minimum"], look["elevation_deg"]["maximum"]) == (-5, 95)
    assert schema("look")["required"] == [
        "sensor", "session", "sequence", "data_mode", "time_utc", "detections", "detection"]  # fmt: skip


ONE_CELL = ("outside", "wrong type", "not one of", "missing", "not finite", "longer than", "out of range")


def refused_cell(tmp_path, row, name) -> str:
    """Return why the reader refuses a row for this cell alone, or ""."""
    found = read_looks(write_lines(tmp_path / "l.jsonl", [row]), "simulated").rejections
    return next((r.reason for r in found if r.field == name and r.reason.startswith(ONE_CELL)), "")


def edges(column):
    """Yield values at and beyond what a column allows."""
    if column.low is not None and column.high is not None:
        step = 1 if column.kind == "whole" else max(abs(column.high), abs(column.low)) * 1e-3
        yield from (column.low, column.high, column.low - step, column.high + step)
    yield from column.choices
    yield from (None, "text", "", 7, 0.5, True, [1], {})


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_reader_and_schema_agree_on_every_column(tmp_path, column):
    base = infrared_row(10) if column.name.startswith(("los", "sensor_", "sigma_los")) else radar_row(10)
    for value in edges(column):
        row = base | {column.name: value}
        told = refused_cell(tmp_path, row, column.name)
        assert not (told and valid("look", row)), f"the schema allows {value!r}, the reader: {told}"
        if not valid("look", row):
            read = read_looks(write_lines(tmp_path / "l.jsonl", [row]), "simulated")
            assert read.looks == [], f"the reader takes {value!r}, the schema does not"


def test_good_rows_are_valid_and_measurements_are_needed():
    for row in good_stream():
        assert valid("look", row)
    assert not valid("look", radar_row(1, range_m=None, azimuth_deg=None, elevation_deg=None))


def test_good_lines_of_other_kinds_are_valid():
    assert [name for name, line in LINES.items() if not valid(name, line)] == []


STRUCTURAL = [case for case in WRONG if case[3].startswith(("expected", "missing", "invalid"))]


@pytest.mark.parametrize(("kind", "change", "field", "reason"), STRUCTURAL)
def test_bad_lines_of_other_kinds_are_not_valid(tmp_path, kind, change, field, reason):
    line = {key: value for key, value in (LINES[kind] | change).items() if value is not None}
    assert not valid(kind, line)
    assert read_other_inputs(write_lines(tmp_path / "i.jsonl", [line]), "simulated").inputs == []


def test_toml_files_are_valid_as_their_schema_says():
    jsonschema.validate(tomllib.loads(NETWORK), schema("network"))
    jsonschema.validate(tomllib.loads(ASSETS), schema("assets"))
    assert not valid("network", tomllib.loads(NETWORK.replace("range_km", "range_m")))
    assert not valid("assets", tomllib.loads(ASSETS.replace("radius_km = 30.0", "radius_km = -30.0")))


def test_outputs_are_valid_as_they_are_written():
    event = outputs.Event("e1", 0, "2026-01-01T00:00:00Z", "test", "gap", "north", ("north/a/1/0",), {"n": 1})
    ellipse = outputs.Ellipse(0.5, 10.0, 5.0, 45.0)
    point = outputs.GroundPoint("2026-01-01T00:00:00Z", 10.0, 20.0, (ellipse,))
    assessment = outputs.Assessment(
        "a1", "e1", "2026-01-01T00:00:00Z", "test", "possible", None, "because", outputs.ObjectCount(1, 1, 2), ("t1",),
        {"missile": 0.9}, point, None, (outputs.AssetThreat("x", 0.1, 300.0),), ("p1",),
        (outputs.SensorEvidence("north", "seen", "2026-01-01T00:00:00Z"),), ("e1",),
    )  # fmt: skip
    rejection = outputs.Rejection("f", 3, "range_m", "not finite", "refused")
    for name, item in (("event", event), ("assessment", assessment), ("rejection", rejection)):
        plain = msgspec.json.decode(msgspec.json.encode(item))
        assert valid(name, plain)
        first = next(iter(plain))
        assert not valid(name, plain | {first: math.pi})


def test_keys_that_a_kind_of_source_inherits_are_described_too():
    kinds = schema("scenario")["$defs"]
    for name in ("Aurora", "MoonEcho", "Reentry"):
        assert "scenario's start" in kinds[name]["properties"]["start_s"]["description"]
    assert schema("network")["$defs"]["Radar"]["properties"]["slow_rate_rad_s"]["unit"] == "rad/s"

"""TOML files: what is good is read; what is not is told with file, line, key and what is allowed."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.core.errors import InputError
from tocsin.formats.toml_checks import MOST_NAMED, nearest
from tocsin.formats.toml_files import (
    check_scenario,
    key_text,
    read_assets,
    read_network,
    read_scenario,
)
from tocsin.formats.toml_lines import line_of, lines_of

NETWORK = """\
name = "two sensors"

[[radar]]
id = "north"
latitude_deg = 50.0
longitude_deg = -30
range_km = 4000
faces = [
  { azimuth_start_deg = 350, azimuth_end_deg = 110 },
  { azimuth_start_deg = 110, azimuth_end_deg = 230, elevation_min_deg = 3 },
  # two faces
]

[[radar.search_volumes]]
id = "low"
elevation_max_deg = 20

[[infrared]]
id = "high"   # a comment
orbit.geo_longitude_deg = 75

[[infrared]]
id = "low-orbit"
element_set = [
  "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753",
  "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667",
]

[[infrared]]
id = "wanderer"
"""

ASSETS = """\
[[asset]]
id = "a"
latitude_deg = 10.0
longitude_deg = 20.0
radius_km = 30.0

[[asset]]
id = "land"
kind = "territory"
polygon = [[0.0, 179.0], [0.0, -179.0], [3.0, -179.0], [3.0, 179.0]]
"""

SCENARIO = """\
name = "small"
data_mode = "test"
start_utc = 2026-08-01T12:00:00+02:00
duration_s = 600
network = "n.toml"
assets = "a.toml"

[[flight]]
id = "m"
kind = "missile"
launch_s = 10
latitude_deg = 0
longitude_deg = 0
target = "a"

[[outage]]
sensor = "north"
start_s = 0
end_s = 60
"""

READERS = {"network": (read_network, NETWORK), "assets": (read_assets, ASSETS), "scenario": (read_scenario, SCENARIO)}


def wrong(tmp_path: Path, kind: str, text: str) -> InputError:
    """Return the error of a file with this text."""
    path = tmp_path / f"{kind}.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        READERS[kind][0](path)
    assert str(path) in str(caught.value)
    return caught.value


def changed(kind: str, old: str, new: str) -> str:
    text = READERS[kind][1]
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.mark.parametrize("kind", READERS)
def test_good_files_are_read(tmp_path, kind):
    path = tmp_path / "f.toml"
    read, text = READERS[kind]
    path.write_text(text)
    assert read(path)
    path.write_text("\ufeff" + text.replace("\n", "\r\n"), newline="")
    assert read(path)


def test_values_stand_where_the_records_have_them(tmp_path):
    path = tmp_path / "n.toml"
    path.write_text(NETWORK)
    network = read_network(path)
    assert network.radar[0].longitude_deg == -30.0
    assert network.radar[0].faces[1].elevation_min_deg == 3.0
    assert network.infrared[0].orbit.geo_longitude_deg == 75.0
    path.write_text(SCENARIO)
    assert read_scenario(path).start_utc == "2026-08-01T10:00:00Z"


WRONG = [
    ("network", "range_km = 4000", "range_m = 4000", 7, "radar[0].range_m", "did you mean `range_km`", "range_km"),
    ("network", "range_km = 4000", "rnge_km = 4000", 7, "radar[0].rnge_km", "did you mean `range_km`", "range_km"),
    ("network", "range_km = 4000", "range_km = 4000000", 7, "radar[0].range_km", "4000000", "<= 100000"),
    ("network", "range_km = 4000", 'range_km = "far"', 7, "radar[0].range_km", "'far'", "a number > 0"),
    ("network", "range_km = 4000", "range_km = inf", 7, "radar[0].range_km", "inf", "a finite number"),
    ("network", "range_km = 4000", "range_km = nan", 7, "radar[0].range_km", "nan", "a finite number"),
    ("network", "range_km = 4000", "range_km = true", 7, "radar[0].range_km", "True", "a number"),
    ("network", "range_km = 4000", "range_min_km = 9000", 7, "radar[0].range_min_km", "not below", "less than 5000"),
    ("network", "range_km = 4000", 'refraction = "none"', 7, "radar[0].refraction", "'none'", '"corrected", "raw"'),
    ("network", "latitude_deg = 50.0", "latitude_deg = 95", 5, "radar[0].latitude_deg", "95", ">= -90 and <= 90"),
    ("network", "latitude_deg = 50.0\n", "", 3, "radar[0].latitude_deg", "missing", ">= -90 and <= 90"),
    ("network", "elevation_min_deg = 3 }", "elevation_min_deg = 88 }", 10, "radar[0].faces[1].elevation_min_deg",
     "not below", "less than 85"),
    ("network", "elevation_min_deg = 3 }", "elevation_deg = 3 }", 10, "radar[0].faces[1].elevation_deg", "unknown key",
     "elevation_min_deg"),
    ("network", "elevation_max_deg = 20", "elevation_max_deg = 200", 16, "radar[0].search_volumes[0].elevation_max_deg",
     "200", "<= 180"),
    ("network", "elevation_max_deg = 20", "azimuth_end_deg = 20", 14, "radar[0].search_volumes[0].azimuth_start_deg",
     "pair", "both or none"),
    ("network", 'id = "high"   # a comment', 'id = "north"', 19, "infrared[0].id", "already the id of radar[0]", "own"),
    ("network", 'id = "high"   # a comment', 'id = "a/b"', 19, "infrared[0].id", "cannot be an id", "without `/`"),
    ("network", "geo_longitude_deg = 75", "inclination_deg = 75", 20, "infrared[0].orbit.perigee_altitude_km",
     "missing", "geo_longitude_deg alone"),
    ("network", "4753", "4754", 25, "infrared[1].element_set[0]", "bad checksum", "checksums"),
    ("network", "2 00005  34", "2 00006  34", 26, "infrared[1].element_set[1]", "checksum", "69"),
    ("network", '[[infrared]]\nid = "wanderer"', '[infrared]\nid = "wanderer"', 29, "", "not valid TOML", ""),
    ("network", 'name = "two sensors"', 'name = "two sensors', 1, "", "not valid TOML", ""),
    ("assets", "radius_km = 30.0\n", "", 1, "asset[0].radius_km", "needs a place", "polygon"),
    ("assets", 'kind = "territory"', "latitude_deg = 1", 9, "asset[1].latitude_deg", "both", "either"),
    ("assets", 'kind = "territory"', "priority = 1.5", 9, "asset[1].priority", "1.5", "whole number"),
    ("assets", "[0.0, -179.0], [3.0, -179.0]", "[3.0, -179.0], [0.0, -179.0]", 10, "asset[1].polygon[2]", "crosses",
     "do not cross"),
    ("assets", "[0.0, 179.0], ", "[0.0, 300.0, 2], ", 10, "asset[1].polygon[0]", "list", "an array of a number"),
    ("assets", "[0.0, 179.0], ", "[99.0, 179.0], ", 10, "asset[1].polygon[0][0]", "99.0", "<= 90"),
    ("assets", "[0.0, 179.0], ", "[3.0, -179.0], ", 10, "asset[1].polygon[2]", "twice", "once"),
    ("assets", 'id = "land"', 'id = "a"', 8, "asset[1].id", "already the id of asset[0]", "its own"),
    ("scenario", 'kind = "missile"', 'kind = "rocket"', 10, "flight[0].kind", "'rocket'", '"missile"'),
    ("scenario", "launch_s = 10", "launch_s = 700", 11, "flight[0].launch_s", "after the end", "less than 600"),
    ("scenario", 'target = "a"\n', "", 8, "flight[0].target", "missing", "target_latitude_deg"),
    ("scenario", "2026-08-01T12:00:00+02:00", '"tomorrow"', 3, "start_utc", "not an ISO 8601", "a UTC time"),
    ("scenario", 'data_mode = "test"', 'data_mode = "real"', 2, "data_mode", "'real'", '"exercise", "simulated"'),
    ("scenario", "end_s = 60", "end_s = -1", 18, "outage[0].start_s", "not before", "less than -1"),
    ("scenario", "duration_s = 600", "", 1, "duration_s", "missing", "> 0"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new", "line", "key", "message", "allowed"), WRONG)
def test_an_error_names_line_key_and_what_is_allowed(tmp_path, kind, old, new, line, key, message, allowed):
    error = wrong(tmp_path, kind, changed(kind, old, new))
    assert error.line == line
    assert message in error.message
    if not error.message.startswith("not valid TOML"):
        assert error.key == key
        assert allowed in error.allowed


def test_files_that_are_no_text_are_input_errors(tmp_path):
    path = tmp_path / "n.toml"
    with pytest.raises(InputError, match="cannot be read"):
        read_network(path)
    path.write_bytes(b'name = "a"\nx = "\xff"\n')
    with pytest.raises(InputError, match=r"n\.toml:2: not UTF-8"):
        read_network(path)
    path.write_text("a = " + "[" * 100_000)
    with pytest.raises(InputError):
        read_network(path)


def test_empty_files_say_what_is_needed(tmp_path):
    assert "[[radar]]" in wrong(tmp_path, "network", "").allowed
    assert "[[asset]]" in wrong(tmp_path, "assets", "").allowed


def test_a_polygon_may_close_its_ring_and_cross_the_date_line(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(ASSETS.replace("[3.0, 179.0]]", "[3.0, 179.0], [0.0, 179.0]]"))
    assert len(read_assets(path).asset[1].polygon) == 5


def test_a_scenario_names_only_what_there_is(tmp_path):
    files = {}
    for kind, (read, text) in READERS.items():
        path = tmp_path / f"{kind}.toml"
        path.write_text(text)
        files[kind] = (path, read(path))
    network, assets = files["network"][1], files["assets"][1]
    path, scenario = files["scenario"]
    check_scenario(path, scenario, network, assets)
    path.write_text(SCENARIO.replace('target = "a"', 'target = "b"'))
    with pytest.raises(InputError, match=r":14: `flight\[0\]\.target`: unknown asset 'b' \(allowed: a, land\)"):
        check_scenario(path, read_scenario(path), network, assets)
    path.write_text(SCENARIO.replace('"north"', '"south"'))
    with pytest.raises(InputError, match=r":17: `outage\[0\]\.sensor`: unknown sensor 'south'"):
        check_scenario(path, read_scenario(path), network, assets)


# --- lines ----------------------------------------------------------------------------------------------------------

TRICKY = '''\
# [not.a.table]
"quoted \\u00e9 key" = 1
'literal # key' = [ # comment ]
  "a ] b", \'\'\'
  x = 3
  \'\'\', """four quotes: """",
  { inner = { deep = [1, 2,
     3] }, other = 4 }
]
a . "b.c" . d = "x = y # z"
[table]
key = """
[fake]
key = 1
"""
[[table.list]]
one = 1979-05-27T07:32:00Z
[table.list.sub]
two = 2
[[table.list]]
one = [
  [1, 2],
  [3,
   4],
]
'''


def test_lines_are_found_in_tricky_text():
    lines = lines_of(TRICKY)
    assert tomllib.loads(TRICKY)["literal # key"][2] == 'four quotes: "'
    found = {key_text(path): line for path, line in lines.items()}
    assert found["quoted é key"] == 2
    assert found["literal # key[0]"] == 4
    assert found["literal # key[2]"] == 6
    assert found["literal # key[3].inner.deep[2]"] == 8
    assert found["literal # key[3].other"] == 8
    assert lines[("a", "b.c", "d")] == 10
    assert found["table.key"] == 12
    assert "fake" not in found
    assert found["table.list[0].one"] == 17
    assert found["table.list[0].sub.two"] == 19
    assert found["table.list[1]"] == 20
    assert found["table.list[1].one[1][1]"] == 24
    assert line_of(lines, ("table", "list", 1, "absent")) == 20
    assert line_of(lines, ("absent",)) is None


def paths_of(value, path=()):
    """Yield every path of a parsed tree."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths_of(item, (*path, key))


@pytest.mark.parametrize("text", [NETWORK, ASSETS, SCENARIO, TRICKY])
def test_every_key_of_the_parser_has_its_line(text):
    lines = lines_of(text)
    for path in paths_of(tomllib.loads(text)):
        assert path in lines
        key = path[-1]
        if isinstance(key, str) and key.isidentifier():
            assert re.search(rf"\b{key}\b", text.split("\n")[lines[path] - 1])


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(READERS)), st.data())
def test_damaged_text_is_an_input_error_or_a_record(tmp_path, kind, data):
    read, text = READERS[kind]
    damaged = list(text)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.sampled_from('\n"[]{}=.,#-9e x\x00é'))
    path = tmp_path / "f.toml"
    path.write_text("".join(damaged))
    try:
        assert read(path) is not None
    except InputError as error:
        assert error.file == str(path)
        assert error.message


PHYSICS = [
    ("range_km = 6000\npulse_interval_s = 0.03", "pulse_interval_s", ["6000 km", "c T / 2 is 4497 km", "0.04003"]),
    ("electron_content_tecu = 30\nrefraction = 'raw'", "electron_content_tecu", ["frequency"]),
    ("electron_content_tecu = 30\nband = 'UHF'", "electron_content_tecu", ["corrects its measurements itself"]),
    ("equation = { peak_power_kw = 1000, pulse_ms = 5, gain_db = 38 }", "equation", ["needs a frequency"]),
    ("faces = [{ azimuth_start_deg = 0, azimuth_end_deg = 240, boresight_azimuth_deg = 60 }]",
     "faces[0].azimuth_end_deg", ["180 deg from the boresight", "does not look behind itself"]),
    ("faces = [{ azimuth_start_deg = 350, azimuth_end_deg = 20, boresight_azimuth_deg = 180 }]",
     "faces[0].azimuth_end_deg", ["boresight is not in it"]),
    ("range_km = -1", "range_km", ["> 0"]),
    ("swerling = 2", "swerling", ["0", "1", "3"]),
    ("false_alarm_probability = 0", "false_alarm_probability", ["> 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "words"), PHYSICS)
def test_a_radar_that_cannot_be_is_told_with_the_physics_that_fails(tmp_path, text, key, words):
    path = tmp_path / "network.toml"
    path.write_text(f'[[radar]]\nid = "r"\nlatitude_deg = 1\nlongitude_deg = 2\n{text}\n')
    with pytest.raises(InputError) as told:
        read_network(path)
    message = str(told.value)
    assert f"radar[0].{key}" in message and "network.toml:" in message
    for word in words:
        assert word in message


def test_a_sector_about_its_boresight_is_allowed(tmp_path):
    path = tmp_path / "network.toml"
    face = "{ azimuth_start_deg = 300, azimuth_end_deg = 60, boresight_azimuth_deg = 0 }"
    path.write_text(f'[[radar]]\nid = "r"\nlatitude_deg = 1\nlongitude_deg = 2\nfaces = [{face}]\n')
    assert len(read_network(path).radar[0].faces) == 1


SCENARIO_HEAD = """
name = "x"
data_mode = "test"
start_utc = "2026-01-01T00:00:00Z"
duration_s = 600
network = "n"
assets = "a"
"""


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('[[source]]\nkind = "rentry"\nid = "a"', "source[0].kind", ['"reentry"', '"moon_echo"']),
        ('[[source]]\nid = "a"', "source[0].kind", ["missing"]),
        ('[[source]]\nkind = "aurora"\nid = "a"\npatch = 3', "source[0].patch", ["unknown key", "patches"]),
        ('[[source]]\nkind = "aurora"\nid = "a"\npatches = -3', "source[0].patches", ["> 0"]),
        ('[[source]]\nkind = "moon_echo"\nid = "a"\nstart_s = 700', "source[0].start_s", ["less than 600"]),
        ('[[fault]]\nkind = "lost"\npart = 1.5', "fault[0].part", ["<= 1"]),
        ('[[fault]]\nkind = "late"', "fault[0].delay_s", ["missing"]),
        ('[[fault]]\nkind = "line_down"', "fault[0].lines", ["names what is down"]),
        ('[[fault]]\nkind = "frozen"\nstart_s = 5\nend_s = 5', "fault[0].start_s", ["not before end_s"]),
    ],
)
def test_a_source_or_fault_that_cannot_be_is_told_with_its_line(tmp_path, text, key, words):
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO_HEAD + text + "\n")
    with pytest.raises(InputError) as told:
        read_scenario(path)
    message = str(told.value)
    assert f"`{key}`" in message and "scenario.toml:" in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[infrared]]\nid = "a"\njitter_rad = 1e-5\n', "without pixel_rad"),
        ('[[infrared]]\nid = "a"\nsaturation_w_sr = 100.0\n', "not above threshold_w_sr"),
        (
            '[[infrared]]\nid = "a"\nview = "limb"\nfield_half_angle_deg = 5.0\norbit.geo_longitude_deg = 0\n',
            "does not reach the limb, 8.7 deg off the nadir",
        ),
        ('[[telescope]]\nid = "a"\nlatitude_deg = 0\nlongitude_deg = 0\nelevation_min_deg = 90\n', "elevation_min_deg"),
        ('[[telescope]]\nid = "a/b"\nlatitude_deg = 0\nlongitude_deg = 0\n', "cannot be an id"),
    ],
)
def test_optics_that_cannot_work_are_named(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "network.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(what)):
        read_network(path)


def test_a_network_of_telescopes_is_a_network(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text('[[telescope]]\nid = "a"\nlatitude_deg = 10\nlongitude_deg = 20\n')
    assert read_network(path).telescope[0].limiting_magnitude == 15.0


def test_of_thousands_of_names_the_nearest_are_told() -> None:
    known = [f"radar-{k}" for k in range(5000)]
    assert nearest("x", known[:3]) == "radar-0, radar-1, radar-2"
    told = nearest("radar_4711", known)
    assert "radar-4711" in told and told.endswith(", ... 5000 in all") and told.count(",") == MOST_NAMED
    assert nearest("?" * 100_000, known).count(",") == MOST_NAMED


@pytest.mark.parametrize("digits", [20, 400, 4299, 4301, 100_000])
def test_no_number_of_any_length_is_a_fault_of_ours(tmp_path: Path, digits: int) -> None:
    path = tmp_path / "network.toml"
    path.write_text(NETWORK.replace("latitude_deg = 50.0", f"latitude_deg = {'9' * digits}"))
    with pytest.raises(InputError, match=r"network\.toml:5: "):
        read_network(path)


def test_what_is_nested_deeply_is_told(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text(f"{NETWORK}\n[{'.'.join('a' * 3000)}]\n")
    with pytest.raises(InputError, match=r"network\.toml: nested too deeply"):
        read_network(path)


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-01-01T00:00:00Z"])
def test_an_instant_at_the_end_of_the_calendar_is_told(tmp_path: Path, instant: str) -> None:
    path = tmp_path / "network.toml"
    path.write_text(f"day_utc = {instant}\n{NETWORK}")
    with pytest.raises(InputError, match=r"network\.toml:1: `day_utc`"):
        read_network(path)

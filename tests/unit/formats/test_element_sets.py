"""Catalogue files in every notation, good and damaged."""

import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sgp4.api import WGS72, Satrec

from tocsin.core.errors import InputError
from tocsin.formats.element_sets import read_element_sets
from tocsin.formats.tle_lines import (
    catalogue_number,
    checksum,
    exponent_columns,
    number_columns,
    tle_fault,
    with_checksum,
)

LINE_1 = "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753"
LINE_2 = "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667"
OMM = {
    "OBJECT_NAME": "FIRST", "OBJECT_ID": "1958-002B", "EPOCH": "2000-06-27T18:50:19.733568",
    "MEAN_MOTION": 10.82419157, "ECCENTRICITY": 0.1859667, "INCLINATION": 34.2682, "RA_OF_ASC_NODE": 348.7242,
    "ARG_OF_PERICENTER": 331.7664, "MEAN_ANOMALY": 19.3264, "EPHEMERIS_TYPE": 0, "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": 5, "ELEMENT_SET_NO": 475, "REV_AT_EPOCH": 41366, "BSTAR": 0.28098e-4, "MEAN_MOTION_DOT": 2.3e-7,
    "MEAN_MOTION_DDOT": 0,
}  # fmt: skip


def read(tmp_path, text, name="c.tle"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = read_element_sets(path, "test")
    assert found.rows_in == len(found.element_sets) + len(found.rejections)
    return found


@pytest.mark.parametrize("head", ["", "0 FIRST\n", "FIRST\n", "# a comment\n\nFIRST   \n"])
def test_two_and_three_line_text_is_read(tmp_path, head):
    (one,) = read(tmp_path, f"{head}{LINE_1}\r\n{LINE_2}   0.00  10.0\n").element_sets
    assert (one.id, one.line1, one.line2, one.data_mode) == ("5", LINE_1, LINE_2, "test")
    assert one.name == ("FIRST" if "FIRST" in head else "5")


def test_gzip_is_read_and_a_cut_one_is_an_input_error(tmp_path):
    packed = gzip.compress(f"{LINE_1}\n{LINE_2}\n".encode())
    assert len(read(tmp_path, packed, "c.tle.gz").element_sets) == 1
    with pytest.raises(InputError):
        read(tmp_path, packed[:-30], "c.tle.gz")


DAMAGE = [
    (f"{LINE_1[:-1]}4\n{LINE_2}", "line1", "bad checksum in line 1"),
    (f"{LINE_1}\n{LINE_2.replace('34.2682', '34.2683')}", "line2", "bad checksum in line 2"),
    (f"{LINE_1}\n{with_checksum(LINE_2[:-1].replace('00005', '00006'))}", "line2",
     "the lines are of different objects"),
    (f"{LINE_1}\n{with_checksum(LINE_2[:-1].replace(' 34.2682', '234.2682'))}", "line2",
     "inclination outside 0 ... 180 deg"),
    (f"{LINE_1}\n{with_checksum(LINE_2[:-1].replace('10.824', '19.824'))}", "line2",
     "mean motion outside 0 ... 18 revolutions a day"),
    (f"{with_checksum(LINE_1[:-1].replace('00179.', '00479.'))}\n{LINE_2}", "line1", "day of year outside 1 ... 366"),
    (f"{with_checksum(LINE_1[:-1].replace('00179.7', '00179 7'))}\n{LINE_2}", "line1",
     "line 1 is not in the columns of the format"),
    (f"{LINE_1}", "line1", "line 1 without its line 2"),
    (f"{LINE_2}", "line2", "line 2 without its line 1"),
    ("A NAME ALONE\nFIRST", "", "no element set follows this line"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "field", "reason"), DAMAGE)
def test_a_damaged_set_is_refused_alone(tmp_path, text, field, reason):
    good = f"{LINE_1}\n{LINE_2}\n"
    found = read(tmp_path, f"{good}{text}\n{good}")
    assert len(found.element_sets) == 2
    assert [(r.row, r.field, r.reason, r.action) for r in found.rejections] == [(2, field, reason, "refused")]


def as_csv(fields):
    return ",".join(fields) + "\n" + ",".join(str(v) for v in fields.values()) + "\n"


def as_xml(fields):
    body = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items())
    return f'<?xml version="1.0"?><ndm><omm><body><segment><data>{body}</data></segment></body></omm></ndm>'


def as_kvn(fields):
    return "CCSDS_OMM_VERS = 2.0\n" + "".join(f"{k} = {v}\n" for k, v in fields.items())


NOTATIONS = {"json": lambda f: json.dumps([f]), "one": json.dumps, "csv": as_csv, "xml": as_xml, "kvn": as_kvn}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_mean_elements_messages_become_the_same_lines(tmp_path, notation):
    (one,) = read(tmp_path, NOTATIONS[notation](OMM), "c.omm").element_sets
    assert (one.id, one.name) == ("5", "FIRST")
    assert one.line1 == LINE_1
    assert one.line2 == LINE_2


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [("MEAN_MOTION", None, "MEAN_MOTION is missing"), ("MEAN_MOTION", "fast", "MEAN_MOTION is not a number"),
     ("MEAN_MOTION", "NaN", "MEAN_MOTION is not a number that can be used"),
     ("MEAN_MOTION", 20, "MEAN_MOTION outside 0 ... 18 revolutions a day"),
     ("ECCENTRICITY", 1.2, "ECCENTRICITY outside 0 ... 1"), ("INCLINATION", -1, "INCLINATION outside 0 ... 180 deg"),
     ("EPOCH", "2000-13-01T00:00:00", None), ("EPOCH", "", "EPOCH is missing"),
     ("NORAD_CAT_ID", 1.5, "NORAD_CAT_ID is not a whole number"), ("REF_FRAME", "GCRF", "REF_FRAME is not TEME"),
     ("BSTAR", 1e20, "BSTAR or MEAN_MOTION_DDOT too large")],
)  # fmt: skip
def test_a_damaged_message_is_refused_alone(tmp_path, key, value, reason):
    found = read(tmp_path, json.dumps([OMM, OMM | {key: value}, "text"]), "c.json")
    assert len(found.element_sets) == 1
    assert [r.row for r in found.rejections] == [1, 2]
    assert reason is None or found.rejections[0].reason == reason


def test_large_catalogue_numbers_keep_their_id(tmp_path):
    for number, columns in ((99_999, "99999"), (100_000, "A0000"), (339_999, "Z9999"), (799_500_766, "00000")):
        assert number_columns(number) == columns
        (one,) = read(tmp_path, json.dumps([OMM | {"NORAD_CAT_ID": number}]), "c.json").element_sets
        assert one.id == str(number)
        assert one.line1[2:7] == columns
        assert tle_fault(one.line1, one.line2) is None
    assert [catalogue_number(c) for c in ("A0000", "Z9999", "E8493", "    5")] == ["100000", "339999", "148493", "5"]


def test_a_table_with_both_lines_is_read(tmp_path):
    text = f"norad_id,name,line1,line2\n5,FIRST,{LINE_1},{LINE_2}\n6,BAD,{LINE_1},{LINE_2[:-2]}\n"
    found = read(tmp_path, text, "c.csv")
    assert [(s.id, s.name) for s in found.element_sets] == [("5", "FIRST")]
    assert [(r.row, r.reason) for r in found.rejections] == [(1, "line 2 has not 69 columns")]


@pytest.mark.parametrize("text", ["", "hello\n", "{}", "[]", "a,b\n1,2\n", "<html/>", b"\x00\xff" * 50])
def test_what_is_no_catalogue_is_an_input_error(tmp_path, text):
    with pytest.raises(InputError):
        read(tmp_path, text)


def test_drag_terms_are_written_with_five_digits():
    texts = {"0": " 00000-0", "0.00028098": " 28098-3", "-0.000022483": "-22483-4", "0.5": " 50000-0",
             "0.0999996": " 10000-0", "1.5": " 15000+1", "1e-12": " 00000-0"}  # fmt: skip
    for value, columns in texts.items():
        assert exponent_columns(Decimal(value)) == columns


def test_lines_that_were_made_say_the_same_orbit_to_the_propagator(tmp_path):
    (one,) = read(
        tmp_path, json.dumps([OMM | {"BSTAR": -0.22483e-4, "MEAN_MOTION_DOT": -1.6e-7}]), "c.json"
    ).element_sets
    orbit = Satrec.twoline2rv(one.line1, one.line2, WGS72)
    assert orbit.bstar == pytest.approx(-0.22483e-4)
    assert orbit.ndot * 1440**2 / (2 * 3.141592653589793) == pytest.approx(-1.6e-7)
    assert checksum(one.line1) == int(one.line1[68])


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["tle", *NOTATIONS]), st.data())
def test_damaged_catalogues_lose_nothing_silently(tmp_path, notation, data):
    text = f"0 FIRST\n{LINE_1}\n{LINE_2}\n" * 3 if notation == "tle" else NOTATIONS[notation](OMM)
    damaged = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(tmp_path, bytes(damaged), "c.txt")
    except InputError as error:
        assert error.message
    else:
        assert all(tle_fault(s.line1, s.line2) is None for s in found.element_sets)

"""Readers on public data that others made: every row accounted for, known figures found again."""

import math
from collections import Counter

import numpy as np
import pytest

from tests.shared_data import shared
from tocsin.core.records import inputs as record
from tocsin.formats.element_sets import read_element_sets
from tocsin.formats.inputs import kind_of_file, read_inputs

OBSERVATIONS = "data/radar_ssn_b3/observations.csv.gz"


@pytest.fixture(scope="module")
def ssn():
    return read_inputs([shared(OBSERVATIONS)], "real")


def test_every_real_observation_is_used_or_refused_with_a_reason(ssn):
    assert ssn.rows_in == 170_968
    assert len(ssn.looks) + len(ssn.rejections) == ssn.rows_in
    reasons = Counter(r.reason for r in ssn.rejections)
    assert reasons["unknown sensor '329'"] == 2
    assert reasons["the same row again"] == 3
    assert len(ssn.rejections) < 50
    assert {look.sensor for look in ssn.looks} <= {radar.id for radar in ssn.network.radar}


def test_radii_of_topex_from_three_radars_are_as_published(ssn):
    """Geocentric radius 7,717.3 km +/- 1-3 km (README of the data; element set: semi-major axis 7,715.9 km)."""
    radars = {radar.id: radar for radar in ssn.network.radar}
    for sensor in ("363", "354", "932"):
        radar = radars[sensor]
        values = np.array([x.values[0] for x in ssn.looks if x.sensor == sensor and x.hints[0] == "81907"])
        if not len(values):
            continue
        lat, lon = math.radians(radar.latitude_deg), math.radians(radar.longitude_deg)
        n = 6378137.0 / math.sqrt(1 - 0.00669437999014 * math.sin(lat) ** 2)
        r, az, el = values[:, record.RANGE], values[:, record.AZIMUTH], values[:, record.ELEVATION]
        east, north, up = r * np.cos(el) * np.sin(az), r * np.cos(el) * np.cos(az), r * np.sin(el)
        x = (n + radar.altitude_m) * math.cos(lat) - north * math.sin(lat) + up * math.cos(lat)
        z = (n * (1 - 0.00669437999014) + radar.altitude_m) * math.sin(lat) + north * math.cos(lat) + up * math.sin(lat)
        assert -math.pi <= lon <= math.pi
        assert abs(np.median(np.sqrt(x * x + east * east + z * z)) - 7_717_300.0) < 3_000.0


@pytest.mark.parametrize(
    ("file", "sets", "refused"),
    [("full_3le_2022-01.tle.gz", 23_939, 0), ("active_2026-08.tle.gz", 16_089, 0),
     ("early_warning_satellites.csv", 137, 0)],
)  # fmt: skip
def test_whole_catalogues_are_read(file, sets, refused):
    path = shared(f"data/catalogue_tle/{file}")
    assert kind_of_file(path) == "element_sets"
    read = read_element_sets(path)
    assert (len(read.element_sets), len(read.rejections)) == (sets, refused)


def test_one_message_in_three_notations_is_read():
    sets = [read_element_sets(shared(f"data/sgp4_verification/sample_omm.{end}")).element_sets for end in
            ("json", "csv", "xml")]  # fmt: skip
    assert [len(s) for s in sets] == [1, 1, 1]
    assert sets[1] == sets[2]
    assert {s[0].name for s in sets} == {"VANGUARD 1"}


def test_messages_that_the_standards_authors_call_bad_are_refused():
    bad = read_element_sets(shared("data/ccsds_samples/odm/omm/OMM-number-format-error.txt"))
    assert [r.field for r in bad.rejections] == ["ARG_OF_PERICENTER"]
    good = read_element_sets(shared("data/ccsds_samples/odm/omm/OMMExample1.txt"))
    assert good.element_sets[0].line2 == "2 23581   3.0539  81.7939 0005013 249.2363 150.1602  1.00273272 43169"

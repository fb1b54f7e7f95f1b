"""Cues and observations leave as CCSDS messages that another reader takes."""

from pathlib import Path

import ccsds_ndm
import msgspec
import numpy as np
import pytest

from tests.unit.dissemination.examples import at
from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.records.warnings import Cue, SpaceObservations
from tocsin.formats.folder import OutputFolder
from tocsin.formats.oem import cue_text
from tocsin.formats.tdm import check_tdm, join, observations_text


def cue(n: int = 5) -> Cue:
    times = at(60.0) + np.arange(n, dtype=np.int64) * 10 * NS
    states = np.arange(n * 6, dtype=np.float64).reshape(n, 6) * 1000.0 + 1234.5
    covariances = np.tile(np.arange(1.0, 22.0), (n, 1)) * 1e4
    return Cue("E-1", "T-7", "test", at(60.0), "probable", "ballistic", times, states, covariances, "E-1/A2")


def observations(sensor: str = "R-1", n: int = 4) -> SpaceObservations:
    names = tuple(("B", "A")[i % 2] for i in range(n))
    times = at(0.0) + np.arange(n, dtype=np.int64)[::-1] * NS
    steps = np.arange(n, dtype=np.float64)
    return SpaceObservations(
        sensor, "test", times, names, 1e6 + steps, np.radians(10.0 + steps), np.radians(20.0 + steps), -7000.0 + steps
    )


def test_a_cue_reads_back_in_kilometres_with_its_covariances() -> None:
    text = cue_text(cue())
    assert text.startswith("CCSDS_OEM_VERS       = 2.0")
    message = ccsds_ndm.Oem.from_str(text)
    (segment,) = message.segments
    assert (segment.metadata.ref_frame, segment.metadata.center_name, segment.metadata.time_system) == (
        "ITRF2014", "EARTH", "UTC",
    )  # fmt: skip
    vector = segment.data.state_vector[2]
    assert vector.epoch == "2026-03-01T06:01:20.000000"
    assert (vector.x, vector.z_dot) == pytest.approx((13.2345, 18.2345), abs=1e-12)
    matrix = segment.data.covariance_matrix[4]
    assert (matrix.cx_x, matrix.cy_x, matrix.cz_dot_z_dot) == pytest.approx((0.01, 0.02, 0.21), abs=1e-15)
    assert "DATA_MODE test" in text


@pytest.mark.parametrize("damage", ["none", "nan", "order"])
def test_a_cue_that_is_not_whole_is_refused(damage: str) -> None:
    bad = cue(0 if damage == "none" else 3)
    if damage == "nan":
        bad.covariances[1, 4] = np.nan
    if damage == "order":
        bad.times[2] = bad.times[0]
    with pytest.raises(ValueRefused):
        cue_text(bad)


def test_observations_read_back_by_object_in_order_of_time() -> None:
    text = observations_text(observations(), "2026-03-01T06:00:00Z")
    assert check_tdm(text) == 16
    message = ccsds_ndm.Tdm.from_str(text)
    assert message.version == "2.0"
    assert [s.metadata.participant_2 for s in message.segments] == ["B", "A"]
    first = message.segments[0].data.observations
    kinds = ["RANGE", "ANGLE_1", "ANGLE_2", "DOPPLER_INSTANTANEOUS"]
    assert [o.keyword for o in first] == kinds * 2
    assert first[0].epoch < first[4].epoch
    assert [o.value for o in first[:4]] == pytest.approx([1000.002, 12.0, 22.0, -6.998], abs=1e-9)
    metadata = message.segments[0].metadata
    assert (metadata.participant_1, metadata.start_time) == ("R-1", first[0].epoch)
    assert "ANGLE_TYPE = AZEL" in text and "RANGE_UNITS = km" in text


def test_what_was_not_measured_has_no_line() -> None:
    o = observations()
    o.range_m[:] = np.nan
    o.range_rate_m_s[1] = np.nan
    text = observations_text(o, "2026-03-01T06:00:00Z")
    assert check_tdm(text) == 11 and "RANGE_UNITS" not in text
    assert "DATA_TYPES = ANGLE_1,ANGLE_2,DOPPLER_INSTANTANEOUS" in text


def test_azimuth_is_never_printed_as_360() -> None:
    o = observations()
    o.azimuth[:] = (-1e-12, 2 * np.pi, -0.1, 2 * np.pi - 1e-11)
    message = ccsds_ndm.Tdm.from_str(observations_text(o, "2026-03-01T06:00:00Z"))
    values = [x.value for s in message.segments for x in s.data.observations if x.keyword == "ANGLE_1"]
    assert all(0.0 <= v < 360.0 for v in values)
    assert sorted(values)[-1] == pytest.approx(360.0 - np.degrees(0.1), abs=1e-6)


def test_a_line_of_sight_is_written_as_earth_fixed_angles() -> None:
    nan = np.full(2, np.nan)
    los = np.array([[0.0, -1.0, 0.0], [0.6, 0.0, 0.8]])
    times = at(0.0) + np.array([0, NS])
    o = SpaceObservations("IR-1", "test", times, ("X", "X"), nan, nan, nan, nan, los)
    text = observations_text(o, "2026-03-01T06:00:00Z")
    assert check_tdm(text) == 4 and "ANGLE_TYPE = RADEC" in text
    values = [x.value for x in ccsds_ndm.Tdm.from_str(text).segments[0].data.observations]
    assert values == pytest.approx([270.0, 0.0, 0.0, 53.1301024], abs=1e-7)


def test_lines_of_sight_that_are_all_missing_are_no_measurement() -> None:
    o = msgspec.structs.replace(observations(), los=np.full((4, 3), np.nan))
    assert observations_text(join([o, o]), "t") == observations_text(join([observations()] * 2), "t")


def test_parts_of_one_sensor_join_and_others_do_not() -> None:
    assert len(join([observations(), observations()]).times) == 8
    with pytest.raises(ValueRefused):
        join([observations("R-1"), observations("R-2")])


def test_each_sensor_and_each_track_has_its_file(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        for record in (observations("R-1"), cue(5), observations("R-2"), observations("R-1"), cue(3)):
            folder.write(record)
    out = tmp_path / "out"
    assert sorted(p.name for p in (out / "space").iterdir()) == ["R-1.tdm", "R-2.tdm"]
    assert check_tdm((out / "space" / "R-1.tdm").read_text()) == 32
    message = ccsds_ndm.Oem.from_str((out / "cues" / "E-1-T-7.oem").read_text())
    assert len(message.segments[0].data.state_vector) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [("RANGE = ", "DISTANCE = "), ("1000.0", "1000.0x"), ("DATA_STOP", ""), ("AZEL", "SIDEWAYS")],
)
def test_a_damaged_message_is_refused(old: str, new: str) -> None:
    text = observations_text(observations(), "2026-03-01T06:00:00Z")
    assert old in text
    with pytest.raises(ValueRefused):
        check_tdm(text.replace(old, new))

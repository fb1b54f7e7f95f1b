"""Warnings leave as valid CAP 1.2, and hostile XML does not come in."""

import socket
import threading
from pathlib import Path

import msgspec
import pytest

from tests.shared_data import shared
from tests.unit.dissemination.examples import ASSETS, assessment, at
from tocsin.core.errors import ValueRefused
from tocsin.core.records.inputs import Operator
from tocsin.core.records.warnings import WarningMessage
from tocsin.dissemination.dissemination import Dissemination
from tocsin.formats.cap import alert_bytes, cap_time
from tocsin.formats.cap_reader import CapAlert, read_alert
from tocsin.formats.folder import OutputFolder

VALID = (
    "43b080713727",
    "australia",
    "canada",
    "canada_errors",
    "earthquake-iso8859-1",
    "thunderstorm",
    "wcatwc-warning",
)


def draft(mode: str = "simulated", level: str = "probable", **kwargs: object) -> WarningMessage:
    part = Dissemination(mode, ASSETS)
    (said,) = part.on_assessment(assessment(60.0, level, data_mode=mode, **kwargs), at(60.0))  # type: ignore[arg-type]
    return said


def released(mode: str) -> WarningMessage:
    part = Dissemination(mode, ASSETS)
    part.on_assessment(assessment(60.0, data_mode=mode), at(60.0))
    part.on_operator(Operator("1", at(70.0), mode, "release", "Ada", "E-0001"))
    said = part.on_operator(Operator("2", at(75.0), mode, "release", "Grace", "E-0001"))[1]
    assert isinstance(said, WarningMessage)
    return said


def read(warning: WarningMessage) -> CapAlert:
    return read_alert(alert_bytes(warning))


@pytest.mark.parametrize("mode", ["real", "exercise", "test", "simulated"])
def test_what_nobody_released_is_a_draft_and_what_two_did_has_the_status_of_its_mode(mode: str) -> None:
    expected = {"real": "Actual", "exercise": "Exercise", "test": "Test", "simulated": "Draft"}
    assert read(draft(mode)).status == "Draft"
    assert read(draft(mode)).scope == "Restricted"
    assert read(released(mode)).status == expected[mode]


@pytest.mark.parametrize(
    ("level", "severity", "certainty"),
    [("possible", "Severe", "Possible"), ("probable", "Extreme", "Likely"), ("confirmed", "Extreme", "Observed")],
)
def test_severity_and_certainty_follow_the_level(level: str, severity: str, certainty: str) -> None:
    (info,) = read(draft(level=level)).info
    assert (info.severity, info.certainty, info.urgency, info.language) == (severity, certainty, "Immediate", "en")


def test_a_warning_carries_times_places_and_figures() -> None:
    alert = read(draft(objects=(5, 6, 7)))
    (info,) = alert.info
    assert alert.sent == "2026-03-01T06:01:00-00:00"
    assert alert.identifier == "tocsin-simulated-20260301T060100Z-E-0001-001"
    assert (info.onset, info.expires) == ("2026-03-01T06:15:00-00:00", "2026-03-01T06:30:00-00:00")
    asset, ellipse = info.areas
    assert asset.circles == ((10.0, -30.0, 15.0),)
    assert len(ellipse.polygons) == 1 and len(ellipse.polygons[0]) == 37
    parameters = dict(info.parameters)
    assert (parameters["objects_low"], parameters["objects_best"], parameters["objects_high"]) == ("5", "6", "7")
    assert parameters["impact T-0001 ellipse"] == "0.99 56.40 18.80 40.0"
    assert ("evidence", "RADAR-7 could_not_see 2026-03-01T06:01:00.000Z") in info.parameters
    assert ("path", "radar/radar-2/line-2") in info.parameters and ("cause", "V-1") in info.parameters


def test_updates_and_cancellations_refer_to_earlier_messages() -> None:
    part = Dissemination("simulated", ASSETS)
    (first,) = part.on_assessment(assessment(60.0), at(60.0))
    (update,) = part.on_assessment(assessment(70.0, "confirmed"), at(70.0))
    (cancel,) = part.on_assessment(assessment(90.0, "withdrawn"), at(90.0))
    one, two, three = read(first), read(update), read(cancel)
    assert (one.message_type, two.message_type, three.message_type) == ("Alert", "Update", "Cancel")
    assert two.references == (("tocsin", one.identifier, one.sent),)
    assert three.references == (*two.references, ("tocsin", two.identifier, two.sent))
    assert (three.info[0].urgency, three.info[0].certainty) == ("Past", "Unlikely")


def test_the_same_warning_is_the_same_bytes_and_lands_in_its_file(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        folder.write(draft())
    data = (tmp_path / "out" / "warnings" / "E-0001-001.xml").read_bytes()
    assert data == alert_bytes(draft())


def test_names_with_markup_or_control_characters_do_no_harm() -> None:
    said = msgspec.structs.replace(draft(), headline="<b>&\x00\x0b \ud800 ]]>", event="E <&> 1")
    (info,) = read(said).info
    assert info.headline == "<b>&\ufffd\ufffd \ufffd ]]>"


def test_a_leap_second_is_written_as_the_schema_can_hold_it() -> None:
    assert cap_time("2016-12-31T23:59:60.500Z") == "2016-12-31T23:59:59-00:00"
    said = msgspec.structs.replace(draft(), sent_utc="2016-12-31T23:59:60.500Z")
    assert read(said).sent == "2016-12-31T23:59:59-00:00"


def test_a_message_that_would_not_be_valid_is_refused() -> None:
    with pytest.raises(ValueRefused, match="not valid CAP"):
        alert_bytes(msgspec.structs.replace(draft(), expires_utc="soon"))


@pytest.mark.parametrize("name", VALID)
def test_real_alerts_of_others_are_read(name: str) -> None:
    alert = read_alert(shared(f"data/cap_samples/{name}.cap").read_bytes())
    assert alert.identifier and alert.info


@pytest.mark.parametrize("name", ["invalid", "noaa_errors", "KAR0-0306112239-SW"])
def test_bad_and_older_alerts_are_refused_with_a_reason(name: str) -> None:
    with pytest.raises(ValueRefused, match=r"CAP 1\.2"):
        read_alert(shared(f"data/cap_samples/{name}.cap").read_bytes())


class Listener(threading.Thread):
    """Counts connections to a port of its own."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.2)
        self.port = self.socket.getsockname()[1]
        self.calls, self.open = 0, True

    def run(self) -> None:
        while self.open:
            try:
                self.socket.accept()[0].close()
                self.calls += 1
            except TimeoutError:
                continue

    def end(self) -> int:
        self.open = False
        self.join()
        self.socket.close()
        return self.calls


def test_the_hostile_sample_is_refused_without_a_call_to_anywhere() -> None:
    data = shared("data/cap_samples/xee.cap").read_bytes()
    listener = Listener()
    listener.start()
    try:
        with pytest.raises(ValueRefused, match="document type"):
            read_alert(data.replace(b"localhost:8080", b"127.0.0.1:%d" % listener.port))
    finally:
        calls = listener.end()
    assert calls == 0


def test_entities_of_files_are_refused_in_every_accepted_disguise(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    body = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><alert>&x;</alert>'
    for data in (
        body.encode(),
        b"\xef\xbb\xbf" + body.encode(),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body.encode(),
        body.encode("utf-16"),
        body.encode("utf-32"),
        b'<?xml version="1.0" encoding="UTF-7"?>' + body.replace("<", "+ADw-").encode(),
        b'<?xml version="1.0" encoding="EBCDIC-CP-US"?>' + body.encode("cp500"),
    ):
        with pytest.raises(ValueRefused) as refusal:
            read_alert(data)
        assert "the secret" not in str(refusal.value)


@pytest.mark.parametrize("data", [b"", b"\x00", b"<alert", b"no xml", b"<a/>", b" " * 1_000_001])
def test_what_is_no_alert_is_refused(data: bytes) -> None:
    with pytest.raises(ValueRefused):
        read_alert(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"10.0000,-30.0000 15.000</circle>", b"10.0,-30.0</circle>"),
        (b"10.0000,-30.0000 15.000</circle>", b"100.0,-30.0 15.0</circle>"),
        (b"<polygon>", b"<polygon>1,1 "),
        (b"<scope>Restricted", b"<scope>Everybody"),
        (b"<incidents>", b"<references>a,b</references><incidents>"),
    ],
)
def test_places_and_references_out_of_form_are_refused(old: bytes, new: bytes) -> None:
    data = alert_bytes(draft())
    assert old in data
    with pytest.raises(ValueRefused):
        read_alert(data.replace(old, new))

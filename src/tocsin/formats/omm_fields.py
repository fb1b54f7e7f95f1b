"""Fields of orbit mean-elements messages (CCSDS 502.0, OMM) -> the two lines of an element set.

Figures go over as decimals, so nothing is lost but digits that the lines have no columns for.
"""

import csv
import json
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from tocsin.core.errors import InputError, ValueRefused
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.formats import tle_lines

Fields = dict[str, Any]
_ONLY = {
    "CENTER_NAME": ("EARTH",),
    "REF_FRAME": ("TEME",),
    "TIME_SYSTEM": ("UTC",),
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4", "SGP"),
}


def from_json(data: bytes, file: str) -> list[Fields]:
    """Return the messages of a JSON array (or of one object)."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError("not valid JSON", file=file) from None
    found = value if isinstance(value, list) else [value]
    return [item if isinstance(item, dict) else {} for item in found]


def from_csv(text: str, file: str) -> list[Fields]:
    """Return the rows of a table with a header."""
    try:
        return [{key: value for key, value in row.items() if key} for row in csv.DictReader(text.splitlines())]
    except csv.Error as error:
        raise InputError(f"not a CSV table: {error}", file=file) from None


def from_xml(data: bytes, file: str) -> list[Fields]:
    """Return the messages of NDM or OMM XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"not valid XML: {error.msg}", file=file, line=error.lineno) from None
    found = []
    for segment in root.iter("{*}segment"):
        found.append({etree.QName(e).localname: (e.text or "").strip() for e in segment.iter("{*}*") if len(e) == 0})
    return found


def from_kvn(text: str) -> list[Fields]:
    """Return the messages of key = value notation; units in brackets are dropped."""
    found: list[Fields] = []
    for line in text.splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.lstrip().startswith("COMMENT"):
            key = key.strip()
            if key == "CCSDS_OMM_VERS" or not found:
                found.append({})
            found[-1][key] = re.sub(r"\s*\[.*\]\s*$", "", value).strip()
    return found


def two_lines(fields: Fields) -> tuple[str, str, str, str]:
    """Return (catalogue number, name, line 1, line 2) of a message; ValueRefused says what is missing or wrong."""
    for key, allowed in _ONLY.items():
        value = str(fields.get(key) or allowed[0]).strip().upper()
        if value not in allowed:
            raise ValueRefused(f"{key} is not {allowed[0]}")
    number = _whole(fields, "NORAD_CAT_ID")
    if not 0 <= number <= 999_999_999:
        raise ValueRefused("NORAD_CAT_ID outside 0 ... 999999999")
    columns = tle_lines.number_columns(number)
    designator = re.sub(r"^(?:19|20)(\d\d)-(\d{3})([A-Z]{0,3})$", r"\1\2\3", str(fields.get("OBJECT_ID") or "").strip())
    designator = designator if re.fullmatch(r"[ -~]{0,8}", designator) else ""
    kind = str(fields.get("CLASSIFICATION_TYPE") or "U").strip()
    rate = _decimal(fields, "MEAN_MOTION_DOT", "0")
    try:
        drag = tle_lines.exponent_columns(_decimal(fields, "BSTAR", "0"))
        bend = tle_lines.exponent_columns(_decimal(fields, "MEAN_MOTION_DDOT", "0"))
    except ValueError:
        raise ValueRefused("BSTAR or MEAN_MOTION_DDOT too large") from None
    if abs(rate) >= 1:
        raise ValueRefused("MEAN_MOTION_DOT outside -1 ... 1")
    rate_columns = f"{'-' if rate < 0 else ' '}{abs(rate):.8f}".replace("0.", ".", 1)
    line1 = (
        f"1 {columns}{kind if kind in ('U', 'C', 'S') else 'U'} {designator:8} {_epoch(fields)} {rate_columns} "
        f"{bend} {drag} 0 {_whole(fields, 'ELEMENT_SET_NO', '0') % 10000:4d}"
    )
    eccentricity = _decimal(fields, "ECCENTRICITY")
    if not 0 <= eccentricity < 1:
        raise ValueRefused("ECCENTRICITY outside 0 ... 1")
    angles = {key: _decimal(fields, key) for key in
              ("INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY")}  # fmt: skip
    for key, angle in angles.items():
        if not 0 <= angle <= (180 if key == "INCLINATION" else 360):
            raise ValueRefused(f"{key} outside 0 ... {180 if key == 'INCLINATION' else 360} deg")
    motion = _decimal(fields, "MEAN_MOTION")
    if not 0 < motion < 18:
        raise ValueRefused("MEAN_MOTION outside 0 ... 18 revolutions a day")
    inclination, node, perigee, anomaly = (f"{angle:8.4f}" for angle in angles.values())
    line2 = (
        f"2 {columns} {inclination} {node} {min(round(eccentricity * 10**7), 9_999_999):07d} {perigee} {anomaly} "
        f"{motion:11.8f}{_whole(fields, 'REV_AT_EPOCH', '0') % 100000:5d}"
    )
    line1, line2 = tle_lines.with_checksum(line1), tle_lines.with_checksum(line2)
    fault = tle_lines.tle_fault(line1, line2)
    if fault is not None:
        raise ValueRefused(fault[1])
    return str(number), str(fields.get("OBJECT_NAME") or "").strip(), line1, line2


def _decimal(fields: Fields, key: str, default: str | None = None) -> Decimal:
    raw = fields.get(key)
    text = str(raw).strip() if raw is not None else ""
    if not text and default is not None:
        text = default
    if not text:
        raise ValueRefused(f"{key} is missing")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueRefused(f"{key} is not a number") from None
    if not value.is_finite() or (value != 0 and not -60 < value.adjusted() < 60):
        raise ValueRefused(f"{key} is not a number that can be used")
    return value


def _whole(fields: Fields, key: str, default: str | None = None) -> int:
    value = _decimal(fields, key, default)
    if value != value.to_integral_value() or value < 0:
        raise ValueRefused(f"{key} is not a whole number")
    return int(value)


def _epoch(fields: Fields) -> str:
    """Return the epoch as `YYDDD.DDDDDDDD`; calendar or day-of-year notation."""
    text = str(fields.get("EPOCH") or "").strip()
    if not text:
        raise ValueRefused("EPOCH is missing")
    ordinal = re.fullmatch(r"(\d{4})-(\d{3})(T.*)", text, re.ASCII)
    if ordinal:
        try:
            text = datetime.strptime(f"{ordinal[1]}-{ordinal[2]}", "%Y-%j").strftime("%Y-%m-%d") + ordinal[3]
        except ValueError:
            raise ValueRefused("EPOCH is not a time") from None
    plain = iso_from_tai(tai_from_iso(text), 9)
    day = datetime.fromisoformat(plain[:10]).replace(tzinfo=UTC)
    if not 1972 <= day.year <= 2056:
        raise ValueRefused("EPOCH outside 1972 ... 2056")
    seconds = int(plain[11:13]) * 3600 + int(plain[14:16]) * 60 + Decimal(plain[17:-1])
    fraction = (Decimal(seconds) / 86400).quantize(Decimal("1.00000000"))
    return f"{day.year % 100:02d}{day.timetuple().tm_yday + fraction:012.8f}"

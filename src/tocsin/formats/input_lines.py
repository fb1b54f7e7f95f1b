"""One line of an input other than a look <-> its record: the wire form of each kind, and what may stand in it.

The wire records below are what the JSON Schemas are made of; times are ISO 8601, and names end in their unit.
"""

import functools
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, inspect

from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.records import inputs as record
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.formats.time_columns import short_reason
from tocsin.formats.tle_lines import tle_fault

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=2000)]
Time = Annotated[str, Meta(min_length=1, max_length=60, description="ISO 8601, UTC; second 60 in a leap second")]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=360)]
LONGEST_WINDOW_NS = 366 * 86400 * NS
TRACK_LATE_S, TRACK_AHEAD_S = 600.0, 5.0
Metre = Annotated[float, Meta(ge=-1e9, le=1e9)]
MetrePerSecond = Annotated[float, Meta(ge=-30000, le=30000)]


class _Line(msgspec.Struct, kw_only=True):
    id: Id
    received_utc: Time
    data_mode: record.DataMode


class NotificationLine(_Line, kw_only=True, tag_field="kind", tag="notification"):
    """A message about a launch, before or after it; it may be late, wrong or a lie."""

    window_start_utc: Time
    window_end_utc: Time
    latitude_deg: Latitude
    longitude_deg: Longitude
    radius_km: Annotated[float, Meta(gt=0, le=20040)] = 50.0
    azimuth_deg: Annotated[float, Meta(ge=-180, le=360)] | None = None
    vehicle: Literal["space_launch", "sounding_rocket", "ballistic_missile", "unknown"] = "unknown"
    source: Text = ""
    line: Id | None = None


class ElementSetLine(_Line, kw_only=True, tag_field="kind", tag="element_set"):
    """A two-line element set of a known object; `id` is its catalogue number."""

    line1: Annotated[str, Meta(min_length=69, max_length=69)]
    line2: Annotated[str, Meta(min_length=69, max_length=69)]
    name: Text = ""


class HealthLine(_Line, kw_only=True, tag_field="kind", tag="health"):
    """The state of a sensor or a line, as its owner reports it."""

    subject: Id
    state: record.SensorState
    source: Text = ""


class TrackLine(_Line, kw_only=True, tag_field="kind", tag="track"):
    """A track from a partner, Earth-fixed, with the lower triangle of its covariance by rows (m, m/s)."""

    time_utc: Time
    x_m: Metre
    y_m: Metre
    z_m: Metre
    vx_m_s: MetrePerSecond
    vy_m_s: MetrePerSecond
    vz_m_s: MetrePerSecond
    covariance: Annotated[tuple[float, ...], Meta(min_length=21, max_length=21)]
    source: Text = ""
    line: Id | None = None


class OperatorLine(_Line, kw_only=True, tag_field="kind", tag="operator"):
    """What a person does."""

    action: Literal["acknowledge", "declare_degraded", "end_degraded", "release", "cancel"]
    person: Id
    subject: Text = ""
    text: Text = ""


Other = record.Notification | record.ElementSet | record.Health | record.PartnerTrack | record.Operator


class Refused(Exception):
    """A line that cannot be used, with the field and the reason."""

    def __init__(self, field: str, reason: str):
        super().__init__(reason)
        self.field, self.reason = field, reason


def _instant(text: str, field: str) -> int:
    try:
        return tai_from_iso(text)
    except ValueRefused as error:
        raise Refused(field, short_reason(error)) from None


def _notification(line: NotificationLine, received: int) -> Other:
    start = _instant(line.window_start_utc, "window_start_utc")
    end = _instant(line.window_end_utc, "window_end_utc")
    if start > end:
        raise Refused("window_start_utc", "after window_end_utc")
    if end - start > LONGEST_WINDOW_NS:
        raise Refused("window_end_utc", "a window longer than a year")
    return record.Notification(
        line.id, received, line.data_mode, start, end, line.latitude_deg, line.longitude_deg, line.radius_km,
        line.azimuth_deg, line.vehicle, line.source, line.line,
    )  # fmt: skip


def _element_set(line: ElementSetLine, received: int) -> Other:
    fault = tle_fault(line.line1, line.line2)
    if fault is not None:
        raise Refused(f"line{fault[0] + 1}", fault[1])
    return record.ElementSet(line.id, line.name or line.id, line.line1, line.line2, received, line.data_mode)


def _health(line: HealthLine, received: int) -> Other:
    return record.Health(line.id, received, line.data_mode, line.subject, line.state, line.source)


def _track(line: TrackLine, received: int) -> Other:
    time = _instant(line.time_utc, "time_utc")
    if not -TRACK_AHEAD_S * NS <= received - time <= TRACK_LATE_S * NS:
        raise Refused("time_utc", f"not from {TRACK_LATE_S:.0f} s before to {TRACK_AHEAD_S:.0f} s after its arrival")
    radius = sum(x * x for x in (line.x_m, line.y_m, line.z_m)) ** 0.5
    if not 6.3e6 <= radius <= 1e9:
        raise Refused("x_m", "a place inside the Earth or beyond 1e6 km")
    if not _positive_definite(line.covariance):
        raise Refused("covariance", "not the lower triangle of a covariance (not positive definite)")
    state = (line.x_m, line.y_m, line.z_m, line.vx_m_s, line.vy_m_s, line.vz_m_s)
    return record.PartnerTrack(line.id, received, line.data_mode, time, state, line.covariance, line.source, line.line)


def _operator(line: OperatorLine, received: int) -> Other:
    return record.Operator(line.id, received, line.data_mode, line.action, line.person, line.subject, line.text)


def _positive_definite(triangle: tuple[float, ...]) -> bool:
    """Return whether a lower triangle by rows is that of a positive definite matrix (Cholesky)."""
    lower: list[list[float]] = []
    at = 0
    for i in range(6):
        row: list[float] = []
        for j in range(i + 1):
            rest = triangle[at] - sum(a * b for a, b in zip(row, lower[j] if j < i else row, strict=False))
            at += 1
            if i == j:
                if not 0.0 < rest < 1e30:
                    return False
                row.append(rest**0.5)
            else:
                row.append(rest / lower[j][j])
        lower.append(row)
    return True


class Kind(NamedTuple):
    """How lines of one kind are read."""

    line: type[_Line]
    record: type
    make: Callable[[Any, int], Other]


KINDS: dict[str, Kind] = {
    "notification": Kind(NotificationLine, record.Notification, _notification),
    "element_set": Kind(ElementSetLine, record.ElementSet, _element_set),
    "health": Kind(HealthLine, record.Health, _health),
    "track": Kind(TrackLine, record.PartnerTrack, _track),
    "operator": Kind(OperatorLine, record.Operator, _operator),
}


def record_of(value: dict[str, Any], data_mode: str) -> tuple[Other, set[str]]:
    """Return the record of a line's object and the keys that nobody knows; `Refused` says field and reason."""
    name = value.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Refused("kind", f"not one of: look, {', '.join(KINDS)}")
    given = {key: item for key, item in value.items() if item is not None}
    mode = given.get("data_mode")
    if mode in record.DATA_MODES and mode != data_mode:
        raise Refused("data_mode", f"{mode} in a run of {data_mode}")
    try:
        line = msgspec.convert(given, kind.line)
    except msgspec.ValidationError as error:
        raise _refused(str(error), kind.line) from None
    for key in msgspec.structs.fields(kind.line):
        number = getattr(line, key.name)
        if isinstance(number, float) and not abs(number) < float("inf"):
            raise Refused(key.name, "not finite")
    unknown = set(value) - {field.encode_name for field in msgspec.structs.fields(kind.line)} - {"kind"}
    return kind.make(line, _instant(line.received_utc, "received_utc")), unknown


def _refused(message: str, line: type[_Line]) -> Refused:
    """Return msgspec's complaint as field and reason; the value is no part of it, so that refusals can be counted by reason."""
    text, _, path = message.partition(" - at `$")
    field = path.strip("`.").split("[")[0]
    if text.startswith("Invalid enum value"):
        return Refused(field, f"not one of: {', '.join(_choices(line)[field])}")
    if text.startswith("Object missing required field"):
        return Refused(text.split("`")[1], "missing")
    return Refused(field, text[:1].lower() + text[1:].replace("`", ""))


@functools.cache
def _choices(line: type[_Line]) -> dict[str, list[str]]:
    """Return the words that may stand in the fields of a line that take but some, by field."""
    fields = inspect.type_info(line).fields  # type: ignore[attr-defined]
    return {f.encode_name: [str(v) for v in f.type.values] for f in fields if isinstance(f.type, inspect.LiteralType)}


def line_of(item: Other) -> dict[str, Any]:
    """Return the object of a record's line, keys in the order of the contract, without nulls."""
    name, kind = next((n, k) for n, k in KINDS.items() if k.record is type(item))
    value: dict[str, Any] = {"kind": name}
    for field in msgspec.structs.fields(kind.line):
        key = field.name
        if key.endswith("_utc"):
            cell: Any = iso_from_tai(getattr(item, key.removesuffix("_utc")), 9)
        elif isinstance(item, record.PartnerTrack) and key in _STATE:
            cell = item.state[_STATE.index(key)]
        else:
            cell = getattr(item, key)
        if cell is not None:
            value[key] = cell
    return value


_STATE = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")

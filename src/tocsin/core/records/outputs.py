"""What goes out: events, assessments, refusals. Serialised as JSON lines with exactly these names."""

from typing import Any, Literal

import msgspec

Level = Literal["noticed", "tracked", "possible", "probable", "confirmed", "withdrawn", "resolved"]
LADDER: tuple[str, ...] = ("noticed", "tracked", "possible", "probable", "confirmed")
EventKind = Literal[
    "launch_detected", "track_started", "track_updated", "track_dropped", "identified", "level_changed",
    "warning_issued", "warning_cancelled", "sensor_lost", "sensor_back", "sensor_biased", "quarantined", "gap",
]  # fmt: skip


class Event(msgspec.Struct, frozen=True):
    """Something that happened in the centre.

    `causes` are event ids or detection keys `sensor/session/sequence/detection`.
    """

    id: str
    seq: int
    time_utc: str
    data_mode: str
    kind: EventKind
    subject: str
    causes: tuple[str, ...]
    data: dict[str, Any]


class Ellipse(msgspec.Struct, frozen=True):
    """An ellipse on the ground that holds the point with `probability`; bearing of the major axis from north."""

    probability: float
    semi_major_km: float
    semi_minor_km: float
    bearing_deg: float


class GroundPoint(msgspec.Struct, frozen=True):
    """A place and a time on the ground with its ellipses (50, 90, 99 %)."""

    time_utc: str
    lat_deg: float
    lon_deg: float
    ellipses: tuple[Ellipse, ...]
    time_sigma_s: float = 0.0


class AssetThreat(msgspec.Struct, frozen=True):
    """A protected place, the probability that something falls on it, and the time left."""

    id: str
    probability: float
    time_left_s: float


class SensorEvidence(msgspec.Struct, frozen=True):
    """The three-valued word of a sensor about an event."""

    sensor: str
    status: Literal["seen", "not_seen", "could_not_see"]
    until_utc: str


class ObjectCount(msgspec.Struct, frozen=True):
    """How many objects: at least, best, at most."""

    low: int
    best: int
    high: int


class ObjectAssessment(msgspec.Struct, frozen=True):
    """One object of an event: its own level, class, launch and impact."""

    track: str
    level: str
    classes: dict[str, float]
    launch: GroundPoint | None
    impact: GroundPoint | None
    assets: tuple[AssetThreat, ...]
    paths: tuple[str, ...]
    reason: str


class Assessment(msgspec.Struct, frozen=True):
    """The state of an event after a change; a line of `assessments.jsonl`."""

    id: str
    event: str
    time_utc: str
    data_mode: str
    level: Level
    previous: Level | None
    reason: str
    objects: ObjectCount
    tracks: tuple[str, ...]
    classes: dict[str, float]
    launch: GroundPoint | None
    impact: GroundPoint | None
    assets: tuple[AssetThreat, ...]
    paths: tuple[str, ...]
    evidence: tuple[SensorEvidence, ...]
    causes: tuple[str, ...]
    members: tuple[ObjectAssessment, ...] = ()
    """The object that the line is about (first of `tracks`; launch, impact and classes above are its own).

    All objects on a change of level.
    """


class Rejection(msgspec.Struct, frozen=True):
    """A row that was not used, or used with a remark: `action` is `refused`, `dropped` or `ignored`.

    `file` is its name in `inputs/`; `row` counts from 0, -1 = no row of its own.
    """

    file: str
    row: int
    field: str
    reason: str
    action: Literal["refused", "dropped", "ignored"]

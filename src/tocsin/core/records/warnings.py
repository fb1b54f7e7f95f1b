"""What leaves the centre for others: warnings, answers to operators, cues, observations of everything else.

Warnings are words and places, told at the edge (UTC, degrees, kilometres). Cues and observations are arrays in the
units of the inside (TAI ns, metres, radians); `formats` turns them to bytes.
"""

from typing import Literal

import msgspec
import numpy as np

from tocsin.core.records.inputs import FloatArray, IntArray

WarningKind = Literal["alert", "update", "cancel"]
WarningGrade = Literal["information", "warning", "closing", "cancellation"]


class WarningReference(msgspec.Struct, frozen=True):
    """An earlier message of the same event."""

    id: str
    sent_utc: str


class WarningArea(msgspec.Struct, frozen=True):
    """A place a message is about: closed rings of (latitude_deg, longitude_deg), or a circle."""

    description: str
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circle: tuple[float, float, float] | None = None
    """latitude_deg, longitude_deg, radius_km."""


class WarningMessage(msgspec.Struct, frozen=True):
    """One message about one event, complete in itself; a draft until people have released it."""

    id: str
    """`<event>-<number>`."""
    event: str
    number: int
    sent_utc: str
    data_mode: str
    kind: WarningKind
    grade: WarningGrade
    """`information` = an unconfirmed launch; `warning` = probable or confirmed; the others end an event."""
    level: str
    released: bool
    released_by: tuple[str, ...]
    """Who released it (two people), or cancelled (one)."""
    headline: str
    description: str
    instruction: str
    onset_utc: str | None
    """First predicted impact."""
    expires_utc: str
    time_left_s: float | None
    areas: tuple[WarningArea, ...]
    parameters: tuple[tuple[str, str], ...]
    """Figures for machines: name, value."""
    references: tuple[WarningReference, ...]
    assessment: str
    """Id of the assessment it tells."""
    causes: tuple[str, ...]


class OperatorAnswer(msgspec.Struct, frozen=True):
    """What became of an operator's action."""

    operator: str
    """Id of the operator input."""
    event: str
    accepted: bool
    text: str


class Cue(msgspec.Struct, frozen=True, eq=False):
    """Where another radar should look: states ahead of one track, with their covariance (Earth-fixed, m, m/s)."""

    event: str
    track: str
    data_mode: str
    made: int
    level: str
    object_class: str
    times: IntArray
    """(n,) TAI ns."""
    states: FloatArray
    """(n, 6)."""
    covariances: FloatArray
    """(n, 21) lower triangle by rows."""
    assessment: str = ""


class SpaceObservations(msgspec.Struct, frozen=True, eq=False):
    """Measurements of objects that belong to no event, of one sensor; NaN = not measured."""

    sensor: str
    data_mode: str
    times: IntArray
    """(n,) TAI ns."""
    objects: tuple[str, ...]
    """Catalogue id or track of each row."""
    range_m: FloatArray
    azimuth: FloatArray
    elevation: FloatArray
    range_rate_m_s: FloatArray
    los: FloatArray = msgspec.field(default_factory=lambda: np.zeros((0, 3)))
    """(n, 3) Earth-fixed unit vectors, for sensors that measure a line of sight; else (0, 3)."""

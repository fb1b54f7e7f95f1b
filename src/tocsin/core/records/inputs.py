"""What comes in: looks with their detections, notifications, element sets, health, tracks, operator actions, ticks.

Inside, all instants are TAI nanoseconds, angles radians, lengths metres, positions Earth-fixed (ITRF). `file` and `row` say where
an input stood (row -1: in no file), so that a refusal can be walked back; they change nothing else.
"""

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DataMode = Literal["real", "exercise", "simulated", "test"]
DATA_MODES: tuple[str, ...] = ("real", "exercise", "simulated", "test")
LookMode = Literal["search", "track", "stare"]
SensorState = Literal["ok", "degraded", "blinded", "down"]
OperatorAction = Literal["acknowledge", "declare_degraded", "end_degraded", "release", "cancel"]

# Columns of `Look.values`, one row a detection; NaN = not measured.
(
    RANGE, AZIMUTH, ELEVATION, RANGE_RATE,           # m, rad from north through east, rad above geodetic horizon, m/s
    LOS_X, LOS_Y, LOS_Z,                             # unit vector sensor -> target, Earth-fixed
    SIGMA_RANGE, SIGMA_AZIMUTH, SIGMA_ELEVATION, SIGMA_RANGE_RATE, SIGMA_LOS,   # m, rad (arc), rad (arc), m/s, rad
    SNR_DB, INTENSITY, RCS_DBSM,                     # dB, W/sr, dB m2
) = range(15)  # fmt: skip
COLUMNS = 15


class Look(msgspec.Struct, frozen=True, eq=False):
    """One look of one sensor: zero or more detections (or `empty_looks` identical empty looks in a row)."""

    sensor: str
    session: str
    sequence: int
    data_mode: str
    received: int
    time: int
    """End of an empty look, else the newest detection time."""
    start: int
    end: int
    mode: str = "search"
    searched: str | None = None
    state: str = "ok"
    noise_db: float = float("nan")
    line: str | None = None
    empty_looks: int = 1
    declared: int = 0
    """`detections`: the number of rows that the look says it has."""
    place: tuple[float, float, float] | None = None
    """Earth-fixed position of a moving sensor, m."""
    numbers: IntArray = msgspec.field(default_factory=lambda: np.zeros(0, np.int64))
    """`detection` of each row."""
    times: IntArray = msgspec.field(default_factory=lambda: np.zeros(0, np.int64))
    values: FloatArray = msgspec.field(default_factory=lambda: np.zeros((0, COLUMNS)))
    hints: tuple[str | None, ...] = ()
    """`sensor_track` of each row."""
    rows: IntArray = msgspec.field(default_factory=lambda: np.zeros(0, np.int64))
    """Row of each detection in the file it came from (one row, even for an empty look)."""
    file: str = ""
    places: FloatArray | None = None
    """Place at each detection's own instant (n, 3), where the rows of a look differ; else `place` holds for all."""


class Notification(msgspec.Struct, frozen=True):
    """A message about a launch, before or after it; it may be late, wrong or a lie."""

    id: str
    received: int
    data_mode: str
    window_start: int
    window_end: int
    latitude_deg: float
    longitude_deg: float
    radius_km: float = 50.0
    azimuth_deg: float | None = None
    vehicle: str = "unknown"
    """`space_launch`, `sounding_rocket`, `ballistic_missile` or `unknown`."""
    source: str = ""
    line: str | None = None
    file: str = ""
    row: int = -1


class ElementSet(msgspec.Struct, frozen=True):
    """A two-line element set of a known object."""

    id: str
    name: str
    line1: str
    line2: str
    received: int = 0
    data_mode: str = ""
    file: str = ""
    row: int = -1


class Health(msgspec.Struct, frozen=True):
    """The state of a sensor or a line, as its owner reports it."""

    id: str
    received: int
    data_mode: str
    subject: str
    """A sensor id or a line id."""
    state: str
    """`ok`, `degraded`, `blinded`, `down`."""
    source: str = ""
    file: str = ""
    row: int = -1


class PartnerTrack(msgspec.Struct, frozen=True):
    """A track from a partner: state (m, m/s, Earth-fixed) and the lower triangle of its covariance by rows."""

    id: str
    received: int
    data_mode: str
    time: int
    state: tuple[float, float, float, float, float, float]
    covariance: tuple[float, ...]
    source: str = ""
    line: str | None = None
    file: str = ""
    row: int = -1


class Operator(msgspec.Struct, frozen=True):
    """What a person does: `acknowledge`, `declare_degraded`, `end_degraded`, `release`, `cancel`."""

    id: str
    received: int
    data_mode: str
    action: OperatorAction
    person: str
    subject: str = ""
    text: str = ""
    file: str = ""
    row: int = -1


class Tick(msgspec.Struct, frozen=True):
    """Time passes: the centre does what is due at `received`."""

    received: int


Input = Look | Notification | ElementSet | Health | PartnerTrack | Operator | Tick

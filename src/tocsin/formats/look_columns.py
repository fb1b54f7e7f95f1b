"""The columns of the look table, described once: the readers, the checks, the writers and the schema come from here.

Limits are of what can be at all; what is unlikely is judged later, by `detection`.
"""

from typing import Literal, NamedTuple

from tocsin.core.constants import DEG, NS
from tocsin.core.records import inputs as record
from tocsin.core.records.inputs import DATA_MODES

Kind = Literal["text", "time", "whole", "real"]

TIME_TOLERANCE_NS = 5 * NS
"""A detection may lie this far outside its look: light time (0.3 s at 80,000 km) and rounded look limits."""
APART_NS = 60 * NS
"""Rows of one key that arrive (or were measured) further apart than this are not one look: the limit of lateness."""
LONGEST_LOOK_NS = 3600 * NS
LONGEST_SILENCE_NS = 86400 * NS
"""Longest span of one row of empty looks."""
STRAY_NS = 366 * 86400 * NS
"""A row further than this from the median arrival of its file has a damaged time."""
LONGEST_TEXT = 200


class Column(NamedTuple):
    """One column: how it is called, what may stand in it, what it means."""

    name: str
    kind: Kind
    text: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    slot: int | None = None
    """Column of `Look.values` that it becomes, times `scale`."""
    scale: float = 1.0


_ONE_SIGMA = "one sigma, where the sensor gives it, else the network file's"

COLUMNS: tuple[Column, ...] = (
    Column("sensor", "text", "id of the sensor in the network file", required=True),
    Column("session", "text", "within it `sequence` counts without gaps", required=True),
    Column("sequence", "whole", "number of the look; a gap is a lost look", required=True, low=0, high=2**62),
    Column("data_mode", "text", "never mixed, no default", required=True, choices=DATA_MODES),
    Column("time_utc", "time", "of the moment at the target; of an empty look: its end", required=True),
    Column("received_utc", "time", "of arrival, the order of processing; default: time_utc"),
    Column("look_start_utc", "time", "start of the look; default: the oldest time_utc of its rows"),
    Column("look_end_utc", "time", "end of the look; default: the newest time_utc of its rows"),
    Column(
        "mode", "text", "in `track` silence elsewhere is no evidence",
        choices=("search", "track", "stare"), default="search",
    ),
    Column("searched", "text", "id of a search volume in the network file; null: the sensor's whole field"),
    Column(
        "state", "text", "of the sensor in this look",
        choices=("ok", "degraded", "blinded", "down"), default="ok",
    ),
    Column("noise_db", "real", "noise level of the sensor in this look, dB", low=-300, high=300),
    Column("line", "text", "communication line it came by; default: the network file's"),
    Column("detections", "whole", "rows that the look has (0, or 1, in an empty look)", required=True,
           low=0, high=2**31 - 1),
    Column("detection", "whole", "0, 1, ... within the look; -1 = none", required=True, low=-1, high=2**31 - 1),
    Column("empty_looks", "whole", "identical empty looks in this row, `sequence` the last", low=0, high=10**9,
           default=1),
    Column("range_m", "real", "slant range, m", low=1.0, high=1e9, slot=record.RANGE),
    Column("azimuth_deg", "real", "from north through east, deg", low=-180, high=360,
           slot=record.AZIMUTH, scale=DEG),
    Column("elevation_deg", "real", "above the horizon of the geodetic vertical, deg (over 90: over the top)",
           low=-5, high=95, slot=record.ELEVATION, scale=DEG),
    Column("range_rate_m_s", "real", "positive when receding, m/s", low=-30000, high=30000, slot=record.RANGE_RATE),
    Column("los_x", "real", "unit vector sensor to target, Earth-fixed at time_utc, geometric",
           low=-1.001, high=1.001, slot=record.LOS_X),
    Column("los_y", "real", "as los_x", low=-1.001, high=1.001, slot=record.LOS_Y),
    Column("los_z", "real", "as los_x", low=-1.001, high=1.001, slot=record.LOS_Z),
    Column("sensor_x_m", "real", "a moving sensor's place, Earth-fixed at time_utc, m; wins over the element set",
           low=-1e9, high=1e9),
    Column("sensor_y_m", "real", "as sensor_x_m", low=-1e9, high=1e9),
    Column("sensor_z_m", "real", "as sensor_x_m", low=-1e9, high=1e9),
    Column("sigma_range_m", "real", f"{_ONE_SIGMA}, m", low=1e-3, high=1e7, slot=record.SIGMA_RANGE),
    Column("sigma_azimuth_deg", "real", f"{_ONE_SIGMA}, deg along the arc on the sky", low=1e-7, high=90,
           slot=record.SIGMA_AZIMUTH, scale=DEG),
    Column("sigma_elevation_deg", "real", f"{_ONE_SIGMA}, deg", low=1e-7, high=90,
           slot=record.SIGMA_ELEVATION, scale=DEG),
    Column("sigma_range_rate_m_s", "real", f"{_ONE_SIGMA}, m/s", low=1e-6, high=1e5, slot=record.SIGMA_RANGE_RATE),
    Column("sigma_los_rad", "real", f"{_ONE_SIGMA}, rad per transverse axis", low=1e-9, high=1.0,
           slot=record.SIGMA_LOS),
    Column("snr_db", "real", "signal to noise, dB", low=-100, high=200, slot=record.SNR_DB),
    Column("intensity_w_sr", "real", "radiant intensity in the sensor's band, W/sr", low=0, high=1e15,
           slot=record.INTENSITY),
    Column("rcs_dbsm", "real", "radar cross-section, dB m2", low=-150, high=100, slot=record.RCS_DBSM),
    Column("sensor_track", "text", "the sensor's own track number, a hint and no more"),
)  # fmt: skip

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}
NAMES: tuple[str, ...] = tuple(BY_NAME)


def limits(column: Column) -> str:
    """Return what is allowed in a column, in words."""
    if column.choices:
        return ", ".join(column.choices)
    if column.low is not None and column.high is not None:
        return f"{column.low:g} ... {column.high:g}"
    return {"text": "text", "time": "a UTC time", "whole": "a whole number", "real": "a number"}[column.kind]

"""UTC for files, over arrays of instants."""

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.core.time import LEAP_TAI_MINUS_UTC_S, LEAP_UNIX_S, iso_from_tai

_STEP_TAI_NS = np.array([(u + n) * NS for u, n in zip(LEAP_UNIX_S, LEAP_TAI_MINUS_UTC_S, strict=True)], np.int64)
_OFFSET_NS = np.array(LEAP_TAI_MINUS_UTC_S, np.int64) * NS


def unix_ns_array(tai_ns: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return POSIX ns (UTC) of TAI instants; a leap second maps to the second that follows it."""
    tai = np.asarray(tai_ns, np.int64)
    index = np.maximum(np.searchsorted(_STEP_TAI_NS, tai, side="right") - 1, 0)
    return tai - _OFFSET_NS[index]


def _in_leap_second(tai: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    following = np.searchsorted(_STEP_TAI_NS, tai, side="right")
    inside = np.zeros(tai.shape, np.bool_)
    known = following < len(_STEP_TAI_NS)
    inside[known] = tai[known] >= _STEP_TAI_NS[following[known]] - NS
    inside[following == 0] = False
    return inside


def iso_array(tai_ns: npt.ArrayLike, digits: int = 6) -> list[str]:
    """Return ISO 8601 UTC texts without `Z`, rounded down to `digits` (3, 6 or 9) decimals; second 60 is kept."""
    tai = np.asarray(tai_ns, np.int64)
    unit = {3: "ms", 6: "us", 9: "ns"}[digits]
    instants: npt.NDArray[np.datetime64] = unix_ns_array(tai).view("datetime64[ns]").astype(f"datetime64[{unit}]")
    out: list[str] = np.datetime_as_string(instants).tolist()
    for i in np.flatnonzero(_in_leap_second(tai)):
        out[i] = iso_from_tai(int(tai[i]), digits).removesuffix("Z")
    return out

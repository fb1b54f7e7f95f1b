"""Instants by the column: the same rules as `core.time`, for arrays. The plain functions there are the oracle."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.time import FIRST_UNIX_S, LAST_UNIX_S, LEAP_TAI_MINUS_UTC_S, LEAP_UNIX_S, tai_from_iso

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_LEAP_UNIX_S = np.array(LEAP_UNIX_S, np.int64)
_OFFSET_NS = np.array(LEAP_TAI_MINUS_UTC_S, np.int64) * NS

OUTSIDE = "time is outside 1972-01-01 ... 2200-01-01"
IN_LEAP = "integer time within a leap second is ambiguous; give ISO 8601"

# Texts that Arrow parses as `tai_from_iso` does; all others go there one by one.
_PLAIN = (
    r"^(19[789]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]"
    r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z?$"
)


def tai_from_unix_array(unix_ns: IntArray) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return (TAI ns, outside 1972-2200, in the POSIX second that a leap second shares) of POSIX ns."""
    unix_s = unix_ns // NS
    outside = (unix_s < FIRST_UNIX_S) | (unix_s >= LAST_UNIX_S)
    unix_s = np.where(outside, FIRST_UNIX_S, unix_s)
    i = np.searchsorted(_LEAP_UNIX_S, unix_s, side="right") - 1
    ambiguous = (i > 0) & (unix_s == _LEAP_UNIX_S[i])
    return np.where(outside, 0, unix_ns + _OFFSET_NS[i]), outside, ambiguous & ~outside


def tai_from_texts(texts: "list[str] | pa.Array") -> tuple[IntArray, dict[int, str]]:
    """Return TAI ns of ISO 8601 texts (no nulls) and the reasons of those that are not times."""
    n = len(texts)
    tai = np.zeros(n, np.int64)
    if n == 0:
        return tai, {}
    column = pa.array(texts, pa.large_string()) if isinstance(texts, list) else texts
    plain = pc.match_substring_regex(column, _PLAIN).to_numpy(zero_copy_only=False)
    try:
        tai[plain] = _parsed(column.filter(pa.array(plain)))
    except pa.ArrowInvalid:  # a day that its month has not: find it one by one
        plain[:] = False
    reasons: dict[int, str] = {}
    for i in np.flatnonzero(~plain).tolist():
        try:
            tai[i] = tai_from_iso(column[i].as_py())
        except ValueRefused as error:
            reasons[i] = short_reason(error)
    # what Arrow parsed but lies outside the time that we know
    for i in np.flatnonzero(plain & (tai == 0)).tolist():
        reasons[i] = OUTSIDE
    return tai, reasons


def _parsed(column: Any) -> IntArray:
    bare = pc.utf8_rtrim(column, characters="Z")
    unix_ns = pc.cast(bare, pa.timestamp("ns")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    tai, _, _ = tai_from_unix_array(unix_ns)
    return tai


def short_reason(error: ValueRefused) -> str:
    """Return the reason without the value, so that refusals can be counted by reason."""
    text = str(error)
    return next((short for start, short in _SHORT.items() if text.startswith(start)), text)


_SHORT = {
    "not an ISO": "not an ISO 8601 time",
    "not a time": "not a time of the calendar",
    "not a UTC offset": "not a UTC offset",
    "there was no leap": "there was no leap second",
}

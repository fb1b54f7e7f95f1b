"""Instants: int64 nanoseconds of TAI since 1970-01-01T00:00:00 TAI; UTC only at the edges.

Leap seconds are from IERS Bulletin C (table as of 2026: last one 2016-12-31). UTC before 1972 had rubber seconds
and is refused: history before 1972 is replayed at a shifted date.
"""

import bisect
import functools
import re
from datetime import UTC, datetime

from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# (UTC date from which it holds, TAI - UTC in s); IERS Bulletin C
_LEAP_TABLE = (
    ("1972-01-01", 10), ("1972-07-01", 11), ("1973-01-01", 12), ("1974-01-01", 13), ("1975-01-01", 14),
    ("1976-01-01", 15), ("1977-01-01", 16), ("1978-01-01", 17), ("1979-01-01", 18), ("1980-01-01", 19),
    ("1981-07-01", 20), ("1982-07-01", 21), ("1983-07-01", 22), ("1985-07-01", 23), ("1988-01-01", 24),
    ("1990-01-01", 25), ("1991-01-01", 26), ("1992-07-01", 27), ("1993-07-01", 28), ("1994-07-01", 29),
    ("1996-01-01", 30), ("1997-07-01", 31), ("1999-01-01", 32), ("2006-01-01", 33), ("2009-01-01", 34),
    ("2012-07-01", 35), ("2015-07-01", 36), ("2017-01-01", 37),
)  # fmt: skip


def _unix_s(date: str) -> int:
    delta = datetime.fromisoformat(date).replace(tzinfo=UTC) - _UNIX_EPOCH
    return delta.days * 86400 + delta.seconds


LEAP_UNIX_S: tuple[int, ...] = tuple(_unix_s(d) for d, _ in _LEAP_TABLE)
LEAP_TAI_MINUS_UTC_S: tuple[int, ...] = tuple(n for _, n in _LEAP_TABLE)
_LEAP_TAI_NS = tuple((u + n) * NS for u, n in zip(LEAP_UNIX_S, LEAP_TAI_MINUS_UTC_S, strict=True))
FIRST_UNIX_S = LEAP_UNIX_S[0]
LAST_UNIX_S = _unix_s("2200-01-01")

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)


def tai_from_unix_ns(unix_ns: int) -> int:
    """Return TAI ns for UTC given as POSIX ns; ValueRefused in an (ambiguous) leap second and outside 1972-2200."""
    unix_s = unix_ns // NS
    if not FIRST_UNIX_S <= unix_s < LAST_UNIX_S:
        raise ValueRefused("time is outside 1972-01-01 ... 2200-01-01")
    i = bisect.bisect_right(LEAP_UNIX_S, unix_s) - 1
    if i > 0 and unix_s == LEAP_UNIX_S[i]:
        raise ValueRefused("integer time within a leap second is ambiguous; give ISO 8601")
    return unix_ns + LEAP_TAI_MINUS_UTC_S[i] * NS


@functools.lru_cache(maxsize=4096)
def tai_from_iso(text: str) -> int:
    """Return TAI ns of an ISO 8601 instant (UTC unless it has an offset); second 60 only where a leap second was."""
    m = _ISO.fullmatch(text.strip())
    if m is None:
        raise ValueRefused(f"not an ISO 8601 time: {text[:40]!r}")
    year, month, day, hour, minute = (int(m.group(k)) for k in range(1, 6))
    second = int(m.group(6) or 0)
    fraction = int((m.group(7) or "0").ljust(9, "0"))
    leap = second == 60
    try:
        base = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
    except ValueError as error:
        raise ValueRefused(f"not a time: {text[:40]!r} ({error})") from None
    delta = base - _UNIX_EPOCH
    unix_s = delta.days * 86400 + delta.seconds
    offset = m.group(8)
    if offset and offset != "Z":
        hours, minutes = int(offset[1:3]), int(offset[-2:])
        if hours > 14 or minutes > 59:
            raise ValueRefused(f"not a UTC offset: {offset}")
        unix_s -= (1 if offset[0] == "+" else -1) * (hours * 3600 + minutes * 60)
    if not FIRST_UNIX_S <= unix_s < LAST_UNIX_S:
        raise ValueRefused("time is outside 1972-01-01 ... 2200-01-01")
    i = bisect.bisect_right(LEAP_UNIX_S, unix_s) - 1
    tai = (unix_s + LEAP_TAI_MINUS_UTC_S[i]) * NS + fraction
    if leap:
        if i + 1 >= len(LEAP_UNIX_S) or unix_s + 1 != LEAP_UNIX_S[i + 1]:
            raise ValueRefused(f"there was no leap second at {text[:40]}")
        tai += NS
    return tai


def unix_ns_from_tai(tai_ns: int) -> int:
    """Return UTC as POSIX ns; a leap second maps to the second that follows it."""
    i = max(bisect.bisect_right(_LEAP_TAI_NS, tai_ns) - 1, 0)
    return tai_ns - LEAP_TAI_MINUS_UTC_S[i] * NS


@functools.lru_cache(maxsize=256)
def iso_from_tai(tai_ns: int, digits: int = 3) -> str:
    """Return the UTC instant as ISO 8601 with `Z`, rounded down to `digits` decimals; second 60 in a leap second."""
    i = max(bisect.bisect_right(_LEAP_TAI_NS, tai_ns) - 1, 0)
    in_leap = i + 1 < len(_LEAP_TAI_NS) and tai_ns >= _LEAP_TAI_NS[i + 1] - NS
    unix_ns = tai_ns - LEAP_TAI_MINUS_UTC_S[i] * NS - (NS if in_leap else 0)
    seconds, ns = divmod(unix_ns, NS)
    days, rest = divmod(seconds, 86400)
    date = datetime.fromordinal(_UNIX_EPOCH.toordinal() + days)
    hour, rest = divmod(rest, 3600)
    minute, second = divmod(rest, 60)
    fraction = f".{ns:09d}"[: digits + 1] if digits else ""
    return (
        f"{date.year:04d}-{date.month:02d}-{date.day:02d}T{hour:02d}:{minute:02d}:"
        f"{60 if in_leap else second:02d}{fraction}Z"
    )


def tai_minus_utc_s(tai_ns: int) -> int:
    """Return TAI - UTC in whole seconds at an instant."""
    return LEAP_TAI_MINUS_UTC_S[max(bisect.bisect_right(_LEAP_TAI_NS, tai_ns) - 1, 0)]

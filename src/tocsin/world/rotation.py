"""Earth rotation and frames, offline: UT1 and polar motion from the table that `astropy-iers-data` carries.

The table is finals2000A (IERS Rapid Service): final values (Bulletin B) where they stand, else rapid ones and
predictions, linear between days. Outside `table_span_mjd()` its first and last values are held, and the error grows:
1.8 m at 7,000 km after one day, 26 m after a month, 0.3 km after a year, joined by that of the table's own last prediction
(13 m a year ahead). `orientation_sigma` says it at an epoch.

UT1 - TAI is kept instead of UT1 - UTC, so that leap seconds do not enter. Sub-daily tides (0.1 m in orbit) are left
out.
"""

from __future__ import annotations

import functools
from pathlib import Path

import erfa
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, NS
from tocsin.core.time import LEAP_TAI_MINUS_UTC_S, LEAP_UNIX_S
from tocsin.world.rotation_kernels import (
    NODES,
    cirs_many,
    gcrf_many,
    pole_matrices,
    poles_many,
    teme_many,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ARCSEC = np.pi / 648000.0
MJD_1970 = 40587.0
JD_1970 = 2440587.5
TT_MINUS_TAI_S = 32.184
_DAY_NS = 86400 * NS
_TAI_MINUS_UTC_S = np.array(LEAP_TAI_MINUS_UTC_S, np.int64)
_LEAP_UNIX_S = np.array(LEAP_UNIX_S, np.int64)
_LEAP_TAI_NS = (_LEAP_UNIX_S + _TAI_MINUS_UTC_S) * NS
_BLOCK_DAYS = 32
_BLOCK_NS = _BLOCK_DAYS * _DAY_NS


# Columns of finals2000A (its ReadMe): rapid and final value of UT1-UTC (s), x and y of the pole (arcsec), dX, dY (mas)
_FIELDS = (
    (slice(58, 68), slice(154, 165)),
    (slice(18, 27), slice(134, 144)),
    (slice(37, 46), slice(144, 154)),
    (slice(97, 106), slice(165, 175)),
    (slice(116, 125), slice(175, 185)),
)
# and their errors in Bulletin A: UT1-UTC (s), x and y of the pole (arcsec)
_ERROR_FIELDS = (slice(68, 78), slice(27, 36), slice(46, 55))
# Sub-daily ocean tides (IERS Conventions 2010, tables 8.2, 8.3: to 0.5 mas and 40 us) and the curve between days
_UNMODELLED_RAD = 0.6e-3 * ARCSEC


@functools.cache
def _lines() -> list[str]:
    """Return the lines of finals2000A that hold values."""
    import astropy_iers_data

    with Path(astropy_iers_data.IERS_A_FILE).open(encoding="ascii") as file:
        return [line for line in file if line[58:68].strip()]


@functools.cache
def _table() -> FloatArray:
    """Return the rows of finals2000A: MJD (UTC), UT1 - TAI (s), xp, yp, dX, dY (rad), each (n,); absent = 0."""
    rows: list[list[float]] = []
    for line in _lines():
        values = [line[final].strip() or line[rapid].strip() or "0" for rapid, final in _FIELDS]
        rows.append([float(line[7:15]), *(float(v) for v in values)])
    a = np.array(rows)
    unix_s = ((a[:, 0] - MJD_1970) * 86400.0).astype(np.int64)
    a[:, 1] -= _TAI_MINUS_UTC_S[np.searchsorted(_LEAP_UNIX_S, unix_s, side="right") - 1]
    a[:, 2:4] *= ARCSEC
    a[:, 4:] *= ARCSEC / 1000.0
    if not np.all(np.diff(a[:, 0]) == 1.0):
        raise ValueError("the Earth-orientation table skips a day")
    return np.ascontiguousarray(a.T)


@functools.cache
def _stated_errors() -> FloatArray:
    """Return (n,) one sigma (rad) of the Earth's orientation on the days of the table, as the table states it."""
    a = np.array([[float(line[field].strip() or 0.0) for field in _ERROR_FIELDS] for line in _lines()])
    turn = a[:, 0] * EARTH_RATE_RAD_S
    pole = a[:, 1:] * ARCSEC
    out: FloatArray = np.sqrt(turn**2 + (pole**2).sum(axis=1) + _UNMODELLED_RAD**2)
    return out


@functools.lru_cache(maxsize=4096)
def _held_error(days: int) -> float:
    """Return the root mean square change (rad) of the Earth's orientation over a number of days, in the table."""
    table = _table()
    days = min(days, table.shape[1] // 2)
    turn = (table[1, days:] - table[1, :-days]) * EARTH_RATE_RAD_S
    pole = ((table[2:4, days:] - table[2:4, :-days]) ** 2).sum(axis=0)
    return float(np.sqrt(np.mean(turn**2 + pole)))


def orientation_sigma(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n,) one sigma (rad) of the Earth's orientation at instants: times a radius, the error of a place (m).

    Within the table what it states itself, with sub-daily tides left out; outside, where its ends are held, its own root
    mean square change over as many days, since 1973 (to 27 years; then that of 27 years).
    """
    mjd = _table()[0]
    jd, fraction = utc_julian(tai_ns)
    utc = jd - 2400000.5 + fraction
    stated: FloatArray = np.interp(utc, mjd, _stated_errors())
    outside = np.ceil(np.maximum(np.maximum(mjd[0] - utc, utc - mjd[-1]), 0.0)).astype(np.int64)
    held = np.array([_held_error(int(d)) if d > 0 else 0.0 for d in outside])
    out: FloatArray = np.sqrt(stated**2 + held**2)
    return out


def table_span_mjd() -> tuple[float, float]:
    """Return the first and last day (MJD, UTC) of the Earth-orientation table."""
    mjd = _table()[0]
    return float(mjd[0]), float(mjd[-1])


def _instants(tai_ns: npt.ArrayLike) -> IntArray:
    return np.atleast_1d(np.asarray(tai_ns, np.int64))


def utc_julian(tai_ns: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return UTC as a two-part Julian date (day, fraction), each (n,); a leap second stands for the one after it."""
    t = _instants(tai_ns)
    leap = np.maximum(np.searchsorted(_LEAP_TAI_NS, t, side="right") - 1, 0)
    day, rest = np.divmod(t - _TAI_MINUS_UTC_S[leap] * NS, _DAY_NS)
    return JD_1970 + day.astype(np.float64), rest / float(_DAY_NS)


def _interpolated(t: IntArray, *rows: int) -> list[FloatArray]:
    """Return rows of the table, linear between its days and held outside it, each (n,)."""
    table = _table()
    jd, fraction = utc_julian(t)
    utc = jd - 2400000.5 + fraction
    return [np.interp(utc, table[0], table[row]) for row in rows]


def orientation(tai_ns: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return UT1 as a two-part Julian date (day, fraction) and polar motion xp, yp (rad), each (n,)."""
    t = _instants(tai_ns)
    ut1_tai, xp, yp = _interpolated(t, 1, 2, 3)
    day, rest = np.divmod(t, _DAY_NS)
    return JD_1970 + day.astype(np.float64), (rest / NS + ut1_tai) / 86400.0, xp, yp


def terrestrial_time(tai_ns: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return TT as a two-part Julian date (day, fraction), each (n,)."""
    day, rest = np.divmod(_instants(tai_ns), _DAY_NS)
    return JD_1970 + day.astype(np.float64), (rest / NS + TT_MINUS_TAI_S) / 86400.0


def _eop() -> tuple[IntArray, IntArray, FloatArray]:
    """Return what the kernels need: instants of leap seconds, TAI - UTC after each, and the table."""
    return _LEAP_TAI_NS, _TAI_MINUS_UTC_S, _table()


def teme_to_itrf(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations TEME -> ITRF: GMST 1982 of UT1, then polar motion (Vallado 2013, section 3.7.3).

    The equinox of TEME is the uniform one of GMST; the kinematic terms of 1994 are left out, as in Vallado et al. 2006.
    """
    t = _instants(tai_ns)
    out = np.empty((t.size, 3, 3))
    teme_many(t, *_eop(), out)
    return out


def cirs_to_itrf(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations from the celestial intermediate frame to ITRF: Earth rotation angle, polar motion."""
    t = _instants(tai_ns)
    out = np.empty((t.size, 3, 3))
    cirs_many(t, *_eop(), out)
    return out


@functools.lru_cache(maxsize=1024)
def _pole_block(number: int) -> FloatArray:
    """Return (days + 7, 3) X, Y, s (rad), IAU 2006/2000A, at daily nodes from three days before a block of days."""
    days = number * _BLOCK_DAYS + np.arange(-3, _BLOCK_DAYS + NODES - 4)
    tt_day, tt_fraction = terrestrial_time(days * _DAY_NS)
    return np.stack(erfa.xys06a(tt_day, tt_fraction), axis=1)


def celestial_pole(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3) X, Y, s (rad) of the celestial intermediate pole, IAU 2006/2000A, without observed offsets.

    Interpolated between days from ERFA's series (XYS06A): within 2 micro-arcseconds (0.1 mm at 7,000 km).
    """
    t = _instants(tai_ns)
    numbers = t // _BLOCK_NS
    first = int(numbers.min())
    lookup = np.bincount(numbers - first)
    wanted = np.flatnonzero(lookup)
    lookup[wanted] = np.arange(wanted.size)
    blocks = np.array([_pole_block(first + int(k)) for k in wanted])
    out = np.empty((t.size, 3))
    poles_many(t, _BLOCK_NS, first, lookup, blocks, _DAY_NS, out)
    return out


def gcrf_to_cirs(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations GCRF -> celestial intermediate frame, IAU 2006/2000A with observed pole offsets."""
    t = _instants(tai_ns)
    out = np.empty((t.size, 3, 3))
    pole_matrices(t, *_eop(), celestial_pole(t), out)
    return out


def gcrf_to_itrf(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations GCRF -> ITRF, IAU 2006/2000A (IERS Conventions 2010, section 5.4.4)."""
    t = _instants(tai_ns)
    out = np.empty((t.size, 3, 3))
    gcrf_many(t, *_eop(), celestial_pole(t), out)
    return out

"""Earth rotation and frames, offline: UT1 and polar motion from the table that `astropy-iers-data` carries.

The table is finals2000A (IERS Rapid Service): final values (Bulletin B) where they stand, else rapid ones and
predictions, linear between days. Outside `table_span_mjd()` its first and last values are held. UT1 - TAI
then drifts by some 1 ms a day (0.5 m a day at the equator, more in orbit) and polar motion errs by up to 0.3 arcsec
(10 m) after months.

UT1 - TAI is kept instead of UT1 - UTC, so that leap seconds do not enter. Sub-daily tides (0.1 m in orbit) are left
out.
"""

from __future__ import annotations

import functools
from pathlib import Path

import erfa
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.core.time import LEAP_TAI_MINUS_UTC_S, LEAP_UNIX_S

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
_EYE = np.eye(3)


# Columns of finals2000A (its ReadMe): rapid and final value of UT1-UTC (s), x and y of the pole (arcsec), dX, dY (mas)
_FIELDS = (
    (slice(58, 68), slice(154, 165)),
    (slice(18, 27), slice(134, 144)),
    (slice(37, 46), slice(144, 154)),
    (slice(97, 106), slice(165, 175)),
    (slice(116, 125), slice(175, 185)),
)


@functools.cache
def _table() -> FloatArray:
    """Return the rows of finals2000A: MJD (UTC), UT1 - TAI (s), xp, yp, dX, dY (rad), each (n,); absent = 0."""
    import astropy_iers_data

    rows: list[list[float]] = []
    with Path(astropy_iers_data.IERS_A_FILE).open(encoding="ascii") as file:
        for line in file:
            if not line[58:68].strip():
                break
            values = [line[final].strip() or line[rapid].strip() or "0" for rapid, final in _FIELDS]
            rows.append([float(line[7:15]), *(float(v) for v in values)])
    a = np.array(rows)
    unix_s = ((a[:, 0] - MJD_1970) * 86400.0).astype(np.int64)
    a[:, 1] -= _TAI_MINUS_UTC_S[np.searchsorted(_LEAP_UNIX_S, unix_s, side="right") - 1]
    a[:, 2:4] *= ARCSEC
    a[:, 4:] *= ARCSEC / 1000.0
    return np.ascontiguousarray(a.T)


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


def teme_to_itrf(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations TEME -> ITRF: GMST 1982 of UT1, then polar motion (Vallado 2013, section 3.7.3).

    The equinox of TEME is the uniform one of GMST; the kinematic terms of 1994 are left out, as in Vallado et al. 2006.
    """
    ut1_day, ut1_fraction, xp, yp = orientation(tai_ns)
    spin = erfa.rz(erfa.gmst82(ut1_day, ut1_fraction), _EYE)
    out: FloatArray = erfa.rxr(erfa.pom00(xp, yp, 0.0), spin)
    return out


def cirs_to_itrf(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations from the celestial intermediate frame to ITRF: Earth rotation angle, polar motion."""
    ut1_day, ut1_fraction, xp, yp = orientation(tai_ns)
    tt_day, tt_fraction = terrestrial_time(tai_ns)
    spin = erfa.rz(erfa.era00(ut1_day, ut1_fraction), _EYE)
    out: FloatArray = erfa.rxr(erfa.pom00(xp, yp, erfa.sp00(tt_day, tt_fraction)), spin)
    return out


def gcrf_to_cirs(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations GCRF -> celestial intermediate frame, IAU 2006/2000A with observed pole offsets."""
    tt_day, tt_fraction = terrestrial_time(tai_ns)
    x, y, s = erfa.xys06a(tt_day, tt_fraction)
    dx, dy = _interpolated(_instants(tai_ns), 4, 5)
    out: FloatArray = erfa.c2ixys(x + dx, y + dy, s)
    return out


def gcrf_to_itrf(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations GCRF -> ITRF, IAU 2006/2000A (IERS Conventions 2010, section 5.4.4)."""
    out: FloatArray = erfa.rxr(cirs_to_itrf(tai_ns), gcrf_to_cirs(tai_ns))
    return out

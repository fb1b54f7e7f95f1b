"""Earth rotation and frames, offline: UT1 and polar motion from the table that `astropy-iers-data` carries.

The table is finals2000A (IERS Rapid Service): final values (Bulletin B) where they stand, else rapid ones and predictions,
linear between days. Outside `table_span_mjd()` its first and last values are held. UT1 - TAI then drifts by some 1 ms a
day (0.5 m a day at the equator, more in orbit) and polar motion errs by up to 0.3 arcsec (10 m) after months.

UT1 - TAI is kept instead of UT1 - UTC, so that leap seconds do not enter. Sub-daily tides (0.1 m in orbit) are left out.
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


def _field(line: str, rapid: slice, final: slice) -> float:
    """Return the final value of a line of finals2000A if it is there, else the rapid one."""
    text = line[final].strip()
    return float(text or line[rapid])


@functools.cache
def _table() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return MJD (UTC), UT1 - TAI (s), xp, yp (rad) of finals2000A.all, each (n,); columns: its ReadMe."""
    import astropy_iers_data

    rows: list[tuple[float, float, float, float]] = []
    with Path(astropy_iers_data.IERS_A_FILE).open(encoding="ascii") as file:
        for line in file:
            if not line[58:68].strip():
                break
            ut1_utc = _field(line, slice(58, 68), slice(154, 165))
            xp = _field(line, slice(18, 27), slice(134, 144))
            yp = _field(line, slice(37, 46), slice(144, 154))
            rows.append((float(line[7:15]), ut1_utc, xp, yp))
    a = np.array(rows)
    unix_s = ((a[:, 0] - MJD_1970) * 86400.0).astype(np.int64)
    tai_minus_utc = _TAI_MINUS_UTC_S[np.searchsorted(_LEAP_UNIX_S, unix_s, side="right") - 1]
    return a[:, 0].copy(), a[:, 1] - tai_minus_utc, a[:, 2] * ARCSEC, a[:, 3] * ARCSEC


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


def orientation(tai_ns: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return UT1 as a two-part Julian date (day, fraction) and polar motion xp, yp (rad), each (n,)."""
    t = _instants(tai_ns)
    mjd, ut1_tai, xp, yp = _table()
    jd, fraction = utc_julian(t)
    utc = jd - 2400000.5 + fraction
    day, rest = np.divmod(t, _DAY_NS)
    ut1 = (rest / NS + np.interp(utc, mjd, ut1_tai)) / 86400.0
    return JD_1970 + day.astype(np.float64), ut1, np.interp(utc, mjd, xp), np.interp(utc, mjd, yp)


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


def gcrf_to_itrf(tai_ns: npt.ArrayLike) -> FloatArray:
    """Return (n, 3, 3) rotations GCRF -> ITRF, IAU 2006/2000A without the observed pole offsets (below 1 mas: 3 cm)."""
    tt_day, tt_fraction = terrestrial_time(tai_ns)
    out: FloatArray = erfa.rxr(cirs_to_itrf(tai_ns), erfa.c2i06a(tt_day, tt_fraction))
    return out

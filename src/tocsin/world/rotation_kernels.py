"""Rotations between TEME, GCRF, the celestial intermediate frame and ITRF, many epochs at a time. Radians, TAI ns."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TAU = 2.0 * math.pi
_DAY_NS = 86_400_000_000_000
_NS = 1_000_000_000
_MJD_1970 = 40587.0
_J2000_DAYS = 10957.5  # from 1970-01-01T00:00 to 2000-01-01T12:00
_ARCSEC = math.pi / 648000.0
_TT_MINUS_TAI_D = 32.184 / 86400.0
NODES = 8


@kernel
def earth_orientation(
    tai: int, leap_tai: IntArray, leap_s: IntArray, table: FloatArray
) -> tuple[int, float, float, float, float, float]:
    """Return UT1 as day since 1970 and fraction (not yet below 1), the pole xp, yp and its offsets dX, dY (rad).

    `table` (6, n): MJD (UTC, daily), UT1 - TAI (s), xp, yp, dX, dY (rad); linear between days, held outside.
    """
    i = leap_tai.shape[0] - 1
    while i > 0 and leap_tai[i] > tai:
        i -= 1
    utc = tai - leap_s[i] * _NS
    days = utc // _DAY_NS
    u = _MJD_1970 + days - table[0, 0] + (utc - days * _DAY_NS) / _DAY_NS
    last = table.shape[1] - 1
    u = min(max(u, 0.0), float(last))
    k = min(int(u), last - 1)
    f = u - k
    g = 1.0 - f
    day = tai // _DAY_NS
    ut1 = g * table[1, k] + f * table[1, k + 1]
    return (
        day,
        ((tai - day * _DAY_NS) / _NS + ut1) / 86400.0,
        g * table[2, k] + f * table[2, k + 1],
        g * table[3, k] + f * table[3, k + 1],
        g * table[4, k] + f * table[4, k + 1],
        g * table[5, k] + f * table[5, k + 1],
    )


@kernel
def mean_sidereal_angle(day: int, fraction: float) -> float:
    """Return Greenwich mean sidereal time (rad), IAU 1982, of UT1 (Aoki et al. 1982; Vallado 2013, eq. 3-47)."""
    t = ((day - _J2000_DAYS) + fraction) / 36525.0
    seconds = 24110.54841 + t * (8640184.812866 + t * (0.093104 - 6.2e-6 * t))
    return float(_TAU * (seconds / 86400.0 + fraction))


@kernel
def earth_rotation_angle(day: int, fraction: float) -> float:
    """Return the Earth rotation angle (rad) of UT1 (IERS Conventions 2010, eq. 5.15)."""
    since = (day - _J2000_DAYS) + fraction
    return float(_TAU * (0.5 + fraction + 0.7790572732640 + 0.00273781191135448 * since))


@kernel
def intermediate_drift(day: int, tai_fraction: float) -> float:
    """Return s' (rad), the terrestrial intermediate origin's drift (IERS Conventions 2010, eq. 5.13)."""
    return -47.0e-6 * _ARCSEC * ((day - _J2000_DAYS) + tai_fraction + _TT_MINUS_TAI_D) / 36525.0


@kernel
def spin_and_pole(angle: float, xp: float, yp: float, out: FloatArray) -> None:
    """Fill out (3, 3) with Rx(-yp) Ry(-xp) Rz(angle) (IERS Conventions 2010, eqs. 5.3, 5.5)."""
    c = math.cos(angle)
    s = math.sin(angle)
    cx = math.cos(xp)
    sx = math.sin(xp)
    cy = math.cos(yp)
    sy = math.sin(yp)
    out[0, 0] = cx * c
    out[0, 1] = cx * s
    out[0, 2] = sx
    # the middle row of Ry(-xp) Rz(angle) is (-s, c, 0), the last (-sx c, -sx s, cx)
    out[1, 0] = -cy * s + sy * sx * c
    out[1, 1] = cy * c + sy * sx * s
    out[1, 2] = -sy * cx
    out[2, 0] = -sy * s - cy * sx * c
    out[2, 1] = sy * c - cy * sx * s
    out[2, 2] = cy * cx


@kernel
def pole_matrix(x: float, y: float, s: float, out: FloatArray) -> None:
    """Fill out (3, 3) with rot_cirs_from_gcrf of the celestial pole X, Y and s (IERS Conventions 2010, eq. 5.10)."""
    r2 = x * x + y * y
    a = 1.0 / (1.0 + math.sqrt(1.0 - r2))
    c = math.cos(s)
    d = math.sin(s)
    m00 = 1.0 - a * x * x
    m01 = -a * x * y
    m11 = 1.0 - a * y * y
    # Rz(-s) from the left
    out[0, 0] = c * m00 - d * m01
    out[0, 1] = c * m01 - d * m11
    out[0, 2] = -c * x + d * y
    out[1, 0] = d * m00 + c * m01
    out[1, 1] = d * m01 + c * m11
    out[1, 2] = -d * x - c * y
    out[2, 0] = x
    out[2, 1] = y
    out[2, 2] = 1.0 - a * r2


@kernel
def teme_many(tai: IntArray, leap_tai: IntArray, leap_s: IntArray, table: FloatArray, out: FloatArray) -> None:
    """Fill out (n, 3, 3) with rot_itrf_from_teme at instants (n,)."""
    for i in range(tai.shape[0]):
        day, fraction, xp, yp, _, _ = earth_orientation(tai[i], leap_tai, leap_s, table)
        spin_and_pole(mean_sidereal_angle(day, fraction), xp, yp, out[i])


@kernel
def _terrestrial_angle(tai: int, day: int, fraction: float) -> float:
    """Return the Earth rotation angle and s' (rad)."""
    return earth_rotation_angle(day, fraction) + intermediate_drift(day, (tai - day * _DAY_NS) / _DAY_NS)


@kernel
def cirs_many(tai: IntArray, leap_tai: IntArray, leap_s: IntArray, table: FloatArray, out: FloatArray) -> None:
    """Fill out (n, 3, 3) with rot_itrf_from_cirs at instants (n,)."""
    for i in range(tai.shape[0]):
        day, fraction, xp, yp, _, _ = earth_orientation(tai[i], leap_tai, leap_s, table)
        spin_and_pole(_terrestrial_angle(tai[i], day, fraction), xp, yp, out[i])


@kernel
def _lagrange(x: float, w: FloatArray) -> None:
    """Fill w (8,) with the weights at x of the nodes 0..7."""
    p = 1.0
    for i in range(NODES):
        w[i] = p
        p *= x - i
    q = 1.0
    d = 5040.0
    for j in range(NODES):
        i = NODES - 1 - j
        w[i] *= q / d
        q *= x - i
        if i > 0:
            d = -d * (NODES - i) / i


@kernel
def poles_many(
    tai: IntArray, block_ns: int, first_block: int, lookup: IntArray, blocks: FloatArray, day_ns: int, out: FloatArray
) -> None:
    """Fill out (n, 3) with X, Y, s (rad) by eight-point interpolation between daily nodes of `blocks` (m, days + 7, 3).

    `lookup` gives the row of a block by its number less `first_block`; a block's first node stands three days before it.
    """
    w = np.empty(NODES)
    for i in range(tai.shape[0]):
        number = tai[i] // block_ns
        row = lookup[number - first_block]
        u = (tai[i] - number * block_ns) / day_ns
        k = int(u)
        _lagrange(u - k + 3.0, w)
        for c in range(3):
            value = 0.0
            for m in range(NODES):
                value += w[m] * blocks[row, k + m, c]
            out[i, c] = value


@kernel
def pole_matrices(
    tai: IntArray, leap_tai: IntArray, leap_s: IntArray, table: FloatArray, poles: FloatArray, out: FloatArray
) -> None:
    """Fill out (n, 3, 3) with rot_cirs_from_gcrf of poles (n, 3) with the observed offsets."""
    for i in range(tai.shape[0]):
        _, _, _, _, dx, dy = earth_orientation(tai[i], leap_tai, leap_s, table)
        pole_matrix(poles[i, 0] + dx, poles[i, 1] + dy, poles[i, 2], out[i])


@kernel
def gcrf_many(
    tai: IntArray, leap_tai: IntArray, leap_s: IntArray, table: FloatArray, poles: FloatArray, out: FloatArray
) -> None:
    """Fill out (n, 3, 3) with rot_itrf_from_gcrf of poles (n, 3) with the observed offsets."""
    a = np.empty((3, 3))
    b = np.empty((3, 3))
    for i in range(tai.shape[0]):
        day, fraction, xp, yp, dx, dy = earth_orientation(tai[i], leap_tai, leap_s, table)
        spin_and_pole(_terrestrial_angle(tai[i], day, fraction), xp, yp, a)
        pole_matrix(poles[i, 0] + dx, poles[i, 1] + dy, poles[i, 2], b)
        for j in range(3):
            for k in range(3):
                out[i, j, k] = a[j, 0] * b[0, k] + a[j, 1] * b[1, k] + a[j, 2] * b[2, k]

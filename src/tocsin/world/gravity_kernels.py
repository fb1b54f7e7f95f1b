"""Acceleration of free motion in the Earth-fixed frame: zonal gravity to J4, Coriolis, centrifugal. SI units."""

import math

from tocsin.core.constants import EARTH_RATE_RAD_S, GRAVITY_RADIUS_M, J2, J3, J4, MU_M3_S2
from tocsin.core.kernels import kernel

_MU = MU_M3_S2
_R = GRAVITY_RADIUS_M
_J2 = J2
_J3 = J3
_J4 = J4
_W = EARTH_RATE_RAD_S
_W2 = EARTH_RATE_RAD_S * EARTH_RATE_RAD_S


@kernel
def gravity_j4(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return the Earth-fixed gravitational acceleration (m/s2) with zonals J2..J4, without centrifugal.

    Vallado 2013, section 8.7.1, eqs. 8-40 ff.
    """
    r = math.sqrt(x * x + y * y + z * z)
    ir = 1.0 / r
    s = z * ir
    s2 = s * s
    q = _R * ir
    g = _MU * ir * ir * ir
    a2 = 1.5 * _J2 * q * q
    a3 = 2.5 * _J3 * q * q * q
    a4 = 0.625 * _J4 * q * q * q * q
    fxy = -g * (1.0 + a2 * (1.0 - 5.0 * s2) + a3 * s * (3.0 - 7.0 * s2) - a4 * (3.0 + s2 * (63.0 * s2 - 42.0)))
    fz = -g * (
        z * (1.0 + a2 * (3.0 - 5.0 * s2) - a4 * (15.0 + s2 * (63.0 * s2 - 70.0)))
        + a3 * r * (s2 * (6.0 - 7.0 * s2) - 0.6)
    )
    return fxy * x, fxy * y, fz


@kernel
def acceleration_free(x: float, y: float, z: float, vx: float, vy: float, vz: float) -> tuple[float, float, float]:
    """Return the Earth-fixed acceleration (m/s2) of a body in free fall: gravity, centrifugal and Coriolis."""
    gx, gy, gz = gravity_j4(x, y, z)
    return gx + _W2 * x + 2.0 * _W * vy, gy + _W2 * y - 2.0 * _W * vx, gz


@kernel
def gravity_gradient(x: float, y: float, z: float) -> tuple[float, float, float, float, float, float]:
    """Return d(acceleration)/d(position) in 1/s2 as (xx, xy, xz, yy, yz, zz): two-body, J2 and centrifugal.

    Exact derivative of the two-body and J2 terms of `gravity_j4` (J3 and J4 are below 1e-8 of it).
    """
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    g = _MU / (r2 * r)
    s2 = z * z / r2
    k = 1.5 * _J2 * _R * _R / r2
    # a_x = -g x P, a_z = -g z Q with P = 1 + k (1 - 5 s2), Q = 1 + k (3 - 5 s2); g ~ r^-3, k ~ r^-2, s2 = z^2/r^2
    p = 1.0 + k * (1.0 - 5.0 * s2)
    q = 1.0 + k * (3.0 - 5.0 * s2)
    # radial parts: d(g P)/dx_i = -g x_i/r2 (3 + k (5 - 35 s2)) - [i = z] 10 g k z/r2
    dp = 3.0 + k * (5.0 - 35.0 * s2)
    dq = 3.0 + k * (15.0 - 35.0 * s2)
    xx = -g * (p - x * x / r2 * dp) + _W2
    yy = -g * (p - y * y / r2 * dp) + _W2
    xy = g * x * y / r2 * dp
    xz = g * x * z / r2 * dq
    yz = g * y * z / r2 * dq
    zz = -g * (q - s2 * (dq + 10.0 * k))
    return xx, xy, xz, yy, yz, zz

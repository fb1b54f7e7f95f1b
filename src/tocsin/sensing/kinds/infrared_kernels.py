"""The line of sight of an infrared satellite: unit vector, transverse axes, Jacobian, rays.

Unit vectors point from the satellite to the target, Earth-fixed; lengths in metres.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import WGS84_A_M, WGS84_B_M
from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]


@kernel
def line_of_sight(tx: float, ty: float, tz: float, sx: float, sy: float, sz: float) -> tuple[float, float, float]:
    """Return the unit vector (x, y, z) from the satellite at s to the target at t."""
    dx = tx - sx
    dy = ty - sy
    dz = tz - sz
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    return dx / r, dy / r, dz / r


@kernel
def transverse_axes(ux: float, uy: float, uz: float) -> tuple[float, float, float, float, float, float]:
    """Return six floats: two unit vectors that make a right-handed triad a, b, u with a unit vector u.

    Branch-free and continuous but for u_z = 0 (Duff et al., JCGT 6(1), 2017, listing 3).
    """
    sign = math.copysign(1.0, uz)
    k = -1.0 / (sign + uz)
    m = ux * uy * k
    return 1.0 + sign * ux * ux * k, sign * m, -sign * ux, m, sign + uy * uy * k, -uy


@kernel
def los_residual(
    tx: float, ty: float, tz: float, sat: Array, mx: float, my: float, mz: float, out: Array
) -> tuple[float, float]:
    """Return the residual (a, b) rad, measured minus predicted, in the plane across the measured line of sight m.

    Fills `out` (2, 6) with the derivative of the prediction by x ... vz. Axes are `transverse_axes(m)`. Residuals are
    sines of angles; a prediction more than 90 degrees away gives (2, 2), which no gate accepts.
    """
    dx = tx - sat[0]
    dy = ty - sat[1]
    dz = tz - sat[2]
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    ux = dx / r
    uy = dy / r
    uz = dz / r
    ax, ay, az, bx, by, bz = transverse_axes(mx, my, mz)
    pa = ax * ux + ay * uy + az * uz
    pb = bx * ux + by * uy + bz * uz
    out[0, 0] = (ax - pa * ux) / r
    out[0, 1] = (ay - pa * uy) / r
    out[0, 2] = (az - pa * uz) / r
    out[1, 0] = (bx - pb * ux) / r
    out[1, 1] = (by - pb * uy) / r
    out[1, 2] = (bz - pb * uz) / r
    for j in range(3, 6):
        out[0, j] = 0.0
        out[1, j] = 0.0
    if ux * mx + uy * my + uz * mz <= 0.0:
        return 2.0, 2.0
    return -pa, -pb


@kernel
def perturb_los(ux: float, uy: float, uz: float, a: float, b: float) -> tuple[float, float, float]:
    """Return the unit vector turned by the small angles a, b (rad) along `transverse_axes(u)`."""
    ax, ay, az, bx, by, bz = transverse_axes(ux, uy, uz)
    x = ux + a * ax + b * bx
    y = uy + a * ay + b * by
    z = uz + a * az + b * bz
    r = math.sqrt(x * x + y * y + z * z)
    return x / r, y / r, z / r


@kernel
def ray_to_height(
    sx: float, sy: float, sz: float, ux: float, uy: float, uz: float, height: float
) -> tuple[bool, float, float, float]:
    """Return (ok, x, y, z): the first point of the ray s + t u, t >= 0, at a geodetic height (m); ok is False if none.

    The shell is the ellipsoid (a + h, b + h): within 0.6 m of constant height at 100 km, h e^4 / 8.
    """
    ka = 1.0 / (WGS84_A_M + height)
    kb = 1.0 / (WGS84_B_M + height)
    px = sx * ka
    py = sy * ka
    pz = sz * kb
    dx = ux * ka
    dy = uy * ka
    dz = uz * kb
    qa = dx * dx + dy * dy + dz * dz
    qb = px * dx + py * dy + pz * dz
    qc = px * px + py * py + pz * pz - 1.0
    disc = qb * qb - qa * qc
    if not (disc >= 0.0):
        return False, 0.0, 0.0, 0.0
    root = math.sqrt(disc)
    # Vieta's form of the nearer root: no cancellation
    t = qc / (-qb + root) if qb < 0.0 and qc > 0.0 else (-qb + root) / qa
    if t < 0.0:
        return False, 0.0, 0.0, 0.0
    return True, sx + t * ux, sy + t * uy, sz + t * uz


@kernel
def rays_closest(
    s1: Array, ux: float, uy: float, uz: float, s2: Array, vx: float, vy: float, vz: float
) -> tuple[bool, float, float, float, float, float, float]:
    """Return (ok, x, y, z, miss m, range1 m, range2 m) of two rays from s1 (3,) along u and s2 (3,) along v.

    The point divides the shortest link by the squares of the ranges: the least squares point for equal angular
    errors. ok is False for rays closer than 1 mrad to parallel and where they meet behind a satellite.
    """
    wx = s2[0] - s1[0]
    wy = s2[1] - s1[1]
    wz = s2[2] - s1[2]
    c = ux * vx + uy * vy + uz * vz
    crx = uy * vz - uz * vy
    cry = uz * vx - ux * vz
    crz = ux * vy - uy * vx
    s = crx * crx + cry * cry + crz * crz
    if not (s > 1e-6):
        return False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    wu = wx * ux + wy * uy + wz * uz
    wv = wx * vx + wy * vy + wz * vz
    r1 = (wu - c * wv) / s
    r2 = (c * wu - wv) / s
    if r1 <= 0.0 or r2 <= 0.0:
        return False, 0.0, 0.0, 0.0, 0.0, r1, r2
    gx = s2[0] + r2 * vx - s1[0] - r1 * ux
    gy = s2[1] + r2 * vy - s1[1] - r1 * uy
    gz = s2[2] + r2 * vz - s1[2] - r1 * uz
    part = r1 * r1 / (r1 * r1 + r2 * r2)
    return (
        True,
        s1[0] + r1 * ux + part * gx,
        s1[1] + r1 * uy + part * gy,
        s1[2] + r1 * uz + part * gz,
        math.sqrt(gx * gx + gy * gy + gz * gz),
        r1,
        r2,
    )


@kernel
def los_batch(targets: Array, sat: Array) -> Array:
    """Return (n, 3) unit vectors from the satellite (3,) to targets (n, 3)."""
    n = targets.shape[0]
    out = np.empty((n, 3))
    for i in range(n):
        x, y, z = line_of_sight(targets[i, 0], targets[i, 1], targets[i, 2], sat[0], sat[1], sat[2])
        out[i, 0] = x
        out[i, 1] = y
        out[i, 2] = z
    return out

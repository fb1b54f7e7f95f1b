"""Geometry of sun glint: is the Sun mirrored by the cloud top into the telescope?"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import WGS84_A_M, WGS84_B_M
from tocsin.core.kernels import kernel
from tocsin.sensing.kinds.infrared_kernels import ray_to_height
from tocsin.sensing.visibility_kernels import ray_clear

Array = npt.NDArray[np.float64]


@kernel
def specular_geometry(
    sx: float, sy: float, sz: float, ux: float, uy: float, uz: float, sun: Array, shell: float
) -> tuple[bool, float, bool, float, float, float]:
    """Return (ok, angle rad, sunlit, x, y, z) of a line of sight u from a satellite s.

    x, y, z is where it first meets the shell of geodetic height `shell` (m); ok is False where it misses. The angle is
    between the solar ray mirrored there by a level surface, 2 (n . s) n - s, and the direction to the satellite: 0 is a
    perfect mirror. A point that the Sun does not light is not sunlit, nor one that it lights from under the level.
    """
    ok, x, y, z = ray_to_height(sx, sy, sz, ux, uy, uz, shell)
    if not ok:
        return False, math.nan, False, 0.0, 0.0, 0.0
    # gradient of the ellipsoid (a + h, b + h)
    ka = 1.0 / ((WGS84_A_M + shell) * (WGS84_A_M + shell))
    kb = 1.0 / ((WGS84_B_M + shell) * (WGS84_B_M + shell))
    nx = x * ka
    ny = y * ka
    nz = z * kb
    g = math.sqrt(nx * nx + ny * ny + nz * nz)
    nx /= g
    ny /= g
    nz /= g
    up = nx * sun[0] + ny * sun[1] + nz * sun[2]
    mx = 2.0 * up * nx - sun[0]
    my = 2.0 * up * ny - sun[1]
    mz = 2.0 * up * nz - sun[2]
    # half-angle form: exact for small angles; the direction to the satellite is -u
    dx = mx + ux
    dy = my + uy
    dz = mz + uz
    half = 0.5 * math.sqrt(dx * dx + dy * dy + dz * dz)
    angle = 2.0 * math.asin(min(half, 1.0))
    return True, angle, up > 0.0 and ray_clear(x, y, z, sun[0], sun[1], sun[2], 0.0), x, y, z


@kernel
def specular_batch(sat: Array, los: Array, sun: Array, shell: float, angle: Array, sunlit: Array, point: Array) -> None:
    """Fill angle (n,), sunlit (n,) 1 or 0, point (n, 3) for lines of sight (n, 3) from satellites (n, 3)."""
    for i in range(los.shape[0]):
        ok, a, lit, x, y, z = specular_geometry(
            sat[i, 0], sat[i, 1], sat[i, 2], los[i, 0], los[i, 1], los[i, 2], sun, shell
        )
        angle[i] = a
        sunlit[i] = 1.0 if lit else 0.0
        point[i, 0] = x if ok else math.nan
        point[i, 1] = y if ok else math.nan
        point[i, 2] = z if ok else math.nan


@kernel
def turned_angles(los: Array, sun: Array, out: Array) -> None:
    """Fill `out` (n,) with the angles between unit vectors (n, 3) and the Sun's (3,), rad: half-angle form."""
    for i in range(los.shape[0]):
        dx = los[i, 0] - sun[0]
        dy = los[i, 1] - sun[1]
        dz = los[i, 2] - sun[2]
        out[i] = 2.0 * math.asin(min(0.5 * math.sqrt(dx * dx + dy * dy + dz * dz), 1.0))

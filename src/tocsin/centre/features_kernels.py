"""Figures of motion of one track, with their errors to first order."""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes

EARTH_RATE = 7.292115e-5
FIGURES = 10
"""Thrust along the velocity, speed, its sigma, inertial speed, climb, its sigma, height, its sigma, speed across the line
of sight, its sigma (m, m/s, m/s2)."""


@kernel
def along(covariance: np.ndarray, offset: int, ux: float, uy: float, uz: float) -> float:
    """Return the sigma of the component along (ux, uy, uz) of the three-vector at `offset` in a covariance (6, 6)."""
    u = (ux, uy, uz)
    v = 0.0
    for i in range(3):
        for j in range(3):
            v += u[i] * covariance[offset + i, offset + j] * u[j]
    return math.sqrt(max(v, 0.0))


@kernel
def motion_figures(state: np.ndarray, covariance: np.ndarray, line: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (10,) from a state (9,), its covariance (6, 6) and a line of sight (3,) or zeros."""
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    safe = max(speed, 1e-6)
    out[0] = (state[6] * vx + state[7] * vy + state[8] * vz) / safe
    out[1] = speed
    out[2] = along(covariance, 3, vx / safe, vy / safe, vz / safe)
    ix, iy = vx - EARTH_RATE * y, vy + EARTH_RATE * x
    out[3] = math.sqrt(ix * ix + iy * iy + vz * vz)
    lat, lon, height = ecef_to_geodetic(x, y, z)
    _ex, _ey, _ez, _nx, _ny, _nz, ux, uy, uz = enu_axes(lat, lon)
    out[4] = vx * ux + vy * uy + vz * uz
    out[5] = along(covariance, 3, ux, uy, uz)
    out[6] = height
    out[7] = along(covariance, 0, ux, uy, uz)
    lx, ly, lz = line[0], line[1], line[2]
    dot = vx * lx + vy * ly + vz * lz
    ax, ay, az = vx - dot * lx, vy - dot * ly, vz - dot * lz
    across = math.sqrt(ax * ax + ay * ay + az * az)
    out[8] = across
    # worst of the axes across: the trace without the part along the line
    total = covariance[3, 3] + covariance[4, 4] + covariance[5, 5]
    part = along(covariance, 3, lx, ly, lz)
    out[9] = math.sqrt(max(total - part * part, 0.0) / 2.0)

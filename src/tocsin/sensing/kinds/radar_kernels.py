"""Range, azimuth, elevation and range rate of a ground radar; their inverse and Jacobian.

`site` is the radar's Earth-fixed place (3,), m; `rot` is (3, 3) with rows east, north, up of the geodetic vertical.
Azimuth from north through east in [0, 2 pi), elevation from the geodetic horizon, range rate positive when receding.
The site stands still in the Earth-fixed frame, so Earth-fixed velocity alone gives the range rate.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.sensing.visibility_kernels import radar_angles

Array = npt.NDArray[np.float64]
_TINY_M2 = 1e-6


@kernel
def measure(
    px: float, py: float, pz: float, vx: float, vy: float, vz: float, site: Array, rot: Array
) -> tuple[float, float, float, float]:
    """Return (range m, azimuth rad, elevation rad, range rate m/s) of an Earth-fixed state."""
    r, azimuth, elevation = radar_angles(px, py, pz, site, rot)
    dx = px - site[0]
    dy = py - site[1]
    dz = pz - site[2]
    return r, azimuth, elevation, (dx * vx + dy * vy + dz * vz) / r


@kernel
def measure_jacobian(
    px: float, py: float, pz: float, vx: float, vy: float, vz: float, site: Array, rot: Array, out: Array
) -> tuple[float, float, float, float]:
    """Return `measure` and fill `out` (4, 6): rows range, azimuth, elevation, range rate; columns x ... vz.

    The azimuth row is of azimuth itself: an error along the arc on the sky is cos(elevation) times it.
    Differentiated by hand from `measure`.
    """
    r, azimuth, elevation, rate = measure(px, py, pz, vx, vy, vz, site, rot)
    ux = (px - site[0]) / r
    uy = (py - site[1]) / r
    uz = (pz - site[2]) / r
    dx = px - site[0]
    dy = py - site[1]
    dz = pz - site[2]
    e = rot[0, 0] * dx + rot[0, 1] * dy + rot[0, 2] * dz
    n = rot[1, 0] * dx + rot[1, 1] * dy + rot[1, 2] * dz
    u = rot[2, 0] * dx + rot[2, 1] * dy + rot[2, 2] * dz
    h2 = max(e * e + n * n, _TINY_M2)
    h = math.sqrt(h2)
    out[0, 0] = ux
    out[0, 1] = uy
    out[0, 2] = uz
    ae = n / h2
    an = -e / h2
    le = -u * e / (r * r * h)
    ln = -u * n / (r * r * h)
    lu = h / (r * r)
    for j in range(3):
        out[1, j] = ae * rot[0, j] + an * rot[1, j]
        out[2, j] = le * rot[0, j] + ln * rot[1, j] + lu * rot[2, j]
        out[0, 3 + j] = 0.0
        out[1, 3 + j] = 0.0
        out[2, 3 + j] = 0.0
    out[3, 0] = (vx - rate * ux) / r
    out[3, 1] = (vy - rate * uy) / r
    out[3, 2] = (vz - rate * uz) / r
    out[3, 3] = ux
    out[3, 4] = uy
    out[3, 5] = uz
    return r, azimuth, elevation, rate


@kernel
def radar_axes(
    azimuth: float, elevation: float, rot: Array
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Return nine floats, Earth-fixed unit vectors: outward, along growing azimuth, along growing elevation."""
    sa = math.sin(azimuth)
    ca = math.cos(azimuth)
    se = math.sin(elevation)
    ce = math.cos(elevation)
    return (
        ce * sa * rot[0, 0] + ce * ca * rot[1, 0] + se * rot[2, 0],
        ce * sa * rot[0, 1] + ce * ca * rot[1, 1] + se * rot[2, 1],
        ce * sa * rot[0, 2] + ce * ca * rot[1, 2] + se * rot[2, 2],
        ca * rot[0, 0] - sa * rot[1, 0],
        ca * rot[0, 1] - sa * rot[1, 1],
        ca * rot[0, 2] - sa * rot[1, 2],
        -se * sa * rot[0, 0] - se * ca * rot[1, 0] + ce * rot[2, 0],
        -se * sa * rot[0, 1] - se * ca * rot[1, 1] + ce * rot[2, 1],
        -se * sa * rot[0, 2] - se * ca * rot[1, 2] + ce * rot[2, 2],
    )


@kernel
def radar_to_ecef(r: float, azimuth: float, elevation: float, site: Array, rot: Array) -> tuple[float, float, float]:
    """Return the Earth-fixed point (x, y, z) m at a range and direction."""
    ux, uy, uz, _1, _2, _3, _4, _5, _6 = radar_axes(azimuth, elevation, rot)
    return site[0] + r * ux, site[1] + r * uy, site[2] + r * uz


@kernel
def radar_position_covariance(
    r: float,
    azimuth: float,
    elevation: float,
    sigma_r: float,
    sigma_az: float,
    sigma_el: float,
    site: Array,
    rot: Array,
    out: Array,
) -> tuple[float, float, float]:
    """Return the Earth-fixed point (x, y, z) and fill `out` (3, 3), m2, from sigmas m, rad, rad along the arc.

    To first order in the angles; the second-order bias of range is below sigma_angle^2 r / 2 (Lerro & Bar-Shalom 1993).
    """
    ux, uy, uz, ax, ay, az, ex, ey, ez = radar_axes(azimuth, elevation, rot)
    vr = sigma_r * sigma_r
    va = (r * sigma_az) ** 2
    ve = (r * sigma_el) ** 2
    out[0, 0] = vr * ux * ux + va * ax * ax + ve * ex * ex
    out[1, 0] = vr * uy * ux + va * ay * ax + ve * ey * ex
    out[1, 1] = vr * uy * uy + va * ay * ay + ve * ey * ey
    out[2, 0] = vr * uz * ux + va * az * ax + ve * ez * ex
    out[2, 1] = vr * uz * uy + va * az * ay + ve * ez * ey
    out[2, 2] = vr * uz * uz + va * az * az + ve * ez * ez
    out[0, 1] = out[1, 0]
    out[0, 2] = out[2, 0]
    out[1, 2] = out[2, 1]
    return site[0] + r * ux, site[1] + r * uy, site[2] + r * uz


@kernel
def measure_batch(states: Array, site: Array, rot: Array) -> Array:
    """Return (n, 4) range, azimuth, elevation, range rate of Earth-fixed states (n, 6)."""
    n = states.shape[0]
    out = np.empty((n, 4))
    for i in range(n):
        r, azimuth, elevation, rate = measure(
            states[i, 0], states[i, 1], states[i, 2], states[i, 3], states[i, 4], states[i, 5], site, rot
        )
        out[i, 0] = r
        out[i, 1] = azimuth
        out[i, 2] = elevation
        out[i, 3] = rate
    return out

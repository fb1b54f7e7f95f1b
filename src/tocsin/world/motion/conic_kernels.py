"""Two-body arcs in closed form: when a free flight comes down to a height. Earth-fixed states, SI units."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2
from tocsin.core.kernels import kernel
from tocsin.world.motion.forces_kernels import ellipsoid_radius

FloatArray = npt.NDArray[np.float64]

_MU = MU_M3_S2
_W = EARTH_RATE_RAD_S
_OPEN_J_KG = -1.0e5
"""Above this energy the ellipse is longer than 4e9 m and its closed form loses digits."""


@kernel
def time_down_to(x: float, y: float, z: float, vx: float, vy: float, vz: float, level: float, sign: float) -> float:
    """Return the time (s) until the Kepler arc from a state comes down to a height (m) over the ellipsoid.

    inf: its perigee stays above; -1: open or circular orbit, not answered. sign -1 follows the arc back in time.
    Oblateness left out: 0.3 s at 400 s ahead.
    """
    return arc_down_to(x, y, z, vx, vy, vz, level, sign)[0]


@kernel
def arc_down_to(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, level: float, sign: float
) -> tuple[float, float, float]:
    """Return the time (s) that `time_down_to` gives, the arc's semi-major axis (m) and its turn in eccentric anomaly (rad).

    The ellipsoid's radius is that under the place where the arc comes down. Vallado 2013, eqs. 2-4, 2-9 (radius and
    anomalies), 2-53 (Kepler's equation).
    """
    ux = sign * (vx - _W * y)
    uy = sign * (vy + _W * x)
    uz = sign * vz
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    v2 = ux * ux + uy * uy + uz * uz
    rv = x * ux + y * uy + z * uz
    energy = 0.5 * v2 - _MU / r
    if not energy < _OPEN_J_KG:
        return -1.0, 0.0, 0.0
    a = -0.5 * _MU / energy
    p = (r2 * v2 - rv * rv) / _MU
    e = math.sqrt(max(1.0 - p / a, 0.0))
    if e < 1.0e-6 or p < 1.0:
        return -1.0, 0.0, 0.0
    cos_now = (p / r - 1.0) / e
    sin_now = math.sqrt(p / _MU) * rv / (r * e)
    sin_lat = z / r
    across = (uz - rv * z / r2) * r / math.sqrt(p * _MU)
    target = ellipsoid_radius(sin_lat * sin_lat) + level
    for _ in range(2):
        c = (p / target - 1.0) / e
        if c >= 1.0:
            return math.inf, 0.0, 0.0
        s = -math.sqrt(max(1.0 - c * c, 0.0))
        below = sin_lat * (c * cos_now + s * sin_now) + across * (s * cos_now - c * sin_now)
        target = ellipsoid_radius(below * below) + level
    c1 = (1.0 - target / a) / e
    if c1 >= 1.0:
        return math.inf, 0.0, 0.0
    s1 = -math.sqrt(max(1.0 - c1 * c1, 0.0))
    root = math.sqrt(_MU * a)
    c0 = (1.0 - r / a) / e
    s0 = rv / (e * root)
    turn = math.atan2(s1 * c0 - c1 * s0, c1 * c0 + s1 * s0)
    if turn < 0.0:
        turn += 2.0 * math.pi
    return (turn - e * (s1 - s0)) * a * a / root, a, turn


@kernel
def land_arc(x: float, y: float, z: float, vx: float, vy: float, vz: float, level: float, out: FloatArray) -> bool:
    """Fill out (7,) with the Earth-fixed state where the Kepler arc from a state comes down to a height, and the time (s).

    Return whether it does. By Lagrange's f and g over the turn in eccentric anomaly (Vallado 2013, eqs. 2-65 and 2-66).
    """
    t, a, turn = arc_down_to(x, y, z, vx, vy, vz, level, 1.0)
    if not 0.0 < t < math.inf:
        return False
    ux, uy = vx - _W * y, vy + _W * x
    r = math.sqrt(x * x + y * y + z * z)
    s, c1 = math.sin(turn), 2.0 * math.sin(0.5 * turn) ** 2
    f, g = 1.0 - a / r * c1, t - (turn - s) * a * math.sqrt(a / _MU)
    px, py, pz = f * x + g * ux, f * y + g * uy, f * z + g * vz
    ends = math.sqrt(px * px + py * py + pz * pz)
    fr, gr = -math.sqrt(_MU * a) / (r * ends) * s, 1.0 - a / ends * c1
    qx, qy, qz = fr * x + gr * ux, fr * y + gr * uy, fr * z + gr * vz
    ct, st = math.cos(_W * t), math.sin(_W * t)
    out[0], out[1], out[2] = ct * px + st * py, ct * py - st * px, pz
    out[3], out[4], out[5] = ct * qx + st * qy + _W * out[1], ct * qy - st * qx - _W * out[0], qz
    out[6] = t
    return True

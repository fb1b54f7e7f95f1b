"""SGP4 mean elements of a Keplerian orbit: those whose SGP4 state at the epoch is the orbit's own. TEME, km, s."""

import math

import numpy as np
import numpy.typing as npt
from sgp4.api import WGS72, Satrec

FloatArray = npt.NDArray[np.float64]

MU_KM3_S2 = 398600.8
"""WGS-72, as SGP4 has it."""
JD_1949 = 2433281.5
_ROUNDS = 60
_GOOD_KM = 1.0e-6


def state_of(a: float, e: float, i: float, node: float, perigee: float, anomaly: float) -> FloatArray:
    """Return the state (6,) of Keplerian elements: semi-major axis km, angles rad (Vallado 2013, algorithm 10)."""
    eccentric = anomaly if e < 0.8 else math.pi
    for _ in range(50):
        change = (eccentric - e * math.sin(eccentric) - anomaly) / (1.0 - e * math.cos(eccentric))
        eccentric -= change
        if abs(change) < 1.0e-14:
            break
    root = math.sqrt(1.0 - e * e)
    c, s = math.cos(eccentric), math.sin(eccentric)
    rate = math.sqrt(MU_KM3_S2 / a) / (1.0 - e * c)
    x, y, vx, vy = a * (c - e), a * root * s, -rate * s, rate * root * c
    cn, sn, cp, sp, ci, si = *_cs(node), *_cs(perigee), *_cs(i)
    px, py, pz = cn * cp - sn * sp * ci, sn * cp + cn * sp * ci, sp * si
    qx, qy, qz = -cn * sp - sn * cp * ci, -sn * sp + cn * cp * ci, cp * si
    return np.array(
        [x * px + y * qx, x * py + y * qy, x * pz + y * qz, vx * px + vy * qx, vx * py + vy * qy, vx * pz + vy * qz]
    )


def _cs(angle: float) -> tuple[float, float]:
    return math.cos(angle), math.sin(angle)


def equinoctial_of(state: FloatArray) -> FloatArray:
    """Return (a km, h, k, p, q, mean longitude) of a state (6,); singular only for retrograde equatorial orbits.

    Broucke and Cefola 1972: h, k = e sin, cos of the longitude of perigee; p, q = tan(i/2) sin, cos of the node.
    """
    x, y, z, vx, vy, vz = (float(value) for value in state)
    r = math.sqrt(x * x + y * y + z * z)
    a = 1.0 / (2.0 / r - (vx * vx + vy * vy + vz * vz) / MU_KM3_S2)
    wx, wy, wz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    momentum = math.sqrt(wx * wx + wy * wy + wz * wz)
    p, q = wx / (momentum + wz), -wy / (momentum + wz)
    # eccentricity vector in the equinoctial frame f, g
    ex = (vy * wz - vz * wy) / MU_KM3_S2 - x / r
    ey = (vz * wx - vx * wz) / MU_KM3_S2 - y / r
    ez = (vx * wy - vy * wx) / MU_KM3_S2 - z / r
    scale = 1.0 / (1.0 + p * p + q * q)
    f = ((1.0 - p * p + q * q) * scale, 2.0 * p * q * scale, -2.0 * p * scale)
    g = (2.0 * p * q * scale, (1.0 + p * p - q * q) * scale, 2.0 * q * scale)
    k = ex * f[0] + ey * f[1] + ez * f[2]
    h = ex * g[0] + ey * g[1] + ez * g[2]
    cx, sx = x * f[0] + y * f[1] + z * f[2], x * g[0] + y * g[1] + z * g[2]
    root = math.sqrt(1.0 - h * h - k * k)
    b = 1.0 / (1.0 + root)
    cos_f = k + ((1.0 - k * k * b) * cx - h * k * b * sx) / (a * root)
    sin_f = h + ((1.0 - h * h * b) * sx - h * k * b * cx) / (a * root)
    return np.array([a, h, k, p, q, math.atan2(sin_f, cos_f) + h * cos_f - k * sin_f])


def _satellite(elements: FloatArray, epoch_jd: float) -> Satrec:
    """Return the SGP4 satellite with mean elements (a, h, k, p, q, longitude), without drag."""
    a, h, k, p, q, longitude = (float(value) for value in elements)
    node = math.atan2(p, q)
    perigee = math.atan2(h, k) - node
    turn = 2.0 * math.pi
    satellite = Satrec()
    satellite.sgp4init(
        WGS72, "i", 0, epoch_jd - JD_1949, 0.0, 0.0, 0.0, math.hypot(h, k), perigee % turn,
        2.0 * math.atan(math.hypot(p, q)), (longitude - node - perigee) % turn, math.sqrt(MU_KM3_S2 / a**3) * 60.0,
        node % turn,
    )  # fmt: skip
    return satellite


def satellite_through(state: FloatArray, epoch_jd: float) -> Satrec | None:
    """Return the drag-free SGP4 satellite that has a TEME state (6,) in km, km/s at its epoch, or None.

    Corrects the mean elements by what the osculating ones miss until position agrees to 1 mm; the best within 50 m
    stands. None: SGP4 refuses the orbit (decayed, e >= 1) or the rounds do not settle.
    """
    wanted = equinoctial_of(state)
    mean = wanted.copy()
    best: Satrec | None = None
    best_miss = 0.05
    for _ in range(_ROUNDS):
        satellite = _satellite(mean, epoch_jd)
        error, position, velocity = satellite.sgp4_tsince(0.0)
        if error:
            return best
        now = np.array([*position, *velocity])
        miss = math.sqrt(sum(float(now[m] - state[m]) ** 2 for m in range(3)))
        if miss < best_miss:
            best, best_miss = satellite, miss
        if miss < _GOOD_KM:
            break
        change = wanted - equinoctial_of(now)
        change[5] = math.remainder(float(change[5]), 2.0 * math.pi)
        mean += change
    return best

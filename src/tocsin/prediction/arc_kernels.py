"""The Kepler arc through an Earth-fixed state: shape, energy, turning points, and how sure its perigee is. SI units."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2, WGS84_A_M, WGS84_B_M
from tocsin.core.kernels import kernel

_MU = MU_M3_S2
_W = EARTH_RATE_RAD_S
_A = WGS84_A_M
_B = WGS84_B_M

# Columns of a row of figures
(
    PERIGEE_M, APOGEE_M, P_LOW, ENERGY, INCLINATION, PATH_ANGLE, TO_APOGEE_S, PERIOD_S, RANGE_M, SPEED, SEMI_MAJOR_M, E,
    PERIGEE_MEAN_M, PERIGEE_SIGMA_M,
) = range(14)  # fmt: skip
FIGURES = 14


@kernel
def cholesky(p: npt.NDArray[np.float64], n: int, out: npt.NDArray[np.float64]) -> None:
    """Fill out (n, n) with a lower L, L L^T = p, of the first n rows of p; a pivot that is not positive has no column.

    A covariance that rounding has made slightly indefinite loses only the directions without a meaningful variance:
    pivots below 1e-13 of their own diagonal are taken as zero.
    """
    for j in range(n):
        for i in range(j):
            out[i, j] = 0.0
        d = p[j, j]
        for k in range(j):
            d -= out[j, k] * out[j, k]
        if not d > 1.0e-13 * abs(p[j, j]):
            for i in range(j, n):
                out[i, j] = 0.0
            continue
        root = math.sqrt(d)
        out[j, j] = root
        for i in range(j + 1, n):
            s = p[i, j]
            for k in range(j):
                s -= out[i, k] * out[j, k]
            out[i, j] = s / root


@kernel
def normal_below(z: float) -> float:
    """Return the chance that a standard normal number is below z."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@kernel
def chance_below(floor_m: float, mean: float, sigma: float) -> float:
    """Return the chance that a perigee of `mean` and `sigma` (m; at least 1 m) is below a height."""
    return normal_below((floor_m - mean) / max(sigma, 1.0))


@kernel
def _radius_at(sin_lat: float) -> float:
    """Return the geocentric radius (m) of the ellipsoid at the sine of a geocentric latitude."""
    s2 = sin_lat * sin_lat
    return _A * _B / math.sqrt(_B * _B * (1.0 - s2) + _A * _A * s2)


@kernel
def turning_points(
    x: float, y: float, z: float, vx: float, vy: float, vz: float
) -> tuple[float, float, float, float, float]:
    """Return perigee and apogee height (m, over the ellipsoid below them), semi-major axis, eccentricity, energy.

    Earth-fixed state; the velocity is taken to the inertial frame that coincides with it. Apogee of an open orbit: inf.
    """
    ux = vx - _W * y
    uy = vy + _W * x
    r = math.sqrt(x * x + y * y + z * z)
    v2 = ux * ux + uy * uy + vz * vz
    energy = 0.5 * v2 - _MU / r
    rv = x * ux + y * uy + z * vz
    k = v2 / _MU - 1.0 / r
    ex = k * x - rv / _MU * ux
    ey = k * y - rv / _MU * uy
    ez = k * z - rv / _MU * vz
    e = math.sqrt(ex * ex + ey * ey + ez * ez)
    h2 = r * r * v2 - rv * rv
    ground = _radius_at(ez / e) if e > 1.0e-9 else _A
    perigee = h2 / _MU / (1.0 + e) - ground
    if energy >= 0.0:
        return perigee, math.inf, math.inf, e, energy
    a = -0.5 * _MU / energy
    return perigee, a * (1.0 + e) - ground, a, e, energy


@kernel
def perigee_spread(
    state: npt.NDArray[np.float64], p: npt.NDArray[np.float64], low: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Return mean and sigma (m) of the perigee height over 13 sigma points; `low` (6, 6) is scratch.

    Second-order divided differences at sqrt(3) sigma (Norgaard, Poulsen, Ravn 2000, Automatica 36): exact for a sum of
    quadratics of single axes, and never a negative variance.
    """
    cholesky(p, 6, low)
    s = math.sqrt(3.0)
    middle, _a, _s, _e, _n = turning_points(state[0], state[1], state[2], state[3], state[4], state[5])
    total = 0.0
    square = 0.0
    for j in range(6):
        up, _a, _s, _e, _n = turning_points(
            state[0] + s * low[0, j], state[1] + s * low[1, j], state[2] + s * low[2, j],
            state[3] + s * low[3, j], state[4] + s * low[4, j], state[5] + s * low[5, j],
        )  # fmt: skip
        down, _a, _s, _e, _n = turning_points(
            state[0] - s * low[0, j], state[1] - s * low[1, j], state[2] - s * low[2, j],
            state[3] - s * low[3, j], state[4] - s * low[4, j], state[5] - s * low[5, j],
        )  # fmt: skip
        odd = 0.5 * (up - down) / s
        even = 0.5 * (up + down - 2.0 * middle) / 3.0
        total += even
        square += odd * odd + 2.0 * even * even
    return middle + total, math.sqrt(square)


@kernel
def _since_perigee(r: float, rv: float, a: float, e: float) -> tuple[float, float]:
    """Return (mean anomaly in 0..2 pi, mean motion) of an elliptic orbit at radius r and r.v."""
    motion = math.sqrt(_MU / (a * a * a))
    anomaly = math.atan2(rv / math.sqrt(_MU * a), 1.0 - r / a)
    mean = anomaly - rv / math.sqrt(_MU * a)
    if mean < 0.0:
        mean += 2.0 * math.pi
    return mean, motion


@kernel
def _ground_range(x: float, y: float, z: float, ux: float, uy: float, uz: float, a: float, e: float, f: float) -> float:
    """Return the angle (rad) on the turning Earth between the two crossings of the surface of the arc through a state.

    Inertial state; a, e: its ellipse, f: true anomaly (0..pi) of the second crossing, the first is at -f. The place of the
    first has turned with the Earth when the second is reached.
    """
    r = math.sqrt(x * x + y * y + z * z)
    rv = x * ux + y * uy + z * uz
    k = ux * ux + uy * uy + uz * uz - _MU / r
    # unit vectors to the perigee and a quarter turn on
    px, py, pz = k * x - rv * ux, k * y - rv * uy, k * z - rv * uz
    n = math.sqrt(px * px + py * py + pz * pz)
    px, py, pz = px / n, py / n, pz / n
    hx, hy, hz = y * uz - z * uy, z * ux - x * uz, x * uy - y * ux
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    qx, qy, qz = (hy * pz - hz * py) / h, (hz * px - hx * pz) / h, (hx * py - hy * px) / h
    # from f over the apogee to 2 pi - f
    anomaly = 2.0 * math.atan2(math.sqrt(1.0 - e) * math.sin(0.5 * f), math.sqrt(1.0 + e) * math.cos(0.5 * f))
    seconds = 2.0 * (math.pi - anomaly + e * math.sin(anomaly)) * math.sqrt(a * a * a / _MU)
    c, s = math.cos(f), math.sin(f)
    sx, sy, sz = c * px + s * qx, c * py + s * qy, c * pz + s * qz
    fx, fy, fz = c * px - s * qx, c * py - s * qy, c * pz - s * qz
    turn = _W * seconds
    tx, ty = math.cos(turn) * sx - math.sin(turn) * sy, math.sin(turn) * sx + math.cos(turn) * sy
    angle = math.acos(max(-1.0, min(1.0, tx * fx + ty * fy + sz * fz)))
    # the longer way round where the arc itself is longer than half a turn
    return angle if math.pi - f < 0.5 * math.pi else 2.0 * math.pi - angle


@kernel
def arc_rows(
    states: npt.NDArray[np.float64], covariances: npt.NDArray[np.float64], floor_m: float,
    out: npt.NDArray[np.float64],
) -> None:  # fmt: skip
    """Fill out (n, FIGURES) for Earth-fixed states (n, 6) and covariances (n, 6, 6); floor_m is the height of P_LOW."""
    low = np.empty((6, 6))
    for i in range(states.shape[0]):
        state = states[i]
        x, y, z = state[0], state[1], state[2]
        ux = state[3] - _W * y
        uy = state[4] + _W * x
        uz = state[5]
        r = math.sqrt(x * x + y * y + z * z)
        speed = math.sqrt(ux * ux + uy * uy + uz * uz)
        rv = x * ux + y * uy + z * uz
        hx = y * uz - z * uy
        hy = z * ux - x * uz
        hz = x * uy - y * ux
        h = math.sqrt(hx * hx + hy * hy + hz * hz)
        perigee, apogee, a, e, energy = turning_points(x, y, z, state[3], state[4], uz)
        mean, sigma = perigee_spread(state, covariances[i], low)
        out[i, PERIGEE_M] = perigee
        out[i, APOGEE_M] = apogee
        out[i, P_LOW] = chance_below(floor_m, mean, sigma)
        out[i, PERIGEE_MEAN_M] = mean
        out[i, PERIGEE_SIGMA_M] = sigma
        out[i, ENERGY] = energy
        out[i, INCLINATION] = math.atan2(math.sqrt(hx * hx + hy * hy), hz)
        out[i, PATH_ANGLE] = math.atan2(rv, h)
        out[i, SPEED] = speed
        out[i, SEMI_MAJOR_M] = a
        out[i, E] = e
        out[i, TO_APOGEE_S] = math.nan
        out[i, PERIOD_S] = math.nan
        out[i, RANGE_M] = math.nan
        if energy >= 0.0:
            continue
        mean_anomaly, motion = _since_perigee(r, rv, a, e)
        out[i, PERIOD_S] = 2.0 * math.pi / motion
        # since apogee (negative) in the second half of the orbit, until apogee (positive) in the first
        out[i, TO_APOGEE_S] = (math.pi - mean_anomaly) / motion
        ground = _radius_at(z / r)
        if a * (1.0 - e) < ground < a * (1.0 + e):
            # true anomaly of the crossing of the surface: r = p / (1 + e cos f)
            f = math.acos(max(-1.0, min(1.0, (h * h / _MU / ground - 1.0) / e)))
            out[i, RANGE_M] = _ground_range(x, y, z, ux, uy, uz, a, e, f) * ground

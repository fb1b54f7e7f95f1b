"""A boost profile laid on the Earth: where a vehicle is at a time, and how sure its state is. SI units.

A launch is seven parameters: east and north of a reference point (m), launch time (s), heading (rad), loft (-1 steep to
1 flat), ln of the stretch in time, ln of the size.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, WGS84_A_M, WGS84_E2
from tocsin.core.kernels import kernel
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodetic_to_ecef

FloatArray = npt.NDArray[np.float64]

PROFILE_DT_S = 1.0
PROFILE_COLUMNS = 6
LOFTS = 3
PARAMETERS = 7
EAST, NORTH, START, HEADING, LOFT, LN_TIME, LN_SIZE = range(7)
# Steps of the numerical derivatives
STEPS = (50.0, 50.0, 0.05, 1.0e-3, 1.0e-2, 1.0e-3, 1.0e-3)
# How far a real flight strays from the stretched profile: floor in m, and share of the distance from the launch place
MISFIT_M = 300.0
MISFIT_SHARE = 0.01
# ... and its velocity: floor in m/s, and share of the speed
MISFIT_M_S = 20.0
MISFIT_SPEED = 0.05
# ... and, past the profile's last burn-out, where it coasts and a plume says otherwise, the push that it lacks, m/s2
LACKING = 15.0
# ... counted for at most so long, s
MOST_OVER_S = 60.0
# The tables run out of meaning beyond these
_MOST_LOFT = 1.6

# Columns of the frame of a launch: centre of the osculating sphere, up, ahead, radius, latitude, longitude
FRAME = 12


@kernel
def profile_at(
    table: FloatArray, loft: float, ln_time: float, ln_size: float, t: float
) -> tuple[float, float, float, float]:
    """Return height, ground range (m) and their integrals over time (m s) of a stretched profile, t s after launch.

    table (3, n, 6). Cubic between samples, quadratic between lofts.
    """
    if t <= 0.0:
        return 0.0, 0.0, 0.0, 0.0
    stretch = math.exp(ln_time)
    size = math.exp(ln_size)
    tau = t / (stretch * PROFILE_DT_S)
    last = table.shape[1] - 1
    j = min(int(tau), last - 1)
    u = tau - j
    lam = max(-_MOST_LOFT, min(_MOST_LOFT, loft))
    h = 0.0
    x = 0.0
    ih = 0.0
    ix = 0.0
    for k in range(LOFTS):
        w = 1.0 - lam * lam
        if k == 0:
            w = 0.5 * lam * (lam - 1.0)
        elif k == 2:
            w = 0.5 * lam * (lam + 1.0)
        if tau >= last:
            over = (tau - last) * PROFILE_DT_S
            h += w * (table[k, last, 0] + over * table[k, last, 2])
            x += w * (table[k, last, 1] + over * table[k, last, 3])
            ih += w * (table[k, last, 4] + over * table[k, last, 0])
            ix += w * (table[k, last, 5] + over * table[k, last, 1])
            continue
        a = 1.0 + u * u * (2.0 * u - 3.0)
        b = u * u * (3.0 - 2.0 * u)
        c = PROFILE_DT_S * u * (1.0 - u) * (1.0 - u)
        d = PROFILE_DT_S * u * u * (u - 1.0)
        h += w * (a * table[k, j, 0] + b * table[k, j + 1, 0] + c * table[k, j, 2] + d * table[k, j + 1, 2])
        x += w * (a * table[k, j, 1] + b * table[k, j + 1, 1] + c * table[k, j, 3] + d * table[k, j + 1, 3])
        ih += w * (table[k, j, 4] + u * (table[k, j + 1, 4] - table[k, j, 4]))
        ix += w * (table[k, j, 5] + u * (table[k, j + 1, 5] - table[k, j, 5]))
    return size * h, size * x, size * stretch * ih, size * stretch * ix


@kernel
def launch_frame(reference: FloatArray, p: FloatArray, frame: FloatArray) -> None:
    """Fill frame (12,) for parameters p about the reference place (latitude, longitude)."""
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(reference[0], reference[1])
    x, y, z = geodetic_to_ecef(reference[0], reference[1], 0.0)
    lat, lon, _h = ecef_to_geodetic(
        x + p[EAST] * ex + p[NORTH] * nx, y + p[EAST] * ey + p[NORTH] * ny, z + p[EAST] * ez + p[NORTH] * nz
    )
    x, y, z = geodetic_to_ecef(lat, lon, 0.0)
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    s = math.sin(p[HEADING])
    c = math.cos(p[HEADING])
    # Euler's formula for the radius of curvature along a heading
    q = 1.0 - WGS84_E2 * math.sin(lat) ** 2
    across = WGS84_A_M / math.sqrt(q)
    along = across * (1.0 - WGS84_E2) / q
    radius = 1.0 / (c * c / along + s * s / across)
    frame[0] = x - radius * ux
    frame[1] = y - radius * uy
    frame[2] = z - radius * uz
    frame[3] = ux
    frame[4] = uy
    frame[5] = uz
    frame[6] = s * ex + c * nx
    frame[7] = s * ey + c * ny
    frame[8] = s * ez + c * nz
    frame[9] = radius
    frame[10] = lat
    frame[11] = lon


@kernel
def place_at(
    frame: FloatArray, table: FloatArray, burn: float, p: FloatArray, t: float
) -> tuple[float, float, float, float]:
    """Return the Earth-fixed place (m) at time t of a launch, and one sigma (m) of how far a real flight strays.

    burn: the profile's last burn-out, s.
    """
    h, x, ih, ix = profile_at(table, p[LOFT], p[LN_TIME], p[LN_SIZE], t - p[START])
    theta = x / frame[9]
    up = (frame[9] + h) * math.cos(theta)
    on = (frame[9] + h) * math.sin(theta)
    # Coriolis: -2 w x (integral of the displacement)
    wx = ih * frame[3] + ix * frame[6]
    wy = ih * frame[4] + ix * frame[7]
    k = 2.0 * EARTH_RATE_RAD_S
    over = min(MOST_OVER_S, max(0.0, t - p[START] - burn * math.exp(p[LN_TIME])))
    return (
        frame[0] + up * frame[3] + on * frame[6] + k * wy,
        frame[1] + up * frame[4] + on * frame[7] - k * wx,
        frame[2] + up * frame[5] + on * frame[8],
        MISFIT_M + MISFIT_SHARE * (h + abs(x)) + 0.5 * LACKING * over * over,
    )


@kernel
def _state_of(frame: FloatArray, table: FloatArray, burn: float, p: FloatArray, t: float, out: FloatArray) -> float:
    """Fill out (6,) with place and velocity at time t; return the misfit (m)."""
    x, y, z, stray = place_at(frame, table, burn, p, t)
    x1, y1, z1, _f = place_at(frame, table, burn, p, t + 0.5)
    x0, y0, z0, _f = place_at(frame, table, burn, p, t - 0.5)
    out[0] = x
    out[1] = y
    out[2] = z
    out[3] = x1 - x0
    out[4] = y1 - y0
    out[5] = z1 - z0
    return stray


@kernel
def state_and_spread(
    reference: FloatArray, table: FloatArray, burn: float, p: FloatArray, c: FloatArray, t: float, state: FloatArray,
    out: FloatArray,
) -> None:  # fmt: skip
    """Fill state (6,) and its covariance out (6, 6) at time t of a solution p with covariance c (7, 7).

    The misfit of the profile is added on top: see the MISFIT constants.
    """
    frame = np.empty(FRAME)
    moved = np.empty(6)
    q = np.empty(PARAMETERS)
    jac = np.empty((6, PARAMETERS))
    launch_frame(reference, p, frame)
    place = _state_of(frame, table, burn, p, t, state)
    for j in range(PARAMETERS):
        for k in range(PARAMETERS):
            q[k] = p[k]
        q[j] += STEPS[j]
        launch_frame(reference, q, frame)
        _state_of(frame, table, burn, q, t, moved)
        for i in range(6):
            jac[i, j] = (moved[i] - state[i]) / STEPS[j]
    speed = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    over = max(0.0, t - p[START] - burn * math.exp(p[LN_TIME]))
    velocity = MISFIT_M_S + MISFIT_SPEED * speed + LACKING * over
    for i in range(6):
        for j in range(6):
            s = 0.0
            for k in range(PARAMETERS):
                for m in range(PARAMETERS):
                    s += jac[i, k] * c[k, m] * jac[j, m]
            out[i, j] = s
        out[i, i] += place * place if i < 3 else velocity * velocity

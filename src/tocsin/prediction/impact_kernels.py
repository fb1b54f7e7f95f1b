"""Points of an uncertain state, burning on or free, and the moments of where they land.

The flight between, to the ground, is that of `world/motion`: one kernel for all callers.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import MU_M3_S2
from tocsin.core.kernels import kernel
from tocsin.prediction.arc_kernels import cholesky, perigee_spread
from tocsin.prediction.footprint_kernels import local_offset
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodesic_direct, geodetic_to_ecef
from tocsin.world.gravity_kernels import acceleration_free
from tocsin.world.motion.forces_kernels import fast_height
from tocsin.world.motion.freeflight_kernels import REACHED, STARTED_BELOW, UNSURE

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SIGMA_POINTS = 15
STATE_POINTS = 13  # the first of them, where the lightness is independent: those of the state alone
_ROOT3 = math.sqrt(3.0)
_HEAVIEST = 2.0e-5  # m2/kg: a normal lightness has points below zero
_POWERED_STEP_S = 2.0
_SLOW_M_S = 50.0
_FARTHEST_M = 1.9e7
_MEAN_RADIUS_M = 6.371e6

# A Gaussian of sigma points stands for the footprint while its long axis is below this ...
_WIDEST_M = 1.5e6
# ... and the curvature's share of the variance below this
_MOST_CURVED = 0.3


@kernel
def _burn_rates(w: FloatArray, push: float, slope: FloatArray) -> None:
    """Fill slope (6,) for a state with thrust acceleration `push` along the Earth-relative velocity (up while slow)."""
    ax, ay, az = acceleration_free(w[0], w[1], w[2], w[3], w[4], w[5])
    v = math.sqrt(w[3] * w[3] + w[4] * w[4] + w[5] * w[5])
    dx, dy, dz = w[3], w[4], w[5]
    if v < _SLOW_M_S:
        v = math.sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2])
        dx, dy, dz = w[0], w[1], w[2]
    slope[0] = w[3]
    slope[1] = w[4]
    slope[2] = w[5]
    slope[3] = ax + push * dx / v
    slope[4] = ay + push * dy / v
    slope[5] = az + push * dz / v


@kernel
def _push_at(table: FloatArray, fraction: float) -> float:
    """Return the thrust acceleration at a fraction of the remaining burn, linear between equally spaced samples."""
    last = table.shape[0] - 1
    s = min(max(fraction, 0.0), 1.0) * last
    i = min(int(s), last - 1)
    return float(table[i] + (s - i) * (table[i + 1] - table[i]))


@kernel
def burn(y: FloatArray, seconds: float, table: FloatArray, factor: float, work: FloatArray) -> float:
    """Move y (6,) on through a gravity turn of `seconds` and return the time flown; it ends early on the ground.

    Thrust acceleration: factor times table, over equal fractions of the burn. RK4 in steps of at most 2 s; work (5, 6).
    """
    if seconds <= 0.0:
        return 0.0
    steps = math.ceil(seconds / _POWERED_STEP_S)
    h = seconds / steps
    for i in range(steps):
        p0 = factor * _push_at(table, i / steps)
        p1 = factor * _push_at(table, (i + 0.5) / steps)
        p2 = factor * _push_at(table, (i + 1.0) / steps)
        _burn_rates(y, p0, work[0])
        for m in range(6):
            work[4, m] = y[m] + 0.5 * h * work[0, m]
        _burn_rates(work[4], p1, work[1])
        for m in range(6):
            work[4, m] = y[m] + 0.5 * h * work[1, m]
        _burn_rates(work[4], p1, work[2])
        for m in range(6):
            work[4, m] = y[m] + h * work[2, m]
        _burn_rates(work[4], p2, work[3])
        for m in range(6):
            y[m] += h / 6.0 * (work[0, m] + 2.0 * work[1, m] + 2.0 * work[2, m] + work[3, m])
        if fast_height(y[0], y[1], y[2]) < 0.0:
            return (i + 1) * h
    return seconds


@kernel
def gaussian_of_points(landed: FloatArray, part: FloatArray, time: FloatArray) -> bool:
    """Fill part (6,) and time (2,) from landed sigma points (1 + 2 m, 4); return whether one Gaussian describes them.

    Second-order divided differences (Norgaard, Poulsen, Ravn 2000, Automatica 36) at sqrt(3) sigma.
    """
    lat, lon = landed[0, 1], landed[0, 2]
    ox, oy, oz = geodetic_to_ecef(lat, lon, 0.0)
    axes = np.empty(6)
    axes[0], axes[1], axes[2], axes[3], axes[4], axes[5], _x, _y, _z = enu_axes(lat, lon)
    me, mn, mt = 0.0, 0.0, 0.0
    ee, en, nn, tt = 0.0, 0.0, 0.0, 0.0
    curved = 0.0
    for j in range((landed.shape[0] - 1) // 2):
        x, y, z = geodetic_to_ecef(landed[1 + 2 * j, 1], landed[1 + 2 * j, 2], 0.0)
        e1, n1 = local_offset(ox, oy, oz, axes, x, y, z)
        x, y, z = geodetic_to_ecef(landed[2 + 2 * j, 1], landed[2 + 2 * j, 2], 0.0)
        e2, n2 = local_offset(ox, oy, oz, axes, x, y, z)
        t1 = landed[1 + 2 * j, 0] - landed[0, 0]
        t2 = landed[2 + 2 * j, 0] - landed[0, 0]
        oe, on, ot = 0.5 * (e1 - e2) / _ROOT3, 0.5 * (n1 - n2) / _ROOT3, 0.5 * (t1 - t2) / _ROOT3
        ce, cn, ct = (e1 + e2) / 6.0, (n1 + n2) / 6.0, (t1 + t2) / 6.0
        me += ce
        mn += cn
        mt += ct
        ee += oe * oe + 2.0 * ce * ce
        en += oe * on + 2.0 * ce * cn
        nn += on * on + 2.0 * cn * cn
        tt += ot * ot + 2.0 * ct * ct
        curved += 2.0 * (ce * ce + cn * cn)
    part[0] = 1.0
    part[1], part[2], _a = geodesic_direct(lat, lon, math.atan2(me, mn), math.sqrt(me * me + mn * mn))
    part[3] = ee
    part[4] = en
    part[5] = nn
    time[0] = landed[0, 0] + mt
    time[1] = math.sqrt(tt)
    widest = math.sqrt(0.5 * (ee + nn) + math.sqrt(0.25 * (ee - nn) * (ee - nn) + en * en))
    return widest < _WIDEST_M and curved <= _MOST_CURVED * (ee + nn)


@kernel
def goes_down(state: FloatArray, covariance: FloatArray, floor_m: float) -> bool:
    """Return False if the perigee is above floor_m by more than four sigma."""
    root = np.empty((6, 6))
    middle, sigma = perigee_spread(state, covariance, root)
    return middle - 4.0 * sigma <= floor_m


@kernel
def sigma_states(state: FloatArray, joint: FloatArray, lightness: float, states: FloatArray, betas: FloatArray) -> None:
    """Fill states (15, 6) and betas (15,): the mean, and two points along each column of the root of the covariance.

    `joint` (7, 7): of the state and, last, of the lightness 1 / beta; at sqrt(3) sigma.
    """
    root = np.empty((7, 7))
    cholesky(joint, 7, root)
    for i in range(SIGMA_POINTS):
        j = (i - 1) // 2
        sign = (_ROOT3 if i % 2 == 1 else -_ROOT3) if i > 0 else 0.0
        for m in range(6):
            states[i, m] = state[m] + sign * root[m, max(j, 0)]
        betas[i] = 1.0 / max(lightness + sign * root[6, max(j, 0)], _HEAVIEST)


@kernel
def cloud_states(
    state: FloatArray, joint: FloatArray, lightness: float, points: FloatArray, states: FloatArray, betas: FloatArray
) -> None:
    """Fill states (n, 6) and betas (n,) of standard normal points (n, 7+): the state, then the lightness; `joint` (7, 7)."""
    root = np.empty((7, 7))
    cholesky(joint, 7, root)
    for i in range(points.shape[0]):
        for m in range(6):
            states[i, m] = state[m]
            for j in range(m + 1):
                states[i, m] += root[m, j] * points[i, j]
        shift = 0.0
        for j in range(7):
            shift += root[6, j] * points[i, j]
        betas[i] = 1.0 / max(lightness + shift, _HEAVIEST)


@kernel
def _away(landed: FloatArray, place: FloatArray, axes: FloatArray, i: int, offset: FloatArray) -> None:
    """Fill offset (3,): east, north (m) and seconds of fall i from the first, whose place (3,) and axes (6,) are given."""
    x, y, z = geodetic_to_ecef(landed[i, 1], landed[i, 2], 0.0)
    offset[0], offset[1] = local_offset(place[0], place[1], place[2], axes, x, y, z)
    offset[2] = landed[i, 0] - landed[0, 0]


@kernel
def spread_over_betas(
    landed: FloatArray, part: FloatArray, time: FloatArray, spread: float, parts: FloatArray, times: FloatArray
) -> None:
    """Fill parts (n, 6) and times (n, 2): a footprint `part` (6,), `time` (2,) of one beta, moved over n values of ln(beta).

    landed (1 + n, 4): the fall of the middle of that footprint, and of its state with each value, evenly spaced; each part stands
    for a Gaussian of `spread` spacings.
    """
    n = parts.shape[0]
    place, axes = np.empty(3), np.empty(6)
    place[0], place[1], place[2] = geodetic_to_ecef(landed[0, 1], landed[0, 2], 0.0)
    axes[0], axes[1], axes[2], axes[3], axes[4], axes[5], _x, _y, _z = enu_axes(landed[0, 1], landed[0, 2])
    offsets, wide = np.empty((n, 3)), np.empty(3)
    for k in range(n):
        _away(landed, place, axes, 1 + k, offsets[k])
    for k in range(n):
        at = offsets[k]
        # the slope by a parabola through three falls, at the ends from one side: light bodies fall short ever more
        m = min(max(k, 1), n - 2)
        for i in range(3):
            slope = 0.5 * (offsets[m + 1, i] - offsets[m - 1, i])
            bend = offsets[m + 1, i] - 2.0 * offsets[m, i] + offsets[m - 1, i]
            wide[i] = spread * (slope + (k - m) * bend)
        parts[k, 0] = part[0] / n
        parts[k, 1], parts[k, 2], _a = geodesic_direct(
            part[1], part[2], math.atan2(at[0], at[1]), math.sqrt(at[0] * at[0] + at[1] * at[1])
        )
        parts[k, 3] = part[3] + wide[0] * wide[0]
        parts[k, 4] = part[4] + wide[0] * wide[1]
        parts[k, 5] = part[5] + wide[1] * wide[1]
        times[k, 0] = time[0] + at[2]
        times[k, 1] = math.sqrt(time[1] * time[1] + wide[2] * wide[2])


@kernel
def burn_on(
    states: FloatArray, burn_s: float, burn_sigma_s: float, thrust: FloatArray, thrust_ln_sigma: float,
    points: FloatArray, spent: FloatArray,
) -> None:  # fmt: skip
    """Move states (n, 6) on to the end of their burns and fill spent (n,), s; points (n, 8): 6 burn time, 7 thrust."""
    work = np.empty((5, 6))
    for i in range(states.shape[0]):
        seconds = max(0.0, burn_s + burn_sigma_s * points[i, 6])
        spent[i] = burn(states[i], seconds, thrust, math.exp(thrust_ln_sigma * points[i, 7]), work)


@kernel
def least_energy_s(angle: float, radius: float) -> float:
    """Return the time (s) of the flight of least energy over an angle (rad) of a sphere of a radius (m; Wheelon 1959).

    q = 2 sin(f / 2) / (1 + sin(f / 2)) at an elevation of 45 deg - f / 4, and Kepler's equation from the ground to the apogee.
    """
    half = math.sin(0.5 * angle)
    q = 2.0 * half / (1.0 + half)
    a = radius / (2.0 - q)
    e = math.sqrt(max(1.0 - q * (2.0 - q) * math.cos(0.25 * (math.pi - angle)) ** 2, 1e-12))
    start = math.acos(min(max((1.0 - radius / a) / e, -1.0), 1.0))
    return 2.0 * math.sqrt(a * a * a / MU_M3_S2) * (math.pi - start + e * math.sin(start))


@kernel
def range_landings(
    states: FloatArray, points: FloatArray, burn_s: float, ln_range: float, ln_sigma: float, landed: FloatArray
) -> None:
    """Fill landed (n, 4) as `landings` does, by how far a class flies (log-normal, m), in the direction each state (n, 6) moves.

    points (n, 8): 6 range. The flight after `burn_s` is that of least energy.
    """
    for i in range(states.shape[0]):
        lat, lon, _h = ecef_to_geodetic(states[i, 0], states[i, 1], states[i, 2])
        ax, ay, _az, bx, by, bz, _ux, _uy, _uz = enu_axes(lat, lon)
        east = ax * states[i, 3] + ay * states[i, 4]
        north = bx * states[i, 3] + by * states[i, 4] + bz * states[i, 5]
        far = min(math.exp(ln_range + ln_sigma * points[i, 6]), _FARTHEST_M)
        landed[i, 0] = burn_s + least_energy_s(far / _MEAN_RADIUS_M, _MEAN_RADIUS_M)
        landed[i, 1], landed[i, 2], _a = geodesic_direct(lat, lon, math.atan2(east, north), far)
        landed[i, 3] = 1.0


@kernel
def landings(flown: FloatArray, status: IntArray, spent: FloatArray, landed: FloatArray) -> int:
    """Fill landed (n, 4): seconds, latitude, longitude, 1 = came down, of flights to the ground; return how many did.

    flown (n, 7) and status (n,) as `fly_to_height_many` gives them; spent (n,): seconds before the flight.
    """
    count = 0
    for i in range(flown.shape[0]):
        landed[i, 0] = spent[i] + flown[i, 6]
        landed[i, 1], landed[i, 2], h = ecef_to_geodetic(flown[i, 0], flown[i, 1], flown[i, 2])
        # a flight unsure by tens of metres came down all the same if it ends on the ground
        down = status[i] == REACHED or status[i] == STARTED_BELOW or (status[i] == UNSURE and h < 1.0)
        landed[i, 3] = 1.0 if down else 0.0
        count += 1 if down else 0
    return count

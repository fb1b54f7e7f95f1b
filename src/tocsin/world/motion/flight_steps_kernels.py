"""The steps of a free flight: its forces by regions of the air, how far a step may go, and landing on a height.

Regions 0..6 are the layers of the air, 7 reaches from 86 km to the interface at 120 km, 8 is outside. Steps end at their
edges, where density has a kink. drag = 1 / (2 beta) in m2/kg, 0 = none; `far2` is the square of the geocentric distance
beyond which drag is left out; `tight` scales the errors allowed.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2, WGS84_A_M
from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import (
    LAYER_EDGE_M,
    TOP_LAYER,
    TOP_LAYERED_M,
    TOP_M,
    density_of_layer,
    density_upper,
    height_above_which,
    scale_height_upper,
)
from tocsin.world.gravity_kernels import acceleration_free
from tocsin.world.motion.conic_kernels import time_down_to
from tocsin.world.motion.dop853_kernels import STAGES, finish_step, stage_state
from tocsin.world.motion.forces_kernels import climb_rate, fast_height

FloatArray = npt.NDArray[np.float64]

INTERFACE_M = 120000.0
# Error allowed per step: with these the place of impact is right to 0.3 m at worst after 30 min of flight.
_POSITION_TOLERANCE_M = 5.0e-2
_VELOCITY_TOLERANCE_M_S = 3.0e-4
_AIR_STEP_S = 20.0
_SHORT_STEP_S = 0.1
# How far Taylor's series holds: jerk of gravity alone outside, of drag too below
_TAYLOR_S = 5.0e-3
_TAYLOR_OUTSIDE_S = 0.5
_CLOSE_S = 1.0e-4
_GRAVITY_M_S2 = 9.84
# Drag that would move a body by this much while its air thins out shortens the step to so many scale heights
_FELT_M = 0.1
_SCALE_HEIGHTS = 3.0
_NEGLIGIBLE_M = 5.0e-3
_FAST_M_S = 11000.0
OUTSIDE = TOP_LAYER + 2
# Bottom edge of each region, and the top of the last
EDGE_M = np.array([-1.0e30, *LAYER_EDGE_M[1:], TOP_LAYERED_M, INTERFACE_M, 1.0e30])
# A step that ends this far beyond an edge stands: there the law of the region still holds well enough.
_EDGE_TOLERANCE_M = np.array([0.0, 5.0, 10.0, 20.0, 50.0, 100.0, 300.0, 1000.0, 3000.0, 0.0])


@kernel
def slope(w: FloatArray, drag: float, far2: float, region: int, k: FloatArray, i: int) -> None:
    """Fill row i of k with the time derivative of the state w, with the air of a region also beyond its edges."""
    x = w[0]
    y = w[1]
    z = w[2]
    vx = w[3]
    vy = w[4]
    vz = w[5]
    ax, ay, az = acceleration_free(x, y, z, vx, vy, vz)
    if drag > 0.0 and x * x + y * y + z * z < far2:
        h = fast_height(x, y, z)
        rho = density_of_layer(h, region) if region <= TOP_LAYER else density_upper(h)
        d = drag * rho * math.sqrt(vx * vx + vy * vy + vz * vz)
        ax -= d * vx
        ay -= d * vy
        az -= d * vz
    k[i, 0] = vx
    k[i, 1] = vy
    k[i, 2] = vz
    k[i, 3] = ax
    k[i, 4] = ay
    k[i, 5] = az


@kernel
def try_step(
    y: FloatArray, drag: float, far2: float, region: int, h: float, tight: float, k: FloatArray, w: FloatArray
) -> float:
    """Fill w with the state after h s from y (k row 0 holds the slope at y) and return its error in tolerances."""
    for i in range(1, STAGES):
        stage_state(k, i, h, y, w)
        slope(w, drag, far2, region, k, i)
    return finish_step(k, h, y, w, tight * _POSITION_TOLERANCE_M, tight * _VELOCITY_TOLERANCE_M_S)


@kernel
def region_of(height: float, drag: float) -> int:
    """Return the region of a height: a layer 0..6, 7 from 86 km to the interface, 8 above it or without drag."""
    if drag <= 0.0:
        return OUTSIDE
    region = 0
    while region < OUTSIDE and height >= EDGE_M[region + 1]:
        region += 1
    return region


@kernel
def air_ends(drag: float, total: float, tight: float) -> float:
    """Return the square of the geocentric distance (m2) beyond which drag is left out: it moves a body by 5 mm at
    most (times `tight`) in `total` s."""
    if drag <= 0.0:
        return 0.0
    negligible = 2.0 * tight * _NEGLIGIBLE_M / (total * total + 1.0)
    height = height_above_which(negligible / (drag * _FAST_M_S * _FAST_M_S))
    away = WGS84_A_M + max(height, INTERFACE_M)
    return away * away


@kernel
def _hermite(h0: float, r0: float, h1: float, r1: float, dt: float, u: float) -> float:
    """Return the height at the fraction u of a step from heights and climb rates at its ends (cubic)."""
    return h0 + u * (dt * r0 + u * (3.0 * (h1 - h0) - dt * (2.0 * r0 + r1) + u * (2.0 * (h0 - h1) + dt * (r0 + r1))))


@kernel
def time_to_height(h0: float, r0: float, h1: float, r1: float, dt: float, level: float) -> float:
    """Return when the cubic through two heights and climb rates crosses a level that h1 lies beyond (bisection).

    Where the flight first moves away from the level, the crossing comes after the turn.
    """
    turns = (r0 < 0.0 < r1) if h1 > level else (r1 < 0.0 < r0)
    low = r0 / (r0 - r1) if turns else 0.0
    high = 1.0
    above = _hermite(h0, r0, h1, r1, dt, low) > level
    for _ in range(30):
        u = 0.5 * (low + high)
        if (_hermite(h0, r0, h1, r1, dt, u) > level) == above:
            low = u
        else:
            high = u
    return 0.5 * (low + high) * dt


@kernel
def reach(region: int) -> float:
    """Return how far (s) Taylor's series holds in a region to 0.1 mm."""
    return _TAYLOR_OUTSIDE_S if region == OUTSIDE else _TAYLOR_S


@kernel
def _shift(w: FloatArray, dt: float, drag: float, far2: float, region: int, k: FloatArray) -> None:
    """Move the state w on by a short dt s: Taylor's series with the jerk of two-body gravity and of Coriolis."""
    i = int(np.int64(STAGES - 1))
    slope(w, drag, far2, region, k, i)
    r2 = w[0] * w[0] + w[1] * w[1] + w[2] * w[2]
    pull = MU_M3_S2 / (r2 * math.sqrt(r2))
    lift = 3.0 * (w[0] * w[3] + w[1] * w[4] + w[2] * w[5]) / r2
    half = 0.5 * dt * dt
    jx = half * (2.0 * EARTH_RATE_RAD_S * k[i, 4] - pull * (w[3] - lift * w[0]))
    jy = half * (-2.0 * EARTH_RATE_RAD_S * k[i, 3] - pull * (w[4] - lift * w[1]))
    jz = -half * pull * (w[5] - lift * w[2])
    third = dt / 3.0
    w[0] += dt * w[3] + half * k[i, 3] + third * jx
    w[1] += dt * w[4] + half * k[i, 4] + third * jy
    w[2] += dt * w[5] + half * k[i, 5] + third * jz
    w[3] += dt * k[i, 3] + jx
    w[4] += dt * k[i, 4] + jy
    w[5] += dt * k[i, 5] + jz


@kernel
def shift_to(w: FloatArray, level: float, sign: float, drag: float, far2: float, region: int, k: FloatArray) -> float:
    """Move the state w to a level that it passes within the reach of Taylor's series; return the time this took."""
    moved = 0.0
    for _ in range(3):
        miss = fast_height(w[0], w[1], w[2]) - level
        dt = -miss / climb_rate(w[0], w[1], w[2], w[3], w[4], w[5])
        _shift(w, dt, drag, far2, region, k)
        moved += dt
        if abs(dt) < _CLOSE_S:
            break
    return sign * moved


@kernel
def land_on(
    y: FloatArray,
    drag: float,
    far2: float,
    region: int,
    dt: float,
    longest: float,
    level: float,
    tolerance: float,
    k: FloatArray,
    w: FloatArray,
) -> float:
    """Fill w with the state where the arc from y meets a level near dt s ahead; return that time.

    Newton on the length of the step, kept between 0 and `longest` (negative when going back in time); the last
    milliseconds by Taylor's series.
    """
    for _ in range(8):
        try_step(y, drag, far2, region, dt, 1.0, k, w)
        miss = fast_height(w[0], w[1], w[2]) - level
        rate = climb_rate(w[0], w[1], w[2], w[3], w[4], w[5])
        if abs(miss) < tolerance or abs(rate) < 1.0e-3:
            break
        late = miss / rate
        if abs(late) < reach(region):
            return dt + shift_to(w, level, 1.0, drag, far2, region, k)
        dt = min(max(dt - late, min(0.0, longest)), max(0.0, longest))
    return dt


@kernel
def longest_step(
    y: FloatArray,
    height: float,
    rate: float,
    floor: float,
    drag: float,
    region: int,
    k: FloatArray,
    wish: float,
    sign: float,
    left: float,
) -> float:
    """Return the longest step (s) from y (6,), at most `wish`: to the `floor` (m), the interface or a region's edge.

    Outside, a step goes at most to where the Kepler arc meets the floor, so that none leaps through the air unseen.
    """
    above = max(0.0, height - floor)
    if drag <= 0.0 or region == OUTSIDE:
        if drag > 0.0 and rate > 0.0 and height < TOP_M:
            # Air that thins out within the step is felt by its first stage alone: a few scale heights at a time.
            thins = scale_height_upper(height) / rate
            speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
            if drag * density_upper(height) * speed2 * thins * left > _FELT_M:
                wish = min(wish, _SCALE_HEIGHTS * thins)
        soonest = 1.04 * (rate + math.sqrt(rate * rate + 2.0 * _GRAVITY_M_S2 * above)) / _GRAVITY_M_S2 + _SHORT_STEP_S
        if wish <= soonest or above == 0.0:
            return min(wish, soonest)
        return min(wish, max(soonest, time_down_to(y[0], y[1], y[2], y[3], y[4], y[5], floor, sign)))
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
    bend = (y[0] * k[0, 3] + y[1] * k[0, 4] + y[2] * k[0, 5] + speed2 - rate * rate) / r
    root = rate * rate - 2.0 * bend * above
    if rate >= 0.0 or root <= 0.0:
        return _AIR_STEP_S
    return min(_AIR_STEP_S, 2.0 * above / (math.sqrt(root) - rate) + 1.0e-3)


@kernel
def edge_reached(
    height: float,
    rate: float,
    low: float,
    high: float,
    low_tolerance: float,
    high_tolerance: float,
    stops: bool,
    region: int,
) -> int:
    """Return -1 if the end of a step is at the low edge or nearly, 1 at the high one, else 0."""
    if stops:
        low_tolerance = -rate * reach(region)
    if height < low or (rate < 0.0 and height < low + low_tolerance):
        return -1
    if height > high or (rate > 0.0 and height > high - high_tolerance):
        return 1
    return 0


@kernel
def edge_tolerance(edge: int, tight: float) -> float:
    """Return how far (m) beyond an edge a step may end; the law of density is the same on both sides of the interface."""
    return float(_EDGE_TOLERANCE_M[edge]) * (1.0 if edge == OUTSIDE else math.sqrt(tight))


@kernel
def lowest(h0: float, r0: float, h1: float, r1: float, step: float) -> float:
    """Return the lowest height of a step from heights and climb rates at its ends."""
    ends = min(h0, h1)
    if r0 < 0.0 < r1:
        return min(ends, _hermite(h0, r0, h1, r1, step, r0 / (r0 - r1)))
    return ends


@kernel
def turns_outside(h0: float, r0: float, h1: float, r1: float, step: float, low: float, high: float) -> bool:
    """Return whether a step whose ends lie between the edges has its lowest or highest point beyond one."""
    if not (low < h1 < high and r0 * r1 < 0.0):
        return False
    extreme = _hermite(h0, r0, h1, r1, step, r0 / (r0 - r1))
    return extreme < low or extreme > high

"""Free flight and re-entry in the Earth-fixed frame: adaptive DOP853 over long arcs.

Forces: zonal gravity J2..J4, Coriolis and centrifugal, and drag of air that turns with the Earth (US Standard
Atmosphere 1976, ballistic coefficient beta = m / (Cd A) in kg/m2; beta <= 0: no drag). A state is (x, y, z, vx, vy, vz)
in m, m/s.

Outside the air drag is below the step's error, so an uncapped step leaps over the atmosphere unseen. Steps are
therefore capped by height, and one ends at the interface at 120 km on the way down.
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
from tocsin.world.motion.shortarc_kernels import propagate_short as propagate_short
from tocsin.world.motion.shortarc_kernels import transition_short as transition_short

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

REACHED = 0
NOT_IN_TIME = 1
STEP_FAILURE = 2
STARTED_BELOW = 3
UNSURE = 4

INTERFACE_M = 120000.0
# Error allowed per step: with these the place of impact is right to 0.2 m at worst after 30 min of flight.
_POSITION_TOLERANCE_M = 5.0e-2
_VELOCITY_TOLERANCE_M_S = 3.0e-4
_MAX_STEPS = 20000
_AGREED_M = 3.0
_AIR_STEP_S = 20.0
_SHORT_STEP_S = 0.1
# Reach of Taylor's series to third order of the motion: jerk of gravity alone outside, kinks and drag below.
_TAYLOR_S = 5.0e-3
_TAYLOR_OUTSIDE_S = 0.5
_CLOSE_S = 1.0e-4
_GRAVITY_M_S2 = 9.84
_SHALLOW_BELOW_M = 250.0e3
_SHALLOW_M_S = 3000.0
_SHALLOW_SINE = 0.15
_FELT_M = 0.1
_SCALE_HEIGHTS = 3.0
_NEGLIGIBLE_M = 5.0e-3
_FAST_M_S = 11000.0
_OUTSIDE = TOP_LAYER + 2
# Regions 0..6: layers of the air; 7: 86 km to the interface; 8: outside. Bottom edge of each, and the top of the last.
_EDGE_M = np.array([-1.0e30, *LAYER_EDGE_M[1:], TOP_LAYERED_M, INTERFACE_M, 1.0e30])
# A step that ends this far beyond an edge stands: there the law of the region still holds well enough.
_EDGE_TOLERANCE_M = np.array([0.0, 5.0, 10.0, 20.0, 50.0, 100.0, 300.0, 1000.0, 3000.0, 0.0])


@kernel
def _slope(w: FloatArray, drag: float, far2: float, region: int, k: FloatArray, i: int) -> None:
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
def _try_step(y: FloatArray, drag: float, far2: float, region: int, h: float, tight: float, k: FloatArray, w: FloatArray) -> float:
    """Fill w with the state after h s from y (k row 0 holds the slope at y) and return its error in tolerances."""
    for i in range(1, STAGES):
        stage_state(k, i, h, y, w)
        _slope(w, drag, far2, region, k, i)
    return finish_step(k, h, y, w, tight * _POSITION_TOLERANCE_M, tight * _VELOCITY_TOLERANCE_M_S)


@kernel
def _region_of(height: float, drag: float) -> int:
    """Return the region of a height: a layer 0..6, 7 from 86 km to the interface, 8 above it or without drag."""
    if drag <= 0.0:
        return _OUTSIDE
    region = 0
    while region < _OUTSIDE and height >= _EDGE_M[region + 1]:
        region += 1
    return region


@kernel
def _air_ends(drag: float, total: float, tight: float) -> float:
    """Return the square of the geocentric distance (m2) above which drag moves a body by less than 5 mm (times tight) in total s."""
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
def _time_to_height(h0: float, r0: float, h1: float, r1: float, dt: float, level: float) -> float:
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
def _reach(region: int) -> float:
    """Return how far (s) Taylor's series holds in a region to 0.1 mm."""
    return _TAYLOR_OUTSIDE_S if region == _OUTSIDE else _TAYLOR_S


@kernel
def _shift(w: FloatArray, dt: float, drag: float, far2: float, region: int, k: FloatArray) -> None:
    """Move the state w on by a short dt s: Taylor's series with the jerk of two-body gravity and of Coriolis."""
    i = int(np.int64(STAGES - 1))
    _slope(w, drag, far2, region, k, i)
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
def _shift_to(
    w: FloatArray, level: float, sign: float, drag: float, far2: float, region: int, k: FloatArray
) -> float:
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
def _land_on(
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
        _try_step(y, drag, far2, region, dt, 1.0, k, w)
        miss = fast_height(w[0], w[1], w[2]) - level
        rate = climb_rate(w[0], w[1], w[2], w[3], w[4], w[5])
        if abs(miss) < tolerance or abs(rate) < 1.0e-3:
            break
        late = miss / rate
        if abs(late) < _reach(region):
            return dt + _shift_to(w, level, 1.0, drag, far2, region, k)
        dt = min(max(dt - late, min(0.0, longest)), max(0.0, longest))
    return dt


@kernel
def _longest_step(
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
    """Return the longest step (s) from y (6,): to the interface or, in the air, to the lower edge of the region.

    Nothing falls faster than with the full gravity of the ground, so no step from outside leaps through the air.
    """
    above = max(0.0, height - floor)
    if drag <= 0.0 or region == _OUTSIDE:
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
def _edge_reached(
    height: float, rate: float, low: float, high: float, low_tolerance: float, high_tolerance: float, stops: bool,
    region: int,
) -> int:
    """Return -1 if the end of a step is at the low edge or nearly, 1 at the high one, else 0."""
    if stops:
        low_tolerance = -rate * _reach(region)
    if height < low or (rate < 0.0 and height < low + low_tolerance):
        return -1
    if height > high or (rate > 0.0 and height > high - high_tolerance):
        return 1
    return 0


@kernel
def _edge_tolerance(edge: int, tight: float) -> float:
    """Return how far (m) beyond an edge a step may end; the law of density is the same on both sides of the interface."""
    return _EDGE_TOLERANCE_M[edge] * (1.0 if edge == _OUTSIDE else math.sqrt(tight))


@kernel
def _turns_outside(h0: float, r0: float, h1: float, r1: float, step: float, low: float, high: float) -> bool:
    """Return whether a step whose ends lie between the edges has its lowest or highest point beyond one."""
    if not (low < h1 < high and r0 * r1 < 0.0):
        return False
    extreme = _hermite(h0, r0, h1, r1, step, r0 / (r0 - r1))
    return extreme < low or extreme > high


@kernel
def _fly(
    y: FloatArray, drag: float, duration: float, stop: float, tight: float, k: FloatArray, w: FloatArray
) -> tuple[int, float, bool]:
    """Move y (6,) on by duration s (backward if negative) or down to the height `stop`.

    Return status, time flown, and whether the flight was fast and shallow or rising in the air: then errors grow. `tight` scales
    the errors allowed.

    Steps end at the edges of the regions (layers of the air, 86 km, the interface), where density has a kink: within a
    step the force is smooth, and the order of the method holds.
    """
    sign = 1.0 if duration >= 0.0 else -1.0
    total = abs(duration)
    t = 0.0
    far2 = _air_ends(drag, total, tight)
    first = int(np.int64(0))
    delicate = False
    height = fast_height(y[0], y[1], y[2])
    rate = sign * climb_rate(y[0], y[1], y[2], y[3], y[4], y[5])
    region = _region_of(height, drag)
    wish = 250.0 if region == _OUTSIDE else 1.0
    _slope(y, drag, far2, region, k, first)
    for _ in range(_MAX_STEPS):
        low = max(stop, _EDGE_M[region]) if drag > 0.0 else stop
        high = _EDGE_M[region + 1]
        below = 1.0e-4 if low == stop else _edge_tolerance(region, tight)
        above = _edge_tolerance(region + 1, tight)
        step = min(min(wish, _longest_step(y, height, rate, max(low, 0.0), drag, region, k, wish, sign, total - t)), total - t)
        safety = 0.9 if region == _OUTSIDE else 0.7
        if step <= 0.0:
            return NOT_IN_TIME, sign * t, delicate
        error = _try_step(y, drag, far2, region, sign * step, tight, k, w)
        if not error <= 1.0:
            wish = step * (max(0.1, safety * error**-0.125) if error < 1.0e30 else 0.1)
            if wish < 1.0e-6:
                break
            continue
        wish = max(wish if step < wish else 0.0, step * (6.0 if error < 1.0e-7 else min(6.0, safety * error**-0.125)))
        new_height = fast_height(w[0], w[1], w[2])
        new_rate = sign * climb_rate(w[0], w[1], w[2], w[3], w[4], w[5])
        if _turns_outside(height, rate, new_height, new_rate, step, low - below, high + above):
            wish = step * rate / (rate - new_rate)
            continue
        edge = _edge_reached(new_height, new_rate, low, high, below, above, low == stop, region)
        level = low if edge < 0 else high
        if edge != 0 and abs(new_height - level) > (below if edge < 0 else above):
            late = (new_height - level) / new_rate
            if abs(late) < _reach(region):
                step += _shift_to(w, level, sign, drag, far2, region, k)
            else:
                dt = sign * _time_to_height(height, rate, new_height, new_rate, step, level)
                step = abs(_land_on(y, drag, far2, region, dt, sign * step, level, below if edge < 0 else above, k, w))
            new_height = fast_height(w[0], w[1], w[2])
            new_rate = sign * climb_rate(w[0], w[1], w[2], w[3], w[4], w[5])
        t += step
        for m in range(6):
            y[m] = w[m]
        if edge < 0 and low == stop:
            return REACHED, sign * t, delicate
        region += edge
        height = new_height
        rate = new_rate
        if drag > 0.0 and height < _SHALLOW_BELOW_M:
            speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
            shallow = rate * rate < _SHALLOW_SINE**2 * speed2 or (rate > 0.0 and height < INTERFACE_M)
            delicate = delicate or (speed2 > _SHALLOW_M_S**2 and shallow)
        _slope(y, drag, far2, region, k, first)
    return STEP_FAILURE, sign * t, delicate


@kernel
def _fly_surely(
    start: FloatArray, y: FloatArray, drag: float, duration: float, stop: float, k: FloatArray, w: FloatArray
) -> tuple[int, float]:
    """Fill y (6,) as `_fly` does from start (6,); a delicate flight is flown again, tighter, until two flights agree.

    The error of a flight falls with the errors allowed in its steps, so the tighter one is better than their difference
    by some two orders. What is still unsure by more than 10 m is said to be.
    """
    y[:] = start
    status, t, delicate = _fly(y, drag, duration, stop, 1.0, k, w)
    if not delicate or status == STEP_FAILURE:
        return status, t
    before = np.empty(3)
    for tight, agreed in ((1.0e-3, _AGREED_M), (1.0e-6, 100.0 * _AGREED_M)):
        before[:] = y[:3]
        status_before = status
        y[:] = start
        status, t, _ = _fly(y, drag, duration, stop, tight, k, w)
        if status == STEP_FAILURE:
            return status, t
        moved = math.sqrt((y[0] - before[0]) ** 2 + (y[1] - before[1]) ** 2 + (y[2] - before[2]) ** 2)
        if status == status_before and moved < agreed:
            return status, t
    return UNSURE, t


@kernel
def propagate(state: FloatArray, duration_s: float, beta: float, out: FloatArray) -> int:
    """Fill out (6,) with the state after duration_s (may be negative) and return 0, 2 (steps failed) or 4 (unsure)."""
    k = np.empty((STAGES, 6))
    w = np.empty(6)
    status, _ = _fly_surely(state, out, 0.5 / beta if beta > 0.0 else 0.0, duration_s, -1.0e30, k, w)
    return REACHED if status == NOT_IN_TIME else status


@kernel
def fly_to_height(state: FloatArray, beta: float, h_stop_m: float, t_max_s: float, out: FloatArray) -> int:
    """Fill out (7,) with the state where the flight comes down to h_stop_m and its time (s); return a status.

    0 reached; 1 not within t_max_s (out: the state then); 2 steps failed; 3 started at or below h_stop_m; 4 unsure: the
    flight is so shallow that the place may be off by more than 10 m. Height is over the ellipsoid. With a negative
    t_max_s the flight is followed backward in time.
    """
    k = np.empty((STAGES, 6))
    w = np.empty(6)
    if fast_height(state[0], state[1], state[2]) <= h_stop_m:
        out[:6] = state
        out[6] = 0.0
        return STARTED_BELOW
    status, out[6] = _fly_surely(state, out[:6], 0.5 / beta if beta > 0.0 else 0.0, t_max_s, h_stop_m, k, w)
    return status


@kernel
def propagate_many(
    states: FloatArray, durations_s: FloatArray, betas: FloatArray, out: FloatArray, status: IntArray
) -> None:
    """Fill out (n, 6) and status (n,) as `propagate` does for each of states (n, 6)."""
    for i in range(states.shape[0]):
        status[i] = propagate(states[i], durations_s[i], betas[i], out[i])


@kernel
def fly_to_height_many(
    states: FloatArray, betas: FloatArray, h_stop_m: float, t_max_s: float, out: FloatArray, status: IntArray
) -> None:
    """Fill out (n, 7) and status (n,) as `fly_to_height` does for each of states (n, 6)."""
    for i in range(states.shape[0]):
        status[i] = fly_to_height(states[i], betas[i], h_stop_m, t_max_s, out[i])

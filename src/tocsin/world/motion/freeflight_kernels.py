"""Free flight and re-entry in the Earth-fixed frame: adaptive DOP853 over long arcs.

Forces: zonal gravity J2..J4, Coriolis and centrifugal, and drag of air that turns with the Earth (US Standard
Atmosphere 1976, ballistic coefficient beta = m / (Cd A) in kg/m2; beta <= 0: no drag). A state is (x, y, z, vx, vy, vz)
in m, m/s.

Outside the air drag is below the step's error, so an uncapped step leaps over the atmosphere unseen. Steps are
therefore capped by height, and one ends at the interface at 120 km on the way down. Where errors grow, in fast and
shallow flight through the air, the flight is flown again with smaller errors, and says if it stays unsure.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.world.motion.dop853_kernels import STAGES
from tocsin.world.motion.flight_steps_kernels import (
    EDGE_M,
    INTERFACE_M,
    OUTSIDE,
    air_ends,
    edge_reached,
    edge_tolerance,
    land_on,
    longest_step,
    lowest,
    reach,
    region_of,
    shift_to,
    slope,
    time_to_height,
    try_step,
    turns_outside,
)
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

_MAX_STEPS = 20000
# Errors grow in flights that are fast and shallow, or fast and rising, below these heights
_DELICATE_BELOW_M = 250.0e3
_DELICATE_M_S = 3000.0
_SHALLOW_SINE = 0.15
# Errors allowed in the steps of a flight that is one of a cloud, in those of a single flight
_CLOUD_TIGHT = 10.0
# Two flights that agree so well: the tighter one is right to well below 10 m
_AGREED_M = 1.0


@kernel
def _copy(values: FloatArray, to: FloatArray, n: int) -> None:
    """Copy the first n values; a slice assignment would compile numba's text formatting for its error message."""
    for i in range(n):
        to[i] = values[i]


@kernel
def _is_delicate(y: FloatArray, height: float, rate: float) -> bool:
    """Return whether a step is one after which errors grow: fast, low, and shallow or rising through the air.

    `y` is the state at its end, `height` its lowest (m), `rate` its climb rate (m/s), 0 if it turned.
    """
    if height >= _DELICATE_BELOW_M:
        return False
    speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
    if speed2 < _DELICATE_M_S * _DELICATE_M_S:
        return False
    return rate * rate < _SHALLOW_SINE * _SHALLOW_SINE * speed2 or (rate > 0.0 and height < INTERFACE_M)


@kernel
def _factor(error: float, region: int) -> float:
    """Return by how much a step may grow, or has to shrink, for its error in tolerances: order 8, within 0.1 ... 6.

    In the air, which grows denser on the way down, with more to spare.
    """
    if not error < 1.0e30:
        return 0.1
    spare = 0.9 if region == OUTSIDE else 0.7
    return 6.0 if error < 1.0e-7 else min(6.0, max(0.1, spare * error**-0.125))


@kernel
def _time_near(h0: float, r0: float, h1: float, r1: float, step: float, level: float, region: int) -> float:
    """Return when a step passes a level by the cubic through its ends (s), 0 if its end is within Taylor's reach of it."""
    if abs(h1 - level) < reach(region) * abs(r1):
        return 0.0
    return time_to_height(h0, r0, h1, r1, step, level)


@kernel
def _end_on(
    y: FloatArray,
    w: FloatArray,
    near: float,
    step: float,
    level: float,
    tolerance: float,
    sign: float,
    drag: float,
    far2: float,
    region: int,
    k: FloatArray,
) -> float:
    """Move w, the end of a step from y, to a level met `near` s ahead (0: w is all but there); return the step's length."""
    if near == 0.0:
        return step + shift_to(w, level, sign, drag, far2, region, k)
    return abs(land_on(y, drag, far2, region, sign * near, sign * step, level, tolerance, k, w))


@kernel
def _fly(
    y: FloatArray, drag: float, duration: float, stop: float, tight: float, k: FloatArray, w: FloatArray
) -> tuple[int, float, bool]:
    """Move y (6,) on by duration s (backward if negative) or down to the height `stop`.

    Return status, time flown, and whether the flight was delicate. `tight` scales the errors allowed. Steps end at the
    edges of the regions, where density has a kink: within a step the force is smooth, and the order of the method holds.
    """
    sign = 1.0 if duration >= 0.0 else -1.0
    total = abs(duration)
    t = 0.0
    far2 = air_ends(drag, total, tight)
    first = int(np.int64(0))
    delicate = False
    height = fast_height(y[0], y[1], y[2])
    rate = sign * climb_rate(y[0], y[1], y[2], y[3], y[4], y[5])
    region = region_of(height, drag)
    wish = 250.0 if region == OUTSIDE else 1.0
    slope(y, drag, far2, region, k, first)
    for _ in range(_MAX_STEPS):
        low = max(stop, EDGE_M[region]) if drag > 0.0 else stop
        high = EDGE_M[region + 1]
        below = 1.0e-4 if low == stop else edge_tolerance(region, tight)
        above = edge_tolerance(region + 1, tight)
        step = min(
            min(wish, longest_step(y, height, rate, max(low, 0.0), drag, region, k, wish, sign, total - t)), total - t
        )
        if step <= 0.0:
            return NOT_IN_TIME, sign * t, delicate
        error = try_step(y, drag, far2, region, sign * step, tight, k, w)
        fits = step * _factor(error, region)
        if not error <= 1.0:
            wish = fits
            if wish < 1.0e-6:
                break
            continue
        wish = max(wish if step < wish else 0.0, fits)
        new_height = fast_height(w[0], w[1], w[2])
        new_rate = sign * climb_rate(w[0], w[1], w[2], w[3], w[4], w[5])
        if turns_outside(height, rate, new_height, new_rate, step, low - below, high + above):
            wish = step * rate / (rate - new_rate)
            continue
        edge = edge_reached(new_height, new_rate, low, high, below, above, low == stop, region)
        level = low if edge < 0 else high
        if edge != 0 and abs(new_height - level) > (below if edge < 0 else above):
            near = _time_near(height, rate, new_height, new_rate, step, level, region)
            step = _end_on(y, w, near, step, level, below if edge < 0 else above, sign, drag, far2, region, k)
            new_height = fast_height(w[0], w[1], w[2])
            new_rate = sign * climb_rate(w[0], w[1], w[2], w[3], w[4], w[5])
        t += step
        _copy(w, y, 6)
        low_point = lowest(height, rate, new_height, new_rate, step)
        delicate = delicate or (drag > 0.0 and _is_delicate(y, low_point, new_rate if rate * new_rate > 0.0 else 0.0))
        if edge < 0 and low == stop:
            return REACHED, sign * t, delicate
        region += edge
        height = new_height
        rate = new_rate
        slope(y, drag, far2, region, k, first)
    return STEP_FAILURE, sign * t, delicate


@kernel
def _fly_surely(
    start: FloatArray, y: FloatArray, drag: float, duration: float, stop: float, k: FloatArray, w: FloatArray
) -> tuple[int, float]:
    """Fill y (6,) as `_fly` does from start (6,); a delicate flight is flown again, tighter, until two flights agree.

    The error of a flight falls with the errors allowed in its steps, so the tighter one is better than their difference
    by some two orders. What is still unsure by more than 10 m is said to be.
    """
    _copy(start, y, 6)
    status, t, delicate = _fly(y, drag, duration, stop, 1.0, k, w)
    if not delicate or status == STEP_FAILURE:
        return status, t
    before = np.empty(3)
    for tight, agreed in ((1.0e-4, _AGREED_M), (1.0e-6, 100.0 * _AGREED_M)):
        _copy(y, before, 3)
        status_before = status
        _copy(start, y, 6)
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
        _copy(state, out, 6)
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


@kernel
def fly_loosely(state: FloatArray, beta: float, h_stop_m: float, t_max_s: float, out: FloatArray) -> int:
    """Fill out (7,) and return a status as `fly_to_height` does, for a point of a wide cloud: flown once, less tight.

    A point stands for all that falls near it. Median error below 1 cm, 10 m in 99 of 100 flights; a few shallow flights
    at almost orbital speed, where the cloud itself is some 1,000 km wide, are off by hundreds of metres.
    """
    k = np.empty((STAGES, 6))
    w = np.empty(6)
    _copy(state, out, 6)
    out[6] = 0.0
    if fast_height(state[0], state[1], state[2]) <= h_stop_m:
        return STARTED_BELOW
    status, out[6], _ = _fly(out[:6], 0.5 / beta if beta > 0.0 else 0.0, t_max_s, h_stop_m, _CLOUD_TIGHT, k, w)
    return status


@kernel
def fly_cloud_to_height(
    states: FloatArray, betas: FloatArray, h_stop_m: float, t_max_s: float, out: FloatArray, status: IntArray
) -> None:
    """Fill out (n, 7) and status (n,) as `fly_loosely` does for each of states (n, 6)."""
    for i in range(states.shape[0]):
        status[i] = fly_loosely(states[i], betas[i], h_stop_m, t_max_s, out[i])

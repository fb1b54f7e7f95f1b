"""A powered ascent by few parameters, flown. SI units, Earth-fixed.

Lift-off from rest; the thrust is tilted from the vertical to a kick, then follows the velocity (gravity turn), then holds a
direction in inertial space that turns at a constant rate. Stages follow one another after a short coast; thrust and mass flow of
each are constant, so its acceleration is A / (1 - A t / c) (Tsiolkovsky). Drag and back pressure by the standard atmosphere.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, G0_M_S2
from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import air
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodetic_to_ecef
from tocsin.world.gravity_kernels import acceleration_free
from tocsin.world.motion.forces_kernels import fast_height
from tocsin.world.motion.powered_kernels import drag_coefficient

FloatArray = npt.NDArray[np.float64]

# Parameters: place (m from a reference), lift-off (s), heading (rad), kick (rad) and ln of how long it takes (s), when the hold
# begins (s after lift-off), how far it pitches up then (rad), how fast it turns down (rad/s), ln of cross-section over mass
# (m2/kg), how much later than told thrust ends (s), the share of a first stage's thrust that the air at sea level takes, and how
# far the held direction points to the right of the velocity (rad)
EAST, NORTH, START, HEADING, KICK, LN_KICK_S, HOLD_S, PITCH, RATE, LN_DRAG, LATE, BACK, YAW = range(13)
COMMON = 13
# ... and of each stage: ln of the first acceleration (m/s2; of the first stage, of what it lifts off with beyond its weight, over
# that), of the exhaust speed (m/s), of the burn (s), and of how long (s) it takes until the next one is lit
LN_PUSH, LN_EXHAUST, LN_BURN, LN_COAST = range(4)
PER_STAGE = 4
STAGES = 3
MOST = COMMON + PER_STAGE * STAGES

VERTICAL_S = 4.0
MOST_BACK = 0.5
SEA_LEVEL_PA = 101325.0
LEAST_LEFT = 0.04  # of the mass at a stage's ignition: no stage burns beyond
LOW_STEP_S, HIGH_STEP_S, LOW_M = 2.0, 6.0, 30e3
COAST_STEP_S, COAST_M = 30.0, 150e3
NEVER_S = 1e9
_EPSILON_S = 1e-9


@kernel
def size_of(stages: int) -> int:
    """Return how many parameters an ascent of so many stages has: how long the last one burns is none of them."""
    return COMMON + PER_STAGE * stages - 2


@kernel
def push_of(p: FloatArray, stage: int) -> float:
    """Return the acceleration (m/s2) by the thrust of a stage, out of the air, when it is lit.

    How long a vehicle climbs unseen goes as the root of what its thrust has beyond its weight, which of one that hardly lifts is
    a small difference: its logarithm is the parameter of the first stage.
    """
    push = math.exp(p[COMMON + PER_STAGE * stage + LN_PUSH])
    return float(G0_M_S2 * (1.0 + push) / (1.0 - min(p[BACK], MOST_BACK)) if stage == 0 else push)


@kernel
def _hold(t: float, y: FloatArray, up: float, right: float, held: FloatArray) -> None:
    """Fill held (7,): time, direction of velocity turned right and pitched up, and the perpendicular to it that points down."""
    v = max(math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5]), 1.0)
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    s = (y[3] * y[0] + y[4] * y[1] + y[5] * y[2]) / (v * r)
    n = 0.0
    for k in range(3):
        held[4 + k] = s * y[3 + k] / v - y[k] / r
        n += held[4 + k] * held[4 + k]
    n = max(math.sqrt(n), 1e-9)
    bx, by, bz = held[4] / n, held[5] / n, held[6] / n
    ax, ay, az = y[3] / v, y[4] / v, y[5] / v
    c, d = math.cos(right), math.sin(right)
    ax, ay, az = c * ax + d * (by * az - bz * ay), c * ay + d * (bz * ax - bx * az), c * az + d * (bx * ay - by * ax)
    c, d = math.cos(up), math.sin(up)
    held[1], held[2], held[3] = c * ax - d * bx, c * ay - d * by, c * az - d * bz
    held[4], held[5], held[6] = c * bx + d * ax, c * by + d * ay, c * bz + d * az
    held[0] = t


@kernel
def _rates(
    w: FloatArray, t: float, push: float, first: bool, area: float, phase: int, p: FloatArray, frame: FloatArray,
    held: FloatArray, out: FloatArray,
) -> None:  # fmt: skip
    """Fill out (6,) with d/dt of the state w; phase 0 tilts, 1 turns with gravity, 2 holds, 3 coasts."""
    ax, ay, az = acceleration_free(w[0], w[1], w[2], w[3], w[4], w[5])
    v = math.sqrt(w[3] * w[3] + w[4] * w[4] + w[5] * w[5])
    rho, outside, sound = air(fast_height(w[0], w[1], w[2]))
    d = 0.5 * rho * v * area * drag_coefficient(v / sound)
    dx, dy, dz = 0.0, 0.0, 0.0
    if phase == 1 and v > 1.0:
        dx, dy, dz = w[3] / v, w[4] / v, w[5] / v
    elif phase == 0:
        tilt = p[KICK] * min(max((t - VERTICAL_S) / math.exp(p[LN_KICK_S]), 0.0), 1.0)
        c, s = math.cos(tilt), math.sin(tilt)
        dx, dy, dz = c * frame[0] + s * frame[3], c * frame[1] + s * frame[4], c * frame[2] + s * frame[5]
    elif phase == 2:
        dt = t - held[0]
        c, s = math.cos(p[RATE] * dt), math.sin(p[RATE] * dt)
        qx, qy = c * held[1] + s * held[4], c * held[2] + s * held[5]
        dz = c * held[3] + s * held[6]
        c, s = math.cos(EARTH_RATE_RAD_S * dt), math.sin(EARTH_RATE_RAD_S * dt)
        dx, dy = c * qx + s * qy, c * qy - s * qx
    f = push * (1.0 - min(p[BACK], MOST_BACK) * outside / SEA_LEVEL_PA) if first else push
    out[0], out[1], out[2] = w[3], w[4], w[5]
    out[3] = ax - d * w[3] + f * dx
    out[4] = ay - d * w[4] + f * dy
    out[5] = az - d * w[5] + f * dz


@kernel
def _step(
    y: FloatArray, t: float, h: float, push: float, exhaust: float, since: float, first: bool, phase: int, p: FloatArray,
    frame: FloatArray, held: FloatArray, work: FloatArray,
) -> None:  # fmt: skip
    """Move y (6,) on by h s by one classical Runge-Kutta step; push: acceleration at ignition, `since` s ago; work (5, 6)."""
    area = math.exp(p[LN_DRAG])
    for i in range(4):
        f = 0.0 if i == 0 else (h if i == 3 else 0.5 * h)
        left = max(1.0 - push * (since + f) / exhaust, LEAST_LEFT)
        for m in range(6):
            work[4, m] = y[m] + (f * work[i - 1, m] if i > 0 else 0.0)
        _rates(work[4], t + f, push / left, first, area / left, phase, p, frame, held, work[i])
    for m in range(6):
        y[m] += h / 6.0 * (work[0, m] + 2.0 * work[1, m] + 2.0 * work[2, m] + work[3, m])


@kernel
def _read(a: FloatArray, b: FloatArray, h: float, u: float, out: FloatArray) -> None:
    """Fill out (3,) with the place at part u of a step of h s from state a (6,) to state b (6,): cubic Hermite."""
    c0 = 1.0 + u * u * (2.0 * u - 3.0)
    c1 = u * u * (3.0 - 2.0 * u)
    d0 = h * u * (1.0 - u) * (1.0 - u)
    d1 = h * u * u * (u - 1.0)
    for m in range(3):
        out[m] = c0 * a[m] + c1 * b[m] + d0 * a[3 + m] + d1 * b[3 + m]


@kernel
def launch_place(reference: FloatArray, east: float, north: float) -> tuple[float, float]:
    """Return latitude and longitude (rad) of a place some metres from a reference (latitude, longitude)."""
    ex, ey, ez, nx, ny, nz, _ux, _uy, _uz = enu_axes(reference[0], reference[1])
    x, y, z = geodetic_to_ecef(reference[0], reference[1], 0.0)
    lat, lon, _h = ecef_to_geodetic(x + east * ex + north * nx, y + east * ey + north * ny, z + east * ez + north * nz)
    return lat, lon


@kernel
def _lift_off(reference: FloatArray, p: FloatArray, y: FloatArray, frame: FloatArray) -> None:
    """Fill y (6,) with the state at rest and frame (6,) with up and downrange of the launch place."""
    lat, lon = launch_place(reference, p[EAST], p[NORTH])
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    s, c = math.sin(p[HEADING]), math.cos(p[HEADING])
    frame[0], frame[1], frame[2] = ux, uy, uz
    frame[3], frame[4], frame[5] = s * ex + c * nx, s * ey + c * ny, s * ez + c * nz
    for i in range(6):
        y[i] = 0.0
    y[0], y[1], y[2] = geodetic_to_ecef(lat, lon, 0.0)


@kernel
def _phase(t: float, off: float, turn: float, hold: float) -> int:
    """Return 3 after the cut-off, else 0 tilting, 1 turning with gravity, 2 holding."""
    if t >= off - _EPSILON_S:
        return 3
    if t < turn - _EPSILON_S:
        return 0
    return 1 if t < hold - _EPSILON_S else 2


@kernel
def _before(t: float, until: float, edge: float) -> float:
    """Return the end of a step from t, moved up to an edge inside it."""
    return edge if t + _EPSILON_S < edge < until else until


@kernel
def _burnt(p: FloatArray, stage: int, stages: int, lit: float) -> float:
    """Return when a stage lit at `lit` burns out, s after lift-off; the last one never does."""
    return lit + math.exp(p[COMMON + PER_STAGE * stage + LN_BURN]) if stage < stages - 1 else NEVER_S


@kernel
def _lit_after(p: FloatArray, stage: int, burnt: float) -> float:
    """Return when the next stage is lit, s after lift-off, where this one burns out at `burnt`."""
    return burnt + math.exp(p[COMMON + PER_STAGE * stage + LN_COAST])


@kernel
def most_burnt(p: FloatArray, stages: int, cutoff: float) -> float:
    """Return the largest share of its mass that a stage burns up to the cut-off: from 1 - LEAST_LEFT on no ascent is like it."""
    most, lit = 0.0, 0.0
    for stage in range(stages):
        row = COMMON + PER_STAGE * stage
        off = min(_burnt(p, stage, stages, lit), cutoff + p[LATE] - p[START])
        most = max(most, push_of(p, stage) * math.exp(-p[row + LN_EXHAUST]) * (off - lit))
        lit = _lit_after(p, stage, off)
    return float(most)


@kernel
def left_of(p: FloatArray, stages: int, cutoff: float, out: FloatArray) -> None:
    """Fill out (STAGES,) with ln of the share of its mass that each stage has left at its end, the last one at `cutoff`.

    Below LEAST_LEFT it goes on down in a straight line, so that there is a way back from where all is burnt.
    """
    lit = 0.0
    for stage in range(stages):
        row = COMMON + PER_STAGE * stage
        off = min(_burnt(p, stage, stages, lit), cutoff + p[LATE] - p[START])
        left = 1.0 - push_of(p, stage) * math.exp(-p[row + LN_EXHAUST]) * max(off - lit, 0.0)
        out[stage] = math.log(max(left, LEAST_LEFT)) + min(left - LEAST_LEFT, 0.0) / LEAST_LEFT
        lit = _lit_after(p, stage, off)


@kernel
def fly_ascent(
    reference: FloatArray, p: FloatArray, stages: int, times: FloatArray, cutoff: float, end: float, places: FloatArray,
    state: FloatArray,
) -> None:  # fmt: skip
    """Fill places (n, 3) at rising times (n,) and state (6,) at `end` of an ascent whose last stage burns up to `cutoff`.

    Times are seconds from the epoch that START counts from, none of them after `end`; before lift-off the vehicle stands.
    """
    y, before, frame, held, work = np.empty(6), np.empty(6), np.empty(6), np.zeros(7), np.empty((5, 6))
    _lift_off(reference, p, y, frame)
    last, off = end - p[START], cutoff + p[LATE] - p[START]
    turn = VERTICAL_S + max(math.exp(p[LN_KICK_S]), 1.0)
    hold = max(p[HOLD_S], turn + 1.0)
    n, k = times.shape[0], 0
    while k < n and times[k] - p[START] <= 0.0:
        places[k, 0], places[k, 1], places[k, 2] = y[0], y[1], y[2]
        k += 1
    stage, lit, t = 0, 0.0, 0.0
    burnt = _burnt(p, stage, stages, lit)
    while t < last - _EPSILON_S:
        if t >= burnt - _EPSILON_S:
            lit = _lit_after(p, stage, burnt)
            stage += 1
            burnt = _burnt(p, stage, stages, lit)
            continue
        phase = _phase(t, off, turn, hold)
        if phase == 2 and held[0] == 0.0:
            _hold(t, y, p[PITCH], p[YAW], held)
        height = fast_height(y[0], y[1], y[2])
        step = LOW_STEP_S if height < LOW_M else (COAST_STEP_S if phase == 3 and height > COAST_M else HIGH_STEP_S)
        until = min(last, t + step)
        for edge in (VERTICAL_S, turn, hold, off, lit, burnt):
            until = _before(t, until, edge)
        row, h = COMMON + PER_STAGE * stage, until - t
        for i in range(6):
            before[i] = y[i]
        push = 0.0 if phase == 3 or t < lit - _EPSILON_S else push_of(p, stage)
        _step(y, t, h, push, math.exp(p[row + LN_EXHAUST]), t - lit, stage == 0, phase, p, frame, held, work)
        while k < n and times[k] - p[START] <= until + _EPSILON_S:
            _read(before, y, h, (times[k] - p[START] - t) / h, places[k])
            k += 1
        t = until
    while k < n:
        places[k, 0], places[k, 1], places[k, 2] = y[0], y[1], y[2]
        k += 1
    for i in range(6):
        state[i] = y[i]

"""A powered ascent by few parameters, flown, and fitted to lines of sight. SI units, Earth-fixed.

Lift-off from rest; the thrust is tilted from the vertical to a kick, then follows the velocity (gravity turn), then holds a
direction in inertial space that turns at a constant rate. Stages follow one another at once; thrust and mass flow of each are
constant, so its acceleration is A / (1 - A t / c) (Tsiolkovsky). Drag and back pressure by the standard atmosphere.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S
from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import air
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodetic_to_ecef
from tocsin.world.gravity_kernels import acceleration_free
from tocsin.world.motion.forces_kernels import fast_height
from tocsin.world.motion.powered_kernels import drag_coefficient

FloatArray = npt.NDArray[np.float64]

# Parameters: place (m from a reference), lift-off (s), heading (rad), kick (rad) and how long it takes (s), when the hold begins
# (s after lift-off), how far it pitches up then (rad), how fast it turns down (rad/s), ln of cross-section over mass (m2/kg)
EAST, NORTH, START, HEADING, KICK, KICK_S, HOLD_S, PITCH, RATE, LN_DRAG = range(10)
COMMON = 10
# ... and of each stage: ln of the first acceleration (m/s2), ln of the exhaust speed (m/s), ln of the burn (s)
LN_PUSH, LN_EXHAUST, LN_BURN = range(3)
PER_STAGE = 3
STAGES = 3
MOST = COMMON + PER_STAGE * STAGES
STEPS = (20.0, 20.0, 0.02, 1e-4, 1e-4, 0.02, 0.05, 1e-4, 1e-6, 1e-3, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4)

VERTICAL_S = 4.0
BACK_PRESSURE = 0.15  # share of a first stage's thrust that the air at sea level takes
SEA_LEVEL_PA = 101325.0
LEAST_LEFT = 0.04  # of the mass at a stage's ignition: no stage burns beyond
LOW_STEP_S, HIGH_STEP_S, LOW_M = 1.0, 3.0, 30e3
_EPSILON_S = 1e-9


@kernel
def size_of(stages: int) -> int:
    """Return how many parameters an ascent of so many stages has: the end of the last burn is none of them."""
    return COMMON + PER_STAGE * stages - 1


@kernel
def _hold(t: float, y: FloatArray, up: float, held: FloatArray) -> None:
    """Fill held (7,): time, direction of velocity pitched up, and the perpendicular in its plane that points down."""
    v = max(math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5]), 1.0)
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    s = (y[3] * y[0] + y[4] * y[1] + y[5] * y[2]) / (v * r)
    n = 0.0
    for k in range(3):
        held[4 + k] = s * y[3 + k] / v - y[k] / r
        n += held[4 + k] * held[4 + k]
    n = max(math.sqrt(n), 1e-9)
    c, d = math.cos(up), math.sin(up)
    for k in range(3):
        ahead, down = y[3 + k] / v, held[4 + k] / n
        held[1 + k] = c * ahead - d * down
        held[4 + k] = c * down + d * ahead
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
        tilt = p[KICK] * min(max((t - VERTICAL_S) / p[KICK_S], 0.0), 1.0)
        c, s = math.cos(tilt), math.sin(tilt)
        dx, dy, dz = c * frame[0] + s * frame[3], c * frame[1] + s * frame[4], c * frame[2] + s * frame[5]
    elif phase == 2:
        dt = t - held[0]
        c, s = math.cos(p[RATE] * dt), math.sin(p[RATE] * dt)
        qx, qy = c * held[1] + s * held[4], c * held[2] + s * held[5]
        dz = c * held[3] + s * held[6]
        c, s = math.cos(EARTH_RATE_RAD_S * dt), math.sin(EARTH_RATE_RAD_S * dt)
        dx, dy = c * qx + s * qy, c * qy - s * qx
    f = push * (1.0 - BACK_PRESSURE * outside / SEA_LEVEL_PA) if first else push
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
    lat, lon, _h = ecef_to_geodetic(
        x + east * ex + north * nx, y + east * ey + north * ny, z + east * ez + north * nz
    )
    return lat, lon


@kernel
def fly_ascent(
    reference: FloatArray, p: FloatArray, stages: int, times: FloatArray, cutoff: float, end: float, places: FloatArray,
    state: FloatArray,
) -> None:  # fmt: skip
    """Fill places (n, 3) at rising times (n,) and state (6,) at `end` of an ascent whose last stage burns up to `cutoff`.

    Times are seconds from the epoch that START counts from; before lift-off the vehicle stands.
    """
    lat, lon = launch_place(reference, p[EAST], p[NORTH])
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    s, c = math.sin(p[HEADING]), math.cos(p[HEADING])
    frame = np.empty(6)
    frame[0], frame[1], frame[2] = ux, uy, uz
    frame[3], frame[4], frame[5] = s * ex + c * nx, s * ey + c * ny, s * ez + c * nz
    y = np.zeros(6)
    y[0], y[1], y[2] = geodetic_to_ecef(lat, lon, 0.0)
    before = y.copy()
    work = np.empty((5, 6))
    held = np.zeros(7)
    n = times.shape[0]
    last = max(end, times[n - 1]) - p[START]
    off = cutoff - p[START]
    turn = VERTICAL_S + max(p[KICK_S], 1.0)
    hold = max(p[HOLD_S], turn + 1.0)
    k = 0
    while k < n and times[k] - p[START] <= 0.0:
        for m in range(3):
            places[k, m] = y[m]
        k += 1
    stage, lit = 0, 0.0
    burnt = math.exp(p[COMMON + LN_BURN]) if stages > 1 else 1e9
    t = 0.0
    done = False
    while t < last - _EPSILON_S:
        coasts = t >= off - _EPSILON_S
        if stage < stages - 1 and t >= burnt - _EPSILON_S:
            stage += 1
            lit = burnt
            burnt = burnt + math.exp(p[COMMON + PER_STAGE * stage + LN_BURN]) if stage < stages - 1 else 1e9
            continue
        phase = 3 if coasts else (0 if t < turn - _EPSILON_S else (1 if t < hold - _EPSILON_S else 2))
        if phase == 2 and held[0] == 0.0:
            _hold(t, y, p[PITCH], held)
        until = min(last, t + (LOW_STEP_S if fast_height(y[0], y[1], y[2]) < LOW_M else HIGH_STEP_S))
        if not coasts:
            until = min(min(until, off), burnt)
        for edge in (VERTICAL_S, turn, hold, end - p[START]):
            if t + _EPSILON_S < edge < until:
                until = edge
        row = COMMON + PER_STAGE * stage
        push = 0.0 if coasts else math.exp(p[row + LN_PUSH])
        for m in range(6):
            before[m] = y[m]
        h = until - t
        _step(y, t, h, push, math.exp(p[row + LN_EXHAUST]), t - lit, stage == 0, phase, p, frame, held, work)
        while k < n and times[k] - p[START] <= until + _EPSILON_S:
            _read(before, y, h, (times[k] - p[START] - t) / h, places[k])
            k += 1
        t = until
        if not done and t >= end - p[START] - _EPSILON_S:
            done = True
            for m in range(6):
                state[m] = y[m]
    if not done:
        for m in range(6):
            state[m] = y[m]


@kernel
def solve(a: FloatArray, g: FloatArray, n: int, damping: float, low: FloatArray, out: FloatArray) -> bool:
    """Fill out (n,) with the solution of (a + damping diag a) out = g; False if it is not positive definite."""
    for j in range(n):
        d = a[j, j] * (1.0 + damping)
        for k in range(j):
            d -= low[j, k] * low[j, k]
        if not d > 0.0:
            return False
        root = math.sqrt(d)
        low[j, j] = root
        for i in range(j + 1, n):
            s = a[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            low[i, j] = s / root
    for i in range(n):
        s = g[i]
        for k in range(i):
            s -= low[i, k] * out[k]
        out[i] = s / low[i, i]
    for i in range(n - 1, -1, -1):
        s = out[i]
        for k in range(i + 1, n):
            s -= low[k, i] * out[k]
        out[i] = s / low[i, i]
    return True


@kernel
def _angles(places: FloatArray, looks: FloatArray, sigmas: FloatArray, out: FloatArray) -> None:
    """Fill out (n, 2): angles across the lines of sight over their sigma."""
    for i in range(places.shape[0]):
        dx, dy, dz = places[i, 0] - looks[i, 0], places[i, 1] - looks[i, 1], places[i, 2] - looks[i, 2]
        r = math.sqrt(dx * dx + dy * dy + dz * dz) * sigmas[i]
        out[i, 0] = (dx * looks[i, 6] + dy * looks[i, 7] + dz * looks[i, 8]) / r
        out[i, 1] = (dx * looks[i, 9] + dy * looks[i, 10] + dz * looks[i, 11]) / r


@kernel
def _cost(r: FloatArray, p: FloatArray, n: int, means: FloatArray, widths: FloatArray) -> float:
    """Return chi-square of residuals and priors."""
    total = 0.0
    for i in range(r.shape[0]):
        total += r[i, 0] * r[i, 0] + r[i, 1] * r[i, 1]
    for j in range(n):
        total += ((p[j] - means[j]) / widths[j]) ** 2
    return float(total) if total == total else 1e30


@kernel
def fit_ascent(
    reference: FloatArray, p: FloatArray, stages: int, times: FloatArray, looks: FloatArray, sigmas: FloatArray,
    means: FloatArray, widths: FloatArray, cutoff: float, end: float, rounds: int, state: FloatArray,
    covariance: FloatArray, spread: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Return chi-square (looks and priors) and ln of the evidence of an ascent fitted to lines of sight; 1e30 if none fits.

    `p` (MOST,) is moved downhill for at most so many rounds (Gauss-Newton, Levenberg's damping); times (n,) rising, looks
    (n, 12) as in `launch_kernels`, sigmas (n,) rad; means, widths (MOST,): normal priors. Fills `state` (6,) at `end`, coasting
    from `cutoff` on, its covariance (6, 6), and `spread` (MOST, MOST) that of the parameters.
    """
    n, m = size_of(stages), times.shape[0]
    places, r, trial = np.empty((m, 3)), np.empty((m, 2)), np.empty((m, 2))
    jac = np.empty((n, m, 2))
    ends = np.empty((n, 6))
    a, low = np.empty((n, n)), np.empty((n, n))
    g, step, q, moved = np.empty(n), np.empty(n), np.empty(MOST), np.empty(6)
    fly_ascent(reference, p, stages, times, cutoff, end, places, state)
    _angles(places, looks, sigmas, r)
    cost = _cost(r, p, n, means, widths)
    damping, fall = 1e-2, 1e30
    for turn in range(rounds + 1):
        for j in range(n):
            keep = p[j]
            p[j] = keep + STEPS[j]
            fly_ascent(reference, p, stages, times, cutoff, end, places, moved)
            p[j] = keep
            _angles(places, looks, sigmas, trial)
            for i in range(m):
                jac[j, i, 0] = (trial[i, 0] - r[i, 0]) / STEPS[j] * widths[j]
                jac[j, i, 1] = (trial[i, 1] - r[i, 1]) / STEPS[j] * widths[j]
            for k in range(6):
                ends[j, k] = (moved[k] - state[k]) / STEPS[j] * widths[j]
        for j in range(n):
            g[j] = -(p[j] - means[j]) / widths[j]
            for i in range(m):
                g[j] -= jac[j, i, 0] * r[i, 0] + jac[j, i, 1] * r[i, 1]
            for k in range(j + 1):
                s = 1.0 if j == k else 0.0
                for i in range(m):
                    s += jac[j, i, 0] * jac[k, i, 0] + jac[j, i, 1] * jac[k, i, 1]
                a[j, k] = s
                a[k, j] = s
        if turn == rounds or fall < 1e-2:
            break
        gained = False
        for _try in range(6):
            if solve(a, g, n, damping, low, step):
                shrink = 1.0
                for j in range(KICK, n):
                    # no step leaves the hill: two thirds of a prior at once
                    shrink = min(shrink, 0.7 / max(abs(step[j]), 1e-9))
                shrink = min(shrink, 0.5 / max(abs(step[HEADING]) * widths[HEADING], 1e-9))
                for j in range(MOST):
                    q[j] = p[j] + (shrink * step[j] * widths[j] if j < n else 0.0)
                fly_ascent(reference, q, stages, times, cutoff, end, places, moved)
                _angles(places, looks, sigmas, trial)
                new = _cost(trial, q, n, means, widths)
                if new < cost:
                    fall = cost - new if shrink == 1.0 else 1e30
                    cost = new
                    for j in range(n):
                        p[j] = q[j]
                    for i in range(m):
                        r[i, 0], r[i, 1] = trial[i, 0], trial[i, 1]
                    for k in range(6):
                        state[k] = moved[k]
                    damping = max(damping * 0.2, 1e-9)
                    gained = True
                    break
            damping = max(damping * 8.0, 1e-4)
        if not gained:
            fall = 0.0
    return _told(n, a, cost, low, step, ends, widths, covariance, spread)


@kernel
def _told(
    n: int, a: FloatArray, cost: float, low: FloatArray, column: FloatArray, ends: FloatArray, widths: FloatArray,
    covariance: FloatArray, spread: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Fill covariances from the normal matrix `a` (n, n) in units of the priors; return chi-square and ln evidence."""
    inverse = np.empty((n, n))
    unit = np.zeros(n)
    for j in range(n):
        unit[:] = 0.0
        unit[j] = 1.0
        if not solve(a, unit, n, 0.0, low, column):
            return 1e30, -1e30
        for i in range(n):
            inverse[i, j] = column[i]
    log_evidence = -0.5 * cost
    for j in range(n):
        log_evidence -= math.log(low[j, j])
        for i in range(n):
            spread[i, j] = inverse[i, j] * widths[i] * widths[j]
    for r in range(6):
        for c in range(r + 1):
            s = 0.0
            for i in range(n):
                for j in range(n):
                    s += ends[i, r] * inverse[i, j] * ends[j, c]
            covariance[r, c] = s
            covariance[c, r] = s
    return cost, log_evidence

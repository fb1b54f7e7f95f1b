"""Which known object does a radar detection fit: a statistical gate on range, angles and range rate, then one to one.

An object's error is an error of timing along its orbit (one sigma `timing`, s) with smaller errors radially and across.
The timing that fits best is found first and the object predicted there, so that the orbit's curvature does not count
as a misfit; the Mahalanobis distance is that of the linearised model about this point.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.catalogue.ephemeris_kernels import STEP_S, lagrange_weights, packed_state, predict
from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2
from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TIMING_LIMIT_S = 60.0
TOP_SPEED_M_S = 11.5e3
"""No bound object is faster above the air, so none leaves this sphere between two instants."""


@kernel
def shifted_state(packed: Array, j: int, s: float, timing: float, w: Array, d: Array, state: Array) -> None:
    """Fill `state` (6,) of candidate j at `s` intervals, running ahead of its elements by `timing` s.

    Ahead along the inertial orbit: the later Earth-fixed state, turned east by what the Earth turns meanwhile.
    """
    lagrange_weights(s + timing / STEP_S, w, d)
    packed_state(packed, j, w, d, state)
    c = math.cos(EARTH_RATE_RAD_S * timing)
    q = math.sin(EARTH_RATE_RAD_S * timing)
    for k in (0, 3):
        x = state[k]
        state[k] = c * x - q * state[k + 1]
        state[k + 1] = q * x + c * state[k + 1]


@kernel
def measurement_axes(dx: float, dy: float, dz: float, rot: Array, axes: Array) -> float:
    """Return the range and fill `axes` (3, 3): outward, along growing azimuth (any at zenith), growing elevation."""
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    axes[0, 0] = dx / r
    axes[0, 1] = dy / r
    axes[0, 2] = dz / r
    # azimuth grows along outward x up
    ax = axes[0, 1] * rot[2, 2] - axes[0, 2] * rot[2, 1]
    ay = axes[0, 2] * rot[2, 0] - axes[0, 0] * rot[2, 2]
    az = axes[0, 0] * rot[2, 1] - axes[0, 1] * rot[2, 0]
    h = math.sqrt(ax * ax + ay * ay + az * az)
    for c in range(3):
        axes[1, c] = rot[0, c]
    if h > 1e-9:
        axes[1, 0] = ax / h
        axes[1, 1] = ay / h
        axes[1, 2] = az / h
    for c in range(3):
        e = (c + 1) % 3
        f = (c + 2) % 3
        axes[2, c] = axes[1, e] * axes[0, f] - axes[1, f] * axes[0, e]
    return r


@kernel
def add_direction(cov: Array, n: int, vector: Array, variance: float) -> None:
    """Add variance * vector vector^T to the lower triangle of `cov`."""
    for i in range(n):
        for k in range(i + 1):
            cov[i, k] += variance * vector[i] * vector[k]


@kernel
def mahalanobis(cov: Array, n: int, e: Array) -> float:
    """Return e^T cov^-1 e by Cholesky in place (lower triangle); both are overwritten."""
    total = 0.0
    for i in range(n):
        for k in range(i + 1):
            x = cov[i, k]
            for m in range(k):
                x -= cov[i, m] * cov[k, m]
            if i == k:
                cov[i, i] = math.sqrt(x)
            else:
                cov[i, k] = x / cov[k, k]
        x = e[i]
        for m in range(i):
            x -= cov[i, m] * e[m]
        e[i] = x / cov[i, i]
        total += e[i] * e[i]
    return total


@kernel
def respond(
    dx: float, dy: float, dz: float, ax: float, ay: float, az: float, state: Array, axes: Array, u: Array, r: float,
    rate: float, out: Array,
) -> None:  # fmt: skip
    """Fill `out` (4,) with the change of range, azimuth arc, elevation arc (m), range rate for a step of the state.

    (dx, dy, dz) and (ax, ay, az) are the steps of position and velocity; u is the line of sight to the prediction.
    """
    for i in range(3):
        out[i] = axes[i, 0] * dx + axes[i, 1] * dy + axes[i, 2] * dz
    out[3] = u[0] * ax + u[1] * ay + u[2] * az
    out[3] += ((state[3] - rate * u[0]) * dx + (state[4] - rate * u[1]) * dy + (state[5] - rate * u[2]) * dz) / r


@kernel
def orbit_errors(
    state: Array, axes: Array, site: Array, along: Array, radial: Array, cross: Array, predicted: Array
) -> float:
    """Return the mean motion (rad/s); fill what 1 s of timing, 1 m radially, 1 m across do to a measurement (4,).

    `predicted` becomes range (m) and range rate (m/s). Timing moves an object along its inertial orbit: position by
    the inertial velocity v, Earth-fixed velocity by gravity minus Earth rate x v.
    """
    px = state[0] - site[0]
    py = state[1] - site[1]
    pz = state[2] - site[2]
    r = math.sqrt(px * px + py * py + pz * pz)
    u = np.empty(3)
    u[0] = px / r
    u[1] = py / r
    u[2] = pz / r
    rate = u[0] * state[3] + u[1] * state[4] + u[2] * state[5]
    predicted[0] = r
    predicted[1] = rate
    x = state[0]
    y = state[1]
    z = state[2]
    vx = state[3] - EARTH_RATE_RAD_S * y
    vy = state[4] + EARTH_RATE_RAD_S * x
    vz = state[5]
    rr = math.sqrt(x * x + y * y + z * z)
    g = -MU_M3_S2 / (rr * rr * rr)
    respond(
        vx, vy, vz, g * x + EARTH_RATE_RAD_S * vy, g * y - EARTH_RATE_RAD_S * vx, g * z, state, axes, u, r, rate, along
    )
    respond(x / rr, y / rr, z / rr, 0.0, 0.0, 0.0, state, axes, u, r, rate, radial)
    hx = y * vz - z * vy
    hy = z * vx - x * vz
    hz = x * vy - y * vx
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    respond(hx / h, hy / h, hz / h, 0.0, 0.0, 0.0, state, axes, u, r, rate, cross)
    return h / (rr * rr)


@kernel
def timing_step(packed: Array, j: int, s: float, w: Array, d: Array, place: Array, state: Array) -> float:
    """Return the timing (s, within the limit) at which candidate j passes nearest to `place`: one projection."""
    shifted_state(packed, j, s, 0.0, w, d, state)
    vx = state[3] - EARTH_RATE_RAD_S * state[1]
    vy = state[4] + EARTH_RATE_RAD_S * state[0]
    vz = state[5]
    along = (place[0] - state[0]) * vx + (place[1] - state[1]) * vy + (place[2] - state[2]) * vz
    timing: float = along / (vx * vx + vy * vy + vz * vz)
    return min(max(timing, -TIMING_LIMIT_S), TIMING_LIMIT_S)


@kernel
def fit(
    packed: Array, j: int, s: float, error: Array, place: Array, sigma: Array, rate: float, site: Array, rot: Array,
    work: Array,
) -> tuple[float, int]:  # fmt: skip
    """Return (Mahalanobis distance squared, dimensions 3 or 4) between a detection and candidate j.

    `error` (3, m): along-track sigma m, radial m, cross m. `sigma` (4,): range m, azimuth arc rad, elevation arc rad,
    range rate m/s; a range rate (or its sigma) that is NaN is not compared. `work` is (16, 8) scratch.
    """
    w, d, state, e, predicted = work[0], work[1], work[2], work[3], work[4]
    along, radial, cross, axes, cov = work[5], work[6], work[7], work[8:11], work[11:15]
    timing = timing_step(packed, j, s, w, d, place, state)
    shifted_state(packed, j, s, timing, w, d, state)
    r = measurement_axes(place[0] - site[0], place[1] - site[1], place[2] - site[2], rot, axes)
    motion = orbit_errors(state, axes, site, along, radial, cross, predicted)
    n = 3 if math.isnan(rate) or math.isnan(sigma[3]) else 4
    dx = place[0] - state[0]
    dy = place[1] - state[1]
    dz = place[2] - state[2]
    e[0] = r - predicted[0]
    for i in range(1, 3):
        e[i] = axes[i, 0] * dx + axes[i, 1] * dy + axes[i, 2] * dz
    e[3] = rate - predicted[1]
    for i in range(n):
        e[i] += along[i] * timing
        for k in range(i + 1):
            cov[i, k] = 0.0
    vx = state[3] - EARTH_RATE_RAD_S * state[1]
    vy = state[4] + EARTH_RATE_RAD_S * state[0]
    speed2 = vx * vx + vy * vy + state[5] * state[5]
    cov[0, 0] = sigma[0] * sigma[0]
    cov[1, 1] = (r * sigma[1]) ** 2
    cov[2, 2] = (r * sigma[2]) ** 2
    # errors of velocity that go with those of place: twice the radial, once the cross-track one, times mean motion
    cov[3, 3] = sigma[3] * sigma[3] + (2.0 * motion * error[1, j]) ** 2 + (motion * error[2, j]) ** 2
    add_direction(cov, n, along, error[0, j] * error[0, j] / speed2)
    add_direction(cov, n, radial, error[1, j] * error[1, j])
    add_direction(cov, n, cross, error[2, j] * error[2, j])
    return mahalanobis(cov, n, e), n


@kernel
def usable_rows(
    times: Ints,
    places: Array,
    sigma: Array,
    rates: Array,
    gate3: float,
    gate4: float,
    out: npt.NDArray[np.bool_],
    gates: Array,
) -> tuple[int, int, int]:
    """Return how many detections can be compared, and the first and the last of their times (TAI ns).

    Place (n, 3) known, sigma (n, 4) of range and angles positive: marked in `out` (n,). `gates` (n,) becomes the gate of
    each: that of four figures where a range rate is known.
    """
    count = 0
    first, last = 0, 0
    for i in range(places.shape[0]):
        out[i] = True
        for c in range(3):
            if not (math.isfinite(places[i, c]) and sigma[i, c] > 0.0):
                out[i] = False
        gates[i] = gate3 if math.isnan(rates[i]) or math.isnan(sigma[i, 3]) else gate4
        if out[i]:
            first = times[i] if count == 0 else min(first, times[i])
            last = times[i] if count == 0 else max(last, times[i])
            count += 1
    return count, first, last


@kernel
def rows_within(
    times: Ints, usable: npt.NDArray[np.bool_], start: int, step: int, rows: Ints, fractions: Array
) -> tuple[int, float]:
    """Return how many usable detections stand in an interval (TAI ns) and the middle of their times in intervals.

    Fills `rows` (n,) with them and `fractions` (n,) with the time of every detection after the start, in intervals.
    """
    count = 0
    low, high = math.inf, -math.inf
    for i in range(times.shape[0]):
        fractions[i] = (times[i] - start) / step
        if usable[i] and 0 <= times[i] - start < step:
            low, high = min(low, fractions[i]), max(high, fractions[i])
            rows[count] = i
            count += 1
    return count, 0.5 * (low + high)


@kernel
def gate_pairs(
    packed: Array, objects: Ints, count: int, error: Array, middle: float, fractions: Array, rows: Ints, places: Array,
    sigma: Array, rates: Array, site: Array, rot: Array, gate3: float, gate4: float, pair_row: Ints, pair_object: Ints,
    pair_d2: Array, used: int,
) -> int:  # fmt: skip
    """Return the number of pairs after adding those of detections `rows` (may exceed the room: call again with more).

    `fractions` (n,) are the detections' times in intervals, `middle` one between them; `places` (n, 3) Earth-fixed m.
    """
    work = np.empty((16, 8))
    at = np.empty((3, count))
    predict(packed, count, middle, at)
    reach = math.sqrt(max(gate3, gate4))
    slack = np.empty(count)
    for j in range(count):
        slack[j] = reach * (error[0, j] + error[1, j] + error[2, j])
    beyond = np.empty(count)
    for q in range(rows.shape[0]):
        i = rows[q]
        px = places[i, 0]
        py = places[i, 1]
        pz = places[i, 2]
        r = math.sqrt((px - site[0]) ** 2 + (py - site[1]) ** 2 + (pz - site[2]) ** 2)
        widest = max(sigma[i, 0], r * max(sigma[i, 1], sigma[i, 2]))
        room = reach * widest + TOP_SPEED_M_S * STEP_S * abs(fractions[i] - middle)
        # without a branch, so that several objects are compared at once
        for j in range(count):
            limit = room + slack[j]
            dx = at[0, j] - px
            dy = at[1, j] - py
            dz = at[2, j] - pz
            beyond[j] = dx * dx + dy * dy + dz * dz - limit * limit
        for j in range(count):
            if beyond[j] > 0.0:
                continue
            d2, n = fit(packed, j, fractions[i], error, places[i], sigma[i], rates[i], site, rot, work)
            if d2 <= (gate3 if n == 3 else gate4):
                if used < pair_row.shape[0]:
                    pair_row[used] = i
                    pair_object[used] = objects[j]
                    pair_d2[used] = d2
                used += 1
    return used

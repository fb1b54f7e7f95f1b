"""What constant errors of sensors have done to a track: how its state would have come out, had they been otherwise.

The effect E (6, 3) of a sensor is the derivative of the estimate by its three errors. It follows the estimate step by step:
over time by the transition, E' = Phi E; through a measurement with rows H, variances R and gain K,
E' = (I - K H) E + K dz/de, where the last term is of the sensor that measured. A track of one radar turns about it as a
whole; where ranges of several radars, or a burn seen before, hold the state, it hardly moves. With the sigmas of the errors, E
gives the consider covariance (Schmidt 1966; Tapley 2004, 6.5 and 6.6) that is added to what the filter says of white noise.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.tracking.bank_kernels import copy_model
from tocsin.tracking.coast_kernels import predict_free
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    DRAG_TOP_M,
    FREE,
    M_RANGE,
    M_SIGMA_A,
    MAX_STEP_S,
    S_X,
    U_X,
    N,
    coast,
    transition,
)
from tocsin.tracking.fuse_kernels import carry_on, solve6
from tocsin.tracking.update_kernels import heavy_tailed, present_rows
from tocsin.world.geodesy_kernels import height_above_ellipsoid

SIX = 6
# columns of an effect: range (m/m), angles along the two axes of a measurement row (m/rad)
RANGE, FIRST, SECOND = 0, 1, 2


@kernel
def _multiply(phi: np.ndarray, effect: np.ndarray) -> None:
    """Replace `effect` (6, 3) by phi (6+, 6+) effect."""
    column = np.empty(SIX)
    for c in range(3):
        for i in range(SIX):
            s = 0.0
            for j in range(SIX):
                s += phi[i, j] * effect[j, c]
            column[i] = s
        for i in range(SIX):
            effect[i, c] = column[i]


@kernel
def carry_effects(x: np.ndarray, dt: float, effects: np.ndarray) -> None:
    """Carry `effects` (sensors, 6, 3) over `dt` > 0 seconds of free flight that ends in state `x` (10,), in place."""
    phi = np.empty((N, N))
    height = height_above_ellipsoid(x[0], x[1], x[2])
    if dt <= MAX_STEP_S and height > DRAG_TOP_M:
        middle = x.copy()
        for i in range(3):
            middle[i] -= 0.5 * dt * x[3 + i]
        transition(middle, dt, FREE, False, phi)
    else:
        back = x.copy()
        coast(back, -dt)
        carry_on(back, dt, phi, True)
    for s in range(effects.shape[0]):
        if effects[s].any():
            _multiply(phi, effects[s])


@kernel
def measure_effects(
    x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, effects: np.ndarray, sensor: int, work: np.ndarray
) -> None:
    """Carry `effects` (sensors, 6, 3) through measurement `m` (18,) of `sensor` to a state `x` (10,), which stays as it is.

    `p` (6+, 6+) is updated, component by component with the weights that `update_model` gives them. `dt` < 0: the measurement was
    of -dt seconds ago. `work` (12, 10) is scratch.
    """
    rows, out, ph, moved = work[0:4], work[4:8], work[8], work[9]
    count = present_rows(x, p, m, min(dt, 0.0), FREE, rows, out)
    distance = 0.0
    for i in range(3):
        distance += (x[i] - m[S_X + i]) ** 2
    distance = math.sqrt(distance)
    directed = 2 if m[M_SIGMA_A] == m[M_SIGMA_A] else 0
    ranged = m[M_RANGE] == m[M_RANGE]
    for i in range(SIX):
        moved[i] = 0.0
    for k in range(count):
        h = rows[k]
        s, y = out[k, 1], out[k, 0]
        for i in range(SIX):
            ph[i] = 0.0
            for j in range(SIX):
                ph[i] += p[i, j] * h[j]
            s += h[i] * ph[i]
            y -= h[i] * moved[i]
        _, wider = heavy_tailed(y * y / s)
        s *= wider
        # the error of the sensor that this component shows, and how far
        column, own = -1, 0.0
        if k < directed:
            column, own = FIRST + k, distance
        elif k == directed and ranged:
            column, own = RANGE, 1.0
        for sensor_k in range(effects.shape[0]):
            if sensor_k == sensor or effects[sensor_k].any():
                _through(effects[sensor_k], h, ph, s, column if sensor_k == sensor else -1, own)
        for i in range(SIX):
            moved[i] += ph[i] / s * y
            for j in range(SIX):
                p[i, j] -= ph[i] * ph[j] / s


@kernel
def _through(effect: np.ndarray, h: np.ndarray, ph: np.ndarray, s: float, column: int, own: float) -> None:
    """Carry one `effect` (6, 3) through one component with row `h`, P h and innovation variance `s`."""
    for c in range(3):
        gap = own if c == column else 0.0
        for i in range(SIX):
            gap -= h[i] * effect[i, c]
        for i in range(SIX):
            effect[i, c] += ph[i] / s * gap


@kernel
def begin_effects(state: np.ndarray, contacts: np.ndarray, satellite: np.ndarray, effects: np.ndarray) -> None:
    """Fill `effects` (sensors, 6, 3) of a track that no radar has seen yet with those of its satellites.

    By the share of each in the detections, `contacts` (sensors,): a shift of the place across the line of sight.
    """
    total = 0
    for c in range(satellite.shape[0]):
        total += contacts[c].hits
    d, a, b = np.empty(3), np.zeros(3), np.empty(3)
    for c in range(satellite.shape[0]):
        r = contacts[c]
        if not satellite[c] or r.hits == 0:
            continue
        d[0], d[1], d[2] = state[0] - r.x, state[1] - r.y, state[2] - r.z
        distance = math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
        across = math.sqrt(d[0] * d[0] + d[1] * d[1])
        # two axes across the line, whichever: its errors are alike on both
        a[0], a[1] = -d[1] / across, d[0] / across
        b[0] = -d[2] * a[1] / distance
        b[1] = d[2] * a[0] / distance
        b[2] = (d[0] * a[1] - d[1] * a[0]) / distance
        for i in range(3):
            effects[c, i, FIRST] = a[i] * distance * r.hits / total
            effects[c, i, SECOND] = b[i] * distance * r.hits / total


@kernel
def follow_effects(
    xs: np.ndarray, ps: np.ndarray, ts: np.ndarray, ahead_x: np.ndarray, ahead_p: np.ndarray, ahead_t: np.ndarray,
    effects: np.ndarray, effects_t: np.ndarray, contacts: np.ndarray, satellite: np.ndarray, slots: np.ndarray,
    rows: np.ndarray, times: np.ndarray, which: np.ndarray, sensor: int,
) -> None:  # fmt: skip
    """Carry the effects of tracks `slots[k]` through measurements `which[k]` of a sensor that their states are about to take.

    `effects` (cap, sensors, 6, 3) are of the instants `effects_t` (cap,) ns, 0 where no radar has seen the track before;
    `ahead_*` the coasting states at `ahead_t` (cap,), as far as a gate has carried them on.
    """
    work, narrow = np.empty((12, N)), np.empty((20, SIX, 1))
    x, p = np.empty(N), np.empty((N, N))
    for k in range(slots.shape[0]):
        s = slots[k]
        time = times[which[k]]
        dt = (time - ts[s]) * 1e-9
        if ahead_t[s] == time:
            copy_model(ahead_x[s], ahead_p[s], x, p)
        else:
            copy_model(xs[s, FREE], ps[s, FREE], x, p)
            predict_free(x, p, max(dt, 0.0), narrow)
        if effects_t[s] == 0:
            begin_effects(x, contacts[s], satellite, effects[s])
        else:
            since = (max(time, ts[s]) - effects_t[s]) * 1e-9
            if since > 0.0:
                carry_effects(x, since, effects[s])
        measure_effects(x, p, rows[which[k]], dt, effects[s], sensor, work)
        effects_t[s] = max(time, ts[s])


@kernel
def start_effects(
    ts: np.ndarray, effects: np.ndarray, effects_t: np.ndarray, slots: np.ndarray, rows: np.ndarray, which: np.ndarray,
    sensor: int,
) -> None:  # fmt: skip
    """Fill the effects of tracks `slots[k]` that have just begun at the places of measurements `which[k]` of a radar."""
    for k in range(slots.shape[0]):
        s, m = slots[k], rows[which[k]]
        for i in range(3):
            effects[s, sensor, i, RANGE] = m[U_X + i]
            effects[s, sensor, i, FIRST] = m[M_RANGE] * m[A_X + i]
            effects[s, sensor, i, SECOND] = m[M_RANGE] * m[B_X + i]
        effects_t[s] = ts[s]


@kernel
def bring_effects(
    xs: np.ndarray, ts: np.ndarray, effects: np.ndarray, effects_t: np.ndarray, slot: int
) -> None:  # fmt: skip
    """Carry the effects of a track to its own time, in place; arrays as in `follow_effects`."""
    dt = (ts[slot] - effects_t[slot]) * 1e-9
    if effects_t[slot] != 0 and dt > 0.0:
        carry_effects(xs[slot, FREE], dt, effects[slot])
        effects_t[slot] = ts[slot]


@kernel
def share_effects(joined: np.ndarray, own: np.ndarray, effects: np.ndarray) -> bool:
    """Leave in `effects` (sensors, 6, 3) the share of a state of covariance `own` (6+, 6+) in one joined with others, (6, 6).

    The weight of the own state is joined own^-1. Returns False, and leaves them, where `own` is not positive definite.
    """
    weight, low = joined.copy(), np.empty((SIX, SIX))
    for i in range(SIX):
        for j in range(SIX):
            low[i, j] = own[i, j]
    if not solve6(low, weight):
        return False
    turned = np.empty((SIX, SIX))
    for i in range(SIX):
        for j in range(SIX):
            turned[i, j] = weight[j, i]
    for s in range(effects.shape[0]):
        _multiply(turned, effects[s])
    return True


@kernel
def add_effects(effects: np.ndarray, biases: np.ndarray, sign: float, p: np.ndarray) -> None:
    """Add to `p` (6+, 6+), or take away (`sign` -1), what errors of sigmas `biases` (sensors, 3) do by `effects`."""
    for s in range(biases.shape[0]):
        for c in range(3):
            v = sign * biases[s, c] * biases[s, c]
            if v == 0.0:
                continue
            for i in range(SIX):
                for j in range(SIX):
                    p[i, j] += v * effects[s, i, c] * effects[s, j, c]

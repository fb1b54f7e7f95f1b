"""What satellites knew of an object when it burnt out, joined with what a radar knows of it now, over the arc between.

After a long coast the state of a plume's track is uncertain by hundreds of kilometres along a curved arc: there it is no
Gaussian, and the radar's is. At burnout it is one. The joined state is the most probable one under both, each taken where it is
a Gaussian: an iterated Kalman update of the state at burnout by the radar's state (Bell and Cathey, IEEE TAC 38(2), 1993),
which is Gauss-Newton's way to it, damped (Levenberg).
"""

import math

import numpy as np

from tocsin.core.constants import MU_M3_S2
from tocsin.core.kernels import kernel
from tocsin.core.linear_kernels import factor, solve, solve_damped
from tocsin.tracking.filter_kernels import (
    DRAG_TOP_M,
    FREE,
    MAX_STEP_S,
    MODELS,
    N,
    advance_state,
    followed_by,
    transition,
)
from tocsin.world.geodesy_kernels import height_above_ellipsoid

ROUNDS = 10
CLOSE = 1e-3  # a step that is worth no more of the squared distance is none
SETTLED = 1e-2  # a step worth no more of what there is, and that fails, ends the way
FIRST_TRIES, STEP_TRIES, CLOSE_M, TURN_M_S = 10, 4, 1.0, 1000.0  # of an arc to a place
DAMPING = 1e-10  # the sharpest directions have variances so many times less than the widest
FAR, NOWHERE = 1e9, 1e30


@kernel
def carry_on(x: np.ndarray, dt: float, phi: np.ndarray) -> None:
    """Carry `x` (10) over `dt` >= 0 s without thrust in place and fill `phi` (10, 10) with the transition."""
    step = np.empty((N, N))
    product = np.empty((N, N))
    middle = np.empty(N)
    for i in range(N):
        for j in range(N):
            phi[i, j] = 1.0 if i == j else 0.0
    left = dt
    while left > 0.0:
        height = height_above_ellipsoid(x[0], x[1], x[2])
        drag = -1e4 < height < DRAG_TOP_M
        h = min(1.0 if drag else MAX_STEP_S, left)
        for i in range(N):
            middle[i] = 0.5 * x[i]
        for model in range(FREE, MODELS):
            advance_state(x, h, model, drag)
            for i in range(N):
                middle[i] += 0.5 * x[i]
            # about the middle of the step: about its beginning the product over half an hour is wrong by per cents
            transition(middle, h, model, drag, step)
        followed_by(step, phi, product)
        left -= h


@kernel
def solve6(a: np.ndarray, b: np.ndarray) -> bool:
    """Replace b (6, m) by a^-1 b for a symmetric positive definite a (6, 6), by Cholesky; False if it is not."""
    low = a.copy()
    if not factor(low, 6):
        return False
    column = np.empty(6)
    for c in range(b.shape[1]):
        for i in range(6):
            column[i] = b[i, c]
        solve(low, 6, column)
        for i in range(6):
            b[i, c] = column[i]
    return True


@kernel
def _forward(low: np.ndarray, b: np.ndarray) -> None:
    """Replace b (6,) by low^-1 b, `low` (6, 6) the Cholesky factor of a covariance: what it is in sigmas."""
    for i in range(6):
        s = b[i]
        for k in range(i):
            s -= low[i, k] * b[k]
        b[i] = s / low[i, i]


@kernel
def _misfit(
    begin: np.ndarray, before: np.ndarray, dt: float, radar_x: np.ndarray, radar: np.ndarray, z: np.ndarray,
    end: np.ndarray, phi: np.ndarray, u: np.ndarray, e: np.ndarray,
) -> float:  # fmt: skip
    """Return the squared distance of a state z (6,) at burnout from both tracks, u (6,) and e (6,) of it, in sigmas of each.

    `before`, `radar` (6, 6): Cholesky factors. Fills `end` (10,), where z has come to, and the transition `phi` (10, 10) there.
    """
    for i in range(N):
        end[i] = z[i] if i < 6 else radar_x[i]
    carry_on(end, dt, phi)
    total = 0.0
    for i in range(6):
        u[i], e[i] = z[i] - begin[i], radar_x[i] - end[i]
    _forward(before, u)
    _forward(radar, e)
    for i in range(6):
        total += u[i] * u[i] + e[i] * e[i]
    return float(total) if total == total else NOWHERE


@kernel
def _slopes(
    before: np.ndarray, radar: np.ndarray, phi: np.ndarray, u: np.ndarray, e: np.ndarray, a: np.ndarray, g: np.ndarray
) -> None:
    """Fill the normal matrix a (6, 6) and the downhill gradient g (6,) of `_misfit` by the state at burnout in its sigmas."""
    jac, column = np.empty((6, 6)), np.empty(6)
    for j in range(6):
        for i in range(6):
            s = 0.0
            for k in range(j, 6):
                s += phi[i, k] * before[k, j]
            column[i] = s
        _forward(radar, column)
        for i in range(6):
            jac[i, j] = column[i]
    for j in range(6):
        g[j] = -u[j]
        for i in range(6):
            g[j] += jac[i, j] * e[i]
        for k in range(6):
            s = 1.0 if j == k else 0.0
            for i in range(6):
                s += jac[i, j] * jac[i, k]
            a[j, k] = s


@kernel
def _throw(z: np.ndarray, end: np.ndarray, dt: float) -> None:
    """Fill the velocity of z (6,) with that of a parabola to the place of `end` (3+,) in `dt` s, by the gravity at both ends."""
    a, b = 0.0, 0.0
    for i in range(3):
        a += z[i] * z[i]
        b += end[i] * end[i]
    a, b = 0.5 * MU_M3_S2 / a**1.5, 0.5 * MU_M3_S2 / b**1.5
    for i in range(3):
        z[3 + i] = (end[i] - z[i]) / dt + 0.5 * dt * (a * z[i] + b * end[i])


@kernel
def _aim(
    z: np.ndarray, place: np.ndarray, dt: float, radar_x: np.ndarray, tries: int, end: np.ndarray, phi: np.ndarray
) -> bool:
    """Turn the velocity of z (6,), in place, so that it is at a place (3,) `dt` s later, and return whether it is (Newton).

    Fills `end` (10,) and the transition `phi` (10, 10) of the last velocity tried; so many tries at most.
    """
    a, low, g, turn = np.empty((3, 3)), np.empty((3, 3)), np.empty(3), np.empty(3)
    for _ in range(tries):
        for i in range(N):
            end[i] = z[i] if i < 6 else radar_x[i]
        carry_on(end, dt, phi)
        short = 0.0
        for i in range(3):
            short += (place[i] - end[i]) ** 2
        if not short > CLOSE_M * CLOSE_M:
            return True
        for i in range(3):
            g[i] = 0.0
            for k in range(3):
                g[i] += phi[k, 3 + i] * (place[k] - end[k])
            for j in range(3):
                a[i, j] = 0.0
                for k in range(3):
                    a[i, j] += phi[k, 3 + i] * phi[k, 3 + j]
        if not solve_damped(a, g, 3, 0.0, low, turn):
            return False
        most = 0.0
        for i in range(3):
            most += turn[i] * turn[i]
        part = min(1.0, TURN_M_S / max(math.sqrt(most), 1e-9))
        for i in range(3):
            z[3 + i] += part * turn[i]
    return False


@kernel
def _descend(
    begin: np.ndarray, before: np.ndarray, dt: float, radar_x: np.ndarray, radar: np.ndarray, z: np.ndarray
) -> float:
    """Return the least squared distance from both tracks downhill from z (6,), which is moved there; `FAR` if it is not found.

    Gauss-Newton with Levenberg's damping; arguments as in `_misfit`. After each step the velocity is turned so that the arc ends
    where the slope said: the plume is known to a kilometre across the line of sight, the radar's place as well, and of what lies
    between hardly anything, so a straight step leaves the bent valley at once, while velocities hardly bend as functions of the
    places at both ends.
    """
    end, q, u, e, moved, off = np.empty(N), np.empty(6), np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    a, low, g, step, place = np.empty((6, 6)), np.empty((6, 6)), np.empty(6), np.empty(6), np.empty(3)
    phi, trial, there = np.empty((N, N)), np.empty((N, N)), np.empty(N)
    cost, damping = _misfit(begin, before, dt, radar_x, radar, z, end, phi, u, e), DAMPING
    _slopes(before, radar, phi, u, e, a, g)
    for _ in range(ROUNDS):
        if not (cost < NOWHERE and solve_damped(a, g, 6, damping, low, step)):
            return FAR
        gain = 0.0
        for i in range(6):
            gain += g[i] * step[i]
            q[i] = begin[i]
            for k in range(i + 1):
                q[i] += before[i, k] * (u[k] + step[k])
        if gain < CLOSE:
            return cost
        for i in range(3):
            place[i] = end[i]
            for k in range(6):
                place[i] += phi[i, k] * (q[k] - z[k])
        _aim(q, place, dt, radar_x, STEP_TRIES, there, trial)
        new = _misfit(begin, before, dt, radar_x, radar, q, there, trial, moved, off)
        if new < cost:
            cost, damping = new, 0.1 * damping
            for i in range(6):
                z[i], u[i], e[i] = q[i], moved[i], off[i]
            for i in range(N):
                end[i] = there[i]
                for j in range(N):
                    phi[i, j] = trial[i, j]
            _slopes(before, radar, phi, u, e, a, g)
        elif gain < SETTLED * cost:
            return cost
        else:
            damping = max(30.0 * damping, DAMPING)
    return FAR


@kernel
def join(
    begin: np.ndarray, before: np.ndarray, dt: float, radar_x: np.ndarray, radar_p: np.ndarray, out_x: np.ndarray,
    out_p: np.ndarray,
) -> float:  # fmt: skip
    """Return how far two tracks are from being one (squared distance of 6 components), `FAR` where that is not found.

    Fills `out_x` (6), `out_p` (6, 6) with the joined state at the radar's time. `begin` (6), `before` (6, 6): what coasts on from
    a burnout; `radar_x` (10), `radar_p` (10, 10) the radar's track `dt` seconds later. The way begins at the arc from the one
    place to the other: the mean velocity of one satellite may lead to the ground, that of a young radar track back through
    the Earth.
    """
    low, radar, phi = before.copy(), np.empty((6, 6)), np.empty((N, N))
    for i in range(6):
        for j in range(6):
            radar[i, j] = radar_p[i, j]
    if not (factor(low, 6) and factor(radar, 6)):
        return FAR
    z, end, u, e = begin.copy(), np.empty(N), np.empty(6), np.empty(6)
    _throw(z, radar_x, dt)
    if not _aim(z, radar_x[:3], dt, radar_x, FIRST_TRIES, end, phi):
        return FAR
    distance = _descend(begin, low, dt, radar_x, radar, z)
    if distance >= FAR:
        return FAR
    _misfit(begin, low, dt, radar_x, radar, z, end, phi, u, e)
    return distance if _joined(end, phi, low, radar, out_x, out_p) else FAR


@kernel
def _joined(
    end: np.ndarray, phi: np.ndarray, before: np.ndarray, radar: np.ndarray, out_x: np.ndarray, out_p: np.ndarray
) -> bool:
    """Fill the joined state `end` with its covariance, the smaller of both however far apart they are.

    By a root of it, so that it is one: (phi L) A^-1 (phi L)^T with A the normal matrix in sigmas of the burnout.
    """
    a, g, none, root = np.empty((6, 6)), np.empty(6), np.zeros(6), np.empty((6, 6))
    _slopes(before, radar, phi, none, none, a, g)
    if not factor(a, 6):
        return False
    for i in range(6):
        for j in range(6):
            s = 0.0
            for k in range(j, 6):
                s += phi[i, k] * before[k, j]
            root[i, j] = s
        _forward(a, root[i])
    for i in range(6):
        out_x[i] = end[i]
        for j in range(i + 1):
            s = 0.0
            for k in range(6):
                s += root[i, k] * root[j, k]
            out_p[i, j] = s
            out_p[j, i] = s
    return True

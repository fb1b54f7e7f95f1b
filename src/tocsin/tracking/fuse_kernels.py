"""What satellites knew of an object when it burnt out, joined with what a radar knows of it now, over the arc between.

After a long coast the state of a plume's track is uncertain by hundreds of kilometres along a curved arc: there it is no
Gaussian, and the radar's is. At burnout it is one. The joined state is the most probable one under both, each taken where it is
a Gaussian: an iterated update of the radar's state, followed back, by the state at burnout (Bell and Cathey, IEEE TAC 38(2),
1993), which is Gauss-Newton's way to it, damped (Levenberg).
"""

import numpy as np

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

ROUNDS = 20
CLOSE = 1e-3  # a step that is worth no more of the squared distance is none
SETTLED = 1e-2  # a step worth no more of what there is, and that fails, ends the way
DAMPING, LEAST_DAMPING = 1e-10, 1e-6  # the sharpest directions have variances so many times less than the widest
COARSER = (
    100.0,
    10.0,
    1.0,
    1.0,
)  # so much coarser the plume is taken for, one after the other; in the air the last only
HOPELESS = 100.0  # of two tracks of one object, one of them taken for 100 times coarser, the distance is a few
FAR, NOWHERE = 1e9, 1e30


@kernel
def carry_on(x: np.ndarray, dt: float, phi: np.ndarray, air: bool) -> None:
    """Carry `x` (10) over `dt` s, forward or back, without thrust in place and fill `phi` (10, 10) with the transition.

    Not `air`: as if there were none.
    """
    step = np.empty((N, N))
    product = np.empty((N, N))
    middle = np.empty(N)
    for i in range(N):
        for j in range(N):
            phi[i, j] = 1.0 if i == j else 0.0
    left = dt
    while abs(left) > 1e-9:
        height = height_above_ellipsoid(x[0], x[1], x[2])
        drag = air and -1e4 < height < DRAG_TOP_M
        most = 1.0 if drag else MAX_STEP_S
        h = min(max(left, -most), most)
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
    begin: np.ndarray, before: np.ndarray, dt: float, radar_x: np.ndarray, radar: np.ndarray, air: bool, z: np.ndarray,
    back: np.ndarray, phi: np.ndarray, u: np.ndarray, e: np.ndarray,
) -> float:  # fmt: skip
    """Return the squared distance of a state z (6,) at the radar's time from both tracks, u (6,) and e (6,) of it, in sigmas.

    `radar`, `before` (6, 6): Cholesky factors. Fills `back` (10,), where z was at burnout, and the transition `phi` (10, 10).
    """
    for i in range(N):
        back[i] = z[i] if i < 6 else radar_x[i]
    carry_on(back, -dt, phi, air)
    total = 0.0
    for i in range(6):
        u[i], e[i] = z[i] - radar_x[i], begin[i] - back[i]
    _forward(radar, u)
    _forward(before, e)
    for i in range(6):
        total += u[i] * u[i] + e[i] * e[i]
    return float(total) if total == total else NOWHERE


@kernel
def _slopes(
    before: np.ndarray, radar: np.ndarray, phi: np.ndarray, u: np.ndarray, e: np.ndarray, a: np.ndarray, g: np.ndarray
) -> None:
    """Fill the normal matrix a (6, 6) and the downhill gradient g (6,) of `_misfit` by the radar's state in its sigmas."""
    jac, column = np.empty((6, 6)), np.empty(6)
    for j in range(6):
        for i in range(6):
            s = 0.0
            for k in range(j, 6):
                s += phi[i, k] * radar[k, j]
            column[i] = s
        _forward(before, column)
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
def join(
    begin: np.ndarray, before: np.ndarray, dt: float, radar_x: np.ndarray, radar_p: np.ndarray, out_x: np.ndarray,
    out_p: np.ndarray,
) -> float:  # fmt: skip
    """Return how far two tracks are from being one (squared distance of 6 components), `FAR` where that is not found.

    Fills `out_x` (6), `out_p` (6, 6) with the joined state at the radar's time. `begin` (6), `before` (6, 6): what coasts on from
    a burnout; `radar_x` (10), `radar_p` (10, 10) the radar's track `dt` seconds later. The radar's arc is followed back: in its
    sigmas the way is short, where the plume's mean may lead to the ground.
    """
    low, radar, coarse, a, z = before.copy(), np.empty((6, 6)), np.empty((6, 6)), np.empty((6, 6)), radar_x[:6].copy()
    for i in range(6):
        for j in range(6):
            radar[i, j] = radar_p[i, j]
    if not (factor(low, 6) and factor(radar, 6)):
        return FAR
    distance = FAR
    # what leads back a radar's first seconds comes from a thousand kilometres beside a plume that is known to three
    for k in range(len(COARSER)):
        for i in range(6):
            for j in range(6):
                coarse[i, j] = COARSER[k] * low[i, j]
        # a wrong arc followed back through the air gains speed without end
        distance = _descend(begin, coarse, dt, radar_x, radar, k == len(COARSER) - 1, z, a)
        if k == 0 and distance > HOPELESS:
            return FAR
    return distance if distance < FAR and _joined(z, a, radar, out_x, out_p) else FAR


@kernel
def _descend(
    begin: np.ndarray, before: np.ndarray, dt: float, radar_x: np.ndarray, radar: np.ndarray, air: bool, z: np.ndarray,
    a: np.ndarray,
) -> float:  # fmt: skip
    """Return the least squared distance from both tracks downhill from z (6,), which is moved there; `FAR` if it is not found.

    Gauss-Newton with Levenberg's damping; arguments as in `_misfit`. `a` (6, 6) becomes the normal matrix there.
    """
    back, q, u, e, moved, off = np.empty(N), np.empty(6), np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    low, g, step = np.empty((6, 6)), np.empty(6), np.empty(6)
    phi, trial, there = np.empty((N, N)), np.empty((N, N)), np.empty(N)
    cost, damping = _misfit(begin, before, dt, radar_x, radar, air, z, back, phi, u, e), DAMPING
    _slopes(before, radar, phi, u, e, a, g)
    for _ in range(ROUNDS):
        if not (cost < NOWHERE and solve_damped(a, g, 6, damping, low, step)):
            return FAR
        gain = 0.0
        for i in range(6):
            gain += g[i] * step[i]
            q[i] = radar_x[i]
            for k in range(i + 1):
                q[i] += radar[i, k] * (u[k] + step[k])
        if gain < CLOSE or (gain < SETTLED * cost and damping > 1.0):
            return cost
        new = _misfit(begin, before, dt, radar_x, radar, air, q, there, trial, moved, off)
        if new < cost:
            cost, damping = new, 0.1 * damping
            for i in range(6):
                z[i], u[i], e[i] = q[i], moved[i], off[i]
            for i in range(N):
                for j in range(N):
                    phi[i, j] = trial[i, j]
            _slopes(before, radar, phi, u, e, a, g)
        else:
            damping = max(30.0 * damping, LEAST_DAMPING)
    return FAR


@kernel
def _joined(z: np.ndarray, a: np.ndarray, radar: np.ndarray, out_x: np.ndarray, out_p: np.ndarray) -> bool:
    """Fill the joined state z with its covariance, the smaller of both however far apart they are.

    By a root of it, so that it is one: L A^-1 L^T with A the normal matrix in sigmas of the radar.
    """
    root = np.zeros((6, 6))
    if not factor(a, 6):
        return False
    for i in range(6):
        for j in range(i + 1):
            root[i, j] = radar[i, j]
        _forward(a, root[i])
    for i in range(6):
        out_x[i] = z[i]
        for j in range(i + 1):
            s = 0.0
            for k in range(6):
                s += root[i, k] * root[j, k]
            out_p[i, j] = s
            out_p[j, i] = s
    return True

"""What satellites knew of an object when it burnt out, joined with what a radar knows of it now, over the arc between.

After a long coast the state of a plume's track is uncertain by hundreds of kilometres along a curved arc: there it is no
Gaussian, and the radar's is. At burnout it is one. The joined state is the most probable one under both, each taken where it is
a Gaussian: an iterated Kalman update of the state at burnout by the radar's state (Bell and Cathey, IEEE TAC 38(2), 1993).
"""

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.core.linear_kernels import factor, solve
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

ROUNDS = 12
CLOSE_M = 1.0


@kernel
def carry_on(x: np.ndarray, dt: float, phi: np.ndarray) -> None:
    """Carry `x` (10) over `dt` >= 0 s without thrust in place and fill `phi` (10, 10) with the transition."""
    step = np.empty((N, N))
    product = np.empty((N, N))
    for i in range(N):
        for j in range(N):
            phi[i, j] = 1.0 if i == j else 0.0
    left = dt
    while left > 0.0:
        height = height_above_ellipsoid(x[0], x[1], x[2])
        drag = -1e4 < height < DRAG_TOP_M
        h = min(1.0 if drag else MAX_STEP_S, left)
        for model in range(FREE, MODELS):
            transition(x, h, model, drag, step)
            advance_state(x, h, model, drag)
        followed_by(step, phi, product)
        left -= h


@kernel
def turned(phi: np.ndarray, p: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (6, 6) with phi p phi^T over the first six components."""
    half = np.empty((6, 6))
    for i in range(6):
        for j in range(6):
            s = 0.0
            for k in range(6):
                s += phi[i, k] * p[k, j]
            half[i, j] = s
    for i in range(6):
        for j in range(i + 1):
            s = 0.0
            for k in range(6):
                s += half[i, k] * phi[j, k]
            out[i, j] = s
            out[j, i] = s


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
def _gain(phi: np.ndarray, p: np.ndarray, radar: np.ndarray, gain: np.ndarray) -> bool:
    """Fill `gain` (6, 6), transposed: (phi p phi^T + radar)^-1 phi p; False where there is none."""
    s = np.empty((6, 6))
    turned(phi, p, s)
    for i in range(6):
        for j in range(6):
            s[i, j] += radar[i, j]
            v = 0.0
            for k in range(6):
                v += phi[i, k] * p[k, j]
            gain[i, j] = v
    return solve6(s, gain)


@kernel
def join(
    begin: np.ndarray, before: np.ndarray, dt: float, radar_x: np.ndarray, radar_p: np.ndarray, out_x: np.ndarray,
    out_p: np.ndarray,
) -> float:  # fmt: skip
    """Return how far two tracks are from being one (squared distance of 6 components), 1e9 where that is not found.

    Fills `out_x` (6), `out_p` (6, 6) with the joined state at the radar's time. `begin` (6), `before` (6, 6): what coasts on from
    a burnout; `radar_x` (10), `radar_p` (10, 10) the radar's track `dt` seconds later.
    """
    phi = np.empty((N, N))
    z = begin.copy()
    end = radar_x.copy()
    gain = np.empty((6, 6))
    for _ in range(ROUNDS):
        for i in range(6):
            end[i] = z[i]
        carry_on(end, dt, phi)
        if not _gain(phi, before, radar_p, gain):
            return 1e9
        moved = 0.0
        fresh = np.empty(6)
        for i in range(6):
            fresh[i] = begin[i]
        for k in range(6):
            residual = radar_x[k] - end[k]
            for j in range(6):
                residual -= phi[k, j] * (begin[j] - z[j])
            for i in range(6):
                fresh[i] += gain[k, i] * residual
        for i in range(6):
            moved = max(moved, abs(fresh[i] - z[i]) * (1.0 if i < 3 else 1e3))
            z[i] = fresh[i]
        if moved < CLOSE_M:
            break
    for i in range(6):
        end[i] = z[i]
    carry_on(end, dt, phi)
    if not _gain(phi, before, radar_p, gain):
        return 1e9
    return _joined(begin, z, end, phi, before, gain, radar_x, radar_p, out_x, out_p)


@kernel
def _joined(
    begin: np.ndarray, z: np.ndarray, end: np.ndarray, phi: np.ndarray, before: np.ndarray, gain: np.ndarray,
    radar_x: np.ndarray, radar_p: np.ndarray, out_x: np.ndarray, out_p: np.ndarray,
) -> float:  # fmt: skip
    """Fill the joined state `end` with its covariance, and return the squared distance of both tracks from it."""
    s = np.empty((6, 6))
    turned(phi, before, s)
    # R (S + R)^-1 S, the smaller of both however far apart they are
    mixed = s.copy()
    total = np.empty((6, 6))
    for i in range(6):
        out_x[i] = end[i]
        for j in range(6):
            total[i, j] = s[i, j] + radar_p[i, j]
    if not solve6(total, mixed):
        return 1e9
    for i in range(6):
        for j in range(6):
            v = 0.0
            for k in range(6):
                v += radar_p[i, k] * mixed[k, j]
            out_p[i, j] = v
    for i in range(6):
        for j in range(i):
            v = 0.5 * (out_p[i, j] + out_p[j, i])
            out_p[i, j] = v
            out_p[j, i] = v
    # the innovation at the joined state, about the linear arc through it
    d = np.empty((6, 1))
    keep = np.empty(6)
    for i in range(6):
        v = radar_x[i] - end[i]
        for j in range(6):
            v -= phi[i, j] * (begin[j] - z[j])
        d[i, 0] = v
        keep[i] = v
    if not solve6(total, d):
        return 1e9
    distance = 0.0
    for i in range(6):
        distance += keep[i] * d[i, 0]
    return distance

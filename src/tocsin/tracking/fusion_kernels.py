"""A partner's track into one of ours: covariance intersection, which holds whatever the two have in common.

Uhlmann, "Covariance consistency methods for fault-tolerant distributed data fusion", Information Fusion 4(3), 2003. A partner's
tracks follow one from another, and may have been made with our own radars: what they share with ours is not known. With any
weight w in [0, 1] the information w P^-1 + (1 - w) R^-1 claims no more than is there. Why it and no other: decision 0011.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.core.linear_kernels import factor, solve
from tocsin.tracking.bank_kernels import predict_track
from tocsin.tracking.filter_kernels import BOOST, FREE, LIGHTNESS, LIGHTNESS_SIGMA, MODELS, N, predict_model
from tocsin.tracking.update_kernels import scalar_update

SIX = 6
GOLDEN = 0.6180339887498949
LEAST, MOST = 0.01, 0.99  # of the weight: beyond them one of the two says nothing that the other does not


@lean_kernel
def cholesky(p: np.ndarray, low: np.ndarray) -> float:
    """Return the log of the determinant of symmetric `p` (6+, 6+) over six components, inf where it is not positive definite.

    Fills `low` (6, 6) with its Cholesky factor.
    """
    for i in range(SIX):
        for j in range(i + 1):
            low[i, j] = p[i, j]
    if not factor(low, SIX):
        return math.inf
    log_det = 0.0
    for i in range(SIX):
        log_det += 2.0 * math.log(low[i, i])
    return log_det


@kernel
def inverse6(p: np.ndarray, out: np.ndarray) -> bool:
    """Return whether `p` (6+, 6+) is positive definite over six components, and fill `out` (6, 6) with the inverse of those."""
    low = np.zeros((SIX, SIX))
    if not math.isfinite(cholesky(p, low)):
        return False
    y = np.empty(SIX)
    for c in range(SIX):
        for i in range(SIX):
            y[i] = 1.0 if i == c else 0.0
        solve(low, SIX, y)
        for i in range(SIX):
            out[i, c] = y[i]
    return True


@kernel
def best_weight(own: np.ndarray, theirs: np.ndarray) -> float:
    """Return the weight of our information (6, 6) beside theirs for the least volume of error: golden section."""
    mixed = np.empty((SIX, SIX))
    low = np.zeros((SIX, SIX))
    a, b = 0.0, 1.0
    left, right = b - GOLDEN, a + GOLDEN
    values = np.empty(2)
    for _ in range(24):
        for side in range(2):
            w = left if side == 0 else right
            for i in range(SIX):
                for j in range(SIX):
                    mixed[i, j] = w * own[i, j] + (1.0 - w) * theirs[i, j]
            values[side] = cholesky(mixed, low)
        # the logarithm of a determinant is concave in the weight
        if values[0] > values[1]:
            b = right
        else:
            a = left
        left, right = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
    return 0.5 * (a + b)


@kernel
def intersect(x: np.ndarray, p: np.ndarray, z: np.ndarray, r: np.ndarray, weight: float) -> None:
    """Put a foreign state `z` (6,), `r` (6, 6) into `x` (10), `p` (10, 10) in place, with `weight` for what stood there.

    Our own six components are widened by 1 / weight, theirs by 1 / (1 - weight), and both taken as independent. Theirs is made
    diagonal by its Cholesky factor, and its components are applied one after another.
    """
    grow = 1.0 / math.sqrt(weight)
    for i in range(N):
        for j in range(N):
            p[i, j] *= (grow if i < SIX else 1.0) * (grow if j < SIX else 1.0)
    low = np.zeros((SIX, SIX))
    cholesky(r, low)
    work = np.zeros((3, N))
    h, moved, ph = work[0], work[1], work[2]
    row = np.empty(SIX)
    start = x.copy()
    for k in range(SIX):
        # row k of the inverse of the factor: L^-1 (z - x) has unit variance, before the weight
        for i in range(SIX):
            row[i] = 0.0
        row[k] = 1.0 / low[k, k]
        for i in range(k - 1, -1, -1):
            s = 0.0
            for m in range(i + 1, k + 1):
                s += row[m] * low[m, i]
            row[i] = -s / low[i, i]
        residual = 0.0
        for i in range(SIX):
            h[i] = row[i]
            residual += row[i] * (z[i] - start[i])
        scalar_update(x, p, h, moved, ph, residual, 1.0 / (1.0 - weight))


@kernel
def fuse(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, slot: int, time: int,
    state: np.ndarray, covariance: np.ndarray,
) -> float:  # fmt: skip
    """Return the weight that track `slot` kept beside a foreign `state` (6,), `covariance` (6, 6) at `time`; 1: not used.

    The older of the two is carried to the time of the newer. A track that burns takes no foreign state of the past: nobody
    knows how it would have gone on from there.
    """
    dt = (time - ts[slot]) * 1e-9
    z = np.zeros(N)
    r = np.zeros((N, N))
    for i in range(SIX):
        z[i] = state[i]
        for j in range(SIX):
            r[i, j] = covariance[i, j]
    z[9], r[9, 9] = LIGHTNESS, 4.0 * LIGHTNESS_SIGMA**2
    if dt > 0.0:
        predict_track(xs[slot], ps[slot], ws[slot], dt, two[slot])
        ts[slot] = time
    elif dt < 0.0:
        if two[slot] == 1 and ws[slot, BOOST] > 0.5 and dt < -1.0:
            return 1.0
        # a loop, not a call with a constant: the compiler would make a copy of everything for the constant
        for model in range(FREE, MODELS):
            predict_model(z, r, -dt, model)
    own = np.empty((SIX, SIX))
    theirs = np.empty((SIX, SIX))
    lead = BOOST if ws[slot, BOOST] > 0.5 else FREE
    if not inverse6(ps[slot, lead], own) or not inverse6(r, theirs):
        return 1.0
    weight = best_weight(own, theirs)
    if weight > MOST:
        return 1.0
    weight = max(weight, LEAST)
    for model in range(MODELS):
        if model == FREE or two[slot] >= 1:
            intersect(xs[slot, model], ps[slot, model], z, r, weight)
    return weight

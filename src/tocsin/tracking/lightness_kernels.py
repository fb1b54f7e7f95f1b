"""The lightness of a body in the air, 1 / ballistic coefficient: when a measurement says that its prior is wrong."""

import math

import numpy as np

from tocsin.core.kernels import lean_kernel
from tocsin.tracking.filter_kernels import LIGHTEST, LIGHTNESS, LIGHTNESS_SIGMA, N

BEYOND = 16.0
"""Squared sigmas of the move by which the prior is at fault: of hundreds of detections in the air none is so far by chance."""
NEVER = 2.0
"""What lies so many sigma outside of all bodies, below nothing or lighter than the lightest, is no drag."""


@lean_kernel
def may_be_lighter(p: np.ndarray, rows: np.ndarray, out: np.ndarray, count: int, size: int, work: np.ndarray) -> None:
    """Widen the lightness in `p` (10, 10), in place, where a measurement says that drag does more than it may.

    `rows` (4, 10), zero beyond the first `size` columns, with residuals and variances `out` (4, 2); `work` (7+, 10) is scratch.
    With S = H P H^T + R, y the residuals and c their covariance with the lightness, the measurement would move it by
    var t / v; t = c S^-1 y, v = c S^-1 c.
    Beyond four sigma its prior is at fault, whose tails are thin: it gets the sigma of that move, and so does what came of it.
    """
    c, y, g, s = work[0], work[1], work[2], work[3:7]
    known, far = 0.0, 0.0
    for k in range(count):
        far += out[k, 0] * out[k, 0] / out[k, 1]
        c[k] = 0.0
        for i in range(size):
            c[k] += rows[k, i] * p[i, 9]
        known += c[k] * c[k]
    # t^2 <= v y S^-1 y <= v y R^-1 y: most measurements need no more
    if known == 0.0 or far <= BEYOND:
        return
    for k in range(count):
        for i in range(size):
            g[i] = 0.0
            for j in range(size):
                g[i] += p[i, j] * rows[k, j]
        for j in range(k, count):
            s[k, j] = 0.0
            for i in range(size):
                s[k, j] += rows[j, i] * g[i]
            s[j, k] = s[k, j]
        s[k, k] += out[k, 1]
        y[k] = out[k, 0]
    t, v = 0.0, 0.0
    for k in range(count):
        one = 1.0 / s[k, k]
        t += c[k] * y[k] * one
        v += c[k] * c[k] * one
        for i in range(k + 1, count):
            gain = s[i, k] * one
            y[i] -= gain * y[k]
            c[i] -= gain * c[k]
            for j in range(k + 1, count):
                s[i, j] -= gain * s[k, j]
    if t <= 0.0 or t * t <= BEYOND * v:
        return
    before = p[9, 9]
    more = (min(before * t / v, LIGHTEST) ** 2 - before) / (before * before)
    if more > 0.0:
        for i in range(N):
            g[i] = p[i, 9]
        for i in range(N):
            for j in range(N):
                # the product first: it is the same for (i, j) and (j, i)
                p[i, j] += more * (g[i] * g[j])


@lean_kernel
def no_drag(x: np.ndarray, p: np.ndarray, work: np.ndarray) -> None:
    """Take back, in place, a lightness of `x` (10,), `p` (10, 10) that no body has: what was taken for drag was none.

    The state is told its prior again, which takes from place and velocity what came of it. `work` (10,) is scratch.
    """
    prior = LIGHTNESS_SIGMA * LIGHTNESS_SIGMA
    least = NEVER * math.sqrt(p[9, 9])
    if p[9, 9] <= prior or (x[9] >= -least and x[9] <= LIGHTEST + least):
        return
    one, off = 1.0 / (p[9, 9] + prior), LIGHTNESS - x[9]
    for i in range(N):
        work[i] = p[i, 9]
        x[i] += work[i] * (one * off)
    for i in range(N):
        for j in range(N):
            # the product first: it is the same for (i, j) and (j, i)
            p[i, j] -= one * (work[i] * work[j])

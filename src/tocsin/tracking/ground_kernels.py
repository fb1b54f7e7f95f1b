"""What is known of every state: it is above the ground. One satellite tells no depth: much of what it leaves open is below."""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.tracking.filter_kernels import N
from tocsin.world.geodesy_kernels import height_above_ellipsoid

SURELY = 4.0  # sigmas of height above the ground from which on nothing is cut off
DEEPEST = 6.0  # sigmas below it beyond which the tail of a normal is no longer to be relied on
LEAST_SHARE = 0.05  # of the variance of the height, kept


@kernel
def raise_above(x: np.ndarray, p: np.ndarray) -> bool:
    """Take from a state `x` (10), `p` (10, 10) what of its height is below ground, in place; False where nothing was.

    The height is a normal cut at 0, taken by its mean and variance; all else follows by how it goes with the height (Simon and
    Simon, Int. J. Systems Science 41(2), 2010: truncation of the density).
    """
    h = height_above_ellipsoid(x[0], x[1], x[2])
    r = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    gain, s2 = np.empty(N), 0.0
    for i in range(N):
        gain[i] = (p[i, 0] * x[0] + p[i, 1] * x[1] + p[i, 2] * x[2]) / r
    for i in range(3):
        s2 += gain[i] * x[i] / r
    if not s2 > 0.0 or h > SURELY * math.sqrt(s2):
        return False
    a = min(-h / math.sqrt(s2), DEEPEST)
    more = math.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi) / (0.5 * math.erfc(a / math.sqrt(2.0)))
    less = 1.0 - max(1.0 + a * more - more * more, LEAST_SHARE)
    move = (math.sqrt(s2) * more + (-a * math.sqrt(s2) - h if a >= DEEPEST else 0.0)) / s2
    for i in range(N):
        x[i] += gain[i] * move
        for j in range(N):
            p[i, j] -= gain[i] * gain[j] / s2 * less
    return True

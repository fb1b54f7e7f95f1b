"""Interpolation of states and directions between two nodes."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]


@kernel
def hermite_state(a: Array, b: Array, step: float, t: float) -> Array:
    """Return the state (6,) at t seconds after node a, of two states (6,) `step` seconds apart (cubic Hermite)."""
    s = t / step
    s2 = s * s
    s3 = s2 * s
    h00 = 2.0 * s3 - 3.0 * s2 + 1.0
    h10 = (s3 - 2.0 * s2 + s) * step
    h01 = 3.0 * s2 - 2.0 * s3
    h11 = (s3 - s2) * step
    d00 = 6.0 * (s2 - s) / step
    d10 = 3.0 * s2 - 4.0 * s + 1.0
    d11 = 3.0 * s2 - 2.0 * s
    out = np.empty(6)
    for i in range(3):
        out[i] = h00 * a[i] + h10 * a[3 + i] + h01 * b[i] + h11 * b[3 + i]
        out[3 + i] = d00 * (a[i] - b[i]) + d10 * a[3 + i] + d11 * b[3 + i]
    return out


@kernel
def blend_directions(a: Array, b: Array, part: float) -> Array:
    """Return the unit vector (3,) at a part 0 ... 1 of the chord between two near unit vectors."""
    x = a[0] + part * (b[0] - a[0])
    y = a[1] + part * (b[1] - a[1])
    z = a[2] + part * (b[2] - a[2])
    r = math.sqrt(x * x + y * y + z * z)
    out = np.empty(3)
    out[0] = x / r
    out[1] = y / r
    out[2] = z / r
    return out

"""Small sums over mixtures and lines of sight, in one fixed order."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

FloatArray = npt.NDArray[np.float64]


@kernel
def mix_states(
    weights: FloatArray, states: FloatArray, spreads: FloatArray, mean: FloatArray, covariance: FloatArray
) -> None:
    """Fill mean (6,) and covariance (6, 6) of a Gaussian mixture: weights (n,), states (n, 6), spreads (n, 6, 6)."""
    for i in range(6):
        s = 0.0
        for m in range(weights.shape[0]):
            s += weights[m] * states[m, i]
        mean[i] = s
    for i in range(6):
        for j in range(i + 1):
            s = 0.0
            for m in range(weights.shape[0]):
                s += weights[m] * (spreads[m, i, j] + (states[m, i] - mean[i]) * (states[m, j] - mean[j]))
            covariance[i, j] = s
            covariance[j, i] = s


@kernel
def sight_rows(places: FloatArray, sights: FloatArray, out: FloatArray) -> None:
    """Fill out (n, 12): sensor place, unit line of sight, and two axes across it, from places and sights (n, 3)."""
    for i in range(places.shape[0]):
        x, y, z = sights[i, 0], sights[i, 1], sights[i, 2]
        r = math.sqrt(x * x + y * y + z * z)
        x /= r
        y /= r
        z /= r
        # across: square to the sight and to the Earth axis least along it
        if abs(z) < 0.9:
            ax, ay, az = -y, x, 0.0
        else:
            ax, ay, az = 0.0, -z, y
        s = math.sqrt(ax * ax + ay * ay + az * az)
        ax /= s
        ay /= s
        az /= s
        for m in range(3):
            out[i, m] = places[i, m]
        out[i, 3] = x
        out[i, 4] = y
        out[i, 5] = z
        out[i, 6] = ax
        out[i, 7] = ay
        out[i, 8] = az
        out[i, 9] = y * az - z * ay
        out[i, 10] = z * ax - x * az
        out[i, 11] = x * ay - y * ax

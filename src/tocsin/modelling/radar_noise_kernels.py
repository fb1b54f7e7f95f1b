"""The slow bias of a radar as a second-order Gauss-Markov process (a damped oscillator driven by white noise)."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]


@kernel
def wander(seconds: Array, kicks: Array, rate: float, damping: float) -> Array:
    """Return (n,) a process of unit variance at instants (n,), s, rising, from independent unit normals (n, 2).

    x'' + 2 z w x' + w^2 x = white noise, w = `rate` (rad/s), z = `damping`: under 1 it swings as a tracking servo does,
    over 1 it creeps. Exact for any steps: the transition is the matrix exponential, the noise of a step is what the
    stationary covariance diag(1, w^2) lacks (Gelb, Applied Optimal Estimation, 3.8).
    """
    n = seconds.shape[0]
    out = np.empty(n)
    x = kicks[0, 0]
    v = kicks[0, 1] * rate
    out[0] = x
    a = damping * rate
    b = rate * math.sqrt(abs(1.0 - damping * damping))
    for i in range(1, n):
        t = seconds[i] - seconds[i - 1]
        if damping < 1.0:
            c = math.exp(-a * t) * math.cos(b * t)
            s = math.exp(-a * t) * math.sin(b * t) / b
        else:
            c = 0.5 * (math.exp((b - a) * t) + math.exp(-(b + a) * t))
            s = 0.5 * (math.exp((b - a) * t) - math.exp(-(b + a) * t)) / b
        f11 = c + a * s
        f12 = s
        f21 = -rate * rate * s
        f22 = c - a * s
        w2 = rate * rate
        q11 = max(1.0 - f11 * f11 - f12 * f12 * w2, 0.0)
        q12 = -(f11 * f21 + f12 * f22 * w2)
        q22 = max(w2 - f21 * f21 - f22 * f22 * w2, 0.0)
        l11 = math.sqrt(q11)
        l21 = q12 / l11 if l11 > 0.0 else 0.0
        l22 = math.sqrt(max(q22 - l21 * l21, 0.0))
        x, v = f11 * x + f12 * v + l11 * kicks[i, 0], f21 * x + f22 * v + l21 * kicks[i, 0] + l22 * kicks[i, 1]
        out[i] = x
    return out

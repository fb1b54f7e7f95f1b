"""What burns flies a gravity turn: its thrust along its way, as a soft measurement of the boost model."""

import math

import numpy as np

from tocsin.core.kernels import lean_kernel
from tocsin.tracking.filter_kernels import N
from tocsin.tracking.update_kernels import scalar_update


@lean_kernel
def keep_gravity_turn(x: np.ndarray, p: np.ndarray, dt: float, work: np.ndarray) -> None:
    """Hold the thrust near the direction of flight: a soft constraint across the velocity, worth one look in 30 s.

    `work` (6+, 10) is scratch.
    """
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    thrust = math.sqrt(x[6] * x[6] + x[7] * x[7] + x[8] * x[8])
    if speed < 150.0 or dt <= 0.0:
        return
    sigma_v = math.sqrt(max(p[3, 3] + p[4, 4] + p[5, 5], 0.0))
    slack = 0.15 * thrust + 1.5 + thrust * min(sigma_v / speed, 2.0)
    variance = slack * slack * max(30.0 / dt, 1.0)
    for k in range(6):
        for i in range(N):
            work[k, i] = 0.0
    v, a, b, h, moved, ph = work[0], work[1], work[2], work[3], work[4], work[5]
    for i in range(3):
        v[i] = x[3 + i] / speed
    # two axes across the velocity
    least = 0
    for i in range(1, 3):
        if abs(v[i]) < abs(v[least]):
            least = i
    a[least] = 1.0
    dot = v[least]
    norm = math.sqrt(max(1.0 - dot * dot, 1e-12))
    for i in range(3):
        a[i] = (a[i] - dot * v[i]) / norm
    b[0] = v[1] * a[2] - v[2] * a[1]
    b[1] = v[2] * a[0] - v[0] * a[2]
    b[2] = v[0] * a[1] - v[1] * a[0]
    for k in range(2):
        residual = 0.0
        for i in range(3):
            h[6 + i] = a[i] if k == 0 else b[i]
            residual -= h[6 + i] * x[6 + i]
        scalar_update(x, p, h, moved, ph, residual, variance)
        for i in range(N):
            moved[i] = 0.0

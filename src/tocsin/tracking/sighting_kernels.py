"""One sighting as what it says of an object and of the errors of the sensor that made it (registration)."""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.sensing.kinds.infrared_kernels import transverse_axes
from tocsin.tracking.error_kernels import ERRORS
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    M_RANGE,
    M_RATE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    M_SIGMA_RATE,
    S_X,
    U_X,
)


@lean_kernel
def along_components(
    x: np.ndarray, dx: np.ndarray, m: np.ndarray, d: np.ndarray, r: float, rate: float, count: int, h: np.ndarray,
    e: np.ndarray, out: np.ndarray,
) -> int:  # fmt: skip
    """Return the number of components, after `count` others, with range and range rate where `m` has them.

    `d` (3) direction, `r` distance, `rate` its growth of the state `x`; the rest as in `components`.
    """
    if m[M_RANGE] == m[M_RANGE]:
        for i in range(3):
            h[count, i] = d[i]
        e[count, 0], e[count, 3] = 1.0, -rate
        out[count, 0], out[count, 1] = m[M_RANGE] - r, m[M_SIGMA_RANGE] ** 2
        count += 1
    if m[M_RATE] == m[M_RATE]:
        v2 = 0.0
        pull = 0.0
        for i in range(3):
            h[count, i] = (x[3 + i] - rate * d[i]) / r
            h[count, 3 + i] = d[i]
            v2 += x[3 + i] * x[3 + i]
            pull += dx[3 + i] * d[i]
        e[count, 3] = -((v2 - rate * rate) / r + pull)
        out[count, 0], out[count, 1] = m[M_RATE] - rate, m[M_SIGMA_RATE] ** 2
        count += 1
    return count


@kernel
def components(
    x: np.ndarray, dx: np.ndarray, m: np.ndarray, sight: bool, h: np.ndarray, e: np.ndarray, out: np.ndarray
) -> int:
    """Return the number of components of sighting `m` (18): fills `h` (4, 6), `e` (4, 4), `out` (4, 2).

    `x` (10) predicted state and `dx` (10) its time derivative; `h` derivatives of a component by place and velocity, `e` by
    the sensor's errors, `out` residual and variance. Angles in rad, along arcs; `sight`: of a satellite.
    """
    d = np.empty(3)
    r2 = 0.0
    for i in range(3):
        d[i] = x[i] - m[S_X + i]
        r2 += d[i] * d[i]
    r = max(math.sqrt(r2), 1.0)
    rate = 0.0
    for i in range(3):
        d[i] /= r
        rate += d[i] * x[3 + i]
    for k in range(4):
        for i in range(6):
            h[k, i] = 0.0
        for i in range(ERRORS):
            e[k, i] = 0.0
    count = 0
    if m[M_SIGMA_A] == m[M_SIGMA_A]:
        ax, ay, az, bx, by, bz = transverse_axes(m[U_X], m[U_X + 1], m[U_X + 2])
        for k in range(2):
            first = A_X if k == 0 else B_X
            dot = m[first] * d[0] + m[first + 1] * d[1] + m[first + 2] * d[2]
            t = np.empty(3)
            norm = 0.0
            for i in range(3):
                t[i] = m[first + i] - dot * d[i]
                norm += t[i] * t[i]
            norm = max(math.sqrt(norm), 1e-9)
            arc = 0.0
            turn = 0.0
            for i in range(3):
                t[i] /= norm
                arc += m[U_X + i] * t[i]
                turn += x[3 + i] * t[i]
                h[count, i] = t[i] / r
            if sight:
                e[count, 0] = ax * t[0] + ay * t[1] + az * t[2]
                e[count, 1] = bx * t[0] + by * t[1] + bz * t[2]
            else:
                e[count, 1 + k] = 1.0
            e[count, 3] = -turn / r
            out[count, 0] = arc
            out[count, 1] = (m[M_SIGMA_A] if k == 0 else m[M_SIGMA_B]) ** 2
            count += 1
    if not sight:
        count = along_components(x, dx, m, d, r, rate, count, h, e, out)
    return count

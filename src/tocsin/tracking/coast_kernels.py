"""A track that coasts outside the air: six components, one model. What most tracks are at any time, so the fast way.

The same mathematics as `filter_kernels` (free flight without drag) and `update_kernels`, whose forms for ten components it
equals to rounding; scratch is handed in.
"""

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.tracking.filter_kernels import (
    DRAG_TOP_M,
    EARTH_RATE,
    FREE,
    MAX_STEP_S,
    SPACE_WALK,
    add_noise,
    predict_model,
)
from tocsin.tracking.update_kernels import heavy_tailed, misfit, rows_of
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.gravity_kernels import acceleration_free, gravity_gradient

SIX = 6
AIRLESS_M2 = (6378137.0 + DRAG_TOP_M + 30e3) ** 2  # beyond this squared radius no height has to be worked out


@kernel
def free_step(x: np.ndarray, h: float) -> None:
    """Carry place and velocity, `x` (6+,), over `h` seconds of free flight by one classical Runge-Kutta step, in place."""
    px, py, pz, vx, vy, vz = x[0], x[1], x[2], x[3], x[4], x[5]
    half = 0.5 * h
    ax, ay, az = acceleration_free(px, py, pz, vx, vy, vz)
    ux, uy, uz = vx + half * ax, vy + half * ay, vz + half * az
    bx, by, bz = acceleration_free(px + half * vx, py + half * vy, pz + half * vz, ux, uy, uz)
    wx, wy, wz = vx + half * bx, vy + half * by, vz + half * bz
    cx, cy, cz = acceleration_free(px + half * ux, py + half * uy, pz + half * uz, wx, wy, wz)
    qx, qy, qz = vx + h * cx, vy + h * cy, vz + h * cz
    dx, dy, dz = acceleration_free(px + h * wx, py + h * wy, pz + h * wz, qx, qy, qz)
    sixth = h / 6.0
    x[0] = px + sixth * (vx + 2.0 * ux + 2.0 * wx + qx)
    x[1] = py + sixth * (vy + 2.0 * uy + 2.0 * wy + qy)
    x[2] = pz + sixth * (vz + 2.0 * uz + 2.0 * wz + qz)
    x[3] = vx + sixth * (ax + 2.0 * bx + 2.0 * cx + dx)
    x[4] = vy + sixth * (ay + 2.0 * by + 2.0 * cy + dy)
    x[5] = vz + sixth * (az + 2.0 * bz + 2.0 * cz + dz)


@kernel
def free_transition(x: np.ndarray, h: float, phi: np.ndarray, turned: np.ndarray) -> None:
    """Fill `phi` (6, 6) with the transition over a step `h` from `x`, and `turned` with its transpose."""
    gxx, gxy, gxz, gyy, gyz, gzz = gravity_gradient(x[0], x[1], x[2])
    h2, h3 = 0.5 * h * h, h * h * h / 6.0
    # with C the Coriolis matrix (0 2w 0; -2w 0 0; 0 0 0): C G, and C C = -4 w^2 on the first two axes
    c = 2.0 * EARTH_RATE
    cc = -c * c
    phi[0, 0], phi[0, 1], phi[0, 2] = 1.0 + h2 * gxx, h2 * gxy, h2 * gxz
    phi[1, 0], phi[1, 1], phi[1, 2] = h2 * gxy, 1.0 + h2 * gyy, h2 * gyz
    phi[2, 0], phi[2, 1], phi[2, 2] = h2 * gxz, h2 * gyz, 1.0 + h2 * gzz
    phi[0, 3], phi[0, 4], phi[0, 5] = h + h3 * (gxx + cc), h2 * c + h3 * gxy, h3 * gxz
    phi[1, 3], phi[1, 4], phi[1, 5] = -h2 * c + h3 * gxy, h + h3 * (gyy + cc), h3 * gyz
    phi[2, 3], phi[2, 4], phi[2, 5] = h3 * gxz, h3 * gyz, h + h3 * gzz
    phi[3, 0], phi[3, 1], phi[3, 2] = h * gxx + h2 * c * gxy, h * gxy + h2 * c * gyy, h * gxz + h2 * c * gyz
    phi[4, 0], phi[4, 1], phi[4, 2] = h * gxy - h2 * c * gxx, h * gyy - h2 * c * gxy, h * gyz - h2 * c * gxz
    phi[5, 0], phi[5, 1], phi[5, 2] = h * gxz, h * gyz, h * gzz
    phi[3, 3], phi[3, 4], phi[3, 5] = 1.0 + h2 * (cc + gxx), h * c + h2 * gxy, h2 * gxz
    phi[4, 3], phi[4, 4], phi[4, 5] = -h * c + h2 * gxy, 1.0 + h2 * (cc + gyy), h2 * gyz
    phi[5, 3], phi[5, 4], phi[5, 5] = h2 * gxz, h2 * gyz, 1.0 + h2 * gzz
    for i in range(SIX):
        for j in range(SIX):
            turned[i, j] = phi[j, i]


@kernel
def free_covariance(p: np.ndarray, phi: np.ndarray, turned: np.ndarray, t: np.ndarray) -> None:
    """Replace the first six components of `p` by phi p phi^T, in place; `turned` (6, 6) is phi^T, `t` (6, 6) scratch."""
    for i in range(SIX):
        for j in range(SIX):
            t[i, j] = phi[i, 0] * p[0, j]
        for k in range(1, SIX):
            a = phi[i, k]
            for j in range(SIX):
                t[i, j] += a * p[k, j]
    for i in range(SIX):
        for j in range(SIX):
            p[i, j] = t[i, 0] * turned[0, j]
        for k in range(1, SIX):
            a = t[i, k]
            for j in range(SIX):
                p[i, j] += a * turned[k, j]
    # what rounding has made of the two halves
    for i in range(SIX):
        for j in range(i):
            v = 0.5 * (p[i, j] + p[j, i])
            p[i, j] = v
            p[j, i] = v


@kernel
def predict_free(x: np.ndarray, p: np.ndarray, dt: float, work: np.ndarray) -> None:
    """Carry the coasting model `x` (10), `p` (10, 10) over `dt` >= 0 seconds in place; `work` (18, 6) is scratch."""
    phi, turned, t = work[0:6], work[6:12], work[12:18]
    left = dt
    while left > 0.0:
        height = DRAG_TOP_M + 30e3
        if x[0] * x[0] + x[1] * x[1] + x[2] * x[2] < AIRLESS_M2:
            height = height_above_ellipsoid(x[0], x[1], x[2])
        if -1e4 < height < DRAG_TOP_M + 30e3:
            # in the air the ballistic coefficient counts: the whole state, down or up through it
            h = min(left, 1.0 if height < 90e3 else 3.0)
            if left - h < 1e-6:
                h = left
            for model in range(FREE, FREE + 1):
                predict_model(x, p, h, model)
            left -= h
            continue
        h = min(MAX_STEP_S, left)
        if left - h < 1e-6:
            h = left
        free_transition(x, h, phi, turned)
        free_step(x, h)
        free_covariance(p, phi, turned, t)
        for i in range(9):
            # the ballistic coefficient is not observable out here
            p[9, i] = p[i, 9] = 0.0
        for model in range(FREE, FREE + 1):
            add_noise(p, h, model, SPACE_WALK)
        left -= h


@kernel
def copy_free(xa: np.ndarray, pa: np.ndarray, xb: np.ndarray, pb: np.ndarray) -> None:
    """Copy the coasting model (xa, pa) to (xb, pb): all but the thrust, which is nought in both."""
    for i in range(SIX):
        xb[i] = xa[i]
        for j in range(SIX):
            pb[i, j] = pa[i, j]
        pb[9, i] = pa[9, i]
        pb[i, 9] = pa[i, 9]
    xb[9] = xa[9]
    pb[9, 9] = pa[9, 9]


@kernel
def is_free(p: np.ndarray) -> bool:
    """Return whether the ballistic coefficient has nothing to do with place and velocity: six components are all."""
    free = True
    for i in range(SIX):
        free = free and p[9, i] == 0.0
    return free


@kernel
def update_free(x: np.ndarray, p: np.ndarray, m: np.ndarray, work: np.ndarray) -> tuple[float, float, float]:
    """Return (squared Mahalanobis distance, log likelihood, worst component) as `update_model` does; updates `x`, `p` in place.

    `x` (10) and `p` (10, 10) are at the time of the measurement and `is_free`; `work` (18, 10) is scratch.
    """
    rows, out, ph, moved = work[0:4], work[4:8], work[8], work[9]
    for i in range(SIX):
        moved[i] = 0.0
    count = rows_of(x, p, m, rows, out)
    d2 = 0.0
    log_likelihood = 0.0
    outliers = 0
    worst = 0.0
    for k in range(count):
        h = rows[k]
        s, y = out[k, 1], out[k, 0]
        for i in range(SIX):
            ph[i] = 0.0
        for j in range(SIX):
            a = h[j]
            if a != 0.0:
                for i in range(SIX):
                    ph[i] += a * p[j, i]
        for i in range(SIX):
            s += h[i] * ph[i]
            y -= h[i] * moved[i]
        nu2 = y * y / s
        worst = max(worst, nu2)
        b, s = heavy_tailed(nu2, s)
        a, n = misfit(nu2, count)
        d2 += a
        outliers += n
        log_likelihood += b
        for i in range(SIX):
            gain = ph[i] / s
            x[i] += gain * y
            moved[i] += gain * y
            for j in range(SIX):
                p[i, j] -= gain * ph[j]
    for i in range(SIX):
        for j in range(i):
            v = 0.5 * (p[i, j] + p[j, i])
            p[i, j] = v
            p[j, i] = v
    return (1e9 if outliers > 1 else d2), log_likelihood, worst

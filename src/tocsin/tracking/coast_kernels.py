"""Tracks that coast outside the air: six components, one model. What most tracks are at any time, so the fast way.

The same mathematics as `filter_kernels` (free flight without drag) and `update_kernels`, whose forms for ten components it
equals to rounding; scratch is handed in. Several tracks are carried side by side, the track the last axis of every array:
the compiler then works on as many numbers at once as the processor can.
"""

import math

import numpy as np

from tocsin.core.kernels import lean_kernel
from tocsin.tracking.filter_kernels import (
    AIRLESS_M,
    AIRLESS_R2,
    EARTH_RATE,
    FREE,
    LOG_2PI,
    MAX_STEP_S,
    MODELS,
    SPACE_WALK,
    add_noise,
    height_in_air,
    predict_model,
)
from tocsin.tracking.update_kernels import heavy_tailed, misfit, rows_of
from tocsin.world.gravity_kernels import acceleration_free, gravity_gradient

SIX = 6
LANES = 16  # tracks that are carried side by side


@lean_kernel
def free_step(x: np.ndarray, steps: np.ndarray) -> None:
    """Carry place and velocity, `x` (6, n), over `steps` (n,) s of free flight by one classical Runge-Kutta step, in place."""
    for a in range(x.shape[1]):
        h = steps[a]
        px, py, pz, vx, vy, vz = x[0, a], x[1, a], x[2, a], x[3, a], x[4, a], x[5, a]
        half = 0.5 * h
        ax, ay, az = acceleration_free(px, py, pz, vx, vy, vz)
        ux, uy, uz = vx + half * ax, vy + half * ay, vz + half * az
        bx, by, bz = acceleration_free(px + half * vx, py + half * vy, pz + half * vz, ux, uy, uz)
        wx, wy, wz = vx + half * bx, vy + half * by, vz + half * bz
        cx, cy, cz = acceleration_free(px + half * ux, py + half * uy, pz + half * uz, wx, wy, wz)
        qx, qy, qz = vx + h * cx, vy + h * cy, vz + h * cz
        dx, dy, dz = acceleration_free(px + h * wx, py + h * wy, pz + h * wz, qx, qy, qz)
        sixth = h / 6.0
        x[0, a] = px + sixth * (vx + 2.0 * ux + 2.0 * wx + qx)
        x[1, a] = py + sixth * (vy + 2.0 * uy + 2.0 * wy + qy)
        x[2, a] = pz + sixth * (vz + 2.0 * uz + 2.0 * wz + qz)
        x[3, a] = vx + sixth * (ax + 2.0 * bx + 2.0 * cx + dx)
        x[4, a] = vy + sixth * (ay + 2.0 * by + 2.0 * cy + dy)
        x[5, a] = vz + sixth * (az + 2.0 * bz + 2.0 * cz + dz)


@lean_kernel
def free_transition(x: np.ndarray, steps: np.ndarray, phi: np.ndarray) -> None:
    """Fill `phi` (6, 6, n) with the transitions over `steps` (n,) s from `x` (6, n)."""
    # with C the Coriolis matrix (0 2w 0; -2w 0 0; 0 0 0): C G, and C C = -4 w^2 on the first two axes
    c = 2.0 * EARTH_RATE
    cc = -c * c
    for a in range(x.shape[1]):
        h = steps[a]
        gxx, gxy, gxz, gyy, gyz, gzz = gravity_gradient(x[0, a], x[1, a], x[2, a])
        h2, h3 = 0.5 * h * h, h * h * h / 6.0
        phi[0, 0, a], phi[0, 1, a], phi[0, 2, a] = 1.0 + h2 * gxx, h2 * gxy, h2 * gxz
        phi[1, 0, a], phi[1, 1, a], phi[1, 2, a] = h2 * gxy, 1.0 + h2 * gyy, h2 * gyz
        phi[2, 0, a], phi[2, 1, a], phi[2, 2, a] = h2 * gxz, h2 * gyz, 1.0 + h2 * gzz
        phi[0, 3, a], phi[0, 4, a], phi[0, 5, a] = h + h3 * (gxx + cc), h2 * c + h3 * gxy, h3 * gxz
        phi[1, 3, a], phi[1, 4, a], phi[1, 5, a] = -h2 * c + h3 * gxy, h + h3 * (gyy + cc), h3 * gyz
        phi[2, 3, a], phi[2, 4, a], phi[2, 5, a] = h3 * gxz, h3 * gyz, h + h3 * gzz
        hc = h2 * c
        phi[3, 0, a], phi[3, 1, a], phi[3, 2, a] = h * gxx + hc * gxy, h * gxy + hc * gyy, h * gxz + hc * gyz
        phi[4, 0, a], phi[4, 1, a], phi[4, 2, a] = h * gxy - hc * gxx, h * gyy - hc * gxy, h * gyz - hc * gxz
        phi[5, 0, a], phi[5, 1, a], phi[5, 2, a] = h * gxz, h * gyz, h * gzz
        phi[3, 3, a], phi[3, 4, a], phi[3, 5, a] = 1.0 + h2 * (cc + gxx), h * c + h2 * gxy, h2 * gxz
        phi[4, 3, a], phi[4, 4, a], phi[4, 5, a] = -h * c + h2 * gxy, 1.0 + h2 * (cc + gyy), h2 * gyz
        phi[5, 3, a], phi[5, 4, a], phi[5, 5, a] = h2 * gxz, h2 * gyz, 1.0 + h2 * gzz


@lean_kernel
def free_covariance(p: np.ndarray, phi: np.ndarray, t: np.ndarray) -> None:
    """Replace the lower half of symmetric `p` (6, 6, n) by that of phi p phi^T, in place; `t` (6, 6, n) is scratch."""
    six, lanes = p.shape[0], p.shape[2]  # not known to the compiler, which would write out every turn of the loops
    for i in range(six):
        for j in range(six):
            for a in range(lanes):
                t[i, j, a] = (
                    phi[i, 0, a] * p[0, j, a] + phi[i, 1, a] * p[1, j, a] + phi[i, 2, a] * p[2, j, a]
                    + phi[i, 3, a] * p[3, j, a] + phi[i, 4, a] * p[4, j, a] + phi[i, 5, a] * p[5, j, a]
                )  # fmt: skip
    for i in range(six):
        for j in range(i + 1):
            for a in range(lanes):
                p[i, j, a] = (
                    t[i, 0, a] * phi[j, 0, a] + t[i, 1, a] * phi[j, 1, a] + t[i, 2, a] * phi[j, 2, a]
                    + t[i, 3, a] * phi[j, 3, a] + t[i, 4, a] * phi[j, 4, a] + t[i, 5, a] * phi[j, 5, a]
                )  # fmt: skip


@lean_kernel
def lay_in(x: np.ndarray, p: np.ndarray, h: float, a: int, work: np.ndarray) -> None:
    """Put a track `x` (10), `p` (10, 10), to be carried over `h` s, in lane `a` of `work` (20, 6, n)."""
    for i in range(SIX):
        work[18, i, a] = x[i]
        for j in range(SIX):
            work[i, j, a] = p[i, j]
    work[19, 0, a] = h


@lean_kernel
def take_out(x: np.ndarray, p: np.ndarray, h: float, a: int, work: np.ndarray) -> None:
    """Fill place and velocity of `x` (10), `p` (10, 10) from lane `a` of `work`, carried over `h` s: with the process noise."""
    for i in range(SIX):
        x[i] = work[18, i, a]
        for j in range(i + 1):
            p[i, j] = p[j, i] = work[i, j, a]
    for i in range(9):
        # the ballistic coefficient is not observable out here
        p[9, i] = p[i, 9] = 0.0
    for model in range(FREE, MODELS):
        add_noise(p, h, model, SPACE_WALK)


@lean_kernel
def carry_lanes(work: np.ndarray) -> None:
    """Carry what `lay_in` has put in all lanes of `work` (20, 6, n), in place: covariances, 12 rows of scratch, states, and
    a row with the steps."""
    free_transition(work[18], work[19, 0], work[12:18])
    free_step(work[18], work[19, 0])
    free_covariance(work[0:6], work[12:18], work[6:12])


@lean_kernel
def predict_free(x: np.ndarray, p: np.ndarray, dt: float, work: np.ndarray) -> None:
    """Carry the coasting model `x` (10), `p` (10, 10) over `dt` >= 0 seconds in place; `work` (20, 6, 1) is scratch."""
    left = dt
    while left > 0.0:
        height = height_in_air(x)
        if -1e4 < height < AIRLESS_M:
            # in the air the ballistic coefficient counts: the whole state, down or up through it
            h = min(left, 1.0 if height < 90e3 else 3.0)
            if left - h < 1e-6:
                h = left
            for model in range(FREE, MODELS):
                predict_model(x, p, h, model)
            left -= h
            continue
        h = min(MAX_STEP_S, left)
        if left - h < 1e-6:
            h = left
        lay_in(x, p, h, 0, work)
        carry_lanes(work)
        take_out(x, p, h, 0, work)
        left -= h


@lean_kernel
def carry_together(
    xs: np.ndarray, ps: np.ndarray, ts: np.ndarray, two: np.ndarray, slots: np.ndarray, until: np.ndarray,
    ahead_x: np.ndarray, ahead_p: np.ndarray, ahead_t: np.ndarray, work: np.ndarray,
) -> None:  # fmt: skip
    """Carry those of the tracks `slots` (k,) that one step outside the air takes to their times `until` (k,), ns.

    Arrays as in `bank_kernels`. `ahead_x`, `ahead_p` get their coasting models, `ahead_t` the time; those that are there
    already stay. `work` (20, 6, n) is scratch for n >= k tracks.
    """
    n = 0
    step, carried = work[19, 0], work[19, 1]
    for a in range(slots.shape[0]):
        s = slots[a]
        x = xs[s, FREE]
        dt = (until[a] - ts[s]) * 1e-9
        if two[s] >= 1 or ahead_t[s] == until[a] or not 0.0 < dt < MAX_STEP_S + 1e-6:
            continue
        if x[0] * x[0] + x[1] * x[1] + x[2] * x[2] > AIRLESS_R2:
            lay_in(x, ps[s, FREE], dt, n, work)
            ahead_t[s] = until[a]
            carried[n] = a
            n += 1
    if n == 0:
        return
    for a in range(n, work.shape[2]):
        # a lane that is not needed flies along
        lay_in(xs[slots[0], FREE], ps[slots[0], FREE], 0.0, a, work)
    carry_lanes(work)
    for a in range(n):
        s = slots[int(carried[a])]
        ahead_x[s, 9], ahead_p[s, 9, 9] = xs[s, FREE, 9], ps[s, FREE, 9, 9]
        take_out(ahead_x[s], ahead_p[s], step[a], a, work)


@lean_kernel
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


@lean_kernel
def is_free(p: np.ndarray) -> bool:
    """Return whether the ballistic coefficient has nothing to do with place and velocity: six components are all."""
    free = True
    for i in range(SIX):
        free = free and p[9, i] == 0.0
    return free


@lean_kernel
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
    spread = 1.0
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
        spread *= s
        one = 1.0 / s
        nu2 = y * y * one
        worst = max(worst, nu2)
        b, wider = heavy_tailed(nu2)
        a, n = misfit(nu2, count)
        d2 += a
        outliers += n
        log_likelihood += b
        one /= wider
        for i in range(SIX):
            gain = ph[i] * one
            x[i] += gain * y
            moved[i] += gain * y
            for j in range(SIX):
                p[i, j] -= gain * ph[j]
    for i in range(SIX):
        for j in range(i):
            v = 0.5 * (p[i, j] + p[j, i])
            p[i, j] = v
            p[j, i] = v
    log_likelihood -= 0.5 * (math.log(spread) + count * LOG_2PI)
    return (1e9 if outliers > 1 else d2), log_likelihood, worst

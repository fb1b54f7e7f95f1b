"""One measurement into one model of a track: innovation, gain, late measurements.

Late measurements: the state is carried back and the measurement is applied to the present state through the transition
(Bar-Shalom, IEEE T-AES 38(3), 2002, algorithm Bl).
"""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    BOOST,
    DRAG_TOP_M,
    FREE,
    GLIDE_LIFE_S,
    LOG_2PI,
    M_RANGE,
    M_RATE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    M_SIGMA_RATE,
    OUTLIER,
    OUTLIER_MOST,
    ROBUST,
    S_X,
    S_Y,
    S_Z,
    THRUST_WALK,
    U_X,
    U_Y,
    U_Z,
    N,
    advance_state,
    followed_by,
    lift_sigma,
    transition,
)
from tocsin.tracking.lightness_kernels import may_be_lighter, no_drag
from tocsin.world.geodesy_kernels import height_above_ellipsoid

ROOM = 17  # rows of scratch of one update


@kernel
def heavy_tailed(nu2: float) -> tuple[float, float]:
    """Return the log likelihood of a component with squared normalised innovation `nu2`, and what its variance grows by.

    But for the constant and the log of the variance. Beyond three sigma the tail is heavy and the weight falls (a redescending
    M-estimator; Huber & Ronchetti 2009, 4.8).
    """
    if nu2 <= ROBUST:
        return -0.5 * nu2, 1.0
    # a component far off (servo lag, multipath, a wrong lobe) loses weight as the square of how far it is
    far = nu2 / ROBUST
    return -0.5 * ROBUST - 1.5 * math.log(far), far * far


@kernel
def misfit(nu2: float, count: int) -> tuple[float, int]:
    """Return what a component's squared normalised innovation adds to the distance, and as how many outliers it counts.

    One component of three or more (`count`) may be an outlier: it adds as much as three sigma.
    """
    if nu2 <= OUTLIER:
        return nu2, 0
    return min(nu2, ROBUST), 1 + (count if nu2 > OUTLIER_MOST or count < 3 else 0)


@lean_kernel
def scalar_update(
    x: np.ndarray, p: np.ndarray, h: np.ndarray, moved: np.ndarray, ph: np.ndarray, residual: float, variance: float
) -> tuple[float, float, float]:
    """Return (squared normalised innovation, `heavy_tailed` log likelihood, innovation variance); updates `x`, `p`.

    `moved` sums the corrections so far.

    `residual` was formed at the state before the first component of this measurement: the corrections made since are
    taken off, so a measurement of several components equals one joint update. `ph` (10) is scratch.
    """
    s = variance
    y = residual
    for i in range(N):
        ph[i] = 0.0
    for j in range(N):
        a = h[j]
        if a != 0.0:  # most are
            for i in range(N):
                ph[i] += a * p[j, i]
    for j in range(N):
        a = h[j]
        if a != 0.0:
            s += a * ph[j]
            y -= a * moved[j]
    nu2 = y * y / s
    log_likelihood, wider = heavy_tailed(nu2)
    one = 1.0 / (s * wider)
    for i in range(N):
        a = ph[i]
        if a == 0.0:  # what the model does not have
            continue
        x[i] += a * one * y
        moved[i] += a * one * y
        for j in range(N):
            # the product first: it is the same for (i, j) and (j, i)
            p[i, j] -= a * ph[j] * one
    return nu2, log_likelihood, s


@lean_kernel
def direction_rows(
    p: np.ndarray, m: np.ndarray, ux: float, uy: float, uz: float, r: float, rows: np.ndarray, out: np.ndarray
) -> bool:
    """Return whether the measured direction of `m` is linearised at the measurement; fills the first two rows.

    (ux, uy, uz), r: direction and distance of the track. At the measurement where it knows the direction better than the
    track does, and always without a range; else at the track.
    """
    has_range = m[M_RANGE] == m[M_RANGE]
    va = 0.0
    vb = 0.0
    for i in range(3):
        va += m[A_X + i] * (p[i, 0] * m[A_X] + p[i, 1] * m[A_X + 1] + p[i, 2] * m[A_X + 2])
        vb += m[B_X + i] * (p[i, 0] * m[B_X] + p[i, 1] * m[B_X + 1] + p[i, 2] * m[B_X + 2])
    scale = m[M_RANGE] if has_range else r
    ra, rb = scale * m[M_SIGMA_A], scale * m[M_SIGMA_B]
    at_measured = not has_range or va + vb > ra * ra + rb * rb
    for k in range(2):
        first = A_X if k == 0 else B_X
        ax, ay, az = m[first], m[first + 1], m[first + 2]
        if at_measured:
            out[k, 0] = -r * (ux * ax + uy * ay + uz * az)
            sigma = ra if k == 0 else rb
        else:
            # the axis made square to the track's own direction: the residual is the arc between the two
            dot = ax * ux + ay * uy + az * uz
            ax, ay, az = ax - dot * ux, ay - dot * uy, az - dot * uz
            one = 1.0 / max(math.sqrt(ax * ax + ay * ay + az * az), 1e-9)
            ax, ay, az = ax * one, ay * one, az * one
            out[k, 0] = r * (m[U_X] * ax + m[U_Y] * ay + m[U_Z] * az)
            sigma = r * (m[M_SIGMA_A] if k == 0 else m[M_SIGMA_B])
        rows[k, 0], rows[k, 1], rows[k, 2] = ax, ay, az
        out[k, 1] = sigma * sigma
    return at_measured


@lean_kernel
def rate_row(
    x: np.ndarray, p: np.ndarray, m: np.ndarray, ux: float, uy: float, uz: float, r: float, at_measured: bool,
    row: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill `row` (10) and `out` (2) of the range rate; (ux, uy, uz), r: direction and distance of the track."""
    vx, vy, vz = x[3], x[4], x[5]
    lx, ly, lz = (m[U_X], m[U_Y], m[U_Z]) if at_measured else (ux, uy, uz)
    rate = vx * lx + vy * ly + vz * lz
    v2 = vx * vx + vy * vy + vz * vz + p[3, 3] + p[4, 4] + p[5, 5]
    slack = 0.0
    if at_measured:
        slack = v2 * max(m[M_SIGMA_A], m[M_SIGMA_B]) ** 2
    out[0] = m[M_RATE] - rate
    out[1] = m[M_SIGMA_RATE] ** 2 + slack
    row[3], row[4], row[5] = lx, ly, lz
    if not at_measured:
        # the line of sight turns with the position: d(rate)/dr = (v - rate u) / r
        row[0] = (vx - rate * lx) / r
        row[1] = (vy - rate * ly) / r
        row[2] = (vz - rate * lz) / r


@lean_kernel
def rows_of(x: np.ndarray, p: np.ndarray, m: np.ndarray, rows: np.ndarray, out: np.ndarray) -> int:
    """Return the number of scalar components of measurement `m`; fills `rows` (4, 10) with H.

    `out` (4, 2): residual and variance. Linearised where the direction is known better: at the measurement while the
    track is young, at the track after.
    """
    for i in range(4):
        for j in range(N):
            rows[i, j] = 0.0
    dx, dy, dz = x[0] - m[S_X], x[1] - m[S_Y], x[2] - m[S_Z]
    r = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    one = 1.0 / r
    ux, uy, uz = dx * one, dy * one, dz * one
    count = 0
    at_measured = False
    if m[M_SIGMA_A] == m[M_SIGMA_A]:
        at_measured = direction_rows(p, m, ux, uy, uz, r, rows, out)
        count = 2
    if m[M_RANGE] == m[M_RANGE]:
        if at_measured:
            curve = 0.5 * m[M_RANGE] * (m[M_SIGMA_A] ** 2 + m[M_SIGMA_B] ** 2)
            out[count, 0] = m[M_RANGE] - curve - (dx * m[U_X] + dy * m[U_Y] + dz * m[U_Z])
            out[count, 1] = m[M_SIGMA_RANGE] ** 2 + curve * curve
            rows[count, 0], rows[count, 1], rows[count, 2] = m[U_X], m[U_Y], m[U_Z]
        else:
            out[count, 0] = m[M_RANGE] - r
            out[count, 1] = m[M_SIGMA_RANGE] ** 2
            rows[count, 0], rows[count, 1], rows[count, 2] = ux, uy, uz
        count += 1
    if m[M_RATE] == m[M_RATE]:
        rate_row(x, p, m, ux, uy, uz, r, at_measured, rows[count], out[count])
        count += 1
    return count


@kernel
def carry_back(x: np.ndarray, dt: float, model: int, back: np.ndarray, phi: np.ndarray) -> None:
    """Fill `back` (10) with the state `dt` < 0 seconds ago and `phi` (10, 10) with the transition from now to then."""
    step = np.empty((N, N))
    product = np.empty((N, N))
    for i in range(N):
        back[i] = x[i]
        for j in range(N):
            phi[i, j] = 1.0 if i == j else 0.0
    left = -dt
    while left > 0.0:
        height = height_above_ellipsoid(back[0], back[1], back[2])
        drag = model == FREE and height < DRAG_TOP_M and height > -1e4
        h = min(1.0 if drag else 5.0, left)
        transition(back, -h, model, drag, step)
        advance_state(back, -h, model, drag)
        followed_by(step, phi, product)
        left -= h


@kernel
def late_rows(
    x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, model: int, rows: np.ndarray, out: np.ndarray
) -> int:
    """Return the number of components of measurement `m` of -`dt` seconds ago: it came late.

    Fills `rows` (4, 10), `out` (4, 2) as `rows_of` does, the rows turned to the present state. Where it was then is known from
    the present state only as well as the thrust, or the lift, since then: the variances grow by what these may have done.
    """
    back = np.empty(N)
    phi = np.empty((N, N))
    turned = np.empty(N)
    carry_back(x, dt, model, back, phi)
    count = rows_of(back, p, m, rows, out)
    if model != FREE:
        q = THRUST_WALK if model == BOOST else 2.0 * lift_sigma(back) ** 2 / GLIDE_LIFE_S
        for k in range(count):
            for i in range(3):
                out[k, 1] += q * (rows[k, i] ** 2 * (-dt) ** 5 / 20.0 + rows[k, 3 + i] ** 2 * (-dt) ** 3 / 3.0)
    for k in range(count):
        for j in range(N):
            s = 0.0
            for i in range(N):
                s += rows[k, i] * phi[i, j]
            turned[j] = s
        for j in range(N):
            rows[k, j] = turned[j]
    return count


@lean_kernel
def present_rows(
    x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, model: int, rows: np.ndarray, out: np.ndarray
) -> int:
    """Return the number of components of measurement `m`, filling `rows` (4, 10), `out` (4, 2) as `rows_of` does.

    `dt` < 0: the measurement is of -dt seconds ago (it came late), its rows are turned to the present state.
    """
    return rows_of(x, p, m, rows, out) if dt >= 0.0 else late_rows(x, p, m, dt, model, rows, out)


@lean_kernel
def seen_columns(m: np.ndarray, dt: float) -> int:
    """Return how many components of the state a measurement `m` of `dt` <= 0 s ago sees: beyond, its rows are zero.

    Place alone, and velocity where a range rate was measured; all where it came late.
    """
    if dt < 0.0:
        return N
    return 6 if m[M_RATE] == m[M_RATE] else 3


@lean_kernel
def fit_model(
    x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, model: int, work: np.ndarray
) -> tuple[float, float]:
    """Return (squared Mahalanobis distance, log likelihood) as `update_model` does, and update nothing.

    The components are taken one after another in the space of the measurement (H P H^T, 4 by 4) instead of that of the
    state; `work` (16, 10) is scratch.
    """
    rows, ph, c, out = work[0:4], work[4:8], work[8:12], work[12:16]
    count = present_rows(x, p, m, dt, model, rows, out)
    size = seen_columns(m, dt)
    for k in range(count):
        for i in range(size):
            s = 0.0
            for j in range(size):
                s += p[i, j] * rows[k, j]
            ph[k, i] = s
        for j in range(k + 1):
            s = 0.0
            for i in range(size):
                s += rows[k, i] * ph[j, i]
            c[k, j] = s
    d2 = 0.0
    log_likelihood = 0.0
    spread = 1.0
    outliers = 0
    for k in range(count):
        s = out[k, 1] + c[k, k]
        spread *= s
        one = 1.0 / s
        nu2 = out[k, 0] * out[k, 0] * one
        b, wider = heavy_tailed(nu2)
        a, n = misfit(nu2, count)
        d2 += a
        log_likelihood += b
        outliers += n
        one /= wider
        # what this component corrects, the later ones no longer see
        for i in range(k + 1, count):
            gain = c[i, k] * one
            out[i, 0] -= gain * out[k, 0]
            for j in range(k + 1, i + 1):
                c[i, j] -= gain * c[j, k]
    # one logarithm for all variances
    log_likelihood -= 0.5 * (math.log(spread) + count * LOG_2PI)
    return (1e9 if outliers > 1 else d2), log_likelihood


@kernel
def update_model(x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, model: int) -> tuple[float, float, float]:
    """Return (squared Mahalanobis distance, log likelihood, worst component); updates one model's `x` (10), `p` (10, 10).

    With more than one outlier the distance is 1e9. The worst component: the largest squared normalised innovation.

    `dt` < 0: the measurement is of -dt seconds ago (it came late); else `x` is already at its time.
    """
    return take_in(x, p, m, dt, model, True, np.empty((ROOM, N)))


@lean_kernel
def take_in(
    x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, model: int, coasts: bool, work: np.ndarray
) -> tuple[float, float, float]:
    """Return what `update_model` returns, and update; `work` (`ROOM`+, 10) is scratch.

    What may have burnt just now is not slowed by air alone: only of what `coasts` the lightness may be wrong.
    """
    rows, out, moved, ph = work[0:4], work[4:8], work[8], work[9]
    for i in range(N):
        moved[i] = 0.0
    count = present_rows(x, p, m, dt, model, rows, out)
    if coasts and model == FREE:
        may_be_lighter(p, rows, out, count, seen_columns(m, dt), work[10:ROOM])
    d2 = 0.0
    log_likelihood = 0.0
    spread = 1.0
    outliers = 0
    worst = 0.0
    for k in range(count):
        a, b, s = scalar_update(x, p, rows[k], moved, ph, out[k, 0], out[k, 1])
        spread *= s
        worst = max(worst, a)
        add, n = misfit(a, count)
        d2 += add
        outliers += n
        log_likelihood += b
    if outliers > 1:
        d2 = 1e9
    if coasts and model == FREE:
        no_drag(x, p, work[10])
    # one logarithm for all variances
    return d2, log_likelihood - 0.5 * (math.log(spread) + count * LOG_2PI), worst

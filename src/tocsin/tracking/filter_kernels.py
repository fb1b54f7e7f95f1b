"""The filter of one track: two motion models on one ten-component state, Earth-fixed.

State: position (3, m), velocity (3, m/s), thrust acceleration (3, m/s2), natural log of the ballistic coefficient (kg/m2).
Model 0 `boost`: gravity to J4, Coriolis, centrifugal, thrust acceleration that grows as mass burns off and is otherwise a
random walk; it points along the velocity (gravity turn) within a stated slack. Model 1 `free`: the same gravity, drag below
120 km, no thrust.

A measurement is a row of `MEAS` numbers in one form for every kind of sensor (see the columns), so the filter knows no kinds.
Source of the mixing step: Blom and Bar-Shalom, IEEE TAC 33(8), 1988. Late measurements: the state is carried back and
the measurement is applied to the present state through the transition (Bar-Shalom, IEEE T-AES 38(3), 2002, algorithm Bl).
"""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.gravity_kernels import acceleration_free, gravity_gradient

N = 10
BOOST, FREE, MODELS = 0, 1, 2

# Columns of a measurement row
S_X, S_Y, S_Z = 0, 1, 2          # sensor, m
U_X, U_Y, U_Z = 3, 4, 5          # measured direction, unit
A_X, A_Y, A_Z = 6, 7, 8          # first transverse axis (azimuth arc, or any), unit
B_X, B_Y, B_Z = 9, 10, 11        # second transverse axis (elevation arc), unit
M_RANGE, M_SIGMA_RANGE = 12, 13  # m; NaN = not measured
M_SIGMA_A, M_SIGMA_B = 14, 15    # rad along the arc; NaN = direction not measured
M_RATE, M_SIGMA_RATE = 16, 17    # m/s; NaN = not measured
MEAS = 18

EARTH_RATE = 7.292115e-5
DRAG_TOP_M = 120e3
EXHAUST_M_S = 5500.0             # growth of the thrust acceleration a is a^2 / this: half of what constant thrust gives,
GROWTH_MOST = 0.6                # m/s3   since throttling, burn profiles and dropped stages take the other half back
THRUST_WALK = 9.0                # m2/s5, spectral density of the thrust acceleration's random walk
FREE_WALK = 2.0e-4               # m2/s3, spectral density of unmodelled acceleration in free flight
BETA_WALK = 1.0e-4               # 1/s, random walk of ln(beta)
BOOST_LIFE_S = 90.0              # mean time to burnout from any moment of a boost
RESTART_LIFE_S = 2000.0          # mean time to an ignition while coasting
RESTART_SIGMA = 12.0             # m/s2, spread of thrust acceleration at an ignition
MAX_STEP_S = 10.0
ROBUST = 9.0                     # squared normalised innovation of one component from which it loses weight
OUTLIER, OUTLIER_MOST = 25.0, 3600.0
LOG_2PI = 1.8378770664093453


@kernel
def drag_acceleration(x: np.ndarray, height_m: float, out: np.ndarray) -> None:
    """Fill `out` (3) with the drag acceleration, m/s2, of a body with ln(beta) = x[9] at `height_m`."""
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    factor = -0.5 * density(height_m) * speed * math.exp(-x[9])
    for k in range(3):
        out[k] = factor * x[3 + k]


@kernel
def derivative(x: np.ndarray, model: int, drag: bool, out: np.ndarray) -> None:
    """Fill `out` (10) with dx/dt of the model."""
    ax, ay, az = acceleration_free(x[0], x[1], x[2], x[3], x[4], x[5])
    for k in range(3):
        out[k] = x[3 + k]
        out[6 + k] = 0.0
    out[3], out[4], out[5], out[9] = ax, ay, az, 0.0
    if model == BOOST:
        thrust = math.sqrt(x[6] * x[6] + x[7] * x[7] + x[8] * x[8])
        for k in range(3):
            out[3 + k] += x[6 + k]
            out[6 + k] = min(thrust / EXHAUST_M_S, GROWTH_MOST / max(thrust, 1.0)) * x[6 + k]
    elif drag:
        d = np.empty(3)
        drag_acceleration(x, height_above_ellipsoid(x[0], x[1], x[2]), d)
        for k in range(3):
            out[3 + k] += d[k]


@kernel
def advance_state(x: np.ndarray, dt: float, model: int, drag: bool) -> None:
    """Carry `x` (10) over `dt` seconds in place by one classical Runge-Kutta step."""
    k1 = np.empty(N)
    k2 = np.empty(N)
    k3 = np.empty(N)
    k4 = np.empty(N)
    y = np.empty(N)
    derivative(x, model, drag, k1)
    for i in range(N):
        y[i] = x[i] + 0.5 * dt * k1[i]
    derivative(y, model, drag, k2)
    for i in range(N):
        y[i] = x[i] + 0.5 * dt * k2[i]
    derivative(y, model, drag, k3)
    for i in range(N):
        y[i] = x[i] + dt * k3[i]
    derivative(y, model, drag, k4)
    for i in range(N):
        x[i] += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])


@kernel
def coast(x: np.ndarray, dt: float) -> None:
    """Carry `x` (10) over `dt` seconds, forward or back, without thrust, in place."""
    left = dt
    while abs(left) > 1e-9:
        height = height_above_ellipsoid(x[0], x[1], x[2])
        drag = -1e4 < height < DRAG_TOP_M
        most = 2.0 if drag else MAX_STEP_S
        h = min(max(left, -most), most)
        # a loop, not a call with a constant: the compiler would make a copy of everything for the constant
        for model in range(FREE, MODELS):
            advance_state(x, h, model, drag)
        left -= h


@kernel
def transition(x: np.ndarray, h: float, model: int, drag: bool, phi: np.ndarray) -> None:
    """Fill `phi` (10, 10) with the state transition over a step `h` from `x`: second order in velocity, third in position."""
    gxx, gxy, gxz, gyy, gyz, gzz = gravity_gradient(x[0], x[1], x[2])
    w2 = EARTH_RATE * EARTH_RATE
    g = np.empty((3, 3))
    g[0, 0], g[0, 1], g[0, 2] = gxx + w2, gxy, gxz
    g[1, 0], g[1, 1], g[1, 2] = gxy, gyy + w2, gyz
    g[2, 0], g[2, 1], g[2, 2] = gxz, gyz, gzz
    c = np.zeros((3, 3))
    c[0, 1], c[1, 0] = 2.0 * EARTH_RATE, -2.0 * EARTH_RATE
    d = np.zeros(3)
    if model == FREE and drag:
        height = height_above_ellipsoid(x[0], x[1], x[2])
        drag_acceleration(x, height, d)
        r = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
        v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
        slope = (density(height + 500.0) / max(density(height - 500.0), 1e-30) - 1.0) / 1000.0
        for i in range(3):
            for j in range(3):
                g[i, j] += d[i] * slope * x[j] / r
                c[i, j] += d[i] * x[3 + j] / max(v2, 1.0)
            c[i, i] += -0.5 * density(height) * math.sqrt(v2) * math.exp(-x[9])
    for i in range(N):
        for j in range(N):
            phi[i, j] = 0.0
        phi[i, i] = 1.0
    for i in range(3):
        for j in range(3):
            cg = c[i, 0] * g[0, j] + c[i, 1] * g[1, j] + c[i, 2] * g[2, j]
            cc = c[i, 0] * c[0, j] + c[i, 1] * c[1, j] + c[i, 2] * c[2, j]
            same = 1.0 if i == j else 0.0
            phi[i, j] = same + 0.5 * h * h * g[i, j]
            phi[i, 3 + j] = same * h + 0.5 * h * h * c[i, j] + h * h * h / 6.0 * (g[i, j] + cc)
            phi[3 + i, j] = h * g[i, j] + 0.5 * h * h * cg
            phi[3 + i, 3 + j] = same + h * c[i, j] + 0.5 * h * h * (cc + g[i, j])
        if model == BOOST:
            thrust = math.sqrt(x[6] * x[6] + x[7] * x[7] + x[8] * x[8])
            phi[i, 6 + i] = 0.5 * h * h
            phi[3 + i, 6 + i] = h
            phi[6 + i, 6 + i] = 1.0 + h * min(thrust / EXHAUST_M_S, GROWTH_MOST / max(thrust, 1.0))
        elif drag:
            phi[i, 9] = -0.5 * h * h * d[i]
            phi[3 + i, 9] = -h * d[i]


@kernel
def carry_covariance(p: np.ndarray, phi: np.ndarray, size: int) -> None:
    """Replace `p` by phi p phi^T over its first `size` components, in place."""
    t = np.empty((N, N))
    for i in range(size):
        for j in range(size):
            s = 0.0
            for k in range(size):
                s += phi[i, k] * p[k, j]
            t[i, j] = s
    for i in range(size):
        for j in range(i + 1):
            s = 0.0
            for k in range(size):
                s += t[i, k] * phi[j, k]
            p[i, j] = s
            p[j, i] = s


@kernel
def add_noise(p: np.ndarray, h: float, model: int) -> None:
    """Add the process noise of a step of `h` seconds (> 0) to `p` in place."""
    for i in range(3):
        if model == BOOST:
            q = THRUST_WALK
            p[i, i] += q * h**5 / 20.0
            p[i, 3 + i] += q * h**4 / 8.0
            p[3 + i, i] += q * h**4 / 8.0
            p[i, 6 + i] += q * h**3 / 6.0
            p[6 + i, i] += q * h**3 / 6.0
            p[3 + i, 3 + i] += q * h**3 / 3.0
            p[3 + i, 6 + i] += q * h * h / 2.0
            p[6 + i, 3 + i] += q * h * h / 2.0
            p[6 + i, 6 + i] += q * h
        else:
            q = FREE_WALK
            p[i, i] += q * h**3 / 3.0
            p[i, 3 + i] += q * h * h / 2.0
            p[3 + i, i] += q * h * h / 2.0
            p[3 + i, 3 + i] += q * h
    p[9, 9] += BETA_WALK * h


@kernel
def predict_model(x: np.ndarray, p: np.ndarray, dt: float, model: int) -> None:
    """Carry one model's state and covariance over `dt` >= 0 seconds in place, in steps that suit its height."""
    phi = np.empty((N, N))
    left = dt
    while left > 0.0:
        height = height_above_ellipsoid(x[0], x[1], x[2])
        drag = model == FREE and height < DRAG_TOP_M + 30e3 and height > -1e4
        h = MAX_STEP_S
        if drag:
            h = 1.0 if height < 90e3 else 3.0
        if model == BOOST:
            h = 5.0
        h = min(h, left)
        if left - h < 1e-6:
            h = left
        transition(x, h, model, drag, phi)
        advance_state(x, h, model, drag)
        carry_covariance(p, phi, 9 if model == BOOST else (N if drag else 6))
        if not drag:
            for i in range(9):
                # the ballistic coefficient is not observable out here
                p[9, i] = p[i, 9] = 0.0
        add_noise(p, h, model)
        left -= h


@kernel
def scalar_update(
    x: np.ndarray, p: np.ndarray, h: np.ndarray, moved: np.ndarray, residual: float, variance: float
) -> tuple[float, float]:
    """Return (squared normalised innovation, log likelihood); updates `x`, `p`; `moved` sums the corrections so far.

    Beyond three sigma the tail is heavy and the weight falls (a redescending M-estimator; Huber & Ronchetti 2009, 4.8).

    `residual` was formed at the state before the first component of this measurement: the corrections made since are
    taken off, so a measurement of several components equals one joint update.
    """
    ph = np.empty(N)
    s = variance
    y = residual
    for i in range(N):
        a = 0.0
        for j in range(N):
            a += p[i, j] * h[j]
        ph[i] = a
    for i in range(N):
        s += h[i] * ph[i]
        y -= h[i] * moved[i]
    nu2 = y * y / s
    log_likelihood = -0.5 * (min(nu2, ROBUST) + math.log(s) + LOG_2PI)
    if nu2 > ROBUST:
        # a component far off (servo lag, multipath, a wrong lobe) loses weight as the square of how far it is
        log_likelihood -= 1.5 * math.log(nu2 / ROBUST)
        s *= (nu2 / ROBUST) ** 2
    for i in range(N):
        gain = ph[i] / s
        x[i] += gain * y
        moved[i] += gain * y
    for i in range(N):
        for j in range(i + 1):
            v = p[i, j] - ph[i] * ph[j] / s
            p[i, j] = v
            p[j, i] = v
    return nu2, log_likelihood


@kernel
def rows_of(x: np.ndarray, p: np.ndarray, m: np.ndarray, rows: np.ndarray, out: np.ndarray) -> int:
    """Return the number of scalar components of measurement `m`; fills `rows` (4, 10) with H and `out` (4, 2) residual, variance.

    Linearised where the direction is known better: at the measurement while the track is young, at the track after.
    """
    for i in range(4):
        for j in range(N):
            rows[i, j] = 0.0
    dx, dy, dz = x[0] - m[S_X], x[1] - m[S_Y], x[2] - m[S_Z]
    r = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1.0)
    ux, uy, uz = dx / r, dy / r, dz / r
    count = 0
    has_direction = m[M_SIGMA_A] == m[M_SIGMA_A]
    has_range = m[M_RANGE] == m[M_RANGE]
    at_measured = False
    if has_direction:
        va = 0.0
        vb = 0.0
        for i in range(3):
            for j in range(3):
                va += m[A_X + i] * p[i, j] * m[A_X + j]
                vb += m[B_X + i] * p[i, j] * m[B_X + j]
        scale = m[M_RANGE] if has_range else r
        ra, rb = scale * m[M_SIGMA_A], scale * m[M_SIGMA_B]
        at_measured = not has_range or va + vb > ra * ra + rb * rb
        for k in range(2):
            first = A_X if k == 0 else B_X
            ax, ay, az = m[first], m[first + 1], m[first + 2]
            along = dx * ax + dy * ay + dz * az
            if at_measured:
                out[count, 0] = -along
                rows[count, 0], rows[count, 1], rows[count, 2] = ax, ay, az
                sigma = ra if k == 0 else rb
            else:
                # the axis made square to the track's own direction: the residual is the arc between the two
                dot = ax * ux + ay * uy + az * uz
                ax, ay, az = ax - dot * ux, ay - dot * uy, az - dot * uz
                norm = max(math.sqrt(ax * ax + ay * ay + az * az), 1e-9)
                ax, ay, az = ax / norm, ay / norm, az / norm
                out[count, 0] = r * (m[U_X] * ax + m[U_Y] * ay + m[U_Z] * az)
                rows[count, 0], rows[count, 1], rows[count, 2] = ax, ay, az
                sigma = r * (m[M_SIGMA_A] if k == 0 else m[M_SIGMA_B])
            out[count, 1] = sigma * sigma
            count += 1
    if has_range:
        if has_direction and at_measured:
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
        vx, vy, vz = x[3], x[4], x[5]
        lx, ly, lz = (m[U_X], m[U_Y], m[U_Z]) if at_measured else (ux, uy, uz)
        rate = vx * lx + vy * ly + vz * lz
        v2 = vx * vx + vy * vy + vz * vz + p[3, 3] + p[4, 4] + p[5, 5]
        slack = 0.0
        if at_measured and has_direction:
            slack = v2 * max(m[M_SIGMA_A], m[M_SIGMA_B]) ** 2
        out[count, 0] = m[M_RATE] - rate
        out[count, 1] = m[M_SIGMA_RATE] ** 2 + slack
        rows[count, 3], rows[count, 4], rows[count, 5] = lx, ly, lz
        if not at_measured:
            # the line of sight turns with the position: d(rate)/dr = (v - rate u) / r
            rows[count, 0] = (vx - rate * lx) / r
            rows[count, 1] = (vy - rate * ly) / r
            rows[count, 2] = (vz - rate * lz) / r
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
        for i in range(N):
            for j in range(N):
                s = 0.0
                for k in range(N):
                    s += step[i, k] * phi[k, j]
                product[i, j] = s
        for i in range(N):
            for j in range(N):
                phi[i, j] = product[i, j]
        left -= h


@kernel
def update_model(x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, model: int) -> tuple[float, float, int]:
    """Return (squared Mahalanobis distance, log likelihood, components); updates one model's `x` (10), `p` (10, 10).

    One component of three or more may be an outlier: it then counts as three sigma. With more the distance is 1e9.

    `dt` < 0: the measurement is of -dt seconds ago (it came late); else `x` is already at its time.
    """
    rows = np.empty((4, N))
    out = np.empty((4, 2))
    moved = np.zeros(N)
    if dt < 0.0:
        back = np.empty(N)
        phi = np.empty((N, N))
        turned = np.empty(N)
        carry_back(x, dt, model, back, phi)
        count = rows_of(back, p, m, rows, out)
        for k in range(count):
            for j in range(N):
                s = 0.0
                for i in range(N):
                    s += rows[k, i] * phi[i, j]
                turned[j] = s
            for j in range(N):
                rows[k, j] = turned[j]
    else:
        count = rows_of(x, p, m, rows, out)
    d2 = 0.0
    log_likelihood = 0.0
    outliers = 0
    for k in range(count):
        a, b = scalar_update(x, p, rows[k], moved, out[k, 0], out[k, 1])
        if a > OUTLIER:
            outliers += 1
            if a > OUTLIER_MOST or count < 3:
                outliers += count
        d2 += min(a, ROBUST) if a > OUTLIER else a
        log_likelihood += b
    if outliers > 1:
        d2 = 1e9
    return d2, log_likelihood, count


@kernel
def keep_gravity_turn(x: np.ndarray, p: np.ndarray, dt: float) -> None:
    """Hold the thrust near the direction of flight: a soft constraint across the velocity, worth one look in 30 s."""
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    thrust = math.sqrt(x[6] * x[6] + x[7] * x[7] + x[8] * x[8])
    if speed < 150.0 or dt <= 0.0:
        return
    sigma_v = math.sqrt(max(p[3, 3] + p[4, 4] + p[5, 5], 0.0))
    slack = 0.15 * thrust + 1.5 + thrust * min(sigma_v / speed, 2.0)
    variance = slack * slack * max(30.0 / dt, 1.0)
    v = np.empty(3)
    for i in range(3):
        v[i] = x[3 + i] / speed
    # two axes across the velocity
    least = 0
    for i in range(1, 3):
        if abs(v[i]) < abs(v[least]):
            least = i
    a = np.zeros(3)
    a[least] = 1.0
    dot = v[least]
    norm = math.sqrt(max(1.0 - dot * dot, 1e-12))
    for i in range(3):
        a[i] = (a[i] - dot * v[i]) / norm
    b = np.empty(3)
    b[0] = v[1] * a[2] - v[2] * a[1]
    b[1] = v[2] * a[0] - v[0] * a[2]
    b[2] = v[0] * a[1] - v[1] * a[0]
    h = np.zeros(N)
    moved = np.zeros(N)
    for k in range(2):
        residual = 0.0
        for i in range(3):
            h[6 + i] = a[i] if k == 0 else b[i]
            residual -= h[6 + i] * x[6 + i]
        scalar_update(x, p, h, moved, residual, variance)
        for i in range(N):
            moved[i] = 0.0

"""The filter of one track: three motion models on one ten-component state, Earth-fixed, two of them alive at most.

State: position (3, m), velocity (3, m/s), thrust acceleration (3, m/s2), natural log of the ballistic coefficient
(kg/m2). Model 0 `boost`: gravity to J4, Coriolis, centrifugal, thrust acceleration that grows as mass burns off and is
otherwise a random walk; it points along the velocity (gravity turn) within a stated slack. Model 1 `free`: the same
gravity, drag below 120 km, no thrust. Model 2 `glide`, in place of the boost model where the air can carry a body: the same
gravity, and all that the air does as an acceleration of any direction that is forgotten within `GLIDE_LIFE_S` (Singer, IEEE
TAES 6(4), 1970); how large it may be goes with the dynamic pressure.

A measurement is a row of `MEAS` numbers in one form for every kind of sensor (see the columns), so the filter knows no
kinds; how it is applied stands in `update_kernels`.
Source of the mixing step: Blom and Bar-Shalom, IEEE TAC 33(8), 1988.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.gravity_kernels import acceleration_free, gravity_gradient

N = 10
BOOST, FREE, MODELS = 0, 1, 2
GLIDE = 2  # flies in the place of the boost model

# Columns of a measurement row
S_X, S_Y, S_Z = 0, 1, 2  # sensor, m
U_X, U_Y, U_Z = 3, 4, 5  # measured direction, unit
A_X, A_Y, A_Z = 6, 7, 8  # first transverse axis (azimuth arc, or any), unit
B_X, B_Y, B_Z = 9, 10, 11  # second transverse axis (elevation arc), unit
M_RANGE, M_SIGMA_RANGE = 12, 13  # m; NaN = not measured
M_SIGMA_A, M_SIGMA_B = 14, 15  # rad along the arc; NaN = direction not measured
M_RATE, M_SIGMA_RATE = 16, 17  # m/s; NaN = not measured
MEAS = 18

EARTH_RATE = 7.292115e-5
DRAG_TOP_M = 120e3
EXHAUST_M_S = 5500.0  # growth of the thrust acceleration a is a^2 / this: half of what constant thrust gives,
GROWTH_MOST = 0.6  # m/s3   since throttling, burn profiles and dropped stages take the other half back
THRUST_WALK = 9.0  # m2/s5, spectral density of the thrust acceleration's random walk
# m2/s3, spectral density of unmodelled acceleration in free flight: above the air it is tesseral gravity (J22: up to 1e-4 m/s2,
# over a quarter of its period of 45 min in low orbit) and what is left of drag at 150 to 250 km (8e-5 m/s2 at 200 km for
# 100 kg/m2): some 7e-5 m/s2 that last for eight minutes, 2 a^2 t
AIR_WALK, SPACE_WALK = 2.0e-4, 5.0e-6
# Re-entry bodies, kg/m2: 2,000 to 12,000, evenly in the logarithm (reference flights of the propagation benchmark), as a
# normal prior. Spent stages (some 500) lie outside it: in the air the filter finds them.
LN_BETA, LN_BETA_SIGMA = math.log(4900.0), 0.52
BETA_WALK = 1.0e-4  # 1/s, random walk of ln(beta) in the air, where it changes with speed and the skin burns off
BOOST_LIFE_S = 90.0  # mean time to burnout from any moment of a boost
RESTART_LIFE_S = 2000.0  # mean time to an ignition while coasting
RESTART_SIGMA = 12.0  # m/s2, spread of thrust acceleration at an ignition
GLIDE_LIFE_S = 40.0  # how long a turn is held, in the mean
GLIDE_BETA = 2000.0  # kg/m2, mass over lift area: of slender bodies at small angles of attack some 1,000 to 5,000
GLIDE_MOST = 100.0  # m/s2, what a frame bears
MAX_STEP_S = 10.0
ROBUST = 9.0  # squared normalised innovation of one component from which it loses weight
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
    elif model == GLIDE:
        for k in range(3):
            out[3 + k] += x[6 + k]
            out[6 + k] = -x[6 + k] / GLIDE_LIFE_S
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
    """Fill `phi` (10, 10) with the transition over a step `h` from `x`: second order in velocity, third in position."""
    gxx, gxy, gxz, gyy, gyz, gzz = gravity_gradient(x[0], x[1], x[2])
    g = np.empty((3, 3))
    g[0, 0], g[0, 1], g[0, 2] = gxx, gxy, gxz
    g[1, 0], g[1, 1], g[1, 2] = gxy, gyy, gyz
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
        elif model == GLIDE:
            phi[i, 6 + i] = 0.5 * h * h
            phi[3 + i, 6 + i] = h
            phi[6 + i, 6 + i] = 1.0 - h / GLIDE_LIFE_S
        elif drag:
            phi[i, 9] = -0.5 * h * h * d[i]
            phi[3 + i, 9] = -h * d[i]


@kernel
def followed_by(step: np.ndarray, phi: np.ndarray, product: np.ndarray) -> None:
    """Replace the transition `phi` (10, 10) by `step` (10, 10) after it, in place; `product` (10, 10) is scratch."""
    for i in range(N):
        for j in range(N):
            s = 0.0
            for k in range(N):
                s += step[i, k] * phi[k, j]
            product[i, j] = s
    for i in range(N):
        for j in range(N):
            phi[i, j] = product[i, j]


@kernel
def carry_covariance(p: np.ndarray, phi: np.ndarray, pushed: bool, drag: bool) -> None:
    """Replace `p` by phi p phi^T, in place, over what the model has: place, velocity, and what acts on them.

    `phi` as `transition` fills it: place and velocity depend on each other, on their axis of the acceleration (`pushed`), on the
    ballistic coefficient (`drag`); those two on themselves alone.
    """
    t = np.empty((N, N))
    size = 9 if pushed else 6
    for j in range(N):
        if j >= size and not (drag and j == 9):
            continue
        for i in range(6):
            s = 0.0
            for k in range(6):
                s += phi[i, k] * p[k, j]
            if pushed:
                s += phi[i, 6 + i % 3] * p[6 + i % 3, j]
            if drag:
                s += phi[i, 9] * p[9, j]
            t[i, j] = s
        for i in range(6, size):
            t[i, j] = phi[i, i] * p[i, j]
        if drag:
            t[9, j] = p[9, j]
    for i in range(N):
        if i >= size and not (drag and i == 9):
            continue
        for j in range(min(i + 1, 6)):
            s = 0.0
            for k in range(6):
                s += t[i, k] * phi[j, k]
            if pushed:
                s += t[i, 6 + j % 3] * phi[j, 6 + j % 3]
            if drag:
                s += t[i, 9] * phi[j, 9]
            p[i, j] = p[j, i] = s
        for j in range(6, min(i + 1, size)):
            p[i, j] = p[j, i] = t[i, j] * phi[j, j]


@kernel
def lift_sigma(x: np.ndarray) -> float:
    """Return one sigma (m/s2, each axis) of what the air may do to a body in state `x` (10) besides drag: lift."""
    height = height_above_ellipsoid(x[0], x[1], x[2])
    if not -1e4 < height < DRAG_TOP_M:
        return 0.0
    v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    return float(min(0.5 * density(height) * v2 / GLIDE_BETA, GLIDE_MOST))


@kernel
def add_noise(p: np.ndarray, h: float, model: int, walk: float) -> None:
    """Add the process noise of a step of `h` seconds (> 0) to `p` in place.

    `walk`: its density, m2/s5 of an acceleration that is in the state, m2/s3 of the velocity in free flight.
    """
    q = walk
    for i in range(3):
        if model != FREE:
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
            p[i, i] += q * h**3 / 3.0
            p[i, 3 + i] += q * h * h / 2.0
            p[3 + i, i] += q * h * h / 2.0
            p[3 + i, 3 + i] += q * h


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
        if model == GLIDE:
            h = 2.0
        h = min(h, left)
        if left - h < 1e-6:
            h = left
        transition(x, h, model, drag, phi)
        advance_state(x, h, model, drag)
        walk = THRUST_WALK
        if model == FREE:
            walk = AIR_WALK if drag else SPACE_WALK
        if model == GLIDE:
            walk = 2.0 * lift_sigma(x) ** 2 / GLIDE_LIFE_S
        carry_covariance(p, phi, model != FREE, drag)
        if drag:
            p[9, 9] += BETA_WALK * h
        else:
            for i in range(9):
                # the ballistic coefficient is not observable out here
                p[9, i] = p[i, 9] = 0.0
        add_noise(p, h, model, walk)
        left -= h

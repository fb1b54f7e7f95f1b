"""The filter of one track: three motion models on one ten-component state, Earth-fixed, two of them alive at most.

State: position (3, m), velocity (3, m/s), thrust acceleration (3, m/s2), lightness (one over the ballistic
coefficient, m2/kg).

Model 0 `boost`: gravity to J4, Coriolis, centrifugal, thrust acceleration that grows as mass burns off and is
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

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.world.atmosphere_kernels import density, thinning
from tocsin.world.geodesy_kernels import height_near
from tocsin.world.gravity_kernels import acceleration_free, gravity_gradient


def over_betas(least: float, most: float) -> tuple[float, float]:
    """Return mean and sigma of the lightness of ballistic coefficients (kg/m2) that lie evenly in their logarithm."""
    span = math.log(most / least)
    mean = (1.0 / least - 1.0 / most) / span
    return mean, math.sqrt((least**-2 - most**-2) / (2.0 * span) - mean**2)


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
AIRLESS_M = DRAG_TOP_M + 30e3  # no step from here reaches the air unawares
BRAKES_M = 60e3  # of the air below which hardly any of what brakes is left above
AIRLESS_R2 = (6378137.0 + AIRLESS_M) ** 2  # beyond this squared radius no height has to be worked out
EXHAUST_M_S = 5500.0  # growth of the thrust acceleration a is a^2 / this: half of what constant thrust gives,
GROWTH_MOST = 0.6  # m/s3   since throttling, burn profiles and dropped stages take the other half back
THRUST_WALK = 9.0  # m2/s5, spectral density of the thrust acceleration's random walk
# m2/s3, spectral density of unmodelled acceleration in free flight: above the air it is tesseral gravity (J22: up to 1e-4 m/s2,
# over a quarter of its period of 45 min in low orbit) and what is left of drag at 150 to 250 km (8e-5 m/s2 at 200 km for
# 100 kg/m2): some 7e-5 m/s2 that last for eight minutes, 2 a^2 t
AIR_WALK, SPACE_WALK = 2.0e-4, 5.0e-6
# Ballistic coefficients of re-entry bodies, kg/m2, evenly in the logarithm (reference flights of the propagation benchmark).
BETA_LEAST, BETA_MOST = 2000.0, 12000.0
# The state has the lightness, 1 / ballistic coefficient, m2/kg: what drag does is linear in it. Its first two moments over that
# range; what is lighter (a spent stage: 2e-3) lies outside, and what drag does to it tells (`may_be_lighter`).
LIGHTNESS, LIGHTNESS_SIGMA = over_betas(BETA_LEAST, BETA_MOST)
LIGHTEST = 0.05  # an empty tank, a panel
# 1/s, random walk of its logarithm in the air: it changes with speed, and the skin burns off. While the air has told less than
# so much of its variance, and is thin (dynamic pressure, Pa), that is within its prior, and what is told can be told from the
# prior (`drag_alone`)
LIGHTNESS_WALK, TOLD, THIN_PA = 1.0e-4, 0.5, 10e3
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
def pull(
    px: float, py: float, pz: float, vx: float, vy: float, vz: float, ux: float, uy: float, uz: float, lightness: float,
    model: int, drag: bool,
) -> tuple[float, float, float, float, float, float]:  # fmt: skip
    """Return the acceleration (3), m/s2, and the rate (3), m/s3, of the thrust or lift (ux, uy, uz) of the model.

    `lightness`: 1 / ballistic coefficient, m2/kg; asked with `drag` only.
    """
    ax, ay, az = acceleration_free(px, py, pz, vx, vy, vz)
    if model == BOOST:
        thrust = math.sqrt(ux * ux + uy * uy + uz * uz)
        growth = min(thrust / EXHAUST_M_S, GROWTH_MOST / max(thrust, 1.0))
        return ax + ux, ay + uy, az + uz, growth * ux, growth * uy, growth * uz
    if model == GLIDE:
        return ax + ux, ay + uy, az + uz, -ux / GLIDE_LIFE_S, -uy / GLIDE_LIFE_S, -uz / GLIDE_LIFE_S
    if drag:
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        factor = -0.5 * density(height_near(px, py, pz)) * speed * lightness
        return ax + factor * vx, ay + factor * vy, az + factor * vz, 0.0, 0.0, 0.0
    return ax, ay, az, 0.0, 0.0, 0.0


@lean_kernel
def derivative(x: np.ndarray, model: int, drag: bool, out: np.ndarray) -> None:
    """Fill `out` (10) with dx/dt of the model."""
    out[0], out[1], out[2], out[9] = x[3], x[4], x[5], 0.0
    out[3], out[4], out[5], out[6], out[7], out[8] = pull(
        x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], model, drag
    )


@lean_kernel
def advance_state(x: np.ndarray, dt: float, model: int, drag: bool) -> None:
    """Carry `x` (10) over `dt` seconds in place by one classical Runge-Kutta step."""
    # numbers one by one: small arrays would cost more than the arithmetic
    px, py, pz, vx, vy, vz, ux, uy, uz = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8]
    light = x[9]
    h, sixth = 0.5 * dt, dt / 6.0
    a1, b1, c1, d1, e1, f1 = pull(px, py, pz, vx, vy, vz, ux, uy, uz, light, model, drag)
    v2, w2, z2, q2, r2, s2 = vx + h * a1, vy + h * b1, vz + h * c1, ux + h * d1, uy + h * e1, uz + h * f1
    a2, b2, c2, d2, e2, f2 = pull(px + h * vx, py + h * vy, pz + h * vz, v2, w2, z2, q2, r2, s2, light, model, drag)
    v3, w3, z3, q3, r3, s3 = vx + h * a2, vy + h * b2, vz + h * c2, ux + h * d2, uy + h * e2, uz + h * f2
    a3, b3, c3, d3, e3, f3 = pull(px + h * v2, py + h * w2, pz + h * z2, v3, w3, z3, q3, r3, s3, light, model, drag)
    v4, w4, z4, q4, r4, s4 = vx + dt * a3, vy + dt * b3, vz + dt * c3, ux + dt * d3, uy + dt * e3, uz + dt * f3
    a4, b4, c4, d4, e4, f4 = pull(px + dt * v3, py + dt * w3, pz + dt * z3, v4, w4, z4, q4, r4, s4, light, model, drag)
    x[0] = px + sixth * (vx + 2.0 * v2 + 2.0 * v3 + v4)
    x[1] = py + sixth * (vy + 2.0 * w2 + 2.0 * w3 + w4)
    x[2] = pz + sixth * (vz + 2.0 * z2 + 2.0 * z3 + z4)
    x[3] = vx + sixth * (a1 + 2.0 * a2 + 2.0 * a3 + a4)
    x[4] = vy + sixth * (b1 + 2.0 * b2 + 2.0 * b3 + b4)
    x[5] = vz + sixth * (c1 + 2.0 * c2 + 2.0 * c3 + c4)
    x[6] = ux + sixth * (d1 + 2.0 * d2 + 2.0 * d3 + d4)
    x[7] = uy + sixth * (e1 + 2.0 * e2 + 2.0 * e3 + e4)
    x[8] = uz + sixth * (f1 + 2.0 * f2 + 2.0 * f3 + f4)


@lean_kernel
def height_in_air(x: np.ndarray) -> float:
    """Return the height (m) of a state above the ellipsoid, `AIRLESS_M` where it is surely as high."""
    if x[0] * x[0] + x[1] * x[1] + x[2] * x[2] > AIRLESS_R2:
        return AIRLESS_M
    return height_near(x[0], x[1], x[2])


@lean_kernel
def coast(x: np.ndarray, dt: float) -> None:
    """Carry `x` (10) over `dt` seconds, forward or back, without thrust, in place."""
    left = dt
    while abs(left) > 1e-9:
        drag = -1e4 < height_in_air(x) < DRAG_TOP_M
        most = 2.0 if drag else MAX_STEP_S
        h = min(max(left, -most), most)
        # a loop, not a call with a constant: the compiler would make a copy of everything for the constant
        for model in range(FREE, MODELS):
            advance_state(x, h, model, drag)
        left -= h


@lean_kernel
def transition(x: np.ndarray, h: float, model: int, drag: bool, phi: np.ndarray) -> None:
    """Fill `phi` (10, 10) with the transition over a step `h` from `x`: second order in velocity, third in position."""
    for i in range(N):
        for j in range(N):
            phi[i, j] = 0.0
    # the lower rows, zero and one at the end, hold what the upper ones are made of
    g, c, d = phi[6:9, 0:3], phi[6:9, 3:6], phi[9]
    gxx, gxy, gxz, gyy, gyz, gzz = gravity_gradient(x[0], x[1], x[2])
    g[0, 0], g[0, 1], g[0, 2] = gxx, gxy, gxz
    g[1, 0], g[1, 1], g[1, 2] = gxy, gyy, gyz
    g[2, 0], g[2, 1], g[2, 2] = gxz, gyz, gzz
    c[0, 1], c[1, 0] = 2.0 * EARTH_RATE, -2.0 * EARTH_RATE
    if model == FREE and drag:
        r = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
        v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
        # in the middle of the step: on a steep way down the air is twice as thick a second later
        height = height_near(x[0], x[1], x[2]) + 0.5 * h * (x[0] * x[3] + x[1] * x[4] + x[2] * x[5]) / r
        factor = -0.5 * density(height) * math.sqrt(v2)
        slope = thinning(height)
        for i in range(3):
            d[i] = factor * x[3 + i]  # of a lightness of 1
        for i in range(3):
            for j in range(3):
                g[i, j] += x[9] * d[i] * slope * x[j] / r
                c[i, j] += x[9] * d[i] * x[3 + j] / max(v2, 1.0)
            c[i, i] += x[9] * factor
    for i in range(3):
        for j in range(3):
            cg = c[i, 0] * g[0, j] + c[i, 1] * g[1, j] + c[i, 2] * g[2, j]
            cc = c[i, 0] * c[0, j] + c[i, 1] * c[1, j] + c[i, 2] * c[2, j]
            same = 1.0 if i == j else 0.0
            phi[i, j] = same + 0.5 * h * h * g[i, j]
            phi[i, 3 + j] = same * h + 0.5 * h * h * c[i, j] + h * h * h / 6.0 * (g[i, j] + cc)
            phi[3 + i, j] = h * g[i, j] + 0.5 * h * h * cg
            phi[3 + i, 3 + j] = same + h * c[i, j] + 0.5 * h * h * (cc + g[i, j])
        if model != FREE:
            phi[i, 6 + i] = 0.5 * h * h
            phi[3 + i, 6 + i] = h
        elif drag:
            phi[i, 9] = 0.5 * h * h * d[i]
            phi[3 + i, 9] = h * d[i]
    lasts = 1.0
    if model == BOOST:
        thrust = math.sqrt(x[6] * x[6] + x[7] * x[7] + x[8] * x[8])
        lasts = 1.0 + h * min(thrust / EXHAUST_M_S, GROWTH_MOST / max(thrust, 1.0))
    elif model == GLIDE:
        lasts = 1.0 - h / GLIDE_LIFE_S
    for i in range(6, N):
        for j in range(N):
            phi[i, j] = 0.0
        phi[i, i] = lasts if i < 9 else 1.0


@lean_kernel
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


@lean_kernel
def turn_columns(m: np.ndarray, phi: np.ndarray, pushed: bool, drag: bool, out: np.ndarray) -> None:
    """Fill the first six rows and columns of `out` with m^T phi^T; `m` (10, 6+), the others as in `carry_covariance`."""
    for i in range(6):
        # six sums at once, not one after another: the processor works on as many numbers as it can
        a = b = c = d = e = f = 0.0
        for k in range(6):
            one = phi[i, k]
            a, b, c = a + one * m[k, 0], b + one * m[k, 1], c + one * m[k, 2]
            d, e, f = d + one * m[k, 3], e + one * m[k, 4], f + one * m[k, 5]
        if pushed:
            k = 6 + i % 3
            one = phi[i, k]
            a, b, c = a + one * m[k, 0], b + one * m[k, 1], c + one * m[k, 2]
            d, e, f = d + one * m[k, 3], e + one * m[k, 4], f + one * m[k, 5]
        if drag:
            one = phi[i, 9]
            a, b, c = a + one * m[9, 0], b + one * m[9, 1], c + one * m[9, 2]
            d, e, f = d + one * m[9, 3], e + one * m[9, 4], f + one * m[9, 5]
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i], out[5, i] = a, b, c, d, e, f


@lean_kernel
def carry_covariance(p: np.ndarray, phi: np.ndarray, pushed: bool, drag: bool, t: np.ndarray) -> None:
    """Replace `p` by phi p phi^T, in place, over what the model has: place, velocity, and what acts on them.

    `phi` as `transition` fills it: place and velocity depend on each other, on their axis of the acceleration (`pushed`), on the
    lightness (`drag`); those two on themselves alone. `t` (10, 10) is scratch.
    """
    turn_columns(p, phi, pushed, drag, t)  # t = p phi^T: its columns of place and velocity
    for k in range(6, N):
        if drag if k == 9 else pushed:
            for i in range(6):
                s = 0.0
                for j in range(6):
                    s += p[k, j] * phi[i, j]
                if pushed:
                    s += p[k, 6 + i % 3] * phi[i, 6 + i % 3]
                if drag:
                    s += p[k, 9] * phi[i, 9]
                t[k, i] = s
            for i in range(6):
                p[i, k] = p[k, i] = t[k, i] * phi[k, k]
    turn_columns(t, phi, pushed, drag, p)
    for i in range(6):
        for j in range(i):
            p[i, j] = p[j, i]
    if pushed:
        for i in range(6, 9):
            for k in range(6, i + 1):
                p[i, k] = p[k, i] = p[i, k] * (phi[i, i] * phi[k, k])


@lean_kernel
def dynamic_pressure(x: np.ndarray) -> float:
    """Return the dynamic pressure (Pa) on a body in state `x` (10), nought above `DRAG_TOP_M`."""
    height = height_in_air(x)
    if not -1e4 < height < DRAG_TOP_M:
        return 0.0
    return float(0.5 * density(height) * (x[3] * x[3] + x[4] * x[4] + x[5] * x[5]))


@kernel
def lift_of(pressure: float) -> float:
    """Return one sigma (m/s2, each axis) of what the air may do at a dynamic pressure (Pa) besides drag: lift."""
    return min(pressure / GLIDE_BETA, GLIDE_MOST)


@lean_kernel
def lift_sigma(x: np.ndarray) -> float:
    """Return `lift_of` a body in state `x` (10)."""
    return lift_of(dynamic_pressure(x))


@lean_kernel
def anywhere(x: np.ndarray, p: np.ndarray) -> bool:
    """Return whether nobody knows if a state is in the air at all: its height is known less well than the air is thick.

    One satellite does not tell depth. The drag at the middle of such a state is none that it has: most of it is above the air.
    """
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    s = 0.0
    for i in range(3):
        for j in range(3):
            s += x[i] * p[i, j] * x[j]
    return bool(s > BRAKES_M * BRAKES_M * r2)


@lean_kernel
def add_noise(p: np.ndarray, h: float, model: int, walk: float) -> None:
    """Add the process noise of a step of `h` seconds (> 0) to `p` in place.

    `walk`: its density, m2/s5 of an acceleration that is in the state, m2/s3 of the velocity in free flight.
    """
    if model == FREE:
        xx, xv, vv = walk * h**3 / 3.0, walk * h * h / 2.0, walk * h
    else:
        xx, xv, vv = walk * h**5 / 20.0, walk * h**4 / 8.0, walk * h**3 / 3.0
        xa, va, aa = walk * h**3 / 6.0, walk * h * h / 2.0, walk * h
        for i in range(3):
            p[i, 6 + i] += xa
            p[6 + i, i] += xa
            p[3 + i, 6 + i] += va
            p[6 + i, 3 + i] += va
            p[6 + i, 6 + i] += aa
    for i in range(3):
        p[i, i] += xx
        p[i, 3 + i] += xv
        p[3 + i, i] += xv
        p[3 + i, 3 + i] += vv


@lean_kernel
def wanders(x: np.ndarray, p: np.ndarray, phi: np.ndarray, h: float) -> bool:
    """Return whether a lightness wanders over a step of `h` seconds with transition `phi` beyond what its prior holds."""
    prior = LIGHTNESS_SIGMA * LIGHTNESS_SIGMA
    if p[9, 9] < (1.0 - TOLD) * prior or x[9] > 1.0 / BETA_LEAST:
        return True
    # what a lightness of 1 does to the velocity in a second is the dynamic pressure
    push = phi[3, 9] * phi[3, 9] + phi[4, 9] * phi[4, 9] + phi[5, 9] * phi[5, 9]
    return bool(push > THIN_PA * THIN_PA * h * h)


@kernel
def predict_model(x: np.ndarray, p: np.ndarray, dt: float, model: int) -> None:
    """Carry one model's state and covariance over `dt` >= 0 seconds in place, in steps that suit its height."""
    carry_model(x, p, dt, model, np.empty((2 * N, N)))


@lean_kernel
def carry_model(x: np.ndarray, p: np.ndarray, dt: float, model: int, work: np.ndarray) -> None:
    """Do what `predict_model` does; `work` (20+, 10) is scratch."""
    phi, t = work[0:N], work[N : 2 * N]
    left = dt
    while left > 0.0:
        height = height_in_air(x) if model == FREE else AIRLESS_M
        drag = -1e4 < height < AIRLESS_M and not anywhere(x, p)
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
        carry_covariance(p, phi, model != FREE, drag, t)
        if drag:
            if wanders(x, p, phi, h):
                p[9, 9] += LIGHTNESS_WALK * h * x[9] * x[9]
        else:
            for i in range(9):
                # the lightness is not observable out here
                p[9, i] = p[i, 9] = 0.0
        add_noise(p, h, model, walk)
        left -= h

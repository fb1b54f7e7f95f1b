"""What the sightings of one object say of the constant errors of the sensors that saw it, and how likely each error is.

One arc: sightings by one or more sensors within half a minute. The object's state (place, velocity, thrust acceleration: 9)
is fitted to all of them together with four errors a sensor, and then eliminated (Schur complement), which leaves what the
arc says of the errors alone, as an information matrix and vector: nothing is counted twice, and no track that a sensor has
already moved is used as a reference.

Errors of a radar: range (m), azimuth along the arc and elevation (rad), clock (s; ahead is positive: detections bear later
times). Of a satellite: two turns of its line of sight about the axes of `transverse_axes` (rad), nothing, clock.
"""

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.core.linear_kernels import factor, solve
from tocsin.tracking.error_kernels import ERRORS
from tocsin.tracking.filter_kernels import (
    BOOST,
    DRAG_TOP_M,
    FREE,
    THRUST_WALK,
    N,
    advance_state,
    derivative,
    followed_by,
    transition,
)
from tocsin.tracking.sighting_kernels import components
from tocsin.world.geodesy_kernels import height_above_ellipsoid

STATE = 9
ITERATIONS = 3
STEP_S = 5.0
BOOST_M, BOOST_M_S = 300.0, 20.0  # what staging and throttling leave of the model of a boost over half a minute


@kernel
def carry(x: np.ndarray, dt: float, model: int, phi: np.ndarray) -> None:
    """Carry `x` (10) over `dt` seconds, forward or back, in place; `phi` (10, 10) becomes the transition."""
    step = np.empty((N, N))
    product = np.empty((N, N))
    for i in range(N):
        for j in range(N):
            phi[i, j] = 1.0 if i == j else 0.0
    left = dt
    while abs(left) > 1e-9:
        h = min(max(left, -STEP_S), STEP_S)
        drag = model == FREE and height_above_ellipsoid(x[0], x[1], x[2]) < DRAG_TOP_M
        transition(x, h, model, drag, step)
        advance_state(x, h, model, drag)
        followed_by(step, phi, product)
        left -= h


@kernel
def gather_arc(
    x0: np.ndarray, model: int, rows: np.ndarray, ages: np.ndarray, who: np.ndarray, sights: np.ndarray,
    clocks: np.ndarray, scale: np.ndarray, a: np.ndarray, g: np.ndarray, c: np.ndarray, gx: np.ndarray, gb: np.ndarray,
) -> tuple[float, int]:  # fmt: skip
    """Return (sum of squared residuals over sigmas, components) and add the normal equations of an arc about `x0` (10).

    `a` (9, 9), `g` (9, 4m), `c` (4m, 4m), `gx` (9,), `gb` (4m,); errors in units of `scale` (4m,). `clocks` (m,)
    as in `fit_arc`.
    """
    x = np.empty(N)
    dx = np.empty(N)
    phi = np.empty((N, N))
    h = np.empty((4, 6))
    e = np.empty((4, ERRORS))
    out = np.empty((4, 2))
    f = np.empty(STATE)
    total = 0.0
    parts = 0
    for n in range(rows.shape[0]):
        for i in range(N):
            x[i] = x0[i]
        s = who[n]
        carry(x, ages[n] - clocks[s], model, phi)
        derivative(x, model, False, dx)
        count = components(x, dx, rows[n], sights[s] == 1, h, e, out)
        # the thrust wanders as the tracker's own does (`filter_kernels`): what that moves the place by within the arc
        wander, sway = 0.0, 0.0
        if model == BOOST:
            wander, sway = BOOST_M**2 + THRUST_WALK * abs(ages[n]) ** 5 / 20.0, BOOST_M_S**2
        parts += count
        for k in range(count):
            moved = 0.0
            for i in range(3):
                moved += h[k, i] * h[k, i] * wander + h[k, 3 + i] * h[k, 3 + i] * sway
            w = 1.0 / (out[k, 1] + moved)
            # the residual is of the state at the corrected time: as it would be without a correction, to first order
            out[k, 0] += e[k, 3] * clocks[s]
            for j in range(STATE):
                v = 0.0
                for i in range(6):
                    v += h[k, i] * phi[i, j]
                f[j] = v
            for i in range(STATE):
                gx[i] += w * f[i] * out[k, 0]
                for j in range(STATE):
                    a[i, j] += w * f[i] * f[j]
                for j in range(ERRORS):
                    g[i, ERRORS * s + j] += w * f[i] * e[k, j] * scale[ERRORS * s + j]
            for i in range(ERRORS):
                ei = e[k, i] * scale[ERRORS * s + i]
                gb[ERRORS * s + i] += w * ei * out[k, 0]
                for j in range(ERRORS):
                    c[ERRORS * s + i, ERRORS * s + j] += w * ei * e[k, j] * scale[ERRORS * s + j]
            total += w * out[k, 0] * out[k, 0]
    return total, parts


@kernel
def without_state(
    a: np.ndarray, g: np.ndarray, gx: np.ndarray, info: np.ndarray, vector: np.ndarray, column: np.ndarray
) -> float:
    """Return what the state explains of chi-square, and take it out of `info` (m, m) and `vector` (m,) in place.

    `a` (9, 9) factored information of the state, `g` (9, m) what it shares with the errors, `gx` (9,) its vector; `column`
    (9,) is scratch (Schur complement).
    """
    explained = 0.0
    for i in range(STATE):
        column[i] = gx[i]
    solve(a, STATE, column)
    for i in range(STATE):
        explained += gx[i] * column[i]
        for j in range(vector.shape[0]):
            vector[j] -= g[i, j] * column[i]
    for j in range(vector.shape[0]):
        for i in range(STATE):
            column[i] = g[i, j]
        solve(a, STATE, column)
        for k in range(vector.shape[0]):
            for i in range(STATE):
                info[k, j] -= g[i, k] * column[i]
    return explained


@kernel
def fit_arc(
    x0: np.ndarray, known: np.ndarray, model: int, rows: np.ndarray, ages: np.ndarray, who: np.ndarray,
    sights: np.ndarray, clocks: np.ndarray, scale: np.ndarray, wide: np.ndarray, info: np.ndarray, vector: np.ndarray,
) -> tuple[float, int]:  # fmt: skip
    """Return (chi-square without errors of the sensors, components) of an arc; -1e30 when it cannot be solved.

    Fills `info` (4m, 4m), `vector` (4m,). `x0` (10) where the object is thought to be, with the information `known` (9, 9)
    about that; `rows` (n, 18) sightings `ages` (n,) seconds after it, by sensor `who` (n,) of m, `sights` (m,) 1 = a
    satellite, `clocks` (m,) s the error of its clock as far as it is known, about which that is linearised. Errors are in
    units of `scale` (4m,), `wide` (4m,) the variance of what they may be, for the state about which all is linearised
    (Gauss-Newton).
    """
    m = ERRORS * sights.shape[0]
    x = x0.copy()
    a = np.empty((STATE, STATE))
    g = np.empty((STATE, m))
    gx = np.empty(STATE)
    b = np.empty((m, m))
    step = np.empty(m)
    column = np.empty(STATE)
    chi2 = 0.0
    parts = 0
    for turn in range(ITERATIONS):
        for i in range(STATE):
            gx[i] = 0.0
            for j in range(m):
                g[i, j] = 0.0
        for i in range(m):
            vector[i] = 0.0
            for j in range(m):
                info[i, j] = 0.0
        chi2 = 0.0
        for i in range(STATE):
            for j in range(STATE):
                a[i, j] = known[i, j]
                gx[i] += known[i, j] * (x0[j] - x[j])
                chi2 += (x0[i] - x[i]) * known[i, j] * (x0[j] - x[j])
        more, parts = gather_arc(x, model, rows, ages, who, sights, clocks, scale, a, g, info, gx, vector)
        chi2 += more
        if not factor(a, STATE):
            return -1e30, parts
        chi2 -= without_state(a, g, gx, info, vector, column)
        for i in range(m):
            for j in range(m):
                b[i, j] = 0.5 * (info[i, j] + info[j, i]) + (1.0 / wide[i] if i == j else 0.0)
            step[i] = vector[i]
        if not factor(b, m):
            return -1e30, parts
        solve(b, m, step)
        if turn < ITERATIONS - 1:
            for i in range(STATE):
                column[i] = gx[i]
                for j in range(m):
                    column[i] -= g[i, j] * step[j]
            solve(a, STATE, column)
            for i in range(STATE):
                x[i] += column[i]
    return chi2, parts

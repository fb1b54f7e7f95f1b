"""A slow, careful free flight to compare with: short capped steps, tight tolerance, no regions, no interface, no guess.

Only the Runge-Kutta coefficients and the force are those of the package; both are checked against SciPy and closed forms.
"""

import math

import numpy as np

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2
from tocsin.core.kernels import kernel
from tocsin.world.geodesy import to_ecef
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.motion.dop853_kernels import STAGES, finish_step, stage_state
from tocsin.world.motion.forces_kernels import acceleration_flight

POSITION_TOLERANCE_M = 1e-6
VELOCITY_TOLERANCE_M_S = 1e-8


@kernel
def slope(y, drag, k, i):
    k[i, 0], k[i, 1], k[i, 2] = y[3], y[4], y[5]
    k[i, 3], k[i, 4], k[i, 5] = acceleration_flight(y[0], y[1], y[2], y[3], y[4], y[5], drag)


@kernel
def one_step(y, drag, h, k, w):
    for i in range(1, STAGES):
        stage_state(k, i, h, y, w)
        slope(w, drag, k, i)
    return finish_step(k, h, y, w, POSITION_TOLERANCE_M, VELOCITY_TOLERANCE_M_S)


@kernel
def careful_flight(state, drag, stop, t_max, out):
    """Fill out (7,) with state and time on the way down to `stop` (m) or at t_max; return 0, 1 as the package does."""
    k, w, y = np.empty((STAGES, 6)), np.empty(6), state.copy()
    t, wish = 0.0, 0.1
    height = height_above_ellipsoid(y[0], y[1], y[2])
    while t < t_max:
        cap = 0.25 if drag > 0.0 and height < 130e3 else (2.0 if height < 200e3 else 20.0)
        step = min(wish, cap, t_max - t)
        slope(y, drag, k, 0)
        error = one_step(y, drag, step, k, w)
        if error > 1.0 and step > 1e-5:
            wish = step * max(0.2, 0.9 * error**-0.125)
            continue
        wish = step * (4.0 if error < 1e-5 else min(4.0, 0.9 * error**-0.125))
        new_height = height_above_ellipsoid(w[0], w[1], w[2])
        if new_height <= stop < height:
            low, high = 0.0, step
            for _ in range(45):
                middle = 0.5 * (low + high)
                one_step(y, drag, middle, k, w)
                if height_above_ellipsoid(w[0], w[1], w[2]) > stop:
                    low = middle
                else:
                    high = middle
            out[:6] = w
            out[6] = t + high
            return 0
        t += step
        y[:] = w
        height = new_height
    out[:6] = y
    out[6] = t
    return 1


@kernel
def careful_flights(states, betas, stop, t_max, out, status):
    for i in range(states.shape[0]):
        status[i] = careful_flight(states[i], 0.5 / betas[i], stop, t_max, out[i])


def launched(lat, lon, height, speed, climb, azimuth):
    """Return Earth-fixed states (n, 6) from geodetic places (rad, m) and inertial speed, climb and azimuth (m/s, rad)."""
    place = to_ecef(lat, lon, height)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=1)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    north = np.cross(up, east)
    level = np.sin(azimuth)[:, None] * east + np.cos(azimuth)[:, None] * north
    velocity = speed[:, None] * (np.sin(climb)[:, None] * up + np.cos(climb)[:, None] * level)
    return np.hstack([place, velocity - np.cross([0.0, 0.0, EARTH_RATE_RAD_S], place)])


def ballistic_states(n, seed=1):
    """Return states (n, 6) and betas (n,) of the ballistic problem: 150-250 km, 6.3-6.9 km/s, 20-38 deg upward."""
    rng = np.random.default_rng(seed)
    states = launched(
        np.radians(rng.uniform(-60, 60, n)), rng.uniform(0, 2 * math.pi, n), rng.uniform(150e3, 250e3, n),
        rng.uniform(6300, 6900, n), np.radians(rng.uniform(20, 38, n)), rng.uniform(0, 2 * math.pi, n),
    )  # fmt: skip
    return states, np.exp(rng.uniform(math.log(2000), math.log(12000), n))


def any_states(n, seed=2):
    """Return states (n, 6), betas (n,) and kinds (n,): 0 anything, 1 grazing, 2 decaying, 3 suborbital, 4 low and slow."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 5, n)
    height = np.choose(kind, [
        rng.uniform(20e3, 2000e3, n), rng.uniform(125e3, 1000e3, n), rng.uniform(100e3, 300e3, n),
        rng.uniform(30e3, 1500e3, n), rng.uniform(1e3, 120e3, n),
    ])  # fmt: skip
    r = 6371e3 + height
    circular = np.sqrt(MU_M3_S2 / r)
    # grazing: the perigee of the arc lies between 40 and 130 km
    perigee = 6371e3 + rng.uniform(40e3, 130e3, n)
    speed = np.choose(kind, [
        rng.uniform(100, 11500, n), circular * rng.uniform(0.98, 1.38, n), circular * rng.uniform(0.985, 1.005, n),
        rng.uniform(1000, 7500, n), rng.uniform(10, 4000, n),
    ])  # fmt: skip
    with np.errstate(invalid="ignore"):
        at_perigee = np.sqrt(speed**2 + 2 * MU_M3_S2 * (1 / perigee - 1 / r))
    graze = np.arccos(np.clip(perigee * at_perigee / (r * speed), -1, 1)) * rng.choice([-1, 1], n)
    anything = np.arcsin(rng.uniform(-1, 1, n))
    climb = np.choose(kind, [anything, graze, np.radians(rng.uniform(-0.7, 0.7, n)), anything, anything])
    states = launched(
        np.arcsin(rng.uniform(-1, 1, n)), rng.uniform(0, 2 * math.pi, n), height, speed, climb,
        rng.uniform(0, 2 * math.pi, n),
    )  # fmt: skip
    return states, np.exp(rng.uniform(math.log(50), math.log(12000), n)), kind

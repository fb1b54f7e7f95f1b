"""How a track begins, from a radar measurement, a line of sight or a foreign state; arrays as in `bank_kernels`."""

import math

import numpy as np

from tocsin.core.kernels import lean_kernel
from tocsin.tracking.bank_kernels import ASLEEP
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    BOOST,
    FREE,
    LIGHTNESS,
    LIGHTNESS_SIGMA,
    M_RANGE,
    M_RATE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    M_SIGMA_RATE,
    S_X,
    U_X,
    N,
)

RADAR_SPEED_SIGMA = 4500.0  # m/s per axis: anything from rest to orbital speed is within two sigma


@lean_kernel
def clear_track(x: np.ndarray, p: np.ndarray) -> None:
    """Zero `x` (2, 10) and `p` (2, 10, 10)."""
    for k in range(2):
        for i in range(N):
            x[k, i] = 0.0
            for j in range(N):
                p[k, i, j] = 0.0


@lean_kernel
def start_radar(x: np.ndarray, p: np.ndarray, w: np.ndarray, m: np.ndarray, boost_weight: float) -> None:
    """Fill a track from one radar measurement: converted position, any velocity up to orbital speed."""
    clear_track(x, p)
    r = m[M_RANGE]
    sr = max(m[M_SIGMA_RANGE], 1.0)
    sa, sb = r * m[M_SIGMA_A], r * m[M_SIGMA_B]
    rate = m[M_RATE]
    has_rate = rate == rate
    for k in range(2):
        for i in range(3):
            x[k, i] = m[S_X + i] + r * m[U_X + i]
            if has_rate:
                x[k, 3 + i] = rate * m[U_X + i]
            for j in range(3):
                uu = m[U_X + i] * m[U_X + j]
                aa = m[A_X + i] * m[A_X + j]
                bb = m[B_X + i] * m[B_X + j]
                p[k, i, j] = sr * sr * uu + sa * sa * aa + sb * sb * bb
                same = 1.0 if i == j else 0.0
                v2 = RADAR_SPEED_SIGMA * RADAR_SPEED_SIGMA
                p[k, 3 + i, 3 + j] = v2 * same
                if has_rate:
                    # the direction is off by its sigmas, and takes its part of the speed across it
                    across = RADAR_SPEED_SIGMA**2 * (m[M_SIGMA_A] ** 2 + m[M_SIGMA_B] ** 2)
                    along = m[M_SIGMA_RATE] ** 2 + across
                    p[k, 3 + i, 3 + j] = v2 * (same - uu) + along * uu
        x[k, 9] = LIGHTNESS
        p[k, 9, 9] = LIGHTNESS_SIGMA * LIGHTNESS_SIGMA
    for i in range(3):
        p[BOOST, 6 + i, 6 + i] = 20.0 * 20.0
    w[BOOST] = boost_weight
    w[FREE] = 1.0 - boost_weight


@lean_kernel
def start_radars(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, two: np.ndarray, slots: np.ndarray, rows: np.ndarray,
    which: np.ndarray, boost_top: float, places: np.ndarray,
) -> None:  # fmt: skip
    """Fill tracks `slots` (k,) from radar measurements `rows[which[k]]`; `places` (k, 3) gets where they begin.

    They coast until something says otherwise: a single detection tells nothing of thrust. Beyond `boost_top` (m from the
    Earth's centre) nothing burns any more.
    """
    for k in range(slots.shape[0]):
        s = slots[k]
        start_radar(xs[s], ps[s], ws[s], rows[which[k]], 0.0)
        r2 = 0.0
        for i in range(3):
            places[k, i] = xs[s, FREE, i]
            r2 += xs[s, FREE, i] * xs[s, FREE, i]
        two[s] = ASLEEP if r2 < boost_top * boost_top else 0


@lean_kernel
def start_infrared(x: np.ndarray, p: np.ndarray, w: np.ndarray, m: np.ndarray, place: np.ndarray, along: float) -> None:
    """Fill a track from one line of sight: a plume at `place` (3), uncertain by `along` metres along the line.

    Prior: it climbs at 300 m/s give or take 1,500 m/s per axis, with 15 +/- 12 m/s2 of thrust upwards.
    """
    clear_track(x, p)
    dx, dy, dz = place[0] - m[S_X], place[1] - m[S_X + 1], place[2] - m[S_X + 2]
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    sa, sb = r * m[M_SIGMA_A], r * m[M_SIGMA_B]
    radius = math.sqrt(place[0] ** 2 + place[1] ** 2 + place[2] ** 2)
    for k in range(2):
        for i in range(3):
            up = place[i] / radius
            x[k, i] = place[i]
            x[k, 3 + i] = 300.0 * up
            for j in range(3):
                uu = m[U_X + i] * m[U_X + j]
                aa = m[A_X + i] * m[A_X + j]
                bb = m[B_X + i] * m[B_X + j]
                p[k, i, j] = along * along * uu + sa * sa * aa + sb * sb * bb
            p[k, 3 + i, 3 + i] = 1500.0 * 1500.0
        x[k, 9] = LIGHTNESS
        p[k, 9, 9] = LIGHTNESS_SIGMA * LIGHTNESS_SIGMA
    for i in range(3):
        x[BOOST, 6 + i] = 15.0 * place[i] / radius
        p[BOOST, 6 + i, 6 + i] = 12.0 * 12.0
    w[BOOST] = 0.97
    w[FREE] = 0.03


@lean_kernel
def start_state(x: np.ndarray, p: np.ndarray, w: np.ndarray, state: np.ndarray, covariance: np.ndarray) -> None:
    """Fill a track from a state (6,) and its covariance (6, 6), coasting."""
    clear_track(x, p)
    for k in range(2):
        for i in range(6):
            x[k, i] = state[i]
            for j in range(6):
                p[k, i, j] = covariance[i, j]
        x[k, 9] = LIGHTNESS
        p[k, 9, 9] = LIGHTNESS_SIGMA * LIGHTNESS_SIGMA
    w[BOOST] = 0.0
    w[FREE] = 1.0

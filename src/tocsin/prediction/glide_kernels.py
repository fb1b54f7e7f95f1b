"""Flights of bodies that glide: lift square to the velocity, turned by a bank angle, as plans say, down to the ground.

A body is a point with drag D = rho v^2 / (2 beta) against its Earth-relative velocity and lift of a constant ratio to it, as
long as the frame bears it. Air: standard atmosphere; gravity to J4.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy_kernels import ecef_to_geodetic
from tocsin.world.gravity_kernels import acceleration_free
from tocsin.world.motion.forces_kernels import climb_rate, fast_height

FloatArray = npt.NDArray[np.float64]

# Columns of a plan
BETA, RATIO, BANK, SWING_S, UNTIL_S, AFTER, MOST = 0, 1, 2, 3, 4, 5, 6
PLAN = 7
"""Ballistic coefficient (kg/m2), lift over drag, bank (rad; 0 = lift upwards, positive to the right), after how long it
turns to the other side, again and again (s), until when all that holds (s), what comes then (1 = lift downwards: it dives,
0 = no lift), and the most lift that its frame bears (m/s2)."""
_STEP_LEAST_S, _STEP_MOST_S, _STEP_OUTSIDE_S = 0.5, 4.0, 10.0
_AIR_TOP_M = 120e3


@kernel
def glide_rates(y: FloatArray, plan: FloatArray, time: float, out: FloatArray) -> float:
    """Fill out (6,) with the rates of a gliding state y (6,) `time` seconds into its plan; return what air does (m/s2)."""
    ax, ay, az = acceleration_free(y[0], y[1], y[2], y[3], y[4], y[5])
    out[0], out[1], out[2] = y[3], y[4], y[5]
    height = fast_height(y[0], y[1], y[2])
    speed = math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
    drag, lift = 0.0, 0.0
    if height < _AIR_TOP_M and speed > 1.0:
        drag = 0.5 * density(max(height, 0.0)) * speed * speed / plan[BETA]
        bank = plan[BANK]
        lift = min(plan[RATIO] * drag, plan[MOST])
        if time > plan[UNTIL_S]:
            bank = math.pi
            lift *= plan[AFTER]
        elif int(time / plan[SWING_S]) % 2 == 1:
            bank = -bank
        ux, uy, uz = y[3] / speed, y[4] / speed, y[5] / speed
        r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
        # the axis across the velocity nearest to upwards, and the one to the right
        along = (y[0] * ux + y[1] * uy + y[2] * uz) / r
        px, py, pz = y[0] / r - along * ux, y[1] / r - along * uy, y[2] / r - along * uz
        size = max(math.sqrt(px * px + py * py + pz * pz), 1e-9)
        px, py, pz = px / size, py / size, pz / size
        sx, sy, sz = uy * pz - uz * py, uz * px - ux * pz, ux * py - uy * px
        c, s = lift * math.cos(bank), lift * math.sin(bank)
        ax += c * px + s * sx - drag * ux
        ay += c * py + s * sy - drag * uy
        az += c * pz + s * sz - drag * uz
    out[3], out[4], out[5] = ax, ay, az
    return drag + lift


@kernel
def glide_down(states: FloatArray, plans: FloatArray, limit_s: float, landed: FloatArray) -> None:
    """Fill landed (n, 4): seconds, latitude, longitude (rad), 1 = came down within `limit_s`, of states (n, 6) as plans say.

    Classical Runge-Kutta steps that follow the turn of the velocity and the change of the air: right to some 100 m, far less
    than plans differ by.
    """
    k1, k2, k3, k4, w = np.empty(6), np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    y = np.empty(6)
    for i in range(states.shape[0]):
        for m in range(6):
            y[m] = states[i, m]
        plan = plans[i]
        time, height = 0.0, fast_height(y[0], y[1], y[2])
        while time < limit_s and height > 0.0:
            push = glide_rates(y, plan, time, k1)
            speed = math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
            climb = climb_rate(y[0], y[1], y[2], y[3], y[4], y[5])
            h = _STEP_OUTSIDE_S if height > _AIR_TOP_M + 50e3 else _STEP_MOST_S
            h = min(h, max(0.1 * speed / (push + 1.0), _STEP_LEAST_S), 2000.0 / (abs(climb) + 1.0) + 0.2)
            for m in range(6):
                w[m] = y[m] + 0.5 * h * k1[m]
            glide_rates(w, plan, time + 0.5 * h, k2)
            for m in range(6):
                w[m] = y[m] + 0.5 * h * k2[m]
            glide_rates(w, plan, time + 0.5 * h, k3)
            for m in range(6):
                w[m] = y[m] + h * k3[m]
            glide_rates(w, plan, time + h, k4)
            for m in range(6):
                w[m] = h / 6.0 * (k1[m] + 2.0 * k2[m] + 2.0 * k3[m] + k4[m])
                y[m] += w[m]
            before, height = height, fast_height(y[0], y[1], y[2])
            time += h
            if height <= 0.0:
                back = height / max(before - height, 1e-6)  # the share of the step below the ground, negative
                time += back * h
                for m in range(6):
                    y[m] += back * w[m]
        landed[i, 0] = time
        landed[i, 1], landed[i, 2], _h = ecef_to_geodetic(y[0], y[1], y[2])
        landed[i, 3] = 1.0 if height <= 0.0 else 0.0

"""Short arcs for filters: one state moved by seconds with RK4, and its transition matrix. Earth-fixed, SI units."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S
from tocsin.core.kernels import kernel
from tocsin.world.gravity_kernels import acceleration_free, gravity_gradient
from tocsin.world.motion.forces_kernels import acceleration_flight

FloatArray = npt.NDArray[np.float64]
State = tuple[float, float, float, float, float, float]

_STEP_S = 10.0
_AIR_STEP_S = 0.5
_TWO_W = 2.0 * EARTH_RATE_RAD_S


@kernel
def propagate_short(x: float, y: float, z: float, vx: float, vy: float, vz: float, dt: float) -> State:
    """Return the state after dt s (either sign) of free flight without drag: RK4 in equal steps of at most 10 s.

    Zonals J2..J4, Coriolis, centrifugal; below 0.1 mm for 10 s, 10 mm for 1,000 s.
    """
    n = max(1, math.ceil(abs(dt) / _STEP_S))
    h = dt / n
    g = 0.5 * h
    s = h / 6.0
    for _ in range(n):
        a1, b1, c1 = acceleration_free(x, y, z, vx, vy, vz)
        u2, v2, w2 = vx + g * a1, vy + g * b1, vz + g * c1
        a2, b2, c2 = acceleration_free(x + g * vx, y + g * vy, z + g * vz, u2, v2, w2)
        u3, v3, w3 = vx + g * a2, vy + g * b2, vz + g * c2
        a3, b3, c3 = acceleration_free(x + g * u2, y + g * v2, z + g * w2, u3, v3, w3)
        u4, v4, w4 = vx + h * a3, vy + h * b3, vz + h * c3
        a4, b4, c4 = acceleration_free(x + h * u3, y + h * v3, z + h * w3, u4, v4, w4)
        x += s * (vx + 2.0 * (u2 + u3) + u4)
        y += s * (vy + 2.0 * (v2 + v3) + v4)
        z += s * (vz + 2.0 * (w2 + w3) + w4)
        vx += s * (a1 + 2.0 * (a2 + a3) + a4)
        vy += s * (b1 + 2.0 * (b2 + b3) + b4)
        vz += s * (c1 + 2.0 * (c2 + c3) + c4)
    return x, y, z, vx, vy, vz


@kernel
def propagate_short_drag(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, beta: float, dt: float
) -> State:
    """Return the state after dt s (either sign) of flight with drag, beta in kg/m2: RK4 in steps of at most 0.5 s."""
    d = 0.5 / beta if beta > 0.0 else 0.0
    n = max(1, math.ceil(abs(dt) / _AIR_STEP_S))
    h = dt / n
    g = 0.5 * h
    s = h / 6.0
    for _ in range(n):
        a1, b1, c1 = acceleration_flight(x, y, z, vx, vy, vz, d)
        u2, v2, w2 = vx + g * a1, vy + g * b1, vz + g * c1
        a2, b2, c2 = acceleration_flight(x + g * vx, y + g * vy, z + g * vz, u2, v2, w2, d)
        u3, v3, w3 = vx + g * a2, vy + g * b2, vz + g * c2
        a3, b3, c3 = acceleration_flight(x + g * u2, y + g * v2, z + g * w2, u3, v3, w3, d)
        u4, v4, w4 = vx + h * a3, vy + h * b3, vz + h * c3
        a4, b4, c4 = acceleration_flight(x + h * u3, y + h * v3, z + h * w3, u4, v4, w4, d)
        x += s * (vx + 2.0 * (u2 + u3) + u4)
        y += s * (vy + 2.0 * (v2 + v3) + v4)
        z += s * (vz + 2.0 * (w2 + w3) + w4)
        vx += s * (a1 + 2.0 * (a2 + a3) + a4)
        vy += s * (b1 + 2.0 * (b2 + b3) + b4)
        vz += s * (c1 + 2.0 * (c2 + c3) + c4)
    return x, y, z, vx, vy, vz


@kernel
def transition_short(x: float, y: float, z: float, vx: float, vy: float, vz: float, dt: float, out: FloatArray) -> None:
    """Fill out (6, 6) with d(state after dt)/d(state) of free flight without drag, for |dt| up to some 20 s.

    The Taylor series of exp(A dt) to fourth order, with the gravity gradient at the middle of the arc and Coriolis;
    relative error below 1e-6 for 10 s.
    """
    xx, xy, xz, yy, yz, zz = gravity_gradient(x + 0.5 * dt * vx, y + 0.5 * dt * vy, z + 0.5 * dt * vz)
    for column in range(6):
        px = 1.0 if column == 0 else 0.0
        py = 1.0 if column == 1 else 0.0
        pz = 1.0 if column == 2 else 0.0
        qx = 1.0 if column == 3 else 0.0
        qy = 1.0 if column == 4 else 0.0
        qz = 1.0 if column == 5 else 0.0
        for m in range(6):
            out[m, column] = 1.0 if m == column else 0.0
        for order in range(1, 5):
            f = dt / order
            ax = xx * px + xy * py + xz * pz + _TWO_W * qy
            ay = xy * px + yy * py + yz * pz - _TWO_W * qx
            az = xz * px + yz * py + zz * pz
            px, py, pz = f * qx, f * qy, f * qz
            qx, qy, qz = f * ax, f * ay, f * az
            out[0, column] += px
            out[1, column] += py
            out[2, column] += pz
            out[3, column] += qx
            out[4, column] += qy
            out[5, column] += qz

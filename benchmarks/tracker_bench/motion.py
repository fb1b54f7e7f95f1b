"""What every peer is handed: motion, its transition, its noise and a radar's view with derivatives, compiled.

So the figures are the peers' own cost, and no peer loses accuracy by numeric derivatives. The physics are the workload's:
two-body and J2 in the rotating frame. Compiled anew in each run: a cache would hold the name by which this file was imported,
and tests and benchmarks import it by two.
"""

import math

import numba
import numpy as np

from tocsin.core.records.inputs import FloatArray

from .workload import SIGMA_ANGLE_RAD, SIGMA_RANGE_M, Workload

MU, J2, RADIUS, RATE = 3.986004418e14, 1.08262668e-3, 6378137.0, 7.292115e-5
WALK = 0.01
"""m2/s3: spectral density of the acceleration noise that the peers are given."""
SPEED_SIGMA_M_S, GATE, CONFIRM_HITS, UNSEEN_S = 3000.0, 16.266, 3, 20.0
"""Births, chi-square gate of 0.999 in three dimensions, confirmation, and when a track is dropped: as in tracking-peers.md."""
NOISE = np.diag([SIGMA_RANGE_M**2, SIGMA_ANGLE_RAD**2, SIGMA_ANGLE_RAD**2])


@numba.njit
def acceleration(x: FloatArray) -> FloatArray:
    """Return the acceleration (3,) of a state (6,)."""
    r2 = x[0] ** 2 + x[1] ** 2 + x[2] ** 2
    r = math.sqrt(r2)
    k = 1.5 * J2 * RADIUS**2 / r2
    z2 = x[2] ** 2 / r2
    a = -MU / (r2 * r)
    flat = a * (1.0 + k * (1.0 - 5.0 * z2)) + RATE**2
    return np.array(
        [flat * x[0] + 2 * RATE * x[4], flat * x[1] - 2 * RATE * x[3], a * (1.0 + k * (3.0 - 5.0 * z2)) * x[2]]
    )


@numba.njit
def rates(x: FloatArray) -> FloatArray:
    """Return the derivative (6,) of a state by time."""
    out = np.empty(6)
    out[:3] = x[3:]
    out[3:] = acceleration(x)
    return out


@numba.njit
def carry(x: FloatArray, dt: float) -> FloatArray:
    """Return the state (6,) after dt seconds."""
    k1 = rates(x)
    k2 = rates(x + 0.5 * dt * k1)
    k3 = rates(x + 0.5 * dt * k2)
    k4 = rates(x + dt * k3)
    return x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


@numba.njit
def transition(x: FloatArray, dt: float) -> FloatArray:
    """Return the transition (6, 6) over dt seconds, to third order about the state."""
    a = np.zeros((6, 6))
    r2 = x[0] ** 2 + x[1] ** 2 + x[2] ** 2
    g = MU / r2**1.5
    for i in range(3):
        a[i, 3 + i] = 1.0
        for j in range(3):
            a[3 + i, j] = 3.0 * g * x[i] * x[j] / r2
        a[3 + i, i] -= g
    a[3, 0] += RATE**2
    a[4, 1] += RATE**2
    a[3, 4], a[4, 3] = 2 * RATE, -2 * RATE
    b = a * dt
    return np.eye(6) + b + b @ b / 2.0 + b @ b @ b / 6.0


@numba.njit
def noise(dt: float) -> FloatArray:
    """Return the process noise (6, 6) of dt seconds."""
    q = np.zeros((6, 6))
    for i in range(3):
        q[i, i], q[3 + i, 3 + i] = WALK * dt**3 / 3.0, WALK * dt
        q[i, 3 + i] = q[3 + i, i] = WALK * dt**2 / 2.0
    return q


@numba.njit
def view(x: FloatArray, site: FloatArray, axes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return range, azimuth from the middle of the field, elevation (3,) of a state, and their derivatives (3, 6)."""
    east, north, up = axes @ (x[:3] - site)
    flat2 = east**2 + north**2
    r2 = flat2 + up**2
    r, flat = math.sqrt(r2), math.sqrt(flat2)
    d = np.array(
        [
            [east / r, north / r, up / r],
            [north / flat2, -east / flat2, 0.0],
            [-east * up / (r2 * flat), -north * up / (r2 * flat), flat / r2],
        ]
    )
    h = np.zeros((3, 6))
    h[:, :3] = d @ axes
    return np.array([r, math.atan2(east, north), math.asin(up / r)]), h


def radars(work: Workload) -> list[tuple[FloatArray, FloatArray, float]]:
    """Return place (3,), axes (3, 3) turned to the middle of the field, and that azimuth, of each radar.

    No detection is then near the seam of azimuth, and no peer pays for its wrapping.
    """
    out = []
    for site, rot, fov in zip(work.data["site_ecef"], work.data["R_enu"], work.data["fov"], strict=True):
        middle = 0.5 * (fov[0] + fov[1])
        c, s = math.cos(middle), math.sin(middle)
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        out.append((site, turn @ rot, middle))
    return out


def placed(z: FloatArray, site: FloatArray, axes: FloatArray) -> FloatArray:
    """Return the place (3,) of a measurement (3,) in a radar's turned axes."""
    flat = z[0] * math.cos(z[2])
    return np.array([flat * math.sin(z[1]), flat * math.cos(z[1]), z[0] * math.sin(z[2])]) @ axes + site


def measurements(work: Workload, f: int, middle: float) -> FloatArray:
    """Return the measurements (n, 3) of scan f, azimuth from the middle of the field."""
    z = work.scans[f].measured.copy()
    z[:, 1] = (z[:, 1] - middle + np.pi) % (2 * np.pi) - np.pi
    return z


def warm() -> None:
    """Compile what the peers are handed, so that no scan of theirs pays for it."""
    x = np.array([7e6, 0.0, 0.0, 0.0, 5e3, 0.0])
    carry(x, 1.0)
    transition(x, 1.0)
    noise(1.0)
    view(x, np.array([6.4e6, 0.0, 0.0]), np.eye(3))

"""Trajectories a second and the largest error: the ballistic problem to 120 km and to the ground, and flights of any kind.

The problem: after burn-out at 150-250 km, 6.3-6.9 km/s inertial, climbing at 20-38 deg, beta 2,000-12,000 kg/m2, to 120 km
going down or to the ground; forces are the package's (zonals to J4, US Standard Atmosphere 1976 turning with the Earth).
The reference is SciPy's DOP853 at rtol 1e-13 in an inertial frame. `yardstick` is the time of one acceleration in free
fall, in ns: rates at another one scale with it.
"""

import argparse
import math
import statistics
import time

import numba
import numpy as np
from scipy.integrate import solve_ivp

from tocsin.core.constants import EARTH_RATE_RAD_S
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy import to_ecef
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.gravity_kernels import acceleration_free, gravity_j4
from tocsin.world.motion.freeflight_kernels import REACHED, fly_to_height_many


def problem(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return inertial states (n, 6) at the instant both frames agree, and betas (n,)."""
    rng = np.random.default_rng(seed)
    lat, lon = np.radians(rng.uniform(-60, 60, n)), rng.uniform(0, 2 * math.pi, n)
    speed, climb = rng.uniform(6300, 6900, n), np.radians(rng.uniform(20, 38, n))
    azimuth, height = rng.uniform(0, 2 * math.pi, n), rng.uniform(150e3, 250e3, n)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros(n)], axis=1)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    level = np.sin(azimuth)[:, None] * east + np.cos(azimuth)[:, None] * np.cross(up, east)
    velocity = speed[:, None] * (np.sin(climb)[:, None] * up + np.cos(climb)[:, None] * level)
    betas = np.exp(rng.uniform(math.log(2000), math.log(12000), n))
    return np.hstack([to_ecef(lat, lon, height), velocity]), betas


def force(t: float, s: np.ndarray, beta: float) -> list[float]:
    x, y, z, vx, vy, vz = s
    c, w = math.cos(EARTH_RATE_RAD_S * t), math.sin(EARTH_RATE_RAD_S * t)
    gx, gy, gz = gravity_j4(c * x + w * y, c * y - w * x, z)
    ux, uy = vx + EARTH_RATE_RAD_S * y, vy - EARTH_RATE_RAD_S * x
    d = -0.5 * density(height_above_ellipsoid(x, y, z)) * math.sqrt(ux * ux + uy * uy + vz * vz) / beta
    return [vx, vy, vz, c * gx - w * gy + d * ux, w * gx + c * gy + d * uy, gz + d * vz]


def reference(inertial: np.ndarray, beta: float, stop: float) -> np.ndarray:
    """Return the Earth-fixed place where the flight comes down to a height."""
    state, t0 = inertial, 0.0
    for cap, level in ((20.0, 150e3), (1.0, stop)):

        def gate(t, s, beta, level=level):
            return height_above_ellipsoid(s[0], s[1], s[2]) - level

        gate.terminal, gate.direction = True, -1.0
        run = solve_ivp(
            force, (t0, 4000.0), state, "DOP853", rtol=1e-13, atol=1e-9, events=gate, args=(beta,), max_step=cap
        )
        state, t0 = run.y_events[0][0], float(run.t_events[0][0])
    c, s = math.cos(EARTH_RATE_RAD_S * t0), math.sin(EARTH_RATE_RAD_S * t0)
    return np.array([c * state[0] + s * state[1], c * state[1] - s * state[0], state[2]])


@numba.njit
def falls(n: int) -> float:
    x, y, z, vx, vy, vz = 6.9e6, 1e5, 2e6, 100.0, 7000.0, 500.0
    for _ in range(n):
        ax, ay, az = acceleration_free(x, y, z, vx, vy, vz)
        x += 1e-3 * ax
        y += 1e-3 * ay
        z += 1e-3 * az
    return x + y + z


def yardstick_ns() -> float:
    began = time.process_time()
    falls(1_000_000)
    return (time.process_time() - began) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flights", type=int, default=20_000)
    parser.add_argument("--checked", type=int, default=100, help="flights compared with SciPy")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    inertial, betas = problem(options.flights, 1)
    states = inertial.copy()
    states[:, 3:] -= np.cross([0.0, 0.0, EARTH_RATE_RAD_S], inertial[:, :3])
    yardstick_ns()
    for name, stop in (("to 120 km", 120e3), ("to the ground", 0.0)):
        out, status = np.zeros((options.flights, 7)), np.zeros(options.flights, np.int64)
        fly_to_height_many(states[:10], betas[:10], stop, 4000.0, out[:10], status[:10])
        rates, yards = [], []
        for _ in range(options.runs):
            before = yardstick_ns()
            began = time.process_time()
            fly_to_height_many(states, betas, stop, 4000.0, out, status)
            rates.append(options.flights / (time.process_time() - began))
            yards.append(0.5 * (before + yardstick_ns()))
        assert np.all(status == REACHED)
        errors = [
            float(np.linalg.norm(out[i, :3] - reference(inertial[i], float(betas[i]), stop)))
            for i in range(options.checked)
        ]
        print(
            f"{name}: median {statistics.median(rates):,.0f}/s, best {max(rates):,.0f}/s (yardstick "
            f"{statistics.median(yards):.1f} ns); error of {options.checked}: median {statistics.median(errors):.3f} m, "
            f"largest {max(errors):.3f} m",
            flush=True,
        )


if __name__ == "__main__":
    main()

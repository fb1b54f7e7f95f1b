"""Impact and interface places against SciPy's DOP853 at tight tolerance, and in an inertial frame instead of ours."""

import math

import numpy as np
import pytest

from tocsin.core.constants import EARTH_RATE_RAD_S, GRAVITY_RADIUS_M, J2, J3, J4, MU_M3_S2
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef, height_above_ellipsoid
from tocsin.world.motion.freeflight_kernels import fly_to_height

integrate = pytest.importorskip("scipy.integrate")
W = EARTH_RATE_RAD_S


def force(t: float, s: np.ndarray, beta: float) -> list[float]:
    """Inertial two-body, zonals to J4 (Vallado 2013, eq. 8-40 ff.) and drag of turning air."""
    x, y, z, vx, vy, vz = s
    r = math.sqrt(x * x + y * y + z * z)
    k, q = z / r, GRAVITY_RADIUS_M / r
    a2, a3, a4 = 1.5 * J2 * q**2, 2.5 * J3 * q**3, 0.625 * J4 * q**4
    g = MU_M3_S2 / r**3
    fxy = -g * (1 + a2 * (1 - 5 * k**2) + a3 * (3 * k - 7 * k**3) - a4 * (3 - 42 * k**2 + 63 * k**4))
    fz = -g * (z * (1 + a2 * (3 - 5 * k**2) - a4 * (15 - 70 * k**2 + 63 * k**4)) + a3 * r * (6 * k**2 - 7 * k**4 - 0.6))
    ux, uy = vx + W * y, vy - W * x
    # height and density do not depend on how far the Earth has turned
    d = -0.5 * density(height_above_ellipsoid(x, y, z)) * math.sqrt(ux * ux + uy * uy + vz * vz) / beta
    return [vx, vy, vz, fxy * x + d * ux, fxy * y + d * uy, fz + d * vz]


def states(n: int) -> list[tuple[np.ndarray, float]]:
    """Random states after burn-out as in the common ballistic problem: 150-250 km, 6.3-6.9 km/s, 20-38 deg."""
    rng = np.random.default_rng(11)
    out = []
    for _ in range(n):
        lat, lon = math.radians(rng.uniform(-60, 60)), rng.uniform(0, 2 * math.pi)
        axes = np.array(enu_axes(lat, lon)).reshape(3, 3)
        climb, azimuth = math.radians(rng.uniform(20, 38)), rng.uniform(0, 2 * math.pi)
        across = math.sin(azimuth) * axes[0] + math.cos(azimuth) * axes[1]
        p = np.array(geodetic_to_ecef(lat, lon, rng.uniform(150e3, 250e3)))
        v = rng.uniform(6300, 6900) * (math.cos(climb) * across + math.sin(climb) * axes[2])
        out.append((np.r_[p, v], math.exp(rng.uniform(math.log(2000), math.log(12000)))))
    return out


def reference(inertial: np.ndarray, beta: float, height: float) -> tuple[np.ndarray, float]:
    """Return the Earth-fixed place and the time at which the flight comes down to a height."""
    state, t0 = inertial, 0.0
    for step, stop in ((30.0, 150e3), (2.0, height)):

        def gate(t, s, beta, stop=stop):
            return height_above_ellipsoid(s[0], s[1], s[2]) - stop

        gate.terminal, gate.direction = True, -1.0
        solution = integrate.solve_ivp(
            force, (t0, 4000.0), state, "DOP853", rtol=1e-12, atol=1e-6, events=gate, args=(beta,), max_step=step
        )
        state, t0 = solution.y_events[0][0], float(solution.t_events[0][0])
    c, s = math.cos(W * t0), math.sin(W * t0)
    return np.array([c * state[0] + s * state[1], c * state[1] - s * state[0], state[2]]), t0


@pytest.mark.parametrize("height", [0.0, 120e3])
def test_place_is_right_to_a_metre_and_time_to_a_millisecond(height):
    worst = 0.0
    for inertial, beta in states(12):
        fixed = inertial.copy()
        fixed[3:] -= np.cross([0.0, 0.0, W], inertial[:3])
        out = np.zeros(7)
        assert fly_to_height(fixed, beta, height, 4000.0, out) == 0
        place, time = reference(inertial, beta, height)
        worst = max(worst, float(np.linalg.norm(out[:3] - place)))
        assert out[6] == pytest.approx(time, abs=1e-3)
    assert worst < 1.0

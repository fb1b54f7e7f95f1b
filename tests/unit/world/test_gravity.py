import math

import numpy as np
import pytest

from tocsin.core.constants import EARTH_RATE_RAD_S, GRAVITY_RADIUS_M, J2, J3, J4, MU_M3_S2
from tocsin.world.geodesy_kernels import geodetic_to_ecef
from tocsin.world.gravity_kernels import acceleration_free, gravity_gradient, gravity_j4


def potential(p: np.ndarray) -> float:
    """Zonal potential by Legendre polynomials, another way than the kernel's."""
    r = float(np.linalg.norm(p))
    s = p[2] / r
    terms = sum(
        j * (GRAVITY_RADIUS_M / r) ** n * np.polynomial.legendre.legval(s, [0] * n + [1])
        for n, j in ((2, J2), (3, J3), (4, J4))
    )
    return MU_M3_S2 / r * (1.0 - float(terms))


def points() -> np.ndarray:
    rng = np.random.default_rng(1)
    v = rng.normal(size=(40, 3))
    return v / np.linalg.norm(v, axis=1)[:, None] * rng.uniform(6.4e6, 4.2e7, 40)[:, None]


def test_gravity_is_the_gradient_of_the_zonal_potential():
    for p in points():
        step = 100.0 * np.eye(3)
        slope = [(potential(p + s) - potential(p - s)) / 200.0 for s in step]
        assert gravity_j4(*p) == pytest.approx(slope, abs=3e-7 * MU_M3_S2 / (p @ p))


def test_a_body_at_rest_on_the_geostationary_ring_stays_there():
    # circular rate with zonals: n^2 r^3 = mu (1 + 3/2 J2 (R/r)^2 - 15/8 J4 (R/r)^4)
    r = 42.16e6
    for _ in range(20):
        q = (GRAVITY_RADIUS_M / r) ** 2
        r = (MU_M3_S2 * (1 + 1.5 * J2 * q - 1.875 * J4 * q * q) / EARTH_RATE_RAD_S**2) ** (1 / 3)
    ax, ay, az = acceleration_free(r * math.cos(1.0), r * math.sin(1.0), 0.0, 0.0, 0.0, 0.0)
    assert math.hypot(ax, ay) < 1e-14
    assert abs(az) < 1e-8  # J3 alone is left


def test_coriolis_pushes_right_of_motion_in_the_north():
    x, y, z = geodetic_to_ecef(math.radians(45.0), 0.0, 0.0)
    still = np.array(acceleration_free(x, y, z, 0.0, 0.0, 0.0))
    north = np.array([-math.sin(math.radians(45.0)), 0.0, math.cos(math.radians(45.0))]) * 100.0
    push = np.array(acceleration_free(x, y, z, *north)) - still
    assert push[1] == pytest.approx(2 * EARTH_RATE_RAD_S * 100.0 * math.sin(math.radians(45.0)), rel=1e-9)


def test_rotating_frame_is_the_inertial_law_turned():
    p = np.array([5.1e6, 3.0e6, 4.0e6])
    v = np.array([-2000.0, 6000.0, 1000.0])
    w = np.array([0.0, 0.0, EARTH_RATE_RAD_S])
    expected = np.array(gravity_j4(*p)) - 2 * np.cross(w, v) - np.cross(w, np.cross(w, p))
    assert acceleration_free(*p, *v) == pytest.approx(expected, rel=1e-12)


def test_gradient_is_the_derivative_of_the_acceleration():
    for p in points():
        steps = 20.0 * np.eye(3)
        numeric = np.array(
            [
                (np.array(acceleration_free(*(p + s), 0, 0, 0)) - np.array(acceleration_free(*(p - s), 0, 0, 0))) / 40.0
                for s in steps
            ]
        )
        xx, xy, xz, yy, yz, zz = gravity_gradient(*p)
        analytic = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        # J3 and J4 are left out of the gradient: some 1e-5 of it near the ground
        assert np.abs(analytic - numeric).max() < 3e-5 * np.abs(analytic).max()

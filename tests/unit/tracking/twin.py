"""The filter once more, in plain numpy with matrices: the oracle of the kernels, written from the docstrings.

Gravity is the complex-step derivative of the potential (J2..J4), arcs are DOP853's, noise is quadrature of the white
noise through the chain of integrators, updates are joint, mixtures are textbook moments.
"""

import numpy as np
from scipy.integrate import solve_ivp

from tocsin.core.constants import EARTH_RATE_RAD_S, GRAVITY_RADIUS_M, J2, J3, J4, MU_M3_S2
from tocsin.tracking.filter_kernels import (
    BOOST,
    EXHAUST_M_S,
    FREE,
    GROWTH_MOST,
)
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy_kernels import height_above_ellipsoid

SPIN = np.array([0.0, 0.0, EARTH_RATE_RAD_S])


def potential(p):
    """Return the gravitational potential, m2/s2 (positive), with zonals J2..J4; takes complex places."""
    r = np.sqrt(p[0] ** 2 + p[1] ** 2 + p[2] ** 2)
    s, q = p[2] / r, GRAVITY_RADIUS_M / r
    legendre = ((3 * s**2 - 1) / 2, (5 * s**3 - 3 * s) / 2, (35 * s**4 - 30 * s**2 + 3) / 8)
    return MU_M3_S2 / r * (1 - sum(j * q**n * f for j, n, f in zip((J2, J3, J4), (2, 3, 4), legendre, strict=True)))


def gravity(p):
    """Return the gradient of the potential (3,), m/s2, by the complex step."""
    step = 1e-20j
    return np.array([potential(p + step * e).imag / 1e-20 for e in np.eye(3)])


def derivative(x, model, drag):
    """Return dx/dt (10,) of the boost or the free model."""
    p, v, a = x[:3], x[3:6], x[6:9]
    force = gravity(p) - 2.0 * np.cross(SPIN, v) - np.cross(SPIN, np.cross(SPIN, p))
    growth = np.zeros(3)
    if model == BOOST:
        force = force + a
        size = np.linalg.norm(a)
        growth = min(size / EXHAUST_M_S, GROWTH_MOST / max(size, 1.0)) * a
    elif drag:
        air = density(height_above_ellipsoid(*p))
        force = force - 0.5 * air * np.linalg.norm(v) * v * x[9]
    return np.concatenate([v, force, growth, [0.0]])


def flow(x, dt, model, drag=False):
    """Return the state after dt s (either sign) by DOP853."""
    solved = solve_ivp(lambda _t, y: derivative(y, model, drag), (0.0, dt), x, "DOP853", rtol=1e-12, atol=1e-9)
    return solved.y[:, -1]


def flow_jacobian(x, dt, model, drag=False):
    """Return d(flow)/dx (10, 10) by central differences."""
    steps = np.array([100.0] * 3 + [1.0] * 3 + [0.1] * 3 + [1e-6])
    columns = [
        (flow(x + h * e, dt, model, drag) - flow(x - h * e, dt, model, drag)) / (2 * h)
        for h, e in zip(steps, np.eye(10), strict=True)
    ]
    return np.array(columns).T


def noise(h, model, walk):
    """Return the process noise (10, 10) of h seconds: white noise through a chain of integrators, by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    q = np.zeros((10, 10))
    for node, weight in zip(nodes, weights, strict=True):
        left = 0.5 * h * (1.0 - node)
        g = np.zeros((10, 3))
        if model == BOOST:
            g[0:3], g[3:6], g[6:9] = 0.5 * left**2 * np.eye(3), left * np.eye(3), np.eye(3)
        else:
            g[0:3], g[3:6] = left * np.eye(3), np.eye(3)
        q += 0.5 * h * weight * walk * g @ g.T
    return q


def joint_update(x, p, h, y, r):
    """Return (state, covariance, squared Mahalanobis distance, log likelihood) of one joint Kalman update.

    `h` (k, 10), residual `y` (k,), variances `r` (k,).
    """
    s = h @ p @ h.T + np.diag(r)
    gain = np.linalg.solve(s, h @ p).T
    d2 = float(y @ np.linalg.solve(s, y))
    left = np.eye(10) - gain @ h
    covariance = left @ p @ left.T + gain @ np.diag(r) @ gain.T
    log_likelihood = -0.5 * (d2 + np.linalg.slogdet(s)[1] + len(y) * np.log(2 * np.pi))
    return x + gain @ y, covariance, d2, log_likelihood


def mixture(weights, means, covariances):
    """Return mean and covariance of a mixture (moments)."""
    w = np.asarray(weights) / np.sum(weights)
    mean = sum(a * m for a, m in zip(w, means, strict=True))
    spread = sum(a * (c + np.outer(m - mean, m - mean)) for a, m, c in zip(w, means, covariances, strict=True))
    return mean, spread


def random_covariance(rng, scale):
    """Return a random covariance (n, n) with standard deviations about `scale` (n,)."""
    n = len(scale)
    a = rng.normal(size=(n, 2 * n))
    return (a @ a.T) / (2 * n) * np.outer(scale, scale)


def free_covariance(rng, scale):
    """Return a random covariance (10, 10) of the free model: it carries no thrust."""
    p = random_covariance(rng, scale)
    p[6:9], p[:, 6:9] = 0.0, 0.0
    return p


def positive_definite(p):
    """Return whether the part of a covariance that is carried is positive definite, and all of it symmetric."""
    used = np.diag(p) > 0.0
    sigma = np.sqrt(np.diag(p)[used])
    correlation = p[np.ix_(used, used)] / np.outer(sigma, sigma)
    rest = p.copy()
    rest[np.ix_(used, used)] = 0.0
    return np.array_equal(p, p.T) and not rest.any() and np.linalg.eigvalsh(correlation).min() > 0.0


SCALE = np.array([500.0] * 3 + [20.0] * 3 + [3.0] * 3 + [1.2e-4])
MODELS = {"boost": BOOST, "free": FREE}

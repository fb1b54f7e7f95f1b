"""States that the tests of this folder share."""

import math

import numpy as np

from tocsin.tracking.filter_kernels import BETA_LEAST, BETA_MOST
from tocsin.world import geodesy
from tocsin.world.motion.freeflight_kernels import fly_to_height_many


def state_at(lat_deg, lon_deg, height_m, speed, climb_deg, azimuth_deg):
    """Return an Earth-fixed state (6,) from a place and an Earth-relative speed, climb angle and azimuth."""
    lat, lon, climb, azimuth = (math.radians(v) for v in (lat_deg, lon_deg, climb_deg, azimuth_deg))
    sl, cl, so, co = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    east, north = np.array([-so, co, 0.0]), np.array([-sl * co, -sl * so, cl])
    up = np.array([cl * co, cl * so, sl])
    level = math.sin(azimuth) * east + math.cos(azimuth) * north
    return np.concatenate(
        [geodesy.to_ecef(lat, lon, height_m), speed * (math.sin(climb) * up + math.cos(climb) * level)]
    )


def spread(sigma_m, sigma_m_s, along=None, factor=1.0, correlation=0.0):
    """Return a covariance (6, 6): isotropic, `factor` times larger along a vector; place and velocity correlated."""
    out = np.zeros((6, 6))
    shape = np.eye(3)
    if along is not None:
        u = np.asarray(along) / np.linalg.norm(along)
        shape = np.eye(3) + (factor**2 - 1.0) * np.outer(u, u)
    out[:3, :3], out[3:, 3:] = sigma_m**2 * shape, sigma_m_s**2 * shape
    out[:3, 3:] = correlation * sigma_m * sigma_m_s * shape
    out[3:, :3] = out[:3, 3:].T
    return out


def fallen(state, covariance, n, seed, limit_s=5400.0):
    """Return (lat, lon, seconds, came down) of n random draws of a state, ballistic coefficient too."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(6))
    states = np.ascontiguousarray(state + rng.standard_normal((n, 6)) @ root.T)
    betas = np.exp(rng.uniform(math.log(BETA_LEAST), math.log(BETA_MOST), n))
    out, status = np.empty((n, 7)), np.empty(n, np.int64)
    fly_to_height_many(states, betas, 0.0, limit_s, out, status)
    lat, lon, _ = geodesy.to_geodetic(out[:, :3])
    return lat, lon, out[:, 6], status == 0


def inside(lat0, lon0, ellipse, lat, lon):
    """Return which places (rad) are inside a published ellipse about (lat0, lon0), on the ellipsoid."""
    distance, azimuth, _ = geodesy.inverse(lat0, lon0, lat, lon)
    turn = azimuth - math.radians(ellipse.bearing_deg)
    along, across = distance * np.cos(turn) / 1e3, distance * np.sin(turn) / 1e3
    return (along / ellipse.semi_major_km) ** 2 + (across / ellipse.semi_minor_km) ** 2 <= 1.0

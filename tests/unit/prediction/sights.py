"""Lines of sight of satellites to a vehicle, with noise."""

import math

import numpy as np

from tocsin.core.constants import NS
from tocsin.world import geodesy

GEO_M = 42164e3
SIGMA = 3.0e-5


def geostationary(lon):
    """Return the place (3,) of a geostationary satellite over a longitude (rad)."""
    return GEO_M * np.array([math.cos(lon), math.sin(lon), 0.0])


def looks_at(times, states, satellites, revisit_s, rng, last_s, lowest_m=9e3, sigma=SIGMA):
    """Return times (n,) ns, satellite places (n, 3), lines of sight (n, 3) of a path: times (s), states (m, 6)."""
    _, _, height = geodesy.to_geodetic(states[:, :3])
    when, where, sight = [], [], []
    for satellite in satellites:
        for t in np.arange(rng.uniform(0, revisit_s), min(times[-1], last_s), revisit_s):
            if np.interp(t, times, height) < lowest_m:
                continue
            d = np.array([np.interp(t, times, states[:, j]) for j in range(3)]) - satellite
            d /= np.linalg.norm(d)
            a = np.cross(d, [0.0, 0.0, 1.0])
            a /= np.linalg.norm(a)
            d = d + sigma * (rng.standard_normal() * a + rng.standard_normal() * np.cross(d, a))
            when.append(round(t * NS))
            where.append(satellite)
            sight.append(d / np.linalg.norm(d))
    return np.array(when, np.int64), np.array(where).reshape(-1, 3), np.array(sight).reshape(-1, 3)


def squared_distance(found, lat, lon):
    """Return the squared Mahalanobis distance of a place (rad) from a launch or impact."""
    distance, azimuth, _ = geodesy.inverse(found.lat, found.lon, lat, lon)
    e, n = float(distance) * math.sin(float(azimuth)), float(distance) * math.cos(float(azimuth))
    ee, en, nn = found.covariance
    return (e * e * nn - 2 * e * n * en + n * n * ee) / (ee * nn - en * en), float(distance)

"""Places on the WGS-84 ellipsoid, as far as scoring needs them: numpy, degrees in names, metres else."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, WGS84_A_M, WGS84_B_M, WGS84_E2

FloatArray = npt.NDArray[np.float64]


def place(lat_deg: float, lon_deg: float, height: float = 0.0) -> FloatArray:
    """Return (3,) Earth-fixed position, m, of a geodetic place."""
    lat, lon = lat_deg * DEG, lon_deg * DEG
    n = WGS84_A_M / math.sqrt(1.0 - WGS84_E2 * math.sin(lat) ** 2)
    return np.array(
        [
            (n + height) * math.cos(lat) * math.cos(lon),
            (n + height) * math.cos(lat) * math.sin(lon),
            (n * (1.0 - WGS84_E2) + height) * math.sin(lat),
        ]
    )


def geodetic_deg(position: FloatArray) -> tuple[float, float, float]:
    """Return latitude and longitude in degrees and height in m of an Earth-fixed point (Bowring 1976, one round).

    Within 1 mm for heights under 100 km.
    """
    x, y, z = (float(v) for v in position)
    p = math.hypot(x, y)
    u = math.atan2(z * WGS84_A_M, p * WGS84_B_M)
    ep2 = WGS84_E2 / (1.0 - WGS84_E2)
    lat = math.atan2(z + ep2 * WGS84_B_M * math.sin(u) ** 3, p - WGS84_E2 * WGS84_A_M * math.cos(u) ** 3)
    root = math.sqrt(1.0 - WGS84_E2 * math.sin(lat) ** 2)
    height = p * math.cos(lat) + z * math.sin(lat) - WGS84_A_M * root
    return lat / DEG, math.atan2(y, x) / DEG, height


def offset(point: FloatArray, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Return (east, north), m along the ground, of an Earth-fixed ground point from a geodetic place.

    The chord's horizontal direction with the length of the arc of the mean radius over it: within 0.1 % to 1,000 km.
    """
    d = point - place(lat_deg, lon_deg)
    lat, lon = lat_deg * DEG, lon_deg * DEG
    east = -math.sin(lon) * d[0] + math.cos(lon) * d[1]
    north = -math.sin(lat) * math.cos(lon) * d[0] - math.sin(lat) * math.sin(lon) * d[1] + math.cos(lat) * d[2]
    flat = math.hypot(east, north)
    if flat == 0.0:
        return 0.0, 0.0
    radius = (2.0 * WGS84_A_M + WGS84_B_M) / 3.0
    arc = 2.0 * radius * math.asin(min(math.sqrt(float(d @ d)) / (2.0 * radius), 1.0))
    return float(east) * arc / flat, float(north) * arc / flat

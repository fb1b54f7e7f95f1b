"""The Earth: its figure, its gravity in the turning frame, and places, directions and distances on it.

Earth-fixed Cartesian coordinates in metres, axes as in WGS 84: x to Greenwich, z to the north pole. Geodetic latitude, longitude
and bearings in degrees, heights in metres above the ellipsoid. Sources: WGS 84, NGA.STND.0036 (radius, flattening, GM, rate of
turning); J2 from the harmonic C20 of the same standard; mean radius of the sphere by Moritz, Geodetic Reference System 1980.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

GM_M3_S2 = 3.986004418e14
EQUATORIAL_RADIUS_M = 6378137.0
FLATTENING = 1.0 / 298.257223563
ECCENTRICITY2 = FLATTENING * (2.0 - FLATTENING)
POLAR_RADIUS_M = EQUATORIAL_RADIUS_M * (1.0 - FLATTENING)
J2 = 1.0826267e-3
TURN_RAD_S = 7.292115e-5
TURN = np.array([0.0, 0.0, TURN_RAD_S])
MEAN_RADIUS_KM = 6371.0088
STANDARD_GRAVITY_M_S2 = 9.80665


def ecef_from_geodetic(latitude_deg: ArrayLike, longitude_deg: ArrayLike, height_m: ArrayLike) -> FloatArray:
    """Return positions (..., 3), m."""
    lat, lon, height = np.radians(latitude_deg), np.radians(longitude_deg), np.asarray(height_m, float)
    normal = EQUATORIAL_RADIUS_M / np.sqrt(1.0 - ECCENTRICITY2 * np.sin(lat) ** 2)
    across = (normal + height) * np.cos(lat)
    return np.stack(
        [across * np.cos(lon), across * np.sin(lon), (normal * (1.0 - ECCENTRICITY2) + height) * np.sin(lat)], axis=-1
    )


def geodetic_from_ecef(position: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return latitudes and longitudes, degrees, and heights, m, of positions (..., 3).

    Fixed-point iteration of tan(latitude) = (z + e2 N sin(latitude)) / p; six rounds reach rounding below 100,000 km.
    """
    position = np.asarray(position, float)
    x, y, z = position[..., 0], position[..., 1], position[..., 2]
    from_axis = np.hypot(x, y)
    lat = np.arctan2(z, from_axis * (1.0 - ECCENTRICITY2))
    for _ in range(6):
        normal = EQUATORIAL_RADIUS_M / np.sqrt(1.0 - ECCENTRICITY2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + ECCENTRICITY2 * normal * np.sin(lat), from_axis)
    height = (
        from_axis * np.cos(lat)
        + z * np.sin(lat)
        - EQUATORIAL_RADIUS_M * np.sqrt(1.0 - ECCENTRICITY2 * np.sin(lat) ** 2)
    )
    return np.degrees(lat), np.degrees(np.arctan2(y, x)), height


def height_m(x: float, y: float, z: float) -> float:
    """Return the height of one position, m, by Bowring's formula (Survey Review 23, 1976): quick, within a millimetre."""
    from_axis = math.hypot(x, y)
    reduced = math.atan2(z * EQUATORIAL_RADIUS_M, from_axis * POLAR_RADIUS_M)
    lat = math.atan2(
        z + ECCENTRICITY2 / (1.0 - ECCENTRICITY2) * POLAR_RADIUS_M * math.sin(reduced) ** 3,
        from_axis - ECCENTRICITY2 * EQUATORIAL_RADIUS_M * math.cos(reduced) ** 3,
    )
    sine = math.sin(lat)
    return from_axis * math.cos(lat) + z * sine - EQUATORIAL_RADIUS_M * math.sqrt(1.0 - ECCENTRICITY2 * sine * sine)


def acceleration(x: float, y: float, z: float, vx: float, vy: float, j2: float = J2) -> tuple[float, float, float]:
    """Return what an unpowered body in a vacuum feels in the turning frame, m/s2: gravity to J2, Coriolis and centrifugal.

    Gravity by Vallado, Fundamentals of Astrodynamics, eq. 8-30 (zonal term of degree 2).
    """
    r2 = x * x + y * y + z * z
    central = -GM_M3_S2 / (r2 * math.sqrt(r2))
    oblate = 1.5 * j2 * EQUATORIAL_RADIUS_M**2 / r2
    polar = 5.0 * z * z / r2
    turn2 = TURN_RAD_S * TURN_RAD_S
    return (
        central * x * (1.0 + oblate * (1.0 - polar)) + 2.0 * TURN_RAD_S * vy + turn2 * x,
        central * y * (1.0 + oblate * (1.0 - polar)) - 2.0 * TURN_RAD_S * vx + turn2 * y,
        central * z * (1.0 + oblate * (3.0 - polar)),
    )


def inertial(state: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return position (3,) and velocity (3,) of an Earth-fixed state (6,) along axes that stand still, now those of the Earth."""
    state = np.asarray(state, float)
    return state[:3], state[3:6] + np.cross(TURN, state[:3])


def earth_fixed(position: FloatArray, velocity: FloatArray) -> FloatArray:
    """Return the Earth-fixed state (6,) of an inertial position and velocity: the inverse of `inertial`."""
    return np.concatenate([position, velocity - np.cross(TURN, position)])


def east_north_up(latitude_deg: float, longitude_deg: float) -> FloatArray:
    """Return the rows east, north, up (3, 3) of a place."""
    lat, lon = math.radians(latitude_deg), math.radians(longitude_deg)
    return np.array(
        [
            [-math.sin(lon), math.cos(lon), 0.0],
            [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)],
            [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)],
        ]
    )


def azimuth_elevation_range(
    site: FloatArray, axes: FloatArray, position: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return azimuths in [0, 360) and elevations, degrees, and ranges, m, of positions (..., 3) from a site with axes (3, 3)."""
    offset = (np.asarray(position, float) - site) @ axes.T
    distance = np.linalg.norm(offset, axis=-1)
    azimuth = np.degrees(np.arctan2(offset[..., 0], offset[..., 1])) % 360.0
    return azimuth, np.degrees(np.arcsin(offset[..., 2] / distance)), distance


def great_circle_km(
    latitude1_deg: ArrayLike, longitude1_deg: ArrayLike, latitude2_deg: ArrayLike, longitude2_deg: ArrayLike
) -> FloatArray:
    """Return distances on the sphere of mean radius, km (haversine)."""
    lat1, lat2 = np.radians(latitude1_deg), np.radians(latitude2_deg)
    half_turn = np.radians(np.asarray(longitude2_deg, float) - np.asarray(longitude1_deg, float)) / 2.0
    squared = np.sin((lat2 - lat1) / 2.0) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(half_turn) ** 2
    return np.asarray(2.0 * MEAN_RADIUS_KM * np.arcsin(np.sqrt(np.clip(squared, 0.0, 1.0))))


def bearing_deg(latitude1_deg: float, longitude1_deg: float, latitude2_deg: float, longitude2_deg: float) -> float:
    """Return the direction in which the great circle from one place to another begins, in [0, 360)."""
    lat1, lon1, lat2, lon2 = map(math.radians, (latitude1_deg, longitude1_deg, latitude2_deg, longitude2_deg))
    east = math.sin(lon2 - lon1) * math.cos(lat2)
    north = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(lon2 - lon1)
    return math.degrees(math.atan2(east, north)) % 360.0


def destination(
    latitude_deg: float, longitude_deg: float, towards_deg: float, distance_km: float
) -> tuple[float, float]:
    """Return latitude and longitude, in [-180, 180), of the place so far along a great circle of the sphere of mean radius."""
    angle = distance_km / MEAN_RADIUS_KM
    lat, lon, towards = map(math.radians, (latitude_deg, longitude_deg, towards_deg))
    lat2 = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(towards))
    turned = math.atan2(
        math.sin(towards) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(lat2)
    )
    return math.degrees(lat2), (math.degrees(lon + turned) + 180.0) % 360.0 - 180.0


def sight_blocked(observers: FloatArray, targets: FloatArray) -> BoolArray:
    """Return (n,) whether the ellipsoid stands between observers (n, 3) and targets (n, 3).

    The ellipsoid is scaled to a unit sphere; the point of each segment next to the centre is inside or it is not.
    """
    scale = 1.0 / np.array([EQUATORIAL_RADIUS_M, EQUATORIAL_RADIUS_M, POLAR_RADIUS_M])
    start = observers * scale
    along = targets * scale - start
    part = np.clip(-(start * along).sum(-1) / (along * along).sum(-1), 0.0, 1.0)
    nearest = start + along * part[..., None]
    blocked: BoolArray = ((nearest * nearest).sum(-1) < 1.0) & (part < 1.0 - 1e-9)
    return blocked

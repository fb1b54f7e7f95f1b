"""Geodesy on the WGS-84 ellipsoid, one point at a time: coordinates, local axes, geodesics. Metres and radians."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import WGS84_A_M, WGS84_B_M, WGS84_E2, WGS84_F
from tocsin.core.kernels import kernel

_A = WGS84_A_M
_B = WGS84_B_M
_F = WGS84_F
_E2 = WGS84_E2
_EP2 = WGS84_E2 / (1.0 - WGS84_E2)
# Authors' arithmetic mean radius R1 = (2a + b)/3 (Moritz 1980, GRS 80)
MEAN_RADIUS_M = (2.0 * WGS84_A_M + WGS84_B_M) / 3.0


@kernel
def geodetic_to_ecef(lat: float, lon: float, h: float) -> tuple[float, float, float]:
    """Return Earth-fixed (x, y, z) in m of geodetic latitude, longitude (rad) and height (m)."""
    s = math.sin(lat)
    c = math.cos(lat)
    n = _A / math.sqrt(1.0 - _E2 * s * s)
    return (n + h) * c * math.cos(lon), (n + h) * c * math.sin(lon), (n * (1.0 - _E2) + h) * s


@kernel
def _reduced_step(p: float, z: float, tan_u: float) -> float:
    """Return the tangent of geodetic latitude from that of the reduced latitude (Bowring 1976, eq. 4)."""
    cos_u = 1.0 / math.sqrt(1.0 + tan_u * tan_u)
    sin_u = tan_u * cos_u
    return (z + _EP2 * _B * sin_u * sin_u * sin_u) / (p - _E2 * _A * cos_u * cos_u * cos_u)


@kernel
def _latitude_height(p: float, z: float) -> tuple[float, float]:
    """Return geodetic latitude and height of a meridian point with p > 0 (Bowring 1976, three rounds)."""
    if p < 1.0e-9 * abs(z):
        # Bowring's tangents lose their digits here; the polar radius of curvature a/sqrt(1-e2) holds to second order.
        ah = abs(z) - _B
        lat = 0.5 * math.pi - p / (_A * _A / _B + ah)
        return (lat if z >= 0.0 else -lat), ah
    # Starting from the direction scaled by the height keeps the first round good far from the surface.
    r = math.sqrt(p * p + z * z)
    tan_u = (z * _B / (p * _A)) * (1.0 + _EP2 * _B / r)
    tan_lat = _reduced_step(p, z, tan_u)
    tan_lat = _reduced_step(p, z, (1.0 - _F) * tan_lat)
    tan_lat = _reduced_step(p, z, (1.0 - _F) * tan_lat)
    cos_lat = 1.0 / math.sqrt(1.0 + tan_lat * tan_lat)
    sin_lat = tan_lat * cos_lat
    # h = p cos + z sin - a sqrt(1 - e2 sin^2): well conditioned at every latitude (Bowring 1985)
    h = p * cos_lat + z * sin_lat - _A * math.sqrt(1.0 - _E2 * sin_lat * sin_lat)
    return math.atan(tan_lat), h


@kernel
def ecef_to_geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return geodetic latitude, longitude (rad, -pi..pi) and height (m) of an Earth-fixed point.

    Right to 1 um from 1,000 km under the surface to 400,000 km above it. At the Earth's centre latitude is 0 and
    height -a.
    """
    p = math.sqrt(x * x + y * y)
    if p == 0.0 and z == 0.0:
        return 0.0, 0.0, -_A
    lat, h = _latitude_height(p, z)
    return lat, math.atan2(y, x), h


@kernel
def height_above_ellipsoid(x: float, y: float, z: float) -> float:
    """Return the height (m) of an Earth-fixed point above the ellipsoid."""
    p = math.sqrt(x * x + y * y)
    if p == 0.0 and z == 0.0:
        return -_A
    _, h = _latitude_height(p, z)
    return h


@kernel
def height_near(x: float, y: float, z: float) -> float:
    """Return the height (m) above the ellipsoid of a point from 20 km under it to 1,000 km above it.

    One of the rounds of `height_above_ellipsoid`, in half of its time: right to 1e-8 m there.
    """
    p = math.sqrt(x * x + y * y)
    if p < 1.0e-9 * abs(z):
        return abs(z) - _B
    r = math.sqrt(p * p + z * z)
    tan_lat = _reduced_step(p, z, (z * _B / (p * _A)) * (1.0 + _EP2 * _B / r))
    cos_lat = 1.0 / math.sqrt(1.0 + tan_lat * tan_lat)
    sin_lat = tan_lat * cos_lat
    return p * cos_lat + z * sin_lat - _A * math.sqrt(1.0 - _E2 * sin_lat * sin_lat)


@kernel
def enu_axes(lat: float, lon: float) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Return the Earth-fixed unit vectors east (3), north (3), up (3) of a place: rows of rot_enu_from_ecef."""
    sl = math.sin(lat)
    cl = math.cos(lat)
    so = math.sin(lon)
    co = math.cos(lon)
    return -so, co, 0.0, -sl * co, -sl * so, cl, cl * co, cl * so, sl


@kernel
def great_circle_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance (m) on the sphere of mean radius; within 0.6 % of the geodesic (haversine)."""
    a = math.sin(0.5 * (lat2 - lat1))
    b = math.sin(0.5 * (lon2 - lon1))
    q = a * a + math.cos(lat1) * math.cos(lat2) * b * b
    return 2.0 * MEAN_RADIUS_M * math.asin(math.sqrt(min(1.0, q)))


@kernel
def _wrap(angle: float) -> float:
    """Return an angle in -pi..pi."""
    return math.atan2(math.sin(angle), math.cos(angle))


@kernel
def _vincenty_series(cos2_alpha: float) -> tuple[float, float]:
    """Return Vincenty's A and B for cos^2 of the equatorial azimuth (Vincenty 1975, eqs. 3, 4)."""
    u2 = cos2_alpha * _EP2
    a = 1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)))
    b = u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)))
    return a, b


@kernel
def _delta_sigma(b: float, sin_s: float, cos_s: float, cos_2m: float) -> float:
    """Return Vincenty's correction of the arc (Vincenty 1975, eq. 6)."""
    return (
        b
        * sin_s
        * (
            cos_2m
            + b
            / 4.0
            * (
                cos_s * (2.0 * cos_2m * cos_2m - 1.0)
                - b / 6.0 * cos_2m * (4.0 * sin_s * sin_s - 3.0) * (4.0 * cos_2m * cos_2m - 3.0)
            )
        )
    )


@kernel
def geodesic_direct(lat1: float, lon1: float, azimuth: float, distance: float) -> tuple[float, float, float]:
    """Return latitude, longitude and forward azimuth (rad) at the end of a geodesic of `distance` m (Vincenty 1975)."""
    tan_u1 = (1.0 - _F) * math.tan(lat1)
    cos_u1 = 1.0 / math.sqrt(1.0 + tan_u1 * tan_u1)
    sin_u1 = tan_u1 * cos_u1
    sin_a1 = math.sin(azimuth)
    cos_a1 = math.cos(azimuth)
    sigma1 = math.atan2(tan_u1, cos_a1)
    sin_alpha = cos_u1 * sin_a1
    cos2_alpha = 1.0 - sin_alpha * sin_alpha
    a, b = _vincenty_series(cos2_alpha)
    sigma0 = distance / (_B * a)
    sigma = sigma0
    cos_2m = math.cos(2.0 * sigma1 + sigma)
    for _ in range(20):
        cos_2m = math.cos(2.0 * sigma1 + sigma)
        new = sigma0 + _delta_sigma(b, math.sin(sigma), math.cos(sigma), cos_2m)
        done = abs(new - sigma) < 1.0e-14
        sigma = new
        if done:
            break
    sin_s = math.sin(sigma)
    cos_s = math.cos(sigma)
    cos_2m = math.cos(2.0 * sigma1 + sigma)
    t = sin_u1 * sin_s - cos_u1 * cos_s * cos_a1
    lat2 = math.atan2(sin_u1 * cos_s + cos_u1 * sin_s * cos_a1, (1.0 - _F) * math.sqrt(sin_alpha * sin_alpha + t * t))
    lam = math.atan2(sin_s * sin_a1, cos_u1 * cos_s - sin_u1 * sin_s * cos_a1)
    c = _F / 16.0 * cos2_alpha * (4.0 + _F * (4.0 - 3.0 * cos2_alpha))
    dlon = lam - (1.0 - c) * _F * sin_alpha * (sigma + c * sin_s * (cos_2m + c * cos_s * (2.0 * cos_2m * cos_2m - 1.0)))
    return lat2, _wrap(lon1 + dlon), math.atan2(sin_alpha, -t)


@kernel
def _longitude_of_azimuth(
    sb1: float, cb1: float, sb2: float, cb2: float, azimuth: float
) -> tuple[float, float, float, float, float]:
    """Return longitude difference, cos^2 of the equatorial azimuth, arc and its midpoint sum, and the end azimuth.

    For reduced latitudes with sb1 < 0, |sb2| <= |sb1| and a start azimuth in 0..pi (Karney 2013, section 4).
    """
    sa1 = math.sin(azimuth)
    ca1 = math.cos(azimuth)
    sa0 = sa1 * cb1
    ca2 = math.sqrt(max(0.0, ca1 * ca1 * cb1 * cb1 + (cb2 * cb2 - cb1 * cb1))) / cb2
    sigma1 = math.atan2(sb1, ca1 * cb1)
    sigma2 = math.atan2(sb2, ca2 * cb2)
    omega1 = math.atan2(sa0 * sb1, ca1 * cb1)
    omega2 = math.atan2(sa0 * sb2, ca2 * cb2)
    sigma = sigma2 - sigma1
    cos2_alpha = 1.0 - sa0 * sa0
    cos_2m = math.cos(sigma1 + sigma2)
    c = _F / 16.0 * cos2_alpha * (4.0 + _F * (4.0 - 3.0 * cos2_alpha))
    sin_s = math.sin(sigma)
    dlon = (
        omega2
        - omega1
        - (1.0 - c) * _F * sa0 * (sigma + c * sin_s * (cos_2m + c * math.cos(sigma) * (2.0 * cos_2m * cos_2m - 1.0)))
    )
    return dlon, cos2_alpha, sigma, sigma1 + sigma2, math.atan2(sa0 / cb2, ca2)


@kernel
def _inverse_antipodal(lat1: float, lat2: float, dlon: float) -> tuple[float, float, float]:
    """Return distance and both azimuths by bisection of the start azimuth: for nearly antipodal points.

    The longitude reached at the second latitude grows steadily with the start azimuth (Karney 2013, section 4).
    """
    lon_sign = 1.0 if dlon >= 0.0 else -1.0
    swap = 1.0
    first = lat1
    second = lat2
    if abs(lat1) < abs(lat2):
        swap = -1.0
        lon_sign = -lon_sign
        first = lat2
        second = lat1
    lat_sign = 1.0 if first < 0.0 else -1.0
    tan1 = (1.0 - _F) * math.tan(first) * lat_sign
    tan2 = (1.0 - _F) * math.tan(second) * lat_sign
    tan1 = min(tan1, -1.0e-14)  # two points on the equator: an ever so little south keeps the azimuth defined
    cb1 = 1.0 / math.sqrt(1.0 + tan1 * tan1)
    cb2 = 1.0 / math.sqrt(1.0 + tan2 * tan2)
    wanted = abs(dlon)
    low = 0.0
    high = math.pi
    for _ in range(60):
        middle = 0.5 * (low + high)
        reached, _c, _s, _m, _e = _longitude_of_azimuth(tan1 * cb1, cb1, tan2 * cb2, cb2, middle)
        if reached < wanted:
            low = middle
        else:
            high = middle
    a1 = 0.5 * (low + high)
    _l, cos2_alpha, sigma, twice_m, a2 = _longitude_of_azimuth(tan1 * cb1, cb1, tan2 * cb2, cb2, a1)
    a, b = _vincenty_series(cos2_alpha)
    distance = _B * a * (sigma - _delta_sigma(b, math.sin(sigma), math.cos(sigma), math.cos(twice_m)))
    if swap < 0.0:
        a1, a2 = a2, a1
    sin_sign = swap * lon_sign
    cos_sign = swap * lat_sign
    return (
        distance,
        math.atan2(sin_sign * math.sin(a1), cos_sign * math.cos(a1)),
        math.atan2(sin_sign * math.sin(a2), cos_sign * math.cos(a2)),
    )


@kernel
def geodesic_inverse(lat1: float, lon1: float, lat2: float, lon2: float) -> tuple[float, float, float]:
    """Return distance (m), azimuth at the start and forward azimuth at the end (rad) of the shortest geodesic.

    Vincenty 1975, below 1 mm; where it does not converge (nearly antipodal
    points) bisection of the azimuth, below 1 m.
    """
    tan_u1 = (1.0 - _F) * math.tan(lat1)
    tan_u2 = (1.0 - _F) * math.tan(lat2)
    cos_u1 = 1.0 / math.sqrt(1.0 + tan_u1 * tan_u1)
    cos_u2 = 1.0 / math.sqrt(1.0 + tan_u2 * tan_u2)
    sin_u1 = tan_u1 * cos_u1
    sin_u2 = tan_u2 * cos_u2
    dlon = _wrap(lon2 - lon1)
    lam = dlon
    converged = False
    sin_l = 0.0
    cos_l = 1.0
    sin_s = 0.0
    cos_s = 1.0
    sigma = 0.0
    cos_2m = 0.0
    cos2_alpha = 1.0
    for _ in range(60):
        sin_l = math.sin(lam)
        cos_l = math.cos(lam)
        q = cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_l
        sin_s = math.sqrt(cos_u2 * sin_l * cos_u2 * sin_l + q * q)
        cos_s = sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_l
        if sin_s < 1.0e-15 and cos_s > 0.0:
            return 0.0, 0.0, 0.0
        sigma = math.atan2(sin_s, cos_s)
        sin_alpha = cos_u1 * cos_u2 * sin_l / sin_s if sin_s > 0.0 else 0.0
        cos2_alpha = 1.0 - sin_alpha * sin_alpha
        cos_2m = cos_s - 2.0 * sin_u1 * sin_u2 / cos2_alpha if cos2_alpha > 1.0e-15 else 0.0
        c = _F / 16.0 * cos2_alpha * (4.0 + _F * (4.0 - 3.0 * cos2_alpha))
        new = dlon + (1.0 - c) * _F * sin_alpha * (
            sigma + c * sin_s * (cos_2m + c * cos_s * (2.0 * cos_2m * cos_2m - 1.0))
        )
        if abs(new) > math.pi:
            break
        if abs(new - lam) < 1.0e-12:
            lam = new
            converged = True
            break
        lam = new
    if not converged:
        return _inverse_antipodal(lat1, lat2, dlon)
    a, b = _vincenty_series(cos2_alpha)
    distance = _B * a * (sigma - _delta_sigma(b, sin_s, cos_s, cos_2m))
    azimuth1 = math.atan2(cos_u2 * sin_l, cos_u1 * sin_u2 - sin_u1 * cos_u2 * cos_l)
    azimuth2 = math.atan2(cos_u1 * sin_l, cos_u1 * sin_u2 * cos_l - sin_u1 * cos_u2)
    return distance, azimuth1, azimuth2


@kernel
def geodetic_to_ecef_many(places: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    """Fill out (n, 3) with Earth-fixed positions (m) of places (n, 3): latitude, longitude (rad), height (m)."""
    for i in range(places.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = geodetic_to_ecef(places[i, 0], places[i, 1], places[i, 2])


@kernel
def ecef_to_geodetic_many(positions: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    """Fill out (n, 3) with latitude, longitude (rad), height (m) of Earth-fixed positions (n, 3) in m."""
    for i in range(positions.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = ecef_to_geodetic(positions[i, 0], positions[i, 1], positions[i, 2])


@kernel
def geodesic_inverse_many(
    start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], out: npt.NDArray[np.float64]
) -> None:
    """Fill out (n, 3) with distance (m) and both azimuths (rad) between places (n, 2): latitude, longitude (rad)."""
    for i in range(start.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = geodesic_inverse(start[i, 0], start[i, 1], end[i, 0], end[i, 1])


@kernel
def geodesic_direct_many(
    start: npt.NDArray[np.float64], course: npt.NDArray[np.float64], out: npt.NDArray[np.float64]
) -> None:
    """Fill out (n, 3) with latitude, longitude, azimuth (rad) after courses (n, 2) of azimuth (rad), distance (m)."""
    for i in range(start.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = geodesic_direct(start[i, 0], start[i, 1], course[i, 0], course[i, 1])

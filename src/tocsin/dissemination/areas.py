"""The places a warning is about: threatened assets, and the impact ellipse as a polygon on the ellipsoid."""

import math

from tocsin.core.constants import DEG
from tocsin.core.records.network import Asset
from tocsin.core.records.outputs import Ellipse, GroundPoint
from tocsin.core.records.warnings import WarningArea
from tocsin.world.geodesy_kernels import geodesic_direct

Ring = tuple[tuple[float, float], ...]
RING_POINTS = 36
LARGEST_SEMI_MAJOR_KM = 3000.0
"""A larger ellipse says nothing about a place and is not drawn: the text says so."""


def ellipse_ring(lat_deg: float, lon_deg: float, ellipse: Ellipse) -> list[tuple[float, float]]:
    """Return RING_POINTS corners (latitude_deg, longitude_deg) of an ellipse on WGS-84, clockwise, not closed.

    Each corner is the end of a geodesic from the centre. Longitudes run on without jumps at +/-180.
    """
    ring: list[tuple[float, float]] = []
    lon = lon_deg
    for k in range(RING_POINTS):
        angle = 2.0 * math.pi * k / RING_POINTS
        along = ellipse.semi_major_km * 1e3 * math.cos(angle)
        across = ellipse.semi_minor_km * 1e3 * math.sin(angle)
        azimuth = ellipse.bearing_deg * DEG + math.atan2(across, along)
        lat_r, lon_r, _ = geodesic_direct(lat_deg * DEG, lon_deg * DEG, azimuth, math.hypot(along, across))
        lon = _near(lon_r / DEG, lon)
        ring.append((lat_r / DEG, lon))
    return ring


def _near(lon_deg: float, other_deg: float) -> float:
    """Return a longitude plus whole turns, nearest to another."""
    return lon_deg + 360.0 * round((other_deg - lon_deg) / 360.0)


def clipped(corners: list[tuple[float, float]]) -> tuple[Ring, ...]:
    """Return closed rings with longitudes in -180 ... 180 for a polygon whose longitudes run on without jumps.

    A polygon over the antimeridian becomes two; one around a pole is led along the edge of the map over the pole.
    """
    corners = _around_pole(corners)
    west = min(lon for _, lon in corners)
    east = max(lon for _, lon in corners)
    rings: list[Ring] = []
    for turn in range(math.floor((west + 180.0) / 360.0), math.floor((east + 180.0) / 360.0) + 1):
        low = -180.0 + 360.0 * turn
        part = _half(_half(corners, low, keep_east=True), low + 360.0, keep_east=False)
        moved = [(round(lat, 4), round(lon - 360.0 * turn, 4)) for lat, lon in part]
        tidy = [p for i, p in enumerate(moved) if i == 0 or p != moved[i - 1]]
        if len(set(tidy)) >= 3:
            rings.append(tuple(tidy) if tidy[0] == tidy[-1] else (*tidy, tidy[0]))
    return tuple(rings)


def _around_pole(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    turn = _near(corners[0][1], corners[-1][1]) - corners[0][1]
    if abs(turn) < 180.0:
        return corners
    pole = 90.0 if sum(lat for lat, _ in corners) > 0.0 else -90.0
    first, last = corners[0], (corners[0][0], corners[0][1] + turn)
    return [*corners, last, (pole, last[1]), (pole, first[1])]


def _half(corners: list[tuple[float, float]], lon_deg: float, keep_east: bool) -> list[tuple[float, float]]:
    """Return the part of a polygon on one side of a meridian (Sutherland and Hodgman 1974)."""
    out: list[tuple[float, float]] = []
    side = 1.0 if keep_east else -1.0
    for i, (lat, lon) in enumerate(corners):
        lat0, lon0 = corners[i - 1]
        inside, inside0 = side * (lon - lon_deg) >= 0.0, side * (lon0 - lon_deg) >= 0.0
        if inside != inside0:
            f = (lon_deg - lon0) / (lon - lon0)
            out.append((lat0 + f * (lat - lat0), lon_deg))
        if inside:
            out.append((lat, lon))
    return out


def asset_area(asset: Asset, description: str) -> WarningArea:
    """Return the area of a protected place."""
    if asset.polygon is not None:
        corners: list[tuple[float, float]] = []
        lon = asset.polygon[0][1]
        for lat, raw in asset.polygon:
            lon = _near(raw, lon)
            corners.append((lat, lon))
        return WarningArea(description, polygons=clipped(corners))
    # a list with a place that has neither is refused when a centre is made (prediction/assets.py)
    assert asset.latitude_deg is not None and asset.longitude_deg is not None and asset.radius_km is not None
    lon = asset.longitude_deg - 360.0 if asset.longitude_deg > 180.0 else asset.longitude_deg
    return WarningArea(description, circle=(asset.latitude_deg, lon, asset.radius_km))


def impact_area(point: GroundPoint, probability: float, description: str) -> WarningArea | None:
    """Return the ellipse of a probability as a polygon; None when there is none or it is too large to mean a place."""
    ellipse = next((e for e in point.ellipses if abs(e.probability - probability) < 1e-6), None)
    if ellipse is None or not 0.0 < ellipse.semi_major_km <= LARGEST_SEMI_MAJOR_KM:
        return None
    return WarningArea(description, polygons=clipped(ellipse_ring(point.lat_deg, point.lon_deg, ellipse)))

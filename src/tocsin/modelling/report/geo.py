"""Places on the ground -> shapes on a flat map: rings, coverage, a plate carree cut away from the action."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.dissemination.areas import clipped
from tocsin.sensing.sensor import Sensor
from tocsin.world.geodesy import direct, to_geodetic

EARTH_RADIUS_M = 6.371e6
Place = tuple[float, float]
"""latitude_deg, longitude_deg."""


@dataclass(frozen=True)
class Projection:
    """A plate carree of a box: `west` ... `west + width_deg`, `south` ... `north`, `scale` px a degree of latitude.

    `stretch`: px of a degree of longitude for one of latitude (1 for the world, cos of the middle for a part).
    """

    west: float
    south: float
    width_deg: float
    height_deg: float
    scale: float
    stretch: float = 1.0

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height in px."""
        return self.width_deg * self.scale * self.stretch, self.height_deg * self.scale

    def xy(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """Return px from the left and from the top; the longitude is taken at the turn that is nearest to the box."""
        lon = lon_deg + 360.0 * round((self.west + self.width_deg / 2.0 - lon_deg) / 360.0)
        return self._flat(lat_deg, lon)

    def _flat(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        x = (lon_deg - self.west) * self.scale * self.stretch
        return x, (self.south + self.height_deg - lat_deg) * self.scale

    def ring_path(self, ring: Sequence[Place]) -> str:
        """Return SVG path data of a filled ring (its longitudes run on without jumps), cut at the map's edge."""
        middle = self.west + self.width_deg / 2.0
        parts = []
        for piece in clipped([(lat, lon - middle) for lat, lon in ring]):
            points = [self._flat(lat, lon + middle) for lat, lon in piece[:-1]]
            if self._near(points):
                parts.append("M" + "L".join(_point(x, y) for x, y in points) + "Z")
        return "".join(parts)

    def line_path(self, places: Iterable[Place]) -> str:
        """Return SVG path data of a line, interrupted where it leaves the map over its edge."""
        out: list[str] = []
        before: float | None = None
        for lat, lon in places:
            x, y = self.xy(lat, lon)
            jump = before is None or abs(x - before) > 180.0 * self.scale * self.stretch
            out.append(("M" if jump else "L") + _point(x, y))
            before = x
        return "".join(out)

    def _near(self, points: list[tuple[float, float]]) -> bool:
        width, height = self.size
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        return max(xs) >= 0.0 and min(xs) <= width and max(ys) >= 0.0 and min(ys) <= height

    def inside(self, lat_deg: float, lon_deg: float) -> bool:
        """Return whether a place is on the map, and so far from its edge that a mark fits."""
        x, y = self.xy(lat_deg, lon_deg)
        return 8.0 <= x <= self.size[0] - 8.0 and 16.0 <= y <= self.size[1] - 8.0


def _point(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"


def world_projection(centre_lon_deg: float, width_px: float = 1200.0) -> Projection:
    """Return the whole world with a longitude in its middle."""
    return Projection(centre_lon_deg - 180.0, -90.0, 360.0, 180.0, width_px / 360.0)


def part_projection(places: Sequence[Place], width_px: float, height_px: float, margin: float = 0.18) -> Projection:
    """Return a map of the given size in px that holds all places with a margin, true to shape in its middle."""
    middle = mean_longitude([lon for _, lon in places])
    lons = [middle + (lon - middle + 180.0) % 360.0 - 180.0 for _, lon in places]
    lats = [lat for lat, _ in places]
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    stretch = max(math.cos(0.5 * (south + north) * DEG), 0.2)
    grown = 1.0 + 2.0 * margin
    height = max((north - south) * grown, (east - west) * stretch * grown * height_px / width_px)
    height = min(max(height, 4.0), 180.0)
    scale = height_px / height
    width = min(width_px / (scale * stretch), 360.0)
    low = min(max(0.5 * (south + north) - height / 2.0, -90.0), 90.0 - height)
    return Projection(0.5 * (west + east) - width / 2.0, low, width, height, scale, width_px / (width * scale))


def mean_longitude(lons_deg: Sequence[float]) -> float:
    """Return the direction in which most of the longitudes lie, -180 ... 180; 0 without any."""
    if not lons_deg:
        return 0.0
    s = sum(math.sin(lon * DEG) for lon in lons_deg)
    c = sum(math.cos(lon * DEG) for lon in lons_deg)
    return math.atan2(s, c) / DEG if abs(s) + abs(c) > 1e-9 else 0.0


def unrolled(lat: FloatArray, lon: FloatArray) -> list[Place]:
    """Return places in degrees (from rad) whose longitudes run on without jumps."""
    degrees = np.unwrap(lon) / DEG
    return list(zip((lat / DEG).tolist(), degrees.tolist(), strict=True))


def circle(lat_deg: float, lon_deg: float, radius_m: float, points: int = 72) -> list[Place]:
    """Return the ring of a circle on the ellipsoid."""
    azimuths = np.arange(points) * (2.0 * math.pi / points)
    lat, lon, _ = direct(lat_deg * DEG, lon_deg * DEG, azimuths, radius_m)
    return unrolled(lat, lon)


def ellipse(lat_deg: float, lon_deg: float, major_km: float, minor_km: float, bearing_deg: float) -> list[Place]:
    """Return the ring of an ellipse on the ellipsoid."""
    t = np.arange(48) * (2.0 * math.pi / 48)
    along, across = major_km * 1e3 * np.cos(t), minor_km * 1e3 * np.sin(t)
    lat, lon, _ = direct(
        lat_deg * DEG, lon_deg * DEG, bearing_deg * DEG + np.arctan2(across, along), np.hypot(along, across)
    )
    return unrolled(lat, lon)


def ground_reach(elevation: float, range_max: float, height_m: float) -> float:
    """Return how far along the ground (m) a radar reaches objects at a height, down to its lowest elevation (rad)."""
    top = EARTH_RADIUS_M + height_m
    slant = math.sqrt(top**2 - (EARTH_RADIUS_M * math.cos(elevation)) ** 2) - EARTH_RADIUS_M * math.sin(elevation)
    if slant > range_max:
        sine = (top**2 - EARTH_RADIUS_M**2 - range_max**2) / (2.0 * EARTH_RADIUS_M * range_max)
        if sine >= 1.0:
            return 0.0
        elevation, slant = math.asin(sine), range_max
    return EARTH_RADIUS_M * math.asin(min(1.0, slant * math.cos(elevation) / top))


def radar_fans(sensor: Sensor, height_m: float) -> list[list[Place]]:
    """Return the rings over which a radar's faces see objects at a height."""
    fans = []
    for start, width, low, _high, _near, far, *_ in sensor.whole_field.tolist():
        reach = ground_reach(max(low, 0.0), far, height_m)
        if reach <= 0.0:
            continue
        steps = max(int(width / (4.0 * DEG)), 2)
        azimuths = start + np.linspace(0.0, width, steps + 1)
        lat, lon, _ = direct(sensor.latitude, sensor.longitude, azimuths, reach)
        if width < 2.0 * math.pi - 1e-6:
            lat, lon = np.append(lat, sensor.latitude), np.append(lon, sensor.longitude)
        else:
            lat, lon = lat[:-1], lon[:-1]
        fans.append(unrolled(lat, lon))
    return fans


def satellite_view(sensor: Sensor, tai_ns: int) -> tuple[Place, list[Place]] | None:
    """Return the point below a satellite and the ring of what it sees of the ground; None without a place."""
    position = sensor.satellite_position(tai_ns)
    if not np.isfinite(position).all():
        return None
    lat, lon, height = (float(v) for v in to_geodetic(position))
    r = EARTH_RADIUS_M + height
    horizon = math.acos(EARTH_RADIUS_M / r)
    half = sensor.field_half_angle
    if math.isfinite(half) and half < math.asin(EARTH_RADIUS_M / r):
        horizon = min(horizon, math.asin(r * math.sin(half) / EARTH_RADIUS_M) - half)
    here = (lat / DEG, lon / DEG)
    return here, circle(*here, horizon * EARTH_RADIUS_M)


def ground_track(positions: FloatArray) -> list[Place]:
    """Return the places below Earth-fixed positions (n, 3) in m."""
    lat, lon, _ = to_geodetic(positions)
    return list(zip((lat / DEG).tolist(), (lon / DEG).tolist(), strict=True))

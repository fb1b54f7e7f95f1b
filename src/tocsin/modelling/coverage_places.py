"""Where coverage is asked for: the cells of the Earth, its zones of latitude, protected places."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.core.records.network import Asset
from tocsin.modelling.report.geo import circle

CELL_DEG = 2.0


@dataclass(frozen=True)
class Places:
    """Points with weights, and which of them make which region."""

    lat: FloatArray
    lon: FloatArray
    weights: FloatArray
    regions: list[tuple[str, str, IntArray]]


def cells() -> tuple[FloatArray, FloatArray]:
    """Return latitudes (a,) from the south and longitudes (o,) from the west of the cells' centres, degrees."""
    return (
        np.arange(-90.0 + CELL_DEG / 2.0, 90.0, CELL_DEG),
        np.arange(-180.0 + CELL_DEG / 2.0, 180.0, CELL_DEG),
    )


def places_of(assets: Sequence[Asset]) -> Places:
    """Return the cells of the Earth, its zones of latitude, and the points that stand for each protected place."""
    lats, lons = cells()
    lat, lon = (v.ravel() for v in np.meshgrid(lats, lons, indexing="ij"))
    weights = np.cos(lat * DEG)
    weights = weights / weights.sum()
    regions: list[tuple[str, str, IntArray]] = [("the Earth", "earth", np.arange(len(lat)))]
    for low in range(60, -91, -30):
        name = f"{_latitude(low)} to {_latitude(low + 30)}"
        regions.append((name, "zone", np.flatnonzero((lat > low) & (lat < low + 30))))
    parts_lat, parts_lon, parts_weight = [lat], [lon], [weights]
    first = len(lat)
    for asset in assets:
        points = _points_of(asset, lat, lon)
        parts_lat.append(points[:, 0])
        parts_lon.append(points[:, 1])
        # 0: in no sum over the Earth; each point of a place counts the same within it
        parts_weight.append(np.zeros(len(points)))
        regions.append((asset.name or asset.id, asset.kind, np.arange(first, first + len(points))))
        first += len(points)
    return Places(np.concatenate(parts_lat), np.concatenate(parts_lon), np.concatenate(parts_weight), regions)


def _latitude(degrees: int) -> str:
    return "0°" if degrees == 0 else f"{abs(degrees)}° {'N' if degrees > 0 else 'S'}"


def _points_of(asset: Asset, lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Return (m, 2) degrees: centre and rim of a circle; corners of a polygon and the cells whose centre is in it."""
    if asset.polygon is None:
        place = (asset.latitude_deg or 0.0, asset.longitude_deg or 0.0)
        return np.array([place, *circle(*place, (asset.radius_km or 0.0) * 1e3, 8)])
    corners = np.array(asset.polygon, np.float64)
    x = corners[0, 1] + (corners[:, 1] - corners[0, 1] + 180.0) % 360.0 - 180.0
    inside = np.zeros(len(lat), bool)
    for turn in (-360.0, 0.0, 360.0):
        inside |= _within(np.column_stack([corners[:, 0], x]), lat, lon + turn)
    return np.concatenate([corners, np.column_stack([lat[inside], lon[inside]])])


def _within(ring: FloatArray, lat: FloatArray, lon: FloatArray) -> np.ndarray:
    """Return which points lie in a ring of (latitude, longitude), by the even-odd rule."""
    inside = np.zeros(len(lat), bool)
    for (y0, x0), (y1, x1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (y0 > lat) != (y1 > lat)
            inside ^= crosses & (lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0))
    return inside

"""Protected places as borders on the ground, and the probability that an impact falls inside each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tocsin.core.errors import ValueRefused
from tocsin.core.records.network import Asset, Assets
from tocsin.prediction.footprint_kernels import region_contents
from tocsin.world import geodesy

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_EDGE_M = 100e3
_FINE, _COARSE = 96, 24
_LARGEST_M = 9000e3


@dataclass(frozen=True, eq=False)
class AssetTable:
    """The protected places of a centre, ready for `region_contents`; order is that of the list."""

    ids: tuple[str, ...]
    border: FloatArray
    """(b, 3) Earth-fixed corners of all borders, m."""
    rows: IntArray
    """(n, 4): place j has the corners rows[j, 0]..rows[j, 1], in coarse form rows[j, 2]..rows[j, 3]."""
    centres: FloatArray
    """(n, 4): a middle point, Earth-fixed, and the distance within which the whole border lies, m."""
    priorities: IntArray

    @classmethod
    def from_assets(cls, assets: Assets | Sequence[Asset]) -> "AssetTable":
        """Return the table of a list of places; ValueRefused where a place has neither circle nor polygon, or both."""
        listed = tuple(assets.asset if isinstance(assets, Assets) else assets)
        borders: list[FloatArray] = []
        centres = np.zeros((len(listed), 4))
        rows = np.zeros((len(listed), 4), np.int64)
        used = 0
        for j, place in enumerate(listed):
            fine = _border(place, _FINE)
            centres[j] = _bound(fine, place.id)
            rows[j] = (used, used + len(fine), used, used + len(fine))
            borders.append(fine)
            used += len(fine)
            if place.polygon is None:
                rows[j, 2:] = (used, used + _COARSE)
                borders.append(_border(place, _COARSE))
                used += _COARSE
        return cls(
            ids=tuple(a.id for a in listed),
            border=np.ascontiguousarray(np.concatenate(borders)) if borders else np.zeros((0, 3)),
            rows=rows,
            centres=centres,
            priorities=np.array([a.priority for a in listed], np.int64),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def contents(self, parts: FloatArray) -> FloatArray:
        """Return (n,) the probability of each place under a mixture (k, 6): weight, lat, lon (rad), EE, EN, NN (m2)."""
        out = np.zeros(len(self.ids))
        region_contents(np.ascontiguousarray(parts), self.border, self.rows, self.centres, out)
        return out


def _border(asset: Asset, corners: int) -> FloatArray:
    """Return (b, 3) the Earth-fixed corners of a place's border; a circle gets so many corners."""
    circle = asset.latitude_deg is not None and asset.longitude_deg is not None and asset.radius_km is not None
    if circle == (asset.polygon is not None):
        raise ValueRefused(
            f"asset {asset.id!r} needs either latitude_deg, longitude_deg and radius_km, or a polygon of corners"
        )
    if asset.polygon is not None:
        return _polygon(np.radians(np.array(asset.polygon, np.float64)))
    assert asset.latitude_deg is not None and asset.longitude_deg is not None and asset.radius_km is not None
    step = 2.0 * math.pi / corners
    # corners a little outside, so that the polygon has the circle's area
    radius = asset.radius_km * 1e3 * math.sqrt(step / math.sin(step))
    lat, lon, _ = geodesy.direct(
        math.radians(asset.latitude_deg), math.radians(asset.longitude_deg), np.arange(corners) * step, radius
    )
    return geodesy.to_ecef(lat, lon)


def _polygon(corners: FloatArray) -> FloatArray:
    """Return (b, 3) the border through corners (c, 2) in rad; edges are geodesics, cut into pieces below 100 km."""
    points: list[FloatArray] = []
    for i in range(len(corners)):
        lat1, lon1 = (float(v) for v in corners[i])
        lat2, lon2 = (float(v) for v in corners[(i + 1) % len(corners)])
        length, azimuth, _ = geodesy.inverse(lat1, lon1, lat2, lon2)
        pieces = max(1, math.ceil(float(length) / _EDGE_M))
        lat, lon, _ = geodesy.direct(lat1, lon1, float(azimuth), float(length) * np.arange(pieces) / pieces)
        points.append(geodesy.to_ecef(lat, lon))
    return np.concatenate(points)


def _bound(border: FloatArray, name: str) -> FloatArray:
    """Return (4,): a middle point and the distance that holds the border, m."""
    middle = border.mean(axis=0)
    reach = float(np.sqrt(((border - middle) ** 2).sum(axis=1)).max())
    if reach > _LARGEST_M or float(np.sqrt((middle**2).sum())) < 1e6:
        raise ValueRefused(f"asset {name!r} spans more than a hemisphere; split it")
    return np.append(middle, reach)

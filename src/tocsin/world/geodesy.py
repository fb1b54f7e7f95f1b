"""Geodesy on the WGS-84 ellipsoid over arrays of points. Metres and radians."""

import numpy as np
import numpy.typing as npt

from tocsin.world.geodesy_kernels import (
    ecef_to_geodetic_many,
    geodesic_direct_many,
    geodesic_inverse_many,
    geodetic_to_ecef_many,
)

FloatArray = npt.NDArray[np.float64]


def _columns(*values: npt.ArrayLike) -> tuple[FloatArray, tuple[int, ...]]:
    """Return broadcast values as rows (n, k) and their common shape."""
    arrays = np.broadcast_arrays(*[np.asarray(v, np.float64) for v in values])
    return np.ascontiguousarray(np.stack([a.reshape(-1) for a in arrays], axis=1)), arrays[0].shape


def to_ecef(lat: npt.ArrayLike, lon: npt.ArrayLike, h: npt.ArrayLike = 0.0) -> FloatArray:
    """Return Earth-fixed positions (..., 3) in m of geodetic latitudes, longitudes (rad) and heights (m), broadcast."""
    places, shape = _columns(lat, lon, h)
    out = np.empty_like(places)
    geodetic_to_ecef_many(places, out)
    return out.reshape((*shape, 3))


def to_geodetic(positions: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return latitudes, longitudes (rad) and heights (m) of Earth-fixed positions (..., 3) in m."""
    p = np.ascontiguousarray(positions, np.float64)
    out = np.empty((p.size // 3, 3))
    ecef_to_geodetic_many(p.reshape(-1, 3), out)
    shape = p.shape[:-1]
    return out[:, 0].reshape(shape), out[:, 1].reshape(shape), out[:, 2].reshape(shape)


def inverse(
    lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return distances (m), start azimuths and end azimuths (rad) of the shortest geodesics, broadcast."""
    places, shape = _columns(lat1, lon1, lat2, lon2)
    out = np.empty((places.shape[0], 3))
    geodesic_inverse_many(np.ascontiguousarray(places[:, :2]), np.ascontiguousarray(places[:, 2:]), out)
    return out[:, 0].reshape(shape), out[:, 1].reshape(shape), out[:, 2].reshape(shape)


def direct(
    lat: npt.ArrayLike, lon: npt.ArrayLike, azimuth: npt.ArrayLike, distance_m: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return latitudes, longitudes and forward azimuths (rad) at the ends of geodesics, broadcast."""
    rows, shape = _columns(lat, lon, azimuth, distance_m)
    out = np.empty((rows.shape[0], 3))
    geodesic_direct_many(np.ascontiguousarray(rows[:, :2]), np.ascontiguousarray(rows[:, 2:]), out)
    return out[:, 0].reshape(shape), out[:, 1].reshape(shape), out[:, 2].reshape(shape)

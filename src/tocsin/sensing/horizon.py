"""What the horizon leaves to a radar: the lowest height that it sees over a ground distance, on a sphere in vacuum."""

import numpy as np

from tocsin.core.records.inputs import FloatArray

RADIUS_M = 6_371_000.0


def lowest_visible_height(distance_m: FloatArray, elevation: FloatArray | float) -> FloatArray:
    """Return (n,) heights (m) that a ray of an elevation (rad) has over ground distances (n,), m; inf where none.

    R (cos e / cos(e + d / R) - 1): the sine rule in the triangle of the Earth's centre, the radar and the point.
    """
    far = np.cos(elevation + distance_m / RADIUS_M)
    with np.errstate(divide="ignore"):
        out: FloatArray = np.where(far > 0.0, RADIUS_M * (np.cos(elevation) / far - 1.0), np.inf)
    return out

"""Sun glint from cloud tops: how near a line of sight is to the mirrored Sun."""

from typing import NamedTuple

import numpy as np

from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.glint_kernels import specular_batch, specular_geometry, turned_angles
from tocsin.sensing.sun import sun_at

CLOUD_TOP_M = 10_000.0


class Glint(NamedTuple):
    """Glint geometry of one line of sight; angle in rad, NaN where the line misses the cloud tops."""

    angle: float
    sunlit: bool
    point: tuple[float, float, float]


def glint_geometry(
    satellite: FloatArray, los: tuple[float, float, float], tai_ns: int, cloud_top_m: float = CLOUD_TOP_M
) -> Glint:
    """Return the glint geometry of a unit line of sight from a satellite (3,), Earth-fixed, at an instant.

    `angle` is between the Sun's ray mirrored at the cloud top and the direction to the satellite.
    """
    _ok, angle, sunlit, x, y, z = specular_geometry(
        float(satellite[0]),
        float(satellite[1]),
        float(satellite[2]),
        float(los[0]),
        float(los[1]),
        float(los[2]),
        sun_at(tai_ns),
        float(cloud_top_m),
    )
    return Glint(angle, bool(sunlit), (x, y, z))


def forward_scatter_angle(los: FloatArray, tai_ns: int) -> FloatArray:
    """Return (n,) the angle (rad) by which sunlight is turned at a cloud on lines of sight (n, 3) to reach the telescope.

    It is the Sun's distance from the line of sight, wherever the cloud stands: light travels from the Sun along -s and
    to the telescope along -u. Small = forward scattering, bright; 1983-09-25: 35 to 40 degrees over the fields seen.
    """
    sun = sun_at(tai_ns)
    out = np.empty(los.shape[0])
    turned_angles(los, sun, out)
    return out


def glint_geometries(
    satellites: FloatArray, los: FloatArray, tai_ns: int, cloud_top_m: float = CLOUD_TOP_M
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (angle (n,), sunlit (n,) 1 or 0, point (n, 3)) of lines of sight (n, 3) from satellites (3,) or (n, 3)."""
    n = los.shape[0]
    angle, sunlit, point = np.empty(n), np.empty(n), np.empty((n, 3))
    places = np.ascontiguousarray(np.broadcast_to(satellites, (n, 3)))
    specular_batch(places, los, sun_at(tai_ns), float(cloud_top_m), angle, sunlit, point)
    return angle, sunlit, point

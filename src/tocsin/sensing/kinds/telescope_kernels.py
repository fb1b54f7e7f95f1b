"""How bright a sunlit object stands in a telescope, and whether it is night there.

Magnitudes are visual; `sun` is the unit vector to the Sun, Earth-fixed.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.sensing.visibility_kernels import line_clear, radar_angles, ray_clear

Array = npt.NDArray[np.float64]
SUN_MAGNITUDE = -26.74
"""Apparent visual magnitude of the Sun (Willmer 2018, ApJS 236, 47: -26.76; -26.74 in the older literature)."""
ALBEDO = 0.175
"""Mean albedo of space objects in the size models of the NASA Orbital Debris Program Office (Mulrooney et al. 2008)."""
EXTINCTION = 0.2
"""Magnitudes lost in one air mass at a good site near sea level, visual (Hayes & Latham 1975: 0.12 ... 0.25)."""
SPREAD_MAGNITUDE = 0.6
"""Scatter of an object's brightness about the diffuse sphere, one sigma: what such models leave of 300 satellites
(Diffuse and specular brightness models applied to LEO satellites, arXiv 2603.21859)."""


@kernel
def sphere_magnitude(area: float, r: float, phase: float) -> float:
    """Return the magnitude of a diffuse sphere of cross-section `area` (m2) at a range r (m), without air.

    Of the light that falls on it, albedo * (2 / 3 pi^2) (sin f + (pi - f) cos f) goes into each steradian toward
    phase angle f (Lambert's sphere; McCue, Williams & Morford 1971, Planet. Space Sci. 19, 851).
    """
    share = 2.0 / (3.0 * math.pi * math.pi) * (math.sin(phase) + (math.pi - phase) * math.cos(phase))
    if not (share > 0.0 and area > 0.0):
        return math.inf
    return SUN_MAGNITUDE - 2.5 * math.log10(ALBEDO * area * share / (r * r))


@kernel
def air_mass(elevation: float) -> float:
    """Return the path through the air in zenith paths, for an elevation above 0 (Kasten & Young 1989)."""
    degrees = elevation * 180.0 / math.pi
    return 1.0 / (math.sin(elevation) + 0.50572 * math.exp(-1.6364 * math.log(degrees + 6.07995)))


@kernel
def night_at(rot: Array, sun: Array, sin_depression: float) -> bool:
    """Return whether the Sun stands at least so far below the horizon of a site with axes `rot` (3, 3)."""
    return bool(rot[2, 0] * sun[0] + rot[2, 1] * sun[1] + rot[2, 2] * sun[2] <= -sin_depression)


@kernel
def telescope_sees(
    x: float, y: float, z: float, area: float, site: Array, rot: Array, sun: Array, elevation_min: float
) -> tuple[float, float, float, float]:
    """Return (magnitude, range m, azimuth, elevation rad) of an object; magnitude is infinite where it is not seen.

    Not seen: below `elevation_min`, in the Earth's shadow (a cylinder of rays grazing the ground). Whether it is night
    is asked apart, once a look.
    """
    r, azimuth, elevation = radar_angles(x, y, z, site, rot)
    if not elevation >= elevation_min or elevation <= 0.0:
        return math.inf, r, azimuth, elevation
    if not (line_clear(site[0], site[1], site[2], x, y, z, -500.0) and ray_clear(x, y, z, sun[0], sun[1], sun[2], 0.0)):
        return math.inf, r, azimuth, elevation
    ux = (site[0] - x) / r
    uy = (site[1] - y) / r
    uz = (site[2] - z) / r
    phase = math.acos(min(max(ux * sun[0] + uy * sun[1] + uz * sun[2], -1.0), 1.0))
    return sphere_magnitude(area, r, phase) + EXTINCTION * air_mass(elevation), r, azimuth, elevation


@kernel
def magnitude_pd(magnitude: float, limit: float) -> float:
    """Return the probability that an object of a mean magnitude is brighter than the limit in one look."""
    if magnitude == math.inf:
        return 0.0
    return 0.5 * math.erfc((magnitude - limit) / (SPREAD_MAGNITUDE * math.sqrt(2.0)))


@kernel
def telescope_magnitudes(
    positions: Array, areas: Array, site: Array, rot: Array, sun: Array, elevation_min: float
) -> Array:
    """Return (n, 4) magnitude (infinite = not seen), range m, azimuth, elevation rad of positions (n, 3)."""
    n = positions.shape[0]
    out = np.empty((n, 4))
    for i in range(n):
        m, r, azimuth, elevation = telescope_sees(
            positions[i, 0], positions[i, 1], positions[i, 2], areas[i], site, rot, sun, elevation_min
        )
        out[i, 0] = m
        out[i, 1] = r
        out[i, 2] = azimuth
        out[i, 3] = elevation
    return out


@kernel
def telescope_detectability(
    positions: Array,
    rcs_dbsm: Array,
    site: Array,
    rot: Array,
    sun: Array,
    elevation_min: float,
    sin_depression: float,
    limit: float,
) -> Array:
    """Return (n,) probability of detection at positions (n, 3); the radar cross-section stands for the area."""
    n = positions.shape[0]
    out = np.zeros(n)
    if not night_at(rot, sun, sin_depression):
        return out
    for i in range(n):
        area = 10.0 ** (0.1 * rcs_dbsm[i])
        m, _r, _a, _e = telescope_sees(
            positions[i, 0], positions[i, 1], positions[i, 2], area, site, rot, sun, elevation_min
        )
        out[i] = magnitude_pd(m, limit)
    return out

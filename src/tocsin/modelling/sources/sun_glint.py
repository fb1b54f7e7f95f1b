"""Sunlit cloud: the sunlight that ice cloud turns toward a satellite, scattered forward or mirrored by level plates.

Radiance of a deep cloud, once scattered: F w P(t) / (4 pi) * m0 / (m0 + m) (Chandrasekhar, Radiative Transfer, 1950,
eq. III 13), t the angle by which the light is turned, m0 and m the cosines of Sun and satellite from the vertical; and
of a face with slopes of plates: F R p / (4 m cos^4 b) (Cox & Munk 1954), b the tilt that mirrors, p the density of
slopes. Both through the air above the cloud, down and up. Light scattered more than once is left out: at this
wavelength ice absorbs it. A telescope's filter takes off what lies evenly over many pixels: of the scattered light only
the part by which a dense cell stands out of the cloud around it (`contrast`) is reported.
"""

import math

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.sources.infrared import SunGlint
from tocsin.modelling.infrared_looks import Telescope, see_points
from tocsin.modelling.look_build import Rows
from tocsin.modelling.plume import transmission
from tocsin.modelling.sources.mechanism import Mechanism, Stage
from tocsin.sensing.cloud import tropopause_m
from tocsin.sensing.glint import forward_scatter_angle, glint_geometries
from tocsin.sensing.sun import sun_at
from tocsin.world.geodesy import to_ecef, to_geodetic
from tocsin.world.geodesy_kernels import enu_axes

SUN_BAND_W_M2 = 7.0
"""Sunlight between 2.65 and 2.85 um above the air: of 1361 W/m2 what a 5,772 K black body has there (Planck)."""
SINGLE_SCATTER = 0.6
"""Part of the light that meets a crystal and is not absorbed: between 0.53 (large and black: only diffraction and the
outer face) and 1; ice absorbs strongly from 2.7 um on (Warren & Brandt 2008, J. Geophys. Res. 113, D14220)."""
ASYMMETRY = 0.85
"""Mean cosine of the turning angle for ice where it absorbs (Fu, Yang & Sun 1998, J. Climate 11, 2223: 0.8 to 0.95)."""
ICE_INDEX = 1.15
"""Refractive index of ice in the band, which falls toward 2.8 um from 1.2 to 1.05 (Warren & Brandt 2008)."""


OVERSHOOT_M = 2_000.0
"""How far tops stand over the mean tropopause at most: its own variability and overshooting storms."""


def phase_function(angle: FloatArray, g: float = ASYMMETRY) -> FloatArray:
    """Return (n,) Henyey and Greenstein's phase function (mean 1 over the sphere) at turning angles, rad."""
    out: FloatArray = (1.0 - g * g) / (1.0 + g * g - 2.0 * g * np.cos(angle)) ** 1.5
    return out


def fresnel(incidence: FloatArray, index: float = ICE_INDEX) -> FloatArray:
    """Return (n,) the reflectance of a flat face for unpolarised light at angles of incidence, rad."""
    inner = np.arcsin(np.sin(incidence) / index)
    ci, ct = np.cos(incidence), np.cos(inner)
    across = ((ci - index * ct) / (ci + index * ct)) ** 2
    along = ((index * ci - ct) / (index * ci + ct)) ** 2
    out: FloatArray = 0.5 * (across + along)
    return out


def scattered_radiance(turned: FloatArray, sun_up: FloatArray, out_up: FloatArray) -> FloatArray:
    """Return (n,) in-band radiance (W/m2/sr) of deep ice cloud, without the air; cosines of Sun and satellite."""
    single = SUN_BAND_W_M2 * SINGLE_SCATTER * phase_function(turned) / (4.0 * math.pi)
    out: FloatArray = single * sun_up / (sun_up + out_up)
    return out


def mirrored_radiance(
    mirror: FloatArray, turned: FloatArray, out_up: FloatArray, plates: float, tilt: float
) -> FloatArray:
    """Return (n,) in-band radiance (W/m2/sr) of level plates, without the air.

    `mirror` (n,) rad is how far the satellite stands from the mirrored Sun: a plate tilted by half of it serves.
    """
    tilted = 0.5 * mirror
    density = np.exp(-0.5 * (np.tan(tilted) / tilt) ** 2) / (2.0 * math.pi * tilt * tilt)
    reflected = fresnel(0.5 * (math.pi - turned))
    out: FloatArray = plates * SUN_BAND_W_M2 * reflected * density / (4.0 * out_up * np.cos(tilted) ** 4)
    return out


def cloud_intensity(
    source: SunGlint, points: FloatArray, satellite: FloatArray, tai_ns: int, pixel: float
) -> FloatArray:
    """Return (n,) in-band intensity (W/sr) at a satellite of pixels (rad) full of cloud at points (n, 3); 0 unlit."""
    line = points - satellite
    distance = np.sqrt(np.sum(line**2, axis=1))
    line = np.ascontiguousarray(line / distance[:, None])
    mirror, lit, _ = glint_geometries(satellite, line, tai_ns, source.top_m)
    turned = forward_scatter_angle(line, tai_ns)
    up = np.array(enu_axes(source.latitude_deg * DEG, source.longitude_deg * DEG)).reshape(3, 3)[2]
    out_up = -np.sum(line * up, axis=1)
    sun_up = np.full(len(line), float(np.sum(sun_at(tai_ns) * up)))
    good = (lit > 0) & (out_up > 1e-3) & (sun_up > 1e-3) & np.isfinite(mirror)
    safe_out, safe_sun = np.where(good, out_up, 1.0), np.where(good, sun_up, 1.0)
    radiance = source.contrast * scattered_radiance(turned, safe_sun, safe_out) + mirrored_radiance(
        np.where(good, mirror, 1.0), turned, safe_out, source.plates, source.tilt_deg * DEG
    )
    height = np.full(len(line), source.top_m)
    air = transmission(height, safe_sun) * transmission(height, safe_out)
    return np.where(good, radiance * (pixel * distance) ** 2 * air, 0.0)


def cells(source: SunGlint, stage: Stage) -> FloatArray:
    """Return (n, 3) Earth-fixed places of the cloud's dense parts: the same for all satellites."""
    rng = stage.rng(source, "cells")
    lat, lon = source.latitude_deg * DEG, source.longitude_deg * DEG
    axes = np.array(enu_axes(lat, lon)).reshape(3, 3)
    r = source.radius_km * 1e3 * np.sqrt(rng.uniform(size=source.cells))
    turn = rng.uniform(0.0, 2.0 * np.pi, source.cells)
    flat = to_ecef(lat, lon, 0.0) + (r * np.sin(turn))[:, None] * axes[0] + (r * np.cos(turn))[:, None] * axes[1]
    where = to_geodetic(flat)
    return to_ecef(where[0], where[1], source.top_m)


def infrared(source: SunGlint, stage: Stage, scope: Telescope, rows: Rows) -> int:
    """Add what one satellite reports of the cloud, and return the number of detections."""
    if source.sensors and scope.sensor.id not in source.sensors:
        return 0
    first, last = stage.span(source)
    ceiling = tropopause_m(source.latitude_deg, first) + OVERSHOOT_M
    if source.top_m > ceiling:
        raise InputError(
            f"no cloud stands at {source.top_m:.0f} m there: in that season the air is dry above the tropopause",
            key=f"source {source.id}: top_m",
            allowed=f"at most {ceiling:.0f} at latitude {source.latitude_deg:g}",
        )
    points = cells(source, stage)
    rng = stage.rng(source, scope.sensor.id)
    pixel = scope.sensor.sigma_los * math.sqrt(12.0)
    total = 0
    for k in np.flatnonzero((scope.slots.start >= first) & (scope.slots.end <= last)):
        twinkle = np.exp(rng.normal(0.0, 0.3, len(points)))
        middle = int((scope.slots.start[k] + scope.slots.end[k]) // 2)
        bright = cloud_intensity(source, points, scope.places[k], middle, pixel) * twinkle
        if (bright > scope.sensor.threshold).any():
            total += see_points(scope, rows, int(k), points, bright, source.id, source.id)
    return total


SUN_GLINT = Mechanism(infrared=infrared)

"""Bending and delay of radar rays in the lower atmosphere, traced through an exponential refractivity.

n(h) = 1 + N0 exp(-h / H), N0 = 315e-6, H = 7.35 km: the reference atmosphere of Recommendation ITU-R P.453, the one in
which Recommendation ITU-R P.834 states the bending of rays (equation 8); h above the ellipsoid, taken as a sphere of
the Earth's mean radius. Rays obey Bouguer's rule n r cos(e) = const. The ionosphere is in `ionosphere_kernels`.
"""

import math

import numpy as np

from tocsin.core.constants import WGS84_A_M, WGS84_B_M
from tocsin.core.kernels import kernel

N0 = 315.0e-6
SCALE_M = 7350.0
TOP_M = 100_000.0
"""Above it the refractivity is under 4e-10."""
MEAN_RADIUS_M = (2.0 * WGS84_A_M + WGS84_B_M) / 3.0
RESIDUAL = 0.08
"""One sigma of the correction left over, as a part of it: refractivity varies by 25 N-units over seasons."""

# Gauss-Legendre, 10 points on -1 ... 1 (Abramowitz & Stegun, table 25.4)
GAUSS_NODES = np.array(
    [
        -0.9739065285171717,
        -0.8650633666889845,
        -0.6794095682990244,
        -0.4333953941292472,
        -0.14887433898163122,
        0.14887433898163122,
        0.4333953941292472,
        0.6794095682990244,
        0.8650633666889845,
        0.9739065285171717,
    ]
)
GAUSS_WEIGHTS = np.array(
    [
        0.06667134430868814,
        0.1494513491505804,
        0.219086362515982,
        0.2692667193099965,
        0.2955242247147528,
        0.2955242247147528,
        0.2692667193099965,
        0.219086362515982,
        0.1494513491505804,
        0.06667134430868814,
    ]
)
_PANELS = 3


@kernel
def _trace(apparent: float, altitude: float, top: float) -> tuple[float, float, float, float]:
    """Return (bending rad, central angle rad, optical path m, elevation at the top rad) of a ray up to a height.

    Quadrature in s = sqrt(r - r0), which takes the singularity of a level ray away; Gauss-Legendre, 3 panels of 10.
    """
    r0 = MEAN_RADIUS_M + altitude
    n0 = 1.0 + N0 * math.exp(-altitude / SCALE_M)
    c = n0 * r0 * math.cos(apparent)
    root0 = n0 * r0 * math.sin(apparent)
    end = math.sqrt(max(top - altitude, 0.0))
    bending = 0.0
    excess = 0.0
    half = 0.5 * end / _PANELS
    for panel in range(_PANELS):
        middle = (2 * panel + 1) * half
        for j in range(10):
            s = middle + half * GAUSS_NODES[j]
            dh = s * s
            refractivity = N0 * math.exp(-(altitude + dh) / SCALE_M)
            n = 1.0 + refractivity
            r = r0 + dh
            # (n r)^2 - c^2 without cancellation: (n r - n0 r0)(n r + n0 r0) + (n0 r0 sin e0)^2
            step = dh + refractivity * r - (n0 - 1.0) * r0
            root = math.sqrt(max(step * (n * r + n0 * r0) + root0 * root0, 1e-12))
            w = GAUSS_WEIGHTS[j] * half * 2.0 * s
            bending += w * (refractivity / SCALE_M / n) * c / root
            excess += w * n * refractivity * r / root
    r1 = r0 + max(top - altitude, 0.0)
    n1 = 1.0 + N0 * math.exp(-max(top, altitude) / SCALE_M)
    end_elevation = math.acos(min(c / (n1 * r1), 1.0))
    angle = bending + end_elevation - apparent
    chord = math.sqrt(max(r0 * r0 + r1 * r1 - 2.0 * r0 * r1 * math.cos(angle), 0.0))
    return bending, angle, chord + excess, end_elevation


@kernel
def _corrected(measured: float, apparent: float, altitude: float) -> tuple[float, float]:
    """Return geometric (range m, elevation rad) for a measured range and an apparent elevation >= 0."""
    r0 = MEAN_RADIUS_M + altitude
    top = altitude
    r_true = measured
    elevation = apparent
    # the height of the target decides how much air lies before it: fixed point from the straight ray
    for _ in range(6):
        height = math.sqrt(r0 * r0 + r_true * r_true + 2.0 * r0 * r_true * math.sin(elevation)) - MEAN_RADIUS_M
        previous = top
        top = min(height, TOP_M)
        if abs(top - previous) < 0.01:
            break
        _bending, angle, path, end_elevation = _trace(apparent, altitude, top)
        r1 = r0 + max(top - altitude, 0.0)
        rest = measured - path
        # end of the bent part, then straight on: along the vertical of the end and across it
        up = r1 + rest * math.sin(end_elevation)
        out = rest * math.cos(end_elevation)
        x = up * math.sin(angle) + out * math.cos(angle)
        z = up * math.cos(angle) - out * math.sin(angle) - r0
        r_true = math.sqrt(x * x + z * z)
        elevation = math.atan2(z, x)
    return r_true, elevation


@kernel
def refraction_correct(measured: float, apparent: float, altitude: float) -> tuple[float, float, float, float]:
    """Return (range m, elevation rad, sigma range m, sigma elevation rad) freed from the air.

    From a measured range (m) and an apparent elevation (rad) of a radar at an altitude (m); the sigmas are of what the
    correction leaves. Under the horizon the correction of the horizon is used.
    """
    flat = max(apparent, 0.0)
    r, elevation = _corrected(measured, flat, altitude)
    bend = flat - elevation
    return r, apparent - bend, RESIDUAL * abs(measured - r), RESIDUAL * abs(bend)


@kernel
def refraction_apply(r: float, elevation: float, altitude: float) -> tuple[float, float]:
    """Return (measured range m, apparent elevation rad) of a target at geometric range and elevation: the inverse.

    By a secant on `refraction_correct`, whose elevation grows with the apparent one; to 1e-9 rad and 1 mm.
    """
    apparent = elevation
    measured = r
    slope = 1.0
    last_a = apparent
    last_e = elevation
    for i in range(30):
        rr, ee, _sr, _se = refraction_correct(measured, apparent, altitude)
        if i > 0 and abs(apparent - last_a) > 1e-12:
            slope = min(max((ee - last_e) / (apparent - last_a), 0.3), 3.0)
        last_a = apparent
        last_e = ee
        wrong_e = elevation - ee
        wrong_r = r - rr
        apparent += wrong_e / slope
        measured += wrong_r
        if abs(wrong_e) < 1e-10 and abs(wrong_r) < 1e-4:
            break
    return measured, apparent

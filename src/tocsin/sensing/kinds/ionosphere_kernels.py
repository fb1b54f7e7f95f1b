"""Delay and bending of radar rays in the ionosphere, by a Chapman layer scaled to the vertical electron content.

The group refractive index is 1 + 40.3 N / f^2 (N electrons/m3, f Hz; Recommendation ITU-R P.531): at UHF and VHF it
adds to the range what the electrons on the ray add up to, and lifts the apparent elevation. Both are taken to first
order along the straight ray over a spherical Earth. N(h) = Nm exp((1 - z - exp(-z)) / 2), z = (h - 350 km) / 60 km:
Chapman's alpha layer (form: subroutine CHAP of the ray tracing of R. M. Jones at NOAA, type 0.5), its electrons
Nm H sqrt(2 pi e): a slab of 248 km. 350 km is the height of the thin layer in Klobuchar's algorithm (1987); of the scale no
source gives one value: open codes take 50 to 65 km at 300 to 350 km, so 60 km is assumed.
"""

import math

from tocsin.core.kernels import kernel
from tocsin.sensing.kinds.refraction_kernels import GAUSS_NODES, GAUSS_WEIGHTS, MEAN_RADIUS_M

K_M3_S2 = 40.308
PEAK_M = 350_000.0
SCALE_M = 60_000.0
BOTTOM_M = 80_000.0
TOP_M = 1_500_000.0
TECU = 1.0e16
"""Electrons per square metre in one unit of total electron content."""
RESIDUAL = 0.5
"""One sigma of what a content from a climatology misses, as a part of it: an "rms correction of at least 50 percent".

Klobuchar, IEEE Trans. Aerospace and Electronic Systems 23, 325 (1987), abstract: the aim that his eight coefficients met.
"""
_SLAB = math.sqrt(2.0 * math.pi * math.e)
_PANELS = 4


@kernel
def ionosphere(r: float, elevation: float, altitude: float, frequency_hz: float, tecu: float) -> tuple[float, float]:
    """Return (range m, elevation rad) that the ionosphere adds for a target at a range (m) and elevation (rad).

    `tecu` is the vertical electron content. The delay I depends on the ray by its distance p from the Earth's centre;
    the direction of the wave is the gradient of the phase path at the radar: dI/dp (r + r0 sin e) / r (Fermat).
    """
    if frequency_hz <= 0.0 or tecu <= 0.0 or r <= 0.0:
        return 0.0, 0.0
    e = max(elevation, 0.0)
    r0 = MEAN_RADIUS_M + altitude
    height = math.sqrt(r0 * r0 + r * r + 2.0 * r0 * r * math.sin(e)) - MEAN_RADIUS_M
    top = min(height, TOP_M)
    if top <= BOTTOM_M:
        return 0.0, 0.0
    p = r0 * math.cos(e)
    strength = K_M3_S2 * tecu * TECU / (frequency_hz * frequency_hz * SCALE_M * _SLAB)
    half = 0.5 * (top - BOTTOM_M) / _PANELS
    delay = 0.0
    slope = 0.0
    for panel in range(_PANELS):
        middle = BOTTOM_M + (2 * panel + 1) * half
        for j in range(10):
            h = middle + half * GAUSS_NODES[j]
            z = (h - PEAK_M) / SCALE_M
            w = GAUSS_WEIGHTS[j] * half * strength * math.exp(0.5 * (1.0 - z - math.exp(-z)))
            rr = MEAN_RADIUS_M + h
            root = math.sqrt(rr * rr - p * p)
            delay += w * rr / root
            slope += w * rr * p / (root * root * root)
    return delay, slope * (r + r0 * math.sin(e)) / r


@kernel
def ionosphere_correct(
    measured: float, apparent: float, altitude: float, frequency_hz: float, tecu: float
) -> tuple[float, float, float, float]:
    """Return (range m, elevation rad, sigma range m, sigma elevation rad) freed from the ionosphere.

    The inverse of adding `ionosphere`, by two fixed-point steps; the sigmas are of the content that is not known.
    """
    delay, bend = ionosphere(measured, apparent, altitude, frequency_hz, tecu)
    for _ in range(3):
        delay, bend = ionosphere(measured - delay, apparent - bend, altitude, frequency_hz, tecu)
    return measured - delay, apparent - bend, RESIDUAL * delay, RESIDUAL * bend

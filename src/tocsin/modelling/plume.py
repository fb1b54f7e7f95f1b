"""How bright things are in the infrared bands of a warning satellite, and what the air leaves of it.

No band, sensitivity or plume figure of a real sensor is public. The band taken is one in which the air hides the
ground: about 2.65-2.85 um (water, carbon dioxide). Radiant intensity is in-band, W/sr, at the source; `transmission`
is the air above.
"""

import math

import numpy as np

from tocsin.core.records.inputs import FloatArray

PLUME_W_SR_N = 0.6
"""In-band intensity of an afterburning plume per newton of thrust: 0.1 MW/sr for the 130-kN class, 1 MW/sr for 1.7 MN,
the orders of magnitude of the open literature (Sutton & Biblarz, Rocket Propulsion Elements, ch. 20; Simmons 2000)."""
VACUUM_PART = 0.35
"""What is left where the air is too thin for afterburning and the plume has widened to its vacuum core."""
AFTERBURNING_END_M = 60_000.0
AFTERBURNING_WIDTH_M = 10_000.0

OPTICAL_DEPTH = 6.9
"""In-band zenith optical depth from sea level: one part in a thousand passes."""
ABSORBER_SCALE_M = 3_000.0
"""Scale height of the absorption: between those of water vapour (2 km) and of pressure-broadened CO2 (4 km)."""

FIRE_BAND_PART = 0.045
"""Part of a 1,000-K black body's power between 2.65 and 2.85 um (Planck's integral)."""
FIREBALL_BAND_PART = 0.0047
"""The same at 6,000 K, the temperature by which the radiated energies of fireballs are stated."""


def plume_intensity(thrust_n: FloatArray, height_m: FloatArray) -> FloatArray:
    """Return (n,) in-band intensity (W/sr) at the source of engines of a thrust (N) at a height (m)."""
    burning = 1.0 / (1.0 + np.exp(np.clip((height_m - AFTERBURNING_END_M) / AFTERBURNING_WIDTH_M, -50, 50)))
    return PLUME_W_SR_N * thrust_n * (VACUUM_PART + (1.0 - VACUUM_PART) * burning)


def transmission(height_m: FloatArray, cos_zenith: FloatArray) -> FloatArray:
    """Return (n,) the part that the air above passes, by the cosine of the zenith angle at the source.

    Absorption by saturated lines grows as the square root of the path (Goody & Yung, Atmospheric Radiation, 4.2).
    The path through the curved air is at most 38 zenith paths (Kasten & Young 1989).
    """
    cosine = np.maximum(cos_zenith, 0.0)
    path = 1.0 / (cosine + 0.50572 * (96.07995 - np.degrees(np.arccos(np.minimum(cosine, 1.0)))) ** -1.6364)
    return np.exp(-OPTICAL_DEPTH * np.exp(-np.maximum(height_m, 0.0) / ABSORBER_SCALE_M) * np.sqrt(path))


def fire_intensity(frp_mw: FloatArray) -> FloatArray:
    """Return (n,) in-band intensity (W/sr) at the ground of fires of a radiative power (MW): Lambert's law, 1,000 K."""
    return frp_mw * 1e6 * FIRE_BAND_PART / math.pi

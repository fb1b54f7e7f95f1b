"""How bright things are in the infrared bands of a warning satellite, and what the air leaves of it.

No band, sensitivity or plume figure of a real sensor is public. The band taken is one in which the air hides the
ground: about 2.65-2.85 um (water, carbon dioxide), where the hot water of an exhaust radiates and the cold water of the
air absorbs (Forden, armscontrolwonk 302134, "SBIRS: signal and background"). Radiant intensity is in-band, W/sr, at the
source; `transmission` is the air above. Two things are left out, both small beside what is not public: the trough of a
plume between about 70 and 90 km (ibid.), and the aspect of the vehicle.
"""

import math

import numpy as np

from tocsin.core.records.inputs import FloatArray
from tocsin.world.geodesy import to_geodetic

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

BAND_UM = (2.65, 2.85)
SECOND_RADIATION_UM_K = 14387.77
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


def limb_transmission(positions: FloatArray, satellites: FloatArray) -> FloatArray:
    """Return (n,) the part that the air passes to satellites (n, 3) from targets (n, 3) beyond their tangent point.

    The line goes down to its tangent height and up again: twice the grazing path from there, less the path that would
    lead from the target outward. Heights above a sphere through the target's geodetic ground point.
    """
    line = satellites - positions
    line = line / np.sqrt(np.sum(line**2, axis=1))[:, None]
    along = -np.sum(positions * line, axis=1)
    radius = np.sqrt(np.sum(positions**2, axis=1))
    height = to_geodetic(positions)[2]
    tangent = np.sqrt(np.maximum(radius**2 - along**2, 0.0)) - (radius - height)
    grazing = np.zeros(len(radius))
    there = transmission(tangent, grazing) ** 2 / transmission(height, np.clip(along / radius, 0.0, 1.0))
    return np.where(tangent > 0.0, np.minimum(there, 1.0), 0.0)


def band_part(kelvin: float) -> float:
    """Return the part of a black body's light that lies in the band, by the series of Planck's integral (Widger 1976)."""

    def above(um: float) -> float:
        y = SECOND_RADIATION_UM_K / (um * kelvin)
        n = np.arange(1, 100)
        terms = np.exp(-n * y) / n * (y**3 + 3 * y * y / n + 6 * y / n**2 + 6 / n**3)
        return float(15.0 / math.pi**4 * np.sum(terms))

    return above(BAND_UM[1]) - above(BAND_UM[0])


def fire_intensity(frp_mw: FloatArray) -> FloatArray:
    """Return (n,) in-band intensity (W/sr) at the ground of fires of a radiative power (MW): Lambert's law, 1,000 K."""
    return frp_mw * 1e6 * FIRE_BAND_PART / math.pi

"""The air: density, pressure and speed of sound over height.

US Standard Atmosphere 1976 (NOAA-S/T 76-1562): the seven layers to 86 km by their formulas, above it densities printed in its
tables I and IV, exponential between them, nothing beyond 1,000 km.
"""

import math
from bisect import bisect_right
from typing import NamedTuple

EFFECTIVE_EARTH_RADIUS_M = 6356766.0
GAS_CONSTANT_J_KG_K = 287.053
GRAVITY_OVER_GAS_CONSTANT_K_M = 0.0341632
HEAT_CAPACITY_RATIO = 1.4
TOP_OF_LAYERS_M = 86000.0
TOP_M = 1.0e6
SEA_LEVEL_PRESSURE_PA = 101325.0


class Layer(NamedTuple):
    """A layer of constant temperature gradient, by its base."""

    geopotential_m: float
    temperature_k: float
    gradient_k_m: float
    pressure_pa: float


LAYERS = (
    Layer(0.0, 288.15, -6.5e-3, SEA_LEVEL_PRESSURE_PA),
    Layer(11000.0, 216.65, 0.0, 22632.1),
    Layer(20000.0, 216.65, 1.0e-3, 5474.89),
    Layer(32000.0, 228.65, 2.8e-3, 868.019),
    Layer(47000.0, 270.65, 0.0, 110.906),
    Layer(51000.0, 270.65, -2.8e-3, 66.9389),
    Layer(71000.0, 214.65, -2.0e-3, 3.95642),
)
BASES_M = tuple(layer.geopotential_m for layer in LAYERS)
PRINTED_HEIGHTS_M = tuple(1e3 * h for h in (86, 90, 100, 110, 120, 130, 150, 180, 200, 250, 300, 400, 500, 700, 1000))
PRINTED_DENSITIES_KG_M3 = (
    6.96e-6, 3.42e-6, 5.60e-7, 9.71e-8, 2.22e-8, 8.15e-9, 2.08e-9, 5.19e-10, 2.54e-10, 6.07e-11, 1.92e-11, 2.80e-12,
    5.22e-13, 3.07e-14, 3.56e-15,
)  # fmt: skip
LOG_DENSITIES = tuple(math.log(density) for density in PRINTED_DENSITIES_KG_M3)
SOUND_ALOFT_M_S = 290.0
"""Above the layers, where no drag depends on it."""


class Air(NamedTuple):
    """The air at a height."""

    density_kg_m3: float
    pressure_pa: float
    sound_m_s: float


def air_at(height_m: float) -> Air:
    """Return the air at a geometric height, m; below the ground that of the ground."""
    height = max(height_m, 0.0)
    if height >= TOP_OF_LAYERS_M:
        return _thin_air(height)
    geopotential = EFFECTIVE_EARTH_RADIUS_M * height / (EFFECTIVE_EARTH_RADIUS_M + height)
    layer = LAYERS[bisect_right(BASES_M, geopotential) - 1]
    above = geopotential - layer.geopotential_m
    temperature = layer.temperature_k + layer.gradient_k_m * above
    if layer.gradient_k_m:
        power = -GRAVITY_OVER_GAS_CONSTANT_K_M / layer.gradient_k_m
        pressure = layer.pressure_pa * (temperature / layer.temperature_k) ** power
    else:
        pressure = layer.pressure_pa * math.exp(-GRAVITY_OVER_GAS_CONSTANT_K_M * above / layer.temperature_k)
    sound = math.sqrt(HEAT_CAPACITY_RATIO * GAS_CONSTANT_J_KG_K * temperature)
    return Air(pressure / (GAS_CONSTANT_J_KG_K * temperature), pressure, sound)


def _thin_air(height_m: float) -> Air:
    """Return the air from 86 km up: density between printed values, no pressure to speak of."""
    if height_m > TOP_M:
        return Air(0.0, 0.0, SOUND_ALOFT_M_S)
    k = min(bisect_right(PRINTED_HEIGHTS_M, height_m), len(PRINTED_HEIGHTS_M) - 1)
    low, high = PRINTED_HEIGHTS_M[k - 1], PRINTED_HEIGHTS_M[k]
    part = (height_m - low) / (high - low)
    return Air(math.exp(LOG_DENSITIES[k - 1] + part * (LOG_DENSITIES[k] - LOG_DENSITIES[k - 1])), 0.0, SOUND_ALOFT_M_S)

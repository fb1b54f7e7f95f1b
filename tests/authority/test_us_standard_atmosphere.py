"""Printed values of U.S. Standard Atmosphere 1976 (NOAA-S/T 76-1562, table I, geometric altitude)."""

import pytest

from tocsin.world.atmosphere import density_kg_m3, speed_of_sound_m_s
from tocsin.world.atmosphere_kernels import pressure

# height m, density kg/m3, pressure mb
LOWER = (
    (0, 1.2250, 1.01325e3), (1000, 1.1117, 8.9876e2), (5000, 7.3643e-1, 5.4048e2), (11000, 3.6480e-1, 2.2699e2),
    (15000, 1.9476e-1, 1.2111e2), (20000, 8.8910e-2, 5.5293e1), (25000, 4.0084e-2, 2.5492e1),
    (32000, 1.3555e-2, 8.8906e0), (40000, 3.9957e-3, 2.8714e0), (47400, 1.4187e-3, 1.1022e0),
    (55000, 5.6810e-4, 4.2525e-1), (60000, 3.0968e-4, 2.1958e-1), (70000, 8.2829e-5, 5.2209e-2),
    (75000, 3.9921e-5, 2.3881e-2), (80000, 1.8458e-5, 1.0524e-2), (85000, 8.2196e-6, 4.4568e-3),
)  # fmt: skip
UPPER = (
    (86000, 6.958e-6), (88000, 4.875e-6), (90000, 3.416e-6), (95000, 1.393e-6), (100000, 5.604e-7),
    (106000, 1.954e-7), (110000, 9.708e-8), (114000, 4.975e-8), (120000, 2.222e-8), (126000, 1.171e-8),
    (130000, 8.152e-9), (140000, 3.831e-9), (150000, 2.076e-9), (155000, 1.585e-9), (165000, 9.750e-10),
    (180000, 5.194e-10), (195000, 3.006e-10), (200000, 2.541e-10), (225000, 1.184e-10), (250000, 6.073e-11),
    (275000, 3.329e-11), (300000, 1.916e-11), (340000, 8.503e-12), (380000, 4.013e-12), (400000, 2.803e-12),
    (460000, 1.002e-12), (500000, 5.215e-13), (550000, 2.384e-13), (600000, 1.137e-13), (675000, 4.148e-14),
    (700000, 3.070e-14), (775000, 1.410e-14), (800000, 1.136e-14), (875000, 6.664e-15), (900000, 5.759e-15),
    (1000000, 3.561e-15),
)  # fmt: skip


@pytest.mark.parametrize(("height", "density", "pressure_mb"), LOWER)
def test_lower_values_agree_to_a_unit_of_the_last_printed_digit(height, density, pressure_mb):
    assert density_kg_m3(height) == pytest.approx(density, rel=1e-4)
    assert pressure(float(height)) == pytest.approx(100.0 * pressure_mb, rel=1e-4)


@pytest.mark.parametrize(("height", "density"), UPPER)
def test_upper_densities_agree_to_a_unit_of_the_last_printed_digit(height, density):
    assert density_kg_m3(height) == pytest.approx(density, rel=6e-4)


@pytest.mark.parametrize(("height", "sound"), [(0, 340.29), (11019, 295.07), (50000, 329.80), (80000, 282.54)])
def test_speed_of_sound(height, sound):
    assert speed_of_sound_m_s(height) == pytest.approx(sound, abs=0.01)

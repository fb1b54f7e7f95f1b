"""Physical constants with their sources. SI units; angles in radians."""

import math

# WGS-84, NIMA TR8350.2 (3rd ed.)
WGS84_A_M = 6378137.0
WGS84_F = 1.0 / 298.257223563
WGS84_B_M = WGS84_A_M * (1.0 - WGS84_F)
WGS84_E2 = WGS84_F * (2.0 - WGS84_F)
MU_M3_S2 = 3.986004418e14
EARTH_RATE_RAD_S = 7.292115e-5

# Zonal harmonics, EGM96 un-normalised (Vallado 2013, table D-1)
J2 = 1.08262668e-3
J3 = -2.53265649e-6
J4 = -1.61962159e-6
GRAVITY_RADIUS_M = 6378136.3

SPEED_OF_LIGHT_M_S = 299792458.0
G0_M_S2 = 9.80665
NS = 1_000_000_000
DEG = math.pi / 180.0

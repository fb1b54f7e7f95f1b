"""The forces of free flight in the Earth-fixed frame: gravity of a turning Earth, and drag. SI units."""

import math

from tocsin.core.constants import WGS84_A_M, WGS84_E2
from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import density
from tocsin.world.gravity_kernels import acceleration_free

_EP2 = WGS84_E2 / (1.0 - WGS84_E2)


@kernel
def ellipsoid_radius(sin2_lat: float) -> float:
    """Return the distance (m) of the ellipsoid from its centre under sin^2 of geocentric latitude, by series: 0.1 mm."""
    q = _EP2 * sin2_lat
    return WGS84_A_M * (1.0 - q * (0.5 - q * (0.375 - q * (0.3125 - q * 0.2734375))))


@kernel
def fast_height(x: float, y: float, z: float) -> float:
    """Return the height (m) above the ellipsoid by series: 0.1 mm at the ground, 6 mm at 120 km, 4 cm at 1,000 km."""
    r = math.sqrt(x * x + y * y + z * z)
    ir = 1.0 / r
    s = z * ir
    s2 = s * s
    radius = ellipsoid_radius(s2)
    return (r - radius) * (1.0 - 0.5 * WGS84_E2 * WGS84_E2 * s2 * (1.0 - s2) * radius * ir)


@kernel
def climb_rate(x: float, y: float, z: float, vx: float, vy: float, vz: float) -> float:
    """Return the rate of height (m/s) over the ellipsoid, within 1e-4 of the speed below 1,000 km."""
    r = math.sqrt(x * x + y * y + z * z)
    zn = z * (1.0 + _EP2 * WGS84_A_M / r)
    return (x * vx + y * vy + zn * vz) / math.sqrt(x * x + y * y + zn * zn)


@kernel
def acceleration_flight(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, drag: float
) -> tuple[float, float, float]:
    """Return the Earth-fixed acceleration (m/s2) in free flight; drag = 1 / (2 beta) in m2/kg, 0 = none."""
    ax, ay, az = acceleration_free(x, y, z, vx, vy, vz)
    if drag > 0.0:
        d = drag * density(fast_height(x, y, z)) * math.sqrt(vx * vx + vy * vy + vz * vz)
        ax -= d * vx
        ay -= d * vy
        az -= d * vz
    return ax, ay, az

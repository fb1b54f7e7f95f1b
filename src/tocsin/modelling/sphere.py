"""Flight over a sphere that does not turn, without air, pushed once at the ground: closed forms to hold others against.

Radius 6,371 km. With q = v^2 R / mu, half the range angle f and the path angle g, an arc from ground to ground obeys
tan(f) = q sin g cos g / (1 - q cos^2 g); of all arcs over one range the one of least speed has
q = 2 sin f / (1 + sin f) and g = 45 deg - f / 2 (Wheelon 1959, ARS Journal 29, 915-926).
"""

import math
from dataclasses import dataclass

from tocsin.core.constants import MU_M3_S2

__all__: list[str] = []

RADIUS_M = 6.371e6


@dataclass(frozen=True)
class SphereArc:
    """Speed (m/s) and path angle (rad) at the ground, greatest height (m), time from ground to ground (s)."""

    speed_m_s: float
    angle: float
    apogee_m: float
    time_s: float


def least_energy(range_m: float) -> SphereArc:
    """Return the arc of least speed over a range (m, along the ground, less than half the globe)."""
    half = 0.5 * range_m / RADIUS_M
    q = 2.0 * math.sin(half) / (1.0 + math.sin(half))
    angle = 0.25 * math.pi - 0.5 * half
    eccentricity = math.sqrt(1.0 - q * (2.0 - q) * math.cos(angle) ** 2)
    apogee = RADIUS_M * ((1.0 + eccentricity) / (2.0 - q) - 1.0)
    return SphereArc(math.sqrt(q * MU_M3_S2 / RADIUS_M), angle, apogee, kepler_time(range_m, apogee))


def arc_at(range_m: float, angle: float) -> SphereArc:
    """Return the arc over a range (m) that leaves the ground at a path angle (rad, above the horizon)."""
    t = math.tan(0.5 * range_m / RADIUS_M)
    c, s = math.cos(angle), math.sin(angle)
    q = t / (c * (s + t * c))
    eccentricity = math.sqrt(1.0 - q * (2.0 - q) * c * c)
    apogee = RADIUS_M * ((1.0 + eccentricity) / (2.0 - q) - 1.0)
    return SphereArc(math.sqrt(q * MU_M3_S2 / RADIUS_M), angle, apogee, kepler_time(range_m, apogee))


def kepler_time(range_m: float, apogee_m: float) -> float:
    """Return the time (s) from ground to ground of the arc with a range and an apogee (m), by Kepler's equation."""
    half = 0.5 * range_m / RADIUS_M
    far = RADIUS_M + apogee_m
    # r = p / (1 + e cos f), with f = pi - half at the ground and f = pi at the apogee
    e = apogee_m / (far - RADIUS_M * math.cos(half))
    a = far / (1.0 + e)
    to_perigee = 2.0 * math.atan2(
        math.sqrt(1.0 - e) * math.sin(0.5 * (math.pi - half)), math.sqrt(1.0 + e) * math.cos(0.5 * (math.pi - half))
    )
    return 2.0 * (math.pi - to_perigee + e * math.sin(to_perigee)) * math.sqrt(a**3 / MU_M3_S2)

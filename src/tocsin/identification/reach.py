"""How far the energy of an arc reaches, whatever its range, and how high the arc of least energy goes."""

import math

EARTH_RADIUS_M = 6.371e6


def reach(range_m: float, apogee_m: float) -> float:
    """Return the longest range (m) that the energy of an arc gives: that of the arc of least energy (Wheelon 1959).

    On a sphere that does not turn: half axis a of the ellipse through both ends and the apogee, q = v^2 R / mu = 2 - R / a at
    the ground, and sin(f / 2) = q / (2 - q) of the greatest range angle f. What is lofted or pressed down reaches farther.
    """
    half, far = 0.5 * range_m / EARTH_RADIUS_M, EARTH_RADIUS_M + apogee_m
    if half >= 0.5 * math.pi:
        return range_m
    # r = p / (1 + e cos f), with f = pi - half at the ground and f = pi at the apogee
    e = apogee_m / (far - EARTH_RADIUS_M * math.cos(half))
    q = 2.0 - EARTH_RADIUS_M * (1.0 + e) / far
    return max(range_m, 2.0 * EARTH_RADIUS_M * math.asin(min(q / (2.0 - q), 1.0)))


def least_apogee(range_m: float) -> float:
    """Return the apogee (m) of the arc of least energy to a range (m; Wheelon 1959), on a sphere that does not turn.

    Its ellipse has q = 2 sin(f / 2) / (1 + sin(f / 2)) at an elevation of 45 deg - f / 4.
    """
    half = 0.5 * min(range_m / EARTH_RADIUS_M, math.pi)
    q = 2.0 * math.sin(half) / (1.0 + math.sin(half))
    e = math.sqrt(max(1.0 - q * (2.0 - q) * math.cos(0.25 * math.pi - 0.5 * half) ** 2, 0.0))
    return EARTH_RADIUS_M * ((1.0 + e) / (2.0 - q) - 1.0)

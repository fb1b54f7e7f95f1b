"""How far the energy of an arc reaches, whatever its range."""

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

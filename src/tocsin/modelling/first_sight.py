"""When a radar first sees a ballistic flight of least energy, and what warning that leaves; on a sphere in vacuum.

For judging places of radars before anything is simulated: no boost, no turning Earth, no air. The flight is the
ellipse of least energy between two points of a sphere (Wheelon 1959): with f the angle between them,
Q = v^2 R / mu = 2 sin(f/2) / (1 + sin(f/2)) at 45 deg - f/4. Sight is that of `sensing`, with a field of all azimuths
from the lowest elevation up.
"""

import math
from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import MU_M3_S2
from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.horizon import RADIUS_M
from tocsin.sensing.visibility_kernels import radar_sees_batch

_POINTS = 8001


@dataclass(frozen=True)
class Sight:
    """Of one flight and one radar: seconds from launch to first sight, and from there to impact; NaN = never seen."""

    seen_s: float
    left_s: float


def least_energy_flight(range_m: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return seconds (n,), ground angle (n,) from the launch place, rad, and height (n,), m, of a flight of a range."""
    f = range_m / RADIUS_M
    half = math.sin(0.5 * f)
    q = 2.0 * half / (1.0 + half)
    angle = 0.25 * (math.pi - f)
    a = RADIUS_M / (2.0 - q)
    e = math.sqrt(1.0 - q * (2.0 - q) * math.cos(angle) ** 2)
    start = math.acos((1.0 - RADIUS_M / a) / e)
    anomaly = np.linspace(start, 2.0 * math.pi - start, _POINTS)
    seconds = math.sqrt(a**3 / MU_M3_S2) * (anomaly - e * np.sin(anomaly))
    true = 2.0 * np.arctan2(math.sqrt(1.0 + e) * np.sin(anomaly / 2), math.sqrt(1.0 - e) * np.cos(anomaly / 2))
    return seconds - seconds[0], true - true[0], a * (1.0 - e * np.cos(anomaly)) - RADIUS_M


def first_sight(range_m: float, forward_m: float, elevation_min: float) -> Sight:
    """Return when a radar that stands `forward_m` before the impact point, on the ground track, sees a flight."""
    seconds, along, height = least_energy_flight(range_m)
    place = (range_m - forward_m) / RADIUS_M
    r = RADIUS_M + height
    points = np.column_stack([r * np.cos(along - place), r * np.sin(along - place), np.zeros(_POINTS)])
    # the radar on the x axis: east is z, north is y (along the track), up is x
    rot = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    field = np.array([[0.0, 2.0 * math.pi, elevation_min, 0.5 * math.pi, 0.0, 1e8, math.nan, math.nan]])
    seen = np.flatnonzero(radar_sees_batch(points, np.array([RADIUS_M, 0.0, 0.0]), rot, field) >= 0)
    if not len(seen):
        return Sight(math.nan, math.nan)
    return Sight(float(seconds[seen[0]]), float(seconds[-1] - seconds[seen[0]]))

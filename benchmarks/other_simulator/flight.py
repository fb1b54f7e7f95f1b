"""Free flight: fall through vacuum and air to the ground, and Kepler's arc as a quick answer to where it ends."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from .air import TOP_M, air_at
from .earth import GM_M3_S2, J2, FloatArray, acceleration, geodetic_from_ecef, height_m, inertial

Derivative = Callable[[float, Sequence[float]], list[float]]
States = Callable[[float | FloatArray], FloatArray]
"""Times, s, to Earth-fixed states, m and m/s: (6,) of one time, (6, n) of (n,)."""
SPHERE_M = 6371e3


class Place(NamedTuple):
    """When and where on the ground."""

    seconds: float
    latitude_deg: float
    longitude_deg: float


class Fall(NamedTuple):
    """A free flight: its states from start to end, the states at the integrator's steps (n, 6), and where it met the ground."""

    start_s: float
    end_s: float
    states: States
    steps: FloatArray
    impact: Place | None

    def apogee_m(self) -> float:
        """Return the greatest height at the integrator's steps, m."""
        return float(geodetic_from_ecef(self.steps[:, :3])[2].max())


class Trajectory:
    """Earth-fixed states over time, in pieces that follow one another."""

    def __init__(self) -> None:
        self.pieces: list[tuple[float, float, States]] = []

    def add(self, start_s: float, end_s: float, states: States) -> None:
        """Add a piece; where pieces touch, the later one counts."""
        self.pieces.append((start_s, end_s, states))

    def states(self, seconds: ArrayLike) -> FloatArray:
        """Return states (n, 6) at times (n,); not a number outside all pieces."""
        seconds = np.atleast_1d(np.asarray(seconds, float))
        out = np.full((len(seconds), 6), np.nan)
        for start_s, end_s, states in self.pieces:
            inside = (seconds >= start_s) & (seconds <= end_s)
            if inside.any():
                out[inside] = states(seconds[inside]).T
        return out


def falling(ballistic_coefficient_kg_m2: float | None, j2: float = J2) -> Derivative:
    """Return the derivative of a state in free flight; without a ballistic coefficient (m / Cd A) the air does nothing."""
    per_coefficient = 1.0 / ballistic_coefficient_kg_m2 if ballistic_coefficient_kg_m2 else 0.0

    def derivative(_seconds: float, state: Sequence[float]) -> list[float]:
        x, y, z, vx, vy, vz = state
        ax, ay, az = acceleration(x, y, z, vx, vy, j2)
        if per_coefficient:
            height = height_m(x, y, z)
            if height < TOP_M:
                speed = math.sqrt(vx * vx + vy * vy + vz * vz)
                drag = 0.5 * air_at(height).density_kg_m3 * speed * per_coefficient
                ax, ay, az = ax - drag * vx, ay - drag * vy, az - drag * vz
        return [vx, vy, vz, ax, ay, az]

    return derivative


def _above_ground(_seconds: float, state: Sequence[float]) -> float:
    return height_m(state[0], state[1], state[2])


_above_ground.terminal = True  # type: ignore[attr-defined]
_above_ground.direction = -1  # type: ignore[attr-defined]


def fall(
    start_s: float,
    state: ArrayLike,
    ballistic_coefficient_kg_m2: float | None,
    until_s: float,
    j2: float = J2,
) -> Fall:
    """Return the free flight of a state (6,) to the ground or to `until_s`, by DOP853 to 1e-10."""
    found = solve_ivp(
        falling(ballistic_coefficient_kg_m2, j2),
        (start_s, until_s),
        np.asarray(state, float),
        method="DOP853",
        rtol=1e-10,
        atol=1e-4,
        dense_output=True,
        events=_above_ground,
    )
    impact = None
    if len(found.t_events[0]):
        latitude, longitude, _ = geodetic_from_ecef(found.y[:3, -1])
        impact = Place(float(found.t_events[0][0]), float(latitude), float(longitude))
    return Fall(start_s, impact.seconds if impact else float(found.t[-1]), found.sol, found.y.T, impact)


def coast(
    start_s: float, state: ArrayLike, ballistic_coefficient_kg_m2: float | None, end_s: float, rtol: float = 1e-10
) -> tuple[States, FloatArray]:
    """Return the states of free flight from one time to another, which may lie before it, and the last one; no ground."""
    found = solve_ivp(
        falling(ballistic_coefficient_kg_m2),
        (start_s, end_s),
        np.asarray(state, float),
        method="DOP853",
        rtol=rtol,
        atol=1e-3,
        dense_output=True,
    )
    return found.sol, found.y[:, -1]


class Arc(NamedTuple):
    """Kepler's arc from a state down to a sphere."""

    angle_rad: float
    apogee_m: float
    climb_rad: float
    """Angle of the velocity above the horizontal at the start."""


def kepler_arc(state: ArrayLike, radius_m: float = SPHERE_M) -> Arc | None:
    """Return the arc of an Earth-fixed state (6,) in a central field without air, none when it never comes down.

    Conic sections as in Bate, Mueller and White, Fundamentals of Astrodynamics, ch. 1 and 6; the angle in a frame that does not
    turn.
    """
    position, velocity = inertial(state)
    r, speed2 = float(np.linalg.norm(position)), float(velocity @ velocity)
    energy = speed2 / 2.0 - GM_M3_S2 / r
    if energy >= 0.0:
        return None
    semi_major = -GM_M3_S2 / (2.0 * energy)
    parameter = float(np.linalg.norm(np.cross(position, velocity))) ** 2 / GM_M3_S2
    eccentricity = math.sqrt(max(0.0, 1.0 - parameter / semi_major))
    if semi_major * (1.0 - eccentricity) > radius_m:
        return None
    outward = float(position @ velocity)
    anomaly = math.acos(max(-1.0, min(1.0, (parameter / r - 1.0) / eccentricity)))
    if outward <= 0.0:
        anomaly = 2.0 * math.pi - anomaly
    down = 2.0 * math.pi - math.acos(max(-1.0, min(1.0, (parameter / radius_m - 1.0) / eccentricity)))
    climb = math.asin(outward / r / math.sqrt(speed2))
    return Arc(down - anomaly, semi_major * (1.0 + eccentricity) - radius_m, climb)

"""Draws of launchers to low orbit: three stages, of which the upper two pitch over evenly in time until they move level.

Even pitch over time stands for the linear tangent law of ascents to orbit (Bryson and Ho, Applied Optimal Control, sec. 2.7).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import fsolve

from .boosters import Ascent, Design, Stage, Steering, Tilt, ascend, stacked
from .earth import EQUATORIAL_RADIUS_M, GM_M3_S2, FloatArray, inertial
from .flight import Place
from .objects import PLUME_W_SR_N, Body, Payload, Rng, boosted_bodies
from .vehicles import DrawError

ATTEMPTS = 40
LAST = 2
TILTING_S = 10.0
MEAN_BELOW_EQUATOR_M = 8e3
"""How much less the Earth's radius is in the mean over the orbits' latitudes than at the equator."""
FELL_BACK = [9.0, 9.0]


class Launched(NamedTuple):
    """A launcher with its spent stages, the payload first; where it went, how long it burned."""

    bodies: list[Body]
    azimuth_deg: float
    burn_s: float


class _Ascending(NamedTuple):
    """What of an ascent to orbit is drawn, before its pitch is found."""

    stages: tuple[Stage, ...]
    launch: Place
    azimuth_deg: float
    tilt: Tilt
    radius_m: float

    def flown(self, pitch: Sequence[float], cut_s: float | None = None) -> Ascent | None:
        """Return the ascent by a pitch at first and its fall until the end, rad."""
        return ascend(
            self.stages, self.launch, self.azimuth_deg, self.tilt, cut_s=cut_s, steering=self.steering(*pitch)
        )

    def steering(self, first_rad: float, lost_rad: float) -> Steering:
        """Return the direction of thrust of the upper stages: a climb above the horizontal that falls evenly."""
        begins_s = self.launch.seconds + self.stages[0].burn_s
        lasts_s = sum(stage.burn_s + stage.delay_s for stage in self.stages[1:])

        def direction(seconds: float, state: Sequence[float]) -> FloatArray:
            position, velocity = inertial(state)
            up = position / np.linalg.norm(position)
            level = velocity - up * (velocity @ up)
            climb = first_rad - lost_rad * (seconds - begins_s) / lasts_s
            return up * math.sin(climb) + level / np.linalg.norm(level) * math.cos(climb)

        return direction

    def cut(self, ascent: Ascent) -> tuple[FloatArray, float, float]:
        """Return state (6,), seconds of the last stage's burn and energy, m2/s2, where that of the orbit is reached.

        When it never is: those of the end.
        """
        burns = ascent.burns(LAST)
        for seconds in np.linspace(burns[0].start_s, burns[-1].end_s, 60):
            state = ascent.state_at(seconds)
            position, velocity = inertial(state)
            energy = float(velocity @ velocity) / 2.0 - GM_M3_S2 / float(np.linalg.norm(position))
            if energy >= -GM_M3_S2 / (2.0 * self.radius_m):
                break
        return state, float(seconds - burns[0].start_s), energy

    def misses(self, pitch: Sequence[float]) -> list[float]:
        """Return by how much the orbit is missed: radius, 100 km, and radial speed, km/s."""
        ascent = self.flown(pitch)
        if ascent is None:
            return FELL_BACK
        position, velocity = inertial(self.cut(ascent)[0])
        radius = float(np.linalg.norm(position))
        return [(radius - self.radius_m) / 1e5, float(position @ velocity) / radius / 1e3]


def draw_launcher(rng: Rng, launch: Place, name: str) -> Launched:
    """Return a launcher from a place in any direction, to an orbit of 220 to 450 km."""
    for _ in range(ATTEMPTS):
        stages = _drawn_stages(rng)
        if stages is None:
            continue
        azimuth_deg = rng.uniform(0, 360)
        angle_rad, vertical_s = math.radians(rng.uniform(2.2, 3.6)), rng.uniform(18, 22)
        radius_m = EQUATORIAL_RADIUS_M + rng.uniform(220e3, 450e3) - MEAN_BELOW_EQUATOR_M
        ascending = _Ascending(stages, launch, azimuth_deg, Tilt(angle_rad, vertical_s, TILTING_S), radius_m)
        ascent = _into_orbit(ascending)
        if ascent is None:
            continue
        payload = Payload(300.0, rng.uniform(3, 10), PLUME_W_SR_N * rng.lognormal(0.0, 0.4))
        bodies, flight = boosted_bodies(rng, name, "space_launch", ascent, launch, payload, launch.seconds + 2400.0)
        if flight.impact is None:
            return Launched(bodies, azimuth_deg, ascent.end_s - launch.seconds)
    raise DrawError("no launcher")


def _drawn_stages(rng: Rng) -> tuple[Stage, ...] | None:
    first_m_s, second_m_s = rng.uniform(2900, 3300), rng.uniform(3400, 4000)
    third_m_s = rng.uniform(9700, 10200) - first_m_s - second_m_s
    payload_kg = rng.uniform(1500, 8000)
    impulses_s = rng.uniform(275, 300), rng.uniform(310, 345), rng.uniform(310, 350)
    thrusts = rng.uniform(1.25, 1.5), rng.uniform(0.85, 1.1), rng.uniform(0.5, 0.9)
    delays_s = 0.0, 2.0, float(rng.choice([3.0, 8.0]))
    columns = ((first_m_s, second_m_s, third_m_s), impulses_s, (0.07, 0.09, 0.12), thrusts, (0.0,) * 3, delays_s)
    return stacked(payload_kg, [Design(*row) for row in zip(*columns, strict=True)])


def _into_orbit(ascending: _Ascending) -> Ascent | None:
    """Return the ascent with the pitch that ends level at the orbit's radius and energy, none when there is none."""
    pitch, info, status, _ = fsolve(ascending.misses, [0.5, 0.6], full_output=True, epsfcn=1e-5, maxfev=40, xtol=1e-4)
    if status != 1 and np.abs(info["fvec"]).max() > 0.3:
        return None
    whole = ascending.flown(pitch)
    if whole is None:
        return None
    _, cut_s, energy = ascending.cut(whole)
    if energy < -GM_M3_S2 / (2.0 * (ascending.radius_m - 40e3)):
        return None
    return ascending.flown(pitch, cut_s=cut_s)

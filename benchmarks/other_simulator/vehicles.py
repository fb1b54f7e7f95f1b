"""Draws of what rises and comes down: ballistic missiles of three reaches and three profiles, sounding rockets.

Generic vehicles: ranges of velocity, specific impulse and thrust to weight as textbooks give them for storable and solid
propellants (Sutton, Rocket Propulsion Elements); none stands for a real one.
"""

import math
from typing import NamedTuple

import numpy as np

from .boosters import Ascent, Design, Stage, Tilt, ascend, stacked
from .earth import GM_M3_S2, FloatArray, geodetic_from_ecef, great_circle_km, height_m
from .flight import SPHERE_M, Place, kepler_arc
from .objects import PLUME_W_SR_N, Body, Payload, Rng, boosted_bodies

SPHERE_KM = SPHERE_M / 1e3
REACHES = ("short", "intermediate", "intercontinental")
PROFILES = ("normal", "lofted", "depressed")
TILTS_DEG = (1.5, 3.0, 5.0, 7.0, 9.0, 12.0, 15.0, 19.0, 24.0, 30.0)
CUTS = np.linspace(0.35, 1.0, 40)
"""Parts of the last stage's burn after which it may be cut."""
MOST_OFF_RAD = math.radians(5.0)
"""A climb at burnout may differ so much from the one drawn."""
ATTEMPTS = 60


class DrawError(Exception):
    """No draw in many had what was asked."""


class Recipe(NamedTuple):
    """How a missile flew, so that others can fly beside it."""

    stages: tuple[Stage, ...]
    tilt: Tilt
    azimuth_deg: float
    cut_s: float


class Missile(NamedTuple):
    """A missile with all its pieces, the payload first."""

    bodies: list[Body]
    launch: Place
    impact: Place
    range_km: float
    burnout_s: float
    recipe: Recipe

    @property
    def name(self) -> str:
        """The name of the payload."""
        return self.bodies[0].name


def draw_missile(rng: Rng, reach: str, profile: str, start_s: float, name: str) -> Missile:
    """Return a missile launched at `start_s` from a place between 40 degrees south and 62 north, in any direction."""
    for _ in range(ATTEMPTS):
        range_km = _drawn_range_km(rng, reach, profile)
        stages = _drawn_stages(rng, reach, profile, range_km)
        if stages is None:
            continue
        launch = Place(start_s, rng.uniform(-40, 62), rng.uniform(-180, 180))
        azimuth_deg = rng.uniform(0, 360)
        vertical_s, tilting_s = rng.uniform(4, 9), rng.uniform(4, 10)
        climb_rad = _drawn_climb_rad(rng, profile, range_km)
        recipe = _aimed(stages, launch, azimuth_deg, (vertical_s, tilting_s), range_km, climb_rad)
        missile = recipe and launched(rng, recipe, launch, name, flicker=0.4)
        if missile and _plausible(missile):
            return missile
    raise DrawError(f"no missile of {reach} range, {profile}")


def _drawn_range_km(rng: Rng, reach: str, profile: str) -> float:
    if reach == "short":
        range_km = rng.uniform(300, 950)
    elif reach == "intermediate":
        range_km = math.exp(rng.uniform(math.log(1050), math.log(5200)))
    else:
        range_km = rng.uniform(5800, 11800)
    if profile == "normal":
        return range_km
    return range_km * (rng.uniform(0.6, 0.95) if reach == "intercontinental" else rng.uniform(0.55, 0.9))


def _drawn_stages(rng: Rng, reach: str, profile: str, range_km: float) -> tuple[Stage, ...] | None:
    """Return stages that reach so far: the speed of least energy for the range, and what air and gravity take."""
    fewest, most = {"short": (1, 1), "intermediate": (1, 2), "intercontinental": (2, 3)}[reach]
    number = int(rng.integers(fewest, most + 1))
    half = math.sin(min(range_km * 1.15 / SPHERE_KM, 3.0) / 2.0)
    least_m_s = math.sqrt(GM_M3_S2 / SPHERE_M * 2.0 * half / (1.0 + half))
    velocity_m_s = least_m_s * 1.15 + rng.uniform(900, 1500)
    if profile != "normal":
        velocity_m_s = (velocity_m_s + 400.0) * 1.12
    shares = rng.dirichlet([20.0] * number)
    solid = rng.random() < 0.5
    payload_kg = rng.uniform(300, 1200)
    impulses_s = rng.uniform(225, 270, number) if reach == "short" else rng.uniform(250, 300, number)
    structures = rng.uniform(0.07, 0.13, number)
    thrusts = [rng.uniform(1.5, 2.4), *rng.uniform(1.6, 3.5, number - 1)]
    slopes = [rng.uniform(0.2, 0.4) if solid else 0.0 for _ in range(number)]
    delays_s = [0.0] + [float(rng.choice([0.0, 1.0, 2.5])) for _ in range(number - 1)]
    columns = (shares * velocity_m_s, impulses_s, structures, thrusts, slopes, delays_s)
    return stacked(payload_kg, [Design(*map(float, row)) for row in zip(*columns, strict=True)])


def _drawn_climb_rad(rng: Rng, profile: str, range_km: float) -> float:
    """Return the climb at burnout: that of least energy over the range, (pi - angle) / 4, higher or lower by profile."""
    least_energy_rad = (math.pi - range_km / SPHERE_KM) / 4.0
    if profile == "lofted":
        off_deg = rng.uniform(9, 22)
    elif profile == "depressed":
        off_deg = -rng.uniform(7, 13)
    else:
        off_deg = rng.uniform(-4, 4)
    return least_energy_rad + math.radians(off_deg)


def _aimed(
    stages: tuple[Stage, ...],
    launch: Place,
    azimuth_deg: float,
    tilting: tuple[float, float],
    range_km: float,
    climb_rad: float,
) -> Recipe | None:
    """Return the tilt and the cut that reach the range with a climb next to the one drawn, none within 5 degrees of it."""
    best: tuple[float, Recipe] | None = None
    for angle_deg in TILTS_DEG:
        tilt = Tilt(math.radians(angle_deg), *tilting)
        ascent = ascend(stages, launch, azimuth_deg, tilt)
        found = ascent and _first_cut(ascent, launch, range_km)
        if found:
            off_rad = abs(found[1] - climb_rad)
            if best is None or off_rad < best[0]:
                best = off_rad, Recipe(stages, tilt, azimuth_deg, found[0])
    return best[1] if best and best[0] <= MOST_OFF_RAD else None


def _first_cut(ascent: Ascent, launch: Place, range_km: float) -> tuple[float, float] | None:
    """Return the first cut of the last stage, s, from which Kepler's arc reaches the range, and the climb there."""
    last = len(ascent.stages) - 1
    for cut_s in CUTS * ascent.stages[last].burn_s:
        state = ascent.state_at(ascent.ignition_s(last) + cut_s)
        arc = kepler_arc(state)
        if arc is None:
            return None
        if arc.angle_rad * SPHERE_KM + _gone_km(launch, state) >= range_km:
            return float(cut_s), arc.climb_rad
    return None


def launched(rng: Rng, recipe: Recipe, launch: Place, name: str, flicker: float) -> Missile | None:
    """Return the missile that flies by a recipe from a place, none when it falls back or never falls."""
    ascent = ascend(recipe.stages, launch, recipe.azimuth_deg, recipe.tilt, cut_s=recipe.cut_s)
    if ascent is None or (ascent.end_s - launch.seconds < 45.0) or height_m(*ascent.state[:3]) < 30e3:
        return None
    payload = Payload(
        ballistic_coefficient_kg_m2=math.exp(rng.uniform(math.log(2000), math.log(12000))),
        radar_dbsm=rng.uniform(-17, -3),
        plume_w_sr_n=PLUME_W_SR_N * rng.lognormal(0.0, flicker),
    )
    bodies, flight = boosted_bodies(rng, name, "missile", ascent, launch, payload, launch.seconds + 5400.0)
    if flight.impact is None:
        return None
    fell = flight.impact
    range_km = great_circle_km(launch.latitude_deg, launch.longitude_deg, fell.latitude_deg, fell.longitude_deg)
    return Missile(bodies, launch, fell, float(range_km), ascent.end_s, recipe)


def _plausible(missile: Missile) -> bool:
    return 280.0 < missile.range_km < 12500.0 and abs(missile.impact.latitude_deg) <= 80.0


def _gone_km(launch: Place, state: FloatArray) -> float:
    """Return the way over ground from the launch place to below a state, on the sphere."""
    latitude, longitude, _ = geodetic_from_ecef(state[:3])
    return float(great_circle_km(launch.latitude_deg, launch.longitude_deg, latitude, longitude))


def draw_sounding_rocket(rng: Rng, launch: Place, name: str) -> tuple[list[Body], Place]:
    """Return a sounding rocket, payload first, that climbs to between 140 and 900 km and falls within 800, and where."""
    for _ in range(ATTEMPTS):
        number = int(rng.integers(1, 3))
        apogee_m = rng.uniform(150e3, 800e3)
        velocity_m_s = math.sqrt(2.0 * 9.2 * apogee_m) + rng.uniform(500, 1000)
        payload_kg = rng.uniform(150, 500)
        columns = (
            rng.dirichlet([15.0] * number) * velocity_m_s,
            rng.uniform(220, 260, number),
            rng.uniform(0.12, 0.2, number),
            rng.uniform(4, 9, number),
            [0.2] * number,
            [0.0] + [rng.uniform(3, 12)] * (number - 1),
        )
        stages = stacked(payload_kg, [Design(*map(float, row)) for row in zip(*columns, strict=True)])
        if stages is None:
            continue
        tilt = Tilt(math.radians(90.0 - rng.uniform(80, 87)), 0.3, 0.5)
        ascent = ascend(stages, launch, rng.uniform(0, 360), tilt)
        if ascent is None:
            continue
        payload = Payload(rng.uniform(300, 2500), rng.uniform(-6, 3), PLUME_W_SR_N * rng.lognormal(0.0, 0.4))
        bodies, flight = boosted_bodies(rng, name, "sounding_rocket", ascent, launch, payload, launch.seconds + 3000.0)
        fell = flight.impact
        if fell is None or not 140e3 < flight.apogee_m() < 900e3:
            continue
        if great_circle_km(launch.latitude_deg, launch.longitude_deg, fell.latitude_deg, fell.longitude_deg) < 800.0:
            return bodies, fell
    raise DrawError("no sounding rocket")

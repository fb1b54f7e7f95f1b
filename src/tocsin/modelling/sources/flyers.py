"""Things that fly and shine in the infrared though nothing was launched: fireballs, aircraft in afterburner."""

import math

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.core.records.sources.infrared import Afterburner, Meteor
from tocsin.modelling.fireballs import Fireball, fireball_trajectory
from tocsin.modelling.sources.mechanism import Mechanism, Stage
from tocsin.modelling.trajectory import Trajectory
from tocsin.world.geodesy import to_ecef
from tocsin.world.geodesy_kernels import enu_axes

AFTERBURNER_W_SR_N = 0.1
"""In-band intensity of an aircraft's afterburner per newton: a sixth of a rocket's (`modelling/plume.py`), its gas being
thinned by nitrogen. An assumption: of open figures there is only that Oko's and DSP's telescopes could see combat
aircraft in afterburner at all (Flight International 2001), with thresholds of some 10 kW/sr from some 100 kN."""
STEP_S = 1.0


def meteor_paths(source: Meteor, stage: Stage) -> list[Trajectory]:
    """Return the fireball's path, its light at its greatest at `start_s`."""
    lat, lon = source.latitude_deg * DEG, source.longitude_deg * DEG
    east, north, up = np.array(enu_axes(lat, lon)).reshape(3, 3)
    level, down = math.cos(source.descent_deg * DEG), math.sin(source.descent_deg * DEG)
    heading = source.azimuth_deg * DEG
    course = level * (math.sin(heading) * east + math.cos(heading) * north) - down * up
    x, y, z = (float(v) for v in source.speed_m_s * course)
    ball = Fireball(source.id, source.latitude_deg, source.longitude_deg, source.height_m, (x, y, z), source.radiated_j)
    path = fireball_trajectory(ball, source.id, stage.start + round(source.start_s * NS))
    if path is None:
        raise InputError(
            "a fireball's light is greatest on its way down, and this path does not fall there",
            key=f"source {source.id}: descent_deg",
            allowed="a steeper path or a lower height",
        )
    return [path]


def afterburner_paths(source: Afterburner, stage: Stage) -> list[Trajectory]:
    """Return the aircraft's path: level, on a great circle of the sphere through its place."""
    first, last = stage.span(source)
    seconds = np.arange(0.0, (last - first) / NS + STEP_S, STEP_S)
    lat, lon = source.latitude_deg * DEG, source.longitude_deg * DEG
    radius = float(np.sqrt(np.sum(to_ecef(lat, lon, source.altitude_m) ** 2)))
    arc = source.speed_m_s * seconds / radius
    heading = source.azimuth_deg * DEG
    sine = np.sin(lat) * np.cos(arc) + np.cos(lat) * np.sin(arc) * np.cos(heading)
    there = lon + np.arctan2(np.sin(heading) * np.sin(arc) * np.cos(lat), np.cos(arc) - np.sin(lat) * sine)
    places = to_ecef(np.arcsin(np.clip(sine, -1.0, 1.0)), there, source.altitude_m)
    velocity = np.gradient(places, STEP_S, axis=0)
    times = first + np.rint(seconds * NS).astype(np.int64)
    glow = np.full(len(seconds), source.thrust_kn * 1e3 * AFTERBURNER_W_SR_N)
    dark = np.zeros(len(seconds), bool)
    states = np.hstack([places, velocity])
    return [Trajectory(source.id, "aircraft", times, states, dark, glow, source.rcs_dbsm)]


METEOR = Mechanism(paths=meteor_paths)
AFTERBURNER = Mechanism(paths=afterburner_paths)

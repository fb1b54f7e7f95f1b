"""Infrared satellites: where they are, what they see, and the looks that they report.

A starer sees all at the end of a look, a scanner sweeps from east to west during it. Seen is what is brighter than a threshold,
in the field, above cloud and not behind the Earth, but for a share that is missed; false lights are Poisson over the disc.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.integrate import solve_ivp

from .earth import EQUATORIAL_RADIUS_M, GM_M3_S2, FloatArray, earth_fixed, geodetic_from_ecef, sight_blocked
from .flight import States, falling
from .looks import NO_DETECTION, Label, Looks, look, utc
from .objects import Rng, Visible

STATIONARY_M = 42164170.0
HALF_DAY_M = 26554e3
"""Semi-major axis of an orbit of half a sidereal day."""
CRITICAL_INCLINATION_DEG = 63.4
"""Where the oblate Earth does not turn the perigee: 5 cos2 i = 1."""
MERGED_SIGMAS = 3.0
"""Lights next to one another within so many sigmas are one, the brighter."""
SWEPT = 0.36
"""Cosine of what a scanner sweeps in a look: the Earth from the stationary orbit, and a margin."""


@dataclass(frozen=True)
class Satellite:
    """An infrared sensor and its orbit; biases are one sigma."""

    sensor_id: str
    longitude_deg: float | None
    """Of a stationary one."""
    states: States
    revisit_s: float
    sigma_rad: float
    threshold_w_sr: float
    missed: float
    false_per_look: float
    scans: bool
    bias_rad: float
    field_half_angle_deg: float
    delay_s: float
    cloud_top_m: float = 10e3

    def positions(self, seconds: FloatArray) -> FloatArray:
        """Return Earth-fixed positions (n, 3) at times (n,)."""
        return self.states(seconds)[:3].T


class Light(NamedTuple):
    """A light in a look: when, the true direction (3,) to it and from where (3,), how bright, and of what."""

    seconds: float
    direction: FloatArray
    observer: FloatArray
    w_sr: float
    thing: str


def kepler_state(
    semi_major_m: float, eccentricity: float, inclination: float, node: float, perigee: float, mean_anomaly: float
) -> FloatArray:
    """Return the Earth-fixed state (6,) of orbital elements, angles in rad, the node from Greenwich on (Vallado, alg. 10)."""
    anomaly = mean_anomaly
    for _ in range(30):
        anomaly -= (anomaly - eccentricity * math.sin(anomaly) - mean_anomaly) / (
            1.0 - eccentricity * math.cos(anomaly)
        )
    cn, sn, cw, sw = math.cos(node), math.sin(node), math.cos(perigee), math.sin(perigee)
    ci, si = math.cos(inclination), math.sin(inclination)
    to_perigee = np.array([cn * cw - sn * sw * ci, sn * cw + cn * sw * ci, sw * si])
    ahead = np.array([-cn * sw - sn * cw * ci, -sn * sw + cn * cw * ci, cw * si])
    rate = math.sqrt(GM_M3_S2 / semi_major_m**3) / (1.0 - eccentricity * math.cos(anomaly))
    semi_minor_m = semi_major_m * math.sqrt(1.0 - eccentricity**2)
    position = semi_major_m * (math.cos(anomaly) - eccentricity) * to_perigee + semi_minor_m * math.sin(anomaly) * ahead
    velocity = semi_minor_m * math.cos(anomaly) * ahead - semi_major_m * math.sin(anomaly) * to_perigee
    return earth_fixed(position, rate * velocity)


def draw_satellite(
    rng: Rng, sensor_id: str, over_longitude_deg: float, stationary: bool, start_s: float, end_s: float
) -> Satellite:
    """Return a satellite that sees about a longitude: on the stationary orbit, or near the apogee of a long one in the north."""
    revisit_s, sigma_rad = float(rng.choice([2.0, 4.0, 5.0, 8.0, 10.0])), 1e-6 * rng.uniform(30, 100)
    threshold_w_sr, missed = rng.uniform(8e3, 2.5e4), rng.uniform(0.02, 0.12)
    false_per_look = float(rng.choice([0.0, 0.01, 0.05, 0.2]))
    scans = bool(rng.choice(["scanner", "starer"]) == "scanner")
    bias_rad = float(rng.choice([0.0, 1e-5]))
    longitude_deg: float | None = None
    if stationary:
        longitude_deg = (over_longitude_deg + rng.uniform(-55, 55) + 180.0) % 360.0 - 180.0
        along, inclination = rng.uniform(0.0, 2.0 * math.pi), math.radians(rng.uniform(0, 4))
        state = kepler_state(STATIONARY_M, 2e-4, inclination, math.radians(longitude_deg) - along, 0.0, along)
    else:
        elements = 0.71, math.radians(CRITICAL_INCLINATION_DEG)
        perigee, anomaly = math.radians(270.0), math.pi + rng.uniform(-1.2, 1.2)
        unturned = kepler_state(HALF_DAY_M, *elements, 0.0, perigee, anomaly)
        node = math.radians(over_longitude_deg + rng.uniform(-50, 50)) - math.atan2(unturned[1], unturned[0])
        state = kepler_state(HALF_DAY_M, *elements, node, perigee, anomaly)
    found = solve_ivp(falling(None), (start_s, end_s), state, method="DOP853", rtol=1e-10, atol=1e-3, dense_output=True)
    return Satellite(
        sensor_id, longitude_deg, found.sol, revisit_s, sigma_rad, threshold_w_sr, missed, false_per_look, scans,
        bias_rad, field_half_angle_deg=10.0 if stationary else 12.0, delay_s=float(rng.choice([0.0, 0.5, 2.0])),
    )  # fmt: skip


def observe(satellite: Satellite, things: list[Visible], end_s: float, looks: Looks, rng: Rng) -> None:
    """Add what a satellite reports from second 0 to `end_s`."""
    count = int(end_s / satellite.revisit_s)
    phase_s = rng.uniform(0.0, satellite.revisit_s)
    bias = rng.normal(size=2) * satellite.bias_rad
    starts_s = phase_s + satellite.revisit_s * np.arange(count, dtype=float)
    lights: list[list[Light]] = [[] for _ in range(count)]
    for thing in things:
        for number, light in _seen(satellite, thing, starts_s, rng):
            lights[number].append(light)
    for number, start_s in enumerate(starts_s):
        look_end_s = float(start_s + satellite.revisit_s)
        for _ in range(rng.poisson(satellite.false_per_look)):
            lights[number].append(_false_light(satellite, look_end_s, rng))
        _report(satellite, number, float(start_s), look_end_s, _apart(satellite, lights[number]), bias, looks, rng)


def _seen(satellite: Satellite, thing: Visible, starts_s: FloatArray, rng: Rng) -> list[tuple[int, Light]]:
    """Return the looks that see a thing, and its light in them."""
    seconds = _crossed_s(satellite, thing, starts_s)
    states, observers = thing.states(seconds), satellite.positions(seconds)
    there = np.nonzero(np.isfinite(states[:, 0]))[0]
    if not len(there):
        return []
    states, observers = states[there], observers[there]
    heights_m = geodetic_from_ecef(states[:, :3])[2]
    light_w_sr = thing.light_w_sr(seconds[there], states, heights_m, rng)
    away = states[:, :3] - observers
    away /= np.linalg.norm(away, axis=1)[:, None]
    down = -observers / np.linalg.norm(observers, axis=1)[:, None]
    seen = (
        (light_w_sr > satellite.threshold_w_sr)
        & ((heights_m > satellite.cloud_top_m) | thing.through_cloud)
        & ~sight_blocked(observers, states[:, :3])
        & (np.degrees(np.arccos((away * down).sum(1))) < satellite.field_half_angle_deg)
        & (rng.random(len(there)) > satellite.missed)
    )
    return [
        (int(there[k]), Light(float(seconds[there[k]]), away[k], observers[k], float(light_w_sr[k]), thing.name))
        for k in np.nonzero(seen)[0]
    ]


def _crossed_s(satellite: Satellite, thing: Visible, starts_s: FloatArray) -> FloatArray:
    """Return when each look (n,) sees a thing, s: a scanner when its sweep passes by, from east to west."""
    if not satellite.scans:
        return starts_s + satellite.revisit_s
    seconds = starts_s + 0.5 * satellite.revisit_s
    observers = satellite.positions(seconds)
    away = thing.states(seconds)[:, :3] - observers
    away /= np.linalg.norm(away, axis=1)[:, None]
    west = np.cross([0.0, 0.0, 1.0], -observers)
    west /= np.linalg.norm(west, axis=1)[:, None]
    part = 0.5 + np.clip((away * west).sum(1) / SWEPT, -0.49, 0.49)
    return np.asarray(np.round(np.where(np.isfinite(part), starts_s + part * satellite.revisit_s, seconds), 6), float)


def _false_light(satellite: Satellite, seconds: float, rng: Rng) -> Light:
    """Return a light of nothing on the visible disc of the Earth."""
    observer = satellite.states(seconds)[:3]
    while True:
        normal = rng.normal(size=3)
        normal /= np.linalg.norm(normal)
        if normal @ observer > EQUATORIAL_RADIUS_M * 1.02:
            break
    away = normal * EQUATORIAL_RADIUS_M - observer
    brightness = satellite.threshold_w_sr * (1.0 + rng.exponential(0.3))
    return Light(seconds, away / np.linalg.norm(away), observer, brightness, "clutter")


def _apart(satellite: Satellite, lights: list[Light]) -> list[Light]:
    """Return the lights that the sensor tells apart, the brightest first."""
    kept: list[Light] = []
    for light in sorted(lights, key=lambda one: -one.w_sr):
        near = MERGED_SIGMAS * satellite.sigma_rad
        if all(np.linalg.norm(light.direction - other.direction) > near for other in kept):
            kept.append(light)
    return kept


def _report(
    satellite: Satellite,
    number: int,
    start_s: float,
    end_s: float,
    lights: list[Light],
    bias: FloatArray,
    looks: Looks,
    rng: Rng,
) -> None:
    """Add the rows of a look, with noise and bias of the line of sight."""
    received_s = end_s + satellite.delay_s
    mode, start_s = ("search", start_s) if satellite.scans else ("stare", end_s)
    common = look(satellite.sensor_id, number, start_s, end_s, received_s, mode, len(lights))
    if not lights:
        here = _place(satellite.states(end_s)[:3])
        looks.add(received_s, {**common, "time_utc": utc(end_s), "detection": NO_DETECTION, **here})
    for k, light in enumerate(lights):
        level = np.cross(light.direction, [0.0, 0.0, 1.0])
        level /= np.linalg.norm(level)
        steep = np.cross(light.direction, level)
        first = rng.normal() * satellite.sigma_rad + bias[0]
        sight = light.direction + level * first + steep * (rng.normal() * satellite.sigma_rad + bias[1])
        sight /= np.linalg.norm(sight)
        measured = {
            "time_utc": utc(light.seconds), "detection": k,
            "los_x": sight[0], "los_y": sight[1], "los_z": sight[2], **_place(light.observer),
            "sigma_los_rad": satellite.sigma_rad, "intensity_w_sr": light.w_sr,
        }  # fmt: skip
        looks.add(received_s, {**common, **measured})
        looks.labels.append(Label(satellite.sensor_id, number, k, light.thing, light.seconds))


def _place(position: FloatArray) -> dict[str, Any]:
    return {"sensor_x_m": position[0], "sensor_y_m": position[1], "sensor_z_m": position[2]}

"""Flights seen by the reference sensors: drawn, looked at, and the looks given as a centre gets them.

A vehicle's ballistic coefficient is drawn from what missiles carry, as the bound and the centre take it.

Infrared 30 microrad at a revisit of 2 s or 10 s from one or two geostationary satellites, each at least 15 degrees over the
horizon of the launch; radar 30 m and 0.03 degrees at 1 Hz, or 0.1 degrees every 5 s. No bias, no clutter, no missed look: what
is measured is how far an estimate is from its bound, not how a network fares.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    INTENSITY,
    LOS_X,
    LOS_Z,
    RANGE,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_LOS,
    SIGMA_RANGE,
    FloatArray,
    IntArray,
    Look,
    LookMode,
)
from tocsin.core.records.network import Face, Infrared, Network, Orbit, Radar
from tocsin.core.records.vehicle import Vehicle
from tocsin.modelling.bounds import Flown, axes_across, elevation_of, fall_of, sights_of
from tocsin.modelling.chance import stream
from tocsin.modelling.dispersion import payload_beta
from tocsin.world.geodesy import inverse, to_geodetic
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef
from tocsin.world.motion.freeflight_kernels import propagate

SIGMA_LOS_RAD = 30.0e-6
REVISITS_S = (2.0, 10.0)
RADARS = {"sharp": (30.0, 0.03, 1.0), "coarse": (30.0, 0.1, 5.0)}
"""Range sigma m, angle sigma deg, period s."""
RADAR_S = 60.0
RADAR_LOWEST_DEG, RADAR_REACH_M = 5.0, 4.0e6
LEAST_ELEVATION_DEG = 15.0
CLOUD_TOP_M = 8000.0
"""A plume below is not seen: the sky is overcast over every launch."""
ABOVE_AIR_M = 130e3
"""The minute of radar ends before re-entry."""
LATENCY_S = 0.5
START = 1_900_000_000 * NS
"""TAI ns of lift-off."""
_TRIES = 2000


@dataclass(frozen=True)
class Drawn:
    """A flight and where it is seen from."""

    flight: Flown
    range_m: float
    fall: FloatArray
    """Latitude, longitude, rad."""
    longitudes_deg: tuple[float, float]
    """Of the two satellites."""
    phases: tuple[float, float]
    """Part of a revisit at which each looks first."""


def draw(vehicle: Vehicle, seed: int) -> Drawn:
    """Return a flight of a class, drawn evenly over place, azimuth, steepness and cut-off within the class's ranges."""
    rng = stream(seed, "reference", vehicle.name)
    low, high = vehicle.range_km
    for _ in range(_TRIES):
        lat, azimuth = rng.uniform(-20.0, 50.0) * DEG, rng.uniform(0.0, 2.0 * math.pi)
        kick = rng.uniform(0.45, 1.05) * vehicle.kick_deg * DEG
        cutoff = vehicle.burn_s - rng.uniform(0.02, 0.4) * vehicle.stages[-1].burn_s
        flight = Flown(vehicle, lat, 0.0, azimuth, kick, cutoff)
        end = sights_of(flight, np.array([cutoff]))[0]
        fall = fall_of(end, vehicle.payload_beta_kg_m2)
        if not np.isfinite(fall).all():
            continue
        away = float(inverse(lat, 0.0, fall[0], fall[1])[0])
        places = [_above(lat, rng) for _ in range(40)]
        first = next((x for x in places if x is not None), None)
        second = next((x for x in places if x is not None and first is not None and abs(x - first) > 40.0), None)
        if low * 1e3 <= away <= high * 1e3 and first is not None and second is not None:
            return _with_payload(flight, seed, (first, second), (float(rng.uniform()), float(rng.uniform())))
    raise RuntimeError(f"no flight of {vehicle.name} within its ranges")


def _with_payload(flight: Flown, seed: int, longitudes_deg: tuple[float, float], phases: tuple[float, float]) -> Drawn:
    """Return the flight with a drawn payload: the place of fall follows."""
    beta = payload_beta(stream(seed, "payload", flight.vehicle.name))
    flight = replace(flight, vehicle=msgspec.structs.replace(flight.vehicle, payload_beta_kg_m2=beta))
    fall = fall_of(sights_of(flight, np.array([flight.cutoff_s]))[0], beta)
    away = float(inverse(flight.lat, flight.lon, fall[0], fall[1])[0])
    return Drawn(flight, away, fall, longitudes_deg, phases)


def _above(lat: float, rng: np.random.Generator) -> float | None:
    """Return a longitude (deg) of a geostationary satellite that stands high enough over a place, or None."""
    longitude = float(rng.uniform(-60.0, 60.0))
    place = np.array(geodetic_to_ecef(lat, 0.0, 0.0))
    satellite = 42164.2e3 * np.array([math.cos(longitude * DEG), math.sin(longitude * DEG), 0.0])
    return longitude if elevation_of(place, satellite) > LEAST_ELEVATION_DEG * DEG else None


def network_of(drawn: Drawn, satellites: int, revisit_s: float) -> Network:
    """Return the network that sees a flight: satellites, and both radars at the place of its fall."""
    infrared = tuple(
        Infrared(
            id=f"sat-{i + 1}", orbit=Orbit(geo_longitude_deg=drawn.longitudes_deg[i]), revisit_s=revisit_s, scan="starer",
            sigma_los_rad=SIGMA_LOS_RAD, cloud_break_m=CLOUD_TOP_M,
        )
        for i in range(satellites)
    )  # fmt: skip
    whole = (Face(azimuth_start_deg=0, azimuth_end_deg=360, elevation_min_deg=0, elevation_max_deg=90),)
    radars = tuple(
        Radar(
            id=name, latitude_deg=float(drawn.fall[0]) / DEG, longitude_deg=float(drawn.fall[1]) / DEG, faces=whole,
            sigma_range_m=r, sigma_azimuth_deg=a, sigma_elevation_deg=a, period_s=p,
        )
        for name, (r, a, p) in RADARS.items()
    )  # fmt: skip
    return Network(name="reference", radar=radars, infrared=infrared)


def burns(vehicle: Vehicle, cutoff_s: float, t: float) -> bool:
    """Return whether a motor burns at t s after lift-off."""
    begin = 0.0
    for stage in vehicle.stages:
        begin += stage.coast_s
        if begin <= t < min(begin + stage.burn_s, cutoff_s):
            return True
        begin += stage.burn_s
    return False


def quiet_times(vehicle: Vehicle, cutoff_s: float, margin_s: float, t: float) -> bool:
    """Return whether t (s after lift-off) is away from every staging and from the cut-off by more than a margin."""
    edges, end = [cutoff_s], 0.0
    for stage in vehicle.stages[:-1]:
        end += stage.coast_s + stage.burn_s
        edges.append(end)
    return all(abs(t - edge) > margin_s for edge in edges)


def infrared_looks(
    drawn: Drawn, network: Network, places: FloatArray, until_s: float, seed: int
) -> tuple[list[Look], FloatArray, FloatArray]:
    """Return the looks of all satellites at places (k, 3) in order of arrival, lit and dark; times and places of the lit ones.

    Times (n,) s after lift-off, places (n, 3).
    """
    flight = drawn.flight
    looks: list[Look] = []
    lit: list[tuple[float, int]] = []
    for i, satellite in enumerate(network.infrared):
        rng = stream(seed, "sight", satellite.id, str(len(network.infrared)), str(satellite.revisit_s))
        period = satellite.revisit_s
        times = np.arange(period * drawn.phases[i], until_s, period)
        states = sights_of(flight, times)
        heights = to_geodetic(np.ascontiguousarray(states[:, :3]))[2]
        for k, t in enumerate(times.tolist()):
            middle = START + round(t * NS)
            half = round(0.5 * period * NS)
            seen = heights[k] > CLOUD_TOP_M and burns(flight.vehicle, flight.cutoff_s, t)
            values = np.full((1 if seen else 0, COLUMNS), np.nan)
            if seen:
                values[0, LOS_X : LOS_Z + 1] = _noisy(states[k, :3] - places[i], SIGMA_LOS_RAD, rng)
                values[0, SIGMA_LOS], values[0, INTENSITY] = SIGMA_LOS_RAD, 1.0e6
                lit.append((t, i))
            looks.append(_look(satellite.id, "stare", k, middle, half, values))
    lit.sort()
    looks.sort(key=lambda look: (look.received, look.sensor))
    return looks, np.array([t for t, _ in lit]), places[[i for _, i in lit]]


def lit_sights(looks: list[Look]) -> FloatArray:
    """Return (n, 3) the measured lines of sight of `infrared_looks`, in the order of their times."""
    seen = sorted((look for look in looks if len(look.values)), key=lambda look: (look.time, look.sensor))
    return np.array([look.values[0, LOS_X : LOS_Z + 1] for look in seen])


def _noisy(line: FloatArray, sigma: float, rng: np.random.Generator) -> FloatArray:
    unit = line / math.sqrt(float((line * line).sum()))
    turned = unit + sigma * (rng.normal(size=2)[:, None] * axes_across(unit[None])[0]).sum(axis=0)
    return np.asarray(turned / math.sqrt(float((turned * turned).sum())))


def _look(sensor: str, mode: LookMode, sequence: int, middle: int, half: int, values: FloatArray) -> Look:
    n = len(values)
    end = middle + half
    return Look(
        sensor=sensor, session="s1", sequence=sequence, data_mode="test", received=end + round(LATENCY_S * NS),
        time=middle if n else end, start=middle - half, end=end, mode=mode, declared=n,
        numbers=np.arange(n), times=np.full(n, middle, np.int64), values=values, hints=(None,) * n,
        rows=np.arange(max(n, 1)),
    )  # fmt: skip


def radar_begins(drawn: Drawn, after_s: float) -> float | None:
    """Return when (s after lift-off) the radar at the place of fall first has the object in view for a minute, or None."""
    place = np.array(geodetic_to_ecef(float(drawn.fall[0]), float(drawn.fall[1]), 0.0))
    t = math.ceil(after_s)
    beta = drawn.flight.vehicle.payload_beta_kg_m2
    state, after = sights_of(drawn.flight, np.array([float(t)]))[0], np.empty(6)
    while _high(state) or state[:3] @ state[3:] > 0.0:
        away = math.sqrt(float(((state[:3] - place) ** 2).sum()))
        propagate(state, RADAR_S, beta, after)
        if away < RADAR_REACH_M and elevation_of(place, state[:3]) > RADAR_LOWEST_DEG * DEG:
            return float(t) if _high(after) else None
        propagate(state, 5.0, beta, after)
        state, t = after.copy(), t + 5
    return None


def _high(state: FloatArray) -> bool:
    """Return whether a state is above the air."""
    return bool(to_geodetic(state[None, :3])[2][0] > ABOVE_AIR_M)


def radar_looks(drawn: Drawn, name: str, begins_s: float, seed: int) -> tuple[list[Look], FloatArray, FloatArray]:
    """Return a minute of looks of a radar, their times (n,) s after lift-off and its place (3,)."""
    sigma_r, sigma_deg, period = RADARS[name]
    lat, lon = float(drawn.fall[0]), float(drawn.fall[1])
    place = np.array(geodetic_to_ecef(lat, lon, 0.0))
    axes = np.array(enu_axes(lat, lon)).reshape(3, 3)
    times = begins_s + np.arange(0.0, RADAR_S + 1e-9, period)
    rng = stream(seed, "radar", name, drawn.flight.vehicle.name)
    looks = []
    for k, (t, state) in enumerate(zip(times.tolist(), sights_of(drawn.flight, times), strict=True)):
        e, n, u = ((axes[i] * (state[:3] - place)).sum() for i in range(3))
        noise = rng.normal(size=3) * (sigma_r, sigma_deg * DEG, sigma_deg * DEG)
        elevation = math.atan2(u, math.hypot(e, n))
        values = np.full((1, COLUMNS), np.nan)
        values[0, RANGE] = math.sqrt(e * e + n * n + u * u) + noise[0]
        values[0, AZIMUTH] = (math.atan2(e, n) + noise[1] / math.cos(elevation)) % (2.0 * math.pi)
        values[0, ELEVATION] = elevation + noise[2]
        values[0, SIGMA_RANGE], values[0, SIGMA_AZIMUTH], values[0, SIGMA_ELEVATION] = (
            sigma_r, sigma_deg * DEG, sigma_deg * DEG,
        )  # fmt: skip
        looks.append(_look(name, "track", k, START + round(t * NS), round(0.05 * NS), values))
    return looks, times, place


def ticks(looks: list[Look]) -> Iterator[tuple[float, Look]]:
    """Yield (s after lift-off, look) in order of arrival."""
    for look in sorted(looks, key=lambda k: (k.received, k.sensor)):
        yield (look.received - START) / NS, look


def times_ns(seconds: FloatArray) -> IntArray:
    """Return (n,) instants (TAI ns) of seconds after lift-off."""
    return START + np.rint(seconds * NS).astype(np.int64)

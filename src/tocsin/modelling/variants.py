"""Variants of a scenario by seed: times, targets, azimuths, classes, a sensor down, false or missing notifications."""

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.scenario import Flight, Outage, Scenario, ScenarioNotification
from tocsin.core.records.vehicle import Vehicle
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.chance import stream
from tocsin.modelling.paths import find_beside
from tocsin.modelling.vehicles import vehicle_of
from tocsin.world.geodesy import direct, inverse


def variant(
    scenario: Scenario,
    seed: int,
    network: Network | None = None,
    assets: Assets | None = None,
    scenario_path: str | Path | None = None,
) -> Scenario:
    """Return the variant of a scenario that belongs to a seed; the same seed gives the same variant.

    Launches move in time (all missiles within ten minutes of one another) and by up to 100 km; missiles change their
    class (among those of the scenario) and target within the reach of the class, ascents and sounding rockets their
    azimuth. One sensor is down for half an hour or blinded for ten minutes. A notification is missing, a false one is
    added, or both. Network and assets are those that the scenario names, unless given.
    """
    network = network or read_network(find_beside(scenario.network, None, "networks"))
    assets = assets or read_assets(find_beside(scenario.assets, None, "assets"))
    rng = stream(seed, "variant")
    attack = float(rng.uniform(1200.0, min(4200.0, 0.6 * scenario.duration_s)))
    missiles = {f.vehicle: vehicle_of(f, scenario_path) for f in scenario.flight if f.kind == "missile"}
    flights = tuple(_flight(f, rng, scenario.duration_s, attack, assets, missiles) for f in scenario.flight)
    notifications = _notifications(scenario, flights, rng)
    outages = scenario.outage + _outage(network, rng, scenario.duration_s)
    return msgspec.structs.replace(
        scenario,
        name=f"{scenario.name}-variant-{seed}",
        seed=scenario.seed + 1000 * seed,
        flight=flights,
        notification=notifications,
        outage=outages,
    )


def _flight(
    f: Flight,
    rng: np.random.Generator,
    duration_s: float,
    attack_s: float,
    assets: Assets,
    missiles: dict[str, Vehicle],
) -> Flight:
    move = rng.uniform(size=8)
    lat, lon, _ = (
        float(x) / DEG
        for x in direct(f.latitude_deg * DEG, f.longitude_deg * DEG, move[0] * 2 * math.pi, move[1] * 100e3)
    )
    changes: dict[str, Any] = {"latitude_deg": lat, "longitude_deg": lon}
    if f.kind == "missile":
        changes["launch_s"] = round(attack_s + 600.0 * float(move[2]), 1)
        changes |= _other_aim(f, lat, lon, move, assets, missiles)
        return msgspec.structs.replace(f, **changes)
    changes["launch_s"] = round(60.0 + (duration_s - 1500.0) * float(move[2]), 1)
    if f.azimuth_deg is not None:
        # a little only: an ascent keeps its recorded speed, which orbit needs with the Earth's turning it had
        width = 180.0 if f.kind == "sounding_rocket" else 12.0
        changes["azimuth_deg"] = round((f.azimuth_deg + width * (2 * float(move[3]) - 1)) % 360.0, 2)
    return msgspec.structs.replace(f, **changes)


def _other_aim(
    f: Flight, lat: float, lon: float, move: np.ndarray, assets: Assets, missiles: dict[str, Vehicle]
) -> dict[str, Any]:
    """Return another target and, where the distance is in the reach of another class, perhaps that class."""
    circles = [a for a in assets.asset if a.latitude_deg is not None and a.longitude_deg is not None]
    options: list[tuple[str, str]] = []
    for a in circles:
        distance = float(inverse(lat * DEG, lon * DEG, a.latitude_deg * DEG, a.longitude_deg * DEG)[0])  # type: ignore[operator]
        reach = ((name, vehicle.range_km) for name, vehicle in sorted(missiles.items()))
        options += [(a.id, name) for name, (least, most) in reach if least <= distance / 1e3 <= most]
    if not options:
        return {"latitude_deg": f.latitude_deg, "longitude_deg": f.longitude_deg}
    target, vehicle = options[int(move[4] * len(options)) % len(options)]
    return {"target": target, "vehicle": vehicle}


def _notifications(
    scenario: Scenario, flights: tuple[Flight, ...], rng: np.random.Generator
) -> tuple[ScenarioNotification, ...]:
    """Return notifications that follow the moved launches, one of them left out, or a false one added, or both."""
    harmless = [f for f in flights if f.kind != "missile"]
    before = [f for f in scenario.flight if f.kind != "missile"]
    out = []
    for n in scenario.notification:
        k = min(
            range(len(before)),
            key=lambda i: (
                (before[i].latitude_deg - n.latitude_deg) ** 2 + (before[i].longitude_deg - n.longitude_deg) ** 2
            ),
            default=-1,
        )
        if k < 0:
            out.append(n)
            continue
        f = harmless[k]
        out.append(
            msgspec.structs.replace(
                n,
                received_s=max(0.0, f.launch_s - 900.0),
                window_start_s=f.launch_s - 600.0,
                window_end_s=f.launch_s + 1200.0,
                latitude_deg=f.latitude_deg,
                longitude_deg=f.longitude_deg,
                azimuth_deg=f.azimuth_deg,
            )
        )
    choice = int(rng.integers(3))
    drop = int(rng.integers(max(len(out), 1)))
    lie = rng.uniform(size=3)
    if choice in (0, 2) and out:
        del out[drop]
    if choice in (1, 2):
        missiles = [f for f in flights if f.kind == "missile"]
        # the worst lie: a space launch announced where a missile starts; else one from nowhere
        at = missiles[int(lie[0] * len(missiles)) % len(missiles)] if missiles and lie[1] < 0.5 else None
        start = at.launch_s - 300.0 if at else float(lie[2]) * scenario.duration_s * 0.8
        out.append(
            ScenarioNotification(
                id="notice-false",
                received_s=max(0.0, start - 300.0),
                window_start_s=start,
                window_end_s=start + 1800.0,
                latitude_deg=at.latitude_deg if at else -10.0,
                longitude_deg=at.longitude_deg if at else -140.0,
                vehicle="space_launch",
            )
        )
    return tuple(out)


def _outage(network: Network, rng: np.random.Generator, duration_s: float) -> tuple[Outage, ...]:
    sensors = [s.id for s in network.radar] + [s.id for s in network.infrared]
    u = rng.uniform(size=3)
    if not sensors:
        return ()
    down = bool(u[0] < 0.7)
    length = 1800.0 if down else 600.0
    begin = round(float(u[1]) * max(duration_s - length, 0.0), 1)
    sensor = sensors[int(u[2] * len(sensors)) % len(sensors)]
    return (Outage(sensor=sensor, start_s=begin, end_s=begin + length, state="down" if down else "blinded"),)

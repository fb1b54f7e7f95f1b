"""Single launches drawn by strata: class, direction, latitude, season, hour, height of the arc, a sensor down.

Each stratum goes through all its values in blocks of random order, so that every value comes as often as any other and
no two strata are tied to each other. Kinds come in the proportions of the prior of a launch that infrared has seen, so
that stated class probabilities can be held against how often they are right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Asset, Assets, Network
from tocsin.core.records.scenario import Flight, Outage, Scenario
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.modelling.chance import stream
from tocsin.modelling.dispersion import payload_beta
from tocsin.modelling.truth import Impact, build_truth
from tocsin.modelling.vehicles import packaged_vehicles
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network
from tocsin.world.geodesy import direct, inverse, to_ecef

T = TypeVar("T")

KINDS = ("missile",) * 9 + ("space_launch",) * 4 + ("sounding_rocket",) * 2
"""Of 15: missiles 0.45, space launches 0.20, sounding rockets 0.10 of the prior (`identification/classes.py`)."""
RANGES_KM = {"short": (250.0, 1000.0), "intermediate": (1000.0, 5500.0), "intercontinental": (5500.0, 12_000.0)}
SECTORS = tuple(range(0, 360, 45))
SEASONS = ("01-15", "04-15", "07-15", "10-15")
HOURS = (0, 6, 12, 18)
LOFTS = ("usual", "usual", "lofted", "depressed")
LOFT = {"usual": (0.95, 1.1), "lofted": (1.3, 1.9), "depressed": (0.6, 0.85)}
DOWN = ("none", "none", "infrared", "radar")
LAUNCH_S, AFTER_S, LONGEST_S = 60.0, 30.0, 5400.0
CLEAR_KM = 100.0
"""How far from protected places harmless flights and their stages are planned to fall."""
TRIES = 40


@dataclass(frozen=True)
class Case:
    """One launch: its scenario, and the value of each stratum."""

    scenario: Scenario
    strata: dict[str, str]
    fall_s: float
    """When the payload falls, seconds after the start; NaN where it does not."""


def stratum(seed: int, name: str, number: int, values: Sequence[T]) -> T:
    """Return the value of a stratum for a case: block after block, each in a random order of its own."""
    block, k = divmod(number, len(values))
    return values[int(stream(seed, "stratum", name, str(block)).permutation(len(values))[k])]


def launch_case(base: Scenario, network: Network, assets: Assets, number: int, drawn: bool = False) -> Case:
    """Return launch `number` at one of the assets (a harmless one: from anywhere), seen by a network.

    `base` gives network, assets and seed; `drawn`: with a vehicle drawn at random beside its class. InputError when no class
    flies as drawn.
    """
    seed = base.seed
    kind = stratum(seed, "kind", number, KINDS)
    strata = {
        "kind": kind,
        "sector": str(stratum(seed, "sector", number, SECTORS)),
        "season": stratum(seed, "season", number, SEASONS),
        "hour": f"{stratum(seed, 'hour', number, HOURS):02d}",
        "down": stratum(seed, "down", number, DOWN),
    }
    start = f"{base.start_utc[:4]}-{strata['season']}T{strata['hour']}:00:00Z"
    begin = tai_from_iso(start) + int(stream(seed, "minute", str(number)).uniform(0.0, 21_600.0)) * NS
    for attempt in range(TRIES):
        rng = stream(seed, "launch", str(number), str(attempt))
        try:
            flight, more, middle = _flight(kind, seed, number, strata["sector"], assets, rng)
            if drawn:
                flight = msgspec.structs.replace(flight, vehicle=f"{flight.vehicle}~{number * TRIES + attempt}")
            scenario = msgspec.structs.replace(
                base, name=f"launch-{number}", start_utc=iso_from_tai(begin), duration_s=LONGEST_S,
                seed=seed + 1_000_003 * (number + 1), flight=(flight,), catalogue=type(base.catalogue)(),
                background=type(base.background)(), notification=(), health=(), operator=(), source=(), fault=(), tape=(),
            )  # fmt: skip
            truth = build_truth(scenario, assets, begin, begin + int(LONGEST_S * NS))
        except InputError:
            continue
        if kind != "missile" and any(_on_asset(i, assets) for i in truth.impacts):
            continue  # ranges clear the ground under what they launch
        fell = [i for i in truth.impacts if i.object == flight.id]
        fall_s = (fell[0].time - begin) / NS if fell else math.nan
        if kind == "missile" and not fell:
            continue
        length = fall_s + AFTER_S if fell else 1500.0
        outage = _outage(strata["down"], network, flight, middle, begin, length)
        latitude = abs(flight.latitude_deg)
        strata |= more | {"latitude": next(str(b) for b in (20, 45, 70, 90) if latitude <= b)}
        return Case(msgspec.structs.replace(scenario, duration_s=length, outage=outage), strata, fall_s)
    raise InputError(f"no flight found for case {number}: {strata}", key="study launches")


def _flight(
    kind: str, seed: int, number: int, sector: str, assets: Assets, rng: np.random.Generator
) -> tuple[Flight, dict[str, str], tuple[float, float]]:
    """Return a flight, the strata that are its own, and the place (deg) that it threatens or rises from."""
    targets = [a for a in assets.asset if a.latitude_deg is not None and a.longitude_deg is not None]
    target: Asset = targets[int(rng.integers(len(targets)))]
    aim = (float(target.latitude_deg or 0.0), float(target.longitude_deg or 0.0))
    bearing = (float(sector) + float(rng.uniform(0.0, 45.0))) * DEG
    if kind != "missile":
        far = float(rng.uniform(300e3, 6000e3))
        lat, lon = _away(aim, bearing, far)
        azimuth = round(float(rng.uniform(0.0, 360.0)), 1)
        names = sorted(n for n, v in packaged_vehicles().items() if n.startswith(kind.replace("launch", "launcher")))
        vehicle = names[int(rng.integers(len(names)))]
        flight = Flight(
            id="launch", kind=kind, vehicle=vehicle, launch_s=LAUNCH_S, latitude_deg=lat, longitude_deg=lon,  # type: ignore[arg-type]
            azimuth_deg=azimuth, elevation_deg=round(float(rng.uniform(78.0, 87.0)), 1) if kind != "space_launch" else None,
        )  # fmt: skip
        return flight, {"class": kind, "vehicle": vehicle, "arc": "usual"}, (lat, lon)
    name = stratum(seed, "class", number, tuple(RANGES_KM))
    low, high = RANGES_KM[name]
    far = float(math.exp(rng.uniform(math.log(low), math.log(high))))
    able = [n for n, v in packaged_vehicles().items() if v.kind == kind and v.range_km[0] <= far <= v.range_km[1]]
    if not able:
        raise InputError(f"no class flies {far:.0f} km", key="vehicle")
    vehicle = able[int(rng.integers(len(able)))]
    lat, lon = _away(aim, bearing, far * 1e3)
    arc = stratum(seed, "arc", number, LOFTS)
    flight = Flight(
        id="launch", kind="missile", vehicle=vehicle, launch_s=LAUNCH_S, latitude_deg=lat, longitude_deg=lon,
        target=target.id, loft=round(float(rng.uniform(*LOFT[arc])), 3),
        payload_beta_kg_m2=round(payload_beta(stream(seed, "beta", str(number))), 1),
    )  # fmt: skip
    return flight, {"class": f"ballistic_missile_{name}" + ("" if name == "intercontinental" else "_range"),
                    "vehicle": vehicle, "arc": arc}, aim  # fmt: skip


def _on_asset(impact: Impact, assets: Assets) -> bool:
    """Return whether something falls within a protected place, or within `CLEAR_KM` of one."""
    lat, lon = impact.latitude_deg, impact.longitude_deg
    for asset in assets.asset:
        if asset.polygon is not None:
            if _near_polygon(lat, lon, np.array(asset.polygon)):
                return True
            continue
        middle = (float(asset.latitude_deg or 0.0) * DEG, float(asset.longitude_deg or 0.0) * DEG)
        if float(inverse(lat * DEG, lon * DEG, *middle)[0]) < ((asset.radius_km or 0.0) + CLEAR_KM) * 1e3:
            return True
    return False


def _near_polygon(lat: float, lon: float, corners: FloatArray) -> bool:
    """Return whether a place is inside a polygon of the flat map about it (east and north, km), or near its edge."""
    north = (corners[:, 0] - lat) * 111.2
    east = ((corners[:, 1] - lon + 180.0) % 360.0 - 180.0) * 111.2 * math.cos(lat * DEG)
    a = np.column_stack([east, north])
    step = np.roll(a, -1, axis=0) - a
    along = np.clip(-np.sum(a * step, axis=1) / np.maximum(np.sum(step**2, axis=1), 1e-9), 0.0, 1.0)
    nearest = a + along[:, None] * step
    b = a + step
    with np.errstate(divide="ignore", invalid="ignore"):
        crossed = ((a[:, 1] > 0.0) != (b[:, 1] > 0.0)) & (a[:, 0] - a[:, 1] * step[:, 0] / step[:, 1] > 0.0)
    inside = int(np.sum(crossed)) % 2 == 1
    return inside or float(np.sqrt(np.min(np.sum(nearest**2, axis=1)))) < CLEAR_KM


def _away(place: tuple[float, float], bearing: float, distance: float) -> tuple[float, float]:
    lat, lon, _ = (float(x) / DEG for x in direct(place[0] * DEG, place[1] * DEG, bearing, distance))
    return lat, (lon + 180.0) % 360.0 - 180.0


def _outage(
    which: str, network: Network, flight: Flight, middle: tuple[float, float], begin: int, length: float
) -> tuple[Outage, ...]:
    """Return the whole-time outage of the one sensor of a kind that stands best: by nadir, or nearest to the threat."""
    sensors = [s for s in compile_network(network).sensors if s.kind == which]
    if not sensors:
        return ()
    at = (flight.latitude_deg, flight.longitude_deg) if which == "infrared" else middle
    place = to_ecef(at[0] * DEG, at[1] * DEG, 0.0)

    def badness(sensor: Sensor) -> float:
        if sensor.position is not None:
            return float(np.sqrt(np.sum((sensor.position - place) ** 2)))
        satellite: FloatArray = sensor.satellite_position(begin + int(LAUNCH_S * NS))
        return -float(np.sum(satellite * place) / np.sqrt(np.sum(satellite**2) * np.sum(place**2)))

    best = min(sensors, key=badness)
    return (Outage(sensor=best.id, start_s=0.0, end_s=length),)

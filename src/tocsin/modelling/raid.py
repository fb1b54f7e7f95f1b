"""A raid for a study: many missiles of one class, released within minutes and kilometres of one another at random places."""

import math
from dataclasses import dataclass

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.core.records.network import Asset, Assets
from tocsin.core.records.scenario import Flight, Scenario
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.modelling.chance import stream
from tocsin.modelling.vehicles import packaged_vehicles
from tocsin.world.geodesy import direct, inverse

LAUNCH_S = 60.0
"""The first launch, after the scenario's start."""
SPAN_S, RADIUS_KM = (5.0, 300.0), (0.3, 50.0)
"""The launches spread over so many seconds, from a circle of this radius (km); both drawn evenly in their logarithm."""
RANGES_KM = (600.0, 4000.0)
LOFT = (0.85, 1.1)
LONGEST_S = 1500.0
TRIES = 40


@dataclass(frozen=True)
class Raid:
    """A raid: its scenario, and what was drawn."""

    scenario: Scenario
    drawn: dict[str, float | str]


def raid_case(base: Scenario, assets: Assets, objects: int, number: int) -> Raid:
    """Return raid `number` of so many objects at one of the assets and its neighbours; `base` gives network, assets, seed.

    All are of one class, that of the distance. Each flies to one of the assets within its reach with its own dispersion.
    """
    rng = stream(base.seed, "raid", str(objects), str(number))
    begin = tai_from_iso(f"{base.start_utc[:10]}T00:00:00Z") + int(rng.uniform(0.0, 86_400.0)) * NS
    circles = [a for a in assets.asset if a.latitude_deg is not None and a.longitude_deg is not None]
    for _ in range(TRIES):
        target = circles[int(rng.integers(len(circles)))]
        far = _even_log(rng, RANGES_KM)
        able = [n for n, v in packaged_vehicles().items() if v.kind == "missile" and _flies(v.range_km, far)]
        if able:
            break
    else:
        raise InputError("no class of missile flies so far", key="study raids")
    vehicle = sorted(able)[int(rng.integers(len(able)))]
    middle = _away(_place(target), float(rng.uniform(0.0, 2.0 * math.pi)), far * 1e3)
    span = _even_log(rng, SPAN_S)
    radius = _even_log(rng, RADIUS_KM)
    reach = packaged_vehicles()[vehicle].range_km
    near = [a for a in circles if _flies(reach, _distance_km(middle, _place(a)))]
    flights = []
    for k in range(objects):
        lat, lon = _away(middle, float(rng.uniform(0.0, 2.0 * math.pi)), 1e3 * radius * math.sqrt(float(rng.uniform())))
        aim = near[int(rng.integers(len(near)))] if near else target
        flights.append(
            Flight(
                id=f"missile-{k + 1}", kind="missile", vehicle=vehicle, launch_s=LAUNCH_S + float(rng.uniform(0.0, span)),
                latitude_deg=lat, longitude_deg=lon, target=aim.id, loft=round(float(rng.uniform(*LOFT)), 3),
            )
        )  # fmt: skip
    scenario = msgspec.structs.replace(
        base, name=f"raid-{objects}-{number}", start_utc=iso_from_tai(begin), duration_s=LONGEST_S,
        seed=base.seed + 1_000_003 * (number + 1) + objects, flight=tuple(flights), catalogue=type(base.catalogue)(),
        background=type(base.background)(), notification=(), health=(), operator=(), outage=(), source=(), fault=(), tape=(),
    )  # fmt: skip
    drawn: dict[str, float | str] = {
        "vehicle": vehicle, "range_km": round(far), "span_s": round(span), "radius_km": round(radius, 1),
    }  # fmt: skip
    return Raid(scenario, drawn)


def _even_log(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    return math.exp(float(rng.uniform(math.log(bounds[0]), math.log(bounds[1]))))


def _flies(reach: tuple[float, float], far_km: float) -> bool:
    """Return whether a distance is well within the reach of a class."""
    return 1.1 * reach[0] <= far_km <= 0.9 * reach[1]


def _place(asset: Asset) -> tuple[float, float]:
    return float(asset.latitude_deg or 0.0), float(asset.longitude_deg or 0.0)


def _distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(inverse(*(np.array(x) * DEG for x in (*a, *b)))[0]) / 1e3


def _away(place: tuple[float, float], bearing: float, distance: float) -> tuple[float, float]:
    lat, lon, _ = (float(x) / DEG for x in direct(place[0] * DEG, place[1] * DEG, bearing, distance))
    return lat, (lon + 180.0) % 360.0 - 180.0

"""Peaceful launches of the world and the messages about them: in time, late, wrong, missing, and for no launch at all."""

import csv
import functools
import math
from typing import NamedTuple

from tocsin.core.constants import DEG
from tocsin.core.records.scenario import Flight, ScenarioNotification
from tocsin.modelling.paths import data_path
from tocsin.modelling.quiet.draw import Draw, Piece

POLEWARD_DEG = 70.0
"""From this inclination on launches mostly go south, over the sea (Vandenberg, Mahia, Naro)."""
SOUTH = (0.5, 0.8)
"""Part that goes south: below and above that inclination; assumed."""
SMALL_LAUNCHER = 0.2
"""Part of launches to orbit by small launchers; assumed (GCAT 2025: about one in ten)."""
NOTICES = (("in_time", 0.6), ("late", 0.1), ("wrong", 0.1), ("missing", 0.2))
"""What is said of a launch; assumed: the Hague Code asks for notices before launches, and many are not given."""


class Place(NamedTuple):
    """A row of `launches.csv`: what starts there how often."""

    kind: str
    latitude_deg: float
    longitude_deg: float
    inclination_deg: float
    apogee: str
    per_year: float


@functools.cache
def places(kind: str) -> tuple[Place, ...]:
    """Return the launch places of the world of a kind (`space_launch` or `sounding_rocket`)."""
    with data_path("launches.csv").open(newline="") as file:
        rows = [
            Place(
                row["kind"], float(row["lat_deg"]), float(row["lon_deg"]), float(row["inclination_deg"] or "nan"),
                row["apogee"], float(row["per_year"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return tuple(row for row in rows if row.kind == kind)


def per_year(kind: str) -> float:
    """Return how many of a kind start in a year."""
    return sum(p.per_year for p in places(kind))


def _a_place(draw: Draw, kind: str) -> Place:
    known = places(kind)
    return known[draw.by_weight([p.per_year for p in known])]


def heading_deg(latitude_deg: float, inclination_deg: float, south: bool) -> float:
    """Return the azimuth of a launch into an inclination: sin(az) = cos(i) / cos(latitude), without the Earth's turn."""
    sine = math.cos(inclination_deg * DEG) / math.cos(latitude_deg * DEG)
    north = math.degrees(math.asin(min(max(sine, -1.0), 1.0)))
    return (180.0 - north if south else north) % 360.0


def space_launch(draw: Draw) -> Piece:
    """Return a launch to orbit from one of the world's sites, and the message about it."""
    place, start = _a_place(draw, "space_launch"), draw.when()
    south = draw.between(0.0, 1.0) < SOUTH[place.inclination_deg >= POLEWARD_DEG]
    small = draw.between(0.0, 1.0) < SMALL_LAUNCHER
    flight = Flight(
        id=draw.id, kind="space_launch", vehicle="space_launcher_small" if small else "space_launcher_medium",
        launch_s=start, latitude_deg=place.latitude_deg, longitude_deg=place.longitude_deg,
        azimuth_deg=round(heading_deg(place.latitude_deg, place.inclination_deg, south), 2),
    )  # fmt: skip
    return {"flight": [flight], "notification": _notice(draw, flight)}


def sounding_rocket(draw: Draw) -> Piece:
    """Return the flight of a sounding rocket from one of the world's ranges, and the message about it."""
    place, start = _a_place(draw, "sounding_rocket"), draw.when()
    high = ("sounding_rocket", "sounding_rocket_high")
    vehicle = draw.one_of(high if place.apogee == "high" else ("sounding_rocket_small", "sounding_rocket_two_stage"))
    flight = Flight(
        id=draw.id, kind="sounding_rocket", vehicle=vehicle, launch_s=start, latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg, azimuth_deg=round(draw.between(0.0, 360.0), 1),
        elevation_deg=round(draw.between(80.0, 87.0), 1),
    )  # fmt: skip
    return {"flight": [flight], "notification": _notice(draw, flight)}


def _notice(draw: Draw, flight: Flight) -> list[ScenarioNotification]:
    at, kind = flight.launch_s, NOTICES[draw.by_weight([part for _, part in NOTICES])][0]
    if kind == "missing":
        return []
    lead = draw.between(300.0, 7200.0)
    received, window = max(0.0, at - lead), (at - draw.between(0.0, 3600.0), at + draw.between(0.0, 7200.0))
    lat, lon, azimuth, vehicle = flight.latitude_deg, flight.longitude_deg, flight.azimuth_deg, flight.kind
    if kind == "late":
        received = at + draw.between(60.0, 1500.0)
    wrong = draw.one_of(("place", "time", "azimuth", "vehicle")) if kind == "wrong" else ""
    if wrong == "place":
        lat, lon = max(min(lat + draw.between(-3.0, 3.0), 89.0), -89.0), lon + draw.between(-3.0, 3.0)
    elif wrong == "time":
        shift = draw.one_of((-1.0, 1.0)) * draw.between(7200.0, 86400.0)
        window = (window[0] + shift, window[1] + shift)
    elif wrong == "azimuth":
        azimuth = (float(azimuth or 0.0) + draw.between(60.0, 300.0)) % 360.0
    elif wrong == "vehicle":
        vehicle = "sounding_rocket" if vehicle == "space_launch" else "space_launch"
    return [
        ScenarioNotification(
            id=f"{draw.id}-notice", received_s=round(received, 1), window_start_s=window[0], window_end_s=window[1],
            latitude_deg=lat, longitude_deg=(lon + 180.0) % 360.0 - 180.0, azimuth_deg=azimuth, vehicle=vehicle,
        )
    ]  # fmt: skip


def scrub(draw: Draw) -> Piece:
    """Return the notification of a launch that does not take place."""
    place, start = _a_place(draw, "space_launch"), draw.when()
    azimuth = heading_deg(place.latitude_deg, place.inclination_deg, draw.between(0.0, 1.0) < SOUTH[0])
    notice = ScenarioNotification(
        id=draw.id, received_s=max(0.0, start - 3600.0), window_start_s=start, window_end_s=start + 7200.0,
        latitude_deg=place.latitude_deg, longitude_deg=place.longitude_deg, azimuth_deg=azimuth, vehicle="space_launch",
    )  # fmt: skip
    return {"notification": [notice]}

"""Missile tests as they were reported (site, bearing, range, apogee), flown again by packaged classes; scenarios only.

A class with thrust termination flies any range and apogee that it has the speed for. A report of a flight that was pressed
down or glided is flown as the ballistic arc of its range and apogee: no glide is modelled here.
"""

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tocsin.core.constants import DEG, MU_M3_S2
from tocsin.core.errors import InputError
from tocsin.core.records.scenario import Background, Flight, Scenario
from tocsin.core.records.vehicle import Vehicle
from tocsin.modelling.arcs import Arc, Report, arc_of
from tocsin.modelling.chance import stream
from tocsin.modelling.dispersion import payload_beta
from tocsin.modelling.sphere import RADIUS_M, arc_at
from tocsin.world.geodesy import direct

__all__: list[str] = []

TABLE = "missile_tests_dprk/tests.csv"
BY_REACH = (
    "short_range_liquid", "short_range", "medium_range", "medium_range_solid", "submarine_launched",
    "intermediate_range_liquid", "intercontinental_liquid", "intercontinental_solid",
)  # fmt: skip
DEPRESSED = 0.5
"""Apogee over that of least energy below which a flight was pressed down on purpose."""
SHORT_M, INTERMEDIATE_M = 1000e3, 5500e3
"""Range classes: short below 1,000 km, intercontinental from 5,500 km on (domain convention, INF and START treaties)."""
LAUNCHERS = ("unha", "unha-3", "chollima-1", "taepodong-1")
"""Types that the list calls launchers of satellites."""
FLIGHT_ID = "launch"
LAUNCH_S, AFTER_S, ORBIT_S = 60.0, 60.0, 1200.0


class Test(msgspec.Struct, frozen=True):
    """One reported test."""

    number: int
    """Of the list."""
    date: str
    missile: str
    report: Report
    launcher: bool
    """A launcher of satellites."""
    success: bool
    glide: bool

    @property
    def kind(self) -> str:
        """Return `gliding`, `depressed` or `ballistic`."""
        return "gliding" if self.glide else "depressed" if self.report.steepness < DEPRESSED else "ballistic"


def read_tests(file: Path) -> list[Test]:
    """Return the tests of a list that give bearing, range and apogee, in its order."""
    if not file.is_file():
        raise InputError("no such list of missile tests", file=str(file), key="--data")
    with file.open(newline="", encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["apogee_km"] and r["range_km"] and r["bearing_deg"]]
    return [
        Test(
            number=int(r["test_id"]),
            date=r["date"],
            missile=r["missile"],
            report=Report(
                (float(r["launch_lat_deg"]) * DEG, float(r["launch_lon_deg"]) * DEG),
                float(r["bearing_deg"]) * DEG,
                float(r["range_km"]) * 1e3,
                float(r["apogee_km"]) * 1e3,
            ),
            launcher=r["missile_key"] in LAUNCHERS,
            success=r["outcome"] == "success",
            glide=bool(r["glide"]),
        )
        for r in rows
    ]


def speed_m_s(report: Report) -> float:
    """Return the speed at the ground of the sphere's arc with the range and apogee of a report (bisection on angle)."""
    low, high = 1e-4, 1.57
    for _ in range(60):
        middle = 0.5 * (low + high)
        if arc_at(report.range_m, middle).apogee_m < report.apogee_m:
            low = middle
        else:
            high = middle
    return arc_at(report.range_m, low).speed_m_s


def flyers(report: Report, vehicles: dict[str, Vehicle]) -> Iterator[tuple[str, Arc]]:
    """Yield the classes that have the flight, with it, the smallest first; classes much too slow are passed over."""
    wanted = speed_m_s(report)
    for name in BY_REACH:
        # gravity and air take a fifth to a third of the ideal speed of every class; one this slow cannot have it
        if vehicles[name].ideal_speed_m_s > 1.25 * wanted:
            arc = arc_of(vehicles[name], report)
            if arc is not None:
                yield name, arc


def reach_m(speed: float, height_m: float = 0.0) -> float:
    """Return the longest range (m) of a speed (m/s) at a height: its energy on the arc of least energy (Wheelon 1959).

    With q = v^2 R / mu at the ground, sin(f / 2) = q / (2 - q) of the range angle f.
    """
    square = speed**2 + 2.0 * MU_M3_S2 * (1.0 / RADIUS_M - 1.0 / (RADIUS_M + height_m))
    q = square * RADIUS_M / MU_M3_S2
    return 2.0 * RADIUS_M * math.asin(min(q / (2.0 - q), 1.0)) if q < 2.0 else math.pi * RADIUS_M


def class_of(speed: float) -> str:
    """Return the class of a missile with such a speed (m/s) at the ground on its arc: by its reach, whatever its range.

    What is lofted or pressed down has the energy of a longer flight, and is a missile of that range.
    """
    reach = reach_m(speed)
    name = "short_range" if reach < SHORT_M else "intermediate_range" if reach < INTERMEDIATE_M else "intercontinental"
    return f"ballistic_missile_{name}"


def scenarios_of(base: Scenario, test: Test, draw: int, draws: int, vehicles: dict[str, Vehicle]) -> Iterator[Scenario]:
    """Yield the scenario of a draw of a test with each class that has the flight, the smallest first.

    Draws differ by the noise of every sensor, what it carries, where it falls about its aim, and the hour of the day, evenly
    over all `draws`. What a class flies to the aim it may not fly beside it: then the next one does.
    """
    lat, lon = (v / DEG for v in test.report.place)
    seed = base.seed + 1_000_003 * (draw + 1) + test.number
    hour = (draw + 0.5) * 24.0 / draws % 24.0
    start = f"{base.start_utc[:11]}{int(hour):02d}:{int(hour * 60 % 60):02d}:00Z"
    alone = msgspec.structs.replace(
        base, name=f"test-{test.number}", start_utc=start, seed=seed, catalogue=type(base.catalogue)(),
        background=Background(), notification=(), health=(), operator=(), outage=(), source=(), fault=(), tape=(),
    )  # fmt: skip
    if test.launcher and test.success:
        flight = Flight(
            id=FLIGHT_ID, kind="space_launch", vehicle="space_launcher_small", launch_s=LAUNCH_S, latitude_deg=lat,
            longitude_deg=lon, azimuth_deg=test.report.bearing / DEG,
        )  # fmt: skip
        yield msgspec.structs.replace(alone, duration_s=LAUNCH_S + ORBIT_S, flight=(flight,))
        return
    fall = [float(v) / DEG for v in direct(*test.report.place, test.report.bearing, test.report.range_m)]
    for name, arc in flyers(test.report, vehicles):
        flight = Flight(
            id=FLIGHT_ID, kind="missile", vehicle=name, launch_s=LAUNCH_S, latitude_deg=lat, longitude_deg=lon,
            target_latitude_deg=fall[0], target_longitude_deg=(fall[1] + 180.0) % 360.0 - 180.0,
            apogee_km=test.report.apogee_m / 1e3, payload_beta_kg_m2=round(payload_beta(stream(seed, "beta")), 1),
        )  # fmt: skip
        yield msgspec.structs.replace(alone, duration_s=LAUNCH_S + arc.time_s + AFTER_S, flight=(flight,))


def right_class(test: Test) -> str:
    """Return the class that is right for a test; `` where none is known: a launcher that failed."""
    if test.launcher:
        return "space_launch" if test.success else ""
    return class_of(speed_m_s(test.report))

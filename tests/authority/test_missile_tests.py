"""Missile tests reported with site, bearing, range and apogee: each ballistic one has a flight of a packaged class.

The list: github.com/nagix/nk-missile-tests (Apache-2.0), after the CNS test database; half of its test days.
"""

import csv

from tests.shared_data import shared
from tests.vehicles import VEHICLES
from tocsin.core.constants import DEG
from tocsin.modelling.arcs import Report, arc_of
from tocsin.modelling.sphere import RADIUS_M, arc_at

BY_REACH = (
    "short_range_liquid", "short_range", "medium_range", "medium_range_solid", "submarine_launched",
    "intermediate_range_liquid", "intercontinental_liquid", "intercontinental_solid",
)  # fmt: skip
DEPRESSED = 0.5
"""Apogee over that of least energy below which a flight was pressed down on purpose."""


def speed_m_s(report: Report) -> float:
    """Return the speed at the ground of the sphere's arc with the range and apogee of a report (bisection on angle)."""
    low, high = 1e-4, 1.57
    for _ in range(60):
        middle = 0.5 * (low + high)
        if arc_at(report.range_m, middle).apogee_m < report.apogee_m:
            low = middle
        else:
            high = middle
    assert report.range_m < 0.5 * RADIUS_M
    return arc_at(report.range_m, low).speed_m_s


def flyer(report: Report) -> str:
    """Return the smallest class that has the flight, or nothing; classes much too slow are passed over."""
    wanted = speed_m_s(report)
    for name in BY_REACH:
        # gravity and air take a fifth to a third of the ideal speed of every class; one this slow cannot have it
        if VEHICLES[name].ideal_speed_m_s > 1.25 * wanted and arc_of(VEHICLES[name], report) is not None:
            return name
    return ""


def test_reported_tests_have_a_flight():
    with shared("data/missile_tests_dprk/tests.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["apogee_km"] and r["range_km"] and r["bearing_deg"]]
    assert len(rows) == 104
    found: dict[Report, str] = {}
    ballistic, missing, named = 0, [], []
    for r in rows:
        place = (float(r["launch_lat_deg"]) * DEG, float(r["launch_lon_deg"]) * DEG)
        report = Report(place, float(r["bearing_deg"]) * DEG, float(r["range_km"]) * 1e3, float(r["apogee_km"]) * 1e3)
        reason = "gliding" if r["glide"] else "depressed" if report.steepness < DEPRESSED else ""
        if reason:
            named.append((r["test_id"], r["missile"], r["range_km"], r["apogee_km"], reason))
            continue
        if report not in found:
            found[report] = flyer(report)
        ballistic += 1
        missing += [] if found[report] else [(r["test_id"], r["missile"], r["range_km"], r["apogee_km"])]
    for line in named:
        print(*line)
    print(f"{len(rows)} tests, {ballistic} ballistic, {len(missing)} of them without a flight: {missing}")
    assert ballistic >= 75
    assert len(missing) <= 0.05 * ballistic

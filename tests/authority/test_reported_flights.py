"""Flights that were reported with range, apogee and flight time, flown by one generic class for each kind of vehicle.

Rows OBS of the reference file `flight_profiles.csv`, each with its source there.
"""

import csv

import numpy as np

from tests.frozen import moved
from tests.shared_data import shared
from tests.vehicles import VEHICLES
from tocsin.core.constants import DEG
from tocsin.modelling.arcs import Report, arc_of, flown
from tocsin.modelling.sphere import kepler_time

CLASS_OF = {
    "IRBM": "intermediate_range_liquid",
    "ICBM class, solid": "intercontinental_solid",
    "ICBM": "intercontinental_liquid",
    "Black Brant": "sounding_rocket_high",
}
"""By what the row says of its vehicle; the first that fits."""
PLACE, BEARING = (39.5 * DEG, 127.0 * DEG), 70.0 * DEG
"""The rows name no launch place; all but the sounding rocket rose from this coast toward the east."""
ANDOYA = (69.3 * DEG, 16.0 * DEG)


def reported() -> list[dict[str, str]]:
    with shared("reference/flight_profiles.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["kind"] == "observed_flight"]
    return [r for r in rows if r["confidence"] in ("high", "medium") and r["flight_time_s"]]


def test_reported_ranges_and_apogees_are_flown_and_boost_adds_two_to_five_minutes():
    rows, classes = {}, set()
    for r in reported():
        name = next(c for text, c in CLASS_OF.items() if text in r["vehicle_or_class"])
        vehicle = VEHICLES[name]
        apogee = float(r["apogee_km"]) * 1e3
        if r["range_km"]:
            distance = float(r["range_km"]) * 1e3
            arc = arc_of(vehicle, Report(PLACE, BEARING, distance, apogee))
            assert arc is not None, (r["id"], name)
        else:
            # a rail has no cut-off, and the ground range is not known: the tilt that gives the apogee
            tilts = np.arange(2.0, 9.0, 0.25) * DEG
            arcs = [flown(vehicle, ANDOYA, -20.0 * DEG, tilt, vehicle.burn_s) for tilt in tilts]
            arc = min(arcs, key=lambda a: abs(a.apogee_m - apogee))
            distance = 0.0
        assert abs(arc.apogee_m / apogee - 1.0) < 2e-3
        if distance:
            assert abs(arc.range_m / distance - 1.0) < 2e-3
        kepler = kepler_time(max(distance, 1.0), apogee)
        excess, said = arc.time_s - kepler, float(r["flight_time_s"]) - kepler
        print(f"{r['id']} {name}: {excess:+.0f} s over Kepler, reported {said:+.0f} s; cut-off at {arc.cutoff_s:.0f} s")
        assert 120.0 <= excess <= 280.0, r["id"]
        classes.add(name)
        rows[r["id"]] = {"excess_s": excess, "cutoff_s": arc.cutoff_s}
    # eight flights, four models: one for each class and none for a flight
    assert len(rows) == 8 and classes == set(CLASS_OF.values())
    assert moved("reported_flights", rows, {"excess_s": 1.0, "cutoff_s": 1.0}) == {}

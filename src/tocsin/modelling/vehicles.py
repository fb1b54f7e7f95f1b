"""Where a scenario's vehicles come from: a packaged class by its name, one drawn beside it, or a TOML file of its own."""

import re
from pathlib import Path

from tocsin.core.errors import InputError
from tocsin.core.records.scenario import Flight, Scenario
from tocsin.core.records.vehicle import Vehicle
from tocsin.formats.toml_checks import Complaint
from tocsin.formats.toml_files import error_at, read_vehicle
from tocsin.modelling.drawn_vehicle import drawn_vehicle
from tocsin.modelling.paths import find_beside, roots

KIND_OF = {"missile": "missile", "sounding_rocket": "sounding_rocket", "space_launch": "space_launcher"}
"""What kind of vehicle each kind of flight takes."""
DRAWN = re.compile(r"(.+)~(\d{1,9})")
DEFAULT = {"sounding_rocket": "sounding_rocket", "space_launch": "space_launcher_medium"}


def find_vehicle(name: str, kind: str, scenario_path: str | Path | None = None) -> Vehicle:
    """Return the vehicle of a kind that a scenario names; InputError says which classes there are.

    `name` is a packaged class (`short_range`), or the path of a TOML file relative to the scenario; with `~17` after it, vehicle
    17 of those drawn at random beside it.
    """
    drawn = DRAWN.fullmatch(name)
    try:
        path = find_beside(drawn[1] if drawn else name, scenario_path, "vehicles") if name else None
    except InputError:
        path = None
    vehicle = None if path is None else read_vehicle(path)
    if vehicle is None or vehicle.kind != kind:
        found = "no such vehicle" if vehicle is None else f"a vehicle of kind {vehicle.kind}, not {kind}"
        names = ", ".join(v.name for v in packaged_vehicles().values() if v.kind == kind)
        raise InputError(
            f"{name!r}: {found}",
            file=str(scenario_path or ""),
            key="vehicle",
            allowed=f"{names}, or the path of a TOML file relative to the scenario",
        )
    return drawn_vehicle(vehicle, int(drawn[2])) if drawn else vehicle


def vehicle_of(flight: Flight, scenario_path: str | Path | None = None) -> Vehicle:
    """Return the vehicle of a flight; InputError names the flight."""
    try:
        return find_vehicle(flight.vehicle or DEFAULT.get(flight.kind, ""), KIND_OF[flight.kind], scenario_path)
    except InputError as error:
        if error.key != "vehicle":
            raise
        key = f"flight {flight.id}: vehicle"
        raise InputError(error.message, file=error.file, key=key, allowed=error.allowed) from None


def check_vehicles(scenario: Scenario, scenario_path: str | Path) -> None:
    """Refuse a scenario (InputError with line) that names a vehicle which is not there, or cannot fly."""
    for i, flight in enumerate(scenario.flight):
        if flight.kind not in KIND_OF:
            continue
        try:
            vehicle_of(flight, scenario_path)
        except InputError as error:
            if not error.key.endswith(": vehicle"):
                raise
            complaint = Complaint(("flight", i, "vehicle"), error.message, error.allowed)
            raise error_at(scenario_path, complaint) from None


def packaged_vehicles() -> dict[str, Vehicle]:
    """Return all classes in the `vehicles/` folders by file name, sorted; the nearest folder wins."""
    found: dict[str, Path] = {}
    for root in roots():
        for path in (root / "vehicles").glob("*.toml"):
            found.setdefault(path.stem, path)
    return {name: read_vehicle(found[name]) for name in sorted(found)}

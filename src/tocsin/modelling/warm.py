"""Kernels of the simulator compiled ahead: a short piece of the packaged scenario is simulated into a temporary folder."""

import tempfile
from pathlib import Path

import msgspec

from tocsin.core.records.scenario import Catalogue
from tocsin.formats.toml_files import read_scenario
from tocsin.modelling.paths import find_scenario
from tocsin.modelling.simulate import simulate

DURATION_S, LIFT_OFF_S = 420.0, 20.0


def exercise_simulation() -> None:
    """Run every kernel of the simulator once: one flight of each kind, a few satellites, all background."""
    path = find_scenario("first-light")
    scenario = read_scenario(path)
    kinds: dict[tuple[str, str], object] = {}
    for flight in scenario.flight:
        kinds.setdefault((flight.kind, flight.vehicle if flight.kind == "sounding_rocket" else ""), flight)
    flights = tuple(msgspec.structs.replace(f, launch_s=LIFT_OFF_S) for f in kinds.values())  # type: ignore[type-var]
    short = msgspec.structs.replace(
        scenario, duration_s=DURATION_S, flight=flights, notification=(), outage=(), catalogue=Catalogue(objects=300)
    )
    with tempfile.TemporaryDirectory() as folder:
        simulate(short, path, Path(folder) / "out")


if __name__ == "__main__":
    exercise_simulation()

"""`tocsin simulate` and `tocsin run`: a scenario becomes inputs; and these go through the centre."""

import json
import time
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import DONE
from tocsin.cli.intake import DEFAULT_UNTIL_S, FedFile, Manifest, Role, Source, read_sources, until_tai
from tocsin.cli.live import Display
from tocsin.cli.process import OWN_OUTPUTS, Outcome, finish, through_centre, warm
from tocsin.core.errors import InputError
from tocsin.core.records.scenario import Scenario
from tocsin.formats.folder import OutputFolder, prepare
from tocsin.formats.toml_files import check_scenario, read_assets, read_network, read_scenario
from tocsin.modelling.paths import find_beside, find_scenario
from tocsin.modelling.simulate import SimulationResult, simulate
from tocsin.modelling.vehicles import check_vehicles


def load_scenario(name: str, seed: int | None) -> tuple[Scenario, Path]:
    """Return a scenario (with another seed, if one is given) and the path of its file."""
    path = find_scenario(name)
    scenario = read_scenario(path)
    if seed is not None:
        scenario = msgspec.structs.replace(scenario, seed=seed)
    # a wrong key in the files it names is told before anything is compiled
    network = read_network(find_beside(scenario.network, path, "networks"))
    check_scenario(path, scenario, network, read_assets(find_beside(scenario.assets, path, "assets")))
    check_vehicles(scenario, path)
    return scenario, path


def make_inputs(
    scenario: Scenario, path: Path, out: Path, catalogue: Path | None, display: Display
) -> SimulationResult:
    """Clear an output folder and write a scenario's inputs, truth and labels into it."""
    if catalogue is not None and not catalogue.is_file():
        raise InputError("no such file", file=str(catalogue), key="--catalogue")
    prepare(out)
    return simulate(
        scenario,
        path,
        out,
        progress=lambda stage, part: display.stage(f"simulating {stage}", part),
        catalogue=catalogue,
    )


def made_sources(result: SimulationResult) -> list[Source]:
    """Return the files of a simulation as they are fed."""
    made: tuple[tuple[Path, Role], ...] = (
        (result.looks, "looks"),
        (result.network, "network"),
        (result.assets, "assets"),
        (result.catalogue, "catalogue"),
        (result.notifications, "notifications"),
        (result.words, "looks"),
    )
    return [Source(path, role) for path, role in made if path.is_file()]


def simulate_scenario(name: str, out: Path | None, seed: int | None, catalogue: Path | None, as_json: bool) -> int:
    """Return the exit code of writing a scenario's inputs, truth and labels."""
    scenario, path = load_scenario(name, seed)
    folder = out if out is not None else Path("out") / scenario.name
    with Display(f"simulate {scenario.name}", quiet=as_json) as display:
        result = make_inputs(scenario, path, folder, catalogue, display)
        if as_json:
            print(json.dumps({"out": str(folder), "exit": DONE, "counts": result.counts, "notes": result.notes}))
        for note in result.notes:
            display.say(note)
        display.say(f"inputs: {folder / 'inputs'}")
    return DONE


def run_scenario(
    name: str, out: Path | None, seed: int | None, catalogue: Path | None, until: str | None, as_json: bool
) -> int:
    """Return the exit code of simulating a scenario and processing what its sensors saw."""
    scenario, path = load_scenario(name, seed)
    until_tai(until or f"{DEFAULT_UNTIL_S:g}", 0)
    folder = out if out is not None else Path("out") / scenario.name
    with Display(f"run {scenario.name}", quiet=as_json) as display:
        timing: dict[str, float] = {"compile_s": warm(display, simulator=True)}
        started = time.perf_counter()
        result = make_inputs(scenario, path, folder, catalogue, display)
        timing["simulate_s"] = time.perf_counter() - started
        for note in result.notes:
            display.say(note)
        more: dict[str, Any] = {"simulated": result.counts}
        outcome = process_made(result, scenario, until, display, timing)
        finish(outcome, display, as_json, more)
    return outcome.exit


def process_made(
    result: SimulationResult,
    scenario: Scenario,
    until: str | None,
    display: Display,
    timing: dict[str, float],
    report: bool = True,
) -> Outcome:
    """Return the outcome of processing simulated inputs where they stand."""
    started = time.perf_counter()
    display.stage("reading inputs")
    sources = made_sources(result)
    intake = read_sources(sources, scenario.data_mode)
    timing["read_s"] = time.perf_counter() - started
    with OutputFolder(result.out_dir, keep=("inputs", *OWN_OUTPUTS)) as folder:
        for source in sources:
            folder.register_input(source.path)
        fed = tuple(FedFile(source.path.name, source.role) for source in sources)
        manifest = Manifest(scenario.name, scenario.data_mode, until or f"{DEFAULT_UNTIL_S:g}", fed)
        return through_centre(intake, manifest, folder, display, timing, report)

"""The command line `tocsin`: names and options; each command loads what it needs only when it is called."""

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.cli.exits import guarded
from tocsin.cli.study.choose import STUDIES, Asked, run_chosen

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="An open, verifiable missile attack warning system, and the means to model one.",
)


def _option(text: str, *names: str) -> Any:
    return typer.Option(*names, help=text, show_default=False)


def _argument(text: str) -> Any:
    return typer.Argument(help=text, show_default=False)


MODES = "Data mode of the looks: real, exercise, simulated or test; others are refused."
UNTIL = "Run data time on to this instant (ISO 8601), or seconds after the last input [default: 60]."

ScenarioName = Annotated[str, _argument("Scenario file, or the name of a packaged one (first-light).")]
Folder = Annotated[Path, _argument("Output folder of an earlier run.")]
LookFiles = Annotated[list[Path], _argument("Look tables (Parquet, JSON lines) or observation tables.")]
ElementSets = Annotated[list[Path], _argument("Element sets (TLE, 3LE; .gz).")]
Out = Annotated[Path | None, _option("Folder for the outputs.", "--out")]
Json = Annotated[bool, _option("Print one JSON object for machines instead of text.", "--json")]
Seed = Annotated[int | None, _option("Use this seed instead of the scenario's.", "--seed")]
Until = Annotated[str | None, _option(UNTIL, "--until")]
NetworkFile = Annotated[Path | None, _option("Network file (sensors).", "--network")]
DoctorNetwork = Annotated[
    Path | None, _option("Examine this network instead: coverage, gaps, what was assumed.", "--network")
]
AssetsFile = Annotated[Path | None, _option("Assets file (protected places).", "--assets")]
CatalogueFile = Annotated[Path | None, _option("Element sets of known objects (TLE, 3LE; .gz).", "--catalogue")]
NotificationsFile = Annotated[Path | None, _option("Launch notifications (JSON lines).", "--notifications")]
Mode = Annotated[str | None, _option(MODES, "--data-mode")]
Truth = Annotated[Path | None, _option("truth.parquet, or the folder that holds it [default: OUT_DIR].", "--truth")]
Quick = Annotated[bool, _option("Do not process the inputs again.", "--quick")]
SchemaName = Annotated[str, _argument("Name of a schema; without it, all names.")]
Fingerprint = Annotated[bool, _option("Print only what bit-equality depends on.", "--fingerprint")]
Looks = Annotated[list[Path] | None, _option("Look tables to correlate with the catalogue.", "--looks")]
StudyName = Annotated[str, _argument("; ".join(f"{name}: {study.about}" for name, study in STUDIES.items()) + ".")]
STUDIED = "Scenario that is drawn anew, or whose network and assets are studied; of some a part of a name."
StudyScenario = Annotated[str | None, _option(STUDIED, "--scenario")]
HOW_MANY = (
    "How many [default: " + ", ".join(f"{name} {study.number} {study.unit}" for name, study in STUDIES.items()) + "]."
)
Seeds = Annotated[int | None, _option(HOW_MANY, "--seeds")]
FirstSeed = Annotated[int, _option("The first seed [default: 1].", "--first-seed")]
StudyData = Annotated[
    Path | None, _option("Folder of the public data of lookalikes [default: the packaged part] and of tests.", "--data")
]
Jobs = Annotated[int, _option("Processes at a time [default: 1].", "--jobs")]
Version = Annotated[bool, _option("Print the version and leave.", "--version")]


def _end(action: Callable[[], int], as_json: bool) -> None:
    raise typer.Exit(guarded(action, as_json))


@app.callback(invoke_without_command=True)
def _root(context: typer.Context, version: Version = False) -> None:
    if version:
        from tocsin import __version__

        print(f"tocsin {__version__}")
        raise typer.Exit(0)


@app.command()
def run(
    scenario: ScenarioName,
    out: Out = None,
    seed: Seed = None,
    catalogue: CatalogueFile = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """Simulate a scenario and process what its sensors saw."""

    def action() -> int:
        from tocsin.cli.run import run_scenario

        return run_scenario(scenario, out=out, seed=seed, catalogue=catalogue, until=until, as_json=as_json)

    _end(action, as_json)


@app.command()
def simulate(
    scenario: ScenarioName, out: Out = None, seed: Seed = None, catalogue: CatalogueFile = None, as_json: Json = False
) -> None:
    """Make the inputs of a scenario (looks, notifications) and its truth."""

    def action() -> int:
        from tocsin.cli.run import simulate_scenario

        return simulate_scenario(scenario, out=out, seed=seed, catalogue=catalogue, as_json=as_json)

    _end(action, as_json)


@app.command()
def process(
    files: LookFiles,
    network: NetworkFile = None,
    assets: AssetsFile = None,
    data_mode: Mode = None,
    catalogue: CatalogueFile = None,
    notifications: NotificationsFile = None,
    until: Until = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Process looks through the centre: tracks, events, assessments, warnings."""

    def action() -> int:
        from tocsin.cli.process import process_files

        return process_files(
            files, network=network, assets=assets, data_mode=data_mode, catalogue=catalogue,
            notifications=notifications, until=until, out=out, as_json=as_json,
        )  # fmt: skip

    _end(action, as_json)


@app.command()
def replay(out_dir: Folder, out: Out = None, as_json: Json = False) -> None:
    """Process the inputs of an earlier run again and say whether the results are equal."""

    def action() -> int:
        from tocsin.cli.replay import replay_folder

        return replay_folder(out_dir, out=out, as_json=as_json)

    _end(action, as_json)


@app.command()
def score(out_dir: Folder, truth: Truth = None, out: Out = None, as_json: Json = False) -> None:
    """Compare an output folder with the truth."""

    def action() -> int:
        from tocsin.cli.score import score_outputs

        return score_outputs(out_dir, truth=truth, out=out, as_json=as_json)

    _end(action, as_json)


@app.command()
def verify(out_dir: Folder, quick: Quick = False, out: Out = None, as_json: Json = False) -> None:
    """Check an output folder: inputs, digests, warnings against their schema, causes back to the looks."""

    def action() -> int:
        from tocsin.cli.verify import verify_folder

        return verify_folder(out_dir, quick=quick, out=out, as_json=as_json)

    _end(action, as_json)


@app.command()
def schema(name: SchemaName = "", out: Out = None, as_json: Json = False) -> None:
    """Print the JSON Schema of an input, a file or a record."""

    def action() -> int:
        from tocsin.cli.schema import print_schema

        return print_schema(name, out=out, as_json=as_json)

    _end(action, as_json)


@app.command()
def doctor(
    fingerprint: Fingerprint = False,
    network: DoctorNetwork = None,
    assets: AssetsFile = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Say what is missing on this machine and how to mend it; with --network, what a network can see."""

    def action() -> int:
        if network is not None:
            from tocsin.cli.doctor_network import examine_network

            return examine_network(network, assets, out=out, as_json=as_json)
        from tocsin.cli.doctor import examine

        return examine(fingerprint_only=fingerprint, out=out, as_json=as_json)

    _end(action, as_json)


@app.command()
def catalogue(
    files: ElementSets,
    looks: Looks = None,
    network: NetworkFile = None,
    data_mode: Mode = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Say what is in element-set files: count, epochs, errors; with --looks, which detections are known objects."""

    def action() -> int:
        from tocsin.cli.catalogue import catalogue_files

        return catalogue_files(files, looks=looks or [], network=network, data_mode=data_mode, out=out, as_json=as_json)

    _end(action, as_json)


@app.command()
def study(
    name: StudyName,
    scenario: StudyScenario = None,
    seeds: Seeds = None,
    first_seed: FirstSeed = 1,
    jobs: Jobs = 1,
    catalogue: CatalogueFile = None,
    data: StudyData = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run a scenario over many seeds (resumable, one JSON line a seed), or the incidents of the past."""

    def action() -> int:
        return run_chosen(Asked(name, scenario, 0, first_seed, jobs, catalogue, data, out, as_json), seeds)

    _end(action, as_json)


def main() -> None:
    """Run the command line; the process ends with the command's exit code."""
    if not os.environ.get("TOCSIN_DEBUG"):
        warnings.simplefilter("ignore")  # a user is told by records; TOCSIN_DEBUG=1 shows what libraries remark
    try:
        app(prog_name="tocsin")
    except KeyboardInterrupt:
        sys.exit(130)

"""`tocsin process`: files of looks through the centre into an output folder. `run` and `replay` end here too."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import BROKEN, DONE, DONE_WITH_REFUSALS, INTERRUPTED
from tocsin.cli.intake import (
    DEFAULT_UNTIL_S,
    MANIFEST,
    FedFile,
    Intake,
    Manifest,
    Source,
    check_data_mode,
    check_usable,
    read_sources,
    until_tai,
)
from tocsin.cli.live import Display
from tocsin.core.errors import InputError
from tocsin.formats.folder import OutputFolder
from tocsin.formats.inputs import kind_of_file
from tocsin.formats.summary import Summary

OWN_OUTPUTS = ("truth.parquet", "labels.parquet")


class Outcome(msgspec.Struct, frozen=True):
    """How a run ended."""

    out: Path
    summary: Summary
    report: Path | None
    exit: int


def process_files(
    files: Sequence[Path],
    network: Path | None,
    assets: Path | None,
    data_mode: str | None,
    catalogue: Path | None,
    notifications: Path | None,
    until: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Return the exit code of processing look tables (or observation tables) into `out`."""
    mode = check_data_mode(data_mode)
    sources = gather(files, network, assets, catalogue, notifications)
    name = files[0].name.encode("utf-8", "replace").decode().split(".")[0] or "looks"
    folder = out if out is not None else Path("out") / name
    _refuse_own_inputs(sources, folder)
    with Display(f"process {name}", quiet=as_json) as display:
        outcome = process_sources(sources, mode, until, folder, name, display)
        finish(outcome, display, as_json)
    return outcome.exit


def gather(
    files: Sequence[Path],
    network: Path | None,
    assets: Path | None,
    catalogue: Path | None,
    notifications: Path | None,
) -> list[Source]:
    """Return what each file is; InputError when something needed is missing."""
    sources = []
    for path in (*files, *(path for path in (network, assets, catalogue, notifications) if path is not None)):
        if not path.is_file():  # a pipe would be waited for without end, and can be read but once
            found = "is a folder" if path.is_dir() else "not a regular file" if path.exists() else "no such file"
            raise InputError(found, file=str(path))
    for path in files:
        sources.append(Source(path, "observations" if kind_of_file(path) == "ssn_table" else "looks"))
    tables = [s.path for s in sources if s.role == "observations"]
    if tables:
        sources.append(Source(tables[0].parent / "sensors.csv", "sensors"))
    if network is not None:
        sources.append(Source(network, "network"))
    elif not tables:
        raise InputError("is required: the network file of the sensors", key="--network")
    if assets is None:
        raise InputError("is required: the list of protected places", key="--assets")
    sources.append(Source(assets, "assets"))
    if catalogue is not None:
        sources.append(Source(catalogue, "catalogue"))
    if notifications is not None:
        sources.append(Source(notifications, "notifications"))
    return sources


def _refuse_own_inputs(sources: Sequence[Source], folder: Path) -> None:
    """Refuse to read files out of the folder that is about to be cleared."""
    target = folder.resolve()
    for source in sources:
        if target in source.path.resolve().parents:
            raise InputError(f"stands in the output folder {folder}: give another --out", file=str(source.path))


def process_sources(
    sources: Sequence[Source],
    data_mode: str,
    until: str | None,
    out: Path,
    title: str,
    display: Display,
    report: bool = True,
    replayed: bool = False,
) -> Outcome:
    """Read, copy and process sources into a folder; nothing is written before all of them were read.

    InputError when no row of them can be used, but in a replay: what ran once runs again.
    """
    wanted = until or f"{DEFAULT_UNTIL_S:g}"
    until_tai(wanted, 0)
    started = time.perf_counter()
    display.stage("reading inputs")
    intake = read_sources(sources, data_mode)
    if not replayed:
        check_usable(intake, sources)
    timing = {"read_s": time.perf_counter() - started, "compile_s": warm(display)}
    with OutputFolder(out) as folder:
        pairs = zip(sources, intake.names, strict=True)
        fed = tuple(FedFile(folder.add_input(s.path, name).name, s.role) for s, name in pairs)
        manifest = Manifest(title, data_mode, wanted, fed)
        return through_centre(intake, manifest, folder, display, timing, report)


def through_centre(
    intake: Intake,
    manifest: Manifest,
    folder: OutputFolder,
    display: Display,
    timing: dict[str, float],
    report: bool = True,
) -> Outcome:
    """Run an intake through a new centre into an open folder whose inputs stand; then summary and report page."""
    from tocsin.cli.fingerprint import fingerprint
    from tocsin.cli.pipeline import Pipeline

    folder.write_input(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    pipeline = Pipeline(intake, folder, display)
    started = time.perf_counter()
    pipeline.run(manifest.until)
    timing["centre_s"] = time.perf_counter() - started
    timing["detections_per_s"] = pipeline.detections / max(timing["centre_s"], 1e-9)
    folder.close()
    summary = pipeline.summary(manifest.title, fingerprint(), timing)
    folder.summary(summary)
    page = None
    if report and not pipeline.interrupted:
        display.stage("writing the report")
        started = time.perf_counter()
        page = write_report(folder.path)
        timing["report_s"] = time.perf_counter() - started
        folder.summary(summary)
    return Outcome(folder.path, summary, page, _exit_of(summary))


def _exit_of(summary: Summary) -> int:
    if summary.interrupted:
        return INTERRUPTED
    if any(reason.startswith("unaccounted") for reason in summary.rows.refused):
        return BROKEN
    return DONE_WITH_REFUSALS if summary.counts.get("refusals", 0) else DONE


def write_report(out: Path) -> Path:
    """Return the path of the report page made from an output folder."""
    from tocsin.modelling.report import build_report

    build_report(out)
    return out / "report.html"


def warm(display: Display, *, simulator: bool = False) -> float:
    """Return the seconds it took to compile the kernels, shown as such; 0 when they are in the cache."""
    from tocsin.centre.warm import is_warm, warm_kernels
    from tocsin.core.kernels import cache_dir

    if is_warm():
        return 0.0
    display.say("compiling the numeric kernels (once, about a minute) ...")
    display.stage("compiling kernels")
    seconds = warm_kernels(("tocsin.modelling.warm",) if simulator else ())
    if is_warm():
        display.say(f"kernels compiled in {seconds:.1f} s, kept in {cache_dir()}")
    else:
        display.say(f"not all kernels could be compiled ahead ({seconds:.1f} s): the rest is when it is first needed")
        display.say("`python -m tocsin.centre.warm tracking` and `... prediction` say what failed")
    return float(seconds)


def finish(outcome: Outcome, display: Display, as_json: bool, more: dict[str, Any] | None = None) -> None:
    """Show the end of a run: a summary for a person, or one JSON object for a machine."""
    if as_json:
        shown = {"out": str(outcome.out), "exit": outcome.exit, "report": str(outcome.report or ""), **(more or {})}
        print(json.dumps({**shown, "summary": msgspec.to_builtins(outcome.summary)}))
        return
    summary = outcome.summary
    display.end()
    for line in summary_lines(summary):
        display.say(line)
    for line in (more or {}).get("lines", ()):
        display.say(line)
    if summary.interrupted:
        display.say(f"interrupted; what was finished is valid: {outcome.out}", style="yellow")
    elif outcome.report is not None:
        display.say(f"report: {outcome.report}", style="green")


def summary_lines(summary: Summary) -> list[str]:
    """Return the few lines that end a run."""
    rows, counts, timing = summary.rows, summary.counts, summary.timing
    refused = sum(rows.refused.values())
    lines = [
        f"{rows.given:,} rows in, {rows.used:,} used, {refused:,} refused or dropped",
        f"{counts['detections']:,} detections in {counts['looks']:,} looks, "
        f"{timing['detections_per_s']:,.0f} detections/s through the centre",
    ]
    worst = sorted(rows.refused.items(), key=lambda item: (-item[1], item[0]))[:5]
    lines += [f"  {count:,} x {reason}" for reason, count in worst]
    lines.append(
        f"{counts.get('tracks_begun', 0):,} tracks begun, {counts.get('events', 0)} events, "
        f"{counts['assessments']:,} assessments, {counts['warnings']} warnings"
    )
    lines.append(f"digests: events {summary.digests.events[:16]}, decisions {summary.digests.decisions[:16]}")
    return lines

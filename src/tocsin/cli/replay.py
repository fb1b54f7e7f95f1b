"""`tocsin replay`: the inputs of an earlier run through a new centre, and whether the results are equal."""

import json
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.intake import MANIFEST, Manifest, Source
from tocsin.cli.live import Display
from tocsin.cli.process import Outcome, process_sources, summary_lines
from tocsin.core.errors import InputError
from tocsin.formats.summary import Summary, read_summary


def read_manifest(out_dir: Path) -> Manifest:
    """Return how the inputs of an output folder were fed; InputError when it is none."""
    path = out_dir / "inputs" / MANIFEST
    if not path.is_file():
        raise InputError("is not an output folder of tocsin: it has no inputs/manifest.json", file=str(out_dir))
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise InputError(f"damaged: {error}", file=str(path)) from None


def read_earlier(out_dir: Path) -> Summary:
    """Return the summary of an output folder; InputError when there is none."""
    path = out_dir / "summary.json"
    try:
        return read_summary(path)
    except FileNotFoundError:
        raise InputError("there is no summary.json: the run did not finish", file=str(out_dir)) from None
    except msgspec.DecodeError as error:
        raise InputError(f"damaged: {error}", file=str(path)) from None


def sources_of(out_dir: Path, manifest: Manifest) -> list[Source]:
    """Return the files of `inputs/`; InputError when one is missing or leads outside."""
    sources = []
    for fed in manifest.files:
        path = out_dir / "inputs" / fed.name
        if Path(fed.name).name != fed.name or not path.is_file():
            raise InputError("is named in the manifest and not here", file=str(path))
        sources.append(Source(path, fed.role))
    return sources


def process_again(out_dir: Path, out: Path, display: Display, report: bool = True) -> Outcome:
    """Return the outcome of processing the inputs of a folder into another one."""
    if out.resolve() == out_dir.resolve() or out.resolve() in out_dir.resolve().parents:
        raise InputError("is the folder that is replayed: give another --out", file=str(out))
    manifest = read_manifest(out_dir)
    sources = sources_of(out_dir, manifest)
    return process_sources(sources, manifest.data_mode, manifest.until, out, manifest.title, display, report, True)


def differences(earlier: Summary, later: Summary) -> list[str]:
    """Return what differs between two runs of the same inputs: nothing, when all digests are equal."""
    said = []
    for name in ("events", "state", "decisions"):
        one, two = getattr(earlier.digests, name), getattr(later.digests, name)
        if one != two:
            said.append(f"digest of {name}: {one[:16]} before, {two[:16]} now")
    if earlier.rows != later.rows:
        said.append(f"rows: {earlier.rows.used} used before, {later.rows.used} now")
    for name in sorted(set(earlier.counts) | set(later.counts)):
        one, two = earlier.counts.get(name), later.counts.get(name)
        if one != two:
            said.append(f"count of {name}: {one} before, {two} now")
    if said:
        said.extend(_machine_differences(earlier.fingerprint, later.fingerprint))
    return said


def _machine_differences(one: Any, two: Any) -> list[str]:
    if not isinstance(one, dict) or not isinstance(two, dict) or one.get("sha256") == two.get("sha256"):
        return ["the fingerprints of both runs are equal: this is a fault of tocsin"]
    names = [name for name in sorted(set(one) | set(two)) if name != "sha256" and one.get(name) != two.get(name)]
    return [f"the machines or versions differ ({', '.join(names)}): only the decisions have to be equal"]


def replay_folder(out_dir: Path, out: Path | None, as_json: bool) -> int:
    """Return 0 when the replay equals the earlier run, 1 when it differs (or had refusals that both had)."""
    earlier = read_earlier(out_dir)
    folder = out if out is not None else out_dir.with_name(out_dir.name + "-replay")
    with Display(f"replay {out_dir.name}", quiet=as_json) as display:
        outcome = process_again(out_dir, folder, display)
        said = [] if outcome.summary.interrupted else differences(earlier, outcome.summary)
        if as_json:
            shown = {"out": str(folder), "equal": not said, "differences": said, "exit": outcome.exit}
            print(json.dumps({**shown, "summary": msgspec.to_builtins(outcome.summary)}))
        display.end()
        for line in summary_lines(outcome.summary):
            display.say(line)
        if outcome.summary.interrupted:
            display.say("interrupted before the end: nothing to compare", style="yellow")
        elif not said:
            display.say(f"equal to {out_dir}: events, state and decisions", style="green")
        for line in said:
            display.say(f"DIFFERS: {line}", style="red")
    return outcome.exit if outcome.exit != DONE or not said else DONE_WITH_REFUSALS

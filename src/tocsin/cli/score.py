"""`tocsin score`: an output folder against the truth."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tocsin.cli.exits import DONE
from tocsin.core.errors import InputError
from tocsin.core.records.network import Assets
from tocsin.formats.atomic import write_atomic
from tocsin.formats.toml_files import read_assets
from tocsin.scoring.run_score import score_folder


def find_truth(out_dir: Path, truth: Path | None) -> tuple[Path, Path | None]:
    """Return the paths of truth.parquet and, where it stands beside it, labels.parquet; InputError without truth."""
    place = truth if truth is not None else out_dir
    file = place / "truth.parquet" if place.is_dir() else place
    if not file.is_file():
        raise InputError("there is no truth here", file=str(file), key="--truth", allowed="truth.parquet or its folder")
    labels = file.with_name("labels.parquet")
    return file, labels if labels.is_file() else None


def find_assets(out_dir: Path) -> Assets | None:
    """Return the assets that a run was fed, if they are there."""
    path = out_dir / "inputs" / "assets.toml"
    return read_assets(path) if path.is_file() else None


def score_outputs(out_dir: Path, truth: Path | None, out: Path | None, as_json: bool) -> int:
    """Return 0 after printing the score; with `out`, it is written there as score.json too."""
    if not (out_dir / "tracks.parquet").is_file():
        raise InputError("is not an output folder: it has no tracks.parquet", file=str(out_dir))
    file, labels = find_truth(out_dir, truth)
    score = score_folder(out_dir, file, labels, find_assets(out_dir))
    body = json.dumps(score, indent=1, default=str)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_atomic(out / "score.json", body.encode() + b"\n")
    if as_json:
        print(body)
    else:
        for line in score_lines(score):
            print(line)
    return DONE


def _km(error: dict[str, Any] | None) -> str:
    return f"{error['error_km']:8.1f}" if error else "       -"


def score_lines(score: dict[str, Any]) -> Iterator[str]:
    """Yield the score as a table for a person."""
    yield f"{'object':28s} {'kind':18s} {'level':10s} {'class':16s} {'launch km':>9s} {'impact km':>9s} in 90 %"
    for item in score["objects"]:
        if not item["tracks"] and item["highest"] is None and item["kind"] not in ("missile", "sounding_rocket"):
            continue
        last = item.get("impact", {}).get("at", {}).get("last")
        inside = "-" if last is None else "yes" if last["inside"].get("90") else "no"
        yield (
            f"{item['object'][:28]:28s} {item['kind'][:18]:18s} {item['highest'] or '-':10s} "
            f"{(item['class'] or '-')[:16]:16s} {_km(item.get('launch')):>9s} {_km(last):>9s} {inside}"
        )
    summary = score["summary"]
    yield (
        f"{summary['threats']} threats: {summary['threats_confirmed']} confirmed, "
        f"{summary['threats_confirmed_before_impact']} of them before impact; 90 % ellipse holds the place in "
        f"{summary['impact_inside']['90']} of {summary['impact_predicted']}"
    )
    yield (
        f"{summary['events']} events, {summary['events_high_without_threat']} probable or confirmed without a threat; "
        f"{summary['tracks']} tracks, {summary['tracks_on_nothing']} on nothing; "
        f"satellites tracked: {score['bulk']['tracked']} of {score['bulk']['objects']}"
    )
    seen = score["picture"]
    if seen is not None:
        siap = {name: "-" if value is None else f"{value:.3g}" for name, value in seen["siap"].items()}
        yield (
            f"GOSPA {seen['gospa_m'] / 1e3:.2f} km, OSPA(2) {seen['ospa2_m'] / 1e3:.2f} km (cut-off {seen['cut_off_m'] / 1e3:g}"
            f" km); completeness {siap['completeness']}, ambiguity {siap['ambiguity']}, spuriousness {siap['spuriousness']}, "
            f"place {siap['position_accuracy']} m, velocity {siap['velocity_accuracy']} m/s, {seen['switches']} switches"
        )

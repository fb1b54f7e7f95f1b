"""One seed of a study: simulate, process, score; in a process of its own."""

import shutil
import time
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import Interrupted
from tocsin.cli.live import Display
from tocsin.cli.run import load_scenario, make_inputs, process_made
from tocsin.core.records.scenario import Scenario
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.paths import find_beside
from tocsin.modelling.variants import variant
from tocsin.scoring.run_score import score_folder

PROBABILITIES = ("50", "90", "99")
MOMENTS = ("possible", "probable", "confirmed", "last")
HIGH = ("probable", "confirmed")


def scenario_of(study: str, name: str, seed: int) -> tuple[Scenario, Path]:
    """Return the scenario of a seed: with another seed only (`ellipses`), or a drawn variant (`variants`)."""
    scenario, path = load_scenario(name, None)
    if study == "ellipses":
        return msgspec.structs.replace(scenario, seed=seed), path
    network = read_network(find_beside(scenario.network, path, "networks"))
    assets = read_assets(find_beside(scenario.assets, path, "assets"))
    return variant(scenario, seed, network, assets), path


def run_seed(study: str, name: str, seed: int, folder: str) -> dict[str, Any]:
    """Return the line of one seed; its output folder is removed again."""
    started = time.perf_counter()
    out = Path(folder)
    scenario, path = scenario_of(study, name, seed)
    try:
        with Display("", quiet=True) as display:
            result = make_inputs(scenario, path, out, None, display)
            outcome = process_made(result, scenario, None, display, {}, report=False)
        if outcome.summary.interrupted:
            raise Interrupted("interrupted; the seeds that were finished are kept")
        score = score_folder(out, result.truth, result.labels, read_assets(result.assets))
        line = seed_line(seed, scenario, score)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    line["rows"] = msgspec.to_builtins(outcome.summary.rows)
    line["detections"] = outcome.summary.counts["detections"]
    line["decisions"] = outcome.summary.digests.decisions
    line["seconds"] = round(time.perf_counter() - started, 1)
    return line


def seed_line(seed: int, scenario: Scenario, score: dict[str, Any]) -> dict[str, Any]:
    """Return what a study keeps of a score: every missile, and what else was raised high."""
    missiles = [_missile(item) for item in score["objects"] if item["kind"] == "missile"]
    others = [
        {"object": item["object"], "kind": item["kind"], "highest": item["highest"]}
        for item in score["objects"]
        if item["kind"] != "missile" and item["highest"] in HIGH
    ]
    raised = [
        event["event"] for event in score["events"] if event["highest"] in HIGH and "missile" not in event["kinds"]
    ]
    changed = {
        "outages": [f"{outage.sensor} {outage.state}" for outage in scenario.outage],
        "notifications": [f"{n.id} {n.vehicle}" for n in scenario.notification],
    }
    return {
        "seed": seed,
        "missiles": missiles,
        "missed": sum(m["warned_s"] is None or m["warned_s"] <= 0.0 for m in missiles),
        "others_high": others,
        "events_high_without_missile": raised,
        "events": score["summary"]["events"],
        **changed,
    }


def _missile(item: dict[str, Any]) -> dict[str, Any]:
    levels = item["levels"]
    left = {level: levels[level]["time_left_s"] for level in HIGH if level in levels}
    at = item.get("impact", {}).get("at", {})
    return {
        "object": item["object"],
        "detections": item.get("detections", 0),
        "highest": item["highest"],
        "warned_s": max((s for s in left.values() if s is not None), default=None),
        "confirmed_s": left.get("confirmed"),
        "inside": {moment: at[moment]["inside"] for moment in MOMENTS if moment in at},
        "error_km": {moment: round(at[moment]["error_km"], 2) for moment in MOMENTS if moment in at},
        "asset_inside": (item.get("impact", {}).get("asset") or {}).get("inside", {}),
        "switches": item["switches"],
    }

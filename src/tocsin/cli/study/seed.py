"""One seed of a study: simulate, process, score; in a process of its own."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import Interrupted
from tocsin.cli.live import Display
from tocsin.cli.run import load_scenario, make_inputs, process_made
from tocsin.core.records.network import Assets
from tocsin.core.records.outputs import Assessment, GroundPoint
from tocsin.core.records.scenario import Scenario
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.paths import find_beside
from tocsin.modelling.variants import variant
from tocsin.scoring.folder import read_assessments, utc_ns
from tocsin.scoring.ground import place
from tocsin.scoring.run_score import ground_error, score_folder

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
    return variant(scenario, seed, network, assets, path), path


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
        assets = read_assets(result.assets)
        score = score_folder(out, result.truth, result.labels, assets)
        line = seed_line(seed, scenario, score, read_assessments(out / "assessments.jsonl"), assets)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    line["rows"] = msgspec.to_builtins(outcome.summary.rows)
    line["detections"] = outcome.summary.counts["detections"]
    line["decisions"] = outcome.summary.digests.decisions
    line["seconds"] = round(time.perf_counter() - started, 1)
    return line


def first_said(assessments: Sequence[Assessment], tracks: Sequence[str], level: str) -> GroundPoint | None:
    """Return the impact of the first assessment in which an object (any of its tracks) has a level."""
    for assessment in assessments:
        for member in assessment.members:
            if member.track in tracks and member.level == level and member.impact is not None:
                return member.impact
    return None


def asset_inside(
    item: dict[str, Any], assessments: Sequence[Assessment], assets: Assets, level: str = "confirmed"
) -> dict[str, bool]:
    """Return which ellipses (50, 90, 99 %) hold the true asset when an object first has a level; empty if it never has.

    `item`: an object of the score. The true asset is the one nearest to where the object fell.
    """
    said = first_said(assessments, item["own_tracks"], level)
    name = ((item.get("impact") or {}).get("asset") or {}).get("id")
    for asset in assets.asset:
        if said is not None and asset.id == name and asset.latitude_deg is not None and asset.longitude_deg is not None:
            at = place(asset.latitude_deg, asset.longitude_deg)
            inside: dict[str, bool] = ground_error(said, utc_ns(said.time_utc), at)["inside"]
            return inside
    return {}


def seed_line(
    seed: int, scenario: Scenario, score: dict[str, Any], assessments: Sequence[Assessment], assets: Assets
) -> dict[str, Any]:
    """Return what a study keeps of a score: every missile, and what else was raised high."""
    missiles = [
        {**_missile(item), "asset_inside": asset_inside(item, assessments, assets)}
        for item in score["objects"]
        if item["kind"] == "missile"
    ]
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
        "switches": item["switches"],
    }

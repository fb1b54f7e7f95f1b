"""Asserts what the demonstration is expected to show, on the output folder of `make demo`.

python tests/acceptance/check_demo.py out/first-light [--same-as OTHER_OUTPUT_FOLDER]
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from tocsin.cli.study.seed import asset_inside
from tocsin.cli.verify import checks
from tocsin.core.records.network import Assets
from tocsin.core.records.outputs import Assessment
from tocsin.formats.toml_files import read_assets
from tocsin.scoring.run_score import score_folder

FILES = (
    "events.jsonl", "assessments.jsonl", "rejected.jsonl", "tracks.parquet", "summary.json", "report.html",
    "truth.parquet", "labels.parquet", "inputs/manifest.json",
)  # fmt: skip
MOST_DETECTIONS = 200_000
LAUNCHED = {"missile", "recorded_ascent", "sounding_rocket"}
SERIOUS = ("possible", "probable", "confirmed")
HIGH = ("probable", "confirmed")
LABEL_COLUMNS = {"object", "kind", "label", "truth"}


class Findings:
    """Expectations and whether they hold."""

    def __init__(self) -> None:
        self.failed = 0

    def expect(self, holds: bool, what: str, found: Any = "") -> None:
        """Print one expectation, and count it when it does not hold."""
        print(f"  {'ok   ' if holds else 'FAILS'} {what}" + (f": {found}" if found != "" else ""))
        self.failed += not holds


def folder_is_whole(out: Path, found: Findings) -> dict[str, Any]:
    """Check files, rows, and that the centre was given no truth; return the summary."""
    missing = [name for name in FILES if not (out / name).is_file()]
    found.expect(not missing, "all output files are there", ", ".join(missing))
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    rows = summary["rows"]
    refused = sum(rows["refused"].values())
    found.expect(
        rows["in"] == rows["used"] + refused, "rows in = used + refused", f"{rows['in']} = {rows['used']} + {refused}"
    )
    found.expect(refused == 0, "no row of the simulation is refused", rows["refused"] or "none")
    detections = summary["counts"]["detections"]
    found.expect(0 < detections <= MOST_DETECTIONS, f"at most {MOST_DETECTIONS:,} detections", f"{detections:,}")
    columns = set(pq.read_schema(out / "inputs" / "looks.parquet").names)
    found.expect(not columns & LABEL_COLUMNS, "no truth in the look table", sorted(columns & LABEL_COLUMNS) or "none")
    return summary


def report_needs_no_network(out: Path, found: Findings) -> None:
    """Check that the page loads nothing from elsewhere and holds its three parts."""
    page = (out / "report.html").read_text(encoding="utf-8")
    loads = re.findall(
        r"""(?:src|href)\s*=\s*["']?(?:https?:)?//[^"'\s>]+|url\(\s*["']?https?:[^)]+|@import[^;]+""", page
    )
    found.expect(not loads, "report.html loads nothing from a network", loads[:3] or "nothing")
    found.expect("<svg" in page or "<canvas" in page, "report.html has a picture")


def raid_of_six(score: dict[str, Any], assessments: list[Assessment], assets: Assets, found: Findings) -> None:
    """Check the attack: one raid of six, each missile confirmed before it falls, the places inside their ellipses."""
    missiles = [item for item in score["objects"] if item["kind"] == "missile"]
    found.expect(len(missiles) == 6, "six missiles fly", len(missiles))
    events = {a.event for a in assessments if a.level in HIGH}
    alone = [item["object"] for item in missiles if not events & set(item["events"])]
    found.expect(len(events) == 1 and not alone, "one raid", ", ".join([*sorted(events), *alone]))
    counts = [a.objects for a in assessments if a.event in events]
    best = max((c.best for c in counts), default=0)
    found.expect(best == 6, "the raid is counted as six objects", best)
    held = [c for c in counts if c.best == 6]
    found.expect(all(c.low <= 6 <= c.high for c in held), "low <= six <= high", f"{len(held)} assessments")
    left = {item["object"]: item["levels"].get("confirmed", {}).get("time_left_s") for item in missiles}
    in_time = [name for name, seconds in left.items() if seconds is not None and seconds > 0.0]
    shown = ", ".join(f"{name} {'-' if s is None else f'{s:.0f} s'}" for name, s in sorted(left.items()))
    found.expect(len(in_time) == 6, "each missile is confirmed before impact, time left", shown)
    inside = {item["object"]: asset_inside(item, assessments, assets).get("90", False) for item in missiles}
    held = sum(inside.values())
    shown = f"{held} of 6" + "".join(f", not {name}" for name, holds in sorted(inside.items()) if not holds)
    found.expect(held >= 5, "the true asset is inside the 90 % ellipse that is first confirmed, in five or more", shown)


def openers(out: Path) -> dict[str, str]:
    """Return for each event the object whose detections opened it; parts of what was launched may come into it later."""
    table = pq.read_table(out / "labels.parquet").to_pydict()
    keys = zip(*(table[name] for name in ("sensor", "session", "sequence", "detection")), strict=True)
    owner = {"/".join(map(str, key)): str(name) for key, name in zip(keys, table["object"], strict=True)}
    found: dict[str, str] = {}
    for line in (out / "events.jsonl").read_bytes().splitlines():
        event = msgspec.json.decode(line)
        if event["kind"] == "launch_detected" and event["subject"] not in found:
            votes = Counter(owner.get(cause, "nothing") for cause in event["causes"])
            found[event["subject"]] = votes.most_common(1)[0][0]
    return found


def harmless_stay_harmless(out: Path, score: dict[str, Any], found: Findings) -> None:
    """Check that real ascents and sounding rockets are seen and not raised, and that nothing else opens an event."""
    kinds = ("recorded_ascent", "sounding_rocket")
    launched = [item for item in score["objects"] if item["kind"] in kinds]
    found.expect(len(launched) == 5, "three ascents and two sounding rockets fly", len(launched))
    unseen = [item["object"] for item in launched if item["launch_detected_s"] is None]
    found.expect(not unseen, "each has a launch detection", ", ".join(unseen))
    raised = [f"{item['object']} {item['highest']}" for item in launched if item["highest"] in HIGH]
    found.expect(not raised, "none is ever probable", ", ".join(raised))
    last = {event["event"]: event["last"] for event in score["events"]}
    threats = [
        item["object"]
        for item in launched
        if item["events"] and all(last[event] in SERIOUS for event in item["events"])
    ]
    found.expect(not threats, "none is left a threat at the end", ", ".join(threats))
    kind_of = {item["object"]: item["kind"] for item in score["objects"]}
    opened = {event: kind_of.get(name, name) for event, name in openers(out).items()}
    strange = [f"{event} ({by})" for event, by in opened.items() if by not in LAUNCHED]
    found.expect(not strange, "nothing else opens an event", ", ".join(strange) or f"{len(score['events'])} events")


def walks_back(out: Path, found: Findings) -> None:
    """Check inputs, records, warnings against the CAP schema, and causes, as `tocsin verify --quick` does."""
    for check in checks(out, quick=True):
        found.expect(not check.faults, f"verify: {check.name}", "; ".join(check.faults[:3]) or f"{check.looked_at:,}")
    found.expect(any((out / "warnings").glob("*.xml")), "there are warnings")
    statuses = {
        m for p in (out / "warnings").glob("*.xml") for m in re.findall(r"<status>(\w+)<", p.read_text("utf-8"))
    }
    found.expect(statuses == {"Draft"}, "every warning of a simulation is a draft", ", ".join(sorted(statuses)))


def same_results(out: Path, other: Path, found: Findings) -> None:
    """Check that two runs have equal digests."""
    one, two = (json.loads((place / "summary.json").read_text(encoding="utf-8")) for place in (out, other))
    found.expect(one["digests"] == two["digests"], f"same digests as {other.name}", one["digests"]["events"][:16])


def main() -> int:
    """Return 0 when all expectations hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--same-as", type=Path)
    given = parser.parse_args()
    out, found = given.out, Findings()
    print(f"{out}:")
    summary = folder_is_whole(out, found)
    report_needs_no_network(out, found)
    lines = (out / "assessments.jsonl").read_bytes().splitlines()
    assessments = [msgspec.json.decode(line, type=Assessment) for line in lines]
    assets = read_assets(out / "inputs" / "assets.toml")
    score = score_folder(out, out / "truth.parquet", out / "labels.parquet", assets)
    raid_of_six(score, assessments, assets, found)
    harmless_stay_harmless(out, score, found)
    walks_back(out, found)
    if given.same_as is not None:
        same_results(out, given.same_as, found)
    print("  timing " + ", ".join(f"{name} {value:,.1f}" for name, value in summary["timing"].items()))
    print(f"{found.failed} expectations fail" if found.failed else "all expectations hold")
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())

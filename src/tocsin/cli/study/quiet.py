"""`tocsin study quiet`: a year without an attack, slice by slice through the centre; what it said, by level."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.run import load_scenario
from tocsin.cli.study.lines import Lines, product_digest
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.statistics import poisson
from tocsin.cli.study.told import tell
from tocsin.cli.study.watch import Watched, rank, watch
from tocsin.core.constants import NS
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.records.outputs import LADDER
from tocsin.core.records.scenario import Scenario
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.hotspots import read_hot_spots
from tocsin.modelling.observe import observe
from tocsin.modelling.paths import find_beside
from tocsin.modelling.quiet.slices import YEAR_S, rates_digest, slice_of

SLICE_HOURS = 24.0
HIGH = ("probable", "confirmed")
CORES = 2
"""Processors for which the rate is stated."""


def run_slice(name: str, number: int, hours: float) -> dict[str, Any]:
    """Return the line of one slice: what was drawn, every event that was opened, what it cost."""
    started = time.process_time()
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    scenario, causes = slice_of(base, network, number, hours)
    observed = observe(scenario, path, network, assets, [], read_hot_spots())
    simulated = time.process_time()
    said = watch(network, assets, scenario.data_mode, observed.items(), observed.run.labels)
    return {
        "slice": number,
        "hours": hours,
        "start_utc": scenario.start_utc,
        "seed": scenario.seed,
        "causes": causes,
        "seen": seen_of(observed.run.labels.object),
        "events": list(events_of(said, observed.start)),
        "looks": observed.run.counts["looks"],
        "detections": observed.run.counts["detections"],
        "tracks": said.counts["tracks_begun"],
        "kinds": dict(sorted(said.kinds.items())),
        "refused": dict(sorted(said.refused.items())),
        "decisions": said.digests["decisions"],
        "simulate_cpu_s": round(simulated - started, 2),
        "cpu_s": round(time.process_time() - started, 2),
    }


def seen_of(labels: Sequence[str]) -> dict[str, list[int]]:
    """Return by cause how many of its occurrences were seen by any sensor, and by how many detections."""
    found: dict[str, list[int]] = {}
    for name, count in Counter(labels).items():
        one = found.setdefault(re.sub(r"-\d+(-stage-.*|-fairing.*)?$", "", name), [0, 0])
        one[0] += 1
        one[1] += count
    return dict(sorted(found.items()))


def events_of(said: Watched, start: int) -> Iterator[dict[str, Any]]:
    """Yield every event: its highest level, when (s after the start, TAI ns) and why, and the objects behind it."""
    found: dict[str, dict[str, Any]] = {
        event: {"event": event, "first_s": _since(when, start), "highest": "noticed", "at_s": _since(when, start)}
        for when, event in said.launches
    }
    tracks: dict[str, set[str]] = {}
    for when, a in said.assessments:
        one = found.setdefault(
            a.event,
            {"event": a.event, "first_s": _since(when, start), "highest": "noticed", "at_s": _since(when, start)},
        )
        tracks.setdefault(a.event, set()).update(a.tracks)
        if rank(a.level) > rank(one["highest"]) or "reason" not in one:
            one |= {"at_s": _since(when, start), "reason": a.reason[:300]}
            one["highest"] = max(a.level, one["highest"], key=rank)
            one["classes"] = {c: round(p, 4) for c, p in a.classes.items() if p >= 0.005}
            one["paths"] = list(a.paths)
        one["ended"] = a.level if rank(a.level) < 0 else ""
    for event, one in found.items():
        taken: Counter[str] = Counter()
        for track in tracks.get(event, ()):
            taken.update(said.hits.get(track, {}))
        one["objects"] = dict(taken.most_common(4))
        yield one


def _since(now: int, start: int) -> float:
    return round((now - start) / NS, 1)


def identity(base: Scenario, path: Path, hours: float) -> dict[str, Any]:
    """Return what all lines have in common: configuration (network, assets, rates), first instant, seed, product."""
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    return {
        "study": "quiet",
        "config": sha256_hex(canonical([network, assets, base.data_mode])),
        "rates": rates_digest(),
        "begin": f"{base.start_utc} seed {base.seed} slices of {hours:g} h",
        "product": product_digest(),
    }


def run_quiet(
    name: str, slices: int, first: int, jobs: int, out: Path | None, as_json: bool, hours: float = SLICE_HOURS
) -> int:
    """Return 0 when nothing reached `probable` in the slices asked for, else 1; lines go to `out`/slices.jsonl."""
    if slices < 1 or jobs < 1 or first < 1:
        raise InputError("must be 1 or more", key="--seeds, --first-seed, --jobs")
    base, path = load_scenario(name, None)
    folder = out if out is not None else Path("out") / "study-quiet"
    lines = Lines(folder / "slices.jsonl", identity(base, path, hours), "slice")
    wanted = list(range(first - 1, first - 1 + slices))
    with Display("study quiet", quiet=as_json) as display:
        warm(display, simulator=True)
        missing = lines.missing(wanted)
        if len(missing) < len(wanted):
            display.say(f"{len(wanted) - len(missing)} of {len(wanted)} slices were done before: {lines.file}")
        asked = [(name, number, hours) for number in missing]
        for line in lines.take(in_processes(run_slice, asked, jobs, folder, display, "slices")):
            display.say(told(line))
        done = [lines.done[number] for number in wanted]
        result = {**lines.identity, **tally(done)}
        tell(display, folder, result, table(result, done), as_json)
    return DONE if not any(result["levels"][level]["events"] for level in HIGH) else DONE_WITH_REFUSALS


def told(line: dict[str, Any]) -> str:
    """Return a slice in a line for a person."""
    by = Counter(e["highest"] for e in line["events"])
    levels = ", ".join(f"{by[level]} {level}" for level in reversed(LADDER) if by[level]) or "no event"
    rate = line["hours"] * 3600.0 / line["cpu_s"]
    return (
        f"slice {line['slice'] + 1} ({line['start_utc'][:13]}): {levels}; {line['cpu_s']:.1f} s, {rate:,.0f} x a core"
    )


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums: events by highest level with their rate a year and its 95 % Poisson interval, and the cost."""
    hours = sum(line["hours"] for line in lines)
    years = hours * 3600.0 / YEAR_S
    cpu = sum(line["cpu_s"] for line in lines)
    causes: Counter[str] = Counter()
    for line in lines:
        causes.update(line["causes"])
    events = [event for line in lines for event in line["events"]]
    levels: dict[str, Any] = {}
    for level in LADDER:
        count = sum(event["highest"] == level for event in events)
        low, high = poisson(count)
        levels[level] = {"events": count, "per_year": count / years, "low": low / years, "high": high / years}
    return {
        "slices": len(lines),
        "hours": hours,
        "years": years,
        "causes": dict(causes),
        "levels": levels,
        "cpu_s": round(cpu, 1),
        "real_time_x": hours * 3600.0 / cpu * CORES,
        "looks": sum(line["looks"] for line in lines),
        "detections": sum(line["detections"] for line in lines),
        "decisions": sha256_hex(canonical([line["decisions"] for line in lines])),
    }


def table(result: dict[str, Any], lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table for a person: what was drawn, levels a year, what stands behind `possible` and above, the cost."""
    yield f"{result['slices']} slices, {result['hours']:,.0f} h = {result['years']:.3f} years of data time"
    yield "  drawn: " + ", ".join(f"{n} {cause}" for cause, n in result["causes"].items())
    yield f"  {'highest level':14s} {'events':>7s} {'a year':>9s}   95 % Poisson"
    for level in reversed(LADDER):
        one = result["levels"][level]
        yield f"  {level:14s} {one['events']:7d} {one['per_year']:9.1f}   {one['low']:.1f} ... {one['high']:.1f}"
    for line in lines:
        for event in line["events"]:
            if rank(event["highest"]) >= rank("possible"):
                behind = ", ".join(f"{name} {n}" for name, n in event["objects"].items())
                yield f"  {event['highest']}: slice {line['slice'] + 1} +{event['at_s']:.0f} s, {behind}: {event['reason'][:120]}"
    yield (
        f"  {result['looks']:,} looks, {result['detections']:,} detections; {result['cpu_s']:,.0f} s of processor time: "
        f"{result['real_time_x']:,.0f} x real time on {CORES} cores"
    )
    yield f"  configuration {result['config'][:16]}, rates {result['rates'][:16]}, decisions {result['decisions'][:16]}"

"""`tocsin study density`: the whole catalogue through the fans of the radars, hours of seven days of the year."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tocsin.catalogue.elements import satellite
from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.run import load_scenario
from tocsin.cli.study.lines import Lines, identity_of
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.quiet import events_of
from tocsin.cli.study.run import refuse_in_service
from tocsin.cli.study.told import tell
from tocsin.cli.study.watch import rank, watch
from tocsin.core.constants import NS
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import ElementSet
from tocsin.core.records.outputs import LADDER
from tocsin.core.records.scenario import Scenario
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.observe import observe
from tocsin.modelling.paths import find_beside
from tocsin.modelling.satellites import hold_out, make_population
from tocsin.modelling.simulate import read_catalogue

OBJECTS = 20_000
UNKNOWN = 0.005
"""Part of the objects that fly and are in no catalogue: launched, moved or broken of late; assumed."""
DAYS, DAY_STEP = 7, 52
"""Days, and from one to the next, so that they spread over the year; of a file they follow its epochs one by one."""
HOURS = 24
UNIX_DAY_JD = 2_440_587.5


def hour_of(base: Scenario, number: int, first_day: int, step: int) -> Scenario:
    """Return hour `number`: the days take turns, so that any number of hours is spread over all of them."""
    day, hour = number % DAYS, (number // DAYS * 11) % HOURS
    begin = first_day + (day * step * 24 + hour) * 3600 * NS
    return msgspec.structs.replace(
        base, name=f"density-{number}", start_utc=iso_from_tai(begin), duration_s=3600.0,
        seed=base.seed + 1_000_003 * (number + 1), flight=(), notification=(), health=(), operator=(), outage=(), source=(),
        fault=(), tape=(), background=type(base.background)(),
    )  # fmt: skip


def objects_of(scenario: Scenario, catalogue: str) -> tuple[list[ElementSet], list[ElementSet]]:
    """Return (all that flies, what the catalogue knows of it) in an hour: simulated, or of a file of element sets."""
    start = tai_from_iso(scenario.start_utc)
    if catalogue:
        every = read_catalogue(Path(catalogue), scenario.data_mode)
    else:
        every = make_population(OBJECTS, scenario.seed, start, scenario.data_mode)
    known, _ = hold_out(every, UNKNOWN, scenario.seed)
    return every, known


def run_hour(name: str, number: int, catalogue: str, first_day: int) -> dict[str, Any]:
    """Return the line of one hour: what was seen, what was known of it, every event, what it cost."""
    started = time.process_time()
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    scenario = hour_of(base, number, first_day, 1 if catalogue else DAY_STEP)
    every, known = objects_of(scenario, catalogue)
    observed = observe(scenario, path, network, assets, every, None)
    simulated = time.process_time()
    said = watch(network, assets, scenario.data_mode, observed.items(), observed.run.labels, known)
    return {
        "hour": number,
        "start_utc": scenario.start_utc,
        "objects": len(every),
        "known": len(known),
        "detections": observed.run.counts["detections"],
        "correlated": said.counts["known_detections"],
        "tracks": len(said.started),
        "events": list(events_of(said, observed.start)),
        "refused": dict(sorted(said.refused.items())),
        "decisions": said.digests["decisions"],
        "centre_cpu_s": round(time.process_time() - simulated, 2),
        "cpu_s": round(time.process_time() - started, 2),
    }


def day_of_catalogue(file: Path, data_mode: str) -> int:
    """Return the midnight (TAI ns) after the median epoch of the element sets of a file."""
    epochs = sorted(s.jdsatepoch + s.jdsatepochF for s in map(satellite, read_catalogue(file, data_mode)))
    days = int(epochs[len(epochs) // 2] - UNIX_DAY_JD) + 1
    return tai_from_iso(f"{time.strftime('%Y-%m-%d', time.gmtime(days * 86400))}T00:00:00Z")


def run_density(
    name: str, hours: int, first: int, jobs: int, catalogue: Path | None, out: Path | None, as_json: bool
) -> int:
    """Return 0 when nothing reached `possible` in the hours asked for, else 1; lines go to `out`/hours.jsonl."""
    if hours < 1 or jobs < 1 or first < 1 or first - 1 + hours > DAYS * HOURS:
        raise InputError("out of range", key="--seeds, --first-seed, --jobs", allowed=f"1 ... {DAYS * HOURS} hours")
    refuse_in_service(name)
    if catalogue is not None and not catalogue.is_file():
        raise InputError("no such file", file=str(catalogue), key="--catalogue")
    base, path = load_scenario(name, None)
    first_day = tai_from_iso(f"{base.start_utc[:10]}T00:00:00Z")
    if catalogue is not None:
        first_day = day_of_catalogue(catalogue, base.data_mode)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    folder = out if out is not None else Path("out") / "study-density"
    identity = identity_of(
        "density",
        network,
        assets,
        base.data_mode,
        begin=f"{iso_from_tai(first_day)} seed {base.seed}",
        catalogue=sha256_hex(catalogue.read_bytes()) if catalogue else f"{OBJECTS} simulated",
    )
    lines = Lines(folder / "hours.jsonl", identity, "hour")
    wanted = list(range(first - 1, first - 1 + hours))
    with Display("study density", quiet=as_json) as display:
        warm(display, simulator=True)
        asked = [(name, number, str(catalogue or ""), first_day) for number in lines.missing(wanted)]
        for line in lines.take(in_processes(run_hour, asked, jobs, folder, display, "hours")):
            high = max((e["highest"] for e in line["events"]), key=rank, default="no event")
            display.say(f"{line['start_utc'][:13]}: {line['detections']:,} detections, {high}, {line['cpu_s']:.1f} s")
        done = [lines.done[number] for number in wanted]
        result = {**identity, **tally(done)}
        tell(display, folder, result, table(result, done), as_json)
    return DONE if not sum(result["levels"][level] for level in LADDER[rank("possible") :]) else DONE_WITH_REFUSALS


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of a study of density."""
    events = [event for line in lines for event in line["events"]]
    cpu, centre = sum(line["cpu_s"] for line in lines), sum(line["centre_cpu_s"] for line in lines)
    return {
        "hours": len(lines),
        "objects": lines[0]["objects"],
        "unknown": lines[0]["objects"] - lines[0]["known"],
        "detections": sum(line["detections"] for line in lines),
        "correlated": sum(line["correlated"] for line in lines),
        "tracks": sum(line["tracks"] for line in lines),
        "levels": {level: sum(event["highest"] == level for event in events) for level in LADDER},
        "real_time_x": len(lines) * 3600.0 / cpu,
        "centre_x": len(lines) * 3600.0 / centre,
        "decisions": sha256_hex(canonical([line["decisions"] for line in lines])),
    }


def table(result: dict[str, Any], lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table for a person."""
    yield (
        f"{result['hours']} hours, {result['objects']:,} objects, {result['unknown']} of them in no catalogue: "
        f"{result['detections']:,} detections, {result['correlated']:,} of known objects, {result['tracks']} tracks"
    )
    yield "  events by highest level: " + ", ".join(f"{n} {level}" for level, n in result["levels"].items())
    for line in lines:
        for event in line["events"]:
            behind = ", ".join(f"{name} {n}" for name, n in event["objects"].items())
            at = f"{line['start_utc'][:13]} +{event['at_s']:.0f} s"
            yield f"  {event['highest']}: {at}, {behind}: {event.get('reason', '')[:120]}"
    yield (
        f"  {result['real_time_x']:,.0f} x real time on one core with the simulation, "
        f"the centre alone {result['centre_x']:,.0f} x"
    )
    yield f"  configuration {result['config'][:16]}, decisions {result['decisions'][:16]}"

"""`tocsin study lookalikes`: fireballs, meteors, recorded ascents and fires; nothing of it may be called an attack."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.run import load_scenario
from tocsin.cli.study.lines import Lines, identity_of
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.quiet import HIGH, events_of
from tocsin.cli.study.told import tell
from tocsin.cli.study.watch import rank, watch
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.records.outputs import LADDER
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.hotspots import read_hot_spots
from tocsin.modelling.lookalikes import scenarios
from tocsin.modelling.observe import observe
from tocsin.modelling.paths import find_beside


def run_one(name: str, which: str, data: str) -> dict[str, Any]:
    """Return the line of one scenario of lookalikes: how many there were, were seen, and what was said of them."""
    started = time.process_time()
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    scenario, count = next(one for one in scenarios(base, Path(data) if data else None) if one[0].name == which)
    fires = read_hot_spots() if scenario.background.hot_spots else None
    observed = observe(scenario, path, network, assets, [], fires)
    said = watch(network, assets, scenario.data_mode, observed.items(), observed.run.labels)
    return {
        "name": which,
        "kind": which.split("-")[0],
        "things": count,
        "seen": len({name for name in observed.run.labels.object if name != "noise"}),
        "events": list(events_of(said, observed.start)),
        "decisions": said.digests["decisions"],
        "cpu_s": round(time.process_time() - started, 2),
    }


def run_lookalikes(name: str, data: Path | None, jobs: int, out: Path | None, as_json: bool) -> int:
    """Return 0 when nothing reached `probable`, else 1; lines go to `out`/lookalikes.jsonl."""
    if jobs < 1:
        raise InputError("must be 1 or more", key="--jobs")
    if data is not None and not data.is_dir():
        raise InputError("no such folder", file=str(data), key="--data")
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    wanted = [scenario.name for scenario, _ in scenarios(base, data)]
    identity = identity_of(
        "lookalikes", network, assets, base.data_mode, things=sum(count for _, count in scenarios(base, data))
    )
    folder = out if out is not None else Path("out") / "study-lookalikes"
    lines = Lines(folder / "lookalikes.jsonl", identity, "name")
    with Display("study lookalikes", quiet=as_json) as display:
        if data is None:
            display.say("without --data: the packaged fireballs and ascents only, and no meteors")
        warm(display, simulator=True)
        asked = [(name, which, str(data or "")) for which in lines.missing(wanted)]
        for line in lines.take(in_processes(run_one, asked, jobs, folder, display, "scenarios")):
            high = max((e["highest"] for e in line["events"]), key=rank, default="no event")
            display.say(f"{line['name']}: {line['things']}, {line['seen']} seen, {high}, {line['cpu_s']:.1f} s")
        done = [lines.done[which] for which in wanted]
        result = {**identity, **tally(done)}
        tell(display, folder, result, table(result, done), as_json)
    return (
        DONE
        if not any(one["levels"][level] for one in result["kinds"].values() for level in HIGH)
        else DONE_WITH_REFUSALS
    )


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return by kind how many things there were, were seen, and the events by highest level."""
    kinds: dict[str, Any] = {}
    for line in lines:
        one = kinds.setdefault(line["kind"], {"things": 0, "seen": 0, "levels": dict.fromkeys(LADDER, 0)})
        one["things"] += line["things"]
        one["seen"] += line["seen"]
        for event in line["events"]:
            one["levels"][event["highest"]] += 1
    return {
        "kinds": kinds,
        "cpu_s": round(sum(line["cpu_s"] for line in lines), 1),
        "decisions": sha256_hex(canonical([line["decisions"] for line in lines])),
    }


def table(result: dict[str, Any], lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table for a person."""
    for kind, one in result["kinds"].items():
        levels = ", ".join(f"{one['levels'][level]} {level}" for level in reversed(LADDER))
        yield f"  {kind:10s} {one['things']:4d}, {one['seen']:4d} seen by a sensor; events: {levels}"
    for line in lines:
        for event in line["events"]:
            if rank(event["highest"]) >= rank("possible"):
                behind = ", ".join(f"{name} {n}" for name, n in event["objects"].items())
                yield f"  {event['highest']}: {line['name']} +{event['at_s']:.0f} s, {behind}: {event['reason'][:120]}"
    yield f"  configuration {result['config'][:16]}, decisions {result['decisions'][:16]}, {result['cpu_s']:.0f} s"

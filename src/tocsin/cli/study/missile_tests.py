"""`tocsin study tests`: reported missile tests replayed as looks of a regional network; ellipses of the fall, classes."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.run import load_scenario
from tocsin.cli.study.launch_tables import MISSILES, PROBABILITIES, asset_words, reliability, told_curves
from tocsin.cli.study.launches import BURNOUT_REVISITS, looks_of, paths_of, told_of
from tocsin.cli.study.lines import Lines, identity_of
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.run import refuse_in_service
from tocsin.cli.study.statistics import clustered, share_text
from tocsin.cli.study.told import tell
from tocsin.cli.study.watch import rank, watch
from tocsin.core.digest import sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.scenario import Scenario
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.missile_tests import TABLE, Test, read_tests, right_class, scenarios_of
from tocsin.modelling.observe import Observed, observe
from tocsin.modelling.paths import find_beside
from tocsin.modelling.stratified import Case
from tocsin.modelling.vehicles import packaged_vehicles

LOOKS = ("held_looks", "track_looks", "launch_looks")
KINDS = ("ballistic", "depressed", "gliding")
MOMENTS = ("possible", "burnout", "radar60", "last")
DRAWS = 20


def run_test(name: str, data: str, number: int, draw: int, draws: int) -> dict[str, Any]:
    """Return the line of one draw of one test: what was said of it, and how far that was from the truth."""
    started = time.process_time()
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    test = next(t for t in read_tests(Path(data) / TABLE) if t.number == number)
    scenario, observed = _observed(base, path, network, assets, test, draw, draws)
    said = watch(network, assets, base.data_mode, observed.items(), observed.run.labels)
    fell = [i for i in observed.truth.impacts if i.object == scenario.flight[0].id]
    fall_s = (fell[0].time - observed.start) * 1e-9 if fell else math.nan
    line: dict[str, Any] = {
        "case": f"{number}/{draw}", "test": number, "draw": draw, "missile": test.missile, "kind": test.kind,
        "vehicle": scenario.flight[0].vehicle, "right": right_class(test), "fall_s": round(fall_s, 1) if fell else None,
        "range_km": test.report.range_m / 1e3, "apogee_km": test.report.apogee_m / 1e3,
    }  # fmt: skip
    line |= looks_of(observed, said, fall_s, paths_of(network))
    dark_s = BURNOUT_REVISITS * max((i.revisit_s for i in network.infrared), default=0.0)
    line |= told_of(observed, said, Case(scenario, {}, fall_s), assets, dark_s)
    line["decisions"] = said.digests["decisions"]
    line["cpu_s"] = round(time.process_time() - started, 2)
    return line


def _observed(
    base: Scenario, path: Path, network: Network, assets: Assets, test: Test, draw: int, draws: int
) -> tuple[Scenario, Observed]:
    """Return the first scenario of a test that can be flown, observed; InputError where none can."""
    for scenario in scenarios_of(base, test, draw, draws, packaged_vehicles()):
        try:
            return scenario, observe(scenario, path, network, assets, [], None)
        except InputError as error:
            if error.key not in ("target", "apogee_km"):
                raise
    raise InputError(f"no class has the flight of test {test.number}", key="study tests")


def run_tests(name: str, data: Path | None, draws: int, first: int, jobs: int, out: Path | None, as_json: bool) -> int:
    """Return 0 when falls lie in their 90 % ellipses and classes are right as often as is asked, else 1."""
    if data is None:
        raise InputError("the list of tests is not packaged", key="--data", allowed=f"the folder that holds {TABLE}")
    refuse_in_service(name)
    tests = read_tests(data / TABLE)
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    listed = sha256_hex((data / TABLE).read_bytes())
    identity = identity_of("tests", network, assets, base.data_mode, list=listed, begin=f"seed {base.seed}")
    folder = out if out is not None else Path("out") / "study-tests"
    lines = Lines(folder / "tests.jsonl", identity, "case")
    # draw by draw, so that a study that was stopped holds every test
    wanted = [(t.number, draw) for draw in range(first - 1, first - 1 + draws) for t in tests]
    with Display("study tests", quiet=as_json) as display:
        warm(display, simulator=True)
        missing = set(lines.missing([f"{number}/{draw}" for number, draw in wanted]))
        asked = [(name, str(data), n, draw, DRAWS) for n, draw in wanted if f"{n}/{draw}" in missing]
        for line in lines.take(in_processes(run_test, asked, jobs, folder, display, "draws")):
            for text in remark(line):
                display.say(text)
        done = [lines.done[f"{number}/{draw}"] for number, draw in wanted]
        result = {**identity, **tally(done)}
        tell(display, folder, result, table(result), as_json)
    return DONE if result["holds"] else DONE_WITH_REFUSALS


def remark(line: dict[str, Any]) -> Iterator[str]:
    """Yield what a person should see at once: a wrong class, a fall outside its ellipse."""
    what = f"test {line['case']}, {line['missile']}, {line['range_km']:.0f} km, apogee {line['apogee_km']:.0f} km"
    if line["right"] and line["said"] != line["right"]:
        yield f"{what}: {line['said'] or 'nothing'} and not {line['right']}"
    last = line["impacts"].get("last")
    if line["fall_s"] and not (last and last["inside"]["90"]):
        yield f"{what}: " + (
            f"fell {last['error_km']:.1f} km off, outside 90 %" if last else "no place of fall was said"
        )


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums: falls in their ellipses by moment and kind, right classes, levels, and whether it is as asked."""
    falls = [line for line in lines if line["fall_s"]]
    named = [line for line in lines if line["right"]]
    ellipses = {
        f"{kind} {moment} {p}": _share([line for line in falls if kind in ("all", line["kind"])], moment, p)
        for kind in ("all", *KINDS) for moment in MOMENTS for p in PROBABILITIES
    }  # fmt: skip
    classes: dict[str, Any] = {}
    for kind in ("all", *KINDS):
        mine = [line for line in named if kind in ("all", line["kind"])]
        classes[kind] = {
            "class": _counted(mine, [line["said"] == line["right"] for line in mine]),
            "missile": _counted(mine, [_missile(line["said"]) == _missile(line["right"]) for line in mine]),
        }
    main, right = ellipses["all last 90"], classes["all"]["class"]
    return {
        "draws": len(lines),
        "tests": len({line["test"] for line in lines}),
        "kinds": {kind: len({line["test"] for line in lines if line["kind"] == kind}) for kind in KINDS},
        "unsaid": sum("last" not in line["impacts"] for line in falls),
        "ellipses": {key: one for key, one in ellipses.items() if one["trials"]},
        "classes": classes,
        "wrong": _wrong(named),
        "asset": reliability(asset_words(lines)),
        "looks": {key: float(np.median([line[key] for line in lines if line[key] is not None] or [np.nan])) for key in LOOKS},
        "levels": {
            level: sum(max(line["levels"], key=rank, default="nothing") == level for line in lines)
            for level in ("nothing", "noticed", "tracked", "possible", "probable", "confirmed")
        },
        "holds": bool(main["trials"]) and abs(main["hits"] / main["trials"] - 0.9) <= 0.02
        and right["hits"] >= 0.95 * right["trials"],
        "cpu_s": round(sum(line["cpu_s"] for line in lines), 1),
    }  # fmt: skip


def _missile(name: str) -> bool:
    return name.startswith(MISSILES)


def _share(lines: Sequence[dict[str, Any]], moment: str, p: str) -> dict[str, Any]:
    mine = [line for line in lines if moment in line["impacts"]]
    return _counted(mine, [bool(line["impacts"][moment]["inside"].get(p)) for line in mine])


def _counted(lines: Sequence[dict[str, Any]], hits: Sequence[bool]) -> dict[str, Any]:
    """Return hits and trials with the interval of 95 % that takes the draws of one test for one cluster."""
    low, high = clustered([line["test"] for line in lines], hits)
    return {"hits": sum(hits), "trials": len(hits), "low": low, "high": high}


def _wrong(lines: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return how often each wrong class was said of which tests, most first."""
    out: dict[str, int] = {}
    for line in lines:
        if line["said"] != line["right"]:
            what = f"{line['test']} {line['missile']} {line['range_km']:.0f}/{line['apogee_km']:.0f} km"
            key = f"{what}, {line['right']}: {line['said'] or 'nothing'}"
            out[key] = out.get(key, 0) + 1
    return dict(sorted(out.items(), key=lambda item: -item[1]))


def table(result: dict[str, Any]) -> Iterator[str]:
    """Yield the table for a person."""
    kinds = ", ".join(f"{n} {kind}" for kind, n in result["kinds"].items())
    yield f"{result['tests']} tests ({kinds}), {result['draws']} draws; intervals of 95 % by tests, not draws"
    yield "  highest level: " + ", ".join(f"{level} {n}" for level, n in result["levels"].items() if n)
    yield "  median of looks: " + ", ".join(
        f"{key.removesuffix('_looks')} {n:.0f}" for key, n in result["looks"].items()
    )
    for kind, one in result["classes"].items():
        if one["class"]["trials"]:
            yield f"  class right, {kind:10s} {_text(one['class'])}; a missile and no other thing {_text(one['missile'])}"
    for key, one in result["ellipses"].items():
        yield f"  fell inside, {key:22s} % ellipse  {_text(one)}"
    yield from told_curves({"asset": result["asset"]}, "tests fall where they were reported to")
    yield f"  no place of fall was said in {result['unsaid']} draws"
    for key, n in list(result["wrong"].items())[:20]:
        yield f"  wrong {n} times: {key}"
    yield f"  configuration {result['config'][:16]}, list {result['list'][:16]}, {result['cpu_s']:,.0f} s of processor time"


def _text(one: dict[str, Any]) -> str:
    plain = share_text(one["hits"], one["trials"]).split(" (")[0]
    return f"{plain} ({100 * one['low']:.1f} ... {100 * one['high']:.1f})"

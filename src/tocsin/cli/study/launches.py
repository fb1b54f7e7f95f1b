"""`tocsin study launches`: single launches by strata; is any missile missed, how soon is it told, how true is what is said."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.assessment.paths import independent_paths
from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.run import load_scenario
from tocsin.cli.study.launch_tables import missed, table, tally
from tocsin.cli.study.lines import Lines, identity_of
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.run import refuse_in_service
from tocsin.cli.study.told import tell
from tocsin.cli.study.watch import Watched, rank, watch
from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import FloatArray, Look
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.outputs import GroundPoint, ObjectAssessment
from tocsin.core.time import unix_ns_from_tai
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.drawn_network import drawn_network
from tocsin.modelling.observe import Observed, observe
from tocsin.modelling.paths import find_beside
from tocsin.modelling.stratified import LAUNCH_S, Case, launch_case
from tocsin.prediction.assets import AssetTable
from tocsin.scoring.ground import place
from tocsin.scoring.run_score import ground_error

NAME = "launch"
LEVELS = ("noticed", "tracked", "possible", "probable", "confirmed")
PATH_LOOKS, ARC_LOOKS, LEFT_S = 3, 10, 90.0
"""Coverage, by what sensors had of it until so long before it fell: `arc` = two independent paths with so many looks
each, and one radar with so many; `plume` = two independent paths but no such radar; else `edge`."""
LEAST_SAID = 0.0005
BURNOUT_REVISITS = 2.0
"""The impact at burnout is that said so many revisits of the slowest satellite after it: its darkness has to be seen."""


def run_launch(name: str, number: int, drawn: bool) -> dict[str, Any]:
    """Return the line of one launch: its strata, when what was said of it, and how far that was from the truth.

    `drawn`: a vehicle, a network and places drawn at random, in the place of the generic classes and those of the scenario.
    """
    started = time.process_time()
    base, path = load_scenario(name, None)
    if drawn:
        network, assets = drawn_network(base.seed, number, int(base.start_utc[:4]))
    else:
        network = read_network(find_beside(base.network, path, "networks"))
        assets = read_assets(find_beside(base.assets, path, "assets"))
    case = launch_case(base, network, assets, number, drawn)
    observed = observe(case.scenario, path, network, assets, [], None)
    said = watch(network, assets, base.data_mode, observed.items(), observed.run.labels)
    line: dict[str, Any] = {"case": number, **case.strata, "fall_s": _round(case.fall_s)}
    line |= looks_of(observed, said, case.fall_s, paths_of(network))
    dark_s = BURNOUT_REVISITS * max((i.revisit_s for i in network.infrared), default=0.0)
    line |= told_of(observed, said, case, assets, dark_s)
    line["decisions"] = said.digests["decisions"]
    line["cpu_s"] = round(time.process_time() - started, 2)
    return line


def _round(x: float) -> float | None:
    return None if math.isnan(x) else round(x, 2)


def paths_of(network: Network) -> dict[str, str]:
    """Return the path of evidence of each radar and satellite, as tracks name theirs."""
    radars = {r.id: f"radar/{r.site or r.id}/{r.line or r.id}" for r in network.radar}
    return radars | {i.id: f"infrared/{i.site or i.id}/{i.line or i.id}" for i in network.infrared}


def coverage_of(seen: dict[str, list[float]], until: float, paths: dict[str, str]) -> str:
    """Return `arc`, `plume` or `edge` from the times (s) at which sensors saw a missile."""
    looks = {s: sum(t <= until for t in times) for s, times in seen.items()}
    count = independent_paths(tuple(sorted({paths[s] for s, n in looks.items() if n >= PATH_LOOKS})))
    if count < 2:
        return "edge"
    arc = any(n >= ARC_LOOKS for s, n in looks.items() if paths[s].startswith("radar"))
    return "arc" if arc else "plume"


def looks_of(observed: Observed, said: Watched, fall_s: float, paths: dict[str, str]) -> dict[str, Any]:
    """Return what was there to be seen: the first look with it, looks until it was held, a track, an event; the coverage.

    It is held from the look whose detection its track began with: screened, no object that is known, kept as a possible launch.
    """
    whose = {
        (sensor, sequence, number): name
        for sensor, sequence, number, name in zip(
            observed.run.labels.sensor, observed.run.labels.sequence, observed.run.labels.detection,
            observed.run.labels.object, strict=True,
        )
    }  # fmt: skip
    arrived: list[int] = []
    received: dict[str, int] = {}
    first = 0
    last_ok: dict[str, list[float]] = {}
    for look in observed.run.looks:
        if isinstance(look, Look) and any(
            whose.get((look.sensor, look.sequence, int(n))) == NAME for n in look.numbers
        ):
            arrived.append(look.received)
            received[f"{look.sensor}/{look.session}/{look.sequence}"] = look.received
            first = first or look.received
            last_ok.setdefault(look.sensor, []).append((look.end - observed.start) / NS)
    own = said.tracks_of(NAME)
    tracked = min((said.started[t] for t in own if t in said.started), default=0)
    begun = [key.rpartition("/")[0] for t in own for key in said.begun.get(t, ())]
    held = min((received[key] for key in begun if key in received), default=0)
    events = {a.event for _, a in said.assessments if set(a.tracks) & own}
    detected = min((when for when, event in said.launches if event in events), default=0)
    until = math.inf if math.isnan(fall_s) else fall_s - LEFT_S
    return {
        "sensors": {s: len(times) for s, times in last_ok.items()},
        "coverage": coverage_of(last_ok, until, paths),
        "first_s": (first - observed.start) / NS - LAUNCH_S if first else None,
        "held_looks": sum(t <= held for t in arrived) if held else None,
        "track_looks": sum(t <= tracked for t in arrived) if tracked else None,
        "launch_looks": sum(t <= detected for t in arrived) if detected else None,
        "track_s": (tracked - first) / NS if tracked else None,
        "launch_s": (detected - first) / NS if detected else None,
    }


def told_of(observed: Observed, said: Watched, case: Case, assets: Assets, dark_s: float) -> dict[str, Any]:
    """Return levels (s after the first look), errors of impact and launch points, and what was believed."""
    start, own = observed.start, said.tracks_of(NAME)
    fell = next((i for i in observed.truth.impacts if i.object == NAME), None)
    path = next(t for t in observed.truth.trajectories if t.name == NAME)
    burnout = int(path.times[np.flatnonzero(path.powered)[-1]]) if path.powered.any() else path.start
    flight = case.scenario.flight[0]
    levels: dict[str, float] = {}
    impacts: dict[str, Any] = {}
    launches: dict[str, Any] = {}
    at_launch = unix_ns_from_tai(start + int(LAUNCH_S * NS)), place(flight.latitude_deg, flight.longitude_deg)
    others = dict.fromkeys(("probable", "confirmed"), 0)

    radar_since = 0
    for when, a in said.assessments:
        members = [m for m in a.members if m.track in own]
        if not members and a.tracks and a.tracks[0] in own:
            members = [
                ObjectAssessment(a.tracks[0], a.level, a.classes, a.launch, a.impact, a.assets, a.paths, a.reason)
            ]
        for m in a.members:
            if m.track not in own and m.level in others:
                others[m.level] += 1
        for m in members:
            if fell is not None and when >= fell.time:
                continue
            # what is told is the level of the event: another path may speak for its object than those of its own track
            told = max(m.level, a.level if a.tracks[0] in own else "", key=rank)
            if rank(told) >= 0:
                for level in LEVELS[: rank(told) + 1]:
                    levels.setdefault(level, round((when - start) / NS - LAUNCH_S, 1))
            if not radar_since and any(p.split("/")[0] == "radar" for p in m.paths):
                radar_since = when
            if m.impact is not None and fell is not None:
                truth = (unix_ns_from_tai(fell.time), place(fell.latitude_deg, fell.longitude_deg))
                error = _error(m.impact, *truth)
                impacts.setdefault(m.level, error)
                if when >= burnout + dark_s * NS:
                    impacts.setdefault("burnout", error)
                if radar_since and when - radar_since >= 60 * NS:
                    impacts.setdefault("radar60", error)
                impacts["last"] = error
            if m.launch is not None:
                launches["last"] = _error(m.launch, *at_launch)
                launches.setdefault("first", launches["last"])
    return {
        "levels": levels,
        "burnout_s": round((burnout - start) / NS - LAUNCH_S, 1),
        "impacts": {moment: _short(error) for moment, error in impacts.items()},
        "launches": {moment: _short(error) for moment, error in launches.items()},
        "said": said_class(said, own, math.inf if fell is None else fell.time),
        "beliefs": believed(said, own),
        "on": [] if fell is None else fallen_on(assets, fell.latitude_deg, fell.longitude_deg),
        "others": others,
    }


def said_class(said: Watched, own: set[str], until: float) -> str:
    """Return the class that was last said of the tracks of an object before an instant (TAI ns); `` for none."""
    return next((name for when, track, name in reversed(said.identified) if track in own and when < until), "")


def fallen_on(assets: Assets, lat_deg: float, lon_deg: float) -> list[bool]:
    """Return, asset by asset, whether a place (deg) lies within it: the content of a footprint as small as they come."""
    point = np.array([[1.0, lat_deg * DEG, lon_deg * DEG, 1.0, 0.0, 1.0]])
    return [bool(p > 0.5) for p in AssetTable.from_assets(assets).contents(point)]


def believed(said: Watched, own: set[str]) -> dict[str, Any]:
    """Return what was believed of an object at fixed times after its first track was confirmed, as plain data."""
    first = min((t for t in own if t in said.beliefs), key=lambda t: said.started[t], default="")
    return {
        str(at): {
            "classes": {c: p for c, p in b.classes.items() if p >= LEAST_SAID},
            "assets": b.assets,
            "level": b.level,
        }
        for at, b in said.beliefs.get(first, {}).items()
    }


def _error(said: GroundPoint, true_time: int, true_point: FloatArray) -> dict[str, Any]:
    """Return how far a said place and time are from the true ones, the time in its sigmas too."""
    error = ground_error(said, true_time, true_point)
    return error | {"time_sigmas": error["time_error_s"] / said.time_sigma_s if said.time_sigma_s > 0.0 else math.inf}


def _short(error: dict[str, Any]) -> dict[str, Any]:
    return {
        "error_km": round(error["error_km"], 3),
        "time_error_s": round(error["time_error_s"], 2),
        "time_sigmas": round(error["time_sigmas"], 3),
        "inside": error["inside"],
        "sigmas": [round(v, 3) for v in error["sigmas"]],
        "major_km": {p: round(axes[0], 2) for p, axes in error["ellipse_km"].items()},
    }


def run_launches(
    name: str, cases: int, first: int, jobs: int, out: Path | None, as_json: bool, drawn: bool = False
) -> int:
    """Return 0 when no missile inside coverage fell without `probable` and nothing harmless reached it, else 1.

    `drawn`: each launch by a vehicle and on a network of its own, drawn at random.
    """
    if cases < 1 or jobs < 1 or first < 1:
        raise InputError("must be 1 or more", key="--seeds, --first-seed, --jobs")
    refuse_in_service(name)
    base, path = load_scenario(name, None)
    study = "networks" if drawn else "launches"
    folder = out if out is not None else Path("out") / f"study-{study}"
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    identity = identity_of(study, network, assets, base.data_mode, begin=f"seed {base.seed}")
    lines = Lines(folder / "cases.jsonl", identity, "case")
    wanted = list(range(first - 1, first - 1 + cases))
    with Display(f"study {study}", quiet=as_json) as display:
        warm(display, simulator=True)
        asked = [(name, number, drawn) for number in lines.missing(wanted)]
        for line in lines.take(in_processes(run_launch, asked, jobs, folder, display, "launches")):
            for text in remark(line):
                display.say(text)
        done = [lines.done[number] for number in wanted]
        result = {**identity, **tally(done)}
        tell(display, folder, result, table(result), as_json)
    return DONE if not result["missed"] and not result["false"] else DONE_WITH_REFUSALS


def remark(line: dict[str, Any]) -> Iterator[str]:
    """Yield what a person should see at once: a missile missed, something harmless raised."""
    what = f"case {line['case'] + 1}: {line['vehicle']}, {line['arc']}, from {line['sector']} deg, {line['down']} down"
    if missed(line):
        yield f"{what}: MISSED (highest {max(line['levels'], key=rank, default='nothing')}), seen by {line['sensors']}"
    if line["kind"] != "missile" and "probable" in line["levels"]:
        yield f"{what}: FALSE, probable after {line['levels']['probable']:.0f} s"

"""`tocsin study incidents`: every incident with its twin through `run`, judged by what stands in the output folder."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS, Interrupted
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.run import load_scenario, make_inputs, process_made
from tocsin.cli.study.incident_pages import write_index, write_page
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.told import tell
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.kernels import kernel_hash
from tocsin.core.records.incident import Case, Incident
from tocsin.core.records.scenario import Scenario
from tocsin.formats.toml_files import read_incident
from tocsin.modelling.paths import roots
from tocsin.scoring.expectations import FolderRead, judge, level_steps, other_words, rank, refusals

FILE = "incident.toml"
TABLES = ("flight", "notification", "health", "operator", "source", "tape")
"""Tables of a scenario whose entries have ids, which a case may leave out."""


def find_incidents(only: str | None) -> list[Path]:
    """Return the folders of all incidents in order, or those whose name holds `only`; InputError if there is none."""
    for root in roots():
        folders = sorted(p.parent for p in (root / "scenarios" / "incidents").glob(f"*/{FILE}"))
        if folders:
            found = [f for f in folders if only is None or only in f.name]
            if not found:
                names = ", ".join(f.name for f in folders)
                raise InputError("there is no such incident", key=str(only), allowed=names)
            return found
    raise InputError("no incidents are packaged", file="scenarios/incidents")


def case_scenario(folder: Path, case: Case) -> tuple[Scenario, Path]:
    """Return the scenario of a case, without what it leaves out, and the path of its file."""
    scenario, path = load_scenario(str(folder / case.scenario), None)
    left = set(case.without)
    kept: dict[str, Any] = {}
    for table in TABLES:
        entries = getattr(scenario, table)
        kept[table] = tuple(entry for entry in entries if entry.id not in case.without)
        left -= {entry.id for entry in entries}
    if left:
        raise InputError(f"{sorted(left)[0]!r} is no id in {path.name}", file=str(folder / FILE), key="without")
    return msgspec.structs.replace(scenario, **kept), path


def run_case(folder: Path, number: int, out: Path, seed: int | None = None) -> dict[str, Any]:
    """Return the line of one draw of a case: what was said when, and the verdict on every statement."""
    case = read_incident(folder / FILE).case[number]
    scenario, path = case_scenario(folder, case)
    if seed is not None:
        scenario = msgspec.structs.replace(scenario, seed=seed)
    started = time.process_time()
    with Display("", quiet=True) as display:
        result = make_inputs(scenario, path, out, None, display)
        outcome = process_made(result, scenario, None, display, {}, report=False)
    if outcome.summary.interrupted:
        raise Interrupted("interrupted; the cases that were finished are kept")
    read = FolderRead(out, scenario.start_utc)
    worst, worst_s = read.worst()
    fall = read.fall_s("")
    return {
        "incident": folder.name,
        "seed": scenario.seed,
        "case": case.name,
        "twin": case.twin,
        "expected": case.expected,
        "start_utc": scenario.start_utc,
        "duration_s": scenario.duration_s,
        "worst": worst,
        "worst_s": worst_s,
        "first_s": {level: read.first_s(level) for level in ("possible", "probable", "confirmed")},
        "fall_s": fall,
        "steps": list(level_steps(read)),
        "told": list(other_words(read)),
        "refused": refusals(read),
        "verdicts": [
            {
                "words": v.statement.words, "never": v.never, "holds": v.holds, "found": v.found, "first_s": v.first_s,
                "why": v.why, "fault": v.statement.fault,
            }
            for v in judge(case, read)
        ],
        "decisions": outcome.summary.digests.decisions,
        "scenario_sha256": sha256_hex(canonical(scenario)),
        "seconds": round(time.process_time() - started, 1),
    }  # fmt: skip


def passed(line: dict[str, Any]) -> bool:
    """Return whether every statement of a case holds; one that a known fault excuses must not hold."""
    return all(v["holds"] != bool(v["fault"]) for v in line["verdicts"])


def joined(draws: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one line of several draws of the noise: that of the first, with a statement held only if all hold it.

    The worst level, and the latest first level of a twin, are those over all draws.
    """
    line = dict(draws[0])
    line["draws"] = len(draws)
    line["held"] = sum(all(v["holds"] for v in draw["verdicts"]) for draw in draws)
    worst = max(draws, key=lambda draw: (rank(draw["worst"]), -(draw["worst_s"] or 0.0)))
    line["worst"], line["worst_s"] = worst["worst"], worst["worst_s"]
    line["latest_s"] = {}
    for level in line["first_s"]:
        times = [draw["first_s"][level] for draw in draws]
        line["latest_s"][level] = None if None in times else max(times)
    line["verdicts"] = []
    for verdicts in zip(*(draw["verdicts"] for draw in draws), strict=True):
        failing = [(draw["seed"], v) for draw, v in zip(draws, verdicts, strict=True) if not v["holds"]]
        merged = dict(verdicts[0])
        if failing:
            seeds = ", ".join(str(seed) for seed, _ in failing)
            merged |= {"holds": False, "why": f"{failing[0][1]['why']} (seeds {seeds})"}
        line["verdicts"].append(merged)
    line["decisions"] = [draw["decisions"] for draw in draws]
    line["seconds"] = round(sum(draw["seconds"] for draw in draws), 1)
    return line


def run_incidents(only: str | None, seeds: int, jobs: int, out: Path | None, as_json: bool) -> int:
    """Return 0 when all statements of all cases hold in all draws, else 1; pages are written to `out`/pages."""
    folders = find_incidents(only)
    target = out if out is not None else Path("out") / "incidents"
    target.mkdir(parents=True, exist_ok=True)
    with Display("incidents", quiet=as_json) as display:
        warm(display, simulator=True)
        told = _all(folders, seeds, jobs, target, display)
        for name, incident, cases in told:
            write_page(target / "pages", name, incident, cases)
        digest = sha256_hex(canonical([line["decisions"] for _, _, cases in told for line in cases]))
        write_index(target / "pages", told, digest)
        lines = [line for _, _, cases in told for line in cases]
        result = {"kernels": kernel_hash(), "seeds": seeds, "digest": digest, "cases": lines}
        tell(display, target, result, table(told), as_json)
        display.say(f"{seeds} draws of the noise; digest of decisions {digest[:16]}; pages: {target / 'pages'}")
    return DONE if all(v["holds"] for line in lines for v in line["verdicts"]) else DONE_WITH_REFUSALS


Job = tuple[Path, int, Path, int]
Told = list[tuple[str, Incident, list[dict[str, Any]]]]


def _all(folders: Sequence[Path], seeds: int, jobs: int, target: Path, display: Display) -> Told:
    """Return the incidents with the joined lines of their cases."""
    asked = [
        (f, k, target / f.name / f"case-{k + 1}-seed-{seed}", seed)
        for f in folders for k in range(len(read_incident(f / FILE).case)) for seed in range(1, seeds + 1)
    ]  # fmt: skip
    draws: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in in_processes(run_case, asked, jobs, target, display, "draws"):
        draws.setdefault((line["incident"], line["case"]), []).append(line)
    for lines in draws.values():
        lines.sort(key=lambda line: line["seed"])
    told: Told = []
    for f in folders:
        incident = read_incident(f / FILE)
        told.append((f.name, incident, [joined(draws[f.name, c.name]) for c in incident.case]))
    return told


def table(told: Sequence[tuple[str, Incident, list[dict[str, Any]]]]) -> Iterator[str]:
    """Yield the table for a person: a line a case, and a line for each statement that does not hold."""
    yield f"{'incident':26s} {'case':24s} {'worst said':20s} {'expected':44s} {'before impact, at least':34s} pass"
    good = {True: 0, False: 0}
    for name, _, cases in told:
        for line in cases:
            when = "" if line["worst_s"] is None else f" {minutes(line['worst_s'])}"
            mark = "yes" if line["held"] == line["draws"] else "KNOWN FAULT" if passed(line) else "NO"
            mark += f" {line['held']}/{line['draws']}"
            said = f"{line['worst']}{when}"
            yield f"{name:26s} {line['case']:24s} {said:20s} {line['expected']:44s} {before_impact(line):34s} {mark}"
            for v in line["verdicts"]:
                if not v["holds"]:
                    yield f"    {'never' if v['never'] else 'must'}: {v['words']}: {v['why']}" + (
                        f" [known: {v['fault']}]" if v["fault"] else ""
                    )
        for twin in (False, True):
            mine = [line for line in cases if line["twin"] == twin]
            good[twin] += bool(mine) and all(v["holds"] for line in mine for v in line["verdicts"])
    yield f"incidents {good[False]} of {len(told)}, twins {good[True]} of {len(told)}"


def minutes(seconds: float) -> str:
    """Return a time after the start as `+mm:ss`."""
    return f"+{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def before_impact(line: dict[str, Any]) -> str:
    """Return how many minutes before the first fall of a missile a case said probable and confirmed, at least."""
    if line["fall_s"] is None:
        return "-"
    parts = []
    for level in ("probable", "confirmed"):
        at = line["latest_s"][level]
        parts.append(f"{level} " + ("never" if at is None else f"{(line['fall_s'] - at) / 60.0:.1f}"))
    return ", ".join(parts)

"""`tocsin study`: all seeds, several at a time, resumable: a seed that has its line is not run again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tocsin.cli.exits import DONE
from tocsin.cli.live import Display
from tocsin.cli.study.lines import Lines
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.seed import run_seed
from tocsin.cli.study.tables import table, tally
from tocsin.cli.study.told import tell
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.kernels import kernel_hash
from tocsin.formats.toml_files import read_network
from tocsin.modelling.paths import find_beside


def run_study(name: str, scenario: str, count: int, first_seed: int, jobs: int, out: Path | None, as_json: bool) -> int:
    """Return 0 after all seeds of a study; lines go to `out`/seeds.jsonl as they are finished."""
    refuse_in_service(scenario)
    folder = out if out is not None else Path("out") / f"study-{name}"
    wanted = list(range(first_seed, first_seed + count))
    with Display(f"study {name}", quiet=as_json) as display:
        lines = _all_seeds(name, scenario, wanted, jobs, folder, display)
        result = {"study": name, "scenario": scenario, "out": str(folder), **tally(lines)}
        tell(display, folder, result, table(name, lines), as_json)
    return DONE


def refuse_in_service(scenario: str) -> None:
    """Refuse (InputError) a scenario whose network has sensors in service: they are for replay and coverage only."""
    from tocsin.cli.run import load_scenario

    record, path = load_scenario(scenario, None)
    file = find_beside(record.network, path, "networks")
    network = read_network(file)
    held = [r.id for r in network.radar if r.present_day] + [i.id for i in network.infrared if i.present_day]
    if held:
        raise InputError(
            f"{held[0]} is in service now: such networks are for replay and coverage, not for studies",
            file=str(file), key="present_day", allowed="a notional or historical network",
        )  # fmt: skip


def _identity(name: str, scenario: str) -> dict[str, str]:
    """Return what the lines of a study have in common: lines of another product or scenario are not mixed with them."""
    from tocsin.cli.run import load_scenario

    record, _ = load_scenario(scenario, None)
    return {"study": name, "scenario": sha256_hex(canonical(record)), "kernels": kernel_hash()}


def _all_seeds(
    name: str, scenario: str, wanted: Sequence[int], jobs: int, folder: Path, display: Display
) -> list[dict[str, Any]]:
    lines = Lines(folder / "seeds.jsonl", _identity(name, scenario), "seed")
    missing = lines.missing(wanted)
    if len(missing) < len(wanted):
        display.say(f"{len(wanted) - len(missing)} of {len(wanted)} seeds were done before: {lines.file}")
    asked = [(name, scenario, seed, str(folder / f"seed-{seed}")) for seed in missing]
    for line in lines.take(in_processes(run_seed, asked, jobs, folder, display, "seeds")):
        display.say(f"{_told(line)}, {len(lines.missing(wanted))} to go")
    return [lines.done[seed] for seed in wanted]


def _told(line: dict[str, Any]) -> str:
    missiles = line["missiles"]
    inside = sum(bool(m["inside"].get("last", {}).get("90")) for m in missiles)
    else_high = len(line["others_high"]) + len(line["events_high_without_missile"])
    return (
        f"seed {line['seed']}: {len(missiles)} missiles, {line['missed']} missed, {inside} in the last 90 % ellipse, "
        f"{else_high} else high, {line['seconds']:.0f} s"
    )

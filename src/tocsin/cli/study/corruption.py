"""`tocsin study corruption`: one line, site, clock or parser corrupted at a time, no attack; nothing may be confirmed."""

import functools
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS, Interrupted
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.study.run import refuse_in_service
from tocsin.cli.study.told import tell
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.kernels import kernel_hash
from tocsin.core.records.inputs import Look
from tocsin.core.records.outputs import LADDER
from tocsin.formats.jsonl import read_json_lines
from tocsin.formats.toml_files import read_network, read_scenario
from tocsin.modelling.corrupted import Ground, make_ground, through_centre
from tocsin.modelling.corruption import cases, in_order
from tocsin.modelling.paths import find_beside, roots
from tocsin.scoring.consistency import wilson

NOTHING, EVERYTHING = "nothing", "tape on every line"
"""The two controls: the world as it is, and the tape by all lines at once, which has to be told as an attack."""
KINDS = ("line", "site", "clock", "parser")

Job = tuple[str, int, str, str]
"""Path of the scenario, seed, kind and name of the part; a part of kind `control` is none."""


def find_worlds(only: str | None) -> list[Path]:
    """Return the scenario of every network in order, or those whose name holds `only`; InputError if there is none."""
    for root in roots():
        every = sorted((root / "scenarios" / "corruption").glob("*.toml"))
        worlds = [p for p in every if not p.stem.endswith("-tape")]
        if worlds:
            found = [p for p in worlds if only is None or only in p.stem]
            if not found:
                allowed = ", ".join(p.stem for p in worlds)
                raise InputError("there is no such network", key=str(only), allowed=allowed)
            return found
    raise InputError("no scenarios are packaged", file="scenarios/corruption")


@functools.lru_cache(maxsize=1)
def _ground(path: str, seed: int) -> Ground:
    return make_ground(Path(path), seed)


@functools.lru_cache(maxsize=1)
def _quiet(path: str, seed: int) -> dict[str, Any]:
    ground = _ground(path, seed)
    quiet: dict[str, Any] = msgspec.to_builtins(through_centre(ground, list(ground.feed.looks)))
    return quiet


def run_part(job: Job, done: frozenset[str]) -> list[dict[str, Any]]:
    """Return a line for every corruption of a part that is not `done`."""
    path, seed, kind, name = job
    ground = _ground(path, seed)
    feed = ground.feed
    wanted: dict[str, Callable[[], list[Look]]] = {
        corruption: functools.partial(corrupt, feed, part)
        for part, corruption, corrupt in cases(ground.network) if (part.kind, part.name) == (kind, name)
    }  # fmt: skip
    if kind == "control":
        wanted = {NOTHING: lambda: list(feed.looks), EVERYTHING: lambda: in_order([*feed.looks, *feed.tape])}
    lines = []
    for corruption, make in wanted.items():
        if corruption in done:
            continue
        started = time.process_time()
        looks = make()
        same = len(looks) == len(feed.looks) and all(a is b for a, b in zip(looks, feed.looks, strict=True))
        # a tape that holds nothing of a part, copies of what it has not seen: that feed has been told already
        said = _quiet(path, seed) if same else msgspec.to_builtins(through_centre(ground, looks))
        head = {"network": ground.name, "seed": seed, "kind": kind, "part": name, "corruption": corruption}
        lines.append({**head, **said, "seconds": round(time.process_time() - started, 1)})
    return lines


def run_corruption(only: str | None, seeds: int, jobs: int, out: Path | None, as_json: bool) -> int:
    """Return 0 when nothing was confirmed and both controls of every network hold, else 1; lines go to `out`."""
    worlds = find_worlds(only)
    for path in worlds:
        refuse_in_service(str(path))
    folder = out if out is not None else Path("out") / "study-corruption"
    folder.mkdir(parents=True, exist_ok=True)
    with Display("study corruption", quiet=as_json) as display:
        warm(display, simulator=True)
        lines = _all(worlds, seeds, jobs, folder, display)
        sums = tally(lines)
        result = {"study": "corruption", "kernels": kernel_hash(), "seeds": seeds, **sums}
        tell(display, folder, result, table(lines), as_json)
    return DONE if not sums["confirmed"] and sums["controls_hold"] else DONE_WITH_REFUSALS


def _all(worlds: Sequence[Path], seeds: int, jobs: int, folder: Path, display: Display) -> list[dict[str, Any]]:
    file = folder / "lines.jsonl"
    identity = {
        "kernels": kernel_hash(),
        "worlds": sha256_hex(canonical([read_scenario(p) for p in find_worlds(None)])),
    }
    wanted = [(str(p), seed, *part) for p in worlds for seed in range(1, seeds + 1) for part in _parts(p)]
    lines = {_key(line): line for line in _earlier(file, identity)}
    names = {p.stem for p in worlds}
    done: dict[tuple[str, int, str, str], set[str]] = {}
    for network, seed, kind, part, corruption in lines:
        done.setdefault((network, seed, kind, part), set()).add(corruption)
    # one object a line, appended whole: an interrupted study keeps all that was finished
    with file.open("ab") as stream:
        for found in _run(wanted, done, jobs, folder, display):
            for line in found:
                lines[_key(line)] = line
                stream.write(msgspec.json.encode({**identity, **line}) + b"\n")
                if line["level"] == "confirmed" and line["kind"] != "control":
                    display.say(_told(line))
            stream.flush()
    return [line for key, line in sorted(lines.items()) if key[0] in names and key[1] <= seeds]


def _parts(path: Path) -> list[tuple[str, str]]:
    network = read_network(find_beside(read_scenario(path).network, path, "networks"))
    return [("control", ""), *dict.fromkeys((part.kind, part.name) for part, _, _ in cases(network))]


def _key(line: dict[str, Any]) -> tuple[str, int, str, str, str]:
    return line["network"], line["seed"], line["kind"], line["part"], line["corruption"]


def _earlier(file: Path, identity: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the lines that are there; InputError when they are of another version or of other scenarios."""
    for line in read_json_lines(file) if file.is_file() else ():
        for key, value in identity.items():
            if line.get(key) != value:
                raise InputError(f"holds lines of other {key}: give another --out, or remove it", file=str(file))
        yield line


def _run(
    wanted: Sequence[Job], done: dict[Any, set[str]], jobs: int, folder: Path, display: Display
) -> Iterator[list[dict[str, Any]]]:
    """Yield the lines of parts as they are finished."""
    asked = [(job, frozenset(done.get((Path(job[0]).stem, *job[1:]), ()))) for job in wanted]
    if jobs == 1:
        for number, one in enumerate(asked):
            display.stage(f"{Path(one[0][0]).stem}, {one[0][2]} {one[0][3]}", number / len(asked))
            yield run_part(*one)
        return
    pool = ProcessPoolExecutor(min(jobs, len(asked)), mp_context=multiprocessing.get_context("spawn"))
    try:
        waiting = [pool.submit(run_part, *one) for one in asked]
        for number, future in enumerate(as_completed(waiting), 1):
            yield future.result()
            display.stage(f"{number} of {len(asked)} parts", number / len(asked))
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; finished parts are kept in {folder}") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


# ----------------------------------------------------------------------------------------------- what they say together
def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return counts by kind of part and highest level, and whether the controls hold."""
    controls = [line for line in lines if line["kind"] == "control"]
    corrupted = [line for line in lines if line["kind"] != "control"]
    holds = all(_holds(line) for line in controls)
    counts = {kind: Counter(line["level"] or "nothing" for line in corrupted if line["kind"] == kind) for kind in KINDS}
    return {
        "cases": len(corrupted),
        "confirmed": sum(line["level"] == "confirmed" for line in corrupted),
        "probable": sum(line["level"] == "probable" for line in corrupted),
        "levels": {kind: dict(counts[kind]) for kind in KINDS},
        "controls": len(controls),
        "controls_hold": bool(controls) and holds,
        "decisions": sha256_hex(canonical([line["decisions"] for line in lines])),
    }


def _holds(control: dict[str, Any]) -> bool:
    return control["level"] == "confirmed" if control["corruption"] == EVERYTHING else not _high(control)


def _high(line: dict[str, Any]) -> bool:
    return line["level"] in ("probable", "confirmed")


def table(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table for a person: counts by part and level, and every case at `probable` or above."""
    sums = tally(lines)
    columns = ("nothing", *LADDER)
    yield f"{'corrupted':10s} {'cases':>6s} " + " ".join(f"{c:>9s}" for c in columns)
    for kind in KINDS:
        counts = sums["levels"][kind]
        yield f"{kind:10s} {sum(counts.values()):6d} " + " ".join(f"{counts.get(c, 0):9d}" for c in columns)
    for line in lines:
        if line["kind"] != "control" and _high(line):
            yield "  " + _told(line)
        elif line["kind"] == "control" and not _holds(line):
            yield "  CONTROL " + _told(line)
    upper = wilson(sums["confirmed"], sums["cases"]).high
    yield (
        f"{sums['cases']} cases, {sums['confirmed']} confirmed (95 % Wilson: at most {100 * upper:.2f} %), "
        f"{sums['probable']} probable; controls {'hold' if sums['controls_hold'] else 'DO NOT HOLD'}; "
        f"digest of decisions {sums['decisions'][:16]}"
    )


def _told(line: dict[str, Any]) -> str:
    return (
        f"{line['network']} seed {line['seed']}, {line['kind']} {line['part']}, {line['corruption']}: "
        f"{line['level']} at {line['at_s']} s: {line['reason'].removeprefix('evidence has risen: ')}"
    )

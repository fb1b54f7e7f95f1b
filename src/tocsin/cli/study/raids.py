"""`tocsin study raids`: many objects released together; does the count hold the truth, do tracks merge or split."""

import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tocsin.centre.centre import Centre
from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.live import Display
from tocsin.cli.process import warm
from tocsin.cli.run import load_scenario
from tocsin.cli.study.lines import Lines, identity_of
from tocsin.cli.study.pool import in_processes
from tocsin.cli.study.run import refuse_in_service
from tocsin.cli.study.statistics import share_text
from tocsin.cli.study.told import tell
from tocsin.cli.study.watch import DRAIN_EVERY, rank
from tocsin.core.constants import NS
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import Look
from tocsin.core.records.outputs import Assessment, Event
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.look_build import LabelTable
from tocsin.modelling.observe import observe
from tocsin.modelling.paths import find_beside
from tocsin.modelling.raid import raid_case

SIZES = (2, 10, 100, 500)
STEP_S = 10.0
"""Between two samples of what is said."""
WINDOW_S = 60.0
RESOLVED = 5
"""An object is resolved at an instant when it gave so many detections of its own in the last minute."""
FOLLOWS = 2
"""A track follows whom most of its detections of the last minute are of, when it has so many."""


class Scoring:
    """What is true and what is said of one raid, from its inputs and the records of a centre."""

    def __init__(self, labels: LabelTable) -> None:
        keys = zip(labels.sensor, labels.session, labels.sequence, labels.detection, strict=True)
        whose = zip(labels.object, labels.also, strict=True)
        self.whose = {"/".join(map(str, key)): (name, also) for key, (name, also) in zip(keys, whose, strict=True)}
        self.alone: dict[str, deque[int]] = {}
        """By object, when it gave a detection of its own."""
        self.seen: set[str] = set()
        self.taken: dict[str, deque[tuple[int, str]]] = {}
        """By track, when it took a detection, and of whom."""
        self.last: dict[str, Assessment] = {}
        self.samples: list[list[int]] = []
        self.tracks: Counter[str] = Counter()

    def look(self, look: Look, now: int) -> None:
        """Note whose the detections of a look are."""
        for number in look.numbers.tolist():
            name, also = self.whose.get(f"{look.sensor}/{look.session}/{look.sequence}/{number}", ("noise", ""))
            self.seen.update(n for n in (name, *also.split()) if n.startswith("missile-") and "stage" not in n)
            if not also and name != "noise":
                self.alone.setdefault(name, deque()).append(now)

    def record(self, record: object, now: int) -> None:
        """Note what a centre says."""
        if isinstance(record, Assessment):
            self.last[record.event] = record
        elif isinstance(record, Event):
            if record.kind in ("track_started", "track_updated"):
                taken = self.taken.setdefault(record.subject, deque())
                taken.extend((now, self.whose.get(key, ("noise", ""))[0]) for key in record.causes)
            elif record.kind == "track_dropped":
                self.taken.pop(record.subject, None)

    def sample(self, now: int, seconds: float) -> None:
        """Hold what is said at an instant against the truth."""
        said = [a for a in self.last.values() if a.level != "resolved"]
        if any(rank(a.level) >= rank("possible") for a in said):
            counts = [a.objects for a in said]
            low, best, high = (sum(getattr(c, name) for c in counts) for name in ("low", "best", "high"))
            self.samples.append([round(seconds), len(self.seen), low, best, high])
        oldest = now - round(WINDOW_S * NS)
        followed: dict[str, int] = {}
        owner: dict[str, str] = {}
        for track, taken in self.taken.items():
            while taken and taken[0][0] < oldest:
                taken.popleft()
            if len(taken) >= FOLLOWS:
                owner[track] = Counter(name for _, name in taken).most_common(1)[0][0]
                followed[owner[track]] = followed.get(owner[track], 0) + 1
        lost = {name for track, whom in owner.items() for _, name in self.taken[track] if name != whom}
        for name, times in self.alone.items():
            while times and times[0] < oldest:
                times.popleft()
            if len(times) < RESOLVED:
                continue
            self.tracks["resolved"] += 1
            self.tracks["split"] += followed.get(name, 0) > 1
            if not followed.get(name):
                self.tracks["merged" if name in lost else "untracked"] += 1


def run_raid(name: str, objects: int, number: int) -> dict[str, Any]:
    """Return the line of one raid: samples of (s, seen, low, best, high), and how its tracks did."""
    started = time.process_time()
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    raid = raid_case(base, assets, objects, number)
    observed = observe(raid.scenario, path, network, assets, [], None)
    simulated = time.process_time()
    centre, score = Centre(network, assets, base.data_mode), Scoring(observed.run.labels)
    due = observed.start + round(STEP_S * NS)
    for k, item in enumerate(observed.items()):
        while item.received >= due:
            for record in centre.advance(due):
                score.record(record, centre.now)
            score.sample(due, (due - observed.start) / NS)
            due += round(STEP_S * NS)
        for record in centre.step(item):
            score.record(record, centre.now)
        if isinstance(item, Look):
            score.look(item, centre.now)
        if k % DRAIN_EVERY == 0:
            centre.drain_tracks()
            centre.drain_observations()
    return {
        "raid": f"{objects}-{number}", "objects": objects, **raid.drawn, "seen": len(score.seen),
        "shared": observed.run.counts["detections_shared"], "detections": observed.run.counts["detections"],
        "samples": score.samples, "tracks": dict(score.tracks),
        "decisions": centre.digests()["decisions"], "centre_cpu_s": round(time.process_time() - simulated, 2),
        "cpu_s": round(time.process_time() - started, 2),
    }  # fmt: skip


def run_raids(name: str, raids: int, first: int, jobs: int, out: Path | None, as_json: bool) -> int:
    """Return 0 when the interval holds the truth in 95 % for every size and no raid is told as one object, else 1."""
    if raids < 1 or jobs < 1 or first < 1:
        raise InputError("must be 1 or more", key="--seeds, --first-seed, --jobs")
    refuse_in_service(name)
    base, path = load_scenario(name, None)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    folder = out if out is not None else Path("out") / "study-raids"
    identity = identity_of("raids", network, assets, base.data_mode, begin=f"seed {base.seed}")
    lines = Lines(folder / "raids.jsonl", identity, "raid")
    every = [(size, number) for size in SIZES for number in range(first - 1, first - 1 + raids)]
    wanted = [f"{size}-{number}" for size, number in every]
    with Display("study raids", quiet=as_json) as display:
        warm(display, simulator=True)
        missing = set(lines.missing(wanted))
        asked = [(name, size, number) for size, number in every if f"{size}-{number}" in missing]
        for line in lines.take(in_processes(run_raid, asked, jobs, folder, display, "raids")):
            held, total = held_in(line)
            display.say(
                f"{line['raid']}: {line['vehicle']} in {line['span_s']} s, {held} of {total}, {line['cpu_s']:.0f} s"
            )
        done = [lines.done[one] for one in wanted]
        result = {**identity, **tally(done)}
        tell(display, folder, result, table(result), as_json)
    good = all(s["held"] >= 0.95 * s["samples"] and not s["as_one"] for s in result["sizes"].values() if s["samples"])
    return DONE if good else DONE_WITH_REFUSALS


def held_in(line: dict[str, Any]) -> tuple[int, int]:
    """Return (how many of the samples hold the truth, how many there are)."""
    return sum(low <= truth <= high for _, truth, low, _, high in line["samples"]), len(line["samples"])


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums by size."""
    sizes: dict[str, Any] = {}
    for size in SIZES:
        mine = [line for line in lines if line["objects"] == size]
        samples = [s for line in mine for s in line["samples"]]
        ratios = sorted(s[4] / max(s[2], 1) for s in samples)
        tracks = Counter[str]()
        for line in mine:
            tracks.update(line["tracks"])
        sizes[str(size)] = {
            "raids": len(mine),
            "silent": sum(not line["samples"] for line in mine),
            "samples": len(samples),
            "held": sum(held_in(line)[0] for line in mine),
            "held_at_end": sum(line["samples"][-1][2] <= line["samples"][-1][1] <= line["samples"][-1][4]
                               for line in mine if line["samples"]),
            "below": sum(s[1] > s[4] for s in samples),
            "above": sum(s[1] < s[2] for s in samples),
            "as_one": sum(s[1] > 1 and s[4] == 1 for s in samples),
            "high_over_low": ratios[len(ratios) // 2] if ratios else None,
            "best_over_truth": sorted(s[3] / s[1] for s in samples)[len(samples) // 2] if samples else None,
            "tracks": dict(tracks),
            "cpu_s": round(sum(line["cpu_s"] for line in mine), 1),
        }  # fmt: skip
    return {"sizes": sizes, "decisions": sha256_hex(canonical([line["decisions"] for line in lines]))}


def table(result: dict[str, Any]) -> Iterator[str]:
    """Yield the table for a person."""
    for size, s in result["sizes"].items():
        if not s["samples"]:
            yield f"{size:>4s} objects: {s['raids']} raids, none told"
            continue
        t = s["tracks"]
        yield (
            f"{size:>4s} objects, {s['raids']} raids: the interval holds {share_text(s['held'], s['samples'])}, "
            f"at the end {s['held_at_end']} of {s['raids'] - s['silent']}; told as one {s['as_one']}"
        )
        yield (
            f"     too few {s['below']}, too many {s['above']}; high / low median {s['high_over_low']:.2f}, "
            f"best / truth median {s['best_over_truth']:.2f}"
        )
        yield (
            f"     resolved: merged {share_text(t.get('merged', 0), t.get('resolved', 0))}, "
            f"split {share_text(t.get('split', 0), t.get('resolved', 0))}, untracked {t.get('untracked', 0)}"
        )
    yield f"  configuration {result['config'][:16]}, decisions {result['decisions'][:16]}"

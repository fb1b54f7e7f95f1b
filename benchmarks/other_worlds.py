"""Worlds of a simulator that shares no line with tocsin, processed and scored: misses, false alarms, what ellipses hold.

    python benchmarks/other_worlds.py --first-seed 101 --worlds 24 --out out/other-worlds [--kinds missile raid harmless]

Of twelve worlds eight have a missile, one a raid, three are harmless. Resumable: scores are appended to `scores.jsonl`, one line
a world, and a world that stands there is not made again; take another folder for another product. The simulator is described in
`benchmarks/other_simulator/README.md`.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from other_simulator.score import read_lines, score_world
from other_simulator.summary import summary
from other_simulator.worlds import KINDS, draw_world, kind_of, name_of, write_world

TOCSIN = (sys.executable, "-c", "from tocsin.cli.main import main; main()")
DONE, DONE_WITH_REFUSALS = 0, 1
LONGEST_S = 3600.0


def process(folder: Path) -> None:
    """Run `tocsin process` on a world, its output into `out/` beside it; end when it could not be used."""
    arguments = ("process", "looks.jsonl", "--network", "network.toml", "--assets", "assets.toml")
    command = (*TOCSIN, *arguments, "--data-mode", "simulated", "--out", "out")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    if done.returncode not in (DONE, DONE_WITH_REFUSALS):
        sys.exit(f"{folder.name}: tocsin process ended with {done.returncode}\n{done.stdout}{done.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first-seed", type=int, default=101)
    parser.add_argument("--worlds", type=int, default=4, help="how many, one a seed")
    parser.add_argument("--out", type=Path, default=Path("out/other-worlds"))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="worlds of these alone")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    scores_file = asked.out / "scores.jsonl"
    scores = {one["world"]: one for one in read_lines(scores_file)}
    names = []
    for seed in range(asked.first_seed, asked.first_seed + asked.worlds):
        kind = kind_of(seed, tuple(asked.kinds))
        name = name_of(seed, kind)
        names.append(name)
        if name in scores:
            continue
        began = time.perf_counter()
        folder = asked.out / name
        write_world(draw_world(seed, kind), folder)
        process(folder)
        scores[name] = score_world(folder, folder / "out")
        with scores_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(scores[name]) + "\n")
        said = scores[name]["level"] or "no event"
        print(f"{name}, {scores[name]['detail']}: {said}, {time.perf_counter() - began:.0f} s", flush=True)
    print(summary([scores[name] for name in names]))


if __name__ == "__main__":
    main()

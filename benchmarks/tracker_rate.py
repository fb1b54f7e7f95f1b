"""Prints detections per second, worst scan, GOSPA and switches of the tracker on a neutral ballistic workload, beside an
oracle's that knows which detection is of which object.
"""  # noqa: D205, D400

import argparse
import cProfile
import pstats

import numpy as np
from tracker_bench.oracle import Known, follow
from tracker_bench.ours import Run, run
from tracker_bench.scores import Places, Score, first_held, phase_errors, score
from tracker_bench.workload import SEED, Workload, make_workload


def oracle_places(known: Known) -> Places:
    """Return the places of the oracle's tracks, by object."""
    here = [np.flatnonzero(~np.isnan(x[:, 0])) for x in known.states]
    return [(numbers, x[numbers, :3]) for numbers, x in zip(here, known.states, strict=True)]


def report(k: int, work: Workload, result: Run, mine: Score, best: Score, known: Known) -> None:
    """Print the figures of one workload."""
    total = float(result.seconds.sum())
    print(
        f"K={k}: {work.detections} detections in {len(work.scans)} scans, {total:.2f} s = {work.detections / total:,.0f}/s"
        f" (history {result.history_s / total:.0%} of it), worst scan {result.seconds.max() * 1e3:.1f} ms; GOSPA"
        f" {mine.gospa_km:.2f} km, oracle's {best.gospa_km:.2f}, ratio {mine.gospa_km / best.gospa_km:.3f}; missed"
        f" {mine.missed:.1%} (oracle {best.missed:.1%}), false tracks {mine.false_per_scan:.3f} a scan, switches"
        f" {mine.switches}; state {result.digest}"
    )


def losses(mine: Score, best: Score, known: Known) -> None:
    """Print where the tracks lose against the oracle's."""
    print("   mean square a scan, km2 (mine / oracle's): ", end="")
    print("; ".join(f"{name} {value:.2f} / {best.parts[name]:.2f}" for name, value in mine.parts.items()))
    print("   RMSE by detections of the object, m: ", end="")
    errors = phase_errors(mine, best, known.hits).items()
    print("; ".join(f"{name}: {a:.0f} / {b:.0f} = {a / b:.3f} ({n})" for name, (a, b, n) in errors))
    at = first_held(mine, known.hits)
    counts = {n: int((at == n).sum()) for n in range(1, 7)}
    print(f"   detections of an object when a track first held it: {counts}, more {int((at > 6).sum())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("objects", type=int, nargs="*", default=[1, 10, 100])
    parser.add_argument("--seeds", type=int, default=1, help="how many workloads of each size")
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    args = parser.parse_args()
    small = make_workload(10)
    if small is None:
        print("the workload generator bench/make_workload.py is absent: set TOCSIN_SHARED")
        return
    run(small)  # compiles
    for k in args.objects:
        rows = []
        for seed in range(SEED, SEED + args.seeds):
            work = make_workload(k, seed)
            assert work is not None
            if args.profile:
                profile = cProfile.Profile()
                profile.runcall(run, work)
                pstats.Stats(profile).sort_stats("tottime").print_stats(18)
                continue
            result, known = run(work), follow(work)
            mine, best = score(work, result.places, known.hits), score(work, oracle_places(known), known.hits)
            report(k, work, result, mine, best, known)
            losses(mine, best, known)
            rows.append((mine.gospa_km / best.gospa_km, mine.switches, result.seconds.max(), work.detections / result.seconds.sum()))
        if len(rows) > 1:
            print(f"K={k}: medians of {len(rows)} seeds: {np.median(rows, axis=0)}")


if __name__ == "__main__":
    main()

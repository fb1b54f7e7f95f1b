"""Prints detections per second, worst scan, memory, GOSPA and switches of the tracker on a neutral ballistic workload.

Beside it an oracle's that knows which detection is of which object, where the loss against it is, and on demand what other
trackers do on the same scans in the same run. Usage: python benchmarks/tracker_rate.py [K ...] [--seeds N] [--peers] [--memory]
"""

import argparse
import cProfile
import importlib
import pstats

from tracker_bench import motion
from tracker_bench.ours import run
from tracker_bench.report import Figures, Peer, beside_peer, losses, measure, medians, summary
from tracker_bench.workload import SEED, Workload, make_workload

PEERS = (("Stone Soup, k-d tree and EKF", "stonesoup", "stone_soup"), ("nrl-tracker's parts in a loop", "pytcl", "nrl"))


def installed_peers() -> list[tuple[str, Peer]]:
    """Return the trackers of others that are installed, ready to run; those that are not are told."""
    peers = []
    for name, package, module in PEERS:
        if importlib.util.find_spec(package) is None:
            print(f"{name}: left out, {package} is not installed")
        else:
            peers.append((name, importlib.import_module(f"tracker_bench.{module}").run))
    return peers


def profiled(work: Workload) -> None:
    """Print where the time of one run goes."""
    profile = cProfile.Profile()
    profile.runcall(run, work)
    pstats.Stats(profile).sort_stats("tottime").print_stats(18)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("objects", type=int, nargs="*", default=[1, 10, 100])
    parser.add_argument("--seeds", type=int, default=1, help="workloads of each size: medians are printed")
    parser.add_argument("--memory", action="store_true", help="measure it too, in a process of its own")
    parser.add_argument("--peers", action="store_true", help="run other trackers on the same scans")
    parser.add_argument("--cut", type=float, default=60.0, help="processor seconds after which a peer is cut")
    parser.add_argument("--profile", action="store_true", help="where the time goes, and nothing else")
    args = parser.parse_args()
    small = make_workload(10)
    if small is None:
        print("the workload generator bench/make_workload.py is absent: set TOCSIN_SHARED")
        return
    run(small)  # compiles
    peers = installed_peers() if args.peers else []
    motion.warm()
    for k in args.objects:
        several: list[Figures] = []
        for seed in range(SEED, SEED + args.seeds):
            work = make_workload(k, seed)
            assert work is not None
            if args.profile:
                profiled(work)
                continue
            several.append(measure(work, k, seed, args.memory))
            print(summary(k, seed, several[-1]), flush=True)
            for name, peer in peers:
                print(beside_peer(name, peer, args.cut, several[-1]), flush=True)
        if several:
            print("\n".join([*medians(k, [f.row for f in several]), *losses(several)]), flush=True)


if __name__ == "__main__":
    main()

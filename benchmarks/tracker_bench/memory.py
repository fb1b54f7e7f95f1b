"""How much memory the tracker takes beyond imports and the workload, its history and causes kept; in a fresh process."""

import ctypes
import gc
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from .ours import run
from .workload import make_workload

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_mb(k: int, seed: int) -> float | None:
    """Return the peak of resident memory of one run over what stood before it, MB; None where the system does not tell."""
    if not RESET.exists():
        return None
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_measure, k, seed).result()


def _measure(k: int, seed: int) -> float:
    small, work = make_workload(10, seed), make_workload(k, seed)
    assert small is not None and work is not None
    run(small)  # loads the compiled kernels
    work = work._replace(data={})  # what only the oracle and the peers need
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed goes back, so that it is not taken anew unseen
    RESET.write_text("5")  # the peak counts from here
    before = _resident("VmRSS")
    kept = run(work, read=False)
    after = _resident("VmHWM")
    assert kept.kept
    return (after - before) / 1024.0


def _resident(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])

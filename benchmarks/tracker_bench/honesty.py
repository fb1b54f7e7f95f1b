"""Whether the tracker's stated errors are honest on the workload: NEES and NIS, and what its regions hold."""

from typing import NamedTuple

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.scoring.consistency import Share, average_consistency, nees, region_coverage

from .ours import Run
from .scores import YOUNG_HITS, Score
from .workload import START, Workload

COLUMNS = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")
LOWER = tuple((i, j) for i in range(6) for j in range(i + 1))


class Honesty(NamedTuple):
    """Means for a degree of freedom: 1 is honest, more is too sure."""

    nees_young: float
    nees_settled: float
    nis: float
    place_90: Share
    """Share of the rows whose 90 % region of the place holds the object."""


def honesty(work: Workload, run: Run, score: Score, hits: list[IntArray]) -> Honesty:
    """Return how honest the rows of the history are, of tracks that hold an object, and the innovations of all updates."""
    assert run.kept is not None
    history, causes = run.kept
    rows = history.drain_tracks()
    d2 = np.array([d for _, taken in causes for _, _, part in taken for d in part])
    nis = average_consistency(d2, 3).mean / 3
    if rows is None:
        return Honesty(np.nan, np.nan, nis, region_coverage(np.zeros((0, 3)), np.zeros((0, 3, 3)), 0.9))
    scan_times = START + np.array([round(float(t) * NS) for t in work.data["frame_t"]])
    f = np.searchsorted(scan_times, rows["time"])
    numbers = np.array([int(name[1:]) for name in rows["track"]])
    there = np.flatnonzero(score.given[f, numbers] >= 0)
    f, objects = f[there], score.given[f, numbers][there]
    truth = np.array([scan.truth for scan in work.scans])[f, objects]
    errors = np.stack([rows[name][there] for name in COLUMNS], axis=1) - truth
    covariances = _full(rows["covariance"][there])
    young = np.array(hits)[f, objects] <= YOUNG_HITS
    values = nees(errors, covariances)
    return Honesty(
        nees_young=average_consistency(values[young], 6).mean / 6,
        nees_settled=average_consistency(values[~young], 6).mean / 6,
        nis=nis,
        place_90=region_coverage(errors[:, :3], covariances[:, :3, :3], 0.9),
    )


def _full(lower: FloatArray) -> FloatArray:
    """Return the matrices (n, 6, 6) of lower triangles by rows (n, 21)."""
    out = np.empty((len(lower), 6, 6))
    for k, (i, j) in enumerate(LOWER):
        out[:, i, j] = out[:, j, i] = lower[:, k]
    return out

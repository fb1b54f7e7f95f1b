"""How good the tracks of a workload are, and where they lose against the oracle's."""

from typing import NamedTuple

import numpy as np

from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.scoring.continuity import Siap, associate, followings, siap
from tocsin.scoring.sets import existing, gospa, ospa2

from .oracle import CONFIRMED_AT
from .workload import Workload

CUT_M = 10_000.0
YOUNG_HITS = 7
"""An object is young to its seventh detection: those that one linearises at the measurement."""
OSPA2_MOST = 1000
"""Objects up to which OSPA(2) is worked out: it compares every track with every object at every instant."""
Shown = list[tuple[IntArray, FloatArray]]
"""Numbers (m,) and states (m, 6) of the tracks after each scan."""


class Score(NamedTuple):
    """Figures of one run; parts are mean squares of a scan, km2, and add up to the mean square of GOSPA."""

    gospa_km: float
    """Mean over the scans (c 10 km, p 2, alpha 2)."""
    parts: dict[str, float]
    switches: int
    siap: Siap
    ospa2_km: float
    """Over the whole run, same cut-off and order."""
    missed: float
    """Share of object instants."""
    false_per_scan: float
    errors: FloatArray
    """(F, K) distance of the track that was given to each object, m; NaN where it had none."""
    given: IntArray
    """(F, numbers) the object that a track was given to, -1 for none."""


def score(work: Workload, shown: Shown, hits: list[IntArray]) -> Score:
    """Return the score of tracks; `hits` (K,) a scan: true detections of each object so far."""
    scans = work.scans
    k = len(scans[0].truth)
    errors = np.full((len(scans), k), np.nan)
    given = np.full((len(scans), _most(shown) + 1), -1)
    owner = np.full(_most(shown) + 1, -1)
    names = ("unseen", "missed young", "missed settled", "error young", "error settled", "false ended", "false other")
    parts = dict.fromkeys(names, 0.0)
    total, objects, false = 0.0, 0, 0
    for f, (scan, (numbers, here)) in enumerate(zip(scans, shown, strict=True)):
        alive = np.flatnonzero(~np.isnan(scan.truth[:, 0]))
        result = gospa(scan.truth[alive, :3], here[:, :3], CUT_M)
        i, j = np.array(result.pairs, np.int64).reshape(-1, 2).T
        pairs, mates = alive[i], np.sqrt(((scan.truth[alive[i], :3] - here[j, :3]) ** 2).sum(axis=1))
        errors[f, pairs] = mates
        given[f, numbers[j]] = owner[numbers[j]] = pairs
        young = hits[f] <= YOUNG_HITS
        lost = np.setdiff1d(alive, pairs)
        unseen = hits[f][lost] < CONFIRMED_AT
        loose = owner[np.delete(numbers, j)]
        ended = (loose >= 0) & np.isnan(scan.truth[loose, 0])
        half = 0.5 * CUT_M**2
        parts["unseen"] += half * unseen.sum()
        parts["missed young"] += half * (young[lost] & ~unseen).sum()
        parts["missed settled"] += half * (~young[lost]).sum()
        parts["error young"] += (mates[young[pairs]] ** 2).sum()
        parts["error settled"] += (mates[~young[pairs]] ** 2).sum()
        parts["false ended"] += half * ended.sum()
        parts["false other"] += half * (~ended).sum()
        total += result.distance
        objects += alive.size
        false += loose.size
    n = len(scans)
    switches, siap, ospa2 = steadiness(work, shown)
    return Score(
        gospa_km=total / n / 1e3,
        parts={name: float(value) / n / 1e6 for name, value in parts.items()},
        switches=switches,
        siap=siap,
        ospa2_km=ospa2,
        missed=1.0 - float((~np.isnan(errors)).sum()) / max(objects, 1),
        false_per_scan=false / n,
        errors=errors,
        given=given,
    )


def _most(shown: Shown) -> int:
    """Return the highest number of a track."""
    return max((int(numbers.max()) for numbers, _ in shown if numbers.size), default=0)


def steadiness(work: Workload, shown: Shown) -> tuple[int, Siap, float]:
    """Return how often the tracks of objects changed, the SIAP attributes, and OSPA(2), km."""
    k, n = len(work.scans[0].truth), len(work.scans)
    truth, tracks = np.full((k, n, 6), np.nan), np.full((_most(shown) + 1, n, 6), np.nan)
    for f, (scan, (numbers, here)) in enumerate(zip(work.scans, shown, strict=True)):
        truth[:, f], tracks[numbers, f] = scan.truth, here
    tracks = tracks[existing(tracks).any(axis=1)]
    association = associate(truth[..., :3], tracks[..., :3], CUT_M)
    times = work.data["frame_t"][:n]
    switches = sum(f.switches for f in followings(association, existing(truth)))
    distance = ospa2(truth[..., :3], tracks[..., :3], CUT_M) / 1e3 if k <= OSPA2_MOST else np.nan
    return switches, siap(truth, tracks, association, times), distance


def phase_errors(mine: Score, best: Score, hits: list[IntArray]) -> dict[str, tuple[float, float, int]]:
    """Return root mean square error of mine and of the best, m, and how many, where both hold the object, by its detections."""
    counts = np.array(hits)
    both = ~np.isnan(mine.errors) & ~np.isnan(best.errors)
    out = {}
    for low, high in ((2, 3), (4, YOUNG_HITS), (YOUNG_HITS + 1, 20), (21, 1_000_000)):
        where = both & (counts >= low) & (counts <= high)
        name = f"{low}-{high}" if high < 1_000_000 else f"{low}-"
        a, b = (float(np.sqrt((s.errors[where] ** 2).mean())) if where.any() else np.nan for s in (mine, best))
        out[name] = (a, b, int(where.sum()))
    return out


def first_held(score: Score, hits: list[IntArray]) -> FloatArray:
    """Return (K,) how many detections each object had when a track first held it; NaN if none ever did."""
    held = ~np.isnan(score.errors)
    first = held.argmax(axis=0)
    return np.where(held.any(axis=0), np.array(hits)[first, np.arange(held.shape[1])], np.nan)

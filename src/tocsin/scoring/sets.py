"""Distances between a set of true objects and a set of tracks: OSPA, GOSPA, OSPA(2)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Gospa(NamedTuple):
    """GOSPA and its parts; localisation + missed + false = distance ** p."""

    distance: float
    localisation: float
    missed: float
    false: float
    pairs: tuple[tuple[int, int], ...]
    """(truth, track) indices that were assigned to each other."""


def distances(truth: FloatArray, tracks: FloatArray) -> FloatArray:
    """Return the (n, m) Euclidean distances of points (n, d) and (m, d)."""
    difference = truth[:, None, :] - tracks[None, :, :]
    return np.asarray(np.sqrt((difference**2).sum(axis=2)), np.float64)


def _check(c: float, p: float) -> None:
    if not (c > 0 and p >= 1):
        raise ValueError(f"cut-off must be positive and order at least 1, not {c}, {p}")


def gospa(truth: FloatArray, tracks: FloatArray, c: float, p: float = 2.0) -> Gospa:
    """Return GOSPA with alpha = 2 of points (n, d) and (m, d), cut-off c (their unit), order p.

    Rahmathullah, Garcia-Fernandez, Svensson, Generalized optimal sub-pattern assignment metric, FUSION 2017, prop. 1:
    pairs nearer than c cost d^p, every other truth (missed) and track (false) c^p / 2. A pair at c or farther costs no less
    than leaving both alone, so only pairs nearer than c are looked at, and groups that share none are assigned apart.
    """
    _check(c, p)
    n, m = len(truth), len(tracks)
    i, j, d = _pairs_within(truth, tracks, c)
    group = connected_components(csr_array((np.ones(len(i)), (i, n + j)), (n + m, n + m)), directed=False)[1][i]
    chosen: list[IntArray] = []
    order = np.argsort(group, kind="stable")
    for edges in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        chosen.append(edges if len(edges) < 2 else edges[_assigned(i[edges], j[edges], d[edges] ** p, c**p)])
    best = np.sort(np.concatenate(chosen))
    localisation = float((d[best] ** p).sum())
    missed = 0.5 * c**p * (n - len(best))
    false = 0.5 * c**p * (m - len(best))
    pairs = tuple(zip(i[best].tolist(), j[best].tolist(), strict=True))
    return Gospa((localisation + missed + false) ** (1 / p), localisation, missed, false, pairs)


def _pairs_within(truth: FloatArray, tracks: FloatArray, c: float) -> tuple[IntArray, IntArray, FloatArray]:
    """Return indices into truth and tracks of all pairs nearer than c, by truth and then track, and their distances."""
    none = np.zeros(0, np.int64)
    if not len(truth) or not len(tracks):
        return none, none, np.zeros(0)
    near = KDTree(tracks).query_ball_point(truth, c)
    i = np.repeat(np.arange(len(truth)), [len(found) for found in near])
    j = np.array([k for found in near for k in sorted(found)], np.int64)
    d = np.sqrt(((truth[i] - tracks[j]) ** 2).sum(axis=1))
    return i[d < c], j[d < c], d[d < c]


def _assigned(i: IntArray, j: IntArray, cost: FloatArray, none: float) -> IntArray:
    """Return which of the pairs (i, j) of one group are assigned; a pair that is not listed costs `none`."""
    rows, row = np.unique(i, return_inverse=True)
    columns, column = np.unique(j, return_inverse=True)
    full = np.full((len(rows), len(columns)), none)
    full[row, column] = cost
    mate = np.full(len(rows), -1)
    taken_rows, taken_columns = linear_sum_assignment(full)
    mate[taken_rows] = taken_columns
    return np.flatnonzero(mate[row] == column)


def _ospa_of_costs(d: FloatArray, c: float, p: float) -> float:
    """Return OSPA from base distances (n, m)."""
    n, m = d.shape
    if n == 0 and m == 0:
        return 0.0
    cost = np.minimum(d, c) ** p
    total = float(cost[linear_sum_assignment(cost)].sum()) if n and m else 0.0
    return float(((total + c**p * abs(n - m)) / max(n, m)) ** (1 / p))


def ospa(truth: FloatArray, tracks: FloatArray, c: float, p: float = 2.0) -> float:
    """Return OSPA of points (n, d) and (m, d) with cut-off c and order p; 0 for two empty sets.

    Schuhmacher, Vo, Vo, A consistent metric for performance evaluation of multi-object filters, IEEE TSP 56(8), 2008,
    eq. 3.
    """
    _check(c, p)
    return _ospa_of_costs(distances(truth, tracks) if len(truth) and len(tracks) else _empty(truth, tracks), c, p)


def _empty(truth: FloatArray, tracks: FloatArray) -> FloatArray:
    return np.zeros((len(truth), len(tracks)))


def track_distance(f: FloatArray, g: FloatArray, c: float, q: float = 2.0) -> float:
    """Return the time-averaged distance of two tracks (T, d), NaN rows where one does not exist; c where only one does.

    Beard, Vo, Vo, OSPA(2): Using the OSPA metric to evaluate multi-target tracking performance, ICCAIS 2017, eq. 8-9,
    with equal weights over the instants at which either exists; 0 where neither ever does.
    """
    has_f, has_g = ~np.isnan(f).any(axis=1), ~np.isnan(g).any(axis=1)
    both, either = has_f & has_g, has_f | has_g
    if not either.any():
        return 0.0
    d = np.full(len(f), c)
    d[both] = np.minimum(np.sqrt(((f[both] - g[both]) ** 2).sum(axis=1)), c)
    return float((d[either] ** q).mean() ** (1 / q))


def ospa2(truth: FloatArray, tracks: FloatArray, c: float, p: float = 2.0, q: float = 2.0) -> float:
    """Return OSPA(2) of true objects (n, T, d) and tracks (m, T, d) over one window; NaN rows = does not exist then.

    A track that changes its object pays for it, unlike in OSPA. Objects and tracks absent in the window do not count.
    """
    _check(c, p)
    truth, tracks = truth[_present(truth)], tracks[_present(tracks)]
    d = _empty(truth, tracks)
    for i, f in enumerate(truth):
        for j, g in enumerate(tracks):
            d[i, j] = track_distance(f, g, c, q)
    return _ospa_of_costs(d, c, p)


def _present(points: FloatArray) -> npt.NDArray[np.bool_]:
    """Return (n,) whether each path (n, T, d) exists at any instant."""
    return np.array([bool((~np.isnan(path).any(axis=1)).sum()) for path in points], np.bool_)

"""Distances between a set of true objects and a set of tracks: GOSPA, OSPA(2)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Gospa(NamedTuple):
    """GOSPA and its parts; localisation + missed + false = distance ** p."""

    distance: float
    localisation: float
    missed: float
    false: float
    pairs: tuple[tuple[int, int], ...]
    """(truth, track) indices that were assigned to each other."""


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


def ospa2(truth: FloatArray, tracks: FloatArray, c: float, p: float = 2.0, q: float = 2.0) -> float:
    """Return OSPA(2) of true objects (n, T, d) and tracks (m, T, d) over one window; NaN rows = does not exist then.

    Beard, Vo, Vo, OSPA(2): Using the OSPA metric to evaluate multi-target tracking performance, ICCAIS 2017, eq. 8-9, with
    equal weights over the instants at which either exists. A track that changes its object pays for it. Objects and tracks
    absent in the window do not count. A window of one instant gives OSPA (Schuhmacher, Vo, Vo, IEEE TSP 56(8), 2008, eq. 3).
    """
    _check(c, p)
    _check(c, q)
    d = track_distances(truth[existing(truth).any(axis=1)], tracks[existing(tracks).any(axis=1)], c, q)
    most = max(d.shape)
    if most == 0:
        return 0.0
    cost = d**p
    total = float(cost[linear_sum_assignment(cost)].sum()) + c**p * (most - min(d.shape))
    return float((total / most) ** (1 / p))


def track_distances(truth: FloatArray, tracks: FloatArray, c: float, q: float = 2.0) -> FloatArray:
    """Return the (n, m) time-averaged distances of paths (n, T, d) and (m, T, d), c where only one of two exists.

    The base distance of OSPA(2), eq. 8 of its paper, over the instants at which either exists; 0 where neither ever does.
    """
    has, there = existing(truth), existing(tracks)
    total, either = np.zeros((len(truth), len(tracks))), np.zeros((len(truth), len(tracks)))
    for t in range(truth.shape[1]):
        off = truth[:, t, None, :] - tracks[None, :, t, :]
        d = np.minimum(np.sqrt((off**2).sum(axis=2)), c)
        exists = has[:, t, None] | there[None, :, t]
        total += np.where(exists, np.where(np.isnan(d), c, d) ** q, 0.0)
        either += exists
    return np.asarray((total / np.maximum(either, 1)) ** (1 / q), np.float64)


def existing(paths: FloatArray) -> BoolArray:
    """Return (n, T) at which instants each path (n, T, d) exists."""
    return np.asarray(~np.isnan(paths).any(axis=2), np.bool_)

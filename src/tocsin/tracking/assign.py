"""Global nearest neighbour: which detection belongs to which track, at the least total cost."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def assign(tracks: IntArray, detections: IntArray, gain: FloatArray) -> IntArray:
    """Return the indices of the chosen pairs: each track and each detection at most once, with the largest total gain.

    `tracks`, `detections` (n,) name the two sides of each gated pair, `gain` (n,) its log likelihood ratio against
    being clutter or new; a pair with gain <= 0 is never chosen. Ties are broken by order, so the result is
    deterministic.
    """
    keep = np.flatnonzero(gain > 0.0)
    if keep.size <= 1:
        return keep
    t, d = tracks[keep], detections[keep]
    ut, ti = np.unique(t, return_inverse=True)
    ud, di = np.unique(d, return_inverse=True)
    if ut.size == keep.size and ud.size == keep.size:
        return keep
    chosen: list[int] = []
    for members in _components(ti, di, ut.size, ud.size):
        if len(members) == 1:
            chosen.append(members[0])
            continue
        pairs = np.array(members)
        rows, r = np.unique(ti[pairs], return_inverse=True)
        columns, c = np.unique(di[pairs], return_inverse=True)
        # every track may also stay without a detection: a column of zeros each
        cost = np.zeros((rows.size, columns.size + rows.size))
        cost[:, : columns.size] = 1e6
        where = np.full((rows.size, columns.size), -1)
        for k, (i, j) in enumerate(zip(r, c, strict=True)):
            cost[i, j] = -gain[keep[pairs[k]]]
            where[i, j] = pairs[k]
        i_best, j_best = linear_sum_assignment(cost)
        for i, j in zip(i_best, j_best, strict=True):
            if j < columns.size and where[i, j] >= 0:
                chosen.append(int(where[i, j]))
    chosen.sort()
    return keep[np.array(chosen, dtype=np.int64)]


def _components(ti: IntArray, di: IntArray, n_tracks: int, n_detections: int) -> list[list[int]]:
    """Return the pairs of each connected component, in order of first pair (union-find over tracks and detections)."""
    parent = list(range(n_tracks + n_detections))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in zip(ti, di, strict=True):
        a, b = root(int(i)), root(n_tracks + int(j))
        if a != b:
            parent[b] = a
    groups: dict[int, list[int]] = {}
    for k, i in enumerate(ti):
        groups.setdefault(root(int(i)), []).append(k)
    return list(groups.values())

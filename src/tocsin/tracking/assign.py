"""Global nearest neighbour: which detection belongs to which track, at the least total cost."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

DENSE_TRACKS = 100
"""Groups of more tracks than this are solved on their pairs alone: a full matrix of a flood would fill the memory."""
EXACT_PAIRS = 200_000
"""Groups of more pairs than this take the best pair first, so that a flood cannot stop the centre."""


def assign(tracks: IntArray, detections: IntArray, gain: FloatArray) -> IntArray:
    """Return the indices of the chosen pairs: each track and each detection at most once, with the largest total gain.

    `tracks`, `detections` (n,) name the two sides of each gated pair, `gain` (n,) its log likelihood ratio against
    being clutter or new; a pair with gain <= 0 is never chosen. Ties are broken by order, so the result is
    deterministic. Each group of tracks that contend for the same detections is solved exactly up to `EXACT_PAIRS`.
    """
    keep = np.flatnonzero(gain > 0.0)
    if keep.size <= 1:
        return keep
    t, d = tracks[keep], detections[keep]
    if len(set(t.tolist())) == keep.size == len(set(d.tolist())):
        return keep
    ut, ti = np.unique(t, return_inverse=True)
    ud, di = np.unique(d, return_inverse=True)
    chosen: list[int] = []
    for pairs in _components(ti, di, ut.size, ud.size):
        if pairs.size == 1:
            chosen.append(int(pairs[0]))
            continue
        solve = _exact if pairs.size <= EXACT_PAIRS else _best_first
        chosen.extend(pairs[solve(ti[pairs], di[pairs], gain[keep[pairs]])].tolist())
    chosen.sort()
    return keep[np.array(chosen, dtype=np.int64)]


def _exact(tracks: IntArray, detections: IntArray, gain: FloatArray) -> IntArray:
    """Return which pairs of one component have the largest total gain (Jonker and Volgenant, by scipy)."""
    ut, r = np.unique(tracks, return_inverse=True)
    ud, c = np.unique(detections, return_inverse=True)
    n, m = ut.size, ud.size
    if n > DENSE_TRACKS:
        # every track may also stay without a detection: a pair with nothing, at no gain
        weight = 1.0 + gain.max() - np.concatenate([gain, np.zeros(n)])
        own = np.arange(n)
        sparse = csr_array((weight, (np.concatenate([r, own]), np.concatenate([c, m + own]))), shape=(n, m + n))
        i, j = min_weight_full_bipartite_matching(sparse)
    else:
        cost = np.zeros((n, m + n))
        cost[:, :m] = 1e6
        cost[r, c] = -gain
        i, j = linear_sum_assignment(cost)
    partner = np.full(n, -1, np.int64)
    partner[i] = j
    return np.flatnonzero(partner[r] == c)


def _best_first(tracks: IntArray, detections: IntArray, gain: FloatArray) -> IntArray:
    """Return pairs of one component taken by falling gain, each track and detection once."""
    used_tracks: set[int] = set()
    used_detections: set[int] = set()
    taken: list[int] = []
    for k in np.argsort(-gain, kind="stable").tolist():
        t, d = int(tracks[k]), int(detections[k])
        if t not in used_tracks and d not in used_detections:
            used_tracks.add(t)
            used_detections.add(d)
            taken.append(k)
    return np.array(sorted(taken), np.int64)


def _components(ti: IntArray, di: IntArray, n_tracks: int, n_detections: int) -> list[IntArray]:
    """Return the pairs of each connected component of tracks and detections, each rising, in order of first pair."""
    size = n_tracks + n_detections
    graph = csr_array((np.ones(ti.size), (ti, n_tracks + di)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    _, first, which = np.unique(label[ti], return_index=True, return_inverse=True)
    by = np.argsort(which, kind="stable")
    groups = np.split(by, np.cumsum(np.bincount(which))[:-1])
    return [groups[g] for g in np.argsort(first).tolist()]

"""Global nearest neighbour: which detection belongs to which track, at the least total cost."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from tocsin.tracking.assign_kernels import assign_groups

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
    keep = (gain > 0.0).nonzero()[0]
    if keep.size <= 1:
        return keep
    t, d, g = tracks[keep], detections[keep], gain[keep]
    chosen, group = np.zeros(keep.size, np.bool_), np.empty(keep.size, np.int64)
    if assign_groups(t, d, g, DENSE_TRACKS, EXACT_PAIRS, chosen, group):
        for which in np.unique(group[group >= 0]).tolist():
            pairs = np.flatnonzero(group == which)
            solve = _exact if pairs.size <= EXACT_PAIRS else _best_first
            chosen[pairs[solve(t[pairs], d[pairs], g[pairs])]] = True
    return keep[chosen]


def _exact(tracks: IntArray, detections: IntArray, gain: FloatArray) -> IntArray:
    """Return which pairs of one large group have the largest total gain, on its pairs alone (scipy)."""
    ut, r = np.unique(tracks, return_inverse=True)
    ud, c = np.unique(detections, return_inverse=True)
    n, m = ut.size, ud.size
    # every track may also stay without a detection: a pair with nothing, at no gain
    weight = 1.0 + gain.max() - np.concatenate([gain, np.zeros(n)])
    own = np.arange(n)
    sparse = csr_array((weight, (np.concatenate([r, own]), np.concatenate([c, m + own]))), shape=(n, m + n))
    i, j = min_weight_full_bipartite_matching(sparse)
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

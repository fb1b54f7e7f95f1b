"""Assignment by groups that contend for the same detections, each solved exactly (Kuhn 1955; shortest augmenting paths)."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NO_PAIR = 1e6
"""Cost of a track and a detection that no gate has joined."""


@kernel
def number(names: IntArray, out: IntArray) -> int:
    """Fill out (n,) with names (n,), small whole numbers, numbered from 0 in rising order; return how many differ."""
    most = -1
    for k in range(names.shape[0]):
        most = max(most, names[k])
    table = np.zeros(most + 1, np.int64)
    for k in range(names.shape[0]):
        table[names[k]] = 1
    count = 0
    for k in range(most + 1):
        if table[k] > 0:
            table[k] = count
            count += 1
    for k in range(names.shape[0]):
        out[k] = table[names[k]]
    return count


@kernel
def groups(tracks: IntArray, detections: IntArray, n_tracks: int, n_detections: int, out: IntArray) -> int:
    """Fill out (p,) with the group of each pair, numbered from 0, and return how many groups there are."""
    parent = np.arange(n_tracks + n_detections)
    for i in range(tracks.shape[0]):
        a, b = tracks[i], n_tracks + detections[i]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[max(a, b)] = min(a, b)
    for i in range(tracks.shape[0]):
        a = tracks[i]
        while parent[a] != a:
            a = parent[a]
        out[i] = a
    return number(out.copy(), out)


@kernel
def by_group(group: IntArray, count: int) -> IntArray:
    """Return the pairs (p,) in order of their group (p,), of `count`, and of one group as they stand."""
    upto = np.zeros(count + 1, np.int64)
    order = np.empty(group.shape[0], np.int64)
    for k in range(group.shape[0]):
        upto[group[k] + 1] += 1
    for g in range(count):
        upto[g + 1] += upto[g]
    for k in range(group.shape[0]):
        order[upto[group[k]]] = k
        upto[group[k]] += 1
    return order


@kernel
def augment(cost: FloatArray, partner: IntArray) -> None:
    """Fill partner (m,) with the row of each column, -1 = none, so that all n <= m rows of cost (n, m) cost least in total.

    Rows one by one, each by the cheapest path of changes (Jonker and Volgenant 1987, the successive part).
    """
    n, m = cost.shape
    u = np.zeros(n)
    v = np.zeros(m)
    partner[:] = -1
    least = np.empty(m)
    before = np.empty(m, np.int64)
    done = np.empty(m, np.bool_)
    for row in range(n):
        least[:] = math.inf
        before[:] = -1
        done[:] = False
        i, last = row, -1
        while True:
            best, at = math.inf, -1
            for j in range(m):
                if done[j]:
                    continue
                reduced = cost[i, j] - u[i] - v[j]
                if reduced < least[j]:
                    least[j] = reduced
                    before[j] = last
                if least[j] < best:
                    best, at = least[j], j
            u[row] += best
            for j in range(m):
                if done[j]:
                    u[partner[j]] += best
                    v[j] -= best
                else:
                    least[j] -= best
            done[at] = True
            last = at
            if partner[at] < 0:
                break
            i = partner[at]
        while last >= 0:
            ahead = before[last]
            partner[last] = row if ahead < 0 else partner[ahead]
            last = ahead


@kernel
def assign_groups(
    tracks: IntArray, detections: IntArray, gain: FloatArray, most_tracks: int, most_pairs: int, chosen: npt.NDArray[np.bool_],
    group: IntArray,
) -> int:  # fmt: skip
    """Mark the chosen of the pairs (p,), all with gain > 0; return how many groups were too large and are left unsolved.

    `group` (p,) is the number of a pair's group, -1 where it is solved. Too large: more than `most_tracks` tracks that
    contend, or `most_pairs` pairs.
    """
    pairs = tracks.shape[0]
    t = np.empty(pairs, np.int64)
    d = np.empty(pairs, np.int64)
    nt, nd = number(tracks, t), number(detections, d)
    count = groups(t, d, nt, nd, group)
    # pairs of a group stand together, in their order
    order = by_group(group, count)
    own_track = np.empty(nt, np.int64)
    own_detection = np.empty(nd, np.int64)
    large, start = 0, 0
    for g in range(count):
        end = start
        while end < pairs and group[order[end]] == g:
            end += 1
        if end - start == 1:
            chosen[order[start]] = True
            group[order[start]] = -1
            start = end
            continue
        n, m = 0, 0
        for k in range(start, end):
            own_track[t[order[k]]] = -1
            own_detection[d[order[k]]] = -1
        for k in range(start, end):
            if own_track[t[order[k]]] < 0:
                own_track[t[order[k]]] = n
                n += 1
            if own_detection[d[order[k]]] < 0:
                own_detection[d[order[k]]] = m
                m += 1
        if n > most_tracks or end - start > most_pairs:
            large += 1
            start = end
            continue
        # each track may also stay without a detection, at no gain
        cost = np.full((n, m + n), NO_PAIR)
        for i in range(n):
            cost[i, m + i] = 0.0
        for k in range(start, end):
            cost[own_track[t[order[k]]], own_detection[d[order[k]]]] = -gain[order[k]]
        partner = np.empty(m + n, np.int64)
        augment(cost, partner)
        for k in range(start, end):
            i = order[k]
            chosen[i] = partner[own_detection[d[i]]] == own_track[t[i]]
            group[i] = -1
        start = end
    return large

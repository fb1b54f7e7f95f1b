"""Which detections contend for the same objects: groups of a one-to-one assignment, the easy ones solved."""

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def root(parent: Ints, i: int) -> int:
    """Return the representative of detection i's group, shortening the way to it."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def group_pairs(
    pair_row: Ints, pair_object: Ints, d2: Array, used: int, toucher: Ints, parent: Ints, size: Ints, chosen: Ints
) -> int:
    """Return how many detections stand in groups of several; fill each one's group (its least member) in `parent`.

    Detections that share an object, directly or through others, are one group. A detection alone in its group takes
    its nearest object: `chosen` (n,) is the pair, -1 elsewhere. `toucher` (objects,) is scratch of -1 and is left so;
    `parent`, `size` are (n,).
    """
    n = parent.shape[0]
    for i in range(n):
        parent[i] = i
        size[i] = 0
        chosen[i] = -1
    for p in range(used):
        o = pair_object[p]
        if toucher[o] < 0:
            toucher[o] = pair_row[p]
        else:
            a = root(parent, pair_row[p])
            b = root(parent, toucher[o])
            parent[max(a, b)] = min(a, b)
    contested = 0
    for i in range(n):
        parent[i] = root(parent, i)
        size[parent[i]] += 1
    for p in range(used):
        row = pair_row[p]
        toucher[pair_object[p]] = -1
        if size[parent[row]] == 1 and (chosen[row] < 0 or d2[p] < d2[chosen[row]]):
            chosen[row] = p
    for i in range(n):
        if size[parent[i]] > 1:
            contested += 1
    return contested

"""One-to-one assignment of detections to objects: least total distance, a detection left alone costing its gate."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from tocsin.catalogue.assignment_kernels import group_pairs
from tocsin.core.records.inputs import FloatArray, IntArray

EXACT_MAX = 500
"""Groups of more detections than this take the nearest pair first, so that a flood cannot stop the centre."""


def assign(rows: IntArray, objects: IntArray, distance2: FloatArray, gates: FloatArray, scratch: IntArray) -> IntArray:
    """Return (n,) the pair that each detection takes, -1 for none; each object is taken at most once.

    Pairs are (m,) detection `rows`, `objects`, `distance2`; `gates` (n,) is the cost of leaving a detection alone.
    Groups of detections that contend for the same objects are each solved exactly. `scratch` (all objects,) holds -1.
    """
    n = len(gates)
    parent, size, chosen = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    if group_pairs(rows, objects, distance2, len(rows), scratch, parent, size, chosen) == 0:
        return chosen
    for group in np.flatnonzero(size > 1):
        pairs = np.flatnonzero(parent[rows] == group)
        solve = _least_total if size[group] <= EXACT_MAX else _nearest_first
        taken = pairs[solve(rows[pairs], objects[pairs], distance2[pairs], gates)]
        chosen[rows[taken]] = taken
    return chosen


def _least_total(rows: IntArray, objects: IntArray, distance2: FloatArray, gates: FloatArray) -> IntArray:
    """Return the pairs of the exact solution: each detection has its objects and a column of its own at its gate."""
    some, row = _numbered(rows)
    known, column = _numbered(objects)
    cost = np.full((len(some), len(known) + len(some)), 1e12)
    pair = np.full(cost.shape, -1, np.int64)
    cost[row, column] = distance2
    pair[row, column] = np.arange(len(rows))
    own = np.arange(len(some))
    cost[own, len(known) + own] = gates[some]
    taken: IntArray = pair[linear_sum_assignment(cost)]
    return taken[taken >= 0]


def _numbered(values: IntArray) -> tuple[list[int], list[int]]:
    """Return the different values, rising, and the place of each value among them (few: quicker than `np.unique`)."""
    listed = values.tolist()
    different = sorted(set(listed))
    place = {value: k for k, value in enumerate(different)}
    return different, [place[value] for value in listed]


def _nearest_first(rows: IntArray, objects: IntArray, distance2: FloatArray, gates: FloatArray) -> IntArray:
    """Return the pairs taken in order of distance, each detection and object once."""
    used_rows: set[int] = set()
    used_objects: set[int] = set()
    taken = []
    for p in np.argsort(distance2, kind="stable"):
        if int(rows[p]) not in used_rows and int(objects[p]) not in used_objects:
            used_rows.add(int(rows[p]))
            used_objects.add(int(objects[p]))
            taken.append(p)
    return np.array(taken, np.int64)

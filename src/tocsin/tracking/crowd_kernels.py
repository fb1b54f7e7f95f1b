"""What a crowd does to tracks: reports that hold several objects, and tracks made of several; arrays as in `bank_kernels`."""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.core.sort_kernels import begins, first_from, rising
from tocsin.tracking.filter_kernels import A_X, B_X, FREE, M_RANGE, S_X, U_X
from tocsin.tracking.view_kernels import places_at


@kernel
def in_cell(where: np.ndarray, p: np.ndarray, m: np.ndarray, cell: np.ndarray) -> bool:
    """Return whether a track at `where` (3,), covariance `p` (10, 10), lies in one resolution cell with measurement `m` (18,).

    `cell` (3,): range m, azimuth along the arc, elevation rad. Within the cell and two sigma of the track; a track that is
    not known within a cell's depth is nowhere.
    """
    d = np.empty(3)
    r2 = 0.0
    along2 = 0.0
    for i in range(3):
        d[i] = where[i] - m[S_X + i]
        r2 += d[i] * d[i]
        for j in range(3):
            along2 += m[U_X + i] * p[i, j] * m[U_X + j]
    r = math.sqrt(max(r2, 1.0))
    along = math.sqrt(max(along2, 0.0))
    if not (along < cell[0] and abs(r - m[M_RANGE]) < cell[0] + 2.0 * along):
        return False
    across = 2.0 * math.sqrt(max(p[0, 0] + p[1, 1] + p[2, 2], 0.0))
    a = abs(d[0] * m[A_X] + d[1] * m[A_X + 1] + d[2] * m[A_X + 2])
    b = abs(d[0] * m[B_X] + d[1] * m[B_X + 1] + d[2] * m[B_X + 2])
    return bool(a < cell[1] * r + across and b < cell[2] * r + across)


@kernel
def in_pixel(where: np.ndarray, m: np.ndarray, width: float) -> bool:
    """Return whether a place (3,) lies within `width` (rad) of a line of sight `m` (18,)."""
    along = 0.0
    r2 = 0.0
    for i in range(3):
        along += (where[i] - m[S_X + i]) * m[U_X + i]
        r2 += (where[i] - m[S_X + i]) ** 2
    return bool(along > 0.0 and r2 - along * along < (width * along) ** 2)


@kernel
def hold_two(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, slots: np.ndarray, rows: np.ndarray,
    times: np.ndarray, which: np.ndarray, cell: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill `out` (c,): which of the measurements `which` (c,) lie in one cell with two tracks of `slots` or more.

    `rows` (n, 18) at `times` (n,) ns; `cell` as in `in_cell`.
    """
    n = slots.shape[0]
    places, far, spread = np.empty((n, 3)), np.empty(n), np.empty(n)
    for a in range(n):
        p = ps[slots[a], FREE]
        spread[a] = math.sqrt(max(p[0, 0] + p[1, 1] + p[2, 2], 0.0))
    last = -1
    for k in range(which.shape[0]):
        m = rows[which[k]]
        if last < 0 or times[which[k]] != times[last] or m[S_X] != rows[last, S_X]:
            last = which[k]
            places_at(xs, ws, ts, slots, times[last], places)
            for a in range(n):
                d0, d1, d2 = places[a, 0] - m[S_X], places[a, 1] - m[S_X + 1], places[a, 2] - m[S_X + 2]
                far[a] = math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
        count = 0
        for a in range(n):
            # no track is known worse along the line than in all
            if abs(far[a] - m[M_RANGE]) < cell[0] + 2.0 * spread[a]:
                count += in_cell(places[a], ps[slots[a], FREE], m, cell)
                if count >= 2:
                    break
        out[k] = count >= 2


@kernel
def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return how far two places (3,) are from each other."""
    return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)


@kernel
def told_apart(records: np.ndarray, rivals: np.ndarray, a: int, b: int) -> bool:
    """Return whether a look has shown the tracks of slots `a` and `b` side by side."""
    for s, other in ((a, b), (b, a)):
        for c in range(records[s].rival_count):
            if rivals[s, c] == records[other].number:
                return True
    return False


@kernel
def hidden_beside(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, records: np.ndarray, rivals: np.ndarray,
    slots: np.ndarray, rows: np.ndarray, times: np.ndarray, takers: np.ndarray, taken: np.ndarray, cell: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Fill `out` (n,): which of the tracks `slots` (n,), not seen, a look may have shown as one with a track beside it.

    It stands, lies in the cell of a detection, `rows[taken]` (m,), that a track of `takers` (m,) has taken, and is known to be
    another object than that. `rows` (., 18) at `times` (.,) ns; `cell` as in `in_cell`.
    """
    n, count = slots.shape[0], taken.shape[0]
    first, last = times[taken[0]], times[taken[0]]
    ranges, order, table = np.empty(count), np.empty(count, np.int64), np.empty(count, np.int64)
    blind = 0  # detections without a range: they come first
    for k in range(count):
        first, last = min(first, times[taken[k]]), max(last, times[taken[k]])
        far = rows[taken[k], M_RANGE]
        ranges[k] = far if far == far else -1.0
        blind += ranges[k] < 0.0
    rising(ranges, order)
    ranges = ranges[order]
    begins(ranges, table)
    at, to = np.empty((n, 3)), np.empty((n, 3))
    places_at(xs, ws, ts, slots, first, at)
    places_at(xs, ws, ts, slots, last, to)
    where, place = np.empty(3), rows[taken[0], S_X : S_X + 3]
    for a in range(n):
        s = slots[a]
        p = ps[s, FREE]
        out[a] = False
        if not records[s].confirmed:
            continue
        # no track is known worse along the line than in all; between two places a chord apart it comes so much nearer
        room = cell[0] + 2.0 * math.sqrt(max(p[0, 0] + p[1, 1] + p[2, 2], 0.0))
        d0, d1, chord = distance(at[a], place), distance(to[a], place), distance(at[a], to[a])
        near = math.sqrt(max(min(d0, d1) ** 2 - 0.25 * chord * chord, 0.0)) - room
        far = max(d0, d1) + room
        low = first_from(ranges, table, max(near, 0.0))
        for q in range(blind + count - low):
            rank = q if q < blind else low + q - blind
            if ranges[rank] > far:
                break
            k = order[rank]
            m = rows[taken[k]]
            part = (times[taken[k]] - first) / max(last - first, 1)
            for i in range(3):
                where[i] = at[a, i] + part * (to[a, i] - at[a, i])
            within = in_cell(where, p, m, cell) if q >= blind else in_pixel(where, m, cell[1])
            if within and told_apart(records, rivals, s, takers[k]):
                out[a] = True
                break


@kernel
def unsettle(ps: np.ndarray, records: np.ndarray, slots: np.ndarray, most: float) -> int:
    """Return how many tracks of `slots` contradict themselves: their covariances grow until they agree with what they saw.

    A track contradicts itself where the running mean of its squared innovations, in what they should be, is above `most`.
    """
    count = 0
    for k in range(slots.shape[0]):
        s = slots[k]
        r = records[s]
        if r.nis <= most:
            continue
        # what is carried into the next looks is as wrong as the innovations, and by the past ones' weight more
        grown = r.nis * r.nis
        for model in range(ps.shape[1]):
            for i in range(9):
                for j in range(9):
                    ps[s, model, i, j] *= grown
                ps[s, model, i, 9] *= r.nis
                ps[s, model, 9, i] *= r.nis
        r.nis = 1.0
        count += 1
    return count

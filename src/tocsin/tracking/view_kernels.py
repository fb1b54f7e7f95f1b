"""What is asked of the bank: mixtures, places and heights, twins, arcs ahead; arrays as in `bank_kernels`."""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.core.sort_kernels import rising
from tocsin.tracking.bank_kernels import blend, predict_track, take
from tocsin.tracking.filter_kernels import BOOST, FREE, MODELS, N, coast, predict_model
from tocsin.world.geodesy_kernels import height_above_ellipsoid

GROUND_CHECK_S = 30.0
TWINS_D2 = 16.0  # two tracks closer than this, of six components, can be one object


@lean_kernel
def combine(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, two: np.ndarray, slots: np.ndarray,
    states: np.ndarray, covariances: np.ndarray,
) -> None:  # fmt: skip
    """Fill `states` (k, 9) and `covariances` (k, 6, 6) with each track's mixture over its models."""
    for k in range(slots.shape[0]):
        s = slots[k]
        if two[s] < 1:
            for i in range(9):
                states[k, i] = xs[s, FREE, i]
            for i in range(6):
                for j in range(6):
                    covariances[k, i, j] = ps[s, FREE, i, j]
            continue
        wb = ws[s, BOOST]
        wf = 1.0 - wb
        for i in range(9):
            states[k, i] = wf * xs[s, FREE, i] + wb * xs[s, BOOST, i]
        for i in range(6):
            for j in range(6):
                df = (xs[s, FREE, i] - states[k, i]) * (xs[s, FREE, j] - states[k, j])
                db = (xs[s, BOOST, i] - states[k, i]) * (xs[s, BOOST, j] - states[k, j])
                covariances[k, i, j] = wf * (ps[s, FREE, i, j] + df) + wb * (ps[s, BOOST, i, j] + db)


@kernel
def places_at(xs: np.ndarray, ws: np.ndarray, ts: np.ndarray, slots: np.ndarray, time: int, out: np.ndarray) -> None:
    """Fill `out` (k, 3) with where the tracks are at `time`, to second order (for judging what a look could see)."""
    for k in range(slots.shape[0]):
        s = slots[k]
        lead = BOOST if ws[s, BOOST] > 0.5 else FREE
        dt = (time - ts[s]) * 1e-9
        if abs(dt) > 30.0:
            x = np.empty(N)
            for i in range(N):
                x[i] = xs[s, lead, i]
            coast(x, dt)
            for i in range(3):
                out[k, i] = x[i]
            continue
        r3 = max(xs[s, lead, 0] ** 2 + xs[s, lead, 1] ** 2 + xs[s, lead, 2] ** 2, 1e12) ** 1.5
        for i in range(3):
            acceleration = -3.986e14 / r3 * xs[s, lead, i]
            if lead == BOOST:
                acceleration += xs[s, lead, 6 + i]
            out[k, i] = xs[s, lead, i] + xs[s, lead, 3 + i] * dt + 0.5 * acceleration * dt * dt


@lean_kernel
def unsharp_plumes(
    ps: np.ndarray, records: np.ndarray, contacts: np.ndarray, slots: np.ndarray, limit_m: float, out: np.ndarray
) -> int:  # fmt: skip
    """Return how many tracks only satellites have seen and nobody knows the place of within `limit_m`; `out` (k,) says which.

    One sigma, coasting.
    """
    count = 0
    for k in range(slots.shape[0]):
        s = slots[k]
        p = ps[s, FREE]
        out[k] = False
        if records[s].infrared_hits == 0 or not p[0, 0] + p[1, 1] + p[2, 2] > limit_m * limit_m:
            continue
        hits = 0
        for c in range(contacts.shape[1]):
            hits += contacts[s, c].hits
        out[k] = hits == records[s].infrared_hits
        count += out[k]
    return count


@kernel
def heights_at(xs: np.ndarray, ws: np.ndarray, ts: np.ndarray, slots: np.ndarray, time: int, out: np.ndarray) -> None:
    """Fill `out` (k,) with the heights (m) of the tracks at `time`; the arc is followed as `places_at` does."""
    place = np.empty((slots.shape[0], 3))
    places_at(xs, ws, ts, slots, time, place)
    for k in range(slots.shape[0]):
        out[k] = height_above_ellipsoid(place[k, 0], place[k, 1], place[k, 2])


@lean_kernel
def reach_along(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, slots: np.ndarray, time: int, axis: int,
    low: np.ndarray, high: np.ndarray,
) -> None:  # fmt: skip
    """Fill `low`, `high` (k,): between which coordinates on an axis the tracks are at `time`, out to `TWINS_D2`."""
    for k in range(slots.shape[0]):
        s = slots[k]
        lead = BOOST if ws[s, BOOST] > 0.5 else FREE
        dt = (time - ts[s]) * 1e-9
        spread = 0.0
        spread_v = 0.0
        for i in range(3):
            spread += ps[s, lead, i, i]
            spread_v += ps[s, lead, 3 + i, 3 + i]
        at = xs[s, lead, axis] + dt * xs[s, lead, 3 + axis]
        reach = math.sqrt(TWINS_D2) * (math.sqrt(spread) + dt * math.sqrt(spread_v)) + 100.0 + 60.0 * dt * dt
        low[k], high[k] = at - reach, at + reach


@lean_kernel
def are_twins(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, i: int, j: int, x: np.ndarray,
    p: np.ndarray, w: np.ndarray, s: np.ndarray, d: np.ndarray,
) -> bool:  # fmt: skip
    """Return whether tracks `i` and `j` (slots) agree in place and velocity within their errors; the rest is scratch.

    Only tracks that are sharp enough to tell: within 10 km and 500 m/s.
    """
    if ts[j] < ts[i]:
        i, j = j, i
    dt = (ts[j] - ts[i]) * 1e-9
    if dt > 60.0:
        return False
    far = 0.0
    for c in range(3):
        far += (xs[i, FREE, c] + dt * xs[i, FREE, 3 + c] - xs[j, FREE, c]) ** 2
    if far > (60e3 + 50.0 * dt * dt) ** 2:
        return False
    take(xs, ps, ws, i, x, p, w)
    if dt > 0.0:
        predict_track(x, p, w, dt, two[i])
    li = BOOST if w[BOOST] > 0.5 else FREE
    lj = BOOST if ws[j, BOOST] > 0.5 else FREE
    for r in range(6):
        d[r] = x[li, r] - xs[j, lj, r]
        for c in range(6):
            s[r, c] = p[li, r, c] + ps[j, lj, r, c]
    if s[0, 0] + s[1, 1] + s[2, 2] > 1e8 or s[3, 3] + s[4, 4] + s[5, 5] > 2.5e5:
        return False
    return mahalanobis6(s, d) < TWINS_D2


@kernel
def twins(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, slots: np.ndarray,
    pairs: np.ndarray,
) -> int:  # fmt: skip
    """Return how many pairs of tracks agree in place and velocity within their errors; fills `pairs` (m, 2), as far as it goes.

    In rising order of the first track, then of the second, as `slots` (k,) name them. Only tracks whose reach on one axis
    overlaps are compared (sweep and prune).
    """
    n = slots.shape[0]
    if n < 2:
        return 0
    d = np.empty(6)
    s = np.empty((6, 6))
    x = np.empty((2, N))
    p = np.empty((2, N, N))
    w = np.empty(2)
    low, high = np.empty((3, n)), np.empty((3, n))
    axis, widest, now = 0, -1.0, ts[slots[0]]
    for k in range(n):
        now = max(now, ts[slots[k]])
    for c in range(3):
        reach_along(xs, ps, ws, ts, slots, now, c, low[c], high[c])
        least, most = low[c, 0], low[c, 0]
        for k in range(n):
            least, most = min(least, low[c, k]), max(most, low[c, k])
        if most - least > widest:
            axis, widest = c, most - least
    order = np.empty(n, np.int64)
    rising(low[axis], order)
    found = np.empty((pairs.shape[0], 2), np.int64)
    count = 0
    for m in range(n):
        a = order[m]
        for q in range(m + 1, n):
            b = order[q]
            if low[axis, b] > high[axis, a]:
                break
            apart = False
            for c in range(3):
                apart = apart or low[c, a] > high[c, b] or low[c, b] > high[c, a]
            if apart or not are_twins(xs, ps, ws, ts, two, slots[min(a, b)], slots[max(a, b)], x, p, w, s, d):
                continue
            if count < pairs.shape[0]:
                found[count, 0], found[count, 1] = min(a, b), max(a, b)
            count += 1
    kept = min(count, pairs.shape[0])
    rank, by = np.empty(kept), np.empty(kept, np.int64)  # there may be more pairs than tracks
    for k in range(kept):
        rank[k] = float(found[k, 0] * n + found[k, 1])
    rising(rank, by)
    for k in range(kept):
        pairs[k, 0], pairs[k, 1] = slots[found[by[k], 0]], slots[found[by[k], 1]]
    return count


@kernel
def mahalanobis6(s: np.ndarray, d: np.ndarray) -> float:
    """Return d^T s^-1 d for a symmetric positive definite (6, 6), by Cholesky; 1e30 if it is not positive definite."""
    low = np.zeros((6, 6))
    y = np.empty(6)
    total = 0.0
    for i in range(6):
        for j in range(i + 1):
            v = s[i, j]
            for k in range(j):
                v -= low[i, k] * low[j, k]
            if i == j:
                if v <= 0.0:
                    return 1e30
                low[i, i] = math.sqrt(v)
            else:
                low[i, j] = v / low[j, j]
        v = d[i]
        for k in range(i):
            v -= low[i, k] * y[k]
        y[i] = v / low[i, i]
        total += y[i] * y[i]
    return total


@kernel
def carry_ahead(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, slot: int, times: np.ndarray,
    states: np.ndarray, covariances: np.ndarray,
) -> None:  # fmt: skip
    """Fill `states` (n, 6), `covariances` (n, 21) of a track at rising `times`; NaN before its time, below ground."""
    x = np.empty((2, N))
    p = np.empty((2, N, N))
    w = np.empty(2)
    take(xs, ps, ws, slot, x, p, w)
    if two[slot] >= 1:
        # nobody knows when it stops burning or turning: the mixture as it stands is carried on as a coasting object
        blend(x[FREE], p[FREE], w[FREE], x[BOOST], p[BOOST], w[BOOST])
    now = ts[slot]
    down = height_above_ellipsoid(x[FREE, 0], x[FREE, 1], x[FREE, 2]) < 0.0
    for k in range(times.shape[0]):
        left = (times[k] - now) * 1e-9
        now = max(now, times[k])
        while left > 0.0 and not down:
            # in parts, so that an arc that has come down is not followed through the Earth and out again
            h = min(left, GROUND_CHECK_S)
            for model in range(FREE, MODELS):
                predict_model(x[model], p[model], h, model)
            down = height_above_ellipsoid(x[FREE, 0], x[FREE, 1], x[FREE, 2]) < 0.0
            left -= h
        bad = times[k] < ts[slot] or down
        c = 0
        for i in range(6):
            states[k, i] = math.nan if bad else x[FREE, i]
            for j in range(i + 1):
                covariances[k, c] = math.nan if bad else p[FREE, i, j]
                c += 1


@kernel
def nearest_track(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, slots: np.ndarray, time: int,
    state: np.ndarray, covariance: np.ndarray,
) -> int:  # fmt: skip
    """Return the slot whose state agrees best with a foreign state (6,), (6, 6) at `time`, -1 when none does."""
    best = -1
    best_d2 = 25.0
    d = np.empty(6)
    s6 = np.empty((6, 6))
    x = np.empty((2, N))
    p = np.empty((2, N, N))
    w = np.empty(2)
    for k in range(slots.shape[0]):
        s = slots[k]
        dt = (time - ts[s]) * 1e-9
        if abs(dt) > 300.0:
            continue
        take(xs, ps, ws, s, x, p, w)
        if dt > 0.0:
            predict_track(x, p, w, dt, two[s])
        lead = BOOST if w[BOOST] > 0.5 else FREE
        for i in range(6):
            d[i] = x[lead, i] - state[i]
            if dt < 0.0 and i < 3:
                d[i] += dt * x[lead, 3 + i]
            for j in range(6):
                s6[i, j] = p[lead, i, j] + covariance[i, j]
        d2 = mahalanobis6(s6, d)
        if d2 < best_d2:
            best, best_d2 = s, d2
    return best


@kernel
def state_distances(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, old: np.ndarray, new: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """Fill `out` (o, n) with the squared distance, in place and velocity, of tracks `old`, carried on, to tracks `new`."""
    d = np.empty(6)
    s6 = np.empty((6, 6))
    x = np.empty((2, N))
    p = np.empty((2, N, N))
    w = np.empty(2)
    for a in range(old.shape[0]):
        for b in range(new.shape[0]):
            i, j = old[a], new[b]
            dt = (ts[j] - ts[i]) * 1e-9
            out[a, b] = 1e9
            if abs(dt) > 60.0:
                continue
            take(xs, ps, ws, i, x, p, w)
            if dt > 0.0:
                predict_track(x, p, w, dt, two[i])
            lead = BOOST if w[BOOST] > 0.5 else FREE
            for r in range(6):
                d[r] = x[lead, r] - xs[j, FREE, r]
                if dt < 0.0 and r < 3:
                    d[r] += dt * x[lead, 3 + r]
                for c in range(6):
                    s6[r, c] = p[lead, r, c] + ps[j, FREE, r, c]
            out[a, b] = mahalanobis6(s6, d)

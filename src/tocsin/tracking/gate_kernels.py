"""Which detections a track can be: the pairs within the gate; arrays as in `bank_kernels`."""

import math

import numpy as np

from tocsin.core.kernels import lean_kernel
from tocsin.tracking.bank_kernels import ASLEEP, NEVER, SCRATCH, after_jump, carry_track, dynamics, take, weigh
from tocsin.tracking.coast_kernels import LANES, carry_together, copy_free, predict_free
from tocsin.tracking.filter_kernels import BOOST, FREE, N
from tocsin.tracking.reach_kernels import by_range, reached_at, within_reach
from tocsin.tracking.update_kernels import fit_model

BURNING = 3 * N + 4  # rows of scratch that the hypotheses of a track that may burn take


@lean_kernel
def note_pair(
    count: int, slot: int, row: int, ll: float, d2: float,
    pair_slot: np.ndarray, pair_row: np.ndarray, pair_ll: np.ndarray, pair_d2: np.ndarray,
) -> int:  # fmt: skip
    """Write pair number `count` and return how many there are then; -1 where there is no room."""
    if count >= pair_slot.shape[0]:
        return -1
    pair_slot[count], pair_row[count], pair_ll[count], pair_d2[count] = slot, row, ll, d2
    return count + 1


@lean_kernel
def coasting_pairs(
    x: np.ndarray, p: np.ndarray, time: int, slot: int, ahead_x: np.ndarray, ahead_p: np.ndarray, ahead_t: np.ndarray,
    near: np.ndarray, reached: int, rows: np.ndarray, times: np.ndarray, log_odds: float, gate: float, count: int,
    work: np.ndarray, narrow: np.ndarray,
    pair_slot: np.ndarray, pair_row: np.ndarray, pair_ll: np.ndarray, pair_d2: np.ndarray,
) -> int:  # fmt: skip
    """Return the number of pairs, after `count` others, with those of the detections `near` that free flight explains.

    `x` (10), `p` (10, 10) at `time` of the track of `slot`; -1 where there is no room.
    """
    for b in range(reached):
        d = near[b]
        dt = (times[d] - time) * 1e-9
        if ahead_t[slot] != times[d]:
            copy_free(x, p, ahead_x[slot], ahead_p[slot])
            predict_free(ahead_x[slot], ahead_p[slot], dt, narrow)
            ahead_t[slot] = times[d]
        d2, ll = fit_model(ahead_x[slot], ahead_p[slot], rows[d], min(dt, 0.0), FREE, work)
        if d2 < gate and count >= 0:
            count = note_pair(count, slot, d, ll + log_odds, d2, pair_slot, pair_row, pair_ll, pair_d2)
    return count


@lean_kernel
def burning_pairs(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, time: int, slot: int, two: int,
    near: np.ndarray, reached: int, rows: np.ndarray, times: np.ndarray, plume_odds: float, gate: float, count: int,
    work: np.ndarray,
    pair_slot: np.ndarray, pair_row: np.ndarray, pair_ll: np.ndarray, pair_d2: np.ndarray,
) -> int:  # fmt: skip
    """Return the number of pairs, after `count` others, with those of the detections `near` that either model explains.

    -1 where there is no room. `two`: 1 or `GLIDING`; the hypotheses are those of `update_track`. `work` (`BURNING` +
    `SCRATCH`, 10) is scratch.
    """
    p = work[0 : 2 * N].reshape((2, N, N))
    x, pj, xj = work[2 * N : 2 * N + 2], work[2 * N + 2 : 3 * N + 2], work[3 * N + 2]
    w, wu, d2s, lls = work[3 * N + 3, 0:2], work[3 * N + 3, 2:4], work[3 * N + 3, 4:7], work[3 * N + 3, 7:10]
    scratch = work[BURNING:]
    last = NEVER
    for b in range(reached):
        d = near[b]
        dt = (times[d] - time) * 1e-9
        if last != times[d] or dt < 0.0:
            take(xs, ps, ws, slot, x, p, w)
            if dt > 0.0:
                carry_track(x, p, w, dt, two, scratch)
            after_jump(x, p, two, xj, pj)
            last = times[d]
        late = min(dt, 0.0)
        for h in range(3):
            model = h % 2
            if h < 2:
                d2s[h], lls[h] = fit_model(x[model], p[model], rows[d], late, dynamics(model, two), scratch)
            else:
                d2s[h], lls[h] = fit_model(xj, pj, rows[d], late, dynamics(model, two), scratch)
        wu[BOOST], wu[FREE] = w[BOOST], w[FREE]
        d2, ll = weigh(d2s, lls, wu, two, plume_odds)
        if d2 < gate and count >= 0:
            count = note_pair(count, slot, d, ll, d2, pair_slot, pair_row, pair_ll, pair_d2)
    return count


def gate_pairs(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray,
    ahead_x: np.ndarray, ahead_p: np.ndarray, ahead_t: np.ndarray, slots: np.ndarray,
    rows: np.ndarray, times: np.ndarray, chosen: np.ndarray, plume_odds: float, gate: float,
    pair_slot: np.ndarray, pair_row: np.ndarray, pair_ll: np.ndarray, pair_d2: np.ndarray,
) -> int:  # fmt: skip
    """Return the number of (track, detection) pairs within the gate; -1 when the pair arrays are too short.

    `slots` (k,) live tracks, `rows` (n, 18) measurements at `times` (n,) ns, `chosen` (c,) which of them. `ahead_x` (cap, 10),
    `ahead_p` (cap, 10, 10), zero at first, `ahead_t` (cap,) keep for `commit` where a coasting track is at the last time
    asked for. No kernel itself: each that calls another makes the compiler work through all of it once more.
    """
    if chosen.shape[0] == 0:
        return 0
    order, ranges, table, span = by_range(rows, times, chosen)
    return pairs_in_order(
        xs, ps, ws, ts, two, ahead_x, ahead_p, ahead_t, slots, rows, times, times[chosen[0]], order, ranges, table, span,
        plume_odds, gate, np.empty(chosen.shape[0], np.int64), np.full(LANES, times[chosen[0]]),
        np.empty((BURNING + SCRATCH, N)), np.empty((20, 6, 1)), np.empty((20, 6, LANES)), pair_slot, pair_row, pair_ll,
        pair_d2,
    )  # fmt: skip


@lean_kernel
def pairs_in_order(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray,
    ahead_x: np.ndarray, ahead_p: np.ndarray, ahead_t: np.ndarray, slots: np.ndarray,
    rows: np.ndarray, times: np.ndarray, origin: int, order: np.ndarray, ranges: np.ndarray, table: np.ndarray,
    span: np.ndarray, plume_odds: float, gate: float,
    near: np.ndarray, until: np.ndarray, work: np.ndarray, narrow: np.ndarray, wide: np.ndarray,
    pair_slot: np.ndarray, pair_row: np.ndarray, pair_ll: np.ndarray, pair_d2: np.ndarray,
) -> int:  # fmt: skip
    """Return what `gate_pairs` returns for detections in `order` (c,), `ranges`, `table`, `span` as of `by_range`.

    `origin` (ns), and each of `until`, the time of the first of those chosen; `near` to `wide` are scratch.
    """
    count = 0
    at_once = ranges.shape[0] > 0 and span[3] == 0.0 and span[4] == 0.0
    log_odds = math.log(plume_odds)
    for a in range(slots.shape[0]):
        s = slots[a]
        x, p = xs[s, FREE], ps[s, FREE]
        if a % LANES == 0:
            part = slots[a : a + LANES]
            for b in range(part.shape[0]):
                ahead_t[part[b]] = NEVER
            if at_once:
                carry_together(xs, ps, ts, two, part, until, ahead_x, ahead_p, ahead_t, wide)
        both = two[s] >= 1 or (two[s] == ASLEEP and plume_odds < 1.0)
        if both or not at_once or ts[s] > origin:
            lead = BOOST if ws[s, BOOST] > 0.5 else FREE
            reached = within_reach(xs[s, lead], ps[s, lead], ts[s], rows, times, order, ranges, span, origin, near)
        else:
            dt = (origin - ts[s]) * 1e-9
            if ahead_t[s] != origin:
                copy_free(x, p, ahead_x[s], ahead_p[s])
                predict_free(ahead_x[s], ahead_p[s], dt, narrow)
                ahead_t[s] = origin
            before = math.sqrt(p[3, 3] + p[4, 4] + p[5, 5])
            reached = reached_at(ahead_x[s], ahead_p[s], dt, before, rows, order, ranges, table, span, near)
        if reached == 0:
            continue
        earlier = count
        if not both:
            count = coasting_pairs(
                x, p, ts[s], s, ahead_x, ahead_p, ahead_t, near, reached, rows, times, log_odds, gate, count,
                work, narrow, pair_slot, pair_row, pair_ll, pair_d2,
            )  # fmt: skip
        if both or (count == earlier and two[s] == ASLEEP):
            # where nothing is where it coasts to: has it lit an engine?
            count = burning_pairs(
                xs, ps, ws, ts[s], s, max(two[s], 1), near, reached, rows, times, plume_odds, gate, count, work,
                pair_slot, pair_row, pair_ll, pair_d2,
            )  # fmt: skip
        if count < 0:
            return -1
    return count

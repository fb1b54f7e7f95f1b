"""Which detections a track can be at all: a bound on place, before any covariance is carried; arrays as in `bank_kernels`.

The detections of a radar are sorted by range once a look, so a track is compared with those of its own range only.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.core.sort_kernels import begins, first_from, rising, sort_first
from tocsin.tracking.filter_kernels import M_RANGE, M_SIGMA_A, M_SIGMA_B, M_SIGMA_RANGE, S_X, U_X

LATE_LIMIT_S = 90.0
MU = 3.986e14
FASTEST_M_S = 11.7e3
# Escape speed at the ground and the turning of the Earth: no velocity that a young track leaves open is higher


@lean_kernel
def place_then(x: np.ndarray, dt: float, spread: float, spread_v: float, at: np.ndarray) -> float:
    """Return how far (m) a state `x` (10) may be, `dt` seconds on, from `at` (3), which it fills.

    `spread`, `spread_v`: sigma of place (m) and velocity (m/s). Second order in time, with slack for thrust.
    """
    r3 = max(x[0] * x[0] + x[1] * x[1] + x[2] * x[2], 1e12) ** 1.5
    fall = 1.0 - 0.5 * MU / r3 * dt * dt
    for i in range(3):
        at[i] = x[i] * fall + x[3 + i] * dt
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    off_speed = min(5.0 * spread_v, speed + FASTEST_M_S)
    return 5.0 * spread + off_speed * abs(dt) + 3000.0 + 40.0 * dt * dt + 1e-5 * abs(dt) ** 3


@lean_kernel
def cannot_be(at: np.ndarray, slack: float, m: np.ndarray) -> bool:
    """Return whether measurement `m` (18,) is too far from a track at `at` (3), give or take `slack`, for a closer look."""
    dx = at[0] - m[S_X]
    dy = at[1] - m[S_X + 1]
    dz = at[2] - m[S_X + 2]
    r = math.sqrt(dx * dx + dy * dy + dz * dz)
    if m[M_RANGE] == m[M_RANGE] and abs(r - m[M_RANGE]) > slack + 5.0 * m[M_SIGMA_RANGE]:
        return True
    if m[M_SIGMA_A] == m[M_SIGMA_A]:
        along = dx * m[U_X] + dy * m[U_X + 1] + dz * m[U_X + 2]
        across = math.sqrt(max(r * r - along * along, 0.0))
        if along < -slack or across > slack + 5.0 * r * max(m[M_SIGMA_A], m[M_SIGMA_B]):
            return True
    return False


@kernel
def by_range(
    rows: np.ndarray, times: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the detections `chosen` (c,) in order of range, their ranges (c,), a table (c,) over them and their bounds (6,).

    The table: where each of as many equal parts of the span of ranges begins (`first_from`). The bounds: place of the
    sensor (3), first and last time (TAI s after that of the first detection), and the largest sigma of range (m). Where
    one has no range, or they are not seen from one place, the order is that of `chosen` and ranges and table are empty.
    """
    span = np.zeros(6)
    one = chosen.shape[0] > 0
    for b in range(chosen.shape[0]):
        m = rows[chosen[b]]
        first = rows[chosen[0]]
        one = one and m[M_RANGE] == m[M_RANGE] and m[M_SIGMA_RANGE] == m[M_SIGMA_RANGE]
        for i in range(3):
            one = one and m[S_X + i] == first[S_X + i]
            span[i] = first[S_X + i]
        t = (times[chosen[b]] - times[chosen[0]]) * 1e-9
        span[3], span[4] = min(span[3], t), max(span[4], t)
        span[5] = max(span[5], m[M_SIGMA_RANGE])
    if not one:
        return chosen.copy(), np.empty(0), np.empty(0, np.int64), span
    ranges = np.empty(chosen.shape[0])
    for b in range(chosen.shape[0]):
        ranges[b] = rows[chosen[b], M_RANGE]
    by = np.empty(chosen.shape[0], np.int64)
    rising(ranges, by)
    ranges = ranges[by]
    table = np.empty(chosen.shape[0], np.int64)
    begins(ranges, table)
    return chosen[by], ranges, table, span


@lean_kernel
def window(
    x: np.ndarray, first: float, spread: float, spread_v: float, ranges: np.ndarray, span: np.ndarray, at: np.ndarray
) -> tuple[int, int]:
    """Return from and up to which of the sorted `ranges` a track can be; `first`: seconds to the first detection.

    Wider than `cannot_be` at any time of the look; `at` (3) is scratch.
    """
    early, late = first + span[3], first + span[4]
    longest, half = max(abs(early), abs(late)), 0.5 * (late - early)
    place_then(x, 0.5 * (early + late), spread, spread_v, at)
    r2 = 0.0
    v2 = 0.0
    d2 = 0.0
    for i in range(3):
        r2 += x[i] * x[i]
        v2 += x[3 + i] * x[3 + i]
        d2 += (at[i] - span[i]) ** 2
    fastest = math.sqrt(v2) + MU / max(r2, 1e12) * longest
    r = math.sqrt(d2)
    wide = place_then(x, longest, spread, spread_v, at) + 5.0 * span[5] + half * fastest + 1.0
    return np.searchsorted(ranges, r - wide), np.searchsorted(ranges, r + wide, side="right")


@kernel
def within_reach(
    x: np.ndarray, p: np.ndarray, time: int, rows: np.ndarray, times: np.ndarray, order: np.ndarray,
    ranges: np.ndarray, span: np.ndarray, origin: int, near: np.ndarray,
) -> int:  # fmt: skip
    """Return how many detections a track `x` (10), `p` (10, 10) at `time` (ns) can be; fills `near` with them, rising.

    `order`, `ranges`, `span` as `by_range` returns them, `origin` (ns) the time of the first of the detections.
    """
    spread = math.sqrt(p[0, 0] + p[1, 1] + p[2, 2])
    spread_v = math.sqrt(p[3, 3] + p[4, 4] + p[5, 5])
    at = np.empty(3)
    start, end = 0, order.shape[0]
    if ranges.shape[0] > 0:
        start, end = window(x, (origin - time) * 1e-9, spread, spread_v, ranges, span, at)
    count = 0
    slack = 0.0
    last = np.int64(-1)
    for b in range(start, end):
        d = order[b]
        if times[d] != last:
            dt = (times[d] - time) * 1e-9
            slack = place_then(x, dt, spread, spread_v, at)
            last = times[d]
        if (times[d] - time) * 1e-9 >= -LATE_LIMIT_S and not cannot_be(at, slack, rows[d]):
            near[count] = d
            count += 1
    if ranges.shape[0] > 0:
        sort_first(near, count)
    return count


@lean_kernel
def reached_at(
    x: np.ndarray, p: np.ndarray, dt: float, before_v: float, rows: np.ndarray, order: np.ndarray, ranges: np.ndarray,
    table: np.ndarray, span: np.ndarray, near: np.ndarray,
) -> int:  # fmt: skip
    """Return how many detections a track carried to their one time, `x` (10), `p` (10, 10), can be; fills `near`, rising.

    `order`, `ranges`, `table`, `span` as `by_range` returns them, with ranges; `dt` s since its last detection, after which the
    sigma of its velocity was `before_v` m/s. As `within_reach` allows: five sigma, and slack for thrust.
    """
    dx, dy, dz = x[0] - span[0], x[1] - span[1], x[2] - span[2]
    r2 = dx * dx + dy * dy + dz * dz
    r = math.sqrt(r2)
    spread = math.sqrt(p[0, 0] + p[1, 1] + p[2, 2])
    if not spread >= 0.0:
        return 0  # no covariance: it would be no index either
    slack = 3000.0 + 40.0 * dt * dt
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    fastest = speed + FASTEST_M_S
    if 5.0 * before_v > fastest:
        # what the velocity may be is bounded by physics, and its part in the spread with it
        own = math.sqrt(max(spread * spread - before_v * before_v * dt * dt, 0.0))
        spread = min(spread, own + 0.2 * fastest * dt)
    slack += 5.0 * spread
    wide = slack + 5.0 * span[5]
    count = 0
    for b in range(first_from(ranges, table, r - wide), order.shape[0]):
        if ranges[b] > r + wide:
            break
        m = rows[order[b]]
        if m[M_SIGMA_A] == m[M_SIGMA_A]:
            along = dx * m[U_X] + dy * m[U_X + 1] + dz * m[U_X + 2]
            most = slack + 5.0 * r * max(m[M_SIGMA_A], m[M_SIGMA_B])
            if along < -slack or r2 - along * along > most * most:
                continue
        near[count] = order[b]
        count += 1
    sort_first(near, count)
    return count

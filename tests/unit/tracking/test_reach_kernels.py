"""The bound on place that comes before the gate, and how crowded the detections of a look are."""

import math

import numpy as np
import pytest

from tests.unit.tracking.test_bank_kernels import bank, looks_at
from tocsin.core.constants import NS
from tocsin.tracking import reach_kernels as rk
from tocsin.tracking.filter_kernels import FREE, M_RANGE, M_SIGMA_RANGE, MEAS, S_X, U_X
from tocsin.tracking.measurement_kernels import crowding
from tocsin.tracking.measurements import CROWD_LEAST, TAIL, beside_neighbours


def reached(x, p, time, rows, times, chosen):
    near = np.empty(chosen.size, np.int64)
    order, ranges, _table, span = rk.by_range(rows, times, chosen)
    count = rk.within_reach(x, p, time, rows, times, order, ranges, span, times[chosen[0]], near)
    return near[:count].tolist()


@pytest.mark.parametrize("spread_s", [0.0, 8.0])
def test_the_window_in_range_leaves_out_nothing_that_is_within_reach(spread_s):
    rng = np.random.default_rng(3)
    xs, ps, _ws, ts, two = bank(8, rng)
    rows, times = looks_at(xs, two, rng, 60, 3.0)
    rows[:, S_X : S_X + 3] = rows[0, S_X : S_X + 3]
    rows[:, M_RANGE] = rows[0, M_RANGE] + rng.normal(size=60) * 2e5
    rows[:, M_SIGMA_RANGE] = 30.0
    times += np.round(rng.uniform(0.0, spread_s, 60) * NS).astype(np.int64)
    some = 0
    for s in range(8):
        x, p = xs[s, FREE], ps[s, FREE]
        at = np.empty(3)
        spread, spread_v = (math.sqrt(np.trace(p[i : i + 3, i : i + 3])) for i in (0, 3))
        plain = []
        for d in range(60):
            slack = rk.place_then(x, (times[d] - ts[s]) * 1e-9, spread, spread_v, at)
            if not rk.cannot_be(at, slack, rows[d]):
                plain.append(d)
        assert reached(x, p, ts[s], rows, times, np.arange(60)) == plain
        some += len(plain)
    assert 0 < some < 8 * 60


def test_without_ranges_the_order_is_that_of_the_look():
    rows = np.zeros((4, MEAS))
    rows[2, M_RANGE] = math.nan
    order, ranges, table, _ = rk.by_range(rows, np.zeros(4, np.int64), np.array([3, 2, 0]))
    assert order.tolist() == [3, 2, 0] and ranges.size == table.size == 0


def rows_at(*distances):
    rows = np.zeros((len(distances), MEAS))
    rows[:, U_X], rows[:, M_RANGE] = 1.0, distances
    return rows


def test_crowding_is_the_density_by_the_third_nearest():
    rows = rows_at(0.0, 1e3, 2e3, 4e3, 1e6)
    out = np.full(5, -1.0)
    crowding(rows, np.arange(5), np.array([0, 4]), out)
    volume = 4.0 / 3.0 * math.pi * np.array([4e3, 1e6 - 1e3]) ** 3
    assert out[[0, 4]] == pytest.approx(3.0 / volume) and (out[1:4] == -1.0).all()
    crowding(rows, np.arange(5), np.array([0, 0, 1]), out)
    assert out[0] == pytest.approx(3.0 / volume[0]) and out[1] > 0.0
    out[:] = 0.0
    crowding(rows, np.arange(3), np.arange(3), out)
    assert (out[:3] == 0.0).all()


def test_only_a_pair_in_the_tail_yields_to_neighbours_and_no_young_track_is_starved():
    rows = rows_at(0.0, 1e3, 2e3, 3e3)
    which, d2 = np.array([0, 1]), np.array([TAIL - 1.0, TAIL + 1.0])
    gain, worth, crowded = beside_neighbours(np.array([14.0, 14.0]), d2, rows, which, np.arange(4), math.log(1e-19))
    dearer = math.log(3.0 / (4.0 / 3.0 * math.pi * 2e3**3)) - math.log(1e-19)
    assert gain == pytest.approx([14.0, 14.0 - dearer])
    assert crowded[1] == pytest.approx(dearer)
    assert worth[0] == CROWD_LEAST and worth[1] == gain[1] < 0.0
    alone, same, _ = beside_neighbours(np.array([14.0]), d2[:1], rows, which[:1], np.arange(1), math.log(1e-19))
    assert alone[0] == same[0] == 14.0


def test_a_track_without_a_covariance_reaches_nothing():
    # the square root of a negative variance is no number, and none of those is an index
    rows = np.full((2, 18), np.nan)
    rows[:, :12], rows[:, 12], rows[:, 13] = 0.0, (1e6, 2e6), 30.0
    order, ranges, table, span = rk.by_range(rows, np.zeros(2, np.int64), np.arange(2))
    near, p = np.full(2, -1), np.diag([-1e12] + [1.0] * 9)
    assert rk.reached_at(np.full(10, 1e6), p, 1.0, 1.0, rows, order, ranges, table, span, near) == 0
    assert (near == -1).all()

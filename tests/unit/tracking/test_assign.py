"""Assignment: the largest total gain, against every possible choice; bounded where there are too many to ask."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.tracking import assign as module
from tocsin.tracking.assign import assign

PAIRS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(-3.0, 30.0)), max_size=14, unique_by=lambda p: p[:2]
)


def arrays(pairs):
    t, d, g = zip(*pairs, strict=True) if pairs else ((), (), ())
    return np.array(t, np.int64), np.array(d, np.int64), np.array(g, np.float64)


def best_total(pairs):
    """Return the largest total gain over all choices of pairs without a track or detection twice."""
    best = 0.0
    good = [p for p in pairs if p[2] > 0.0]
    for n in range(1, min(len(good), 6) + 1):
        for choice in itertools.combinations(good, n):
            if len({p[0] for p in choice}) == len({p[1] for p in choice}) == n:
                best = max(best, sum(p[2] for p in choice))
    return best


def check(pairs, chosen):
    t, d, g = arrays(pairs)
    assert len(set(t[chosen])) == len(set(d[chosen])) == len(chosen)
    assert (g[chosen] > 0.0).all() and sorted(chosen.tolist()) == chosen.tolist()
    return float(g[chosen].sum())


@settings(max_examples=300, deadline=None, derandomize=True)
@given(PAIRS)
def test_the_assignment_is_the_best_of_all(pairs):
    assert check(pairs, assign(*arrays(pairs))) == pytest.approx(best_total(pairs))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(PAIRS)
def test_large_groups_are_solved_as_exactly_as_small_ones(pairs):
    dense = assign(*arrays(pairs))
    limit, module.DENSE_TRACKS = module.DENSE_TRACKS, 0
    try:
        sparse = assign(*arrays(pairs))
    finally:
        module.DENSE_TRACKS = limit
    assert check(pairs, sparse) == pytest.approx(check(pairs, dense))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(PAIRS)
def test_beyond_the_limit_the_best_pair_comes_first_and_at_least_half_of_the_gain_is_had(pairs):
    limit, module.EXACT_PAIRS = module.EXACT_PAIRS, 1
    try:
        chosen = assign(*arrays(pairs))
    finally:
        module.EXACT_PAIRS = limit
    # greedy matching has at least half of the optimum (Avis 1983)
    assert check(pairs, chosen) >= 0.5 * best_total(pairs) - 1e-9


@settings(max_examples=100, deadline=None, derandomize=True)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_change_the_gain(pairs, random):
    other = list(pairs)
    random.shuffle(other)
    assert check(other, assign(*arrays(other))) == pytest.approx(check(pairs, assign(*arrays(pairs))))


def test_names_of_tracks_and_detections_may_be_any_numbers():
    t, d, g = np.array([900, 7, 900, 7]), np.array([10**9, 10**9, 3, 3]), np.array([5.0, 4.0, 4.5, 1.0])
    assert assign(t, d, g).tolist() == [1, 2]


def test_a_flood_is_assigned_within_the_memory_of_its_pairs():
    rng = np.random.default_rng(1)
    n = 8000
    t = np.repeat(np.arange(n), 4)
    d = (t + rng.integers(0, 5, t.size)) % n
    key = np.unique(t * n + d)
    t, d = key // n, key % n
    gain = rng.uniform(0.1, 40.0, t.size)
    chosen = assign(t, d, gain)
    assert len(set(t[chosen])) == len(set(d[chosen])) == chosen.size > 0.9 * n
    # no single exchange of two pairs betters it
    partner = dict(zip(t[chosen].tolist(), d[chosen].tolist(), strict=True))
    holder = {v: k for k, v in partner.items()}
    value = dict(zip(zip(t.tolist(), d.tolist(), strict=True), gain.tolist(), strict=True))
    for (a, x), g in list(value.items())[:5000]:
        b, y = holder.get(x), partner.get(a)
        if b is None or b == a:
            continue
        now = value[(b, x)] + (value[(a, y)] if y is not None else 0.0)
        then = g + max(value.get((b, y), 0.0) if y is not None else 0.0, 0.0)
        assert then <= now + 1e-9

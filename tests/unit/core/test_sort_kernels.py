"""The sorts of the kernels against numpy's stable sort."""

import numpy as np
import pytest

from tocsin.core.sort_kernels import begins, first_from, rising, sort_first


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 100, 5000])
@pytest.mark.parametrize("different", [3, 10**6])
def test_rising_is_the_stable_order(n, different):
    values = np.random.default_rng(n).integers(0, different, n).astype(float)
    order = np.empty(n, np.int64)
    rising(values, order)
    assert order.tolist() == np.argsort(values, kind="stable").tolist()


@pytest.mark.parametrize("n", [0, 1, 2, 7, 1000])
def test_the_first_are_sorted_and_the_rest_is_left(n):
    values = np.random.default_rng(n).integers(-50, 50, n + 3)
    sorted_first = values.copy()
    sort_first(sorted_first, n)
    assert sorted_first[:n].tolist() == sorted(values[:n].tolist())
    assert sorted_first[n:].tolist() == values[n:].tolist()


def test_backward_and_sorted_input():
    for values in (np.arange(200.0), np.arange(200.0)[::-1].copy()):
        order = np.empty(200, np.int64)
        rising(values, order)
        assert np.all(np.diff(values[order]) > 0)


@pytest.mark.parametrize("far", [1e3, 1e300, np.inf])
def test_one_value_far_from_all_others_changes_nothing(far):
    values = np.random.default_rng(5).normal(size=400)
    values[[17, 300]] = far, -far
    order = np.empty(400, np.int64)
    rising(values, order)
    assert order.tolist() == np.argsort(values, kind="stable").tolist()


@pytest.mark.parametrize("n", [1, 2, 50, 1000])
@pytest.mark.parametrize("far", [0.0, 1e9])
def test_the_first_that_is_not_below_is_found_as_by_bisection(n, far):
    rng = np.random.default_rng(n)
    values = np.sort(rng.integers(0, 100, n).astype(float))
    values[-1] += far
    table = np.empty(n, np.int64)
    begins(values, table)
    for value in [*rng.uniform(-20.0, 120.0, 200), *values[:50], 2.0 * far]:
        assert first_from(values, table, value) == np.searchsorted(values, value)

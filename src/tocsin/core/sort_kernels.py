"""Sorting inside kernels: Shell's method (1959) with gaps that shrink by 2.25 (Tokuda 1992), after a first throw into parts.

Small to compile, where the library's sorts are large and made anew for every kind of array; quick for the few to some
thousand values that one look holds.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel, lean_kernel


@kernel
def widest_gap(n: int) -> int:
    """Return the first gap for `n` values."""
    gap = 1
    while gap < n:
        gap = gap * 9 // 4 + 1
    return gap


@kernel
def parts_of(low: float, high: float, n: int) -> float:
    """Return how many of `n` equal parts of low ... high there are on one unit; 0 (all in one) where there are none."""
    wide = high - low
    return n / wide if 0.0 < wide < math.inf and n / wide < math.inf else 0.0


@kernel
def part(value: float, low: float, per_unit: float, n: int) -> int:
    """Return in which of n equal parts a value is, from 0; what is below or above all of them is in the first or the last."""
    return int(min(max((value - low) * per_unit, 0.0), n - 1.0)) if per_unit > 0.0 else 0


@kernel
def rising(values: npt.NDArray[np.float64], order: npt.NDArray[np.int64]) -> None:
    """Fill order (n,) with the indices of values (n,) in rising order, equal ones as they stand; no value is NaN."""
    n = values.shape[0]
    low, high = math.inf, -math.inf
    for i in range(n):
        low, high = min(low, values[i]), max(high, values[i])
    per_unit = parts_of(low, high, n)
    upto = np.zeros(n + 1, np.int64)
    for i in range(n):
        upto[part(values[i], low, per_unit, n) + 1] += 1
    most = 0
    for k in range(n):
        most = max(most, upto[k + 1])
        upto[k + 1] += upto[k]
    for i in range(n):
        k = part(values[i], low, per_unit, n)
        order[upto[k]] = i
        upto[k] += 1
    # no value is further from its place than its part is large
    gap = widest_gap(most)
    while gap > 0:
        for i in range(gap, n):
            one = order[i]
            j = i - gap
            while j >= 0 and (values[order[j]] > values[one] or (values[order[j]] == values[one] and order[j] > one)):
                order[j + gap] = order[j]
                j -= gap
            order[j + gap] = one
        gap = 0 if gap == 1 else max(gap * 4 // 9, 1)


@lean_kernel
def begins(values: npt.NDArray[np.float64], table: npt.NDArray[np.int64]) -> None:
    """Fill table (n,) with the first of the rising values (n,) in each of n equal parts of their span, or after it."""
    n = values.shape[0]
    per_unit = parts_of(values[0], values[n - 1], n)
    k = 0
    for i in range(n):
        own = part(values[i], values[0], per_unit, n)
        while k <= own:
            table[k] = i
            k += 1
    while k < n:
        table[k] = n
        k += 1


@lean_kernel
def first_from(values: npt.NDArray[np.float64], table: npt.NDArray[np.int64], value: float) -> int:
    """Return the index of the first of the rising values (n,) that is not below `value`, n if none; `table` by `begins`."""
    n = values.shape[0]
    i = int(table[part(value, values[0], parts_of(values[0], values[n - 1], n), n)])
    while i < n and values[i] < value:
        i += 1
    return i


@lean_kernel
def sort_first(values: npt.NDArray[np.int64], n: int) -> None:
    """Sort the first n of values in place."""
    gap = widest_gap(n)
    while gap > 0:
        for i in range(gap, n):
            one = values[i]
            j = i - gap
            while j >= 0 and values[j] > one:
                values[j + gap] = values[j]
                j -= gap
            values[j + gap] = one
        gap = 0 if gap == 1 else max(gap * 4 // 9, 1)

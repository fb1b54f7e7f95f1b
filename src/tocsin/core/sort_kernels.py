"""Sorting inside kernels: Shell's method (1959) with gaps that shrink by 2.25 (Tokuda 1992).

Small to compile, where the library's sorts are large and made anew for every kind of array; quick for the few to some
thousand values that one look holds.
"""

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel


@kernel
def widest_gap(n: int) -> int:
    """Return the first gap for `n` values."""
    gap = 1
    while gap < n:
        gap = gap * 9 // 4 + 1
    return gap


@kernel
def rising(values: npt.NDArray[np.float64], order: npt.NDArray[np.int64]) -> None:
    """Fill order (n,) with the indices of values (n,) in rising order, equal ones as they stand; no value is NaN."""
    n = values.shape[0]
    for i in range(n):
        order[i] = i
    gap = widest_gap(n)
    while gap > 0:
        for i in range(gap, n):
            one = order[i]
            j = i - gap
            while j >= 0 and (values[order[j]] > values[one] or (values[order[j]] == values[one] and order[j] > one)):
                order[j + gap] = order[j]
                j -= gap
            order[j + gap] = one
        gap = 0 if gap == 1 else max(gap * 4 // 9, 1)


@kernel
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

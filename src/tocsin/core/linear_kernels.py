"""Linear equations of few unknowns with a symmetric positive definite matrix, by Cholesky (no BLAS in kernels)."""

import math

import numpy as np

from tocsin.core.kernels import kernel


@kernel
def factor(a: np.ndarray, n: int) -> bool:
    """Return whether symmetric `a` (n, n) is positive definite; its lower triangle becomes the Cholesky factor."""
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= a[i, k] * a[j, k]
            if i == j:
                if not s > 0.0:
                    return False
                a[i, i] = math.sqrt(s)
            else:
                a[i, j] = s / a[j, j]
    return True


@kernel
def solve(low: np.ndarray, n: int, b: np.ndarray) -> None:
    """Replace `b` (n,) by the solution of L L^T x = b."""
    for i in range(n):
        s = b[i]
        for k in range(i):
            s -= low[i, k] * b[k]
        b[i] = s / low[i, i]
    for i in range(n - 1, -1, -1):
        s = b[i]
        for k in range(i + 1, n):
            s -= low[k, i] * b[k]
        b[i] = s / low[i, i]


@kernel
def invert(a: np.ndarray, out: np.ndarray) -> bool:
    """Return whether symmetric `a` (n, n) is positive definite, and fill `out` (n, n) with its inverse; `a` is overwritten.

    By the inverse of the Cholesky factor, written over it: L^-T L^-1.
    """
    n = a.shape[0]
    if not factor(a, n):
        return False
    for i in range(n):
        for j in range(i):
            s = 0.0
            for k in range(j, i):
                s -= a[i, k] * a[k, j]
            a[i, j] = s / a[i, i]
        a[i, i] = 1.0 / a[i, i]
    for i in range(n):
        for j in range(i + 1):
            out[i, j] = 0.0
    for k in range(n):
        for i in range(k + 1):
            for j in range(i + 1):
                out[i, j] += a[k, i] * a[k, j]
    for i in range(n):
        for j in range(i):
            out[j, i] = out[i, j]
    return True


@kernel
def solve_damped(a: np.ndarray, g: np.ndarray, n: int, damping: float, low: np.ndarray, out: np.ndarray) -> bool:
    """Fill `out` (n,) with the solution of (a + damping diag a) out = g (Levenberg); False if it is not positive definite.

    `low` (n, n) becomes the Cholesky factor.
    """
    for i in range(n):
        for j in range(i):
            low[i, j] = a[i, j]
        low[i, i] = a[i, i] * (1.0 + damping)
        out[i] = g[i]
    if not factor(low, n):
        return False
    solve(low, n, out)
    return True

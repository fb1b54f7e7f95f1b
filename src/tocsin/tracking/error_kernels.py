"""Gaussian knowledge of the errors of sensors, as information: solved, eliminated, compared with hypotheses.

Four errors a sensor, in the order of `registration_kernels`.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.core.linear_kernels import factor, invert, solve

ERRORS = 4  # a sensor


@kernel
def posterior(info: np.ndarray, vector: np.ndarray, variance: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> bool:
    """Return whether it could be had: fills `mean` (n,), `cov` (n, n) of errors with prior N(0, `variance`) and information."""
    n = vector.shape[0]
    a = info.copy()
    for i in range(n):
        a[i, i] += 1.0 / variance[i]
    if not invert(a, cov):
        return False
    for i in range(n):
        s = 0.0
        for j in range(n):
            s += cov[i, j] * vector[j]
        mean[i] = s
    return True


@kernel
def eliminate(
    info: np.ndarray, vector: np.ndarray, kept: np.ndarray, gone: np.ndarray, mean: np.ndarray, variance: np.ndarray,
    out: np.ndarray, out_vector: np.ndarray,
) -> bool:  # fmt: skip
    """Return whether it could be had: fills `out` (k, k), `out_vector` (k,) with what is said of the errors `kept` (k,).

    Those `gone` (g,) of all the errors (n,) are thought to be N(`mean` (n,), `variance` (n,)), and integrated over.
    """
    k, g = kept.shape[0], gone.shape[0]
    a = np.empty((g, g))
    d = np.empty(g)
    column = np.empty(g)
    for i in range(g):
        d[i] = vector[gone[i]]
        for j in range(g):
            a[i, j] = info[gone[i], gone[j]]
            d[i] -= a[i, j] * mean[gone[j]]
        a[i, i] += 1.0 / variance[gone[i]]
    if not factor(a, g):
        return False
    solve(a, g, d)
    for i in range(k):
        s = vector[kept[i]]
        for j in range(g):
            s -= info[kept[i], gone[j]] * (mean[gone[j]] + d[j])
        out_vector[i] = s
    for j in range(k):
        for i in range(g):
            column[i] = info[gone[i], kept[j]]
        solve(a, g, column)
        for i in range(k):
            s = info[kept[i], kept[j]]
            for m in range(g):
                s -= info[kept[i], gone[m]] * column[m]
            out[i, j] = s
    return True


@kernel
def own_information(
    mean: np.ndarray, cov: np.ndarray, variance: np.ndarray, info: np.ndarray, vector: np.ndarray
) -> bool:
    """Fill `info` (4, 4), `vector` (4,) with what the data alone say of one sensor's errors.

    From their posterior (`mean`, `cov`) under the prior N(0, `variance`), which is taken off.
    """
    if not invert(cov.copy(), info):
        return False
    for i in range(ERRORS):
        s = 0.0
        for j in range(ERRORS):
            s += info[i, j] * mean[j]
        vector[i] = s
    for i in range(ERRORS):
        info[i, i] = max(info[i, i] - 1.0 / variance[i], 0.0)
    return True


@kernel
def log_evidence(info: np.ndarray, vector: np.ndarray, mean: np.ndarray, prior: np.ndarray) -> float:
    """Return the log likelihood of the data under the prior N(`mean`, `prior` (4, 4)), beside that of no error at all.

    log N integrated over the errors b of exp(vector.b - b.info.b / 2): with d = vector - info mean,
    m.vector - m.info.m / 2 + d.(info + prior^-1)^-1 d / 2 - log|1 + prior info| / 2.
    """
    n = ERRORS
    inverse = np.empty((n, n))
    if not invert(prior.copy(), inverse):
        return -1e30
    d = np.empty(n)
    total = 0.0
    for i in range(n):
        s = 0.0
        for j in range(n):
            s += info[i, j] * mean[j]
        d[i] = vector[i] - s
        total += mean[i] * (vector[i] - 0.5 * s)
    a = np.empty((n, n))
    low = prior.copy()
    for i in range(n):
        for j in range(n):
            a[i, j] = info[i, j] + inverse[i, j]
    if not factor(a, n) or not factor(low, n):
        return -1e30
    x = d.copy()
    solve(a, n, x)
    for i in range(n):
        total += 0.5 * d[i] * x[i] - math.log(a[i, i]) - math.log(low[i, i])
    return total


@kernel
def log_best_within(info: np.ndarray, vector: np.ndarray, limit: np.ndarray) -> float:
    """Return the largest log likelihood of errors within +/- `limit` (4,), beside that of no error at all.

    One error after another at its best (the quadratic is concave), until none moves by a thousandth of its limit.
    """
    b = np.zeros(ERRORS)
    for _ in range(1000):
        moved = 0.0
        for i in range(ERRORS):
            s = vector[i]
            for j in range(ERRORS):
                if j != i:
                    s -= info[i, j] * b[j]
            best = min(max(s / info[i, i], -limit[i]), limit[i]) if info[i, i] > 0.0 else 0.0
            moved = max(moved, abs(best - b[i]) / limit[i])
            b[i] = best
        if moved < 1e-3:
            break
    total = 0.0
    for i in range(ERRORS):
        total += b[i] * vector[i]
        for j in range(ERRORS):
            total -= 0.5 * b[i] * info[i, j] * b[j]
    return total


@kernel
def log_fault_odds(
    info: np.ndarray, vector: np.ndarray, stated: np.ndarray, wide: np.ndarray, faults: np.ndarray, within: float
) -> tuple[float, int]:
    """Return the largest log likelihood ratio of faults against the best errors of a healthy sensor, and which fault it is of.

    `faults` (k, 4) flags: the errors that may be as wide as `wide` (4,), variances, under each; the others are as `stated`
    (4,), of which a healthy sensor's errors are within so many sigmas.
    """
    limit = np.empty(ERRORS)
    for i in range(ERRORS):
        limit[i] = within * math.sqrt(stated[i])
    base = log_best_within(info, vector, limit)
    none = np.zeros(ERRORS)
    prior = np.zeros((ERRORS, ERRORS))
    most, which = -math.inf, 0
    for k in range(faults.shape[0]):
        for i in range(ERRORS):
            prior[i, i] = wide[i] if faults[k, i] else stated[i]
        odds = log_evidence(info, vector, none, prior) - base
        if odds >= most:
            most, which = odds, k
    return most, which


@kernel
def log_density_ratio(mean: np.ndarray, cov: np.ndarray, variance: np.ndarray) -> float:
    """Return log N(0; 0, `variance` (4,)) - log N(0; `mean` (4,), `cov` (4, 4)): how much less likely 0 has become."""
    low = cov.copy()
    if not factor(low, ERRORS):
        return -1e30
    x = mean.copy()
    solve(low, ERRORS, x)
    total = 0.0
    for i in range(ERRORS):
        total += 0.5 * mean[i] * x[i] + math.log(low[i, i]) - 0.5 * math.log(variance[i])
    return total


@kernel
def least(chi2: float, info: np.ndarray, vector: np.ndarray, about: np.ndarray, variance: np.ndarray) -> float:
    """Return the chi-square at the best errors, which are thought to be N(`about` (m,), `variance` (m,)); -1: no solution.

    `chi2` is that without errors, `info` (m, m) and `vector` (m,) what the sightings say of them.
    """
    m = vector.shape[0]
    a = np.empty((m, m))
    d = np.empty(m)
    total = chi2
    for i in range(m):
        s = 0.0
        for j in range(m):
            a[i, j] = 0.5 * (info[i, j] + info[j, i])
            s += a[i, j] * about[j]
        a[i, i] += 1.0 / variance[i]
        d[i] = vector[i] - s
        total -= about[i] * (vector[i] + d[i])
    step = d.copy()
    if not factor(a, m):
        return -1.0
    solve(a, m, step)
    for i in range(m):
        total -= d[i] * step[i]
    return max(total, 0.0)


@kernel
def largest_odds(
    infos: np.ndarray, vectors: np.ndarray, live: np.ndarray, windows: np.ndarray, prior: np.ndarray, stated: np.ndarray,
    wide: np.ndarray, faults: np.ndarray, within: float, out: np.ndarray,
) -> None:  # fmt: skip
    """Fill `out` (l,) with the largest `log_fault_odds` of each of the sensors `live` (l,), rising, over the last blocks.

    `infos` (b, 4n, 4n), `vectors` (b, 4n) of n sensors, newest block first; `windows` (w,) rising, how many blocks to take,
    at most 2b - 1 (more than b are b). `prior` (4n,) variances of what all errors may be but those that are weighed; `stated`,
    `wide` (4n,) variances, `faults` (n, k, 4).
    """
    size = ERRORS * live.shape[0]
    info, vector = np.zeros((size, size)), np.zeros(size)
    cov, block = np.empty((size, size)), np.empty((ERRORS, ERRORS))
    mean, variance = np.empty(size), np.empty(size)
    where = np.empty(size, np.int64)
    for i in range(size):
        where[i] = ERRORS * live[i // ERRORS] + i % ERRORS
        variance[i] = prior[where[i]]
    for i in range(live.shape[0]):
        out[i] = -math.inf
    own, own_vector = np.empty((ERRORS, ERRORS)), np.empty(ERRORS)
    taken = 0
    for w in range(windows.shape[0]):
        if taken >= infos.shape[0]:
            break
        for b in range(taken, min(windows[w], infos.shape[0])):
            for i in range(size):
                vector[i] += vectors[b, where[i]]
                for j in range(size):
                    info[i, j] += infos[b, where[i], where[j]]
        taken = min(windows[w], infos.shape[0])
        if not posterior(info, vector, variance, mean, cov):
            continue
        for k in range(live.shape[0]):
            part = slice(ERRORS * k, ERRORS * (k + 1))
            for i in range(ERRORS):
                for j in range(ERRORS):
                    block[i, j] = cov[ERRORS * k + i, ERRORS * k + j]
            if not own_information(mean[part], block, variance[part], own, own_vector):
                continue
            full = slice(ERRORS * live[k], ERRORS * (live[k] + 1))
            odds, _ = log_fault_odds(own, own_vector, stated[full], wide[full], faults[live[k]], within)
            out[k] = max(out[k], odds)

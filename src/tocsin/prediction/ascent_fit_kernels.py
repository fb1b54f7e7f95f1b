"""A powered ascent fitted to lines of sight: Gauss-Newton with Levenberg's damping, priors, and the evidence for it."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.core.linear_kernels import invert, solve_damped
from tocsin.prediction.ascent_kernels import (
    COMMON,
    HEADING,
    KICK,
    LEAST_LEFT,
    PER_STAGE,
    STAGES,
    fly_ascent,
    left_of,
    most_burnt,
    size_of,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Steps of the numerical derivatives: of what all ascents have, and of each stage
STEPS = (20.0, 20.0, 0.02, 1e-4, 1e-4, 1e-3, 0.05, 1e-4, 1e-6, 1e-3, 0.02, 1e-3, 1e-4)
STAGE_STEPS = (1e-4, 1e-4, 1e-4, 0.02)
# ln of the share of its mass that a stage has left when it is over, mean and sigma: 0.15 to 0.40 of ten published stages
# (presets of Forden's and Levinger's missile flyout), -1.3 and 0.36, widened for stages that are cut off early
LN_LEFT, LN_LEFT_SIGMA = -1.25, 0.6
REST = STAGES + 3  # rows of residuals after those of looks
MOST_MOVE, MOST_TURN = 0.7, 0.5  # of the width of a prior, and rad of the heading, in one step


@kernel
def _angles(
    places: FloatArray, looks: FloatArray, sigmas: FloatArray, whose: IntArray, biases: FloatArray, out: FloatArray
) -> None:  # fmt: skip
    """Fill the first rows of out (n + REST, 2): angles across n lines of sight over their sigma, whitened.

    The constant error of a satellite makes the covariance of its angles I + u u' with u = bias / sigma. Its inverse has the root
    I - g u u', g = (1 - 1 / sqrt(1 + u'u)) / u'u: the error is left free within its sigma, without a parameter of its own.
    """
    for i in range(places.shape[0]):
        dx, dy, dz = places[i, 0] - looks[i, 0], places[i, 1] - looks[i, 1], places[i, 2] - looks[i, 2]
        r = math.sqrt(dx * dx + dy * dy + dz * dz) * sigmas[i]
        out[i, 0] = (dx * looks[i, 6] + dy * looks[i, 7] + dz * looks[i, 8]) / r
        out[i, 1] = (dx * looks[i, 9] + dy * looks[i, 10] + dz * looks[i, 11]) / r
    for satellite in range(biases.shape[0]):
        size, a, b = 0.0, 0.0, 0.0
        for i in range(places.shape[0]):
            if whose[i] == satellite:
                u = biases[satellite] / sigmas[i]
                size += u * u
                a += u * out[i, 0]
                b += u * out[i, 1]
        if size > 0.0:
            g = (1.0 - 1.0 / math.sqrt(1.0 + size)) / size * biases[satellite]
            for i in range(places.shape[0]):
                if whose[i] == satellite:
                    out[i, 0] -= g / sigmas[i] * a
                    out[i, 1] -= g / sigmas[i] * b


@kernel
def _rest(
    p: FloatArray, stages: int, cutoff: float, state: FloatArray, near: FloatArray, hold: FloatArray, out: FloatArray
) -> None:  # fmt: skip
    """Fill the rows of out (n + REST, 2) after those of n looks.

    How far each stage's burnt share is from the usual, and the state at the end from `near` (6,), by `hold` (6,).
    """
    left, n = np.zeros(STAGES), out.shape[0] - REST
    left_of(p, stages, cutoff, left)
    for stage in range(STAGES):
        out[n + stage, 0] = (left[stage] - LN_LEFT) / LN_LEFT_SIGMA if stage < stages else 0.0
        out[n + stage, 1] = 0.0
    for i in range(6):
        out[n + STAGES + i // 2, i % 2] = hold[i] * (state[i] - near[i])


@kernel
def _cost(r: FloatArray, p: FloatArray, n: int, means: FloatArray, widths: FloatArray) -> float:
    """Return chi-square of residuals and priors."""
    total = 0.0
    for i in range(r.shape[0]):
        total += r[i, 0] * r[i, 0] + r[i, 1] * r[i, 1]
    for j in range(n):
        total += ((p[j] - means[j]) / widths[j]) ** 2
    return float(total) if total == total else 1e30


@kernel
def _slopes(
    reference: FloatArray, p: FloatArray, stages: int, times: FloatArray, looks: FloatArray, sigmas: FloatArray,
    whose: IntArray, biases: FloatArray, widths: FloatArray, cutoff: float, end: float, near: FloatArray, hold: FloatArray,
    r: FloatArray, state: FloatArray,
    jac: FloatArray, ends: FloatArray,
) -> None:  # fmt: skip
    """Fill jac (n, m, 2) and ends (n, 6): what one width of each parameter does to residuals r (m, 2) and to the state."""
    m = r.shape[0]
    places, trial, moved = np.empty((times.shape[0], 3)), np.empty((m, 2)), np.empty(6)
    for j in range(ends.shape[0]):
        keep = p[j]
        change = STEPS[j] if j < COMMON else STAGE_STEPS[(j - COMMON) % PER_STAGE]
        p[j] = keep + change
        fly_ascent(reference, p, stages, times, cutoff, end, places, moved)
        _rest(p, stages, cutoff, moved, near, hold, trial)
        p[j] = keep
        _angles(places, looks, sigmas, whose, biases, trial)
        scale = widths[j] / change
        for i in range(m):
            jac[j, i, 0] = (trial[i, 0] - r[i, 0]) * scale
            jac[j, i, 1] = (trial[i, 1] - r[i, 1]) * scale
        for k in range(6):
            ends[j, k] = (moved[k] - state[k]) * scale


@kernel
def _normal(
    jac: FloatArray, r: FloatArray, p: FloatArray, means: FloatArray, widths: FloatArray, a: FloatArray, g: FloatArray
) -> None:
    """Fill the normal matrix a (n, n) and the downhill gradient g (n,), in widths of the priors."""
    n, m = jac.shape[0], jac.shape[1]
    for j in range(n):
        g[j] = -(p[j] - means[j]) / widths[j]
        for i in range(m):
            g[j] -= jac[j, i, 0] * r[i, 0] + jac[j, i, 1] * r[i, 1]
        for k in range(j + 1):
            s = 1.0 if j == k else 0.0
            for i in range(m):
                s += jac[j, i, 0] * jac[k, i, 0] + jac[j, i, 1] * jac[k, i, 1]
            a[j, k] = s
            a[k, j] = s


@kernel
def _shrunk(step: FloatArray, n: int, width: float) -> float:
    """Return how much of a step (in widths) keeps to the hill: no parameter of the flight moves far at once."""
    most = abs(step[HEADING]) * width / MOST_TURN
    for j in range(KICK, n):
        most = max(most, abs(step[j]) / MOST_MOVE)
    return float(1.0 / max(most, 1.0))


@kernel
def _moved(
    p: FloatArray, step: FloatArray, widths: FloatArray, n: int, stages: int, cutoff: float, q: FloatArray
) -> float:  # fmt: skip
    """Fill q with p moved along a step (in widths) as far as keeps to the hill, and return how much of the step that is.

    No stage burns more than three quarters of what it has left at p: where all is burnt the flight no longer answers to its
    parameters, and the way downhill ends nowhere.
    """
    part = _shrunk(step, n, widths[HEADING])
    most = max(1.0 - max(LEAST_LEFT, 0.25 * (1.0 - most_burnt(p, stages, cutoff))), 0.0)
    for _half in range(8):
        for j in range(n):
            q[j] = p[j] + part * step[j] * widths[j]
        if most_burnt(q, stages, cutoff) < most:
            break
        part *= 0.5
    return part


@kernel
def _descend(
    reference: FloatArray, p: FloatArray, stages: int, times: FloatArray, looks: FloatArray, sigmas: FloatArray,
    whose: IntArray, biases: FloatArray, means: FloatArray, widths: FloatArray, cutoff: float, end: float, near: FloatArray,
    hold: FloatArray, rounds: int,
    r: FloatArray, state: FloatArray, jac: FloatArray, ends: FloatArray, a: FloatArray, low: FloatArray, step: FloatArray,
) -> float:  # fmt: skip
    """Return chi-square after `p` was moved downhill for at most so many rounds; r (m, 2), state (6,) are those of `p`."""
    n, m = ends.shape[0], r.shape[0]
    places, trial, g, moved = np.empty((times.shape[0], 3)), np.empty((m, 2)), np.empty(n), np.empty(6)
    fly_ascent(reference, p, stages, times, cutoff, end, places, state)
    _angles(places, looks, sigmas, whose, biases, r)
    _rest(p, stages, cutoff, state, near, hold, r)
    cost = _cost(r, p, n, means, widths)
    damping, fall = 1e-2, 1e30
    for _round in range(rounds):
        if fall < 1e-2:
            break
        _slopes(
            reference,
            p,
            stages,
            times,
            looks,
            sigmas,
            whose,
            biases,
            widths,
            cutoff,
            end,
            near,
            hold,
            r,
            state,
            jac,
            ends,
        )
        _normal(jac, r, p, means, widths, a, g)
        fall = 0.0
        for _try in range(6):
            q = p.copy()
            new, shrink = 1e30, 0.0
            if solve_damped(a, g, n, damping, low, step):
                shrink = _moved(p, step, widths, n, stages, cutoff, q)
                fly_ascent(reference, q, stages, times, cutoff, end, places, moved)
                _angles(places, looks, sigmas, whose, biases, trial)
                _rest(q, stages, cutoff, moved, near, hold, trial)
                new = _cost(trial, q, n, means, widths)
            if new < cost:
                fall = cost - new if shrink == 1.0 else 1e30
                cost = new
                for j in range(p.shape[0]):
                    p[j] = q[j]
                for i in range(m):
                    r[i, 0], r[i, 1] = trial[i, 0], trial[i, 1]
                for i in range(6):
                    state[i] = moved[i]
                damping = max(damping * 0.2, 1e-9)
                break
            damping = max(damping * 8.0, 1e-4)
    return cost


@kernel
def fit_ascent(
    reference: FloatArray, p: FloatArray, stages: int, times: FloatArray, looks: FloatArray, sigmas: FloatArray,
    means: FloatArray, widths: FloatArray, cutoff: float, end: float, near: FloatArray, hold: FloatArray, rounds: int,
    ladder: FloatArray, whose: IntArray, biases: FloatArray, state: FloatArray, covariance: FloatArray, spread: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Return chi-square (looks and priors) and ln of the evidence of an ascent fitted to lines of sight; 1e30 if none fits.

    `p` (MOST,) is moved downhill (Gauss-Newton, Levenberg's damping) with sigmas so many times as large as stated, one rung of
    the ladder after the other, in at most so many rounds on each; times (m,) rising, looks (m, 12) as in `launch_kernels`,
    sigmas (m,) rad; whose (m,): the satellite of each look, biases (s,) one sigma of its constant error on each axis, rad; means,
    widths (MOST,): normal priors; `near`, `hold` (6,): the state at `end` that it is held near, and one over the sigmas of that,
    zeros where it is free. Fills `state` (6,) at `end`, coasting from `cutoff` on, its covariance (6, 6) by noise alone, and
    `spread` (MOST, MOST) that of the parameters with what constant errors do, both by the last rung.
    """
    n, m = size_of(stages), times.shape[0] + REST
    r, jac, ends, a, low = np.empty((m, 2)), np.empty((n, m, 2)), np.empty((n, 6)), np.empty((n, n)), np.empty((n, n))
    step, g, wide, cost = np.empty(n), np.empty(n), sigmas, 1e30
    for coarser in ladder:
        wide = coarser * sigmas
        cost = _descend(
            reference, p, stages, times, looks, wide, whose, biases, means, widths, cutoff, end, near, hold, rounds, r, state,
            jac, ends, a, low, step,
        )  # fmt: skip
    _slopes(
        reference, p, stages, times, looks, wide, whose, biases, widths, cutoff, end, near, hold, r, state, jac, ends
    )
    _normal(jac, r, p, means, widths, a, g)
    return _told(n, a, cost, ends, widths, jac, wide, whose, biases, covariance, spread)


@kernel
def _told(
    n: int, a: FloatArray, cost: float, ends: FloatArray, widths: FloatArray, jac: FloatArray, sigmas: FloatArray,
    whose: IntArray, biases: FloatArray, covariance: FloatArray, spread: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Fill covariances from the normal matrix `a` (n, n) in units of the priors; return chi-square and ln evidence."""
    inverse = np.empty((n, n))
    if not invert(a, inverse):
        return 1e30, -1e30
    log_evidence = -0.5 * cost
    for j in range(n):
        log_evidence += math.log(a[j, j])  # of the inverse of its Cholesky factor
        for i in range(n):
            spread[i, j] = inverse[i, j] * widths[i] * widths[j]
    _without(inverse, jac, sigmas, whose, biases)
    for r in range(6):
        for c in range(r + 1):
            s = 0.0
            for i in range(n):
                for j in range(n):
                    s += ends[i, r] * inverse[i, j] * ends[j, c]
            covariance[r, c] = s
            covariance[c, r] = s
    return cost, log_evidence


@kernel
def _without(inverse: FloatArray, jac: FloatArray, sigmas: FloatArray, whose: IntArray, biases: FloatArray) -> None:
    """Take from the covariance `inverse` (n, n), in widths of the priors, what constant errors of satellites have in it.

    With J, u whitened the error u of a satellite moves the estimate by (J'J + 1)^-1 J'u; what is left is noise and priors.
    """
    n = inverse.shape[0]
    whole, pull, shift = inverse.copy(), np.empty(n), np.empty(n)
    for satellite in range(biases.shape[0]):
        size = 0.0
        for i in range(whose.shape[0]):
            if whose[i] == satellite:
                size += (biases[satellite] / sigmas[i]) ** 2
        for axis in range(2):
            for j in range(n):
                pull[j] = 0.0
                for i in range(whose.shape[0]):
                    if whose[i] == satellite:
                        pull[j] += jac[j, i, axis] * biases[satellite] / sigmas[i] / math.sqrt(1.0 + size)
            for j in range(n):
                shift[j] = 0.0
                for i in range(n):
                    shift[j] += whole[j, i] * pull[i]
            for i in range(n):
                for j in range(n):
                    inverse[i, j] -= shift[i] * shift[j]

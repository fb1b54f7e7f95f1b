"""Fits a boost profile to lines of sight: launch place, time, heading, and how the vehicle differs from the profile.

Gauss-Newton with Levenberg's damping on the angles across the lines of sight; parameters as in `profile_kernels`.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import WGS84_A_M, WGS84_E2
from tocsin.core.kernels import kernel
from tocsin.core.linear_kernels import invert, solve_damped
from tocsin.prediction.profile_kernels import (
    FRAME,
    HEADING,
    LN_SIZE,
    LN_TIME,
    LOFT,
    PARAMETERS,
    PROFILE_DT_S,
    START,
    STEPS,
    launch_frame,
    place_at,
)
from tocsin.world.geodesy_kernels import ecef_to_geodetic

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# A plume is first seen so long after launch (s), give or take its sigma; the other priors have a mean of zero
PRIOR_START_S = -50.0
PRIOR_SIGMA = (3.0e6, 3.0e6, 60.0, 3.0, 0.8, 0.25, 0.25)
# Misfits closer in time than this are one misfit, s
MISFIT_TIME_S = 40.0
# ... and what is guessed of them counts as so many that were seen
GUESSED = 0.5
# No vehicle is stretched beyond this (ln)
_MOST_LN = 0.7

# Columns of a look: sensor (3), line of sight (3), first and second transverse axis (3, 3)
LOOK_COLUMNS = 12

# Columns of a solution: parameters, chi-square, sum of ln of the weights of its looks, place, class, 1 = usable
SOL_CHI2, SOL_LOG_WEIGHTS, SOL_LAT, SOL_LON, SOL_CLASS, SOL_OK = range(PARAMETERS, PARAMETERS + 6)
SOLUTION = PARAMETERS + 6
HEADINGS = 8
KEPT = 3  # solutions a class
FEW = 8  # looks of the first round


@kernel
def _residuals(
    reference: FloatArray, table: FloatArray, burn: float, p: FloatArray, times: FloatArray, looks: FloatArray,
    which: IntArray, frame: FloatArray, out: FloatArray,
) -> None:  # fmt: skip
    """Fill out (m, 4): angle across the line of sight on two axes (rad), distance to the sensor, misfit (m)."""
    launch_frame(reference, p, frame)
    for i in range(which.shape[0]):
        k = which[i]
        x, y, z, stray = place_at(frame, table, burn, p, times[k])
        dx = x - looks[k, 0]
        dy = y - looks[k, 1]
        dz = z - looks[k, 2]
        r = math.sqrt(dx * dx + dy * dy + dz * dz)
        out[i, 0] = (dx * looks[k, 6] + dy * looks[k, 7] + dz * looks[k, 8]) / r
        out[i, 1] = (dx * looks[k, 9] + dy * looks[k, 10] + dz * looks[k, 11]) / r
        out[i, 2] = r
        out[i, 3] = stray


@kernel
def _cost(r: FloatArray, weights: FloatArray, p: FloatArray) -> float:
    """Return chi-square of residuals and priors."""
    total = 0.0
    for i in range(weights.shape[0]):
        total += weights[i] * (r[i, 0] * r[i, 0] + r[i, 1] * r[i, 1])
    for j in range(LOFT, PARAMETERS):
        total += (p[j] / PRIOR_SIGMA[j]) ** 2
    return float(total + ((p[START] - PRIOR_START_S) / PRIOR_SIGMA[START]) ** 2)


@kernel
def _normal(
    reference: FloatArray, table: FloatArray, burn: float, p: FloatArray, times: FloatArray, looks: FloatArray,
    sigmas: FloatArray, which: IntArray, share: float, work: FloatArray, r: FloatArray, weights: FloatArray,
    a: FloatArray, g: FloatArray,
) -> float:  # fmt: skip
    """Fill the normal matrix a (7, 7), gradient g (7,), weights (m,) and residuals r (m, 4); return chi-square.

    share: looks to each independent misfit; work (PARAMETERS, m, 4).
    """
    m = which.shape[0]
    frame = np.empty(FRAME)
    _residuals(reference, table, burn, p, times, looks, which, frame, r)
    for i in range(m):
        misfit = r[i, 3] / r[i, 2]
        weights[i] = 1.0 / (sigmas[which[i]] ** 2 + share * misfit * misfit)
    for j in range(PARAMETERS):
        keep = p[j]
        p[j] = keep + STEPS[j]
        _residuals(reference, table, burn, p, times, looks, which, frame, work[j])
        p[j] = keep
    for j in range(PARAMETERS):
        g[j] = 0.0
        for k in range(j + 1):
            s = 0.0
            for i in range(m):
                s += weights[i] * (
                    (work[j, i, 0] - r[i, 0]) * (work[k, i, 0] - r[i, 0])
                    + (work[j, i, 1] - r[i, 1]) * (work[k, i, 1] - r[i, 1])
                )
            a[j, k] = s / (STEPS[j] * STEPS[k])
            a[k, j] = a[j, k]
        for i in range(m):
            g[j] -= weights[i] * ((work[j, i, 0] - r[i, 0]) * r[i, 0] + (work[j, i, 1] - r[i, 1]) * r[i, 1]) / STEPS[j]
        a[j, j] += 1.0 / PRIOR_SIGMA[j] ** 2
        if j >= LOFT:
            g[j] -= p[j] / PRIOR_SIGMA[j] ** 2
        elif j == START:
            g[j] -= (p[j] - PRIOR_START_S) / PRIOR_SIGMA[j] ** 2
    return _cost(r, weights, p)


@kernel
def _share(times: FloatArray, which: IntArray) -> float:
    """Return how many looks there are to each independent misfit."""
    m = which.shape[0]
    return float(max(1.0, m * MISFIT_TIME_S / max(times[which[m - 1]] - times[which[0]], MISFIT_TIME_S)))


@kernel
def as_it_strays(
    reference: FloatArray, table: FloatArray, burn: float, p: FloatArray, times: FloatArray, looks: FloatArray,
    sigmas: FloatArray, which: IntArray, freedom: float, least: float, a: FloatArray,
) -> float:  # fmt: skip
    """Fill the normal matrix a (7, 7) of a solution by how far its looks really are from the profile; return misfit over guess.

    How far a vehicle strays from a profile is a guess. Its variance is estimated from what the residuals have beyond the noise of
    looks (a component of variance), with the guess as GUESSED independent misfits among those that there are, and not below
    `least` times the guess; `freedom`: of the residuals.
    """
    m = which.shape[0]
    r, frame, weights, g = np.empty((m, 4)), np.empty(FRAME), np.empty(m), np.empty(PARAMETERS)
    _residuals(reference, table, burn, p, times, looks, which, frame, r)
    share = _share(times, which)
    chi2, noise, stray = 0.0, 0.0, 0.0
    for i in range(m):
        misfit, variance = (r[i, 3] / r[i, 2]) ** 2, sigmas[which[i]] ** 2
        w = 1.0 / (variance + share * misfit)
        chi2 += w * (r[i, 0] * r[i, 0] + r[i, 1] * r[i, 1])
        noise += 2.0 * w * variance
        stray += 2.0 * w * misfit
    found = max(chi2 * 2.0 * m / freedom - noise, 0.0) / stray
    seen = 2.0 * m / share
    factor = max((seen * found + GUESSED) / (seen + GUESSED), least)
    work = np.empty((PARAMETERS, m, 4))
    _normal(reference, table, burn, p, times, looks, sigmas, which, factor * share, work, r, weights, a, g)
    return float(factor)


@kernel
def _descend(
    reference: FloatArray, table: FloatArray, burn: float, p: FloatArray, times: FloatArray, looks: FloatArray,
    sigmas: FloatArray, which: IntArray, rounds: int, work: FloatArray, a: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Move p (7,) downhill for at most so many rounds; return chi-square and the sum of ln weights of the looks.

    a (7, 7) is the normal matrix near the end.
    """
    m = which.shape[0]
    r = np.empty((m, 4))
    trial = np.empty((m, 4))
    weights = np.empty(m)
    g = np.empty(PARAMETERS)
    low = np.empty((PARAMETERS, PARAMETERS))
    step = np.empty(PARAMETERS)
    q = np.empty(PARAMETERS)
    frame = np.empty(FRAME)
    damping = 1.0e-2
    share = _share(times, which)
    cost = 1.0e30
    for _ in range(rounds):
        cost = _normal(reference, table, burn, p, times, looks, sigmas, which, share, work, r, weights, a, g)
        gained = False
        fall = 0.0
        for _try in range(6):
            if solve_damped(a, g, PARAMETERS, damping, low, step):
                # a step of the heading beyond half a radian is no longer the same hill
                shrink = min(1.0, 0.5 / max(abs(step[HEADING]), 1.0e-9), 0.6 / max(abs(step[LOFT]), 1.0e-9))
                for j in range(PARAMETERS):
                    q[j] = p[j] + shrink * step[j]
                q[LN_TIME] = max(-_MOST_LN, min(_MOST_LN, q[LN_TIME]))
                q[LN_SIZE] = max(-_MOST_LN, min(_MOST_LN, q[LN_SIZE]))
                _residuals(reference, table, burn, q, times, looks, which, frame, trial)
                new = _cost(trial, weights, q)
                if new < cost:
                    fall = cost - new
                    cost = new
                    for j in range(PARAMETERS):
                        p[j] = q[j]
                    damping = max(damping * 0.2, 1.0e-7)
                    gained = True
                    break
            damping = max(damping * 8.0, 1.0e-4)
        if not gained or fall < 1.0e-3 * (1.0 + 1.0e-2 * cost):
            break
    log_weights = 0.0
    for i in range(m):
        log_weights += math.log(weights[i])
    return cost, log_weights


@kernel
def _start(looks: FloatArray, height: float) -> tuple[float, float, bool]:
    """Return latitude and longitude where the first line of sight meets a height, and whether it does."""
    x, y, z = looks[0, 0], looks[0, 1], looks[0, 2]
    dx, dy, dz = looks[0, 3], looks[0, 4], looks[0, 5]
    # on the ellipsoid blown up by the height: scale z to a sphere
    f = (WGS84_A_M + height) / (WGS84_A_M * math.sqrt(1.0 - WGS84_E2) + height)
    z *= f
    dz *= f
    a = dx * dx + dy * dy + dz * dz
    b = x * dx + y * dy + z * dz
    c = x * x + y * y + z * z - (WGS84_A_M + height) ** 2
    disc = b * b - a * c
    if disc < 0.0:
        # past the limb: the nearest point to it
        s = -b / a
    else:
        s = (-b - math.sqrt(disc)) / a
    if s <= 0.0:
        return 0.0, 0.0, False
    lat, lon, _h = ecef_to_geodetic(
        looks[0, 0] + s * looks[0, 3], looks[0, 1] + s * looks[0, 4], looks[0, 2] + s * looks[0, 5]
    )
    return lat, lon, True


@kernel
def _time_to(table: FloatArray, height: float) -> float:
    """Return when the middle loft of a profile reaches a height, s."""
    for j in range(table.shape[1]):
        if table[1, j, 0] >= height:
            return float(j) * PROFILE_DT_S
    return float(table.shape[1]) * PROFILE_DT_S


@kernel
def fit_profiles(
    tables: FloatArray, burns: FloatArray, times: FloatArray, looks: FloatArray, sigmas: FloatArray, few: IntArray,
    many: IntArray, rounds: IntArray, first_height: float, reference: FloatArray, solutions: FloatArray,
    normals: FloatArray,
) -> bool:  # fmt: skip
    """Fill solutions (classes * KEPT, SOLUTION) and their normal matrices (.., 7, 7); return False without a start.

    tables (c, 3, n, 6), burns (c,) s; times (n,) s; looks (n, 12); sigmas (n,) rad; few, many:
    rows of the first and the second round, and `rounds` (2,) the iterations in each. `reference` (2,) gets the place
    that east and north are counted from.
    """
    reference[0], reference[1], found = _start(looks, first_height)
    if not found:
        return False
    work = np.empty((PARAMETERS, max(few.shape[0], many.shape[0]), 4))
    starts = np.empty((HEADINGS, PARAMETERS))
    costs = np.empty(HEADINGS)
    frame = np.empty(FRAME)
    a = np.empty((PARAMETERS, PARAMETERS))
    for c in range(tables.shape[0]):
        begin = times[0] - _time_to(tables[c], first_height)
        for i in range(HEADINGS):
            for j in range(PARAMETERS):
                starts[i, j] = 0.0
            starts[i, START] = begin
            starts[i, HEADING] = 2.0 * math.pi * i / HEADINGS
            costs[i], _w = _descend(
                reference, tables[c], burns[c], starts[i], times, looks, sigmas, few, rounds[0], work, a
            )
        for k in range(KEPT):
            best = 0
            for i in range(1, HEADINGS):
                if costs[i] < costs[best]:
                    best = i
            row = c * KEPT + k
            p = solutions[row]
            for j in range(PARAMETERS):
                p[j] = starts[best, j]
            costs[best] = 1.0e31
            p[SOL_CHI2], p[SOL_LOG_WEIGHTS] = _descend(
                reference,
                tables[c],
                burns[c],
                p[:PARAMETERS],
                times,
                looks,
                sigmas,
                many,
                rounds[1],
                work,
                normals[row],
            )
            launch_frame(reference, p, frame)
            p[SOL_LAT] = frame[10]
            p[SOL_LON] = frame[11]
            p[SOL_CLASS] = c
            p[SOL_OK] = 1.0
    return True


@kernel
def inverse_of(a: FloatArray, out: FloatArray) -> float:
    """Fill out with the inverse of a positive definite matrix (7, 7); return the ln of its determinant, NaN if none."""
    low = a.copy()
    if not invert(low, out):
        return math.nan
    log_det = 0.0
    for i in range(PARAMETERS):
        log_det += 2.0 * math.log(low[i, i])
    return log_det

"""The state at burnout from all lines of sight of a plume: powered ascents of one to three stages fitted to them."""

import functools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, G0_M_S2, NS
from tocsin.core.records.vehicle import Vehicle
from tocsin.prediction import ascent_kernels as k
from tocsin.prediction.launch import look_rows, profile_solutions
from tocsin.prediction.launch_kernels import PRIOR_SIGMA, PRIOR_START_S, SOL_CHI2, SOL_CLASS, SOL_OK
from tocsin.prediction.profile_kernels import HEADING as PROFILE_HEADING
from tocsin.prediction.profile_kernels import LN_SIZE, LN_TIME, LOFT
from tocsin.prediction.profiles import CLASSES, KICKS

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEWEST = 4
FIRST_ROUNDS, ROUNDS = 6, 40
QUARTERS = (0.5 * math.pi, math.pi, -0.5 * math.pi)
KEPT, SAME = 4, 0.5
"""Fits of a class that are followed to the end, and the difference in chi-square below which two that end together are one."""
WORST_FIT = 3.0
"""Chi-square per degree of freedom beyond which the ascent is none of these, and the filter's state stays."""
_EVIDENT = 12.0
"""Solutions so much less likely (ln) than the best are left out."""
_WIDTHS = {
    k.EAST: 3.0e6, k.NORTH: 3.0e6, k.START: PRIOR_SIGMA[2], k.HEADING: 3.0, k.KICK: 20.0 * DEG, k.KICK_S: 12.0,
    k.HOLD_S: 25.0, k.PITCH: 3.0 * DEG, k.RATE: 0.1 * DEG, k.LN_DRAG: 0.5,
}  # fmt: skip
_STAGE_WIDTHS = (0.35, 0.15, 0.4)
_HOLD_S, _RATE = 80.0, 0.05 * DEG


@dataclass(frozen=True, eq=False)
class Burnout:
    """An object as its plume has left it: Earth-fixed, m, m/s, instants TAI ns."""

    time: int
    state: FloatArray
    """(6,) coasting."""
    covariance: FloatArray
    """(6, 6), the moment of burnout uncertain between the last look that saw the plume and the first that did not."""
    fit: float
    """Chi-square per degree of freedom of the best ascent."""
    stages: FloatArray
    """(3,) probability of one, two, three stages so far."""


@functools.cache
def priors() -> tuple[FloatArray, FloatArray]:
    """Return means and widths (3, MOST) of ascents of one, two and three stages: the generic classes, widened."""
    means, widths = np.zeros((k.STAGES, k.MOST)), np.ones((k.STAGES, k.MOST))
    for row, vehicle in enumerate(CLASSES):
        mean = means[row]
        mean[k.START], mean[k.KICK], mean[k.KICK_S] = PRIOR_START_S, 0.7 * vehicle.kick_deg * DEG, vehicle.kick_s
        mean[k.HOLD_S], mean[k.RATE] = _HOLD_S, _RATE
        mean[k.LN_DRAG] = math.log(math.pi / 4.0 * vehicle.stages[0].diameter_m ** 2 / vehicle.lift_off_kg)
        for column, width in _WIDTHS.items():
            widths[row, column] = width
        for stage, values in enumerate(_pushes(vehicle)):
            at = k.COMMON + k.PER_STAGE * stage
            mean[at : at + k.PER_STAGE], widths[row, at : at + k.PER_STAGE] = values, _STAGE_WIDTHS
    return means, widths


def _pushes(vehicle: Vehicle) -> list[tuple[float, float, float]]:
    """Return ln of first acceleration, exhaust speed and burn of each stage."""
    out, mass = [], vehicle.lift_off_kg
    for stage in vehicle.stages:
        out.append((math.log(stage.thrust_vac_n / mass), math.log(G0_M_S2 * stage.isp_vac_s), math.log(stage.burn_s)))
        mass -= stage.propellant_kg + stage.dry_kg
    return out


def fit_burnout(
    times_ns: IntArray, places: FloatArray, los: FloatArray, sigma: npt.ArrayLike, dark_ns: int, at_ns: int
) -> Burnout | None:
    """Return the coasting state of what has burnt out at `at_ns`, None where no ascent fits.

    times_ns (n,), places (n, 3), los (n, 3), sigma: lines of sight as `fit_launch` takes them; dark_ns: the first look that
    could have seen the plume and did not. Burnout is even between the last line of sight and that.
    """
    order = np.argsort(times_ns, kind="stable")
    t = np.asarray(times_ns, np.int64)[order]
    if len(t) < FEWEST or t[-1] <= t[0] or at_ns < t[-1]:
        return None
    times = (t - t[0]) / NS
    looks = look_rows(np.asarray(places, np.float64)[order], np.asarray(los, np.float64)[order])
    sigmas = np.ascontiguousarray(np.broadcast_to(np.asarray(sigma, np.float64), t.shape)[order])
    reference = np.zeros(2)
    found = profile_solutions(times, looks, sigmas, reference)
    if found is None:
        return None
    gap = max((dark_ns - int(t[-1])) / NS, 0.0)
    cutoff = float(times[-1]) + 0.5 * gap
    end = max((at_ns - int(t[0])) / NS, cutoff + 0.5 * gap)
    job = _Job(reference, times, looks, sigmas, cutoff, end)
    fits = [fit for start in _starts(found, len({tuple(row) for row in looks[:, :3].tolist()}) < 2) for fit in job.best(start)]
    if not fits:
        return None
    return _mixed(fits, len(t), job, gap, int(t[0]) + round(end * NS))


def _starts(found: FloatArray, alone: bool) -> list[tuple[int, list[FloatArray]]]:
    """Return stages and parameters to start from: of each class where its profile fits best.

    One satellite alone does not tell the heading, and several explain what it saw: all quarters are tried.
    """
    starts: list[tuple[int, list[FloatArray]]] = []
    for stages in range(1, k.STAGES + 1):
        rows = [r for r in found if r[SOL_OK] > 0.5 and math.isfinite(r[SOL_CHI2]) and int(r[SOL_CLASS]) == stages - 1]
        if not rows:
            continue
        row = min(rows, key=lambda r: float(r[SOL_CHI2]))
        p = priors()[0][stages - 1].copy()
        p[k.EAST], p[k.NORTH], p[k.START], p[k.HEADING] = (float(v) for v in row[:4])
        steep = KICKS[1] + (KICKS[1] - KICKS[0]) * float(row[LOFT])
        p[k.KICK] = CLASSES[stages - 1].kick_deg * DEG * min(max(steep, 0.1), 1.3)
        for stage in range(stages):
            at = k.COMMON + k.PER_STAGE * stage
            p[at + k.LN_PUSH] += float(row[LN_SIZE] - 2.0 * row[LN_TIME])
            p[at + k.LN_BURN] += float(row[LN_TIME])
        trials = [p]
        for turn in QUARTERS if alone else ():
            trials.append(p.copy())
            trials[-1][k.HEADING] += turn
        starts.append((stages, trials))
    return starts


@dataclass(frozen=True, eq=False)
class _Fit:
    stages: int
    p: FloatArray
    chi2: float
    evidence: float
    """Its natural logarithm."""
    state: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, eq=False)
class _Job:
    """What all fits of one object have in common; times are seconds after the first look."""

    reference: FloatArray
    times: FloatArray
    looks: FloatArray
    sigmas: FloatArray
    cutoff: float
    end: float

    def best(self, start: tuple[int, list[FloatArray]]) -> list[_Fit]:
        """Return the distinct ascents of a class that explain the looks best, at most `KEPT`."""
        stages, trials = start
        if len(trials) > 1:
            first = [fit for p in trials if (fit := self.fit(stages, p, FIRST_ROUNDS)) is not None]
            trials = [fit.p for fit in sorted(first, key=lambda fit: fit.chi2)[:KEPT]]
        out: list[_Fit] = []
        for p in trials:
            fit = self.fit(stages, p, ROUNDS)
            if fit is not None and not any(abs(fit.chi2 - other.chi2) < SAME and _near(fit, other) for other in out):
                out.append(fit)
        return out

    def fit(self, stages: int, start: FloatArray, rounds: int) -> _Fit | None:
        """Return the ascent found downhill from a start, None where there is none."""
        means, widths = (rows[stages - 1] for rows in priors())
        p, mean = start.copy(), means.copy()
        mean[k.HEADING] = p[k.HEADING]
        state, covariance, spread = np.zeros(6), np.zeros((6, 6)), np.zeros((k.MOST, k.MOST))
        chi2, evidence = k.fit_ascent(
            self.reference, p, stages, self.times, self.looks, self.sigmas, mean, widths, self.cutoff, self.end, rounds,
            state, covariance, spread,
        )  # fmt: skip
        if not (math.isfinite(evidence) and chi2 < 1e29 and np.isfinite(state).all()):
            return None
        return _Fit(stages, p, chi2, evidence, state, covariance)

    def by_cutoff(self, fit: _Fit) -> FloatArray:
        """Return (6,) what a second of burning more does to the state at the end."""
        places, later, sooner, step = np.empty((len(self.times), 3)), np.zeros(6), np.zeros(6), 0.02
        for off, out in ((step, later), (-step, sooner)):
            k.fly_ascent(self.reference, fit.p, fit.stages, self.times, self.cutoff + off, self.end, places, out)
        return (later - sooner) / (2.0 * step)


def _near(a: _Fit, b: _Fit) -> bool:
    """Return whether two fits ended in the same place: within a tenth of a sigma in speed."""
    d = a.state[3:] - b.state[3:]
    return float((d * d).sum()) < 0.01 * float(a.covariance[3, 3] + a.covariance[4, 4] + a.covariance[5, 5])


def _mixed(fits: list[_Fit], n: int, job: _Job, gap: float, at_ns: int) -> Burnout | None:
    """Return the mixture of all fits by its moments, each widened by when it burnt out and by how badly it fits."""
    freedom = max(1.0, 2.0 * n - 4.0)
    best = min(fit.chi2 for fit in fits) / freedom
    if best > WORST_FIT:
        return None
    excess, top = max(1.0, best), max(fit.evidence for fit in fits)
    kept = [fit for fit in fits if (fit.evidence - top) / excess > -_EVIDENT]
    weights = np.array([math.exp((fit.evidence - top) / excess) for fit in kept])
    weights /= math.fsum(float(w) for w in weights)
    mean, covariance, stages = np.zeros(6), np.zeros((6, 6)), np.zeros(k.STAGES)
    for w, fit in zip(weights, kept, strict=True):
        mean += w * fit.state
        stages[fit.stages - 1] += w
    for w, fit in zip(weights, kept, strict=True):
        late, off = job.by_cutoff(fit), fit.state - mean
        wide = fit.covariance * max(1.0, fit.chi2 / freedom)
        covariance += w * (wide + gap * gap / 12.0 * late[:, None] * late[None, :] + off[:, None] * off[None, :])
    return Burnout(at_ns, mean, covariance, best, stages)

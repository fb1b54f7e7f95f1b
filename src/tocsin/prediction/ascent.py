"""The state at burnout from all lines of sight of a plume: powered ascents of one to three stages fitted to them."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, G0_M_S2, NS
from tocsin.core.records.outputs import Ellipse
from tocsin.core.records.vehicle import Vehicle
from tocsin.prediction import ascent_kernels as k
from tocsin.prediction.ascent_fit_kernels import fit_ascent
from tocsin.prediction.impact import footprint
from tocsin.prediction.launch import look_rows, profile_solutions
from tocsin.prediction.launch_kernels import PRIOR_SIGMA, PRIOR_START_S, SOL_CHI2, SOL_CLASS, SOL_OK
from tocsin.prediction.profile_kernels import HEADING, LN_SIZE, LN_TIME, LOFT
from tocsin.prediction.profiles import CLASSES, KICKS
from tocsin.world.geodesy import inverse
from tocsin.world.geodesy_kernels import ecef_to_geodetic
from tocsin.world.motion.freeflight_kernels import propagate

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEWEST = 6
"""Looks, of two angles each: with fewer the ascent is that of the priors."""
FIRST_ROUNDS, ROUNDS, TILT_ROUNDS = 3, 40, 10
_COARSER = np.array([1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0])
"""From a first guess lines of sight are taken for so much coarser at first: priors then keep to ascents that there are, where the
full weight of looks would drive the parameters into a valley without a way out."""
_STEADY = np.ones(1)
HOPELESS = 20.0
"""Chi-square per degree of freedom after the first rounds from which on lines of sight are not of one ascent: the most of 89 that
were was 7, in a raid most plumes have some of their neighbours'."""
WORST_SIGMAS = 4.0
"""So far above its mean, in sigmas of chi-square, the ascent is none of these, and the filter's state stays."""
_EVIDENT = 12.0
"""Ascents so much less likely (ln) than the best are left out."""
_STAGE_WIDTHS = (0.35, 0.1, 0.4, 1.0)
_LN_EXHAUST = math.log(265.0 * G0_M_S2)
"""Of whatever stage: specific impulses of missiles in vacuum lie between some 225 s and 310 s, old and new, solid and liquid."""
_LN_COAST = math.log(1.5)
"""Between two stages: from nearly at once (hot staging) to some seconds."""
_LN_KICK, _LN_KICK_WIDTH = math.log(30.0), 0.6
"""Until thrust follows the velocity: reported programmes tilt at 10 to 30 s and are over by 60 to 90 s, launchers to orbit tilt
within 10 s."""
_TILTS = ((0.25, -0.7), (0.5, 0.0), (0.25, 0.7))
_TILT_WIDTH = 0.4
"""Parts of that prior: weight, and ln of how much longer the tilt takes. Places that quick and slow tilts lead to lie on no
straight line: each part has a place and an ellipse of its own. The kick that bends an ascent as far goes as the root of how long
it takes (1.4 times for twice as long, found by `fly_ascent`: one to three stages, 30 to 60 degrees at the end)."""
_LN_LIFT, _LN_LIFT_WIDTH = -0.35, 0.75
"""What a first stage lifts off with beyond its weight: vehicles lift off with 1.2 (liquid, large) to 3.5 times it (solid, small),
so 0.2 to 2.5, evenly in the logarithm."""
_BACK, _BACK_WIDTH = 0.15, 0.06
"""What the air takes of a first stage's thrust at sea level: 0.07 (nozzles made for the ground) to 0.3 (for all the way up)."""
_HOLD_S, _RATE = 80.0, 0.05 * DEG
_WIDTHS = {
    k.EAST: PRIOR_SIGMA[0], k.NORTH: PRIOR_SIGMA[1], k.START: PRIOR_SIGMA[2], k.HEADING: PRIOR_SIGMA[3],
    k.KICK: 20.0 * DEG, k.LN_KICK_S: _LN_KICK_WIDTH, k.HOLD_S: 25.0, k.PITCH: 3.0 * DEG, k.RATE: 0.1 * DEG, k.LN_DRAG: 0.5,
    k.BACK: _BACK_WIDTH, k.YAW: 3.0 * DEG,
}  # fmt: skip
_SEEN_LIT = 2
"""Looks at least that have seen the last stage burn."""
_FIRST_BURNT = 0.85
"""Most of its mass that a stage has burnt at the cut-off where the way downhill starts."""
_LEAST_LIFT = 0.1
_LEAST_GAP_S = 1e-3
HELD = 100e3, 300.0
"""So near (m, m/s) is a burn of one satellite held to the arc that it led to: others that fit are kilometres a second away."""
_VACUUM_KG_M2 = 1e6
"""No air: what was tens of minutes ago, nearly enough."""
_LEAST_NOISE = 0.1
_UNSEEN_M, _UNSEEN_S = 100.0, 4.0
"""One sigma of what real vehicles do otherwise before they are first seen: thrust builds up, is held back, is steered."""


@dataclass(frozen=True, eq=False)
class Burnout:
    """An object as its plume has left it, and where it rose: Earth-fixed, m, m/s, rad, instants TAI ns."""

    time: int
    state: FloatArray
    """(6,) coasting."""
    covariance: FloatArray
    """(6, 6), the moment of burnout uncertain between the last look that saw the plume and the first that did not."""
    fit: float
    """Chi-square per degree of freedom of the best ascent."""
    stages: FloatArray
    """(3,) probability of one, two, three stages so far."""
    launch_time: int
    launch_time_sigma_s: float
    lat: float
    lon: float
    ellipses: tuple[Ellipse, ...]
    heading: float


@functools.cache
def priors() -> tuple[FloatArray, FloatArray]:
    """Return means and widths (3, MOST) of ascents of one, two and three stages: the generic classes, widened."""
    means, widths = np.zeros((k.STAGES, k.MOST)), np.ones((k.STAGES, k.MOST))
    for row, vehicle in enumerate(CLASSES):
        mean = means[row]
        mean[k.START], mean[k.KICK], mean[k.LN_KICK_S] = PRIOR_START_S, KICKS[1] * vehicle.kick_deg * DEG, _LN_KICK
        mean[k.HOLD_S], mean[k.RATE], mean[k.BACK] = _HOLD_S, _RATE, _BACK
        mean[k.LN_DRAG] = math.log(math.pi / 4.0 * vehicle.stages[0].diameter_m ** 2 / vehicle.lift_off_kg)
        for column, width in _WIDTHS.items():
            widths[row, column] = width
        for stage, values in enumerate(_pushes(vehicle)):
            at = k.COMMON + k.PER_STAGE * stage
            mean[at : at + k.PER_STAGE], widths[row, at : at + k.PER_STAGE] = values, _STAGE_WIDTHS
        mean[k.COMMON + k.LN_PUSH], widths[row, k.COMMON + k.LN_PUSH] = _LN_LIFT, _LN_LIFT_WIDTH
    return means, widths


@functools.cache
def flown() -> FloatArray:
    """Return (3, MOST) the means of the priors, but with the first acceleration that each generic class has."""
    means = priors()[0].copy()
    for row, vehicle in enumerate(CLASSES):
        means[row, k.COMMON + k.LN_PUSH] = _ln_push(math.exp(_pushes(vehicle)[0][0]), 0)
    return means


def _ln_push(push: float, stage: int) -> float:
    """Return the parameter of a stage whose thrust, out of the air, accelerates it so much (m/s2) at first."""
    if stage > 0:
        return math.log(push)
    return math.log(max(push * (1.0 - _BACK) / G0_M_S2 - 1.0, _LEAST_LIFT))


def _pushes(vehicle: Vehicle) -> list[tuple[float, float, float, float]]:
    """Return ln of first acceleration, exhaust speed and burn of each stage, and the coast after it."""
    out, mass = [], vehicle.lift_off_kg
    for stage in vehicle.stages:
        out.append((math.log(stage.thrust_vac_n / mass), _LN_EXHAUST, math.log(stage.burn_s), _LN_COAST))
        mass -= stage.propellant_kg + stage.dry_kg
    return out


def fit_burnout(
    times_ns: IntArray, places: FloatArray, los: FloatArray, sigma: npt.ArrayLike, dark_ns: int, at_ns: int,
    whose: npt.ArrayLike = 0, biases: npt.ArrayLike = (0.0,), near: FloatArray | None = None,
    held: tuple[float, float] = HELD,
) -> Burnout | None:  # fmt: skip
    """Return the coasting state at `at_ns` of what has burnt out, None where no ascent fits.

    times_ns (n,), places (n, 3), los (n, 3), sigma: lines of sight, as `fit_launch` takes them; dark_ns: the first look that
    could have seen the plume and did not. Burnout is even between the last line of sight and that. whose (n,) or one number: the
    row of `biases` (s,) of each look, what the pointing of its satellite may be off by for good (rad, one sigma an axis); `sigma`
    has it in it. The uncertainty of the launch place has it too, that of the state has the noise of looks only. `near`: a state
    (6,) at `at_ns` that something else has led to, to hold it near, within `held` (m, m/s, one sigma an axis). Without it lines
    of sight have to be those of two satellites, since one does not tell depth: ascents in many directions fit.
    """
    order = np.argsort(times_ns, kind="stable")
    t = np.asarray(times_ns, np.int64)[order]
    if len(t) < FEWEST or t[-1] <= t[0] or at_ns < t[-1]:
        return None
    times = (t - t[0]) / NS
    looks = look_rows(np.asarray(places, np.float64)[order], np.asarray(los, np.float64)[order])
    sigmas = np.ascontiguousarray(np.broadcast_to(np.asarray(sigma, np.float64), t.shape)[order])
    if not (np.isfinite(looks).all() and (sigmas > 0.0).all()):
        return None
    reference = np.zeros(2)
    found = profile_solutions(times, looks, sigmas, reference)
    if found is None:
        return None
    gap = max((dark_ns - int(t[-1])) / NS, 0.0)
    cutoff = float(times[-1]) + 0.5 * gap
    end = max((at_ns - int(t[0])) / NS, cutoff + 0.5 * gap)
    owner = np.ascontiguousarray(np.broadcast_to(np.asarray(whose, np.int64), t.shape)[order])
    constant = np.asarray(biases, np.float64)
    # a constant error is no noise: it moves all looks alike
    noise = np.sqrt(np.maximum(sigmas**2 - constant[owner] ** 2, (_LEAST_NOISE * sigmas) ** 2))
    hold = (np.zeros(6), np.zeros(6)) if near is None else (near, np.repeat(1.0 / np.array(held), 3))
    job = _Job(reference, times, looks, noise, owner, constant, gap, cutoff, end, *hold)
    heading = math.nan if near is None else _heading(reference, near, cutoff - end)
    freedom = max(1.0, 2.0 * len(t) - 4.0)
    fits = _fits(job, _starts(found, cutoff, heading), freedom)
    if not fits or min(fit.chi2 for fit in fits) > freedom + WORST_SIGMAS * math.sqrt(2.0 * freedom):
        return None
    return _mixed(fits, freedom, job, int(t[0]))


def _heading(reference: FloatArray, state: FloatArray, seconds: float) -> float:
    """Return the bearing from a place (latitude, longitude) to where a state was some seconds (negative) before."""
    then = np.empty(6)
    propagate(np.ascontiguousarray(state), seconds, _VACUUM_KG_M2, then)
    lat, lon, _ = ecef_to_geodetic(float(then[0]), float(then[1]), float(then[2]))
    return float(inverse(reference[0], reference[1], lat, lon)[1])


def _fits(job: _Job, starts: list[tuple[int, FloatArray]], freedom: float) -> list[_Fit]:
    """Return the ascents of each number of stages that fit best.

    The profiles are often far from a vehicle that burns much longer: one number of stages then finds the way and another does
    not, though it may be the true one. So the best goes on, and the others start again from where it has come to, until none of
    them is better.
    """
    fits = [fit for stages, p in starts if (fit := job.fit(stages, p, FIRST_ROUNDS, _COARSER)) is not None]
    if not fits:
        return []
    best = min(fits, key=lambda fit: fit.chi2)
    if best.chi2 > HOPELESS * freedom:
        return []
    best = job.fit(best.stages, best.p, ROUNDS, _STEADY) or best
    kept = {fit.stages: fit for fit in fits} | {best.stages: best}
    for _ in range(k.STAGES):
        for stages in range(1, k.STAGES + 1):
            if stages != best.stages and (stages not in kept or kept[stages].chi2 > best.chi2 + 2.0 * _EVIDENT):
                again = job.fit(stages, _regrouped(best.p, best.stages, stages, job.cutoff), ROUNDS, _STEADY)
                if again is not None and (stages not in kept or again.chi2 < kept[stages].chi2):
                    kept[stages] = again
        better = min(kept.values(), key=lambda fit: fit.chi2)
        if better is best:
            break
        best = better
    return [tilted for fit in kept.values() if fit.chi2 < best.chi2 + 2.0 * _EVIDENT for tilted in _tilted(job, fit)]


def _tilted(job: _Job, fit: _Fit) -> list[_Fit]:
    """Return the ascents of each part of the prior of the tilt, found from one: with the weight of the part in their evidence."""
    out = []
    for weight, longer in _TILTS:
        p = fit.p.copy()
        p[k.KICK] *= math.exp(0.5 * (_LN_KICK + longer - p[k.LN_KICK_S]))
        p[k.LN_KICK_S] = _LN_KICK + longer
        found = job.fit(fit.stages, p, TILT_ROUNDS, _STEADY, longer)
        if found is not None:
            out.append(replace(found, evidence=found.evidence + math.log(weight)))
    return out or [fit]


def _lit(p: FloatArray, stages: int) -> float:
    """Return when the last stage is lit (s)."""
    rows = [k.COMMON + k.PER_STAGE * stage for stage in range(stages - 1)]
    return float(p[k.START]) + math.fsum(math.exp(p[row + k.LN_BURN]) + math.exp(p[row + k.LN_COAST]) for row in rows)


def _regrouped(p: FloatArray, stages: int, wanted: int, cutoff: float) -> FloatArray:
    """Return the parameters (MOST,) of an ascent like that of `p`, of another number of stages.

    The last stage is split in two that burn alike, or joined with the one before: from its first to the last acceleration.
    """
    p = p.copy()
    at = [k.COMMON + k.PER_STAGE * stage for stage in range(k.STAGES)]
    while stages != wanted:
        lit = _lit(p, stages)
        last, burn = at[stages - 1], max(cutoff - lit, 2.0)
        push, exhaust = k.push_of(p, stages - 1), math.exp(p[last + k.LN_EXHAUST])
        if stages < wanted:
            left = max(1.0 - 0.5 * push * burn / exhaust, k.LEAST_LEFT)
            p[last + k.LN_BURN], p[last + k.LN_COAST] = math.log(0.5 * burn), _LN_COAST
            p[at[stages] + k.LN_PUSH], p[at[stages] + k.LN_EXHAUST] = math.log(push / left), p[last + k.LN_EXHAUST]
            stages += 1
            continue
        end, first = push / max(1.0 - push * burn / exhaust, k.LEAST_LEFT), at[stages - 2]
        burn += math.exp(p[first + k.LN_BURN])
        push = k.push_of(p, stages - 2)
        share = min(max(1.0 - push / end, 0.3), _FIRST_BURNT)
        p[first + k.LN_EXHAUST] = math.log(push * burn / share)
        stages -= 1
    return p


def _starts(found: FloatArray, cutoff: float, heading: float) -> list[tuple[int, FloatArray]]:
    """Return stages and parameters to start from: of each class as its profile fits best, none burnt out before `cutoff`.

    Where the heading is known (not NaN) it is that, from the profile nearest to it.
    """
    starts: list[tuple[int, FloatArray]] = []
    for stages in range(1, k.STAGES + 1):
        rows = [r for r in found if r[SOL_OK] > 0.5 and math.isfinite(r[SOL_CHI2]) and int(r[SOL_CLASS]) == stages - 1]
        if not rows:
            continue
        row = min(rows, key=lambda r: float(r[SOL_CHI2]))
        if math.isfinite(heading):
            row = min(rows, key=lambda r: abs(math.remainder(float(r[HEADING]) - heading, 2.0 * math.pi)))
        p = flown()[stages - 1].copy()
        p[k.EAST], p[k.NORTH], p[k.START], p[k.HEADING] = (float(v) for v in row[:4])
        if math.isfinite(heading):
            p[k.HEADING] = heading
        steep = KICKS[1] + (KICKS[1] - KICKS[0]) * float(row[LOFT])
        p[k.KICK] = CLASSES[stages - 1].kick_deg * DEG * min(max(steep, 0.1), 1.3)
        for stage in range(stages):
            at = k.COMMON + k.PER_STAGE * stage
            push = k.push_of(p, stage) * math.exp(float(row[LN_SIZE] - 2.0 * row[LN_TIME]))
            p[at + k.LN_PUSH] = _ln_push(push, stage)
            p[at + k.LN_BURN] += float(row[LN_TIME])
        excess = max(math.log(max(k.most_burnt(p, stages, cutoff), 1e-3) / _FIRST_BURNT), 0.0)
        p[k.COMMON + k.LN_EXHAUST : k.COMMON + k.PER_STAGE * stages : k.PER_STAGE] += excess
        starts.append((stages, p))
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
    spread: FloatArray


@dataclass(frozen=True, eq=False)
class _Job:
    """What all fits of one object have in common; times are seconds after the first look."""

    reference: FloatArray
    times: FloatArray
    looks: FloatArray
    sigmas: FloatArray
    whose: IntArray
    biases: FloatArray
    gap: float
    cutoff: float
    end: float
    near: FloatArray
    hold: FloatArray

    def fit(
        self, stages: int, start: FloatArray, rounds: int, ladder: FloatArray, longer: float | None = None
    ) -> _Fit | None:
        """Return the ascent found downhill from a start, None where there is none.

        With sigmas so many times as large as stated, one rung of the ladder after the other, in so many rounds at most on each.
        `longer`: of that part of the prior of the tilt (`_TILTS`), None = of all of it.
        """
        means, widths = (rows[stages - 1] for rows in priors())
        p, mean, wide = start.copy(), means.copy(), widths.copy()
        mean[k.HEADING] = p[k.HEADING]
        if longer is not None:
            mean[k.LN_KICK_S], wide[k.LN_KICK_S] = _LN_KICK + longer, _TILT_WIDTH
            mean[k.KICK] *= math.exp(0.5 * longer)
            wide[k.KICK] *= math.exp(0.5 * longer)
        wide[k.LATE] = max(self.gap / math.sqrt(12.0), _LEAST_GAP_S)
        state, covariance, spread = np.zeros(6), np.zeros((6, 6)), np.zeros((k.MOST, k.MOST))
        chi2, evidence = fit_ascent(
            self.reference, p, stages, self.times, self.looks, self.sigmas, mean, wide, self.cutoff, self.end, self.near,
            self.hold, rounds, ladder, self.whose, self.biases, state, covariance, spread,
        )  # fmt: skip
        if not (math.isfinite(evidence) and chi2 < 1e29 and np.isfinite(state).all()):
            return None
        if _lit(p, stages) > self.times[-_SEEN_LIT]:
            return None  # a last stage that hardly a look has seen: an ascent of one stage less
        return _Fit(stages, p, chi2, evidence, state, covariance, spread)


def _mixed(fits: list[_Fit], freedom: float, job: _Job, first_ns: int) -> Burnout:
    """Return the mixture of all fits by its moments, each widened by how badly it fits."""
    excess, top = max(1.0, min(fit.chi2 for fit in fits) / freedom), max(fit.evidence for fit in fits)
    kept = [fit for fit in fits if (fit.evidence - top) / excess > -_EVIDENT]
    weights = np.array([math.exp((fit.evidence - top) / excess) for fit in kept])
    weights /= math.fsum(float(w) for w in weights)
    mean, stages, parts = np.zeros(6), np.zeros(k.STAGES), np.empty((len(kept), 6))
    start = math.fsum(float(w * fit.p[k.START]) for w, fit in zip(weights, kept, strict=True))
    square, covariance = 0.0, np.zeros((6, 6))
    for w, fit in zip(weights, kept, strict=True):
        mean += w * fit.state
        stages[fit.stages - 1] += w
    for row, (w, fit) in enumerate(zip(weights, kept, strict=True)):
        wide, off, c = max(1.0, fit.chi2 / freedom), fit.state - mean, fit.spread
        covariance += w * (fit.covariance * wide + off[:, None] * off[None, :])
        square += float(w * (c[k.START, k.START] * wide + _UNSEEN_S**2 + (fit.p[k.START] - start) ** 2))
        lat, lon = k.launch_place(job.reference, float(fit.p[k.EAST]), float(fit.p[k.NORTH]))
        floor = _UNSEEN_M**2
        parts[row] = (
            w, lat, lon, c[k.EAST, k.EAST] * wide + floor, c[k.EAST, k.NORTH] * wide, c[k.NORTH, k.NORTH] * wide + floor,
        )  # fmt: skip
    lat, lon, _, ellipses = footprint(parts)
    heading = float(max(zip(weights, kept, strict=True), key=lambda x: float(x[0]))[1].p[k.HEADING])
    return Burnout(
        time=first_ns + round(job.end * NS), state=mean, covariance=covariance,
        fit=min(fit.chi2 for fit in fits) / freedom, stages=stages, launch_time=first_ns + round(start * NS),
        launch_time_sigma_s=math.sqrt(square), lat=lat, lon=lon, ellipses=ellipses, heading=heading % (2.0 * math.pi),
    )  # fmt: skip

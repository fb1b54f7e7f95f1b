"""Noise of a radar as real passes show it: white noise, and a bias that varies slowly over a pass.

An object above the air flies on an arc of six numbers, so what a fitted arc leaves is the radar's. Per channel (range,
azimuth along the arc, elevation) the model has six parameters: `white`, one sigma of independent errors; `slow`, one
sigma of a second-order Gauss-Markov bias, with its rate and damping: the errors of dishes swing as a tracking servo
does, with a zero of their autocorrelation near 8 s. Both sigmas grow with the range by a power each: an error goes as
1 / sqrt(S), S as the range to the minus fourth, so that a half with farther passes is a noisier half. A fit takes away
part of the slow bias: the model is therefore judged through the same fit, by drawing its errors at the instants of the
real passes and taking from them what the fit would take (the residual operator I - H (H' H)^-1 H').
"""

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import FloatArray
from tocsin.core.time import tai_from_iso
from tocsin.modelling.radar_noise_kernels import wander
from tocsin.sensing.kinds.radar_kernels import measure_batch, radar_to_ecef
from tocsin.sensing.sensor import Sensor
from tocsin.world.motion.freeflight_kernels import propagate

CHANNELS = ("range_m", "azimuth_rad", "elevation_rad")
GAP_S, LEAST_ROWS, LONGEST_S = 20.0, 60, 180.0
LOWEST, HIGHEST = 10.0 * DEG, 70.0 * DEG
BLOCK_S = 15.0
LEAST_IN_WINDOW = 10
NEAR_M = 1e6
"""Range at which the sigmas of a model stand."""
CLIP = 6.0
"""Rows farther than this many robust sigmas from the arc are not noise but faults."""
LEAST_BLOCKS = 4
FITTED_ON = 40
"""Passes on which shapes are compared, at most twice as many."""
_STEPS = np.array([30.0, 30.0, 30.0, 0.3, 0.3, 0.3])


@dataclass(frozen=True)
class Pass:
    """One object over one radar: day (of TAI since 1970), seconds (n,), range m, azimuth, elevation rad (n, 3), object."""

    day: int
    seconds: FloatArray
    values: FloatArray
    object: str = ""


@dataclass(frozen=True)
class Residuals:
    """What an arc leaves of a pass: seconds (n,), residuals (n, 3), and an orthonormal base (3 n, 6) of what it takes.

    `range_m` is the mean range of the pass.

    Residuals are in m and rad, azimuth along the arc on the sky. Rows of the base: all of range, azimuth, elevation,
    each over `weights` (3,).
    """

    seconds: FloatArray
    values: FloatArray
    base: FloatArray
    weights: FloatArray
    range_m: float


@dataclass(frozen=True)
class Statistics:
    """What is compared, per channel (3,): the scatter within 15 s, the wander of 15-s means, and its persistence."""

    white: FloatArray
    """Median over windows of the deviation from a cubic over 15 s."""
    slow: FloatArray
    """Root of the median over passes of the mean square of 15-s block means."""
    persistence: FloatArray
    """Of successive block means: mean product over mean square."""


@dataclass(frozen=True)
class NoiseModel:
    """Six parameters a channel (3,): sigma of white noise; sigma, rate (rad/s) and damping of the slow bias; two powers.

    The sigmas are those at 1,000 km; they grow as the range to `white_power` and `slow_power`.
    """

    white: FloatArray
    slow: FloatArray
    rate: FloatArray
    damping: FloatArray
    white_power: FloatArray
    slow_power: FloatArray

    @property
    def parameters(self) -> int:
        """Return the number of free parameters."""
        return 6 * len(CHANNELS)

    def draw(self, seconds: FloatArray, range_m: float, rng: np.random.Generator) -> FloatArray:
        """Return errors (n, 3) at instants (n,), s, rising, of a pass at a range (m)."""
        n = len(seconds)
        far = range_m / NEAR_M
        out = rng.normal(0.0, 1.0, (n, 3)) * self.white * far**self.white_power
        slow = self.slow * far**self.slow_power
        for c in range(3):
            kicks = rng.normal(0.0, 1.0, (n, 2))
            out[:, c] += slow[c] * wander(seconds, kicks, float(self.rate[c]), float(self.damping[c]))
        return out


def read_passes(
    path: Path, sensor: str, objects: frozenset[str] | None = None, least_rows: int = LEAST_ROWS
) -> list[Pass]:
    """Return the passes of one radar of a table of observations (`.csv.gz`; columns as `formats.ssn_table` reads).

    Of all objects, or of some by their number in `norad_file`; passes of fewer rows are left out.
    """
    rows: dict[str, list[tuple[int, float, float, float]]] = defaultdict(list)
    days: dict[str, int] = {}
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["sensor"] != sensor or not row["range_km"] or (objects and row["norad_file"] not in objects):
                continue
            day = row["time_utc"][:10]
            days.setdefault(day, tai_from_iso(day + "T00:00:00Z"))
            text = row["time_utc"][11:].rstrip("Z").split(":")
            t = days[day] + round((int(text[0]) * 3600 + int(text[1]) * 60 + float(text[2])) * 1e3) * (NS // 1000)
            rows[row["norad_file"]].append(
                (t, float(row["range_km"]) * 1e3, float(row["az_deg"]) * DEG, float(row["el_deg"]) * DEG)
            )
    out = []
    for key in sorted(rows):
        mine = sorted(set(rows[key]))
        times = np.array([m[0] for m in mine], np.int64)
        values = np.array([m[1:] for m in mine])
        good = (values[:, 2] > LOWEST) & (values[:, 2] < HIGHEST) & np.append(True, np.diff(times) > 0)
        times, values = times[good], values[good]
        for part in _parts(times, least_rows):
            day = int((times[part[0]] // NS) // 86400)
            out.append(Pass(day, (times[part] - times[part[0]]) / NS, values[part], key))
    return out


def _parts(times: np.ndarray, least_rows: int) -> list[np.ndarray]:
    """Return the indices of runs without a gap, none longer than `LONGEST_S` nor of fewer rows than `least_rows`."""
    out: list[np.ndarray] = []
    for run in np.split(np.arange(len(times)), np.flatnonzero(np.diff(times) > GAP_S * NS) + 1):
        if len(run) < least_rows:
            continue
        piece = ((times[run] - times[run[0]]) // int(LONGEST_S * NS)).astype(int)
        out += [run[piece == k] for k in range(piece[-1] + 1) if np.sum(piece == k) >= least_rows]
    return out


def fit_arc(one: Pass, sensor: Sensor, weights: FloatArray) -> Residuals | None:
    """Return what a free-flight arc, fitted by least squares, leaves of a pass; None where no arc fits.

    `weights` (3,) are the sigmas by which channels are weighed. Rows of gross faults are left out.
    """
    assert sensor.position is not None
    t, z = one.seconds, one.values
    k = len(t) // 2
    span = min(10, k)
    near = z[k - span : k + span].tolist()
    points = np.array([radar_to_ecef(r, az, el, sensor.position, sensor.rot_enu) for r, az, el in near])
    line = np.polynomial.polynomial.polyfit(t[k - span : k + span] - t[k], points, 2)
    state = np.concatenate([line[0], line[1]])
    keep = np.ones(len(t), bool)
    for step in range(5):
        left, jacobian = _linear(state, t - t[k], z, sensor, weights)
        rows = np.tile(keep, 3)
        change, *_ = np.linalg.lstsq(jacobian[rows] * _STEPS, left[rows], rcond=None)
        state = state + change * _STEPS
        after = (left - jacobian @ (change * _STEPS)).reshape(3, -1)
        spread = 1.4826 * np.median(np.abs(after[:, keep]), axis=1)
        if not np.all(np.isfinite(after)) or np.any(spread <= 0.0):
            return None
        if step >= 2:
            keep = np.all(np.abs(after) <= CLIP * spread[:, None], axis=0)
        if np.sum(keep) < LEAST_ROWS:
            return None
    left, jacobian = _linear(state, t - t[k], z, sensor, weights)
    rows = np.tile(keep, 3)
    base, _ = np.linalg.qr(jacobian[rows] * _STEPS)
    values = (left.reshape(3, -1)[:, keep] * weights[:, None]).T
    return Residuals(t[keep], values, base, weights, float(np.mean(z[:, 0])))


def _linear(
    state: FloatArray, seconds: FloatArray, z: FloatArray, sensor: Sensor, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return residuals (3 n,) over the weights, channel by channel, and their Jacobian (3 n, 6)."""
    here = _predict(state, seconds, sensor)
    arc = np.cos(here[:, 2])
    jacobian = np.empty((3 * len(seconds), 6))
    for i in range(6):
        moved = state.copy()
        moved[i] += _STEPS[i]
        change = _difference(_predict(moved, seconds, sensor), here, arc) / weights
        jacobian[:, i] = change.T.reshape(-1) / _STEPS[i]
    return (_difference(z, here, arc) / weights).T.reshape(-1), jacobian


def _difference(a: FloatArray, b: FloatArray, arc: FloatArray) -> FloatArray:
    d = a - b
    d[:, 1] = ((d[:, 1] + np.pi) % (2.0 * np.pi) - np.pi) * arc
    return d


def _predict(state: FloatArray, seconds: FloatArray, sensor: Sensor) -> FloatArray:
    """Return (n, 3) range, azimuth, elevation at seconds (n,), rising, from a state at 0."""
    assert sensor.position is not None
    states = np.empty((len(seconds), 6))
    middle = int(np.searchsorted(seconds, 0.0))
    for order in (range(middle, len(seconds)), range(middle - 1, -1, -1)):
        now, at = state, 0.0
        for i in order:
            propagate(now, float(seconds[i] - at), 0.0, states[i])
            now, at = states[i], float(seconds[i])
    out: FloatArray = measure_batch(states, sensor.position, sensor.rot_enu)[:, :3]
    return out


def _pieces(one: Residuals) -> tuple[FloatArray, FloatArray]:
    """Return mean squares about a cubic over 15 s (m, 3) and means (m, 3) of the blocks of a pass."""
    block = (one.seconds // BLOCK_S).astype(int)
    squares, means = [], []
    for b in range(block[-1] + 1):
        rows = block == b
        if np.sum(rows) < LEAST_IN_WINDOW:
            continue
        t, v = one.seconds[rows] - b * BLOCK_S, one.values[rows]
        fit = np.polynomial.polynomial.polyfit(t, v, 3)
        rest = v - np.polynomial.polynomial.polyval(t, fit).T
        squares.append(np.sum(rest**2, axis=0) / (len(t) - 4))
        means.append(v.mean(axis=0))
    return np.array(squares).reshape(-1, 3), np.array(means).reshape(-1, 3)


def statistics(passes: list[Residuals]) -> Statistics:
    """Return the statistics of residuals of passes."""
    white, squares, products = [], [], []
    for one in passes:
        scatter, m = _pieces(one)
        white.append(scatter)
        if len(m) >= LEAST_BLOCKS:
            squares.append(np.mean(m**2, axis=0))
            products.append(np.mean(m[1:] * m[:-1], axis=0))
    return Statistics(
        np.sqrt(np.median(np.concatenate(white), axis=0)),
        np.sqrt(np.median(np.array(squares), axis=0)),
        np.median(np.array(products) / np.array(squares), axis=0),
    )


def powers(passes: list[Residuals]) -> tuple[FloatArray, FloatArray]:
    """Return the powers (3,) of the range by which scatter and wander of passes grow.

    Least absolute deviations of logarithms: the law of the medians, on which slips of a radar have no weight.
    """
    white: list[FloatArray] = []
    slow: list[FloatArray] = []
    at: tuple[list[float], list[float]] = ([], [])
    for one in passes:
        scatter, m = _pieces(one)
        white.append(scatter)
        at[0].extend([one.range_m] * len(scatter))
        if len(m) >= LEAST_BLOCKS:
            slow.append(np.mean(m**2, axis=0)[None, :])
            at[1].append(one.range_m)
    out = []
    for squares, ranges in zip((white, slow), at, strict=True):
        columns = np.column_stack([np.ones(len(ranges)), np.log(ranges)])
        y = 0.5 * np.log(np.concatenate(squares))
        out.append(np.array([least_absolute(columns, y[:, c])[1] for c in range(3)]))
    return out[0], out[1]


def least_absolute(columns: FloatArray, y: FloatArray) -> FloatArray:
    """Return the coefficients (k,) of columns (n, k) with the least sum of absolute deviations from y (n,).

    Least squares weighted anew by the inverse of each deviation (Schlossmacher 1973, J. Am. Stat. Assoc. 68, 857).
    """
    weight = np.ones(len(y))
    found: FloatArray = np.zeros(columns.shape[1])
    for _ in range(60):
        root = np.sqrt(weight)
        found = np.asarray(np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0], float)
        weight = 1.0 / np.maximum(np.abs(y - columns @ found), 1e-3)
    return found


def modelled(model: NoiseModel, passes: list[Residuals], rng: np.random.Generator) -> list[Residuals]:
    """Return residuals of the same passes with the errors of a model in the place of the real ones."""
    out = []
    for one in passes:
        errors = model.draw(one.seconds, one.range_m, rng)
        scaled = (errors / one.weights).T.reshape(-1)
        rest = scaled - one.base @ (one.base.T @ scaled)
        out.append(replace(one, values=rest.reshape(3, -1).T * one.weights))
    return out


SHAPES = [(1.0 / t, z) for z in (0.45, 2.0) for t in (1.0, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 60.0)]
"""Rates and dampings that are tried: a swing (its first overshoot is a fifth) or a creep, of 1 s to some minutes."""


def fit_model(passes: list[Residuals], seed: int) -> NoiseModel:
    """Return the model whose residuals have the statistics of those of passes.

    The powers of the range come from the passes first. For each shape of the slow bias, white and slow sigma are then
    moved until scatter and wander are met; the shape whose residuals have the nearest statistics is taken, channel by
    channel. A part of the passes finds the shape, all of them the sigmas.
    """
    some = passes[:: max(1, len(passes) // FITTED_ON)]
    real = statistics(some)
    middle = float(np.median([one.range_m for one in passes])) / NEAR_M
    by = powers(passes)
    white, slow = real.white / middle ** by[0], real.slow / middle ** by[1]
    best = NoiseModel(white.copy(), slow.copy(), np.ones(3), np.ones(3), *by)
    wrong = np.full(3, np.inf)
    for rate, damping in SHAPES:
        model = NoiseModel(white, slow, np.full(3, rate), np.full(3, damping), *by)
        for _ in range(3):
            made = statistics(modelled(model, some, np.random.default_rng(seed)))
            miss = (
                np.abs(np.log(made.white / real.white))
                + np.abs(np.log(made.slow / real.slow))
                + np.abs(made.persistence - real.persistence)
            )
            better = miss < wrong
            for name in ("white", "slow", "rate", "damping"):
                getattr(best, name)[better] = getattr(model, name)[better]
            wrong = np.minimum(miss, wrong)
            model = _moved(model, made, real)
    real = statistics(passes)
    for _ in range(4):
        best = _moved(best, statistics(modelled(best, passes, np.random.default_rng(seed))), real)
    return best


def _moved(model: NoiseModel, made: Statistics, real: Statistics) -> NoiseModel:
    """Return a model whose sigmas are nearer to what the real statistics ask for: squares add."""
    white = model.white * np.sqrt(np.clip(2.0 - (made.white / real.white) ** 2, 0.1, 3.0))
    return replace(model, white=white, slow=model.slow * np.clip(real.slow / made.slow, 0.3, 3.0))


def halves(path: Path, sensor: Sensor, weights: FloatArray) -> tuple[list[Residuals], list[Residuals]]:
    """Return what arcs leave of a radar's passes, of even days and of odd days (days of TAI since 1970)."""
    out: tuple[list[Residuals], list[Residuals]] = ([], [])
    for one in read_passes(path, sensor.id):
        left = fit_arc(one, sensor, weights)
        if left is not None:
            out[one.day % 2].append(left)
    return out

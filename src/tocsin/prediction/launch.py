"""Where and when something was launched: boost profiles fitted to lines of sight, or a free arc followed back."""

import functools
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.prediction import launch_kernels as k
from tocsin.prediction import profile_kernels as pk
from tocsin.prediction.backtrace import launch_from_arc
from tocsin.prediction.impact import PoweredHypotheses, footprint
from tocsin.prediction.launch_record import Launch
from tocsin.prediction.profiles import Profiles, profiles

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

__all__ = ["Launch", "fit_launch", "launch_from_arc", "powered_hypotheses"]

FEWEST_LOOKS = 3
_MOST_LOOKS = 24
_ROUNDS = np.array([4, 12])
"""Iterations from each heading with few looks, then of the best with all."""
_FIRST_HEIGHT_M = 12e3
"""Height at which a plume is first seen, to start from: above most clouds."""
_UNSEEN = (200.0, 200.0, 8.0)
_UNSEEN_ALONE = (2500.0, 2500.0, 15.0)
"""One sigma of what the flight before the first look adds to launch place, east and north (m), and launch time (s).

Vehicles differ most while they are slow: a first stage may lift off with 1.2 or with 3.5 times its weight, and all profiles lift
off with some twice theirs. One satellite alone takes the one for the other, since it does not see how far away a plume is.
"""
_ONE_SIDE = math.cos(math.radians(10.0))
_WORST_FIT = 10.0
"""Chi-square per degree of freedom beyond which looks are not those of a launch; of 23 real ascents the worst has 3."""
_MOST_STRAIN = 14.0
"""Likewise, sum of squares of the stretches in sigmas: 99.7 % (chi-square, 3) are below, those ascents below 13."""
_BURN_SHARE = 0.08
"""One sigma of the length of a class's burn, as a share of it."""
_EARLY_END = 0.25
"""Chance that a burn ends early, anywhere before its usual end: engines are cut off for shorter ranges, and fail."""
_ENDS_NOW = 0.05
_UNLIKELY = 0.01
_FRACTIONS = 17
_THRUST_LN_SIGMA = 0.1


def fit_launch(
    times_ns: IntArray,
    sat_positions: FloatArray,
    los: FloatArray,
    sigma: npt.ArrayLike,
    *,
    tables: Profiles | None = None,
    worst_fit: float = _WORST_FIT,
) -> Launch | None:
    """Return the launch that explains lines of sight to a burning vehicle, or None if none does.

    times_ns (n,) TAI; sat_positions (n, 3) Earth-fixed, m; los (n, 3) unit vectors sensor to target, Earth-fixed; sigma
    (n,) or one number, rad per transverse axis. One satellite is enough (n >= 3, the satellite at least 15 degrees over
    the horizon of the launch); more are better. A fit is no proof of a launch: a fire that one satellite sees also fits
    a vehicle that flies towards it. `worst_fit`: chi-square per degree of freedom beyond which it is None.
    """
    order = np.argsort(times_ns, kind="stable")
    t = np.asarray(times_ns, np.int64)[order]
    if len(t) < FEWEST_LOOKS or t[-1] <= t[0]:
        return None
    book = profiles() if tables is None else tables
    times = (t - t[0]) / NS
    looks = look_rows(np.asarray(sat_positions, np.float64)[order], np.asarray(los, np.float64)[order])
    sigmas = np.ascontiguousarray(np.broadcast_to(np.asarray(sigma, np.float64), t.shape)[order])
    if not (np.isfinite(looks).all() and (sigmas > 0.0).all()):
        return None
    classes = len(book.names)
    found = np.zeros((classes * k.KEPT, k.SOLUTION))
    normals = np.zeros((classes * k.KEPT, pk.PARAMETERS, pk.PARAMETERS))
    reference = np.zeros(2)
    many = _spread(len(t), _MOST_LOOKS)
    if not k.fit_profiles(
        book.table,
        book.burn_s,
        times,
        looks,
        sigmas,
        _spread(len(t), k.FEW),
        many,
        _ROUNDS,
        _FIRST_HEIGHT_M,
        reference,
        found,
        normals,
    ):
        return None
    freedom = max(1.0, 2.0 * len(many) - 4.0)
    apart = _apart(looks[many, :3])
    known = functools.partial(_as_it_strays, book, reference, times, looks, sigmas, many, freedom, apart)
    return _mixed(book, found, normals, reference, freedom, t, times, worst_fit, known)


def _as_it_strays(
    book: Profiles, reference: FloatArray, times: FloatArray, looks: FloatArray, sigmas: FloatArray, many: IntArray,
    freedom: float, apart: bool, solution: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the covariance (7, 7) of a solution by how far its looks really are from its profile."""
    kind, p = int(solution[k.SOL_CLASS]), np.ascontiguousarray(solution[: pk.PARAMETERS])
    normal, out = (np.empty((pk.PARAMETERS, pk.PARAMETERS)) for _ in range(2))
    k.as_it_strays(
        reference,
        book.table[kind],
        book.burn_s[kind],
        p,
        times,
        looks,
        sigmas,
        many,
        freedom,
        0.0 if apart else 1.0,
        normal,
    )
    k.inverse_of(normal, out)
    for j, sigma in zip((pk.EAST, pk.NORTH, pk.START), _UNSEEN if apart else _UNSEEN_ALONE, strict=True):
        out[j, j] += sigma**2
    return out


def profile_solutions(
    times: FloatArray, looks: FloatArray, sigmas: FloatArray, reference: FloatArray
) -> FloatArray | None:
    """Return the solutions (m, SOLUTION) of all generic profiles for looks at rising times (n,), s; None without a start.

    Fills `reference` (2,): latitude and longitude that their east and north count from.
    """
    book = profiles()
    found = np.zeros((len(book.names) * k.KEPT, k.SOLUTION))
    normals = np.zeros((len(found), pk.PARAMETERS, pk.PARAMETERS))
    few, many = _spread(len(times), k.FEW), _spread(len(times), _MOST_LOOKS)
    started = k.fit_profiles(
        book.table, book.burn_s, times, looks, sigmas, few, many, _ROUNDS, _FIRST_HEIGHT_M, reference, found, normals
    )
    return found if started else None


def look_rows(places: FloatArray, sights: FloatArray) -> FloatArray:
    """Return (n, 12): sensor place, unit line of sight, and two axes across it, from places and sights (n, 3)."""
    x, y, z = sights.T / np.sqrt(sights[:, 0] ** 2 + sights[:, 1] ** 2 + sights[:, 2] ** 2)
    zero = np.zeros(len(x))
    # across: square to the sight and to an Earth axis that is not along it; the same for all sights of a satellite
    polar = np.abs(z) < 0.99
    ax, ay, az = np.where(polar, -y, zero), np.where(polar, x, -z), np.where(polar, zero, y)
    s = np.sqrt(ax * ax + ay * ay + az * az)
    ax, ay, az = ax / s, ay / s, az / s
    rows = (*places.T, x, y, z, ax, ay, az, y * az - z * ay, z * ax - x * az, x * ay - y * ax)
    return np.ascontiguousarray(np.stack(rows, axis=1))


def _apart(places: FloatArray) -> bool:
    """Return whether satellites at (n, 3) see from two sides: what one side sees fits at some depth, however it strays."""
    size = np.sqrt(places[:, 0] ** 2 + places[:, 1] ** 2 + places[:, 2] ** 2)
    cosines = (places[:, 0] * places[0, 0] + places[:, 1] * places[0, 1] + places[:, 2] * places[0, 2]) / (
        size * size[0]
    )
    return bool((cosines < _ONE_SIDE).any())


def _spread(n: int, most: int) -> IntArray:
    """Return at most so many rows of n, evenly spread, the first and the last among them."""
    if n <= most:
        return np.arange(n)
    return (np.arange(most) * (n - 1)) // (most - 1)


def _mixed(
    book: Profiles,
    found: FloatArray,
    normals: FloatArray,
    reference: FloatArray,
    freedom: float,
    t: IntArray,
    times: FloatArray,
    worst_fit: float,
    known: Callable[[FloatArray], FloatArray],
) -> Launch | None:
    """Return the mixture of all distinct solutions, each with its Laplace weight."""
    chi2 = found[:, k.SOL_CHI2]
    usable = [
        i for i in range(len(found))
        if found[i, k.SOL_OK] > 0.5 and math.isfinite(chi2[i]) and _strain(found[i]) < _MOST_STRAIN
    ]  # fmt: skip
    if not usable or min(chi2[i] for i in usable) > worst_fit * freedom:
        return None
    excess = max(1.0, min(chi2[i] for i in usable) / freedom)
    kept: list[int] = []
    inverses: list[FloatArray] = []
    logs: list[float] = []
    for i in sorted(usable, key=lambda i: (chi2[i], i)):
        if any(_same(found[i], found[j]) for j in kept):
            continue
        inverse = np.empty((pk.PARAMETERS, pk.PARAMETERS))
        log_det = k.inverse_of(normals[i], inverse)
        if not math.isfinite(log_det):
            continue
        kept.append(i)
        inverses.append(inverse * max(1.0, chi2[i] / freedom))
        logs.append((-0.5 * chi2[i] + found[i, k.SOL_LOG_WEIGHTS]) / excess + 0.5 * log_det)
    if not kept:
        return None
    top = max(logs)
    weights = np.array([math.exp(v - top) for v in logs])
    weights /= math.fsum(weights)
    places = [known(found[i]) for i in kept]
    return _launch(book, found[kept], inverses, places, weights, chi2[kept] / freedom, reference, t, times)


def _strain(solution: FloatArray) -> float:
    """Return the sum of squares of loft and stretches of a solution, in sigmas of their priors."""
    return math.fsum(float(solution[j] / k.PRIOR_SIGMA[j]) ** 2 for j in (pk.LOFT, pk.LN_TIME, pk.LN_SIZE))


def _same(a: FloatArray, b: FloatArray) -> bool:
    """Return whether two solutions are one: same class, place within a kilometre, heading within 6 degrees."""
    turn = abs(math.remainder(float(a[pk.HEADING] - b[pk.HEADING]), 2.0 * math.pi))
    apart = abs(a[pk.EAST] - b[pk.EAST]) + abs(a[pk.NORTH] - b[pk.NORTH])
    return bool(a[k.SOL_CLASS] == b[k.SOL_CLASS] and turn < 0.1 and apart < 1e3)


def _launch(
    book: Profiles,
    found: FloatArray,
    inverses: list[FloatArray],
    places: list[FloatArray],
    weights: FloatArray,
    fits: FloatArray,
    reference: FloatArray,
    t: IntArray,
    times: FloatArray,
) -> Launch:
    """Return the record of a mixture of solutions: state by `inverses`, place, time and heading by `places` (n, 7, 7)."""
    n, classes = len(found), len(book.names)
    parts = np.empty((n, 6))
    states, spreads = np.empty((n, 6)), np.empty((n, 6, 6))
    class_weights, class_fits = np.zeros(classes), np.full(classes, np.nan)
    stretches = np.zeros((classes, 3))
    for i in range(n):
        c, p = inverses[i], np.ascontiguousarray(found[i, : pk.PARAMETERS])
        kind = int(found[i, k.SOL_CLASS])
        e = places[i]
        parts[i] = (
            weights[i], found[i, k.SOL_LAT], found[i, k.SOL_LON],
            e[pk.EAST, pk.EAST], e[pk.EAST, pk.NORTH], e[pk.NORTH, pk.NORTH],
        )  # fmt: skip
        burn = float(book.burn_s[kind])
        pk.state_and_spread(reference, book.table[kind], burn, p, c, float(times[-1]), states[i], spreads[i])
        class_weights[kind] += weights[i]
        if not class_fits[kind] <= fits[i]:
            class_fits[kind] = fits[i]
            stretches[kind] = p[pk.LOFT : pk.LN_SIZE + 1]
    state, spread = _mean_state(weights, states, spreads)
    start, start_sigma, heading, heading_sigma = _when_and_whither(found, places, weights)
    lat, lon, covariance, ellipses = footprint(parts)
    return Launch(
        time=int(t[0]) + round(start * NS),
        time_sigma_s=start_sigma,
        lat=lat,
        lon=lon,
        covariance=covariance,
        parts=parts,
        ellipses=ellipses,
        heading=heading,
        heading_sigma=heading_sigma,
        method="profile",
        classes=book.names,
        class_weights=class_weights,
        class_fits=class_fits,
        stretches=stretches,
        looks=len(t),
        state_time=int(t[-1]),
        state=state,
        state_covariance=spread,
    )


def _mean_state(weights: FloatArray, states: FloatArray, spreads: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean (6,) and covariance (6, 6) of a Gaussian mixture."""
    mean, covariance = np.zeros(6), np.zeros((6, 6))
    for w, x in zip(weights, states, strict=True):
        mean += w * x
    for w, x, p in zip(weights, states, spreads, strict=True):
        d = x - mean
        covariance += w * (p + d[:, None] * d[None, :])
    return mean, covariance


def _when_and_whither(
    found: FloatArray, inverses: list[FloatArray], weights: FloatArray
) -> tuple[float, float, float, float]:
    """Return launch time (s after the first look) and heading (rad, 0..2 pi) of a mixture, each with its sigma."""
    solutions = list(zip(weights, inverses, found, strict=True))
    start = math.fsum(float(w * p[pk.START]) for w, _, p in solutions)
    square = math.fsum(float(w * (c[pk.START, pk.START] + (p[pk.START] - start) ** 2)) for w, c, p in solutions)
    first = float(found[int(np.argmax(weights)), pk.HEADING])
    turns = [math.remainder(float(p[pk.HEADING]) - first, 2.0 * math.pi) for _, _, p in solutions]
    turn = math.fsum(float(w) * v for (w, _, _), v in zip(solutions, turns, strict=True))
    wide = math.fsum(
        float(w * (c[pk.HEADING, pk.HEADING] + (v - turn) ** 2)) for (w, c, _), v in zip(solutions, turns, strict=True)
    )
    return start, math.sqrt(square), (first + turn) % (2.0 * math.pi), min(math.sqrt(wide), math.pi)


def powered_hypotheses(
    launch: Launch,
    time_ns: int,
    thrust_now: float = math.nan,
    burning: float = 1.0,
    tables: Profiles | None = None,
) -> PoweredHypotheses:
    """Return what may still burn after a fitted launch: each class to its usual end or a part of it, or no more.

    `thrust_now`: measured thrust acceleration (m/s2; NaN = take the profile's); it scales the class's thrust from here
    on. `burning`: probability that the engine runs at `time_ns`. Time left is that of a normal burn length, cut at
    what has passed.
    """
    book = profiles() if tables is None else tables
    weights, left, spread, rows = [], [], [], []
    elapsed = max(0.0, (time_ns - launch.time) / NS)
    for c in range(len(book.names)):
        weight = float(launch.class_weights[c])
        if weight < _UNLIKELY:
            continue
        stretch = math.exp(float(launch.stretches[c, 1]))
        usual = float(book.burn_s[c]) * stretch
        sigma = math.hypot(_BURN_SHARE * usual, min(launch.time_sigma_s, 0.1 * usual))
        alive, more, wide = _cut_normal(usual - elapsed, sigma)
        row = _thrust_left(
            book, c, elapsed / stretch, float(launch.stretches[c, 2]) - 2.0 * math.log(stretch), thrust_now
        )
        for share, mean, width in (
            (1.0 - _EARLY_END, more, wide), (_EARLY_END, 0.5 * more, more / math.sqrt(12.0)),
        ):  # fmt: skip
            weights.append(weight * alive * share)
            left.append(mean)
            spread.append(width)
            rows.append(row)
    on = max(0.0, min(1.0, burning)) * (1.0 - _ENDS_NOW)
    total = math.fsum(weights)
    scaled = [w / total * on for w in weights] if total > 0.0 else []
    n = len(scaled)
    return PoweredHypotheses(
        weights=np.array([*scaled, 1.0 - on if n else 1.0]),
        burn_s=np.array([*left[:n], 0.0]),
        burn_sigma_s=np.array([*spread[:n], 0.0]),
        thrust=np.array([*rows[:n], np.zeros(_FRACTIONS)]),
        thrust_ln_sigma=np.array([_THRUST_LN_SIGMA] * n + [0.0]),
    )


def _cut_normal(mean: float, sigma: float) -> tuple[float, float, float]:
    """Return P(x > 0), and mean and sigma of x given x > 0, of a normal x; far in the tail those of an exponential."""
    z = -mean / sigma
    if z > 4.0:
        return 1.0e-4, sigma / z, sigma / z
    alive = 0.5 * math.erfc(z / math.sqrt(2.0))
    hazard = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / alive
    return alive, mean + sigma * hazard, sigma * math.sqrt(max(1.0 + z * hazard - hazard * hazard, 0.01))


def _thrust_left(book: Profiles, c: int, since: float, ln_scale: float, thrust_now: float) -> FloatArray:
    """Return thrust acceleration at equal fractions of what is left of a class's burn, `since` s after launch."""
    burn = float(book.burn_s[c])
    begin = min(since, burn - 1.0)
    row = np.empty(_FRACTIONS)
    for i in range(_FRACTIONS):
        j = int(begin + (burn - begin) * i / (_FRACTIONS - 1))
        # a second without thrust between two stages is not what matters here
        row[i] = book.thrust[c, max(0, j - 2) : j + 1].max()
    factor = math.exp(ln_scale)
    if math.isfinite(thrust_now) and thrust_now > 0.0:
        factor = max(0.5, min(2.0, thrust_now / float(row[0])))
    return row * factor

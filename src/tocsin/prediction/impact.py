"""Where and when an object falls, and how sure that is: free flight or still burning."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, NS
from tocsin.core.records.outputs import Ellipse, GroundPoint
from tocsin.core.time import iso_from_tai
from tocsin.identification.drag import STAGE_BETAS
from tocsin.prediction import impact_kernels as k
from tocsin.prediction.arc import RE_ENTRY_HEIGHT_M, arc_figures
from tocsin.prediction.assets import AssetTable
from tocsin.prediction.footprint_kernels import ellipse_axes, flatten, holding_radii
from tocsin.prediction.mixture_kernels import mixture_of_cloud
from tocsin.prediction.sobol import gaussian_cloud
from tocsin.tracking.filter_kernels import BETA_LEAST, BETA_MOST, LIGHTNESS, LIGHTNESS_SIGMA
from tocsin.world.geodesy_kernels import ecef_to_geodetic, geodesic_direct, geodetic_to_ecef
from tocsin.world.motion.beside_kernels import fly_beside
from tocsin.world.motion.freeflight_kernels import fly_cloud_to_height, fly_to_height_many

FloatArray = npt.NDArray[np.float64]

SHARES = (0.5, 0.9, 0.99)
ROUND_KM = 20_004.0
"""Half round the Earth: no place is farther."""
MAX_FLIGHT_S = 5400.0
"""Longer than the longest lofted flight observed (74 min, Hwasong-18, 2023-07-12)."""

_CLOUD = 128
_POWERED_CLOUDS = ((0.3, 64), (0.08, 32))
_FEWEST_POWERED = 16
"""Points of a hypothesis by its weight."""
_GROUPS = 8
_FEWEST = 8
_FLOOR_M = 50.0
_FLOWN = 3
"""Points of a steep cloud that are flown; the others lie beside them."""
_ORBITAL = 0.01
_UNTOLD, _BEYOND = 0.9, 2.0
"""With more than so much of its first sigma, the air has told nothing of it: ln(beta) lies evenly in its range. But where the
lightness lies so many sigma beyond that range it is no such body."""
_BETAS, _BETA_SPREAD = 4, 0.5
_BETA_WIDTH = math.sqrt(_BETAS**2 - 1 + 12.0 * _BETA_SPREAD**2)
"""So many Gaussians stand for that range, with a sigma of so many steps; steps of the range over this keep its variance."""
_POSSIBLE = 0.005


@dataclass(frozen=True, eq=False)
class PoweredHypotheses:
    """What may still happen to an object whose engine runs: h hypotheses of how long and how hard it burns on.

    Thrust points along the Earth-relative velocity (gravity turn).
    """

    weights: FloatArray
    """(h,) probabilities; they sum to 1."""
    burn_s: FloatArray
    """(h,) mean of the time left to the last burnout, s; 0 = thrust ends now."""
    burn_sigma_s: FloatArray
    thrust: FloatArray
    """(h, m) thrust acceleration, m/s2, at m equal fractions of the burn that is left, m >= 2."""
    thrust_ln_sigma: FloatArray
    """(h,) sigma of the logarithm of a common factor on the thrust acceleration."""
    ranges: FloatArray | None = None
    """(h, 2) logarithm of how far (m) such an object flies, and its sigma; NaN = as it burns on from its state."""
    unsteered: float = 0.0
    """Share of those with a range for which the way up says nothing yet: they fly so far, in the direction they move."""

    @classmethod
    def simple(
        cls,
        weights: npt.ArrayLike,
        burn_s: npt.ArrayLike,
        burn_sigma_s: npt.ArrayLike,
        thrust_now: float,
        exhaust_m_s: float = 2750.0,
        ends_now: float = 0.1,
        thrust_ln_sigma: float = 0.1,
        thrust_most: float = 100.0,
    ) -> "PoweredHypotheses":
        """Return hypotheses whose thrust acceleration grows as mass burns off, and one that it ends now.

        weights, burn_s, burn_sigma_s: (h,) per class. Constant thrust and exhaust speed c give da/dt = a^2/c
        (Tsiolkovsky), held at thrust_most (m/s2).
        """
        w = np.atleast_1d(np.asarray(weights, np.float64))
        left = np.atleast_1d(np.asarray(burn_s, np.float64))
        spread = np.broadcast_to(np.asarray(burn_sigma_s, np.float64), left.shape)
        fractions = np.arange(17) / 16.0
        # 1/a falls linearly with time: 1/a = 1/a0 - t/c
        inverse = 1.0 / max(thrust_now, 0.1) - fractions[None, :] * left[:, None] / exhaust_m_s
        rows = np.minimum(1.0 / np.maximum(inverse, 1.0 / thrust_most), max(thrust_most, thrust_now))
        w = w / w.sum() * (1.0 - ends_now)
        return cls(
            weights=np.append(w, ends_now),
            burn_s=np.append(left, 0.0),
            burn_sigma_s=np.append(spread, 0.0),
            thrust=np.concatenate([rows, np.zeros((1, 17))]),
            thrust_ln_sigma=np.append(np.full(len(left), thrust_ln_sigma), 0.0),
        )


@dataclass(frozen=True, eq=False)
class Impact:
    """A predicted fall to the ground. Angles rad, lengths m, instants TAI ns; NaN place where nothing comes down."""

    time: int
    """Mean instant of impact, given that it impacts."""
    time_sigma_s: float
    lat: float
    lon: float
    covariance: tuple[float, float, float]
    """East-east, east-north, north-north, m2, of the whole footprint about its mean."""
    parts: FloatArray
    """(p, 6) Gaussian components: weight, latitude, longitude, EE, EN, NN; weights sum to `impacting_probability`."""
    part_times_s: FloatArray
    """(p, 2) mean (s after the state) and sigma of each component's impact time."""
    ellipses: tuple[Ellipse, ...]
    """That hold 50, 90 and 99 % of the footprint, given that it impacts, about (lat, lon)."""
    impacting_probability: float
    """That it comes down at all within the time asked for."""
    orbital: bool
    """Effectively in orbit: less than 1 % comes down."""
    perigee_m: float
    """Of the arc if it is, or from now were, unpowered; heights over the ellipsoid."""
    apogee_m: float
    method: str
    """`unscented` (a Gaussian of 15 points), `cloud` (a sample as a mixture), `powered` (over hypotheses), `glide`, `none`."""

    def ground_point(self) -> GroundPoint | None:
        """Return the impact as it is published, None where nothing comes down."""
        if not len(self.parts):
            return None
        return ground_point(self.time, self.time_sigma_s, self.lat, self.lon, self.ellipses)


def ground_point(time: int, time_sigma_s: float, lat: float, lon: float, ellipses: tuple[Ellipse, ...]) -> GroundPoint:
    """Return a place and time on the ground (TAI ns, rad) as it is published."""
    return GroundPoint(
        time_utc=iso_from_tai(time),
        lat_deg=lat / DEG,
        lon_deg=lon / DEG,
        ellipses=ellipses,
        time_sigma_s=time_sigma_s,
    )


def footprint(parts: FloatArray) -> tuple[float, float, tuple[float, float, float], tuple[Ellipse, ...]]:
    """Return latitude, longitude (rad), covariance (EE, EN, NN, m2) and ellipses of a mixture (p, 6), p >= 1.

    The ellipses are those of the moments, scaled until they hold the stated share of the mixture; of one Gaussian
    r = sqrt(-2 ln(1 - p)).
    """
    flat = np.empty_like(parts)
    if len(parts) == 1:
        lat, lon = float(parts[0, 1]), float(parts[0, 2])
        ee, en, nn = (float(v) for v in parts[0, 3:])
        radii = [math.sqrt(-2.0 * math.log(1.0 - p)) for p in SHARES]
        return lat, lon, (ee, en, nn), _ellipses(ee, en, nn, radii)
    middle = _middle(parts)
    e, n, *_ = flatten(parts, flat, middle)
    lat, lon, _ = geodesic_direct(float(middle[0]), float(middle[1]), math.atan2(e, n), math.sqrt(e * e + n * n))
    e, n, ee, en, nn = flatten(parts, flat, np.array([lat, lon]))
    out = np.empty(len(SHARES))
    holding_radii(flat, 0.0, 0.0, ee, en, nn, np.array(SHARES), out)
    return lat, lon, (ee, en, nn), _ellipses(ee, en, nn, [float(r) for r in out])


def _middle(parts: FloatArray) -> FloatArray:
    """Return (latitude, longitude) of the direction in which the weighted centres lie."""
    x = y = z = total = 0.0
    for weight, lat, lon in parts[:, :3]:
        px, py, pz = geodetic_to_ecef(float(lat), float(lon), 0.0)
        x, y, z, total = x + weight * px, y + weight * py, z + weight * pz, total + weight
    lat, lon, _ = ecef_to_geodetic(float(x / total), float(y / total), float(z / total))
    return np.array([lat, lon])


def _ellipses(ee: float, en: float, nn: float, radii: list[float]) -> tuple[Ellipse, ...]:
    major, minor, bearing = ellipse_axes(ee, en, nn)
    return tuple(
        Ellipse(p, min(r * major / 1e3, ROUND_KM), min(r * minor / 1e3, ROUND_KM), bearing / DEG)
        for p, r in zip(SHARES, radii, strict=True)
    )


def predict_impact(
    time_ns: int,
    state: FloatArray,
    covariance: FloatArray,
    *,
    lightness: float = LIGHTNESS,
    lightness_sigma: float = LIGHTNESS_SIGMA,
    lightness_with: FloatArray | None = None,
    spent: float = 0.0,
    powered: PoweredHypotheses | None = None,
    max_flight_s: float = MAX_FLIGHT_S,
) -> Impact:
    """Return where an Earth-fixed state (6,) with covariance (6, 6), m and m/s, comes down; drag included.

    Free flight: 15 sigma points over state and lightness 1 / beta (m2/kg), which have the covariance `lightness_with` (6,);
    while the air has told nothing of it, those of the state, moved over the range of beta, with probability `spent` over that of
    spent stages. Where they do not describe the
    footprint (some stay up, wider than 1,500 km, strongly curved) 128 evenly spread Gaussian points. With `powered`: 16 to 64
    points a hypothesis over state, burn time and thrust, and what has not tipped over yet by how far its class flies. Impact is
    at the ellipsoid.
    """
    state = np.ascontiguousarray(state, np.float64)[:6].copy()
    covariance = np.ascontiguousarray(covariance, np.float64)[:6, :6].copy()
    arc = arc_figures(state[None], covariance[None], RE_ENTRY_HEIGHT_M)
    turns = (float(arc.perigee_m[0]), float(arc.apogee_m[0]))
    limit = float(max_flight_s)
    if powered is not None:
        parts, times = _powered(state, covariance, lightness, powered, limit)
        return impact_of(time_ns, parts, times, turns, "powered")
    nothing = np.empty((0, 6)), np.empty((0, 2))
    if not k.goes_down(state, covariance, RE_ENTRY_HEIGHT_M):
        return impact_of(time_ns, *nothing, turns, "none")
    joint = with_lightness(covariance, lightness_sigma, lightness_with)
    told = lightness_sigma < _UNTOLD * LIGHTNESS_SIGMA or lightness - _BEYOND * lightness_sigma > 1.0 / BETA_LEAST
    found = _by_sigma_points(state, joint, lightness, limit) if told else _untold(state, joint, lightness, spent, limit)
    if found is not None:
        return impact_of(time_ns, *found, turns, "unscented")
    points = gaussian_cloud(_CLOUD, 7)
    states, betas = np.empty((_CLOUD, 6)), np.empty(_CLOUD)
    k.cloud_states(state, joint, lightness, points, states, betas)
    parts, times = mixture(falls(states, betas, limit, np.zeros(_CLOUD), cloud=True), 1.0)
    return impact_of(time_ns, parts, times, turns, "cloud")


def with_lightness(covariance: FloatArray, sigma: float, cross: FloatArray | None = None) -> FloatArray:
    """Return (7, 7) the covariance of a state, (6, 6), and of a lightness with `sigma`, which has `cross` (6,) with the state."""
    joint = np.zeros((7, 7))
    joint[:6, :6] = covariance
    joint[6, 6] = sigma * sigma
    if cross is not None:
        joint[6, :6] = joint[:6, 6] = cross
    return joint


def _by_sigma_points(
    state: FloatArray, joint: FloatArray, lightness: float, limit: float
) -> tuple[FloatArray, FloatArray] | None:
    states, betas = np.empty((k.SIGMA_POINTS, 6)), np.empty(k.SIGMA_POINTS)
    k.sigma_states(state, joint, lightness, states, betas)
    return gaussian_fall(states, betas, limit)


def _untold(
    state: FloatArray, joint: FloatArray, lightness: float, spent: float, limit: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return parts and times of the falls of what the air has told nothing of, a spent stage with probability `spent`."""
    spent = spent if _POSSIBLE < spent < 1.0 - _POSSIBLE else round(spent)
    parts, times = [np.empty((0, 6))], [np.empty((0, 2))]
    for share, over in ((1.0 - spent, (BETA_LEAST, BETA_MOST)), (spent, STAGE_BETAS)):
        found = _over_betas(state, joint, lightness, over, limit) if share > 0.0 else (parts[0], times[0])
        if found is None:
            return None
        found[0][:, 0] *= share
        parts.append(found[0])
        times.append(found[1])
    return np.concatenate(parts), np.concatenate(times)


def _over_betas(
    state: FloatArray, joint: FloatArray, lightness: float, range_: tuple[float, float], limit: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return parts and times of the falls of a state over a range of beta; None where no Gaussian fits those of one beta.

    Given the lightness the state has mean x + c d / s^2 and covariance P - c c^T / s^2: c their covariance, s the sigma of the
    lightness, d how far it lies from its mean.
    """
    variance = float(joint[6, 6])
    slope = joint[6, :6] / variance
    given = with_lightness(joint[:6, :6] - slope[:, None] * joint[6, :6], 0.0)
    # the middle of the range, then its parts
    least, most = range_
    step = math.log(most / least) / _BETA_WIDTH
    steps = np.append(0.0, step * (np.arange(_BETAS) - 0.5 * (_BETAS - 1)))
    over = math.sqrt(least * most) * np.array([math.exp(step) for step in steps.tolist()])
    moved = state + (1.0 / over - lightness)[:, None] * slope
    points, betas = np.empty((k.SIGMA_POINTS, 6)), np.empty(k.SIGMA_POINTS)
    k.sigma_states(moved[0], given, 1.0 / float(over[0]), points, betas)
    states = np.concatenate([points[: k.STATE_POINTS], moved[1:]])
    betas = np.append(betas[: k.STATE_POINTS], over[1:])
    landed = falls(states, betas, limit, np.zeros(len(states)))
    part, time = np.empty(6), np.empty(2)
    if not landed[:, 3].all() or not k.gaussian_of_points(landed[: k.STATE_POINTS], part, time):
        return None
    parts, times = np.empty((_BETAS, 6)), np.empty((_BETAS, 2))
    spread = np.concatenate([landed[:1], landed[k.STATE_POINTS :]])
    k.spread_over_betas(spread, part, time, _BETA_SPREAD, parts, times)
    return parts, times


def falls(states: FloatArray, betas: FloatArray, limit_s: float, spent: FloatArray, cloud: bool = False) -> FloatArray:
    """Return (n, 4) seconds, latitude, longitude (rad), 1 = came down, of free flights of states (n, 6) to the ground.

    Within limit_s, backward in time if it is negative; `spent` (n,) seconds are added. Points of a cloud are flown with
    errors that are small beside its width. Where points fall steeply side by side only some are flown (`fly_beside`).
    """
    flown, status, landed = np.empty((len(states), 7)), np.empty(len(states), np.int64), np.empty((len(states), 4))
    if limit_s > 0.0:
        fly_beside(states, betas, 0.0, limit_s, _FLOWN, cloud, flown, status)
    else:
        (fly_cloud_to_height if cloud else fly_to_height_many)(states, betas, 0.0, limit_s, flown, status)
    k.landings(flown, status, spent, landed)
    return landed


def gaussian_fall(states: FloatArray, betas: FloatArray, limit_s: float) -> tuple[FloatArray, FloatArray] | None:
    """Return parts (1, 6) and times (1, 2) of the falls of 15 sigma points, None where no one Gaussian fits them."""
    landed = falls(states, betas, limit_s, np.zeros(len(states)))
    part, time = np.empty((1, 6)), np.empty((1, 2))
    if not landed[:, 3].all() or not k.gaussian_of_points(landed, part[0], time[0]):
        return None
    return part, time


def mixture(landed: FloatArray, weight: float) -> tuple[FloatArray, FloatArray]:
    """Return parts (p, 6) and times (p, 2) of a cloud (n, 4) of which each point carries weight / n."""
    parts, times = np.empty((_GROUPS, 6)), np.empty((_GROUPS, 2))
    groups = mixture_of_cloud(landed, float(weight), _FEWEST, _FLOOR_M, parts, times)
    return parts[:groups], times[:groups]


def _powered(
    state: FloatArray, covariance: FloatArray, lightness: float, powered: PoweredHypotheses, limit: float
) -> tuple[FloatArray, FloatArray]:
    """Return the mixture over all hypotheses: parts (p, 6) and times (p, 2)."""
    found: list[tuple[FloatArray, FloatArray]] = []
    thrust = np.ascontiguousarray(powered.thrust, np.float64)
    for h in range(len(powered.weights)):
        weight, early = float(powered.weights[h]), 0.0
        if weight <= 0.0:
            continue
        if powered.ranges is not None and powered.ranges[h, 0] == powered.ranges[h, 0]:
            early = weight * powered.unsteered
            weight -= early
        # points where the weight is
        n = next((size for share, size in _POWERED_CLOUDS if weight + early > share), _FEWEST_POWERED)
        points, states, betas, spent = gaussian_cloud(n, 8), np.empty((n, 6)), np.empty(n), np.empty(n)
        k.cloud_states(state, with_lightness(covariance, 0.0), lightness, points, states, betas)
        if early > 0.0 and powered.ranges is not None:
            landed = np.empty((n, 4))
            ln_range, ln_sigma = powered.ranges[h].tolist()
            k.range_landings(states, points, float(powered.burn_s[h]), ln_range, ln_sigma, landed)
            found.append(mixture(landed, early))
        if weight <= 0.0:
            continue
        k.burn_on(
            states, float(powered.burn_s[h]), float(powered.burn_sigma_s[h]), thrust[h],
            float(powered.thrust_ln_sigma[h]), points, spent,
        )  # fmt: skip
        landed = falls(states, betas, limit, spent, cloud=True)
        found.append(mixture(landed, weight))
    return np.concatenate([p for p, _ in found]), np.concatenate([t for _, t in found])


def impact_of(time_ns: int, parts: FloatArray, times: FloatArray, turns: tuple[float, float], method: str) -> Impact:
    """Return the record of a mixture."""
    probability = min(1.0, math.fsum(float(w) for w in parts[:, 0]))
    lat, lon, covariance = math.nan, math.nan, (math.nan, math.nan, math.nan)
    ellipses: tuple[Ellipse, ...] = ()
    mean, sigma = 0.0, 0.0
    if len(parts):
        lat, lon, covariance, ellipses = footprint(parts)
        total = math.fsum(float(w) for w in parts[:, 0])
        mean = math.fsum(float(w * t) for w, t in zip(parts[:, 0], times[:, 0], strict=True)) / total
        square = math.fsum(float(w * (s * s + (t - mean) ** 2)) for w, (t, s) in zip(parts[:, 0], times, strict=True))
        sigma = math.sqrt(square / total)
    return Impact(
        time=time_ns + round(mean * NS),
        time_sigma_s=sigma,
        lat=lat,
        lon=lon,
        covariance=covariance,
        parts=parts,
        part_times_s=times,
        ellipses=ellipses,
        impacting_probability=probability,
        orbital=probability < _ORBITAL,
        perigee_m=turns[0],
        apogee_m=turns[1],
        method=method,
    )


def asset_probabilities(impact: Impact, assets: AssetTable) -> FloatArray:
    """Return (n,) the probability that the object falls within each protected place: radius or polygon."""
    return assets.contents(impact.parts)

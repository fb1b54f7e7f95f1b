"""The least errors that any estimator can have: Cramer-Rao bounds of a powered flight and of the arc after it.

The flight is parametric: launch place and time, azimuth, pitch-over, and what vehicles of one kind differ by (burn, thrust,
propellant, weights, drag, pauses between stages, programme), each with a stated prior: what no estimator is told is a parameter.
No process noise: what a vehicle may do is in the parameters.
Jacobians are central differences of the simulator itself. Van Trees 2001, Detection, Estimation, and Modulation Theory I, 2.4.3.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.vehicle import Vehicle
from tocsin.modelling.dispersion import even_betas
from tocsin.world.geodesy import inverse
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes
from tocsin.world.motion.freeflight_kernels import REACHED, fly_to_height, propagate
from tocsin.world.motion.powered_kernels import (
    AREA,
    COAST,
    CUTOFF_S,
    DRY,
    HOLD_S,
    ISP,
    KICK_S,
    PITCH_RATE,
    PITCH_UP,
    PROPELLANT,
    SAMPLE_COLUMNS,
    THRUST,
    TURN_S,
    VERTICAL_S,
    fly_powered,
)

_SAMPLE_S = 0.5
_LONGEST_S = 7200.0
_BETAS = 24

# What is not known of a flight: name, one sigma of its prior (rad, s, ln), step of its numerical derivative
EAST, NORTH, START, PAYLOAD = 0, 1, 2, 10
COMMON = (
    ("east_m", 3.0e6, 50.0),
    ("north_m", 3.0e6, 50.0),
    ("start_s", 60.0, 0.02),
    ("azimuth", 3.0, 1.0e-4),
    ("kick", 20.0 * DEG, 1.0e-4),
    ("kick_s", 10.0, 0.05),
    ("vertical_s", 2.0, 0.02),
    ("hold_pitch", 5.0 * DEG, 1.0e-3),
    ("hold_rate", 0.1 * DEG, 1.0e-5),
    ("hold_s", 25.0, 0.1),
    ("ln_payload", 0.5, 1.0e-3),
)
STAGE = (
    ("ln_burn", 0.25, 1.0e-4),
    ("ln_isp", 0.1, 1.0e-4),
    ("ln_propellant", 0.25, 1.0e-3),
    ("ln_dry", 0.25, 1.0e-3),
    ("ln_area", 0.4, 1.0e-3),
    ("coast_s", 2.0, 0.02),
)


@dataclass(frozen=True)
class Flown:
    """A flight as it is: a vehicle, its place (rad) and its programme up to the cut-off (s after lift-off)."""

    vehicle: Vehicle
    lat: float
    lon: float
    azimuth: float
    kick: float
    cutoff_s: float


@dataclass(frozen=True)
class Bound:
    """Least covariances; SI, Earth-fixed, the impact and the launch in (east, north) about the true places."""

    launch: FloatArray
    """(2, 2)."""
    state: FloatArray
    """(6, 6) at the instant asked for."""
    impact: FloatArray
    """(2, 2)."""
    by_chance: tuple[FloatArray, FloatArray, FloatArray] | None = None
    """Errors of launch (2,), state (6,) and impact (2,) that the efficient estimator has on these very looks, where they are
    given: the mean of their squares over many flights is the bound. What of a few flights is chance, they show."""


def sights_of(flight: Flown, times: FloatArray) -> FloatArray:
    """Return (n, 6) true states of a flight at times (n,), s after lift-off, coasting after the cut-off."""
    return _states(flight, np.zeros(_size(flight.vehicle)), times)


def prior_sigmas(vehicle: Vehicle) -> FloatArray:
    """Return (p,) one sigma of the prior of each parameter; the first stage is lit at lift-off and has no coast."""
    sigmas = np.array([s for _, s, _ in COMMON] + [s for _, s, _ in STAGE] * len(vehicle.stages))
    sigmas[len(COMMON) + len(STAGE) - 1] = 0.0
    return sigmas


def _size(vehicle: Vehicle) -> int:
    return len(COMMON) + len(STAGE) * len(vehicle.stages)


def _steps(vehicle: Vehicle) -> FloatArray:
    return np.array([s for _, _, s in COMMON] + [s for _, _, s in STAGE] * len(vehicle.stages))


def _states(flight: Flown, q: FloatArray, times: FloatArray) -> FloatArray:
    """Return (n, 6) states at times (n,) after the true lift-off of the flight moved by parameters q (p,)."""
    vehicle = flight.vehicle
    p = vehicle.programme(flight.azimuth + q[3], flight.kick + q[4], flight.cutoff_s - q[START])
    p[KICK_S] += q[5]
    p[VERTICAL_S] += q[6]
    p[TURN_S] += q[5] + q[6]
    p[PITCH_UP] += q[7]
    p[PITCH_RATE] += q[8]
    p[HOLD_S] += q[9]
    table = vehicle.table()
    for i in range(len(vehicle.stages)):
        burn, isp, propellant, dry, area, coast = q[len(COMMON) + len(STAGE) * i :][: len(STAGE)]
        table[i, ISP] *= math.exp(isp)
        table[i, PROPELLANT] *= math.exp(propellant)
        table[i, THRUST] *= math.exp(isp + propellant - burn)
        table[i, DRY] *= math.exp(dry)
        table[i, AREA] *= math.exp(area)
        table[i, COAST] += coast
    lat, lon = _moved(flight.lat, flight.lon, float(q[EAST]), float(q[NORTH]))
    n = int((p[CUTOFF_S] + 2.0) / _SAMPLE_S) + 6
    samples, flags, marks = np.zeros((n, SAMPLE_COLUMNS)), np.zeros((n, 2), np.int64), np.zeros((len(table), 8))
    payload = vehicle.payload_kg * math.exp(q[PAYLOAD])
    rows = fly_powered(table, payload, lat, lon, 0.0, p, _SAMPLE_S, samples, flags, marks)
    return _read(samples[:rows], np.asarray(times, np.float64) - q[START], vehicle.payload_beta_kg_m2)


def _moved(lat: float, lon: float, east: float, north: float) -> tuple[float, float]:
    """Return the place (rad) some metres to the east and north, to first order."""
    q = 1.0 - 6.69437999014e-3 * math.sin(lat) ** 2
    along = 6378137.0 * (1.0 - 6.69437999014e-3) / q**1.5
    across = 6378137.0 / math.sqrt(q) * math.cos(lat)
    return lat + north / along, lon + east / across


def _read(samples: FloatArray, t: FloatArray, beta: float) -> FloatArray:
    """Return (n, 6) states at t (n,): cubic Hermite between samples; free flight after the last one."""
    times, states = samples[:, 0], samples[:, 1:7]
    i = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
    h = (times[i + 1] - times[i])[:, None]
    u = np.clip((t - times[i])[:, None] / h, 0.0, 1.0)
    p0, p1, v0, v1 = states[i, :3], states[i + 1, :3], states[i, 3:], states[i + 1, 3:]
    out = np.empty((len(t), 6))
    out[:, :3] = (
        (1 + u * u * (2 * u - 3)) * p0 + u * (1 - u) ** 2 * h * v0 + u * u * (3 - 2 * u) * p1 + u * u * (u - 1) * h * v1
    )
    out[:, 3:] = 6 * u * (u - 1) / h * (p0 - p1) + (1 - u) * (1 - 3 * u) * v0 + u * (3 * u - 2) * v1
    for k in np.flatnonzero(t > times[-1]):
        propagate(np.ascontiguousarray(states[-1]), float(t[k] - times[-1]), beta, out[k])
    return out


def axes_across(line: FloatArray) -> FloatArray:
    """Return (n, 2, 3) two unit vectors square to lines (n, 3) and to each other."""
    other = np.where(np.abs(line[:, 2:3]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    a = np.cross(other, line)
    a /= np.sqrt((a * a).sum(axis=1))[:, None]
    return np.stack([a, np.cross(line, a)], axis=1)


def infrared_bound(
    flight: Flown, times: FloatArray, places: FloatArray, sigma: float, dark_s: float, at_s: float,
    sights: FloatArray | None = None,
) -> Bound:  # fmt: skip
    """Return the bound from lines of sight to the plume alone.

    times (n,) s after lift-off, all before the cut-off, places (n, 3) of the satellites, `sigma` rad per axis; `dark_s`: the
    first look that saw no plume. Nothing else tells the cut-off: it is even between the last lit look and that one, of variance
    (gap)^2 / 12. The state is that at `at_s` after lift-off, coasting. `sights` (n, 3): lines of sight as they were measured.
    """
    size = _size(flight.vehicle)
    moved, ends, falls = _derivatives(flight, times, at_s)
    line = _states(flight, np.zeros(size), times)[:, :3] - places
    away = np.sqrt((line * line).sum(axis=1))
    across = axes_across(line / away[:, None])
    jacobian = (np.einsum("nak,jnk->naj", across, moved) / away[:, None, None] / sigma).reshape(-1, size)
    covariance = posterior(jacobian, prior_sigmas(flight.vehicle))
    last = float(times.max())
    gap = (dark_s - last) ** 2 / 12.0
    home = _fall(flight, np.zeros(size))
    end_of, fall_of_cutoff = _by_cutoff(flight, at_s, home)
    by_beta, betas = _beta_part(_states(flight, np.zeros(size), np.array([flight.cutoff_s]))[0], home)
    by_chance = None
    if sights is not None:
        noise = np.einsum("nak,nk->na", across, sights).reshape(-1) / sigma
        wrong, late = covariance @ (jacobian.T @ noise), 0.5 * (last + dark_s) - flight.cutoff_s
        by_chance = wrong[:2], ends @ wrong + late * end_of, falls @ wrong + late * fall_of_cutoff + betas
    return Bound(
        covariance[:2, :2],
        ends @ covariance @ ends.T + gap * np.outer(end_of, end_of),
        falls @ covariance @ falls.T + gap * np.outer(fall_of_cutoff, fall_of_cutoff) + by_beta,
        by_chance,
    )


def _derivatives(flight: Flown, times: FloatArray, at_s: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what each parameter does to places (p, n, 3), to the state at `at_s` (6, p) and to the fall (2, p)."""
    size, steps = _size(flight.vehicle), _steps(flight.vehicle)
    moved, ends, falls = np.zeros((2, size, len(times), 6)), np.zeros((2, size, 6)), np.zeros((2, size, 2))
    home = _fall(flight, np.zeros(size))
    for j in range(size):
        for k, sign in enumerate((1.0, -1.0)):
            q = np.zeros(size)
            q[j] = sign * steps[j]
            moved[k, j] = _states(flight, q, times)
            ends[k, j] = _states(flight, q, np.array([at_s]))[0]
            falls[k, j] = _apart(home, _fall(flight, q))
    width = 2.0 * steps
    places = (moved[0] - moved[1])[:, :, :3] / width[:, None, None]
    return places, (ends[0] - ends[1]).T / width, (falls[0] - falls[1]).T / width


def _by_cutoff(flight: Flown, at_s: float, home: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what a second of burning more does to the state at `at_s` (6,) and to the fall (2,)."""
    step, none = 0.01, np.zeros(_size(flight.vehicle))
    late, early = (replace(flight, cutoff_s=flight.cutoff_s + off) for off in (step, -step))
    ends = [_states(f, none, np.array([at_s]))[0] for f in (late, early)]
    falls = [_apart(home, _fall(f, none)) for f in (late, early)]
    return (ends[0] - ends[1]) / (2.0 * step), (falls[0] - falls[1]) / (2.0 * step)


def posterior(jacobian: FloatArray, sigmas: FloatArray) -> FloatArray:
    """Return (p, p) the least covariance of parameters from whitened measurements (m, p) and priors of sigmas (p,).

    (J'J + diag 1/sigma^2)^-1, by the singular values of the two stacked and scaled: parameters differ by twelve orders.
    """
    stacked = np.vstack([jacobian * sigmas[None, :], np.eye(len(sigmas))])
    _, values, right = np.linalg.svd(stacked, full_matrices=False)
    half = right.T / values * sigmas[:, None]
    return np.asarray(half @ half.T)


def _fall(flight: Flown, q: FloatArray) -> FloatArray:
    """Return latitude and longitude (rad) of the fall of a moved flight."""
    return fall_of(_states(flight, q, np.array([flight.cutoff_s]))[0], flight.vehicle.payload_beta_kg_m2)


def fall_of(state: FloatArray, beta: float) -> FloatArray:
    """Return latitude and longitude (rad) where a free flight comes down; NaN where it does not."""
    out = np.empty(7)
    if fly_to_height(np.ascontiguousarray(state), beta, 0.0, _LONGEST_S, out) != REACHED:
        return np.full(2, np.nan)
    lat, lon, _ = ecef_to_geodetic(float(out[0]), float(out[1]), float(out[2]))
    return np.array([lat, lon])


def _apart(home: FloatArray, place: FloatArray) -> FloatArray:
    """Return (east, north) m from one place (rad) to another."""
    away, bearing, _ = inverse(home[0], home[1], place[0], place[1])
    return np.array([float(away) * math.sin(float(bearing)), float(away) * math.cos(float(bearing))])


def _beta_part(state: FloatArray, home: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (2, 2) the covariance of the fall over all ballistic coefficients that there are, and (2,) their mean from home.

    No look above the air tells which, so no estimator has a smaller mean squared error over them. A derivative at the true one
    would not say this: what drag does goes as its inverse, and for heavy payloads the slope is half of that in the middle.
    """
    falls = np.array([_apart(home, fall_of(state, float(beta))) for beta in even_betas(_BETAS)])
    mean = falls.mean(axis=0)
    return (falls - mean).T @ (falls - mean) / _BETAS, mean


def radar_bound(
    state: FloatArray,
    before: FloatArray,
    times: FloatArray,
    place: FloatArray,
    sigmas: tuple[float, float],
    beta: float,
) -> Bound:
    """Return the bound of a free arc after radar looks, and what was known before.

    state (6,) true, covariance (6, 6) known before; times (n,) s after the state, the last one that of the bound; radar at
    place (3,), Earth-fixed; sigmas: range m, angle rad per axis.
    """
    steps = np.array([100.0] * 3 + [0.1] * 3)

    def flown(x: FloatArray) -> FloatArray:
        out = np.empty((len(times), 6))
        for k, t in enumerate(times):
            propagate(np.ascontiguousarray(x), float(t), beta, out[k])
        return out

    change = np.empty((6, len(times), 6))
    falls = np.empty((6, 2))
    truth = flown(state)
    home = fall_of(state, beta)
    for j in range(6):
        d = np.zeros(6)
        d[j] = steps[j]
        change[j] = (flown(state + d) - flown(state - d)) / (2.0 * steps[j])
        falls[j] = (_apart(home, fall_of(state + d, beta)) - _apart(home, fall_of(state - d, beta))) / (2.0 * steps[j])
    line = truth[:, :3] - place
    away = np.sqrt((line * line).sum(axis=1))
    unit = line / away[:, None]
    across = np.einsum("nak,jnk->naj", axes_across(unit), change[:, :, :3]) / away[:, None, None] / sigmas[1]
    along = np.einsum("nk,jnk->nj", unit, change[:, :, :3]) / sigmas[0]
    jacobian = np.concatenate([across.reshape(-1, 6), along])
    low = np.linalg.cholesky(before)
    covariance = low @ posterior(jacobian @ low, np.ones(6)) @ low.T
    last = change[:, -1, :].T
    return Bound(
        np.full((2, 2), np.nan),
        last @ covariance @ last.T,
        falls.T @ covariance @ falls + _beta_part(state, home)[0],
    )


def carried(state: FloatArray, covariance: FloatArray, duration_s: float, beta: float) -> tuple[FloatArray, FloatArray]:
    """Return state (6,) and covariance (6, 6) some seconds later in free flight, to first order."""
    steps = np.array([100.0] * 3 + [0.1] * 3)
    out, more, less = np.empty(6), np.empty(6), np.empty(6)
    propagate(np.ascontiguousarray(state), duration_s, beta, out)
    jacobian = np.empty((6, 6))
    for j in range(6):
        d = np.zeros(6)
        d[j] = steps[j]
        propagate(state + d, duration_s, beta, more)
        propagate(state - d, duration_s, beta, less)
        jacobian[:, j] = (more - less) / (2.0 * steps[j])
    return out, jacobian @ covariance @ jacobian.T


def elevation_of(place: FloatArray, target: FloatArray) -> float:
    """Return the elevation (rad) of a target (3,) over the geodetic horizon of a place (3,)."""
    lat, lon, _ = ecef_to_geodetic(float(place[0]), float(place[1]), float(place[2]))
    up = np.array(enu_axes(lat, lon)[6:9])
    d = target - place
    return math.asin(float((d * up).sum()) / math.sqrt(float((d * d).sum())))

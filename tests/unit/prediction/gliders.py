"""Gliding bodies flown by code of its own: many at once, in numpy, gravity to J2, whatever they do with their bank."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tests.unit.prediction.arcs import state_at
from tocsin.world import geodesy
from tocsin.world.atmosphere_kernels import density_many

RATE, MU, RADIUS, J2 = 7.292115e-5, 3.986004418e14, 6378136.6, 1.0826267e-3
STEP_S = 0.5


class Gliders(NamedTuple):
    """Bodies (n,), their habits, their ways, and where they fell."""

    ratio: np.ndarray
    beta: np.ndarray
    most: np.ndarray
    bank: np.ndarray
    """(t, n) rad, at every `STEP_S`."""
    states: np.ndarray
    """(t, n, 6)."""
    fell_at: np.ndarray
    """Seconds."""
    lat: np.ndarray
    lon: np.ndarray

    def air(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the lift and the drag (n,) at a step."""
        y = self.states[step]
        drag = pressure(y) / self.beta
        return np.minimum(self.ratio * drag, self.most), drag


def pressure(y: np.ndarray) -> np.ndarray:
    """Return the dynamic pressure (Pa) of states (n, 6)."""
    height = np.ascontiguousarray(geodesy.to_geodetic(y[:, :3])[2])
    rho = np.empty(len(y))
    density_many(np.maximum(height, 0.0), rho)
    return np.where(height < 120e3, 0.5 * rho * (y[:, 3:] ** 2).sum(axis=1), 0.0)


def rates(y: np.ndarray, beta: np.ndarray, ratio: np.ndarray, most: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """Return the rates (n, 6) of Earth-fixed states (n, 6)."""
    r, v = y[:, :3], y[:, 3:]
    size = np.linalg.norm(r, axis=1)[:, None]
    z2 = (r[:, 2:] / size) ** 2
    oblate = 1.5 * J2 * (RADIUS / size) ** 2
    gravity = -MU / size**3 * r * (1.0 + oblate * (np.array([1.0, 1.0, 3.0]) - 5.0 * z2))
    turning = np.stack(
        [2 * RATE * v[:, 1] + RATE**2 * r[:, 0], -2 * RATE * v[:, 0] + RATE**2 * r[:, 1], 0 * v[:, 0]], 1
    )
    way = v / np.linalg.norm(v, axis=1)[:, None]
    up = r / size
    up = up - way * (up * way).sum(axis=1)[:, None]
    up /= np.maximum(np.linalg.norm(up, axis=1), 1e-9)[:, None]
    drag = (pressure(y) / beta)[:, None]
    lift = np.minimum(ratio[:, None] * drag, most[:, None])
    across = np.cos(bank)[:, None] * up + np.sin(bank)[:, None] * np.cross(way, up)
    return np.concatenate([v, gravity + turning - drag * way + lift * across], axis=1)


def fly(
    start: np.ndarray, beta: np.ndarray, ratio: np.ndarray, most: np.ndarray, bank: Callable[[float], np.ndarray],
    limit_s: float = 5400.0,
) -> Gliders:  # fmt: skip
    """Return bodies of states (n, 6) flown to the ground; `bank` gives their banks (n,) by time."""
    y, n = start.copy(), len(start)
    states, banks = [y.copy()], [bank(0.0)]
    fell_at, place = np.full(n, np.nan), np.zeros((n, 3))
    t, h = 0.0, STEP_S
    while np.isnan(fell_at).any() and t < limit_s:
        b = bank(t)
        k1 = rates(y, beta, ratio, most, b)
        k2 = rates(y + 0.5 * h * k1, beta, ratio, most, b)
        after = y + h * k2  # the midpoint rule: right to metres at half a second
        alive = np.isnan(fell_at)
        after[~alive] = y[~alive]
        t += h
        height = geodesy.to_geodetic(after[:, :3])[2]
        down = alive & (height <= 0.0)
        fell_at[down], place[down] = t, after[down, :3]
        y = after
        states.append(y.copy())
        banks.append(b)
    lat, lon, _ = geodesy.to_geodetic(place)
    return Gliders(ratio, beta, most, np.array(banks), np.array(states), fell_at, lat, lon)


def drawn(
    n: int, seed: int, gate: tuple[float, float, float] | None = None, lift: float = 1.0, mass: float = 1.0
) -> Gliders:
    """Return n bodies that enter at 3 to 7 km/s with ratios of lift to drag of 0.3 to 2, and do as they like.

    They hold a bank, weave, skip, or turn anew; half dive. `gate`: latitude, longitude and azimuth (deg) at 100 km; `lift`,
    `mass`: factors on ratios and on ballistic coefficients.
    """
    rng = np.random.default_rng(seed)
    ratio = np.exp(rng.uniform(np.log(0.3), np.log(2.0), n))
    beta = np.exp(rng.uniform(np.log(1500.0), np.log(5000.0), n))
    most = rng.uniform(30.0, 120.0, n)
    speed, climb = rng.uniform(3000.0, 7000.0, n), -rng.uniform(1.0, 12.0, n)
    places = rng.uniform(-50, 50, n), rng.uniform(-180, 180, n), rng.uniform(0, 360, n)
    if gate is not None:
        places = tuple(np.full(n, v) for v in gate)
    start = np.array([state_at(*a[:2], 100e3, *a[2:]) for a in zip(*places[:2], speed, climb, places[2], strict=True)])
    habit = rng.integers(0, 4, n)
    size = np.where(habit == 3, 0.0, np.radians(rng.uniform(10.0, 70.0, n)) * rng.choice([-1.0, 1.0], n))
    period = rng.uniform(20.0, 120.0, n)
    turns, other = rng.uniform(60.0, 60.0 + 600.0 * ratio, n), np.radians(rng.uniform(-70.0, 70.0, n))
    dives = np.where(rng.uniform(size=n) < 0.5, rng.uniform(60.0, 60.0 + 600.0 * ratio, n), np.inf)

    def bank(t: float) -> np.ndarray:
        weaves = np.where((habit == 1) & (np.floor(t / period) % 2 == 1), -size, size)
        return np.where(t > dives, np.pi, np.where((habit == 2) & (t > turns), other, weaves))

    return fly(start, mass * beta, lift * ratio, most, bank)

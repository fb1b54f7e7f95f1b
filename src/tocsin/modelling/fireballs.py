"""Real fireballs seen by US Government sensors, as bright bodies on their recorded entry.

A single body without ablation in the standard atmosphere: v = v0 exp(-integral of rho ds / 2 beta), light ~ rho v^3 (a
constant part of the lost energy). beta follows from the recorded height of peak brightness, where d(rho v^3)/ds = 0:
beta = 1.5 rho / (d ln rho / ds). The light is scaled to the recorded radiated energy.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import FloatArray
from tocsin.modelling.paths import data_path
from tocsin.modelling.plume import FIREBALL_BAND_PART
from tocsin.modelling.trajectory import Trajectory
from tocsin.world.atmosphere import density_kg_m3
from tocsin.world.geodesy import to_ecef, to_geodetic

_TOP_M = 100_000.0
_BELOW_PEAK_M = 12_000.0
_FAINTEST = 1e-3
"""Part of the peak light under which the body is dark."""
_STEP_S = 0.1


@dataclass(frozen=True)
class Fireball:
    """One row of the table: deg, m, m/s (Earth-fixed), J radiated."""

    label: str
    latitude_deg: float
    longitude_deg: float
    height_m: float
    velocity_m_s: tuple[float, float, float]
    radiated_j: float


def read_fireballs(path: Path | None = None) -> list[Fireball]:
    """Return the fireballs of a CSV file that have place, height and velocity; by default the 50 of the package."""
    out = []
    with (path or data_path("fireballs.csv")).open(newline="") as file:
        for row in csv.DictReader(file):
            keys = ("lat_deg", "lon_deg", "altitude_km", "vx_km_s", "vy_km_s", "vz_km_s", "radiated_energy_J")
            if not all(row[k] for k in keys):
                continue
            lat, lon, height, vx, vy, vz, energy = (float(row[k]) for k in keys)
            velocity = (vx * 1e3, vy * 1e3, vz * 1e3)
            out.append(Fireball(row["peak_brightness_utc"], lat, lon, height * 1e3, velocity, energy))
    return out


def fireball_trajectory(fireball: Fireball, name: str, peak: int) -> Trajectory | None:
    """Return the path of a fireball whose light peaks at an instant (TAI ns); None if its course is not downward."""
    point = to_ecef(fireball.latitude_deg * DEG, fireball.longitude_deg * DEG, fireball.height_m)
    velocity = np.array(fireball.velocity_m_s)
    speed0 = float(np.sqrt(np.sum(velocity**2)))
    along = velocity / speed0
    s, height = _line(point, along, fireball.height_m)
    if s is None:
        return None
    density = density_kg_m3(height)
    k = int(np.argmin(np.abs(s)))
    slope = float(np.gradient(np.log(density), s)[k])
    beta = 1.5 * density[k] / slope
    column = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(s))])
    speed = speed0 * np.exp(-column / (2.0 * beta))
    light = density * speed**3
    t = np.concatenate([[0.0], np.cumsum(2.0 * np.diff(s) / (speed[1:] + speed[:-1]))])
    shape = light / float(np.sum(0.5 * (light[1:] + light[:-1]) * np.diff(t)))
    bright = np.flatnonzero(light >= _FAINTEST * light[k])
    first, last = int(bright[0]), int(bright[-1])
    grid = np.arange(t[first], t[last], _STEP_S)
    if len(grid) < 2:
        grid = np.array([t[first], t[last]])
    where, v = np.interp(grid, t, s), np.interp(grid, t, speed)
    states = np.hstack([point + where[:, None] * along, v[:, None] * along])
    intensity = np.interp(grid, t, shape) * fireball.radiated_j * FIREBALL_BAND_PART / (4.0 * math.pi)
    times = peak + np.rint((grid - t[k]) * NS).astype(np.int64)
    attributes: dict[str, float | str] = {"record": fireball.label, "ballistic_coefficient": float(beta)}
    return Trajectory(
        name, "fireball", times, states, np.zeros(len(grid), bool), intensity, -10.0, attributes=attributes
    )


def _line(point: FloatArray, along: FloatArray, peak_height: float) -> tuple[FloatArray | None, FloatArray]:
    """Return distances (m, 0 at the peak) along the path from 100 km down to 12 km under the peak, and heights."""
    s = np.arange(-600_000.0, 120_001.0, 250.0)
    height = to_geodetic(point + s[:, None] * along)[2]
    if not height[s == 0.0][0] < height[s == -1000.0][0]:
        return None, height
    keep = (height < _TOP_M) & (height > max(peak_height - _BELOW_PEAK_M, 500.0))
    # one connected piece about the peak: a grazing path may rise again
    middle = int(np.argmin(np.abs(s)))
    a = middle - int(np.argmin(keep[middle::-1])) + 1 if not keep[: middle + 1].all() else 0
    b = middle + int(np.argmin(keep[middle:])) if not keep[middle:].all() else len(s)
    falling = np.flatnonzero(np.diff(height[middle:b]) >= 0)
    if len(falling):
        b = middle + int(falling[0]) + 1
    return s[a:b], height[a:b]

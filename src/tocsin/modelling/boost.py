"""Flights of generic boosters for scenarios: from a launch place to the ground, spent stages and all.

Finding the flight that ends at a place serves scenarios only: it knows generic classes, and it is not exported. A class
has thrust termination: cut-off and azimuth bring the fall to the place, the kick chooses between steep and flat.
"""

import math
from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.vehicle import Stage, Vehicle
from tocsin.modelling.arcs import Report, arc_of
from tocsin.modelling.dispersion import dispersed
from tocsin.modelling.trajectory import Trajectory
from tocsin.world.geodesy import inverse, to_geodetic
from tocsin.world.motion.boosters import PoweredFlight, fly
from tocsin.world.motion.freeflight_kernels import REACHED, fly_to_height

__all__: list[str] = []

STAGE_RCS_DBSM = 5.0
STEP_S = 0.5
_LONGEST_S = 7200.0
_SEPARATION_M_S = 3.0
_APOGEE_CLOSE = 3.0e-5


@dataclass(frozen=True)
class Solution:
    """How a class flies from one place to another: rad, rad, s; apogee and the miss that is left, m."""

    azimuth: float
    kick: float
    cutoff_s: float
    apogee_m: float
    miss_m: float


# ------------------------------------------------------------------------------------------------------ solving
@dataclass(frozen=True)
class _Problem:
    vehicle: Vehicle
    lat: float
    lon: float
    aim: FloatArray
    """Latitude, longitude of the place, rad."""
    distance: float
    azimuth: float

    def fall(self, azimuth: float, kick: float, cutoff: float) -> tuple[FloatArray, float] | None:
        """Return (latitude, longitude) of the fall and the flight time; None where it does not come down in time."""
        flight = fly(self.vehicle, self.lat, self.lon, 0.0, self.vehicle.programme(azimuth, kick, cutoff), 1e6)
        out = np.empty(7)
        status = fly_to_height(
            np.ascontiguousarray(flight.states[-1]), self.vehicle.payload_beta_kg_m2, 0.0, _LONGEST_S, out
        )
        if status != REACHED:
            return None
        lat, lon, _ = to_geodetic(out[:3])
        return np.array([float(lat), float(lon)]), float(flight.times[-1] + out[6])

    def range(self, azimuth: float, kick: float, cutoff: float) -> float:
        """Return the distance from the launch place to the fall, m; 0 where it fails early, 2e7 where it is late."""
        flight = fly(self.vehicle, self.lat, self.lon, 0.0, self.vehicle.programme(azimuth, kick, cutoff), 1e6)
        out = np.empty(7)
        status = fly_to_height(
            np.ascontiguousarray(flight.states[-1]), self.vehicle.payload_beta_kg_m2, 0.0, _LONGEST_S, out
        )
        if status != REACHED:
            return 0.0 if status == 3 else 2.0e7
        lat, lon, _ = to_geodetic(out[:3])
        return float(inverse(self.lat, self.lon, float(lat), float(lon))[0])

    def cutoff(self, kick: float) -> float | None:
        """Return the cut-off that gives the distance at a kick, or None if the class does not reach that far."""
        full = self.vehicle.burn_s
        low, high = 0.3 * full, full
        if self.range(self.azimuth, kick, high) < self.distance or self.range(self.azimuth, kick, low) > self.distance:
            return None
        for _ in range(18):
            middle = 0.5 * (low + high)
            if self.range(self.azimuth, kick, middle) < self.distance:
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)

    def apogee(self, kick: float, cutoff: float) -> float:
        """Return the greatest height (m) after cut-off, by the Kepler orbit over the mean sphere."""
        flight = fly(self.vehicle, self.lat, self.lon, 0.0, self.vehicle.programme(self.azimuth, kick, cutoff), 1e6)
        return kepler_apogee(flight.states[-1])

    def miss(self, azimuth: float, kick: float, cutoff: float) -> FloatArray:
        """Return how far the fall lies beyond and to the right of the aim, m."""
        fell = self.fall(azimuth, kick, cutoff)
        if fell is None:
            return np.array([1e7, 1e7])
        d, a, _ = (float(v) for v in inverse(self.lat, self.lon, fell[0][0], fell[0][1]))
        turn = math.remainder(a - self.azimuth, 2.0 * math.pi)
        return np.array([d - self.distance, turn * math.sin(self.distance / 6.371e6) * 6.371e6])


def kepler_apogee(state: FloatArray) -> float:
    """Return the apogee height (m) over the mean sphere of an Earth-fixed state (6,)."""
    w, mu = 7.292115e-5, 3.986004418e14
    r = state[:3]
    v = state[3:] + np.array([-w * r[1], w * r[0], 0.0])
    radius = math.sqrt(float(np.sum(r**2)))
    a = 1.0 / (2.0 / radius - float(np.sum(v**2)) / mu)
    h2 = float(np.sum(np.cross(r, v) ** 2))
    return a * (1.0 + math.sqrt(max(0.0, 1.0 - h2 / (mu * a)))) - 6.371e6


def _solve(
    vehicle: Vehicle, lat_deg: float, lon_deg: float, aim_lat_deg: float, aim_lon_deg: float, loft: float
) -> Solution:
    """Return the flight of a class between two places (deg) whose apogee is `loft` times that of least energy.

    Least energy: the kick with the earliest cut-off. InputError if the place is out of reach.
    """
    d, a, _ = (float(v) for v in inverse(lat_deg * DEG, lon_deg * DEG, aim_lat_deg * DEG, aim_lon_deg * DEG))
    p = _Problem(vehicle, lat_deg * DEG, lon_deg * DEG, np.array([aim_lat_deg, aim_lon_deg]) * DEG, d, a)
    kicks = np.arange(4.0, 82.0, 4.0) * DEG
    found = [(k, c) for k in kicks if (c := p.cutoff(float(k))) is not None]
    if not found:
        raise InputError(f"out of reach of class {vehicle.name}: {d / 1e3:.0f} km", key="target")
    best = min(range(len(found)), key=lambda i: found[i][1])
    wanted = loft * p.apogee(*found[best])
    kick, cutoff = found[best]
    if loft != 1.0:
        # steeper is a smaller kick; interpolate the kick between neighbours of the grid by apogee
        side = found[: best + 1] if loft > 1.0 else found[best:]
        heights = np.array([p.apogee(k, c) for k, c in side])
        order = np.argsort(heights)
        kick = float(np.interp(wanted, heights[order], np.array([k for k, _ in side])[order]))
        cutoff = p.cutoff(kick) or cutoff
    azimuth, kick = p.azimuth, float(kick)
    for _ in range(12):
        e = p.miss(azimuth, kick, cutoff)
        if float(np.sum(e**2)) < 1.0:
            break
        da, dc = 1e-4, 1e-3
        ja = (p.miss(azimuth + da, kick, cutoff) - e) / da
        jc = (p.miss(azimuth, kick, cutoff - dc) - e) / -dc
        det = ja[0] * jc[1] - ja[1] * jc[0]
        azimuth -= float(np.clip((e[0] * jc[1] - e[1] * jc[0]) / det, -0.05, 0.05))
        cutoff -= float(np.clip((ja[0] * e[1] - ja[1] * e[0]) / det, -2.0, 2.0))
        cutoff = min(cutoff, vehicle.burn_s)
    left = p.miss(azimuth, kick, cutoff)
    return Solution(azimuth, kick, cutoff, p.apogee(kick, cutoff), math.hypot(float(left[0]), float(left[1])))


def _solve_apogee(
    vehicle: Vehicle, place_deg: tuple[float, float], aim_deg: tuple[float, float], apogee_km: float
) -> Solution:
    """Return the flight of a class between two places (deg) with an apogee; InputError if it has none."""
    here = (place_deg[0] * DEG, place_deg[1] * DEG)
    d, a, _ = (float(v) for v in inverse(*here, aim_deg[0] * DEG, aim_deg[1] * DEG))
    arc = arc_of(vehicle, Report(here, a, d, apogee_km * 1e3), _APOGEE_CLOSE)
    if arc is None:
        raise InputError(
            f"class {vehicle.name} has no flight over {d / 1e3:.0f} km with an apogee of {apogee_km:g} km",
            key="apogee_km",
        )
    turn = math.remainder(arc.bearing - a, 2.0 * math.pi)
    return Solution(arc.azimuth, arc.kick, arc.cutoff_s, arc.apogee_m, math.hypot(arc.range_m - d, d * turn))


# ------------------------------------------------------------------------------------------------------- flying
def missile_flight(
    name: str,
    vehicle: Vehicle,
    launch: int,
    place_deg: tuple[float, float],
    aim_deg: tuple[float, float],
    loft: float,
    rng: np.random.Generator,
    separate_last: bool = False,
    apogee_km: float | None = None,
) -> list[Trajectory]:
    """Return the trajectories of a missile and its spent stages; the fall scatters about the aim by the CEP of the
    class.

    The last stage stays with the payload and is one body with it for a radar, unless `separate_last`.
    """
    scatter = rng.normal(0.0, vehicle.cep_m / 1.17741, 2)
    lat = aim_deg[0] + float(scatter[0]) / 111_200.0
    lon = aim_deg[1] + float(scatter[1]) / (111_200.0 * math.cos(aim_deg[0] * DEG))
    solution = (
        _solve(vehicle, place_deg[0], place_deg[1], lat, lon, loft)
        if apogee_km is None
        else _solve_apogee(vehicle, place_deg, (lat, lon), apogee_km)
    )
    if solution.miss_m > 500.0:
        raise InputError(f"no flight of class {vehicle.name} found to this place", key="target")
    programme = vehicle.programme(solution.azimuth, solution.kick, solution.cutoff_s)
    flight = fly(vehicle, place_deg[0] * DEG, place_deg[1] * DEG, 0.0, programme, STEP_S)
    attributes: dict[str, float | str] = {"class": vehicle.name, "apogee_km": solution.apogee_m / 1e3}
    return _bodies(name, "missile", vehicle, flight, launch, separate_last, attributes)


def sounding_flight(
    name: str,
    vehicle: Vehicle,
    launch: int,
    place_deg: tuple[float, float],
    azimuth_deg: float,
    elevation_deg: float,
    rng: np.random.Generator,
) -> list[Trajectory]:
    """Return the trajectories of a sounding rocket's payload and of each spent stage.

    Nothing steers it: the flight differs from the plan by the dispersion of the class.
    """
    vehicle, programme = dispersed(vehicle, vehicle.programme(azimuth_deg * DEG, (90.0 - elevation_deg) * DEG), rng)
    flight = fly(vehicle, place_deg[0] * DEG, place_deg[1] * DEG, 0.0, programme, STEP_S)
    attributes: dict[str, float | str] = {"class": vehicle.name, "apogee_km": kepler_apogee(flight.states[-1]) / 1e3}
    return _bodies(name, "sounding_rocket", vehicle, flight, launch, True, attributes)


def _bodies(
    name: str,
    kind: str,
    vehicle: Vehicle,
    flight: PoweredFlight,
    launch: int,
    separate_last: bool,
    attributes: dict[str, float | str],
) -> list[Trajectory]:
    plumes = np.array(vehicle.plume_w_sr)
    powered = flight.burning > 0
    glow = np.where(powered, plumes[flight.stage], 0.0)
    seconds, states = coast(flight.states[-1], vehicle.payload_beta_kg_m2, _LONGEST_S)
    dark = np.zeros(len(seconds))
    times = launch + np.rint(np.concatenate([flight.times, flight.times[-1] + seconds]) * NS).astype(np.int64)
    main = Trajectory(
        name, kind, times, np.vstack([flight.states, states]), np.concatenate([powered, dark > 0]),
        np.concatenate([glow, dark]), vehicle.rcs_dbsm, attributes=attributes,
    )  # fmt: skip
    out = [main]
    count = len(vehicle.stages) if separate_last else len(vehicle.stages) - 1
    for i in range(count):
        mark = flight.burnouts[i]
        if i > 0 and mark[0] <= flight.burnouts[i - 1][0]:
            break
        beta = stage_beta(vehicle.stages[i])
        out.append(spent_stage(f"{name}-stage-{i + 1}", name, launch + int(mark[0] * NS), mark[1:7], beta))
    return out


def stage_beta(stage: Stage) -> float:
    """Return the ballistic coefficient (kg/m2) of a spent stage: a tumbling cylinder.

    Drag coefficient 1.2 on about three cross-sections.
    """
    return stage.dry_kg / (1.2 * 3.0 * math.pi / 4.0 * stage.diameter_m**2)


def spent_stage(
    name: str,
    parent: str,
    start: int,
    state: FloatArray,
    beta: float,
    rcs_dbsm: float = STAGE_RCS_DBSM,
    longest_s: float = _LONGEST_S,
) -> Trajectory:
    """Return the fall of a spent stage that is pushed back a little at separation; kind `debris`."""
    left = state.copy()
    left[3:] -= _SEPARATION_M_S * state[3:] / math.sqrt(float(np.sum(state[3:] ** 2)))
    seconds, states = coast(left, beta, longest_s)
    times = start + np.rint(np.concatenate([[0.0], seconds]) * NS).astype(np.int64)
    n = len(times)
    return Trajectory(
        name, "debris", times, np.vstack([left, states]), np.zeros(n, bool), np.zeros(n), rcs_dbsm, parent=parent
    )


def coast(state: FloatArray, beta: float, longest_s: float) -> tuple[FloatArray, FloatArray]:
    """Return times (n,) s and states (n, 6) of free flight at 1 Hz, the last one on the ground if it falls in time."""
    now = np.ascontiguousarray(state, np.float64)
    out = np.empty(7)
    times: list[float] = []
    states: list[FloatArray] = []
    t = 0.0
    while t < longest_s:
        status = fly_to_height(now, beta, 0.0, 1.0, out)
        if status > 1:
            break
        t += float(out[6])
        now = out[:6].copy()
        if out[6] > 1e-6:
            times.append(t)
            states.append(now)
        if status == REACHED:
            break
    return np.array(times), np.array(states).reshape(-1, 6)

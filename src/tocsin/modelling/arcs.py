"""Flights of a class with a reported range, bearing and apogee: the kick, azimuth and cut-off that give all three.

It says whether a report fits a ballistic flight at all, and gives scenarios made from real tests. It serves scenarios and
the tests of the world only, and is not exported.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.vehicle import Vehicle
from tocsin.modelling.sphere import least_energy
from tocsin.world.geodesy import inverse, to_geodetic
from tocsin.world.motion.boosters import fly
from tocsin.world.motion.forces_kernels import climb_rate, fast_height
from tocsin.world.motion.freeflight_kernels import REACHED, fly_to_height, propagate

__all__: list[str] = []

_KICKS_DEG = (0.5, 1.5, 3.0, 5.0, 8.0, 12.0, 18.0, 25.0, 33.0, 42.0, 52.0, 64.0)
_CUTS = (0.25, 0.4, 0.55, 0.65, 0.75, 0.82, 0.88, 0.93, 0.97, 1.0)
_STARTS = 5
_STEPS = 25
_CLOSE = 1.0e-3
"""How near to a report its flight has to come, of range and apogee: reports are rounded more than this."""
_LONGEST_S = 9000.0
_SMALL = (1.0e-4, 1.0e-4, -1.0e-2)
_LARGEST = (0.15, 0.15, 12.0)


@dataclass(frozen=True)
class Report:
    """What is known of a flight: launch place (rad), bearing (rad) and range (m) of the fall, apogee (m)."""

    place: tuple[float, float]
    bearing: float
    range_m: float
    apogee_m: float

    @property
    def steepness(self) -> float:
        """Apogee over that of least energy: well below 1 depressed (or gliding), well above 1 lofted."""
        return self.apogee_m / least_energy(self.range_m).apogee_m


@dataclass(frozen=True)
class Arc:
    """A flight: azimuth and kick (rad), cut-off and time from lift-off to the ground (s); where it fell, how high, how fast.

    `bearing` (rad) and `range_m` of the fall from the launch place, `apogee_m`, `speed_m_s` at cut-off (Earth-fixed).
    """

    azimuth: float
    kick: float
    cutoff_s: float
    bearing: float
    range_m: float
    apogee_m: float
    time_s: float
    speed_m_s: float


def flown(vehicle: Vehicle, place: tuple[float, float], azimuth: float, kick: float, cutoff_s: float) -> Arc | None:
    """Return the flight of a class from a place (rad) at an azimuth and kick (rad), or None if it does not come down."""
    flight = fly(vehicle, place[0], place[1], 0.0, vehicle.programme(azimuth, kick, cutoff_s), 1.0e6)
    state = np.ascontiguousarray(flight.states[-1])
    out = np.empty(7)
    if fly_to_height(state, vehicle.payload_beta_kg_m2, 0.0, _LONGEST_S, out) != REACHED:
        return None
    lat, lon, _ = to_geodetic(out[:3])
    distance, bearing, _ = (float(v) for v in inverse(place[0], place[1], float(lat), float(lon)))
    speed = math.sqrt(float((state[3:] ** 2).sum()))
    top = _top(state, vehicle.payload_beta_kg_m2, float(out[6]))
    return Arc(azimuth, kick, cutoff_s, bearing, distance, top, float(flight.times[-1] + out[6]), speed)


def _top(state: FloatArray, beta: float, longest_s: float) -> float:
    """Return the greatest height (m) of a free flight, where its climb rate is zero (bisection on time)."""
    if climb_rate(*state) <= 0.0:
        return float(fast_height(state[0], state[1], state[2]))
    out = np.empty(6)
    low, high = 0.0, longest_s
    for _ in range(22):
        middle = 0.5 * (low + high)
        propagate(state, middle, beta, out)
        low, high = (middle, high) if climb_rate(*out) > 0.0 else (low, middle)
    return float(fast_height(out[0], out[1], out[2]))


def _miss(arc: Arc | None, report: Report) -> FloatArray | None:
    """Return what is missed: along and across, in ranges, and the logarithm of the apogee; None without a flight."""
    if arc is None or arc.apogee_m <= 1.0:
        return None
    turn = arc.bearing - report.bearing
    part = arc.range_m / report.range_m
    return np.array([part * math.cos(turn) - 1.0, part * math.sin(turn), math.log(arc.apogee_m / report.apogee_m)])


def _of(x: FloatArray) -> tuple[float, float, float]:
    """Return azimuth, kick and cut-off of the unknowns: the kick toward east and north, and the cut-off."""
    return math.atan2(x[0], x[1]), math.hypot(x[0], x[1]), float(x[2])


def _starts(vehicle: Vehicle, report: Report) -> Iterator[FloatArray]:
    """Yield unknowns of the flights of a coarse grid that come nearest, best first."""
    grid = []
    for kick_deg in _KICKS_DEG:
        for cut in _CUTS:
            arc = flown(vehicle, report.place, report.bearing, kick_deg * DEG, cut * vehicle.burn_s)
            off = _miss(arc, report)
            if arc is not None and off is not None:
                grid.append((float((off**2).sum()), arc.kick, arc.cutoff_s))
    for _, kick, cutoff in sorted(grid)[:_STARTS]:
        yield np.array([kick * math.sin(report.bearing), kick * math.cos(report.bearing), cutoff])


def arc_of(vehicle: Vehicle, report: Report, close: float = _CLOSE) -> Arc | None:
    """Return the flight of a class that was reported, within a part `close` of range and apogee, or None without one.

    Newton's method from the nearest flights of a coarse grid; the cut-off stays within the burn.
    """
    for x in _starts(vehicle, report):
        for _ in range(_STEPS):
            arc = flown(vehicle, report.place, *_of(x))
            off = _miss(arc, report)
            if off is None:
                break
            if float(np.abs(off).max()) < close:
                return arc
            step = _newton(vehicle, report, x, off)
            if step is None:
                break
            x = x + step
            x[2] = min(max(float(x[2]), 0.1 * vehicle.burn_s), vehicle.burn_s)
    return None


def _newton(vehicle: Vehicle, report: Report, x: FloatArray, off: FloatArray) -> FloatArray | None:
    """Return the step of Newton's method at x (3,), cut to what the flight is smooth over; None where it has none."""
    rows = []
    for j, small in enumerate(_SMALL):
        moved = x.copy()
        moved[j] += small
        beside = _miss(flown(vehicle, report.place, *_of(moved)), report)
        if beside is None:
            return None
        rows.append((beside - off) / small)
    a, b, c = rows
    det = float((a * np.cross(b, c)).sum())
    if det == 0.0:
        return None
    step = -np.array([(off * np.cross(b, c)).sum(), (off * np.cross(c, a)).sum(), (off * np.cross(a, b)).sum()]) / det
    cut = min(1.0, *(large / max(abs(float(s)), 1.0e-12) for s, large in zip(step, _LARGEST, strict=True)))
    return np.asarray(step * cut)

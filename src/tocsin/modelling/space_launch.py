"""Flights of space launchers for scenarios: to a circular orbit, with stages, fairing and dump left behind.

The first stage turns with gravity; from `hold_s` on the thrust turns down at a constant rate from an angle above the
velocity (the linear pitch law, near the linear-tangent law that is optimal over a flat Earth: Bryson and Ho 1975, sec.
2.7). Angle, rate and cut-off follow from the orbit: its height, no climb, its speed. Of the kicks that reach it, the one
that needs least propellant is flown. No place is aimed at.
"""

import math
from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import DEG, EARTH_RATE_RAD_S, MU_M3_S2, NS, WGS84_A_M
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.vehicle import Vehicle
from tocsin.modelling.boost import STEP_S, coast, spent_stage, stage_beta
from tocsin.modelling.trajectory import Trajectory
from tocsin.world.motion.boosters import PoweredFlight, fly

__all__: list[str] = []

_KICK_PARTS = (0.4, 0.55, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0)
_STEER_GUESSES_DEG = ((5.0, 0.05), (15.0, 0.08), (25.0, 0.1), (0.0, 0.02), (35.0, 0.12))
_FAIRING_RCS_DBSM = 0.0
_FAIRING_M_S = 4.0
"""Speed with which each half of a fairing is pushed aside."""


@dataclass(frozen=True)
class Ascent:
    """How a launcher reaches its orbit: kick (rad), pitch above velocity (rad) and rate (rad/s), cut-off (s)."""

    kick: float
    up: float
    rate: float
    cutoff_s: float


def inertial(states: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return radius (m), speed (m/s) and radial speed (m/s), seen from space, of Earth-fixed states (n, 6)."""
    r = states[:, :3]
    v = states[:, 3:] + EARTH_RATE_RAD_S * np.stack([-r[:, 1], r[:, 0], 0.0 * r[:, 0]], axis=1)
    radius = np.sqrt((r**2).sum(axis=1))
    return radius, np.sqrt((v**2).sum(axis=1)), (r * v).sum(axis=1) / radius


def _miss(
    vehicle: Vehicle, place: tuple[float, float], azimuth: float, kick: float, steer: tuple[float, float]
) -> tuple[FloatArray, float] | None:
    """Return height and climb missed when the energy of the orbit is there (m, m/s) and that time (s), or None."""
    flight = fly(vehicle, place[0], place[1], 0.0, vehicle.programme(azimuth, kick, steer=steer), 1.0)
    radius, speed, climb = inertial(flight.states)
    if float(radius.min()) < WGS84_A_M - 25e3:
        return None
    goal = WGS84_A_M + vehicle.orbit_km * 1e3
    energy = 0.5 * speed**2 - MU_M3_S2 / radius + 0.5 * MU_M3_S2 / goal
    enough = np.flatnonzero(energy >= 0.0)
    if len(enough) == 0:
        return None
    i = int(enough[0])
    u = float(energy[i - 1] / (energy[i - 1] - energy[i]))
    at = [float((1.0 - u) * q[i - 1] + u * q[i]) for q in (radius, climb, flight.times)]
    return np.array([at[0] - goal, at[1]]), at[2]


def _steer(
    vehicle: Vehicle, place: tuple[float, float], azimuth: float, kick: float, guess: tuple[float, float]
) -> Ascent | None:
    """Return the ascent at a kick by Newton's method on pitch and rate, or None where it does not converge."""
    x = np.array(guess)
    small = np.array([1e-4, 1e-6])
    longest = np.array([0.1, 1e-3])
    found = _miss(vehicle, place, azimuth, kick, (float(x[0]), float(x[1])))
    for _ in range(25):
        if found is None:
            return None
        miss, cutoff = found
        if abs(miss[0]) < 20.0 and abs(miss[1]) < 0.05:
            return Ascent(kick, float(x[0]), float(x[1]), cutoff)
        columns = []
        for j in range(2):
            moved = x.copy()
            moved[j] += small[j]
            beside = _miss(vehicle, place, azimuth, kick, (float(moved[0]), float(moved[1])))
            if beside is None:
                return None
            columns.append((beside[0] - miss) / small[j])
        (a, c), (b, d) = columns
        det = a * d - b * c
        if det == 0.0:
            return None
        step = np.array([(miss[0] * d - miss[1] * b) / det, (miss[1] * a - miss[0] * c) / det])
        x = x - step * min(1.0, float((longest / np.maximum(np.abs(step), 1e-300)).min()))
        found = _miss(vehicle, place, azimuth, kick, (float(x[0]), float(x[1])))
    return None


def solve_ascent(vehicle: Vehicle, place: tuple[float, float], azimuth: float) -> Ascent:
    """Return the ascent from a place (rad) with the earliest cut-off of all kicks; InputError if no orbit is reached."""
    best: Ascent | None = None
    guesses = [(up * DEG, rate * DEG) for up, rate in _STEER_GUESSES_DEG]
    for part in _KICK_PARTS:
        kick = part * vehicle.kick_deg * DEG
        for guess in guesses:
            ascent = _steer(vehicle, place, azimuth, kick, guess)
            if ascent is not None:
                guesses.insert(0, (ascent.up, ascent.rate))
                if best is None or ascent.cutoff_s < best.cutoff_s:
                    best = ascent
                break
    if best is None:
        raise InputError(
            f"{vehicle.name} does not reach a circular orbit at {vehicle.orbit_km:g} km from here at this azimuth:"
            f" its stages give {vehicle.ideal_speed_m_s / 1e3:.2f} km/s without losses",
            key="vehicle",
            allowed="less payload, more propellant, a lower orbit or an azimuth nearer to east",
        )
    return best


def space_launch_flight(
    name: str, vehicle: Vehicle, launch: int, place_deg: tuple[float, float], azimuth_deg: float, end: int
) -> list[Trajectory]:
    """Return the trajectories of a payload to orbit (until `end`, TAI ns), its stages and the halves of its fairing."""
    place = (place_deg[0] * DEG, place_deg[1] * DEG)
    ascent = solve_ascent(vehicle, place, azimuth_deg * DEG)
    programme = vehicle.programme(azimuth_deg * DEG, ascent.kick, ascent.cutoff_s, (ascent.up, ascent.rate))
    flight = fly(vehicle, place[0], place[1], 0.0, programme, STEP_S)
    left = max(1.0, (end - launch) / NS - float(flight.times[-1]))
    seconds, states = coast(flight.states[-1], vehicle.payload_beta_kg_m2, left)
    dark = np.zeros(len(seconds))
    powered = flight.burning > 0
    glow = np.where(powered, np.array(vehicle.plume_w_sr)[flight.stage], 0.0)
    main = Trajectory(
        name, "space_launch", _instants(launch, np.concatenate([flight.times, flight.times[-1] + seconds])),
        np.vstack([flight.states, states]), np.concatenate([powered, dark > 0]), np.concatenate([glow, dark]),
        vehicle.rcs_dbsm, attributes={"class": vehicle.name, "orbit_km": vehicle.orbit_km},
    )  # fmt: skip
    return [main, *_left_behind(name, vehicle, flight, launch, left)]


def _instants(launch: int, seconds: FloatArray) -> np.ndarray:
    return launch + np.rint(seconds * NS).astype(np.int64)


def _left_behind(name: str, vehicle: Vehicle, flight: PoweredFlight, launch: int, left_s: float) -> list[Trajectory]:
    """Return the spent stages, the last one in orbit with its dump, and the halves of the fairing."""
    out = []
    last = len(vehicle.stages) - 1
    for i in range(last):
        mark = flight.burnouts[i]
        start = launch + int(mark[0] * NS)
        out.append(spent_stage(f"{name}-stage-{i + 1}", name, start, mark[1:7], stage_beta(vehicle.stages[i])))
    mark = flight.burnouts[last]
    upper = spent_stage(
        f"{name}-stage-{last + 1}",
        name,
        launch + int(mark[0] * NS),
        mark[1:7],
        stage_beta(vehicle.stages[last]),
        longest_s=left_s,
    )
    if vehicle.dump is not None:
        after = (upper.times - upper.start) / NS - vehicle.dump.start_s
        on = (after >= 0.0) & (after <= vehicle.dump.duration_s)
        upper.intensity[on] = vehicle.dump.intensity_w_sr
    out.append(upper)
    if vehicle.fairing is not None:
        k = int(np.searchsorted(flight.times, vehicle.fairing.drop_s))
        state = flight.states[k]
        side = np.cross(state[:3], state[3:])
        side *= _FAIRING_M_S / math.sqrt(float((side**2).sum()))
        for half, sign in (("a", 1.0), ("b", -1.0)):
            pushed = state.copy()
            pushed[3:] += sign * side
            start = launch + int(float(flight.times[k]) * NS)
            out.append(
                spent_stage(
                    f"{name}-fairing-{half}", name, start, pushed, vehicle.fairing.beta_kg_m2, _FAIRING_RCS_DBSM
                )
            )
    return out

"""Powered flight against SciPy's DOP853 on the same right-hand side, of every packaged class; frozen burn-outs."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.frozen import moved
from tests.vehicles import VEHICLES
from tocsin.core.constants import G0_M_S2
from tocsin.core.records.vehicle import Vehicle
from tocsin.world.geodesy import to_ecef
from tocsin.world.geodesy_kernels import enu_axes
from tocsin.world.motion import powered_kernels as pk
from tocsin.world.motion.boosters import fly, fly_many

LAT, LON, AZIMUTH = 0.6, 0.2, 0.7


def reference(vehicle: Vehicle, programme: np.ndarray) -> np.ndarray:
    """Return the state at the last burn-out: the events in time are steps' ends, within them rtol is 1e-11."""
    y = np.concatenate([np.asarray(to_ecef(LAT, LON, 0.0), float), np.zeros(3)])
    axes = np.array(enu_axes(LAT, LON)).reshape(3, 3)
    frame = np.concatenate([axes[2], math.sin(AZIMUTH) * axes[0] + math.cos(AZIMUTH) * axes[1]])
    held, a = np.zeros(7), np.empty(6)
    mass, t = vehicle.lift_off_kg, 0.0
    changes = programme[[pk.VERTICAL_S, pk.TURN_S, pk.HOLD_S, pk.JETTISON_S]].tolist()
    changes.append(programme[pk.VERTICAL_S] + programme[pk.KICK_S])
    for stage, row in zip(vehicle.stages, vehicle.table(), strict=True):
        ignition, burnout = t + stage.coast_s, t + stage.coast_s + stage.burn_s
        flow = stage.thrust_vac_n / (stage.isp_vac_s * G0_M_S2)
        edges = sorted({t, ignition, burnout, *(c for c in changes if t < c < burnout)})
        for low, high in itertools.pairwise(edges):
            if low == programme[pk.HOLD_S]:
                pk._hold(low, y, held)
            if low == programme[pk.JETTISON_S]:
                mass -= programme[pk.JETTISON_KG]
            burning = low >= ignition
            turning = programme[pk.TURN_S] <= low < programme[pk.HOLD_S]

            def slope(at, w, low=low, high=high, m=mass, burning=burning, turning=turning, flow=flow, row=row):
                inside = at if low >= programme[pk.HOLD_S] else min(at, high - 1e-8)
                d = pk._direction(inside, programme, frame, held)
                left = m - flow * (at - low) if burning else m
                thrust = row[pk.THRUST] if burning else 0.0
                pk._acceleration(w, left, thrust, row[pk.EXIT_AREA], row[pk.AREA], *d, turning, a)
                return np.concatenate([w[3:], a[:3]])

            y = solve_ivp(slope, (low, high), y, method="DOP853", rtol=1e-11, atol=1e-6, max_step=2.0).y[:, -1]
            if burning:
                mass -= flow * (high - low)
        t, mass = burnout, mass - stage.dry_kg
    return y


@pytest.mark.parametrize("name", sorted(VEHICLES))
def test_burn_out_is_that_of_dop853(name):
    vehicle = VEHICLES[name]
    programme = vehicle.programme(AZIMUTH)
    error = fly(vehicle, LAT, LON, 0.0, programme, 1.0e6).states[-1] - reference(vehicle, programme)
    # steps of half a second in the air meet the kinks of the air's layers and of the drag curve where they fall
    # (a small error of speed early on moves the place for as long as a launcher burns)
    assert np.linalg.norm(error[:3]) < (1.0 if vehicle.burn_s < 600.0 else 8.0)
    assert np.linalg.norm(error[3:]) < 0.02


def test_many_flights_are_each_the_same_as_one():
    vehicle = VEHICLES["submarine_launched"]
    kicks = np.linspace(0.2, 0.8, 7)
    programmes = np.array([vehicle.programme(AZIMUTH, kick) for kick in kicks])
    tables = np.repeat(vehicle.table()[None], 7, axis=0)
    many = fly_many(tables, np.full(7, vehicle.payload_kg), LAT, LON, 0.0, programmes)
    for row, programme in zip(many, programmes, strict=True):
        one = fly(vehicle, LAT, LON, 0.0, programme, 1.0e6)
        assert np.array_equal(row, np.concatenate([one.times[-1:], one.states[-1]]))


def test_burn_outs_are_where_they_were():
    rows = {}
    for name, vehicle in VEHICLES.items():
        flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(AZIMUTH), 1.0e6)
        rows[name] = dict(zip(("t_s", *"xyz", "vx", "vy", "vz"), [flight.times[-1], *flight.states[-1]], strict=True))
    assert moved("powered_burnouts", rows, dict.fromkeys(("t_s", *"xyz", "vx", "vy", "vz"), 1e-2)) == {}

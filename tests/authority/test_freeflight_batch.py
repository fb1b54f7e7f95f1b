"""Free flight over many random states against a slow, careful integrator, itself checked against SciPy's DOP853.

TOCSIN_SLOW=1 flies 100,000 random states (some minutes); else a slice of them.
"""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from tests.authority.careful_flight import any_states, ballistic_states, careful_flights
from tests.authority.test_freeflight_dop853 import W, force
from tocsin.core.constants import EARTH_RATE_RAD_S
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.motion.freeflight_kernels import NOT_IN_TIME, REACHED, UNSURE, fly_to_height_many, propagate_many

integrate = pytest.importorskip("scipy.integrate")
ANY = 100_000 if os.environ.get("TOCSIN_SLOW") else 1_500
LONGEST_S = 5400.0


def flown(states, betas, stop, t_max):
    out, status = np.zeros((len(betas), 7)), np.full(len(betas), 9)
    fly_to_height_many(states, betas, stop, t_max, out, status)
    return out, status


def carefully(states, betas, stop, t_max):
    out, status = np.zeros((len(betas), 7)), np.full(len(betas), 9)
    careful_flights(states, betas, stop, t_max, out, status)
    return out, status


def scipy_place(state: np.ndarray, beta: float, duration: float) -> np.ndarray:
    """Return the Earth-fixed place after a duration, flown in an inertial frame by SciPy's DOP853, rtol 1e-13."""
    inertial, t0 = state.copy(), 0.0
    inertial[3:] += np.cross([0.0, 0.0, W], inertial[:3])
    while t0 < duration:
        # a step may not leap over thin air, nor far over a kink of the layers
        low = height_above_ellipsoid(*inertial[:3]) < 200e3
        solution = integrate.solve_ivp(
            force, (t0, min(t0 + (20.0 if low else 120.0), duration)), inertial, "DOP853",
            rtol=1e-13, atol=1e-9, args=(beta,), max_step=1.0 if low else 20.0,
        )  # fmt: skip
        inertial, t0 = solution.y[:, -1], float(solution.t[-1])
    c, s = math.cos(EARTH_RATE_RAD_S * t0), math.sin(EARTH_RATE_RAD_S * t0)
    return np.array([c * inertial[0] + s * inertial[1], c * inertial[1] - s * inertial[0], inertial[2]])


def test_the_careful_integrator_agrees_with_scipy_on_states_of_every_kind():
    states, betas, kinds = any_states(400, seed=3)
    chosen = [int(i) for kind in range(5) for i in np.flatnonzero(kinds == kind)[:1]]
    out, _ = carefully(states[chosen], betas[chosen], 0.0, 900.0)
    for i, row in zip(chosen, out, strict=True):
        place = scipy_place(states[i], float(betas[i]), float(row[6]))
        assert np.linalg.norm(place - row[:3]) < 0.01, f"state {i} of kind {kinds[i]}"


@pytest.mark.parametrize("stop", [0.0, 120e3])
def test_ballistic_flights_end_within_a_metre(stop):
    states, betas = ballistic_states(600)
    out, status = flown(states, betas, stop, 4000.0)
    place, _ = carefully(states, betas, stop, 4000.0)
    assert np.all(status == REACHED)
    # asked: 1 m at most; seen over 4,000: 0.22 m
    assert np.linalg.norm(out[:, :3] - place[:, :3], axis=1).max() < 0.5
    assert np.abs(out[:, 6] - place[:, 6]).max() < 1e-3


def test_no_flight_fails_silently():
    states, betas, kinds = any_states(ANY)
    out, status = flown(states, betas, 0.0, LONGEST_S)
    careful, expected = carefully(states, betas, 0.0, LONGEST_S)
    answered = (status == REACHED) | (status == NOT_IN_TIME)
    assert np.array_equal(status[answered], expected[answered])
    error = np.linalg.norm(out[:, :3] - careful[:, :3], axis=1)
    worst = int(np.argmax(np.where(answered, error, 0.0)))
    assert error[worst] < 10.0, f"state {worst} of kind {kinds[worst]}: {error[worst]} m"
    # said to be unsure or failed: next to none
    assert (~answered).sum() <= ANY // 1000


def test_moving_on_by_a_time_never_fails_silently():
    states, betas, _ = any_states(ANY // 5, seed=5)
    ends, expected = carefully(states, betas, -1e9, 600.0)
    high = height_of(ends) > 0.0
    out, status = np.zeros((len(betas), 6)), np.full(len(betas), 9)
    propagate_many(states, np.full(len(betas), 600.0), betas, out, status)
    error = np.linalg.norm(out[:, :3] - ends[:, :3], axis=1)[high & (status == REACHED)]
    assert np.all(expected == NOT_IN_TIME)
    assert error.max() < 10.0
    assert (status[high] == REACHED).mean() > 0.999


def height_of(ends):
    return np.array([height_above_ellipsoid(*row[:3]) for row in ends])


def test_a_flight_that_hangs_on_a_hair_says_so():
    # days of skipping along the top of the air: a millimetre at the start is kilometres at the end
    states, betas, kinds = any_states(600, seed=11)
    grazing = (kinds == 1) & (np.linalg.norm(states[:, 3:], axis=1) < 9000.0)
    _, status = flown(states[grazing], betas[grazing], 0.0, 4 * 86400.0)
    assert (status == UNSURE).any()


def test_frozen_flights_end_where_they_ended():
    path = Path(__file__).resolve().parents[1] / "traces" / "freeflight.csv"
    rows = np.loadtxt(path, delimiter=",", skiprows=3)
    out, status = flown(np.ascontiguousarray(rows[:, 1:7]), np.ascontiguousarray(rows[:, 7]), 0.0, LONGEST_S)
    assert np.array_equal(status, rows[:, 8])
    assert np.linalg.norm(out[:, :3] - rows[:, 10:], axis=1).max() < 2.0
    assert np.abs(out[:, 6] - rows[:, 9]).max() < 0.01

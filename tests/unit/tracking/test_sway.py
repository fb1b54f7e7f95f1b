"""Slow errors of radars: looks that have them in common count for less, and a track is no surer than it may be."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, START, Scene, at, later, nothing_known, thrown
from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, RANGE
from tocsin.modelling.radar_noise_kernels import wander
from tocsin.sensing.sensor import SWAY_DAMPING
from tocsin.tracking.filter_kernels import FREE, M_RANGE, M_SIGMA_A, M_SIGMA_B, M_SIGMA_RANGE, MEAS, predict_model
from tocsin.tracking.sway import memory_s
from tocsin.tracking.sway_kernels import widen_swayed
from tocsin.tracking.tracker import Tracker

SLOW = (40.0, 0.02 * DEG, 0.02 * DEG)
RATE = 0.2
STEADY = replace(
    SENSORS["A"], sigma_range=5.0, sigma_azimuth=0.002 * DEG, sigma_elevation=0.002 * DEG, sigma_range_rate=50.0
)
SWAYING = replace(STEADY, slow=SLOW, slow_rate=RATE)


def test_the_memory_is_the_integral_of_the_autocorrelation() -> None:
    rate, step = 0.3, 0.25
    times = np.arange(0.0, 40_000.0, step)
    made = wander(times, np.random.default_rng(5).normal(size=(times.size, 2)), rate, SWAY_DAMPING)
    # variance of means over a time long against the memory, times that time
    means = made.reshape(-1, 400).mean(axis=1)
    assert means.var() * 400 * step / made.var() == pytest.approx(
        memory_s(rate), rel=0.25
    )  # 400 means: 7 % of one sigma


@pytest.mark.parametrize("apart", [0.5, 2.0, 9.0, 40.0])
def test_many_looks_tell_a_mean_as_well_as_one_with_an_exponentially_forgotten_error(apart: float) -> None:
    memory, slow, n = 9.0, 3.0, 25
    contacts = np.zeros((1, 1), [("hits", "i8"), ("time", "i8")])
    rows = np.zeros((1, MEAS))
    rows[0, M_RANGE] = 1e6
    rows[0, [M_SIGMA_RANGE, M_SIGMA_A, M_SIGMA_B]] = slow
    told = 0.0
    for k in range(n):
        mine = rows.copy()
        time = np.array([at(k * apart)])
        widen_swayed(contacts, np.zeros(1, np.int64), time, 0, np.full(3, slow), memory, mine)
        assert mine[0, M_SIGMA_RANGE] == mine[0, M_SIGMA_A] == mine[0, M_SIGMA_B]
        told += mine[0, M_SIGMA_RANGE] ** -2
        contacts[0, 0] = (k + 1, time[0])
    held = math.exp(-2.0 * apart / memory)
    covariance = slow**2 * held ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    assert 1.0 / told == pytest.approx(1.0 / np.linalg.solve(covariance, np.ones(n)).sum(), rel=1e-6)


def squares_ahead(seed: int, stated: object, seconds: float) -> list[float]:
    """Return the squared error of a track's place, 60 s after a minute of looks with slow errors, by its covariance (3)."""
    rng, tracker, truth, scene = np.random.default_rng(seed), Tracker(), thrown(), Scene(seed)
    times = np.arange(0.0, 60.0, seconds)
    errors = [s * wander(times, rng.normal(size=(times.size, 2)), RATE, SWAY_DAMPING) for s in SLOW]
    for k, t in enumerate(times.tolist()):
        values = scene.radar_values("A", [later(truth, t)], noise=0.0, rate=False)
        white = rng.normal(size=3) * [STEADY.sigma_range, STEADY.sigma_azimuth, STEADY.sigma_elevation]
        values[0, RANGE] += errors[0][k] + white[0]
        values[0, AZIMUTH] += (errors[1][k] + white[1]) / math.cos(values[0, ELEVATION])
        values[0, ELEVATION] += errors[2][k] + white[2]
        look = scene.look("A", t, values)
        place = SENSORS["A"].place(look.time, look.place)
        rows = tracker.rows(look, stated, place)
        tracker.process(look, stated, place, rows, np.arange(1), nothing_known)
    (track,) = tracker.bank.tracks.values()
    states, covariances = tracker.combined(np.array([track.slot], np.int64))
    x, p = np.zeros(10), np.zeros((10, 10))
    x[:6], p[:6, :6] = states[0, :6], covariances[0]
    now = (int(tracker.bank.ts[track.slot]) - START) / NS
    predict_model(x, p, 60.0, FREE)
    off = x[:3] - later(truth, now + 60.0)[:3]
    return [float(off @ np.linalg.solve(p[:3, :3], off)) / 3.0]


@pytest.mark.parametrize("seconds", [1.0, 5.0])
def test_a_track_of_a_swaying_radar_is_as_sure_as_it_is_right(seconds: float) -> None:
    found = np.mean([squares_ahead(seed, SWAYING, seconds) for seed in range(40)])
    # 120 squares: one sigma of the mean is 0.13; the swing itself lasts less than its memory suggests (never too sure)
    assert 0.4 < found < 1.3


def test_the_same_looks_taken_as_independent_make_it_too_sure() -> None:
    white = replace(
        STEADY, sigma_range=math.hypot(5.0, SLOW[0]), sigma_azimuth=SLOW[1], sigma_elevation=SLOW[2]
    )  # fmt: skip
    assert np.mean([squares_ahead(seed, white, 1.0) for seed in range(20)]) > 2.5

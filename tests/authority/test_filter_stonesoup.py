"""The filter of a coasting track against Stone Soup 1.9's extended Kalman filter (Dstl, MIT licence) on the same physics.

Stone Soup is given the same model of free flight with exact Jacobians: its default, numeric ones are wrong in Earth-fixed
coordinates by percents. Its radar measures elevation, bearing and range; ours takes arcs on the sky. The two agree to the
second order in the angular errors, so these are small here (2 arc seconds).
"""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.shared_data import shared
from tests.unit.tracking import twin
from tests.unit.tracking.test_filter_kernels import state
from tests.unit.tracking.test_update_kernels import ROT, SITE, row_of
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking import update_kernels as uk
from tocsin.tracking.filter_kernels import FREE, N
from tocsin.tracking.tracker import Tracker

pytest.importorskip("stonesoup", reason="Stone Soup is not installed")

from benchmarks.tracker_bench import motion
from benchmarks.tracker_bench.oracle import follow
from benchmarks.tracker_bench.stone_soup import Radar as WorkloadRadar
from benchmarks.tracker_bench.workload import make_workload
from stonesoup.base import Property
from stonesoup.models.base import TimeVariantModel
from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
from stonesoup.models.transition.base import TransitionModel
from stonesoup.predictor.kalman import ExtendedKalmanPredictor
from stonesoup.types.array import CovarianceMatrix, StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater

START = datetime(2026, 1, 1)
ANGLE, RANGE_M = 1.0e-5, 10.0
LOOKS, EVERY_S = 25, 4.0


def rotated(q):
    """Return a place (3,) as east, north, up at the site."""
    return ROT @ (q - SITE)


def variational(x, dt):
    """Return state (6,) after dt s of free flight and its exact transition (6, 6), integrated together."""

    def rates(_t, y):
        p, v, phi = y[:3], y[3:6], y[6:].reshape(6, 6)
        jacobian = np.zeros((6, 6))
        jacobian[:3, 3:] = np.eye(3)
        # the gradient of gravity by five points, good to 1e-12 of it
        h = 1000.0
        for k in range(3):
            e = h * np.eye(3)[k]
            far, near = twin.gravity(p + 2 * e) - twin.gravity(p - 2 * e), twin.gravity(p + e) - twin.gravity(p - e)
            jacobian[3:, k] = (8.0 * near - far) / (12.0 * h)
            jacobian[3:, k] -= np.cross(twin.SPIN, np.cross(twin.SPIN, np.eye(3)[k]))
            jacobian[3:, 3 + k] = -2.0 * np.cross(twin.SPIN, np.eye(3)[k])
        z = np.concatenate([p, v, np.zeros(3), [0.0]])
        return np.concatenate([twin.derivative(z, FREE, False)[:6], (jacobian @ phi).ravel()])

    solved = solve_ivp(rates, (0.0, dt), np.concatenate([x, np.eye(6).ravel()]), "DOP853", rtol=1e-10, atol=1e-9)
    return solved.y[:6, -1], solved.y[6:, -1].reshape(6, 6)


class FreeFlight(TransitionModel, TimeVariantModel):
    """Stone Soup's side of the motion: free flight, the transition by the variational equations."""

    frame_mapping: str = Property(default="earth-fixed", doc="Frame of the state")

    @property
    def ndim_state(self):
        return 6

    def function(self, state, noise=False, **kwargs):
        x = np.asarray(state.state_vector, float).ravel()
        return type(state.state_vector)(variational(x, kwargs["time_interval"].total_seconds())[0].reshape(6, 1))

    def jacobian(self, state, **kwargs):
        x = np.asarray(state.state_vector, float).ravel()
        return variational(x, kwargs["time_interval"].total_seconds())[1]

    def covar(self, time_interval, **kwargs):
        return twin.noise(time_interval.total_seconds(), FREE, fk.SPACE_WALK)[:6, :6]

    def rvs(self, *args, **kwargs):
        raise AssertionError("this test draws its noise itself")

    def pdf(self, *args, **kwargs):
        raise AssertionError("this test asks for no density")


def radar_model(elevation):
    """Return Stone Soup's radar at the site; its frame is turned from Earth-fixed to east, north, up."""
    return CartesianToElevationBearingRange(
        ndim_state=6,
        mapping=(0, 1, 2),
        noise_covar=np.diag([ANGLE**2, (ANGLE / math.cos(elevation)) ** 2, RANGE_M**2]),
    )


def in_local_frame(x, p):
    """Return Earth-fixed state and covariance in the site's axes, which do not move in the Earth-fixed frame."""
    turn = np.kron(np.eye(2), ROT)
    return np.concatenate([rotated(x[:3]), ROT @ x[3:]]), turn @ p @ turn.T


def in_earth_frame(y, p):
    turn = np.kron(np.eye(2), ROT)
    return np.concatenate([ROT.T @ y[:3] + SITE, ROT.T @ y[3:]]), turn.T @ p @ turn


def local_place(azimuth, elevation, r):
    """Return a state vector (6, 1) in local axes at a measured place, at rest."""
    c = math.cos(elevation)
    place = r * np.array([c * math.sin(azimuth), c * math.cos(azimuth), math.sin(elevation)])
    return np.concatenate([place, np.zeros(3)]).reshape(6, 1)


def as_prediction(prior):
    """Return a Gaussian state as the prediction that Stone Soup's updater wants."""
    return GaussianStatePrediction(prior.state_vector, prior.covar, timestamp=prior.timestamp)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_predict_and_update_are_those_of_stone_soups_extended_kalman_filter(seed):
    rng = np.random.default_rng(seed)
    truth = state(height=400e3, speed=4000.0)
    truth[6:9] = 0.0
    sigma = np.array([4.0] * 3 + [0.5] * 3)
    x, p = truth.copy(), np.zeros((N, N))
    x[:6] += sigma * rng.uniform(-1, 1, 6)
    p[:6, :6], p[9, 9] = np.diag(sigma**2), 0.1
    predictor, updater = ExtendedKalmanPredictor(FreeFlight()), ExtendedKalmanUpdater(None)
    theirs = GaussianState(x[:6].reshape(6, 1).copy(), p[:6, :6].copy(), timestamp=START)
    for k in range(1, LOOKS + 1):
        truth = twin.flow(truth, EVERY_S, FREE)
        m = row_of(truth, ("direction", "range"), (RANGE_M, ANGLE, ANGLE, 1.0), off=rng.uniform(-1.5, 1.5, 4))
        fk.predict_model(x, p, EVERY_S, FREE)
        uk.update_model(x, p, m, 0.0, FREE)
        at = START + timedelta(seconds=k * EVERY_S)
        predicted = predictor.predict(theirs, timestamp=at)
        # their radar looks from the site in local axes
        local, covariance = in_local_frame(
            np.asarray(predicted.state_vector, float).ravel(), np.asarray(predicted.covar)
        )
        r, azimuth, elevation, _ = measure(*(m[0:3] + m[12] * m[3:6]), 0.0, 0.0, 0.0, SITE, ROT)
        model = radar_model(elevation)
        # the place that our radar measured, as theirs would have told it
        seen = model.function(GaussianState(local_place(azimuth, elevation, r), np.eye(6)), noise=False)
        prior = GaussianState(local.reshape(6, 1), covariance, timestamp=at)
        detection = Detection(seen, timestamp=at, measurement_model=model)
        posterior = updater.update(SingleHypothesis(as_prediction(prior), detection))
        y, q = in_earth_frame(np.asarray(posterior.state_vector, float).ravel(), np.asarray(posterior.covar, float))
        theirs = GaussianState(y.reshape(6, 1), q, timestamp=at)
        spread = np.sqrt(np.diag(q))
        assert np.abs((x[:6] - y) / np.abs(y)).max() < 1e-5
        # far closer than asked in place and velocity: in units of their own sigma
        assert np.abs((x[:6] - y) / spread).max() < 1e-3
        assert np.abs((p[:6, :6] - q) / np.outer(spread, spread)).max() < 1e-4
    assert np.abs((y - truth[:6]) / spread).max() < 5.0


class Handed(FreeFlight):
    """The tracker's own arc handed to Stone Soup, with the transition by differences."""

    def function(self, state, noise=False, **kwargs):
        return StateVector(arc(state, kwargs["time_interval"].total_seconds(), np.zeros(6)))

    def jacobian(self, state, **kwargs):
        dt = kwargs["time_interval"].total_seconds()
        steps = np.diag([100.0] * 3 + [1.0] * 3)
        return np.array([(arc(state, dt, h) - arc(state, dt, -h)) / (2.0 * h.max()) for h in steps]).T


def arc(state, dt, off):
    """Return where a state that is `off` (6,) goes in dt s."""
    x = np.zeros(N)
    x[:6] = np.asarray(state.state_vector, float).ravel() + off
    fk.coast(x, dt)
    return x[:6]


def settled(work, k, hits):
    """Return scan, state and covariance (6,), (6, 6) of object k after so many of its detections, by the oracle."""
    known = follow(work)
    f = next(f for f, n in enumerate(known.hits) if n[k] == hits)
    return f, known.states[f][k], known.covariances[f][k]


@pytest.mark.parametrize("k", [0, 4, 9])
def test_a_track_of_the_neutral_workload_is_that_of_stone_soups_extended_kalman_filter(k):
    shared("bench/make_workload.py")
    work = make_workload(10)
    first, start, spread = settled(work, k, 30)
    x, p = np.zeros(N), np.zeros((N, N))
    x[:6], p[:6, :6], p[9, 9] = start, spread, 0.1
    tracker = Tracker()
    predictor, updater = ExtendedKalmanPredictor(Handed()), ExtendedKalmanUpdater(None)
    views = [
        WorkloadRadar(ndim_state=6, mapping=(0, 1, 2), noise_covar=CovarianceMatrix(motion.NOISE), site=site, axes=axes)
        for site, axes, _ in motion.radars(work)
    ]
    times = work.data["frame_t"]
    theirs = GaussianState(start.reshape(6, 1), spread, timestamp=START + timedelta(seconds=float(times[first])))
    taken, before = 0, float(times[first])
    for f in range(first + 1, len(work.scans)):
        scan = work.scans[f]
        own = np.flatnonzero(scan.objects == k)
        if not own.size:
            continue
        radar, now = int(work.data["frame_radar"][f]), float(times[f])
        m = tracker.rows(scan.look, scan.sensor, scan.sensor.position)[own[0]]
        fk.predict_model(x, p, now - before, FREE)
        uk.update_model(x, p, m, 0.0, FREE)
        at = START + timedelta(seconds=now)
        z = motion.measurements(work, f, motion.radars(work)[radar][2])[own[0]]
        detection = Detection(StateVector(z), timestamp=at, measurement_model=views[radar])
        predicted = predictor.predict(theirs, timestamp=at)
        theirs = updater.update(SingleHypothesis(predicted, detection))
        before, taken = now, taken + 1
    y, q = np.asarray(theirs.state_vector, float).ravel(), np.asarray(theirs.covar, float)
    assert taken > 100
    for part in (slice(0, 3), slice(3, 6)):
        assert np.linalg.norm(x[part] - y[part]) < 1e-5 * np.linalg.norm(y[part])
    sigma = np.sqrt(np.diag(q))
    # what is left is the point of linearisation in the angles: an eleventh of a sigma, a thousandth of the covariance
    assert np.abs((x[:6] - y) / sigma).max() < 0.1
    assert np.abs((p[:6, :6] - q) / np.outer(sigma, sigma)).max() < 2e-3

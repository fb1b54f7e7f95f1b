"""Stone Soup's tracker on the workload: extended Kalman filter with exact Jacobians, k-d tree, global nearest neighbour."""

import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from stonesoup.base import Property
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.base import ReversibleModel, TimeVariantModel
from stonesoup.models.measurement.nonlinear import NonLinearGaussianMeasurement
from stonesoup.models.transition.base import TransitionModel
from stonesoup.predictor.kalman import ExtendedKalmanPredictor
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.array import CovarianceMatrix, StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater

from . import motion
from .scores import Shown
from .workload import Workload

EPOCH = datetime(2026, 1, 1)
NEAR_M = 60e3
"""Detections so near a prediction in range are asked further: four sigma of a track that has been seen once, 5 s ago."""


class Ballistic(TransitionModel, TimeVariantModel):
    """The motion handed to Stone Soup."""

    @property
    def ndim_state(self) -> int:
        """Return 6."""
        return 6

    def function(self, state, noise=False, **kwargs):
        """Return the state after the interval."""
        return StateVector(motion.carry(_column(state), kwargs["time_interval"].total_seconds()))

    def jacobian(self, state, **kwargs):
        """Return the transition matrix."""
        return motion.transition(_column(state), kwargs["time_interval"].total_seconds())

    def covar(self, time_interval, **kwargs):
        """Return the process noise."""
        return CovarianceMatrix(motion.noise(time_interval.total_seconds()))

    def rvs(self, *args, **kwargs):
        """Draw nothing."""
        raise NotImplementedError

    def pdf(self, *args, **kwargs):
        """Weigh nothing."""
        raise NotImplementedError


class Radar(NonLinearGaussianMeasurement, ReversibleModel):
    """A radar of the workload."""

    site: np.ndarray = Property(doc="Place, m")
    axes: np.ndarray = Property(doc="Its axes, turned to the middle of its field")

    @property
    def ndim_meas(self) -> int:
        """Return 3."""
        return 3

    def function(self, state, noise=False, **kwargs):
        """Return range, azimuth and elevation."""
        return StateVector(motion.view(_column(state), self.site, self.axes)[0])

    def jacobian(self, state, **kwargs):
        """Return their derivatives."""
        return motion.view(_column(state), self.site, self.axes)[1]

    def inverse_function(self, detection, **kwargs):
        """Return the state at rest at the measured place."""
        z = np.asarray(detection.state_vector, np.float64).ravel()
        return StateVector(np.concatenate([motion.placed(z, self.site, self.axes), np.zeros(3)]))


def _column(state) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(state.state_vector, np.float64).ravel())


def _detections(work: Workload) -> Iterator[tuple[datetime, set[Detection]]]:
    views = motion.radars(work)
    models = [
        Radar(ndim_state=6, mapping=(0, 1, 2), noise_covar=CovarianceMatrix(motion.NOISE), site=site, axes=axes)
        for site, axes, _ in views
    ]
    for f, radar in enumerate(work.data["frame_radar"].tolist()):
        at = EPOCH + timedelta(seconds=float(work.data["frame_t"][f]))
        z = motion.measurements(work, f, views[radar][2])
        yield at, {Detection(StateVector(row), timestamp=at, measurement_model=models[radar]) for row in z}


def _tracker(work: Workload) -> MultiTargetTracker:
    predictor, updater = ExtendedKalmanPredictor(Ballistic()), ExtendedKalmanUpdater(None)
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=math.sqrt(motion.GATE))
    associator = DetectionKDTreeGNN2D(hypothesiser, predictor, updater, max_distance=NEAR_M)
    deleter = UpdateTimeDeleter(timedelta(seconds=motion.UNSEEN_S))
    speed = np.full(3, motion.SPEED_SIGMA_M_S**2)
    prior = GaussianState(StateVector(np.zeros(6)), np.diag(np.concatenate([np.zeros(3), speed])), timestamp=EPOCH)
    initiator = MultiMeasurementInitiator(
        prior, deleter=deleter, data_associator=associator, updater=updater, min_points=motion.CONFIRM_HITS
    )
    return MultiTargetTracker(
        initiator=initiator,
        deleter=deleter,
        detector=list(_detections(work)),
        data_associator=associator,
        updater=updater,
    )


def run(work: Workload, most_s: float) -> tuple[list[float], Shown]:
    """Return processor seconds and states of each scan; no scan is begun after `most_s` processor seconds."""
    tracker = _tracker(work)
    numbers: dict[str, int] = {}
    seconds: list[float] = []
    shown: Shown = []
    steps = iter(tracker)
    while len(seconds) < len(work.scans) and sum(seconds) < most_s:
        began = time.process_time()
        _, tracks = next(steps)
        seconds.append(time.process_time() - began)
        here = sorted((numbers.setdefault(t.id, len(numbers)), _column(t.state)) for t in tracks)
        shown.append((np.array([n for n, _ in here], np.int64), np.array([x for _, x in here]).reshape(-1, 6)))
    return seconds, shown

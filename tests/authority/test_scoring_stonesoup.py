"""GOSPA, OSPA and SIAP against Stone Soup 1.9 (Dstl, MIT licence)."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from tocsin.scoring.continuity import associate, siap
from tocsin.scoring.sets import gospa, ospa2

pytest.importorskip("stonesoup", reason="Stone Soup is not installed")

from stonesoup.dataassociator.tracktotrack import TrackToTruth
from stonesoup.measures import Euclidean
from stonesoup.metricgenerator.manager import MultiManager
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
from stonesoup.types.state import State
from stonesoup.types.track import Track

START = datetime(2026, 1, 1)


def states(points):
    return [State(p.reshape(-1, 1), timestamp=START) for p in points]


@pytest.mark.parametrize("p", [1, 2])
def test_gospa_and_its_parts(p):
    rng = np.random.default_rng(p)
    theirs = GOSPAMetric(p=p, c=8.0)
    for _ in range(60):
        truth, tracks = (rng.uniform(0, 30, (rng.integers(1, 7), 3)) for _ in range(2))
        ours = gospa(truth, tracks, 8.0, p)
        metric, _pairs = theirs.compute_gospa_metric(states(tracks), states(truth))
        assert ours.distance == pytest.approx(float(metric.value["distance"]))
        for ours_part, name in ((ours.localisation, "localisation"), (ours.missed, "missed"), (ours.false, "false")):
            assert ours_part == pytest.approx(abs(float(metric.value[name])))


def test_ospa2_over_one_instant_is_ospa():
    rng = np.random.default_rng(3)
    theirs = OSPAMetric(p=2, c=8.0)
    for _ in range(60):
        truth, tracks = (rng.uniform(0, 30, (rng.integers(1, 7), 3)) for _ in range(2))
        assert ospa2(truth[:, None], tracks[:, None], 8.0) == pytest.approx(
            float(theirs.compute_OSPA_distance(states(tracks), states(truth)).value)
        )


def stone_soup_siap(truth, tracks, times_s, gate):
    """Return Stone Soup's SIAP attributes of states (n, T, 4), place and velocity in two dimensions."""
    times = [START + timedelta(seconds=t) for t in times_s.tolist()]

    def series(points, kind, wrap):
        alive = [t for t in range(len(times)) if not np.isnan(points[t]).any()]
        return wrap([kind(points[t].reshape(-1, 1), timestamp=times[t]) for t in alive])

    place = Euclidean((0, 1))
    manager = MultiManager(
        [SIAPMetrics(position_measure=place, velocity_measure=Euclidean((2, 3)), generator_name="s")],
        associator=TrackToTruth(association_threshold=gate, measure=place, consec_pairs_confirm=1, consec_misses_end=1),
    )
    manager.add_data(
        {
            "groundtruth_paths": {series(p, GroundTruthState, GroundTruthPath) for p in truth},
            "tracks": {series(p, State, Track) for p in tracks},
        }
    )
    return {m.title: float(m.value) for m in manager.generate_metrics()["s"].values() if np.isscalar(m.value)}


def test_siap_over_a_time_span():
    times = 2.0 * np.arange(20.0)
    rng = np.random.default_rng(4)
    courses = ((5.0, 0.0), (3.0, 200.0))
    truth = np.stack([np.c_[times * v, np.full(20, y), np.full(20, v), np.zeros(20)] for v, y in courses])
    lost = np.c_[np.zeros(20), np.full(20, 900.0), np.zeros((20, 2))]
    tracks = np.concatenate([truth, truth[:1], [lost]])
    tracks = tracks + rng.normal(0, 1, tracks.shape)
    tracks[0, 14:] = np.nan  # the first object's track ends ...
    tracks[2, :12] = np.nan  # ... after another has begun
    truth[1, :3] = np.nan
    ours = siap(truth, tracks, associate(truth[..., :2], tracks[..., :2], 20.0), times)
    theirs = stone_soup_siap(truth, tracks, times, 20.0)
    assert ours.number_change_rate > 0.0
    for mine, name in (
        (ours.completeness, "Completeness"),
        (ours.ambiguity, "Ambiguity"),
        (ours.spuriousness, "Spuriousness"),
        (ours.position_accuracy, "Position Accuracy"),
        (ours.velocity_accuracy, "Velocity Accuracy"),
        (ours.number_change_rate, "Rate of Track Number Change"),
        (ours.longest_segment, "Longest Track Segment"),
    ):
        assert mine == pytest.approx(theirs[f"SIAP {name}"], rel=1e-9), name

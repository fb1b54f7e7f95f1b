"""GOSPA, OSPA and SIAP against Stone Soup 1.9 (Dstl, MIT licence)."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from tocsin.scoring.continuity import associate, siap
from tocsin.scoring.sets import gospa, ospa

stonesoup = pytest.importorskip("stonesoup")

from stonesoup.dataassociator.tracktotrack import TrackToTruth  # noqa: E402
from stonesoup.measures import Euclidean  # noqa: E402
from stonesoup.metricgenerator.manager import MultiManager  # noqa: E402
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric  # noqa: E402
from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics  # noqa: E402
from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState  # noqa: E402
from stonesoup.types.state import State  # noqa: E402
from stonesoup.types.track import Track  # noqa: E402

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


def test_ospa():
    rng = np.random.default_rng(3)
    theirs = OSPAMetric(p=2, c=8.0)
    for _ in range(60):
        truth, tracks = (rng.uniform(0, 30, (rng.integers(1, 7), 3)) for _ in range(2))
        assert ospa(truth, tracks, 8.0) == pytest.approx(
            float(theirs.compute_OSPA_distance(states(tracks), states(truth)).value)
        )


def test_siap_over_a_time_span():
    times = [START + timedelta(seconds=t) for t in range(20)]
    rng = np.random.default_rng(4)
    truth = np.stack([np.c_[np.arange(20.0) * v, np.full(20, y)] for v, y in ((5.0, 0.0), (3.0, 200.0))])
    tracks = np.concatenate([truth, truth[:1], [np.c_[np.zeros(20), np.full(20, 900.0)]]])
    tracks = tracks + rng.normal(0, 1, tracks.shape)
    tracks[2, :12] = np.nan  # a second track on the first object at the end
    ours = siap(truth, tracks, associate(truth, tracks, 20.0))

    def series(points, kind, wrap):
        alive = [i for i in range(20) if not np.isnan(points[i]).any()]
        return wrap([kind(np.r_[points[i], 0.0, 0.0].reshape(-1, 1), timestamp=times[i]) for i in alive])

    place = Euclidean((0, 1))
    manager = MultiManager(
        [SIAPMetrics(position_measure=place, velocity_measure=Euclidean((2, 3)), generator_name="s")],
        associator=TrackToTruth(association_threshold=20.0, measure=place, consec_pairs_confirm=1),
    )
    manager.add_data(
        {
            "groundtruth_paths": {series(p, GroundTruthState, GroundTruthPath) for p in truth},
            "tracks": {series(p, State, Track) for p in tracks},
        }
    )
    theirs = {m.title: float(m.value) for m in manager.generate_metrics()["s"].values() if np.isscalar(m.value)}
    assert ours.completeness == pytest.approx(theirs["SIAP Completeness"])
    assert ours.ambiguity == pytest.approx(theirs["SIAP Ambiguity"])
    assert ours.spuriousness == pytest.approx(theirs["SIAP Spuriousness"])
    assert ours.position_accuracy == pytest.approx(theirs["SIAP Position Accuracy"])
    assert ours.longest_segment == pytest.approx(theirs["SIAP Longest Track Segment"])

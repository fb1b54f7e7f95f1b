"""Associators compared on close objects: one filter, one gate, four ways to say whose a detection is.

`python benchmarks/associators.py [runs [objects ...]]`. Objects fly side by side at 0.5, 1, 2, 4 sigma of the measurement,
or cross; all are detected with 0.9 a scan, among clutter. Tracks begin near the truth, so that only association differs. Each
row: mean GOSPA (c = 10 sigma, p = 2), share of runs in which some object has changed its track at the end, share in which two
tracks end on one object, milliseconds a scan.

gnn: the product's own assignment. jpda: joint probabilistic data association, exact over the joint events of the cluster.
mht: the best 100 global hypotheses over all frames, and of them the best. mbm: the same as a multi-Bernoulli mixture with
probabilities of existence (a Poisson multi-Bernoulli mixture without its births, which are the same for all here). Where Stone
Soup is installed, its own nearest neighbour and JPDA run on the same detections: ss-gnn, ss-jpda.
"""

import datetime
import importlib.util
import itertools
import math
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from tocsin.scoring.sets import gospa
from tocsin.tracking.assign import assign

SIGMA, DT, SCANS, PD, GATE, FIELD = 1.0, 1.0, 30, 0.9, 25.0, 60.0
CLUTTER = 2.0 / FIELD**2
"""Mean of two false detections a scan in the field."""
Q = 0.02
KEPT = 100
SURVIVES = 0.999
F = np.eye(4) + DT * np.eye(4, k=2)
G = np.vstack([0.5 * DT**2 * np.eye(2), DT * np.eye(2)])
NOISE = Q**2 * G @ G.T
H = np.eye(2, 4)
R = SIGMA**2 * np.eye(2)


class Track(NamedTuple):
    """One Gaussian, and the probability that its object is there."""

    x: np.ndarray
    p: np.ndarray
    exists: float = 1.0


def predicted(t: Track) -> Track:
    """Return a track a scan later."""
    return Track(F @ t.x, F @ t.p @ F.T + NOISE, t.exists)


def updates(t: Track, z: np.ndarray) -> tuple[np.ndarray, list[Track]]:
    """Return (m,) log likelihood over clutter of each detection (-inf outside the gate), and the track updated by each."""
    s = H @ t.p @ H.T + R
    inverse = np.linalg.inv(s)
    gain = t.p @ H.T @ inverse
    off = z - H @ t.x
    d2 = np.einsum("ij,jk,ik->i", off, inverse, off)
    ll = math.log(PD / CLUTTER) - 0.5 * (d2 + math.log(np.linalg.det(2.0 * math.pi * s)))
    p = (np.eye(4) - gain @ H) @ t.p
    return np.where(d2 < GATE, ll, -math.inf), [Track(t.x + gain @ o, p, t.exists) for o in off]


def joint(lls: list[np.ndarray]) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield (log weight, detection of each track or -1) of every joint event."""
    miss = math.log(1.0 - PD)
    options = [[-1, *np.flatnonzero(np.isfinite(ll)).tolist()] for ll in lls]
    for event in itertools.product(*options):
        used = [j for j in event if j >= 0]
        if len(set(used)) == len(used):
            yield sum(miss if j < 0 else float(ll[j]) for ll, j in zip(lls, event, strict=True)), event


class Gnn:
    """The one assignment of greatest likelihood, by the product's own routine."""

    def __init__(self, tracks: list[Track]) -> None:
        self.tracks = tracks

    def scan(self, z: np.ndarray) -> list[Track]:
        """Return the tracks after a scan."""
        self.tracks = [predicted(t) for t in self.tracks]
        both = [updates(t, z) for t in self.tracks]
        pairs = [(i, int(j)) for i, (ll, _) in enumerate(both) for j in np.flatnonzero(np.isfinite(ll))]
        if pairs:
            s, r = (np.array(c, np.int64) for c in zip(*pairs, strict=True))
            gains = np.array([both[i][0][j] - math.log(1.0 - PD) for i, j in pairs])
            for k in assign(s, r, gains).tolist():
                i, j = pairs[k]
                self.tracks[i] = both[i][1][j]
        return self.tracks


class Jpda:
    """The mean over all joint events."""

    def __init__(self, tracks: list[Track]) -> None:
        self.tracks = tracks

    def scan(self, z: np.ndarray) -> list[Track]:
        """Return the tracks after a scan."""
        self.tracks = [predicted(t) for t in self.tracks]
        both = [updates(t, z) for t in self.tracks]
        events = list(joint([ll for ll, _ in both]))
        top = max(w for w, _ in events)
        share = [np.zeros(len(z) + 1) for _ in self.tracks]
        for weight, event in events:
            for i, j in enumerate(event):
                share[i][j] += math.exp(weight - top)
        out = []
        for t, (_, made), b in zip(self.tracks, both, share, strict=True):
            b = b / b.sum()
            parts = [(b[-1], t), *((w, u) for w, u in zip(b[:-1], made, strict=True) if w > 0.0)]
            x = sum((w * u.x for w, u in parts), np.zeros(4))
            p = sum((w * (u.p + np.outer(u.x - x, u.x - x)) for w, u in parts), np.zeros((4, 4)))
            out.append(Track(x, p))
        self.tracks = out
        return out


class Mixture:
    """The best global hypotheses over all frames; with existence it is a multi-Bernoulli mixture."""

    def __init__(self, tracks: list[Track], existence: bool) -> None:
        self.existence = existence
        self.hypotheses: list[tuple[float, list[Track]]] = [(0.0, tracks)]

    def scan(self, z: np.ndarray) -> list[Track]:
        """Return the tracks of the best hypothesis after a scan."""
        grown: list[tuple[float, list[Track]]] = []
        for weight, tracks in self.hypotheses:
            ahead = [predicted(t) for t in tracks]
            both = [updates(t, z) for t in ahead]
            best = sorted(joint([self._seen(t, ll) for t, (ll, _) in zip(ahead, both, strict=True)]), reverse=True)
            for more, event in best[:KEPT]:
                new = [
                    self._missed(t) if j < 0 else made[j] for t, (_, made), j in zip(ahead, both, event, strict=True)
                ]
                grown.append((weight + more, [t._replace(exists=1.0) if j >= 0 else t
                                              for t, j in zip(new, event, strict=True)]))  # fmt: skip
        grown.sort(key=lambda g: -g[0])
        self.hypotheses = [(w - grown[0][0], t) for w, t in grown[:KEPT] if w > grown[0][0] - 12.0]
        return [t for t in self.hypotheses[0][1] if t.exists > 0.5]

    def _seen(self, t: Track, ll: np.ndarray) -> np.ndarray:
        """Return the log weights relative to a miss of 1 - PD, of a track that may not be there."""
        if not self.existence:
            return ll
        there = t.exists * SURVIVES
        return ll + math.log(there) - math.log((1.0 - there + there * (1.0 - PD)) / (1.0 - PD))

    def _missed(self, t: Track) -> Track:
        if not self.existence:
            return t
        there = t.exists * SURVIVES
        return t._replace(exists=there * (1.0 - PD) / (1.0 - there * PD))


class StoneSoup:
    """Stone Soup's own associator, with the same models, gate and densities."""

    def __init__(self, tracks: list[Track], joint: bool) -> None:
        from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
        from stonesoup.dataassociator.probability import JPDA
        from stonesoup.hypothesiser.probability import PDAHypothesiser
        from stonesoup.models.measurement.linear import LinearGaussian
        from stonesoup.models.transition.linear import LinearGaussianTimeInvariantTransitionModel
        from stonesoup.predictor.kalman import KalmanPredictor
        from stonesoup.types.state import GaussianState
        from stonesoup.types.track import Track as TheirTrack
        from stonesoup.updater.kalman import KalmanUpdater

        self.joint, self.now = joint, datetime.datetime(2000, 1, 1)
        motion = LinearGaussianTimeInvariantTransitionModel(transition_matrix=F, covariance_matrix=NOISE)
        self.seen = LinearGaussian(ndim_state=4, mapping=(0, 1), noise_covar=R)
        self.updater = KalmanUpdater(self.seen)
        inside = 1.0 - math.exp(-0.5 * GATE)
        each = PDAHypothesiser(
            KalmanPredictor(motion), self.updater, clutter_spatial_density=CLUTTER, prob_detect=PD, prob_gate=inside
        )
        self.associator = JPDA(each) if joint else GNNWith2DAssignment(each)
        self.tracks = [TheirTrack([GaussianState(t.x[:, None], t.p, timestamp=self.now)]) for t in tracks]

    def scan(self, z: np.ndarray) -> list[Track]:
        """Return the tracks after a scan."""
        from stonesoup.functions import gm_reduce_single
        from stonesoup.types.array import StateVectors
        from stonesoup.types.detection import Detection
        from stonesoup.types.update import GaussianStateUpdate

        self.now += datetime.timedelta(seconds=DT)
        given = {Detection(place[:, None], timestamp=self.now, measurement_model=self.seen) for place in z}
        for track, chosen in self.associator.associate(set(self.tracks), given, self.now).items():
            if not self.joint:
                track.append(self.updater.update(chosen) if chosen else chosen.prediction)
                continue
            states = [self.updater.update(h) if h else h.prediction for h in chosen]
            weights = np.array([float(h.probability) for h in chosen])
            mean, covariance = gm_reduce_single(
                StateVectors([s.state_vector for s in states]), np.stack([s.covar for s in states], axis=2), weights
            )
            track.append(GaussianStateUpdate(mean, covariance, chosen, self.now))
        return [Track(np.asarray(t.state_vector, float).ravel(), np.asarray(t.covar, float)) for t in self.tracks]


Way = Callable[[list[Track]], Gnn | Jpda | Mixture | StoneSoup]
WAYS: dict[str, Way] = {
    "gnn": Gnn, "jpda": Jpda, "mht": lambda t: Mixture(t, False), "mbm": lambda t: Mixture(t, True),
}  # fmt: skip
if importlib.util.find_spec("stonesoup"):
    WAYS |= {"ss-gnn": lambda t: StoneSoup(t, False), "ss-jpda": lambda t: StoneSoup(t, True)}


def paths(case: str, objects: int) -> np.ndarray:
    """Return (scans, objects, 2) places: side by side at so many sigma, or crossing in the middle at a small angle."""
    t = np.arange(1, SCANS + 1)[:, None] * DT
    k = np.arange(objects)[None, :] - 0.5 * (objects - 1)
    across = k * (0.2 * (0.5 * (SCANS + 1) - t)) if case == "crossing" else k * float(case) + 0.0 * t
    return np.stack([np.broadcast_to(t, across.shape), across], axis=2)


def one_run(case: str, objects: int, seed: int, make: Way) -> tuple[float, ...]:
    """Return (mean GOSPA, whether an object changed its track, whether two tracks end on one object, seconds a scan)."""
    rng = np.random.default_rng(seed)
    truth = paths(case, objects)
    speed = truth[1] - truth[0]
    before = truth[0] - speed
    p0 = np.diag([SIGMA**2, SIGMA**2, 0.1**2, 0.1**2])
    begin = [Track(np.concatenate([b + rng.normal(0.0, 0.5 * SIGMA, 2), v + rng.normal(0.0, 0.05, 2)]), 0.25 * p0)
             for b, v in zip(before, speed, strict=True)]  # fmt: skip
    way = make(begin)
    total, spent = 0.0, 0.0
    tracks = begin
    for scan in truth:
        seen = scan[rng.uniform(size=objects) < PD]
        false = scan.mean(axis=0) + rng.uniform(-0.5 * FIELD, 0.5 * FIELD, (rng.poisson(CLUTTER * FIELD**2), 2))
        z = np.vstack([seen + rng.normal(0.0, SIGMA, seen.shape), false])
        z = z[rng.permutation(len(z))]
        started = time.process_time()
        tracks = way.scan(z)
        spent += time.process_time() - started
        total += float(gospa(scan, np.array([t.x[:2] for t in tracks]).reshape(-1, 2), 10.0 * SIGMA).distance)
    places = np.array([t.x[:2] for t in tracks]).reshape(-1, 2)
    nearest = [int(np.argmin(np.sum((truth[-1] - q) ** 2, axis=1))) for q in places]
    order = nearest if len(nearest) == objects else [-1]
    return total / SCANS, float(order != list(range(objects))), float(len(set(nearest)) < len(nearest)), spent / SCANS


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for objects in [int(n) for n in sys.argv[2:]] or [2, 3]:
        for case in ("0.5", "1", "2", "4", "crossing"):
            for name, make in WAYS.items():
                figures = np.array([one_run(case, objects, seed, make) for seed in range(runs)])
                g, changed, merged, seconds = figures.mean(axis=0)
                error = figures[:, 0].std() / math.sqrt(runs)
                print(
                    f"{objects} objects, {case:>8s}: {name:5s} gospa {g:.2f} +- {error:.2f}, "
                    f"changed {changed:.2f}, merged {merged:.2f}, {1e3 * seconds:.2f} ms",
                    flush=True,
                )


if __name__ == "__main__":
    main()

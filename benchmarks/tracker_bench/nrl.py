"""A user's own loop on nrl-tracker's parts: its extended Kalman filter and its global nearest neighbour assignment."""

import time

import numpy as np
from pytcl.assignment_algorithms.data_association import gnn_association
from pytcl.dynamic_estimation.kalman.extended import ekf_predict, ekf_update

from tocsin.core.records.inputs import FloatArray

from . import motion
from .scores import Shown
from .workload import Workload


class _Track:
    """A track of the loop."""

    def __init__(self, number: int, z: FloatArray, site: FloatArray, axes: FloatArray, now: float) -> None:
        self.number, self.hits, self.seen = number, 1, now
        self.x, self.p = np.zeros(6), np.zeros((6, 6))
        self.x[:3] = motion.placed(z, site, axes)
        back = np.linalg.inv(motion.view(self.x, site, axes)[1][:, :3])
        self.p[:3, :3] = back @ motion.NOISE @ back.T
        self.p[3:, 3:] = motion.SPEED_SIGMA_M_S**2 * np.eye(3)


def _costs(tracks: list[_Track], z: FloatArray, site: FloatArray, axes: FloatArray) -> FloatArray:
    """Return squared normalised innovations (tracks, n)."""
    out = np.empty((len(tracks), len(z)))
    for k, track in enumerate(tracks):
        expected, h = motion.view(track.x, site, axes)
        off = z - expected
        s = h @ track.p @ h.T + motion.NOISE
        out[k] = ((off @ np.linalg.inv(s)) * off).sum(axis=1)
    return out


def run(work: Workload, most_s: float) -> tuple[list[float], Shown]:
    """Return processor seconds and states of each scan; no scan is begun after `most_s` processor seconds."""
    views = motion.radars(work)
    tracks: list[_Track] = []
    seconds: list[float] = []
    shown: Shown = []
    count, before = 0, 0.0
    for f, radar in enumerate(work.data["frame_radar"].tolist()):
        if sum(seconds) >= most_s:
            break
        site, axes, middle = views[radar]
        z, now = motion.measurements(work, f, middle), float(work.data["frame_t"][f])
        began = time.process_time()
        dt = now - before
        for t in tracks:
            made = ekf_predict(
                t.x, t.p, lambda x, dt=dt: motion.carry(x, dt), motion.transition(t.x, dt), motion.noise(dt)
            )
            t.x, t.p = made.x, made.P
        free = np.ones(len(z), bool)
        if tracks and len(z):
            made = gnn_association(_costs(tracks, z, site, axes), motion.GATE, motion.GATE)
            for t, j in zip(tracks, made.track_to_measurement.tolist(), strict=True):
                if j >= 0:
                    done = ekf_update(
                        t.x, t.p, z[j], lambda x, s=site, a=axes: motion.view(x, s, a)[0], motion.view(t.x, site, axes)[1],
                        motion.NOISE,
                    )  # fmt: skip
                    t.x, t.p, t.hits, t.seen, free[j] = done.x, done.P, t.hits + 1, now, False
        tracks = [t for t in tracks if now - t.seen <= motion.UNSEEN_S]
        for j in np.flatnonzero(free).tolist():
            tracks.append(_Track(count, z[j], site, axes, now))
            count += 1
        before = now
        seconds.append(time.process_time() - began)
        there = [t for t in tracks if t.hits >= motion.CONFIRM_HITS]
        shown.append((np.array([t.number for t in there], np.int64), np.array([t.x for t in there]).reshape(-1, 6)))
    return seconds, shown

"""Which true object does each row of a track follow? The nearest within a gate, at the row's own time."""

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from tocsin.core.constants import NS
from tocsin.scoring.folder import Tracks, Truth

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
GATE_MIN_M = 10_000.0
GATE_MAX_M = 150_000.0
GATE_SIGMAS = 4.0


def gates(covariance: FloatArray) -> FloatArray:
    """Return (rows,) gates, m: four sigmas of the stated place (covariance (rows, 21)), 10 to 150 km."""
    variance = covariance[:, 0] + covariance[:, 2] + covariance[:, 5]
    return np.asarray(np.clip(GATE_SIGMAS * np.sqrt(np.maximum(variance, 0.0)), GATE_MIN_M, GATE_MAX_M), np.float64)


def match(truth: Truth, tracks: Tracks) -> IntArray:
    """Return (track rows,) index of the true object that each row follows, -1 for none.

    Truth is sampled at 1 Hz, each object at its own phase. Both sides move by their own velocities to the nearest whole
    second (at most half a second: 12 m at 100 m/s2), where an object has a sample in all but the ends of its life.
    """
    out = np.full(len(tracks.time), -1, np.int64)
    if not len(truth.time) or not len(out):
        return out
    second, true_place = _at_second(truth.time, truth.state)
    row_second, row_place = _at_second(tracks.time, tracks.state)
    by_time = np.argsort(second, kind="stable")
    gate = gates(tracks.covariance)
    fine = np.flatnonzero(np.isfinite(row_place).all(axis=1))
    order = fine[np.argsort(row_second[fine], kind="stable")]
    for group in np.split(order, np.flatnonzero(np.diff(row_second[order])) + 1):
        if not len(group):
            continue
        lo, hi = np.searchsorted(second[by_time], row_second[group[0]] + np.array([0, 1]))
        rows = by_time[lo:hi]
        if not len(rows):
            continue
        d, near = KDTree(true_place[rows]).query(row_place[group])
        out[group] = np.where(d <= gate[group], truth.object[rows[near]], -1)
    return out


def _at_second(time: IntArray, state: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the whole second nearest to each instant (n,) ns and the places (n, 3) that states (n, 6) have then."""
    second = (time + NS // 2) // NS
    return second, state[:, :3] + ((second * NS - time) / NS)[:, None] * state[:, 3:]


def interpolate(time: IntArray, state: FloatArray, at: IntArray) -> FloatArray:
    """Return (m, 6) states at instants (ns) by cubic Hermite between samples (n,), (n, 6); linear beyond the ends."""
    if len(time) == 1:
        s = (at - time[0])[:, None] / NS
        return np.concatenate([state[0, :3] + s * state[0, 3:], np.repeat(state[:1, 3:], len(at), axis=0)], axis=1)
    right = np.clip(np.searchsorted(time, at), 1, len(time) - 1)
    a, b = state[right - 1], state[right]
    h = ((time[right] - time[right - 1]) / NS)[:, None]
    t = ((at - time[right - 1]) / NS)[:, None]
    s = np.clip(t / h, 0.0, 1.0)
    p = (
        (2 * s**3 - 3 * s**2 + 1) * a[:, :3]
        + (s**3 - 2 * s**2 + s) * h * a[:, 3:]
        + (3 * s**2 - 2 * s**3) * b[:, :3]
        + (s**3 - s**2) * h * b[:, 3:]
    )
    v = (
        (6 * s**2 - 6 * s) / h * (a[:, :3] - b[:, :3])
        + (3 * s**2 - 4 * s + 1) * a[:, 3:]
        + (3 * s**2 - 2 * s) * b[:, 3:]
    )
    return np.concatenate([p + (t - s * h) * v, v], axis=1)


def full_covariance(lower: FloatArray) -> FloatArray:
    """Return (n, 6, 6) symmetric matrices of lower triangles by rows (n, 21)."""
    out = np.empty((len(lower), 6, 6))
    k = 0
    for i in range(6):
        for j in range(i + 1):
            out[:, i, j] = lower[:, k]
            out[:, j, i] = lower[:, k]
            k += 1
    return out


def majority(track: IntArray, matched: IntArray, tracks: int) -> tuple[IntArray, FloatArray]:
    """Return for each track the object that most of its rows follow (-1 = none) and the share of rows that do."""
    owner, share = np.full(tracks, -1, np.int64), np.zeros(tracks)
    order = np.argsort(track, kind="stable")
    edges = np.searchsorted(track[order], np.arange(tracks + 1))
    for k in range(tracks):
        rows = matched[order[edges[k] : edges[k + 1]]]
        ids, counts = np.unique(rows[rows >= 0], return_counts=True)
        if len(ids):
            owner[k], share[k] = ids[counts.argmax()], counts.max() / len(rows)
    return owner, share

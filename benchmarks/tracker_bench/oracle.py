"""The best that a tracker could do on the workload: told which detection is of which object, filtered without loss.

An object's track stands from its second detection to its end. The filter is an iterated extended Kalman filter (Bell and
Cathey, IEEE TAC 38(2), 1993): each update is the maximum a posteriori of its prior and its detection, so that it loses
nothing to a poor point of linearisation. The motion is the generator's own, without process noise; the prior of the
velocity is that of `reference/tracking-peers.md`, 3 km/s per axis about rest. Plain numpy, all objects at once.
"""

from typing import NamedTuple

import numpy as np

from tocsin.core.records.inputs import FloatArray, IntArray

from .workload import SIGMA_ANGLE_RAD, SIGMA_RANGE_M, Workload

SPEED_SIGMA_M_S = 3000.0
CONFIRMED_AT = 2
ITERATIONS = 5
NOISE = np.diag([SIGMA_RANGE_M**2, SIGMA_ANGLE_RAD**2, SIGMA_ANGLE_RAD**2])
STEPS = np.array([10.0, 10.0, 10.0, 0.01, 0.01, 0.01])
"""Differences for the transition, m and m/s: gravity bends by 1e-6 of itself over 10 m, and the digits suffice."""


class Known(NamedTuple):
    """What the oracle knows after each scan."""

    states: list[FloatArray]
    """(K, 6) each, NaN where an object has no track."""
    covariances: list[FloatArray]
    """(K, 6, 6) each."""
    hits: list[IntArray]
    """(K,) each: detections of the object so far."""


def measured(places: FloatArray, site: FloatArray, rot_enu: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return range, azimuth, elevation (n, 3) of places (n, 3), and their derivatives by place (n, 3, 3)."""
    d = (places - site) @ rot_enu.T
    east, north, up = d.T
    flat2 = east**2 + north**2
    r2 = flat2 + up**2
    r, flat = np.sqrt(r2), np.sqrt(flat2)
    rows = np.empty((len(places), 3, 3))
    rows[:, 0] = d / r[:, None]
    rows[:, 1] = np.stack([north / flat2, -east / flat2, 0 * up], axis=1)
    rows[:, 2] = np.stack([-east * up / flat, -north * up / flat, flat], axis=1) / r2[:, None]
    return np.stack([r, np.arctan2(east, north), np.arcsin(up / r)], axis=1), rows @ rot_enu


def placed(z: FloatArray, site: FloatArray, rot_enu: FloatArray) -> FloatArray:
    """Return the places (n, 3) of measurements (n, 3)."""
    r, azimuth, elevation = z.T
    flat = r * np.cos(elevation)
    enu = np.stack([flat * np.sin(azimuth), flat * np.cos(azimuth), r * np.sin(elevation)], axis=1)
    return enu @ rot_enu + site


def predict(module: object, x: FloatArray, p: FloatArray, dt: float) -> tuple[FloatArray, FloatArray]:
    """Return states (n, 6) and covariances (n, 6, 6) after dt seconds of the generator's motion."""
    fan = np.concatenate([x[:, None], x[:, None] + np.diag(STEPS)], axis=1)
    fan = module.rk4(fan, dt)  # type: ignore[attr-defined]
    phi = ((fan[:, 1:] - fan[:, :1]) / STEPS[:, None]).transpose(0, 2, 1)
    return fan[:, 0], phi @ p @ phi.transpose(0, 2, 1)


def update(
    x: FloatArray, p: FloatArray, z: FloatArray, site: FloatArray, rot_enu: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return states and covariances after one measurement (n, 3) each, iterated from the measured place."""
    at = x.copy()
    at[:, :3] = placed(z, site, rot_enu)
    for _ in range(ITERATIONS):
        expected, rows = measured(at[:, :3], site, rot_enu)
        h = np.concatenate([rows, np.zeros_like(rows)], axis=2)
        ph = p @ h.transpose(0, 2, 1)
        gain = ph @ np.linalg.inv(h @ ph + NOISE)
        off = z - expected
        off[:, 1] = (off[:, 1] + np.pi) % (2 * np.pi) - np.pi
        at = x + (gain @ (off[:, :, None] - h @ (x - at)[:, :, None]))[:, :, 0]
    keep = np.eye(6) - gain @ h
    return at, keep @ p @ keep.transpose(0, 2, 1) + gain @ NOISE @ gain.transpose(0, 2, 1)


def start(z: FloatArray, site: FloatArray, rot_enu: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return states and covariances at rest, give or take, at measured places."""
    x, p = np.zeros((len(z), 6)), np.zeros((len(z), 6, 6))
    x[:, :3] = placed(z, site, rot_enu)
    back = np.linalg.inv(measured(x[:, :3], site, rot_enu)[1])
    p[:, :3, :3] = back @ NOISE @ back.transpose(0, 2, 1)
    p[:, 3:, 3:] = SPEED_SIGMA_M_S**2 * np.eye(3)
    return x, p


def follow(work: Workload) -> Known:
    """Return what the oracle knows after every scan of a workload."""
    k = len(work.scans[0].truth)
    x, p, hits = np.full((k, 6), np.nan), np.full((k, 6, 6), np.nan), np.zeros(k, np.int64)
    out = Known([], [], [])
    before = 0.0
    for f, scan in enumerate(work.scans):
        now, radar = float(work.data["frame_t"][f]), int(work.data["frame_radar"][f])
        site, rot = work.data["site_ecef"][radar], work.data["R_enu"][radar]
        alive = ~np.isnan(scan.truth[:, 0])
        old = np.flatnonzero(alive & (hits > 0))
        if old.size:
            x[old], p[old] = predict(work.module, x[old], p[old], now - before)
        true = scan.objects >= 0
        ids, z = scan.objects[true], scan.measured[true]
        new = hits[ids] == 0
        x[ids[new]], p[ids[new]] = start(z[new], site, rot)
        again = ids[~new]
        if again.size:
            x[again], p[again] = update(x[again], p[again], z[~new], site, rot)
        hits[ids] += 1
        before = now
        stands = (alive & (hits >= CONFIRMED_AT))[:, None]
        out.states.append(np.where(stands, x, np.nan))
        out.covariances.append(np.where(stands[:, :, None], p, np.nan))
        out.hits.append(hits.copy())
    return out

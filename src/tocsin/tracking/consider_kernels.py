"""What unknown constant errors of the sensors add to a track: a consider covariance (Schmidt 1966; Tapley 2004, 6.5).

A bias does not average out over looks. An angle bias turns the whole track about the radar: place and velocity together; a range
bias shifts it; a pointing bias of a satellite shifts it across the line of sight.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel


@lean_kernel
def add_outer(p: np.ndarray, b: np.ndarray, weight: float) -> None:
    """Add weight * b b^T to `p` (6, 6) in place."""
    for i in range(6):
        for j in range(6):
            p[i, j] += weight * b[i] * b[j]


@kernel
def add_radar_bias(
    p: np.ndarray, state: np.ndarray, site: np.ndarray, up: np.ndarray, biases: np.ndarray, weight: float
) -> None:
    """Add to `p` (6, 6) what a radar's biases do to a track with `state` (6+,).

    `site` (3,), `up` (3,) local vertical, `biases` (3,): range m, azimuth and elevation rad along the arc (one sigma).
    """
    d = np.empty(3)
    for i in range(3):
        d[i] = state[i] - site[i]
    r = max(math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]), 1.0)
    sine = (d[0] * up[0] + d[1] * up[1] + d[2] * up[2]) / r
    cosine = max(math.sqrt(max(1.0 - sine * sine, 0.0)), 0.05)
    # the horizontal axis across the line of sight: d x up
    h = np.empty(3)
    h[0] = (d[1] * up[2] - d[2] * up[1]) / (r * cosine)
    h[1] = (d[2] * up[0] - d[0] * up[2]) / (r * cosine)
    h[2] = (d[0] * up[1] - d[1] * up[0]) / (r * cosine)
    b = np.zeros(6)
    for i in range(3):
        b[i] = biases[0] * d[i] / r
    add_outer(p, b, weight)
    c = np.empty(6)
    for k in range(2):
        angle = biases[1] / cosine if k == 0 else biases[2]
        ax, ay, az = (up[0], up[1], up[2]) if k == 0 else (h[0], h[1], h[2])
        b[0] = angle * (ay * d[2] - az * d[1])
        b[1] = angle * (az * d[0] - ax * d[2])
        b[2] = angle * (ax * d[1] - ay * d[0])
        b[3] = angle * (ay * state[5] - az * state[4])
        b[4] = angle * (az * state[3] - ax * state[5])
        b[5] = angle * (ax * state[4] - ay * state[3])
        # a filter that has weighed older looks, of other sensors too, does not turn as one piece: half of the effect is
        # taken as a turn of the whole, half as separate errors of place and of velocity
        add_outer(p, b, 0.5 * weight)
        for i in range(3):
            c[i] = b[i]
            c[3 + i] = 0.0
        add_outer(p, c, 0.5 * weight)
        for i in range(3):
            c[i] = 0.0
            c[3 + i] = b[3 + i]
        add_outer(p, c, 0.5 * weight)


@kernel
def add_sight_bias(p: np.ndarray, state: np.ndarray, place: np.ndarray, bias: float, weight: float) -> None:
    """Add to `p` (6, 6) what a satellite's pointing bias (rad) at `place` (3,) does: a shift across the line of sight."""
    d = np.empty(3)
    for i in range(3):
        d[i] = state[i] - place[i]
    r2 = max(d[0] * d[0] + d[1] * d[1] + d[2] * d[2], 1.0)
    for i in range(3):
        for j in range(3):
            same = 1.0 if i == j else 0.0
            p[i, j] += weight * bias * bias * (r2 * same - d[i] * d[j])


@kernel
def consider(
    contacts: np.ndarray, nis: np.ndarray, infrared_hits: np.ndarray, slots: np.ndarray, satellite: np.ndarray,
    ups: np.ndarray, biases: np.ndarray, states: np.ndarray, covariances: np.ndarray,
) -> None:  # fmt: skip
    """Widen `covariances` (k, 6, 6) of tracks `slots` with `states` (k, 9) by what their sensors may hide, in place.

    By the innovations (`nis` (cap,) their running mean, above 1 the stated errors are too small), and by the unknown
    constant errors, each by the square of its share in the track's detections. Radar decides where it has seen the
    object: its detections count, those of satellites then add nothing. `contacts` (cap, sensors) of `bank.CONTACT`,
    `infrared_hits` (cap,); of each sensor `satellite`, local vertical `ups` (sensors, 3), `biases` (sensors, 3): range m,
    azimuth and elevation rad of a radar, the pointing (rad, first) of a satellite, zero where it has none.
    """
    site = np.empty(3)
    for k in range(slots.shape[0]):
        s = slots[k]
        if nis[s] > 1.0:
            for i in range(6):
                for j in range(6):
                    covariances[k, i, j] *= nis[s]
        total = 0
        for c in range(satellite.shape[0]):
            total += contacts[s, c].hits
        by_radar = total > infrared_hits[s]
        if by_radar:
            total -= infrared_hits[s]
        for c in range(satellite.shape[0]):
            r = contacts[s, c]
            if (
                r.hits == 0
                or satellite[c] == by_radar
                or (biases[c, 0] == 0.0 and biases[c, 1] == 0.0 and biases[c, 2] == 0.0)
            ):
                continue
            site[0], site[1], site[2] = r.x, r.y, r.z
            weight = (r.hits / total) ** 2
            if by_radar:
                add_radar_bias(covariances[k], states[k], site, ups[c], biases[c], weight)
            else:
                add_sight_bias(covariances[k], states[k], site, biases[c, 0], weight)

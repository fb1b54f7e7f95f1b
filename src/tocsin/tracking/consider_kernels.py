"""What unknown constant errors of the sensors add to a track: a consider covariance (Schmidt 1966; Tapley 2004, 6.5).

A bias does not average out over looks. What those of radars have done is followed through every update (`effect_kernels`); a
pointing bias of a satellite, while satellites alone have seen an object, shifts it across the line of sight.
"""

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.tracking.effect_kernels import add_effects, carry_effects
from tocsin.tracking.filter_kernels import FREE


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
def add_sights(
    p: np.ndarray, state: np.ndarray, contacts: np.ndarray, satellite: np.ndarray, biases: np.ndarray
) -> None:  # fmt: skip
    """Add to `p` (6, 6) the pointing biases (sensors, second of 3) of satellites, by the squares of their shares."""
    place = np.empty(3)
    total = 0
    for c in range(satellite.shape[0]):
        total += contacts[c].hits if satellite[c] else 0
    for c in range(satellite.shape[0]):
        r = contacts[c]
        if satellite[c] and r.hits > 0 and biases[c, 1] > 0.0:
            place[0], place[1], place[2] = r.x, r.y, r.z
            add_sight_bias(p, state, place, biases[c, 1], (r.hits / total) ** 2)


@kernel
def consider(
    xs: np.ndarray, ts: np.ndarray, effects: np.ndarray, effects_t: np.ndarray, contacts: np.ndarray, nis: np.ndarray,
    slots: np.ndarray, satellite: np.ndarray, biases: np.ndarray, states: np.ndarray, covariances: np.ndarray,
) -> None:  # fmt: skip
    """Widen `covariances` (k, 6, 6) of tracks `slots` with `states` (k, 9) by what their sensors may hide, in place.

    By the innovations (`nis` (cap,) their running mean, above 1 the stated errors are too small), and by the unknown constant
    errors with sigmas `biases` (sensors, 3): range m, angles rad of a radar; the pointing (rad, each axis in the place of a
    radar's) of a satellite, zero where a sensor has none.
    """
    for k in range(slots.shape[0]):
        s = slots[k]
        if nis[s] > 1.0:
            for i in range(6):
                for j in range(6):
                    covariances[k, i, j] *= nis[s]
        if effects_t[s] == 0:
            add_sights(covariances[k], states[k], contacts[s], satellite, biases)
            continue
        ahead = effects[s].copy()
        dt = (ts[s] - effects_t[s]) * 1e-9
        if dt > 0.0:
            carry_effects(xs[s, FREE], dt, ahead)
        add_effects(ahead, biases, 1.0, covariances[k])

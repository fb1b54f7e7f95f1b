"""Which known object does a direction without range fit? The gate of `correlation_kernels`, its range left open."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.catalogue.correlation_kernels import TOP_SPEED_M_S, fit
from tocsin.catalogue.ephemeris_kernels import STEP_S, predict
from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OPEN_RANGE = 10.0
"""Sigma of the range that is taken for a direction, in ranges: it says nothing."""


@kernel
def gate_sights(
    packed: Array, objects: Ints, count: int, error: Array, middle: float, fractions: Array, rows: Ints, sights: Array,
    sigma: Array, site: Array, rot: Array, gate: float, pair_row: Ints, pair_object: Ints, pair_d2: Array, used: int,
) -> int:  # fmt: skip
    """Return the number of pairs after adding those of detections `rows` (may exceed the room: call again with more).

    `sights` (n, 3) unit vectors from the site, `sigma` (n, 2) rad along azimuth and elevation. Each candidate is
    compared at its own range. `fractions` (n,) are the times in intervals, `middle` one between them.
    """
    work = np.empty((16, 8))
    at = np.empty((3, count))
    place = np.empty(3)
    sigmas = np.empty(4)
    sigmas[3] = math.nan
    predict(packed, count, middle, at)
    reach = math.sqrt(gate)
    for q in range(rows.shape[0]):
        i = rows[q]
        widest = max(sigma[i, 0], sigma[i, 1])
        moved = TOP_SPEED_M_S * STEP_S * abs(fractions[i] - middle)
        for j in range(count):
            dx = at[0, j] - site[0]
            dy = at[1, j] - site[1]
            dz = at[2, j] - site[2]
            along = dx * sights[i, 0] + dy * sights[i, 1] + dz * sights[i, 2]
            if along <= 0.0:
                continue
            limit = moved + reach * (error[0, j] + error[1, j] + error[2, j] + along * widest)
            if dx * dx + dy * dy + dz * dz - along * along > limit * limit:
                continue
            for c in range(3):
                place[c] = site[c] + along * sights[i, c]
            sigmas[0] = OPEN_RANGE * along
            sigmas[1] = sigma[i, 0]
            sigmas[2] = sigma[i, 1]
            d2, _n = fit(packed, j, fractions[i], error, place, sigmas, math.nan, site, rot, work)
            if d2 <= gate:
                if used < pair_row.shape[0]:
                    pair_row[used] = i
                    pair_object[used] = objects[j]
                    pair_d2[used] = d2
                used += 1
    return used

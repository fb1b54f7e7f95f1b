"""What came down into the air: its state before air slowed it, from what drag has told of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tocsin.tracking.bank import TrackBank
from tocsin.tracking.filter_kernels import FREE, N, coast
from tocsin.tracking.gliding import product
from tocsin.world.geodesy_kernels import height_near

FloatArray = npt.NDArray[np.float64]

STEP_S, LONGEST_S = 5.0, 300.0
"""So far back at most: what falls from orbit is below 85 km for as long."""


def before_air(bank: TrackBank, slot: int, above_m: float) -> tuple[float, FloatArray, FloatArray] | None:
    """Return how long ago (s) a track that is in the air was above it, with state (6,) and covariance (6, 6) then, Earth-fixed.

    None where it is not or was not, `above_m` being the height of the air. Back along its fall with the drag that its looks have
    told, and with all errors of that.
    """
    x, p = bank.xs[slot, FREE], bank.ps[slot, FREE]
    back, ago = x.copy(), 0.0
    height = height_near(back[0], back[1], back[2])
    if height > above_m:
        return None
    while height < above_m:
        below = height
        coast(back, -STEP_S)
        ago += STEP_S
        height = height_near(back[0], back[1], back[2])
        if height < below or ago > LONGEST_S:
            return None
    sigma = np.sqrt(np.maximum(np.diag(p), 1e-30))
    slopes = np.zeros((6, N))
    for k in range(N):
        if p[k, k] > 0.0:
            more, less = x.copy(), x.copy()
            more[k] += sigma[k]
            less[k] -= sigma[k]
            coast(more, -ago)
            coast(less, -ago)
            slopes[:, k] = (more[:6] - less[:6]) / (2.0 * sigma[k])
    return ago, back[:6], product(slopes, p, slopes.T)

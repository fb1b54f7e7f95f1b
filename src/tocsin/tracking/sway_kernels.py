"""How much a detection tells whose error is still that of the last one: slow errors of radars, look after look."""

import math

import numpy as np

from tocsin.core.kernels import kernel
from tocsin.tracking.filter_kernels import M_RANGE, M_SIGMA_A, M_SIGMA_B, M_SIGMA_RANGE


@kernel
def widen_swayed(
    contacts: np.ndarray, slots: np.ndarray, times: np.ndarray, sensor: int, slow: np.ndarray, memory_s: float, rows: np.ndarray
) -> None:  # fmt: skip
    """Widen the sigmas of measurement `rows` (k, 18), in place, of detections of a `sensor` at `times` (k,) of tracks `slots`.

    A slow error of sigma s whose autocorrelation has the integral T = `memory_s` (both sides) adds variance s^2 T to a mean over
    1 s, whatever the number of looks. Looks dt apart do so, for an error that is forgotten exponentially exactly from the first
    one to the last, if each counts as if it had one of its own, of variance s^2 coth(dt / T): the first look of a track s^2.
    `slow` (3,): s of range (m) and of the angles (rad), in the variances of the rows once already.
    """
    for k in range(slots.shape[0]):
        c = contacts[slots[k], sensor]
        if c.hits == 0:
            continue
        apart = abs(times[k] - c.time) * 1e-9
        more = 1.0 / math.tanh(max(apart / memory_s, 1e-3)) - 1.0
        m = rows[k]
        if m[M_RANGE] == m[M_RANGE]:
            m[M_SIGMA_RANGE] = math.sqrt(m[M_SIGMA_RANGE] ** 2 + more * slow[0] ** 2)
        m[M_SIGMA_A] = math.sqrt(m[M_SIGMA_A] ** 2 + more * slow[1] ** 2)
        m[M_SIGMA_B] = math.sqrt(m[M_SIGMA_B] ** 2 + more * slow[2] ** 2)

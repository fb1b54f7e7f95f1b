"""How far apart two coasting tracks were at an earlier instant: what separated then was in one place."""

from __future__ import annotations

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.linear_kernels import factor, solve
from tocsin.tracking.bank import FloatArray, TrackBank
from tocsin.tracking.filter_kernels import FREE, N
from tocsin.tracking.update_kernels import carry_back

APART_M, APART_M_S = 1000.0, 50.0
"""What separates goes apart with some metres a second; springs, vented tanks, and what free flight leaves out over tens of
minutes, one sigma of each axis."""


def apart_at(bank: TrackBank, one: int, other: int, time: int) -> float:
    """Return the squared normalised distance (6 components) of two coasting tracks (slots) at an earlier `time` (TAI ns)."""
    states = np.empty((2, N))
    spread = np.zeros((6, 6))
    for k, slot in enumerate((one, other)):
        dt = (time - int(bank.ts[slot])) / NS
        phi = np.empty((N, N))
        carry_back(bank.xs[slot, FREE], min(dt, 0.0), FREE, states[k], phi)
        spread += _carried(bank.ps[slot, FREE], phi)
    for i in range(3):
        spread[i, i] += APART_M * APART_M
        spread[3 + i, 3 + i] += APART_M_S * APART_M_S
    off = states[1, :6] - states[0, :6]
    if not factor(spread, 6):
        return float("inf")
    solved = off.copy()
    solve(spread, 6, solved)
    return float((off * solved).sum())


def _carried(p: FloatArray, phi: FloatArray) -> FloatArray:
    """Return phi p phi^T (6, 6) of place and velocity."""
    half = (phi[:6, :, None] * p[None, :, :]).sum(axis=1)
    carried: FloatArray = (half[:, None, :] * phi[None, :6, :]).sum(axis=2)
    return carried

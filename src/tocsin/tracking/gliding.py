"""Does a body in the air obey gravity and drag alone? Where it is now against where a fall from its earlier states leads."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.core.linear_kernels import invert
from tocsin.tracking.bank import TrackBank
from tocsin.tracking.bank_kernels import GLIDING
from tocsin.tracking.filter_kernels import BOOST, FREE, LIGHTNESS_SIGMA, MODELS, N, coast, lift_sigma, predict_model
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy_kernels import height_above_ellipsoid

FloatArray = npt.NDArray[np.float64]

ANCHOR_S, ANCHORS = 8.0, 12
"""States of the past are kept so far apart, and so many of them."""
SPANS_S = (10.0, 20.0, 40.0, 80.0)
"""So far back the fall begins, about: short for what weaves, long for what turns gently."""
LIKELY = 0.3
"""P(glide) of the track's filter from which it is worth to ask; bodies that fall freely have 0.1 and less."""
BRAKES_SIGMA = 2.0
"""Air only brakes: what is not surely slowed along its way is no gliding body, whatever else acts on it (a stage that burns)."""
RATIO_MOST = 4.0
"""No body has more lift over drag at high Mach numbers: a force across the way that is larger is none of air."""
LEAK, WIND_M_S = 0.03, 60.0
"""So much of the drag may act across the way without any lift: its direction changes with the way, and with the wind."""


class Anchor(msgspec.Struct, frozen=True):
    """A state of the past: ten components as in `filter_kernels`."""

    time: int
    x: list[float]
    p: list[float]


class Air(NamedTuple):
    """What the air has done to a body since an earlier state, in the mean; m/s2, rad."""

    lift: float
    lift_sigma: float
    """Across its way, and one sigma in the direction that it has."""
    drag: float
    drag_sigma: float
    bank: float
    """Of the lift, rad: 0 upwards, positive to the right."""
    ln_odds: float
    """Logarithm of the likelihood ratio of lift, as large as the dynamic pressure allows, against none."""
    span_s: float
    beta: float = math.nan
    """Ballistic coefficient, kg/m2, that this drag means."""

    @property
    def ratio(self) -> float:
        """Return lift over drag."""
        return self.lift / max(self.drag, 1e-9)


def keep_anchor(anchors: list[Anchor], bank: TrackBank, slot: int, state: FloatArray, covariance: FloatArray) -> None:
    """Keep the state of a track in the air, its mixture (9,) and (6, 6), for what comes later; forget the oldest."""
    time = int(bank.ts[slot])
    if anchors and time - anchors[-1].time < ANCHOR_S * NS:
        return
    x, p = bank.xs[slot, FREE].copy(), bank.ps[slot, FREE].copy()
    if bank.ws[slot, BOOST] > LIKELY:
        # the model of free fall is not what it follows now: its ballistic coefficient tells little
        x[:6], p[:6, :6] = state[:6], covariance
        p[9, :9] = p[:9, 9] = 0.0
        p[9, 9] = max(float(p[9, 9]), LIGHTNESS_SIGMA**2)
    anchors.append(Anchor(time, x.tolist(), p.ravel().tolist()))
    del anchors[:-ANCHORS]


def air_of(anchors: list[Anchor], bank: TrackBank, slot: int, state: FloatArray, covariance: FloatArray) -> Air | None:
    """Return what the air does to the body of a track, by the span that tells most; None where nothing can be said."""
    if bank.two[slot] != GLIDING or bank.ws[slot, BOOST] < LIKELY:
        return None
    now = int(bank.ts[slot])
    wide = max(1.0, float(bank.records["nis"][slot]))
    found: list[Air] = []
    for span in SPANS_S:
        near = [a for a in anchors if 0.7 * span <= (now - a.time) / NS <= 1.4 * span]
        if near:
            anchor = min(near, key=lambda a: abs(now - a.time - span * NS))
            air = air_since(anchor, now, state[:6], covariance * wide)
            if air is not None:
                found.append(air)
    best = max(found, key=lambda a: a.ln_odds, default=None)
    if best is None:
        return None
    way = [(a.time, a.x) for a in anchors if now - a.time <= (best.span_s + 0.1) * NS] + [(now, state.tolist())]
    return best._replace(beta=_pressure(way) / best.drag)


def air_since(anchor: Anchor, now: int, state: FloatArray, covariance: FloatArray) -> Air | None:
    """Return what the air has done to a body between an anchor and its state (6,), (6, 6) `now`, besides what a fall explains.

    The difference d of the state and the fall, with the sum of their covariances S, is G a for a constant acceleration a on
    three axes, up across the way, right, along, and one that grows evenly along (the drag of a ballistic coefficient that the
    fall does not know). Lift L, the first two, has the estimate m with covariance P; of the others nothing is supposed. With
    the prior N(0, s^2 I) the ratio of the two marginal likelihoods is
    ln R = (m.P^-1 m - m.(P + s^2 I)^-1 m + ln|P| - ln|P + s^2 I|) / 2.
    """
    dt = (now - anchor.time) / NS
    x, p = np.array(anchor.x), np.array(anchor.p).reshape(N, N)
    for model in range(FREE, MODELS):
        predict_model(x, p, dt, model)
    speed = math.hypot(*state[3:].tolist())
    middle = 0.5 * (np.array(anchor.x[3:6]) + state[3:])
    axes = _axes(state[:3], middle)
    gain = np.zeros((6, 4))
    gain[:3, :3], gain[3:, :3] = 0.5 * dt * dt * axes.T, dt * axes.T
    gain[:3, 3], gain[3:, 3] = dt**3 / 6.0 * axes[2], 0.5 * dt * dt * axes[2]
    gain[:, 3] /= dt  # the growth over the span
    s = p[:6, :6] + covariance
    scale = np.sqrt(np.diag(s))
    weight = _inverse(s / scale[:, None] / scale[None, :])
    g, d = gain / scale[:, None], (state - x[:6]) / scale
    spread = _inverse(product(g.T, weight, g)) if weight is not None else None
    if weight is None or spread is None:
        return None
    a = product(spread, g.T, weight, d[:, None])[:, 0]
    # what air has done in all: the change of velocity against a fall without air, over the span
    x[:], x[9] = anchor.x, 0.0
    coast(x, dt)
    mean = (axes * (state[3:] - x[3:6])[None, :]).sum(axis=1) / dt
    lift, drag = math.hypot(float(mean[0]), float(mean[1])), -float(mean[2])
    sigma = [math.sqrt(max(float((u[:, None] * s[3:, 3:] * u[None, :]).sum()), 0.0)) / dt for u in axes]
    if drag < BRAKES_SIGMA * sigma[2] or lift > RATIO_MOST * drag:
        return None
    leak = (drag * (LEAK + WIND_M_S / max(speed, 1.0))) ** 2
    prior = max(float(lift_sigma(np.concatenate([state, np.zeros(4)]))), 1e-3) ** 2
    m, c = a[:2], spread[:2, :2] + leak * np.eye(2)
    near, det = _square(m, c)
    far, wide = _square(m, c + prior * np.eye(2))
    return Air(
        lift=lift, lift_sigma=math.hypot(sigma[0] * float(mean[0]), sigma[1] * float(mean[1])) / max(lift, 1e-9),
        drag=drag, drag_sigma=sigma[2], bank=math.atan2(float(mean[1]), float(mean[0])),
        ln_odds=0.5 * (near - far + math.log(det / wide)), span_s=dt,
    )  # fmt: skip


def _axes(place: FloatArray, velocity: FloatArray) -> FloatArray:
    """Return (3, 3) unit axes as rows: upwards across the way, to the right, along."""
    along = velocity / math.hypot(*velocity.tolist())
    up = place - along * float((along * place).sum())
    up = up / math.hypot(*up.tolist())
    ax, ay, az = along.tolist()
    ux, uy, uz = up.tolist()
    return np.array([up, (ay * uz - az * uy, az * ux - ax * uz, ax * uy - ay * ux), along])


def product(*factors: FloatArray) -> FloatArray:
    """Return the matrix product, without BLAS: a centre's numbers are the same on every machine."""
    out = factors[0]
    for right in factors[1:]:
        out = (out[:, :, None] * right[None, :, :]).sum(axis=1)
    return out


def _inverse(m: FloatArray) -> FloatArray | None:
    """Return the inverse of a matrix, None where it is not positive definite."""
    out = np.empty_like(m)
    return out if invert(m.copy(), out) else None


def _square(m: FloatArray, c: FloatArray) -> tuple[float, float]:
    """Return m.c^-1 m and |c| of two components."""
    a, b, d = float(c[0, 0]), float(c[0, 1]), float(c[1, 1])
    det = max(a * d - b * b, 1e-18)
    x, y = float(m[0]), float(m[1])
    return (x * x * d - 2.0 * x * y * b + y * y * a) / det, det


def _pressure(way: list[tuple[int, list[float]]]) -> float:
    """Return the mean dynamic pressure (Pa) over a way of (time, state)."""
    total, before = 0.0, 0.0
    for k, (time, x) in enumerate(way):
        v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
        pressure = 0.5 * density(height_above_ellipsoid(x[0], x[1], x[2])) * v2
        if k:
            # between two moments it rises or falls exponentially
            ratio = max(pressure, 1e-9) / max(before, 1e-9)
            mean = before if abs(ratio - 1.0) < 1e-6 else (pressure - before) / math.log(ratio)
            total += mean * (time - way[k - 1][0])
        before = pressure
    return total / (way[-1][0] - way[0][0])

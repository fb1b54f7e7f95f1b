"""Tracks as arcs: what several sensors have seen of one object within a block, and which tracks may be one object."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray
from tocsin.tracking.bank import BoolArray, IntArray, TrackBank
from tocsin.tracking.filter_kernels import BOOST, DRAG_TOP_M, FREE, N
from tocsin.tracking.registration_kernels import STATE
from tocsin.world.geodesy_kernels import height_above_ellipsoid

BLOCK_S = 30
JOIN_M, JOIN_M_S = 60e3, 150.0
"""Two tracks of different sensors may be one object so far apart, by the errors of a faulty sensor alone."""
LOOSE_M, LOOSE_M_S, LOOSE_THRUST = 1e5, 3e3, 20.0
"""One sigma of place, velocity and thrust of a track before its sightings: they say it all."""
COASTS = 1e-3
"""Less likely to burn than this, and dark for a block: a track coasts."""


class Sighting(msgspec.Struct, frozen=True):
    """One detection of an object that may be known to others."""

    label: str
    """`C/` and the id of an object of the catalogue, or `T/` and the number of a track."""
    sensor: int
    time: int
    row: tuple[float, ...]
    key: str


class Arc(msgspec.Struct):
    """Sightings of one track within a block, where it is thought to be, and what is known of that beforehand."""

    sightings: list[Sighting]
    state: FloatArray
    time: int
    model: int
    known: FloatArray
    sensors: list[int]
    unsure: tuple[float, float]
    """One sigma of its place (m) and velocity (m/s)."""
    slot: int


def arc_of(seen: list[Sighting], slot: int, bank: TrackBank) -> Arc | None:
    """Return the arc of a track, None where it may burn and may not, or where the air brakes it."""
    burning = float(bank.ws[slot, BOOST]) if bank.two[slot] == 1 else 0.0
    if burning < 0.95 and bank.two[slot]:
        dark = int(bank.ts[slot]) - bank.tracks[slot].last_infrared > BLOCK_S * NS
        if burning > COASTS or not dark:
            return None
    model = BOOST if burning > 0.5 else FREE
    x = np.zeros(N)
    x[:] = bank.xs[slot, model]
    low = float(height_above_ellipsoid(x[0], x[1], x[2])) < DRAG_TOP_M
    if model == FREE and low:
        return None
    variances = np.diag(bank.ps[slot, model])
    unsure = math.sqrt(float(variances[:3].sum())), math.sqrt(float(variances[3:6].sum()))
    return Arc(seen, x, int(bank.ts[slot]), model, loose(model), sorted({s.sensor for s in seen}), unsure, slot)


def loose(model: int) -> FloatArray:
    """Return the information (9, 9) of an object that only its sightings are to speak of."""
    known = np.zeros((STATE, STATE))
    thrust = LOOSE_THRUST if model == BOOST else 1e-6
    for i, sigma in enumerate((LOOSE_M, LOOSE_M_S, thrust)):
        for j in range(3 * i, 3 * i + 3):
            known[j, j] = 1.0 / sigma**2
    return known


def may_be_one(a: Arc, b: Arc) -> bool:
    """Return whether two tracks may be one object: no sensor has seen both, they fly alike, near enough for a fault."""
    if a.model != b.model or set(a.sensors) & set(b.sensors):
        return False
    return bool(_beside(a, b.state[None, :6], np.array([b.time]), np.array([b.unsure]))[0])


def _beside(a: Arc, states: FloatArray, times: IntArray, unsure: FloatArray) -> BoolArray:
    """Return which of some tracks (k, 6) at `times` (k,), unsure by (k, 2), fly like an arc, near enough for a fault."""
    dt = (times - a.time) / NS
    gap = a.state[:3] + a.state[3:6] * dt[:, None] - states[:, :3]
    turn = a.state[3:6] - states[:, 3:6]
    # gravity and thrust bend both alike; what is left of that within the time between them is well inside
    room = JOIN_M + 30.0 * dt * dt + 3.0 * (a.unsure[0] + unsure[:, 0])
    slack = JOIN_M_S + 20.0 * np.abs(dt) + 3.0 * (a.unsure[1] + unsure[:, 1])
    near: BoolArray = (np.abs(dt) <= 2.0 * BLOCK_S) & (np.sqrt((gap * gap).sum(axis=1)) < room)
    near &= np.sqrt((turn * turn).sum(axis=1)) < slack
    return near


def alone(a: Arc, b: Arc, bank: TrackBank) -> bool:
    """Return whether no third track flies beside either of two: in a crowd nobody knows which of them are one object."""
    slots = bank.slots()[bank.standing()]
    lead = np.where(bank.ws[slots, BOOST] > 0.5, BOOST, FREE)
    variances = np.diagonal(bank.ps[slots, lead], axis1=1, axis2=2)
    unsure = np.sqrt(np.column_stack([variances[:, :3].sum(axis=1), variances[:, 3:6].sum(axis=1)]))
    states, times = bank.xs[slots, lead, :6], bank.ts[slots]
    return not any((_beside(arc, states, times, unsure) & ~np.isin(slots, [a.slot, b.slot])).any() for arc in (a, b))

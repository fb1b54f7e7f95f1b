"""Known objects as witnesses of the radars' errors: what a few minutes of sightings say of each, and of who saw it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from tocsin.catalogue.catalogue import Catalogue
from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray
from tocsin.tracking.error_kernels import ERRORS
from tocsin.tracking.filter_kernels import MEAS
from tocsin.tracking.registration_arcs import Sighting
from tocsin.tracking.registration_faults import Faults
from tocsin.tracking.witness_kernels import tell_orbits

PASS_S = 300
"""A known object is a witness for so long, with one error of its element set; then not again for `FRESH_S`."""
FRESH_S = 900


class Orbit(msgspec.Struct):
    """What is known by now of the errors of an element set, beside those of the sensors: normal equations."""

    first: int
    """TAI ns of the block in which it became a witness."""
    a: FloatArray
    """(3, 3): timing s, radial m, across m."""
    g: FloatArray
    """(3, 4 sensors)."""
    gx: FloatArray


class Witnesses:
    """Known objects that are, or have lately been, witnesses."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.orbits: dict[str, Orbit] = {}

    def over(self, name: str, now: int) -> bool:
        """Return whether an object has been a witness for long enough."""
        orbit = self.orbits.get(name)
        return orbit is not None and now - orbit.first > PASS_S * NS

    def hear(
        self, seen: dict[str, list[Sighting]], now: int, catalogue: Catalogue, info: FloatArray, vector: FloatArray
    ) -> tuple[list[str], int]:
        """Return the objects whose sightings were understood and how many were not; `info`, `vector` take in what they say.

        `info` (4 sensors, 4 sensors), `vector` (4 sensors,), in the units of the faults.
        """
        names = [n for n in seen if not self.over(n, now) and catalogue.index(n) >= 0]
        if not names:
            return [], 0
        sightings = [s for n in names for s in seen[n]]
        counts = np.array([len(seen[n]) for n in names])
        who = np.array([s.sensor for s in sightings], np.int64)
        clocks = self.faults.clocks()
        times = np.array([s.time for s in sightings], np.int64) - np.rint(NS * clocks[who]).astype(np.int64)
        which = np.array([catalogue.index(n) for n in names], np.int64)
        states = catalogue.states(np.repeat(which, counts), times)
        whole = np.minimum.reduceat(np.isfinite(states).all(axis=1), np.concatenate(([0], counts[:-1])).cumsum())
        if not whole.all():
            return self.hear({n: seen[n] for n, w in zip(names, whole, strict=True) if w}, now, catalogue, info, vector)
        first = np.concatenate(([0], counts)).cumsum()
        rows = np.array([s.row for s in sightings]).reshape(-1, MEAS)
        speed = np.sqrt((states[first[:-1], 3:6] ** 2).sum(axis=1))
        along, radial, cross = catalogue.sigma(which, now).T
        fresh = np.column_stack([(speed / along) ** 2, radial**-2, cross**-2])
        k, size, faults = len(names), vector.size, self.faults
        held = [self.orbits.get(n) for n in names]
        a, g, gx = np.zeros((k, 3, 3)), np.zeros((k, 3, size)), np.zeros((k, 3))
        anew, good = np.ones(k, np.bool_), np.zeros(k, np.bool_)
        for i, orbit in enumerate(held):
            if orbit is not None:
                a[i], g[i], gx[i], anew[i] = orbit.a, orbit.g, orbit.gx, False
        about, believed = faults.belief()
        tell_orbits(
            states, rows, who, first, clocks, faults.scale, about, believed, faults.wide, fresh, anew, a, g, gx, info,
            vector, good,
        )  # fmt: skip
        for i, name in enumerate(names):
            old = held[i]
            if not good[i]:
                self.orbits.pop(name, None)
            elif old is None or anew[i]:
                self.orbits[name] = Orbit(now, a[i].copy(), g[i].copy(), gx[i].copy())
            else:
                old.a, old.g, old.gx = a[i].copy(), g[i].copy(), gx[i].copy()
        return [n for n, w in zip(names, good.tolist(), strict=True) if w], int(np.count_nonzero(~good))

    def forget(self, now: int) -> None:
        """Forget those that may be witnesses again."""
        self.orbits = {k: o for k, o in self.orbits.items() if now - o.first < FRESH_S * NS}

    def doubt(self, sensors: set[int]) -> None:
        """Forget those that such sensors saw: what they saw before is of another error."""
        for k in sorted(sensors):
            part = slice(ERRORS * k, ERRORS * (k + 1))
            self.orbits = {name: o for name, o in self.orbits.items() if not o.g[:, part].any()}

    def state(self) -> list[Any]:
        """Return all of it as plain data."""
        return [[k, o.first, o.a.tobytes(), o.g.tobytes(), o.gx.tobytes()] for k, o in self.orbits.items()]

    def load(self, state: list[Any]) -> None:
        """Take over what `state` returned."""
        self.orbits = {k: Orbit(first, _read(a), _read(g), np.frombuffer(gx).copy()) for k, first, a, g, gx in state}


def _read(raw: bytes) -> FloatArray:
    return np.frombuffer(raw).reshape(3, -1).copy()

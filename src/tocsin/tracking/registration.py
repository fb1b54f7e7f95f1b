"""Registration: what is wrong with the sensors themselves, estimated on line from common tracks and the catalogue.

Sightings (a few of each sensor, object and half minute) are gathered by the object that they are of: one of the catalogue, by
a gate wide enough for a faulty sensor, or a track. At the end of each half minute every object is fitted together with the
errors of those that saw it and then eliminated (`registration_kernels`); what is left is added to one block of information
about the errors of all sensors. The last quarter of an hour of blocks is judged by `registration_faults`.

The sightings are as the sensors sent them, before any correction: the estimate is of the whole error, always.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from tocsin.catalogue.catalogue import Catalogue
from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import FloatArray, IntArray, Look
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.bank import TrackBank
from tocsin.tracking.error_kernels import ERRORS, least
from tocsin.tracking.filter_kernels import BOOST, M_RANGE, M_SIGMA_A, MEAS
from tocsin.tracking.measurements import measured_places
from tocsin.tracking.registration_arcs import BLOCK_S, Arc, Sighting, alone, arc_of, may_be_one
from tocsin.tracking.registration_faults import Faults
from tocsin.tracking.registration_kernels import STATE, fit_arc
from tocsin.tracking.registration_records import Fault, Finding
from tocsin.tracking.witness_kernels import understood
from tocsin.tracking.witnesses import Witnesses

BLOCKS = 30
"""Blocks that are remembered: a quarter of an hour."""
SIGHTINGS = 40
"""Most sightings taken of one sensor in one block: enough for any of the errors, little enough for any raid."""
OF_ONE = 3
"""Most of them of one object."""
APART_S = 6.0
"""Two sightings of one object by one sensor are so far apart: errors that swing with a servo are then new."""
ASKED = 4
"""Most detections of one look that are compared with the catalogue."""
WIDE_RANGE_M, WIDE_ANGLE, WIDE_ALONG_M, WIDE_RATE_M_S = 3000.0, 0.2 * DEG, 4000.0, 20.0
"""Added (one sigma) to a detection's own errors when it is compared with the catalogue: a faulty sensor's has to fit too."""


class Block(msgspec.Struct):
    """What half a minute says of the errors: information over all sensors, and the last sighting of each."""

    end: int
    info: FloatArray
    vector: FloatArray
    keys: dict[int, str]
    objects: int


class Registration:
    """The errors of all sensors of a centre."""

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self.sensors = list(sensors)
        self.index = {s.id: k for k, s in enumerate(self.sensors)}
        self.faults = Faults(self.sensors)
        self.sightings: list[Sighting] = []
        self.taken: dict[tuple[str, int], tuple[int, int]] = {}
        """(label, sensor) -> how many in this block, and when the last was."""
        self.seen_by: dict[str, int] = {}
        """label -> the first sensor that saw it in this block."""
        self.count = [0] * len(self.sensors)
        self.block_end = 0
        self.blocks: list[Block] = []
        self.witnesses = Witnesses(self.faults)
        self.strangers: set[tuple[str, int]] = set()
        """(label, sensor) of tracks that no known object fits in this block."""
        self.misfits = 0

    # ---- sightings --------------------------------------------------------------------------------------------------

    def wants(self, look: Look) -> bool:
        """Return whether what a look sees is still of use in this block."""
        return self.count[self.index[look.sensor]] < SIGHTINGS and look.state not in ("blinded", "down")

    def hear(
        self, look: Look, sensor: Sensor, rows: FloatArray, chosen: IntArray, tracks: dict[int, int],
        thought: dict[int, str], catalogue: Catalogue, site: int, better: tuple[Look, FloatArray] | None = None,
    ) -> None:  # fmt: skip
        """Take what a look says of known objects and of tracks: `rows` as sent, `tracks` row -> number of its track.

        `thought`: row -> id of the known object that the centre takes it for; `better`: look and rows as far as the sensor's
        errors are known, by which objects of the catalogue are looked up for rows that are of none by the centre's own gate.
        """
        k = self.index[sensor.id]
        if not chosen.size or not self.wants(look):
            return
        self._hear_known(look, k, rows, thought)
        labels = {row: f"T/{n}" for row, n in tracks.items() if row not in thought}
        rest: list[int] = []
        for row in chosen.tolist():
            label = labels.get(row, "")
            if row in thought or not self._open(label, k, look):
                continue
            if (label, k) in self.strangers:
                self._take(label, k, look, rows, row)
            elif len(rest) < ASKED:
                rest.append(row)
        found = self._known(*(better or (look, rows)), sensor, np.array(rest, np.int64), catalogue, site)
        for row in rest:
            if row in found:
                if not self.witnesses.over(found[row], look.end):
                    self._take(f"C/{found[row]}", k, look, rows, row)
            elif row in labels:
                self.strangers.add((labels[row], k))
                self._take(labels[row], k, look, rows, row)

    def _hear_known(self, look: Look, k: int, rows: FloatArray, thought: dict[int, str]) -> None:
        """Take what a sensor says of known objects, those first that another has seen in this block."""
        ahead: list[tuple[str, int]] = []
        others: list[tuple[str, int]] = []
        for row, name in thought.items():
            if not self.witnesses.over(name, look.end):
                label = f"C/{name}"
                (ahead if self.seen_by.get(label, k) != k else others).append((label, row))
        asked = 0
        for label, row in ahead + others:
            if asked == ASKED:
                break
            asked += self._take(label, k, look, rows, row)

    def _open(self, label: str, k: int, look: Look) -> bool:
        """Return whether a further sighting of an object by a sensor is of use; without a label: yes."""
        n, last = self.taken.get((label, k), (0, -(1 << 62)))
        return n < OF_ONE and look.end - last >= APART_S * NS

    def _take(self, label: str, k: int, look: Look, rows: FloatArray, row: int) -> bool:
        """Return whether a sighting was taken."""
        n, last = self.taken.get((label, k), (0, -(1 << 62)))
        if n >= OF_ONE or self.count[k] >= SIGHTINGS:
            return False
        time = int(look.times[row])
        if abs(time - last) < APART_S * NS:
            return False
        if math.isnan(rows[row, M_SIGMA_A]):
            return False
        self.taken[label, k] = n + 1, time
        self.seen_by.setdefault(label, k)
        self.count[k] += 1
        key = f"{look.sensor}/{look.session}/{look.sequence}/{int(look.numbers[row])}"
        self.sightings.append(Sighting(label, k, time, tuple(rows[row].tolist()), key))
        return True

    def _known(
        self, look: Look, rows: FloatArray, sensor: Sensor, asked: IntArray, catalogue: Catalogue, site: int
    ) -> dict[int, str]:
        """Return the object of the catalogue that some rows of a radar's look are of, by a gate for a faulty radar."""
        if sensor.kind != "radar" or site < 0 or not len(catalogue) or not asked.size:
            return {}
        places, sigmas, rates = measured_places(rows, asked)
        sigmas[:, 0] = np.sqrt(sigmas[:, 0] ** 2 + WIDE_RANGE_M**2)
        wide = WIDE_ANGLE**2 + (WIDE_ALONG_M / np.maximum(rows[asked, M_RANGE], 1e5)) ** 2
        sigmas[:, 1:3] = np.sqrt(sigmas[:, 1:3] ** 2 + wide[:, None])
        sigmas[:, 3] = np.sqrt(sigmas[:, 3] ** 2 + WIDE_RATE_M_S**2)
        found = catalogue.correlate(site, look.times[asked], places, sigmas, rates).objects
        return {int(r): catalogue.id(int(o)) for r, o in zip(asked, found, strict=True) if o >= 0}

    def forget(self) -> None:
        """Forget what was gathered: it was weighed by errors that were not what they are."""
        self.sightings, self.taken, self.seen_by, self.strangers = [], {}, {}, set()
        self.count, self.blocks = [0] * len(self.sensors), []

    # ---- blocks -----------------------------------------------------------------------------------------------------

    def close(self, now: int, bank: TrackBank, catalogue: Catalogue) -> list[Finding]:
        """Return what is found when a half minute is over: sensors named, moving, or well again."""
        if now < self.block_end:
            return []
        self.block_end = (now // (BLOCK_S * NS) + 1) * BLOCK_S * NS
        if not self.sightings:
            return []
        block = self._block(now, bank, catalogue)
        self.sightings, self.taken, self.seen_by, self.strangers = [], {}, {}, set()
        self.count = [0] * len(self.sensors)
        if block is None:
            return []
        oldest = now - BLOCKS * BLOCK_S * NS
        self.blocks = [b for b in self.blocks if b.end > oldest] + [block]
        self.witnesses.forget(now)
        self.faults.isolate(block)
        found = self.faults.judge(self.blocks)
        for finding in found:
            # older blocks hold its error as it was, mixed with those of the others
            if finding.kind == "named":
                self.blocks = [b for b in self.blocks if b.end > finding.fault.onset]
            elif finding.kind in ("drifting", "well"):
                self.blocks = self.blocks[-1:]
                self.faults.isolate(block)
        fresh = {f.fault.sensor for f in found} | set(self.faults.unsettled())
        self.witnesses.doubt(fresh)
        return found

    def _block(self, now: int, bank: TrackBank, catalogue: Catalogue) -> Block | None:
        size = ERRORS * len(self.sensors)
        block = Block(now, np.zeros((size, size)), np.zeros(size), {}, 0)
        by_label: dict[str, list[Sighting]] = {}
        for s in self.sightings:
            by_label.setdefault(s.label, []).append(s)
        known = {k[2:]: v for k, v in by_label.items() if k[0] == "C"}
        told, misfits = self.witnesses.hear(known, now, catalogue, block.info, block.vector)
        self.misfits += misfits
        for name in told:
            _count(block, known[name])
        for arc in self._common({int(k[2:]): v for k, v in by_label.items() if k[0] == "T"}, bank):
            if self._add(arc, block):
                _count(block, arc.sightings)
        return block if block.objects else None

    def _by_sensor(self, seen: list[Sighting]) -> tuple[list[int], IntArray, FloatArray, IntArray, FloatArray]:
        """Return the sensors of sightings, their places in a block, the rows, the sensor of each, the clocks as known."""
        sensors = sorted({s.sensor for s in seen})
        place = {k: i for i, k in enumerate(sensors)}
        where = np.concatenate([np.arange(ERRORS * k, ERRORS * (k + 1)) for k in sensors])
        rows = np.array([s.row for s in seen]).reshape(-1, MEAS)
        who = np.array([place[s.sensor] for s in seen], np.int64)
        return sensors, where, rows, who, np.array([self.faults.clock(k) for k in sensors])

    def _common(self, tracks: dict[int, list[Sighting]], bank: TrackBank) -> list[Arc]:
        """Return the arcs of tracks that two sensors or more have seen, as one track or as two beside each other."""
        slots = {t.number: s for s, t in bank.tracks.items()}
        arcs = [a for n, seen in tracks.items() if n in slots and (a := arc_of(seen, slots[n], bank)) is not None]
        near = [[j for j, b in enumerate(arcs) if j != i and may_be_one(a, b)] for i, a in enumerate(arcs)]
        joined: list[Arc] = []
        for i, a in enumerate(arcs):
            b = arcs[near[i][0]] if len(near[i]) == 1 and near[near[i][0]] == [i] else None
            if b is not None and alone(a, b, bank):
                if i > near[i][0]:
                    continue
                both = sorted({*a.sensors, *b.sensors})
                a = msgspec.structs.replace(a, sightings=a.sightings + b.sightings, sensors=both)
            if len(a.sensors) > 1:
                joined.append(a)
        return joined

    def _add(self, arc: Arc, block: Block) -> bool:
        """Return whether an arc could be understood, and add what it says to a block."""
        sensors, where, rows, who, clocks = self._by_sensor(arc.sightings)
        ages = np.array([(s.time - arc.time) / NS for s in arc.sightings])
        sights = np.array([self.sensors[k].kind == "infrared" for k in sensors], np.int64)
        info, vector = np.empty((where.size, where.size)), np.empty(where.size)
        chi2, parts = fit_arc(
            arc.state, arc.known, arc.model, rows, ages, who, sights, clocks, self.faults.scale[where],
            self.faults.wide[where], info, vector,
        )  # fmt: skip
        freedom = parts - (STATE if arc.model == BOOST else 6)
        misfit = least(chi2, info, vector, np.zeros(where.size), self.faults.wide[where])
        if chi2 < 0.0 or not understood(misfit, freedom):
            self.misfits += 1
            return False
        weight = 1.0 / max(misfit / freedom, 1.0)
        block.info[np.ix_(where, where)] += weight * info
        block.vector[where] += weight * vector
        return True

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "sightings": [msgspec.to_builtins(s) for s in self.sightings],
            "taken": [[list(k), list(v)] for k, v in self.taken.items()],
            "seen_by": dict(self.seen_by),
            "count": list(self.count),
            "strangers": [list(k) for k in sorted(self.strangers)],
            "block_end": self.block_end,
            "blocks": [
                [b.end, b.info.tobytes(), b.vector.tobytes(), list(b.keys.items()), b.objects] for b in self.blocks
            ],
            "witnesses": self.witnesses.state(),
            "misfits": self.misfits,
            "faults": self.faults.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.sightings = [msgspec.convert(s, Sighting) for s in state["sightings"]]
        self.taken = {(k[0], k[1]): (v[0], v[1]) for k, v in state["taken"]}
        self.seen_by = dict(state["seen_by"])
        self.count, self.block_end = list(state["count"]), state["block_end"]
        self.strangers = {(k[0], k[1]) for k in state["strangers"]}
        size = ERRORS * len(self.sensors)
        self.blocks = [
            Block(end, np.frombuffer(i).reshape(size, size).copy(), np.frombuffer(v).copy(), dict(keys), n)
            for end, i, v, keys, n in state["blocks"]
        ]
        self.witnesses.load(state["witnesses"])
        self.misfits = state["misfits"]
        self.faults.load(state["faults"])

    def fault(self, sensor: str) -> Fault | None:
        """Return what is wrong with a sensor, None where nothing is known to be."""
        return self.faults.named.get(sensor)


def _count(block: Block, seen: list[Sighting]) -> None:
    block.objects += 1
    block.keys |= {s.sensor: s.key for s in seen}

"""Which sensor is wrong, by how much, and does its error stand still: judged on blocks of information about the errors.

Under every hypothesis the errors are Gaussian about nothing: as wide as the network file states, or as wide as faults are for
the errors of one sensor. The likelihood of the data is then a closed form, and a fault is named by the ratio of two of them,
over the last blocks that give the largest (generalised likelihood ratio over the onset: Willsky & Jones, IEEE TAC 21(1), 1976).

A sensor is healthy while its errors are within three of the sigmas that are stated for it, and a fault is weighed against the
best of all such errors. How often a healthy sensor is named: whatever its errors, for one onset and one hypothesis the ratio
is a martingale of mean 1 at most, so it ever exceeds K with probability 1/K at most (Ville 1939). Summed over every onset and
hypothesis of a year that gives the threshold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.error_kernels import (
    ERRORS,
    eliminate,
    largest_odds,
    log_density_ratio,
    log_evidence,
    log_fault_odds,
    posterior,
)
from tocsin.tracking.registration_records import (
    FAULT,
    PARTS,
    RAW_ANGLE,
    RAW_M,
    UNITS,
    BlockLike,
    Fault,
    Finding,
    Suspect,
    stated,
)
from tocsin.tracking.registration_sums import Own, Sums

FALSE_A_YEAR = 0.1
"""Most healthy sensors that are named in a year of unbroken common sight, all sensors together."""
ONSETS_A_YEAR = 365.25 * 86400.0 / 30.0
CLEAR = math.log(1000.0)
"""Two sensors whose faults explain the same: the likelier by less than this is not named, both are told."""
WITHIN = 3.0
"""Stated sigmas within which errors are those of a healthy sensor."""
CHANGED = 12.0
"""Log likelihood ratio from which an error has changed, or gone."""
STILL = 0.0
STEADY, LATEST = 10, 3
"""Blocks: without change before a moving error is trusted again; that a moving error is estimated from."""
SURE = 3
"""Judgements in a row that find a fault, or its end, before it is told: the first block may hold both errors, and the second
is the first whose sightings are taken for themselves."""
MOVING = 3
"""Judgements in a row that find a change before an error is said to move."""
WINDOWS = (1, 2, 4, 8, 15, 30)
MOST_PARTS = max(len(every) for every in PARTS.values())
MASKS = {
    kind: np.array([[k in parts for k in range(ERRORS)] for parts in (*every, *every[-1:] * MOST_PARTS)[:MOST_PARTS]])
    for kind, every in PARTS.items()
}
"""`PARTS` as rows of flags, the last one again where another kind has more."""


class Faults:
    """The sensors that are known to be wrong."""

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self.ids = [s.id for s in sensors]
        self.kinds = [s.kind if s.kind in FAULT else "radar" for s in sensors]
        flat = [u for k in self.kinds for u in UNITS[k]]
        self.scale: FloatArray = np.array(flat)
        self.wide: FloatArray = np.array([f for k in self.kinds for f in FAULT[k]]) ** 2 / self.scale**2
        self.stated: FloatArray = np.array([v for s in sensors for v in stated(s)]) ** 2 / self.scale**2
        self.raw = [(RAW_M**2, 0.0, RAW_ANGLE**2, 0.0) if s.raw_refraction else (0.0,) * ERRORS for s in sensors]
        self._faults = np.array([MASKS[k] for k in self.kinds], np.bool_).reshape(-1, MOST_PARTS, ERRORS)
        hypotheses = sum(len(PARTS[k]) for k in self.kinds)
        self.threshold = math.log(max(ONSETS_A_YEAR * hypotheses / FALSE_A_YEAR, 1.0))
        self.named: dict[str, Fault] = {}
        self.suspects: dict[str, Suspect] = {}
        self.disputed: set[str] = set()

    def judge(self, blocks: Sequence[BlockLike]) -> list[Finding]:
        """Return what the blocks, oldest first, say that had not been said before."""
        if not self.named and max(self.odds(blocks).values(), default=-math.inf) <= self.threshold:
            self.suspects, self.disputed = {}, set()
            return []
        said: list[Finding] = []
        sums = Sums(self, blocks)
        for fault in list(self.named.values()):
            said += self._follow(fault, sums)
        said += self._seek(sums)
        return said

    def odds(self, blocks: Sequence[BlockLike]) -> dict[int, float]:
        """Return the largest log likelihood ratio of a fault of each live sensor, over the onsets.

        All others are as stated, or as wide as faults where they are named.
        """
        live = np.array(sorted({k for b in blocks for k in b.keys}), np.int64)
        if not live.size:
            return {}
        prior, out = self.stated.copy(), np.empty(live.size)
        for fault in self.named.values():
            part = slice(ERRORS * fault.sensor, ERRORS * (fault.sensor + 1))
            prior[part] = self.wide[part]
        newest = blocks[::-1]
        largest_odds(
            np.array([b.info for b in newest]), np.array([b.vector for b in newest]), live, np.array(WINDOWS), prior,
            self.stated, self.wide, self._faults, WITHIN, out,
        )  # fmt: skip
        return dict(zip(live.tolist(), out.tolist(), strict=True))

    def clock(self, s: int) -> float:
        """Return the error (s) of the clock of sensor `s` as far as it is known."""
        fault, suspect = self.named.get(self.ids[s]), self.suspects.get(self.ids[s])
        if fault is not None:
            return fault.mean[3]
        return suspect.clock_s if suspect is not None else 0.0

    def clocks(self) -> FloatArray:
        """Return `clock` of every sensor."""
        out = np.zeros(len(self.ids))
        for s in {f.sensor for f in self.named.values()} | {self.ids.index(name) for name in self.suspects}:
            out[s] = self.clock(s)
        return out

    def unsettled(self) -> list[int]:
        """Return the sensors whose errors may not be what they were a block ago."""
        moving = [f.sensor for f in self.named.values() if f.moving or f.well or f.drifting]
        return moving + [s for s, name in enumerate(self.ids) if name in self.suspects]

    def belief(self, sigmas: float = WITHIN) -> tuple[FloatArray, FloatArray]:
        """Return what the errors of all sensors are thought to be: means and variances, in their units.

        Stated errors are taken `sigmas` times as wide.
        """
        mean, variance = np.zeros(self.scale.size), sigmas**2 * self.stated
        for fault in self.named.values():
            part = slice(ERRORS * fault.sensor, ERRORS * (fault.sensor + 1))
            mean[part] = np.array(fault.mean) / self.scale[part]
            variance[part] += np.array(fault.sigmas) ** 2 / self.scale[part] ** 2
        return mean, variance

    def isolate(self, block: BlockLike) -> None:
        """Take the errors of sensors that may be changing out of what a block says of the others, in place.

        What it says of such a sensor is kept apart, with the others' errors as they are thought to be.
        """
        mean, variance = self.belief(1.0)
        for fault in self.named.values():
            if not (fault.drifting or fault.moving or fault.well):
                continue
            part = np.arange(ERRORS * fault.sensor, ERRORS * (fault.sensor + 1))
            live = np.flatnonzero(np.diag(block.info) > 0.0)
            rest = live[~np.isin(live, part)]
            if fault.sensor not in block.keys or not rest.size:
                continue
            own, own_vector = np.empty((ERRORS, ERRORS)), np.empty(ERRORS)
            others, others_vector = np.empty((rest.size, rest.size)), np.empty(rest.size)
            wide = variance.copy()
            wide[part] = self.wide[part]
            if not (
                eliminate(block.info, block.vector, part, rest, mean, variance, own, own_vector)
                and eliminate(block.info, block.vector, rest, part, np.zeros(wide.size), wide, others, others_vector)
            ):
                continue
            block.info[part, :] = 0.0
            block.info[:, part] = 0.0
            block.info[np.ix_(part, part)], block.vector[part] = own, own_vector
            block.info[np.ix_(rest, rest)], block.vector[rest] = others, others_vector

    # ---- naming -----------------------------------------------------------------------------------------------------

    def _seek(self, sums: Sums) -> list[Finding]:
        """Return the sensor that is named now, if any: one at a time, when enough judgements say so."""
        found = sorted(((odds, s) for s, odds in self.odds(sums.blocks).items()), reverse=True)
        over = [(odds, s) for odds, s in found if odds > self.threshold and self.ids[s] not in self.named]
        self.suspects = {self.ids[s]: self._suspect(s, sums) for _, s in over}
        self.disputed &= set(self.suspects)
        if not over or self.suspects[self.ids[over[0][1]]].count < SURE or over[0][1] not in sums.blocks[-1].keys:
            return []
        odds, s = over[0]
        name = self.ids[s]
        fault = Fault(s, 0, [0.0] * ERRORS, [[0.0] * ERRORS] * ERRORS, (), odds)
        # the last block is clean; where it says too little, those that speak most for the fault have to do
        n = 1
        if self._ratio(s, sums.own(s, 1))[0] < 0.5 * self.threshold:
            _, n = max((self._ratio(s, sums.own(s, k))[0], k) for k in range(1, sums.count + 1))
        fault.onset = sums.blocks[-n].end - 1
        self._estimate(fault, sums, n)
        fault.odds = odds
        # those that explain it nearly as well, and no longer have to once this one is held to be wrong
        self.named[name] = fault
        left = self.odds(sums.blocks)
        rivals = [r for o, r in over[1:] if odds - o < CLEAR and left[r] < self.threshold]
        if not rivals:
            self.suspects = {}
            return [Finding(name, "named", fault)]
        del self.named[name]
        if name in self.disputed:
            return []
        self.disputed |= {self.ids[r] for r in (s, *rivals)}
        return [Finding(name, "disputed", fault, tuple(self.ids[r] for r in rivals))]

    def _ratio(self, s: int, own: Own | None) -> tuple[float, tuple[int, ...]]:
        """Return the log likelihood ratio of the likeliest fault of sensor `s`, and what is wrong in it."""
        if own is None:
            return -math.inf, ()
        part = slice(ERRORS * s, ERRORS * (s + 1))
        parts = PARTS[self.kinds[s]]
        odds, best = log_fault_odds(
            own.info, own.vector, self.stated[part], self.wide[part], MASKS[self.kinds[s]], WITHIN
        )
        return odds, parts[min(best, len(parts) - 1)]

    def variance(self, s: int, parts: Sequence[int]) -> FloatArray:
        """Return the variance (4,) of the errors of sensor `s`, in its units: `parts` as wide as faults, the rest as stated."""
        out = self.stated[ERRORS * s : ERRORS * (s + 1)].copy()
        for k in parts:
            out[k] = self.wide[ERRORS * s + k]
        return out

    def _suspect(self, s: int, sums: Sums) -> Suspect:
        """Return a sensor that would be named now, and what its clock is by the last block."""
        before = self.suspects.get(self.ids[s], Suspect())
        trial = Fault(s, 0, [0.0] * ERRORS, [], (), 0.0)
        self._estimate(trial, sums, 1)
        return Suspect(before.count + 1, trial.mean[3])

    def _estimate(self, fault: Fault, sums: Sums, n: int) -> None:
        """Write the errors of a faulty sensor by the last `n` blocks into its record."""
        s = fault.sensor
        own = sums.own(s, n)
        if own is None:
            return
        fault.odds, fault.parts = self._ratio(s, own)
        variance = self.variance(s, fault.parts)
        mean, cov = np.empty(ERRORS), np.empty((ERRORS, ERRORS))
        if not posterior(own.info, own.vector, variance, mean, cov):
            return
        unit = self.scale[ERRORS * s : ERRORS * (s + 1)]
        fault.mean = (mean * unit).tolist()
        # what the correction of refraction leaves is another at every elevation
        cov = cov * unit[:, None] * unit[None, :] + np.diag(self.raw[s])
        fault.cov = cov.tolist()
        keys = [k for b in sums.blocks[-n:] for i, k in b.keys.items() if i == s][-4:]
        others = [k for b in sums.blocks[-n:] for i, k in b.keys.items() if i != s][-4:]
        fault.keys = tuple(keys + others)

    # ---- what becomes of it -----------------------------------------------------------------------------------------

    def _follow(self, fault: Fault, sums: Sums) -> list[Finding]:
        """Return what has changed of a fault: gone, moving, or standing still again; else take its estimate further."""
        s, name = fault.sensor, self.ids[fault.sensor]
        if s not in sums.live or s not in sums.blocks[-1].keys:
            return []
        fault.well = fault.well + 1 if self._gone(fault, sums) else 0
        if fault.well >= SURE:
            del self.named[name]
            return [Finding(name, "well", fault)]
        if fault.drifting:
            return self._drifts(fault, sums)
        n = sums.since(fault.onset)
        fault.moving = fault.moving + 1 if self._change(s, sums, n) > CHANGED else 0
        if fault.moving >= MOVING:
            fault.drifting, fault.moving = True, 0
            self._estimate(fault, sums, min(LATEST, n))
            return [Finding(name, "drifting", fault)]
        if self._ratio(s, sums.own(s, n))[0] > 0.5 * self.threshold:
            self._estimate(fault, sums, n)
        return []

    def _drifts(self, fault: Fault, sums: Sums) -> list[Finding]:
        s = fault.sensor
        n = min(STEADY, sums.count)
        seen = sum(s in b.keys for b in sums.blocks[-n:]) > STEADY // 2
        known = seen and self._ratio(s, sums.own(s, n))[0] > self.threshold
        if n < STEADY or not known or self._change(s, sums, n) > STILL:
            self._estimate(fault, sums, min(LATEST, sums.count))
            return []
        fault.drifting, fault.onset = False, sums.blocks[-n].end - 1
        self._estimate(fault, sums, n)
        return [Finding(self.ids[s], "steady", fault)]

    def _gone(self, fault: Fault, sums: Sums) -> bool:
        """Return whether the last blocks say that the errors are as stated, and not as they were estimated."""
        s = fault.sensor
        unit = self.scale[ERRORS * s : ERRORS * (s + 1)]
        mean = np.array(fault.mean) / unit
        cov = np.array(fault.cov) / unit[:, None] / unit[None, :] + np.diag(self.variance(s, ()))
        none, stated = np.zeros(ERRORS), np.diag(self.variance(s, ()))
        for n in WINDOWS:
            own = sums.own(s, n) if n <= sums.count else None
            if own is None or self._ratio(s, own)[0] > 0.0:
                continue
            healthy = log_evidence(own.info, own.vector, none, stated)
            if healthy - log_evidence(own.info, own.vector, mean, cov) > CHANGED:
                return True
        return False

    def _change(self, s: int, sums: Sums, n: int) -> float:
        """Return the largest log likelihood ratio of an error that changed within the last `n` blocks against one that did not.

        The errors before and after are two unknowns beside those of all others, each as wide as faults. Their difference d has
        the prior N(0, 2 wide) and the posterior N(m, c); both hypotheses agree where d = 0, so the ratio is that of the two
        densities there (Dickey 1971): (m.c^-1 m + log|c| - log|2 wide|) / 2.
        """
        wide = 2.0 * self.wide[ERRORS * s : ERRORS * (s + 1)]
        most = -math.inf
        for late in WINDOWS:
            both = sums.before_and_after(s, n, late) if late < n else None
            if both is None:
                continue
            mean, cov = both
            m = mean[ERRORS:] - mean[:ERRORS]
            c = cov[ERRORS:, ERRORS:] + cov[:ERRORS, :ERRORS] - cov[ERRORS:, :ERRORS] - cov[:ERRORS, ERRORS:]
            most = max(most, log_density_ratio(np.ascontiguousarray(m), np.ascontiguousarray(c), wide))
        return most

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "named": {k: msgspec.to_builtins(f) for k, f in self.named.items()},
            "disputed": sorted(self.disputed),
            "suspects": {k: msgspec.to_builtins(f) for k, f in self.suspects.items()},
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.named = {k: msgspec.convert(f, Fault) for k, f in state["named"].items()}
        self.suspects = {k: msgspec.convert(f, Suspect) for k, f in state["suspects"].items()}
        self.disputed = set(state["disputed"])

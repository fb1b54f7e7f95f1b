"""Are a sensor's errors as large as it says? Its residuals against tracks, from look to look, tell.

What a sensor reports of a track, less where the track is expected, is its error with that of the track. The difference of two
such residuals of one object, some seconds apart, is free of whatever is constant (a bias, a clock that is off: those are
`registration`'s), and has the variance of two errors. The median of its squares over all that was measured lately, in
units of what is stated, is the square of the factor by which the errors are larger: half of the pairs may be wrong.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray, IntArray, Look
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.bank import TrackBank
from tocsin.tracking.filter_kernels import (
    FREE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    M_SIGMA_RATE,
)
from tocsin.tracking.noise_kernels import nearest_other, owned, residuals

PAUSE_S, SOUND_PAUSE_S = 9.0, 27.0
"""A sensor is asked so often, and of so few tracks; the second figure holds for one that has long been as it says."""
TRACKS, FRESH_S, APART_S = 8, 30.0, 60.0
"""Tracks seen so lately; two residuals of one object at most so far apart."""
WIDE = 40.0
"""A detection is taken for a track's within so many stated sigma, and only where no other is nearly as close (`ALONE`)."""
NOBODYS = 0.003
"""... and where hardly any that is nobody's would lie as near in one look."""
IDLE = 30
"""So many tracks asked for without an answer take the oldest answer away: what is nobody's never gathers."""
ALONE, YOUNG = 3.0, 4.0
"""Residuals of tracks that were known so much worse (variance) at the first of two looks tell of the track."""
KEPT, LEAST = 96, 12
"""Squares remembered of each sensor, and from how many it is judged."""
LOUD, QUIET = 1.7, 1.3
"""A sensor is named from so large a factor on (the lower bound of its estimate), and well again below that."""
MOVED = 1.4
"""A factor that is taken is left as it is until its estimate is surely off by so much."""
MEDIAN = 0.4549364
"""Of the chi-square distribution of one degree of freedom."""
SIGMA_COLUMNS = [M_SIGMA_RANGE, M_SIGMA_A, M_SIGMA_B, M_SIGMA_RATE]


class Heard(msgspec.Struct):
    """What one sensor's residuals have said."""

    factor: float = 1.0
    """By which its sigmas are taken larger than stated."""
    asked_at: int = 0
    sound: bool = False
    """Whether its last `KEPT` squares are as it says."""
    squares: list[float] = msgspec.field(default_factory=list)
    """Of differences, in stated variances: one a component."""
    idle: int = 0
    """Tracks that it was asked of in vain since the last of its answers was forgotten for that."""
    last: dict[int, tuple[int, list[float], list[float]]] = msgspec.field(default_factory=dict)
    """Track -> when, the residuals of range (NaN = not measured), azimuth and elevation arc, m, and their variances."""

    def estimate(self) -> tuple[float, float]:
        """Return the factor, and its lower bound at about three sigma of the median of so many squares."""
        n = len(self.squares)
        if n < LEAST:
            return 1.0, 1.0
        factor = math.sqrt(sorted(self.squares)[n // 2] / MEDIAN)
        # the median of n squares of normals: one sigma of its logarithm is 2.3 / sqrt(n), that of the factor half of it
        return factor, factor * math.exp(-3.0 * 1.17 / math.sqrt(n))


class Noise:
    """The errors of all sensors, as they are."""

    def __init__(self) -> None:
        self.heard: dict[str, Heard] = {}

    def factor(self, sensor: str) -> float:
        """Return by what factor a sensor's errors are taken larger than it states."""
        heard = self.heard.get(sensor)
        return heard.factor if heard is not None else 1.0

    def widen(self, sensor: str, rows: FloatArray) -> FloatArray:
        """Return measurement rows (n, 18) with the sigmas of a sensor as large as they have been found, in place."""
        if (factor := self.factor(sensor)) > 1.0:
            rows[:, SIGMA_COLUMNS] *= factor
        return rows

    def hear(
        self, look: Look, sensor: Sensor, rows: FloatArray, used: IntArray, bank: TrackBank, log_density: float
    ) -> tuple[float, float]:
        """Return (factor as it was, as it is found) of a sensor after a look; rows (n, 18) as `widen` gives them.

        `log_density`: of what is false or new in a look, 1/m3 (radar) or 1/m2 (infrared), as `measurements.Figures`.
        """
        heard = self.heard.setdefault(sensor.id, Heard())
        before = heard.factor
        pause = SOUND_PAUSE_S if heard.sound else PAUSE_S
        if look.end - heard.asked_at < pause * NS or not used.size or look.state in ("blinded", "down"):
            return before, before
        heard.asked_at = look.end
        if not self._compare(heard, look, rows, used, bank, math.exp(log_density)):
            return before, before
        factor, least = heard.estimate()
        heard.sound = before == 1.0 and len(heard.squares) == KEPT and factor < QUIET
        most = factor * factor / max(least, 1e-9)
        if before == 1.0 and least >= LOUD:
            heard.factor = round(factor, 1)
        elif before > 1.0 and len(heard.squares) == KEPT:
            if factor < QUIET:
                heard.factor = 1.0
            elif most * MOVED < before or least > MOVED * before:
                heard.factor = round(factor, 1)
        if heard.factor != before:
            heard.last = {}
            heard.squares = []
        return before, heard.factor

    def _compare(
        self, heard: Heard, look: Look, rows: FloatArray, used: IntArray, bank: TrackBank, density: float
    ) -> bool:
        """Take the residuals of a look's detections against tracks seen lately; return whether they told of errors."""
        oldest = look.time - round(APART_S * NS)
        heard.last = {number: one for number, one in heard.last.items() if one[0] > oldest}
        slots = bank.slots()
        lately = look.time - bank.columns["last_hit"][slots] < FRESH_S * NS
        fresh = slots[bank.standing() & lately & (bank.columns["stem"][slots] == 0)]
        if not fresh.size:
            return False
        # those that have been asked before come first: two residuals make one square
        pairs = zip(bank.columns["number"][fresh].tolist(), fresh.tolist(), strict=True)
        chosen = [slot for _, slot in sorted((number not in heard.last, slot) for number, slot in pairs)[:TRACKS]]
        mine, seen, times = np.asarray(chosen, np.int64), rows[used], look.times[used]
        shape = (len(chosen), used.size)
        off, var, d2, chance = np.empty((*shape, 3)), np.empty((*shape, 3)), np.empty(shape), np.empty(shape)
        residuals(
            bank.xs, bank.ps, bank.ws, bank.ts, bank.two, mine, seen, times, heard.factor, density, off, var, d2, chance
        )  # fmt: skip
        # whose a detection is has to be plain both ways
        whose, known = np.empty(len(chosen), np.int64), len(heard.squares)
        owned(d2, 3.0 * WIDE**2, ALONE**2, whose)
        for i, best in enumerate(whose.tolist()):
            if best < 0 or chance[i, best] > NOBODYS:
                heard.idle += 1
                continue
            time = int(times[best])
            # in a raid those that are asked are few among many: is any other nearly as close?
            other = nearest_other(bank.xs, bank.ws, bank.ts, fresh, chosen[i], seen[best], time, var[i, best])
            if other < ALONE**2 * d2[i, best]:
                continue
            number, apart, variance = bank.tracks[chosen[i]].number, off[i, best].tolist(), var[i, best].tolist()
            before = heard.last.get(number)
            if before is not None and time > before[0]:
                for here, there, now, then in zip(apart, before[1], variance, before[2], strict=True):
                    square = 0.5 * (here - there) ** 2 / now
                    if square == square and then < YOUNG * now:
                        heard.squares.append(square)
            heard.last[number] = (time, apart, variance)
        told = len(heard.squares) > known
        if heard.idle >= IDLE:
            heard.idle = 0
            del heard.squares[:3]
        del heard.squares[:-KEPT]
        return told

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            k: [h.factor, h.asked_at, h.sound, list(h.squares), h.idle, [[n, *v] for n, v in h.last.items()]]
            for k, h in self.heard.items()
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.heard = {
            k: Heard(
                factor, asked, sound, list(squares), idle, {n: (t, list(off), list(var)) for n, t, off, var in last}
            )
            for k, (factor, asked, sound, squares, idle, last) in state.items()
        }


def loosen(bank: TrackBank, sensor: str, factor: float) -> None:
    """Widen the covariances of the tracks that are made of a sensor's detections for the most part, in place."""
    if sensor not in bank.sensors:
        return
    slots = bank.slots()
    hits = bank.contacts["hits"][slots]
    mine = slots[2 * hits[:, bank.sensors.index(sensor)] > hits.sum(axis=1)]
    bank.ps[mine, :, :9, :9] *= factor * factor
    bank.ps[mine, FREE, 9, :9] *= factor
    bank.ps[mine, FREE, :9, 9] *= factor

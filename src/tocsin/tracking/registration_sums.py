"""What the last blocks say, and what they say of one sensor whatever the others' errors are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.tracking.error_kernels import ERRORS, own_information, posterior
from tocsin.tracking.registration_records import BlockLike

if TYPE_CHECKING:
    from tocsin.tracking.registration_faults import Faults


class Own(msgspec.Struct):
    """What some blocks say of one sensor alone."""

    info: FloatArray
    vector: FloatArray


class Sums:
    """Sums over the last blocks, over the sensors that they say anything of."""

    def __init__(self, faults: Faults, blocks: Sequence[BlockLike]) -> None:
        self.faults, self.blocks, self.count = faults, blocks, len(blocks)
        self.live = sorted({k for b in blocks for k in b.keys})
        self._where: IntArray = np.array([ERRORS * k + i for k in self.live for i in range(ERRORS)], np.int64)
        pick = np.ix_(self._where, self._where)
        self._infos = [np.zeros((self._where.size, self._where.size))]
        self._vectors = [np.zeros(self._where.size)]
        for b in reversed(blocks):
            self._infos.append(self._infos[-1] + b.info[pick])
            self._vectors.append(self._vectors[-1] + b.vector[self._where])
        self._kept: dict[tuple[int, int, tuple[str, ...]], tuple[FloatArray, FloatArray, FloatArray] | None] = {}

    def since(self, onset: int) -> int:
        """Return how many blocks ended after an instant."""
        return max(sum(b.end > onset for b in self.blocks), 1)

    def own(self, s: int, n: int, but: int = 0) -> Own | None:
        """Return what the last `n` blocks but the last `but` of them say of sensor `s`, whatever the others' errors are."""
        whole = self._posterior(min(n, self.count), but)
        if whole is None:
            return None
        mean, cov, variance = whole
        at = ERRORS * self.live.index(s)
        part = slice(at, at + ERRORS)
        out = Own(np.empty((ERRORS, ERRORS)), np.empty(ERRORS))
        if not own_information(
            np.ascontiguousarray(mean[part]),
            np.ascontiguousarray(cov[part, part]),
            variance[part],
            out.info,
            out.vector,
        ):
            return None
        return out

    def before_and_after(self, s: int, n: int, late: int) -> tuple[FloatArray, FloatArray] | None:
        """Return mean (8,) and covariance (8, 8) of the errors of sensor `s` before and within the last `late` of `n` blocks."""
        n = min(n, self.count)
        size, at = self._where.size, ERRORS * self.live.index(s)
        variance = self._variance((*self.faults.named, self.faults.ids[s]))
        variance = np.concatenate([variance, variance[at : at + ERRORS]])
        info, vector = np.zeros((size + ERRORS, size + ERRORS)), np.zeros(size + ERRORS)
        info[:size, :size] = self._infos[n] - self._infos[late]
        vector[:size] = self._vectors[n] - self._vectors[late]
        move = np.arange(size)
        move[at : at + ERRORS] = np.arange(size, size + ERRORS)
        info[np.ix_(move, move)] += self._infos[late]
        vector[move] += self._vectors[late]
        mean, cov = np.empty(variance.size), np.empty((variance.size, variance.size))
        if not posterior(info, vector, variance, mean, cov):
            return None
        pick = np.concatenate([np.arange(at, at + ERRORS), np.arange(size, size + ERRORS)])
        return mean[pick], cov[np.ix_(pick, pick)]

    def _variance(self, named: Sequence[str]) -> FloatArray:
        """Return the prior variances of the live sensors' errors, those of `named` ones as wide as faults."""
        variance = self.faults.stated[self._where].copy()
        for k, s in enumerate(self.live):
            if self.faults.ids[s] in named:
                variance[ERRORS * k : ERRORS * (k + 1)] = self.faults.wide[ERRORS * s : ERRORS * (s + 1)]
        return variance

    def _posterior(self, n: int, but: int) -> tuple[FloatArray, FloatArray, FloatArray] | None:
        named = tuple(self.faults.named)
        if (n, but, named) not in self._kept:
            variance = self._variance(named)
            mean, cov = np.empty(variance.size), np.empty((variance.size, variance.size))
            info, vector = self._infos[n] - self._infos[but], self._vectors[n] - self._vectors[but]
            good = posterior(info, vector, variance, mean, cov)
            self._kept[n, but, named] = (mean, cov, variance) if good else None
        return self._kept[n, but, named]

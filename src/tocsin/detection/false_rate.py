"""Does a sensor give more false reports than it says? What begins a track that never becomes sure is counted against its rate.

A raid does not count: its objects are seen again. The rate is judged over blocks of looks, sooner where a block is over its bound
before its end, so that memory and time are those of a few numbers a sensor. A radar that is named is taken at the rate that it
gives: what fits a track by chance is then as likely as it is (aurora, jamming, the Moon), and tracks need so much more.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

BLOCK = 100
"""Looks that are judged together."""
TIMES, SIGMAS, LEAST = 3.0, 6.0, 10
"""A sensor is named when so many times the false reports it states, and six sigma of their Poisson number, and ten more came."""
RESTS = 30
"""One that is at its bound is named once, and again only after so many quiet blocks in a row."""


class Block(msgspec.Struct):
    """What a sensor has given since its last judgement."""

    looks: int = 0
    alone: int = 0
    """Detections of tracks that ended before they were sure."""
    rests: int = 0
    """So many quiet blocks more, and it may be named again; 0 = it is not named."""
    rate: float = 0.0
    """False reports a look, as counted over the last block that was loud; 0 where it gives what it states."""


class FalseRate:
    """The false reports of every sensor."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}

    def looked(self, sensor: str, stated: float, looks: int) -> str:
        """Return what has to be told after some more looks of a sensor that states so many false reports a look, or ``."""
        block = self.blocks.setdefault(sensor, Block())
        block.looks += looks
        expected = stated * max(block.looks, BLOCK)
        most = TIMES * expected + SIGMAS * math.sqrt(expected) + LEAST
        loud, named = block.alone > most, block.rests > 0
        if block.looks < BLOCK and not loud:
            return ""
        rate = block.alone / block.looks
        self.blocks[sensor] = Block(rests=RESTS if loud else max(block.rests - 1, 0), rate=rate if loud else 0.0)
        if not loud or named:
            return ""
        why = "noise, jamming, glint or a wrong threshold"
        return f"{rate:.2g} false reports a look, where it states {stated:.2g}: {why}"

    def of(self, sensor: str) -> float:
        """Return the false reports a look that a named sensor gives; 0 for one that gives what it states."""
        block = self.blocks.get(sensor)
        return block.rate if block is not None else 0.0

    def died(self, sensor: str, hits: int) -> None:
        """Note a track that had so many detections of a sensor and ended before it was sure."""
        self.blocks.setdefault(sensor, Block()).alone += hits

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {k: msgspec.to_builtins(b) for k, b in self.blocks.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.blocks = {k: msgspec.convert(b, Block) for k, b in state.items()}

"""Does a sensor give more false reports than it says? What begins a track and is never seen again is counted against its rate.

A raid does not count: its objects are seen again. The rate is judged over blocks of looks, so that memory and time are those of
a few numbers a sensor.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

BLOCK = 100
"""Looks that are judged together."""
TIMES, SIGMAS, LEAST = 3.0, 6.0, 10
"""A sensor is named when so many times the false reports it states, and six sigma of their Poisson number, and ten more came."""


class Block(msgspec.Struct):
    """What a sensor has given since its last judgement."""

    looks: int = 0
    alone: int = 0
    """Tracks of one detection of it that nothing ever saw again."""
    loud: bool = False
    """It was named, and has not been quiet for a block since."""


class FalseRate:
    """The false reports of every sensor."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}

    def looked(self, sensor: str, stated: float, looks: int) -> str:
        """Return what has to be told after some more looks of a sensor that states so many false reports a look, or ``."""
        block = self.blocks.setdefault(sensor, Block())
        block.looks += looks
        if block.looks < BLOCK:
            return ""
        expected = stated * block.looks
        most = TIMES * expected + SIGMAS * math.sqrt(expected) + LEAST
        rate, loud, before = block.alone / block.looks, block.alone > most, block.loud
        self.blocks[sensor] = Block(loud=loud)
        if not loud or before:
            return ""
        why = "noise, jamming, glint or a wrong threshold; they are used as before"
        return f"{rate:.2g} false reports a look, where it states {stated:.2g}: {why}"

    def died(self, sensor: str) -> None:
        """Note a track that had one detection, of a sensor, and was never seen again."""
        self.blocks.setdefault(sensor, Block()).alone += 1

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {k: msgspec.to_builtins(b) for k, b in self.blocks.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.blocks = {k: msgspec.convert(b, Block) for k, b in state.items()}

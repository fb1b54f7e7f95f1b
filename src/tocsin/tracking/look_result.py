"""What a look has done to the tracks."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.tracking.bank import IntArray, Track

NOTHING: IntArray = np.empty(0, np.int64)


class Update(NamedTuple):
    """A detection that went to a track."""

    slot: int
    row: int
    d2: float
    new: bool
    held: bool = False
    """By continuity alone: it did not change the state."""


class LookResult(msgspec.Struct):
    """What a look did."""

    hits: list[tuple[list[int], list[int], list[float]]]
    """Slots, rows and squared distances of the detections that the states took in, in parts."""
    others: list[Update]
    """Detections that began a track, or were held to one by continuity."""
    dropped: list[tuple[Track, str]]
    confirmed: list[int]
    known_rows: IntArray
    """Detections of objects of the catalogue, and which each is."""
    known_objects: IntArray
    seen: list[int]
    """Slots that this look saw."""
    silent: list[tuple[int, float]]
    """(slot, chance that the look would have seen it) of confirmed tracks that it did not report."""
    refused_births: int = 0  # detections that started no track because there were too many
    flooded: bool = False
    """More detections than there is room for tracks: tracks that stood took theirs, and nothing new was started."""
    unfollowed: bool = False  # more pairs than are asked whether one follows on from the other
    crowded: bool = False
    """More pairs than there is room for were within the gates: the oldest tracks had theirs, and nothing new was started."""

    @property
    def updates(self) -> list[Update]:
        """Return every detection that went to a track."""
        return [Update(*one, False) for part in self.hits for one in zip(*part, strict=True)] + self.others

    @property
    def taken(self) -> tuple[IntArray, IntArray]:
        """Return slots (k,) and rows (k,) of the detections that the states took in."""
        slots, rows = ([n for part in self.hits for n in part[i]] for i in (0, 1))
        return np.array(slots, np.int64), np.array(rows, np.int64)

"""What a cause of quiet time is drawn from, and what it leaves: entries of a scenario's tables."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tocsin.core.records.network import Network

Piece = dict[str, list[Any]]
"""Table of a scenario (`flight`, `source`, `notification`, ...) -> its entries."""


@dataclass(frozen=True)
class Draw:
    """One occurrence: its random numbers, its id, the network it happens to, the seconds in which it may begin."""

    rng: np.random.Generator
    id: str
    network: Network
    length_s: float

    def when(self) -> float:
        """Return the seconds after the start at which it begins: any are as likely."""
        return round(float(self.rng.uniform(0.0, self.length_s)), 1)

    def between(self, low: float, high: float) -> float:
        """Return a number, even between two."""
        return float(self.rng.uniform(low, high))

    def decades(self, low: float, high: float) -> float:
        """Return a number whose logarithm is even between those of two."""
        return float(math.exp(self.rng.uniform(math.log(low), math.log(high))))

    def one_of(self, things: Any) -> Any:
        """Return one of some things, each as likely."""
        return things[int(self.rng.integers(len(things)))]

    def by_weight(self, weights: Any) -> int:
        """Return the index of one of some things, as likely as its weight."""
        edges = np.cumsum(np.asarray(weights, np.float64))
        found = np.searchsorted(edges, np.array([self.between(0.0, float(edges[-1]))]), side="right")
        return min(int(found[0]), len(edges) - 1)

    def place(self) -> tuple[float, float]:
        """Return latitude and longitude (deg) of a place, even over the Earth."""
        return round(math.degrees(math.asin(self.between(-1.0, 1.0))), 3), round(self.between(-180.0, 180.0), 3)


class Cause(NamedTuple):
    """Something that happens in quiet time."""

    name: str
    per_year: float
    """In the whole world, or in the network as the source says."""
    source: str
    """Where the rate comes from; `assumed` where no public figure was found."""
    draw: Callable[[Draw], Piece]
    each: Callable[[Network], int] = lambda network: 1
    """By how many things of a network the rate is to be taken: sensors, lines, sites."""

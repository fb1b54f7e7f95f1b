"""Where launches of each kind are known to rise, and what a launch point says of what has risen there."""

from __future__ import annotations

import csv
import functools
import math
from importlib import resources
from typing import NamedTuple

from tocsin.core.constants import DEG
from tocsin.world.geodesy_kernels import great_circle_m

REACH_M = 50e3
"""A launch so near to a known site rose from it; a launch point known worse than that says nothing."""
ANYWHERE = 0.5
"""Share of the missiles of an attack that rise from no known range: silos, roads, the sea. Assumed."""
EARTH_M2 = 5.1e14
BOUND = 20.0
"""A site says no more than that: whoever knows the table may choose his place."""


class Site(NamedTuple):
    """A place (rad) with the launches known from it."""

    latitude: float
    longitude: float
    orbital: int
    sounding: int
    missile: int


class Odds(NamedTuple):
    """How much likelier a launch to orbit, and a sounding rocket, rises at a place than a missile does."""

    orbital: float
    sounding: float


@functools.cache
def sites() -> tuple[Site, ...]:
    """Return the packaged sites."""
    text = (resources.files("tocsin.identification") / "launch_sites" / "sites.csv").read_text(encoding="utf-8")
    return tuple(
        Site(
            float(row["lat_deg"]) * DEG, float(row["lon_deg"]) * DEG, int(row["orbital"]), int(row["sounding"]),
            int(row["missile"]),
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


@functools.cache
def _totals() -> tuple[int, int, int]:
    known = sites()
    return sum(s.orbital for s in known), sum(s.sounding for s in known), sum(s.missile for s in known)


def odds_at(latitude: float, longitude: float) -> Odds | None:
    """Return the odds at a launch point (rad), each within `BOUND`; None where nobody is known to launch.

    Share of each kind's launches that rose within `REACH_M`, by counts plus one half (Jeffreys' prior of a Poisson
    rate); missiles half by their ranges, half spread over the Earth.
    """
    near = [s for s in sites() if great_circle_m(latitude, longitude, s.latitude, s.longitude) <= REACH_M]
    if not near:
        return None
    orbital, sounding, missile = _totals()
    ranges = (sum(s.missile for s in near) + 0.5) / (missile + 0.5)
    missiles = (1.0 - ANYWHERE) * ranges + ANYWHERE * math.pi * REACH_M**2 / EARTH_M2

    def bounded(count: int, total: int) -> float:
        return min(max((count + 0.5) / (total + 0.5) / missiles, 1.0 / BOUND), BOUND)

    return Odds(bounded(sum(s.orbital for s in near), orbital), bounded(sum(s.sounding for s in near), sounding))

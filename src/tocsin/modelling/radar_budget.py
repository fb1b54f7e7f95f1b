"""Time and energy that a radar has for tracks: what does not fit into its share is looked at later.

The share of the search fence is its own at all times: its reference signal is of that share. A track look at one object
takes `track_dwell_s` of the radar; in one track period there is room for share x period / dwell of them. When more
objects ask, those that have waited longest are served first, so that the time between looks grows for all alike.
"""

import math

import numpy as np

from tocsin.core.records.inputs import IntArray
from tocsin.sensing.sensor import Sensor


def looks_per_period(sensor: Sensor, period_s: float) -> int:
    """Return how many track looks fit into a track period (at least one)."""
    return max(1, math.floor(sensor.track_share * period_s / sensor.track_dwell_s + 1e-9))


def served(asked: list[IntArray], instants: int, room: int) -> list[np.ndarray]:
    """Return for each object which of the instants it asks for (indices, rising) it is served at: bool, as `asked`.

    At each of the `instants` (their number) the `room` objects that have waited longest are served, in turn.
    """
    out = [np.ones(len(a), bool) for a in asked]
    demand = np.zeros(instants, np.int64)
    for a in asked:
        demand[a] += 1
    if not instants or demand.max() <= room:
        return out
    ticket = list(range(-len(asked), 0))
    drawn = 0
    place = [dict(zip(a.tolist(), range(len(a)), strict=True)) for a in asked]
    for k in range(instants):
        here = [i for i in range(len(asked)) if k in place[i]]
        here.sort(key=ticket.__getitem__)
        for i in here[room:]:
            out[i][place[i][k]] = False
        for i in here[:room]:
            ticket[i] = drawn
            drawn += 1
    return out


def fence_beams(sensor: Sensor, searched: str | None) -> float:
    """Return the number of beams that fill a search volume: its solid angle over that of a beam, spaced a beamwidth."""
    total = 0.0
    for box in sensor.boxes(searched):
        total += float(box[1] * (math.sin(box[3]) - math.sin(box[2])))
    return total / sensor.beamwidth**2


def fence_dwell_s(sensor: Sensor, searched: str | None) -> float:
    """Return the time (s) that a fence has for one beam, of what tracks leave; NaN for a radar without a beamwidth."""
    return (
        (1.0 - (sensor.track_share if sensor.track_share < 1.0 else 0.0))
        * sensor.period_s
        / fence_beams(sensor, searched)
    )

"""What a kind of source may do, and with what: the mechanism that all kinds of `[[source]]` share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray
from tocsin.modelling.chance import stream
from tocsin.modelling.infrared_looks import Telescope
from tocsin.modelling.look_build import Rows, Slots
from tocsin.modelling.radar_looks import Antenna
from tocsin.modelling.trajectory import Trajectory
from tocsin.sensing.sensor import Sensor


@dataclass(frozen=True)
class Stage:
    """The scenario in which a source acts: its seed, its first and last instant (TAI ns)."""

    seed: int
    start: int
    end: int

    def span(self, source: Any) -> tuple[int, int]:
        """Return the first and last instant (TAI ns) of a source."""
        first = self.start + round(source.start_s * NS)
        return first, self.end if source.end_s is None else min(self.end, self.start + round(source.end_s * NS))

    def rng(self, source: Any, *names: str) -> np.random.Generator:
        """Return the source's own random numbers, one stream a set of names (a sensor, a volume)."""
        return stream(self.seed, "source", source.id, *names)


@dataclass(frozen=True)
class RadarView:
    """One radar searching one volume: its looks, the boxes (m, 8) that they cover, and where detections go."""

    antenna: Antenna
    slots: Slots
    boxes: FloatArray
    rows: Rows
    volume: str


class Mechanism(NamedTuple):
    """How a kind acts; what it does not do is None. Each is called with the source and the stage first.

    `paths` adds bodies that every sensor then sees by its own physics. `noise` marks the looks of a sensor (any kind)
    as noisier or blinded, before they are made. `radar` and `infrared` add detections of one radar's search volume or
    one satellite that no body makes, and return their number. Labels of detections begin with the source's id.
    """

    paths: Callable[[Any, Stage], list[Trajectory]] | None = None
    noise: Callable[[Any, Stage, Sensor, Slots], None] | None = None
    radar: Callable[[Any, Stage, RadarView], int] | None = None
    infrared: Callable[[Any, Stage, Telescope, Rows], int] | None = None

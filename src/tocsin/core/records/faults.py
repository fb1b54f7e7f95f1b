"""Faults of the data of a scenario, as `[[fault]]` tables: what goes wrong between sensors and the centre.

They change the stream of looks after it was made, never the truth. How each acts stands in `modelling/faults.py`.
"""

from typing import Annotated

from msgspec import Meta

from tocsin.core.records.network import Positive, _Config

Part = Annotated[float, Meta(gt=0, le=1)]
Delay = Annotated[float, Meta(gt=0, le=86_400)]


class FaultBase(_Config, frozen=True, kw_only=True, tag_field="kind"):
    """What every fault has: when it holds and whom it strikes (all sensors, where nothing is named)."""

    start_s: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds after the scenario's start; looks that end from here on are struck."""
    end_s: Positive | None = None
    """Default: the scenario's end."""
    sensors: tuple[str, ...] = ()
    """Ids of the network file; with nothing named here or in `lines` and `sites`, all sensors."""
    lines: tuple[str, ...] = ()
    """All sensors of these communication lines."""
    sites: tuple[str, ...] = ()
    """All sensors of these sites or posts."""


class Late(FaultBase, frozen=True, kw_only=True, tag="late"):
    """Looks arrive later, all by the same time: a slow line."""

    delay_s: Delay


class Lost(FaultBase, frozen=True, kw_only=True, tag="lost"):
    """Looks never arrive; their sequence numbers are missing."""

    part: Part
    """Probability that a look is lost."""


class Doubled(FaultBase, frozen=True, kw_only=True, tag="doubled"):
    """Looks arrive a second time, the same to the last bit."""

    part: Part
    after_s: Annotated[float, Meta(ge=0, le=86_400)] = 1.0


class Reordered(FaultBase, frozen=True, kw_only=True, tag="reordered"):
    """Looks overtake each other: each is delayed by a time of its own."""

    within_s: Delay


class Frozen(FaultBase, frozen=True, kw_only=True, tag="frozen"):
    """A sensor sends its last measurements again and again, under new times and numbers."""


class TimeShift(FaultBase, frozen=True, kw_only=True, tag="time_shift"):
    """Clock of a sensor wrong by a constant: its measurements are stamped so much later (earlier, if negative)."""

    shift_s: Annotated[float, Meta(ge=-86_400, le=86_400)]


class ClockDrift(FaultBase, frozen=True, kw_only=True, tag="clock_drift"):
    """Clock of a sensor that runs away from the fault's start on (1991: a third of a second in a hundred hours)."""

    drift_s_per_hour: Annotated[float, Meta(ge=-3600, le=3600)]


class Biased(FaultBase, frozen=True, kw_only=True, tag="biased"):
    """Measurements of a sensor wrong by a constant: a mount that has moved, a delay that has changed."""

    range_m: Annotated[float, Meta(ge=-100_000, le=100_000)] = 0.0
    azimuth_deg: Annotated[float, Meta(ge=-10, le=10)] = 0.0
    """Along the arc on the sky, as in the network file."""
    elevation_deg: Annotated[float, Meta(ge=-10, le=10)] = 0.0
    los_rad: tuple[Annotated[float, Meta(ge=-0.02, le=0.02)], Annotated[float, Meta(ge=-0.02, le=0.02)]] = (0.0, 0.0)
    """Of a satellite, along the two axes across its line of sight."""
    grown_after_s: Positive | None = None
    """The error grows evenly from nothing, is so large after this time, and goes on growing; default: at once."""


class Miscounted(FaultBase, frozen=True, kw_only=True, tag="miscounted"):
    """Digits put into the count field of looks: they say they hold more detections than they do (1980: a bad chip)."""

    part: Part = 1.0
    counts: tuple[Annotated[int, Meta(ge=1, le=1_000_000)], ...]
    """What the field says instead, one drawn for each look."""


class LineDown(FaultBase, frozen=True, kw_only=True, tag="line_down"):
    """Communication lines are cut: looks are made and numbered, and never arrive. Name the `lines`."""


class SiteDown(FaultBase, frozen=True, kw_only=True, tag="site_down"):
    """Sites without power: their sensors make no looks, and their numbering goes on afterwards. Name the `sites`."""


Fault = Late | Lost | Doubled | Reordered | Frozen | TimeShift | ClockDrift | Biased | Miscounted | LineDown | SiteDown
"""Every kind of fault; `kind` tells which."""

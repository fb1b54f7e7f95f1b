"""Does a sensor's clock go? Times that were cut to whole minutes stand still for many looks, then make up for it at once.

A sensor may send several looks of one instant, a face or a field each: then its time goes on by one period. Where it goes on by
as many periods as there were looks, the looks were not of one instant. Where each of them belongs between the two cannot be
told, so what moves is placed wrongly by all that it flew in between.
"""

from __future__ import annotations

from typing import Any

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look

LOOKS, LEAST_S = 3, 20.0
"""A clock stood where so many looks in a row, of so long together, are of one instant."""
SHARE = 0.3
"""By so much of them the time that it makes up may differ from theirs: looks are lost, and the period is a mean."""
TIMES = 2
"""In a row it has to be seen to stand, or to go again: one such step may be a gap after looks of several faces."""


class Clocks:
    """How the time of every sensor has gone on."""

    def __init__(self) -> None:
        self.runs: dict[str, tuple[int, int, int]] = {}
        """Sensor -> (TAI ns of its last look, how many in a row were of that instant or 0 = not known, how often in a row it has
        gone on against what is thought of its clock)."""
        self.standing: set[str] = set()

    def hear(self, look: Look, period_s: float) -> str:
        """Return what has to be told of the clock of a look's sensor, empty where nothing is new."""
        time, looks, against = self.runs.get(look.sensor, (look.time, 0, 0))
        if look.empty_looks > 1:  # a row that stands for many is of all their instants
            self.runs[look.sensor] = look.time, 0, against
            return ""
        if look.time == time:
            self.runs[look.sensor] = time, looks + (looks > 0), against
            return ""
        step_s, together_s = (look.time - time) / NS, looks * period_s
        stood = looks >= LOOKS and together_s >= LEAST_S and abs(step_s - together_s) <= SHARE * together_s
        if looks:
            against = against + 1 if stood != (look.sensor in self.standing) else 0
        self.runs[look.sensor] = look.time, 1, against
        if against < TIMES:
            return ""
        self.runs[look.sensor] = look.time, 1, 0
        if stood:
            self.standing.add(look.sensor)
            return f"its clock stands: {looks} looks of one instant, {step_s:.0f} s before the next"
        self.standing.discard(look.sensor)
        return "its clock goes again"

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {"runs": [[k, *v] for k, v in self.runs.items()], "standing": sorted(self.standing)}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.runs = {k: (time, looks, against) for k, time, looks, against in state["runs"]}
        self.standing = set(state["standing"])

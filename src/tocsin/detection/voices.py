"""Does a sensor speak with one voice? Two sessions of one sensor at once are a copy, a replay or test data.

A sensor that starts anew begins a new session and leaves the old one for good. Where an old session goes on to bring
looks that were made after the new one began, two sources speak in the name of one sensor. Which of them is the sensor
cannot be told from here, so neither is refused: it is told, and their paths are counted by the lines they came by.
"""

from __future__ import annotations

from typing import Any

from tocsin.core.records.inputs import Look

KEPT = 8
"""Sessions remembered of each sensor; older ones are forgotten."""


class Voices:
    """The sessions of every sensor, and when each began."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, int]] = {}
        """Sensor -> session -> TAI ns of its first look."""
        self.told: set[str] = set()

    def hear(self, look: Look) -> str:
        """Return what has to be told of a look that was accepted: once a sensor, that it speaks in two sessions at once."""
        known = self.sessions.setdefault(look.sensor, {})
        if look.session not in known:
            known[look.session] = look.time
            if len(known) > KEPT:
                del known[min(known, key=lambda s: (known[s], s))]
            return ""
        if len(known) == 1 or look.sensor in self.told:
            return ""
        newer = sorted(s for s, first in known.items() if known[look.session] < first < look.start)
        if not newer:
            return ""
        self.told.add(look.sensor)
        return f"speaks in two sessions at once: {look.session} and {newer[0]}; test data, or a copy"

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {"sessions": {k: dict(v) for k, v in self.sessions.items()}, "told": sorted(self.told)}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.sessions = {k: dict(v) for k, v in state["sessions"].items()}
        self.told = set(state["told"])

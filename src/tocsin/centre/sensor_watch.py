"""Silence made visible: when each sensor was last heard, lost and back."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sun import sun_over

LEAST_S = 90.0
PERIODS = 6.0
TOGETHER_S = 120.0
"""Sensors lost within this time of each other are told together: so many faults at once have one cause."""
SHONE_ON = 0.2
"""Of a radar's faces, from which part on the Sun is said to stand before it."""


class Heard(msgspec.Struct):
    """What is known of a sensor's life."""

    last: int = 0
    longest_s: float = 0.0
    """Longest run of empty looks told in one row: its silence in between is its habit."""
    lost: bool = False
    lost_at: int = 0
    state: str = "ok"
    reported: str = ""
    """What its owner or its line's owner says of it."""


class SensorWatch:
    """All sensors of the network."""

    def __init__(self, sensors: tuple[Sensor, ...]) -> None:
        self.sensors = sensors
        self.heard: dict[str, Heard] = {s.id: Heard() for s in sensors}

    def look(self, look: Look, now: int) -> tuple[str, str]:
        """Return (`sensor_back`, why), (`sensor_lost`, why) or two empty texts after a look of a known sensor."""
        heard = self.heard[look.sensor]
        run_s = max(look.end - look.start, 0) / NS if look.empty_looks > 1 else 0.0
        heard.longest_s = max(heard.longest_s, run_s)
        heard.last = max(heard.last, now)
        before, heard.state = heard.state, look.state
        was_lost = heard.lost
        if look.state in ("down", "blinded"):
            heard.lost = True
            if was_lost:
                return "", ""
            heard.lost_at = now
            return "sensor_lost", f"says it is {look.state}{self.together(look.sensor, look.state, now)}"
        heard.lost = False
        if was_lost:
            return "sensor_back", f"after {before}" if before in ("down", "blinded") else "after silence"
        return "", ""

    def silent(self, now: int) -> list[tuple[Sensor, float]]:
        """Return the sensors that have just fallen silent, with the seconds since their last word."""
        lost: list[tuple[Sensor, float]] = []
        for sensor in self.sensors:
            heard = self.heard[sensor.id]
            if heard.lost or not heard.last:
                continue
            quiet = (now - heard.last) / NS
            if quiet > LEAST_S and quiet > max(PERIODS * sensor.period_s, 2.5 * heard.longest_s):
                heard.lost, heard.lost_at = True, now
                lost.append((sensor, quiet))
        return lost

    def together(self, name: str, state: str, now: int) -> str:
        """Return what others lost in the same minutes say of the cause, as words to add; empty where none was."""
        lost = [s for s in self.sensors if self.heard[s.id].lost and now - self.heard[s.id].lost_at <= TOGETHER_S * NS]
        others = [s.id for s in lost if s.id != name]
        if not others:
            return ""
        words = f"; within {TOGETHER_S:.0f} s of {', '.join(others)}: look for one cause"
        lines = {s.line for s in lost}
        blind = state == "blinded" and all(s.kind == "radar" and self.heard[s.id].state == "blinded" for s in lost)
        if blind and all(sun_over(s, now)[0] >= SHONE_ON for s in lost):
            return words + "; the Sun stands before all of them: a solar radio burst rather than jamming"
        return words + (f"; one line: {lost[0].line}" if len(lines) == 1 else "")

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {k: msgspec.to_builtins(v) for k, v in self.heard.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        for k, v in state.items():
            self.heard[k] = msgspec.convert(v, Heard)

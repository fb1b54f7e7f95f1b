"""Silence made visible: when each sensor was last heard, lost and back."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look
from tocsin.sensing.sensor import Sensor

LEAST_S = 90.0
PERIODS = 6.0


class Heard(msgspec.Struct):
    """What is known of a sensor's life."""

    last: int = 0
    longest_s: float = 0.0
    """Longest run of empty looks told in one row: its silence in between is its habit."""
    lost: bool = False
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
            return ("sensor_lost", f"says it is {look.state}") if not was_lost else ("", "")
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
                heard.lost = True
                lost.append((sensor, quiet))
        return lost

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {k: msgspec.to_builtins(v) for k, v in self.heard.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        for k, v in state.items():
            self.heard[k] = msgspec.convert(v, Heard)

"""Persistent infrared background: fires, flares, furnaces. What shines at one place for long is no launch."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.detection.background_kernels import SPOT, forget_spots, match_spots

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MIN_LOOKS = 6.0
MIN_AGE_S = 60.0
"""A plume leaves its place within a minute; what stays longer is background."""
BRIGHTER = 3.0
"""A launch beside a fire is not hidden by it: only what is within three times the usual brightness is suppressed."""
SPOTS = 4096
"""Most spots a sensor remembers; the least recent gives way."""


class Background:
    """The spots of every infrared sensor."""

    def __init__(self) -> None:
        self.spots: dict[str, FloatArray] = {}
        self.counts: dict[str, int] = {}
        self.first: dict[str, int] = {}
        self.swept: dict[str, float] = {}
        self.told: set[str] = set()
        """Sensors of which it was told that they see more bright places than are remembered."""

    def overflows(self, sensor: str) -> bool:
        """Return whether a sensor has just come to see more bright places than are remembered; once a sensor."""
        new = self.counts.get(sensor, 0) >= SPOTS and sensor not in self.told
        if new:
            self.told.add(sensor)
        return new

    def screen(
        self, sensor: str, time: int, rows: FloatArray, chosen: IntArray, intensity: FloatArray
    ) -> npt.NDArray[np.bool_]:
        """Return which of the `chosen` rows (c,) are persistent background; learns from all of them."""
        if sensor not in self.spots:
            self.spots[sensor] = np.zeros((SPOTS, SPOT))
            self.counts[sensor] = 0
            self.first[sensor] = time
            self.swept[sensor] = 0.0
        now = (time - self.first[sensor]) / NS
        if now - self.swept[sensor] > 60.0:
            self.counts[sensor] = forget_spots(self.spots[sensor], self.counts[sensor], now)
            self.swept[sensor] = now
        suppressed = np.zeros(chosen.size, np.int64)
        self.counts[sensor] = match_spots(
            rows, chosen, intensity, now, self.spots[sensor], self.counts[sensor], MIN_LOOKS, MIN_AGE_S, BRIGHTER,
            suppressed,
        )  # fmt: skip
        return suppressed > 0

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "spots": {k: v[: self.counts[k]].tobytes() for k, v in self.spots.items()},
            "first": dict(self.first), "swept": dict(self.swept), "told": sorted(self.told),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.first, self.swept = dict(state["first"]), dict(state["swept"])
        self.told = set(state["told"])
        for k, raw in state["spots"].items():
            table = np.frombuffer(raw, np.float64).reshape(-1, SPOT)
            self.spots[k] = np.zeros((SPOTS, SPOT))
            self.spots[k][: table.shape[0]] = table
            self.counts[k] = table.shape[0]

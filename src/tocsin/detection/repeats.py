"""A picture that comes twice is no picture: frozen feeds repeat their own looks, copied ones those of another sensor.

Noise never gives the same numbers twice. A look of several detections whose measurements are those of an earlier look, byte for
byte, is not used; a single detection may be rounded to the same numbers, and is not used from the third time in a row on. What a
sensor says beside them (sigmas, signal to noise) is no part of the picture: a frozen one may go on to reckon it. Intensity is:
pixels give a fire the same line of sight over and over.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from tocsin.core.records.inputs import INTENSITY, LOS_Z, RANGE, IntArray, Look

KEPT = 1024
"""Looks remembered, of all sensors together."""
SINGLE_RUN = 3
MEASURED = (*range(RANGE, LOS_Z + 1), INTENSITY)
"""Columns of `Look.values` that make the picture."""


class Repeats:
    """The pictures of the last looks."""

    def __init__(self) -> None:
        self.pictures: dict[str, str] = {}
        """Digest of the values -> sensor, in the order of the last sight."""
        self.runs: dict[str, tuple[str, int]] = {}
        """Sensor -> the digest of its last picture, and how often it came in a row."""
        self.told: dict[str, str] = {}
        self.contradicted: set[str] = set()
        """Sensors that have sent other content under a key that had come before; told once."""

    def see(self, look: Look, used: IntArray) -> tuple[str, bool]:
        """Return (why the detections `used` of a look are not used, or ``; whether that is new and has to be told)."""
        if not used.size:
            return "", False
        values = look.values[np.ix_(used, MEASURED)]
        digest = hashlib.sha256(np.ascontiguousarray(values).data).hexdigest()[:32]
        last, run = self.runs.get(look.sensor, ("", 0))
        run = run + 1 if digest == last else 1
        self.runs[look.sensor] = digest, run
        owner = self.pictures.pop(digest, "")
        self.pictures[digest] = owner or look.sensor
        if len(self.pictures) > KEPT:
            del self.pictures[next(iter(self.pictures))]
        why = ""
        if owner and owner != look.sensor and used.size > 1:
            why = f"a copy of the looks of {owner}"
        elif owner == look.sensor and (used.size > 1 or run >= SINGLE_RUN):
            why = "frozen: it repeats an earlier look"
        new = bool(why) and self.told.get(look.sensor) != why
        if why:
            self.told[look.sensor] = why
        elif used.size > 1:
            self.told.pop(look.sensor, None)
        return why, new

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {"pictures": list(self.pictures.items()), "runs": [[k, *v] for k, v in self.runs.items()],
                "told": dict(self.told), "contradicted": sorted(self.contradicted)}  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.pictures = dict(state["pictures"])
        self.runs = {k: (digest, run) for k, digest, run in state["runs"]}
        self.told, self.contradicted = dict(state["told"]), set(state["contradicted"])

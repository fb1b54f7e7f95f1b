"""Looks as rows: the clock of a world, the rows of a look table, and which detection is of what."""

import datetime
from typing import Any, NamedTuple

EPOCH = datetime.datetime(2027, 5, 3, 4)
SESSION = "w"
NO_DETECTION = -1


class Label(NamedTuple):
    """Of what a detection is (`clutter` and `false`: of nothing), and when it was made."""

    sensor: str
    sequence: int
    detection: int
    thing: str
    seconds: float


class Looks:
    """Rows of a look table with the second each was received, and the labels of its detections."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, dict[str, Any]]] = []
        self.labels: list[Label] = []

    def add(self, received_s: float, row: dict[str, Any]) -> None:
        """Add a row."""
        self.rows.append((received_s, row))

    def in_order(self) -> list[dict[str, Any]]:
        """Return the rows as they were received."""
        ordered = sorted(self.rows, key=lambda r: (r[0], r[1]["sensor"], r[1]["sequence"], r[1]["detection"]))
        return [row for _, row in ordered]

    def count(self, thing: str, sensor: str) -> int:
        """Return how many detections of a thing the sensors have whose name begins so."""
        return sum(label.thing == thing and label.sensor.startswith(sensor) for label in self.labels)


def utc(seconds: float) -> str:
    """Return the second of a world as UTC, to a microsecond."""
    when = EPOCH + datetime.timedelta(microseconds=round(seconds * 1e6))
    return when.isoformat(timespec="microseconds") + "Z"


def look(
    sensor: str, sequence: int, start_s: float, end_s: float, received_s: float, mode: str, detections: int
) -> dict[str, Any]:
    """Return what all rows of a look have."""
    return {
        "sensor": sensor,
        "session": SESSION,
        "sequence": sequence,
        "data_mode": "simulated",
        "look_start_utc": utc(start_s),
        "look_end_utc": utc(end_s),
        "received_utc": utc(received_s),
        "mode": mode,
        "detections": detections,
    }

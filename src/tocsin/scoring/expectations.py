"""Is what had to be said in an output folder, by when, and is nothing in it that must never be said?"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.core.constants import NS
from tocsin.core.records.incident import Case, Statement, Stream
from tocsin.core.records.outputs import LADDER
from tocsin.scoring.folder import Truth, json_rows, read_truth, utc_ns

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ALERT_KEYS = ("sent", "status", "msgType", "note", "references")
INFO_KEYS = ("headline", "description", "instruction", "event", "urgency", "severity", "certainty", "expires")


class Verdict(NamedTuple):
    """Whether a statement holds, and what stands there."""

    statement: Statement
    never: bool
    holds: bool
    found: int
    first_s: float | None
    """Seconds after the start of the first line that matches, inside the time or not."""
    why: str
    """What is wrong, or empty."""


class FolderRead:
    """An output folder as plain data; each stream is read once."""

    def __init__(self, out: Path, start_utc: str) -> None:
        self.out, self.start = out, utc_ns(start_utc)
        self.truth: Truth = read_truth(out / "truth.parquet")
        self._streams: dict[str, list[dict[str, Any]]] = {}

    def rows(self, stream: Stream) -> list[dict[str, Any]]:
        """Return the lines of a stream, in order; the messages of `warnings/` by their number."""
        if stream not in self._streams:
            if stream == "warnings":
                found = sorted((read_alert(p) for p in (self.out / "warnings").glob("*.xml")), key=lambda a: a["id"])
                self._streams[stream] = found
            else:
                self._streams[stream] = list(json_rows(self.out / f"{stream}.jsonl"))
        return self._streams[stream]

    def seconds(self, row: dict[str, Any]) -> float | None:
        """Return when a line was written, seconds after the start; None for a line without a time."""
        time = row.get("time_utc")
        return None if time is None else (utc_ns(time) - self.start) / NS

    def fall_s(self, name: str) -> float | None:
        """Return when an object (default: the first missile to fall) truly fell, seconds after the start."""
        falls = [
            (int(self.truth.time[self.truth.first[i + 1] - 1]) - self.start) / NS
            for i, kind in enumerate(self.truth.kinds)
            if (self.truth.names[i] == name if name else kind == "missile")
        ]
        return min(falls, default=None)

    def first_s(self, level: str) -> float | None:
        """Return when an event first stood at a level or above it."""
        for row in self.rows("assessments"):
            if rank(row["level"]) >= rank(level):
                return self.seconds(row)
        return None

    def worst(self) -> tuple[str, float | None]:
        """Return the highest level that any event had, and when first."""
        top = max((rank(row["level"]) for row in self.rows("assessments")), default=-1)
        return (LADDER[top], self.first_s(LADDER[top])) if top >= 0 else ("nothing", None)


def rank(level: Any) -> int:
    """Return the place of a level on the ladder; -1 for what has none."""
    return LADDER.index(level) if level in LADDER else -1


def read_alert(path: Path) -> dict[str, Any]:
    """Return a CAP message as plain data: its texts by their names, areas by their descriptions, parameters by name."""
    root = ET.fromstring(path.read_bytes())
    row: dict[str, Any] = {"id": path.stem}
    row |= {key: root.findtext(CAP + key) or "" for key in ALERT_KEYS}
    info = root.find(CAP + "info")
    if info is not None:
        row |= {key: info.findtext(CAP + key) or "" for key in INFO_KEYS}
        row["areas"] = [area.findtext(CAP + "areaDesc") or "" for area in info.findall(CAP + "area")]
    row["time_utc"] = row["sent"]
    return row


def judge(case: Case, folder: FolderRead) -> list[Verdict]:
    """Return the verdict on every statement of a case."""
    verdicts = [_judge(statement, False, folder) for statement in case.must]
    return verdicts + [_judge(statement, True, folder) for statement in case.never]


def _judge(statement: Statement, never: bool, folder: FolderRead) -> Verdict:
    until = statement.until_s if statement.until_s is not None else float("inf")
    if statement.before_fall_s is not None:
        fall = folder.fall_s(statement.fall_of)
        if fall is None:
            return Verdict(statement, never, False, 0, None, f"nothing fell: {statement.fall_of or 'no missile'}")
        until = fall - statement.before_fall_s
    hits = [row for row in folder.rows(statement.stream) if matches(statement.match, row)]
    times = [folder.seconds(row) for row in hits]
    inside = [t for t in times if t is None or statement.from_s <= t <= until]
    first = next((t for t in times if t is not None), None)
    if never:
        at = next((t for t in inside if t is not None), None)
        why = f"said {len(inside)} times" + ("" if at is None else f", first at {at:.0f} s") if inside else ""
    else:
        late = "" if first is None else f", first at {first:.0f} s"
        needed = f"{statement.least} by {until:.0f} s" if until < float("inf") else f"{statement.least}"
        why = "" if len(inside) >= statement.least else f"said {len(inside)} of {needed}{late}"
    return Verdict(statement, never, not why, len(inside), first, why)


def matches(pattern: Any, value: Any) -> bool:
    """Return whether a value of an output line is what a pattern asks (see `Statement.match`)."""
    if isinstance(pattern, dict):
        if set(pattern) <= {"at_least", "at_most"} and pattern:
            return _within(pattern, value)
        if set(pattern) == {"none"}:
            return not value
        if isinstance(value, list):
            return any(matches(pattern, item) for item in value)
        return isinstance(value, dict) and all(matches(item, value.get(key)) for key, item in pattern.items())
    if isinstance(value, list):
        return any(matches(pattern, item) for item in value)
    if isinstance(pattern, str) and isinstance(value, str):
        return fnmatchcase(value, pattern)
    return bool(pattern == value)


def _within(pattern: dict[str, Any], value: Any) -> bool:
    """Return whether a number, or a level, lies between bounds; the length of a list is its number."""
    if isinstance(value, list):
        return _within(pattern, len(value))
    low, high = pattern.get("at_least"), pattern.get("at_most")
    if isinstance(low if low is not None else high, str):
        place = rank(value)
        return place >= 0 and (low is None or place >= rank(low)) and (high is None or place <= rank(high))
    if not isinstance(value, int | float):
        return False
    return (low is None or value >= low) and (high is None or value <= high)


def level_steps(folder: FolderRead) -> Iterator[tuple[float, str, str, str]]:
    """Yield (seconds, event, level, reason) of every change of level."""
    for row in folder.rows("assessments"):
        if row["level"] != row["previous"]:
            yield folder.seconds(row) or 0.0, row["event"], row["level"], row["reason"]


TOLD = ("sensor_lost", "sensor_back", "sensor_biased", "quarantined", "gap", "warning_cancelled")


def other_words(folder: FolderRead) -> Iterator[tuple[float, str, str]]:
    """Yield (seconds, what, why) of what else a reader is told: lost sensors, released and cancelled messages, glints."""
    called: set[str] = set()
    for row in folder.rows("events"):
        data, kind = row["data"], row["kind"]
        what = f"{row['subject']} {kind.replace('_', ' ')}" if kind in TOLD else ""
        why = str(data.get("reason", data.get("headline", "")))
        if kind == "warning_issued" and data["released"]:
            what = f"{data['warning']} released"
        elif kind == "identified" and data["object_class"] not in called:
            called.add(data["object_class"])
            what = f"{row['subject']} identified"
            why = f"{data['object_class'].replace('_', ' ')}, P {data['probability']:.2f}"
        if what:
            yield folder.seconds(row) or 0.0, what, why


def refusals(folder: FolderRead) -> list[tuple[str, int]]:
    """Return the reasons of what was refused, dropped or remarked upon, with their numbers, the most frequent first."""
    counts: dict[str, int] = {}
    for row in folder.rows("rejected"):
        counts[row["reason"]] = counts.get(row["reason"], 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

"""Walking causes back: every cause exists, and every warning ends at detections that came in."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from tocsin.cli.intake import read_sources
from tocsin.cli.replay import read_manifest, sources_of
from tocsin.core.records.inputs import Look


def detection_keys(look: Look) -> list[str]:
    """Return the keys `sensor/session/sequence/detection` of a look's detections."""
    return [f"{look.sensor}/{look.session}/{look.sequence}/{number}" for number in look.numbers.tolist()]


def fed_keys(out_dir: Path, data_mode: str) -> tuple[set[str], set[str]]:
    """Return the keys of all detections that were fed, and the ids of all other inputs."""
    intake = read_sources(sources_of(out_dir, read_manifest(out_dir)), data_mode)
    keys: set[str] = set()
    others: set[str] = set()
    for item in intake.items:
        if isinstance(item, Look):
            keys.update(detection_keys(item))
        elif hasattr(item, "id"):
            others.add(item.id)
    return keys, others


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file as plain data; whether a line is a whole record is the business of another check."""
    for line in path.read_bytes().splitlines():
        with suppress(msgspec.DecodeError):
            plain = msgspec.json.decode(line)
            if isinstance(plain, dict) and "id" in plain:
                yield plain


def check_causes(out_dir: Path, data_mode: str) -> tuple[str, int, tuple[str, ...]]:
    """Return the name of the check, how many causes were walked, and what is wrong."""
    keys, others = fed_keys(out_dir, data_mode)
    causes: dict[str, tuple[str, ...]] = {}
    warned: list[str] = []
    for event in _records(out_dir / "events.jsonl"):
        causes[event["id"]] = tuple(event.get("causes", ()))
        if event.get("kind") == "warning_issued":
            warned.append(event["id"])
    for assessment in _records(out_dir / "assessments.jsonl"):
        causes[assessment["id"]] = tuple(assessment.get("causes", ()))
    faults = [
        f"{name}: cause {cause} does not exist"
        for name, its in causes.items()
        for cause in its
        if cause not in causes and cause not in keys and cause not in others
    ]
    faults += [f"{name}: cannot be walked back to a detection" for name in warned if not _reaches(name, causes, keys)]
    return "causes walk back to the looks", sum(map(len, causes.values())), tuple(faults)


def _reaches(name: str, causes: dict[str, tuple[str, ...]], keys: set[str]) -> bool:
    """Return whether following causes from a record arrives at a detection."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        at = waiting.pop()
        if at in keys:
            return True
        if at not in seen:
            seen.add(at)
            waiting.extend(causes.get(at, ()))
    return False

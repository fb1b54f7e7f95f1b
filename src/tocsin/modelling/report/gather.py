"""Reads an output folder, and nothing else, into what the report shows."""

import math
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tocsin.core.constants import NS
from tocsin.core.errors import InputError, TocsinError
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.outputs import Assessment, ObjectAssessment
from tocsin.core.time import LEAP_TAI_MINUS_UTC_S, LEAP_UNIX_S, tai_from_iso
from tocsin.dissemination.policy import Thread, gathered
from tocsin.formats.jsonl import read_json_lines
from tocsin.formats.summary import Summary, read_summary
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.formats.track_table import STATE, read_tracks
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network

MISSILE = "ballistic_missile"
LEVEL_ORDER = ("noticed", "tracked", "possible", "probable", "confirmed")
EVENT_POINTS, OTHER_POINTS = 240, 6
"""Points of a drawn track: of an event, of anything else."""
MOST_POINTS = 60_000
_JOINED = re.compile(r"joined (E\d+)\b")


@dataclass
class ObjectStory:
    """One track: what it was said to be and why."""

    track: str
    said: str = "unknown"
    said_at: int = 0
    """When it was last said (TAI ns); 0 = it never was, `said` is then the likeliest class."""
    probability: float = math.nan
    classes: dict[str, float] = field(default_factory=dict)
    """With it."""
    evidence: list[dict[str, Any]] = field(default_factory=list)
    motion: str = ""
    """`glides` where it does not fall as gravity and drag let it."""
    event: str = ""
    first: int = 0
    last: int = 0
    looks: int = 0
    paths: tuple[str, ...] = ()
    ended: str = ""
    positions: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    """(n, 3) Earth-fixed, m, thinned."""


@dataclass
class EventStory:
    """One event: all its assessments and what was said about it."""

    id: str
    assessments: list[Assessment]
    warnings: list[dict[str, Any]] = field(default_factory=list)
    """`warning_issued` and `warning_cancelled` events."""
    members: dict[str, ObjectAssessment] = field(default_factory=dict)
    """Track -> the last that was known of each object."""

    @property
    def highest(self) -> str:
        """Return the highest level it had."""
        levels = [a.level for a in self.assessments if a.level in LEVEL_ORDER]
        return max(levels, key=LEVEL_ORDER.index, default="noticed")

    @property
    def last(self) -> str:
        """Return its last level."""
        return self.assessments[-1].level

    @property
    def joined(self) -> str:
        """Return the event that it became part of, `` when it stood alone."""
        found = _JOINED.match(self.assessments[-1].reason)
        return found.group(1) if found and self.last == "resolved" else ""

    def first_time(self, level: str) -> int | None:
        """Return the first instant (TAI ns) at which it stood at a level or above."""
        least = LEVEL_ORDER.index(level)
        for a in self.assessments:
            if a.level in LEVEL_ORDER and LEVEL_ORDER.index(a.level) >= least:
                return tai_from_iso(a.time_utc)
        return None


@dataclass
class Refusals:
    """Rows that were not used, by reason."""

    counts: Counter[tuple[str, str]]
    """(reason, action) -> rows."""
    examples: dict[tuple[str, str], str]


@dataclass
class ReportData:
    """All that the page shows."""

    folder: Path
    title: str
    data_mode: str
    start: int
    end: int
    summary: Summary | None
    network: Network | None
    assets: Assets | None
    sensors: tuple[Sensor, ...]
    events: list[EventStory]
    objects: list[ObjectStory]
    refusals: Refusals
    kinds: Counter[str]
    """Events by kind."""
    remarks: list[tuple[str, str, str]]
    """(time_utc, subject, text) of sensors lost and back, gaps, quarantine."""


def gather(folder: Path) -> ReportData:
    """Return what an output folder tells; InputError when it is not one."""
    if not (folder / "events.jsonl").is_file() or not (folder / "assessments.jsonl").is_file():
        raise InputError("is not an output folder: events.jsonl or assessments.jsonl is missing", file=str(folder))
    summary = _summary(folder)
    network, assets = _configuration(folder)
    objects: dict[str, ObjectStory] = {}
    kinds: Counter[str] = Counter()
    remarks: list[tuple[str, str, str]] = []
    said: dict[str, list[dict[str, Any]]] = {}
    mode, first, last = "", "", ""
    for line in read_json_lines(folder / "events.jsonl"):
        kinds[line["kind"]] += 1
        mode = mode or line["data_mode"]
        first = first or line["time_utc"]
        last = max(last, line["time_utc"])
        _take_event(line, objects, said, remarks)
    assessments = [msgspec.convert(row, Assessment) for row in read_json_lines(folder / "assessments.jsonl")]
    _take_tracks(folder / "tracks.parquet", objects, {t for a in assessments for t in a.tracks})
    events = _events(assessments, said, objects)
    start_utc = (summary.start_utc if summary else "") or first or "2000-01-01T00:00:00Z"
    end_utc = (summary.end_utc if summary else "") or last or start_utc
    return ReportData(
        folder=folder,
        title=(summary.title if summary else "") or folder.resolve().name,
        data_mode=(summary.data_mode if summary else "") or mode or "unknown",
        start=tai_from_iso(start_utc),
        end=max(tai_from_iso(end_utc), tai_from_iso(start_utc) + NS),
        summary=summary,
        network=network,
        assets=assets,
        sensors=_sensors(network),
        events=events,
        objects=sorted(objects.values(), key=lambda o: (not o.event, o.event, o.first, o.track)),
        refusals=_refusals(folder / "rejected.jsonl"),
        kinds=kinds,
        remarks=remarks,
    )


def _summary(folder: Path) -> Summary | None:
    path = folder / "summary.json"
    return read_summary(path) if path.is_file() else None


def _sensors(network: Network | None) -> tuple[Sensor, ...]:
    if network is None:
        return ()
    try:
        return compile_network(network).sensors
    except TocsinError:
        return ()


def _configuration(folder: Path) -> tuple[Network | None, Assets | None]:
    """Return network and assets from the TOML files in `inputs/`, whatever they are called."""
    network, assets = None, None
    for path in sorted((folder / "inputs").glob("*.toml")):
        try:
            keys = tomllib.loads(path.read_text(encoding="utf-8")).keys()
            if network is None and {"radar", "infrared", "telescope"} & keys:
                network = read_network(path)
            elif assets is None and "asset" in keys:
                assets = read_assets(path)
        except (ValueError, TocsinError):
            continue
    return network, assets


def _take_event(
    line: dict[str, Any],
    objects: dict[str, ObjectStory],
    said: dict[str, list[dict[str, Any]]],
    remarks: list[tuple[str, str, str]],
) -> None:
    kind, subject, data = line["kind"], line["subject"], line["data"]
    if kind in ("warning_issued", "warning_cancelled"):
        said.setdefault(subject, []).append(line)
    elif kind in ("sensor_lost", "sensor_back", "sensor_biased", "gap", "quarantined"):
        reason = str(data.get("reason", ""))
        remarks.append((line["time_utc"], subject, f"{kind.replace('_', ' ')}: {reason}" if reason else kind))
    elif kind in ("track_started", "track_updated", "track_dropped", "identified"):
        story = objects.get(subject)
        if story is None:
            story = objects[subject] = ObjectStory(subject, first=tai_from_iso(line["time_utc"]))
        if kind == "identified":
            classes = data.get("classes") or {}
            best = data.get("object_class") or max(classes, key=lambda name: classes[name], default="unknown")
            story.said, story.probability = str(best), float(data.get("probability", classes.get(best, math.nan)))
            story.classes, story.evidence = classes, list(data.get("evidence") or ())
            story.motion = str(data.get("motion", ""))
            story.said_at = tai_from_iso(line["time_utc"])
        elif kind == "track_dropped":
            story.ended = str(data.get("reason", ""))
        if kind != "track_updated":
            story.last = max(story.last, tai_from_iso(line["time_utc"]))


def _take_tracks(path: Path, objects: dict[str, ObjectStory], of_events: set[str]) -> None:
    """Add times, looks, paths, last class and a thinned line to the objects."""
    if not path.is_file():
        return
    table = read_tracks(path)
    names = table["track"].combine_chunks().dictionary_encode()
    which = names.indices.to_numpy(zero_copy_only=False)
    tai = _tai(table["time_utc"].combine_chunks().cast("int64").to_numpy())
    order = np.lexsort((tai, which))
    positions = np.stack([table[name].to_numpy() for name in STATE[:3]], axis=1)
    looks, classes, paths = table["looks"].to_numpy(), table["class"], table["paths"]
    bounds = np.searchsorted(which[order], np.arange(len(names.dictionary) + 1))
    share = min(1.0, MOST_POINTS / max(1, OTHER_POINTS * len(names.dictionary)))
    for number, name in enumerate(names.dictionary.to_pylist()):
        rows = order[bounds[number] : bounds[number + 1]]
        story = objects.setdefault(name, ObjectStory(name))
        first, last = rows[0], rows[-1]
        story.first, story.last = int(tai[first]), int(tai[last])
        story.looks, story.paths = int(looks[last]), tuple(paths[int(last)].as_py())
        if math.isnan(story.probability):
            story.said = classes[int(last)].as_py()
        most = EVENT_POINTS if name in of_events else max(2, round(OTHER_POINTS * share))
        thin = np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(np.int64))
        story.positions = positions[rows[thin]]


def _tai(unix_ns: Any) -> Any:
    """Return TAI ns of an array of POSIX ns (leap seconds are not in it: the table cannot hold them)."""
    index = np.searchsorted(np.array(LEAP_UNIX_S, np.int64) * NS, unix_ns, side="right") - 1
    return unix_ns + np.array(LEAP_TAI_MINUS_UTC_S, np.int64)[np.maximum(index, 0)] * NS


def _events(
    assessments: list[Assessment], said: dict[str, list[dict[str, Any]]], objects: dict[str, ObjectStory]
) -> list[EventStory]:
    stories: dict[str, EventStory] = {}
    for a in assessments:
        story = stories.setdefault(a.event, EventStory(a.event, []))
        story.assessments.append(a)
        for track in a.tracks:
            told = objects.setdefault(track, ObjectStory(track))
            if a.level != "resolved" or not told.event:
                told.event = a.event
    for story in stories.values():
        story.warnings = said.get(story.id, [])
        thread, told_at = Thread(story.id), dict[str, int]()
        for a in story.assessments:
            gathered(thread, a)
            for track, member in thread.objects.items():
                if story.members.get(track) is not member:
                    story.members[track], told_at[track] = member, tai_from_iso(a.time_utc)
        for track, member in story.members.items():
            # an event without a threat is not told again when the class of one of its objects changes
            if objects[track].classes and objects[track].said_at > told_at[track]:
                story.members[track] = msgspec.structs.replace(member, classes=objects[track].classes)
    order = list(stories.values())
    order.sort(key=lambda s: (-LEVEL_ORDER.index(s.highest), s.assessments[0].time_utc, s.id))
    return order


def _refusals(path: Path) -> Refusals:
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    if path.is_file():
        for line in read_json_lines(path):
            key = (str(line["reason"]), str(line["action"]))
            counts[key] += 1
            field_name = f", field {line['field']}" if line["field"] else ""
            examples.setdefault(key, f"{line['file']}, row {line['row']}{field_name}")
    return Refusals(counts, examples)

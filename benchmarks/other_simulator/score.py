"""Scores of one world: what was said of each thing, from the files of an output folder and the world's own labels alone.

A track is of the thing that most of its last labelled detections are of, so a word of an event's member is told to be about
a missile's payload, a spent stage, or nothing, however the tracks changed hands.
"""

import datetime
import json
import math
from bisect import bisect_right
from collections import Counter, defaultdict
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from .earth import east_north_up, ecef_from_geodetic, great_circle_km

Record = dict[str, Any]
LADDER = ("noticed", "tracked", "possible", "probable", "confirmed")
PROBABLE = LADDER.index("probable")
PROBABILITIES = (0.5, 0.9, 0.99)
LAST_LOOKS = 15
"""Detections by whose majority a track is of a thing."""
STALE_S = 30.0
"""A track whose last detection of a thing is older than another track's by more speaks of it no longer."""
RADAR_S, LATE_RADAR_S = 60.0, 150.0
"""Words are judged so long after the first radar detection."""
RADAR_WITHIN_S = 60.0
"""A word later than that is not one of 60 s of radar."""
AFTER_IMPACT_S = 5.0
"""A missile's own last word may come so long after it fell."""
FLAT_KM = 100.0
"""Beyond it an offset in the local plane is stretched to the great circle's length."""


class Word(NamedTuple):
    """What a line says of one track."""

    seconds: float
    line: Record
    member: Record
    last_look_s: float
    """When the track's last detection of the thing was made."""


class Tracks:
    """The labelled detections of each track, in the order in which they were taken."""

    def __init__(self, events: list[Record], labels: list[list[Any]]) -> None:
        thing_of = {(sensor, sequence, k): (seconds, thing) for sensor, sequence, k, thing, seconds in labels}
        found: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for event in events:
            if event["kind"] in ("track_started", "track_updated"):
                for cause in event["causes"]:
                    detection = _detection(cause)
                    if detection in thing_of:
                        found[event["subject"]].append(thing_of[detection])
        self.looks = found

    def thing(self, track: str, seconds: float) -> str | None:
        """Return of what a track is at a time, none when none of its detections has a label."""
        last = [thing for when, thing in self.looks.get(track, []) if when <= seconds][-LAST_LOOKS:]
        return Counter(last).most_common(1)[0][0] if last else None

    def last_look_s(self, track: str, seconds: float, thing: str) -> float:
        """Return when a track's last detection of a thing until a time was made."""
        return max(when for when, what in self.looks[track] if when <= seconds and what == thing)


def _detection(cause: str) -> tuple[str, int, int] | None:
    """Return sensor, sequence and detection of a cause `sensor/session/sequence/detection`."""
    parts = cause.split("/")
    if len(parts) != 4 or not all(part.lstrip("-").isdigit() for part in parts[2:]):
        return None
    return parts[0], int(parts[2]), int(parts[3])


def score_world(world: Path, out: Path) -> Record:
    """Return the scores of a world from its folder and the output folder of what was made of it."""
    truth = json.loads((world / "truth.json").read_text(encoding="utf-8"))
    labels = json.loads((world / "labels.json").read_text(encoding="utf-8"))
    epoch = datetime.datetime.fromisoformat(truth["epoch"])
    lines = [{**line, "seconds": _seconds(line, epoch)} for line in read_lines(out / "assessments.jsonl")]
    tracks = Tracks(read_lines(out / "events.jsonl"), labels)
    levels = [LADDER.index(line["level"]) for line in lines if line["level"] in LADDER]
    objects = []
    for thing in truth["objects"]:
        if thing["kind"] == "missile":
            looks = [(seconds, sensor) for sensor, _, _, what, seconds in labels if what == thing["name"]]
            objects.append(_score_missile(thing, looks, lines, tracks))
    scores = {
        "world": truth["world"],
        "seed": truth["seed"],
        "kind": truth["kind"],
        "detail": truth["detail"],
        "level": LADDER[max(levels)] if levels else None,
        "events": len({line["event"] for line in lines}),
        "refused": len(read_lines(out / "rejected.jsonl")),
        "missiles": objects,
    }
    if truth["kind"] == "missile" and objects:
        missile = next(thing for thing in truth["objects"] if thing["kind"] == "missile")
        scores["event"] = _score_event(missile, objects[0]["first_radar_s"], lines)
    return scores


def _score_missile(thing: Record, looks: list[tuple[float, str]], lines: list[Record], tracks: Tracks) -> Record:
    """Return what was said of one missile by the tracks that are its own."""
    radar_s = min((seconds for seconds, sensor in looks if sensor.startswith("rd")), default=None)
    words = _words_of(thing["name"], lines, tracks)
    impact, launch = thing["impact"], thing["launch"]
    probable = [word.seconds for word in words if _reached(word.line["level"])]
    falls = [
        (word.seconds, word.member["impact"])
        for word in words
        if _placed(word.member, "impact") and word.seconds <= impact["seconds"] + AFTER_IMPACT_S
    ]
    starts = [word.member["launch"] for word in words if _placed(word.member, "launch")]
    after_radar = next((x for x in falls if radar_s is not None and x[0] >= radar_s + RADAR_S), None)
    if after_radar and radar_s is not None and after_radar[0] >= radar_s + RADAR_S + RADAR_WITHIN_S:
        after_radar = None
    return {
        "name": thing["name"],
        "impact_s": impact["seconds"],
        "first_look_s": min((seconds for seconds, _ in looks), default=None),
        "first_radar_s": radar_s,
        "probable_s": min(probable, default=None),
        "impact_last": compared(falls[-1][1], impact) if falls else None,
        "impact_after_radar": compared(after_radar[1], impact) if after_radar else None,
        "launch_first": compared(starts[0], launch) if starts else None,
        "launch_last": compared(starts[-1], launch) if starts else None,
    }


def _words_of(thing: str, lines: list[Record], tracks: Tracks) -> list[Word]:
    """Return the words about a thing, in order of time, without those of tracks that have lost it to others."""
    words = []
    for line in lines:
        for member in line.get("members") or []:
            if tracks.thing(member["track"], line["seconds"]) == thing:
                last_look_s = tracks.last_look_s(member["track"], line["seconds"], thing)
                words.append(Word(line["seconds"], line, member, last_look_s))
    words.sort(key=lambda word: word.seconds)
    times = [word.seconds for word in words]
    newest = list(accumulate((word.last_look_s for word in words), max))
    return [word for word in words if word.last_look_s >= newest[bisect_right(times, word.seconds) - 1] - STALE_S]


def _score_event(thing: Record, first_radar_s: float | None, lines: list[Record]) -> Record:
    """Return how the impact that an event's own lines say compares with a lone missile's, at several times.

    The event is the one that rose highest, the first of them: light on the way down may open another.
    """
    impact, burnout_s = thing["impact"], thing["burnout_s"]
    placed = [line for line in lines if _placed(line, "impact") and line["seconds"] <= impact["seconds"]]
    highest = max(placed, key=lambda line: LADDER.index(line["level"]) if line["level"] in LADDER else -1, default={})
    said = [line for line in placed if line["event"] == highest["event"]]
    if not said:
        return {}
    asked = {
        "first": said[0],
        "first probable": next((x for x in said if _reached(x["level"])), None),
        "first confirmed": next((x for x in said if x["level"] == "confirmed"), None),
        "20 s after burnout": _from(said, burnout_s + 20.0),
        "60 s after the first radar": None if first_radar_s is None else _from(said, first_radar_s + RADAR_S),
        "150 s after the first radar": None if first_radar_s is None else _from(said, first_radar_s + LATE_RADAR_S),
        "last": said[-1],
    }
    return {name: compared(line["impact"], impact) for name, line in asked.items() if line is not None}


def compared(said: Record, true: Record) -> Record:
    """Return which ellipses of a place that was said hold the true one, and how far off it is, km.

    The offset is measured in the local plane; a far one is stretched to the length of the great circle.
    """
    place, centre = (true["lat_deg"], true["lon_deg"]), (said["lat_deg"], said["lon_deg"])
    offset = east_north_up(*centre) @ (ecef_from_geodetic(*place, 0.0) - ecef_from_geodetic(*centre, 0.0)) / 1e3
    off_km = float(great_circle_km(*centre, *place))
    east, north = float(offset[0]), float(offset[1])
    if off_km > FLAT_KM:
        stretch = off_km / math.hypot(east, north)
        east, north = east * stretch, north * stretch
    inside = {}
    for ellipse in said["ellipses"]:
        bearing = math.radians(ellipse["bearing_deg"])
        along = (east * math.sin(bearing) + north * math.cos(bearing)) / ellipse["semi_major_km"]
        across = (east * math.cos(bearing) - north * math.sin(bearing)) / ellipse["semi_minor_km"]
        inside[ellipse["probability"]] = along * along + across * across <= 1.0
    return {"inside": [inside[probability] for probability in PROBABILITIES], "off_km": round(off_km, 3)}


def read_lines(path: Path) -> list[Record]:
    """Return the records of a file of JSON lines, none when there is no such file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _seconds(line: Record, epoch: datetime.datetime) -> float:
    return (datetime.datetime.fromisoformat(line["time_utc"]) - epoch).total_seconds()


def _reached(level: str) -> bool:
    return level in LADDER and LADDER.index(level) >= PROBABLE


def _placed(said: Record, what: str) -> bool:
    return bool(said.get(what) and said[what].get("ellipses"))


def _from(lines: list[Record], seconds: float) -> Record | None:
    return next((line for line in lines if line["seconds"] >= seconds), None)

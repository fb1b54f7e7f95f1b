"""The lines that matter, told once each as they happen: "+04:40 impact near Asset 3 in 11 min, 50 % within 41 km"."""

import math
from typing import Any

from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.records.network import Assets
from tocsin.core.records.outputs import LADDER, Assessment, Event, GroundPoint
from tocsin.core.time import tai_from_iso

TOLD_EVENTS = {
    "sensor_lost": "sensor lost",
    "sensor_back": "sensor back",
    "sensor_biased": "sensor biased",
    "quarantined": "quarantined",
    "warning_cancelled": "warning cancelled",
}
"""Kinds of event told as they are; `launch_detected` has its own words, the others speak through assessments."""


NEAR_KM = 100.0
"""An impact so near a protected place is told by its name, however small the ellipse."""

VAGUE_KM = 500.0
"""Half of the probability within more than this is no place yet."""

OFTEN = 3
"""A sensor that comes and goes is told so often, then no more."""


def clock(seconds: float) -> str:
    """Return a time since the start as `+mm:ss`, or `+h:mm:ss` from an hour on."""
    sign = "-" if seconds < 0 else "+"
    whole = int(abs(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}:{second:02d}" if hours else f"{sign}{minutes:02d}:{second:02d}"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" + ("" if count == 1 else "s")


def _left(seconds: float) -> str:
    return f"{seconds / 60.0:.0f} min" if seconds >= 90 else f"{max(seconds, 0.0):.0f} s"


def _ellipse(point: GroundPoint, probability: float) -> float | None:
    """Return the semi-major axis in km of the ellipse of a probability, if it is given."""
    return next((e.semi_major_km for e in point.ellipses if abs(e.probability - probability) < 1e-9), None)


def _place(point: GroundPoint) -> str:
    north, east = ("N" if point.lat_deg >= 0 else "S"), ("E" if point.lon_deg >= 0 else "W")
    return f"{abs(point.lat_deg):.1f} {north} {abs(point.lon_deg):.1f} {east}"


def distance_km(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Return the great-circle distance on a sphere of 6371 km: for words, not for decisions."""
    a, b, turn = math.radians(lat1_deg), math.radians(lat2_deg), math.radians(lon2_deg - lon1_deg)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    return 2 * 6371.0 * math.asin(min(math.sqrt(h), 1.0))


class Moments:
    """Turns records into lines for a person; remembers what it has said."""

    def __init__(self, start_tai: int, assets: Assets) -> None:
        self._start = start_tai
        self._places = [
            (asset.name or asset.id, asset.latitude_deg, asset.longitude_deg)
            for asset in assets.asset
            if asset.latitude_deg is not None and asset.longitude_deg is not None
        ]
        self._levels: dict[str, str] = {}
        self._raids: dict[str, int] = {}
        self._objects: dict[tuple[str, str], str] = {}
        self._told: dict[tuple[str, str], int] = {}

    def lines(self, record: Any) -> list[str]:
        """Return the lines to tell for a record of the centre: none for most."""
        if isinstance(record, Event):
            said = self._event(record)
        elif isinstance(record, Assessment):
            said = self._assessment(record)
        else:
            return []
        return [f"{self._clock(record.time_utc)} {line}" for line in said]

    def _clock(self, time_utc: str) -> str:
        try:
            return clock((tai_from_iso(time_utc) - self._start) / NS)
        except ValueRefused:
            return time_utc

    def _event(self, event: Event) -> list[str]:
        if event.kind == "launch_detected":
            paths = event.data.get("paths")
            many = f", {_plural(len(paths), 'path')}" if isinstance(paths, (list, tuple)) and paths else ""
            return [f"launch detected{many} ({event.subject})"]
        if event.kind in TOLD_EVENTS:
            told = self._told[(event.kind, event.subject)] = self._told.get((event.kind, event.subject), 0) + 1
            if told > OFTEN:
                return []
            reason = event.data.get("reason", "")
            more = "; further ones only in events.jsonl" if told == OFTEN else ""
            return [f"{TOLD_EVENTS[event.kind]}: {event.subject}" + (f" ({reason})" if reason else "") + more]
        return []

    def _assessment(self, assessment: Assessment) -> list[str]:
        said = []
        serious = assessment.level in LADDER[2:]
        objects = _plural(assessment.objects.best, "object")
        if self._levels.get(assessment.event, "noticed") != assessment.level:
            was, self._levels[assessment.event] = self._levels.get(assessment.event), assessment.level
            if serious or was in LADDER[2:]:
                said.append(f"{assessment.event} {assessment.level}: {objects}, {assessment.reason}")
        elif serious and assessment.objects.best != self._raids.get(assessment.event):
            said.append(f"{assessment.event}: {objects} now")
        self._raids[assessment.event] = assessment.objects.best
        for member in assessment.members:
            said.extend(self._impact(assessment, member.track, member.level, member.impact))
        if serious and not assessment.members and assessment.tracks:
            said.extend(self._impact(assessment, assessment.tracks[0], "possible", assessment.impact))
        return said

    def _impact(self, assessment: Assessment, track: str, level: str, impact: GroundPoint | None) -> list[str]:
        """Return the line of one object's impact, when it is news: at its first time, and when its level rises."""
        key = (assessment.event, track)
        known = self._objects.get(key, "noticed")
        if impact is None or level not in LADDER[2:] or LADDER.index(level) <= LADDER.index(known):
            return []
        where = self._near(impact)
        half = _ellipse(impact, 0.5)
        if where is None or (half is not None and half > VAGUE_KM):
            return []
        self._objects[key] = level
        within = f", 50 % within {half:.0f} km" if half is not None else ""
        left_s = (tai_from_iso(impact.time_utc) - tai_from_iso(assessment.time_utc)) / NS
        return [f"impact near {where} in {_left(left_s)}{within} ({track}, {level})"]

    def _near(self, impact: GroundPoint) -> str | None:
        """Return the name of the nearest protected place, the coordinates without any, None if all are far."""
        if not self._places:
            return _place(impact)
        far = {name: distance_km(impact.lat_deg, impact.lon_deg, lat, lon) for name, lat, lon in self._places}
        name = min(far, key=lambda place: (far[place], place))
        reach = max(2.0 * (_ellipse(impact, 0.9) or 0.0), NEAR_KM)
        return name if far[name] <= reach else None

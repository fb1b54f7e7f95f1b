"""Counting the objects of an event: which detections of a look are of it, and what they say of its number."""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import KDTree

from tocsin.assessment.counting import (
    BODIES,
    FRESH_S,
    Burning,
    first_guess,
    lit_seconds,
    note_bodies,
    note_total,
    spots,
)
from tocsin.assessment.paths import phenomenologies
from tocsin.assessment.raids import SAME_LAUNCH_M, RaidEvent
from tocsin.centre.judged import Judged
from tocsin.core.constants import NS
from tocsin.core.records.inputs import INTENSITY, LOS_X, LOS_Z, Look
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.bank import Track
from tocsin.tracking.look_result import Update
from tocsin.world.geodesy_kernels import ecef_to_geodetic, great_circle_m

LIT_LEAST_S = 20.0
"""A plume seen for less was a broken track."""
OUT_S = 30.0
"""A plume that stayed dark for so long has gone out for good: a next stage would burn by now."""


def count_look(
    look: Look, sensor: Sensor, updates: list[Update], open_events: list[RaidEvent], objects: dict[int, Judged],
    tracks: dict[int, Track],
) -> None:  # fmt: skip
    """Write into every event what this look says of the number of its objects."""
    if not open_events:
        return
    rows: dict[int, list[int]] = {e.number: [] for e in open_events}
    infrared = sensor.kind == "infrared"
    for update in updates:
        judged, track = objects.get(update.slot), tracks.get(update.slot)
        if judged is not None and judged.event:
            event = next((e for e in open_events if e.number == judged.event), None)
            if event is not None and (infrared or _burnt(event, judged)):
                rows[event.number].append(update.row)
        elif infrared and track is not None:
            near = next((e for e in open_events if _launched_there(e, track)), None)
            if near is not None:
                rows[near.number].append(update.row)
    for event in open_events:
        which = sorted(set(rows[event.number]))
        # a radar sees the last stage beside what it carried
        event.tally.side = max(event.tally.side, len(which) if infrared else (len(which) + 1) // BODIES)
        if infrared and look.mode == "search":
            number = spots(event.tally, look.values[which, INTENSITY], _nearest(look, sensor, which))
            event.tally.burning[sensor.id] = Burning(look.end, *number)


def _burnt(event: RaidEvent, judged: Judged) -> bool:
    """Return whether an object that a radar sees is surely of the raid, no spent stage: its plume was seen, if any was."""
    member = event.members.get(judged.number)
    if member is None or not member.threat:
        return False
    plumes = any("infrared" in phenomenologies(tuple(m.paths)) for m in event.members.values())
    return not plumes or "infrared" in phenomenologies(tuple(member.paths))


def _launched_there(event: RaidEvent, track: Track) -> bool:
    """Return whether a track of no event began where the event's objects were launched."""
    latitude, longitude, _ = ecef_to_geodetic(*track.first_place)
    places = [m.launch_place for m in event.members.values() if m.launch_place is not None]
    return any(great_circle_m(latitude, longitude, *place) <= SAME_LAUNCH_M for place in places)


def _nearest(look: Look, sensor: Sensor, which: list[int]) -> np.ndarray:
    """Return (k,) how far the nearest other of the detections `which` is, in pixels."""
    if len(which) < 2:
        return np.full(len(which), math.inf)
    lines = look.values[which, LOS_X : LOS_Z + 1] / sensor.cell[1]
    return np.asarray(KDTree(lines).query(lines, k=2)[0][:, 1])


def count_event(event: RaidEvent, objects: list[Judged], tracks: dict[int, Track], now: int) -> None:
    """Bring the total of an event up to date: what burns now and what has burnt out."""
    lit, dark = [], 0
    for judged in objects:
        track = tracks.get(judged.slot)
        if track is None or not track.last_infrared or track.infrared_misses < 2:
            continue
        if now - track.last_infrared > OUT_S * NS:
            dark += 1
            seen = (track.last_infrared - track.born) / NS
            lit += [seen] if seen >= LIT_LEAST_S else []
    event.tally.said = note_total(event.tally, now, lit_seconds(lit), dark)
    note_bodies(event.tally, sum("radar" in phenomenologies(tuple(m.paths)) for m in event.likely() if not m.ended))
    event.tally.most = max(event.tally.most, event.count().best)


def open_count(event: RaidEvent, tracks: dict[int, Track], now: int) -> None:
    """Count what satellites have seen about the launch of an event that has just begun."""
    seen = [t for t in tracks.values() if t.last_infrared and now - t.last_infrared <= FRESH_S * NS]
    first_guess(event.tally, sum(_launched_there(event, t) for t in seen), now)
    event.tally.said = note_total(event.tally, now, None, 0)

"""Scores an output folder against the truth: per object, what was known of it, when and how well."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.core.records.network import Assets
from tocsin.core.records.outputs import LADDER, Assessment, Ellipse, GroundPoint
from tocsin.scoring.consistency import average_consistency, inside_ellipse, nees
from tocsin.scoring.continuity import timeliness
from tocsin.scoring.folder import (
    Tracks,
    Truth,
    read_assessments,
    read_events,
    read_label_counts,
    read_tracks,
    read_truth,
    utc_ns,
)
from tocsin.scoring.ground import geodetic_deg, offset, place
from tocsin.scoring.matching import full_covariance, interpolate, majority, match
from tocsin.scoring.picture import picture

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
HOLD_S = 20.0
"""A track is on its object for this long after an update: two revisits of a slow sensor."""
BULK_KINDS = ("satellite", "debris")
"""Kinds told in sums only."""
THREAT_KINDS = ("missile", "warhead", "reentry_vehicle")


def _seconds(later: int, earlier: int) -> float:
    return (later - earlier) / NS


def true_impact(truth: Truth, i: int) -> tuple[int, FloatArray] | None:
    """Return (UTC ns, ground point (3,)) where object i fell, or None if its truth does not end at the ground."""
    rows = truth.rows(i)
    time, state = int(truth.time[rows][-1]), truth.state[rows][-1]
    _lat, _lon, height = geodetic_deg(state[:3])
    up = state[:3] / np.sqrt((state[:3] ** 2).sum())
    sink = -float((up * state[3:]).sum())
    if height > max(500.0, 1.5 * sink):
        return None
    wait = max(height, 0.0) / sink if sink > 1.0 else 0.0
    return time + round(wait * NS), state[:3] + wait * state[3:]


def follow(time: IntArray, track: IntArray, start: int, end: int) -> tuple[float, int, list[int]]:
    """Return (completeness, switches, tracks in order) of matched rows (sorted by time) of one object's life."""
    hold = round(HOLD_S * NS)
    order: list[int] = []
    last: dict[int, int] = {}
    current, switches, held, reach = -1, 0, 0, start
    for t, k in zip(time.tolist(), track.tolist(), strict=True):
        if k not in last:
            order.append(k)
        last[k] = t
        if current < 0:
            current = k
        elif k != current and t - last[current] > hold:
            current, switches = k, switches + 1
        until = min(t + hold, end)
        held += max(until - max(t, reach), 0)
        reach = max(reach, until)
    return (held / (end - start) if end > start else math.nan), switches, order


def ground_error(said: GroundPoint, true_time: int, true_point: FloatArray) -> dict[str, Any]:
    """Return how far a said place and time are from the true ones, and which ellipses hold the true place."""
    east, north = offset(true_point, said.lat_deg, said.lon_deg)
    inside = {
        str(round(100 * e.probability)): inside_ellipse(
            east / 1e3, north / 1e3, e.semi_major_km, e.semi_minor_km, math.radians(e.bearing_deg)
        )
        for e in said.ellipses
    }
    sigmas = along_axes(east / 1e3, north / 1e3, said.ellipses[-1]) if said.ellipses else []
    sizes = {str(round(100 * e.probability)): [e.semi_major_km, e.semi_minor_km] for e in said.ellipses}
    return {
        "error_km": math.hypot(east, north) / 1e3,
        "time_error_s": _seconds(utc_ns(said.time_utc), true_time),
        "inside": inside,
        "ellipse_km": sizes,
        "sigmas": sigmas,
    }


def along_axes(east_km: float, north_km: float, ellipse: Ellipse) -> list[float]:
    """Return an error along both axes of an ellipse, each in sigmas of the Gaussian whose ellipse of that probability it is."""
    s, c = math.sin(math.radians(ellipse.bearing_deg)), math.cos(math.radians(ellipse.bearing_deg))
    sigmas = math.sqrt(-2.0 * math.log(1.0 - ellipse.probability))
    along, across = east_km * s + north_km * c, east_km * c - north_km * s
    return [along / ellipse.semi_major_km * sigmas, across / ellipse.semi_minor_km * sigmas]


class _Views:
    """What assessments said of one object's tracks, in order of time."""

    def __init__(self, assessments: Sequence[Assessment], tracks: set[str]) -> None:
        self.levels: list[tuple[int, str]] = []
        self.impacts: list[tuple[int, str, GroundPoint]] = []
        self.launches: list[tuple[int, str, GroundPoint]] = []
        self.classes: dict[str, float] = {}
        self.events: list[str] = []
        for a in assessments:
            t = utc_ns(a.time_utc)
            members = [(m.level, m.classes, m.impact, m.launch) for m in a.members if m.track in tracks]
            if not a.members and tracks & set(a.tracks):
                alone = len(a.tracks) == 1
                members = [(a.level, a.classes, a.impact if alone else None, a.launch if alone else None)]
            for level, classes, impact, launch in members:
                if a.event not in self.events:
                    self.events.append(a.event)
                self.levels.append((t, level))
                self.classes = classes or self.classes
                if impact is not None:
                    self.impacts.append((t, level, impact))
                if launch is not None:
                    self.launches.append((t, level, launch))

    def first(self) -> dict[str, int]:
        """Return the first instant of each level."""
        out: dict[str, int] = {}
        for t, level in self.levels:
            out.setdefault(level, t)
        return out

    def highest(self) -> str | None:
        """Return the highest rung of the ladder reached, or None."""
        reached = {level for _t, level in self.levels}
        return next((level for level in reversed(LADDER) if level in reached), None)


def _impact_report(views: _Views, fell: tuple[int, FloatArray], assets: Assets | None) -> dict[str, Any]:
    """Return the errors of impact predictions made before the fall: first at each level, last, and coverage of all."""
    time, point = fell
    lat, lon, _h = geodetic_deg(point)
    out: dict[str, Any] = {"true": {"lat_deg": lat, "lon_deg": lon}, "at": {}, "coverage": {}}
    made = [(t, level, said) for t, level, said in views.impacts if t < time]
    errors = [(t, level, said, ground_error(said, time, point)) for t, level, said in made]
    for t, level, _said, error in errors:
        out["at"].setdefault(level, {**error, "time_left_s": _seconds(time, t)})
    if errors:
        t, _level, said, error = errors[-1]
        out["at"]["last"] = {**error, "time_left_s": _seconds(time, t)}
        for key in error["inside"]:
            hits = [e["inside"][key] for _t, _l, _s, e in errors if key in e["inside"]]
            out["coverage"][key] = sum(hits) / len(hits)
        if assets is not None:
            out["asset"] = _asset_report(said, point, assets)
    return out


def _asset_report(said: GroundPoint, point: FloatArray, assets: Assets) -> dict[str, Any] | None:
    """Return the asset (with a place) nearest to the true impact, and which ellipses of the prediction hold it."""
    placed = [(a.id, a.latitude_deg, a.longitude_deg) for a in assets.asset]
    near = [
        (math.hypot(*offset(point, lat, lon)) / 1e3, name, lat, lon)
        for name, lat, lon in placed
        if lat is not None and lon is not None
    ]
    if not near:
        return None
    distance, name, lat, lon = min(near)
    return {
        "id": name,
        "distance_km": distance,
        "inside": ground_error(said, utc_ns(said.time_utc), place(lat, lon))["inside"],
    }


def _accuracy(truth: Truth, tracks: Tracks, i: int, rows: IntArray) -> dict[str, Any]:
    """Return position and velocity errors of matched track rows of object i, and their NEES over six dimensions."""
    own = truth.rows(i)
    error = tracks.state[rows] - interpolate(truth.time[own], truth.state[own], tracks.time[rows])
    place_error = np.sqrt((error[:, :3] ** 2).sum(axis=1))
    speed_error = np.sqrt((error[:, 3:] ** 2).sum(axis=1))
    consistency = average_consistency(nees(error, full_covariance(tracks.covariance[rows])), 6)
    return {
        "median_position_error_m": float(np.median(place_error)),
        "last_position_error_m": float(place_error[-1]),
        "median_velocity_error_m_s": float(np.median(speed_error)),
        "nees": consistency.mean,
    }


def _launches(out_dir: Path, assessments: Sequence[Assessment]) -> list[tuple[int, set[str]]]:
    """Return (UTC ns, names of tracks) of every launch detection, in order."""
    of_event: dict[str, set[str]] = {}
    for a in assessments:
        of_event.setdefault(a.event, set()).update(a.tracks)
    out = []
    for event in read_events(out_dir / "events.jsonl", "launch_detected"):
        data = event.get("data") or {}
        names = {str(event["subject"]), *map(str, data.get("tracks") or ())}
        if data.get("track") is not None:
            names.add(str(data["track"]))
        # a detection that names an event and no track speaks for the event's tracks
        known = names - of_event.keys()
        out.append((utc_ns(event["time_utc"]), known or set().union(*(of_event[n] for n in names))))
    return out


def _events_report(assessments: Sequence[Assessment], kind_of: dict[str, str]) -> list[dict[str, Any]]:
    """Return for each event its highest level, objects counted last, and the kinds of what its tracks followed."""
    out: dict[str, dict[str, Any]] = {}
    for a in assessments:
        e = out.setdefault(a.event, {"event": a.event, "highest": None, "tracks": set(), "best": 0})
        e["tracks"] |= set(a.tracks)
        e["last"] = a.level
        e["best"] = a.objects.best
        if a.level in LADDER and (e["highest"] is None or LADDER.index(a.level) > LADDER.index(e["highest"])):
            e["highest"] = a.level
    for e in out.values():
        e["tracks"] = sorted(e["tracks"])
        e["kinds"] = sorted({kind_of.get(t, "nothing") for t in e["tracks"]})
    return list(out.values())


def _object_report(
    truth: Truth,
    tracks: Tracks,
    i: int,
    rows: IntArray,
    views: _Views,
    launches: Sequence[tuple[int, set[str]]],
    own: list[str],
    assets: Assets | None,
) -> dict[str, Any]:
    """Return all that is known of one true object: `rows` its matched track rows by time, `own` its tracks' names."""
    life = truth.time[truth.rows(i)]
    start, end = int(life[0]), int(life[-1])
    fell = true_impact(truth, i)
    completeness, switches, order = follow(tracks.time[rows], tracks.track[rows], start, end)
    report: dict[str, Any] = {
        "object": truth.names[i],
        "kind": truth.kinds[i],
        "start_utc_ns": start,
        "end_utc_ns": end if fell is None else fell[0],
        "fell": fell is not None,
        "tracks": [tracks.names[k] for k in order],
        "own_tracks": own,
        "completeness": completeness,
        "switches": switches,
        "first_track_s": timeliness(tracks.time[rows[:1]].tolist(), start, None).after_start_s,
        "launch_detected_s": timeliness([t for t, names in launches if names & set(own)], start, None).after_start_s,
        "events": views.events,
        "highest": views.highest(),
        "levels": {
            level: timeliness([t], start, fell[0] if fell else None)._asdict() for level, t in views.first().items()
        },
        "class": tracks.classes[rows[-1]] if len(rows) else None,
        "classes": views.classes,
    }
    if len(rows):
        report["accuracy"] = _accuracy(truth, tracks, i, rows)
    if fell is not None:
        report["impact"] = _impact_report(views, fell, assets)
    if views.launches:
        lat, lon, height = geodetic_deg(truth.state[truth.rows(i)][0, :3])
        if height < 5000.0:
            report["launch"] = ground_error(views.launches[-1][2], start, place(lat, lon))
    return report


def score_folder(
    out_dir: Path, truth_file: Path, labels_file: Path | None = None, assets: Assets | None = None
) -> dict[str, Any]:
    """Return the score of an output folder against `truth.parquet` (and `labels.parquet`), as plain data for JSON.

    `objects`: per true object but satellites: the tracks on it, completeness, switches, first launch detection, first
    time of each level, class said, accuracy, error of predicted impact and whether the ellipses hold the true one.
    `bulk`: satellites in sums. `events`: each event with the kinds of objects behind it. `summary`: counts.
    `picture`: set distances, SIAP, switches and purity at equal instants, satellites and their tracks left out.
    A track row belongs to the nearest object within its gate (see `matching`). InputError on unusable files.
    """
    truth, tracks = read_truth(truth_file), read_tracks(out_dir / "tracks.parquet")
    assessments = read_assessments(out_dir / "assessments.jsonl")
    matched = match(truth, tracks)
    owner, share = majority(tracks.track, matched, len(tracks.names))
    kind_of = {n: truth.kinds[o] for n, o in zip(tracks.names, owner.tolist(), strict=True) if o >= 0}
    launches = _launches(out_dir, assessments)
    by_object = np.lexsort((tracks.time, matched))
    edges = np.searchsorted(matched[by_object], np.arange(len(truth.names) + 1))
    objects, bulk = [], {"objects": 0, "tracked": 0, "switches": 0}
    for i, kind in enumerate(truth.kinds):
        rows = by_object[edges[i] : edges[i + 1]]
        if kind in BULK_KINDS:
            life = truth.time[truth.rows(i)]
            bulk["objects"] += 1
            bulk["tracked"] += int(len(rows) > 0)
            bulk["switches"] += follow(tracks.time[rows], tracks.track[rows], int(life[0]), int(life[-1]))[1]
            continue
        own = [tracks.names[k] for k in np.flatnonzero(owner == i)]
        views = _Views(assessments, set(own))
        objects.append(_object_report(truth, tracks, i, rows, views, launches, own, assets))
    if labels_file is not None:
        counts = read_label_counts(labels_file)
        for o in objects:
            o["detections"] = counts.get(o["object"], 0)
    events = _events_report(assessments, kind_of)
    told = [i for i, kind in enumerate(truth.kinds) if kind not in BULK_KINDS]
    shown = [k for k, o in enumerate(owner.tolist()) if o < 0 or truth.kinds[o] not in BULK_KINDS]
    return {
        "objects": objects,
        "picture": picture(truth, tracks, told, shown, HOLD_S),
        "bulk": bulk,
        "events": events,
        "summary": _summary(objects, events, owner, share),
    }


def _summary(
    objects: list[dict[str, Any]], events: list[dict[str, Any]], owner: IntArray, share: FloatArray
) -> dict[str, Any]:
    """Return the counts that a reader looks at first."""
    threats = [o for o in objects if o["kind"] in THREAT_KINDS]
    warned = [o for o in threats if o["highest"] in ("probable", "confirmed")]
    inside = [o["impact"]["at"]["last"]["inside"] for o in threats if "last" in o.get("impact", {}).get("at", {})]
    high = [e for e in events if e["highest"] in ("probable", "confirmed")]
    return {
        "threats": len(threats),
        "threats_probable": len(warned),
        "threats_confirmed": sum(o["highest"] == "confirmed" for o in threats),
        "threats_confirmed_before_impact": sum(
            (o["levels"].get("confirmed", {}).get("time_left_s") or -1.0) > 0.0 for o in threats
        ),
        "impact_inside": {k: sum(i.get(k, False) for i in inside) for k in ("50", "90", "99")},
        "impact_predicted": len(inside),
        "events": len(events),
        "events_high_without_threat": sum(not set(e["kinds"]) & set(THREAT_KINDS) for e in high),
        "tracks": len(owner),
        "tracks_on_nothing": int((owner < 0).sum()),
        "mean_purity": float(share[owner >= 0].mean()) if (owner >= 0).any() else None,
    }

"""What people and neighbours say to a centre: health, operators, tracks of partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.core.records.inputs import Health, Input, Operator, PartnerTrack
from tocsin.core.records.outputs import Rejection

if TYPE_CHECKING:
    from tocsin.centre.centre import Centre


def take_health(centre: Centre, item: Health) -> None:
    """Note what the owner of a sensor or of a line says of it."""
    centre.rows_used += 1
    named = [sensor for sensor in centre.sensors.sensors if item.subject in (sensor.id, sensor.line)]
    if not named:
        centre.emit.other(Rejection("health", -1, "subject", f"no sensor or line: {item.subject[:40]!r}", "ignored"))
    for sensor in named:
        heard = centre.watch.heard[sensor.id]
        before, heard.reported = heard.reported, item.state
        reason = f"reported {item.state}"
        if item.subject == sensor.line:
            reason += f" with its line {sensor.line}"
        if item.state in ("down", "blinded") and before != item.state:
            centre.emit.event("sensor_lost", sensor.id, centre.now, (item.id,), reason=reason)
        elif item.state in ("ok", "degraded") and before in ("down", "blinded"):
            centre.emit.event("sensor_back", sensor.id, centre.now, (item.id,), reason=reason)


def take_operator(centre: Centre, item: Operator) -> None:
    """Do what a person asks: degraded mode here; release, cancel and acknowledge in dissemination."""
    centre.rows_used += 1
    if item.action == "declare_degraded":
        centre.degraded[item.subject] = item.person
    elif item.action == "end_degraded":
        centre.degraded.pop(item.subject, None)
    for message in centre.dissemination.on_operator(item):
        centre.message(message)


def take_partner(centre: Centre, item: PartnerTrack) -> None:
    """Start a partner's track where none stands; where one of our own stands it is no new evidence of its own."""
    centre.rows_used += 1
    track, new = centre.tracker.take_partner(item)
    if new:
        centre.emit.event("track_started", track.id, centre.now, (item.id,), origin="partner")
    elif not track.sensors:
        centre.emit.event("track_updated", track.id, centre.now, (item.id,), looks=track.hits)
    judged = centre.judgement.objects.get(track.slot)
    if judged is not None:
        judged.hits_judged = judged.predicted_hits = -1  # its state is another one: judged and predicted anew
    if not track.sensors:
        centre.history.add_tracks(centre.tracker, [track.slot], {track.slot: judged.best} if judged is not None else {})


def refuse(centre: Centre, item: Input, reason: str) -> None:
    """Refuse an input that is no look."""
    centre.count_refusal(reason)
    centre.emit.other(Rejection(type(item).__name__.lower(), -1, "data_mode", reason, "refused"))

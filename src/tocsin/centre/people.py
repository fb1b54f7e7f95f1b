"""What people and neighbours say to a centre: health, operators, tracks of partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.core.records.inputs import ElementSet, Health, Notification, Operator, PartnerTrack
from tocsin.core.records.outputs import Rejection
from tocsin.core.records.warnings import OperatorAnswer
from tocsin.dissemination.dissemination import HANDLED

if TYPE_CHECKING:
    from tocsin.centre.centre import Centre

MOST_REASONS = 1000
"""So many reasons of refusals are kept apart: what people write has no end."""
Other = Notification | ElementSet | Health | PartnerTrack | Operator


def take_health(centre: Centre, item: Health) -> None:
    """Note what the owner of a sensor or of a line says of it."""
    centre.rows_used += 1
    named = [sensor for sensor in centre.sensors.sensors if item.subject in (sensor.id, sensor.line)]
    if not named:
        reason = f"no sensor or line: {item.subject[:40]!r}"
        centre.emit.other(Rejection(item.file or "health", item.row, "subject", reason, "ignored"))
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
    """Do what a person asks: degraded mode here; release, cancel and acknowledge in dissemination. Refused words are told."""
    said = centre.dissemination.on_operator(item) if item.action in HANDLED else [_degraded(centre, item)]
    refused = next((answer.text for answer in said if isinstance(answer, OperatorAnswer) and not answer.accepted), "")
    if refused:
        told = refused in centre.refused or len(centre.refused) < MOST_REASONS
        refuse(centre, item, "operator", refused if told else "cannot be done")
    else:
        centre.rows_used += 1
    for message in said:
        centre.message(message)


def _degraded(centre: Centre, item: Operator) -> OperatorAnswer:
    """Declare or end the degraded mode of one event, or of all (no subject)."""
    event = next((e.id for e in centre.events.events.values() if e.id == item.subject), "")
    of = f"of {event}" if event else "of all events"
    text = ""
    if not item.person.strip():
        text = "a person has to be named"
    elif item.subject and not event:
        text = f"there is no event {item.subject[:40]!r}"
    elif item.action == "end_degraded" and item.subject not in centre.degraded:
        text = f"no degraded mode {of} was declared"
    if text:
        return OperatorAnswer(item.id, event, False, text)
    if item.action == "end_degraded":
        del centre.degraded[item.subject]
        return OperatorAnswer(item.id, event, True, f"degraded mode {of} ended by {item.person}")
    centre.degraded[item.subject] = item.person
    return OperatorAnswer(item.id, event, True, f"degraded mode {of} declared by {item.person}")


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


def refuse(centre: Centre, item: Other, field: str, reason: str) -> None:
    """Refuse an input that is no look, with the row it stood in."""
    centre.count_refusal(reason)
    centre.emit.other(Rejection(item.file or type(item).__name__.lower(), item.row, field, reason, "refused"))

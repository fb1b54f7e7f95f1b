"""The one place where events get their id, sequence number and digest."""

from __future__ import annotations

from typing import Any

from tocsin.core.digest import RunningDigest
from tocsin.core.records.outputs import Assessment, Event, EventKind
from tocsin.core.time import iso_from_tai

Record = Any
"""Event, Assessment, Rejection or a record of `core.records.warnings`."""


class Emitter:
    """Collects what a step says, in order."""

    def __init__(self, data_mode: str) -> None:
        self.data_mode = data_mode
        self.seq = 0
        self.assessments = 0
        self.events_digest = RunningDigest()
        self.decisions_digest = RunningDigest()
        self.counts: dict[str, int] = {}
        self.out: list[Record] = []

    def event(self, kind: EventKind, subject: str, time: int, causes: tuple[str, ...], **data: Any) -> Event:
        """Emit an event and return it."""
        self.seq += 1
        event = Event(
            id=f"V{self.seq:08d}",
            seq=self.seq,
            time_utc=iso_from_tai(time),
            data_mode=self.data_mode,
            kind=kind,
            subject=subject,
            causes=causes,
            data=data,
        )
        self.events_digest.add(event)
        if kind != "track_updated":
            self.decisions_digest.add((event.seq, kind, subject, event.causes))
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.out.append(event)
        return event

    def assessment(self, assessment: Assessment) -> None:
        """Emit an assessment."""
        self.events_digest.add(assessment)
        self.decisions_digest.add(
            (assessment.id, assessment.event, assessment.level, assessment.tracks, [a.id for a in assessment.assets])
        )
        self.counts["assessments"] = self.counts.get("assessments", 0) + 1
        self.out.append(assessment)

    def other(self, record: Record) -> None:
        """Emit a record that is told but carries no decision of its own (refusals, warnings as documents)."""
        self.out.append(record)

    def take(self) -> list[Record]:
        """Return what was emitted since the last call."""
        out, self.out = self.out, []
        return out

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "seq": self.seq, "assessments": self.assessments, "events": self.events_digest.value,
            "decisions": self.decisions_digest.value, "counts": dict(self.counts),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.seq, self.assessments = state["seq"], state["assessments"]
        self.events_digest = RunningDigest(state["events"])
        self.decisions_digest = RunningDigest(state["decisions"])
        self.counts = dict(state["counts"])

"""A centre fed with the inputs of one scenario, and what it said of whom: the path of a run, without files."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tocsin.centre.centre import Centre
from tocsin.core.constants import NS
from tocsin.core.records.inputs import ElementSet, Input
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.outputs import LADDER, Assessment, Event, Rejection
from tocsin.modelling.look_build import LabelTable

BELIEVED_AT_S = (0, 15, 30, 60, 120, 240, 480)
"""After a track was confirmed: when what is believed of it is noted, whether it was told or not."""
BELIEF_EVERY_NS = 5 * NS
SILENCE_NS = 60 * NS
"""Data time after the last input, as `process` runs on."""
DRAIN_EVERY = 2000


class Belief(NamedTuple):
    """What the centre believed of a track: P of each class, P(falls there) of each asset, its level (`` for none)."""

    classes: dict[str, float]
    assets: list[float]
    level: str


@dataclass
class Watched:
    """What a centre said: times are its data time (TAI ns)."""

    assessments: list[tuple[int, Assessment]] = field(default_factory=list)
    launches: list[tuple[int, str]] = field(default_factory=list)
    """(when, event) of every launch detection."""
    started: dict[str, int] = field(default_factory=dict)
    """When each track was confirmed."""
    hits: dict[str, Counter[str]] = field(default_factory=dict)
    """Of each track, how many detections of which object it took."""
    begun: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The detections by which each track began."""
    identified: list[tuple[int, str, str]] = field(default_factory=list)
    """(when, track, class) of every class that was said."""
    beliefs: dict[str, dict[int, Belief]] = field(default_factory=dict)
    """By track and `BELIEVED_AT_S`."""
    kinds: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    digests: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def owner(self, track: str) -> str:
        """Return the object that a track mostly followed; `` for none."""
        taken = self.hits.get(track)
        return taken.most_common(1)[0][0] if taken else ""

    def tracks_of(self, name: str) -> set[str]:
        """Return the tracks that mostly followed an object."""
        return {track for track in self.hits if self.owner(track) == name}


def owners(labels: LabelTable) -> dict[str, str]:
    """Return whose each detection is, by its key as causes spell it."""
    keys = zip(labels.sensor, labels.session, labels.sequence, labels.detection, labels.object, strict=True)
    return {f"{sensor}/{session}/{sequence}/{number}": name for sensor, session, sequence, number, name in keys}


def watch(
    network: Network,
    assets: Assets,
    data_mode: str,
    items: Sequence[Input],
    labels: LabelTable,
    known: Sequence[ElementSet] = (),
) -> Watched:
    """Return what a new centre says of inputs in their order, and in the minute after them."""
    said, whose = Watched(), owners(labels)
    centre = Centre(network, assets, data_mode)
    if known:
        centre.load_catalogue(known)
    due = 0
    for number, item in enumerate(items):
        _note(said, centre.step(item), centre.now, whose)
        if centre.now >= due:
            due = centre.now + BELIEF_EVERY_NS
            _believe(said, centre)
        if number % DRAIN_EVERY == 0:
            centre.drain_tracks()
            centre.drain_observations()
    _note(said, centre.advance(centre.now + SILENCE_NS), centre.now, whose)
    said.digests, said.counts = centre.digests(), centre.counts()
    return said


def _note(said: Watched, records: Iterable[object], now: int, whose: dict[str, str]) -> None:
    for record in records:
        if isinstance(record, Assessment):
            said.assessments.append((now, record))
        elif isinstance(record, Rejection):
            said.refused[record.reason] += 1
        elif isinstance(record, Event):
            said.kinds[record.kind] += 1
            if record.kind in ("track_started", "track_updated"):
                taken = said.hits.setdefault(record.subject, Counter())
                taken.update(whose.get(key, "nothing") for key in record.causes)
                if record.kind == "track_started":
                    said.started[record.subject] = now
                    said.begun[record.subject] = record.causes
            elif record.kind == "identified":
                said.identified.append((now, record.subject, str(record.data["object_class"])))
            elif record.kind == "launch_detected":
                said.launches.append((now, record.subject))


def _believe(said: Watched, centre: Centre) -> None:
    for judged in centre.judgement.objects.values():
        started = said.started.get(judged.track)
        if started is None or not judged.classes:
            continue
        known = said.beliefs.setdefault(judged.track, {})
        at = max(s for s in BELIEVED_AT_S if centre.now - started >= s * NS)
        if at not in known:
            assets = [round(p * judged.falls, 4) for p in judged.assets]
            known[at] = Belief(dict(judged.classes), assets, judged.level)


def rank(level: str | None) -> int:
    """Return how high a level stands on the ladder; -1 for none and for those that end an event."""
    return LADDER.index(level) if level in LADDER else -1

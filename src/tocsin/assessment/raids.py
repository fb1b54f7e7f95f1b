"""Events and raids: which objects belong together, how many they are, when an event changes its level."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from tocsin.assessment.counting import Tally
from tocsin.assessment.evidence import Words
from tocsin.assessment.ladder import CONFIRMS_S, PROBABLE_ASSET, PROBABLE_MISSILE, RANK, told_paths
from tocsin.assessment.paths import independent_paths, phenomenologies
from tocsin.core.constants import NS
from tocsin.core.records.outputs import ObjectAssessment, ObjectCount
from tocsin.world.geodesy_kernels import great_circle_m

SAME_LAUNCH_S, SAME_LAUNCH_M = 120.0, 200e3
"""Launches this close in time and place are one event from the start (and so are the stages of one)."""
SAME_RAID_S = 1200.0
"""Objects that threaten and come within this time of the raid's newest belong to it."""
HALVES_S, HALVES_M = 300.0, 500e3
"""An arc first seen far along its way points back to its launch within so much: a plume there and then may be its own."""
UNSURE, UNSURE_M = 2.0, 1500e3
"""A burn that one satellite placed badly may be that of an arc within so many sigma of both launches, and so far at most."""
BURNS_BY = "infrared"
"""The physics by which a burn is seen."""
ORBITAL = 0.98
"""What was once so surely a space launch lends its burn to no missile; slow intercontinental ones stand at 0.95 as they burn."""
LIKELY_MISSILE = 0.5
"""From here on an object is counted as one of a raid, and may be the other half of another."""
LEVEL_PAUSE_S = 5.0
GROWING_S = 60.0
"""A raid does not step down within this time of its newest object."""
FALL_AFTER_S, WITHDRAW_AFTER_S = 15.0, 60.0
"""Evidence has to stay low for this long before a level, or the whole alarm, is taken back."""


class Member(msgspec.Struct):
    """An object of an event."""

    number: int
    """Of its track."""
    track: str
    level: str
    joined: int
    first_seen: int
    last_seen: int = 0
    launch_time: int = 0
    launch_place: tuple[float, float] | None = None
    """Latitude and longitude, rad."""
    launch_sigma_m: float = 0.0
    """Of that place, along its worse axis."""
    threat: bool = False
    """It has stood at `possible` or above."""
    ended: str = ""
    p_missile: float = 0.0
    p_orbit: float = 0.0
    """P(space launch)."""
    p_orbit_most: float = 0.0
    """The greatest that P(space launch) ever was."""
    p_asset: float = 0.0
    worst: str = ""
    """The highest level it had."""
    paths: list[str] = msgspec.field(default_factory=list)
    """Every path that has spoken of it while it threatened."""
    rose: bool = False
    """Its motion said launch or fall: it did not only shine aloft."""
    spoken: list[str] = msgspec.field(default_factory=list)
    """Every path that has spoken of it."""
    burn: int = 0
    """Number of the track whose burn it comes from, 0 = none is known."""
    beside: bool = False
    """It is a spent stage beside what its burn was for."""
    word: ObjectAssessment | None = None
    """What was known of it when it ended."""


class RaidEvent(msgspec.Struct):
    """An event: one launch, or one raid of several objects."""

    number: int
    opened: int
    level: str = ""
    changed: int = 0
    members: dict[int, Member] = msgspec.field(default_factory=dict)
    """By track number, in order of joining."""
    words: Words = msgspec.field(default_factory=Words)
    low_since: int = 0
    closed: bool = False
    assessments: int = 0
    last_line: int = 0
    joined: str = ""
    last_assessment: str = ""
    tally: Tally = msgspec.field(default_factory=Tally)
    """What sensors say of the number of its objects, resolved or not."""

    @property
    def id(self) -> str:
        """Return the name of the event in every output."""
        return f"E{self.number:04d}"

    def live(self) -> list[Member]:
        """Return the members that have not ended."""
        return [m for m in self.members.values() if not m.ended]

    def likely(self) -> list[Member]:
        """Return the objects that threaten and are likely missiles; a spent stage is no missile of its own."""
        return [
            m for m in self.members.values()
            if m.threat and not m.beside and m.p_missile >= LIKELY_MISSILE and RANK[m.level] >= RANK["possible"]
        ]  # fmt: skip

    def count(self) -> ObjectCount:
        """Return how many objects threaten (or were launched, where none does): at least, best, at most."""
        threats = [m for m in self.members.values() if m.threat]
        if not threats:
            n = max(1, sum(1 for m in self.members.values() if RANK[m.worst] >= RANK["tracked"]))
            return ObjectCount(1, n, max(n, len(self.members)))
        whole = [m for m in threats if not m.beside]
        sure = sum(1 for m in whole if RANK[m.worst] >= RANK["probable"])
        likely = {m.number for m in self.likely()}
        best = sum(1 for m in whole if m.number in likely or RANK[m.worst] >= RANK["probable"])
        seen = self.tally.said
        # at least: seen side by side, and each of them a probable threat; or followed by radars at once
        low = max(min(self.tally.side, sure), self.tally.apart, 1)
        # what shines beside one likely missile, a lit cloud, say, may be another: that is for `high`
        likeliest = max(best, sure, low, round(seen[1]) if best > 1 else 1)
        high = max(len(self.members), likeliest, math.ceil(seen[2]), self.tally.most)
        return ObjectCount(low, likeliest, high)


def lenders(event: RaidEvent, member: Member) -> list[Member]:
    """Return the objects whose paths speak for another too, as the other half that it may have.

    Which plume became which arc may stay open in a raid: of what was launched about there and then, a plume without an arc
    speaks for an arc, and an arc without a plume for a plume. What has been seen in every way that counts here is whole and lends
    nothing, nor does what is hardly a missile or falls on no place; two arcs are two objects, and each needs paths of its own.
    """
    own = set(phenomenologies(tuple(member.paths)))
    return [
        m for m in event.members.values()
        if own and m.threat and m.p_missile >= LIKELY_MISSILE and m.p_asset >= PROBABLE_ASSET
        and own.isdisjoint(phenomenologies(tuple(m.paths))) and _one_launch(m, member)
    ]  # fmt: skip


def pooled_paths(member: Member, others: Sequence[Member]) -> tuple[str, ...]:
    """Return the paths that speak for an object: its own, and those of the other halves it may have."""
    return tuple(sorted({*member.paths, *(p for m in others for p in m.paths)}))


def burns_of(plumes: Sequence[Member], member: Member) -> list[Member]:
    """Return the plumes that may be the burn of an object which only another phenomenology has seen since.

    `plumes`: what rose in other events; nobody has seen where it went.
    """
    own = set(phenomenologies(tuple(member.paths)))
    return [
        m for m in plumes
        if own and m.rose and m.p_orbit_most < ORBITAL and own.isdisjoint(phenomenologies(tuple(m.spoken)))
        and burn_paths(m, tuple(own)) and _may_be_one_launch(m, member)
    ]  # fmt: skip


def carriers_of(event: RaidEvent, member: Member) -> list[Member]:
    """Return what rose in an event whose burn has carried an object that only another phenomenology has seen.

    A burn carries all that comes apart after it, and the track of a plume goes on with one part: its spent stage, say, which
    falls short. What was seen of the burn was seen of every part. It is a likely missile, or nobody has seen where it went: then
    what it is taken for hangs on a prediction.
    """
    own = phenomenologies(tuple(member.paths))
    return [
        m for m in event.members.values()
        if own and m.rose and m.p_orbit_most < ORBITAL and m.number != member.number
        and (m.p_missile >= LIKELY_MISSILE or set(own).isdisjoint(phenomenologies(tuple(m.spoken))))
        and burn_paths(m, own) and _may_be_one_launch(m, member)
    ]  # fmt: skip


def carried_to_orbit(event: RaidEvent, member: Member) -> float:
    """Return the greatest P(space launch) of an event's burns that may have carried an object, of which that is not known yet.

    What a launcher drops is a part of a space launch, however its arc looks by itself.
    """
    own = phenomenologies(tuple(member.paths or member.spoken))
    return max(
        (
            m.p_orbit for m in event.members.values()
            if own and m.rose and m.number != member.number and burn_paths(m, own) and _may_be_one_launch(m, member)
        ),
        default=0.0,
    )  # fmt: skip


def burn_paths(carrier: Member, own: Sequence[str]) -> tuple[str, ...]:
    """Return the paths that have seen a carrier burn, for what has been seen only by the physics `own`; none that it has."""
    return tuple(p for p in carrier.spoken if BURNS_BY not in own and phenomenologies((p,)) == (BURNS_BY,))


def _one_launch(a: Member, b: Member, within_m: float = HALVES_M) -> bool:
    if a.launch_place is None or b.launch_place is None:
        return False
    near = great_circle_m(*a.launch_place, *b.launch_place) <= within_m
    return near and abs(a.launch_time - b.launch_time) <= HALVES_S * NS


def _may_be_one_launch(a: Member, b: Member) -> bool:
    """Return whether two objects rose there and then as far as their launch places are known."""
    unsure = UNSURE * math.hypot(a.launch_sigma_m, b.launch_sigma_m)
    return _one_launch(a, b, max(HALVES_M, min(unsure, UNSURE_M)))


def wanted_level(event: RaidEvent, now: int, plumes: Sequence[Member] = ()) -> str:
    """Return the level that the event's objects hold now: the highest of them, on all paths that speak for it."""
    return _wanted(event, now, plumes)[0]


def _wanted(event: RaidEvent, now: int, plumes: Sequence[Member]) -> tuple[str, str]:
    """Return (level, whose paths had to be lent for it, in words)."""
    best, lent = max((m.level for m in event.live()), key=lambda level: RANK[level], default=""), ""
    for m in event.live():
        if best == "confirmed":
            break
        if not (m.threat and m.p_missile >= PROBABLE_MISSILE and m.p_asset >= PROBABLE_ASSET):
            continue
        others = lenders(event, m)
        paths = pooled_paths(m, others)
        lately = now - max(one.last_seen for one in [m, *others]) < CONFIRMS_S * NS
        level = "confirmed" if lately and len(phenomenologies(paths)) >= 2 else "probable"
        if independent_paths(paths) >= 2 and RANK[level] > RANK[best]:
            halves = ", ".join(f"{one.track} ({', '.join(phenomenologies(tuple(one.paths)))})" for one in others)
            lent = f"; {m.track} may be one with {halves}: together {told_paths(paths)}" if others else ""
            best = level
        own = phenomenologies(tuple(m.paths))
        burns = [*burns_of(plumes, m), *carriers_of(event, m)]
        paths = tuple(sorted({*paths, *(p for one in burns for p in burn_paths(one, own))}))
        if burns and independent_paths(paths) >= 2 and RANK[best] < RANK["probable"]:
            # a harmless rocket's plume and its own arc by a radar that is wrong look the same: no more than `probable`
            rose = ", ".join(one.track for one in burns)
            lent = f"; {m.track} rose there and then where {rose} was seen to burn: together {told_paths(paths)}"
            best = "probable"
    return best, lent


def next_level(event: RaidEvent, now: int, plumes: Sequence[Member] = ()) -> tuple[str, str]:
    """Return (level, why it may change now) or the current level and `` when it has to stay.

    `plumes`: objects of other events which rose.

    At most one change in 5 s; downwards only after the evidence has stayed low, never while a raid grows, and never once
    an object that still threatened has ended: its event ends when the others have.
    """
    wanted, lent = _wanted(event, now, plumes)
    if not wanted or wanted == event.level:
        event.low_since = 0
        return event.level, ""
    if event.changed and now - event.changed < LEVEL_PAUSE_S * NS:
        return event.level, ""
    if event.level == "withdrawn":
        if RANK[wanted] >= RANK["possible"]:
            return wanted, "evidence has risen again"
        return event.level, ""
    if RANK[wanted] > RANK[event.level]:
        event.low_since = 0
        return wanted, "evidence has risen" + lent
    if any(m.ended and RANK[m.level] >= RANK["possible"] for m in event.members.values()):
        event.low_since = 0
        return event.level, ""  # what threatened to the end has come down or was lost: that takes no warning back
    newest = max(m.joined for m in event.members.values())
    event.low_since = event.low_since or now
    withdraws = RANK[event.level] >= RANK["possible"] and RANK[wanted] < RANK["possible"]
    wait = WITHDRAW_AFTER_S if withdraws else FALL_AFTER_S
    if now - event.low_since < wait * NS or (len(event.members) > 1 and now - newest < GROWING_S * NS):
        return event.level, ""
    event.low_since = 0
    if withdraws:
        return "withdrawn", "no object threatens an asset any more"
    return wanted, "evidence has fallen"


def same_launch(event: RaidEvent, time: int, place: tuple[float, float] | None, distance_m: float) -> bool:
    """Return whether a launch at `time` (TAI ns), `distance_m` from the event's nearest launch point, is of this event."""
    if event.closed or place is None:
        return False
    times = [m.launch_time or m.first_seen for m in event.members.values()]
    near_in_time = any(abs(time - t) <= SAME_LAUNCH_S * NS for t in times)
    return near_in_time and distance_m <= SAME_LAUNCH_M


def same_raid(event: RaidEvent, other: RaidEvent) -> bool:
    """Return whether two events that both threaten assets are one raid."""
    if event.closed or other.closed:
        return False
    a = [m.first_seen for m in event.members.values() if m.threat]
    b = [m.first_seen for m in other.members.values() if m.threat]
    return bool(a and b) and min(abs(x - y) for x in a for y in b) <= SAME_RAID_S * NS

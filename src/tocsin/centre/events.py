"""The events of the centre: opening, joining, raising, lowering and closing them; the assessments they give."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from tocsin.assessment.ladder import RANK
from tocsin.assessment.raids import Member, RaidEvent, carried_to_orbit, next_level, same_launch, same_raid
from tocsin.centre.counter import count_event, open_count
from tocsin.centre.emitter import Emitter
from tocsin.centre.judged import FALL_SCORE, Judged
from tocsin.centre.lifting import Lifting
from tocsin.core.constants import NS
from tocsin.core.records.outputs import Assessment, AssetThreat, ObjectAssessment
from tocsin.core.time import iso_from_tai
from tocsin.tracking.bank import Track
from tocsin.world.geodesy_kernels import ecef_to_geodetic, great_circle_m

LINE_PAUSE_S = 10.0
"""An object of an event at `possible` or above has a fresh line at least so often while it is being tracked."""
LISTED_ASSET = 0.001
ORBIT_HOLD_S = 60.0
LONGEST_FLIGHT_S = 7200.0
"""What was launched longer ago is down, or in orbit."""


def _whole(judged: Judged, members: list[Judged]) -> Judged:
    """Return the object of an event that a spent stage flies beside, where that threatens; else the object itself."""
    if not judged.beside:
        return judged
    others = (j for j in members if j.burn == judged.burn and not j.beside and RANK[j.level] >= RANK["possible"])
    return min(others, key=lambda j: j.spent, default=judged)


class Events:
    """All events of a centre, open and closed."""

    def __init__(self, asset_ids: tuple[str, ...], sensors: tuple[tuple[str, float], ...]) -> None:
        self.asset_ids, self.sensors = asset_ids, sensors
        self.events: dict[int, RaidEvent] = {}
        self.next = 1

    def open(self) -> list[RaidEvent]:
        """Return the events that are not closed, in order."""
        return [e for e in self.events.values() if not e.closed]

    # ---- objects come and go ------------------------------------------------------------------------------------------

    def place(self, judged: Judged, track: Track, tracks: dict[int, Track], emit: Emitter, now: int) -> None:
        """Give an object that has a level its event: one that stands, or a new one where it is known well enough for that."""
        spot = judged.launch
        if spot is not None and math.isfinite(spot.sigma_m):
            place, time = (spot.latitude, spot.longitude), spot.time
        else:
            lat, lon, _ = ecef_to_geodetic(*track.first_place)
            place, time = (lat, lon), track.born
        event = next((e for e in self.open() if same_launch(e, time, place, self._nearest(e, place))), None)
        if event is None and not track.satellites and track.score < FALL_SCORE:
            judged.level, judged.moved = "", False  # where it is known better it has to meet the ground again
            return
        if event is None:
            event = RaidEvent(number=self.next, opened=now)
            self.next += 1
            self.events[event.number] = event
        judged.event = event.number
        event.members[track.number] = Member(
            number=track.number, track=track.id, level="", joined=now, first_seen=track.born, launch_time=time,
            launch_place=place,
        )  # fmt: skip
        if not event.tally.burning and track.satellites:
            open_count(event, tracks, now)
        for sensor in track.sensors:
            event.words.seen[sensor] = max(event.words.seen.get(sensor, 0), track.last_hit)
        emit.event(
            "launch_detected", event.id, now, tuple(track.first_keys), track=track.id, origin=track.origin,
            paths=list(judged.paths(track)), level=judged.level, lat_deg=round(math.degrees(place[0]), 4),
            lon_deg=round(math.degrees(place[1]), 4), launch_utc=iso_from_tai(time),
        )  # fmt: skip

    def _nearest(self, event: RaidEvent, place: tuple[float, float]) -> float:
        return min(
            (great_circle_m(*place, *m.launch_place) for m in event.members.values() if m.launch_place),
            default=math.inf,
        )

    def follow(self, judged: Judged, track: Track) -> None:
        """Write an object's new figures into its event."""
        event = self.events[judged.event]
        if event.closed:
            return
        member = event.members[judged.number]
        member.level = judged.level
        member.rose |= judged.moved
        member.last_seen = track.last_hit
        member.p_missile, member.p_asset = judged.missile, judged.asset_twice
        member.burn, member.beside = judged.burn, judged.beside
        member.p_orbit = judged.classes["space_launch"]
        member.p_orbit_most = max(member.p_orbit_most, member.p_orbit)
        member.spoken = sorted({*member.spoken, *judged.paths(track)})
        if judged.launch is not None:
            member.launch_time = judged.launch.time
            member.launch_place = (judged.launch.latitude, judged.launch.longitude)
            sigma = judged.launch.sigma_m
            member.launch_sigma_m = sigma if math.isfinite(sigma) else 0.0
        if RANK[judged.level] >= RANK["possible"]:
            member.threat = True
            member.paths = sorted({*member.paths, *judged.paths(track)})
        if RANK[judged.level] > RANK[member.worst]:
            member.worst = judged.level
        judged.context.carrier = carried_to_orbit(event, member)

    def take_over(self, gone: Judged | None, kept: Judged, track: Track) -> None:
        """Let the track that stays take the place of its twin in the twin's event; the twin counts no more."""
        if gone is None or not gone.event or self.events[gone.event].closed:
            return
        lifting = kept.context.lifting if kept.context.lifting.since else gone.context.lifting
        # what was launched after it had been found to glide has not glided: one of the two was measured wrongly
        late = kept.launched_after(lifting.since) or gone.launched_after(lifting.since)
        kept.context.lifting = Lifting() if lifting.since and late else lifting
        event = self.events[gone.event]
        member = event.members.pop(gone.number)
        if kept.event and not self.events[kept.event].closed:
            if not event.members:
                event.joined = f"E{kept.event:04d}"
            return
        event.members[kept.number] = msgspec.structs.replace(member, number=track.number, track=track.id)
        kept.event = gone.event
        kept.level = kept.level or gone.level
        kept.moved |= gone.moved
        kept.launch = kept.launch or gone.launch

    def end(self, judged: Judged, track: Track, why: str, now: int) -> None:
        """Note that an object has ended, and what was known of it."""
        if judged.event and not self.events[judged.event].closed:
            member = self.events[judged.event].members[judged.number]
            member.ended, member.word = why, self._member(judged, {judged.slot: track}, now)

    def merge(self, objects: dict[int, Judged], emit: Emitter, now: int) -> list[RaidEvent]:
        """Return the events that have become part of an older raid; their objects move there."""
        threats = [e for e in self.open() if any(m.threat for m in e.members.values())]
        gone: list[RaidEvent] = []
        for k, older in enumerate(threats):
            for younger in threats[k + 1 :]:
                if older.closed or younger.closed or not same_raid(older, younger):
                    continue
                for number, member in younger.members.items():
                    older.members[number] = member
                    member.joined = now
                for name in ("seen", "not_seen"):
                    mine, theirs = getattr(older.words, name), getattr(younger.words, name)
                    for sensor, t in theirs.items():
                        mine[sensor] = max(mine.get(sensor, 0), t)
                for judged in objects.values():
                    if judged.event == younger.number:
                        judged.event = older.number
                younger.joined = older.id
                gone.append(younger)
        for event in gone:
            self.close(event, f"joined {event.joined}: one raid", emit, now)
        return gone

    # ---- levels -------------------------------------------------------------------------------------------------------

    def step(
        self, event: RaidEvent, objects: dict[int, Judged], tracks: dict[int, Track], emit: Emitter, now: int
    ) -> None:
        """Let an event change its level when its time has come, and write what is new."""
        if not event.live():
            why = self._ending(event) if event.members else f"joined {event.joined}: one object"
            self.close(event, why, emit, now)
            return
        if event.level != "" and self._harmless(event, objects, now):
            for judged in (j for j in objects.values() if j.event == event.number):
                event.members[judged.number].word = self._member(judged, tracks, now)
            self.close(event, "identified harmless: launched into orbit", emit, now)
            return
        level, why = next_level(event, now, () if event.level == "confirmed" else self._plumes_beside(event, now))
        members = [j for j in objects.values() if j.event == event.number]
        if not members:
            return
        count_event(event, members, tracks, now)
        if level != event.level:
            lead = max(members, key=lambda j: (RANK[j.level], j.asset, -j.number))
            previous, event.level, event.changed = event.level, level, now
            self._write(event, lead, members, tracks, f"{why}: {lead.reason}", previous, emit, now, full=True)
        quiet = event.level in ("noticed", "tracked")
        for judged in members:
            threat = RANK[judged.level] >= RANK["possible"]
            # what joins unthreatening is judged once more first, by the burn there and then too (`raids.carried_to_orbit`)
            member = event.members.get(judged.number)
            since = member.joined if member is not None else 0
            first = judged.line_at == 0 and (threat or judged.judged_at > since)
            # of a spent stage nothing is told again where what it carried has been followed
            aside = judged.beside and any(
                m.burn == judged.burn and m.threat and not m.beside for m in event.members.values()
            )
            again = threat and not aside
            due = first or (again and judged.line_at > 0 and now - judged.line_at >= LINE_PAUSE_S * NS)
            due = due and judged.predicted_at > judged.line_at
            # where something threatens, the last word is not about what does not
            another = judged.line_at > 0 and judged.said != judged.line_said and (threat or quiet)
            if event.level and (due or another):
                self._write(event, judged, members, tracks, judged.reason, event.level, emit, now)

    def _plumes_beside(self, event: RaidEvent, now: int) -> list[Member]:
        """Return what rose in other events: which plume became which arc may stay open for as long as nobody sees it between."""
        others = (e for e in self.events.values() if e is not event and now - e.opened < LONGEST_FLIGHT_S * NS)
        return [m for e in others for m in e.members.values() if m.rose]

    def _harmless(self, event: RaidEvent, objects: dict[int, Judged], now: int) -> bool:
        """Return whether all objects of an event have been in orbit, by observation, for long enough."""
        members = [j for j in objects.values() if j.event == event.number]
        for j in members:
            safe = j.orbiting > 0.99 and j.missile < 0.01 and j.powered < 0.3
            j.orbit_since = (j.orbit_since or now) if safe else 0
        return bool(members) and all(j.orbit_since and now - j.orbit_since >= ORBIT_HOLD_S * NS for j in members)

    def _ending(self, event: RaidEvent) -> str:
        reasons = sorted({m.ended for m in event.members.values()})
        return "ended: " + "; ".join(reasons)

    def close(self, event: RaidEvent, why: str, emit: Emitter, now: int) -> None:
        """Close an event at `resolved`, with the last word on each of its objects."""
        event.closed = True
        previous, event.level, event.changed = event.level, "resolved", now
        self._emit(event, None, [], {}, why, previous, emit, now, full=True)

    def _write(
        self, event: RaidEvent, lead: Judged, members: list[Judged], tracks: dict[int, Track], reason: str, previous: str,
        emit: Emitter, now: int, full: bool = False,
    ) -> None:  # fmt: skip
        lead.line_at, lead.line_said = now, lead.said
        self._emit(event, lead, members, tracks, reason, previous, emit, now, full)

    def _emit(
        self, event: RaidEvent, lead: Judged | None, members: list[Judged], tracks: dict[int, Track], reason: str,
        previous: str, emit: Emitter, now: int, full: bool,
    ) -> None:  # fmt: skip
        changed = previous != event.level
        track = tracks.get(lead.slot) if lead is not None else None
        keys = tuple(track.first_keys[:4] + track.last_keys[-4:]) if track is not None else ()
        # an assessment without a detection of its own (an event that ends) stands on the one before it
        causes = keys or ((event.last_assessment,) if event.last_assessment else ())
        keys = causes
        emit.assessments += 1
        event.assessments += 1
        name = f"A{emit.assessments:06d}"
        event.last_assessment = name
        if changed:
            told = emit.event(
                "level_changed",
                event.id,
                now,
                keys,
                level=event.level,
                previous=previous or None,
                reason=reason,
                assessment=name,
            )
            causes = (told.id, *keys)
        paths = sorted({p for j in members if j.slot in tracks for p in j.paths(tracks[j.slot])})
        order = [m.track for m in event.members.values()]
        objects = tuple(self._member(j, tracks, now) for j in members if full or j is lead)
        subject = None if lead is None else _whole(lead, members) if full else lead
        first = next((m for m in objects if subject is not None and m.track == subject.track), None)
        if event.closed and not event.joined:
            ended = sorted(event.members.values(), key=lambda m: (m.beside, -RANK[m.worst], -m.p_asset, m.number))
            objects = tuple(m.word for m in ended if m.word is not None)
            first = next(iter(objects), None)
        if first is not None:
            order = [first.track, *(t for t in order if t != first.track)]
        emit.assessment(
            Assessment(
                id=name,
                event=event.id,
                time_utc=iso_from_tai(now),
                data_mode=emit.data_mode,
                level=event.level,  # type: ignore[arg-type]
                previous=previous or None,  # type: ignore[arg-type]
                reason=reason,
                objects=event.count(),
                tracks=tuple(order),
                classes=first.classes if first is not None else {},
                launch=first.launch if first is not None else None,
                impact=first.impact if first is not None else None,
                assets=self.threats(members, now),
                paths=tuple(paths),
                evidence=event.words.rows(self.sensors, now),
                causes=causes,
                members=objects,
            )
        )

    def threats(self, members: list[Judged], now: int) -> tuple[AssetThreat, ...]:
        """Return the assets with the probability that at least one object falls on them, likeliest first."""
        spared, left = [1.0] * len(self.asset_ids), [math.inf] * len(self.asset_ids)
        for j in members:
            soonest = max((j.impact.time - now) / NS, 0.0) if j.impact is not None else math.inf
            for k, share in enumerate(j.assets):
                if share <= 0.0:
                    continue
                p = share * j.falls
                spared[k] *= 1.0 - p
                if p >= LISTED_ASSET:
                    left[k] = min(left[k], soonest)
        out = [
            AssetThreat(name, round(1.0 - rest, 4), round(soonest, 1) if math.isfinite(soonest) else 0.0)
            for name, rest, soonest in zip(self.asset_ids, spared, left, strict=True)
            if 1.0 - rest >= LISTED_ASSET
        ]
        out.sort(key=lambda a: (-a.probability, a.id))
        return tuple(out)

    def _member(self, judged: Judged, tracks: dict[int, Track], now: int) -> ObjectAssessment:
        track = tracks.get(judged.slot)
        return ObjectAssessment(
            track=judged.track,
            level=judged.level,
            classes=dict(judged.classes),
            launch=judged.launch.point() if judged.launch is not None else None,
            impact=judged.impact.point() if judged.impact is not None else None,
            assets=self.threats([judged], now),
            paths=judged.paths(track) if track is not None else (),
            reason=judged.reason,
        )

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        events = []
        for event in self.events.values():
            plain = msgspec.to_builtins(event)
            plain["members"] = list(plain["members"].values())
            events.append(plain)
        return {"next": self.next, "events": events}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.next = state["next"]
        self.events = {}
        for plain in state["events"]:
            members = {m["number"]: m for m in plain["members"]}
            self.events[plain["number"]] = msgspec.convert({**plain, "members": members}, RaidEvent)

"""The centre: `step(input) -> records`. No clock, no random, no disk, no network inside.

Inputs come in one total order (`received`). Between them data time moves in whole seconds: on each the centre judges what has
changed. Its state can be saved and restored; two centres fed the same inputs hold the same digests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.assessment.evidence import CREDIBLE_PD
from tocsin.assessment.ladder import RANK
from tocsin.catalogue.catalogue import Catalogue
from tocsin.centre import feed_watch, people, registrar
from tocsin.centre.counter import count_look
from tocsin.centre.emitter import Emitter, Record
from tocsin.centre.events import Events
from tocsin.centre.history import History
from tocsin.centre.judgement import Judgement
from tocsin.centre.predictor import Predictor
from tocsin.centre.sensor_watch import SensorWatch
from tocsin.centre.snapshot import VERSION, decode, encode, fill
from tocsin.centre.space_watch import known_to_radar, telescope_look
from tocsin.core.constants import NS
from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.records.inputs import (
    INTENSITY,
    ElementSet,
    FloatArray,
    Health,
    Input,
    IntArray,
    Look,
    Notification,
    Operator,
    PartnerTrack,
)
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.outputs import Assessment, EventKind, Rejection
from tocsin.core.records.warnings import SpaceObservations
from tocsin.detection.background import Background
from tocsin.detection.clocks import Clocks
from tocsin.detection.false_rate import FalseRate
from tocsin.detection.moon import moon_echoes
from tocsin.detection.repeats import Repeats
from tocsin.detection.screen import Screen
from tocsin.detection.voices import Voices
from tocsin.dissemination.dissemination import Dissemination
from tocsin.identification.notices import forget
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.bank import Track
from tocsin.tracking.filter_kernels import MEAS
from tocsin.tracking.look_result import LookResult
from tocsin.tracking.registration import Registration
from tocsin.tracking.tracker import Tracker

TIDY_S = 5


class Centre:
    """One centre of one data mode."""

    def __init__(self, network: Network, assets: Assets, data_mode: str) -> None:
        self.network, self.assets, self.data_mode = network, assets, data_mode
        self.config_sha256 = sha256_hex(canonical((network, assets, VERSION)))
        self.sensors = compile_network(network)
        self.now = 0
        self.screen, self.voices, self.clocks = Screen(), Voices(), Clocks()
        self.repeats, self.false_rate = Repeats(), FalseRate()
        self.background = Background()
        self.catalogue = Catalogue()
        self.sites: dict[str, int] = {}
        for sensor in self.sensors.sensors:
            if sensor.position is not None:
                lowest = float(sensor.whole_field[:, 2].min())
                self.sites[sensor.id] = self.catalogue.add_site(
                    sensor.position, sensor.rot_enu, sensor.range_max, lowest
                )
        self.tracker = Tracker()
        self.registration = Registration(self.sensors.sensors)
        self.predictor = Predictor(assets)
        self.judgement = Judgement()
        self.watch = SensorWatch(self.sensors.sensors)
        watchers = tuple((s.id, s.period_s) for s in self.sensors.sensors if s.kind != "telescope")
        self.events = Events(tuple(a.id for a in assets.asset), watchers)
        self.dissemination = Dissemination(data_mode, assets)
        self.notices: dict[str, Notification] = {}
        self.degraded: dict[str, str] = {}
        self.emit = Emitter(data_mode)
        self.history = History()
        self.rows_used = 0
        self.looks = 0
        self.refused: dict[str, int] = {}
        self.known_detections = 0
        self.background_detections = 0

    # ---- inputs -------------------------------------------------------------------------------------------------------

    def step(self, item: Input) -> list[Record]:
        """Return what one input makes the centre say; data time moves to its arrival first."""
        self._move(item.received)
        if isinstance(item, Look):
            self._look(item)
        elif getattr(item, "data_mode", self.data_mode) not in ("", self.data_mode):
            reason = f"data_mode {item.data_mode} in a centre of {self.data_mode}"  # type: ignore[union-attr]
            people.refuse(self, item, "data_mode", reason)  # type: ignore[arg-type]
        elif isinstance(item, Notification):
            self.notices[item.id] = item
            self.rows_used += 1
        elif isinstance(item, ElementSet):
            self._element_set(item)
        elif isinstance(item, Health):
            people.take_health(self, item)
        elif isinstance(item, Operator):
            people.take_operator(self, item)
        elif isinstance(item, PartnerTrack):
            people.take_partner(self, item)
        return self.emit.take()

    def advance(self, tai_ns: int) -> list[Record]:
        """Return what happens until data time is `tai_ns`."""
        self._move(tai_ns)
        return self.emit.take()

    def load_catalogue(self, element_sets: Sequence[ElementSet]) -> list[Record]:
        """Take element sets of known objects; refusals are told."""
        for refused in self.catalogue.load(list(element_sets)):
            self.count_refusal("element set: " + refused.reason)
            self.emit.other(Rejection("catalogue", -1, refused.id, refused.reason, "refused"))
        return self.emit.take()

    def _element_set(self, item: ElementSet) -> None:
        refused = self.catalogue.update(item)
        if refused is None:
            self.rows_used += 1
            return
        self.count_refusal("element set: " + refused.reason)
        self.emit.other(Rejection(item.file, item.row, "line1", refused.reason, "refused"))

    # ---- a look -------------------------------------------------------------------------------------------------------

    def _look(self, look: Look) -> None:
        sensor = self.sensors.by_id.get(look.sensor)
        bad: list[Rejection] = []
        used = self.screen.check(look, sensor, self.data_mode, self.now, bad)
        feed_watch.told(self, look, bad)
        if sensor is None and look.sensor not in self.screen.told:
            self.screen.told.add(look.sensor)
            self.emit.event("quarantined", look.sensor, self.now, (), reason="unknown sensor: all its rows are refused")
        if used is None or sensor is None:
            return
        feed_watch.spoken(self, look, sensor)
        if feed_watch.repeated(self, look, used):
            return
        self.looks += look.empty_looks
        self.rows_used += int(used.size) if look.numbers.size else int(look.rows.size)
        kind, why = self.watch.look(look, self.now)
        if kind:
            self.emit.event(kind, look.sensor, self.now, (), reason=why)  # type: ignore[arg-type]
        sensor = sensor.at(look.place)
        place = sensor.place(look.time, look.place)
        if not math.isfinite(place[0] + place[1] + place[2]):
            return
        rows = self.tracker.rows(look, sensor, place) if used.size else np.empty((0, MEAS))
        if sensor.kind == "telescope":
            telescope_look(self, look, sensor, rows, used)
            return
        if used.size:
            if sensor.kind == "infrared":
                intensity = np.ascontiguousarray(look.values[:, INTENSITY])
                hidden = self.background.screen(sensor.id, look.time, rows, used, intensity)
            else:
                hidden = moon_echoes(look, sensor, used)
            if count := int(np.count_nonzero(hidden)):
                self.background_detections += count
                used = used[~hidden]
        feed_watch.noisy(self, look, sensor, rows, used)
        look, result = registrar.process(self, look, sensor, place, rows, used)
        self._after_look(look, sensor, result)
        registrar.close(self)

    def known(self, look: Look, sensor: Sensor, chosen: IntArray, rows: FloatArray) -> IntArray:
        """Return the catalogue object that each chosen radar detection fits, -1 = none."""
        return known_to_radar(self.catalogue, self.sites[sensor.id], look, chosen, rows)

    def _after_look(self, look: Look, sensor: Sensor, result: LookResult) -> None:
        tracks = self.tracker.bank.tracks
        judged = self.judgement.objects
        if result.known_rows.size:
            self.known_detections += int(result.known_rows.size)
            self.history.add_seen(look, result.known_rows, self.catalogue.ids(result.known_objects))
        for slot in result.confirmed:
            track = tracks[slot]
            self.emit.event("track_started", track.id, self.now, tuple(track.first_keys), origin=track.origin)
        updates = result.updates
        standing = [u for u in updates if u.slot in tracks and tracks[u.slot].confirmed]
        for update in standing:
            track, d2 = tracks[update.slot], round(update.d2, 3)
            self.emit.event("track_updated", track.id, self.now, (track.last_key,), looks=track.hits, distance2=d2)
        if standing:
            slots = [u.slot for u in standing]
            self.history.add_tracks(self.tracker, slots, {s: judged[s].best for s in slots if s in judged})
            loose = [u for u in standing if u.slot not in judged or not judged[u.slot].event]
            if loose:
                rows = np.array([u.row for u in loose], np.int64)
                self.history.add_seen(look, rows, [tracks[u.slot].id for u in loose])
        count_look(look, sensor, updates, self.events.open(), judged, tracks)
        self._note_words(look, sensor, result)
        for track, reason in result.dropped:
            self._dropped(track, reason)
        feed_watch.after_look(self, look, sensor, result)

    def _note_words(self, look: Look, sensor: Sensor, result: LookResult) -> None:
        """Write what this look says of every event into the three-valued words, and of plumes that it did not see."""
        judged = self.judgement.objects
        for slot in result.seen:
            j = judged.get(slot)
            if j is None:
                continue
            j.context.silent.pop(sensor.id, None)
            if j.event:
                words = self.events.events[j.event].words
                words.seen[sensor.id] = max(words.seen.get(sensor.id, 0), look.time)
        for slot, pd in result.silent:
            j = judged.get(slot)
            if j is None or pd < CREDIBLE_PD:
                continue
            track = self.tracker.bank.tracks.get(slot)
            lit = track is not None and look.end - track.last_infrared < 30 * NS
            if sensor.kind == "infrared" and lit:
                j.context.silent[sensor.id] = j.context.silent.get(sensor.id, 0) + 1
            if j.event:
                words = self.events.events[j.event].words
                words.not_seen[sensor.id] = max(words.not_seen.get(sensor.id, 0), look.end)

    def _dropped(self, track: Track, reason: str) -> None:
        judged = self.judgement.forget(track.slot)
        if track.confirmed:
            self.emit.event(
                "track_dropped", track.id, self.now, tuple(track.last_keys[-2:]), reason=reason, looks=track.hits
            )
        if judged is not None:
            self.events.end(judged, track, reason, self.now)

    # ---- time ---------------------------------------------------------------------------------------------------------

    def _move(self, to: int) -> None:
        """Let whole seconds pass until `to`; where nothing is alive they pass at once."""
        if self.now == 0:
            self.now = to
            return
        while True:
            if not (self.tracker.bank.tracks or self.events.open()):
                break
            following = (self.now // NS + 1) * NS
            if following > to:
                break
            self.now = following
            self._second()
        if to > self.now:
            crossed = to // NS > self.now // NS
            self.now = to
            if crossed:
                self._streams()

    def _second(self) -> None:
        now, said = self.now, len(self.emit.out)
        if (now // NS) % TIDY_S == 0:
            self._tidy()
        slots = self.judgement.due(self.tracker, now)
        if slots:
            self.judgement.judge(self, slots, now)
            self._place(slots)
        for event in self.events.open():
            self.events.step(event, self.judgement.objects, self.tracker.bank.tracks, self.emit, now)
        self._streams()
        self._tell(said)

    def _place(self, slots: list[int]) -> None:
        tracks = self.tracker.bank.tracks
        for slot in slots:
            j = self.judgement.objects[slot]
            over = j.event and self.events.events[j.event].closed
            if over and RANK[j.level] >= RANK["possible"]:
                j.event = 0  # what was thought over threatens again: a new event
            if j.level and not j.event:
                self.events.place(j, tracks[slot], tracks, self.emit, self.now)
            if j.event:
                self.events.follow(j, tracks[slot])
            if j.is_news():
                keys = tuple(tracks[slot].first_keys[:2] + tracks[slot].last_keys[-2:])
                self.emit.event(
                    "identified", j.track, self.now, keys, object_class=j.best, probability=round(j.classes[j.best], 4),
                    classes=dict(j.classes), evidence=j.explained, **j.motion,
                )  # fmt: skip
        if len(self.events.open()) > 1:
            self.events.merge(self.judgement.objects, self.emit, self.now)

    def _tidy(self) -> None:
        for keep, drop in (*self.tracker.merge_twins(), *self.tracker.adopt()):
            self.emit.event(
                "track_dropped", drop.id, self.now, tuple(drop.last_keys[-2:]), reason=f"one object with {keep.id}",
                looks=drop.hits,
            )  # fmt: skip
            self.events.take_over(self.judgement.forget(drop.slot), self.judgement.of(keep), keep)
        orbiting = {s for s, j in self.judgement.objects.items() if j.orbiting > 0.9 and not j.event}
        flying = {s for s, j in self.judgement.objects.items() if j.flies_on(self.now)}
        for track, reason in self.tracker.tidy(self.now, orbiting, flying):
            feed_watch.died(self, track)
            self._dropped(track, reason)
        if (self.now // NS) % 3600 == 0:
            forget(self.notices, self.now)

    def _streams(self) -> None:
        """Lost looks and silent sensors, once their time has come."""
        for gap in self.screen.due_gaps(self.now):
            self.emit.event(
                "gap", gap.sensor, self.now, (), session=gap.session, first=gap.first, last=gap.last,
                reason=f"{gap.last - gap.first + 1} looks lost",
            )  # fmt: skip
        for sensor, quiet in self.watch.silent(self.now):
            why = f"silent for {quiet:.0f} s{self.watch.together(sensor.id, '', self.now)}"
            self.emit.event("sensor_lost", sensor.id, self.now, (), reason=why)

    def _tell(self, first: int) -> None:
        """Pass the assessments of this second, which begin at record `first`, to dissemination: warnings, cues."""
        for record in [r for r in self.emit.out[first:] if isinstance(r, Assessment)]:
            for message in self.dissemination.on_assessment(record, self.now):
                self.message(message)
            for cue in self.dissemination.cues(record, self.tracker.ahead, self.now):
                self.emit.other(cue)
        for message in self.dissemination.on_tick(self.now):
            self.message(message)

    def message(self, message: Any) -> None:
        """Tell a message of dissemination, and note it as an event."""
        kind = getattr(message, "kind", "")
        if kind in ("alert", "update", "cancel"):
            name: EventKind = "warning_cancelled" if kind == "cancel" else "warning_issued"
            self.emit.event(
                name, message.event, self.now, (message.assessment,), warning=message.id, warning_kind=kind,
                grade=message.grade, level=message.level, released=message.released, headline=message.headline,
            )  # fmt: skip
        self.emit.other(message)

    def count_refusal(self, reason: str) -> None:
        """Count a refusal by its reason."""
        self.refused[reason] = self.refused.get(reason, 0) + 1

    # ---- views --------------------------------------------------------------------------------------------------------

    def drain_tracks(self) -> dict[str, Any] | None:
        """Return the rows for `tracks.parquet` since the last call."""
        return self.history.drain_tracks()

    def drain_observations(self) -> dict[str, SpaceObservations]:
        """Return the measurements of objects of no event since the last call, by sensor."""
        return self.history.drain_observations(self.data_mode)

    def counts(self) -> dict[str, Any]:
        """Return what was counted so far."""
        return {
            "looks": self.looks,
            "known_detections": self.known_detections,
            "background_detections": self.background_detections,
            "tracks_alive": len(self.tracker.bank.tracks),
            "tracks_begun": self.tracker.bank.next_number - 1,
            "events": len(self.events.events),
            "catalogue": len(self.catalogue),
            **self.emit.counts,
        }

    def digests(self) -> dict[str, str]:
        """Return the digests of what was said, of the decisions alone, and of the state."""
        return {
            "events": self.emit.events_digest.hexdigest(),
            "decisions": self.emit.decisions_digest.hexdigest(),
            "state": sha256_hex(self.snapshot()),
        }

    # ---- snapshot -----------------------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """Return the whole state as bytes (what was drained is no part of it)."""
        return encode(self)

    @classmethod
    def restore(cls, data: bytes, network: Network, assets: Assets) -> Centre:
        """Return the centre that `snapshot` saved; TocsinError when it was of another network, list or version."""
        state = decode(data)
        centre = cls(network, assets, state["data_mode"])
        fill(centre, state)
        return centre

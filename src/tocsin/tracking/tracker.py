"""The tracker: one look in, updated, started and dropped tracks out.

Order within a look: tracks that stand (confirmed), then objects of the catalogue, then tentative tracks, then new ones. A track
is dropped only by looks that could have seen it, by falling, or (tentative, or in orbit) by leaving all sight for long.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import INTENSITY, Look, PartnerTrack
from tocsin.sensing.detectability import detection_probability
from tocsin.sensing.sensors import Sensor
from tocsin.tracking import bank_kernels as kernels
from tocsin.tracking.assign import assign
from tocsin.tracking.continuity import LOOSEN_AFTER, follows, remember
from tocsin.tracking.bank import MAX_TRACKS, FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.filter_kernels import BOOST, FREE, M_RANGE, M_RATE, M_SIGMA_A
from tocsin.tracking.measurement_kernels import sight_start
from tocsin.tracking.measurements import Figures, figures_of, log_density, measurement_rows

GATE = 30.0
"""Squared Mahalanobis gate: 1e-5 of true detections with four components fall outside."""
CONFIRM_HITS = 3
CONFIRM_SCORE = 8.0
TENTATIVE_FALL = 5.0
CONFIRMED_FALL = 16.0
TENTATIVE_LIFE_S = 60.0
SIGHTS_KEPT = 64
PLUME_ODDS_INFRARED = 0.002
"""How much likelier an infrared sensor is to report a burning object than a coasting one is 1 / this."""
FREE_INFRARED_PD = 0.002
PLUME_PD_MOST = 0.9
"""No silence says more than this of a burning plume: its strength, the clouds and the sensor are known only so well."""
FIRST_HEIGHT_M, FIRST_SPREAD_M = 20e3, 20e3
"""Prior of the height at which a plume is first seen: above the clouds, a look or two after."""

Known = Callable[[Look, Sensor, IntArray, FloatArray], IntArray]
"""Which of the chosen detections belong to known objects: returns an index of the object or -1 for each."""


class Update(msgspec.Struct, frozen=True):
    """A detection that went to a track."""

    slot: int
    row: int
    d2: float
    new: bool


class LookResult(msgspec.Struct):
    """What a look did."""

    updates: list[Update]
    dropped: list[tuple[Track, str]]
    confirmed: list[int]
    known: list[tuple[int, int]]
    """(row, catalogue object)."""
    seen: list[int]
    """Slots that this look saw."""
    silent: list[tuple[int, float]]
    """(slot, chance that the look would have seen it) of confirmed tracks that it did not report."""
    refused_births: int = 0


class Tracker:
    """Tracks over all looks of a centre."""

    def __init__(self) -> None:
        self.bank = TrackBank()
        self.full_told = False
        self._by_sensor: dict[str, Figures] = {}

    def _figures(self, sensor: Sensor) -> Figures:
        figures = self._by_sensor.get(sensor.id)
        if figures is None:
            figures = self._by_sensor[sensor.id] = figures_of(sensor)
        return figures

    # ---- one look ---------------------------------------------------------------------------------------------------

    def rows(self, look: Look, sensor: Sensor, place: FloatArray) -> FloatArray:
        """Return the measurement rows (n, 18) of a look."""
        return measurement_rows(look, sensor, self._figures(sensor), place)

    def process(
        self, look: Look, sensor: Sensor, place: FloatArray, rows: FloatArray, chosen: IntArray, known: Known
    ) -> LookResult:
        """Return what the detections `chosen` (indices into `rows`) did to the tracks; `place` (3,) of the sensor."""
        bank = self.bank
        result = LookResult([], [], [], [], [], [])
        odds = PLUME_ODDS_INFRARED if sensor.kind == "infrared" else 1.0
        left = chosen
        all_slots = bank.slots()
        if chosen.size and all_slots.size:
            standing = np.array([bank.tracks[int(s)].confirmed for s in all_slots])
            left = self._associate(look, sensor, rows, left, all_slots[standing], odds, result)
        if left.size and sensor.kind == "radar":
            objects = known(look, sensor, left, rows)
            result.known = [(int(r), int(o)) for r, o in zip(left, objects, strict=True) if o >= 0]
            left = left[objects < 0]
        if left.size and all_slots.size:
            left = self._associate(look, sensor, rows, left, all_slots[~standing], odds, result)
        if left.size and look.mode == "track" and sensor.kind == "radar":
            left = self._continue(look, sensor, rows, left, result)
        self._silence(look, sensor, place, all_slots, result)
        for row in left:
            self._start(look, sensor, rows, int(row), result)
        self._note_rivals(result)
        return result

    def _associate(
        self, look: Look, sensor: Sensor, rows: FloatArray, left: IntArray, slots: IntArray, odds: float, result: LookResult
    ) -> IntArray:
        if not slots.size or not left.size:
            return left
        bank, figures = self.bank, self._figures(sensor)
        size = 4 * int(left.size) + 64
        while True:
            ps, pr = np.empty(size, np.int64), np.empty(size, np.int64)
            ll, d2 = np.empty(size), np.empty(size)
            count = kernels.gate_pairs(
                bank.xs, bank.ps, bank.ws, bank.ts, bank.two, slots, rows, look.times, left, odds, GATE, ps, pr, ll, d2
            )
            if count >= 0:
                break
            size *= 4
        if count == 0:
            return left
        gain = ll[:count] - np.array([log_density(figures, rows[r]) for r in pr[:count]])
        best = assign(ps[:count], pr[:count], gain)
        if not best.size:
            return left
        s, r = ps[:count][best], pr[:count][best]
        out = np.empty(best.size)
        kernels.commit(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, s, rows, look.times, r, odds, out)
        for k in range(best.size):
            self._hit(look, sensor, rows, int(s[k]), int(r[k]), float(gain[best[k]]), float(out[k]), result)
        return left[~np.isin(left, r)]

    def _continue(self, look: Look, sensor: Sensor, rows: FloatArray, left: IntArray, result: LookResult) -> IntArray:
        """Give detections of a `track` look that fit no gate to the tracks they follow on from; return the rest."""
        bank = self.bank
        seen = set(result.seen)
        rest: list[int] = []
        for row in left.tolist():
            near = [(follows(t, look, rows[row], row), t.number, s) for s, t in bank.tracks.items() if s not in seen]
            off, _, slot = min(near, default=(math.inf, 0, -1))
            if not math.isfinite(off):
                rest.append(row)
                continue
            track = bank.tracks[slot]
            track.astray += 1
            track.trouble += 0.1 * (1.0 - track.trouble)
            if track.astray >= LOOSEN_AFTER:
                kernels.loosen(bank.ps[slot])
                track.astray = 0
            out = np.empty(1)
            one, which = np.array([slot], np.int64), np.array([row], np.int64)
            kernels.commit(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, one, rows, look.times, which, 1.0, out)
            seen.add(slot)
            self._count(track, look, sensor, rows, row, 0.0, result)
            result.updates.append(Update(slot=slot, row=row, d2=float(out[0]), new=False))
        return np.array(rest, np.int64)

    def _hit(
        self, look: Look, sensor: Sensor, rows: FloatArray, slot: int, row: int, gain: float, d2: float, result: LookResult
    ) -> None:
        track = self.bank.tracks[slot]
        parts = 2 + (not math.isnan(rows[row, M_RANGE])) + (not math.isnan(rows[row, M_RATE]))
        track.nis += 0.05 * (d2 / parts - track.nis)
        track.trouble *= 0.9
        track.astray = 0
        self._count(track, look, sensor, rows, row, gain, result)
        result.updates.append(Update(slot=slot, row=row, d2=d2, new=False))

    def _count(
        self, track: Track, look: Look, sensor: Sensor, rows: FloatArray, row: int, gain: float, result: LookResult
    ) -> None:
        slot = track.slot
        track.hits += 1
        track.score = min(track.score + gain, 200.0)
        track.score_top = max(track.score_top, track.score)
        track.misses = 0
        note_detection(track, look, sensor, rows, row)
        if not track.confirmed and track.hits >= CONFIRM_HITS and track.score >= CONFIRM_SCORE:
            track.confirmed = True
            result.confirmed.append(slot)
        result.seen.append(slot)

    # ---- silence ----------------------------------------------------------------------------------------------------

    def _silence(self, look: Look, sensor: Sensor, place: FloatArray, slots: IntArray, result: LookResult) -> None:
        bank = self.bank
        if not slots.size or look.mode == "track" or look.state in ("blinded", "down"):
            return
        seen = set(result.seen)
        quiet = np.array([s for s in slots if s not in seen], dtype=np.int64)
        if not quiet.size:
            return
        where = np.empty((quiet.size, 3))
        middle = look.start + (look.end - look.start) // 2
        kernels.places_at(bank.xs, bank.ws, bank.ts, quiet, middle, where)
        pd = detection_probability(
            sensor, look.mode, look.searched, look.state, look.noise_db, place, middle, where, np.ones(quiet.size)
        )
        could = np.flatnonzero(pd > 1e-3)
        if not could.size:
            return
        pd, quiet = pd[could], quiet[could]
        free_pd = pd
        if sensor.kind == "infrared":
            free_pd = pd * FREE_INFRARED_PD
            pd = np.minimum(pd, PLUME_PD_MOST)
        cost = np.empty(quiet.size)
        kernels.silence(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, quiet, look.end, pd, free_pd, cost)
        for k, s in enumerate(quiet):
            track = bank.tracks[int(s)]
            self._missed(track, look, sensor, float(pd[k]), float(cost[k]), result)

    def _missed(self, track: Track, look: Look, sensor: Sensor, pd: float, cost: float, result: LookResult) -> None:
        track.misses += 1
        if sensor.kind == "infrared":
            if track.last_infrared and pd > 0.5:
                track.infrared_misses += 1
                track.off_from = track.off_from or look.end
            if not track.confirmed:
                # a plume that nobody else sees again was no plume: coasting is no excuse before it stood as a track
                cost = math.log(max(1.0 - pd, 0.05))
        track.score += cost * min(look.empty_looks, 1000)
        if track.confirmed:
            result.silent.append((track.slot, pd))
        fall = CONFIRMED_FALL if track.confirmed else TENTATIVE_FALL
        if track.score < track.score_top - fall:
            result.dropped.append((track, "looks that could have seen it did not"))
            self.bank.remove(track.slot)

    # ---- birth and death --------------------------------------------------------------------------------------------

    def _start(self, look: Look, sensor: Sensor, rows: FloatArray, row: int, result: LookResult) -> None:
        m = rows[row]
        if math.isnan(m[M_SIGMA_A]):
            return
        if len(self.bank.tracks) >= MAX_TRACKS:
            result.refused_births += 1
            return
        place = np.empty(3)
        along = 0.0
        sight = math.isnan(m[M_RANGE])
        if sight:
            along = sight_start(m, FIRST_HEIGHT_M, FIRST_SPREAD_M, place)
            if along < 0.0:
                return
        track = self.bank.add(int(look.times[row]), "infrared" if sight else "radar")
        s = track.slot
        bank = self.bank
        if sight:
            kernels.start_infrared(bank.xs[s], bank.ps[s], bank.ws[s], m, place, along)
            bank.two[s] = 1
        else:
            place[:] = m[0:3] + m[M_RANGE] * m[3:6]
            kernels.start_radar(bank.xs[s], bank.ps[s], bank.ws[s], m, 0.05)
            bank.two[s] = 1 if math.sqrt(float((place * place).sum())) < 6.378e6 + 400e3 else 0
            if bank.two[s] == 0:
                bank.ws[s, BOOST], bank.ws[s, FREE] = 0.0, 1.0
        track.first_place = (float(place[0]), float(place[1]), float(place[2]))
        track.hits = 1
        note_detection(track, look, sensor, rows, row)
        result.updates.append(Update(slot=s, row=row, d2=0.0, new=True))

    def _note_rivals(self, result: LookResult) -> None:
        if len(result.seen) < 2:
            return
        numbers = [self.bank.tracks[s].number for s in result.seen if s in self.bank.tracks]
        if len(numbers) > 200:
            return
        for s in result.seen:
            track = self.bank.tracks.get(s)
            if track is None or not track.confirmed:
                continue
            for n in numbers:
                if n != track.number and n not in track.rival and len(track.rival) < 64:
                    track.rival.append(n)

    def tidy(self, now: int, orbiting: set[int]) -> list[tuple[Track, str]]:
        """Return the tracks that end at `now` without a look's word: fallen, or out of all sight for long.

        `orbiting`: slots of tracks in orbit, kept 20 minutes unseen; others coast until they reach the ground.
        """
        dropped: list[tuple[Track, str]] = []
        bank = self.bank
        slots = bank.slots()
        if not slots.size:
            return dropped
        stale = slots[bank.ts[slots] < now - 20 * NS]
        if stale.size:
            kernels.advance_tracks(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, stale, now - 10 * NS)
        heights = np.empty(slots.size)
        kernels.heights_at(bank.xs, bank.ws, bank.ts, slots, now, heights)
        for k, s in enumerate(slots.tolist()):
            track = bank.tracks[s]
            unseen = (now - track.last_hit) / NS
            if not track.confirmed and unseen > TENTATIVE_LIFE_S:
                dropped.append((track, "not seen again"))
            elif heights[k] < -2000.0 and unseen > 5.0:
                dropped.append((track, "its arc has reached the ground (predicted, not observed)"))
            elif s in orbiting and unseen > 1200.0:
                dropped.append((track, "in orbit, out of sight for 20 minutes"))
            elif unseen > 5400.0:
                dropped.append((track, "out of sight for 90 minutes"))
            else:
                continue
            bank.remove(s)
        return dropped

    def merge_twins(self) -> list[tuple[Track, Track]]:
        """Return (kept, dropped) of confirmed tracks that are one object: states agree, never seen side by side."""
        bank = self.bank
        standing = [t for t in bank.tracks.values() if t.confirmed]
        if len(standing) < 2 or len(standing) > 2000:
            return []
        slots = np.array([t.slot for t in standing], np.int64)
        pairs = np.empty((256, 2), np.int64)
        count = kernels.twins(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, slots, pairs)
        merged: list[tuple[Track, Track]] = []
        gone: set[int] = set()
        for a, b in pairs[:count].tolist():
            one, two = bank.tracks[a], bank.tracks[b]
            if one.number in gone or two.number in gone or two.number in one.rival or one.number in two.rival:
                continue
            keep, drop = (one, two) if one.hits >= two.hits else (two, one)
            absorb(keep, drop)
            gone.add(drop.number)
            merged.append((keep, drop))
        for _, drop in merged:
            bank.remove(drop.slot)
        return merged

    # ---- views ------------------------------------------------------------------------------------------------------

    def combined(self, slots: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return states (k, 9) and covariances (k, 6, 6) of tracks at their own times, over both models."""
        states, covariances = np.empty((slots.size, 9)), np.empty((slots.size, 6, 6))
        b = self.bank
        kernels.combine(b.xs, b.ps, b.ws, b.two, slots, states, covariances)
        for k, s in enumerate(slots.tolist()):
            # what the innovations say of the stated errors: a track that fits badly is wider than its filter thinks
            nis = b.tracks[s].nis
            if nis > 1.0:
                covariances[k] *= nis
        return states, covariances

    def powered(self, slot: int) -> float:
        """Return the probability that the track burns now."""
        if self.bank.two[slot] == 0:
            return 0.0
        a = self.bank.xs[slot, BOOST, 6:9]
        thrust = math.sqrt(float((a * a).sum()))
        return float(self.bank.ws[slot, BOOST]) if thrust > 3.0 else 0.0

    def thrust_sigma(self, slot: int) -> float:
        """Return one sigma (m/s2) of the thrust acceleration, root mean square over the axes; inf when none is carried."""
        if self.bank.two[slot] == 0:
            return math.inf
        p = self.bank.ps[slot, BOOST]
        return math.sqrt(max(float(p[6, 6] + p[7, 7] + p[8, 8]) / 3.0, 0.0))

    def ballistic(self, slot: int) -> tuple[float, float]:
        """Return mean and sigma of ln(ballistic coefficient, kg/m2) of a track."""
        return float(self.bank.xs[slot, FREE, 9]), math.sqrt(max(float(self.bank.ps[slot, FREE, 9, 9]), 1e-4))

    def ahead(self, name: str, times: IntArray) -> tuple[FloatArray, FloatArray] | None:
        """Return states (n, 6) and covariances (n, 21, lower triangle by rows) of a track at rising `times` ahead, coasting."""
        track = next((t for t in self.bank.tracks.values() if t.id == name), None)
        if track is None:
            return None
        states, covariances = np.empty((times.size, 6)), np.empty((times.size, 21))
        b = self.bank
        kernels.carry_ahead(b.xs, b.ps, b.ws, b.ts, b.two, track.slot, times, states, covariances)
        return states, covariances

    def take_partner(self, item: PartnerTrack) -> tuple[Track, bool]:
        """Return the track that a partner's track is, and whether it is new here."""
        bank = self.bank
        state = np.array(item.state)
        covariance = np.zeros((6, 6))
        k = 0
        for i in range(6):
            for j in range(i + 1):
                covariance[i, j] = covariance[j, i] = item.covariance[k]
                k += 1
        slot = kernels.nearest_track(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, bank.slots(), item.time, state, covariance)
        if slot >= 0:
            track = bank.tracks[slot]
            new = False
        else:
            track = bank.add(item.time, "partner")
            s = track.slot
            kernels.start_state(bank.xs[s], bank.ps[s], bank.ws[s], state, covariance)
            bank.two[s] = 0
            track.first_place = item.state[0:3]
            track.confirmed = new = True
            track.hits = 1
            track.score = track.score_top = CONFIRM_SCORE
            path = f"partner/{item.source or 'partner'}/{item.line or item.source or 'partner'}"
            track.paths[path] = track.paths.get(path, 0) + 1
            track.first_keys.append(item.id)
            track.last_keys.append(item.id)
        return track, new

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {"bank": self.bank.state(), "full_told": self.full_told}

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.bank.load(state["bank"])
        self.full_told = state["full_told"]


def note_detection(track: Track, look: Look, sensor: Sensor, rows: FloatArray, row: int) -> None:
    """Write a detection into the record of its track: sensor, path, key, line of sight."""
    track.sensors[sensor.id] = track.sensors.get(sensor.id, 0) + 1
    path = f"{sensor.kind}/{sensor.site}/{look.line or sensor.line}"
    track.paths[path] = track.paths.get(path, 0) + 1
    time = int(look.times[row])
    track.last_hit = max(track.last_hit, time)
    key = f"{look.sensor}/{look.session}/{look.sequence}/{int(look.numbers[row])}"
    if len(track.first_keys) < 8:
        track.first_keys.append(key)
    track.last_keys.append(key)
    del track.last_keys[:-8]
    if sensor.kind == "radar":
        remember(track, look, rows[row], row)
    if sensor.kind == "infrared":
        m = rows[row]
        track.satellites[sensor.id] = track.satellites.get(sensor.id, 0) + 1
        track.last_infrared = max(track.last_infrared, time)
        track.infrared_misses = 0
        track.off_from = 0
        intensity = float(look.values[row, INTENSITY])
        if intensity == intensity:
            track.intensity = intensity if track.intensity != track.intensity else max(track.intensity, intensity)
        if len(track.sights) < SIGHTS_KEPT:
            sight = (time, *(float(v) for v in m[0:6]), float(m[M_SIGMA_A]), sensor.id)
            track.sights.append(sight)  # type: ignore[arg-type]


def absorb(keep: Track, drop: Track) -> None:
    """Add the record of a twin to the track that stays."""
    keep.hits += drop.hits
    keep.born = min(keep.born, drop.born)
    keep.last_hit = max(keep.last_hit, drop.last_hit)
    keep.last_infrared = max(keep.last_infrared, drop.last_infrared)
    for name in ("sensors", "paths", "satellites"):
        mine, theirs = getattr(keep, name), getattr(drop, name)
        for key, n in theirs.items():
            mine[key] = mine.get(key, 0) + n
    keep.first_keys = (drop.first_keys + keep.first_keys if drop.born < keep.born else keep.first_keys)[:8]
    keep.sights = sorted(keep.sights + drop.sights)[:SIGHTS_KEPT]
    for n in drop.rival:
        if n not in keep.rival and n != keep.number:
            keep.rival.append(n)

"""The tracker: one look in, updated, started and dropped tracks out.

Order within a look: tracks that stand (confirmed), then objects of the catalogue, then tentative tracks, then new ones. A track
is dropped only by looks that could have seen it, by falling, or (tentative, or in orbit) by leaving all sight for long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look, PartnerTrack
from tocsin.sensing.sensors import Sensor
from tocsin.tracking import bank_kernels as kernels
from tocsin.tracking.assign import assign
from tocsin.tracking.bank import MAX_TRACKS, FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.births import CONFIRM_HITS, CONFIRM_SCORE, start_tracks, take_partner
from tocsin.tracking.consider_kernels import consider
from tocsin.tracking.continuity import followed
from tocsin.tracking.crowds import unresolved, unsettled
from tocsin.tracking.effect_kernels import follow_effects
from tocsin.tracking.filter_kernels import BOOST, FREE
from tocsin.tracking.gates import pairs_within
from tocsin.tracking.handover import hand_over
from tocsin.tracking.lone_plumes import above_ground
from tocsin.tracking.look_result import NOTHING, LookResult, Update
from tocsin.tracking.measurement_kernels import against_new
from tocsin.tracking.measurements import CROWD_LEAST, TAIL, Figures, beside_neighbours, figures_of, measurement_rows
from tocsin.tracking.noise import Noise
from tocsin.tracking.notes import LookNotes, note_rivals
from tocsin.tracking.plumes import end_mixed, of_neighbours
from tocsin.tracking.record_kernels import NIS_MEMORY, SCORE_MOST, components, count_hits
from tocsin.tracking.shadow_kernels import cast_shadows, weigh_shadows
from tocsin.tracking.silence import Shown, silence
from tocsin.tracking.slips import TAKE_OVER_RUN, back_on, branch_off, grown, hold, take_over
from tocsin.tracking.splits import end_told, open_pairs
from tocsin.tracking.sway import swayed
from tocsin.tracking.upkeep import adopt, gone_out, join_burnout, led_back, merge_twins, open_to, tidy
from tocsin.tracking.view_kernels import carry_ahead, combine

CONTINUE_MOST = 50_000
"""Most pairs that are asked whether a detection follows on from a track; a radar that follows objects reports few."""
PLUME_ODDS_INFRARED = 0.002
"""How much likelier an infrared sensor is to report a burning object than a coasting one is 1 / this."""
DARK_S, RELIGHT = 20.0, 0.01
"""A plume that stayed dark for so long through two looks shines again with this chance; stages follow within some ten seconds."""
NEAR_LAUNCHES = math.log(1e-11)
"""Log density (1/m2 and look) of launches near one that has just been: another within 100 km in the next minutes."""

Known = Callable[[Look, Sensor, IntArray, FloatArray], IntArray]
"""Which of the chosen detections belong to known objects: returns an index of the object or -1 for each."""


class Tracker:
    """Tracks over all looks of a centre."""

    def __init__(self) -> None:
        self.bank = TrackBank()
        self.full_told = False
        self.floods, self.bounds_told = set[str](), set[str]()
        self.noise = Noise()
        self._by_sensor: dict[str, Figures] = {}

    def _figures(self, sensor: Sensor) -> Figures:
        figures = self._by_sensor.get(sensor.id)
        if figures is None:
            figures = self._by_sensor[sensor.id] = figures_of(sensor)
        return figures

    # ---- one look ---------------------------------------------------------------------------------------------------

    def rows(self, look: Look, sensor: Sensor, place: FloatArray) -> FloatArray:
        """Return the measurement rows (n, 18) of a look."""
        return self.noise.widen(sensor.id, measurement_rows(look, sensor, self._figures(sensor), place))

    def hear_noise(
        self, look: Look, sensor: Sensor, rows: FloatArray, used: IntArray, false_alarms: float
    ) -> tuple[float, float]:
        """Return by what factor a sensor's errors were taken larger than it states, and what a look has found (`Noise.hear`)."""
        return self.noise.hear(look, sensor, rows, used, self.bank, self._figures(sensor).dense(false_alarms))

    def process(
        self,
        look: Look,
        sensor: Sensor,
        place: FloatArray,
        rows: FloatArray,
        chosen: IntArray,
        known: Known,
        trusted: bool = True,
        false_alarms: float = 0.0,
    ) -> LookResult:
        """Return what the detections `chosen` (indices into `rows`) did to the tracks; `place` (3,) of the sensor.

        A sensor that is not `trusted` (quarantined) is no path of evidence, and its silence says nothing. `false_alarms`: of a
        radar that gives more of them than it states, how many a look.
        """
        bank = self.bank
        result = LookResult([], [], [], [], NOTHING, NOTHING, [], [])
        odds = PLUME_ODDS_INFRARED if sensor.kind == "infrared" else 1.0
        bank.release()
        notes = LookNotes(bank, look, sensor, rows, trusted)
        dense = self._figures(sensor).dense(false_alarms)
        left = chosen
        all_slots = bank.slots()
        if chosen.size and all_slots.size:
            standing = bank.standing()
            near = standing & open_to(bank, all_slots, sensor, rows[chosen])
            left = self._associate(notes, left, all_slots[near], odds, dense, result)
        if chosen.size > MAX_TRACKS:
            result.flooded, result.refused_births, left = True, int(left.size), left[:0]
        if left.size and sensor.kind == "radar":
            objects = known(look, sensor, left, rows)
            fits = objects >= 0
            result.known_rows, result.known_objects = left[fits], objects[fits]
            left = left[~fits]
        if left.size and all_slots.size:
            left = unresolved(bank, notes, left, all_slots[near], result.seen)
            left = self._associate(notes, left, all_slots[~standing], odds, dense, result)
        few = left.size * len(bank.tracks) <= CONTINUE_MOST
        if left.size and look.mode == "track" and sensor.kind == "radar":
            result.unfollowed, left = not few, self._continue(notes, left, result) if few else left
        if sensor.kind == "infrared":
            left = end_mixed(bank, notes, left, result)
        seen = np.array(result.seen, np.int64) if result.seen else NOTHING
        self._silence(notes, place, seen, result)
        if result.crowded:
            result.refused_births += int(left.size)
            left = left[:0]
        start_tracks(bank, notes, left, result)
        if seen.size:
            stays = bank.columns["stem"][seen] == 0
            if bank.removed:
                ended = np.zeros(bank.ts.size, np.bool_)
                ended[bank.removed] = True
                stays &= ~ended[seen]
            seen = seen[stays]
            result.seen = seen.tolist()
            result.confirmed += take_over(bank, seen)
            note_rivals(bank, result.seen)
        return result

    def adopt(self) -> list[tuple[Track, Track]]:
        """Return (kept, dropped): tracks of satellites, and the radar tracks that they have become."""
        return adopt(self.bank) + hand_over(self.bank)

    def _associate(
        self, notes: LookNotes, left: IntArray, slots: IntArray, odds: float, dense: float, result: LookResult
    ) -> IntArray:
        if not slots.size or not left.size:
            return left
        bank, look, sensor, rows = self.bank, notes.look, notes.sensor, notes.rows
        ps, pr, ll, d2 = pairs_within(bank, notes, left, slots, odds, result)
        if not ps.size:
            return left
        worth = gain = np.empty(ps.size)
        against_new(ll, pr, rows, dense, gain)
        young = sensor.kind == "radar" and not bank.tracks[int(slots[0])].confirmed
        if sensor.kind == "radar":
            loud = dense > self._figures(sensor).log_density
            asked = np.arange(ps.size) if young or loud else np.flatnonzero(d2 > TAIL)
            least = -math.inf if loud else CROWD_LEAST
            gain[asked], valued, dearer = beside_neighbours(gain[asked], d2[asked], rows, pr[asked], left, dense, least)
            worth = valued if young or loud else gain
        if sensor.kind == "infrared":
            dark = gone_out(bank, ps, look.time - DARK_S * NS)
            again = ll + math.log(RELIGHT) - NEAR_LAUNCHES
            worth = gain = np.where(dark, np.minimum(gain, again), gain)
            gain = np.where(of_neighbours(bank, ps, d2, look.time), -math.inf, gain)
        if not (best := assign(ps, pr, gain)).size:
            return left
        s, r, worth = ps[best], pr[best], worth[best]
        more, taken = best[:0], r
        if young and not loud:  # of a loud radar, most of what could continue a track is false
            more, contested = open_pairs(bank, ps, pr, ll, d2 < TAIL, rows, dense + dearer, best)
            if more.size:
                s = np.concatenate([s, bank.fork(ps[more])])
                r, worth = np.concatenate([r, pr[more]]), np.concatenate([worth, valued[more]])
                taken = taken[~contested]
        elif sensor.kind == "radar":
            cast_shadows(bank.records, ps, pr, s, r, np.full(look.times.size, -1, np.int64))
        out, b, n = np.empty(s.size), bank, best.size
        used, times, of = swayed(bank, notes, s, r, self.noise.factor(sensor.id))
        if sensor.position is not None and bank.biased:
            follow_effects(
                b.xs, b.ps, b.ts, b.ahead_x, b.ahead_p, b.ahead_t, b.effects, b.effects_t, b.contacts, b.satellite, s, used,
                times, of, notes.number,
            )  # fmt: skip
        kernels.commit(b.xs, b.ps, b.ws, b.ts, b.two, b.ahead_x, b.ahead_p, b.ahead_t, s, used, times, of, odds, out)
        if used is not rows:  # whether a track contradicts itself is told by what one detection may be off
            out = d2[np.concatenate([best, more])]
        self._hits(notes, s[:n], r[:n], worth[:n], out[:n], result)
        if more.size:
            # each detection went to one track: whose else it may be is told when that has shown
            self._count(notes, s[n:], r[n:], worth[n:], out[n:], result)
            result.hits.pop()
        if young:
            end_told(bank, s, result)
        free = np.ones(look.times.size, np.bool_)
        free[taken] = False
        return left[free[left]]

    def _continue(self, notes: LookNotes, left: IntArray, result: LookResult) -> IntArray:
        """Hold detections of a `track` look that fit no gate to the tracks they follow on from; return the rest.

        What follows on from several tracks, as in a raid, or from one that the look shows elsewhere, is another object's.
        """
        bank = self.bank
        rest: list[int] = []
        for row in left.tolist():
            near = followed(bank.tracks.values(), notes.look, notes.rows[row], row)
            alone = len(near) == 1 and near[0].slot not in result.seen and len(bank.tracks) < MAX_TRACKS
            if not alone or branch_off(bank, near[0], notes, row) is None:
                rest.append(row)
                continue
            self._held(near[0], notes, row, 0.0, result)
        return np.array(rest, np.int64)

    def _held(self, track: Track, notes: LookNotes, row: int, d2: float, result: LookResult) -> None:
        hold(self.bank, track, notes, row)
        result.seen.append(track.slot)
        result.others.append(Update(track.slot, row, d2, False, True))

    def _hits(
        self, notes: LookNotes, slots: IntArray, which: IntArray, gains: FloatArray, d2: FloatArray, result: LookResult
    ) -> None:
        """Count detections `which` (k,) for the tracks `slots` (k,) that they went to: `gains`, `d2` (k,) of each."""
        bank = self.bank
        branched = (bank.columns["branch"][slots] | bank.columns["stem"][slots]) != 0
        if not np.count_nonzero(branched):
            self._count(notes, slots, which, gains, d2, result)
            return
        plain = ~branched
        self._count(notes, slots[plain], which[plain], gains[plain], d2[plain], result)
        for k in branched.nonzero()[0].tolist():
            track, row = bank.tracks[int(slots[k])], int(which[k])
            if track.branch:
                back_on(bank, track, notes.sensor, notes.rows[row], int(notes.look.times[row]))
            stem = grown(bank, track, notes.sensor, result.seen) if track.stem else None
            if stem is None:
                one = slice(k, k + 1)
                self._count(notes, slots[one], which[one], gains[one], d2[one], result)
                continue
            off = float(d2[k]) / components(notes.rows[row])
            track.nis += NIS_MEMORY * (off - track.nis)
            track.trouble *= 0.9
            track.hits += 1
            track.score = min(track.score + float(gains[k]), SCORE_MOST)
            track.misfit += (off - track.misfit) / min(track.run, TAKE_OVER_RUN)
            notes.write_one(track, row)
            result.seen.append(track.slot)
            self._held(stem, notes, row, float(d2[k]), result)

    def _count(
        self, notes: LookNotes, slots: IntArray, which: IntArray, gains: FloatArray, d2: FloatArray, result: LookResult
    ) -> None:
        bank = self.bank
        confirmed = np.empty(slots.size, np.int64)
        count = count_hits(
            bank.records, bank.contacts, slots, which, notes.rows, gains, d2, notes.number, CONFIRM_HITS, CONFIRM_SCORE,
            confirmed,
        )  # fmt: skip
        notes.write(slots, which)
        unsettled(bank, slots, notes.sensor)
        result.confirmed += confirmed[:count].tolist()
        seen = slots.tolist()
        result.seen += seen
        result.hits.append((seen, which.tolist(), d2.tolist()))

    def _silence(self, notes: LookNotes, place: FloatArray, seen: IntArray, result: LookResult) -> None:
        """Count the look against the tracks that it could have seen and did not; nobody does that is not trusted."""
        look, sensor = notes.look, notes.sensor
        slots, chance, gone = self.bank.slots(), np.zeros(self.bank.ts.size), list[int]()
        if notes.trusted:
            result.silent, gone = silence(
                self.bank, look, sensor, place, seen, chance, Shown(*result.taken, notes.rows)
            )
        if sensor.kind == "radar":
            there = np.zeros(self.bank.ts.size, np.bool_)
            there[seen] = True
            weigh_shadows(self.bank.records, slots, there, chance)
        for slot in gone:
            result.dropped.append((self.bank.tracks[slot], "looks that could have seen it did not"))
            self.bank.remove(slot)

    # ---- birth and death --------------------------------------------------------------------------------------------

    def tidy(self, now: int, orbiting: set[int], flying: Collection[int] = ()) -> list[tuple[Track, str]]:
        """Return the tracks that end at `now` without a look's word (`upkeep.tidy`); `orbiting`, `flying`: slots."""
        return tidy(self.bank, now, orbiting, flying)

    def merge_twins(self) -> list[tuple[Track, Track]]:
        """Return (kept, dropped) of confirmed tracks that are one object: states agree, never seen side by side."""
        return merge_twins(self.bank)

    # ---- views ------------------------------------------------------------------------------------------------------

    def combined(self, slots: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return states (k, 9) and covariances (k, 6, 6) of tracks at their own times, over both models."""
        states, covariances = np.empty((slots.size, 9)), np.empty((slots.size, 6, 6))
        b = self.bank
        combine(b.xs, b.ps, b.ws, b.two, slots, states, covariances)
        self._consider(slots, states, covariances)
        return states, covariances

    def remember_burnout(self, slot: int) -> None:
        """Keep the coasting state of a track whose plume has gone out, with what satellites' constant errors do to it.

        After a long coast it is no Gaussian any more: a radar's track is joined with it as it was here.
        """
        b, index = self.bank, np.array([slot], np.int64)
        state, covariance = b.xs[index, FREE, :9].copy(), b.ps[index, FREE, :6, :6].copy()
        self._consider(index, state, covariance)
        b.tracks[slot].burnout = int(b.ts[slot]), state[0, :6], covariance[0]

    def led_back(self, slot: int) -> FloatArray | None:
        """Return the state (6,) at burnout of the arc that a plume and radars have in common, None where there is none."""
        return led_back(self.bank, self.bank.tracks[slot])

    def join(self, slot: int, found: tuple[FloatArray, FloatArray] | None) -> None:
        """Join a track of radars alone with what its plume told: as an ascent found it, (6,), (6, 6), or as it burnt out."""
        track = self.bank.tracks[slot]
        join_burnout(self.bank, track, found)

    def above_ground(self, slot: int) -> None:
        """Take from the state of a track what of it is below ground (`raise_above`)."""
        above_ground(self.bank, slot)

    def _consider(self, slots: IntArray, states: FloatArray, covariances: FloatArray) -> None:
        """Add what the constant errors of sensors do to states (k, 9) and covariances (k, 6, 6) of tracks."""
        b = self.bank
        consider(
            b.xs, b.ts, b.effects, b.effects_t, b.contacts, b.records["nis"], slots, b.satellite, b.biases, states,
            covariances,
        )  # fmt: skip

    def powered(self, slot: int) -> float:
        """Return the probability that the track burns now."""
        if self.bank.two[slot] != 1:
            return 0.0
        thrust = math.hypot(*self.bank.xs[slot, BOOST, 6:9].tolist())
        return float(self.bank.ws[slot, BOOST]) if thrust > 3.0 else 0.0

    def thrust_sigma(self, slot: int) -> float:
        """Return one sigma (m/s2) of the thrust acceleration, root mean square over axes; inf if none is carried."""
        if self.bank.two[slot] != 1:
            return math.inf
        p = self.bank.ps[slot, BOOST]
        return math.sqrt(max(float(p[6, 6] + p[7, 7] + p[8, 8]) / 3.0, 0.0))

    def lightness(self, slot: int) -> tuple[float, float, FloatArray]:
        """Return mean and sigma of 1 / ballistic coefficient (m2/kg) of a track, and (6,) its covariance with the state."""
        x, p = self.bank.xs[slot, FREE], self.bank.ps[slot, FREE]
        return float(x[9]), math.sqrt(max(float(p[9, 9]), 1e-14)), p[9, :6].copy()

    def ahead(self, name: str, times: IntArray) -> tuple[FloatArray, FloatArray] | None:
        """Return states (n, 6) and covariances (n, 21, lower triangle) of a track at rising `times` ahead, coasting."""
        b, slots = self.bank, self.bank.slots()
        found = slots[b.records["number"][slots] == int(name[1:])]  # `bank.track_name`
        if not found.size:
            return None
        states, covariances = np.empty((times.size, 6)), np.empty((times.size, 21))
        carry_ahead(b.xs, b.ps, b.ws, b.ts, b.two, int(found[0]), times, states, covariances)
        return states, covariances

    def take_partner(self, item: PartnerTrack) -> tuple[Track, bool]:
        """Return the track that a partner's track is, and whether it is new here."""
        self.bank.release()
        return take_partner(self.bank, item)

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {"bank": self.bank.state(), "full_told": self.full_told, "floods": sorted(self.floods),
                "noise": self.noise.state(), "bounds_told": sorted(self.bounds_told)}  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.bank.load(state["bank"])
        self.noise.load(state["noise"])
        self.full_told = state["full_told"]
        self.floods, self.bounds_told = set(state["floods"]), set(state["bounds_told"])

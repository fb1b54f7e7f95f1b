"""What a track remembers of its detections besides its state: sensors, paths, keys, lines of sight, rivals."""

from __future__ import annotations

import numpy as np

from tocsin.core.records.inputs import INTENSITY, RANGE, RCS_DBSM, SNR_DB, Look
from tocsin.sensing.sensors import Sensor
from tocsin.sensing.signal_kernels import cross_sections
from tocsin.tracking import record_kernels as kernels
from tocsin.tracking.bank import KEYS, RIVALS_KEPT, FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.filter_kernels import M_SIGMA_A

SIGHTS_KEPT = 320
"""Of a burn of five minutes that two satellites see every two seconds."""
NO_PATH = -1
RIVALS_LOOK = 200
"""In a look that saw more tracks than this nobody is noted as a rival; `seen_together` still tells the last looks."""


class LookNotes:
    """What one look writes into the records of its tracks, made ready once: sensor, path, names."""

    def __init__(self, bank: TrackBank, look: Look, sensor: Sensor, rows: FloatArray, trusted: bool = True) -> None:
        self.bank, self.look, self.sensor, self.rows, self.trusted = bank, look, sensor, rows, trusted
        self.number = bank.sensor_number(sensor)
        self._made: tuple[int, int, FloatArray, bool] | None = None

    def _ready(self) -> tuple[int, int, FloatArray, bool]:
        """Return the numbers of look and path, signals, and whether a radar gives its own numbers of tracks.

        Most looks write nothing: it is made ready by the first detection that is written.
        """
        if self._made is None:
            look, sensor = self.look, self.sensor
            number = self.bank.look_number(f"{look.sensor}/{look.session}/{look.sequence}")
            named = f"{sensor.kind}/{sensor.site}/{look.line or sensor.line}"
            path = self.bank.path_number(named) if self.trusted else NO_PATH
            hinted = sensor.kind == "radar" and any(look.hints)
            self._made = number, path, self._signals(), hinted
        return self._made

    def _signals(self) -> FloatArray:
        """Return (n,) intensities of plumes, W/sr, or radar cross-sections, dB m2; NaN = not known."""
        sensor, columns = self.sensor, self.look.values.T.copy()
        signals: FloatArray = columns[INTENSITY]
        if sensor.kind == "radar":
            cross_sections(
                columns[RANGE],
                columns[SNR_DB],
                columns[RCS_DBSM],
                sensor.reference_range,
                sensor.reference_snr_db,
                signals,
            )
        return signals

    def write(self, slots: IntArray, which: IntArray) -> None:
        """Write detections `which` (k,) into the records of the tracks `slots` (k,)."""
        bank, look = self.bank, self.look
        number, path, signals, hinted = self._ready()
        infrared = self.sensor.kind == "infrared"
        kernels.write_hits(
            bank.records, bank.contacts, bank.path_hits, bank.firsts, bank.lasts, slots, which, self.rows, look.times,
            look.numbers, signals, number, self.number, path, infrared,
        )  # fmt: skip
        if infrared:
            for slot, row in zip(slots.tolist(), which.tolist(), strict=True):
                self._light(bank.tracks[slot], row)
        elif hinted:
            for slot, row in zip(slots.tolist(), which.tolist(), strict=True):
                if hint := look.hints[row]:
                    bank.tracks[slot].hints[look.sensor] = hint
                    bank.contacts[slot, self.number]["hinted"] = 1

    def write_one(self, track: Track, row: int) -> None:
        """Write one detection into the record of a track."""
        self.write(np.array([track.slot], np.int64), np.array([row], np.int64))

    def _light(self, track: Track, row: int) -> None:
        """Keep the line of sight of a satellite to a plume."""
        if len(track.sights) < SIGHTS_KEPT:
            m = self.rows[row].tolist()
            track.sights.append((int(self.look.times[row]), *m[0:6], m[M_SIGMA_A], self.sensor.id))


def absorb(keep: Track, drop: Track) -> None:
    """Add the record of a twin to the track that stays."""
    bank, a, b = keep.bank, keep.slot, drop.slot
    keep.hits += drop.hits
    keep.burnout = keep.burnout or drop.burnout
    keep.infrared_hits += drop.infrared_hits
    keep.last_hit = max(keep.last_hit, drop.last_hit)
    keep.last_infrared = max(keep.last_infrared, drop.last_infrared)
    echo, echo_hits = bank.columns["echo"], bank.columns["echo_hits"]
    echo_hits[a] += echo_hits[b]
    echo[a] += (echo[b] - echo[a]) * echo_hits[b] / max(echo_hits[a], 1)
    for name in ("hits", "missed", "missing"):
        bank.contacts[name][a] += bank.contacts[name][b]
    bank.path_hits[a] += bank.path_hits[b]
    if drop.born < keep.born:
        old, older = (bank.firsts[t.slot, : t.first_count] for t in (keep, drop))
        both = np.concatenate([older, old])[:KEYS]
        bank.firsts[a, : len(both)] = both
        keep.first_count = len(both)
    keep.born = min(keep.born, drop.born)
    keep.sights = sorted(keep.sights + drop.sights)[:SIGHTS_KEPT]
    known = keep.rival
    known += [n for n in drop.rival if n not in known and n != keep.number]
    keep.rival_count = count = min(len(known), RIVALS_KEPT)
    bank.rivals[a, :count] = known[:count]


def note_rivals(bank: TrackBank, seen: list[int]) -> None:
    """Write into the confirmed tracks `seen` (slots) in one look that the others seen beside them are other objects."""
    if 2 <= len(seen) <= RIVALS_LOOK:
        slots = np.array([s for s in seen if s in bank.tracks], np.int64)
        numbers = np.array([bank.tracks[s].number for s in slots.tolist()], np.int64)
        kernels.note_rivals(bank.records, bank.rivals, slots, numbers)


def are_rivals(one: Track, two: Track) -> bool:
    """Return whether a look has shown two tracks side by side: they are two objects."""
    return two.number in one.rival or one.number in two.rival

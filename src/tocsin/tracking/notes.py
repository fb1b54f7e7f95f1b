"""What a track remembers of its detections besides its state: sensors, paths, keys, lines of sight, rivals."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from tocsin.core.records.inputs import INTENSITY, Look
from tocsin.sensing.sensors import Sensor
from tocsin.tracking.bank import FloatArray, Track, TrackBank
from tocsin.tracking.continuity import remember
from tocsin.tracking.filter_kernels import M_RANGE, M_RATE, M_SIGMA_A, U_X, U_Y, U_Z

SIGHTS_KEPT = 64
RIVALS_KEPT = 64
RIVALS_LOOK = 200
"""In a look that saw more tracks than this nobody is noted as a rival."""


class LookNotes:
    """What one look writes into the records of its tracks, made ready once: sensor, path, keys, lines of sight."""

    def __init__(self, look: Look, sensor: Sensor, rows: FloatArray, trusted: bool = True) -> None:
        self.look, self.sensor, self.rows, self.trusted = look, sensor, rows, trusted
        self._path = f"{sensor.kind}/{sensor.site}/{look.line or sensor.line}"

    # most looks write nothing: what they would need is made ready by the first that does

    @cached_property
    def times(self) -> list[int]:
        """Return the time of each detection, TAI ns."""
        times: list[int] = self.look.times.tolist()
        return times

    @cached_property
    def parts(self) -> list[int]:
        """Return the number of components of each measurement."""
        parts: list[int] = (2 + (~np.isnan(self.rows[:, [M_RANGE, M_RATE]])).sum(axis=1)).tolist()
        return parts

    @cached_property
    def _measured(self) -> list[list[float]]:
        measured: list[list[float]] = self.rows[:, [U_X, U_Y, U_Z, M_RANGE, M_RATE]].tolist()
        return measured

    @cached_property
    def _keys(self) -> list[str]:
        look = self.look
        prefix = f"{look.sensor}/{look.session}/{look.sequence}/"
        return [f"{prefix}{n}" for n in look.numbers.tolist()]

    def write(self, track: Track, row: int) -> None:
        """Write a detection into the record of its track."""
        sensor, time = self.sensor, self.times[row]
        track.sensors[sensor.id] = track.sensors.get(sensor.id, 0) + 1
        if self.trusted:
            track.paths[self._path] = track.paths.get(self._path, 0) + 1
        track.last_hit = max(track.last_hit, time)
        key = self._keys[row]
        if len(track.first_keys) < 8:
            track.first_keys.append(key)
        track.last_keys.append(key)
        if len(track.last_keys) > 8:
            del track.last_keys[0]
        if sensor.kind == "radar":
            remember(track, self.look, time, self._measured[row], row)
        elif sensor.kind == "infrared":
            self._light(track, row, time)

    def _light(self, track: Track, row: int, time: int) -> None:
        """Write what a satellite has seen: the plume shines."""
        m = self.rows[row]
        track.satellites[self.sensor.id] = track.satellites.get(self.sensor.id, 0) + 1
        track.last_infrared = max(track.last_infrared, time)
        track.infrared_misses = 0
        track.off_from = 0
        intensity = float(self.look.values[row, INTENSITY])
        if intensity == intensity:
            track.intensity = intensity if track.intensity != track.intensity else max(track.intensity, intensity)
        if len(track.sights) < SIGHTS_KEPT:
            sight = (time, *(float(v) for v in m[0:6]), float(m[M_SIGMA_A]), self.sensor.id)
            track.sights.append(sight)  # type: ignore[arg-type]


def absorb(keep: Track, drop: Track) -> None:
    """Add the record of a twin to the track that stays."""
    keep.hits += drop.hits
    keep.last_hit = max(keep.last_hit, drop.last_hit)
    keep.last_infrared = max(keep.last_infrared, drop.last_infrared)
    for name in ("sensors", "paths", "satellites"):
        mine, theirs = getattr(keep, name), getattr(drop, name)
        for key, n in theirs.items():
            mine[key] = mine.get(key, 0) + n
    keep.first_keys = (drop.first_keys + keep.first_keys if drop.born < keep.born else keep.first_keys)[:8]
    keep.born = min(keep.born, drop.born)
    keep.sights = sorted(keep.sights + drop.sights)[:SIGHTS_KEPT]
    for n in drop.rival:
        if n not in keep.rival and n != keep.number:
            keep.rival.append(n)


def note_rivals(bank: TrackBank, seen: list[int]) -> None:
    """Write into the confirmed tracks `seen` (slots) in one look that the others seen beside them are other objects."""
    if len(seen) < 2:
        return
    numbers = [bank.tracks[s].number for s in seen if s in bank.tracks]
    if len(numbers) > RIVALS_LOOK:
        return
    for s in seen:
        track = bank.tracks.get(s)
        if track is None or not track.confirmed:
            continue
        for n in numbers:
            if len(track.rival) >= RIVALS_KEPT:
                break
            if n != track.number and n not in track.rival:
                track.rival.append(n)

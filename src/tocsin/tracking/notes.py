"""What a track remembers of its detections besides its state: sensors, paths, keys, lines of sight, rivals."""

from __future__ import annotations

from tocsin.core.records.inputs import INTENSITY, Look
from tocsin.sensing.sensors import Sensor
from tocsin.tracking.bank import FloatArray, Track, TrackBank
from tocsin.tracking.continuity import remember
from tocsin.tracking.filter_kernels import M_SIGMA_A

SIGHTS_KEPT = 64
RIVALS_KEPT = 64
RIVALS_LOOK = 200
"""In a look that saw more tracks than this nobody is noted as a rival."""


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

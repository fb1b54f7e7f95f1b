"""Real things that look like launches, as scenarios: fireballs, meteors, recorded ascents, fires of a day."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tocsin.core.records.scenario import Background, Flight, Scenario
from tocsin.core.records.sources.infrared import Meteor
from tocsin.modelling.chance import stream
from tocsin.modelling.paths import data_path
from tocsin.modelling.recorded import packaged_recordings, read_recordings

FIREBALLS = "fireballs_us_sensors/fireballs_1988_2019.csv"
METEORS = "meteors_gmn/traj_summary_monthly_201812.txt.gz"
ASCENTS = "launch_telemetry_falcon9"
SPACING_S, ASCENT_SPACING_S = 90.0, 1500.0
IN_ONE = 100
ZERO_MAGNITUDE_W = 1500.0
"""Light of a meteor of absolute magnitude 0 (Ceplecha et al. 1998, Space Sci. Rev. 84, 327)."""
HIGHEST_M = 90_000.0
FIRES_S = 6 * 3600.0


def scenarios(base: Scenario, data: Path | None) -> Iterator[tuple[Scenario, int]]:
    """Yield scenarios of up to `IN_ONE` things each, with how many are in it.

    `data` holds the folders of the whole lists; without it, or where one is not there, the packaged part is taken.
    """
    for kind, sources in (("fireballs", list(fireballs(base.seed, data))), ("meteors", list(meteors(data)))):
        for k in range(0, len(sources), IN_ONE):
            some = [
                msgspec.structs.replace(s, start_s=60.0 + SPACING_S * i) for i, s in enumerate(sources[k : k + IN_ONE])
            ]
            yield _with(base, f"{kind}-{k // IN_ONE + 1}", 120.0 + SPACING_S * len(some), source=tuple(some)), len(some)
    flights = list(ascents(data))
    settings = {} if data is None else {"telemetry": str(data / ASCENTS)}
    length = ASCENT_SPACING_S * len(flights)
    yield _with(base, "ascents", length, flight=tuple(flights), settings=settings), len(flights)
    yield _with(base, "fires", FIRES_S, background=Background(hot_spots=True)), 1


def _with(base: Scenario, name: str, length: float, **tables: Any) -> Scenario:
    empty: dict[str, Any] = {
        "flight": (), "source": (), "notification": (), "health": (), "operator": (), "outage": (), "fault": (), "tape": (),
        "background": Background(), "settings": {}, "catalogue": type(base.catalogue)(),
    }  # fmt: skip
    return msgspec.structs.replace(base, name=name, duration_s=length, **(empty | tables))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream_:
        return list(csv.DictReader(stream_))


def fireballs(seed: int, data: Path | None) -> Iterator[Meteor]:
    """Yield every fireball of the list of US Government sensors; what the list leaves out is drawn from the others."""
    file = None if data is None else data / FIREBALLS
    rows = _rows(file if file is not None and file.is_file() else data_path("fireballs.csv"))
    speeds = [r for r in rows if r["vx_km_s"] and r["altitude_km"] and r["lat_deg"]]
    for k, row in enumerate(rows):
        rng = stream(seed, "fireball", str(k))
        model = row if row in speeds else speeds[int(rng.integers(len(speeds)))]
        lat0, lon0 = (np.radians(float(model[c])) for c in ("lat_deg", "lon_deg"))
        v = np.array([float(model[c]) * 1e3 for c in ("vx_km_s", "vy_km_s", "vz_km_s")])
        up = np.array([np.cos(lat0) * np.cos(lon0), np.cos(lat0) * np.sin(lon0), np.sin(lat0)])
        east = np.array([-np.sin(lon0), np.cos(lon0), 0.0])
        speed = float(np.sqrt(np.sum(v**2)))
        height = float(row["altitude_km"] or model["altitude_km"]) * 1e3
        yield Meteor(
            id=f"fireball-{k + 1}",
            latitude_deg=float(row["lat_deg"]) if row["lat_deg"] else float(np.degrees(np.arcsin(rng.uniform(-1, 1)))),
            longitude_deg=float(row["lon_deg"]) if row["lon_deg"] else float(rng.uniform(-180.0, 180.0)),
            height_m=min(max(height, 15_000.0), HIGHEST_M),
            azimuth_deg=float(np.degrees(np.arctan2(np.sum(v * east), np.sum(v * np.cross(up, east)))) % 360.0),
            descent_deg=min(max(float(np.degrees(np.arcsin(-np.sum(v * up) / speed))), 8.0), 90.0),
            speed_m_s=min(max(speed, 11_000.0), 72_000.0),
            radiated_j=float(row["radiated_energy_J"]),
        )


def meteors(data: Path | None) -> Iterator[Meteor]:
    """Yield the meteors of the Global Meteor Network's file; none without it."""
    file = None if data is None else data / METEORS
    if file is None or not file.is_file():
        return
    with gzip.open(file, "rt") as lines:
        for k, line in enumerate(x for x in lines if x.strip() and not x.lstrip().startswith("#")):
            c = [part.strip() for part in line.split(";")]
            light = ZERO_MAGNITUDE_W * 10.0 ** (-0.4 * float(c[GMN["magnitude"]])) * float(c[GMN["duration"]])
            yield Meteor(
                id=f"meteor-{k + 1}",
                latitude_deg=float(c[GMN["latitude"]]),
                longitude_deg=float(c[GMN["longitude"]]),
                height_m=min(max(float(c[GMN["height"]]) * 1e3, 15_000.0), HIGHEST_M),
                # the file gives where it comes from, east of north
                azimuth_deg=(float(c[GMN["azimuth"]]) + 180.0) % 360.0,
                descent_deg=min(max(float(c[GMN["elevation"]]), 8.0), 90.0),
                speed_m_s=min(max(float(c[GMN["speed"]]) * 1e3, 11_000.0), 72_000.0),
                radiated_j=max(light, 1.0),
            )


GMN = {
    "azimuth": 55, "elevation": 57, "speed": 59, "latitude": 63, "longitude": 65, "duration": 75, "magnitude": 76,
    "height": 77,
}  # fmt: skip
"""Columns of the file, from 0: see its header."""


def ascents(data: Path | None) -> Iterator[Flight]:
    """Yield the recorded ascents from their real pads; to the east from Florida, to the south from California."""
    folder = None if data is None else data / ASCENTS
    known = read_recordings(folder) if folder is not None and folder.is_dir() else packaged_recordings()
    for k, (name, recording) in enumerate(known.items()):
        yield Flight(
            id=f"ascent-{k + 1}",
            kind="recorded_ascent",
            vehicle=name,
            launch_s=100.0 + ASCENT_SPACING_S * k,
            latitude_deg=recording.latitude_deg,
            longitude_deg=recording.longitude_deg,
            azimuth_deg=85.0 if recording.latitude_deg < 30.0 else 188.0,
        )

"""Streams of looks for the tests of formats: plain rows as a user would write them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.core.time import iso_from_tai, tai_from_iso

START = tai_from_iso("2026-03-01T12:00:00Z")


def iso(seconds: float) -> str:
    """Return the time that many seconds into the stream."""
    return iso_from_tai(START + round(seconds * 1e9), 9)


def radar_row(sequence: int = 0, detection: int = 0, detections: int = 1, **changes: Any) -> dict[str, Any]:
    """Return one good row of a radar; None in `changes` takes a key out."""
    row = {
        "sensor": "north",
        "session": "a",
        "sequence": sequence,
        "data_mode": "simulated",
        "time_utc": iso(5.0 * sequence),
        "received_utc": iso(5.0 * sequence + 0.2),
        "detections": detections,
        "detection": detection,
        "range_m": 1.0e6 + 1000.0 * sequence + detection,
        "azimuth_deg": 45.25,
        "elevation_deg": 12.5,
        "range_rate_m_s": -3000.5,
        "snr_db": 17.0,
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def empty_row(sequence: int, n: int = 1, **changes: Any) -> dict[str, Any]:
    """Return one good row of `n` empty looks."""
    bare = dict.fromkeys(("range_m", "azimuth_deg", "elevation_deg", "range_rate_m_s", "snr_db"))
    return radar_row(sequence, -1, 0, **(bare | {"empty_looks": n} | changes))


def infrared_row(sequence: int = 0, detection: int = 0, detections: int = 1, **changes: Any) -> dict[str, Any]:
    """Return one good row of a moving infrared sensor."""
    bare = dict.fromkeys(("range_m", "azimuth_deg", "elevation_deg", "range_rate_m_s", "snr_db"))
    own = {
        "sensor": "high", "mode": "stare", "line": "sat", "los_x": -0.6, "los_y": 0.0, "los_z": 0.8,
        "sensor_x_m": 3.0e7, "sensor_y_m": 1.0e6, "sensor_z_m": -2.0e7, "sigma_los_rad": 3e-5, "intensity_w_sr": 2e5,
    }  # fmt: skip
    return radar_row(sequence, detection, detections, **(bare | own | changes))


def good_stream() -> list[dict[str, Any]]:
    """Return some thirty good rows of two sensors: looks of several rows, empty ones, a second session."""
    rows = []
    for sequence in range(6):
        rows += [radar_row(sequence, d, 3, mode="search", searched="low", sensor_track=f"t{d}") for d in range(3)]
        rows.append(infrared_row(sequence))
    rows += [empty_row(9, 3), infrared_row(7, -1, 0, los_x=None, los_y=None, los_z=None, intensity_w_sr=None)]
    rows += [radar_row(s, session="b", look_start_utc=iso(5 * s - 1), look_end_utc=iso(5 * s)) for s in range(3)]
    return rows


def write_lines(path: Path, rows: list[Any]) -> Path:
    """Write rows as JSON Lines; text and bytes go as they are."""
    lines = [r if isinstance(r, bytes) else r.encode() if isinstance(r, str) else json.dumps(r).encode() for r in rows]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def write_parquet(path: Path, rows: list[dict[str, Any]], **types: Any) -> Path:
    """Write rows as Parquet; times as they are unless a type (Arrow) is given by name."""
    names = sorted({name for row in rows for name in row})
    arrays = {name: pa.array([row.get(name) for row in rows], types.get(name)) for name in names}
    pq.write_table(pa.table(arrays), path)
    return path

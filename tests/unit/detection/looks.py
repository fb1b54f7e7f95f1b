"""Looks and sensors to screen: one radar, a satellite with an orbit and one whose place comes with its looks."""

from typing import Any

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    LOS_X,
    RANGE,
    Look,
)
from tocsin.core.records.network import Infrared, Network, Orbit, Radar
from tocsin.core.time import tai_from_iso
from tocsin.sensing.sensors import compile_network

START = tai_from_iso("2026-03-01T12:00:00Z")
TABLE = compile_network(
    Network(
        radar=(Radar(id="R", latitude_deg=30.0, longitude_deg=-28.0, range_km=4000.0),),
        infrared=(Infrared(id="S", orbit=Orbit(geo_longitude_deg=-30.0)), Infrared(id="M")),
    )
)
SENSORS = TABLE.by_id


def values_of(sensor: str, n: int, mark: float = 0.0) -> np.ndarray:
    """Return (n, 15) plausible values; `mark` makes them differ."""
    values = np.full((n, COLUMNS), np.nan)
    if sensor == "R":
        values[:, RANGE] = 1.0e6 + 1000.0 * np.arange(n) + mark
        values[:, AZIMUTH] = 30.0 * DEG
        values[:, ELEVATION] = 20.0 * DEG
    else:
        values[:, LOS_X : LOS_X + 3] = (-1.0, 1e-3 * mark, 0.0)
    return values


def look(sensor: str = "R", sequence: int = 0, seconds: float = 0.0, n: int = 1, mark: float = 0.0, **more: Any):
    """Return a look with n detections `seconds` after START; `more` replaces fields."""
    at = START + round(seconds * NS)
    given: dict[str, Any] = {
        "sensor": sensor, "session": "s", "sequence": sequence, "data_mode": "test", "received": at, "time": at,
        "start": at, "end": at, "declared": n, "numbers": np.arange(n, dtype=np.int64),
        "times": np.full(n, at, np.int64), "values": values_of(sensor, n, mark), "hints": (None,) * n,
        "rows": np.arange(100 * sequence, 100 * sequence + max(n, 1), dtype=np.int64), "file": "looks.jsonl",
    }  # fmt: skip
    if sensor == "M":
        given["place"] = (4.2e7, 0.0, 0.0)
    return Look(**{**given, **more})

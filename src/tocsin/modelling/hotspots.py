"""Fires and hot spots of one real day: the persistent infrared background.

A warning satellite does not resolve neighbouring pixels of the fire map: what lies within 4 km in one pass is one spot,
and of several passes over a place the brightest counts. Fires above a sensor's threshold are reported in every look
that sees them.
"""

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.modelling.paths import data_path
from tocsin.modelling.plume import fire_intensity, transmission
from tocsin.world.geodesy import to_ecef

SPOT_M = 4000.0


@dataclass(frozen=True)
class HotSpots:
    """Spots by falling power: `positions` (n, 3) Earth-fixed m, `up` (n, 3), `intensity` (n,) W/sr at the source."""

    detections: int
    """Fire pixels that they were made of."""
    frp_mw: FloatArray
    positions: FloatArray
    up: FloatArray
    intensity: FloatArray

    def apparent(self, satellite: FloatArray) -> FloatArray:
        """Return (n,) intensity (W/sr) that reaches a satellite (3,), 0 under the horizon."""
        d = satellite - self.positions
        cosine = np.einsum("ij,ij->i", d, self.up) / np.sqrt(np.einsum("ij,ij->i", d, d))
        return np.where(cosine > 0.0, self.intensity * transmission(np.zeros(len(cosine)), cosine), 0.0)

    def brightest(self, count: int) -> "HotSpots":
        """Return the `count` most powerful spots."""
        n = count
        return HotSpots(self.detections, self.frp_mw[:n], self.positions[:n], self.up[:n], self.intensity[:n])


def read_hot_spots(path: Path | None = None) -> HotSpots:
    """Return the spots of a day: of the package, or of a FIRMS file (`.csv.gz`: latitude, longitude, frp ...)."""
    passes: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with gzip.open(path or data_path("fires.csv.gz"), "rt", newline="") as file:
        for row in csv.DictReader(file):
            if "pass" in row:
                key, values = row["pass"], (row["latitude_deg"], row["longitude_deg"], row["frp_mw"])
            else:
                key = f"{row['satellite']}{row['acq_date']}{row['acq_time']}"
                values = (row["latitude"], row["longitude"], row["frp"])
            passes[key].append((float(values[0]), float(values[1]), float(values[2])))
    rows = np.vstack([_merged(np.array(passes[key]), add=True) for key in sorted(passes)])
    spots = _merged(rows, add=False)
    lat, lon = spots[:, 0] * DEG, spots[:, 1] * DEG
    up = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    pixels = sum(len(v) for v in passes.values())
    return HotSpots(pixels, spots[:, 2].copy(), to_ecef(lat, lon, 0.0), up, fire_intensity(spots[:, 2]))


def _merged(rows: FloatArray, add: bool) -> FloatArray:
    """Return (k, 3) spots lat, lon, MW by falling power: the strongest pixel takes what lies within `SPOT_M` of it."""
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0], -rows[:, 2]))]
    cell = SPOT_M / 111_200.0
    grid: dict[tuple[int, int], list[int]] = defaultdict(list)
    out: list[list[float]] = []
    for lat, lon, power in rows.tolist():
        shrink = max(np.cos(lat * DEG), 0.05)
        width = int(np.ceil(1.0 / shrink))
        i, j = int(np.floor(lat / cell)), int(np.floor(lon / cell))
        home = -1
        for a in (i - 1, i, i + 1):
            for b in range(j - width, j + width + 1):
                for k in grid.get((a, b), ()):
                    if ((lat - out[k][0]) ** 2 + ((lon - out[k][1]) * shrink) ** 2) < cell * cell:
                        home = k
        if home < 0:
            grid[(i, j)].append(len(out))
            out.append([lat, lon, power])
        elif add:
            out[home][2] += power
    merged = np.array(out)
    return merged[np.argsort(-merged[:, 2], kind="stable")]

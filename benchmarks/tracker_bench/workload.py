"""The neutral workload as looks: K objects in free flight, three radars, five false detections a scan.

It is made by `bench/make_workload.py` of the shared folder (TOCSIN_SHARED, or `../shared` beside the repository): a scan of
one radar every 5/3 s for ten minutes. Up to K = 1000 it is taken as it is. Beyond, the side of the area in which the
objects burn out grows with the square root of K / 1000, so that as many start on a square kilometre as at K = 1000.
"""

import math
import os
import types
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    RANGE,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_RANGE,
    FloatArray,
    IntArray,
    Look,
)
from tocsin.core.records.network import Face, Network, Radar
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network

START = 1_700_000_000 * NS
SEED = 20261
"""The generator's own, for which `reference/tracking-peers.md` gives the figures of others."""
SIGMA_RANGE_M, SIGMA_ANGLE_RAD = 30.0, 0.1 * DEG
AREA = "rng.uniform(-2.7, 2.7, K)"
DENSE_K = 1000


class Scan(NamedTuple):
    """One look and what is true at its time."""

    look: Look
    sensor: Sensor
    truth: FloatArray
    """(K, 6) Earth-fixed state, NaN while not in flight."""
    objects: IntArray
    """(n,) which object each detection is of, -1 for none."""
    measured: FloatArray
    """(n, 3) range, azimuth, elevation as the generator gave them, m and rad."""


class Workload(NamedTuple):
    """The scans of one run, and the generator that made them with its physics."""

    scans: list[Scan]
    module: types.ModuleType
    data: dict[str, FloatArray]

    @property
    def detections(self) -> int:
        """How many detections there are."""
        return sum(len(scan.look.values) for scan in self.scans)


def generator(k: int) -> types.ModuleType | None:
    """Return the generator for k objects, None where it is absent."""
    shared = Path(os.environ.get("TOCSIN_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    path = shared / "bench" / "make_workload.py"
    if not path.is_file():
        return None
    source = path.read_text()
    if k > DENSE_K:
        if source.count(AREA) != 2:
            raise ValueError(f"{path.name} no longer draws the place of burn-out by {AREA}")
        half = 2.7 * math.sqrt(k / DENSE_K)
        source = source.replace(AREA, f"rng.uniform({-half}, {half}, K)")
    module = types.ModuleType("make_workload")
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def network_of(data: dict[str, FloatArray]) -> Network:
    """Return the three radars as a network record: one object of 1 m2 is seen with 0.9 at 3,000 km."""
    radars = []
    for i, (lat, lon, height) in enumerate(data["site_llh"].tolist()):
        az0, az1, el0, el1, r0, r1 = data["fov"][i].tolist()
        face = Face(
            azimuth_start_deg=az0 / DEG % 360, azimuth_end_deg=az1 / DEG % 360, elevation_min_deg=el0 / DEG,
            elevation_max_deg=el1 / DEG,
        )  # fmt: skip
        radars.append(
            Radar(
                id=f"R{i}", latitude_deg=lat, longitude_deg=lon, altitude_m=height, faces=(face,), range_km=r1 / 1e3,
                range_min_km=r0 / 1e3, period_s=5.0, sigma_range_m=SIGMA_RANGE_M, reference_range_km=3000.0,
                reference_snr_db=21.2, false_alarms_per_look=5.0,
            )
        )  # fmt: skip
    return Network(radar=tuple(radars))


def scans_of(data: dict[str, FloatArray], sensors: tuple[Sensor, ...]) -> list[Scan]:
    """Return the scans as looks; the noise in azimuth is stated along the arc."""
    scans: list[Scan] = []
    starts = np.searchsorted(data["t"], data["frame_t"], side="left")
    ends = np.searchsorted(data["t"], data["frame_t"], side="right")
    counts = [0, 0, 0]
    for f, radar in enumerate(data["frame_radar"].tolist()):
        z, objects = (data[name][starts[f] : ends[f]] for name in ("z", "obj"))
        values = np.full((len(z), COLUMNS), np.nan)
        values[:, [RANGE, AZIMUTH, ELEVATION]] = z
        values[:, SIGMA_RANGE], values[:, SIGMA_ELEVATION] = SIGMA_RANGE_M, SIGMA_ANGLE_RAD
        values[:, SIGMA_AZIMUTH] = SIGMA_ANGLE_RAD * np.cos(z[:, 2])
        at = START + round(float(data["frame_t"][f]) * NS)
        look = Look(
            sensor=f"R{radar}", session="", sequence=counts[radar], data_mode="test", received=at, time=at, start=at,
            end=at, declared=len(z), numbers=np.arange(len(z), dtype=np.int64), times=np.full(len(z), at, np.int64),
            values=values, hints=(None,) * len(z), rows=np.arange(max(len(z), 1), dtype=np.int64),
        )  # fmt: skip
        counts[radar] += 1
        scans.append(Scan(look, sensors[radar], data["truth"][f], objects.astype(np.int64), z))
    return scans


def make_workload(k: int, seed: int = SEED) -> Workload | None:
    """Return the workload of k objects, None where the generator is absent."""
    module = generator(k)
    if module is None:
        return None
    data = module.make(k, seed)
    return Workload(scans_of(data, compile_network(network_of(data)).sensors), module, data)

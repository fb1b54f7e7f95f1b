"""Prints detections per second, worst scan, GOSPA and switches of the tracker on a neutral ballistic workload.

The workload is made by `bench/make_workload.py` of the shared folder (TOCSIN_SHARED, or `../shared` beside the repository):
K objects in free flight, three radars, a scan of one of them every 5/3 s for ten minutes, five false detections a scan.
"""

import argparse
import cProfile
import hashlib
import importlib.util
import os
import pstats
import time
from pathlib import Path
from types import ModuleType
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
from tocsin.scoring.continuity import associate, following
from tocsin.scoring.sets import gospa
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.tracker import Tracker

START = 1_700_000_000 * NS
CUT_M = 10_000.0
TIDY_S = 5
"""The centre looks after its tracks this often."""
NO_SLOTS = np.empty(0, np.int64)


class Scan(NamedTuple):
    """One look and what is true at its time."""

    look: Look
    sensor: Sensor
    truth: FloatArray
    """(K, 3), NaN while not in flight."""


class Run(NamedTuple):
    """What came out of one workload."""

    seconds: FloatArray
    """(F,) processor time of each scan."""
    places: list[tuple[IntArray, FloatArray]]
    """Track numbers and places (m, 3) after each scan."""
    digest: str


def workload_module() -> ModuleType | None:
    """Return the generator of the workload, None where it is absent."""
    shared = Path(os.environ.get("TOCSIN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    path = shared / "bench" / "make_workload.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("make_workload", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
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
                range_min_km=r0 / 1e3, period_s=5.0, sigma_range_m=30.0, reference_range_km=3000.0,
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
        z = data["z"][starts[f] : ends[f]]
        values = np.full((len(z), COLUMNS), np.nan)
        values[:, [RANGE, AZIMUTH, ELEVATION]] = z
        values[:, SIGMA_RANGE], values[:, SIGMA_ELEVATION] = 30.0, 0.1 * DEG
        values[:, SIGMA_AZIMUTH] = 0.1 * DEG * np.cos(z[:, 2])
        at = START + round(float(data["frame_t"][f]) * NS)
        look = Look(
            sensor=f"R{radar}", session="", sequence=counts[radar], data_mode="test", received=at, time=at, start=at,
            end=at, declared=len(z), numbers=np.arange(len(z), dtype=np.int64), times=np.full(len(z), at, np.int64),
            values=values, hints=(None,) * len(z), rows=np.arange(max(len(z), 1), dtype=np.int64),
        )  # fmt: skip
        counts[radar] += 1
        scans.append(Scan(look, sensors[radar], data["truth"][f, :, :3]))
    return scans


def scans_for(module: ModuleType, k: int) -> list[Scan]:
    """Return the scans of the workload with k objects."""
    data = module.make(k)
    return scans_of(data, compile_network(network_of(data)).sensors)


def nothing_known(_look: Look, _sensor: Sensor, chosen: IntArray, _rows: FloatArray) -> IntArray:
    """Return that no detection is of a known object."""
    return np.full(chosen.size, -1, np.int64)


def run(scans: list[Scan]) -> Run:
    """Return what the tracker makes of the scans; only its own work is timed."""
    tracker = Tracker()
    seconds, places = np.zeros(len(scans)), []
    tidied = START
    for f, (look, sensor, _truth) in enumerate(scans):
        began = time.process_time()
        if look.time - tidied >= TIDY_S * NS:
            tracker.merge_twins()
            tracker.tidy(look.time, set())
            tidied = look.time
        assert sensor.position is not None
        rows = tracker.rows(look, sensor, sensor.position)
        tracker.process(look, sensor, sensor.position, rows, np.arange(len(rows), dtype=np.int64), nothing_known)
        seconds[f] = time.process_time() - began
        slots = np.array([s for s, t in tracker.bank.tracks.items() if t.confirmed], np.int64)
        numbers = np.array([tracker.bank.tracks[int(s)].number for s in slots], np.int64)
        states = tracker.combined(slots)[0] if slots.size else np.empty((0, 9))
        late = (look.time - tracker.bank.ts[slots])[:, None] / NS
        places.append((numbers, states[:, :3] + late * states[:, 3:6] + 0.5 * late**2 * fall(states[:, :3])))
    digest = hashlib.sha256()
    for name in ("xs", "ps", "ws", "ts"):
        digest.update(getattr(tracker.bank, name)[tracker.bank.slots()].tobytes())
    return Run(seconds, places, digest.hexdigest()[:16])


def fall(places: FloatArray) -> FloatArray:
    """Return the pull of a spherical Earth (m, 3): enough to carry a track over the seconds since its last look."""
    r = np.sqrt((places**2).sum(axis=1, keepdims=True))
    return -3.986004418e14 / r**3 * places


def report(k: int, scans: list[Scan], result: Run) -> None:
    """Print the figures of one workload."""
    detections = sum(len(scan.look.values) for scan in scans)
    distance, missed, false, squares, pairs, objects = 0.0, 0, 0, 0.0, 0, 0
    most = max((int(n.max()) for n, _ in result.places if n.size), default=0)
    truth = np.full((k, len(scans), 3), np.nan)
    tracks = np.full((most + 1, len(scans), 3), np.nan)
    for f, (scan, (numbers, places)) in enumerate(zip(scans, result.places, strict=True)):
        truth[:, f], tracks[numbers, f] = scan.truth, places
        alive = scan.truth[~np.isnan(scan.truth[:, 0])]
        score = gospa(alive, places, CUT_M)
        distance += score.distance
        missed += len(alive) - len(score.pairs)
        false += len(places) - len(score.pairs)
        squares += score.localisation
        pairs += len(score.pairs)
        objects += len(alive)
    ever = tracks[~np.isnan(tracks[:, :, 0]).all(axis=1)]
    association = associate(truth, ever, CUT_M)
    switches = sum(following(association, ~np.isnan(truth[i, :, 0]), i).switches for i in range(k))
    total = float(result.seconds.sum())
    print(
        f"K={k}: {detections} detections in {len(scans)} scans, {total:.2f} s = {detections / total:,.0f}/s, worst scan"
        f" {result.seconds.max() * 1e3:.1f} ms; GOSPA {distance / len(scans) / 1e3:.2f} km (c 10 km, p 2), RMSE"
        f" {(squares / max(pairs, 1)) ** 0.5:.0f} m, missed {missed / max(objects, 1):.1%}, false tracks"
        f" {false / len(scans):.3f} a scan, switches {switches}; state {result.digest}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("objects", type=int, nargs="*", default=[1, 10, 100])
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    args = parser.parse_args()
    module = workload_module()
    if module is None:
        print("the workload generator bench/make_workload.py is absent: set TOCSIN_SHARED")
        return
    run(scans_for(module, 10))  # compiles
    for k in args.objects:
        scans = scans_for(module, k)
        if args.profile:
            profile = cProfile.Profile()
            profile.runcall(run, scans)
            pstats.Stats(profile).sort_stats("tottime").print_stats(18)
            continue
        report(k, scans, run(scans))


if __name__ == "__main__":
    main()

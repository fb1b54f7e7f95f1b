"""What bad input costs and does: one row a case, `python benchmarks/bad_input.py`.

Noisy sensor, a flood in one look, clutter for 10,000 looks, a frozen and a copied feed, duplicates that contradict one another:
time a look, memory beyond the start, tracks that follow nothing, and what the centre says of the sensor.
"""

import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec
import numpy as np

from tocsin.centre.centre import Centre
from tocsin.core.constants import NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    RANGE,
    RANGE_RATE,
    SNR_DB,
    Look,
)
from tocsin.core.records.network import Assets, Network, Radar
from tocsin.core.records.outputs import Event, Rejection
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.sensing.sensors import compile_network
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef
from tocsin.world.motion.freeflight_kernels import propagate

START = 1_784_000_000 * NS
PERIOD_S = 10.0
RADARS = tuple(
    Radar(
        id=f"r{k}",
        latitude_deg=40.0,
        longitude_deg=5.0 * k,
        period_s=PERIOD_S,
        range_km=4000.0,
        false_alarms_per_look=2.0,
    )
    for k in range(2)
)
NETWORK = Network(radar=RADARS)
BLUNT = Network(
    radar=tuple(
        msgspec.structs.replace(
            r, false_alarms_per_look=0.05, sigma_range_m=300.0, sigma_azimuth_deg=0.3, sigma_elevation_deg=0.3
        )
        for r in RADARS
    )
)
"""Radars whose gates are wide: what echoes by chance fits them sooner."""
SAID = ("quarantined", "sensor_biased", "sensor_lost", "sensor_back", "gap")


def look(sensor: str, sequence: int, values: np.ndarray, session: str = "s") -> Look:
    """Return a look with detections (n, 15), all at its middle."""
    end = START + round(sequence * PERIOD_S * NS)
    n, middle = len(values), end - round(0.5 * PERIOD_S * NS)
    return Look(
        sensor=sensor, session=session, sequence=sequence, data_mode="test", received=end, time=middle if n else end,
        start=end - round(PERIOD_S * NS), end=end, mode="search", searched=None, state="ok", noise_db=float("nan"),
        declared=n, numbers=np.arange(n, dtype=np.int64), times=np.full(n, middle, np.int64), values=values,
        hints=(None,) * n, rows=np.arange(max(n, 1), dtype=np.int64),
    )  # fmt: skip


def clutter(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return n false reports, even over the volume of a whole sky."""
    out = np.full((n, COLUMNS), np.nan)
    out[:, RANGE] = 4e6 * rng.uniform(size=n) ** (1.0 / 3.0)
    out[:, AZIMUTH] = rng.uniform(0.0, 2.0 * np.pi, n)
    out[:, ELEVATION] = np.arcsin(rng.uniform(0.02, 1.0, n))
    out[:, RANGE_RATE] = rng.uniform(-8e3, 8e3, n)
    out[:, SNR_DB] = 12.0
    return out


def flood() -> Iterator[Look]:
    """Yield quiet looks, one of 100,000 detections, and quiet ones again."""
    rng = np.random.default_rng(1)
    for k in range(1, 31):
        yield look("r0", k, clutter(rng, 100_000 if k == 10 else 2))


def floods() -> Iterator[Look]:
    """Yield ten such looks in a row."""
    rng = np.random.default_rng(2)
    for k in range(1, 31):
        yield look("r0", k, clutter(rng, 100_000 if 10 <= k < 20 else 2))


def pure_clutter(rate: float, looks: int) -> Iterator[Look]:
    """Yield looks of nothing but false alarms, so many on the mean."""
    rng = np.random.default_rng(3)
    for k in range(1, looks + 1):
        yield look("r0", k, clutter(rng, int(rng.poisson(rate))))


def shell(rate: float, looks: int) -> Iterator[Look]:
    """Yield looks of echoes from a thin layer 110 km up, so many on the mean: radar aurora, where every look has new ones."""
    rng = np.random.default_rng(6)
    for k in range(1, looks + 1):
        values = clutter(rng, int(rng.poisson(rate)))
        n = len(values)
        ground = rng.uniform(700e3, 900e3, n)
        up = rng.normal(110e3, 1e3, n) - ground**2 / 12.74e6
        values[:, RANGE], values[:, ELEVATION] = np.hypot(ground, up), np.arctan2(up, ground)
        values[:, AZIMUTH] = rng.uniform(-0.3, 0.3, n) % (2.0 * np.pi)
        values[:, RANGE_RATE] = np.nan
        yield look("r0", k, values)


def frozen() -> Iterator[Look]:
    """Yield looks that repeat one picture for an hour: numbered on and stamped on, but the values never move."""
    picture = clutter(np.random.default_rng(4), 20)
    for k in range(1, 361):
        yield look("r0", k, picture.copy())


def copied() -> Iterator[Look]:
    """Yield the looks of one radar, and the same under the name of another."""
    rng = np.random.default_rng(5)
    for k in range(1, 361):
        values = clutter(rng, int(rng.poisson(5.0)))
        yield look("r0", k, values)
        yield look("r1", k, values.copy())


def contradictory() -> Iterator[Look]:
    """Yield every look three times, with other content under the same key."""
    rng = np.random.default_rng(6)
    for k in range(1, 361):
        for _ in range(3):
            yield look("r0", k, clutter(rng, 5))


def network_of(radars: int) -> Network:
    """Return so many radars 5 degrees apart."""
    return Network(
        radar=tuple(msgspec.structs.replace(RADARS[0], id=f"r{k}", longitude_deg=5.0 * k) for k in range(radars))
    )


def noisy(radars: int, bad: str, factor: float = 10.0, seconds: float = 1800.0, seed: int = 7) -> Iterator[Look]:
    """Yield looks at 30 bodies that pass in space, and clutter as stated; the errors of one radar are so many times larger."""
    rng, sensors = np.random.default_rng(seed), compile_network(network_of(radars)).by_id
    bodies = []
    for _ in range(30):
        lat, lon, azimuth = np.radians(rng.uniform(30, 50)), np.radians(rng.uniform(-10, 20)), rng.uniform(0, 2 * np.pi)
        east, north, up = np.array(enu_axes(lat, lon)).reshape(3, 3)
        place = np.array(geodetic_to_ecef(lat, lon, 0.0)) + rng.uniform(500e3, 1000e3) * up
        way = 7400.0 * (np.sin(azimuth) * east + np.cos(azimuth) * north)
        bodies.append((rng.uniform(0.0, seconds), np.concatenate([place, way])))
    for k in range(1, round(seconds / PERIOD_S) + 1):
        for name, sensor in sensors.items():
            rows = [clutter(rng, int(rng.poisson(2.0)))]
            for passes, body in bodies:
                state, after = np.empty(6), (k - 0.5) * PERIOD_S - passes
                if abs(after) > 400.0 or propagate(body, after, 1e9, state) or sensor.position is None:
                    continue
                r, azimuth, elevation, rate = measure(*state, sensor.position, sensor.rot_enu)
                if elevation > 0.05 and r < 3.9e6:
                    e = (factor if name == bad else 1.0) * rng.normal(size=4)
                    row = np.full((1, COLUMNS), np.nan)
                    row[0, RANGE], row[0, ELEVATION] = (
                        r + sensor.sigma_range * e[0],
                        elevation + sensor.sigma_elevation * e[1],
                    )
                    row[0, AZIMUTH] = azimuth + sensor.sigma_azimuth * e[2] / np.cos(elevation)
                    row[0, RANGE_RATE], row[0, SNR_DB] = rate + sensor.sigma_range_rate * e[3], 20.0
                    rows.append(row)
            yield look(name, k, np.concatenate(rows))


def run(looks: Iterable[Look], network: Network = NETWORK) -> dict[str, object]:
    """Return the figures of one case."""
    centre = Centre(network, Assets(), "test")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said: list[Event] = []
    refused: Counter[str] = Counter()
    worst, total, count = 0.0, 0.0, 0
    for item in looks:
        started = time.process_time()
        records = centre.step(item)
        took = time.process_time() - started
        worst, total, count = max(worst, took), total + took, count + 1
        said += [r for r in records if isinstance(r, Event)]
        refused.update(r.reason for r in records if isinstance(r, Rejection))
        if count % 100 == 0:
            centre.drain_tracks()
            centre.drain_observations()
    kinds = Counter(e.kind for e in said)
    return {
        "looks": count, "detections_used": centre.rows_used, "tracks_confirmed": kinds["track_started"],
        "tracks_at_once": len(centre.tracker.bank.tracks), "events": len(centre.events.events),
        "worst_look_s": round(worst, 3), "mean_look_ms": round(1e3 * total / max(count, 1), 3),
        "memory_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024.0, 1),
        "refused": dict(refused), "told": sorted({f"{e.subject}: {e.data.get('reason', '')}" for e in said if e.kind in SAID}),
    }  # fmt: skip


CASES: dict[str, Callable[[], Iterable[Look]]] = {
    "warm": lambda: pure_clutter(2.0, 50),
    "one look of 100,000": flood,
    "ten looks of 100,000": floods,
    "10,000 looks of clutter at the stated rate": lambda: pure_clutter(2.0, 10_000),
    "10,000 looks of clutter at ten times it": lambda: pure_clutter(20.0, 10_000),
    "frozen": frozen,
    "copied": copied,
    "contradictory": contradictory,
}
NOISY = {
    "a radar alone, errors as stated": (1, ""),
    "a radar alone, errors ten times as large": (1, "r0"),
    "three radars, errors as stated": (3, ""),
    "three radars, errors of one ten times as large": (3, "r1"),
}
"""Radars, and which is noisy: 30 bodies."""


def main() -> None:
    """Print the figures of the cases whose names hold the word given, or of all."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, make in CASES.items():
        if word in name:
            print(name, msgspec.json.encode(run(make())).decode(), flush=True)
    for name, (radars, bad) in NOISY.items():
        if word in name:
            print(name, msgspec.json.encode(run(noisy(radars, bad), network_of(radars))).decode(), flush=True)


if __name__ == "__main__":
    main()

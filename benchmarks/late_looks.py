"""How accurate tracks are whose looks came late, against the same looks in order: ratios of root mean square errors.

Every second look of one sensor comes late by 2 to 50 s. At an instant both trackers have had the same looks; what differs is
the order. One object; 30 m, 0.1 deg every 5 s of two radars; 30 microrad every 5 s of two satellites.

Usage: python benchmarks/late_looks.py [--draws N]
"""

import argparse

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import AZIMUTH, COLUMNS, ELEVATION, INTENSITY, LOS_X, RANGE, Look
from tocsin.core.records.network import Infrared, Network, Orbit, Radar
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.sensing.sensors import Sensor, compile_network
from tocsin.tracking.filter_kernels import BOOST, N, advance_state, coast
from tocsin.tracking.tracker import Tracker
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

START, EVERY_S = 1_700_000_000 * NS, 5.0
WIDE = {"sigma_range_m": 30.0, "sigma_azimuth_deg": 0.1, "sigma_elevation_deg": 0.1}
SENSORS = compile_network(
    Network(
        radar=(
            Radar(id="A", latitude_deg=30.0, longitude_deg=-28.0, **WIDE),
            Radar(id="B", latitude_deg=40.0, longitude_deg=-15.0, **WIDE),
        ),
        infrared=tuple(
            Infrared(id=name, orbit=Orbit(geo_longitude_deg=lon), revisit_s=EVERY_S, sigma_los_rad=30e-6)
            for name, lon in (("west", -70.0), ("east", 10.0))
        ),
    )
).by_id  # fmt: skip


def launched(height_m: float, speed_m_s: float, elevation_deg: float, thrust_m_s2: float) -> np.ndarray:
    """Return a state (10,) on its way north-east from 22 N 32 W."""
    lat, lon, az, el = *np.radians((22.0, -32.0, 40.0)), np.radians(elevation_deg)
    east, north, up = np.array(enu_axes(lat, lon)).reshape(3, 3)
    way = np.cos(el) * (np.sin(az) * east + np.cos(az) * north) + np.sin(el) * up
    x = np.zeros(N)
    x[:3], x[3:6], x[6:9] = geodetic_to_ecef(lat, lon, height_m), speed_m_s * way, thrust_m_s2 * way
    return x


def coasting(seconds: float) -> np.ndarray:
    x = launched(200e3, 4500.0, 38.0, 0.0)
    coast(x, seconds)
    return x


def boosting(seconds: float) -> np.ndarray:
    """Return the state after so many seconds of a gravity turn with 20 to 60 m/s2."""
    x = launched(15e3, 400.0, 75.0, 20.0)
    for k in range(round(seconds)):
        push = 20.0 + 0.4 * k
        x[6:9] = push * x[3:6] / np.linalg.norm(x[3:6])
        advance_state(x, 1.0, BOOST, False)
    return x


CASES = {
    "coasting, two radars": (coasting, ("A", "B"), (20.0, 30.0, 40.0, 60.0, 90.0, 120.0)),
    "boosting, two satellites": (boosting, ("west", "east"), (30.0, 40.0, 60.0, 80.0, 100.0)),
}


def look(
    sensor: Sensor, number: int, seconds: float, arrives: float, state: np.ndarray, rng: np.random.Generator
) -> Look:
    """Return the look of a sensor at one object."""
    values, e, when = np.full((1, COLUMNS), np.nan), rng.normal(size=3), START + round(seconds * NS)
    if sensor.kind == "radar":
        r, az, el, _ = measure(*state[:6], sensor.position, sensor.rot_enu)
        values[0, RANGE], values[0, ELEVATION] = r + sensor.sigma_range * e[0], el + sensor.sigma_elevation * e[2]
        values[0, AZIMUTH] = az + sensor.sigma_azimuth * e[1] / np.cos(el)
    else:
        d = state[:3] - sensor.place(when)
        u = d / np.linalg.norm(d) + sensor.sigma_los * e
        values[0, LOS_X : LOS_X + 3], values[0, INTENSITY] = u / np.linalg.norm(u), 3e5
    return Look(
        sensor=sensor.id, session="", sequence=number, data_mode="test", received=START + round(arrives * NS), time=when,
        start=when, end=when, declared=1, numbers=np.zeros(1, np.int64), times=np.full(1, when, np.int64), values=values,
        hints=(None,), rows=np.zeros(1, np.int64),
    )  # fmt: skip


def error(looks: list[Look], truth: np.ndarray, seconds: float) -> tuple[float, float, int]:
    """Return how far (m, m/s) the track of looks is from the truth (10,) at an instant, and its detections; 0 without one."""
    tracker = Tracker()
    for item in looks:
        sensor = SENSORS[item.sensor]
        place = sensor.place(item.time, item.place)
        nobody = np.full(1, -1, np.int64)
        rows = tracker.rows(item, sensor, place)
        tracker.process(item, sensor, place, rows, np.zeros(1, np.int64), lambda *_, none=nobody: none)
    tracks = list(tracker.bank.tracks.values())
    if len(tracks) != 1:
        return np.nan, np.nan, 0
    ahead = tracker.ahead(
        tracks[0].id, np.array([max(START + round(seconds * NS), int(tracker.bank.ts[tracks[0].slot]))])
    )
    assert ahead is not None
    off = ahead[0][0] - truth[:6]
    return float(np.linalg.norm(off[:3])), float(np.linalg.norm(off[3:])), tracks[0].hits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    options = parser.parse_args()
    for name, (flown, sensors, instants) in CASES.items():
        print(f"{name}: errors of late looks / of looks in order, root mean square; {options.draws} draws")
        states = {t: flown(t) for t in np.arange(0.0, instants[-1] + EVERY_S, EVERY_S / 2.0)}
        found: dict[float, list[tuple[float, ...]]] = {t: [] for t in instants}
        for draw in range(options.draws):
            rng = np.random.default_rng(draw)
            looks = []
            for k, sensor in enumerate(sensors):
                for number, t in enumerate(np.arange(0.0, instants[-1] + 0.1, EVERY_S) + 0.5 * k * EVERY_S):
                    if t > instants[-1]:
                        continue
                    late = rng.uniform(2.0, 50.0) if k == 1 and number % 2 else 0.0
                    looks.append(look(SENSORS[sensor], number, t, t + late, states[t], rng))
            for t in instants:
                had = [one for one in looks if one.received <= START + round(t * NS)]
                in_order = error(sorted(had, key=lambda one: one.time), states[t], t)
                as_came = error(sorted(had, key=lambda one: one.received), states[t], t)
                found[t].append((*in_order, *as_came))
        for t in instants:
            f = np.array(found[t])
            whole = ~np.isnan(f[:, 0]) & ~np.isnan(f[:, 3])
            rms = np.sqrt(np.mean(f[whole] ** 2, axis=0))
            print(
                f"  {t:4.0f} s, {np.median(f[whole, 2]):2.0f} detections: place {rms[3] / rms[0]:.3f}, velocity"
                f" {rms[4] / rms[1]:.3f} ({rms[0]:.0f} m, {rms[1]:.1f} m/s in order; {whole.sum()} of {len(f)} one track)"
            )  # fmt: skip


if __name__ == "__main__":
    main()

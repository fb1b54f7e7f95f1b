"""Ways of taking a partner's track in, compared: how honest is the fused track, and how sharp.

    python benchmarks/track_fusion.py [SEEDS]

One object in free flight, our own radar every 5 s; the partner sends its track every 10 s, made with a radar of its own or with
ours as well. Printed by way: NEES per degree of freedom (1 = honest; more = too sure) and RMS of the place, at the end.
"""

from __future__ import annotations

import sys

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, COLUMNS, ELEVATION, RANGE, Look, PartnerTrack
from tocsin.core.records.network import Network, Radar
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.filter_kernels import FREE, N, coast, predict_model
from tocsin.tracking.tracker import Tracker
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

START = 1_700_000_000 * NS
RADARS = compile_network(
    Network(
        radar=(
            Radar(id="ours", latitude_deg=30.0, longitude_deg=-28.0),
            Radar(id="theirs", latitude_deg=40.0, longitude_deg=-15.0, sigma_range_m=20.0),
        )
    )
).by_id
WAYS = ("none", "as if independent", "differences of consecutive tracks", "covariance intersection")


def truth(seconds: float) -> np.ndarray:
    """Return the Earth-fixed state (6,) of the object."""
    lat, lon, az, el = 22.0 * DEG, -32.0 * DEG, 40.0 * DEG, 38.0 * DEG
    east, north, up = np.array(enu_axes(lat, lon)).reshape(3, 3)
    way = np.cos(el) * (np.sin(az) * east + np.cos(az) * north) + np.sin(el) * up
    x = np.zeros(N)
    x[:6], x[9] = np.concatenate([geodetic_to_ecef(lat, lon, 200e3), 4500.0 * way]), 0.0
    coast(x, seconds)
    return x[:6]


def look(radar: str, number: int, seconds: float, rng: np.random.Generator) -> Look:
    """Return one look with one detection."""
    s, when = RADARS[radar], START + round(seconds * NS)
    assert s.position is not None
    r, az, el, _ = measure(*truth(seconds), s.position, s.rot_enu)
    values = np.full((1, COLUMNS), np.nan)
    e = rng.normal(size=3)
    values[0, RANGE] = r + s.sigma_range * e[0]
    values[0, AZIMUTH] = az + s.sigma_azimuth * e[1] / np.cos(el)
    values[0, ELEVATION] = el + s.sigma_elevation * e[2]
    return Look(
        sensor=radar, session="", sequence=number, data_mode="test", received=when, time=when, start=when, end=when,
        declared=1, numbers=np.zeros(1, np.int64), times=np.full(1, when), values=values, hints=(None,),
        rows=np.zeros(1, np.int64),
    )  # fmt: skip


def feed(tracker: Tracker, item: Look) -> None:
    """Give a look to a tracker."""
    s = RADARS[item.sensor]
    assert s.position is not None
    rows = tracker.rows(item, s, s.position)
    tracker.process(item, s, s.position, rows, np.arange(1), lambda *a: np.full(a[2].size, -1, np.int64))


def information(x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return information matrix and vector of a state (6,) with covariance (6, 6)."""
    inverse = np.linalg.inv(p)
    return inverse, inverse @ x


def put(tracker: Tracker, z: np.ndarray, r: np.ndarray) -> None:
    """Take a state in as an independent measurement."""
    bank = tracker.bank
    slot = int(bank.slots()[0])
    x, p = bank.xs[slot, FREE], bank.ps[slot, FREE]
    gain = p[:, :6] @ np.linalg.inv(p[:6, :6] + r)
    x += gain @ (z - x[:6])
    p -= gain @ p[:6, :].copy()


def run(way: str, common: bool, seed: int) -> tuple[float, float]:
    """Return (NEES per degree of freedom, squared error of place) at the end."""
    rng = np.random.default_rng(seed)
    ours, theirs = Tracker(), Tracker()
    before: tuple[np.ndarray, np.ndarray] | None = None
    for k in range(1, 31):
        t = 5.0 * k
        one, two = look("ours", k, t, rng), look("theirs", k, t, rng)
        feed(ours, one)
        if common:
            feed(theirs, one)
        feed(theirs, two)
        if k < 8 or k % 2:
            continue
        bank = theirs.bank
        slot = int(bank.slots()[0])
        z, r = bank.xs[slot, FREE, :6].copy(), bank.ps[slot, FREE, :6, :6].copy()
        if way == "as if independent":
            put(ours, z, r)
        elif way == "covariance intersection":
            when = START + round(t * NS)
            lower = tuple(float(r[i, j]) for i in range(6) for j in range(i + 1))
            ours.take_partner(PartnerTrack(f"p{k}", when, "test", when, tuple(z.tolist()), lower, "ally", "l"))  # type: ignore[arg-type]
        elif way != "none":
            new, vector = information(z, r)
            if before is not None:
                x, p = np.zeros(N), np.zeros((N, N))
                x[:6], p[:6, :6], x[9], p[9, 9] = before[0], before[1], 3e-4, 1e-8
                predict_model(x, p, 10.0, FREE)
                old, old_vector = information(x[:6], p[:6, :6])
                values, axes = np.linalg.eigh(new - old)
                if values.min() > 0.0:
                    fresh = (axes / values) @ axes.T
                    put(ours, fresh @ (vector - old_vector), fresh)
            else:
                put(ours, z, r)
            before = z, r
    slot = int(ours.bank.slots()[0])
    e = ours.bank.xs[slot, FREE, :6] - truth(150.0)
    p = ours.bank.ps[slot, FREE, :6, :6]
    return float(e @ np.linalg.solve(p, e)) / 6.0, float(e[:3] @ e[:3])


def main(seeds: int) -> None:
    """Print the table."""
    print(f"{'way':36s} {'own radar: NEES':>16s} {'RMS m':>7s} {'ours as well: NEES':>19s} {'RMS m':>7s}")
    for way in WAYS:
        cells = []
        for common in (False, True):
            got = np.array([run(way, common, s) for s in range(seeds)])
            cells += [got[:, 0].mean(), np.sqrt(got[:, 1].mean())]
        print(f"{way:36s} {cells[0]:16.2f} {cells[1]:7.0f} {cells[2]:19.2f} {cells[3]:7.0f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)

"""Real radar passes predict: the first minute of a pass the rest of it, a pass of one radar the next pass of another.

Data and parts as in `test_real_radar`; the first 20,000 rows always, all of them with TOCSIN_SLOW=1. Errors are not
understated. They are overstated: the noise that the table states of Kaena Point is 93 m and 0.014 to 0.022 deg, that which its
detections show 2.4 m and 0.0012 deg, and what moves slowly (servos, refraction) lies between. See docs/theory/tracking.md.
"""

from __future__ import annotations

import os
from typing import NamedTuple

import numpy as np
import pytest

from tests.acceptance.test_real_radar import FIRST_ROWS, Pass, Run, cut_table, passes
from tests.shared_data import shared
from tests.unit.tracking.scenes import nothing_known
from tocsin.core.constants import NS
from tocsin.formats.ssn_table import read_ssn_table
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    FREE,
    M_RANGE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    S_X,
    U_X,
    N,
    predict_model,
)  # fmt: skip
from tocsin.tracking.tracker import Tracker

ROWS = None if os.environ.get("TOCSIN_SLOW") else FIRST_ROWS
FIRST_S, OUTLIER, GAP_S = 60.0, 25.0, 3.0 * 3600.0


class Record(NamedTuple):
    """Passes in order of time, and the radars."""

    passes: list[Pass]
    sensors: dict[str, Sensor]


class State(NamedTuple):
    """A state (10,), its covariance (10, 10), and its time."""

    x: np.ndarray
    p: np.ndarray
    time: int


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    path = cut_table(tmp_path_factory.mktemp("passes"), ROWS)
    read = read_ssn_table(path, "test", shared("data/radar_ssn_b3/sensors.csv"))
    owner = [line.split(",", 1)[0] for line in path.read_text().splitlines()[1:]]
    found = passes(Run(read, owner, [], {}, {}))
    return Record(sorted(found, key=lambda p: p.looks[0].time), compile_network(read.network).by_id)


def followed(record: Record, one: Pass, seconds: float) -> State | None:
    """Return the state of a tracker of its own after the first seconds of a pass; None where it has no track."""
    sensor, tracker, end = record.sensors[one.sensor], Tracker(), one.looks[0].time + round(seconds * NS)
    tracker = Tracker()
    for look in one.looks:
        if look.time <= end:
            place = sensor.place(look.time, look.place)
            rows = tracker.rows(look, sensor, place)
            tracker.process(look, sensor, place, rows, np.arange(len(rows), dtype=np.int64), nothing_known)
    tracks = [t for t in tracker.bank.tracks.values() if t.confirmed and not t.stem]
    if not tracks:
        return None
    track = max(tracks, key=lambda t: t.hits)
    states, covariances = tracker.combined(np.array([track.slot], np.int64))
    x, p = np.zeros(N), np.zeros((N, N))
    x[:6], x[9], p[:6, :6] = states[0, :6], 20.0, covariances[0]
    return State(x, p, int(tracker.bank.ts[track.slot]))


def carried(state: State, time: int) -> State:
    if time > state.time:
        predict_model(state.x, state.p, (time - state.time) / NS, FREE)
    return State(state.x, state.p, max(time, state.time))


def rest_of(record: Record, one: Pass) -> list[tuple[float, float]]:
    """Return (seconds into the pass, squared normalised innovation) of each component that the first minute predicts."""
    state = followed(record, one, FIRST_S)
    out: list[tuple[float, float]] = []
    if state is None:
        return out
    sensor = record.sensors[one.sensor]
    tracker = Tracker()
    for look in one.looks:
        into = (look.time - one.looks[0].time) / NS
        if into <= FIRST_S:
            continue
        state = carried(state, look.time)
        m = tracker.rows(look, sensor, sensor.place(look.time, look.place))[0]
        d = state.x[:3] - m[S_X : S_X + 3]
        far = float(np.linalg.norm(d))
        parts = [(-(d @ m[a : a + 3]), m[a : a + 3], far * m[s]) for a, s in ((A_X, M_SIGMA_A), (B_X, M_SIGMA_B))]
        if not np.isnan(m[M_RANGE]):
            parts.append((m[M_RANGE] - far, m[U_X : U_X + 3], m[M_SIGMA_RANGE]))
        out += [(into, float(y * y / (h @ state.p[:3, :3] @ h + sigma**2))) for y, h, sigma in parts]
    return out


def test_the_first_minute_of_a_pass_predicts_the_rest_within_its_covariance(record: Record) -> None:
    found = np.array([row for one in record.passes for row in rest_of(record, one)])
    assert len(found) > 20_000
    squares = found[:, 1]
    kept = squares[squares < OUTLIER]
    by_time = {
        f"{low} to {high} s": (int(m.sum()), round(float(squares[m & (squares < OUTLIER)].mean()), 2))
        for low, high in ((60, 90), (90, 150), (150, 300), (300, 1200))
        if (m := (found[:, 0] >= low) & (found[:, 0] < high)).any()
    }
    print(f"mean {kept.mean():.3f}, outliers {1 - len(kept) / len(squares):.4f}, {by_time}")
    # measured: 0.33; never more sure than right. 0.9 to 1.1 would need noise figures that are true
    assert 0.2 < kept.mean() < 1.1, by_time
    assert len(kept) > 0.97 * len(squares)


def test_a_pass_of_one_radar_predicts_the_next_pass_of_another(record: Record) -> None:
    found = []
    for k, one in enumerate(record.passes):
        end = one.looks[-1].time
        later = (b for b in record.passes[k + 1 :] if b.norad == one.norad and b.sensor != one.sensor)
        other = next((b for b in later if end < b.looks[0].time < end + GAP_S * NS), None)
        if other is None:
            continue
        here, there = followed(record, one, 1e6), followed(record, other, 1e6)
        if here is None or there is None or here.time > there.time:
            continue
        here = carried(here, there.time)
        off = here.x[:6] - there.x[:6]
        both = here.p[:6, :6] + there.p[:6, :6]
        found.append((float(off @ np.linalg.solve(both, off)) / 6.0, float(np.linalg.norm(off[:3])) / 1e3))
    squares, kilometres = np.array(found).T
    inside = np.mean(squares < 12.6 / 6.0)
    print(f"{len(found)} pairs, {inside:.3f} inside, median {np.median(squares):.2f}, {np.median(kilometres):.1f} km")
    assert len(found) >= 3
    # measured: 0.77 of 409; the others are passes that end on a slip or on what moves slowly; chi-square of six, 95 %
    assert inside > 0.7
    assert np.median(kilometres) < 20.0

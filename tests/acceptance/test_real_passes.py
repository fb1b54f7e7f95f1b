"""Real radar passes predict: the first minute of a pass the rest of it, a pass of one radar the next pass of another.

Data and parts as in `test_real_radar`; the first 20,000 rows always, all of them with TOCSIN_SLOW=1. Errors are not
understated. By the table they are overstated: the noise that it states of Kaena Point is 93 m and 0.014 to 0.022 deg, that which
its detections show 2.4 m and 0.0012 deg. With figures found from the passes of even days
(`modelling/radar_calibration.py`) they are right on odd days. See docs/theory/tracking.md.
"""

from __future__ import annotations

import os
from typing import NamedTuple

import msgspec
import numpy as np
import pytest

from tests.acceptance.test_real_radar import FIRST_ROWS, Pass, Run, cut_table, passes
from tests.shared_data import shared
from tocsin.core.constants import NS
from tocsin.core.records.network import Network, Radar
from tocsin.formats.ssn_table import read_ssn_table
from tocsin.modelling.radar_calibration import OUTLIER, calibrated, followed, passes_of, predicted
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.filter_kernels import FREE, predict_model

ROWS = None if os.environ.get("TOCSIN_SLOW") else FIRST_ROWS
GAP_S = 3.0 * 3600.0
BIAS = {"bias_range_m": 10.0, "bias_azimuth_deg": 0.003, "bias_elevation_deg": 0.003}
NAMES = ("sigma_range_m", "sigma_azimuth_deg", "sigma_elevation_deg", "slow_range_m", "slow_azimuth_deg", "slow_elevation_deg",
         "slow_rate_rad_s")  # fmt: skip
EVEN_DAYS = {
    "354": (19.1, 0.00128, 0.00165, 61.7, 0.00773, 0.00531, 0.03),
    "363": (6.42, 0.00134, 0.00134, 73.9, 0.00947, 0.00849, 0.03),
    "932": (2.6, 0.00118, 0.00113, 1.59, 0.0019, 0.00252, 0.0333),
}
"""Figures of Ascension, Antigua, Kaena Point from passes of even days, by `benchmarks/radar_calibration.py`."""
slow = pytest.mark.skipif(ROWS is not None, reason="the whole table takes minutes: set TOCSIN_SLOW=1")


class Record(NamedTuple):
    """Passes in order of time, and the radars."""

    passes: list[Pass]
    sensors: dict[str, Sensor]
    network: Network


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    path = cut_table(tmp_path_factory.mktemp("passes"), ROWS)
    read = read_ssn_table(path, "test", shared("data/radar_ssn_b3/sensors.csv"))
    owner = [line.split(",", 1)[0] for line in path.read_text().splitlines()[1:]]
    found = passes(Run(read, owner, [], {}, {}))
    return Record(sorted(found, key=lambda p: p.looks[0].time), compile_network(read.network).by_id, read.network)


@pytest.fixture(scope="module")
def judged(record: Record) -> Record:
    """Return the passes of odd days, and the radars with the figures of even days."""
    radars = tuple(found(r, EVEN_DAYS[r.id]) if r.id in EVEN_DAYS else r for r in record.network.radar)
    network = msgspec.structs.replace(record.network, radar=radars)
    return Record([p for p in record.passes if odd(p)], compile_network(network).by_id, network)


def found(radar: Radar, figures: tuple[float, ...]) -> Radar:
    return msgspec.structs.replace(radar, **BIAS, **dict(zip(NAMES, figures, strict=True)))


def odd(one: Pass) -> bool:
    return one.looks[0].time // NS // 86400 % 2 == 1


def end_of(record: Record, one: Pass) -> tuple[np.ndarray, np.ndarray, int] | None:
    """Return state, covariance and time of the track of a whole pass; None where it has none."""
    return followed(one.looks, record.sensors[one.sensor], one.looks[-1].time)


def rest_of(record: Record) -> np.ndarray:
    """Return (n, 2) seconds into the pass, squared normalised innovation: of each component that first minutes predict."""
    parts = [predicted([one.looks], record.sensors[one.sensor]) for one in record.passes]
    return np.concatenate([np.stack([part.seconds, part.squares], axis=1) for part in parts])


def by_age(found: np.ndarray) -> dict[str, tuple[int, float, float]]:
    """Return how many, the mean of what is no outlier, and the share of outliers, by seconds into the pass."""
    out = {}
    for low, high in ((60, 90), (90, 150), (150, 300), (300, 1200)):
        mine = found[(found[:, 0] >= low) & (found[:, 0] < high), 1]
        if mine.size:
            kept = mine[mine < OUTLIER]
            out[f"{low} to {high} s"] = mine.size, round(float(kept.mean()), 2), round(1 - kept.size / mine.size, 4)
    return out


def test_the_first_minute_of_a_pass_predicts_the_rest_within_its_covariance(record: Record) -> None:
    found = rest_of(record)
    assert len(found) > 20_000
    squares = found[:, 1]
    kept = squares[squares < OUTLIER]
    ages = by_age(found)
    print(f"mean {kept.mean():.3f}, outliers {1 - len(kept) / len(squares):.4f}, {ages}")
    # measured: 0.33; never more sure than right. 0.9 to 1.1 needs noise figures that are true
    assert 0.2 < kept.mean() < 1.1, ages
    assert len(kept) > 0.97 * len(squares)


def test_with_figures_of_even_days_it_does_so_on_odd_days_and_is_neither_too_sure_nor_too_unsure(
    judged: Record,
) -> None:
    found = rest_of(judged)
    squares = found[:, 1]
    kept, ages = squares[squares < OUTLIER], by_age(found)
    print(f"mean {kept.mean():.3f}, outliers {1 - len(kept) / len(squares):.4f}, {ages}")
    low, high = (
        (0.9, 1.1) if ROWS is None else (0.6, 1.4)
    )  # few passes of the first days: one sigma of their mean is 0.15
    assert low < kept.mean() < high, ages
    for name in ("60 to 90 s", "90 to 150 s", "150 to 300 s"):
        assert ROWS is not None or 0.75 < ages[name][1] < 1.35, ages
    assert len(kept) > 0.97 * len(squares)


@slow
def test_the_calibration_finds_these_figures_on_even_days(record: Record) -> None:
    radar = next(r for r in record.network.radar if r.id == "932")
    mine = [
        p
        for p in passes_of((k for one in record.passes for k in one.looks), "932")
        if p[0].time // NS // 86400 % 2 == 0
    ]
    again = calibrated(msgspec.structs.replace(radar, **BIAS), mine)
    # the grouping is by the radar's own track numbers, and rows of passes of other objects fall out
    for name, figure in zip(NAMES, EVEN_DAYS["932"], strict=True):
        assert getattr(again, name) == pytest.approx(figure, rel=0.3), name


def test_a_pass_of_one_radar_predicts_the_next_pass_of_another(record: Record) -> None:
    found = []
    for k, one in enumerate(record.passes):
        end = one.looks[-1].time
        later = (b for b in record.passes[k + 1 :] if b.norad == one.norad and b.sensor != one.sensor)
        other = next((b for b in later if end < b.looks[0].time < end + GAP_S * NS), None)
        if other is None:
            continue
        here, there = end_of(record, one), end_of(record, other)
        if here is None or there is None or here[2] > there[2]:
            continue
        (x, p, since), (y, q, until) = here, there
        if until > since:
            predict_model(x, p, (until - since) / NS, FREE)
        off, both = x[:6] - y[:6], p[:6, :6] + q[:6, :6]
        found.append((float(off @ np.linalg.solve(both, off)) / 6.0, float(np.linalg.norm(off[:3])) / 1e3))
    squares, kilometres = np.array(found).T
    inside = np.mean(squares < 12.6 / 6.0)
    print(f"{len(found)} pairs, {inside:.3f} inside, median {np.median(squares):.2f}, {np.median(kilometres):.1f} km")
    assert len(found) >= 3
    # measured: 0.80 of 409; the others are passes that end on a slip or on what moves slowly; chi-square of six, 95 %
    assert inside > 0.7
    assert np.median(kilometres) < 20.0

"""What a sensor cannot tell apart is one detection; what it can stays two."""

import math

import msgspec
import numpy as np
import pytest

from tocsin.core.constants import SPEED_OF_LIGHT_M_S
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    INTENSITY,
    LOS_X,
    LOS_Z,
    RANGE,
    RANGE_RATE,
    RCS_DBSM,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_LOS,
    SIGMA_RANGE,
    SIGMA_RANGE_RATE,
    SNR_DB,
    FloatArray,
)
from tocsin.core.records.network import Infrared, Network, Radar
from tocsin.modelling.look_build import Rows
from tocsin.modelling.resolved import resolve
from tocsin.sensing.resolution import apart
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network
from tocsin.sensing.signal_kernels import BEST_ACCURACY

RADAR = Radar(id="r", latitude_deg=0.0, longitude_deg=0.0, bandwidth_khz=500.0, beamwidth_deg=2.0)
CELL_M = SPEED_OF_LIGHT_M_S / 1e6


def radar(**changes: object) -> Sensor:
    return compile_network(Network(radar=(msgspec.structs.replace(RADAR, **changes),))).by_id["r"]


def satellite(pixel_rad: float = 1e-4) -> Sensor:
    return compile_network(Network(infrared=(Infrared(id="i", pixel_rad=pixel_rad),))).by_id["i"]


def echo(range_m: float, azimuth: float = 1.0, elevation: float = 0.5, snr_db: float = 25.0) -> FloatArray:
    s = radar()
    out = np.full(COLUMNS, np.nan)
    out[[RANGE, AZIMUTH, ELEVATION, RANGE_RATE, SNR_DB, RCS_DBSM]] = range_m, azimuth, elevation, 100.0, snr_db, 0.0
    factor = max(10.0 ** ((s.reference_snr_db - snr_db) / 20.0), BEST_ACCURACY)
    out[[SIGMA_RANGE, SIGMA_AZIMUTH, SIGMA_ELEVATION]] = (
        np.array([s.sigma_range, s.sigma_azimuth, s.sigma_elevation]) * factor
    )
    out[SIGMA_RANGE_RATE] = s.sigma_range_rate * factor
    return out


def spot(x: float, intensity: float) -> FloatArray:
    out = np.full(COLUMNS, np.nan)
    out[LOS_X : LOS_Z + 1] = np.array([x, 0.0, -1.0]) / math.hypot(x, 1.0)
    out[SIGMA_LOS], out[INTENSITY] = 1e-9, intensity
    return out


def rows(values: list[FloatArray], slots: list[int] | None = None) -> Rows:
    n = len(values)
    out = Rows()
    out.add(np.array(slots or [0] * n), np.arange(n), np.array(values), [f"o{k}" for k in range(n)])
    return out


def test_a_cell_is_the_matched_pulse_and_the_beam() -> None:
    assert radar().cell == pytest.approx((CELL_M, math.radians(2.0), math.radians(2.0)))
    # where the file gives accuracies only, the cell is what gives them: c / 2B = sigma sqrt(2 S), beam = 1.6 sigma sqrt(2 S)
    bare = radar(bandwidth_khz=None, beamwidth_deg=None, sigma_range_m=30.0, sigma_azimuth_deg=0.1)
    root = math.sqrt(2.0 * 10.0**1.3)
    assert bare.cell[0] == pytest.approx(30.0 * root)
    assert bare.cell[1] == pytest.approx(math.radians(0.1) * 1.6 * root)
    assert satellite().cell[1] == 1e-4


@pytest.mark.parametrize(
    ("other", "one"),
    [
        (echo(1e6 + 0.9 * CELL_M), True),
        (echo(1e6 + 1.1 * CELL_M), False),
        (echo(1e6, azimuth=1.0 + math.radians(1.8) / math.cos(0.5)), True),
        (echo(1e6, azimuth=1.0 + math.radians(2.2) / math.cos(0.5)), False),
        (echo(1e6, elevation=0.5 + math.radians(2.2)), False),
    ],
)
def test_echoes_of_one_cell_are_one_detection(other: FloatArray, one: bool) -> None:
    strong = echo(1e6, snr_db=40.0)  # too strong for the weaker to cancel
    out, shared = resolve(radar(), rows([strong, other]), 1)
    assert (shared == 1) is one
    assert len(out.labels) == (1 if one else 2)
    if one:
        assert (out.labels, out.also) == (["o0"], ["o1"])


def test_looks_and_azimuths_across_north_are_kept_apart_as_they_should() -> None:
    same = [echo(1e6), echo(1e6)]
    assert resolve(radar(), rows(same, [0, 1]), 1)[1] == 0
    across = [echo(1e6, azimuth=0.001, snr_db=40.0), echo(1e6, azimuth=2.0 * math.pi - 0.001)]
    out, shared = resolve(radar(), rows(across), 1)
    assert shared == 1
    assert abs((out.values[0][0, AZIMUTH] + math.pi) % (2.0 * math.pi) - math.pi) < 0.002


def test_waves_add_with_random_phases() -> None:
    """Two equal echoes: the mean power is the sum, and now and then they cancel below the threshold."""
    n = 4000
    pairs = [e for k in range(n) for e in (echo(1e6, snr_db=20.0), echo(1e6, snr_db=20.0))]
    out, shared = resolve(radar(), rows(pairs, [k // 2 for k in range(2 * n)]), 3)
    values = np.vstack(out.values)
    power = 10.0 ** (values[:, SNR_DB] / 10.0)
    # |1 + exp(i phi)|^2 = 4 cos^2(phi / 2) stays under the threshold t for a share 2 / pi asin(sqrt(t / 400)) of the phases
    lost = 2.0 / math.pi * math.asin(math.sqrt((-math.log(1e-6) - 1.0) / 400.0))
    assert shared == len(power)
    assert shared / n == pytest.approx(1.0 - lost, abs=4.0 * math.sqrt(lost / n))
    assert power.sum() / n == pytest.approx(200.0, rel=0.05)


def test_the_place_of_a_sum_is_the_mean_by_power_and_its_error_is_as_stated() -> None:
    n = 2000
    pairs = [e for k in range(n) for e in (echo(1e6, snr_db=30.0), echo(1e6 + 60.0, snr_db=30.0))]
    rng = np.random.default_rng(1)
    for e in pairs:
        e[RANGE] += rng.normal() * e[SIGMA_RANGE]
    values = np.vstack(resolve(radar(), rows(pairs, [k // 2 for k in range(2 * n)]), 3)[0].values)
    off = (values[:, RANGE] - 1e6 - 30.0) / values[:, SIGMA_RANGE]
    assert abs(off.mean()) < 4.0 / math.sqrt(n)
    # the strongest sums are more accurate than the mean of their parts can be: what is stated there is a little too good
    assert 0.9 < off.std() < 1.3


def test_light_of_a_pixel_adds() -> None:
    out, shared = resolve(satellite(), rows([spot(0.0, 3e4), spot(6e-5, 1e4), spot(2e-4, 1e4)]), 1)
    assert shared == 1 and out.labels == ["o0", "o2"] and out.also == ["o1", ""]
    values = out.values[0]
    assert values[0, INTENSITY] == pytest.approx(4e4)
    assert values[0, LOS_X] == pytest.approx(1.5e-5, abs=1e-8)


def test_the_strongest_takes_its_neighbourhood_and_no_chain_runs_on() -> None:
    """Spots 0.8 of a pixel apart in a row: each peak takes one cell about it, not the whole row."""
    line = [spot(8e-5 * k, 1e4 + 1e3 * (k == 1)) for k in range(5)]
    out, _ = resolve(satellite(), rows(line), 1)
    assert out.labels == ["o1", "o3"]  # the second takes the first and third; the fourth the fifth


def test_distance_is_in_cells_and_symmetric() -> None:
    s = radar()
    a, b = np.array([echo(1e6)]), np.array([echo(1e6 + 2.0 * CELL_M, azimuth=1.0 + math.radians(1.0))])
    assert apart(s, a, b)[0] == pytest.approx(2.0)
    assert apart(s, b, a)[0] == pytest.approx(2.0)

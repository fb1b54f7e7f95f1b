import math

import numpy as np
import pytest

from tocsin.core.constants import NS, SPEED_OF_LIGHT_M_S
from tocsin.core.records.inputs import AZIMUTH, COLUMNS, ELEVATION, RANGE, RANGE_RATE, Look
from tocsin.core.records.network import Face, Network, Radar
from tocsin.core.time import tai_from_iso
from tocsin.detection.moon import DEPTH_M, moon_echoes, moon_in
from tocsin.sensing.sensors import compile_network

NOW = tai_from_iso("2026-03-20T12:00:00Z")
PULSE_S = 0.0371


def radar(pulse_s: float | None = PULSE_S):
    face = Face(azimuth_start_deg=0, azimuth_end_deg=360, elevation_min_deg=0, elevation_max_deg=90)
    record = Radar(id="r", latitude_deg=76.57, longitude_deg=-68.3, faces=(face,), pulse_interval_s=pulse_s,
                   bias_range_m=50.0, bias_azimuth_deg=0.05, bias_elevation_deg=0.05)  # fmt: skip
    return compile_network(Network(radar=(record,))).by_id["r"]


def up(sensor):
    """Return an instant at which the Moon stands well above the horizon."""
    for hour in range(0, 24 * 28):
        at = NOW + hour * 3600 * NS
        moon = moon_in(sensor, at)
        if moon is not None and moon[1] > 0 and 0.1 < moon[2] < 0.5:
            return at, moon
    raise AssertionError("the Moon never rises")


def look(at, values):
    return Look(sensor="r", session="s", sequence=1, data_mode="test", received=at, time=at, start=at - NS, end=at,
                declared=1, numbers=np.zeros(1, np.int64), times=np.array([at]), values=values)  # fmt: skip


def echo(moon, deep=18_000.0, rate=0.0, turn=0.0, off=0.0):
    far, azimuth, elevation, own = moon
    values = np.full((1, COLUMNS), np.nan)
    fold = 0.5 * SPEED_OF_LIGHT_M_S * PULSE_S
    values[0, RANGE] = (far + deep + off) % fold
    values[0, AZIMUTH] = azimuth + turn / math.cos(elevation)
    values[0, ELEVATION], values[0, RANGE_RATE] = elevation, own + rate
    return values


def told(sensor, at, values):
    return bool(moon_echoes(look(at, values), sensor, np.zeros(1, np.int64))[0])


@pytest.mark.parametrize("deep", [0.0, 18_000.0, 0.9 * DEPTH_M])
def test_an_echo_at_the_folded_range_of_the_moon_is_the_moon(deep: float) -> None:
    sensor = radar()
    at, moon = up(sensor)
    assert told(sensor, at, echo(moon, deep))


def test_what_closes_in_before_the_moon_is_not_hidden_by_it() -> None:
    sensor = radar()
    at, moon = up(sensor)
    assert not told(sensor, at, echo(moon, rate=-1500.0))


@pytest.mark.parametrize("change", [{"turn": math.radians(3.0)}, {"off": 400_000.0}, {"off": -100_000.0}])
def test_another_direction_or_range_is_not_the_moon(change: dict[str, float]) -> None:
    sensor = radar()
    at, moon = up(sensor)
    assert not told(sensor, at, echo(moon, **change))


def test_a_radar_whose_echoes_do_not_fold_never_hears_the_moon() -> None:
    sensor = radar(None)
    at, moon = up(radar())
    assert not told(sensor, at, echo(moon))

"""The Moon in the packaged network of 1979: BMEWS takes its echo for a target, as Thule did in October 1960."""

import math

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from tocsin.core.constants import DEG, NS, SPEED_OF_LIGHT_M_S
from tocsin.core.records.inputs import ELEVATION, RANGE
from tocsin.core.records.scenario import Background, Catalogue
from tocsin.core.records.sources.radio import MoonEcho
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import read_network, read_scenario
from tocsin.formats.toml_given import given
from tocsin.modelling.paths import find_file, find_scenario
from tocsin.modelling.simulate import simulate
from tocsin.modelling.sources.moon_echo import DEPTH_M, RADIUS_M, moon_states
from tocsin.sensing.kinds.radar_kernels import measure_batch
from tocsin.sensing.sensors import compile_network

WITH_INTERVALS = ("soviet-1983", "russian-1995", "us-1979", "asia-notional", "global-notional")


def network_of(name):
    file = find_file(f"{name}.toml", "networks")
    return file, read_network(file)


def moonrise(sensor):
    """Return an instant of October 1979 at which the Moon stands between 3.5 and 6 deg high, before a face and unfolded in it."""
    times = tai_from_iso("1979-10-01T00:00:00Z") + 600 * NS * np.arange(31 * 144, dtype=np.int64)
    seen = measure_batch(moon_states(times), sensor.position, sensor.rot_enu)
    folded = (seen[:, 0] - RADIUS_M) % (0.5 * SPEED_OF_LIGHT_M_S * sensor.pulse_interval_s)
    azimuth = seen[:, 1] / DEG % 360.0
    up = (seen[:, 2] > 3.5 * DEG) & (seen[:, 2] < 6.0 * DEG) & ((azimuth > 300.0) | (azimuth < 95.0))
    return int(times[np.flatnonzero(up & (folded > 5e5) & (folded < 4e6))[0]])


def test_the_moon_over_thule_is_reported_at_2_56_s_folded_by_the_pulse_interval(tmp_path):
    _, network = network_of("us-1979")
    thule = compile_network(network).by_id["thule"]
    start = moonrise(thule)
    scenario = msgspec.structs.replace(
        read_scenario(find_scenario("first-light")),
        start_utc=iso_from_tai(start, 0),
        network="us-1979.toml",
        assets="cities-us-1979.toml",
        duration_s=300.0,
        flight=(),
        catalogue=Catalogue(objects=0),
        background=Background(fireballs=0, hot_spots=False, glint_episodes=0),
        source=(MoonEcho(id="moon"),),
    )
    result = simulate(scenario, find_scenario("first-light"), tmp_path)
    labels = pq.read_table(result.labels).to_pydict()
    mine = {
        (s, q, d)
        for s, q, d, o in zip(labels["sensor"], labels["sequence"], labels["detection"], labels["object"], strict=True)
        if o.startswith("moon") and s == "thule"
    }
    rows = [
        (int(t), *v)
        for look in read_looks(result.looks, "simulated").looks
        for k, t, v in zip(look.numbers, look.times, look.values, strict=True)
        if (look.sensor, look.sequence, int(k)) in mine
    ]
    assert len(rows) >= 20
    times, ranges = np.array([r[0] for r in rows], np.int64), np.array([r[1 + RANGE] for r in rows])
    truth = measure_batch(moon_states(times), thule.position, thule.rot_enu)
    there_and_back = 2.0 * (truth[:, 0] - RADIUS_M) / SPEED_OF_LIGHT_M_S
    assert np.all((there_and_back > 2.37) & (there_and_back < 2.71))
    expected = 0.5 * SPEED_OF_LIGHT_M_S * (there_and_back % thule.pulse_interval_s)
    # the echo comes from some depth behind the nearest point, and a range has its error
    beyond = ranges - expected
    assert abs(np.median(beyond) - math.log(2.0) * DEPTH_M) < 15e3
    assert beyond.min() > -1e3
    assert np.all((ranges > 200e3) & (ranges < 4828e3))
    assert np.abs(np.array([r[1 + ELEVATION] for r in rows]) - truth[:, 2]).max() < 1.0 * DEG


@pytest.mark.parametrize("name", WITH_INTERVALS)
def test_packaged_radars_could_tell_where_their_targets_are_and_say_that_the_interval_is_assumed(name):
    file, network = network_of(name)
    for radar in network.radar:
        assert radar.pulse_interval_s > 2e3 * radar.range_km / SPEED_OF_LIGHT_M_S
    told = {row.id: row.assumed for row in given(file, network)}
    assert all("pulse_interval_s" in told[radar.id] for radar in network.radar)

import itertools
from collections import Counter

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from tocsin.core.constants import NS
from tocsin.core.records.faults import (
    Biased,
    ClockDrift,
    Doubled,
    Fault,
    Frozen,
    Late,
    LineDown,
    Lost,
    Miscounted,
    Reordered,
    SiteDown,
    TimeShift,
)
from tocsin.core.records.scenario import Background, Catalogue
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import read_network, read_scenario
from tocsin.modelling.faults import FROZEN, STEPS, apply_faults
from tocsin.modelling.paths import find_beside, find_scenario
from tocsin.modelling.sensors import Sky, run_sensors
from tocsin.modelling.simulate import simulate
from tocsin.modelling.truth import build_truth
from tocsin.sensing.sensors import compile_network

PATH = find_scenario("first-light")
SCENARIO = read_scenario(PATH)
NETWORK = read_network(find_beside(SCENARIO.network, PATH, "networks"))
HALF = {"start_s": 200.0, "end_s": 500.0}


@pytest.fixture(scope="module")
def clean():
    """Return looks, labels and start of a small run without faults."""
    from tocsin.core.time import tai_from_iso
    from tocsin.formats.toml_files import read_assets

    scenario = msgspec.structs.replace(
        SCENARIO, duration_s=900.0, catalogue=Catalogue(), background=Background(),
        flight=tuple(msgspec.structs.replace(f, launch_s=60.0) for f in SCENARIO.flight if f.id == "missile-5"),
    )  # fmt: skip
    start = tai_from_iso(scenario.start_utc)
    end = start + int(scenario.duration_s * NS)
    truth = build_truth(scenario, read_assets(find_beside(scenario.assets, PATH, "assets")), start, end)
    run = run_sensors(
        scenario, NETWORK, compile_network(NETWORK), Sky(truth.trajectories), start, end, lambda stage, part: None
    )
    return scenario, run.looks, run.labels, start


def put(clean, *faults, seed=1):
    scenario, looks, labels, start = clean
    scenario = msgspec.structs.replace(scenario, fault=faults, seed=seed)
    return apply_faults(scenario, NETWORK, looks, labels, start)


def keys(looks):
    return Counter((k.sensor, k.sequence) for k in looks)


def in_half(look, start):
    return start + 200 * NS <= look.end < start + 500 * NS


def test_every_kind_acts_or_is_a_site():
    assert set(STEPS) | {SiteDown} == set(Fault.__args__)


def test_no_fault_changes_nothing(clean):
    looks, labels, counts = put(clean)
    assert looks is clean[1] and labels is clean[2] and counts == {}


def test_late_looks_arrive_later_and_are_otherwise_the_same(clean):
    looks, labels, counts = put(clean, Late(delay_s=20.0, sensors=("geo-1",), **HALF))
    old = {(k.sensor, k.sequence): k for k in clean[1]}
    moved = [k for k in looks if k.received != old[(k.sensor, k.sequence)].received]
    assert moved and all(k.sensor == "geo-1" and in_half(k, clean[3]) for k in moved)
    assert all(k.received - old[(k.sensor, k.sequence)].received == 20 * NS for k in moved)
    assert counts == {"fault_late": len(moved)}
    assert [k.received for k in looks] == sorted(k.received for k in looks)
    assert sorted(labels.object) == sorted(clean[2].object)


def test_lost_looks_leave_gaps_and_their_labels_go_with_them(clean):
    looks, labels, _ = put(clean, Lost(part=0.3, **HALF))
    lost = keys(clean[1]) - keys(looks)
    struck = sum(in_half(k, clean[3]) for k in clean[1])
    assert 0.2 * struck < len(lost) < 0.4 * struck
    assert len(labels.object) == sum(k.declared for k in looks) < len(clean[2].object)
    assert {(s, q) for s, q in zip(labels.sensor, labels.sequence, strict=True)} <= set(keys(looks))


def test_doubled_looks_come_twice_with_one_label(clean):
    looks, labels, _ = put(clean, Doubled(part=1.0, after_s=2.0, **HALF))
    twice = [k for k, n in keys(looks).items() if n == 2]
    assert len(twice) == sum(in_half(k, clean[3]) for k in clean[1])
    assert len(labels.object) == len(clean[2].object)


def test_reordered_looks_overtake_each_other(clean):
    looks, _, _ = put(clean, Reordered(within_s=40.0, sensors=("radar-3",)))
    sequence = [k.sequence for k in looks if k.sensor == "radar-3"]
    assert sequence != sorted(sequence)
    assert keys(looks) == keys(clean[1])


def test_a_frozen_sensor_repeats_its_last_measurements(clean):
    sensor = Counter(k.sensor for k in clean[1] if k.declared and not in_half(k, clean[3])).most_common(1)[0][0]
    looks, labels, _ = put(clean, Frozen(sensors=(sensor,), **HALF))
    struck = [k for k in looks if k.sensor == sensor and in_half(k, clean[3]) and k.declared]
    before = [k for k in clean[1] if k.sensor == sensor and k.declared and k.end < clean[3] + 200 * NS]
    assert struck and before
    held = max(before, key=lambda k: k.end)
    for look in struck:
        assert np.array_equal(look.values, held.values, equal_nan=True)
        assert look.start <= look.time <= look.end and look.empty_looks == 1
    numbers = sorted((k.sequence - k.empty_looks + 1, k.sequence) for k in looks if k.sensor == sensor)
    assert all(a[1] + 1 == b[0] for a, b in itertools.pairwise(numbers))
    assert labels.object.count(FROZEN) == sum(k.declared for k in struck)


def test_a_wrong_clock_moves_stamps_and_not_arrivals(clean):
    looks, _, _ = put(
        clean, TimeShift(shift_s=-3.0, sensors=("geo-2",)), ClockDrift(drift_s_per_hour=36.0, sites=("post-west",))
    )
    old = {(k.sensor, k.sequence): k for k in clean[1]}
    west = {s.id for s in NETWORK.infrared if s.site == "post-west"}
    for look in looks:
        was = old[(look.sensor, look.sequence)]
        assert look.received == was.received
        if look.sensor == "geo-2":
            assert look.end - was.end == look.time - was.time == -3 * NS
            assert np.all(look.times - was.times == -3 * NS)
        elif look.sensor in west:
            assert look.end - was.end == pytest.approx(0.01 * (was.end - clean[3]), abs=2)
        else:
            assert look is was


def test_a_line_down_leaves_a_gap_and_a_site_down_leaves_none(clean):
    cut, _, _ = put(clean, LineDown(lines=("line-radar-3",), **HALF))
    gone = keys(clean[1]) - keys(cut)
    assert gone and all(s == "radar-3" for s, _ in gone)
    dark, labels, _ = put(clean, SiteDown(sites=("post-east",), **HALF))
    east = {s.id for s in NETWORK.infrared if s.site == "post-east"}
    for sensor in east:
        mine = sorted((k.sequence - k.empty_looks + 1, k.sequence) for k in dark if k.sensor == sensor)
        assert mine[0][0] == 0 and all(a[1] + 1 == b[0] for a, b in itertools.pairwise(mine))
        assert not [k for k in dark if k.sensor == sensor and in_half(k, clean[3])]
    # labels still belong to what they were made of
    old = {(k.sensor, k.end): k for k in clean[1] if k.declared}
    truth = {
        (s, q, d): o
        for s, q, d, o in zip(clean[2].sensor, clean[2].sequence, clean[2].detection, clean[2].object, strict=True)
    }
    found = {
        (s, q, d): o for s, q, d, o in zip(labels.sensor, labels.sequence, labels.detection, labels.object, strict=True)
    }
    assert len(found) == sum(k.declared for k in dark)
    for look in dark:
        for d in look.numbers.tolist():
            was = old[(look.sensor, look.end)]
            assert found[(look.sensor, look.sequence, d)] == truth[(was.sensor, was.sequence, d)]


def test_faults_repeat_by_seed(clean):
    faults = (Lost(part=0.2), Doubled(part=0.2), Reordered(within_s=30.0))
    a, b, c = (put(clean, *faults, seed=s)[0] for s in (1, 1, 2))
    assert keys(a) == keys(b) != keys(c)
    assert [k.received for k in a] == [k.received for k in b]


def test_the_written_stream_has_the_faults_and_is_read(tmp_path):
    faults = (Doubled(part=0.5, after_s=3.0), Lost(part=0.1), TimeShift(shift_s=2.0, sensors=("geo-1",)))
    scenario = msgspec.structs.replace(
        SCENARIO, duration_s=600.0, catalogue=Catalogue(), background=Background(), fault=faults,
        flight=tuple(msgspec.structs.replace(f, launch_s=60.0) for f in SCENARIO.flight if f.id == "missile-5"),
    )  # fmt: skip
    result = simulate(scenario, PATH, tmp_path)
    read = read_looks(result.looks, "simulated")
    assert not read.rejections
    assert max(keys(read.looks).values()) == 2
    assert pq.read_table(result.labels).num_rows > 0 and result.counts["fault_doubled"] > 0


def test_digits_in_the_count_field_change_nothing_else(clean):
    looks, labels, counts = put(clean, Miscounted(counts=(2, 2200), **HALF))
    old = {(k.sensor, k.sequence): k for k in clean[1]}
    for look in looks:
        before = old[(look.sensor, look.sequence)]
        assert look.declared in (2, 2200) if in_half(look, clean[3]) else look.declared == before.declared
        assert (look.received, look.time, len(look.numbers)) == (before.received, before.time, len(before.numbers))
    assert counts["fault_miscounted"] == sum(in_half(k, clean[3]) for k in looks)
    assert sorted(labels.object) == sorted(clean[2].object)


def test_biased_measurements_are_off_by_what_is_said_and_grow_where_it_is_said(clean):
    once, _, _ = put(clean, Biased(range_m=300.0, elevation_deg=0.3, **HALF))
    grown, _, _ = put(clean, Biased(range_m=300.0, grown_after_s=100.0, **HALF))
    before = {(k.sensor, k.sequence): k for k in clean[1]}
    radars = [k for k in once if len(k.numbers) and k.sensor.startswith("radar")]
    assert any(in_half(k, clean[3]) for k in radars)
    for look in radars:
        off = look.values - before[look.sensor, look.sequence].values
        struck = in_half(look, clean[3])
        assert off[:, 0] == pytest.approx(300.0 * struck) and off[:, 2] == pytest.approx(np.radians(0.3) * struck)
    for look in grown:
        if len(look.numbers) and look.sensor.startswith("radar") and in_half(look, clean[3]):
            off = look.values - before[look.sensor, look.sequence].values
            assert off[:, 0] == pytest.approx(3.0 * ((look.end - clean[3]) / NS - 200.0))

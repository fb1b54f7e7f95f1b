import numpy as np
import pytest
from sgp4.api import WGS72, Satrec

from tocsin.catalogue.catalogue import Catalogue
from tocsin.catalogue.elements import checksum, satellite
from tocsin.core.constants import DEG, NS
from tocsin.core.records.network import Face, Network, Radar, SearchVolume
from tocsin.core.time import tai_from_iso
from tocsin.modelling.orbit_statistics import heights_km, load_statistics, object_class
from tocsin.modelling.satellites import (
    RCS_DBSM,
    alpha5,
    fence_crossings,
    hold_out,
    make_population,
    perturbed,
    rcs_dbsm,
)
from tocsin.sensing.sensors import compile_network

START = tai_from_iso("2026-03-01T06:00:00Z")


@pytest.fixture(scope="module")
def population():
    return make_population(4000, 5, START)


def test_lines_are_whole_element_sets_of_new_numbers(population):
    for i, s in enumerate(population[::37]):
        assert len(s.line1) == len(s.line2) == 69
        assert int(s.line1[68]) == checksum(s.line1)
        assert satellite(s).satnum == int(s.id) == 100_001 + 37 * i
    assert len({s.id for s in population}) == len(population)


def test_alpha5_skips_the_letters_that_look_like_digits():
    assert [alpha5(n) for n in (99_999, 100_000, 179_999, 180_000, 230_000, 339_999)] == [
        "99999", "A0000", "H9999", "J0000", "P0000", "Z9999"
    ]  # fmt: skip


def test_epochs_lie_in_the_day_before(population):
    for s in population[::97]:
        satrec = satellite(s)
        unix_s = (satrec.jdsatepoch - 2440587.5 + satrec.jdsatepochF) * 86400.0
        age = START / NS - 37.0 - unix_s  # TAI - UTC is 37 s in 2026
        assert -0.01 <= age <= 86400.01


def test_same_seed_same_population_another_seed_another():
    assert make_population(50, 1, START) == make_population(50, 1, START)
    assert make_population(50, 1, START) != make_population(50, 2, START)


def test_population_has_the_packaged_spread_of_orbits(population):
    statistics = load_statistics()
    rows = np.array(statistics.rows)
    share = rows[:, 4] / rows[:, 4].sum()
    perigee = np.array([heights_km(float(s.line2[52:63]), float("0." + s.line2[26:33]))[0] for s in population])
    edges = np.array(statistics.perigee_edges_km)
    for low, high in ((500, 560), (740, 890), (1440, 1590), (35700, 35800)):
        expected = share[(edges[rows[:, 1]] >= low) & (edges[rows[:, 1] + 1] <= high)].sum()
        found = ((perigee >= low) & (perigee < high)).mean()
        # 5 sigma of a count; lines are rounded, which moves a few across an edge of the narrow belt
        assert abs(found - expected) < 5.0 * np.sqrt(expected / len(population)) + 1e-3
    inclination = np.array([float(s.line2[8:16]) for s in population])
    sun_synchronous = share[(rows[:, 3] * 2 >= 96) & (rows[:, 3] * 2 < 102)].sum()
    assert abs(((inclination >= 96) & (inclination < 102)).mean() - sun_synchronous) < 0.04
    assert (inclination <= 180).all()


def test_every_orbit_can_be_flown(population):
    bad = sum(Satrec.twoline2rv(s.line1, s.line2, WGS72).error != 0 for s in population)
    lost = np.isnan(_states(population, START)[:, 0]).sum()
    assert bad == 0
    assert lost < 0.005 * len(population)  # as in a real catalogue, a few are just coming down


def _states(sets, tai):
    catalogue = Catalogue()
    assert catalogue.load(sets) == []
    return catalogue.states(np.arange(len(sets)), tai)


def test_truth_runs_ahead_or_behind_by_the_stated_time(population):
    low = [s for s in population if 14 < float(s.line2[52:63]) < 15.5 and float("0." + s.line2[26:33]) < 0.01]
    known, true = _states(low, START), _states(perturbed(low, 0.2, 3), START)
    inertial = known[:, 3:] + np.cross([0, 0, 7.292115e-5], known[:, :3])
    speed = np.linalg.norm(inertial, axis=1)
    difference = true[:, :3] - known[:, :3]
    along = (difference * inertial).sum(axis=1) / speed**2
    n = np.sqrt(len(low))
    assert abs(along.std() - 0.2) < 4 * 0.2 / n
    assert abs(along.mean()) < 4 * 0.2 / n
    across = np.sqrt(np.maximum((difference**2).sum(axis=1) - (along * speed) ** 2, 0.0))
    # 100 m on inclination and node each: 100 m rms at a random place, the rest is the timing's curvature
    assert 50.0 < np.sqrt((across**2).mean()) < 200.0


def test_no_error_changes_nothing_but_rounding(population):
    known, same = _states(population[:500], START), _states(perturbed(population[:500], 0.0, 3, 0.0), START)
    assert np.nanmax(np.abs(known - same)) == 0.0


def test_held_out_objects_are_missing_from_the_catalogue(population):
    known, unknown = hold_out(population, 0.01, 1)
    assert unknown.sum() == 40
    assert len(known) == 3960
    assert {s.id for s in known}.isdisjoint(s.id for s, out in zip(population, unknown, strict=True) if out)


def test_cross_sections_follow_the_class(population):
    rcs = rcs_dbsm(population, 1)
    kinds = np.array([object_class(s.name) for s in population])
    for kind, (mean, sigma) in RCS_DBSM.items():
        some = rcs[kinds == kind]
        assert len(some) > 100
        assert abs(some.mean() - mean) < 5 * sigma / np.sqrt(len(some))
        assert abs(some.std() / sigma - 1.0) < 5 / np.sqrt(2 * len(some))


def _network():
    fence = SearchVolume(id="fence", elevation_min_deg=3.0, elevation_max_deg=6.0)
    return compile_network(Network(radar=(
        Radar(id="north", latitude_deg=64.3, longitude_deg=-149.2, range_km=5000, period_s=10,
              faces=(Face(azimuth_start_deg=300, azimuth_end_deg=60),), search_volumes=(fence,)),
        Radar(id="round", latitude_deg=-20.0, longitude_deg=10.0, range_km=3000, range_min_km=300, period_s=7),
    )))  # fmt: skip


def test_crossings_are_all_and_only_those_inside(population):
    sensors = _network()
    minutes = 6
    end = START + minutes * 60 * NS
    found = fence_crossings(population, sensors, ("north", "round"), START, end, {"north": "fence"})
    catalogue = Catalogue()
    catalogue.load(population)
    everything = np.arange(len(population))
    expected = set()
    for sensor, period in ((0, 10), (1, 7)):
        compiled = sensors.sensors[sensor]
        for k in range(minutes * 60 // period):
            tai = START + k * period * NS + period * NS // 2
            d = catalogue.states(everything, tai)[:, :3] - compiled.position
            e, n, u = compiled.rot_enu @ d.T
            r = np.sqrt(e * e + n * n + u * u)
            elevation, azimuth = np.arcsin(u / r), np.arctan2(e, n)
            if sensor == 0:
                inside = (r <= 5e6) & (elevation >= 3 * DEG) & (elevation <= 6 * DEG) & (np.abs(azimuth) <= 60 * DEG)
            else:
                inside = (r <= 3e6) & (r >= 3e5) & (elevation >= 0.0)
            expected |= {(sensor, k, int(i)) for i in np.flatnonzero(inside)}
    rows = set(zip(found.sensor.tolist(), found.look_index.tolist(), found.object_index.tolist(), strict=True))
    assert len(rows) == len(found.sensor) > 300
    assert rows == expected
    some = np.flatnonzero(found.sensor == 0)[::11]
    for i in some:
        state = catalogue.states(found.object_index[i : i + 1], int(found.tai_ns[i]))[0]
        np.testing.assert_allclose(found.states[i], state, rtol=0, atol=1e-5)
        assert found.tai_ns[i] == START + found.look_index[i] * 10 * NS + 5 * NS


def test_nothing_crosses_an_empty_sky_or_an_empty_volume(population):
    sensors = _network()
    end = START + 60 * NS
    assert len(fence_crossings([], sensors, ("north",), START, end).sensor) == 0
    assert len(fence_crossings(population, sensors, (), START, end).sensor) == 0
    assert len(fence_crossings(population, sensors, ("north",), START, START + NS).sensor) == 0


def test_true_orbits_are_recognised_by_their_known_elements_and_unknown_ones_are_not(population):
    sensors = _network()
    sensor = sensors.sensors[1]
    known, unknown = hold_out(population, 0.05, 1)
    catalogue = Catalogue()
    catalogue.load(known)
    site = catalogue.add_site(sensor.position, sensor.rot_enu, sensor.range_max, 0.0)
    index = np.array([catalogue.index(s.id) for s in population])
    found = fence_crossings(perturbed(population, 0.1, 4), sensors, ("round",), START, START + 900 * NS)
    rng = np.random.default_rng(6)
    noise = np.array([30.0, 0.1 * DEG, 0.1 * DEG, 5.0])
    right = wrong = missed = strangers = taken = 0
    for k in np.unique(found.look_index):
        rows = np.flatnonzero(found.look_index == k)
        states = found.states[rows]
        d = states[:, :3] - sensor.position
        r = np.linalg.norm(d, axis=1)[:, None]
        u = d / r
        tangent = rng.normal(size=d.shape) * noise[1] * r
        tangent -= (tangent * u).sum(axis=1)[:, None] * u
        places = states[:, :3] + tangent + u * rng.normal(size=r.shape) * noise[0]
        rates = (u * states[:, 3:]).sum(axis=1) + rng.normal(size=len(rows)) * noise[3]
        answer = catalogue.correlate(site, found.tai_ns[rows], places, np.tile(noise, (len(rows), 1)), rates).objects
        expected = index[found.object_index[rows]]
        right += int(((answer == expected) & (expected >= 0)).sum())
        wrong += int(((answer != expected) & (answer >= 0) & (expected >= 0)).sum())
        missed += int(((answer < 0) & (expected >= 0)).sum())
        strangers += int((expected < 0).sum())
        taken += int(((answer >= 0) & (expected < 0)).sum())
    assert right > 1000
    assert strangers > 30
    assert wrong + missed <= 0.002 * right
    assert taken <= 0.02 * strangers
    assert unknown[found.object_index].sum() == strangers

import msgspec
import numpy as np
import pytest

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, RANGE, RANGE_RATE, SIGMA_AZIMUTH, SIGMA_RANGE, SNR_DB
from tocsin.core.records.network import Face, Network, Radar, SearchVolume
from tocsin.modelling.look_build import Rows, search_slots
from tocsin.modelling.radar_looks import (
    Antenna,
    echoes,
    in_boxes,
    make_antenna,
    moved,
    plots,
    received_power,
    scan_part,
    search_false_alarms,
    sway,
    through_air,
    track_trajectory,
)
from tocsin.modelling.trajectory import Trajectory
from tocsin.sensing.kinds.radar_kernels import radar_to_ecef
from tocsin.sensing.sensors import compile_network
from tocsin.sensing.signal_kernels import radar_pd, radar_snr_db
from tocsin.tracking.measurement_kernels import free_of_air
from tocsin.world.motion.freeflight_kernels import propagate

PFA = 1e-6
RADAR = Radar(
    id="r",
    latitude_deg=40.0,
    longitude_deg=-150.0,
    faces=(Face(azimuth_start_deg=60, azimuth_end_deg=180, elevation_min_deg=3, elevation_max_deg=85),),
    range_km=4000.0,
    range_min_km=200.0,
    period_s=5.0,
    false_alarms_per_look=0.5,
    search_volumes=(SearchVolume(id="fence", elevation_min_deg=3, elevation_max_deg=6),),
)


def antenna(**changes) -> Antenna:
    sensor = compile_network(Network(radar=(msgspec.structs.replace(RADAR, **changes),))).by_id["r"]
    return make_antenna(sensor, 1)


def target(a: Antenna, r: float, azimuth_deg: float, elevation_deg: float, n: int) -> np.ndarray:
    place = radar_to_ecef(r, azimuth_deg * DEG, elevation_deg * DEG, a.sensor.position, a.sensor.rot_enu)
    return np.tile(np.concatenate([place, [100.0, -200.0, 300.0]]), (n, 1))


@pytest.mark.parametrize(("rcs", "range_km"), [(0.0, 3500.0), (-10.0, 2500.0), (5.0, 3900.0)])
def test_detections_come_as_often_as_the_centre_expects(rcs, range_km):
    a = antenna()
    n = 20000
    states = target(a, range_km * 1e3, 100.0, 20.0, n)
    inside, cosine = in_boxes(a.measure(states[:1]), a.sensor.whole_field)
    assert inside[0]
    back = echoes(a, states, np.full(n, cosine[0]), np.full(n, rcs), np.random.default_rng(1))
    snr = radar_snr_db(range_km * 1e3, rcs, float(cosine[0]), a.sensor.reference_range, a.sensor.reference_snr_db, 0.0)
    expected = radar_pd(snr, PFA, 1)
    assert abs(np.mean(back.detected) - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_raw_elevations_are_lifted_by_the_air_and_corrected_ones_are_not():
    for refraction, low, high in (("raw", 0.15, 0.4), ("corrected", -0.01, 0.01)):
        a = antenna(refraction=refraction, sigma_elevation_deg=0.01)
        back = echoes(a, target(a, 2.0e6, 100.0, 3.5, 400), np.ones(400), np.full(400, 20.0), np.random.default_rng(2))
        assert low < np.mean(back.values[back.detected, ELEVATION]) / DEG - 3.5 < high


def test_a_weak_echo_is_less_accurate_than_a_strong_one():
    a = antenna()
    errors = []
    for rcs in (0.0, 20.0):
        back = echoes(
            a, target(a, 2.5e6, 100.0, 20.0, 4000), np.ones(4000), np.full(4000, rcs), np.random.default_rng(3)
        )
        errors.append(np.std(back.values[back.detected, RANGE]))
        assert np.all(back.values[back.detected, SNR_DB] > 10.0)
    assert errors[0] > 1.5 * errors[1]


def test_false_alarms_fill_the_searched_volume_at_the_stated_rate():
    a = antenna()
    slots, rows = search_slots(0, 20000 * NS, 5.0, 0.0, "search", "fence"), Rows()
    boxes = a.sensor.boxes("fence")
    times = search_false_alarms(a, slots, rows, boxes)
    n = len(times)
    assert abs(n - 2000) < 4 * np.sqrt(2000)
    _, _, values = rows.joined()
    measured = values[:, [RANGE, AZIMUTH, ELEVATION]]
    assert in_boxes(measured, boxes)[0].all()
    # uniform in volume: half of them beyond the range that halves it, and in each half of the sector
    half = ((boxes[0, 4] ** 3 + boxes[0, 5] ** 3) / 2) ** (1 / 3)
    assert abs(np.mean(values[:, RANGE] > half) - 0.5) < 4 * 0.5 / np.sqrt(n)
    assert abs(np.mean(values[:, AZIMUTH] > 120 * DEG) - 0.5) < 4 * 0.5 / np.sqrt(n)
    assert np.abs(values[:, RANGE_RATE]).max() <= 8000


def test_a_beam_passes_its_sector_once_in_a_look():
    boxes = antenna().sensor.boxes("fence")
    assert scan_part(np.array([60.0, 120.0, 168.0]) * DEG, boxes) == pytest.approx([0.0, 0.5, 0.9])


def test_a_short_step_is_free_flight():
    state = np.array([[7.0e6, 1.0e5, 2.0e5, 100.0, 5.0e3, 5.5e3]])
    out = np.empty(6)
    propagate(state[0], 5.0, 0.0, out)
    assert np.linalg.norm(moved(state, np.array([5.0]))[0, :3] - out[:3]) < 1.0


def test_a_radar_follows_until_the_object_leaves_or_three_looks_miss_it():
    a = antenna()
    t = np.arange(0, 601, dtype=np.int64) * NS
    # from azimuth 100 degrees outward through the edge of the sector at 180 degrees
    azimuth = (100.0 + 120.0 * np.arange(601) / 600) * DEG
    places = np.array([radar_to_ecef(1.0e6, float(z), 30 * DEG, a.sensor.position, a.sensor.rot_enu) for z in azimuth])
    states = np.hstack([places, np.gradient(places, axis=0)])
    dark = np.zeros(601)
    instants = search_slots(0, 600 * NS, 2.5, 0.0, "track", None).end
    ok = np.ones(len(instants), bool)
    found = np.array([50 * NS], np.int64)

    bright = Trajectory("x", "missile", t, states, dark > 0, dark, 20.0)
    run = track_trajectory(a, instants, ok, found, bright, np.random.default_rng(1))
    assert instants[run.looked[0]] >= 51 * NS
    assert abs(int(instants[run.looked[-1]]) - 400 * NS) < 5 * NS
    assert len(run.seen) > 0.9 * len(run.looked)

    faint = Trajectory("x", "missile", t, states, dark > 0, dark, -60.0)
    run = track_trajectory(a, instants, ok, found, faint, np.random.default_rng(1))
    assert len(run.looked) == 3 and len(run.seen) == 0

    never = track_trajectory(a, instants, ok, np.zeros(0, np.int64), bright, np.random.default_rng(1))
    assert len(never.looked) == 0


@pytest.mark.parametrize("swerling", [0, 1, 3])
@pytest.mark.parametrize("snr_db", [5.0, 12.0, 18.0])
def test_drawn_powers_pass_the_threshold_as_often_as_the_law_says(swerling, snr_db):
    n, pfa = 200_000, 1e-3
    power = received_power(np.full(n, 10 ** (snr_db / 10)), swerling, np.random.default_rng(3))
    expected = radar_pd(snr_db, pfa, swerling)
    assert np.mean(power > -np.log(pfa)) == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / n))
    noise = received_power(np.zeros(n), swerling, np.random.default_rng(4))
    assert np.mean(noise > -np.log(pfa)) == pytest.approx(pfa, abs=4 * np.sqrt(pfa / n))


def test_angle_errors_grow_off_boresight_where_the_beam_is_known():
    for changes, ratio in (({}, 1.0), ({"beamwidth_deg": 2.0, "sigma_azimuth_deg": 0.1}, 2.0)):
        a = antenna(**changes)
        rng = np.random.default_rng(1)
        truth = np.tile([1e6, 1.0, 0.3, 0.0], (2, 1))
        values = plots(a, truth, np.full(2, 30.0), np.zeros(2), np.array([1.0, 0.5]), rng)
        assert values[1, SIGMA_AZIMUTH] / values[0, SIGMA_AZIMUTH] == pytest.approx(ratio)
        assert values[1, SIGMA_RANGE] == values[0, SIGMA_RANGE]


def test_raw_measurements_go_through_air_and_electrons_that_the_centre_takes_off_within_its_sigmas():
    raw = msgspec.structs.replace(RADAR, refraction="raw", band="UHF", electron_content_tecu=40.0)
    left, added = [], []
    for seed in range(40):
        a = make_antenna(compile_network(Network(radar=(raw,))).by_id["r"], seed)
        r, elevation = through_air(a, 3e6, 3.5 * DEG)
        values = np.full((1, 15), np.nan)
        values[0, RANGE], values[0, ELEVATION] = r, elevation
        sigmas = np.zeros((1, 2))
        free_of_air(values, a.sensor.altitude_m, a.sensor.frequency_hz, a.sensor.content_tecu, sigmas)
        left.append([(values[0, RANGE] - 3e6) / sigmas[0, 0], (values[0, ELEVATION] - 3.5 * DEG) / sigmas[0, 1]])
        added.append(r - 3e6)
        assert r > 3e6 and elevation > 3.5 * DEG
    assert np.median(added) > 100.0
    # 40 radars: the sigma of a sample deviation is 11 %
    assert np.all(np.abs(np.std(left, axis=0) - 1.0) < 0.4) and np.all(np.abs(np.mean(left, axis=0)) < 0.6)


def test_a_noisier_look_sees_less():
    a = antenna()
    states = target(a, 3.0e6, 100.0, 5.0, 2000)
    quiet = echoes(a, states, np.ones(2000), np.zeros(2000), np.random.default_rng(5))
    loud = echoes(a, states, np.ones(2000), np.zeros(2000), np.random.default_rng(5), 10.0)
    assert np.sum(loud.detected) < 0.6 * np.sum(quiet.detected)


def test_the_slow_error_is_the_same_for_all_objects_and_has_its_sigma_and_memory():
    a = antenna(slow_range_m=50.0, slow_azimuth_deg=0.01, slow_elevation_deg=0.02, slow_rate_rad_s=0.2)
    times = NS * (1_700_000_000 + np.arange(20_000, dtype=np.int64))
    still = np.full((len(times), 15), np.nan)
    still[:, RANGE], still[:, AZIMUTH], still[:, ELEVATION] = 1e6, 1.0, 0.3
    moved_by = sway(a, times, still) - still
    assert np.std(moved_by[:, RANGE]) == pytest.approx(50.0, rel=0.1)
    assert np.std(moved_by[:, AZIMUTH]) * np.cos(0.3) == pytest.approx(0.01 * DEG, rel=0.1)
    assert np.std(moved_by[:, ELEVATION]) == pytest.approx(0.02 * DEG, rel=0.1)
    r = moved_by[:, RANGE] / 50.0
    assert np.mean(r[1:] * r[:-1]) > 0.95 and np.mean(r[12:] * r[:-12]) < 0.2
    part = np.arange(100, 200)
    assert np.array_equal(sway(a, times[part], still[part]), sway(a, times, still)[part], equal_nan=True)
    assert sway(antenna(), times, still) is still

import math

import numpy as np
import pytest

from tests.shared_data import shared
from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2, NS
from tocsin.modelling.recorded import (
    Ascent,
    fit_ascent,
    packaged_recordings,
    place_ascent,
    read_recordings,
    recording_from_streams,
    write_recordings,
)
from tocsin.world.geodesy import inverse, to_geodetic

DEG = math.pi / 180


def perigee_km(state: np.ndarray) -> float:
    r = state[:3]
    v = state[3:] + np.cross([0, 0, EARTH_RATE_RAD_S], r)
    a = 1 / (2 / np.linalg.norm(r) - v @ v / MU_M3_S2)
    h2 = float(np.sum(np.cross(r, v) ** 2))
    e = math.sqrt(max(0.0, 1 - h2 / (MU_M3_S2 * a)))
    return (a * (1 - e) - 6371e3) / 1e3


@pytest.fixture(scope="module")
def ascents() -> dict[str, Ascent]:
    return {name: fit_ascent(r) for name, r in packaged_recordings().items()}


def test_packaged_ascents_follow_the_recorded_altitude_within_its_rounding(ascents):
    for name, recording in packaged_recordings().items():
        residual = recording.altitude_m - ascents[name].altitude_m[: len(recording.altitude_m)]
        # altitudes are shown in whole kilometres: a uniform error of 289 m rms
        assert np.std(residual) < 300
        assert np.max(np.abs(residual)) < 1000


def test_packaged_ascents_reach_orbit_from_their_own_pads(ascents):
    for name, recording in packaged_recordings().items():
        azimuth = 90.0 if recording.latitude_deg < 30 else 188.0
        path = place_ascent(ascents[name], "x", recording.latitude_deg, recording.longitude_deg, azimuth, 0)
        assert 130 < perigee_km(path.states[-1]) < 250, name


def test_velocity_is_the_derivative_of_position(ascents):
    path = place_ascent(ascents["ABS-2A"], "x", 10.0, -170.0, 60.0, 5 * NS)
    derivative = (path.states[2:, :3] - path.states[:-2, :3]) / 2.0
    # steps of 1 s at 40 m/s2 with jumps at staging
    assert np.max(np.abs(derivative - path.states[1:-1, 3:])) < 5.0
    assert path.start == 5 * NS and path.times[1] - path.times[0] == NS


def test_an_ascent_can_be_moved_and_keeps_speed_and_height(ascents):
    a = place_ascent(ascents["EchoStar 23"], "x", 28.6, -80.6, 90.0, 0)
    b = place_ascent(ascents["EchoStar 23"], "x", -40.0, 120.0, 10.0, 0)
    assert np.allclose(np.linalg.norm(a.states[:, 3:], axis=1), np.linalg.norm(b.states[:, 3:], axis=1), atol=1e-6)
    ha, hb = to_geodetic(a.states[:, :3])[2], to_geodetic(b.states[:, :3])[2]
    assert np.allclose(ha, hb, atol=1e-3)
    lat, lon, _ = to_geodetic(b.states[:, :3])
    assert inverse(lat[0], lon[0], lat[60], lon[60])[1] == pytest.approx(10 * DEG, abs=0.02)


def test_heading_drifts_as_a_free_body_does(ascents):
    # without sideways thrust the sideways Earth-fixed acceleration is Coriolis: the inertial path stays in its plane
    path = place_ascent(ascents["ABS-2A"], "x", 28.5, -80.6, 90.0, 0)
    t = path.times / NS
    angle = EARTH_RATE_RAD_S * t
    c, s = np.cos(angle), np.sin(angle)
    r = np.stack(
        [
            c * path.states[:, 0] - s * path.states[:, 1],
            s * path.states[:, 0] + c * path.states[:, 1],
            path.states[:, 2],
        ],
        1,
    )
    w = path.states[:, 3:] + np.cross([0, 0, EARTH_RATE_RAD_S], path.states[:, :3])
    v = np.stack([c * w[:, 0] - s * w[:, 1], s * w[:, 0] + c * w[:, 1], w[:, 2]], 1)
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    turn = np.arccos(np.clip(np.sum(normal[200] * normal[-1]), -1, 1))
    assert turn < 0.5 * DEG


def test_misread_numbers_do_not_show():
    t = np.arange(0, 300, 1 / 30)
    speed = 20 * t
    samples = np.column_stack([t, speed, 0.5 * 8 * t**2])
    broken = samples.copy()
    broken[3000:3060, 1] += 2000
    broken[6000:6030, 2] = 999e3
    events = {"meco": 150.0, "ses1": 150.0}
    clean = recording_from_streams("a", (0.0, 0.0), {"2": samples}, events)
    mended = recording_from_streams("a", (0.0, 0.0), {"2": broken}, events)
    assert np.max(np.abs(clean.speed_m_s - mended.speed_m_s)) < 15
    assert np.max(np.abs(clean.altitude_m - mended.altitude_m)) < 1000


def test_what_is_written_is_read_again(tmp_path):
    from tocsin.modelling.recorded import _read_table

    before = packaged_recordings()
    write_recordings(list(before.values()), tmp_path / "a.csv.gz", tmp_path / "b.csv")
    after = _read_table(tmp_path / "a.csv.gz", tmp_path / "b.csv")
    assert list(after) == list(before)
    for name in before:
        assert np.array_equal(before[name].speed_m_s, after[name].speed_m_s)
        assert before[name].burns == after[name].burns


def test_all_recorded_flights_can_be_rebuilt():
    recordings = read_recordings(shared("data/launch_telemetry_falcon9"))
    assert len(recordings) == 23
    for name, recording in recordings.items():
        ascent = fit_ascent(recording)
        n = len(recording.altitude_m)
        assert np.std(recording.altitude_m - ascent.altitude_m[:n]) < 300, name
        rate = np.diff(ascent.speed_m_s)
        assert rate.min() > -60 and rate.max() < 60, name
        azimuth = 90.0 if recording.latitude_deg < 30 else 188.0
        path = place_ascent(ascent, name, recording.latitude_deg, recording.longitude_deg, azimuth, 0)
        assert np.all(np.isfinite(path.states))
        if recording.reaches_orbit:
            assert perigee_km(path.states[-1]) > 120, name
        else:
            assert ascent.altitude_m[-1] < 30e3, name


def test_a_first_stage_that_flies_back_comes_home():
    recordings = read_recordings(shared("data/launch_telemetry_falcon9"))
    for name in ("NROL-76", "SpaceX CRS-11", "X-37B OTV-5"):
        r = recordings[name]
        path = place_ascent(fit_ascent(r), name, r.latitude_deg, r.longitude_deg, 45.0, 0)
        lat, lon, _ = to_geodetic(path.states[-1, :3])
        # landing pads are 10-15 km from the launch pads; azimuth and altitude leave some tens of km
        assert inverse(r.latitude_deg * DEG, r.longitude_deg * DEG, lat, lon)[0] < 60e3, name

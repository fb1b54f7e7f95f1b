import math

import numpy as np
import pytest

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import INTENSITY, SIGMA_LOS
from tocsin.core.records.network import Infrared, Orbit
from tocsin.core.time import tai_from_iso
from tocsin.modelling.infrared_looks import cloud_top, make_telescope, see_trajectory
from tocsin.modelling.look_build import Rows, search_slots
from tocsin.modelling.plume import limb_transmission, transmission
from tocsin.modelling.trajectory import Trajectory
from tocsin.sensing.cloud import cloud_layer
from tocsin.sensing.detectability import detection_probability
from tocsin.sensing.kinds.infrared import compile_infrared, sigma_los
from tocsin.sensing.visibility_kernels import GROUND_M, against_space
from tocsin.world.geodesy import to_ecef

START = tai_from_iso("2026-06-21T12:00:00Z")
GEO = Orbit(geo_longitude_deg=0.0)


def climb(latitude_deg: float, longitude_deg: float, top_m: float = 200e3) -> Trajectory:
    """A lamp that rises straight up in 200 s."""
    height = np.linspace(0.0, top_m, 401)
    places = to_ecef(np.full(401, latitude_deg * DEG), np.full(401, longitude_deg * DEG), height)
    velocity = np.gradient(places, 0.5, axis=0)
    times = START + np.arange(401) * (NS // 2)
    return Trajectory("m", "missile", times, np.hstack([places, velocity]), np.ones(401, bool), np.full(401, 1e6), 0.0)


def look(path: Trajectory, **keys: object) -> Rows:
    record = Infrared(**({"id": "s", "orbit": GEO, "revisit_s": 2.0, "cloud_break_m": 0.0} | keys))  # type: ignore[arg-type]
    rows = Rows()
    slots = search_slots(START, START + 220 * NS, record.revisit_s, 0.0, "search", None)
    see_trajectory(make_telescope(compile_infrared(record, 0), slots, 1), rows, path)
    return rows


def first_height_m(rows: Rows) -> float:
    return float(np.min(np.concatenate(rows.times)) - START) / NS * 1000.0


def test_across_the_limb_a_plume_is_seen_only_against_space():
    edge = climb(0.0, 75.0)
    down, limb = look(edge), look(edge, view="limb", limb_height_m=30e3)
    # 75 degrees from the point below, the line dips 6.4 degrees under the target's horizon and a bit: space from 60 km or so on
    assert first_height_m(down) < 25e3 < first_height_m(limb) < 150e3
    assert not look(climb(0.0, 20.0), view="limb").labels  # the Earth stands behind it
    assert look(climb(0.0, 20.0)).labels


def test_silence_of_a_limb_sensor_is_no_evidence_over_the_earth():
    limb = compile_infrared(Infrared(id="s", orbit=GEO, view="limb"), 0)
    over, edge = to_ecef(0.0, 20 * DEG, 100e3), to_ecef(0.0, 80 * DEG, 150e3)
    pd = detection_probability(
        limb, "search", None, "ok", math.nan, None, START, np.array([over, edge]), np.ones(2), 0.0, 1e6
    )
    assert pd[0] == 0.0 and pd[1] > 0.99
    sat = limb.satellite_position(START)
    assert against_space(*edge, sat, 30e3) and not against_space(*over, sat, 30e3)
    assert not against_space(*sat, sat, 30e3)


def test_light_beyond_the_limb_passes_the_air_that_it_must():
    sat = np.array([[42_164e3, 0.0, 0.0]])
    beyond = np.array([to_ecef(0.0, lon * DEG, 150e3) for lon in (84.0, 88.0, 91.0, 93.0, 94.0)])
    through = limb_transmission(beyond, np.repeat(sat, 5, axis=0))
    assert np.all(np.diff(through) <= 0.0) and through[0] > 0.99 and 0.3 < through[3] < 0.6 and through[4] == 0.0
    # at the tangent point itself: the half of the path that is left
    tangent = to_ecef(0.0, math.acos(6.418137e6 / 42_164e3), 40e3)[None, :]
    assert limb_transmission(tangent, sat)[0] == pytest.approx(transmission(np.array([40e3]), np.zeros(1))[0], rel=1e-3)


def test_a_starer_reports_the_middle_of_its_frame_and_a_scanner_its_pass():
    stare = np.concatenate(look(climb(10.0, 5.0), scan="starer").times)
    scan = np.concatenate(look(climb(10.0, 5.0)).times)
    assert set(((stare - START) % (2 * NS)).tolist()) == {NS}
    assert len(set(((scan - START) % (2 * NS)).tolist())) > 1


def test_pixel_and_jitter_give_the_error_of_a_line_of_sight():
    record = Infrared(id="s", orbit=GEO, pixel_rad=6e-5, jitter_rad=1e-5, sigma_los_rad=1e-3)
    assert sigma_los(record) == pytest.approx(math.sqrt(36e-10 / 12 + 1e-10))
    assert sigma_los(Infrared(id="s", orbit=GEO)) == 3e-5
    rows = look(climb(10.0, 5.0), pixel_rad=6e-5, jitter_rad=1e-5)
    assert np.vstack(rows.values)[:, SIGMA_LOS] == pytest.approx(sigma_los(record))
    # the source of the formula: the variance of what is uniform in a pixel
    assert np.var(np.random.default_rng(1).uniform(-3e-5, 3e-5, 200_000)) == pytest.approx(36e-10 / 12, rel=0.01)


def test_a_full_pixel_reports_no_more():
    rows = look(climb(10.0, 5.0), saturation_w_sr=5e5)
    assert np.vstack(rows.values)[:, INTENSITY].max() == 5e5
    assert np.vstack(look(climb(10.0, 5.0)).values)[:, INTENSITY].max() > 1e6


def test_clouds_by_climatology_are_those_of_the_latitude():
    record = Infrared(id="s", orbit=GEO, clouds="climatology")
    sensor = compile_infrared(record, 0)
    for latitude in (0.0, 47.5):
        place = to_ecef(latitude * DEG, 0.0, 0.0)
        tops = np.array([cloud_top(seed, "m", sensor, place, START) for seed in range(2000)])
        layer = cloud_layer(latitude, START)
        assert np.mean(tops == GROUND_M) == pytest.approx(layer.clear, abs=0.04)
        assert layer.tropopause_m - 1500.0 < tops.max() <= layer.tropopause_m
    uniform = compile_infrared(Infrared(id="s", orbit=GEO), 0)
    assert max(cloud_top(seed, "m", uniform, place, START) for seed in range(500)) <= 8000.0

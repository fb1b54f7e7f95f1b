import math

import numpy as np
import pytest

from tocsin.core.errors import InputError
from tocsin.core.records.network import Face, Infrared, Network, Orbit, Radar, SearchVolume
from tocsin.core.time import tai_from_iso
from tocsin.sensing.detectability import DEGRADED_DB, detection_probability
from tocsin.sensing.kinds import KINDS
from tocsin.sensing.kinds.radar_kernels import radar_to_ecef
from tocsin.sensing.sensors import compile_network
from tocsin.world.geodesy_kernels import geodetic_to_ecef

NOON = tai_from_iso("2026-03-20T12:00:00Z")  # the Sun over longitude 0 and the equator
RAD = math.radians
NETWORK = Network(
    radar=(
        Radar(
            id="R",
            latitude_deg=50.0,
            longitude_deg=10.0,
            site="post",
            line="cable",
            faces=(Face(azimuth_start_deg=300, azimuth_end_deg=60),),
            range_km=5000.0,
            search_volumes=(SearchVolume(id="fence", elevation_max_deg=6.0),),
        ),
    ),
    infrared=(
        Infrared(id="G", orbit=Orbit(geo_longitude_deg=0.0), bias_los_rad=1e-5),
        Infrared(id="elsewhere"),
    ),
)
TABLE = compile_network(NETWORK)
RADAR, SAT = TABLE.by_id["R"], TABLE.by_id["G"]
ONE = np.ones(1)


def radar_point(bearing_deg=0.0, elevation_deg=5.0, range_km=2000.0):
    return np.array(
        [radar_to_ecef(range_km * 1e3, RAD(bearing_deg), RAD(elevation_deg), RADAR.position, RADAR.rot_enu)]
    )


def ground_point(lat=20.0, lon=10.0, h=30e3):
    return np.array([geodetic_to_ecef(RAD(lat), RAD(lon), h)])


def radar_pd(points, mode="search", searched=None, state="ok", noise_db=math.nan, **more):
    return float(
        detection_probability(
            RADAR, mode, searched, state, noise_db, None, NOON, points, np.zeros(len(points)), **more
        )[0]
    )


def infrared_pd(points, powered=1.0, mode="stare", state="ok", noise_db=math.nan, place=None, at=NOON, **more):
    return float(
        detection_probability(
            SAT, mode, None, state, noise_db, place, at, points, np.full(len(points), powered), **more
        )[0]
    )


def test_network_is_compiled_to_si_and_named():
    assert [s.id for s in TABLE.sensors] == ["R", "G", "elsewhere"]
    assert [s.index for s in TABLE.sensors] == [0, 1, 2]
    assert (RADAR.kind, RADAR.site, RADAR.line) == ("radar", "post", "cable")
    assert (SAT.kind, SAT.site, SAT.line) == ("infrared", "G", "G")
    assert RADAR.sigma_azimuth == pytest.approx(RAD(0.1))
    assert RADAR.reference_range == 5e6
    assert SAT.position is None
    assert set(KINDS) == {s.kind for s in TABLE.sensors} | {"telescope"}


def test_two_sensors_with_one_id_are_refused():
    same = Radar(id="G", latitude_deg=0.0, longitude_deg=0.0)
    with pytest.raises(InputError, match="'G'"):
        compile_network(Network(radar=(same,), infrared=NETWORK.infrared))


def test_a_radar_sees_in_its_field_with_its_signal():
    near, far = radar_pd(radar_point(range_km=1000)), radar_pd(radar_point(range_km=4900))
    assert 0.99 < near < 1.0
    assert 0.2 < far < 0.6
    assert radar_pd(radar_point(range_km=5100)) == 0.0
    assert radar_pd(radar_point(bearing_deg=180)) == 0.0
    assert radar_pd(radar_point(elevation_deg=1)) == 0.0


def test_a_weak_or_noisy_target_is_seen_less():
    there = radar_point(range_km=3000)
    assert radar_pd(there, rcs_dbsm=-20.0) < 0.1 < radar_pd(there)
    assert radar_pd(there, noise_db=10.0) == pytest.approx(radar_pd(there, rcs_dbsm=-10.0))
    assert radar_pd(there, state="degraded") == pytest.approx(radar_pd(there, noise_db=DEGRADED_DB))
    assert radar_pd(there, rcs_dbsm=np.array([-20.0])) == radar_pd(there, rcs_dbsm=-20.0)


def test_scan_off_boresight_costs_signal():
    assert radar_pd(radar_point(bearing_deg=59, range_km=3000)) < radar_pd(radar_point(bearing_deg=0, range_km=3000))


def test_only_what_was_searched_counts():
    high = radar_point(elevation_deg=20)
    assert radar_pd(high) > 0.5
    assert radar_pd(high, searched="fence") == 0.0
    assert radar_pd(radar_point(elevation_deg=5), searched="fence") > 0.5
    assert radar_pd(high, searched="unknown") == 0.0


@pytest.mark.parametrize("state", ["blinded", "down"])
def test_a_sensor_that_is_out_could_not_have_seen(state):
    assert radar_pd(radar_point(), state=state) == 0.0
    assert infrared_pd(ground_point(), state=state) == 0.0


def test_a_track_look_sees_nothing_else():
    assert radar_pd(radar_point(), mode="track") == 0.0


def test_a_satellite_sees_a_burning_motor_over_the_clouds():
    assert infrared_pd(ground_point()) > 0.99
    assert infrared_pd(ground_point(), powered=0.3) == pytest.approx(0.3 * infrared_pd(ground_point()))
    assert infrared_pd(ground_point(), powered=0.0) == 0.0
    assert infrared_pd(ground_point(h=5e3)) == 0.0
    assert infrared_pd(ground_point(lon=100.0)) == 0.0


def test_a_plume_near_the_threshold_is_seen_now_and_then():
    assert 0.1 < infrared_pd(ground_point(), intensity_w_sr=20e3) < 0.5
    assert infrared_pd(ground_point(), intensity_w_sr=1e3) < 1e-6
    # 20 dB of noise: ten times the threshold
    assert infrared_pd(ground_point(), intensity_w_sr=20e4, noise_db=20.0) == pytest.approx(
        infrared_pd(ground_point(), intensity_w_sr=20e3)
    )


def test_the_sun_blinds_at_equinox_midnight():
    midnight = tai_from_iso("2026-03-20T23:20:00Z")
    # seen from 0 E the Sun stands just beside the Earth's eastern or western limb before it is hidden
    pd = [infrared_pd(ground_point(lat=0.0, lon=lon, h=200e3), at=midnight) for lon in (-75.0, 0.0, 75.0)]
    assert min(pd[0], pd[2]) == 0.0
    assert max(pd[0], pd[2]) > 0.99


def test_the_reported_place_wins_over_the_orbit():
    other = np.array(geodetic_to_ecef(0.0, RAD(100.0), 35786e3))
    assert infrared_pd(ground_point(lon=100.0), place=other) > 0.99
    assert infrared_pd(ground_point(lon=-60.0), place=other) == 0.0


def test_a_satellite_of_unknown_place_could_not_have_seen():
    lost = TABLE.by_id["elsewhere"]
    assert np.isnan(lost.satellite_position(NOON)).all()
    pd = detection_probability(lost, "stare", None, "ok", math.nan, None, NOON, ground_point(), ONE)
    assert pd[0] == 0.0


def test_many_at_once_equal_one_by_one():
    rng = np.random.default_rng(5)
    points = np.array([geodetic_to_ecef(RAD(rng.uniform(0, 89)), RAD(rng.uniform(-180, 180)), 4e5) for _ in range(200)])
    for sensor, mode in ((RADAR, "search"), (SAT, "stare")):
        args = (mode, None, "ok", math.nan, None, NOON)
        many = detection_probability(sensor, *args, points, np.ones(200))
        single = [detection_probability(sensor, *args, p[None].copy(), ONE)[0] for p in points]
        assert list(many) == single
        assert 0 < (many > 0).sum() < 200

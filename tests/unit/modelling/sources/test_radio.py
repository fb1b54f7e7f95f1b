import itertools
import math

import msgspec
import numpy as np
import pytest

from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, RANGE, RANGE_RATE
from tocsin.core.records.network import Face, Network, Radar
from tocsin.core.records.sources.radio import Aurora, Interference, MeteorTrails, MoonEcho, SolarBurst
from tocsin.core.time import tai_from_iso
from tocsin.modelling.look_build import Rows, search_slots
from tocsin.modelling.radar_looks import make_antenna
from tocsin.modelling.sources import MECHANISMS
from tocsin.modelling.sources.aurora import WIDEST_DEG, aspect_deg, axis, field_direction, oval
from tocsin.modelling.sources.mechanism import RadarView, Stage
from tocsin.modelling.sources.moon_echo import RADIUS_M, RCS_DBSM, moon_states
from tocsin.modelling.sources.solar_burst import noise_db, sun_over
from tocsin.sensing.kinds.radar_kernels import radar_to_ecef
from tocsin.sensing.sensors import compile_network
from tocsin.world.geodesy import to_geodetic

START = tai_from_iso("2026-08-12T19:00:00Z")
RADAR = Radar(id="r", latitude_deg=60.0, longitude_deg=-150.0, band="UHF", pulse_interval_s=0.04, range_min_km=200.0,
              faces=(Face(azimuth_start_deg=0.0, azimuth_end_deg=360.0, elevation_min_deg=1.0, elevation_max_deg=85.0),),
              range_km=5500.0, beamwidth_deg=2.0)  # fmt: skip


def view_of(record=RADAR, start=START, minutes=10.0):
    end = start + int(minutes * 60 * NS)
    sensor = compile_network(Network(radar=(record,))).by_id["r"]
    slots = search_slots(start, end, 10.0, 0.0, "search", None)
    return Stage(1, start, end), RadarView(make_antenna(sensor, 1), slots, sensor.boxes(None), Rows(), "")


def moonlit(elevation_deg=5.0):
    """Return an instant at which the Moon stands higher than this over the radar."""
    _, view = view_of()
    times = START + 3600 * NS * np.arange(48, dtype=np.int64)
    up = np.flatnonzero(view.antenna.measure(moon_states(times))[:, 2] > elevation_deg * DEG)
    return int(times[up[0]])


def act(source, view, stage):
    return MECHANISMS[type(source)].radar(source, stage, view)


def test_every_kind_has_a_mechanism():
    from tocsin.core.records.sources import Source

    assert set(Source.__args__) <= set(MECHANISMS)


def test_the_moon_folds_to_its_range_modulo_the_pulse_interval_and_hangs_there():
    start = moonlit()
    stage, view = view_of(start=start)
    n = act(MoonEcho(id="moon"), view, stage)
    looks, times, values = view.rows.joined()
    truth = view.antenna.measure(moon_states(times))
    # 2.46 to 2.72 s there and back over the month, less the nearness of the surface
    assert np.all((2 * truth[:, 0] / 299792458.0 > 2.4) & (2 * truth[:, 0] / 299792458.0 < 2.75))
    unambiguous = 0.5 * 299792458.0 * 0.04
    depth = (values[:, RANGE] - (truth[:, 0] - RADIUS_M)) % unambiguous
    depth = np.where(depth > unambiguous / 2, depth - unambiguous, depth)
    assert n == len(looks) > 100 and view.rows.labels == ["moon"] * n
    assert np.all((depth > -200.0) & (depth < 300e3)) and 5e3 < np.median(depth) < 30e3
    assert np.max(np.abs(values[:, RANGE_RATE])) < 700.0
    assert np.max(np.abs(values[:, ELEVATION] - truth[:, 2])) < 0.02


def test_no_moon_below_the_horizon_nor_in_an_unambiguous_radar_nor_where_its_folded_range_is_outside():
    start = moonlit()
    stage, view = view_of(msgspec.structs.replace(RADAR, pulse_interval_s=None), start)
    assert act(MoonEcho(id="moon"), view, stage) == 0
    stage, view = view_of(msgspec.structs.replace(RADAR, longitude_deg=30.0, latitude_deg=-60.0), start)
    assert view.antenna.measure(moon_states(np.array([start])))[0, 2] < 0.0
    assert act(MoonEcho(id="moon"), view, stage) == 0
    stage, view = view_of(start=start)
    assert act(MoonEcho(id="moon", sensors=("other",)), view, stage) == 0


def test_a_radar_that_is_named_for_the_moon_needs_a_pulse_interval():
    stage, view = view_of(msgspec.structs.replace(RADAR, pulse_interval_s=None))
    with pytest.raises(InputError, match="pulse_interval_s"):
        act(MoonEcho(id="moon", sensors=("r",)), view, stage)


def test_the_moons_cross_section_is_the_measured_one():
    # 0.07 of the disc of 9.48e12 m2 (Pettengill 1965)
    assert pytest.approx(10 ** (RCS_DBSM / 10), rel=0.01) == 6.64e11


def noise_of(record, source, start):
    stage, view = view_of(record, start)
    MECHANISMS[SolarBurst].noise(source, stage, view.antenna.sensor, view.slots)
    return view.slots


def test_a_burst_blinds_the_radar_that_the_sun_shines_on_and_no_other():
    noon, midnight = START + 3 * 3600 * NS, START + 15 * 3600 * NS
    burst = SolarBurst(id="burst", flux_sfu=500_000.0)
    lit, dark = (
        noise_of(RADAR, burst, noon),
        noise_of(msgspec.structs.replace(RADAR, latitude_deg=20.0), burst, midnight),
    )
    assert "blinded" in lit.state and lit.state[0] != "blinded" and max(lit.noise_db) > 20.0
    assert set(dark.state) == {"ok"} and not np.any(dark.noise_db)
    north = msgspec.structs.replace(
        RADAR, faces=(Face(azimuth_start_deg=300.0, azimuth_end_deg=60.0, boresight_elevation_deg=20.0),)
    )
    assert not np.any(noise_of(north, burst, noon).noise_db)


def test_the_noise_of_a_burst_is_that_of_an_isotropic_aperture():
    _, view = view_of()
    sensor = view.antenna.sensor
    # S L^2 / (8 pi k): 1e-17 x 0.689^2 / (8 pi x 1.38e-23) = 13,700 K over 500 K
    assert noise_db(sensor, 100_000.0, 1.0) == pytest.approx(10 * math.log10(1 + 13_700 / 500), abs=0.05)
    assert noise_db(sensor, 50.0, 1.0) < 0.1
    part, elevation = sun_over(sensor, START + 3 * 3600 * NS)
    assert part == 1.0 and 0.3 < elevation < 0.9


def test_a_degraded_radar_still_sees_and_says_its_noise():
    _stage, view = view_of()
    view.slots.add_noise(3, 5.2)
    view.slots.add_noise(3, 5.2)
    assert view.slots.state[3] == "degraded" and view.slots.noise_db[3] == pytest.approx(7.5, abs=0.5)
    assert view.slots.seeing()[3]


def test_interference_is_a_strobe_in_the_direction_of_the_emitter():
    stage, view = view_of()
    sensor = view.antenna.sensor
    at = radar_to_ecef(60e3, 200.0 * DEG, 0.3 * DEG, sensor.position, sensor.rot_enu)
    lat, lon, height = (float(v) for v in to_geodetic(np.array(at)))
    emitter = Interference(
        id="boat", latitude_deg=math.degrees(lat), longitude_deg=math.degrees(lon), altitude_m=height, eirp_w=20.0
    )
    n = act(emitter, view, stage)
    _, _, values = view.rows.joined()
    assert n > 100
    assert np.all(np.abs(values[:, AZIMUTH] - 200.0 * DEG) < 1.5 * DEG)
    assert np.ptp(values[:, RANGE]) > 0.9 * 5300e3 and np.all(values[:, RANGE] >= 200e3)
    # over the horizon there is no line, and far below the noise nothing passes
    stage, view = view_of()
    assert act(msgspec.structs.replace(emitter, latitude_deg=50.0, altitude_m=10.0), view, stage) == 0
    stage, view = view_of()
    assert act(msgspec.structs.replace(emitter, eirp_w=1e-9), view, stage) < 5


def test_aurora_echoes_where_the_ray_crosses_the_field_at_right_angles():
    # over the equator of the dipole the field is level and points north; at the pole it points down
    equator = np.cross(axis(), [1.0, 0.0, 0.0])[None, :] * 6.5e6
    assert field_direction(equator)[0] @ axis() == pytest.approx(1.0)
    assert field_direction(axis()[None, :] * 6.5e6)[0] @ axis() == pytest.approx(-1.0)
    places = oval(65.0, 5.0)
    latitude = np.degrees(np.arcsin(np.abs(places @ axis()) / np.linalg.norm(places, axis=1)))
    assert 64.5 < latitude.min() < latitude.max() < 70.5
    # a radar south of the oval looks along its own meridian at the slanting field: it sees echoes to the north
    south = msgspec.structs.replace(RADAR, latitude_deg=54.0, longitude_deg=-110.0)
    stage, view = view_of(south)
    n = act(Aurora(id="aurora"), view, stage)
    _looks, _times, values = view.rows.joined()
    assert n > 50
    assert np.all(np.cos(values[:, AZIMUTH]) > 0.3)
    assert np.all((values[:, RANGE] > 300e3) & (values[:, RANGE] < 1500e3))
    assert 250.0 < np.std(values[:, RANGE_RATE]) < 600.0
    sensor = view.antenna.sensor
    points = np.array([radar_to_ecef(*v, sensor.position, sensor.rot_enu) for v in values[:, RANGE : ELEVATION + 1]])
    assert np.median(aspect_deg(points, sensor.position)) < 0.5 * WIDEST_DEG
    # from the tropics none of it is above the horizon
    stage, view = view_of(msgspec.structs.replace(RADAR, latitude_deg=10.0))
    assert act(Aurora(id="aurora"), view, stage) == 0


def test_meteors_are_single_echoes_between_80_and_110_km():
    stage, view = view_of(minutes=60.0)
    n = act(MeteorTrails(id="meteors", rate_per_hour=2000.0, rcs_dbsm=20.0), view, stage)
    _, _, values = view.rows.joined()
    sensor = view.antenna.sensor
    points = np.array([radar_to_ecef(*v, sensor.position, sensor.rot_enu) for v in values[:, RANGE : ELEVATION + 1]])
    height = to_geodetic(points)[2]
    assert n > 100
    assert np.percentile(height, 5) > 60e3 and np.percentile(height, 95) < 130e3
    assert np.mean(np.abs(values[:, RANGE_RATE]) < 150.0) > 0.7
    assert np.max(np.abs(values[:, RANGE_RATE])) > 11e3


def test_sources_repeat_by_seed():
    runs = []
    for _ in range(2):
        stage, view = view_of(start=moonlit())
        for source in (MoonEcho(id="m"), MeteorTrails(id="t", rate_per_hour=1000.0), Aurora(id="a")):
            act(source, view, stage)
        runs.append(view.rows.joined())
    for a, b in itertools.pairwise(runs):
        assert all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a, b, strict=True))

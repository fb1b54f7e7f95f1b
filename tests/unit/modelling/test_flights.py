import math

import numpy as np
import pytest

from tests.vehicles import MISSILES, VEHICLES
from tocsin.core.constants import DEG, NS
from tocsin.core.errors import InputError
from tocsin.modelling.boost import _solve, coast, kepler_apogee, missile_flight, sounding_flight
from tocsin.modelling.chance import stream
from tocsin.modelling.trajectory import Trajectory
from tocsin.modelling.vehicles import find_vehicle
from tocsin.world.geodesy import direct, inverse, to_geodetic


def aim(vehicle, lat, lon, azimuth_deg, part):
    low, high = vehicle.range_km
    end = direct(lat * DEG, lon * DEG, azimuth_deg * DEG, (low + part * (high - low)) * 1e3)
    return float(end[0]) / DEG, float(end[1]) / DEG


@pytest.mark.parametrize("name", MISSILES)
@pytest.mark.parametrize(("lat", "azimuth"), [(0.0, 90.0), (35.0, 315.0), (-40.0, 20.0)])
def test_a_class_reaches_its_ranges_in_every_direction(name, lat, azimuth):
    vehicle = VEHICLES[name]
    for part in (0.0, 1.0):
        target = aim(vehicle, lat, -150.0, azimuth, part)
        solution = _solve(vehicle, lat, -150.0, *target, 1.0)
        assert solution.miss_m < 10.0


def test_loft_is_the_ratio_of_apogees():
    vehicle = VEHICLES["intermediate_range"]
    target = aim(vehicle, 10.0, -140.0, 300.0, 0.3)
    flat, least, steep = (_solve(vehicle, 10.0, -140.0, *target, loft).apogee_m for loft in (0.7, 1.0, 1.5))
    # kicks are interpolated between steps of four degrees
    assert flat / least == pytest.approx(0.7, abs=0.1)
    assert steep / least == pytest.approx(1.5, abs=0.1)


def test_least_energy_flights_have_the_apogee_and_time_of_the_closed_form():
    # Wheelon 1959: 3,000 km in vacuum over a sphere: apogee 655 km, 895 s; boost adds 120-280 s (reported flights)
    vehicle = VEHICLES["intermediate_range"]
    end = direct(0.0, -2.5, 0.3, 3.0e6)
    path = missile_flight(
        "m", vehicle, 0, (0.0, -2.5 / DEG), (float(end[0]) / DEG, float(end[1]) / DEG), 1.0, stream(1, "x")
    )[0]
    height = to_geodetic(path.states[:, :3])[2]
    assert 0.8 * 655e3 < height.max() < 1.2 * 655e3
    assert 895 - 60 < (path.end - path.start) / NS < 895 + 200


def test_out_of_reach_is_said():
    with pytest.raises(InputError, match="out of reach"):
        _solve(VEHICLES["short_range"], 0.0, 0.0, 0.0, 60.0, 1.0)
    with pytest.raises(InputError, match="short_range"):
        find_vehicle("sounding_rocket", "missile")


def test_half_of_the_falls_lie_within_the_cep():
    vehicle = VEHICLES["short_range"]
    target = aim(vehicle, 40.0, -150.0, 45.0, 0.5)
    misses = []
    for seed in range(60):
        path = missile_flight("m", vehicle, 0, (40.0, -150.0), target, 1.0, stream(seed, "dispersion"))[0]
        lat, lon, height = to_geodetic(path.states[-1, :3])
        assert abs(height) < 1.0
        misses.append(float(inverse(target[0] * DEG, target[1] * DEG, lat, lon)[0]))
    inside = np.mean(np.array(misses) < vehicle.cep_m)
    # binomial, 60 draws: three sigmas are 0.19
    assert 0.31 < inside < 0.69


def test_stages_fall_behind_and_belong_to_their_flight():
    vehicle = VEHICLES["intercontinental"]
    target = aim(vehicle, -20.0, -125.0, 340.0, 0.5)
    paths = missile_flight("m", vehicle, 100 * NS, (-20.0, -125.0), target, 1.0, stream(1, "x"))
    assert [p.name for p in paths] == ["m", "m-stage-1", "m-stage-2"]
    assert all(p.parent == "m" and p.kind == "debris" and not p.powered.any() for p in paths[1:])
    assert paths[0].start == 100 * NS and paths[0].powered[0] and not paths[0].powered[-1]
    reach = [float(inverse(-20 * DEG, -125 * DEG, *to_geodetic(p.states[-1, :3])[:2])[0]) for p in paths]
    assert reach[1] < reach[2] < reach[0]
    apart = missile_flight("m", vehicle, 100 * NS, (-20.0, -125.0), target, 1.0, stream(1, "x"), separate_last=True)
    assert len(apart) == 4


def test_a_sounding_rocket_goes_up_and_comes_down_near():
    vehicle = VEHICLES["sounding_rocket_two_stage"]
    path = sounding_flight("s", vehicle, 0, (40.0, -150.0), 90.0, 86.0, stream(1, "x"))[0]
    lat, lon, height = to_geodetic(path.states[:, :3])
    assert height.max() > 150e3 and abs(height[-1]) < 1.0
    assert float(inverse(40 * DEG, -150 * DEG, lat[-1], lon[-1])[0]) < 0.8 * height.max()


def test_free_flight_ends_on_the_ground_or_in_time():
    vehicle = VEHICLES["short_range"]
    path = sounding_flight("s", VEHICLES["sounding_rocket_two_stage"], 0, (0.0, 0.0), 0.0, 85.0, stream(1, "x"))[0]
    k = int(np.flatnonzero(~path.powered)[-200])
    seconds, states = coast(path.states[k], vehicle.payload_beta_kg_m2, 50.0)
    assert seconds[-1] == 50.0 and len(states) == 50
    orbit = np.array([7.0e6, 0.0, 0.0, 0.0, 5.0e3, 5.0e3])
    seconds, _ = coast(orbit, 500.0, 300.0)
    assert seconds[-1] == 300.0
    assert kepler_apogee(orbit) > 600e3


def test_a_path_between_its_samples_is_smooth():
    t = np.arange(0, 101, dtype=np.int64)
    w = 0.01
    s = t.astype(float)
    states = np.column_stack(
        [np.cos(w * s), np.sin(w * s), s * 0, -w * np.sin(w * s), w * np.cos(w * s), s * 0]
    ) * 7e6  # fmt: skip
    path = Trajectory("x", "y", t * NS, states, t < 50, np.where(t < 50, 10.0, 0.0), 0.0)
    at = np.array([0, 12_345_678_901, 99_999_999_999], np.int64)
    got = path.at(at)
    assert np.max(np.abs(got[:, 0] - 7e6 * np.cos(w * at / NS))) < 1e-3
    assert np.max(np.abs(got[:, 4] - 7e6 * w * np.cos(w * at / NS))) < 1e-3
    assert np.isnan(path.at(np.array([-1], np.int64))).all() and path.intensity_at(np.array([-1]))[0] == 0
    assert path.intensity_at(np.array([49_900_000_000, 50_000_000_000]))[0] == 10.0
    assert math.isclose(path.intensity_at(np.array([50_100_000_000]))[0], 0.0)

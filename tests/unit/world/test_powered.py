import math

import numpy as np
import pytest

from tests.vehicles import VEHICLES
from tocsin.core.constants import DEG, G0_M_S2
from tocsin.core.errors import ValueRefused
from tocsin.core.records.vehicle import Stage, Vehicle
from tocsin.modelling.sphere import kepler_time
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodesic_inverse, height_above_ellipsoid
from tocsin.world.motion.boosters import fly
from tocsin.world.motion.freeflight_kernels import fly_to_height, propagate

LAT, LON = 0.6, 0.2


def impact(vehicle: Vehicle, kick_deg: float, azimuth: float = 0.0) -> tuple[float, float]:
    """Return range (m) and time of flight (s) from lift-off to the ground; half the globe if it stays up for long."""
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(azimuth, kick_deg * DEG), 10.0)
    out = np.zeros(7)
    status = fly_to_height(flight.states[-1], vehicle.payload_beta_kg_m2, 0.0, 9000.0, out)
    if status == 1:
        return 2.0e7, math.inf
    assert status == 0
    lat, lon, _ = ecef_to_geodetic(*out[:3])
    return geodesic_inverse(LAT, LON, lat, lon)[0], flight.times[-1] + out[6]


def apogee(vehicle: Vehicle, kick_deg: float) -> float:
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.0, kick_deg * DEG), 10.0)
    out, best, end = np.zeros(6), 0.0, np.zeros(7)
    assert fly_to_height(flight.states[-1], 0.0, 0.0, 9000.0, end) == 0
    for t in np.linspace(0.0, end[6], 120):
        assert propagate(flight.states[-1], t, 0.0, out) == 0
        best = max(best, height_above_ellipsoid(*out[:3]))
    return best


@pytest.mark.parametrize(
    ("name", "low_km", "high_km", "burn_s"),
    [("short_range", 500, 700, 85), ("intermediate_range", 3400, 4000, 150), ("intercontinental", 9000, 10500, 190)],
)
def test_missile_classes_reach_their_published_ranges_in_their_burn_times(name, low_km, high_km, burn_s):
    vehicle = VEHICLES[name]
    best = max(impact(vehicle, kick)[0] for kick in np.arange(vehicle.kick_deg - 6, vehicle.kick_deg + 7, 3.0))
    assert low_km < best / 1000.0 < high_km
    assert 0.7 * burn_s < vehicle.burn_s < burn_s


def test_every_missile_covers_the_ranges_that_scenarios_ask_in_every_direction():
    for vehicle in VEHICLES.values():
        if vehicle.kind != "missile":
            continue
        for azimuth in (0.0, math.pi / 2, math.pi, 3 * math.pi / 2):
            reach = [impact(vehicle, k, azimuth)[0] / 1000.0 for k in np.arange(2.0, vehicle.kick_deg + 5.0, 2.0)]
            assert max(reach) > vehicle.range_km[1]
            assert min(reach) < vehicle.range_km[0]


def test_boost_adds_two_to_five_minutes_to_the_vacuum_flight():
    # reported times of ten observed flights exceed the surface-to-surface Kepler time by 120 to 280 s; a long-range
    # class flown lofted has to do so too
    vehicle = VEHICLES["intercontinental"]
    distance, time = impact(vehicle, 20.0)
    top = apogee(vehicle, 20.0)
    assert 60.0 < time - kepler_time(distance, top) < 280.0


def test_sounding_rockets_reach_their_heights():
    assert 1.2e6 < apogee(VEHICLES["sounding_rocket"], 8.0) < 1.5e6
    assert 2.5e5 < apogee(VEHICLES["sounding_rocket_two_stage"], 7.0) < 4.5e5


def vacuum_like(**kw) -> Vehicle:
    stage = Stage(propellant_kg=600.0, dry_kg=0.0, burn_s=30.0, isp_vac_s=300.0, diameter_m=1e-4, **kw)
    return Vehicle(
        name="t", kind="missile", stages=(stage,), payload_kg=400.0, payload_beta_kg_m2=1e4,
        vertical_s=100.0, kick_s=1.0, turn_s=200.0,
    )  # fmt: skip


def test_vertical_flight_in_thin_air_obeys_tsiolkovsky():
    vehicle = vacuum_like()
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.0))
    up = np.array(enu_axes(LAT, LON))[6:]
    ideal = 300.0 * G0_M_S2 * math.log(1000.0 / 400.0)
    assert flight.states[-1, 3:] @ up == pytest.approx(ideal - 9.80 * 30.0, rel=2e-3)


def test_rows_are_on_the_asked_times_and_the_last_is_burn_out():
    vehicle = VEHICLES["intercontinental"]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.3), 2.0)
    assert flight.times[:-1] == pytest.approx(2.0 * np.arange(len(flight.times) - 1), abs=1e-9)
    assert flight.times[-1] == pytest.approx(vehicle.burn_s, abs=1e-6)
    assert flight.burning[-1] == 0
    assert set(flight.stage) == {0, 1, 2}
    assert np.all(np.diff(flight.masses) <= 0.0)
    assert flight.masses[-1] == vehicle.payload_kg


def test_plume_is_off_between_the_stages_and_thrust_with_it():
    vehicle = VEHICLES["sounding_rocket"]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.3), 0.25)
    size = np.linalg.norm(flight.thrust, axis=1)
    assert np.array_equal(size > 0.0, flight.burning == 1)
    coast = sum(s.coast_s for s in vehicle.stages)
    assert 0.25 * np.sum(flight.burning == 0) == pytest.approx(coast, abs=1.5)


def test_mass_falls_by_the_flow_and_stages_are_dropped():
    vehicle = VEHICLES["intermediate_range"]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.3), 1.0)
    first, second = vehicle.stages
    assert flight.masses[0] == vehicle.payload_kg + sum(s.propellant_kg + s.dry_kg for s in vehicle.stages)
    burnt = flight.burnouts[0, 7]
    assert burnt == pytest.approx(flight.masses[0] - first.propellant_kg, abs=1e-6)
    assert flight.burnouts[1, 7] == pytest.approx(vehicle.payload_kg + second.dry_kg, abs=1e-6)


def test_cut_off_ends_the_boost_early():
    vehicle = VEHICLES["intercontinental"]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.3, cutoff_s=150.3), 1.0)
    assert flight.times[-1] == pytest.approx(150.3, abs=1e-9)
    assert flight.masses[-1] == vehicle.payload_kg
    early = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.3, cutoff_s=50.0), 1.0)
    assert early.times[-1] == pytest.approx(50.0, abs=1e-9)
    assert np.all(early.burnouts[:, 0] == early.burnouts[0, 0])


def test_azimuth_is_where_it_goes_and_the_earth_turns_beneath():
    vehicle = VEHICLES["intermediate_range"]
    for azimuth in (0.3, 1.8, 4.0):
        flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(azimuth), 1.0)
        lat, lon, _ = ecef_to_geodetic(*flight.states[60, :3])
        off = math.remainder(geodesic_inverse(LAT, LON, lat, lon)[1] - azimuth, 2 * math.pi)
        assert off == pytest.approx(0.0, abs=0.02)


def test_range_is_a_smooth_function_of_the_kick():
    vehicle = VEHICLES["intercontinental"]
    reach = np.array([impact(vehicle, k)[0] for k in 30.0 + 0.01 * np.arange(12)])
    assert np.abs(np.diff(reach, 2)).max() < 30.0
    assert np.all(np.diff(reach) > 0.0)


def test_half_the_step_changes_burn_out_by_metres():
    # samples every 0.05 s force steps of at most that
    for vehicle in VEHICLES.values():
        coarse = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.3), 50.0).states[-1]
        fine = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.3), 0.05).states[-1]
        # an error of speed at the start moves the place for as long as the vehicle flies
        assert np.linalg.norm((coarse - fine)[:3]) < 0.012 * max(vehicle.burn_s, 250.0)
        assert np.linalg.norm((coarse - fine)[3:]) < 0.05


def test_time_between_samples_must_be_positive():
    vehicle = VEHICLES["short_range"]
    with pytest.raises(ValueRefused):
        fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.0), 0.0)

import math

import numpy as np
import pytest

from tocsin.core.constants import EARTH_RATE_RAD_S, NS
from tocsin.core.errors import ValueRefused
from tocsin.core.records.network import Orbit
from tocsin.core.time import tai_from_iso
from tocsin.world.geodesy_kernels import ecef_to_geodetic
from tocsin.world.motion.mean_elements import MU_KM3_S2, equinoctial_of, state_of
from tocsin.world.motion.orbits import SatelliteSet, element_set_state, orbit_state, satrec_of_orbit
from tocsin.world.rotation import teme_to_itrf

EPOCH = "2026-03-01T00:00:00Z"
TLE = (
    "1 25544U 98067A   24001.50000000  .00016717  00000-0  10270-3 0  9005",
    "2 25544  51.6400 208.9163 0006317  69.9862  25.2906 15.49560000    17",
)


def orbit(perigee, apogee, inclination=63.4, **kw) -> Orbit:
    return Orbit(
        epoch_utc=EPOCH, perigee_altitude_km=perigee, apogee_altitude_km=apogee, inclination_deg=inclination,
        raan_deg=40.0, argument_of_perigee_deg=270.0, **{"mean_anomaly_deg": 30.0} | kw,
    )  # fmt: skip


@pytest.mark.parametrize(
    "o",
    [orbit(500, 520), orbit(600, 39700), orbit(20000, 20200, 55.0), orbit(800, 800, 98.6), orbit(35000, 36500, 5.0)],
)
def test_orbit_starts_with_the_osculating_elements_it_was_given(o):
    satellite = satrec_of_orbit(o)
    error, position, velocity = satellite.sgp4_tsince(0.0)
    assert error == 0
    got = equinoctial_of(np.array([*position, *velocity]))
    a = 6378.137 + 0.5 * (o.perigee_altitude_km + o.apogee_altitude_km)
    e = (o.apogee_altitude_km - o.perigee_altitude_km) / (2 * a)
    assert got[0] == pytest.approx(a, abs=0.01)
    assert math.hypot(got[1], got[2]) == pytest.approx(e, abs=1e-6)
    assert 2 * math.degrees(math.atan(math.hypot(got[3], got[4]))) == pytest.approx(o.inclination_deg, abs=1e-5)


def test_equinoctial_elements_are_those_of_the_state():
    a, e, i, node, perigee, anomaly = 12000.0, 0.3, 0.9, 1.1, 2.2, 0.7
    got = equinoctial_of(state_of(a, e, i, node, perigee, anomaly))
    expected = [
        a, e * math.sin(node + perigee), e * math.cos(node + perigee),
        math.tan(i / 2) * math.sin(node), math.tan(i / 2) * math.cos(node),
    ]  # fmt: skip
    assert got[:5] == pytest.approx(expected, rel=1e-10)
    assert math.remainder(got[5] - (node + perigee + anomaly), 2 * math.pi) == pytest.approx(0.0, abs=1e-10)
    assert MU_KM3_S2 == 398600.8


def test_molniya_comes_back_after_two_turns_of_the_earth():
    # half a sidereal day a revolution: the ground track repeats
    state = orbit_state(orbit(600, 39751, mean_anomaly_deg=180.0))
    t = tai_from_iso(EPOCH)
    day = int(86164.0905 * NS)
    assert np.linalg.norm(state(t + day)[:3] - state(t)[:3]) < 400e3


def test_velocity_is_the_derivative_of_the_place():
    # SGP4's own velocity misses the derivative of its place by some cm/s, in deep space by 0.5 m/s
    for state, allowed in ((orbit_state(orbit(700, 800)), 0.05), (orbit_state(orbit(700, 20000)), 0.6)):
        t = tai_from_iso("2026-03-01T03:00:00Z")
        numeric = state(t + NS // 2)[:3] - state(t - NS // 2)[:3]
        assert np.linalg.norm(state(t)[3:] - numeric) < allowed


def test_geostationary_satellite_stands_still_over_its_longitude():
    state = orbit_state(Orbit(geo_longitude_deg=-105.0))
    t = tai_from_iso(EPOCH)
    assert np.array_equal(state(t), state(t + 10**15))
    lat, lon, h = ecef_to_geodetic(*state(t)[:3])
    assert (math.degrees(lat), math.degrees(lon)) == pytest.approx((0.0, -105.0))
    assert h == pytest.approx(35786e3, abs=1e3)


@pytest.mark.parametrize(
    "bad", [Orbit(), Orbit(epoch_utc=EPOCH, perigee_altitude_km=500.0), orbit(900, 500), orbit(800, 800, 180.0)]
)
def test_an_orbit_that_cannot_be_is_refused(bad):
    with pytest.raises(ValueRefused):
        orbit_state(bad)


def test_batch_says_the_same_as_one_and_errors_are_values():
    decayed = (TLE[0], TLE[1][:52] + "17.99560000    17")
    batch = SatelliteSet.from_tle_lines([TLE, decayed])
    times = tai_from_iso("2024-01-02T00:00:00Z") + 60 * NS * np.arange(5)
    error, position, velocity = batch.itrf(times)
    assert len(batch) == 2
    assert position.shape == (2, 5, 3)
    assert np.all(error[0] == 0)
    assert np.all(error[1] != 0)
    assert np.all(np.isnan(position[1])) and np.all(np.isnan(velocity[1]))
    assert np.concatenate([position[0, 3], velocity[0, 3]]) == pytest.approx(element_set_state(*TLE)(int(times[3])))


def test_inertial_speed_is_kept_by_the_turn():
    times = np.array([tai_from_iso("2024-01-02T00:00:00Z")])
    _, position, velocity = SatelliteSet.from_tle_lines([TLE]).itrf(times)
    inertial = velocity[0, 0] + np.cross([0.0, 0.0, EARTH_RATE_RAD_S], position[0, 0])
    _, r, v = SatelliteSet.from_tle_lines([TLE]).satellites[0].sgp4(*_julian(times))
    assert np.linalg.norm(inertial) == pytest.approx(np.linalg.norm(v) * 1e3, rel=1e-9)
    assert teme_to_itrf(times)[0] @ np.array(r) * 1e3 == pytest.approx(position[0, 0], rel=1e-12)


def _julian(times):
    from tocsin.world.rotation import utc_julian

    day, fraction = utc_julian(times)
    return float(day[0]), float(fraction[0])

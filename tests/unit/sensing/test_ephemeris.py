import math

import numpy as np
import pytest

from tocsin.core.records.network import Infrared, Orbit
from tocsin.core.time import tai_from_iso
from tocsin.sensing.ephemeris import Ephemeris, ephemeris_of
from tocsin.sensing.sun import sun_at
from tocsin.world.sky import sun_direction

NS = 1_000_000_000
T0 = tai_from_iso("2026-01-01T00:00:00Z")
MOLNIYA = Orbit(
    epoch_utc="2026-01-01T00:00:00Z",
    perigee_altitude_km=600.0,
    apogee_altitude_km=39700.0,
    inclination_deg=63.4,
    argument_of_perigee_deg=270.0,
)
# object 23599 of the SGP4 verification set (Vallado et al. 2006): 4.5 revolutions a day, eccentricity 0.58
TLE = (
    "1 23599U 95029B   06171.76535463  .00085586  12891-6  12956-2 0  2905",
    "2 23599   6.9327   0.2849 5782022 274.4436  25.2425  4.47796565123555",
)


def circle(tai_ns):
    a = 1.1e-3 * (tai_ns / NS - T0 / NS)
    return 7e6 * np.array([math.cos(a), math.sin(a), 0, -1.1e-3 * math.sin(a), 1.1e-3 * math.cos(a), 0])


def test_interpolation_errs_less_than_a_metre_in_the_lowest_orbit():
    e = Ephemeris(circle)
    for t in range(T0, T0 + 120 * NS, 7 * NS + 1):
        assert math.dist(e.position(t), circle(t)[:3]) < 0.1
        assert math.dist(e.state(t)[3:], circle(t)[3:]) < 0.05


def test_a_place_does_not_depend_on_what_was_asked_before():
    times = [T0 + k * 17 * NS + 5 for k in range(50)]
    a, b = Ephemeris(circle), Ephemeris(circle)
    forward = {t: a.position(t).tobytes() for t in times}
    backward = {t: b.position(t).tobytes() for t in reversed(times)}
    assert forward == backward


def test_molniya_orbit_has_its_perigee_apogee_and_period():
    e = ephemeris_of(Infrared(id="m", orbit=MOLNIYA))
    radii = [math.dist(e.position(T0 + k * 60 * NS), (0, 0, 0)) for k in range(12 * 60)]
    assert min(radii) == pytest.approx(6378e3 + 600e3, abs=30e3)
    assert max(radii) == pytest.approx(6378e3 + 39700e3, abs=60e3)
    # the apogee stands over the north: half a period after perigee
    top = int(np.argmax(radii))
    assert e.position(T0 + top * 60 * NS)[2] > 0.85 * max(radii)
    assert top == pytest.approx(359, abs=3)


def test_interpolated_molniya_is_the_orbit_itself():
    e = ephemeris_of(Infrared(id="m", orbit=MOLNIYA))
    for k in range(0, 600):  # through perigee
        t = T0 + k * NS * 3 + 12345
        assert math.dist(e.position(t), e._state(t)[:3]) < 10.0


def test_a_geostationary_satellite_stands_still():
    e = ephemeris_of(Infrared(id="g", orbit=Orbit(geo_longitude_deg=-30.0)))
    p = e.position(T0)
    assert math.degrees(math.atan2(p[1], p[0])) == pytest.approx(-30.0)
    assert math.hypot(*p) == pytest.approx(42164e3, abs=5e3)
    assert math.dist(p, e.position(T0 + 3 * 3600 * NS)) < 1.0


def test_element_sets_are_flown_by_sgp4():
    e = ephemeris_of(Infrared(id="t", element_set=TLE))
    at = tai_from_iso("2006-06-20T18:22:06.640Z")
    # Vallado's verification set gives 9892.63794341, 35.76144969, -1.08228838 km (TEME) at epoch
    p = e.position(at)
    assert math.hypot(*p) == pytest.approx(9892.7026e3, abs=100.0)
    for k in range(0, 1800, 7):
        assert math.dist(e.position(at + k * NS), e._state(at + k * NS)[:3]) < 10.0


def test_the_suns_chord_is_the_sun():
    for k in range(0, 200, 7):
        a, b = sun_at(T0 + k * NS + 3), sun_direction(T0 + k * NS + 3)
        assert math.dist(a, b) < 3e-6
        assert math.hypot(*a) == pytest.approx(1.0, abs=1e-12)


def test_no_orbit_no_ephemeris():
    assert ephemeris_of(Infrared(id="x")) is None

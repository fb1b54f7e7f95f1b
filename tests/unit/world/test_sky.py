import numpy as np
import pytest

from tocsin.core.constants import NS
from tocsin.core.time import tai_from_iso
from tocsin.world.sky import moon_direction, moon_position, sun_direction, sun_position


def test_sun_of_the_equinox_is_over_the_equator_and_of_noon_over_greenwich():
    d = sun_direction(tai_from_iso("2024-03-20T03:06:00Z"))
    assert abs(np.degrees(np.arcsin(d[2]))) < 0.02
    noon = sun_direction(tai_from_iso("2024-04-15T12:00:00Z"))  # the equation of time is zero in mid-April
    assert np.degrees(np.arctan2(noon[1], noon[0])) == pytest.approx(0.0, abs=0.1)


def test_sun_of_the_night_of_1983_09_26():
    # declination -0.87 deg, subsolar longitude 125.8 deg W (domain facts, derived)
    d = sun_direction(tai_from_iso("1983-09-25T20:15:00Z"))
    assert np.degrees(np.arcsin(d[2])) == pytest.approx(-0.87, abs=0.02)
    assert np.degrees(np.arctan2(d[1], d[0])) == pytest.approx(-125.8, abs=0.1)


def test_distances_are_those_of_the_sky():
    for month in range(1, 13):
        t = tai_from_iso(f"2025-{month:02d}-09T00:00:00Z")
        assert 1.47e11 < np.linalg.norm(sun_position(t)) < 1.5215e11
        assert 3.56e8 < np.linalg.norm(moon_position(t)) < 4.07e8
        assert np.linalg.norm(moon_direction(t)) == pytest.approx(1.0, abs=1e-12)


def test_moon_covers_the_sun_at_the_eclipse_of_2024_04_08():
    # greatest eclipse 18:17 UTC; seen from the Earth's centre the two are within gamma (0.34 Earth radii) of each other
    t = tai_from_iso("2024-04-08T18:17:00Z")
    apart = np.degrees(np.arccos(float(sun_direction(t) @ moon_direction(t))))
    assert apart == pytest.approx(np.degrees(np.arcsin(0.34 * 6378.0 / 360000.0)), abs=0.02)


def test_no_jump_between_nodes():
    t = tai_from_iso("2025-06-01T00:09:50Z")
    moved = [np.linalg.norm(sun_direction(t + i * NS + NS) - sun_direction(t + i * NS)) for i in range(20)]
    assert max(moved) < 1.001 * min(moved)

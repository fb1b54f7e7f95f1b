"""First radar sight, warning left and lowest visible height against the derived tables of reference/domain.md, C.3, C.4.

Minimum energy, spherical Earth, vacuum; radar at the impact point, 500 km and 1000 km forward; 3 deg lowest elevation.
"""

import numpy as np
import pytest

from tocsin.core.constants import DEG
from tocsin.modelling.first_sight import first_sight, least_energy_flight
from tocsin.sensing.horizon import RADIUS_M, lowest_visible_height

# C.4: range km, seen at min, warning left min
TABLE = [
    (2000, (2.3, 1.4, 0.7), (9.4, 10.3, 11.0)),
    (3500, (4.9, 3.6, 2.6), (11.5, 12.8, 13.8)),
    (5500, (9.5, 7.8, 6.3), (12.4, 14.1, 15.6)),
    (8000, (16.6, 14.4, 12.5), (11.4, 13.6, 15.5)),
    (10000, (22.6, 20.2, 18.1), (9.6, 12.0, 14.0)),
]
# C.3: range km, apogee km, time min
FLIGHTS = [(500, 123, 5.5), (1000, 240, 7.9), (2000, 459, 11.7), (3500, 745, 16.4), (5500, 1041, 21.9),
           (8000, 1264, 28.0), (10000, 1319, 32.2)]  # fmt: skip
# C.4: lowest visible altitude km at 2 / 3 / 5.5 deg by ground distance km
HEIGHTS = [(1000, (115, 133, 179)), (2000, (404, 443, 544)), (3000, (907, 974, 1147)), (4000, (1706, 1813, 2093))]


@pytest.mark.parametrize(("range_km", "seen", "left"), TABLE)
def test_first_sight_and_warning_left_within_a_fifth_of_a_minute(range_km, seen, left):
    for forward_km, at, rest in zip((0, 500, 1000), seen, left, strict=True):
        sight = first_sight(range_km * 1e3, forward_km * 1e3, 3.0 * DEG)
        assert sight.seen_s / 60 == pytest.approx(at, abs=0.2)
        assert sight.left_s / 60 == pytest.approx(rest, abs=0.2)


@pytest.mark.parametrize(("range_km", "apogee_km", "minutes"), FLIGHTS)
def test_the_flight_is_that_of_the_closed_form(range_km, apogee_km, minutes):
    seconds, along, height = least_energy_flight(range_km * 1e3)
    assert along[-1] * RADIUS_M == pytest.approx(range_km * 1e3, rel=1e-9)
    assert height[-1] == pytest.approx(0.0, abs=1e-3)
    assert height.max() / 1e3 == pytest.approx(apogee_km, abs=1.0)
    assert seconds[-1] / 60 == pytest.approx(minutes, abs=0.06)


@pytest.mark.parametrize(("distance_km", "heights_km"), HEIGHTS)
def test_lowest_visible_height_within_one_percent(distance_km, heights_km):
    for elevation_deg, height in zip((2.0, 3.0, 5.5), heights_km, strict=True):
        found = float(lowest_visible_height(np.array([distance_km * 1e3]), elevation_deg * DEG)[0])
        assert found / 1e3 == pytest.approx(height, rel=0.01)


def test_a_distance_beyond_the_tangent_is_never_seen():
    assert np.isinf(lowest_visible_height(np.array([0.51 * np.pi * RADIUS_M]), 0.0)[0])

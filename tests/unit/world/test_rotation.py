from itertools import pairwise

import numpy as np
import pytest

from tocsin.core.constants import EARTH_RATE_RAD_S, NS
from tocsin.core.time import tai_from_iso, unix_ns_from_tai
from tocsin.world.rotation import (
    cirs_to_itrf,
    gcrf_to_cirs,
    gcrf_to_itrf,
    orientation,
    table_span_mjd,
    teme_to_itrf,
    terrestrial_time,
    utc_julian,
)

TIMES = np.array([tai_from_iso(f"{year}-03-02T05:06:07Z") for year in range(1974, 2027, 4)])


@pytest.mark.parametrize("frame", [teme_to_itrf, cirs_to_itrf, gcrf_to_itrf, gcrf_to_cirs])
def test_rotations_are_rotations(frame):
    for m in frame(TIMES):
        assert np.allclose(m @ m.T, np.eye(3), atol=1e-14)
        assert np.linalg.det(m) == pytest.approx(1.0, abs=1e-13)


def test_the_earth_turns_east_by_its_rate():
    t = int(TIMES[-1])
    a, b = teme_to_itrf(np.array([t, t + 10 * NS]))
    turn = b @ a.T
    assert np.arctan2(turn[0, 1], turn[0, 0]) == pytest.approx(10.0 * EARTH_RATE_RAD_S, rel=1e-6)


def test_a_leap_second_does_not_make_the_earth_jump():
    start = tai_from_iso("2016-12-31T23:59:55Z")
    t = start + NS * np.arange(12)
    m = teme_to_itrf(t)
    steps = [np.arctan2((b @ a.T)[0, 1], (b @ a.T)[0, 0]) for a, b in pairwise(m)]
    assert steps == pytest.approx([EARTH_RATE_RAD_S] * 11, rel=1e-6)


def test_ut1_stays_within_a_second_of_utc():
    day, fraction, xp, yp = orientation(TIMES)
    utc_day, utc_fraction = utc_julian(TIMES)
    assert np.abs((day - utc_day + fraction - utc_fraction) * 86400.0).max() < 0.9
    assert np.abs(xp).max() < 0.6 / 206265.0
    assert np.abs(yp).max() < 0.7 / 206265.0


def test_outside_the_table_the_ends_are_held():
    first, last = table_span_mjd()
    assert first < 41700.0
    late = tai_from_iso("2150-01-01T00:00:00Z")
    day, fraction, xp, _ = orientation(np.array([late]))
    end = int((last - 40587.0) * 86400) * NS + 37 * NS
    end_day, end_fraction, end_xp, _ = orientation(np.array([end]))
    held = (day[0] - 2440587.5 + fraction[0]) * 86400.0 - late / NS
    at_end = (end_day[0] - 2440587.5 + end_fraction[0]) * 86400.0 - end / NS
    assert held == pytest.approx(at_end, abs=2e-5)  # the double of a day count resolves some microseconds
    assert xp[0] == end_xp[0]


def test_utc_julian_is_posix_time():
    for t in (*TIMES, tai_from_iso("2016-12-31T23:59:60.5Z"), tai_from_iso("2016-12-31T23:59:59.5Z")):
        day, fraction = utc_julian(t)
        assert (day[0] - 2440587.5) * 86400.0 + fraction[0] * 86400.0 == pytest.approx(unix_ns_from_tai(int(t)) / NS)


def test_terrestrial_time_is_32_184_s_ahead():
    day, fraction = terrestrial_time(TIMES)
    assert (day - 2440587.5) * 86400.0 + fraction * 86400.0 == pytest.approx(TIMES / NS + 32.184, abs=1e-5)

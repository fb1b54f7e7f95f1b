"""Instants: leap seconds against the IAU's SOFA (erfa), ISO forms, refusals, round trips."""

import erfa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.time import (
    FIRST_UNIX_S,
    LAST_UNIX_S,
    LEAP_TAI_MINUS_UTC_S,
    LEAP_UNIX_S,
    iso_from_tai,
    tai_from_iso,
    tai_from_unix_ns,
    tai_minus_utc_s,
    unix_ns_from_tai,
)

QUICK = settings(max_examples=300, deadline=None, derandomize=True)
FIRST_TAI = (FIRST_UNIX_S + LEAP_TAI_MINUS_UTC_S[0]) * NS
LAST_TAI = (LAST_UNIX_S + LEAP_TAI_MINUS_UTC_S[-1]) * NS - 1
INSTANTS = st.one_of(
    st.integers(FIRST_TAI, LAST_TAI),
    # the seconds around each leap second
    st.builds(
        lambda i, ns: (LEAP_UNIX_S[i] + LEAP_TAI_MINUS_UTC_S[i]) * NS + ns,
        st.integers(1, len(LEAP_UNIX_S) - 1),
        st.integers(-3 * NS, 3 * NS),
    ),
)


def in_leap_second(tai: int) -> bool:
    ends = [(u + n) * NS for u, n in zip(LEAP_UNIX_S, LEAP_TAI_MINUS_UTC_S, strict=True)][1:]
    return any(end - NS <= tai < end for end in ends)


@pytest.mark.parametrize("year", range(1972, 2027))
@pytest.mark.parametrize("month", [1, 7])
def test_tai_minus_utc_is_that_of_sofa(year, month):
    tai = tai_from_iso(f"{year}-{month:02d}-02T00:00:00Z")
    assert tai_minus_utc_s(tai) == erfa.dat(year, month, 2, 0.0)


def test_the_epoch_is_1970_tai():
    # 1972-01-01T00:00:00 UTC was 1972-01-01T00:00:10 TAI; two years of 365 days after 1970
    assert tai_from_iso("1972-01-01T00:00:00Z") == (730 * 86400 + 10) * NS


@QUICK
@given(INSTANTS)
def test_iso_text_round_trips_to_the_nanosecond(tai):
    assert tai_from_iso(iso_from_tai(tai, 9)) == tai


@QUICK
@given(INSTANTS, st.integers(0, 9))
def test_iso_text_is_rounded_down_never_up(tai, digits):
    text = iso_from_tai(tai, digits)
    assert 0 <= tai - tai_from_iso(text) < 10 ** (9 - digits)
    assert len(text) == (20 if digits == 0 else 21 + digits)


@QUICK
@given(INSTANTS, INSTANTS)
def test_text_sorts_as_time_does(a, b):
    assert (a < b) == (iso_from_tai(a, 9) < iso_from_tai(b, 9))


@QUICK
@given(INSTANTS)
def test_posix_time_round_trips_outside_leap_seconds(tai):
    unix = unix_ns_from_tai(tai)
    if in_leap_second(tai):
        # a leap second has the POSIX name of the second that follows it, and that name is refused on the way back
        assert unix // NS in LEAP_UNIX_S
        with pytest.raises(ValueRefused, match="ambiguous"):
            tai_from_unix_ns(unix)
    elif unix // NS in LEAP_UNIX_S[1:]:
        with pytest.raises(ValueRefused, match="ambiguous"):
            tai_from_unix_ns(unix)
    else:
        assert tai_from_unix_ns(unix) == tai


def test_a_leap_second_lasts_one_second():
    before, leap, after = (
        tai_from_iso(text) for text in ("2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z")
    )
    assert (leap - before, after - leap) == (NS, NS)
    assert iso_from_tai(leap + NS // 2) == "2016-12-31T23:59:60.500Z"
    assert tai_minus_utc_s(leap) == 36 and tai_minus_utc_s(after) == 37


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-01T00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01 00:00:00", "2026-01-01T00:00:00Z"),
        ("  2026-01-01T00:00:00Z\n", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00,25Z", "2026-01-01T00:00:00.25Z"),
        ("2026-01-01T01:30:00+01:30", "2026-01-01T00:00:00Z"),
        ("2025-12-31T18:30:00-0530", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.1234567899999Z", "2026-01-01T00:00:00.123456789Z"),
        ("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:60Z"),
    ],
)
def test_iso_forms_that_say_the_same(text, same):
    assert tai_from_iso(text) == tai_from_iso(same)


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+15:00", "2026-01-01T00:00:00+01:60",
        "2026-01-01T00:00:00.Z", "1971-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
        "2026-01-01T00:00:00ZZ", "٢٠٢٦-01-01T00:00:00Z", "2026-01-01T00:00:00 Z", "1700000000",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueRefused):
        tai_from_iso(text)


@pytest.mark.parametrize(
    "text",
    ["2015-12-31T23:59:60Z", "2016-12-31T22:59:60Z", "2016-12-31T23:58:60Z", "2016-12-31T23:59:60+01:00",
     "2026-12-31T23:59:60Z"],
)  # fmt: skip
def test_a_second_60_where_there_was_none_is_refused(text):
    with pytest.raises(ValueRefused, match="no leap second"):
        tai_from_iso(text)


@pytest.mark.parametrize("unix_s", [FIRST_UNIX_S - 1, LAST_UNIX_S, 0, -1])
def test_posix_time_outside_the_table_is_refused(unix_s):
    with pytest.raises(ValueRefused, match="outside"):
        tai_from_unix_ns(unix_s * NS)


def test_the_second_after_each_leap_second_is_usable_in_text_only():
    for leap in LEAP_UNIX_S[1:]:
        with pytest.raises(ValueRefused):
            tai_from_unix_ns(leap * NS)
        assert tai_from_unix_ns((leap + 1) * NS) - tai_from_unix_ns((leap - 1) * NS) == 3 * NS

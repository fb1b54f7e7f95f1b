"""Which notification fits a launch: in place, in time, in heading."""

import math
from typing import Any

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import Notification
from tocsin.identification.notices import EARLY_S, HEADING_DEG, KEPT_S, LATE_S, fitting, forget

T0 = 1_700_000_000 * NS
LAT, LON = 30.0 * DEG, -40.0 * DEG


def notice(name: str = "n", **more: Any) -> Notification:
    given: dict[str, Any] = {
        "id": name, "received": T0, "data_mode": "test", "window_start": T0, "window_end": T0 + 600 * NS,
        "latitude_deg": 30.0, "longitude_deg": -40.0, "radius_km": 50.0, "vehicle": "space_launch",
    }  # fmt: skip
    return Notification(**{**given, **more})


def fits(
    *notices: Notification, seconds: float = 300.0, lat: float = LAT, sigma: float = 0.0, heading: float = math.nan
) -> str:
    found = fitting({n.id: n for n in notices}, T0 + round(seconds * NS), lat, LON, sigma, heading)
    return found.id if found is not None else ""


def test_the_window_has_a_margin_for_countdowns_and_clocks() -> None:
    assert fits(notice(), seconds=-EARLY_S) == "n"
    assert fits(notice(), seconds=-EARLY_S - 1) == ""
    assert fits(notice(), seconds=600 + LATE_S) == "n"
    assert fits(notice(), seconds=600 + LATE_S + 1) == ""


def test_the_place_fits_within_the_radius_and_two_sigmas() -> None:
    north = LAT + 80e3 / 6.36e6  # about 80 km away
    assert fits(notice(), lat=north) == ""
    assert fits(notice(), lat=north, sigma=10e3) == ""
    assert fits(notice(), lat=north, sigma=20e3) == "n"


def test_headings_are_compared_where_both_sides_state_one() -> None:
    east = notice(azimuth_deg=350.0)
    assert fits(east) == "n"
    assert fits(notice(), heading=3.0) == "n"
    assert fits(east, heading=(350.0 + HEADING_DEG - 1.0) * DEG) == "n"
    assert fits(east, heading=(350.0 + HEADING_DEG + 1.0 - 360.0) * DEG) == ""


def test_the_nearest_of_several_is_taken_in_any_order() -> None:
    near, far = notice("near", latitude_deg=30.05), notice("far", latitude_deg=30.3)
    assert fits(near, far) == fits(far, near) == "near"


def test_notifications_are_forgotten_long_after_their_window() -> None:
    notices = {"n": notice()}
    forget(notices, T0 + round((600 + KEPT_S) * NS))
    assert "n" in notices
    forget(notices, T0 + round((600 + KEPT_S) * NS) + 1)
    assert notices == {}

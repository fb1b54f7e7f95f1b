"""Which notification fits a launch: in place, in time, in heading."""

from __future__ import annotations

import math

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import Notification
from tocsin.world.geodesy_kernels import great_circle_m

EARLY_S, LATE_S = 900.0, 900.0
"""A launch this long before or after the window still fits: countdowns slip, clocks differ."""
KEPT_S = 30 * 86400.0
HEADING_DEG = 30.0


def fitting(
    notices: dict[str, Notification], time: int, latitude: float, longitude: float, sigma_m: float, heading: float
) -> Notification | None:
    """Return the nearest notification that fits a launch at `time` (TAI ns), latitude, longitude (rad) +/- `sigma_m`.

    `heading` (rad, NaN = not known yet) is compared where both sides state one.
    """
    best: Notification | None = None
    best_m = math.inf
    for notice in notices.values():
        if not notice.window_start - EARLY_S * NS <= time <= notice.window_end + LATE_S * NS:
            continue
        apart = great_circle_m(latitude, longitude, notice.latitude_deg * DEG, notice.longitude_deg * DEG)
        if apart > notice.radius_km * 1000.0 + 2.0 * sigma_m:
            continue
        if notice.azimuth_deg is not None and heading == heading:
            turn = abs((heading / DEG - notice.azimuth_deg + 180.0) % 360.0 - 180.0)
            if turn > HEADING_DEG:
                continue
        if apart < best_m:
            best, best_m = notice, apart
    return best


def forget(notices: dict[str, Notification], now: int) -> None:
    """Drop notifications whose window ended long ago."""
    for key in [k for k, n in notices.items() if now - n.window_end > KEPT_S * NS]:
        del notices[key]

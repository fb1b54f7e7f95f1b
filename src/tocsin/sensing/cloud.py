"""How high cloud stands, by latitude and season: the part of the sky and the heights of its tops.

A zonal model in round numbers, no weather. Global figures are those of the cloud assessment of Stubenrauch et al.
(Bull. Amer. Meteor. Soc. 94, 2013, 1031): cloud covers 0.68 of the globe, 0.42 of it with tops above 440 hPa, 0.16
between 440 and 680 hPa, 0.42 below. The zonal course (two cloudy storm belts, a cloudy equatorial belt that follows the
Sun, dry belts between) is that of ISCCP (Rossow & Schiffer 1999). The highest tops stand at the tropopause: a sigmoid
of latitude whose edge follows the season, the form of Mateus et al. (Remote Sens. 14, 2022, 4303), with 16.5 km in the
tropics and 9 km at the poles. Zonal means err by about 0.1 in amount and 1 km in height; single places by much more.
"""

import math
from typing import NamedTuple

from tocsin.core.constants import NS
from tocsin.core.time import unix_ns_from_tai

LOW_TOP_M = 3_200.0
"""Height of 680 hPa (US Standard Atmosphere 1976): low cloud ends here."""
HIGH_BASE_M = 6_500.0
"""Height of 440 hPa: high cloud begins here."""
LOW_BOTTOM_M = 600.0
_YEAR_S = 365.2425 * 86400.0
_WARMEST_S = 200.0 * 86400.0
"""The warmest time of the northern year: 19 July, a month after the solstice."""


class CloudLayer(NamedTuple):
    """The cloud of a latitude in a season."""

    clear: float
    """Part of the places without cloud."""
    low: float
    """Part of the cloudy places whose highest tops are low, and those of middle height; the rest is high."""
    middle: float
    tropopause_m: float

    def top_m(self, u: float, v: float) -> float:
        """Return the height (m) of a cloud top drawn by two numbers uniform on 0 ... 1; negative infinity if clear."""
        if u < self.clear:
            return -math.inf
        part = (u - self.clear) / (1.0 - self.clear)
        if part < self.low:
            return LOW_BOTTOM_M + v * (LOW_TOP_M - LOW_BOTTOM_M)
        if part < self.low + self.middle:
            return LOW_TOP_M + v * (HIGH_BASE_M - LOW_TOP_M)
        return HIGH_BASE_M + v * (self.tropopause_m - HIGH_BASE_M)


def summer(tai_ns: int) -> float:
    """Return the season of the northern half: 1 in its warmest time, -1 in its coldest."""
    seconds = unix_ns_from_tai(tai_ns) / NS % _YEAR_S
    return math.cos(2.0 * math.pi * (seconds - _WARMEST_S) / _YEAR_S)


def tropopause_m(latitude_deg: float, tai_ns: int) -> float:
    """Return the height (m) of the tropopause at a latitude."""
    season = summer(tai_ns) * (1.0 if latitude_deg >= 0.0 else -1.0)
    edge = 38.0 + 6.0 * season
    return 9_000.0 + 7_500.0 / (1.0 + math.exp((abs(latitude_deg) - edge) / 5.0))


def _belt(latitude_deg: float, middle: float, width: float) -> float:
    return math.exp(-0.5 * ((latitude_deg - middle) / width) ** 2)


def cloud_layer(latitude_deg: float, tai_ns: int) -> CloudLayer:
    """Return the cloud of a latitude at an instant's season."""
    itcz = 3.0 + 8.0 * summer(tai_ns)
    equator = _belt(latitude_deg, itcz, 9.0)
    storms = _belt(abs(latitude_deg), 58.0, 16.0)
    amount = 0.55 + 0.22 * equator + (0.30 if latitude_deg < 0.0 else 0.20) * storms
    high = 0.34 + 0.30 * equator + 0.06 * storms
    middle = 0.14 + 0.08 * storms
    return CloudLayer(1.0 - amount, 1.0 - high - middle, middle, tropopause_m(latitude_deg, tai_ns))

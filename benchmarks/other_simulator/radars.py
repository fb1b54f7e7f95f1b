"""Radars on the ground: what they can see, and the looks that they report.

A radar sweeps its sector once a period. Detection is that of a Swerling I target by the radar equation (Skolnik, Introduction to
Radar Systems, ch. 2): signal to noise falls with the fourth power of range and is drawn anew each look.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .earth import FloatArray, azimuth_elevation_range, east_north_up, ecef_from_geodetic, sight_blocked
from .looks import NO_DETECTION, Label, Looks, look, utc
from .objects import Rng, Visible

REFERENCE_SNR_DB = 13.0
"""Of a square metre at the reference range."""
FALSE_ALARM_PROBABILITY = 1e-6
THRESHOLD = -math.log(FALSE_ALARM_PROBABILITY)
"""Of power over mean noise power, which is exponentially distributed."""
FALSE_SNR_DB = 11.4
REPORT_DELAY_S = 0.2
MERGED_M, MERGED_DEG = 150.0, 1.5
"""Detections next to one another in range, azimuth and elevation are one, the stronger."""
RAISED = 1.0 + 3e-5
"""An antenna stands some 200 m above what hides the horizon, for the test whether the Earth blocks the sight."""


@dataclass(frozen=True)
class Radar:
    """A radar; biases of range, azimuth and elevation are one sigma."""

    sensor_id: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    period_s: float
    sigma_range_m: float
    sigma_azimuth_deg: float
    sigma_elevation_deg: float
    sigma_range_rate_m_s: float | None
    """None: does not measure it."""
    reference_range_km: float
    range_min_km: float
    range_max_km: float
    azimuth_start_deg: float
    azimuth_end_deg: float
    elevation_min_deg: float
    elevation_max_deg: float
    false_per_look: float
    bias_range_m: float
    bias_azimuth_deg: float
    bias_elevation_deg: float

    @property
    def sector_deg(self) -> float:
        """The width of the sector, all round 360."""
        return (self.azimuth_end_deg - self.azimuth_start_deg) % 360.0 or 360.0

    def site(self) -> FloatArray:
        """Return the position (3,)."""
        return ecef_from_geodetic(self.latitude_deg, self.longitude_deg, self.altitude_m)

    def measures(self, positions: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return azimuths and elevations, degrees, and ranges, m, of positions (n, 3)."""
        return azimuth_elevation_range(self.site(), east_north_up(self.latitude_deg, self.longitude_deg), positions)


class Echo(NamedTuple):
    """An echo in a look, without noise, and of what."""

    seconds: float
    range_m: float
    azimuth_deg: float
    elevation_deg: float
    range_rate_m_s: float
    snr_db: float
    thing: str


def draw_radar(rng: Rng, sensor_id: str, latitude_deg: float, longitude_deg: float, towards_deg: float) -> Radar:
    """Return a radar at a place: four in ten see all round, the others a sector about a direction."""
    altitude_m, period_s = rng.uniform(0, 800), float(rng.choice([1.0, 2.0, 3.0, 5.0]))
    sigma_range_m, sigma_azimuth_deg, sigma_elevation_deg = (
        rng.uniform(20, 50),
        rng.uniform(0.03, 0.1),
        rng.uniform(0.03, 0.1),
    )
    reference_range_km = rng.uniform(2000, 5000)
    lowest_deg, highest_deg = rng.uniform(1, 4), float(rng.choice([80.0, 85.0, 90.0]))
    false_per_look, range_min_km = float(rng.choice([0.0, 0.01, 0.05, 0.1])), float(rng.choice([20.0, 100.0]))
    sigma_range_rate_m_s = rng.uniform(2, 10) if rng.random() < 0.5 else None
    sector_deg = 0.0, 360.0
    if rng.random() >= 0.4:
        width_deg = rng.uniform(90, 220)
        middle_deg = towards_deg + rng.uniform(-0.3, 0.3) * width_deg
        sector_deg = (middle_deg - width_deg / 2.0) % 360.0, (middle_deg + width_deg / 2.0) % 360.0
    range_max_km = reference_range_km * rng.uniform(1.0, 1.3)
    bias = (15.0, 0.015, 0.015) if rng.random() < 0.5 else (0.0, 0.0, 0.0)
    return Radar(
        sensor_id, latitude_deg, longitude_deg, altitude_m, period_s, sigma_range_m, sigma_azimuth_deg,
        sigma_elevation_deg, sigma_range_rate_m_s, reference_range_km, range_min_km, range_max_km, *sector_deg,
        lowest_deg, highest_deg, false_per_look, *bias,
    )  # fmt: skip


def observe(radar: Radar, things: list[Visible], end_s: float, looks: Looks, rng: Rng) -> None:
    """Add what a radar reports from second 0 to `end_s`."""
    count = int(end_s / radar.period_s)
    starts_s = rng.uniform(0.0, radar.period_s) + radar.period_s * np.arange(count, dtype=float)
    bias = rng.normal(size=3) * (radar.bias_range_m, radar.bias_azimuth_deg, radar.bias_elevation_deg)
    echoes: list[list[Echo]] = [[] for _ in range(count)]
    for thing in things:
        for number, echo in _seen(radar, thing, starts_s, rng):
            echoes[number].append(echo)
    for number, start_s in enumerate(starts_s):
        for _ in range(rng.poisson(radar.false_per_look)):
            echoes[number].append(_false_echo(radar, float(start_s), rng))
        _report(radar, number, float(start_s), _apart(echoes[number]), bias, looks, rng)


def _seen(radar: Radar, thing: Visible, starts_s: FloatArray, rng: Rng) -> list[tuple[int, Echo]]:
    """Return the looks that detect a thing, and its echo in them."""
    if thing.radar_dbsm is None:
        return []
    seconds = starts_s + 0.5 * radar.period_s
    azimuth, _, _ = radar.measures(thing.states(seconds)[:, :3])
    part = ((azimuth - radar.azimuth_start_deg) % 360.0) / radar.sector_deg
    swept_s = np.round(starts_s + np.clip(part, 0.01, 0.99) * radar.period_s, 6)
    seconds = np.where(np.isfinite(part), swept_s, seconds)
    states = thing.states(seconds)
    azimuth, elevation, distance = radar.measures(states[:, :3])
    covered = (
        np.isfinite(distance)
        & (distance < radar.range_max_km * 1e3)
        & (distance > radar.range_min_km * 1e3)
        & (elevation > radar.elevation_min_deg)
        & (elevation < radar.elevation_max_deg)
        & (((azimuth - radar.azimuth_start_deg) % 360.0) <= radar.sector_deg)
    )
    numbers = np.nonzero(covered)[0]
    site = radar.site()
    antenna = np.broadcast_to(site * RAISED, (len(numbers), 3))
    numbers = numbers[~sight_blocked(antenna, states[numbers, :3])]
    mean_db = REFERENCE_SNR_DB + 40.0 * np.log10(radar.reference_range_km * 1e3 / distance[numbers]) + thing.radar_dbsm
    signal = 10.0 ** (mean_db / 10.0) * rng.exponential(size=len(numbers))
    detected = signal + rng.exponential(size=len(numbers)) > THRESHOLD
    snr_db = 10.0 * np.log10(np.maximum(signal, THRESHOLD))
    rates = ((states[:, :3] - site) / distance[:, None] * states[:, 3:]).sum(1)
    measures = np.column_stack([seconds, distance, azimuth, elevation, rates])[numbers].tolist()
    return [
        (int(numbers[k]), Echo(when, r, az, el, rate, float(snr_db[k]), thing.name))
        for k, (when, r, az, el, rate) in enumerate(measures)
        if detected[k]
    ]


def _false_echo(radar: Radar, start_s: float, rng: Rng) -> Echo:
    """Return an echo of nothing, anywhere in the sector below 60 degrees."""
    return Echo(
        seconds=float(np.round(rng.uniform(start_s, start_s + radar.period_s), 6)),
        range_m=rng.uniform(radar.range_min_km, radar.range_max_km) * 1e3,
        azimuth_deg=(radar.azimuth_start_deg + rng.random() * radar.sector_deg) % 360.0,
        elevation_deg=rng.uniform(radar.elevation_min_deg, min(radar.elevation_max_deg, 60.0)),
        range_rate_m_s=rng.normal() * 2000.0,
        snr_db=FALSE_SNR_DB + rng.exponential(1.5),
        thing="false",
    )


def _apart(echoes: list[Echo]) -> list[Echo]:
    """Return the echoes that the radar tells apart, the strongest first."""
    kept: list[Echo] = []
    for echo in sorted(echoes, key=lambda one: -one.snr_db):
        if not any(_near(echo, other) for other in kept):
            kept.append(echo)
    return kept


def _near(one: Echo, other: Echo) -> bool:
    across_deg = abs((one.azimuth_deg - other.azimuth_deg + 180.0) % 360.0 - 180.0)
    return (
        abs(one.range_m - other.range_m) <= MERGED_M
        and across_deg * math.cos(math.radians(one.elevation_deg)) <= MERGED_DEG
        and abs(one.elevation_deg - other.elevation_deg) <= MERGED_DEG
    )


def _report(
    radar: Radar, number: int, start_s: float, echoes: list[Echo], bias: FloatArray, looks: Looks, rng: Rng
) -> None:
    """Add the rows of a look, with noise and bias."""
    end_s = start_s + radar.period_s
    received_s = end_s + REPORT_DELAY_S
    common = look(radar.sensor_id, number, start_s, end_s, received_s, "search", len(echoes))
    if not echoes:
        looks.add(received_s, {**common, "time_utc": utc(end_s), "detection": NO_DETECTION})
    for k, echo in enumerate(echoes):
        elevation_deg = echo.elevation_deg + rng.normal() * radar.sigma_elevation_deg + bias[2]
        across_deg = rng.normal() * radar.sigma_azimuth_deg + bias[1]
        narrowing = math.cos(math.radians(min(89.9, echo.elevation_deg)))
        azimuth_deg = (echo.azimuth_deg + across_deg / narrowing) % 360.0
        if elevation_deg > 90.0:
            elevation_deg, azimuth_deg = 180.0 - elevation_deg, (azimuth_deg + 180.0) % 360.0
        row = {
            **common, "time_utc": utc(echo.seconds), "detection": k,
            "range_m": echo.range_m + rng.normal() * radar.sigma_range_m + bias[0],
            "azimuth_deg": azimuth_deg, "elevation_deg": elevation_deg, "sigma_range_m": radar.sigma_range_m,
            "sigma_azimuth_deg": radar.sigma_azimuth_deg, "sigma_elevation_deg": radar.sigma_elevation_deg,
            "snr_db": echo.snr_db,
        }  # fmt: skip
        if radar.sigma_range_rate_m_s is not None:
            row["range_rate_m_s"] = echo.range_rate_m_s + rng.normal() * radar.sigma_range_rate_m_s
            row["sigma_range_rate_m_s"] = radar.sigma_range_rate_m_s
        looks.add(received_s, row)
        looks.labels.append(Label(radar.sensor_id, number, k, echo.thing, echo.seconds))

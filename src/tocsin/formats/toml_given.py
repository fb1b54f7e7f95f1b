"""Which keys of a sensor stand in a network file, and which are the reader's defaults."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.core.records.network import Infrared, Network, Radar, Telescope

SAID = ("id", "name", "description", "site", "line", "country", "family", "band", "sources", "assumed", "confidence")
"""Keys that name a sensor and say what it is: their absence assumes no figure."""


UNUSED = (
    "present_day",
    "search_volumes",
    "element_set",
    "orbit",
    "pixel_rad",
    "jitter_rad",
    "saturation_w_sr",
    "clouds",
    "frequency_mhz",
    "beamwidth_deg",
    "bandwidth_khz",
    "equation",
    "slow_range_m",
    "slow_azimuth_deg",
    "slow_elevation_deg",
    "slow_rate_rad_s",
    "pulse_interval_s",
    "track_share",
    "track_dwell_s",
    "electron_content_tecu",
)
"""Keys whose absence means that the thing is not there, and one (`clouds`) that is the sky's and not the sensor's."""


class Given(NamedTuple):
    """Where the figures of one sensor come from."""

    id: str
    assumed: tuple[str, ...]
    """Keys that the file itself says are assumed."""
    default: tuple[str, ...]
    """Keys that the file does not have: the reader's defaults stand for them."""
    sources: tuple[str, ...]
    confidence: str
    present_day: bool


def given(path: Path, network: Network) -> list[Given]:
    """Return for every sensor, radars first, telescopes last, what its file (read without error before) gives and assumes."""
    tree: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    rows: list[Given] = []
    records: list[tuple[str, tuple[Radar | Infrared | Telescope, ...]]] = [
        ("radar", network.radar), ("infrared", network.infrared), ("telescope", network.telescope)
    ]  # fmt: skip
    for kind, sensors in records:
        for record, keys in zip(sensors, tree.get(kind, ()), strict=True):
            rows.append(_given(record, keys))
    return rows


def _given(record: Radar | Infrared | Telescope, keys: dict[str, Any]) -> Given:
    optional = {*UNUSED, *SAID}
    if isinstance(record, Infrared) and record.view == "down":
        optional |= {"view", "limb_height_m"}
    absent = tuple(k for k in record.__struct_fields__ if k not in keys and k not in optional)
    return Given(record.id, record.assumed, absent, record.sources, record.confidence, record.present_day)

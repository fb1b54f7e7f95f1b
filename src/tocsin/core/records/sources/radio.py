"""False sources that only radars suffer: echoes from beyond, noise, interference, and echoes of ionised air."""

from typing import Annotated

from msgspec import Meta

from tocsin.core.records.network import Latitude, Longitude
from tocsin.core.records.sources.base import SourceBase


class MoonEcho(SourceBase, frozen=True, kw_only=True, tag="moon_echo"):
    """The Moon, seen 2.56 s late by radars whose `pulse_interval_s` folds its range into their field."""

    sensors: tuple[str, ...] = ()
    """Only these radars; default: all that the Moon stands before."""
    reports_per_look: Annotated[int, Meta(ge=1, le=100)] = 3
    """Into how many reports its echo falls, which is spread over some 18 km of range."""


class SolarBurst(SourceBase, frozen=True, kw_only=True, tag="solar_burst"):
    """A solar radio burst: it rises and falls as half a sine, and blinds the faces that the Sun shines on."""

    flux_sfu: Annotated[float, Meta(gt=0, le=1e7)] = 100_000.0
    """Peak flux at the radar's frequency, 1e-22 W/m2/Hz; quiet Sun at UHF 30 to 100; greatest bursts beyond 1e5."""


class Interference(SourceBase, frozen=True, kw_only=True, tag="interference"):
    """An emitter on the radar's frequency: a strobe, false reports of all ranges in its direction."""

    latitude_deg: Latitude
    longitude_deg: Longitude
    altitude_m: Annotated[float, Meta(ge=0, le=40_000)] = 20.0
    eirp_w: Annotated[float, Meta(gt=0, le=1e12)] = 10.0
    """Power times gain towards the radar."""
    bandwidth_khz: Annotated[float, Meta(gt=0, le=1e6)] = 25.0
    reports_per_look: Annotated[int, Meta(ge=1, le=500)] = 20
    """More than these a radar does not report of one beam."""
    sensors: tuple[str, ...] = ()
    """Only these radars; default: all with a free line to it."""


class Aurora(SourceBase, frozen=True, kw_only=True, tag="aurora"):
    """Radar aurora: irregularities along the Earth's field at 110 km echo where the ray meets the field at right angles."""

    boundary_deg: Annotated[float, Meta(ge=40, le=85)] = 65.0
    """Dipole latitude at which the oval begins towards the equator (either hemisphere)."""
    width_deg: Annotated[float, Meta(gt=0, le=20)] = 5.0
    rcs_dbsm: Annotated[float, Meta(ge=-40, le=80)] = 30.0
    """Mean of a patch, seen at right angles; it falls by 10 dB a degree of aspect (Uspensky 1985)."""
    patches: Annotated[float, Meta(gt=0, le=1000)] = 20.0
    """Mean number in a radar's view in one look."""
    sensors: tuple[str, ...] = ()


class MeteorTrails(SourceBase, frozen=True, kw_only=True, tag="meteor_trails"):
    """Meteors between 80 and 110 km: trails that drift with the wind, and heads at 11 to 72 km/s, one look each."""

    rate_per_hour: Annotated[float, Meta(gt=0, le=1e5)] = 60.0
    """In the air over one radar's field."""
    heads: Annotated[float, Meta(ge=0, le=1)] = 0.2
    """Part that are echoes of heads; the others are trails."""
    rcs_dbsm: Annotated[float, Meta(ge=-60, le=60)] = 0.0
    """Mean; single ones vary by a factor of ten (one sigma)."""
    sensors: tuple[str, ...] = ()

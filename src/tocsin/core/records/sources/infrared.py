"""False sources that infrared satellites see: sunlit cloud, heat on the ground, meteors, aircraft in afterburner."""

from typing import Annotated, Literal

from msgspec import Meta

from tocsin.core.records.network import Azimuth, Latitude, Longitude, Positive
from tocsin.core.records.sources.base import SourceBase


class SunGlint(SourceBase, frozen=True, kw_only=True, tag="sun_glint"):
    """High ice cloud over a place: where Sun, cloud and satellite stand so, it shines like a launch.

    Whether it does, for which satellite and when, follows from the true Sun and the satellites' places; nothing of it
    is drawn but which parts of the cloud are bright. No cloud shines by night, or above a satellite's line of sight.
    """

    latitude_deg: Latitude
    longitude_deg: Longitude
    radius_km: Annotated[float, Meta(gt=0, le=1000)] = 100.0
    top_m: Annotated[float, Meta(ge=3000, le=18000)] = 11000.0
    """Height of the cloud's top; ice at all seasons above 7 km."""
    cells: Annotated[int, Meta(ge=1, le=200)] = 5
    """Dense parts of the cloud, each as large as a pixel, that may shine."""
    contrast: Annotated[float, Meta(ge=0, le=1)] = 0.1
    """By what part a dense cell is brighter than the cloud around it, which the telescope's filter takes off; assumed."""
    plates: Annotated[float, Meta(ge=0, le=0.2)] = 0.01
    """Part of the cloud's face that is level ice plates (Breon & Dubrulle 2004: 1e-3 to 1e-2 in half of ice clouds)."""
    tilt_deg: Annotated[float, Meta(ge=0.1, le=10)] = 1.0
    """One sigma of the plates' tilt (ibid.: about one degree)."""
    sensors: tuple[str, ...] = ()
    """Satellites that see it; default: all."""


class HotSpot(SourceBase, frozen=True, kw_only=True, tag="hot_spot"):
    """Heat on the ground that lasts: a fire, a gas flare or a volcano."""

    latitude_deg: Latitude
    longitude_deg: Longitude
    altitude_m: Annotated[float, Meta(ge=-500, le=9000)] = 0.0
    """Height of the heat: less air above a high volcano, and so more light."""
    cause: Literal["fire", "gas_flare", "volcano"] = "fire"
    power_mw: Annotated[float, Meta(gt=0, le=1e7)]
    """Radiative power, as fire maps give it."""
    temperature_k: Annotated[float, Meta(ge=500, le=3000)] | None = None
    """Default by cause: fire 1,000, gas flare 1,750, volcano 1,300 K."""


class Meteor(SourceBase, frozen=True, kw_only=True, tag="meteor"):
    """A fireball: its light is greatest over the place at `start_s`; `end_s` has no meaning for it."""

    latitude_deg: Latitude
    longitude_deg: Longitude
    height_m: Annotated[float, Meta(ge=15000, le=90000)] = 35000.0
    """Of the greatest light; 15 to 74 km in the list of US Government sensors (CNEOS)."""
    azimuth_deg: Azimuth
    """Heading, from north through east."""
    descent_deg: Annotated[float, Meta(ge=3, le=90)] = 45.0
    """Angle of the path below the horizon; 45 is the most frequent (half of all come steeper)."""
    speed_m_s: Annotated[float, Meta(ge=11000, le=72000)] = 18000.0
    """Between escape speed and that of the fastest bound bodies head on."""
    radiated_j: Positive = 1e11
    """Light at all wavelengths; 2e10 is the least in the list, 4e14 the greatest (Chelyabinsk)."""


class Afterburner(SourceBase, frozen=True, kw_only=True, tag="afterburner"):
    """An aircraft in afterburner: it flies level on a great circle from the place."""

    latitude_deg: Latitude
    longitude_deg: Longitude
    altitude_m: Annotated[float, Meta(ge=0, le=30000)] = 11000.0
    azimuth_deg: Azimuth
    speed_m_s: Annotated[float, Meta(ge=50, le=1200)] = 450.0
    thrust_kn: Annotated[float, Meta(gt=0, le=2000)] = 200.0
    """All engines together."""
    rcs_dbsm: Annotated[float, Meta(ge=-40, le=60)] = 10.0

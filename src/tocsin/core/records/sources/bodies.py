"""False sources that are bodies: they fly, and every sensor sees them by its own physics."""

from typing import Annotated

from msgspec import Meta

from tocsin.core.records.network import Azimuth, Latitude, Longitude
from tocsin.core.records.sources.base import SourceBase


class Reentry(SourceBase, frozen=True, kw_only=True, tag="reentry"):
    """A body that comes back from orbit or from a lofted path: it flies, is seen by radar, glows, and falls.

    It enters at `start_s` at 120 km over the place; `end_s` has no meaning for it.
    """

    latitude_deg: Latitude
    longitude_deg: Longitude
    azimuth_deg: Azimuth
    """Heading, from north through east."""
    speed_m_s: Annotated[float, Meta(ge=1000, le=12000)] | None = None
    """Relative to the turning Earth; default: that of a circular orbit there, 7.4 to 8.3 km/s by heading."""
    descent_deg: Annotated[float, Meta(ge=0, le=80)] = 0.2
    """Angle of the path below the horizon: 0.1 to 0.3 for a natural decay, 1 to 2 for a deorbit."""
    ballistic_coefficient_kg_m2: Annotated[float, Meta(ge=5, le=20000)] = 100.0
    mass_kg: Annotated[float, Meta(gt=0, le=500000)] = 1500.0
    rcs_dbsm: Annotated[float, Meta(ge=-40, le=60)] = 5.0

"""What every false source has."""

from typing import Annotated

from msgspec import Meta

from tocsin.core.records.network import Name, Positive, _Config


class SourceBase(_Config, frozen=True, kw_only=True, tag_field="kind"):
    """What every source has."""

    id: Name
    """Names its detections in labels and its path in the truth."""
    start_s: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds after the scenario's start at which it begins."""
    end_s: Positive | None = None
    """Seconds after the start at which it ends; default: the scenario's end."""

"""Small records for the tests of the commands."""

from typing import Any

from tocsin.core.records.network import Asset, Assets
from tocsin.core.records.outputs import (
    Assessment,
    AssetThreat,
    Ellipse,
    Event,
    GroundPoint,
    ObjectAssessment,
    ObjectCount,
)
from tocsin.core.time import tai_from_iso

START = tai_from_iso("2030-01-01T00:00:00Z")
ASSETS = Assets(
    asset=(
        Asset(id="a3", name="Asset 3", latitude_deg=10.0, longitude_deg=20.0, radius_km=20.0),
        Asset(id="a4", name="Asset 4", latitude_deg=-40.0, longitude_deg=100.0, radius_km=20.0),
    )
)


def point(latitude_deg: float, longitude_deg: float, time_utc: str = "2030-01-01T00:15:40Z") -> GroundPoint:
    ellipses = (Ellipse(0.5, 41.2, 12.0, 30.0), Ellipse(0.9, 75.0, 22.0, 30.0))
    return GroundPoint(time_utc, latitude_deg, longitude_deg, ellipses)


def member(track: str, level: str, impact: GroundPoint | None) -> ObjectAssessment:
    return ObjectAssessment(
        track, level, {"missile": 0.9}, None, impact, (AssetThreat("a3", 0.5, 660.0),), (), "because"
    )


def assessment(level: str, time_utc: str = "2030-01-01T00:04:40Z", **changes: Any) -> Assessment:
    given: dict[str, Any] = {
        "id": "A1", "event": "E1", "time_utc": time_utc, "data_mode": "test", "level": level, "previous": None,
        "reason": "because", "objects": ObjectCount(1, 1, 1), "tracks": ("T1",), "classes": {}, "launch": None,
        "impact": None, "assets": (), "paths": (), "evidence": (), "causes": (),
    }  # fmt: skip
    return Assessment(**(given | changes))


def event(kind: Any, time_utc: str = "2030-01-01T00:01:12Z", **data: Any) -> Event:
    return Event("V1", 1, time_utc, "test", kind, "E1", (), data)

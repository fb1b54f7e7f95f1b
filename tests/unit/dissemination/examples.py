"""Assessments for tests: one event of six objects on fictional places, growing as evidence does."""

from tocsin.core.constants import NS
from tocsin.core.records.network import Asset, Assets
from tocsin.core.records.outputs import (
    Assessment,
    AssetThreat,
    Ellipse,
    GroundPoint,
    ObjectAssessment,
    ObjectCount,
    SensorEvidence,
)
from tocsin.core.time import iso_from_tai, tai_from_iso

START = tai_from_iso("2026-03-01T06:00:00Z")
ASSETS = Assets(
    name="test",
    asset=(
        Asset(id="asset-3", name="Port Meridian", latitude_deg=10.0, longitude_deg=-30.0, radius_km=15.0),
        Asset(id="asset-4", name="Cape Lantern", latitude_deg=12.0, longitude_deg=-29.0, radius_km=15.0),
        Asset(id="coast", name="Coast", polygon=((-2.0, 179.0), (2.0, 179.0), (2.0, -179.0), (-2.0, -179.0))),
    ),
)


def at(seconds: float) -> int:
    """Return TAI ns of a moment of the test day."""
    return START + int(seconds * NS)


def point(lat: float, lon: float, seconds: float, semi_major_km: float = 40.0) -> GroundPoint:
    """Return a ground point with its three ellipses."""
    scale = {0.5: 0.55, 0.9: 1.0, 0.99: 1.41}
    ellipses = tuple(Ellipse(p, semi_major_km * k, semi_major_km * k / 3.0, 40.0) for p, k in scale.items())
    return GroundPoint(iso_from_tai(at(seconds)), lat, lon, ellipses, 4.0)


def assessment(
    seconds: float,
    level: str = "probable",
    *,
    number: int = 1,
    assets: tuple[str, ...] = ("asset-3",),
    impact_s: float = 900.0,
    lat: float = 10.0,
    lon: float = -30.0,
    semi_major_km: float = 40.0,
    objects: tuple[int, int, int] = (1, 1, 1),
    data_mode: str = "simulated",
    event: str = "E-0001",
) -> Assessment:
    """Return an assessment of an event with one located object."""
    threats = tuple(AssetThreat(a, 0.83, impact_s - seconds) for a in assets)
    classes = {"ballistic_missile_intermediate_range": 0.96, "space_launch": 0.04}
    launch, impact = point(25.0, -45.0, 20.0, 12.0), point(lat, lon, impact_s, semi_major_km)
    paths = ("infrared/post-west/line-west", "radar/radar-2/line-2")
    member = ObjectAssessment("T-0001", level, classes, launch, impact, threats, paths, "arc meets an asset")
    return Assessment(
        id=f"{event}/A{number}", event=event, time_utc=iso_from_tai(at(seconds)), data_mode=data_mode,
        level=level, previous=None, reason="missile 96 %, asset 83 %, two paths",  # type: ignore[arg-type]
        objects=ObjectCount(*objects), tracks=("T-0001",), classes=classes, launch=launch, impact=impact,
        assets=threats, paths=paths,
        evidence=(
            SensorEvidence("IR-1", "seen", iso_from_tai(at(seconds))),
            SensorEvidence("RADAR-2", "not_seen", iso_from_tai(at(seconds))),
            SensorEvidence("RADAR-7", "could_not_see", iso_from_tai(at(seconds))),
        ),
        causes=("V-1", "V-2"), members=(member,),
    )  # fmt: skip

"""The sensors, as a network file gives them. Names end in their unit; the file is validated by these records."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=360)]
Azimuth = Annotated[float, Meta(ge=-180, le=360)]
Elevation = Annotated[float, Meta(ge=-10, le=180)]
Positive = Annotated[float, Meta(gt=0)]
RangeKm = Annotated[float, Meta(gt=0, le=100_000)]
PeriodS = Annotated[float, Meta(gt=0, le=86_400)]
ErrorM = Annotated[float, Meta(gt=0, le=100_000)]
ErrorDeg = Annotated[float, Meta(gt=0, le=10)]
BiasDeg = Annotated[float, Meta(ge=0, le=10)]
Angle = Annotated[float, Meta(ge=-360, le=720)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: unknown keys are errors."""


class Face(_Config, frozen=True, kw_only=True):
    """One antenna face: where it looks."""

    azimuth_start_deg: Azimuth
    azimuth_end_deg: Azimuth
    """Clockwise from start; equal to start (or start + 360) = all round."""
    elevation_min_deg: Elevation = 3.0
    elevation_max_deg: Elevation = 85.0
    boresight_azimuth_deg: Azimuth | None = None
    boresight_elevation_deg: Elevation = 20.0


class SearchVolume(_Config, frozen=True, kw_only=True):
    """A named part of the field that a `search` look covers; absent keys mean the sensor's own limits."""

    id: Name
    azimuth_start_deg: Azimuth | None = None
    azimuth_end_deg: Azimuth | None = None
    elevation_min_deg: Elevation | None = None
    elevation_max_deg: Elevation | None = None
    range_min_km: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    range_max_km: RangeKm | None = None


class Radar(_Config, frozen=True, kw_only=True):
    """A ground radar."""

    id: Name
    latitude_deg: Latitude
    longitude_deg: Longitude
    altitude_m: Annotated[float, Meta(ge=-500, le=9000)] = 0.0
    name: str = ""
    site: str = ""
    """Radars of one site share a common cause (power, post); default: the id."""
    line: str = ""
    """Communication line; default: the id."""
    country: str = ""
    family: str = ""
    band: str = ""
    faces: Annotated[tuple[Face, ...], Meta(min_length=1)] = (
        Face(azimuth_start_deg=0, azimuth_end_deg=360, elevation_min_deg=0, elevation_max_deg=90),
    )
    range_km: RangeKm = 5000.0
    range_min_km: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    period_s: PeriodS = 5.0
    """Time between two search looks over the same volume."""
    sigma_range_m: ErrorM = 30.0
    sigma_azimuth_deg: ErrorDeg = 0.1
    """Along the arc on the sky (azimuth times cos elevation)."""
    sigma_elevation_deg: ErrorDeg = 0.1
    sigma_range_rate_m_s: Annotated[float, Meta(gt=0, le=10_000)] = 5.0
    bias_range_m: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    """One sigma of the unknown constant error, beside the noise."""
    bias_azimuth_deg: BiasDeg = 0.0
    bias_elevation_deg: BiasDeg = 0.0
    reference_range_km: RangeKm | None = None
    """Range at which 1 m2 gives `reference_snr_db`; default: range_km."""
    reference_snr_db: Annotated[float, Meta(ge=-50, le=100)] = 13.0
    false_alarms_per_look: Annotated[float, Meta(ge=0, le=1e6)] = 0.1
    refraction: Literal["raw", "corrected"] = "corrected"
    search_volumes: tuple[SearchVolume, ...] = ()
    sources: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    """Keys whose values no source gives for this sensor: they are assumed."""
    confidence: str = ""
    present_day: bool = False
    """A sensor in service now: public site, sector and elevation limits only, for replay and coverage."""


class Orbit(_Config, frozen=True, kw_only=True):
    """A Keplerian orbit (osculating, true equator mean equinox of date) for a satellite without an element set."""

    epoch_utc: str = ""
    """Required unless geo_longitude_deg is given."""
    geo_longitude_deg: Longitude | None = None
    """A geostationary satellite: only this key."""
    perigee_altitude_km: Annotated[float, Meta(gt=0, le=500_000)] | None = None
    apogee_altitude_km: Annotated[float, Meta(gt=0, le=500_000)] | None = None
    inclination_deg: Annotated[float, Meta(ge=0, le=180)] = 0.0
    raan_deg: Angle = 0.0
    argument_of_perigee_deg: Angle = 0.0
    mean_anomaly_deg: Angle = 0.0


class Infrared(_Config, frozen=True, kw_only=True):
    """An infrared satellite. Its place in a look's own row wins over the orbit given here."""

    id: Name
    name: str = ""
    site: str = ""
    """Ground post that processes it: a common cause; default: the id."""
    line: str = ""
    country: str = ""
    family: str = ""
    element_set: Annotated[tuple[str, ...], Meta(min_length=2, max_length=2)] | None = None
    orbit: Orbit | None = None
    revisit_s: PeriodS = 10.0
    scan: Literal["scanner", "starer"] = "scanner"
    """A scanner passes each target once in a look, a starer holds the whole field through it."""
    view: Literal["down", "limb"] = "down"
    """`limb` = sees a plume only against space, over the Earth's edge (Oko); `down` = also against the Earth."""
    limb_height_m: Annotated[float, Meta(ge=0, le=200_000)] = 30000.0
    """Height that a line of sight must pass over to have space behind it; used with `view = "limb"` only. The default
    stands over 99 % of the air's mass (US Standard Atmosphere 1976)."""
    sigma_los_rad: Annotated[float, Meta(gt=0, le=0.02)] = 3.0e-5
    """One sigma of a line of sight, each transverse axis; with `pixel_rad` it is pixel and jitter that give it."""
    pixel_rad: Annotated[float, Meta(gt=0, le=0.02)] | None = None
    """Angle of one pixel: a spot somewhere in it errs by pixel / sqrt(12)."""
    jitter_rad: Annotated[float, Meta(ge=0, le=0.02)] = 0.0
    """Pointing jitter, one sigma; counts with `pixel_rad` only."""
    bias_los_rad: Annotated[float, Meta(ge=0, le=0.02)] = 0.0
    threshold_w_sr: Annotated[float, Meta(ge=0, le=1e12)] = 20000.0
    """On-board threshold on target intensity; fainter spots are not reported."""
    saturation_w_sr: Annotated[float, Meta(gt=0, le=1e15)] | None = None
    """Intensity at which a pixel is full: nothing greater is reported; none = never full."""
    field_half_angle_deg: Annotated[float, Meta(gt=0, le=90)] = 10.0
    """Cone about the nadir direction that the telescope covers."""
    sun_exclusion_deg: Annotated[float, Meta(ge=0, le=180)] = 10.0
    cloud_break_m: Annotated[float, Meta(ge=0, le=30_000)] = 8000.0
    """Below this height cloud is assumed to hide a plume when silence is judged."""
    clouds: Literal["uniform", "climatology"] = "uniform"
    """What a simulation puts over a launch: tops between 2 km and `cloud_break_m`, or by latitude and season."""
    false_alarms_per_look: Annotated[float, Meta(ge=0, le=1e6)] = 0.01
    sources: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    """Keys whose values no source gives for this sensor: they are assumed."""
    confidence: str = ""
    present_day: bool = False
    """A sensor in service now: public site, sector and elevation limits only, for replay and coverage."""


class Telescope(_Config, frozen=True, kw_only=True):
    """A ground telescope of the space watch: directions of sunlit objects at night, no range, no warning."""

    id: Name
    latitude_deg: Latitude
    longitude_deg: Longitude
    altitude_m: Annotated[float, Meta(ge=-500, le=9000)] = 0.0
    name: str = ""
    site: str = ""
    line: str = ""
    country: str = ""
    family: str = ""
    elevation_min_deg: Annotated[float, Meta(ge=0, lt=90)] = 15.0
    """Lower the air takes too much light (Kasten & Young 1989: 3.8 air masses at 15 degrees)."""
    field_deg: Annotated[float, Meta(gt=0, le=90)] = 2.0
    """Full angle of the field; each look points at one object and reports all that are bright in the field."""
    period_s: PeriodS = 10.0
    """Time between two pointings."""
    sigma_rad: Annotated[float, Meta(gt=0, le=0.02)] = 1.0e-5
    """One sigma along each arc on the sky: 2 seconds of arc."""
    bias_rad: Annotated[float, Meta(ge=0, le=0.02)] = 0.0
    limiting_magnitude: Annotated[float, Meta(ge=-5, le=30)] = 15.0
    """Visual magnitude that is detected in half of the looks."""
    sun_depression_deg: Annotated[float, Meta(ge=0, le=18)] = 12.0
    """The Sun stands at least so far below the horizon: 12 = end of nautical twilight."""
    false_alarms_per_look: Annotated[float, Meta(ge=0, le=1e6)] = 0.01
    sources: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    """Keys whose values no source gives for this sensor: they are assumed."""
    confidence: str = ""
    present_day: bool = False
    """A sensor in service now: public site, sector and elevation limits only, for replay and coverage."""


class Network(_Config, frozen=True, kw_only=True):
    """All sensors of a centre."""

    name: str = ""
    description: str = ""
    day_utc: str = ""
    """The instant that the network stands for; a day of coverage is reckoned from it."""
    radar: tuple[Radar, ...] = ()
    infrared: tuple[Infrared, ...] = ()
    telescope: tuple[Telescope, ...] = ()


class Asset(_Config, frozen=True, kw_only=True):
    """A protected place: a circle, or a polygon of [latitude_deg, longitude_deg] corners."""

    id: Name
    name: str = ""
    kind: str = "city"
    priority: Annotated[int, Meta(ge=0, le=100)] = 1
    latitude_deg: Latitude | None = None
    longitude_deg: Longitude | None = None
    radius_km: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    polygon: Annotated[tuple[tuple[Latitude, Longitude], ...], Meta(min_length=3)] | None = None
    sources: tuple[str, ...] = ()


class Assets(_Config, frozen=True, kw_only=True):
    """The list of protected places."""

    name: str = ""
    description: str = ""
    asset: tuple[Asset, ...] = ()

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


class RadarEquation(_Config, frozen=True, kw_only=True):
    """Figures of the radar equation: they give the signal of 1 m2, in the place of `reference_snr_db`."""

    peak_power_kw: Annotated[float, Meta(gt=0, le=1e6)]
    pulse_ms: Annotated[float, Meta(gt=0, le=10_000)]
    """All the time of pulses that one detection integrates."""
    gain_db: Annotated[float, Meta(gt=0, le=80)]
    noise_k: Annotated[float, Meta(ge=10, le=100_000)] = 500.0
    """System noise temperature; about 500 K at UHF with the sky in it (Skolnik, Radar Handbook, ch. 2)."""
    loss_db: Annotated[float, Meta(ge=0, le=60)] = 6.0


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
    """`VHF`, `UHF`, `L`, `S`, `C` or `X`: gives the frequency where `frequency_mhz` is absent."""
    frequency_mhz: Annotated[float, Meta(ge=30, le=40_000)] | None = None
    """Default, by band: VHF 158, UHF 435, L 1275, S 3300, C 5600, X 9500 (radars.csv and the ITU radar bands)."""
    faces: Annotated[tuple[Face, ...], Meta(min_length=1)] = (
        Face(azimuth_start_deg=0, azimuth_end_deg=360, elevation_min_deg=0, elevation_max_deg=90),
    )
    range_km: RangeKm = 5000.0
    range_min_km: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    period_s: PeriodS = 5.0
    """Time between two search looks over the same volume."""
    sigma_range_m: ErrorM | None = None
    """At `reference_snr_db`; default: of `bandwidth_khz` where that is given, c / (2 B sqrt(2 S)), else 30 m."""
    sigma_azimuth_deg: ErrorDeg | None = None
    """Along the arc on the sky (azimuth times cos elevation), at `reference_snr_db`; default: of `beamwidth_deg` where
    that is given, beamwidth / (1.6 sqrt(2 S)), else 0.1."""
    sigma_elevation_deg: ErrorDeg | None = None
    """As `sigma_azimuth_deg`."""
    beamwidth_deg: Annotated[float, Meta(gt=0, le=30)] | None = None
    """Half-power beam on boresight. Where it is given, angle errors grow off boresight as the beam does: 1 / cos."""
    bandwidth_khz: Annotated[float, Meta(gt=0, le=2e6)] | None = None
    sigma_range_rate_m_s: Annotated[float, Meta(gt=0, le=10_000)] = 5.0
    bias_range_m: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    """One sigma of the unknown constant error, beside the noise."""
    bias_azimuth_deg: BiasDeg = 0.0
    bias_elevation_deg: BiasDeg = 0.0
    slow_range_m: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    """One sigma of an error that varies slowly, beside noise and constant bias; real dishes: `docs/theory/radar.md`."""
    slow_azimuth_deg: BiasDeg = 0.0
    slow_elevation_deg: BiasDeg = 0.0
    slow_rate_rad_s: Annotated[float, Meta(gt=0, le=10)] = 0.2
    """How fast it varies: the natural frequency of the tracking servo (0.17 to 0.25 on real dishes)."""
    reference_range_km: RangeKm | None = None
    """Range at which 1 m2 gives `reference_snr_db`; default: range_km."""
    reference_snr_db: Annotated[float, Meta(ge=-50, le=100)] = 13.0
    equation: RadarEquation | None = None
    false_alarms_per_look: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    """Default: `false_alarm_probability` times the resolution cells of the field where `beamwidth_deg` and `bandwidth_khz`
    are given, else 0.1."""
    false_alarm_probability: Annotated[float, Meta(gt=0, le=0.1)] = 1e-6
    """In a resolution cell: sets the threshold (1e-6: the usual design value, Skolnik, 3rd ed., 2.5)."""
    swerling: Literal[0, 1, 3] = 1
    """How cross-sections fluctuate from look to look; 1 is the least favourable."""
    pulse_interval_s: Annotated[float, Meta(gt=0, le=10)] | None = None
    """Time between pulses: an echo from beyond c T / 2 shows at its range modulo that; default: never ambiguous."""
    track_share: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Part of the radar's time and energy that tracks may take; the rest is the search fence's, always."""
    track_dwell_s: Annotated[float, Meta(gt=0, le=10)] = 0.05
    """Time of the radar that one track look at one object takes."""
    refraction: Literal["raw", "corrected"] = "corrected"
    electron_content_tecu: Annotated[float, Meta(ge=0, le=300)] = 0.0
    """Vertical content (1e16 electrons/m2) that `raw` measurements are to be corrected for: about 5 by night, 10 to
    80 by day, by season and solar cycle; 0 = the ionosphere is not in them, or not worth it (S, X)."""
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

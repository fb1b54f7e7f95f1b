"""One sensor as the kernels want it: metres, radians, Earth-fixed."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.core.records.inputs import FloatArray
from tocsin.sensing.ephemeris import Ephemeris
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes

NAN = float("nan")
NO_BOXES: FloatArray = np.zeros((0, 8))
SAME_PLACE_M = 1.0
"""A sensor that says it stands so near the place in the network stands there."""
SWAY_DAMPING = 0.45
"""Of the slow errors of radars, x" + 2 z w x' + w^2 x = white noise: a tracking servo that overshoots by a fifth, as those of
real dishes do (docs/theory/radar.md)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sensor:
    """A sensor of a compiled network. Figures that its kind does not have are NaN."""

    index: int
    id: str
    kind: str
    """A key of `sensing.kinds.KINDS`."""
    site: str
    line: str
    position: FloatArray | None
    """(3,) Earth-fixed, m; None for what moves."""
    rot_enu: FloatArray
    """(3, 3), rows east, north, up of the geodetic vertical; NaN for what moves."""
    period_s: float
    """Time between two looks at the same place."""
    false_alarms: float
    """Mean number of false detections in a look."""
    latitude: float = NAN
    longitude: float = NAN
    altitude_m: float = NAN
    sigma_range: float = NAN
    sigma_azimuth: float = NAN
    """Along the arc on the sky, rad."""
    sigma_elevation: float = NAN
    sigma_range_rate: float = NAN
    sigma_los: float = NAN
    """Each transverse axis, rad."""
    bias_range: float = NAN
    bias_azimuth: float = NAN
    """Along the arc on the sky, rad."""
    bias_elevation: float = NAN
    slow: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """One sigma of errors that vary slowly: range m, azimuth along the arc, elevation rad."""
    slow_rate: float = NAN
    """Their natural frequency, rad/s."""
    bias_los: float = NAN
    raw_refraction: bool = False
    """Ranges and elevations are as measured, through the air."""
    range_max: float = NAN
    reference_range: float = NAN
    """Range (m) at which 1 m2 on boresight gives `reference_snr_db`."""
    reference_snr_db: float = NAN
    pfa: float = NAN
    """Probability of a false alarm in a resolution cell, by which the detection threshold is set."""
    swerling: int = 1
    """How cross-sections fluctuate from look to look: 0, 1 or 3."""
    frequency_hz: float = 0.0
    """0 = not known."""
    content_tecu: float = 0.0
    """Vertical electron content that raw measurements are corrected for; 0 = they are not."""
    broadens: bool = False
    """Its angle errors grow off boresight as the beam does."""
    beamwidth: float = NAN
    cell: tuple[float, float, float] = (NAN, NAN, NAN)
    """What one detection holds: range m, azimuth along the arc, elevation rad on boresight; of a satellite its pixel, twice,
    as angles. Two objects closer than this in all of them give one detection."""
    pulse_interval_s: float = 0.0
    """Time between two pulses; 0 = ranges are unambiguous."""
    track_share: float = 1.0
    """Part of its time and energy that may go to tracks."""
    track_dwell_s: float = 0.05
    """Time of the radar that one track look at one object takes."""
    noise_k: float = NAN
    """System noise temperature."""
    threshold: float = NAN
    """Least intensity that is reported, W/sr."""
    field_half_angle: float = NAN
    """About the direction to the Earth's centre, rad."""
    sun_exclusion: float = NAN
    cloud_break_m: float = NAN
    limb_height: float = NAN
    """Height (m) that a line of sight must pass over all along; NaN where the Earth may stand behind a target."""
    saturation: float = math.inf
    """Greatest intensity that is reported, W/sr."""
    stares: bool = False
    """Holds the whole field through a look, where a scanner passes each target once."""
    cloud_climatology: bool = False
    limiting_magnitude: float = NAN
    """Visual magnitude detected in half of the looks."""
    sin_sun_depression: float = NAN
    """The sine of the least depression of the Sun at which a telescope works."""
    moves: bool = False
    """A ground sensor's kind on a ship or in the air: its own speed, which no look tells, is in its range rates."""
    ephemeris: Ephemeris | None = None
    whole_field: FloatArray = field(default_factory=lambda: NO_BOXES)
    volumes: dict[str, FloatArray] = field(default_factory=dict)

    def boxes(self, searched: str | None) -> FloatArray:
        """Return (m, 8) boxes of the whole field or of a named search volume, none of an unknown one: who knows where it looked.

        Columns: azimuth start, azimuth width (clockwise), elevation min, max (rad), range min, max (m), boresight
        azimuth, boresight elevation (rad; NaN where the antenna turns and has no scan loss).
        """
        if searched is None:
            return self.whole_field
        return self.volumes.get(searched, NO_BOXES)

    def at(self, reported: tuple[float, float, float] | None) -> "Sensor":
        """Return the sensor as it stands where a look says, Earth-fixed, m: with the horizon and the north of that place."""
        if reported is None or self.position is None or math.dist(reported, self.position.tolist()) < SAME_PLACE_M:
            return self
        latitude, longitude, altitude = ecef_to_geodetic(*reported)
        return replace(
            self, position=np.array(reported), rot_enu=np.array(enu_axes(latitude, longitude)).reshape(3, 3),
            latitude=latitude, longitude=longitude, altitude_m=altitude, moves=True,
        )  # fmt: skip

    def satellite_position(self, tai_ns: int) -> FloatArray:
        """Return (3,) Earth-fixed position, m, at an instant; the fixed place of a ground sensor; NaN where unknown."""
        if self.ephemeris is not None:
            return self.ephemeris.position(tai_ns)
        return self.position if self.position is not None else np.full(3, NAN)

    def place(self, tai_ns: int, reported: tuple[float, float, float] | None = None) -> FloatArray:
        """Return (3,) Earth-fixed place, m: the one reported in the look wins over orbit and site."""
        if reported is not None:
            return np.array(reported, np.float64)
        return self.satellite_position(tai_ns)


def each(value: float | FloatArray, n: int) -> FloatArray:
    """Return (n,) a figure that is given for all or for each."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value, np.float64)
    out = np.empty(n)
    out.fill(value)
    return out

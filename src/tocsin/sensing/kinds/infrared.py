"""The infrared kind: its compiled form and its probability of detection."""

import math

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Infrared, Network
from tocsin.sensing.detectability_kernels import infrared_detectability
from tocsin.sensing.ephemeris import ephemeris_of
from tocsin.sensing.sensor import NAN, Sensor, each
from tocsin.sensing.signal_kernels import db_to_ratio
from tocsin.sensing.sun import sun_at

SPREAD = 0.35
"""Standard deviation of the logarithm of a plume's intensity from look to look: aspect, plume, air (1.5 dB)."""


def sigma_los(record: Infrared) -> float:
    """Return one sigma of a line of sight (rad, each axis): of pixel and jitter where a pixel is given.

    A spot is somewhere in its pixel, uniformly: pixel / sqrt(12) on each axis; the jitter of the platform is apart.
    """
    if record.pixel_rad is None:
        return float(record.sigma_los_rad)
    return math.sqrt(record.pixel_rad**2 / 12.0 + record.jitter_rad**2)


def pixel(record: Infrared) -> float:
    """Return the angle (rad) of one pixel: as the file says, else that whose uniform error is the sigma of a line of sight."""
    return math.sqrt(12.0) * float(record.sigma_los_rad) if record.pixel_rad is None else float(record.pixel_rad)


def compile_infrared(record: Infrared, index: int) -> Sensor:
    """Return the compiled satellite of a network record; without an orbit its place comes with each look."""
    return Sensor(
        index=index,
        id=record.id,
        kind="infrared",
        site=record.site or record.id,
        line=record.line or record.id,
        position=None,
        rot_enu=np.full((3, 3), NAN),
        period_s=float(record.revisit_s),
        false_alarms=float(record.false_alarms_per_look),
        sigma_los=sigma_los(record),
        bias_los=float(record.bias_los_rad),
        cell=(math.nan, pixel(record), pixel(record)),
        threshold=float(record.threshold_w_sr),
        field_half_angle=record.field_half_angle_deg * DEG,
        sun_exclusion=record.sun_exclusion_deg * DEG,
        cloud_break_m=float(record.cloud_break_m),
        limb_height=float(record.limb_height_m) if record.view == "limb" else NAN,
        saturation=math.inf if record.saturation_w_sr is None else float(record.saturation_w_sr),
        stares=record.scan == "starer",
        cloud_climatology=record.clouds == "climatology",
        ephemeris=ephemeris_of(record),
    )


def compile_satellites(network: Network, first: int) -> list[Sensor]:
    """Return the network's infrared satellites, compiled; the first has index `first`."""
    return [compile_infrared(record, first + i) for i, record in enumerate(network.infrared)]


def infrared_probability(
    sensor: Sensor,
    searched: str | None,
    noise_db: float,
    place: FloatArray,
    tai_ns: int,
    positions: FloatArray,
    powered: float | FloatArray,
    rcs_dbsm: float | FloatArray,
    intensity: float | FloatArray,
) -> FloatArray:
    """Return (n,) probability of detection in a look of an infrared satellite: powered and bright, in field, unhidden.

    Noise raises the threshold by the amplitude ratio of noise_db.
    """
    threshold = sensor.threshold * db_to_ratio(0.5 * noise_db)
    return infrared_detectability(
        positions,
        each(powered, len(positions)),
        each(intensity, len(positions)),
        place,
        sun_at(tai_ns),
        sensor.field_half_angle,
        sensor.sun_exclusion,
        sensor.cloud_break_m,
        sensor.limb_height,
        threshold,
        SPREAD,
    )

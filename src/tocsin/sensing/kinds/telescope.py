"""The telescope kind: directions without range, for the space watch; its compiled form and probability of detection."""

import math

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Network, Telescope
from tocsin.sensing.kinds.telescope_kernels import telescope_detectability
from tocsin.sensing.sensor import Sensor, each
from tocsin.sensing.sun import sun_at
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

FARTHEST_M = 5e8
"""Beyond the Moon: a telescope has no range of its own."""


def compile_telescope(record: Telescope, index: int) -> Sensor:
    """Return the compiled telescope of a network record."""
    latitude, longitude = record.latitude_deg * DEG, record.longitude_deg * DEG
    box = (0.0, 2.0 * math.pi, record.elevation_min_deg * DEG, 0.5 * math.pi, 0.0, FARTHEST_M, math.nan, math.nan)
    return Sensor(
        index=index,
        id=record.id,
        kind="telescope",
        site=record.site or record.id,
        line=record.line or record.id,
        position=np.array(geodetic_to_ecef(latitude, longitude, float(record.altitude_m)), np.float64),
        rot_enu=np.array(enu_axes(latitude, longitude), np.float64).reshape(3, 3),
        latitude=latitude,
        longitude=longitude,
        altitude_m=float(record.altitude_m),
        period_s=float(record.period_s),
        false_alarms=float(record.false_alarms_per_look),
        sigma_azimuth=float(record.sigma_rad),
        sigma_elevation=float(record.sigma_rad),
        bias_azimuth=float(record.bias_rad),
        bias_elevation=float(record.bias_rad),
        range_max=FARTHEST_M,
        field_half_angle=0.5 * record.field_deg * DEG,
        limiting_magnitude=float(record.limiting_magnitude),
        sin_sun_depression=math.sin(record.sun_depression_deg * DEG),
        whole_field=np.array([box]),
    )


def compile_telescopes(network: Network, first: int) -> list[Sensor]:
    """Return the network's telescopes, compiled; the first has index `first`."""
    return [compile_telescope(record, first + i) for i, record in enumerate(network.telescope)]


def telescope_probability(
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
    """Return (n,) probability that a telescope pointed at an object reports it: night, sunlit, high and bright enough.

    Noise raises the least light by its amplitude ratio: 2.5 log10 of it in magnitudes.
    """
    return telescope_detectability(
        positions,
        each(rcs_dbsm, len(positions)),
        place,
        sensor.rot_enu,
        sun_at(tai_ns),
        float(sensor.whole_field[0, 2]),
        sensor.sin_sun_depression,
        sensor.limiting_magnitude - 0.125 * noise_db,
    )

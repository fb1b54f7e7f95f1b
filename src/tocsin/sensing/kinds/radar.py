"""The radar kind: its compiled form and its probability of detection."""

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Network, Radar
from tocsin.sensing.detectability_kernels import radar_detectability
from tocsin.sensing.fields import compile_boxes
from tocsin.sensing.sensor import Sensor
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

PFA = 1e-6
"""Probability of a false alarm in a resolution cell, for detection: the usual design value (Skolnik, 3rd ed., 2.5)."""
SWERLING = 1
"""Fluctuation of cross-section from look to look: slow and exponential, the least favourable of the usual cases."""


def compile_radar(record: Radar, index: int) -> Sensor:
    """Return the compiled radar of a network record."""
    latitude, longitude = record.latitude_deg * DEG, record.longitude_deg * DEG
    reference_km = record.range_km if record.reference_range_km is None else record.reference_range_km
    return Sensor(
        index=index,
        id=record.id,
        kind="radar",
        site=record.site or record.id,
        line=record.line or record.id,
        position=np.array(geodetic_to_ecef(latitude, longitude, float(record.altitude_m)), np.float64),
        rot_enu=np.array(enu_axes(latitude, longitude), np.float64).reshape(3, 3),
        latitude=latitude,
        longitude=longitude,
        altitude_m=float(record.altitude_m),
        period_s=float(record.period_s),
        false_alarms=float(record.false_alarms_per_look),
        sigma_range=float(record.sigma_range_m),
        sigma_azimuth=record.sigma_azimuth_deg * DEG,
        sigma_elevation=record.sigma_elevation_deg * DEG,
        sigma_range_rate=float(record.sigma_range_rate_m_s),
        bias_range=float(record.bias_range_m),
        bias_azimuth=record.bias_azimuth_deg * DEG,
        bias_elevation=record.bias_elevation_deg * DEG,
        raw_refraction=record.refraction == "raw",
        range_max=record.range_km * 1e3,
        reference_range=reference_km * 1e3,
        reference_snr_db=float(record.reference_snr_db),
        whole_field=compile_boxes(record, None),
        volumes={v.id: compile_boxes(record, v) for v in record.search_volumes},
    )


def compile_radars(network: Network, first: int) -> list[Sensor]:
    """Return the network's radars, compiled; the first has index `first`."""
    return [compile_radar(record, first + i) for i, record in enumerate(network.radar)]


def radar_probability(
    sensor: Sensor,
    searched: str | None,
    noise_db: float,
    place: FloatArray,
    tai_ns: int,
    positions: FloatArray,
    powered: FloatArray,
    rcs_dbsm: FloatArray,
    intensity: FloatArray,
) -> FloatArray:
    """Return (n,) probability of detection in a look of a radar; a radar needs neither Sun nor plume."""
    return radar_detectability(
        positions,
        place,
        sensor.rot_enu,
        sensor.boxes(searched),
        rcs_dbsm,
        sensor.reference_range,
        sensor.reference_snr_db,
        noise_db,
        PFA,
        SWERLING,
    )

"""The radar kind: its compiled form and its probability of detection."""

import math

import numpy as np

from tocsin.core.constants import DEG, SPEED_OF_LIGHT_M_S
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Network, Radar
from tocsin.sensing.detectability_kernels import radar_detectability
from tocsin.sensing.fields import compile_boxes
from tocsin.sensing.sensor import Sensor, each
from tocsin.sensing.signal_kernels import angle_sigma, radar_equation_snr_db, range_sigma
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

BAND_HZ = {"VHF": 158e6, "UHF": 435e6, "L": 1275e6, "S": 3300e6, "C": 5600e6, "X": 9500e6}
"""Frequency of a radar of which the network file tells only the band."""
USUAL_SIGMA_M, USUAL_SIGMA_DEG, USUAL_FALSE_ALARMS = 30.0, 0.1, 0.1


def reference_snr_db(record: Radar) -> float:
    """Return the signal to noise ratio (dB) of 1 m2 at the reference range: by the radar equation where it is given."""
    q, frequency = record.equation, frequency_hz(record)
    if q is None or frequency <= 0.0:
        return float(record.reference_snr_db)
    far = 1e3 * (record.range_km if record.reference_range_km is None else record.reference_range_km)
    return float(
        radar_equation_snr_db(q.peak_power_kw * 1e3, q.pulse_ms * 1e-3, q.gain_db, frequency, q.noise_k, q.loss_db, far)
    )


def frequency_hz(record: Radar) -> float:
    """Return a radar's frequency, by its band if need be; 0 where neither is known."""
    return BAND_HZ.get(record.band, 0.0) if record.frequency_mhz is None else record.frequency_mhz * 1e6


def sigmas(record: Radar) -> tuple[float, float, float]:
    """Return (range m, azimuth rad along the arc, elevation rad) one sigma at the reference signal.

    As the file says, else from bandwidth and beam, else the usual 30 m and 0.1 deg.
    """
    snr = reference_snr_db(record)
    far = USUAL_SIGMA_M if record.bandwidth_khz is None else float(range_sigma(record.bandwidth_khz * 1e3, snr))
    angle = USUAL_SIGMA_DEG if record.beamwidth_deg is None else float(angle_sigma(record.beamwidth_deg, snr))
    azimuth = angle if record.sigma_azimuth_deg is None else record.sigma_azimuth_deg
    elevation = angle if record.sigma_elevation_deg is None else record.sigma_elevation_deg
    return far if record.sigma_range_m is None else float(record.sigma_range_m), azimuth * DEG, elevation * DEG


def cell(record: Radar) -> tuple[float, float, float]:
    """Return the resolution (range m, azimuth along the arc, elevation rad) of a radar on boresight.

    c / 2B and the half-power beam, as the file says; where it says only accuracies, those that give them at the reference
    signal (Curry, 8.1 and 8.2: sigma = c / (2 B sqrt(2 S)), beam / (1.6 sqrt(2 S))).
    """
    far, azimuth, elevation = sigmas(record)
    snr = reference_snr_db(record)
    if record.bandwidth_khz is not None:
        far = SPEED_OF_LIGHT_M_S / (2.0 * record.bandwidth_khz * 1e3)
    else:
        far /= float(range_sigma(0.5 * SPEED_OF_LIGHT_M_S, snr))
    if record.beamwidth_deg is not None:
        return far, record.beamwidth_deg * DEG, record.beamwidth_deg * DEG
    share = float(angle_sigma(1.0, snr))
    return far, azimuth / share, elevation / share


def false_alarms(record: Radar, field: FloatArray) -> float:
    """Return the false alarms expected in a look over `field` (n, 6) boxes: as the file says, else by cells and threshold.

    A cell is a beam (half-power, squared) by c / 2B of range; each crosses the threshold with the stated probability.
    """
    if record.false_alarms_per_look is not None:
        return float(record.false_alarms_per_look)
    if record.beamwidth_deg is None or record.bandwidth_khz is None:
        return USUAL_FALSE_ALARMS
    depth = SPEED_OF_LIGHT_M_S / (2.0 * record.bandwidth_khz * 1e3)
    cells = 0.0
    for box in field.tolist():
        solid = box[1] * (math.sin(box[3]) - math.sin(box[2]))
        cells += solid / (record.beamwidth_deg * DEG) ** 2 * (box[5] - box[4]) / depth
    return float(record.false_alarm_probability * cells)


def compile_radar(record: Radar, index: int) -> Sensor:
    """Return the compiled radar of a network record."""
    latitude, longitude = record.latitude_deg * DEG, record.longitude_deg * DEG
    far, azimuth, elevation = sigmas(record)
    field = compile_boxes(record, None)
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
        false_alarms=false_alarms(record, field),
        sigma_range=far,
        sigma_azimuth=azimuth,
        sigma_elevation=elevation,
        sigma_range_rate=float(record.sigma_range_rate_m_s),
        bias_range=float(record.bias_range_m),
        bias_azimuth=record.bias_azimuth_deg * DEG,
        bias_elevation=record.bias_elevation_deg * DEG,
        slow=(float(record.slow_range_m), record.slow_azimuth_deg * DEG, record.slow_elevation_deg * DEG),
        slow_rate=float(record.slow_rate_rad_s),
        raw_refraction=record.refraction == "raw",
        range_max=record.range_km * 1e3,
        reference_range=reference_km * 1e3,
        reference_snr_db=reference_snr_db(record),
        pfa=float(record.false_alarm_probability),
        swerling=int(record.swerling),
        frequency_hz=frequency_hz(record),
        content_tecu=float(record.electron_content_tecu),
        broadens=record.beamwidth_deg is not None,
        beamwidth=math.nan if record.beamwidth_deg is None else record.beamwidth_deg * DEG,
        cell=cell(record),
        pulse_interval_s=float(record.pulse_interval_s or 0.0),
        track_share=float(record.track_share),
        track_dwell_s=float(record.track_dwell_s),
        noise_k=math.nan if record.equation is None else float(record.equation.noise_k),
        whole_field=field,
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
    powered: float | FloatArray,
    rcs_dbsm: float | FloatArray,
    intensity: float | FloatArray,
) -> FloatArray:
    """Return (n,) probability of detection in a look of a radar; a radar needs neither Sun nor plume."""
    return radar_detectability(
        positions,
        place,
        sensor.rot_enu,
        sensor.boxes(searched),
        each(rcs_dbsm, len(positions)),
        sensor.reference_range,
        sensor.reference_snr_db,
        noise_db,
        sensor.pfa,
        sensor.swerling,
    )

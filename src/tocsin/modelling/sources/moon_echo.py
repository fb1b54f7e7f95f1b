"""The Moon in a radar: a huge echo 2.56 s after its pulse, taken for one of a later pulse.

Its cross-section is 0.07 of its disc at all wavelengths from 8 m to 9 mm, and its slopes at metre wavelengths are 1 in 7
(Pettengill 1965): slopes of that size return the echo from depths of R tan^2(slope) / 2, 18 km in the mean, so that
little of it falls into one range cell. Range rate is the Moon's own (the Earth's turning: up to 460 m/s), so a folded
Moon is an object that hangs in the sky. True places of Moon and radar: it is there only when it stands in the field.
"""

import math

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.core.records.sources.radio import MoonEcho
from tocsin.modelling.radar_looks import in_boxes, plots, received_power, scan_part
from tocsin.modelling.sources.mechanism import Mechanism, RadarView, Stage
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.signal_kernels import folded_range
from tocsin.world.sky import moon_position

RADIUS_M = 1_737_400.0
REFLECTIVITY = 0.07
SLOPE = 1.0 / 7.0
RCS_DBSM = 10.0 * math.log10(REFLECTIVITY * math.pi * RADIUS_M**2)
DEPTH_M = 0.5 * RADIUS_M * SLOPE**2


def moon_states(times: IntArray) -> FloatArray:
    """Return (n, 6) Earth-fixed places and velocities of the Moon's centre, m and m/s."""
    here = np.array([moon_position(int(t)) for t in times]).reshape(-1, 3)
    later = np.array([moon_position(int(t) + 10 * NS) for t in times]).reshape(-1, 3)
    return np.hstack([here, (later - here) / 10.0])


def range_cell_m(sensor: Sensor) -> float:
    """Return the length of a range cell: an error of one sigma times sqrt(2 S) at the reference signal."""
    return float(sensor.sigma_range * math.sqrt(2.0 * 10.0 ** (sensor.reference_snr_db / 10.0)))


def radar(source: MoonEcho, stage: Stage, view: RadarView) -> int:
    """Add the Moon's reports to the looks of a radar, and return their number."""
    sensor, slots = view.antenna.sensor, view.slots
    if source.sensors and sensor.id not in source.sensors:
        return 0
    if sensor.pulse_interval_s <= 0.0:
        if source.sensors:
            raise InputError(
                f"radar {sensor.id!r} never takes an echo for that of a later pulse: give it a pulse_interval_s",
                key=f"source {source.id}",
            )
        return 0
    first, last = stage.span(source)
    looks = np.flatnonzero((slots.start >= first) & (slots.end <= last) & slots.seeing())
    if not len(looks):
        return 0
    rng = stage.rng(source, sensor.id, view.volume)
    length = slots.end[looks] - slots.start[looks]
    azimuth = view.antenna.measure(moon_states((slots.start[looks] + slots.end[looks]) // 2))[:, 1]
    times = slots.start[looks] + (scan_part(azimuth, view.boxes) * length).astype(np.int64)
    n = source.reports_per_look
    looks, times = np.repeat(looks, n), np.repeat(times, n)
    truth = view.antenna.measure(moon_states(times))
    gain_db = sensor.reference_snr_db - 40.0 * np.log10(truth[:, 0] / sensor.reference_range) - slots.noise_db[looks]
    depth = rng.exponential(DEPTH_M, len(looks))
    truth[:, 0] = [
        folded_range(r - RADIUS_M + d, sensor.pulse_interval_s) for r, d in zip(truth[:, 0], depth, strict=True)
    ]
    inside, cosine = in_boxes(truth, view.boxes)
    in_cell_db = RCS_DBSM - 10.0 * math.log10(max(DEPTH_M / range_cell_m(sensor), 1.0))
    gain_db = gain_db + view.antenna.scan_db(cosine)
    power = received_power(10.0 ** ((gain_db + in_cell_db) / 10.0), sensor.swerling, rng)
    seen = np.flatnonzero(inside & (power > view.antenna.threshold()))
    values = plots(view.antenna, truth[seen], power[seen], gain_db[seen], cosine[seen], rng)
    view.rows.add(looks[seen], times[seen], values, [source.id] * len(seen))
    return len(seen)


MOON_ECHO = Mechanism(radar=radar)

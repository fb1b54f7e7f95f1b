"""An emitter on the radar's frequency: in its direction the noise passes the threshold at every range, a strobe.

J/N = EIRP G L^2 / ((4 pi r)^2 k T B), in free space and only over a free line; through the main beam where the emitter
stands in the searched elevations, else through a near side lobe 20 dB lower. Noise raised by J/N passes a fixed
threshold in a range cell with Pfa^(1 / (1 + J/N)).
"""

import math

import numpy as np

from tocsin.core.constants import DEG, SPEED_OF_LIGHT_M_S
from tocsin.core.records.inputs import ELEVATION, RANGE, RANGE_RATE
from tocsin.core.records.sources.radio import Interference
from tocsin.modelling.radar_looks import CLUTTER_RATE_M_S, plots, scan_part
from tocsin.modelling.sources.mechanism import Mechanism, RadarView, Stage
from tocsin.modelling.sources.moon_echo import range_cell_m
from tocsin.modelling.sources.solar_burst import BOLTZMANN_J_K, USUAL_NOISE_K
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.visibility_kernels import GROUND_M, line_clear
from tocsin.world.geodesy import to_ecef

SIDE_LOBE = 0.01
USUAL_BEAM = 2.0 * DEG
"""Beam of a radar that does not tell its own."""


def jam_to_noise(sensor: Sensor, source: Interference, r: float, in_field: bool) -> float:
    """Return J/N (a ratio) in the beam that looks towards an emitter at range r (m)."""
    beam = USUAL_BEAM if math.isnan(sensor.beamwidth) else sensor.beamwidth
    gain = 26_000.0 / math.degrees(beam) ** 2  # (deg), Skolnik, 3rd ed., 9.2
    wavelength = SPEED_OF_LIGHT_M_S / sensor.frequency_hz
    nominal = USUAL_NOISE_K if math.isnan(sensor.noise_k) else sensor.noise_k
    received = source.eirp_w * gain * (1.0 if in_field else SIDE_LOBE) * (wavelength / (4.0 * math.pi * r)) ** 2
    return received / (BOLTZMANN_J_K * nominal * source.bandwidth_khz * 1e3)


def radar(source: Interference, stage: Stage, view: RadarView) -> int:
    """Add the strobe's reports to the looks of a radar, and return their number."""
    sensor, slots, boxes = view.antenna.sensor, view.slots, view.boxes
    if (source.sensors and sensor.id not in source.sensors) or sensor.frequency_hz <= 0.0:
        return 0
    assert sensor.position is not None
    place = to_ecef(source.latitude_deg * DEG, source.longitude_deg * DEG, source.altitude_m)
    (ax, ay, az), (bx, by, bz) = sensor.position.tolist(), place.tolist()
    if not line_clear(ax, ay, az, bx, by, bz, GROUND_M):
        return 0
    truth = view.antenna.measure(np.concatenate([place, np.zeros(3)])[None, :])[0]
    turn = (truth[1] - boxes[:, 0]) % (2.0 * np.pi)
    facing = np.flatnonzero(turn <= boxes[:, 1])
    if not len(facing):
        return 0
    box = boxes[facing[0]]
    jam = jam_to_noise(sensor, source, float(truth[0]), bool(box[2] <= truth[2] <= box[3]))
    mean = (box[5] - box[4]) / range_cell_m(sensor) * sensor.pfa ** (1.0 / (1.0 + jam))
    first, last = stage.span(source)
    looks = np.flatnonzero((slots.start >= first) & (slots.end <= last) & slots.seeing())
    rng = stage.rng(source, sensor.id, view.volume)
    counts = np.minimum(rng.poisson(mean, len(looks)), source.reports_per_look)
    looks = np.repeat(looks, counts)
    n = len(looks)
    part = scan_part(np.full(n, truth[1]), boxes)
    times = slots.start[looks] + (part * (slots.end[looks] - slots.start[looks])).astype(np.int64)
    rows = np.tile(np.array([0.0, truth[1], max(truth[2], box[2]), 0.0]), (n, 1))
    power = view.antenna.threshold() + (1.0 + jam) * rng.exponential(1.0, n)
    values = plots(view.antenna, rows, power, np.full(n, np.nan), np.ones(n), rng)
    values[:, RANGE] = rng.uniform(box[4], box[5], n)
    values[:, RANGE_RATE] = rng.uniform(-CLUTTER_RATE_M_S, CLUTTER_RATE_M_S, n)
    values[:, ELEVATION] = np.clip(values[:, ELEVATION], box[2], box[3])
    view.rows.add(looks, times, values, [source.id] * n)
    return n


INTERFERENCE = Mechanism(radar=radar)

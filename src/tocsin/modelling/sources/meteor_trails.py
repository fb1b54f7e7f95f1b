"""Meteors in a radar: short trails of ionised air between 80 and 110 km, and the fast heads before them.

Trails drift with the wind of the mesosphere (some 30 m/s, one sigma; McKinley, Meteor Science and Engineering, 1961),
heads come at 11 to 72 km/s along the line of sight or less. Each is there for one look. Places are even over the air
above the field; cross-sections are log-normal.
"""

import math

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.sources.radio import MeteorTrails
from tocsin.modelling.radar_looks import in_boxes, plots, received_power, scan_part
from tocsin.modelling.sources.mechanism import Mechanism, RadarView, Stage
from tocsin.sensing.horizon import RADIUS_M

HEIGHTS_M = (80_000.0, 110_000.0)
WIND_M_S = 30.0
HEAD_M_S = (11_000.0, 72_000.0)
SPREAD_DB = 10.0


def radar(source: MeteorTrails, stage: Stage, view: RadarView) -> int:
    """Add echoes of meteors to the looks of a radar, and return their number."""
    sensor, slots = view.antenna.sensor, view.slots
    if source.sensors and sensor.id not in source.sensors:
        return 0
    first, last = stage.span(source)
    looks = np.flatnonzero((slots.start >= first) & (slots.end <= last) & slots.seeing())
    rng = stage.rng(source, sensor.id, view.volume)
    hours = (slots.end[looks] - slots.start[looks]) / (3600.0 * NS)
    looks = np.repeat(looks, rng.poisson(source.rate_per_hour * hours))
    n = len(looks)
    if not n:
        return 0
    height = rng.uniform(*HEIGHTS_M, n)
    # even over the ground: the square of the ground distance is even, out to where 110 km sets
    distance = RADIUS_M * math.acos(RADIUS_M / (RADIUS_M + HEIGHTS_M[1])) * np.sqrt(rng.uniform(size=n))
    angle, r1 = distance / RADIUS_M, RADIUS_M + height
    x, z = r1 * np.sin(angle), r1 * np.cos(angle) - RADIUS_M
    head = rng.uniform(size=n) < source.heads
    fast = rng.uniform(*HEAD_M_S, n) * rng.uniform(-1.0, 1.0, n)
    truth = np.column_stack(
        [np.hypot(x, z), rng.uniform(0.0, 2.0 * np.pi, n), np.arctan2(z, x),
         np.where(head, fast, rng.normal(0.0, WIND_M_S, n))]
    )  # fmt: skip
    inside, cosine = in_boxes(truth, view.boxes)
    gain_db = sensor.reference_snr_db - 40.0 * np.log10(truth[:, 0] / sensor.reference_range) - slots.noise_db[looks]
    gain_db = gain_db + view.antenna.scan_db(cosine)
    rcs_dbsm = source.rcs_dbsm + rng.normal(0.0, SPREAD_DB, n)
    power = received_power(10.0 ** (np.minimum(gain_db + rcs_dbsm, 100.0) / 10.0), 1, rng)
    seen = np.flatnonzero(inside & (truth[:, 2] > 0.0) & (power > view.antenna.threshold()))
    looks, truth = looks[seen], truth[seen]
    part = scan_part(truth[:, 1], view.boxes)
    times = slots.start[looks] + (part * (slots.end[looks] - slots.start[looks])).astype(np.int64)
    values = plots(view.antenna, truth, power[seen], gain_db[seen], cosine[seen], rng)
    view.rows.add(looks, times, values, [source.id] * len(seen))
    return len(seen)


METEOR_TRAILS = Mechanism(radar=radar)

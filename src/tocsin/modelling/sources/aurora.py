"""Radar aurora: echoes of the E layer where the ray is at right angles to the Earth's magnetic field.

The field is a dipole along the geomagnetic axis of IGRF-13 for 2020 (pole at 80.65 N, 72.68 W); echoes come from 110 km,
lose 10 dB a degree of aspect (Uspensky 1985, Radio Sci. 20; 6 to 13 measured), and move with the ion-acoustic speed,
some 400 m/s. A patch lives for seconds: every look has new ones.
"""

import functools

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.sources.radio import Aurora
from tocsin.modelling.radar_looks import in_boxes, plots, received_power, scan_part
from tocsin.modelling.sources.mechanism import Mechanism, RadarView, Stage
from tocsin.world.geodesy import to_ecef, to_geodetic

POLE = (80.65 * DEG, -72.68 * DEG)
HEIGHT_M = 110_000.0
ASPECT_DB_DEG = 10.0
WIDEST_DEG = 8.0
SPEED_M_S = 400.0
_PLACES = 20_000


def axis() -> FloatArray:
    """Return the unit vector (3,) to the northern geomagnetic pole, Earth-fixed."""
    lat, lon = POLE
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def field_direction(points: FloatArray) -> FloatArray:
    """Return (n, 3) unit vectors of the dipole's field at points (n, 3): 3 (m.u) u - m, m along the axis, southward."""
    u = points / np.sqrt(np.sum(points**2, axis=1))[:, None]
    m = -axis()
    b = 3.0 * (u @ m)[:, None] * u - m
    out: FloatArray = b / np.sqrt(np.sum(b**2, axis=1))[:, None]
    return out


@functools.lru_cache(maxsize=8)
def oval(boundary_deg: float, width_deg: float) -> FloatArray:
    """Return (n, 3) places at 110 km in both ovals, even in area: dipole latitudes from the boundary on, a width."""
    k = np.arange(_PLACES)
    low, high = np.sin(boundary_deg * DEG), np.sin(min(boundary_deg + width_deg, 90.0) * DEG)
    sine = low + (high - low) * (k + 0.5) / _PLACES
    turn = k * np.pi * (3.0 - np.sqrt(5.0))
    a = axis()
    e1 = np.cross(a, [1.0, 0.0, 0.0])
    e1 /= np.sqrt(e1 @ e1)
    e2 = np.cross(a, e1)
    level = np.sqrt(1.0 - sine**2)
    around = np.cos(turn)[:, None] * e1 + np.sin(turn)[:, None] * e2
    unit = level[:, None] * around + np.where(k % 2 == 0, 1.0, -1.0)[:, None] * sine[:, None] * a
    lat, lon, _ = to_geodetic(unit * 6_371_000.0)
    out: FloatArray = to_ecef(lat, lon, np.full(_PLACES, HEIGHT_M))
    return out


def aspect_deg(points: FloatArray, site: FloatArray) -> FloatArray:
    """Return (n,) degrees by which the ray from a site to points is off the right angle to the field."""
    ray = points - site
    ray = ray / np.sqrt(np.sum(ray**2, axis=1))[:, None]
    out: FloatArray = np.degrees(np.abs(np.arcsin(np.sum(ray * field_direction(points), axis=1))))
    return out


def radar(source: Aurora, stage: Stage, view: RadarView) -> int:
    """Add auroral echoes to the looks of a radar, and return their number."""
    sensor, slots = view.antenna.sensor, view.slots
    if source.sensors and sensor.id not in source.sensors:
        return 0
    assert sensor.position is not None
    places = oval(source.boundary_deg, source.width_deg)
    truth = view.antenna.measure(np.hstack([places, np.zeros_like(places)]))
    inside, cosine = in_boxes(truth, view.boxes)
    aspect = aspect_deg(places, sensor.position)
    can = np.flatnonzero(inside & (truth[:, 2] > 0.0) & (aspect < WIDEST_DEG))
    first, last = stage.span(source)
    looks = np.flatnonzero((slots.start >= first) & (slots.end <= last) & slots.seeing())
    if not len(can) or not len(looks):
        return 0
    rng = stage.rng(source, sensor.id, view.volume)
    looks = np.repeat(looks, rng.poisson(source.patches, len(looks)))
    who = can[rng.integers(0, len(can), len(looks))]
    rows = truth[who].copy()
    rows[:, 3] = rng.normal(0.0, SPEED_M_S, len(who))
    gain_db = sensor.reference_snr_db - 40.0 * np.log10(rows[:, 0] / sensor.reference_range) - slots.noise_db[looks]
    gain_db = gain_db + view.antenna.scan_db(cosine[who])
    rcs_dbsm = source.rcs_dbsm - ASPECT_DB_DEG * aspect[who]
    power = received_power(10.0 ** (np.minimum(gain_db + rcs_dbsm, 100.0) / 10.0), 1, rng)
    seen = np.flatnonzero(power > view.antenna.threshold())
    looks, rows = looks[seen], rows[seen]
    part = scan_part(rows[:, 1], view.boxes)
    times = slots.start[looks] + (part * (slots.end[looks] - slots.start[looks])).astype(np.int64)
    values = plots(view.antenna, rows, power[seen], gain_db[seen], cosine[who][seen], rng)
    view.rows.add(looks, times, values, [source.id] * len(seen))
    return len(seen)


AURORA = Mechanism(radar=radar)

"""Faces and search volumes of a radar as boxes of azimuth, elevation and range."""

import math

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Face, Radar, SearchVolume

Arc = tuple[float, float]
"""Start and clockwise width, degrees."""


def _arc(start_deg: float, end_deg: float) -> Arc:
    width = (end_deg - start_deg) % 360.0
    return start_deg % 360.0, width if width > 0.0 else 360.0


def intersect_arcs(a: Arc, b: Arc) -> list[Arc]:
    """Return the arcs (start, clockwise width; degrees) common to two arcs: none, one or two."""
    if a[1] >= 360.0:
        return [b]
    if b[1] >= 360.0:
        return [a]
    found = []
    for turn in (0.0, 360.0):
        offset = (b[0] - a[0]) % 360.0 - turn
        low, high = max(0.0, offset), min(a[1], offset + b[1])
        if high > low:
            found.append(((a[0] + low) % 360.0, high - low))
    return found


def _over_zenith(arc: Arc, low_deg: float, high_deg: float) -> list[tuple[Arc, float, float]]:
    """Return the pieces of an arc whose elevation may count on beyond the zenith (90 ... 180 degrees)."""
    pieces = []
    if low_deg <= 90.0:
        pieces.append((arc, low_deg, min(high_deg, 90.0)))
    if high_deg > 90.0:
        opposite = ((arc[0] + 180.0) % 360.0, arc[1])
        pieces.append((opposite, 180.0 - high_deg, min(180.0 - low_deg, 90.0)))
    return pieces


def _boresight(face: Face, arc: Arc) -> tuple[float, float]:
    """Return boresight azimuth and elevation (rad); NaN for a sector over 180 degrees without one, which turns."""
    if face.boresight_azimuth_deg is None:
        if arc[1] > 180.0:
            return math.nan, math.nan
        azimuth_deg = arc[0] + 0.5 * arc[1]
    else:
        azimuth_deg = face.boresight_azimuth_deg
    return (azimuth_deg % 360.0) * DEG, face.boresight_elevation_deg * DEG


def _pick(value: float | None, default: float) -> float:
    return default if value is None else value


def compile_boxes(radar: Radar, volume: SearchVolume | None) -> FloatArray:
    """Return (m, 8) boxes (see `Sensor.boxes`) of a radar's faces, cut to a search volume if one is given.

    Absent keys of the volume mean the face's own limits. A volume outside all faces gives no box: nothing is seen.
    """
    rows: list[tuple[float, ...]] = []
    v = volume or SearchVolume(id="whole field")
    low_m = max(radar.range_min_km, _pick(v.range_min_km, 0.0)) * 1e3
    high_m = min(radar.range_km, _pick(v.range_max_km, math.inf)) * 1e3
    for face in radar.faces:
        arc = _arc(face.azimuth_start_deg, face.azimuth_end_deg)
        boresight = _boresight(face, arc)
        if v.azimuth_start_deg is None and v.azimuth_end_deg is None:
            wanted: Arc = (0.0, 360.0)
        else:
            wanted = _arc(
                _pick(v.azimuth_start_deg, face.azimuth_start_deg), _pick(v.azimuth_end_deg, face.azimuth_end_deg)
            )
        asked = _over_zenith(wanted, _pick(v.elevation_min_deg, -10.0), _pick(v.elevation_max_deg, 180.0))
        if v.elevation_min_deg is None and v.elevation_max_deg is None:
            asked = [(wanted, -90.0, 90.0)]
        for own, own_low, own_high in _over_zenith(arc, face.elevation_min_deg, face.elevation_max_deg):
            for part, part_low, part_high in asked:
                low, high = max(own_low, part_low), min(own_high, part_high)
                if high < low or high_m < low_m:
                    continue
                rows.extend(
                    (start * DEG, width * DEG, low * DEG, high * DEG, low_m, high_m, *boresight)
                    for start, width in intersect_arcs(own, part)
                )
    return np.array(rows, np.float64).reshape(-1, 8)

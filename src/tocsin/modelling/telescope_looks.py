"""What telescopes of the space watch report: each look points at one known object and reports what is bright around it.

The schedule is that of a survey: of the objects predicted to be up and bright enough, the one not looked at for longest,
the brighter first. By day a telescope says that it is blinded.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.catalogue.elements import satellite
from tocsin.catalogue.grid import EphemerisGrid
from tocsin.core.constants import NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    ElementSet,
    FloatArray,
    IntArray,
)
from tocsin.modelling.chance import stream
from tocsin.modelling.look_build import Rows, Slots
from tocsin.sensing.kinds.telescope_kernels import SPREAD_MAGNITUDE, night_at, telescope_magnitudes
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sun import sun_at

PLAN_NS = 60 * NS
"""The plan is made anew this often: what was up a minute ago is up."""


@dataclass
class Dome:
    """A telescope of one run: its looks, its unknown pointing error (rad, arcs), what flies (true orbits) and how large."""

    sensor: Sensor
    slots: Slots
    seed: int
    bias: tuple[float, float]
    grid: EphemerisGrid
    names: list[str]
    areas: FloatArray
    """(n,) m2: the radar cross-section stands for the optical one."""


def make_dome(sensor: Sensor, slots: Slots, seed: int, satellites: list[ElementSet], rcs_dbsm: FloatArray) -> Dome:
    """Return a telescope ready to look; its constant pointing error is drawn here, once."""
    a, b = stream(seed, "bias", sensor.id).normal(0.0, 1.0, 2)
    grid = EphemerisGrid([satellite(s) for s in satellites])
    bias = (float(a) * sensor.bias_azimuth, float(b) * sensor.bias_elevation)
    return Dome(sensor, slots, seed, bias, grid, [f"satellite-{s.id}" for s in satellites], 10.0 ** (0.1 * rcs_dbsm))


def look_at_sky(dome: Dome, rows: Rows) -> int:
    """Add the detections of all looks, mark those by day as blinded, and return the number of detections."""
    sensor, slots = dome.sensor, dome.slots
    assert sensor.position is not None
    rng = stream(dome.seed, "telescope", sensor.id)
    last = np.full(len(dome.names), -1, np.int64)
    able = np.zeros(0, np.int64)
    planned, total = -1, 0
    for k in range(len(slots)):
        middle = int((slots.start[k] + slots.end[k]) // 2)
        if slots.state[k] != "ok":
            continue
        if not night_at(sensor.rot_enu, sun_at(middle), sensor.sin_sun_depression):
            slots.state[k] = "blinded"
            continue
        if middle // PLAN_NS != planned:
            planned = middle // PLAN_NS
            sky = _sky(dome, np.arange(len(dome.names)), middle)
            able = np.flatnonzero(sky[:, 0] < sensor.limiting_magnitude)
        total += _look(dome, rows, k, middle, able, last, rng)
    return total


def _sky(dome: Dome, which: IntArray, tai_ns: int) -> FloatArray:
    """Return (n, 4) magnitude, range, azimuth, elevation of some objects at an instant."""
    states = dome.grid.states(which, tai_ns)
    s = dome.sensor
    assert s.position is not None
    place = np.ascontiguousarray(states[:, :3])
    return telescope_magnitudes(
        place, dome.areas[which], s.position, s.rot_enu, sun_at(tai_ns), float(s.whole_field[0, 2])
    )


def _look(dome: Dome, rows: Rows, k: int, middle: int, able: IntArray, last: IntArray, rng: np.random.Generator) -> int:
    """Point one look, add what it sees, and return how much that is."""
    sensor = dome.sensor
    false = int(rng.poisson(sensor.false_alarms))
    if not len(able):
        return 0
    sky = _sky(dome, able, middle)
    up = np.isfinite(sky[:, 0])
    able, sky = able[up], sky[up]
    if not len(able):
        return 0
    target = int(np.lexsort((able, sky[:, 0], last[able]))[0])
    apart = _apart(sky[:, 2], sky[:, 3], sky[target, 2], sky[target, 3])
    field = np.flatnonzero(apart <= sensor.field_half_angle)
    last[able[field]] = k
    seen = sky[field, 0] + SPREAD_MAGNITUDE * rng.standard_normal(len(field)) < sensor.limiting_magnitude
    azimuth, elevation = sky[field[seen], 2], sky[field[seen], 3]
    labels = [dome.names[i] for i in able[field[seen]]]
    strays = _near(float(sky[target, 2]), float(sky[target, 3]), sensor, rng, false)
    azimuth, elevation = np.concatenate([azimuth, strays[0]]), np.concatenate([elevation, strays[1]])
    labels += ["noise"] * false
    values = _values(dome, azimuth, elevation, rng)
    rows.add(np.full(len(labels), k), np.full(len(labels), middle), values, labels)
    return len(labels)


def _apart(azimuth: FloatArray, elevation: FloatArray, azimuth0: float, elevation0: float) -> FloatArray:
    """Return (n,) the angle between directions and one direction, rad."""
    cosine = np.sin(elevation) * np.sin(elevation0) + np.cos(elevation) * np.cos(elevation0) * np.cos(
        azimuth - azimuth0
    )
    out: FloatArray = np.arccos(np.clip(cosine, -1.0, 1.0))
    return out


def _near(
    azimuth: float, elevation: float, sensor: Sensor, rng: np.random.Generator, n: int
) -> tuple[FloatArray, FloatArray]:
    """Return azimuths and elevations of n places drawn over the field about a direction (a small field)."""
    r = sensor.field_half_angle * np.sqrt(rng.uniform(size=n))
    turn = rng.uniform(0.0, 2.0 * np.pi, n)
    high = np.clip(elevation + r * np.cos(turn), 0.0, 0.5 * np.pi)
    return (azimuth + r * np.sin(turn) / max(np.cos(elevation), 0.01)) % (2.0 * np.pi), high


def _values(dome: Dome, azimuth: FloatArray, elevation: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return (n, 15) values of detections with noise and the pointing error."""
    s, n = dome.sensor, len(azimuth)
    out = np.full((n, COLUMNS), np.nan)
    noise = rng.standard_normal((n, 2))
    arc = dome.bias[0] + s.sigma_azimuth * noise[:, 0]
    out[:, AZIMUTH] = (azimuth + arc / np.maximum(np.cos(elevation), 1e-3)) % (2.0 * np.pi)
    out[:, ELEVATION] = np.minimum(elevation + dome.bias[1] + s.sigma_elevation * noise[:, 1], 0.5 * np.pi)
    out[:, SIGMA_AZIMUTH], out[:, SIGMA_ELEVATION] = s.sigma_azimuth, s.sigma_elevation
    return out

"""What a network can see: over a day, over the Earth, by latitude, over named places. By the centre's own geometry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.core.records.network import Asset, Infrared, Network
from tocsin.core.time import tai_from_iso
from tocsin.modelling.coverage_kernels import coverage_day
from tocsin.modelling.coverage_places import Places, cells, places_of
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import SensorTable
from tocsin.sensing.sun import sun_at
from tocsin.sensing.visibility_kernels import radar_sees_batch
from tocsin.world.geodesy import to_ecef

HEIGHTS_KM = (
    (10.0, "plume"), (50.0, "plume"), (150.0, "plume"), (200.0, "body"), (500.0, "body"), (1000.0, "body")
)  # fmt: skip
"""Infrared satellites see plumes; a body whose motor is out is seen by radars only."""
KINDS = ("radar", "infrared")
"""What warns; a telescope of the space watch does not."""
STEP_S = 300
DAY_S = 86_400
NO_EPOCH = "2026-01-01T00:00:00Z"
"""Day of a network whose file names no instant: it matters to the Sun alone."""

Progress = Callable[[str, float], None]


class Seen(msgspec.Struct, frozen=True):
    """How a region is seen at one height: parts of its area (mean over the day), and its worst point."""

    height_km: float
    target: str
    one: float
    """Part seen by at least one sensor, mean over the day."""
    two: float
    three: float
    both_kinds: float
    """Part seen by an infrared satellite and a radar at the same time."""
    always: float
    """Part seen by at least one sensor at every instant."""
    least: int
    """Least number of sensors at any of its points at any instant."""
    longest_gap_s: float
    """Longest time, within the day, for which any of its points is seen by none."""


class Region(msgspec.Struct, frozen=True):
    """A part of the Earth or a protected place."""

    name: str
    kind: str
    seen: tuple[Seen, ...]


class SensorView(msgspec.Struct, frozen=True):
    """What one sensor sees of the Earth at each height: part of the whole, mean over the day."""

    id: str
    kind: str
    parts: tuple[float, ...]
    placed: bool
    """False for a satellite whose place comes with its looks only."""


@dataclass(frozen=True)
class Coverage:
    """The coverage of a network over a day from `start` (TAI ns)."""

    start: int
    instants: int
    sensors: tuple[SensorView, ...]
    regions: tuple[Region, ...]
    latitudes: FloatArray
    """(a,) of the cells' centres, degrees, from south to north."""
    longitudes: FloatArray
    """(o,) of the cells' centres, degrees, from west to east."""
    shares: dict[float, FloatArray]
    """Height, km -> (a, o, 4): part of the day with at least one, two, three sensors, with both kinds."""
    least: dict[float, IntArray]
    """Height, km -> (a, o): least number of sensors over the day."""


def first_instant(network: Network) -> int:
    """Return the instant (TAI ns) from which a day is reckoned: the file's, else its latest orbit's."""
    if network.day_utc:
        start = tai_from_iso(network.day_utc)
    else:
        epochs = [_epoch(r) for r in network.infrared if r.element_set is not None or (r.orbit and r.orbit.epoch_utc)]
        start = max(epochs, default=tai_from_iso(NO_EPOCH))
    return start


def _epoch(record: Infrared) -> int:
    if record.element_set is None:
        return tai_from_iso(record.orbit.epoch_utc) if record.orbit is not None else 0
    year, day = int(record.element_set[0][18:20]), float(record.element_set[0][20:32])
    first = tai_from_iso(f"{year + (1900 if year > 56 else 2000)}-01-01T00:00:00Z")
    return first + round((day - 1.0) * DAY_S) * NS


def cover(network: Network, table: SensorTable, assets: Sequence[Asset], progress: Progress) -> Coverage:
    """Return the coverage of a compiled network over a day; ValueRefused where an orbit cannot be held."""
    start = first_instant(network)
    instants = DAY_S // STEP_S
    places = places_of(assets)
    sensors = [s for s in table.sensors if s.kind in KINDS]
    orbits, suns = _sky([s for s in sensors if s.ephemeris is not None], start, instants, progress)
    seen: list[list[Seen]] = [[] for _ in places.regions]
    parts: list[list[float]] = [[] for _ in sensors]
    lats, lons = cells()
    shares, least = {}, {}
    for n, (height_km, target) in enumerate(HEIGHTS_KM):
        progress("coverage", n / len(HEIGHTS_KM))
        steps, areas = _at_height(places, height_km * 1e3, sensors, orbits, suns, target == "plume")
        for own, area in zip(parts, areas, strict=True):
            own.append(area)
        for (_, _, members), rows in zip(places.regions, seen, strict=True):
            rows.append(_summary(height_km, target, steps[members], places.weights[members], instants))
        grid = steps[: len(lats) * len(lons)].reshape(len(lats), len(lons), 6)
        shares[height_km], least[height_km] = grid[:, :, :4] / instants, grid[:, :, 4]
    views = tuple(
        SensorView(s.id, s.kind, tuple(own), s.position is not None or s.ephemeris is not None)
        for s, own in zip(sensors, parts, strict=True)
    )
    regions = tuple(Region(name, kind, tuple(rows)) for (name, kind, _), rows in zip(places.regions, seen, strict=True))
    return Coverage(start, instants, views, regions, lats, lons, shares, least)


def _sky(satellites: Sequence[Sensor], start: int, instants: int, progress: Progress) -> tuple[FloatArray, FloatArray]:
    """Return the places (t, s, 3) of the satellites and the Sun's directions (t, 3), Earth-fixed."""
    orbits = np.empty((instants, len(satellites), 3))
    suns = np.empty((instants, 3))
    for k in range(instants):
        at = start + k * STEP_S * NS
        suns[k] = sun_at(at)
        for j, satellite in enumerate(satellites):
            orbits[k, j] = satellite.satellite_position(at)
        if k % 16 == 0:
            progress("satellites over a day", k / instants)
    return orbits, suns


def _at_height(
    places: Places, height_m: float, sensors: Sequence[Sensor], orbits: FloatArray, suns: FloatArray, plume: bool
) -> tuple[IntArray, list[float]]:
    """Return the steps (n, 6) of `coverage_day`, and the part of the Earth that each sensor sees."""
    points = to_ecef(places.lat * DEG, places.lon * DEG, height_m)
    units = np.ascontiguousarray((points / np.sqrt((points * points).sum(axis=1))[:, None]).T)
    counts = np.zeros(len(points), np.int64)
    area: dict[str, float] = {}
    for radar in sensors:
        if radar.kind == "radar" and radar.position is not None:
            held = radar_sees_batch(points, radar.position, radar.rot_enu, radar.whole_field) >= 0
            counts += held
            area[radar.id] = float(places.weights[held].sum())
    satellites = [s for s in sensors if s.ephemeris is not None]
    limits = np.array([(s.field_half_angle, s.sun_exclusion, s.cloud_break_m, s.limb_height) for s in satellites])
    limits = limits.reshape(-1, 4)
    steps = np.empty((len(points), 6), np.int64)
    seen = np.zeros(len(satellites))
    shown = slice(None) if plume else slice(0, 0)
    coverage_day(
        points, units, places.weights, np.ascontiguousarray(orbits[:, shown]), suns, limits[shown], height_m, counts,
        steps, seen[shown],
    )  # fmt: skip
    area.update({s.id: float(v) for s, v in zip(satellites, seen, strict=True)})
    return steps, [area.get(s.id, 0.0) for s in sensors]


def radar_counts(sensors: Sequence[Sensor], lats: FloatArray, lons: FloatArray, height_m: float) -> IntArray:
    """Return (a, o): how many radars hold the points of a grid (latitudes (a,), longitudes (o,), degrees) at a height."""
    lat, lon = (v.ravel() for v in np.meshgrid(lats, lons, indexing="ij"))
    points = to_ecef(lat * DEG, lon * DEG, height_m)
    counts = np.zeros(len(points), np.int64)
    for radar in sensors:
        if radar.kind == "radar" and radar.position is not None:
            counts += radar_sees_batch(points, radar.position, radar.rot_enu, radar.whole_field) >= 0
    return counts.reshape(len(lats), len(lons))


def _summary(height_km: float, target: str, steps: IntArray, weights: FloatArray, instants: int) -> Seen:
    total = float(weights.sum())
    w = weights / total if total > 0.0 else np.full(len(weights), 1.0 / len(weights))
    # a sum of weights may pass 1 by rounding
    one, two, three, both = (min(float(v), 1.0) for v in (w[:, None] * steps[:, :4]).sum(axis=0) / instants)
    return Seen(
        height_km=height_km,
        target=target,
        one=one,
        two=two,
        three=three,
        both_kinds=both,
        always=min(float(w[steps[:, 4] >= 1].sum()), 1.0),
        least=int(steps[:, 4].min()),
        longest_gap_s=float(steps[:, 5].max() * STEP_S),
    )

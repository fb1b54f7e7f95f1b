"""A population of satellites with the orbit statistics of the real one, its truth, and what crosses the radars' fences.

The element sets are synthetic: perigee, apogee, inclination and drag drawn from the packaged statistics, everything
else at random. The truth differs from the element sets as real orbits do, and part of it can be unknown.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tocsin.catalogue.elements import checksum, satellite
from tocsin.catalogue.ephemeris_kernels import candidates, pack
from tocsin.catalogue.grid import STEP_NS, EphemerisGrid, interval_of
from tocsin.core.constants import NS
from tocsin.core.records.inputs import ElementSet, FloatArray, IntArray
from tocsin.core.time import unix_ns_from_tai
from tocsin.modelling.orbit_statistics import CLASSES, SGP4_MU_KM3_S2, SGP4_RADIUS_KM, load_statistics, object_class
from tocsin.modelling.satellites_kernels import seen_in_looks

if TYPE_CHECKING:
    from tocsin.sensing.sensors import SensorTable

FIRST_NUMBER = 100_001
"""Beyond every number of the public catalogue's first five digits: written in Alpha-5."""
MAX_OBJECTS = 239_999
_ALPHA5 = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_NAMES = {"payload": "SIM", "rocket_body": "SIM R/B", "debris": "SIM DEB"}
RCS_DBSM = {"payload": (3.0, 6.0), "rocket_body": (8.0, 4.0), "debris": (-17.0, 7.0)}
"""Mean and sigma of 10 log10(m2): the size classes of the public catalogue (small below 0.1 m2, large above 1 m2) hold
most debris as small and most rocket bodies as large; payloads straddle 1 m2."""


@dataclass(frozen=True, slots=True)
class _Elements:
    """Mean elements of one object, in the units of its lines."""

    number: int
    epoch: str
    bstar: float
    inclination_deg: float
    raan_deg: float
    eccentricity: float
    argument_deg: float
    anomaly_deg: float
    motion_rev_day: float

    def lines(self) -> tuple[str, str]:
        """Return the two lines with their checksums."""
        number = alpha5(self.number)
        line1 = f"1 {number}U {'':8} {self.epoch}  .00000000  00000-0 {_exponent(self.bstar)} 0  999"
        line2 = (
            f"2 {number} {self.inclination_deg:8.4f} {self.raan_deg % 360.0:8.4f} {round(self.eccentricity * 1e7):07d} "
            f"{self.argument_deg % 360.0:8.4f} {self.anomaly_deg % 360.0:8.4f} {self.motion_rev_day:11.8f}    1"
        )
        line2 = line2.replace("360.0000", "  0.0000")
        return f"{line1}{checksum(line1)}", f"{line2}{checksum(line2)}"


def alpha5(number: int) -> str:
    """Return a catalogue number in five columns: 100001 is A0001, letters I and O left out."""
    if number < 100_000:
        return f"{number:05d}"
    return f"{_ALPHA5[number // 10_000 - 10]}{number % 10_000:04d}"


def _exponent(value: float) -> str:
    """Return eight columns of the form ' 15609-3' (0.15609e-3)."""
    exponent = math.floor(math.log10(value)) + 1
    digits = round(value / 10.0**exponent * 1e5)
    if digits == 100_000:
        digits, exponent = 10_000, exponent + 1
    return f" {digits:05d}{'-' if exponent <= 0 else '+'}{abs(exponent)}"


def _epoch(unix_ns: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=unix_ns // 1000)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    day = (at - datetime(at.year, 1, 1, tzinfo=UTC)).days + 1
    fraction = math.floor((at - midnight).total_seconds() / 86400.0 * 1e8)
    return f"{at.year % 100:02d}{day:03d}.{fraction:08d}"


def make_population(n: int, seed: int, epoch_tai: int, data_mode: str = "simulated") -> list[ElementSet]:
    """Return n synthetic element sets, drawn from the real joint spread of perigee, apogee and inclination by class.

    Epochs lie within the day before `epoch_tai` (TAI ns). Ids count from 100001. Same arguments, same lines.
    """
    if not 0 <= n <= MAX_OBJECTS:
        raise ValueError(f"0 ... {MAX_OBJECTS} objects")
    statistics = load_statistics()
    rng = np.random.default_rng([seed, 1])
    rows = np.array(statistics.rows, np.int64)
    drawn = rows[rng.choice(len(rows), n, p=rows[:, 4] / rows[:, 4].sum())]

    def within(edges: Sequence[int], bins: IntArray) -> FloatArray:
        e = np.array(edges, np.float64)
        return e[bins] + rng.random(n) * (e[bins + 1] - e[bins])

    perigee = within(statistics.perigee_edges_km, drawn[:, 1])
    spread = within(statistics.spread_edges_km, drawn[:, 2])
    inclination = within(statistics.inclination_edges_deg, drawn[:, 3])
    a = SGP4_RADIUS_KM + perigee + 0.5 * spread
    motion = np.sqrt(SGP4_MU_KM3_S2 / a**3) * 86400.0 / (2.0 * math.pi)
    bands = {(b.kind, b.perigee_km): b for b in statistics.bstar}
    edges = sorted({b.perigee_km for b in statistics.bstar})
    normal, angles, age = rng.standard_normal(n), rng.random((n, 3)) * 360.0, rng.random(n)
    sets = []
    for i in range(n):
        kind = CLASSES[drawn[i, 0]]
        band = bands[kind, max(e for e in edges if e <= perigee[i])]
        elements = _Elements(
            number=FIRST_NUMBER + i,
            epoch=_epoch(unix_ns_from_tai(epoch_tai - int(age[i] * 86400 * NS))),
            bstar=min(max(band.median * math.exp(band.log_sigma * normal[i]), 1e-7), 0.05),
            inclination_deg=float(inclination[i]),
            raan_deg=float(angles[i, 0]),
            eccentricity=float(0.5 * spread[i] / a[i]),
            argument_deg=float(angles[i, 1]),
            anomaly_deg=float(angles[i, 2]),
            motion_rev_day=float(motion[i]),
        )
        line1, line2 = elements.lines()
        name = f"{_NAMES[kind]} {elements.number}"
        sets.append(ElementSet(str(elements.number), name, line1, line2, epoch_tai, data_mode))
    return sets


def perturbed(
    population: Sequence[ElementSet], along_track_error_s: float, seed: int, cross_track_error_m: float = 100.0
) -> list[ElementSet]:
    """Return the true orbits behind element sets: each early or late, its plane a little turned.

    One sigma of the timing (a shift of mean anomaly) in s, and of the displacement across the track, on inclination
    and on node each, in m.
    """
    rng = np.random.default_rng([seed, 2])
    errors = rng.standard_normal((len(population), 3))
    true_sets = []
    for known, (timing, tilt, node) in zip(population, errors, strict=True):
        line2 = known.line2
        motion = float(line2[52:63])
        inclination = float(line2[8:16])
        radius_m = math.cbrt(SGP4_MU_KM3_S2 / (motion * 2.0 * math.pi / 86400.0) ** 2) * 1e3
        turn_deg = math.degrees(cross_track_error_m / radius_m)
        new_inclination = min(max(inclination + tilt * turn_deg, 0.0), 180.0)
        raan = float(line2[17:25]) + node * turn_deg / max(math.sin(math.radians(inclination)), 0.02)
        anomaly = float(line2[43:51]) + timing * along_track_error_s * motion * 360.0 / 86400.0
        body = (
            f"{line2[:8]}{new_inclination:8.4f} {raan % 360.0:8.4f}{line2[25:43]}{anomaly % 360.0:8.4f}{line2[51:68]}"
        ).replace("360.0000", "  0.0000")
        true_sets.append(ElementSet(
            known.id, known.name, known.line1, f"{body}{checksum(body)}", known.received, known.data_mode
        ))  # fmt: skip
    return true_sets


def hold_out(
    population: Sequence[ElementSet], fraction: float, seed: int
) -> tuple[list[ElementSet], npt.NDArray[np.bool_]]:
    """Return the element sets that the catalogue knows, and (n,) bool: which of the population it does not."""
    rng = np.random.default_rng([seed, 3])
    unknown = np.zeros(len(population), np.bool_)
    unknown[rng.choice(len(population), round(fraction * len(population)), replace=False)] = True
    return [s for s, out in zip(population, unknown, strict=True) if not out], unknown


def rcs_dbsm(population: Sequence[ElementSet], seed: int) -> FloatArray:
    """Return (n,) radar cross-sections in dB above 1 m2, log-normal by the class that the name tells."""
    rng = np.random.default_rng([seed, 4])
    figures = np.array([RCS_DBSM[object_class(s.name)] for s in population]).reshape(-1, 2)
    return figures[:, 0] + figures[:, 1] * rng.standard_normal(len(population))


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Satellites inside search volumes, a row each, in order of look time within a sensor."""

    sensor: IntArray
    """Index in the sensor table."""
    look_index: IntArray
    """Look k of a sensor covers start + k period ... start + (k + 1) period."""
    object_index: IntArray
    tai_ns: IntArray
    """Middle of the look."""
    states: FloatArray
    """(m, 6) true Earth-fixed state at that moment, m, m/s."""


def fence_crossings(
    truth: Sequence[ElementSet],
    sensors: "SensorTable",
    radars: Sequence[str],
    start_tai: int,
    end_tai: int,
    searched: Mapping[str, str | None] | None = None,
) -> Crossings:
    """Return which satellites are inside the search volume of each look of some radars, and their true states then.

    `searched` names the volume a radar searches (default: its whole field). The time at the target is the middle of
    the look; looks start at `start_tai` and end by `end_tai`.
    """
    grid = EphemerisGrid([satellite(s) for s in truth])
    parts: list[tuple[IntArray, ...]] = []
    states: list[FloatArray] = []
    for interval in range(interval_of(start_tai), interval_of(end_tai) + 1) if len(grid) else ():
        for radar in radars:
            sensor = sensors.by_id[radar]
            boxes = sensor.boxes((searched or {}).get(radar))
            period = round(sensor.period_s * NS)
            k = np.arange((end_tai - start_tai) // period, dtype=np.int64)
            times = start_tai + k * period + period // 2
            inside = (times // STEP_NS) == interval
            k, times = k[inside], times[inside]
            if len(k) == 0 or len(boxes) == 0 or sensor.position is None:
                continue
            look, found, state = _seen(grid, interval, times, sensor.position, sensor.rot_enu, boxes)
            parts.append((np.full(len(look), sensor.index, np.int64), k[look], found, times[look]))
            states.append(state)
    if not parts:
        none = np.zeros(0, np.int64)
        return Crossings(none, none, none, none, np.zeros((0, 6)))
    columns = [np.concatenate(c) for c in zip(*parts, strict=True)]
    return Crossings(columns[0], columns[1], columns[2], columns[3], np.concatenate(states))


def _seen(
    grid: EphemerisGrid, interval: int, times: IntArray, site: FloatArray, rot: FloatArray, boxes: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return look number, object and state of what stands in the boxes at the times of one interval."""
    a, b, first = grid.nodes(interval)
    chosen = np.empty(len(grid), np.int64)
    count = candidates(
        a, b, first, np.zeros(len(grid)), site, np.ascontiguousarray(rot[2]), float(boxes[:, 5].max()),
        math.sin(float(boxes[:, 2].min())), chosen,
    )  # fmt: skip
    packed = np.empty((24, count))
    count = pack(a, b, first, chosen, count, packed)
    fractions = (times - interval * STEP_NS) / STEP_NS
    room = 4096
    while True:
        look, found, state = np.empty(room, np.int64), np.empty(room, np.int64), np.empty((room, 6))
        used = seen_in_looks(packed, chosen, count, fractions, site, rot, boxes, look, found, state)
        if used <= room:
            return look[:used].copy(), found[:used].copy(), state[:used].copy()
        room = used

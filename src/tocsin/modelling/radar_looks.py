"""What radars report: search fences that see everything in them, track looks on what they found and do not know.

Cross-sections fluctuate from look to look as the radar's Swerling case says; a detection is what passes the threshold
of the false-alarm probability, and its accuracy follows from the power that was received and from the beam. A radar
knows the catalogue: only what is not in it is tracked, until three looks in a row miss it or it
leaves the field.
"""

import math
from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2, NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    RANGE,
    RANGE_RATE,
    RCS_DBSM,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_RANGE,
    SIGMA_RANGE_RATE,
    SNR_DB,
    FloatArray,
    IntArray,
)
from tocsin.modelling.chance import stream
from tocsin.modelling.look_build import Rows, Slots
from tocsin.modelling.radar_noise_kernels import wander
from tocsin.modelling.trajectory import Trajectory
from tocsin.sensing.kinds import ionosphere_kernels, refraction_kernels
from tocsin.sensing.kinds.ionosphere_kernels import ionosphere
from tocsin.sensing.kinds.radar_kernels import measure_batch
from tocsin.sensing.kinds.refraction_kernels import refraction_apply
from tocsin.sensing.sensor import SWAY_DAMPING, Sensor
from tocsin.sensing.signal_kernels import BEST_ACCURACY, SCAN_EXPONENT, SCAN_FLOOR, WORST_ACCURACY

MISSES_TO_DROP = 3
HAND_OVER_NS = 1 * NS
"""From a detection in the fence to the first track look at it, at least."""
DAY_NS = 86_400 * NS
CLUTTER_RATE_M_S = 8000.0
"""False alarms have any range rate up to this."""


@dataclass(frozen=True)
class Antenna:
    """A radar of one run: `bias` is its unknown constant error (range m, azimuth along the arc rad, elevation rad)."""

    sensor: Sensor
    seed: int
    bias: tuple[float, float, float]
    air: tuple[float, float] = (0.0, 0.0)
    """By what part the real air, and the real ionosphere, differ from those of the correction, for raw measurements."""

    def scan_db(self, cosine: FloatArray) -> FloatArray:
        """Return (n,) the two-way loss of gain (dB, 0 or less) off boresight, by the scan cosine."""
        out: FloatArray = 10.0 * SCAN_EXPONENT * np.log10(np.maximum(cosine, SCAN_FLOOR))
        return out

    def threshold(self) -> float:
        """Return the power over noise that a detection has to pass."""
        return -math.log(self.sensor.pfa)

    def measure(self, states: FloatArray) -> FloatArray:
        """Return (n, 4) true range m, azimuth, elevation rad, range rate m/s of states (n, 6)."""
        assert self.sensor.position is not None
        out: FloatArray = measure_batch(np.ascontiguousarray(states), self.sensor.position, self.sensor.rot_enu)
        return out


@dataclass(frozen=True)
class Echoes:
    """What came back, of n targets that were illuminated: which were detected, and the values of all."""

    detected: np.ndarray
    values: FloatArray


def make_antenna(sensor: Sensor, seed: int) -> Antenna:
    """Return a radar ready to look; its constant errors are drawn here, once."""
    r, a, e = stream(seed, "bias", sensor.id).normal(0.0, 1.0, 3)
    bias = (float(r * sensor.bias_range), float(a * sensor.bias_azimuth), float(e * sensor.bias_elevation))
    u, w = stream(seed, "air", sensor.id).normal(0.0, 1.0, 2)
    # an ionosphere has no fewer electrons than none
    air = (float(u) * refraction_kernels.RESIDUAL, max(float(w) * ionosphere_kernels.RESIDUAL, -1.0))
    return Antenna(sensor, seed, bias, air)


def in_boxes(measured: FloatArray, boxes: FloatArray) -> tuple[np.ndarray, FloatArray]:
    """Return (inside (n,), scan cosine (n,)) of (n, >= 3) ranges, azimuths, elevations, by the best of the boxes."""
    inside = np.zeros(len(measured), bool)
    cosine = np.full(len(measured), -2.0)
    r, azimuth, elevation = measured[:, 0], measured[:, 1], measured[:, 2]
    for box in boxes:
        hit = (r >= box[4]) & (r <= box[5]) & (elevation >= box[2]) & (elevation <= box[3])
        hit &= (azimuth - box[0]) % (2.0 * np.pi) <= box[1]
        if np.isnan(box[6]):
            scan = np.ones(len(measured))
        else:
            scan = np.sin(elevation) * np.sin(box[7]) + np.cos(elevation) * np.cos(box[7]) * np.cos(azimuth - box[6])
        better = hit & (scan > cosine)
        cosine[better] = scan[better]
        inside |= hit
    return inside, cosine


def received_power(snr: FloatArray, swerling: int, rng: np.random.Generator) -> FloatArray:
    """Return (n,) power over noise of single detections of mean signal to noise ratios (n,), for Swerling 0, 1 or 3.

    An exponential law for the sum of noise and Swerling 1; else the envelope of a steady signal in noise, whose power
    is steady (0) or has the law of one dominant scatterer (3: chi-square of 4 degrees of freedom).
    """
    n = len(snr)
    if swerling == 1:
        return rng.exponential(1.0, n) * (1.0 + snr)
    signal = snr if swerling == 0 else snr * rng.gamma(2.0, 0.5, n)
    noise = rng.normal(0.0, math.sqrt(0.5), (n, 2))
    return np.asarray((np.sqrt(signal) + noise[:, 0]) ** 2 + noise[:, 1] ** 2)


def through_air(antenna: Antenna, r: float, elevation: float) -> tuple[float, float]:
    """Return the (range m, elevation rad) that a radar measures through the air and the ionosphere of the day."""
    s = antenna.sensor
    far, apparent = refraction_apply(r, elevation, s.altitude_m)
    delay, bend = ionosphere(r, elevation, s.altitude_m, s.frequency_hz, s.content_tecu)
    air, electrons = 1.0 + antenna.air[0], 1.0 + antenna.air[1]
    return r + (far - r) * air + delay * electrons, elevation + (apparent - elevation) * air + bend * electrons


def echoes(
    antenna: Antenna,
    states: FloatArray,
    cosine: FloatArray,
    rcs_dbsm: FloatArray,
    rng: np.random.Generator,
    noise_db: FloatArray | float = 0.0,
) -> Echoes:
    """Return what a radar measures of targets in states (n, 6) at scan cosines (n,) with mean cross-sections (n,).

    `noise_db` is noise above the radar's nominal, for all or (n,).
    """
    s, n = antenna.sensor, len(states)
    if n == 0:
        return Echoes(np.zeros(0, bool), np.zeros((0, COLUMNS)))
    truth = antenna.measure(states)
    gain_db = s.reference_snr_db - 40.0 * np.log10(np.maximum(truth[:, 0], 1.0) / s.reference_range)
    gain_db = gain_db + antenna.scan_db(cosine) - noise_db
    power = received_power(10.0 ** (np.minimum(gain_db + rcs_dbsm, 100.0) / 10.0), s.swerling, rng)
    detected = power > antenna.threshold()
    if s.raw_refraction:
        for i in np.flatnonzero(detected):
            truth[i, 0], truth[i, 2] = through_air(antenna, float(truth[i, 0]), float(truth[i, 2]))
    return Echoes(detected, plots(antenna, truth, power, gain_db, cosine, rng))


def plots(
    antenna: Antenna,
    truth: FloatArray,
    power: FloatArray,
    gain_db: FloatArray,
    cosine: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Return (n, 15) values of reports of true ranges, azimuths, elevations, range rates (n, 4), with their errors.

    `power` (n,) is the power received over noise, `gain_db` (n,) the signal to noise ratio of 1 m2 there.
    """
    s, n = antenna.sensor, len(truth)
    noise = rng.normal(0.0, 1.0, (n, 4))
    out = np.full((n, COLUMNS), np.nan)
    snr_db = 10.0 * np.log10(np.maximum(power - 1.0, 1e-3))
    factor = np.clip(10.0 ** ((s.reference_snr_db - snr_db) / 20.0), BEST_ACCURACY, WORST_ACCURACY)
    beam = factor / np.maximum(cosine, SCAN_FLOOR) if s.broadens else factor
    sigma_azimuth, sigma_elevation = beam * s.sigma_azimuth, beam * s.sigma_elevation
    arc = 1.0 / np.maximum(np.cos(truth[:, 2]), 1e-3)
    out[:, RANGE] = truth[:, 0] + noise[:, 0] * factor * s.sigma_range + antenna.bias[0]
    out[:, AZIMUTH] = (truth[:, 1] + (noise[:, 1] * sigma_azimuth + antenna.bias[1]) * arc) % (2.0 * np.pi)
    out[:, ELEVATION] = truth[:, 2] + noise[:, 2] * sigma_elevation + antenna.bias[2]
    out[:, RANGE_RATE] = truth[:, 3] + noise[:, 3] * factor * s.sigma_range_rate
    out[:, SIGMA_RANGE], out[:, SIGMA_AZIMUTH] = factor * s.sigma_range, sigma_azimuth
    out[:, SIGMA_ELEVATION], out[:, SIGMA_RANGE_RATE] = sigma_elevation, factor * s.sigma_range_rate
    out[:, SNR_DB], out[:, RCS_DBSM] = snr_db, snr_db - gain_db
    return out


def scan_part(azimuth: FloatArray, boxes: FloatArray) -> FloatArray:
    """Return (n,) the part 0..1 of a search look at which the beam passes an azimuth: once along the arc of the volume.

    Boxes side by side are searched at the same time, each by its own face.
    """
    part = np.full(len(azimuth), 0.5)
    for box in boxes:
        turn = (azimuth - box[0]) % (2.0 * np.pi)
        part = np.where(turn <= box[1], turn / box[1], part)
    return part


def moved(states: FloatArray, dt: FloatArray) -> FloatArray:
    """Return states (n, 6) in free flight moved on by a few seconds (n,), to second order: 0.3 m in 5 s."""
    p, v = states[:, :3], states[:, 3:]
    w = EARTH_RATE_RAD_S
    r3 = np.sum(p**2, axis=1)[:, None] ** 1.5
    a = -MU_M3_S2 * p / r3
    a[:, 0] += 2.0 * w * v[:, 1] + w * w * p[:, 0]
    a[:, 1] += -2.0 * w * v[:, 0] + w * w * p[:, 1]
    t = dt[:, None]
    return np.hstack([p + v * t + 0.5 * a * t * t, v + a * t])


SWAY_STEP_S = 0.5


def sway(antenna: Antenna, times: IntArray, values: FloatArray) -> FloatArray:
    """Return reports (n, 15) with the radar's slow error at their instants (n,), the same for all objects."""
    s = antenna.sensor
    if not any(s.slow) or not len(times):
        return values
    # a grid of its own day: the same instants have the same error in every call
    first = int(times.min()) // DAY_NS * DAY_NS
    grid = np.arange(0.0, (int(times.max()) - first) / NS + 2.0 * SWAY_STEP_S, SWAY_STEP_S)
    out = values.copy()
    for c, column in enumerate((RANGE, AZIMUTH, ELEVATION)):
        kicks = stream(antenna.seed, "sway", s.id, str(c), str(first)).normal(0.0, 1.0, (len(grid), 2))
        error = s.slow[c] * np.interp((times - first) / NS, grid, wander(grid, kicks, s.slow_rate, SWAY_DAMPING))
        arc = 1.0 / np.maximum(np.cos(values[:, ELEVATION]), 1e-3) if column == AZIMUTH else 1.0
        out[:, column] += error * arc
    out[:, AZIMUTH] %= 2.0 * np.pi
    return out


def search_satellites(
    antenna: Antenna,
    slots: Slots,
    rows: Rows,
    boxes: FloatArray,
    looks: IntArray,
    times: IntArray,
    states: FloatArray,
    rcs_dbsm: FloatArray,
    names: list[str],
) -> int:
    """Add the detections of known objects in the search volume (m rows: look, instant, state); return their number."""
    sensor = antenna.sensor
    order = np.lexsort((np.array(names, dtype=object).astype(str), looks)) if len(looks) else np.zeros(0, np.int64)
    looks, times, states, rcs_dbsm = looks[order], times[order], states[order], rcs_dbsm[order]
    rng = stream(antenna.seed, "satellites", sensor.id)
    if not len(looks):
        return 0
    measured = antenna.measure(states)
    start = slots.start[looks]
    at = start + (scan_part(measured[:, 1], boxes) * (slots.end[looks] - start)).astype(np.int64)
    states = moved(states, (at - times) / NS)
    inside, cosine = in_boxes(antenna.measure(states), boxes)
    back = echoes(antenna, states, cosine, rcs_dbsm, rng, slots.noise_db[looks])
    alive = slots.seeing()[looks]
    seen = np.flatnonzero(inside & back.detected & alive)
    values = sway(antenna, at[seen], back.values[seen])
    rows.add(looks[seen], at[seen], values, [names[order[i]] for i in seen])
    return len(seen)


def search_trajectory(
    antenna: Antenna, slots: Slots, rows: Rows, boxes: FloatArray, trajectory: Trajectory, rng: np.random.Generator
) -> IntArray:
    """Add the detections of one object in the search looks, and return their instants."""
    looks = np.flatnonzero((slots.end >= trajectory.start) & (slots.start <= trajectory.end))
    times = (slots.start[looks] + slots.end[looks]) // 2
    for _ in range(3):
        state = trajectory.at(np.clip(times, trajectory.start, trajectory.end))
        measured = antenna.measure(state)
        length = slots.end[looks] - slots.start[looks]
        times = slots.start[looks] + (scan_part(measured[:, 1], boxes) * length).astype(np.int64)
    alive = (times >= trajectory.start) & (times <= trajectory.end)
    looks, times = looks[alive], times[alive]
    state = trajectory.at(times)
    measured = antenna.measure(state)
    inside, cosine = in_boxes(measured, boxes)
    back = echoes(antenna, state, cosine, np.full(len(state), trajectory.rcs_dbsm), rng, slots.noise_db[looks])
    ok = slots.seeing()[looks]
    seen = np.flatnonzero(inside & back.detected & ok)
    values = sway(antenna, times[seen], back.values[seen])
    rows.add(looks[seen], times[seen], values, [trajectory.name] * len(seen))
    return times[seen]


@dataclass(frozen=True)
class TrackRun:
    """The track looks of a radar at one object: indices into its track instants, and the values of detections."""

    looked: IntArray
    seen: IntArray
    values: FloatArray


def track_trajectory(
    antenna: Antenna,
    instants: IntArray,
    ok: np.ndarray,
    found: IntArray,
    trajectory: Trajectory,
    rng: np.random.Generator,
    noise_db: FloatArray | None = None,
) -> TrackRun:
    """Return the track looks at an object that the fence found at instants `found`, of the radar's `instants` (n,).

    `noise_db` (n,) is the noise above nominal at these instants.
    """
    sensor = antenna.sensor
    nothing = TrackRun(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, COLUMNS)))
    if not len(found):
        return nothing
    k = np.flatnonzero((instants >= found[0] + HAND_OVER_NS) & (instants <= trajectory.end))
    if not len(k):
        return nothing
    state = trajectory.at(instants[k])
    measured = antenna.measure(state)
    inside, cosine = in_boxes(measured, sensor.whole_field)
    noise: FloatArray | float = 0.0 if noise_db is None else noise_db[k]
    back = echoes(antenna, state, cosine, np.full(len(k), trajectory.rcs_dbsm), rng, noise)
    looked, seen = [], []
    following, misses, next_found = False, 0, 0
    for i in range(len(k)):
        now = int(instants[k[i]])
        while next_found < len(found) and found[next_found] + HAND_OVER_NS <= now:
            following, misses = True, 0
            next_found += 1
        if not following or not ok[k[i]]:
            continue
        if not inside[i]:
            following = False
            continue
        looked.append(i)
        if back.detected[i]:
            seen.append(i)
            misses = 0
        else:
            misses += 1
            following = misses < MISSES_TO_DROP
    at = np.array(seen, np.int64)
    return TrackRun(k[np.array(looked, np.int64)], k[at], sway(antenna, instants[k[at]], back.values[at]))


def search_false_alarms(antenna: Antenna, slots: Slots, rows: Rows, boxes: FloatArray) -> IntArray:
    """Add false alarms of the search looks: Poisson by look, uniform over the volume; return their instants."""
    sensor = antenna.sensor
    rng = stream(antenna.seed, "false", sensor.id)
    counts = rng.poisson(sensor.false_alarms, len(slots))
    out: list[int] = []
    seeing = slots.seeing()
    size = boxes[:, 1] * (np.sin(boxes[:, 3]) - np.sin(boxes[:, 2])) * (boxes[:, 5] ** 3 - boxes[:, 4] ** 3)
    for k in np.flatnonzero(counts):
        n = int(counts[k])
        box = boxes[rng.choice(len(boxes), n, p=size / size.sum())]
        u = rng.uniform(size=(n, 5))
        if not seeing[k]:
            continue
        values = np.full((n, COLUMNS), np.nan)
        values[:, RANGE] = (box[:, 4] ** 3 + u[:, 0] * (box[:, 5] ** 3 - box[:, 4] ** 3)) ** (1.0 / 3.0)
        values[:, AZIMUTH] = (box[:, 0] + u[:, 1] * box[:, 1]) % (2.0 * np.pi)
        low, high = np.sin(box[:, 2]), np.sin(box[:, 3])
        values[:, ELEVATION] = np.arcsin(low + u[:, 2] * (high - low))
        values[:, RANGE_RATE] = (2.0 * u[:, 3] - 1.0) * CLUTTER_RATE_M_S
        power = antenna.threshold() - np.log(u[:, 4])
        values[:, SNR_DB] = 10.0 * np.log10(power - 1.0)
        factor = np.clip(10.0 ** ((sensor.reference_snr_db - values[:, SNR_DB]) / 20.0), BEST_ACCURACY, WORST_ACCURACY)
        values[:, SIGMA_RANGE], values[:, SIGMA_AZIMUTH] = factor * sensor.sigma_range, factor * sensor.sigma_azimuth
        values[:, SIGMA_ELEVATION] = factor * sensor.sigma_elevation
        values[:, SIGMA_RANGE_RATE] = factor * sensor.sigma_range_rate
        times = slots.start[k] + (scan_part(values[:, AZIMUTH], boxes) * (slots.end[k] - slots.start[k])).astype(
            np.int64
        )
        rows.add(np.full(n, k), times, values, ["noise"] * n)
        out.extend(int(t) for t in times)
    return np.array(sorted(out), np.int64)

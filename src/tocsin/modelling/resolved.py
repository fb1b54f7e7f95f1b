"""What a sensor cannot tell apart: echoes of one resolution cell, or spots of one pixel, become one detection.

The strongest takes all that lies within its cell in every coordinate, then the strongest of the rest, and so on, as a
detector does that keeps a peak and suppresses its neighbourhood. Radar echoes add as waves: their phases are random from
look to look, so that the sum may be stronger than any of them or fade below the threshold. Light adds by its intensity.
The place is the mean by power, as monopulse and centroid give it (no glint beyond it). Sums of what alone is too weak to be
detected are not made. Fires, clouds and glints are modelled as the spots that a sensor reports, and are left as they are.
"""

import math

import numpy as np
from scipy.spatial import KDTree

from tocsin.core.records.inputs import (
    AZIMUTH,
    ELEVATION,
    INTENSITY,
    LOS_X,
    LOS_Z,
    RANGE,
    RANGE_RATE,
    RCS_DBSM,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_LOS,
    SIGMA_RANGE,
    SIGMA_RANGE_RATE,
    SNR_DB,
    FloatArray,
    IntArray,
)
from tocsin.modelling.chance import stream
from tocsin.modelling.look_build import Rows
from tocsin.sensing.resolution import apart, directions
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.signal_kernels import BEST_ACCURACY, WORST_ACCURACY

FAR = 10.0
"""Between looks, in cells: their detections are never compared."""


def resolve(sensor: Sensor, rows: Rows, seed: int) -> tuple[Rows, int]:
    """Return the detections that a sensor makes of `rows`, and how many of them hold several objects."""
    slots, times, values = rows.joined()
    groups = _groups(sensor, slots, values)
    if not groups:
        return rows, 0
    rng = stream(seed, "unresolved", sensor.id)
    values = values.copy()
    keep = np.ones(len(slots), bool)
    also = [""] * len(slots)
    shared = 0
    for first, others in groups:
        every = np.array([first, *others])
        keep[others] = False
        merged = _light(values[every], rng) if sensor.kind == "infrared" else _waves(sensor, values[every], rng)
        if merged is None:
            keep[first] = False
            continue
        values[first] = merged
        also[first] = " ".join(sorted({rows.labels[k] for k in others}))
        shared += 1
    kept = np.flatnonzero(keep)
    return Rows(
        [slots[kept]], [times[kept]], [values[kept]], [rows.labels[k] for k in kept], [also[k] for k in kept]
    ), shared


def _groups(sensor: Sensor, slots: IntArray, values: FloatArray) -> list[tuple[int, list[int]]]:
    """Return (strongest, others) of every cell that holds several detections, by look."""
    if len(slots) < 2:
        return []
    u = directions(values)
    widest = max(sensor.cell[1:]) / (0.1 if sensor.broadens else 1.0)
    points = np.column_stack([u / widest, FAR * slots.astype(np.float64)])
    if sensor.kind == "radar":
        points = np.column_stack([points, values[:, RANGE] / sensor.cell[0]])
    pairs = KDTree(points).query_pairs(1.0, p=math.inf, output_type="ndarray")
    if not len(pairs):
        return []
    close = apart(sensor, values[pairs[:, 0]], values[pairs[:, 1]]) < 1.0
    near: dict[int, list[int]] = {}
    for a, b in pairs[close].tolist():
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    strength = values[:, INTENSITY] if sensor.kind == "infrared" else values[:, SNR_DB]
    taken: set[int] = set()
    groups = []
    for k in sorted(near, key=lambda k: (int(slots[k]), -float(strength[k]), k)):
        if k in taken:
            continue
        others = [j for j in near[k] if j not in taken]
        taken.update([k, *others])
        if others:
            groups.append((k, sorted(others)))
    return groups


def _waves(sensor: Sensor, values: FloatArray, rng: np.random.Generator) -> FloatArray | None:
    """Return the one report (15,) of echoes (n, 15) that add as waves; None where they fade below the threshold."""
    power = 10.0 ** (values[:, SNR_DB] / 10.0)
    w = power / power.sum()
    phase = np.exp(1j * rng.uniform(0.0, 2.0 * np.pi, len(power)))
    noise = rng.normal(size=4)
    total = float(np.abs(np.sum(np.sqrt(power) * phase)) ** 2)
    if total + 1.0 < -math.log(sensor.pfa):
        return None
    out: FloatArray = values[0].copy()
    turn = (values[:, AZIMUTH] - values[0, AZIMUTH] + np.pi) % (2.0 * np.pi) - np.pi
    out[RANGE], out[ELEVATION] = w @ values[:, RANGE], w @ values[:, ELEVATION]
    out[RANGE_RATE] = w @ values[:, RANGE_RATE]
    out[AZIMUTH] = (values[0, AZIMUTH] + w @ turn) % (2.0 * np.pi)
    out[SNR_DB] = 10.0 * math.log10(total)
    out[RCS_DBSM] = out[SNR_DB] - (values[0, SNR_DB] - values[0, RCS_DBSM])

    def factor(snr_db: float) -> float:
        return float(min(max(10.0 ** ((sensor.reference_snr_db - snr_db) / 20.0), BEST_ACCURACY), WORST_ACCURACY))

    ratio = factor(float(out[SNR_DB])) / factor(float(values[0, SNR_DB]))
    for n, (column, sigma) in enumerate(
        ((RANGE, SIGMA_RANGE), (AZIMUTH, SIGMA_AZIMUTH), (ELEVATION, SIGMA_ELEVATION), (RANGE_RATE, SIGMA_RANGE_RATE))
    ):
        mean = float(w**2 @ values[:, sigma] ** 2)
        out[sigma] = ratio * values[0, sigma]
        # the mean is quieter than its parts; what a faded sum has more of is added
        extra = math.sqrt(max(float(out[sigma]) ** 2 - mean, 0.0)) * float(noise[n])
        out[column] += extra / (max(math.cos(float(out[ELEVATION])), 1e-3) if column == AZIMUTH else 1.0)
    return out


def _light(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the one report (15,) of spots (n, 15) in a pixel."""
    w = values[:, INTENSITY] / values[:, INTENSITY].sum()
    out: FloatArray = values[0].copy()
    line = w @ values[:, LOS_X : LOS_Z + 1]
    # where a spot lies in its pixel is not known better because there are two
    line += rng.normal(size=3) * values[0, SIGMA_LOS] * math.sqrt(max(1.0 - float(w @ w), 0.0))
    out[LOS_X : LOS_Z + 1] = line / math.sqrt(float(line @ line))
    out[INTENSITY] = values[:, INTENSITY].sum()
    return out

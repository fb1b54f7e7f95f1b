"""Faults of the data, put on the looks of a scenario between its sensors and the files: late, lost, doubled, wrong.

Faults act one after the other, in the order of the scenario file, each on what the one before left. All chance follows
from the scenario's seed and the place of the fault in the file. Labels follow their detections: those of looks that
never arrive are taken away, and measurements that are sent again belong to no object (`frozen`).
"""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records import faults as records
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, LOS_X, LOS_Y, LOS_Z, RANGE, FloatArray, Look
from tocsin.core.records.network import Infrared, Network, Radar, Telescope
from tocsin.core.records.scenario import Scenario
from tocsin.modelling.chance import stream
from tocsin.modelling.look_build import LabelTable
from tocsin.sensing.kinds.infrared_kernels import perturb_los

FROZEN = "frozen"
Struck = Callable[[Look], bool]
Step = Callable[[Any, list[Look], Struck, np.random.Generator, int], list[Look]]


def apply_faults(
    scenario: Scenario, network: Network, looks: list[Look], labels: LabelTable, start: int
) -> tuple[list[Look], LabelTable, dict[str, int]]:
    """Return the looks as they arrive, their labels, and how many looks each kind of fault struck."""
    counts: dict[str, int] = {}
    frozen: set[tuple[str, int]] = set()
    rows = zip(labels.sensor, labels.sequence, labels.detection, labels.object, labels.also, strict=True)
    names: Names = {(s, q, d): (o, also) for s, q, d, o, also in rows}
    for number, fault in enumerate(scenario.fault):
        kind = str(type(fault).__struct_config__.tag)
        struck = _who(fault, network, start)
        rng = stream(scenario.seed, "fault", str(number), kind)
        before = sum(struck(look) for look in looks)
        counts[f"fault_{kind}"] = counts.get(f"fault_{kind}", 0) + before
        if isinstance(fault, records.SiteDown):
            looks, names, frozen = _site_down(looks, struck, names, frozen)
        else:
            if isinstance(fault, records.Frozen):
                frozen |= {(look.sensor, look.sequence) for look in looks if struck(look)}
            looks = STEPS[type(fault)](fault, looks, struck, rng, start)
    if not scenario.fault:
        return looks, labels, counts
    looks = sorted(looks, key=lambda look: (look.received, look.sensor, look.sequence))
    return looks, _labels(looks, names, frozen), counts


def _who(fault: Any, network: Network, start: int) -> Struck:
    """Return the test of whether a fault strikes a look."""
    first = start + round(fault.start_s * NS)
    last = None if fault.end_s is None else start + round(fault.end_s * NS)
    named = set(fault.sensors)
    sensors: list[Radar | Infrared | Telescope] = [*network.radar, *network.infrared, *network.telescope]
    for sensor in sensors:
        if (sensor.line or sensor.id) in fault.lines or (sensor.site or sensor.id) in fault.sites:
            named.add(sensor.id)
    everyone = not (fault.sensors or fault.lines or fault.sites)

    def struck(look: Look) -> bool:
        return (everyone or look.sensor in named) and look.end >= first and (last is None or look.end < last)

    return struck


def _late(fault: records.Late, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int) -> list[Look]:
    delay = round(fault.delay_s * NS)
    return [_received(look, delay) if struck(look) else look for look in looks]


def _lost(fault: records.Lost, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int) -> list[Look]:
    return [look for look in looks if not struck(look) or rng.uniform() >= fault.part]


def _doubled(
    fault: records.Doubled, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    after = round(fault.after_s * NS)
    out = list(looks)
    out += [_received(look, after) for look in looks if struck(look) and rng.uniform() < fault.part]
    return out


def _reordered(
    fault: records.Reordered, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    within = fault.within_s * NS
    return [_received(look, int(rng.uniform(0.0, within))) if struck(look) else look for look in looks]


def _frozen(
    fault: records.Frozen, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    held: dict[str, Look] = {}
    out = []
    for look in sorted(looks, key=lambda k: (k.end, k.sensor, k.sequence)):
        if not struck(look):
            if look.declared:
                held[look.sensor] = look
            out.append(look)
        elif look.sensor in held:
            out += _repeat(held[look.sensor], look)
        else:
            out.append(look)
    return out


def _repeat(held: Look, look: Look) -> list[Look]:
    """Return a look with the measurements of another, moved to its time; the rest of a run of empty looks before it."""
    out = []
    begin = look.start
    if look.empty_looks > 1:
        begin = look.end - (look.end - look.start) // look.empty_looks
        out.append(
            msgspec.structs.replace(
                look, sequence=look.sequence - 1, empty_looks=look.empty_looks - 1, end=begin, time=begin
            )
        )
    moved = look.end - held.end
    repeated = msgspec.structs.replace(
        held, sequence=look.sequence, received=look.received, start=begin, end=look.end, time=held.time + moved,
        times=held.times + moved, state=look.state, noise_db=look.noise_db, mode=look.mode, searched=look.searched,
    )  # fmt: skip
    return [*out, repeated]


def _time_shift(
    fault: records.TimeShift, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    shift = round(fault.shift_s * NS)
    return [_stamped(look, shift) if struck(look) else look for look in looks]


def _clock_drift(
    fault: records.ClockDrift, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    first = start + round(fault.start_s * NS)
    rate = fault.drift_s_per_hour / 3600.0
    return [_stamped(look, round(rate * (look.end - first))) if struck(look) else look for look in looks]


def _biased(
    fault: records.Biased, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    first = start + round(fault.start_s * NS)
    out = []
    for look in looks:
        if struck(look) and len(look.numbers):
            part = 1.0 if fault.grown_after_s is None else (look.end - first) / NS / fault.grown_after_s
            look = msgspec.structs.replace(look, values=_shifted(look.values, fault, part))
        out.append(look)
    return out


def _shifted(values: FloatArray, fault: records.Biased, part: float) -> FloatArray:
    """Return rows (n, 15) of a look with `part` of the errors of a fault in them."""
    values = values.copy()
    values[:, RANGE] += part * fault.range_m
    arc = np.maximum(np.cos(values[:, ELEVATION]), 1e-3)
    values[:, AZIMUTH] = (values[:, AZIMUTH] + part * fault.azimuth_deg * DEG / arc) % (2.0 * np.pi)
    values[:, ELEVATION] += part * fault.elevation_deg * DEG
    if any(fault.los_rad):
        a, b = (part * e for e in fault.los_rad)
        for row in values:
            if np.isfinite(row[LOS_X]):
                row[LOS_X : LOS_Z + 1] = perturb_los(float(row[LOS_X]), float(row[LOS_Y]), float(row[LOS_Z]), a, b)
    return values


def _miscounted(
    fault: records.Miscounted, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    out = []
    for look in looks:
        if struck(look) and rng.uniform() < fault.part:
            look = msgspec.structs.replace(look, declared=int(rng.choice(np.array(fault.counts))))
        out.append(look)
    return out


def _line_down(
    fault: records.LineDown, looks: list[Look], struck: Struck, rng: np.random.Generator, start: int
) -> list[Look]:
    return [look for look in looks if not struck(look)]


STEPS: dict[type, Step] = {
    records.Late: _late,
    records.Lost: _lost,
    records.Doubled: _doubled,
    records.Reordered: _reordered,
    records.Frozen: _frozen,
    records.TimeShift: _time_shift,
    records.ClockDrift: _clock_drift,
    records.Biased: _biased,
    records.Miscounted: _miscounted,
    records.LineDown: _line_down,
}


def _received(look: Look, delay: int) -> Look:
    return msgspec.structs.replace(look, received=look.received + delay)


def _stamped(look: Look, shift: int) -> Look:
    """Return a look whose sensor's clock is ahead by a shift (ns): its own times move, its arrival does not."""
    return msgspec.structs.replace(
        look, time=look.time + shift, start=look.start + shift, end=look.end + shift, times=look.times + shift
    )


Names = dict[tuple[str, int, int], tuple[str, str]]
"""Of each detection its object, and what else is in it."""


def _site_down(
    looks: list[Look], struck: Struck, names: Names, frozen: set[tuple[str, int]]
) -> tuple[list[Look], Names, set[tuple[str, int]]]:
    """Return looks without those that were not made, numbered anew, and labels and frozen looks by the new numbers."""
    gone: dict[str, list[tuple[int, int]]] = {}
    kept = []
    for look in looks:
        if struck(look):
            gone.setdefault(look.sensor, []).append((look.sequence, look.empty_looks))
        else:
            kept.append(look)
    ends = {s: np.array(sorted(gone[s])) for s in gone}
    before = {s: np.concatenate([[0], np.cumsum(v[:, 1])]) for s, v in ends.items()}

    def new(sensor: str, sequence: int) -> int:
        if sensor not in ends:
            return sequence
        return sequence - int(before[sensor][np.searchsorted(ends[sensor][:, 0], sequence)])

    kept = [msgspec.structs.replace(look, sequence=new(look.sensor, look.sequence)) for look in kept]
    lost = {(s, int(q)) for s, v in ends.items() for q in v[:, 0]}
    named = {(s, new(s, q), d): o for (s, q, d), o in names.items() if (s, q) not in lost}
    return kept, named, {(s, new(s, q)) for s, q in frozen if (s, q) not in lost}


def _labels(looks: list[Look], names: Names, frozen: set[tuple[str, int]]) -> LabelTable:
    """Return the labels of the detections that arrive, each once."""
    out = LabelTable()
    told: set[tuple[str, int]] = set()
    for look in looks:
        key = (look.sensor, look.sequence)
        if not len(look.numbers) or key in told:
            continue
        told.add(key)
        if key in frozen:
            both = [(FROZEN, "")] * len(look.numbers)
        else:
            both = [names[(*key, int(d))] for d in look.numbers]
        out.add(look.sensor, look.sequence, [o for o, _ in both], also=[a for _, a in both])
    return out

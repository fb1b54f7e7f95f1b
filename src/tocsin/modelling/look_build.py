"""From simulated detections to look records: numbering, arrival times, runs of empty looks."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import COLUMNS, FloatArray, IntArray, Look
from tocsin.modelling.chance import stream

SESSION = "s1"
LONGEST_RUN_NS = 30 * NS
"""A run of empty looks is reported after this time at the latest: silence must not arrive late."""
LATENCY_S = (0.2, 3.0)
SEEING = ("ok", "degraded")
DEGRADED_FROM_DB = 3.0
"""A sensor that has lost half of its signal to noise says so."""
NOISE_STEP_DB = 0.5
"""To which a sensor states its noise."""


@dataclass
class Slots:
    """The looks of one sensor, unordered: (n,) start and end TAI ns, mode, searched volume, state."""

    start: IntArray
    end: IntArray
    mode: list[str]
    searched: list[str | None]
    state: list[str]
    noise_db: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(n,) noise above the sensor's nominal; 0 = none, and then a look does not speak of it."""

    def __post_init__(self) -> None:
        if len(self.noise_db) != len(self.start):
            self.noise_db = np.zeros(len(self.start))

    def __len__(self) -> int:
        return len(self.start)

    def seeing(self) -> np.ndarray:
        """Return (n,) whether a look sees anything: it may be degraded, but neither blinded nor down."""
        return np.array([s in SEEING for s in self.state], bool)

    def add_noise(self, k: int, noise_db: float) -> None:
        """Add noise (dB) of one more cause to look k: powers add; from 3 dB on the look calls itself degraded."""
        ratio = 10.0 ** (self.noise_db[k] / 10.0) + 10.0 ** (noise_db / 10.0) - 1.0
        self.noise_db[k] = NOISE_STEP_DB * round(10.0 * float(np.log10(ratio)) / NOISE_STEP_DB)
        if self.state[k] == "ok" and self.noise_db[k] >= DEGRADED_FROM_DB:
            self.state[k] = "degraded"


@dataclass
class Rows:
    """Detections of one sensor, piece by piece: slot, instant (TAI ns), values as in `Look.values`, object."""

    slots: list[IntArray] = field(default_factory=list)
    times: list[IntArray] = field(default_factory=list)
    values: list[FloatArray] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    """Of each, what else is in it, joined by spaces; empty = nothing is shared."""

    def add(self, slots: IntArray, times: IntArray, values: FloatArray, labels: list[str]) -> None:
        """Add n detections: (n,), (n,), (n, 15), n names."""
        if len(slots):
            self.slots.append(np.asarray(slots, np.int64))
            self.times.append(np.asarray(times, np.int64))
            self.values.append(values)
            self.labels.extend(labels)
            self.also.extend([""] * len(labels))

    def joined(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return slots, times and values of all detections, in the order added."""
        if not self.slots:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, COLUMNS))
        return np.concatenate(self.slots), np.concatenate(self.times), np.vstack(self.values)


@dataclass
class LabelTable:
    """The key of each detection and the object it came from; for scoring only."""

    sensor: list[str] = field(default_factory=list)
    session: list[str] = field(default_factory=list)
    sequence: list[int] = field(default_factory=list)
    detection: list[int] = field(default_factory=list)
    object: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    """Other objects in the same resolution cell, joined by spaces; `` = none."""

    def add(
        self, sensor: str, sequence: int, objects: list[str], session: str = SESSION, also: list[str] | None = None
    ) -> None:
        """Add the objects of one look's detections, in their order."""
        n = len(objects)
        self.sensor += [sensor] * n
        self.session += [session] * n
        self.sequence += [sequence] * n
        self.detection += range(n)
        self.object += objects
        self.also += [""] * n if also is None else also


def search_slots(start: int, end: int, period_s: float, offset_s: float, mode: str, searched: str | None) -> Slots:
    """Return the looks that follow one another from `start` + offset until `end`, all of one period."""
    period = round(period_s * NS)
    first = start + round(offset_s * NS)
    n = max(0, (end - first) // period)
    begins = first + period * np.arange(n, dtype=np.int64)
    return Slots(begins, begins + period, [mode] * n, [searched] * n, ["ok"] * n)


def joined_slots(parts: list[Slots]) -> Slots:
    """Return several sets of looks as one."""
    return Slots(
        np.concatenate([p.start for p in parts]),
        np.concatenate([p.end for p in parts]),
        [m for p in parts for m in p.mode],
        [s for p in parts for s in p.searched],
        [s for p in parts for s in p.state],
        np.concatenate([p.noise_db for p in parts]),
    )


def build_looks(
    sensor: str,
    data_mode: str,
    seed: int,
    slots: Slots,
    rows: Rows,
    places: Callable[[IntArray], FloatArray] | None,
    labels: LabelTable,
) -> list[Look]:
    """Return the looks of a sensor in the order of their ends, and add their labels to the table.

    `places` gives a moving sensor's Earth-fixed places (n, 3) at instants. Looks of state `down` are neither made nor
    counted.
    """
    slot_of, times, values = rows.joined()
    order = np.lexsort((np.arange(len(slot_of)), times, slot_of))
    slot_of, times, values = slot_of[order], times[order], values[order]
    names = [rows.labels[i] for i in order]
    also = [rows.also[i] for i in order]
    first = np.searchsorted(slot_of, np.arange(len(slots)), side="left")
    last = np.searchsorted(slot_of, np.arange(len(slots)), side="right")
    latency = stream(seed, "latency", sensor).uniform(*LATENCY_S, size=len(slots))
    maker = _Maker(sensor, data_mode, slots, latency, times, values, places)
    looks: list[Look] = []
    run: list[int] = []
    sequence = -1
    for i in (int(k) for k in np.lexsort((np.arange(len(slots)), slots.start, slots.end))):
        if slots.state[i] == "down":
            continue
        a, b = int(first[i]), int(last[i])
        if run and (a < b or not _same_run(slots, run, i)):
            looks.append(maker.empty(run, sequence))
            run = []
        sequence += 1
        if a == b:
            run.append(i)
            continue
        looks.append(maker.full(i, sequence, a, b))
        labels.add(sensor, sequence, names[a:b], also=also[a:b])
    if run:
        looks.append(maker.empty(run, sequence))
    return looks


class _Maker:
    """Makes the records of one sensor's looks."""

    def __init__(
        self,
        sensor: str,
        data_mode: str,
        slots: Slots,
        latency: FloatArray,
        times: IntArray,
        values: FloatArray,
        places: Callable[[IntArray], FloatArray] | None,
    ) -> None:
        self.sensor, self.data_mode, self.slots, self.latency = sensor, data_mode, slots, latency
        self.times, self.values = times, values
        self.at_rows = None if places is None else places(times)
        self.at_ends = None if places is None else places(slots.end)

    def empty(self, run: list[int], sequence: int) -> Look:
        """Return a run of empty looks as one."""
        slots, tail = self.slots, run[-1]
        end = int(slots.end[tail])
        return Look(
            sensor=self.sensor, session=SESSION, sequence=sequence, data_mode=self.data_mode,
            received=end + int(self.latency[tail] * NS), time=end, start=int(slots.start[run[0]]), end=end,
            mode=slots.mode[tail], searched=slots.searched[tail], state=slots.state[tail],
            noise_db=_stated(slots.noise_db[tail]), empty_looks=len(run),
            declared=0, place=_triple(self.at_ends, tail),
        )  # fmt: skip

    def full(self, i: int, sequence: int, a: int, b: int) -> Look:
        """Return the look of slot i with the detections a ... b - 1."""
        slots, newest = self.slots, int(self.times[b - 1])
        end = max(int(slots.end[i]), newest)
        return Look(
            sensor=self.sensor, session=SESSION, sequence=sequence, data_mode=self.data_mode,
            received=end + int(self.latency[i] * NS), time=newest, start=int(slots.start[i]), end=end,
            mode=slots.mode[i], searched=slots.searched[i], state=slots.state[i],
            noise_db=_stated(slots.noise_db[i]), declared=b - a,
            place=_triple(self.at_rows, b - 1), numbers=np.arange(b - a, dtype=np.int64), times=self.times[a:b],
            values=self.values[a:b], hints=(None,) * (b - a), rows=np.zeros(b - a, np.int64),
            places=None if self.at_rows is None else self.at_rows[a:b],
        )  # fmt: skip


def _same_run(slots: Slots, run: list[int], i: int) -> bool:
    tail = run[-1]
    return (
        slots.mode[i] == slots.mode[tail]
        and slots.searched[i] == slots.searched[tail]
        and slots.state[i] == slots.state[tail]
        and slots.noise_db[i] == slots.noise_db[tail]
        and slots.start[i] == slots.end[tail]
        and slots.end[i] - slots.start[run[0]] <= LONGEST_RUN_NS
    )


def _stated(noise_db: float) -> float:
    """Return the noise as a look states it: NaN for none above the nominal."""
    return float(noise_db) if noise_db > 0.0 else float("nan")


def _triple(places: FloatArray | None, i: int) -> tuple[float, float, float] | None:
    if places is None:
        return None
    return float(places[i, 0]), float(places[i, 1]), float(places[i, 2])

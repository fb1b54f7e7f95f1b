"""The track bank: everything of a track that a look touches as arrays, one slot a track; `Track` is the view of one slot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.sensing.sensor import Sensor
from tocsin.tracking.biases import biases_of
from tocsin.tracking.filter_kernels import N
from tocsin.tracking.track_records import CONTACT, RECORD

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
AnyArray = npt.NDArray[Any]
Sight = tuple[int, float, float, float, float, float, float, float, str]

MAX_TRACKS = 20_000
"""Most tracks alive at once; births beyond it are told and left out, oldest tentative ones first."""
KEYS = 8
"""So many of the first and of the last detections of a track are known by name."""
RIVALS_KEPT = 64

_STATE = ("xs", "ps", "ws", "ts", "two")
_AHEAD = ("ahead_x", "ahead_p", "ahead_t")
"""Where coasting tracks are at the time of a look: from the gate to the update, no part of the state."""
_NOTES = ("records", "firsts", "lasts", "rivals", "contacts", "path_hits", "effects", "effects_t")


def _value(name: str, kind: type, about: str) -> property:
    if kind is bool:

        def get(track: Track) -> Any:
            return track.bank.columns[name].item(track.slot) != 0
    else:

        def get(track: Track) -> Any:
            return track.bank.columns[name].item(track.slot)

    def put(track: Track, value: Any) -> None:
        track.bank.columns[name][track.slot] = value

    return property(get, put, doc=about)


def track_name(number: int) -> str:
    """Return the name of a track in every output."""
    return f"T{number:06d}"


class Track:
    """What is known of a track besides its state. Of a track that was removed it is right until the next look."""

    __slots__ = (
        "awaits_join", "bank", "born", "burnout", "bursts", "first_place", "hints", "lands_by", "left", "misfit", "number",
        "origin", "run", "sights", "slot",
    )  # fmt: skip

    def __init__(self, bank: TrackBank, number: int, slot: int, born: int, origin: str) -> None:
        self.bank, self.number, self.slot = bank, number, slot
        self.born = born
        """TAI ns of its first detection."""
        self.origin = origin
        """`infrared`, `radar` or `partner`: what started it."""
        self.sights: list[Sight] = []
        """Lines of sight while it burnt: time, place, direction, sigma, sensor."""
        self.burnout: tuple[int, FloatArray, FloatArray] | None = None
        """Since its plume went out: time, state (6,) and covariance (6, 6) as it began to coast."""
        self.lands_by = 0
        """Of an arc that has met the ground in the mean: when (ns) it has in all likelihood, by `burnout`; 0 before."""
        self.awaits_join = False
        """Whether its state is that of radars alone, to be joined with the burnout."""
        self.hints: dict[str, str] = {}
        """By radar, its own number of this track."""
        self.first_place: tuple[float, ...] = (0.0, 0.0, 0.0)
        self.run = 0
        """Of a branch: its detections since the stem was last seen where it is expected."""
        self.bursts = 0
        """Of a branch: how often its radar has left the stem for it."""
        self.left = False
        """Of a branch: its radar has been back on the stem since."""
        self.misfit = 0.0
        """Of a branch (its run) or a plume: running mean of the squared normalised innovation per component."""

    last_hit = _value("last_hit", int, "TAI ns of its last detection.")
    hits = _value("hits", int, "Detections.")
    infrared_hits = _value("infrared_hits", int, "Detections by satellites.")
    misses = _value("misses", int, "Looks in a row that could have seen it and did not.")
    score = _value("score", float, "Log odds that it is an object.")
    score_top = _value("score_top", float, "The most that `score` has been.")
    confirmed = _value("confirmed", bool, "Whether it stands as a track.")
    nis = _value("nis", float, "Running mean squared normalised innovation: above 1 errors are understated.")
    trouble = _value("trouble", float, "Running share of detections that were held to be its own by continuity alone.")
    branch = _value("branch", int, "Number of the track that gathers such detections, 0 = none.")
    stem = _value("stem", int, "Number of the track whose branch this is, 0 = it stands for itself.")
    last_infrared = _value("last_infrared", int, "TAI ns of the last plume seen, 0 = none.")
    infrared_misses = _value("infrared_misses", int, "Looks since the last plume that could have seen one.")
    off_from = _value("off_from", int, "TAI ns of the first of those looks, 0 = none.")
    intensity = _value("intensity", float, "The most that was seen of its plume, W/sr; NaN = none.")
    first_count = _value("first_count", int, "Names of first detections that are known.")
    last_count = _value(
        "last_count", int, "Detections whose names have been written, the last `KEYS` of which are known."
    )
    rival_count = _value("rival_count", int, "Rivals that are known.")

    @property
    def id(self) -> str:
        """Return the name of the track in every output."""
        return track_name(self.number)

    @property
    def sensors(self) -> dict[str, int]:
        """Return hits by sensor."""
        return self.bank.hits_by_sensor(self.slot, False)

    @property
    def satellites(self) -> dict[str, int]:
        """Return infrared hits by sensor."""
        return self.bank.hits_by_sensor(self.slot, True)

    @property
    def paths(self) -> dict[str, int]:
        """Return hits by independent path (phenomenology/site/line)."""
        hits = self.bank.path_hits[self.slot].tolist()
        return {path: n for path, n in zip(self.bank.paths, hits, strict=False) if n}

    @property
    def vouching(self) -> list[str]:
        """Return the sensors that saw it in the last of their looks that could have."""
        said = self.bank.contacts["vouching"][self.slot].tolist()
        return [name for name, yes in zip(self.bank.sensors, said, strict=False) if yes]

    @property
    def rival(self) -> list[int]:
        """Return the numbers of tracks that were seen beside this one in one look: they are other objects."""
        numbers: list[int] = self.bank.rivals[self.slot, : self.rival_count].tolist()
        return numbers

    def last_of(self, sensor: str) -> np.void | None:
        """Return the `CONTACT` of a sensor whose last detection of this track is known, else None."""
        number = self.bank.sensors.index(sensor) if sensor in self.bank.sensors else -1
        contact = self.bank.contacts[self.slot, number]
        return contact if number >= 0 and contact["time"] else None

    @property
    def first_keys(self) -> list[str]:
        """Return the names of its first detections, `KEYS` at most."""
        return self.bank.keys(self.bank.firsts[self.slot, : self.first_count])

    @property
    def last_keys(self) -> list[str]:
        """Return the names of its last detections, the latest last."""
        count = self.last_count
        ring = np.arange(max(count - KEYS, 0), count) % KEYS
        return self.bank.keys(self.bank.lasts[self.slot, ring])

    @property
    def last_key(self) -> str:
        """Return the name of its last detection."""
        return self.bank.keys(self.bank.lasts[self.slot, (self.last_count - 1) % KEYS][None])[0]


class TrackBank:
    """Tracks in slots; arrays double when they are full.

    Of `cap` slots: `xs` (cap, 2, 10), `ps` (cap, 2, 10, 10), `ws` (cap, 2), `ts`, `two` (cap,) as in `bank_kernels`;
    `records` (cap,) of `RECORD`; `contacts` (cap, sensors) of `CONTACT`; `path_hits` (cap, paths); `firsts`, `lasts`
    (cap, 8, 2) detections as look and number; `rivals` (cap, 64); `effects` (cap, sensors, 6, 3) of the sensors'
    constant errors at `effects_t` (cap,) (`effect_kernels`). Sensors, paths and looks are numbered as they come.
    """

    def __init__(self) -> None:
        self.sensors: list[str] = []
        self.satellite: BoolArray = np.zeros(4, np.bool_)
        """Which of the sensors are satellites."""
        self.biases: FloatArray = np.zeros((4, 3))
        """Of each sensor one sigma of its constant errors (`biases_of`); `biased`: whether any has some."""
        self.biased = False
        self.paths: list[str] = []
        self.looks: dict[int, str] = {}
        """Names of the looks that some track remembers a detection of."""
        self.next_look = 0
        self._sensor_number: dict[str, int] = {}
        self._path_number: dict[str, int] = {}
        self._allocate(64, 4, 4)
        self.tracks: dict[int, Track] = {}
        """Live tracks by slot, in order of birth."""
        self.free: list[int] = list(range(63, -1, -1))
        self.removed: list[int] = []
        """Slots of tracks that have just ended; they are free from the next look on."""
        self.next_number = 1
        self._slots: IntArray = np.empty(0, np.int64)
        self._ended: list[int] = []
        """Slots among `_slots` of tracks that have ended."""

    def _allocate(self, cap: int, sensors: int, paths: int) -> None:
        self.xs: FloatArray = np.zeros((cap, 2, N))
        self.ps: FloatArray = np.zeros((cap, 2, N, N))
        self.ws: FloatArray = np.zeros((cap, 2))
        self.ts: IntArray = np.zeros(cap, np.int64)
        self.two: IntArray = np.zeros(cap, np.int64)
        self.ahead_x: FloatArray = np.zeros((cap, N))
        self.ahead_p: FloatArray = np.zeros((cap, N, N))
        self.ahead_t: IntArray = np.zeros(cap, np.int64)
        self._keep(np.zeros(cap, RECORD))
        self.firsts: IntArray = np.zeros((cap, KEYS, 2), np.int64)
        self.lasts: IntArray = np.zeros((cap, KEYS, 2), np.int64)
        self.rivals: IntArray = np.zeros((cap, RIVALS_KEPT), np.int64)
        self.contacts: AnyArray = np.zeros((cap, sensors), CONTACT)
        self.path_hits: IntArray = np.zeros((cap, paths), np.int64)
        self.effects: FloatArray = np.zeros((cap, sensors, 6, 3))
        self.effects_t: IntArray = np.zeros(cap, np.int64)

    def _keep(self, records: AnyArray) -> None:
        self.records: AnyArray = records
        self.columns: dict[str, AnyArray] = {name: records[name] for name in RECORD.names or ()}
        """Views of the fields of `records`: one value of one track is read from them, as tracks are asked for all the time."""

    # ---- slots --------------------------------------------------------------------------------------------------------

    def slots(self) -> IntArray:
        """Return the live slots in order of birth (k,)."""
        if self._ended:
            alive = np.ones(self.ts.size, np.bool_)
            alive[self._ended] = False
            self._slots = self._slots[alive[self._slots]]
            self._ended.clear()
        return self._slots

    def standing(self) -> BoolArray:
        """Return which of the live slots hold confirmed tracks (k,)."""
        standing: BoolArray = self.columns["confirmed"][self.slots()] != 0
        return standing

    def take_state(self, slot: int, other: int) -> None:
        """Give the track in `slot` the state of another slot, with what the constant errors of sensors do to it."""
        for name in (*_STATE, "effects", "effects_t"):
            getattr(self, name)[slot] = getattr(self, name)[other]

    def add(self, time: int, origin: str) -> Track:
        """Return a new track in a free slot, its arrays zero."""
        return self.add_all([time], origin)[0]

    def add_all(self, times: Sequence[int], origin: str) -> list[Track]:
        """Return new tracks in free slots, one for each time (ns), their arrays zero."""
        while len(self.free) < len(times):
            self._grow()
        first = len(self.free) - len(times)
        slots = self.free[first:][::-1]
        del self.free[first:]
        which = np.array(slots, np.int64)
        for name in _NOTES:
            array = getattr(self, name)
            if array.dtype.names:  # as plain words: numpy goes through the fields of a record one by one
                array = array.view(np.int64).reshape(len(array), -1)
            array[which] = 0
        numbers = range(self.next_number, self.next_number + len(times))
        for name, value in (("number", numbers), ("last_hit", times), ("nis", 1.0), ("intensity", np.nan)):
            self.columns[name][which] = value
        self.ts[which] = times
        tracks = [
            Track(self, self.next_number + k, s, t, origin) for k, (s, t) in enumerate(zip(slots, times, strict=True))
        ]
        self.next_number += len(tracks)
        self.tracks.update(zip(slots, tracks, strict=True))
        self._slots = np.concatenate([self.slots(), which])
        return tracks

    def fork(self, slots: IntArray) -> IntArray:
        """Return the slots of copies of the tracks `slots` (k,), which radars have started, each under a new number."""
        parents = [self.tracks[s] for s in slots.tolist()]
        tracks = self.add_all([t.born for t in parents], "radar")
        new = np.array([t.slot for t in tracks], np.int64)
        for name in (*_STATE, *_AHEAD, *_NOTES):
            array = getattr(self, name)
            array[new] = array[slots]
        for track, parent in zip(tracks, parents, strict=True):
            self.records["number"][track.slot] = track.number
            track.hints, track.first_place = dict(parent.hints), parent.first_place
        return new

    def remove(self, slot: int) -> None:
        """End the track of a slot, which is free from the next look on."""
        del self.tracks[slot]
        self.removed.append(slot)
        self._ended.append(slot)

    def release(self) -> None:
        """Free the slots of the tracks that have ended: nobody asks for them any more."""
        self.free += self.removed
        self.removed.clear()

    def _grow(self) -> None:
        old = self.ts.size
        for name in (*_STATE, *_AHEAD, *_NOTES):
            a = getattr(self, name)
            setattr(self, name, np.concatenate([a, np.zeros_like(a)]))
        self.free = list(range(2 * old - 1, old - 1, -1)) + self.free
        self._keep(self.records)

    # ---- names --------------------------------------------------------------------------------------------------------

    def sensor_number(self, sensor: Sensor) -> int:
        """Return the column of a sensor in `contacts`."""
        number = self._sensor_number.get(sensor.id)
        if number is None:
            number = self._sensor_number[sensor.id] = len(self.sensors)
            self.sensors.append(sensor.id)
            if number == self.contacts.shape[1]:
                self.contacts = np.concatenate([self.contacts, np.zeros_like(self.contacts)], axis=1)
                self.effects = np.concatenate([self.effects, np.zeros_like(self.effects)], axis=1)
                self.satellite = np.concatenate([self.satellite, np.zeros_like(self.satellite)])
                self.biases = np.concatenate([self.biases, np.zeros_like(self.biases)])
            self.satellite[number] = sensor.kind == "infrared"
            self.biases[number] = biases_of(sensor)
            self.biased = self.biased or bool(self.biases[number].any())
        return number

    def path_number(self, path: str) -> int:
        """Return the column of a path in `path_hits`."""
        number = self._path_number.get(path)
        if number is None:
            number = self._path_number[path] = len(self.paths)
            self.paths.append(path)
            if number == self.path_hits.shape[1]:
                self.path_hits = np.concatenate([self.path_hits, np.zeros_like(self.path_hits)], axis=1)
        return number

    def look_number(self, name: str) -> int:
        """Return the number under which tracks remember detections of a look, or of any other input, by its name."""
        number = self.next_look
        self.looks[number] = name
        self.next_look += 1
        if len(self.looks) > 4096 and len(self.looks) > 4 * KEYS * len(self.tracks):
            used = self.slots()
            known = set(np.unique(self.firsts[used, :, 0]).tolist()) | set(np.unique(self.lasts[used, :, 0]).tolist())
            self.looks = {k: v for k, v in self.looks.items() if k in known or k >= number}
        return number

    def keys(self, detections: IntArray) -> list[str]:
        """Return the names of detections (k, 2) of looks and numbers; a number below 0 is the input itself."""
        return [f"{self.looks[look]}/{n}" if n >= 0 else self.looks[look] for look, n in detections.tolist()]

    def hits_by_sensor(self, slot: int, satellites: bool) -> dict[str, int]:
        """Return hits of a slot by sensor, or by satellite only."""
        hits = self.contacts["hits"][slot].tolist()
        names = zip(self.sensors, hits, self.satellite.tolist(), strict=False)
        return {name: n for name, n, high in names if n and (high or not satellites)}

    # ---- state --------------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        used = self.slots()
        arrays = {name: getattr(self, name)[used].tobytes() for name in (*_STATE, *_NOTES)}
        return arrays | {
            "free": [*self.free, *self.removed], "capacity": int(self.ts.size), "next_number": self.next_number,
            "sensors": list(self.sensors), "satellite": self.satellite.tolist(), "biases": self.biases.tolist(),
            "paths": list(self.paths),
            "path_columns": int(self.path_hits.shape[1]), "looks": list(self.looks.items()), "next_look": self.next_look,
            "tracks": [
                [t.number, t.slot, t.born, t.origin, [list(s) for s in t.sights], sorted(t.hints.items()),
                 list(t.first_place), t.run, t.bursts, t.left, t.misfit, t.awaits_join,
                 None if t.burnout is None else [t.burnout[0], *t.burnout[1].tolist(), *t.burnout[2].ravel().tolist()],
                 t.lands_by]
                for t in self.tracks.values()
            ],
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.sensors, self.paths = list(state["sensors"]), list(state["paths"])
        self.satellite, self.biases = np.array(state["satellite"], np.bool_), np.array(state["biases"])
        self.biased = bool(self.biases.any())
        self._sensor_number = {name: k for k, name in enumerate(self.sensors)}
        self._path_number = {name: k for k, name in enumerate(self.paths)}
        self.looks, self.next_look = dict(state["looks"]), state["next_look"]
        self._allocate(state["capacity"], self.satellite.size, state["path_columns"])
        slots = np.array([plain[1] for plain in state["tracks"]], np.int64)
        for name in (*_STATE, *_NOTES):
            a = getattr(self, name)
            a[slots] = np.frombuffer(state[name], a.dtype).reshape((slots.size, *a.shape[1:]))
        self.tracks = {}
        for row in state["tracks"]:
            number, slot, born, origin, sights, hints, place, run, bursts, left, misfit, awaits, burnout, lands_by = row
            track = self.tracks[slot] = Track(self, number, slot, born, origin)
            track.sights, track.hints = [tuple(s) for s in sights], dict(hints)
            track.first_place = tuple(place)
            track.run, track.bursts, track.left, track.misfit = run, bursts, left, misfit
            track.awaits_join = awaits
            track.lands_by = lands_by
            if burnout is not None:
                track.burnout = burnout[0], np.array(burnout[1:7]), np.array(burnout[7:]).reshape(6, 6)
        self._slots, self._ended = slots, []
        self.free, self.removed = list(state["free"]), []
        self.next_number = state["next_number"]

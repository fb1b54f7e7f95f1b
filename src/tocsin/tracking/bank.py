"""The track bank: hot state as arrays, one slot a track; what is not hot as a small record beside it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.tracking.filter_kernels import N

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MAX_TRACKS = 20_000
"""Most tracks alive at once; births beyond it are told and left out, oldest tentative ones first."""


class Track(msgspec.Struct):
    """What is known of a track besides its state."""

    number: int
    slot: int
    born: int
    """TAI ns of its first detection."""
    origin: str
    """`infrared` or `radar`: what started it."""
    last_hit: int
    hits: int = 0
    score: float = 0.0
    score_top: float = 0.0
    confirmed: bool = False
    misses: int = 0
    """Looks in a row that could have seen it and did not."""
    vouching: list[str] = msgspec.field(default_factory=list)
    """Sensors that saw it in the last of their looks that could have."""
    doubt: dict[str, float] = msgspec.field(default_factory=dict)
    """How much the silence of each kind of sensor that has never seen it has cost (score)."""
    sensors: dict[str, int] = msgspec.field(default_factory=dict)
    """Hits by sensor."""
    paths: dict[str, int] = msgspec.field(default_factory=dict)
    """Hits by independent path (phenomenology/site/line)."""
    satellites: dict[str, int] = msgspec.field(default_factory=dict)
    """Infrared hits by sensor."""
    first_keys: list[str] = msgspec.field(default_factory=list)
    last_keys: list[str] = msgspec.field(default_factory=list)
    sights: list[tuple[int, float, float, float, float, float, float, float, str]] = msgspec.field(default_factory=list)
    """Lines of sight while it burnt: time, place, direction, sigma, sensor."""
    first_place: tuple[float, float, float] = (0.0, 0.0, 0.0)
    first_height_m: float = 0.0
    last_infrared: int = 0
    infrared_misses: int = 0
    off_from: int = 0
    """TAI ns of the first look since the last plume that could have seen one."""
    intensity: float = float("nan")
    nis: float = 1.0
    """Running mean of the squared normalised innovation per component: above 1 the stated errors are too small."""
    trouble: float = 0.0
    """Running share of detections that were held to be its own by continuity alone."""
    branch: int = 0
    """Number of the track that gathers such detections, 0 = none."""
    stem: int = 0
    """Number of the track whose branch this is, 0 = it stands for itself."""
    run: int = 0
    """Of a branch: its detections since the stem was last seen where it is expected."""
    bursts: int = 0
    """Of a branch: how often its radar has left the stem for it."""
    left: bool = False
    """Of a branch: its radar has been back on the stem since."""
    misfit: float = 0.0
    """Of a branch: running mean of the squared normalised innovation per component of its run."""
    last_of: dict[str, tuple[int, float, float, float, float, float, str]] = msgspec.field(default_factory=dict)
    """Last detection by radar: time, direction (3), range, range rate, the sensor's own track number."""
    rival: list[int] = msgspec.field(default_factory=list)
    """Tracks that were seen beside this one in one look: they are other objects."""

    @property
    def id(self) -> str:
        """Return the name of the track in every output."""
        return f"T{self.number:06d}"


class TrackBank:
    """Tracks in slots; arrays double when they are full."""

    def __init__(self) -> None:
        self.xs: FloatArray = np.zeros((64, 2, N))
        self.ps: FloatArray = np.zeros((64, 2, N, N))
        self.ws: FloatArray = np.zeros((64, 2))
        self.ts: IntArray = np.zeros(64, np.int64)
        self.two: IntArray = np.zeros(64, np.int64)
        self.tracks: dict[int, Track] = {}
        """Live tracks by slot, in order of birth."""
        self.free: list[int] = list(range(63, -1, -1))
        self.next_number = 1
        self._slots: IntArray | None = None

    def slots(self) -> IntArray:
        """Return the live slots in order of birth (k,)."""
        if self._slots is None:
            self._slots = np.fromiter(self.tracks, dtype=np.int64, count=len(self.tracks))
        return self._slots

    def standing(self) -> BoolArray:
        """Return which of the live slots hold confirmed tracks (k,)."""
        return np.array([t.confirmed for t in self.tracks.values()], np.bool_)

    def add(self, time: int, origin: str) -> Track:
        """Return a new track in a free slot, its arrays zero."""
        if not self.free:
            self._grow()
        slot = self.free.pop()
        track = Track(number=self.next_number, slot=slot, born=time, origin=origin, last_hit=time)
        self.next_number += 1
        self.tracks[slot] = track
        self.ts[slot] = time
        self._slots = None
        return track

    def remove(self, slot: int) -> None:
        """Free the slot of a track."""
        del self.tracks[slot]
        self.free.append(slot)
        self._slots = None

    def _grow(self) -> None:
        old = self.ts.size
        for name in ("xs", "ps", "ws", "ts", "two"):
            a = getattr(self, name)
            setattr(self, name, np.concatenate([a, np.zeros_like(a)]))
        self.free = list(range(2 * old - 1, old - 1, -1))

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        used = self.slots()
        return {
            "xs": self.xs[used].tobytes(), "ps": self.ps[used].tobytes(), "ws": self.ws[used].tobytes(),
            "ts": self.ts[used].tobytes(), "two": self.two[used].tobytes(), "free": list(self.free),
            "capacity": int(self.ts.size), "next_number": self.next_number,
            "tracks": [msgspec.to_builtins(t) for t in self.tracks.values()],
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        capacity = state["capacity"]
        self.tracks = {}
        for plain in state["tracks"]:
            track = msgspec.convert(plain, Track)
            self.tracks[track.slot] = track
        self._slots = None
        used = self.slots()
        k = used.size
        shapes: dict[str, tuple[int, ...]] = {"xs": (2, N), "ps": (2, N, N), "ws": (2,), "ts": (), "two": ()}
        for name, shape in shapes.items():
            dtype = np.int64 if name in ("ts", "two") else np.float64
            full = np.zeros((capacity, *shape), dtype)
            full[used] = np.frombuffer(state[name], dtype).reshape((k, *shape))
            setattr(self, name, full)
        self.free = list(state["free"])
        self.next_number = state["next_number"]

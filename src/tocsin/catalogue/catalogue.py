"""The catalogue of known space objects: element sets in, and for each look the objects that its detections fit.

No clock, no random, no disk. What it answers depends on the element sets and the instant asked about, not on what was
asked before, so a snapshot is the element sets and the data time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.catalogue.assignment import assign
from tocsin.catalogue.correlation_kernels import gate_pairs, rows_within, usable_rows
from tocsin.catalogue.elements import epoch_unix_s, satellite
from tocsin.catalogue.ephemeris_kernels import POINTS, SAGITTA_M, candidates, pack, predict
from tocsin.catalogue.grid import STEP_NS, EphemerisGrid, fraction_of, interval_of
from tocsin.catalogue.sight_kernels import gate_sights
from tocsin.catalogue.uncertainty import ErrorModel, is_decaying, lifetime_days, sigmas
from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.records.inputs import ElementSet, FloatArray, IntArray
from tocsin.core.time import unix_ns_from_tai

GATE_2 = 18.420680744
"""Chi-square with 2 degrees of freedom at probability 1e-4: angles alone."""
GATE_3 = 21.107513466
"""Chi-square with 3 degrees of freedom at probability 1e-4: range and angles."""
GATE_4 = 23.512742445
"""The same with 4: range, angles and range rate."""
FIELD_MARGIN_M = 50e3
"""Added all round a field when its candidates are listed: noise of a detection at its edge."""
INTERVALS_KEPT = 4
ALL = slice(None)
Bools = npt.NDArray[np.bool_]


class Refused(NamedTuple):
    """An element set that was not used."""

    id: str
    reason: str


class Correlation(NamedTuple):
    """Which object each detection fits."""

    objects: npt.NDArray[np.int32]
    """(n,) index of the object, -1 = none."""
    distance2: FloatArray
    """(n,) Mahalanobis distance squared; NaN = none."""


@dataclass(slots=True)
class _Candidates:
    objects: IntArray
    packed: FloatArray
    count: int
    error: FloatArray


@dataclass(slots=True)
class _Site:
    place: FloatArray
    rot: FloatArray
    range_max: float
    sin_elevation_min: float
    intervals: dict[int, _Candidates] = field(default_factory=dict)


class Catalogue:
    """Known objects by index (the order they came in) and by id."""

    def __init__(self, model: ErrorModel | None = None) -> None:
        self.model = model or ErrorModel()
        self.clock = 0
        self._sets: list[ElementSet] = []
        self._index: dict[str, int] = {}
        self._names: npt.NDArray[np.object_] = np.empty(0, object)
        self._grid = EphemerisGrid()
        self._errors = np.zeros((0, 8))
        self._sites: list[_Site] = []
        self._mark = np.zeros(0, np.int64)
        self._room = 1024
        self._last_slack: tuple[int, FloatArray, FloatArray] | None = None

    def __len__(self) -> int:
        return len(self._sets)

    def id(self, index: int) -> str:
        """Return the id of an object."""
        return self._sets[index].id

    def ids(self, indices: IntArray) -> list[str]:
        """Return the ids of objects."""
        names: list[str] = self._names[indices].tolist()
        return names

    def element_set(self, index: int) -> ElementSet:
        """Return the element set an object is known by."""
        return self._sets[index]

    def index(self, object_id: str) -> int:
        """Return the index of an object, -1 if it is not known."""
        return self._index.get(object_id, -1)

    def advance(self, tai_ns: int) -> None:
        """Move data time on; it never goes back."""
        self.clock = max(self.clock, tai_ns)

    def load(self, element_sets: Sequence[ElementSet]) -> list[Refused]:
        """Take element sets in; return those refused, with the reason.

        A known object takes the newer epoch; an element set older than the one held is refused.
        """
        refused = []
        rows: dict[int, tuple[float, ...]] = {}
        for element_set in element_sets:
            try:
                index, row = self._take(element_set)
                rows[index] = row
            except ValueRefused as error:
                refused.append(Refused(element_set.id, str(error)))
        errors = np.zeros((len(self), 8))
        errors[: len(self._errors)] = self._errors
        for index, row in rows.items():
            errors[index] = row
        self._errors = errors
        self._mark = np.full(len(self), -1, np.int64)
        self._names = np.array([s.id for s in self._sets], object)
        self._last_slack = None
        for site in self._sites:
            site.intervals.clear()
        return refused

    def update(self, element_set: ElementSet) -> Refused | None:
        """Take one element set in; return why it was refused, None if it was not."""
        refused = self.load((element_set,))
        return refused[0] if refused else None

    def _take(self, element_set: ElementSet) -> tuple[int, tuple[float, ...]]:
        satrec = satellite(element_set)
        epoch = epoch_unix_s(satrec)
        index = self._index.get(element_set.id)
        if index is None:
            index = len(self._sets)
            self._index[element_set.id] = index
            self._sets.append(element_set)
            self._grid.append(satrec)
        elif epoch < epoch_unix_s(self._grid[index]):
            raise ValueRefused("older than the element set held for this object")
        else:
            self._sets[index] = element_set
            self._grid.replace(index, satrec)
        return index, (epoch, *sigmas(satrec, self.model), float(is_decaying(satrec)), lifetime_days(satrec))

    def add_site(self, place: FloatArray, rot: FloatArray, range_max_m: float, elevation_min: float) -> int:
        """Return the number of a new site: Earth-fixed place (3,) m, rot (3, 3) rows east, north, up, limits."""
        site = _Site(
            np.array(place, np.float64),
            np.array(rot, np.float64).reshape(3, 3),
            float(range_max_m) + FIELD_MARGIN_M,
            math.sin(elevation_min),
        )
        self._sites.append(site)
        self._limit()
        return len(self._sites) - 1

    def _limit(self) -> None:
        """Tell the ephemeris how far from the Earth's centre any site sees an object that is sure enough to be used."""
        unsure = 3.0 * math.sqrt(GATE_4) * self.model.along_limit_m  # no error is larger than that along the track
        self._grid.limit(max(math.hypot(*s.place.tolist()) + s.range_max + SAGITTA_M + unsure for s in self._sites))
        fields = [[*s.place.tolist(), *s.rot[2].tolist(), s.range_max, s.sin_elevation_min] for s in self._sites]
        self._grid.only(np.array(fields), self._worth)

    def _worth(self, chunk: int) -> FloatArray:
        """Return how far (m) each object may be from where its elements have it while a chunk is in use; -1: not used."""
        # a quarter of an hour before and after: errors grow by kilometres a day
        first, last = self._slack_at(chunk * POINTS * STEP_NS), self._slack_at((chunk + 1) * POINTS * STEP_NS)
        most = np.maximum(first[1], last[1])
        return np.where(most < 0.0, -1.0, most + 1000.0)

    def correlate(
        self, site: int, times: IntArray, places: FloatArray, sigma: FloatArray, range_rates: FloatArray
    ) -> Correlation:
        """Return the object that each detection of one look of a radar fits, each object at most once.

        `times` (n,) TAI ns; `places` (n, 3) Earth-fixed m as measured; `sigma` (n, 4): range m, azimuth and elevation
        rad along the arc, range rate m/s; `range_rates` (n,) m/s. NaN range rate or its sigma: not compared. A
        detection with another NaN fits nothing.
        """
        n = len(times)
        objects, distance2 = np.empty(n, np.int32), np.empty(n)
        objects.fill(-1)
        distance2.fill(math.nan)
        times = np.ascontiguousarray(times, np.int64)
        places = np.ascontiguousarray(places, np.float64)
        sigma = np.ascontiguousarray(sigma, np.float64)
        rates = np.ascontiguousarray(range_rates, np.float64)
        usable, gates = np.empty(n, np.bool_), np.empty(n)
        count, first, last = usable_rows(times, places, sigma, rates, GATE_3, GATE_4, usable, gates)
        if len(self) == 0 or count == 0:
            return Correlation(objects, distance2)
        between = first // STEP_NS, last // STEP_NS
        rows, found, d2, used = self._pairs(self._sites[site], times, places, sigma, rates, usable, between)
        if used == 0:
            return Correlation(objects, distance2)
        chosen = assign(rows[:used], found[:used], d2[:used], gates, self._mark)
        taken = (chosen >= 0).nonzero()[0]
        objects[taken] = found[chosen[taken]]
        distance2[taken] = d2[chosen[taken]]
        return Correlation(objects, distance2)

    def correlate_sights(self, site: int, times: IntArray, sights: FloatArray, sigma: FloatArray) -> Correlation:
        """Return the object that each direction of one look of a telescope fits, each object at most once.

        `times` (n,) TAI ns; `sights` (n, 3) Earth-fixed unit vectors from the site; `sigma` (n, 2) rad along azimuth
        and elevation. Every object is compared at its own range. A direction with a NaN fits nothing.
        """
        n = len(times)
        objects, distance2 = np.full(n, -1, np.int32), np.full(n, np.nan)
        usable: Bools = np.logical_and(np.isfinite(sights).all(axis=1), (sigma > 0.0).all(axis=1))
        if len(self) == 0 or not usable.any():
            return Correlation(objects, distance2)
        where, intervals = self._sites[site], times // STEP_NS
        while True:
            rows, found, d2, used = (
                np.empty(self._room, np.int64),
                np.empty(self._room, np.int64),
                np.empty(self._room),
                0,
            )
            for interval in sorted(set(intervals[usable].tolist())):
                group = np.flatnonzero(usable & (intervals == interval))
                fractions = (times - interval * STEP_NS) / STEP_NS
                middle = 0.5 * float(fractions[group].min() + fractions[group].max())
                near = self._candidates(where, interval)
                used = gate_sights(
                    near.packed, near.objects, near.count, near.error, middle, fractions, group, sights, sigma,
                    where.place, where.rot, GATE_2, rows, found, d2, used,
                )  # fmt: skip
            if used <= self._room:
                break
            self._room = 2 * used
        if used:
            chosen = assign(rows[:used], found[:used], d2[:used], np.full(n, GATE_2), self._mark)
            taken = (chosen >= 0).nonzero()[0]
            objects[taken], distance2[taken] = found[chosen[taken]], d2[chosen[taken]]
        return Correlation(objects, distance2)

    def _pairs(
        self,
        site: _Site,
        times: IntArray,
        places: FloatArray,
        sigma: FloatArray,
        rates: FloatArray,
        usable: Bools,
        between: tuple[int, int],
    ) -> tuple[IntArray, IntArray, FloatArray, int]:
        """Return detection, object and distance of every pair within its gate, and their number.

        `between`: the first and the last interval in which usable detections stand.
        """
        group, fractions = np.empty(len(times), np.int64), np.empty(len(times))
        while True:
            rows = np.empty(self._room, np.int64)
            found = np.empty(self._room, np.int64)
            d2 = np.empty(self._room)
            used = 0
            for interval in range(between[0], between[1] + 1):
                count, middle = rows_within(times, usable, interval * STEP_NS, STEP_NS, group, fractions)
                if count == 0:
                    continue
                near = self._candidates(site, interval)
                used = gate_pairs(
                    near.packed, near.objects, near.count, near.error, middle, fractions, group[:count], places, sigma,
                    rates, site.place, site.rot, GATE_3, GATE_4, rows, found, d2, used,
                )  # fmt: skip
            if used <= self._room:
                return rows, found, d2, used
            self._room = 2 * used

    def _age_days(self, tai_ns: int, of: IntArray | slice = ALL) -> FloatArray:
        return (unix_ns_from_tai(tai_ns) / NS - self._errors[of, 0]) / 86400.0

    def _fallen(self, tai_ns: int, of: IntArray | slice = ALL) -> Bools:
        """Return (n,) bool: objects past the age at which their element set has them decay."""
        return self._age_days(tai_ns, of) >= self._errors[of, 7]

    def _sigma(self, tai_ns: int, of: IntArray | slice = ALL) -> FloatArray:
        """Return (n, 3) one sigma along, radial, across (m) of objects, by default of all, at an instant."""
        age_days = np.abs(self._age_days(tai_ns, of))
        errors = self._errors[of]
        out = np.empty((len(errors), 3))
        out[:, 0] = errors[:, 1] + errors[:, 2] * age_days
        out[:, 1] = errors[:, 3] + errors[:, 5] * age_days
        out[:, 2] = errors[:, 4] + errors[:, 5] * age_days
        return out

    def _slack(self, interval: int) -> tuple[FloatArray, FloatArray]:
        """Return sigma (n, 3) of all objects in an interval and what that adds to a field (n,), m; -1: not to be used."""
        if self._last_slack is None or self._last_slack[0] != interval:
            self._last_slack = interval, *self._slack_at(interval * STEP_NS + STEP_NS // 2)
        return self._last_slack[1:]

    def _slack_at(self, tai_ns: int) -> tuple[FloatArray, FloatArray]:
        sigma = self._sigma(tai_ns)
        slack = math.sqrt(GATE_4) * (sigma[:, 0] + sigma[:, 1] + sigma[:, 2])
        slack[(sigma[:, 0] > self.model.along_limit_m) | self._fallen(tai_ns)] = -1.0
        return sigma, slack

    def _candidates(self, site: _Site, interval: int) -> _Candidates:
        near = site.intervals.pop(interval, None)
        if near is None:
            while len(site.intervals) >= INTERVALS_KEPT:
                del site.intervals[next(iter(site.intervals))]
            sigma, slack = self._slack(interval)
            a, b, first = self._grid.nodes(interval)
            chosen = np.empty(len(self), np.int64)
            up = np.ascontiguousarray(site.rot[2])
            count = candidates(a, b, first, slack, site.place, up, site.range_max, site.sin_elevation_min, chosen)
            packed = np.empty((24, count))
            count = pack(a, b, first, chosen, count, packed)
            objects = chosen[:count].copy()
            error = np.zeros((3, packed.shape[1]))
            error[:, :count] = sigma[objects].T
            near = _Candidates(objects, packed, count, error)
        site.intervals[interval] = near
        return near

    def in_view(self, site: int, tai_ns: int) -> IntArray:
        """Return the indices, rising, of the objects predicted within a site's range and above its least elevation."""
        if len(self) == 0:
            return np.zeros(0, np.int64)
        where = self._sites[site]
        interval = interval_of(tai_ns)
        near = self._candidates(where, interval)
        at = np.empty((3, near.packed.shape[1]))
        predict(near.packed, near.count, fraction_of(tai_ns, interval), at)
        d = at[:, : near.count] - where.place[:, None]
        r = np.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
        up = where.rot[2, 0] * d[0] + where.rot[2, 1] * d[1] + where.rot[2, 2] * d[2]
        inside: Bools = (r <= where.range_max - FIELD_MARGIN_M) & (up >= where.sin_elevation_min * r)
        seen: IntArray = near.objects[inside]
        return seen

    def states(self, objects: IntArray, times: IntArray | int) -> FloatArray:
        """Return (m, 6) predicted Earth-fixed m, m/s of objects at one instant or each at its own (m,), TAI ns.

        NaN where SGP4 gives none or the object has fallen by the last of the instants.
        """
        out = self._grid.states(objects, times)
        if objects.size:
            out[self._fallen(int(np.max(times)), objects)] = np.nan
        return out

    def sigma(self, objects: IntArray, tai_ns: int) -> FloatArray:
        """Return (m, 3) one sigma (m) of the predictions: along the track, radial, across."""
        return self._sigma(tai_ns, objects)

    def decaying(self, tai_ns: int) -> IntArray:
        """Return the indices, rising, of objects whose re-entry is expected: perigee below 120 km or SGP4 in error."""
        if len(self) == 0:
            return np.zeros(0, np.int64)
        low = self._errors[:, 6] > 0.0
        lost = np.isnan(self.states(np.arange(len(self), dtype=np.int64), tai_ns)[:, 0])
        return np.flatnonzero(low | lost)

    def state(self) -> dict[str, Any]:
        """Return what a snapshot needs, as plain data: data time and element sets in the order of their index."""
        return {"clock": self.clock, "element_sets": [msgspec.to_builtins(s) for s in self._sets]}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over a snapshot; sites stay as they are."""
        self._sets, self._index, self._grid = [], {}, EphemerisGrid()
        if self._sites:
            self._limit()
        self._errors = np.zeros((0, 8))
        self.clock = int(state["clock"])
        refused = self.load([msgspec.convert(s, ElementSet) for s in state["element_sets"]])
        if refused:
            raise ValueRefused(f"element set {refused[0].id} of the snapshot: {refused[0].reason}")

"""The ephemeris of all known objects on an absolute grid of time: SGP4 in batches, a bounded window, no history.

Nodes stand at whole multiples of 120 s of TAI, so what is interpolated at an instant depends on the element sets and
the instant only, never on what was asked before. SGP4's own velocity is not the derivative of its position (0.3 m/s for
one low object in a hundred, metres a second on high ellipses), so positions alone are kept and velocity comes from
their interpolation.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from sgp4.api import Satrec, SatrecArray

from tocsin.catalogue.ephemeris_kernels import POINTS, STEP_S, fill_nodes, may_be_seen, states_at
from tocsin.catalogue.uncertainty import SGP4_RADIUS_M, perigee_m
from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.world.motion.orbits import utc_julian
from tocsin.world.rotation import teme_to_itrf

STEP_NS = int(STEP_S) * NS
FAR_MARGIN_M = 2000e3
"""How much lower than its mean perigee a far object may pass: Sun and Moon move it by a few km a day, a set lasts weeks."""
CHUNKS_KEPT = 4
"""Chunks of 16 minutes held at a time: 64 minutes, 15 MB for 20,000 objects."""

Worth = Callable[[int], FloatArray]
"""Of a chunk: how far (m) the position of each object may be from where its elements have it; negative = not asked for."""
Nodes = tuple[FloatArray, FloatArray, int]
"""Two chunks (8, n, 3) and the first node of the interval's eight in them."""


def interval_of(tai_ns: int) -> int:
    """Return the number of the 120 s interval that holds an instant."""
    return tai_ns // STEP_NS


def fraction_of(tai_ns: int, interval: int) -> float:
    """Return how far an instant stands after the interval's start, in intervals."""
    return (tai_ns - interval * STEP_NS) / STEP_NS


class EphemerisGrid:
    """Earth-fixed positions of a growing list of SGP4 objects, by index."""

    def __init__(self, satellites: Sequence[Satrec] = ()) -> None:
        self._satellites: list[Satrec] = list(satellites)
        self._batch: SatrecArray | None = None
        self._rows = np.zeros(0, np.int64)
        self._chunks: dict[int, FloatArray] = {}
        self._stale: set[int] = set()
        self._far: list[bool] = []
        self._reach_m = math.inf
        self._fields = np.zeros((0, 8))
        self._worth: Worth | None = None
        self.limit(math.inf)

    def __len__(self) -> int:
        return len(self._satellites)

    def __getitem__(self, index: int) -> Satrec:
        return self._satellites[index]

    def limit(self, radius_m: float) -> None:
        """Leave nodes of objects that never come within `radius_m` of the Earth's centre NaN: no site can see them."""
        self._reach_m = radius_m
        self._far = [self._is_far(s) for s in self._satellites]
        self._drop()

    def only(self, fields: FloatArray, worth: Worth) -> None:
        """Leave nodes NaN, chunk by chunk, of objects that no field can hold meanwhile.

        Fields (m, 8): place (3) m and up (3) Earth-fixed, range m, least sine of elevation. `worth`: see its type.
        """
        self._fields, self._worth = fields, worth
        self._drop()

    def _is_far(self, satellite: Satrec) -> bool:
        return perigee_m(satellite) + SGP4_RADIUS_M - FAR_MARGIN_M > self._reach_m

    def _drop(self) -> None:
        self._batch = None
        self._chunks.clear()
        self._stale.clear()

    def append(self, satellite: Satrec) -> None:
        """Add an object; what was computed is dropped."""
        self._satellites.append(satellite)
        self._far.append(self._is_far(satellite))
        self._drop()

    def replace(self, index: int, satellite: Satrec) -> None:
        """Give an object new elements; its rows are computed again when next asked for."""
        self._satellites[index] = satellite
        self._far[index] = self._is_far(satellite)
        self._batch = None
        if self._chunks:
            self._stale.add(index)

    def nodes(self, interval: int) -> Nodes:
        """Return the two chunks and the first node for interpolation in an interval; far objects are NaN."""
        self._refresh()
        first_node = interval - 3
        number, first = divmod(first_node, POINTS)
        a = self._chunk(number)
        b = a if first == 0 else self._chunk(number + 1)
        return a, b, first

    def states(self, objects: IntArray, times: IntArray | int) -> FloatArray:
        """Return (m, 6) Earth-fixed m, m/s of objects at one instant or each at its own (m,), TAI ns; NaN: SGP4 gives none."""
        objects = np.ascontiguousarray(objects, np.int64)
        times = np.full(objects.size, times, np.int64)
        out = np.empty((len(objects), 6))
        intervals = times // STEP_NS
        for interval in sorted(set(intervals.tolist())):
            a, b, first = self.nodes(interval)
            these = np.flatnonzero(intervals == interval)
            part = np.empty((these.size, 6))
            states_at(a, b, first, (times[these] - interval * STEP_NS) / STEP_NS, objects[these], part)
            out[these] = part
        limited = self._worth is not None or math.isfinite(self._reach_m)
        far = np.isnan(out[:, 0]).nonzero()[0]
        if limited and far.size:
            alone = EphemerisGrid([self._satellites[int(o)] for o in objects[far]])
            out[far] = alone.states(np.arange(len(far), dtype=np.int64), times[far])
        return out

    def _refresh(self) -> None:
        if self._stale:
            stale = sorted(self._stale)
            rows = np.array([i for i in stale if not self._far[i]], np.int64)
            for number, chunk in self._chunks.items():
                chunk[:, stale] = np.nan
                self._fill(number, SatrecArray([self._satellites[int(i)] for i in rows]), rows, chunk)
            self._stale.clear()

    def _chunk(self, number: int) -> FloatArray:
        chunk = self._chunks.pop(number, None)
        if chunk is None:
            while len(self._chunks) >= CHUNKS_KEPT:
                del self._chunks[next(iter(self._chunks))]
            if self._batch is None:
                self._rows = np.flatnonzero(~np.array(self._far, np.bool_))
                self._batch = SatrecArray([self._satellites[int(i)] for i in self._rows])
            chunk = np.full((POINTS, len(self), 3), np.nan)
            rows = self._rows
            if self._worth is None or not rows.size:
                self._fill(number, self._batch, rows, chunk)
            else:
                rows = rows[self._may_be_seen(number, self._batch, self._worth(number)[rows])]
                self._fill(number, SatrecArray([self._satellites[i] for i in rows.tolist()]), rows, chunk)
        self._chunks[number] = chunk  # the last one asked for goes last, the first in line is dropped
        return chunk

    def _may_be_seen(self, number: int, batch: SatrecArray, slack: FloatArray) -> npt.NDArray[np.bool_]:
        """Return which objects of a batch may be in a field while a chunk is in use: by SGP4 once, and Kepler arcs."""
        nodes = np.arange(POINTS * number - POINTS // 2, POINTS * (number + 1) + POINTS // 2 + 1, 2, dtype=np.int64)
        times = nodes * STEP_NS
        middle = np.array([POINTS * number * STEP_NS + (POINTS - 1) * STEP_NS // 2], np.int64)
        error, r, v = batch.sgp4(*utc_julian(middle))
        ahead = (times - middle[0]) / NS
        out = np.empty(len(slack), np.bool_)
        may_be_seen(r[:, 0], v[:, 0], error[:, 0], ahead, teme_to_itrf(times), slack, self._fields, out)
        return out

    def _fill(self, number: int, batch: SatrecArray, rows: npt.NDArray[np.int64], chunk: FloatArray) -> None:
        if not rows.size:
            return
        times = (np.arange(POINTS, dtype=np.int64) + number * POINTS) * STEP_NS
        jd, fraction = utc_julian(times)
        error, teme_km, _ = batch.sgp4(jd, fraction)
        fill_nodes(teme_km, error, teme_to_itrf(times), rows, chunk)

"""The gate of the centre: which rows of a look are used, and what the stream itself says (gaps, silence, conflicts).

Everything refused is told with file, row, field and reason; nothing is lost in silence.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.core.records.inputs import COLUMNS, Look
from tocsin.core.records.outputs import Rejection
from tocsin.detection.screen_kernels import (
    AHEAD,
    BELOW_HORIZON,
    FINE,
    NO_DIRECTION,
    TOO_FAR,
    TOO_FAST,
    TOO_LATE,
    mark_implausible,
)
from tocsin.sensing.sensor import Sensor

IntArray = npt.NDArray[np.int64]

MAX_LATENESS_S = 60.0
MAX_AHEAD_S = 5.0
"""A measurement may be stamped this much after its arrival: clocks differ."""
MOST_TOLD = 1000
"""So many unknown search volumes are told by name."""
SESSIONS = 8
"""Sessions remembered of each sensor."""
ANEW = "counts anew within its session"
ANEW_RUN = 3
"""So many young looks in a row under old numbers: the sensor counts anew. One alone may be a long look, numbered at its start."""
MANY = f"more than {SESSIONS} sessions within {MAX_LATENESS_S:.0f} s: what is lost between them cannot be told"
OPEN_GAPS = 1000
"""Gaps that wait for late looks, a sensor; the oldest is told early beyond it."""
IMPLAUSIBLE = {
    NO_DIRECTION: ("los_x", "a line of sight from a radar, or no direction from an infrared sensor"),
    TOO_FAR: ("range_m", "range is beyond twice the sensor's own"),
    BELOW_HORIZON: ("elevation_deg", "below the horizon by more than 3 deg"),
    TOO_FAST: ("range_rate_m_s", "range rate is beyond anything that falls"),
    TOO_LATE: ("time_utc", f"later than {MAX_LATENESS_S:.0f} s behind data time"),
    AHEAD: ("time_utc", f"more than {MAX_AHEAD_S:.0f} s ahead of its arrival"),
}
"""Field and reason of what `mark_implausible` finds."""


class Stream(msgspec.Struct):
    """What is known of one session of one sensor."""

    next: int
    newest: int
    """TAI ns of its newest look."""
    anew: int = 0
    """Looks that were newer than all before, under numbers that had come before, since the last new number."""
    gaps: list[tuple[int, int, int]] = msgspec.field(default_factory=list)
    """(first, one past the last, TAI ns when it was noticed) of looks not seen yet."""


class Gap(msgspec.Struct, frozen=True):
    """Lost looks of a session: sequence numbers first ... last."""

    sensor: str
    session: str
    first: int
    last: int


class Screen:
    """Remembers keys for as long as looks may be late, and what each session has sent."""

    def __init__(self) -> None:
        self.recent: dict[tuple[str, str, int], list[Look]] = {}
        self.order: deque[tuple[int, tuple[str, str, int]]] = deque()
        self.streams: dict[str, dict[str, Stream]] = {}
        """Sensor -> session -> what is known of it."""
        self.lost: list[Gap] = []
        """Gaps of sessions that were forgotten, to be told."""
        self.told: set[str] = set()
        """Unknown sensors, unknown search volumes, sensors that count anew: told once."""

    def check(
        self, look: Look, sensor: Sensor | None, data_mode: str, now: int, bad: list[Rejection]
    ) -> IntArray | None:
        """Return the row indices of the look to be used, or None when none of it is; adds refusals to `bad`."""
        whole = self._whole(look, sensor, data_mode, now)
        if whole is not None:
            refuse_all(look, *whole, "refused", bad)
            return None
        assert sensor is not None
        key = (look.sensor, look.session, look.sequence)
        used: IntArray = np.arange(look.numbers.size, dtype=np.int64)
        earlier = self.recent.get(key)
        if earlier is not None:
            fresh = self._repeated(look, earlier, bad)
            if fresh is None:
                return None
            used = fresh
        else:
            self._count(look, now, bad)
        if look.searched is not None and look.searched not in sensor.volumes:
            self._tell_volume(look, bad)
        used = self._plausible(look, sensor, now, used, bad)
        self.recent.setdefault(key, []).append(look)
        self.order.append((now, key))
        self._forget(now, bad)
        return used

    def _whole(self, look: Look, sensor: Sensor | None, data_mode: str, now: int) -> tuple[str, str] | None:
        if look.data_mode != data_mode:
            return "data_mode", f"data_mode {look.data_mode} in a centre of {data_mode}"
        if sensor is None:
            return "sensor", f"unknown sensor {look.sensor}"
        if now - look.time > MAX_LATENESS_S * NS:
            return "time_utc", f"later than {MAX_LATENESS_S:.0f} s behind data time"
        if look.time - now > MAX_AHEAD_S * NS:
            return "time_utc", f"more than {MAX_AHEAD_S:.0f} s ahead of its arrival"
        if sensor.position is None and look.place is None and sensor.ephemeris is None:
            return "sensor_x_m", "a moving sensor without place: neither in the row nor in the network"
        return None

    def _tell_volume(self, look: Look, bad: list[Rejection]) -> None:
        """Tell once that a sensor searches a volume that the network does not know: nobody knows where it looked."""
        word = f"{look.sensor}/{look.searched}"
        if word not in self.told and len(self.told) < MOST_TOLD:
            self.told.add(word)
            reason = f"no search volume of this sensor: {str(look.searched)[:40]!r}; its silence is no evidence"
            bad.append(Rejection(look.file, int(look.rows[0]), "searched", reason, "ignored"))

    def _repeated(self, look: Look, earlier: list[Look], bad: list[Rejection]) -> IntArray | None:
        """Rows of a key that came before: the same content is a duplicate, other content a conflict."""
        if not look.numbers.size:
            if any(same_empty(look, e) for e in earlier):
                refuse_all(look, "sequence", "duplicate", "dropped", bad)
            else:
                refuse_all(look, "detections", "conflict with an earlier row of this key", "refused", bad)
            return None
        fresh: list[int] = []
        if all(not e.numbers.size for e in earlier):
            refuse_all(look, "detections", "conflict with an earlier row of this key", "refused", bad)
            return None
        for k in range(look.numbers.size):
            verdict = ""
            for e in earlier:
                where = np.flatnonzero(e.numbers == look.numbers[k])
                if where.size:
                    same = same_row(look, k, e, int(where[0]))
                    verdict = "duplicate" if same else "conflict with an earlier row of this key"
                    break
            if not verdict:
                fresh.append(k)
                continue
            action = "dropped" if verdict == "duplicate" else "refused"
            bad.append(Rejection(look.file, int(look.rows[k]), "detection", verdict, action))  # type: ignore[arg-type]
        return np.array(fresh, np.int64) if fresh else None

    def _plausible(self, look: Look, sensor: Sensor, now: int, used: IntArray, bad: list[Rejection]) -> IntArray:
        if not used.size:
            return used
        wrong = np.empty(look.numbers.size, np.int64)
        oldest, newest = now - int(MAX_LATENESS_S * NS), now + int(MAX_AHEAD_S * NS)
        infrared = sensor.kind == "infrared"
        if not mark_implausible(look.values, look.times, infrared, 2.0 * sensor.range_max, oldest, newest, wrong):
            return used
        for k in used[wrong[used] != FINE].tolist():
            field, reason = IMPLAUSIBLE[int(wrong[k])]
            bad.append(Rejection(look.file, int(look.rows[k]), field, reason, "refused"))
        return np.asarray(used[wrong[used] == FINE], np.int64)

    def _count(self, look: Look, now: int, bad: list[Rejection]) -> None:
        first, end = look.sequence - max(look.empty_looks, 1) + 1, look.sequence + 1
        sessions = self.streams.setdefault(look.sensor, {})
        stream = sessions.get(look.session)
        if stream is None:
            sessions[look.session] = Stream(next=end, newest=look.time)
            if len(sessions) > SESSIONS:
                self._end_session(look, sessions, bad)
            return
        newer, stream.newest = look.time > stream.newest, max(stream.newest, look.time)
        old = end <= stream.next and not any(a <= look.sequence < b for a, b, _ in stream.gaps)
        stream.anew = stream.anew + newer if old else 0
        if stream.anew == ANEW_RUN:
            # young looks under old numbers are no late ones: the sensor counts anew, and what is lost is told from here on
            reason = f"{ANEW}: {look.sequence} after {stream.next - 1}"
            bad.append(Rejection(look.file, _row(look), "sequence", reason, "ignored"))
            stream.next, stream.anew = end, 0
            return
        if first > stream.next:
            stream.gaps.append((stream.next, first, now))
        if first < stream.next:
            # a look that had been missing: take it out of the gap it fell into
            left: list[tuple[int, int, int]] = []
            for a, b, t in stream.gaps:
                if end <= a or first >= b:
                    left.append((a, b, t))
                    continue
                if a < first:
                    left.append((a, first, t))
                if end < b:
                    left.append((end, b, t))
            stream.gaps = left
        stream.next = max(stream.next, end)

    def _end_session(self, look: Look, sessions: dict[str, Stream], bad: list[Rejection]) -> None:
        """Forget the session of a sensor that has been quiet for longest; its gaps are lost looks."""
        name = min(sessions, key=lambda session: (sessions[session].newest, session))
        quiet = sessions.pop(name)
        self.lost.extend(Gap(look.sensor, name, a, b - 1) for a, b, _ in quiet.gaps)
        if look.time - quiet.newest < MAX_LATENESS_S * NS:
            bad.append(Rejection(look.file, _row(look), "session", MANY, "ignored"))

    def due_gaps(self, now: int) -> list[Gap]:
        """Return the gaps that no late look has filled in time: lost looks."""
        lost, self.lost = self.lost, []
        limit = now - int(MAX_LATENESS_S * NS)
        for sensor, sessions in self.streams.items():
            for session, stream in sessions.items():
                while stream.gaps and (stream.gaps[0][2] <= limit or len(stream.gaps) > OPEN_GAPS):
                    a, b, _ = stream.gaps.pop(0)
                    lost.append(Gap(sensor, session, a, b - 1))
        return lost

    def _forget(self, now: int, bad: list[Rejection]) -> None:
        """Forget keys that no late row can join any more; tell those that hold less than they said."""
        limit = now - int((MAX_LATENESS_S + MAX_AHEAD_S) * NS)
        while self.order and self.order[0][0] < limit:
            _, key = self.order.popleft()
            # all parts of a look have come by now, and a repeat of any of them would be too late to be used
            kept = self.recent.pop(key, None)
            if kept is None:
                continue
            first = kept[0]
            held = {n for look in kept for n in look.numbers.tolist()}
            if first.declared > max(len(held), 1):
                reason = f"the look says {first.declared} and holds {len(held)}"
                bad.append(Rejection(first.file, _row(first), "detections", reason, "ignored"))

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "recent": [[list(k), [look_state(e) for e in looks]] for k, looks in self.recent.items()],
            "order": [[t, list(k)] for t, k in self.order],
            "streams": [
                [sensor, session, msgspec.to_builtins(stream)]
                for sensor, sessions in self.streams.items()
                for session, stream in sessions.items()
            ],
            "lost": msgspec.to_builtins(self.lost),
            "told": sorted(self.told),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.recent = {(k[0], k[1], k[2]): [look_load(e) for e in looks] for k, looks in state["recent"]}
        self.order = deque((t, (k[0], k[1], k[2])) for t, k in state["order"])
        self.streams, self.lost = {}, msgspec.convert(state["lost"], list[Gap])
        for sensor, session, stream in state["streams"]:
            self.streams.setdefault(sensor, {})[session] = msgspec.convert(stream, Stream)
        self.told = set(state["told"])


def _row(look: Look) -> int:
    return int(look.rows[0]) if look.rows.size else -1


def refuse_all(look: Look, field: str, reason: str, action: str, bad: list[Rejection]) -> None:
    """Add a refusal for every row of a look (an empty look has one row)."""
    for row in look.rows.tolist():
        bad.append(Rejection(look.file, int(row), field, reason, action))  # type: ignore[arg-type]


def same_empty(a: Look, b: Look) -> bool:
    """Return whether two looks of one key that saw nothing say the same, by whatever line they came."""
    if a.numbers.size or b.numbers.size:
        return False
    words = (a.mode, a.searched, a.state, a.declared, a.empty_looks, a.place)
    same_noise = a.noise_db == b.noise_db or (a.noise_db != a.noise_db and b.noise_db != b.noise_db)
    same = words == (b.mode, b.searched, b.state, b.declared, b.empty_looks, b.place)
    return same and same_noise and (a.time, a.start, a.end) == (b.time, b.start, b.end)


def same_row(a: Look, i: int, b: Look, j: int) -> bool:
    """Return whether two rows of one key say the same (NaN equals NaN)."""
    if a.times[i] != b.times[j] or a.hints[i : i + 1] != b.hints[j : j + 1]:
        return False
    if (a.mode, a.searched, a.state, a.declared, a.place) != (b.mode, b.searched, b.state, b.declared, b.place):
        return False
    return a.values[i].tobytes() == b.values[j].tobytes() or bool(
        np.array_equal(a.values[i], b.values[j], equal_nan=True)
    )


def look_state(look: Look) -> dict[str, Any]:
    """Return a look as plain data, without where it came from: the state of a centre does not depend on file names."""
    plain = {name: getattr(look, name) for name in look.__struct_fields__ if name not in ("rows", "file")}
    for name in ("numbers", "times", "values", "places"):
        if plain[name] is not None:
            plain[name] = plain[name].tobytes()
    return plain


def look_load(plain: dict[str, Any]) -> Look:
    """Return the look that `look_state` wrote."""
    data = dict(plain)
    for name in ("numbers", "times"):
        data[name] = np.frombuffer(data[name], np.int64)
    data["values"] = np.frombuffer(data["values"], np.float64).reshape(-1, COLUMNS)
    if data["places"] is not None:
        data["places"] = np.frombuffer(data["places"], np.float64).reshape(-1, 3)
    data["hints"] = tuple(data["hints"])
    data["place"] = tuple(data["place"]) if data["place"] is not None else None
    return Look(**data)

"""Rows -> looks. Rows of one (sensor, session, sequence) that arrive together are one `Look`.

A `detection` number that comes again makes a further record of the same key, for the centre to call it duplicate or
conflict; so do rows that arrive more than a minute after the others. Where rows of a look disagree on what belongs
to the look, the most common word holds (a tie: the earliest) and the others are refused.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records import inputs as record
from tocsin.core.records.inputs import Look
from tocsin.formats.look_checks import PLACE
from tocsin.formats.look_columns import APART_NS, COLUMNS
from tocsin.formats.look_rows import BoolArray, FloatArray, IntArray, Rows

_NULL_SPEAKS = ("mode", "searched", "state", "detections", "empty_looks")
"""Columns of a look where null (or the default) is a word; in the others a row without a value does not disagree."""
_SILENT_NULL = ("line", "look_start_utc", "look_end_utc", "noise_db")
SAME_PLACE_M = 1e-3


def looks_of(rows: Rows) -> list[Look]:
    """Return the looks of all good rows in total order (received, sensor, session, sequence)."""
    index = np.flatnonzero(rows.ok)
    if not index.size:
        return []
    key = _Keys(rows, index)
    while index.size:
        index, group = key.groups(index)
        refused = _disagreements(rows, index, group)
        if not refused.any():
            return _build(rows, key, index, group)
        index = index[~refused]  # and again: a row refused may have stood before another of its number
    return []


class _Keys:
    """Comparable numbers for the text of the key, row by row."""

    def __init__(self, rows: Rows, index: IntArray) -> None:
        self.rows = rows
        self.sensor = _ranks(rows, "sensor")
        self.session = _ranks(rows, "session")
        self.sequence = rows.whole["sequence"].values
        self.detection = rows.whole["detection"].values
        self.received = rows.whole["received_utc"].values

    def groups(self, index: IntArray) -> tuple[IntArray, IntArray]:
        """Return row indices sorted by look, then arrival, and the look number of each."""
        key = (self.sequence, self.session, self.sensor)
        order = np.lexsort((index, self.received[index], self.detection[index], *(k[index] for k in key)))
        index = index[order]
        new_key = _changes(*(k[index] for k in key))
        new_run = new_key | _changes(self.detection[index])
        place = np.arange(index.size)
        occurrence = place - np.maximum.accumulate(np.where(new_run, place, 0))
        number = np.cumsum(new_key)
        order = np.lexsort((index, self.received[index], occurrence, number))
        index, occurrence, number = index[order], occurrence[order], number[order]
        new = _changes(number, occurrence)
        new[1:] |= np.diff(self.received[index]) > APART_NS
        return index, np.cumsum(new) - 1


def _ranks(rows: Rows, name: str) -> IntArray:
    """Return the rank of each row's word in the order of words (null: -1)."""
    codes, words = rows.text[name]
    rank = np.zeros(len(words) + 1, np.int64)
    for place, i in enumerate(sorted(range(len(words)), key=words.__getitem__)):
        rank[i] = place
    rank[-1] = -1
    return rank[codes]


def _changes(*columns: IntArray | BoolArray) -> BoolArray:
    """Return where a sorted table starts a new value (the first row always)."""
    new = np.zeros(columns[0].size, np.bool_)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return new


def _words(rows: Rows, name: str) -> tuple[IntArray | FloatArray, BoolArray]:
    """Return a column as numbers that are equal where the cells are, and where it is null."""
    if name in rows.text:
        codes = rows.text[name].codes
        return codes, codes < 0
    if name in rows.real:
        null = np.isnan(rows.real[name])
        return np.where(null, 0.0, rows.real[name]), null
    values, null = rows.whole[name]
    return np.where(null, 0, values), null


def _disagreements(rows: Rows, index: IntArray, group: IntArray) -> BoolArray:
    """Refuse rows that differ from their look and return which of `index` these are; fill silent nulls."""
    refused = np.zeros(index.size, np.bool_)
    first = np.flatnonzero(_changes(group))
    if first.size == index.size:
        return refused
    suspects: set[int] = set()
    for name in (*_NULL_SPEAKS, *_SILENT_NULL):
        for words in _words(rows, name):
            mine = words[index]
            suspects.update(group[mine != mine[first][group]].tolist())
    time = rows.whole["time_utc"].values[index]
    apart = np.maximum.reduceat(time, first) - np.minimum.reduceat(time, first) > APART_NS
    suspects.update(np.flatnonzero(apart).tolist())
    stop = np.append(first[1:], index.size)
    columns = {name: _words(rows, name) for name in (*_NULL_SPEAKS, *_SILENT_NULL)} if suspects else {}
    for g in sorted(suspects):
        refused[first[g] : stop[g]] = _settle(rows, columns, index[first[g] : stop[g]])
    return refused


def _settle(rows: Rows, columns: dict[str, tuple[IntArray | FloatArray, BoolArray]], members: IntArray) -> BoolArray:
    """Refuse the rows of one look that differ from most of it; give its word to those that say nothing."""
    for name, (words, null) in columns.items():
        silent = null[members] if name in _SILENT_NULL else np.zeros(members.size, np.bool_)
        speaking, silent_rows = members[~silent], members[silent]
        if speaking.size:
            word = Counter(words[speaking].tolist()).most_common(1)[0][0]
            alike = words[speaking] == word
            rows.refuse_rows(speaking[~alike], name, "differs from its look")
            _fill(rows, name, silent_rows, int(speaking[alike][0]))
    time = rows.whole["time_utc"].values[members]
    middle = np.sort(time)[(members.size - 1) // 2]
    rows.refuse_rows(members[np.abs(time - middle) > APART_NS], "time_utc", "more than 60 s from its look")
    return ~rows.ok[members]


def _fill(rows: Rows, name: str, silent: IntArray, source: int) -> None:
    """Copy the value of row `source` to the rows that say nothing."""
    if name in rows.text:
        rows.text[name].codes[silent] = rows.text[name].codes[source]
    elif name in rows.real:
        rows.real[name][silent] = rows.real[name][source]
    else:
        rows.whole[name].values[silent] = rows.whole[name].values[source]
        rows.whole[name].null[silent] = False


def _values(rows: Rows, index: IntArray) -> FloatArray:
    """Return `Look.values` of the rows: (n, 15), SI units and radians."""
    values = np.full((index.size, record.COLUMNS), np.nan)
    for column in COLUMNS:
        if column.slot is not None:
            values[:, column.slot] = rows.real[column.name][index] * column.scale
    over = rows.real["elevation_deg"][index] > 90.0
    if over.any():  # seen over the top: the same direction as from the other side
        azimuth, elevation = rows.real["azimuth_deg"][index[over]], rows.real["elevation_deg"][index[over]]
        values[over, record.ELEVATION] = (180.0 - elevation) * DEG
        values[over, record.AZIMUTH] = np.where(azimuth < 180.0, azimuth + 180.0, azimuth - 180.0) * DEG
    return values


def _build(rows: Rows, key: _Keys, index: IntArray, group: IntArray) -> list[Look]:
    """Return the looks; rows of each by detection number."""
    first = np.flatnonzero(_changes(group))
    received = np.maximum.reduceat(key.received[index], first)
    head = index[first]
    order = np.lexsort((np.arange(first.size), key.sequence[head], key.session[head], key.sensor[head], received))
    rank = np.empty(first.size, np.int64)
    rank[order] = np.arange(first.size)
    group = rank[np.cumsum(_changes(group)) - 1]
    received = received[order]
    rows_order = np.lexsort((key.detection[index], group))
    index, group = index[rows_order], group[rows_order]
    return _records(rows, key, index, np.flatnonzero(_changes(group)), received)


def _records(rows: Rows, key: _Keys, index: IntArray, first: IntArray, received: IntArray) -> list[Look]:
    """Return one record for each run of rows that starts at `first`."""
    head = index[first]
    times = rows.whole["time_utc"].values[index]
    newest, oldest = np.maximum.reduceat(times, first), np.minimum.reduceat(times, first)
    start = _or_else(rows, "look_start_utc", head, oldest)
    end = _or_else(rows, "look_end_utc", head, np.maximum(newest, start))
    start = np.minimum(start, end)
    detection = key.detection[index]
    values = _values(rows, index)
    numbers_in_file = rows.number[index]
    hints = _hints(rows, index)
    places = _places(rows, index, first)
    none, no_values = np.zeros(0, np.int64), np.zeros((0, record.COLUMNS))
    columns: Iterator[tuple[Any, ...]] = zip(
        *(_text_of(rows, name, head) for name in ("sensor", "session")),
        rows.whole["sequence"].values[head].tolist(),
        _text_of(rows, "data_mode", head),
        *(instants.tolist() for instants in (received, newest, start, end)),
        *(_text_of(rows, name, head) for name in ("mode", "searched", "state")),
        rows.real["noise_db"][head].tolist(),
        _text_of(rows, "line", head),
        *(rows.whole[name].values[head].tolist() for name in ("empty_looks", "detections")),
        strict=True,
    )
    bounds = map(slice, first.tolist(), [*first[1:].tolist(), index.size])
    looks = []
    for look, (of_look, part, empty) in enumerate(zip(columns, bounds, (detection[first] < 0).tolist(), strict=True)):
        place, each = places[look] if places is not None else (None, None)
        of_rows: tuple[Any, ...] = (none, none, no_values, ())
        if not empty:
            of_rows = (detection[part], times[part], values[part], hints[part])
        fields: tuple[Any, ...] = (*of_look, place, *of_rows, numbers_in_file[part], rows.file, each)
        looks.append(Look(*fields))
    return looks


def _or_else(rows: Rows, name: str, head: IntArray, default: IntArray) -> IntArray:
    values, null = rows.whole[name]
    return np.where(null[head], default, values[head])


def _text_of(rows: Rows, name: str, head: IntArray) -> list[str | None]:
    codes, words = rows.text[name]
    table: list[str | None] = [*words, None]
    return [table[code] for code in codes[head].tolist()]


def _hints(rows: Rows, index: IntArray) -> tuple[str | None, ...]:
    codes, words = rows.text["sensor_track"]
    table: list[str | None] = [*words, None]
    return tuple([table[code] for code in codes[index].tolist()])


Place = tuple[float, float, float]


def _places(rows: Rows, index: IntArray, first: IntArray) -> list[tuple[Place | None, FloatArray | None]] | None:
    """Return for each look the place (at its newest row) and, where the sensor moved within it, that of each row."""
    xyz = np.stack([rows.real[name][index] for name in PLACE], axis=1)
    given = ~np.isnan(xyz[:, 0])
    if not given.any():
        return None
    times = rows.whole["time_utc"].values[index]
    found: list[tuple[Place | None, FloatArray | None]] = []
    for a, b in zip(first.tolist(), [*first[1:].tolist(), index.size], strict=True):
        here = np.flatnonzero(given[a:b]) + a
        if not here.size:
            found.append((None, None))
            continue
        last = xyz[here[int(np.argmax(times[here]))]]
        place = (float(last[0]), float(last[1]), float(last[2]))
        moved = here.size > 1 and bool((np.abs(xyz[here] - last) > SAME_PLACE_M).any())
        each = np.where(given[a:b, None], xyz[a:b], last) if moved else None
        found.append((place, each))
    return found

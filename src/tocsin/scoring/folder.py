"""Reads an output folder and its truth for scoring."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tocsin.core.errors import InputError
from tocsin.core.records.outputs import Assessment
from tocsin.core.time import tai_from_iso, unix_ns_from_tai

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
STATE = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")


def utc_ns(iso: str) -> int:
    """Return UTC as POSIX ns of an ISO 8601 instant."""
    return unix_ns_from_tai(tai_from_iso(iso))


@dataclass(frozen=True, eq=False)
class Truth:
    """True states, sorted by object and time."""

    names: list[str]
    kinds: list[str]
    first: IntArray
    """(n + 1,) first row of each object; the last is the number of rows."""
    time: IntArray
    """(rows,) UTC, POSIX ns."""
    object: IntArray
    state: FloatArray
    """(rows, 6) Earth-fixed, m, m/s."""

    def rows(self, i: int) -> slice:
        """Return the rows of object i."""
        return slice(int(self.first[i]), int(self.first[i + 1]))


@dataclass(frozen=True, eq=False)
class Tracks:
    """Track states, in the order of the file."""

    names: list[str]
    track: IntArray
    time: IntArray
    state: FloatArray
    covariance: FloatArray
    """(rows, 21) lower triangle by rows."""
    classes: list[str | None]


def _table(path: Path, columns: tuple[str, ...]) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"cannot be read: {error}", file=str(path)) from None
    missing = [c for c in columns if c not in table.column_names]
    if missing:
        raise InputError(f"column missing: {', '.join(missing)}", file=str(path), allowed=", ".join(columns))
    return table


def _times(column: pa.ChunkedArray) -> IntArray:
    """Return int64 POSIX ns of a column of timestamps, integers or ISO texts."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64())
    elif not pa.types.is_integer(column.type):
        texts = column.to_pylist()
        known = {t: utc_ns(t) for t in set(texts)}
        return np.array([known[t] for t in texts], np.int64)
    return np.asarray(column.to_numpy(), np.int64)


def _names(column: pa.ChunkedArray) -> tuple[list[str], IntArray]:
    """Return sorted distinct names and the index of each row's name."""
    names = sorted(str(n) for n in pc.unique(column).to_pylist())
    if not names:
        return [], np.zeros(0, np.int64)
    codes = pc.index_in(column.cast(pa.string()), value_set=pa.array(names))
    return names, np.asarray(codes.to_numpy(), np.int64)


def _states(table: pa.Table) -> FloatArray:
    return np.stack([np.asarray(table[c].to_numpy(), np.float64) for c in STATE], axis=1)


def read_truth(path: Path) -> Truth:
    """Return the truth of a `truth.parquet`: `time_utc`, `object`, `kind`, state at 1 Hz."""
    table = _table(path, ("time_utc", "object", "kind", *STATE))
    names, code = _names(table["object"])
    time = _times(table["time_utc"])
    order = np.lexsort((time, code))
    first = np.searchsorted(code[order], np.arange(len(names) + 1))
    kinds = table["kind"].cast(pa.string()).take(pa.array(order[first[:-1]])).to_pylist() if names else []
    return Truth(names, kinds, first, time[order], code[order], _states(table)[order])


def read_tracks(path: Path) -> Tracks:
    """Return the states of a `tracks.parquet`."""
    table = _table(path, ("time_utc", "track", "covariance", *STATE))
    names, code = _names(table["track"])
    flat = table["covariance"].combine_chunks()
    values = np.asarray(pc.list_flatten(flat).to_numpy(zero_copy_only=False), np.float64)
    if values.size != 21 * len(table):
        raise InputError("`covariance` must have 21 values a row", file=str(path), key="covariance")
    classes = table["class"].to_pylist() if "class" in table.column_names else [None] * len(table)
    return Tracks(names, code, _times(table["time_utc"]), _states(table), values.reshape(-1, 21), classes)


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the whole lines of a JSON-lines file; a cut last line is left out; an absent file has none."""
    if path.exists():
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n") and line.strip():
                yield line


def read_assessments(path: Path) -> list[Assessment]:
    """Return the assessments of an `assessments.jsonl`, in order."""
    decoder = msgspec.json.Decoder(Assessment)
    out = []
    for number, line in enumerate(_lines(path), 1):
        try:
            out.append(decoder.decode(line))
        except msgspec.DecodeError as error:
            raise InputError(f"not an assessment: {error}", file=str(path), line=number) from None
    return out


def read_events(path: Path, kind: str) -> list[dict[str, Any]]:
    """Return the events of one kind of an `events.jsonl`, as plain data, in order."""
    wanted = kind.encode()
    out: list[dict[str, Any]] = []
    for number, line in enumerate(_lines(path), 1):
        if wanted in line:
            try:
                event = msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise InputError(f"not an event: {error}", file=str(path), line=number) from None
            if event.get("kind") == kind:
                out.append(event)
    return out


def json_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a JSON-lines file as plain data, in order; an absent file has none."""
    for number, line in enumerate(_lines(path), 1):
        try:
            yield msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise InputError(f"not JSON: {error}", file=str(path), line=number) from None


def read_label_counts(path: Path) -> dict[str, int]:
    """Return the number of detections of each object in a `labels.parquet`; false detections under the empty name."""
    table = _table(path, ("sensor", "session", "sequence", "detection", "object"))
    counts = pc.value_counts(table["object"].cast(pa.string())).to_pylist()
    return {str(c["values"] or ""): int(c["counts"]) for c in counts}

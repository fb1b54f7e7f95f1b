"""Looks -> look table, Parquet or JSON Lines, with the columns of the contract.

Degrees are chosen such that reading gives the very same radians where any double does; what was read once is
written and read again bit for bit. Some radians have no such degrees: looks that were made, not read, should be used
as they read back, so that a replay of the file is fed the same bits.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look
from tocsin.core.time import LEAP_UNIX_S, iso_from_tai, unix_ns_from_tai
from tocsin.formats.look_checks import PLACE
from tocsin.formats.look_columns import COLUMNS
from tocsin.formats.look_rows import FloatArray, IntArray

_LEAP = np.array(LEAP_UNIX_S[1:], np.int64)
_TIMES = ("time_utc", "received_utc", "look_start_utc", "look_end_utc")
_NARROW = ("detection", "detections")
_ALWAYS = ("sensor", "session", "sequence", "data_mode", *_TIMES, "mode", "state", "detections", "detection")


def write_looks_parquet(path: str | Path, looks: Sequence[Look]) -> None:
    """Write looks, in their order, as a Parquet table with page checksums; columns without any value are left out."""
    columns = _columns(looks)
    arrays = {name: _arrow(name, cells) for name, cells in columns.items()}
    table = pa.table(arrays) if arrays else pa.table({name: pa.array([], pa.string()) for name in _ALWAYS})
    pq.write_table(table, Path(path), compression="zstd", write_page_checksum=True)


def write_looks_jsonl(path: str | Path, looks: Sequence[Look]) -> None:
    """Write looks, in their order, as JSON Lines; nulls are left out."""
    columns = _columns(looks)
    names = list(columns)
    cells = [_python(name, column) for name, column in columns.items()]
    encode = msgspec.json.Encoder().encode
    with Path(path).open("wb") as stream:
        for row in zip(*cells, strict=True):
            stream.write(encode({k: v for k, v in zip(names, row, strict=True) if v is not None}) + b"\n")


def _columns(looks: Sequence[Look]) -> dict[str, Any]:
    """Return the columns that hold any value: lists of text, int64 arrays (times: TAI ns), float arrays."""
    if not looks:
        return {}
    count = [max(len(look.numbers), 1) for look in looks]
    found: dict[str, Any] = {}
    for column in COLUMNS:
        name = column.name
        if column.slot is not None:
            continue
        if name in _TIMES[1:]:
            field = {"received_utc": "received", "look_start_utc": "start", "look_end_utc": "end"}[name]
            found[name] = np.repeat(np.array([getattr(look, field) for look in looks], np.int64), count)
        elif name in ("sequence", "empty_looks", "detections"):
            field = "declared" if name == "detections" else name
            found[name] = np.repeat(np.array([getattr(look, field) for look in looks], np.int64), count)
        elif column.kind == "text" and name != "sensor_track":
            found[name] = [getattr(look, name) for look, n in zip(looks, count, strict=True) for _ in range(n)]
    found["time_utc"] = _rows(looks, lambda look: look.times, lambda look: look.time)
    found["detection"] = _rows(looks, lambda look: look.numbers, lambda look: -1)
    found["noise_db"] = np.repeat(np.array([look.noise_db for look in looks], np.float64), count)
    found["sensor_track"] = [hint for look in looks for hint in (look.hints or (None,) * max(len(look.numbers), 1))]
    found.update(zip(PLACE, _place_columns(looks), strict=True))
    found.update(_value_columns(looks))
    ordered = {column.name: found[column.name] for column in COLUMNS}
    return {name: cells for name, cells in ordered.items() if name in _ALWAYS or _any_value(name, cells)}


def _rows(looks: Sequence[Look], many: Any, one: Any) -> IntArray:
    parts = [many(look) if len(look.numbers) else np.array([one(look)], np.int64) for look in looks]
    return np.concatenate(parts)


def _any_value(name: str, cells: Any) -> bool:
    if isinstance(cells, list):
        return any(cell is not None for cell in cells)
    if name == "empty_looks":
        return bool((cells != 1).any())
    return cells.dtype != np.float64 or not bool(np.isnan(cells).all())


def _place_columns(looks: Sequence[Look]) -> FloatArray:
    parts = []
    for look in looks:
        n = max(len(look.numbers), 1)
        if look.places is not None:
            parts.append(look.places)
        else:
            parts.append(np.tile(np.array(look.place or (np.nan,) * 3, np.float64), (n, 1)))
    return np.ascontiguousarray(np.concatenate(parts).T)


def _value_columns(looks: Sequence[Look]) -> dict[str, FloatArray]:
    nothing = np.full((1, looks[0].values.shape[1]), np.nan)
    values = np.concatenate([look.values if len(look.numbers) else nothing for look in looks])
    found = {}
    for column in COLUMNS:
        if column.slot is not None:
            cells = np.ascontiguousarray(values[:, column.slot])
            found[column.name] = cells if column.scale == 1.0 else divided(cells, column.scale)
    return found


def divided(values: FloatArray, scale: float) -> FloatArray:
    """Return q with q * scale == values exactly where such a double exists, else the nearest quotient."""
    best = values / scale
    done = best * scale == values
    up = down = best.copy()
    for _ in range(2):
        up, down = np.nextafter(up, np.inf), np.nextafter(down, -np.inf)
        for near in (up, down):
            hit = ~done & (near * scale == values)
            best[hit] = near[hit]
            done |= hit
    return best


def _has_ambiguous(tai: IntArray) -> bool:
    """Return whether integers cannot say some of the instants: those in or just after a leap second."""
    seconds = {unix_ns_from_tai(t) // NS for t in np.unique(tai).tolist()}
    return bool(np.isin(_LEAP, list(seconds)).any())


def _arrow(name: str, cells: Any) -> Any:
    if name in _TIMES:
        if _has_ambiguous(cells):
            return pa.array(_iso(cells), pa.string())
        distinct, back = np.unique(cells, return_inverse=True)
        unix = np.array([unix_ns_from_tai(t) for t in distinct.tolist()], np.int64)
        return pa.array(unix[back])
    if isinstance(cells, list):
        return pa.array(cells, pa.string())
    if name in _NARROW:
        return pa.array(cells.astype(np.int32))
    return pa.array(cells, from_pandas=True)


def _iso(cells: IntArray) -> list[str]:
    distinct, back = np.unique(cells, return_inverse=True)
    texts = [iso_from_tai(t, 9) for t in distinct.tolist()]
    return [texts[i] for i in back.tolist()]


def _python(name: str, cells: Any) -> list[Any]:
    if isinstance(cells, list):
        return cells
    if name in _TIMES:
        return _iso(cells)
    plain: list[Any] = cells.tolist()
    return [None if cell != cell else cell for cell in plain]

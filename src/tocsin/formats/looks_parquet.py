"""Parquet file -> `Rows`. A file whose footer or pages do not read is refused whole; a bad cell refuses its row."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.outputs import Rejection
from tocsin.formats import look_rows as lr
from tocsin.formats.look_columns import BY_NAME, COLUMNS, Column
from tocsin.formats.time_columns import IN_LEAP, OUTSIDE, tai_from_texts, tai_from_unix_array

_UNIT_NS = {"s": NS, "ms": 1_000_000, "us": 1000, "ns": 1}


def read_rows(path: Path) -> tuple[lr.Rows, list[Rejection]]:
    """Return the rows of a Parquet look table and a remark for each unknown column; InputError if it does not read."""
    table, unknown = _read(path)
    n = table.num_rows
    rows = lr.Rows(path.name, np.arange(n, dtype=np.int64))
    for column in COLUMNS:
        if column.name in table.column_names:
            _add(rows, column, table.column(column.name).combine_chunks() if n else pa.array([], pa.null()))
    return rows, lr.ignored(path.name, unknown)


def _read(path: Path) -> tuple[pa.Table, set[str]]:
    """Return the known columns as an Arrow table and the names of the others."""
    try:
        with path.open("rb") as stream:
            file = pq.ParquetFile(stream, page_checksum_verification=True)
            names = list(file.schema_arrow.names)
            table = file.read()
            table.validate()
    except OSError as error:
        if not isinstance(error, pa.ArrowException) and not path.is_file():
            raise InputError("cannot be read", file=str(path)) from None
        raise InputError(f"not a whole Parquet file: {_short(error)}", file=str(path)) from None
    except Exception as error:
        # damaged bytes surface from Arrow as many kinds of error; all mean the same to the user
        raise InputError(f"not a whole Parquet file: {_short(error)}", file=str(path)) from None
    keep = [i for i, name in enumerate(names) if name in BY_NAME and names.index(name) == i]
    unknown = {name for name in names if name not in BY_NAME}
    unknown |= {f"{name} (second column of that name)" for i, name in enumerate(names) if names.index(name) != i}
    return table.select(keep), unknown


def _short(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["unreadable"])[0][:160]


def _add(rows: lr.Rows, column: Column, cells: Any) -> None:
    """Put one Arrow column into the rows as its kind."""
    if isinstance(cells, pa.ChunkedArray):
        cells = pa.concat_arrays(cells.chunks) if cells.num_chunks else pa.array([], cells.type)
    if isinstance(cells.type, pa.BaseExtensionType):
        cells = cells.storage
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if column.kind == "text":
        rows.text[column.name], reasons = _text(cells, whole_too=column.name == "sensor_track")
    elif column.kind == "real":
        rows.real[column.name], reasons = _real(cells)
    elif column.kind == "whole":
        rows.whole[column.name], reasons = _whole(cells)
    else:
        rows.whole[column.name], reasons = _time(cells)
    rows.refuse_cells(reasons, column.name)


def _is_text(kind: Any) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(test(kind) for test in tests)


def _mistyped(cells: Any, reason: str) -> lr.Reasons:
    """Return the reason for each cell that has a value: the whole column is of a wrong type."""
    return dict.fromkeys(np.flatnonzero(_valid(cells)).tolist(), reason)


def _valid(cells: Any) -> Any:
    return pc.is_valid(cells).to_numpy(zero_copy_only=False)


def _text(cells: Any, whole_too: bool) -> tuple[lr.Text, lr.Reasons]:
    if whole_too and pa.types.is_integer(cells.type):
        cells = cells.cast(pa.string())
    if not _is_text(cells.type):
        return lr.absent_text(len(cells)), _mistyped(cells, lr.NOT_TEXT)
    raw = cells.cast(pa.large_string()).cast(pa.large_binary()).dictionary_encode()
    codes = raw.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    words: list[str] = []
    broken = set()
    for i, word in enumerate(raw.dictionary.to_pylist()):
        try:
            words.append(word.decode("utf-8"))
        except UnicodeDecodeError:
            words.append("")
            broken.add(i)
    reasons: lr.Reasons = {}
    if broken:
        reasons = {i: "not UTF-8 text" for i, code in enumerate(codes.tolist()) if code in broken}
    return lr.Text(codes, words), reasons


def _real(cells: Any) -> tuple[lr.FloatArray, lr.Reasons]:
    kind = cells.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        values = cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return np.array(values, np.float64), {}
    return np.full(len(cells), np.nan), _mistyped(cells, lr.NOT_NUMBER)


def _whole(cells: Any) -> tuple[lr.Whole, lr.Reasons]:
    kind, valid = cells.type, _valid(cells)
    reasons: lr.Reasons = {}
    if pa.types.is_integer(kind):
        if kind == pa.uint64():
            wide = cells.fill_null(0).to_numpy(zero_copy_only=False)
            reasons = dict.fromkeys(np.flatnonzero(wide > np.uint64(2**63 - 1)).tolist(), "out of range")
        values = cells.fill_null(0).cast(pa.int64(), safe=False).to_numpy(zero_copy_only=False).astype(np.int64)
        return lr.Whole(values, ~valid), reasons
    if pa.types.is_floating(kind):
        real, _ = _real(cells)
        null = np.isnan(real)
        number = np.where(null, 0.0, real)
        far = np.abs(number) >= 2.0**63
        number[far] = 0.0
        broken = (number != np.floor(number)) | far
        reasons = {i: "out of range" if far[i] else lr.NOT_WHOLE for i in np.flatnonzero(broken).tolist()}
        return lr.Whole(np.floor(number).astype(np.int64), null), reasons
    return lr.absent_whole(len(cells)), _mistyped(cells, lr.NOT_WHOLE)


def _time(cells: Any) -> tuple[lr.Whole, lr.Reasons]:
    if _is_text(cells.type):
        return _time_of_text(cells)
    if pa.types.is_timestamp(cells.type):
        unit = _UNIT_NS[cells.type.unit]
        whole, reasons = _whole(cells.cast(pa.timestamp(cells.type.unit)).cast(pa.int64()))
    elif pa.types.is_integer(cells.type):
        unit = 1
        whole, reasons = _whole(cells)
    else:
        return lr.absent_whole(len(cells)), _mistyped(cells, lr.NOT_TIME)
    limit = (2**63 - 1) // unit
    far = np.abs(whole.values) > limit
    unix_ns = np.where(far, 0, whole.values) * unit
    tai, outside, ambiguous = tai_from_unix_array(unix_ns)
    present = ~whole.null
    reasons |= dict.fromkeys(np.flatnonzero((outside | far) & present).tolist(), OUTSIDE)
    reasons |= dict.fromkeys(np.flatnonzero(ambiguous & present).tolist(), IN_LEAP)
    return lr.Whole(np.where(whole.null, 0, tai), whole.null), reasons


def _time_of_text(cells: Any) -> tuple[lr.Whole, lr.Reasons]:
    text, reasons = _text(cells, whole_too=False)
    tai, bad = tai_from_texts(text.words)
    null = text.codes < 0
    if not text.words:
        return lr.absent_whole(len(cells)), reasons
    values = np.where(null, 0, tai[np.maximum(text.codes, 0)])
    if bad:
        wrong = {i: bad[code] for i, code in enumerate(text.codes.tolist()) if code in bad}
        reasons = wrong | reasons
    return lr.Whole(values, null), reasons

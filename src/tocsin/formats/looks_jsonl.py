"""JSON Lines file -> `Rows`; lines of other kinds (`kind` other than `look`) are handed on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.core.records.outputs import Rejection
from tocsin.formats import json_lines
from tocsin.formats import look_rows as lr
from tocsin.formats.look_columns import BY_NAME, COLUMNS

Other = Callable[[int, dict[str, Any]], tuple[str, str] | None]
"""Takes the line number and object of another kind; returns (field, reason) to refuse it, or None."""

_KNOWN = frozenset(BY_NAME) | {"kind"}
_LOOK = ("look", None)


def not_a_look(_: int, value: dict[str, Any]) -> tuple[str, str]:
    """Return the refusal of a line that is not a look, for files that hold looks only."""
    return "kind", "not a look" if type(value["kind"]) is str else lr.NOT_TEXT


def read_rows(path: Path, other: Other = not_a_look) -> tuple[lr.Rows, list[Rejection], int]:
    """Return the rows of looks with all refused lines, remarks on unknown columns, and the number of lines handed on.

    A line is counted once: as a row (good or refused), or as taken by `other`.
    """
    parts: list[dict[str, Any]] = []
    numbers: list[int] = []
    unknown: set[str] = set()
    tables: dict[str, dict[str, int]] = {column.name: {} for column in COLUMNS if column.kind == "text"}
    refused: dict[int, tuple[str, str]] = {}
    taken = 0
    for piece in json_lines.rows(path):
        refused |= {piece.numbers[i]: ("", reason) for i, reason in piece.reasons.items()}
        foreign = [i for i, value in enumerate(piece.values) if value.get("kind", "look") not in _LOOK]
        if foreign:
            taken += _hand_on(piece, foreign, other, refused)
        numbers.extend(piece.numbers)
        names = set().union(*piece.values)
        unknown |= names
        parts.append(_columns(piece.values, names, tables))
    rows = lr.Rows(path.name, np.array(numbers, np.int64))
    for number, (field, reason) in refused.items():
        rows.refuse_rows(np.searchsorted(rows.number, [number]), field, reason)
    _join(rows, parts, tables)
    return rows, lr.ignored(path.name, unknown - _KNOWN), taken


def _hand_on(piece: json_lines.Piece, foreign: list[int], other: Other, refused: dict[int, tuple[str, str]]) -> int:
    """Give the lines of other kinds to `other`; take these out of the piece, except those refused; return how many."""
    gone = 0
    for i in reversed(foreign):
        why = other(piece.numbers[i], piece.values[i])
        if why is None:
            del piece.numbers[i], piece.values[i]
            gone += 1
        else:
            refused[piece.numbers[i]] = why
            piece.values[i] = {}
    return gone


def _columns(objects: list[dict[str, Any]], names: set[str], tables: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return the columns of a piece: name -> (cells as arrays, reasons); "" -> number of rows."""
    found: dict[str, Any] = {"": len(objects)}
    for column in COLUMNS:
        name = column.name
        cells = [value.get(name) for value in objects] if name in names else [None] * len(objects)
        if column.kind == "text":
            found[name] = lr.text_of_list(cells, tables[name], whole_too=name == "sensor_track")
        elif column.kind == "real":
            found[name] = lr.real_of_list(cells)
        elif column.kind == "whole":
            found[name] = lr.whole_of_list(cells)
        else:
            found[name] = lr.time_of_list(cells)
    return found


def _join(rows: lr.Rows, parts: list[dict[str, Any]], tables: dict[str, dict[str, int]]) -> None:
    """Put the pieces together; the reason of a row is that of its first bad column."""
    for column in COLUMNS:
        name, first = column.name, 0
        for part in parts:
            rows.refuse_cells(part[name][1], name, first)
            first += part[""]
        cells = [part[name][0] for part in parts]
        if column.kind == "text":
            codes = np.concatenate(cells) if cells else np.zeros(0, np.int64)
            rows.text[name] = lr.Text(codes, list(tables[name]))
        elif column.kind == "real":
            rows.real[name] = np.concatenate(cells) if cells else np.zeros(0)
        else:
            values = [cell.values for cell in cells]
            null = [cell.null for cell in cells]
            rows.whole[name] = lr.Whole(
                np.concatenate(values) if values else np.zeros(0, np.int64),
                np.concatenate(null) if null else np.zeros(0, np.bool_),
            )

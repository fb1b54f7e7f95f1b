"""Rows of a look table as columns, whatever file they came from, and which of them cannot be used, and why.

Cells come as Python lists (JSON lines, CSV) or as Arrow arrays (Parquet); a cell of the wrong type refuses its row
and no other. Inside: instants are TAI ns, numbers are as in the table (degrees stay degrees until `look_groups`).
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.core.errors import ValueRefused
from tocsin.core.records.outputs import Rejection
from tocsin.core.time import tai_from_unix_ns
from tocsin.formats.time_columns import tai_from_texts

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Action = Literal["refused", "dropped"]
Reasons = dict[int, str]
"""Cell index -> why the cell cannot be used."""

MOST_TOLD = 1000
"""So many unknown columns of a file are told by name."""
NOT_TEXT = "wrong type: text is needed"
NOT_NUMBER = "wrong type: a number is needed"
NOT_WHOLE = "wrong type: a whole number is needed"
NOT_TIME = "wrong type: an ISO 8601 time or integer ns since 1970 is needed"
_NULL = type(None)


class Text(NamedTuple):
    """A text column: the code of each cell (-1 = null) into `words`."""

    codes: IntArray
    words: list[str]


class Whole(NamedTuple):
    """A column of whole numbers or instants; `null` marks cells without a value (0 there)."""

    values: IntArray
    null: BoolArray


def absent_text(n: int) -> Text:
    """Return a text column without any value."""
    return Text(np.full(n, -1, np.int64), [])


def absent_whole(n: int) -> Whole:
    """Return a whole-number column without any value."""
    return Whole(np.zeros(n, np.int64), np.ones(n, np.bool_))


def _wrong(cells: Sequence[Any], good: set[type], reason: str) -> tuple[Sequence[Any], Reasons]:
    """Return the cells with those of other types set to null, and the reasons for these."""
    if set(map(type, cells)) <= good:
        return cells, {}
    reasons = {i: reason for i, cell in enumerate(cells) if type(cell) not in good}
    return [None if i in reasons else cell for i, cell in enumerate(cells)], reasons


def text_of_list(cells: Sequence[Any], table: dict[str, int], whole_too: bool = False) -> tuple[IntArray, Reasons]:
    """Return codes of text cells; `table` (word -> code) grows with new words. `whole_too`: integers become text."""
    if whole_too:
        cells = [str(cell) if type(cell) is int and abs(cell) < 2**64 else cell for cell in cells]
    cells, reasons = _wrong(cells, {str, _NULL}, NOT_TEXT)
    for cell in dict.fromkeys(cells):
        if cell is not None:
            table.setdefault(cell, len(table))
    code: dict[Any, int] = {None: -1, **table}
    return np.array(list(map(code.__getitem__, cells)), np.int64), reasons


def real_of_list(cells: Sequence[Any]) -> tuple[FloatArray, Reasons]:
    """Return numbers, NaN where null; integers are numbers, booleans and text are not."""
    cells, reasons = _wrong(cells, {float, int, _NULL}, NOT_NUMBER)
    try:
        return np.array(cells, np.float64), reasons
    except OverflowError:
        for i, cell in enumerate(cells):
            if type(cell) is int and abs(cell) > 2**1000:
                reasons[i] = "out of range"
        return np.array([None if i in reasons else cell for i, cell in enumerate(cells)], np.float64), reasons


def whole_of_list(cells: Sequence[Any]) -> tuple[Whole, Reasons]:
    """Return whole numbers; a float without a fraction is one."""
    kinds = set(map(type, cells))
    if kinds == {int}:
        try:
            return Whole(np.array(cells, np.int64), np.zeros(len(cells), np.bool_)), {}
        except OverflowError:
            pass
    cells, reasons = _wrong(cells, {float, int, _NULL}, NOT_WHOLE)
    values = np.zeros(len(cells), np.int64)
    null = np.array([cell is None for cell in cells], np.bool_)
    try:
        values[:] = [0 if cell is None else cell if type(cell) is int else _int_of_float(cell) for cell in cells]
    except (OverflowError, ValueError):
        for i, cell in enumerate(cells):
            try:
                values[i] = 0 if cell is None else cell if type(cell) is int else _int_of_float(cell)
            except OverflowError:
                reasons[i] = "out of range"
            except ValueError:
                if cell == cell:
                    reasons[i] = NOT_WHOLE
                null[i] = True
    return Whole(values, null), reasons


def _int_of_float(cell: float) -> int:
    """Return a float as an integer; ValueError if it has a fraction (or is NaN), OverflowError if it is infinite."""
    number = int(cell)
    if number != cell:
        raise ValueError
    return number


def time_of_list(cells: Sequence[Any]) -> tuple[Whole, Reasons]:
    """Return TAI ns of ISO 8601 text or of integers (POSIX ns)."""
    cells, reasons = _wrong(cells, {str, int, _NULL}, NOT_TIME)
    found = list(dict.fromkeys(cells))
    texts = [cell for cell in found if type(cell) is str]
    tai, bad = tai_from_texts(texts)
    known: dict[Any, int] = {None: 0, **dict(zip(texts, tai.tolist(), strict=True))}
    why: dict[Any, str] = {texts[i]: reason for i, reason in bad.items()}
    for cell in found:
        if type(cell) is int:
            try:
                known[cell] = tai_from_unix_ns(cell)
            except ValueRefused as error:
                known[cell], why[cell] = 0, str(error)
    null = np.array([cell is None for cell in cells], np.bool_)
    values = np.array(list(map(known.__getitem__, cells)), np.int64)
    if why:
        reasons |= {i: why[cell] for i, cell in enumerate(cells) if cell in why}
    return Whole(values, null), reasons


class Rows:
    """Rows of one file: columns by name (absent ones are filled with nulls) and the refused rows."""

    def __init__(self, file: str, number: IntArray) -> None:
        self.file = file
        self.number = number
        self.n = len(number)
        self.ok: BoolArray = np.ones(self.n, np.bool_)
        self.text: dict[str, Text] = {}
        self.real: dict[str, FloatArray] = {}
        self.whole: dict[str, Whole] = {}
        self._why: dict[int, tuple[str, str, Action]] = {}

    def refuse(self, mask: BoolArray, field: str, reason: str) -> None:
        """Refuse the rows under the mask that are not refused yet: the first reason found stays."""
        self.refuse_rows(np.flatnonzero(mask & self.ok), field, reason)

    def refuse_rows(self, index: IntArray, field: str, reason: str, action: Action = "refused") -> None:
        """Refuse (or drop) rows by index, unless they are refused already."""
        for i in index.tolist():
            self._why.setdefault(i, (field, reason, action))
        self.ok[index] = False

    def refuse_cells(self, reasons: Reasons, field: str, first: int = 0) -> None:
        """Refuse rows by the reasons of a column's cells; `first` is the row of cell 0."""
        for i, reason in reasons.items():
            self._why.setdefault(first + i, (field, reason, "refused"))
            self.ok[first + i] = False

    def rejections(self) -> list[Rejection]:
        """Return a refusal for every row that is not used, by row."""
        return [Rejection(self.file, int(self.number[i]), *self._why[i]) for i in sorted(self._why)]


def ignored(file: str, names: Iterable[str], reason: str = "unknown column") -> list[Rejection]:
    """Return one remark for each unknown column: told once, row -1; of very many the rest by their number."""
    found = sorted(names)
    said = [Rejection(file, -1, name[:80], reason, "ignored") for name in found[:MOST_TOLD]]
    more = len(found) - len(said)
    return said + ([Rejection(file, -1, "", f"{reason}, and {more} more", "ignored")] if more else [])

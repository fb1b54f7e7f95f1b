"""JSON Lines of notifications, element sets, health, partner tracks and operator actions -> records, and back."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tocsin.core.records.outputs import Rejection
from tocsin.formats import json_lines
from tocsin.formats.input_lines import KINDS, Other, Refused, line_of, record_of
from tocsin.formats.look_rows import ignored
from tocsin.formats.looks import check_data_mode


class OthersRead(NamedTuple):
    """What a reader found: `rows_in` = inputs + refusals (rejections with row >= 0)."""

    inputs: list[Other]
    rejections: list[Rejection]
    rows_in: int


class Collector:
    """Takes lines of other kinds one by one; unknown keys are told once a kind."""

    def __init__(self, file: str, data_mode: str, kinds: Iterable[str] = tuple(KINDS)) -> None:
        self.file, self.data_mode, self.kinds = file, data_mode, tuple(kinds)
        self.inputs: list[Other] = []
        self._unknown: set[str] = set()

    def take(self, row: int, value: dict[str, Any]) -> tuple[str, str] | None:
        """Keep the record of a line's object; return (field, reason) if it is refused."""
        kind = value.get("kind")
        if isinstance(kind, str) and kind not in self.kinds and kind in KINDS:
            return "kind", f"{kind} among {', '.join(self.kinds)}"
        try:
            item, unknown = record_of(value, self.data_mode)
        except Refused as error:
            return error.field, error.reason
        self.inputs.append(msgspec.structs.replace(item, file=self.file, row=row))
        self._unknown |= {f"{kind}.{key}"[:80] for key in unknown}
        return None

    def remarks(self) -> list[Rejection]:
        """Return a remark for each unknown key."""
        return ignored(self.file, self._unknown, "unknown key")


def read_other_inputs(path: str | Path, data_mode: str, kind: str | None = None) -> OthersRead:
    """Return the inputs of a JSON Lines file in total order; InputError if it cannot be opened.

    `kind`: what a line without `kind` is, and the only kind allowed; without it every line says its kind.
    """
    path = Path(path)
    check_data_mode(data_mode)
    collector = Collector(path.name, data_mode, (kind,) if kind else tuple(KINDS))
    rejections: list[Rejection] = []
    rows_in = 0
    for piece in json_lines.rows(path):
        rows_in += len(piece.numbers)
        for i, (number, value) in enumerate(zip(piece.numbers, piece.values, strict=True)):
            why = ("", piece.reasons[i]) if i in piece.reasons else collector.take(number, _of_kind(value, kind))
            if why is not None:
                rejections.append(Rejection(path.name, number, *why, "refused"))
    return OthersRead(in_order(collector.inputs), collector.remarks() + rejections, rows_in)


def _of_kind(value: dict[str, Any], kind: str | None) -> dict[str, Any]:
    return {"kind": kind} | value if kind else value


def in_order(inputs: Iterable[Other]) -> list[Other]:
    """Return inputs sorted by (received, source, kind, id); equal ones stay in their order."""
    return sorted(inputs, key=lambda item: (item.received, source_of(item), type(item).__name__, item.id))


def source_of(item: Other) -> str:
    """Return who sent an input: its source, or the person."""
    return str(getattr(item, "source", "") or getattr(item, "person", ""))


def write_other_inputs(path: str | Path, inputs: Iterable[Other]) -> None:
    """Write inputs, in their order, as JSON Lines that are read as the same records."""
    encode = msgspec.json.Encoder().encode
    with Path(path).open("wb") as stream:
        for item in inputs:
            stream.write(encode(line_of(item)) + b"\n")

"""Any input file -> inputs of the centre: the kind of a file is told by its name and its first bytes."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.core.errors import InputError
from tocsin.core.records.inputs import Input, Look
from tocsin.core.records.network import Network
from tocsin.core.records.outputs import Rejection
from tocsin.formats import looks_jsonl
from tocsin.formats.element_sets import notation_of, read_element_sets
from tocsin.formats.json_lines import head_of
from tocsin.formats.looks import (
    LooksRead,
    check_data_mode,
    finish,
    in_total_order,
    is_parquet,
    read_looks,
    without_collector,
)
from tocsin.formats.other_inputs import Collector, in_order, source_of
from tocsin.formats.ssn_table import is_ssn_table, read_ssn_table

ALLOWED = (
    "looks (.parquet, .jsonl), other inputs (.jsonl), element sets (TLE, OMM), the table of SSN observations (.csv)"
)


class InputsRead(NamedTuple):
    """What the files hold: `rows_in` = rows in looks + other inputs + refusals and drops (rejections with row >= 0)."""

    looks: list[Look]
    others: list[Any]
    """Notifications, element sets, health, partner tracks, operator actions, in order."""
    network: Network | None
    """Given only by a file that brings its own sensors."""
    rejections: list[Rejection]
    rows_in: int


def read_inputs(paths: Iterable[str | Path], data_mode: str, network_ids: Collection[str] | None = None) -> InputsRead:
    """Return the inputs of all files, each in total order; InputError for a file that cannot be used."""
    check_data_mode(data_mode)
    found = [_read(Path(path), data_mode, network_ids) for path in paths]
    networks = [one.network for one in found if one.network is not None]
    return InputsRead(
        in_total_order(look for one in found for look in one.looks),
        in_order(item for one in found for item in one.others),
        networks[0] if networks else None,
        [rejection for one in found for rejection in one.rejections],
        sum(one.rows_in for one in found),
    )


def stream(read: InputsRead) -> list[Input]:
    """Return all inputs in the one total order: received, source, session, sequence; then by kind and id."""

    def key(item: Any) -> tuple[int, str, str, int, str, str]:
        if isinstance(item, Look):
            return item.received, item.sensor, item.session, item.sequence, "Look", ""
        return item.received, source_of(item), "", 0, type(item).__name__, item.id

    return sorted([*read.looks, *read.others], key=key)


def kind_of_file(path: Path) -> str:
    """Return `parquet`, `lines`, `ssn_table` or `element_sets`; InputError for any other content."""
    if is_parquet(path):
        return "parquet"
    names = [suffix.lower() for suffix in path.suffixes]
    if ".jsonl" in names or ".ndjson" in names:
        return "lines"
    head = head_of(path)
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if is_ssn_table(text.split("\n", 1)[0]):
        return "ssn_table"
    if notation_of(head):
        return "element_sets"
    if text.startswith("{"):
        return "lines"
    raise InputError("not a file that can be read", file=str(path), allowed=ALLOWED)


def _read(path: Path, data_mode: str, network_ids: Collection[str] | None) -> InputsRead:
    kind = kind_of_file(path)
    if kind == "parquet":
        looks = read_looks(path, data_mode, network_ids)
        return InputsRead(looks.looks, [], None, looks.rejections, looks.rows_in)
    if kind == "ssn_table":
        table = read_ssn_table(path, data_mode, None, network_ids)
        return InputsRead(table.looks, [], table.network, table.rejections, table.rows_in)
    if kind == "element_sets":
        sets = read_element_sets(path, data_mode)
        return InputsRead([], list(sets.element_sets), None, sets.rejections, sets.rows_in)
    looks, others = read_lines(path, data_mode, network_ids)
    return InputsRead(looks.looks, others, None, looks.rejections, looks.rows_in)


def read_lines(path: Path, data_mode: str, network_ids: Collection[str] | None = None) -> tuple[LooksRead, list[Any]]:
    """Return the looks (with all refusals and rows of the file) and the other inputs of a JSON Lines file."""
    collector = Collector(path.name, data_mode)
    with without_collector():
        rows, remarks, taken = looks_jsonl.read_rows(path, collector.take)
        looks = finish(rows, remarks + collector.remarks(), data_mode, network_ids)
    return looks._replace(rows_in=looks.rows_in + taken), collector.inputs

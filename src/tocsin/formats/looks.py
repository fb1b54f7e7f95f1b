"""Look tables (Parquet or JSON Lines) -> looks in total order, with every row accounted for.

A row is in exactly one look or refused with a reason; one bad row never spoils another. A file that is no table at
all (a Parquet file without its footer) is an InputError.
"""

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tocsin.core.errors import InputError
from tocsin.core.records.inputs import DATA_MODES, Look
from tocsin.core.records.outputs import Rejection
from tocsin.formats import look_checks, looks_jsonl, looks_parquet
from tocsin.formats.look_groups import looks_of
from tocsin.formats.look_rows import Rows


class LooksRead(NamedTuple):
    """What a reader found: `rows_in` = rows in looks + rows refused or dropped (rejections with row >= 0)."""

    looks: list[Look]
    rejections: list[Rejection]
    rows_in: int


def read_looks(path: str | Path, data_mode: str, network_ids: Collection[str] | None = None) -> LooksRead:
    """Return the looks of one file in total order (received, sensor, session, sequence), the refusals, the rows.

    `network_ids`: sensors that the network knows; rows of others are refused. InputError if the file cannot be used.
    """
    path = Path(path)
    check_data_mode(data_mode)
    with without_collector():
        if is_parquet(path):
            rows, remarks = looks_parquet.read_rows(path)
        else:
            rows, remarks, _ = looks_jsonl.read_rows(path)
        return finish(rows, remarks, data_mode, network_ids)


def read_look_files(
    paths: Iterable[str | Path], data_mode: str, network_ids: Collection[str] | None = None
) -> LooksRead:
    """Return the looks of several files as one stream in total order; equal keys keep the order of the files."""
    read = [read_looks(path, data_mode, network_ids) for path in paths]
    return LooksRead(
        in_total_order(look for one in read for look in one.looks),
        [rejection for one in read for rejection in one.rejections],
        sum(one.rows_in for one in read),
    )


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold Python's cycle collector: rows make no cycles, and its scans of them cost as much as the reading."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def in_total_order(looks: Iterable[Look]) -> list[Look]:
    """Return looks sorted by (received, sensor, session, sequence); equal ones stay in their order."""
    return sorted(looks, key=lambda look: (look.received, look.sensor, look.session, look.sequence))


def finish(
    rows: Rows, remarks: list[Rejection], data_mode: str, network_ids: Collection[str] | None = None
) -> LooksRead:
    """Check the rows of a table and return its looks."""
    look_checks.check(rows, data_mode, network_ids)
    looks = looks_of(rows)
    return LooksRead(looks, remarks + rows.rejections(), rows.n)


def check_data_mode(data_mode: str) -> None:
    """Refuse a mode of the run that is none (InputError)."""
    if data_mode not in DATA_MODES:
        raise InputError(f"unknown data mode {data_mode!r}", key="data_mode", allowed=", ".join(DATA_MODES))


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet, by its name or its first bytes; InputError if it cannot be opened."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) == b"PAR1" or path.suffix.lower() in (".parquet", ".pq")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=str(path)) from None

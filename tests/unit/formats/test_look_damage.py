"""Random damage of a good stream: no crash but an InputError, and no row lost without a word."""

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.formats.look_streams import good_stream, write_lines
from tocsin.core.errors import InputError
from tocsin.formats.look_columns import NAMES
from tocsin.formats.looks import LooksRead, read_looks
from tocsin.formats.looks_write import write_looks_jsonl, write_looks_parquet

GOOD = good_stream()
LINES = [json.dumps(row).encode() + b"\n" for row in GOOD]
_PLACES = st.integers(0, len(GOOD) - 1)
RELAXED = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

_WEIRD = st.sampled_from(
    [None, "", "x", "NaN", True, -1, 0, 1, 10**30, -(10**400), 2**63, 1e308, -1e308, math.nan, math.inf, -math.inf,
     1e-320, [], {}, [[1]], {"a": {"a": 1}}, "2026-03-01T12:00:00Z", "9999-99-99", "1972-01-01T00:00:00Z",
     "2199-12-31T23:59:59.999999999Z", 1_700_000_000_000_000_000, "real", "track", "\u0000", "é" * 300, "\ud800"]
)  # fmt: skip


def assert_everything_accounted(read: LooksRead) -> None:
    used = [row for look in read.looks for row in look.rows.tolist()]
    refused = [r.row for r in read.rejections if r.row >= 0]
    assert len(used) + len(refused) == read.rows_in
    assert len(set(used) | set(refused)) == read.rows_in
    keys = [(x.received, x.sensor, x.session, x.sequence) for x in read.looks]
    assert keys == sorted(keys)
    for look in read.looks:
        assert look.start <= look.end
        assert len(look.numbers) == len(look.times) == len(look.values) == len(look.hints)
        assert len(look.rows) == max(len(look.numbers), 1)
        assert len(set(look.numbers.tolist())) == len(look.numbers)


def read_bytes(data: bytes, name: str) -> LooksRead | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            read = read_looks(path, "simulated", {"north", "high"})
        except InputError:
            return None
        assert_everything_accounted(read)
        return read


@RELAXED
@given(st.lists(st.tuples(st.integers(0, sum(map(len, LINES)) - 1), st.integers(0, 255)), min_size=1, max_size=30))
def test_any_bytes_of_lines_may_flip(flips):
    data = bytearray(b"".join(LINES))
    for place, value in flips:
        data[place] = value
    read = read_bytes(bytes(data), "l.jsonl")
    assert read is not None
    # a flipped byte harms its own line, and at most joins or splits lines
    assert read.rows_in >= len(LINES) - len(flips)
    assert len([r for r in read.rejections if r.row >= 0]) <= 3 * len(flips)


@RELAXED
@given(st.lists(st.integers(0, len(LINES) - 1), max_size=60), st.integers(0, 400), st.booleans())
def test_lines_may_be_lost_doubled_reordered_and_cut(picks, cut, ends):
    data = b"".join(LINES[i] for i in picks)
    data = data[: len(data) - cut] if cut <= len(data) else data
    read = read_bytes(data + (b"\n" if ends else b""), "l.jsonl")
    assert read is not None
    assert read.rows_in == len([line for line in data.split(b"\n") if line.strip()])


@RELAXED
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.sampled_from(NAMES), _WEIRD), min_size=1, max_size=20))
def test_any_cell_may_hold_anything(changes):
    rows: list[dict[str, Any]] = [dict(row) for row in GOOD]
    for i, name, value in changes:
        rows[i][name] = value
    with TemporaryDirectory() as folder:
        read = read_looks(write_lines(Path(folder) / "l.jsonl", rows), "simulated")
        assert_everything_accounted(read)
        assert read.rows_in == len(rows)
        spoilt = {i for i, _, _ in changes}
        for r in read.rejections:
            outvoted = len(spoilt) > 1 and r.reason.endswith("its look")
            assert r.row in spoilt or outvoted, "a row that nobody touched is refused"
        write_looks_jsonl(Path(folder) / "again.jsonl", read.looks)
        again = read_looks(Path(folder) / "again.jsonl", "simulated")
        assert again.rejections == []
        assert sum(len(x.rows) for x in again.looks) == sum(len(x.rows) for x in read.looks)


@RELAXED
@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, len(GOOD) - 1), st.sampled_from(NAMES)), max_size=20
    )
)
def test_values_may_be_swapped_between_rows(swaps):
    rows: list[dict[str, Any]] = [dict.fromkeys(NAMES) | row for row in GOOD]
    for i, j, name in swaps:
        rows[i][name], rows[j][name] = rows[j][name], rows[i][name]
    with TemporaryDirectory() as folder:
        assert_everything_accounted(read_looks(write_lines(Path(folder) / "l.jsonl", rows), "simulated"))


@RELAXED
@given(st.data())
def test_any_bytes_of_parquet_may_flip_or_be_cut(data):
    with TemporaryDirectory() as folder:
        looks = read_looks(write_lines(Path(folder) / "l.jsonl", GOOD), "simulated").looks
        write_looks_parquet(Path(folder) / "l.parquet", looks)
        raw = bytearray((Path(folder) / "l.parquet").read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([0, 0, 1, 8, 100, 2000]))
    read = read_bytes(bytes(raw[: len(raw) - cut]), "l.parquet")
    assert read is None or not cut, "a file without its whole footer was read"


_ARROW = st.sampled_from(
    [pa.int8(), pa.uint64(), pa.float16(), pa.float64(), pa.bool_(), pa.string(), pa.binary(), pa.date32(), pa.null(),
     pa.time64("ns"), pa.timestamp("s"), pa.timestamp("ns"), pa.decimal128(20, 3), pa.list_(pa.int64()),
     pa.struct([("a", pa.int64())]), pa.dictionary(pa.int8(), pa.int64())]
)  # fmt: skip


@RELAXED
@given(st.lists(st.tuples(st.sampled_from(NAMES), _ARROW), min_size=1, max_size=5))
def test_a_parquet_column_may_have_any_type(changes):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "l.parquet"
        table = pa.table({name: pa.array([row.get(name) for row in GOOD]) for name in NAMES})
        for name, kind in changes:
            cell: Any = {"list<item: int64>": [1], "struct<a: int64>": {"a": 1}}.get(str(kind), 1)
            if pa.types.is_string(kind) or pa.types.is_binary(kind):
                cell = "1"
            elif pa.types.is_boolean(kind):
                cell = True
            elif pa.types.is_null(kind) or pa.types.is_decimal(kind) or pa.types.is_dictionary(kind):
                cell = None
            cells = pa.array([cell] * len(GOOD), pa.int64() if pa.types.is_dictionary(kind) else kind)
            column = cells.dictionary_encode() if pa.types.is_dictionary(kind) else cells
            table = table.set_column(table.column_names.index(name), name, column)
        pq.write_table(table, path)
        read = read_looks(path, "simulated")
        assert_everything_accounted(read)
        assert read.rows_in == len(GOOD)


def test_repeated_column_names_are_told(tmp_path):
    names = list(GOOD[0])
    arrays = [pa.array([row.get(name) for row in GOOD[:3]]) for name in names]
    pq.write_table(pa.Table.from_arrays([*arrays, arrays[0]], [*names, names[0]]), tmp_path / "l.parquet")
    read = read_looks(tmp_path / "l.parquet", "simulated")
    assert [(r.row, r.action) for r in read.rejections] == [(-1, "ignored")]
    assert read.rows_in == 3

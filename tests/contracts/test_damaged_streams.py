"""Whatever happens to a good stream: no crash, no silent loss, and what was not touched is still used."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.intake import Source, read_sources
from tocsin.cli.live import Display
from tocsin.cli.process import Outcome, process_sources
from tocsin.formats.look_columns import NAMES
from tocsin.formats.looks_write import write_looks_jsonl

ROWS = 240
Values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.lists(st.integers(), max_size=2),
    st.sampled_from(["2026-08-12T19:40:00Z", "2026-13-40T99:99:99Z", "real", "search", -1, 0, 1e300, -1e300, 2**63]),
)  # fmt: skip


@pytest.fixture(scope="module")
def stream(one_missile: Path) -> list[bytes]:
    """Return some good rows around the first detections of the missile, with empty looks among them."""
    inputs = one_missile / "inputs"
    sources = [
        Source(inputs / "looks.parquet", "looks"),
        Source(inputs / "network.toml", "network"),
        Source(inputs / "assets.toml", "assets"),
    ]
    items: list[Any] = list(read_sources(sources, "simulated").items)
    first = next(i for i, look in enumerate(items) if len(look.times))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "looks.jsonl"
        write_looks_jsonl(path, items[max(first - 30, 0) : first + ROWS])
        return path.read_bytes().splitlines()[:ROWS]


def process(one_missile: Path, body: bytes) -> Outcome:
    inputs = one_missile / "inputs"
    with tempfile.TemporaryDirectory() as place, Display("", quiet=True) as display:
        looks = Path(place) / "looks.jsonl"
        looks.write_bytes(body)
        sources = [
            Source(looks, "looks"),
            Source(inputs / "network.toml", "network"),
            Source(inputs / "assets.toml", "assets"),
        ]
        outcome = process_sources(sources, "simulated", "10", Path(place) / "out", "damaged", display, report=False)
        rejected = [json.loads(line) for line in (Path(place) / "out" / "rejected.jsonl").open("rb")]
    told = [r["row"] for r in rejected if r["row"] >= 0 and r["action"] != "ignored"]
    rows = outcome.summary.rows
    assert rows.given == sum(bool(line.strip()) for line in body.split(b"\n"))
    assert rows.given == rows.used + sum(rows.refused.values()), rows.refused
    assert len(told) == len(set(told)) == sum(rows.refused.values())
    assert not any(reason.startswith("unaccounted") for reason in rows.refused)
    wanted = DONE_WITH_REFUSALS if any(r["action"] == "refused" for r in rejected) else DONE
    assert outcome.exit == wanted
    return outcome


def test_the_undamaged_stream_is_used_whole(one_missile: Path, stream: list[bytes]) -> None:
    outcome = process(one_missile, b"\n".join(stream) + b"\n")
    assert outcome.summary.rows.used == len(stream)
    assert outcome.exit == DONE


def _elements(second: int, epoch: str, eccentricity: str) -> bytes:
    """Return an element set among the inputs, of an epoch (`YYDDD.DDDDDDDD`) and an eccentricity (seven digits)."""

    def whole(line: str) -> str:
        return line + str(sum(int(c) if c.isdigit() else int(c == "-") for c in line) % 10)

    one = whole(f"1 25544U 98067A   {epoch}  .00016717  00000-0  10270-3 0  999")
    two = whole(f"2 25544  51.6400 208.9163 {eccentricity}  69.9862  25.2906 15.54225068000000"[:68])
    return json.dumps(
        {"kind": "element_set", "id": "25544", "received_utc": f"2026-08-12T19:30:{second}Z", "data_mode": "simulated",
         "line1": one, "line2": two}
    ).encode()  # fmt: skip


def test_an_element_set_that_no_orbit_follows_from_or_that_is_older_is_refused_with_its_row(
    one_missile: Path, stream: list[bytes]
) -> None:
    good, older = _elements(25, "26224.50000000", "0006317"), _elements(27, "26223.50000000", "0006317")
    lines = [good, _elements(26, "26225.50000000", "9999999"), older, *stream]
    outcome = process(one_missile, b"\n".join(lines) + b"\n")
    assert outcome.summary.rows.used == len(stream) + 1
    assert set(outcome.summary.rows.refused) == {
        "SGP4: semi-latus rectum below zero", "older than the element set held for this object",
    }  # fmt: skip


def _swap(lines: list[bytes], draw: Callable[..., Any]) -> None:
    i, j = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[i], lines[j] = lines[j], lines[i]


def _again(lines: list[bytes], draw: Callable[..., Any]) -> None:
    lines.insert(draw(st.integers(0, len(lines))), lines[draw(st.integers(0, len(lines) - 1))])


def _lose(lines: list[bytes], draw: Callable[..., Any]) -> None:
    del lines[draw(st.integers(0, len(lines) - 1))]


def _bytes(lines: list[bytes], draw: Callable[..., Any]) -> None:
    lines[draw(st.integers(0, len(lines) - 1))] = (
        draw(st.binary(max_size=40)).replace(b"\n", b"").replace(b"\r", b"") or b"x"
    )


def _cut(lines: list[bytes], draw: Callable[..., Any]) -> None:
    i = draw(st.integers(0, len(lines) - 1))
    lines[i] = lines[i][: draw(st.integers(1, len(lines[i])))]


def _value(lines: list[bytes], draw: Callable[..., Any]) -> None:
    i = draw(st.integers(0, len(lines) - 1))
    try:
        row = json.loads(lines[i])
        row[draw(st.sampled_from(NAMES))] = draw(Values)
    except (ValueError, TypeError):
        return
    lines[i] = json.dumps(row).encode()


def _field(lines: list[bytes], draw: Callable[..., Any]) -> None:
    i = draw(st.integers(0, len(lines) - 1))
    try:
        row = json.loads(lines[i])
        row.pop(draw(st.sampled_from(sorted(row))))
    except (ValueError, TypeError, AttributeError):
        return
    lines[i] = json.dumps(row).encode()


DAMAGES = (_swap, _again, _lose, _bytes, _cut, _value, _value, _value, _field)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_no_damage_crashes_and_no_row_is_lost_silently(
    one_missile: Path, stream: list[bytes], data: st.DataObject
) -> None:
    lines = list(stream)
    for damage in data.draw(st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=12)):
        if lines:
            damage(lines, data.draw)
    ending = data.draw(st.sampled_from([b"\n", b"", b"\n\n"]))
    lines = [line for line in lines if line.strip()]
    outcome = process(one_missile, b"\n".join([*lines, stream[0]]) + ending)
    assert outcome.summary.rows.given == len(lines) + 1


@pytest.mark.parametrize("bad", [b"{", b"not json", b"\xff\xfe\x00", b"[1, 2]", b'{"sensor": "radar-1"}', b"{}" * 3])
def test_one_bad_first_row_spoils_nothing(one_missile: Path, stream: list[bytes], bad: bytes) -> None:
    outcome = process(one_missile, b"\n".join([bad, *stream]) + b"\n")
    assert outcome.summary.rows.used == len(stream)
    assert sum(outcome.summary.rows.refused.values()) == 1


def test_a_cut_file_gives_its_whole_lines(one_missile: Path, stream: list[bytes]) -> None:
    body = b"\n".join(stream)
    outcome = process(one_missile, body[:-20])
    assert outcome.summary.rows.used == len(stream) - 1


def test_the_same_rows_again_change_nothing(one_missile: Path, stream: list[bytes]) -> None:
    once = process(one_missile, b"\n".join(stream) + b"\n")
    twice = process(one_missile, b"\n".join([line for line in stream for _ in range(2)]) + b"\n")
    assert twice.summary.rows.used == once.summary.rows.used
    assert twice.summary.digests.decisions == once.summary.digests.decisions
    assert twice.exit == DONE


def test_rows_of_an_unknown_sensor_are_refused_and_told_once(one_missile: Path, stream: list[bytes]) -> None:
    strange = [json.dumps(json.loads(line) | {"sensor": "nobody"}).encode() for line in stream[:20]]
    outcome = process(one_missile, b"\n".join([*strange, *stream]) + b"\n")
    assert outcome.summary.rows.used == len(stream)
    assert sum(outcome.summary.rows.refused.values()) == 20


def test_rows_of_another_data_mode_are_refused(one_missile: Path, stream: list[bytes]) -> None:
    real = [json.dumps(json.loads(line) | {"data_mode": "real"}).encode() for line in stream]
    outcome = process(one_missile, b"\n".join([*real[:100], *stream[100:]]) + b"\n")
    assert sum(outcome.summary.rows.refused.values()) >= 100
    assert outcome.exit == DONE_WITH_REFUSALS

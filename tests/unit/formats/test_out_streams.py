"""Streams, tables, summary and the folder hold, however a run ends."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.dissemination.examples import assessment, at
from tocsin.core.errors import InputError
from tocsin.core.records.outputs import Event, Rejection
from tocsin.core.records.warnings import SpaceObservations
from tocsin.core.time import tai_from_iso
from tocsin.formats.folder import OutputFolder, input_names
from tocsin.formats.jsonl import JsonLines, read_json_lines
from tocsin.formats.summary import Digests, Rows, Summary, read_summary
from tocsin.formats.track_table import SCHEMA, TrackTableWriter, read_tracks
from tocsin.formats.utc import iso_array, unix_ns_array


def event(number: int) -> Event:
    return Event(f"V-{number}", number, "2026-03-01T06:00:00.000Z", "test", "gap", "R", ("a",), {"n": number})


def chunk(n: int) -> dict[str, np.ndarray]:
    paths = np.empty(n, object)
    paths[:] = [("infrared",) if i % 2 else ("infrared", "radar") for i in range(n)]
    columns = {name: np.arange(n) + 0.5 for name in SCHEMA.names if name.startswith(("x", "y", "z", "v", "model"))}
    return columns | {
        "time": np.arange(n, dtype=np.int64) * 1_000_000_000 + at(0),
        "track": np.array([f"T-{i}" for i in range(n)], object),
        "covariance": np.tile(np.arange(21.0), (n, 1)),
        "looks": np.arange(n),
        "paths": paths,
        "class": np.full(n, "satellite", object),
    }


def test_lines_come_back_as_they_went_in(tmp_path: Path) -> None:
    stream = JsonLines(tmp_path / "e.jsonl", batch_lines=7)
    for i in range(20):
        stream.append(event(i))
    assert len(list(read_json_lines(tmp_path / "e.jsonl"))) == 14
    stream.close()
    stream.close()
    back = list(read_json_lines(tmp_path / "e.jsonl"))
    assert [e["data"]["n"] for e in back] == list(range(20))
    names = ["id", "seq", "time_utc", "data_mode", "kind", "subject", "causes", "data"]
    assert list(back[0]) == names


def test_a_cut_last_line_is_left_out_and_a_damaged_one_inside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b'{"a":1}\n{"a":2}\n{"a"')
    assert list(read_json_lines(path)) == [{"a": 1}, {"a": 2}]
    path.write_bytes(b'{"a":1}\n{"a"\n{"a":3}\n')
    with pytest.raises(ValueError, match="truncated"):
        list(read_json_lines(path))


def test_a_folder_interrupted_from_the_keyboard_is_valid(tmp_path: Path) -> None:
    script = """
import sys, itertools, signal
from pathlib import Path
from tests.unit.formats.test_out_streams import chunk, event
from tocsin.formats.folder import OutputFolder
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a shell has put in the background
try:
    with OutputFolder(Path(sys.argv[1])) as folder:
        for i in itertools.count():
            folder.event(event(i))
            if i % 50 == 0:
                folder.tracks(chunk(3))
            if i == 2000:
                print("going", flush=True)
except KeyboardInterrupt:
    sys.exit(130)
"""
    root = Path(__file__).resolve().parents[3]
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(out)], stdout=subprocess.PIPE, env=environment, cwd=root
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"going\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        process.kill()
    text = (out / "events.jsonl").read_bytes()
    lines = text.splitlines()
    assert text.endswith(b"\n") and len(lines) > 2000
    assert [json.loads(line)["seq"] for line in lines] == list(range(len(lines)))
    assert read_tracks(out / "tracks.parquet").num_rows % 3 == 0
    assert not list(out.rglob("*.part"))


def test_the_track_table_has_its_columns_and_survives_no_rows(tmp_path: Path) -> None:
    writer = TrackTableWriter(tmp_path / "t.parquet", group_rows=4)
    for _ in range(3):
        writer.append(chunk(3))
    assert not (tmp_path / "t.parquet").exists()
    writer.close()
    writer.close()
    table = read_tracks(tmp_path / "t.parquet")
    assert table.num_rows == 9 and table.schema.names == SCHEMA.names
    assert table.schema.field("time_utc").type == pa.timestamp("ns", tz="UTC")
    assert table["time_utc"][1].as_py().isoformat() == "2026-03-01T06:00:01+00:00"
    assert table["covariance"][0].as_py() == list(map(float, range(21)))
    assert table["paths"].to_pylist()[:3] == [["infrared", "radar"], ["infrared"], ["infrared", "radar"]]
    TrackTableWriter(tmp_path / "none.parquet").close()
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_a_chunk_with_a_wrong_covariance_is_refused(tmp_path: Path) -> None:
    writer = TrackTableWriter(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="covariance"):
        writer.append(chunk(2) | {"covariance": np.zeros((2, 6, 6))})
    writer.close()


def test_utc_over_arrays_is_right_around_a_leap_second() -> None:
    texts = ["2016-12-31T23:59:59.5Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z", "1972-01-01T00:00:00Z"]
    tai = [tai_from_iso(text) for text in texts]
    assert iso_array(tai, 3) == [
        "2016-12-31T23:59:59.500", "2016-12-31T23:59:60.500", "2017-01-01T00:00:00.500", "1972-01-01T00:00:00.000",
    ]  # fmt: skip
    unix = unix_ns_array(tai)
    assert unix[2] == unix[1] == unix[0] + 1_000_000_000


def test_the_summary_comes_back_and_counts_balance(tmp_path: Path) -> None:
    rows = Rows(given=10, used=7, refused={"too late": 3})
    with OutputFolder(tmp_path / "out") as folder:
        folder.summary(Summary("test", {}, "c", {"cpu": "x"}, rows, Digests("a", "b", "c"), {}, {"run_s": 1.0}))
    data = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert data["rows"] == {"in": 10, "used": 7, "refused": {"too late": 3}}
    back = read_summary(tmp_path / "out" / "summary.json")
    assert back.rows.balanced() and back.digests.state == "b"
    assert not Rows(given=10, used=7).balanced()


def test_the_folder_holds_what_the_design_lists(tmp_path: Path) -> None:
    fed = tmp_path / "looks.jsonl"
    fed.write_bytes(b"{}\n")
    ones = np.ones(1)
    with OutputFolder(tmp_path / "out") as folder:
        folder.add_input(fed)
        second = folder.add_input(fed)
        folder.write_input("network.toml", b"name = 'n'\n")
        for record in (event(1), assessment(60.0), Rejection("f", 1, "x", "bad", "refused")):
            folder.write(record)
        folder.write(SpaceObservations("R/1", "test", np.array([at(1.0)]), ("A",), ones, ones, ones, ones))
        folder.tracks(chunk(2))
    out = tmp_path / "out"
    assert second.name == "looks-2.jsonl"
    assert folder.inputs["inputs/looks.jsonl"] == "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"
    assert {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} == {
        "inputs/looks.jsonl", "inputs/looks-2.jsonl", "inputs/network.toml", "events.jsonl", "assessments.jsonl",
        "rejected.jsonl", "tracks.parquet", "space/R_1.tdm",
    }  # fmt: skip
    assert folder.counts["track_rows"] == 2


def test_an_earlier_output_is_replaced_but_never_what_is_not_ours(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with OutputFolder(out) as folder:
        folder.write_input("a.jsonl", b"1")
        folder.event(event(1))
    with OutputFolder(out, keep=("inputs",)) as folder:
        pass
    assert (out / "inputs" / "a.jsonl").read_bytes() == b"1" and (out / "events.jsonl").read_bytes() == b""
    (out / "thesis.odt").write_bytes(b"years of work")
    with pytest.raises(InputError, match=r"thesis\.odt"):
        OutputFolder(out)
    assert (out / "thesis.odt").exists()


def test_no_input_name_leaves_the_inputs_folder(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        path = folder.write_input("../../etc/pass wd", b"")
    assert path.parent == tmp_path / "out" / "inputs" and path.name == "pass_wd"


def test_a_name_that_is_taken_gets_a_number_before_its_endings() -> None:
    names = input_names(["a.jsonl", "x/a.jsonl", "a.jsonl.gz", "y/a.jsonl.gz", "kept.json", "a-2.jsonl"], {"kept.json"})
    assert names == ["a.jsonl", "a-2.jsonl", "a.jsonl.gz", "a-2.jsonl.gz", "kept-2.json", "a-2-2.jsonl"]


def test_a_full_disk_names_the_file_and_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = JsonLines(tmp_path / "events.jsonl")
    stream.append({"n": 1}, flush=True)
    for n in range(2, 5):
        stream.append({"n": n})
    write, room = os.write, [11]

    def full(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(file, data[: room[0]])
        room[0] -= done
        return done

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left on device") as told:
        stream.close()
    stream.close()
    assert told.value.filename == str(tmp_path / "events.jsonl")
    assert (tmp_path / "events.jsonl").read_bytes() == b'{"n":1}\n{"n":2}\n'

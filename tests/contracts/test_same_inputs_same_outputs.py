"""Same inputs, same outputs: run, process, replay, snapshot and restore; and what `verify` notices."""

import json
from pathlib import Path

import pytest

from tocsin.centre.centre import Centre
from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.intake import Source, read_sources
from tocsin.cli.process import process_files
from tocsin.cli.replay import replay_folder
from tocsin.cli.verify import verify_folder
from tocsin.core.constants import NS
from tocsin.formats.looks_write import write_looks_jsonl
from tocsin.formats.summary import read_summary

OUTPUTS = ("events.jsonl", "assessments.jsonl", "rejected.jsonl")


def process_inputs(run: Path, looks: list[Path], out: Path) -> int:
    inputs = run / "inputs"
    return process_files(
        looks, network=inputs / "network.toml", assets=inputs / "assets.toml", data_mode="simulated", catalogue=None,
        notifications=None, until=None, out=out, as_json=True,
    )  # fmt: skip


def same(one: Path, two: Path) -> bool:
    digests = [read_summary(out / "summary.json").digests for out in (one, two)]
    return digests[0] == digests[1] and all((one / n).read_bytes() == (two / n).read_bytes() for n in OUTPUTS)


def test_process_of_the_inputs_equals_the_run(one_missile: Path, tmp_path: Path) -> None:
    assert process_inputs(one_missile, [one_missile / "inputs" / "looks.parquet"], tmp_path / "out") == DONE
    assert same(one_missile, tmp_path / "out")


def test_json_lines_in_any_order_of_files_and_rows_equal_parquet(one_missile: Path, tmp_path: Path) -> None:
    inputs = one_missile / "inputs"
    looks = Source(inputs / "looks.parquet", "looks")
    sources = [looks, Source(inputs / "network.toml", "network"), Source(inputs / "assets.toml", "assets")]
    items = read_sources(sources, "simulated").items
    half = len(items) // 2
    write_looks_jsonl(tmp_path / "b.jsonl", items[:half][::-1])  # type: ignore[arg-type]
    write_looks_jsonl(tmp_path / "a.jsonl", items[half:])  # type: ignore[arg-type]
    assert process_inputs(one_missile, [tmp_path / "a.jsonl", tmp_path / "b.jsonl"], tmp_path / "out") == DONE
    assert same(one_missile, tmp_path / "out")


def test_replay_says_equal(one_missile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay_folder(one_missile, out=tmp_path / "again", as_json=True) == DONE
    said = json.loads(capsys.readouterr().out)
    assert said["equal"] is True
    assert said["differences"] == []
    assert same(one_missile, tmp_path / "again")


def test_replay_says_what_differs(own_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assets = own_copy / "inputs" / "assets.toml"
    assets.write_text(assets.read_text().replace("latitude_deg = 39.0", "latitude_deg = 37.5"))
    assert replay_folder(own_copy, out=tmp_path / "again", as_json=True) == DONE_WITH_REFUSALS
    said = json.loads(capsys.readouterr().out)
    assert said["equal"] is False
    assert any("digest of events" in line for line in said["differences"])


def test_a_centre_restored_in_the_middle_ends_equal(one_missile: Path) -> None:
    inputs = one_missile / "inputs"
    sources = [
        Source(inputs / "looks.parquet", "looks"),
        Source(inputs / "network.toml", "network"),
        Source(inputs / "assets.toml", "assets"),
    ]
    intake = read_sources(sources, "simulated")
    whole = Centre(intake.network, intake.assets, "simulated")
    part = Centre(intake.network, intake.assets, "simulated")
    for number, item in enumerate(intake.items):
        if number % 500 == 250:
            part = Centre.restore(part.snapshot(), intake.network, intake.assets)
        assert len(whole.step(item)) == len(part.step(item))
    end = intake.items[-1].received + 60 * NS
    whole.advance(end)
    part.advance(end)
    assert whole.digests() == part.digests()


def test_the_labels_are_no_input(own_copy: Path, one_missile: Path, tmp_path: Path) -> None:
    for name in ("labels.parquet", "truth.parquet"):
        (own_copy / name).unlink()
    assert replay_folder(own_copy, out=tmp_path / "again", as_json=True) == DONE
    assert same(one_missile, tmp_path / "again")


def test_verify_finds_nothing_wrong_with_a_run(one_missile: Path) -> None:
    assert verify_folder(one_missile, quick=False, out=None, as_json=True) == DONE


def _first_line_changed(path: Path, old: bytes, new: bytes) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    assert any(old in line for line in lines)
    place = next(i for i, line in enumerate(lines) if old in line)
    lines[place] = lines[place].replace(old, new, 1)
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize(
    ("name", "old", "new", "check"),
    [
        ("inputs/looks.parquet", b"PAR1", b"PAR2", "inputs unchanged"),
        ("events.jsonl", b'"data_mode":"simulated"', b'"data_mode":"real"', "records whole and in order"),
        ("events.jsonl", b'"seq":1,', b'"seq":7,', "records whole and in order"),
        ("assessments.jsonl", b'"level":"', b'"level":"im', "records whole and in order"),
        ("events.jsonl", b'"causes":["', b'"causes":["nobody/s/1/0","', "causes walk back to the looks"),
        ("summary.json", b'"used": ', b'"used": 1', "rows in = used + refused"),
    ],
)
def test_verify_notices_what_was_changed(
    own_copy: Path, name: str, old: bytes, new: bytes, check: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "inputs/looks.parquet":
        with (own_copy / "inputs" / "notes.txt").open("w") as stream:
            stream.write("slipped in")
    else:
        _first_line_changed(own_copy / name, old, new)
    assert verify_folder(own_copy, quick=True, out=None, as_json=True) == DONE_WITH_REFUSALS
    said = json.loads(capsys.readouterr().out)
    assert [c["name"] for c in said["checks"] if c["faults"]] == [check]


def test_verify_notices_a_word_changed_in_an_assessment(own_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _first_line_changed(own_copy / "assessments.jsonl", b'"reason":"', b'"reason":"not ')
    assert verify_folder(own_copy, quick=False, out=None, as_json=True) == DONE_WITH_REFUSALS
    said = json.loads(capsys.readouterr().out)
    assert [c["name"] for c in said["checks"] if c["faults"]] == ["processed again, equal"]

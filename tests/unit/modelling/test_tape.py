"""Tapes and words of a scenario: what reaches the centre beside what its sensors see."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tocsin.core.errors import InputError
from tocsin.core.time import tai_from_iso
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import check_scenario, read_assets, read_network, read_scenario
from tocsin.modelling.paths import find_file
from tocsin.modelling.simulate import simulate

HEAD = """
name = "quiet"
data_mode = "simulated"
start_utc = "2026-08-12T19:00:00Z"
duration_s = 300
network = "{network}"
assets = "{assets}"
"""
MISSILE = """
[[flight]]
id = "missile"
kind = "missile"
vehicle = "short_range"
launch_s = 10
latitude_deg = 42.6
longitude_deg = -145.2
target = "asset-4"
"""
TAPE = '[[tape]]\nid = "tape"\nscenario = "told.toml"\nstart_s = 30\nline = "one-computer"\n'


def write(folder: Path, more: str = "", told: str = MISSILE) -> Path:
    head = HEAD.format(network=find_file("first-light", "networks"), assets=find_file("first-light", "assets"))
    (folder / "told.toml").write_text(head + told, encoding="utf-8")
    path = folder / "quiet.toml"
    path.write_text(head + more, encoding="utf-8")
    return path


def looks_of(folder: Path, more: str) -> list:
    path = write(folder, more)
    result = simulate(read_scenario(path), path, folder / "out")
    return [k for mode in ("simulated", "exercise") for k in read_looks(result.looks, mode).looks]


def test_a_tape_comes_by_its_line_in_a_session_of_its_own_and_flies_in_no_truth(tmp_path: Path) -> None:
    start = tai_from_iso("2026-08-12T19:00:00Z")
    looks = looks_of(tmp_path, TAPE)
    tape = [k for k in looks if k.session == "tape"]
    assert tape
    assert {k.line for k in tape} == {"one-computer"}
    assert {k.data_mode for k in tape} == {"simulated"}, "the mark was lost"
    assert min(k.time for k in tape) > start + 40 * 10**9
    for sensor in {k.sensor for k in tape}:
        numbers = sorted(k.sequence for k in tape if k.sensor == sensor)
        assert numbers == list(range(1, len(numbers) + 1))
        assert any(k.sensor == sensor and k.session != "tape" for k in looks), "its own looks go on"
    assert pq.read_table(tmp_path / "out" / "truth.parquet").num_rows == 0
    labels = pq.read_table(tmp_path / "out" / "labels.parquet").to_pylist()
    assert {row["object"] for row in labels if row["session"] == "tape"} == {"tape"}


def test_a_tape_may_keep_its_mark(tmp_path: Path) -> None:
    looks = looks_of(tmp_path, TAPE + 'data_mode = "exercise"\n')
    assert {k.data_mode for k in looks if k.session == "tape"} == {"exercise"}


def test_a_tape_plays_no_tape(tmp_path: Path) -> None:
    path = write(tmp_path, TAPE, MISSILE + TAPE)
    with pytest.raises(InputError, match="another tape"):
        simulate(read_scenario(path), path, tmp_path / "out")


def test_words_are_written_in_order_with_their_data_mode(tmp_path: Path) -> None:
    words = """
[[operator]]
id = "late"
received_s = 20
action = "release"
person = "B"
subject = "E0001"
data_mode = "exercise"

[[health]]
id = "down"
received_s = 10
subject = "radar-1"
state = "down"
"""
    path = write(tmp_path, words)
    result = simulate(read_scenario(path), path, tmp_path / "out")
    lines = [json.loads(line) for line in result.words.read_text(encoding="utf-8").splitlines()]
    assert [(k["kind"], k["id"], k["data_mode"]) for k in lines] == [
        ("health", "down", "simulated"), ("operator", "late", "exercise"),
    ]  # fmt: skip


HEALTH = '[[health]]\nid = "h"\nreceived_s = 1\nsubject = "nobody"\nstate = "down"\n'


@pytest.mark.parametrize(("table", "key"), [(TAPE + 'sensors = ["nobody"]\n', "sensors"), (HEALTH, "subject")])
def test_unknown_names_are_refused_with_their_line(tmp_path: Path, table: str, key: str) -> None:
    path = write(tmp_path, table)
    network = read_network(find_file("first-light", "networks"))
    with pytest.raises(InputError, match="nobody") as error:
        check_scenario(path, read_scenario(path), network, read_assets(find_file("first-light", "assets")))
    assert key in str(error.value.key)

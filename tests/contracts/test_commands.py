"""The commands as a user meets them: exit codes, messages, interruption, schemas, README and examples."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from tests.contracts.conftest import ROOT
from tocsin.formats.schemas import SCHEMAS, schema
from tocsin.formats.summary import read_summary

TOCSIN = [sys.executable, "-c", "from tocsin.cli.main import main; main()"]
DATA = ROOT / "examples" / "data"


def tocsin(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "TOCSIN_DEBUG"}
    command = [*TOCSIN, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, cwd=cwd, check=False)
    assert "Traceback" not in done.stderr + done.stdout
    return done


def process(out: Path, looks: Path, **changes: object) -> subprocess.CompletedProcess[str]:
    given: dict[str, object] = {"network": DATA / "network.toml", "assets": DATA / "assets.toml", "data-mode": "test"}
    options = [text for key, value in (given | changes).items() if value is not None for text in (f"--{key}", value)]
    return tocsin("process", looks, *options, "--out", out)


def test_the_files_of_the_readme_are_those_of_the_examples_and_run(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("network.toml", "assets.toml", "looks.jsonl"):
        assert (DATA / name).read_text(encoding="utf-8") in readme, name
    done = process(tmp_path / "out", DATA / "looks.jsonl")
    assert done.returncode == 0, done.stderr
    assert read_summary(tmp_path / "out" / "summary.json").rows.used == 2
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("range_km = 4000.0", "range_m = 4.0e6", 7, ["radar[0].range_m", "unknown key", "range_km"]),
        ("range_km = 4000.0", "range_km = -1.0", 7, ["radar[0].range_km", "> 0"]),
        ("range_km = 4000.0", 'range_km = "far"', 7, ["radar[0].range_km", "a number"]),
        ("latitude_deg = 10.0", "latitude_deg = 100.0", 5, ["radar[0].latitude_deg", "-90", "90"]),
        ("period_s = 5.0", "period_s = ", 8, ["not valid TOML"]),
    ],
)
def test_a_wrong_key_or_value_names_file_line_key_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, line: int, words: list[str]
) -> None:
    network = tmp_path / "network.toml"
    network.write_text((DATA / "network.toml").read_text().replace(old, new))
    done = process(tmp_path / "out", DATA / "looks.jsonl", network=network)
    assert done.returncode == 2
    assert f"network.toml:{line}" in done.stderr
    for word in words:
        assert word in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_vehicle_that_cannot_leave_the_pad_ends_with_two_and_says_why(tmp_path: Path) -> None:
    text = (ROOT / "vehicles" / "short_range.toml").read_text(encoding="utf-8")
    (tmp_path / "heavy.toml").write_text(text.replace("payload_kg = 500", "payload_kg = 50000"))
    network = (DATA / "network.toml").as_posix()
    (tmp_path / "scenario.toml").write_text(
        'name = "s"\ndata_mode = "test"\nstart_utc = "2026-01-01T00:00:00Z"\nduration_s = 60\n'
        f'network = "{network}"\nassets = "{(DATA / "assets.toml").as_posix()}"\n[[flight]]\nid = "m"\n'
        'kind = "missile"\nvehicle = "heavy.toml"\nlaunch_s = 1\nlatitude_deg = 0\nlongitude_deg = 0\n'
        "target_latitude_deg = 3\ntarget_longitude_deg = 3\n"
    )
    done = tocsin("simulate", tmp_path / "scenario.toml", "--out", tmp_path / "out")
    assert done.returncode == 2
    words = "".join(done.stderr.split())
    for part in ("heavy.toml:", "stage[0].burn_s", "cannot leave the pad", "against a weight of"):
        assert "".join(part.split()) in words
    assert not (tmp_path / "out").exists()
    scenario = (tmp_path / "scenario.toml").read_text()
    (tmp_path / "scenario.toml").write_text(scenario.replace("heavy.toml", "nothing.toml"))
    done = tocsin("run", tmp_path / "scenario.toml", "--out", tmp_path / "out")
    assert done.returncode == 2
    words = "".join(done.stderr.split())
    for part in ("scenario.toml:10", "flight[0].vehicle", "no such vehicle", "medium_range_solid"):
        assert part.replace(" ", "") in words


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    looks = DATA / "looks.jsonl"
    for changes, word in (
        ({"network": None}, "--network"),
        ({"assets": None}, "--assets"),
        ({"data-mode": None}, "--data-mode"),
        ({"data-mode": "live"}, "real, exercise, simulated, test"),
        ({"until": "soon"}, "--until"),
        ({"network": tmp_path / "none.toml"}, "none.toml"),
        ({"catalogue": tmp_path / "none.tle"}, "none.tle"),
    ):
        done = process(tmp_path / "out", looks, **changes)
        assert done.returncode == 2, changes
        assert word in done.stderr, changes
    assert process(tmp_path / "out", tmp_path / "none.jsonl").returncode == 2
    assert tocsin("run", "no-such-scenario").returncode == 2
    assert "first-light" in tocsin("run", "no-such-scenario").stderr
    assert tocsin("replay", tmp_path).returncode == 2
    assert tocsin("score", tmp_path).returncode == 2
    assert tocsin("nonsense").returncode == 2


def test_another_folder_is_never_cleared(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    done = process(tmp_path, DATA / "looks.jsonl")
    assert done.returncode == 2
    assert "thesis.tex" in done.stderr
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_parquet_file_without_its_footer_is_refused_whole(one_missile: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.parquet"
    cut.write_bytes((one_missile / "inputs" / "looks.parquet").read_bytes()[:-100])
    done = process(tmp_path / "out", cut)
    assert done.returncode == 2
    assert "cut.parquet" in done.stderr


def test_refusals_end_with_one_and_stand_in_the_file(tmp_path: Path) -> None:
    looks = tmp_path / "looks.jsonl"
    looks.write_text("nonsense\n" + (DATA / "looks.jsonl").read_text())
    done = process(tmp_path / "out", looks)
    assert done.returncode == 1
    rejected = [json.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").open("rb")]
    assert [(r["file"], r["row"], r["action"]) for r in rejected] == [("looks.jsonl", 0, "refused")]


def test_two_files_of_one_name_are_told_apart_and_replayed(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    good, bad = tmp_path / "looks.jsonl", tmp_path / "b" / "looks.jsonl"
    good.write_text((DATA / "looks.jsonl").read_text())
    bad.write_text("nonsense\n")
    options = ["--network", DATA / "network.toml", "--assets", DATA / "assets.toml", "--data-mode", "test"]
    done = tocsin("process", good, bad, *options, "--out", tmp_path / "out")
    assert done.returncode == 1, done.stderr
    rejected = [json.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").open("rb")]
    assert [(r["file"], r["row"]) for r in rejected] == [("looks-2.jsonl", 0)]
    assert (tmp_path / "out" / "inputs" / "looks-2.jsonl").read_text() == "nonsense\n"
    assert tocsin("replay", tmp_path / "out", "--out", tmp_path / "again").returncode == 1
    assert (tmp_path / "again" / "rejected.jsonl").read_bytes() == (tmp_path / "out" / "rejected.jsonl").read_bytes()


@pytest.mark.parametrize("body", ["", "\n\n", "nonsense\n{}\n"])
def test_looks_of_which_nothing_can_be_used_end_with_two_and_write_nothing(tmp_path: Path, body: str) -> None:
    looks = tmp_path / "looks.jsonl"
    looks.write_text(body)
    done = process(tmp_path / "out", looks)
    assert done.returncode == 2
    assert "looks.jsonl" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("room", "file"), [(300, "tracks.parquet"), (20_000, "looks.parquet"), (110_000, "assessments.jsonl")]
)
def test_what_cannot_be_written_is_named_and_what_was_finished_is_valid(
    one_missile: Path, tmp_path: Path, room: int, file: str
) -> None:
    pytest.importorskip("resource")
    inputs, out = one_missile / "inputs", tmp_path / "out"
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room})); "
    words = [
        "process", inputs / "looks.parquet", "--network", inputs / "network.toml", "--assets", inputs / "assets.toml",
        "--data-mode", "simulated", "--out", out,
    ]  # fmt: skip
    command = [sys.executable, "-c", limit + TOCSIN[2], *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2, done.stderr
    told = done.stderr.strip().splitlines()[-1]
    assert told.startswith("tocsin: ") and file in told and told.endswith(": File too large")
    assert "Traceback" not in done.stderr
    for name in ("events.jsonl", "assessments.jsonl", "rejected.jsonl"):
        text = (out / name).read_bytes()
        assert text.endswith(b"\n") or not text
        for line in text.splitlines():
            json.loads(line)


@pytest.mark.parametrize("role", ["looks", "network", "assets", "catalogue", "notifications"])
def test_a_pipe_or_a_folder_is_no_file_and_nothing_waits_for_it(tmp_path: Path, role: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, found in ((tmp_path / "pipe", "not a regular file"), (tmp_path, "is a folder")):
        looks = path if role == "looks" else DATA / "looks.jsonl"
        done = process(tmp_path / "out", looks, **({} if role == "looks" else {role: path}))
        assert done.returncode == 2
        assert f"{path}: {found}" in done.stderr


def test_a_run_goes_on_when_nobody_reads_what_it_says(tmp_path: Path) -> None:
    words = [
        "process", DATA / "looks.jsonl", "--network", DATA / "network.toml", "--assets", DATA / "assets.toml",
        "--data-mode", "test", "--out", tmp_path / "out",
    ]  # fmt: skip
    running = subprocess.Popen([*TOCSIN, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == ""
    assert running.wait(timeout=300) == 0
    assert read_summary(tmp_path / "out" / "summary.json").rows.used == 2


def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    looks = tmp_path / os.fsdecode(b"l\xff.jsonl")
    try:
        looks.write_bytes(b"nonsense\n" + (DATA / "looks.jsonl").read_bytes())
    except OSError:
        pytest.skip("names are text here")
    done = process(tmp_path / "out", looks)
    assert done.returncode == 1, done.stderr
    rejected = json.loads((tmp_path / "out" / "rejected.jsonl").read_bytes())
    assert (tmp_path / "out" / "inputs" / rejected["file"]).read_bytes() == looks.read_bytes()
    assert process(tmp_path / "out", tmp_path / os.fsdecode(b"m\xff.jsonl")).returncode == 2


def test_an_interrupt_leaves_valid_outputs(one_missile: Path, tmp_path: Path) -> None:
    inputs, out = one_missile / "inputs", tmp_path / "out"
    command = [
        *TOCSIN, "process", inputs / "looks.parquet", "--network", inputs / "network.toml",
        "--assets", inputs / "assets.toml", "--data-mode", "simulated", "--until", "2592000", "--out", out,
    ]  # fmt: skip
    running = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    said = (
        out / "assessments.jsonl"
    )  # a line of it is written at once: then the loop runs, and a month of silence is to come
    for _ in range(5000):
        if (said.is_file() and said.stat().st_size) or running.poll() is not None:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 130, told
    assert "Traceback" not in told
    summary = read_summary(out / "summary.json")
    assert summary.interrupted
    assert summary.rows.balanced()
    done = tocsin("verify", out, "--quick", "--json")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_printed_and_is_one(name: str) -> None:
    done = tocsin("schema", name)
    assert done.returncode == 0
    printed = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed == json.loads(json.dumps(schema(name)))


def test_an_unknown_schema_names_those_there_are() -> None:
    done = tocsin("schema", "nothing")
    assert done.returncode == 2
    assert "look" in done.stderr
    assert tocsin("schema").stdout.split() == list(SCHEMAS)


def test_outputs_are_what_their_schemas_say(one_missile: Path) -> None:
    for name, file in (("event", "events.jsonl"), ("assessment", "assessments.jsonl"), ("rejection", "rejected.jsonl")):
        validator = jsonschema.Draft202012Validator(schema(name))
        lines = (one_missile / file).read_bytes().splitlines()
        for line in lines[:200]:
            validator.validate(json.loads(line))
        assert lines or name == "rejection"
    jsonschema.Draft202012Validator(schema("summary")).validate(json.loads((one_missile / "summary.json").read_bytes()))
    look = jsonschema.Draft202012Validator(schema("look"))
    for line in (DATA / "looks.jsonl").read_text().splitlines():
        look.validate(json.loads(line))


def test_doctor_finds_nothing_missing_here(tmp_path: Path) -> None:
    done = tocsin("doctor", "--json", "--out", tmp_path)
    report = json.loads(done.stdout)
    assert [f for f in report["findings"] if f["state"] == "missing"] == []
    assert done.returncode == 0
    assert re.fullmatch("[0-9a-f]{64}", report["fingerprint"]["sha256"])
    again = tocsin("doctor", "--fingerprint", "--json")
    assert json.loads(again.stdout) == report["fingerprint"]
    assert json.loads((tmp_path / "doctor.json").read_text()) == report


def test_score_against_the_truth(one_missile: Path, tmp_path: Path) -> None:
    done = tocsin("score", one_missile, "--truth", one_missile / "truth.parquet", "--json", "--out", tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["summary"]["threats"] == 1
    assert json.loads((tmp_path / "score.json").read_text()) == json.loads(done.stdout)
    assert "missile-1" in tocsin("score", one_missile).stdout


def test_a_catalogue_is_described_and_refuses_what_is_damaged(tmp_path: Path) -> None:
    one = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
    two = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"
    file = tmp_path / "two.tle"
    file.write_text(f"ISS\n{one}\n{two}\nBROKEN\n{one[:-1]}0\n{two}\n")
    done = tocsin("catalogue", file, "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["element_sets"], len(report["refused"]), report["unusable"]) == (1, 1, [])
    assert report["epochs"]["first_utc"].startswith("2008-09-20T12:25:40.1")


def test_a_study_is_resumed_and_not_mixed(tmp_path: Path) -> None:
    given = ("study", "ellipses", "--scenario", DATA / "one-missile.toml", "--out", tmp_path, "--json")
    first = tocsin(*given, "--seeds", 1)
    assert first.returncode == 0, first.stderr
    line = (tmp_path / "seeds.jsonl").read_bytes()
    second = tocsin(*given, "--seeds", 1)
    assert (tmp_path / "seeds.jsonl").read_bytes() == line
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert json.loads(first.stdout)["missiles"] == 1
    other = tocsin("study", "variants", "--scenario", DATA / "one-missile.toml", "--out", tmp_path, "--seeds", 1)
    assert other.returncode == 2
    assert "another study" in other.stderr


@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("[0-9]*.py")), ids=lambda path: path.name)
def test_every_example_runs(script: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 3

"""Scenarios with faults and false sources go through the whole of `run`: nothing breaks, every row is accounted for."""

import json
from pathlib import Path

import pytest

from tests.contracts.conftest import SCENARIO
from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.run import run_scenario
from tocsin.formats.summary import read_summary

# each fault alone, and in the end all of them at once
FAULTS = {
    "late": 'kind = "late"\ndelay_s = 45',
    "too_late": 'kind = "late"\ndelay_s = 90\nstart_s = 100\nend_s = 300',
    "lost": 'kind = "lost"\npart = 0.3',
    "doubled": 'kind = "doubled"\npart = 0.5\nafter_s = 2',
    "reordered": 'kind = "reordered"\nwithin_s = 30',
    "frozen": 'kind = "frozen"\nstart_s = 200\nend_s = 300',
    "time_shift": 'kind = "time_shift"\nshift_s = 20\nsensors = ["radar-5"]\nstart_s = 100',
    "clock_drift": 'kind = "clock_drift"\ndrift_s_per_hour = -60\nsites = ["post-west"]',
    "line_down": 'kind = "line_down"\nlines = ["line-east"]\nstart_s = 100\nend_s = 300',
    "site_down": 'kind = "site_down"\nsites = ["post-west"]\nstart_s = 100\nend_s = 300',
}
REASONS = {"too_late": "behind data time", "doubled": "duplicate", "time_shift": "ahead of its arrival"}
SOURCES = """
[[source]]
kind = "reentry"
id = "stage"
start_s = 60
latitude_deg = 40
longitude_deg = -170
azimuth_deg = 90
descent_deg = 1.5

[[source]]
kind = "solar_burst"
id = "burst"
start_s = 100
end_s = 300
flux_sfu = 300000

[[source]]
kind = "interference"
id = "boat"
latitude_deg = 44.8
longitude_deg = -157.9
eirp_w = 100

[[source]]
kind = "aurora"
id = "aurora"

[[source]]
kind = "meteor_trails"
id = "meteors"
rate_per_hour = 600

[[source]]
kind = "moon_echo"
id = "moon"
"""


def scenario_with(folder: Path, more: str) -> Path:
    """Return a scenario file of seven minutes: the example with more in it."""
    text = SCENARIO.read_text(encoding="utf-8")
    for name in ("network", "assets"):
        text = "\n".join(
            f'{name} = "{(SCENARIO.parent / line.split(chr(34))[1]).resolve().as_posix()}"'
            if line.startswith(f"{name} =") else line for line in text.splitlines()
        )  # fmt: skip
    head, *tables = text.split("\n[[")
    lines = ["duration_s = 420" if line.startswith("duration_s") else line for line in head.splitlines()]
    path = folder / "faulty.toml"
    path.write_text("\n[[".join(["\n".join(lines), *tables]) + "\n" + more + "\n", encoding="utf-8")
    return path


def run(folder: Path, more: str) -> tuple[dict[str, int], list[dict[str, str]]]:
    """Return the counted refusals and the lines of rejected.jsonl of a run, its accounts checked."""
    out = folder / "out"
    code = run_scenario(str(scenario_with(folder, more)), out=out, seed=None, catalogue=None, until=None, as_json=True)
    rows = read_summary(out / "summary.json").rows
    refused = sum(rows.refused.values())
    assert rows.given == rows.used + refused
    assert rows.used > 0
    told = [json.loads(line) for line in (out / "rejected.jsonl").read_text(encoding="utf-8").splitlines()]
    # a duplicate is dropped without loss: only refusals make the exit code tell
    assert code == (DONE_WITH_REFUSALS if any(line["action"] == "refused" for line in told) else DONE)
    assert (len(told) > 0) == (refused > 0)
    assert all(line["reason"] and line["action"] for line in told)
    return rows.refused, told


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_survived_and_every_row_accounted_for(tmp_path: Path, fault: str) -> None:
    refused, told = run(tmp_path, f"[[fault]]\n{FAULTS[fault]}")
    if fault in REASONS:
        assert any(REASONS[fault] in reason for reason in refused), refused
        assert any(REASONS[fault] in line["reason"] for line in told)


def test_all_faults_and_false_sources_at_once(tmp_path: Path) -> None:
    refused, told = run(tmp_path, "\n".join(f"[[fault]]\n{f}" for f in FAULTS.values()) + SOURCES)
    assert refused, "so many faults at once leave refused rows, or they were not applied"
    assert {line["action"] for line in told} >= {"refused"}

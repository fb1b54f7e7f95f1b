"""Every false alarm and every miss of the public record, and for each a twin in which the attack is real.

A short slice in every run; all of them with TOCSIN_SLOW=1, or by `make incidents`.
"""

import csv
import os
from pathlib import Path

import pytest

from tests.shared_data import shared
from tocsin.cli.study.incidents import FILE, case_scenario, find_incidents, run_case
from tocsin.formats.toml_files import read_incident

SLOW = bool(os.environ.get("TOCSIN_SLOW"))
SLICE = {"1983-glint", "1979-test-tape", "1980-counts", "1995-sounding-rocket", "2018-broadcaster", "2018-drill"}
"""Cheap and different: a false source, test data, a damaged field, a notice, and the desk."""
SEEDS = range(1, 6)
FOLDERS = find_incidents(None)
CASES = [
    pytest.param(
        folder, k, seed, id=f"{folder.name}-{k + 1}-seed-{seed}",
        marks=() if SLOW or folder.name in SLICE else pytest.mark.skip(reason="all incidents: TOCSIN_SLOW=1"),
    )
    for folder in FOLDERS for k in range(len(read_incident(folder / FILE).case)) for seed in (SEEDS if SLOW else (1,))
]  # fmt: skip


@pytest.mark.parametrize(("folder", "number", "seed"), CASES)
def test_what_has_to_be_said_is_said_in_time_and_nothing_else(
    folder: Path, number: int, seed: int, tmp_path: Path
) -> None:
    line = run_case(folder, number, tmp_path / "out", seed)
    wrong = [v for v in line["verdicts"] if v["holds"] == bool(v["fault"])]
    assert not wrong, "\n".join(f"{v['words']}: {v['why'] or 'holds, though said to be a fault'}" for v in wrong)
    faults = [v["fault"] for v in line["verdicts"] if not v["holds"]]
    if faults:
        pytest.xfail("; ".join(faults))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_each_incident_has_a_twin_with_a_real_attack_that_must_be_told_in_time(folder: Path) -> None:
    incident = read_incident(folder / FILE)
    assert incident.sources and incident.happened.strip() and incident.asks.strip() and incident.modelled.strip()
    twins = [case for case in incident.case if case.twin]
    assert twins and len(twins) < len(incident.case)
    for case in incident.case:
        scenario, _ = case_scenario(folder, case)
        assert case.must or case.never, case.name
        if case.twin:
            assert any(flight.kind == "missile" for flight in scenario.flight), case.name
            assert any(s.until_s is not None or s.before_fall_s is not None for s in case.must), case.name


def test_every_incident_of_the_public_list_is_here() -> None:
    with shared("reference/incidents.csv").open(encoding="utf-8") as stream:
        listed = {row["id"] for row in csv.DictReader(stream) if row["id"].startswith("INC-")}
    assert {read_incident(folder / FILE).id for folder in FOLDERS} == listed


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_each_incident_has_its_page_and_picture(folder: Path) -> None:
    docs = Path(__file__).resolve().parents[2] / "docs" / "incidents"
    assert (docs / f"{folder.name}.md").is_file()
    assert 1000 < (docs / f"{folder.name}.svg").stat().st_size < 150_000

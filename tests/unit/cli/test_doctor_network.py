"""`tocsin doctor --network` as a user meets it: exit codes, what is printed, what is written."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli.main import app

GOOD = """\
name = "small"

[[radar]]
id = "north"
latitude_deg = 60.0
longitude_deg = 10.0
faces = [{ azimuth_start_deg = 300, azimuth_end_deg = 60, elevation_min_deg = 3, elevation_max_deg = 85 }]
range_km = 4000.0
sources = ["a test"]
assumed = ["range_km"]

[[infrared]]
id = "ring"
orbit.geo_longitude_deg = 20.0
sun_exclusion_deg = 0.0
"""
ASSETS = '[[asset]]\nid = "a"\nname = "Town"\nlatitude_deg = 65.0\nlongitude_deg = 10.0\nradius_km = 20.0\n'
WANDERER = '\n[[infrared]]\nid = "wanderer"\n'
BLIND = '\n[[radar]]\nid = "blind"\nlatitude_deg = 1\nlongitude_deg = 1\nrange_km = 5\n'


def doctor(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["doctor", *map(str, arguments)])
    return done.exit_code, done.output


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "n.toml"
    path.write_text(GOOD)
    (tmp_path / "a.toml").write_text(ASSETS)
    return path


def test_it_prints_coverage_gaps_and_what_was_assumed(network: Path, tmp_path: Path) -> None:
    code, text = doctor("--network", network, "--assets", tmp_path / "a.toml")
    assert code == 0
    assert "small: 1 infrared, 1 radar" in text
    line = next(line for line in text.splitlines() if line.startswith("  Town"))
    # a plume at 65 N stands over the horizon of the satellite all day, a body in the radar's field from 200 km on
    assert line.split()[:4] == ["Town", "100", "%", "-"]
    assert line.split()[-3:] == ["100", "%", "-"]
    assert "north: assumed by the file: range_km" in text
    assert "ring: no source named" in text
    assert "period_s" in next(line for line in text.splitlines() if "default taken" in line)


def test_machines_get_one_object_with_the_same_figures(network: Path, tmp_path: Path) -> None:
    code, text = doctor("--network", network, "--json", "--out", tmp_path / "out")
    report = json.loads(text)
    assert code == 0
    assert {s["id"] for s in report["sensors"]} == {"north", "ring"}
    assert report["assumed"][0]["assumed"] == ["range_km"]
    assert len(report["cells"]) == 6 * 6 * 12
    north = [c for c in report["cells"] if (c["south_deg"], c["west_deg"], c["height_km"]) == (60, 0, 500.0)]
    assert 0.0 < north[0]["one"] < 1.0
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {"coverage.json", "coverage.svg", "coverage.html"}


@pytest.mark.parametrize(("more", "words"), [(WANDERER, "its place comes with its looks"), (BLIND, "sees nothing")])
def test_a_sensor_that_sees_nothing_is_told_by_exit_1(network: Path, more: str, words: str) -> None:
    network.write_text(GOOD + more)
    code, text = doctor("--network", network)
    assert code == 1
    assert words in text


def test_an_unusable_network_ends_with_2_and_names_line_key_and_physics(
    network: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    network.write_text(GOOD.replace("range_km = 4000.0", "range_km = -4.0"))
    done = CliRunner().invoke(app, ["doctor", "--network", str(network)])
    assert done.exit_code == 2
    told = done.output + done.stderr + capfd.readouterr().err
    for word in ("n.toml:8", "radar[0].range_km", "never negative", "> 0"):
        assert word in told
    assert doctor("--network", network.parent / "none.toml")[0] == 2

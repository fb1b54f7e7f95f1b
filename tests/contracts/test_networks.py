"""Every packaged network is read, examined and processed by the same code, names its sources, and keeps its bounds."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.contracts.conftest import ROOT
from tocsin.cli.doctor_network import examine_network
from tocsin.cli.process import process_files
from tocsin.cli.study.run import run_study
from tocsin.core.constants import DEG
from tocsin.core.errors import InputError
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.formats.toml_given import given
from tocsin.prediction.ground import country, gazetteer

NETWORKS = sorted((ROOT / "networks").glob("*.toml"))
ASSETS = sorted((ROOT / "assets").glob("*.toml"))
SAID = {"id", "name", "site", "country", "family", "band", "sources", "assumed", "confidence", "present_day"}
PUBLIC = SAID | {"latitude_deg", "longitude_deg", "altitude_m", "faces"}
"""What a sensor in service may carry: what it is, its site, its sectors and elevation limits."""
PUBLIC_FACE = {"azimuth_start_deg", "azimuth_end_deg", "elevation_min_deg", "elevation_max_deg"}


def stem(path: Path) -> str:
    return path.stem


def test_all_that_is_promised_is_there() -> None:
    assert {p.stem for p in NETWORKS} >= {
        "soviet-1983", "russian-1995", "us-1979", "us-present", "russia-present", "asia-notional", "global-notional",
    }  # fmt: skip


@pytest.mark.parametrize("path", NETWORKS, ids=stem)
def test_every_network_passes_the_doctor(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine_network(path, None, out=tmp_path, as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report == json.loads((tmp_path / "coverage.json").read_text(encoding="utf-8"))
    assert not report["faults"]
    earth = report["regions"][0]["seen"]
    for seen in earth:
        assert 1.0 >= seen["one"] >= seen["two"] >= seen["three"] >= 0.0
        # sums of 16,200 weights in another order
        assert seen["one"] >= max(seen["always"], seen["both_kinds"]) - 1e-9
    for target in ("plume", "body"):
        rising = [seen["one"] for seen in earth if seen["target"] == target]
        assert rising == sorted(rising), "the higher, the more is over the horizon"
    for name in ("coverage.svg", "coverage.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", ""), "no request"


@pytest.mark.parametrize("path", NETWORKS, ids=stem)
def test_every_value_has_a_source_or_is_said_to_be_assumed(path: Path) -> None:
    for sensor in given(path, read_network(path)):
        assert sensor.sources and sensor.confidence, sensor.id
        if path.stem != "first-light" and not sensor.present_day:
            assert not sensor.default, f"{sensor.id} leaves {sensor.default} to defaults"
            assert sensor.assumed, sensor.id


@pytest.mark.parametrize("path", NETWORKS, ids=stem)
def test_sensors_in_service_carry_public_site_sector_and_elevation_limits_only(path: Path) -> None:
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    sensors = [*tree.get("radar", ()), *tree.get("infrared", ())]
    in_service = [s for s in sensors if s.get("present_day")]
    assert bool(in_service) == path.stem.endswith("-present")
    assert len(in_service) in (0, len(sensors)), "never mixed with others"
    for sensor in in_service:
        assert set(sensor) <= PUBLIC, sensor["id"]
        for face in sensor["faces"]:
            assert set(face) <= PUBLIC_FACE, sensor["id"]


@pytest.mark.parametrize("path", [p for p in NETWORKS if p.stem.endswith("-notional")], ids=stem)
def test_radars_of_notional_networks_stand_on_open_water(path: Path) -> None:
    for radar in read_network(path).radar:
        assert country(radar.latitude_deg * DEG, radar.longitude_deg * DEG) is None, radar.id


@pytest.mark.parametrize("path", ASSETS, ids=stem)
def test_protected_places_are_cities_of_the_packaged_list_or_fictional(path: Path) -> None:
    book = gazetteer()
    known = {name: tuple((p / DEG).round(5)) for name, p in zip(book.cities, book.places, strict=True)}
    assets = read_assets(path).asset
    assert assets
    if path.stem.startswith("cities-"):
        for asset in assets:
            assert asset.kind in ("city", "territory"), asset.id
            if asset.kind == "city":
                assert known[asset.name] == pytest.approx((asset.latitude_deg, asset.longitude_deg), abs=1e-4)
            assert asset.sources
    else:
        for asset in assets:
            place = asset.polygon[0] if asset.polygon else (asset.latitude_deg, asset.longitude_deg)
            assert country(place[0] * DEG, place[1] * DEG) is None, asset.id


@pytest.mark.parametrize("path", NETWORKS, ids=stem)
def test_every_network_serves_the_centre(path: Path, tmp_path: Path) -> None:
    network = read_network(path)
    sensor = (*network.infrared, *network.radar)[-1].id
    look = {
        "sensor": sensor, "session": "s", "sequence": 1, "data_mode": "test", "time_utc": "2026-01-01T00:00:10Z",
        "look_start_utc": "2026-01-01T00:00:00Z", "look_end_utc": "2026-01-01T00:00:10Z", "mode": "search",
        "state": "ok", "detections": 0, "detection": -1,
    }  # fmt: skip
    file = tmp_path / "looks.jsonl"
    file.write_text(json.dumps(look) + "\n")
    done = process_files(
        [file], network=path, assets=ROOT / "assets" / "cities-us-1979.toml", data_mode="test", catalogue=None,
        notifications=None, until=None, out=tmp_path / "out", as_json=True,
    )  # fmt: skip
    assert done == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["rows"]["used"] == 1


def test_studies_refuse_a_network_in_service(tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "first-light.toml").read_text(encoding="utf-8")
    old = tomllib.loads(text)["network"]
    scenario = tmp_path / "s.toml"
    outage = text.index("[[outage]]") if "[[outage]]" in text else len(text)
    scenario.write_text(
        text[:outage].replace(f'network = "{old}"', f'network = "{ROOT / "networks" / "us-present.toml"}"')
    )
    with pytest.raises(InputError, match="replay and coverage"):
        run_study("variants", str(scenario), count=1, first_seed=1, jobs=1, out=tmp_path / "out", as_json=True)
    assert not (tmp_path / "out").exists()

"""Registration through `centre.step`: a faulty radar of a network is told and corrected; a healthy network goes on as before."""

import msgspec
import pytest

from tocsin.centre import registrar
from tocsin.centre.centre import Centre
from tocsin.cli.intake import Source, read_sources
from tocsin.core.constants import NS
from tocsin.core.records.faults import Biased, ClockDrift
from tocsin.core.records.outputs import Event
from tocsin.core.records.scenario import Background, Catalogue
from tocsin.core.time import tai_from_iso
from tocsin.formats.element_sets import read_element_sets
from tocsin.formats.toml_files import read_assets, read_network, read_scenario
from tocsin.modelling.faults import STEPS
from tocsin.modelling.paths import find_scenario
from tocsin.modelling.simulate import simulate

PATH = find_scenario("first-light")
RADAR = "radar-2"
TOLD = ("sensor_biased", "sensor_back", "quarantined")


@pytest.fixture(scope="module")
def sky(tmp_path_factory):
    """Return inputs, folder and start of ten minutes of satellites, and no launch."""
    scenario = msgspec.structs.replace(
        read_scenario(PATH), duration_s=600.0, catalogue=Catalogue(objects=6000, along_track_error_s=0.1),
        background=Background(), flight=(), notification=(),
    )  # fmt: skip
    out = tmp_path_factory.mktemp("sky")
    simulate(scenario, PATH, out)
    inputs = out / "inputs"
    sources = [Source(inputs / f, k) for f, k in (("looks.parquet", "looks"), ("network.toml", "network"))]
    items = read_sources([*sources, Source(inputs / "assets.toml", "assets")], "simulated").items
    return items, inputs, tai_from_iso(scenario.start_utc)


def fresh(inputs):
    centre = Centre(read_network(inputs / "network.toml"), read_assets(inputs / "assets.toml"), "simulated")
    centre.load_catalogue(read_element_sets(inputs / "catalogue.tle")[0])
    return centre


def struck(sky, fault):
    items, _, start = sky
    return STEPS[type(fault)](fault, items, lambda look: look.sensor == RADAR, None, start)


def fed(centre, items):
    return [r for item in items for r in centre.step(item) if isinstance(r, Event) and r.kind in TOLD]


def test_a_turned_radar_is_told_with_size_and_causes_and_its_looks_are_corrected(sky):
    centre = fresh(sky[1])
    items = struck(sky, Biased(azimuth_deg=0.3))
    said = fed(centre, items)
    assert [(e.kind, e.subject) for e in said] == [("sensor_biased", RADAR)]
    data = said[0].data
    assert data["bias_azimuth_deg"] == pytest.approx(0.3, abs=4.0 * data["sigma_azimuth_deg"] + 0.06)
    assert said[0].causes and "azimuth" in data["reason"]
    # its detections are known objects again
    look = next(i for i in reversed(items) if i.sensor == RADAR and len(i.numbers))
    better = registrar.corrected(look, centre.sensors.by_id[RADAR], centre.registration.fault(RADAR))
    assert better.values[0, 1] < look.values[0, 1] and better.values[0, 8] > look.values[0, 8]


def test_a_clock_that_runs_away_is_quarantined_and_is_no_path(sky):
    centre = fresh(sky[1])
    said = fed(centre, struck(sky, ClockDrift(drift_s_per_hour=30.0)))
    assert {e.subject for e in said} == {RADAR} and said[-1].kind == "quarantined"
    assert centre.registration.fault(RADAR).drifting


def test_a_healthy_network_goes_on_as_without_registration(sky, monkeypatch):
    with_it = fresh(sky[1])
    assert fed(with_it, sky[0]) == []
    monkeypatch.setattr(registrar, "hear", lambda *a: None)
    without = fresh(sky[1])
    fed(without, sky[0])
    assert with_it.digests()["events"] == without.digests()["events"]


def test_a_restored_centre_finds_the_same(sky):
    items = struck(sky, Biased(azimuth_deg=0.3))
    whole = fresh(sky[1])
    fed(whole, items)
    half = fresh(sky[1])
    cut = next(k for k, i in enumerate(items) if i.received > sky[2] + 200 * NS)
    fed(half, items[:cut])
    network, assets = read_network(sky[1] / "network.toml"), read_assets(sky[1] / "assets.toml")
    again = Centre.restore(half.snapshot(), network, assets)
    fed(again, items[cut:])
    assert again.digests() == whole.digests()

from pathlib import Path

import pytest

from tocsin.core.errors import InputError
from tocsin.core.time import tai_from_iso
from tocsin.formats.toml_files import check_scenario, read_assets, read_network, read_scenario
from tocsin.modelling.chance import stream
from tocsin.modelling.paths import find_beside, find_scenario, roots
from tocsin.modelling.truth import build_truth
from tocsin.modelling.variants import variant

PATH = find_scenario("first-light")
SCENARIO = read_scenario(PATH)
NETWORK = read_network(find_beside(SCENARIO.network, PATH, "networks"))
ASSETS = read_assets(find_beside(SCENARIO.assets, PATH, "assets"))


def test_a_scenario_is_found_by_name_and_by_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_scenario("first-light") == find_scenario("scenarios/first-light.toml") == find_scenario(PATH)
    own = Path("first-light.toml")
    own.write_text("x = 1")
    assert find_scenario("first-light.toml") == own
    with pytest.raises(InputError, match="first-light"):
        find_scenario("no-such-scenario")
    assert roots()[0] == Path.cwd()


def test_the_scenario_is_what_it_says():
    check_scenario(PATH, SCENARIO, NETWORK, ASSETS)
    assert len(NETWORK.infrared) == 6 and len(NETWORK.radar) == 7 and len(ASSETS.asset) == 12
    assert not any(s.present_day for s in (*NETWORK.radar, *NETWORK.infrared))
    missiles = [f for f in SCENARIO.flight if f.kind == "missile"]
    assert len(missiles) == 6 and len({f.vehicle for f in missiles}) == 3 and len({f.target for f in missiles}) == 4
    assert max(f.launch_s for f in missiles) - min(f.launch_s for f in missiles) <= 600
    assert sum(f.kind == "recorded_ascent" for f in SCENARIO.flight) == 3
    assert SCENARIO.duration_s == 7200 and SCENARIO.data_mode == "simulated"


def test_variants_are_drawn_by_seed_alone():
    assert variant(SCENARIO, 7) == variant(SCENARIO, 7, NETWORK, ASSETS)
    drawn = [variant(SCENARIO, k) for k in range(20)]
    assert len({v.flight for v in drawn}) == 20
    assert {v.outage[0].state for v in drawn} == {"down", "blinded"}
    assert len({v.outage[0].sensor for v in drawn}) > 5
    assert any(n.id == "notice-false" for v in drawn for n in v.notification)
    assert any(len([n for n in v.notification if n.id != "notice-false"]) < 3 for v in drawn)


def test_variants_keep_the_rules_of_the_scenario_and_can_be_flown():
    for k in range(1, 7):
        v = variant(SCENARIO, k)
        check_scenario(PATH, v, NETWORK, ASSETS)
        missiles = [f for f in v.flight if f.kind == "missile"]
        assert max(f.launch_s for f in missiles) - min(f.launch_s for f in missiles) <= 600
        start = tai_from_iso(v.start_utc)
        truth = build_truth(v, ASSETS, start, start + 7200 * 10**9)
        fell = {i.object: i for i in truth.impacts}
        assert all(fell[f.id].miss_km < 15 for f in missiles)
        assert not any(f.id in fell for f in v.flight if f.kind == "recorded_ascent")


def test_streams_of_different_names_are_different_and_repeat():
    a, b = stream(1, "a").uniform(size=4), stream(1, "b").uniform(size=4)
    assert (a == stream(1, "a").uniform(size=4)).all() and (a != b).all()

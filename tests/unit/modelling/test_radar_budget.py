import msgspec
import numpy as np
import pytest

from tocsin.core.constants import DEG
from tocsin.core.records.network import Network, Radar, SearchVolume
from tocsin.core.records.scenario import Background, Catalogue
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import read_scenario
from tocsin.modelling.paths import find_scenario
from tocsin.modelling.radar_budget import fence_beams, fence_dwell_s, looks_per_period, served
from tocsin.modelling.simulate import simulate
from tocsin.sensing.sensors import compile_network

RADAR = Radar(id="r", latitude_deg=0.0, longitude_deg=0.0, track_share=0.1, track_dwell_s=0.05, beamwidth_deg=2.0,
              search_volumes=(SearchVolume(id="fence", elevation_min_deg=3.0, elevation_max_deg=5.0),))  # fmt: skip


def sensor(**changes):
    return compile_network(Network(radar=(msgspec.structs.replace(RADAR, **changes),))).by_id["r"]


def test_the_share_of_time_holds_so_many_looks():
    assert looks_per_period(sensor(), 2.5) == 5
    assert looks_per_period(sensor(track_share=1.0), 2.5) == 50
    assert looks_per_period(sensor(track_share=0.001), 2.5) == 1


def test_nobody_waits_while_there_is_room():
    asked = [np.arange(10), np.arange(5), np.array([], np.int64)]
    assert all(np.all(s) for s in served(asked, 10, 2))


def test_too_many_objects_share_the_looks_evenly_and_no_instant_has_more_than_its_room():
    asked = [np.arange(300) for _ in range(7)]
    kept = served(asked, 300, 3)
    assert np.all(np.sum(kept, axis=0) == 3)
    shares = [int(np.sum(k)) for k in kept]
    assert max(shares) - min(shares) <= 1
    # and no object is left waiting: 7 objects, 3 a period, at most 3 periods between looks
    assert max(int(np.max(np.diff(np.flatnonzero(k)))) for k in kept) <= 3


def test_beams_fill_the_fence_and_share_what_tracks_leave():
    # 360 x cos(4 deg) x 2 deg in beams of 2 x 2 deg
    assert fence_beams(sensor(), "fence") == pytest.approx(180.0 * np.cos(4.0 * DEG), rel=1e-3)
    assert fence_dwell_s(sensor(period_s=10.0), "fence") == pytest.approx(9.0 / 179.56, rel=1e-3)


def test_a_starved_radar_tracks_less_often(tmp_path):
    path = find_scenario("first-light")
    scenario = read_scenario(path)
    flights = [f for f in scenario.flight if f.id in ("missile-5", "missile-6")]
    scenario = msgspec.structs.replace(
        scenario, duration_s=600.0, catalogue=Catalogue(), background=Background(),
        flight=tuple(msgspec.structs.replace(f, launch_s=30.0) for f in flights),
    )  # fmt: skip
    text = (path.parent / scenario.network).read_text()
    poor = tmp_path / "poor.toml"
    poor.write_text(text.replace("\nperiod_s =", "\ntrack_share = 0.02\nperiod_s ="))
    assets = str((path.parent / scenario.assets).resolve())
    looked = []
    for network in ((path.parent / scenario.network).resolve(), poor):
        result = simulate(
            msgspec.structs.replace(scenario, network=str(network), assets=assets), path, tmp_path / network.stem
        )
        tracks = [k for k in read_looks(result.looks, "simulated").looks if k.mode == "track"]
        looked.append((max(k.declared for k in tracks), sum(k.declared for k in tracks), result.counts))
    rich, starved = looked
    assert rich[0] >= 2 and rich[2]["track_looks_refused"] == 0
    assert starved[0] == 1 and starved[2]["track_looks_refused"] > 50
    assert 0.3 * rich[1] < starved[1] < 0.8 * rich[1]

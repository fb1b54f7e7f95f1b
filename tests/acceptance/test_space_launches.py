"""Launches to orbit and sounding rockets by the generic classes: seen, and no attack.

Protected places lie under the ground tracks, so that the ladder has something to weigh.
"""

from pathlib import Path

import pytest

from tests.acceptance.test_falcon_ascents import ASSETS, NETWORK
from tocsin.centre.centre import Centre
from tocsin.core.constants import NS
from tocsin.core.records.outputs import Assessment, Event
from tocsin.core.records.scenario import Flight, Scenario
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.simulate import simulate


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Event | Assessment]:
    folder: Path = tmp_path_factory.mktemp("launches")
    (folder / "network.toml").write_text(NETWORK)
    (folder / "assets.toml").write_text(ASSETS)
    orbit, rocket = {"kind": "space_launch"}, {"kind": "sounding_rocket", "latitude_deg": 37.8, "longitude_deg": -75.5}
    flights = (
        Flight(id="medium", vehicle="space_launcher_medium", launch_s=100.0, latitude_deg=28.5, longitude_deg=-80.6,
               azimuth_deg=85.0, **orbit),
        Flight(id="small", vehicle="space_launcher_small", launch_s=1800.0, latitude_deg=34.6, longitude_deg=-120.6,
               azimuth_deg=188.0, **orbit),
        Flight(id="sounding", vehicle="sounding_rocket_high", launch_s=3600.0, azimuth_deg=130.0, elevation_deg=85.0, **rocket),
    )  # fmt: skip
    scenario = Scenario(
        name="launches", data_mode="test", start_utc="2026-03-01T00:00:00Z", duration_s=4800.0, seed=1,
        network="network.toml", assets="assets.toml", flight=flights,
    )  # fmt: skip
    result = simulate(scenario, folder / "scenario.toml", folder / "out")
    assert all(result.seen.get(f.id) for f in flights)
    centre = Centre(read_network(result.network), read_assets(result.assets), "test")
    out: list[Event | Assessment] = []
    for look in sorted(read_looks(result.looks, "test").looks, key=lambda k: (k.received, k.sensor, k.sequence)):
        out += [r for r in centre.step(look) if isinstance(r, Event | Assessment)]
    return out + [r for r in centre.advance(centre.now + 60 * NS) if isinstance(r, Event | Assessment)]


def test_launches_to_orbit_open_events_and_none_is_ever_probable(said: list[Event | Assessment]) -> None:
    assert len([r for r in said if isinstance(r, Event) and r.kind == "launch_detected"]) in (2, 3)
    assert {r.level for r in said if isinstance(r, Assessment)}.isdisjoint({"probable", "confirmed"})


def test_a_launch_that_goes_to_orbit_is_called_one_in_the_end(said: list[Event | Assessment]) -> None:
    first = next(r.subject for r in said if isinstance(r, Event) and r.kind == "launch_detected")
    classes = [r.classes for r in said if isinstance(r, Assessment) and r.event == first and r.classes]
    assert max(classes[-1], key=classes[-1].__getitem__) == "space_launch" and classes[-1]["space_launch"] > 0.8

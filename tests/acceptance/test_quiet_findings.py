"""What the study of quiet time found once, alone: a body that decays, seen by radar and two satellites while air stops it."""

import msgspec

from tocsin.cli.study.quiet import HIGH, events_of
from tocsin.cli.study.watch import watch
from tocsin.core.records.scenario import Background
from tocsin.core.records.sources.bodies import Reentry
from tocsin.formats.toml_files import read_assets, read_network, read_scenario
from tocsin.modelling.observe import observe
from tocsin.modelling.paths import find_beside, find_scenario

BODY = Reentry(
    id="decay", start_s=60.0, latitude_deg=15.994819413603985, longitude_deg=174.16535052825748,
    azimuth_deg=38.7594137865445, descent_deg=0.22062729038725126, ballistic_coefficient_kg_m2=169.60322547137986,
    mass_kg=2726.9799882087814, rcs_dbsm=4.989314707545178,
)  # fmt: skip


def test_a_body_that_air_stops_over_protected_land_is_never_probable() -> None:
    # by radar at orbital speed, then by its light while it brakes: drawn eight times, one in eight was once confirmed
    path = find_scenario("quiet")
    base = read_scenario(path)
    network = read_network(find_beside(base.network, path, "networks"))
    assets = read_assets(find_beside(base.assets, path, "assets"))
    seen = 0
    for seed in range(1, 9):
        scenario = msgspec.structs.replace(
            base,
            start_utc="2026-02-18T21:19:46Z",
            duration_s=2000.0,
            seed=seed,
            source=(BODY,),
            background=Background(),
        )
        observed = observe(scenario, path, network, assets, [], None)
        said = watch(network, assets, scenario.data_mode, observed.items(), observed.run.labels)
        events = list(events_of(said, observed.start))
        seen += any(sum(said.hits[track].values()) >= 5 for track in said.tracks_of("decay"))
        assert not [e for e in events if e["highest"] in HIGH], (seed, events)
    assert seen == 8, "the body has to be tracked in every draw, or this tests nothing"

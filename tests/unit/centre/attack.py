"""A small attack: one missile of a generic class on a place that two satellites and two radars watch over."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tocsin.core.records.inputs import Look
from tocsin.core.records.network import Assets, Network
from tocsin.core.records.scenario import Catalogue, Flight, Scenario
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import read_assets, read_network
from tocsin.modelling.simulate import simulate

NEAR, FAR = 24.0, 37.0
NETWORK = """
[[infrared]]
id = "sat-a"
orbit = { geo_longitude_deg = -60 }
revisit_s = 5
[[infrared]]
id = "sat-b"
orbit = { geo_longitude_deg = -10 }
revisit_s = 5
[[radar]]
id = "radar-a"
latitude_deg = LATITUDE
longitude_deg = -41.0
sigma_range_m = 20
range_km = 3000
[[radar]]
id = "radar-b"
latitude_deg = 38.5
longitude_deg = -37.0
sigma_range_m = 20
range_km = 3000
"""
ASSETS = """
[[asset]]
id = "town"
latitude_deg = 38.0
longitude_deg = -40.0
radius_km = 60
[[asset]]
id = "far"
latitude_deg = -20.0
longitude_deg = 0.0
radius_km = 60
"""


@cache
def attack(radar_latitude_deg: float = NEAR) -> tuple[Network, Assets, tuple[Look, ...], int]:
    """Return network, assets, looks in order of arrival and the instant of launch (TAI ns).

    `radar_latitude_deg`: of radar-a; `NEAR` sees it soon after burnout, `FAR` 100 s after the last plume.
    """
    flight = Flight(
        id="missile", kind="missile", vehicle="intermediate_range", launch_s=60.0, latitude_deg=15.0, longitude_deg=-45.0,
        target="town",
    )  # fmt: skip
    scenario = Scenario(
        name="small", data_mode="test", start_utc="2026-03-01T12:00:00Z", duration_s=1100.0, seed=3, network="n.toml",
        assets="a.toml", flight=(flight,), catalogue=Catalogue(objects=0),
    )  # fmt: skip
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "n.toml").write_text(NETWORK.replace("LATITUDE", str(radar_latitude_deg)))
        (folder / "a.toml").write_text(ASSETS)
        result = simulate(scenario, folder / "s.toml", folder / "out")
        looks = read_looks(result.looks, "test").looks
        network, assets = read_network(result.network), read_assets(result.assets)
    looks.sort(key=lambda k: (k.received, k.sensor, k.sequence))
    return network, assets, tuple(looks), result.start + 60 * 10**9

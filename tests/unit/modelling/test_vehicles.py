"""Vehicles that scenarios name: packaged classes and files beside the scenario; launches to orbit; dispersion."""

import math
import re
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.vehicles import MISSILES, VEHICLES
from tocsin.core.constants import DEG, EARTH_RATE_RAD_S, MU_M3_S2, NS
from tocsin.core.errors import InputError
from tocsin.core.records.network import Assets
from tocsin.core.records.scenario import Flight, Scenario
from tocsin.core.records.vehicle import Dispersion
from tocsin.formats.toml_files import read_scenario
from tocsin.modelling.arcs import flown
from tocsin.modelling.boost import coast, sounding_flight
from tocsin.modelling.chance import stream
from tocsin.modelling.dispersion import burnouts, dispersed
from tocsin.modelling.space_launch import inertial, solve_ascent, space_launch_flight
from tocsin.modelling.truth import build_truth
from tocsin.modelling.vehicles import find_vehicle, vehicle_of
from tocsin.world.geodesy import inverse, to_geodetic

VEHICLE_DIR = Path(__file__).parents[3] / "vehicles"
HOUR = 3600 * NS


def flight(**keys) -> Flight:
    return Flight(id="f", launch_s=10.0, **{"latitude_deg": 28.5, "longitude_deg": -80.5, **keys})


def truth(tmp_path, *flights):
    scenario = Scenario(
        name="s", data_mode="test", start_utc="2026-01-01T00:00:00Z", duration_s=7200, network="n", assets="a",
        flight=flights,
    )  # fmt: skip
    return build_truth(scenario, Assets(), 0, 2 * HOUR, tmp_path / "scenario.toml")


# ------------------------------------------------------------------------------------------------ naming a vehicle
def test_a_class_is_found_by_name_and_a_file_beside_the_scenario(tmp_path):
    assert find_vehicle("medium_range", "missile").name == "medium_range"
    text = (VEHICLE_DIR / "medium_range.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace('name = "medium_range"', 'name = "mine"'))
    assert find_vehicle("mine.toml", "missile", tmp_path / "scenario.toml").name == "mine"
    paths = truth(
        tmp_path, flight(kind="missile", vehicle="mine.toml", target_latitude_deg=35.0, target_longitude_deg=-74.0)
    )
    assert paths.trajectories[0].attributes["class"] == "mine"
    assert paths.impacts[0].object == "f"


def test_an_edited_class_flies_otherwise(tmp_path):
    text = (VEHICLE_DIR / "sounding_rocket.toml").read_text()
    assert "payload_kg = 150" in text
    (tmp_path / "heavy.toml").write_text(text.replace("payload_kg = 150", "payload_kg = 300"))
    tops = []
    for name in ("sounding_rocket", "heavy.toml"):
        path = truth(tmp_path, flight(kind="sounding_rocket", vehicle=name)).trajectories[0]
        tops.append(to_geodetic(path.states[:, :3])[2].max())
    assert tops[1] < 0.8 * tops[0]


def test_unknown_vehicles_and_wrong_kinds_are_named(tmp_path):
    with pytest.raises(InputError, match=r"flight f: vehicle.*'nothing': no such vehicle.*short_range"):
        vehicle_of(flight(kind="missile", vehicle="nothing"))
    with pytest.raises(InputError, match="kind sounding_rocket, not missile"):
        vehicle_of(flight(kind="missile", vehicle="sounding_rocket"))
    (tmp_path / "bad.toml").write_text(
        (VEHICLE_DIR / "short_range.toml").read_text().replace("burn_s = 80", "burn_s = 0")
    )
    with pytest.raises(InputError, match=r"bad.toml:\d+: `stage\[0\].burn_s`"):
        vehicle_of(flight(kind="missile", vehicle="bad.toml"), tmp_path / "scenario.toml")


def test_reported_tests_are_flown_by_their_apogee(tmp_path):
    keys = {"kind": "missile", "vehicle": "intercontinental_liquid", "latitude_deg": 10.0, "longitude_deg": -150.0}
    lofted = flight(**keys, target_latitude_deg=13.0, target_longitude_deg=-142.0, apogee_km=3700.0)
    found = truth(tmp_path, lofted)
    path = found.trajectories[0]
    assert to_geodetic(path.states[:, :3])[2].max() == pytest.approx(3.7e6, rel=1e-3)
    fell = found.impacts[0]
    place = [v * DEG for v in (13.0, -142.0, fell.latitude_deg, fell.longitude_deg)]
    assert float(inverse(*place)[0]) < 4.0 * VEHICLES["intercontinental_liquid"].cep_m
    with pytest.raises(InputError, match="no flight over"):
        truth(tmp_path, msgspec.structs.replace(lofted, vehicle="short_range"))


@pytest.mark.parametrize("name", MISSILES)
def test_a_class_reaches_what_its_description_says(name):
    vehicle = VEHICLES[name]
    said = float(re.search(r"about ([\d,]+) km", vehicle.description)[1].replace(",", ""))
    kicks = np.arange(vehicle.kick_deg - 12.0, vehicle.kick_deg + 13.0, 2.0)
    arcs = [flown(vehicle, (0.0, 0.0), 0.0, kick * DEG, vehicle.burn_s) for kick in kicks if kick > 0.0]
    reach = [0.0 if arc is None else arc.range_m / 1e3 for arc in arcs]
    best = int(np.argmax(reach))
    assert reach[best] == pytest.approx(said, rel=0.04)
    # and its usual kick is that of the longest range, or nearly
    usual = flown(vehicle, (0.0, 0.0), 0.0, vehicle.kick_deg * DEG, vehicle.burn_s)
    assert usual is not None and usual.range_m / 1e3 > 0.96 * reach[best]


# ------------------------------------------------------------------------------------------------ launches to orbit
@pytest.mark.parametrize(
    ("name", "lat", "azimuth"),
    [("space_launcher_medium", 28.5, 90.0), ("space_launcher_medium", 28.5, 45.0), ("space_launcher_small", 5.0, 90.0)],
)
def test_a_launcher_reaches_its_circular_orbit(name, lat, azimuth):
    vehicle = VEHICLES[name]
    paths = space_launch_flight("s", vehicle, 0, (lat, -80.0), azimuth, 2 * HOUR)
    main = paths[0]
    assert main.kind == "space_launch" and main.end >= 2 * HOUR - NS
    cut = int(np.flatnonzero(main.powered)[-1]) + 1
    radius, speed, climb = inertial(main.states[cut : cut + 1])
    assert radius[0] - 6378137.0 == pytest.approx(vehicle.orbit_km * 1e3, abs=500.0)
    assert speed[0] == pytest.approx(math.sqrt(MU_M3_S2 / radius[0]), abs=1.0)
    assert abs(climb[0]) < 2.0
    # and it stays up there for two hours, as only an orbit does
    heights = to_geodetic(main.states[cut:, :3])[2]
    assert heights.min() > 0.85 * vehicle.orbit_km * 1e3
    # the plane is the one that launch place and azimuth give, moved by the Earth's turning only
    r, v = (
        main.states[cut, :3],
        main.states[cut, 3:] + EARTH_RATE_RAD_S * np.cross([0.0, 0.0, 1.0], main.states[cut, :3]),
    )
    normal = np.cross(r, v)
    inclination = math.acos(normal[2] / math.sqrt((normal**2).sum()))
    assert inclination == pytest.approx(math.acos(math.cos(lat * DEG) * math.sin(azimuth * DEG)), abs=5.0 * DEG)


def test_stages_fairing_and_dump_are_left_behind():
    vehicle = VEHICLES["space_launcher_medium"]
    paths = {p.name: p for p in space_launch_flight("s", vehicle, 0, (28.5, -80.0), 90.0, 2 * HOUR)}
    assert list(paths) == ["s", "s-stage-1", "s-stage-2", "s-fairing-a", "s-fairing-b"]
    assert all(p.parent == "s" and p.kind == "debris" for n, p in paths.items() if n != "s")
    height = {n: to_geodetic(p.states[-1, :3])[2] for n, p in paths.items()}
    assert all(abs(height[n]) < 1.0 for n in ("s-stage-1", "s-fairing-a", "s-fairing-b"))
    assert height["s-stage-2"] > 100e3
    assert paths["s-stage-1"].start == pytest.approx(vehicle.stages[0].burn_s * NS, abs=NS)
    assert paths["s-fairing-a"].start == pytest.approx(vehicle.fairing.drop_s * NS, abs=NS)
    dump = paths["s-stage-2"].intensity
    glowing = np.flatnonzero(dump > 0.0)
    assert len(glowing) == pytest.approx(vehicle.dump.duration_s, abs=2.0)
    assert dump.max() == vehicle.dump.intensity_w_sr
    assert not paths["s-stage-2"].powered.any()


def test_the_fairing_weighs_until_it_is_dropped():
    vehicle = VEHICLES["space_launcher_medium"]
    bare = msgspec.structs.replace(vehicle, fairing=None)
    place = (28.5 * DEG, -80.0 * DEG)
    late = msgspec.structs.replace(vehicle, fairing=msgspec.structs.replace(vehicle.fairing, drop_s=500.0))
    cuts = [solve_ascent(v, place, 90.0 * DEG).cutoff_s for v in (bare, vehicle, late)]
    assert cuts[0] < cuts[1] < cuts[2]


def test_a_launcher_too_weak_for_its_orbit_says_so():
    vehicle = msgspec.structs.replace(VEHICLES["space_launcher_medium"], payload_kg=30000.0)
    with pytest.raises(InputError, match="does not reach a circular orbit at 200 km"):
        solve_ascent(vehicle, (28.5 * DEG, 0.0), 270.0 * DEG)


def test_the_default_launcher_is_found_for_a_flight_without_vehicle(tmp_path):
    found = truth(tmp_path, flight(kind="space_launch", azimuth_deg=90.0))
    assert found.trajectories[0].attributes["class"] == "space_launcher_medium"


# ------------------------------------------------------------------------------------------------ dispersion
def test_flights_of_one_class_differ_by_its_dispersion_and_repeat_by_seed():
    vehicle = VEHICLES["sounding_rocket_small"]
    falls = []
    for seed in (1, 1, 2, 3):
        path = sounding_flight("s", vehicle, 0, (69.3, 16.0), 340.0, 84.0, stream(seed, "dispersion"))[0]
        falls.append(path.states[-1, :3])
    assert np.array_equal(falls[0], falls[1])
    assert 300.0 < np.linalg.norm(falls[2] - falls[0]) < 100e3
    still = VEHICLES["sounding_rocket"]
    programme = still.programme(0.0)
    assert dispersed(still, programme, stream(1, "x")) == (still, programme)


def test_many_dispersed_burn_outs_spread_as_the_sigmas_say():
    vehicle = msgspec.structs.replace(
        VEHICLES["short_range"], dispersion=Dispersion(isp_relative=0.0, burn_relative=0.0, azimuth_deg=1.0)
    )
    out = burnouts(vehicle, (0.6, 0.2), vehicle.programme(0.5), 2000, stream(1, "x"))
    lat, lon, _ = to_geodetic(out[:, 1:4])
    bearing = inverse(np.full(2000, 0.6), np.full(2000, 0.2), lat, lon)[1]
    assert np.std(bearing) / DEG == pytest.approx(1.0, rel=0.06)
    assert np.mean(bearing) == pytest.approx(0.5, abs=0.01)
    thrusty = msgspec.structs.replace(vehicle, dispersion=Dispersion(isp_relative=0.01))
    out = burnouts(thrusty, (0.6, 0.2), thrusty.programme(0.5), 2000, stream(1, "x"))
    speed = np.sqrt((out[:, 4:] ** 2).sum(axis=1))
    # ideal speed is proportional to specific impulse; gravity's loss is not, so that the rest spreads more
    assert 0.01 < np.std(speed) / np.mean(speed) < 0.02


def test_a_scenario_file_may_name_a_launch_and_an_apogee(tmp_path):
    shutil.copy(VEHICLE_DIR / "space_launcher_small.toml", tmp_path / "rocket.toml")
    (tmp_path / "s.toml").write_text(
        'name = "s"\ndata_mode = "test"\nstart_utc = "2026-01-01T00:00:00Z"\nduration_s = 900\nnetwork = "n"\nassets = "a"\n'
        '[[flight]]\nid = "l"\nkind = "space_launch"\nvehicle = "rocket.toml"\nlaunch_s = 1\nlatitude_deg = 5\n'
        "longitude_deg = -52\nazimuth_deg = 90\n"
    )
    scenario = read_scenario(tmp_path / "s.toml")
    found = build_truth(scenario, Assets(), 0, 900 * NS, tmp_path / "s.toml")
    assert found.trajectories[0].attributes["class"] == "space_launcher_small"
    assert len(coast(found.trajectories[0].states[-1], 100.0, 5.0)[0]) == 5

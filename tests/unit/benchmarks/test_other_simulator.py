"""The other simulator against closed forms and printed tables; it imports nothing of ours, and we can read what it writes."""

import ast
import gzip
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.other_simulator import boosters, earth, flight, infrared, worlds
from benchmarks.other_simulator.air import air_at
from benchmarks.other_simulator.earth import FloatArray
from benchmarks.other_simulator.score import score_world
from benchmarks.other_simulator.summary import summary

from tocsin.cli.intake import Source, check_usable, read_sources

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "benchmarks" / "other_simulator"
MODULES = sorted(PACKAGE.glob("*.py"))
SMALL = 11
"""Seed of a harmless world of a few hundred rows."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_it_shares_nothing_with_ours_and_stays_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno + 1 <= 60, node.name
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level <= 1, ast.unparse(node)
            names = [] if node.level else [node.module or ""]
        assert {name.split(".")[0] for name in names} <= {"numpy", "scipy", *sys.stdlib_module_names}, names


def a_state(height_m: float = 300e3) -> FloatArray:
    """Return an Earth-fixed state (6,) that climbs at 5.8 km/s."""
    velocity = earth.east_north_up(40.0, 10.0).T @ np.array([3000.0, 3000.0, 4000.0])
    return np.concatenate([earth.ecef_from_geodetic(40.0, 10.0, height_m), velocity])


def test_places_come_back_from_the_ellipsoid() -> None:
    rng = np.random.default_rng(1)
    latitude, longitude = rng.uniform(-90, 90, 500), rng.uniform(-180, 180, 500)
    height = rng.uniform(-1e3, 4e7, 500)
    position = earth.ecef_from_geodetic(latitude, longitude, height)
    for found, true, tolerance in zip(
        earth.geodetic_from_ecef(position), (latitude, longitude, height), (1e-9, 1e-9, 1e-5), strict=True
    ):
        np.testing.assert_allclose(found, true, atol=tolerance, rtol=0.0)  # 1e-9 degrees: a tenth of a millimetre
    low = height < 2e6
    quick = [earth.height_m(*p) for p in position[low]]
    np.testing.assert_allclose(quick, height[low], atol=1e-3, rtol=0.0)


def test_the_poles_and_the_equator_lie_where_wgs84_says() -> None:
    np.testing.assert_allclose(earth.ecef_from_geodetic(0.0, 90.0, 0.0), [0.0, 6378137.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(earth.ecef_from_geodetic(90.0, 0.0, 0.0), [0.0, 0.0, 6356752.3142], atol=1e-4)


def test_a_destination_lies_so_far_and_so_directed() -> None:
    place = earth.destination(35.0, 170.0, 70.0, 2500.0)
    assert earth.great_circle_km(35.0, 170.0, *place) == pytest.approx(2500.0, abs=1e-6)
    assert earth.bearing_deg(35.0, 170.0, *place) == pytest.approx(70.0, abs=1e-9)


def test_the_earth_hides_what_lies_behind_it() -> None:
    above = earth.ecef_from_geodetic(0.0, 0.0, 36e6)
    others = np.array([earth.ecef_from_geodetic(0.0, x, 100e3) for x in (0.0, 80.0, 100.0, 180.0)])
    blocked = earth.sight_blocked(np.broadcast_to(above, others.shape), others)
    assert blocked.tolist() == [False, False, True, True]  # 100 km up is lost beyond 81 + 10 degrees


@pytest.mark.parametrize(
    ("height_m", "density_kg_m3"),
    [(0.0, 1.225), (10e3, 0.41351), (30e3, 1.841e-2), (50e3, 1.0269e-3), (80e3, 1.8458e-5), (100e3, 5.604e-7)],
)
def test_the_air_is_that_of_the_standard(height_m: float, density_kg_m3: float) -> None:
    """US Standard Atmosphere 1976, table I; a part in a thousand is how the layers' constants are rounded."""
    assert air_at(height_m).density_kg_m3 == pytest.approx(density_kg_m3, rel=2e-3)


def test_air_pressure_and_sound_at_sea_level_are_those_of_the_standard() -> None:
    assert air_at(0.0).pressure_pa == 101325.0
    assert air_at(0.0).sound_m_s == pytest.approx(340.29, abs=0.01)
    assert air_at(2e6).density_kg_m3 == 0.0


def test_a_fall_without_air_and_oblateness_is_keplers_arc() -> None:
    start = a_state()
    found = flight.fall(0.0, start, None, 5000.0, j2=0.0)
    assert found.impact is not None
    end = found.steps[-1]
    turned = earth.TURN_RAD_S * found.impact.seconds
    cosine, sine = math.cos(turned), math.sin(turned)
    fell = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]) @ end[:3]
    radius_m = float(np.linalg.norm(fell))
    angle = math.acos(start[:3] @ fell / float(np.linalg.norm(start[:3])) / radius_m)
    arc = flight.kepler_arc(start, radius_m)
    assert arc is not None
    assert arc.angle_rad * radius_m == pytest.approx(angle * radius_m, abs=0.1)


def test_a_fall_without_air_keeps_jacobis_constant() -> None:
    """Energy in the turning frame, with the potential of J2. The state on the ground is interpolated, less sharply."""

    def constant(state: FloatArray) -> float:
        r = float(np.linalg.norm(state[:3]))
        flat = earth.J2 * (earth.EQUATORIAL_RADIUS_M / r) ** 2 * (1.5 * (state[2] / r) ** 2 - 0.5)
        turning = 0.5 * earth.TURN_RAD_S**2 * (state[0] ** 2 + state[1] ** 2)
        return float(state[3:] @ state[3:]) / 2.0 - earth.GM_M3_S2 / r * (1.0 - flat) - turning

    steps = flight.fall(0.0, a_state(), None, 5000.0).steps
    constants = [constant(s) for s in steps]
    np.testing.assert_allclose(constants[:-1], constants[0], rtol=1e-9)
    assert constants[-1] == pytest.approx(constants[0], rel=1e-8)


def test_air_brings_a_light_body_down_short_of_a_heavy_one() -> None:
    falls = [flight.fall(0.0, a_state(80e3), coefficient, 5000.0) for coefficient in (200.0, 5000.0, None)]
    reached = [
        float(earth.great_circle_km(40.0, 10.0, f.impact.latitude_deg, f.impact.longitude_deg))
        for f in falls
        if f.impact
    ]
    assert len(reached) == 3
    assert reached[0] < reached[1] < reached[2]


def test_a_stage_adds_the_speed_of_tsiolkovsky() -> None:
    designs = [boosters.Design(2000.0, 260.0, 0.1, 2.0, 0.3, 0.0), boosters.Design(3000.0, 280.0, 0.08, 1.8, 0.0, 1.0)]
    stages = boosters.stacked(800.0, designs)
    assert stages is not None
    for stage, design in zip(stages, designs, strict=True):
        ratio = stage.start_kg / stage.mass_kg(1.0)
        assert 9.80665 * design.specific_impulse_s * math.log(ratio) == pytest.approx(design.velocity_m_s)
        parts = np.linspace(0.0, 1.0, 20001)
        impulse = float(np.mean(np.asarray(stage.thrust_n(parts)))) * stage.burn_s
        assert impulse == pytest.approx(9.80665 * design.specific_impulse_s * stage.propellant_kg)
    assert stages[1].start_kg == pytest.approx(stages[0].mass_kg(1.0) - 0.1 * stages[0].propellant_kg)


def test_structure_that_outweighs_its_thrust_is_no_stage() -> None:
    assert boosters.stacked(800.0, [boosters.Design(9000.0, 250.0, 0.1, 2.0, 0.0, 0.0)]) is None


def test_a_stationary_satellite_stays_where_it_is() -> None:
    state = infrared.kepler_state(infrared.STATIONARY_M, 0.0, 0.0, 1.0, 0.0, 0.5)
    _, later = flight.coast(0.0, state, None, 3600.0)
    assert float(np.linalg.norm(later[:3] - state[:3])) < 2e3  # J2 turns it by 0.9 km an hour
    assert math.atan2(state[1], state[0]) == pytest.approx(1.5)


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small world."""
    folder = tmp_path_factory.mktemp("world")
    worlds.write_world(worlds.draw_world(SMALL, "harmless"), folder)
    return folder


def test_every_row_of_a_world_is_read_and_used(small_world: Path) -> None:
    files = {"looks.jsonl": "looks", "network.toml": "network", "assets.toml": "assets"}
    sources = [Source(small_world / name, role) for name, role in files.items()]  # type: ignore[arg-type]
    intake = read_sources(sources, "simulated")
    check_usable(intake, sources)
    assert not intake.rows_refused
    assert intake.rows_in == len((small_world / "looks.jsonl").read_text().splitlines())
    world = worlds.draw_world(SMALL, "harmless")
    assert [radar.id for radar in intake.network.radar] == [radar.sensor_id for radar in world.network.radars]
    assert [one.id for one in intake.network.infrared] == [one.sensor_id for one in world.network.satellites]
    assert [asset.id for asset in intake.assets.asset] == [area.name for area in world.scene.areas]


def test_a_world_is_the_same_at_every_draw(small_world: Path, tmp_path: Path) -> None:
    worlds.write_world(worlds.draw_world(SMALL, "harmless"), tmp_path)
    for name in ("looks.jsonl", "network.toml", "assets.toml", "truth.json", "labels.json"):
        assert (tmp_path / name).read_bytes() == (small_world / name).read_bytes()


def test_kinds_come_in_their_shares() -> None:
    kinds = [worlds.kind_of(seed) for seed in range(101, 125)]
    assert [kinds.count(kind) for kind in worlds.KINDS] == [16, 2, 6]
    assert {worlds.kind_of(seed, ("raid",)) for seed in range(5)} == {"raid"}


def place(latitude_deg: float, **more: Any) -> dict[str, Any]:
    return {"lat_deg": latitude_deg, "lon_deg": 0.0, **more}


def said(latitude_deg: float, semi_major_km: float) -> dict[str, Any]:
    sizes = {0.5: 0.5, 0.9: 1.0, 0.99: 2.0}
    ellipses = [
        {"probability": p, "semi_major_km": semi_major_km * k, "semi_minor_km": k, "bearing_deg": 0.0}
        for p, k in sizes.items()
    ]
    return place(latitude_deg, ellipses=ellipses)


def test_scores_follow_a_track_to_its_missile(tmp_path: Path) -> None:
    """One missile falls at 0.05 degrees north, 5.53 km from where the words of its track say, at 200 s."""
    missile = {"name": "M0", "kind": "missile", "burnout_s": 60.0, "launch": place(-5.0, seconds=0.0)}
    missile["impact"] = place(0.05, seconds=200.0)
    truth = {
        "epoch": "2027-05-03T04:00:00Z", "world": "missile-1", "seed": 1, "kind": "missile", "detail": "",
        "objects": [missile, {"name": "M0-stage1", "kind": "stage"}],
    }  # fmt: skip
    labels = [["ir0", k, 0, "M0", 10.0 * k] for k in range(1, 5)] + [["rd0", 0, 0, "M0", 50.0]]
    labels += [["rd0", k, 0, "M0-stage1", 50.0 + k] for k in range(1, 4)]
    causes = {"T1": ["ir0/w/1/0", "ir0/w/2/0", "ir0/w/3/0", "rd0/w/0/0"], "T2": ["rd0/w/1/0", "rd0/w/2/0", "other"]}
    events = [{"kind": "track_started", "subject": track, "causes": some} for track, some in causes.items()]
    lines = []
    for level, second in (("tracked", 45.0), ("probable", 115.0), ("confirmed", 150.0)):
        members = [
            {"track": "T1", "level": level, "launch": said(-5.0, 1.0), "impact": said(0.0, 6.0)},
            {"track": "T2", "level": level, "launch": None, "impact": said(0.0, 100.0)},
        ]
        time_utc = f"2027-05-03T04:{int(second // 60):02d}:{second % 60:06.3f}Z"
        lines.append(
            {"event": "E1", "level": level, "time_utc": time_utc, "members": members, "impact": said(0.0, 1.0)}
        )
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    for name, records in (("events", events), ("assessments", lines)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, records)))
    scores = score_world(tmp_path, tmp_path)
    found = scores["missiles"][0]
    assert (found["first_look_s"], found["first_radar_s"], found["probable_s"]) == (10.0, 50.0, 115.0)
    assert found["impact_last"] == {"inside": [False, True, True], "off_km": pytest.approx(5.56, abs=0.01)}
    assert found["impact_after_radar"]["inside"] == [False, True, True]
    assert found["launch_last"]["inside"] == [True, True, True]
    assert scores["event"]["last"]["inside"] == [False, False, False]
    assert scores["level"] == "confirmed"
    text = summary([scores])
    assert "before they fall: 1 of 1" in text
    assert "harmless worlds at `probable` or above: 0 of 0" in text


def test_stored_worlds_have_the_form_of_those_that_are_drawn(small_world: Path) -> None:
    stored = ROOT / "tests" / "acceptance" / "other_simulator" / "payload-and-stage"
    with (
        gzip.open(stored / "looks.jsonl.gz", "rt", encoding="utf-8") as old,
        (small_world / "looks.jsonl").open() as new,
    ):
        known = [set().union(*(json.loads(line) for line in file)) for file in (old, new)]
    assert known[1] <= known[0] | {"range_rate_m_s", "sigma_range_rate_m_s"}
    truths = [json.loads((folder / "truth.json").read_text()) for folder in (stored, small_world)]
    assert truths[0].keys() <= truths[1].keys()

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, INTENSITY, LOS_X, LOS_Z, RANGE, SIGMA_LOS, SIGMA_RANGE
from tocsin.core.records.scenario import Background, Catalogue, Outage
from tocsin.formats.looks import read_looks
from tocsin.formats.toml_files import read_assets, read_network, read_scenario
from tocsin.modelling.paths import find_scenario
from tocsin.modelling.simulate import simulate
from tocsin.modelling.truth import build_truth
from tocsin.sensing.glint import glint_geometries
from tocsin.sensing.kinds.radar_kernels import measure_batch
from tocsin.sensing.sensors import compile_network

PATH = find_scenario("first-light")


def small(**changes):
    scenario = read_scenario(PATH)
    flights = tuple(
        msgspec.structs.replace(f, launch_s=60.0 + 10 * i)
        for i, f in enumerate(scenario.flight)
        if f.id in ("missile-3", "missile-5", "ascent-3")
    )
    base = {
        "duration_s": 1200.0,
        "flight": flights,
        "catalogue": Catalogue(objects=600),
        "background": Background(fireballs=30, hot_spots=True, glint_episodes=1),
    }
    return msgspec.structs.replace(scenario, **(base | changes))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("small")
    result = simulate(small(), PATH, out)
    read = read_looks(result.looks, "simulated")
    return result, read, pq.read_table(result.labels).to_pydict(), pq.read_table(result.truth).to_pydict()


def keyed(result):
    """Return the detections by sensor, instant and object, with their values."""
    labels = pq.read_table(result.labels).to_pydict()
    names = {
        (s, q, d): o
        for s, q, d, o in zip(labels["sensor"], labels["sequence"], labels["detection"], labels["object"], strict=True)
    }
    out = {}
    for look in read_looks(result.looks, "simulated").looks:
        for k, t, v in zip(look.numbers, look.times, look.values, strict=True):
            out[(look.sensor, int(t), names[(look.sensor, look.sequence, int(k))])] = v
    return out


def test_what_is_written_is_read_without_a_refusal(run):
    result, read, labels, _ = run
    assert not read.rejections
    assert sum(look.declared for look in read.looks) == result.counts["detections"] == len(labels["object"])
    assert {p.name for p in (result.out_dir / "inputs").iterdir()} == {
        "looks.parquet", "notifications.jsonl", "catalogue.tle", "network.toml", "assets.toml",
    }  # fmt: skip


def test_labels_and_truth_stand_apart_from_the_looks(run):
    result, read, labels, _ = run
    columns = set(pq.read_table(result.looks).column_names)
    assert not columns & {"object", "kind", "label", "powered", "parent"}
    keys = set(zip(labels["sensor"], labels["sequence"], labels["detection"], strict=True))
    assert keys == {(k.sensor, k.sequence, int(n)) for k in read.looks for n in k.numbers}
    assert all(h is None for look in read.looks for h in look.hints)


def test_sequences_have_no_gaps_and_arrivals_follow_the_looks(run):
    _, read, _, _ = run
    by: dict[str, list] = {}
    for look in read.looks:
        by.setdefault(look.sensor, []).append(look)
        assert 0.2 * NS <= look.received - look.end <= 3.0 * NS + 1
        assert look.start <= look.time <= look.end
        assert look.empty_looks == 1 or look.end - look.start <= 30 * NS
    assert len(by) == 13
    for looks in by.values():
        looks.sort(key=lambda k: k.sequence)
        expected = -1
        for look in looks:
            expected += look.empty_looks
            assert look.sequence == expected
            if not look.declared:
                assert look.time == look.end


def test_same_seed_same_bytes_other_seed_other_noise(run, tmp_path):
    result = run[0]
    again = simulate(small(), PATH, tmp_path / "a")
    for name in ("looks", "labels", "truth", "catalogue", "notifications"):
        assert getattr(result, name).read_bytes() == getattr(again, name).read_bytes(), name
    other = simulate(small(seed=2), PATH, tmp_path / "b")
    assert result.looks.read_bytes() != other.looks.read_bytes()


def test_taking_one_source_away_changes_no_other(run, tmp_path):
    result = run[0]
    scenario = small()
    without = msgspec.structs.replace(scenario, flight=tuple(f for f in scenario.flight if f.id != "missile-5"))
    less = keyed(simulate(without, PATH, tmp_path))
    full = keyed(result)
    gone = {k for k in full if k[2].startswith("missile-5")}
    assert gone and set(full) - gone == set(less)
    assert all(np.array_equal(full[k], less[k], equal_nan=True) for k in less)


def test_radar_errors_are_what_the_radar_says(run):
    result, read, labels, truth = run
    objects = np.array(truth["object"])
    table = compile_network(read_network(result.network))
    names = dict(
        zip(zip(labels["sensor"], labels["sequence"], labels["detection"], strict=True), labels["object"], strict=True)
    )
    paths = {p.name: p for p in build_truth(small(), read_assets(result.assets), result.start, result.end).trajectories}
    normal: dict[str, list] = {}
    for look in read.looks:
        sensor = table.by_id[look.sensor]
        if sensor.kind != "radar" or sensor.raw_refraction:
            continue
        for k, t, v in zip(look.numbers, look.times, look.values, strict=True):
            name = names[(look.sensor, look.sequence, int(k))]
            if name in paths:
                true = measure_batch(
                    np.ascontiguousarray(paths[name].at(np.array([t]))), sensor.position, sensor.rot_enu
                )[0]
                normal.setdefault(look.sensor, []).append((v[RANGE] - true[0]) / v[SIGMA_RANGE])
                assert abs(v[ELEVATION] - true[2]) < 0.05 and abs(np.sin(v[AZIMUTH] - true[1])) < 0.1
    assert set(objects) >= set(paths) - {n for n in paths if n.startswith("fireball")}
    assert len(normal) >= 2
    for sensor_id, errors in normal.items():
        # one unknown constant beside noise of the stated size: four sigmas of a sample deviation, and the bias's share
        assert abs(np.std(errors) - 1.0) < 4.0 / np.sqrt(2 * len(errors)) + 0.1, sensor_id


def test_lines_of_sight_are_unit_vectors_with_the_stated_error(run):
    result, read, labels, _ = run
    names = dict(
        zip(zip(labels["sensor"], labels["sequence"], labels["detection"], strict=True), labels["object"], strict=True)
    )
    paths = {p.name: p for p in build_truth(small(), read_assets(result.assets), result.start, result.end).trajectories}
    errors = []
    for look in read.looks:
        if look.places is None and look.place is None:
            continue
        for i, (k, t, v) in enumerate(zip(look.numbers, look.times, look.values, strict=True)):
            u = v[LOS_X : LOS_Z + 1]
            assert abs(np.sum(u * u) - 1.0) < 1e-9
            name = names[(look.sensor, look.sequence, int(k))]
            if name in paths:
                place = np.array(look.place) if look.places is None else look.places[i]
                d = paths[name].at(np.array([t]))[0, :3] - place
                d /= np.linalg.norm(d)
                errors.append(np.linalg.norm(np.cross(u, d)) / v[SIGMA_LOS])
                assert v[INTENSITY] > 0
    # two axes of one sigma, and a constant error of a third of it
    rms = np.sqrt(np.mean(np.array(errors) ** 2))
    assert len(errors) > 100 and 1.2 < rms < 1.9


def test_an_episode_of_glint_is_in_one_satellite_at_the_mirror_point(run):
    result, read, labels, _ = run
    glint = {
        (s, q, d)
        for s, q, d, o in zip(labels["sensor"], labels["sequence"], labels["detection"], labels["object"], strict=True)
        if o == "glint-1"
    }
    assert len(glint) > 5 and len({s for s, _, _ in glint}) == 1
    times = []
    for look in read.looks:
        for i, k in enumerate(look.numbers):
            if (look.sensor, look.sequence, int(k)) in glint:
                place = np.array(look.place) if look.places is None else look.places[i]
                angle, lit, _ = glint_geometries(
                    place, look.values[i : i + 1, LOS_X : LOS_Z + 1].copy(), int(look.times[i])
                )
                assert lit[0] and angle[0] < np.radians(2.0)
                times.append(int(look.times[i]))
    assert 120 * NS < max(times) - min(times) < 600 * NS
    assert any("glint episode" in note for note in result.notes)


def test_a_sensor_that_is_down_sends_nothing_and_a_blinded_one_says_so(tmp_path):
    outages = (
        Outage(sensor="radar-1", start_s=300, end_s=600, state="down"),
        Outage(sensor="geo-1", start_s=300, end_s=600, state="blinded"),
    )
    result = simulate(small(outage=outages), PATH, tmp_path)
    read = read_looks(result.looks, "simulated")
    first, last = result.start + 310 * NS, result.start + 590 * NS
    assert not [k for k in read.looks if k.sensor == "radar-1" and first < k.end < last]
    blind = [k for k in read.looks if k.sensor == "geo-1" and first < k.end < last]
    assert blind and all(k.state == "blinded" and k.declared == 0 for k in blind)
    assert any(k.sensor == "radar-1" and k.end > result.start + 700 * NS for k in read.looks)


def test_an_orbit_that_cannot_be_carried_to_the_scenario_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"infrared molniya-\d: orbit`: does not hold at the time of the scenario"):
        simulate(small(start_utc="1972-06-01T00:00:00Z"), PATH, tmp_path)


def test_truth_is_at_one_hertz_and_ends_where_things_fall(run):
    result, _, _, truth = run
    objects, times = np.array(truth["object"]), np.array(truth["time_utc"])
    for name in ("missile-5", "ascent-3"):
        steps = np.diff(times[objects == name])
        assert np.all(steps[:-1] == NS) and 0 < steps[-1] <= NS
    fell = {i.object: i for i in result.impacts}
    assert fell["missile-5"].target == "asset-4" and fell["missile-5"].miss_km < 5.0
    assert "ascent-3" not in fell


def test_the_scenario_lets_each_missile_be_seen(tmp_path):
    scenario = msgspec.structs.replace(read_scenario(PATH), catalogue=Catalogue(objects=0))
    result = simulate(scenario, PATH, tmp_path)
    labels = pq.read_table(result.labels).to_pydict()
    assert len({i.target for i in result.impacts if i.target}) == 4
    when = {(k.sensor, k.sequence): k.time for k in read_looks(result.looks, "simulated").looks}
    for i in range(1, 7):
        name = f"missile-{i}"
        seen: dict[str, list[int]] = {}
        for sensor, sequence, who in zip(labels["sensor"], labels["sequence"], labels["object"], strict=True):
            if who == name:
                seen.setdefault(sensor, []).append(when[(sensor, sequence)])
        satellites = [s for s in seen if not s.startswith("radar") and len(seen[s]) >= 3]
        longest = max((max(t) - min(t) for s, t in seen.items() if s.startswith("radar")), default=0)
        assert len(satellites) >= 2, name
        assert longest >= 120 * NS, name
    assert result.counts["hot_spots_above_threshold"] < 100 < result.counts["hot_spots"]
    assert result.counts["fireballs_visible"] >= 25


def test_a_catalogue_file_takes_the_place_of_the_population(tmp_path):
    first = simulate(small(duration_s=60.0), PATH, tmp_path / "a")
    second = simulate(small(duration_s=60.0), PATH, tmp_path / "b", catalogue=first.catalogue)
    assert second.catalogue.read_text() == first.catalogue.read_text()
    assert second.counts["catalogue_objects"] == 600

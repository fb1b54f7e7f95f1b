"""A small output folder made by hand: one missile followed by two tracks in turn, one satellite, one false track."""

import math

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.core.errors import InputError
from tocsin.core.records.network import Asset, Assets
from tocsin.core.records.outputs import Assessment, Ellipse, GroundPoint, ObjectAssessment, ObjectCount
from tocsin.core.time import iso_from_tai, tai_from_iso, tai_from_unix_ns
from tocsin.scoring.ground import geodetic_deg, offset, place
from tocsin.scoring.matching import interpolate
from tocsin.scoring.run_score import follow, score_folder

NS = 1_000_000_000
T0 = tai_from_iso("2026-03-01T00:00:00Z") - 37 * NS  # POSIX
LIFE = 300
SIGMA_M, SIGMA_M_S = 500.0, 20.0


def missile(t):
    """Return an Earth-fixed position: along the equator at 3 km/s, up and down a parabola that ends at t = 300 s."""
    angle = 3000.0 * t / 6378137.0
    r = 6378137.0 + 10.0 * t * (LIFE - t)
    return np.stack([r * np.cos(angle), r * np.sin(angle), np.zeros_like(angle)], axis=-1)


def satellite(t):
    angle = 1e-3 * t + 1.0
    return 7e6 * np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], axis=-1)


def with_velocity(path, t):
    return np.concatenate([path(t), (path(t + 0.01) - path(t - 0.01)) / 0.02], axis=1)


def iso(t):
    return iso_from_tai(tai_from_unix_ns(T0 + round(t * NS)))


def states(state):
    return {k: state[:, i] for i, k in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s"))}


def write_truth(path):
    t = np.arange(LIFE + 1.0)
    # every object has its own phase: the satellite is sampled half a second beside the missile
    state = np.concatenate([with_velocity(missile, t), with_velocity(satellite, t + 0.4)])
    ns = T0 + np.concatenate([t * NS, (t + 0.4) * NS]).astype(np.int64)
    columns = {
        "time_utc": pa.array(ns, pa.timestamp("ns", "UTC")),
        "object": ["m-1"] * len(t) + ["sat-1"] * len(t),
        "kind": ["missile"] * len(t) + ["satellite"] * len(t),
        **states(state),
    }
    pq.write_table(pa.table(columns).take(np.random.default_rng(1).permutation(len(ns))), path)


def write_tracks(path):
    rng = np.random.default_rng(2)
    parts = []
    for name, at, what in (
        ("A", np.arange(20.3, 150.0, 5.0), missile),
        ("B", np.arange(190.3, 296.0, 5.0), missile),
        ("S", np.arange(30.7, 200.0, 10.0), satellite),
        ("X", np.arange(50.5, 80.0, 5.0), lambda t: 1.2 * satellite(t)),
    ):
        state = with_velocity(what, at)
        state += np.c_[rng.normal(0, SIGMA_M, (len(at), 3)), rng.normal(0, SIGMA_M_S, (len(at), 3))]
        parts.append((np.full(len(at), name), at, state))
    lower = np.zeros(21)
    lower[[0, 2, 5]] = SIGMA_M**2
    lower[[9, 14, 20]] = SIGMA_M_S**2
    n = sum(len(p[1]) for p in parts)
    columns = {
        "time_utc": pa.array([T0 + round(t * NS) for p in parts for t in p[1]], pa.timestamp("ns", "UTC")),
        "track": np.concatenate([p[0] for p in parts]),
        **states(np.concatenate([p[2] for p in parts])),
        "covariance": [list(lower)] * n,
        "class": ["ballistic_missile" if p[0][0] in "AB" else None for p in parts for _ in p[1]],
    }
    pq.write_table(pa.table(columns), path)


def ellipses(km):
    return tuple(Ellipse(p, k * km, k * km, 0.0) for p, k in ((0.5, 1.18), (0.9, 2.15), (0.99, 3.03)))


def write_assessments(path):
    fall_lon = math.degrees(3000.0 * LIFE / 6378137.0)
    lines = []
    for t, level, track, off_deg in (
        (60, "possible", "A", 0.5),
        (120, "probable", "A", 0.3),
        (200, "confirmed", "B", 0.1),
    ):
        impact = GroundPoint(iso(305.0), 0.0, fall_lon + off_deg, ellipses(20.0))
        launch = GroundPoint(iso(-2.0), 0.09, 0.0, ellipses(10.0))
        member = ObjectAssessment(track, level, {"ballistic_missile": 0.97}, launch, impact, (), ("p",), "")
        lines.append(
            Assessment(
                f"a{t}", "e1", iso(t), "test", level, None, "", ObjectCount(1, 1, 1), (track,), {}, launch, impact, (),
                ("p",), (), (), (member,),
            )
        )  # fmt: skip
    lines.append(
        Assessment(
            "f",
            "e2",
            iso(70),
            "test",
            "probable",
            None,
            "",
            ObjectCount(1, 1, 1),
            ("X",),
            {},
            None,
            None,
            (),
            (),
            (),
            (),
        )
    )
    path.write_bytes(b"".join(msgspec.json.encode(a) + b"\n" for a in lines) + b'{"id": "cut')


@pytest.fixture
def folder(tmp_path):
    write_truth(tmp_path / "truth.parquet")
    write_tracks(tmp_path / "tracks.parquet")
    write_assessments(tmp_path / "assessments.jsonl")
    event = {
        "id": "1", "seq": 1, "time_utc": iso(33.0), "data_mode": "test", "kind": "launch_detected", "subject": "A",
        "causes": [], "data": {},
    }  # fmt: skip
    (tmp_path / "events.jsonl").write_bytes(msgspec.json.encode(event) + b"\n")
    labels = {
        "sensor": ["r"] * 4, "session": ["s"] * 4, "sequence": [1, 2, 3, 4], "detection": [0] * 4,
        "object": ["m-1", "m-1", None, "sat-1"],
    }  # fmt: skip
    pq.write_table(pa.table(labels), tmp_path / "labels.parquet")
    return tmp_path


def scored(folder, **more):
    return score_folder(folder, folder / "truth.parquet", folder / "labels.parquet", **more)


def test_the_missile_is_told_with_its_tracks(folder):
    (m,) = scored(folder)["objects"]
    assert (m["object"], m["kind"], m["fell"], m["detections"]) == ("m-1", "missile", True, 2)
    assert m["tracks"] == m["own_tracks"] == ["A", "B"]
    assert m["switches"] == 1
    # A from 20.3 to its last row at 145.3 and 20 s more, B from 190.3 to the end: 145 + 109.7 of 300 s
    assert m["completeness"] == pytest.approx((145.0 + 109.7) / 300.0)
    assert m["first_track_s"] == pytest.approx(20.3)
    assert m["launch_detected_s"] == pytest.approx(33.0)
    assert m["class"] == "ballistic_missile"


def test_levels_with_the_time_that_was_left(folder):
    (m,) = scored(folder)["objects"]
    assert m["highest"] == "confirmed"
    assert m["levels"]["probable"]["after_start_s"] == 120.0
    assert m["levels"]["confirmed"]["time_left_s"] == pytest.approx(100.0, abs=0.01)


def test_impact_errors_and_ellipses(folder):
    (m,) = scored(folder)["objects"]
    km = math.radians(1.0) * 6378.137
    at = m["impact"]["at"]
    assert at["possible"]["error_km"] == pytest.approx(0.5 * km, rel=2e-3)
    assert at["possible"]["inside"] == {"50": False, "90": False, "99": True}
    assert at["probable"]["inside"] == {"50": False, "90": True, "99": True}
    assert at["last"]["inside"] == {"50": True, "90": True, "99": True}
    assert at["last"]["time_error_s"] == pytest.approx(5.0, abs=0.01)
    assert m["impact"]["coverage"] == pytest.approx({"50": 1 / 3, "90": 2 / 3, "99": 1.0})
    assert m["launch"]["error_km"] == pytest.approx(0.09 * 110.574, rel=1e-3)


def test_accuracy_is_measured_at_the_tracks_own_times(folder):
    (m,) = scored(folder)["objects"]
    # 47 honest rows of 6: the mean NEES is 6 with a standard deviation of sqrt(12 / 47) = 0.5
    assert m["accuracy"]["nees"] == pytest.approx(6.0, abs=1.6)
    assert m["accuracy"]["median_position_error_m"] == pytest.approx(1.54 * SIGMA_M, rel=0.25)


def test_the_nearest_asset_and_the_ellipses_that_hold_it(folder):
    lon = math.degrees(3000.0 * LIFE / 6378137.0)
    assets = Assets(
        asset=(
            Asset(id="near", latitude_deg=0.1, longitude_deg=lon),
            Asset(id="far", latitude_deg=5.0, longitude_deg=lon),
            Asset(id="land", polygon=((0, 0), (0, 1), (1, 1))),
        )
    )
    (m,) = scored(folder, assets=assets)["objects"]
    assert m["impact"]["asset"]["id"] == "near"
    assert m["impact"]["asset"]["distance_km"] == pytest.approx(0.1 * 110.574, rel=1e-3)
    assert m["impact"]["asset"]["inside"]["90"]


def test_sums_and_false_events(folder):
    s = scored(folder)
    assert s["bulk"] == {"objects": 1, "tracked": 1, "switches": 0}
    assert s["summary"]["threats"] == s["summary"]["threats_confirmed_before_impact"] == 1
    assert s["summary"]["impact_inside"] == {"50": 1, "90": 1, "99": 1}
    assert s["summary"]["tracks_on_nothing"] == 1
    assert s["summary"]["events_high_without_threat"] == 1
    assert [(e["event"], e["highest"], e["kinds"]) for e in s["events"]] == [
        ("e1", "confirmed", ["missile"]),
        ("e2", "probable", ["nothing"]),
    ]
    msgspec.json.encode(s)


def test_times_as_text_give_the_same_score(folder):
    before = scored(folder)
    table = pq.read_table(folder / "tracks.parquet")
    texts = [iso_from_tai(tai_from_unix_ns(t), 9) for t in table["time_utc"].cast(pa.int64()).to_pylist()]
    pq.write_table(table.set_column(0, "time_utc", pa.array(texts)), folder / "tracks.parquet")
    assert scored(folder) == before


def test_empty_output_scores_as_missed(folder):
    pq.write_table(pq.read_table(folder / "tracks.parquet").slice(0, 0), folder / "tracks.parquet")
    (folder / "assessments.jsonl").unlink()
    (folder / "events.jsonl").unlink()
    s = score_folder(folder, folder / "truth.parquet")
    (m,) = s["objects"]
    assert m["completeness"] == 0.0
    assert m["highest"] is None
    assert m["launch_detected_s"] is None
    assert s["summary"]["threats_probable"] == 0


def test_unusable_files_are_named(folder):
    with pytest.raises(InputError, match=r"tracks\.parquet.*cannot be read"):
        (folder / "tracks.parquet").write_bytes(b"no")
        scored(folder)
    with pytest.raises(InputError, match="column missing: covariance"):
        write_tracks(folder / "tracks.parquet")
        pq.write_table(pq.read_table(folder / "tracks.parquet").drop(["covariance"]), folder / "tracks.parquet")
        scored(folder)


def test_interleaved_tracks_on_one_object_are_no_switch():
    t = (np.arange(0, 100, 5) * NS).astype(np.int64)
    share, switches, order = follow(t, np.arange(20) % 2, 0, 100 * NS)
    assert (share, switches, order) == (1.0, 0, [0, 1])


def test_hermite_keeps_a_cubic_and_goes_on_straight():
    t = np.array([0, NS, 2 * NS])
    path = lambda s: np.stack([s**3, s, 0 * s], axis=-1)  # noqa: E731
    speed = lambda s: np.stack([3 * s**2, 1 + 0 * s, 0 * s], axis=-1)  # noqa: E731
    s = np.array([0.25, 1.5, 2.0, 3.0])
    out = interpolate(t, np.hstack([path(t / NS), speed(t / NS)]), (s * NS).astype(np.int64))
    assert out[:3] == pytest.approx(np.hstack([path(s), speed(s)])[:3])
    assert out[3] == pytest.approx([8 + 12, 3, 0, 12, 1, 0])


def test_places_on_the_ground():
    for lat, lon, h in ((51.5, -0.1, 30.0), (-33.0, 151.0, 80e3), (0.0, 180.0, 0.0)):
        assert geodetic_deg(place(lat, lon, h)) == pytest.approx((lat, lon, h), abs=1e-3)
    assert offset(place(10.0, 20.0), 10.0, 20.0) == pytest.approx((0.0, 0.0), abs=1e-6)
    # one degree of latitude at 45 degrees is 111.132 km, of longitude 78.847 km (NGA)
    assert offset(place(45.5, 7.0), 44.5, 7.0)[1] == pytest.approx(111_132, rel=1.5e-3)
    assert offset(place(45.0, 8.0), 45.0, 7.0)[0] == pytest.approx(78_847, rel=1.5e-3)


def test_the_picture_at_equal_instants_is_hand_worked(folder):
    p = scored(folder)["picture"]
    siap = p["siap"]
    # 31 instants, every 10 s from 0 to 300 s; 20 s after its last row a track is gone: A stands from 30 to 160 s, B from 200
    # to 300 s, the false track from 60 to 90 s; the satellite and its track do not count
    assert p["switches"] == 1
    assert siap["completeness"] == pytest.approx((14 + 11) / 31)
    assert siap["ambiguity"] == 1.0
    assert siap["spuriousness"] == pytest.approx(4 / (14 + 11 + 4))
    assert siap["number_change_rate"] == pytest.approx(1 / (130 + 100))
    assert siap["longest_segment"] == pytest.approx(130 / 300)
    # A and B are pure, the false track follows nothing
    assert p["purity"] == pytest.approx(2 / 3)
    # six instants missed and four with a false track cost the root of half the square of the cut-off, the other 21 the place
    half = math.sqrt(0.5) * p["cut_off_m"]
    assert p["gospa_m"] == pytest.approx(((6 + 4) * half + 21 * siap["position_accuracy"]) / 31, rel=0.03)
    assert siap["position_accuracy"] < 6.0 * SIGMA_M
    assert siap["velocity_accuracy"] < 200.0
    # of two tracks more than objects the better one is given to the object, the other two count as far as can be
    best = math.sqrt((17 + 14 * (siap["position_accuracy"] / p["cut_off_m"]) ** 2) / 31) * p["cut_off_m"]
    assert p["ospa2_m"] == pytest.approx(math.sqrt((best**2 + 2 * p["cut_off_m"] ** 2) / 3), rel=0.01)

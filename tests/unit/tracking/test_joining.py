"""When two are one: twins, rivals, radars that slip and follow, partners' tracks."""

import msgspec
import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, START, Scene, at, later, thrown
from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, PartnerTrack
from tocsin.tracking.bank import RIVALS_KEPT
from tocsin.tracking.continuity import FASTEST_M_S, LOST_S, SLIP_RAD, WITHIN_S, followed, follows
from tocsin.tracking.filter_kernels import FREE
from tocsin.tracking.fusion_kernels import best_weight, intersect
from tocsin.tracking.notes import RIVALS_LOOK, LookNotes, absorb, note_rivals
from tocsin.tracking.record_kernels import write_keys
from tocsin.tracking.slips import BURSTS_HINTED, BURSTS_OF_TWO, TAKE_OVER_LATEST
from tocsin.tracking.upkeep import settle_joined

ONE, OTHER = thrown(), thrown(22.02, -31.98, azimuth_deg=40.2)


def lower(p):
    return tuple(float(v) for v in p[np.tril_indices(6)])


def second_track_of(scene, track):
    """Give a scene another track with the same state, as two sensors that never met might."""
    bank = scene.tracker.bank
    twin = bank.add(track.born, "radar")
    for name in ("xs", "ps", "ws", "ts", "two"):
        getattr(bank, name)[twin.slot] = getattr(bank, name)[track.slot]
    twin.confirmed, twin.hits, twin.score = True, 3, 20.0
    return twin


def saw(scene, track, sensor, times, path="infrared/x/y"):
    """Write into a track that a sensor has seen it so often, the first time in its look 0."""
    bank, one = scene.tracker.bank, track.slot
    bank.contacts["hits"][one, bank.sensor_number(sensor)] = times
    bank.path_hits[one, bank.path_number(path)] = times
    write_keys(bank.records, bank.firsts, bank.lasts, one, bank.look_number(f"{sensor.id}//0"), 0)
    if sensor.kind == "infrared":
        track.infrared_hits = times


def tracked(seed=1, states=(ONE,), looks=8):
    scene = Scene(seed)
    for k in range(looks):
        scene.radar("A", 5.0 * k, [later(s, 5.0 * k) for s in states])
    assert len(scene.standing) == len(states)
    return scene


def test_two_tracks_of_one_object_are_merged_into_the_longer_one():
    scene = tracked()
    first = scene.standing[0]
    twin = second_track_of(scene, first)
    saw(scene, twin, SENSORS["B"], 3)
    twin.born = first.born - NS
    merged = scene.tracker.merge_twins()
    assert [(k.number, d.number) for k, d in merged] == [(first.number, twin.number)]
    assert scene.tracks == [first]
    assert first.hits == 11 and first.sensors == {"A": 8, "B": 3} and first.born == START - NS
    assert first.first_keys[0] == "B//0/0" and len(first.first_keys) <= 8


def test_tracks_seen_side_by_side_in_one_look_are_never_merged():
    # 3 km apart and with nearly one velocity: within their errors for a while
    scene = tracked(2, (ONE, OTHER))
    a, b = scene.standing
    assert b.number in a.rival and a.number in b.rival
    bank = scene.tracker.bank
    bank.xs[b.slot], bank.ps[b.slot] = bank.xs[a.slot], bank.ps[a.slot]
    assert scene.tracker.merge_twins() == [] and len(scene.standing) == 2


def test_a_tentative_track_is_no_twin():
    scene = tracked()
    second_track_of(scene, scene.standing[0]).confirmed = False
    assert scene.tracker.merge_twins() == []


def test_three_tracks_of_one_object_end_as_one():
    scene = tracked()
    for _ in range(2):
        second_track_of(scene, scene.standing[0])
    for _ in range(3):
        scene.tracker.merge_twins()
    assert len(scene.tracks) == 1 and scene.tracks[0].hits == 8 + 3 + 3


def test_tracks_of_two_objects_that_never_met_in_a_look_stay_two():
    scene = Scene(3)
    far = thrown(22.5, -31.0)
    for k in range(10):
        scene.radar("A", 5.0 * k, [later(ONE, 5.0 * k)], mode="track")
        scene.radar("B", 5.0 * k + 1.0, [later(far, 5.0 * k + 1.0)], mode="track")
    assert len(scene.standing) == 2 and scene.merged == []


def test_a_track_notes_a_bounded_number_of_rivals():
    scene = tracked()
    first = scene.standing[0]
    slots = [first.slot] + [second_track_of(scene, first).slot for _ in range(RIVALS_LOOK - 1)]
    note_rivals(scene.tracker.bank, slots)
    assert len(first.rival) == RIVALS_KEPT == len(set(first.rival)) and first.number not in first.rival
    crowd = tracked()
    slots = [t.slot for t in (second_track_of(crowd, crowd.standing[0]) for _ in range(RIVALS_LOOK + 1))]
    note_rivals(crowd.tracker.bank, slots)
    assert not any(t.rival for t in crowd.tracks)


def test_what_a_twin_knew_is_kept():
    scene = tracked()
    keep, drop = scene.standing[0], second_track_of(scene, scene.standing[0])
    saw(scene, drop, SENSORS["west"], 4)
    bank = scene.tracker.bank
    bank.rivals[drop.slot, :2], bank.records["rival_count"][drop.slot] = [keep.number, 77], 2
    drop.last_hit, drop.last_infrared = keep.last_hit + NS, START
    drop.sights = [(START + k, *([0.0] * 7), "west") for k in (3, 1)]
    absorb(keep, drop)
    assert keep.satellites == {"west": 4} and keep.paths["infrared/x/y"] == 4 and keep.rival == [77]
    assert keep.last_hit == drop.last_hit and [s[0] - START for s in keep.sights] == [1, 3]


# ---- a radar that follows ----------------------------------------------------------------------------------------


def slipped(scene, seconds, offset_deg, **more):
    values = scene.radar_values("A", [later(ONE, seconds)])
    values[:, ELEVATION] += offset_deg * DEG
    values[:, AZIMUTH] += offset_deg * DEG
    return scene.feed(scene.look("A", seconds, values, mode="track", **more))


def test_a_following_radar_that_slips_to_a_side_lobe_keeps_its_track():
    scene = tracked()
    for k in range(8, 20):
        slip = k in (10, 11, 15)
        result = slipped(scene, 5.0 * k, 0.9 if slip else 0.0)
        assert [(u.slot, u.new, u.held) for u in result.updates] == [(scene.standing[0].slot, False, slip)]
    assert len(scene.standing) == 1 and scene.standing[0].hits == 20


def test_a_searching_radar_has_no_such_excuse():
    scene = tracked()
    values = scene.radar_values("A", [later(ONE, 40.0)])
    values[:, [ELEVATION, AZIMUTH]] += 0.9 * DEG
    scene.feed(scene.look("A", 40.0, values))
    assert len(scene.tracks) == 2


def test_a_slip_does_not_move_the_track():
    scene = tracked()
    slipped(scene, 40.0, 0.9)
    x, _p, t = scene.state_of(scene.standing[0])
    # 0.9 deg at some 1,300 km are 20 km; it coasts to the time of the slip
    assert t == 40.0 and np.linalg.norm((x - later(ONE, t))[:3]) < 1500.0
    assert scene.standing[0].trouble == pytest.approx(0.1)


def test_who_says_the_same_long_enough_is_right():
    scene = tracked()
    off = []
    for k in range(8, 8 + TAKE_OVER_LATEST):
        slipped(scene, 5.0 * k, 0.9)
        x, _, t = scene.state_of(scene.standing[0])
        off.append(np.linalg.norm((x - later(ONE, t))[:3]))
    assert len(scene.standing) == len(scene.tracks) == 1
    # the place that the radar reports is up to 20 km off the arc
    assert max(off[:4]) < 3000.0 and off[-1] > 10e3
    assert scene.standing[0].hits == 8 + TAKE_OVER_LATEST


def turns(scene, other, count, hints=(None,)):
    """Let a following radar look at ONE and at another object by turns, one detection a look."""
    for k in range(count):
        state = (ONE, other)[k % 2]
        when = 36.0 + 1.0 * k
        values = scene.radar_values("A", [later(state, when)], rate=True)
        scene.feed(scene.look("A", when, values, mode="track", hints=hints))


@pytest.mark.parametrize(("hint", "bursts"), [(None, BURSTS_OF_TWO), ("7", BURSTS_HINTED)])
def test_a_radar_that_follows_two_objects_by_turns_gets_two_tracks(hint, bursts):
    # its own track number may be wrong: it only asks for more turns
    scene = tracked()
    other = ONE + np.concatenate([np.array([0.0, 0.0, 12e3]), np.zeros(3)])
    turns(scene, other, 2 * (bursts + 5), (hint,))
    assert len(scene.standing) == 2
    t = [float(scene.tracker.bank.ts[x.slot] - at(0.0)) / 1e9 for x in scene.standing]
    for track, state, when in zip(scene.standing, (ONE, other), t, strict=True):
        x, _, _ = scene.state_of(track)
        assert np.linalg.norm((x - later(state, when))[:3]) < 3000.0


def test_two_objects_in_one_look_are_no_slip():
    scene = tracked()
    other = ONE + np.concatenate([np.array([0.0, 0.0, 12e3]), np.zeros(3)])
    for k in range(6):
        values = scene.radar_values("A", [later(ONE, 36.0 + k), later(other, 36.0 + k)], rate=True)
        scene.feed(scene.look("A", 36.0 + k, values, mode="track"))
    assert len(scene.standing) == 2


def row(scene, seconds, state=ONE, **offsets):
    values = scene.radar_values("A", [later(state, seconds)], noise=0.0)
    for column, value in offsets.items():
        values[:, {"azimuth": AZIMUTH, "elevation": ELEVATION}[column]] += value
    item = scene.look("A", seconds, values, mode="track")
    return item, scene.tracker.rows(item, SENSORS["A"], SENSORS["A"].position)[0]


def test_what_comes_next_from_the_same_place_follows():
    scene = tracked()
    track = scene.tracks[0]
    assert follows(track, *row(scene, 36.0), 0)
    assert not follows(track, *row(scene, 35.0 + WITHIN_S + 1.0), 0)
    assert follows(track, *row(scene, 35.0), 0)  # or beside it, in the same look
    wide = SLIP_RAD + 9000.0 / 1.0e6
    assert not follows(track, *row(scene, 36.0, elevation=2.0 * wide), 0)
    assert not follows(track, *row(scene, 36.0, thrown(26.0, -32.0)), 0)


def test_a_sensor_that_never_saw_it_does_not_follow():
    scene = tracked()
    item, m = row(scene, 36.0)
    scene.tracker.bank.contacts["time"][scene.tracks[0].slot] = 0
    assert not follows(scene.tracks[0], item, m, 0)


def test_the_sensors_own_track_number_is_a_hint_for_and_against():
    scene = tracked()
    track = scene.tracks[0]
    item, m = row(scene, 36.0)

    def named(name):
        return type(item)(**{f: getattr(item, f) for f in item.__struct_fields__} | {"hints": (name,)})

    notes = LookNotes(scene.tracker.bank, named("7"), SENSORS["A"], m[None])
    notes.write_one(track, 0)
    item, m = row(scene, 37.0)
    assert follows(track, named("7"), m, 0) and follows(track, named(None), m, 0)
    assert not follows(track, named("8"), m, 0)
    # far beside what speed allows: too far without the number, believed with it
    m[12] += 0.5 * FASTEST_M_S * LOST_S
    assert not follows(track, named(None), m, 0) and follows(track, named("7"), m, 0)


BESIDE = ONE + np.concatenate([np.array([0.0, 0.0, 12e3]), np.zeros(3)])
THIRD = ONE + np.concatenate([np.array([0.0, 0.0, 24e3]), np.zeros(3)])


@pytest.mark.parametrize(("states", "held"), [((ONE,), True), ((ONE, BESIDE), False)])
def test_what_follows_on_from_several_tracks_is_another_object(states, held):
    scene = tracked(states=states)
    values = scene.radar_values("A", [later(THIRD, 41.0)], rate=True)
    result = scene.feed(scene.look("A", 41.0, values, mode="track"))
    assert [u.held for u in result.updates] == [held]
    assert [u.new for u in result.updates] == [not held]


def test_of_several_tracks_the_one_that_the_sensor_names_is_followed():
    scene = tracked(states=(ONE, BESIDE))
    for name, state, when in (("7", ONE, 40.0), ("8", BESIDE, 41.0)):
        scene.feed(scene.look("A", when, scene.radar_values("A", [later(state, when)]), mode="track", hints=(name,)))
    values = scene.radar_values("A", [later(THIRD, 48.0)], rate=True)
    assert [t.hints["A"] for t in followed_by(scene, values, "8")] == ["8"]
    assert len(followed_by(scene, values, None)) == 2
    assert followed_by(scene, values, "9") == []


def followed_by(scene, values, name):
    item = scene.look("A", 48.0, values, mode="track", hints=(name,))
    return followed(scene.tracks, item, scene.tracker.rows(item, SENSORS["A"], SENSORS["A"].position)[0], 0)


# ---- partners ----------------------------------------------------------------------------------------------------


def partner(state, covariance, seconds=40.0, name="p1"):
    return PartnerTrack(
        name, at(seconds), "test", at(seconds), tuple(map(float, state)), lower(covariance), "ally", "l1"
    )


WIDE = np.diag([300.0**2] * 3 + [10.0**2] * 3)


def test_a_partners_track_of_an_object_here_is_that_object():
    scene = tracked()
    paths, hits = dict(scene.tracks[0].paths), scene.tracks[0].hits
    track, new = scene.tracker.take_partner(partner(later(ONE, 40.0), WIDE))
    assert not new and track is scene.tracks[0]
    assert track.paths == paths and track.hits == hits  # its state is taken in; it is no evidence of its own


def test_partners_by_many_paths_make_room_for_themselves():
    scene, far = tracked(), ONE.copy()
    for k in range(40):
        far[:3] = ONE[:3] * (1.0 + 0.02 * k)
        item = msgspec.structs.replace(partner(later(far, 40.0), WIDE, name=f"p{k}"), source=f"ally {k}", line=f"l{k}")
        track, new = scene.tracker.take_partner(item)
        assert track.paths[f"partner/ally {k}/l{k}"] == 1 if new else k == 0


def test_a_sharp_partners_track_is_taken_in_and_the_same_again_adds_nothing():
    scene = tracked()
    bank, slot = scene.tracker.bank, scene.tracks[0].slot
    before = bank.ps[slot, FREE, :6, :6].copy()
    state = later(ONE, 40.0)
    sharp = np.diag([20.0**2] * 3 + [1.0**2] * 3)
    scene.tracker.take_partner(partner(state, sharp))
    first = bank.ps[slot, FREE, :6, :6].copy()
    assert np.linalg.det(first) < np.linalg.det(before)
    assert np.linalg.norm(bank.xs[slot, FREE, :3] - state[:3]) < 60.0
    for k in range(20):
        scene.tracker.take_partner(partner(state, sharp, name=f"p{k}"))
    # twenty times the same message: as if independent it would be twenty times as sure; here never surer than one of the two
    assert np.linalg.slogdet(bank.ps[slot, FREE, :6, :6])[1] > np.linalg.slogdet(first)[1] - 1.0


def test_what_is_taken_in_equals_the_formula_of_covariance_intersection():
    rng = np.random.default_rng(2)
    own, theirs = (a @ a.T for a in rng.normal(size=(2, 6, 9)))
    x, p, z = np.zeros(10), np.zeros((10, 10)), 0.3 * rng.normal(size=6)
    p[:6, :6] = own
    weight = best_weight(np.linalg.inv(own), np.linalg.inv(theirs))
    intersect(x, p, z, theirs, weight)
    info = weight * np.linalg.inv(own) + (1.0 - weight) * np.linalg.inv(theirs)
    assert p[:6, :6] == pytest.approx(np.linalg.inv(info))
    assert x[:6] == pytest.approx(np.linalg.solve(info, (1.0 - weight) * np.linalg.solve(theirs, z)))
    dets = [
        np.linalg.slogdet(w * np.linalg.inv(own) + (1 - w) * np.linalg.inv(theirs))[1] for w in np.linspace(0, 1, 101)
    ]
    assert np.linalg.slogdet(info)[1] >= max(dets) - 1e-9


def test_a_partners_track_of_an_unknown_object_stands_at_once():
    scene = tracked()
    state = later(thrown(25.0, -25.0), 40.0)
    track, new = scene.tracker.take_partner(partner(state, WIDE))
    assert new and track.confirmed and track.origin == "partner" and len(scene.standing) == 2
    x, p, t = scene.state_of(track)
    assert x == pytest.approx(state) and p == pytest.approx(WIDE) and t == 40.0
    assert track.paths == {"partner/ally/l1": 1} and track.first_keys == ["p1"]
    again, new = scene.tracker.take_partner(partner(later(state, 20.0), WIDE, 60.0, "p2"))
    assert again is track and not new
    # each message stands behind it, while nobody here has seen it
    assert track.hits == 2 and track.paths == {"partner/ally/l1": 2} and track.last_keys[-1] == "p2"


def test_an_own_radar_takes_up_a_partners_track():
    scene = Scene(4)
    scene.tracker.take_partner(partner(ONE, WIDE, 0.0))
    for k in range(1, 5):
        scene.radar("A", 5.0 * k, [later(ONE, 5.0 * k)])
    assert len(scene.tracks) == 1 and scene.tracks[0].sensors == {"A": 4} and len(scene.tracks[0].paths) == 2


# ---- late looks ---------------------------------------------------------------------------------------------------


def test_late_looks_reach_the_accuracy_of_looks_in_order():
    """The looks of one of two radars a minute late, over coasting objects: the errors at the end are within 1 %."""

    def error(seed, delay):
        scene = Scene(seed)
        first = thrown(height_m=600e3)
        looks = []
        for k in range(0, 125, 5):
            looks.append((k, k, scene.look("A", k, scene.radar_values("A", [later(first, k)]))))
            looks.append((k + 2 + delay, k, scene.look("B", k + 2, scene.radar_values("B", [later(first, k + 2)]))))
        for _, _, look in sorted(looks, key=lambda x: x[:2]):
            scene.feed(look)
        (track,) = scene.tracks
        x, _, t = scene.state_of(track)
        return float(((x[:3] - later(first, t)[:3]) ** 2).sum()), t

    inorder, late = (np.array([error(seed, d) for seed in range(12)]) for d in (0, 60))
    assert np.array_equal(inorder[:, 1], late[:, 1])
    # paired, twelve seeds: the spread of the ratio itself is some 1.5 % (100 seeds: 0.994 +/- 0.005)
    assert np.sqrt(late[:, 0].mean() / inorder[:, 0].mean()) == pytest.approx(1.0, abs=0.045)


@pytest.mark.parametrize("joined", [np.zeros((6, 6)), -np.eye(6)])
def test_what_is_no_covariance_is_not_taken_for_a_joined_one(joined):
    scene = tracked()
    track, bank = scene.standing[0], scene.tracker.bank
    before = [getattr(bank, name)[track.slot].copy() for name in ("xs", "ps", "effects")]
    track.awaits_join = True
    settle_joined(bank, track, np.ones(6), joined, np.eye(10))
    assert not track.awaits_join
    for name, kept in zip(("xs", "ps", "effects"), before, strict=True):
        assert np.array_equal(getattr(bank, name)[track.slot], kept), name

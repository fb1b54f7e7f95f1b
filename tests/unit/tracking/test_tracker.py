"""From looks to tracks: how they begin, what silence means, and that order and number of detections do not matter."""

import math

import msgspec
import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, START, Scene, at, later, thrown
from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, COLUMNS, ELEVATION, RANGE
from tocsin.tracking.bank import MAX_TRACKS, TrackBank
from tocsin.tracking.filter_kernels import FREE, LIGHTNESS, LIGHTNESS_SIGMA
from tocsin.tracking.gates import MAX_PAIRS
from tocsin.tracking.lone_plumes import TENTATIVE_LIFE_S
from tocsin.tracking.silence import CONFIRMED_FALL, MOST_DOUBT, PD_MOST
from tocsin.tracking.tracker import CONFIRM_HITS, Tracker
from tocsin.tracking.upkeep import METEOR_S

APART = [thrown(), thrown(22.5, -31.0, azimuth_deg=45.0), thrown(21.0, -33.0, speed=4200.0), thrown(23.0, -33.5, 260e3)]


def flown(seconds, states=APART):
    return [later(s, seconds) if seconds else s for s in states]


# ---- births ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [False, True])
def test_a_radar_starts_a_track_from_one_look_and_it_stands_after_three(rate):
    nees = []
    for seed in range(20):
        scene = Scene(seed)
        for k in range(CONFIRM_HITS):
            result = scene.radar("A", 5.0 * k, flown(5.0 * k, APART[:1]), rate)
            assert len(scene.tracks) == 1 and len(scene.standing) == (k == CONFIRM_HITS - 1)
            x, p, t = scene.state_of(scene.tracks[0])
            error = x - later(APART[0], t)
            nees.append(error @ np.linalg.solve(p, error) / 6.0)
        assert result.confirmed == [scene.tracks[0].slot]
    # velocities up to orbital are allowed for, so the first looks are on the careful side
    assert 0.1 < np.mean(nees) < 1.3


def test_a_radar_track_learns_its_velocity():
    errors = []
    for seed in range(8):
        scene = Scene(seed)
        for k in range(12):
            scene.radar("A", 5.0 * k, flown(5.0 * k, APART[:1]))
        x, p, t = scene.state_of(scene.tracks[0])
        errors.append(np.linalg.norm((x - later(APART[0], t))[3:]) / np.sqrt(np.trace(p[3:, 3:])))
        assert np.sqrt(np.trace(p[3:, 3:])) < 100.0
    assert max(errors) < 2.5


def test_a_satellite_alone_starts_a_track_that_knows_its_line_and_little_along_it():
    scene = Scene(1)
    plume = np.concatenate([thrown(height_m=22e3)[:3], np.zeros(3)])
    scene.sight("west", 0.0, [plume])
    x, p, _ = scene.state_of(scene.tracks[0])
    line = plume[:3] - SENSORS["west"].place(START)
    line /= np.linalg.norm(line)
    along, total = math.sqrt(line @ p[:3, :3] @ line), math.sqrt(np.trace(p[:3, :3]))
    assert along > 10e3 and math.sqrt(total**2 - along**2) < 4000.0
    error = (x - plume)[:3]
    assert error @ np.linalg.solve(p[:3, :3], error) < 11.3  # 99 % of three components


def test_a_second_satellite_gives_the_distance():
    scene = Scene(1)
    plume = np.concatenate([thrown(height_m=22e3)[:3], np.zeros(3)])
    scene.sight("west", 0.0, [plume])
    scene.sight("east", 1.0, [plume])
    assert len(scene.tracks) == 1
    x, p, _ = scene.state_of(scene.tracks[0])
    assert np.linalg.norm((x - plume)[:3]) < 4.0 * math.sqrt(np.trace(p[:3, :3])) < 20e3
    assert set(scene.tracks[0].satellites) == {"west", "east"} and len(scene.tracks[0].paths) == 2


def test_a_detection_without_direction_or_past_the_earth_starts_nothing():
    scene = Scene(1)
    values = scene.radar_values("A", APART[:1])
    values[:, [AZIMUTH, ELEVATION]] = np.nan
    result = scene.feed(scene.look("A", 0.0, values))
    assert not scene.tracks and not result.updates
    out = SENSORS["west"].place(START) * 1.5
    result = scene.sight("west", 1.0, [np.concatenate([out, np.zeros(3)])])
    assert not scene.tracks and not result.updates


def test_known_objects_start_no_track():
    scene = Scene(1)
    item = scene.look("A", 0.0, scene.radar_values("A", APART))
    sensor = SENSORS["A"]
    rows = scene.tracker.rows(item, sensor, sensor.position)

    def known(_look, _sensor, chosen, _rows):
        return np.where(chosen == 2, 77, -1)

    result = scene.tracker.process(item, sensor, sensor.position, rows, np.arange(4), known)
    assert result.known_rows.tolist() == [2] and result.known_objects.tolist() == [77] and len(scene.tracks) == 3
    assert sorted(u.row for u in result.updates) == [0, 1, 3] and all(u.new for u in result.updates)


# ---- silence -----------------------------------------------------------------------------------------------------


def test_radars_that_report_nothing_do_not_end_what_two_satellites_see():
    # both radars look at the plume all the time and never report: blind, or not as the network file says
    scene = Scene(2)
    plume = np.concatenate([thrown(lat_deg=30.0, lon_deg=-27.0, height_m=60e3)[:3], np.zeros(3)])
    for second in range(0, 40, 2):
        if second % 10 == 0:
            scene.sight("west", float(second), [plume])
            scene.sight("east", second + 1.0, [plume])
        scene.radar("A", second + 1.5, [])
        scene.radar("B", second + 1.7, [])
        assert len(scene.tracks) == 1
    assert scene.standing and scene.tracks[0].hits == 8
    assert scene.tracker.bank.records["doubt_radar"][scene.tracks[0].slot] <= MOST_DOUBT + 1e-9


def test_a_sensor_that_goes_on_seeing_keeps_a_track_that_another_has_lost():
    scene = Scene(3)
    for k in range(6):
        scene.radar("A", 5.0 * k, flown(5.0 * k, APART[:1]))
        scene.radar("B", 5.0 * k + 1.0, flown(5.0 * k + 1.0, APART[:1]))
    for k in range(6, 30):
        scene.radar("A", 5.0 * k, flown(5.0 * k, APART[:1]))
        scene.radar("B", 5.0 * k + 1.0, [])
    assert len(scene.standing) == 1 and scene.standing[0].hits == 36


def test_no_single_silence_says_more_than_the_radar_can_know():
    scene = Scene(4)
    track = stood(scene)
    missed = 0
    while scene.tracks:
        missed += 1
        scene.radar("A", 25.0 + 5.0 * missed, [])
    assert missed == math.ceil(CONFIRMED_FALL / -math.log(1.0 - PD_MOST)) and track.misses == missed


def test_a_plume_near_one_that_went_out_is_another_launch():
    scene = Scene(5)
    plume = np.concatenate([thrown(height_m=22e3)[:3], np.zeros(3)])
    for k in range(4):
        for name, offset in (("west", 0.0), ("east", 1.0)):
            scene.sight(name, 10.0 * k + offset, [plume])
    for k in range(4, 10):
        for name, offset in (("west", 0.0), ("east", 1.0)):
            scene.sight(name, 10.0 * k + offset, [])
    first = scene.tracks[0]
    near = plume + np.array([0.0, 9e3, 9e3, 0.0, 0.0, 0.0])
    scene.sight("west", 100.0, [near])
    assert first.satellites["west"] == 4 and len(scene.tracks) == 2


def stood(scene, seconds=25.0, sensor="A"):
    """Let a scene have one standing track and return it."""
    for k in range(round(seconds / 5.0) + 1):
        scene.radar(sensor, 5.0 * k, flown(5.0 * k, APART[:1]))
    assert len(scene.standing) == 1
    return scene.standing[0]


def test_a_look_that_could_have_seen_it_costs_a_track_score():
    scene = Scene(1)
    track = stood(scene)
    before = track.score
    result = scene.radar("A", 30.0, [])
    assert track.score < before and track.misses == 1 and result.silent[0][0] == track.slot


@pytest.mark.parametrize(
    ("sensor", "more"),
    [
        ("north", {"searched": None}),  # the other way
        ("A", {"mode": "track"}),
        ("A", {"state": "blinded"}),
        ("A", {"state": "down"}),
    ],
)
def test_silence_of_a_look_that_could_not_have_seen_it_is_no_evidence(sensor, more):
    scene = Scene(1)
    south = [thrown(12.0, -28.0, azimuth_deg=90.0)]
    for k in range(6):
        scene.radar("A", 5.0 * k, flown(5.0 * k, south))
    track = scene.standing[0]
    before = track.score
    for k in range(200):
        result = scene.radar(sensor, 25.0 + 0.1 * k, [], **more)
        assert not result.silent and not result.dropped
    assert track.score == before and track.misses == 0


@pytest.mark.parametrize(("noise_db", "fewest"), [(0.0, 2), (25.0, 8)])
def test_a_track_is_dropped_by_looks_that_could_have_seen_it_the_later_the_less_they_could(noise_db, fewest):
    scene = Scene(1)
    track = stood(scene)
    drops, sight = [], []
    top = track.score_top
    for k in range(60):
        before = track.score
        result = scene.radar("A", 30.0 + 5.0 * k, [], noise_db=noise_db)
        drops += result.dropped
        if drops:
            break
        # what a look says is the chance that it would have missed the object, never less than one in a thousand
        sight.append(result.silent[0][1])
        assert track.score - before == pytest.approx(math.log(max(1.0 - sight[-1], 1e-3)), abs=1e-9)
    assert fewest <= k < 59 and drops[0][1].startswith("looks that could") and not scene.tracks
    assert top - track.score > CONFIRMED_FALL


def test_a_false_alarm_is_forgotten_soon():
    scene = Scene(1)
    scene.radar("A", 0.0, APART[:1])
    for k in range(1, 5):
        scene.radar("A", 5.0 * k, [])
    assert not scene.tracks and scene.dropped[0][0].hits == 1


def test_a_tentative_track_out_of_sight_ends_after_a_minute_and_a_standing_one_does_not():
    scene = Scene(1)
    stood(scene)
    scene.radar("A", 26.0, [thrown(25.0, -20.0, 400e3)])
    assert len(scene.tracks) == 2
    ended = scene.tracker.tidy(at(26.0 + TENTATIVE_LIFE_S), set())
    assert ended == []
    ended = scene.tracker.tidy(at(26.1 + TENTATIVE_LIFE_S), set())
    assert [reason for _, reason in ended] == ["not seen again"] and len(scene.standing) == 1


@pytest.mark.parametrize(("plumes", "age_s", "ends"), [(0, 30.0, True), (3, 30.0, False), (3, METEOR_S + 1.0, True)])
def test_what_is_faster_than_anything_that_earth_holds_ends_unless_it_may_be_a_meteor(plumes, age_s, ends):
    scene = Scene(1)
    track = stood(scene)
    bank = scene.tracker.bank
    track.infrared_hits, track.born = plumes, at(30.0 - age_s)
    bank.xs[track.slot, :, 3:6] *= 20e3 / np.linalg.norm(bank.xs[track.slot, FREE, 3:6])
    ended = [reason for _, reason in scene.tracker.tidy(at(30.0), set())]
    assert ended == ["faster than any object: it was made of detections of several"] * ends


def test_a_standing_track_nobody_can_see_lives_until_it_is_down():
    scene = Scene(1)
    stood(scene)
    reasons, down = [], 0.0
    for k in range(400):
        reasons += [r for _, r in scene.tracker.tidy(at(30.0 + 5.0 * k), set())]
        if reasons:
            down = 30.0 + 5.0 * k
            break
    assert reasons == ["its arc has reached the ground (predicted, not observed)"]
    t = 0.0
    while np.linalg.norm(later(APART[0], t)[:3]) > 6.371e6:
        t += 5.0
    # it was known by six looks of one radar; the true arc is that without air
    assert down == pytest.approx(t, abs=90.0)


def test_a_coasting_track_nobody_can_see_stays_on_its_arc():
    nees = []
    for seed in range(10):
        scene = Scene(seed)
        track = stood(scene)
        for k in range(120):
            scene.tracker.tidy(at(30.0 + 5.0 * k), set())
        x, p, t = scene.state_of(track)
        error = x - later(APART[0], t)
        assert t > 600.0 and np.linalg.norm(error[:3]) < 200e3
        nees.append(error @ np.linalg.solve(p, error) / 6.0)
    assert 0.2 < np.mean(nees) < 1.7


def test_far_looks_that_tell_nothing_do_not_move_a_track():
    scene = Scene(1)
    track = stood(scene)
    for k in range(120):
        # so noisy that the object would hardly be seen
        scene.radar("A", 30.0 + 5.0 * k, [], noise_db=38.0)
    x, _, t = scene.state_of(track)
    assert track.slot in scene.tracker.bank.tracks and t > 600.0
    assert np.linalg.norm((x - later(APART[0], t))[:3]) < 150e3


def test_what_orbits_is_let_go_after_twenty_minutes_out_of_sight():
    speed = math.sqrt(3.986e14 / 7.0e6)
    for orbiting in (False, True):
        scene = Scene(1)
        up = [thrown(height_m=620e3, speed=speed - 350.0, elevation_deg=0.0, azimuth_deg=90.0)]
        for k in range(6):
            scene.radar("A", 5.0 * k, flown(5.0 * k, up))
        slots = {t.slot for t in scene.standing} if orbiting else set()
        assert len(scene.standing) == 1
        assert scene.tracker.tidy(at(25.0 + 1199.0), slots) == []
        assert len(scene.tracker.tidy(at(25.0 + 1201.0), slots)) == int(orbiting)


def test_a_run_of_empty_looks_weighs_as_many():
    scores = []
    for run in (1, 3):
        scene = Scene(1)
        track = stood(scene)
        before = track.score
        scene.radar("A", 30.0, [], empty_looks=run)
        scores.append(before - track.score)
    assert scores[1] == pytest.approx(3.0 * scores[0])


# ---- order and number --------------------------------------------------------------------------------------------


def followed(order_seed, count=4, clutter=6):
    """Return the sorted states of all tracks after ten looks whose rows stand in an order drawn by seed."""
    scene = Scene(3)
    draw = np.random.default_rng(order_seed)
    for k in range(10):
        values = scene.radar_values("A", flown(5.0 * k)[:count])
        false = np.full((clutter, COLUMNS), np.nan)
        false[:, RANGE] = scene.rng.uniform(5e5, 4e6, clutter)
        false[:, AZIMUTH], false[:, ELEVATION] = scene.rng.uniform(0, 6, clutter), scene.rng.uniform(0.1, 1.2, clutter)
        rows = np.concatenate([values, false])
        if order_seed:
            rows = rows[draw.permutation(len(rows))]
        scene.feed(scene.look("A", 5.0 * k, np.ascontiguousarray(rows)))
    bank = scene.tracker.bank
    states = bank.xs[bank.slots(), FREE]
    return states[np.lexsort(states.T[::-1])], sorted((t.hits, t.confirmed) for t in scene.tracks)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_detections_within_a_look_does_not_matter(seed):
    states, hits = followed(0)
    other, same = followed(seed)
    assert hits == same and sum(c for _, c in hits) == 4
    assert np.array_equal(states, other)


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_looks_of_none_one_two_and_many_detections_give_as_many_tracks(count):
    scene = Scene(5)
    for k in range(8):
        result = scene.radar("A", 5.0 * k, flown(5.0 * k)[:count])
        assert len(result.updates) == count and len(result.seen) == (count if k else 0)
    assert len(scene.standing) == len(scene.tracks) == count
    for track in scene.tracks:
        assert track.hits == 8
        x, p, t = scene.state_of(track)
        error = min((x - s for s in flown(t)), key=np.linalg.norm)
        assert error @ np.linalg.solve(p, error) < 22.5  # 99.9 % of six components


def test_objects_seen_one_look_each_give_what_one_look_of_all_gives():
    together, apart = Scene(6), Scene(6)
    for k in range(8):
        values = together.radar_values("A", flown(5.0 * k)[:2])
        together.feed(together.look("A", 5.0 * k, values, mode="track"))
        for row in values:
            apart.feed(apart.look("A", 5.0 * k, row[None].copy(), mode="track"))
    a, b = ([s.state_of(t)[0] for t in s.tracks] for s in (together, apart))
    assert len(a) == len(b) == 2
    for x, y in zip(a, b, strict=True):
        assert np.array_equal(x, y)


def test_detections_of_one_look_may_each_have_their_own_time():
    scene = Scene(7)
    for k in range(8):
        ages = np.array([0.0, 1.3, 2.9, 4.1])
        states = [later(s, 5.0 * k + a) for s, a in zip(APART, ages, strict=True)]
        item = scene.look("A", 5.0 * k + 5.0, scene.radar_values("A", states), start=at(5.0 * k))
        item = msgspec.structs.replace(item, times=np.array([at(5.0 * k + a) for a in ages], np.int64))
        scene.feed(item)
    assert len(scene.standing) == len(scene.tracks) == 4
    for track, origin, age in zip(scene.tracks, APART, ages, strict=True):
        x, p, t = scene.state_of(track)
        assert t == pytest.approx(35.0 + age, abs=1e-6)
        error = x - later(origin, t)
        assert error @ np.linalg.solve(p, error) < 22.5


def test_a_late_look_betters_the_track_and_starts_no_other():
    scene = Scene(8)
    for k in range(8):
        if k != 5:
            scene.radar("A", 5.0 * k, flown(5.0 * k, APART[:1]))
    before = np.sqrt(np.trace(scene.state_of(scene.tracks[0])[1][:3, :3]))
    scene.radar("B", 25.0, flown(25.0, APART[:1]))
    _x, p, t = scene.state_of(scene.tracks[0])
    assert len(scene.tracks) == 1 and scene.tracks[0].hits == 8 and t == 35.0
    assert np.sqrt(np.trace(p[:3, :3])) < before


# ---- floods ------------------------------------------------------------------------------------------------------


def flood(scene, seconds, n, packed=False):
    """Return what a look of n false detections did: all over the field, or all in one cell of some tens of kilometres."""
    values, rng = np.full((n, COLUMNS), np.nan), scene.rng
    values[:, RANGE] = rng.uniform(2.0e6, 2.02e6, n) if packed else rng.uniform(2e5, 4.9e6, n)
    values[:, AZIMUTH] = rng.uniform(0.5, 0.51, n) if packed else rng.uniform(0.0, 2 * np.pi, n)
    values[:, ELEVATION] = rng.uniform(0.5, 0.51, n) if packed else np.arcsin(rng.uniform(0.06, 0.99, n))
    return scene.feed(scene.look("A", seconds, values))


def accounted(result, n):
    """Return whether every detection of a look started or updated a track, or was counted as refused."""
    return len(result.updates) + result.refused_births == n


def test_a_look_of_twenty_thousand_false_detections_ends_and_says_what_it_left_out():
    scene = Scene(9)
    stood(scene)
    n = MAX_TRACKS
    first = flood(scene, 30.0, n)
    assert accounted(first, n) and len(scene.tracks) == MAX_TRACKS and first.refused_births > 0
    # the tracks that stood before are served before any newcomer
    true = scene.radar_values("A", flown(35.0, APART[:1]))
    result = scene.feed(scene.look("A", 35.0, true))
    assert [u.slot for u in result.updates] == [scene.standing[0].slot]


def test_a_packed_flood_is_bounded_by_pairs_and_says_so():
    scene = Scene(10)
    n = 2500
    first, second = flood(scene, 0.0, n, packed=True), flood(scene, 5.0, n, packed=True)
    assert accounted(first, n) and not first.crowded
    assert n * n > MAX_PAIRS and second.crowded and second.refused_births > 0 and accounted(second, n)
    assert len(scene.tracks) <= MAX_TRACKS


def test_the_bank_grows_and_gives_its_slots_back():
    bank = TrackBank()
    tracks = [bank.add(START, "radar") for _ in range(200)]
    assert bank.ts.size == 256 and bank.slots().tolist() == [t.slot for t in tracks]
    assert len({t.slot for t in tracks}) == 200 and tracks[-1].id == "T000200"
    for t in tracks[:150]:
        t.hits = 7
        bank.remove(t.slot)
    assert {t.hits for t in tracks[:150]} == {7}  # still to be asked, until the next look
    bank.release()
    again = [bank.add(START + NS, "radar") for _ in range(150)]
    assert bank.ts.size == 256 and {t.slot for t in again} <= {t.slot for t in tracks[:150]} | set(range(256))
    assert len(bank.tracks) == 200 and again[-1].number == 350


# ---- the views ---------------------------------------------------------------------------------------------------


def test_a_saved_and_restored_tracker_goes_on_the_same():
    whole, other = Scene(11), Scene(11)
    for k in range(12):
        if k == 6:
            packed = msgspec.msgpack.encode(other.tracker.state())
            other.tracker = Tracker()
            other.tracker.load(msgspec.msgpack.decode(packed))
        for scene in (whole, other):
            scene.radar("A", 5.0 * k, flown(5.0 * k)[: 4 - k // 4])
            scene.sight("west", 5.0 * k + 1.0, flown(5.0 * k + 1.0)[:1])
    assert msgspec.msgpack.encode(whole.tracker.state()) == msgspec.msgpack.encode(other.tracker.state())


def test_the_arc_ahead_is_asked_by_name():
    scene = Scene(12)
    track = stood(scene, 60.0)
    times = np.array([at(60.0), at(120.0), at(180.0)])
    found = scene.tracker.ahead(track.id, times)
    assert found is not None and scene.tracker.ahead("T999999", times) is None
    states, covariances = found
    for k, t in enumerate((60.0, 120.0, 180.0)):
        sigma = math.sqrt(covariances[k, 0] + covariances[k, 2] + covariances[k, 5])
        assert np.linalg.norm((states[k] - later(APART[0], t))[:3]) < 3.5 * sigma


def test_a_badly_fitting_track_is_wider_than_its_filter_thinks():
    scene = Scene(13)
    track = stood(scene)
    track.nis = 1.0
    _, before, _ = scene.state_of(track)
    track.nis = 4.0
    _, after, _ = scene.state_of(track)
    assert after == pytest.approx(4.0 * before)
    track.nis = 0.2
    assert scene.state_of(track)[1] == pytest.approx(before)


def test_what_coasts_has_no_thrust_and_says_how_little_it_knows_of_its_ballistic_coefficient():
    scene = Scene(14)
    slot = stood(scene, 60.0).slot
    assert scene.tracker.powered(slot) < 0.05
    mean, sigma, cross = scene.tracker.lightness(slot)
    assert mean == pytest.approx(LIGHTNESS) and sigma == pytest.approx(LIGHTNESS_SIGMA) and not cross.any()


def test_angles_far_apart_are_far_apart_for_the_gate_too():
    scene = Scene(15)
    stood(scene)
    values = scene.radar_values("A", flown(30.0, APART[:1]))
    values[:, AZIMUTH] += 30.0 * DEG
    result = scene.feed(scene.look("A", 30.0, values))
    assert len(scene.tracks) == 2 and result.updates[0].new

"""Steps over many tracks or detections at once: none, one, two and all of them, in any order, give the same as one by one."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, later, thrown
from tests.unit.tracking.test_bank_kernels import T0, ahead, bank, gated, looks_at
from tocsin.core.constants import NS
from tocsin.tracking import bank_kernels as bk
from tocsin.tracking import measurement_kernels as mk
from tocsin.tracking import view_kernels as vk
from tocsin.tracking.bank import TrackBank
from tocsin.tracking.filter_kernels import FREE
from tocsin.tracking.track_records import CONTACT, RECORD

K = 12
SIZES = pytest.mark.parametrize("size", [0, 1, 2, K])
LATER = T0 + 7 * NS


def some(size, rng):
    """Return `size` of the tracks in any order (k,)."""
    return rng.permutation(K)[:size].astype(np.int64)


def each_alone(step, slots, arrays):
    """Return the arrays after `step(arrays, slots)` for one track after another, in the order of the slots."""
    copies = [a.copy() for a in arrays]
    for s in sorted(slots.tolist()):
        step(copies, np.array([s], np.int64))
    return copies


def same(arrays, others):
    return all(np.array_equal(a, b) for a, b in zip(arrays, others, strict=True))


@SIZES
def test_tracks_are_carried_alike_alone_and_together(size):
    rng = np.random.default_rng(1)
    arrays, slots = bank(K, rng), some(size, rng)
    alone = each_alone(lambda a, s: bk.advance_tracks(*a, s, LATER), slots, arrays)
    bk.advance_tracks(*arrays, slots, LATER)
    assert same(arrays, alone)
    assert (arrays[3] == LATER).sum() == size


@SIZES
@pytest.mark.parametrize("seconds", [0.0, 6.0, -4.0])
def test_detections_are_taken_in_alike_alone_and_together(size, seconds):
    rng = np.random.default_rng(2)
    arrays, slots = bank(K, rng), some(size, rng)
    rows, times = looks_at(arrays[0], arrays[4], rng, K, seconds)
    which = rng.permutation(K).astype(np.int64)
    d2, single = np.empty(size), np.empty(1)
    alone, expected = [a.copy() for a in arrays], []
    for s in slots:
        bk.commit(*alone, *ahead(alone), np.array([s]), rows, times, which[s : s + 1], 1.0, single)
        expected.append(single[0])
    bk.commit(*arrays, *ahead(arrays), slots, rows, times, which[slots], 1.0, d2)
    assert same(arrays, alone)
    assert d2.tolist() == expected


@SIZES
def test_silence_weighs_alike_alone_and_together(size):
    rng = np.random.default_rng(3)
    arrays, slots = bank(K, rng), some(size, rng)
    pd = rng.uniform(0.1, 0.9, K)
    alone, expected, single = [a.copy() for a in arrays], [], np.empty(1)
    for s in slots:
        bk.silence(*alone, np.array([s]), LATER, pd[s : s + 1], 0.5 * pd[s : s + 1], 2, single)
        expected.append(single[0])
    cost = np.empty(size)
    bk.silence(*arrays, slots, LATER, pd[slots], 0.5 * pd[slots], 2, cost)
    assert same(arrays, alone)
    assert cost.tolist() == expected


@SIZES
@pytest.mark.parametrize("detections", [0, 1, 2, 40])
def test_the_gate_finds_the_same_pairs_in_any_order(size, detections):
    rng = np.random.default_rng(4)
    arrays, slots = bank(K, rng), some(size, rng)
    rows, times = looks_at(arrays[0], arrays[4], rng, 40, 6.0)
    chosen = rng.permutation(40)[:detections].astype(np.int64)
    count, pairs = gated(arrays, slots, rows, times, chosen)
    # what fits one by one; a track asleep may not ask its boost model where another detection already fits: none sleeps here
    alone = {}
    for s in slots:
        for d in chosen:
            alone |= gated(arrays, np.array([s]), rows, times, np.array([d]))[1]
    assert count == len(pairs)
    assert pairs == alone
    assert size < K or detections < 40 or count > 20


@SIZES
def test_what_is_asked_of_tracks_is_answered_alike_alone_and_together(size):
    rng = np.random.default_rng(5)
    xs, ps, ws, ts, two = bank(K, rng)
    slots = some(size, rng)
    records, contacts = np.zeros(K, RECORD), np.zeros((K, 3), CONTACT)
    hits = contacts["hits"] = rng.integers(0, 3, (K, 3))
    plumes = records["infrared_hits"] = np.where(rng.random(K) < 0.5, hits.sum(axis=1), hits[:, 0])

    def answers(which):
        states, covariances = np.empty((which.size, 9)), np.empty((which.size, 6, 6))
        places, heights, wide = np.empty((which.size, 3)), np.empty(which.size), np.empty(which.size, np.bool_)
        vk.combine(xs, ps, ws, two, which, states, covariances)
        vk.places_at(xs, ws, ts, which, LATER, places)
        vk.heights_at(xs, ws, ts, which, LATER, heights)
        assert vk.unsharp_plumes(ps, records, contacts, which, 800.0, wide) == wide.sum()
        broad = np.array([np.trace(ps[s, FREE, :3, :3]) for s in which])
        assert (
            wide.tolist()
            == ((broad > 800.0**2) & (plumes[which] > 0) & (hits[which].sum(axis=1) == plumes[which])).tolist()
        )
        return states, covariances, places, heights, wide

    together = answers(slots)
    for k, s in enumerate(slots):
        assert same([a[k] for a in together], [a[0] for a in answers(np.array([s]))])


@SIZES
def test_distances_of_states_are_alike_alone_and_together(size):
    rng = np.random.default_rng(6)
    arrays, old, new = bank(K, rng), some(size, rng), some(size, rng)
    d2 = np.empty((size, size))
    vk.state_distances(*arrays, old, new, d2)
    single = np.empty((1, 1))
    for i, a in enumerate(old):
        for j, b in enumerate(new):
            vk.state_distances(*arrays, np.array([a]), np.array([b]), single)
            assert d2[i, j] == single[0, 0]


@SIZES
def test_crowding_does_not_depend_on_who_else_is_asked(size):
    rng = np.random.default_rng(7)
    arrays = bank(K, rng)
    rows, _times = looks_at(arrays[0], arrays[4], rng, K)
    rows[:, 12] = rng.uniform(1e5, 1e6, K)
    asked = some(size, rng)
    chosen = rng.permutation(K).astype(np.int64)
    together = np.full(K, -1.0)
    mk.crowding(rows, chosen, asked, together)
    for d in asked:
        alone = np.full(K, -1.0)
        mk.crowding(rows, np.arange(K), np.array([d]), alone)
        assert together[d] == pytest.approx(alone[d], rel=1e-12)
    assert (together == -1.0).sum() == K - size


@SIZES
def test_rows_of_a_look_are_those_of_its_detections_alone(size):
    scene, sensor = Scene(), SENSORS["A"]
    values = scene.radar_values("A", [thrown(lat_deg=20.0 + 0.2 * k) for k in range(size)], rate=True)
    rows = scene.tracker.rows(scene.look("A", 0.0, values), sensor, sensor.position)
    assert len(rows) == size
    for k in range(size):
        alone = scene.tracker.rows(scene.look("A", 0.0, values[k : k + 1]), sensor, sensor.position)
        assert np.array_equal(rows[k], alone[0])


@pytest.mark.parametrize("objects", [1, 2, 12])
def test_a_tracker_does_not_see_the_order_of_the_detections_of_a_look(objects):
    starts = [thrown(lat_deg=20.0 + 0.4 * k, speed=4200.0 + 40.0 * k) for k in range(objects)]
    found = []
    for mixed in (False, True):
        scene, order = Scene(seed=3), np.random.default_rng(9)
        scene.feed(scene.look("A", 0.0, np.zeros((0, 15))))
        for n in range(8):
            values = scene.radar_values("A", [later(s, 5.0 * (n + 1)) for s in starts])
            scene.feed(scene.look("A", 5.0 * (n + 1), values[order.permutation(objects)] if mixed else values))
        assert len(scene.standing) == len(scene.tracks) == objects
        states, covariances = scene.tracker.combined(scene.tracker.bank.slots())
        by_place = np.argsort(states[:, 0])
        found.append((states[by_place], covariances[by_place]))
    assert same(found[0], found[1])


def test_live_slots_stand_in_order_of_birth_however_tracks_come_and_go():
    rng, live = np.random.default_rng(2), TrackBank()
    for turn in range(60):
        live.add_all([turn] * int(rng.integers(1, 6)), "radar")
        for slot in rng.permutation(list(live.tracks))[: rng.integers(0, 5)].tolist():
            live.remove(slot)
        if turn % 3 == 0:
            live.release()
        if turn % 2 == 0:
            assert live.slots().tolist() == list(live.tracks)
    again = TrackBank()
    again.load(live.state())
    assert again.slots().tolist() == live.slots().tolist() == list(live.tracks)

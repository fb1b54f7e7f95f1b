"""Steps over a bank of tracks against plain numpy: mixing, gating, updating, silence, starting, combining."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tracking import twin
from tests.unit.tracking.test_filter_kernels import state
from tests.unit.tracking.test_update_kernels import KINDS, row_of
from tests.unit.tracking.twin import SCALE
from tocsin.core.constants import NS
from tocsin.tracking import bank_kernels as bk
from tocsin.tracking import birth_kernels as births
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking import update_kernels as uk
from tocsin.tracking import view_kernels as vk
from tocsin.tracking.filter_kernels import BOOST, FREE, N
from tocsin.tracking.gate_kernels import gate_pairs
from tocsin.tracking.gravity_turn_kernels import keep_gravity_turn
from tocsin.tracking.reach_kernels import LATE_LIMIT_S

T0 = 1_700_000_000 * NS


def bank(k, rng, two=None, wide=1.0):
    """Return arrays xs, ps, ws, ts, two of k random tracks at T0."""
    xs, ps = np.empty((k, 2, N)), np.empty((k, 2, N, N))
    ws, ts = np.empty((k, 2)), np.full(k, T0)
    two = np.arange(k) % 2 if two is None else np.full(k, two)
    for s in range(k):
        base = state(rng.uniform(200e3, 600e3), rng.uniform(1e3, 5e3), 20.0, 0.4 + 0.2 * rng.random(), -0.5)
        for model, make in ((BOOST, twin.random_covariance), (FREE, twin.free_covariance)):
            xs[s, model] = base + 0.3 * SCALE * rng.normal(size=N)
            ps[s, model] = make(rng, wide * SCALE)
            ps[s, model, 9, :9] = ps[s, model, :9, 9] = 0.0
        xs[s, FREE, 6:9] = 0.0
        w = rng.uniform(0.1, 0.9) if two[s] else 0.0
        ws[s] = w, 1.0 - w
    return xs, ps, ws, ts, two.astype(np.int64)


def one(rng, two=1):
    xs, ps, ws, _, _ = bank(1, rng, two)
    return xs[0], ps[0], ws[0]


# ---- mixing ------------------------------------------------------------------------------------------------------


def test_blending_keeps_mean_and_covariance_of_the_mixture():
    rng = np.random.default_rng(1)
    x, p, _ = one(rng)
    mean, spread = twin.mixture([0.3, 0.5], [x[0], x[1]], [p[0], p[1]])
    bk.blend(x[0], p[0], 0.3, x[1].copy(), p[1].copy(), 0.5)
    sigma = np.sqrt(np.diag(spread))
    assert x[0] == pytest.approx(mean, rel=1e-12)
    assert (p[0] - spread) / np.outer(sigma, sigma) == pytest.approx(np.zeros((N, N)), abs=1e-12)


def test_blending_in_nothing_changes_nothing():
    x, p, _ = one(np.random.default_rng(2))
    before = x.copy(), p.copy()
    bk.blend(x[0], p[0], 1.0, x[1], p[1], 0.0)
    bk.blend(x[0], p[0], 0.0, x[1], p[1], 0.0)
    assert np.array_equal(x, before[0]) and np.array_equal(p, before[1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.floats(0.0, 600.0), st.floats(0.0, 1.0))
def test_mixing_conserves_probability_and_follows_the_chances_of_burnout_and_ignition(seed, dt, boost):
    x, p, w = one(np.random.default_rng(seed))
    w[:] = boost, 1.0 - boost
    bk.mix(x, p, w, dt, True, np.empty((bk.SCRATCH, N)))
    stop, start = 1.0 - math.exp(-dt / fk.BOOST_LIFE_S), 1.0 - math.exp(-dt / fk.RESTART_LIFE_S)
    assert w.sum() == pytest.approx(1.0, abs=1e-14) and (w >= 0.0).all()
    assert w[BOOST] == pytest.approx(boost * (1.0 - stop) + (1.0 - boost) * start, abs=1e-12)
    assert twin.positive_definite(p[BOOST])
    assert twin.positive_definite(p[FREE]) and not x[FREE, 6:9].any() and not p[FREE, 6:9].any()


def test_a_burnout_within_the_step_leaves_half_of_the_thrust_and_its_doubt_in_the_velocity():
    rng = np.random.default_rng(3)
    x, p, w = one(rng)
    w[:] = 1.0, 0.0
    before, spread = x[BOOST].copy(), p[BOOST].copy()
    bk.mix(x, p, w, 10.0, True, np.empty((bk.SCRATCH, N)))
    # nothing coasted before, so the free model is the burnt-out copy alone
    assert x[FREE, 3:6] == pytest.approx(before[3:6] + 5.0 * before[6:9])
    doubt = np.outer(before[6:9], before[6:9]) * 100.0 / 12.0
    assert p[FREE, 3:6, 3:6] == pytest.approx(spread[3:6, 3:6] + doubt, rel=1e-9)
    assert x[FREE, :3] == pytest.approx(before[:3])


def test_an_ignition_starts_along_the_velocity_with_a_wide_thrust():
    rng = np.random.default_rng(4)
    x, p, w = one(rng)
    x[BOOST, 6:9] = 0.0
    w[:] = 0.0, 1.0
    before = x[FREE].copy()
    bk.mix(x, p, w, 10.0, True, np.empty((bk.SCRATCH, N)))
    speed = np.linalg.norm(before[3:6])
    assert x[BOOST, 6:9] == pytest.approx(15.0 * before[3:6] / speed)
    assert np.diag(p[BOOST])[6:9] == pytest.approx([fk.RESTART_SIGMA**2] * 3)


def test_without_ignition_a_coasting_model_keeps_its_state_and_burning_dies_out():
    x, p, w = one(np.random.default_rng(5))
    w[:] = 0.0, 1.0
    before = x[FREE].copy(), p[FREE].copy()
    bk.mix(x, p, w, 100.0, False, np.empty((bk.SCRATCH, N)))
    assert w.tolist() == [0.0, 1.0] and np.array_equal(x[FREE], before[0]) and np.array_equal(p[FREE], before[1])
    w[:] = 0.5, 0.5
    for _ in range(20):
        bk.mix(x, p, w, 10.0, False, np.empty((bk.SCRATCH, N)))
    assert w[BOOST] == pytest.approx(0.5 * math.exp(-200.0 / fk.BOOST_LIFE_S)) and w.sum() == pytest.approx(1.0)


def test_no_time_mixes_nothing():
    x, p, w = one(np.random.default_rng(5))
    before = x.copy(), p.copy(), w.copy()
    bk.mix(x, p, w, 0.0, True, np.empty((bk.SCRATCH, N)))
    assert all(np.array_equal(a, b) for a, b in zip((x, p, w), before, strict=True))


# ---- one track ---------------------------------------------------------------------------------------------------


def test_a_track_that_coasts_for_good_is_predicted_by_its_free_model_alone():
    x, p, w = one(np.random.default_rng(6), two=0)
    expected = x[FREE].copy(), p[FREE].copy()
    before = x[BOOST].copy()
    bk.predict_track(x, p, w, 13.0, 0)
    fk.predict_model(*expected, 13.0, FREE)
    assert np.array_equal(x[FREE], expected[0]) and np.array_equal(p[FREE], expected[1])
    assert np.array_equal(x[BOOST], before)


def test_a_burning_track_is_mixed_then_predicted_by_both_models_and_held_to_its_turn():
    x, p, w = one(np.random.default_rng(7))
    xe, pe, we = x.copy(), p.copy(), w.copy()
    bk.predict_track(x, p, w, 8.0, 1)
    bk.mix(xe, pe, we, 8.0, True, np.empty((bk.SCRATCH, N)))
    for model in (BOOST, FREE):
        fk.predict_model(xe[model], pe[model], 8.0, model)
    keep_gravity_turn(xe[BOOST], pe[BOOST], 8.0, np.empty((6, N)))
    assert np.array_equal(x, xe) and np.array_equal(p, pe) and np.array_equal(w, we)


@pytest.mark.parametrize("parts", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("odds", [1.0, 0.02])
def test_an_update_weighs_the_models_by_bayes(parts, odds):
    rng = np.random.default_rng(8)
    x, p, w = one(rng)
    m = row_of(x[BOOST], parts, off=rng.uniform(-1, 1, 4))
    ll, d2 = np.empty(3), np.empty(3)
    jumped = p[BOOST].copy()
    for i in range(3):
        jumped[6 + i, 6 + i] += bk.JUMP_SIGMA**2
        jumped[3 + i, 3 + i] += (2.0 * bk.JUMP_SIGMA) ** 2
        jumped[i, i] += (2.0 * bk.JUMP_SIGMA) ** 2
    for k, (model, cov) in enumerate(((BOOST, p[BOOST]), (FREE, p[FREE]), (BOOST, jumped))):
        d2[k], ll[k], _ = uk.update_model(x[model].copy(), cov.copy(), m, 0.0, model)
    burn, coast = max(ll[0], ll[2] + bk.JUMP_LOG_PRIOR), ll[1] + math.log(odds)
    total = w[BOOST] * math.exp(burn) + w[FREE] * math.exp(coast)
    expected = w[BOOST] * math.exp(burn) / total
    best, said = bk.update_track(x, p, w, m, 0.0, 1, odds, np.empty((bk.SCRATCH, N)))
    assert w[BOOST] == pytest.approx(min(max(expected, 1e-9), 1 - 1e-9), rel=1e-9)
    assert w.sum() == pytest.approx(1.0, abs=1e-15) and said == pytest.approx(math.log(total), rel=1e-9)
    assert best == pytest.approx(min(d2[1], d2[0] if ll[0] >= ll[2] + bk.JUMP_LOG_PRIOR else d2[2]))


def test_a_staging_jump_of_thrust_is_followed_faster_than_the_walk_of_the_thrust_allows():
    x, p, w = one(np.random.default_rng(9))
    w[:] = 0.99, 0.01
    p[BOOST] = np.diag((SCALE * np.array([0.02] * 3 + [0.02] * 3 + [0.05] * 3 + [1.0])) ** 2)
    x[FREE] += 1e4  # a model that does not fit must not decide this test
    plain_x, plain_p = x[BOOST].copy(), p[BOOST].copy()
    truth = x[BOOST].copy()
    truth[6:9] += 40.0 * truth[3:6] / np.linalg.norm(truth[3:6])
    for _ in range(2):
        truth = twin.flow(truth, 2.0, BOOST)
        m = row_of(truth, sigmas=(10.0, 1e-5, 1e-5, 0.5))
        bk.predict_track(x, p, w, 2.0, 1)
        bk.update_track(x, p, w, m, 0.0, 1, 1.0, np.empty((bk.SCRATCH, N)))
        fk.predict_model(plain_x, plain_p, 2.0, BOOST)
        keep_gravity_turn(plain_x, plain_p, 2.0, np.empty((6, N)))
        uk.update_model(plain_x, plain_p, m, 0.0, BOOST)
    off, without = (np.linalg.norm(y[6:9] - truth[6:9]) for y in (x[BOOST], plain_x))
    assert off < 0.7 * without and w[BOOST] > 0.9
    error = x[BOOST, :9] - truth[:9]
    assert error @ np.linalg.solve(p[BOOST, :9, :9], error) < 21.7  # 99 % of nine components


# ---- the gate ----------------------------------------------------------------------------------------------------


def looks_at(xs, two, rng, n, seconds=0.0):
    """Return rows (n, 18) and times (n,) of measurements near the tracks and of clutter."""
    rows, times = [], []
    for k in range(n):
        s = rng.integers(len(xs))
        y = xs[s, FREE].copy()
        y[:6] += rng.normal(size=6) * SCALE[:6] * rng.choice([1.0, 3.0, 30.0])
        if seconds:
            y = twin.flow(y, seconds, FREE)
        sigmas = ((30.0, 1e-3, 1.5e-3, 2.0), (5.0, 1e-6, 1e-6, 0.5))[k // len(KINDS) % 2]
        rows.append(row_of(y, list(KINDS.values())[k % len(KINDS)], sigmas, off=rng.normal(size=4)))
        times.append(T0 + round(seconds * NS))
    return np.array(rows), np.array(times, np.int64)


def ahead(arrays):
    """Return scratch for where coasting tracks are at the time of a look."""
    cap = len(arrays[3])
    return np.zeros((cap, N)), np.zeros((cap, N, N)), np.full(cap, bk.NEVER)


def gated(arrays, slots, rows, times, chosen, odds=1.0, gate=30.0, room=4000):
    ps, pr = np.empty(room, np.int64), np.empty(room, np.int64)
    ll, d2 = np.empty(room), np.empty(room)
    count = gate_pairs(*arrays, *ahead(arrays), slots, rows, times, chosen, odds, gate, ps, pr, ll, d2)
    return count, {(int(a), int(b)): (c, d) for a, b, c, d in zip(ps[:count], pr[:count], ll, d2, strict=False)}


def worst_component(x, p, m):
    """Return the largest squared normalised innovation of the components of a measurement."""
    h, out = np.empty((4, N)), np.empty((4, 2))
    count = uk.rows_of(x, p, m, h, out)
    return max(uk.scalar_update(x.copy(), p.copy(), h[k], np.zeros(N), np.empty(N), *out[k])[0] for k in range(count))


@pytest.mark.parametrize("seconds", [0.0, 6.0, -4.0])
def test_the_gate_finds_exactly_the_pairs_that_an_exhaustive_search_finds(seconds):
    rng = np.random.default_rng(10)
    arrays = bank(12, rng)
    xs, ps, ws, _ts, two = arrays
    rows, times = looks_at(xs, two, rng, 40, seconds)
    slots, chosen = np.arange(12), np.arange(40)
    count, pairs = gated(arrays, slots, rows, times, chosen)
    expected, slipped = {}, set()
    for s in slots:
        for d in chosen:
            x, p, w = xs[s].copy(), ps[s].copy(), ws[s].copy()
            if seconds > 0.0:
                bk.predict_track(x, p, w, seconds, two[s])
            if seconds >= 0.0 and worst_component(x[FREE], p[FREE], rows[d]) > fk.OUTLIER:
                slipped.add((s, d))
            d2, ll = bk.update_track(x, p, w, rows[d], min(seconds, 0.0), two[s], 1.0, np.empty((bk.SCRATCH, N)))
            if d2 < 30.0:
                expected[(s, d)] = (ll, d2)
    assert count == len(pairs) > 20 and pairs.keys() <= expected.keys()
    # the quick test before may leave out only what the filter itself would have called a slip
    assert expected.keys() - pairs.keys() <= slipped
    for key, value in pairs.items():
        assert value == pytest.approx(expected[key], rel=1e-12)


def test_the_gate_looks_only_at_what_was_chosen_and_changes_no_track():
    rng = np.random.default_rng(11)
    arrays = bank(6, rng)
    rows, times = looks_at(arrays[0], arrays[4], rng, 20, 3.0)
    before = [a.copy() for a in arrays]
    _, every = gated(arrays, np.arange(6), rows, times, np.arange(20))
    _, some = gated(arrays, np.array([1, 3]), rows, times, np.array([0, 5, 7, 11]))
    assert some == {k: v for k, v in every.items() if k[0] in (1, 3) and k[1] in (0, 5, 7, 11)}
    assert all(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))


def test_too_little_room_for_pairs_is_told():
    rng = np.random.default_rng(12)
    arrays = bank(6, rng)
    rows, times = looks_at(arrays[0], arrays[4], rng, 20)
    count, _ = gated(arrays, np.arange(6), rows, times, np.arange(20))
    assert gated(arrays, np.arange(6), rows, times, np.arange(20), room=count)[0] == count
    assert gated(arrays, np.arange(6), rows, times, np.arange(20), room=count - 1)[0] == -1


def test_a_measurement_older_than_the_limit_belongs_to_no_track():
    rng = np.random.default_rng(13)
    arrays = bank(1, rng, two=0)
    y = twin.flow(arrays[0][0, FREE], -LATE_LIMIT_S - 1.0, FREE)
    rows, times = row_of(y)[None], np.array([T0 - round((LATE_LIMIT_S + 1.0) * NS)])
    assert gated(arrays, np.arange(1), rows, times, np.arange(1), gate=1e6)[0] == 0
    times[:] = T0 - round((LATE_LIMIT_S - 1.0) * NS)
    rows[0] = row_of(twin.flow(arrays[0][0, FREE], -LATE_LIMIT_S + 1.0, FREE))
    assert gated(arrays, np.arange(1), rows, times, np.arange(1), gate=1e6)[0] == 1


@pytest.mark.parametrize("seconds", [0.0, 5.0, -5.0])
def test_committing_a_pair_is_predicting_and_updating_that_track_alone(seconds):
    rng = np.random.default_rng(14)
    arrays = bank(4, rng)
    xs, two = arrays[0], arrays[4]
    rows, times = looks_at(xs, two, rng, 3, seconds)
    expected = [a.copy() for a in arrays]
    for s, d in ((2, 0), (1, 2)):
        x, p, w = expected[0][s], expected[1][s], expected[2][s]
        if seconds > 0.0:
            bk.predict_track(x, p, w, seconds, two[s])
            expected[3][s] = times[d]
        bk.update_track(x, p, w, rows[d], min(seconds, 0.0), two[s], 1.0, np.empty((bk.SCRATCH, N)))
        if two[s] == 1 and w[BOOST] < bk.SLEEPS_BELOW:
            expected[4][s], w[BOOST], w[FREE] = bk.ASLEEP if w[BOOST] > 1e-7 else 0, 0.0, 1.0
    d2 = np.empty(2)
    bk.commit(*arrays, *ahead(arrays), np.array([2, 1]), rows, times, np.array([0, 2]), 1.0, d2)
    assert all(a == pytest.approx(b, rel=1e-12, abs=1e-9) for a, b in zip(arrays, expected, strict=True))
    assert np.isfinite(d2).all()


def test_what_the_gate_has_carried_on_the_update_takes_up():
    rng = np.random.default_rng(18)
    arrays = bank(4, rng, two=0)
    rows, times = looks_at(arrays[0], arrays[4], rng, 4, 5.0)
    kept, d2, again = ahead(arrays), np.empty(4), np.empty(4)
    ps, pr, ll, off = np.empty(99, np.int64), np.empty(99, np.int64), np.empty(99), np.empty(99)
    gate_pairs(*arrays, *kept, np.arange(4), rows, times, np.arange(4), 1.0, 1e6, ps, pr, ll, off)
    other = [a.copy() for a in arrays]
    bk.commit(*arrays, *kept, np.arange(4), rows, times, np.arange(4), 1.0, d2)
    bk.commit(*other, *ahead(other), np.arange(4), rows, times, np.arange(4), 1.0, again)
    assert all(np.array_equal(a, b) for a, b in zip(arrays, other, strict=True)) and np.array_equal(d2, again)


def test_a_boost_model_with_nothing_to_say_rests_and_what_free_flight_does_not_explain_wakes_it():
    rng = np.random.default_rng(19)
    arrays = bank(1, rng, two=1, wide=0.05)
    xs, ps, ws, _ts, two = arrays
    ws[0] = 0.5 * bk.SLEEPS_BELOW, 1.0 - 0.5 * bk.SLEEPS_BELOW
    xs[0, BOOST] = xs[0, FREE]
    zero, d2 = np.zeros(1, np.int64), np.empty(1)

    def hit(x, seconds, odds=1.0):
        bk.commit(*arrays, *ahead(arrays), zero, row_of(x)[None], np.array([T0 + round(seconds * NS)]), zero, odds, d2)

    hit(xs[0, FREE], 0.0)
    assert two[0] == bk.ASLEEP and ws[0].tolist() == [0.0, 1.0]
    hit(twin.flow(xs[0, FREE], 2.0, FREE), 2.0)
    assert two[0] == bk.ASLEEP and d2[0] < 1.0
    rested = [a.copy() for a in arrays]
    # a plume is always a reason
    hit(twin.flow(xs[0, FREE], 2.0, FREE), 4.0, 0.002)
    assert two[0] == 1 and 0.0 < ws[0, BOOST] < 1.0
    for a, b in zip(arrays, rested, strict=True):
        a[:] = b
    # free flight misses it by far more than its errors
    lit = twin.flow(xs[0, FREE], 2.0, FREE)
    lit[:3] += 5.0 * np.sqrt(np.trace(ps[0, FREE, :3, :3]) + 1e6) * np.ones(3)
    hit(lit, 4.0)
    assert two[0] == 1 and ws[0, BOOST] > 0.0


def test_a_track_stays_coasting_once_its_boost_model_is_beyond_belief():
    rng = np.random.default_rng(15)
    xs, ps, ws, ts, two = bank(1, rng, two=1, wide=0.05)
    ws[0] = 1e-7, 1.0 - 1e-7
    xs[0, BOOST, :3] += 5e3
    d2 = np.empty(1)
    zero = np.zeros(1, np.int64)
    arrays = xs, ps, ws, ts, two
    bk.commit(*arrays, *ahead(arrays), zero, row_of(xs[0, FREE])[None], np.array([T0]), zero, 1.0, d2)
    assert two[0] == 0 and ws[0].tolist() == [0.0, 1.0]


# ---- silence -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("looks", [1, 2, 7])
def test_silence_is_weighed_by_bayes(looks):
    rng = np.random.default_rng(16)
    xs, ps, ws, ts, two = bank(4, rng, two=1)
    before = ws.copy()
    cost, boost_pd, free_pd = np.empty(4), np.array([0.9, 0.5, 0.0, 1.0]), np.array([0.02, 0.5, 0.0, 0.5])
    bk.silence(xs, ps, ws, ts, two, np.arange(4), T0, boost_pd, free_pd, looks, cost)
    # certain sight counts as one in a thousand missed, since nothing is certain
    b, f = before[:, 0] * np.maximum(1 - boost_pd, 1e-3) ** looks, before[:, 1] * (1 - free_pd) ** looks
    # what burns may have gone out, however many looks are silent: they cost no more than that it coasts
    assert cost[0] > math.log(before[0, 1]) - 0.02 * looks - 0.01
    assert cost == pytest.approx(np.log(b + f), abs=1e-12)
    assert ws[:, 0] == pytest.approx(np.maximum(b / (b + f), 1e-9)) and ws.sum(axis=1) == pytest.approx(np.ones(4))
    assert cost[2] == pytest.approx(0.0, abs=1e-12) and ws[2, 0] == pytest.approx(before[2, 0])


def test_silence_carries_a_burning_track_to_the_time_of_the_look_and_leaves_a_coasting_one():
    rng = np.random.default_rng(17)
    xs, ps, ws, ts, two = bank(2, rng)
    before = xs.copy()
    cost = np.empty(2)
    later = T0 + 10 * NS
    bk.silence(xs, ps, ws, ts, two, np.arange(2), later, np.full(2, 0.9), np.full(2, 0.4), 1, cost)
    assert ts.tolist() == [T0, later] and np.array_equal(xs[0], before[0]) and not np.array_equal(xs[1], before[1])
    assert cost[0] == pytest.approx(math.log(0.6))


# ---- births ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [KINDS["radar"], KINDS["doppler radar"]], ids=["range", "range and rate"])
def test_a_radar_start_is_the_converted_measurement(parts):
    truth = state()
    m = row_of(truth, parts, off=(0.5, -0.5, 0.5, 0.0))
    x, p, w = np.full((2, N), 9.9), np.full((2, N, N), 9.9), np.empty(2)
    births.start_radar(x, p, w, m, 0.05)
    r = m[fk.M_RANGE]
    axes = m[3:12].reshape(3, 3)
    spread = np.diag([m[fk.M_SIGMA_RANGE] ** 2, (r * m[fk.M_SIGMA_A]) ** 2, (r * m[fk.M_SIGMA_B]) ** 2])
    for k in range(2):
        assert x[k, :3] == pytest.approx(m[0:3] + r * m[3:6])
        assert p[k, :3, :3] == pytest.approx(axes.T @ spread @ axes, rel=1e-9, abs=1e-6)
        velocity = births.RADAR_SPEED_SIGMA**2 * np.eye(3)
        if "rate" in parts:
            # the error of the direction times the speed across it, unknown as it is
            across = births.RADAR_SPEED_SIGMA**2 * (m[fk.M_SIGMA_A] ** 2 + m[fk.M_SIGMA_B] ** 2)
            along = m[fk.M_SIGMA_RATE] ** 2 + across
            velocity += (along - births.RADAR_SPEED_SIGMA**2) * np.outer(m[3:6], m[3:6])
            assert x[k, 3:6] @ m[3:6] == pytest.approx(m[fk.M_RATE])
        assert p[k, 3:6, 3:6] == pytest.approx(velocity, rel=1e-9, abs=1e-3)
        assert twin.positive_definite(p[k])
    assert not p[FREE, 6:9].any() and w.tolist() == [0.05, 0.95]
    error = x[FREE, :6] - truth[:6]
    assert error @ np.linalg.solve(p[FREE, :6, :6], error) < 16.8  # 99 % of six components


def test_an_infrared_start_is_as_wide_along_its_line_as_the_prior_of_height_says():
    truth = state(height=25e3, speed=500.0)
    m = row_of(truth, ("direction",))
    x, p, w = np.full((2, N), 9.9), np.full((2, N, N), 9.9), np.empty(2)
    births.start_infrared(x, p, w, m, truth[:3].copy(), 40e3)
    up = truth[:3] / np.linalg.norm(truth[:3])
    r = np.linalg.norm(truth[:3] - m[0:3])
    assert m[3:6] @ p[BOOST, :3, :3] @ m[3:6] == pytest.approx(40e3**2)
    assert m[6:9] @ p[BOOST, :3, :3] @ m[6:9] == pytest.approx((r * m[fk.M_SIGMA_A]) ** 2)
    assert x[BOOST, 6:9] @ up > 10.0 and x[BOOST, 3:6] @ up == pytest.approx(300.0)
    assert w.sum() == 1.0 and w[BOOST] > 0.9
    assert twin.positive_definite(p[BOOST]) and twin.positive_definite(p[FREE])


def test_a_foreign_state_starts_a_coasting_track_as_it_is():
    rng = np.random.default_rng(18)
    x, p, w = np.empty((2, N)), np.empty((2, N, N)), np.empty(2)
    covariance = twin.random_covariance(rng, SCALE[:6])
    births.start_state(x, p, w, state()[:6].copy(), covariance)
    assert np.array_equal(x[FREE, :6], state()[:6]) and np.array_equal(p[FREE, :6, :6], covariance)
    assert w.tolist() == [0.0, 1.0] and twin.positive_definite(p[FREE])


# ---- views -------------------------------------------------------------------------------------------------------


def test_the_combined_track_is_the_mixture_of_its_models():
    rng = np.random.default_rng(20)
    xs, ps, ws, _, two = bank(5, rng)
    slots = np.array([3, 0, 4])
    states, covariances = np.empty((3, 9)), np.empty((3, 6, 6))
    vk.combine(xs, ps, ws, two, slots, states, covariances)
    for k, s in enumerate(slots):
        weights = ws[s] if two[s] else [0.0, 1.0]
        mean, spread = twin.mixture(weights, xs[s], ps[s])
        assert states[k] == pytest.approx(mean[:9], rel=1e-12, abs=1e-9)
        assert covariances[k] == pytest.approx(spread[:6, :6], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("seconds", "allowed"), [(0.0, 1e-6), (10.0, 40.0), (-10.0, 40.0), (29.0, 340.0), (120.0, 2.0)]
)
def test_places_are_those_of_the_arc(seconds, allowed):
    rng = np.random.default_rng(21)
    xs, _, ws, ts, _ = bank(4, rng, two=0)
    out = np.empty((4, 3))
    vk.places_at(xs, ws, ts, np.arange(4), T0 + round(seconds * NS), out)
    for k in range(4):
        exact = twin.flow(xs[k, FREE], seconds, FREE)[:3] if seconds else xs[k, FREE, :3]
        # within half a minute straight fall, without Coriolis (0.8 m/s2 at 5 km/s); beyond it the arc is followed
        assert np.linalg.norm(out[k] - exact) < allowed


def test_heights_are_above_the_ellipsoid():
    rng = np.random.default_rng(22)
    xs, _, ws, ts, _ = bank(3, rng, two=0)
    out = np.empty(3)
    vk.heights_at(xs, ws, ts, np.arange(3), T0, out)
    assert out == pytest.approx([vk.height_above_ellipsoid(*xs[k, FREE, :3]) for k in range(3)])


def test_mahalanobis_by_cholesky_is_that_by_inverse_and_tells_what_is_no_covariance():
    rng = np.random.default_rng(23)
    for _ in range(20):
        s, d = twin.random_covariance(rng, SCALE[:6]), rng.normal(size=6) * SCALE[:6]
        assert vk.mahalanobis6(s, d) == pytest.approx(d @ np.linalg.solve(s, d), rel=1e-8)
    assert vk.mahalanobis6(np.diag([1.0, 1.0, 1.0, 1.0, 1.0, -1.0]), np.ones(6)) == 1e30
    assert vk.mahalanobis6(np.zeros((6, 6)), np.ones(6)) == 1e30


def test_twins_agree_in_place_and_velocity_at_one_time_and_others_do_not():
    rng = np.random.default_rng(24)
    xs, ps, ws, ts, two = bank(4, rng, two=0, wide=0.3)
    for model in (BOOST, FREE):
        for s in (1, 2, 3):
            xs[s, model] = xs[0, model]
    fk.predict_model(xs[1, FREE], ps[1, FREE], 20.0, FREE)
    ts[1] += 20 * NS
    xs[2, FREE, 3:6] += 300.0  # same place, other velocity
    ps[3, FREE, :3, :3] += 1e9 * np.eye(3)  # too wide to tell
    pairs = np.empty((16, 2), np.int64)
    count = vk.twins(xs, ps, ws, ts, two, np.arange(4), pairs)
    assert pairs[:count].tolist() == [[0, 1]]


def test_more_pairs_of_twins_than_tracks_are_all_told_in_order_and_nothing_else_is_written():
    xs, ps, ws, ts, two = bank(12, np.random.default_rng(26), two=0, wide=0.3)
    xs[:], ps[:], ts[:] = xs[0], ps[0], ts[0]
    pairs = np.empty((66, 2), np.int64)
    assert vk.twins.py_func(xs, ps, ws, ts, two, np.arange(12), pairs) == 66
    assert pairs.tolist() == [[a, b] for a in range(12) for b in range(a + 1, 12)]


def test_the_arc_ahead_is_the_prediction_and_ends_where_the_ground_is():
    rng = np.random.default_rng(25)
    xs, ps, ws, ts, two = bank(2, rng, two=0)
    times = T0 + np.array([-1, 0, 7, 60, 4000, 9000], np.int64) * NS
    states, covariances = np.empty((6, 6)), np.empty((6, 21))
    vk.carry_ahead(xs, ps, ws, ts, two, 1, times, states, covariances)
    assert np.isnan(states[0]).all() and np.isnan(covariances[0]).all()
    assert np.isnan(states[4:]).all() and np.isnan(covariances[4:]).all()
    x, p, now = xs[1, FREE].copy(), ps[1, FREE].copy(), 0.0
    for k, t in ((1, 0.0), (2, 7.0), (3, 60.0)):
        fk.predict_model(x, p, t - now, FREE)
        now = t
        assert states[k] == pytest.approx(x[:6], rel=1e-12)
        assert covariances[k] == pytest.approx(p[:6, :6][np.tril_indices(6)], rel=1e-9)


def test_the_arc_ahead_of_a_burning_track_carries_the_doubt_of_both_models():
    rng = np.random.default_rng(26)
    xs, ps, ws, ts, two = bank(1, rng, two=1)
    ws[0] = 0.4, 0.6
    states, covariances = np.empty((1, 6)), np.empty((1, 21))
    before = xs.copy()
    vk.carry_ahead(xs, ps, ws, ts, two, 0, np.array([T0]), states, covariances)
    mean, spread = twin.mixture([0.6, 0.4], [xs[0, FREE], xs[0, BOOST]], [ps[0, FREE], ps[0, BOOST]])
    assert states[0] == pytest.approx(mean[:6]) and covariances[0] == pytest.approx(spread[:6, :6][np.tril_indices(6)])
    assert np.array_equal(xs, before)


def test_the_nearest_track_to_a_foreign_state_is_found_and_a_stranger_is_none():
    rng = np.random.default_rng(27)
    arrays = bank(5, rng, two=0)
    xs, slots = arrays[0], np.arange(5)
    covariance = np.diag(SCALE[:6] ** 2)
    for s in range(5):
        later = twin.flow(xs[s, FREE], 30.0, FREE)[:6]
        assert vk.nearest_track(*arrays, slots, T0 + 30 * NS, later, covariance) == s
    stranger = xs[0, FREE, :6] + 40.0 * SCALE[:6]
    assert vk.nearest_track(*arrays, slots, T0, stranger, covariance) == -1
    assert vk.nearest_track(*arrays, slots, T0 + 301 * NS, xs[0, FREE, :6].copy(), covariance) == -1
    assert vk.nearest_track(*arrays, slots[:0], T0, xs[0, FREE, :6].copy(), covariance) == -1


def test_advancing_carries_older_tracks_only():
    rng = np.random.default_rng(28)
    xs, ps, ws, ts, two = bank(3, rng)
    ts[2] = T0 + 20 * NS
    before = xs.copy()
    bk.advance_tracks(xs, ps, ws, ts, two, np.array([0, 2]), T0 + 10 * NS)
    assert ts.tolist() == [T0 + 10 * NS, T0, T0 + 20 * NS]
    assert np.array_equal(xs[1:], before[1:]) and not np.array_equal(xs[0], before[0])

"""What looks write into the records of tracks, and what sensors may hide, against plain twins."""

import math

import numpy as np
import pytest

from tocsin.core.constants import NS
from tocsin.tracking import consider_kernels as ck
from tocsin.tracking import record_kernels as rk
from tocsin.tracking.bank import KEYS, RIVALS_KEPT
from tocsin.tracking.effect_kernels import carry_effects
from tocsin.tracking.filter_kernels import FREE, M_RANGE, M_RATE, MEAS, S_X, U_X, N
from tocsin.tracking.track_records import CONTACT, RECORD

K, SENSORS, PATHS = 12, 3, 4
SIZES = pytest.mark.parametrize("size", [0, 1, 2, K])
COUNTERS = ("hits", "infrared_hits", "misses", "confirmed", "infrared_misses")


def records(rng):
    """Return records, contacts, path_hits, firsts, lasts of K tracks that have seen something."""
    r, c = np.zeros(K, RECORD), np.zeros((K, SENSORS), CONTACT)
    for name in COUNTERS:
        r[name] = rng.integers(0, 2 if name == "confirmed" else 4, K)
    r["score"] = rng.normal(5.0, 4.0, K)
    r["score_top"] = r["score"] + rng.uniform(0, 6, K)
    r["nis"], r["trouble"], r["intensity"] = 1.0, rng.random(K), np.where(rng.random(K) < 0.5, np.nan, 1e5)
    r["echo"], r["echo_hits"] = rng.normal(0.0, 5.0, K), rng.integers(1, 30, K)
    r["last_infrared"] = rng.integers(0, 2, K) * 50
    r["first_count"], r["last_count"] = rng.integers(0, KEYS, K), rng.integers(0, 20, K)
    c["hits"], c["vouching"] = rng.integers(0, 4, (K, SENSORS)), rng.integers(0, 2, (K, SENSORS))
    return r, c, rng.integers(0, 4, (K, PATHS)), np.zeros((K, KEYS, 2), np.int64), np.zeros((K, KEYS, 2), np.int64)


def measurements(rng):
    """Return measurement rows (K, 18) of several kinds."""
    rows = rng.normal(size=(K, MEAS))
    rows[::2, M_RATE] = np.nan
    rows[::3, M_RANGE] = np.nan
    rows[::5, U_X] = np.nan
    return rows


def equal(one, other):
    """Return whether two structured arrays hold the same, NaN for NaN; a running mean to what rounding leaves of it."""
    exact = (name for name in one.dtype.names if name != "echo")
    same = all(np.array_equal(one[name], other[name], equal_nan=True) for name in exact)
    return same and ("echo" not in one.dtype.names or np.allclose(one["echo"], other["echo"], rtol=1e-12))


def burns(r, time) -> bool:
    """Say whether its plume was seen within a minute, and no look has missed it since."""
    return bool(r["infrared_hits"] and not r["off_from"] and time < r["last_infrared"] + 60 * 10**9)


def hit_by_hand(r, c, path_hits, firsts, lasts, m, time, number, bright, infrared):
    """Write one detection (number of look 7, by sensor 1, path 2) into the record of one track."""
    r["last_hit"] = max(r["last_hit"], time)
    if r["first_count"] < KEYS:
        firsts[r["first_count"]] = 7, number
        r["first_count"] += 1
    lasts[r["last_count"] % KEYS] = 7, number
    r["last_count"] += 1
    path_hits[2] += 1
    mine = c[1]
    mine["hits"] += 1
    mine["missed"] += mine["missing"]
    mine["missing"] = 0.0
    if infrared:
        r["infrared_hits"] += 1
        r["last_infrared"] = max(r["last_infrared"], time)
        r["infrared_misses"] = r["off_from"] = 0
        r["intensity"] = np.fmax(r["intensity"], bright)
    elif not math.isnan(bright) and not burns(r, time):
        r["echo"] = (r["echo"] * r["echo_hits"] + bright) / (r["echo_hits"] + 1)
        r["echo_hits"] += 1
    mine["x"], mine["y"], mine["z"] = m[S_X : S_X + 3]
    if not math.isnan(m[U_X]) and (infrared or not math.isnan(m[M_RANGE])):
        mine["time"], mine["hinted"] = time, 0
        mine["ux"], mine["uy"], mine["uz"] = m[U_X : U_X + 3]
        mine["range"], mine["rate"] = m[M_RANGE], m[M_RATE]


@SIZES
@pytest.mark.parametrize("infrared", [False, True])
def test_a_hit_writes_what_the_hand_writes(size, infrared):
    rng = np.random.default_rng(1)
    arrays, rows = records(rng), measurements(rng)
    slots, which = rng.permutation(K)[:size], rng.permutation(K)[:size]
    times, numbers = rng.integers(0, 100, K), rng.integers(0, 9, K)
    bright = np.where(rng.random(K) < 0.3, np.nan, rng.uniform(0, 2e5, K))
    hand = [a.copy() for a in arrays]
    for s, d in zip(slots, which, strict=True):
        hit_by_hand(*(a[s] for a in hand), rows[d], times[d], numbers[d], bright[d], infrared)
    rk.write_hits(*arrays, slots, which, rows, times, numbers, bright, 7, 1, 2, infrared)
    assert equal(arrays[0], hand[0]) and equal(arrays[1], hand[1])
    assert all(np.array_equal(a, b) for a, b in zip(arrays[2:], hand[2:], strict=True))


@pytest.mark.parametrize(
    ("plumes", "off_from", "later_s", "counts"), [(3, 0, 10, 0), (3, 0, 61, 1), (3, 5, 10, 1), (0, 0, 10, 1)]
)
def test_the_cross_section_of_what_burns_is_not_that_of_what_parts_from_it(plumes, off_from, later_s, counts):
    rng = np.random.default_rng(1)
    arrays, rows = records(rng), measurements(rng)
    r, time, one = arrays[0], later_s * 10**9, np.zeros(1, np.int64)
    r["infrared_hits"], r["off_from"], r["last_infrared"], r["echo_hits"] = plumes, off_from, 0, 0
    rk.write_hits(*arrays, one, one, rows, np.array([time]), one, np.array([8.0]), 7, 1, 2, False)
    assert r["echo_hits"][0] == counts


@SIZES
def test_a_hit_counts_for_a_track_as_by_hand(size):
    rng = np.random.default_rng(2)
    r, c, *_ = records(rng)
    rows, slots, which = measurements(rng), rng.permutation(K)[:size], rng.permutation(K)[:size]
    gains, d2 = rng.normal(4.0, 4.0, size), rng.uniform(0, 12, size)
    hand, vouching, new = r.copy(), c.copy(), []
    for k, (s, d) in enumerate(zip(slots, which, strict=True)):
        t = hand[s]
        parts = 2 + (not math.isnan(rows[d, M_RANGE])) + (not math.isnan(rows[d, M_RATE]))
        t["nis"] = 0.95 * t["nis"] + 0.05 * d2[k] / parts
        t["trouble"] *= 0.9
        t["hits"] += 1
        before = t["score_top"] if t["confirmed"] else t["score"]
        t["score"] = min(before + gains[k], rk.SCORE_MOST)
        t["score_top"] = max(t["score_top"], t["score"])
        t["misses"] = 0
        vouching[s, 2]["vouching"] = 1
        if not t["confirmed"] and t["hits"] >= 3 and t["score"] >= 8.0:
            t["confirmed"] = 1
            new.append(s)
    confirmed = np.empty(size, np.int64)
    count = rk.count_hits(r, c, slots, which, rows, gains, d2, 2, 3, 8.0, confirmed)
    assert confirmed[:count].tolist() == new
    assert size < K or new
    assert r["nis"] == pytest.approx(hand["nis"], rel=1e-14)
    assert equal(r[[n for n in RECORD.names if n != "nis"]], hand[[n for n in RECORD.names if n != "nis"]])
    assert equal(c, vouching)


def silence_by_hand(t, own, pd, cost, infrared, looks):
    """Count a silence of sensor 1 that ended at 900 against one track; return whether it is gone."""
    t["misses"] += 1
    if infrared and t["last_infrared"] and pd > 0.5 and (t["last_infrared"] < 900 or looks > 1):
        t["infrared_misses"] += 1
        t["off_from"] = t["off_from"] or max(900, t["last_infrared"])
    if infrared and not t["confirmed"]:
        cost = looks * math.log(max(1.0 - pd, 0.05))
    own[1]["vouching"] = 0
    kind = "doubt_infrared" if infrared else "doubt_radar"
    seen = t["infrared_hits"] > 0 if infrared else own["hits"].sum() > t["infrared_hits"]
    dark = infrared and seen and t["off_from"] != 0 and t["score_top"] >= 60.0
    if not seen or dark:
        # a kind that has never seen it costs it 2.3 at most, all its silences together; those after its plume 8
        cost = -min(-cost, (8.0 if dark else 2.3) - t[kind])
        t[kind] -= cost
    t["score"] += cost
    fall = 16.0 if t["confirmed"] else 4.5
    return t["score"] < t["score_top"] - fall and not own["vouching"].any()


@SIZES
@pytest.mark.parametrize("infrared", [False, True])
@pytest.mark.parametrize("looks", [1, 3])
def test_a_silence_counts_against_a_track_as_by_hand(size, infrared, looks):
    rng = np.random.default_rng(3)
    r, c, *_ = records(rng)
    c["hits"][::3] = 0
    c["vouching"][::2] = 0
    r["score"][1::2] += 70.0
    r["score_top"][1::2] += 70.0
    slots, pd = rng.permutation(K)[:size], rng.uniform(0.1, 0.95, size)
    costs = np.log(1.0 - pd)
    hand, own = r.copy(), c.copy()
    over = [silence_by_hand(hand[s], own[s], pd[k], costs[k], infrared, looks) for k, s in enumerate(slots)]
    gone = np.empty(size, np.bool_)
    falls = np.array([4.5, 16.0])
    count = rk.count_silence(r, c, slots, pd, costs, 1, infrared, looks, 900, np.array([2.3, 8.0, 60.0]), falls, gone)
    assert gone.tolist() == over and count == sum(over)
    assert equal(r, hand) and equal(c, own)


@pytest.mark.parametrize(("looks", "misses", "off"), [(1, 0, 0), (3, 1, 950)])
def test_what_a_late_look_did_not_see_before_the_plume_was_last_seen_is_not_out(looks, misses, off):
    r, c, *_ = records(np.random.default_rng(3))
    r["last_infrared"], r["infrared_misses"], r["off_from"] = 950, 0, 0
    slot, pd, gone = np.zeros(1, np.int64), np.array([0.9]), np.empty(1, np.bool_)
    most, falls = np.array([2.3, 8.0, 60.0]), np.array([4.5, 1e9])
    rk.count_silence(r, c, slot, pd, np.log(1.0 - pd), 1, True, looks, 900, most, falls, gone)
    assert (r["infrared_misses"][0], r["off_from"][0]) == (misses, off)


@SIZES
def test_a_radar_is_less_sure_of_what_it_has_often_missed(size):
    rng = np.random.default_rng(5)
    r, c, *_ = records(rng)
    c["missed"] = rng.uniform(0.0, 20.0, c.shape) * rng.integers(0, 2, c.shape)
    slots, pd = rng.permutation(K)[:size], rng.uniform(0.1, 0.9, size)
    told = pd.copy()
    rk.weaken(r, c, slots, 1, 3, told)
    for k, s in enumerate(slots):
        hits, missed = c["hits"][s, 1], c["missed"][s, 1]
        share = (hits + 1.0) / (hits + 1.0 + missed) if r["confirmed"][s] else 1.0
        assert told[k] == pytest.approx(pd[k] * share, rel=1e-12)
        # what is noted is what was expected of a whole echo
        assert c["missing"][s, 1] == pytest.approx(3.0 * pd[k])


def test_the_silence_in_which_a_track_ends_does_not_excuse_itself():
    r, c, *_arrays = records(np.random.default_rng(7))
    r["confirmed"], c["hits"], c["missed"], c["missing"] = 1, 9, 0.0, 0.0
    slot, most, falls, gone = (
        np.zeros(1, np.int64),
        np.array([2.3, 8.0, 60.0]),
        np.array([4.5, 1e9]),
        np.empty(1, np.bool_),
    )
    for _ in range(30):
        pd = np.array([0.9])
        rk.weaken(r, c, slot, 1, 1, pd)
        assert pd[0] == 0.9
        rk.count_silence(r, c, slot, pd, np.log(1.0 - pd), 1, False, 1, 900, most, falls, gone)
    assert c["missing"][0, 1] == pytest.approx(27.0)


@SIZES
def test_rivals_are_all_others_that_a_look_saw_once_each_and_so_many_at_most(size):
    rng = np.random.default_rng(4)
    r, *_ = records(rng)
    rivals, seen = np.zeros((K, RIVALS_KEPT), np.int64), rng.permutation(K)[:size]
    names = 100 + np.arange(K)
    for _ in range(2):
        rk.note_rivals(r, rivals, seen, names[seen])
    for s in range(K):
        noted = rivals[s, : r["rival_count"][s]].tolist()
        others = [names[o] for o in seen if o != s] if s in seen and r["confirmed"][s] else []
        assert noted == others
    few = np.zeros((K, 3), np.int64)
    r["rival_count"] = 0
    rk.note_rivals(r, few, seen, names[seen])
    assert r["rival_count"].max() <= 3


def test_tracks_were_seen_together_when_one_look_stands_in_both_records():
    lasts = np.zeros((3, KEYS, 2), np.int64)
    lasts[0, :3, 0], lasts[1, :2, 0], lasts[2, :3, 0] = (4, 5, 6), (7, 5), (1, 2, 3)
    assert rk.seen_together(lasts, 0, 3, 1, 2)
    assert not rk.seen_together(lasts, 0, 3, 2, 3)
    # what stands beyond the count is no detection
    assert not rk.seen_together(lasts, 0, 3, 1, 1)


# ---- what sensors may hide --------------------------------------------------------------------------------------------


SITE = np.array([5.5e6, -2.9e6, 1.2e6])
UP = SITE / np.linalg.norm(SITE)
BIASES = np.array([30.0, 2e-4, 3e-4])


def far_state(rng):
    return np.concatenate([SITE + 1e6 * UP + rng.normal(0, 8e5, 3), rng.normal(0, 3e3, 6)])


def test_a_pointing_bias_is_a_shift_across_the_line():
    rng = np.random.default_rng(6)
    state, place, p = far_state(rng), np.array([4.2e7, 0.0, 0.0]), np.zeros((6, 6))
    ck.add_sight_bias(p, state, place, 1e-4, 0.5)
    d = state[:3] - place
    u = d / np.linalg.norm(d)
    square = np.eye(3) - np.outer(u, u)
    assert p[:3, :3] == pytest.approx(0.5 * 1e-8 * (d @ d) * square, rel=1e-9, abs=1e-3)
    assert not p[3:].any() and not p[:, 3:].any()


@SIZES
def test_radars_count_by_their_effects_and_satellites_by_the_square_of_their_share_while_alone(size):
    rng = np.random.default_rng(7)
    _, c, *_ = records(rng)
    for name, value in zip("xyz", SITE, strict=True):
        c[name] = value
    satellite = np.array([True, False, False])
    biases = np.array([[0.0, 1e-4, 1e-4], BIASES, [0.0, 0.0, 0.0]])
    c["hits"][:, 0] = 3
    nis = rng.uniform(0.5, 1.5, K)
    xs, ts = np.zeros((K, 2, N)), np.full(K, 5 * NS)
    xs[:, FREE, :9], xs[:, FREE, 9] = [far_state(rng) for _ in range(K)], 20.0
    effects, effects_t = rng.normal(0.0, 1e5, (K, SENSORS, 6, 3)), np.full(K, 5 * NS)
    effects_t[::3] = 0  # no radar has seen it
    effects_t[1::3] -= 2 * NS
    slots = rng.permutation(K)[:size]
    states = xs[slots, FREE, :9].copy()
    covariances = np.tile(np.diag([1e4] * 3 + [1.0] * 3), (size, 1, 1))
    expected = covariances * np.maximum(nis[slots], 1.0)[:, None, None]
    for k, s in enumerate(slots):
        if effects_t[s] == 0:
            ck.add_sight_bias(expected[k], states[k], SITE, 1e-4, 1.0)
            continue
        now = effects[s].copy()
        if effects_t[s] < ts[s]:
            carry_effects(xs[s, FREE], 2.0, now)
        expected[k] += now[1] @ np.diag(BIASES**2) @ now[1].T
    before = effects.copy()
    ck.consider(xs, ts, effects, effects_t, c, nis, slots, satellite, biases, states, covariances)
    for found, wanted in zip(covariances, expected, strict=True):
        sigma = np.sqrt(np.diag(wanted))
        # rounding of the carried effects, compiled apart
        assert np.abs((found - wanted) / np.outer(sigma, sigma)).max() < 1e-7
    assert np.array_equal(effects, before)

"""What satellites alone saw burn out is kept while it may fly, and found again by what a radar sees of it."""

import numpy as np
import pytest

from tocsin.core.constants import NS
from tocsin.tracking import lone_plumes
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.filter_kernels import FREE, LIGHTNESS, N
from tocsin.tracking.ground_kernels import raise_above
from tocsin.tracking.lone_plumes import (
    ARC_SIGHTS,
    LONGEST_ARC_S,
    TENTATIVE_LIFE_S,
    burns_yet,
    latest_fall,
    may_fly_yet,
)
from tocsin.tracking.upkeep import _join, by_radars, join_burnout, led_back
from tocsin.world.motion.freeflight_kernels import propagate

BURNOUT = np.array([6.55e6, 0.0, 0.0, 1500.0, 0.0, 3500.0])
"""At 170 km, rising: it comes down some 1,600 km away."""
SHARP = np.diag([1e3] * 3 + [10.0] * 3) ** 2
VAGUE = np.diag([3e5, 1e4, 1e4, 500.0, 500.0, 2500.0]) ** 2


def lone(covariance):
    bank = TrackBank()
    track = bank.add(0, "infrared")
    track.burnout = 100 * NS, BURNOUT, covariance
    return bank, track


def test_the_surer_the_state_the_sooner_it_has_come_down():
    sharp, vague = latest_fall(BURNOUT, SHARP), latest_fall(BURNOUT, VAGUE)
    out = np.empty(6)
    propagate(BURNOUT.copy(), sharp, 4900.0, out)
    assert np.linalg.norm(out[:3]) < 6.38e6  # the longest of nearly equal arcs is down when it says so
    assert sharp + 300.0 < vague <= 3600.0


def test_what_a_radar_has_seen_ends_with_its_mean_arc_and_what_satellites_alone_saw_does_not(monkeypatch):
    _, track = lone(VAGUE)
    monkeypatch.setattr(type(track), "satellites", property(lambda _: {"sat": 9}))
    monkeypatch.setattr(type(track), "hits", property(lambda _: 9))
    monkeypatch.setattr(type(track), "infrared_hits", property(lambda _: 9))
    track.sights.extend([(0, *[0.0] * 7, "sat")] * ARC_SIGHTS)
    assert may_fly_yet(track, 101 * NS)
    assert track.lands_by == pytest.approx(100 * NS + latest_fall(BURNOUT, VAGUE) * NS, abs=NS)
    assert not may_fly_yet(track, track.lands_by)
    monkeypatch.setattr(type(track), "hits", property(lambda _: 10))
    assert not may_fly_yet(track, 101 * NS)
    monkeypatch.setattr(type(track), "hits", property(lambda _: 9))
    monkeypatch.setattr(type(track), "satellites", property(lambda _: {"sat": 5, "other": 4}))
    assert may_fly_yet(track, 101 * NS)
    monkeypatch.setattr(type(track), "satellites", property(lambda _: {}))
    assert not may_fly_yet(track, 101 * NS)


def test_the_end_of_a_burn_that_one_satellite_hardly_saw_may_be_that_of_any_arc(monkeypatch):
    for name, value in (("satellites", {"sat": 4}), ("hits", 4), ("infrared_hits", 4)):
        monkeypatch.setattr(Track, name, property(lambda _, value=value: value))
    _, track = lone(SHARP)
    track.sights.extend([(0, *[0.0] * 7, "sat")] * 4)
    assert may_fly_yet(track, 101 * NS)
    assert track.lands_by == 100 * NS + LONGEST_ARC_S * NS


def radar_of(bank, true, after_s, sigma_m=300.0, sigma_m_s=20.0):
    """Return a radar's track of what left a burnout in a true state (6,), so long after it."""
    radar = bank.add(0, "radar")
    bank.ts[radar.slot] = (100 + after_s) * NS
    bank.ws[radar.slot, FREE] = 1.0
    bank.ps[radar.slot, FREE] = np.diag([sigma_m] * 3 + [sigma_m_s] * 3 + [1.0] * (N - 6)) ** 2
    x = bank.xs[radar.slot, FREE]
    propagate(true.copy(), float(after_s), 4900.0, x[:6])
    x[9] = LIGHTNESS
    return radar


@pytest.mark.parametrize("off_m_s", [0.0, 1200.0])
def test_a_radar_track_is_found_to_be_its_plume_and_another_one_is_not(off_m_s):
    # the plume's mean is kilometres a second off: its arc has long met the ground when the radar sees what rose
    bank, track = lone(VAGUE)
    true = BURNOUT + np.array([2e5, 3e3, 0.0, off_m_s, 0.0, 2000.0])
    x, p, wide = np.empty(6), np.empty((6, 6)), np.empty((N, N))
    radar = radar_of(bank, true, 900)
    distance = _join(bank, track, radar.slot, x, p, wide)
    # the truth is off by 0.7 sigmas of the depth, 0.8 of speeds, and by 2.4 more
    assert distance < 7.5
    end = np.empty(6)
    propagate(true.copy(), 900.0, 4900.0, end)
    assert np.linalg.norm((x - end)[3:]) < 60.0 and np.linalg.eigvalsh(p).min() > 0.0
    assert np.trace(p) <= np.trace(by_radars(bank, radar.slot)[:6, :6])
    other = radar_of(bank, true + np.array([0.0, 4e5, 0.0, 0.0, 3000.0, 0.0]), 900)
    assert _join(bank, track, other.slot, x, p, wide) > 50.0


def test_from_a_young_radar_track_the_way_leads_to_the_arc_too():
    # what leads back a radar's first seconds comes from a thousand kilometres beside the plume, which is known to 3 km there
    rng = np.random.default_rng(3)
    sharp_across = np.diag([3e5, 3e3, 3e3, 1500.0, 100.0, 2500.0]) ** 2
    distances = []
    for _ in range(20):
        bank, track = lone(sharp_across)
        true = BURNOUT + np.array([2e5, 0.0, 0.0, 900.0, 0.0, 2500.0]) + rng.normal(0.0, [1e3] * 3 + [50.0] * 3)
        radar = radar_of(bank, true, 1200, 7000.0, 700.0)
        bank.xs[radar.slot, FREE, :6] += rng.normal(0.0, [7000.0] * 3 + [700.0] * 3)
        distances.append(_join(bank, track, radar.slot, np.empty(6), np.empty((6, 6)), np.empty((N, N))))
    assert max(distances) < 30.0


def test_where_the_truth_is_a_plume_lit_just_now_is_above_ground_again(monkeypatch):
    bank, track = lone(VAGUE)
    track.burnout = None
    for name, value in (("satellites", {"sat": 9}), ("hits", 9), ("infrared_hits", 9), ("last_infrared", 100 * NS)):
        monkeypatch.setattr(type(track), name, property(lambda _, v=value: v))
    monkeypatch.setattr(lone_plumes, "unsharp", lambda _bank, _slots: np.ones(1, np.bool_))
    bank.two[track.slot] = 1
    bank.xs[track.slot, :, :6] = BURNOUT - np.array([2.5e5, 0.0, 0.0, 1500.0, 0.0, 0.0])
    bank.ps[track.slot, :, :6, :6] = VAGUE
    assert burns_yet(bank, track.slot, 110 * NS)
    assert (np.linalg.norm(bank.xs[track.slot, :, :3], axis=1) > 6.378e6).all()
    assert not burns_yet(bank, track.slot, 100 * NS + round(TENTATIVE_LIFE_S * NS) + 1)


def test_what_is_cut_off_below_ground_is_the_truncated_normal():
    rng = np.random.default_rng(1)
    for height in (-2e5, 0.0, 1e5, 5e5):
        x, p = np.zeros(N), np.eye(N)
        x[:3] = 6378137.0 + height, 0.0, 0.0
        p[0, 0], p[3, 3], p[0, 3], p[3, 0] = 1e10, 4e6, 1.5e8, 1.5e8
        drawn = rng.multivariate_normal([height, 0.0], p[np.ix_([0, 3], [0, 3])], 200_000)
        drawn = drawn[drawn[:, 0] > 0.0]
        cut = raise_above(x, p)
        assert cut == (height < 4e5)
        np.testing.assert_allclose([x[0] - 6378137.0, x[3]], drawn.mean(axis=0), rtol=0.03, atol=20.0)
        np.testing.assert_allclose(p[np.ix_([0, 3], [0, 3])], np.cov(drawn.T), rtol=0.1)
        assert np.linalg.eigvalsh(p).min() > 0.0


def test_however_far_below_ground_a_state_stays_one():
    for height in (-5e5, -3e6, -6.3e6):
        x, p = np.zeros(N), np.eye(N)
        x[:3], p[:6, :6] = (6378137.0 + height, 1.0, 1.0), VAGUE
        assert raise_above(x, p)
        assert np.isfinite(x).all() and x[0] > 6378137.0 and np.linalg.eigvalsh(p).min() > 0.0


def test_an_ascent_that_agrees_with_the_radar_counts_and_one_that_does_not_leaves_what_the_plume_told():
    true = BURNOUT + np.array([2e5, 3e3, 0.0, 300.0, 0.0, 2000.0])
    sharp = np.diag([30e3, 1e3, 1e3, 300.0, 20.0, 300.0]) ** 2
    ends, end = [], np.empty(6)
    propagate(true.copy(), 900.0, 4900.0, end)
    for led in (None, (true + np.array([1e4, 0.0, 0.0, 0.0, 0.0, 100.0]), sharp), (true + 3e4, 1e-2 * sharp)):
        bank, track = lone(VAGUE)
        radar = radar_of(bank, true, 900, 3000.0, 150.0)
        bank.take_state(track.slot, radar.slot)
        track.awaits_join = True
        back = led_back(bank, track)
        assert back is not None and np.linalg.norm((back - true)[3:]) < 300.0
        join_burnout(bank, track, led)
        assert not track.awaits_join and track.burnout is None
        p = bank.ps[track.slot, FREE, :6, :6]
        assert np.linalg.eigvalsh(p).min() > 0.0
        ends.append((bank.xs[track.slot, FREE, :6].copy(), p.copy()))
    speeds = [float(np.sqrt(np.trace(p[3:, 3:]))) for _, p in ends]
    assert speeds[1] < 0.5 * speeds[0]
    np.testing.assert_allclose(ends[2][0], ends[0][0])
    np.testing.assert_allclose(ends[2][1], ends[0][1])

"""What satellites alone saw burn out is kept while it may fly, and found again by what a radar sees of it."""

import numpy as np
import pytest

from tocsin.core.constants import NS
from tocsin.tracking.bank import TrackBank
from tocsin.tracking.filter_kernels import FREE, LN_BETA, N
from tocsin.tracking.upkeep import _followed_back, _latest_fall, _may_fly_yet, by_radars
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
    sharp, vague = _latest_fall(BURNOUT, SHARP), _latest_fall(BURNOUT, VAGUE)
    out = np.empty(6)
    propagate(BURNOUT.copy(), sharp, 4900.0, out)
    assert np.linalg.norm(out[:3]) < 6.38e6  # the longest of nearly equal arcs is down when it says so
    assert sharp + 300.0 < vague <= 3600.0


def test_what_a_radar_has_seen_ends_with_its_mean_arc_and_what_satellites_alone_saw_does_not(monkeypatch):
    _, track = lone(VAGUE)
    monkeypatch.setattr(type(track), "satellites", property(lambda _: {"sat": 9}))
    monkeypatch.setattr(type(track), "hits", property(lambda _: 9))
    monkeypatch.setattr(type(track), "infrared_hits", property(lambda _: 9))
    assert _may_fly_yet(track, 101 * NS)
    assert track.lands_by == pytest.approx(100 * NS + _latest_fall(BURNOUT, VAGUE) * NS, abs=NS)
    assert not _may_fly_yet(track, track.lands_by)
    monkeypatch.setattr(type(track), "hits", property(lambda _: 10))
    assert not _may_fly_yet(track, 101 * NS)
    monkeypatch.setattr(type(track), "hits", property(lambda _: 9))
    monkeypatch.setattr(type(track), "satellites", property(lambda _: {"sat": 5, "other": 4}))
    assert _may_fly_yet(track, 101 * NS)
    monkeypatch.setattr(type(track), "satellites", property(lambda _: {}))
    assert not _may_fly_yet(track, 101 * NS)


def test_a_radar_track_leads_back_to_its_plume_and_another_one_does_not():
    # the plume's mean is 2 km/s off: its arc has long met the ground when the radar sees what rose
    bank, track = lone(VAGUE)
    radar = bank.add(0, "radar")
    true = BURNOUT + np.array([0.0, 0.0, 0.0, 300.0, 0.0, 2000.0])
    bank.ts[radar.slot] = 1000 * NS
    bank.ws[radar.slot, FREE] = 1.0
    bank.ps[radar.slot, FREE] = np.diag([300.0] * 3 + [20.0] * 3 + [1.0] * (N - 6)) ** 2
    distances = []
    for begin in (true, true + np.array([0.0, 4e5, 0.0, 0.0, 3000.0, 0.0])):
        x = bank.xs[radar.slot, FREE]
        propagate(begin.copy(), 900.0, 4900.0, x[:6])
        x[9] = LN_BETA
        distances.append(_followed_back(bank, track, radar.slot, by_radars(bank, radar.slot)))
    assert distances[0] < 22.5 < 50.0 < distances[1]

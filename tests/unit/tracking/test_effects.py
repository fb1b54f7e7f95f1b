"""What constant errors of sensors do to a track, followed through its updates: against the same looks with the error changed."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, later, thrown
from tocsin.core.constants import NS
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, RANGE
from tocsin.tracking import effect_kernels as ek
from tocsin.tracking.biases import biases_of
from tocsin.tracking.filter_kernels import FREE, N, coast

STEPS = (1.0, 1e-6, 1e-6)
"""Of an error of range (m), azimuth and elevation (rad along the arc): small, so that what they do is linear."""


def flown(errors, looks, seed=3):
    """Return the tracker and the slot of an object seen at `looks` (sensor, s), with so much wrong with radar A."""
    scene, begin = Scene(seed), thrown()
    scene.tracker.bank.biased = True
    for sensor, seconds in looks:
        state = later(begin, seconds)
        if sensor in ("east", "west"):
            scene.sight(sensor, seconds, [state])
            continue
        values = scene.radar_values(sensor, [state])
        if sensor == "A":
            values[:, RANGE] += errors[0]
            values[:, AZIMUTH] += errors[1] / np.cos(values[:, ELEVATION])
            values[:, ELEVATION] += errors[2]
        scene.feed(scene.look(sensor, seconds, values))
    track = max(scene.tracks, key=lambda one: one.hits)
    return scene.tracker.bank, track.slot


ALONE = [("A", 2.0 * k) for k in range(40)]
TWO = sorted(
    [("A", 2.0 * k) for k in range(40)] + [("B", 2.0 * k + 1.0) for k in range(10, 40)], key=lambda one: one[1]
)
LEFT = [("A", 2.0 * k) for k in range(20)] + [("B", 200.0 + 2.0 * k) for k in range(20)]


@pytest.mark.parametrize("looks", [ALONE, TWO, LEFT], ids=["one radar", "two radars", "one after the other"])
@pytest.mark.parametrize("column", range(3), ids=["range", "azimuth", "elevation"])
def test_an_error_moves_a_track_as_its_effect_says(looks, column):
    errors = np.zeros(3)
    exact, slot = flown(errors, looks)
    errors[column] = STEPS[column]
    moved, other = flown(errors, looks)
    found = (moved.xs[other, FREE, :6] - exact.xs[slot, FREE, :6]) / STEPS[column]
    effect = exact.effects[slot, exact.sensors.index("A"), :, column]
    # to first order: the weights themselves turn with the measurements a little
    along = np.linalg.norm(found[:3])
    assert np.linalg.norm(found[:3] - effect[:3]) < 0.03 * along
    assert np.linalg.norm(found[3:] - effect[3:]) < 0.03 * np.linalg.norm(found[3:]) + 1e-3 * along


def test_a_track_of_one_radar_turns_about_it():
    bank, slot = flown(np.zeros(3), ALONE)
    x, effect = bank.xs[slot, FREE], bank.effects[slot, bank.sensors.index("A")]
    radar = SENSORS["A"]
    d = x[:3] - radar.position
    turn = np.cross(d, radar.rot_enu[2]) / np.linalg.norm(d)
    along_azimuth = turn / np.linalg.norm(turn)
    assert effect[:3, 1] @ along_azimuth == pytest.approx(np.linalg.norm(d), rel=0.05)


def test_what_several_radars_hold_by_range_hardly_turns():
    alone, slot = flown(np.zeros(3), ALONE)
    both, other = flown(np.zeros(3), TWO)
    turned = np.linalg.norm(alone.effects[slot, alone.sensors.index("A"), :3, 1])
    assert np.linalg.norm(both.effects[other, both.sensors.index("A"), :3, 1]) < 0.7 * turned


def test_an_effect_is_carried_as_a_difference_of_states_is():
    rng = np.random.default_rng(4)
    for seconds in (2.0, 9.0, 400.0):
        begin = np.zeros(N)
        begin[:6], begin[9] = thrown(), 2e-4
        effects = np.zeros((3, 6, 3))
        effects[1] = np.concatenate([rng.normal(size=(3, 3)), 1e-2 * rng.normal(size=(3, 3))])
        end = begin.copy()
        coast(end, seconds)
        expected = np.empty((6, 3))
        for c in range(3):
            beside = begin.copy()
            beside[:6] += 10.0 * effects[1, :, c]
            coast(beside, seconds)
            expected[:, c] = (beside - end)[:6] / 10.0
        ek.carry_effects(end, seconds, effects)
        assert np.abs(effects[1] - expected).max() < 5e-3 * np.abs(expected).max()
        assert not effects[0].any() and not effects[2].any()


def test_a_share_of_a_joined_state_keeps_its_share_of_the_effects():
    rng = np.random.default_rng(5)
    for _ in range(10):
        a, b = (m @ m.T + np.eye(6) for m in rng.normal(size=(2, 6, 6)))
        joined = np.linalg.inv(np.linalg.inv(a) + np.linalg.inv(b))
        effects = rng.normal(size=(2, 6, 3))
        expected = joined @ np.linalg.inv(a) @ effects
        assert ek.share_effects(joined, a, effects)
        assert effects == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert not ek.share_effects(np.eye(6), -np.eye(6), np.zeros((1, 6, 3)))


def test_errors_add_by_their_squares():
    rng = np.random.default_rng(6)
    effects, biases, p = rng.normal(size=(3, 6, 3)), np.abs(rng.normal(size=(3, 3))), np.eye(N)
    biases[1] = 0.0
    expected = np.eye(N)
    for s in range(3):
        expected[:6, :6] += effects[s] @ np.diag(biases[s] ** 2) @ effects[s].T
    ek.add_effects(effects, biases, 1.0, p)
    assert p == pytest.approx(expected, rel=1e-12)
    ek.add_effects(effects, biases, -1.0, p)
    assert p == pytest.approx(np.eye(N), abs=1e-12)


def test_a_radar_that_follows_a_plumes_track_starts_with_what_satellites_may_hide():
    looks = [(sensor, 2.5 * k) for k in range(8) for sensor in ("east", "west")]
    bank, slot = flown(np.zeros(3), looks)
    assert bank.effects_t[slot] == 0 and not bank.effects[slot].any()
    x = bank.xs[slot, FREE]
    effects = np.zeros_like(bank.effects[slot])
    ek.begin_effects(x, bank.contacts[slot], bank.satellite, effects)
    shares = bank.contacts["hits"][slot] / bank.contacts["hits"][slot].sum()
    for name in ("east", "west"):
        k = bank.sensors.index(name)
        place = np.array([bank.contacts[c][slot, k] for c in "xyz"])
        d = x[:3] - place
        square = effects[k, :3] @ effects[k, :3].T
        assert square == pytest.approx(shares[k] ** 2 * (d @ d * np.eye(3) - np.outer(d, d)), rel=1e-9, abs=1.0)


def test_slow_errors_count_as_constant_ones_and_satellites_have_their_pointing_on_two_axes():
    radar, satellite = SENSORS["A"], SENSORS["east"]
    assert biases_of(radar) == pytest.approx([np.hypot(radar.bias_range, radar.slow[0]),
                                              np.hypot(radar.bias_azimuth, radar.slow[1]),
                                              np.hypot(radar.bias_elevation, radar.slow[2])])  # fmt: skip
    assert biases_of(satellite) == pytest.approx([0.0, satellite.bias_los, satellite.bias_los])


def test_effects_come_with_the_state_that_is_taken_over_and_survive_a_restart():
    bank, slot = flown(np.zeros(3), TWO)
    assert bank.effects_t[slot] == bank.ts[slot] and bank.effects_t[slot] > NS
    again = type(bank)()
    again.load(bank.state())
    assert np.array_equal(again.effects[slot], bank.effects[slot]) and np.array_equal(again.biases, bank.biases)

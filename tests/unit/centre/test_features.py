"""What is read off a track's lines of sight."""

import math

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS
from tocsin.centre import features, first_sights
from tocsin.centre.judgement import spent
from tocsin.centre.past import FreeArc, potential_at
from tocsin.core.constants import NS
from tocsin.identification.classes import LAUNCHES
from tocsin.tracking.bank import TrackBank

SIGMA = 3e-5


def steadiness(track):
    return first_sights.steadiness(first_sights.first_sights(track), 3.6e7)


def track_of(angles, period_s=10.0, seed=0, gap_after=None):
    """Return a track whose only satellite saw the directions (n,) rad, each `period_s` after the one before."""
    rng = np.random.default_rng(seed)
    sights = []
    for k, angle in enumerate(angles):
        a, b = angle + rng.normal(0, SIGMA), rng.normal(0, SIGMA)
        late = 200.0 if gap_after is not None and k > gap_after else 0.0
        direction = np.array([1.0, a, b]) / math.sqrt(1.0 + a * a + b * b)
        sights.append((round((k * period_s + late) * NS), 0.0, 0.0, 0.0, *direction.tolist(), SIGMA, "s"))
    track = TrackBank().add(0, "infrared")
    track.last_hit, track.sights = sights[-1][0], sights
    return track


@pytest.mark.parametrize("looks", [8, 12, 40])
def test_what_goes_out_and_back_on_the_sky_moves_on_smoothly_as_flicker_does_not(looks):
    t = np.linspace(0.0, 1.0, looks)
    for seed in range(10):
        out = track_of(5.6e-3 * t * (1.0 - t), seed=seed)
        assert steadiness(out) == 1.0
        far, sigma = first_sights.gone(first_sights.first_sights(out), 3.6e7)
        assert far == pytest.approx(3.6e7 * 1.4e-3, rel=0.1)
        assert sigma == pytest.approx(1.5 * SIGMA * 3.6e7)
        flicker = track_of(1.4e-3 * (np.arange(looks) % 3 == 1), seed=seed)
        assert steadiness(flicker) == 0.0


def test_a_satellite_that_moves_sees_a_fire_stay_where_it_is():
    place = np.array([6.4e6, 0.0, 0.0])
    sights = []
    for k in range(12):
        satellite = np.array([4.2e7, 4e3 * 10.0 * k, 1e3 * 10.0 * k])
        line = (place - satellite) / np.linalg.norm(place - satellite)
        sights.append((10 * k * NS, *satellite.tolist(), *line.tolist(), SIGMA, "s"))
    far = float(np.linalg.norm(place - np.array(sights[0][1:4])))
    assert first_sights.gone(sights, far)[0] < 2e3
    assert not first_sights.turns_smoothly(sights, far)


@pytest.mark.parametrize("looks", [4, 5, 8, 16, 40, 64])
def test_a_launch_moves_on_steadily_however_many_looks_saw_it(looks):
    t = np.linspace(0.0, 1.0, looks)
    for way in (1e-3, 3e-3):
        for shape in (t, t**2, 0.3 * t + 0.7 * t**2):
            steady = [steadiness(track_of(way * shape, seed=s)) for s in range(10)]
            assert np.mean(steady) >= 0.9


@pytest.mark.parametrize("looks", [4, 5, 8, 16, 40])
def test_fires_taken_for_one_do_not(looks):
    rng = np.random.default_rng(1)
    for seed in range(20):
        jump = 2e-3 * (np.arange(looks) >= rng.integers(1, looks))
        flicker = 2e-3 * rng.integers(0, 2, looks)
        still = np.zeros(looks)
        assert steadiness(track_of(jump, seed=seed)) == 0.0
        assert steadiness(track_of(still, seed=seed)) == 0.0
        if looks > 5:
            assert steadiness(track_of(flicker, seed=seed)) == 0.0 or np.ptp(np.diff(flicker)) == 0.0


def test_dark_for_long_and_lit_elsewhere_is_no_motion():
    assert steadiness(track_of(np.linspace(0.0, 2e-3, 10), gap_after=4)) == 0.0


def test_three_looks_are_too_few():
    assert math.isnan(steadiness(track_of(np.linspace(0.0, 2e-3, 3))))


def test_what_satellites_saw_go_out_for_long_is_driven_by_no_motor():
    track = track_of(np.linspace(0.0, 2e-3, 10))
    assert not spent(track, 500 * NS)  # nobody has looked since
    track.off_from, track.infrared_misses = 100 * NS, 1
    assert not spent(track, 141 * NS)  # one look may miss it
    track.infrared_misses = 2
    assert not spent(track, 139 * NS)
    assert spent(track, 141 * NS)


def glowing(climb_m_s, burnt=0):
    """Return track and context of what a radar has followed for 900 s, satellites saw burn so often, and see shine now."""
    track = TrackBank().add(0, "radar")
    bank = track.bank
    sensor = bank.sensor_number(SENSORS["west"])
    bank.contacts[track.slot, sensor]["hits"] = burnt
    track.infrared_hits, context = burnt, features.Context()
    if burnt:
        track.sights = [(k * NS, 0.0, 0.0, 0.0, 1.0, 1e-3 * k, 0.0, SIGMA, "s") for k in range(burnt)]
        track.last_infrared = (burnt - 1) * NS
        features._burn_seen(track, context, NS, 500.0)
    bank.contacts[track.slot, sensor]["hits"] = burnt + 2
    track.infrared_hits = burnt + 2
    track.sights = [*track.sights, *((t * NS, 0.0, 0.0, 0.0, 1.0, 0.5, 0.0, SIGMA, "s") for t in (900, 905))]
    track.last_infrared = 905 * NS
    return context, features._burn_seen(track, context, NS, climb_m_s)


def test_what_shines_on_its_way_down_has_not_been_seen_to_burn():
    falling, seen = glowing(-2000.0)
    assert seen == ({}, 0, []) and falling.lit_until
    rising, seen = glowing(+2000.0)
    assert seen[1] == 2 and not rising.lit_until


def test_a_burn_that_was_seen_stays_seen_when_it_glows():
    context, (satellites, infrared, sights) = glowing(-2000.0, burnt=6)
    assert infrared == 6 and satellites and len(sights) == 8
    assert context.lit_until == 5 * NS


@pytest.mark.parametrize(
    ("dark_s", "lit", "anew"),
    [
        (300, {"glint": 0.2, "space_launch": 0.8}, True),
        (300, None, True),
        (300, {"glint": 0.05, "space_launch": 0.95}, False),  # an upper stage that lights again
        (90, {"glint": 0.9, "space_launch": 0.1}, False),
    ],
)
def test_a_burn_begins_where_something_else_has_shone(dark_s, lit, anew):
    track, context = TrackBank().add(0, "infrared"), features.Context()
    for light in (10, 20, 30, 30 + dark_s, 40 + dark_s):
        track.last_infrared = light * NS
        features._note_new_burn(track, context)
        features._burn_seen(track, context, NS, 500.0)
        context.lit = {**dict.fromkeys(LAUNCHES, 0.0), **lit} if lit else None
    assert context.lit_from == (30 + dark_s) * NS * anew


def test_what_is_judged_for_the_first_time_has_shone_before():
    for late in (None, 3):
        track, context = track_of(np.zeros(8), gap_after=late), features.Context()
        track.infrared_hits, track.last_infrared = 8, track.sights[-1][0]
        features._note_new_burn(track, context)
        assert context.lit_from == (0 if late is None else track.sights[late + 1][0])


@pytest.mark.parametrize(("climb_m_s", "glows"), [(-250.0, True), (-20.0, False), (400.0, False)])
def test_what_a_radar_knew_before_and_first_shines_as_it_sinks_glows(climb_m_s, glows):
    track = TrackBank().add(0, "radar")
    sensor = track.bank.sensor_number(SENSORS["west"])
    track.bank.contacts[track.slot, sensor]["hits"] = track.infrared_hits = 4
    track.last_infrared = track.last_hit = 40 * NS
    track.sights = [(40 * NS, 0.0, 0.0, 0.0, 1.0, 0.5, 0.0, SIGMA, "west")]
    context = features.Context()
    seen = features._burn_seen(track, context, NS, climb_m_s)
    assert bool(context.lit_until) == glows
    assert seen[1] == (0 if glows else 4)


def test_a_burn_that_joins_a_radars_track_later_is_no_glow():
    track = TrackBank().add(0, "radar")
    sensor = track.bank.sensor_number(SENSORS["west"])
    track.bank.contacts[track.slot, sensor]["hits"] = track.infrared_hits = 4
    track.last_infrared, track.last_hit = 40 * NS, 90 * NS
    context = features.Context()
    assert features._burn_seen(track, context, NS, -250.0)[1] == 4 and not context.lit_until


@pytest.mark.parametrize(
    ("height_m", "sigma_m", "buried"),
    [
        (-51e3, 0.0, True),
        (-49e3, 0.0, False),
        (-1423e3, 125e3, True),
        (-400e3, 90e3, False),
        (0.0, 1.0, False),
        (300e3, 1e6, False),
    ],
)
def test_a_state_within_the_earth_beyond_doubt_is_known_as_such(height_m, sigma_m, buried):
    state, covariance = np.zeros(6), np.zeros((6, 6))
    state[0] = 6378137.0 + height_m
    covariance[0, 0], covariance[1, 1] = sigma_m**2, 1e12
    assert features.under_ground(state, covariance) is buried


def arc_of_speed(speed_m_s, sigma_m_s, height_m=200e3):
    potential = potential_at((6.371e6 + height_m, 0.0, 0.0))
    return FreeArc(-2e6, 8e5, 1e7, 0.0, speed_m_s, height_m, sigma_m_s, potential)


@pytest.mark.parametrize("height_sigma_m, known", [(1e3, True), (500e3, False)])
def test_the_speed_at_burnout_is_that_of_the_arc_that_radars_know_since(height_sigma_m, known):
    context = features.Context(burnout=(7700.0, 420.0, 8090.0), burnt=(arc_of_speed(8090.0, 420.0), height_sigma_m))
    assert features._at_burnout(context) == context.burnout  # nobody knows better yet
    context.past.arc = arc_of_speed(7020.0, 3.0)
    speed, sigma, inertial = features._at_burnout(context)
    if known:
        assert (inertial, speed) == (pytest.approx(7020.0), pytest.approx(6630.0)) and sigma < 4.0
    else:
        assert (speed, sigma, inertial) == context.burnout

"""The growth of speed that a satellite's first looks show, against paths whose acceleration is known."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from tocsin.centre import first_sights as lines
from tocsin.core.constants import NS

SATELLITE = np.array([4.2e7, 0.0, 0.0])
SIGMA = 5e-5


def speed_gain(track, far):
    return lines.speed_gain(lines.first_sights(track), far)


def first_speed(track, far):
    return lines.first_speed(lines.first_sights(track), far)


def track(speed: float, gain: float, looks: int, rng: np.random.Generator | None = None):
    """Return a track seen every 10 s on its way to the north, and how far it is in the end (m)."""
    sights, here = [], np.zeros(3)
    for k in range(looks):
        t = 10.0 * k
        here = np.array([6.45e6, 0.0, speed * t + 0.5 * gain * t * t])
        line = here - SATELLITE
        line = line / math.dist(here, SATELLITE)
        if rng is not None:
            line = line + rng.normal(0.0, SIGMA, 3) * [0.0, 1.0, 1.0]
        sights.append((round(t * NS), *SATELLITE.tolist(), *line.tolist(), SIGMA, "s"))
    return SimpleNamespace(sights=sights), math.dist(here, SATELLITE)


@pytest.mark.parametrize(("speed", "gain"), [(6000.0, -40.0), (1200.0, 25.0), (3000.0, 0.0)])
def test_the_growth_of_speed_is_found(speed: float, gain: float) -> None:
    found, sigma = speed_gain(*track(speed, gain, 7))
    assert found == pytest.approx(gain, abs=0.3)
    assert 0.0 < sigma < 10.0


def test_its_sigma_is_that_of_many_draws() -> None:
    rng = np.random.default_rng(1)
    draws = [speed_gain(*track(5000.0, -20.0, 6, rng)) for _ in range(400)]
    scatter = float(np.std([g for g, _ in draws]))
    # of a standard deviation of 400 draws, 3.5 % is one sigma
    assert scatter == pytest.approx(draws[0][1], rel=0.15)


@pytest.mark.parametrize(("speed", "gain"), [(500.0, 0.0), (500.0, 12.0), (3000.0, 20.0)])
def test_an_even_course_is_told_from_a_driven_one_however_slow(speed: float, gain: float) -> None:
    one, state = track(speed, gain, 14)
    found, sigma = lines.course_pull(lines.first_sights(one), state)
    assert found == pytest.approx(gain, abs=0.5)
    assert 0.0 < sigma < 1.5


def test_the_course_is_that_of_the_last_looks() -> None:
    (early, _), (late, state) = track(3000.0, 30.0, 10), track(0.0, 2.0, 16)
    shift = round(100.0 * NS)
    sights = early.sights + [(s[0] + shift, *s[1:]) for s in late.sights]
    assert lines.course_pull(sights, state)[0] == pytest.approx(2.0, abs=0.5)


def test_few_looks_and_slow_motion_say_nothing() -> None:
    assert math.isnan(lines.course_pull(track(500.0, 10.0, 4)[0].sights, 0.0)[0])
    assert math.isnan(speed_gain(*track(5000.0, -20.0, 4))[0])
    assert math.isnan(speed_gain(*track(500.0, 0.0, 8))[0])
    assert math.isnan(speed_gain(SimpleNamespace(sights=[]), 0.0)[0])


def test_a_clock_that_stands_still_says_nothing() -> None:
    one, state = track(6000.0, -40.0, 7)
    one.sights = [(one.sights[0][0], *sight[1:]) for sight in one.sights]
    assert all(math.isnan(x) for x in (*speed_gain(one, state), *first_speed(one, state)))


@pytest.mark.parametrize(("speed", "gain"), [(6000.0, -40.0), (400.0, 25.0)])
def test_the_first_speed_is_that_of_the_first_looks(speed: float, gain: float) -> None:
    found, sigma = first_speed(*track(speed, gain, 2))
    assert found == pytest.approx(speed + 5.0 * gain, abs=1.0)  # of the middle of ten seconds
    assert sigma == pytest.approx(SIGMA * (4.2e7 - 6.45e6) / math.sqrt(50.0), rel=1e-2)
    # later looks are no first ones; a single look, or one long before all others, gives no speed
    late, _ = first_speed(*track(speed, 0.0, 30))
    assert late == pytest.approx(speed, rel=0.05)
    alone, state = track(speed, gain, 1)
    assert math.isnan(first_speed(alone, state)[0])
    apart, state = track(speed, gain, 6)
    apart.sights = [apart.sights[0], *apart.sights[4:]]
    assert math.isnan(first_speed(apart, state)[0])


def test_the_first_speed_has_the_sigma_of_many_draws() -> None:
    rng = np.random.default_rng(2)
    draws = [first_speed(*track(5000.0, 0.0, 3, rng)) for _ in range(400)]
    assert float(np.std([v for v, _ in draws])) == pytest.approx(draws[0][1], rel=0.15)


def test_what_no_satellite_has_seen_has_no_first_speed() -> None:
    assert math.isnan(first_speed(SimpleNamespace(sights=[]), 0.0)[0])

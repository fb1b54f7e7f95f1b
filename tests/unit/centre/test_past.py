"""What of a track's past still counts: the arc above the air, braking, dark times between burns."""

import math

import msgspec
import numpy as np
import pytest

from tocsin.centre.past import FreeArc, Motion, Past, faster, potential_at
from tocsin.core.constants import GRAVITY_RADIUS_M, J2, MU_M3_S2, NS


def arc_at(height_m: float, **more: float) -> FreeArc:
    known = {
        "perigee_m": -2e3, "apogee_m": 112e3, "range_m": math.nan, "orbiting": 0.1, "speed_m_s": 7832.0, "sigma_m_s": 16.0,
        "potential_j_kg": potential_at((6.371e6 + height_m, 0.0, 0.0)), "height_m": height_m,
    }  # fmt: skip
    return FreeArc(**{**known, **more})


ORBITAL = arc_at(98e3)
SLOWED = arc_at(60e3, perigee_m=-4e6, range_m=2e6, orbiting=0.0, speed_m_s=5600.0, sigma_m_s=300.0)
RADAR = Motion(
    time=0,
    shines=False, infrared_hits=0, radar_hits=8, dark_s=0.0, powered=0.0, thrust_m_s2=0.0, thrust_sigma_m_s2=math.inf,
    height_m=98e3, height_sigma_m=1e3,
)  # fmt: skip
LIGHT = RADAR._replace(
    shines=True, infrared_hits=6, powered=1.0, thrust_m_s2=-30.0, thrust_sigma_m_s2=10.0, height_m=60e3
)


def past_of(*seen: tuple[Motion, FreeArc]) -> Past:
    """Return the past of a track that did all this in turn."""
    past = Past()
    for motion, arc in seen:
        past.note(motion, arc)
    return past


def test_the_arc_on_which_it_came_holds_when_air_has_slowed_it() -> None:
    assert past_of((RADAR, ORBITAL), (LIGHT, SLOWED)).best(SLOWED) is ORBITAL


def test_what_gains_energy_twice_unlit_is_driven_for_as_long_as_it_does_so_in_such_steps() -> None:
    # an upper stage of 3 m/s2 that no satellite sees, followed by a radar
    past, push = Past(), 0.0
    told = []
    for second in range(0, 200, 2):
        push += 6.0 if second < 120 else 0.0
        arc = arc_at(300e3, speed_m_s=5200.0 + push)
        past.note(RADAR._replace(time=second * NS, height_m=300e3), arc)
        told.append(past.driven(second * NS))
    assert told.index(True) < 30
    assert all(told[30:60])
    assert not any(told[-10:])
    # what coasts is not, however noisy
    past = Past()
    for second in range(0, 200, 2):
        noisy = arc_at(300e3, speed_m_s=5200.0 + 30.0 * math.sin(second))
        past.note(RADAR._replace(time=second * NS, height_m=300e3), noisy)
        assert not past.driven(second * NS)


def test_a_second_radar_with_its_own_constant_error_drives_nothing() -> None:
    # two radars take up a missile 42 s apart: by each its arc is some m/s faster than it was known to be, beyond three sigma
    past = Past()
    for second in range(0, 300, 2):
        speed = 1280.0 + (12.0 if second >= 30 else 0.0) + (4.2 if second >= 72 else 0.0)
        sigma = 2.5 if second < 30 else 0.6
        past.note(RADAR._replace(time=second * NS), arc_at(98e3, speed_m_s=speed, sigma_m_s=sigma))
        assert not past.driven(second * NS)
    assert past.pushes == 2


def test_a_free_arc_from_south_to_north_gains_no_energy_though_the_earth_is_flat() -> None:
    # J2 alone: from the equator to 60 N, 3.4 km/s at its slowest, known to 0.5 m/s
    x = np.array([7.2e6, 0.0, 1e5, 800.0, 0.0, 5200.0])
    past, told = Past(), []
    for second in range(0, 1400, 10):
        r = float(np.linalg.norm(x[:3]))
        height = r - 6.378e6 + 21.4e3 * (x[2] / r) ** 2
        arc = ORBITAL._replace(
            speed_m_s=float(np.linalg.norm(x[3:])), height_m=height, sigma_m_s=0.5, potential_j_kg=potential_at(x[:3])
        )
        past.note(RADAR._replace(time=second * NS, height_m=height), arc)
        told.append(past.driven(second * NS))
        for _ in range(100):
            x = kepler_j2(x, 0.1)
    assert past.pushes == 0
    assert not any(told)


def kepler_j2(x, h):
    """Return an inertial state (6,) after `h` seconds under a point mass and J2, by a leapfrog step."""

    def pull(p):
        r2 = float(p @ p)
        k = 1.5 * J2 * GRAVITY_RADIUS_M**2 / r2
        z2 = 5.0 * p[2] ** 2 / r2
        return -MU_M3_S2 / r2**1.5 * p * (1.0 + k * (np.array([1.0, 1.0, 3.0]) - z2))

    v = x[3:] + 0.5 * h * pull(x[:3])
    p = x[:3] + h * v
    return np.concatenate([p, v + 0.5 * h * pull(p)])


def test_an_arc_of_now_holds_above_the_air_while_it_is_known_as_well() -> None:
    past = past_of((RADAR, ORBITAL))
    now = ORBITAL._replace(sigma_m_s=30.0)
    assert past.best(now) is now
    blurred = ORBITAL._replace(sigma_m_s=33.0)  # more than twice the error
    assert past.best(blurred) is ORBITAL


@pytest.mark.parametrize(
    "less",
    [
        {"powered": 0.31, "thrust_m_s2": 1.0},  # driven
        {"height_m": 84e3},
        {"height_sigma_m": 11e3},
        {"radar_hits": 2},
    ],
)
def test_only_a_free_arc_above_the_air_by_radar_is_remembered(less: dict[str, float]) -> None:
    assert past_of((RADAR._replace(**less), ORBITAL)).arc is None
    assert past_of((RADAR, ORBITAL)).arc is ORBITAL


def test_the_best_known_arc_is_kept() -> None:
    worse, better = ORBITAL._replace(sigma_m_s=50.0), ORBITAL._replace(sigma_m_s=10.0)
    assert past_of((RADAR, ORBITAL), (RADAR, worse)).arc is ORBITAL
    assert past_of((RADAR, ORBITAL), (RADAR, better)).arc is better
    assert past_of((RADAR, ORBITAL._replace(sigma_m_s=501.0))).arc is None


def test_what_gains_speed_has_no_past() -> None:
    pushed = LIGHT._replace(thrust_m_s2=35.0, height_m=98e3)
    past = past_of((RADAR, ORBITAL), (LIGHT._replace(thrust_m_s2=-60.0), SLOWED), (pushed, SLOWED))
    assert past.arc is None and past.braked == 0.0
    # energy beyond the errors of both says so too, though no thrust was seen
    fast = ORBITAL._replace(speed_m_s=7832.0 + 3.1 * math.hypot(16.0, 40.0), sigma_m_s=40.0)
    assert past_of((RADAR, ORBITAL), (LIGHT, fast)).arc is None
    assert past_of((RADAR, ORBITAL), (LIGHT, fast._replace(speed_m_s=7832.0 + 100.0))).arc is ORBITAL


def test_falling_freely_gains_no_energy() -> None:
    then = arc_at(900e3, speed_m_s=3000.0, sigma_m_s=5.0)
    r_then, r_now = 6.371e6 + 900e3, 6.371e6 + 200e3
    speed = math.sqrt(3000.0**2 + 2.0 * 3.986004418e14 * (1.0 / r_now - 1.0 / r_then))
    assert speed > 4500.0
    assert not faster(arc_at(200e3, speed_m_s=speed, sigma_m_s=5.0), then)
    assert faster(arc_at(200e3, speed_m_s=speed + 30.0, sigma_m_s=5.0), then)


def test_braking_is_remembered_in_sigmas_and_only_while_it_shines() -> None:
    assert past_of((LIGHT, SLOWED)).braked == pytest.approx(2.0)  # (30 - 10) / 10
    assert past_of((LIGHT._replace(thrust_m_s2=-60.0), SLOWED), (LIGHT, SLOWED)).braked == pytest.approx(5.0)
    assert past_of((LIGHT._replace(shines=False), SLOWED)).braked == 0.0
    assert past_of((LIGHT._replace(infrared_hits=2), SLOWED)).braked == 0.0


def test_a_dark_time_counts_once_three_plumes_have_followed_it() -> None:
    def at(hits: int, dark: float) -> tuple[Motion, FreeArc]:
        return LIGHT._replace(infrared_hits=hits, dark_s=dark, shines=dark == 0.0), SLOWED

    dark = [at(9, 0.0), at(9, 12.0), at(9, 31.0)]
    assert past_of(*dark).gap_s == 0.0
    assert past_of(*dark, at(10, 0.0), at(11, 0.0)).gap_s == 0.0
    assert past_of(*dark, at(10, 0.0), at(12, 0.0)).gap_s == 31.0
    # a spark in the dark begins a new dark time
    assert past_of(*dark, at(10, 0.0), at(10, 4.0), at(13, 0.0)).gap_s == 4.0
    assert past_of(*dark, at(12, 0.0), at(12, 5.0), at(15, 0.0)).gap_s == 31.0  # the longest


def test_a_past_is_plain_data() -> None:
    past = past_of((RADAR, ORBITAL), (LIGHT, SLOWED))
    assert msgspec.convert(msgspec.to_builtins(past), Past) == past


def test_how_high_it_shone_is_kept_beyond_doubt() -> None:
    high = LIGHT._replace(height_m=280e3, height_sigma_m=2e3, thrust_m_s2=5.0)
    assert past_of((high, ORBITAL), (high._replace(shines=False, height_m=400e3), ORBITAL)).shone_m == 274e3
    assert past_of((high, ORBITAL), (high._replace(height_m=100e3), ORBITAL)).shone_m == 274e3
    for less in ({"height_sigma_m": 11e3}, {"shines": False}, {"infrared_hits": 2}):
        assert past_of((high._replace(**less), ORBITAL)).shone_m == 0.0, less


def test_the_arc_on_which_it_came_into_the_air_holds_where_none_was_seen_before() -> None:
    past = past_of((LIGHT, SLOWED))
    past.keep_better(ORBITAL)
    assert past.best(SLOWED) is ORBITAL
    past.keep_better(ORBITAL._replace(sigma_m_s=100.0))
    assert past.best(SLOWED) is ORBITAL


def test_how_flat_an_arc_is_counts_beyond_doubt() -> None:
    arc = arc_at(280e3, range_m=10.5e6, apogee_m=345e3, perigee_m=-1.55e6, speed_m_s=7190.0, sigma_m_s=25.0)
    # the ellipse is longer by 2.4 km for each m/s along the way
    faster_by = arc._replace(speed_m_s=7191.0)
    half = [1.0 / (2.0 / 6.651e6 - a.speed_m_s**2 / MU_M3_S2) for a in (arc, faster_by)]
    flat = past_of((RADAR, arc)).flat
    assert arc.range_m / flat == pytest.approx(arc.apogee_m + 50.0 * 2.0 * (half[1] - half[0]), rel=0.01)
    assert past_of((RADAR, arc), (RADAR, arc._replace(sigma_m_s=2.0))).flat > 1.2 * flat
    assert past_of((RADAR._replace(radar_hits=5), arc)).flat == 0.0

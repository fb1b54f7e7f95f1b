"""The number of a raid that cannot be resolved: from gaps, from light, and from what has burnt out."""

import math

import numpy as np
import pytest

from tocsin.assessment.counting import (
    ALONE,
    Burning,
    Lit,
    Tally,
    by_gaps,
    by_light,
    first_guess,
    lit_seconds,
    note_bodies,
    note_total,
    quantile,
    spots,
)
from tocsin.core.constants import NS

T0 = 1_700_000_000 * NS


def at(seconds: float) -> int:
    return T0 + round(seconds * NS)


def thinned(rng: np.random.Generator, mean: float, length: float) -> tuple[int, np.ndarray, np.ndarray]:
    """Return how many objects a row of pixels has, the light of its spots, and their gaps to the nearest.

    The brightest takes its pixel, as a detector does; a plume's light varies by 1.5 dB from look to look.
    """
    n = int(rng.poisson(mean * length))
    place, light = rng.uniform(0.0, length, n), 1e5 * np.exp(rng.normal(0.0, 0.35, n))
    kept: list[tuple[float, float]] = []
    left = np.ones(n, bool)
    for k in np.argsort(-light):
        if left[k]:
            mine = left & (np.abs(place - place[k]) < 1.0)
            kept.append((float(place[k]), float(light[mine].sum())))
            left &= ~mine
    kept.sort()
    gaps = np.diff([x for x, _ in kept])
    nearest = np.minimum(np.append(gaps, math.inf), np.insert(gaps, 0, math.inf))
    return n, np.array([y for _, y in kept]), nearest


@pytest.mark.parametrize("mean", [0.1, 0.3, 0.6, 1.0])
def test_the_interval_holds_the_number_of_an_even_stream(mean: float) -> None:
    """Objects along a line, resolved as a satellite resolves them: the interval holds their number in 95 %."""
    rng = np.random.default_rng(round(1000 * mean))
    held, trials = 0, 300
    for _ in range(trials):
        n, light, nearest = thinned(rng, mean, 60.0)
        number = spots(Tally(), light, nearest)
        held += math.floor(number.low) <= n <= math.ceil(number.high)
    assert held / trials >= 0.95 - 2.0 * math.sqrt(0.05 * 0.95 / trials)


def test_spots_far_apart_are_one_object_each_and_a_lone_spot_may_be_two() -> None:
    assert spots(Tally(), np.full(5, 1e5), np.full(5, 2.0 * ALONE)) == (5, 5, 6)
    assert spots(Tally(), np.full(5, 1e5), np.full(5, 20.0)) == (5, 5, 5)
    assert spots(Tally(), np.array([1e5]), np.array([math.inf])) == (1, 1, 2)
    assert spots(Tally(), np.zeros(0), np.zeros(0)) == (0, 0, 0)


def test_a_crowd_is_as_many_as_its_light() -> None:
    single, crowd = np.full(4, 1e5), np.array([3e5, 5e5])
    number = by_light(Tally(), crowd, single)
    assert number == (2, 8, 8)
    # no spot is less than one object, however faint
    assert by_light(Tally(), np.full(3, 1e4), single).best == 3


def test_without_a_single_spot_the_faintest_so_far_stands_for_one_object() -> None:
    tally = Tally()
    spots(tally, np.array([1e5]), np.array([math.inf]))
    assert tally.faint == 1e5
    assert by_light(tally, np.full(4, 5e5), np.zeros(0)).high == 20.0


@pytest.mark.parametrize("nearest", [0.8, 1.0, 1.5, 3.9, 10.0])
def test_numbers_are_ordered_and_never_less_than_the_spots(nearest: float) -> None:
    rng = np.random.default_rng(1)
    for k in range(2, 30):
        number = spots(Tally(), rng.uniform(1e4, 1e6, k), np.full(k, nearest))
        assert k == number.low <= number.best <= number.high


def test_a_crowd_by_its_gaps_worked_by_hand() -> None:
    """Four spots half a cell of room off each other: room 4 x 2 x 0.5 = 4 cells."""
    number = by_gaps(np.full(4, 1.5))
    assert number == pytest.approx((4.0, 4.0 * (1.0 + 3.0 / 4.0), 4.0 * (1.0 + 1.0 * (1.0 + 1.96 * math.sqrt(0.5)))))


def test_spots_that_stand_alone_beside_a_crowd_may_hide_others_worked_by_hand() -> None:
    """Two spots of a crowd, 1.5 cells off, and three alone: room 2 x (1 + 3 x 3) = 20; 3 (2 + 1.96 x 2) / 20 hide among these."""
    number = spots(Tally(), np.full(5, 1e5), np.array([1.5, 1.5, 9.0, 9.0, 9.0]))
    gaps = by_gaps(np.full(2, 1.5))
    assert number.low == 5.0
    assert number.best == pytest.approx(3.0 + 0.5 * (gaps.best + 2.0))
    assert number.high == pytest.approx(3.0 + gaps.high + 3.0 * (2.0 + 1.96 * 2.0) / 20.0)


@pytest.mark.parametrize(("far", "hidden"), [(11.1, 0.0), (10.9, 1.0)])
def test_few_spots_in_much_room_hide_nobody(far: float, hidden: float) -> None:
    """Half an object for each of two spots over 4 (r - 1) cells of room: less than one in forty beyond r = 11."""
    assert spots(Tally(), np.full(2, 1e5), np.full(2, far)).high == 2.0 + hidden


def test_one_look_is_counted_once_and_a_new_count_is_nobody() -> None:
    tally = Tally(burning={"s": Burning(at(0), 3.0, 4.0, 5.0)})
    assert tally.said == (0.0, 0.0, 0.0)
    for _ in range(3):
        note_total(tally, at(0), None, 0)
    assert tally.times == [at(0)]


def test_what_grows_is_the_best_number_and_not_the_most() -> None:
    tally = Tally()
    for second in (0, 10):
        tally.burning["s"] = Burning(at(second), 4.0, 4.0, 9.0)
        total = note_total(tally, at(second), None, 0)
    assert total == (4.0, 4.0, 9.0 + 4.0)  # nobody a minute before: all four may have one beside them


def test_what_has_burnt_out_is_counted_beside_what_burns() -> None:
    """Ten plumes a minute for four minutes, each seen for a minute: forty, though never more than ten burn at once."""
    tally = Tally()
    for second in range(0, 241, 10):
        tally.burning["s"] = Burning(
            at(second), min(10.0, second / 6.0), min(10.0, second / 6.0), min(10.0, second / 6.0)
        )
        total = note_total(tally, at(second), Lit(60.0, 60.0) if second > 60 else None, 0)
    assert total.best == pytest.approx(40.0, abs=1.0)
    assert total.high >= total.best


def test_the_number_stays_when_all_plumes_are_out() -> None:
    tally = Tally()
    for second in range(0, 61, 10):
        tally.burning["s"] = Burning(at(second), 6.0, 7.0, 9.0)
        note_total(tally, at(second), None, 0)
    tally.burning["s"] = Burning(at(70), 0.0, 0.0, 0.0)
    for second in (70, 200, 2000):
        assert note_total(tally, at(second), None, 0)[:2] == (6.0, 7.0)


def test_a_raid_that_grows_may_have_as_many_again_that_cannot_be_told_apart_yet() -> None:
    tally = Tally()
    for second, k in ((0, 4.0), (10, 6.0), (20, 8.0)):
        tally.burning["s"] = Burning(at(second), k, k, k)
        total = note_total(tally, at(second), None, 0)
    assert total.high == 16.0
    for second in range(30, 200, 10):
        tally.burning["s"] = Burning(at(second), 8.0, 8.0, 8.0)
        total = note_total(tally, at(second), None, 0)
    assert total.high == 8.0  # it has stopped


def test_the_median_of_satellites_counts_and_an_old_look_does_not() -> None:
    tally = Tally(burning={n: Burning(at(0), 5.0, b, b) for n, b in (("a", 6.0), ("b", 8.0), ("c", 30.0))})
    tally.burning["old"] = Burning(at(-100), 50.0, 50.0, 50.0)
    assert note_total(tally, at(1), None, 0)[:2] == (5.0, 8.0)


def test_tracks_that_have_gone_dark_are_counted_until_one_burn_has_passed() -> None:
    tally = Tally(burning={"s": Burning(at(0), 2.0, 2.0, 2.0)})
    assert note_total(tally, at(0), None, 3).best == 5.0


def test_a_new_event_begins_with_the_tracks_about_its_launch() -> None:
    tally = Tally()
    first_guess(tally, 3, at(0))
    assert note_total(tally, at(0), None, 0)[:2] == (1.0, 3.0)
    assert note_total(tally, at(0), None, 0).high >= 6.0
    first_guess(tally, 0, at(0))
    assert tally.burning[""].best == 1.0


def test_a_plume_is_seen_as_long_as_the_longest_that_has_gone_out() -> None:
    assert lit_seconds([60.0, 70.0, 120.0]) == Lit(120.0, 70.0)
    assert lit_seconds([]) is None


def test_one_track_that_went_over_to_a_later_missile_hides_nothing_from_the_most():
    # one a second, each burns 60 s; one track was seen for 120 s
    tally = Tally()
    for second in range(0, 171, 5):
        n = float(min(second, 60))
        tally.burning["a"] = Burning(at(second), n, n, n)
        total = note_total(tally, at(second), Lit(120.0, 60.0) if second > 60 else None, 0)
    assert total.best < 170.0 <= total.high


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_a_quantile_is_that_of_numpy_to_the_last_digit(size: int) -> None:
    values = np.random.default_rng(size).lognormal(11.0, 2.0, size)
    for share in (0.0, 0.05, 0.25, 0.5, 0.81, 1.0):
        assert quantile(values, share) == np.quantile(values, share)
    assert math.isnan(quantile(np.array([1.0, math.nan, 3.0]), 0.25))


@pytest.mark.parametrize(("bodies", "least"), [(0, 0), (1, 0), (4, 0), (7, 0), (12, 2), (100, 40), (339, 151)])
def test_bodies_that_radars_follow_at_once_are_half_as_many_missiles_less_their_root(bodies: int, least: int) -> None:
    tally = Tally()
    note_bodies(tally, bodies)
    assert tally.apart == least
    note_bodies(tally, 0)
    assert tally.apart == least  # what was counted was there


def test_radars_count_no_more_than_satellites_have_seen_burn() -> None:
    tally = Tally(times=[T0], totals=[(1.0, 2.0, 12.4)], said=(1.0, 2.0, 12.4))
    note_bodies(tally, 100)
    assert tally.apart == 12

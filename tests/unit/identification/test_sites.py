"""What a launch point says of what has risen there: by counts of 27 years, and bounded."""

import math

import pytest

from tests.unit.identification.test_classify import features
from tocsin.identification.classes import missile_probability
from tocsin.identification.classify import classify, without_notice
from tocsin.identification.context import NOTIFICATION, PRIOR_WORDS, SITE
from tocsin.identification.sites import ANYWHERE, BOUND, EARTH_M2, REACH_M, Odds, odds_at, sites

CAPE, PLESETSK, ANDOYA, KAPUSTIN_YAR = (28.5, -80.6), (62.9, 40.6), (69.29, 16.02), (48.6, 46.2)


def odds(place: tuple[float, float]) -> Odds:
    found = odds_at(math.radians(place[0]), math.radians(place[1]))
    assert found is not None
    return found


def test_the_table_holds_the_launches_of_its_source() -> None:
    # JSR Launch Vehicle Database, even years 1990 to 2016: 1140 to orbit, 557 of 100 km and more, 929 missiles; 23 rose alone
    assert sum(s.orbital + s.sounding + s.missile for s in sites()) == 1140 + 557 + 929 - 23


def test_nothing_is_said_where_nobody_is_known_to_launch() -> None:
    assert odds_at(math.radians(40.0), math.radians(-170.0)) is None
    beyond = math.radians(28.528) - 1.02 * REACH_M / 6.371e6
    assert odds_at(beyond, math.radians(-80.575)) is None


def test_where_only_launchers_rise_it_says_all_that_it_may() -> None:
    assert odds(CAPE).orbital == BOUND
    assert odds(ANDOYA).sounding == BOUND


def test_where_missiles_are_tested_too_it_says_less_or_the_contrary() -> None:
    assert 2.0 < odds(PLESETSK).orbital < 8.0
    assert odds(KAPUSTIN_YAR).orbital < 0.1


def test_the_odds_follow_from_the_counts() -> None:
    here = next(s for s in sites() if abs(math.degrees(s.latitude) - 62.932) < 1e-6)
    orbital, missile = sum(s.orbital for s in sites()), sum(s.missile for s in sites())
    missiles = (1 - ANYWHERE) * (here.missile + 0.5) / (missile + 0.5) + ANYWHERE * math.pi * REACH_M**2 / EARTH_M2
    assert odds(PLESETSK).orbital == pytest.approx((here.orbital + 0.5) / (orbital + 0.5) / missiles)


def test_a_site_weighs_no_more_than_a_message_and_is_left_out_with_it() -> None:
    plain = classify(features())
    told = classify(features(site=Odds(BOUND, BOUND), notice="space_launch"))
    for name in ("space_launch", "sounding_rocket"):
        ratio = told.classes[name] / missile_probability(told.classes)
        before = plain.classes[name] / missile_probability(plain.classes)
        assert ratio <= BOUND * 20.0 * before * 1.01
    assert {p.name for p in told.pieces if p.name in PRIOR_WORDS} == {NOTIFICATION, SITE}
    bare = without_notice(features(site=Odds(BOUND, BOUND), notice="space_launch"), told)
    assert bare == plain.classes
    piece = next(p for p in classify(features(site=Odds(5.0, 0.5))).pieces if p.name == SITE)
    assert piece.value == "to orbit 5, sounding rocket 0.5 to one missile"
    assert piece.likelihood["space_launch"] / piece.likelihood["ballistic_missile_intercontinental"] == pytest.approx(
        5.0
    )

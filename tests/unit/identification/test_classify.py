"""Class probabilities: what each measured behaviour makes of an object, with the evidence kept."""

import math
from itertools import pairwise
from typing import Any

import pytest

from tocsin.identification.burns import STAGE_GAP_S, STAGES_FOLLOW_S, may_follow, stage_due
from tocsin.identification.classes import (
    CLASSES,
    LAUNCHES,
    PRIOR_INFRARED,
    PRIOR_RADAR,
    launch_probability,
    missile_probability,
)
from tocsin.identification.classify import classify, explain, without_notice
from tocsin.identification.context import CARRIER, STAGE, STAGED
from tocsin.identification.evidence import PIECES
from tocsin.identification.features import Features, Lift
from tocsin.identification.motion import burns, runs_away, shines_aloft
from tocsin.identification.reach import least_apogee, reach

BOOST: dict[str, Any] = {
    "infrared_hits": 16, "radar_hits": 0, "satellites": 2, "age_s": 90.0, "powered": 1.0, "burning_s": 95.0, "off_s": 0.0,
    "thrust_m_s2": 35.0, "thrust_sigma_m_s2": 5.0, "steady": 0.9, "speed_m_s": 2600.0, "speed_sigma_m_s": 60.0,
    "inertial_speed_m_s": 2900.0, "climb_m_s": 1500.0, "climb_sigma_m_s": 60.0, "height_m": 80e3, "height_sigma_m": 1e3,
    "across_m_s": 2200.0, "across_sigma_m_s": 30.0, "perigee_m": -5.5e6, "orbiting": 0.0, "apogee_m": 3e5,
    "arc_range_m": math.nan,
}  # fmt: skip
RADAR: dict[str, Any] = {
    **BOOST, "infrared_hits": 0, "radar_hits": 30, "satellites": 0, "powered": 0.0, "burning_s": 0.0, "thrust_m_s2": 0.0,
    "steady": math.nan, "speed_sigma_m_s": 5.0, "across_sigma_m_s": math.nan,
}  # fmt: skip


def features(base: dict[str, Any] = BOOST, **more: Any) -> Features:
    return Features(**{**base, **more})


def best(base: dict[str, Any] = BOOST, **more: Any) -> str:
    return classify(features(base, **more)).best


def test_priors_name_every_class_and_sum_to_one() -> None:
    for prior in (PRIOR_INFRARED, PRIOR_RADAR):
        assert set(prior) == set(CLASSES)
        assert abs(sum(prior.values()) - 1.0) < 0.01
        # a system that must not sleep: a missile is never rare among launches
        assert missile_probability(prior) >= 0.4 * launch_probability(prior)


@pytest.mark.parametrize("base", [BOOST, RADAR])
def test_probabilities_sum_to_one(base: dict[str, Any]) -> None:
    classes = classify(features(base)).classes
    assert set(classes) == set(CLASSES)
    assert abs(sum(classes.values()) - 1.0) < 1e-4
    assert missile_probability(classes) <= launch_probability(classes) <= 1.0 + 1e-4


def test_the_same_features_twice_are_no_new_evidence() -> None:
    assert classify(features()) == classify(features())


def test_what_climbs_under_power_was_launched() -> None:
    assert launch_probability(classify(features()).classes) > 0.95


def test_what_stays_at_its_place_is_a_fire() -> None:
    still = features(
        speed_m_s=20.0, across_m_s=5.0, across_sigma_m_s=20.0, inertial_speed_m_s=400.0, climb_m_s=0.0, thrust_m_s2=9.8,
        age_s=200.0, burning_s=200.0, height_m=500.0,
    )  # fmt: skip
    found = classify(still)
    assert found.best == "static_fire"
    assert launch_probability(found.classes) < 0.05


EVEN: dict[str, Any] = {
    **BOOST, "infrared_hits": 13, "satellites": 1, "age_s": 130.0, "burning_s": 130.0, "speed_m_s": 600.0,
    "speed_sigma_m_s": 60.0, "inertial_speed_m_s": 1000.0, "climb_m_s": 150.0, "climb_sigma_m_s": 300.0, "thrust_m_s2": 8.0,
    "thrust_sigma_m_s2": 12.0, "height_m": 12e3, "height_sigma_m": 30e3, "across_m_s": 600.0, "across_sigma_m_s": 120.0,
    "course_m_s2": 0.4, "course_sigma_m_s2": 0.5,
}  # fmt: skip


def test_what_flies_on_evenly_and_shines_is_an_aircraft() -> None:
    found = classify(features(EVEN))
    assert found.best == "aircraft"
    assert missile_probability(found.classes) < 0.05
    # two satellites that see it level and low say the same
    level = {"satellites": 2, "height_m": 11e3, "height_sigma_m": 500.0, "climb_m_s": 5.0, "climb_sigma_m_s": 30.0}
    assert classify(features(EVEN, **level)).classes["aircraft"] > 0.7


@pytest.mark.parametrize(
    "more",
    [
        {"course_m_s2": 12.0},
        {"across_m_s": 1800.0, "speed_m_s": 1900.0, "inertial_speed_m_s": 2200.0, "course_m_s2": 4.0},
        {"satellites": 2, "height_m": 60e3, "height_sigma_m": 2e3, "climb_m_s": 700.0, "climb_sigma_m_s": 50.0},
    ],
)
def test_no_aircraft_is_pushed_so_fast_or_so_high(more: dict[str, Any]) -> None:
    classes = classify(features(EVEN, **more)).classes
    assert classes["aircraft"] < 0.02
    assert launch_probability(classes) > 0.9


def test_a_young_plume_is_not_an_aircraft_because_it_is_slow() -> None:
    young = features(
        EVEN, infrared_hits=4, age_s=30.0, burning_s=35.0, course_m_s2=math.nan, course_sigma_m_s2=math.nan
    )
    assert classify(young).classes["aircraft"] < 0.2


def test_what_shines_where_there_is_no_air_has_a_motor() -> None:
    late = {
        "speed_m_s": 7200.0, "inertial_speed_m_s": 7500.0, "across_m_s": 7000.0, "climb_m_s": 200.0, "thrust_m_s2": 3.0,
        "height_m": 280e3, "first_m_s": 6800.0, "first_sigma_m_s": 70.0, "burning_s": 250.0,
        "perigee_m": -0.9e6,
    }  # fmt: skip
    assert classify(features(**late)).best == "reentering_body"
    found = classify(features(**late, shone_m=250e3))
    assert found.best == "space_launch"
    assert found.classes["reentering_body"] < 0.01
    # what falls from orbit glows from some 120 km down
    assert all(p.name != "shone above the air" for p in classify(features(**late, shone_m=120e3)).pieces)


def test_what_a_launcher_drops_is_no_missile_and_is_asked_without_it_where_it_falls_on_a_place() -> None:
    arc = {
        "apogee_m": 110e3,
        "arc_range_m": 430e3,
        "speed_m_s": 1900.0,
        "inertial_speed_m_s": 2200.0,
        "perigee_m": -6e6,
    }
    alone = classify(features(RADAR, **arc))
    assert missile_probability(alone.classes) > 0.8
    part = features(RADAR, **arc, carrier=0.98)
    told = classify(part)
    assert told.best == "space_launch"
    assert missile_probability(told.classes) < 0.5
    assert without_notice(part, told) == alone.classes
    assert all(p.name != CARRIER for p in classify(features(RADAR, **arc, carrier=0.4)).pieces)
    falls = features(RADAR, **arc, carrier=0.98, aim=0.3)
    without = without_notice(falls, classify(falls))
    assert missile_probability(without) > missile_probability(classify(falls).classes)
    assert without == classify(features(RADAR, **arc, aim=0.3)).classes
    # what was seen to burn speaks for itself
    assert all(p.name != CARRIER for p in classify(features(BOOST, carrier=0.98)).pieces)


def test_what_is_faster_than_any_orbit_and_sinks_is_a_meteor() -> None:
    fast = features(
        infrared_hits=4, age_s=3.0, burning_s=3.0, speed_m_s=18e3, inertial_speed_m_s=18e3, climb_m_s=-6e3, thrust_m_s2=0.0,
        across_m_s=15e3, speed_sigma_m_s=400.0, climb_sigma_m_s=300.0,
    )  # fmt: skip
    found = classify(fast)
    assert found.best == "meteor"
    assert launch_probability(found.classes) < 0.01


def test_an_object_in_orbit_is_a_satellite_and_one_thrown_from_place_to_place_a_missile() -> None:
    orbit = {"orbiting": 1.0, "perigee_m": 700e3, "apogee_m": 800e3, "inertial_speed_m_s": 7500.0, "speed_m_s": 7400.0}
    assert best(RADAR, **orbit) == "satellite"
    arc = {"orbiting": 0.0, "perigee_m": -4e6, "apogee_m": 1.2e6, "inertial_speed_m_s": 6900.0, "speed_m_s": 6900.0,
           "arc_range_m": 9.5e6}  # fmt: skip
    found = classify(features(RADAR, **arc))
    assert found.best == "ballistic_missile_intercontinental"
    assert missile_probability(found.classes) > 0.9


@pytest.mark.parametrize(
    ("range_m", "apogee_m", "speed", "name"),
    [
        (500e3, 120e3, 2100.0, "ballistic_missile_short_range"),
        (3000e3, 600e3, 4700.0, "ballistic_missile_intermediate_range"),
        (9500e3, 1200e3, 6900.0, "ballistic_missile_intercontinental"),
        (150e3, 800e3, 3700.0, "sounding_rocket"),
    ],
)
def test_the_shape_of_the_arc_tells_the_class(range_m: float, apogee_m: float, speed: float, name: str) -> None:
    assert best(RADAR, arc_range_m=range_m, apogee_m=apogee_m, inertial_speed_m_s=speed, speed_m_s=speed) == name


def test_near_orbital_speed_under_power_is_a_space_launch() -> None:
    fast = {"burning_s": 480.0, "age_s": 470.0, "speed_m_s": 7300.0, "inertial_speed_m_s": 7700.0, "thrust_m_s2": 25.0}
    found = classify(features(**fast, perigee_m=-0.5e6))
    assert found.best == "space_launch"
    assert missile_probability(found.classes) < 0.05


def test_what_is_thrown_steeply_at_near_orbital_speed_is_a_lofted_missile_and_no_launcher() -> None:
    # 11,200 km far and 4,050 km high; two satellites have its speed too high by two sigma
    lofted = {
        "burning_s": 216.0, "age_s": 240.0, "speed_m_s": 8000.0, "inertial_speed_m_s": 8290.0, "speed_sigma_m_s": 330.0,
        "climb_m_s": 5350.0, "climb_sigma_m_s": 300.0, "thrust_m_s2": 0.0, "off_s": 21.0, "powered": 0.0,
        "perigee_m": -4.35e6, "apogee_m": 2833e3, "arc_range_m": 10_249e3, "height_m": 553e3,
    }  # fmt: skip
    found = classify(features(**lofted))
    assert found.best == "ballistic_missile_intercontinental" and found.classes[found.best] > 0.8
    assert classify(features(**{**lofted, "perigee_m": -1.0e6})).best == "space_launch"


def test_a_slow_long_burn_is_more_of_a_space_launch_than_a_fast_short_one() -> None:
    slow = classify(features(burning_s=150.0, age_s=140.0, speed_m_s=1900.0, inertial_speed_m_s=2200.0)).classes
    quick = classify(features(burning_s=100.0, age_s=95.0, speed_m_s=2900.0, inertial_speed_m_s=3100.0)).classes
    assert slow["space_launch"] > 3.0 * quick["space_launch"]
    assert missile_probability(quick) > missile_probability(slow)


@pytest.mark.parametrize("vehicle", ["space_launch", "sounding_rocket", "ballistic_missile", "unknown"])
def test_the_weight_of_a_notification_is_bounded(vehicle: str) -> None:
    # it may be a lie: odds between any two classes move by at most a factor of twenty
    with_word, without = classify(features(notice=vehicle)).classes, classify(features()).classes
    for a in CLASSES:
        for b in CLASSES:
            if min(with_word[a], with_word[b], without[a], without[b]) > 1e-4:
                ratio = (with_word[a] / with_word[b]) / (without[a] / without[b])
                assert 1 / 21.0 < ratio < 21.0, (a, b)


@pytest.mark.parametrize("vehicle", ["space_launch", "ballistic_missile", ""])
def test_leaving_out_the_notification_is_never_having_had_it(vehicle: str) -> None:
    told = features(notice=vehicle)
    assert without_notice(told, classify(told)) == classify(features()).classes


def test_a_mirror_shines_to_one_side_a_plume_to_all() -> None:
    alone = {
        "satellites": 1,
        "glint_angle_rad": math.radians(1.0),
        "speed_sigma_m_s": 5000.0,
        "across_m_s": 20.0,
        "steady": 0.5,
    }
    seen = classify(features(silent_satellites=2, **alone)).classes
    unseen = classify(features(silent_satellites=0, **alone)).classes
    assert seen["glint"] > 0.5
    assert launch_probability(seen) < 0.1 * launch_probability(unseen) + 0.01
    both = classify(features(**{**alone, "satellites": 2, "glint_angle_rad": math.nan})).classes
    assert both["glint"] < seen["glint"]


def test_every_piece_gives_a_likelihood_to_every_class() -> None:
    for base in (BOOST, RADAR):
        for notice in ("", "space_launch"):
            for make in PIECES:
                piece = make(features(base, notice=notice))
                if piece is not None:
                    assert set(piece.likelihood) == set(CLASSES), piece.name
                    assert all(0.0 < v <= 1.0 for v in piece.likelihood.values()), piece.name
                    assert piece.value and piece.name


def test_the_evidence_is_kept_in_order_of_weight_with_its_looks() -> None:
    rows = explain(classify(features()), ("s/x/1/0", "s/x/2/0"))
    weights = [abs(math.log(max(float(str(r["ratio"])), 1e-9))) for r in rows]
    assert weights == sorted(weights, reverse=True)
    assert len(rows) >= 4
    assert all(r["looks"] == ["s/x/1/0", "s/x/2/0"] for r in rows)


LOFTED = {**RADAR, "infrared_hits": 12, "satellites": 2, "burning_s": 100.0, "off_s": 150.0, "apogee_m": 520e3,
          "arc_range_m": 350e3, "inertial_speed_m_s": 2300.0, "climb_m_s": 900.0, "perigee_m": -6.2e6}  # fmt: skip


def test_a_steep_arc_onto_a_protected_place_is_no_sounding_rocket() -> None:
    elsewhere = classify(features(LOFTED, aim=0.0)).classes
    onto = classify(features(LOFTED, aim=1.0)).classes
    assert elsewhere["sounding_rocket"] > 0.5
    assert missile_probability(onto) > 0.9
    # the word of the place alone is bounded
    ratio = onto["sounding_rocket"] / missile_probability(onto)
    before = elsewhere["sounding_rocket"] / missile_probability(elsewhere)
    assert 0.005 < ratio / before < 0.02


def test_what_falls_from_its_apogee_unlit_is_no_launcher() -> None:
    rising = classify(features(LOFTED, arc_range_m=2500e3, apogee_m=700e3)).classes
    falling = classify(features(LOFTED, arc_range_m=2500e3, apogee_m=700e3, climb_m_s=-900.0)).classes
    assert falling["space_launch"] < 0.1 * rising["space_launch"]


def test_what_comes_down_from_orbit_is_no_missile() -> None:
    decay = {**RADAR, "inertial_speed_m_s": 7790.0, "speed_m_s": 7500.0, "height_m": 120e3, "apogee_m": 150e3,
             "perigee_m": 30e3, "orbiting": 0.0, "climb_m_s": -100.0, "arc_range_m": 4000e3}  # fmt: skip
    classes = classify(features(decay)).classes
    assert classes["reentering_body"] > 0.75 and missile_probability(classes) < 0.05
    # an arc of 10,000 km has 0.83 of the energy of a circle there
    depressed = {**decay, "inertial_speed_m_s": 7200.0, "apogee_m": 280e3, "perigee_m": -900e3, "arc_range_m": 8000e3}
    assert missile_probability(classify(features(depressed)).classes) > 0.3


STANDING: dict[str, Any] = {
    **BOOST, "satellites": 1, "thrust_m_s2": 1.0, "thrust_sigma_m_s2": 15.0, "steady": 0.0, "speed_m_s": 300.0,
    "speed_sigma_m_s": 290.0, "inertial_speed_m_s": 500.0, "climb_m_s": 20.0, "climb_sigma_m_s": 250.0,
    "height_sigma_m": 2e5, "across_m_s": 280.0, "across_sigma_m_s": 290.0, "age_s": 60.0, "burning_s": 60.0,
}  # fmt: skip
MALMSTROM_1983: dict[str, float] = {"glint_angle_rad": math.radians(37), "scatter_angle_rad": math.radians(44)}


def test_light_turned_forward_at_a_cloud_is_a_glint_as_a_mirror_is() -> None:
    """1983: the satellite stood 37 deg from the mirrored Sun, and the light was turned by 44 deg."""
    angles = {"nothing": math.pi, "mirror": math.radians(4), "forward": math.radians(44), "behind": math.radians(128)}
    none = classify(features(STANDING, glint_angle_rad=math.pi, scatter_angle_rad=math.pi)).classes["glint"]
    mirror = classify(features(STANDING, glint_angle_rad=angles["mirror"], scatter_angle_rad=angles["behind"])).classes
    forward = classify(features(STANDING, **MALMSTROM_1983)).classes
    backward = classify(
        features(STANDING, glint_angle_rad=math.radians(60), scatter_angle_rad=angles["behind"])
    ).classes
    assert forward["glint"] == pytest.approx(mirror["glint"])
    assert forward["glint"] > 10.0 * max(none, backward["glint"])
    # by chance one line of sight in five lies so: what climbs under power among sunlit cloud is a launch all the same
    assert launch_probability(classify(features(satellites=1, **MALMSTROM_1983)).classes) > 0.9


def test_what_shines_for_minutes_and_hardly_moves_was_not_launched() -> None:
    slow = {**STANDING, "burning_s": 300.0, "age_s": 300.0, "speed_m_s": 150.0}
    fast_enough = {**STANDING, "burning_s": 100.0, "age_s": 100.0, "speed_m_s": 700.0}
    assert launch_probability(classify(features(slow, speed_sigma_m_s=60.0)).classes) < 0.2
    # the slowest start of a Falcon 9 over its first minute: 4.3 m/s2
    at_60 = {
        **BOOST,
        "burning_s": 60.0,
        "speed_m_s": 258.0,
        "speed_sigma_m_s": 20.0,
        "thrust_m_s2": 6.0,
        "climb_m_s": 230.0,
    }
    assert launch_probability(classify(features(at_60)).classes) > 0.9
    slow_piece = next(p for p in classify(features(fast_enough)).pieces if p.name == "mean acceleration")
    assert slow_piece.likelihood["space_launch"] == 1.0


def test_a_burnout_may_be_that_of_a_first_stage() -> None:
    assert may_follow(0.0) == may_follow(10.0) == pytest.approx(1.0)
    # Epsilon's second stage lights 47 s after the first has burnt out
    assert 0.25 < may_follow(47.0) < 0.4
    assert all(may_follow(d) > may_follow(d + 5.0) >= 0.25 for d in range(10, 200, 5))
    # whole burns: a Falcon's first stage gains 15 m/s2, a missile of that range 26 m/s2
    burnt = {**BOOST, "powered": 0.0, "off_s": 30.0, "age_s": 90.0, "climb_m_s": 600.0, "speed_sigma_m_s": 150.0}
    stage = classify(features(burnt, burning_s=158.0, speed_m_s=2360.0, inertial_speed_m_s=2700.0)).classes
    missile = classify(features(burnt, burning_s=95.0, speed_m_s=2500.0, inertial_speed_m_s=2800.0)).classes
    assert missile_probability(stage) < 2.5 * stage["space_launch"]
    assert missile_probability(missile) > 50.0 * missile["space_launch"]


def test_a_plume_that_shone_just_now_burns_whatever_a_radar_follows() -> None:
    lit = features(radar_hits=10, powered=0.0, thrust_m_s2=0.0, unlit_s=8.0)
    assert burns(lit)
    for more in ({"unlit_s": 30.0}, {"off_s": 3.0}, {"climb_m_s": -200.0}, {"braked": 5.0}):
        assert not burns(features(**{"radar_hits": 10, "powered": 0.0, "thrust_m_s2": 0.0, "unlit_s": 8.0, **more}))
    assert burns(features(RADAR, driven=True))
    names = {p.name for p in classify(features(RADAR, driven=True, arc_range_m=2e6)).pieces}
    assert not names & {"free arc", "shape of the arc"}


def test_one_satellite_tells_a_launch_towards_the_point_below_it_by_how_far_it_has_gone() -> None:
    still = {"satellites": 1, "across_m_s": 300.0, "across_sigma_m_s": 180.0, "age_s": 80.0, "steady": 1.0}
    assert runs_away(features(**still, gone_m=32e3, gone_sigma_m=2.9e3))
    assert not runs_away(features(**still, gone_m=26e3, gone_sigma_m=2.9e3))
    assert not runs_away(features(**{**still, "satellites": 2}, gone_m=32e3, gone_sigma_m=2.9e3))


def test_how_it_gained_speed_is_not_forgotten_while_it_coasts() -> None:
    # 2.3 km/s in 158 s, as a Falcon 9 at the end of its first stage; a coast says nothing else of that burn
    burn = {
        **BOOST, "burning_s": 158.0, "age_s": 150.0, "powered": 0.0,
        "climb_m_s": 600.0, "speed_m_s": 2100.0, "speed_sigma_m_s": 200.0,
    }  # fmt: skip
    just = classify(features(burn, off_s=39.0, inertial_speed_m_s=2450.0, speed_m_s=2300.0))
    later = classify(features(burn, off_s=41.0, inertial_speed_m_s=2300.0, burnout=(2300.0, 200.0, 2600.0)))
    forgotten = classify(features(burn, off_s=41.0, inertial_speed_m_s=2300.0))
    assert missile_probability(later.classes) == pytest.approx(missile_probability(just.classes), abs=0.02)
    assert missile_probability(forgotten.classes) > missile_probability(later.classes) + 0.1


def test_what_air_has_slowed_out_of_orbit_is_no_missile() -> None:
    # 80 km high, 7.6 km/s: a decaying body as a radar sees it pass; it loses speed, which a filter takes for a drive
    low = {"height_m": 80e3, "climb_m_s": -100.0, "climb_sigma_m_s": 30.0, "speed_m_s": 7200.0, "perigee_m": -700e3,
           "inertial_speed_m_s": 7590.0, "apogee_m": 92e3, "arc_range_m": 9e6}  # fmt: skip
    for driven in ({"powered": 0.0}, {"powered": 0.95, "thrust_m_s2": -4.0}):
        assert missile_probability(classify(features(RADAR, **low, **driven)).classes) < 0.05


@pytest.mark.parametrize(
    ("apogee_m", "speed_m_s", "range_m"),
    [(95e3, 5050.0, 1.85e6), (180e3, 5500.0, 3.0e6), (290e3, 6900.0, 7.4e6)],
)
def test_a_missile_on_a_depressed_arc_stays_one(apogee_m: float, speed_m_s: float, range_m: float) -> None:
    # Gronlund & Wright 1992, Science and Global Security 3, 101: apogees of depressed arcs; speeds of such ellipses
    low = {"height_m": 80e3, "climb_m_s": 300.0, "climb_sigma_m_s": 30.0, "speed_m_s": speed_m_s, "perigee_m": -3e6,
           "inertial_speed_m_s": speed_m_s, "apogee_m": apogee_m, "arc_range_m": range_m}  # fmt: skip
    assert missile_probability(classify(features(RADAR, **low)).classes) > 0.5


def test_what_shines_and_loses_speed_comes_down() -> None:
    fast = {"infrared_hits": 8, "satellites": 1, "age_s": 40.0, "burning_s": 40.0, "thrust_sigma_m_s2": 14.0,
            "speed_sigma_m_s": 250.0, "climb_m_s": 900.0, "climb_sigma_m_s": 1600.0, "speed_m_s": 3200.0}  # fmt: skip
    falling = launch_probability(classify(features(**fast, thrust_m_s2=-75.0)).classes)
    coasting = launch_probability(classify(features(**fast, thrust_m_s2=-9.0)).classes)
    assert falling < 0.5 * coasting


def test_first_looks_alone_tell_what_slows_down() -> None:
    # the filter still believes in thrust: the growth of speed across the sight does not
    young = {
        "infrared_hits": 6,
        "satellites": 1,
        "age_s": 30.0,
        "burning_s": 30.0,
        "thrust_m_s2": 5.0,
        "gain_sigma_m_s2": 4.0,
    }
    assert launch_probability(classify(features(**young, gain_m_s2=-35.0)).classes) < 0.5
    assert launch_probability(classify(features(**young, gain_m_s2=-15.0)).classes) > 0.9
    assert launch_probability(classify(features(**young, gain_m_s2=30.0)).classes) > 0.9


def test_what_is_fast_when_it_first_shines_comes_down() -> None:
    slow, fast = (
        classify(features(first_m_s=v, first_sigma_m_s=100.0, climb_m_s=-100.0, thrust_m_s2=0.0)).classes
        for v in (900.0, 5000.0)
    )
    assert fast["reentering_body"] / missile_probability(fast) > 15.0 * slow["reentering_body"] / missile_probability(
        slow
    )


def test_a_launch_seen_late_is_left_one_in_twenty() -> None:
    piece = next(
        p for p in classify(features(first_m_s=7000.0, first_sigma_m_s=50.0)).pieces if "first light" in p.name
    )
    assert all(piece.likelihood[c] == 0.05 for c in LAUNCHES)
    assert not any("first light" in p.name for p in classify(features()).pieces)  # not known, not asked


def test_only_what_was_slow_at_first_runs_away_as_a_launch_does() -> None:
    away: dict[str, Any] = {
        "satellites": 1, "age_s": 20.0, "infrared_hits": 5, "steady": 1.0, "across_m_s": 3000.0, "across_sigma_m_s": 200.0,
    }  # fmt: skip
    assert runs_away(features(**away))
    assert runs_away(features(**away, first_m_s=3000.0, first_sigma_m_s=100.0))
    assert not runs_away(features(**away, first_m_s=4500.0, first_sigma_m_s=100.0))


def test_stages_of_missiles_follow_each_other_within_seconds() -> None:
    def of(gap: float) -> tuple[float, float, float]:
        found = classify(features(gap_s=gap)).classes
        return missile_probability(found), found["sounding_rocket"], found["space_launch"]

    plain, short, long = of(0.0), of(11.0), of(35.0)
    assert short == pytest.approx(plain, abs=1e-3)
    assert long[0] / long[1] < 0.06 * plain[0] / plain[1]
    assert long[0] / long[2] < 0.2 * plain[0] / plain[2]


def test_what_braked_once_for_sure_has_not_forgotten_it() -> None:
    slowed: dict[str, Any] = {
        "powered": 0.0, "off_s": 20.0, "thrust_m_s2": 0.0, "climb_m_s": -400.0, "perigee_m": -5.8e6, "apogee_m": 90e3,
        "arc_range_m": 9e5, "inertial_speed_m_s": 3300.0, "speed_m_s": 3200.0, "height_m": 60e3,
    }  # fmt: skip
    assert best(**slowed, braked=4.0) == "reentering_body"
    assert missile_probability(classify(features(**slowed, braked=3.9)).classes) > 0.5


def test_the_arc_on_which_it_came_says_what_it_is() -> None:
    slowed: dict[str, Any] = {
        "powered": 0.0, "off_s": 20.0, "thrust_m_s2": 0.0, "climb_m_s": -60.0, "inertial_speed_m_s": 6450.0, "height_m": 70e3,
        "speed_sigma_m_s": 600.0,
    }  # fmt: skip
    came: dict[str, Any] = {
        "perigee_m": -2e3, "apogee_m": 112e3, "arc_range_m": math.nan, "orbiting": 0.0, "came_m_s": 7832.0,
        "came_height_m": 98e3, "came_sigma_m_s": 16.0,
    }  # fmt: skip
    assert missile_probability(classify(features(**slowed, **came)).classes) < 0.01
    assert (
        missile_probability(classify(features(**slowed, perigee_m=-3e6, apogee_m=97e3, arc_range_m=3.2e6)).classes)
        > 0.75
    )


def test_what_is_flatter_than_anything_thrown_comes_down_from_orbit() -> None:
    debris: dict[str, Any] = {
        **RADAR, "climb_m_s": -150.0, "inertial_speed_m_s": 7090.0, "height_m": 72e3, "perigee_m": -1.9e6, "apogee_m": 101e3,
        "arc_range_m": 4.6e6,
    }  # fmt: skip
    assert missile_probability(classify(features(debris)).classes) > 0.5
    assert classify(features(debris, flat=46.0)).best == "reentering_body"
    assert missile_probability(classify(features(debris, flat=46.0)).classes) < 0.05
    # the flattest that was ever studied, what was seen to burn, and what glides far better than pieces do
    assert missile_probability(classify(features(debris, flat=21.0)).classes) > 0.5
    assert (
        classify(features(debris, flat=46.0, infrared_hits=6)).classes
        == classify(features(debris, infrared_hits=6)).classes
    )
    glides = Lift(20.0, 1.0, 2.5, 60.0)
    assert classify(features(debris, flat=46.0, lift=glides)).classes == classify(features(debris, lift=glides)).classes
    # above the air nothing has slowed it yet: no deorbiting satellite comes down on an arc that lies so deep
    above = {**debris, "height_m": 300e3, "apogee_m": 424e3, "arc_range_m": 10.8e6}
    assert missile_probability(classify(features(above, flat=34.0, perigee_m=-1.6e6)).classes) > 0.5
    assert classify(features(above, flat=46.0, perigee_m=-0.3e6)).best == "reentering_body"


# a flight of 1,090 km and 6,250 km of apogee: 7.1 km/s at burnout, 7.7 km/s as it comes down
STEEP: dict[str, Any] = {
    **BOOST, "radar_hits": 20, "infrared_hits": 60, "powered": 0.0, "burning_s": 270.0, "off_s": 3900.0, "thrust_m_s2": 0.0,
    "speed_m_s": 7650.0, "inertial_speed_m_s": 7690.0, "speed_sigma_m_s": 5.0, "climb_m_s": -7500.0, "climb_sigma_m_s": 5.0,
    "height_m": 150e3, "perigee_m": -6.2e6, "apogee_m": 6.25e6, "arc_range_m": 1.09e6,
}  # fmt: skip


def test_what_comes_down_fast_did_not_burn_fast() -> None:
    burnt = features(STEEP, burnout=(7000.0, 20.0, 7050.0), rose=True)
    found = classify(burnt)
    assert found.best == "ballistic_missile_intercontinental" and found.classes[found.best] > 0.9
    # without the memory of its burn it is taken for a launcher, or for what falls from orbit
    assert classify(features(STEEP, perigee_m=-1.5e6)).classes[found.best] < 0.5


def test_the_class_of_a_steep_flight_is_that_of_its_reach() -> None:
    # sphere without air: from 3.02 km/s 1,000 km, from 6.07 km/s 5,500 km at the most (domain facts C.3), straight up v^2 / 2g
    assert reach(1000e3, 240e3) == pytest.approx(1000e3, rel=0.01)
    assert reach(5500e3, 1041e3) == pytest.approx(5500e3, rel=0.01)
    assert reach(10e3, 100e3) == pytest.approx(200e3, rel=0.05)
    assert reach(787e3, 2111e3) == pytest.approx(4500e3, rel=0.1)
    burn = {"burnout": (5400.0, 20.0, 5500.0), "rose": True, "burning_s": 150.0, "inertial_speed_m_s": 5600.0}
    lofted = classify(features(STEEP, **burn, apogee_m=2.11e6, arc_range_m=787e3))
    assert lofted.best == "ballistic_missile_intermediate_range"


def test_no_class_reaches_farther_than_it_does_and_many_are_flown_for_less() -> None:
    def short(sigma_m_s: float, range_m: float, apogee_m: float) -> float:
        f = features(RADAR, arc_range_m=range_m, apogee_m=apogee_m, speed_sigma_m_s=sigma_m_s)
        piece = next(p for p in PIECES if p(f) is not None and p(f).name == "shape of the arc")(f)  # type: ignore[union-attr]
        assert piece is not None
        ratios = piece.likelihood
        return ratios["ballistic_missile_short_range"] / ratios["ballistic_missile_intermediate_range"]

    # Pukguksong-2 of 2017: 500 km far, 550 km high, the energy of 1,160 km
    assert short(5.0, 500e3, 550e3) < 0.2 < 0.8 < short(400.0, 500e3, 550e3)
    assert short(5.0, 800e3, 210e3) < 3.0  # a quarter less than the least
    # Hwasong-19 of 2024: 1,001 km far, 7,687 km high
    assert best(RADAR, arc_range_m=1001e3, apogee_m=7687e3) == "ballistic_missile_intercontinental"


def test_an_arc_within_the_air_keeps_the_shape_it_had() -> None:
    low: dict[str, Any] = {
        **BOOST, "radar_hits": 60, "infrared_hits": 30, "powered": 0.0, "burning_s": 80.0, "off_s": 100.0, "thrust_m_s2": 0.0,
        "speed_m_s": 850.0, "inertial_speed_m_s": 860.0, "speed_sigma_m_s": 20.0, "climb_m_s": -350.0, "climb_sigma_m_s": 10.0,
        "height_m": 12e3, "perigee_m": -6.3e6, "apogee_m": 13e3, "arc_range_m": 50e3, "burnout": (1600.0, 10.0, 1750.0),
        "rose": True,
    }  # fmt: skip
    assert classify(features(low, flown=(31e3, 300e3))).best == "ballistic_missile_short_range"
    assert features(low, flown=(31e3, 300e3)).shape == (31e3, 300e3)
    assert features(low, flown=(31e3, 300e3), height_m=100e3).shape == (13e3, 50e3), "above the air it is what it is"
    assert features(low).shape == (13e3, 50e3)


def test_a_light_is_aloft_by_three_satellites_or_two_that_saw_it_twice_three_sigma_above_the_ground() -> None:
    young: dict[str, Any] = {"infrared_hits": 3, "satellites": 3, "crossed": 1, "height_m": 10e3, "height_sigma_m": 2e3}
    assert shines_aloft(features(**young))
    assert shines_aloft(features(**{**young, "satellites": 2, "crossed": 2}))
    assert not shines_aloft(features(**{**young, "satellites": 2}))  # one look across may be of another light
    assert not shines_aloft(features(**{**young, "satellites": 1, "crossed": 0}))
    assert not shines_aloft(features(**{**young, "height_sigma_m": 2.4e3}))
    assert not shines_aloft(features(**{**young, "height_m": 8.9e3}))
    # a stage that comes back to land shines aloft, too
    assert not shines_aloft(features(**{**young, "climb_m_s": -1.0}))


@pytest.mark.parametrize("range_km", [100.0, 1000.0, 3000.0, 8000.0, 12_000.0, 18_000.0])
def test_the_arc_of_least_energy_is_as_high_as_the_one_that_reaches_no_farther(range_km: float) -> None:
    # `reach` of the highest of all arcs to a place: it is least where that arc's energy is
    least = least_apogee(range_km * 1e3)
    assert reach(range_km * 1e3, least) == pytest.approx(range_km * 1e3, rel=1e-6)
    for other in (0.9, 1.1):
        assert reach(range_km * 1e3, other * least) > range_km * 1e3 * (1.0 + 1e-5)


def test_the_arc_of_a_launcher_whose_last_stage_is_still_to_come_is_flat() -> None:
    # half an hour of coast, as fast and as flat as two stages of a small launcher leave it
    spent: dict[str, Any] = {
        "off_s": 150.0, "powered": 0.0, "thrust_m_s2": 0.0, "burning_s": 310.0, "burnout": (6900.0, 60.0, 7250.0),
        "inertial_speed_m_s": 7250.0, "speed_m_s": 6900.0, "climb_m_s": 500.0, "perigee_m": -1.1e6,
        "arc_range_m": 11.6e6, "apogee_m": 340e3,
    }  # fmt: skip
    flat = classify(features(**spent)).classes
    depressed = classify(features(**{**spent, "apogee_m": 0.62 * least_apogee(11.6e6)})).classes
    assert missile_probability(flat) < 0.6
    assert missile_probability(depressed) > 0.85
    # one that comes to a protected place stands higher than any launcher that clears the ground under it
    assert (
        missile_probability(classify(features(**{**spent, "apogee_m": 0.62 * least_apogee(11.6e6)}, aim=0.9)).classes)
        > 0.95
    )


def test_how_long_it_burns_tells_the_classes_apart() -> None:
    def after(seconds: float, **known: Any) -> dict[str, float]:
        return classify(features(BOOST, burning_s=seconds, infrared_hits=12, **known)).classes

    short, far = "ballistic_missile_short_range", "ballistic_missile_intercontinental"
    # Scud-B 62 s, Nodong 95 s, Minuteman III 180 s, Titan II 330 s: what still burns has outlived the shorter ones
    burning = [after(t)[short] / after(t)[far] for t in (50.0, 80.0, 110.0, 140.0)]
    assert all(a > 1.3 * b for a, b in pairwise(burning))
    ended = [after(t, powered=0.0, off_s=30.0) for t in (62.0, 95.0, 180.0, 300.0)]
    assert [max((short, far), key=c.__getitem__) for c in ended] == [short, short, far, far]
    # between two stages nothing has ended
    gap, whole = after(65.0, powered=0.0, off_s=3.0), after(65.0, powered=0.0, off_s=30.0)
    assert gap[far] / gap[short] > 4.0 * whole[far] / whole[short]


def slow(beta: float, share: float = 0.05, **more: Any) -> dict[str, float]:
    """Return the classes of a radar's track, first seen low in the air, with a ballistic coefficient known to a share."""
    low: dict[str, Any] = {
        "perigee_m": -4.2e6,
        "apogee_m": 66e3,
        "arc_range_m": 1.7e6,
        "height_m": 57e3,
        "climb_m_s": -300.0,
    }
    return classify(features(RADAR, **low, lightness=(1.0 / beta, share / beta), **more)).classes


def test_what_air_slows_much_is_no_head_of_a_missile() -> None:
    unknown = classify(features(RADAR, perigee_m=-4.2e6, apogee_m=66e3, arc_range_m=1.7e6, height_m=57e3)).classes
    assert missile_probability(slow(5000.0)) > missile_probability(unknown) > 0.9
    assert missile_probability(slow(600.0)) > 0.7  # its stages are lighter
    assert missile_probability(slow(130.0)) < 0.8


def test_drag_says_nothing_before_it_is_known_nor_by_satellites_nor_of_what_glides() -> None:
    def names(**more: Any) -> set[str]:
        return {p.name for p in classify(features(RADAR, **more)).pieces}

    told = (1.0 / 130.0, 0.05 / 130.0)
    assert "slowed by the air" in names(lightness=told)
    assert "slowed by the air" not in names(lightness=(2.3e-4, 1.2e-4))
    assert "slowed by the air" not in names(lightness=told, radar_hits=3)
    assert "slowed by the air" not in names(lightness=told, lift=Lift(20.0, 1.0, 1.0, 30.0))
    assert "slowed by the air" not in names()


def test_a_satellite_first_seen_in_the_air_is_one_by_the_arc_on_which_it_came() -> None:
    came: dict[str, Any] = {"came_m_s": 7650.0, "came_height_m": 85e3, "came_sigma_m_s": 30.0}
    low: dict[str, Any] = {
        "perigee_m": -500e3,
        "apogee_m": 93e3,
        "arc_range_m": 9e6,
        "height_m": 57e3,
        "climb_m_s": -300.0,
    }
    found = classify(features(RADAR, **low, **came, lightness=(1.0 / 130.0, 1e-4))).classes
    assert missile_probability(found) < 0.01


DROPPED: dict[str, Any] = {
    **BOOST, "radar_hits": 30, "powered": 0.0, "off_s": 60.0, "unlit_s": 60.0, "thrust_m_s2": 0.0, "apogee_m": 150e3,
    "arc_range_m": 6e5, "climb_m_s": 300.0, "speed_m_s": 1900.0, "inertial_speed_m_s": 2100.0, "burning_s": 95.0,
    "burnout": (2000.0, 20.0, 2200.0), "aim": 0.95,
}  # fmt: skip


def test_a_lower_stage_is_of_the_class_of_what_burns_on_above_it() -> None:
    alone = classify(features(DROPPED)).classes
    assert missile_probability(alone) > 0.9
    launcher = {c: 0.97 if c == "space_launch" else 0.03 / (len(CLASSES) - 1) for c in CLASSES}
    told = classify(features(DROPPED, vehicle=launcher))
    assert told.classes["space_launch"] == pytest.approx(
        STAGED * 0.97 + (1.0 - STAGED) * alone["space_launch"], abs=0.03
    )
    assert told.pieces[-1].name == STAGE
    # but what is measured of it alone is kept: nothing that falls on a place is below `possible` for it
    assert without_notice(features(DROPPED, vehicle=launcher), told) == alone
    missile = {c: 0.97 if c == "ballistic_missile_intercontinental" else 0.03 / (len(CLASSES) - 1) for c in CLASSES}
    assert classify(features(DROPPED, vehicle=missile)).best == "ballistic_missile_intercontinental"


def test_what_a_first_burn_has_told_is_known_of_the_second() -> None:
    plain = classify(features()).classes
    neutral = classify(features(earlier=dict(PRIOR_INFRARED))).classes
    assert neutral == pytest.approx(plain, abs=2e-3)
    launcher = {c: 0.97 if c == "space_launch" else 0.03 / (len(CLASSES) - 1) for c in CLASSES}
    told = classify(features(earlier=launcher)).classes
    assert told["space_launch"] / missile_probability(told) > 20.0 * plain["space_launch"] / missile_probability(plain)


def test_while_a_next_stage_is_due_its_arc_says_nothing_against_a_launcher() -> None:
    assert stage_due(0.0) == stage_due(STAGE_GAP_S) == 1.0
    assert stage_due(STAGE_GAP_S + STAGES_FOLLOW_S) == pytest.approx(math.exp(-1.0))
    just, long = (classify(features(DROPPED, off_s=t, unlit_s=t)).classes for t in (5.0, 60.0))
    assert just["space_launch"] > 5.0 * long["space_launch"]
    assert missile_probability(long) > 0.9


def test_a_word_about_a_missile_is_a_word_about_a_launch_and_makes_no_alarm() -> None:
    plain, told = (classify(features(notice=n)).classes for n in ("", "ballistic_missile"))
    assert missile_probability(told) / told["space_launch"] == pytest.approx(
        missile_probability(plain) / plain["space_launch"], rel=1e-3
    )
    assert launch_probability(told) > launch_probability(plain)

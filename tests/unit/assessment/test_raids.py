"""Raids: which launches are one event, how many objects it has, when its level may change."""

from typing import Any

from tocsin.assessment.raids import (
    FALL_AFTER_S,
    GROWING_S,
    LEVEL_PAUSE_S,
    SAME_LAUNCH_M,
    SAME_LAUNCH_S,
    SAME_RAID_S,
    WITHDRAW_AFTER_S,
    Member,
    RaidEvent,
    carried_to_orbit,
    next_level,
    same_launch,
    same_raid,
    wanted_level,
)
from tocsin.core.constants import NS

T0 = 1_700_000_000 * NS


def member(number: int = 1, level: str = "tracked", at: float = 0.0, **more: Any) -> Member:
    time = T0 + round(at * NS)
    given: dict[str, Any] = {
        "number": number, "track": f"T{number}", "level": level, "joined": time, "first_seen": time,
        "last_seen": time,
        "launch_time": time, "launch_place": (0.6, 0.1), "worst": level,
    }  # fmt: skip
    return Member(**{**given, **more})


def event(*members: Member, level: str = "tracked", changed: int = 0) -> RaidEvent:
    return RaidEvent(1, T0, level=level, changed=changed, members={m.number: m for m in members})


def at(seconds: float) -> int:
    return T0 + round(seconds * NS)


# ------------------------------------------------------------------------------------------------------ grouping
def test_launches_near_in_time_and_place_are_one_event() -> None:
    one = event(member())
    assert same_launch(one, at(SAME_LAUNCH_S), (0.6, 0.1), SAME_LAUNCH_M)
    assert not same_launch(one, at(SAME_LAUNCH_S + 1), (0.6, 0.1), 0.0)
    assert not same_launch(one, at(0), (0.6, 0.1), SAME_LAUNCH_M + 1.0)
    assert same_launch(one, at(0), None, 0.0) is False
    one.closed = True
    assert same_launch(one, at(0), (0.6, 0.1), 0.0) is False


def test_the_time_of_a_launch_counts_not_that_of_its_first_sight() -> None:
    late = event(member(at=300.0, launch_time=at(0)))
    assert same_launch(late, at(0), (0.6, 0.1), 0.0)
    assert not same_launch(late, at(300), (0.6, 0.1), 0.0)
    # as long as it is not known, the first sight stands for it
    unknown = event(member(at=300.0, launch_time=0))
    assert same_launch(unknown, at(300), (0.6, 0.1), 0.0)


def test_two_events_are_one_raid_only_where_both_threaten_at_about_one_time() -> None:
    one, two = event(member(threat=True)), event(member(2, at=SAME_RAID_S, threat=True))
    assert same_raid(one, two) and same_raid(two, one)
    assert not same_raid(one, event(member(2, at=SAME_RAID_S + 1, threat=True)))
    assert not same_raid(one, event(member(2, at=0.0, threat=False)))
    two.closed = True
    assert same_raid(one, two) is False


# -------------------------------------------------------------------------------------------------------- counts
def test_one_launch_that_threatens_nobody_is_one_object() -> None:
    count = event(member()).count()
    assert (count.low, count.best, count.high) == (1, 1, 1)


def test_a_spent_stage_beside_a_missile_is_no_missile_more_but_may_be_one() -> None:
    missile = member(1, "probable", threat=True, p_missile=0.95)
    stage = member(2, "confirmed", threat=True, p_missile=0.95, beside=True)
    count = event(missile, stage).count()
    assert (count.low, count.best, count.high) == (1, 1, 2)
    stage.beside = False
    assert event(missile, stage).count().best == 2
    # alone it threatens as any other
    assert event(member(2, "confirmed", threat=True, p_missile=0.95, beside=True)).count().best == 1


def test_what_radars_follow_at_once_is_there_though_no_look_showed_it_side_by_side() -> None:
    raid = event(*(member(k, "possible", threat=True, p_missile=0.95) for k in range(1, 31)))
    assert raid.count().low == 1
    raid.tally.apart = 9
    assert (raid.count().low, raid.count().best) == (9, 30)


def test_only_whole_likely_threats_are_likely() -> None:
    raid = event(
        member(1, "possible", threat=True, p_missile=0.95),
        member(2, "possible", threat=True, p_missile=0.95, beside=True),
        member(3, "tracked", threat=True, p_missile=0.95),
        member(4, "possible", threat=True, p_missile=0.4),
        member(5, "possible", p_missile=0.95),
    )
    assert [m.number for m in raid.likely()] == [1]


def test_counts_are_ordered_and_hold_what_is_sure() -> None:
    members = [
        member(1, "probable", threat=True, p_missile=0.95),
        member(2, "confirmed", threat=True, p_missile=0.99),
        member(3, "possible", threat=True, p_missile=0.6),
        member(4, "possible", threat=True, p_missile=0.2),
        member(5, "tracked", p_missile=0.1),
    ]
    count = event(*members).count()
    assert (count.low, count.best, count.high) == (1, 3, 5)
    for n in range(1, 6):
        part = event(*members[:n]).count()
        assert 1 <= part.low <= part.best <= part.high == n


def test_an_object_that_was_sure_stays_counted_after_it_has_ended() -> None:
    count = event(member(1, "confirmed", threat=True, p_missile=0.99, ended="fell"), member(2, "noticed")).count()
    assert count.low == 1 and count.best == 1


# -------------------------------------------------------------------------------------------------------- levels
def test_the_level_wanted_is_the_highest_of_those_that_live() -> None:
    assert wanted_level(event(member(1, "tracked"), member(2, "probable"), member(3, "possible")), T0) == "probable"
    assert wanted_level(event(member(1, "tracked"), member(2, "probable", ended="fell")), T0) == "tracked"
    assert wanted_level(event(member(1, ended="fell")), T0) == ""


def test_a_level_rises_at_once_but_not_twice_within_the_pause() -> None:
    assert next_level(event(member(level="possible")), T0)[0] == "possible"
    risen = event(member(level="probable"), level="possible", changed=T0)
    assert next_level(risen, at(LEVEL_PAUSE_S) - 1)[0] == "possible"
    assert next_level(risen, at(LEVEL_PAUSE_S))[0] == "probable"


def test_a_level_falls_only_when_evidence_has_stayed_low() -> None:
    one = event(member(level="possible"), level="probable", changed=T0)
    assert next_level(one, at(100))[0] == "probable"
    assert next_level(one, at(100 + FALL_AFTER_S) - 1)[0] == "probable"
    assert next_level(one, at(100 + FALL_AFTER_S)) == ("possible", "evidence has fallen")


def test_evidence_that_comes_back_starts_the_wait_again() -> None:
    one = event(member(level="possible"), level="probable", changed=T0)
    assert next_level(one, at(100))[0] == "probable"
    one.members[1].level = "probable"
    assert next_level(one, at(110)) == ("probable", "")
    one.members[1].level = "possible"
    assert next_level(one, at(111))[0] == "probable"
    assert next_level(one, at(100 + FALL_AFTER_S))[0] == "probable"
    assert next_level(one, at(111 + FALL_AFTER_S))[0] == "possible"


def test_an_alarm_is_withdrawn_later_than_it_is_lowered_and_may_rise_again() -> None:
    one = event(member(level="tracked"), level="possible", changed=T0)
    next_level(one, at(100))
    assert next_level(one, at(100 + WITHDRAW_AFTER_S) - 1)[0] == "possible"
    level, why = next_level(one, at(100 + WITHDRAW_AFTER_S))
    assert (level, why) == ("withdrawn", "no object threatens an asset any more")
    one.level, one.changed = level, at(200)
    assert next_level(one, at(300)) == ("withdrawn", "")
    one.members[1].level = "possible"
    assert next_level(one, at(301)) == ("possible", "evidence has risen again")


def test_a_raid_does_not_step_down_while_it_grows() -> None:
    one = event(member(1, "possible"), member(2, "possible", at=90.0), level="probable", changed=T0)
    next_level(one, at(100))
    assert next_level(one, at(90 + GROWING_S) - 1)[0] == "probable"
    assert next_level(one, at(90 + GROWING_S))[0] == "possible"


# ------------------------------------------------------------------------------------------------------ whose paths
IR, RADAR, RADAR_2 = "infrared/post/line-1", "radar/north/line-2", "radar/south/line-3"
STRONG: dict[str, Any] = {"threat": True, "p_missile": 0.95, "p_asset": 0.9}


def test_the_plume_of_the_same_launch_speaks_for_an_arc() -> None:
    arc = member(1, "possible", paths=[RADAR], **STRONG)
    assert wanted_level(event(arc), T0) == "possible"
    plume = {"p_missile": 0.5, "p_asset": 0.10, "paths": [IR]}
    assert wanted_level(event(arc, member(2, "possible", threat=True, **plume)), T0) == "confirmed"
    assert wanted_level(event(arc, member(2, "tracked", **plume)), T0) == "possible"


def test_a_plume_that_was_lost_makes_an_arc_that_rose_there_and_then_probable_and_no_more() -> None:
    arc = member(1, "possible", paths=[RADAR], **STRONG)
    lost = member(9, "tracked", ended="its arc has reached the ground", spoken=[IR], rose=True)
    assert wanted_level(event(arc), T0, [lost]) == "probable"
    level, why = next_level(event(arc, level="possible"), at(100), [lost])
    assert level == "probable" and "rose there and then where T9 was seen to burn: together 2 independent paths" in why
    # by the same line, elsewhere, at another time, by the same physics, without a word, or a light that only stood aloft
    for other in (
        {"spoken": ["infrared/post/line-2"]}, {"launch_place": (0.7, 0.1)}, {"launch_time": at(301)},
        {"spoken": [RADAR_2]}, {"spoken": []}, {"rose": False},
    ):  # fmt: skip
        given: dict[str, Any] = {"ended": "lost", "spoken": [IR], "rose": True, **other}
        assert wanted_level(event(arc), T0, [member(9, "noticed", **given)]) == "possible", other
    for less in ({"p_missile": 0.899}, {"p_asset": 0.099}, {"threat": False}):
        weak = member(1, "possible", **{**STRONG, "paths": [RADAR], **less})
        assert wanted_level(event(weak), T0, [lost]) == "possible", less
    assert wanted_level(event(member(1, "possible", **STRONG)), T0, [lost]) == "possible"  # no path of its own
    # two physics of its own are more than that
    whole = member(2, "possible", threat=True, p_missile=0.5, p_asset=0.10, paths=[IR])
    assert wanted_level(event(arc, whole), T0, [lost]) == "confirmed"


def test_what_rose_elsewhere_or_at_another_time_does_not() -> None:
    arc = member(1, "possible", paths=[RADAR], **STRONG)
    for other in ({"launch_place": (0.7, 0.1)}, {"launch_time": at(301)}, {"launch_place": None}):
        assert wanted_level(event(arc, member(2, "possible", **{**STRONG, "paths": [IR], **other})), T0) == "possible"


def test_what_is_hardly_a_missile_or_falls_on_no_place_is_no_half_of_one() -> None:
    arc = member(1, "possible", paths=[RADAR], **STRONG)
    for less in ({"p_missile": 0.499}, {"p_asset": 0.099}):
        assert wanted_level(event(arc, member(2, "possible", **{**STRONG, "paths": [IR], **less})), T0) == "possible"


def test_two_arcs_are_two_objects_and_each_needs_paths_of_its_own() -> None:
    arc, other = member(1, "possible", paths=[RADAR], **STRONG), member(2, "possible", paths=[RADAR_2], **STRONG)
    assert wanted_level(event(arc, other), T0) == "possible"
    assert wanted_level(event(member(1, "possible", paths=[RADAR, RADAR_2], **STRONG), other), T0) == "probable"


def test_a_missile_that_came_down_takes_no_warning_back() -> None:
    fallen = member(1, "confirmed", ended="its arc has reached the ground", threat=True)
    raid = event(fallen, member(2, "tracked"), level="confirmed")
    for seconds in range(0, 600, 10):
        assert next_level(raid, at(200 + seconds)) == ("confirmed", "")
    harmless = event(member(1, "tracked", ended="fell"), member(2, "tracked"), level="possible")
    assert next_level(harmless, at(200)) == ("possible", "")
    assert next_level(harmless, at(200 + WITHDRAW_AFTER_S))[0] == "withdrawn"


def test_what_was_seen_of_a_burn_was_seen_of_every_part_that_it_carried() -> None:
    # the track of the plume went on with the spent stage, which falls short; one radar alone has the other part
    arc = member(1, "possible", paths=[RADAR], **STRONG)
    whole: dict[str, Any] = {
        "p_missile": 0.5, "p_asset": 0.0, "threat": True, "rose": True, "paths": [IR, RADAR_2], "spoken": [IR, RADAR_2],
    }  # fmt: skip
    assert wanted_level(event(arc, member(2, "tracked", **whole)), T0) == "probable"
    assert wanted_level(event(arc, member(2, "tracked", ended="fell", **whole)), T0) == "probable"
    level, why = next_level(event(arc, member(2, "tracked", **whole), level="possible"), at(100))
    assert level == "probable" and "T1 rose there and then where T2 was seen to burn" in why
    for less in (
        {"p_missile": 0.499}, {"rose": False}, {"launch_place": (0.7, 0.1)}, {"launch_time": at(301)},
        {"spoken": [RADAR_2]}, {"spoken": ["infrared/site/line-2"]},  # by the same line: no second path
    ):  # fmt: skip
        assert wanted_level(event(arc, member(2, "tracked", **{**whole, **less})), T0) == "possible", less
    # a plume alone was not carried by what a radar has seen
    plume = member(1, "possible", paths=[IR], **STRONG)
    assert wanted_level(event(plume, member(2, "tracked", **{**whole, "spoken": [IR, RADAR_2]})), T0) == "possible"


def test_a_part_is_of_the_launch_whose_burn_was_seen_there_and_then() -> None:
    part = member(1, paths=[], spoken=[RADAR])
    burn: dict[str, Any] = {"p_orbit": 0.97, "rose": True, "spoken": [IR, RADAR_2]}
    assert carried_to_orbit(event(part, member(2, **burn)), part) == 0.97
    assert carried_to_orbit(event(part, member(2, **burn), member(3, **{**burn, "p_orbit": 0.2})), part) == 0.97
    for less in ({"rose": False}, {"launch_place": (0.7, 0.1)}, {"launch_time": at(301)}, {"spoken": [RADAR_2]}):
        assert carried_to_orbit(event(part, member(2, **{**burn, **less})), part) == 0.0, less
    # nothing carries itself; of what nobody speaks, or was seen to burn, nothing is said
    alone = member(2, **burn)
    assert carried_to_orbit(event(alone), alone) == 0.0
    for own in ([], [IR]):
        mute = member(1, spoken=own)
        assert carried_to_orbit(event(mute, member(2, **burn)), mute) == 0.0

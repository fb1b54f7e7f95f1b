"""Rules of the ladder in time that hold whatever happens: drawn histories of events, second by second."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.assessment.test_raids import event, member
from tocsin.assessment.ladder import RANK
from tocsin.assessment.raids import (
    FALL_AFTER_S,
    GROWING_S,
    HALVES_M,
    HALVES_S,
    LEVEL_PAUSE_S,
    WITHDRAW_AFTER_S,
    RaidEvent,
    next_level,
    pooled_paths,
    same_raid,
    wanted_level,
)
from tocsin.core.constants import NS

T0 = 1_700_000_000 * NS
LEVELS = ("noticed", "tracked", "possible", "probable", "confirmed")
ALARM = RANK["possible"]


@dataclass(frozen=True)
class Step:
    """What happens in one second: an object's figures change, an object joins or one ends."""

    wait_s: int
    who: int
    level: str
    what: str


STEPS = st.lists(
    st.builds(
        Step,
        wait_s=st.integers(1, 40),
        who=st.integers(0, 9),
        level=st.sampled_from(LEVELS),
        what=st.sampled_from(("figures", "figures", "figures", "joins", "ends")),
    ),
    min_size=1,
    max_size=25,
)


@dataclass(frozen=True)
class Change:
    at: int
    before: str
    after: str
    why: str
    newest_s: float
    members: int
    ended_high: bool
    wanted: str


def history(steps: list[Step]) -> tuple[list[Change], RaidEvent]:
    """Return every change of level of an event to which the steps happen, judged each second."""
    one = event(member(1, "tracked"), level="")
    changes: list[Change] = []
    now = T0
    for step in steps:
        numbers = sorted(one.members)
        chosen = one.members[numbers[step.who % len(numbers)]]
        if step.what == "joins":
            number = numbers[-1] + 1
            one.members[number] = member(number, step.level, at=(now - T0) / NS)
            chosen = one.members[number]
        elif step.what == "ends":
            chosen.ended = "lost"
        elif not chosen.ended:
            chosen.level = step.level
        chosen.threat = chosen.threat or RANK[chosen.level] >= ALARM
        chosen.worst = max(chosen.worst, chosen.level, key=lambda level: RANK[level])
        for _ in range(step.wait_s):
            now += NS
            level, why = next_level(one, now)
            assert bool(why) == (level != one.level)
            if not why:
                continue
            newest = max(m.joined for m in one.members.values())
            high = any(m.ended and RANK[m.level] >= ALARM for m in one.members.values())
            changes.append(
                Change(now, one.level, level, why, (now - newest) / NS, len(one.members), high, wanted_level(one))
            )
            one.level, one.changed = level, now
    return changes, one


def rank(level: str) -> int:
    return RANK.get(level, ALARM - 1)  # `withdrawn` stands below `possible`


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_levels_of_any_history_keep_the_rules_of_time(steps: list[Step]) -> None:
    changes, _ = history(steps)
    for first, second in pairwise(changes):
        assert second.at - first.at >= LEVEL_PAUSE_S * NS  # at most one change in 5 s
    for change in changes:
        assert change.why and change.after != change.before
        falls = rank(change.after) < rank(change.before)
        if falls:
            # never down in the first minute of a growing raid, nor once an object that threatened has ended
            assert change.members == 1 or change.newest_s >= GROWING_S
            assert not change.ended_high
        if change.after == "withdrawn":
            assert rank(change.before) >= ALARM > rank(change.wanted)
        else:
            assert change.after == change.wanted
        if change.before == "withdrawn":
            assert rank(change.after) >= ALARM and change.why == "evidence has risen again"


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_an_alarm_falls_only_after_its_evidence_was_low_all_the_time(steps: list[Step]) -> None:
    low_since: dict[str, int] = {}
    one = event(member(1, "possible"), level="possible", changed=T0 - 100 * NS)
    now = T0
    for step in steps:
        one.members[1].level = step.level
        for _ in range(step.wait_s):
            now += NS
            low = rank(step.level) < rank(one.level)
            low_since["all"] = low_since.get("all", now) if low else now + NS
            level, why = next_level(one, now)
            if why and rank(level) < rank(one.level):
                waited = WITHDRAW_AFTER_S if level == "withdrawn" else FALL_AFTER_S
                assert now - low_since["all"] >= waited * NS
            if why:
                one.level, one.changed = level, now
                low_since.pop("all", None)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS), st.booleans(), st.floats(0.0, 1.0), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_counts_are_ordered_and_bounded_by_the_objects_there_are(
    drawn: list[tuple[str, str, bool, float, bool]],
) -> None:
    members = [
        member(k, level, worst=max(level, worst, key=lambda one: RANK[one]), threat=threat, p_missile=p,
               ended="lost" if ended else "")
        for k, (level, worst, threat, p, ended) in enumerate(drawn)
    ]  # fmt: skip
    one = event(*members)
    count = one.count()
    assert 1 <= count.low <= count.best <= count.high == len(members)
    sure = sum(m.threat and RANK[m.worst] >= RANK["probable"] for m in members)
    assert count.low == max(sure, 1)  # what has been probable is counted for good, and nothing else is sure


def test_where_nobody_is_threatened_what_was_launched_is_counted() -> None:
    launched = event(member(1), member(2), member(3, "noticed"))
    assert launched.count() == type(launched.count())(1, 2, 3)


def test_events_are_named_in_order() -> None:
    assert event(member()).id == "E0001"
    assert RaidEvent(123, T0).id == "E0123"


def test_a_change_of_mind_within_the_pause_is_told_when_the_pause_is_over() -> None:
    one = event(member(level="tracked"), level="noticed", changed=T0)
    assert [next_level(one, T0 + k * NS)[0] for k in range(4, 7)] == ["noticed", "tracked", "tracked"]


def test_evidence_that_rises_in_between_ends_the_wait_for_a_fall() -> None:
    one = event(member(level="tracked"), level="possible", changed=T0)
    assert next_level(one, T0 + 100 * NS) == ("possible", "")
    one.members[1].level = "probable"
    assert next_level(one, T0 + 110 * NS) == ("probable", "evidence has risen")
    one.level, one.changed = "probable", T0 + 110 * NS
    one.members[1].level = "tracked"
    low = T0 + 120 * NS
    assert next_level(one, low) == ("probable", "")
    assert next_level(one, low + int(WITHDRAW_AFTER_S * NS) - 1) == ("probable", "")
    assert next_level(one, low + int(WITHDRAW_AFTER_S * NS)) == (
        "withdrawn",
        "no object threatens an asset any more",
    )
    assert one.low_since == 0


def test_an_object_that_came_down_stops_the_clock_of_a_fall() -> None:
    fallen = member(2, "possible")
    raid = event(member(1, "tracked"), fallen, level="probable", changed=T0)
    assert next_level(raid, T0 + 100 * NS) == ("probable", "") and raid.low_since == T0 + 100 * NS
    fallen.ended = "its arc has reached the ground"
    assert next_level(raid, T0 + 101 * NS) == ("probable", "") and raid.low_since == 0


def test_a_single_object_is_no_growing_raid() -> None:
    one = event(member(1, "possible", at=95.0), level="probable", changed=T0)
    next_level(one, T0 + 100 * NS)
    assert next_level(one, T0 + 115 * NS)[0] == "possible"


# ------------------------------------------------------------------------------------------------------ whose paths
IR, RADAR = "infrared/post/line-1", "radar/north/line-2"
STRONG = {"threat": True, "p_missile": 0.9, "p_asset": 0.1}
METRES_A_RADIAN = 6_371_008.8


@pytest.mark.parametrize(
    ("metres", "seconds", "counts"),
    [(HALVES_M - 2000.0, 0.0, True), (HALVES_M + 2000.0, 0.0, False), (0.0, HALVES_S, True), (0.0, HALVES_S + 1, False),
     (0.0, -HALVES_S, True), (0.0, -HALVES_S - 1, False)],
)  # fmt: skip
def test_a_plume_speaks_for_an_arc_that_points_back_to_about_its_place_and_time(
    metres: float, seconds: float, counts: bool
) -> None:
    arc = member(1, "possible", paths=[RADAR], **STRONG)
    place = (0.6 + metres / METRES_A_RADIAN, 0.1)
    plume = member(2, "possible", threat=True, paths=[IR], launch_place=place, launch_time=T0 + int(seconds * NS))
    assert (pooled_paths(event(arc, plume), arc) == (IR, RADAR)) is counts


def test_paths_of_its_own_phenomenology_are_never_lent() -> None:
    arc, other = member(1, paths=[RADAR], **STRONG), member(2, paths=["radar/south/line-3", IR], **STRONG)
    assert pooled_paths(event(arc, other), arc) == (IR, RADAR)
    assert pooled_paths(event(arc, other), other) == (IR, "radar/south/line-3")


def test_lent_paths_lift_only_what_has_the_whole_figures_itself() -> None:
    plume = member(2, "possible", threat=True, paths=[IR])
    whole = {"paths": [RADAR], **STRONG}
    assert wanted_level(event(member(1, "possible", **whole), plume)) == "confirmed"
    for less in ({"p_missile": 0.8999}, {"p_asset": 0.0999}, {"threat": False}, {"ended": "lost"}):
        assert wanted_level(event(member(1, "possible", **{**whole, **less}), plume)) == "possible", less


def test_the_level_of_an_event_is_never_below_that_of_its_highest_object() -> None:
    strong = member(1, "possible", paths=[RADAR, "radar/south/line-3"], **STRONG)
    assert wanted_level(event(strong, member(2, "confirmed"))) == "confirmed"
    assert wanted_level(event(strong, member(2, "noticed"))) == "probable"


def test_a_raid_is_open_at_both_ends_and_counts_by_the_nearest_pair() -> None:
    a = event(member(1, threat=True), member(2, at=5000.0, threat=True))
    assert same_raid(a, event(member(3, at=6200.0, threat=True)))
    assert not same_raid(a, event(member(3, at=6201.0, threat=True)))
    a.closed = True
    assert not same_raid(a, event(member(3, at=0.0, threat=True)))

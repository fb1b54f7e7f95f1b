"""Rules of the ladder in time that hold whatever happens: drawn histories of events, second by second."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.assessment.test_raids import event, member
from tocsin.assessment.ladder import (
    CONFIRMS_S,
    POSSIBLE_ASSET,
    POSSIBLE_MISSILE,
    PROBABLE_ASSET,
    PROBABLE_MISSILE,
    RANK,
)
from tocsin.assessment.raids import (
    FALL_AFTER_S,
    GROWING_S,
    HALVES_M,
    HALVES_S,
    LEVEL_PAUSE_S,
    SAME_LAUNCH_M,
    SAME_LAUNCH_S,
    SAME_RAID_S,
    WITHDRAW_AFTER_S,
    Member,
    RaidEvent,
    burns_of,
    carriers_of,
    lenders,
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
                Change(now, one.level, level, why, (now - newest) / NS, len(one.members), high, wanted_level(one, now))
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
    assert count.best >= max(sure, 1)  # what has been probable is counted for good
    assert count.low == 1  # two tracks may be one object, until a look has shown them side by side


def test_where_nobody_is_threatened_what_was_launched_is_counted() -> None:
    launched = event(member(1), member(2), member(3, "noticed"))
    assert launched.count() == type(launched.count())(1, 2, 3)


def test_what_is_likely_a_missile_is_counted_as_best_and_what_is_not_is_not() -> None:
    def best(*threats: tuple[str, str, float]) -> int:
        members = [
            member(k, level, worst=worst, p_missile=p, threat=True) for k, (level, worst, p) in enumerate(threats)
        ]
        return event(*members).count().best

    sure = ("probable", "probable", 0.95)
    assert best(sure, ("possible", "possible", 0.5)) == 2
    assert best(sure, ("possible", "possible", 0.49), ("possible", "possible", 0.1)) == 1
    assert best(sure, ("tracked", "possible", 0.9), ("tracked", "possible", 0.9)) == 1  # it threatens no more
    assert best(sure, ("tracked", "probable", 0.1), ("tracked", "confirmed", 0.0)) == 3  # it was sure once
    assert best(("possible", "possible", 0.9), ("tracked", "probable", 0.1)) == 2


def test_what_was_counted_once_may_be_there_still() -> None:
    one = event(*(member(k, "possible", worst="possible", p_missile=0.9, threat=True) for k in range(4)))
    one.tally.most = one.count().best
    del one.members[3]  # taken for the twin of another
    assert (one.count().best, one.count().high) == (3, 4)


def test_what_never_rose_to_a_track_is_no_object_of_a_harmless_launch() -> None:
    assert event(member(1), member(2, "", worst=""), member(3, "noticed")).count().best == 1


def test_a_new_event_and_a_new_object_claim_nothing() -> None:
    fresh = RaidEvent(1, T0)
    assert (fresh.level, fresh.changed, fresh.low_since, fresh.closed) == ("", 0, 0, False)
    assert (fresh.assessments, fresh.last_line, fresh.joined, fresh.last_assessment) == (0, 0, "", "")
    one = Member(1, "T1", "", T0, T0)
    assert (one.launch_time, one.launch_place, one.threat, one.ended) == (0, None, False, "")
    assert (one.p_missile, one.p_asset, one.worst, one.paths) == (0.0, 0.0, "", [])
    fresh.members[1] = one
    assert fresh.live() == [one] and fresh.count().best == 1


def test_a_rise_from_probable_to_confirmed_is_a_rise() -> None:
    one = event(member(level="confirmed"), level="probable", changed=T0)
    assert next_level(one, T0 + 5 * NS) == ("confirmed", "evidence has risen")


def test_times_and_distances_are_those_of_the_page() -> None:
    page = " ".join((Path(__file__).parents[3] / "docs/theory/ladder.md").read_text(encoding="utf-8").split())
    for words in (
        f"Launches within {SAME_LAUNCH_S:.0f} s and {SAME_LAUNCH_M / 1e3:.0f} km of each other are one event",
        f"first seen within {SAME_RAID_S / 60:.0f} min of one another, are one raid",
        f"launched within {HALVES_S:.0f} s and {HALVES_M / 1e3:.0f} km of its own launch",
        f"at most one change in {LEVEL_PAUSE_S:.0f} s; down only after the evidence has been low for {FALL_AFTER_S:.0f} s",
        f"(from `possible` or above to below it) after {WITHDRAW_AFTER_S:.0f} s; never down",
        f"never down within {GROWING_S:.0f} s of a raid's newest object",
        f"| `possible` | P(missile) ≥ {POSSIBLE_MISSILE} and P(asset) ≥ {POSSIBLE_ASSET} |",
        f"| `probable` | P(missile) ≥ {PROBABLE_MISSILE:.2f} and P(asset) ≥ {PROBABLE_ASSET:.2f}, from ≥ 2 independent paths |",
    ):
        assert words in page, words


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


def pooled(one: RaidEvent, of: Member) -> tuple[str, ...]:
    return pooled_paths(of, lenders(one, of))


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
    plume = member(2, "possible", paths=[IR], launch_place=place, launch_time=T0 + int(seconds * NS), **STRONG)
    assert (pooled(event(arc, plume), arc) == (IR, RADAR)) is counts


@pytest.mark.parametrize(
    ("metres", "sigma_m", "counts"),
    [(HALVES_M + 2000.0, 0.0, False), (900e3, 449e3, False), (900e3, 451e3, True), (1499e3, 9e6, True), (1501e3, 9e6, False)],
)  # fmt: skip
def test_a_burn_that_was_placed_badly_may_be_that_of_an_arc_from_farther_off(
    metres: float, sigma_m: float, counts: bool
) -> None:
    arc = member(1, "possible", paths=[RADAR], spoken=[RADAR], **STRONG)
    place = (0.6 + metres / METRES_A_RADIAN, 0.1)
    plume = member(2, spoken=[IR], rose=True, launch_place=place, launch_sigma_m=sigma_m)
    assert (burns_of([plume], arc) == [plume]) is counts
    # it makes `probable` and never one of two halves
    assert wanted_level(event(arc), T0, [plume]) == ("probable" if counts else "possible")
    assert pooled(event(arc, plume), arc) == (RADAR,)


def test_what_was_surely_a_space_launch_lends_its_burn_to_no_missile() -> None:
    arc = member(1, "possible", paths=[RADAR], spoken=[RADAR], **STRONG)
    for most, counts in ((0.979, True), (0.981, False)):
        plume = member(2, spoken=[IR], rose=True, p_orbit_most=most)
        assert (burns_of([plume], arc) == [plume]) is counts
        beside = member(3, spoken=[IR], rose=True, p_missile=0.6, p_orbit_most=most)
        assert (carriers_of(event(arc, beside), arc) == [beside]) is counts


def test_a_plume_that_nobody_has_seen_since_speaks_for_its_arc_whatever_it_is_taken_for_now() -> None:
    # seen for 24 s by one satellite it was taken for a sounding rocket, and its missile for one that satellites had not seen
    arc = member(1, "possible", paths=[RADAR], spoken=[RADAR], **STRONG)
    unseen = member(2, spoken=[IR], rose=True, p_missile=0.38)
    assert carriers_of(event(arc, unseen), arc) == [unseen]
    assert wanted_level(event(arc, unseen), T0) == "probable"
    followed = member(3, spoken=[IR, RADAR], rose=True, p_missile=0.38)
    assert carriers_of(event(arc, followed), arc) == []
    assert wanted_level(event(arc, followed), T0) == "possible"


def test_what_was_seen_in_both_ways_is_whole_and_lends_nothing() -> None:
    # a false plume beside a harmless launch that satellites and a radar follow: that launch has its own plume already
    plume, whole = member(1, paths=[IR], **STRONG), member(2, paths=[RADAR, "infrared/other/line-9"], **STRONG)
    assert pooled(event(plume, whole), plume) == (IR,)
    assert pooled(event(plume, whole), whole) == ("infrared/other/line-9", RADAR)
    assert pooled(event(member(4, **STRONG), whole), member(4, **STRONG)) == ()  # nothing has seen it at all
    arc = member(3, paths=["radar/south/line-3"], **STRONG)
    assert pooled(event(plume, whole, arc), plume) == (IR, "radar/south/line-3")
    assert pooled(event(plume, whole, arc), arc) == (IR, "radar/south/line-3")


def test_lent_paths_lift_only_what_has_the_whole_figures_itself() -> None:
    plume = member(2, "possible", paths=[IR], **{**STRONG, "p_missile": 0.5})
    whole = {"paths": [RADAR], **STRONG}
    assert wanted_level(event(member(1, "possible", **whole), plume), T0) == "confirmed"
    for less in ({"p_missile": 0.8999}, {"p_asset": 0.0999}, {"threat": False}, {"ended": "lost"}):
        assert wanted_level(event(member(1, "possible", **{**whole, **less}), plume), T0) == "possible", less


def test_the_reason_names_who_lends() -> None:
    arc, plume = member(1, "possible", paths=[RADAR], **STRONG), member(2, "possible", paths=[IR], **STRONG)
    arc.last_seen = T0 + 95 * NS
    level, why = next_level(event(arc, plume, level="possible"), T0 + 100 * NS)
    assert level == "confirmed"
    together = "together 2 independent paths (infrared, radar)"
    assert why == f"evidence has risen; {arc.track} may be one with {plume.track} (infrared): {together}"
    whole = member(1, "confirmed", paths=[IR, RADAR], **STRONG)
    assert next_level(event(whole, plume, level="possible"), T0 + 100 * NS) == ("confirmed", "evidence has risen")


def test_two_halves_confirm_only_what_one_of_them_has_seen_lately() -> None:
    arc, plume = member(1, "possible", paths=[RADAR], **STRONG), member(2, "possible", paths=[IR], **STRONG)
    now = T0 + round(CONFIRMS_S * NS)
    assert wanted_level(event(arc, plume), now - 1) == "confirmed"
    assert wanted_level(event(arc, plume), now) == "probable"
    plume.last_seen = T0 + 1
    assert wanted_level(event(arc, plume), now) == "confirmed"


def test_the_level_of_an_event_is_never_below_that_of_its_highest_object() -> None:
    strong = member(1, "possible", paths=[RADAR, "radar/south/line-3"], **STRONG)
    assert wanted_level(event(strong, member(2, "confirmed")), T0) == "confirmed"
    assert wanted_level(event(strong, member(2, "noticed")), T0) == "probable"


def test_a_raid_is_open_at_both_ends_and_counts_by_the_nearest_pair() -> None:
    a = event(member(1, threat=True), member(2, at=5000.0, threat=True))
    assert same_raid(a, event(member(3, at=6200.0, threat=True)))
    assert not same_raid(a, event(member(3, at=6201.0, threat=True)))
    a.closed = True
    assert not same_raid(a, event(member(3, at=0.0, threat=True)))

"""Rules of a thread of messages that hold whatever is assessed, asked and released: CAP 1.2 and the two-person rule."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dissemination.examples import ASSETS, assessment, at, point
from tests.unit.dissemination.test_release import act, answer, real, sent
from tocsin.core.constants import NS
from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.core.records.outputs import AssetThreat, ObjectAssessment
from tocsin.core.records.warnings import WarningMessage
from tocsin.dissemination.dissemination import Dissemination
from tocsin.dissemination.policy import Settings, changed, gathered, grade, rank, told_of
from tocsin.dissemination.policy import Thread as PolicyThread

LEVELS = ("noticed", "tracked", "possible", "probable", "confirmed", "withdrawn", "resolved")
SAID = st.tuples(
    st.just("said"), st.integers(1, 50), st.sampled_from(LEVELS), st.sampled_from((900.0, 930.0, 1000.0)),
    st.sampled_from((("asset-3",), ("asset-3", "asset-4"), ())),
)  # fmt: skip
DONE = st.tuples(
    st.just("done"), st.integers(1, 50), st.sampled_from(("release", "cancel", "acknowledge")),
    st.sampled_from(("Ada", "Grace", "ada")), st.sampled_from(("E-0001", "newest")),
)  # fmt: skip
TICK = st.tuples(st.just("tick"), st.integers(1, 50))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(SAID, DONE, TICK), min_size=1, max_size=25))
def test_any_thread_of_messages_keeps_the_rules_of_cap_and_of_two_people(steps: list[tuple[Any, ...]]) -> None:
    part = Dissemination("real", ASSETS)
    now, messages, outside = 60.0, [], []  # type: ignore[var-annotated]
    for step in steps:
        now += step[1]
        if step[0] == "said":
            out: list[Any] = list(
                part.on_assessment(
                    assessment(now, step[2], impact_s=step[3], assets=step[4], data_mode="real"), at(now)
                )
            )
        elif step[0] == "tick":
            out = list(part.on_tick(at(now)))
        else:
            subject = messages[-1].id if step[4] == "newest" and messages else "E-0001"
            out = act(part, now, step[2], step[3], subject)
        for said in [m for m in out if isinstance(m, WarningMessage)]:
            before = {m.id for m in messages}
            assert said.number == len(messages) + 1 and said.id == f"E-0001-{said.number:03d}"
            # CAP 1.2, 3.2.1: an update or a cancellation names what it takes the place of; an alert names nothing
            assert bool(said.references) == (said.kind != "alert")
            assert {r.id for r in said.references} <= before
            people = {who.casefold() for who in said.released_by}
            if said.released:
                assert step[0] == "done"  # nothing goes out by itself
                assert len(people) == (1 if said.kind == "cancel" else 2)
                assert [r.id for r in said.references] == outside
                outside = [] if said.kind == "cancel" or said.grade == "closing" else [*outside, said.id]
            else:
                assert said.kind == "cancel" or not people
            assert said.grade in ("cancellation",) if said.kind == "cancel" else said.grade != "cancellation"
            messages.append(said)
    whole = part.state()
    other = Dissemination("real", ASSETS)
    other.load(msgspec.json.decode(msgspec.json.encode(whole)))
    assert other.state() == whole


# --------------------------------------------------------------------------------------------- what two people said
def test_a_word_for_an_information_is_none_for_the_warning_that_follows() -> None:
    part = Dissemination("real", ASSETS)
    part.on_assessment(assessment(60.0, "possible", data_mode="real"), at(60.0))
    assert answer(act(part, 65.0, "release", "Ada")).text == "one of two; a second person is needed"
    part.on_assessment(assessment(70.0, "probable", data_mode="real"), at(70.0))
    out = act(part, 75.0, "release", "Grace")
    assert len(out) == 1 and answer(out).text == "one of two; a second person is needed"
    assert sent(act(part, 76.0, "release", "Ada")).released_by == ("Grace", "Ada")


def test_a_word_for_a_warning_is_none_for_its_end() -> None:
    part = real()
    act(part, 70.0, "release", "Ada")
    act(part, 75.0, "release", "Grace")
    part.on_assessment(assessment(80.0, "confirmed", data_mode="real"), at(80.0))
    act(part, 990.0, "release", "Ada")
    part.on_assessment(assessment(1000.0, "resolved", data_mode="real"), at(1000.0))
    assert len(act(part, 1005.0, "release", "Grace")) == 1
    closing = sent(act(part, 1006.0, "release", "Ada"))
    assert (closing.grade, closing.kind, len(closing.references)) == ("closing", "update", 1)
    assert not answer(act(part, 1007.0, "cancel", "Ada")).accepted  # nothing is outside any more


def test_a_word_for_a_warning_holds_for_its_update() -> None:
    part = real()
    act(part, 70.0, "release", "Ada")
    part.on_assessment(assessment(80.0, "confirmed", data_mode="real"), at(80.0))
    assert sent(act(part, 85.0, "release", "Grace")).level == "confirmed"


def test_the_end_of_what_was_never_outside_is_not_released() -> None:
    part = real()
    part.on_assessment(assessment(1000.0, "resolved", data_mode="real"), at(1000.0))
    out = act(part, 1001.0, "release", "Ada")
    assert not answer(out).accepted and answer(out).text == "no warning is outside that could be ended"


def test_a_word_holds_for_two_minutes_and_the_same_person_does_not_prolong_it() -> None:
    assert len(act(_asked(70.0), 190.0, "release", "Grace")) == 2
    assert len(act(_asked(70.0), 190.0 + 1e-6, "release", "Grace")) == 1
    part = _asked(70.0)
    again = answer(act(part, 100.0, "release", "ADA"))
    assert (again.accepted, again.text) == (False, "the second word has to come from another person")
    assert len(act(part, 191.0, "release", "Grace")) == 1


def _asked(seconds: float) -> Dissemination:
    part = real()
    act(part, seconds, "release", "Ada")
    return part


def test_answers_say_why() -> None:
    part = real()
    texts = {
        "no person": answer(act(part, 70.0, "release", "  ")),
        "unknown": answer(act(part, 71.0, "release", "Ada", "E-0009")),
        "old draft": answer(act(part, 72.0, "release", "Ada", "E-0001-000")),
        "heard": answer(act(part, 73.0, "acknowledge", "Ada")),
        "released": answer(_both(part)),
        "nothing left": answer(act(part, 77.0, "release", "Ada")),
    }
    assert {why: (a.accepted, a.text) for why, a in texts.items()} == {
        "no person": (False, "a person has to be named"),
        "unknown": (False, "nothing was said about 'E-0009'"),
        "old draft": (False, "E-0001-000 is not the newest draft; that is E-0001-001"),
        "heard": (True, "acknowledged by Ada"),
        "released": (True, "released by Ada and Grace as E-0001-002"),
        "nothing left": (False, "there is no draft to release"),
    }
    assert texts["unknown"].event == "" and texts["heard"].event == "E-0001"
    assert texts["heard"].operator == "O-73.0"


def _both(part: Dissemination) -> Any:
    act(part, 75.0, "release", "Ada")
    return act(part, 76.0, "release", "Grace")


def test_another_data_mode_is_answered_and_changes_nothing() -> None:
    from tocsin.core.records.inputs import Operator

    part = real()
    before = part.state()
    (said,) = part.on_operator(Operator("O", at(70.0), "exercise", "cancel", "Ada", "E-0001"))
    assert msgspec.to_builtins(said) == {
        "operator": "O", "event": "E-0001", "accepted": False, "text": "this centre holds real data only",
    }  # fmt: skip
    assert part.state() == before


def test_an_event_of_which_nothing_was_said_cannot_be_acknowledged() -> None:
    part = Dissemination("real", ASSETS)
    part.on_assessment(assessment(60.0, "tracked", data_mode="real"), at(60.0))
    assert not answer(act(part, 70.0, "acknowledge", "Ada")).accepted
    assert part.acknowledged("E-0001") is None and part.acknowledged("E-0002") is None


def test_a_cancelled_draft_that_was_never_outside_is_no_message_to_the_outside() -> None:
    part = real()
    said = sent(act(part, 70.0, "cancel", "Ada"))
    assert (said.released, [r.id for r in said.references]) == (False, ["E-0001-001"])
    assert "Reason given" not in said.description
    assert answer(act(part, 71.0, "cancel", "Ada")).text == "there is no warning to cancel"
    assert answer(act(part, 72.0, "release", "Ada")).text == "there is no draft to release"


def test_after_a_person_cancelled_only_more_is_said() -> None:
    part = real()
    act(part, 90.0, "cancel", "Ada")
    assert part.on_assessment(assessment(100.0, "possible", data_mode="real"), at(100.0)) == []
    assert part.on_assessment(assessment(101.0, impact_s=1200.0, data_mode="real"), at(101.0)) == []
    assert part.on_tick(at(200.0)) == []
    (said,) = part.on_assessment(assessment(210.0, assets=("asset-3", "coast"), data_mode="real"), at(210.0))
    assert (said.kind, said.number) == ("alert", 3)
    # and it is followed as any other then
    assert part.on_assessment(assessment(215.0, "resolved", data_mode="real"), at(215.0))[0].grade == "closing"


def test_a_draft_to_cancel_that_people_answer_with_cancel_says_what_was_outside() -> None:
    part = real()
    first = sent(_both(part))
    (draft,) = part.on_assessment(assessment(100.0, "withdrawn", data_mode="real"), at(100.0))
    assert [r.id for r in draft.references] == ["E-0001-001", first.id]
    (update,) = part.on_assessment(assessment(110.0, "probable", data_mode="real"), at(110.0))
    assert (update.kind, [r.id for r in update.references]) == ("update", [first.id])  # it still holds outside


# ------------------------------------------------------------------------------------------------ what is worth saying
@pytest.mark.parametrize(
    ("new", "other"),
    [({"impact_s": 960.0}, {"impact_s": 959.999}), ({"impact_s": 840.0}, {"impact_s": 840.001}),
     ({"lat": 10.1821}, {"lat": 10.1789}), ({"semi_major_km": 40.0 * 2**0.5 + 0.01}, {"semi_major_km": 56.0}),
     ({"semi_major_km": 40.0 / 2**0.5 - 0.01}, {"semi_major_km": 28.4}), ({"semi_major_km": 0.0}, {})],
)  # fmt: skip
def test_a_prediction_has_moved_by_a_minute_half_an_ellipse_or_twice_its_area(
    new: dict[str, Any], other: dict[str, Any]
) -> None:
    rules = Settings()
    old = told_of(_with_members(assessment(60.0)), at(60.0), rules)
    assert changed(old, told_of(_with_members(assessment(60.0, **new)), at(60.0), rules), rules)
    assert not changed(old, told_of(_with_members(assessment(60.0, **other)), at(60.0), rules), rules)


def _with_members(said: Any) -> Any:
    return gathered(PolicyThread(said.event), said)


def test_a_small_ellipse_has_not_moved_before_five_kilometres() -> None:
    rules = Settings()
    old = told_of(assessment(60.0, semi_major_km=1.0), at(60.0), rules)
    for lat, moved in ((10.044, False), (10.046, True)):
        assert changed(old, told_of(assessment(60.0, semi_major_km=1.0, lat=lat), at(60.0), rules), rules) is moved
    for lon, moved in ((-29.9545, False), (-29.9535, True)):
        assert changed(old, told_of(assessment(60.0, semi_major_km=1.0, lon=lon), at(60.0), rules), rules) is moved


def test_an_ellipse_that_comes_or_goes_is_a_change() -> None:
    rules = Settings()
    flat = told_of(assessment(60.0, semi_major_km=0.0), at(60.0), rules)
    wide = told_of(assessment(60.0), at(60.0), rules)
    assert changed(flat, wide, rules) and changed(wide, flat, rules) and not changed(flat, flat, rules)


def test_an_object_that_comes_or_goes_is_a_change() -> None:
    rules = Settings()
    one = assessment(60.0)
    two = msgspec.structs.replace(one, members=(*one.members, msgspec.structs.replace(one.members[0], track="T-0002")))
    a, b = told_of(one, at(60.0), rules), told_of(two, at(60.0), rules)
    assert changed(a, b, rules) and changed(b, a, rules)


def test_only_places_from_one_percent_on_count_as_threatened() -> None:
    base = assessment(60.0)
    said = msgspec.structs.replace(
        base, assets=(AssetThreat("b", 0.01, 1.0), AssetThreat("a", 0.5, 1.0), AssetThreat("c", 0.0099, 1.0))
    )
    told = told_of(said, at(60.0), Settings())
    assert (told.assets, told.level, told.counts, told.time) == (("a", "b"), "probable", (1, 1, 1), at(60.0))
    assert list(told.points) == ["T-0001"]
    assert told.points["T-0001"] == (10.0, -30.0, at(900.0), 40.0, 40.0 / 3.0)


def test_a_lower_level_that_still_warns_waits_for_its_interval() -> None:
    part = Dissemination("simulated", ASSETS)
    part.on_assessment(assessment(60.0, "confirmed"), at(60.0))
    assert part.on_assessment(assessment(70.0, "probable"), at(70.0)) == []
    (said,) = part.on_tick(at(90.0))
    assert (said.level, said.grade) == ("probable", "warning")
    (again,) = part.on_assessment(assessment(120.0, "possible"), at(120.0))
    assert again.grade == "information"


def test_updates_of_several_events_come_in_their_order() -> None:
    part = Dissemination("simulated", ASSETS)
    for name in ("E-0002", "E-0001", "E-0003"):
        part.on_assessment(assessment(60.0, event=name), at(60.0))
        part.on_assessment(assessment(70.0, event=name, impact_s=1000.0), at(70.0))
    part.on_assessment(assessment(80.0, event="E-0003"), at(80.0))
    assert [said.event for said in part.on_tick(at(95.0))] == ["E-0001", "E-0002"]
    assert part.on_tick(at(96.0)) == []


def test_levels_have_their_rank_and_grade() -> None:
    assert [rank(level) for level in LEVELS] == [0, 1, 2, 3, 4, -1, -1]
    assert [grade(level) for level in ("possible", "probable", "confirmed")] == ["information", "warning", "warning"]


# ---------------------------------------------------------------------------------------------------- figures gathered
def test_a_line_of_one_object_brings_only_that_one_up_to_date() -> None:
    thread = PolicyThread("E-0001")
    lead = assessment(60.0).members[0]
    other = ObjectAssessment(
        "T-0002", "confirmed", {"x": 1.0}, None, None, (AssetThreat("coast", 0.4, 5.0),), ("p",), "why"
    )
    whole = msgspec.structs.replace(assessment(60.0), tracks=("T-0002", "T-0001"), members=(lead, other))
    assert [m.track for m in gathered(thread, whole).members] == ["T-0001", "T-0002"]
    line = msgspec.structs.replace(
        assessment(70.0, "possible"), tracks=("T-0002", "T-0001"), members=(), impact=None, launch=None,
        classes={"y": 1.0}, reason="new",
    )  # fmt: skip
    mine, theirs = gathered(thread, line).members
    assert mine == lead
    # what a line does not tell of an object is kept from before
    assert theirs == msgspec.structs.replace(other, classes={"y": 1.0}, reason="new")
    gone = msgspec.structs.replace(line, tracks=("T-0001",), classes={})
    assert gathered(thread, gone).members == (lead,)


def test_a_line_of_an_object_not_known_yet_takes_the_figures_of_its_event() -> None:
    thread = PolicyThread("E-0001")
    for part in ({"launch": None, "impact": None}, {"launch": None, "classes": {}}, {"impact": None, "classes": {}}):
        line = msgspec.structs.replace(assessment(60.0), members=(), **part)
        (one,) = gathered(PolicyThread("E-0001"), line).members
        assert (one.track, one.level, one.assets, one.paths) == ("T-0001", "probable", line.assets, line.paths)
        assert (one.launch, one.impact, one.classes) == (line.launch, line.impact, line.classes)
    empty = msgspec.structs.replace(assessment(60.0), members=(), launch=None, impact=None, classes={})
    assert gathered(thread, empty).members == ()
    assert gathered(thread, msgspec.structs.replace(assessment(60.0), members=(), tracks=())).members == ()


# --------------------------------------------------------------------------------------------------------------- cues
def states(track: str, times: IntArray) -> tuple[FloatArray, FloatArray]:
    import numpy as np

    return np.tile(np.arange(6.0), (len(times), 1)), np.ones((len(times), 21))


def test_a_cue_runs_ten_minutes_ahead_and_says_what_the_object_is() -> None:
    part = Dissemination("simulated", ASSETS)
    said = assessment(60.0, impact_s=5000.0)
    assert part.cues(said, states, at(60.0)) == []  # an event nobody has assessed yet
    part.on_assessment(said, at(60.0))
    (cue,) = part.cues(said, states, at(60.0))
    assert cue.times.tolist() == [at(60.0) + k * 10 * NS for k in range(61)]
    assert (cue.event, cue.track, cue.data_mode, cue.made) == ("E-0001", "T-0001", "simulated", at(60.0))
    assert (cue.level, cue.assessment, cue.states.shape, cue.covariances.shape) == (
        "probable",
        said.id,
        (61, 6),
        (61, 21),
    )


def test_an_object_without_impact_or_class_is_cued_as_unknown() -> None:
    part = Dissemination("simulated", ASSETS)
    base = assessment(60.0)
    bare = msgspec.structs.replace(base, members=(msgspec.structs.replace(base.members[0], impact=None, classes={}),))
    part.on_assessment(bare, at(60.0))
    (cue,) = part.cues(bare, states, at(60.0))
    assert (cue.object_class, len(cue.times)) == ("unknown", 61)


def test_classes_equally_likely_are_told_by_name() -> None:
    part = Dissemination("simulated", ASSETS)
    base = assessment(60.0)
    bare = msgspec.structs.replace(
        base, members=(msgspec.structs.replace(base.members[0], classes={"b": 0.4, "a": 0.4, "c": 0.2}),)
    )
    part.on_assessment(bare, at(60.0))
    assert part.cues(bare, states, at(60.0))[0].object_class == "a"


def test_nothing_is_cued_past_its_impact_or_without_a_whole_state() -> None:
    import numpy as np

    part = Dissemination("simulated", ASSETS)
    over = assessment(1000.0, impact_s=1000.0)
    part.on_assessment(over, at(1000.0))
    assert part.cues(over, states, at(1000.0)) == []
    fine = assessment(1000.0, impact_s=1010.0)
    part.on_assessment(fine, at(1000.0))
    holes = lambda track, times: (np.full((len(times), 6), 1.0), np.full((len(times), 21), np.nan))  # noqa: E731
    assert part.cues(fine, holes, at(1000.0)) == []
    (cue,) = part.cues(fine, states, at(1001.0))  # what could not be cued is asked again at once
    assert len(cue.times) == 1


def test_every_threatening_object_of_a_raid_is_cued_and_the_others_are_not() -> None:
    part = Dissemination("simulated", ASSETS)
    base = assessment(60.0)
    levels = {"T-0001": "possible", "T-0002": "tracked", "T-0003": "confirmed"}
    members = tuple(
        msgspec.structs.replace(base.members[0], track=t, level=level, impact=point(10.0, -30.0, 900.0))
        for t, level in levels.items()
    )
    raid = msgspec.structs.replace(base, members=members, tracks=tuple(levels))
    part.on_assessment(raid, at(60.0))
    none_for_first = lambda track, times: None if track == "T-0001" else states(track, times)  # noqa: E731
    assert [cue.track for cue in part.cues(raid, none_for_first, at(60.0))] == ["T-0003"]
    assert [cue.track for cue in part.cues(raid, states, at(61.0))] == ["T-0001"]

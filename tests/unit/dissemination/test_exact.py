"""Small functions of dissemination, value by value: what a slip of one sign, one step or one field would change."""

from typing import Any

import msgspec
import pytest

from tests.unit.dissemination.examples import ASSETS, assessment, at, point
from tocsin.core.constants import NS
from tocsin.core.records.inputs import Operator
from tocsin.core.records.outputs import GroundPoint
from tocsin.core.records.warnings import OperatorAnswer, WarningMessage
from tocsin.core.time import iso_from_tai
from tocsin.dissemination.areas import _around_pole, clipped
from tocsin.dissemination.dissemination import Dissemination
from tocsin.dissemination.policy import Decision, Settings, Thread, _figures, decide, gathered, told_of
from tocsin.dissemination.words import left, listed, place


# ---------------------------------------------------------------------------------------------------------------- areas
@pytest.mark.parametrize("east", [1.0, -1.0])
@pytest.mark.parametrize("north", [1.0, -1.0])
def test_a_ring_around_a_pole_is_led_over_it_along_the_meridian_where_it_begins(east: float, north: float) -> None:
    ring = [(north * 80.0, east * 10.0), (north * 70.0, east * 130.0), (north * 60.0, east * 250.0)]
    turned = east * 370.0
    assert _around_pole(ring) == [
        *ring, (north * 80.0, turned), (north * 90.0, turned), (north * 90.0, east * 10.0),
    ]  # fmt: skip


def test_the_pole_is_that_on_whose_side_most_of_the_ring_lies() -> None:
    # a ring around the Earth askew to the equator; and one that hardly leaves it
    assert _around_pole([(30.0, 0.0), (-5.0, 120.0), (-10.0, 240.0)])[-1] == (90.0, 0.0)
    assert _around_pole([(-30.0, 0.0), (5.0, 120.0), (10.0, 240.0)])[-1] == (-90.0, 0.0)
    assert _around_pole([(0.2, 0.0), (0.2, 120.0), (0.2, 240.0)])[-1] == (90.0, 0.0)


def test_a_ring_that_returns_to_where_it_began_is_left_as_it_is() -> None:
    wide = [(0.0, -100.0), (0.0, 79.0), (10.0, 79.0), (10.0, -100.0)]  # nearly half a turn wide
    assert _around_pole(wide) is wide
    assert clipped(wide) == ((*wide, wide[0]),)


def test_a_cap_has_the_edge_of_the_map_and_its_own_corners() -> None:
    (ring,) = clipped([(80.0, -180.0), (70.0, -60.0), (60.0, 60.0)])
    assert ring == (
        (80.0, -180.0), (70.0, -60.0), (60.0, 60.0), (80.0, 180.0), (90.0, 180.0), (90.0, -180.0), (80.0, -180.0),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- words
@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0 s"), (0.9, "0 s"), (-0.1, "0 s ago"), (1.0, "1 s"), (119.9, "119 s"), (120.0, "2 min"),
     (179.9, "2 min"), (180.0, "3 min"),
     (3600.0, "60 min"), (-119.9, "119 s ago"), (-120.0, "2 min ago"), (-60.5, "60 s ago")],
)  # fmt: skip
def test_a_time_to_go_is_told_in_seconds_below_two_minutes_and_rounded_down(seconds: float, words: str) -> None:
    assert left(seconds) == words


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [(0.0, 0.0, "0.00 N 0.00 E"), (-0.5, -0.5, "0.50 S 0.50 W"), (12.345, 45.6, "12.35 N 45.60 E"),
     (-90.0, 180.0, "90.00 S 180.00 W"),
     (1.0, 190.0, "1.00 N 170.00 W"), (1.0, -190.0, "1.00 N 170.00 E"), (1.0, 179.99, "1.00 N 179.99 E"),
     (1.0, 540.5, "1.00 N 179.50 W")],
)  # fmt: skip
def test_a_place_is_told_by_hemispheres(lat: float, lon: float, words: str) -> None:
    assert place(lat, lon) == words


def test_a_list_is_cut_after_the_most_and_says_how_many_are_left() -> None:
    names = [f"n{i}" for i in range(1, 15)]
    assert listed([]) == ""
    assert listed(names[:12]) == ", ".join(names[:12])
    assert listed(names[:13]) == ", ".join(names[:12]) + " and 1 more"
    assert listed(iter(names), 2) == "n1, n2 and 12 more"
    assert listed(names[:2], 2) == "n1, n2"


# --------------------------------------------------------------------------------------------------------------- policy
def test_the_figures_of_a_point_are_its_own_with_the_90_per_cent_ellipse() -> None:
    assert _figures(point(10.0, -30.0, 900.0, 40.0)) == (10.0, -30.0, at(900.0), 40.0, 40.0 / 3.0)
    bare = GroundPoint(iso_from_tai(at(7.0)), -1.0, 2.0, (), 4.0)
    assert _figures(bare) == (-1.0, 2.0, at(7.0), 0.0, 0.0)


RULES = Settings()


def thread_of(**what: Any) -> Thread:
    """Return a thread that said what an assessment at 60 s says, at 60 s, unless `what` says otherwise."""
    thread = Thread("E-0001")
    thread.told = told_of(gathered(thread, assessment(60.0)), at(60.0), RULES)
    for name, value in what.items():
        setattr(thread, name, value)
    return thread


def said(thread: Thread, seconds: float, level: str = "probable", **more: Any) -> Decision:
    """Return the decision about a new assessment."""
    return decide(thread, gathered(thread, assessment(seconds, level, **more)), at(seconds), RULES)


@pytest.mark.parametrize("level", ["noticed", "tracked", "withdrawn"])
def test_below_possible_what_was_said_is_cancelled_and_nothing_else_is_said(level: str) -> None:
    assert said(thread_of(), 61.0, level) == "cancel"
    assert said(thread_of(told=None), 61.0, level) == "nothing"


def test_what_has_ended_is_closed_once() -> None:
    assert said(thread_of(), 61.0, "resolved") == "close"
    assert said(thread_of(told=None), 61.0, "resolved") == "nothing"


@pytest.mark.parametrize("level", ["possible", "probable", "confirmed"])
def test_the_first_word_does_not_wait(level: str) -> None:
    assert said(thread_of(told=None), 60.0, level) == "say"


def test_what_a_person_cancelled_is_said_again_only_when_it_is_worse() -> None:
    told = thread_of().told
    cancelled = {"told": None, "cancelled": told}
    assert said(thread_of(**cancelled), 200.0, "possible") == "nothing"
    assert said(thread_of(**cancelled), 200.0, "probable") == "nothing"
    assert said(thread_of(**cancelled), 200.0, "probable", impact_s=2000.0, objects=(3, 4, 5)) == "nothing"
    assert said(thread_of(**cancelled), 200.0, "confirmed") == "say"
    assert said(thread_of(**cancelled), 200.0, "possible", assets=("asset-4",)) == "say"


def test_a_higher_level_and_a_new_place_never_wait_a_change_does() -> None:
    assert said(thread_of(), 61.0, "confirmed") == "say"
    assert said(thread_of(), 61.0, assets=("asset-3", "asset-4")) == "say"
    assert said(thread_of(), 61.0, "possible") == "later"  # lower, yet worth a word
    assert said(thread_of(), 89.9, objects=(1, 2, 2)) == "later"
    assert said(thread_of(), 90.0, objects=(1, 2, 2)) == "say"
    assert said(thread_of(), 500.0) == "nothing"


# --------------------------------------------------------------------------------------------------------------- drafts
class Desk:
    """A part of dissemination with its one thread in sight."""

    def __init__(self) -> None:
        self.part, self.words = Dissemination("simulated", ASSETS), 0

    @property
    def thread(self) -> Thread:
        """The thread of the event."""
        return self.part._threads["E-0001"]

    def see(self, seconds: float, level: str = "probable", **more: Any) -> list[WarningMessage]:
        """Return what an assessment makes it say."""
        return self.part.on_assessment(assessment(seconds, level, **more), at(seconds))

    def word(self, seconds: float, action: str, person: str, text: str = "") -> list[OperatorAnswer | WarningMessage]:
        """Return the answer to a word of a person."""
        self.words += 1
        word = Operator(
            id=f"op-{self.words}", data_mode="simulated", received=at(seconds), action=action, person=person, subject="E-0001",  # type: ignore[arg-type]
            text=text,
        )  # fmt: skip
        return list(self.part.on_operator(word))

    def draft(self) -> tuple[str, str, bool]:
        """Return the id and grade of the draft, and whether its assessment is there."""
        return self.thread.draft, self.thread.draft_grade, self.thread.draft_assessment is not None


def test_a_thread_begins_with_nothing_said_and_nothing_drafted() -> None:
    new = Thread("E-0001")
    assert (new.number, new.draft, new.draft_grade, new.draft_assessment) == (0, "", "", None)
    assert (new.messages, new.released, new.due, new.approvals, new.told, new.cancelled) == (
        [],
        [],
        False,
        {},
        None,
        None,
    )


def test_a_draft_is_the_newest_message_until_two_people_release_it() -> None:
    desk = Desk()
    (first,) = desk.see(60.0, "possible")
    assert desk.draft() == (first.id, "information", True)
    (second,) = desk.see(61.0)
    assert desk.draft() == (second.id, "warning", True)
    assert desk.thread.draft_assessment == desk.thread.assessment
    assert [m.id for m in desk.thread.messages] == [first.id, second.id]
    desk.word(62.0, "release", "Ann")
    assert desk.draft() == (second.id, "warning", True) and list(desk.thread.approvals) == ["Ann"]
    answer, sent = desk.word(63.0, "release", "Bob")
    assert isinstance(sent, WarningMessage) and sent.released and answer.accepted  # type: ignore[union-attr]
    assert desk.draft() == ("", "", False)
    assert desk.thread.approvals == {} and [m.id for m in desk.thread.released] == [sent.id]
    assert [m.id for m in desk.thread.messages] == [first.id, second.id, sent.id]
    again = desk.word(64.0, "release", "Ann")
    assert [a.accepted for a in again] == [False]  # type: ignore[union-attr]


def test_the_end_of_an_event_is_a_draft_that_leaves_only_what_is_outside() -> None:
    desk = Desk()
    desk.see(60.0)
    (end,) = desk.see(100.0, "resolved")
    assert desk.draft() == (end.id, "closing", True)
    assert (end.kind, end.grade) == ("update", "closing")
    assert desk.thread.told is None and desk.thread.messages == [] and not desk.thread.due
    assert [a.accepted for a in desk.word(101.0, "release", "Ann")] == [False]  # type: ignore[union-attr]


def test_an_end_released_by_two_leaves_nothing_outside() -> None:
    desk = Desk()
    desk.see(60.0)
    desk.word(61.0, "release", "Ann")
    desk.word(62.0, "release", "Bob")
    assert len(desk.thread.released) == 1
    desk.see(100.0, "resolved")
    assert [m.id for m in desk.thread.messages] == [m.id for m in desk.thread.released]
    desk.word(101.0, "release", "Ann")
    _, sent = desk.word(102.0, "release", "Bob")
    assert isinstance(sent, WarningMessage) and (sent.kind, sent.grade, sent.released) == ("update", "closing", True)
    assert desk.thread.released == [] and desk.thread.messages == [] and desk.draft() == ("", "", False)


def test_a_word_for_an_information_is_none_for_a_warning() -> None:
    desk = Desk()
    desk.see(60.0, "possible")
    desk.word(61.0, "release", "Ann")
    desk.see(62.0)
    assert desk.thread.approvals == {}
    desk.word(63.0, "release", "Ann")
    desk.see(64.0, assets=("asset-3", "asset-4"))  # another warning: the word stays
    assert desk.thread.approvals == {"Ann": at(63.0)}


def test_a_word_to_release_holds_for_its_time_and_not_longer() -> None:
    desk = Desk()
    desk.see(60.0)
    desk.word(61.0, "release", "Ann")
    valid = RULES.approval_valid_s
    assert len(desk.word(61.0 + valid, "release", "Bob")) == 2
    late = Desk()
    late.see(60.0)
    late.word(61.0, "release", "Ann")
    assert len(late.word(61.0 + valid + 1.0, "release", "Bob")) == 1
    assert late.thread.approvals == {"Bob": at(61.0 + valid + 1.0)}


def test_a_cancel_takes_back_all_that_was_said_and_is_remembered() -> None:
    desk = Desk()
    (draft,) = desk.see(60.0)
    told = desk.thread.told
    _, sent = desk.word(70.0, "cancel", "Ann", "a drill")
    assert isinstance(sent, WarningMessage)
    assert (sent.kind, sent.grade, sent.released, [r.id for r in sent.references]) == (
        "cancel", "cancellation", False, [draft.id],
    )  # fmt: skip
    assert "Reason given: a drill" in sent.description
    assert desk.draft() == ("", "", False)
    assert desk.thread.told is None and desk.thread.cancelled == told and desk.thread.approvals == {}
    assert desk.thread.messages == [] and desk.thread.released == [] and not desk.thread.due
    assert [a.accepted for a in desk.word(71.0, "cancel", "Ann")] == [False]  # type: ignore[union-attr]


def test_what_waits_for_its_interval_is_due_and_said_once() -> None:
    desk = Desk()
    desk.see(60.0)
    assert desk.see(70.0, objects=(1, 2, 2)) == [] and desk.thread.due
    assert desk.part.on_tick(at(89.0)) == [] and desk.thread.due
    assert len(desk.part.on_tick(at(90.0))) == 1 and not desk.thread.due
    assert desk.thread.told is not None and desk.thread.told.time == at(90.0)
    assert at(90.0) - at(0.0) == NS * 90


def test_a_state_gives_an_equal_one() -> None:
    desk = Desk()
    desk.see(60.0)
    desk.word(61.0, "release", "Ann")
    other = Dissemination("simulated", ASSETS)
    other.load(desk.part.state())
    assert msgspec.to_builtins(other._threads["E-0001"]) == msgspec.to_builtins(desk.thread)

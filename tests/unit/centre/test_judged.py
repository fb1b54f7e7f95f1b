"""When the class of an object is news, and how long what falls may still be on its way."""

import types

import pytest

from tocsin.assessment.raids import Member, RaidEvent
from tocsin.centre.events import Events
from tocsin.centre.features import LAUNCH_LEAST
from tocsin.centre.judged import LATE_MOST_S, SURER, Judged, Spot
from tocsin.centre.judgement import _stand
from tocsin.core.constants import NS
from tocsin.tracking.bank import TrackBank

START = 1_700_000_000 * NS


def judged(said: str = "", **classes: float) -> Judged:
    one = Judged(number=1, slot=0, event=1, said=said, classes=classes)
    one.best = max(classes, key=classes.__getitem__)
    return one


def test_a_class_is_news_once_and_when_another_is_surely_likelier() -> None:
    one = judged(meteor=0.7, aircraft=0.3)
    assert one.is_news() and one.said == "meteor"
    assert not one.is_news()
    one.classes, one.best = {"meteor": 0.499, "aircraft": 0.501}, "aircraft"
    assert not one.is_news() and one.said == "meteor"
    one.classes = {"meteor": 0.48, "aircraft": 0.48 + 1.1 * SURER}
    assert one.is_news() and one.said == "aircraft"


@pytest.mark.parametrize(("sigma_s", "late_s"), [(5.0, 15.0), (100.0, LATE_MOST_S)])
def test_what_falls_is_waited_for_by_its_own_error_and_no_longer_than_a_minute(sigma_s: float, late_s: float) -> None:
    one = judged(meteor=1.0)
    assert not one.flies_on(START)
    one.impact = Spot(START, sigma_s, 0.6, 0.1, ())
    assert one.flies_on(START + round((late_s - 1.0) * NS))
    assert not one.flies_on(START + round((late_s + 1.0) * NS))
    # what glides may stay up for as long as its footprint says
    one.context.lifting.since = START - 60 * NS
    assert one.flies_on(START + round((2.0 * sigma_s - 1.0) * NS))
    assert not one.flies_on(START + round((2.0 * sigma_s + 1.0) * NS))


def test_who_saw_the_burn_speaks_for_what_came_of_it() -> None:
    one, track = judged(meteor=1.0), types.SimpleNamespace(paths={"radar/a/l1": 5, "radar/b/l2": 1})
    assert one.paths(track) == ("radar/a/l1",)
    one.burn_paths = ("infrared/s/l3",)
    assert one.paths(track) == ("infrared/s/l3", "radar/a/l1")


def with_launch(at: int, launched: float) -> Judged:
    one = judged(space_launch=1.0)
    one.launched, one.launch = launched, Spot(at, 5.0, 0.6, 0.1, ())
    return one


def test_a_launch_is_after_an_instant_where_it_is_one_and_its_lift_off_is_later() -> None:
    assert with_launch(START, LAUNCH_LEAST).launched_after(START - 1)
    assert not with_launch(START, LAUNCH_LEAST).launched_after(START)
    assert not with_launch(START, LAUNCH_LEAST - 0.01).launched_after(START - 1)
    assert not judged(space_launch=1.0).launched_after(0)


@pytest.mark.parametrize("glider_stays", [True, False])
@pytest.mark.parametrize(("after_s", "glides"), [(-300.0, True), (100.0, False)])
def test_what_was_launched_after_it_had_been_found_to_glide_has_not_glided(
    glider_stays: bool, after_s: float, glides: bool
) -> None:
    events = Events((), ())
    events.events = {1: RaidEvent(number=1, opened=START), 2: RaidEvent(number=2, opened=START)}
    glider, rocket = judged(meteor=1.0), with_launch(START + round(after_s * NS), 0.99)
    glider.context.lifting.since = START
    rocket.number, rocket.event = 2, 2
    for one in (glider, rocket):
        events.events[one.event].members[one.number] = Member(
            number=one.number, track=one.track, level="", joined=START, first_seen=START, launch_time=0, launch_place=None
        )  # fmt: skip
    kept, gone = (glider, rocket) if glider_stays else (rocket, glider)
    events.take_over(gone, kept, types.SimpleNamespace(number=kept.number, id=kept.track))
    assert bool(kept.context.lifting.since) is glides
    assert events.events[gone.event].joined == f"E{kept.event:04d}"


@pytest.mark.parametrize("carried", [0.0, 0.62])
def test_the_reason_says_where_a_payload_may_be_unseen(carried: float) -> None:
    track = TrackBank().add(START, "radar")
    one = judged(meteor=1.0)
    one.carried = carried
    _stand(types.SimpleNamespace(degraded={}), one, track, START)  # type: ignore[arg-type]
    assert ("it may be the stage (0.62)" in one.reason) is (carried > 0.0)

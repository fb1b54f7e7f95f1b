"""Which event an object joins, and what it takes to open one."""

import pytest

from tests.unit.assessment.test_raids import T0, at, event, member
from tocsin.assessment.raids import SAME_LAUNCH_S
from tocsin.centre.emitter import Emitter
from tocsin.centre.events import Events
from tocsin.centre.judged import FALL_SCORE, JOIN_SCORE, Judged, Spot
from tocsin.tracking.bank import TrackBank


def placed(score: float, launched: float, satellite: bool = False, stands: bool = True) -> tuple[Judged, Events]:
    """Return an object of radars (or a satellite) that rose `launched` s after the event which stands, and the events."""
    bank = TrackBank()
    track = bank.add(T0, "radar")
    track.score = score
    if satellite:
        bank.path_hits[track.slot, bank.path_number("infrared/x/y")] = 3
        bank.satellite[0] = True
        bank.sensors.append("x")
        bank.contacts["hits"][track.slot, 0] = 3
    events = Events((), ())
    if stands:
        events.events[1] = event(member(9, "possible", threat=True), level="possible")
        events.next = 2
    rose = Spot(at(launched), 1.0, 0.6, 0.1, ((0.5, 100.0, 100.0, 0.0),))
    judged = Judged(track.number, track.slot, level="possible", launch=rose, moved=True)
    events.place(judged, track, bank.tracks, Emitter("test"), at(300.0))
    return judged, events


@pytest.mark.parametrize("score", [JOIN_SCORE, FALL_SCORE])
def test_what_rose_there_and_then_joins(score: float) -> None:
    judged, events = placed(score, 10.0)
    assert judged.event == 1 and judged.level == "possible" and judged.number in events.events[1].members


@pytest.mark.parametrize(
    ("score", "satellite", "opens"),
    [(FALL_SCORE, False, True), (FALL_SCORE - 1.0, False, False), (JOIN_SCORE, True, True)],
)
@pytest.mark.parametrize("stands", [False, True])
def test_what_rose_elsewhere_opens_an_event_when_it_is_known_well_enough(
    score: float, satellite: bool, opens: bool, stands: bool
) -> None:
    judged, events = placed(score, 10.0 * SAME_LAUNCH_S, satellite, stands)
    assert (judged.event == 1 + stands) is opens and len(events.events) == stands + opens
    assert judged.level == ("possible" if opens else "")  # nobody is warned of what stands in no event
    assert judged.moved is opens  # what is refused has to meet the ground again before it opens one

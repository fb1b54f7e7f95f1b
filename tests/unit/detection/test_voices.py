"""One sensor, one voice: two sessions at once are told, a restart and late looks are not."""

from typing import Any

from tocsin.core.constants import NS
from tocsin.core.records.inputs import Look
from tocsin.detection.voices import KEPT, Voices

T0 = 1_700_000_000 * NS


def look(session: str, seconds: float, sensor: str = "radar") -> Look:
    end = T0 + round(seconds * NS)
    return Look(
        sensor=sensor, session=session, sequence=1, data_mode="test", received=end, time=end, start=end - NS, end=end
    )


def told(*looks: Look) -> list[str]:
    voices = Voices()
    return [word for one in looks if (word := voices.hear(one))]


def test_a_restart_is_told_by_nobody() -> None:
    assert told(*(look("a", t) for t in range(5)), *(look("b", t) for t in range(5, 20))) == []


def test_late_looks_of_the_old_session_are_of_before_the_restart() -> None:
    assert told(look("a", 1), look("b", 10), look("a", 8), look("b", 12)) == []


def test_a_session_that_goes_on_beside_a_newer_one_is_told_once() -> None:
    words = told(look("a", 1), look("tape", 10), look("a", 15), look("tape", 16), look("a", 20))
    assert len(words) == 1
    assert "a and tape" in words[0]


def test_two_sensors_may_have_sessions_of_the_same_name() -> None:
    assert told(look("a", 1), look("b", 10, "other"), look("a", 15), look("b", 16, "other")) == []


def test_what_it_holds_is_bounded_and_goes_through_a_snapshot() -> None:
    voices = Voices()
    for k in range(3 * KEPT):
        voices.hear(look(f"s{k:02d}", 10.0 * k))
    assert len(voices.sessions["radar"]) == KEPT
    state: dict[str, Any] = voices.state()
    twin = Voices()
    twin.load(state)
    assert twin.state() == state
    last = look(f"s{3 * KEPT - 2:02d}", 10.0 * 3 * KEPT)
    assert twin.hear(last) == voices.hear(last) != ""

"""When the centre speaks."""

import msgspec
import pytest

from tests.unit.dissemination.examples import ASSETS, assessment, at, point
from tocsin.core.records.warnings import WarningMessage
from tocsin.dissemination.dissemination import Dissemination


def made() -> Dissemination:
    return Dissemination("simulated", ASSETS)


def say(part: Dissemination, seconds: float, *args: object, **kwargs: object) -> list[WarningMessage]:
    return part.on_assessment(assessment(seconds, *args, **kwargs), at(seconds))  # type: ignore[arg-type]


@pytest.mark.parametrize("level", ["noticed", "tracked", "withdrawn", "resolved"])
def test_nothing_is_said_below_possible(level: str) -> None:
    assert say(made(), 60.0, level) == []


def test_a_possible_launch_is_information_flagged_as_unconfirmed() -> None:
    (said,) = say(made(), 60.0, "possible")
    assert (said.kind, said.grade, said.released) == ("alert", "information", False)
    assert "Unconfirmed launch" in said.headline


def test_probable_raises_the_information_to_a_warning_at_once() -> None:
    part = made()
    (first,) = say(part, 60.0, "possible")
    (second,) = say(part, 61.0, "probable")
    assert (second.kind, second.grade) == ("update", "warning")
    assert [r.id for r in second.references] == [first.id]


def test_the_same_assessment_is_not_said_twice() -> None:
    part = made()
    say(part, 60.0)
    assert say(part, 600.0, impact_s=905.0) == []


def test_a_new_threatened_place_does_not_wait() -> None:
    part = made()
    say(part, 60.0)
    (said,) = say(part, 61.0, assets=("asset-3", "asset-4"))
    assert "Cape Lantern" in said.description


@pytest.mark.parametrize(
    "change", [{"impact_s": 1000.0}, {"lat": 10.5}, {"semi_major_km": 20.0}, {"objects": (1, 2, 3)}, {"assets": ()}]
)
def test_a_material_change_waits_for_its_interval_and_is_then_said(change: dict[str, object]) -> None:
    part = made()
    say(part, 60.0)
    assert say(part, 70.0, **change) == []
    assert part.on_tick(at(89.0)) == []
    (said,) = part.on_tick(at(90.0))
    assert said.kind == "update"
    assert part.on_tick(at(200.0)) == []


def test_a_change_that_went_back_is_not_said() -> None:
    part = made()
    say(part, 60.0)
    say(part, 70.0, impact_s=1000.0)
    say(part, 80.0)
    assert part.on_tick(at(120.0)) == []


@pytest.mark.parametrize("level", ["withdrawn", "tracked", "noticed"])
def test_fallen_evidence_cancels_with_references_to_all_that_was_said(level: str) -> None:
    part = made()
    (first,) = say(part, 60.0, "possible")
    (second,) = say(part, 100.0, "probable")
    (cancel,) = say(part, 130.0, level)
    assert (cancel.kind, cancel.grade) == ("cancel", "cancellation")
    assert [r.id for r in cancel.references] == [first.id, second.id]
    assert say(part, 140.0, level) == []


def test_resolved_closes_without_claiming_an_observed_impact() -> None:
    part = made()
    say(part, 60.0)
    (closing,) = say(part, 1000.0, "resolved")
    assert (closing.kind, closing.grade) == ("update", "closing")
    assert "No observation of an impact" in closing.description
    assert "has fallen" not in closing.description


def test_an_event_that_comes_back_after_a_cancellation_is_a_new_alert() -> None:
    part = made()
    say(part, 60.0)
    say(part, 100.0, "withdrawn")
    (again,) = say(part, 110.0, "probable")
    assert (again.kind, again.number, again.references) == ("alert", 3, ())


def test_state_restored_in_the_middle_speaks_the_same() -> None:

    whole, first = made(), made()
    for part in (whole, first):
        say(part, 60.0, "possible")
        say(part, 70.0, "possible", impact_s=1000.0)
    second = made()
    second.load(msgspec.json.decode(msgspec.json.encode(first.state())))
    assert second.state() == whole.state()
    assert second.on_tick(at(95.0)) == whole.on_tick(at(95.0)) != []
    assert say(second, 200.0, "confirmed") == say(whole, 200.0, "confirmed") != []


def test_a_line_about_one_object_of_a_raid_does_not_forget_the_others() -> None:
    part = made()
    one = assessment(60.0)
    lead = one.members[0]
    other = msgspec.structs.replace(lead, track="T-0002", impact=point(12.0, -29.0, 960.0))
    whole = msgspec.structs.replace(one, tracks=("T-0001", "T-0002"), members=(lead, other))
    part.on_assessment(whole, at(60.0))
    line = msgspec.structs.replace(whole, tracks=("T-0002", "T-0001"), members=(), impact=other.impact)
    assert part.on_assessment(line, at(100.0)) == []
    moved = msgspec.structs.replace(line, impact=point(13.0, -29.0, 960.0))
    (said,) = part.on_assessment(moved, at(110.0))
    assert "T-0001: 10.00 N" in said.description and "T-0002: 13.00 N" in said.description
    ended = msgspec.structs.replace(
        moved, level="resolved", tracks=("T-0001", "T-0002"), impact=None, launch=None, classes={}, assets=()
    )
    (closing,) = part.on_assessment(ended, at(1000.0))
    assert "T-0001: 10.00 N" in closing.description and "last 2026-03-01 06:16:00 UTC" in closing.description

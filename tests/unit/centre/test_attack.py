"""A small attack through the centre: the ladder, causes that walk back, digests, snapshot, degraded mode."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from tests.unit.centre.attack import FAR, NEAR, attack
from tocsin.assessment.ladder import RANK
from tocsin.centre.centre import Centre
from tocsin.core.constants import NS
from tocsin.core.errors import TocsinError
from tocsin.core.records.inputs import Input, Look, Operator
from tocsin.core.records.network import Asset, Assets
from tocsin.core.records.outputs import Assessment, Event
from tocsin.core.records.warnings import WarningMessage


def fed(items: Iterable[Input], after_s: int = 120, radar_latitude_deg: float = NEAR) -> tuple[Centre, list[Any]]:
    """Return the centre and all that it said of inputs in order, and of silence after them."""
    network, assets, _, _ = attack(radar_latitude_deg)
    centre = Centre(network, assets, "test")
    said: list[Any] = []
    for item in items:
        said += centre.step(item)
    said += centre.advance(centre.now + after_s * NS)
    return centre, said


@pytest.fixture(scope="module")
def whole() -> tuple[Centre, list[Any]]:
    return fed(attack()[2])


def records(said: list[Any]) -> list[Event | Assessment]:
    return [r for r in said if isinstance(r, Event | Assessment)]


def levels(said: list[Any]) -> list[str]:
    return [r.level for r in said if isinstance(r, Assessment) and r.level != r.previous]


def test_a_missile_is_confirmed_before_it_falls(whole: tuple[Centre, list[Any]]) -> None:
    _, said = whole
    climbed = levels(said)
    assert "confirmed" in climbed
    up = climbed[: climbed.index("confirmed") + 1]
    assert [RANK[level] for level in up] == sorted(RANK[level] for level in up)
    confirmed = next(r for r in said if isinstance(r, Assessment) and r.level == "confirmed")
    assert confirmed.assets[0].id == "town"
    assert confirmed.assets[0].time_left_s > 60.0
    assert {p.split("/")[0] for p in confirmed.paths} == {"infrared", "radar"}
    assert levels(said)[-1] == "resolved"


def test_a_radar_takes_over_what_satellites_lost_sight_of_minutes_ago() -> None:
    # 100 s in the dark leave the track some 50 km wide: the radar's detections lie within that and are the same object
    _, said = fed(attack(FAR)[2], radar_latitude_deg=FAR)
    assert "confirmed" in levels(said)
    confirmed = next(r for r in said if isinstance(r, Assessment) and r.level == "confirmed")
    launched = next(r for r in said if isinstance(r, Event) and r.kind == "launch_detected")
    assert confirmed.event == launched.subject
    assert launched.data["track"] in confirmed.tracks
    assert confirmed.objects.low == confirmed.objects.best == 1


def test_the_class_of_what_threatens_nobody_is_told_again_when_it_changes() -> None:
    network, assets, looks, _ = attack()
    far = Assets(asset=tuple(a for a in assets.asset if a.id == "far"))
    centre = Centre(network, far, "test")
    said = [r for look in looks for r in centre.step(look)] + centre.advance(centre.now + 120 * NS)
    lines = [r for r in said if isinstance(r, Assessment)]
    assert {r.level for r in lines} == {"noticed", "tracked", "resolved"}
    named = [r for r in said if isinstance(r, Event) and r.kind == "identified" and r.subject == lines[0].tracks[0]]
    assert len({r.data["object_class"] for r in named}) > 1
    for r in named:
        later = [a for a in lines if a.time_utc >= r.time_utc and a.tracks[0] == r.subject]
        assert max(later[0].classes, key=lambda c: later[0].classes[c]) == r.data["object_class"]


def test_an_event_closes_with_the_last_word_on_its_objects(whole: tuple[Centre, list[Any]]) -> None:
    _, said = whole
    last = [r for r in said if isinstance(r, Assessment)][-1]
    assert last.level == "resolved"
    before = [r for r in said if isinstance(r, Assessment) and r.level == "confirmed"][-1]
    member = last.members[0]
    assert [m.track for m in last.members] == list(last.tracks)
    assert member.track == last.tracks[0] == before.tracks[0]
    assert (last.classes, last.launch, last.impact) == (member.classes, member.launch, member.impact)
    assert last.impact is not None
    assert before.impact is not None
    assert last.impact.lat_deg == pytest.approx(before.impact.lat_deg, abs=0.1)
    assert max(last.classes, key=lambda c: last.classes[c]) == "ballistic_missile_intermediate_range"


def test_it_is_one_event_of_one_object(whole: tuple[Centre, list[Any]]) -> None:
    _, said = whole
    assert len([r for r in said if isinstance(r, Event) and r.kind == "launch_detected"]) >= 1
    threatening = {r.event for r in said if isinstance(r, Assessment) and RANK.get(r.level, 0) >= RANK["possible"]}
    assert len(threatening) == 1
    confirmed = [r for r in said if isinstance(r, Assessment) and r.level == "confirmed"]
    assert all(r.objects.low == r.objects.best == 1 for r in confirmed)


def test_causes_walk_back_from_the_warning_to_detections(whole: tuple[Centre, list[Any]]) -> None:
    _, said = whole
    causes = {r.id: r.causes for r in said if isinstance(r, Event | Assessment | WarningMessage)}
    keys = {f"{k.sensor}/{k.session}/{k.sequence}/{int(n)}" for k in attack()[2] for n in k.numbers}
    warned = [r for r in said if isinstance(r, WarningMessage) and r.level == "confirmed"]
    assert warned
    assert all(r.assessment in causes for r in warned)
    told = [r for r in said if isinstance(r, Event) and r.kind in ("launch_detected", "level_changed", "warning_issued",
            "track_started", "track_updated", "identified")]  # fmt: skip
    for start in (*warned, *told):
        found, open_, seen = set(), list(start.causes), set()
        while open_:
            cause = open_.pop()
            if cause in keys:
                found.add(cause)
            else:
                assert cause in causes, (start.id, cause)
                if cause not in seen:
                    seen.add(cause)
                    open_ += causes[cause]
        assert found, start


def test_causes_come_before_what_they_cause(whole: tuple[Centre, list[Any]]) -> None:
    place = {r.id: i for i, r in enumerate(whole[1]) if isinstance(r, Event | Assessment)}
    for i, record in enumerate(whole[1]):
        if isinstance(record, Event | Assessment):
            assert all(place[c] < i for c in record.causes if c in place), record


def test_events_are_numbered_without_gaps_and_never_go_back_in_time(whole: tuple[Centre, list[Any]]) -> None:
    events = [r for r in whole[1] if isinstance(r, Event)]
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    times = [e.time_utc for e in events]
    assert times == sorted(times)
    assert {e.data_mode for e in events} == {"test"}


def test_every_assessment_has_a_word_of_every_sensor(whole: tuple[Centre, list[Any]]) -> None:
    for record in whole[1]:
        if isinstance(record, Assessment):
            assert [e.sensor for e in record.evidence] == ["radar-a", "radar-b", "sat-a", "sat-b"]
            assert {e.status for e in record.evidence} <= {"seen", "not_seen", "could_not_see"}
    first = next(r for r in whole[1] if isinstance(r, Assessment))
    said = {e.sensor: e.status for e in first.evidence}
    # behind the horizon at launch: a radar's silence there is no evidence
    assert said["radar-a"] == said["radar-b"] == "could_not_see"
    assert "seen" in said.values()


def test_the_same_inputs_twice_give_the_same_digests(whole: tuple[Centre, list[Any]]) -> None:
    again, said = fed(attack()[2])
    assert again.digests() == whole[0].digests()
    assert records(said) == records(whole[1])


def test_a_snapshot_in_the_middle_changes_nothing(whole: tuple[Centre, list[Any]]) -> None:
    network, assets, looks, _ = attack()
    centre = Centre(network, assets, "test")
    said: list[Any] = []
    for number, look in enumerate(looks):
        if number in (len(looks) // 4, len(looks) // 2, 3 * len(looks) // 4):
            saved = centre.snapshot()
            centre = Centre.restore(saved, network, assets)
            assert centre.snapshot() == saved
        said += centre.step(look)
    said += centre.advance(centre.now + 120 * NS)
    assert records(said) == records(whole[1])


def test_a_snapshot_of_another_network_or_list_is_refused(whole: tuple[Centre, list[Any]]) -> None:
    network, assets, _, _ = attack()
    saved = whole[0].snapshot()
    fewer = msgspec.structs.replace(network, radar=network.radar[:1])
    with pytest.raises(TocsinError, match="another network"):
        Centre.restore(saved, fewer, assets)
    with pytest.raises(TocsinError, match="another network"):
        Centre.restore(
            saved, network, Assets(asset=(Asset(id="x", latitude_deg=0.0, longitude_deg=0.0, radius_km=9.0),))
        )


def test_looks_of_one_phenomenology_reach_probable_and_a_person_lifts_them_to_confirmed() -> None:
    looks = [k for k in attack()[2] if k.sensor.startswith("radar")]
    _, alone = fed(looks)
    assert "probable" in levels(alone)
    assert "confirmed" not in levels(alone)
    declared = Operator(
        id="op-1",
        received=looks[0].received,
        data_mode="test",
        action="declare_degraded",
        person="officer",
        text="satellites lost",
    )
    _, lifted = fed([declared, *looks])
    assert "confirmed" in levels(lifted)
    ended = msgspec.structs.replace(declared, id="op-2", action="end_degraded", received=declared.received + 1)
    _, back = fed([declared, ended, *looks])
    assert levels(back) == levels(alone)


def test_a_look_told_twice_counts_once(whole: tuple[Centre, list[Any]]) -> None:
    looks = attack()[2]
    doubled: list[Look] = [k for look in looks for k in (look, look)]
    _, said = fed(doubled)
    assert levels(said) == levels(whole[1])
    assert [r.paths for r in said if isinstance(r, Assessment)] == [
        r.paths for r in whole[1] if isinstance(r, Assessment)
    ]


def test_what_is_said_does_not_depend_on_how_the_silence_is_cut() -> None:
    """A live centre is told of every second, a file is not: the messages are the same, and an event ends once."""
    network, assets, looks, _ = attack(NEAR)
    said: list[list[WarningMessage]] = []
    for step_s in (1, 600):
        centre = Centre(network, assets, "test")
        records = [r for look in looks[:-40] for r in centre.step(look)]
        end = centre.now + 600 * NS
        while centre.now < end:
            records += centre.advance(min(centre.now + step_s * NS, end))
        said.append([r for r in records if isinstance(r, WarningMessage)])
    assert said[0] == said[1]
    assert [m.grade for m in said[1]].count("closing") == 1


def test_a_threat_that_one_prediction_found_stands_when_no_look_follows() -> None:
    network, assets, looks, launch = attack()
    centre = Centre(network, assets, "test")
    for look in looks:
        if look.received < launch + 400 * NS:
            centre.step(look)
    centre.advance(centre.now + 9 * NS)  # all that the looks gave is predicted
    threat = max(centre.judgement.objects.values(), key=lambda j: j.asset)
    assert threat.asset_twice >= 0.10
    threat.asset_before, at = 0.0, threat.predicted_at
    centre.advance(at + 9 * NS)
    assert (threat.asset_twice, threat.predicted_at) == (0.0, at)
    centre.advance(at + 20 * NS)
    assert threat.asset_twice == threat.asset
    assert threat.predicted_at == at

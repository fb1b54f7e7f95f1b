"""Whole messages, word for word: what a duty officer reads, and what machines get beside it."""

from typing import Any

import msgspec
import pytest

from tests.unit.dissemination.examples import ASSETS, START, assessment, at, point
from tocsin.core.records.inputs import Operator
from tocsin.core.records.outputs import Assessment, AssetThreat, ObjectAssessment, SensorEvidence
from tocsin.core.records.warnings import WarningMessage
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.dissemination import words
from tocsin.dissemination.dissemination import Dissemination
from tocsin.prediction.ground import describe

DEG = 3.141592653589793 / 180.0
SHELTER = "Take shelter at once in the listed areas and stay there until the warning is cancelled or has ended."
VERIFY = "Information for duty officers. Verify, and be ready: the launch is not confirmed as an attack."
FIND_OUT = "The predicted time has passed. Find out on the ground what happened before giving the all-clear."
RETURN = "The warning no longer holds. Return to normal watch."
WHERE = describe(25.0 * DEG, -45.0 * DEG)
PLACE = f"  {WHERE}, 25.00 N 45.00 W, at 2026-03-01 06:00:20 UTC (50 % within 7 km)"
EVIDENCE = [
    "Seen by: IR-1.",
    "Looked and did not see: RADAR-2.",
    "Could not see (their silence is no evidence): RADAR-7.",
    "WHY: missile 96 %, asset 83 %, two paths",
]
KINDS = "most likely intermediate-range ballistic missile 96 %, space launch 4 %"
POINT = "  T-0001: 10.00 N 30.00 W at 2026-03-01 06:15:00 UTC, 90 % within 40 x 13 km (half axes, bearing 40 deg)"


HEADINGS = (
    "FROM (estimated launch):",
    "TO (predicted, not observed): probability of a fall on",
    "PREDICTED IMPACT POINTS:",
)


def say(said: Assessment, seconds: float, mode: str = "real") -> WarningMessage:
    (message,) = Dissemination(mode, ASSETS).on_assessment(said, at(seconds))
    return message


def test_a_warning_word_for_word() -> None:
    said = say(assessment(60.0, data_mode="real"), 60.0)
    assert (
        said.headline
        == "DRAFT - Missile attack warning (probable): 1 object, predicted impact near Port Meridian in 14 min"
    )
    assert said.instruction == SHELTER
    assert said.description.splitlines() == [
        "Real data. Draft: no person has released this message.",
        f"WHAT: Missile attack warning, 1 object; {KINDS}.",
        "FROM (estimated launch):",
        PLACE,
        "TO (predicted, not observed): probability of a fall on",
        "  Port Meridian: 83 %, at 2026-03-01 06:15:00 UTC, 14 min left",
        "PREDICTED IMPACT POINTS:",
        POINT,
        "WHEN: first predicted impact 2026-03-01 06:15:00 UTC (14 min left).",
        "HOW SURE: probable: missile, from two or more independent paths. "
        "2 independent paths: infrared (post-west), radar (radar-2).",
        *EVIDENCE,
    ]


def test_information_word_for_word() -> None:
    said = say(assessment(60.0, "possible", objects=(1, 2, 3)), 60.0, "simulated")
    assert (
        said.headline
        == "SIMULATED - Unconfirmed launch: 2 objects (1 to 3), possible impact near Port Meridian in 14 min"
    )
    assert said.instruction == VERIFY
    lines = said.description.splitlines()
    assert lines[:2] == [
        "SIMULATED. Nothing of this is real. Draft: no person has released this message.",
        f"WHAT: Unconfirmed launch, 2 objects (1 to 3); {KINDS}.",
    ]
    assert lines[9].startswith("HOW SURE: possible: a missile is not excluded. 2 independent paths")


def test_an_end_word_for_word() -> None:
    part = Dissemination("exercise", ASSETS)
    part.on_assessment(assessment(60.0, data_mode="exercise"), at(60.0))
    (said,) = part.on_assessment(assessment(1000.0, "resolved", data_mode="exercise"), at(1000.0))
    assert said.headline == "EXERCISE - Ended: missile warning of event E-0001; 1 object"
    assert said.instruction == FIND_OUT
    assert said.description.splitlines() == [
        "EXERCISE. This is not a real attack. Draft: no person has released this message.",
        f"WHAT: End of the warning of event E-0001, 1 object; {KINDS}.",
        "FROM (estimated launch):",
        PLACE,
        "TO (predicted, not observed): probability of a fall on",
        "  Port Meridian: 83 %, at 2026-03-01 06:15:00 UTC, 100 s ago",
        "PREDICTED IMPACT POINTS:",
        POINT,
        "WHEN: first predicted impact 2026-03-01 06:15:00 UTC (100 s ago). "
        "No observation of an impact is part of this message.",
        "HOW SURE: ended. 2 independent paths: infrared (post-west), radar (radar-2).",
        *EVIDENCE,
    ]
    assert (said.onset_utc, said.time_left_s) == (None, None)
    assert said.expires_utc == iso_from_tai(at(1900.0))


def test_a_cancellation_by_a_person_word_for_word() -> None:
    part = Dissemination("test", ASSETS)
    part.on_assessment(assessment(60.0, data_mode="test"), at(60.0))
    word = Operator("O-1", at(90.0), "test", "cancel", "Ada  Byron", "E-0001", "called by telephone")
    answer, said = part.on_operator(word)
    assert isinstance(said, WarningMessage)
    assert msgspec.to_builtins(answer) == {
        "operator": "O-1", "event": "E-0001", "accepted": True, "text": "cancelled by Ada Byron as E-0001-002",
    }  # fmt: skip
    assert said.headline == "TEST - Cancelled: missile warning of event E-0001"
    assert said.instruction == RETURN
    lines = said.description.splitlines()
    assert lines[:3] == [
        "TEST. This is not a real attack. Cancelled by Ada Byron.",
        "Reason given: called by telephone",
        f"WHAT: Cancellation of the warning of event E-0001; {KINDS}.",
    ]
    assert said.id == "E-0001-002" and said.number == 2


def test_a_released_warning_names_both_people_and_drops_the_mark_of_a_draft() -> None:
    part = Dissemination("real", ASSETS)
    part.on_assessment(assessment(60.0, data_mode="real"), at(60.0))
    part.on_operator(Operator("O-1", at(70.0), "real", "release", "Ada", "E-0001"))
    answer, said = part.on_operator(Operator("O-2", at(75.0), "real", "release", "Grace", "E-0001"))
    assert isinstance(said, WarningMessage)
    assert getattr(answer, "text", "") == "released by Ada and Grace as E-0001-002"
    assert said.headline == "Missile attack warning (probable): 1 object, predicted impact near Port Meridian in 13 min"
    assert said.description.splitlines()[0] == "Real data. Released by Ada and Grace."


def test_levels_and_modes_have_their_words() -> None:
    sure = {
        level: say(assessment(60.0, level), 60.0, "simulated").description.split("HOW SURE: ")[1].split(". 2 ")[0]
        for level in ("possible", "probable", "confirmed")
    }
    assert sure["confirmed"] == "confirmed: missile, seen by two kinds of sensor or under a declared degraded mode"
    assert words.LEVEL_WORDS["withdrawn"] == "withdrawn: the evidence fell"
    assert words.LEVEL_WORDS["noticed"] == "a launch-like look"
    assert words.LEVEL_WORDS["tracked"] == "powered or suborbital flight"
    assert [words.label(mode, False) for mode in ("real", "exercise", "test", "simulated")] == [
        "DRAFT", "EXERCISE", "TEST", "SIMULATED",
    ]  # fmt: skip
    assert [words.label(mode, True) for mode in ("real", "exercise", "test", "simulated")] == [
        "", "EXERCISE", "TEST", "SIMULATED",
    ]  # fmt: skip


def test_the_figures_for_machines_are_complete_and_in_order() -> None:
    base = assessment(60.0, objects=(1, 2, 3))
    more = msgspec.structs.replace(
        base, assets=(*base.assets, AssetThreat("asset-4", 0.01, 700.0), AssetThreat("coast", 0.0099, 700.0)),
        classes={**base.classes, "meteor": 0.0009, "aircraft": 0.001},
    )  # fmt: skip
    assert say(more, 60.0, "simulated").parameters == (
        ("event", "E-0001"),
        ("assessment", "E-0001/A1"),
        ("level", "probable"),
        ("objects_low", "1"),
        ("objects_best", "2"),
        ("objects_high", "3"),
        ("asset_probability", "asset-3 0.8300 840"),
        ("asset_probability", "asset-4 0.0100 700"),
        ("class_probability", "aircraft 0.0010"),
        ("class_probability", "ballistic_missile_intermediate_range 0.9600"),
        ("class_probability", "space_launch 0.0400"),
        ("launch T-0001", "25.0000,-45.0000 2026-03-01T06:00:20.000Z 4.0"),
        ("launch T-0001 ellipse", "0.50 6.60 2.20 40.0"),
        ("launch T-0001 ellipse", "0.90 12.00 4.00 40.0"),
        ("launch T-0001 ellipse", "0.99 16.92 5.64 40.0"),
        ("impact T-0001", "10.0000,-30.0000 2026-03-01T06:15:00.000Z 4.0"),
        ("impact T-0001 ellipse", "0.50 22.00 7.33 40.0"),
        ("impact T-0001 ellipse", "0.90 40.00 13.33 40.0"),
        ("impact T-0001 ellipse", "0.99 56.40 18.80 40.0"),
        ("path", "infrared/post-west/line-west"),
        ("path", "radar/radar-2/line-2"),
        ("evidence", f"IR-1 seen {iso_from_tai(at(60.0))}"),
        ("evidence", f"RADAR-2 not_seen {iso_from_tai(at(60.0))}"),
        ("evidence", f"RADAR-7 could_not_see {iso_from_tai(at(60.0))}"),
        ("cause", "V-1"),
        ("cause", "V-2"),
        ("causes", "2"),
    )


def test_a_long_list_of_causes_is_cut_and_its_length_is_told() -> None:
    many = msgspec.structs.replace(assessment(60.0), causes=tuple(f"V-{k}" for k in range(70)))
    said = say(many, 60.0, "simulated")
    listed = [value for name, value in said.parameters if name == "cause"]
    assert listed == [f"V-{k}" for k in range(64)] and ("causes", "70") in said.parameters
    assert said.causes == many.causes


def raid(objects: int, **given: Any) -> Assessment:
    """Return a raid of so many objects, each with a launch and an impact of its own."""
    base = assessment(60.0, objects=(objects, objects, objects))
    lead = base.members[0]
    members = tuple(
        msgspec.structs.replace(
            lead, track=f"T-{k:04d}", launch=point(25.0, -45.0, 20.0 + k), impact=point(10.0, -30.0, 900.0 + k)
        )
        for k in range(objects)
    )
    return msgspec.structs.replace(base, members=members, tracks=tuple(m.track for m in members), **given)


@pytest.mark.parametrize(("objects", "launches", "impacts"), [(6, 6, 6), (7, 6, 7), (12, 6, 12), (15, 6, 12)])
def test_a_long_raid_is_listed_in_part_and_the_rest_is_counted(objects: int, launches: int, impacts: int) -> None:
    said = say(raid(objects), 60.0, "simulated")
    lines = said.description.splitlines()
    start, to, points = (lines.index(heading) for heading in HEADINGS)
    assert lines[start + 1 + launches : to] == ([f"  and {objects - launches} more"] if objects > launches else [])
    when = lines.index(next(line for line in lines if line.startswith("WHEN:")))
    assert lines[points + 1 + impacts : when] == ([f"  and {objects - impacts} more"] if objects > impacts else [])
    last = iso_from_tai(at(900.0 + objects - 1)).split(".")[0].replace("T", " ")
    assert lines[when].endswith(f"(14 min left), last {last} UTC.")
    assert said.onset_utc == iso_from_tai(at(900.0))
    assert said.expires_utc == iso_from_tai(at(900.0 + objects - 1 + 900.0))


def test_many_threatened_places_are_listed_in_part_nearest_first() -> None:
    threats = tuple(AssetThreat(f"place-{k:02d}", 0.5, 900.0 - k) for k in range(14))
    lines = say(raid(1, assets=threats), 60.0, "simulated").description.splitlines()
    first = lines.index("TO (predicted, not observed): probability of a fall on") + 1
    assert [line.split(":")[0] for line in lines[first : first + 12]] == [f"  place-{k:02d}" for k in range(13, 1, -1)]
    assert lines[first + 12] == "  and 2 more"
    twelve = say(raid(1, assets=threats[:12]), 60.0, "simulated").description.splitlines()
    assert not any(line.endswith("more") for line in twelve)


def test_places_that_come_at_one_time_are_told_by_name_and_the_headline_names_two() -> None:
    threats = tuple(AssetThreat(name, 0.5, 840.0) for name in ("c", "b", "a"))
    assert "near a, b and 1 more in 14 min" in say(raid(1, assets=threats), 60.0, "simulated").headline


def test_what_is_not_known_is_said_so() -> None:
    bare = msgspec.structs.replace(
        assessment(60.0), impact=None, launch=None, members=(), assets=(), classes={}, paths=(), evidence=()
    )
    said = say(bare, 60.0, "simulated")
    assert said.headline == "SIMULATED - Missile attack warning (probable): 1 object, predicted impact"
    assert said.description.splitlines()[1:] == [
        "WHAT: Missile attack warning, 1 object.",
        "FROM: launch place not known.",
        "TO: no listed place.",
        "WHEN: no impact time predicted.",
        "HOW SURE: probable: missile, from two or more independent paths. No independent path.",
        "WHY: missile 96 %, asset 83 %, two paths",
    ]
    assert [area.description for area in said.areas] == ["Place not known: no impact is predicted well enough to draw"]
    assert said.expires_utc == iso_from_tai(at(60.0 + 900.0))


def test_points_without_ellipses_are_told_without_figures_they_do_not_have() -> None:
    base = assessment(60.0)
    lead = base.members[0]
    assert lead.launch is not None and lead.impact is not None
    plain = msgspec.structs.replace(
        lead, launch=msgspec.structs.replace(lead.launch, ellipses=()),
        impact=msgspec.structs.replace(lead.impact, ellipses=()),
    )  # fmt: skip
    said = say(msgspec.structs.replace(base, members=(plain,)), 60.0, "simulated")
    lines = said.description.splitlines()
    assert PLACE.removesuffix(" (50 % within 7 km)") in lines
    assert POINT.split(",")[0] in lines
    assert [area.description for area in said.areas] == ["Protected place: Port Meridian"]


def test_an_object_without_a_place_leaves_the_others_theirs() -> None:
    base = assessment(60.0)
    unknown = ObjectAssessment("T-0002", "tracked", {}, None, None, (), (), "noticed")
    said = say(
        msgspec.structs.replace(base, tracks=("T-0002", "T-0001"), members=(unknown, *base.members), classes={}), 60.0,
        "simulated",
    )  # fmt: skip
    assert KINDS in said.description  # of the first object that has classes
    assert [area.description for area in said.areas] == [
        "Protected place: Port Meridian",
        "Predicted impact of T-0001: holds it with 90 %",
    ]


def test_areas_are_the_places_from_one_percent_on_and_the_ellipses() -> None:
    base = assessment(60.0, assets=("asset-3", "asset-4", "coast", "not-listed"))
    threats = tuple(
        msgspec.structs.replace(t, probability=p) for t, p in zip(base.assets, (0.5, 0.01, 0.0099, 0.9), strict=True)
    )
    said = say(msgspec.structs.replace(base, assets=threats), 60.0, "simulated")
    assert [(a.description, a.circle) for a in said.areas] == [
        ("Protected place: Port Meridian", (10.0, -30.0, 15.0)),
        ("Protected place: Cape Lantern", (12.0, -29.0, 15.0)),
        ("Predicted impact of T-0001: holds it with 90 %", None),
    ]


def test_a_warning_holds_for_a_quarter_of_an_hour_past_the_last_impact_and_five_minutes_at_least() -> None:
    def expires(impact_s: float, now_s: float = 60.0) -> float:
        part = Dissemination("simulated", ASSETS)
        (said,) = part.on_assessment(assessment(now_s, impact_s=impact_s), at(now_s))
        return (tai_from_iso(said.expires_utc) - START) / 1e9

    assert expires(900.0) == 1800.0
    assert expires(200.0, 1000.0) == 1300.0  # predicted to be over: those who read it still need the time
    assert expires(450.0, 1000.0) == 1350.0


def test_a_place_past_its_time_is_told_as_past() -> None:
    late = assessment(1000.0, assets=("asset-3",), impact_s=900.0)
    said = say(late, 1000.0, "simulated")
    assert "predicted impact near Port Meridian, predicted time passed 100 s ago" in said.headline
    assert "Port Meridian: 83 %, at 2026-03-01 06:15:00 UTC, 100 s ago" in said.description
    assert said.time_left_s == pytest.approx(-100.0)


def test_without_a_threatened_place_the_time_left_is_that_of_the_first_impact() -> None:
    said = say(raid(3, assets=()), 60.0, "simulated")
    assert said.time_left_s == pytest.approx(840.0)
    assert said.headline.endswith("predicted impact in 14 min")


def test_many_witnesses_are_listed_in_part() -> None:
    rows = tuple(SensorEvidence(f"S-{k:02d}", "seen", iso_from_tai(at(60.0))) for k in range(22))
    said = say(msgspec.structs.replace(assessment(60.0), evidence=rows), 60.0, "simulated")
    assert f"Seen by: {', '.join(f'S-{k:02d}' for k in range(20))} and 2 more." in said.description
    assert "Looked and did not see" not in said.description


def test_one_path_is_told_in_the_singular_and_sites_once() -> None:
    paths = ("infrared/a/1", "infrared/a/2", "radar/r/3")
    many = say(msgspec.structs.replace(assessment(60.0), paths=paths), 60.0, "simulated")
    assert "2 independent paths: infrared (a), radar (r)." in many.description
    one = say(msgspec.structs.replace(assessment(60.0), paths=paths[:2]), 60.0, "simulated")
    assert "1 independent path: infrared (a)." in one.description

"""The centre as a state machine: empty, foreign modes, unknown sensors, long silence, health."""

import msgspec
import pytest

from tests.unit.detection.looks import START, look
from tocsin.centre.centre import Centre
from tocsin.centre.people import MOST_REASONS
from tocsin.core.constants import NS
from tocsin.core.records.inputs import ElementSet, Health, Notification, Operator, OperatorAction, Tick
from tocsin.core.records.network import Asset, Assets, Infrared, Network, Orbit, Radar
from tocsin.core.records.outputs import Event, Rejection
from tocsin.core.records.warnings import OperatorAnswer

NETWORK = Network(
    radar=(Radar(id="R", latitude_deg=30.0, longitude_deg=-28.0, range_km=4000.0, line="wire"),),
    infrared=(Infrared(id="S", orbit=Orbit(geo_longitude_deg=-30.0)),),
)
ASSETS = Assets(asset=(Asset(id="A", latitude_deg=40.0, longitude_deg=-30.0, radius_km=50.0),))
YEAR_NS = 365 * 86400 * NS


def centre() -> Centre:
    return Centre(NETWORK, ASSETS, "test")


def test_an_empty_centre_says_nothing_and_has_a_digest() -> None:
    one, two = centre(), centre()
    assert one.advance(START) == []
    assert one.counts()["events"] == one.counts()["tracks_alive"] == 0
    assert one.drain_tracks() is None
    assert one.drain_observations() == {}
    two.advance(START)
    assert one.digests() == two.digests()
    assert one.digests()["state"] != centre().digests()["state"]


def test_a_centre_without_sensors_or_assets_steps() -> None:
    bare = Centre(Network(), Assets(), "test")
    said = bare.step(look("R"))
    assert [type(r) for r in said] == [Rejection, Event]
    assert bare.advance(START + 100 * NS) == []


@pytest.mark.parametrize("mode", ["real", "exercise", "simulated", ""])
def test_a_look_of_another_data_mode_is_refused(mode: str) -> None:
    one = centre()
    said = one.step(look("R", data_mode=mode))
    assert [type(r) for r in said] == [Rejection]
    assert said[0].field == "data_mode" and said[0].action == "refused"
    assert (one.looks, one.rows_used, sum(one.refused.values())) == (0, 0, 1)
    assert not one.tracker.bank.tracks


def test_every_other_input_of_another_data_mode_is_refused() -> None:
    one = centre()
    items = (
        Notification("n", START, "real", START, START + NS, 30.0, -30.0),
        Health("h", START, "real", "R", "down"),
        Operator("o", START, "real", "declare_degraded", "officer"),
        ElementSet("1", "x", "1", "2", START, "real"),
    )
    for item in items:
        said = one.step(item)
        assert [type(r) for r in said] == [Rejection], item
    assert one.notices == {} and one.degraded == {} and len(one.catalogue) == 0
    assert one.rows_used == 0 and sum(one.refused.values()) == len(items)


@pytest.mark.parametrize(
    ("action", "subject", "person", "reason"),
    [
        ("release", "E0001", "Ada", "nothing was said about 'E0001'"),
        ("cancel", "", "Ada", "nothing was said about ''"),
        ("acknowledge", "E0001", "  ", "a person has to be named"),
        ("declare_degraded", "E0001", "Ada", "there is no event 'E0001'"),
        ("declare_degraded", "", " ", "a person has to be named"),
        ("end_degraded", "", "Ada", "no degraded mode of all events was declared"),
    ],
)
def test_a_word_of_an_operator_that_cannot_be_done_is_refused_with_its_row(
    action: OperatorAction, subject: str, person: str, reason: str
) -> None:
    one = centre()
    said = one.step(Operator("o", START, "test", action, person, subject, file="words.jsonl", row=7))
    assert [r for r in said if isinstance(r, Rejection)] == [Rejection("words.jsonl", 7, "operator", reason, "refused")]
    assert [(r.operator, r.accepted) for r in said if isinstance(r, OperatorAnswer)] == [("o", False)]
    assert (one.rows_used, one.refused, one.degraded) == (0, {reason: 1}, {})


def test_words_without_end_have_bounded_reasons() -> None:
    one = centre()
    for k in range(MOST_REASONS + 50):
        one.step(Operator(f"o{k}", START + k, "test", "release", "Ada", f"E{k}"))
    assert len(one.refused) == MOST_REASONS + 1
    assert one.refused["cannot be done"] == 50 and one.rows_used == 0


def test_a_degraded_mode_is_declared_and_ended_and_counts_as_used() -> None:
    one = centre()
    for k, action in enumerate(("declare_degraded", "end_degraded")):
        said = one.step(Operator(f"o{k}", START + k, "test", action, "Ada"))  # type: ignore[arg-type]
        assert [r.accepted for r in said] == [True]
        assert one.degraded == ({} if k else {"": "Ada"})
    assert one.rows_used == 2 and one.refused == {}


def test_the_state_does_not_depend_on_where_an_input_stood() -> None:
    one, two = centre(), centre()
    notice = Notification("n", START, "test", START, START + NS, 30.0, -30.0)
    one.step(notice)
    two.step(msgspec.structs.replace(notice, file="n.jsonl", row=3))
    assert one.digests() == two.digests()


def test_an_unknown_sensor_is_told_once_and_its_rows_refused() -> None:
    one = centre()
    said = [r for k in range(3) for r in one.step(look("X", sequence=k, seconds=k))]
    assert [r.kind for r in said if isinstance(r, Event)] == ["quarantined"]
    assert len([r for r in said if isinstance(r, Rejection)]) == 3
    assert one.rows_used == 0


def test_data_time_never_goes_back() -> None:
    one = centre()
    one.step(look("R", seconds=10.0))
    before = one.now
    one.step(Tick(before - 5 * NS))
    assert one.now == before
    one.advance(before - 100 * NS)
    assert one.now == before


def test_a_jump_of_years_says_what_a_walk_there_says() -> None:
    one = centre()
    one.step(look("R"))
    said = one.advance(START + 10 * YEAR_NS)
    assert one.now == START + 10 * YEAR_NS
    # one sensor fell silent, the track of one detection is gone, and that is all
    assert [r.kind for r in said if isinstance(r, Event)] == ["sensor_lost"]
    assert not one.tracker.bank.tracks


def test_ticks_change_nothing_that_silence_would_not() -> None:
    one, two = centre(), centre()
    for centre_ in (one, two):
        centre_.step(look("R"))
    told = [r for k in range(1, 200) for r in one.step(Tick(START + k * NS))]
    kinds = [r.kind for r in two.advance(START + 199 * NS)]
    assert [r.kind for r in told] == kinds == ["sensor_lost"]
    assert one.now == two.now
    assert one.counts() == two.counts()


def test_health_of_a_line_is_told_of_each_sensor_on_it_once() -> None:
    one = centre()
    down = Health("h1", START, "test", "wire", "down")
    said = one.step(down)
    assert [(r.kind, r.subject, r.causes) for r in said] == [("sensor_lost", "R", ("h1",))]
    assert one.step(msgspec.structs.replace(down, id="h2")) == []
    said = one.step(Health("h3", START + NS, "test", "wire", "ok"))
    assert [(r.kind, r.subject) for r in said] == [("sensor_back", "R")]


def test_a_lost_look_is_told_once_its_time_has_come() -> None:
    one = centre()
    one.step(look("R", sequence=0))
    said = [r for k in (3, 4, 5) for r in one.step(look("R", sequence=k, seconds=k))]
    assert [r for r in said if isinstance(r, Event) and r.kind == "gap"] == []
    said = one.advance(START + 70 * NS)
    gaps = [r for r in said if isinstance(r, Event) and r.kind == "gap"]
    assert [(g.subject, g.data["first"], g.data["last"]) for g in gaps] == [("R", 1, 2)]


def test_every_row_is_used_or_refused() -> None:
    one = centre()
    rows = 0
    for k in range(6):
        given = look("R", sequence=k // 2, seconds=k // 2, n=2)
        rows += 2
        one.step(given)
    one.step(look("R", sequence=9, seconds=-500.0, n=3))
    rows += 3
    assert one.rows_used + sum(one.refused.values()) == rows


def test_a_snapshot_of_an_empty_centre_restores() -> None:
    one = centre()
    again = Centre.restore(one.snapshot(), NETWORK, ASSETS)
    assert again.digests() == one.digests()
    one.step(look("R"))
    again.step(look("R"))
    assert again.digests() == one.digests()

"""Objects of one burn: what separates from a stage rose where its plume did."""

import math
import types

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, at, later, thrown
from tocsin.centre.judged import Judged, Spot
from tocsin.centre.kin import ASKED, FADES_DB, burn_of_kin, note_spent, note_upper, payload_unseen
from tocsin.core.constants import NS
from tocsin.identification.classes import CLASSES
from tocsin.tracking.bank import Track
from tocsin.tracking.filter_kernels import LIGHTNESS, LIGHTNESS_SIGMA
from tocsin.tracking.kindred import apart_at

STAGE = thrown()
PUSHED = np.concatenate([np.zeros(3), 20.0 * STAGE[3:6] / np.linalg.norm(STAGE[3:6])])
WARHEAD = STAGE + PUSHED
ANOTHER = later(thrown(lat_deg=22.2), 25.0)
"""Thrown from 22 km beside, 25 s before."""


def followed(*objects: np.ndarray, looks: int = 14) -> tuple[Scene, list[Track]]:
    """Return a scene with the tracks of objects that were thrown at second 0, seen by a radar every 5 s from second 60 on."""
    scene = Scene(3)
    for k in range(looks):
        seconds = 60.0 + 5.0 * k
        scene.radar("A", seconds, [later(x, seconds) for x in objects])
    assert len(scene.standing) == len(objects)
    tracks = []
    for x in objects:
        truth = later(x, seconds)[:3]
        tracks.append(min(scene.standing, key=lambda t, y=truth: float(np.linalg.norm(scene.state_of(t)[0][:3] - y))))
    assert len({t.number for t in tracks}) == len(objects)
    return scene, tracks


def rose(seconds: float, sigma_m: float) -> Spot:
    return Spot(at(seconds), 5.0, 0.38, -0.56, ((0.5, 1.1774 * sigma_m, 1.1774 * sigma_m, 0.0),))


def judged_of(tracks: list[Track], *spots: Spot) -> list[Judged]:
    return [Judged(number=t.number, slot=t.slot, launch=spot) for t, spot in zip(tracks, spots, strict=True)]


def lit(scene: Scene, *tracks: Track) -> None:
    """Let satellites have seen the burn of tracks that ended at second 0."""
    west = scene.tracker.bank.sensor_number(SENSORS["west"])
    for track in tracks:
        scene.tracker.bank.contacts[track.slot, west]["hits"] = 6
        track.off_from = at(0.0)
        track.infrared_hits, track.last_infrared, track.born = 6, at(-2.0), at(-90.0)


def test_what_separated_was_in_one_place_and_what_flies_beside_was_not() -> None:
    scene, tracks = followed(STAGE, WARHEAD, ANOTHER)
    stage, warhead, another = (t.slot for t in tracks)
    bank = scene.tracker.bank
    assert apart_at(bank, stage, warhead, at(0.0)) < 12.0
    assert apart_at(bank, stage, another, at(0.0)) > 100.0
    assert apart_at(bank, stage, warhead, at(0.0)) == pytest.approx(apart_at(bank, warhead, stage, at(0.0)), rel=1e-9)


def test_a_warhead_rose_where_the_plume_did_whose_track_the_stage_has_kept() -> None:
    scene, tracks = followed(STAGE, WARHEAD)
    lit(scene, tracks[0])
    told, arc = rose(-150.0, 4e3), rose(-130.0, 40e3)
    stage, warhead = judged_of(tracks, told, arc)
    bank, objects = scene.tracker.bank, (stage, warhead)
    spot, burnt = burn_of_kin(bank, objects, warhead, tracks[1]) or (None, None)
    assert spot is told
    assert burnt is stage
    # asked once at each of the numbers of detections
    assert warhead.kin == 1
    assert tracks[1].hits < ASKED[1]
    assert burn_of_kin(bank, objects, warhead, tracks[1]) is None


def test_a_burn_placed_to_kilometres_is_its_own_though_its_arc_is_surer() -> None:
    scene, tracks = followed(STAGE, WARHEAD)
    lit(scene, tracks[0])
    stage, warhead = judged_of(tracks, rose(-150.0, 10e3), rose(-130.0, 6e3))
    assert burn_of_kin(scene.tracker.bank, (stage, warhead), warhead, tracks[1]) is not None


def test_nothing_is_taken_over_from_a_burn_elsewhere_from_one_worse_known_nor_where_two_fit() -> None:
    scene, tracks = followed(STAGE, WARHEAD, ANOTHER)
    lit(scene, tracks[0])
    told, arc = rose(-150.0, 4e3), rose(-130.0, 40e3)
    bank = scene.tracker.bank
    objects = judged_of(tracks, told, arc, arc)
    assert burn_of_kin(bank, objects, objects[2], tracks[2]) is None
    for worse in (rose(-150.0, 60e3), rose(-130.0 - 400.0, 4e3)):
        objects = judged_of(tracks, worse, arc, arc)
        assert burn_of_kin(bank, objects, objects[1], tracks[1]) is None
    # a plume that burnt beside it may have been taken for it
    lit(scene, tracks[2])
    objects = judged_of(tracks, told, arc, rose(-160.0, 4e3))
    assert burn_of_kin(bank, objects, objects[1], tracks[1]) is None
    both, tracks = followed(STAGE, WARHEAD, STAGE - PUSHED)
    lit(both, *tracks[:2])
    objects = judged_of(tracks, told, told, arc)
    assert burn_of_kin(both.tracker.bank, objects, objects[2], tracks[2]) is None


def test_a_young_track_and_one_that_satellites_saw_are_not_asked() -> None:
    scene, tracks = followed(STAGE, WARHEAD, looks=8)
    lit(scene, tracks[0])
    objects = judged_of(tracks, rose(-150.0, 4e3), rose(-130.0, 40e3))
    for judged, track in zip(objects, tracks, strict=True):
        assert burn_of_kin(scene.tracker.bank, objects, judged, track) is None
        assert judged.kin == 0


def family(scene: Scene, tracks: list[Track], echoes: tuple[float, ...], hits: int = 20) -> tuple[Judged, ...]:
    """Return objects of one burn whose mean radar cross-sections are `echoes`, dB m2."""
    found = judged_of(tracks, *(rose(-150.0, 4e3) for _ in tracks))
    for judged, track, echo in zip(found, tracks, echoes, strict=True):
        judged.burn = tracks[0].number
        scene.tracker.bank.columns["echo"][track.slot] = echo
        scene.tracker.bank.columns["echo_hits"][track.slot] = hits
    note_spent(scene.tracker.bank, found)
    return tuple(found)


def test_the_brighter_of_two_that_came_apart_is_the_spent_stage() -> None:
    scene, tracks = followed(STAGE, WARHEAD)
    stage, warhead = family(scene, tracks, (8.0, -8.0))
    assert stage.spent == pytest.approx(1.0 / (1.0 + np.exp(-4.0)))
    assert stage.spent + warhead.spent == pytest.approx(1.0)
    assert stage.beside
    assert not warhead.beside
    # alike to radar, or hardly seen: neither is told apart, and nobody is said to fly beside
    for alike in (family(scene, tracks, (3.0, 3.0)), family(scene, tracks, (8.0, -8.0), hits=4)):
        assert [j.spent for j in alike] == [0.5, 0.5]
        assert not any(j.beside for j in alike)


def test_what_the_air_has_told_of_two_that_came_apart_counts_too() -> None:
    scene, tracks = followed(STAGE, WARHEAD)
    stage, warhead = family(scene, tracks, (0.0, 0.0))
    stage.context.lightness, warhead.context.lightness = (1.0 / 250.0, 1e-4), (1.0 / 5000.0, 1e-5)
    note_spent(scene.tracker.bank, (stage, warhead))
    assert stage.spent > 0.99
    # the prior of the filter is no word of the air
    stage.context.lightness = warhead.context.lightness = (LIGHTNESS, LIGHTNESS_SIGMA)
    note_spent(scene.tracker.bank, (stage, warhead))
    assert stage.spent == 0.5


def test_one_that_is_left_alone_keeps_what_was_known_of_it() -> None:
    scene, tracks = followed(STAGE, WARHEAD)
    stage, _ = family(scene, tracks, (8.0, -8.0))
    before = stage.spent
    note_spent(scene.tracker.bank, (stage,))
    assert stage.spent == before


SINCE_S, PUSH_M_S2 = 20.0, 15.0
"""How long ago a stage was left behind, and how hard what was on top of it has been pushed since."""


def staged(
    alone: bool = False, way: float = 1.0, aside_m: float = 0.0
) -> tuple[types.SimpleNamespace, list[Judged], list[Track]]:
    """Return tracker, objects and tracks of a lower stage that coasts and of one that has burnt on from it.

    `alone`: radars started the lower one's track when it was left behind, and the plume's track went on with the other. `way`,
    `aside_m`: what the upper one has gone ahead, as a share of what its push explains, and to the side.
    """
    scene, tracks = followed(STAGE, WARHEAD)
    lower, upper = tracks
    bank = scene.tracker.bank
    now, left = at(130.0), at(130.0 - SINCE_S)
    for track, infrared in ((lower, 0 if alone else 6), (upper, 6)):
        bank.ts[track.slot] = now
        track.infrared_hits = infrared
        west = bank.sensor_number(SENSORS["west"])
        bank.contacts[track.slot, west]["hits"] = infrared
        track.hits = 12 + infrared
        track.off_from = 0
    lower.born, upper.born = (left, at(-60.0)) if alone else (at(-60.0), left)
    if not alone:
        lower.off_from = left
    coasts = np.zeros(9)
    coasts[:6] = later(STAGE, 60.0)
    along = coasts[3:6] / np.linalg.norm(coasts[3:6])
    side = np.cross(along, [0.0, 0.0, 1.0])
    burns = coasts.copy()
    burns[:3] += way * 0.5 * PUSH_M_S2 * SINCE_S**2 * along + aside_m * side
    burns[3:6] += PUSH_M_S2 * SINCE_S * along
    states = {lower.slot: coasts, upper.slot: burns}
    tracker = types.SimpleNamespace(
        bank=bank, combined=lambda slots: (np.array([states[s] for s in slots.tolist()]), None)
    )
    objects = judged_of(tracks, rose(-150.0, 4e3), rose(-150.0, 4e3))
    objects[1].classes = {c: float(c == "space_launch") for c in CLASSES}
    objects[0].context.lit = dict.fromkeys(CLASSES, 0.1)
    return tracker, objects, tracks


@pytest.mark.parametrize("alone", [False, True])
def test_what_burns_on_from_where_a_stage_was_left_tells_its_class(alone: bool) -> None:
    tracker, (lower, upper), tracks = staged(alone)
    note_upper(tracker, (lower, upper), lower, tracks[0])
    assert lower.context.upper == upper.number
    assert lower.context.vehicle == upper.classes
    assert upper.context.earlier == lower.context.lit
    assert lower.beside
    assert lower.burn == upper.burn == upper.number
    # the class of the upper one is followed, and stays known when its track has ended
    upper.classes = dict.fromkeys(CLASSES, 0.05)
    note_upper(tracker, (lower, upper), lower, tracks[0])
    assert lower.context.vehicle == upper.classes
    note_upper(tracker, (lower,), lower, tracks[0])
    assert lower.context.vehicle == upper.classes
    # what burns on is nobody's lower stage
    note_upper(tracker, (lower, upper), upper, tracks[1])
    assert not upper.context.upper


def test_of_two_that_burn_on_there_nobody_can_tell_which_it_was() -> None:
    tracker, (lower, upper), tracks = staged()
    another = Judged(number=tracks[1].number, slot=tracks[1].slot, launch=upper.launch, classes=upper.classes)
    note_upper(tracker, (lower, upper, another), lower, tracks[0])
    assert not lower.context.upper


@pytest.mark.parametrize("change", ["beside", "ahead", "behind", "long ago", "unseen", "before"])
def test_another_that_burns_near_by_is_no_upper_stage(change: str) -> None:
    more = {"beside": {"aside_m": 6e3}, "ahead": {"way": 4.0}, "behind": {"way": -1.0}}.get(change, {})
    tracker, (lower, upper), tracks = staged(**more)  # type: ignore[arg-type]
    if change == "long ago":
        tracks[0].off_from -= 90 * NS
    if change == "unseen":
        tracks[1].infrared_hits = 0
    if change == "before":
        tracks[1].born = at(-80.0)
    note_upper(tracker, (lower, upper), lower, tracks[0])
    assert not lower.context.upper
    assert lower.context.vehicle is None
    assert not lower.beside


def alone(echo_db: float, hits: int = 12, **classes: float) -> tuple[Judged, float]:
    """Return an object that a radar sees alone with a mean cross-section, and P(a stage whose payload nobody has seen)."""
    scene, (track,) = followed(STAGE)
    one = Judged(number=track.number, slot=track.slot, classes=classes or {"ballistic_missile_intercontinental": 1.0})
    columns = scene.tracker.bank.columns
    columns["echo"][track.slot], columns["echo_hits"][track.slot] = echo_db, hits
    return one, payload_unseen(scene.tracker.bank, one, track)


def test_what_is_bright_to_radar_and_alone_may_be_the_stage_of_a_missile() -> None:
    shares = [alone(db - FADES_DB)[1] for db in (-6.0, 0.0, 3.0, 6.0, 9.0)]
    assert shares[:2] == [0.0, 0.0]
    assert 0.3 < shares[2] < 0.6 < shares[3] < shares[4] < 0.97
    # many a short-range missile falls in one piece
    assert alone(6.0 - FADES_DB, ballistic_missile_short_range=1.0)[1] < 0.7 * shares[3]


def test_the_decibels_of_a_fading_echo_lie_below_its_mean() -> None:
    power = np.random.default_rng(3).exponential(size=200_000)
    assert np.mean(10.0 * np.log10(power)) == pytest.approx(-FADES_DB, abs=0.05)


def test_what_the_air_slows_more_than_heads_may_be_the_stage_of_a_missile_without_any_echo() -> None:
    def share(beta: float, sigma: float, echo_db: float = math.nan) -> float:
        scene, (track,) = followed(STAGE)
        one = Judged(number=track.number, slot=track.slot, classes={"ballistic_missile_short_range": 1.0})
        # what the filter makes of drag that says 1 / beta +/- sigma, with the lightness of heads for its prior
        told = LIGHTNESS_SIGMA**2 / (LIGHTNESS_SIGMA**2 + sigma**2)
        one.context.lightness = LIGHTNESS + told * (1.0 / beta - LIGHTNESS), LIGHTNESS_SIGMA * math.sqrt(1.0 - told)
        columns = scene.tracker.bank.columns
        columns["echo"][track.slot], columns["echo_hits"][track.slot] = echo_db, 0 if math.isnan(echo_db) else 12
        return payload_unseen(scene.tracker.bank, one, track)

    assert share(230.0, 2.0e-3) < share(230.0, 1.5e-3) < share(230.0, 1.0e-3)
    assert share(230.0, 1.0e-3) > 0.9
    assert share(4000.0, 1.0e-3) == share(1000.0, 2.0e-3) == 0.0
    # each tells what it tells
    assert share(230.0, 1.5e-3, -20.0) < share(230.0, 1.5e-3) < share(230.0, 1.5e-3, 8.0)
    assert share(4000.0, 0.5e-3, 3.0) < alone(3.0, ballistic_missile_short_range=1.0)[1]


def test_nothing_is_said_of_a_payload_where_nothing_tells_of_it() -> None:
    assert alone(9.0, hits=4)[1] == 0.0
    assert alone(9.0, satellite=0.9, ballistic_missile_intercontinental=0.1)[1] == 0.0
    scene, (track,) = followed(STAGE)
    columns = scene.tracker.bank.columns
    columns["echo"][track.slot], columns["echo_hits"][track.slot] = 9.0, 12
    one = Judged(number=track.number, slot=track.slot, classes={"ballistic_missile_intercontinental": 1.0})
    one.burn = 7  # another of its burn is followed
    assert payload_unseen(scene.tracker.bank, one, track) == 0.0
    one.burn, one.context.upper = 0, 3  # what was on top of it has burnt on
    assert payload_unseen(scene.tracker.bank, one, track) == 0.0

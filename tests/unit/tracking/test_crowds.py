"""Crowds: reports of two objects at once, tracks that contradict themselves, and what nobody can tell in a raid."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, at, later, thrown
from tocsin.tracking.bank import Track
from tocsin.tracking.crowd_kernels import unsettle
from tocsin.tracking.crowds import KNOWN_HITS, unresolved
from tocsin.tracking.filter_kernels import A_X, B_X, FREE, M_RANGE, S_X, N
from tocsin.tracking.noise import Noise
from tocsin.tracking.notes import LookNotes
from tocsin.tracking.registration_arcs import alone, arc_of

BODY = thrown(27.0, -28.0, 400e3, 4500.0, 30.0, 10.0)
RADAR = SENSORS["A"]


def standing(scene: Scene, state: np.ndarray, hits: int = KNOWN_HITS) -> Track:
    """Return a coasting track that stands, known within some 20 m, at `state` (6,)."""
    track = scene.tracker.bank.add(at(0.0), "radar")
    bank, s = scene.tracker.bank, track.slot
    bank.xs[s, FREE, :6], bank.xs[s, FREE, 9] = state, 8.0
    bank.ps[s, FREE] = np.diag([400.0] * 3 + [1.0] * 3 + [0.0] * 3 + [0.1])
    bank.ws[s] = 0.0, 1.0
    track.confirmed, track.hits = True, hits
    return track


def moved(state: np.ndarray, cells: float) -> np.ndarray:
    """Return the state so many of the radar's cells further away from it."""
    assert RADAR.position is not None
    u = state[:3] - RADAR.position
    return state + np.concatenate([cells * RADAR.cell[0] * u / np.linalg.norm(u), np.zeros(3)])


def report(scene: Scene, state: np.ndarray) -> LookNotes:
    """Return the notes of a look that reports one thing, 2 s after the tracks' time."""
    look = scene.look("A", 2.0, scene.radar_values("A", [later(state, 2.0)], noise=1e-3))
    return LookNotes(scene.tracker.bank, look, RADAR, scene.tracker.rows(look, RADAR, RADAR.place(look.time)))


@pytest.mark.parametrize(
    ("places", "seen", "hits", "held"),
    [
        ((-0.4, 0.4), 0, KNOWN_HITS, True),
        ((-0.4, 0.4), 1, KNOWN_HITS, False),  # the look has shown one of them: the report is of something else
        ((-0.4,), 0, KNOWN_HITS, False),  # one object alone slips, it does not merge
        ((-0.4, 4.0), 0, KNOWN_HITS, False),
        ((-0.4, 0.4), 0, KNOWN_HITS - 1, False),
    ],
)
def test_a_report_in_the_cell_of_two_tracks_that_were_not_seen_is_of_both(places, seen, hits, held):
    scene = Scene()
    tracks = [standing(scene, moved(BODY, c), hits) for c in places]
    notes = report(scene, BODY)
    shown = [t.slot for t in tracks[:seen]]
    got = unresolved(scene.tracker.bank, notes, np.zeros(1, np.int64), scene.tracker.bank.slots(), shown)
    assert got.size == (0 if held else 1)


def test_cells_are_those_of_plain_numpy():
    rng = np.random.default_rng(4)
    both = []
    for _ in range(60):
        scene = Scene()
        for _ in range(3):
            standing(scene, moved(BODY, 3.0 * rng.normal()))
        notes = report(scene, BODY)
        bank, m = scene.tracker.bank, notes.rows[0]
        inside = 0
        for s in bank.slots():
            p = bank.ps[s, FREE, :3, :3]
            d = later(bank.xs[s, FREE, :6], 2.0)[:3] - m[S_X : S_X + 3]
            r = np.linalg.norm(d)
            u = m[3:6]
            inside += (
                abs(r - m[M_RANGE]) < RADAR.cell[0] + 2.0 * np.sqrt(u @ p @ u)
                and abs(d @ m[A_X : A_X + 3]) < RADAR.cell[1] * r + 2.0 * np.sqrt(np.trace(p))
                and abs(d @ m[B_X : B_X + 3]) < RADAR.cell[2] * r + 2.0 * np.sqrt(np.trace(p))
            )
        got = unresolved(bank, notes, np.zeros(1, np.int64), bank.slots(), [])
        assert got.size == (0 if inside >= 2 else 1)
        both.append(inside >= 2)
    assert 10 < sum(both) < 50


def aside(state: np.ndarray, cells: float) -> np.ndarray:
    """Return the state so many of the radar's cells aside of it in azimuth and in elevation."""
    assert RADAR.position is not None
    line = state[:3] - RADAR.position
    a = np.cross(RADAR.rot_enu[2], line)
    b = np.cross(line, a)
    way = np.linalg.norm(line) * (RADAR.cell[1] * a / np.linalg.norm(a) + RADAR.cell[2] * b / np.linalg.norm(b))
    turned = line + cells * way
    place = RADAR.position + turned * np.linalg.norm(line) / np.linalg.norm(turned)
    return np.concatenate([place, state[3:]])


@pytest.mark.parametrize(("cells", "born"), [(0.8, 0), (1.6, 1)])
def test_a_report_between_two_starts_a_track_only_where_they_would_be_told_apart(cells, born):
    scene = Scene()
    for side in (-cells, cells):
        standing(scene, aside(BODY, side))
    notes = report(scene, BODY)
    result = scene.tracker.process(
        notes.look, RADAR, RADAR.place(notes.look.time), notes.rows, np.zeros(1, np.int64),
        lambda look, sensor, left, rows: np.full(left.size, -1, np.int64),
    )  # fmt: skip
    assert not result.hits  # it fits neither
    assert len(scene.tracker.bank.tracks) == 2 + born == 2 + len(result.others)


@pytest.mark.parametrize(
    ("cells", "rivals", "confirmed", "unheard"),
    [
        (0.6, True, True, True),
        (3.0, True, True, False),  # the radar would have told them apart
        (0.6, False, True, False),  # no look has shown two: one of them may be none
        (0.6, False, False, False),  # nor of what is hardly a track
    ],
)
def test_of_two_objects_in_one_cell_a_radar_reports_one_and_says_nothing_of_the_other(
    cells, rivals, confirmed, unheard
):
    scene = Scene()
    shown, other = (standing(scene, state) for state in (BODY, moved(BODY, cells)))
    both = [BODY, moved(BODY, cells)]
    for k in range(4):  # the radar knows both, side by side or by turns
        seen = both if rivals else both[k % 2 : k % 2 + 1]
        scene.radar("A", 2.0 * k, [later(s, 2.0 * k) for s in seen])
    other.confirmed, before = confirmed, other.score
    for k in range(1, 12):
        t = 6.0 + 5.0 * k
        scene.radar("A", t, [later(BODY, t)])
    assert (other in scene.tracks and other.score == before) is unheard and shown in scene.tracks


def test_a_track_that_contradicts_itself_becomes_as_unsure_as_it_is_wrong():
    scene = Scene()
    tracks = [standing(scene, BODY) for _ in range(3)]
    bank = scene.tracker.bank
    bank.records["nis"][[t.slot for t in tracks]] = 1.5, 2.0, 3.0
    slots, before = bank.slots(), bank.ps.copy()
    bank.ps[:, FREE, 3, 9] = bank.ps[:, FREE, 9, 3] = 0.01
    before = bank.ps.copy()
    assert unsettle(bank.ps, bank.records, slots, 2.0) == 1
    assert np.array_equal(bank.ps[slots[:2]], before[slots[:2]])
    scale = np.diag([3.0] * 9 + [1.0])
    assert bank.ps[slots[2], FREE] == pytest.approx(scale @ before[slots[2], FREE] @ scale)
    assert np.linalg.eigvalsh(bank.ps[slots[2], FREE]).min() >= 0.0 and bank.ps.shape[-1] == N
    assert [t.nis for t in tracks] == [1.5, 2.0, 1.0]


def test_two_tracks_are_one_object_only_where_no_third_is_about():
    scene = Scene()
    pair = [standing(scene, thrown(30.0, -28.0, 900e3, 4500.0, 30.0, 10.0)) for _ in range(2)]
    bank = scene.tracker.bank
    a, b = (arc_of([], t.slot, bank) for t in pair)
    assert a is not None and b is not None and alone(a, b, bank)
    third = standing(scene, thrown(30.2, -28.0, 900e3, 4500.0, 30.0, 10.0))
    assert not alone(a, b, bank)
    bank.xs[third.slot, FREE, :6] = thrown(36.0, -28.0, 900e3, 4500.0, 30.0, 10.0)
    assert alone(a, b, bank)


def test_a_sensor_is_not_called_noisy_by_a_crowd_that_nobody_can_tell_apart():
    # every report is of a neighbour of one of the eight tracks that are asked, one look of this one, one of that one
    def squares(asked: float) -> int:
        scene, noise = Scene(2), Noise()
        for k in range(12):
            standing(scene, moved(BODY, 12.0 * k))
        for number in range(4):
            t = 10.0 * number
            states = [later(moved(BODY, 12.0 * k + asked * (1 if number % 2 else -1)), t) for k in range(6, 7)]
            look = scene.look("A", t, scene.radar_values("A", states, noise=1e-3))
            rows = scene.tracker.rows(look, RADAR, RADAR.place(look.time))
            scene.tracker.bank.records["last_hit"][scene.tracker.bank.slots()] = look.time
            noise.hear(look, RADAR, rows, np.arange(1), scene.tracker.bank, -60.0)
        return len(noise.heard["A"].squares)

    assert squares(0.0) > 0 and squares(5.0) == 0

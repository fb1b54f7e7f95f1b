"""Where a launch was: which fit of it stands."""

from types import SimpleNamespace

import numpy as np
import pytest

from tocsin.centre import origin
from tocsin.centre.judged import Judged, Spot
from tocsin.centre.origin import fit_launch, rose_by_arc, tell_burnout, unread
from tocsin.centre.predictor import Fit
from tocsin.core.constants import NS

PLACE = {"latitude": 0.5, "longitude": 1.0, "heading": 0.0}
TWO = {"a": 3, "b": 3}


def spot(name, half_m=1e3):
    """Return a launch whose 50 % ellipse has a half axis of so many metres, told apart by its time."""
    return Spot(time=name, time_sigma_s=1.0, ellipses=((0.5, half_m, half_m, 0.0),), **PLACE)


def fitted(fits, satellites=TWO):
    """Return the time of the launch that stands after fits to ever more lines of sight, each with the satellites that saw it."""
    judged, lines = Judged(number=1, slot=0), 3
    for fit in fits:
        stage = SimpleNamespace(predictor=SimpleNamespace(fit_launch=lambda _track, fit=fit: fit))
        fit_launch(stage.predictor, judged, SimpleNamespace(sights=[None] * lines, satellites=satellites))
        lines += 10
    return judged.launch.time, judged.profile_time


@pytest.mark.parametrize(
    "later, satellites, stands",
    [
        ({"young": True}, TWO, 2),  # the first minute learns
        ({"young": False}, TWO, 1),  # later stages fly as no profile does
        ({"young": False, "half_m": 400.0}, TWO, 2),  # unless they place it so much more surely
        ({"young": False}, {"a": 6}, 2),  # one satellite learns from all
    ],
)
def test_the_first_minute_places_a_launch(later, satellites, stands):
    first = Fit(spot(1), 10, [0.0] * 42, True)
    second = Fit(spot(2, later.get("half_m", 1e3)), 20, [0.0] * 42, later["young"])
    assert fitted([first, second], satellites) == (stands, 20)  # its state is that of the last look in any case


@pytest.mark.parametrize(
    "radar_s, known_m_s, coasts",
    [
        (None, 0.1, True),  # satellites alone have seen it
        (46, 9.0, False),  # a radar has seen it since it went out
        (44, 9.0, True),  # it has not since, and its state is less sure than the burn's
        (44, 0.9, False),  # or surer
    ],
)
def test_a_whole_burn_places_the_launch_always_and_tells_the_state_unless_a_radar_knows_more(
    radar_s, known_m_s, coasts
):
    state = np.arange(6.0)
    bank = SimpleNamespace(ts=np.array([30 * NS]), xs=np.zeros((1, 2, 10)), ps=np.zeros((1, 2, 10, 10)))
    remembered = []
    stage = SimpleNamespace(
        predictor=SimpleNamespace(burnout=lambda _track, _tracker: (spot(7), state, np.eye(6))),
        tracker=SimpleNamespace(
            bank=bank,
            remember_burnout=remembered.append,
            combined=lambda _slots: (None, (known_m_s**2 * np.eye(6))[None]),
        ),
    )
    track = SimpleNamespace(
        slot=0,
        sights=[None] * 20,
        off_from=50 * NS,
        last_infrared=45 * NS,
        last_hit=max(radar_s or 0, 45) * NS,
        infrared_misses=3,
        satellites=TWO,
        sensors=TWO if radar_s is None else TWO | {"r": 9},
    )
    judged = Judged(number=1, slot=0)
    told = tell_burnout(stage.predictor, stage.tracker, judged, track, 60 * NS)
    assert judged.launch.time == judged.context.launch_time == 7
    assert told == coasts and bool(bank.xs.any()) == coasts and bool(remembered) == (radar_s is None)


def test_a_free_arc_is_led_back_anew_as_radars_learn_and_the_surest_place_stands(monkeypatch):
    said, asked = {8: 90e3, 10: 40e3, 13: 60e3}, []

    def led(_predictor, _tracker, track, _state, _covariance):
        asked.append(track.hits)
        return spot(track.hits, said[track.hits])

    monkeypatch.setattr(origin, "_launch_of_arc", led)
    judged, stands = Judged(number=1, slot=0), []
    for hits in (8, 9, 10, 12, 13):
        track = SimpleNamespace(satellites={}, sights=[], hits=hits, infrared_hits=0)
        rose_by_arc(None, None, judged, track, None, None)
        stands.append(judged.launch.time)
    assert asked == [8, 10, 13]  # a quarter more detections each time
    assert stands == [8, 8, 10, 10, 10]


@pytest.mark.parametrize("last, misses, told", [(45, 2, True), (46, 2, False), (45, 1, False)])
def test_a_burn_has_ended_when_two_looks_have_missed_its_plume_and_no_stage_follows_so_late(last, misses, told):
    asked = []
    stage = SimpleNamespace(burnout=lambda track, _tracker: asked.append(track.slot))
    bank = SimpleNamespace(ts=np.zeros(1, np.int64))
    tracker = SimpleNamespace(bank=bank, remember_burnout=lambda _slot: None)
    track = SimpleNamespace(
        slot=0, sights=[None] * 20, off_from=55 * NS, last_infrared=last * NS, infrared_misses=misses, satellites=TWO, sensors=TWO
    )  # fmt: skip
    assert tell_burnout(stage, tracker, Judged(number=1, slot=0), track, 60 * NS) == told == bool(asked)


@pytest.mark.parametrize(
    "more, waits",
    [
        ({}, True),
        ({"off_from": 0}, False),  # it may burn yet: the profiles tell
        ({"satellites": {"a": 12, "b": 8}}, False),  # two see its depth
        ({"hits": 25}, False),  # a radar has seen it
    ],
)
def test_what_one_satellite_saw_go_out_is_unread_until_its_burn_is_told(more, waits):
    track = {"satellites": {"a": 20}, "hits": 20, "infrared_hits": 20, "off_from": 9 * NS, "sights": [None] * 20}
    judged = Judged(number=1, slot=0)
    assert unread(judged, SimpleNamespace(**{**track, **more}), 0.0) == waits
    assert not unread(judged, SimpleNamespace(**track), 0.9)
    judged.burnt = 20
    assert not unread(judged, SimpleNamespace(**{**track, **more}), 0.0)

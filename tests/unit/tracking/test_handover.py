"""A plume whose light goes to a radar's track of the same object stays one track."""

from typing import Any

import pytest

from tests.unit.tracking.test_joining import second_track_of, tracked
from tocsin.core.constants import NS
from tocsin.tracking.bank import Track
from tocsin.tracking.filter_kernels import FREE
from tocsin.tracking.handover import HEIR_GATE, WITHIN_S, hand_over
from tocsin.tracking.notes import note_rivals


def seen(later_s: float = 2.0) -> tuple[Any, Track, Track]:
    """Return a bank with a plume's track and the radar's track of the same object, first seen to shine so much later."""
    scene = tracked(21)
    heir = scene.standing[0]
    plume = second_track_of(scene, heir)
    plume.infrared_hits, plume.born = plume.hits, heir.born - 40 * NS
    plume.last_infrared = plume.last_hit = heir.last_hit
    plume.sights = [(plume.born, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, "west")]
    first = round(plume.last_infrared + later_s * NS)
    heir.infrared_hits, heir.hits, heir.last_infrared = 1, heir.hits + 1, first
    heir.sights = [(first, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, "west")]
    return scene.tracker.bank, plume, heir


def test_the_plume_keeps_its_name_and_gets_the_sharp_state_and_all_that_was_seen() -> None:
    bank, plume, heir = seen()
    bank.xs[plume.slot, FREE, :3] += 1000.0
    bank.ps[plume.slot, FREE, range(3), range(3)] += 2000.0**2
    sharp, hits, begun = bank.xs[heir.slot].copy(), plume.hits + heir.hits, plume.born
    plume.burnout, plume.off_from = (begun, sharp[0, :6], bank.ps[heir.slot, FREE, :6, :6]), begun
    assert hand_over(bank) == [(plume, heir)]
    assert list(bank.tracks.values()) == [plume]
    assert (bank.xs[plume.slot] == sharp).all()
    assert plume.hits == hits and plume.infrared_hits == 4 and plume.born == begun and len(plume.sights) == 2
    # that the plume had gone out was said of light that went elsewhere
    assert plume.burnout is None and plume.off_from == 0


@pytest.mark.parametrize(
    "less",
    [
        lambda plume, heir: note_rivals(plume.bank, [plume.slot, heir.slot]),
        lambda plume, heir: setattr(heir, "born", plume.born - NS),
        lambda plume, heir: setattr(heir, "sights", []),
        lambda plume, heir: setattr(heir, "infrared_hits", heir.hits - 3),
        lambda plume, heir: setattr(plume, "hits", plume.infrared_hits + 1),
        lambda plume, heir: setattr(plume, "confirmed", False),
    ],
    ids=["seen beside it", "older", "unseen", "few of radars", "radars saw the plume", "tentative"],
)
def test_who_may_be_another_object_keeps_its_light(less: Any) -> None:
    bank, plume, heir = seen()
    less(plume, heir)
    assert hand_over(bank) == [] and len(bank.tracks) == 2


@pytest.mark.parametrize("later_s", [-1.0, 0.0, WITHIN_S + 1.0])
def test_lights_seen_at_once_or_long_after_are_of_two(later_s: float) -> None:
    bank, _, _ = seen(later_s)
    assert hand_over(bank) == []


def test_far_apart_is_another_object() -> None:
    bank, plume, heir = seen()
    sigma = bank.ps[heir.slot, FREE, 0, 0] ** 0.5
    bank.xs[plume.slot, :, 0] += 3.0 * HEIR_GATE**0.5 * sigma
    assert hand_over(bank) == []

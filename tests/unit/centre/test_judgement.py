"""Judging a track whose state cannot be."""

import types

import numpy as np

from tests.unit.centre.test_kin import STAGE, followed
from tocsin.centre.judgement import Judgement
from tocsin.centre.predictor import Predictor
from tocsin.core.records.network import Assets
from tocsin.tracking.filter_kernels import FREE


def test_what_was_known_of_a_track_stands_when_its_state_is_led_into_the_earth() -> None:
    scene, (track,) = followed(STAGE)
    stage = types.SimpleNamespace(tracker=scene.tracker, predictor=Predictor(Assets()), notices={}, degraded={})
    now = int(scene.tracker.bank.ts[track.slot])
    judgement = Judgement()
    judgement.judge(stage, [track.slot], now)
    known = dict(judgement.of(track).classes)
    bank = scene.tracker.bank
    bank.xs[track.slot, FREE, :3] *= 0.7
    judgement.judge(stage, [track.slot], now + 1)
    assert judgement.of(track).classes == known
    assert judgement.of(track).judged_at == now + 1
    # of what is seen there first nothing is known yet: it gets classes as any
    first = Judgement()
    first.judge(stage, [track.slot], now)
    assert np.isclose(sum(first.of(track).classes.values()), 1.0)
    first.of(track).is_news()

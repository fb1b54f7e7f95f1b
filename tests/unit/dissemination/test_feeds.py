"""Cues and observations leave as records."""

import numpy as np

from tests.unit.dissemination.examples import ASSETS, assessment, at
from tocsin.core.constants import NS
from tocsin.core.records.inputs import COLUMNS, RANGE, FloatArray, IntArray, Look
from tocsin.dissemination.dissemination import Dissemination
from tocsin.dissemination.feeds import space_observations


def ahead(track: str, times: IntArray) -> tuple[FloatArray, FloatArray]:
    states = np.ones((len(times), 6))
    states[-1] = np.nan
    return states, np.ones((len(times), 21))


def test_cues_end_before_impact_and_leave_out_unknown_states() -> None:
    part = Dissemination("simulated", ASSETS)
    said = assessment(60.0, impact_s=120.0)
    part.on_assessment(said, at(60.0))
    (cue,) = part.cues(said, ahead, at(60.0))
    assert cue.times.tolist() == [at(60.0) + k * 10 * NS for k in range(5)]
    assert cue.object_class == "ballistic_missile_intermediate_range"


def test_a_track_is_cued_at_most_each_interval() -> None:
    part = Dissemination("simulated", ASSETS)
    said = assessment(60.0)
    part.on_assessment(said, at(60.0))
    assert [len(part.cues(said, ahead, at(t))) for t in (60.0, 89.0, 90.0)] == [1, 0, 1]


def test_no_cue_below_possible_or_for_a_track_without_states() -> None:
    part = Dissemination("simulated", ASSETS)
    low, high = assessment(60.0, "tracked"), assessment(70.0)
    part.on_assessment(low, at(60.0))
    assert part.cues(low, ahead, at(60.0)) == []
    part.on_assessment(high, at(70.0))
    assert part.cues(high, lambda track, times: None, at(70.0)) == []


def test_observations_keep_the_rows_they_were_asked_for() -> None:
    values = np.full((3, COLUMNS), np.nan)
    values[:, RANGE] = (1.0, 2.0, 3.0)
    look = Look("R", "s", 1, "test", 5, 5, 0, 5, times=np.array([3, 4, 5]), values=values)
    o = space_observations(look, [0, 2], ["a", "b"])
    assert (o.range_m.tolist(), o.times.tolist(), o.objects, len(o.los)) == ([1.0, 3.0], [3, 5], ("a", "b"), 0)

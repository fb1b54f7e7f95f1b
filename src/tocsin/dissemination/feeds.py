"""Cues, radar to radar, for tracks of an attack; observations of everything else for space monitoring."""

from collections.abc import Callable, Sequence

import numpy as np

from tocsin.core.constants import NS
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, LOS_X, LOS_Z, RANGE, RANGE_RATE, FloatArray, IntArray, Look
from tocsin.core.records.outputs import Assessment, ObjectAssessment
from tocsin.core.records.warnings import Cue, SpaceObservations
from tocsin.core.time import tai_from_iso
from tocsin.dissemination.policy import POSSIBLE, Settings, Thread, rank
from tocsin.dissemination.words import members

Propagate = Callable[[str, IntArray], tuple[FloatArray, FloatArray] | None]
"""Track, (n,) TAI ns -> (n, 6) states and (n, 21) covariances, Earth-fixed; NaN = no state there; None = unknown."""


def due_cues(thread: Thread, assessment: Assessment, propagate: Propagate, now: int, settings: Settings) -> list[Cue]:
    """Return the cues that are due for the objects of an event, and note them in the thread.

    An object is cued from `possible` on, at most each `cue_interval_s`; states run from now to `cue_ahead_s` ahead and
    end before the predicted impact.
    """
    out = []
    for member in members(assessment):
        if rank(member.level) < POSSIBLE:
            continue
        last = thread.cued.get(member.track)
        if last is not None and now - last < int(settings.cue_interval_s * NS):
            continue
        cue = _cue(assessment, member, propagate, now, settings)
        if cue is not None:
            thread.cued[member.track] = now
            out.append(cue)
    return out


def _cue(
    assessment: Assessment, member: ObjectAssessment, propagate: Propagate, now: int, settings: Settings
) -> Cue | None:
    times = now + np.arange(0, int(settings.cue_ahead_s * NS) + 1, int(settings.cue_step_s * NS), dtype=np.int64)
    if member.impact is not None:
        times = times[times < tai_from_iso(member.impact.time_utc)]
    if len(times) == 0:
        return None
    predicted = propagate(member.track, times)
    if predicted is None:
        return None
    states, covariances = predicted
    whole = np.isfinite(states).all(axis=1) & np.isfinite(covariances).all(axis=1)
    if not whole.any():
        return None
    best = min(member.classes.items(), key=lambda item: (-item[1], item[0]))[0] if member.classes else "unknown"
    return Cue(
        event=assessment.event,
        track=member.track,
        data_mode=assessment.data_mode,
        made=now,
        level=member.level,
        object_class=best,
        times=times[whole],
        states=states[whole],
        covariances=covariances[whole],
        assessment=assessment.id,
    )


def space_observations(look: Look, rows: Sequence[int], objects: Sequence[str]) -> SpaceObservations:
    """Return the measurements of some rows of a look, each with the object it was found to be."""
    index = np.asarray(rows, np.int64)
    values = look.values[index]
    los = values[:, LOS_X : LOS_Z + 1]
    return SpaceObservations(
        sensor=look.sensor,
        data_mode=look.data_mode,
        times=look.times[index],
        objects=tuple(objects),
        range_m=values[:, RANGE].copy(),
        azimuth=values[:, AZIMUTH].copy(),
        elevation=values[:, ELEVATION].copy(),
        range_rate_m_s=values[:, RANGE_RATE].copy(),
        los=los.copy() if np.isfinite(los).any() else np.zeros((0, 3)),
    )

"""What the air tells of a body that radars follow through it: how light it is, and on which arc it came."""

from __future__ import annotations

import numpy as np

from tocsin.centre.features import Context, arc_of
from tocsin.centre.features_kernels import FIGURES, motion_figures
from tocsin.identification.drag import shows
from tocsin.identification.features import AIR_M
from tocsin.prediction.arc import arc_figures
from tocsin.tracking.bank import Track
from tocsin.tracking.entry import before_air
from tocsin.tracking.tracker import Tracker


def note_drag(context: Context, tracker: Tracker, track: Track, orbit_floor_m: float) -> None:
    """Take in what drag has told of a track that coasts."""
    lightness, sigma, _ = tracker.lightness(track.slot)
    context.lightness = lightness, sigma
    if not shows(lightness, sigma, track.hits - track.infrared_hits):
        return
    found = before_air(tracker.bank, track.slot, AIR_M)
    if found is None:
        return
    _, state, covariance = found
    figures = np.empty(FIGURES)
    motion_figures(np.append(state, np.zeros(3)), covariance, np.zeros(3), figures)
    context.past.keep_better(arc_of(arc_figures(state, covariance, orbit_floor_m), 0, figures.tolist(), state))

"""The whole picture of a run at equal instants: how far the set of tracks was from the set of objects, and how steady."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2, NS
from tocsin.scoring.continuity import ABSENT, associate, followings, purity, siap
from tocsin.scoring.folder import Tracks, Truth
from tocsin.scoring.matching import interpolate
from tocsin.scoring.sets import gospa, ospa2

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
STEP_S = 10.0
CUT_M = 10_000.0
"""Cut-off of GOSPA and OSPA(2), and how near a track is that follows an object."""


def picture(truth: Truth, tracks: Tracks, objects: list[int], shown: list[int], hold_s: float) -> dict[str, Any] | None:
    """Return GOSPA, OSPA(2), SIAP, switches and purity of tracks `shown` against true `objects`, as plain data for JSON.

    At every tenth second from the first object's start to the last one's end. A track stands where its last row carries
    it, for `hold_s` after that row. None without objects.
    """
    if not objects:
        return None
    lives = [truth.time[truth.rows(i)][[0, -1]] for i in objects]
    times = np.arange(min(a for a, _ in lives), max(b for _, b in lives) + 1, round(STEP_S * NS))
    true = np.stack([_true_states(truth, i, times) for i in objects])
    order = np.lexsort((tracks.time, tracks.track))
    said = np.full((len(shown), len(times), 6), np.nan)
    for k, track in enumerate(shown):
        lo, hi = np.searchsorted(tracks.track[order], [track, track + 1])
        said[k] = _said_states(tracks.time[order[lo:hi]], tracks.state[order[lo:hi]], times, hold_s)
    association = associate(true[..., :3], said[..., :3], CUT_M)
    exist = (association != ABSENT).any(axis=1)
    sets = [_gospa_at(true[:, t], said[:, t]) for t in range(len(times))]
    followed = followings(association, ~np.isnan(true[..., 0]))
    out = {
        "step_s": STEP_S,
        "cut_off_m": CUT_M,
        "gospa_m": float(np.mean(sets)),
        "ospa2_m": ospa2(true[..., :3], said[..., :3], CUT_M),
        "siap": siap(true, said, association, (times - times[0]) / NS)._asdict(),
        "switches": sum(f.switches for f in followed),
        "purity": float(np.mean(purity(association[exist]))) if exist.any() else math.nan,
    }
    return {k: _plain(v) for k, v in out.items()}


def _plain(value: Any) -> Any:
    """Return a value with None for NaN, which JSON does not know."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def _true_states(truth: Truth, i: int, times: IntArray) -> FloatArray:
    """Return the states (T, 6) of object i at instants, NaN outside its life."""
    rows = truth.rows(i)
    own = truth.time[rows]
    states = interpolate(own, truth.state[rows], times)
    states[(times < own[0]) | (times > own[-1])] = np.nan
    return states


def _said_states(time: IntArray, state: FloatArray, times: IntArray, hold_s: float) -> FloatArray:
    """Return the states (T, 6) that a track's rows (by time) say at instants, NaN where no row is recent."""
    last = np.searchsorted(time, times, side="right") - 1
    old = (times - time[np.maximum(last, 0)]) / NS
    states = carried(state[np.maximum(last, 0)], old)
    states[(last < 0) | (old > hold_s)] = np.nan
    return states


def carried(states: FloatArray, dt: FloatArray) -> FloatArray:
    """Return Earth-fixed states (n, 6) after dt seconds (n,) of free fall about a spherical Earth, to second order."""
    p, v, t = states[:, :3], states[:, 3:], dt[:, None]
    a = -MU_M3_S2 / (p**2).sum(axis=1, keepdims=True) ** 1.5 * p
    a[:, 0] += 2.0 * EARTH_RATE_RAD_S * v[:, 1] + EARTH_RATE_RAD_S**2 * p[:, 0]
    a[:, 1] += -2.0 * EARTH_RATE_RAD_S * v[:, 0] + EARTH_RATE_RAD_S**2 * p[:, 1]
    return np.concatenate([p + t * v + 0.5 * t**2 * a, v + t * a], axis=1)


def _gospa_at(true: FloatArray, said: FloatArray) -> float:
    """Return GOSPA of the places of states (n, 6) and (m, 6) of one instant, of those that exist."""
    return gospa(true[~np.isnan(true[:, 0]), :3], said[~np.isnan(said[:, 0]), :3], CUT_M).distance

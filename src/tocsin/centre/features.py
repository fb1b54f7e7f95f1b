"""A track's state -> the features that identification reads."""

from __future__ import annotations

import math
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.centre.features_kernels import FIGURES, motion_figures
from tocsin.core.constants import NS
from tocsin.identification.evidence import Features
from tocsin.prediction.arc import ArcFigures
from tocsin.sensing.glint import glint_geometry
from tocsin.tracking.bank import Track

FloatArray = npt.NDArray[np.float64]


class Context(msgspec.Struct):
    """What the centre knows of a track beside the track itself."""

    launch_time: int = 0
    silent: dict[str, int] = msgspec.field(default_factory=dict)
    """Looks of other satellites that could have seen its plume and did not, since they last saw it."""
    notice: str = ""
    glint_angle: float = math.nan
    glint_at: int = 0


def features_of(
    track: Track, state: FloatArray, covariance: FloatArray, thrust_sigma: float, powered: float, now: int,
    arcs: ArcFigures, k: int, context: Context,
) -> Features:  # fmt: skip
    """Return the features of a track with state (9,) and covariance (6, 6); row `k` of `arcs` is its arc."""
    satellites = track.satellites
    infrared = sum(satellites.values())
    figures = np.empty(FIGURES)
    line = np.zeros(3)
    if track.sights:
        line[:] = track.sights[0][4:7]
    motion_figures(state, covariance, line, figures)
    first = context.launch_time or track.born
    burning = max(track.last_infrared - first, 0) / NS if track.last_infrared else 0.0
    off = max(now - track.off_from, 0) / NS if track.off_from else 0.0
    if context.glint_at != track.last_infrared and len(satellites) == 1 and track.sights:
        sight = track.sights[-1]
        glint = glint_geometry(np.array(sight[1:4]), (sight[4], sight[5], sight[6]), sight[0])
        context.glint_angle = glint.angle if glint.sunlit else math.pi
        context.glint_at = track.last_infrared
    silent = sum(1 for s, n in context.silent.items() if n >= 2 and s not in track.sensors)
    return Features(
        infrared_hits=infrared,
        radar_hits=track.hits - infrared,
        satellites=len(satellites),
        age_s=max(track.last_hit - track.born, 0) / NS,
        powered=powered,
        burning_s=burning,
        off_s=off if powered < 0.5 else 0.0,
        thrust_m_s2=float(figures[0]),
        thrust_sigma_m_s2=thrust_sigma,
        steady=steadiness(track),
        speed_m_s=float(figures[1]),
        speed_sigma_m_s=float(figures[2]),
        inertial_speed_m_s=float(figures[3]),
        climb_m_s=float(figures[4]),
        climb_sigma_m_s=float(figures[5]),
        height_m=float(figures[6]),
        height_sigma_m=float(figures[7]),
        across_m_s=float(figures[8]),
        across_sigma_m_s=float(figures[9]),
        perigee_m=float(arcs.perigee_m[k]),
        orbiting=1.0 - float(arcs.p_low[k]),
        apogee_m=float(arcs.apogee_m[k]),
        arc_range_m=float(arcs.range_m[k]),
        glint_angle_rad=context.glint_angle,
        silent_satellites=silent,
        notice=context.notice,
    )


def steadiness(track: Track) -> float:
    """Return 1 where the first satellite's line of sight moves on look after look, 0 where it jumps; NaN = too few looks.

    Shares of the whole way at the last looks but one and two: a launch gives some 0.6 and 0.4 (speeding up), an even motion
    0.8 and 0.6; two fires taken for one give 0 or 1.
    """
    if not track.sights:
        return math.nan
    seen = [s for s in track.sights if s[8] == track.sights[0][8]]
    if len(seen) < 4:
        return math.nan
    gaps = sorted(b[0] - a[0] for a, b in pairwise(seen))
    if gaps[-1] > 4 * gaps[(len(gaps) - 1) // 2]:
        return 0.0  # it went dark for many looks and shone again elsewhere
    mine = [s[4:7] for s in seen]
    whole = math.dist(mine[0], mine[-1])
    if whole <= 0.0:
        return 0.0
    one, two = math.dist(mine[0], mine[-2]) / whole, math.dist(mine[0], mine[-3]) / whole
    return 1.0 if 0.33 < one < 0.97 and 0.1 < two < 0.85 and two < one else 0.0

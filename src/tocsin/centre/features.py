"""A track's state -> the features that identification reads."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.centre.features_kernels import FIGURES, motion_figures
from tocsin.centre.first_sights import course_pull, first_sights, first_speed, gone, speed_gain, steadiness
from tocsin.centre.lifting import Lifting
from tocsin.centre.past import NO_ARC, FreeArc, Motion, Past, gain, potential_at
from tocsin.core.constants import G0_M_S2, NS
from tocsin.identification.classes import launch_probability
from tocsin.identification.features import DARK_LONG_S, Features
from tocsin.identification.sites import Odds
from tocsin.prediction.arc import ArcFigures
from tocsin.sensing.glint import forward_scatter_angle, glint_geometry
from tocsin.tracking.bank import Sight, Track
from tocsin.world.geodesy_kernels import height_near

FloatArray = npt.NDArray[np.float64]

HIGH_CLOUD_M = 16_000.0
"""No ice cloud stands higher outside the tropics: a line that grazes below it may have some on it."""
BURIED_M, BURIED_SIGMAS = 50e3, 4.0
"""So far down no arc leads before its track ends: a false detection after a long dark time has led a state there."""
LAUNCH_LEAST = 0.9
"""P(launch) of what is surely one: what was last seen to burn then goes on as the same burn after a long dark time."""
GLOWS_AFTER_S, GLOWS_M_S = 100.0, -300.0
SINKS_M_S, NOW_S = -50.0, 10.0
"""What has been dark for so long (s) and climbs with less (m/s), or what a radar knew before and shines for the first time, not
longer ago than so (s), as it climbs with less than that, has lit no motor: air has."""


class Context(msgspec.Struct):
    """What the centre knows of a track beside the track itself."""

    launch_time: int = 0
    silent: dict[str, int] = msgspec.field(default_factory=dict)
    """Looks of other satellites that could have seen its plume and did not, since they last saw it."""
    notice: str = ""
    site: Odds | None = None
    burnout: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    """Speed, its sigma and inertial speed (m/s) while it burns and until they are no longer those of burnout."""
    burnt: tuple[FreeArc, float] | None = None
    """Its arc then, and the sigma of its height (m)."""
    far_m: float = 0.0
    """How far from the satellite that saw it first it is, until it has been dark for long: it shone there (0 = not known)."""
    flown: tuple[float, float] = (math.nan, math.nan)
    """Apogee and range (m) of its arc until they are no longer those of burnout."""
    glint_angle: float = math.nan
    scatter_angle: float = math.nan
    glint_at: int = 0
    last_light: int = 0
    lit_until: int = 0
    """When it was last seen to shine, and when before it was on its way down and shone again (TAI ns)."""
    lit_hits: int = 0
    """Detections by satellites until then."""
    lit_from: int = 0
    """First light of its burn, where what had shone before was no launch and had been dark for long (TAI ns)."""
    carrier: float = 0.0
    """P(space launch) of the burn that may have carried it (`raids.carried_to_orbit`)."""
    lit: dict[str, float] | None = None
    """Its class probabilities while it was last seen to burn."""
    earlier: dict[str, float] | None = None
    """The same of the object from whose place it has burnt on."""
    vehicle: dict[str, float] | None = None
    """Class probabilities of what burnt on where its own burn had ended (`kin.note_upper`), as last known."""
    upper: int = 0
    """Number of that track, 0 = none."""
    aim: float = 0.0
    """How surely it is aimed at a protected place (`Predictor.aim`), by the last prediction."""
    lightness: tuple[float, float] = (math.nan, math.nan)
    past: Past = msgspec.field(default_factory=Past)
    lifting: Lifting = msgspec.field(default_factory=Lifting)


def features_of(
    track: Track, state: FloatArray, covariance: FloatArray, thrust_sigma: float, powered: float, now: int,
    arcs: ArcFigures, k: int, context: Context,
) -> Features:  # fmt: skip
    """Return the features of a track with state (9,) and covariance (6, 6); row `k` of `arcs` is its arc."""
    motion = _motion(track, state, covariance)
    _note_new_burn(track, context)
    first = max(context.launch_time or track.born, context.lit_from)
    satellites, infrared, sights = _burn_seen(track, context, first, motion[4])
    radar = track.hits - sum(track.satellites.values())
    shone, dark = context.lit_until or track.last_infrared, context.lit_until or track.off_from
    burning = max(shone - first, 0) / NS if infrared else 0.0
    off = max(now - dark, 0) / NS if dark else 0.0
    _note_glint(track, context)
    if infrared and off <= DARK_LONG_S:
        context.burnout = (motion[1], motion[2], motion[3])
    if sights and (off <= DARK_LONG_S or not context.far_m):
        context.far_m = math.dist(state[:3].tolist(), sights[0][1:4])
    far = context.far_m
    gain, gain_sigma = speed_gain(sights, far)
    course, course_sigma = course_pull(sights, far)
    first_fast, first_sigma = first_speed(sights, far)
    away, away_sigma = gone(sights, far)
    silent = sum(1 for s, n in context.silent.items() if n >= 2 and s not in track.sensors)
    off = off if powered < 0.5 else 0.0
    lit, arc, past = infrared > 0 and not dark, arc_of(arcs, k, motion, state), context.past
    past.note(Motion(now, lit, infrared, radar, off, powered, motion[0], thrust_sigma, motion[6], motion[7]), arc)
    if infrared and off <= DARK_LONG_S:
        context.flown, context.burnt = (arc.apogee_m, arc.range_m), (arc, motion[7])
    best = past.best(arc)
    came = best if best is not arc else NO_ARC
    return Features(
        infrared_hits=infrared, radar_hits=radar, satellites=len(satellites),
        crossed=sorted(satellites.values())[-2] if len(satellites) > 1 else 0,
        age_s=max(track.last_hit - track.born, 0) / NS,
        powered=powered,
        burning_s=burning,
        off_s=off,
        thrust_m_s2=motion[0],
        thrust_sigma_m_s2=thrust_sigma,
        steady=steadiness(sights, far),
        speed_m_s=motion[1], speed_sigma_m_s=motion[2], inertial_speed_m_s=motion[3],
        climb_m_s=motion[4], climb_sigma_m_s=motion[5], height_m=motion[6], height_sigma_m=motion[7],
        across_m_s=motion[8], across_sigma_m_s=motion[9],
        perigee_m=best.perigee_m, orbiting=best.orbiting, apogee_m=best.apogee_m, arc_range_m=best.range_m,
        came_m_s=came.speed_m_s, came_height_m=came.height_m, came_sigma_m_s=came.sigma_m_s,
        braked=past.braked, rose=past.rose, shone_m=past.shone_m, gap_s=past.gap_s,
        unlit_s=(now - shone) / NS if infrared else math.inf, gone_m=away, gone_sigma_m=away_sigma,
        driven=past.driven(now), flat=past.flat, burnout=_at_burnout(context), flown=context.flown,
        gain_m_s2=gain, gain_sigma_m_s2=gain_sigma,
        course_m_s2=course, course_sigma_m_s2=course_sigma,
        first_m_s=first_fast, first_sigma_m_s=first_sigma,
        glint_angle_rad=context.glint_angle, scatter_angle_rad=context.scatter_angle,
        silent_satellites=silent,
        lightness=context.lightness,
        lift=context.lifting.told_as(),
        site=context.site, notice=context.notice, carrier=context.carrier, earlier=context.earlier, vehicle=context.vehicle,
        aim=context.aim,
    )  # fmt: skip


def _at_burnout(context: Context) -> tuple[float, float, float]:
    """Return speed, its sigma and inertial speed (m/s) at burnout: by the arc that radars know since, where that knows better."""
    speed, sigma, inertial = context.burnout
    known = context.past.arc
    if known is None or context.burnt is None:
        return context.burnout
    arc, height_sigma = context.burnt
    by_arc = math.hypot(known.sigma_m_s, G0_M_S2 * height_sigma / max(arc.speed_m_s, 1.0))
    if not by_arc < sigma:
        return context.burnout
    over = gain(arc, known)
    return speed - over, by_arc, inertial - over


def under_ground(state: FloatArray, covariance: FloatArray) -> bool:
    """Return whether a state (6+), m, is within the Earth beyond doubt: what is said of its motion is said of nothing."""
    up = state[:3] / math.sqrt(float((state[:3] * state[:3]).sum()))
    sigma = math.sqrt(max(float((up[:, None] * covariance[:3, :3] * up).sum()), 0.0))
    return height_near(*state[:3].tolist()) + BURIED_SIGMAS * sigma < -BURIED_M


def _motion(track: Track, state: FloatArray, covariance: FloatArray) -> list[float]:
    figures, line = np.empty(FIGURES), np.zeros(3)
    if track.sights:
        line[:] = track.sights[0][4:7]
    motion_figures(state, covariance, line, figures)
    out: list[float] = figures.tolist()
    return out


def _note_glint(track: Track, context: Context) -> None:
    """Note by how much sunlight is turned on the last line of sight of a plume that one satellite alone sees."""
    if context.glint_at == track.last_infrared or len(track.satellites) != 1 or not track.sights:
        return
    sight = track.sights[-1]
    glint = glint_geometry(np.array(sight[1:4]), (sight[4], sight[5], sight[6]), sight[0])
    context.glint_angle = glint.angle if glint.sunlit else math.pi
    context.scatter_angle = scatter_angle(sight)
    context.glint_at = track.last_infrared


def _note_new_burn(track: Track, context: Context) -> None:
    """Note the first light of a burn on the track of what was no launch: a rocket rises where a cloud or a fire has shone."""
    if context.lit and launch_probability(context.lit) >= LAUNCH_LEAST:
        return
    if context.last_light:
        seen = [context.last_light, track.last_infrared]
    else:  # what has not been judged yet: all of its lights
        seen = [sight[0] for sight in track.sights] if len(track.sights) == track.infrared_hits else []
    for before, light in pairwise(seen):
        if light - before > GLOWS_AFTER_S * NS:
            context.lit_from = light


def _burn_seen(track: Track, context: Context, first: int, climb_m_s: float) -> tuple[dict[str, int], int, list[Sight]]:
    """Return detections by satellite and in all, and first lines of sight, of a track's burn.

    What shines again after a long dark time on its way down is slowed by air, and so is what a radar knew before and shines for
    the first time as it sinks: that is no plume, and who has seen only that is no witness of a burn. When it last shone before is
    noted then.
    `first` (TAI ns): of its burn, for what radars alone have seen until then.
    """
    dark = track.last_infrared - (context.last_light or track.born) > GLOWS_AFTER_S * NS
    shines = track.last_infrared > track.last_hit - NOW_S * NS
    first_light = track.origin == "radar" and not context.last_light and shines and climb_m_s < SINKS_M_S
    if ((dark and climb_m_s < GLOWS_M_S) or first_light) and not context.lit_until:
        context.lit_until = context.last_light or first
    satellites = track.satellites
    if not context.lit_until:
        context.lit_hits = sum(satellites.values())
    context.last_light = track.last_infrared
    if context.lit_until and not context.lit_hits:
        return {}, 0, []
    return satellites, context.lit_hits, first_sights(track)


def arc_of(arcs: ArcFigures, k: int, motion: list[float], state: FloatArray) -> FreeArc:
    """Return the arc of row `k` with the motion and the state (6+,) it follows from."""
    return FreeArc(
        perigee_m=float(arcs.perigee_m[k]), apogee_m=float(arcs.apogee_m[k]), range_m=float(arcs.range_m[k]),
        orbiting=1.0 - float(arcs.p_low[k]), speed_m_s=motion[3], height_m=motion[6], sigma_m_s=motion[2],
        potential_j_kg=potential_at(state[:3].tolist()),
    )  # fmt: skip


def scatter_angle(sight: Any) -> float:
    """Return by how much (rad) sunlight is turned at ice cloud on a line of sight; pi where no sunlit cloud can stand."""
    line = (sight[4], sight[5], sight[6])
    if not glint_geometry(np.array(sight[1:4]), line, sight[0], HIGH_CLOUD_M).sunlit:
        return math.pi
    return float(forward_scatter_angle(np.array(line)[None, :], sight[0])[0])

"""A track's state -> the features that identification reads."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.centre.features_kernels import FIGURES, motion_figures
from tocsin.centre.lifting import Lifting
from tocsin.centre.past import NO_ARC, FreeArc, Motion, Past, potential_at
from tocsin.core.constants import NS
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
FIRST_S = 21.0
"""Two looks of a satellite that looks every ten seconds."""
GAIN_LOOKS, GAIN_S, GAIN_SPEED_M_S = 5, 90.0, 1000.0
COURSE_S = 150.0
STEADY_LOOKS, STEADY_MOST = 4, 0.35
SMOOTH_LOOKS, SMOOTH_MOST, SMOOTH_SIGMA, FAR_SIGMA = 7, 24, 2.0, 12.0
"""Of so many looks (thinned to so many) a cubic leaves so many sigma at most, and they go so far: a plume that climbs towards the
point below the satellite goes out and back on the sky."""
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
    gain, gain_sigma = speed_gain(sights, state)
    course, course_sigma = course_pull(sights, state)
    first_fast, first_sigma = first_speed(sights, state)
    far = math.dist(state[:3].tolist(), sights[0][1:4]) if sights else 0.0
    away, away_sigma = gone(sights, far)
    silent = sum(1 for s, n in context.silent.items() if n >= 2 and s not in track.sensors)
    off = off if powered < 0.5 else 0.0
    lit, arc, past = infrared > 0 and not dark, arc_of(arcs, k, motion, state), context.past
    past.note(Motion(now, lit, infrared, radar, off, powered, motion[0], thrust_sigma, motion[6], motion[7]), arc)
    if infrared and off <= DARK_LONG_S:
        context.flown = (arc.apogee_m, arc.range_m)
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
        driven=past.driven(now), flat=past.flat, burnout=context.burnout, flown=context.flown,
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


def first_sights(track: Track) -> list[Sight]:
    """Return the lines of sight of the satellite that saw a track first."""
    name = track.sights[0][8] if track.sights else ""
    return [s for s in track.sights if s[8] == name]


def speed_gain(sights: list[Sight], state: FloatArray) -> tuple[float, float]:
    """Return by how much (m/s2, and sigma) the speed across the first satellite's sight grew in its first 90 s of looks.

    NaN with fewer than five looks, or where it hardly moves.
    """
    seen = [s for s in sights if s[0] - sights[0][0] <= GAIN_S * NS]
    pull = across_pull(seen, state)
    if pull is None:
        return math.nan, math.nan
    (px, py, pz), sigma, (wx, wy, wz) = pull
    length = math.hypot(wx, wy, wz)
    if length < GAIN_SPEED_M_S * (seen[-1][0] - seen[0][0]) / NS:
        return math.nan, math.nan
    return (px * wx + py * wy + pz * wz) / length, sigma


def course_pull(sights: list[Sight], state: FloatArray) -> tuple[float, float]:
    """Return how much (m/s2, and sigma of an axis) it was accelerated across the first satellite's sight, over 150 s of looks.

    The last ones; NaN with fewer than five.
    """
    pull = across_pull([s for s in sights if sights[-1][0] - s[0] <= COURSE_S * NS], state)
    return (math.nan, math.nan) if pull is None else (math.hypot(*pull[0]), pull[1])


def across_pull(seen: list[Sight], state: FloatArray) -> tuple[list[float], float, list[float]] | None:
    """Return the acceleration (m/s2) across a satellite's sight, its sigma, and the way from first to last look (m).

    The second coefficient of a parabola through its places on the sky, at the object's present distance. None with fewer than
    five looks.
    """
    if len({s[0] for s in seen}) < GAIN_LOOKS:
        return None
    first = seen[0]
    far = math.dist(state[:3].tolist(), first[1:4])
    places = _places(seen, far)
    seconds = [(s[0] - first[0]) / NS for s in seen]
    # orthogonal polynomials over the instants of the looks
    mean = sum(seconds) / len(seconds)
    q1 = [t - mean for t in seconds]
    s1 = sum(q * q for q in q1)
    square = [q * q for q in q1]
    level, slope = sum(square) / len(square), sum(x * q for x, q in zip(square, q1, strict=True)) / s1
    q2 = [x - level - slope * q for x, q in zip(square, q1, strict=True)]
    s2 = sum(q * q for q in q2)
    origin = places[0]
    pull = [
        2.0 * sum(q * (x - start) for q, x in zip(q2, axis, strict=True)) / s2
        for axis, start in zip(zip(*places, strict=True), origin, strict=True)
    ]
    way = [b - a for a, b in zip(origin, places[-1], strict=True)]
    return pull, 2.0 * first[7] * far / math.sqrt(s2), way


def first_speed(sights: list[Sight], state: FloatArray) -> tuple[float, float]:
    """Return the speed (m/s, and sigma) across the first satellite's sight when it first saw the track; NaN = not known.

    A straight line through its places on the sky over its first `FIRST_S`, at the object's present distance; not known
    where it had seen nothing for longer than that in between.
    """
    if not sights:
        return math.nan, math.nan
    first = sights[0]
    seen = [s for s in sights if s[0] - first[0] <= FIRST_S * NS]
    if len({s[0] for s in seen}) < 2:
        return math.nan, math.nan
    far = math.dist(state[:3].tolist(), first[1:4])
    seconds = [(s[0] - first[0]) / NS for s in seen]
    mean = sum(seconds) / len(seconds)
    spread = sum((t - mean) ** 2 for t in seconds)
    places = _places(seen, far)
    slope = [
        sum((t - mean) * x for t, x in zip(seconds, axis, strict=True)) / spread for axis in zip(*places, strict=True)
    ]
    return math.hypot(*slope), first[7] * far / math.sqrt(spread)


def steadiness(seen: list[Sight], far: float) -> float:
    """Return 1 where the first satellite's line of sight moves on smoothly, 0 where it stands or jumps; NaN = too few looks.

    Of four looks spread over the whole time: how much each step differs from the one before it (squares, less what
    noise adds) against twice the steps themselves. An even motion gives 0, a launch that speeds up 0.1, one jump
    between two fires 0.5 to 1, flicker 1 to 2. What turns back evenly is smooth, too (`far`: its distance, m).
    """
    if len(seen) < 4:
        return math.nan
    gaps = sorted(b[0] - a[0] for a, b in pairwise(seen))
    if gaps[-1] > 4 * gaps[(len(gaps) - 1) // 2]:
        return 0.0  # it went dark for many looks and shone again elsewhere
    m = STEADY_LOOKS
    chosen = [seen[(k * (len(seen) - 1)) // (m - 1)][4:7] for k in range(m)]
    noise = float(seen[0][7]) ** 2
    steps = [tuple(q - p for p, q in zip(a, b, strict=True)) for a, b in pairwise(chosen)]
    way = sum(math.hypot(*s) ** 2 for s in steps) - 4.0 * noise * len(steps)
    change = sum(math.dist(a, b) ** 2 for a, b in pairwise(steps)) - 12.0 * noise * (len(steps) - 1)
    even = way > 8.0 * noise * len(steps) and change < 2.0 * STEADY_MOST * way
    return 1.0 if even or turns_smoothly(seen, far) else 0.0


def gone(seen: list[Sight], far: float) -> tuple[float, float]:
    """Return how far (m, and sigma) a satellite has seen a light at a distance `far` (m) go from its first place at most."""
    if not seen:
        return 0.0, math.inf
    return max(math.hypot(*way) for way in _ways(seen, far)), 1.5 * seen[0][7] * far


def _places(seen: list[Sight], far: float) -> list[tuple[float, float, float]]:
    """Return the places on lines of sight at a distance `far` (m)."""
    return [(s[1] + far * s[4], s[2] + far * s[5], s[3] + far * s[6]) for s in seen]


def _ways(seen: list[Sight], far: float) -> list[tuple[float, ...]]:
    """Return how a light at a distance `far` (m) has gone from its first place across each line of sight (m).

    A satellite that moves turns its lines, and comes nearer: neither moves the light.
    """
    places = _places(seen, far)
    ways = []
    for s, place in zip(seen, places, strict=True):
        way = tuple(b - a for a, b in zip(places[0], place, strict=True))
        along = sum(a * b for a, b in zip(way, s[4:7], strict=True))
        ways.append(tuple(a - along * b for a, b in zip(way, s[4:7], strict=True)))
    return ways


def turns_smoothly(seen: list[Sight], far: float) -> bool:
    """Return whether a light at a distance `far` (m) goes far along a cubic in time, out and back: fires take turns in steps."""
    if len(seen) < SMOOTH_LOOKS:
        return False
    stride = -(-len(seen) // SMOOTH_MOST)
    chosen = seen[::stride]
    first, ways, noise = chosen[0], _ways(chosen, far), far * float(seen[0][7])
    if max(math.hypot(*way) for way in ways) < FAR_SIGMA * noise:
        return False
    middle = 0.5 * (chosen[-1][0] - first[0])
    times = [(s[0] - first[0] - middle) / middle for s in chosen]
    basis: list[list[float]] = []
    for power in range(4):
        row = [t**power for t in times]
        for other in basis:
            share = sum(a * b for a, b in zip(row, other, strict=True))
            row = [a - share * b for a, b in zip(row, other, strict=True)]
        length = math.sqrt(sum(a * a for a in row))
        basis.append([a / max(length, 1e-12) for a in row])
    left = 0.0
    for axis in zip(*ways, strict=True):
        shares = [sum(a * b for a, b in zip(axis, row, strict=True)) for row in basis]
        left += sum(a * a for a in axis) - sum(share * share for share in shares)
    # two axes across the line, four terms each
    return left < (SMOOTH_SIGMA * noise) ** 2 * 2.0 * (len(chosen) - 4)

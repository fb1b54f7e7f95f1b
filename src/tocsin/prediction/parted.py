"""Where what a stage carried falls when only the stage is seen: it parted at burnout, with a push that nobody saw."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.identification.drag import STAGE_LIGHTNESS, drag_alone
from tocsin.prediction import impact_kernels as k
from tocsin.prediction.impact import MAX_FLIGHT_S, Impact, impact_of, predict_impact, with_lightness
from tocsin.tracking.filter_kernels import LIGHTNESS
from tocsin.world.motion.freeflight_kernels import propagate

FloatArray = npt.NDArray[np.float64]

PUSH_M_S = 4.0, 2.0
"""Sigma along its way and across it: springs give 0.3 to 2 m/s, retro-rockets of stages and thrust as it dies out up to 10
(published separations of launchers)."""
_NEAR = 0.1
"""Share of their distance at which points are led back: farther out some were in the ground at burnout."""


def with_payload_apart(
    found: Impact,
    time_ns: int,
    seen: tuple[int, FloatArray, FloatArray],
    drag: tuple[float, float, FloatArray] | None,
    parted_ns: int,
    share: float,
) -> Impact:
    """Return a footprint of which `share` is that of what a stage carried, where `found`, of `time_ns`, is that of what is seen.

    It was `seen` at an instant (TAI ns) with a state (6,) and covariance (6, 6), m and m/s, Earth-fixed, and parted at
    `parted_ns`. `drag`: its lightness (m2/kg) as the filter has it, mean, sigma, covariance (6,) with that state; None where what
    the filter has is not of the air between these instants. As `found` where nothing is known of that: where it did not come from
    free flight, or some of it stays up.
    """
    if found.method != "unscented" or not len(found.parts):
        return found
    at, state, covariance = seen
    joint = (state, with_lightness(covariance, 0.0), LIGHTNESS) if drag is None else _as_stage(state, covariance, drag)
    then = _parted(*joint, (at - parted_ns) / NS)
    if then is None:
        return found
    since_s = (time_ns - parted_ns) / NS
    payload = predict_impact(parted_ns, *then, max_flight_s=since_s + MAX_FLIGHT_S)
    if payload.method != "unscented":
        return found
    parts, times = payload.parts.copy(), payload.part_times_s - np.array([since_s, 0.0])
    parts[:, 0] *= share
    whole = found.parts.copy()
    whole[:, 0] *= 1.0 - share
    both = np.concatenate([whole, parts]), np.concatenate([found.part_times_s, times])
    return impact_of(time_ns, *both, (found.perigee_m, found.apogee_m), found.method)


def _as_stage(
    state: FloatArray, covariance: FloatArray, lightness: tuple[float, float, FloatArray]
) -> tuple[FloatArray, FloatArray, float]:
    """Return state (6,), covariance with the lightness (7, 7), and lightness of what is seen, given that it is a spent stage.

    What drag alone says is joined with what stages weigh in the place of what heads do; place and velocity follow, as far as
    they hang on it.
    """
    mean, sigma, cross = lightness
    drag = drag_alone(mean, sigma)
    middle, spread = STAGE_LIGHTNESS
    told = 0.0 if drag is None else 1.0 / (drag[1] * drag[1])
    variance = 1.0 / (told + 1.0 / (spread * spread))
    at = variance * (middle / (spread * spread) + (0.0 if drag is None else told * drag[0]))
    slope = cross / (sigma * sigma)
    moved = covariance + np.outer(slope, slope) * (variance - sigma * sigma)
    return state + slope * (at - mean), with_lightness(moved, math.sqrt(variance), slope * variance), at


def _parted(
    state: FloatArray, joint: FloatArray, lightness: float, since_s: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return state (6,) and covariance (6, 6) of what a stage let go `since_s` ago; None where it was not in flight then."""
    points, betas = np.empty((k.SIGMA_POINTS, 6)), np.empty(k.SIGMA_POINTS)
    k.sigma_states(np.ascontiguousarray(state[:6]), joint * _NEAR**2, lightness, points, betas)
    then = np.empty((k.SIGMA_POINTS, 6))
    for point, beta, before in zip(points, betas.tolist(), then, strict=True):
        if propagate(point, -since_s, beta, before) != 0:
            return None
    half = (then[1::2] - then[2::2]) / (2.0 * math.sqrt(3.0) * _NEAR)
    covariance = (half[:, :, None] * half[:, None, :]).sum(axis=0)
    speed = math.sqrt(float((then[0, 3:] * then[0, 3:]).sum()))
    along, across = PUSH_M_S
    way = then[0, 3:] / max(speed, 1.0)
    covariance[3:, 3:] += across * across * np.eye(3) + (along * along - across * across) * np.outer(way, way)
    return then[0], covariance

"""Where what a stage carried falls when only the stage is seen: it parted at burnout, with a push that nobody saw."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import WGS84_A_M
from tocsin.prediction.impact import MAX_FLIGHT_S, Impact, falls, impact_of
from tocsin.tracking.filter_kernels import LIGHTNESS
from tocsin.world.motion.freeflight_kernels import propagate

FloatArray = npt.NDArray[np.float64]

PUSH_M_S = 4.0, 2.0, 2.0
"""Sigma along its way and across it: springs give 0.3 to 2 m/s, retro-rockets of stages and thrust as it dies out up to 10
(published separations of launchers)."""
_TRIED_M_S = 5.0


def with_payload_apart(
    found: Impact, time_ns: int, state: FloatArray, since_s: float, share: float, lightness: float = LIGHTNESS
) -> Impact:
    """Return a footprint of which `share` is that of what a stage carried, where `found` is that of the stage.

    `state` (6,) of the stage at `time_ns`, m and m/s, Earth-fixed; it parted `since_s` before. `lightness` (m2/kg) of the stage,
    where the air has told that it is lighter than what it carried. As `found` where nothing is known of that: where it did not
    come from free flight, or some of it stays up.
    """
    if found.method != "unscented" or not len(found.parts):
        return found
    apart = _apart(state, since_s, lightness)
    if apart is None:
        return found
    ahead, ground, late = apart
    parts, times = found.parts.copy(), found.part_times_s.copy()
    parts[:, 0] *= share
    parts[:, 1:3] += ahead[1:]
    parts[:, 2] = np.remainder(parts[:, 2] + np.pi, 2.0 * np.pi) - np.pi
    parts[:, 3:] += ground
    times[:, 0] += ahead[0]
    times[:, 1] = np.sqrt(times[:, 1] * times[:, 1] + late * late)
    whole = found.parts.copy()
    whole[:, 0] *= 1.0 - share
    both = np.concatenate([whole, parts]), np.concatenate([found.part_times_s, times])
    return impact_of(time_ns, *both, (found.perigee_m, found.apogee_m), found.method)


def _apart(state: FloatArray, since_s: float, lightness: float) -> tuple[FloatArray, FloatArray, float] | None:
    """Return by how much (s, rad north, rad east) it falls elsewhere than the stage, and what the push at parting does to that.

    The latter: (3,) covariance (EE, EN, NN, m2) of the place, and sigma of the time (s).
    """
    then = np.empty(6)
    if propagate(np.ascontiguousarray(state[:6]), -since_s, 1.0 / lightness, then) != 0:
        return None
    along = _unit(then[3:])
    side = _unit(np.cross(along, then[:3]))
    pushed = np.tile(then, (5, 1))
    pushed[1:4, 3:] += _TRIED_M_S * np.array([along, side, np.cross(side, along)])
    betas = 1.0 / np.array([LIGHTNESS, LIGHTNESS, LIGHTNESS, LIGHTNESS, lightness])
    landed = falls(pushed, betas, since_s + MAX_FLIGHT_S, np.zeros(5))
    if not landed[:, 3].all():
        return None
    gone = landed[1:, :3] - landed[0, :3]
    gone[:, 2] = np.remainder(gone[:, 2] + np.pi, 2.0 * np.pi) - np.pi
    late, north, east = gone[:3].T * (np.array(PUSH_M_S) / _TRIED_M_S)
    north, east = WGS84_A_M * north, WGS84_A_M * math.cos(landed[0, 1]) * east
    ground = np.array([(east * east).sum(), (east * north).sum(), (north * north).sum()])
    return -gone[3], ground, math.sqrt((late * late).sum())


def _unit(vector: FloatArray) -> FloatArray:
    """Return a vector (3,) of length 1; NaN where it has none."""
    length = math.sqrt((vector * vector).sum())
    return vector / length if length > 0.0 else np.full(3, np.nan)

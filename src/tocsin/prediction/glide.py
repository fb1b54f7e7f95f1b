"""How far a body that glides can still go: plans of flight that it may follow, flown to the ground.

What it will do nobody knows: it may fall freely from now on, hold its bank or another, turn from side to side, dive at any
moment of what is left of its glide. The footprint is the mixture over such plans, and so as wide as its energy and its ratio
of lift to drag allow (Vinh, Busemann, Culp, *Hypersonic and Planetary Entry Flight Mechanics*, 1980, ch. 7: equilibrium glide).
"""

import math

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import MU_M3_S2
from tocsin.prediction import glide_kernels as k
from tocsin.prediction.arc import RE_ENTRY_HEIGHT_M, arc_figures
from tocsin.prediction.impact import MAX_FLIGHT_S, Impact, impact_of, mixture, with_lightness
from tocsin.prediction.impact_kernels import cloud_states
from tocsin.prediction.sobol import gaussian_cloud

FloatArray = npt.NDArray[np.float64]

PLANS = 256
FALLS, DIVES = 0.05, 0.25
"""Of the plans, so many lift no more from now on, and so many end in a dive at a moment evenly within the rest of the glide."""
AS_SHOWN, RATIO_SIGMA, RATIO_MORE, RATIO_MOST = 0.9, 0.15, 3.0, 3.5
"""So many keep the ratio of lift to drag that was seen, within its sigma (ln); the others may have up to so many times
it, at most that of the best slender bodies (Kuchemann: 3.5 to 4 at high Mach numbers), evenly in the logarithm."""
HOLDS = 0.8
"""So many hold the bank that was seen, the others any."""
BANK_MOST = math.radians(75.0)
SWINGS_S = (10.0, 400.0)
"""Half of them turn from side to side, each side for so long, evenly in the logarithm."""
FRAME_M_S2 = (30.0, 150.0)
GOLDEN = 1.0 / 1.1127756842787055  # x^7 = x + 1: the evenly spread sequence in six dimensions (Roberts 2018)


class Glide(msgspec.Struct, frozen=True):
    """What has been seen of a body that glides."""

    ratio: float
    """Lift over drag."""
    bank: float
    """Of its lift, rad: 0 upwards, positive to the right."""
    ln_beta: float
    """Logarithm of its ballistic coefficient (kg/m2), by its drag, and its sigma."""
    ln_beta_sigma: float


def plans_of(glide: Glide, speed: float, radius: float, points: FloatArray) -> FloatArray:
    """Return (n, 7) plans of `glide_kernels` for a body at `speed` (m/s) and geocentric `radius` (m); points (n,) Gaussian."""
    n = len(points)
    u = (0.5 + np.arange(1, n + 1)[:, None] * GOLDEN ** np.arange(1, 7)) % 1.0
    out = np.empty((n, k.PLAN))
    out[:, k.BETA] = _exp(glide.ln_beta + glide.ln_beta_sigma * points)
    # ratio: the first part of the unit interval as shown, the rest evenly up to the most
    shown, more = u[:, 0] / AS_SHOWN, (u[:, 0] - AS_SHOWN) / (1.0 - AS_SHOWN)
    spread = _exp(RATIO_SIGMA * 1.7 * (2.0 * shown - 1.0))
    most = max(min(RATIO_MORE * glide.ratio, RATIO_MOST), 1.3 * glide.ratio)
    low, top = math.log(0.7 * glide.ratio), math.log(most)
    ratio = np.where(u[:, 0] < AS_SHOWN, glide.ratio * spread, _exp(low + (top - low) * more))
    out[:, k.RATIO] = ratio
    any_bank = BANK_MOST * (2.0 * (u[:, 1] - HOLDS) / (1.0 - HOLDS) - 1.0)
    out[:, k.BANK] = np.where(u[:, 1] < HOLDS, glide.bank, any_bank)
    first, last = (math.log(s) for s in SWINGS_S)
    out[:, k.SWING_S] = np.where(u[:, 2] < 0.5, 1e9, _exp(first + (last - first) * 2.0 * (u[:, 2] - 0.5)))
    # until when: never, a moment of the glide that is left (the time an equilibrium glide takes to lose its speed), or at once
    circular = math.sqrt(MU_M3_S2 / radius)
    v = min(speed / circular, 0.98)
    rest = 0.5 * ratio * radius / circular * math.log((1.0 + v) / (1.0 - v)) + 60.0
    out[:, k.UNTIL_S] = np.where(u[:, 3] < FALLS, -1.0, np.where(u[:, 3] < FALLS + DIVES, u[:, 4] * rest, 1e9))
    out[:, k.AFTER] = np.where(u[:, 3] < FALLS, 0.0, 1.0)
    out[:, k.MOST] = FRAME_M_S2[0] + (FRAME_M_S2[1] - FRAME_M_S2[0]) * u[:, 5]
    return out


def _exp(values: FloatArray) -> FloatArray:
    """Return e to the power of values (n,), by the library that every other number of a centre comes from."""
    return np.array([math.exp(v) for v in values.tolist()])


def predict_glide(
    time_ns: int, state: FloatArray, covariance: FloatArray, glide: Glide, max_flight_s: float = MAX_FLIGHT_S
) -> Impact:
    """Return what a gliding body of Earth-fixed state (6,) and covariance (6, 6), m and m/s, can still reach, as a footprint."""
    state = np.ascontiguousarray(state, np.float64)[:6].copy()
    covariance = np.ascontiguousarray(covariance, np.float64)[:6, :6].copy()
    arc = arc_figures(state[None], covariance[None], RE_ENTRY_HEIGHT_M)
    points = gaussian_cloud(PLANS, 7)
    states, betas = np.empty((PLANS, 6)), np.empty(PLANS)
    cloud_states(state, with_lightness(covariance, 0.0), 0.0, points, states, betas)
    speed, radius = (math.sqrt(float((part * part).sum())) for part in (state[3:], state[:3]))
    landed = np.empty((PLANS, 4))
    k.glide_down(states, plans_of(glide, speed, radius, points[:, 6]), float(max_flight_s), landed)
    parts, times = mixture(landed, 1.0)
    return impact_of(time_ns, parts, times, (float(arc.perigee_m[0]), float(arc.apogee_m[0])), "glide")

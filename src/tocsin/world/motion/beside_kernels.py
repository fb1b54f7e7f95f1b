"""Many flights to the ground that lie side by side: a few are flown, the others are Kepler arcs moved as their neighbours are.

What oblateness and air do to an arc (some kilometres along, across, and in time) changes slowly from one point of a
cloud to the next, while the arc itself has a closed form. So the difference between flight and arc is found for a few
points, spread over the times of flight, and interpolated for the rest.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.core.sort_kernels import rising
from tocsin.world.motion.conic_kernels import land_arc
from tocsin.world.motion.forces_kernels import climb_rate, fast_height
from tocsin.world.motion.freeflight_kernels import REACHED, fly_loosely, fly_to_height

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# An arc may stand for a flight that begins above the air, or on its way out of it, and that comes down steeply
_IN_AIR_M, _OUT_OF_AIR_M = 40.0e3, 90.0e3
_STEEP_SINE = 0.25


@kernel
def _arc_stands(y: FloatArray, landed: FloatArray, h_stop_m: float, t_max_s: float) -> bool:
    """Return whether the Kepler arc from y (6,) comes down so steeply that air hardly bends it; fill landed (7,)."""
    height = fast_height(y[0], y[1], y[2])
    if height < _IN_AIR_M:
        return False
    if height < _OUT_OF_AIR_M and climb_rate(y[0], y[1], y[2], y[3], y[4], y[5]) <= 0.0:
        return False
    if not land_arc(y[0], y[1], y[2], y[3], y[4], y[5], h_stop_m, landed) or landed[6] > t_max_s:
        return False
    speed = math.sqrt(landed[3] ** 2 + landed[4] ** 2 + landed[5] ** 2)
    return climb_rate(landed[0], landed[1], landed[2], landed[3], landed[4], landed[5]) < -_STEEP_SINE * speed


@kernel
def _axes(landed: FloatArray, axes: FloatArray) -> None:
    """Fill axes (6,) with the level unit vectors along and across the course of a state (7,)."""
    x, y, z = landed[0], landed[1], landed[2]
    r = math.sqrt(x * x + y * y + z * z)
    x, y, z = x / r, y / r, z / r
    up = landed[3] * x + landed[4] * y + landed[5] * z
    ax, ay, az = landed[3] - up * x, landed[4] - up * y, landed[5] - up * z
    level = math.sqrt(ax * ax + ay * ay + az * az)
    if level < 1.0:  # straight down: any course will do, north-south for one
        ax, ay, az = -z * x, -z * y, 1.0 - z * z
        level = max(math.sqrt(ax * ax + ay * ay + az * az), 1e-9)
    ax, ay, az = ax / level, ay / level, az / level
    axes[0], axes[1], axes[2] = ax, ay, az
    axes[3], axes[4], axes[5] = y * az - z * ay, z * ax - x * az, x * ay - y * ax


@kernel
def _fly(state: FloatArray, beta: float, h_stop_m: float, t_max_s: float, loose: bool, out: FloatArray) -> int:
    """Fill out (7,) by one flight, loosely or surely, and return its status."""
    if loose:
        return fly_loosely(state, beta, h_stop_m, t_max_s, out)
    return fly_to_height(state, beta, h_stop_m, t_max_s, out)


@kernel
def _difference(arc: FloatArray, flight: FloatArray, more: FloatArray) -> None:
    """Fill more (4,): time of an arc (7,), and what the flight (7,) adds along its course, across, and in time."""
    axes = np.empty(6)
    _axes(arc, axes)
    dx, dy, dz = flight[0] - arc[0], flight[1] - arc[1], flight[2] - arc[2]
    more[0] = arc[6]
    more[1] = axes[0] * dx + axes[1] * dy + axes[2] * dz
    more[2] = axes[3] * dx + axes[4] * dy + axes[5] * dz
    more[3] = flight[6] - arc[6]


@kernel
def _move(arc: FloatArray, before: FloatArray, after: FloatArray) -> None:
    """Move the end of an arc (7,) by what two flights add, `before` and `after` it in time (4,)."""
    span = after[0] - before[0]
    s = min(max((arc[6] - before[0]) / span, 0.0), 1.0) if span > 1e-3 else 0.5
    along = before[1] + s * (after[1] - before[1])
    across = before[2] + s * (after[2] - before[2])
    axes = np.empty(6)
    _axes(arc, axes)
    for c in range(3):
        arc[c] += axes[c] * along + axes[3 + c] * across
    arc[6] += before[3] + s * (after[3] - before[3])


@kernel
def fly_beside(
    states: FloatArray, betas: FloatArray, h_stop_m: float, t_max_s: float, flown: int, loose: bool,
    out: FloatArray, status: IntArray,
) -> None:  # fmt: skip
    """Fill out (n, 7) and status (n,) as `fly_to_height_many` does for states (n, 6), `flown` of which are flown at least.

    Those too shallow or too low for an arc, and those whose ballistic coefficient is not that of the first, are flown
    too (`loose`: as points of a cloud are). Off by less than 3 % of how far apart a sharp cloud falls, 15 % of a wide one
    (`tests/unit/world/test_beside.py`).
    """
    n = states.shape[0]
    arcs = np.empty(n, np.int64)
    times = np.empty(n)
    count = 0
    for i in range(n):
        if betas[i] == betas[0] and _arc_stands(states[i], out[i], h_stop_m, t_max_s):
            arcs[count] = i
            times[count] = out[i, 6]
            count += 1
        else:
            status[i] = _fly(states[i], betas[i], h_stop_m, t_max_s, loose, out[i])
    order = np.empty(count, np.int64)
    rising(times[:count], order)
    full = min(flown, count)
    work = np.empty(7)
    more = np.empty((full, 4))
    known = np.zeros(count, np.bool_)
    kept = 0
    # flights spread evenly over the times of flight
    for m in range(full):
        at = ((count - 1) * m) // max(full - 1, 1) if full > 1 else count // 2
        i = arcs[order[at]]
        known[at] = True
        status[i] = _fly(states[i], betas[i], h_stop_m, t_max_s, loose, work)
        if status[i] == REACHED:
            _difference(out[i], work, more[kept])
            kept += 1
        for c in range(7):
            out[i, c] = work[c]
    m = 0
    for at in range(count):
        i = arcs[order[at]]
        if known[at]:
            continue
        if kept == 0:
            status[i] = _fly(states[i], betas[i], h_stop_m, t_max_s, loose, out[i])
            continue
        while m + 2 < kept and out[i, 6] > more[m + 1, 0]:
            m += 1
        _move(out[i], more[m], more[min(m + 1, kept - 1)])
        status[i] = REACHED

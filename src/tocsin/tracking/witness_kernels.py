"""What the sightings of known objects say of the radars that saw them, the errors of their element sets taken out.

Errors of a radar as in `registration_kernels`. An element set is wrong by timing, radially and across, all constant over the
minutes of a pass; what is known of the three stands in normal equations beside the errors of the radars, from block to block.
"""

import math

import numpy as np

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2
from tocsin.core.kernels import kernel
from tocsin.core.linear_kernels import factor, solve
from tocsin.tracking.error_kernels import ERRORS, least
from tocsin.tracking.filter_kernels import FREE, N, derivative
from tocsin.tracking.sighting_kernels import components

ORBIT_M = 30.0  # what the errors of an element set change by over a pass, each axis
MISFIT = 4.0  # sigmas of chi-square above what it should be, beyond which sightings are not understood


@kernel
def understood(misfit: float, freedom: int) -> bool:
    """Return whether a chi-square is one of sightings of one object."""
    return freedom > 0 and 0.0 <= misfit <= freedom + MISFIT * math.sqrt(2.0 * freedom) + 10.0


@kernel
def orbit_axes(state: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (3, 6) with what 1 s of timing, 1 m radially and 1 m across do to an orbiting object's `state` (6,).

    Timing moves it along its inertial orbit, place and velocity together, as in `correlation_kernels`.
    """
    x, y, z = state[0], state[1], state[2]
    vx, vy, vz = state[3] - EARTH_RATE_RAD_S * y, state[4] + EARTH_RATE_RAD_S * x, state[5]
    r = math.sqrt(x * x + y * y + z * z)
    pull = -MU_M3_S2 / (r * r * r)
    for i in range(3):
        for j in range(3, 6):
            out[i, j] = 0.0
    out[0, 0], out[0, 1], out[0, 2] = vx, vy, vz
    out[0, 3], out[0, 4], out[0, 5] = pull * x + EARTH_RATE_RAD_S * vy, pull * y - EARTH_RATE_RAD_S * vx, pull * z
    out[1, 0], out[1, 1], out[1, 2] = x / r, y / r, z / r
    hx, hy, hz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    out[2, 0], out[2, 1], out[2, 2] = hx / h, hy / h, hz / h


@kernel
def settled(a: np.ndarray, g: np.ndarray, gx: np.ndarray, sign: float, info: np.ndarray, vector: np.ndarray) -> float:
    """Return gx a^-1 gx, and add `sign` times g' a^-1 g to `info` (m, m), g' a^-1 gx to `vector` (m,).

    `a` (3, 3), `g` (3, m), `gx` (3,): the part of the normal equations in which the object's own errors stand.
    """
    low = a.copy()
    m = vector.shape[0]
    column = np.empty(3)
    one = gx.copy()
    if not factor(low, 3):
        return 0.0
    solve(low, 3, one)
    total = 0.0
    for i in range(3):
        total += gx[i] * one[i]
        for j in range(m):
            vector[j] += sign * g[i, j] * one[i]
    for j in range(m):
        for i in range(3):
            column[i] = g[i, j]
        solve(low, 3, column)
        for k in range(m):
            for i in range(3):
                info[k, j] += sign * g[i, k] * column[i]
    return total


@kernel
def fit_orbit(
    states: np.ndarray, rows: np.ndarray, who: np.ndarray, clocks: np.ndarray, scale: np.ndarray, a: np.ndarray,
    g: np.ndarray, gx: np.ndarray, info: np.ndarray, vector: np.ndarray,
) -> tuple[float, int]:  # fmt: skip
    """Return (chi-square without errors of the radars, components) of further sightings of a known object, given earlier ones.

    `states` (n, 6) by its element set at the times of the sightings (less `clocks`, (m,) s), `rows` (n, 18) by radars `who`
    (n,) of m. The element set is wrong by timing, radially and across, all constant over the minutes of a pass: `a` (3, 3),
    `g` (3, 4m), `gx` (3,) hold what is known of that, and take the new sightings in. Fills `info` (4m, 4m), `vector` (4m,)
    with what they say of the radars' errors, in units of `scale`.
    """
    m = vector.shape[0]
    h = np.empty((4, 6))
    e = np.empty((4, ERRORS))
    out = np.empty((4, 2))
    x = np.zeros(N)
    dx = np.empty(N)
    axes = np.empty((3, 6))
    f = np.empty(3)
    for i in range(m):
        vector[i] = 0.0
        for j in range(m):
            info[i, j] = 0.0
    chi2 = settled(a, g, gx, 1.0, info, vector)
    parts = 0
    for n in range(rows.shape[0]):
        for i in range(6):
            x[i] = states[n, i]
        s = ERRORS * who[n]
        derivative(x, FREE, False, dx)
        orbit_axes(states[n], axes)
        count = components(x, dx, rows[n], False, h, e, out)
        parts += count
        for k in range(count):
            residual = out[k, 0] + e[k, 3] * clocks[who[n]]
            spread = 0.0
            for i in range(3):
                f[i] = 0.0
                spread += (h[k, i] * ORBIT_M) ** 2
                for j in range(6):
                    f[i] += h[k, j] * axes[i, j]
            w = 1.0 / (out[k, 1] + spread)
            chi2 += w * residual * residual
            for i in range(3):
                gx[i] += w * f[i] * residual
                for j in range(3):
                    a[i, j] += w * f[i] * f[j]
                for j in range(ERRORS):
                    g[i, s + j] += w * f[i] * e[k, j] * scale[s + j]
            for i in range(ERRORS):
                ei = w * e[k, i] * scale[s + i]
                vector[s + i] += ei * residual
                for j in range(ERRORS):
                    info[s + i, s + j] += ei * e[k, j] * scale[s + j]
    return chi2 - settled(a, g, gx, -1.0, info, vector), parts


@kernel
def involved(who: np.ndarray, g: np.ndarray, out: np.ndarray) -> int:
    """Return how many radars have a part in what is known of an orbit, by new sightings `who` (n,) or by `g` (3, 4m).

    Fills `out` (m,) with their numbers, rising.
    """
    count = 0
    for k in range(out.shape[0]):
        found = False
        for n in range(who.shape[0]):
            found = found or who[n] == k
        for j in range(ERRORS * k, ERRORS * (k + 1)):
            for i in range(3):
                found = found or g[i, j] != 0.0
        if found:
            out[count] = k
            count += 1
    return count


@kernel
def take(full: np.ndarray, live: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (4l,) with the parts of `full` (4m,) that are of the radars `live` (l,)."""
    for i in range(live.shape[0]):
        for j in range(ERRORS):
            out[ERRORS * i + j] = full[ERRORS * live[i] + j]


@kernel
def tell_orbit(
    states: np.ndarray, rows: np.ndarray, who: np.ndarray, clocks: np.ndarray, scale: np.ndarray, about: np.ndarray,
    believed: np.ndarray, a: np.ndarray, g: np.ndarray, gx: np.ndarray, info: np.ndarray, vector: np.ndarray,
) -> bool:  # fmt: skip
    """Return whether further sightings of a known object go with what is known of it; if so all of it takes them in.

    As `fit_orbit`, of all m radars; the radars' errors are thought to be N(`about` (4m,), `believed` (4m,)), in units of
    `scale`. What the sightings say is added to `info` (4m, 4m), `vector` (4m,): the less, the noisier they are than stated.
    """
    live = np.empty(clocks.shape[0], np.int64)
    live = live[: involved(who, g, live)]
    m = ERRORS * live.shape[0]
    where = np.empty(clocks.shape[0], np.int64)
    own_clocks = np.empty(live.shape[0])
    for i in range(live.shape[0]):
        where[live[i]] = i
        own_clocks[i] = clocks[live[i]]
    local = np.empty(who.shape[0], np.int64)
    for n in range(who.shape[0]):
        local[n] = where[who[n]]
    unit, mean, variance = np.empty(m), np.empty(m), np.empty(m)
    take(scale, live, unit)
    take(about, live, mean)
    take(believed, live, variance)
    new_a, new_gx, new_g = a.copy(), gx.copy(), np.empty((3, m))
    for i in range(3):
        take(g[i], live, new_g[i])
    more, more_vector = np.empty((m, m)), np.empty(m)
    chi2, parts = fit_orbit(states, rows, local, own_clocks, unit, new_a, new_g, new_gx, more, more_vector)
    misfit = least(chi2, more, more_vector, mean, variance)
    if not understood(misfit, parts):
        return False
    weight = 1.0 / max(misfit / parts, 1.0)
    for i in range(3):
        gx[i] = new_gx[i]
        for j in range(3):
            a[i, j] = new_a[i, j]
        for j in range(m):
            g[i, ERRORS * live[j // ERRORS] + j % ERRORS] = new_g[i, j]
    for i in range(m):
        at = ERRORS * live[i // ERRORS] + i % ERRORS
        vector[at] += weight * more_vector[i]
        for j in range(m):
            info[at, ERRORS * live[j // ERRORS] + j % ERRORS] += weight * more[i, j]
    return True


@kernel
def tell_orbits(
    states: np.ndarray, rows: np.ndarray, who: np.ndarray, first: np.ndarray, clocks: np.ndarray, scale: np.ndarray,
    about: np.ndarray, believed: np.ndarray, wide: np.ndarray, fresh: np.ndarray, anew: np.ndarray, a: np.ndarray,
    g: np.ndarray, gx: np.ndarray, info: np.ndarray, vector: np.ndarray, good: np.ndarray,
) -> None:  # fmt: skip
    """Take the sightings of k known objects in, one object after the other, those of object i from row `first` (k + 1,) on.

    `a` (k, 3, 3), `g` (k, 3, 4m), `gx` (k, 3) hold what is known of each. One that is new (`anew` (k,)), or whose sightings
    do not go with that, begins again with the weights `fresh` (k, 3) of its element set alone and radars that may be wrong by
    variances `wide` (4m,); `anew` is then set, and `good` (k,) says whether it was understood. The rest as in `tell_orbit`.
    """
    none = np.zeros(about.shape[0])
    for i in range(good.shape[0]):
        part = slice(first[i], first[i + 1])
        good[i] = not anew[i] and tell_orbit(
            states[part], rows[part], who[part], clocks, scale, about, believed, a[i], g[i], gx[i], info, vector
        )
        if good[i]:
            continue
        anew[i] = True
        for j in range(3):
            gx[i, j] = 0.0
            for k in range(3):
                a[i, j, k] = fresh[i, j] if j == k else 0.0
            for k in range(none.shape[0]):
                g[i, j, k] = 0.0
        good[i] = tell_orbit(
            states[part], rows[part], who[part], clocks, scale, none, wide, a[i], g[i], gx[i], info, vector
        )

"""Rows of a look -> measurement rows in the one form that the filter takes (columns in `filter_kernels`).

The unknown constant error (bias) of a sensor is added to its noise: the filter treats it as white, which overstates the
error of a long track and never understates that of a short one.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.sensing.kinds.ionosphere_kernels import ionosphere_correct
from tocsin.sensing.kinds.refraction_kernels import refraction_correct
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    M_RANGE,
    M_RATE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    M_SIGMA_RATE,
    S_X,
    U_X,
)

# columns of Look.values (core.records.inputs)
_RANGE, _AZ, _EL, _RATE, _LX, _LY, _LZ, _S_RANGE, _S_AZ, _S_EL, _S_RATE, _S_LOS = range(12)
LOG_RATE_SPAN = math.log(16000.0)  # of the range rates (m/s) that new and false detections have


@lean_kernel
def against_new(
    log_likelihoods: np.ndarray, which: np.ndarray, rows: np.ndarray, log_density: float, out: np.ndarray
) -> None:
    """Fill `out` (k,) with the log likelihood ratios of measurements `rows[which[k]]` against being new or false.

    `log_density` of those, in one look, per m3 (radar) or m2 (infrared); a range rate adds a dimension.
    """
    for k in range(out.shape[0]):
        m = rows[which[k]]
        rated = m[M_RATE] == m[M_RATE] and m[M_RANGE] == m[M_RANGE]
        out[k] = log_likelihoods[k] - (log_density - (LOG_RATE_SPAN if rated else 0.0))


@lean_kernel
def dearer_by(crowd: np.ndarray, which: np.ndarray, log_density: float, out: np.ndarray) -> None:
    """Fill `out` (k,) with how far the log of the density `crowd[which[k]]` (1/m3) is above `log_density`, at least 0."""
    least = math.exp(log_density)
    for k in range(out.shape[0]):
        out[k] = math.log(max(crowd[which[k]], least)) - log_density


@lean_kernel
def others_in_room(rows: np.ndarray, which: np.ndarray, log_density: np.ndarray, out: np.ndarray) -> None:
    """Fill out (k,) with how many others lie where a third detection like `rows[which[k]]` would when two have told the way.

    At the log of a density (1/m3) around each. Evenly spaced, the third is off by 1 + 4 + 1 variances on each axis; a normal
    density has (2 pi)^(3/2) sigma^3 at its peak.
    """
    for k in range(out.shape[0]):
        m = rows[which[k]]
        volume = (12.0 * math.pi) ** 1.5 * m[M_SIGMA_RANGE] * m[M_RANGE] ** 2 * m[M_SIGMA_A] * m[M_SIGMA_B]
        out[k] = volume * math.exp(log_density[k])


@kernel
def crowding(rows: np.ndarray, chosen: np.ndarray, asked: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (n,) with the density (1/m3) of measurements `chosen` (c,) around those `asked`; the others stay.

    Those whose density stands there already (above 0) stay too: `asked` may name one more than once.

    By the distance to the third nearest (Loftsgaarden & Quesenberry, Ann. Math. Statist. 36(3), 1965).
    """
    place = np.empty((chosen.shape[0], 3))
    for a in range(chosen.shape[0]):
        m = rows[chosen[a]]
        for i in range(3):
            place[a, i] = m[S_X + i] + m[M_RANGE] * m[U_X + i]
    for a in range(asked.shape[0]):
        if out[asked[a]] > 0.0:
            continue
        m = rows[asked[a]]
        x = m[S_X] + m[M_RANGE] * m[U_X]
        y = m[S_X + 1] + m[M_RANGE] * m[U_X + 1]
        z = m[S_X + 2] + m[M_RANGE] * m[U_X + 2]
        one, two, three = math.inf, math.inf, math.inf
        for b in range(chosen.shape[0]):
            d2 = (x - place[b, 0]) ** 2 + (y - place[b, 1]) ** 2 + (z - place[b, 2]) ** 2
            if chosen[b] == asked[a] or not d2 < three:
                continue
            if d2 < one:
                one, two, three = d2, one, two
            elif d2 < two:
                two, three = d2, two
            else:
                three = d2
        out[asked[a]] = 3.0 / (4.0 / 3.0 * math.pi * max(three, 1.0) ** 1.5)


@lean_kernel
def measured(
    rows: np.ndarray, chosen: np.ndarray, places: np.ndarray, sigmas: np.ndarray, rates: np.ndarray
) -> None:  # fmt: skip
    """Fill places (c, 3) m, sigmas (c, 4) of range, angles, range rate, and rates (c,) of the rows `chosen` (c,).

    Without a range or a direction the place is NaN.
    """
    for k in range(chosen.shape[0]):
        m = rows[chosen[k]]
        for i in range(3):
            places[k, i] = m[S_X + i] + m[M_RANGE] * m[U_X + i]
        sigmas[k, 0] = m[M_SIGMA_RANGE]
        sigmas[k, 1] = m[M_SIGMA_A]
        sigmas[k, 2] = m[M_SIGMA_B]
        sigmas[k, 3] = m[M_SIGMA_RATE]
        rates[k] = m[M_RATE]


@lean_kernel
def free_of_air(
    values: np.ndarray, altitude_m: float, frequency_hz: float, content_tecu: float, left: np.ndarray
) -> None:
    """Take refraction off range and elevation of `values` in place; `left` (n, 2) gets the sigmas of what it leaves.

    The ionosphere first, by its vertical electron content (0 = not corrected), then the air under it.
    """
    for k in range(values.shape[0]):
        left[k, 0] = left[k, 1] = 0.0
        if values[k, _EL] != values[k, _EL]:
            continue
        known = values[k, _RANGE] == values[k, _RANGE]
        far = values[k, _RANGE] if known else 1.5e6
        far, lifted, ion_r, ion_el = ionosphere_correct(far, values[k, _EL], altitude_m, frequency_hz, content_tecu)
        r, el, sigma_r, sigma_el = refraction_correct(far, lifted, altitude_m)
        if known:
            values[k, _RANGE] = r
        values[k, _EL] = el
        left[k, 0] = math.sqrt(sigma_r * sigma_r + ion_r * ion_r)
        left[k, 1] = math.sqrt(sigma_el * sigma_el + ion_el * ion_el)


@lean_kernel
def radar_rows(
    values: np.ndarray, site: np.ndarray, rot: np.ndarray, sigmas: np.ndarray, left: np.ndarray, out: np.ndarray
) -> None:
    """Fill `out` (n, 18) from radar rows; `site` (3,), `rot` (3, 3) east, north, up; `sigmas` (7,) of the network.

    `sigmas`: range, azimuth, elevation, range rate (one sigma, SI, arc), then the biases of range, azimuth, elevation;
    `left` (n, 2): what the correction of refraction leaves in range and elevation.
    """
    for k in range(values.shape[0]):
        for i in range(3):
            out[k, S_X + i] = site[i]
        az, el = values[k, _AZ], values[k, _EL]
        out[k, M_RANGE] = values[k, _RANGE]
        out[k, M_RATE] = values[k, _RATE]
        s = values[k, _S_RANGE] if values[k, _S_RANGE] == values[k, _S_RANGE] else sigmas[0]
        out[k, M_SIGMA_RANGE] = math.sqrt(s * s + sigmas[4] * sigmas[4] + left[k, 0] * left[k, 0])
        out[k, M_SIGMA_RATE] = values[k, _S_RATE] if values[k, _S_RATE] == values[k, _S_RATE] else sigmas[3]
        if az != az or el != el:
            for i in range(3):
                out[k, U_X + i] = math.nan
                out[k, A_X + i] = math.nan
                out[k, B_X + i] = math.nan
            out[k, M_SIGMA_A] = math.nan
            out[k, M_SIGMA_B] = math.nan
            continue
        sa, ca, se, ce = math.sin(az), math.cos(az), math.sin(el), math.cos(el)
        for i in range(3):
            e, n, u = rot[0, i], rot[1, i], rot[2, i]
            out[k, U_X + i] = ce * sa * e + ce * ca * n + se * u
            out[k, A_X + i] = ca * e - sa * n
            out[k, B_X + i] = -se * sa * e - se * ca * n + ce * u
        s = values[k, _S_AZ] if values[k, _S_AZ] == values[k, _S_AZ] else sigmas[1]
        out[k, M_SIGMA_A] = math.sqrt(s * s + sigmas[5] * sigmas[5])
        s = values[k, _S_EL] if values[k, _S_EL] == values[k, _S_EL] else sigmas[2]
        out[k, M_SIGMA_B] = math.sqrt(s * s + sigmas[6] * sigmas[6] + left[k, 1] * left[k, 1])


@lean_kernel
def sight_rows(values: np.ndarray, places: np.ndarray, sigma: float, bias: float, out: np.ndarray) -> None:
    """Fill `out` (n, 18) from line-of-sight rows, each seen from its `places` (n, 3)."""
    for k in range(values.shape[0]):
        ux, uy, uz = values[k, _LX], values[k, _LY], values[k, _LZ]
        for i in range(3):
            out[k, S_X + i] = places[k, i]
        # any two axes square to the line: the first across it and the polar axis, or x near the poles
        ax, ay, az = -uy, ux, 0.0
        norm = math.sqrt(ax * ax + ay * ay)
        if norm < 0.1:
            ax, ay, az = 0.0, -uz, uy
            norm = math.sqrt(ay * ay + az * az)
        ax, ay, az = ax / norm, ay / norm, az / norm
        out[k, U_X], out[k, U_X + 1], out[k, U_X + 2] = ux, uy, uz
        out[k, A_X], out[k, A_X + 1], out[k, A_X + 2] = ax, ay, az
        out[k, B_X] = uy * az - uz * ay
        out[k, B_X + 1] = uz * ax - ux * az
        out[k, B_X + 2] = ux * ay - uy * ax
        s = values[k, _S_LOS] if values[k, _S_LOS] == values[k, _S_LOS] else sigma
        s = math.sqrt(s * s + bias * bias)
        out[k, M_SIGMA_A] = s
        out[k, M_SIGMA_B] = s
        out[k, M_RANGE] = values[k, _RANGE]
        out[k, M_SIGMA_RANGE] = values[k, _S_RANGE] if values[k, _S_RANGE] == values[k, _S_RANGE] else 100.0
        out[k, M_RATE] = math.nan
        out[k, M_SIGMA_RATE] = math.nan


@lean_kernel
def sight_start(row: np.ndarray, height_m: float, spread_m: float, place: np.ndarray) -> float:
    """Return the spread along the line (m) of a plume first seen near `height_m`; fills `place` (3,); -1 past Earth.

    Sphere of the local radius: the height prior is wider than the flattening. A line above the limb starts at its
    lowest point.
    """
    sx, sy, sz = row[S_X], row[S_X + 1], row[S_X + 2]
    ux, uy, uz = row[U_X], row[U_X + 1], row[U_X + 2]
    # the ellipsoid, scaled to a sphere along z
    f = 6378137.0 / 6356752.314245
    wz, wu = sz * f, uz * f
    radius = 6378137.0 + height_m
    a = ux * ux + uy * uy + wu * wu
    b = sx * ux + sy * uy + wz * wu
    c = sx * sx + sy * sy + wz * wz - radius * radius
    disc = b * b - a * c
    if disc > 0.0:
        t = (-b - math.sqrt(disc)) / a
        if t <= 0.0:
            return -1.0
        place[0], place[1], place[2] = sx + t * ux, sy + t * uy, sz + t * uz
        r = math.sqrt(place[0] ** 2 + place[1] ** 2 + place[2] ** 2)
        sin_el = abs(place[0] * ux + place[1] * uy + place[2] * uz) / r
        chord = math.sqrt(2.0 * radius * spread_m)
        return float(min(spread_m / max(sin_el, 1e-3), chord))
    t = -b / a
    if t <= 0.0:
        return -1.0
    miss = math.sqrt(max((sx + t * ux) ** 2 + (sy + t * uy) ** 2 + (wz + t * wu) ** 2, 0.0)) - radius
    if miss > 600e3:
        return -1.0
    place[0], place[1], place[2] = sx + t * ux, sy + t * uy, sz + t * uz
    return float(math.sqrt(2.0 * radius * (spread_m + miss)))

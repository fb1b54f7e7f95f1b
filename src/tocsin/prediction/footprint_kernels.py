"""Gaussian footprints on the ground: how much of one lies in a region, and the ellipse that holds a given share.

A footprint is a Gaussian over (east, north) in metres in the azimuthal equidistant map about its centre: length and
azimuth of the geodesic from the centre are the polar coordinates. The content of a region is a line integral along its
border, P = 1/(2 pi) * integral of (1 - exp(-r^2/2)) d(theta) in the whitened map (Green's theorem on the standard
Gaussian), which is exact however small or large the region is beside the ellipse.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.world.geodesy_kernels import MEAN_RADIUS_M, enu_axes, geodetic_to_ecef

FloatArray = npt.NDArray[np.float64]

_TWO_PI = 2.0 * math.pi
_R = MEAN_RADIUS_M
_REACH = 6.5  # beyond so many sigmas a Gaussian holds less than 1e-9
_MIN_SIGMA_M = 1.0  # a footprint is never known better than this
# Gauss-Legendre, 4 points on -1..1 (Abramowitz and Stegun 1964, table 25.4)
_G1, _G2 = 0.3399810435848563, 0.8611363115940526
_W1, _W2 = 0.6521451548625461, 0.34785484513745385
# A circle whose radius is below this many minor sigmas is drawn with its coarse border
_COARSE = 3.0
# Share of a Gaussian inside each ring of nodes: finer in the tail
_RING_EDGES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.72, 0.82, 0.9, 0.95, 0.98, 0.992, 0.998, 1.0)
_RING_NODES = 16
_BIN = 0.02  # sigma
_BINS = 500


@kernel
def local_offset(
    ox: float, oy: float, oz: float, axes: FloatArray, x: float, y: float, z: float
) -> tuple[float, float]:
    """Return (east, north) in m of a surface point in the azimuthal equidistant map about (ox, oy, oz).

    `axes` (6,): the east and north unit vectors there. Chord to arc on the mean sphere: within 1e-4 of the geodesic's
    length below 2,000 km, 3e-3 anywhere.
    """
    dx = x - ox
    dy = y - oy
    dz = z - oz
    e = axes[0] * dx + axes[1] * dy + axes[2] * dz
    n = axes[3] * dx + axes[4] * dy + axes[5] * dz
    flat = math.sqrt(e * e + n * n)
    if flat < 1.0e-6:
        return e, n
    half = 0.5 * math.sqrt(dx * dx + dy * dy + dz * dz) / _R
    arc = 2.0 * _R * math.asin(min(1.0, half))
    return e * arc / flat, n * arc / flat


@kernel
def whitener(ee: float, en: float, nn: float) -> tuple[float, float, float]:
    """Return (a, b, c) with u = a e, v = b e + c n standard normal and uncorrelated, for the covariance (m2)."""
    see = max(ee, _MIN_SIGMA_M * _MIN_SIGMA_M)
    le = math.sqrt(see)
    slope = en / see
    rest = math.sqrt(max(nn - slope * en, 1.0e-8 * see, _MIN_SIGMA_M * _MIN_SIGMA_M))
    return 1.0 / le, -slope / rest, 1.0 / rest


@kernel
def _kernel_g(s: float) -> float:
    """Return (1 - exp(-s/2)) / s."""
    if s < 1.0e-6:
        return 0.5 - 0.125 * s
    return -math.expm1(-0.5 * s) / s


@kernel
def ellipse_axes(ee: float, en: float, nn: float) -> tuple[float, float, float]:
    """Return (semi-major sigma, semi-minor sigma, bearing from north in 0..pi) of a covariance (m2)."""
    middle = 0.5 * (ee + nn)
    spread = math.sqrt(0.25 * (ee - nn) * (ee - nn) + en * en)
    bearing = 0.5 * math.atan2(2.0 * en, nn - ee)
    if bearing < 0.0:
        bearing += math.pi
    return math.sqrt(max(middle + spread, 0.0)), math.sqrt(max(middle - spread, 0.0)), bearing


@kernel
def border_piece(x0: float, y0: float, x1: float, y1: float) -> float:
    """Return what a straight piece of border, in the whitened map, adds to 2 pi times the content."""
    dx = x1 - x0
    dy = y1 - y0
    cross = x0 * y1 - y0 * x1
    length2 = dx * dx + dy * dy
    if length2 == 0.0:
        return 0.0
    length = math.sqrt(length2)
    d = cross / length
    if d * d > _REACH * _REACH:
        return math.atan2(cross, x0 * x1 + y0 * y1)
    # along the line, measured from the foot of the perpendicular
    start = (x0 * dx + y0 * dy) / length
    end = start + length
    low = max(start, -_REACH)
    high = min(end, _REACH)
    if low >= high:
        return math.atan2(cross, x0 * x1 + y0 * y1)
    total = 0.0
    if start < low:
        total += math.atan2(d * (low - start), d * d + start * low)
    if end > high:
        total += math.atan2(d * (end - high), d * d + high * end)
    pieces = math.ceil(high - low)
    half = 0.5 * (high - low) / pieces
    for i in range(pieces):
        m = low + (2 * i + 1) * half
        p1 = m - _G1 * half
        p2 = m + _G1 * half
        p3 = m - _G2 * half
        p4 = m + _G2 * half
        total += half * d * (
            _W1 * (_kernel_g(d * d + p1 * p1) + _kernel_g(d * d + p2 * p2))
            + _W2 * (_kernel_g(d * d + p3 * p3) + _kernel_g(d * d + p4 * p4))
        )  # fmt: skip
    return total


@kernel
def region_content(
    lat: float, lon: float, ee: float, en: float, nn: float, border: FloatArray, first: int, last: int
) -> float:
    """Return the share of a footprint inside the closed border[first:last] (rows: Earth-fixed surface points, m).

    Of the two sides of a border the one that does not hold the antipode of the footprint's centre counts as inside.
    """
    ox, oy, oz = geodetic_to_ecef(lat, lon, 0.0)
    axes = np.empty(6)
    axes[0], axes[1], axes[2], axes[3], axes[4], axes[5], _x, _y, _z = enu_axes(lat, lon)
    a, b, c = whitener(ee, en, nn)
    e, n = local_offset(ox, oy, oz, axes, border[last - 1, 0], border[last - 1, 1], border[last - 1, 2])
    u0 = a * e
    v0 = b * e + c * n
    total = 0.0
    for i in range(first, last):
        e, n = local_offset(ox, oy, oz, axes, border[i, 0], border[i, 1], border[i, 2])
        u1 = a * e
        v1 = b * e + c * n
        total += border_piece(u0, v0, u1, v1)
        u0 = u1
        v0 = v1
    return min(1.0, abs(total) / _TWO_PI)


@kernel
def region_contents(
    parts: FloatArray, border: FloatArray, rows: npt.NDArray[np.int64], centres: FloatArray, out: FloatArray
) -> None:
    """Fill out (m,) with the probability that a mixture of footprints gives each of m regions.

    `parts` (k, 6): weight, latitude, longitude (rad), covariance EE, EN, NN (m2). Region j has the border rows
    rows[j, 0]..rows[j, 1], or, in coarse form for a wide footprint, rows[j, 2]..rows[j, 3], and lies within
    centres[j, 3] m of the point centres[j, :3].
    """
    for j in range(out.shape[0]):
        out[j] = 0.0
    for k in range(parts.shape[0]):
        ee, en, nn = parts[k, 3], parts[k, 4], parts[k, 5]
        ox, oy, oz = geodetic_to_ecef(parts[k, 1], parts[k, 2], 0.0)
        largest, smallest, _b = ellipse_axes(ee, en, nn)
        for j in range(out.shape[0]):
            reach = _REACH * max(largest, _MIN_SIGMA_M) + centres[j, 3]
            dx = centres[j, 0] - ox
            dy = centres[j, 1] - oy
            dz = centres[j, 2] - oz
            # the chord is never longer than the arc
            if dx * dx + dy * dy + dz * dz > reach * reach:
                continue
            first = 2 if _COARSE * smallest > centres[j, 3] else 0
            out[j] += parts[k, 0] * region_content(
                parts[k, 1], parts[k, 2], ee, en, nn, border, rows[j, first], rows[j, first + 1]
            )


@kernel
def flatten(
    parts: FloatArray, flat: FloatArray, around: FloatArray
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Fill flat (k, 6) with parts (k, 6) in the map about `around` (lat, lon) and return the moments e, n, EE, EN, NN.

    Weights are normalised; covariances are turned by the angle between the two norths.
    """
    lat = around[0]
    lon = around[1]
    ox, oy, oz = geodetic_to_ecef(lat, lon, 0.0)
    axes = np.empty(6)
    axes[0], axes[1], axes[2], axes[3], axes[4], axes[5], _x, _y, _z = enu_axes(lat, lon)
    weight = 0.0
    for k in range(parts.shape[0]):
        weight += parts[k, 0]
    me = 0.0
    mn = 0.0
    for k in range(parts.shape[0]):
        x, y, z = geodetic_to_ecef(parts[k, 1], parts[k, 2], 0.0)
        e, n = local_offset(ox, oy, oz, axes, x, y, z)
        # a short way north there, seen in this map, gives the turn of the axes
        x2, y2, z2 = geodetic_to_ecef(parts[k, 1] + 1.0e-4, parts[k, 2], 0.0)
        e2, n2 = local_offset(ox, oy, oz, axes, x2, y2, z2)
        h = math.sqrt((e2 - e) * (e2 - e) + (n2 - n) * (n2 - n))
        s = (e2 - e) / h
        c = (n2 - n) / h
        ee, en, nn = parts[k, 3], parts[k, 4], parts[k, 5]
        flat[k, 0] = parts[k, 0] / weight
        flat[k, 1] = e
        flat[k, 2] = n
        flat[k, 3] = c * c * ee + 2.0 * c * s * en + s * s * nn
        flat[k, 4] = (c * c - s * s) * en + c * s * (nn - ee)
        flat[k, 5] = c * c * nn - 2.0 * c * s * en + s * s * ee
        me += flat[k, 0] * e
        mn += flat[k, 0] * n
    vee = 0.0
    ven = 0.0
    vnn = 0.0
    for k in range(parts.shape[0]):
        w = flat[k, 0]
        vee += w * (flat[k, 3] + (flat[k, 1] - me) * (flat[k, 1] - me))
        ven += w * (flat[k, 4] + (flat[k, 1] - me) * (flat[k, 2] - mn))
        vnn += w * (flat[k, 5] + (flat[k, 2] - mn) * (flat[k, 2] - mn))
    return me, mn, vee, ven, vnn


@kernel
def holding_radii(
    flat: FloatArray, e: float, n: float, ee: float, en: float, nn: float, shares: FloatArray, out: FloatArray
) -> None:
    """Fill out with r such that r times the one-sigma ellipse of a covariance about (e, n) holds each of the shares.

    By 192 nodes a part, in rings of unequal weight so that the tails are held; right to 0.3 % of content.
    """
    a, b, c = whitener(ee, en, nn)
    counts = np.zeros(_BINS)
    for k in range(flat.shape[0]):
        qa, qb, qc = whitener(flat[k, 3], flat[k, 4], flat[k, 5])
        for i in range(len(_RING_EDGES) - 1):
            weight = (_RING_EDGES[i + 1] - _RING_EDGES[i]) / _RING_NODES * flat[k, 0]
            r = math.sqrt(-2.0 * math.log(1.0 - 0.5 * (_RING_EDGES[i + 1] + _RING_EDGES[i])))
            for j in range(_RING_NODES):
                angle = _TWO_PI * (j + 0.5 * (i % 2)) / _RING_NODES
                u = r * math.cos(angle)
                v = r * math.sin(angle)
                de = u / qa
                dn = (v - qb * de) / qc + flat[k, 2] - n
                de += flat[k, 1] - e
                w1 = a * de
                w2 = b * de + c * dn
                place = int(math.sqrt(w1 * w1 + w2 * w2) / _BIN)
                counts[min(place, _BINS - 1)] += weight
    for m in range(shares.shape[0]):
        total = 0.0
        out[m] = _BINS * _BIN
        for i in range(_BINS):
            if total + counts[i] >= shares[m]:
                out[m] = (i + (shares[m] - total) / counts[i]) * _BIN
                break
            total += counts[i]

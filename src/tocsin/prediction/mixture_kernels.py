"""Clouds of impacts as Gaussian mixtures: groups halved along their long axes, each with its moments."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel
from tocsin.prediction.footprint_kernels import local_offset
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodetic_to_ecef

FloatArray = npt.NDArray[np.float64]

_FEW_SPREAD_M = 300e3  # added to the spread of a group too small to show it


@kernel
def _offsets(landed: FloatArray, order: npt.NDArray[np.int64], first: int, last: int, flat: FloatArray) -> tuple[
    float, float
]:  # fmt: skip
    """Fill flat rows of order[first:last] with (east, north) about their middle; return its latitude and longitude."""
    x = 0.0
    y = 0.0
    z = 0.0
    for i in range(first, last):
        px, py, pz = geodetic_to_ecef(landed[order[i], 1], landed[order[i], 2], 0.0)
        x += px
        y += py
        z += pz
    n = last - first
    lat, lon, _h = ecef_to_geodetic(x / n, y / n, z / n)
    ox, oy, oz = geodetic_to_ecef(lat, lon, 0.0)
    axes = np.empty(6)
    axes[0], axes[1], axes[2], axes[3], axes[4], axes[5], _x, _y, _z = enu_axes(lat, lon)
    for i in range(first, last):
        k = order[i]
        px, py, pz = geodetic_to_ecef(landed[k, 1], landed[k, 2], 0.0)
        flat[k, 0], flat[k, 1] = local_offset(ox, oy, oz, axes, px, py, pz)
    return lat, lon


@kernel
def _moments(
    flat: FloatArray, order: npt.NDArray[np.int64], first: int, last: int
) -> tuple[float, float, float, float, float]:
    """Return mean east, mean north and sample EE, EN, NN of the rows order[first:last]."""
    n = last - first
    e = 0.0
    m = 0.0
    for i in range(first, last):
        e += flat[order[i], 0]
        m += flat[order[i], 1]
    e /= n
    m /= n
    ee = 0.0
    en = 0.0
    nn = 0.0
    for i in range(first, last):
        de = flat[order[i], 0] - e
        dn = flat[order[i], 1] - m
        ee += de * de
        en += de * dn
        nn += dn * dn
    d = max(n - 1, 1)
    return e, m, ee / d, en / d, nn / d


@kernel
def _split(landed: FloatArray, order: npt.NDArray[np.int64], first: int, last: int, flat: FloatArray) -> int:
    """Sort order[first:last] along the long axis of its points and return where to cut it in two."""
    _offsets(landed, order, first, last, flat)
    _e, _n, ee, en, nn = _moments(flat, order, first, last)
    bearing = 0.5 * math.atan2(2.0 * en, nn - ee)
    s = math.sin(bearing)
    c = math.cos(bearing)
    # insertion sort: few points
    for i in range(first + 1, last):
        k = order[i]
        value = s * flat[k, 0] + c * flat[k, 1]
        j = i - 1
        while j >= first and s * flat[order[j], 0] + c * flat[order[j], 1] > value:
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = k
    return (first + last) // 2


@kernel
def mixture_of_cloud(
    landed: FloatArray, weight: float, fewest: int, floor_m: float, parts: FloatArray, times: FloatArray
) -> int:
    """Fill parts (k, 6) and times (k, 2) with a Gaussian mixture of the impacts that came down; return how many parts.

    `landed` (n, 4): seconds, latitude, longitude (rad), 1 = came down. Groups are halved along their long axis while
    a half has at least `fewest` points, up to len(parts) groups
    (a power of two). Each point carries weight / n. A group's own spread
    has the floor floor_m, widened when it has few points.
    """
    n = landed.shape[0]
    order = np.empty(n, np.int64)
    count = 0
    for i in range(n):
        if landed[i, 3] > 0.5:
            order[count] = i
            count += 1
    if count == 0:
        return 0
    flat = np.empty((n, 2))
    edges = np.empty(parts.shape[0] + 1, np.int64)
    edges[0] = 0
    edges[1] = count
    groups = 1
    while 2 * groups <= parts.shape[0] and count // (2 * groups) >= fewest:
        for g in range(groups - 1, -1, -1):
            middle = _split(landed, order, edges[g], edges[g + 1], flat)
            edges[2 * g + 2] = edges[g + 1]
            edges[2 * g + 1] = middle
        groups *= 2
    for g in range(groups):
        _describe(landed, order, edges[g], edges[g + 1], flat, weight / n, floor_m, parts[g], times[g])
    return groups


@kernel
def _describe(
    landed: FloatArray, order: npt.NDArray[np.int64], first: int, last: int, flat: FloatArray, each: float,
    floor_m: float, part: FloatArray, time: FloatArray,
) -> None:  # fmt: skip
    """Fill part (6,) and time (2,) with the moments of one group; each point weighs `each`."""
    n = last - first
    lat, lon = _offsets(landed, order, first, last, flat)
    _e, _n, ee, en, nn = _moments(flat, order, first, last)
    # a sample of n has a spread that is uncertain itself: the factor of the predictive t distribution's variance
    wide = (n + 1.0) * (n - 1.0) / (n * (n - 3.0)) if n > 4 else 4.0
    floor2 = floor_m * floor_m + (_FEW_SPREAD_M * _FEW_SPREAD_M if n <= 4 else 0.0)
    part[0] = n * each
    part[1] = lat
    part[2] = lon
    part[3] = wide * ee + floor2
    part[4] = wide * en
    part[5] = wide * nn + floor2
    total = 0.0
    square = 0.0
    for i in range(first, last):
        total += landed[order[i], 0]
    total /= n
    for i in range(first, last):
        d = landed[order[i], 0] - total
        square += d * d
    time[0] = total
    time[1] = math.sqrt(square / max(n - 1, 1))

"""Who could see what: fields of radars, the Earth's limb, the field of an infrared satellite, the Sun in its face.

`site` is an Earth-fixed place (3,), m; `rot` is (3, 3) with rows east, north, up of the geodetic vertical.
A field is `boxes` (m, 8): azimuth start, azimuth width (clockwise), elevation min, max (rad), range min, max (m),
boresight azimuth and elevation (rad; NaN = steered by turning, without scan loss). All comparisons with NaN fail,
so an unknown place is never seen.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import WGS84_A_M, WGS84_B_M
from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]
TWO_PI = 2.0 * math.pi
GROUND_M = -200.0
"""Grazing height that stands for the bare ground: the ellipsoid lies up to 106 m above the geoid (EGM96)."""


@kernel
def radar_angles(px: float, py: float, pz: float, site: Array, rot: Array) -> tuple[float, float, float]:
    """Return (range m, azimuth, elevation rad) of an Earth-fixed point."""
    dx = px - site[0]
    dy = py - site[1]
    dz = pz - site[2]
    e = rot[0, 0] * dx + rot[0, 1] * dy + rot[0, 2] * dz
    n = rot[1, 0] * dx + rot[1, 1] * dy + rot[1, 2] * dz
    u = rot[2, 0] * dx + rot[2, 1] * dy + rot[2, 2] * dz
    azimuth = math.atan2(e, n)
    if azimuth < 0.0:
        azimuth += 2.0 * math.pi
        if azimuth >= 2.0 * math.pi:
            azimuth = 0.0
    return math.sqrt(e * e + n * n + u * u), azimuth, math.atan2(u, math.sqrt(e * e + n * n))


@kernel
def in_box(r: float, azimuth: float, elevation: float, boxes: Array, k: int) -> bool:
    """Return whether a direction and range lie in box k; the azimuth arc may pass north."""
    if not (boxes[k, 4] <= r <= boxes[k, 5] and boxes[k, 2] <= elevation <= boxes[k, 3]):
        return False
    turn = (azimuth - boxes[k, 0]) % TWO_PI
    return bool(turn <= boxes[k, 1])


@kernel
def scan_cosine(azimuth: float, elevation: float, boxes: Array, k: int) -> float:
    """Return the cosine of the angle between a direction and the boresight of box k; 1 for a turning antenna."""
    if math.isnan(boxes[k, 6]):
        return 1.0
    return math.sin(elevation) * math.sin(boxes[k, 7]) + math.cos(elevation) * math.cos(boxes[k, 7]) * math.cos(
        azimuth - boxes[k, 6]
    )


@kernel
def best_box(r: float, azimuth: float, elevation: float, boxes: Array) -> tuple[int, float]:
    """Return (box, scan cosine): the box that holds the direction nearest its boresight, or (-1, 0)."""
    best = -1
    cosine = -2.0
    for k in range(boxes.shape[0]):
        if in_box(r, azimuth, elevation, boxes, k):
            c = scan_cosine(azimuth, elevation, boxes, k)
            if c > cosine:
                best = k
                cosine = c
    if best < 0:
        return -1, 0.0
    return best, cosine


@kernel
def line_clear(ax: float, ay: float, az: float, bx: float, by: float, bz: float, height: float) -> bool:
    """Return whether the straight line from a to b stays above a geodetic height (m) all the way, b included.

    a has to be above it. On the scaled ellipsoid (a + h, b + h) the squared radius along the line is a convex
    parabola: its least value on the segment decides.
    """
    ka = 1.0 / (WGS84_A_M + height)
    kb = 1.0 / (WGS84_B_M + height)
    px = ax * ka
    py = ay * ka
    pz = az * kb
    dx = bx * ka - px
    dy = by * ka - py
    dz = bz * kb - pz
    dd = dx * dx + dy * dy + dz * dz
    pd = px * dx + py * dy + pz * dz
    t = 1.0
    if dd > 0.0:
        t = min(max(-pd / dd, 0.0), 1.0)
    x = px + t * dx
    y = py + t * dy
    z = pz + t * dz
    return x * x + y * y + z * z >= 1.0


@kernel
def ray_clear(ax: float, ay: float, az: float, ux: float, uy: float, uz: float, height: float) -> bool:
    """Return whether the endless ray from a along u never comes under a geodetic height (m); for the Sun and stars."""
    far = 1e9
    return line_clear(ax, ay, az, ax + far * ux, ay + far * uy, az + far * uz, height)


@kernel
def sun_in_face(sx: float, sy: float, sz: float, ux: float, uy: float, uz: float, sun: Array, exclusion: float) -> bool:
    """Return whether the Sun stands within `exclusion` (rad) of the line of sight u, and not behind the Earth."""
    if ux * sun[0] + uy * sun[1] + uz * sun[2] <= math.cos(exclusion):
        return False
    return ray_clear(sx, sy, sz, sun[0], sun[1], sun[2], 0.0)


@kernel
def infrared_sees(
    tx: float,
    ty: float,
    tz: float,
    sat: Array,
    sun: Array,
    field_half_angle: float,
    sun_exclusion: float,
    cloud_break: float,
) -> bool:
    """Return whether a satellite at `sat` (3,) has a free line of sight to a target.

    The target stands within the cone `field_half_angle` (rad) about the direction to the Earth's centre, the line of
    sight stays above the geodetic height `cloud_break` (m; `GROUND_M` = no cloud) from end to end, so that a target
    beyond the limb is seen only if the line passes over the cloud, and the Sun (unit vector `sun`, Earth-fixed) is
    not within `sun_exclusion` (rad) of it.
    """
    dx = tx - sat[0]
    dy = ty - sat[1]
    dz = tz - sat[2]
    d = math.sqrt(dx * dx + dy * dy + dz * dz)
    rs = math.sqrt(sat[0] * sat[0] + sat[1] * sat[1] + sat[2] * sat[2])
    if not (d > 0.0 and -(dx * sat[0] + dy * sat[1] + dz * sat[2]) >= math.cos(field_half_angle) * d * rs):
        return False
    if not line_clear(sat[0], sat[1], sat[2], tx, ty, tz, cloud_break):
        return False
    return not sun_in_face(sat[0], sat[1], sat[2], dx / d, dy / d, dz / d, sun, sun_exclusion)


@kernel
def against_space(tx: float, ty: float, tz: float, sat: Array, height: float) -> bool:
    """Return whether a target seen from `sat` (3,) has space behind it: the whole line, beyond it too, passes over
    a geodetic height (m). So Oko looked: along the Earth's edge, at a plume against black space."""
    dx = tx - sat[0]
    dy = ty - sat[1]
    dz = tz - sat[2]
    d = math.sqrt(dx * dx + dy * dy + dz * dz)
    if not d > 0.0:
        return False
    return ray_clear(sat[0], sat[1], sat[2], dx / d, dy / d, dz / d, height)


@kernel
def against_space_batch(targets: Array, sats: Array, height: float) -> npt.NDArray[np.bool_]:
    """Return (n,) bool: `against_space` for targets (n, 3) seen from satellites (n, 3)."""
    n = targets.shape[0]
    out = np.zeros(n, np.bool_)
    for i in range(n):
        out[i] = against_space(targets[i, 0], targets[i, 1], targets[i, 2], sats[i], height)
    return out


@kernel
def radar_sees(
    px: float, py: float, pz: float, site: Array, rot: Array, boxes: Array
) -> tuple[int, float, float, float, float]:
    """Return (box, range, azimuth, elevation, scan cosine) of a point; box is -1 where the field does not hold it.

    Directions under the horizon need a free line over the ground (a radar on a mountain).
    """
    r, azimuth, elevation = radar_angles(px, py, pz, site, rot)
    k, cosine = best_box(r, azimuth, elevation, boxes)
    if k >= 0 and elevation < 0.0 and not line_clear(site[0], site[1], site[2], px, py, pz, GROUND_M):
        k = -1
    return k, r, azimuth, elevation, cosine


@kernel
def infrared_sees_batch(
    targets: Array, sat: Array, sun: Array, field_half_angle: float, sun_exclusion: float, cloud_break: float
) -> npt.NDArray[np.bool_]:
    """Return (n,) bool: `infrared_sees` for targets (n, 3)."""
    n = targets.shape[0]
    out = np.zeros(n, np.bool_)
    for i in range(n):
        out[i] = infrared_sees(
            targets[i, 0], targets[i, 1], targets[i, 2], sat, sun, field_half_angle, sun_exclusion, cloud_break
        )
    return out


@kernel
def radar_sees_batch(targets: Array, site: Array, rot: Array, boxes: Array) -> npt.NDArray[np.int64]:
    """Return (n,) int64: the box that holds each target (n, 3), -1 for none."""
    n = targets.shape[0]
    out = np.empty(n, np.int64)
    for i in range(n):
        k, _r, _a, _e, _c = radar_sees(targets[i, 0], targets[i, 1], targets[i, 2], site, rot, boxes)
        out[i] = k
    return out

"""Positions between the nodes of an ephemeris: eight-point Lagrange interpolation, and who may be in a radar's field.

Nodes stand `STEP_S` apart; the interval after node i is interpolated from nodes i-3 ... i+4. A chunk is (8, n, 3):
eight nodes of n objects, Earth-fixed m. An interval's nodes come from chunk `a` from node `first` on, then from chunk
`b`. NaN = the object has no position there. The packed candidates of an interval are (24, m): row 3 k + axis.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import MU_M3_S2
from tocsin.core.kernels import kernel

Array = npt.NDArray[np.float64]
POINTS = 8
STEP_S = 120.0
ARC_OFF_M = 100e3
"""More than oblateness (0.03 m/s2) and SGP4's own velocity move an object off its Kepler arc in 20 minutes."""
SAGITTA_M = 25e3
"""More than any object above 100 km leaves the chord of one interval: (9.8 + 1.1 m/s2) (120 s)^2 / 8 = 20 km."""


@kernel
def lagrange_weights(s: float, value: Array, slope: Array) -> None:
    """Fill (8,) weights of position and of velocity (1/s) at `s` intervals after the fourth of eight nodes.

    Products before and after each node, and their derivatives by the product rule; exact at the nodes.
    """
    x = s + 3.0
    p = 1.0
    dp = 0.0
    for i in range(8):
        value[i] = p
        slope[i] = dp
        dp = dp * (x - i) + p
        p = p * (x - i)
    q = 1.0
    dq = 0.0
    denominator = 5040.0
    for j in range(8):
        i = 7 - j
        slope[i] = (slope[i] * q + value[i] * dq) / denominator / STEP_S
        value[i] = value[i] * q / denominator
        dq = dq * (x - i) + q
        q = q * (x - i)
        # product over the other nodes of (i - k): i! (7 - i)! (-1)^(7 - i)
        if i > 0:
            denominator = -denominator * (8 - i) / i


@kernel
def states_at(a: Array, b: Array, first: int, s: Array, objects: npt.NDArray[np.int64], out: Array) -> None:
    """Fill `out` (m, 6) with Earth-fixed m, m/s of `objects` (m,) at `s` (m,) intervals after the interval's start."""
    w = np.empty(8)
    d = np.empty(8)
    for j in range(objects.shape[0]):
        if j == 0 or s[j] != s[j - 1]:
            lagrange_weights(s[j], w, d)
        o = objects[j]
        for c in range(3):
            position = 0.0
            velocity = 0.0
            for k in range(8):
                x = a[first + k, o, c] if first + k < 8 else b[first + k - 8, o, c]
                position += w[k] * x
                velocity += d[k] * x
            out[j, c] = position
            out[j, 3 + c] = velocity


@kernel
def candidates(
    a: Array,
    b: Array,
    first: int,
    slack: Array,
    site: Array,
    up: Array,
    range_max: float,
    sin_elevation_min: float,
    out: npt.NDArray[np.int64],
) -> int:
    """Return how many objects may be in a field during an interval; `out` (n,) holds their indices, rising.

    `slack` (n,) m is added all round (uncertainty of the object; negative = never a candidate). Bounds by the chord
    between the interval's two ends and `SAGITTA_M`, so nothing in the field is left out.
    """
    count = 0
    i0 = first + 3
    i1 = first + 4
    for o in range(slack.shape[0]):
        if slack[o] < 0.0:
            continue
        ux = 0.0
        uy = 0.0
        dd = 0.0
        cc = 0.0
        for c in range(3):
            p0 = (a[i0, o, c] if i0 < 8 else b[i0 - 8, o, c]) - site[c]
            p1 = (a[i1, o, c] if i1 < 8 else b[i1 - 8, o, c]) - site[c]
            ux += p0 * up[c]
            uy += p1 * up[c]
            dd += 0.25 * (p0 + p1) * (p0 + p1)
            cc += 0.25 * (p1 - p0) * (p1 - p0)
        room = slack[o] + SAGITTA_M
        nearest = max(math.sqrt(dd) - math.sqrt(cc) - room, 0.0)
        farthest = nearest if sin_elevation_min > 0.0 else range_max
        if nearest <= range_max and max(ux, uy) + room >= sin_elevation_min * farthest:
            out[count] = o
            count += 1
    return count


@kernel
def pack(a: Array, b: Array, first: int, chosen: npt.NDArray[np.int64], count: int, out: Array) -> int:
    """Return how many of the `count` chosen have all eight nodes; fill `out` (24, >= count) and close up `chosen`."""
    kept = 0
    for j in range(count):
        o = chosen[j]
        total = 0.0
        for k in range(8):
            for c in range(3):
                x = a[first + k, o, c] if first + k < 8 else b[first + k - 8, o, c]
                out[3 * k + c, kept] = x
                total += x
        if not math.isnan(total):
            chosen[kept] = o
            kept += 1
    return kept


@kernel
def predict(packed: Array, count: int, s: float, out: Array) -> None:
    """Fill `out` (3, >= count) with the Earth-fixed positions of packed candidates at `s`."""
    w = np.empty(8)
    d = np.empty(8)
    lagrange_weights(s, w, d)
    for c in range(3):
        for j in range(count):
            out[c, j] = w[0] * packed[c, j]
        for k in range(1, 8):
            f = w[k]
            row = 3 * k + c
            for j in range(count):
                out[c, j] += f * packed[row, j]


@kernel
def packed_state(packed: Array, j: int, w: Array, d: Array, out: Array) -> None:
    """Fill `out` (6,) with the Earth-fixed state of packed candidate j under given weights."""
    for c in range(3):
        position = 0.0
        velocity = 0.0
        for k in range(8):
            x = packed[3 * k + c, j]
            position += w[k] * x
            velocity += d[k] * x
        out[c] = position
        out[3 + c] = velocity


@kernel
def fill_nodes(
    teme_km: Array, error: npt.NDArray[np.uint8], rot: Array, rows: npt.NDArray[np.int64], chunk: Array
) -> None:
    """Fill rows of `chunk` (8, n, 3) m from TEME positions (len(rows), 8, 3) km and rot_itrf_from_teme (8, 3, 3).

    An SGP4 error (len(rows), 8) other than 0 becomes NaN.
    """
    for j in range(rows.shape[0]):
        o = rows[j]
        for k in range(8):
            x = teme_km[j, k, 0] * 1e3
            y = teme_km[j, k, 1] * 1e3
            z = teme_km[j, k, 2] * 1e3
            if error[j, k] != 0:
                x = math.nan
            for c in range(3):
                chunk[k, o, c] = rot[k, c, 0] * x + rot[k, c, 1] * y + rot[k, c, 2] * z


@kernel
def kepler_position(r: Array, v: Array, seconds: float, out: Array) -> bool:
    """Fill out (3,) with the inertial place (m) `seconds` on, by two-body motion; return False off an ellipse.

    Kepler's equation in the difference of eccentric anomalies by Newton's steps, Lagrange's f and g (Vallado 2013, 2.3).
    """
    d = math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
    w = r[0] * v[0] + r[1] * v[1] + r[2] * v[2]
    a = 1.0 / (2.0 / d - (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) / MU_M3_S2)
    if not a > 0.0:
        return False
    n = math.sqrt(MU_M3_S2 / a) / a
    ec = 1.0 - d / a
    es = w / math.sqrt(MU_M3_S2 * a)
    m = n * seconds
    x = m
    for _ in range(8):
        s, c = math.sin(x), math.cos(x)
        step = (x - ec * s + es * (1.0 - c) - m) / (1.0 - ec * c + es * s)
        x -= step
        if abs(step) < 1e-6:
            break
    s, c = math.sin(x), 1.0 - math.cos(x)
    f, g = 1.0 - a / d * c, seconds - (x - s) / n
    for i in range(3):
        out[i] = f * r[i] + g * v[i]
    return True


@kernel
def may_be_seen(
    r_km: Array, v_km_s: Array, error: npt.NDArray[np.uint8], ahead: Array, rot: Array, slack: Array, fields: Array,
    out: npt.NDArray[np.bool_],
) -> None:  # fmt: skip
    """Fill out (n,): may an object be in one of `fields` (m, 8) between the first and the last of the instants?

    From TEME states (n, 3) km, km/s by Kepler arcs to the instants `ahead` (k,) s, rot_itrf_from_teme (k, 3, 3); between
    them the chord and what an object leaves it by (9.8 + 1.1 m/s2 over the gap). `slack` (n,) m; negative = no.
    What SGP4 refuses may be anywhere.
    """
    gap = ahead[1] - ahead[0]
    bent = ARC_OFF_M + 10.9 * gap * gap / 8.0
    r = np.empty(3)
    v = np.empty(3)
    at = np.empty(3)
    one = np.empty((2, 3))
    for j in range(slack.shape[0]):
        out[j] = slack[j] >= 0.0 and error[j] != 0
        if slack[j] < 0.0 or error[j] != 0:
            continue
        for c in range(3):
            r[c] = r_km[j, c] * 1e3
            v[c] = v_km_s[j, c] * 1e3
        for k in range(ahead.shape[0]):
            if not kepler_position(r, v, ahead[k], at):
                out[j] = True
                break
            here = k % 2
            for c in range(3):
                one[here, c] = rot[k, c, 0] * at[0] + rot[k, c, 1] * at[1] + rot[k, c, 2] * at[2]
            if k > 0 and chord_in_field(one[1 - here], one[here], slack[j] + bent, fields):
                out[j] = True
                break


@kernel
def chord_in_field(a: Array, b: Array, room: float, fields: Array) -> bool:
    """Return whether the chord from a to b (3,) passes one of the fields (m, 8) within `room` m."""
    for i in range(fields.shape[0]):
        ua, ub, dd, ab = 0.0, 0.0, 0.0, 0.0
        along = 0.0
        for c in range(3):
            p, q = a[c] - fields[i, c], b[c] - fields[i, c]
            ua += p * fields[i, 3 + c]
            ub += q * fields[i, 3 + c]
            dd += p * p
            ab += (q - p) * (q - p)
            along -= p * (q - p)
        # the nearest point of the chord
        s = min(max(along / ab, 0.0), 1.0) if ab > 0.0 else 0.0
        nearest = max(math.sqrt(max(dd - 2.0 * s * along + s * s * ab, 0.0)) - room, 0.0)
        farthest = nearest if fields[i, 7] > 0.0 else fields[i, 6]
        if nearest <= fields[i, 6] and max(ua, ub) + room >= fields[i, 7] * farthest:
            return True
    return False

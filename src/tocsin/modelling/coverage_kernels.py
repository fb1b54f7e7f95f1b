"""How many satellites see many places at one height, instant by instant.

One geometry: what decides is `infrared_sees`, as in the centre. Most pairs are settled before it is asked, by two
cosines of the angle at the Earth's centre between satellite and place: beyond the one nothing is seen, within the
other everything is (see docs/theory/coverage.md). Only the pairs between the two are asked one by one.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import WGS84_A_M, WGS84_B_M
from tocsin.core.kernels import kernel
from tocsin.sensing.visibility_kernels import against_space, infrared_sees

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SLACK = 0.0045
"""rad: more than twice the largest angle (f / 2 = 0.0017) between a geocentric and a reduced latitude."""
NEVER, ALWAYS_ASK = 2.0, 2.0


@kernel
def _arc(cosine: float) -> float:
    """Return the arc cosine, 0 beyond 1."""
    return math.acos(cosine) if cosine < 1.0 else 0.0


@kernel
def sure_cosines(
    place: Array, sun: Array, field: float, exclusion: float, cloud: float, height: float
) -> tuple[float, float]:
    """Return (out, in): cosines of the central angle under which no place at a height (m) is seen, over which each is.

    place (3,) m, sun (3,) unit vector, both Earth-fixed; field half angle and Sun exclusion in rad; cloud break in m.
    On the ellipsoid scaled to the unit sphere a line from s to p is clear while the angle between them is at most
    acos(1/|s|) + acos(1/|p|); a cone of half angle f about the nadir cuts a sphere of radius r at the central angle
    asin(|s| sin f / r) - f, and again behind the limb.
    """
    r = math.sqrt(place[0] * place[0] + place[1] * place[1] + place[2] * place[2])
    low, high = WGS84_B_M + height, WGS84_A_M + height
    if not r > WGS84_A_M + max(cloud, 0.0) or height < cloud - 1.0:
        return NEVER, ALWAYS_ASK
    if r <= high + 1000.0:
        return -NEVER, ALWAYS_ASK
    outer = _arc((WGS84_B_M + cloud) / r) + _arc((WGS84_B_M + cloud) / low) + SLACK
    inner = _arc((WGS84_A_M + cloud) / r) - SLACK
    sine = r * math.sin(field)
    if field < 0.5 * math.pi and sine < high:
        near = math.asin(min(sine / low, 1.0))
        if outer < math.pi - near - field - SLACK:
            outer = min(outer, near - field + SLACK)
        inner = min(inner, math.asin(sine / high) - field - SLACK)
    widest = min(field, math.asin(high / r)) + exclusion + SLACK
    off = -(place[0] * sun[0] + place[1] * sun[1] + place[2] * sun[2]) / r
    # the Sun may stand in its face; or the places lie within a metre of the cloud break, where rounding decides
    if widest >= math.pi or off > math.cos(widest) or height < cloud + 1.0:
        inner = -1.0
    out = math.cos(outer) if outer < math.pi else -NEVER
    return out, math.cos(inner) if inner > 0.0 else ALWAYS_ASK


@kernel
def add_view(
    points: Array,
    units: Array,
    weights: Array,
    place: Array,
    sun: Array,
    limits: Array,
    height: float,
    counts: IntArray,
) -> float:
    """Return the weight of the points that one satellite sees at an instant, each counted in `counts` (n,).

    points (n, 3) m at one geodetic height (m), units (3, n) their directions; place, sun as in `sure_cosines`;
    limits (4,): field half angle, Sun exclusion (rad), cloud break (m), and the height (m) over
    which it sees against space only, NaN where the Earth may stand behind.
    """
    out, sure = sure_cosines(place, sun, limits[0], limits[1], limits[2], height)
    limb = limits[3]
    across = limb == limb
    if across:
        sure = ALWAYS_ASK
    r = math.sqrt(place[0] * place[0] + place[1] * place[1] + place[2] * place[2])
    x, y, z = place[0] / r, place[1] / r, place[2] / r
    total = 0.0
    for i in range(points.shape[0]):
        cosine = x * units[0, i] + y * units[1, i] + z * units[2, i]
        if not cosine >= out:
            continue
        if cosine <= sure:
            px, py, pz = points[i, 0], points[i, 1], points[i, 2]
            if across and not against_space(px, py, pz, place, limb):
                continue
            if not infrared_sees(px, py, pz, place, sun, limits[0], limits[1], limits[2]):
                continue
        counts[i] += 1
        total += weights[i]
    return total


@kernel
def coverage_day(
    points: Array,
    units: Array,
    weights: Array,
    places: Array,
    suns: Array,
    limits: Array,
    height: float,
    radars: IntArray,
    steps: IntArray,
    area: Array,
) -> None:
    """Fill `steps` (n, 6) and `area` (s,) of points at one height over t instants.

    places (t, s, 3), suns (t, 3), limits (s, 4) as in `add_view`; radars (n,): how many radars see each point, at all
    instants. Columns of `steps`: instants with at least one, two, three sensors, with both kinds; the least number of
    sensors; the longest run of instants with none. `area`: the weight that each satellite sees, mean over the instants.
    """
    n, t = points.shape[0], places.shape[0]
    counts = np.empty(n, np.int64)
    run = np.zeros(n, np.int64)
    steps[:, :4] = 0
    steps[:, 4] = 1 << 40
    steps[:, 5] = 0
    area[:] = 0.0
    for k in range(t):
        counts[:] = 0
        for s in range(places.shape[1]):
            area[s] += add_view(points, units, weights, places[k, s], suns[k], limits[s], height, counts) / t
        for i in range(n):
            c = counts[i] + radars[i]
            steps[i, 4] = min(steps[i, 4], c)
            if c == 0:
                run[i] += 1
                steps[i, 5] = max(steps[i, 5], run[i])
                continue
            run[i] = 0
            steps[i, 0] += 1
            if c >= 2:
                steps[i, 1] += 1
            if c >= 3:
                steps[i, 2] += 1
            if counts[i] > 0 and radars[i] > 0:
                steps[i, 3] += 1

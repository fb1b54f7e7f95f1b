"""A sun-glint episode: high cloud mirrors the Sun into one satellite for some minutes.

Where the mirror point is follows from the Sun, the satellite and the ellipsoid; that cloud with level ice plates stands
there, and when, is drawn. Bright spots lie about the mirror point, within the slopes of such cloud (about a degree),
and move with it.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.core.constants import DEG, NS, WGS84_A_M, WGS84_B_M
from tocsin.core.records.inputs import FloatArray
from tocsin.modelling.chance import stream
from tocsin.modelling.infrared_looks import Telescope, see_points
from tocsin.modelling.look_build import Rows
from tocsin.sensing.glint import CLOUD_TOP_M, glint_geometries
from tocsin.sensing.glint_kernels import specular_geometry
from tocsin.sensing.visibility_kernels import GROUND_M, infrared_sees
from tocsin.world.sky import sun_direction

MINUTES = (4.0, 9.0)
SPREAD_M = 25_000.0
"""Distance of bright spots from the mirror point, one sigma: a quarter of a degree of slope and less."""
WIDEST_RAD = 1.5 * DEG


@dataclass(frozen=True)
class Episode:
    """What was drawn: the satellite, first and last instant (TAI ns), the mirror point at first (Earth-fixed, m)."""

    sensor: str
    start: int
    end: int
    point: FloatArray
    detections: int


def mirror_point(satellite: FloatArray, sun: FloatArray, height: float = CLOUD_TOP_M) -> FloatArray | None:
    """Return the Earth-fixed point where a level mirror at a height sends the Sun to the satellite; None if none.

    The normal there halves the angle between Sun and satellite; solved by iteration on the ellipsoid (a + h, b + h).
    """
    a, b = WGS84_A_M + height, WGS84_B_M + height
    axes2 = np.array([a * a, a * a, b * b])
    normal = satellite / np.sqrt(np.sum(satellite**2)) + sun
    for _ in range(200):
        normal = normal / np.sqrt(np.sum(normal**2))
        point = axes2 * normal / np.sqrt(np.sum(axes2 * normal**2))
        to_satellite = satellite - point
        half = to_satellite / np.sqrt(np.sum(to_satellite**2)) + sun
        half /= np.sqrt(np.sum(half**2))
        change = float(np.sum((half - normal) ** 2))
        normal = normal + 0.5 * (half - normal)
        if change < 1e-22:
            break
    line = (point - satellite) / np.sqrt(np.sum((point - satellite) ** 2))
    x, y, z = (float(v) for v in satellite)
    ux, uy, uz = (float(v) for v in line)
    ok, angle, lit, *_ = specular_geometry(x, y, z, ux, uy, uz, np.ascontiguousarray(sun), float(height))
    return point if ok and lit and angle < 1e-4 else None


def add_episode(
    scopes: list[Telescope], rows: dict[str, Rows], seed: int, number: int, start: int, end: int
) -> Episode | None:
    """Add one episode to one satellite that has a mirror point in view for its whole length; None if none has."""
    rng = stream(seed, "glint", str(number))
    length = int(rng.uniform(*MINUTES) * 60 * NS)
    begin = start + int(rng.uniform(0.1, 0.8) * max(end - start - length, 0))
    for scope in [scopes[int(i)] for i in rng.permutation(len(scopes))]:
        looks = np.flatnonzero((scope.slots.start >= begin) & (scope.slots.end <= begin + length))
        points = [_seen_mirror(scope, int(k)) for k in looks]
        if len(looks) < 3 or any(p is None for p in points):
            continue
        level = scope.sensor.threshold * float(rng.uniform(2.0, 6.0))
        patches = rng.normal(0.0, SPREAD_M, (3, 3))
        total = 0
        for k, point in zip(looks, points, strict=True):
            assert point is not None
            here = point + patches[: int(rng.integers(1, 4))] + rng.normal(0.0, 1500.0, (1, 3))
            here = here * (np.sqrt(np.sum(point**2)) / np.sqrt(np.sum(here**2, axis=1)))[:, None]
            line = here - scope.places[k]
            line /= np.sqrt(np.sum(line**2, axis=1))[:, None]
            middle = int((scope.slots.start[k] + scope.slots.end[k]) // 2)
            angle, lit, _ = glint_geometries(scope.places[k], np.ascontiguousarray(line), middle)
            shine = level * np.exp(-0.5 * (angle / (0.5 * DEG)) ** 2) * np.exp(rng.normal(0.0, 0.5, len(here)))
            here, shine = here[(lit > 0) & (angle < WIDEST_RAD)], shine[(lit > 0) & (angle < WIDEST_RAD)]
            total += see_points(scope, rows[scope.sensor.id], int(k), here, shine, "glint", f"glint-{number + 1}")
        return Episode(scope.sensor.id, begin, begin + length, points[0], total)  # type: ignore[arg-type]
    return None


def _seen_mirror(scope: Telescope, look: int) -> FloatArray | None:
    satellite = scope.places[look]
    middle = int((scope.slots.start[look] + scope.slots.end[look]) // 2)
    point = mirror_point(satellite, sun_direction(middle))
    if point is None:
        return None
    s = scope.sensor
    in_view = infrared_sees(
        float(point[0]), float(point[1]), float(point[2]), satellite, scope.suns[look],
        s.field_half_angle, s.sun_exclusion, GROUND_M,
    )  # fmt: skip
    return point if in_view else None

"""Where a free arc seen by radar alone was launched: followed back to the ground, then moved by what a boost does.

An arc followed back without thrust meets the ground short of the true launch place, and later than the true launch. How
far is taken from the generic classes, flown at several lofts, burning faster and slower, and cut off at several moments,
by likeness of the speed and angle with which the arc would have left the ground.
"""

import functools
import itertools
import math

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, NS
from tocsin.prediction import impact_kernels as k
from tocsin.prediction.impact import falls, footprint, gaussian_fall, mixture, with_lightness
from tocsin.prediction.launch_record import Launch
from tocsin.prediction.profiles import CLASSES
from tocsin.prediction.sobol import gaussian_cloud
from tocsin.world import geodesy
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodesic_direct, geodesic_inverse
from tocsin.world.motion.boosters import fly
from tocsin.world.motion.freeflight_kernels import REACHED, fly_to_height

FloatArray = npt.NDArray[np.float64]

_KICKS = (0.15, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.1, 1.2)
_CUTS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0)
_STRETCHES = ((0.75, 0.25), (1.0, 0.5), (1.35, 0.25))
"""Lofts, shares of the burn, and burns shorter and longer than those of the generic classes, with their weights."""
_LONGEST_BACK_S = 5400.0
_LIKE_LN_SPEED = 0.08
_LIKE_ANGLE = 5.0 * DEG
_FLOOR = 1.0e-4
"""Likeness of speed and angle (one sigma), and what every case keeps."""
_ALONG_M, _ACROSS_M, _LATE_S, _SHARE = 5e3, 10e3, 10.0, 0.3
"""One sigma of what none of these shows: in place and time, and as a share of the offset (steering, slower burns)."""
_WIDER = 1.2
_CLOUD = 64
_NO_AIR = -1.0


@functools.cache
def _boosts() -> FloatArray:
    """Return (n, 5) of flown boosts: what the arc followed back says, what is true, and how much each counts.

    Ln speed and path angle at the ground of the arc followed back, distance of the launch ahead of that place along the
    heading (m), launch time minus the time there (s), weight.
    """
    rows = []
    for vehicle, (stretch, weight) in itertools.product(CLASSES, _STRETCHES):
        stages = tuple(msgspec.structs.replace(stage, burn_s=stretch * stage.burn_s) for stage in vehicle.stages)
        slower = msgspec.structs.replace(vehicle, stages=stages)
        for factor in _KICKS:
            flight = fly(slower, 0.0, 0.0, 0.0, slower.programme(0.0, slower.kick_deg * DEG * factor), 1.0)
            for cut in _CUTS:
                i = min(int(cut * slower.burn_s), len(flight.times) - 1)
                out = np.empty(7)
                state = np.ascontiguousarray(flight.states[i])
                if fly_to_height(state, 0.0, 0.0, -_LONGEST_BACK_S, out) != REACHED:
                    continue
                speed, angle, heading, lat, lon = _leaving(out[:6])
                away, azimuth, _ = geodesic_inverse(lat, lon, 0.0, 0.0)
                ahead = away * math.cos(azimuth - heading)
                rows.append((math.log(speed), angle, ahead, -(float(flight.times[i]) + float(out[6])), weight))
    return np.array(rows)


def _leaving(state: FloatArray) -> tuple[float, float, float, float, float]:
    """Return speed (m/s), path angle, azimuth, latitude and longitude (rad) of an Earth-fixed state."""
    x, y, z, vx, vy, vz = (float(v) for v in state)
    lat, lon, _ = ecef_to_geodetic(x, y, z)
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    east, north = ex * vx + ey * vy + ez * vz, nx * vx + ny * vy + nz * vz
    up = ux * vx + uy * vy + uz * vz
    level = math.hypot(east, north)
    return math.hypot(level, up), math.atan2(up, level), math.atan2(east, north), lat, lon


def _boost_of(speed: float, angle: float) -> tuple[float, float, float, float]:
    """Return mean and sigma of the offset ahead (m) and of the time offset (s) of boosts like this one."""
    rows = _boosts().tolist()
    weights = [
        r[4]
        * (
            math.exp(-0.5 * (((math.log(speed) - r[0]) / _LIKE_LN_SPEED) ** 2 + ((angle - r[1]) / _LIKE_ANGLE) ** 2))
            + _FLOOR
        )
        for r in rows
    ]
    total = math.fsum(weights)

    def moments(column: int, least: float) -> tuple[float, float]:
        mean = math.fsum(w * r[column] for w, r in zip(weights, rows, strict=True)) / total
        square = math.fsum(w * (r[column] - mean) ** 2 for w, r in zip(weights, rows, strict=True)) / total
        return mean, math.hypot(_WIDER * math.sqrt(square), _SHARE * mean, least)

    return (*moments(2, _ALONG_M), *moments(3, _LATE_S))


def launch_from_arc(time_ns: int, state: FloatArray, covariance: FloatArray) -> Launch | None:
    """Return where and when an object in free flight was launched, or None if its arc does not come from the ground.

    state (6,), covariance (6, 6): Earth-fixed, m and m/s, at time_ns (TAI). The covariance of the launch holds that of
    the arc and what the generic boosts differ by.
    """
    state = np.ascontiguousarray(state, np.float64)[:6].copy()
    covariance = np.ascontiguousarray(covariance, np.float64)[:6, :6].copy()
    ground = np.empty(7)
    if fly_to_height(state, 0.0, 0.0, -_LONGEST_BACK_S, ground) != REACHED:
        return None
    joint = with_lightness(covariance, 0.0)
    states, betas = np.empty((k.SIGMA_POINTS, 6)), np.empty(k.SIGMA_POINTS)
    k.sigma_states(state, joint, 1.0, states, betas)
    single = gaussian_fall(states, _NO_AIR * betas, -_LONGEST_BACK_S)
    if single is None:
        states, betas = np.empty((_CLOUD, 6)), np.empty(_CLOUD)
        k.cloud_states(state, joint, 1.0, gaussian_cloud(_CLOUD, 7), states, betas)
        single = mixture(falls(states, _NO_AIR * betas, -_LONGEST_BACK_S, np.zeros(_CLOUD), cloud=True), 1.0)
    parts, times = single
    if not len(parts):
        return None
    speed, angle, heading, *_ = _leaving(ground[:6])
    ahead, ahead_sigma, later, later_sigma = _boost_of(speed, angle)
    parts[:, 0] /= math.fsum(float(w) for w in parts[:, 0])
    for part in parts:
        _move(part, heading, ahead, ahead_sigma)
    mean = math.fsum(float(p[0] * t[0]) for p, t in zip(parts, times, strict=True))
    square = math.fsum(float(p[0] * (t[1] ** 2 + (t[0] - mean) ** 2)) for p, t in zip(parts, times, strict=True))
    lat, lon, moments, ellipses = footprint(parts)
    return Launch(
        time=time_ns + round((mean + later) * NS),
        time_sigma_s=math.sqrt(square + later_sigma**2),
        lat=lat,
        lon=lon,
        covariance=moments,
        parts=parts,
        ellipses=ellipses,
        heading=heading % (2.0 * math.pi),
        heading_sigma=_heading_sigma(state, covariance),
        method="arc",
        classes=tuple(v.name for v in CLASSES),
        class_weights=np.zeros(len(CLASSES)),
        class_fits=np.full(len(CLASSES), np.nan),
        stretches=np.zeros((len(CLASSES), 3)),
        looks=0,
        state_time=0,
        state=np.zeros(6),
        state_covariance=np.zeros((6, 6)),
    )


def _move(part: FloatArray, heading: float, ahead: float, along: float) -> None:
    """Shift a component (6,) by `ahead` m along a heading, and widen it along and across."""
    lat, lon, _ = geodesic_direct(float(part[1]), float(part[2]), heading, ahead)
    s, c = math.sin(heading), math.cos(heading)
    a, b = along**2, _ACROSS_M**2
    part[1], part[2] = lat, lon
    part[3] += a * s * s + b * c * c
    part[4] += (a - b) * s * c
    part[5] += a * c * c + b * s * s


def _heading_sigma(state: FloatArray, covariance: FloatArray) -> float:
    """Return one sigma (rad) of the heading: velocity across the plane of the arc over the level speed."""
    lat, lon, _ = geodesy.to_geodetic(state[:3])
    _speed, angle, heading, *_ = _leaving(state)
    axes = enu_axes(float(lat), float(lon))
    s, c = math.sin(heading), math.cos(heading)
    cross = [c * axes[i] - s * axes[3 + i] for i in range(3)]
    variance = math.fsum(cross[i] * cross[j] * float(covariance[3 + i, 3 + j]) for i in range(3) for j in range(3))
    level = max(_speed * math.cos(angle), 1.0)
    return min(math.sqrt(max(variance, 0.0)) / level + 0.02, math.pi)

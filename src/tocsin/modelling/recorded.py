"""Real Falcon 9 ascents: three-dimensional truth rebuilt from the speed and altitude shown on the webcasts.

Speed is Earth-fixed and known to 0.3 m/s, altitude to 0.1-1 km; azimuth is not known. The flight-path angle is fitted
so that the integral of v sin(gamma) follows the altitude; it is smooth through staging, as velocity is continuous.
The heading starts at the azimuth given and turns as the Coriolis acceleration turns it (no sideways thrust).
"""

import csv
import gzip
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tocsin.core.constants import DEG, EARTH_RATE_RAD_S, MU_M3_S2, NS, WGS84_A_M, WGS84_E2
from tocsin.core.records.inputs import FloatArray
from tocsin.modelling.paths import data_path
from tocsin.modelling.plume import plume_intensity
from tocsin.modelling.trajectory import Trajectory
from tocsin.world.geodesy_kernels import geodetic_to_ecef

# Falcon 9 v1.2 user's guide (2021): first stage 7,607 kN at sea level, second stage 981 kN in vacuum; landing burns use
# three engines of nine or one.
STAGE1_THRUST_N = 7.607e6
STAGE2_THRUST_N = 0.981e6
STAGE1_BURN_THRUST_N = 3 * 0.845e6

_BRIDGE_S = 400
"""Longest hole in a record that is bridged; a longer one ends it."""
_KNOT_S = 10.0


@dataclass(frozen=True)
class Recording:
    """One flight at 1 Hz from lift-off: what the webcast showed, cleaned; `burns` are (start s, end s, thrust N)."""

    flight: str
    latitude_deg: float
    longitude_deg: float
    speed_m_s: FloatArray
    altitude_m: FloatArray
    burns: tuple[tuple[float, float, float], ...]
    turns_back: float | None
    """Instant (s) at which a first stage that flies back has no downrange speed; None otherwise."""
    reaches_orbit: bool
    """Whether the record follows the second stage."""


@dataclass(frozen=True)
class Ascent:
    """The fitted motion in its vertical plane, (n,) each at 1 Hz: s, m, m/s, rad, N."""

    flight: str
    time_s: FloatArray
    altitude_m: FloatArray
    speed_m_s: FloatArray
    path_angle: FloatArray
    thrust_n: FloatArray


# ----------------------------------------------------------------------------------------------------- reading
def packaged_recordings() -> dict[str, Recording]:
    """Return the recordings that come with the package, by flight name."""
    return _read_table(data_path("falcon9.csv.gz"), data_path("falcon9_flights.csv"))


def read_recordings(folder: Path) -> dict[str, Recording]:
    """Return the recordings of a folder with `raw_30fps.csv.gz`, `flights.csv`, `events.csv` (see its README)."""
    raw: dict[str, dict[str, list[tuple[float, float, float]]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(folder / "raw_30fps.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            sample = (float(row["t_s"]), float(row["velocity_m_s"]), float(row["altitude_km"]) * 1e3)
            raw[row["flight"]][row["stage"]].append(sample)
    events: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _rows(folder / "events.csv"):
        if row["t_s"]:
            events[row["flight"]][row["event"]] = float(row["t_s"])
    out = {}
    for row in _rows(folder / "flights.csv"):
        name = row["flight"]
        streams = {stage: np.array(samples) for stage, samples in raw[name].items()}
        place = (float(row["pad_lat_deg"]), float(row["pad_lon_deg"]))
        out[name] = recording_from_streams(name, place, streams, events[name])
    return out


def recording_from_streams(
    name: str, place: tuple[float, float], streams: dict[str, FloatArray], events: dict[str, float]
) -> Recording:
    """Return a recording from the raw streams of the stages, (n, 3) each: s, m/s, m.

    The second stage is followed as soon as its stream exists; between the first stage's cut-off and a stream of the
    second that begins up to 400 s later, speed and altitude are interpolated.
    """
    first, second = streams.get("1"), streams.get("2")
    meco = events["meco"]
    if second is not None and (second[0, 0] < 30 or (first is not None and second[0, 0] - meco <= _BRIDGE_S)):
        head = first[first[:, 0] <= meco] if first is not None and second[0, 0] >= 30 else np.empty((0, 3))
        samples, follows_second = np.vstack([head, second]), True
    elif first is not None:
        samples, follows_second = first, False
    else:
        raise ValueError(f"{name}: no usable stream")
    speed, altitude = _one_hertz(samples)
    burns: list[tuple[float, float, float]] = [(0.0, meco, STAGE1_THRUST_N)]
    turns_back = None
    if follows_second:
        ignition = events.get("ses1", meco + 11.0)
        end = _cut_off(speed, ignition)
        burns.append((ignition, float(end), STAGE2_THRUST_N))
        speed, altitude = speed[: end + 1], altitude[: end + 1]
    else:
        for burn in ("boostback", "entry", "landing"):
            start = events.get(f"{burn}_start")
            if start is not None:
                burns.append((start, events.get(f"{burn}_end", len(speed) - 1.0), STAGE1_BURN_THRUST_N))
        if "boostback_start" in events and "boostback_end" in events:
            turns_back = 0.3 * events["boostback_start"] + 0.7 * events["boostback_end"]
    return Recording(name, place[0], place[1], speed, altitude, tuple(burns), turns_back, follows_second)


def write_recordings(recordings: list[Recording], table: Path, flights: Path) -> None:
    """Write recordings in the compact form that the package carries."""
    with gzip.GzipFile(table, "wb", mtime=0) as file:
        file.write(b"flight,t_s,velocity_m_s,altitude_km\n")
        for r in recordings:
            for t, (v, h) in enumerate(zip(r.speed_m_s, r.altitude_m, strict=True)):
                file.write(f"{r.flight},{t},{v:.1f},{h / 1e3:.2f}\n".encode())
    with flights.open("w", newline="") as text:
        text.write("flight,pad_lat_deg,pad_lon_deg,burns,turns_back,reaches_orbit\n")
        for r in recordings:
            burns = " ".join(f"{a:g}:{b:g}:{n:g}" for a, b, n in r.burns)
            back = "" if r.turns_back is None else f"{r.turns_back:g}"
            text.write(f"{r.flight},{r.latitude_deg},{r.longitude_deg},{burns},{back},{int(r.reaches_orbit)}\n")


def _read_table(table: Path, flights: Path) -> dict[str, Recording]:
    samples: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with gzip.open(table, "rt") as file:
        for row in csv.DictReader(file):
            samples[row["flight"]].append((float(row["velocity_m_s"]), float(row["altitude_km"]) * 1e3))
    out = {}
    for row in _rows(flights):
        burns = tuple(tuple(float(x) for x in b.split(":")) for b in row["burns"].split())
        values = np.array(samples[row["flight"]])
        out[row["flight"]] = Recording(
            row["flight"],
            float(row["pad_lat_deg"]),
            float(row["pad_lon_deg"]),
            values[:, 0].copy(),
            values[:, 1].copy(),
            burns,  # type: ignore[arg-type]
            float(row["turns_back"]) if row["turns_back"] else None,
            row["reaches_orbit"] == "1",
        )
    return out


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------------------------------------------- cleaning
def _one_hertz(samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (speed, altitude) at 0, 1, 2 ... s: medians of a second, misreadings removed, holes bridged.

    The record ends at the first hole longer than 400 s.
    """
    samples = samples[np.argsort(samples[:, 0], kind="stable")]
    samples = samples[samples[:, 0] > -0.5]
    second = np.rint(samples[:, 0]).astype(int)
    cuts = np.flatnonzero(np.diff(second)) + 1
    bins = [(s[0], np.median(g[:, 1]), np.median(g[:, 2]))
            for s, g in zip(np.split(second, cuts), np.split(samples, cuts), strict=True)]  # fmt: skip
    table = np.array(bins, dtype=np.float64)
    table = table[_plausible(table[:, 0], table[:, 1], 25.0) & _plausible(table[:, 0], table[:, 2], 1500.0)]
    hole = np.flatnonzero(np.diff(table[:, 0]) > _BRIDGE_S)
    if len(hole):
        table = table[: hole[0] + 1]
    t = np.arange(int(table[-1, 0]) + 1, dtype=np.float64)
    return _bridged(t, table[:, 0], table[:, 1]), _bridged(t, table[:, 0], table[:, 2])


def _plausible(t: FloatArray, x: FloatArray, limit: float) -> np.ndarray:
    """Return where a value is within `limit` plus 3 robust sigmas of a straight line through its 21 s neighbourhood."""
    ok = np.ones(len(x), bool)
    for i in range(len(x)):
        near = np.abs(t - t[i]) <= 10
        near[i] = False
        if near.sum() < 6:
            continue
        slope = np.median(np.diff(x[near]) / np.diff(t[near]))
        rest = x[near] - slope * (t[near] - t[i])
        middle = np.median(rest)
        ok[i] = abs(x[i] - middle) <= limit + 3 * 1.4826 * np.median(np.abs(rest - middle))
    return ok


def _bridged(t: FloatArray, known: FloatArray, x: FloatArray) -> FloatArray:
    """Return x at t: linear over holes up to 5 s, over longer ones a cubic with the slopes of 10 s on both sides."""
    out = np.interp(t, known, x)
    for i in np.flatnonzero(np.diff(known) > 5):
        a, b = known[i], known[i + 1]
        before, after = known >= a - 10, known <= b + 10
        sa = np.polyfit(known[before & (known <= a)], x[before & (known <= a)], 1)[0]
        sb = np.polyfit(known[after & (known >= b)], x[after & (known >= b)], 1)[0]
        inside = (t > a) & (t < b)
        u, h = (t[inside] - a) / (b - a), b - a
        out[inside] = (
            (2 * u**3 - 3 * u**2 + 1) * x[i] + (u**3 - 2 * u**2 + u) * h * sa
            + (3 * u**2 - 2 * u**3) * x[i + 1] + (u**3 - u**2) * h * sb
        )  # fmt: skip
    return out


def _cut_off(speed: FloatArray, ignition: float) -> int:
    """Return the second at which the second stage's first burn ends: acceleration falls under 2 m/s2; else the last."""
    smooth = _smoothed(speed)
    rate = np.gradient(smooth)
    for i in range(int(ignition) + 60, len(rate) - 4):
        if rate[i] < 2.0 and rate[i + 3] < 2.0:
            return i
    return len(speed) - 1


def _smoothed(x: FloatArray) -> FloatArray:
    """Return a local parabola of 7 samples at each place (Savitzky & Golay 1964, table I)."""
    weights = np.array([-2.0, 3.0, 6.0, 7.0, 6.0, 3.0, -2.0]) / 21.0
    padded = np.concatenate([2 * x[0] - x[3:0:-1], x, 2 * x[-1] - x[-2:-5:-1]])
    return np.convolve(padded, weights, mode="valid")


# ----------------------------------------------------------------------------------------------------- fitting
def fit_ascent(recording: Recording) -> Ascent:
    """Return the motion in the vertical plane that fits a recording (Gauss-Newton on a cubic spline of the path angle).

    A second stage whose record ends in its burn is carried on at the last acceleration to orbital speed: it did
    reach orbit, the picture on the screen changed.
    """
    speed = np.maximum(_smoothed(recording.speed_m_s), 0.0)
    speed[0] = 0.0
    altitude = recording.altitude_m
    t = np.arange(len(speed), dtype=np.float64)
    gamma = _fit_path_angle(t, speed, altitude, recording)
    height = altitude[0] + _integral(speed * np.sin(gamma))
    thrust = np.zeros(len(t))
    for start, end, force in recording.burns:
        thrust[(t >= start) & (t < end)] = force
    ascent = Ascent(recording.flight, t, height, speed, gamma, thrust)
    return _completed(ascent) if recording.reaches_orbit else ascent


def _fit_path_angle(t: FloatArray, speed: FloatArray, altitude: FloatArray, recording: Recording) -> FloatArray:
    turns_back = recording.turns_back
    basis = _spline_basis(t)
    rate = np.gradient(_smoothed(_smoothed(altitude)))
    ratio = np.clip(rate / np.maximum(speed, 1.0), -0.99, 0.99)
    wide = np.convolve(np.pad(ratio, 10, mode="edge"), np.ones(21) / 21, mode="valid")
    gamma = np.where(speed < 60.0, 0.5 * math.pi, np.arcsin(wide))
    gamma[t < 8] = 0.5 * math.pi
    if turns_back is not None:
        gamma = np.where(t > turns_back, math.pi - gamma, gamma)
    second_difference = np.diff(np.eye(basis.shape[1]), n=2, axis=0)
    # 300 m is the rounding of the altitude; 0.02 rad per knot squared leaves room for the pitch programme
    upright = 20.0 * basis[t <= 8]
    # stages are inserted into orbit nearly level: 0.2 deg; no say over a first stage's end
    level = basis[-1:] / 0.0035 if recording.reaches_orbit else basis[-1:] * 0.0
    c = _least_squares(
        np.vstack([basis, 0.3 * second_difference]), np.concatenate([gamma, np.zeros(len(second_difference))])
    )
    for _ in range(12):
        gamma = basis @ c
        residual = altitude - altitude[0] - _integral(speed * np.sin(gamma))
        weight = 1.0 / (300.0 * np.maximum(1.0, np.abs(residual) / 900.0) ** 0.5)
        jacobian = _integral((speed * np.cos(gamma))[:, None] * basis)
        rows = np.vstack([jacobian * weight[:, None], second_difference / 0.02, upright, level])
        right = np.concatenate(
            [residual * weight, -second_difference @ c / 0.02, 20.0 * (0.5 * math.pi - gamma[t <= 8]), -level @ c]
        )
        step = _least_squares(rows, right)
        c = c + np.clip(step, -0.3, 0.3)
        if np.max(np.abs(step)) < 1e-7:
            break
    return basis @ c


def _least_squares(rows: FloatArray, right: FloatArray) -> FloatArray:
    """Return the least-squares solution by the normal equations: a small, well-conditioned system."""
    normal = np.einsum("ij,ik->jk", rows, rows)
    solution: FloatArray = np.linalg.solve(normal, np.einsum("ij,i->j", rows, right))
    return solution


def _spline_basis(t: FloatArray) -> FloatArray:
    """Return (n, m) values of the uniform cubic B-splines with knots every 10 s."""
    last = math.ceil(t[-1] / _KNOT_S)
    centres = np.arange(-1, last + 2) * _KNOT_S
    d = np.abs(t[:, None] - centres[None, :]) / _KNOT_S
    return np.where(d < 1, 2.0 / 3.0 - d**2 + 0.5 * d**3, np.where(d < 2, (2.0 - np.minimum(d, 2.0)) ** 3 / 6.0, 0.0))


def _integral(rate: FloatArray) -> FloatArray:
    """Return the running trapezoid integral of values 1 s apart, along the first axis, from 0."""
    out = np.zeros_like(rate)
    np.cumsum(0.5 * (rate[1:] + rate[:-1]), axis=0, out=out[1:])
    return out


def _completed(ascent: Ascent) -> Ascent:
    """Return the ascent carried on to orbital speed, if its record ends in the burn."""
    # the Earth's turning gives 0 (polar) to 410 m/s (east from 28.5 deg); whole burns are within 100 m/s of this
    need = math.sqrt(MU_M3_S2 / (WGS84_A_M + ascent.altitude_m[-1])) - 330.0
    if ascent.speed_m_s[-1] >= need - 100.0:
        return ascent
    rate = float(np.mean(np.diff(ascent.speed_m_s)[-8:]))
    if rate < 2.0:
        return ascent
    n = math.ceil((need - ascent.speed_m_s[-1]) / rate)
    k = np.arange(1, n + 1)
    speed = np.concatenate([ascent.speed_m_s, ascent.speed_m_s[-1] + rate * k])
    gamma = np.concatenate([ascent.path_angle, ascent.path_angle[-1] * np.maximum(1.0 - k / n, 0.0)])
    height = ascent.altitude_m[0] + _integral(speed * np.sin(gamma))
    thrust = np.concatenate([ascent.thrust_n[:-1], np.full(n + 1, STAGE2_THRUST_N)])
    thrust[-1] = 0.0
    return Ascent(ascent.flight, np.arange(len(speed), dtype=np.float64), height, speed, gamma, thrust)


# ----------------------------------------------------------------------------------------------------- placing
def place_ascent(
    ascent: Ascent, name: str, latitude_deg: float, longitude_deg: float, azimuth_deg: float, launch: int
) -> Trajectory:
    """Return the ascent flown from a place, in a direction, at an instant (TAI ns), Earth-fixed at 1 Hz."""
    lat, lon, heading = latitude_deg * DEG, longitude_deg * DEG, azimuth_deg * DEG
    n = len(ascent.time_s)
    states = np.empty((n, 6))
    up_rate = ascent.speed_m_s * np.sin(ascent.path_angle)
    along = ascent.speed_m_s * np.cos(ascent.path_angle)
    for i in range(n):
        states[i] = _state(lat, lon, ascent.altitude_m[i], along[i], up_rate[i], heading)
        if i + 1 < n:
            mean_along, mean_up = 0.5 * (along[i] + along[i + 1]), 0.5 * (up_rate[i] + up_rate[i + 1])
            height = 0.5 * (ascent.altitude_m[i] + ascent.altitude_m[i + 1])
            half = _navigate(lat, lon, heading, height, mean_along, mean_up, 0.5)
            d = _rates(half[0], half[2], height, mean_along, mean_up)
            lat, lon, heading = lat + d[0], lon + d[1], heading + d[2]
    times = launch + np.rint(ascent.time_s * NS).astype(np.int64)
    glow = plume_intensity(ascent.thrust_n, ascent.altitude_m)
    return Trajectory(name, "recorded_ascent", times, states, ascent.thrust_n > 0.0, glow, rcs_dbsm=13.0)


def _rates(lat: float, heading: float, height: float, along: float, up: float) -> tuple[float, float, float]:
    """Return the rates (rad/s) of latitude, longitude and heading; along may be negative (flying backwards)."""
    w = math.sqrt(1.0 - WGS84_E2 * math.sin(lat) ** 2)
    meridian, normal = WGS84_A_M * (1.0 - WGS84_E2) / w**3 + height, WGS84_A_M / w + height
    north, east = along * math.cos(heading), along * math.sin(heading)
    dlat, dlon = north / meridian, east / (normal * math.cos(lat))
    turn = dlon * math.sin(lat)
    if abs(along) > 300.0:
        # -2 w x v, the part across the heading, to the right: of the horizontal speed and of the vertical one
        right = 2.0 * EARTH_RATE_RAD_S * (along * math.sin(lat) - up * math.cos(lat) * math.cos(heading))
        turn += right / along
    return dlat, dlon, turn


def _navigate(
    lat: float, lon: float, heading: float, height: float, along: float, up: float, dt: float
) -> tuple[float, float, float]:
    d = _rates(lat, heading, height, along, up)
    return lat + d[0] * dt, lon + d[1] * dt, heading + d[2] * dt


def _state(lat: float, lon: float, height: float, along: float, up: float, heading: float) -> FloatArray:
    """Return the Earth-fixed state of a place, a height and a motion."""
    x, y, z = geodetic_to_ecef(lat, lon, float(height))
    sl, cl, so, co = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    e, n = along * math.sin(heading), along * math.cos(heading)
    return np.array(
        [
            x,
            y,
            z,
            -so * e - sl * co * n + cl * co * up,
            co * e - sl * so * n + cl * so * up,
            cl * n + sl * up,
        ]
    )

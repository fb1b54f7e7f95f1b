"""A radar's figures from passes of its own record: what the tracker predicts of each pass has the errors that it states.

The first minute of a pass predicts the rest. What the radar then reports, less what was predicted, over the root of both
variances, has a mean square of 1 where the figures are true. Three kinds of figures are found, and nothing has to be known of
where the objects were: `sigma_*` (white noise) from the scatter about a cubic over 15 s; `slow_*`, one sigma of what wanders
over a pass, channel by channel, so that the mean square is 1; `slow_rate_rad_s` so that it is so soon after the first minute
and long after it. What is the same all the time (`bias_*`) no pass can show; it is for others to compare (registration).

Real networks do so with satellites whose orbits are known (Vallado, Fundamentals of Astrodynamics, 4th ed., 2013, 10.8: sensor
calibration); here the arc of each pass is its own reference.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, RANGE, FloatArray, IntArray, Look
from tocsin.core.records.network import Network, Radar
from tocsin.modelling.radar_noise import BLOCK_S, LEAST_IN_WINDOW
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    FREE,
    LIGHTNESS,
    M_RANGE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    S_X,
    U_X,
    N,
    predict_model,
)  # fmt: skip
from tocsin.tracking.tracker import Tracker

FIRST_S, YOUNG_S = 60.0, 90.0
"""Of a pass, what predicts; what is soon after it."""
OUTLIER = 25.0
"""A squared normalised innovation beyond five sigma is a fault (a dish that lost its object), not noise."""
GAP_S, LEAST_LOOKS = 600.0, 20
"""Of passes: a silence of the same object that ends one, and how few looks make none."""
TURNS, LEAST_PASSES, LEAST_NUMBERS = 8, 20, 500
SLOWEST_RAD_S, FASTEST_RAD_S = 0.03, 1.0
"""What is slower than the minute that predicts is no more told from what is constant."""


def passes_of(looks: Iterable[Look], sensor: str) -> list[list[Look]]:
    """Return the passes of a radar in order of time: looks of one detection, of one track number of its own, without a gap."""
    groups: dict[str, list[Look]] = defaultdict(list)
    for look in looks:
        if look.sensor == sensor and look.values.shape[0] == 1 and look.hints[0] and look.values[0, RANGE] > 0.0:
            groups[look.hints[0]].append(look)
    out = []
    for _, mine in sorted(groups.items()):
        mine.sort(key=lambda k: k.time)
        times = np.array([k.time for k in mine])
        for part in np.split(np.arange(times.size), np.flatnonzero(np.diff(times) > GAP_S * NS) + 1):
            if part.size > LEAST_LOOKS:
                out.append([mine[i] for i in part])
    return sorted(out, key=lambda one: one[0].time)


class Predicted(NamedTuple):
    """Innovations of what a radar reported of the rest of passes, a row a component that was measured."""

    seconds: FloatArray
    """Into the pass (n,)."""
    channel: IntArray
    """0 range, 1 azimuth arc, 2 elevation (n,)."""
    squares: FloatArray
    """Squared innovations over their variances (n,): of the predicted state, and of one detection."""

    def mean(self, chosen: np.ndarray) -> float:
        """Return the mean square of those chosen (n,) that are no outliers, 1 where there are too few to tell."""
        kept = self.squares[chosen & (self.squares < OUTLIER)]
        return float(kept.mean()) if kept.size >= LEAST_NUMBERS else 1.0


def followed(looks: Sequence[Look], sensor: Sensor, until: int) -> tuple[FloatArray, FloatArray, int] | None:
    """Return state (10,), covariance (10, 10) and time of the track of a pass from its looks to `until`; None without one."""
    tracker = Tracker()
    for look in looks:
        if look.time <= until:
            place = sensor.place(look.time, look.place)
            rows = tracker.rows(look, sensor, place)
            tracker.process(look, sensor, place, rows, np.arange(len(rows), dtype=np.int64), _nothing_known)
    tracks = [t for t in tracker.bank.tracks.values() if t.confirmed and not t.stem]
    if not tracks:
        return None
    track = max(tracks, key=lambda t: t.hits)
    states, covariances = tracker.combined(np.array([track.slot], np.int64))
    x, p = np.zeros(N), np.zeros((N, N))
    x[:6], x[9], p[:6, :6] = states[0, :6], LIGHTNESS, covariances[0]
    return x, p, int(tracker.bank.ts[track.slot])


def _nothing_known(_look: Look, _sensor: Sensor, chosen: IntArray, _rows: FloatArray) -> IntArray:
    return np.full(chosen.size, -1, np.int64)


def predicted(passes: Sequence[Sequence[Look]], sensor: Sensor) -> Predicted:
    """Return what the first minute of each pass (looks of one object, in order of time) predicts of its rest."""
    found: list[tuple[float, int, float]] = []
    bare = Tracker()
    for looks in passes:
        start = looks[0].time
        state = followed(looks, sensor, start + round(FIRST_S * NS))
        if state is None:
            continue
        x, p, now = state
        for look in looks:
            into = (look.time - start) / NS
            if into <= FIRST_S:
                continue
            if look.time > now:
                predict_model(x, p, (look.time - now) / NS, FREE)
                now = look.time
            m = bare.rows(look, sensor, sensor.place(look.time, look.place))[0]
            d = x[:3] - m[S_X : S_X + 3]
            far = math.sqrt(float(d @ d))
            for c, off, axis, sigma in (
                (0, m[M_RANGE] - far, U_X, m[M_SIGMA_RANGE]),
                (1, -float(d @ m[A_X : A_X + 3]), A_X, far * m[M_SIGMA_A]),
                (2, -float(d @ m[B_X : B_X + 3]), B_X, far * m[M_SIGMA_B]),
            ):
                h = m[axis : axis + 3]
                found.append((into, c, float(off * off / (h @ p[:3, :3] @ h + sigma * sigma))))
    table = np.array(found).reshape(-1, 3)
    table = table[np.isfinite(table[:, 2])]
    return Predicted(table[:, 0], table[:, 1].astype(np.int64), table[:, 2])


def scatter(passes: Sequence[Sequence[Look]]) -> FloatArray:
    """Return (3,) the white noise of range (m), azimuth along the arc and elevation (rad): median over windows of 15 s.

    Of the deviations from a cubic, which slower errors hardly have; rows of one detection.
    """
    squares = []
    for looks in passes:
        t = np.array([k.time - looks[0].time for k in looks]) / NS
        z = np.array([k.values[0, [RANGE, AZIMUTH, ELEVATION]] for k in looks])
        z[:, 1] = np.unwrap(z[:, 1])
        for block in np.split(np.arange(t.size), np.flatnonzero(np.diff(t // BLOCK_S)) + 1):
            if block.size < LEAST_IN_WINDOW or not np.isfinite(z[block]).all() or len(set(t[block])) < block.size:
                continue
            s, v = t[block] - t[block[0]], z[block]
            fit = np.polynomial.polynomial.polyfit(s, v, 3)
            rest = v - np.polynomial.polynomial.polyval(s, fit).T
            rest[:, 1] *= np.cos(v[:, 2])
            squares.append(np.sum(rest**2, axis=0) / (s.size - 4))
    return np.asarray(np.sqrt(np.median(np.array(squares), axis=0)))


def calibrated(radar: Radar, passes: Sequence[Sequence[Look]]) -> Radar:
    """Return a radar with `sigma_*`, `slow_*` and `slow_rate_rad_s` as passes of its record show them.

    Its stated biases stay: what is wrong is found beside them. Left as it is where fewer than `LEAST_PASSES` tell of it.
    """
    long = [looks for looks in passes if (looks[-1].time - looks[0].time) > YOUNG_S * NS]
    if len(long) < LEAST_PASSES:
        return radar
    white = scatter(long)
    slow, rate = 3.0 * white, radar.slow_rate_rad_s
    made = with_figures(radar, white, slow, rate)
    for _ in range(TURNS):
        found = predicted(long, compile_network(Network(radar=(made,))).by_id[radar.id])
        young = found.seconds < YOUNG_S
        by_age = np.array([[found.mean(a & (found.channel == c)) for c in range(3)] for a in (young, ~young)])
        slow = slow * np.clip(by_age.mean(axis=0), 0.25, 4.0) ** 0.5
        # the part of a prediction that grows with age goes as the slow error's variance over its rate
        late = float(by_age[1].mean() / by_age[0].mean())
        rate = min(max(rate / min(max(late, 0.5), 2.0) ** 0.7, SLOWEST_RAD_S), FASTEST_RAD_S)
        made = with_figures(radar, white, slow, rate)
    return made


def with_figures(radar: Radar, white: FloatArray, slow: FloatArray, rate: float) -> Radar:
    """Return a radar with white and slow errors (3,), m and rad, and the rate (rad/s) of the slow ones, to three digits."""
    sigma, wander = ([float(f"{x:.3g}") for x in (v[0], v[1] / DEG, v[2] / DEG)] for v in (white, slow))
    return msgspec.structs.replace(
        radar,
        sigma_range_m=sigma[0], sigma_azimuth_deg=sigma[1], sigma_elevation_deg=sigma[2],
        slow_range_m=wander[0], slow_azimuth_deg=wander[1], slow_elevation_deg=wander[2],
        slow_rate_rad_s=float(f"{rate:.3g}"),
    )  # fmt: skip

"""A sensor's errors by its residuals from look to look: noise is told, a bias is not, for satellites too."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, at, later, thrown
from tests.unit.tracking.test_bank_kernels import bank, looks_at
from tocsin.core.constants import DEG
from tocsin.core.records.inputs import AZIMUTH, RANGE
from tocsin.tracking.filter_kernels import (
    A_X,
    B_X,
    M_RANGE,
    M_SIGMA_A,
    M_SIGMA_B,
    M_SIGMA_RANGE,
    S_X,
    U_X,
)
from tocsin.tracking.measurements import SIGHT_DISTANCE_M
from tocsin.tracking.noise import KEPT, LOUD, Heard, Noise
from tocsin.tracking.noise_kernels import nearest_other, owned, residuals
from tocsin.tracking.view_kernels import carry_ahead, places_at

BODIES = [thrown(lat, lon, 300e3, 5000.0, 60.0, 30.0) for lat in (24.0, 30.0, 34.0) for lon in (-36.0, -30.0, -24.0)]


def factor_of(noise: float, bias: bool, seconds: int = 240) -> tuple[float, float]:
    """Return (factor, estimate) of radar A when B sees the same bodies well."""
    scene = Scene(3)
    estimate = 1.0
    for t in range(0, seconds, 5):
        states = [later(body, float(t)) for body in BODIES]
        for radar in ("B", "A"):
            mine = noise if radar == "A" else 1.0
            values = scene.radar_values(radar, states, noise=mine)
            if bias and radar == "A":
                values[:, RANGE] += 300.0
                values[:, AZIMUTH] += 0.3 * DEG
            look, sensor = scene.look(radar, float(t), values), SENSORS[radar]
            place = sensor.place(look.time, look.place)
            rows = scene.tracker.rows(look, sensor, place)
            scene.tracker.hear_noise(look, sensor, rows, np.arange(len(rows)), 0.0)
            if radar == "A":
                heard = scene.tracker.noise.heard["A"]
                estimate = max(estimate, heard.estimate()[0])
            if radar == "B":
                scene.feed(look)
    return scene.tracker.noise.heard["A"].factor, estimate


def test_noise_is_found_with_its_size() -> None:
    factor, _ = factor_of(10.0, bias=False)
    assert 5.0 < factor < 15.0


@pytest.mark.parametrize("bias", [False, True])
def test_neither_a_healthy_nor_a_biased_sensor_is_noisy(bias: bool) -> None:
    factor, estimate = factor_of(1.0, bias)
    assert factor == 1.0 and estimate < LOUD


@pytest.mark.parametrize("seed", range(4))
def test_tracks_that_are_young_do_not_make_a_sensor_noisy(seed: int) -> None:
    # radars without range rate: after the first look of all, velocities are kilometres a second off
    scene = Scene(seed)
    bodies = [thrown(lat, lon, 700e3, 7400.0, 40.0, 0.0) for lat in (24.0, 30.0, 34.0) for lon in (-36.0, -30.0, -24.0)]
    for t, radars in ((0, "AB"), (1, "A"), (11, "AB"), (21, "AB"), (31, "AB"), (41, "AB")):
        states = [later(body, float(t)) for body in bodies]
        for radar in radars:
            look, sensor = scene.look(radar, float(t), scene.radar_values(radar, states, rate=False)), SENSORS[radar]
            rows = scene.tracker.rows(look, sensor, sensor.place(look.time, look.place))
            scene.tracker.hear_noise(look, sensor, rows, np.arange(len(rows)), 0.0)
            scene.feed(look)
    squares = [square for heard in scene.tracker.noise.heard.values() for square in heard.squares]
    assert len(squares) > 40 and max(squares) < 25.0


def test_a_satellite_that_is_noisy_is_found_by_the_plumes_another_sees() -> None:
    scene = Scene(5)
    for t in range(0, 150, 5):
        climbing = []
        for body in BODIES:
            up = body[:3] / np.linalg.norm(body[:3])
            start = body[:3] - 290e3 * up
            climbing.append(np.concatenate([start + (200.0 * t + 11.0 * t * t) * up, (200.0 + 22.0 * t) * up]))
        for name, noise in (("east", 1.0), ("west", 10.0)):
            look = scene.look(name, float(t), scene.sight_values(name, float(t), climbing, noise))
            rows = scene.tracker.rows(look, SENSORS[name], SENSORS[name].place(at(float(t))))
            scene.tracker.hear_noise(look, SENSORS[name], rows, np.arange(len(rows)), 0.0)
            scene.feed(look)
    heard = scene.tracker.noise.heard
    assert heard["west"].factor > 3.0 and heard["east"].factor == 1.0


def test_the_bound_of_the_estimate_closes_with_the_number_of_squares() -> None:
    rng = np.random.default_rng(1)
    few, many = (Heard(squares=[4.0 * float(v) ** 2 for v in rng.normal(size=n)]).estimate() for n in (12, KEPT))
    assert many[0] == pytest.approx(2.0, rel=0.35) and 1.0 < many[1] < many[0]
    assert few[1] / few[0] < many[1] / many[0]
    assert Heard(squares=[9.0] * 5).estimate() == (1.0, 1.0)


def test_its_state_goes_out_and_in() -> None:
    noise = Noise()
    noise.heard["A"] = Heard(2.5, 7, squares=[1.0, 2.0], idle=4, last={3: (5, [float("inf"), 1.0, 2.0], [1.0] * 3)})
    again = Noise()
    again.load(noise.state())
    assert again.state() == noise.state()
    assert (again.widen("A", np.ones((1, 18)))[0] == 2.5).sum() == 4


@pytest.mark.parametrize("tracks", [0, 1, 2, 6])
def test_residuals_are_those_of_plain_algebra(tracks: int) -> None:
    rng = np.random.default_rng(tracks)
    xs, ps, ws, ts, two = bank(6, rng)
    rows, times = looks_at(xs, two, rng, 5, 3.0)
    rows[1, M_RANGE] = np.nan
    slots = np.arange(tracks)
    off, var = np.zeros((tracks, 5, 3)), np.zeros((tracks, 5, 3))
    d2, chance, density = np.zeros((tracks, 5)), np.zeros((tracks, 5)), 1e-15
    residuals(xs, ps, ws, ts, two, slots, rows, times, 2.0, density, off, var, d2, chance)
    for k in range(tracks):
        state, packed, when = np.empty((1, 6)), np.empty((1, 21)), max(times[0], ts[k])
        carry_ahead(xs, ps, ws, ts, two, k, np.array([when]), state, packed)
        place = np.zeros((3, 3))
        place[np.tril_indices(3)] = packed[0, :6]
        place = place + place.T - np.diag(np.diag(place))
        for i, row in enumerate(rows):
            d = state[0, :3] + state[0, 3:] * (times[i] - when) * 1e-9 - row[S_X : S_X + 3]
            far = np.linalg.norm(d)
            axes = [row[a : a + 3] for a in (U_X, A_X, B_X)]
            here = [row[M_RANGE] - far, -d @ axes[1], -d @ axes[2]]
            sigmas = [row[M_SIGMA_RANGE], row[M_SIGMA_A] * far, row[M_SIGMA_B] * far]
            spread = [(s * s + u @ place @ u) / 4.0 for s, u in zip(sigmas, axes, strict=True)]
            np.testing.assert_allclose(off[k, i], here, rtol=1e-9, atol=1e-6)
            np.testing.assert_allclose(var[k, i], spread, rtol=1e-9)
            behind = not np.isfinite(here[1]) or d @ axes[0] < 0.0
            expected = np.inf if behind else np.nansum(np.square(here) / spread)
            np.testing.assert_allclose(d2[k, i], expected, rtol=1e-6)
            # the room as near as it is: an ellipsoid, or an ellipse as wide as it would be at the distance of satellites
            axes_m = 2.0 * np.sqrt(expected) * np.sqrt(spread)
            room = 4.0 / 3.0 * np.pi * np.prod(axes_m)
            if np.isnan(row[M_RANGE]):
                room = np.pi * np.prod(axes_m[1:]) * (SIGHT_DISTANCE_M / far) ** 2
            np.testing.assert_allclose(chance[k, i], np.inf if behind else density * room, rtol=1e-5)


def test_a_detection_is_a_tracks_where_that_is_plain_both_ways() -> None:
    whose = np.empty(4, np.int64)
    far = np.array([[1.0, 100.0, 50.0], [90.0, 4.0, 30.0], [80.0, 6.0, 5000.0], [np.inf, np.inf, np.inf]])
    owned(far, 4800.0, 9.0, whose)
    # the second and the third both have the second; the last is behind the sensor
    assert whose.tolist() == [0, -1, -1, -1]
    owned(far[:0], 4800.0, 9.0, whose[:0])


def test_the_nearest_other_track_is_the_one_that_a_search_through_all_finds():
    rng = np.random.default_rng(8)
    xs, _ps, ws, ts, two = bank(6, rng)
    rows, times = looks_at(xs, two, rng, 12, 3.0)
    slots, time, var, where = np.arange(6), int(times[0]), np.array([9e4, 4e6, 1e6]), np.empty((6, 3))
    places_at(xs, ws, ts, slots, time, where)
    directed = rows[~np.isnan(rows[:, M_SIGMA_A])]
    assert np.isnan(directed[:, M_RANGE]).any() and np.isfinite(directed[:, M_RANGE]).any()
    for row in directed:
        off = where - row[S_X : S_X + 3]
        far = np.sqrt((off**2).sum(axis=1))
        parts = np.stack([row[M_RANGE] - far, off @ row[A_X : A_X + 3], off @ row[B_X : B_X + 3]], axis=1)
        d2 = np.nansum(parts**2 / var, axis=1)
        for s in range(6):
            assert nearest_other(xs, ws, ts, slots, s, row, time, var) == pytest.approx(
                np.delete(d2, s).min(), rel=1e-12
            )
        assert nearest_other(xs, ws, ts, slots[2:3], 2, row, time, var) == np.inf

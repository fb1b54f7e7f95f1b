"""A sensor's errors by its residuals from look to look: noise is told, a bias is not, for satellites too."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, at, later, thrown
from tocsin.core.constants import DEG
from tocsin.core.records.inputs import AZIMUTH, RANGE
from tocsin.tracking.noise import KEPT, LOUD, Heard, Noise

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
            scene.tracker.noise.hear(look, sensor, rows, np.arange(len(rows)), scene.tracker.bank)
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
            scene.tracker.noise.hear(look, SENSORS[name], rows, np.arange(len(rows)), scene.tracker.bank)
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
    noise.heard["A"] = Heard(2.5, 7, [1.0, 2.0], {3: (5, float("inf"), 1.0, 2.0)})
    again = Noise()
    again.load(noise.state())
    assert again.state() == noise.state()
    assert (again.widen("A", np.ones((1, 18)))[0] == 2.5).sum() == 4

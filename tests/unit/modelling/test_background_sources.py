import math

import numpy as np
import pytest

from tocsin.core.constants import DEG, NS
from tocsin.modelling.fireballs import fireball_trajectory, read_fireballs
from tocsin.modelling.hotspots import read_hot_spots
from tocsin.modelling.plume import FIREBALL_BAND_PART, fire_intensity, plume_intensity, transmission
from tocsin.world.geodesy import to_ecef, to_geodetic


def planck_part(low_um: float, high_um: float, kelvin: float) -> float:
    def below(x: float) -> float:
        y = 14387.77 / (x * kelvin)
        return (
            15
            / math.pi**4
            * sum(math.exp(-n * y) / n * (y**3 + 3 * y * y / n + 6 * y / n**2 + 6 / n**3) for n in range(1, 80))
        )

    return below(high_um) - below(low_um)


def test_band_parts_are_plancks():
    assert fire_intensity(np.array([1.0]))[0] * math.pi / 1e6 == pytest.approx(planck_part(2.65, 2.85, 1000), rel=0.02)
    assert pytest.approx(planck_part(2.65, 2.85, 6000), rel=0.02) == FIREBALL_BAND_PART


def test_the_air_hides_the_ground_and_not_the_stratosphere():
    up = transmission(np.array([0.0, 5e3, 10e3, 30e3]), np.ones(4))
    assert up[0] == pytest.approx(1e-3, rel=0.05)
    assert np.all(np.diff(up) > 0) and up[3] > 0.999
    slant = transmission(np.zeros(3), np.array([1.0, 0.5, 0.05]))
    assert np.all(np.diff(slant) < 0) and np.all(slant >= 0)


def test_a_plume_is_brighter_with_thrust_and_weaker_in_vacuum():
    low, high = plume_intensity(np.array([1e6, 1e6]), np.array([10e3, 150e3]))
    assert 0.3 < high / low < 0.5
    assert plume_intensity(np.array([0.0]), np.array([1e3]))[0] == 0


def test_there_are_fifty_packaged_fireballs_and_all_can_fly():
    balls = read_fireballs()
    assert len(balls) == 50
    assert all(fireball_trajectory(b, "x", 0) is not None for b in balls)


def test_a_fireball_is_brightest_at_its_recorded_height_and_gives_its_recorded_energy():
    for ball in read_fireballs()[:20]:
        path = fireball_trajectory(ball, "x", 100 * NS)
        assert path is not None
        height = to_geodetic(path.states[:, :3])[2]
        brightest = int(np.argmax(path.intensity))
        # sampled every 0.1 s of a fall of at most 47 km/s
        assert abs(height[brightest] - ball.height_m) < 4000
        assert abs(path.times[brightest] - 100 * NS) < 0.2 * NS
        t = path.times / NS
        energy = (
            np.sum(0.5 * (path.intensity[1:] + path.intensity[:-1]) * np.diff(t)) * 4 * math.pi / FIREBALL_BAND_PART
        )
        assert energy == pytest.approx(ball.radiated_j, rel=0.1)
        speed = np.linalg.norm(path.states[:, 3:], axis=1)
        assert np.all(np.diff(speed) <= 1e-6) and speed[-1] < 0.6 * speed[0]


def test_fires_of_a_day_merge_into_fewer_spots_without_losing_power_in_a_pass():
    spots = read_hot_spots()
    assert spots.detections == 19416
    assert 5000 < len(spots.frp_mw) < spots.detections
    assert np.all(np.diff(spots.frp_mw) <= 0)
    assert spots.frp_mw[0] > 2251  # the strongest pixel, with its neighbours


def test_a_fire_is_seen_best_from_overhead_and_not_from_below_the_horizon():
    spots = read_hot_spots().brightest(1)
    lat, lon, _ = to_geodetic(spots.positions[0])
    overhead = spots.apparent(to_ecef(lat, lon, 36e6))[0]
    aside = spots.apparent(to_ecef(lat, lon + 50 * DEG, 36e6))[0]
    behind = spots.apparent(to_ecef(lat, lon + 150 * DEG, 36e6))[0]
    assert overhead > aside > 0 and behind == 0

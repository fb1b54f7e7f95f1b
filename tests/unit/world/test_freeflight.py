import numpy as np
import pytest

from tocsin.core.constants import EARTH_RATE_RAD_S
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes, geodetic_to_ecef, height_above_ellipsoid
from tocsin.world.gravity_kernels import acceleration_free
from tocsin.world.motion.forces_kernels import acceleration_flight, climb_rate, fast_height
from tocsin.world.motion.freeflight_kernels import (
    NOT_IN_TIME,
    REACHED,
    STARTED_BELOW,
    fly_to_height,
    fly_to_height_many,
    propagate,
    propagate_many,
)


def state(lat=0.5, lon=1.0, h=200e3, speed=6500.0, climb=0.5, azimuth=1.0) -> np.ndarray:
    """An Earth-fixed state: place (rad, m), speed (m/s), flight path angle and azimuth (rad)."""
    axes = np.array(enu_axes(lat, lon)).reshape(3, 3)
    across = np.cos(climb) * (np.sin(azimuth) * axes[0] + np.cos(azimuth) * axes[1])
    return np.r_[geodetic_to_ecef(lat, lon, h), speed * (across + np.sin(climb) * axes[2])]


def moved(y: np.ndarray, duration: float, beta: float) -> np.ndarray:
    out = np.zeros(6)
    assert propagate(y, duration, beta, out) == REACHED
    return out


def landed(y: np.ndarray, beta: float, h_stop=0.0, t_max=6000.0) -> tuple[int, np.ndarray]:
    out = np.zeros(7)
    return fly_to_height(y, beta, h_stop, t_max, out), out


def test_fast_height_and_climb_rate_keep_their_promise():
    rng = np.random.default_rng(3)
    for h, allowed in ((0.0, 1e-4), (120e3, 6e-3), (1e6, 0.04)):
        for lat in rng.uniform(-1.57, 1.57, 50):
            p = geodetic_to_ecef(lat, 2.0, h)
            assert abs(fast_height(*p) - h) < allowed
            v = rng.normal(size=3) * 3000.0
            up = np.array(enu_axes(lat, 2.0))[6:]
            assert climb_rate(*p, *v) == pytest.approx(v @ up, abs=1e-4 * np.linalg.norm(v))


def test_energy_of_free_flight_is_kept():
    # Jacobi's integral of the rotating frame, with the zonal potential written out independently of the kernels
    y = state()
    z = moved(y, 1000.0, 0.0)
    assert jacobi(z) == pytest.approx(jacobi(y), rel=5e-9)


def jacobi(y: np.ndarray) -> float:
    from tests.unit.world.test_gravity import potential

    turning = 0.5 * EARTH_RATE_RAD_S**2 * (y[0] ** 2 + y[1] ** 2)
    return 0.5 * float(y[3:] @ y[3:]) - potential(y[:3]) - float(turning)


def test_there_and_back_ends_where_it_began():
    y = state()
    assert np.linalg.norm((moved(moved(y, 900.0, 0.0), -900.0, 0.0) - y)[:3]) < 0.5
    low = state(h=40e3, speed=3000.0)
    assert np.linalg.norm((moved(moved(low, 5.0, 3000.0), -5.0, 3000.0) - low)[:3]) < 0.1


def test_two_halves_make_a_whole():
    y = state(h=130e3, climb=-0.4, speed=6000.0)
    whole = moved(y, 40.0, 4000.0)
    halves = moved(moved(y, 15.0, 4000.0), 25.0, 4000.0)
    assert np.linalg.norm((whole - halves)[:3]) < 0.05


def test_lands_on_the_wanted_height_at_the_time_it_says():
    y = state(h=300e3)
    for beta, h in ((0.0, 0.0), (3000.0, 0.0), (3000.0, 30e3), (8000.0, 120e3), (500.0, 250e3)):
        status, out = landed(y, beta, h)
        assert status == REACHED
        assert height_above_ellipsoid(*out[:3]) == pytest.approx(h, abs=0.05)
        assert climb_rate(*out[:6]) < 0.0
        assert np.linalg.norm(moved(y, out[6], beta)[:3] - out[:3]) < 0.3


def test_a_long_step_does_not_leap_over_the_air():
    # from apogee an uncapped integrator would step through the atmosphere: the time of flight must not depend on where
    # the flight is picked up, and drag must have slowed it
    y = state(speed=6800.0, climb=0.6)
    _, whole = landed(y, 1500.0)
    for part in (300.0, 700.0, 1100.0):
        _, rest = landed(moved(y, part, 1500.0), 1500.0)
        assert np.linalg.norm(rest[:3] - whole[:3]) < 0.5
        assert rest[6] + part == pytest.approx(whole[6], abs=1e-3)
    assert np.linalg.norm(whole[3:6]) < 0.5 * np.linalg.norm(y[3:])


def test_grazing_flight_dips_into_the_air_and_is_braked():
    # a shallow pass with its lowest point near 100 km, above ground: the interface is crossed down and up again
    y = state(h=200e3, speed=7900.0, climb=-0.06)
    heights = [fast_height(*moved(y, t, 50.0)[:3]) for t in np.arange(0.0, 400.0, 10.0)]
    assert min(heights) < 120e3
    free, braked = moved(y, 400.0, 0.0), moved(y, 400.0, 50.0)
    assert np.linalg.norm(braked[3:]) < np.linalg.norm(free[3:]) - 10.0
    steps = y.copy()
    for _ in range(400):
        steps = moved(steps, 1.0, 50.0)
    assert np.linalg.norm((steps - braked)[:3]) < 1.0


def test_ascent_through_the_layers_matches_small_steps():
    y = state(h=100.0, speed=2500.0, climb=1.4)
    whole = moved(y, 120.0, 50000.0)
    steps = y.copy()
    for _ in range(240):
        steps = moved(steps, 0.5, 50000.0)
    assert fast_height(*whole[:3]) > 100e3
    assert np.linalg.norm((steps - whole)[:3]) < 0.3


def test_statuses_say_what_happened():
    assert landed(state(), 0.0, 0.0, 100.0)[0] == NOT_IN_TIME
    assert landed(state(), 0.0, 0.0, 100.0)[1][6] == 100.0
    assert landed(state(speed=12000.0), 0.0, 0.0, 20000.0)[0] == NOT_IN_TIME
    assert landed(state(h=-1.0), 100.0)[0] == STARTED_BELOW
    assert landed(state(h=100e3), 100.0, 120e3)[0] == STARTED_BELOW


def test_no_number_makes_it_hang_or_lie():
    broken = state()
    broken[4] = np.nan
    assert landed(broken, 1000.0)[0] == 2
    out = np.zeros(6)
    assert propagate(broken, 10.0, 1000.0, out) == 2


def test_terminal_fall_of_a_light_body():
    # beta = 20 kg/m2 falls at sqrt(2 beta g / rho) near the ground
    status, out = landed(state(h=150e3, speed=10.0, climb=0.0), 20.0)
    assert status == REACHED
    assert np.linalg.norm(out[3:6]) == pytest.approx(np.sqrt(2 * 20.0 * 9.795 / 1.225), rel=0.01)


def test_batches_say_the_same_as_single_flights():
    y = np.array([state(azimuth=a) for a in (0.1, 2.0, 4.0)])
    beta = np.array([0.0, 2000.0, 9000.0])
    out, status = np.zeros((3, 7)), np.full(3, 9)
    fly_to_height_many(y, beta, 0.0, 5000.0, out, status)
    assert list(status) == [0, 0, 0]
    assert np.array_equal(out[1], landed(y[1], 2000.0, 0.0, 5000.0)[1])
    moved_out, times = np.zeros((3, 6)), np.array([10.0, 500.0, -20.0])
    propagate_many(y, times, beta, moved_out, status)
    assert np.array_equal(moved_out[2], moved(y[2], -20.0, 9000.0))


def test_force_is_gravity_less_drag():
    y = state(h=20e3, speed=2000.0)
    free = np.array(acceleration_free(*y))
    drag = np.array(acceleration_flight(*y, 0.5 / 1000.0)) - free
    assert drag @ y[3:] == pytest.approx(-np.linalg.norm(drag) * np.linalg.norm(y[3:]), rel=1e-12)
    rho = 8.891e-2
    assert np.linalg.norm(drag) == pytest.approx(0.5 * rho * 2000.0**2 / 1000.0, rel=1e-3)


def test_impact_place_is_on_the_ground_track():
    _, out = landed(state(climb=np.pi / 2, speed=1000.0), 0.0)
    lat, _, _ = ecef_to_geodetic(*out[:3])
    assert lat == pytest.approx(0.5, abs=0.01)

"""A body that glides and turns stays one track, whose errors are as large as it says."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.unit.tracking.scenes import SENSORS, Scene, thrown
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.world.atmosphere_kernels import density
from tocsin.world.geodesy_kernels import height_above_ellipsoid
from tocsin.world.gravity_kernels import acceleration_free

LIFT_MOST = 30.0  # m/s2, what its frame bears


def entered(lift_to_drag: float, duration_s: float) -> Callable[[float], np.ndarray]:
    """Return the states (6,) by time of a body of 3,000 kg/m2 that enters at 6 km/s and holds a bank of 0.6 rad."""

    def rate(_t: float, y: np.ndarray) -> np.ndarray:
        v, speed = y[3:6], float(np.linalg.norm(y[3:6]))
        drag = 0.5 * density(height_above_ellipsoid(*y[:3])) * speed**2 / 3000.0
        up = y[:3] / np.linalg.norm(y[:3])
        lift = up - v * (up @ v) / speed**2
        lift /= np.linalg.norm(lift)
        side = np.cross(v / speed, lift)
        size = min(lift_to_drag * drag, LIFT_MOST)
        across = size * (np.cos(0.6) * lift + np.sin(0.6) * side)
        return np.concatenate([v, np.array(acceleration_free(*y[:6])) - drag * v / speed + across])

    start = thrown(26.0, -30.0, 110e3, 6000.0, 30.0, -4.0)
    flown = solve_ivp(rate, (0.0, duration_s), start, rtol=1e-8, atol=1e-3, dense_output=True)
    return lambda t: flown.sol(t)


def followed(state: Callable[[float], np.ndarray], until_s: int, seed: int) -> tuple[int, float]:
    """Return how many confirmed tracks two radars made of one body, and the median squared error per component (1 is right)."""
    scene, errors, names = Scene(seed), [], set()
    for t in range(until_s):
        y = state(float(t))
        for radar in ("A", "B"):
            distance, _, elevation, _ = measure(*y, SENSORS[radar].position, SENSORS[radar].rot_enu)
            if elevation > 0.03 and distance < 2.5e6:
                scene.radar(radar, float(t), [y])
        names |= {track.number for track in scene.standing}
        for track in scene.standing[:1] if t >= 60 else ():
            mean, covariance, at = scene.state_of(track)
            off = mean - state(at)
            errors.append(float(off @ np.linalg.solve(covariance, off)) / 6.0)
    return len(names), float(np.median(errors))


def test_a_body_without_lift_is_one_track_that_knows_its_errors() -> None:
    tracks, error = followed(entered(0.0, 150.0), 140, seed=1)
    assert tracks == 1 and error < 2.0


@pytest.mark.parametrize("lift_to_drag", [0.3, 2.0])
def test_a_body_that_glides_is_one_track_that_knows_its_errors(lift_to_drag: float) -> None:
    tracks, error = followed(entered(lift_to_drag, 230.0), 220, seed=1)
    assert tracks == 1 and error < 2.0

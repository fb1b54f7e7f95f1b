import numpy as np
import pytest

from tocsin.core.constants import EARTH_RATE_RAD_S, MU_M3_S2, NS
from tocsin.core.records.sources.bodies import Reentry
from tocsin.modelling.sources.mechanism import Stage
from tocsin.modelling.sources.reentry import RADIATED, entry_state, paths
from tocsin.world.geodesy import to_geodetic

STAGE = Stage(1, 0, 1200 * NS)
BODY = Reentry(id="stage", start_s=10.0, latitude_deg=40.0, longitude_deg=-150.0, azimuth_deg=80.0, descent_deg=1.5)


def test_a_body_enters_slows_and_falls():
    (path,) = paths(BODY, STAGE)
    lat, lon, height = to_geodetic(path.states[:, :3])
    assert path.start == 10 * NS
    assert np.degrees([lat[0], lon[0]]) == pytest.approx([40.0, -150.0])
    assert height[0] == pytest.approx(120e3, abs=1.0) and height[-1] == pytest.approx(0.0, abs=1.0)
    # it ends at the speed at which drag carries weight: sqrt(2 beta g / rho)
    assert np.linalg.norm(path.states[-1, 3:]) == pytest.approx(np.sqrt(2 * 100.0 * 9.81 / 1.225), rel=0.02)


def test_the_usual_speed_is_that_of_a_circular_orbit():
    for azimuth in (0.0, 90.0, 200.0, 270.0):
        body = Reentry(id="x", latitude_deg=50.0, longitude_deg=10.0, azimuth_deg=azimuth, descent_deg=0.0)
        state = entry_state(body)
        inertial = state[3:] + np.cross([0.0, 0.0, EARTH_RATE_RAD_S], state[:3])
        assert np.sum(inertial**2) == pytest.approx(MU_M3_S2 / np.linalg.norm(state[:3]), rel=1e-9)


def test_the_light_is_a_part_of_the_energy_lost():
    (path,) = paths(BODY, STAGE)
    seconds = (path.times - path.times[0]) / NS
    radiated = np.sum(0.5 * (path.intensity[1:] + path.intensity[:-1]) * np.diff(seconds)) * 4 * np.pi / 0.05
    # the body's energy: kinetic, and mostly potential energy that turns into drag before it is slow
    energy = 0.5 * BODY.mass_kg * np.sum(entry_state(BODY)[3:] ** 2)
    assert radiated == pytest.approx(RADIATED * energy, rel=0.1)


def test_a_shallow_body_flies_farther():
    def length(descent):
        (path,) = paths(Reentry(id="x", latitude_deg=0, longitude_deg=0, azimuth_deg=90, descent_deg=descent), STAGE)
        return np.linalg.norm(path.states[-1, :3] - path.states[0, :3])

    assert length(0.5) > length(2.0) > length(10.0)

import math

import numpy as np
import pytest

from tocsin.core.constants import DEG
from tocsin.core.records.network import Network, Telescope
from tocsin.core.time import tai_from_iso
from tocsin.sensing.detectability import detection_probability
from tocsin.sensing.kinds.telescope_kernels import air_mass, magnitude_pd, night_at, telescope_sees
from tocsin.sensing.sensors import compile_network
from tocsin.sensing.sun import sun_at
from tocsin.world.geodesy import to_ecef

SCOPE = compile_network(Network(telescope=(Telescope(id="T", latitude_deg=20.0, longitude_deg=0.0),))).by_id["T"]
DUSK = tai_from_iso("2026-03-20T19:15:00Z")
MIDNIGHT = tai_from_iso("2026-03-20T00:00:00Z")
NOON = tai_from_iso("2026-03-20T12:00:00Z")


def overhead(height_m: float, elevation_deg: float = 90.0, azimuth_deg: float = 90.0) -> np.ndarray:
    """A place in a direction of the site, height_m away."""
    e, n, u = SCOPE.rot_enu
    el, az = elevation_deg * DEG, azimuth_deg * DEG
    return SCOPE.position + height_m * (math.cos(el) * (math.sin(az) * e + math.cos(az) * n) + math.sin(el) * u)


def pd(place: np.ndarray, tai: int, rcs_dbsm: float = 0.0, noise_db: float = math.nan, state: str = "ok") -> float:
    p = detection_probability(SCOPE, "search", None, state, noise_db, None, tai, place[None, :], np.zeros(1), rcs_dbsm)
    return float(p[0])


def test_it_sees_a_sunlit_object_by_night_and_nothing_else():
    low, far = overhead(800e3), overhead(2e7)
    assert pd(low, DUSK) > 0.99
    assert pd(low, NOON) == 0.0  # by day
    assert pd(low, MIDNIGHT) == 0.0  # in the Earth's shadow
    assert pd(overhead(3.0e7, 60.0), MIDNIGHT) > 0.0  # far beside the shadow
    assert pd(far, DUSK) > 0.5
    assert pd(overhead(800e3, 10.0), DUSK) == 0.0  # under the least elevation
    assert pd(low, DUSK, state="down") == 0.0


def test_small_far_and_low_objects_are_fainter():
    assert pd(overhead(2e7), DUSK, rcs_dbsm=-30.0) < 0.01 < pd(overhead(2e7), DUSK)
    zenith, low = (
        telescope_sees(*overhead(1e6, e), 1.0, SCOPE.position, SCOPE.rot_enu, sun_at(DUSK), 0.1)[0] for e in (90, 20)
    )
    assert low > zenith
    assert air_mass(0.5 * math.pi) == pytest.approx(1.0, abs=1e-3)
    assert air_mass(30 * DEG) == pytest.approx(2.0, abs=0.01)


def test_half_are_seen_at_the_limiting_magnitude():
    assert magnitude_pd(15.0, 15.0) == 0.5
    assert magnitude_pd(13.0, 15.0) > 0.999 and magnitude_pd(17.0, 15.0) < 0.001
    assert magnitude_pd(math.inf, 15.0) == 0.0


def test_noise_costs_magnitudes():
    edge = overhead(3.0e7)
    assert pd(edge, DUSK, -15.0, noise_db=8.0) < pd(edge, DUSK, -15.0)


def test_twilight_ends_at_the_depression_asked_for():
    sun = sun_at(DUSK)
    depression = -math.asin(float(SCOPE.rot_enu[2] @ sun))
    assert night_at(SCOPE.rot_enu, sun, math.sin(depression - 0.01))
    assert not night_at(SCOPE.rot_enu, sun, math.sin(depression + 0.01))


def test_angles_are_those_of_the_site():
    _, r, azimuth, elevation = telescope_sees(
        *overhead(1e6, 40.0, 200.0), 1.0, SCOPE.position, SCOPE.rot_enu, sun_at(DUSK), 0.1
    )
    assert (r, azimuth / DEG, elevation / DEG) == pytest.approx((1e6, 200.0, 40.0))
    assert SCOPE.position == pytest.approx(to_ecef(20 * DEG, 0.0, 0.0))

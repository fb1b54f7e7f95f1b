"""What satellites see shine on its way up through the air burns, though a radar has followed it as a body that may glide."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, START, at, thrown
from tocsin.core.constants import NS
from tocsin.tracking import bank_kernels as kernels
from tocsin.tracking.filter_kernels import BOOST, FREE, LIGHTNESS, LIGHTNESS_SIGMA, MEAS, N


@pytest.mark.parametrize(
    ("elevation_deg", "odds", "burns"), [(60.0, 0.002, True), (-30.0, 0.002, False), (60.0, 1.0, False)]
)
def test_a_plume_on_the_way_up_takes_the_glide_model_for_thrust(elevation_deg, odds, burns):
    x, p = np.zeros((1, 2, N)), np.zeros((1, 2, N, N))
    x[0, :, :6] = thrown(height_m=40e3, speed=1200.0, elevation_deg=elevation_deg)
    x[0, :, 9] = LIGHTNESS
    x[0, BOOST, 6:9] = 15.0 * x[0, FREE, 3:6] / 1200.0
    for i, sigma in enumerate((100.0, 100.0, 100.0, 20.0, 20.0, 20.0, 10.0, 10.0, 10.0, LIGHTNESS_SIGMA)):
        p[0, :, i, i] = sigma**2
    p[0, FREE, 6:9, 6:9] = 0.0
    two, row = np.array([kernels.GLIDING], np.int64), np.full((1, MEAS), np.nan)
    satellite = SENSORS["west"].place(at(5.0))
    ahead = x[0, FREE, :3] + 5.0 * x[0, FREE, 3:6]
    u = (ahead - satellite) / np.linalg.norm(ahead - satellite)
    a = np.array([u[1], -u[0], 0.0]) / np.hypot(u[0], u[1])
    row[0, 0:3], row[0, 3:6], row[0, 6:9], row[0, 9:12], row[0, 14:16] = satellite, u, a, np.cross(u, a), 3e-5
    one, w = np.zeros(1, np.int64), np.array([[0.5, 0.5]])
    carried = (np.zeros((1, N)), np.zeros((1, N, N)), np.full(1, kernels.NEVER))
    kernels.commit(
        x, p, w, np.array([START], np.int64), two, *carried, one, row, np.array([START + 5 * NS], np.int64), one, odds,
        np.empty(1),
    )  # fmt: skip
    assert bool(two[0] == 1) == burns

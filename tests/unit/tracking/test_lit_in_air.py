"""What satellites see shine on its way up through the air burns, though a radar has followed it as a body that may glide."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, START, Scene, at, thrown
from tocsin.core.constants import NS
from tocsin.tracking import bank_kernels as kernels
from tocsin.tracking.filter_kernels import BOOST, FREE, LIGHTNESS, LIGHTNESS_SIGMA, MEAS, N
from tocsin.world.motion.freeflight_kernels import propagate


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


@pytest.mark.parametrize("seen", [0, 1])
def test_what_shines_as_it_falls_is_the_body_that_is_there_though_its_own_plume_went_out_long_ago(seen):
    scene, end = Scene(3), np.empty(6)
    above = thrown(lat_deg=28.0, height_m=80e3, speed=6000.0, elevation_deg=-30.0)
    across = np.cross(above[:3], above[3:6])
    beside = above + np.concatenate([4e3 * across / np.linalg.norm(across), np.zeros(3)])

    def falling(seconds):
        """Return the states of both, which the air slows."""
        out = []
        for state in (above, beside):
            assert propagate(state, seconds, 3000.0, end) == 0
            out.append(end.copy())
        return out

    for k in range(13):
        scene.radar("A", float(k), falling(float(k)))
    bank = scene.tracker.bank
    tracks = [
        min(scene.standing, key=lambda t, y=y: float(np.linalg.norm(scene.state_of(t)[0][:3] - y[:3])))
        for y in falling(12.0)
    ]
    assert tracks[0] is not tracks[1] and all(bank.two[t.slot] == kernels.GLIDING for t in tracks)
    # a stage of which satellites have seen the burn, and what it carried, which nobody has seen shine
    west = bank.sensor_number(SENSORS["west"])
    bank.contacts[tracks[0].slot, west]["hits"] = tracks[0].infrared_hits = 6
    tracks[0].infrared_misses, tracks[0].off_from, tracks[0].last_infrared = 2, at(-900.0), at(-902.0)
    scene.sight("west", 12.5, [falling(12.5)[seen]])
    lit = [t.last_infrared == at(12.5) for t in tracks]
    assert lit == [seen == 0, seen == 1]

"""Predicted impacts hold what they say: coverage of ellipses, share that comes down, times."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import norm, qmc

from tests.unit.prediction.arcs import fallen, inside, spread, state_at
from tocsin.core.constants import NS
from tocsin.prediction.impact import STAGE_BETAS, PoweredHypotheses, footprint, predict_impact
from tocsin.prediction.impact_kernels import burn_on, landings, least_energy_s
from tocsin.prediction.sobol import gaussian_cloud
from tocsin.tracking.filter_kernels import LIGHTNESS
from tocsin.world import geodesy
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef
from tocsin.world.motion.freeflight_kernels import fly_cloud_to_height, fly_to_height, fly_to_height_many

N = 1500
# place, height, speed, climb, azimuth; sigma m and m/s
ARCS = {
    "300 km": ((10.0, 20.0, 40e3, 1600.0, 40.0, 70.0), 200.0, 5.0),
    "1,000 km": ((35.0, 130.0, 70e3, 2900.0, 40.0, 200.0), 300.0, 8.0),
    "3,500 km, antimeridian": ((40.0, 165.0, 150e3, 4900.0, 36.0, 80.0), 500.0, 10.0),
    "lofted": ((39.0, 126.0, 200e3, 7000.0, 84.0, 80.0), 500.0, 10.0),
    "10,000 km over the pole": ((55.0, 90.0, 250e3, 6900.0, 22.0, 5.0), 500.0, 5.0),
    "10,000 km, loosely known": ((55.0, 90.0, 250e3, 6900.0, 22.0, 5.0), 3e3, 60.0),
    "depressed": ((20.0, -30.0, 120e3, 6300.0, 8.0, 300.0), 500.0, 5.0),
    "close to the ground": ((20.0, -30.0, 20e3, 1500.0, -40.0, 120.0), 100.0, 10.0),
}


@pytest.mark.parametrize("name", ARCS)
def test_ellipses_cover_what_they_say(name):
    place, sigma_m, sigma_v = ARCS[name]
    state = state_at(*place)
    covariance = spread(sigma_m, sigma_v, state[3:], 1.5, 0.3)
    impact = predict_impact(7 * NS, state, covariance)
    lat, lon, seconds, down = fallen(state, covariance, N, seed=len(name))
    assert down.mean() == pytest.approx(impact.impacting_probability, abs=0.03)
    for ellipse in impact.ellipses:
        share = inside(impact.lat, impact.lon, ellipse, lat[down], lon[down]).mean()
        slack = 3.0 * math.sqrt(ellipse.probability * (1 - ellipse.probability) / N)
        # the shape is not quite that of a Gaussian, its middle least of all
        slack += 0.05 if ellipse.probability == 0.5 else 0.025
        assert ellipse.probability - slack < share, (ellipse, share)
        if ellipse.probability < 0.95:
            assert share < ellipse.probability + 2 * slack, (ellipse, share)
    z = (seconds[down] - (impact.time - 7 * NS) / NS) / impact.time_sigma_s
    # drag skews the time: its mean comes after its median
    assert -0.45 < np.median(z) < 0.2
    assert (np.abs(z) < 2.0).mean() > 0.9


def shares_held(impact, states, betas):
    """Return the share of falls of states (n, 6) with ballistic coefficients (n,) that each ellipse of an impact holds."""
    landed, status = np.empty((len(states), 7)), np.empty(len(states), np.int64)
    fly_to_height_many(np.ascontiguousarray(states), betas, 0.0, 5400.0, landed, status)
    assert not status.any()
    lat, lon, _ = geodesy.to_geodetic(landed[:, :3])
    return [inside(impact.lat, impact.lon, ellipse, lat, lon).mean() for ellipse in impact.ellipses]


@pytest.mark.parametrize("name", ["1,000 km", "10,000 km over the pole", "depressed"])
def test_an_untold_ballistic_coefficient_lies_evenly_in_its_range(name):
    state, covariance = state_at(*ARCS[name][0]), spread(50.0, 0.3)
    rng = np.random.default_rng(len(name))
    betas = np.exp(rng.uniform(math.log(2000.0), math.log(12_000.0), N))
    states = rng.multivariate_normal(state, covariance, N)
    held = shares_held(predict_impact(0, state, covariance), states, betas)
    # where beta alone counts, four Gaussians have the range's edges a little soft
    assert held[0] == pytest.approx(0.5, abs=0.06)
    assert held[1] == pytest.approx(0.9, abs=0.035)
    assert held[2] == pytest.approx(0.99, abs=0.011)


@pytest.mark.parametrize("spent", [0.02, 0.3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("name", ["1,000 km", "10,000 km over the pole"])
def test_what_may_be_a_spent_stage_falls_as_one_with_that_probability(name, spent):
    state, covariance = state_at(*ARCS[name][0]), spread(50.0, 0.3)
    rng = np.random.default_rng(len(name))
    heads = np.exp(rng.uniform(math.log(2000.0), math.log(12_000.0), N))
    stages = np.exp(rng.uniform(*np.log(STAGE_BETAS), N))
    betas = np.where(np.arange(N) < round(spent * N), stages, heads)
    states = rng.multivariate_normal(state, covariance, N)
    impact = predict_impact(0, state, covariance, spent=spent)
    assert impact.impacting_probability == pytest.approx(1.0)
    held = shares_held(impact, states, betas)
    assert held == pytest.approx([0.5, 0.9, 0.99], abs=0.06)
    plain = predict_impact(0, state, covariance)
    if spent >= 0.3:
        assert shares_held(plain, states, betas)[2] < 1.0 - 0.8 * spent
        assert impact.ellipses[2].semi_major_km > 2.5 * plain.ellipses[2].semi_major_km


def test_what_the_air_has_told_says_more_than_what_an_object_may_be():
    state, covariance = state_at(20.0, -30.0, 40e3, 3000.0, -20.0, 120.0), spread(60.0, 2.0)
    told = {"lightness": 1.0 / 4000.0, "lightness_sigma": 1e-5}
    stage, plain = (predict_impact(0, state, covariance, spent=p, **told) for p in (0.5, 0.0))
    assert stage.ellipses == plain.ellipses


def test_what_the_air_has_told_of_beta_goes_with_the_state():
    # falling and braked, its speed along the way uncertain by 40 m/s: it is light and was fast, or heavy and was slow
    state, sigma = state_at(20.0, -30.0, 40e3, 3000.0, -20.0, 120.0), 4e-5
    along = state[3:6] / np.linalg.norm(state[3:6])
    covariance = spread(60.0, 2.0, along, 20.0)
    cross = np.concatenate([np.zeros(3), 0.9 * sigma * 40.0 * along])
    joint = np.zeros((7, 7))
    joint[:6, :6], joint[6, 6] = covariance, sigma**2
    joint[6, :6] = joint[:6, 6] = cross
    drawn = np.random.default_rng(3).multivariate_normal(np.append(state, LIGHTNESS), joint, N)
    states, betas = drawn[:, :6], 1.0 / drawn[:, 6]
    together = predict_impact(0, state, covariance, lightness_sigma=sigma, lightness_with=cross)
    assert shares_held(together, states, betas) == pytest.approx([0.5, 0.9, 0.99], abs=0.04)
    apart = predict_impact(0, state, covariance, lightness_sigma=sigma)
    assert shares_held(apart, states, betas)[0] > 0.55


def test_a_wide_footprint_is_described_by_a_cloud_and_still_covers():
    state = state_at(0.0, 100.0, 300e3, 6500.0, 35.0, 40.0)
    covariance = spread(20e3, 500.0)
    impact = predict_impact(0, state, covariance)
    assert impact.method == "cloud"
    lat, lon, _, down = fallen(state, covariance, N, seed=3)
    assert impact.impacting_probability == pytest.approx(down.mean(), abs=0.05)
    for ellipse in impact.ellipses:
        assert inside(impact.lat, impact.lon, ellipse, lat[down], lon[down]).mean() == pytest.approx(
            ellipse.probability, abs=0.06
        )


def test_an_orbit_does_not_come_down():
    state = state_at(0.0, 0.0, 400e3, 7670.0 - 465.0, 0.0, 90.0)
    impact = predict_impact(0, state, spread(100.0, 1.0))
    assert impact.impacting_probability == 0.0 and impact.orbital and impact.ground_point() is None
    assert impact.perigee_m > 300e3


def test_an_exact_state_falls_where_the_flight_falls():
    state = state_at(35.0, 130.0, 70e3, 2900.0, 40.0, 200.0)
    impact = predict_impact(0, state, np.zeros((6, 6)), lightness_sigma=0.0)
    out = np.empty(7)
    assert fly_to_height(state, 1.0 / LIGHTNESS, 0.0, 5400.0, out) == 0
    lat, lon, _ = geodesy.to_geodetic(out[:3])
    distance, _, _ = geodesy.inverse(impact.lat, impact.lon, lat, lon)
    assert float(distance) < 0.1
    assert impact.time == pytest.approx(out[6] * NS, abs=1e-5 * NS)


def test_a_singular_covariance_is_no_obstacle():
    state = state_at(35.0, 130.0, 70e3, 2900.0, 40.0, 200.0)
    u = np.array([1.0, 2.0, -1.0, 0.01, 0.02, 0.005]) * 100
    covariance = np.outer(u, u)
    covariance[0, 0] -= 1e-9
    impact = predict_impact(0, state, covariance)
    assert impact.impacting_probability == 1.0
    assert all(math.isfinite(v) for v in impact.covariance)


def test_ellipses_of_one_gaussian_are_chi_square():
    ellipses = footprint(np.array([[1.0, 0.5, 0.5, 4e6, 0.0, 1e6]]))[3]
    assert [e.semi_major_km for e in ellipses] == pytest.approx([2.3548, 4.2919, 6.0697], rel=1e-4)
    assert all(
        e.semi_minor_km == pytest.approx(e.semi_major_km / 2) and e.bearing_deg == pytest.approx(90) for e in ellipses
    )


def test_ellipses_of_a_mixture_hold_their_share():
    parts = np.array(
        [
            [0.5, 0.3, 3.1, 1e10, 3e9, 4e9],
            [0.3, 0.32, -3.12, 4e8, 0.0, 9e8],
            [0.1, 0.25, 3.0, 1e8, 0.0, 1e8],
        ]
    )
    lat, lon, _, ellipses = footprint(parts)
    rng = np.random.default_rng(5)
    n = 40000
    hits = np.zeros(3)
    for w, la, lo, ee, en, nn in parts:
        x = rng.standard_normal((n, 2)) @ np.linalg.cholesky([[ee, en], [en, nn]]).T
        pla, plo, _ = geodesy.direct(la, lo, np.arctan2(x[:, 0], x[:, 1]), np.hypot(x[:, 0], x[:, 1]))
        hits += w / 0.9 * np.array([inside(lat, lon, e, pla, plo).mean() for e in ellipses])
    assert hits == pytest.approx([0.5, 0.9, 0.99], abs=0.012)


def test_sobol_points_are_those_of_scipy():
    theirs = norm.ppf(qmc.Sobol(8, scramble=False, bits=30).random(64) + 0.5 / 64)
    assert gaussian_cloud(64, 8) == pytest.approx(theirs, abs=1e-8)


def test_thrust_that_ends_now_is_free_flight():
    state = state_at(35.0, 130.0, 70e3, 2900.0, 40.0, 200.0)
    covariance = spread(300.0, 8.0)
    free = predict_impact(0, state, covariance, lightness_sigma=0.0)
    over = PoweredHypotheses.simple([1.0], [0.0], [0.0], 20.0, ends_now=0.0)
    burning = predict_impact(0, state, covariance, powered=over)
    distance, _, _ = geodesy.inverse(free.lat, free.lon, burning.lat, burning.lon)
    assert float(distance) < 2e3
    assert burning.ellipses[1].semi_major_km == pytest.approx(free.ellipses[1].semi_major_km, rel=0.25)


def test_a_longer_burn_falls_farther_and_may_stay_up():
    state = state_at(0.0, 0.0, 60e3, 1500.0, 40.0, 90.0)
    covariance = spread(500.0, 20.0)

    def reach(seconds):
        what = PoweredHypotheses.simple([1.0], [seconds], [2.0], 25.0, ends_now=0.0)
        impact = predict_impact(0, state, covariance, powered=what)
        return impact, float(geodesy.inverse(0.0, 0.0, impact.lat, impact.lon)[0]) if len(impact.parts) else math.nan

    distances = [reach(s)[1] for s in (0.0, 20.0, 50.0, 80.0)]
    assert all(b > a + 50e3 for a, b in itertools.pairwise(distances))
    assert reach(220.0)[0].impacting_probability < 0.2


def test_powered_mixture_covers_its_own_hypotheses():
    state = state_at(20.0, 60.0, 60e3, 1500.0, 40.0, 30.0)
    covariance = spread(500.0, 20.0)
    what = PoweredHypotheses.simple([0.5, 0.5], [25.0, 60.0], [5.0, 10.0], 25.0, ends_now=0.1)
    impact = predict_impact(0, state, covariance, powered=what)
    lat, lon = _powered_sample(state, covariance, what, 1500)
    for ellipse in impact.ellipses:
        share = inside(impact.lat, impact.lon, ellipse, lat, lon).mean()
        assert share == pytest.approx(ellipse.probability, abs=0.06)


@pytest.mark.parametrize("range_km", [300.0, 3000.0, 9000.0, 15_000.0])
def test_the_flight_of_least_energy_lasts_as_long_as_scipy_integrates_it(range_km):
    mu, radius = 3.986004418e14, 6.371e6
    angle = range_km * 1e3 / radius
    half = math.sin(angle / 2.0)
    speed, up = math.sqrt(2.0 * half / (1.0 + half) * mu / radius), (math.pi - angle) / 4.0

    def pull(_, y):
        return [y[2], y[3], *(-mu * y[:2] / math.hypot(y[0], y[1]) ** 3)]

    def ground(_, y):
        return math.hypot(y[0], y[1]) - radius

    ground.terminal, ground.direction = True, -1.0
    start = [0.0, radius, speed * math.cos(up), speed * math.sin(up)]
    flown = solve_ivp(pull, (0.0, 9000.0), start, events=ground, rtol=1e-10, atol=1e-3)
    assert math.atan2(flown.y[0, -1], flown.y[1, -1]) == pytest.approx(angle, rel=1e-6)
    assert least_energy_s(angle, radius) == pytest.approx(flown.t[-1], rel=1e-6)


def test_what_still_climbs_upright_falls_as_far_as_its_class_flies():
    # 25 s after lift-off: hardly any speed across, so that the heading is open and its motion says nothing of the range
    state = state_at(20.0, 60.0, 8e3, 450.0, 89.0, 30.0)
    covariance = spread(1500.0, 120.0)
    what = PoweredHypotheses.simple([1.0], [180.0], [40.0], 25.0, ends_now=0.1)
    ranges = np.array([(math.log(9500e3), 0.4), (math.nan, math.nan)])
    known = dataclasses.replace(what, ranges=ranges, unsteered=1.0)
    rng = np.random.default_rng(9)
    shares = []
    for impact in (predict_impact(0, state, covariance, powered=w) for w in (known, what)):
        azimuth, far = rng.uniform(0.0, 2.0 * math.pi, N), 9500e3 * np.exp(0.4 * rng.standard_normal(N))
        far = np.minimum(far, 1.9e7)
        lat, lon, _ = geodesy.direct(np.full(N, math.radians(20.0)), np.full(N, math.radians(60.0)), azimuth, far)
        shares.append(inside(impact.lat, impact.lon, impact.ellipses[1], lat, lon).mean())
    assert shares[0] > 0.85 > 0.5 > shares[1], shares


def flown_down(states, betas, spent, fly=fly_to_height_many):
    """Return (n, 4) as `falls` does, every point flown."""
    out, status, landed = np.empty((len(states), 7)), np.empty(len(states), np.int64), np.empty((len(states), 4))
    fly(states, betas, 0.0, 5400.0, out, status)
    landings(out, status, spent, landed)
    return landed


def _powered_sample(state, covariance, what, n):
    rng = np.random.default_rng(8)
    lat, lon = [], []
    for h, weight in enumerate(what.weights):
        points = rng.standard_normal((round(n * weight), 8))
        states = np.ascontiguousarray(state + points[:, :6] @ np.linalg.cholesky(covariance).T)
        spent = np.empty(len(points))
        burn_on(states, what.burn_s[h], what.burn_sigma_s[h], what.thrust[h], what.thrust_ln_sigma[h], points, spent)
        landed = flown_down(states, np.full(len(points), 3500.0), spent)
        lat.append(landed[landed[:, 3] > 0, 1])
        lon.append(landed[landed[:, 3] > 0, 2])
    return np.concatenate(lat), np.concatenate(lon)


def test_points_of_a_cloud_land_where_single_flights_land():
    # boost phase cut off anywhere: rising through the air fast and shallow, where single flights are flown again
    states = []
    for speed, elevation, height in itertools.product((3000.0, 5000.0, 6500.0), (2.0, 10.0, 40.0), (60e3, 120e3)):
        x, y, z = geodetic_to_ecef(0.7, 0.2, height)
        east, _, up = np.array(enu_axes(0.7, 0.2)[:9]).reshape(3, 3)
        angle = math.radians(elevation)
        states.append([x, y, z, *(speed * (math.cos(angle) * east + math.sin(angle) * up))])
    flown, betas, none = np.array(states), np.full(len(states), 3500.0), np.zeros(len(states))
    single, cloud = flown_down(flown, betas, none), flown_down(flown, betas, none, fly_cloud_to_height)
    assert single[:, 3].all() and cloud[:, 3].all()
    apart = [
        math.dist(geodetic_to_ecef(*a[1:3], 0.0), geodetic_to_ecef(*b[1:3], 0.0))
        for a, b in zip(single, cloud, strict=True)
    ]
    assert max(apart) < 300.0
    assert sorted(apart)[len(apart) // 2] < 1.0

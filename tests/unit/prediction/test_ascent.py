"""The burn of a plume fitted as a whole: state at burnout and launch place, as wrong as they say."""

import msgspec
import numpy as np
import pytest

from tests.unit.prediction.sights import SIGMA, geostationary, looks_at
from tests.vehicles import VEHICLES
from tocsin.core.constants import DEG, NS
from tocsin.prediction import ascent_kernels as k
from tocsin.prediction.ascent import FEWEST, HELD, fit_burnout, priors
from tocsin.world import geodesy
from tocsin.world.motion.boosters import fly
from tocsin.world.motion.freeflight_kernels import propagate

LAT, LON = 35.0 * DEG, 10.0 * DEG
SATELLITES = (geostationary(-15.0 * DEG), geostationary(40.0 * DEG))
REVISIT_S = 2.0
DARK_S = 8.0


def burnt(name, seed, satellites=SATELLITES, revisit_s=REVISIT_S):
    """Return what is told of a burnt-out flight `DARK_S` after, and its true state then."""
    vehicle = VEHICLES[name]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.9), 0.25)
    end = float(flight.times[-1])
    rng = np.random.default_rng(seed)
    times, places, sights = looks_at(flight.times, flight.states, satellites, revisit_s, rng, end - 0.05)
    dark, at = round((end + 0.5 * revisit_s) * NS), round((end + DARK_S) * NS)
    found = fit_burnout(times, places, sights, SIGMA, dark, at)
    truth = np.empty(6)
    propagate(np.ascontiguousarray(flight.states[-1]), DARK_S, vehicle.payload_beta_kg_m2, truth)
    return found, truth


def within(found, ellipse):
    """Return whether the true place is inside an ellipse of a launch."""
    away, bearing, _ = (float(v) for v in geodesy.inverse(found.lat, found.lon, LAT, LON))
    turn = bearing - ellipse.bearing_deg * DEG
    a, b = away * np.cos(turn) / ellipse.semi_major_km / 1e3, away * np.sin(turn) / ellipse.semi_minor_km / 1e3
    return a * a + b * b < 1.0


@pytest.mark.parametrize(
    "name",
    ["short_range", "intermediate_range", "intermediate_range_liquid", "intercontinental"],
)
def test_the_state_at_burnout_is_as_wrong_as_it_says(name):
    squares = []
    for seed in range(8):
        found, truth = burnt(name, seed)
        error = found.state - truth
        squares.append(error @ np.linalg.solve(found.covariance, error) / 6.0)
        assert np.linalg.norm(error[:3]) < 15e3
        assert np.linalg.norm(error[3:]) < 600.0
    # the mean of 8 x 6 squares has a sigma of 0.2; the prior is wider than these vehicles are from its middle
    assert 0.15 < np.mean(squares) < 1.6, squares


def test_a_burn_twice_as_long_as_the_generic_ones_is_found_nearly_always():
    found = [burnt("intercontinental_liquid", seed)[0] for seed in range(8)]
    assert sum(one is not None for one in found) >= 6
    assert all(one.fit < 1.3 for one in found if one is not None)


def test_the_launch_place_is_found_within_a_few_kilometres_and_inside_its_ellipse():
    inside = []
    for seed in range(6):
        found, _ = burnt("intermediate_range", seed)
        assert float(geodesy.inverse(found.lat, found.lon, LAT, LON)[0]) < 8e3
        inside.append(within(found, found.ellipses[2]))
    assert all(inside)


@pytest.mark.parametrize(("kick_s", "kick_deg"), [(8.0, 20.0), (26.0, 40.0), (50.0, 56.0)])
def test_the_launch_place_is_honest_however_long_the_tilt_takes(kick_s, kick_deg):
    # nothing is seen below 9 km: how long the tilt took shows in what comes after, weakly and far from linearly
    generic = VEHICLES["intermediate_range"]
    vehicle = msgspec.structs.replace(generic, kick_s=kick_s, turn_s=generic.vertical_s + kick_s)
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.9, kick=kick_deg * DEG), 0.25)
    end = float(flight.times[-1])
    inside = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        times, places, sights = looks_at(flight.times, flight.states, SATELLITES, 1.0, rng, end - 0.05)
        found = fit_burnout(times, places, sights, SIGMA, round((end + 0.5) * NS), round((end + DARK_S) * NS))
        inside.append(within(found, found.ellipses[2]))
    assert sum(inside) >= 5  # one prior of all tilts held none of the six slow ones


def test_what_one_satellite_saw_is_told_by_the_ascent_near_where_it_led():
    # one satellite sees no depth; near a state that is off by half of what it is held within, the ascent is honest
    squares, kept = [], []
    for seed in range(4):
        vehicle = VEHICLES["intermediate_range"]
        flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.9), 0.25)
        end, after = float(flight.times[-1]), 30.0
        rng = np.random.default_rng(seed)
        times, places, sights = looks_at(flight.times, flight.states, SATELLITES[:1], REVISIT_S, rng, end - 0.05)
        truth = np.empty(6)
        propagate(np.ascontiguousarray(flight.states[-1]), after, vehicle.payload_beta_kg_m2, truth)
        near = truth + 0.5 * np.repeat(HELD, 3) * rng.normal(size=6)
        found = fit_burnout(times, places, sights, SIGMA, round((end + 1.0) * NS), round((end + after) * NS), near=near)
        assert found is not None
        error = found.state - truth
        squares.append(error @ np.linalg.solve(found.covariance, error) / 6.0)
        line = truth[:3] - SATELLITES[0]
        line /= np.linalg.norm(line)
        across = error[:3] - line * (error[:3] @ line)
        kept.append(np.linalg.norm(across))
        assert np.linalg.eigvalsh(found.covariance).min() > 0.0
        # where it rose is known, too, as well as the state that it is held to
        away, _, _ = (float(v) for v in geodesy.inverse(found.lat, found.lon, LAT, LON))
        assert away < 1e3 * found.ellipses[2].semi_major_km
    assert np.mean(squares) < 2.5, squares  # the mean of 4 x 6 squares has a sigma of 0.3
    assert max(kept) < 10e3  # it is where the lines of sight say, not where it is held


def test_of_a_stage_that_burns_all_it_has_there_is_still_a_way_back():
    means, _ = priors()
    p, left, before = means[0].copy(), np.zeros(k.STAGES), np.inf
    p[k.START] = 0.0
    for exhaust in np.log([4000.0, 3000.0, 2000.0, 1500.0, 1000.0]):
        p[k.COMMON + k.LN_EXHAUST] = exhaust
        k.left_of(p, 1, 80.0, left)
        assert left[0] < before
        before = left[0]


def test_looks_in_any_order_tell_the_same():
    vehicle = VEHICLES["short_range"]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.9), 0.25)
    times, places, sights = looks_at(flight.times, flight.states, SATELLITES, 5.0, np.random.default_rng(1), 75.0)
    dark, at = round(82.0 * NS), round(90.0 * NS)
    one = fit_burnout(times, places, sights, SIGMA, dark, at)
    turned = np.argsort(-times)
    other = fit_burnout(times[turned], places[turned], sights[turned], SIGMA, dark, at)
    np.testing.assert_allclose(one.state, other.state, rtol=1e-9)


def test_a_later_dark_look_leaves_the_cut_off_less_sure():
    vehicle = VEHICLES["intercontinental"]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.9), 0.25)
    times, places, sights = looks_at(flight.times, flight.states, SATELLITES, 2.0, np.random.default_rng(2), 170.0)
    last = int(times.max())
    near, far = (fit_burnout(times, places, sights, SIGMA, last + gap * NS, last + 20 * NS) for gap in (1, 10))
    assert np.trace(far.covariance[3:, 3:]) > 4.0 * np.trace(near.covariance[3:, 3:])


def test_few_or_nonsense_looks_tell_nothing():
    found, _ = burnt("short_range", 1)
    assert found is not None
    times = np.arange(FEWEST - 1) * NS
    line = np.tile([-1.0, 0.0, 0.0], (FEWEST - 1, 1))
    assert fit_burnout(times, line * -4.2e7, line, SIGMA, 10 * NS, 20 * NS) is None
    times, places = np.arange(8) * 5 * NS, np.tile(SATELLITES[0], (8, 1))
    # a line that jumps about over thousands of kilometres is no ascent
    wild = -places / np.linalg.norm(places[0]) + np.random.default_rng(3).normal(0.0, 0.05, (8, 3))
    assert fit_burnout(times, places, wild, SIGMA, 50 * NS, 60 * NS) is None


def test_a_stage_that_coasts_before_it_is_lit_gains_nothing_meanwhile():
    means, _ = priors()
    reference, times, places = np.array([LAT, LON]), np.array([40.0]), np.empty((1, 3))
    row = k.COMMON + k.LN_BURN
    p = means[1].copy()
    p[k.START] = 0.0
    burnt = float(np.exp(p[row]))
    speeds = []
    for coast in (1e-3, 5.0):
        state = np.zeros(6)
        p[k.COMMON + k.LN_COAST] = np.log(coast)
        k.fly_ascent(reference, p, 2, times, burnt + 4.0, burnt + 5.0, places, state)
        speeds.append(float(np.linalg.norm(state[3:])))
    push = float(np.exp(p[k.COMMON + k.PER_STAGE + k.LN_PUSH]))
    assert speeds[0] - speeds[1] == pytest.approx(4.0 * push, rel=0.15)


def test_no_stage_is_told_that_hardly_a_look_has_seen_burn():
    found, _ = burnt("medium_range", 2)
    assert found.stages[0] > 0.5  # it has one stage, and its covariance is that of one
    assert np.sqrt(np.trace(found.covariance[3:, 3:])) < 400.0


def test_an_ascent_that_burns_longer_than_its_looks_ends_faster():
    means, _ = priors()
    reference, times, places = np.array([LAT, LON]), np.array([40.0, 50.0, 60.0]), np.empty((3, 3))
    p = means[0].copy()
    p[k.START] = 0.0
    speeds = []
    for cutoff in (60.0, 65.0, 70.0):
        state = np.zeros(6)
        k.fly_ascent(reference, p, 1, times, cutoff, 75.0, places, state)
        speeds.append(float(np.linalg.norm(state[3:])))
    assert speeds[0] + 100.0 < speeds[1] < speeds[2] - 100.0
    heights = geodesy.to_geodetic(places)[2]
    assert (np.diff(heights) > 0.0).all()


def places_found(name, seeds, bias=0.0, told=0.0):
    """Return launches of a class that burnt out, seen by satellites whose pointing is off by a draw of `bias` (rad).

    Rows: errors along and across the ellipse over their sigma, error of the time (s), its sigma; NaN where no ascent fits.
    """
    vehicle = VEHICLES[name]
    flight = fly(vehicle, LAT, LON, 0.0, vehicle.programme(0.9), 0.25)
    end, out = float(flight.times[-1]), []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        times, places, sights = looks_at(flight.times, flight.states, SATELLITES, REVISIT_S, rng, end - 0.05)
        whose = (places[:, 1] > 0.0).astype(np.int64)
        for satellite in range(2):
            mine = whose == satellite
            d = sights[mine]
            a = np.cross(d, [0.0, 0.0, 1.0])
            a /= np.linalg.norm(a, axis=1)[:, None]
            d = d + bias * (rng.standard_normal() * a + rng.standard_normal() * np.cross(d, a))
            sights[mine] = d / np.linalg.norm(d, axis=1)[:, None]
        dark, at = round((end + 0.5 * REVISIT_S) * NS), round((end + DARK_S) * NS)
        found = fit_burnout(times, places, sights, np.hypot(SIGMA, told), dark, at, whose, np.full(2, told))
        if found is None:
            out.append((np.nan,) * 4)
            continue
        away, bearing, _ = (float(v) for v in geodesy.inverse(found.lat, found.lon, LAT, LON))
        ellipse = found.ellipses[1]
        turn, one = bearing - ellipse.bearing_deg * DEG, np.sqrt(-2.0 * np.log(0.1)) / 1e3
        along, across = away * np.cos(turn) / ellipse.semi_major_km, away * np.sin(turn) / ellipse.semi_minor_km
        out.append((along * one, across * one, found.launch_time / NS, found.launch_time_sigma_s))
    return np.array(out)


@pytest.mark.parametrize("bias", [0.0, 3e-5])
def test_the_launch_place_is_as_wrong_as_it_says_whatever_the_pointing_of_the_satellites(bias):
    classes = ("short_range", "intermediate_range_liquid", "medium_range_solid")
    errors = np.concatenate([places_found(name, range(6), bias, bias) for name in classes])
    squares = (errors[:, :2] ** 2).sum(axis=1)
    # of 18 honest ones the mean is 2 with a sigma of 0.5
    assert 0.7 < squares.mean() < 3.5, squares


def test_a_pointing_error_that_is_told_of_is_no_misfit():
    told = places_found("short_range", range(6), 1e-4, 1e-4)
    assert (told[:, :2] ** 2).sum(axis=1).mean() < 4.0
    # as noise of every look it would have to average out
    assert np.isnan(places_found("short_range", range(6), 1e-4, 0.0)).any()


@pytest.mark.parametrize("name", ["intermediate_range_liquid", "medium_range_solid"])
def test_the_launch_time_of_what_hardly_lifts_and_of_what_leaps_up_is_within_three_sigmas(name):
    errors = places_found(name, range(4))
    assert (np.abs(errors[:, 2]) < 3.0 * errors[:, 3]).all(), errors


def test_a_first_stage_lifts_off_whatever_its_parameter():
    p = priors()[0][0].copy()
    for push in (-3.0, 0.0, 2.0):
        p[k.COMMON + k.LN_PUSH] = push
        at_sea_level = k.push_of(p, 0) * (1.0 - p[k.BACK])
        assert at_sea_level == pytest.approx(9.80665 * (1.0 + np.exp(push)))


def test_thrust_that_is_held_out_of_the_plane_turns_the_flight_to_that_side():
    means, _ = priors()
    reference, places = np.array([LAT, LON]), np.empty((1, 3))
    p, speeds = means[0].copy(), []
    p[k.START], p[k.HOLD_S], p[k.HEADING] = 0.0, 40.0, 0.0  # northward: to the right is east
    for yaw in (-0.1, 0.0, 0.1):
        p[k.YAW], state = yaw, np.zeros(6)
        k.fly_ascent(reference, p, 1, np.array([75.0]), 70.0, 75.0, places, state)
        speeds.append(float(state[3:] @ [-np.sin(LON), np.cos(LON), 0.0]))
    assert speeds[0] + 50.0 < speeds[1] < speeds[2] - 50.0

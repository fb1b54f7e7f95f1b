"""Cramer-Rao bounds against cases with a closed form, and a slice of the study."""

import math

import msgspec
import numpy as np
import pytest

from tests.vehicles import VEHICLES
from tocsin.cli.study.reference import _earlier, run_case, strata, table
from tocsin.core.constants import DEG
from tocsin.modelling import bounds
from tocsin.modelling import reference as ref
from tocsin.modelling.bounds import Flown, carried, infrared_bound, posterior, radar_bound, sights_of
from tocsin.world.geodesy import inverse

SIGMA = 30e-6
GEO_M = 42164.2e3


def flown(name="short_range"):
    vehicle = VEHICLES[name]
    return Flown(vehicle, 0.0, 0.0, 0.8, 0.6 * vehicle.kick_deg * DEG, vehicle.burn_s - 4.0)


def test_the_posterior_of_measurements_and_a_prior_is_the_closed_form():
    # one parameter measured n times with sigma s, prior S: 1 / (n / s^2 + 1 / S^2)
    n, s, prior = 7, 2.0, 3.0
    assert math.isclose(posterior(np.full((n, 1), 1.0 / s), np.array([prior]))[0, 0], 1.0 / (n / s**2 + 1.0 / prior**2))


def test_parameters_that_nothing_measures_keep_their_prior():
    found = posterior(np.array([[1.0, 0.0]]), np.array([1e6, 5.0]))
    np.testing.assert_allclose(found, [[1.0 / (1.0 + 1e-12), 0.0], [0.0, 25.0]], rtol=1e-9)


def test_a_launch_place_alone_is_known_as_its_mean_line_of_sight(monkeypatch):
    # all else known: n looks from straight above give sigma * distance / sqrt(n) on each axis
    flight = flown()
    known = np.full(len(bounds.prior_sigmas(flight.vehicle)), 1e-9)
    known[[bounds.EAST, bounds.NORTH]] = 3e6
    monkeypatch.setattr(bounds, "prior_sigmas", lambda vehicle: known)
    times = np.arange(30.0, 70.0, 2.0)
    places = np.tile([GEO_M, 0.0, 0.0], (len(times), 1))
    bound = infrared_bound(flight, times, places, SIGMA, 78.0, 80.0)
    away = np.linalg.norm(sights_of(flight, times)[:, :3] - places, axis=1).mean()
    expected = SIGMA * away / math.sqrt(len(times))
    np.testing.assert_allclose(np.sqrt(np.diag(bound.launch)), expected, rtol=0.02)


def test_when_it_burnt_out_adds_the_variance_of_an_even_moment():
    flight = flown()
    times = np.arange(30.0, flight.cutoff_s - 0.5, 2.0)
    places = np.tile([GEO_M, 0.0, 0.0], (len(times), 1))
    last, at_s = times.max(), 100.0
    near, far = (infrared_bound(flight, times, places, SIGMA, last + gap, at_s).state for gap in (2.0, 10.0))
    push = [sights_of(Flown(flight.vehicle, 0.0, 0.0, flight.azimuth, flight.kick, flight.cutoff_s + d), np.array([at_s]))
            for d in (0.1, -0.1)]  # fmt: skip
    slope = (push[0] - push[1])[0] / 0.2
    np.testing.assert_allclose(
        far - near, (10.0**2 - 2.0**2) / 12.0 * np.outer(slope, slope), rtol=2e-2, atol=1e-2 * abs(far - near).max()
    )


def test_positions_at_even_times_tell_a_speed_as_a_straight_line_does():
    # n positions of sigma s over a time T: var(v) = 12 s^2 (n - 1) / (T^2 n (n + 1)); a minute of an arc is nearly straight
    flight = flown("intercontinental")
    state = sights_of(flight, np.array([flight.cutoff_s + 100.0]))[0]
    times, range_sigma = np.linspace(0.0, 30.0, 31), 30.0
    place = state[:3] - 1.5e6 * state[3:] / np.linalg.norm(state[3:])
    # across the line little is left open: gravity and the turning of the Earth differ there, and bend the line
    vague = np.diag([100.0] * 3 + [10.0] * 3) ** 2
    found = radar_bound(state, vague, times, place, (range_sigma, 1.0), flight.vehicle.payload_beta_kg_m2).state
    along = state[3:] / np.linalg.norm(state[3:])
    n, whole = len(times), times[-1]
    expected = math.sqrt(12.0 * range_sigma**2 * (n - 1) / (whole**2 * n * (n + 1)))
    assert math.isclose(math.sqrt(along @ found[3:, 3:] @ along), expected, rel_tol=0.1)


def test_more_looks_and_more_satellites_never_know_less():
    drawn = ref.draw(VEHICLES["intermediate_range"], 3)
    flight = drawn.flight
    places = GEO_M * np.array([[math.cos(x * DEG), math.sin(x * DEG), 0.0] for x in drawn.longitudes_deg])
    times = np.arange(45.0, flight.cutoff_s - 1.0, 10.0)
    one = infrared_bound(flight, times, np.tile(places[0], (len(times), 1)), SIGMA, flight.cutoff_s + 1.0, 200.0)
    both = infrared_bound(
        flight, np.repeat(times, 2), np.tile(places, (len(times), 1)), SIGMA, flight.cutoff_s + 1.0, 200.0
    )
    for name in ("launch", "state", "impact"):
        assert np.linalg.eigvalsh(getattr(one, name) - getattr(both, name)).min() > -1e-6 * np.trace(getattr(one, name))


def test_a_covariance_carried_there_and_back_is_the_same():
    flight = flown("intercontinental")
    state = sights_of(flight, np.array([flight.cutoff_s + 60.0]))[0]
    covariance = np.diag([1e3, 2e3, 3e3, 10.0, 20.0, 30.0]) ** 2
    there, wide = carried(state, covariance, 300.0, 5000.0)
    back, same = carried(there, wide, -300.0, 5000.0)
    np.testing.assert_allclose(back, state, rtol=1e-6)
    np.testing.assert_allclose(same, covariance, rtol=1e-3, atol=1e-3 * covariance.max())


def test_of_looks_without_error_the_efficient_estimator_errs_by_the_cut_off_and_the_payload_alone():
    flight = flown()
    times = np.arange(30.0, flight.cutoff_s - 0.5, 2.0)
    places = np.tile([GEO_M, 0.0, 0.0], (len(times), 1))
    sights = sights_of(flight, times)[:, :3] - places
    sights /= np.linalg.norm(sights, axis=1)[:, None]
    last = float(times.max())
    bound = infrared_bound(flight, times, places, SIGMA, 2.0 * flight.cutoff_s - last, 100.0, sights)
    launch, state, _ = bound.by_chance
    assert np.abs(launch).max() < 1.0
    assert np.abs(state).max() < 1.0  # it went dark in the middle between the two looks
    noisy = sights + SIGMA * np.random.default_rng(1).normal(size=sights.shape)
    wrong = infrared_bound(flight, times, places, SIGMA, 2.0 * flight.cutoff_s - last, 100.0, noisy).by_chance[1]
    assert 0.0 < wrong @ np.linalg.solve(bound.state, wrong) < 25.0  # chi-square of 6 degrees of freedom: 99.97 %


def test_not_knowing_the_payload_costs_the_variance_of_its_falls():
    flight = flown("intercontinental")
    state = sights_of(flight, np.array([flight.cutoff_s + 60.0]))[0]
    place = state[:3] - 1.0e6 * state[3:] / np.linalg.norm(state[3:])
    times, sharp = np.linspace(0.0, 30.0, 31), np.diag([1e-3] * 3 + [1e-6] * 3) ** 2
    variances = [
        np.trace(radar_bound(state, sharp, times, place, (1e-3, 1e-9), beta).impact)
        for beta in (2500.0, 5000.0, 10000.0)
    ]
    # the state is known: what is left is the payload, whichever it is
    np.testing.assert_allclose(variances, variances[0], rtol=1e-3)
    betas = np.exp(np.random.default_rng(2).uniform(np.log(2000.0), np.log(12000.0), 400))
    falls = np.array([bounds.fall_of(state, float(beta)) for beta in betas])
    away = [float(inverse(*falls.mean(axis=0), *fall)[0]) for fall in falls]
    assert np.mean(np.square(away)) == pytest.approx(variances[0], rel=0.15)


@pytest.mark.parametrize("satellites", [1, 2])
def test_a_slice_of_the_study(satellites):
    lines = [run_case("intermediate_range", seed, satellites, 10.0) for seed in (1, 2)]
    for line in lines:
        assert line["tracks"] == 1
        assert line["burnout"]["place"]["bound"] > 0.0
        assert line["sharp"]["tracks"] == 1
        # a minute of a radar of 30 m and 0.03 degrees: a fall known to a few kilometres of 2,000 or more
        assert line["sharp"]["impact"]["error"] < 20e3
        assert line["sharp"]["impact"]["error"] < 5.0 * line["sharp"]["impact"]["bound"]
    if satellites == 2:
        assert all(k["burnout"]["speed"]["error"] < 4.0 * k["burnout"]["speed"]["bound"] for k in lines)
    found = list(strata(lines))
    assert found[-1]["flights"] == 2
    assert len(list(table(found))) > 20


def test_a_state_whose_middle_lies_below_ground_is_no_figure_and_is_read_again_as_none(tmp_path):
    figures = {"error": 30.0, "said": 30.0, "bound": 20.0, "chance": 15.0}
    line = {
        "study": "reference", "kernels": "k", "class": "intercontinental", "seed": 1, "satellites": 1, "revisit_s": 10.0,
        "range_km": 9000.0, "nis": [1.0], "nees": [1.0], "burnout": {"place": figures, "launch": None},
    }  # fmt: skip
    below = {**line, "seed": 2, "burnout": {"place": dict.fromkeys(figures, math.nan), "launch": None}}
    file = tmp_path / "flights.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in (line, below)))
    lines = [one for _, one in _earlier(file, {"study": "reference", "kernels": "k"})]
    found = list(strata(lines))[-1]
    assert found["flights"] == 2
    assert found["burnout place"]["number"] == 1
    assert found["burnout place"]["ratio"] == pytest.approx(1.5)
    assert "burnout launch" not in found
    assert len(list(table([found]))) > 0

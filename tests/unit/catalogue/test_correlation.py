import itertools

import numpy as np
import pytest
from scipy.stats import chi2

from tests.unit.catalogue.conftest import START, add_site
from tocsin.catalogue.assignment import assign
from tocsin.catalogue.catalogue import GATE_3, GATE_4, Catalogue
from tocsin.core.constants import DEG, EARTH_RATE_RAD_S, NS

SIGMA = np.array([30.0, 0.1 * DEG, 0.1 * DEG, 5.0])
TAI = START + 2000 * NS


def _look(catalogue, site, objects, tai=TAI):
    """Return places (n, 3) and range rates of objects as a perfect radar would measure them."""
    states = catalogue.states(objects, tai)
    d = states[:, :3] - catalogue._sites[site].place
    return states, (d * states[:, 3:]).sum(axis=1) / np.linalg.norm(d, axis=1)


def _correlate(catalogue, site, places, rates, tai=TAI, sigma=SIGMA):
    n = len(places)
    return catalogue.correlate(site, np.full(n, tai), places, np.tile(sigma, (n, 1)), rates)


def _inertial_axes(state):
    """Return along, radial and cross unit vectors (3, 3) of Earth-fixed states' inertial motion."""
    v = state[3:] + np.cross([0, 0, EARTH_RATE_RAD_S], state[:3])
    along = v / np.linalg.norm(v)
    radial = state[:3] / np.linalg.norm(state[:3])
    cross = np.cross(radial, along)
    return along, radial, cross / np.linalg.norm(cross)


def test_gates_are_chi_square_at_one_in_ten_thousand():
    assert pytest.approx(chi2.isf(1e-4, 3), abs=1e-8) == GATE_3
    assert pytest.approx(chi2.isf(1e-4, 4), abs=1e-8) == GATE_4


def test_known_objects_are_recognised(catalogue, site):
    view = catalogue.in_view(site, TAI)
    states, rates = _look(catalogue, site, view)
    found = _correlate(catalogue, site, states[:, :3], rates)
    assert len(view) > 20
    np.testing.assert_array_equal(found.objects, view)
    assert found.distance2.max() < 0.1


def test_an_object_that_is_not_there_is_not_recognised(catalogue, site):
    view = catalogue.in_view(site, TAI)
    states, rates = _look(catalogue, site, view)
    nearest = np.array([np.sort(np.linalg.norm(states[:, :3] - s[:3], axis=1))[1] for s in states])
    alone = np.flatnonzero(nearest > 200e3)
    axes = [_inertial_axes(states[i]) for i in alone]
    found = _correlate(catalogue, site, states[alone, :3] + [60e3 * a[2] for a in axes], rates[alone])
    assert (found.objects == -1).all()
    assert np.isnan(found.distance2).all()


def test_a_wrong_range_rate_is_another_object(catalogue, site):
    view = catalogue.in_view(site, TAI)
    states, rates = _look(catalogue, site, view)
    assert (_correlate(catalogue, site, states[:, :3], rates + 500.0).objects == -1).all()
    unmeasured = np.full(len(view), np.nan)
    np.testing.assert_array_equal(_correlate(catalogue, site, states[:, :3], unmeasured).objects, view)


def test_late_along_the_track_is_the_same_object_and_beside_it_is_not(catalogue, site):
    view = catalogue.in_view(site, TAI)[:40]
    states, _ = _look(catalogue, site, view)
    late = [3e3 * _inertial_axes(s)[0] for s in states]
    beside = [3e3 * _inertial_axes(s)[2] for s in states]
    sharp = np.array([30.0, 1e-5, 1e-5, np.nan])
    nothing = np.full(len(view), np.nan)
    np.testing.assert_array_equal(_correlate(catalogue, site, states[:, :3] + late, nothing, sigma=sharp).objects, view)
    sigma = catalogue.sigma(view, TAI)
    tight = sigma[:, 2] * 5.0 < 2.5e3
    found = _correlate(catalogue, site, states[:, :3] + beside, nothing, sigma=sharp).objects
    assert tight.sum() > 10
    assert (found[tight] != view[tight]).all()


def test_distances_follow_chi_square_when_errors_are_as_stated(catalogue, site):
    rng = np.random.default_rng(5)
    squares = []
    for minute in range(0, 40, 2):
        tai = START + minute * 60 * NS
        view = catalogue.in_view(site, tai)
        sigma = catalogue.sigma(view, tai)
        for i, (along, radial, cross) in zip(view, sigma * rng.normal(size=sigma.shape), strict=True):
            state = catalogue.states(np.array([i]), tai)[0]
            speed = np.linalg.norm(state[3:] + np.cross([0, 0, EARTH_RATE_RAD_S], state[:3]))
            timing = along / speed
            truth = catalogue.states(np.array([i]), tai + round(timing * NS))[0]
            c, s = np.cos(EARTH_RATE_RAD_S * timing), np.sin(EARTH_RATE_RAD_S * timing)
            turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
            place, velocity = turn @ truth[:3], turn @ truth[3:]
            axes = _inertial_axes(np.concatenate([place, velocity]))
            place = place + radial * axes[1] + cross * axes[2]
            d = place - catalogue._sites[site].place
            r = np.linalg.norm(d)
            u = d / r
            tangent = rng.normal(size=3) * SIGMA[1] * r
            measured = place + (tangent - (tangent @ u) * u) + u * rng.normal() * SIGMA[0]
            rate = u @ velocity + rng.normal() * SIGMA[3]
            found = _correlate(catalogue, site, measured[None], np.array([rate]), tai)
            if found.objects[0] == i:
                squares.append(found.distance2[0])
    assert len(squares) > 500
    # chi-square with 4 degrees of freedom, 4 sigma of its mean; the stated errors of velocity are not drawn here
    assert 3.4 < np.mean(squares) < 4.0 + 4.0 * np.sqrt(8.0 / len(squares))


def test_detections_at_different_times_of_one_look_are_each_predicted_at_their_own(catalogue, site):
    view = catalogue.in_view(site, TAI)[:30]
    times = TAI + np.linspace(-55, 55, len(view)).astype(np.int64) * NS  # across the edge of an interval
    states = np.array([catalogue.states(np.array([i]), int(t))[0] for i, t in zip(view, times, strict=True)])
    d = states[:, :3] - catalogue._sites[site].place
    rates = (d * states[:, 3:]).sum(axis=1) / np.linalg.norm(d, axis=1)
    found = catalogue.correlate(site, times, states[:, :3], np.tile(SIGMA, (len(view), 1)), rates)
    np.testing.assert_array_equal(found.objects, view)


def test_an_object_takes_one_detection(catalogue, site):
    i = catalogue.in_view(site, TAI)[:1]
    state, rate = _look(catalogue, site, i)
    place = np.repeat(state[:, :3], 3, axis=0) + np.array([[0.0], [400.0], [40.0]])
    found = _correlate(catalogue, site, place, np.repeat(rate, 3))
    assert (found.objects == i[0]).sum() == 1
    assert found.objects[0] == i[0]


def test_rows_that_cannot_be_compared_fit_nothing(catalogue, site):
    view = catalogue.in_view(site, TAI)[:4]
    states, rates = _look(catalogue, site, view)
    places = states[:, :3].copy()
    places[0, 1] = np.nan
    sigma = np.tile(SIGMA, (4, 1))
    sigma[1, 2] = np.nan
    sigma[2, 3] = np.nan
    found = catalogue.correlate(site, np.full(4, TAI), places, sigma, rates)
    assert found.objects.tolist() == [-1, -1, view[2], view[3]]


def test_nothing_known_and_nothing_seen(catalogue, site):
    empty = Catalogue()
    where = add_site(empty)
    found = _correlate(empty, where, np.ones((2, 3)) * 7e6, np.zeros(2))
    assert found.objects.tolist() == [-1, -1]
    assert len(_correlate(catalogue, site, np.zeros((0, 3)), np.zeros(0)).objects) == 0


def test_no_object_in_view_is_left_out_of_the_candidates(catalogue):
    rng = np.random.default_rng(3)
    everything = np.arange(len(catalogue))
    for latitude, longitude, reach in ((78.0, 15.0, 3_000e3), (-30.0, 140.0, 5_000e3), (5.0, -50.0, 40_000e3)):
        site = add_site(catalogue, latitude, longitude, reach)
        where = catalogue._sites[site]
        for tai in START + rng.integers(0, 7200 * NS, 25):
            states = catalogue.states(everything, int(tai))
            d = states[:, :3] - where.place
            r = np.linalg.norm(d, axis=1)
            seen = np.flatnonzero((r <= reach) & (d @ where.rot[2] >= np.sin(3 * DEG) * r))
            np.testing.assert_array_equal(catalogue.in_view(site, int(tai)), seen)


def test_least_total_distance_is_found():
    rng = np.random.default_rng(9)
    for _ in range(60):
        n, m = rng.integers(1, 6, 2)
        d2 = rng.uniform(0.0, 30.0, (n, m))
        rows, objects = np.nonzero(d2 < GATE_4)
        pairs = d2[rows, objects]
        gates = np.full(n, GATE_4)
        chosen = assign(rows, objects, pairs, gates, np.full(m, -1))
        taken = chosen[chosen >= 0]
        assert len(set(objects[taken])) == len(taken)
        total = pairs[taken].sum() + GATE_4 * (n - len(taken))
        cost = np.hstack([np.where(d2 < GATE_4, d2, 1e9), np.full((n, n), GATE_4)])
        best = min(sum(cost[i, c] for i, c in enumerate(p)) for p in itertools.permutations(range(m + n), int(n)))
        assert total == pytest.approx(best)


def test_a_flood_is_assigned_nearest_first():
    n = 600
    rows, objects = np.nonzero(np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= 1)
    d2 = np.where(rows == objects, 1.0, 5.0)
    chosen = assign(rows, objects, d2, np.full(n, GATE_4), np.full(n, -1))
    np.testing.assert_array_equal(objects[chosen], np.arange(n))

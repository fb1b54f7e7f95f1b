"""Rows of a look as measurement rows: directions, axes, sigmas, refraction, and where a first line of sight starts."""

import math

import numpy as np
import pytest

from tests.unit.tracking.test_update_kernels import ROT, SITE
from tocsin.core.constants import DEG
from tocsin.core.records import inputs
from tocsin.core.records.inputs import AZIMUTH, COLUMNS, ELEVATION, LOS_X, RANGE, SIGMA_LOS, SIGMA_RANGE
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.sensing.kinds.refraction_kernels import refraction_apply
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking.filter_kernels import MEAS
from tocsin.tracking.measurement_kernels import free_of_air, radar_rows, sight_rows, sight_start
from tocsin.world.geodesy_kernels import ecef_to_geodetic, geodetic_to_ecef

SIGMAS = np.array([30.0, 1e-3, 2e-3, 5.0, 40.0, 3e-4, 4e-4])
GEO = np.array([4.2164e7 * math.cos(-0.5), 4.2164e7 * math.sin(-0.5), 0.0])


def values(n=1, **columns):
    out = np.full((n, COLUMNS), np.nan)
    for name, value in columns.items():
        out[:, getattr(inputs, name)] = value
    return out


def radar(look_values, left=None):
    out = np.empty((len(look_values), MEAS))
    left = np.zeros((len(look_values), 2)) if left is None else left
    radar_rows(look_values, SITE, ROT, SIGMAS, left, out)
    return out


def test_a_radar_row_points_to_where_the_sensor_model_measured():
    rng = np.random.default_rng(1)
    for _ in range(50):
        target = SITE + 1e6 * (ROT.T @ rng.normal(size=3))
        r, az, el, rate = measure(*target, 100.0, -200.0, 300.0, SITE, ROT)
        m = radar(values(RANGE=r, AZIMUTH=az, ELEVATION=el, RANGE_RATE=rate))[0]
        assert m[0:3] + m[fk.M_RANGE] * m[3:6] == pytest.approx(target, abs=1e-6)
        axes = m[3:12].reshape(3, 3)
        assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-14)
        # along the first axis azimuth grows, along the second elevation
        _, more, same, _ = measure(*(target + 100.0 * m[6:9]), 0.0, 0.0, 0.0, SITE, ROT)
        assert (more - az) * r * math.cos(el) == pytest.approx(100.0, rel=1e-3)
        # a step along the horizontal axis leaves the elevation but for the curvature of its circle
        assert (same - el) * r == pytest.approx(0.0, abs=1.0)
        _, _, higher, _ = measure(*(target + 100.0 * m[9:12]), 0.0, 0.0, 0.0, SITE, ROT)
        assert (higher - el) * r == pytest.approx(100.0, rel=1e-3)
        assert m[fk.M_RATE] == rate


def test_sigmas_are_the_rows_own_else_the_networks():
    m = radar(values(RANGE=1e6, AZIMUTH=1.0, ELEVATION=0.5, RANGE_RATE=0.0))[0]
    own = radar(
        values(
            RANGE=1e6, AZIMUTH=1.0, ELEVATION=0.5, RANGE_RATE=0.0, SIGMA_RANGE=7.0, SIGMA_AZIMUTH=1e-5,
            SIGMA_ELEVATION=2e-5, SIGMA_RANGE_RATE=0.1,
        ),
        np.array([[3.0, 1e-5]]),
    )[0]  # fmt: skip
    # what every look has in common, bias and what is left of the air, adds to the noise in square
    for row, (sr, sa, sb, sv), (lr, lb) in ((m, SIGMAS[:4], (0, 0)), (own, (7.0, 1e-5, 2e-5, 0.1), (3.0, 1e-5))):
        assert row[fk.M_SIGMA_RANGE] == pytest.approx(math.hypot(sr, SIGMAS[4], lr))
        assert row[fk.M_SIGMA_A] == pytest.approx(math.hypot(sa, SIGMAS[5]))
        assert row[fk.M_SIGMA_B] == pytest.approx(math.hypot(sb, SIGMAS[6], lb))
        assert row[fk.M_SIGMA_RATE] == pytest.approx(sv)


@pytest.mark.parametrize("missing", [AZIMUTH, ELEVATION])
def test_half_a_direction_is_no_direction_but_the_range_stays(missing):
    v = values(RANGE=1e6, AZIMUTH=1.0, ELEVATION=0.5)
    v[0, missing] = np.nan
    m = radar(v)[0]
    assert np.isnan(m[3:12]).all() and np.isnan(m[[fk.M_SIGMA_A, fk.M_SIGMA_B]]).all()
    assert m[fk.M_RANGE] == 1e6 and np.isfinite(m[fk.M_SIGMA_RANGE])


def test_what_was_not_measured_stays_unmeasured():
    m = radar(values(AZIMUTH=1.0, ELEVATION=0.5))[0]
    assert np.isnan(m[fk.M_RANGE]) and np.isnan(m[fk.M_RATE]) and np.isfinite(m[fk.M_SIGMA_A])


@pytest.mark.parametrize("direction", [(1, 0, 0), (0, 0, 1), (0, 0, -1), (0.05, 0.02, 0.998), (-0.6, 0.64, 0.48)])
def test_a_sight_row_has_two_axes_square_to_the_line_even_at_the_poles(direction):
    u = np.array(direction, float) / np.linalg.norm(direction)
    v = values(2)
    v[:, LOS_X : LOS_X + 3] = u
    v[1, [RANGE, SIGMA_RANGE, SIGMA_LOS]] = 1e6, 50.0, 1e-4
    out = np.empty((2, MEAS))
    places = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    sight_rows(v, places, 3e-5, 4e-5, out)
    for k in range(2):
        axes = out[k, 3:12].reshape(3, 3)
        assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-14)
        assert out[k, 0:3] == pytest.approx(places[k]) and out[k, 3:6] == pytest.approx(u)
    assert out[0, [fk.M_SIGMA_A, fk.M_SIGMA_B]] == pytest.approx([5e-5] * 2) and np.isnan(out[0, fk.M_RANGE])
    assert out[1, fk.M_SIGMA_A] == pytest.approx(math.hypot(1e-4, 4e-5))
    assert out[1, [fk.M_RANGE, fk.M_SIGMA_RANGE]] == pytest.approx([1e6, 50.0])
    assert np.isnan(out[:, fk.M_RATE]).all()


def test_refraction_is_taken_off_in_place_and_what_it_leaves_is_told():
    true_r, true_el = 2.0e6, 6.0 * DEG
    seen_r, seen_el = refraction_apply(true_r, true_el, 100.0)
    v = values(3, RANGE=seen_r, ELEVATION=seen_el, AZIMUTH=1.0)
    v[1, RANGE], v[2, ELEVATION] = np.nan, np.nan
    left = np.full((3, 2), -1.0)
    free_of_air(v, 100.0, 0.0, 0.0, left)
    assert abs(seen_el - true_el) > 1e-4 and seen_r - true_r > 5.0
    # the correction undoes the air to a hundredth of what it is
    assert v[0, ELEVATION] == pytest.approx(true_el, abs=1e-6) and v[0, RANGE] == pytest.approx(true_r, abs=0.5)
    assert (left[0] > 0.0).all() and left[0, 1] < abs(seen_el - true_el)
    # without a range the correction is that of a usual distance, and says how much that leaves
    assert np.isnan(v[1, RANGE]) and abs(v[1, ELEVATION] - true_el) < 3.0 * left[1, 1] < 1e-3
    assert v[2, RANGE] == seen_r and np.array_equal(left[2], [0.0, 0.0])


# ---- the start of a line of sight --------------------------------------------------------------------------------


def sight_to(target):
    row = np.full(MEAS, np.nan)
    d = np.asarray(target) - GEO
    row[0:3], row[3:6] = GEO, d / np.linalg.norm(d)
    return row


@pytest.mark.parametrize(("lat", "lon"), [(0.0, -0.5), (0.6, -0.2), (-0.9, -0.9)])
def test_a_plume_is_first_put_at_its_prior_height_on_the_line(lat, lon):
    target = np.array(geodetic_to_ecef(lat, lon, 20e3))
    place = np.empty(3)
    along = sight_start(sight_to(target), 20e3, 15e3, place)
    # 20 km above an ellipsoid scaled to a sphere: within some tens of metres of the height above the ellipsoid
    assert ecef_to_geodetic(*place)[2] == pytest.approx(20e3, abs=100.0)
    line = (place - GEO) / np.linalg.norm(place - GEO)
    assert line == pytest.approx(sight_to(target)[3:6], abs=1e-12)
    sine = abs(line @ place) / np.linalg.norm(place)
    assert along == pytest.approx(15e3 / sine, rel=1e-9)
    assert np.linalg.norm(place - target) < 0.01 * along


def test_a_grazing_line_is_bounded_by_the_chord_through_the_layer():
    limb = np.array([0.0, 0.0, 6356752.0 + 19.9e3])
    place = np.empty(3)
    assert sight_start(sight_to(limb), 20e3, 15e3, place) <= math.sqrt(2 * (6378137.0 + 20e3) * 15e3)


def test_a_line_above_the_limb_starts_at_its_lowest_point():
    up = np.array([0.0, 0.0, 6356752.0 + 300e3])
    row, place = sight_to(up), np.empty(3)
    along = sight_start(row, 20e3, 15e3, place)
    heights = []
    for shift in (-1e4, 0.0, 1e4):
        heights.append(ecef_to_geodetic(*(place + shift * row[3:6]))[2])
    # lowest on the scaled sphere; on the ellipsoid the lowest point is within a few km along the line
    assert heights[1] < heights[0] + 100.0 and heights[1] < heights[2] + 100.0
    assert along > math.sqrt(2 * 6.4e6 * 15e3)


def test_a_line_that_misses_all_air_or_looks_away_starts_nothing():
    place = np.empty(3)
    assert sight_start(sight_to([0.0, 0.0, 9e6]), 20e3, 15e3, place) == -1.0
    away = sight_to([0.0, 0.0, 0.0])
    away[3:6] *= -1.0
    assert sight_start(away, 20e3, 15e3, place) == -1.0

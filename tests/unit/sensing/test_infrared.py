import math

import numpy as np
import pytest

from tocsin.sensing.kinds.infrared_kernels import (
    line_of_sight,
    los_batch,
    los_residual,
    perturb_los,
    ray_to_height,
    rays_closest,
    transverse_axes,
)
from tocsin.sensing.visibility_kernels import (
    GROUND_M,
    infrared_sees,
    infrared_sees_batch,
    line_clear,
    ray_clear,
)
from tocsin.world.geodesy_kernels import ecef_to_geodetic, geodetic_to_ecef

RAD = math.radians
GEO = np.array([42164e3, 0.0, 0.0])
AWAY = np.array([0.0, 0.0, 1.0])  # the Sun out of the way


def unit(v):
    return np.asarray(v) / np.linalg.norm(v)


def at(lat_deg, lon_deg, h):
    return geodetic_to_ecef(RAD(lat_deg), RAD(lon_deg), float(h))


def test_axes_are_a_right_handed_triad_everywhere():
    rng = np.random.default_rng(1)
    for u in [*rng.normal(size=(100, 3)), (0, 0, 1.0), (0, 0, -1.0), (1.0, 0, 0), (0, 1.0, -0.0)]:
        u = unit(u)
        ax = np.array(transverse_axes(*u)).reshape(2, 3)
        m = np.vstack([ax, u])
        assert m @ m.T == pytest.approx(np.eye(3), abs=1e-12)
        assert np.linalg.det(m) == pytest.approx(1.0)


def test_residual_is_what_the_noise_was():
    target = np.array(at(30, 20, 50e3))
    u = line_of_sight(*target, *GEO)
    out = np.empty((2, 6))
    m = perturb_los(*u, 3e-5, -2e-5)
    a, b = los_residual(*target, GEO, *m, out)
    assert math.hypot(a, b) == pytest.approx(math.hypot(3e-5, 2e-5), rel=1e-6)
    axes = np.array(transverse_axes(*m)).reshape(2, 3)
    assert (a, b) == pytest.approx(tuple(axes @ (np.array(m) - u)), abs=1e-13)


def test_jacobian_is_the_derivative_of_the_prediction():
    target = np.array(at(-10, 30, 80e3))
    m = perturb_los(*line_of_sight(*target, *GEO), 2e-3, 1e-3)
    out, scrap = np.empty((2, 6)), np.empty((2, 6))
    los_residual(*target, GEO, *m, out)
    for j in range(3):
        step = np.zeros(3)
        step[j] = 100.0
        hi = np.array(los_residual(*(target + step), GEO, *m, scrap))
        lo = np.array(los_residual(*(target - step), GEO, *m, scrap))
        # the residual is measured minus predicted
        assert -(hi - lo) / 200.0 == pytest.approx(out[:, j], rel=1e-6, abs=1e-15)
    assert (out[:, 3:] == 0).all()


def test_a_target_behind_is_far_out_of_any_gate():
    assert los_residual(*at(0, 0, 1e4), GEO, 1.0, 0.0, 0.0, np.empty((2, 6))) == (2.0, 2.0)


def test_ray_meets_the_height_it_was_asked_for():
    rng = np.random.default_rng(2)
    for _ in range(100):
        lat, lon, h = rng.uniform(-60, 60), rng.uniform(-55, 55), rng.uniform(0, 150e3)
        target = at(lat, lon, h)
        ok, x, y, z = ray_to_height(*GEO, *line_of_sight(*target, *GEO), h)
        assert ok
        # 0.6 m of shell at 100 km, stretched by the slant of the ray
        assert math.dist((x, y, z), target) < 5.0
        assert ecef_to_geodetic(x, y, z)[2] == pytest.approx(h, abs=1.0)


def test_ray_past_the_earth_or_away_from_it_meets_nothing():
    assert not ray_to_height(*GEO, 0.0, 1.0, 0.0, 0.0)[0]
    assert not ray_to_height(*GEO, 1.0, 0.0, 0.0, 0.0)[0]
    assert not ray_to_height(*GEO, *unit([-1.0, 0.3, 0.0]), 0.0)[0]
    assert not ray_to_height(*GEO, math.nan, 0.3, 0.0, 0.0)[0]


def test_ray_from_inside_the_shell_leaves_it_ahead():
    ok, x, _y, _z = ray_to_height(6478e3, 0.0, 0.0, 1.0, 0.0, 0.0, 200e3)
    assert ok
    assert x == pytest.approx(6378137.0 + 200e3)


def test_two_rays_meet_at_the_target():
    other = np.array([0.0, 42164e3, 1e6])
    target = at(35, 40, 60e3)
    u, v = line_of_sight(*target, *GEO), line_of_sight(*target, *other)
    ok, x, y, z, miss, r1, r2 = rays_closest(GEO, *u, other, *v)
    assert ok
    assert math.dist((x, y, z), target) < 1e-3
    assert miss < 1e-3
    assert r1 == pytest.approx(math.dist(GEO, target))
    assert r2 == pytest.approx(math.dist(other, target))


def test_skew_rays_share_the_miss_by_their_ranges():
    near, far = np.array([0.0, 0.0, 1e6]), np.array([3e6, 3.0, 0.0])
    ok, x, y, z, miss, _r1, _r2 = rays_closest(near, 0.0, 0.0, -1.0, far, -1.0, 0.0, 0.0)
    assert ok
    assert miss == pytest.approx(3.0)
    assert (x, y, z) == pytest.approx((0.0, 0.3, 0.0))


def test_parallel_and_diverging_rays_do_not_meet():
    assert not rays_closest(GEO, -1.0, 0.0, 0.0, GEO + 1e6, -1.0, 0.0, 0.0)[0]
    assert not rays_closest(np.zeros(3), 1.0, 0.0, 0.0, np.array([0.0, 1e6, 0.0]), *unit([1.0, 1.0, 0.0]))[0]


def test_batch_of_lines_of_sight_equals_single_ones():
    targets = np.array([at(1, 2, 3e4), at(40, -30, 1e5)])
    for t, u in zip(targets, los_batch(targets, GEO), strict=True):
        assert tuple(u) == line_of_sight(*t, *GEO)


def sees(target, half_deg=10.0, sun=AWAY, exclusion_deg=10.0, cloud=8000.0, sat=GEO):
    return infrared_sees(*target, sat, sun, RAD(half_deg), RAD(exclusion_deg), cloud)


def test_cloud_hides_what_is_low():
    assert not sees(at(20, 10, 7900))
    assert sees(at(20, 10, 8100))
    assert sees(at(20, 10, 0), cloud=GROUND_M)


def test_the_limb_hides_what_is_behind_it_until_it_rises():
    # geometry on the equator: the limb is at acos(a / r) = 81.3 degrees; a target at 95 degrees has to rise above
    # a / cos(95 - 81.3 degrees) - a = 187 km (and the cloud on the limb a little more)
    limb = math.degrees(math.acos(6378137.0 / 42164e3))
    rise = 6378137.0 / math.cos(RAD(95 - limb)) - 6378137.0
    assert not sees(at(0, 95, 0.99 * rise), cloud=GROUND_M)
    assert sees(at(0, 95, 1.01 * rise), cloud=GROUND_M)
    assert not sees(at(0, 95, 1.01 * rise), cloud=8000.0)
    assert sees(at(0, 95, 1.08 * rise), cloud=8000.0)


def test_cone_about_the_nadir():
    assert sees(at(0, 0, 1e5), half_deg=1.0)
    assert not sees(at(0, 30, 1e5), half_deg=4.0)
    assert sees(at(0, 30, 1e5), half_deg=6.0)


def test_the_sun_blinds_beside_the_earth_and_not_behind_it():
    target = at(0, 80, 50e3)
    u = np.array(line_of_sight(*target, *GEO))
    turn = lambda deg: unit([u[0] * math.cos(RAD(deg)) - u[1] * math.sin(RAD(deg)),  # noqa: E731
                             u[0] * math.sin(RAD(deg)) + u[1] * math.cos(RAD(deg)), 0.0])  # fmt: skip
    beside, behind = turn(-5.0), turn(5.0)
    assert ray_clear(*GEO, *beside, 0.0) != ray_clear(*GEO, *behind, 0.0)
    clear, hidden = (beside, behind) if ray_clear(*GEO, *beside, 0.0) else (behind, beside)
    assert not sees(target, sun=clear)
    assert sees(target, sun=hidden)
    assert sees(target, sun=clear, exclusion_deg=4.0)


def test_unknown_places_are_never_seen():
    assert not sees((math.nan, 0.0, 0.0))
    assert not sees(at(0, 0, 1e5), sat=np.full(3, math.nan))


def test_line_clear_agrees_with_a_walk_along_the_line():
    rng = np.random.default_rng(3)
    kinds = set()
    for _ in range(300):
        a = unit(rng.normal(size=3)) * rng.uniform(7e6, 2e7)
        b = unit(rng.normal(size=3)) * rng.uniform(6.5e6, 1e7)
        height = rng.uniform(0, 50e3)
        least = min(ecef_to_geodetic(*(a + t * (b - a)))[2] for t in np.linspace(0, 1, 400))
        if abs(least - height) < 2000:  # the walk's own step
            continue
        kinds.add(least > height)
        assert line_clear(*a, *b, height) == (least > height)
    assert kinds == {True, False}


def test_batch_equals_single_looks():
    rng = np.random.default_rng(4)
    targets = np.array([at(rng.uniform(-80, 80), rng.uniform(-180, 180), rng.uniform(0, 3e5)) for _ in range(100)])
    many = infrared_sees_batch(targets, GEO, AWAY, RAD(10), RAD(10), 8000.0)
    assert list(many) == [sees(t) for t in targets]
    assert 0 < many.sum() < 100

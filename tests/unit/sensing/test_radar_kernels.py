import math

import numpy as np
import pytest

from tocsin.core.records.network import Face, Network, Radar, SearchVolume
from tocsin.sensing.fields import intersect_arcs
from tocsin.sensing.kinds.radar_kernels import (
    measure,
    measure_batch,
    measure_jacobian,
    radar_axes,
    radar_position_covariance,
    radar_to_ecef,
)
from tocsin.sensing.sensors import compile_network
from tocsin.sensing.visibility_kernels import radar_angles, radar_sees, radar_sees_batch
from tocsin.world.geodesy_kernels import geodetic_to_ecef

RAD = math.radians


def a_radar(**more):
    given = {"id": "R", "latitude_deg": 54.4, "longitude_deg": -0.7, "altitude_m": 260.0, **more}
    return compile_network(Network(radar=(Radar(**given),))).by_id["R"]


def test_point_straight_up_is_at_geodetic_zenith():
    r = a_radar()
    up = geodetic_to_ecef(r.latitude, r.longitude, 500_260.0)
    rng, _az, el = radar_angles(*up, r.position, r.rot_enu)
    assert rng == pytest.approx(500_000.0, abs=1e-6)
    assert el == pytest.approx(math.pi / 2, abs=1e-7)


def test_azimuth_runs_from_north_through_east():
    r = a_radar()
    for bearing in (0, 45, 90, 180, 270, 359):
        p = r.position + r.rot_enu.T @ (1e6 * np.array([math.sin(RAD(bearing)), math.cos(RAD(bearing)), 0.1]))
        _r, az, _el = radar_angles(*p, r.position, r.rot_enu)
        assert 0.0 <= az < 2 * math.pi
        assert math.degrees(az) % 360 == pytest.approx(bearing, abs=1e-9) or (bearing == 0 and az > 6.28)


def test_measurement_and_its_inverse_agree():
    r = a_radar()
    rng = np.random.default_rng(1)
    for _ in range(50):
        given = rng.uniform(1e4, 5e6), rng.uniform(0, 2 * math.pi), rng.uniform(0.02, 1.5)
        p = radar_to_ecef(*given, r.position, r.rot_enu)
        assert radar_angles(*p, r.position, r.rot_enu) == pytest.approx(given, rel=1e-9, abs=1e-9)


def test_jacobian_is_the_derivative_of_the_measurement():
    r = a_radar()
    rng = np.random.default_rng(2)
    for _ in range(20):
        p = np.array(
            radar_to_ecef(rng.uniform(2e5, 4e6), rng.uniform(0, 6.28), rng.uniform(0.05, 1.4), r.position, r.rot_enu)
        )
        x = np.concatenate([p, rng.normal(0, 4000, 3)])
        out = np.empty((4, 6))
        z = measure_jacobian(*x, r.position, r.rot_enu, out)
        assert z == measure(*x, r.position, r.rot_enu)
        for j in range(6):
            step = np.zeros(6)
            step[j] = 1.0
            hi, lo = (
                np.array(measure(*(x + step), r.position, r.rot_enu)),
                np.array(measure(*(x - step), r.position, r.rot_enu)),
            )
            d = (hi - lo) / 2
            d[1] = (hi[1] - lo[1] + math.pi) % (2 * math.pi) / 2 - math.pi / 2
            # differences of angles over 2 m carry 1e-16 rad of rounding, of rates 1e-12 m/s
            assert out[:, j] == pytest.approx(d, rel=1e-5, abs=2e-11)


def test_range_rate_is_positive_when_receding():
    r = a_radar()
    ux, uy, uz, *_ = radar_axes(1.0, 0.5, r.rot_enu)
    p = radar_to_ecef(1e6, 1.0, 0.5, r.position, r.rot_enu)
    assert measure(*p, 100 * ux, 100 * uy, 100 * uz, r.position, r.rot_enu)[3] == pytest.approx(100.0)


def test_axes_are_orthonormal_and_right_handed():
    r = a_radar()
    m = np.array(radar_axes(2.2, 0.7, r.rot_enu)).reshape(3, 3)
    assert m @ m.T == pytest.approx(np.eye(3), abs=1e-14)
    assert np.linalg.det(m) == pytest.approx(-1.0)  # outward, clockwise azimuth, elevation: left-handed by nature


def test_converted_covariance_matches_sampled_errors():
    r = a_radar()
    rng = np.random.default_rng(3)
    R, az, el, sr, sa, se = 1e6, 0.8, 0.6, 50.0, 2e-3, 1e-3
    out = np.empty((3, 3))
    p = radar_position_covariance(R, az, el, sr, sa, se, r.position, r.rot_enu, out)
    n = 20000
    z = np.c_[R + rng.normal(0, sr, n), az + rng.normal(0, sa / math.cos(el), n), el + rng.normal(0, se, n)]
    cloud = np.array([radar_to_ecef(*row, r.position, r.rot_enu) for row in z]) - p
    # a sample covariance of 20,000 scatters by 1 % of its largest element
    assert np.cov(cloud.T) == pytest.approx(out, abs=0.04 * out.max())


def test_batch_equals_single():
    r = a_radar()
    rng = np.random.default_rng(4)
    x = np.concatenate([r.position + rng.normal(0, 1e6, (10, 3)), rng.normal(0, 3e3, (10, 3))], axis=1)
    for row, z in zip(x, measure_batch(x, r.position, r.rot_enu), strict=True):
        assert tuple(z) == measure(*row, r.position, r.rot_enu)


def sees(r, bearing_deg, elevation_deg, range_km, searched=None):
    p = radar_to_ecef(range_km * 1e3, RAD(bearing_deg), RAD(elevation_deg), r.position, r.rot_enu)
    return radar_sees(*p, r.position, r.rot_enu, r.boxes(searched))[0]


def test_sector_across_north():
    r = a_radar(faces=(Face(azimuth_start_deg=300, azimuth_end_deg=60),), range_km=5000.0)
    assert sees(r, 350, 10, 1000) == 0
    assert sees(r, 20, 10, 1000) == 0
    assert sees(r, 61, 10, 1000) == -1
    assert sees(r, 299, 10, 1000) == -1
    assert sees(r, 0, 2, 1000) == -1
    assert sees(r, 0, 86, 1000) == -1
    assert sees(r, 0, 10, 5001) == -1


@pytest.mark.parametrize(("start", "end"), [(0, 360), (10, 10), (-180, 180)])
def test_equal_start_and_end_is_all_round(start, end):
    r = a_radar(faces=(Face(azimuth_start_deg=start, azimuth_end_deg=end),))
    assert all(sees(r, b, 20, 500) == 0 for b in range(0, 360, 7))
    assert math.isnan(r.boxes(None)[0, 6])


def test_two_faces_take_the_nearer_boresight():
    r = a_radar(
        faces=(Face(azimuth_start_deg=0, azimuth_end_deg=120), Face(azimuth_start_deg=100, azimuth_end_deg=220))
    )
    assert sees(r, 30, 20, 800) == 0
    assert sees(r, 105, 20, 800) == 0
    assert sees(r, 118, 20, 800) == 1
    assert r.boxes(None)[:, 6] == pytest.approx([RAD(60), RAD(160)])


def test_elevation_over_the_zenith_counts_on():
    r = a_radar(faces=(Face(azimuth_start_deg=80, azimuth_end_deg=100, elevation_min_deg=20, elevation_max_deg=160),))
    assert sees(r, 90, 30, 800) >= 0
    assert sees(r, 270, 30, 800) >= 0
    assert sees(r, 270, 19, 800) == -1
    assert sees(r, 0, 30, 800) == -1


def test_search_volume_is_cut_to_the_faces():
    r = a_radar(
        faces=(Face(azimuth_start_deg=300, azimuth_end_deg=60),),
        range_km=5000.0,
        search_volumes=(
            SearchVolume(id="fence", elevation_min_deg=3.0, elevation_max_deg=6.0),
            SearchVolume(id="west", azimuth_start_deg=250, azimuth_end_deg=310, range_max_km=2000.0),
            SearchVolume(id="elsewhere", azimuth_start_deg=100, azimuth_end_deg=200),
        ),
    )
    assert sees(r, 0, 4, 1000, "fence") == 0
    assert sees(r, 0, 7, 1000, "fence") == -1
    assert sees(r, 305, 40, 1000, "west") == 0
    assert sees(r, 305, 40, 2500, "west") == -1
    assert sees(r, 280, 40, 1000, "west") == -1
    assert r.boxes("elsewhere").shape == (0, 8)
    assert r.boxes("no such volume").shape == (0, 8)


def test_arcs_meet_as_sets_of_degrees_do():
    rng = np.random.default_rng(5)
    turn = np.arange(0.5, 360.0)
    for _ in range(200):
        a, b = [(float(rng.integers(0, 360)), float(rng.integers(1, 361))) for _ in range(2)]
        common = ((turn - a[0]) % 360 < a[1]) & ((turn - b[0]) % 360 < b[1])
        found = np.zeros(360, bool)
        for start, width in intersect_arcs(a, b):
            piece = (turn - start) % 360 < width
            assert not (found & piece).any()
            found |= piece
        assert (found == common).all()


def test_under_the_horizon_the_ground_hides():
    r = a_radar(
        altitude_m=3000.0,
        faces=(Face(azimuth_start_deg=0, azimuth_end_deg=360, elevation_min_deg=-5, elevation_max_deg=90),),
    )
    near = radar_to_ecef(150e3, 1.0, RAD(-0.5), r.position, r.rot_enu)
    far = radar_to_ecef(600e3, 1.0, RAD(-3), r.position, r.rot_enu)
    seen = radar_sees_batch(np.array([near, far]), r.position, r.rot_enu, r.boxes(None))
    assert list(seen) == [0, -1]

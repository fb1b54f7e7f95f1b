"""One measurement into one model: rows against the sensor's own function, updates against the joint Kalman update."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tracking import twin
from tests.unit.tracking.test_filter_kernels import state
from tests.unit.tracking.twin import SCALE
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking import update_kernels as uk
from tocsin.tracking.filter_kernels import BOOST, FREE, MEAS, N
from tocsin.tracking.gravity_turn_kernels import keep_gravity_turn
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef

SITE = np.array(geodetic_to_ecef(0.35, -0.55, 100.0))
ROT = np.array(enu_axes(0.35, -0.55)).reshape(3, 3)
KINDS = {
    "radar": ("direction", "range"), "doppler radar": ("direction", "range", "rate"), "sight": ("direction",),
    "range only": ("range",), "range and rate": ("range", "rate"),
}  # fmt: skip


def row_of(x, parts=("direction", "range", "rate"), sigmas=(30.0, 1e-3, 1.5e-3, 2.0), off=(0.0, 0.0, 0.0, 0.0)):
    """Return the measurement row (18,) that a radar at SITE makes of a state; `off`: errors in sigmas."""
    r, az, el, rate = measure(*x[:6], SITE, ROT)
    sr, sa, sb, sv = sigmas
    az, el = az + off[1] * sa / math.cos(el), el + off[2] * sb
    east, north, up = ROT
    m = np.full(MEAS, np.nan)
    m[0:3] = SITE
    m[3:6] = math.cos(el) * (math.sin(az) * east + math.cos(az) * north) + math.sin(el) * up
    m[6:9] = math.cos(az) * east - math.sin(az) * north
    m[9:12] = np.cross(m[3:6], m[6:9]) * -1.0
    if "direction" in parts:
        m[fk.M_SIGMA_A], m[fk.M_SIGMA_B] = sa, sb
    if "range" in parts:
        m[fk.M_RANGE], m[fk.M_SIGMA_RANGE] = r + off[0] * sr, sr
    if "rate" in parts:
        m[fk.M_RATE], m[fk.M_SIGMA_RATE] = rate + off[3] * sv, sv
    return m


def linearised(x, p, m):
    h, out = np.empty((4, N)), np.empty((4, 2))
    count = uk.rows_of(x, p, m, h, out)
    return h[:count], out[:count, 0], out[:count, 1]


def test_the_rows_of_a_sharp_track_are_the_derivatives_of_what_a_radar_measures():
    x = state()
    h, residual, variance = linearised(x, np.diag((0.01 * SCALE) ** 2), row_of(x))
    r, _, el, _ = measure(*x[:6], SITE, ROT)

    def arcs(y):
        a, b, c, d = measure(*y[:6], SITE, ROT)
        return np.array([r * math.cos(el) * b, r * c, a, d])

    steps = np.array([10.0] * 3 + [0.1] * 3)
    numeric = np.array(
        [(arcs(x + s * e) - arcs(x - s * e)) / (2 * s) for s, e in zip(steps, np.eye(N), strict=False)]
    ).T
    # rounding of the difference quotient of angles times 1e6 m
    assert h[:, :6] == pytest.approx(numeric, abs=2e-6) and not h[:, 6:].any()
    assert residual == pytest.approx(np.zeros(4), abs=1e-6)
    assert variance == pytest.approx([(r * 1e-3) ** 2, (r * 1.5e-3) ** 2, 900.0, 4.0])


def test_the_residuals_of_a_sharp_track_are_arcs_range_and_rate():
    x = state()
    m = row_of(x, off=(1.0, -0.7, 0.5, 2.0))
    _, residual, variance = linearised(x, np.diag((0.01 * SCALE) ** 2), m)
    # arcs on the sphere of the track's range: the sine of a milliradian
    assert residual / np.sqrt(variance) == pytest.approx([-0.7, 0.5, 1.0, 2.0], rel=2e-3)


def test_a_young_track_is_linearised_at_the_measurement_with_the_bias_of_conversion_taken_off():
    x = state()
    m = row_of(x, sigmas=(30.0, 0.01, 0.012, 2.0))
    h, residual, variance = linearised(x, np.diag((1000.0 * SCALE) ** 2), m)
    r = m[fk.M_RANGE]
    assert h[:3, :3] == pytest.approx(np.array([m[6:9], m[9:12], m[3:6]]))
    curve = 0.5 * r * (0.01**2 + 0.012**2)
    # mean shortening of the radial by the cross-range errors (Lerro and Bar-Shalom 1993, eq. 12, small angles)
    assert residual[:3] == pytest.approx([0.0, 0.0, -curve], abs=1e-6)
    assert variance[:3] == pytest.approx([(r * 0.01) ** 2, (r * 0.012) ** 2, 900.0 + curve**2])
    speed2 = x[3:6] @ x[3:6] + 3 * (1000.0 * SCALE[3]) ** 2
    assert variance[3] == pytest.approx(4.0 + speed2 * 0.012**2)
    assert h[3, 3:6] == pytest.approx(m[3:6]) and not h[3, :3].any()


def test_the_converted_measurement_is_unbiased():
    rng = np.random.default_rng(5)
    x, sigmas = state(), (30.0, 0.01, 0.012, 2.0)
    p = np.diag((1000.0 * SCALE) ** 2)
    residuals = [linearised(x, p, row_of(x, sigmas=sigmas, off=rng.normal(size=4)))[1][:3] for _ in range(4000)]
    mean, error = np.mean(residuals, axis=0), np.std(residuals, axis=0) / math.sqrt(4000)
    assert (np.abs(mean) < 4.0 * error).all()


@pytest.mark.parametrize("parts", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("wide", [0.05, 1.0, 100.0])
def test_the_sequential_scalar_update_is_the_joint_update(parts, wide):
    rng = np.random.default_rng(7)
    x = state()
    p = twin.random_covariance(rng, wide * SCALE)
    p[9, :9] = p[:9, 9] = 0.0  # what it may widen stands in test_lightness
    m = row_of(x, parts, off=rng.uniform(-1.0, 1.0, 4))
    h, y, r = linearised(x, p, m)
    expected_x, expected_p, expected_d2, expected_ll = twin.joint_update(x, p, h, y, r)
    updated, covariance = x.copy(), p.copy()
    d2, ll, _ = uk.update_model(updated, covariance, m, 0.0, BOOST)
    sigma = np.sqrt(np.diag(expected_p))
    assert (updated - expected_x) / sigma == pytest.approx(np.zeros(N), abs=1e-5)
    assert (covariance - expected_p) / np.outer(sigma, sigma) == pytest.approx(np.zeros((N, N)), abs=1e-5)
    assert d2 == pytest.approx(expected_d2, rel=1e-6, abs=1e-9) and ll == pytest.approx(expected_ll, rel=1e-8)


def test_the_order_of_the_components_does_not_matter():
    x, p = state(), twin.random_covariance(np.random.default_rng(8), SCALE)
    h, y, r = linearised(x, p, row_of(x, off=(0.5, 0.5, -0.5, 0.5)))
    ends = []
    for order in ((0, 1, 2, 3), (3, 1, 0, 2)):
        xs, ps, moved = x.copy(), p.copy(), np.zeros(N)
        for k in order:
            uk.scalar_update(xs, ps, h[k], moved, np.empty(N), y[k], r[k])
        assert moved == pytest.approx(xs - x, abs=1e-7)
        ends.append((xs, ps))
    assert ends[0][0] == pytest.approx(ends[1][0], rel=1e-12) and ends[0][1] == pytest.approx(ends[1][1], rel=1e-9)


def test_beyond_three_sigma_the_weight_falls_as_the_square_of_the_distance():
    x, p = state(), np.diag(SCALE**2)
    h = np.eye(N)[0]
    shifts = []
    for sigmas in (2.9, 6.0, 12.0, 1000.0):
        s = SCALE[0] ** 2 + 100.0
        xs, ps = x.copy(), p.copy()
        nu2, ll, variance = uk.scalar_update(xs, ps, h, np.zeros(N), np.empty(N), sigmas * math.sqrt(s), 100.0)
        assert nu2 == pytest.approx(sigmas**2)
        weight = 1.0 if sigmas < 3.0 else (9.0 / sigmas**2) ** 2
        assert xs[0] - x[0] == pytest.approx(weight * p[0, 0] / s * sigmas * math.sqrt(s), abs=1e-8)
        assert twin.positive_definite(ps) and ps[0, 0] <= p[0, 0]
        shifts.append(xs[0] - x[0])
        tail = -0.5 * (min(sigmas**2, 9.0) + math.log(2 * math.pi * s)) - 1.5 * math.log(max(sigmas**2 / 9.0, 1.0))
        assert ll - 0.5 * math.log(2.0 * math.pi * variance) == pytest.approx(tail)
        assert variance == pytest.approx(s)
    assert shifts[1] > shifts[2] > shifts[3] > 0.0


@pytest.mark.parametrize(
    ("off", "inside"),
    [
        ((0.0, 0.0, 0.0, 0.0), True),
        ((2.0, -2.0, 2.0, 1.0), True),
        ((20.0, 0.0, 0.0, 0.0), True),  # one component slipped
        ((20.0, 20.0, 0.0, 0.0), False),  # two: another object
        ((100.0, 0.0, 0.0, 0.0), False),  # one, beyond all slips
    ],
)
def test_one_slipped_component_is_forgiven_and_two_are_not(off, inside):
    x = state()
    p = np.diag((0.01 * SCALE) ** 2)
    d2, _, _ = uk.update_model(x.copy(), p.copy(), row_of(x, off=off), 0.0, FREE)
    assert (d2 < 30.0) == inside


def test_a_line_of_sight_alone_forgives_no_slip():
    x = state()
    d2, _, _ = uk.update_model(
        x.copy(), np.diag((0.01 * SCALE) ** 2), row_of(x, ("direction",), off=(0, 8, 0, 0)), 0.0, FREE
    )
    assert d2 == 1e9


# ---- late measurements ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [-3.0, -30.0, -60.0])
def test_carrying_back_is_the_inverse_arc_and_its_transition(dt):
    x = state(height=600e3)
    back, phi = np.empty(N), np.empty((N, N))
    uk.carry_back(x, dt, FREE, back, phi)
    assert np.linalg.norm(back[:3] - twin.flow(x, dt, FREE)[:3]) < 0.02
    numeric = twin.flow_jacobian(x, dt, FREE)
    scale = np.array([1.0] * 3 + [1.0 / abs(dt)] * 3)
    assert np.abs((phi - numeric)[:6, :6] / np.outer(scale, 1.0 / scale)).max() < 2e-4


@pytest.mark.parametrize("parts", [KINDS["radar"], KINDS["doppler radar"], KINDS["sight"]], ids=["r", "rv", "los"])
@pytest.mark.parametrize("late", [5.0, 20.0, 45.0])
def test_a_late_measurement_reaches_the_result_in_order_within_a_hundredth_on_a_free_arc(parts, late):
    """One of ten measurements, five seconds apart, comes `late` seconds after its time."""
    rng = np.random.default_rng(11)
    truth = state(height=500e3, speed=5000.0)
    truth[6:9] = 0.0
    times = [5.0 * k for k in range(10)]
    places = [twin.flow(truth, t, FREE) if t else truth for t in times]
    rows = [row_of(y, parts, off=rng.normal(size=4)) for y in places]
    missing = 9 - round(late / 5.0)
    p0 = np.diag(np.array([300.0] * 3 + [30.0] * 3 + [0.0] * 3 + [0.3]) ** 2)
    x0 = truth + np.sqrt(np.diag(p0)) * rng.normal(size=N)
    results = []
    for order in (range(10), [*[k for k in range(10) if k != missing], missing]):
        x, p, now = x0.copy(), p0.copy(), 0.0
        for k in order:
            if times[k] > now:
                fk.predict_model(x, p, times[k] - now, FREE)
                now = times[k]
            uk.update_model(x, p, rows[k], min(times[k] - now, 0.0), FREE)
        results.append((x, p))
    (x, p), (y, q) = results
    sigma = np.sqrt(np.diag(p)[:6])
    # the noise between its time and now is all that algorithm Bl leaves out
    assert np.abs((x - y)[:6] / sigma).max() < 0.01
    assert np.sqrt(np.diag(q)[:6]) == pytest.approx(sigma, rel=0.01)
    without_x, without_p, now = x0.copy(), p0.copy(), 0.0
    for k in [k for k in range(10) if k != missing]:
        fk.predict_model(without_x, without_p, times[k] - now, FREE)
        uk.update_model(without_x, without_p, rows[k], 0.0, FREE)
        now = times[k]
    assert np.abs((x - without_x)[:6] / sigma).max() > 0.03


def test_a_late_measurement_of_a_boost_says_the_less_the_later_it_is():
    x = state(height=60e3, speed=1500.0, thrust=30.0)
    p = np.diag((SCALE * np.array([1.0] * 6 + [3.0] * 3 + [1.0])) ** 2)
    grown = []
    for dt in (-5.0, -10.0, -40.0):
        back, rows, out = np.empty(N), np.empty((4, N)), np.empty((4, 2))
        uk.carry_back(x, dt, BOOST, back, np.empty((N, N)))
        m = row_of(back, KINDS["radar"])
        now, then = np.empty((4, N)), np.empty((4, 2))
        assert uk.rows_of(back, p, m, now, then) == uk.late_rows(x, p, m, dt, BOOST, rows, out) == 3
        grown.append(out[:3, 1] - then[:3, 1])
    # the place after a random walk of the acceleration of 9 m2/s5 for 5 s, along each of three unit rows
    assert grown[0] == pytest.approx(9.0 * 5.0**5 / 20.0, rel=1e-9)
    assert grown[1] == pytest.approx(32.0 * grown[0], rel=1e-6)
    assert (grown[2] > grown[1]).all()


# ---- the gravity turn -----------------------------------------------------------------------------------------------


def test_the_gravity_turn_pulls_thrust_to_the_velocity_and_leaves_what_lies_along_it():
    x = state(height=60e3, speed=1500.0, thrust=30.0)
    along = x[3:6] / np.linalg.norm(x[3:6])
    side = np.cross(along, [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    x[6:9] += 8.0 * side
    p = np.diag((SCALE * np.array([1.0] * 6 + [3.0] * 3 + [1.0])) ** 2)
    before, length = x[6:9] @ side, x[6:9] @ along
    wide = p.copy()
    keep_gravity_turn(x, p, 5.0, np.empty((6, N)))
    assert 0.0 < x[6:9] @ side < before
    assert x[6:9] @ along == pytest.approx(length, rel=1e-9)
    assert along @ p[6:9, 6:9] @ along == pytest.approx(along @ wide[6:9, 6:9] @ along, rel=1e-9)
    assert side @ p[6:9, 6:9] @ side < side @ wide[6:9, 6:9] @ side
    assert twin.positive_definite(p)


def test_the_gravity_turn_says_nothing_of_a_slow_rocket_or_of_no_time():
    for x, dt in ((state(speed=100.0), 5.0), (state(speed=1500.0), 0.0)):
        p = twin.random_covariance(np.random.default_rng(9), SCALE)
        moved, held = x.copy(), p.copy()
        keep_gravity_turn(moved, held, dt, np.empty((6, N)))
        assert np.array_equal(moved, x) and np.array_equal(held, p)


def test_the_gravity_turn_is_worth_the_same_over_half_a_minute_however_often_it_is_asked():
    ends = []
    for steps in (6, 30):
        x, p = state(height=60e3, speed=1500.0, thrust=30.0), np.diag(SCALE**2)
        for _ in range(steps):
            keep_gravity_turn(x, p, 30.0 / steps, np.empty((6, N)))
        ends.append(p[6:9, 6:9].copy())
    assert ends[0] == pytest.approx(ends[1], rel=1e-6, abs=1e-9)


# ---- the covariance -------------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(st.floats(-20.0, 15.0), st.sampled_from(list(KINDS.values())), st.floats(-40.0, 40.0)),
    min_size=1,
    max_size=15,
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from([BOOST, FREE]), STEPS)
def test_covariance_stays_positive_definite_through_anything_a_sensor_may_say(seed, model, steps):
    rng = np.random.default_rng(seed)
    x = state(rng.uniform(150e3, 900e3), rng.uniform(500.0, 6000.0), rng.uniform(5.0, 40.0))
    make = twin.random_covariance if model == BOOST else twin.free_covariance
    p = make(rng, SCALE * 10 ** rng.uniform(-0.5, 2.0, N))
    if model == FREE:
        x[6:9], p[9, :9], p[:9, 9] = 0.0, 0.0, 0.0
    for dt, parts, off in steps:
        if dt > 0.0:
            fk.predict_model(x, p, dt, model)
        m = row_of(x, parts, (10.0, 1e-4, 1e-4, 0.5), off * rng.normal(size=4) / 10.0)
        before = np.diag(p).copy()
        uk.update_model(x, p, m, min(dt, 0.0), model)
        assert np.isfinite(x).all() and twin.positive_definite(p)
        assert (np.diag(p) <= before * (1.0 + 1e-9)).all()


def test_covariance_stays_positive_definite_from_the_widest_start_to_the_sharpest_sensor():
    x, p = state(), np.diag(np.array([3e4] * 3 + [4500.0] * 3 + [20.0] * 3 + [0.8]) ** 2)
    for k in range(200):
        fk.predict_model(x, p, 0.1, BOOST)
        uk.update_model(x, p, row_of(x, sigmas=(1.0, 1e-5, 1e-5, 0.1)), 0.0, BOOST)
        assert twin.positive_definite(p), k

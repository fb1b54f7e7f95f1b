"""Motion of one model against its plain twin: derivative, arc, transition, noise, prediction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tracking import twin
from tests.unit.tracking.twin import MODELS, SCALE
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking.filter_kernels import BOOST, DRAG_TOP_M, FREE, N
from tocsin.world.geodesy_kernels import geodetic_to_ecef


def state(height=300e3, speed=4000.0, thrust=25.0, lat=0.4, lon=-0.5):
    """Return a state (10,) that climbs north-east; thrust along the velocity."""
    p = np.array(geodetic_to_ecef(lat, lon, height))
    up = p / np.linalg.norm(p)
    side = np.cross([0.3, -0.2, 1.0], up)
    v = speed * (0.6 * up + 0.8 * side / np.linalg.norm(side))
    return np.concatenate([p, v, thrust * v / speed, [1.0 / 2500.0]])


HEIGHTS = (5e3, 40e3, 80e3, 119e3, 300e3, 1000e3)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("height", HEIGHTS)
def test_the_derivative_is_that_of_the_potential_and_the_forces(model, height):
    x = state(height)
    for drag in (False, True):
        out = np.empty(N)
        fk.derivative(x, model, drag, out)
        # 3e-7: the twin's gravity is a complex step of the potential, good to rounding; J2..J4 are the same constants
        assert out == pytest.approx(twin.derivative(x, model, drag), rel=1e-10, abs=1e-12)


def test_thrust_grows_as_mass_burns_off_and_no_faster_than_stated():
    out = np.empty(N)
    for thrust in (0.0, 0.5, 20.0, 57.0, 100.0):
        fk.derivative(state(thrust=thrust), BOOST, False, out)
        assert np.linalg.norm(out[6:9]) == pytest.approx(min(thrust**2 / fk.EXHAUST_M_S, fk.GROWTH_MOST), abs=1e-12)


def test_drag_points_against_the_velocity_and_follows_the_law():
    x = state(height=30e3)
    with_drag, without = np.empty(N), np.empty(N)
    fk.derivative(x, FREE, True, with_drag)
    fk.derivative(x, FREE, False, without)
    out = (with_drag - without)[3:6]
    v = x[3:6]
    # 0.5 rho v2 / beta with the standard atmosphere's 0.01841 kg/m3 at 30 km (US Standard Atmosphere 1976, table I)
    assert np.linalg.norm(out) == pytest.approx(0.5 * 0.01841 * (v @ v) / 2500.0, rel=2e-3)
    assert out @ v == pytest.approx(-np.linalg.norm(out) * np.linalg.norm(v), rel=1e-12)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("dt", [1.0, 5.0, -5.0])
def test_one_step_is_the_exact_arc(model, dt):
    x = state()
    moved = x.copy()
    fk.advance_state(moved, dt, model, False)
    exact = twin.flow(x, dt, model)
    # RK4 over 5 s: fifth derivative of the arc times h^5 / 120, below a millimetre
    assert np.linalg.norm(moved[:3] - exact[:3]) < 1e-3
    assert np.linalg.norm(moved[3:6] - exact[3:6]) < 1e-3
    assert moved[6:] == pytest.approx(exact[6:], rel=1e-6)


def test_one_step_with_drag_is_the_exact_arc():
    x = state(height=50e3)
    moved = x.copy()
    fk.advance_state(moved, 1.0, FREE, True)
    assert np.linalg.norm(moved[:3] - twin.flow(x, 1.0, FREE, True)[:3]) < 1e-3


@pytest.mark.parametrize("dt", [200.0, -60.0])
def test_coasting_is_the_exact_arc_both_ways(dt):
    x = state()
    moved = x.copy()
    fk.coast(moved, dt)
    exact = twin.flow(x, dt, FREE)
    assert np.linalg.norm(moved[:3] - exact[:3]) < 0.1 and np.linalg.norm(moved[3:6] - exact[3:6]) < 1e-3


@pytest.mark.parametrize("h", [1.0, 5.0, 10.0, -5.0])
def test_the_free_transition_is_the_derivative_of_the_arc(h):
    x = state()
    phi = np.empty((N, N))
    fk.transition(x, h, FREE, False, phi)
    numeric = twin.flow_jacobian(x, h, FREE)
    # columns in units of one standard deviation each: the neglected terms are h^3 of the gradient's change, 1e-9 /s3
    scale = np.array([1.0] * 3 + [1.0 / abs(h)] * 3)
    error = (phi - numeric)[:6, :6] / np.outer(scale, 1.0 / scale)
    assert np.abs(error).max() < 3e-9 * abs(h) ** 3 + 1e-7
    assert np.array_equal(phi[6:], np.eye(N)[6:]) and np.array_equal(phi[:6, 6:], np.zeros((6, 4)))


@pytest.mark.parametrize("height", [20e3, 60e3, 100e3])
def test_the_transition_with_drag_is_the_derivative_of_the_arc(height):
    x = state(height=height, speed=3000.0)
    h = 1.0
    phi = np.empty((N, N))
    fk.transition(x, h, FREE, True, phi)
    numeric = twin.flow_jacobian(x, h, FREE, True)
    weight = np.outer(1.0 / SCALE, SCALE)
    change = np.abs((numeric - np.eye(N)) * weight).max()
    # drag is taken at the start of the step, and in a second this object climbs a quarter of a scale height
    assert np.abs((phi - numeric) * weight).max() < 0.3 * change
    assert np.abs((phi - numeric)[:6, :6] * weight[:6, :6]).max() < 0.05


@pytest.mark.parametrize("h", [1.0, 5.0])
def test_the_boost_transition_is_the_derivative_of_the_arc(h):
    x = state(thrust=30.0)
    phi = np.empty((N, N))
    fk.transition(x, h, BOOST, False, phi)
    numeric = twin.flow_jacobian(x, h, BOOST)
    weight = np.outer(1.0 / SCALE, SCALE)
    # the growth of the thrust is linearised on the diagonal: the rest is (a h / exhaust speed) of the step's own effect
    assert np.abs((phi - numeric) * weight).max() < 2.0 * 30.0 * h / fk.EXHAUST_M_S * max(h * SCALE[6] / SCALE[3], 1.0)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("h", [0.1, 1.0, 5.0, 10.0])
def test_process_noise_is_white_noise_through_the_chain_of_integrators(model, h):
    p = np.zeros((N, N))
    walk = fk.SPACE_WALK if model == FREE else fk.THRUST_WALK
    fk.add_noise(p, h, model, walk)
    assert p == pytest.approx(twin.noise(h, model, walk), rel=1e-12, abs=1e-30)


@pytest.mark.parametrize(("model", "drag"), [(FREE, False), (FREE, True), (BOOST, False), (fk.GLIDE, False)])
def test_carrying_a_covariance_is_phi_p_phi_transposed(model, drag):
    has = [*range(6), *((6, 7, 8) if model != FREE else ()), *((9,) if drag else ())]
    p, phi = twin.random_covariance(np.random.default_rng(model), SCALE), np.empty((N, N))
    fk.transition(state(height=60e3, speed=3000.0, thrust=30.0), 2.0, model, drag, phi)
    out = p.copy()
    fk.carry_covariance(out, phi, model != FREE, drag, np.empty((N, N)))
    part = np.ix_(has, has)
    assert out[part] == pytest.approx(phi[part] @ p[part] @ phi[part].T, rel=1e-10, abs=1e-9)
    rest = np.setdiff1d(np.arange(N), has)
    assert np.array_equal(out[rest], p[rest]) and np.array_equal(out, out.T)


def test_a_turn_is_forgotten_and_goes_with_the_dynamic_pressure():
    x = state(height=50e3, speed=5000.0, thrust=20.0)
    later, phi = x.copy(), np.empty((N, N))
    fk.advance_state(later, 2.0, fk.GLIDE, False)
    assert later[6:9] == pytest.approx(x[6:9] * np.exp(-2.0 / fk.GLIDE_LIFE_S), rel=1e-6)
    fk.transition(x, 2.0, fk.GLIDE, False, phi)
    for k in range(N):
        up, down = x.copy(), x.copy()
        up[k] += SCALE[k]
        down[k] -= SCALE[k]
        fk.advance_state(up, 2.0, fk.GLIDE, False)
        fk.advance_state(down, 2.0, fk.GLIDE, False)
        assert np.abs((up - down) / 2.0 / SCALE - phi[:, k] * SCALE[k] / SCALE).max() < 0.02
    twice = x.copy()
    twice[3:6] *= 2.0
    assert fk.lift_sigma(twice) == pytest.approx(4.0 * fk.lift_sigma(x))
    assert fk.lift_sigma(state(height=130e3)) == 0.0 and fk.lift_sigma(state(height=1e3, speed=7000.0)) == fk.GLIDE_MOST


@pytest.mark.parametrize(("model", "dt"), [(FREE, 7.0), (FREE, 60.0), (BOOST, 3.0), (BOOST, 12.0)])
def test_a_prediction_is_the_twins(model, dt):
    x, p = state(thrust=20.0), twin.random_covariance(np.random.default_rng(1), SCALE)
    p[9, :9] = p[:9, 9] = 0.0
    moved, carried = x.copy(), p.copy()
    fk.predict_model(moved, carried, dt, model)
    phi = twin.flow_jacobian(x, dt, model)
    expected = phi @ p @ phi.T + twin.noise(dt, model, fk.SPACE_WALK if model == FREE else fk.THRUST_WALK)
    assert np.linalg.norm(moved[:3] - twin.flow(x, dt, model)[:3]) < 0.02
    sigma = np.sqrt(np.diag(expected))
    used = 9 if model == BOOST else 6
    error = np.abs((carried - expected) / np.outer(sigma, sigma))[:used, :used]
    # free: a change of noise along the arc and the truncated transition; boost: growth linearised on the diagonal
    assert error.max() < (2e-3 if model == FREE else 0.08)


def test_a_prediction_in_two_parts_is_one_prediction():
    x, p = state(), twin.random_covariance(np.random.default_rng(2), SCALE)
    once, twice = (x.copy(), p.copy()), (x.copy(), p.copy())
    fk.predict_model(*once, 20.0, FREE)
    fk.predict_model(*twice, 10.0, FREE)
    fk.predict_model(*twice, 10.0, FREE)
    assert twice[0] == pytest.approx(once[0], rel=1e-14) and twice[1] == pytest.approx(once[1], rel=1e-12, abs=1e-9)


def test_no_time_changes_nothing():
    x, p = state(), twin.random_covariance(np.random.default_rng(3), SCALE)
    for model in MODELS.values():
        moved, carried = x.copy(), p.copy()
        fk.predict_model(moved, carried, 0.0, model)
        assert np.array_equal(moved, x) and np.array_equal(carried, p)


@pytest.mark.parametrize(
    ("height", "sigma", "lightness", "wanders"),
    [
        (35e3, fk.LIGHTNESS_SIGMA, fk.LIGHTNESS, True),
        (60e3, 0.5 * fk.LIGHTNESS_SIGMA, fk.LIGHTNESS, True),  # the air has told most of it
        (60e3, 3.0 * fk.LIGHTNESS_SIGMA, 4e-3, True),  # or that it is no head
        (60e3, fk.LIGHTNESS_SIGMA, fk.LIGHTNESS, False),  # thin air has told little: it is within its prior
        (400e3, 0.5 * fk.LIGHTNESS_SIGMA, fk.LIGHTNESS, False),
    ],
)
def test_a_lightness_wanders_in_the_air_alone_as_a_share_of_itself(height, sigma, lightness, wanders):
    x, p = state(height=height), np.diag(SCALE**2)
    x[9], p[9, 9] = lightness, sigma**2
    fk.predict_model(x, p, 4.0, FREE)
    grown = 4.0 * fk.LIGHTNESS_WALK * x[9] ** 2 if wanders else 0.0
    assert p[9, 9] == pytest.approx(sigma**2 + grown, rel=1e-12)


def test_the_free_model_keeps_energy_outside_the_air():
    x, p = state(height=500e3, speed=6000.0), np.eye(N)

    def energy(y):
        spin = np.cross(twin.SPIN, y[:3])
        return 0.5 * y[3:6] @ y[3:6] - twin.potential(y[:3]) - 0.5 * spin @ spin

    moved = x.copy()
    fk.predict_model(moved, p, 300.0, FREE)
    # the Jacobi integral of the rotating frame, per kg: rounding of RK4 over thirty steps
    assert energy(moved) == pytest.approx(energy(x), rel=1e-9)


def test_the_lightness_is_learnt_only_in_the_air():
    for height, learns in ((DRAG_TOP_M + 100e3, False), (60e3, True)):
        x, p = state(height=height, speed=3000.0), np.diag(SCALE**2)
        fk.predict_model(x, p, 2.0, FREE)
        assert (np.abs(p[9, :6]).max() > 0.0) == learns


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.floats(5e3, 2000e3), st.floats(0.05, 120.0), st.sampled_from([BOOST, FREE]))
def test_prediction_keeps_the_covariance_positive_definite_and_symmetric(seed, height, dt, model):
    rng = np.random.default_rng(seed)
    x = state(height, rng.uniform(200.0, 7000.0), rng.uniform(0.0, 60.0))
    make = twin.random_covariance if model == BOOST else twin.free_covariance
    p = make(rng, SCALE * 10 ** rng.uniform(-1, 1.5, N))
    fk.predict_model(x, p, dt, model)
    assert np.isfinite(p).all() and twin.positive_definite(p)

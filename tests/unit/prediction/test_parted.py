"""The footprint of what a spent stage carried holds where such payloads fall, pushed off at burnout."""

import dataclasses
import math

import numpy as np
import pytest

from tests.unit.prediction.arcs import inside, spread, state_at
from tocsin.core.constants import NS
from tocsin.prediction.impact import falls, predict_impact
from tocsin.prediction.parted import PUSH_M_S, with_payload_apart
from tocsin.tracking import filter_kernels as fk
from tocsin.tracking.filter_kernels import FREE, LIGHTNESS, LIGHTNESS_SIGMA
from tocsin.tracking.filter_kernels import N as SIZE
from tocsin.world.geodesy_kernels import great_circle_m
from tocsin.world.motion.freeflight_kernels import propagate

BURNOUTS = {
    "intercontinental": (55.0, 90.0, 250e3, 6900.0, 22.0, 5.0),
    "over the antimeridian": (40.0, 165.0, 150e3, 5800.0, 36.0, 80.0),
    "westward, lofted": (-30.0, 20.0, 200e3, 5200.0, 60.0, 280.0),
}
SINCE_S, N = 400.0, 3000
SEEN = spread(100.0, 0.1)
UNTOLD = (LIGHTNESS, LIGHTNESS_SIGMA, np.zeros(6))


def apart(found, state, covariance, drag, since_s, share):
    """Return the footprint with that of a payload that parted `since_s` before."""
    now = 7 * NS
    return with_payload_apart(found, now, (now, state, covariance), drag, now - round(since_s * NS), share)


def stage_seen(name):
    """Return the state at burnout, that of the stage some minutes later, and what is predicted of its fall."""
    burnout, state = state_at(*BURNOUTS[name]), np.empty(6)
    assert propagate(burnout, SINCE_S, 0.0, state) == 0
    return burnout, state, predict_impact(7 * NS, state, SEEN)


@pytest.mark.parametrize("name", BURNOUTS)
def test_it_holds_what_was_pushed_off_at_burnout(name):
    burnout, state, stage = stage_seen(name)
    payload = apart(stage, state, SEEN, UNTOLD, SINCE_S, 1.0)
    assert (payload.lat, payload.lon) == pytest.approx((stage.lat, stage.lon), abs=1e-5)
    rng = np.random.default_rng(3)
    along = burnout[3:] / np.linalg.norm(burnout[3:])
    push = rng.normal(size=(N, 3)) * PUSH_M_S[1]
    push += np.outer(rng.normal(size=N) * math.sqrt(PUSH_M_S[0] ** 2 - PUSH_M_S[1] ** 2), along)
    states = np.tile(burnout, (N, 1))
    states[:, 3:] += push
    betas = np.exp(rng.uniform(math.log(2000.0), math.log(12000.0), N))
    landed = falls(states, betas, 5400.0, np.zeros(N))
    assert landed[:, 3].all()
    for ellipse in payload.ellipses:
        held = inside(payload.lat, payload.lon, ellipse, landed[:, 1], landed[:, 2]).mean()
        assert held == pytest.approx(ellipse.probability, abs=0.05), ellipse
    late = (landed[:, 0] - SINCE_S).std()
    assert payload.time_sigma_s == pytest.approx(late, rel=0.15)


def test_the_share_that_may_be_a_payload_widens_the_outer_ellipse_most():
    _, state, stage = stage_seen("intercontinental")
    half = apart(stage, state, SEEN, UNTOLD, SINCE_S, 0.5)
    whole = apart(stage, state, SEEN, UNTOLD, SINCE_S, 1.0)
    widths = [[e.semi_major_km for e in found.ellipses] for found in (stage, half, whole)]
    for one, mixed, other in zip(*widths, strict=True):
        assert one < mixed < other
    assert widths[1][2] / widths[0][2] > 1.5 * widths[1][0] / widths[0][0]
    assert half.impacting_probability == pytest.approx(stage.impacting_probability)
    assert half.method == "unscented" and half.orbital == stage.orbital


@pytest.mark.parametrize("method", ["cloud", "none"])
def test_what_is_no_gaussian_fall_is_left_as_it_is(method):
    _, state, stage = stage_seen("intercontinental")
    other = dataclasses.replace(stage, method=method, parts=stage.parts[: 0 if method == "none" else None])
    assert apart(other, state, SEEN, UNTOLD, SINCE_S, 0.5) is other


def test_where_some_of_it_would_stay_up_nothing_is_known():
    _, _, stage = stage_seen("intercontinental")
    orbit = state_at(0.0, 0.0, 300e3, 7300.0, 0.0, 90.0)
    assert apart(stage, orbit, SEEN, UNTOLD, SINCE_S, 0.5) is stage
    assert apart(stage, np.full(6, np.nan), SEEN, UNTOLD, SINCE_S, 0.5) is stage


@pytest.mark.parametrize("longitude_deg", [20.0, 179.6])
def test_what_the_air_has_held_back_falls_short_of_what_it_carried(longitude_deg):
    beta, ago = 200.0, 60.0
    burnout, state = state_at(10.0, longitude_deg, 50e3, 1900.0, 45.0, 80.0), np.empty(6)
    assert propagate(burnout, ago, beta, state) == 0
    stage = predict_impact(7 * NS, state, SEEN, lightness=1.0 / beta, lightness_sigma=1e-4)
    payload = apart(stage, state, SEEN, (1.0 / beta, 1e-4, np.zeros(6)), ago, 1.0)
    landed = falls(burnout[None], np.array([1.0 / LIGHTNESS]), 5400.0, np.zeros(1))[0]
    short = great_circle_m(stage.lat, stage.lon, landed[1], landed[2])
    assert short > 10e3
    assert great_circle_m(payload.lat, payload.lon, landed[1], landed[2]) < 0.01 * short
    assert (payload.time - 7 * NS) / NS == pytest.approx(landed[0] - ago, abs=1.0)
    assert abs(payload.lon) <= math.pi


@pytest.mark.parametrize(("beta", "nearer"), [(120.0, 0.2), (227.0, 0.4), (400.0, 0.5), (900.0, 0.9)])
def test_a_stage_that_the_filter_holds_for_a_head_still_tells_where_the_head_falls(beta, nearer):
    """The filter starts at burnout, 45 km up, knows the velocity to 60 m/s, and has the lightness of heads for its prior."""
    rng, held, off = np.random.default_rng(int(beta)), [], []
    for _ in range(24):
        burnout = state_at(10.0, 20.0, 45e3, 1900.0, 50.0, 80.0)
        truth = np.append(burnout, [0.0, 0.0, 0.0, 1.0 / beta])
        p = np.diag([300.0**2] * 3 + [60.0**2] * 3 + [0.0] * 3 + [LIGHTNESS_SIGMA**2])
        x = truth + np.sqrt(np.diag(p)) * rng.normal(size=SIZE)
        x[6:] = 0.0, 0.0, 0.0, LIGHTNESS
        for _ in range(25):
            fk.coast(truth, 1.0)
            fk.predict_model(x, p, 1.0, FREE)
            # places to 60 m each way: the rows of a radar, without its geometry
            for axis in range(3):
                gain = p[:, axis] / (p[axis, axis] + 60.0**2)
                x += gain * (truth[axis] + 60.0 * rng.normal() - x[axis])
                p -= np.outer(gain, p[axis])
        drag = float(x[9]), math.sqrt(p[9, 9]), p[9, :6].copy()
        stage = predict_impact(
            7 * NS, x[:6], p[:6, :6], lightness=drag[0], lightness_sigma=drag[1], lightness_with=drag[2]
        )
        payload = apart(stage, x[:6], p[:6, :6], drag, 25.0, 1.0)
        fell = falls(burnout[None], np.array([1.0 / LIGHTNESS]), 5400.0, np.zeros(1))[0]
        held.append([bool(inside(payload.lat, payload.lon, e, fell[1:2], fell[2:3])[0]) for e in payload.ellipses])
        off.append([great_circle_m(one.lat, one.lon, fell[1], fell[2]) for one in (payload, stage)])
    payload_m, stage_m = np.median(off, axis=0)
    assert payload_m < nearer * stage_m
    assert np.mean(held, axis=0)[1] > 0.75 and np.mean(held, axis=0)[2] > 0.9

"""Registration: what common sight says of the sensors' own errors, when one is named, and that healthy ones are not."""

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, at, later, thrown
from tocsin.catalogue.catalogue import Catalogue
from tocsin.core.constants import DEG
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, RANGE
from tocsin.core.records.network import Infrared, Network, Orbit, Radar
from tocsin.sensing.kinds.infrared_kernels import perturb_los
from tocsin.sensing.sensors import compile_network
from tocsin.tracking.error_kernels import (
    ERRORS,
    eliminate,
    least,
    log_best_within,
    log_density_ratio,
    log_evidence,
    posterior,
)
from tocsin.tracking.filter_kernels import BOOST, FREE, MEAS, N, advance_state, coast
from tocsin.tracking.measurement_kernels import sight_rows
from tocsin.tracking.registration import BLOCK_S, Registration
from tocsin.tracking.registration_arcs import loose
from tocsin.tracking.registration_faults import Faults
from tocsin.tracking.registration_kernels import fit_arc
from tocsin.tracking.witness_kernels import fit_orbit, orbit_axes

RNG = np.random.default_rng(5)


def spd(n: int, rng: np.random.Generator) -> np.ndarray:
    a = rng.normal(size=(n, 2 * n))
    return a @ a.T


# ---- mathematics against plain numpy -------------------------------------------------------------------------------


def test_posterior_is_that_of_numpy():
    info, vector, variance = spd(8, RNG), RNG.normal(size=8), RNG.uniform(0.5, 2.0, 8)
    mean, cov = np.empty(8), np.empty((8, 8))
    assert posterior(info, vector, variance, mean, cov)
    oracle = np.linalg.inv(info + np.diag(1.0 / variance))
    assert cov == pytest.approx(oracle) and mean == pytest.approx(oracle @ vector)


def test_evidence_is_the_gaussian_integral():
    # the likelihood exp(v b - i b^2 / 2) in four errors that have nothing to do with each other, integrated by a fine sum
    info, vector, mean, prior = np.diag([2.0, 1.0, 3.0, 0.5]), np.array([1.0, -2.0, 0.5, 0.3]), np.ones(4), np.eye(4)
    b = np.linspace(-12.0, 12.0, 20001)
    total = 0.0
    for k in range(4):
        weight = np.exp(-0.5 * (b - 1.0) ** 2) / np.sqrt(2.0 * np.pi)
        total += np.log(np.sum(np.exp(vector[k] * b - 0.5 * info[k, k] * b * b) * weight) * (b[1] - b[0]))
    assert log_evidence(info, vector, mean, prior) == pytest.approx(total, abs=1e-6)


def test_best_within_limits_is_that_of_a_search():
    info, vector, limit = spd(4, RNG), 20.0 * RNG.normal(size=4), np.array([0.3, 0.5, 0.2, 1.0])
    grid = np.stack(np.meshgrid(*[np.linspace(-m, m, 25) for m in limit]), -1).reshape(-1, 4)
    values = grid @ vector - 0.5 * np.einsum("ni,ij,nj->n", grid, info, grid)
    best = log_best_within(info, vector, limit)
    assert values.max() <= best + 1e-6 and best == pytest.approx(values.max(), rel=0.05)


def test_eliminated_errors_are_integrated_over():
    info, vector = spd(8, RNG), RNG.normal(size=8)
    mean, variance = RNG.normal(size=8), RNG.uniform(0.5, 2.0, 8)
    kept, gone = np.array([1, 4, 5]), np.array([0, 2, 3, 6, 7])
    out, out_vector = np.empty((3, 3)), np.empty(3)
    assert eliminate(info, vector, kept, gone, mean, variance, out, out_vector)
    weight = np.zeros((8, 8))
    weight[gone, gone] = 1.0 / variance[gone]
    cov = np.linalg.inv(info + weight)
    both = cov @ (vector + weight @ mean)
    assert np.linalg.inv(out) == pytest.approx(cov[np.ix_(kept, kept)])
    assert np.linalg.solve(out, out_vector) == pytest.approx(both[kept])


def test_density_ratio_is_that_of_two_gaussians():
    mean, cov, variance = RNG.normal(size=4), spd(4, RNG), np.full(4, 50.0)
    _, det = np.linalg.slogdet(cov)
    oracle = 0.5 * (mean @ np.linalg.solve(cov, mean) + det - 4.0 * np.log(50.0))
    assert log_density_ratio(mean, cov, variance) == pytest.approx(oracle)


def test_least_is_the_smallest_chi_square():
    info, vector, about, variance = spd(5, RNG), RNG.normal(size=5), RNG.normal(size=5), RNG.uniform(0.5, 2.0, 5)
    b = np.linalg.solve(info + np.diag(1.0 / variance), vector + about / variance)
    oracle = 100.0 - 2.0 * vector @ b + b @ info @ b + (b - about) @ ((b - about) / variance)
    assert least(100.0, info, vector, about, variance) == pytest.approx(oracle)


def test_orbit_axes_are_those_of_a_moved_orbit():
    state = np.concatenate([later(thrown(height_m=500e3, speed=7600.0, elevation_deg=0.0), 0.0)])
    axes = np.empty((3, 6))
    orbit_axes(state, axes)
    # a second later on the same inertial orbit, turned back by what the Earth turns meanwhile
    ahead = later(state, 1.0)
    turn = 7.292115e-5
    rot = np.array([[np.cos(turn), -np.sin(turn), 0.0], [np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])
    moved = np.concatenate([rot @ ahead[:3], rot @ ahead[3:]]) - state
    assert moved[:3] == pytest.approx(axes[0, :3], abs=6.0)  # half a second's gravity: 4 m
    assert moved[3:] == pytest.approx(axes[0, 3:], abs=0.03)


# ---- arcs ----------------------------------------------------------------------------------------------------------

STATED = {"bias_range_m": 10.0, "bias_azimuth_deg": 0.01, "bias_elevation_deg": 0.01}
PAIR = compile_network(
    Network(
        radar=tuple(
            Radar(id=name, latitude_deg=lat, longitude_deg=lon, **STATED)
            for name, lat, lon in (("a", 30.0, -28.0), ("b", 40.0, -15.0), ("c", 22.0, -15.0))
        )
    )
).sensors  # fmt: skip


def heard(fault: dict[str, np.ndarray], blocks: int, seed: int, clock: dict[str, float] | None = None):
    """Return what registration finds of three radars that see objects in free flight together, half minute after half minute."""
    scene = Scene(seed)
    for s in PAIR:
        SENSORS.setdefault(s.id, s)
    reg, catalogue, found = Registration(PAIR), Catalogue(), []
    rng = np.random.default_rng(seed)
    for block in range(blocks):
        for shot in range(10):
            x = thrown(
                20.0 + 4.0 * rng.uniform(), -34.0 + 6.0 * rng.uniform(), 300e3, 4500.0 + 150.0 * shot, 360.0 * rng.uniform(), 30.0
            )  # fmt: skip
            track = scene.tracker.bank.add(at(block * BLOCK_S), "radar")
            bank = scene.tracker.bank
            bank.xs[track.slot, FREE, :6], bank.xs[track.slot, FREE, 9] = x, 8.0
            bank.ws[track.slot] = 0.0, 1.0
            for k in range(3):
                for s in PAIR:
                    t = block * BLOCK_S + 8.0 * k
                    e = fault.get(s.id, np.zeros(3))
                    off = (clock or {}).get(s.id, 0.0)
                    values = scene.radar_values(s.id, [later(x, 8.0 * k)])
                    values[0, RANGE] += e[0]
                    values[0, AZIMUTH] += e[1] / np.cos(values[0, ELEVATION])
                    values[0, ELEVATION] += e[2]
                    look = scene.look(s.id, t + off, values)
                    rows = scene.tracker.rows(look, s, s.position)
                    reg.hear(look, s, rows, np.arange(1), {0: track.number}, {}, catalogue, -1)
        found += reg.close(at((block + 1) * BLOCK_S), scene.tracker.bank, catalogue)
    return reg, found


@pytest.mark.parametrize(
    ("errors", "off"),
    [
        ((0.0, 0.3 * DEG, 0.0), 0.0),
        ((0.0, 0.0, -0.3 * DEG), 0.0),
        ((300.0, 0.0, 0.0), 0.0),
        ((0.0, 0.0, 0.0), 2.0),
    ],
)
def test_the_wrong_radar_of_three_is_named_with_its_error(errors, off):
    reg, found = heard({"b": np.array(errors)}, 20, 1, {"b": off})
    named = [f for f in found if f.kind == "named"]
    assert [f.sensor for f in named] == ["b"]
    fault = reg.fault("b")
    assert fault is not None and not fault.drifting and reg.fault("a") is None and reg.fault("c") is None
    wrong = np.array(fault.mean) - np.array([*errors, off])
    # chi-square with 4 degrees of freedom at 1e-4
    assert wrong @ np.linalg.solve(np.array(fault.cov), wrong) < 23.5


def test_healthy_radars_are_not_named():
    reg, found = heard({}, 40, 2)
    assert not found and not reg.faults.named and len(reg.blocks) >= 29


def test_state_is_all_of_it():
    reg, _ = heard({"b": np.array([0.0, 0.3 * DEG, 0.0])}, 10, 3)
    assert reg.fault("b") is not None
    again = Registration(PAIR)
    again.load(reg.state())
    assert again.state() == reg.state() and again.fault("b") == reg.fault("b")


def test_errors_within_three_stated_sigmas_are_no_fault():
    _, found = heard({"b": np.array([25.0, 0.02 * DEG, -0.02 * DEG])}, 30, 4)
    assert not found


def test_two_radars_that_disagree_are_both_told_and_neither_is_corrected():
    two = PAIR[:2]
    faults = Faults(two)

    class Block:
        def __init__(self, end: int) -> None:
            # only the difference of the two azimuths is seen, and it is 0.3 deg, surely
            self.end, self.keys = end, {0: "x", 1: "y"}
            g = np.zeros(2 * ERRORS)
            g[1], g[ERRORS + 1] = 1.0, -1.0
            self.info = 1e4 * np.outer(g, g)
            self.vector = 1e4 * g * (0.3 * DEG / 1e-3)

    found = []
    blocks = []
    for k in range(6):
        blocks.append(Block(k))
        found += faults.judge(blocks)
    assert [f.kind for f in found] == ["disputed"] and not faults.named
    assert {found[0].sensor, *found[0].others} == {"a", "b"}


def test_three_satellites_find_the_pointing_error_of_one():
    orbits = [Orbit(geo_longitude_deg=g) for g in (-70.0, -30.0, 10.0)]
    satellites = compile_network(
        Network(infrared=tuple(Infrared(id=f"s{k}", orbit=o) for k, o in enumerate(orbits)))
    ).sensors
    faults = Faults(satellites)
    rng, total, vector = np.random.default_rng(3), np.zeros((12, 12)), np.zeros(12)
    for shot in range(8):
        x = np.zeros(N)
        x[:6], x[9] = thrown(10.0 + 5.0 * shot, -40.0 + 4.0 * shot, 60e3, 1500.0, 40.0 * shot, 60.0), 3e-4
        x[6:9] = 30.0 * x[3:6] / np.linalg.norm(x[3:6])
        rows, ages, who = [], [], []
        for k in range(4):
            for s in satellites:
                y = x.copy()
                for _ in range(8 * k):
                    advance_state(y, 1.0, BOOST, False)
                place = s.place(at(8.0 * k))
                d = y[:3] - place
                u = d / np.linalg.norm(d)
                a, b = rng.normal(0.0, s.sigma_los, 2) + ((3e-4, -2e-4) if s.id == "s1" else (0.0, 0.0))
                values, row = np.full((1, 15), np.nan), np.empty((1, MEAS))
                values[0, 4:7] = perturb_los(*u.tolist(), a, b)
                sight_rows(values, place[None, :], s.sigma_los, 0.0, row)
                rows.append(row[0]), ages.append(8.0 * k), who.append(s.index)
        info, v = np.empty((12, 12)), np.empty(12)
        fit_arc(
            x, loose(BOOST), BOOST, np.array(rows), np.array(ages), np.array(who), np.ones(3, np.int64), np.zeros(3),
            faults.scale, faults.wide, info, v,
        )  # fmt: skip
        total += info
        vector += v

    class Block:
        end, info, keys = 1, total, {0: "x", 1: "y", 2: "z"}

    Block.vector = vector
    found = []
    for _ in range(3):
        found += faults.judge([Block()])
    assert [(f.sensor, f.kind) for f in found] == [("s1", "named")]
    fault = faults.named["s1"]
    wrong = np.array(fault.mean[:2]) - [3e-4, -2e-4]
    assert wrong @ np.linalg.solve(np.array(fault.cov)[:2, :2], wrong) < 18.4  # chi-square with 2 at 1e-4


def test_sightings_of_a_known_object_are_worth_what_they_add():
    # the sum over two calls is that of one call: an element set's error is one error, however often it is looked at
    s = PAIR[0]
    state = thrown(30.0, -25.0, 600e3, 7500.0, 60.0, 0.0)
    scene = Scene(6)
    SENSORS.setdefault("a", s)
    states, rows = [], []
    for k in range(6):
        x = np.zeros(N)
        x[:6] = state
        coast(x, 8.0 * k)
        states.append(x[:6].copy())
        look = scene.look("a", 8.0 * k, scene.radar_values("a", [x[:6]]))
        rows.append(scene.tracker.rows(look, s, s.position)[0])
    faults = Faults(PAIR[:1])

    def told(parts):
        a, g, gx = np.diag([50.0, 2.5e-5, 1.1e-5]), np.zeros((3, 4)), np.zeros(3)
        total, vector = np.zeros((4, 4)), np.zeros(4)
        for p in parts:
            info, v = np.empty((4, 4)), np.empty(4)
            fit_orbit(
                np.array(states[p]), np.array(rows[p]), np.zeros(len(rows[p]), np.int64), np.zeros(1), faults.scale, a, g,
                gx, info, v,
            )  # fmt: skip
            total, vector = total + info, vector + v
        return total, vector

    once, twice = told([slice(0, 6)]), told([slice(0, 2), slice(2, 6)])
    assert once[0] == pytest.approx(twice[0], rel=1e-9, abs=1e-9) and once[1] == pytest.approx(
        twice[1], rel=1e-9, abs=1e-6
    )

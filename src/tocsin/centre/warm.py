"""Kernels compiled before the centre says ready: every kernel of the centre's path is run once on a small made-up flight.

Compiled code is kept in the cache folder of `core.kernels`; a marker there says that all of it is present, so a later start
costs nothing. Two processes share the work, since the compiler uses one core.
"""

from __future__ import annotations

import dataclasses
import gc
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.kernels import cache_dir
from tocsin.core.records.inputs import (
    AZIMUTH,
    COLUMNS,
    ELEVATION,
    INTENSITY,
    LOS_X,
    RANGE,
    ElementSet,
    Look,
    PartnerTrack,
)
from tocsin.core.records.network import Asset, Assets, Infrared, Network, Orbit, Radar, Telescope

PARTS = ("tracking", "prediction", "known")
"""The longest first; of two that run side by side neither needs kernels of the other but small ones."""
_START = 1_700_000_000 * NS
_ISS = (
    "1 25544U 98067A   23318.50000000  .00016717  00000-0  30000-3 0  9990",
    "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.49815350 10001",
)
"""Any low orbit serves; it is compared with nothing."""


def marker() -> Path:
    """Return the path of the file that says that all kernels are compiled, for this interpreter and numba."""
    import numba

    return cache_dir() / f"warm-{sys.version_info[0]}.{sys.version_info[1]}-{numba.__version__}"


def is_warm() -> bool:
    """Return whether all kernels are in the cache."""
    return marker().exists()


def warm_kernels(modules: Sequence[str] = ()) -> float:
    """Return the seconds it took to have every kernel compiled, 0 when all were; `modules` are run besides (`python -m`)."""
    if is_warm():
        return 0.0
    began = time.monotonic()
    commands = [[sys.executable, "-m", "tocsin.centre.warm", part] for part in PARTS]
    commands += [[sys.executable, "-m", module] for module in modules]
    running: list[subprocess.Popen[bytes]] = []
    failed = False
    try:
        while commands or running:
            while commands and len(running) < 2:
                running.append(subprocess.Popen(commands.pop(0), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            time.sleep(0.05)
            failed = failed or any(p.poll() not in (None, 0) for p in running)
            running = [p for p in running if p.poll() is None]
    finally:
        for process in running:
            process.terminate()
            process.wait()
    if failed:
        # what is missing is compiled when it is first needed; nothing is marked as done
        return time.monotonic() - began
    marker().parent.mkdir(parents=True, exist_ok=True)
    marker().touch()
    return time.monotonic() - began


def _network() -> Network:
    radar = Radar(
        id="R", latitude_deg=40.0, longitude_deg=-30.0, refraction="raw", bias_range_m=30.0, bias_azimuth_deg=0.01
    )
    return Network(
        radar=(radar,),
        telescope=(Telescope(id="T", latitude_deg=40.0, longitude_deg=-30.0),),
        infrared=(
            Infrared(id="S1", orbit=Orbit(geo_longitude_deg=-40.0), bias_los_rad=1e-5),
            Infrared(
                id="S2",
                orbit=Orbit(
                    epoch_utc="2023-11-14T00:00:00Z", perigee_altitude_km=1000, apogee_altitude_km=39000, inclination_deg=63.4,
                    argument_of_perigee_deg=270.0, mean_anomaly_deg=180.0,
                ),
            ),
        ),
    )  # fmt: skip


def _flight(t: float) -> np.ndarray:
    """Return a made-up place (3,) on a climb, m: nothing flies like this, but every kernel can work on it."""
    from tocsin.world.geodesy_kernels import geodetic_to_ecef

    downrange = 12.0 * t * t
    return np.array(geodetic_to_ecef(35.0 * DEG + downrange / 6.37e6, -32.0 * DEG, 8000.0 + 14.0 * t * t))


def exercise_tracking() -> None:
    """Run every kernel from look to track once, by a made-up flight seen by two satellites and a radar."""
    from tocsin.centre.centre import Centre
    from tocsin.sensing.kinds.radar_kernels import measure

    assets = Assets(asset=(Asset(id="A", latitude_deg=45.0, longitude_deg=-32.0, radius_km=50.0),))
    centre = Centre(_network(), assets, "test")
    centre.judgement.due = lambda tracker, now: []  # type: ignore[method-assign]
    centre.registration.wants = lambda look: False  # type: ignore[method-assign]
    sequence = dict.fromkeys(("R", "S1", "S2", "T"), 0)
    for k in range(60):
        t = float(k)
        for name in ("S1", "S2", "R", "T"):
            sensor = centre.sensors.by_id[name]
            when = _START + k * NS + (10_000_000 if name == "S2" else 0)
            values = np.full((1, COLUMNS), np.nan)
            target = _flight(t)
            if name in ("R", "T"):
                assert sensor.position is not None
                x, y, z = (float(v) for v in target)
                r, azimuth, elevation, _ = measure(x, y, z, 0.0, 0.0, 0.0, sensor.position, sensor.rot_enu)
                values[0, RANGE] = r if name == "R" else math.nan
                values[0, AZIMUTH], values[0, ELEVATION] = azimuth, elevation
            else:
                line = target - sensor.place(when)
                values[0, LOS_X : LOS_X + 3] = line / math.sqrt(float((line * line).sum()))
                values[0, INTENSITY] = 1e6
            if k in (20, 40):
                values = values[:0]
            n = values.shape[0]
            centre.step(
                Look(
                    sensor=name, session="", sequence=sequence[name], data_mode="test", received=when, time=when, start=when,
                    end=when, mode="track" if name == "R" and k % 2 else "search", declared=n,
                    numbers=np.arange(n, dtype=np.int64), times=np.full(n, when, np.int64), values=values,
                    hints=("x",) * n, rows=np.zeros(max(n, 1), np.int64),
                )
            )  # fmt: skip
            sequence[name] += 1
    slots = centre.tracker.bank.slots()
    if slots.size:
        centre.tracker.ahead(centre.tracker.bank.tracks[int(slots[0])].id, np.array([_START + 200 * NS]))
    state = tuple(float(v) for v in (*_flight(10.0), 0.0, 0.0, 0.0))
    covariance = tuple(float(v) for v in np.eye(6)[np.tril_indices(6)] * 1e6)
    centre.step(PartnerTrack("p", _START + 61 * NS, "test", _START + 60 * NS, state, covariance))  # type: ignore[arg-type]
    centre.advance(_START + 400 * NS)
    centre.snapshot()


def exercise_known() -> None:
    """Run the kernels of known objects and of what else a short flight does not come to."""
    _exercise_catalogue()
    _exercise_registration()
    _exercise_beginnings()


def _exercise_registration() -> None:
    """Run the kernels that look for errors of the sensors."""
    from tocsin.sensing.kinds.infrared_kernels import perturb_los
    from tocsin.tracking import error_kernels as errors
    from tocsin.tracking import registration_kernels as kernels
    from tocsin.tracking.filter_kernels import FREE, MEAS, N
    from tocsin.tracking.witness_kernels import tell_orbits

    n = errors.ERRORS
    x, rows, mean, variance = np.zeros(N), np.ones((1, MEAS)), np.zeros(2 * n), np.ones(2 * n)
    x[:6] = 7e6, 0.0, 0.0, 0.0, 7e3, 0.0
    a, gx, clocks, who = np.eye(3), np.zeros(3), np.zeros(2), np.zeros(1, np.int64)
    info, vector, cov = np.eye(2 * n), np.zeros(2 * n), np.empty((2 * n, 2 * n))
    kernels.fit_arc(
        x,
        np.eye(kernels.STATE),
        FREE,
        rows,
        np.zeros(1),
        who,
        np.zeros(2, np.int64),
        clocks,
        variance,
        variance,
        info,
        vector,
    )
    one_orbit = (a[None], np.zeros((1, 3, 2 * n)), gx[None], info, vector, np.zeros(1, np.bool_))
    tell_orbits(
        x[None, :6].copy(), rows, who, np.arange(2), clocks, variance, mean, variance, variance, np.ones((1, 3)),
        np.ones(1, np.bool_), *one_orbit,
    )  # fmt: skip
    errors.posterior(np.eye(2 * n), vector, variance, mean, cov)
    own, own_vector, one = np.eye(n), np.zeros(n), np.ones(n)
    errors.own_information(one, np.eye(n), one, own, own_vector)
    errors.log_evidence(own, own_vector, one, np.eye(n))
    errors.log_fault_odds(own, own_vector, one, one, np.ones((1, n), np.bool_), 3.0)
    errors.log_density_ratio(one, np.eye(n), one)
    errors.largest_odds(
        np.eye(2 * n)[None], vector[None], np.arange(2), np.ones(1, np.int64), variance, variance, variance,
        np.ones((2, 1, n), np.bool_), 3.0, np.empty(2),
    )  # fmt: skip
    first = np.arange(n)
    errors.eliminate(np.eye(2 * n), vector, first, first + n, mean, variance, own, own_vector)
    perturb_los(1.0, 0.0, 0.0, 0.0, 0.0)


def _exercise_catalogue() -> None:
    """Run every kernel that finds the known object of a radar's detections, by one that is seen where it is predicted."""
    from tocsin.catalogue.catalogue import Catalogue

    catalogue = Catalogue()
    catalogue.load([ElementSet("25544", "made up", *_ISS)])
    catalogue.advance(_START)
    everything = catalogue.add_site(np.array([6378137.0, 0.0, 0.0]), np.eye(3), 2e7, -90.0 * DEG)
    place = np.ascontiguousarray(catalogue.states(np.zeros(1, np.int64), _START)[:, :3])
    sigma = np.array([[100.0, 1e-3, 1e-3, 10.0]])
    catalogue.correlate(everything, np.array([_START]), place, sigma, np.full(1, math.nan))
    sight = place / math.sqrt(float((place * place).sum()))
    catalogue.correlate_sights(everything, np.array([_START]), sight, np.full((1, 2), 1e-3))
    catalogue.in_view(everything, _START)


def _exercise_beginnings() -> None:
    """Run the kernels that one short flight does not come to: a radar's own tracks, several side by side, spots forgotten."""
    from tocsin.detection.background_kernels import forget_spots
    from tocsin.tracking.assign import assign
    from tocsin.tracking.bank import TrackBank
    from tocsin.tracking.birth_kernels import start_radar, start_radars
    from tocsin.tracking.crowd_kernels import hidden_beside, hold_two
    from tocsin.tracking.filter_kernels import M_RANGE, MEAS, N
    from tocsin.tracking.fuse_kernels import carry_on, join
    from tocsin.tracking.gliding import Anchor, air_since
    from tocsin.tracking.ground_kernels import raise_above
    from tocsin.tracking.kindred import apart_at
    from tocsin.tracking.measurements import measured_places
    from tocsin.tracking.record_kernels import note_rivals
    from tocsin.tracking.upkeep import join_burnout, led_back, settle
    from tocsin.tracking.view_kernels import state_distances
    from tocsin.world.geodesy_kernels import great_circle_m

    bank, row = TrackBank(), np.ones(MEAS)
    row[M_RANGE] = 1e6
    slots = np.array([bank.add(_START, "radar").slot for _ in range(2)], np.int64)
    for s in slots:
        start_radar(bank.xs[s], bank.ps[s], bank.ws[s], row, 0.05)
    start_radars(bank.xs, bank.ps, bank.ws, bank.two, slots, np.stack([row, row]), np.arange(2), 7e6, np.empty((2, 3)))
    measured_places(row[None, :], np.arange(1))
    assign(slots, np.arange(2), np.ones(2))
    note_rivals(bank.records, bank.rivals, slots, slots)
    one, times = np.zeros(1, np.int64), np.array([_START], np.int64)
    hold_two(
        bank.xs, bank.ps, bank.ws, bank.ts, slots, row[None, :], times, one, np.ones(3), np.zeros(1, np.bool_)
    )  # fmt: skip
    hidden_beside(
        bank.xs, bank.ps, bank.ws, bank.ts, bank.records, bank.rivals, slots[:1], row[None, :], times, slots[1:], one,
        np.ones(3), np.zeros(1, np.bool_),
    )  # fmt: skip
    state_distances(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, slots[:1], slots[1:], np.empty((1, 1)))
    high = [6.4e6, 0.0, 0.0, 0.0, 5e3, 0.0, 0.0, 0.0, 0.0, 8.0]
    anchor = Anchor(_START, high, np.eye(N).ravel().tolist())
    air_since(anchor, _START + NS, np.array(high[:6]), np.eye(6))
    join(np.ones(6), np.eye(6), 1.0, np.ones(N), np.eye(N), np.empty(6), np.empty((6, 6)))
    carry_on(np.array(high), 1.0, np.empty((N, N)), True)
    raise_above(np.array(high), np.eye(N))
    track, burnt_out = bank.tracks[int(slots[1])], (np.array(high[:6]), 1e6 * np.eye(6))
    track.burnout = (_START - NS, *burnt_out)
    bank.xs[track.slot, :, :6] = high[:6]
    led_back(bank, track)
    join_burnout(bank, track, burnt_out)
    settle(bank, int(slots[0]), _START - NS, np.ones(6) * 1e7, np.eye(6))
    apart_at(bank, int(slots[1]), int(slots[1]), _START - NS)
    forget_spots(np.zeros((4, 8)), 0, 0.0)
    great_circle_m(0.0, 0.0, 0.1, 0.1)


def exercise_prediction() -> None:
    """Run every kernel from state to impact, launch and asset once."""
    from tocsin.centre.features_kernels import FIGURES, motion_figures
    from tocsin.identification.notices import fitting
    from tocsin.prediction.arc import arc_figures
    from tocsin.prediction.ascent import fit_burnout
    from tocsin.prediction.assets import AssetTable
    from tocsin.prediction.backtrace import launch_from_arc
    from tocsin.prediction.glide import Glide, predict_glide
    from tocsin.prediction.impact import PoweredHypotheses, asset_probabilities, predict_impact
    from tocsin.prediction.launch import fit_launch
    from tocsin.sensing.glint import forward_scatter_angle, glint_geometry

    place = _flight(60.0)
    up = place / math.sqrt(float((place * place).sum()))
    north = np.array([-up[0] * up[2], -up[1] * up[2], 1.0 - up[2] * up[2]])
    state = np.concatenate([place, 2500.0 * up + 2500.0 * north])
    table = AssetTable.from_assets(
        Assets(
            asset=(
                Asset(id="A", latitude_deg=45.0, longitude_deg=-32.0, radius_km=50.0),
                Asset(id="B", polygon=((40.0, -40.0), (50.0, -40.0), (50.0, -20.0))),
            )
        )
    )
    sharp, wide = np.diag([1e4] * 3 + [1.0] * 3), np.diag([1e10] * 3 + [1e6] * 3)
    powered = PoweredHypotheses.simple([0.5, 0.5], [20.0, 60.0], [5.0, 10.0], 30.0)
    ranges = np.array([(13.0, 0.7), (15.0, 0.5), (math.nan, math.nan)])
    powered = dataclasses.replace(powered, ranges=ranges, unsteered=0.5)
    for covariance, hypotheses in ((sharp, None), (wide, None), (sharp, powered)):
        asset_probabilities(predict_impact(_START, state, covariance, powered=hypotheses), table)
    predict_glide(_START, state, sharp, Glide(ratio=1.0, bank=0.5, ln_beta=8.0, ln_beta_sigma=0.3), 300.0)
    arc_figures(state[None], sharp[None])
    motion_figures(np.concatenate([state, np.zeros(3)]), sharp, up, np.empty(FIGURES))
    launch_from_arc(_START, state, sharp)
    satellite = np.array([42164e3 * math.cos(-0.7), 42164e3 * math.sin(-0.7), 0.0])
    times = np.array([_START + k * 5 * NS for k in range(8)], np.int64)
    lines = np.array([_flight(30.0 + 5.0 * k) - satellite for k in range(8)])
    lines /= np.sqrt((lines * lines).sum(axis=1))[:, None]
    fit_launch(times, np.tile(satellite, (8, 1)), lines, np.full(8, 3e-5))
    fit_burnout(
        times, np.tile(satellite, (8, 1)), lines, np.full(8, 3e-5), int(times[-1]) + NS, int(times[-1]) + 2 * NS
    )
    glint_geometry(satellite, (float(lines[0, 0]), float(lines[0, 1]), float(lines[0, 2])), _START)
    forward_scatter_angle(lines[:1], _START)
    fitting({}, _START, 0.1, 0.1, 1e4, math.nan)


if __name__ == "__main__":
    gc.set_threshold(100_000, 20)  # the compiler makes many small objects and drops few: a tenth of its time
    {"tracking": exercise_tracking, "prediction": exercise_prediction, "known": exercise_known}[sys.argv[1]]()

"""The density of what is new or false in a look, and rows of whole looks."""

import math

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, at, later, thrown
from tocsin.core.constants import DEG
from tocsin.core.records.inputs import AZIMUTH, COLUMNS, ELEVATION, RANGE, RANGE_RATE
from tocsin.sensing.kinds.radar_kernels import measure
from tocsin.tracking.filter_kernels import M_RANGE, M_RATE, M_SIGMA_A
from tocsin.tracking.lone_plumes import unsharp
from tocsin.tracking.measurement_kernels import LOG_RATE_SPAN, against_new
from tocsin.tracking.measurements import (
    NEW_PER_LOOK,
    SIGHT_DISTANCE_M,
    figures_of,
    measurement_rows,
)
from tocsin.tracking.upkeep import open_to
from tocsin.world.geodesy_kernels import geodetic_to_ecef


def test_the_density_of_a_radar_integrates_over_its_field_to_what_a_look_brings():
    for name, width in (("A", 360.0), ("north", 120.0)):
        sensor = SENSORS[name]
        rng = np.random.default_rng(1)
        # the share of a ball of its range that lies in the field, by throwing points
        points = rng.normal(size=(200_000, 3))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        low, high = sensor.whole_field[:, 2].min(), sensor.whole_field[:, 3].max()
        inside = (points[:, 2] > math.sin(low)) & (points[:, 2] < math.sin(high))
        volume = inside.mean() * width / 360.0 * 4.0 / 3.0 * math.pi * sensor.range_max**3
        expected = math.exp(figures_of(sensor).log_density) * volume
        assert expected == pytest.approx(sensor.false_alarms + NEW_PER_LOOK, rel=0.01)


def test_the_density_of_a_satellite_is_over_its_cone_at_the_stated_distance():
    sensor = SENSORS["west"]
    cap = 2.0 * math.pi * (1.0 - math.cos(10.0 * DEG)) * SIGHT_DISTANCE_M**2
    assert math.exp(figures_of(sensor).log_density) * cap == pytest.approx(sensor.false_alarms + NEW_PER_LOOK)


def test_a_measured_range_rate_adds_a_dimension_to_the_density():
    figures = figures_of(SENSORS["A"])
    rows = np.zeros((3, 18))
    rows[1, M_RATE], rows[2, M_RANGE] = np.nan, np.nan
    plain = figures.log_density
    gain = np.empty(3)
    against_new(np.zeros(3), np.arange(3), rows, plain, gain)
    assert -gain == pytest.approx([plain - LOG_RATE_SPAN, plain, plain])


def test_a_satellite_may_be_elsewhere_at_each_detection():
    scene = Scene(1)
    states = [thrown(height_m=20e3), later(thrown(), 5.0)]
    values = scene.sight_values("west", 0.0, states)
    places = np.array([[4.2e7, 0.0, 0.0], [4.2e7, 100.0, 0.0]])
    item = scene.look("west", 0.0, values, places=places, place=(1.0, 2.0, 3.0))
    sensor = SENSORS["west"]
    rows = measurement_rows(item, sensor, figures_of(sensor), sensor.place(at(0.0)))
    assert np.array_equal(rows[:, :3], places)


def test_a_radar_that_moves_has_the_horizon_and_the_north_of_where_it_is():
    scene, home = Scene(1), SENSORS["A"]
    states = [thrown(), later(thrown(), 5.0)]
    # two hundred kilometres off, and on between the two detections
    there = [geodetic_to_ecef(31.0 * DEG, (-26.5 + 0.01 * k) * DEG, 8e3) for k in range(2)]
    values = np.full((2, COLUMNS), np.nan)
    for k, state in enumerate(states):
        moved = home.at(there[k])
        r, az, el, rate = measure(*state, moved.position, moved.rot_enu)
        values[k, [RANGE, AZIMUTH, ELEVATION, RANGE_RATE]] = r, az, el, rate
    item = scene.look("A", 0.0, values, places=np.array(there), place=there[0])
    sensor = home.at(item.place)
    assert sensor.moves and sensor.altitude_m == pytest.approx(8e3) and not home.moves
    rows = measurement_rows(item, sensor, figures_of(sensor), sensor.place(at(0.0), item.place))
    assert rows[:, :3] == pytest.approx(np.array(there))
    seen = rows[:, :3] + rows[:, M_RANGE, None] * rows[:, 3:6]
    assert seen == pytest.approx(np.array([s[:3] for s in states]), abs=1e-3)
    # its own speed is in the range rate, and nobody has told it
    assert np.isnan(rows[:, M_RATE]).all()


def test_a_sensor_that_says_it_stands_where_it_stands_is_that_sensor():
    home = SENSORS["A"]
    assert home.at(None) is home
    assert home.at(tuple(home.position + 0.5)) is home
    west = SENSORS["west"]
    assert west.at((4.2e7, 0.0, 0.0)) is west


def test_a_radar_without_ranges_may_be_of_a_plume_at_once():
    scene = Scene(2)
    for k in range(8):
        scene.sight("west", 5.0 * k, [later(thrown(height_m=60e3), 5.0 * k)])
    bank = scene.tracker.bank
    slots = bank.slots()
    assert unsharp(bank, slots).all()
    rows = np.zeros((2, 18))
    assert not open_to(bank, slots, SENSORS["A"], rows).any()
    for column in (M_RANGE, M_SIGMA_A):
        partial = rows.copy()
        partial[:, column] = np.nan
        assert open_to(bank, slots, SENSORS["A"], partial).all()
    rows[0, M_RANGE] = np.nan
    assert not open_to(bank, slots, SENSORS["A"], rows).any()
    assert open_to(bank, slots, SENSORS["west"], rows).all()


def test_a_look_without_detections_has_no_rows():
    scene = Scene(1)
    for name in ("A", "west"):
        sensor = SENSORS[name]
        item = scene.look(name, 0.0, np.zeros((0, 15)))
        assert measurement_rows(item, sensor, figures_of(sensor), sensor.place(at(0.0))).shape == (0, 18)

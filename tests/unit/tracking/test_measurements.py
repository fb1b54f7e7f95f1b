"""The density of what is new or false in a look, and rows of whole looks."""

import math

import numpy as np
import pytest

from tests.unit.tracking.scenes import SENSORS, Scene, at, later, thrown
from tocsin.core.constants import DEG
from tocsin.tracking.filter_kernels import M_RANGE, M_RATE
from tocsin.tracking.measurement_kernels import LOG_RATE_SPAN, against_new
from tocsin.tracking.measurements import (
    NEW_PER_LOOK,
    SIGHT_DISTANCE_M,
    figures_of,
    measurement_rows,
)


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


def test_a_look_without_detections_has_no_rows():
    scene = Scene(1)
    for name in ("A", "west"):
        sensor = SENSORS[name]
        item = scene.look(name, 0.0, np.zeros((0, 15)))
        assert measurement_rows(item, sensor, figures_of(sensor), sensor.place(at(0.0))).shape == (0, 18)

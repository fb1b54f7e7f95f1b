"""A look as measurement rows, and the density of what is new or false in it."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.records.inputs import Look
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.filter_kernels import M_RATE, MEAS
from tocsin.tracking.measurement_kernels import crowding, dearer_by, free_of_air, measured, radar_rows, sight_rows
from tocsin.world.geodesy_kernels import ecef_to_geodetic, enu_axes

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NEW_PER_LOOK = 0.1
"""Objects that come into a sensor's sight for the first time in one look, beside its false alarms."""
CROWD_LEAST = 2.0
"""However dense the crowd, a detection within the gate says so much (log): objects that fly close together are confirmed too."""
TAIL = 9.35
"""Squared distance of three components that 2.5 % of true detections exceed."""
SIGHT_DISTANCE_M = 3.8e7
"""Distance at which the density of an infrared field is stated: the residuals are scaled to metres at the target."""


class Figures(msgspec.Struct, frozen=True, eq=False):
    """What the tracker needs of a sensor beside its geometry: default sigmas (7,) and densities."""

    sigmas: FloatArray
    log_density: float
    """Of false alarms and new objects in one look, per m3 (radar) or m2 (infrared)."""
    expected: float
    """False alarms and new objects in one look, all in all."""

    def dense(self, false_alarms: float) -> float:
        """Return the log density where a sensor gives so many false alarms a look, at least that of what it states."""
        return self.log_density + math.log(max((false_alarms + NEW_PER_LOOK) / self.expected, 1.0))


def figures_of(sensor: Sensor) -> Figures:
    """Return the figures of a sensor: sigmas (range, azimuth, elevation, range rate, three biases) and density."""
    expected = sensor.false_alarms + NEW_PER_LOOK
    if sensor.kind == "infrared":
        solid = 2.0 * math.pi * (1.0 - math.cos(sensor.field_half_angle))
        return Figures(np.full(7, math.nan), math.log(expected / (solid * SIGHT_DISTANCE_M**2)), expected)
    volume = 0.0
    for box in sensor.whole_field.tolist():
        sines = math.sin(box[3]) - math.sin(box[2])
        volume += box[1] * sines * (box[5] ** 3 - box[4] ** 3) / 3.0
    sigmas = np.array(
        [
            sensor.sigma_range, sensor.sigma_azimuth, sensor.sigma_elevation, sensor.sigma_range_rate,
            math.hypot(sensor.bias_range, sensor.slow[0]), math.hypot(sensor.bias_azimuth, sensor.slow[1]),
            math.hypot(sensor.bias_elevation, sensor.slow[2]),
        ]
    )  # fmt: skip
    return Figures(sigmas, math.log(expected / max(volume, 1.0)), expected)


def measurement_rows(look: Look, sensor: Sensor, figures: Figures, place: FloatArray) -> FloatArray:
    """Return the measurement rows (n, 18) of a look, refraction taken off where the sensor reports raw angles."""
    rows = np.empty((look.values.shape[0], MEAS))
    if sensor.kind == "infrared":
        places = np.empty((rows.shape[0], 3))
        places[:] = place if look.places is None else look.places
        sight_rows(look.values, places, sensor.sigma_los, sensor.bias_los, rows)
        return rows
    values = look.values
    left = np.zeros((values.shape[0], 2))
    if sensor.raw_refraction and values.shape[0]:
        values = values.copy()
        free_of_air(values, sensor.altitude_m, sensor.frequency_hz, sensor.content_tecu, left)
    if not sensor.moves:
        radar_rows(values, place, sensor.rot_enu, figures.sigmas, left, rows)
        return rows
    # each row from where the sensor was then
    stood = np.broadcast_to(place, (rows.shape[0], 3)) if look.places is None else look.places
    for k in range(rows.shape[0]):
        one, there = slice(k, k + 1), np.ascontiguousarray(stood[k])
        latitude, longitude, _ = ecef_to_geodetic(*there.tolist())
        axes = np.array(enu_axes(latitude, longitude)).reshape(3, 3)
        radar_rows(values[one], there, axes, figures.sigmas, left[one], rows[one])
    rows[:, M_RATE] = math.nan
    return rows


def beside_neighbours(
    gain: FloatArray, d2: FloatArray, rows: FloatArray, which: IntArray, left: IntArray, log_density: float,
    least: float = CROWD_LEAST,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Return the gains (k,) of pairs with detections `which` (k,), their worth for young tracks, and how crowded it is.

    A detection that a track does not explain is there of a neighbour: the density of the detections `left` around it takes
    the place of that of false alarms (`log_density`, 1/m3) where it is higher. In the gain, for pairs in the tail (`d2`, the
    squared distance): what fits well is not given up because others are near. In the worth, for all; it is not below `least`.
    Crowded (k,): the log of the density around each, above `log_density`.
    """
    crowd = np.zeros(len(rows))
    crowding(rows, left, which, crowd)
    dearer = np.empty(which.size)
    dearer_by(crowd, which, log_density, dearer)
    gain = np.where(d2 > TAIL, gain - dearer, gain)
    return gain, np.maximum(gain - dearer, np.minimum(gain, least)), dearer


def measured_places(rows: FloatArray, chosen: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return places (c, 3) m, sigmas (c, 4) of range, angles, range rate, and range rates (c,) of measurement rows `chosen`.

    Without a range or a direction the place is NaN.
    """
    places, sigmas, rates = np.empty((chosen.size, 3)), np.empty((chosen.size, 4)), np.empty(chosen.size)
    measured(rows, chosen, places, sigmas, rates)
    return places, sigmas, rates

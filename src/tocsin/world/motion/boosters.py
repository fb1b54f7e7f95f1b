"""Powered flight of a vehicle class: its stages and pitch programme, flown and sampled."""

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.errors import ValueRefused
from tocsin.core.records.vehicle import Vehicle
from tocsin.world.motion.powered_kernels import (
    SAMPLE_COLUMNS,
    TIME,
    TX,
    X,
    fly_powered,
    fly_powered_many,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class PoweredFlight(msgspec.Struct, frozen=True, eq=False):
    """A sampled powered flight, Earth-fixed; the last row is the payload when the last stage is gone."""

    times: FloatArray
    """(n,) s after lift-off."""
    states: FloatArray
    """(n, 6) m, m/s."""
    thrust: FloatArray
    """(n, 3) thrust acceleration, m/s2."""
    masses: FloatArray
    """(n,) kg."""
    burning: IntArray
    """(n,) 1 while a motor burns."""
    stage: IntArray
    """(n,) number of the stage."""
    burnouts: FloatArray
    """(stages, 8): time, state and mass at each burn-out, before the stage is dropped."""


def fly(
    vehicle: Vehicle, lat: float, lon: float, height: float, programme: FloatArray, dt_out: float = 1.0
) -> PoweredFlight:
    """Return the powered flight of a vehicle from a place (rad, m) by a programme, a row every dt_out s.

    ValueRefused if dt_out is not positive.
    """
    if not dt_out > 0.0:
        raise ValueRefused("the time between samples must be positive")
    n = int(vehicle.burn_s / dt_out) + 4
    samples = np.zeros((n, SAMPLE_COLUMNS))
    flags = np.zeros((n, 2), np.int64)
    marks = np.zeros((len(vehicle.stages), 8))
    rows = fly_powered(vehicle.table(), vehicle.payload_kg, lat, lon, height, programme, dt_out, samples, flags, marks)
    s = samples[:rows]
    return PoweredFlight(
        s[:, TIME].copy(), s[:, X : X + 6].copy(), s[:, TX : TX + 3].copy(), s[:, SAMPLE_COLUMNS - 1].copy(),
        flags[:rows, 0].copy(), flags[:rows, 1].copy(), marks,
    )  # fmt: skip


def fly_many(
    tables: FloatArray, payloads_kg: FloatArray, lat: float, lon: float, height: float, programmes: FloatArray
) -> FloatArray:
    """Return (n, 7) time (s) and state (m, m/s, Earth-fixed) at the last burn-out of n flights from a place (rad, m).

    tables (n, stages, 7), payloads_kg (n,) and programmes (n, 11) are a flight a row, as `Vehicle.table` and
    `Vehicle.programme` give them; all vehicles have the same number of stages.
    """
    out = np.empty((len(tables), 7))
    fly_powered_many(tables, payloads_kg, lat, lon, height, programmes, out)
    return out

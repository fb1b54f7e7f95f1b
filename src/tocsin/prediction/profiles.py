"""Boost profiles: what generic vehicles fly, as tables of height and ground range against time, steep to flat.

Each class in `hypotheses` is flown once at each of three lofts. A fit stretches the tables in
time and size, so that they also stand for vehicles that are none of the three.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG
from tocsin.core.records.vehicle import Vehicle
from tocsin.prediction.hypotheses import INTERCONTINENTAL, INTERMEDIATE_RANGE, SHORT_RANGE
from tocsin.prediction.profile_kernels import LOFTS, PROFILE_COLUMNS, PROFILE_DT_S
from tocsin.world import geodesy
from tocsin.world.motion.boosters import PoweredFlight, fly
from tocsin.world.motion.freeflight_kernels import propagate_many

FloatArray = npt.NDArray[np.float64]

CLASSES: tuple[Vehicle, ...] = (SHORT_RANGE, INTERMEDIATE_RANGE, INTERCONTINENTAL)
KICKS = (0.25, 0.7, 1.15)
"""Pitch-over of the three lofts beside that for the longest range: lofted, usual, flat."""
_COAST_S = 60.0
_HEADING = 0.0
_LATITUDE = 0.0


@dataclass(frozen=True, eq=False)
class Profiles:
    """The tables of c classes; time steps of PROFILE_DT_S from lift-off, all classes equally long."""

    names: tuple[str, ...]
    table: FloatArray
    """(c, 3, n, 6): height, ground range (m), their rates (m/s), their integrals over time (m s); steep loft first."""
    thrust: FloatArray
    """(c, n) thrust acceleration at the usual loft, m/s2; 0 after the last burn-out and while a stage is dropped."""
    burn_s: FloatArray
    """(c,) lift-off to the last burn-out."""


def _samples(vehicle: Vehicle, kick: float, n: int) -> tuple[FloatArray, FloatArray]:
    """Return (n, 6) the columns of the table and (n,) thrust of one flight at steps of PROFILE_DT_S.

    Flown northward from the equator, where the Coriolis force has no part in the plane of the flight; the fit adds it
    for the real place and heading.
    """
    flight: PoweredFlight = fly(vehicle, _LATITUDE, 0.0, 0.0, vehicle.programme(_HEADING, kick), PROFILE_DT_S)
    burning = len(flight.times) - 1
    states = np.empty((n, 6))
    states[:burning] = flight.states[:burning]
    left = np.arange(burning, n) * PROFILE_DT_S - float(flight.times[-1])
    coast, status = np.empty((len(left), 6)), np.empty(len(left), np.int64)
    last = np.ascontiguousarray(np.broadcast_to(flight.states[-1], coast.shape))
    propagate_many(last, np.asarray(left, np.float64), np.full(len(left), vehicle.payload_beta_kg_m2), coast, status)
    states[burning:] = coast
    lat, lon, height = geodesy.to_geodetic(states[:, :3])
    along, _, _ = geodesy.inverse(_LATITUDE, 0.0, lat, lon)
    out = np.empty((n, PROFILE_COLUMNS))
    out[:, 0], out[:, 1] = height, along
    out[:, 2:4] = np.gradient(out[:, :2], PROFILE_DT_S, axis=0)
    steps = 0.5 * PROFILE_DT_S * (out[1:, :2] + out[:-1, :2])
    out[0, 4:6] = 0.0
    out[1:, 4:6] = np.cumsum(steps, axis=0)
    push = np.zeros(n)
    push[:burning] = np.sqrt((flight.thrust[:burning] ** 2).sum(axis=1)) * (flight.burning[:burning] > 0)
    return out, push


@functools.cache
def profiles() -> Profiles:
    """Return the tables of the generic classes, made once."""
    longest = max(v.burn_s for v in CLASSES)
    n = math.ceil((longest + _COAST_S) / PROFILE_DT_S) + 1
    table = np.empty((len(CLASSES), LOFTS, n, PROFILE_COLUMNS))
    thrust = np.empty((len(CLASSES), n))
    for c, vehicle in enumerate(CLASSES):
        for loft, factor in enumerate(KICKS):
            table[c, loft], push = _samples(vehicle, vehicle.kick_deg * DEG * factor, n)
            if loft == 1:
                thrust[c] = push
    return Profiles(tuple(v.name for v in CLASSES), table, thrust, np.array([v.burn_s for v in CLASSES]))

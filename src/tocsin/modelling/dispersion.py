"""How flights of one class differ: motors, payload and aim drawn from the class's dispersion."""

import math

import msgspec
import numpy as np

from tocsin.core.constants import DEG
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.vehicle import Dispersion, Vehicle
from tocsin.world.motion.boosters import fly_many
from tocsin.world.motion.powered_kernels import AZIMUTH, ISP, KICK, THRUST

PAYLOAD_BETA_KG_M2 = (2000.0, 12_000.0)
"""Ballistic coefficients of what missiles carry, evenly in the logarithm: 400 to 2,500 lb/ft2, from the blunt or whole bodies of
short range to slender cones. Of no class is a distribution published: all have this one (theory: prediction)."""


def payload_beta(rng: np.random.Generator) -> float:
    """Return a ballistic coefficient (kg/m2) drawn from those of what missiles carry."""
    low, high = (math.log(beta) for beta in PAYLOAD_BETA_KG_M2)
    return math.exp(rng.uniform(low, high))


def even_betas(n: int) -> FloatArray:
    """Return (n,) ballistic coefficients (kg/m2) that stand for all of them alike: the middles of n equal shares."""
    low, high = (math.log(beta) for beta in PAYLOAD_BETA_KG_M2)
    return np.exp(low + (high - low) * (np.arange(n) + 0.5) / n)


def dispersed(vehicle: Vehicle, programme: FloatArray, rng: np.random.Generator) -> tuple[Vehicle, FloatArray]:
    """Return a vehicle and a programme drawn from the dispersion of a class; unchanged where it states none."""
    d = vehicle.dispersion
    if d == Dispersion():
        return vehicle, programme
    stages = []
    for stage in vehicle.stages:
        isp, burn = np.exp(rng.normal(0.0, (d.isp_relative, d.burn_relative)))
        stages.append(
            msgspec.structs.replace(stage, isp_vac_s=stage.isp_vac_s * float(isp), burn_s=stage.burn_s * float(burn))
        )
    payload = vehicle.payload_kg * float(np.exp(rng.normal(0.0, d.payload_relative)))
    turned = programme.copy()
    turned[AZIMUTH] += rng.normal(0.0, d.azimuth_deg) * DEG
    turned[KICK] += rng.normal(0.0, d.kick_deg) * DEG
    return msgspec.structs.replace(vehicle, stages=tuple(stages), payload_kg=payload), turned


def burnouts(
    vehicle: Vehicle, place: tuple[float, float], programme: FloatArray, n: int, rng: np.random.Generator
) -> FloatArray:
    """Return (n, 7) time (s) and state (m, m/s, Earth-fixed) at the last burn-out of n dispersed flights.

    `place`: latitude, longitude (rad). The sums are those of `dispersed`, for all flights at once.
    """
    d = vehicle.dispersion
    tables = np.repeat(vehicle.table()[None], n, axis=0)
    isp = np.exp(rng.normal(0.0, d.isp_relative, tables.shape[:2]))
    burn = np.exp(rng.normal(0.0, d.burn_relative, tables.shape[:2]))
    tables[:, :, ISP] *= isp
    tables[:, :, THRUST] *= isp / burn
    payloads = vehicle.payload_kg * np.exp(rng.normal(0.0, d.payload_relative, n))
    programmes = np.repeat(programme[None], n, axis=0)
    programmes[:, AZIMUTH] += rng.normal(0.0, d.azimuth_deg * DEG, n)
    programmes[:, KICK] += rng.normal(0.0, d.kick_deg * DEG, n)
    return fly_many(tables, payloads, place[0], place[1], 0.0, programmes)

"""Generic boosters: classes fitted to published ranges and burn times, no named missile; and their powered flight.

Sources of the classes: ranges and boost times in Forden 2007 (Science & Global Security 15), Kleppner et al. 2003 (APS)
and NRC 2012; sounding rockets: NASA Sounding Rockets User Handbook, 810-HB-SRP. The figures of the stages are fits to
those, not data of any vehicle.
"""

import math

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG, G0_M_S2
from tocsin.core.errors import ValueRefused
from tocsin.world.motion.powered_kernels import (
    SAMPLE_COLUMNS,
    TIME,
    TX,
    X,
    fly_powered,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_NEVER_S = 1.0e9


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage."""

    propellant_kg: float
    dry_kg: float
    burn_s: float
    isp_vac_s: float
    diameter_m: float
    exit_diameter_m: float = 0.0
    coast_s: float = 0.0
    """Between the drop of the stage before and ignition."""

    @property
    def thrust_vac_n(self) -> float:
        """Mean thrust in vacuum, N."""
        return self.propellant_kg * G0_M_S2 * self.isp_vac_s / self.burn_s


class Vehicle(msgspec.Struct, frozen=True, kw_only=True):
    """A class of vehicle with the pitch programme it usually flies."""

    name: str
    kind: str
    """`missile` or `sounding_rocket`."""
    stages: tuple[Stage, ...]
    payload_kg: float
    payload_beta_kg_m2: float
    """Ballistic coefficient of what flies on."""
    plume_w_sr: tuple[float, ...]
    """Mean intensity of each stage's plume in the short-wave infrared, out of the air."""
    vertical_s: float = 4.0
    kick_s: float = 8.0
    turn_s: float = 12.0
    """Start of the gravity turn."""
    hold_s: float = _NEVER_S
    """Start of the fixed inertial attitude (or constant rate)."""
    pitch_rate_deg_s: float = 0.0
    kick_deg: float = 6.0
    """Tilt from the vertical at the end of the kick: for the longest range (missile), or of the rail (rocket)."""
    range_km: tuple[float, float] = (0.0, 0.0)
    """Ranges that scenarios ask of it: within what it reaches in every azimuth and at every latitude."""

    @property
    def burn_s(self) -> float:
        """Time from lift-off to the last burn-out, s."""
        return math.fsum(s.burn_s + s.coast_s for s in self.stages)

    def table(self) -> FloatArray:
        """Return the stages as the rows that `fly_powered` takes."""
        return np.array(
            [
                (
                    s.propellant_kg,
                    s.dry_kg,
                    s.thrust_vac_n,
                    s.isp_vac_s,
                    math.pi / 4.0 * s.diameter_m**2,
                    math.pi / 4.0 * s.exit_diameter_m**2,
                    s.coast_s,
                )
                for s in self.stages
            ]
        )

    def programme(self, azimuth: float, kick: float | None = None, cutoff_s: float = _NEVER_S) -> FloatArray:
        """Return the pitch programme row: azimuth and kick in rad (default: the class's), cut-off in s."""
        angle = self.kick_deg * DEG if kick is None else kick
        rate = self.pitch_rate_deg_s * DEG
        return np.array([azimuth, self.vertical_s, angle, self.kick_s, self.turn_s, self.hold_s, rate, cutoff_s])


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


def _stage(
    propellant_kg: float,
    dry_kg: float,
    burn_s: float,
    isp_vac_s: float,
    diameter_m: float,
    exit_m: float,
    coast_s: float,
) -> Stage:
    return Stage(
        propellant_kg=propellant_kg, dry_kg=dry_kg, burn_s=burn_s, isp_vac_s=isp_vac_s, diameter_m=diameter_m,
        exit_diameter_m=exit_m, coast_s=coast_s,
    )  # fmt: skip


# One stage: about 650 km, burns 80 s
SHORT_RANGE = Vehicle(
    name="short_range",
    kind="missile",
    stages=(_stage(5000.0, 1100.0, 80.0, 240.0, 0.9, 0.6, 0.0),),
    payload_kg=500.0,
    payload_beta_kg_m2=5000.0,
    plume_w_sr=(1.0e5,),
    kick_s=21.0,
    turn_s=25.0,
    hold_s=60.0,
    kick_deg=30.0,
    range_km=(300.0, 600.0),
)

# Two solid stages: about 3,600 km, boost 141 s
INTERMEDIATE_RANGE = Vehicle(
    name="intermediate_range",
    kind="missile",
    stages=(
        _stage(14000.0, 1900.0, 70.0, 262.0, 1.5, 1.1, 0.0),
        _stage(4200.0, 800.0, 70.0, 280.0, 1.5, 0.9, 1.0),
    ),
    payload_kg=750.0,
    payload_beta_kg_m2=6000.0,
    plume_w_sr=(5.0e5, 2.0e5),
    kick_s=26.0,
    turn_s=30.0,
    hold_s=75.0,
    kick_deg=42.0,
    range_km=(1500.0, 3300.0),
)

# Three solid stages: about 9,900 km, boost 184 s
INTERCONTINENTAL = Vehicle(
    name="intercontinental",
    kind="missile",
    stages=(
        _stage(22000.0, 2600.0, 62.0, 265.0, 1.8, 1.3, 0.0),
        _stage(7500.0, 900.0, 62.0, 287.0, 1.4, 1.0, 1.0),
        _stage(3000.0, 400.0, 58.0, 290.0, 1.3, 0.8, 1.0),
    ),
    payload_kg=900.0,
    payload_beta_kg_m2=8000.0,
    plume_w_sr=(1.0e6, 3.0e5, 1.0e5),
    kick_s=32.0,
    turn_s=36.0,
    hold_s=65.0,
    pitch_rate_deg_s=0.25,
    kick_deg=54.0,
    range_km=(5500.0, 8000.0),
)

# Four stages from a rail: apogee about 1,400 km
SOUNDING_ROCKET = Vehicle(
    name="sounding_rocket",
    kind="sounding_rocket",
    stages=(
        _stage(1290.0, 800.0, 6.4, 235.0, 0.76, 0.6, 0.0),
        _stage(760.0, 600.0, 3.5, 240.0, 0.58, 0.5, 5.0),
        _stage(1000.0, 270.0, 32.0, 262.0, 0.44, 0.4, 6.0),
        _stage(315.0, 95.0, 17.0, 285.0, 0.44, 0.4, 35.0),
    ),
    payload_kg=150.0,
    payload_beta_kg_m2=2000.0,
    plume_w_sr=(3.0e5, 3.0e5, 5.0e4, 4.0e4),
    vertical_s=0.0,
    kick_s=0.0,
    turn_s=1.0,
    kick_deg=8.0,
)

# Two stages from a rail: apogee about 350 km
SOUNDING_ROCKET_TWO_STAGE = Vehicle(
    name="sounding_rocket_two_stage",
    kind="sounding_rocket",
    stages=(
        _stage(590.0, 320.0, 6.2, 235.0, 0.46, 0.4, 0.0),
        _stage(1000.0, 270.0, 32.0, 262.0, 0.44, 0.4, 6.0),
    ),
    payload_kg=350.0,
    payload_beta_kg_m2=2000.0,
    plume_w_sr=(1.5e5, 5.0e4),
    vertical_s=0.0,
    kick_s=0.0,
    turn_s=1.0,
    kick_deg=7.0,
)

VEHICLES: dict[str, Vehicle] = {
    v.name: v for v in (SHORT_RANGE, INTERMEDIATE_RANGE, INTERCONTINENTAL, SOUNDING_ROCKET, SOUNDING_ROCKET_TWO_STAGE)
}

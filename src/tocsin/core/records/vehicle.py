"""A class of vehicle, as its TOML file gives it: stages, payload, the pitch programme it usually flies, and sources.

Classes are generic: notional stages fitted to published ranges and burn times, no data of any named vehicle.
"""

import math
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from tocsin.core.constants import DEG, G0_M_S2
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Name, Positive, _Config

NEVER_S = 1.0e9
NotNegative = Annotated[float, Meta(ge=0)]
Kind = Literal["missile", "sounding_rocket", "space_launcher"]


class Stage(_Config, frozen=True, kw_only=True):
    """One stage."""

    propellant_kg: float
    dry_kg: float
    """What is dropped at its burn-out."""
    burn_s: float
    isp_vac_s: float
    """Specific impulse in vacuum."""
    diameter_m: Positive
    """Of the body that the air meets while this stage burns."""
    exit_diameter_m: NotNegative = 0.0
    """Of one nozzle with the area of all: the air takes pressure times this area from the thrust."""
    coast_s: NotNegative = 0.0
    """Between the drop of the stage before and ignition."""
    plume_w_sr: NotNegative = 0.0
    """Mean intensity of the plume in the short-wave infrared, out of the air."""

    @property
    def thrust_vac_n(self) -> float:
        """Mean thrust in vacuum, N."""
        return self.propellant_kg * G0_M_S2 * self.isp_vac_s / self.burn_s

    @property
    def exit_area_m2(self) -> float:
        """Area of the nozzle exit, m2."""
        return math.pi / 4.0 * self.exit_diameter_m**2


class Fairing(_Config, frozen=True, kw_only=True):
    """The fairing of a space launcher, two halves that are dropped together."""

    mass_kg: Positive
    drop_s: Positive
    """After lift-off."""
    beta_kg_m2: Positive = 20.0
    """Ballistic coefficient of a half: a light shell."""


class Dump(_Config, frozen=True, kw_only=True):
    """Left-over propellant that the last stage of a space launcher lets out after the payload is gone."""

    start_s: NotNegative
    """After cut-off."""
    duration_s: Positive
    intensity_w_sr: NotNegative
    """Of the cloud in the band of the sensors."""


class Dispersion(_Config, frozen=True, kw_only=True):
    """How flights of one class differ when nothing steers the difference out: one sigma each."""

    isp_relative: NotNegative = 0.0
    burn_relative: NotNegative = 0.0
    """Of the burn time, at the same propellant."""
    payload_relative: NotNegative = 0.0
    azimuth_deg: NotNegative = 0.0
    kick_deg: NotNegative = 0.0


class Source(_Config, frozen=True, kw_only=True):
    """Where values come from."""

    keys: Annotated[tuple[str, ...], Meta(min_length=1)]
    """Names of keys: `payload_kg`, `stage.burn_s` (of every stage), `fairing.mass_kg`."""
    source: str
    confidence: Literal["high", "medium", "low", "assumed"]
    """`assumed`: nothing published stands behind it."""


class Vehicle(_Config, frozen=True, kw_only=True):
    """A class of vehicle with the pitch programme it usually flies."""

    name: Name
    kind: Kind
    description: str = ""
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1)] = msgspec.field(name="stage")
    payload_kg: float
    payload_beta_kg_m2: Positive
    """Ballistic coefficient of what flies on."""
    rcs_dbsm: float = 0.0
    """Radar cross-section of what flies on."""
    cep_m: NotNegative = 0.0
    """Half of the falls of a missile lie within this of the place aimed at."""
    range_km: tuple[NotNegative, NotNegative] = (0.0, 0.0)
    """Ranges that scenarios ask of it: within what it reaches in every azimuth and at every latitude."""
    orbit_km: NotNegative = 0.0
    """Height of the circular orbit that a space launcher flies to."""
    vertical_s: NotNegative = 4.0
    kick_s: NotNegative = 8.0
    """How long it takes to tilt to the kick, after the vertical part."""
    turn_s: NotNegative = 12.0
    """Start of the gravity turn."""
    hold_s: NotNegative = NEVER_S
    """Start of the fixed inertial attitude (or constant rate); a space launcher steers from here."""
    pitch_rate_deg_s: float = 0.0
    kick_deg: Annotated[float, Meta(ge=0, le=90)] = 6.0
    """Tilt from the vertical at the end of the kick: for the longest range (missile), or of the rail (rocket)."""
    fairing: Fairing | None = None
    dump: Dump | None = None
    dispersion: Dispersion = Dispersion()
    sources: tuple[Source, ...] = msgspec.field(name="source", default=())

    @property
    def burn_s(self) -> float:
        """Time from lift-off to the last burn-out, s."""
        return math.fsum(s.burn_s + s.coast_s for s in self.stages)

    @property
    def plume_w_sr(self) -> tuple[float, ...]:
        """Mean intensity of each stage's plume, W/sr."""
        return tuple(s.plume_w_sr for s in self.stages)

    @property
    def lift_off_kg(self) -> float:
        """Mass at lift-off, kg."""
        stages = math.fsum(s.propellant_kg + s.dry_kg for s in self.stages)
        return stages + self.payload_kg + (self.fairing.mass_kg if self.fairing else 0.0)

    @property
    def ideal_speed_m_s(self) -> float:
        """Speed gained in empty space without gravity, m/s (Tsiolkovsky); the fairing is left out."""
        speed, above = 0.0, self.payload_kg
        for s in reversed(self.stages):
            speed += G0_M_S2 * s.isp_vac_s * math.log1p(s.propellant_kg / (above + s.dry_kg))
            above += s.dry_kg + s.propellant_kg
        return speed

    def table(self) -> FloatArray:
        """Return (stages, 7) the rows that `powered_kernels.fly_powered` takes."""
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

    def programme(
        self,
        azimuth: float,
        kick: float | None = None,
        cutoff_s: float = NEVER_S,
        steer: tuple[float, float] | None = None,
    ) -> FloatArray:
        """Return (11,) the pitch programme: azimuth and kick in rad (default: the class's), cut-off in s.

        `steer`: pitch above the velocity when the hold begins (rad) and how fast it goes down (rad/s); default: along
        the velocity, at the class's rate.
        """
        angle = self.kick_deg * DEG if kick is None else kick
        up, rate = (0.0, self.pitch_rate_deg_s * DEG) if steer is None else steer
        drop_s, drop_kg = (self.fairing.drop_s, self.fairing.mass_kg) if self.fairing else (NEVER_S, 0.0)
        return np.array(
            [
                azimuth, self.vertical_s, angle, self.kick_s, self.turn_s, self.hold_s, rate, cutoff_s, up, drop_s, drop_kg,
            ]
        )  # fmt: skip

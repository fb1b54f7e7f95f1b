"""Boosters: stages by their velocities, and the powered way up with a gravity turn.

A stage is made from what it adds in speed, its specific impulse, its thrust to weight and the share of structure, by
Tsiolkovsky's equation. Thrust may fall or rise over a burn; the pressure of the air takes a part of that of the first stage.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp

from .air import SEA_LEVEL_PRESSURE_PA, air_at
from .earth import STANDARD_GRAVITY_M_S2, FloatArray, acceleration, east_north_up, ecef_from_geodetic, height_m
from .flight import Derivative, Place, States, coast

Steering = Callable[[float, Sequence[float]], FloatArray]
"""A time, s, and Earth-fixed state to the direction (3,) of thrust."""
AREA_OF_A_TONNE_M2 = 0.13
"""Cross-section of a vehicle of a tonne; grows with mass to the power of two thirds, as bodies of one shape do."""
BACK_PRESSURE_LOSS = 0.12
"""Share of thrust that a nozzle loses at sea level; typical of first stages, Sutton, Rocket Propulsion Elements, ch. 3."""
COASTING_DRAG = 0.3
"""Drag coefficient between burns."""
DEEPEST_M = -50.0
"""A vehicle that is lower has fallen back."""


@dataclass(frozen=True)
class Stage:
    """One stage with all that stands on it."""

    start_kg: float
    propellant_kg: float
    specific_impulse_s: float
    mean_thrust_n: float
    burn_s: float
    slope: float
    """Thrust at ignition less that at burnout, over the mean."""
    delay_s: float
    """Coast before ignition."""
    area_m2: float

    def thrust_n(self, part: float | FloatArray) -> float | FloatArray:
        """Return the thrust in a vacuum after a part of the full burn."""
        return self.mean_thrust_n * (1.0 + self.slope * (0.5 - part))

    def mass_kg(self, part: float) -> float:
        """Return the mass after a part of the full burn: what is burnt goes with the thrust."""
        return self.start_kg - self.propellant_kg * (part + self.slope * 0.5 * (part - part * part))


class Design(NamedTuple):
    """What a stage is made from; `structure` is its dry mass over its propellant, `thrust_to_weight` at its ignition."""

    velocity_m_s: float
    specific_impulse_s: float
    structure: float
    thrust_to_weight: float
    slope: float
    delay_s: float


def stacked(payload_kg: float, designs: Sequence[Design]) -> tuple[Stage, ...] | None:
    """Return the stages from the lowest on, none when structure alone outweighs what a stage can lift.

    Tsiolkovsky: start / end = exp(velocity / (g0 specific impulse)), solved for the propellant from the top down.
    """
    above_kg, stages = payload_kg, []
    for design in reversed(designs):
        exhaust_m_s = STANDARD_GRAVITY_M_S2 * design.specific_impulse_s
        growth = math.exp(design.velocity_m_s / exhaust_m_s) - 1.0
        propellant_kg = above_kg * growth / (1.0 - design.structure * growth)
        if propellant_kg <= 0.0:
            return None
        above_kg += propellant_kg * (1.0 + design.structure)
        thrust_n = design.thrust_to_weight * STANDARD_GRAVITY_M_S2 * above_kg
        stages.append(
            Stage(
                start_kg=above_kg,
                propellant_kg=propellant_kg,
                specific_impulse_s=design.specific_impulse_s,
                mean_thrust_n=thrust_n,
                burn_s=propellant_kg * exhaust_m_s / thrust_n,
                slope=design.slope,
                delay_s=design.delay_s,
                area_m2=AREA_OF_A_TONNE_M2 * (above_kg / 1000.0) ** (2.0 / 3.0),
            )
        )
    return tuple(reversed(stages))


def drag_coefficient(mach: float) -> float:
    """Return a slender body's drag coefficient: a rise about the speed of sound, a slow fall beyond three times it.

    A smooth curve in the shape of those measured on slender bodies (Hoerner, Fluid-Dynamic Drag, ch. 16); no body in particular.
    """
    return 0.25 + 0.25 * math.exp(-(((mach - 1.15) / 0.35) ** 2)) - 0.08 * min(1.0, max(0.0, (mach - 3.0) / 4.0))


class Tilt(NamedTuple):
    """How a climb leaves the vertical: straight up, then tilted evenly to an angle, then along its own velocity."""

    angle_rad: float
    vertical_s: float
    tilting_s: float


class Leg(NamedTuple):
    """A piece of a way up: one stage that burns or waits."""

    start_s: float
    end_s: float
    states: States
    stage: int
    burning: bool


class Ascent(NamedTuple):
    """A powered way up, and the state (6,) at its end."""

    stages: tuple[Stage, ...]
    legs: tuple[Leg, ...]
    state: FloatArray
    end_s: float

    def burns(self, stage: int) -> list[Leg]:
        """Return the burning legs of a stage, in order."""
        return [leg for leg in self.legs if leg.stage == stage and leg.burning]

    def ignition_s(self, stage: int) -> float:
        """Return when a stage began to burn."""
        return self.burns(stage)[0].start_s

    def state_at(self, seconds: float) -> FloatArray:
        """Return the state (6,) at a time of the way up."""
        leg = [leg for leg in self.legs if leg.start_s <= seconds <= leg.end_s + 1e-6][-1]
        return leg.states(seconds)


def ascend(
    stages: tuple[Stage, ...],
    launch: Place,
    azimuth_deg: float,
    tilt: Tilt,
    cut_s: float | None = None,
    steering: Steering | None = None,
) -> Ascent | None:
    """Return the way up from a place at sea level, none when it falls back.

    `cut_s`: seconds that the last stage burns (all by default). `steering`: where the upper stages thrust; along the velocity by
    default.
    """
    axes = east_north_up(launch.latitude_deg, launch.longitude_deg)
    along = axes[0] * math.sin(math.radians(azimuth_deg)) + axes[1] * math.cos(math.radians(azimuth_deg))
    tilting = _Tilting(launch.seconds, tilt, axes[2], along)
    state = np.concatenate([ecef_from_geodetic(launch.latitude_deg, launch.longitude_deg, 0.0), np.zeros(3)])
    seconds, legs = launch.seconds, []
    for number, stage in enumerate(stages):
        if stage.delay_s > 0.0:
            states, state = coast(
                seconds, state, stage.start_kg / (COASTING_DRAG * stage.area_m2), seconds + stage.delay_s, rtol=1e-9
            )
            legs.append(Leg(seconds, seconds + stage.delay_s, states, number, False))
            seconds += stage.delay_s
        burn_s = stage.burn_s if cut_s is None or number < len(stages) - 1 else cut_s
        thrusting = _thrusting(stage, seconds, number == 0, steering if number > 0 and steering else tilting.direction)
        corners = [t for t in tilting.corners_s() if seconds < t < seconds + burn_s]
        for start_s, end_s in zip((seconds, *corners), (*corners, seconds + burn_s), strict=True):
            found = solve_ivp(
                thrusting, (start_s, end_s), state, method="RK45", rtol=1e-7, atol=1e-3, dense_output=True, max_step=5.0
            )
            legs.append(Leg(start_s, end_s, found.sol, number, True))
            state = np.asarray(found.y[:, -1])
            if height_m(*state[:3]) < DEEPEST_M:
                return None
        seconds += burn_s
    return Ascent(stages, tuple(legs), state, seconds)


class _Tilting:
    """The direction of thrust of a gravity turn."""

    def __init__(self, start_s: float, tilt: Tilt, up: FloatArray, along: FloatArray) -> None:
        self.start_s, self.tilt, self.up, self.along = start_s, tilt, up, along

    def corners_s(self) -> tuple[float, float]:
        """Return the times at which the law of steering changes, which no step of the integrator may cross."""
        straight_s = self.start_s + self.tilt.vertical_s
        return straight_s, straight_s + self.tilt.tilting_s

    def direction(self, seconds: float, state: Sequence[float]) -> FloatArray:
        vx, vy, vz = state[3:6]
        speed, since = math.sqrt(vx * vx + vy * vy + vz * vz), seconds - self.start_s
        if since < self.tilt.vertical_s or speed < 1.0:
            return self.up
        if since < self.tilt.vertical_s + self.tilt.tilting_s:
            angle = self.tilt.angle_rad * (since - self.tilt.vertical_s) / self.tilt.tilting_s
            return self.up * math.cos(angle) + self.along * math.sin(angle)
        return np.array([vx / speed, vy / speed, vz / speed])


def _thrusting(stage: Stage, ignition_s: float, in_thick_air: bool, direction: Steering) -> Derivative:
    """Return the derivative of a state while a stage burns."""

    def derivative(seconds: float, state: Sequence[float]) -> list[float]:
        x, y, z, vx, vy, vz = state
        part = (seconds - ignition_s) / stage.burn_s
        air = air_at(height_m(x, y, z))
        thrust = float(stage.thrust_n(part))
        if in_thick_air:
            thrust *= 1.0 - BACK_PRESSURE_LOSS * air.pressure_pa / SEA_LEVEL_PRESSURE_PA
        mass = stage.mass_kg(part)
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        drag = 0.5 * air.density_kg_m3 * speed * drag_coefficient(speed / air.sound_m_s) * stage.area_m2 / mass
        push, to = thrust / mass, direction(seconds, state)
        ax, ay, az = acceleration(x, y, z, vx, vy)
        return [vx, vy, vz, ax - drag * vx + push * to[0], ay - drag * vy + push * to[1], az - drag * vz + push * to[2]]

    return derivative

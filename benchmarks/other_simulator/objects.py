"""Things that sensors may see: what flies, with its plume, its light on the way down and its radar cross-section; hot spots."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from .air import air_at
from .boosters import Ascent, Stage
from .earth import (
    GM_M3_S2,
    FloatArray,
    destination,
    earth_fixed,
    east_north_up,
    ecef_from_geodetic,
)
from .flight import Fall, Place, Trajectory, coast, fall

Rng = np.random.Generator
PLUME_W_SR_N = 0.3
"""Median of the radiant intensity a newton of thrust in the band of the sensor; a megawatt a steradian of 3 MN."""
PLUME_ALOFT = 0.4
"""Share of it that is left where the plume spreads in thin air."""
PLUME_SPREADS_M = 60e3
PLUME_FLICKER = 0.25
"""Standard deviation of the logarithm, look to look."""
GLOWS_BELOW_M, GLOWS_ABOVE_M_S = 110e3, 2000.0
BODY_KG, STAGE_KG = 400.0, 1500.0
"""Masses by which the power of drag becomes light."""


class Visible(Protocol):
    """What a sensor needs to know of a thing."""

    name: str
    kind: str
    radar_dbsm: float | None
    """None: no radar sees it."""
    through_cloud: bool
    """Seen where it is: the sky above it is clear."""
    launch: Place | None
    impact: Place | None

    def states(self, seconds: ArrayLike) -> FloatArray:
        """Return Earth-fixed states (n, 6) at times (n,); not a number when there is nothing."""

    def light_w_sr(self, seconds: FloatArray, states: FloatArray, heights_m: FloatArray, rng: Rng) -> FloatArray:
        """Return radiant intensities (n,) in the band of the infrared sensors."""


class Plume(NamedTuple):
    """A burn as light."""

    start_s: float
    end_s: float
    stage: Stage
    ignition_s: float
    w_sr_n: float

    def light_w_sr(self, seconds: FloatArray, heights_m: FloatArray, rng: Rng) -> FloatArray:
        """Return intensities (n,) at times within the burn: in proportion to thrust, less aloft, flickering."""
        steady = self.w_sr_n * np.asarray(self.stage.thrust_n((seconds - self.ignition_s) / self.stage.burn_s))
        aloft = np.where(heights_m < PLUME_SPREADS_M, 1.0, PLUME_ALOFT)
        return steady * aloft * rng.lognormal(0.0, PLUME_FLICKER, len(seconds))


@dataclass
class Body:
    """A thing that flies: boosted or free."""

    name: str
    kind: str
    trajectory: Trajectory
    radar_dbsm: float | None
    ballistic_coefficient_kg_m2: float | None
    impact: Place | None
    glow_sr: float
    """Share of the power of drag that shines into a steradian, within the band."""
    launch: Place | None = None
    plumes: tuple[Plume, ...] = ()
    through_cloud: bool = False

    def states(self, seconds: ArrayLike) -> FloatArray:
        """Return Earth-fixed states (n, 6)."""
        return self.trajectory.states(seconds)

    def light_w_sr(self, seconds: FloatArray, states: FloatArray, heights_m: FloatArray, rng: Rng) -> FloatArray:
        """Return intensities (n,): of the plume while it burns, else of the air that stops it."""
        light, burning = np.zeros(len(seconds)), np.zeros(len(seconds), bool)
        for plume in self.plumes:
            within = (seconds >= plume.start_s) & (seconds <= plume.end_s)
            light[within] += plume.light_w_sr(seconds[within], heights_m[within], rng)
            burning |= within
        if not self.ballistic_coefficient_kg_m2:
            return light
        speeds = np.linalg.norm(states[:, 3:], axis=1)
        mass_kg = STAGE_KG if self.kind == "stage" else BODY_KG
        for k in np.nonzero((heights_m < GLOWS_BELOW_M) & (speeds > GLOWS_ABOVE_M_S) & ~burning)[0]:
            drag_w = (
                0.5 * air_at(heights_m[k]).density_kg_m3 * speeds[k] ** 3 * mass_kg / self.ballistic_coefficient_kg_m2
            )
            light[k] += self.glow_sr * drag_w
        return light


@dataclass
class HotSpot:
    """A hot thing that stands or flies level: a fire, the engines of an aircraft. No radar follows it."""

    name: str
    kind: str
    latitude_deg: float
    longitude_deg: float
    height_m: float
    heading_deg: float
    speed_m_s: float
    start_s: float
    end_s: float
    w_sr: float
    flicker: float
    radar_dbsm: float | None = None
    launch: Place | None = None
    impact: Place | None = None
    through_cloud: bool = True

    def states(self, seconds: ArrayLike) -> FloatArray:
        """Return Earth-fixed states (n, 6) along a great circle."""
        seconds = np.atleast_1d(np.asarray(seconds, float))
        out = np.full((len(seconds), 6), np.nan)
        heading = math.radians(self.heading_deg)
        for k in np.nonzero((seconds >= self.start_s) & (seconds <= self.end_s))[0]:
            gone_km = self.speed_m_s * (seconds[k] - self.start_s) / 1e3
            latitude, longitude = destination(self.latitude_deg, self.longitude_deg, self.heading_deg, gone_km)
            axes = east_north_up(latitude, longitude)
            out[k, :3] = ecef_from_geodetic(latitude, longitude, self.height_m)
            out[k, 3:] = self.speed_m_s * (axes[0] * math.sin(heading) + axes[1] * math.cos(heading))
        return out

    def light_w_sr(self, seconds: FloatArray, states: FloatArray, heights_m: FloatArray, rng: Rng) -> FloatArray:
        """Return intensities (n,), flickering."""
        return self.w_sr * rng.lognormal(0.0, self.flicker, len(seconds))


def free_body(
    rng: Rng,
    name: str,
    kind: str,
    start_s: float,
    state: FloatArray,
    ballistic_coefficient_kg_m2: float,
    radar_dbsm: float,
    until_s: float,
) -> Body:
    """Return a thing in free flight from a state (6,) on."""
    glow_sr = rng.lognormal(0.0, 0.5) * 3e-5
    flight = fall(start_s, state, ballistic_coefficient_kg_m2, until_s)
    trajectory = Trajectory()
    trajectory.add(start_s, flight.end_s, flight.states)
    return Body(name, kind, trajectory, radar_dbsm, ballistic_coefficient_kg_m2, flight.impact, glow_sr)


class Payload(NamedTuple):
    """What goes on when the last stage is done."""

    ballistic_coefficient_kg_m2: float
    radar_dbsm: float
    plume_w_sr_n: float
    """Of the boosters that carry it."""


def boosted_bodies(
    rng: Rng, name: str, kind: str, ascent: Ascent, launch: Place, payload: Payload, until_s: float
) -> tuple[list[Body], Fall]:
    """Return the payload, with its way up, before its spent stages, and the payload's free flight."""
    stages = [spent_stage(rng, f"{name}-stage{k + 1}", ascent, k, until_s) for k in range(len(ascent.stages))]
    flight = fall(ascent.end_s, ascent.state, payload.ballistic_coefficient_kg_m2, until_s)
    trajectory = Trajectory()
    for leg in ascent.legs:
        trajectory.add(leg.start_s, leg.end_s, leg.states)
    trajectory.add(ascent.end_s, flight.end_s, flight.states)
    body = Body(
        name=name,
        kind=kind,
        trajectory=trajectory,
        radar_dbsm=payload.radar_dbsm,
        ballistic_coefficient_kg_m2=payload.ballistic_coefficient_kg_m2,
        impact=flight.impact,
        glow_sr=rng.lognormal(0.0, 0.5) * 1e-5,
        launch=launch,
        plumes=tuple(
            Plume(leg.start_s, leg.end_s, ascent.stages[leg.stage], ascent.ignition_s(leg.stage), payload.plume_w_sr_n)
            for leg in ascent.legs
            if leg.burning
        ),
    )
    return [body, *stages], flight


def spent_stage(rng: Rng, name: str, ascent: Ascent, number: int, until_s: float) -> Body:
    """Return a stage from its burnout on: it is left behind at some metres a second, and tumbles to one side."""
    burnout_s = ascent.burns(number)[-1].end_s
    state = ascent.state_at(burnout_s).copy()
    aside = rng.normal(size=3)
    forward = state[3:] / max(1.0, float(np.linalg.norm(state[3:])))
    state[3:] += -forward * rng.uniform(1.0, 5.0) + 0.5 * aside / np.linalg.norm(aside)
    return free_body(rng, name, "stage", burnout_s, state, rng.uniform(100, 500), rng.uniform(3, 11), until_s)


def passing_body(
    rng: Rng,
    name: str,
    kind: str,
    over: Sequence[float],
    height_m: float,
    pass_s: float,
    until_s: float,
    ballistic_coefficient_kg_m2: float | None,
    radar_dbsm: float,
) -> Body:
    """Return a thing on a nearly circular orbit that crosses a place (latitude, longitude) level at a time, from time 0 on."""
    position, axes = ecef_from_geodetic(over[0], over[1], height_m), east_north_up(over[0], over[1])
    course = rng.uniform(0.0, 2.0 * math.pi)
    level = axes[0] * math.sin(course) + axes[1] * math.cos(course)
    state = earth_fixed(position, level * math.sqrt(GM_M3_S2 / float(np.linalg.norm(position))))
    before, _ = coast(pass_s, state, ballistic_coefficient_kg_m2, 0.0)
    after = fall(pass_s, state, ballistic_coefficient_kg_m2, until_s)
    trajectory = Trajectory()
    trajectory.add(0.0, pass_s, before)
    trajectory.add(pass_s, after.end_s, after.states)
    glow_sr = rng.lognormal(0.0, 0.5) * 3e-5
    return Body(name, kind, trajectory, radar_dbsm, ballistic_coefficient_kg_m2, after.impact, glow_sr)

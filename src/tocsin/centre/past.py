"""What of a track's past still counts when its present has changed: its arc above the air, its braking, its dark times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tocsin.core.constants import GRAVITY_RADIUS_M, J2, MU_M3_S2, NS
from tocsin.identification.features import AIR_M
from tocsin.identification.motion import BRAKES_M_S2
from tocsin.identification.reach import EARTH_RADIUS_M

ARC_SPEED_M_S, ARC_RADAR_HITS = 500.0, 3
"""An arc is remembered from radar, once its speed is known so well (one sigma)."""
FLAT_SPEED_M_S, FLAT_HITS = 30.0, 6
"""How flat an arc is, is known by such a speed, and by so many detections of radars."""
HEIGHT_M, SURE_SIGMA = 10e3, 3.0
DRIVEN, DRIVEN_S = 3.0, 5.0
"""What has gained energy twice is driven on for so many of the times between, and so long, after the last: a last stage of 1 to
15 m/s2 gains beyond three sigma of a radar's arc every ten to forty seconds, a missile every two or three."""
LEAST_PUSH_M_S2 = 0.5
"""No last stage gives less. Where a second radar, with errors of its own, takes part, an arc gains metres a second at once."""
LIT_HITS = 3
"""So many plumes after a dark time make a motor that has lit again; fewer may be someone else's."""


class FreeArc(NamedTuple):
    """An arc flown without motor and air."""

    perigee_m: float
    apogee_m: float
    range_m: float
    orbiting: float
    """Probability that its perigee is above 90 km."""
    speed_m_s: float
    """Inertial, at `height_m`, with its sigma."""
    height_m: float
    sigma_m_s: float
    potential_j_kg: float
    """Of gravity there, with the Earth's flattening."""


NO_ARC = FreeArc(*[math.nan] * 8)


class Motion(NamedTuple):
    """What a track does now, as far as its past needs it."""

    time: int
    """TAI ns."""
    shines: bool
    infrared_hits: int
    radar_hits: int
    dark_s: float
    """Since the first look after the last plume that could have seen one."""
    powered: float
    thrust_m_s2: float
    thrust_sigma_m_s2: float
    height_m: float
    height_sigma_m: float


class Past(msgspec.Struct):
    """The past of a track."""

    braked: float = 0.0
    """By how many sigma its light braked at most, since it last gained speed."""
    rose: bool = False
    """It climbed under power by the last look that saw it shine."""
    shone_m: float = 0.0
    """The greatest height that it shone above, beyond doubt."""
    gap_s: float = 0.0
    """The longest dark time between two burns."""
    dark_s: float = 0.0
    """The dark time that lasts, or after which it shone again, and how many plumes had been seen by then."""
    dark_hits: int = 0
    arc: FreeArc | None = None
    """The best known arc above the air, since it last gained speed."""
    flat: float = 0.0
    """The most that range over apogee surely ever was (two sigma) of its arcs, well known, in the air or above."""
    pushes: int = 0
    first_push: int = 0
    last_push: int = 0
    """How often its arc above the air has gained energy beyond doubt, when it first did and when it last did (TAI ns)."""
    gained_m_s: float = 0.0
    """By how much that has raised its speed since the first time."""

    def note(self, now: Motion, arc: FreeArc) -> None:
        """Take in what a track does now; `arc` is the arc that it would fly from here."""
        if now.powered > 0.5 and now.thrust_m_s2 > 3.0 * now.thrust_sigma_m_s2 + 4.0:
            # it gains speed: what it did before says nothing of where it goes
            since_s = (now.time - self.last_push) / NS if self.pushes else 0.0
            self._push(now, self.arc is not None, now.thrust_m_s2 * since_s)
            self.braked, self.arc = 0.0, None
        elif now.shines and now.infrared_hits >= LIT_HITS and now.thrust_sigma_m_s2 > 0.0:
            self.braked = max(self.braked, (-now.thrust_m_s2 - BRAKES_M_S2) / now.thrust_sigma_m_s2)
        if now.shines and now.infrared_hits >= LIT_HITS and now.height_sigma_m < HEIGHT_M:
            self.shone_m = max(self.shone_m, now.height_m - SURE_SIGMA * now.height_sigma_m)
        self._note_dark(now)
        if now.radar_hits >= FLAT_HITS and arc.sigma_m_s < FLAT_SPEED_M_S and arc.range_m > 0.0 and arc.apogee_m > 0.0:
            self.flat = max(self.flat, arc.range_m / (arc.apogee_m + 2.0 * _apogee_by_speed(arc) * arc.sigma_m_s))
        if self.arc is not None and faster(arc, self.arc):
            self._push(now, True, gain(arc, self.arc))
            self.arc = None
        driven = now.powered > 0.3 and now.thrust_m_s2 > 0.0
        high = now.height_m > AIR_M and now.height_sigma_m < HEIGHT_M
        if driven or not high or now.radar_hits < ARC_RADAR_HITS or not arc.sigma_m_s < ARC_SPEED_M_S:
            return
        self.keep_better(arc)

    def keep_better(self, arc: FreeArc) -> None:
        """Remember an arc above the air, seen there or told by drag since, where none is known as well."""
        if self.arc is None or arc.sigma_m_s < self.arc.sigma_m_s:
            self.arc = arc

    def best(self, arc: FreeArc) -> FreeArc:
        """Return the arc that says what it is: that of now, or the remembered one where air or ignorance has blurred it."""
        if self.arc is None or (arc.height_m >= AIR_M and arc.sigma_m_s <= 2.0 * self.arc.sigma_m_s):
            return arc
        return self.arc

    def _push(self, now: Motion, gained: bool, by_m_s: float) -> None:
        """Note that it has gained energy by its state, or beyond the arc that was known of it, though nobody sees it shine."""
        if gained and not now.shines:
            self.gained_m_s += by_m_s if self.pushes else 0.0
            self.pushes, self.last_push = self.pushes + 1, now.time
            self.first_push = self.first_push or now.time

    def driven(self, now: int) -> bool:
        """Return whether it gains energy step by step though nobody sees it shine: a motor too faint for the satellites."""
        whole = self.last_push - self.first_push
        if self.pushes < 2 or self.gained_m_s < LEAST_PUSH_M_S2 * whole / NS:
            return False
        between = whole / (self.pushes - 1)
        return now - self.last_push < DRIVEN * between + DRIVEN_S * NS

    def _note_dark(self, now: Motion) -> None:
        if now.dark_s > 0.0:
            if now.infrared_hits > self.dark_hits:
                self.dark_hits, self.dark_s = now.infrared_hits, 0.0
            self.dark_s = max(self.dark_s, now.dark_s)
        elif self.dark_s > 0.0 and now.infrared_hits - self.dark_hits >= LIT_HITS:
            self.gap_s, self.dark_s = max(self.gap_s, self.dark_s), 0.0


def _apogee_by_speed(arc: FreeArc) -> float:
    """Return how much higher the apogee (m) lies for each m/s along the way: the ellipse is longer by 4 a^2 v / mu (vis viva)."""
    radius = EARTH_RADIUS_M + arc.height_m
    half = 1.0 / (2.0 / radius - arc.speed_m_s**2 / MU_M3_S2)
    return 4.0 * half**2 * arc.speed_m_s / MU_M3_S2


def potential_at(place: Sequence[float]) -> float:
    """Return the potential of gravity (J/kg) at an Earth-fixed place (m), with the flattening that a way north or south feels."""
    x, y, z = place
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    flat = J2 * GRAVITY_RADIUS_M**2 / r2 * (1.5 * z * z / r2 - 0.5)
    return -MU_M3_S2 / r * (1.0 - flat)


def gain(now: FreeArc, then: FreeArc) -> float:
    """Return by how much (m/s) an arc is faster than another is at the height of the first."""
    square = then.speed_m_s**2 + 2.0 * (then.potential_j_kg - now.potential_j_kg)
    return now.speed_m_s - math.sqrt(max(square, 0.0))


def faster(now: FreeArc, then: FreeArc) -> bool:
    """Return whether an arc has more energy than another beyond the errors of both: only a motor gives it."""
    return gain(now, then) > 3.0 * math.hypot(now.sigma_m_s, then.sigma_m_s)

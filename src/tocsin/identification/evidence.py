"""Pieces of evidence: each reads the features of a track and gives a likelihood to every class.

A piece is a function of the features as they stand, never multiplied in twice; so evidence does not grow by repetition.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from tocsin.core.constants import MU_M3_S2
from tocsin.identification.burns import (
    BURNS_S,
    ORBIT_ENDS,
    STAGE_GAP_S,
    STAGES_FOLLOW_S,
    burns_beyond,
    ends_at,
    may_follow,
    stage_due,
)
from tocsin.identification.classes import CLASSES, LAUNCHES, MISSILES, UNKNOWN_LIKELIHOOD
from tocsin.identification.features import DARK_LONG_S, Features
from tocsin.identification.motion import brakes, burns, came, climbs_under_power
from tocsin.identification.reach import EARTH_RADIUS_M, least_apogee, reach

SLOWEST_M_S2, SLOWEST_GAINS_M_S2 = 3.0, 2.5
WHOLE_BURN_M_S2 = 22.0  # missiles gain as much in the mean of their whole burn, or more (see `mean_acceleration`)
FLAT, FLAT_WIDTH, FAR_M = 0.5, 0.08, 5500e3
"""Apogee over that of least energy, of arcs of intercontinental range: depressed ones that were ever proposed stay above."""
REACHES_KM = {
    "ballistic_missile_short_range": (150.0, 1050.0),
    "ballistic_missile_intermediate_range": (1050.0, 5600.0),
    "ballistic_missile_intercontinental": (5600.0, 20_100.0),  # round half of the Earth
}
EDGE, END = 0.2, 0.05
"""How far the energy of the generic classes reaches. Many are flown for less than they have, none for more: the logarithm of a
reach may lie so far below the least, and beyond the most by so much and what the speed may be off."""
FLATTEST, FLATTEST_WIDTH = 30.0, 4.0
"""Range over apogee, beyond which nothing is thrown: the flattest arcs that were studied have 18 (1,750 km at 95 km), 15 (2,800
at 180) and 21 (6,200 at 300; Gronlund & Wright 1992). What comes down from orbit is flatter, however air has slowed it."""
STEEP_M, STEEP_WIDTH_M, STEEP_M_S = -2.5e6, 0.4e6, 2200.0
"""So deep below the ground lies the perigee of an arc too steep for a launcher at orbital speed."""
SHINES_BELOW_M = 130e3
AIRCRAFT_M_S = (120.0, 900.0)
"""Between aircraft that stay aloft and the fastest: combat aircraft in service reach Mach 2.0 to 2.8 (600 to 850 m/s)."""
MIRROR_DEG, FORWARD_DEG = 8.0, 50.0


class Piece(msgspec.Struct, frozen=True):
    """One piece of evidence: its name, what was measured, and the likelihood of that under every class."""

    name: str
    value: str
    likelihood: dict[str, float]

    def ratio(self, a: tuple[str, ...]) -> float:
        """Return the likelihood ratio of the best of the classes `a` against the best of all others."""
        mine = max([self.likelihood[c] for c in a])
        others = max([v for c, v in self.likelihood.items() if c not in a and c != "unknown"])
        return mine / max(others, 1e-12)


def spread(default: float, **named: float) -> dict[str, float]:
    """Return a likelihood for every class: `default`, the named ones, and the constant of `unknown`."""
    out = dict.fromkeys(CLASSES, default)
    out.update(named)
    out["unknown"] = UNKNOWN_LIKELIHOOD
    return out


def give(likelihood: dict[str, float], classes: tuple[str, ...], value: float) -> None:
    """Set the likelihood of several classes."""
    for c in classes:
        likelihood[c] = value


def falls_off(x: float, limit: float, width: float) -> float:
    """Return 1 below `limit` and a Gaussian tail of `width` above it, never under 1e-4."""
    return 1.0 if x <= limit else max(math.exp(-0.5 * ((x - limit) / width) ** 2), 1e-4)


def rises_to(x: float, limit: float, width: float) -> float:
    """Return 1 above `limit` and a Gaussian tail of `width` below it, never under 1e-4."""
    return 1.0 if x >= limit else max(math.exp(-0.5 * ((limit - x) / width) ** 2), 1e-4)


def stands_or_moves(f: Features) -> Piece | None:
    """A plume leaves its place: after some tens of seconds it is fast; a fire stays."""
    if f.infrared_hits < 2 or not f.across_sigma_m_s < 1200.0:
        return None
    fast = rises_to(f.across_m_s + 2.0 * f.across_sigma_m_s, min(6.0 * f.age_s, 250.0), 60.0)
    still = falls_off(f.across_m_s, 2.5 * f.across_sigma_m_s + 20.0, f.across_sigma_m_s + 15.0)
    drifting = falls_off(f.across_m_s, 2.5 * f.across_sigma_m_s + 2000.0, 500.0)
    out = spread(fast)
    give(out, ("static_fire",), still)
    moves = rises_to(f.across_m_s + 2.0 * f.across_sigma_m_s, AIRCRAFT_M_S[0], 40.0)
    out["aircraft"] = max(0.7 * moves, 0.1)  # some fly along it
    give(out, ("glint",), 0.5 * still + 0.3 * drifting)
    return Piece("speed across the line of sight", f"{f.across_m_s:.0f} +/- {f.across_sigma_m_s:.0f} m/s", out)


def burns_upwards(f: Features) -> Piece | None:
    """It gains speed against gravity while it shines, and climbs; or it sinks, or brakes."""
    if f.infrared_hits < 3 or not f.speed_sigma_m_s < 1500.0:
        return None
    sinking = f.climb_m_s < -2.5 * f.climb_sigma_m_s - 50.0
    out = spread(0.3)
    if brakes(f):
        out = spread(1e-3, meteor=1.0, reentering_body=1.0, aircraft=0.01)  # three sigma: by chance one in 740
        value = "brakes"
    elif climbs_under_power(f) or (f.rose and f.off_s > DARK_LONG_S):
        # what it does in the dark says nothing of the plume
        out = spread(0.01)
        give(out, LAUNCHES, 1.0)
        out["glint"] = out["aircraft"] = 0.05
        value = "climbs under power"
    elif sinking:
        out = spread(0.02, meteor=1.0, reentering_body=1.0, glint=0.2, static_fire=0.05, aircraft=0.1)
        value = "sinks"
    else:
        out = spread(0.5, static_fire=1.0, aircraft=1.0, glint=1.0)
        value = "not yet clear"
    return Piece("motion of the plume", f"{value}, climb {f.climb_m_s:.0f} m/s, thrust {f.thrust_m_s2:.0f} m/s2", out)


def too_fast(f: Features) -> Piece | None:
    """Speeds beyond orbit are meteors; nothing on an arc between two places of the Earth is, and each class has its most.

    With the Earth's turning: short range 3.5 km/s, intermediate 6.2, sounding rockets 5, intercontinental short of orbit.
    """
    if not f.speed_sigma_m_s < 4000.0:
        return None
    low = f.inertial_speed_m_s - 2.0 * f.speed_sigma_m_s
    if came(f):
        low = max(low, f.came_m_s - 2.0 * f.came_sigma_m_s)
    out = spread(falls_off(low, 8200.0, 500.0))
    out["ballistic_missile_short_range"] = falls_off(low, 3500.0, 400.0)
    out["ballistic_missile_intermediate_range"] = falls_off(low, 6200.0, 400.0)
    out["ballistic_missile_intercontinental"] = falls_off(low, 7800.0, 200.0)
    out["sounding_rocket"] = falls_off(low, 5000.0, 500.0)
    out["satellite"] = falls_off(low, 11000.0, 500.0)
    out["space_launch"] = falls_off(low, 11500.0, 500.0)
    out["meteor"] = rises_to(f.inertial_speed_m_s + 2.0 * f.speed_sigma_m_s, 9500.0, 700.0)
    out["aircraft"] = falls_off(low, 1400.0, 200.0)
    return Piece("speed", f"{f.inertial_speed_m_s / 1000:.2f} km/s inertial", out)


def burn_time(f: Features) -> Piece | None:
    """How long it has burnt so far, or burnt in all: each class has its times (`BURNS_S`), a way to orbit is longer."""
    if f.infrared_hits < 2:
        return None
    t = f.burning_s
    out = spread(0.5)
    out["meteor"] = falls_off(t, 8.0, 4.0)
    out["space_launch"], out["aircraft"] = 1.0, 0.7
    if not f.off_s > 0.0:
        for name in BURNS_S:
            out[name] = burns_beyond(name, t)
        return Piece("burn time", f"{t:.0f} s so far", out)
    # a stage of a missile lights within seconds of the one below: dark for longer, the burn was whole
    follows = math.exp(-f.off_s / STAGES_FOLLOW_S)
    for name in BURNS_S:
        out[name] = max(ends_at(name, t), 0.3 * follows * burns_beyond(name, t))
    if f.under_power[0] < 7400.0:
        out["space_launch"] = ORBIT_ENDS * rises_to(t, 100.0, 25.0) * may_follow(f.off_s)
    return Piece("burn time", f"{t:.0f} s, dark for {f.off_s:.0f} s", out)


def first_light(f: Features) -> Piece | None:
    """How fast it was when it first shone: a launch starts from rest, what comes down is fastest before air takes hold.

    Launches faster than `FASTEST_FIRST_M_S` are left one in twenty: none of 60 was (`tocsin study launches`).
    """
    if not f.first_sigma_m_s < 1000.0:
        return None
    low = f.first_m_s - 2.0 * f.first_sigma_m_s
    out = spread(1.0)
    give(out, LAUNCHES, max(falls_off(low, 2500.0, 700.0), 0.05))
    give(out, ("static_fire", "aircraft", "glint"), falls_off(low, 2500.0, 700.0))
    return Piece("speed at first light", f"{f.first_m_s:.0f} +/- {f.first_sigma_m_s:.0f} m/s", out)


def shone_high(f: Features) -> Piece | None:
    """Only a motor shines where there is no air: what falls begins to glow at 100 to 120 km."""
    if not f.shone_m > SHINES_BELOW_M:
        return None
    out = spread(1.0)
    give(
        out,
        ("reentering_body", "meteor", "aircraft", "static_fire", "glint"),
        falls_off(f.shone_m, SHINES_BELOW_M, 10e3),
    )
    return Piece("shone above the air", f"above {f.shone_m / 1000:.0f} km", out)


def dark_between(f: Features) -> Piece | None:
    """It went dark between two burns: upper stages of sounding rockets wait until the air is thin.

    Black Brant X and XII light their last stage some 30 s after the one below (NASA Sounding Rockets User Handbook,
    810-HB-SRP), launchers that coast wait for minutes; stages of missiles follow within seconds.
    """
    if not f.gap_s > 0.0:
        return None
    out = spread(1.0)
    give(out, MISSILES, max(falls_off(f.gap_s, 12.0, 4.0), 0.05))
    out["space_launch"] = max(falls_off(f.gap_s, 15.0, 10.0), 0.3)
    return Piece("dark between two burns", f"{f.gap_s:.0f} s", out)


def speed_at_thrust(f: Features) -> Piece | None:
    """Near orbital speed and still burning: no missile class burns there, but what is thrown steeply, as no launcher is then.

    Launchers at 7 km/s climb at 10 degrees and less: their arc comes down no deeper than 2,000 km below the ground. The arc of
    12,000 km of least energy does so at 2,500, a lofted one at 4,000, for which it takes up to 7.9 km/s.
    """
    speed, sigma = f.under_power
    if f.infrared_hits < 3 or not sigma < 800.0:
        return None
    v = speed - sigma
    # the perigee goes down by some 2.2 km for a metre a second less
    steep = falls_off(f.perigee_m + STEEP_M_S * sigma, STEEP_M, STEEP_WIDTH_M)
    out = spread(0.5)
    out["ballistic_missile_short_range"] = falls_off(v, 3200.0, 200.0)
    out["ballistic_missile_intermediate_range"] = falls_off(v, 5600.0, 300.0)
    out["ballistic_missile_intercontinental"] = falls_off(v, 7300.0 + 600.0 * steep, 120.0)
    out["sounding_rocket"] = falls_off(v, 4500.0, 400.0)
    out["aircraft"] = falls_off(v, 1400.0, 200.0)
    out["space_launch"] = 1.0 - 0.95 * steep * rises_to(v, 7000.0, 200.0)
    return Piece("speed reached under power", f"{speed / 1000:.2f} km/s inertial", out)


def mean_acceleration(f: Features) -> Piece | None:
    """Speed gained over time burnt: missiles leave with two to three g in the mean, space launchers with half of that.

    Open figures: Scud-B 1.5 km/s in 62 s, No-dong 2.9 km/s in 110 s, intercontinental 7 km/s in 180-240 s (24-39 m/s2); a
    Falcon 9 at the end of its first stage 1.7-2.4 km/s in 145-160 s (12-16 m/s2). Some launchers are missiles (Titan II, R-36,
    R-7): a slow start is never less than 0.15 of a missile's. Sounding rockets burn hard and briefly. Nothing launched is
    slower than 3 m/s2 (23 Falcon 9: from 4.3 m/s2 over the first 60 s on), nor than 5.5 over two minutes (heavy launchers of
    1.2 times their weight have 1 km/s by then): what shines so long and hardly moves stands, or flies on.
    """
    speed, sigma, inertial = f.speed_m_s, f.speed_sigma_m_s, f.inertial_speed_m_s
    if f.off_s > DARK_LONG_S:
        # a coast changes the speed, and takes nothing from what was seen of the burn
        speed, sigma, inertial = f.burnout
    t = f.burning_s
    if f.infrared_hits < 5 or t < 40.0 or not sigma < 600.0 or inertial > 6000.0:
        return None
    mean, spread_m_s2 = speed / t, sigma / t
    grown = min(max(t - 60.0, 0.0), 90.0) / 90.0
    least = 11.0 + 8.0 * grown
    out = spread(0.5)
    most = mean + 0.5 * spread_m_s2
    fast, short = rises_to(most, least, 1.5), rises_to(most, least + 4.0 * grown, 2.5)
    # many start as slowly as launchers, and gain on them when they are lighter; all are slow at first
    young, heavy = 0.25 * max((60.0 - t) / 20.0, 0.0), 0.25 * min(max((110.0 - t) / 40.0, 0.0), 1.0)
    if f.off_s > 0.0:
        young = heavy = 0.0
    if f.off_s > STAGE_GAP_S:  # it was the whole burn
        fast = short = rises_to(mean, WHOLE_BURN_M_S2, math.hypot(1.5, spread_m_s2))
    give(out, MISSILES, max(short, 0.15 + young + heavy))  # what burns less long is at its fastest by then
    out["ballistic_missile_intercontinental"] = max(fast, 0.15 + young + heavy)
    out["space_launch"] = max(falls_off(mean, least + 4.0, math.hypot(4.0, spread_m_s2)), 0.2 + young)
    out["sounding_rocket"] = max(rises_to(most, 15.0, 3.0), 0.02)
    out["aircraft"] = falls_off(speed - 2.0 * sigma, AIRCRAFT_M_S[1], 150.0)
    if t >= 60.0:
        slowest = SLOWEST_M_S2 + SLOWEST_GAINS_M_S2 * min((t - 60.0) / 60.0, 1.0)
        stands = rises_to(mean + 2.0 * spread_m_s2, slowest, 0.7)
        for c in LAUNCHES:
            out[c] *= stands
    return Piece("mean acceleration", f"{mean:.0f} m/s2 over {t:.0f} s", out)


def arc(f: Features) -> Piece | None:
    """The free arc: in orbit, falling from orbit, or thrown from place to place."""
    if burns(f) or not f.speed_sigma_m_s < 1500.0 or (f.radar_hits == 0 and f.off_s < 5.0):
        return None
    out = spread(max(1.0 - f.orbiting, 1e-5))
    # what was seen to burn its way up is no old satellite, whatever orbit it has reached
    out["satellite"] = max(f.orbiting, 1e-5) * (1e-3 if f.infrared_hits >= 3 else 1.0)
    # a launcher that coasts lights again by its apogee; one in fifty never does, and falls
    sinking = f.climb_m_s < -3.0 * f.climb_sigma_m_s - 50.0 and f.orbiting < 0.01
    out["space_launch"] = max(0.02 if sinking else 0.5, _due(f))
    if f.apogee_m < 300e3:
        # low and nearly at orbital speed: what falls from orbit, the lower the more air has taken of its speed. Missiles on
        # depressed arcs have far less (Gronlund & Wright 1992: 0.41 at 95 km, 0.5 at 180 km; 7,400 km under 300 km: 0.77)
        speed, height = (f.came_m_s, f.came_height_m) if came(f) else (f.inertial_speed_m_s, f.height_m)
        q = speed**2 * (EARTH_RADIUS_M + height) / MU_M3_S2
        limit = 0.95 - 0.1 * min(max((300e3 - f.apogee_m) / 150e3, 0.0), 1.0)
        for name in MISSILES:
            out[name] *= falls_off(q, limit, 0.015)
    shallow = rises_to(f.perigee_m, -150e3, 150e3) * falls_off(f.apogee_m, 1500e3, 500e3)
    if f.infrared_hits >= 3 and brakes(f) and not came(f):
        shallow = 1.0  # air has slowed it, and what it slows falls steeply: this arc is not the one on which it came
    out["reentering_body"] = max(max(shallow, _skims(f)) * (1.0 - 0.9 * f.orbiting), 1e-4)
    give(out, ("static_fire", "glint"), 1e-4)
    # it flies on unseen; the arc that one satellite's plume ends on is off by tens of kilometres
    out["aircraft"] = falls_off(f.apogee_m - 2.0 * f.height_sigma_m, 30e3, 20e3) if f.radar_hits < 4 else 1e-4
    value = f"perigee {f.perigee_m / 1000:.0f} km, P(orbit) {f.orbiting:.3f}" + (", past its apogee" if sinking else "")
    return Piece("free arc", value, out)


def arc_shape(f: Features) -> Piece | None:
    """Range and height of an arc that falls: each class has its reach; sounding rockets go up, and seldom beyond 1,500 km.

    Missiles are lofted now and then (Hwasong-12, -14, -15, -17, -18: apogee 2 to 7 times the range); the highest sounding
    rocket of note is the Black Brant XII of 1995 (1,453 km), which a rail at 78 degrees sends 1,800 km far. What burns out far
    below the arc of least energy and all but in orbit is a launcher whose last stage is still to come, or too faint: no flight
    of a missile of that range so flat is public, and one in five is left to them.
    """
    apogee, far_m = f.shape
    if not far_m > 0.0 or not apogee > 0.0 or burns(f):
        return None
    out = spread(0.3)
    ln_reach = math.log(max(reach(far_m, apogee) / 1000.0, 10.0))
    # between two stages the arc is not yet the one it will fall on
    follows = 0.15 * math.exp(-f.off_s / STAGES_FOLLOW_S) if f.off_s > 0.0 else 0.0
    # the reach goes with the square of the speed
    end = math.hypot(END, 2.0 * f.speed_sigma_m_s / max(f.speed_m_s, 1.0))
    for name, (least_km, most_km) in REACHES_KM.items():
        inside = rises_to(ln_reach, math.log(least_km), EDGE) * falls_off(ln_reach, math.log(most_km), end)
        out[name] = max(0.8 * inside, 1e-3, follows)
    # rails stand at 75 to 88 degrees (tangent = 4 apogee / range): steep arcs, and seldom far ones
    steep = apogee / far_m
    lofted = 0.15 + 0.85 * falls_off(steep, 0.45, 0.2)
    least = least_apogee(far_m) if far_m > FAR_M else 0.0
    pressed = max(rises_to(apogee, FLAT * least, FLAT_WIDTH * least), 0.2)
    pressed *= max(1.0 - _skims(f), 0.02)
    for name in MISSILES:
        out[name] *= lofted * pressed
    out["space_launch"] = 0.3
    if least > 0.0 and f.infrared_hits >= 3:  # what was seen to burn to such an arc is what launchers do
        out["space_launch"] += 0.7 * falls_off(apogee, FLAT * least, FLAT_WIDTH * least)
    out["space_launch"] = max(out["space_launch"], _due(f))
    far = falls_off(far_m, 1500e3, 400e3) * falls_off(apogee, 1500e3, 150e3)
    out["sounding_rocket"] = max(rises_to(steep, 0.9, 0.2) * far, 0.01)
    out["reentering_body"] = 0.5
    return Piece("shape of the arc", f"{far_m / 1000:.0f} km far, {apogee / 1000:.0f} km high", out)


def aimed(f: Features) -> Piece | None:
    """What coasts to a protected place: harmless rockets are flown so that they come down where nobody is.

    Ranges for sounding rockets and launchers clear the ground under the arc; the share that goes astray is set high (1 in
    100, of launchers that coast 1 in 10), so that the word of a sharp impact point alone is bounded.
    """
    if burns(f) or f.aim < 0.05:
        return None
    out = spread(1.0)
    out["sounding_rocket"] = 1.0 - f.aim + 0.01 * f.aim
    out["space_launch"] = max(1.0 - f.aim + 0.1 * f.aim, _due(f))
    return Piece("falls on a protected place", f"P {f.aim:.2f}", out)


def _skims(f: Features) -> float:
    """Return how surely an arc is too flat to have been thrown; 0 of what was seen to burn or glides as no piece does."""
    if f.infrared_hits >= 3 or not f.flat > 0.0 or (f.lift is not None and f.lift.over_drag > 1.0):
        return 0.0
    return rises_to(f.flat, FLATTEST, FLATTEST_WIDTH)


def _due(f: Features) -> float:
    """Return what its arc leaves to launchers whose next stage is due (`burns.stage_due`)."""
    return stage_due(f.unlit_s) if f.infrared_hits >= 3 else 0.0


def glint_geometry(f: Features) -> Piece | None:
    """Sunlit cloud on its line of sight: in the mirror of the Sun, or lit from behind, where ice scatters forward.

    Light turned by 50 deg or less is scattered as brightly as twice the mean of all directions and more (ice, g = 0.85);
    a line of sight lies in that part of the sky by chance 1 time in 5, so much is left to every other class.
    """
    if f.infrared_hits == 0 or f.glint_angle_rad != f.glint_angle_rad or f.satellites > 1:
        return None
    mirror = math.degrees(f.glint_angle_rad)
    turned = math.degrees(f.scatter_angle_rad) if f.scatter_angle_rad == f.scatter_angle_rad else 180.0
    shines = max(falls_off(mirror, MIRROR_DEG, 5.0), falls_off(turned, FORWARD_DEG, 10.0))
    out = spread(0.2 if shines >= 1.0 else 1.0)
    out["glint"] = max(shines, 0.003)
    return Piece("sunlit cloud", f"{mirror:.0f} deg from the mirrored Sun, light turned by {turned:.0f} deg", out)


def seen_by_others(f: Features) -> Piece | None:
    """Other satellites looked there too: a plume shines on all sides, a mirror on one."""
    if f.infrared_hits == 0 or (f.satellites < 2 and f.silent_satellites == 0):
        return None
    if f.satellites >= 2:
        return Piece("seen by other satellites", f"{f.satellites} satellites", spread(1.0, glint=0.01))
    out = spread(0.05**f.silent_satellites)
    out["glint"] = 1.0
    return Piece("seen by other satellites", f"{f.silent_satellites} looked and saw nothing", out)


PIECES: tuple[Callable[[Features], Piece | None], ...] = (
    stands_or_moves, burns_upwards, too_fast, first_light, burn_time, shone_high, dark_between, speed_at_thrust,
    mean_acceleration, arc, arc_shape, aimed, glint_geometry, seen_by_others,
)  # fmt: skip
"""All pieces of evidence; a new one is one function and one entry here."""

"""Pieces of evidence: each reads the features of a track and gives a likelihood to every class.

A piece is a function of the features as they stand, never multiplied in twice; so evidence does not grow by repetition.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tocsin.identification.arcs import aimed, arc, arc_shape
from tocsin.identification.burns import (
    BURNS_S,
    ORBIT_ENDS,
    STAGE_GAP_S,
    STAGES_FOLLOW_S,
    burns_beyond,
    ends_at,
    may_follow,
)
from tocsin.identification.classes import LAUNCHES, MISSILES
from tocsin.identification.features import DARK_LONG_S, Features
from tocsin.identification.motion import brakes, came, climbs_under_power
from tocsin.identification.pieces import Piece, falls_off, give, rises_to, spread

SLOWEST_M_S2, SLOWEST_GAINS_M_S2 = 3.0, 2.5
WHOLE_BURN_M_S2 = 22.0  # missiles gain as much in the mean of their whole burn, or more (see `mean_acceleration`)
STEEP_M, STEEP_WIDTH_M, STEEP_M_S = -2.5e6, 0.4e6, 2200.0
"""So deep below the ground lies the perigee of an arc too steep for a launcher at orbital speed."""
SHINES_BELOW_M = 130e3
AIRCRAFT_M_S = (120.0, 900.0)
"""Between aircraft that stay aloft and the fastest: combat aircraft in service reach Mach 2.0 to 2.8 (600 to 850 m/s)."""
MIRROR_DEG, FORWARD_DEG = 8.0, 50.0


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

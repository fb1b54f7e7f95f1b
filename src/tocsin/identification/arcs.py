"""What the free arc of a track says: in orbit, falling from there, or thrown; how far and high; whether it is aimed."""

from __future__ import annotations

import math

from tocsin.core.constants import MU_M3_S2
from tocsin.identification.burns import STAGES_FOLLOW_S, stage_due
from tocsin.identification.classes import MISSILES
from tocsin.identification.features import Features
from tocsin.identification.motion import brakes, burns, came
from tocsin.identification.pieces import Piece, falls_off, give, rises_to, spread
from tocsin.identification.reach import EARTH_RADIUS_M, least_apogee, reach

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
ALL_AIR_M, BRAKED_OUT_M, BRAKED_OUT_WIDTH_M = 110e3, -800e3, 150e3
"""Above it air slows not even light pieces. No satellite is braked so much that its perigee lies deeper before the air meets it:
50 to 200 m/s bring one down (100 m/s lower the perigee by 350 km)."""


def arc(f: Features) -> Piece | None:
    """The free arc: in orbit, falling from orbit, or thrown from place to place."""
    if burns(f) or not f.speed_sigma_m_s < 1500.0 or _shines(f):
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
    if not far_m > 0.0 or not apogee > 0.0 or burns(f) or _shines(f):
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
    flat = rises_to(f.flat, FLATTEST, FLATTEST_WIDTH)
    above = (f.came_height_m if came(f) else f.height_m) >= ALL_AIR_M
    return flat * rises_to(f.perigee_m, BRAKED_OUT_M, BRAKED_OUT_WIDTH_M) if above else flat


def _due(f: Features) -> float:
    """Return what its arc leaves to launchers whose next stage is due (`burns.stage_due`)."""
    return stage_due(f.unlit_s) if f.infrared_hits >= 3 else 0.0


def _shines(f: Features) -> bool:
    """Return whether satellites alone see it, and see it still: what the filter makes of their lights is no free arc."""
    return f.radar_hits == 0 and f.off_s < 5.0

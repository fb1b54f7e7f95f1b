"""The piece of evidence of aircraft: they fly level and evenly, low and slowly for what shines so far."""

from __future__ import annotations

from tocsin.identification.classes import LAUNCHES
from tocsin.identification.evidence import AIRCRAFT_M_S
from tocsin.identification.features import Features
from tocsin.identification.pieces import Piece, falls_off, give, rises_to, spread

HIGHEST_M, CLIMBS_M_S = 25e3, 100.0
"""Combat aircraft in service reach 15 to 25 km; one type went a little beyond."""
PUSHED_M_S2, SELDOM = 3.5, 0.05
"""Launches are accelerated by more than so much (23 Falcon 9: 4.3 to 30 m/s2; across a satellite's sight, at 2,816 instants of
51 drawn launches older than 40 s, 3.95 and more); of so many a satellite may look along their way."""
TURNS, STEADY_M_S2 = 0.03, 1.5
"""How often aircraft that far satellites see turn or speed up by more than that while they do."""
LEAST_S = 40.0
"""All launches are slow at first."""


def flies_level(f: Features) -> Piece | None:
    """An aircraft keeps its height and, mostly, its course and speed; a launch climbs and is driven for as long as it shines."""
    if f.infrared_hits < 4 or f.age_s < LEAST_S:
        return None
    level, launch, words = 1.0, 1.0, []
    if f.across_sigma_m_s < 600.0:
        level *= falls_off(f.across_m_s - 2.0 * f.across_sigma_m_s, AIRCRAFT_M_S[1], 150.0)
        words.append(f"{f.across_m_s:.0f} +/- {f.across_sigma_m_s:.0f} m/s across")
    if f.satellites >= 2 or f.radar_hits >= 4:
        level *= falls_off(f.height_m - 2.0 * f.height_sigma_m, HIGHEST_M, 4e3)
        level *= falls_off(abs(f.climb_m_s) - 2.0 * f.climb_sigma_m_s, CLIMBS_M_S, 50.0)
        level *= rises_to(f.speed_m_s + 2.0 * f.speed_sigma_m_s, AIRCRAFT_M_S[0], 40.0)
        if not f.off_s > 0.0 and f.height_m + 2.0 * f.height_sigma_m < HIGHEST_M:
            launch = max(rises_to(f.climb_m_s + 2.0 * f.climb_sigma_m_s, CLIMBS_M_S, 50.0), SELDOM)
        words.append(f"height {f.height_m / 1000.0:.0f} +/- {f.height_sigma_m / 1000.0:.0f} km")
    pull, sigma = f.course_m_s2, f.course_sigma_m_s2
    if sigma == sigma:
        level *= max(falls_off(pull, 2.5 * sigma + STEADY_M_S2, sigma + 0.5), TURNS)
        launch *= max(rises_to(pull + 2.0 * sigma, PUSHED_M_S2, 0.7), SELDOM)
        words.append(f"accelerated by {pull:.1f} +/- {sigma:.1f} m/s2")
    if not words:
        return None
    out = spread(1.0)
    give(out, LAUNCHES, launch)
    out["aircraft"] = max(level, 1e-4)
    return Piece("level flight", ", ".join(words), out)

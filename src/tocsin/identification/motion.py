"""What the motion of a track says by itself: it climbs under power, runs away, brakes, stands above the ground."""

from __future__ import annotations

from tocsin.identification.features import Features

BRAKES_M_S2, BRAKED_SIGMA = 10.0, 4.0
"""More than gravity takes from what coasts upwards; once at four sigma counts from then on (by chance one look in 30,000)."""
GROUND_M, ABOVE_SIGMA = 3e3, 3.0
"""What is seen this surely above this height burns on no ground: hardly any lies higher and burns."""
LIT_S = 20.0
"""A plume seen so short a time ago, and missed by no look since, burns."""
FASTEST_FIRST_M_S = 4000.0
"""Of 60 launches, behind cloud, past the limb and with a satellite lost, the fastest had 3.3 km/s when it was first seen."""


def climbs_under_power(f: Features) -> bool:
    """Return whether the motion alone says launch: it moves, it climbs, and it gains speed, each beyond its error."""
    moving = f.speed_m_s > 2.5 * f.speed_sigma_m_s + 100.0
    climbing = f.climb_m_s > 2.0 * f.climb_sigma_m_s and f.speed_sigma_m_s < 1500.0
    pushed = f.thrust_m_s2 > max(4.0, 1.5 * f.thrust_sigma_m_s2)
    # one satellite alone does not see depth: a jump between two fires can look like anything, but is no steady motion
    steady = f.satellites >= 2 or f.steady > 0.5
    if not (moving and climbing and steady and f.infrared_hits >= 4):
        return False
    # two satellites see the height: what shines and climbs this surely was pushed, however the thrust is known
    soars = f.satellites >= 2 and f.age_s >= 15.0 and f.climb_m_s > 3.0 * f.climb_sigma_m_s + 100.0
    return pushed or soars


def runs_away(f: Features) -> bool:
    """Return whether a plume that one satellite alone sees leaves its place as only a launch does: not fast from the first.

    One that rises towards the point below the satellite goes out and back on the sky: then how far it went tells.
    """
    turns = f.satellites == 1 and f.gone_m > 200.0 * f.age_s + 4.0 * f.gone_sigma_m
    return (
        not f.first_m_s - 2.0 * f.first_sigma_m_s > FASTEST_FIRST_M_S
        and f.age_s >= 15.0
        and f.infrared_hits >= 4
        and f.steady > 0.5
        and (f.across_m_s > 3.0 * f.across_sigma_m_s + 250.0 or turns)
    )


def shines_aloft(f: Features) -> bool:
    """Return whether satellites place its light above the ground, and not on its way down: launch-like before any motion is.

    Three of them, or two that have seen it twice each: one look of a second one may be of something else on the same line.
    """
    placed = f.satellites >= 3 or f.crossed >= 2
    return placed and f.climb_m_s > 0.0 and f.height_m - ABOVE_SIGMA * f.height_sigma_m > GROUND_M


def brakes(f: Features) -> bool:
    """Return whether it loses speed as only air takes it, beyond its error: what shines and brakes comes down.

    By the filter's thrust now, or surely once since it last gained speed, or by its first lines of sight alone.
    """
    slower = f.gain_m_s2 < -3.0 * f.gain_sigma_m_s2 - BRAKES_M_S2  # False where not known
    return slower or f.thrust_m_s2 < -3.0 * f.thrust_sigma_m_s2 - BRAKES_M_S2 or f.braked >= BRAKED_SIGMA


def came(f: Features) -> bool:
    """Return whether the arc it came on is known better than that of now."""
    return f.came_m_s == f.came_m_s


def burns(f: Features) -> bool:
    """Return whether its motion is driven: a radar's track that loses speed is slowed by air and burns nothing.

    What has shone to its last look and climbs burns, whatever part of it a radar follows meanwhile.
    """
    lit = f.infrared_hits >= 3 and f.off_s == 0.0 and f.unlit_s < LIT_S
    if lit and f.climb_m_s > 0.0 and not brakes(f):
        return True
    return f.driven or (f.powered > 0.3 and (f.infrared_hits > 0 or f.thrust_m_s2 > 0.0))

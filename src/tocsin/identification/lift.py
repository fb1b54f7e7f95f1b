"""The piece of evidence of bodies that do not fall as gravity and drag let them."""

from __future__ import annotations

import math

from tocsin.identification.classes import MISSILES
from tocsin.identification.features import Features
from tocsin.identification.pieces import Piece, give, spread

LIFT = "glides: lift across its way"


def lifts(f: Features) -> Piece | None:
    """It does not fall as gravity and drag let it: it glides, or turns. Who can is a stated share of each class.

    Of missiles one in ten (manoeuvring and gliding payloads); of what falls from orbit one in twenty (capsules and winged
    bodies that steer: a few tens a year among some five hundred, ESA Space Environment Report 2025); of launches to orbit one
    in a hundred (stages that fly back). Satellites fly where air carries nothing; meteors, fires and clouds do not glide.
    """
    if f.lift is None:
        return None
    out = spread(1e-3)
    give(out, MISSILES, 0.1)
    out["space_launch"] = out["sounding_rocket"] = 0.01
    out["reentering_body"] = 0.05
    out["aircraft"] = 0.05  # it is carried by air
    give(out, ("static_fire", "glint"), 1e-6)
    odds = f"10^{f.lift.ln_odds / math.log(10.0):.0f} to 1"
    lift = f"{f.lift.lift_m_s2:.1f} +/- {f.lift.sigma_m_s2:.1f} m/s2"
    return Piece(LIFT, f"{lift}, {f.lift.over_drag:.1f} of drag; {odds}", out)

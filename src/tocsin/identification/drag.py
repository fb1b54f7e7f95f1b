"""The piece of evidence of bodies that radars follow through the air: how much it slows them."""

from __future__ import annotations

import math

from tocsin.identification.classes import CLASSES, MISSILES
from tocsin.identification.features import Features
from tocsin.identification.pieces import Piece, spread
from tocsin.tracking.filter_kernels import BETA_LEAST, LIGHTNESS, LIGHTNESS_SIGMA, over_betas

LEAST_HITS, SIGMAS, LN_MOST = 4, 3.0, 0.3
"""Of radars; the lightness has to be known so well, and its logarithm too."""
HEADS, STAGES = (math.log(4900.0), 0.52), (math.log(900.0), 0.7)
"""What missiles carry (the prior of the filter), and what falls beside it, stages and whole missiles: centre, sigma of ln β."""
HEAD_SHARE, EMPTY_SHARE = 0.7, 0.2
"""Of what radars follow; and of what was seen to burn, the share whose track goes on with an empty stage like a launcher's."""
OTHERS = {
    "space_launch": (math.log(300.0), 1.0),
    "sounding_rocket": (math.log(700.0), 1.0),
    "satellite": (math.log(120.0), 0.9),
    "reentering_body": (math.log(120.0), 0.9),
    "meteor": (math.log(1000.0), 1.3),
}
"""Satellites and what is left of them, 50 to 250 kg/m2, capsules up to 500; empty stages and fairings, 20 to 1,200; stones of
0.1 to 1 m (4,400 kg/m3 times the radius)."""
STAGE_BETAS = 80.0, 1000.0
"""kg/m2, of spent stages: empty tanks that tumble, to motors that fall nose first. Of dry masses and sizes of published stages
(an R-17: 2.1 t, 0.88 x 9 m, 200 broadside, 1,500 nose first; a third stage of 1 t, 1.3 x 2 m: 350)."""
STAGE_LIGHTNESS = over_betas(*STAGE_BETAS)
"""Mean and sigma of one over it."""
LEAST_TOLD = 1e-5
"""Of the variance of the filter's prior: less is the noise of arithmetic."""
SELDOM = 0.003
"""No body is so odd that it is none of its class more often than this (fragments, balloons, stones that break)."""


def slowed(f: Features) -> Piece | None:
    """What drag does to it tells how heavy it is for its size: heads of missiles are heavy, satellites and stages are not."""
    lightness, sigma = f.lightness
    if f.lift is not None or not shows(lightness, sigma, f.radar_hits):
        return None
    at, error = -math.log(lightness), sigma / lightness
    out = spread(0.1)
    for name, (centre, width) in OTHERS.items():
        out[name] = max(_density(at, centre, math.hypot(width, error)), SELDOM)
    head = _density(at, HEADS[0], math.hypot(HEADS[1], error))
    beside = _density(at, STAGES[0], math.hypot(STAGES[1], error))
    empty = EMPTY_SHARE if f.infrared_hits >= 3 else 0.0
    for name in MISSILES:
        heavy = HEAD_SHARE * head + (1.0 - HEAD_SHARE) * beside
        out[name] = max((1.0 - empty) * heavy + empty * out["space_launch"], SELDOM)
    most = max(out[c] for c in CLASSES)
    for name in CLASSES:
        if name != "unknown":
            out[name] /= most
    return Piece("slowed by the air", f"{1.0 / lightness:.0f} kg/m2 +/- {100.0 * error:.0f} %", out)


def shows(lightness: float, sigma: float, radar_hits: int) -> bool:
    """Return whether drag has told the lightness (m2/kg, one sigma) of a body that a radar follows."""
    return radar_hits >= LEAST_HITS and lightness > SIGMAS * sigma and sigma < LN_MOST * lightness


def drag_alone(lightness: float, sigma: float) -> tuple[float, float] | None:
    """Return what drag alone says of a lightness (m2/kg) and its sigma, without the filter's prior; None where it says nothing.

    Drag works linearly on it, so what is known is a product of two normals. What is lighter than heads are has been told so.
    """
    if lightness - 2.0 * sigma > 1.0 / BETA_LEAST:
        return lightness, sigma
    told = 1.0 - (sigma / LIGHTNESS_SIGMA) ** 2
    if not told > LEAST_TOLD:
        return None
    return LIGHTNESS + (lightness - LIGHTNESS) / told, sigma / math.sqrt(told)


def heavy_odds(lightness: float, sigma: float) -> float:
    """Return the log odds of a head against a spent stage by how much air slows a body; 0 where the air has told nothing."""
    drag = drag_alone(lightness, sigma)
    if drag is None:
        return 0.0
    head, stage = (
        -0.5 * (drag[0] - mean) ** 2 / (spread**2 + drag[1] ** 2) - math.log(math.hypot(spread, drag[1]))
        for mean, spread in ((LIGHTNESS, LIGHTNESS_SIGMA), STAGE_LIGHTNESS)
    )
    return min(max(head - stage, math.log(SELDOM)), -math.log(SELDOM))


def _density(x: float, centre: float, width: float) -> float:
    """Return the density of a normal at x."""
    return math.exp(-0.5 * ((x - centre) / width) ** 2) / (width * math.sqrt(2.0 * math.pi))

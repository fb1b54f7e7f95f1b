"""The ladder of one object: which level its figures hold, with what it takes to rise and what it takes to fall."""

from __future__ import annotations

import msgspec

from tocsin.assessment.paths import independent_paths, phenomenologies

POSSIBLE_ASSET, PROBABLE_ASSET = 0.01, 0.10
POSSIBLE_MISSILE, PROBABLE_MISSILE = 0.05, 0.90
MAY_WELL_BE = 0.25
"""With so much P(missile) no prediction takes back what was told: that of a plume that is out, seen by one satellite, wavers."""
CONFIRMS_S = 10.0
"""Two phenomenologies confirm only what one of them has seen within so long: later, silence alone changes the figures."""
FALL = 0.5
"""A level is left when its figures are below this share of what it took to reach it (no flicker at a threshold)."""
RANK = {"": -1, "noticed": 0, "tracked": 1, "possible": 2, "probable": 3, "confirmed": 4}


class Figures(msgspec.Struct, frozen=True):
    """What the ladder looks at."""

    launch: float
    """P(launched): missile, space launch or sounding rocket."""
    missile: float
    missile_without_notice: float
    """P(missile) with no word of any notification, nor of the site."""
    asset: float
    """Largest P(falls within an asset's radius or area)."""
    confirmed_track: bool
    impacting: float
    """P(the arc meets the ground)."""
    paths: tuple[str, ...]
    degraded_mode: bool
    """A person has declared that one phenomenology must do."""
    wide: bool = False
    """The footprint is so wide that a small P(asset) is ignorance, not relief."""
    asset_without_notice: float = 0.0
    """P(asset) with no word of any notification, nor of the site."""
    asset_before: float = 1.0
    """P(asset) by the prediction before the last."""
    seen_s: float = 0.0
    """How long ago it was last seen."""
    unseen: bool = False
    """Nobody has seen it since its plume went out: where it falls is a prediction."""
    moved: bool = True
    """Its motion says launch, or fall: what only shines aloft is noticed, and no more."""


def level_of(f: Figures, current: str) -> tuple[str, str]:
    """Return (level, reason) of an object that stands at `current`."""
    if not f.moved:
        return "noticed", f"launch-like: shines above the ground; P(launch) {f.launch:.2f}, its motion is not known yet"
    ease = FALL if RANK[current] >= RANK["possible"] else 1.0
    # no notification, and no prior of a site, holds down what may fall on an asset
    missile, asset = f.missile, max(f.asset, f.asset_without_notice)
    if asset >= PROBABLE_ASSET:
        missile = max(f.missile, f.missile_without_notice)
    else:
        asset = f.asset
    possible = missile >= POSSIBLE_MISSILE * ease and asset >= POSSIBLE_ASSET * ease
    if not possible and RANK[current] >= RANK["possible"] and (f.wide or f.unseen) and f.missile >= MAY_WELL_BE:
        # what was said is taken back by an observation, never by a prediction
        why = "the footprint is too wide to rule an asset out" if f.wide else "nobody has seen it since its burnout"
        return "possible", f"P(missile) {f.missile:.2f}; {why}"
    if not possible:
        if f.confirmed_track and (f.launch >= 0.8 or f.impacting >= 0.99):
            return "tracked", f"powered or suborbital flight; P(missile) {f.missile:.2f}, P(asset) {f.asset:.3f}"
        return "noticed", f"launch-like; P(launch) {f.launch:.2f}"
    ease = FALL if RANK[current] >= RANK["probable"] else 1.0
    missile_needed = 1.0 - (1.0 - PROBABLE_MISSILE) / ease
    count = independent_paths(f.paths)
    physics = phenomenologies(f.paths)
    figures = f"P(missile) {f.missile:.2f}, P(asset) {f.asset:.2f}, {told_paths(f.paths)}"
    if f.missile < missile_needed or f.asset < PROBABLE_ASSET * ease or count < 2:
        if f.missile < PROBABLE_MISSILE:
            figures += "; space launch or sounding rocket not excluded"
        if missile > f.missile or asset > f.asset:
            figures += f"; by what is measured alone P(missile) {missile:.2f}, P(asset) {asset:.2f}"
        return "possible", figures
    # a footprint that narrows passes over places on its way: a rise needs two predictions
    if RANK[current] < RANK["probable"] and f.asset_before < PROBABLE_ASSET:
        return "possible", figures + f"; P(asset) {f.asset_before:.2f} by the prediction before"
    # what holds a level is not what lifts it: a rise needs the whole figures
    if current != "confirmed" and (f.missile < PROBABLE_MISSILE or f.asset < PROBABLE_ASSET):
        return "probable", figures
    lately = current == "confirmed" or f.seen_s < CONFIRMS_S
    if len(physics) >= 2 and lately:
        return "confirmed", figures + "; two phenomenologies"
    if f.degraded_mode:
        return "confirmed", figures + "; degraded mode declared by a person"
    return "probable", figures + ("" if lately else f"; not seen for {f.seen_s:.0f} s")


def told_paths(paths: tuple[str, ...]) -> str:
    """Return how many independent paths speak, and by which physics, in words."""
    count, physics = independent_paths(paths), phenomenologies(paths)
    return f"{count} independent path{'' if count == 1 else 's'} ({', '.join(physics)})"

"""Pieces of evidence of what is said or known beside a track: its launch site, a notification, what may have carried it.

None of them holds down what may fall on a place: the ladder asks for the probabilities without them (`classify.without_notice`).
"""

from __future__ import annotations

from collections.abc import Callable

from tocsin.identification.classes import CLASSES, LAUNCHES, MISSILES, PRIOR_INFRARED
from tocsin.identification.features import Features
from tocsin.identification.pieces import Piece, give, spread
from tocsin.identification.sites import BOUND

NOTIFICATION, SITE, CARRIER, STAGE = "notification", "launch site", "part of a launch", "spent stage"
PRIOR_WORDS = (NOTIFICATION, SITE, CARRIER, STAGE)
STAGED, LEAST_OWN = 0.98, 1e-7
"""Probability that what burns on from where another burn has ended was on top of it; so much every class of its own keeps."""


def known_site(f: Features) -> Piece | None:
    """Where it rose: who launches what from there is known (`sites.py`). A place can be chosen: its weight is bounded."""
    if f.site is None:
        return None
    out = spread(1.0 / BOUND)
    out["space_launch"] = f.site.orbital / BOUND
    out["sounding_rocket"] = f.site.sounding / BOUND
    return Piece(SITE, f"to orbit {f.site.orbital:.2g}, sounding rocket {f.site.sounding:.2g} to one missile", out)


def notified(f: Features) -> Piece | None:
    """A notification fits in place and time. It may be a lie: its weight is bounded."""
    if not f.notice:
        return None
    out = spread(0.05)
    if f.notice in ("space_launch", "sounding_rocket"):
        out[f.notice] = 1.0
    elif f.notice == "ballistic_missile":
        give(out, LAUNCHES, 1.0)  # what is launched is for the sensors to say: no word alone makes an alarm
    else:
        give(out, LAUNCHES, 0.3)
        out["space_launch"] = out["sounding_rocket"] = 1.0
    return Piece(NOTIFICATION, f.notice, out)


def carried(f: Features) -> Piece | None:
    """A burn seen there and then was that of a space launch: what it drops falls short, and threatens nobody.

    Behind a launch to orbit another may rise: its weight is bounded, and it holds nothing below `possible` that falls on a
    protected place.
    """
    if f.carrier < 0.5 or f.infrared_hits > 0:
        return None
    out = spread(1.0)
    give(out, (*MISSILES, "sounding_rocket"), 1.0 - f.carrier + f.carrier / BOUND)
    return Piece(CARRIER, f"P(space launch) {f.carrier:.2f} of the burn there and then", out)


def spent_stage(vehicle: dict[str, float], own: dict[str, float]) -> Piece:
    """Another burn went on where its own had ended: it is a lower stage, and is of the class that the upper one is.

    vehicle, own: class probabilities of the upper stage, and by all other evidence. A stage that falls back flies as a missile of
    shorter range does: its own arc tells nothing of what it has carried.
    """
    ratio = {c: (STAGED * vehicle[c] + (1.0 - STAGED) * own[c]) / max(own[c], LEAST_OWN) for c in own}
    most = max(ratio.values())
    missile = sum(vehicle[c] for c in MISSILES)
    return Piece(STAGE, f"P(missile) {missile:.2f} of what burnt on beside it", {c: r / most for c, r in ratio.items()})


def burnt_before(f: Features) -> Piece | None:
    """It goes on where a burn seen before had ended, an upper stage: what that burn has told of the whole is known of it."""
    if f.earlier is None:
        return None
    ratio = {c: f.earlier[c] / PRIOR_INFRARED[c] for c in CLASSES}
    most = max(ratio.values())
    out = {c: max(r / most, 1.0 - STAGED) for c, r in ratio.items()}
    return Piece("burnt before", f"P(space launch) {f.earlier['space_launch']:.2f} of the lower stage under power", out)


CONTEXT: tuple[Callable[[Features], Piece | None], ...] = (known_site, notified, carried, burnt_before)

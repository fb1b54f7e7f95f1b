"""What comes from one burn: where a radar's track rose whose plume another track has, and which of them is the spent stage."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from tocsin.centre.judged import Judged, Spot
from tocsin.core.constants import NS
from tocsin.identification.drag import heavy_odds
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.kindred import apart_at
from tocsin.tracking.tracker import Tracker
from tocsin.tracking.upkeep import radars_tell
from tocsin.world.geodesy_kernels import great_circle_m

ASKED = (12, 25, 50, 100, 200)
"""Detections of a track at which it is asked whose burn it comes from."""
LIT, BESIDE_M = 3, 300e3
SAME_S, GATE = 300.0, 22.5
"""Launches of one burn lie so near in time, the states at its end so near (chi-square of 6, 99.9 %)."""
PLACED_M = 20e3
"""A burn placed so well is known, though its free arc may lead back to where it rose more surely still."""
ECHO_DB, ECHO_HITS = 4.0, 5
"""An empty stage is a tube of metres, what it carried is small or shaped to reflect little: of two that came apart the brighter
one to radar is the stage, with odds of e for so many decibels between their means over so many detections each."""
STAGE_DBSM, HEAD_DBSM = (8.0, 3.0), (-4.0, 6.0)
"""Mean cross-section of spent stages (rocket bodies in orbit, of public catalogues: 8 dB m2) and of what they carry, or of whole
missiles seen from ahead, and their spread."""
PARTS = {
    "ballistic_missile_short_range": 0.4,
    "ballistic_missile_intermediate_range": 0.5,
    "ballistic_missile_intercontinental": 0.8,
}
"""Share whose head parts from the last stage: of short range many fall in one piece."""
STAGE_ALONE, HEAD_ALONE = 0.3, 0.1
"""Of what has parted: share of which radars see the stage alone, the head alone."""
FADES_DB = 2.5
"""So far below its mean lies the mean of the decibels of an echo that fades as Swerling's first two cases: 10 g / ln 10
with Euler's constant g."""
SLOWS = 1.0
"""Log odds of a stage beyond which drag alone is a word, where no echo tells."""
LEAST_SHARE = 0.1
"""Less is nothing: what is told of the body itself is blurred by it more than it helps (launches of two simulators)."""

UPPER_HITS, UPPER_S, BORN_S = 6, 60.0, 40.0
"""A stage that goes on has so many detections by radars, and is looked for so long after the lower one went dark, of which its
track was born within so much."""
THRUST_M_S2 = 2.0, 150.0
FROM_M, FROM_SHARE, IGNITES_S = 1500.0, 0.2, 20.0
"""It was where the lower one was to so many metres and so much of what lies between them now, left it within so much of when its
track was born, and gains speed as stages do."""


def burn_of_kin(bank: TrackBank, objects: Iterable[Judged], judged: Judged, track: Track) -> tuple[Spot, Judged] | None:
    """Return launch and object of the only burn whose end the arc of a track of radars alone leads back to, None without one.

    Radars start a track of their own for what separates from a stage that has kept the plume's track. Its arc alone tells where
    it rose to tens or hundreds of kilometres; satellites have seen it to a few. Of plumes that burn side by side satellites take
    one for the other: then the arc's own word stands.
    """
    if track.satellites or judged.launch is None or judged.kin >= len(ASKED) or track.hits < ASKED[judged.kin]:
        return None
    judged.kin = sum(track.hits >= hits for hits in ASKED)
    burns = [(j.launch, t, j) for j in objects if j.launch is not None and (t := _plume(bank, j)) is not None]
    found: list[tuple[Spot, Judged]] = []
    for spot, plume, burnt in burns:
        near = abs(spot.time - judged.launch.time) < SAME_S * NS
        near = near and spot.sigma_m < max(judged.launch.sigma_m, PLACED_M)
        over = near and plume.off_from and radars_tell(plume)
        if over and apart_at(bank, plume.slot, track.slot, plume.off_from) < GATE:
            found.append((spot, burnt))
    if len(found) != 1:
        return None
    spot, burnt = found[0]
    one = (spot, bank.tracks[burnt.slot])
    return None if any(_beside(one, (place, t)) for place, t, j in burns if j is not burnt) else found[0]


def note_upper(tracker: Tracker, objects: Iterable[Judged], judged: Judged, track: Track) -> None:
    """Note of a burnt-out object which one has burnt on from where it was when it went out, and the class of each in the other.

    Both are seen by radars. What has burnt on has gone ahead by what its thrust gave it since, along the way it was going.
    """
    context, bank = judged.context, tracker.bank
    if context.upper:
        known = next((j for j in objects if j.number == context.upper), None)
        if known is not None and known.classes:
            context.vehicle = dict(known.classes)
        return
    alone = not track.satellites
    parted = track.born if alone else track.off_from
    young = parted and int(bank.ts[track.slot]) - parted < UPPER_S * NS
    if not young or not radars_tell(track) or not (alone or track.infrared_hits >= LIT):
        return
    found: list[Judged] = []
    for other in objects:
        upper = bank.tracks.get(other.slot)
        if upper is None or upper.number != other.number or other is judged or not other.classes:
            continue
        if upper.hits - upper.infrared_hits < UPPER_HITS or not upper.infrared_hits:
            continue
        # a track of its own began with what burns on, or with what stayed behind
        left = upper.born if not alone else track.born
        fits = (upper.born < left and not upper.off_from) if alone else track.born < left < parted + BORN_S * NS
        if fits and abs(left - parted) < BORN_S * NS and _went_on(tracker, track, upper, left):
            found.append(other)
    if len(found) == 1:  # where plumes burn side by side nobody can tell
        above = found[0]
        context.upper, context.vehicle = above.number, dict(above.classes)
        above.context.earlier = context.lit or above.context.earlier
        above.burn = above.burn or above.number
        judged.burn, judged.spent = above.burn, 1.0


def _went_on(tracker: Tracker, track: Track, upper: Track, left: int) -> bool:
    """Return whether a burning track left the place of a coasting one at about `left` (ns): first at rest to it, then pushed."""
    bank = tracker.bank
    states = tracker.combined(np.array([track.slot, upper.slot], np.int64))[0]
    lag = (int(bank.ts[upper.slot]) - int(bank.ts[track.slot])) / NS
    lower, above = states[0, :6].copy(), states[1, :6]
    lower[:3] += lag * lower[3:]
    way, gain = above[:3] - lower[:3], above[3:] - lower[3:]
    fast, far = math.sqrt(float((gain * gain).sum())), math.sqrt(float((way * way).sum()))
    along = float((way * gain).sum()) / max(fast, 1.0)
    forward = float((gain * lower[3:]).sum())
    if along <= 0.0 or forward <= 0.0:
        return False
    # under steady thrust the way is half the gain in speed times the time
    lit_s = 2.0 * along / max(fast, 1.0)
    aside = math.sqrt(max(far * far - along * along, 0.0))
    then = int(bank.ts[upper.slot]) - round(lit_s * NS)
    if not THRUST_M_S2[0] < fast / max(lit_s, 0.1) < THRUST_M_S2[1]:
        return False
    return aside < FROM_M + FROM_SHARE * far and abs(then - left) < IGNITES_S * NS


def note_spent(bank: TrackBank, objects: Iterable[Judged]) -> None:
    """Write into all objects that come from one burn the probability that each is the spent stage: one of them is."""
    families: dict[int, list[Judged]] = {}
    for judged in objects:
        if (
            judged.burn
            and not judged.context.upper
            and judged.slot in bank.tracks
            and bank.tracks[judged.slot].number == judged.number
        ):
            families.setdefault(judged.burn, []).append(judged)
    for family in families.values():
        if len(family) < 2:
            continue
        slots = [j.slot for j in family]
        echoes, told = bank.columns["echo"][slots].tolist(), bank.columns["echo_hits"][slots].tolist()
        if min(told) < ECHO_HITS:
            echoes = [0.0] * len(family)
        # what the air has told of a body weighs as well
        logs = [echo / ECHO_DB - heavy_odds(*j.context.lightness) for echo, j in zip(echoes, family, strict=True)]
        shares = [math.exp(value - max(logs)) for value in logs]
        for judged, share in zip(family, shares, strict=True):
            judged.spent = share / sum(shares)


def payload_unseen(bank: TrackBank, judged: Judged, track: Track) -> float:
    """Return the probability that an object in free flight is a spent stage whose payload nobody has seen, 0 where it is small.

    It is the only one of its burn that is followed, and bright to radar or slowed by the air more than heads are. Where neither
    tells it is 0.
    """
    odds = -heavy_odds(*judged.context.lightness)
    echoes = bank.columns["echo_hits"][track.slot] >= ECHO_HITS
    if judged.burn or judged.context.upper or not (echoes or odds > SLOWS):
        return 0.0
    share = sum(PARTS[c] * judged.classes.get(c, 0.0) for c in PARTS)
    whole = sum(judged.classes.get(c, 0.0) for c in PARTS) - share
    if share + whole < 0.5:
        return 0.0
    stage, head = math.exp(odds), 1.0
    if echoes:
        echo = float(bank.columns["echo"][track.slot]) + FADES_DB
        bright, dim = (math.exp(-0.5 * ((echo - at) / wide) ** 2) / wide for at, wide in (STAGE_DBSM, HEAD_DBSM))
        stage, head = stage * bright, dim
    stage, head = STAGE_ALONE * share * stage, (whole + HEAD_ALONE * share) * head
    found = stage / (stage + head)
    return found if found >= LEAST_SHARE else 0.0


def _plume(bank: TrackBank, judged: Judged) -> Track | None:
    """Return the track of an object if satellites have seen it burn."""
    track = bank.tracks.get(judged.slot)
    return track if track is not None and track.number == judged.number and track.infrared_hits >= LIT else None


def _beside(one: tuple[Spot, Track], other: tuple[Spot, Track]) -> bool:
    """Return whether two burns were lit at once and rose near each other."""
    (spot, track), (place, beside) = one, other
    if track.born > beside.last_infrared or beside.born > track.last_infrared:
        return False
    return great_circle_m(spot.latitude, spot.longitude, place.latitude, place.longitude) < BESIDE_M

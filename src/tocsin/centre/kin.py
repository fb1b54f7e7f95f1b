"""Where a radar's track rose that comes from a burn which another track has shown: a warhead and the stage beside it."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.centre.judged import Judged, Spot
from tocsin.core.constants import NS
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.kindred import apart_at
from tocsin.tracking.upkeep import radars_tell
from tocsin.world.geodesy_kernels import great_circle_m

ASKED = (12, 25, 50, 100, 200)
"""Detections of a track at which it is asked whose burn it comes from."""
LIT, BESIDE_M = 3, 300e3
SAME_S, GATE = 300.0, 22.5
"""Launches of one burn lie so near in time, the states at its end so near (chi-square of 6, 99.9 %)."""


def launch_of_kin(bank: TrackBank, objects: Iterable[Judged], judged: Judged, track: Track) -> Spot | None:
    """Return the launch of the only burn whose end the arc of a track of radars alone leads back to, None without one.

    Radars start a track of their own for what separates from a stage that has kept the plume's track. Its arc alone tells where
    it rose to tens or hundreds of kilometres; satellites have seen it to a few. Of plumes that burn side by side satellites take
    one for the other: then the arc's own word stands.
    """
    if track.satellites or judged.launch is None or judged.kin >= len(ASKED) or track.hits < ASKED[judged.kin]:
        return None
    judged.kin = sum(track.hits >= hits for hits in ASKED)
    burns = [(j.launch, t) for j in objects if j.launch is not None and (t := _plume(bank, j)) is not None]
    found: list[tuple[Spot, Track]] = []
    for spot, plume in burns:
        near = abs(spot.time - judged.launch.time) < SAME_S * NS and spot.sigma_m < judged.launch.sigma_m
        over = near and plume.off_from and radars_tell(plume)
        if over and apart_at(bank, plume.slot, track.slot, plume.off_from) < GATE:
            found.append((spot, plume))
    if len(found) != 1 or any(_beside(found[0], other) for other in burns if other[1] is not found[0][1]):
        return None
    return found[0][0]


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

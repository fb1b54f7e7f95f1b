"""Where a radar's track rose that comes from a burn which another track has shown: a warhead and the stage beside it."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.centre.judged import Judged, Spot
from tocsin.core.constants import NS
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.kindred import apart_at
from tocsin.tracking.upkeep import radars_tell

ASKED = (12, 25, 50, 100, 200)
"""Detections of a track at which it is asked whose burn it comes from."""
SAME_S, GATE = 300.0, 22.5
"""Launches of one burn lie so near in time, the states at its end so near (chi-square of 6, 99.9 %)."""


def launch_of_kin(bank: TrackBank, objects: Iterable[Judged], judged: Judged, track: Track) -> Spot | None:
    """Return the launch of the only burn whose end the arc of a track of radars alone leads back to, None without one.

    Radars start a track of their own for what separates from a stage that has kept the plume's track. Its arc alone tells where
    it rose to tens or hundreds of kilometres; satellites have seen it to a few.
    """
    if track.satellites or judged.launch is None or judged.kin >= len(ASKED) or track.hits < ASKED[judged.kin]:
        return None
    judged.kin = sum(track.hits >= hits for hits in ASKED)
    found: list[Spot] = []
    for other in objects:
        spot, plume = other.launch, bank.tracks.get(other.slot)
        if spot is None or plume is None or plume.number != other.number or not plume.satellites or not plume.off_from:
            continue
        near = abs(spot.time - judged.launch.time) < SAME_S * NS and spot.sigma_m < judged.launch.sigma_m
        if near and radars_tell(plume) and apart_at(bank, plume.slot, track.slot, plume.off_from) < GATE:
            found.append(spot)
    return found[0] if len(found) == 1 else None

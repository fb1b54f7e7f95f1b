"""How tracks end without a look's word, and how two tracks of one object become one."""

from __future__ import annotations

import numpy as np

from tocsin.core.constants import NS
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.bank_kernels import advance_tracks
from tocsin.tracking.notes import absorb
from tocsin.tracking.view_kernels import heights_at, twins

TENTATIVE_LIFE_S = 60.0


def tidy(bank: TrackBank, now: int, orbiting: set[int]) -> list[tuple[Track, str]]:
    """Return the tracks that end at `now` without a look's word: fallen, or out of all sight for long.

    `orbiting`: slots of tracks in orbit, kept 20 minutes unseen; others coast until they reach the ground.
    """
    dropped: list[tuple[Track, str]] = []
    slots = bank.slots()
    if not slots.size:
        return dropped
    stale = slots[bank.ts[slots] < now - 20 * NS]
    if stale.size:
        advance_tracks(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, stale, now - 10 * NS)
    heights = np.empty(slots.size)
    heights_at(bank.xs, bank.ws, bank.ts, slots, now, heights)
    for k, s in enumerate(slots.tolist()):
        track = bank.tracks[s]
        unseen = (now - track.last_hit) / NS
        if not track.confirmed and unseen > TENTATIVE_LIFE_S:
            dropped.append((track, "not seen again"))
        elif heights[k] < -2000.0 and unseen > 5.0:
            dropped.append((track, "its arc has reached the ground (predicted, not observed)"))
        elif s in orbiting and unseen > 1200.0:
            dropped.append((track, "in orbit, out of sight for 20 minutes"))
        elif unseen > 5400.0:
            dropped.append((track, "out of sight for 90 minutes"))
        else:
            continue
        bank.remove(s)
    return dropped


def merge_twins(bank: TrackBank) -> list[tuple[Track, Track]]:
    """Return (kept, dropped) of confirmed tracks that are one object: states agree, never seen side by side."""
    standing = [t for t in bank.tracks.values() if t.confirmed]
    if len(standing) < 2 or len(standing) > 2000:
        return []
    slots = np.array([t.slot for t in standing], np.int64)
    pairs = np.empty((256, 2), np.int64)
    count = twins(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, slots, pairs)
    merged: list[tuple[Track, Track]] = []
    gone: set[int] = set()
    for a, b in pairs[:count].tolist():
        one, two = bank.tracks[a], bank.tracks[b]
        if one.number in gone or two.number in gone or two.number in one.rival or one.number in two.rival:
            continue
        keep, drop = (one, two) if one.hits >= two.hits else (two, one)
        absorb(keep, drop)
        gone.add(drop.number)
        merged.append((keep, drop))
    for _, drop in merged:
        bank.remove(drop.slot)
    return merged

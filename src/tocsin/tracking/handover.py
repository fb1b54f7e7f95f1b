"""A plume that satellites have tracked, whose light goes to a radar's track of the same object from some look on."""

from __future__ import annotations

import numpy as np

from tocsin.core.constants import NS
from tocsin.tracking.assign import assign
from tocsin.tracking.bank import HELD, Track, TrackBank
from tocsin.tracking.notes import absorb
from tocsin.tracking.track_records import CONTACT_LAST
from tocsin.tracking.view_kernels import state_distances

HEIR_HITS, HEIR_GATE, WITHIN_S = 4, 80.0, 60.0
"""A radar track with so many detections of radars, so near (6 components; as wide as where plumes and radars are joined) and
first seen to shine so soon after the plume's last light."""


def hand_over(bank: TrackBank) -> list[tuple[Track, Track]]:
    """Return (kept, dropped): tracks that only satellites have seen, and the tracks that have taken their light over.

    A radar's track is sharper than a plume's, so the next light of the object may go to it; what is left of the plume is then
    never seen again, nor by the radar. Two whose lights were seen at once are two objects.
    """
    standing = [bank.tracks[s] for s in bank.slots()[bank.standing()].tolist()]
    heirs = [t for t in standing if t.infrared_hits and t.hits - t.infrared_hits >= HEIR_HITS]
    plumes = [t for t in standing if t.hits == t.infrared_hits] if heirs else []
    if not plumes:
        return []
    old, new = (np.array([t.slot for t in side], np.int64) for side in (plumes, heirs))
    d2 = np.empty((old.size, new.size))
    state_distances(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, old, new, d2)
    for i, j in np.argwhere(d2 < HEIR_GATE).tolist():
        if not _follows(plumes[i], heirs[j]):
            d2[i, j] = HEIR_GATE
    rows, columns = np.nonzero(d2 < HEIR_GATE)
    pairs = [
        (plumes[rows[k]], heirs[columns[k]]) for k in assign(rows, columns, HEIR_GATE - d2[rows, columns]).tolist()
    ]
    for keep, drop in pairs:
        become(bank, keep, drop)
        keep.burnout = drop.burnout  # what the plume's own silence told is of no burnout
        keep.off_from = drop.off_from
        bank.remove(drop.slot)
    return pairs


def _follows(plume: Track, heir: Track) -> bool:
    """Return whether a track was first seen to shine where a plume was last."""
    if heir.number in plume.rival or plume.number in heir.rival or not heir.sights or heir.born < plume.born:
        return False
    return bool(0.0 < (heir.sights[0][0] - plume.last_infrared) / NS < WITHIN_S)


def become(bank: TrackBank, keep: Track, drop: Track) -> None:
    """Give the older of two tracks, which keeps its name, the sharp state and all that is known of the other."""
    for name in HELD:
        array = getattr(bank, name)
        array[keep.slot] = array[drop.slot]
    keep.lands_by = 0
    keep.hints.update(drop.hints)
    known = bank.contacts["time"][drop.slot] > 0
    for name in CONTACT_LAST:
        bank.contacts[name][keep.slot, known] = bank.contacts[name][drop.slot, known]
    keep.nis, keep.trouble, keep.misses = drop.nis, drop.trouble, 0
    keep.score = keep.score_top = max(keep.score_top, drop.score_top)
    absorb(keep, drop)

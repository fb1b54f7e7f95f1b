"""A plume that satellites have tracked, whose light goes to a radar's track of the same object from some look on."""

from __future__ import annotations

import numpy as np

from tocsin.core.constants import NS
from tocsin.tracking.assign import assign
from tocsin.tracking.bank import IntArray, Track, TrackBank
from tocsin.tracking.notes import absorb, are_rivals
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
    standing, columns = bank.slots()[bank.standing()], bank.columns
    lights = columns["infrared_hits"][standing]
    echoes = columns["hits"][standing] - lights
    plumes, heirs = standing[echoes == 0], standing[(lights > 0) & (echoes >= HEIR_HITS)]
    dark = _first_lights(bank, heirs)[None, :] - columns["last_infrared"][plumes][:, None]
    begun, came = ([bank.tracks[s].born for s in side.tolist()] for side in (plumes, heirs))
    older = np.array(begun, np.int64)[:, None] <= np.array(came, np.int64)[None, :]
    follows = (dark > 0) & (dark < WITHIN_S * NS) & older
    if not follows.any():
        return []
    lost, taken = follows.any(axis=1), follows.any(axis=0)
    plumes, heirs = plumes[lost], heirs[taken]
    d2 = np.empty((plumes.size, heirs.size))
    state_distances(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, plumes, heirs, d2)
    d2[~follows[lost][:, taken]] = HEIR_GATE
    rows, cols = np.nonzero(d2 < HEIR_GATE)
    best = assign(rows, cols, HEIR_GATE - d2[rows, cols]).tolist() if rows.size else []
    found = [(bank.tracks[int(plumes[rows[k]])], bank.tracks[int(heirs[cols[k]])]) for k in best]
    pairs = [(keep, drop) for keep, drop in found if not are_rivals(keep, drop)]
    for keep, drop in pairs:
        become(bank, keep, drop)
        keep.burnout = drop.burnout  # what the plume's own silence told is of no burnout
        keep.off_from = drop.off_from
        bank.remove(drop.slot)
    return pairs


def _first_lights(bank: TrackBank, slots: IntArray) -> IntArray:
    """Return when tracks (k,) were first seen to shine (TAI ns), 0 where that is not known."""
    sights = [bank.tracks[s].sights for s in slots.tolist()]
    return np.array([seen[0][0] if seen else 0 for seen in sights], np.int64)


def become(bank: TrackBank, keep: Track, drop: Track) -> None:
    """Give the older of two tracks, which keeps its name, the sharp state and all that is known of the other."""
    bank.take_state(keep.slot, drop.slot)
    keep.lands_by = 0
    keep.hints.update(drop.hints)
    known = bank.contacts["time"][drop.slot] > 0
    for name in CONTACT_LAST:
        bank.contacts[name][keep.slot, known] = bank.contacts[name][drop.slot, known]
    keep.nis, keep.trouble, keep.misses = drop.nis, drop.trouble, 0
    keep.score = keep.score_top = max(keep.score_top, drop.score_top)
    absorb(keep, drop)

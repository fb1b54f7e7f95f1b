"""What looks write into the records of tracks: hits, silences, rivals; arrays as in `bank.TrackBank`."""

import math

import numpy as np

from tocsin.core.kernels import lean_kernel
from tocsin.tracking.filter_kernels import M_RANGE, M_RATE, S_X, U_X

SCORE_MOST = 200.0
NIS_MEMORY = 0.05  # share of the last look in the running mean of the innovations
LIT_NS = 60_000_000_000  # a plume that was lit so lately may burn yet


@lean_kernel
def components(m: np.ndarray) -> int:
    """Return how many components a measurement (18,) has: two of direction, range, range rate."""
    count = 2
    if m[M_RANGE] == m[M_RANGE]:
        count += 1
    if m[M_RATE] == m[M_RATE]:
        count += 1
    return count


@lean_kernel
def shines(records: np.ndarray, slot: int, time: int) -> bool:
    """Return whether the plume of a track may burn at `time` (ns)."""
    r = records[slot]
    return bool(r.infrared_hits > 0 and r.off_from == 0 and time - r.last_infrared < LIT_NS)


@lean_kernel
def write_keys(records: np.ndarray, firsts: np.ndarray, lasts: np.ndarray, slot: int, look: int, number: int) -> None:
    """Note a detection, `number` of `look`, among the first and the last ones of a track."""
    n = records[slot].first_count
    if n < firsts.shape[1]:
        firsts[slot, n, 0], firsts[slot, n, 1] = look, number
        records[slot].first_count = n + 1
    n = records[slot].last_count
    lasts[slot, n % lasts.shape[1], 0], lasts[slot, n % lasts.shape[1], 1] = look, number
    records[slot].last_count = n + 1


@lean_kernel
def write_hits(
    records: np.ndarray, contacts: np.ndarray, path_hits: np.ndarray, firsts: np.ndarray, lasts: np.ndarray,
    slots: np.ndarray, which: np.ndarray, rows: np.ndarray, times: np.ndarray, numbers: np.ndarray,
    signal: np.ndarray, look: int, sensor: int, path: int, infrared: bool,
) -> None:  # fmt: skip
    """Write measurement `rows[which[k]]` into the record of track `slots[k]`.

    `times` (n,) ns, `numbers` (n,) of the detections in the look, `signal` (n,) intensities of plumes in W/sr, radar
    cross-sections in dB m2 of what radars see, NaN = not known; `look`, `sensor`, `path` as the bank numbers them; a `path`
    below 0 is none. The cross-section of what burns is that of all that will part.
    """
    for k in range(slots.shape[0]):
        s, d = slots[k], which[k]
        m = rows[d]
        records[s].last_hit = max(records[s].last_hit, times[d])
        write_keys(records, firsts, lasts, s, look, numbers[d])
        if path >= 0:
            path_hits[s, path] += 1
        c = contacts[s, sensor]
        c.hits += 1
        c.missed += c.missing
        c.missing = 0.0
        v = signal[d]
        if infrared:
            records[s].infrared_hits += 1
            records[s].last_infrared = max(records[s].last_infrared, times[d])
            records[s].infrared_misses = 0
            records[s].off_from = 0
            records[s].doubt_infrared = 0.0
            if v == v and not records[s].intensity >= v:
                records[s].intensity = v
        elif v == v and not shines(records, s, times[d]):
            records[s].echo_hits += 1
            records[s].echo += (v - records[s].echo) / records[s].echo_hits
        c.x, c.y, c.z = m[S_X], m[S_X + 1], m[S_X + 2]
        if m[U_X] == m[U_X] and (infrared or m[M_RANGE] == m[M_RANGE]):
            c.time = times[d]
            c.hinted = 0
            c.ux, c.uy, c.uz = m[U_X], m[U_X + 1], m[U_X + 2]
            c.range, c.rate = m[M_RANGE], m[M_RATE]


@lean_kernel
def count_hits(
    records: np.ndarray, contacts: np.ndarray, slots: np.ndarray, which: np.ndarray, rows: np.ndarray,
    gains: np.ndarray, d2: np.ndarray, sensor: int, confirm_hits: int, confirm_score: float, confirmed: np.ndarray,
) -> int:  # fmt: skip
    """Count measurement `rows[which[k]]` for track `slots[k]`; return how many tracks that confirms, filling `confirmed`.

    `gains` (k,) log likelihood ratios against being new or false, `d2` (k,) squared distances.
    """
    count = 0
    for k in range(slots.shape[0]):
        s = slots[k]
        r = records[s]
        r.nis += NIS_MEMORY * (d2[k] / components(rows[which[k]]) - r.nis)
        r.trouble *= 0.9
        r.hits += 1
        if r.confirmed:
            r.score = r.score_top  # it is there: who did not see it before was wrong
        contacts[s, sensor].vouching = 1
        r.score = min(r.score + gains[k], SCORE_MOST)
        r.score_top = max(r.score_top, r.score)
        r.misses = 0
        if not r.confirmed and r.hits >= confirm_hits and r.score >= confirm_score:
            r.confirmed = 1
            confirmed[count] = s
            count += 1
    return count


@lean_kernel
def count_silence(
    records: np.ndarray, contacts: np.ndarray, slots: np.ndarray, pd: np.ndarray, costs: np.ndarray, sensor: int,
    infrared: bool, looks: int, dark: int, most: np.ndarray, falls: np.ndarray, gone: np.ndarray,
) -> int:  # fmt: skip
    """Count a silence against tracks `slots` (k,), `costs` (k,) what it says; return how many end of it, marking `gone` (k,).

    `pd` (k,) chance that the look would have seen each, `looks` how many it stands for, `dark` the middle of the first,
    ns, `falls` (2,) the fall of the score that ends a tentative or a confirmed one. `most` (3,): the most that a kind of
    sensor which has never seen a track can cost it, the most that satellites can when its plume has gone out, and the score from
    which that holds.
    """
    count = 0
    for k in range(slots.shape[0]):
        s = slots[k]
        r = records[s]
        r.misses += 1
        cost = costs[k]
        if infrared:
            # a late look, or one whose clock is slow, that tells of before it was last seen says nothing of its being out
            if r.last_infrared and pd[k] > 0.5 and (dark > r.last_infrared or looks > 1):
                r.infrared_misses += 1
                if r.off_from == 0:
                    r.off_from = max(dark, r.last_infrared)
            if not r.confirmed:
                # a plume that nobody else sees again was no plume: coasting is no excuse before it stood as a track
                cost = looks * math.log(max(1.0 - pd[k], 0.05))
        contacts[s, sensor].vouching = 0
        if infrared and (r.infrared_hits == 0 or (r.off_from != 0 and r.score_top >= most[2])):
            cost = max(cost, r.doubt_infrared - most[1 if r.infrared_hits else 0])
            r.doubt_infrared -= cost
        elif not infrared and not radar_has_seen(contacts[s], r.infrared_hits):
            cost = max(cost, r.doubt_radar - most[0])
            r.doubt_radar -= cost
        r.score += cost
        gone[k] = False
        if r.score < r.score_top - (falls[1] if r.confirmed else falls[0]):
            vouched = False
            for c in range(contacts.shape[1]):
                vouched = vouched or contacts[s, c].vouching != 0
            gone[k] = not vouched
            count += gone[k]
    return count


@lean_kernel
def weaken(
    records: np.ndarray, contacts: np.ndarray, slots: np.ndarray, sensor: int, looks: int, pd: np.ndarray
) -> None:  # fmt: skip
    """Note that so many looks of a radar have missed tracks, and multiply the chances `pd` (k,) by the share that it has seen.

    So far, and of confirmed tracks: how much of its power an object reflects is not known beforehand, and all looks have it in
    common. Looks count that were over when it was last seen: what ends in silence was there for none of them. One look is put
    beside them that has seen it.
    """
    for k in range(slots.shape[0]):
        c = contacts[slots[k], sensor]
        c.missing += looks * pd[k]
        if records[slots[k]].confirmed and c.missed > 0.0:
            pd[k] *= (c.hits + 1.0) / (c.hits + 1.0 + c.missed)


@lean_kernel
def radar_has_seen(contacts: np.ndarray, infrared_hits: int) -> bool:
    """Return whether any sensor but satellites has seen the track of `contacts` (sensors,)."""
    total = 0
    for c in range(contacts.shape[0]):
        total += contacts[c].hits
    return total > infrared_hits


@lean_kernel
def note_rivals(records: np.ndarray, rivals: np.ndarray, seen: np.ndarray, numbers: np.ndarray) -> None:
    """Write into the confirmed tracks `seen` (slots) in one look, named `numbers`, that the others are other objects."""
    most = rivals.shape[1]
    for a in range(seen.shape[0]):
        s = seen[a]
        if not records[s].confirmed:
            continue
        for b in range(seen.shape[0]):
            count = records[s].rival_count
            if count >= most:
                break
            known = a == b or numbers[a] == numbers[b]
            for c in range(count):
                known = known or rivals[s, c] == numbers[b]
            if not known:
                rivals[s, count] = numbers[b]
                records[s].rival_count = count + 1


@lean_kernel
def seen_together(lasts: np.ndarray, a: int, count_a: int, b: int, count_b: int) -> bool:
    """Return whether two tracks (slots) have one of their last detections, of `count` in all, in the same look."""
    for i in range(min(count_a, lasts.shape[1])):
        for j in range(min(count_b, lasts.shape[1])):
            if lasts[a, i, 0] == lasts[b, j, 0]:
                return True
    return False

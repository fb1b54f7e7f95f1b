"""How tracks end without a look's word, and how two tracks of one object become one."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import NS
from tocsin.core.linear_kernels import factor
from tocsin.sensing.sensor import Sensor
from tocsin.tracking.assign import assign
from tocsin.tracking.bank import FloatArray, IntArray, Track, TrackBank
from tocsin.tracking.bank_kernels import GLIDING, advance_tracks
from tocsin.tracking.effect_kernels import add_effects, begin_effects, bring_effects, share_effects
from tocsin.tracking.filter_kernels import BOOST, FREE, M_RANGE, M_SIGMA_A, MODELS, N, coast, predict_model
from tocsin.tracking.fuse_kernels import FAR, join
from tocsin.tracking.handover import become
from tocsin.tracking.lone_plumes import TENTATIVE_LIFE_S, burns_yet, may_fly_yet, unsharp
from tocsin.tracking.notes import absorb, are_rivals
from tocsin.tracking.reach_kernels import FASTEST_M_S
from tocsin.tracking.record_kernels import seen_together
from tocsin.tracking.still import DARK_S, stood
from tocsin.tracking.view_kernels import heights_at, state_distances, twins

ADOPT_HITS, ADOPT_GATE, ADOPT_MOST = 4, 80.0, 500
"""A radar track with so many detections is compared with coasting tracks of satellites. The gate is
wide (80 for 6 components): a boost track is less sure of itself than its filter says, and the assignment picks the best."""

JOIN_HITS, JOIN_LAST, JOIN_GATE, JOIN_MOST = 8, 64, 22.5, 64
"""With so many radar detections (the covariance of a younger track is not to be relied on), and where the two agree (chi-square
of 6, 99.9 %), what a plume told is joined with what the radar tells. So few pairs, as there are outside of raids, are compared
over the arc from burnout on, where the gate at the radar's time has no room for how it is curved. A plume of
one satellite, of which the radar tells depth and speed, is joined wherever it was adopted, so much wider as the two disagree."""
LED_MOST = 4
"""While no more tracks than these wait to be joined, the burn that one satellite saw is fitted as it led to the radar's arc."""
METEOR_S = 120.0
"""What comes from beyond the Earth has shone its last after so long: the longest grazes through the air took 100 s."""


ALONE_LOG, ALONE_LOOKS = 16.0, 3
"""Two tracks are one object where looks have shown one of them alone with a chance of exp(-16) (seven plain silences) if they
were two, so many of them the one that explains what both are made of."""


def tidy(bank: TrackBank, now: int, orbiting: set[int], flying: Collection[int] = ()) -> list[tuple[Track, str]]:
    """Return the tracks that end at `now` without a look's word: fallen, or out of all sight for long.

    `orbiting`: slots of tracks in orbit, kept 20 minutes unseen; others coast until they reach the ground. `flying`: slots of
    bodies that may still be on their way where the mean fall has ended.
    """
    dropped: list[tuple[Track, str]] = []
    slots = bank.slots()
    if not slots.size:
        return dropped
    stale = slots[(bank.ts[slots] < now - 20 * NS) & ~np.array([bank.tracks[int(slot)].lands_by > 0 for slot in slots])]
    if stale.size:
        advance_tracks(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, stale, now - 10 * NS)
    heights = np.empty(slots.size)
    heights_at(bank.xs, bank.ws, bank.ts, slots, now, heights)
    held, in_orbit = (_are_of(bank, slots, which) for which in (flying, orbiting))
    unseen = (now - bank.columns["last_hit"][slots]) / NS
    tentative = bank.columns["confirmed"][slots] == 0
    fallen = (heights < -2000.0) & (unseen > 5.0) & ~held
    for k in fallen.nonzero()[0].tolist():
        fallen[k] = not (burns_yet(bank, int(slots[k]), now) or may_fly_yet(bank.tracks[int(slots[k])], now))
    still = np.zeros(slots.size, np.bool_)
    for k in ((bank.columns["infrared_hits"][slots] > 0) & (unseen > DARK_S)).nonzero()[0].tolist():
        still[k] = stood(bank.tracks[int(slots[k])], now)
    reasons = (
        ("it shone where it stood", still),
        ("not seen again", tentative & (unseen > TENTATIVE_LIFE_S)),
        ("its arc has reached the ground (predicted, not observed)", fallen),
        (
            "faster than any object: it was made of detections of several",
            _too_fast(bank, slots, now),
        ),
        ("in orbit, out of sight for 20 minutes", in_orbit & (unseen > 1200.0)),
        ("out of sight for 90 minutes", unseen > 5400.0),
    )
    over = np.logical_or.reduce([which for _, which in reasons])
    for k in over.nonzero()[0].tolist():
        reason = next(text for text, which in reasons if which[k])
        dropped.append((bank.tracks[int(slots[k])], reason))
        bank.remove(int(slots[k]))
    return dropped


def _are_of(bank: TrackBank, slots: IntArray, which: Collection[int]) -> npt.NDArray[np.bool_]:
    """Return which of the slots (k,) are among `which`."""
    among = np.zeros(bank.ts.size, np.bool_)
    among[list(which)] = True
    return among[slots]


def _too_fast(bank: TrackBank, slots: IntArray, now: int) -> npt.NDArray[np.bool_]:
    """Return which tracks (k,) are surely faster (three sigma) than an object that Earth holds, and no meteor."""
    model = np.where(bank.ws[slots, BOOST] > 0.5, BOOST, FREE)
    x, y, z = bank.xs[slots, model, 3:6].T
    speed = np.sqrt(x * x + y * y + z * z)
    fast: npt.NDArray[np.bool_] = speed > FASTEST_M_S
    for k in fast.nonzero()[0].tolist():
        track, p = bank.tracks[int(slots[k])], bank.ps[slots[k], model[k], 3:6, 3:6]
        streak = track.infrared_hits > 0 and now - track.born < METEOR_S * NS
        fast[k] = not streak and speed[k] - 3.0 * np.sqrt(np.trace(p)) > FASTEST_M_S
    return fast


def merge_twins(bank: TrackBank) -> list[tuple[Track, Track]]:
    """Return (kept, dropped) of confirmed tracks that are one object: states agree, never seen side by side."""
    slots = bank.slots()[bank.standing()]
    size = 256
    while True:
        pairs = np.empty((size, 2), np.int64)
        count = twins(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, slots, pairs)
        if count <= size:
            break
        size = count
    merged: list[tuple[Track, Track]] = []
    gone: set[int] = set()
    for a, b in pairs[:count].tolist():
        one, two = bank.tracks[a], bank.tracks[b]
        if one.number in gone or two.number in gone or are_rivals(one, two):
            continue
        if seen_together(bank.lasts, a, one.last_count, b, two.last_count):
            continue
        keep, drop = (one, two) if one.hits >= two.hits else (two, one)
        absorb(keep, drop)
        gone.add(drop.number)
        merged.append((keep, drop))
    for keep, drop in shadows(bank):
        if not {keep.number, drop.number} & gone:
            gone.add(drop.number)
            merged.append((keep, drop))
    for _, drop in merged:
        bank.remove(drop.slot)
    return merged


def shadows(bank: TrackBank) -> list[tuple[Track, Track]]:
    """Return (kept, dropped) of confirmed tracks of which looks have shown one alone for so long that they are one object.

    The one that explains the other's detections has the right state; the older one keeps its name.
    """
    records = bank.records
    found: list[tuple[Track, Track]] = []
    slots = bank.slots()[bank.standing()]
    over = (
        (records["shadow"][slots] != 0)
        & (records["shade"][slots] < -ALONE_LOG)
        & (records["apart"][slots] >= ALONE_LOOKS)
    )
    for s in slots[over].tolist():
        right, wrong = bank.tracks[s], bank.tracks.get(int(records["shadow_slot"][s]))
        if wrong is None or wrong.number != records["shadow"][s] or not wrong.confirmed or are_rivals(right, wrong):
            continue
        if right.born <= wrong.born:
            found.append((right, wrong))
            continue
        bank.take_state(wrong.slot, right.slot)
        wrong.nis = right.nis
        found.append((wrong, right))
    for keep, drop in found:
        absorb(keep, drop)
        bank.columns["shadow"][keep.slot] = 0
    return found


def gone_out(bank: TrackBank, slots: IntArray, before: float) -> npt.NDArray[np.bool_]:
    """Return of which tracks (k,) the plume has gone out before an instant (TAI ns), as far as two looks can tell.

    What falls through air shines in it again.
    """
    dark = (bank.columns["infrared_misses"][slots] >= 2) & (bank.columns["off_from"][slots] < before)
    out: npt.NDArray[np.bool_] = dark & (bank.two[slots] != GLIDING)
    return out


def open_to(bank: TrackBank, slots: IntArray, sensor: Sensor, rows: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which tracks (k,) the detections `rows` (n, 18) of a look may be of at once.

    A radar that places what it sees, by direction and range, starts its own beside an unsharp plume; one that does not, cannot.
    """
    placed = sensor.kind == "radar" and np.isfinite(rows[:, M_RANGE] + rows[:, M_SIGMA_A]).any()
    return ~unsharp(bank, slots) if placed else np.ones(slots.size, np.bool_)


def _coasted(bank: TrackBank, old: Track, new: int) -> float:
    """Return how long (s) before a radar track (slot) that coasts a plume went out; 0 where that is not known."""
    if old.burnout is None or bank.ws[new, FREE] < 0.5:
        return 0.0
    return (int(bank.ts[new]) - old.burnout[0]) / NS


def _join(bank: TrackBank, old: Track, new: int, x: FloatArray, p: FloatArray, by_radar: FloatArray) -> float:
    """Return the squared distance of a plume's coasting track and a radar track (slot), `FAR` where they cannot be joined.

    Fills `x` (6,), `p` (6, 6) with the joined state at the radar's time, and `by_radar` (10, 10) with the covariance of the
    radars' own, their constant errors included, by which it was weighed: a biased radar does not overrule a plume's place.
    """
    dt = _coasted(bank, old, new)
    if old.burnout is None or dt <= 0.0:
        return FAR
    _, state, covariance = old.burnout
    by_radar[:] = by_radars(bank, new)
    return join(state, covariance, dt, bank.xs[new, FREE], by_radar, x, p)


def by_radars(bank: TrackBank, slot: int) -> FloatArray:
    """Return (10, 10) the covariance of a coasting track with what the constant errors of its sensors do to it."""
    covariance: FloatArray = bank.ps[slot, FREE].copy()
    bring_effects(bank.xs, bank.ts, bank.effects, bank.effects_t, slot)
    add_effects(bank.effects[slot], bank.biases, 1.0, covariance)
    return covariance


def led_back(bank: TrackBank, track: Track) -> FloatArray | None:
    """Return the state (6,) at burnout of the arc that a plume and radars have in common, None where there is none."""
    x, p, by_radar = np.empty(6), np.empty((6, 6)), np.empty((N, N))
    if track.burnout is None or not _join(bank, track, track.slot, x, p, by_radar) < ADOPT_GATE:
        return None
    back = bank.xs[track.slot, FREE].copy()
    back[:6] = x
    coast(back, -_coasted(bank, track, track.slot))
    state: FloatArray = back[:6]
    return state


def join_burnout(bank: TrackBank, track: Track, led: tuple[FloatArray, FloatArray] | None = None) -> None:
    """Join the state of a track that radars alone have made with what its plume told, once, where the two agree.

    `led`: the same by an ascent, (6,), (6, 6), which counts where it agrees as well as what the plume told by itself has to.
    """
    x, p, by_radar = np.empty(6), np.empty((6, 6)), np.empty((N, N))
    told, distance = track.burnout, FAR
    if told is not None and led is not None:
        track.burnout = told[0], led[0], led[1] + _by_satellites(bank, track.slot, led[0])
        distance = _join(bank, track, track.slot, x, p, by_radar)
        track.burnout = told
    if distance >= JOIN_GATE:
        distance = _join(bank, track, track.slot, x, p, by_radar)
    if distance >= FAR and track.hits - track.infrared_hits < JOIN_LAST:
        return  # no arc between them was found: the next detections may show it
    track.awaits_join, track.burnout = False, None
    if distance < (ADOPT_GATE if len(track.satellites) == 1 else JOIN_GATE):
        # as far as they disagree, one of them is less sure than it says (Birge, Phys. Rev. 40, 207, 1932)
        settle_joined(bank, track, x, p, by_radar, max(1.0, distance / 6.0))


def _by_satellites(bank: TrackBank, slot: int, state: FloatArray) -> FloatArray:
    """Return (6, 6) what constant errors of the satellites do to a state (6,) that they alone have seen."""
    contacts, effects = bank.contacts[slot].copy(), np.zeros_like(bank.effects[slot])
    contacts["hits"][~bank.satellite] = 0
    begin_effects(state, contacts, bank.satellite, effects)
    covariance = np.zeros((6, 6))
    add_effects(effects, bank.biases, 1.0, covariance)
    return covariance


def radars_tell(track: Track) -> bool:
    """Return whether radars have seen enough of a track to be joined with its plume."""
    return bool(track.hits - track.infrared_hits >= JOIN_HITS)


def settle_joined(
    bank: TrackBank, track: Track, x: FloatArray, p: FloatArray, by_radar: FloatArray, wider: float = 1.0
) -> None:
    """Give a track a state (6,), (6, 6) in which that of its radars (10, 10) has gone, its variance so many times as large.

    What the constant errors of the radars have in it stays with them; where that is more than the whole, the radars' own stays.
    """
    track.awaits_join, track.burnout = False, None
    whole, effects = p * wider, bank.effects[track.slot].copy()
    if not share_effects(p, by_radar, effects):
        return
    add_effects(effects, bank.biases, -1.0, whole)
    if not factor(whole.copy(), 6):
        return
    bank.effects[track.slot] = effects
    settle(bank, track.slot, int(bank.ts[track.slot]), x, whole)


def settle(bank: TrackBank, slot: int, time: int, state: FloatArray, covariance: FloatArray) -> None:
    """Give the coasting model of a track a state (6,), (6, 6) of `time` (ns), carried on to the track's own time."""
    x, p = bank.xs[slot, FREE], bank.ps[slot, FREE]
    x[:6], x[6:9] = state, 0.0
    p[:9, :], p[:, :9] = 0.0, 0.0
    p[:6, :6] = covariance
    dt = (int(bank.ts[slot]) - time) / NS
    for model in range(FREE, MODELS):
        if dt > 0.0:
            predict_model(x, p, dt, model)


def adopt(bank: TrackBank) -> list[tuple[Track, Track]]:
    """Return (kept, dropped): unsharp tracks of satellites, and the radar tracks that they have become."""
    slots = bank.slots()
    waiting = [track for track in bank.tracks.values() if track.awaits_join and radars_tell(track)]
    for track in waiting:
        # one satellite's is left to whom can fit the whole ascent, which takes some tenth of a second
        if len(track.satellites) > 1 or len(waiting) > LED_MOST:
            join_burnout(bank, track)
    if slots.size < 2:
        return []
    old = slots[unsharp(bank, slots) & bank.standing()]
    by_radar = bank.standing() & (bank.columns["infrared_hits"][slots] == 0)
    new = slots[by_radar & (bank.columns["hits"][slots] >= ADOPT_HITS)]
    new = new[-ADOPT_MOST:]
    if not old.size or not new.size:
        return []
    d2 = np.empty((old.size, new.size))
    state_distances(bank.xs, bank.ps, bank.ws, bank.ts, bank.two, old, new, d2)
    if d2.size <= JOIN_MOST:
        scratch = np.empty(6), np.empty((6, 6)), np.empty((N, N))
        for i, j in np.argwhere(d2 >= ADOPT_GATE).tolist():
            plume = bank.tracks[int(old[i])]
            d2[i, j] = _join(bank, plume, int(new[j]), *scratch)
    rows, columns = np.nonzero(d2 < ADOPT_GATE)
    joined: list[tuple[Track, Track]] = []
    for k in assign(rows, columns, ADOPT_GATE - d2[rows, columns]).tolist():
        keep, drop = bank.tracks[int(old[rows[k]])], bank.tracks[int(new[columns[k]])]
        become(bank, keep, drop)
        keep.awaits_join = keep.burnout is not None  # what the plume told is joined with the sharp state later
        joined.append((keep, drop))
    for _, drop in joined:
        bank.remove(drop.slot)
    return joined

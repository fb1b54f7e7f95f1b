"""The compiled steps over a bank of tracks: mix and predict, gate, update, silence.

Arrays of a bank of `cap` slots: `xs` (cap, 2, 10), `ps` (cap, 2, 10, 10), `ws` (cap, 2) model probabilities, `ts`
(cap,) TAI ns, `two` (cap,) 1 while the boost model is alive, `ASLEEP` while it rests, `GLIDING` where the glide model is alive
in its place, 0 where it is gone. Units and columns as in `filter_kernels`.
"""

import math

import numpy as np

from tocsin.core.kernels import kernel, lean_kernel
from tocsin.tracking.coast_kernels import LANES, carry_together, copy_free, is_free, predict_free, update_free
from tocsin.tracking.filter_kernels import (
    BOOST,
    BOOST_LIFE_S,
    FREE,
    GLIDE,
    MODELS,
    RESTART_LIFE_S,
    RESTART_SIGMA,
    N,
    carry_model,
    dynamic_pressure,
    lift_of,
    lift_sigma,
)
from tocsin.tracking.gravity_turn_kernels import keep_gravity_turn
from tocsin.tracking.update_kernels import ROOM, fit_model, take_in

JUMP_SIGMA, JUMP_LOG_PRIOR = 15.0, -3.0  # m/s2, a stage drops, another lights; log of the share of looks that see one
# Where no look can tell burning from coasting, no ignition is supposed: unseen, their thrust would add up without end.
NO_IGNITION = 2
TELLING = 1.5  # a look tells burning from coasting when it sees one so much likelier than the other
# `two` of a track whose boost model is at rest: radars have seen it coast. It is awake again for a plume, for a detection
# that free flight misses so far (squared normalised innovation of a component), or where no detection is where free flight leads.
ASLEEP = -1
# A burnout less likely than this within a step leaves the coasting state alone: moments would make it wider than it is.
CROSSING_LEAST = 1e-4
# `two` of a track that coasts where the air could carry it: it may glide. Alive from `GLIDES_FROM` m/s2 of lift up.
GLIDING = 3
GLIDES_FROM, GLIDES_TO = 0.05, 0.02
FLIGHT_LIFE_S = 300.0  # mean time that a body in the air goes on falling freely, or gliding
SLEEPS_BELOW, WAKES = 0.005, 12.0
NEVER = np.int64(-(2**63))
SCRATCH = N + 3 + ROOM  # rows of scratch that carrying or updating a track takes


@lean_kernel
def take(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, slot: int, x: np.ndarray, p: np.ndarray, w: np.ndarray
) -> None:
    """Copy one track's arrays into `x` (2, 10), `p` (2, 10, 10), `w` (2,)."""
    for k in range(2):
        w[k] = ws[slot, k]
        for i in range(N):
            x[k, i] = xs[slot, k, i]
            for j in range(N):
                p[k, i, j] = ps[slot, k, i, j]


@lean_kernel
def copy_model(xa: np.ndarray, pa: np.ndarray, xb: np.ndarray, pb: np.ndarray) -> None:
    """Copy one model's state and covariance from (xa, pa) to (xb, pb)."""
    for i in range(N):
        xb[i] = xa[i]
        for j in range(N):
            pb[i, j] = pa[i, j]


@lean_kernel
def blend(xa: np.ndarray, pa: np.ndarray, wa: float, xb: np.ndarray, pb: np.ndarray, wb: float) -> None:
    """Replace (xa, pa) by the moment-matched mixture of both with weights wa, wb (they need not sum to one)."""
    total = wa + wb
    if total <= 0.0 or wb <= 0.0:
        return
    a, b = wa / total, wb / total
    both = a * b
    for i in range(N):
        apart = xa[i] - xb[i]
        for j in range(N):
            pa[i, j] = a * pa[i, j] + b * pb[i, j] + both * (apart * (xa[j] - xb[j]))
    for i in range(N):
        xa[i] = a * xa[i] + b * xb[i]


@lean_kernel
def cross(
    x: np.ndarray, p: np.ndarray, w: np.ndarray, stop: float, start: float, xb: np.ndarray, pb: np.ndarray,
    xf: np.ndarray, pf: np.ndarray, least: float,
) -> None:  # fmt: skip
    """Let each model take in what the other sends over, in place: (xb, pb) with chance `stop`, (xf, pf) with chance `start`.

    What stops with a probability of `least` or less is too little to be taken in.
    """
    wb, wf = w[BOOST], w[FREE]
    blend(x[BOOST], p[BOOST], wb * (1.0 - stop), xf, pf, wf * start)
    if wb * stop > least:
        blend(x[FREE], p[FREE], wf * (1.0 - start), xb, pb, wb * stop)
    w[BOOST] = wb * (1.0 - stop) + wf * start
    w[FREE] = wf * (1.0 - start) + wb * stop


@kernel
def dynamics(model: int, two: int) -> int:
    """Return the motion of the model in place `model` of a track."""
    return GLIDE if model == BOOST and two == GLIDING else model


@lean_kernel
def mix_glide(x: np.ndarray, p: np.ndarray, w: np.ndarray, dt: float, work: np.ndarray) -> None:
    """Mix glide and free fall over the chance that a turn begins or ends within the next `dt` seconds, in place.

    `work` (24+, 10) is scratch.
    """
    if dt <= 0.0:
        return
    stop = start = 1.0 - math.exp(-dt / FLIGHT_LIFE_S)
    pb, pf, xb, xf = work[0:N], work[N : 2 * N], work[2 * N], work[2 * N + 1]
    copy_model(x[BOOST], p[BOOST], xb, pb)
    copy_model(x[FREE], p[FREE], xf, pf)
    # what ends leaves the rest to drag; what begins is drag, and lift of any direction
    pressure = dynamic_pressure(xf)
    sigma = lift_of(pressure)
    brakes = pressure * xf[9] / max(math.sqrt(xf[3] ** 2 + xf[4] ** 2 + xf[5] ** 2), 1.0)
    for i in range(6, 9):
        xb[i] = 0.0
        xf[i] = -brakes * xf[i - 3]
        for j in range(N):
            pb[i, j] = pb[j, i] = 0.0
            pf[i, j] = pf[j, i] = 0.0
        pf[i, i] = sigma * sigma
    cross(x, p, w, stop, start, xb, pb, xf, pf, 0.0)


@lean_kernel
def watch_glide(x: np.ndarray, p: np.ndarray, w: np.ndarray, two: int) -> int:
    """Return the new `two` of a coasting track: may it glide from here, or no longer? Its models are made ready, in place."""
    sigma = lift_sigma(x[FREE])
    if two == GLIDING:
        if sigma > GLIDES_TO:
            return two
        for i in range(6, 9):
            x[BOOST, i] = 0.0
            for j in range(N):
                p[BOOST, i, j] = p[BOOST, j, i] = 0.0
        blend(x[FREE], p[FREE], w[FREE], x[BOOST], p[BOOST], w[BOOST])
        w[BOOST], w[FREE] = 0.0, 1.0
        return ASLEEP
    if two > 0 or sigma < GLIDES_FROM:
        return two
    copy_model(x[FREE], p[FREE], x[BOOST], p[BOOST])
    w[BOOST], w[FREE] = 0.0, 1.0
    return GLIDING


@lean_kernel
def mix(x: np.ndarray, p: np.ndarray, w: np.ndarray, dt: float, ignite: bool, work: np.ndarray) -> None:
    """Mix the two models over the chance of a burnout or (`ignite`) an ignition within the next `dt` seconds, in place.

    `work` (24+, 10) is scratch.
    """
    if dt <= 0.0:
        return
    stop = 1.0 - math.exp(-dt / BOOST_LIFE_S)
    start = 1.0 - math.exp(-dt / RESTART_LIFE_S) if ignite else 0.0
    # a copy of each, changed by its event
    pb, pf, xb, xf = work[0:N], work[N : 2 * N], work[2 * N], work[2 * N + 1]
    copy_model(x[BOOST], p[BOOST], xb, pb)
    copy_model(x[FREE], p[FREE], xf, pf)
    thrust = math.sqrt(xb[6] ** 2 + xb[7] ** 2 + xb[8] ** 2)
    burn = min(dt, 60.0)
    for i in range(3):
        # burnout at a moment that is uniform over the step: half of the thrust was given, in the mean
        for j in range(3):
            pb[3 + i, 3 + j] += xb[6 + i] * xb[6 + j] * burn * burn / 12.0
        xb[3 + i] += 0.5 * burn * xb[6 + i]
    for i in range(6, 9):
        xb[i] = 0.0
        for j in range(N):
            pb[i, j] = 0.0
            pb[j, i] = 0.0
    speed = max(math.sqrt(xf[3] ** 2 + xf[4] ** 2 + xf[5] ** 2), 1.0)
    guess = max(thrust, 15.0)
    for i in range(3):
        xf[6 + i] = guess * xf[3 + i] / speed
        for j in range(N):
            pf[6 + i, j] = 0.0
            pf[j, 6 + i] = 0.0
        pf[6 + i, 6 + i] = RESTART_SIGMA * RESTART_SIGMA
    cross(x, p, w, stop, start, xb, pb, xf, pf, CROSSING_LEAST)


@kernel
def predict_track(x: np.ndarray, p: np.ndarray, w: np.ndarray, dt: float, two: int) -> None:
    """Carry one track (2, 10), (2, 10, 10), (2,) over `dt` >= 0 seconds in place.

    `two`: 0 it coasts for good; 1 it may burn out or ignite; `NO_IGNITION` it may burn out only; `GLIDING` it may turn.
    """
    carry_track(x, p, w, dt, two, np.empty((SCRATCH, N)))


@lean_kernel
def carry_track(x: np.ndarray, p: np.ndarray, w: np.ndarray, dt: float, two: int, work: np.ndarray) -> None:
    """Do what `predict_track` does; `work` (`SCRATCH`, 10) is scratch."""
    if two == GLIDING:
        mix_glide(x, p, w, dt, work)
    elif two >= 1:
        mix(x, p, w, dt, two == 1, work)
    # a loop, not two calls with constants: the compiler would make a copy of everything for each constant
    for model in range(MODELS):
        if model == FREE or two >= 1:
            carry_model(x[model], p[model], dt, dynamics(model, two), work)
    if two >= 1 and two != GLIDING:
        keep_gravity_turn(x[BOOST], p[BOOST], dt, work)


@lean_kernel
def after_jump(x: np.ndarray, p: np.ndarray, two: int, xj: np.ndarray, pj: np.ndarray) -> None:
    """Fill `xj` (10), `pj` (10, 10) with the boost model of a track that has just dropped a stage, or turned."""
    copy_model(x[BOOST], p[BOOST], xj, pj)
    sigma = JUMP_SIGMA
    if two == GLIDING:
        sigma = 2.0 * lift_sigma(x[BOOST])
    for i in range(3):
        pj[6 + i, 6 + i] += sigma * sigma
        # a stage that dropped earlier in this step: its effect on velocity and place, at half of two seconds
        pj[3 + i, 3 + i] += (sigma * 2.0) ** 2
        pj[i, i] += (sigma * 2.0) ** 2


@lean_kernel
def weigh(d2s: np.ndarray, lls: np.ndarray, w: np.ndarray, two: int, plume_odds: float) -> tuple[float, float]:
    """Return (smallest squared distance of a live model, log likelihood of the mixture); `w` (2,) becomes the posterior.

    `d2s`, `lls` (3,): of the hypotheses of `update_track`. What falls through the air shines alike whether it glides or not.
    """
    ll_f = lls[FREE] + (0.0 if two == GLIDING else math.log(plume_odds))
    if two < 1:
        return d2s[FREE], ll_f
    d2_f, d2_b, ll_b = d2s[FREE], d2s[BOOST], lls[BOOST]
    if lls[2] + JUMP_LOG_PRIOR > ll_b:
        ll_b, d2_b = lls[2] + JUMP_LOG_PRIOR, d2s[2]
    top = max(ll_b, ll_f)
    b = w[BOOST] * math.exp(ll_b - top)
    f = w[FREE] * math.exp(ll_f - top)
    total = max(b + f, 1e-300)
    best = 1e30
    if w[BOOST] > 1e-3:
        best = d2_b
    if w[FREE] > 1e-3:
        best = min(best, d2_f)
    w[BOOST] = min(max(b / total, 1e-9), 1.0 - 1e-9)
    w[FREE] = 1.0 - w[BOOST]
    return best, top + math.log(total)


@lean_kernel
def update_track(
    x: np.ndarray, p: np.ndarray, w: np.ndarray, m: np.ndarray, dt: float, two: int, plume_odds: float, work: np.ndarray
) -> tuple[float, float]:
    """Return (smallest squared Mahalanobis distance of a live model, log likelihood of the mixture); updates in place.

    `plume_odds`: how much likelier the sensor is to report a coasting object than a burning one (radar 1,
    infrared << 1). `work` (`SCRATCH`, 10) is scratch.
    """
    pj, xj, d2s, lls, scratch = work[0:N], work[N], work[N + 1], work[N + 2], work[N + 3 :]
    if two >= 1:  # hypotheses: 0 burns on (glides on), 1 coasts, 2 has just dropped a stage (turned)
        after_jump(x, p, two, xj, pj)
        d2s[2], lls[2] = fit_model(xj, pj, m, dt, dynamics(BOOST, two), scratch)
    for model in range(MODELS):
        if two >= 1 or model == FREE:
            coasts = two < 1 or two == GLIDING
            d2s[model], lls[model], _ = take_in(x[model], p[model], m, dt, dynamics(model, two), coasts, scratch)
    if two >= 1 and lls[2] + JUMP_LOG_PRIOR > lls[BOOST]:
        take_in(xj, pj, m, dt, dynamics(BOOST, two), False, scratch)
        copy_model(xj, pj, x[BOOST], p[BOOST])
    return weigh(d2s, lls, w, two, plume_odds)


@lean_kernel
def coast_on(
    x: np.ndarray, p: np.ndarray, m: np.ndarray, dt: float, ahead_x: np.ndarray, ahead_p: np.ndarray, ready: bool,
    work: np.ndarray, narrow: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Return (squared distance, worst component) of `m` to a coasting track; `ahead_x`, `ahead_p` get the updated state.

    `x`, `p` the state `dt` seconds before; `ready`: they have been carried there already.
    """
    if not ready:
        copy_free(x, p, ahead_x, ahead_p)
        predict_free(ahead_x, ahead_p, dt, narrow)
    if dt >= 0.0 and is_free(ahead_p):
        d2, _ll, worst = update_free(ahead_x, ahead_p, m, work)
    else:
        d2, worst = 0.0, 0.0
        for model in range(FREE, MODELS):
            d2, _ll, worst = take_in(ahead_x, ahead_p, m, min(dt, 0.0), model, True, work)
    return d2, worst


def commit(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray,
    ahead_x: np.ndarray, ahead_p: np.ndarray, ahead_t: np.ndarray,
    slots: np.ndarray, rows: np.ndarray, times: np.ndarray, which: np.ndarray, plume_odds: float,
    d2_out: np.ndarray,
) -> None:  # fmt: skip
    """Apply measurement `which[k]` to track `slots[k]`, in place; `d2_out` (k,) gets the normalised distance.

    A boost model that has nothing left to say falls asleep; what free flight does not explain, or a plume, wakes it. Where the
    air could carry a coasting track the glide model is alive in its place. No kernel itself, as `gate_pairs` is none.
    """
    commit_each(
        xs, ps, ws, ts, two, ahead_x, ahead_p, ahead_t, slots, rows, times, which, plume_odds, d2_out,
        np.empty(LANES, np.int64), np.empty((SCRATCH, N)), np.empty((20, 6, 1)), np.empty((20, 6, LANES)),
    )  # fmt: skip


@lean_kernel
def commit_each(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray,
    ahead_x: np.ndarray, ahead_p: np.ndarray, ahead_t: np.ndarray,
    slots: np.ndarray, rows: np.ndarray, times: np.ndarray, which: np.ndarray, plume_odds: float,
    d2_out: np.ndarray, until: np.ndarray, work: np.ndarray, narrow: np.ndarray, wide: np.ndarray,
) -> None:  # fmt: skip
    """Do what `commit` does; the last four arrays are scratch."""
    for k in range(slots.shape[0]):
        if k % LANES == 0:
            part = slots[k : k + LANES]
            for b in range(part.shape[0]):
                until[b] = times[which[k + b]]
            carry_together(xs, ps, ts, two, part, until, ahead_x, ahead_p, ahead_t, wide)
        s = slots[k]
        d = which[k]
        dt = (times[d] - ts[s]) * 1e-9
        if two[s] < 1 and not (two[s] == ASLEEP and plume_odds < 1.0):
            d2, worst = coast_on(
                xs[s, FREE], ps[s, FREE], rows[d], dt, ahead_x[s], ahead_p[s], ahead_t[s] == times[d], work, narrow
            )
            ahead_t[s] = NEVER
            if two[s] == 0 or dt < 0.0 or worst < WAKES:
                copy_free(ahead_x[s], ahead_p[s], xs[s, FREE], ps[s, FREE])
                ts[s] = max(ts[s], times[d])
                d2_out[k] = d2
                if plume_odds == 1.0:
                    two[s] = watch_glide(xs[s], ps[s], ws[s], two[s])
                continue
        x = xs[s, FREE]
        shines_up = plume_odds < 1.0 and x[0] * x[3] + x[1] * x[4] + x[2] * x[5] > 0.0
        if two[s] == ASLEEP or (two[s] == GLIDING and shines_up):
            two[s] = 1  # what shines on its way up through the air burns
        if dt > 0.0:
            carry_track(xs[s], ps[s], ws[s], dt, two[s], work)
            ts[s] = times[d]
        d2, _ll = update_track(xs[s], ps[s], ws[s], rows[d], min(dt, 0.0), two[s], plume_odds, work)
        d2_out[k] = d2
        if two[s] == GLIDING:
            two[s] = watch_glide(xs[s], ps[s], ws[s], two[s])
        elif plume_odds == 1.0 and ws[s, BOOST] < SLEEPS_BELOW:
            two[s] = ASLEEP if ws[s, BOOST] > 1e-7 else 0
            ws[s, BOOST], ws[s, FREE] = 0.0, 1.0


@lean_kernel
def silence(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray,
    slots: np.ndarray, time: int, boost_pd: np.ndarray, free_pd: np.ndarray, looks: int, cost: np.ndarray,
) -> None:  # fmt: skip
    """Weigh the silence of looks: `cost` (k,) gets the log of the chance that track `slots[k]` was there and not seen.

    `boost_pd`, `free_pd` (k,): chance that each of the `looks` would have reported it. What burns may have gone out: the silence
    of many looks says no more than that.
    """
    for k in range(slots.shape[0]):
        s = slots[k]
        cost[k] = looks * math.log(max(1.0 - free_pd[k], 1e-6))
        if two[s] < 1 or two[s] == GLIDING:
            continue
        dt = (time - ts[s]) * 1e-9
        if dt > 0.0:
            predict_track(xs[s], ps[s], ws[s], dt, 1 if boost_pd[k] > TELLING * free_pd[k] else NO_IGNITION)
            ts[s] = time
        b = ws[s, BOOST] * math.exp(looks * math.log(max(1.0 - boost_pd[k], 1e-3)))
        f = max(ws[s, FREE] * math.exp(cost[k]), 1e-300)
        cost[k] = math.log(b + f)
        ws[s, BOOST] = min(max(b / (b + f), 1e-9), 1.0 - 1e-9)
        ws[s, FREE] = 1.0 - ws[s, BOOST]


@lean_kernel
def advance_tracks(
    xs: np.ndarray, ps: np.ndarray, ws: np.ndarray, ts: np.ndarray, two: np.ndarray, slots: np.ndarray, time: int
) -> None:
    """Carry the tracks `slots` to `time` (ns) where they are older and nobody looked, in place."""
    for k in range(slots.shape[0]):
        s = slots[k]
        dt = (time - ts[s]) * 1e-9
        if dt > 0.0:
            predict_track(xs[s], ps[s], ws[s], dt, NO_IGNITION if two[s] == 1 else max(two[s], 0))
            ts[s] = time

"""A radar that follows an object says so by looking: what comes next from the same place is the same object.

Real tracking radars lag, slip to a side lobe, lose the object and find it again; the filter's gate is then too narrow by far.
A detection of a `track` look that fits no gate, but follows on from the sensor's own last detection of a track, is held to be of
that track until what comes after says otherwise (`slips`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import Look
from tocsin.tracking.bank import FloatArray, Track
from tocsin.tracking.filter_kernels import M_RANGE, U_X

WITHIN_S = 30.0
FASTEST_M_S = 9000.0
SLIP_RAD = 1.2 * DEG
"""A servo slip: more than half the beam of a small dish (real passes of Antigua show up to 1 deg)."""
RANGE_SLACK_M, RANGE_GROWTH_M_S2 = 500.0, 60.0
LOST_S = 30.0
"""Where the sensor's own track number says it is the same object, a jump is believed that is as long as the way of a fast object
in this time: a radar that has lost its object is left behind by no more (real passes show 100 km and 10 deg)."""


def follows(track: Track, look: Look, row: FloatArray, k: int) -> bool:
    """Return whether `row`, number `k` of the look, follows on from what the sensor last saw of the track."""
    last = track.last_of(look.sensor)
    if last is None or math.isnan(row[M_RANGE]):
        return False
    ux, uy, uz, distance, rate = (float(last[name]) for name in ("ux", "uy", "uz", "range", "rate"))
    hint = track.hints[look.sensor] if last["hinted"] else ""
    dt = (int(look.times[k]) - int(last["time"])) / NS
    mine = look.hints[k] if k < len(look.hints) else None
    if not 0.0 <= dt <= WITHIN_S or (mine and hint and mine != hint):
        return False
    if math.isnan(rate):
        off = max(abs(row[M_RANGE] - distance) - FASTEST_M_S * dt, 0.0)
    else:
        off = abs(row[M_RANGE] - distance - rate * dt)
    cosine = ux * row[U_X] + uy * row[U_X + 1] + uz * row[U_X + 2]
    sine2 = max(1.0 - cosine * cosine, 0.0)
    slack, slip = RANGE_SLACK_M, SLIP_RAD
    if mine and mine == hint:
        slack, slip = FASTEST_M_S * LOST_S, max(SLIP_RAD, FASTEST_M_S * LOST_S / max(distance, 1.0))
    if off > slack + RANGE_GROWTH_M_S2 * dt * dt:
        return False
    return cosine > 0.0 and math.sqrt(sine2) <= slip + FASTEST_M_S * dt / max(distance, 1.0)


def followed(tracks: Iterable[Track], look: Look, row: FloatArray, k: int) -> list[Track]:
    """Return which of the tracks `row`, number `k` of the look, follows on from: the one that the sensor names, where it does."""
    near = [t for t in tracks if not t.stem and follows(t, look, row, k)]
    name = look.hints[k] if k < len(look.hints) else None
    return [t for t in near if name and t.hints.get(look.sensor) == name] or near

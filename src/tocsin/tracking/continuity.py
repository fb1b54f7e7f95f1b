"""A radar that follows an object says so by looking: what comes next from the same place is the same object.

Real tracking radars lag, slip to a side lobe and jump back; the filter's gate is then too narrow by far. A detection of
a `track` look that fits no gate, but follows on from the sensor's own last detection of a track, belongs to that track.
The filter gives it little weight; after some in a row the track is loosened until the data hold it again.
"""

from __future__ import annotations

import math

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import Look
from tocsin.tracking.bank import FloatArray, Track
from tocsin.tracking.filter_kernels import M_RANGE, M_RATE, U_X

WITHIN_S = 30.0
FASTEST_M_S = 9000.0
SLIP_RAD = 1.2 * DEG
"""A servo slip: more than half the beam of a small dish (real passes of Antigua show up to 1 deg)."""
RANGE_SLACK_M, RANGE_GROWTH_M_S2 = 500.0, 60.0
HINTED_SLACK_M = 5000.0
"""Where the sensor's own track number says it is the same object, a jump back from a side lobe is believed."""
LOOSEN_AFTER = 5


def follows(track: Track, look: Look, row: FloatArray, k: int) -> float:
    """Return how far (m) `row`, number `k` of the look, is off from following the track; inf: it does not."""
    last = track.last_of.get(look.sensor)
    if last is None or math.isnan(row[M_RANGE]):
        return math.inf
    t, ux, uy, uz, distance, rate, hint = last
    dt = (int(look.times[k]) - t) / NS
    mine = look.hints[k] if k < len(look.hints) else None
    if not 0.0 < dt <= WITHIN_S or (mine and hint and mine != hint):
        return math.inf
    if math.isnan(rate):
        off = max(abs(row[M_RANGE] - distance) - FASTEST_M_S * dt, 0.0)
    else:
        off = abs(row[M_RANGE] - distance - rate * dt)
    slack = HINTED_SLACK_M if mine and mine == hint else RANGE_SLACK_M
    if off > slack + RANGE_GROWTH_M_S2 * dt * dt:
        return math.inf
    cosine = min(max(ux * row[U_X] + uy * row[U_X + 1] + uz * row[U_X + 2], -1.0), 1.0)
    sine2 = max(1.0 - cosine * cosine, 0.0)
    limit = SLIP_RAD + FASTEST_M_S * dt / max(distance, 1.0)
    if cosine <= 0.0 or math.sqrt(sine2) > limit:
        return math.inf
    return float(off + math.sqrt(sine2) * distance)


def remember(track: Track, look: Look, row: FloatArray, k: int) -> None:
    """Keep a radar measurement as the sensor's last of this track."""
    if math.isnan(row[M_RANGE]) or math.isnan(row[U_X]):
        return
    hint = (look.hints[k] if k < len(look.hints) else None) or ""
    place = (float(row[U_X]), float(row[U_X + 1]), float(row[U_X + 2]))
    track.last_of[look.sensor] = (int(look.times[k]), *place, float(row[M_RANGE]), float(row[M_RATE]), hint)

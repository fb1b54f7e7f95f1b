"""What the centre does about feeds that cannot be true: frozen or copied pictures, floods, more false reports than stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.core.records.outputs import Rejection
from tocsin.detection.background import SPOTS
from tocsin.detection.screen import ANEW, MANY
from tocsin.tracking.bank import MAX_TRACKS
from tocsin.tracking.gates import MAX_PAIRS
from tocsin.tracking.noise import SIGMA_COLUMNS, loosen
from tocsin.tracking.splits import OTHERS
from tocsin.tracking.tracker import CONTINUE_MOST

if TYPE_CHECKING:
    from tocsin.centre.centre import Centre
    from tocsin.core.records.inputs import FloatArray, IntArray, Look
    from tocsin.sensing.sensor import Sensor
    from tocsin.tracking.bank import Track
    from tocsin.tracking.look_result import LookResult


BOUNDS = (
    f"more than {MAX_PAIRS:,} pairs of tracks and detections in a look: nothing new starts of it",
    f"more than {CONTINUE_MOST:,} pairs in a look of a following radar: none is held to a track",
    f"more than {SPOTS:,} bright places: the least recent are forgotten",
)
"""What is told of each bound when it bites."""


def told(centre: Centre, look: Look, bad: list[Rejection]) -> None:
    """Tell what the gate has refused of a look; a sensor that contradicts itself is named once."""
    if not bad:
        return
    for rejection in bad:
        centre.count_refusal(rejection.reason)
        centre.emit.other(rejection)
    known = look.sensor in centre.repeats.contradicted or look.sensor not in centre.sensors.by_id
    if not known and any(r.reason.startswith("conflict") for r in bad):
        centre.repeats.contradicted.add(look.sensor)
        centre.emit.event(
            "quarantined", look.sensor, centre.now, (), reason="contradicts itself: other content under the same key"
        )
    for word in (ANEW, MANY):
        reason = next((r.reason for r in bad if r.reason.startswith(word)), "")
        if reason and f"{look.sensor} {word}" not in centre.screen.told:
            centre.screen.told.add(f"{look.sensor} {word}")
            centre.emit.event("quarantined", look.sensor, centre.now, (), reason=reason)


def repeated(centre: Centre, look: Look, used: IntArray) -> bool:
    """Return whether a look's picture came before: it is no look then, its silence neither; told once, refused each time."""
    why, new = centre.repeats.see(look, used)
    if not why:
        return False
    if new:
        centre.emit.event("quarantined", look.sensor, centre.now, (), reason=why)
    for k in used.tolist():
        centre.count_refusal(why)
        centre.emit.other(Rejection(look.file, int(look.rows[k]), "detections", why, "refused"))
    return True


def spoken(centre: Centre, look: Look, sensor: Sensor) -> None:
    """Tell when a sensor speaks with two voices, and when its clock stands or goes again; both are used.

    As long as its clock stands its looks are no path of evidence.
    """
    if copied := centre.voices.hear(look):
        centre.emit.event("quarantined", look.sensor, centre.now, (), reason=copied)
    why = centre.clocks.hear(look, sensor.period_s)
    if why and sensor.id in centre.clocks.standing:
        centre.emit.event("quarantined", sensor.id, centre.now, (), reason=f"{why}: it no longer counts as a path")
    elif why:
        centre.emit.event("sensor_back", sensor.id, centre.now, (), reason=why)


def after_look(centre: Centre, look: Look, sensor: Sensor, result: LookResult) -> None:
    """Tell what a look did to the bounds of the tracker, and what its sensor's false reports say after it."""
    if result.flooded and sensor.id not in centre.tracker.floods:
        centre.tracker.floods.add(sensor.id)
        centre.emit.event(
            "quarantined", sensor.id, centre.now, (),
            reason=f"{look.numbers.size} detections in one look: no new tracks start of it",
        )  # fmt: skip
    if not result.flooded:
        centre.tracker.floods.discard(sensor.id)
    bites = result.crowded, result.unfollowed, centre.background.overflows(sensor.id)
    for why, bitten in zip(BOUNDS, bites, strict=True):
        if bitten and f"{sensor.id}: {why}" not in centre.tracker.bounds_told:
            centre.tracker.bounds_told.add(f"{sensor.id}: {why}")
            centre.emit.event("quarantined", sensor.id, centre.now, (), reason=why)
    full = len(centre.tracker.bank.tracks) >= MAX_TRACKS
    centre.tracker.full_told = centre.tracker.full_told and 2 * len(centre.tracker.bank.tracks) > MAX_TRACKS
    if result.refused_births and full and not result.flooded and not centre.tracker.full_told:
        centre.tracker.full_told = True
        centre.emit.event(
            "quarantined", sensor.id, centre.now, (), reason="the track bank is full: no new tracks start"
        )
    for track, reason in result.dropped:
        if reason != OTHERS:
            died(centre, track)
    loud = centre.false_rate.looked(sensor.id, sensor.false_alarms, look.empty_looks)
    if loud:
        so = "each says so much less" if sensor.kind == "radar" else "they are used as before"
        centre.emit.event("quarantined", sensor.id, centre.now, (), reason=f"{loud}; {so}")


def noisy(centre: Centre, look: Look, sensor: Sensor, rows: FloatArray, used: IntArray) -> None:
    """Tell where a sensor's errors are larger than it states; from then on they are taken as they are, also in these rows."""
    before, now = centre.tracker.hear_noise(look, sensor, rows, used, centre.false_rate.of(sensor.id))
    if now == before:
        return
    rows[:, SIGMA_COLUMNS] *= now / before
    # what was made of errors that were taken too small is less sure than it says, registration's figures too
    if now > before:
        loosen(centre.tracker.bank, sensor.id, now / before)
    centre.registration.forget()
    keys = tuple(f"{look.sensor}/{look.session}/{look.sequence}/{int(look.numbers[k])}" for k in used[:4].tolist())
    if now == 1.0:
        centre.emit.event(
            "sensor_back", sensor.id, centre.now, keys, reason="its errors are as stated again", factor=1.0
        )
        return
    reason = f"its errors are {now:.1f} times what it states, from look to look: they are taken so large"
    centre.emit.event("quarantined", sensor.id, centre.now, keys, reason=reason, factor=now)


def died(centre: Centre, track: Track) -> None:
    """Count the detections of a track that never became one against the sensors that gave them."""
    if not track.confirmed:
        for sensor, hits in track.sensors.items():
            centre.false_rate.died(sensor, hits)

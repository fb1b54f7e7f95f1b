"""Judging the tracks once a second of data time: what they are, where from and to, and how far up the ladder."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.assessment.ladder import PROBABLE_ASSET, RANK, Figures, level_of
from tocsin.assessment.paths import phenomenologies, speaking_paths
from tocsin.centre.braking import note_drag
from tocsin.centre.features import features_of, under_ground
from tocsin.centre.judged import FALL_SCORE, JOIN_SCORE, Judged
from tocsin.centre.kin import burn_of_kin, note_spent, note_upper
from tocsin.centre.origin import (
    fit_launch,
    long_dark,
    rose_at,
    rose_by_arc,
    tell_burnout,
    tell_whole,
    unread,
    unseen_since,
)
from tocsin.centre.predictor import MAY_BURN, Predictor
from tocsin.core.constants import NS
from tocsin.core.records.inputs import Notification
from tocsin.identification.classes import launch_probability, missile_probability
from tocsin.identification.classify import Identity, classify, explain, without_notice
from tocsin.identification.context import STAGED
from tocsin.identification.features import DARK_LONG_S
from tocsin.identification.motion import climbs_under_power, runs_away, shines_aloft
from tocsin.identification.notices import fitting
from tocsin.prediction.arc import ArcFigures, arc_figures
from tocsin.tracking.bank import Track, track_name
from tocsin.tracking.tracker import Tracker

FloatArray = npt.NDArray[np.float64]

ORBIT_FLOOR_M = 90e3
DEEP_FLOOR_M, FALL_FLOOR_M = -300e3, 60e3
SURE_FALL = 0.9999
DEEP_HOLD_S, FALL_HOLD_S = 15.0, 60.0
"""A track without a plume opens an event only when its arc has met the ground beyond doubt for so long: at once where it
would pass deep under the surface (thrown from place to place), later where it only grazes (real radars slip and lag)."""
FALL_HITS, FALL_TROUBLE, FALL_NIS = 6, 0.02, 1.5
"""Such a track has so many detections, and hardly one that does not fit it."""
NOTICEABLE, LAUNCH_LIKE = 0.8, 0.9
"""P(launched) from which on a light aloft is noticed, and from which on what climbs is a launch."""
REACHES_ORBIT = 0.95
"""Share of launchers that do not fall (GCAT: of launches to orbit of 2015 to 2024 one in twenty failed). A footprint of what
still burns holds for what falls."""
PREDICT_PAUSE_S, SLOW_PAUSE_S = 4.0, 10.0
"""How often a fall is predicted anew. The slower: of a burning object, a mixture of hundreds of flights where a free arc is one
Gaussian; of a confirmed threat, which is told so often; and of what is well known and threatens nothing."""
STANDS_S = 10.0
"""What is predicted of a fall, and nothing has changed for so long, is as good as a second prediction: no look may follow."""
SETTLED_HITS, KNOWN_HITS = 12, 60
EVENT_PAUSE_S, SURE_PAUSE_S, IDLE_PAUSE_S = 2.0, 4.0, 10.0
"""A young track is judged every second; one that is settled every two; a confirmed threat, and what has flown free for long,
every four; and one that concerns nobody every ten."""
THREATENS = 0.01
"""Probability of the likeliest protected place from which on an object threatens any."""
DARK_WATCH_S = 150.0
"""A plume that went out is judged every second for so long: its silence is evidence that grows with time."""


class Stage(Protocol):
    """What judgement asks of the centre."""

    tracker: Tracker
    predictor: Predictor
    notices: dict[str, Notification]
    degraded: dict[str, str]


class Judgement:
    """The judged objects by slot."""

    def __init__(self) -> None:
        self.objects: dict[int, Judged] = {}

    def due(self, tracker: Tracker, now: int) -> list[int]:
        """Return the slots to be judged at `now`: what changed, what went dark, and idle ones now and then."""
        slots: list[int] = []
        bank = tracker.bank
        stand = bank.slots()[bank.standing()]
        hits, off_from = (bank.columns[name][stand].tolist() for name in ("hits", "off_from"))
        for slot, seen, off in zip(stand.tolist(), hits, off_from, strict=True):
            judged = self.objects.get(slot)
            if judged is None:
                slots.append(slot)
                continue
            pause = 1.0
            if judged.hits_judged >= SETTLED_HITS:
                pause = IDLE_PAUSE_S
                if judged.event:
                    known = judged.hits_judged >= KNOWN_HITS and judged.powered <= MAY_BURN
                    pause = SURE_PAUSE_S if known or judged.level == "confirmed" else EVENT_PAUSE_S
            # the last looks of all are predicted from too, though no look follows that would ask for it
            changed = seen != judged.hits_judged or (judged.event and seen != judged.predicted_hits)
            dark = (
                off
                and now - off < DARK_WATCH_S * NS
                and (judged.event or _untold(judged, tracker.bank.tracks[slot], now))
            )
            if ((changed or dark) and now - judged.judged_at >= pause * NS) or _stood(judged, now):
                slots.append(slot)
        return slots

    def judge(self, stage: Stage, slots: list[int], now: int) -> None:
        """Bring the objects of `slots` up to date."""
        tracker = stage.tracker
        index = np.array(slots, np.int64)
        states, covariances = tracker.combined(index)
        six = np.ascontiguousarray(states[:, :6])
        arcs = arc_figures(six, covariances, ORBIT_FLOOR_M)
        note_spent(tracker.bank, self.objects.values())
        warned = any(j.event and RANK[j.level] >= RANK["possible"] for j in self.objects.values())
        for k, slot in enumerate(slots):
            track = tracker.bank.tracks[slot]
            judged = self.of(track)
            if judged.classes and under_ground(states[k], covariances[k]):
                judged.judged_at, judged.hits_judged = now, track.hits  # what was known of it stands
                continue
            falls, deep = arcs.p_below(k, FALL_FLOOR_M), arcs.p_below(k, DEEP_FLOOR_M)
            self._watch_fall(judged, track, falls, deep, JOIN_SCORE if warned else FALL_SCORE)
            self._one(stage, judged, track, states[k], covariances[k], arcs, k, now)

    def _one(
        self, stage: Stage, judged: Judged, track: Track, state: FloatArray, covariance: FloatArray, arcs: ArcFigures,
        k: int, now: int,
    ) -> None:  # fmt: skip
        judged.powered = 0.0 if spent(track, now) else stage.tracker.powered(track.slot)
        judged.orbiting = 1.0 - float(arcs.p_low[k])
        fit_launch(stage.predictor, judged, track)
        predictor, tracker = stage.predictor, stage.tracker
        if tell_burnout(predictor, tracker, judged, track, now) or tell_whole(predictor, tracker, judged, track):
            whole = tracker.combined(np.array([track.slot], np.int64))
            state, covariance = whole[0][0], whole[1][0]
            judged.predicted_at = 0  # its fall follows from the whole burn now
        self._match_notice(stage, judged, track)
        note_upper(stage.tracker, self.objects.values(), judged, track)
        judged.context.lifting.note(stage.tracker, track, state, covariance)
        if judged.powered < MAY_BURN:
            note_drag(judged.context, stage.tracker, track, ORBIT_FLOOR_M)
        identity = self._identify(
            judged, track, state, covariance, stage.tracker.thrust_sigma(track.slot), arcs, k, now
        )
        # what only satellites have seen is judged by its plume; what a radar has followed may fall, whatever the plume was
        falls = judged.falling and judged.classes["meteor"] < 0.5 and track.hits > track.infrared_hits
        threatening = judged.launched >= 0.5 if track.satellites else falls
        if threatening or judged.event:
            self._predict(stage, judged, track, state, covariance, now)
        kin = burn_of_kin(stage.tracker.bank, self.objects.values(), judged, track)
        if kin is not None:
            if judged.launch is None or kin[0].sigma_m < judged.launch.sigma_m:
                rose_at(judged, kin[0])
            judged.burn = kin[1].burn = kin[1].number
            seen = speaking_paths(stage.tracker.bank.tracks[kin[1].slot].paths)
            judged.burn_paths = tuple(p for p in seen if phenomenologies((p,)) == ("infrared",))
        judged.moved |= threatening and (falls or (judged.launched >= LAUNCH_LIKE and judged.climbs))
        opens = judged.event != 0 or judged.moved or (judged.launched >= NOTICEABLE and judged.aloft)
        judged.judged_at, judged.hits_judged = now, track.hits
        # told with the class, when that has changed
        lifting = judged.context.lifting
        told = judged.best == judged.said and lifting.told == bool(lifting.since)
        judged.explained = [] if told else explain(identity, tuple(track.first_keys[:3] + track.last_keys[-3:]))
        if opens:
            _stand(stage, judged, track, now)
        else:
            judged.level = ""

    def _watch_fall(self, judged: Judged, track: Track, falls: float, deep: float, least: float) -> None:
        """Note since when the arc has met the ground beyond doubt, and whether that has held for long enough."""
        fits = track.hits >= FALL_HITS and track.trouble < FALL_TROUBLE and track.nis < FALL_NIS
        fits = fits and track.score >= least
        seen = track.last_hit  # a state that nobody has confirmed since proves nothing by lasting
        judged.fall_since = (judged.fall_since or seen) if fits and falls > SURE_FALL else 0
        judged.deep_since = (judged.deep_since or seen) if fits and deep > SURE_FALL else 0
        judged.falling = bool(
            (judged.deep_since and seen - judged.deep_since >= DEEP_HOLD_S * NS)
            or (judged.fall_since and seen - judged.fall_since >= FALL_HOLD_S * NS)
        )

    def _identify(
        self, judged: Judged, track: Track, state: FloatArray, covariance: FloatArray, thrust_sigma: float,
        arcs: ArcFigures, k: int, now: int,
    ) -> Identity:  # fmt: skip
        features = features_of(track, state, covariance, thrust_sigma, judged.powered, now, arcs, k, judged.context)
        identity = classify(features)
        rises = climbs_under_power(features)
        if track.satellites and not track.off_from:
            judged.context.past.rose = rises
        judged.climbs = rises or (runs_away(features) and judged.launch is not None)
        judged.aloft = shines_aloft(features)
        judged.classes, judged.best = identity.classes, identity.best
        judged.missile = missile_probability(identity.classes)
        if features.vehicle is not None:
            judged.missile *= 1.0 - STAGED  # a part of what may be a missile, and not the part that attacks
        elif track.satellites and not track.off_from:
            judged.context.lit = dict(identity.classes)
        judged.launched = launch_probability(identity.classes)
        bare = identity.classes
        if features.notice or features.site is not None or features.carrier > 0.0 or features.vehicle is not None:
            bare = without_notice(features, identity)
        judged.missile_without_notice = missile_probability(bare)
        judged.falls, judged.falls_without_notice = 1.0, 1.0
        if judged.predicted_powered > MAY_BURN:
            judged.falls = 1.0 - REACHES_ORBIT * identity.classes["space_launch"]
            judged.falls_without_notice = 1.0 - REACHES_ORBIT * bare["space_launch"]
        return identity

    def _match_notice(self, stage: Stage, judged: Judged, track: Track) -> None:
        judged.context.notice = ""
        if not stage.notices or judged.launch is None:
            return
        spot = judged.launch
        notice = fitting(stage.notices, spot.time, spot.latitude, spot.longitude, spot.sigma_m, spot.heading)
        judged.context.notice = notice.vehicle if notice is not None else ""

    def _predict(
        self, stage: Stage, judged: Judged, track: Track, state: FloatArray, covariance: FloatArray, now: int
    ) -> None:
        if judged.predicted_at and unread(judged, track, judged.powered):
            return  # what the filter makes of one satellite's lights is no arc: the last word stands until the burn is told
        # a plume that has gone out changes the prediction though no detection came
        went_out = judged.predicted_powered > MAY_BURN >= judged.powered
        fresh = track.hits != judged.predicted_hits or judged.powered > MAY_BURN or went_out
        slow = judged.powered > MAY_BURN or judged.wide or judged.level == "confirmed"
        slow = slow or (judged.predicted_hits >= KNOWN_HITS and judged.asset < THREATENS)
        pause = SLOW_PAUSE_S if slow and not judged.context.lifting.since else PREDICT_PAUSE_S
        if judged.predicted_at and not went_out and (not fresh or now - judged.predicted_at < pause * NS):
            if _stood(judged, now):
                judged.asset_before = judged.asset
            return
        judged.predicted_at, judged.predicted_hits, judged.predicted_powered = now, track.hits, judged.powered
        rose_by_arc(stage.predictor, stage.tracker, judged, track, state, covariance)
        judged.asset_before = judged.asset
        footprint = stage.predictor.impact(judged, track, stage.tracker, state, covariance)
        judged.impact, judged.impacting, judged.assets = footprint
        judged.context.aim = stage.predictor.aim(judged)

    def of(self, track: Track) -> Judged:
        """Return the record of a track, a new one if it has none."""
        judged = self.objects.get(track.slot)
        if judged is None or judged.number != track.number:
            judged = self.objects[track.slot] = Judged(number=track.number, slot=track.slot)
        return judged

    def forget(self, slot: int) -> Judged | None:
        """Return and drop the object of a slot."""
        return self.objects.pop(slot, None)

    def threatening(self) -> list[Judged]:
        """Return the objects at `possible` or above."""
        return [j for j in self.objects.values() if j.level and RANK[j.level] >= RANK["possible"]]

    def state(self) -> list[Any]:
        """Return all of it as plain data."""
        return [msgspec.to_builtins(j) for j in self.objects.values()]

    def load(self, state: list[Any]) -> None:
        """Take over what `state` returned."""
        self.objects = {}
        for plain in state:
            judged = msgspec.convert(plain, Judged)
            self.objects[judged.slot] = judged


def _stand(stage: Stage, judged: Judged, track: Track, now: int) -> None:
    """Give an object its place on the ladder, and the reason in words."""
    lifting = judged.context.lifting
    degraded = "" in stage.degraded or f"E{judged.event:04d}" in stage.degraded
    figures = Figures(
        launch=judged.launched,
        missile=judged.missile,
        missile_without_notice=judged.missile_without_notice,
        asset=judged.asset,
        asset_before=judged.asset_before,
        asset_without_notice=judged.asset_without_notice,
        confirmed_track=track.confirmed,
        impacting=judged.impacting,
        paths=judged.paths(track),
        degraded_mode=degraded,
        wide=judged.wide,
        seen_s=(now - track.last_hit) / NS,
        unseen=unseen_since(track),
        moved=judged.moved,
    )
    judged.level, judged.reason = level_of(figures, judged.level)
    if judged.context.upper:
        judged.reason += f"; a lower stage: what was on top of it has burnt on as {track_name(judged.context.upper)}"
    if judged.carried:
        judged.reason += (
            f"; it may be the stage ({judged.carried:.2f}): the footprint is that of an unseen payload, too"
        )
    if lifting.since:
        judged.reason += f"; it glides (lift {lifting.ratio:.1f} of its drag): the footprint is what it can still reach"


def _untold(judged: Judged, track: Track, now: int) -> bool:
    """Return whether what opened no event and has long been dark may be a launch, untold yet where it coasts from."""
    return judged.launched >= NOTICEABLE and not judged.burnt and long_dark(track, now)


def _stood(judged: Judged, now: int) -> bool:
    """Return whether a threat that one prediction has found stands unchanged for so long that it counts as found twice."""
    first = judged.asset >= PROBABLE_ASSET > judged.asset_before
    return first and now - judged.predicted_at >= STANDS_S * NS


def spent(track: Track, now: int) -> bool:
    """Return whether its plume went out so long ago that no motor drives it: what changes its speed then is air.

    A last stage too faint to be seen is the price: its track gains speed and stays one that coasts.
    """
    dark = track.off_from and now - track.off_from > DARK_LONG_S * NS
    return bool(dark and track.infrared_misses >= 2)

"""Where an object rose and where its burn ended: told when the looks that tell it are in, once each."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from tocsin.centre.judged import Judged, Spot
from tocsin.centre.predictor import MAY_BURN, Predictor
from tocsin.core.constants import NS
from tocsin.identification.features import AIR_M
from tocsin.identification.sites import REACH_M, odds_at
from tocsin.prediction.ascent import FEWEST
from tocsin.tracking.bank import Track
from tocsin.tracking.entry import before_air
from tocsin.tracking.lone_plumes import alone
from tocsin.tracking.tracker import Tracker
from tocsin.tracking.upkeep import radars_tell, settle
from tocsin.world.geodesy_kernels import height_near

FloatArray = npt.NDArray[np.float64]

FITS = (3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 31, 39, 49, 64)
LONGER = 1.25
"""A free arc is led back to its launch anew where radars have so many times the detections of it that they had then."""
SHARPER = 0.5
"""A launch that later lines of sight place is taken where it is so much surer than that of the first ones."""
DARK_S = 15.0
"""A plume not seen for so long, and missed by two looks, has gone out (stages follow within 12 s): its burn is fitted."""


def fit_launch(predictor: Predictor, judged: Judged, track: Track) -> None:
    """Place the launch by profiles whenever so many more lines of sight have come, until its whole burn is fitted."""
    n = min(len(track.sights), FITS[-1])
    if n < FITS[0] or judged.context.lit_until or FITS[bisect_right(FITS, n) - 1] <= judged.fitted:
        return
    judged.fitted = FITS[bisect_right(FITS, n) - 1]
    fit = predictor.fit_launch(track)
    if fit is None:
        return
    early = fit.young or len(track.satellites) < 2
    if judged.launch is None or early or fit.spot.sigma_m < SHARPER * judged.launch.sigma_m:
        rose_at(judged, fit.spot)
    judged.profile_time = fit.time
    judged.profile_state = fit.state


def long_dark(track: Track, now: int) -> bool:
    """Return whether its plume has not been seen for so long that no stage follows."""
    return bool(now - track.last_infrared >= DARK_S * NS)


def unseen_since(track: Track) -> bool:
    """Return whether nobody has seen it since its plume went out."""
    return bool(track.off_from) and track.last_hit <= track.last_infrared


def unread(judged: Judged, track: Track, powered: float) -> bool:
    """Return whether one satellite alone has seen it burn out and its burn is not fitted yet."""
    return bool(alone(track) and track.off_from and powered <= MAY_BURN and judged.burnt < len(track.sights))


def tell_burnout(predictor: Predictor, tracker: Tracker, judged: Judged, track: Track, now: int) -> bool:
    """Fit the whole burn of a plume that has gone out, once, and tell the tracker where it coasts from; is it out?

    It tells where it rose. Where it coasts from it tells the tracker too, unless a radar has seen it since and knows more: one
    that saw the plume alone is asked by how much.
    """
    n = len(track.sights)
    if (
        not track.off_from
        or judged.context.lit_until
        or n <= judged.burnt
        or track.infrared_misses < 2
        or not long_dark(track, now)
    ):
        return False
    judged.burnt = n
    found = predictor.burnout(track, tracker)
    bank, unseen = tracker.bank, len(track.satellites) == len(track.sensors)
    coasts = unseen
    if found is not None:
        spot, state, covariance = found
        rose_at(judged, spot)
        coasts = unseen or _surer(tracker, track, covariance)
        if coasts:
            settle(bank, track.slot, int(bank.ts[track.slot]), state, covariance)
    elif len(track.satellites) == 1 and unseen:
        tracker.above_ground(track.slot)
    if unseen:
        tracker.remember_burnout(track.slot)
    return coasts


def _surer(tracker: Tracker, track: Track, covariance: FloatArray) -> bool:
    """Return whether a whole burn (6, 6) tells more of the velocity than the track, which no radar has seen since it went out."""
    if not unseen_since(track):
        return False
    known = tracker.combined(np.array([track.slot], np.int64))[1][0]
    of_burn, of_track = (sum(float(p[k, k]) for k in (3, 4, 5)) for p in (covariance, known))
    return of_burn < of_track


def tell_whole(predictor: Predictor, tracker: Tracker, judged: Judged, track: Track) -> bool:
    """Join what one satellite saw burn with what radars tell of it now, once; is it another state?

    The ascent that leads to the arc that the radars see knows more of the burn than the filter did, and where it rose.
    """
    if judged.context.lit_until or not (track.awaits_join and radars_tell(track) and len(track.satellites) == 1):
        return False
    led = tracker.led_back(track.slot)
    spot, found = (None, None) if led is None else predictor.led(track, tracker, led)
    if spot is not None:
        rose_at(judged, spot)
    tracker.join(track.slot, found)
    return True


def rose_by_arc(
    predictor: Predictor, tracker: Tracker, judged: Judged, track: Track, state: FloatArray, covariance: FloatArray
) -> None:
    """Place the launch of what no satellite saw, or too few lines of sight of theirs for an ascent, by its free arc.

    Again whenever radars have followed it for so much longer; what is surest stands.
    """
    if track.satellites and (len(track.sights) >= FEWEST or judged.context.lit_until or not radars_tell(track)):
        return
    hits = track.hits - track.infrared_hits
    if hits < LONGER * judged.led_hits:
        return
    first, judged.led_hits = not judged.led_hits, hits
    if track.satellites:
        judged.fitted = FITS[-1]
    spot = _launch_of_arc(predictor, tracker, track, state, covariance)
    # the arc tells more of where it rose than profiles do of a burn that was hardly seen
    if spot is not None and (first or judged.launch is None or spot.sigma_m < judged.launch.sigma_m):
        if track.satellites:
            rose_at(judged, spot)
        else:
            judged.launch = spot


def rose_at(judged: Judged, spot: Spot) -> None:
    """Take over where and when an object rose, and who launches from there if that is known well enough."""
    judged.launch, judged.context.launch_time = spot, spot.time
    known = spot.sigma_m <= REACH_M
    judged.context.site = odds_at(spot.latitude, spot.longitude) if known else None


def _launch_of_arc(
    predictor: Predictor, tracker: Tracker, track: Track, state: FloatArray, covariance: FloatArray
) -> Spot | None:
    """Return where a free arc rose; what has come down into the air is taken back to the arc on which it came."""
    bank = tracker.bank
    time = int(bank.ts[track.slot])
    if float((state[:3] * state[3:6]).sum()) < 0.0 and height_near(*state[:3]) < AIR_M:
        found = before_air(bank, track.slot, AIR_M)
        if found is None:
            return None
        ago, state, covariance = found
        time -= round(ago * NS)
    return predictor.launch_of_arc(time, state, covariance)

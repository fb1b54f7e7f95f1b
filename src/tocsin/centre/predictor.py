"""What the centre asks of prediction, in the centre's own records."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.centre.judged import Judged, Spot
from tocsin.centre.kin import payload_unseen
from tocsin.core.constants import DEG, NS
from tocsin.core.records.network import Assets
from tocsin.core.records.outputs import Ellipse
from tocsin.identification.classes import MISSILES, RANGES_KM
from tocsin.identification.features import AIR_M
from tocsin.prediction.ascent import FEWEST, Burnout, fit_burnout
from tocsin.prediction.assets import AssetTable
from tocsin.prediction.backtrace import launch_from_arc
from tocsin.prediction.glide import predict_glide
from tocsin.prediction.impact import PoweredHypotheses, asset_probabilities, predict_impact
from tocsin.prediction.launch import fit_launch
from tocsin.prediction.parted import with_payload_apart
from tocsin.tracking.bank import Track
from tocsin.tracking.entry import before_air
from tocsin.tracking.tracker import Tracker

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Drag = tuple[float, float, FloatArray]
"""Lightness (m2/kg) of a track, its sigma and covariance (6,) with its state."""

BURN_S = {
    "ballistic_missile_short_range": (80.0, 20.0),
    "ballistic_missile_intermediate_range": (145.0, 30.0),
    "ballistic_missile_intercontinental": (205.0, 45.0),
    "sounding_rocket": (60.0, 30.0),
}
"""Total burn of the generic classes, mean and sigma (s): domain facts C.2 (solid 120-180 s, liquid about 240 s)."""


BURNT_NS = 200 * NS
"""After its lift-off, what radars alone have seen has burnt out."""
TIPPED_S = (20.0, 80.0)
"""A missile climbs upright at first and is tipped over by its programme: how its class flies is all that is known of its range at
the first of these times, its motion tells from the second on (reported programmes: kick at 10 to 30 s, over by 60 to 90 s)."""
CHANCE_M = 1000e3
"""Ranges of sounding rockets, and of what is launched to fall back, spread over so much."""
LAUNCH_SIGHTS, YOUNG_S = 64, 60.0
"""The lines of sight of the first minute tell where it rose; later it flies as the profiles do not. The launches of 23 recorded
ascents, seen by two satellites, were found within 1.2 km (median) after 30 to 60 s, 2.2 km after 150 s, 4 km after 300 s. One
satellite alone learns from all."""
HELD_CLOSE = 30e3, 100.0
"""So near (m, m/s) arcs that radars had seen for some seconds led back to burnout: root mean squares of 16 were 15 km, 50 m/s."""
_RANGES = np.array(
    [
        (math.log(RANGES_KM[name][0] * 1e3), RANGES_KM[name][1]) if name in RANGES_KM else (math.nan, math.nan)
        for name in (*BURN_S, "ends now")
    ]
)
MAY_BURN, ENDS_NOW = 0.02, 0.1
"""A track that may still burn, with so much probability, falls as a mixture: one missed look is no burnout. Of what burns so
much ends now."""


class Fit(msgspec.Struct, frozen=True):
    """A launch fitted to lines of sight, and the state that its profiles give at the last of them."""

    spot: Spot
    time: int
    state: list[float]
    """(6 + 36) state and covariance, m, m/s."""
    young: bool
    """Whether its lines of sight are those of the first `YOUNG_S`."""


class Predictor:
    """Impact, launch and asset probabilities for the list of a centre."""

    def __init__(self, assets: Assets) -> None:
        self.table = AssetTable.from_assets(assets)

    def fit_launch(self, track: Track) -> Fit | None:
        """Return the launch that fits the plume's lines of sight, None when none does."""
        times, places, los, sigmas = (part[:LAUNCH_SIGHTS] for part in _sights(track))
        fit = fit_launch(times, places, los, sigmas)  # type: ignore[arg-type]
        if fit is None:
            return None
        spot = Spot(
            time=fit.time, time_sigma_s=fit.time_sigma_s, latitude=fit.lat, longitude=fit.lon,
            ellipses=ellipses_of(fit.ellipses), heading=fit.heading,
        )  # fmt: skip
        flat = [*(float(v) for v in fit.state), *(float(v) for v in fit.state_covariance.ravel())]
        return Fit(spot, int(fit.state_time), flat, bool(times.max() - times.min() <= YOUNG_S * NS))

    def burnout(self, track: Track, tracker: Tracker) -> tuple[Spot, FloatArray, FloatArray] | None:
        """Return where a plume that has gone out rose, and state (6,), (6, 6) of what coasts on, at the time of its track.

        None where no ascent fits, and where one satellite alone has seen it (it does not tell depth: ascents in many directions
        fit). Of the state a radar that has seen it knows more.
        """
        time = int(tracker.bank.ts[track.slot])
        if len(track.satellites) < 2 or len(track.sights) < FEWEST:
            return None
        found = fit_burnout(*_sights(track), _first_dark(track), time, *_pointing(track, tracker))
        if found is None or found.time != time:
            return None
        return _rose(found), found.state, found.covariance

    def led(
        self, track: Track, tracker: Tracker, state: FloatArray
    ) -> tuple[Spot | None, tuple[FloatArray, FloatArray] | None]:
        """Return where what one satellite saw burn rose, and its state (6,), (6, 6) when it went out: of the ascent that ends
        near `state` (6,).

        None where there is none. Of the ascents that fit the lines of sight alone a radar's arc tells which it was. The state is
        to be joined with that arc: it is held far wider than radars know it. The place is told once, and held to what they know.
        """
        if track.burnout is None or len(track.sights) < FEWEST:
            return None, None
        time, sights, dark = track.burnout[0], _sights(track), _first_dark(track)
        found = fit_burnout(*sights, dark, time, near=state)
        if found is None or found.time != time:
            return None, None
        close = fit_burnout(*sights, dark, time, *_pointing(track, tracker), near=state, held=HELD_CLOSE)
        return None if close is None else _rose(close), (found.state, found.covariance)

    def launch_of_arc(self, time: int, state: FloatArray, covariance: FloatArray) -> Spot | None:
        """Return where a free arc seen by radar alone was launched, honestly wide."""
        arc = launch_from_arc(time, np.ascontiguousarray(state[:6]), np.ascontiguousarray(covariance))
        if arc is None:
            return None
        return Spot(
            time=arc.time, time_sigma_s=arc.time_sigma_s, latitude=arc.lat, longitude=arc.lon,
            ellipses=ellipses_of(arc.ellipses), heading=arc.heading,
        )  # fmt: skip

    def impact(
        self, judged: Judged, track: Track, tracker: Tracker, state: FloatArray, covariance: FloatArray
    ) -> tuple[Spot | None, float, list[float]]:
        """Return (impact, P(it comes down), P(asset) by asset) of an object as it stands."""
        time = int(tracker.bank.ts[track.slot])
        lightness, lightness_sigma, lightness_with = tracker.lightness(track.slot)
        alone = len(track.satellites) == 1 and track.hits == sum(track.satellites.values())
        if alone and judged.powered > MAY_BURN and judged.profile_state and judged.profile_time:
            # one satellite alone does not see depth: while it burns the profiles do better than the filter
            flat = np.array(judged.profile_state)
            time, state, covariance = judged.profile_time, flat[:6], flat[6:].reshape(6, 6)
        powered = self._hypotheses(judged, state, track) if judged.powered > MAY_BURN else None
        glide = judged.context.lifting.glide()
        if glide is not None and powered is None:
            found = predict_glide(time, state, covariance, glide)
        else:
            found = predict_impact(
                time,
                state,
                covariance,
                lightness=lightness,
                lightness_sigma=lightness_sigma,
                lightness_with=lightness_with,
                spent=judged.spent,
                powered=powered,
            )
        share = payload_unseen(tracker.bank, judged, track) if powered is None and glide is None else 0.0
        parted = track.off_from or (judged.launch.time + BURNT_NS if judged.launch is not None else time)
        judged.carried = share if time > parted else 0.0
        if judged.carried:
            drag = lightness, lightness_sigma, lightness_with
            seen = _last_above(track, tracker, time, state, covariance, drag)
            found = with_payload_apart(found, time, *seen, parted, share)
        judged.wide = found.method != "unscented"
        assets = [float(v) for v in asset_probabilities(found, self.table)]
        if not len(found.parts) or not math.isfinite(found.lat):
            return None, found.impacting_probability, assets
        spot = Spot(
            time=found.time, time_sigma_s=found.time_sigma_s, latitude=found.lat, longitude=found.lon,
            ellipses=ellipses_of(found.ellipses), free=found.method in ("unscented", "cloud"),
        )  # fmt: skip
        return spot, found.impacting_probability, assets

    def aim(self, judged: Judged) -> float:
        """Return how surely it is aimed: the largest P(asset), less what chance gives, over places it did not rise from.

        Nobody attacks the place he fires from; and what comes down anywhere within some 1,000 km falls into a wide area by
        chance, with that area's share.
        """
        if judged.asset < 0.01:
            return 0.0
        home = self._rose_from(judged.launch)
        chance = np.minimum((self.table.centres[:, 3] / CHANCE_M) ** 2, 1.0)
        return float((np.array(judged.assets) * (1.0 - home) * (1.0 - chance)).max())

    def _rose_from(self, spot: Spot | None) -> FloatArray:
        """Return (n,) the probability that a launch point lies within each place of the list."""
        if spot is None or not math.isfinite(spot.sigma_m):
            return np.zeros(len(self.table))
        _, major, minor, bearing = spot.ellipses[0]
        # half of a Gaussian lies within 1.1774 sigma
        along, across = (major / 1.1774) ** 2, (minor / 1.1774) ** 2
        s, c = math.sin(bearing), math.cos(bearing)
        east, north, both = along * s * s + across * c * c, along * c * c + across * s * s, (along - across) * s * c
        return self.table.contents(np.array([[1.0, spot.latitude, spot.longitude, east, both, north]]))

    def _hypotheses(self, judged: Judged, state: FloatArray, track: Track) -> PoweredHypotheses:
        """What may still burn: each class with its probability, given that it has burnt so long already."""
        started = judged.context.launch_time or track.born
        burnt = max((track.last_infrared - started) * 1e-9, 0.0) if track.last_infrared else 60.0
        weights, left, sigma = [], [], []
        for name, (total, spread) in BURN_S.items():
            z = (burnt - total) / spread
            survival = 0.5 * math.erfc(z / math.sqrt(2.0))
            weights.append(max(judged.classes.get(name, 0.0), 1e-3 if name in MISSILES else 0.0) * max(survival, 1e-3))
            # mean and sigma of what is left of a normal total, cut at what has passed
            hazard = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / max(survival, 1e-6)
            more = total + spread * hazard - burnt
            left.append(max(more, 2.0))
            variance = spread * spread * max(1.0 + z * hazard - hazard * hazard, 0.02)
            sigma.append(min(math.sqrt(variance), max(more, 2.0)))
        thrust = math.sqrt(float((state[6:9] * state[6:9]).sum())) if state.size >= 9 else 30.0
        found = PoweredHypotheses.simple(
            weights, left, sigma, max(thrust, 5.0), ends_now=max(ENDS_NOW, 1.0 - judged.powered)
        )
        upright, tipped = TIPPED_S
        unsteered = min(max((tipped - burnt) / (tipped - upright), 0.0), 1.0)
        if unsteered == 0.0:
            return found
        return dataclasses.replace(found, ranges=_RANGES, unsteered=unsteered)


def _first_dark(track: Track) -> int:
    """Return when (ns) a plume that has gone out would have been seen next: each satellite comes by again after its usual time.

    A scanner passes a target once in its look, and an empty look does not say when; its earlier passes do.
    """
    by_sensor: dict[str, list[int]] = {}
    for sight in track.sights:
        by_sensor.setdefault(sight[8], []).append(sight[0])
    last, following = max(times[-1] for times in by_sensor.values()), []
    for times in by_sensor.values():
        pauses = sorted(b - a for a, b in pairwise(times) if b > a)
        if pauses:
            usual = pauses[len(pauses) // 2]
            following.append(times[-1] + usual * ((last - times[-1]) // usual + 1))
    return min(following, default=track.off_from)


def _sights(track: Track) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return times (n,) ns, places (n, 3), lines of sight (n, 3) and sigmas (n,) of a track's plume."""
    rest = np.array([s[1:8] for s in track.sights], np.float64)
    times = np.array([s[0] for s in track.sights], np.int64)
    return times, *(np.ascontiguousarray(rest[:, part]) for part in (slice(0, 3), slice(3, 6), 6))  # type: ignore[return-value]


def _last_above(
    track: Track, tracker: Tracker, time: int, state: FloatArray, covariance: FloatArray, drag: Drag
) -> tuple[tuple[int, FloatArray, FloatArray], Drag | None]:
    """Return when and how (6,), (6, 6) a track flew that leads back to its burnout, and what drag has told on the way there.

    What falls is led back from before the air that it meets.
    """
    if float((state[:3] * state[3:6]).sum()) > 0.0:
        return (time, state[:6], covariance[:6, :6]), drag
    entry = before_air(tracker.bank, track.slot, AIR_M)
    if entry is None:
        return (time, state[:6], covariance[:6, :6]), None
    ago_s, then, covariance = entry
    return (time - round(ago_s * NS), then, covariance), None


def _rose(found: Burnout) -> Spot:
    """Return where and when what has burnt out was launched."""
    return Spot(
        time=found.launch_time, time_sigma_s=found.launch_time_sigma_s, latitude=found.lat, longitude=found.lon,
        ellipses=ellipses_of(found.ellipses), heading=found.heading, free=True,
    )  # fmt: skip


def _pointing(track: Track, tracker: Tracker) -> tuple[IntArray, FloatArray]:
    """Return whose (n,) each line of sight of a plume is, as rows of what the pointing of satellites may be off by (s,), rad."""
    names = sorted({s[8] for s in track.sights})
    whose = np.array([names.index(s[8]) for s in track.sights], np.int64)
    return whose, np.array([tracker.bank.biases[tracker.bank.sensors.index(name), 1] for name in names])


def ellipses_of(ellipses: tuple[Ellipse, ...]) -> tuple[tuple[float, float, float, float], ...]:
    """Return ellipses in metres and radians."""
    return tuple(
        (e.probability, e.semi_major_km * 1000.0, e.semi_minor_km * 1000.0, e.bearing_deg * DEG) for e in ellipses
    )

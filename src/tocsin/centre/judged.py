"""What the centre holds of each object beside its track: plain records, so that a snapshot is their content."""

from __future__ import annotations

import math

import msgspec

from tocsin.assessment.paths import speaking_paths
from tocsin.centre.features import LAUNCH_LEAST, Context
from tocsin.core.constants import DEG, NS
from tocsin.core.records.outputs import Ellipse, GroundPoint
from tocsin.core.time import iso_from_tai
from tocsin.prediction.student import reach
from tocsin.tracking.bank import Track

LATE_MOST_S = 60.0
"""What does not glide is waited for no longer than so much beyond the mean."""
SURER = 0.02
"""By so much a class is likelier than the one told before it, when it is told."""

FALL_SCORE, JOIN_SCORE = 120.0, 30.0
"""A fall that radars alone have seen opens an event where it is an object by log odds of so much: of 13 arcs of 40 launches that
radar alone opened the least had 198, of what aurora and jamming gave in three months the most had 61, of one night of strong
aurora 103. While another is warned of, one that rose there and then joins its event by less: in a raid a detection says little,
as many others are about, and of 339 tracks of a raid of 500 the half had 79."""


class Spot(msgspec.Struct, frozen=True):
    """A place and time on the ground with its uncertainty: a launch point or an impact point."""

    time: int
    time_sigma_s: float
    latitude: float
    longitude: float
    """rad."""
    ellipses: tuple[tuple[float, float, float, float], ...]
    """(probability, semi-major m, semi-minor m, bearing rad), rising probability."""
    heading: float = math.nan
    free: bool = False
    """It is of an arc in free flight, or of a whole burn: how far off it is was measured, and its covariance is an estimate."""

    @property
    def sigma_m(self) -> float:
        """Return one sigma along the major axis, from the 50 % ellipse of a Gaussian."""
        return self.ellipses[0][1] / 1.1774 if self.ellipses else math.inf

    def point(self) -> GroundPoint:
        """Return it for output: UTC, degrees, kilometres."""
        far = {p: reach(p) if self.free else 1.0 for p, *_ in self.ellipses}
        return GroundPoint(
            time_utc=iso_from_tai(self.time),
            lat_deg=round(self.latitude / DEG, 5),
            lon_deg=round(self.longitude / DEG, 5),
            ellipses=tuple(
                Ellipse(p, round(far[p] * a / 1e3, 3), round(far[p] * b / 1e3, 3), round((bearing / DEG) % 180.0, 2))
                for p, a, b, bearing in self.ellipses
            ),
            time_sigma_s=round(self.time_sigma_s, 2),
        )


class Judged(msgspec.Struct):
    """What an object is said to be, where it came from, where it will fall, how far up the ladder it stands."""

    number: int
    slot: int
    classes: dict[str, float] = msgspec.field(default_factory=dict)
    context: Context = msgspec.field(default_factory=Context)
    best: str = ""
    said: str = ""
    """The class last told in an `identified` event."""
    level: str = ""
    reason: str = ""
    event: int = 0
    judged_at: int = 0
    hits_judged: int = 0
    predicted_at: int = 0
    predicted_hits: int = 0
    predicted_powered: float = 0.0
    fitted: int = 0
    """Lines of sight in the last launch fit."""
    burnt: int = 0
    """Lines of sight from which the state at burnout was told; more of them are a plume that shone again."""
    led_hits: int = 0
    """Radar detections from which its free arc was last led back to where it rose."""
    launch: Spot | None = None
    kin: int = 0
    """How often it was asked whose burn it comes from (`kin.burn_of_kin`)."""
    burn: int = 0
    """Number of the track whose burn it comes from, as others do that fly beside it; 0 = none is known."""
    burn_paths: tuple[str, ...] = ()
    """Paths (`infrared/site/line`) by which that burn was seen while its own track has no light: they speak for it, too."""
    spent: float = 0.0
    """Probability that it is the spent stage among those."""
    impact: Spot | None = None
    impacting: float = 0.0
    fall_since: int = 0
    deep_since: int = 0
    falling: bool = False
    """Its arc meets the ground beyond doubt (a track without a plume)."""
    climbs: bool = False
    """Its motion says launch: it climbs under power, or runs away as only a launch does."""
    aloft: bool = False
    """It shines above the ground, as a launch does before its motion is known."""
    moved: bool = False
    """Its motion has said launch or fall surely enough for more than `noticed`."""
    wide: bool = False
    """Its footprint is a cloud, not one Gaussian: predicted more rarely."""
    carried: float = 0.0
    """P(it is the stage, and nobody has seen what it carried), which its footprint holds too."""
    orbit_since: int = 0
    assets: list[float] = msgspec.field(default_factory=list)
    """P(falls within) by asset, in the order of the list, given that it falls."""
    falls: float = 1.0
    """Probability that what burns falls and does not reach orbit, and the same without notice and site."""
    falls_without_notice: float = 1.0
    asset_before: float = 0.0
    """The largest P(asset) of the prediction before the last."""
    powered: float = 0.0
    orbiting: float = 0.0
    missile: float = 0.0
    missile_without_notice: float = 0.0
    launched: float = 0.0
    explained: list[dict[str, object]] = msgspec.field(default_factory=list)
    profile_state: list[float] = msgspec.field(default_factory=list)
    """Profile-aided state (6) and covariance (36) at `profile_time`, while one satellite alone has seen it."""
    profile_time: int = 0
    line_at: int = 0
    """When this object last had a line in `assessments.jsonl`."""
    line_said: str = ""
    """The class that had been told of it by then."""

    @property
    def track(self) -> str:
        """Return the name of its track."""
        return f"T{self.number:06d}"

    def is_news(self) -> bool:
        """Return whether its class is new and sure enough to be told, or that it glides; notes that it is told."""
        p, lifting = self.classes[self.best], self.context.lifting
        new = self.best != self.said and (p >= 0.6 or (p >= 0.4 and bool(self.event)))
        new = new and p > self.classes.get(self.said, 0.0) + SURER  # two classes that are as likely do not take turns
        if not new and (not lifting.since or lifting.told):
            return False
        self.said, lifting.told = self.best, bool(lifting.since)
        return True

    def launched_after(self, time: int) -> bool:
        """Return whether it is surely a launch, of a lift-off later than `time` (TAI ns)."""
        return self.launched >= LAUNCH_LEAST and self.launch is not None and self.launch.time > time

    @property
    def beside(self) -> bool:
        """Return whether another object is the one that its burn was for."""
        return self.spent > 0.5

    def paths(self, track: Track) -> tuple[str, ...]:
        """Return the paths that speak for it: those of its track, and those that saw the burn it comes from."""
        own = speaking_paths(track.paths)
        return tuple(sorted({*own, *self.burn_paths})) if self.burn_paths else own

    @property
    def motion(self) -> dict[str, str]:
        """Return what is told of how it moves beside its class."""
        return {"motion": "glides"} if self.context.lifting.told else {}

    def flies_on(self, now: int) -> bool:
        """Return whether it may still be on its way, as its fall was last predicted: where the mean has come down it need not."""
        spot = self.impact
        if spot is None:
            return False
        late_s = 2.0 * spot.time_sigma_s if self.context.lifting.since else min(3.0 * spot.time_sigma_s, LATE_MOST_S)
        return now < spot.time + round(late_s * NS)

    @property
    def asset(self) -> float:
        """Return the largest P(asset)."""
        return max(self.assets, default=0.0) * self.falls

    @property
    def asset_without_notice(self) -> float:
        """Return the largest P(asset) by what is measured alone."""
        return max(self.assets, default=0.0) * self.falls_without_notice

    @property
    def asset_twice(self) -> float:
        """Return the P(asset) that two predictions in turn have given at least."""
        return min(self.asset, self.asset_before)

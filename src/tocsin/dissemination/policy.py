"""When something is said: the first warning, what is worth an update, when an event's warning ends. Deterministic."""

from typing import Literal

import msgspec

from tocsin.core.constants import DEG, NS
from tocsin.core.records.outputs import LADDER, Assessment, GroundPoint, ObjectAssessment
from tocsin.core.records.warnings import WarningReference
from tocsin.core.time import tai_from_iso
from tocsin.dissemination.words import ellipse_of, members
from tocsin.world.geodesy_kernels import great_circle_m

Decision = Literal["nothing", "say", "later", "close", "cancel"]


class Settings(msgspec.Struct, frozen=True):
    """Figures of the policy, each with its reason."""

    update_interval_s: float = 30.0
    """Between two updates that are not urgent: a person can read one in that time."""
    time_shift_s: float = 60.0
    """A predicted impact this much earlier or later changes what can still be done."""
    move_share: float = 0.5
    """A predicted point that moved by this share of the last 90 % half axis is another place."""
    move_floor_km: float = 5.0
    """... and by at least this much."""
    area_factor: float = 2.0
    """A 90 % area larger or smaller by this factor changes who is in it."""
    listed_probability: float = 0.01
    """P(asset) from which a place is threatened: the lowest step of the ladder that names one."""
    approval_valid_s: float = 120.0
    """Two people release together; a first word older than this is asked for again."""
    expires_after_s: float = 900.0
    """A warning holds this long past the last predicted impact (or past now, without one)."""
    cue_ahead_s: float = 600.0
    cue_step_s: float = 10.0
    cue_interval_s: float = 30.0


class Told(msgspec.Struct, frozen=True):
    """What the last message of an event said, as far as a change of it matters."""

    time: int
    level: str
    assets: tuple[str, ...]
    counts: tuple[int, int, int]
    points: dict[str, tuple[float, float, int, float, float]]
    """Track -> latitude_deg, longitude_deg, impact TAI ns, 90 % half axes in km."""


class Thread(msgspec.Struct):
    """All that was said about one event."""

    event: str
    number: int = 0
    assessment: Assessment | None = None
    """The newest, with the newest figures of every object of the event."""
    objects: dict[str, ObjectAssessment] = {}
    """Track -> its newest figures: a line of the assessor may tell of one object only."""
    told: Told | None = None
    """None: nothing is being said (not yet, or no more)."""
    draft: str = ""
    """Id of the newest unreleased message; empty when there is none."""
    draft_grade: str = ""
    draft_assessment: Assessment | None = None
    messages: list[WarningReference] = []
    released: list[WarningReference] = []
    """Those of `messages` that people released and that still hold outside."""
    due: bool = False
    """An update waits for its interval."""
    approvals: dict[str, int] = {}
    """Person -> TAI ns of the word to release."""
    acknowledged: tuple[str, int] | None = None
    cancelled: Told | None = None
    """What a person cancelled: it is not said again unless it grows worse."""
    cued: dict[str, int] = {}
    """Track -> TAI ns of its last cue."""


def gathered(thread: Thread, assessment: Assessment) -> Assessment:
    """Return an assessment with the figures of all its objects, and note them in the thread.

    A line with members brings them up to date; a line without tells of its first track only; what has ended keeps its
    last figures as long as it belongs to the event.
    """
    told = {member.track: member for member in assessment.members}
    if not told and assessment.tracks and (assessment.launch or assessment.impact or assessment.classes):
        track = assessment.tracks[0]
        before = thread.objects.get(track)
        told[track] = ObjectAssessment(
            track=track,
            level=before.level if before is not None else assessment.level,
            classes=assessment.classes,
            launch=assessment.launch,
            impact=assessment.impact,
            assets=before.assets if before is not None else assessment.assets,
            paths=before.paths if before is not None else assessment.paths,
            reason=assessment.reason,
        )
    known = thread.objects | told
    thread.objects = {track: known[track] for track in sorted(assessment.tracks) if track in known}
    return msgspec.structs.replace(assessment, members=tuple(thread.objects.values()))


def rank(level: str) -> int:
    """Return the place of a level on the ladder; -1 for withdrawn and resolved."""
    return LADDER.index(level) if level in LADDER else -1


POSSIBLE = LADDER.index("possible")
PROBABLE = LADDER.index("probable")


def grade(level: str) -> str:
    """Return what kind of message a level is worth."""
    return "warning" if rank(level) >= PROBABLE else "information"


def told_of(assessment: Assessment, now: int, settings: Settings) -> Told:
    """Return what a message about this assessment says."""
    points = {}
    for member in members(assessment):
        if member.impact is not None:
            points[member.track] = _figures(member.impact)
    return Told(
        time=now,
        level=assessment.level,
        assets=tuple(sorted(t.id for t in assessment.assets if t.probability >= settings.listed_probability)),
        counts=(assessment.objects.low, assessment.objects.best, assessment.objects.high),
        points=points,
    )


def _figures(point: GroundPoint) -> tuple[float, float, int, float, float]:
    ellipse = ellipse_of(point, 0.9)
    axes = (ellipse.semi_major_km, ellipse.semi_minor_km) if ellipse else (0.0, 0.0)
    return point.lat_deg, point.lon_deg, tai_from_iso(point.time_utc), *axes


def decide(thread: Thread, assessment: Assessment, now: int, settings: Settings) -> Decision:
    """Return what to do about a new assessment: say it, say it when the interval is over, close, cancel, or nothing.

    A higher level and a newly threatened place never wait. A warning whose level falls below `possible` is cancelled.
    """
    if assessment.level == "resolved":
        return "close" if thread.told is not None else "nothing"
    if rank(assessment.level) < POSSIBLE:
        return "cancel" if thread.told is not None else "nothing"
    new = told_of(assessment, now, settings)
    if thread.told is None:
        return "say" if thread.cancelled is None or _worse(thread.cancelled, new) else "nothing"
    if _worse(thread.told, new):
        return "say"
    if not changed(thread.told, new, settings):
        return "nothing"
    return "say" if now - thread.told.time >= int(settings.update_interval_s * NS) else "later"


def _worse(old: Told, new: Told) -> bool:
    return rank(new.level) > rank(old.level) or bool(set(new.assets) - set(old.assets))


def changed(old: Told, new: Told, settings: Settings) -> bool:
    """Return whether a reader of the old message would act differently on the new one."""
    if (old.level, old.assets, old.counts) != (new.level, new.assets, new.counts):
        return True
    if set(old.points) != set(new.points):
        return True
    return any(_moved(old.points[track], new.points[track], settings) for track in old.points)


def _moved(
    old: tuple[float, float, int, float, float], new: tuple[float, float, int, float, float], settings: Settings
) -> bool:
    if abs(new[2] - old[2]) >= int(settings.time_shift_s * NS):
        return True
    km = great_circle_m(old[0] * DEG, old[1] * DEG, new[0] * DEG, new[1] * DEG) / 1e3
    if km > max(settings.move_floor_km, settings.move_share * old[3]):
        return True
    area_old, area_new = old[3] * old[4], new[3] * new[4]
    if area_old <= 0.0 or area_new <= 0.0:
        return area_old != area_new
    ratio = area_new / area_old
    return ratio >= settings.area_factor or ratio <= 1.0 / settings.area_factor

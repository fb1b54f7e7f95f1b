"""What a duty officer reads: plain words, honest about what is predicted, what is seen and what could not be seen."""

from collections.abc import Iterable

from tocsin.assessment.paths import independent_paths, phenomenologies
from tocsin.core.constants import DEG, NS
from tocsin.core.records.outputs import Assessment, AssetThreat, Ellipse, GroundPoint, ObjectAssessment
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.prediction.ground import describe

LABELS = {"real": "", "exercise": "EXERCISE", "test": "TEST", "simulated": "SIMULATED"}
LEVEL_WORDS = {
    "noticed": "a launch-like look",
    "tracked": "powered or suborbital flight",
    "possible": "possible: a missile is not excluded",
    "probable": "probable: missile, from two or more independent paths",
    "confirmed": "confirmed: missile, seen by two kinds of sensor or under a declared degraded mode",
    "withdrawn": "withdrawn: the evidence fell",
    "resolved": "ended",
}
STATUS_WORDS = {
    "seen": "Seen by",
    "not_seen": "Looked and did not see",
    "could_not_see": "Could not see (their silence is no evidence)",
}
INSTRUCTIONS = {
    "information": "Information for duty officers. Verify, and be ready: the launch is not confirmed as an attack.",
    "warning": "Take shelter at once in the listed areas and stay there until the warning is cancelled or has ended.",
    "closing": "The predicted time has passed. Find out on the ground what happened before giving the all-clear.",
    "cancellation": "The warning no longer holds. Return to normal watch.",
}
CLASS_WORDS = {
    "ballistic_missile_short_range": "short-range ballistic missile",
    "ballistic_missile_intermediate_range": "intermediate-range ballistic missile",
    "ballistic_missile_intercontinental": "intercontinental ballistic missile",
}
UTC_DIGITS = 0
LISTED, NAMED = 0.01, 0.10
"""P(asset) from which a place is listed, and from which a headline names it: the steps of the ladder."""


def label(data_mode: str, released: bool) -> str:
    """Return what stands first in a headline: the data mode, or DRAFT for a real message nobody has released."""
    return LABELS[data_mode] or ("" if released else "DRAFT")


def utc(iso: str) -> str:
    """Return an instant as `2026-01-01 00:16:05 UTC`."""
    return iso.removesuffix("Z").split(".")[0].replace("T", " ") + " UTC"


def left(seconds: float) -> str:
    """Return a time to go in words; minutes are rounded down, so that nobody is told he has more than he has."""
    if seconds < 0.0:
        return f"{left(-seconds)} ago"
    return f"{int(seconds)} s" if seconds < 120.0 else f"{int(seconds // 60)} min"


def percent(probability: float) -> str:
    """Return a probability in per cent, never rounded to 0 or 100."""
    value = 100.0 * probability
    if value < 1.0:
        return "less than 1 %"
    return "more than 99 %" if value > 99.0 else f"{value:.0f} %"


def place(lat_deg: float, lon_deg: float) -> str:
    """Return a place as `12.34 N 45.60 E`."""
    lon_deg = (lon_deg + 180.0) % 360.0 - 180.0
    return f"{abs(lat_deg):.2f} {'S' if lat_deg < 0 else 'N'} {abs(lon_deg):.2f} {'W' if lon_deg < 0 else 'E'}"


def counted(low: int, best: int, high: int) -> str:
    """Return a count as `6 objects (5 to 7)`."""
    word = "object" if best == 1 else "objects"
    return f"{best} {word}" if low == best == high else f"{best} {word} ({low} to {high})"


def listed(items: Iterable[str], most: int = 12) -> str:
    """Return items in one line; beyond `most` only their number."""
    found = list(items)
    shown = ", ".join(found[:most])
    return f"{shown} and {len(found) - most} more" if len(found) > most else shown


def class_words(name: str) -> str:
    """Return the name of a class in words."""
    return CLASS_WORDS.get(name, name.replace("_", " "))


def ellipse_of(point: GroundPoint | None, probability: float) -> Ellipse | None:
    """Return the ellipse of a probability, if it is there."""
    return next((e for e in point.ellipses if abs(e.probability - probability) < 1e-6), None) if point else None


def members(assessment: Assessment) -> tuple[ObjectAssessment, ...]:
    """Return the objects with their own figures (`policy.gathered` has put them all in)."""
    return assessment.members


def seconds_left(assessment: Assessment, now: int) -> float | None:
    """Return the time from `now` to the first predicted fall on an asset, else to the first predicted impact, s."""
    passed = (now - tai_from_iso(assessment.time_utc)) / NS
    times = [threat.time_left_s - passed for threat in _by_threat(assessment.assets)]
    if not times:
        times = [(tai_from_iso(m.impact.time_utc) - now) / NS for m in members(assessment) if m.impact is not None]
    return min(times) if times else None


def headline(assessment: Assessment, grade: str, names: dict[str, str], released: bool, now: int) -> str:
    """Return one sentence that stands alone."""
    mark = label(assessment.data_mode, released)
    start = f"{mark} - " if mark else ""
    count = counted(assessment.objects.low, assessment.objects.best, assessment.objects.high)
    named = [a for a in assessment.assets if a.probability >= NAMED] or list(assessment.assets)
    threatened = [names.get(a.id, a.id) for a in _by_threat(named)]
    where = f" near {listed(threatened, 2)}" if threatened else ""
    if grade == "cancellation":
        return f"{start}Cancelled: missile warning of event {assessment.event}"
    if grade == "closing":
        return f"{start}Ended: missile warning of event {assessment.event}; {count}"
    time_left = seconds_left(assessment, now)
    when = "" if time_left is None else _when(time_left)
    if grade == "information":
        return f"{start}Unconfirmed launch: {count}, possible impact{where}{when}"
    return f"{start}Missile attack warning ({assessment.level}): {count}, predicted impact{where}{when}"


def _when(time_left_s: float) -> str:
    return f" in {left(time_left_s)}" if time_left_s >= 0.0 else f", predicted time passed {left(time_left_s)}"


def _by_threat(threats: Iterable[AssetThreat]) -> list[AssetThreat]:
    """Return those with a probability that is told, the nearest in time first."""
    return sorted((a for a in threats if a.probability >= LISTED), key=lambda a: (a.time_left_s, a.id))


def description(
    assessment: Assessment, grade: str, names: dict[str, str], released_by: tuple[str, ...], now: int, note: str = ""
) -> str:
    """Return the whole text, a line a question: what, from, to, when, how sure, who saw, who could not, why."""
    lines = [_status_line(assessment.data_mode, grade, released_by)]
    if note:
        lines.append(note)
    lines += [_what(assessment, grade), _origin(assessment)]
    lines += _destination(assessment, names, now)
    lines.append(_when_line(assessment, grade, now))
    lines.append(f"HOW SURE: {LEVEL_WORDS[assessment.level]}. {_paths(assessment)}")
    lines += _evidence(assessment)
    lines.append(f"WHY: {assessment.reason}")
    return "\n".join(line for line in lines if line)


def _status_line(data_mode: str, grade: str, released_by: tuple[str, ...]) -> str:
    mode = {
        "real": "Real data.",
        "exercise": "EXERCISE. This is not a real attack.",
        "test": "TEST. This is not a real attack.",
        "simulated": "SIMULATED. Nothing of this is real.",
    }[data_mode]
    if released_by:
        word = "Cancelled" if grade == "cancellation" else "Released"
        return f"{mode} {word} by {' and '.join(released_by)}."
    return f"{mode} Draft: no person has released this message."


def _what(assessment: Assessment, grade: str) -> str:
    count = counted(assessment.objects.low, assessment.objects.best, assessment.objects.high)
    kinds = sorted(_classes(assessment).items(), key=lambda item: (-item[1], item[0]))[:2]
    said = listed(f"{class_words(name)} {percent(p)}" for name, p in kinds if p >= 0.01)
    opening = {
        "information": f"Unconfirmed launch, {count}",
        "warning": f"Missile attack warning, {count}",
        "closing": f"End of the warning of event {assessment.event}, {count}",
        "cancellation": f"Cancellation of the warning of event {assessment.event}",
    }[grade]
    return f"WHAT: {opening}" + (f"; most likely {said}." if said else ".")


def _classes(assessment: Assessment) -> dict[str, float]:
    """Return the class probabilities of the lead object, else of the first that has some."""
    return assessment.classes or next((m.classes for m in members(assessment) if m.classes), {})


def _origin(assessment: Assessment) -> str:
    launches = [m.launch for m in members(assessment) if m.launch is not None]
    if not launches:
        return "FROM: launch place not known."
    lines = []
    for point in launches[:6]:
        half = ellipse_of(point, 0.5)
        within = f" (50 % within {half.semi_major_km:.0f} km)" if half else ""
        where = describe(point.lat_deg * DEG, point.lon_deg * DEG)
        lines.append(f"  {where}, {place(point.lat_deg, point.lon_deg)}, at {utc(point.time_utc)}{within}")
    if len(launches) > 6:
        lines.append(f"  and {len(launches) - 6} more")
    return "\n".join(["FROM (estimated launch):", *lines])


def _destination(assessment: Assessment, names: dict[str, str], now: int) -> list[str]:
    lines = []
    passed = (now - tai_from_iso(assessment.time_utc)) / NS
    threats = _by_threat(assessment.assets)
    for threat in threats[:12]:
        seconds = threat.time_left_s - passed
        at = utc(iso_from_tai(now + int(seconds * NS), UTC_DIGITS))
        ahead = f"{left(seconds)} left" if seconds >= 0 else left(seconds)
        lines.append(f"  {names.get(threat.id, threat.id)}: {percent(threat.probability)}, at {at}, {ahead}")
    if len(threats) > 12:
        lines.append(f"  and {len(threats) - 12} more")
    first = "TO (predicted, not observed): probability of a fall on" if lines else "TO: no listed place."
    impacts = [(m.track, m.impact) for m in members(assessment) if m.impact is not None]
    points = [f"  {track}: {_impact(point)}" for track, point in impacts[:12]]
    if len(impacts) > 12:
        points.append(f"  and {len(impacts) - 12} more")
    return [first, *lines, *(["PREDICTED IMPACT POINTS:", *points] if points else [])]


def _impact(point: GroundPoint) -> str:
    ellipse = ellipse_of(point, 0.9)
    where = f"{place(point.lat_deg, point.lon_deg)} at {utc(point.time_utc)}"
    if ellipse is None:
        return where
    return (
        f"{where}, 90 % within {ellipse.semi_major_km:.0f} x {ellipse.semi_minor_km:.0f} km"
        f" (half axes, bearing {ellipse.bearing_deg % 180.0:.0f} deg)"
    )


def _when_line(assessment: Assessment, grade: str, now: int) -> str:
    impacts = sorted(m.impact.time_utc for m in members(assessment) if m.impact is not None)
    if not impacts:
        return "WHEN: no impact time predicted."
    seconds = (tai_from_iso(impacts[0]) - now) / NS
    first = f"first predicted impact {utc(impacts[0])}"
    ahead = f" ({left(seconds)} left)" if seconds >= 0 else f" ({left(seconds)})"
    last = f", last {utc(impacts[-1])}" if len(impacts) > 1 else ""
    tail = ". No observation of an impact is part of this message" if grade == "closing" else ""
    return f"WHEN: {first}{ahead}{last}{tail}."


def _paths(assessment: Assessment) -> str:
    n = independent_paths(assessment.paths)
    if n == 0:
        return "No independent path."
    kinds = []
    for kind in phenomenologies(assessment.paths):
        sites = [path.split("/")[1] for path in assessment.paths if path.startswith(f"{kind}/")]
        kinds.append(f"{kind} ({listed(sorted(set(sites)))})")
    return f"{n} independent path{'' if n == 1 else 's'}: {', '.join(kinds)}."


def _evidence(assessment: Assessment) -> list[str]:
    lines = []
    for status, words in STATUS_WORDS.items():
        sensors = sorted(e.sensor for e in assessment.evidence if e.status == status)
        if sensors:
            lines.append(f"{words}: {listed(sensors, 20)}.")
    return lines

"""An assessment and a decision -> a whole warning message."""

from tocsin.core.constants import NS
from tocsin.core.records.network import Asset
from tocsin.core.records.outputs import Assessment, GroundPoint
from tocsin.core.records.warnings import WarningArea, WarningGrade, WarningKind, WarningMessage, WarningReference
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.dissemination import words
from tocsin.dissemination.areas import asset_area, impact_area
from tocsin.dissemination.policy import Settings

LISTED_CAUSES = 64
LEAST_VALID_S = 300.0


def message(
    assessment: Assessment,
    *,
    number: int,
    kind: WarningKind,
    grade: WarningGrade,
    now: int,
    assets: dict[str, Asset],
    settings: Settings,
    references: tuple[WarningReference, ...] = (),
    released: bool = False,
    released_by: tuple[str, ...] = (),
    note: str = "",
) -> WarningMessage:
    """Return the message; times are of data time, words are of `now` (TAI ns)."""
    names = {asset.id: asset.name or asset.id for asset in assets.values()}
    over = grade in ("closing", "cancellation")
    onset, last = _impact_span(assessment)
    time_left = None if over else words.seconds_left(assessment, now)
    return WarningMessage(
        id=f"{assessment.event}-{number:03d}",
        event=assessment.event,
        number=number,
        sent_utc=iso_from_tai(now),
        data_mode=assessment.data_mode,
        kind=kind,
        grade=grade,
        level=assessment.level,
        released=released,
        released_by=released_by,
        headline=words.headline(assessment, grade, names, released, now),
        description=words.description(assessment, grade, names, released_by, now, note),
        instruction=words.INSTRUCTIONS[grade],
        onset_utc=None if over or onset is None else iso_from_tai(onset),
        expires_utc=iso_from_tai(_expires(last, now, over, settings)),
        time_left_s=time_left,
        areas=_areas(assessment, assets, names, settings),
        parameters=_parameters(assessment),
        references=references,
        assessment=assessment.id,
        causes=assessment.causes,
    )


def _impact_span(assessment: Assessment) -> tuple[int | None, int | None]:
    times = [tai_from_iso(m.impact.time_utc) for m in words.members(assessment) if m.impact is not None]
    return (min(times), max(times)) if times else (None, None)


def _expires(last: int | None, now: int, over: bool, settings: Settings) -> int:
    hold = int(settings.expires_after_s * NS)
    if over or last is None:
        return now + hold
    return max(last + hold, now + int(LEAST_VALID_S * NS))


def _areas(
    assessment: Assessment, assets: dict[str, Asset], names: dict[str, str], settings: Settings
) -> tuple[WarningArea, ...]:
    areas = []
    for threat in assessment.assets:
        asset = assets.get(threat.id)
        if asset is not None and threat.probability >= settings.listed_probability:
            areas.append(asset_area(asset, f"Protected place: {names[threat.id]}"))
    for member in words.members(assessment):
        if member.impact is not None:
            area = impact_area(member.impact, 0.9, f"Predicted impact of {member.track}: holds it with 90 %")
            if area is not None:
                areas.append(area)
    return tuple(areas) or (WarningArea("Place not known: no impact is predicted well enough to draw"),)


def _parameters(assessment: Assessment) -> tuple[tuple[str, str], ...]:
    out = [
        ("event", assessment.event),
        ("assessment", assessment.id),
        ("level", assessment.level),
        ("objects_low", str(assessment.objects.low)),
        ("objects_best", str(assessment.objects.best)),
        ("objects_high", str(assessment.objects.high)),
    ]
    out += [
        ("asset_probability", f"{t.id} {t.probability:.4f} {t.time_left_s:.0f}")
        for t in assessment.assets
        if t.probability >= words.LISTED
    ]
    out += [("class_probability", f"{name} {p:.4f}") for name, p in sorted(assessment.classes.items()) if p >= 0.001]
    for member in words.members(assessment):
        if member.launch is not None:
            out += _point(f"launch {member.track}", member.launch)
        if member.impact is not None:
            out += _point(f"impact {member.track}", member.impact)
    out += [("path", path) for path in assessment.paths]
    out += [("evidence", f"{e.sensor} {e.status} {e.until_utc}") for e in assessment.evidence]
    out += [("cause", cause) for cause in assessment.causes[:LISTED_CAUSES]]
    out.append(("causes", str(len(assessment.causes))))
    return tuple(out)


def _point(name: str, point: GroundPoint) -> list[tuple[str, str]]:
    head = f"{point.lat_deg:.4f},{point.lon_deg:.4f} {point.time_utc} {point.time_sigma_s:.1f}"
    return [(name, head)] + [
        (f"{name} ellipse", f"{e.probability:.2f} {e.semi_major_km:.2f} {e.semi_minor_km:.2f} {e.bearing_deg:.1f}")
        for e in point.ellipses
    ]

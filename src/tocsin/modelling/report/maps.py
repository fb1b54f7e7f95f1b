"""The maps: the world with what the sensors cover, and the part of it where something flew, both as inline SVG."""

from tocsin.core.constants import DEG
from tocsin.core.records.network import Asset
from tocsin.core.records.outputs import GroundPoint
from tocsin.core.time import tai_from_iso
from tocsin.modelling.report import geo
from tocsin.modelling.report.gather import LEVEL_ORDER, EventStory, ObjectStory, ReportData
from tocsin.modelling.report.geo import Place, Projection
from tocsin.modelling.report.labels import Labels
from tocsin.modelling.report.land import graticule, land_path
from tocsin.modelling.report.text import (
    CLASS_COLOURS,
    class_name,
    clock,
    esc,
    family,
    kilometres,
    per_cent,
    place,
    since,
)

COVERAGE_HEIGHT_M = 500e3
ELLIPSE_SHARES = (0.99, 0.9, 0.5)
LARGEST_KM = 1000.0
"""A 90 % ellipse with a larger half axis names no place: it stands in the time line and is not drawn."""
KM_A_DEGREE = 111.2
NEAR_PX = 60.0
"""Launch points of one event closer than this share a name."""
DRAWN_ALONE = 400
"""So many tracks outside events have a line of their own to point at; the rest of a class is one shape."""


def world_map(data: ReportData) -> str:
    """Return the map of the world."""
    projection = geo.world_projection(_centre(data), 1200.0)
    layers = [
        _frame(projection, 30),
        _coverage(data, projection),
        _other_tracks(data, projection),
        _event_tracks(data, projection),
        _ground_points(data, projection, None, named=False),
        _assets(data, projection, None),
        _sensors(data, projection, Labels(*projection.size), satellites=True),
    ]
    return _svg(
        projection, layers, "World map of sensor coverage, tracks, launch points and predicted impacts", "world"
    )


def part_maps(data: ReportData) -> list[tuple[str, str]]:
    """Return (map, caption) of where something flew, and of where it was to fall; empty without events."""
    flown, aimed = _theatre_places(data)
    if not flown:
        return []
    caption = (
        "Where something flew: tracks, estimated launches, predicted impacts as last known, and when first probable."
    )
    whole = geo.part_projection(flown, 1200.0, 620.0)
    target = geo.part_projection(aimed, 1200.0, 620.0) if aimed else whole
    if target.height_deg > 0.7 * whole.height_deg:
        return [(_part_map(data, whole, named=True), caption)]
    near = "Where it was to fall: predicted impacts as last known, and when first probable, and the protected places."
    return [(_part_map(data, whole, named=False), caption), (_part_map(data, target, named=True), near)]


def _part_map(data: ReportData, projection: Projection, named: bool) -> str:
    labels = Labels(*projection.size)
    step = next((s for s in (1, 2, 5, 10, 20, 30) if projection.height_deg / s <= 8.0), 30)
    layers = [
        _frame(projection, step),
        _coverage(data, projection, faint=True),
        _other_tracks(data, projection),
        _event_tracks(data, projection),
        _ground_points(data, projection, labels, named),
        _assets(data, projection, labels if named else None),
        _sensors(data, projection, labels, satellites=False),
    ]
    return _svg(projection, layers, "Map of launches, tracks and predicted impacts of the events", "part")


def legend(data: ReportData) -> str:
    """Return what the marks mean."""
    shown = {family(o.said) for o in data.objects if len(o.positions)}
    items = [
        f'<span><svg width="26" height="10"><path d="M1 5H25" stroke="{CLASS_COLOURS[f]}" stroke-width="3"/></svg>'
        f"{esc(class_name(f))}</span>"
        for f in CLASS_COLOURS
        if f in shown
    ]
    items += [
        '<span><svg width="16" height="14"><path class="launch" d="M8 2L14 12H2Z"/></svg>'
        "estimated launch, in the colour of its class</span>",
        '<span><svg width="30" height="14"><ellipse class="e90" cx="15" cy="7" rx="13" ry="6"/>'
        '<ellipse class="e50" cx="15" cy="7" rx="6" ry="3"/></svg>predicted impact, 50 / 90 / 99 %</span>',
        '<span><svg width="30" height="14"><ellipse class="first" cx="15" cy="7" rx="13" ry="6"/></svg>'
        f"90 % when first probable and under {LARGEST_KM:,.0f} km</span>",
        '<span><svg width="16" height="14"><rect class="asset" x="3" y="2" width="10" height="10"/></svg>'
        "protected place</span>",
        '<span><svg width="22" height="14"><rect class="fan" x="1" y="1" width="20" height="12"/></svg>'
        f"radar, at {COVERAGE_HEIGHT_M / 1e3:.0f} km height</span>",
        '<span><svg width="22" height="14"><rect class="view" x="1" y="1" width="20" height="12"/></svg>'
        "infrared satellite, view of the ground at mid time</span>",
    ]
    return f'<p class="legend">{"".join(items)}</p>'


def _centre(data: ReportData) -> float:
    lons = [a.longitude_deg for a in data.assets.asset if a.longitude_deg is not None] if data.assets else []
    lons += [r.longitude_deg for r in data.network.radar] if data.network else []
    for story in data.events:
        lons += [m.impact.lon_deg for m in story.members.values() if m.impact is not None]
    return 10.0 * round(geo.mean_longitude(lons) / 10.0)


def _theatre_places(data: ReportData) -> tuple[list[Place], list[Place]]:
    """Return all places of the gravest events, and of these the ones where something was to fall."""
    ranks = [LEVEL_ORDER.index(e.highest) for e in data.events]
    least = min(max(ranks, default=0), LEVEL_ORDER.index("probable"))
    wanted = [e for e, rank in zip(data.events, ranks, strict=True) if rank >= least]
    flown: list[Place] = []
    aimed: list[Place] = []
    for story in wanted:
        for member in story.members.values():
            if member.launch is not None:
                flown.append((member.launch.lat_deg, member.launch.lon_deg))
            if member.impact is not None and _is_place(member.impact):
                aimed.append((member.impact.lat_deg, member.impact.lon_deg))
    tracks = {track for story in wanted for a in story.assessments for track in a.tracks}
    for told in data.objects:
        if told.track in tracks and len(told.positions):
            flown += geo.ground_track(told.positions)
    if data.assets is not None and wanted:
        threatened = {t.id for story in wanted for a in story.assessments for t in a.assets if t.probability >= 0.1}
        aimed += [p for a in data.assets.asset if a.id in threatened for p in _corners(a)]
    return flown + aimed, aimed


def _is_place(point: GroundPoint) -> bool:
    """Return whether a predicted point is known well enough to be drawn."""
    return any(abs(e.probability - 0.9) < 1e-6 and 0.0 < e.semi_major_km <= LARGEST_KM for e in point.ellipses)


def _corners(asset: Asset) -> list[Place]:
    if asset.polygon is not None:
        return [(lat, lon) for lat, lon in asset.polygon]
    if asset.latitude_deg is None or asset.longitude_deg is None:
        return []
    return [(asset.latitude_deg, asset.longitude_deg)]


def _svg(projection: Projection, layers: list[str], title: str, css: str) -> str:
    width, height = projection.size
    return (
        f'<svg class="map {css}" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{esc(title)}">'
        f"<title>{esc(title)}</title>{''.join(layers)}</svg>"
    )


def _frame(projection: Projection, step_deg: int) -> str:
    """Return sea, land, and the graticule with its figures."""
    width, height = projection.size
    return (
        f'<rect class="sea" width="{width:.1f}" height="{height:.1f}"/><path class="land" d="{land_path(projection)}"/>'
        f"{graticule(projection, step_deg)}"
    )


def _coverage(data: ReportData, projection: Projection, faint: bool = False) -> str:
    parts = []
    middle = (data.start + data.end) // 2
    for sensor in data.sensors:
        if sensor.kind == "radar":
            d = "".join(projection.ring_path(ring) for ring in geo.radar_fans(sensor, COVERAGE_HEIGHT_M))
            parts.append(f'<path class="fan" d="{d}"><title>{esc(sensor.id)}</title></path>')
        elif sensor.position is None and not faint:
            view = geo.satellite_view(sensor, middle)
            if view is not None:
                d = projection.line_path([*view[1], view[1][0]])
                parts.append(f'<path class="view" d="{d}"><title>{esc(sensor.id)}</title></path>')
    return f'<g class="coverage{" faint" if faint else ""}">{"".join(parts)}</g>'


def _sensors(data: ReportData, projection: Projection, labels: Labels, satellites: bool) -> str:
    parts = []
    middle = (data.start + data.end) // 2
    for sensor in data.sensors:
        if sensor.position is not None:
            lat, lon = sensor.latitude / DEG, sensor.longitude / DEG
            shape = "M-5 4H5L0 -6Z"
        else:
            view = geo.satellite_view(sensor, middle) if satellites else None
            if view is None:
                continue
            (lat, lon), shape = view[0], "M-5 0L0 -5L5 0L0 5Z"
        if not projection.inside(lat, lon):
            continue
        x, y = projection.xy(lat, lon)
        named = sensor.position is None or not satellites
        name = labels.at(x, y, sensor.id) if named else ""
        parts.append(
            f'<g transform="translate({x:.1f} {y:.1f})">'
            f'<path class="sensor" d="{shape}"><title>{esc(sensor.id)}</title></path>'
            f"</g>{name}"
        )
    return "".join(parts)


def _other_tracks(data: ReportData, projection: Projection) -> str:
    """Return the tracks of no event: a line each while there are few, else a shape a class."""
    others = [o for o in data.objects if not o.event and len(o.positions) > 1]
    by_family: dict[str, list[ObjectStory]] = {}
    for story in others:
        by_family.setdefault(family(story.said), []).append(story)
    parts = []
    for name in CLASS_COLOURS:
        stories = by_family.get(name, [])
        lines = [(s, projection.line_path(geo.ground_track(s.positions))) for s in stories]
        if len(stories) <= DRAWN_ALONE:
            drawn = "".join(f'<path d="{d}"><title>{_track_title(s, data)}</title></path>' for s, d in lines)
        else:
            drawn = f'<path d="{"".join(d for _, d in lines)}"/>'
        parts.append(f'<g class="other" stroke="{CLASS_COLOURS[name]}">{drawn}</g>')
    return "".join(parts)


def _track_title(story: ObjectStory, data: ReportData) -> str:
    times = f"{clock(since(story.first, data.start))} to {clock(since(story.last, data.start))}"
    return (
        f"{esc(story.track)}: {esc(class_name(story.said))} {per_cent(story.probability)}, {times}, {story.looks} looks"
    )


def _event_tracks(data: ReportData, projection: Projection) -> str:
    parts = []
    for story in data.objects:
        if story.event and len(story.positions) > 1:
            d = projection.line_path(geo.ground_track(story.positions))
            title = f"<title>{_track_title(story, data)}</title>"
            colour = CLASS_COLOURS[family(story.said)]
            parts.append(f'<path class="halo" d="{d}"/><path class="track" stroke="{colour}" d="{d}">{title}</path>')
    return f"<g>{''.join(parts)}</g>"


def _ground_points(data: ReportData, projection: Projection, labels: Labels | None, named: bool) -> str:
    """Return the launch points of all events, and the impact ellipses of those that threaten.

    `named`: impacts and launches have the names of their tracks, else launches that of their event.
    """
    rings, marks = [], []
    names: list[tuple[float, float, str]] = []
    starts: list[tuple[float, float, str]] = []
    said = {o.track: o.said for o in data.objects}
    for story in data.events:
        if story.joined:
            continue
        first = _first_probable(story)
        threat = LEVEL_ORDER.index(story.highest) >= LEVEL_ORDER.index("possible")
        for track, member in story.members.items():
            if member.impact is not None and threat and _is_place(member.impact):
                rings.append(_ellipses(member.impact, projection, track, (first[track][0] if track in first else None)))
                if named and labels is not None:
                    names += _first_name(track, first, data, projection)
                    marks.append(_impact_mark(member.impact, projection, track, labels))
            if member.launch is not None and projection.inside(member.launch.lat_deg, member.launch.lon_deg):
                x, y = projection.xy(member.launch.lat_deg, member.launch.lon_deg)
                title = f"launch of {esc(track)}, {place(member.launch.lat_deg, member.launch.lon_deg)}"
                colour = CLASS_COLOURS[family(said.get(track, ""))]
                starts.append((x, y, track if named else story.id))
                marks.append(
                    f'<path class="launch" style="stroke:{colour}" transform="translate({x:.1f} {y:.1f})"'
                    ' d="M0 -6L6 5H-6Z">'
                    f"<title>{title}</title></path>"
                )
    if labels is not None:
        marks += _start_names(starts, labels)
        marks += [labels.at(x, y, words) for x, y, words in names]
    return f"<g>{''.join(rings)}{''.join(marks)}</g>"


def _start_names(starts: list[tuple[float, float, str]], labels: Labels) -> list[str]:
    """Return the names of launch points; one for all that have the same name and stand close together."""
    for x, y, _ in starts:
        labels.keep_free(x, y)
    done: list[tuple[float, float, str]] = []
    names = []
    for x, y, name in starts:
        if not any(name == n and abs(x - a) + abs(y - b) < NEAR_PX for a, b, n in done):
            names.append(labels.at(x, y, name, "name hit"))
            done.append((x, y, name))
    return names


def _first_name(
    track: str, first: dict[str, tuple[GroundPoint, int]], data: ReportData, projection: Projection
) -> list[tuple[float, float, str]]:
    """Return where the ellipse of `_first_probable` is named and how; empty where it is small or off the map."""
    if track not in first:
        return []
    point, time = first[track]
    e = next(e for e in point.ellipses if abs(e.probability - 0.9) < 1e-6)
    ring = geo.ellipse(point.lat_deg, point.lon_deg, e.semi_major_km, e.semi_minor_km, e.bearing_deg)
    lat, lon = max(ring)
    if e.semi_major_km / KM_A_DEGREE * projection.scale < NEAR_PX / 2.0 or not projection.inside(lat, lon):
        return []
    return [(*projection.xy(lat, lon), f"{track} at {clock(since(time, data.start))}")]


def _first_probable(story: EventStory) -> dict[str, tuple[GroundPoint, int]]:
    """Return each object's first impact at `probable` or above that is known well enough to be drawn; its TAI ns."""
    found: dict[str, tuple[GroundPoint, int]] = {}
    for a in story.assessments:
        if a.level not in ("probable", "confirmed"):
            continue
        lead = [(a.tracks[0], a.impact)] if a.tracks else []
        for track, impact in [*((m.track, m.impact) for m in a.members), *lead]:
            if impact is not None and _is_place(impact):
                found.setdefault(track, (impact, tai_from_iso(a.time_utc)))
    return found


def _ellipses(point: GroundPoint, projection: Projection, track: str, first: GroundPoint | None) -> str:
    parts = []
    if first is not None:
        parts += [_ring(first, e.probability, projection, "first") for e in first.ellipses if e.probability == 0.9]
    for share in ELLIPSE_SHARES:
        parts.append(_ring(point, share, projection, f"e{100 * share:.0f}"))
    size = next((e for e in point.ellipses if e.probability == 0.9), None)
    words = f", 90 % within {kilometres(size.semi_major_km)}" if size else ""
    return f"<g><title>predicted impact of {esc(track)}{words}</title>{''.join(parts)}</g>"


def _ring(point: GroundPoint, share: float, projection: Projection, css: str) -> str:
    for e in point.ellipses:
        if abs(e.probability - share) < 1e-6 and 0.0 < e.semi_major_km <= 3.0 * LARGEST_KM:
            ring = geo.ellipse(point.lat_deg, point.lon_deg, e.semi_major_km, e.semi_minor_km, e.bearing_deg)
            return f'<path class="{css}" d="{projection.ring_path(ring)}"/>'
    return ""


def _impact_mark(point: GroundPoint, projection: Projection, track: str, labels: Labels) -> str:
    if not projection.inside(point.lat_deg, point.lon_deg):
        return ""
    x, y = projection.xy(point.lat_deg, point.lon_deg)
    labels.keep_free(x, y)
    cross = f'<path class="cross" transform="translate({x:.1f} {y:.1f})" d="M-4 -4L4 4M-4 4L4 -4"/>'
    return cross + labels.at(x, y, track, "name hit")


def _assets(data: ReportData, projection: Projection, labels: Labels | None) -> str:
    if data.assets is None:
        return ""
    parts = []
    for asset in data.assets.asset:
        corners = _corners(asset)
        if not corners:
            continue
        lat, lon = corners[0]
        if asset.polygon is not None:
            lons = geo.mean_longitude([c[1] for c in corners])
            ring = [(la, lons + (lo - lons + 180.0) % 360.0 - 180.0) for la, lo in corners]
            parts.append(
                f'<path class="territory" d="{projection.ring_path(ring)}"><title>{esc(asset.id)}</title></path>'
            )
            lat = max(la for la, _ in corners)
        elif asset.radius_km:
            ring = geo.circle(lat, lon, asset.radius_km * 1e3, 36)
            parts.append(f'<path class="reach" d="{projection.ring_path(ring)}"/>')
        if not projection.inside(lat, lon):
            continue
        x, y = projection.xy(lat, lon)
        mark = "" if asset.polygon is not None else '<rect class="asset" x="-3.5" y="-3.5" width="7" height="7"/>'
        text = labels.at(x, y, asset.name or asset.id) if labels is not None else ""
        title = f"<title>{esc(asset.name or asset.id)}</title>"
        parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{title}{mark}</g>{text}')
    return f"<g>{''.join(parts)}</g>"

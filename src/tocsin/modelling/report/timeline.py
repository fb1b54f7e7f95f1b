"""One event along time: its level, how well its impacts were known, and the three-valued word of every sensor."""

import math

from tocsin.core.constants import NS
from tocsin.core.time import tai_from_iso
from tocsin.modelling.report.gather import LEVEL_ORDER, EventStory, ReportData
from tocsin.modelling.report.labels import Labels
from tocsin.modelling.report.text import LEVEL_COLOURS, clock, esc, hms, kilometres, since

WIDTH, LEFT, RIGHT = 1200.0, 196.0, 16.0
LEVEL_STEP, SENSOR_STEP = 19.0, 18.0
LARGEST_SHOWN_KM = 10_000.0
"""An ellipse as large as a quarter of the Earth is no knowledge."""
BAR_WORDS = {
    "seen": "seen",
    "seen_before": "seen earlier, no word since",
    "not_seen": "looked and not seen",
    "could_not_see": "could not see",
}
WORD_HOLDS = 30 * NS
"""A sight is drawn as such for so long after it; then it is an earlier one."""
LONGEST_LINK = 90 * NS
"""Sizes of one object's ellipse further apart are not joined by a line."""
TICKS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


class Axis:
    """Time across the page."""

    def __init__(self, first: int, last: int) -> None:
        pad = max((last - first) // 40, 5 * NS)
        self.first, self.last = first - pad, last + pad

    def x(self, tai_ns: int) -> float:
        """Return px from the left."""
        share = (min(max(tai_ns, self.first), self.last) - self.first) / (self.last - self.first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def event_timeline(story: EventStory, data: ReportData) -> str:
    """Return the time line of an event as inline SVG."""
    times = [tai_from_iso(a.time_utc) for a in story.assessments]
    axis = Axis(times[0], max([*times, *_impact_times(story)]))
    y = 24.0
    parts = [_levels(story, times, axis, y)]
    bottom = y + len(LEVEL_ORDER) * LEVEL_STEP
    y = bottom + 28.0
    parts.append(_warnings(story, axis, bottom + 3.0))
    sizes = _sizes(story, times, axis, y, 84.0)
    if sizes:
        parts.append(sizes)
        y += 84.0 + 14.0
    bars, height = _sensor_bars(story, times, axis, y)
    parts.append(bars)
    y += height + 4.0
    marks, ticks = _time_axis(axis, data.start, y)
    grid = f'<path class="grid" d="{"".join(f"M{x:.1f} 24V{y:.1f}" for x in ticks)}"/>'
    title = f"Time line of event {story.id}"
    return (
        f'<svg class="timeline" data-first="{since(axis.first, data.start):.3f}" '
        f'data-last="{since(axis.last, data.start):.3f}" data-left="{LEFT}" '
        f'data-right="{WIDTH - RIGHT}" viewBox="0 0 {WIDTH:.0f} {y + 34.0:.0f}" role="img" '
        f'aria-label="{esc(title)}"><title>{esc(title)}</title>{grid}{"".join(parts)}'
        f"{_impacts(story, axis, data, y)}{marks}"
        f'<line class="cursor" y1="4" y2="{y:.1f}" x1="-9" x2="-9"/></svg>'
    )


def _impact_times(story: EventStory) -> list[int]:
    return sorted(tai_from_iso(m.impact.time_utc) for m in story.members.values() if m.impact is not None)


def _impacts(story: EventStory, axis: Axis, data: ReportData, bottom: float) -> str:
    times = _impact_times(story)
    parts = [
        f'<line class="impactline" x1="{axis.x(t):.1f}" x2="{axis.x(t):.1f}" y1="20" y2="{bottom:.1f}">'
        f"<title>predicted impact {clock(since(t, data.start))}, {hms(t)} UTC</title></line>"
        for t in times
    ]
    if times:
        more = f" (dashed: all {len(times)})" if len(times) > 1 else ""
        x = axis.x(times[0])
        side = "end" if x > LEFT + 140.0 else "start"
        parts.append(
            f'<text class="note" text-anchor="{side}" x="{x + (3 if side == "end" else -3):.1f}" y="15">'
            f"first predicted impact {clock(since(times[0], data.start))}{more}</text>"
        )
    return "".join(parts)


def _levels(story: EventStory, times: list[int], axis: Axis, top: float) -> str:
    """Return the ladder: a block from each level down to the first, as long as it held."""
    parts = []
    height = len(LEVEL_ORDER) * LEVEL_STEP
    for i, name in enumerate(reversed(LEVEL_ORDER)):
        y = top + (i + 0.5) * LEVEL_STEP + 4.0
        parts.append(f'<text class="row" x="{LEFT - 10}" y="{y:.1f}" text-anchor="end">{name}</text>')
    for i, (start, level, reason) in enumerate(_steps(story, times)):
        steps = _steps(story, times)
        end = steps[i + 1][0] if i + 1 < len(steps) else axis.last
        rank = LEVEL_ORDER.index(level) + 1 if level in LEVEL_ORDER else 0
        y = top + height - rank * LEVEL_STEP
        tall = rank * LEVEL_STEP if rank else 4.0
        y = y if rank else top + height - 4.0
        x, wide = axis.x(start), max(axis.x(end) - axis.x(start), 1.5)
        parts.append(
            f'<g fill="{LEVEL_COLOURS[level]}"><title>{hms(start)} UTC {level}: {esc(reason)}</title>'
            f'<rect class="step" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"/>'
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="4"/></g>'
        )
        if rank == 0 and wide > 60.0:
            parts.append(f'<text class="note" x="{x + 4:.1f}" y="{top + height - 9:.1f}">{level}</text>')
    return "".join(parts)


def _steps(story: EventStory, times: list[int]) -> list[tuple[int, str, str]]:
    steps: list[tuple[int, str, str]] = []
    for time, a in zip(times, story.assessments, strict=True):
        if not steps or steps[-1][1] != a.level:
            steps.append((time, a.level, a.reason))
    return steps


def _warnings(story: EventStory, axis: Axis, y: float) -> str:
    parts = [f'<text class="row" x="{LEFT - 10}" y="{y + 9:.1f}" text-anchor="end">messages</text>']
    for line in story.warnings:
        x = axis.x(tai_from_iso(line["time_utc"]))
        kind = str(line["data"].get("warning_kind", "alert"))
        css = "cancel" if kind == "cancel" else "update" if kind == "update" else "alert"
        title = f"{line['data'].get('warning', '')} {kind}: {line['data'].get('headline', '')}"
        parts.append(f'<path class="message {css}" d="M{x:.1f} {y:.1f}l5 9h-10z"><title>{esc(title)}</title></path>')
    return "".join(parts)


def _sizes(story: EventStory, times: list[int], axis: Axis, top: float, height: float) -> str:
    """Return the larger half axis of each object's 90 % ellipse along time, logarithmic; empty without any."""
    series: dict[str, list[tuple[int, float]]] = {}
    for time, a in zip(times, story.assessments, strict=True):
        told = {m.track: m.impact for m in a.members}
        if a.tracks and a.impact is not None:
            told[a.tracks[0]] = a.impact
        for track, impact in told.items():
            ellipse = next((e for e in impact.ellipses if abs(e.probability - 0.9) < 1e-6), None) if impact else None
            if ellipse is not None and 0.0 < ellipse.semi_major_km < LARGEST_SHOWN_KM:
                series.setdefault(track, []).append((time, ellipse.semi_major_km))
    if not series:
        return ""
    values = [v for line in series.values() for _, v in line]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
    high = max(high, low + 1)

    def at(km: float) -> float:
        return top + height * (high - math.log10(km)) / (high - low)

    parts = [f'<text class="row" x="{LEFT - 74}" y="{top + 12:.1f}" text-anchor="end">impact known</text>']
    parts.append(f'<text class="row" x="{LEFT - 74}" y="{top + 26:.1f}" text-anchor="end">within (90 %)</text>')
    for power in range(low, high + 1):
        y = at(10.0**power)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_decade(power)} km</text>')
    labels = Labels(WIDTH - RIGHT, top + height + 10.0)
    for line in series.values():
        for t, v in line:
            labels.keep_free(axis.x(t), at(v), 3.0)
    for track, line in sorted(series.items()):
        before = [line[0][0], *(t for t, _ in line)]
        link = ["M" if i == 0 or t - before[i] > LONGEST_LINK else "L" for i, (t, _) in enumerate(line)]
        d = "".join(f"{s}{axis.x(t):.1f} {at(v):.1f}" for s, (t, v) in zip(link, line, strict=True))
        parts.append(labels.at(axis.x(line[-1][0]), at(line[-1][1]), track, "name"))
        dots = "".join(f'<circle cx="{axis.x(t):.1f}" cy="{at(v):.1f}" r="2"/>' for t, v in line[:200])
        title = f"{track}: from {kilometres(line[0][1])} to {kilometres(line[-1][1])}"
        parts.append(f'<g class="size"><title>{esc(title)}</title><path d="{d}"/>{dots}</g>')
    return "".join(parts)


def _decade(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _sensor_bars(story: EventStory, times: list[int], axis: Axis, top: float) -> tuple[str, float]:
    """Return the bars of all sensors (those that saw first come first) and their height."""
    runs: dict[str, list[tuple[int, int, str]]] = {}
    for i, (time, a) in enumerate(zip(times, story.assessments, strict=True)):
        end = times[i + 1] if i + 1 < len(times) else axis.last
        for e in a.evidence:
            row = runs.setdefault(e.sensor, [])
            held = min(max(tai_from_iso(e.until_utc) + WORD_HOLDS, time), end) if e.status == "seen" else end
            _extend(row, time, held, e.status)
            if held < end:
                _extend(row, held, end, "seen_before")

    def order(sensor: str) -> tuple[int, str]:
        return min((run[0] for run in runs[sensor] if run[2] == "seen"), default=axis.last), sensor

    parts = []
    y = top
    for sensor in sorted(runs, key=order):
        parts.append(f'<text class="row" x="{LEFT - 10}" y="{y + 11:.1f}" text-anchor="end">{esc(sensor)}</text>')
        for start, end, status in runs[sensor]:
            x, wide = axis.x(start), max(axis.x(end) - axis.x(start), 1.0)
            parts.append(
                f'<rect class="{status}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{SENSOR_STEP - 5:.1f}">'
                f"<title>{esc(sensor)}: {BAR_WORDS[status]}, {hms(start)} to {hms(end)} UTC</title></rect>"
            )
        y += SENSOR_STEP
    return "".join(parts), y - top


def _extend(row: list[tuple[int, int, str]], start: int, end: int, status: str) -> None:
    """Add a span to a sensor's row; it grows the last one where that has the same status."""
    if end <= start:
        return
    if row and row[-1][2] == status and row[-1][1] >= start:
        row[-1] = (row[-1][0], end, status)
    else:
        row.append((start, end, status))


def _time_axis(axis: Axis, start: int, y: float) -> tuple[str, list[float]]:
    span = (axis.last - axis.first) / NS
    step = next((s for s in TICKS_S if span / s <= 11.0), TICKS_S[-1])
    first = math.ceil(since(axis.first, start) / step) * step
    marks, xs = [f'<path class="axis" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'], []
    seconds = first
    while seconds <= since(axis.last, start):
        tai = start + int(seconds * NS)
        x = axis.x(tai)
        xs.append(x)
        marks.append(f'<text class="tick" x="{x:.1f}" y="{y + 14:.1f}" text-anchor="middle">{clock(seconds)}</text>')
        marks.append(f'<text class="tick utc" x="{x:.1f}" y="{y + 27:.1f}" text-anchor="middle">{hms(tai)}</text>')
        seconds += step
    marks.append(f'<text class="tick" x="{LEFT - 36}" y="{y + 14:.1f}" text-anchor="end">since start</text>')
    marks.append(f'<text class="tick utc" x="{LEFT - 36}" y="{y + 27:.1f}" text-anchor="end">UTC</text>')
    return "".join(marks), xs

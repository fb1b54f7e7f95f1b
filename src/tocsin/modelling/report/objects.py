"""The tables of every object: what it was said to be and why."""

import json
import math

from tocsin.core.constants import NS
from tocsin.core.records.outputs import GroundPoint
from tocsin.core.time import tai_from_iso
from tocsin.modelling.report.gather import ObjectStory, ReportData
from tocsin.modelling.report.maps import LARGEST_KM
from tocsin.modelling.report.text import (
    CLASS_COLOURS,
    class_name,
    clock,
    esc,
    family,
    kilometres,
    path_words,
    per_cent,
    place,
    since,
    table,
    typeset,
)

SHOWN_EVIDENCE = 5
NEVER_SAID = "never said: too little was seen"
NOTE = (
    "Class, probability and evidence are those of the moment at which the class was last said; launch and impact are as"
    " last known, 90 % within the larger half axis. &times; n: what was measured is n times likelier if the object was"
    " launched than if it was not; &divide; n: so much less likely; &times; 1: it tells classes of launches apart, or"
    " nothing yet. Speeds called inertial are relative to a frame that does not turn with the Earth."
)
LIST_BUDGET = 2_600_000
"""Characters for the list of all other objects: the page stays under 5 MB."""


def objects_tables(data: ReportData) -> str:
    """Return the table of the objects of events, what all others were by class, and the list of every other object."""
    of_events = [o for o in data.objects if o.event]
    others = [o for o in data.objects if not o.event]
    head = [
        "Track",
        "Event",
        "Said to be",
        "P",
        "Why it was said",
        "Launch",
        "Impact",
        "First",
        "Last",
        "Looks",
        "Paths",
    ]
    members = {(e.id, t): m for e in data.events for t, m in e.members.items()}
    rows = []
    for o in of_events:
        member = members.get((o.event, o.track))
        rows.append(
            [
                f"<b>{esc(o.track)}</b>",
                f'<a href="#{esc(o.event)}">{esc(o.event)}</a>',
                f'<i class="dot" style="background:{CLASS_COLOURS[family(o.said)]}"></i>{esc(class_name(o.said))}'
                + (f"<br><small>{esc(o.motion)}</small>" if o.motion else "")
                + (f"<br><small>said {clock(since(o.said_at, data.start))}</small>" if o.said_at else ""),
                per_cent(o.probability),
                _why(o),
                _where(member.launch, data) if member else "",
                _where(member.impact, data, vague=True) if member else "",
                clock(since(o.first, data.start)),
                clock(since(o.last, data.start)),
                str(o.looks),
                path_words(o.paths),
            ]
        )
    out = f"<h3>Objects of events</h3><p>{NOTE}</p>"
    out += table(head, rows, "objects", (3, 7, 8, 9)) if rows else "<p>None.</p>"
    if others:
        out += f"<h3>All other objects</h3>{_by_class(others)}{_list_of(others, data)}"
    return out


def _where(point: GroundPoint | None, data: ReportData, vague: bool = False) -> str:
    """Return place, time and size of a point; with `vague`, no place where its ellipse is too large to name one."""
    if point is None:
        return "&ndash;"
    ellipse = next((e for e in point.ellipses if abs(e.probability - 0.9) < 1e-6), None)
    within = f"<br><small>90 % in {kilometres(ellipse.semi_major_km)}</small>" if ellipse else ""
    if vague and ellipse is not None and ellipse.semi_major_km > LARGEST_KM:
        return f"no place known{within}"
    when = clock(since(tai_from_iso(point.time_utc), data.start))
    return f"{place(point.lat_deg, point.lon_deg)}<br><small>{when}</small>{within}"


def _why(o: ObjectStory) -> str:
    pieces = []
    # what glides is told first: its impact is not that of a fall
    shown = sorted(o.evidence, key=lambda p: not str(p.get("name", "")).startswith("glides"))
    for piece in shown[:SHOWN_EVIDENCE]:
        name = str(piece.get("name", "")).replace("_", " ")
        value = esc(typeset(_value(piece.get("value"))))
        pieces.append(f"<li><div>{esc(name)}: <b>{value}</b></div><span>{_ratio(piece.get('ratio'))}</span></li>")
    more = len(o.evidence) - SHOWN_EVIDENCE
    if more > 0:
        pieces.append(f"<li>and {more} more in events.jsonl</li>")
    return f'<ul class="why">{"".join(pieces)}</ul>' if pieces else "&ndash;"


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)[:60]


def _ratio(value: object) -> str:
    if not isinstance(value, int | float) or value <= 0.0 or not math.isfinite(value):
        return ""
    return f"&times; {value:.3g}" if value >= 1.0 else f"&divide; {1.0 / value:.3g}"


def _said(o: ObjectStory) -> str:
    return o.said if o.said_at else NEVER_SAID


def _by_class(objects: list[ObjectStory]) -> str:
    groups: dict[str, list[ObjectStory]] = {}
    for o in objects:
        groups.setdefault(_said(o), []).append(o)
    rows = []
    for name in sorted(groups, key=lambda n: (-len(groups[n]), n)):
        of = groups[name]
        spans = sorted((o.last - o.first) / NS for o in of)
        rows.append(
            [
                f'<i class="dot" style="background:{CLASS_COLOURS[family(name)]}"></i>{esc(class_name(name))}',
                f"{len(of):,}",
                f"{sum(o.looks for o in of):,}",
                f"{spans[len(spans) // 2]:.0f} s",
                path_words(p for o in of for p in o.paths),
            ]
        )
    return table(["Said to be", "Objects", "Looks", "Median time tracked", "Paths"], rows, "classes", (1, 2, 3))


def _list_of(objects: list[ObjectStory], data: ReportData) -> str:
    """Return the searchable list of objects, as data that the page's script shows in parts."""
    rows = [_row(o, data) for o in objects]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    note = ""
    if len(text) > LIST_BUDGET:
        rows = [[*row[:6], ""] for row in rows]
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        note = "The reasons of these objects are in events.jsonl: too many for this page."
    if len(text) > LIST_BUDGET:
        share = max(1, int(len(rows) * LIST_BUDGET / len(text)))
        note += f" The first {share:,} of {len(rows):,} are listed; all are in tracks.parquet."
        text = json.dumps(rows[:share], ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return (
        f'<div class="finder" id="finder"><label>Find a track or class <input type="search"></label>'
        f'<span class="found"></span><div class="scroll"><table class="objects"><thead><tr><th scope=col>Track</th>'
        f"<th scope=col>Said to be</th><th class=num scope=col>P</th><th class=num scope=col>First</th>"
        f"<th class=num scope=col>Last</th><th class=num scope=col>Looks</th>"
        f"<th scope=col>Why, or how it ended</th></tr></thead>"
        f"<tbody></tbody></table></div><button type=button>Show more</button><p>{esc(note.strip())}</p></div>"
        f'<script type="application/json" id="others">{safe}</script>'
    )


def _row(o: ObjectStory, data: ReportData) -> list[str | int]:
    why = "; ".join(
        f"{str(p.get('name', '')).replace('_', ' ')}: {typeset(_value(p.get('value')))} ({_ratio_text(p.get('ratio'))})"
        for p in o.evidence[:3]
    )
    probability = f"{o.probability:.2f}" if math.isfinite(o.probability) else ""
    first, last = clock(since(o.first, data.start)), clock(since(o.last, data.start))
    return [o.track, class_name(_said(o)), probability, first, last, o.looks, why or o.ended]


def _ratio_text(value: object) -> str:
    return _ratio(value).replace("&times;", "×").replace("&divide;", "÷")

"""The sections of the report in words and tables."""

import math
from collections import Counter

from tocsin.core.constants import NS
from tocsin.core.records.outputs import Assessment, ObjectCount
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.identification.classes import MISSILES
from tocsin.modelling.report.gather import EventStory, ReportData
from tocsin.modelling.report.text import (
    badge,
    brief_name,
    clock,
    esc,
    hms,
    kilometres,
    minutes,
    path_words,
    per_cent,
    since,
    table,
)  # fmt: skip
from tocsin.modelling.report.timeline import BAR_WORDS, event_timeline

MOST_LINES = 300
"""Assessments of one event that are listed; of more, those that change the level and an even choice of the others."""
TOLD = 0.5
"""A class of missile is named where it has so much probability."""


def headline_figures(data: ReportData) -> str:
    """Return the figures on top."""
    attack = [e for e in data.events if e.highest in ("probable", "confirmed") and not e.joined]
    best = sum(max((a.objects.best for a in e.assessments), default=0) for e in attack)
    joined = sum(1 for e in data.events if e.joined)
    figures = [
        (f"{len(attack)}", "attack warned of" if len(attack) == 1 else "attacks warned of"),
        (f"{best}", "objects in the attack (best count)" if len(attack) == 1 else "objects in them (best count)"),
        (_lead_time(attack), "from first <i>probable</i> to first impact"),
        (f"{len(data.events) - joined}", f"events; {joined} more joined one of them" if joined else "events opened"),
        (f"{len(data.objects):,}", "objects tracked"),
    ]
    if data.summary is not None:
        rows = data.summary.rows
        figures += [(f"{rows.given:,}", "rows in"), (f"{sum(rows.refused.values()):,}", "rows refused")]
    cards = "".join(f'<div class="card"><b>{value}</b><span>{words}</span></div>' for value, words in figures)
    return f'<div class="cards">{cards}</div>'


def _lead_time(events: list[EventStory]) -> str:
    leads = []
    for story in events:
        first, impacts = (
            story.first_time("probable"),
            [m.impact for m in story.members.values() if m.impact is not None],
        )
        if first is not None and impacts:
            leads.append((min(tai_from_iso(p.time_utc) for p in impacts) - first) / NS)
    return minutes(min(leads)) if leads else "&ndash;"


def events_table(data: ReportData) -> str:
    """Return the table of all events."""
    if not data.events:
        return "<p>No event was opened: nothing was launched at or near a protected place that a sensor saw.</p>"
    rows = []
    for story in data.events:
        if story.joined:
            rows.append(_joined_row(story, data))
            continue
        counts = max((a.objects for a in story.assessments), key=lambda o: (o.best, o.high))
        threat = story.first_time("possible") is not None
        impacts = sorted(m.impact.time_utc for m in story.members.values() if m.impact is not None)
        said = Counter(said_to_be(m.classes) for m in story.members.values() if m.classes)
        rows.append(
            [
                f'<a href="#{esc(story.id)}">{esc(story.id)}</a>',
                badge(story.highest),
                badge(story.last),
                _count(counts),
                "<br>".join(f"{n}&nbsp;&times; {esc(name)}" if n > 1 else esc(name) for name, n in said.most_common(4)),
                clock(since(tai_from_iso(story.assessments[0].time_utc), data.start)),
                *(_first(story, level, data) for level in ("possible", "probable", "confirmed")),
                clock(since(tai_from_iso(impacts[0]), data.start)) if impacts and threat else "&ndash;",
                esc(", ".join(_names(data, _threatened(story))) or "none"),
                path_words(_longest_paths(story)),
                str(len(story.warnings)),
            ]
        )
    head = ["Event", "Highest", "Last", "Objects", "Said to be", "First seen", "Possible", "Probable", "Confirmed",
            "First impact", "Threatened places", "Paths", "Messages"]  # fmt: skip
    return table(head, rows, "events", numeric=(5, 6, 7, 8, 9, 12))


def _joined_row(story: EventStory, data: ReportData) -> list[str]:
    opened = clock(since(tai_from_iso(story.assessments[0].time_utc), data.start))
    other = f'joined <a href="#{esc(story.joined)}">{esc(story.joined)}</a>'
    told = str(len(story.warnings)) if story.warnings else ""
    name = (
        f'<a href="#{esc(story.id)}">{esc(story.id)}</a>'
        if told
        else f'<span id="{esc(story.id)}">{esc(story.id)}</span>'
    )
    return [name, other, "", "", "counted there", opened, *[""] * 6, told]


def _count(counts: ObjectCount) -> str:
    if counts.low == counts.best == counts.high:
        return str(counts.best)
    return f"{counts.best} ({counts.low} to {counts.high})"


def _longest_paths(story: EventStory) -> tuple[str, ...]:
    return max((a.paths for a in story.assessments), key=len)


def _first(story: EventStory, level: str, data: ReportData) -> str:
    time = story.first_time(level)
    return clock(since(time, data.start)) if time is not None else "&ndash;"


def said_to_be(classes: dict[str, float]) -> str:
    """Return in few words what an object is, by its likeliest class: a missile of none where it has not half."""
    best = min(classes.items(), key=lambda item: (-item[1], item[0]))[0]
    missile = math.fsum(classes.get(name, 0.0) for name in MISSILES)
    if best in MISSILES and missile >= TOLD > classes[best]:
        return "missile, class not known"
    return brief_name(best)


def _threatened(story: EventStory) -> list[str]:
    return sorted({t.id for a in story.assessments for t in a.assets if t.probability >= 0.1})


def _names(data: ReportData, ids: list[str]) -> list[str]:
    known = {a.id: a.name or a.id for a in data.assets.asset} if data.assets else {}
    return [known.get(i, i) for i in ids]


def event_section(story: EventStory, data: ReportData) -> str:
    """Return one event: what was known when, who saw, what was said."""
    known = [f'<span><i class="swatch {status}"></i>{words}</span>' for status, words in BAR_WORDS.items()]
    return (
        f'<section class="event" id="{esc(story.id)}"><h3>Event {esc(story.id)} {badge(story.highest)}</h3>'
        f"<p>{_in_short(story, data)}</p>"
        f"{event_timeline(story, data)}"
        f'<p class="legend">{"".join(known)}<span><i class="tri"></i>message (point at it to read it)</span>'
        "<span>infrared satellites see burning engines only: after burnout they look and see nothing</span></p>"
        f"{_knowledge(story, data)}{_messages(story, data)}</section>"
    )


def _in_short(story: EventStory, data: ReportData) -> str:
    """Return an event in one or two sentences."""
    counts = max((a.objects for a in story.assessments), key=lambda o: (o.best, o.high))
    objects = f"{_count(counts)} object{'' if counts.best == 1 else 's'}"
    parts = [f"{objects}, first noticed {clock(since(tai_from_iso(story.assessments[0].time_utc), data.start))}"]
    impacts = [tai_from_iso(m.impact.time_utc) for m in story.members.values() if m.impact is not None]
    for level in ("possible", "probable", "confirmed"):
        time = story.first_time(level)
        if time is not None:
            ahead = f" ({minutes((min(impacts) - time) / NS)} before the first predicted impact)" if impacts else ""
            parts.append(f"{level} {clock(since(time, data.start))}{ahead if level == 'probable' else ''}")
    places = esc(", ".join(_names(data, _threatened(story))))
    end = f" Threatened: {places}." if places else " No protected place was threatened with 10 % or more."
    return f"{', '.join(parts)}.{end} Last word: {esc(story.assessments[-1].reason)}."


def _knowledge(story: EventStory, data: ReportData) -> str:
    """Return what was known when: the lines that changed the level, and all lines folded away."""
    changes = [a for i, a in enumerate(story.assessments) if i == 0 or a.level != story.assessments[i - 1].level]
    head = [
        "Time",
        "UTC",
        "Level",
        "Objects",
        "Likeliest place",
        "P(it falls there)",
        "Time left",
        "90 % within",
        "Paths",
        "Why",
        "Line",
    ]
    numeric = (0, 5, 6, 7)
    out = table(head, [_line(a, data) for a in changes], "known", numeric)
    rest = story.assessments
    if len(rest) > len(changes):
        if len(rest) > MOST_LINES:
            step = len(rest) / MOST_LINES
            keep = {int(i * step) for i in range(MOST_LINES)}
            rest = [a for i, a in enumerate(rest) if i in keep or a in changes]
        whole = len(story.assessments)
        told = f"{len(rest)} of {whole} assessments, evenly chosen" if len(rest) < whole else f"All {whole} assessments"
        lines = table(head, [_line(a, data) for a in rest], "known all", numeric)
        out += f"<details><summary>{told}</summary>{lines}</details>"
    return f"<h4>What was known when</h4>{out}"


def _line(a: Assessment, data: ReportData) -> list[str]:
    time = tai_from_iso(a.time_utc)
    top = max(a.assets, key=lambda t: (t.probability, t.id), default=None)
    ellipse = next((e for e in a.impact.ellipses if abs(e.probability - 0.9) < 1e-6), None) if a.impact else None
    return [
        f'<span data-t="{since(time, data.start):.1f}">{clock(since(time, data.start))}</span>',
        hms(time),
        badge(a.level),
        _count(a.objects),
        esc(_names(data, [top.id])[0]) if top else "&ndash;",
        per_cent(top.probability) if top else "",
        _left(top.time_left_s) if top else "",
        f"{kilometres(ellipse.semi_major_km)} &times; {kilometres(ellipse.semi_minor_km)}" if ellipse else "",
        path_words(a.paths),
        esc(a.reason),
        f"<code>{esc(a.id)}</code>",
    ]


def _left(seconds: float) -> str:
    if not math.isfinite(seconds):
        return ""
    return minutes(seconds) if seconds >= 0.0 else "passed"


def _messages(story: EventStory, data: ReportData) -> str:
    if not story.warnings:
        return "<p>No message was written about this event.</p>"
    rows = [
        [
            clock(since(tai_from_iso(line["time_utc"]), data.start)),
            f"<code>{esc(line['data'].get('warning', ''))}</code>",
            esc(line["data"].get("warning_kind", "")),
            "released" if line["data"].get("released") else "draft",
            esc(line["data"].get("headline", "")),
        ]
        for line in story.warnings
    ]
    head = ["Time", "Message", "Kind", "State", "Headline"]
    told = [
        (line["data"].get("warning_kind"), line["data"].get("grade"), line["data"].get("level"))
        for line in story.warnings
    ]
    turns = [row for i, row in enumerate(rows) if i == 0 or told[i] != told[i - 1]]
    shown = f"<h4>What was said</h4>{table(head, turns, 'messages', (0,))}"
    if len(rows) > len(turns):
        shown += (
            f"<details><summary>All {len(rows)} messages</summary>{table(head, rows, 'messages all', (0,))}</details>"
        )
    return shown


def refusals_table(data: ReportData) -> str:
    """Return the table of rows that were not used."""
    counts = data.refusals.counts
    if not counts:
        return "<p>Every row was used.</p>"
    rows = [
        [esc(reason), esc(action), f"{n:,}", esc(data.refusals.examples[reason, action])]
        for (reason, action), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return table(["Reason", "Action", "Rows", "For example"], rows, "refusals", (2,))


def remarks_table(data: ReportData) -> str:
    """Return the table of sensors lost and back, gaps and quarantine; empty when there was nothing."""
    if not data.remarks:
        return "<p>No sensor was lost, no look is missing.</p>"
    rows = [
        [clock(since(tai_from_iso(time), data.start)), esc(subject), esc(text)]
        for time, subject, text in data.remarks[:200]
    ]
    more = f"<p>and {len(data.remarks) - 200:,} more in events.jsonl</p>" if len(data.remarks) > 200 else ""
    return table(["Time", "Sensor", "What"], rows, "remarks", (0,)) + more


def provenance(data: ReportData) -> str:
    """Return digests, inputs and counts: what two equal runs share, and what this one took."""
    s = data.summary
    if s is None:
        return "<p>summary.json is not there: the run did not finish.</p>"
    digests = [["events", s.digests.events], ["state", s.digests.state], ["decisions", s.digests.decisions],
               ["configuration", s.config_sha256]]  # fmt: skip
    rows = [[name, f"<code>{esc(value)}</code>"] for name, value in digests]
    rows += [[esc(path), f"<code>{esc(value)}</code>"] for path, value in s.inputs.items()]
    counts = ", ".join(f"{esc(k).replace('_', ' ')} {v:,}" for k, v in s.counts.items())
    timing = ", ".join(f"{esc(k).replace('_', ' ')} {v:.1f}" for k, v in s.timing.items())
    kinds = ", ".join(f"{esc(k).replace('_', ' ')} {v:,}" for k, v in sorted(data.kinds.items()))
    return (
        table(["What", "SHA-256"], rows, "digests")
        + f"<p>Counts: {counts}.</p><p>Lines of events.jsonl by kind: {kinds}.</p>"
        + f"<p>Timing (differs from run to run): {timing}.</p>"
    )


def interval(data: ReportData) -> str:
    """Return when it was, in words."""
    span = (data.end - data.start) / NS
    return f"{iso_from_tai(data.start, 0)} to {iso_from_tai(data.end, 0)}, {minutes(span)} of data time"

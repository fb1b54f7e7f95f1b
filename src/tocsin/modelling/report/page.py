"""The report: one file, no request to anywhere, made from an output folder alone."""

from importlib import resources
from pathlib import Path

from tocsin.formats.atomic import write_atomic
from tocsin.modelling.report import maps, objects, sections
from tocsin.modelling.report.gather import LEVEL_ORDER, EventStory, ReportData, gather
from tocsin.modelling.report.text import MODE_WORDS, esc

HATCH = (
    '<svg class="hidden" aria-hidden="true"><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#f3d27a"/>'
    '<rect width="2" height="6" fill="#a67c14"/>'
    "</pattern></svg>"
)
MOST_EVENTS = 60
"""Events with a section of their own; further ones stand in the table only."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def build_report(out_dir: Path) -> Path:
    """Return the path of `report.html`, written from what stands in an output folder; InputError when it is not one."""
    path = Path(out_dir) / "report.html"
    write_atomic(path, page(gather(Path(out_dir))).encode())
    return path


def _static(name: str) -> str:
    return (resources.files("tocsin.modelling.report") / "static" / name).read_text(encoding="utf-8")


def page(data: ReportData) -> str:
    """Return the whole page."""
    mode, words = MODE_WORDS.get(data.data_mode, (data.data_mode.upper(), ""))
    banner = f'<div class="mode {esc(data.data_mode)}"><b>{esc(mode)}</b> {esc(words)}</div>'
    ended = " · <b>interrupted before its end</b>" if data.summary is not None and data.summary.interrupted else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer" content="no-referrer">
<title>{esc(mode)} · {esc(data.title)} · tocsin report</title><style>{_static("style.css")}</style></head>
<body>{HATCH}{banner}<main>
<header><p class="kicker">tocsin · missile warning report</p><h1>{esc(data.title)}</h1>
<p class="when">{esc(sections.interval(data))}{ended}</p></header>
{sections.headline_figures(data)}
<section><h2>Events</h2>{sections.events_table(data)}</section>
<section><h2>Where</h2>{maps.legend(data)}{_parts(data)}<figure>{maps.world_map(data)}
<figcaption>The world: coverage, everything that was tracked, predicted impacts. Coast: Natural Earth.</figcaption>
</figure></section>
<section><h2>When, and what was known</h2>{_event_sections(data)}</section>
<section><h2>Every object, what it was said to be and why</h2>{objects.objects_tables(data)}</section>
<section><h2>Rows that were not used</h2>{sections.refusals_table(data)}</section>
<section><h2>Sensors</h2>{sections.remarks_table(data)}</section>
<section><h2>How to check this</h2>{sections.provenance(data)}</section>
</main>{banner}<script>{_static("script.js")}</script></body></html>
"""


def _parts(data: ReportData) -> str:
    return "".join(f"<figure>{m}<figcaption>{esc(words)}</figcaption></figure>" for m, words in maps.part_maps(data))


def _event_sections(data: ReportData) -> str:
    if not data.events:
        return "<p>No event.</p>"
    shown = data.events[:MOST_EVENTS]
    rest = len(data.events) - len(shown)
    parts = []
    quiet: list[EventStory] = []
    for story in shown:
        if story.joined and not story.warnings:
            continue
        if LEVEL_ORDER.index(story.highest) >= LEVEL_ORDER.index("possible"):
            parts.append(sections.event_section(story, data))
        else:
            quiet.append(story)
    if quiet:
        inner = "".join(sections.event_section(story, data) for story in quiet)
        if parts:
            name = "1 event" if len(quiet) == 1 else f"{len(quiet)} events"
            parts.append(f"<details><summary>{name} without threat to a protected place</summary>{inner}</details>")
        else:
            parts.append(inner)
    if rest:
        parts.append(f"<p>{rest} further events stand in the table above only.</p>")
    return "".join(parts)

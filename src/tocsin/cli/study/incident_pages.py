"""A page for each incident: what happened, what tocsin says minute by minute, and a picture of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tocsin.core.records.incident import Incident
from tocsin.core.records.outputs import LADDER

WIDTH, LEFT, RIGHT, TOP, STEP, GAP = 760, 96, 24, 30, 20, 34
COLOURS = {
    "noticed": "#7a8894",
    "tracked": "#4a78a8",
    "possible": "#b08a1e",
    "probable": "#c8641e",
    "confirmed": "#b3261e",
}
LABEL = 44
"""Pixels that the word at the end of an event takes."""
MOST_STEPS, MOST_REASONS = 40, 4


def write_page(folder: Path, name: str, incident: Incident, cases: list[dict[str, Any]]) -> None:
    """Write `NAME.md` and `NAME.svg` of an incident from its file and the lines of its cases."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.svg").write_text(picture(incident, cases), encoding="utf-8")
    (folder / f"{name}.md").write_text("\n".join(_page(name, incident, cases)) + "\n", encoding="utf-8")


INDEX = """# Incidents

Every false alarm and every miss of missile warning in the public record, run through the whole of tocsin; and for each a twin
in which the attack is real and has to be told in time. `make incidents` runs all of them and prints this table;
`tocsin study incidents --scenario 1983` runs one.

- Each is a folder in `scenarios/incidents/`: a scenario built from the physical or human cause, and `incident.toml` with what has
  to be said by when and what must never be said. Its cases differ by the ids they leave out, or by the scenario file they name.
- Statements are about the output folder only, as an examiner from outside would read it. No branch of the code knows an incident.
- `tocsin run scenarios/incidents/1983-glint/scenario.toml` runs a scenario alone, with everything in it.
- Deadlines come from the flight: radars at home see what flies far for 9 to 12 min before it falls, so 8 min are asked where they
  alone can confirm; before that, a launch is to be told while its engines burn; short flights leave two to five minutes.
- Each case is run with several draws of all noise, and has to hold in every one; pages show the first, the table the worst.
- A statement that does not hold yet has its reason in `fault`, is told as such, and fails the day it holds.
"""


def write_index(folder: Path, told: Sequence[tuple[str, Incident, list[dict[str, Any]]]], digest: str) -> None:
    """Write `README.md`: how it is done, and the table of all incidents."""
    lines = [
        INDEX,
        "| incident | cause | case | worst said | expected | probable, confirmed before impact | holds |",
        "|" + "---|" * 7,
    ]
    for name, incident, cases in told:
        for k, line in enumerate(cases):
            first = (f"[{incident.title}]({name}.md)", incident.cause) if k == 0 else ("", "")
            when = "" if line["worst_s"] is None else f" {_clock(line['worst_s'])}"
            case = ("twin: " if line["twin"] else "") + line["case"]
            holds = ("yes" if line["held"] == line["draws"] else "**no**") + f" {line['held']}/{line['draws']}"
            cells = (*first, case, line["worst"] + when, line["expected"], _before(line), holds)
            lines.append("| " + " | ".join(cells) + " |")
    lines += ["", f"Digest of all decisions: `{digest[:16]}`."]
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _before(line: dict[str, Any]) -> str:
    if line["fall_s"] is None or not line["twin"]:
        return ""
    said = [line["latest_s"][level] for level in ("probable", "confirmed")]
    return ", ".join("never" if at is None else f"{(line['fall_s'] - at) / 60.0:.1f} min" for at in said)


def _page(name: str, incident: Incident, cases: list[dict[str, Any]]) -> Iterator[str]:
    yield from (f"# {incident.title}", "", f"{incident.id}. Cause: {incident.cause}.", "")
    yield from ("## What happened", "", incident.happened.strip(), "", "## What it asks of a warning system", "")
    yield from (incident.asks.strip(), "", "## How it is built here", "", incident.modelled.strip(), "")
    yield from (f"`scenarios/incidents/{name}/`; `tocsin study incidents --scenario {name}`.", "")
    yield from ("## What tocsin says", "", f"![Levels over time]({name}.svg)", "")
    for case, line in zip(incident.case, cases, strict=True):
        yield from (f"### {'Twin: ' if case.twin else ''}{case.name}", "")
        if case.says:
            yield from (case.says.strip(), "")
        yield from (f"Starts at {line['start_utc']}. Expected: {case.expected}.", "")
        yield from _minutes(line)
        yield from ("| has to be | by when | holds |", "|---|---|---|")
        for statement, never, verdict in [
            *((s, False, v) for s, v in zip(case.must, line["verdicts"], strict=False)),
            *((s, True, v) for s, v in zip(case.never, line["verdicts"][len(case.must) :], strict=True)),
        ]:
            when = f"until {_clock(statement.until_s)}" if statement.until_s is not None else ""
            if statement.before_fall_s is not None:
                when = f"{statement.before_fall_s / 60:g} min before the fall"
            if statement.from_s:
                when = f"from {_clock(statement.from_s)} {when}".strip()
            holds = "yes" if verdict["holds"] else f"**no**: {verdict['why']}"
            if verdict["holds"] and not never and verdict["first_s"] is not None:
                holds += f", at {_clock(verdict['first_s'])}"
            if statement.fault:
                holds += f" (known fault: {statement.fault})"
            yield f"| {'never: ' if never else ''}{statement.words} | {when or 'at any time'} | {holds} |"
        yield ""
    yield from ("## Sources", "")
    yield from (f"- {source}" for source in incident.sources)


def _minutes(line: dict[str, Any]) -> Iterator[str]:
    """Yield what was said, minute by minute, what was refused, and the fall."""
    rows = [(t, f"**{event} {level}**", _short(reason)) for t, event, level, reason in line["steps"]]
    rows += [(t, what, _short(why)) for t, what, why in line["told"]]
    if line["fall_s"] is not None:
        rows.append((line["fall_s"], "*the first missile falls*", ""))
    rows.sort(key=lambda row: row[0])
    if not line["steps"]:
        yield from ("No event was opened: no level and no message was said.", "")
    if rows:
        yield from ("| after the start | said | why |", "|---|---|---|")
        for t, said, why in rows[:MOST_STEPS]:
            yield f"| {_clock(t)} | {said} | {why} |"
        if len(rows) > MOST_STEPS:
            yield f"| | and {len(rows) - MOST_STEPS} more | |"
        yield ""
    if line["refused"]:
        shown = "; ".join(f"{count:,} x {reason}" for reason, count in line["refused"][:MOST_REASONS])
        more = len(line["refused"]) - MOST_REASONS
        yield from (
            f"Refused or remarked upon: {shown}" + (f"; and {more} other reasons" if more > 0 else "") + ".",
            "",
        )


def _short(reason: str) -> str:
    text = reason.removeprefix("evidence has risen: ").replace("|", "/")
    return text if len(text) <= 160 else text[:157] + "..."


def _clock(seconds: float) -> str:
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{int(abs(seconds)) // 60:02d}:{int(abs(seconds)) % 60:02d}"


def picture(incident: Incident, cases: list[dict[str, Any]]) -> str:
    """Return an SVG: for each case the level of its events over time, and where a missile falls."""
    height = TOP + len(cases) * (STEP * (len(LADDER) + 1) + GAP)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="18" font-size="13">{escape(incident.title)}</text>',
    ]
    for k, line in enumerate(cases):
        out += _panel(line, TOP + k * (STEP * (len(LADDER) + 1) + GAP))
    return "\n".join([*out, "</svg>"]) + "\n"


def _panel(line: dict[str, Any], top: float) -> Iterator[str]:
    last = max(float(line["duration_s"]), float(line["fall_s"] or 0.0))
    first: float = max(0.0, min([t for t, *_ in line["steps"]] + [last]) - 300.0) if last > 7200.0 else 0.0
    scale = (WIDTH - LEFT - RIGHT) / max(last - first, 1.0)
    base = top + STEP * (len(LADDER) + 1)

    def x(t: float) -> float:
        return LEFT + (min(max(t, first), last) - first) * scale

    def y(level: str) -> float:
        return base - STEP * (LADDER.index(level) + 1) if level in LADDER else base

    name = ("Twin: " if line["twin"] else "") + line["case"]
    yield f'<text x="{LEFT}" y="{top + 12}" font-weight="bold">{escape(name)}</text>'
    for level in LADDER:
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(level)}" y2="{y(level)}" stroke="#e2e6ea"/>'
        yield f'<text x="{LEFT - 8}" y="{y(level) + 4}" text-anchor="end" fill="#445">{level}</text>'
    yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}" stroke="#889"/>'
    pause = next(p for p in (60, 120, 300, 600, 1200, 3600, 7200, 21600, 86400, 10**9) if (last - first) / p <= 12)
    for tick in range(int(first // pause + (first % pause > 0)) * pause, int(last) + 1, pause):
        yield f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{base}" y2="{base + 4}" stroke="#889"/>'
        yield f'<text x="{x(tick):.1f}" y="{base + 15}" text-anchor="middle" fill="#445">{tick // 60} min</text>'
    if line["fall_s"] is not None:
        at = x(line["fall_s"])
        yield f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top + 16}" y2="{base}" stroke="#111" stroke-dasharray="4 3"/>'
        yield f'<text x="{at:.1f}" y="{top + 12}" text-anchor="middle">first fall</text>'
    if not line["steps"]:
        yield f'<text x="{LEFT + 6}" y="{base - 6}" fill="#445">nothing was said</text>'
    yield from _levels(line, last, x, y)


def _levels(line: dict[str, Any], last: float, x: Any, y: Any) -> Iterator[str]:
    events: dict[str, list[tuple[float, str]]] = {}
    for t, event, level, _ in line["steps"]:
        events.setdefault(event, []).append((t, level))
    ends: list[float] = []
    for steps in events.values():
        for (t, level), (until, _) in zip(steps, [*steps[1:], (last, "")], strict=True):
            if level in LADDER:
                yield (
                    f'<line x1="{x(t):.1f}" x2="{x(until):.1f}" y1="{y(level)}" y2="{y(level)}" '
                    f'stroke="{COLOURS[level]}" stroke-width="5"/>'
                )
            else:
                yield f'<circle cx="{x(t):.1f}" cy="{y(level)}" r="3" fill="#445"/>'
                if all(abs(x(t) - other) > LABEL for other in ends):
                    ends.append(x(t))
                    yield f'<text x="{x(t):.1f}" y="{y(level) - 6}" text-anchor="middle" font-size="9">{level}</text>'

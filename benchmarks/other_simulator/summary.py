"""Scores of many worlds, told in a table."""

from collections import Counter
from statistics import median
from typing import Any

from .score import LADDER, PROBABILITIES, PROBABLE

Record = dict[str, Any]
OWN_LINES = {
    "impact_last": "impact, each missile's own line, last said",
    "impact_after_radar": "impact, own line, 60 s after the first radar",
    "launch_first": "launch place, own line, first said",
    "launch_last": "launch place, own line, last said",
}
EVENT_LINES = (
    "first", "first probable", "first confirmed", "20 s after burnout", "60 s after the first radar",
    "150 s after the first radar", "last",
)  # fmt: skip
WIDTH = 70


def summary(worlds: list[Record]) -> str:
    """Return the lines of a summary: what was missed, what was false, and what the ellipses hold."""
    missiles = [(world, missile) for world in worlds for missile in world["missiles"]]
    kinds = Counter(world["kind"] for world in worlds)
    warned = [m for _, m in missiles if m["probable_s"] is not None and m["probable_s"] < m["impact_s"]]
    harmless = [world for world in worlds if world["kind"] == "harmless"]
    false = [world for world in harmless if world["level"] and LADDER.index(world["level"]) >= PROBABLE]
    lines = [
        f"worlds: {len(worlds)} ({', '.join(f'{number} {kind}' for kind, number in sorted(kinds.items()))}), "
        f"{sum(world['refused'] for world in worlds)} rows refused",
        f"missiles in an event at `probable` or above before they fall: {len(warned)} of {len(missiles)}",
        *(f"  missed: {world['world']} {m['name']}" for world, m in missiles if m not in warned),
        f"harmless worlds at `probable` or above: {len(false)} of {len(harmless)}",
        *(f"  false: {world['world']} {world['detail']}, {world['level']}" for world in false),
        f"{'true places inside ellipses of':{WIDTH}s}{'50 %':>14s}{'90 %':>14s}{'99 %':>14s}   median error",
    ]
    for key, title in OWN_LINES.items():
        lines.append(_row(title, [m[key] for _, m in missiles if m[key]]))
    for key in EVENT_LINES:
        said = [world["event"][key] for world in worlds if key in world.get("event", {})]
        lines.append(_row(f"impact of a lone missile, event's line, {key}", said))
    return "\n".join(lines)


def _row(title: str, compared: list[Record]) -> str:
    """Return a line of the table: how many of how many places lie inside, and the median of their errors."""
    if not compared:
        return f"{title:{WIDTH}s}{'none said':>14s}"
    number = len(compared)
    cells = []
    for k in range(len(PROBABILITIES)):
        held = sum(one["inside"][k] for one in compared)
        cells.append(f"{f'{held}/{number}, {100.0 * held / number:.0f} %':>14s}")
    off_km = median(one["off_km"] for one in compared)
    return f"{title:{WIDTH}s}{''.join(cells)}   {off_km:.2f} km"

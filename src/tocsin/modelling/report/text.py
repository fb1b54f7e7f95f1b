"""Small pieces of text and markup that the parts of the report share."""

import html
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tocsin.core.constants import NS
from tocsin.core.time import iso_from_tai

CLASS_COLOURS = {
    "missile": "#c2410c",
    "space_launch": "#1d4ed8",
    "sounding_rocket": "#0f766e",
    "satellite": "#7c8795",
    "reentering_body": "#a21caf",
    "meteor": "#b45309",
    "static_fire": "#854d0e",
    "aircraft": "#4d7c0f",
    "glint": "#a16207",
    "unknown": "#374151",
}
CLASS_NAMES = {
    "ballistic_missile_short_range": "ballistic missile, short range",
    "ballistic_missile_intermediate_range": "ballistic missile, intermediate range",
    "ballistic_missile_intercontinental": "ballistic missile, intercontinental",
    "reentering_body": "re-entering body",
    "static_fire": "fire on the ground",
    "glint": "sun glint",
}
BRIEF_NAMES = {
    "ballistic_missile_short_range": "missile, short range",
    "ballistic_missile_intermediate_range": "missile, intermediate range",
    "ballistic_missile_intercontinental": "missile, intercontinental",
}
LEVEL_COLOURS = {
    "noticed": "#cbd5e1",
    "tracked": "#7dabd6",
    "possible": "#e9b949",
    "probable": "#e07a3f",
    "confirmed": "#b3261e",
    "withdrawn": "#9aa3ad",
    "resolved": "#5b6673",
}
DARK_LEVELS = ("confirmed", "resolved", "probable")
MODE_WORDS = {
    "real": ("REAL DATA", "Measurements of real sensors."),
    "exercise": ("EXERCISE", "No attack is taking place."),
    "test": ("TEST", "No attack is taking place."),
    "simulated": ("SIMULATED", "Nothing on this page happened. Models, not operational truth."),
}


def esc(value: Any) -> str:
    """Return a value as text that is safe inside markup."""
    return html.escape(str(value), quote=True)


def family(name: str) -> str:
    """Return the kind of a class, for its colour: all missile classes are one."""
    if "missile" in name:
        return "missile"
    return name if name in CLASS_COLOURS else "unknown"


def class_name(name: str) -> str:
    """Return the name of a class in words."""
    return CLASS_NAMES.get(name, name.replace("_", " "))


def brief_name(name: str) -> str:
    """Return the name of a class in as few words as a narrow column takes."""
    return BRIEF_NAMES.get(name, class_name(name))


def typeset(text: str) -> str:
    """Return a measured value with the signs of print: `5 m/s2 +/- 1` -> `5 m/s² ± 1`, `space_launch` -> words."""
    return text.replace("+/-", "±").replace("m/s2", "m/s²").replace("_", " ")


def clock(seconds: float) -> str:
    """Return a time since the start as `+12:34`, or `+1:02:03` from an hour on."""
    sign, whole = ("-" if seconds < 0 else "+"), int(abs(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{sign}{hours}:{minutes:02d}:{second:02d}" if hours else f"{sign}{minutes:02d}:{second:02d}"


def hms(tai_ns: int) -> str:
    """Return the UTC time of day of an instant."""
    return iso_from_tai(tai_ns, 0)[11:19]


def since(tai_ns: int, start: int) -> float:
    """Return seconds since the start."""
    return (tai_ns - start) / NS


def per_cent(probability: float) -> str:
    """Return a probability in per cent that never claims 0 or 100."""
    if not math.isfinite(probability):
        return ""
    if probability <= 0.0:
        return "0 %"
    if probability < 0.01:
        return "&lt; 1 %"
    return "&gt; 99 %" if probability > 0.99 else f"{100.0 * probability:.0f} %"


def minutes(seconds: float) -> str:
    """Return a duration in words; minutes rounded down."""
    return f"{int(seconds)} s" if abs(seconds) < 120.0 else f"{int(seconds / 60.0)} min"


def kilometres(km: float) -> str:
    """Return a length with two or three figures."""
    return f"{km:.1f} km" if km < 10.0 else f"{km:,.0f} km"


def place(lat_deg: float, lon_deg: float) -> str:
    """Return a place as `12.34 N 45.60 E`."""
    lon_deg = (lon_deg + 180.0) % 360.0 - 180.0
    return f"{abs(lat_deg):.2f} {'S' if lat_deg < 0 else 'N'} {abs(lon_deg):.2f} {'W' if lon_deg < 0 else 'E'}"


def path_words(paths: Iterable[str]) -> str:
    """Return paths (`kind/site/line`) as markup: how many of each kind, with the whole list to point at."""
    found = sorted(set(paths))
    kinds = Counter(path.split("/", 1)[0] for path in found)
    short = ", ".join(f"{n}&nbsp;{esc(kind)}" for kind, n in sorted(kinds.items()))
    return f'<span class="paths" title="{esc(", ".join(found))}">{short}</span>' if found else ""


def badge(level: str) -> str:
    """Return a level as a coloured label."""
    ink = "#fff" if level in DARK_LEVELS else "#1b2430"
    return f'<span class="badge" style="background:{LEVEL_COLOURS.get(level, "#ddd")};color:{ink}">{esc(level)}</span>'


def table(head: list[str], rows: list[list[str]], css: str = "", numeric: tuple[int, ...] = ()) -> str:
    """Return a table; cells are markup already, `numeric` columns are set right."""
    mark = [' class="num"' if i in numeric else "" for i in range(len(head))]
    top = "".join(f"<th{mark[i]} scope=col>{cell}</th>" for i, cell in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f"<td{mark[i]}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<div class="scroll"><table class="{css}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'

"""The page of a network's coverage: pictures, figures by latitude and place, what was assumed. No request anywhere."""

from collections.abc import Sequence
from importlib import resources

from tocsin.core.records.network import Network
from tocsin.core.time import iso_from_tai
from tocsin.modelling.coverage import HEIGHTS_KM, STEP_S, Coverage, Region
from tocsin.modelling.report.text import esc, table

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(network: Network, found: Coverage, svg: str, notes: Sequence[tuple[str, str, str]]) -> str:
    """Return the page as HTML; `svg` is the picture, `notes` are rows of what was assumed (sensors, in which way, keys)."""
    style = (resources.files("tocsin.modelling.report") / "static" / "style.css").read_text(encoding="utf-8")
    heights = [f"{km:.0f} km, {target}" for km, target in HEIGHTS_KM]
    sensors = [
        [esc(v.id), v.kind, *(_part(p) for p in v.parts)] if v.placed else [esc(v.id), v.kind, "no place in the file"]
        for v in found.sensors
    ]
    earth = [r for r in found.regions if r.kind in ("earth", "zone")]
    places = [r for r in found.regions if r.kind not in ("earth", "zone")]
    head = f"tocsin · coverage of {network.name}"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer" content="no-referrer">
<title>{esc(head)}</title><style>{style}</style></head><body><main>
<header><p class="kicker">tocsin · coverage of a network</p><h1>{esc(network.name or "a network")}</h1>
<p class="when">{esc(network.description)}</p><p class="when">The day from {esc(iso_from_tai(found.start, 0))},
{found.instants} instants {STEP_S} s apart. A gap is told to that step.</p></header>
<section><h2>Pictures</h2><figure>{svg}<figcaption>Visible means: in the field, over the horizon, the Sun not in the face.
Whether the echo or the plume is strong enough is another question. Coast: Natural Earth.</figcaption></figure></section>
<section><h2>The Earth, by latitude</h2>{_regions(earth)}</section>
{f"<section><h2>Protected places</h2>{_regions(places)}</section>" if places else ""}
<section><h2>Sensors: part of the Earth seen, mean over the day</h2>
{table(["sensor", "kind", *heights], sensors, numeric=tuple(range(2, 2 + len(heights))))}</section>
<section><h2>What was assumed</h2>{table(["sensors", "how", "keys"], [[esc(c) for c in row] for row in notes])}</section>
</main></body></html>
"""


def _regions(regions: Sequence[Region]) -> str:
    head = [
        "where",
        "height",
        "target",
        "one or more",
        "two",
        "three",
        "both kinds",
        "always one",
        "least",
        "longest gap",
    ]
    rows = [
        [esc(r.name) if i == 0 else "", f"{s.height_km:.0f} km", s.target, _part(s.one), _part(s.two), _part(s.three),
         _part(s.both_kinds), _part(s.always), str(s.least), gap(s.longest_gap_s)]
        for r in regions for i, s in enumerate(r.seen)
    ]  # fmt: skip
    return table(head, rows, numeric=(1, 3, 4, 5, 6, 7, 8, 9))


def _part(value: float) -> str:
    return "" if value <= 0.0 else part(value)


def part(value: float) -> str:
    """Return a part of a whole in per cent that claims neither 0 nor 100 falsely."""
    if value <= 0.0:
        return "0 %"
    if value >= 1.0 - 1e-9:
        return "100 %"
    return "< 0.1 %" if value < 0.001 else "> 99.9 %" if value > 0.999 else f"{100.0 * value:.1f} %"


def gap(seconds: float) -> str:
    """Return a gap in words."""
    if seconds >= 86_400.0:
        return "all day"
    return "none" if seconds <= 0.0 else f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"

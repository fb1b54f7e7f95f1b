"""Pictures of what a network sees: one map of plumes over a day, one of bodies in the radars' fields. Plain SVG."""

from collections.abc import Sequence

import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import FloatArray, IntArray
from tocsin.core.records.network import Network
from tocsin.core.time import iso_from_tai
from tocsin.modelling.coverage import DAY_S, Coverage, radar_counts
from tocsin.modelling.report import geo
from tocsin.modelling.report.geo import Place, Projection
from tocsin.modelling.report.labels import Labels
from tocsin.modelling.report.land import graticule, land_path
from tocsin.modelling.report.text import esc
from tocsin.sensing.sensor import Sensor
from tocsin.world.geodesy import direct, to_geodetic

WIDTH_PX = 1260.0
TALLEST = 0.6
"""Height over width of a map of a part of the world."""
BODY_KM = 500.0
TRACK_STEP_S = 240
SEAM_PX = 0.4
"""Rows of cells overlap so much, or the paper shows between them."""
SHADES = ("#cfe3f1", "#8fbfdf", "#4a93c4", "#1d6299")
STYLE = (
    ".sea{fill:#f3f6f9}.land{fill:#dcdcd2;stroke:#b9b9ac;stroke-width:.5}.coast{fill:none;stroke:#3d4753;stroke-width:.6;"
    "stroke-opacity:.6}.grid{fill:none;stroke:#6c7f93;stroke-width:.5;opacity:.35}.gridtext{font-size:10px;fill:#5b6d80}"
    ".cells{opacity:.78;shape-rendering:crispEdges}.edge{fill:none;stroke:#123a5c;stroke-width:.9;stroke-opacity:.75}"
    ".way{fill:none;stroke:#9a6a12;stroke-width:1;stroke-dasharray:5 3}.sensor{fill:#fff;stroke:#1b2430;stroke-width:1.3}"
    ".name{font-size:11px;fill:#1b2430;paint-order:stroke;stroke:#fff;stroke-width:2.6px;stroke-linejoin:round}"
    ".head{font-size:15px;font-weight:600;fill:#1b2430}.key{font-size:12px;fill:#33404e}"
    "text{font-family:Inter,'Segoe UI','Liberation Sans',Arial,sans-serif}"
)


def plume_height_km(sensors: Sequence[Sensor]) -> float:
    """Return the height at which plumes are drawn: low, but where satellites look across the limb one they can see."""
    return 150.0 if any(s.limb_height == s.limb_height for s in sensors) else 10.0


def picture(network: Network, sensors: Sequence[Sensor], found: Coverage) -> str:
    """Return the picture of a network as a whole SVG document."""
    panels: list[tuple[float, str]] = []
    if any(s.kind == "infrared" for s in sensors):
        panels.append(_plumes(sensors, found))
    if any(s.kind == "radar" for s in sensors):
        panels.append(_bodies(sensors))
    height, parts = 0.0, []
    for tall, body in panels:
        parts.append(f'<g transform="translate(0 {height:.0f})">{body}</g>')
        height += tall
    title = f"Coverage of the network {network.name}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX:.0f} {height:.0f}" role="img">'
        f'<title>{esc(title)}</title><style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>\n"
    )


def _plumes(sensors: Sequence[Sensor], found: Coverage) -> tuple[float, str]:
    height_km = plume_height_km(sensors)
    share, least = found.shares[height_km][:, :, 0], found.least[height_km]
    shade = np.where(share <= 0.0, 0, np.where(share < 0.5, 1, np.where(least < 1, 2, np.where(least < 2, 3, 4))))
    lons = [s.longitude / DEG for s in sensors if s.kind == "radar"] or [0.0]
    projection = geo.world_projection(2.0 * round(geo.mean_longitude(lons) / 2.0), WIDTH_PX)
    step = float(found.latitudes[1] - found.latitudes[0])
    day = iso_from_tai(found.start, 0)[:16].replace("T", " ")
    across = ", satellites across the limb all round" if height_km > 100.0 else ""
    head = f"A plume at {height_km:.0f} km: how many sensors see it{across}, over the day from {day} UTC"
    keys = ("less than half of the day", "half of the day or more", "always one or more", "always two or more")
    marks = [_ways(sensors, found, projection), _sites(sensors, projection, names=False, satellites=found.start)]
    return _panel(head, keys, projection, (found.latitudes, found.longitudes, step, shade), marks, 30)


def _bodies(sensors: Sequence[Sensor]) -> tuple[float, str]:
    rings = [ring for s in sensors if s.kind == "radar" for ring in field_rings(s, BODY_KM * 1e3)]
    projection, step = _window(rings)
    lats = projection.south + np.arange(step / 2.0, projection.height_deg, step)
    lons = projection.west + np.arange(step / 2.0, projection.width_deg, step)
    shade = np.minimum(radar_counts(sensors, lats, lons, BODY_KM * 1e3), 3)
    shade[shade > 0] += 1
    head = f"A body at {BODY_KM:.0f} km: how many radars hold it in their fields, at all times"
    keys = ("", "one radar", "two radars", "three or more")
    outline = "".join(projection.ring_path(ring) for ring in rings)
    lines = 30 if projection.width_deg >= 300.0 else 10
    marks = [f'<path class="edge" d="{outline}"/>', _sites(sensors, projection, names=True, satellites=None)]
    return _panel(head, keys, projection, (lats, lons, step, shade), marks, lines)


def field_rings(sensor: Sensor, height_m: float) -> list[list[Place]]:
    """Return the outlines of a radar's faces at a height: arcs of farthest reach, and the geodesics of their edges."""
    rings = []
    for start, width, low, _high, _near, far, *_ in sensor.whole_field.tolist():
        reach = geo.ground_reach(max(low, 0.0), far, height_m)
        if reach <= 0.0:
            continue
        azimuths = start + np.linspace(0.0, width, max(int(width / (2.0 * DEG)), 2) + 1)
        distances = np.full(len(azimuths), reach)
        if width < 2.0 * np.pi - 1e-6:
            side = np.linspace(0.0, reach, 24, endpoint=False)
            azimuths = np.concatenate([np.full(24, start), azimuths, np.full(24, start + width)])
            distances = np.concatenate([side, distances, side[::-1]])
        lat, lon, _ = direct(sensor.latitude, sensor.longitude, azimuths, distances)
        rings.append(geo.unrolled(lat, lon))
    return rings


def _window(rings: Sequence[Sequence[Place]]) -> tuple[Projection, float]:
    """Return the map that holds all rings, and the cell of its grid: a part of the world, half of it, or the whole."""
    middle = 2.0 * round(geo.mean_longitude([lon for ring in rings for _, lon in ring]) / 2.0)
    lats = [lat for ring in rings for lat, _ in ring] or [0.0]
    lons = [(lon - middle + 180.0) % 360.0 - 180.0 for ring in rings for _, lon in ring] or [0.0]
    south, north = 2.0 * (min(lats) // 2.0) - 4.0, 2.0 * (max(lats) // 2.0) + 6.0
    west, east = 2.0 * (min(lons) // 2.0) - 6.0, 2.0 * (max(lons) // 2.0) + 8.0
    stretch = max(float(np.cos(0.5 * (south + north) * DEG)), 0.3)
    wanted = (north - south) / TALLEST
    spare = max(2.0 * np.ceil((wanted / stretch - (east - west)) / 4.0), 0.0)
    west, east = west - spare, east + spare
    if east - west > 140.0 or north > 75.0 or south < -75.0:
        low = -20.0 if south > -20.0 else -90.0
        return Projection(middle - 180.0, low, 360.0, 90.0 - low, WIDTH_PX / 360.0), 1.0
    scale = WIDTH_PX / ((east - west) * stretch)
    return Projection(middle + west, south, east - west, north - south, scale, stretch), 0.5


def _panel(
    head: str,
    keys: Sequence[str],
    projection: Projection,
    cells: tuple[FloatArray, FloatArray, float, IntArray],
    marks: Sequence[str],
    lines_deg: int,
) -> tuple[float, str]:
    """Return the height (px) of a panel and its markup: headline, key, map."""
    width, tall = projection.size
    legend, x = [], 0.0
    for shade, words in zip(SHADES, keys, strict=True):
        if words:
            legend.append(
                f'<rect x="{x:.0f}" y="32" width="22" height="12" fill="{shade}" opacity=".85"/>'
                f'<text class="key" x="{x + 28:.0f}" y="42">{esc(words)}</text>'
            )
            x += 60.0 + 6.6 * len(words)
    land = land_path(projection)
    body = (
        f'<text class="head" x="0" y="20">{esc(head)}</text>{"".join(legend)}'
        f'<svg x="0" y="52" width="{width:.0f}" height="{tall:.0f}" viewBox="0 0 {width:.1f} {tall:.1f}">'
        f'<rect class="sea" width="{width:.1f}" height="{tall:.1f}"/><path class="land" d="{land}"/>'
        f'<g class="cells">{_cells(projection, *cells)}</g><path class="coast" d="{land}"/>'
        f"{graticule(projection, lines_deg)}{''.join(marks)}</svg>"
    )
    return tall + 70.0, body


def _cells(projection: Projection, lats: FloatArray, lons: FloatArray, step: float, shade: IntArray) -> str:
    """Return the shaded cells, those of one row and shade that touch as one piece."""
    columns = np.argsort((lons - projection.west) % 360.0, kind="stable")
    high = step * projection.scale
    wide = step * projection.scale * projection.stretch
    paths: list[list[str]] = [[] for _ in SHADES]
    for i, lat in enumerate(lats.tolist()):
        y = (projection.south + projection.height_deg - lat) * projection.scale - high / 2.0
        row = shade[i, columns]
        edges = np.flatnonzero(np.diff(row)) + 1
        for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(row)], strict=True):
            if row[first] > 0:
                paths[row[first] - 1].append(
                    f"M{first * wide:.1f} {y:.1f}h{(last - first) * wide:.1f}v{high + SEAM_PX:.1f}h{-(last - first) * wide:.1f}z"
                )
    return "".join(f'<path fill="{SHADES[k]}" d="{"".join(d)}"/>' for k, d in enumerate(paths) if d)


def _ways(sensors: Sequence[Sensor], found: Coverage, projection: Projection) -> str:
    """Return the ground tracks of the satellites over the day; one that stands still has none."""
    parts = []
    for s in sensors:
        if s.ephemeris is None:
            continue
        at = [found.start + k * NS for k in range(0, DAY_S + 1, TRACK_STEP_S)]
        places = np.array([s.satellite_position(t) for t in at])
        if np.ptp(places, axis=0).max() > 1e3:
            parts.append(projection.line_path(geo.ground_track(places)))
    return "".join(f'<path class="way" d="{d}"/>' for d in dict.fromkeys(parts))


def _sites(sensors: Sequence[Sensor], projection: Projection, names: bool, satellites: int | None) -> str:
    """Return radars as triangles, and satellites as diamonds over the point below them at an instant."""
    labels = Labels(*projection.size)
    marks = []
    for s in sensors:
        if s.kind == "radar":
            lat, lon, shape = s.latitude / DEG, s.longitude / DEG, "M-5 4H5L0 -6Z"
        elif satellites is not None and s.ephemeris is not None:
            below = to_geodetic(s.satellite_position(satellites))
            lat, lon, shape = float(below[0]) / DEG, float(below[1]) / DEG, "M-5 0L0 -6L5 0L0 6Z"
        else:
            continue
        x, y = projection.xy(lat, lon)
        labels.keep_free(x, y)
        marks.append((x, y, shape, s))
    drawn = []
    for x, y, shape, s in marks:
        name = labels.at(x, y, s.id) if names or s.kind != "radar" else ""
        drawn.append(f'<path class="sensor" transform="translate({x:.1f} {y:.1f})" d="{shape}"/>{name}')
    return "".join(drawn)

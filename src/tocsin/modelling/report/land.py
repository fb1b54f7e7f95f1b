"""What lies under every map: the land of the packaged gazetteer, meridians and parallels."""

from tocsin.modelling.report.geo import Projection
from tocsin.prediction.ground import gazetteer


def land_path(projection: Projection) -> str:
    """Return the SVG path data of the land, country by country."""
    land = []
    for ring in gazetteer().rings:
        points = [(float(lat), float(lon)) for lon, lat in ring]
        shift = 360.0 * round((projection.west + projection.width_deg / 2.0 - points[0][1]) / 360.0)
        land.append(projection.ring_path([(lat, lon + shift) for lat, lon in points]))
    return "".join(land)


def graticule(projection: Projection, step_deg: int) -> str:
    """Return meridians and parallels with their figures."""
    width, height = projection.size
    lines, labels = [], []
    for k in range(int(projection.west // step_deg), int((projection.west + projection.width_deg) // step_deg) + 1):
        x = (k * step_deg - projection.west) * projection.scale * projection.stretch
        if 0.0 < x < width:
            lines.append(f"M{x:.1f} 0V{height:.1f}")
            lon = (k * step_deg + 180) % 360 - 180
            labels.append(f'<text x="{x + 3:.1f}" y="{height - 4:.1f}">{_degrees(lon, "E", "W")}</text>')
    for k in range(int(projection.south // step_deg), int((projection.south + projection.height_deg) // step_deg) + 1):
        y = (projection.south + projection.height_deg - k * step_deg) * projection.scale
        if 12.0 < y < height - 12.0:
            lines.append(f"M0 {y:.1f}H{width:.1f}")
            labels.append(f'<text x="3" y="{y - 3:.1f}">{_degrees(k * step_deg, "N", "S")}</text>')
    return f'<path class="grid" d="{"".join(lines)}"/><g class="gridtext">{"".join(labels)}</g>'


def _degrees(value: int, positive: str, negative: str) -> str:
    return "0°" if value == 0 else f"{abs(value)}°{positive if value > 0 else negative}"

"""How the orbits of catalogued objects are spread: counts by class, perigee, height of apogee above it, inclination.

The packaged file `data/orbit_statistics.json` holds counts only; where they come from is said in the page beside it.
`count_orbits` is what made it, and makes it again from any catalogue.
"""

import bisect
import math
from collections import Counter
from collections.abc import Iterable
from importlib import resources
from statistics import median

import msgspec

SGP4_MU_KM3_S2 = 398600.8
SGP4_RADIUS_KM = 6378.135
CLASSES = ("payload", "rocket_body", "debris")
PERIGEE_EDGES_KM = (
    *range(100, 400, 50), *range(400, 640, 20), *range(640, 1640, 50), *range(1640, 2840, 200),
    *range(2840, 17840, 3000), *range(17840, 24000, 500), 24000, 30000, 35000, 35600, 35700, 35800, 35900, 36000, 36600,
    60000, 200000,
)  # fmt: skip
"""Finest where objects crowd: low orbit, half-day orbits, the geostationary belt."""
SPREAD_EDGES_KM = (0, 10, 30, 100, 200, 400, 800, 2000, 6000, 20000, 34000, 38000, 42000, 300000)
"""Apogee minus perigee."""
INCLINATION_EDGES_DEG = tuple(range(0, 182, 2))
BSTAR_EDGES_KM = (0, 250, 350, 450, 550, 650, 800, 1000, 1400, 2000)


class BstarBand(msgspec.Struct, frozen=True):
    """Drag terms of one class in one band of perigee: median (1/Earth radius) and spread of the logarithm (base e)."""

    kind: str
    perigee_km: int
    """Lower edge of the band."""
    median: float
    log_sigma: float


class OrbitStatistics(msgspec.Struct, frozen=True):
    """Counts of objects: rows of (class, perigee bin, spread bin, inclination bin, count), bins by their lower edge."""

    source: str
    objects: int
    perigee_edges_km: tuple[int, ...]
    spread_edges_km: tuple[int, ...]
    inclination_edges_deg: tuple[int, ...]
    rows: tuple[tuple[int, int, int, int, int], ...]
    bstar: tuple[BstarBand, ...]


def object_class(name: str) -> str:
    """Return the class that a catalogue name tells: `R/B` is a rocket body, `DEB` (or a name not yet given) debris."""
    upper = name.upper()
    if "R/B" in upper:
        return "rocket_body"
    if any(word in upper for word in (" DEB", "COOLANT", "TBA", "OBJECT ")):
        return "debris"
    return "payload"


def heights_km(mean_motion_rev_day: float, eccentricity: float) -> tuple[float, float]:
    """Return perigee and apogee heights (km) above the WGS-72 equator, by Kepler's third law."""
    n = mean_motion_rev_day * 2.0 * math.pi / 86400.0
    a = math.cbrt(SGP4_MU_KM3_S2 / (n * n))
    return a * (1.0 - eccentricity) - SGP4_RADIUS_KM, a * (1.0 + eccentricity) - SGP4_RADIUS_KM


def _bin(edges: tuple[int, ...], value: float) -> int:
    return min(max(bisect.bisect_right(edges, value) - 1, 0), len(edges) - 2)


def count_orbits(triples: Iterable[tuple[str, str, str]], source: str) -> OrbitStatistics:
    """Return the statistics of a catalogue of (name, line 1, line 2), without objects whose perigee is below 100 km."""
    counts: Counter[tuple[int, int, int, int]] = Counter()
    drag: dict[tuple[str, int], list[float]] = {}
    for name, line1, line2 in triples:
        perigee, apogee = heights_km(float(line2[52:63]), float("0." + line2[26:33].replace(" ", "0")))
        if perigee < PERIGEE_EDGES_KM[0]:
            continue
        kind = object_class(name)
        counts[
            CLASSES.index(kind),
            _bin(PERIGEE_EDGES_KM, perigee),
            _bin(SPREAD_EDGES_KM, apogee - perigee),
            _bin(INCLINATION_EDGES_DEG, float(line2[8:16])),
        ] += 1
        bstar = float(f"{line1[53]}.{line1[54:59].strip()}e{line1[59:61]}".replace(" ", ""))
        if bstar > 0.0 and perigee < BSTAR_EDGES_KM[-1]:
            drag.setdefault((kind, _bin(BSTAR_EDGES_KM, perigee)), []).append(math.log(bstar))
    bands = []
    for (kind, band), logs in sorted(drag.items()):
        middle = median(logs)
        # 1.4826 times the median absolute deviation: the sigma of a normal spread, deaf to wild values
        spread = 1.4826 * median(abs(x - middle) for x in logs)
        bands.append(BstarBand(kind, BSTAR_EDGES_KM[band], float(f"{math.exp(middle):.3g}"), round(spread, 3)))
    rows = tuple((*key, n) for key, n in sorted(counts.items()))
    return OrbitStatistics(
        source, sum(counts.values()), PERIGEE_EDGES_KM, SPREAD_EDGES_KM, INCLINATION_EDGES_DEG, rows, tuple(bands)
    )


def load_statistics() -> OrbitStatistics:
    """Return the packaged statistics."""
    data = resources.files("tocsin.modelling").joinpath("data/orbit_statistics.json").read_bytes()
    return msgspec.json.decode(data, type=OrbitStatistics)

"""Words for a place on the ground: the country or sea it is in, and how far it is from which city."""

import csv
import functools
import gzip
import json
import math
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG
from tocsin.prediction.seas import sea_name
from tocsin.world.geodesy_kernels import geodesic_inverse_many

FloatArray = npt.NDArray[np.float64]

_WITH_ARTICLE = (
    "Bahamas", "Central African Republic", "Czech Republic", "Democratic Republic of the Congo", "Dominican Republic",
    "Falkland Islands / Malvinas", "French Southern and Antarctic Lands", "Kingdom of eSwatini", "Netherlands",
    "Philippines", "Republic of Korea", "Republic of the Congo", "Russian Federation", "Solomon Islands",
    "United Arab Emirates", "United Kingdom", "United States",
)  # fmt: skip
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Cities and country borders (Natural Earth, 1:110 million: a coast may be 20 km off)."""

    cities: tuple[str, ...]
    places: FloatArray
    """(c, 2) latitude, longitude of the cities, rad."""
    countries: tuple[str, ...]
    """Country of each ring."""
    rings: tuple[FloatArray, ...]
    """(n, 2) longitude, latitude in degrees."""
    boxes: FloatArray
    """(r, 4) west, south, east, north of each ring, degrees."""


@functools.cache
def gazetteer() -> Gazetteer:
    """Return the packaged gazetteer."""
    folder = resources.files("tocsin.prediction") / "natural_earth"
    rows = list(csv.DictReader((folder / "cities_243.csv").read_text(encoding="utf-8").splitlines()))
    places = np.array([(float(r["lat_deg"]), float(r["lon_deg"])) for r in rows]) * DEG
    countries: list[str] = []
    rings: list[FloatArray] = []
    for line in gzip.decompress((folder / "countries_110m.jsonl.gz").read_bytes()).decode().splitlines():
        country = json.loads(line)
        for flat in country["rings"]:
            countries.append(country["name"])
            rings.append(np.array(flat, np.float64).reshape(-1, 2) / 100.0)
    boxes = np.array([(*r.min(axis=0), *r.max(axis=0)) for r in rings])
    return Gazetteer(tuple(r["name"] for r in rows), places, tuple(countries), tuple(rings), boxes)


def _inside(ring: FloatArray, lon_deg: float, lat_deg: float) -> bool:
    """Return whether a point is in a ring of (longitude, latitude), by the even-odd rule."""
    x0, y0 = ring[:-1, 0], ring[:-1, 1]
    x1, y1 = ring[1:, 0], ring[1:, 1]
    crosses = (y0 > lat_deg) != (y1 > lat_deg)
    x0, y0, x1, y1 = x0[crosses], y0[crosses], x1[crosses], y1[crosses]
    return bool(np.count_nonzero(x0 + (lat_deg - y0) / (y1 - y0) * (x1 - x0) > lon_deg) % 2)


def country(lat: float, lon: float) -> str | None:
    """Return the name of the country that holds a place (rad), None at sea."""
    book = gazetteer()
    y, x = lat / DEG, (lon / DEG + 180.0) % 360.0 - 180.0
    held = (book.boxes[:, 0] <= x) & (x <= book.boxes[:, 2]) & (book.boxes[:, 1] <= y) & (y <= book.boxes[:, 3])
    inside = [book.countries[i] for i in np.flatnonzero(held) if _inside(book.rings[i], x, y)]
    # an enclave's ring lies in the hole of its host, which counts as another ring of the host
    single = [name for name in inside if inside.count(name) % 2]
    return single[0] if single else None


def nearest_city(lat: float, lon: float) -> tuple[str, float, float]:
    """Return the nearest city, the distance to it (m), and the azimuth (rad) from it to the place (lat, lon in rad)."""
    book = gazetteer()
    here = np.empty_like(book.places)
    here[:, 0], here[:, 1] = lat, lon
    out = np.empty((len(here), 3))
    geodesic_inverse_many(book.places, here, out)
    i = int(np.argmin(out[:, 0]))
    return book.cities[i], float(out[i, 0]), float(out[i, 1])


def describe(lat: float, lon: float) -> str:
    """Return words for a place (rad): 'in the South Atlantic, 1,240 km west of Cape Town', 'in Brazil, at Brasília'."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return "nowhere"
    land = country(lat, lon)
    if land is None:
        where = f"in the {sea_name(lat / DEG, lon / DEG)}"
    else:
        where = f"in the {land}" if land in _WITH_ARTICLE else f"in {land}"
    city, distance, azimuth = nearest_city(lat, lon)
    km = distance / 1e3
    if km < 15.0:
        return f"{where}, at {city}"
    rounded = round(km, -1) if km >= 100.0 else round(km)
    bearing = _COMPASS[round(azimuth / (math.pi / 4.0)) % 8]
    return f"{where}, {rounded:,.0f} km {bearing} of {city}"

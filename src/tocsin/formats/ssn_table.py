"""Table of radar observations of the US space surveillance network (B3 decoded) -> network and looks.

Columns by name: sensor, time_utc, el_deg, az_deg, range_km, range_rate_km_s (may be empty), obs_type, sat. Beside it
stands `sensors.csv` with places, limits, noise and bias of the sensors. How the tables become records:

- A row is one look in `track` mode with one detection; its session is the sensor's day, `sequence` counts used rows.
- Noise columns become sigmas, bias columns biases: both are larger than what the data themselves show, so figures
  derived from them are cautious. 0 and 9999 mean none. Angles are along the arc. The table has no noise of range
  rate: 20 m/s, the worst of the three sensors whose noise was measured.
- The range limit is that of 1 m2; 100 m2, a large satellite, is seen 100^(1/4) times as far: the limit here.
- Angles are corrected for refraction: geocentric radii of circular orbits do not bend towards the horizon.
"""

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from tocsin.core.errors import InputError
from tocsin.core.records.inputs import Look
from tocsin.core.records.network import Face, Network, Radar
from tocsin.core.records.outputs import Rejection
from tocsin.formats import look_checks
from tocsin.formats import look_rows as lr
from tocsin.formats.json_lines import read_all
from tocsin.formats.look_groups import looks_of
from tocsin.formats.looks import check_data_mode, without_collector

NEEDED = ("sensor", "time_utc", "el_deg", "az_deg", "range_km", "range_rate_km_s", "obs_type")
TYPES = ("1", "2", "3", "4")
"""B3 observation types with azimuth and elevation; the others hold right ascension, or no angles."""
FASTEST_M_S = 12_000.0
"""Above escape speed and the turning of the Earth no range changes."""
BELOW_LIMIT_DEG = 1.0
LARGE_TARGET = 100.0**0.25
PHASED_ARRAY = "10"
FARTHEST_KM = 100_000.0
SIGMA_RANGE_RATE_M_S = 20.0


class SsnRead(NamedTuple):
    """What a reader found: `rows_in` = rows in looks + rows refused or dropped."""

    network: Network
    looks: list[Look]
    rejections: list[Rejection]
    rows_in: int


def is_ssn_table(first_line: str) -> bool:
    """Return whether a header is that of such a table."""
    return set(NEEDED) <= set(first_line.strip().split(","))


def read_ssn_table(
    path: str | Path,
    data_mode: str,
    sensors: str | Path | None = None,
    network_ids: Collection[str] | None = None,
) -> SsnRead:
    """Return network and looks of a table of observations; `sensors` defaults to `sensors.csv` beside it.

    `network_ids`: the sensors of another network to be used. InputError if a file cannot be used.
    """
    path = Path(path)
    check_data_mode(data_mode)
    network = read_sensors(Path(sensors) if sensors else path.parent / "sensors.csv")
    text = read_all(path).decode("utf-8", "replace")
    with without_collector():
        rows = _rows(path, text, data_mode)
        known = {radar.id for radar in network.radar}
        look_checks.check(rows, data_mode, known if network_ids is None else network_ids)
        _check_limits(rows, network)
        _drop_repeated(rows)
        _number(rows)
        return SsnRead(network, looks_of(rows), rows.rejections(), rows.n)


def read_sensors(path: Path) -> Network:
    """Return the radars of `sensors.csv`; telescopes and places without limits are left out."""
    text = read_all(path).decode("utf-8", "replace")
    try:
        table = list(csv.DictReader(text.splitlines()))
    except csv.Error as error:
        raise InputError(f"not a CSV table: {error}", file=str(path)) from None
    sites: dict[tuple[str, str], str] = {}
    radars = []
    for i, row in enumerate(table):
        try:
            if None in row:
                raise ValueError("more cells than the header has")
            site = sites.setdefault((row["lat_deg"], row["lon_deg"]), row["name"])
            radar = _radar(row, site)
            if radar is not None:
                # through the same validation as a network file
                radars.append(msgspec.convert(msgspec.to_builtins(radar), Radar))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"not a row of a sensor table: {error}", file=str(path), line=i + 2) from None
    if not radars:
        raise InputError("no radars in it", file=str(path))
    return Network(
        name="space surveillance network 1996", description="Radars of sensors.csv, for replay", radar=tuple(radars)
    )


def _radar(row: dict[str, str], site: str) -> Radar | None:
    """Return a radar of the table, or None for what is none."""
    number = {key: float(value) for key, value in row.items() if key.endswith(("_m", "_deg", "_km"))}
    if number["bias_rng_m"] >= 9999.0 or number["track_rng_max_km"] <= 0.0:
        return None
    low, high = number["track_el_min_deg"], min(number["track_el_max_deg"], 90.0)
    low, high = (low, high) if low < high else (0.0, 90.0)  # a fence states no sector of elevation
    given: dict[str, Any] = {
        "sigma_range_m": number["noise_rng_m"],
        "sigma_azimuth_deg": number["noise_az_deg"],
        "sigma_elevation_deg": number["noise_el_deg"],
        "bias_range_m": number["bias_rng_m"],
        "bias_azimuth_deg": number["bias_az_deg"],
        "bias_elevation_deg": number["bias_el_deg"],
    }
    boresight: dict[str, Any] = {}
    if row["sensor_type"] == PHASED_ARRAY:
        boresight = {"boresight_azimuth_deg": number["boresight_az_deg"],
                     "boresight_elevation_deg": number["boresight_el_deg"]}  # fmt: skip
    return Radar(
        id=row["sensor"],
        name=row["name"],
        site=site,
        latitude_deg=number["lat_deg"],
        longitude_deg=number["lon_deg"],
        altitude_m=number["alt_m"],
        faces=(Face(
            azimuth_start_deg=number["track_az_min_deg"], azimuth_end_deg=number["track_az_max_deg"],
            elevation_min_deg=low, elevation_max_deg=high, **boresight,
        ),),
        range_min_km=number["track_rng_min_km"],
        range_km=min(number["track_rng_max_km"] * LARGE_TARGET, FARTHEST_KM),
        reference_range_km=number["track_rng_max_km"],
        period_s=1.0,
        sigma_range_rate_m_s=SIGMA_RANGE_RATE_M_S,
        sources=("sensors.csv: table of SENSOR.DAT, 1990s",),
        **{key: value for key, value in given.items() if 0.0 < value < 9999.0},
    )  # fmt: skip


def _rows(path: Path, text: str, data_mode: str) -> lr.Rows:
    """Return the observations as rows of a look table."""
    header, *lines = text.splitlines() or [""]
    names = header.strip().split(",")
    if not is_ssn_table(header):
        raise InputError("not a table of observations", file=str(path), line=1, allowed=", ".join(NEEDED))
    kept = [(i, line.split(",")) for i, line in enumerate(lines) if line.strip()]
    rows = lr.Rows(path.name, np.array([i for i, _ in kept], np.int64))
    short = np.array([len(cells) != len(names) for _, cells in kept], np.bool_)
    rows.refuse(short, "", f"not {len(names)} columns")
    blank = [""] * len(names)
    columns = dict(zip(names, zip(*(cells if len(cells) == len(names) else blank for _, cells in kept), strict=True)
                       if kept else [()] * len(names), strict=True))  # fmt: skip
    _text(rows, "sensor", columns["sensor"])
    _text(rows, "session", [cell[:10] for cell in columns["time_utc"]])
    _text(rows, "data_mode", [data_mode] * rows.n)
    _text(rows, "mode", ["track"] * rows.n)
    if "sat" in columns:
        _text(rows, "sensor_track", columns["sat"])
    times, reasons = lr.time_of_list([cell or None for cell in columns["time_utc"]])
    rows.whole["time_utc"] = times
    rows.refuse_cells(reasons, "time_utc")
    for name, source, scale in (
        ("range_m", "range_km", 1e3),
        ("azimuth_deg", "az_deg", 1.0),
        ("elevation_deg", "el_deg", 1.0),
        ("range_rate_m_s", "range_rate_km_s", 1e3),
    ):
        rows.real[name] = _numbers(rows, source, columns[source]) * scale
    for name, value in (("sequence", 0), ("detection", 0), ("detections", 1)):
        rows.whole[name] = lr.Whole(np.full(rows.n, value, np.int64), np.zeros(rows.n, np.bool_))
    kinds = np.array([cell.strip() not in TYPES for cell in columns["obs_type"]], np.bool_)
    rows.refuse(kinds, "obs_type", "not an observation type with azimuth and elevation")
    return rows


def _text(rows: lr.Rows, name: str, cells: Collection[str]) -> None:
    table: dict[str, int] = {}
    codes, _ = lr.text_of_list([cell.strip() or None for cell in cells], table)
    rows.text[name] = lr.Text(codes, list(table))


def _numbers(rows: lr.Rows, source: str, cells: Collection[str]) -> lr.FloatArray:
    """Return a column of decimals, NaN where empty; a cell that is none refuses its row."""
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells], np.float64)
    except ValueError:
        found = np.full(len(cells), np.nan)
        reasons = {}
        for i, cell in enumerate(cells):
            try:
                found[i] = float(cell) if cell.strip() else np.nan
            except ValueError:
                reasons[i] = lr.NOT_NUMBER
        rows.refuse_cells(reasons, source)
        return found


def _check_limits(rows: lr.Rows, network: Network) -> None:
    """Refuse what no object can do, and what lies below the sensor's own limit of elevation."""
    rate = np.abs(rows.real["range_rate_m_s"])
    rows.refuse(rate > FASTEST_M_S, "range_rate_km_s", "faster than any object (12 km/s)")
    codes, words = rows.text["sensor"]
    lowest = {radar.id: radar.faces[0].elevation_min_deg for radar in network.radar}
    limit = np.array([*(lowest.get(word, -5.0) for word in words), -5.0])[codes]
    low = rows.real["elevation_deg"] < limit - BELOW_LIMIT_DEG
    rows.refuse(low, "el_deg", "below the sensor's limit of elevation by more than 1 deg")


def _same_as_before(columns: list[Any]) -> lr.BoolArray:
    same = np.ones(columns[0].size, np.bool_)
    same[:1] = False
    for column in columns:
        equal = (column[1:] == column[:-1]) | ((column[1:] != column[1:]) & (column[:-1] != column[:-1]))
        same[1:] &= equal
    return same


def _drop_repeated(rows: lr.Rows) -> None:
    """Drop rows that stand in the table twice."""
    index = np.flatnonzero(rows.ok)
    names = ("range_m", "azimuth_deg", "elevation_deg", "range_rate_m_s")
    columns = [rows.text["sensor"].codes, rows.text["sensor_track"].codes, rows.whole["time_utc"].values,
               *(rows.real[name] for name in names)]  # fmt: skip
    order = index[np.lexsort((index, *(column[index] for column in reversed(columns))))]
    same = _same_as_before([column[order] for column in columns])
    rows.refuse_rows(order[same], "", "the same row again", "dropped")


def _number(rows: lr.Rows) -> None:
    """Count the used rows of each session by time."""
    index = np.flatnonzero(rows.ok)
    sensor, session = rows.text["sensor"].codes, rows.text["session"].codes
    time = rows.whole["time_utc"].values
    order = index[np.lexsort((index, time[index], session[index], sensor[index]))]
    first = ~_same_as_before([sensor[order], session[order]])
    place = np.arange(order.size)
    rows.whole["sequence"].values[order] = place - np.maximum.accumulate(np.where(first, place, 0))

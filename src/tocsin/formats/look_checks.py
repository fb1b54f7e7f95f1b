"""Checks of the rows of a look table, by the column: each refused row gets the first reason that holds."""

from collections.abc import Collection

import numpy as np

from tocsin.core.records.inputs import DATA_MODES
from tocsin.core.records.outputs import Rejection
from tocsin.formats import look_rows as lr
from tocsin.formats.look_columns import (
    COLUMNS,
    LONGEST_LOOK_NS,
    LONGEST_SILENCE_NS,
    LONGEST_TEXT,
    STRAY_NS,
    TIME_TOLERANCE_NS,
    Column,
    limits,
)

LOWEST_SENSOR_M, HIGHEST_SENSOR_M = 6.35e6, 1e9
MEASURED = ("range_m", "azimuth_deg", "elevation_deg", "los_x", "los_y", "los_z")
MOST_NAMED = 100
"""So many unknown sensors of a file are told by name."""
LOS = ("los_x", "los_y", "los_z")
PLACE = ("sensor_x_m", "sensor_y_m", "sensor_z_m")


def check(rows: lr.Rows, data_mode: str, network_ids: Collection[str] | None = None) -> None:
    """Refuse every row that cannot be used; fill absent columns and defaults in place."""
    fill_absent(rows)
    for column in COLUMNS:
        if column.kind == "text":
            _check_text(rows, column)
        elif column.kind == "real":
            _check_real(rows, column)
        else:
            _check_whole(rows, column)
    _check_mode_of_run(rows, data_mode)
    if network_ids is not None:
        _check_sensors(rows, network_ids)
    _check_counts(rows)
    _check_times(rows)
    _check_measurement(rows)
    _check_place(rows)
    _check_stray(rows)


def fill_absent(rows: lr.Rows) -> None:
    """Give absent columns nulls."""
    for column in COLUMNS:
        if column.kind == "text":
            rows.text.setdefault(column.name, lr.absent_text(rows.n))
        elif column.kind == "real":
            rows.real.setdefault(column.name, np.full(rows.n, np.nan))
        else:
            rows.whole.setdefault(column.name, lr.absent_whole(rows.n))


def unknown_sensors(rejections: list[Rejection]) -> list[str]:
    """Return the sensors refused as unknown, each once, for a message told once."""
    found = {r.reason.removeprefix(_UNKNOWN).strip("'") for r in rejections if r.reason.startswith(_UNKNOWN)}
    return sorted(found)


_UNKNOWN = "unknown sensor "


def _check_text(rows: lr.Rows, column: Column) -> None:
    name, (codes, words) = column.name, rows.text[column.name]
    if column.required:
        rows.refuse(codes < 0, name, "missing")
    if column.choices:
        bad = [i for i, word in enumerate(words) if word not in column.choices]
        if bad:
            rows.refuse(np.isin(codes, bad), name, f"not one of: {limits(column)}")
        if column.default is not None:
            default = str(column.default)
            words = words if default in words else [*words, default]
            rows.text[name] = lr.Text(np.where(codes < 0, words.index(default), codes), words)
        return
    long = [i for i, word in enumerate(words) if len(word) > LONGEST_TEXT]
    if long:
        rows.refuse(np.isin(codes, long), name, f"longer than {LONGEST_TEXT} characters")
    if name == "sensor" and "" in words:
        rows.refuse(codes == words.index(""), name, "missing")


def _check_real(rows: lr.Rows, column: Column) -> None:
    values = rows.real[column.name]
    rows.refuse(np.isinf(values), column.name, "not finite")
    if column.low is not None and column.high is not None:
        rows.refuse((values < column.low) | (values > column.high), column.name, f"outside {limits(column)}")


def _check_whole(rows: lr.Rows, column: Column) -> None:
    values, null = rows.whole[column.name]
    if column.required:
        rows.refuse(null, column.name, "missing")
    if column.kind == "whole" and column.low is not None and column.high is not None:
        wrong = ~null & ((values < int(column.low)) | (values > int(column.high)))
        rows.refuse(wrong, column.name, f"outside {limits(column)}")


def _check_mode_of_run(rows: lr.Rows, data_mode: str) -> None:
    codes, words = rows.text["data_mode"]
    for i, word in enumerate(words):
        if word != data_mode and word in DATA_MODES:
            rows.refuse(codes == i, "data_mode", f"{word} in a run of {data_mode}")


def _check_sensors(rows: lr.Rows, network_ids: Collection[str]) -> None:
    codes, words = rows.text["sensor"]
    unknown = [i for i, word in enumerate(words) if word not in network_ids]
    for i in unknown[:MOST_NAMED]:
        rows.refuse(codes == i, "sensor", f"{_UNKNOWN}'{words[i]}'")
    rest = unknown[MOST_NAMED:]
    if rest:  # what is told by the reason stays bounded
        rows.refuse(np.isin(codes, rest), "sensor", f"one of {len(rest)} more unknown sensors")


def _check_counts(rows: lr.Rows) -> None:
    detection, declared = rows.whole["detection"].values, rows.whole["detections"].values
    n, null = rows.whole["empty_looks"]
    empty = detection < 0
    rows.refuse(empty & (declared > 1), "detections", "an empty look has no detections")
    rows.refuse(~empty & (detection >= declared), "detection", "not below `detections`")
    rows.refuse(empty & ~null & (n < 1), "empty_looks", "an empty row is at least one look")
    rows.refuse(~empty & (n > 1), "empty_looks", "only for looks without detections")
    rows.refuse(empty & (n > rows.whole["sequence"].values + 1), "empty_looks", "more looks than `sequence` counts")
    rows.whole["empty_looks"] = lr.Whole(np.where(null | ~empty, 1, n), np.zeros(rows.n, np.bool_))
    rows.whole["detections"] = lr.Whole(np.where(empty, 0, declared), np.zeros(rows.n, np.bool_))


def _check_times(rows: lr.Rows) -> None:
    time = rows.whole["time_utc"].values
    start, no_start = rows.whole["look_start_utc"]
    end, no_end = rows.whole["look_end_utc"]
    received, no_received = rows.whole["received_utc"]
    empty = rows.whole["detection"].values < 0
    both = ~no_start & ~no_end
    rows.refuse(both & (start > end), "look_start_utc", "after look_end_utc")
    early = ~no_start & (time < start - TIME_TOLERANCE_NS)
    late = ~no_end & (time > end + TIME_TOLERANCE_NS)
    tolerance_s = TIME_TOLERANCE_NS // 10**9
    rows.refuse(early | late, "time_utc", f"outside its look by more than {tolerance_s} s")
    span = np.where(no_end, time, end) - np.where(no_start, time, start)
    longest = np.where(empty, LONGEST_SILENCE_NS, LONGEST_LOOK_NS)
    rows.refuse(span > longest, "look_start_utc", "look longer than can be (1 h; 1 day of empty looks)")
    day = 86400 * 10**9
    rows.refuse(~no_received & (received < time - day), "received_utc", "more than a day before time_utc")
    rows.whole["received_utc"] = lr.Whole(np.where(no_received, time, received), np.zeros(rows.n, np.bool_))


def _check_measurement(rows: lr.Rows) -> None:
    empty = rows.whole["detection"].values < 0
    given = {name: ~np.isnan(rows.real[name]) for name in MEASURED}
    some = np.logical_or.reduce(list(given.values()))
    rows.refuse(~empty & ~some, "range_m", "no measurement: range, angles and line of sight are all null")
    rows.refuse(empty & some, "detection", "a measurement in an empty look")
    part = np.stack([given[name] for name in LOS]).sum(0)
    rows.refuse((part > 0) & (part < 3), "los_x", "line of sight incomplete")
    x, y, z = (rows.real[name] for name in LOS)
    with np.errstate(over="ignore", invalid="ignore"):
        norm = np.sqrt(x * x + y * y + z * z)
    rows.refuse(np.abs(norm - 1.0) > 1e-3, "los_x", "not a unit vector within 0.001")
    # a norm off by rounding stays as it came, so that what is written again is the same bits
    scale = np.where(np.abs(norm - 1.0) > 1e-12, norm, 1.0)
    scale[~((scale > 0.0) & rows.ok)] = 1.0
    for name, values in zip(LOS, (x, y, z), strict=True):
        rows.real[name] = values / scale


def _check_place(rows: lr.Rows) -> None:
    x, y, z = (rows.real[name] for name in PLACE)
    part = np.stack([~np.isnan(v) for v in (x, y, z)]).sum(0)
    rows.refuse((part > 0) & (part < 3), "sensor_x_m", "place incomplete")
    with np.errstate(over="ignore", invalid="ignore"):
        radius = np.sqrt(x * x + y * y + z * z)
    rows.refuse(radius < LOWEST_SENSOR_M, "sensor_x_m", "a place inside the Earth")
    rows.refuse(radius > HIGHEST_SENSOR_M, "sensor_x_m", "a place beyond 1e6 km")


def _check_stray(rows: lr.Rows) -> None:
    """Refuse what stands years away from the rest: one damaged year must not make time run for a century."""
    for name in ("received_utc", "time_utc"):
        values = rows.whole[name].values
        good = np.sort(values[rows.ok])
        if good.size:
            middle = good[(good.size - 1) // 2]
            rows.refuse(np.abs(values - middle) > STRAY_NS, name, "more than a year from the file's median time")

"""How the centre uses registration: a look of a sensor that is known to be wrong is corrected, and what is found is told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import (
    AZIMUTH,
    ELEVATION,
    LOS_X,
    LOS_Z,
    RANGE,
    SIGMA_AZIMUTH,
    SIGMA_ELEVATION,
    SIGMA_LOS,
    SIGMA_RANGE,
    FloatArray,
    IntArray,
    Look,
)
from tocsin.sensing.kinds.infrared_kernels import perturb_los
from tocsin.tracking.registration_records import FAULT, Fault

if TYPE_CHECKING:
    from tocsin.centre.centre import Centre
    from tocsin.sensing.sensor import Sensor
    from tocsin.tracking.look_result import LookResult

TARGET_M_S = 7000.0
"""Speed of what is tracked, for what a doubtful clock does to its place."""


def corrected(look: Look, sensor: Sensor, fault: Fault) -> Look:
    """Return a look without the estimated errors of its sensor, its sigmas wider by what is not known of them.

    A sensor whose error moves gets sigmas as wide as faults are: it still sees, and no longer moves what others know.
    """
    shift = round(fault.mean[3] * NS)
    sigma = FAULT[sensor.kind] if fault.drifting else tuple(fault.sigmas)
    way = sigma[3] * TARGET_M_S
    values = look.values.copy()
    if sensor.kind == "infrared":
        _turn_back(values, fault, math.hypot(sigma[0], way / 3.8e7), sensor.sigma_los)
    else:
        values[:, RANGE] -= fault.mean[0]
        with np.errstate(invalid="ignore"):
            values[:, AZIMUTH] -= fault.mean[1] / np.maximum(_cosine(values[:, ELEVATION]), 0.05)
            values[:, ELEVATION] -= fault.mean[2]
            far = np.fmax(values[:, RANGE], 1e5)
        _widen(values, SIGMA_RANGE, sensor.sigma_range, math.hypot(sigma[0], way))
        for column, own, more in (
            (SIGMA_AZIMUTH, sensor.sigma_azimuth, sigma[1]),
            (SIGMA_ELEVATION, sensor.sigma_elevation, sigma[2]),
        ):
            _widen(values, column, own, np.sqrt(more**2 + (way / np.where(np.isnan(far), 1e6, far)) ** 2))
    return msgspec.structs.replace(
        look,
        time=look.time - shift,
        start=look.start - shift,
        end=look.end - shift,
        times=look.times - shift,
        values=values,
    )


def _cosine(angle: FloatArray) -> FloatArray:
    return np.array([math.cos(a) if a == a else math.nan for a in angle.tolist()])


def _widen(values: FloatArray, column: int, own: float, more: float | FloatArray) -> None:
    given = np.where(np.isnan(values[:, column]), own, values[:, column])
    values[:, column] = np.sqrt(given * given + np.asarray(more) ** 2)


def _turn_back(values: FloatArray, fault: Fault, more: float, own: float) -> None:
    for k in range(len(values)):
        x, y, z = values[k, LOS_X : LOS_Z + 1].tolist()
        if math.isfinite(x + y + z):
            values[k, LOS_X : LOS_Z + 1] = perturb_los(x, y, z, -fault.mean[0], -fault.mean[1])
    _widen(values, SIGMA_LOS, own, more)


def process(
    centre: Centre, look: Look, sensor: Sensor, place: FloatArray, rows: FloatArray, used: IntArray
) -> tuple[Look, LookResult]:
    """Return a look, corrected where its sensor is known to be wrong, and what it did to the tracks; registration hears it."""
    fault = centre.registration.fault(sensor.id)
    sent, as_sent = look, rows
    if fault is not None:
        look = corrected(look, sensor, fault)
        rows = centre.tracker.rows(look, sensor, place) if used.size else rows
    trusted = (fault is None or not fault.drifting) and sensor.id not in centre.clocks.standing
    # an infrared sensor's false reports stand close together, at a lit cloud: the rest of its field is as it says
    false = centre.false_rate.of(sensor.id) if sensor.kind == "radar" else 0.0
    result = centre.tracker.process(look, sensor, place, rows, used, centre.known, trusted, false)
    if used.size and centre.registration.wants(sent):
        hear(centre, sent, sensor, as_sent, used, result, (look, rows) if fault is not None else None)
    return look, result


def hear(
    centre: Centre, look: Look, sensor: Sensor, rows: FloatArray, used: IntArray, result: LookResult,
    better: tuple[Look, FloatArray] | None,
) -> None:  # fmt: skip
    """Give registration what a look, as it was sent, says of tracks and known objects; `better`: as it was corrected."""
    bank = centre.tracker.bank
    tracks: dict[int, int] = {}
    for slots, rows_of, _ in result.hits:
        which = np.array(slots, np.int64)
        stand = (bank.columns["confirmed"][which] != 0) & (bank.columns["stem"][which] == 0)
        numbers = bank.columns["number"][which].tolist()
        for k in stand.nonzero()[0].tolist():
            if slots[k] in bank.tracks:
                tracks[rows_of[k]] = numbers[k]
    site = centre.sites.get(sensor.id, -1)
    thought = dict(zip(result.known_rows.tolist(), centre.catalogue.ids(result.known_objects), strict=True))
    centre.registration.hear(look, sensor, rows, used, tracks, thought, centre.catalogue, site, better)


def close(centre: Centre) -> None:
    """Tell what registration finds when one of its half minutes is over."""
    for found in centre.registration.close(centre.now, centre.tracker.bank, centre.catalogue):
        fault, keys = found.fault, found.fault.keys
        size = _words(centre.sensors.by_id[found.sensor].kind, fault)
        data = {
            "state": found.kind,
            "log_odds": round(fault.odds, 1),
            **_figures(centre.sensors.by_id[found.sensor].kind, fault),
        }
        if found.kind == "drifting":
            reason = f"its error does not stand still ({size}): it no longer moves common tracks, nor counts as a path"
            centre.emit.event("quarantined", found.sensor, centre.now, keys, reason=reason, **data)
        elif found.kind == "well":
            centre.emit.event(
                "sensor_back", found.sensor, centre.now, keys, reason="its errors are as stated again", **data
            )
        elif found.kind == "disputed":
            reason = f"disagrees: it, or {', '.join(found.others)}, is wrong by more than stated; nothing is corrected"
            centre.emit.event("sensor_biased", found.sensor, centre.now, keys, reason=reason, **data)
        else:
            again = "its error stands still again: " if found.kind == "steady" else ""
            centre.emit.event(
                "sensor_biased", found.sensor, centre.now, keys, reason=f"{again}{size}; corrected", **data
            )


def _figures(kind: str, fault: Fault) -> dict[str, float]:
    """Return the errors and their sigmas by names that end in their unit."""
    names = ("range_m", "azimuth_deg", "elevation_deg") if kind == "radar" else ("los_a_urad", "los_b_urad")
    units = (1.0, DEG, DEG) if kind == "radar" else (1e-6, 1e-6)
    out: dict[str, float] = {}
    for k, (name, unit) in enumerate(zip(names, units, strict=True)):
        out[f"bias_{name}"] = round(fault.mean[k] / unit, 4)
        out[f"sigma_{name}"] = round(fault.sigmas[k] / unit, 4)
    out["bias_clock_s"], out["sigma_clock_s"] = round(fault.mean[3], 4), round(fault.sigmas[3], 4)
    return out


def _words(kind: str, fault: Fault) -> str:
    """Return what is wrong in words, with one sigma."""
    m, s = fault.mean, fault.sigmas
    words = []
    for k in fault.parts:
        if k == 3:
            words.append(f"clock {m[3]:+.3f} +/- {s[3]:.3f} s")
        elif kind == "infrared":
            words.append(f"line of sight {m[k] * 1e6:+.0f} +/- {s[k] * 1e6:.0f} urad")
        elif k == 0:
            words.append(f"range {m[0]:+.0f} +/- {s[0]:.0f} m")
        else:
            words.append(f"{('azimuth', 'elevation')[k - 1]} {m[k] / DEG:+.3f} +/- {s[k] / DEG:.3f} deg")
    return ", ".join(words)

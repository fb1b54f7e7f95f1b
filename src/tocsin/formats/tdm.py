"""Observations as CCSDS Tracking Data Messages 2.0 (503.0-B-2), keyword-value notation, one file a sensor.

A segment an object, in the order of first sight. Range in km (one way), range rate in km/s (positive when receding),
angles in degrees: AZEL of the geodetic horizon, or, for a line of sight, RADEC in the Earth-fixed frame
(ANGLE_1 = longitude of the direction, ANGLE_2 = its latitude).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import DEG
from tocsin.core.errors import ValueRefused
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.warnings import SpaceObservations
from tocsin.formats.oem import ORIGINATOR, _refusing, safe_name
from tocsin.formats.utc import iso_array

FRAME = "ITRF2000"
"""The newest Earth-fixed frame that the TDM standard names; directions are the same to a milliarcsecond."""
_RADAR = ("RANGE", "ANGLE_1", "ANGLE_2", "DOPPLER_INSTANTANEOUS")
_OPTICAL = ("ANGLE_1", "ANGLE_2")


def join(parts: Sequence[SpaceObservations]) -> SpaceObservations:
    """Return the observations of one sensor in one record; ValueRefused when sensors, modes or kinds differ."""
    first = parts[0]
    if any((p.sensor, p.data_mode) != (first.sensor, first.data_mode) for p in parts):
        raise ValueRefused("observations of two sensors or data modes do not go into one message")
    if any(_is_optical(p) != _is_optical(first) for p in parts):
        raise ValueRefused("a sensor measures either range and angles or a line of sight")
    return SpaceObservations(
        sensor=first.sensor,
        data_mode=first.data_mode,
        times=np.concatenate([p.times for p in parts]),
        objects=tuple(name for p in parts for name in p.objects),
        range_m=np.concatenate([p.range_m for p in parts]),
        azimuth=np.concatenate([p.azimuth for p in parts]),
        elevation=np.concatenate([p.elevation for p in parts]),
        range_rate_m_s=np.concatenate([p.range_rate_m_s for p in parts]),
        los=np.concatenate([p.los for p in parts]) if _is_optical(first) else np.zeros((0, 3)),
    )


def _is_optical(observations: SpaceObservations) -> bool:
    return len(observations.los) > 0 and bool(np.isfinite(observations.los).any())


def observations_text(observations: SpaceObservations, made_utc: str) -> str:
    """Return the observations of one sensor as TDM 2.0 text; ValueRefused when there is none.

    `made_utc` is the creation date (data time, ISO 8601). Measurements that are NaN have no line.
    """
    n = len(observations.times)
    if n == 0:
        raise ValueRefused(f"{observations.sensor}: no observation")
    names: dict[str, int] = {}
    which = np.array([names.setdefault(name, len(names)) for name in observations.objects], np.int64)
    order = np.lexsort((observations.times, which))
    kinds, values = _columns(observations)
    values = values[order]
    epochs = iso_array(observations.times[order])
    lines = _lines(kinds, values, epochs)
    bounds = np.searchsorted(which[order], np.arange(len(names) + 1)).tolist()
    present = np.logical_or.reduceat(np.isfinite(values), bounds[:-1], axis=0)
    optical = _is_optical(observations)
    parts = [_header(observations, made_utc)]
    sensor = safe_name(observations.sensor)
    for number, name in enumerate(names):
        low, high = bounds[number], bounds[number + 1]
        there = [kind for kind, any_there in zip(kinds, present[number].tolist(), strict=True) if any_there]
        if not there:
            continue
        parts.append(_metadata(sensor, safe_name(name), there, epochs[low], epochs[high - 1], optical))
        parts += lines[low:high]
        parts.append("DATA_STOP\n\n")
    return "".join(parts)


def _columns(o: SpaceObservations) -> tuple[tuple[str, ...], FloatArray]:
    """Return keywords and (n, k) values in the units of the file."""
    if _is_optical(o):
        lon = np.arctan2(o.los[:, 1], o.los[:, 0])
        lat = np.arctan2(o.los[:, 2], np.hypot(o.los[:, 0], o.los[:, 1]))
        return _OPTICAL, np.stack([_circle_deg(lon), lat / DEG], axis=1)
    azimuth = _circle_deg(o.azimuth)
    return _RADAR, np.stack([o.range_m / 1e3, azimuth, o.elevation / DEG, o.range_rate_m_s / 1e3], axis=1)


def _circle_deg(angle: FloatArray) -> FloatArray:
    """Return angles in [0, 360) degrees at the decimals of the file, so that none is printed as 360."""
    return np.round(angle / DEG, 7) % 360.0


def _lines(kinds: tuple[str, ...], values: npt.NDArray[np.float64], epochs: list[str]) -> list[str]:
    """Return the text of each observation: a line a measurement that there is."""
    templates = [f"{kind} = %s %.{6 if kind == 'RANGE' else 7}f\n" for kind in kinds]
    whole = "".join(templates)
    if np.isfinite(values).all():
        columns = [column for k in range(len(kinds)) for column in (epochs, values[:, k].tolist())]
        return [whole % row for row in zip(*columns, strict=True)]
    out = []
    for row, epoch in zip(values.tolist(), epochs, strict=True):
        out.append("".join(t % (epoch, v) for t, v in zip(templates, row, strict=True) if v == v))
    return out


def _header(observations: SpaceObservations, made_utc: str) -> str:
    return (
        "CCSDS_TDM_VERS = 2.0\n"
        f"COMMENT DATA_MODE {observations.data_mode}\n"
        "COMMENT RANGE IS THE ONE-WAY DISTANCE FROM SENSOR TO OBJECT, DOPPLER_INSTANTANEOUS ITS RATE\n"
        f"CREATION_DATE = {made_utc.removesuffix('Z')}\n"
        f"ORIGINATOR = {ORIGINATOR}\n\n"
    )


def _metadata(sensor: str, name: str, kinds: list[str], start: str, stop: str, optical: bool) -> str:
    lines = [
        "META_START",
        f"DATA_TYPES = {','.join(kinds)}",
        "TIME_SYSTEM = UTC",
        f"START_TIME = {start}",
        f"STOP_TIME = {stop}",
        f"PARTICIPANT_1 = {sensor}",
        f"PARTICIPANT_2 = {name}",
        "MODE = SEQUENTIAL",
        "PATH = " + ("2,1" if optical else "1,2,1"),
    ]
    if "ANGLE_1" in kinds:
        lines.append("ANGLE_TYPE = " + ("RADEC" if optical else "AZEL"))
    if optical:
        lines.append(f"REFERENCE_FRAME = {FRAME}")
    if "RANGE" in kinds:
        lines.append("RANGE_UNITS = km")
    return "\n".join(lines) + "\nMETA_STOP\nDATA_START\n"


def check_tdm(text: str) -> int:
    """Return the number of measurements of a TDM text after reading and validating it; ValueRefused if it is none."""
    import ccsds_ndm

    with _refusing("TDM does not read back"):
        message = ccsds_ndm.Tdm.from_str(text, "kvn")
        message.validate()
        return sum(len(segment.data.observations) for segment in message.segments)

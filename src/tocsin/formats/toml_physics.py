"""What a sensor in a network file cannot be, and the physics that fails."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from tocsin.core.constants import DEG, MU_M3_S2, SPEED_OF_LIGHT_M_S, WGS84_A_M
from tocsin.core.records.network import Face, Infrared, Orbit, Radar, SearchVolume, Telescope
from tocsin.formats.toml_lines import Path

LOWEST_ORBIT_KM = 80.0
"""Below it no satellite completes another turn (McDowell, Acta Astronautica 151, 2018, 668: 'The edge of space')."""
HIGHEST_ORBIT_KM = 200_000.0
"""Half way to the Moon, which bends whatever goes farther; SGP4 holds no such orbit."""
LARGEST_INCLINATION_DEG = 179.9
"""A retrograde equatorial orbit has no equinoctial elements (Broucke & Cefola 1972)."""

BANDS = ("VHF", "UHF", "L", "S", "C", "X")
"""Of which the frequency is known (`sensing.kinds.radar`)."""

WHY = {
    "range_km": "a distance is never negative, and a radar of no range sees nothing",
    "range_min_km": "a distance is never negative",
    "range_max_km": "a distance is never negative, and a radar of no range sees nothing",
    "period_s": "the time from look to look runs forward",
    "revisit_s": "the time from look to look runs forward",
    "perigee_altitude_km": "the orbit meets the ground",
    "apogee_altitude_km": "the orbit meets the ground, or is no orbit about the Earth",
    "field_half_angle_deg": "a cone has a half angle between nothing and half of the sky",
    "elevation_min_deg": "an elevation runs from under the horizon over the zenith (90) to the other side",
    "elevation_max_deg": "an elevation runs from under the horizon over the zenith (90) to the other side",
    "inclination_deg": "two planes meet at no other angle",
    "radius_km": "a circle of no or negative radius holds nothing",
}
"""Key -> why a value outside its bounds cannot be."""

GIVEN_AS = {
    "eccentricity": "an orbit is given by perigee_altitude_km and apogee_altitude_km",
    "semi_major_axis_km": "an orbit is given by perigee_altitude_km and apogee_altitude_km",
    "period_min": "an orbit is given by perigee_altitude_km and apogee_altitude_km",
    "boresight_deg": "boresight_azimuth_deg and boresight_elevation_deg",
}
"""Key that other files of the trade have -> what stands for it here."""


class Complaint(NamedTuple):
    """What is wrong at a key path, and what is allowed there."""

    path: Path
    message: str
    allowed: str = ""


def why(path: Path, value: Any) -> str:
    """Return the physics that a number outside its bounds breaks, with a colon before it; empty for other keys."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not path:
        return ""
    reason = WHY.get(str(path[-1]), "")
    return f": {reason}" if reason else ""


def assumed_keys(record: Radar | Infrared | Telescope, path: Path) -> Iterator[Complaint]:
    """Complain about names in `assumed` that are no keys of the record (`faces.elevation_min_deg` for those within)."""
    inner = {"faces": Face, "search_volumes": SearchVolume, "orbit": Orbit}
    known = list(record.__struct_fields__)
    for key, kind in inner.items():
        if key in known:
            known += [f"{key}.{name}" for name in kind.__struct_fields__]
    for i, name in enumerate(record.assumed):
        if name not in known:
            yield Complaint((*path, "assumed", i), f"'{name}' is no key of this sensor", ", ".join(known))


def orbit(record: Orbit, path: Path) -> Iterator[Complaint]:
    """Complain about an orbit (perigee and apogee given) that is none about the Earth."""
    perigee, apogee = record.perigee_altitude_km or 0.0, record.apogee_altitude_km or 0.0
    if perigee > apogee:
        text = "above apogee_altitude_km: the lowest point of an orbit is never above its highest"
        yield Complaint((*path, "perigee_altitude_km"), text, f"at most {apogee:g}")
    if perigee < LOWEST_ORBIT_KM:
        text = f"{perigee:g} km stands in the air, which stops a satellite before its next turn"
        yield Complaint((*path, "perigee_altitude_km"), text, f"at least {LOWEST_ORBIT_KM:g}")
    if apogee > HIGHEST_ORBIT_KM:
        text = f"{apogee:g} km is where the Moon bends the orbit: no ellipse about the Earth holds there"
        yield Complaint((*path, "apogee_altitude_km"), text, f"at most {HIGHEST_ORBIT_KM:g}")
    if record.inclination_deg > LARGEST_INCLINATION_DEG:
        text = "an equatorial retrograde orbit has no elements here"
        yield Complaint((*path, "inclination_deg"), text, f"at most {LARGEST_INCLINATION_DEG:g}")


def element_set(line2: str, path: Path) -> Iterator[Complaint]:
    """Complain about a good element set whose orbit meets the ground or the air."""
    eccentricity, revolutions = float("0." + line2[26:33].strip().replace(" ", "0")), float(line2[52:63])
    rate = revolutions * 2.0 * math.pi / 86400.0
    perigee_km = ((MU_M3_S2 / rate**2) ** (1.0 / 3.0) * (1.0 - eccentricity) - WGS84_A_M) / 1e3
    if perigee_km < LOWEST_ORBIT_KM:
        where = "below the ground" if perigee_km < 0.0 else "in the air, which stops a satellite before its next turn"
        text = f"mean motion {revolutions:g} a day and eccentricity {eccentricity:g} put the perigee at {perigee_km:.0f} km"
        yield Complaint((*path, "element_set", 1), f"{text}, {where}", f"a perigee of at least {LOWEST_ORBIT_KM:g} km")


def face(record: Face, altitude_m: float, path: Path) -> Iterator[Complaint]:
    """Complain about a face that can see nothing, or more than a flat antenna can."""
    low, high = record.elevation_min_deg, record.elevation_max_deg
    if low >= high:
        text = "not below elevation_max_deg: the face has no height and sees nothing"
        yield Complaint((*path, "elevation_min_deg"), text, f"less than {high:g}")
    dip = math.acos(WGS84_A_M / (WGS84_A_M + max(altitude_m, 0.0))) / DEG
    if high <= -dip:
        text = (
            f"the horizon of a site at {altitude_m:g} m stands at {-dip:.2f} deg: the face looks into the ground only"
        )
        yield Complaint((*path, "elevation_max_deg"), text, f"more than {-dip:.2f}")
    if record.boresight_azimuth_deg is not None:
        start, end = record.azimuth_start_deg, record.azimuth_end_deg
        width = (end - start) % 360.0 or 360.0
        before = (record.boresight_azimuth_deg - start) % 360.0
        off = max(before, width - before) if before <= width else 360.0
        if off > 90.0 and high <= 90.0:
            found = f"{off:.0f} deg from the boresight" if before <= width else "and the boresight is not in it"
            text = f"the sector is {width:.0f} deg wide, {found}: a flat antenna does not look behind itself"
            yield Complaint((*path, "azimuth_end_deg"), text, "edges within 90 deg of boresight_azimuth_deg")


def waves(radar: Radar, path: Path) -> Iterator[Complaint]:
    """Complain about pulses and frequencies that cannot be of one radar with its other figures."""
    if radar.pulse_interval_s is not None:
        far = 0.5e-3 * SPEED_OF_LIGHT_M_S * radar.pulse_interval_s
        if radar.range_km > far:
            said = f"an echo from {radar.range_km:g} km comes back after the next pulse: c T / 2 is {far:.0f} km"
            least = f"at least {2e3 * radar.range_km / SPEED_OF_LIGHT_M_S:.4g}"
            yield Complaint((*path, "pulse_interval_s"), said, least)
    known = radar.frequency_mhz is not None or radar.band in BANDS
    if radar.equation is not None and not known:
        said = "the radar equation needs a frequency"
        yield Complaint((*path, "equation"), said, "frequency_mhz, or a band it follows")
    if radar.electron_content_tecu > 0.0 and not known:
        said = "what electrons do to a ray goes as one over the frequency squared, which is not given"
        yield Complaint((*path, "electron_content_tecu"), said, "frequency_mhz, or a band it follows")
    if radar.electron_content_tecu > 0.0 and radar.refraction != "raw":
        said = "a radar that corrects its measurements itself leaves nothing to correct"
        yield Complaint((*path, "electron_content_tecu"), said, 'refraction = "raw", or 0')


def search_volume(volume: SearchVolume, radar: Radar, path: Path) -> Iterator[Complaint]:
    """Complain about a search volume that no face of its radar holds any part of."""
    if volume.azimuth_start_deg is not None and volume.azimuth_end_deg is not None:
        arc = (volume.azimuth_start_deg, (volume.azimuth_end_deg - volume.azimuth_start_deg) % 360.0 or 360.0)
        if not any(_meet(arc, f) for f in radar.faces):
            text = "no face looks there: the volume is never seen"
            yield Complaint((*path, "azimuth_start_deg"), text, "a sector that a face holds")
    low, high = volume.elevation_min_deg, volume.elevation_max_deg
    top = max(f.elevation_max_deg for f in radar.faces)
    bottom = min(f.elevation_min_deg for f in radar.faces)
    if low is not None and low >= top and top <= 90.0:
        text = "above every face: the volume is never seen"
        yield Complaint((*path, "elevation_min_deg"), text, f"less than {top:g}")
    if high is not None and high <= bottom and top <= 90.0:
        text = "below every face: the volume is never seen"
        yield Complaint((*path, "elevation_max_deg"), text, f"more than {bottom:g}")
    if volume.range_min_km is not None and volume.range_min_km >= radar.range_km:
        text = "beyond the radar's range_km: the volume is never seen"
        yield Complaint((*path, "range_min_km"), text, f"less than {radar.range_km:g}")


def _meet(arc: tuple[float, float], record: Face) -> bool:
    """Return whether an arc (start, clockwise width) and a face's sector have a direction in common."""
    width = (record.azimuth_end_deg - record.azimuth_start_deg) % 360.0 or 360.0
    behind = (arc[0] - record.azimuth_start_deg) % 360.0
    ahead = (record.azimuth_start_deg - arc[0]) % 360.0
    return record.elevation_max_deg > 90.0 or behind < width or ahead < arc[1]

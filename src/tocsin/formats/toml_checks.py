"""What no single key can say: cross checks of network, assets and scenario. The first complaint is returned."""

import difflib
import math
from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.core.errors import ValueRefused
from tocsin.core.records.faults import Fault, LineDown, SiteDown
from tocsin.core.records.network import Asset, Assets, Infrared, Network, Orbit, Radar, Telescope
from tocsin.core.records.scenario import Flight, Scenario
from tocsin.core.records.sources import Source
from tocsin.core.time import tai_from_iso
from tocsin.formats import toml_physics
from tocsin.formats.tle_lines import tle_fault
from tocsin.formats.toml_lines import Path
from tocsin.formats.toml_physics import Complaint as Complaint

TIME_ALLOWED = "a UTC time, as 2026-01-31T12:00:00Z"
MOST_NAMED = 12
"""So many names are listed as allowed; of more, those nearest to the one that was given."""


def network(record: Network) -> Complaint | None:
    """Return the first complaint about a network, or None."""
    return next(_network(record), None)


def assets(record: Assets) -> Complaint | None:
    """Return the first complaint about a list of assets, or None."""
    return next(_assets(record), None)


def scenario(record: Scenario) -> Complaint | None:
    """Return the first complaint about a scenario by itself, or None."""
    return next(_scenario(record), None)


def references(record: Scenario, sensors: Network, places: Assets) -> Complaint | None:
    """Return the first complaint about names in a scenario that the network or the assets do not have, or None."""
    return next(_references(record, sensors, places), None)


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the known names as words of what is allowed; of many only those nearest to `name`, and how many there are."""
    if len(known) <= MOST_NAMED:
        return ", ".join(known)
    near = difflib.get_close_matches(name[:200], known, MOST_NAMED, 0.5) or known[:MOST_NAMED]
    return f"{', '.join(near)}, ... {len(known)} in all"


def _unique(items: Sequence[Any], path: Path, taken: dict[str, str] | None = None) -> Iterator[Complaint]:
    seen = {} if taken is None else taken
    for i, item in enumerate(items):
        if item.id in seen:
            yield Complaint((*path, i, "id"), f"'{item.id}' is already the id of {seen[item.id]}", "an id of its own")
        seen.setdefault(item.id, f"{path[-1]}[{i}]")


def _network(record: Network) -> Iterator[Complaint]:
    if not record.radar and not record.infrared and not record.telescope:
        yield Complaint((), "a network without sensors", "[[radar]], [[infrared]] and [[telescope]] tables")
    if record.day_utc:
        yield from _instant(record.day_utc, ("day_utc",))
    taken: dict[str, str] = {}
    yield from _unique(record.radar, ("radar",), taken)
    yield from _unique(record.infrared, ("infrared",), taken)
    yield from _unique(record.telescope, ("telescope",), taken)
    for i, radar in enumerate(record.radar):
        yield from _radar(radar, ("radar", i))
    for i, infrared in enumerate(record.infrared):
        yield from _infrared(infrared, ("infrared", i))
    for i, telescope in enumerate(record.telescope):
        yield from _id(telescope.id, ("telescope", i))
        yield from toml_physics.assumed_keys(telescope, ("telescope", i))


def _id(name: str, path: Path) -> Iterator[Complaint]:
    if "/" in name or not name.isprintable() or name != name.strip():
        yield Complaint(
            (*path, "id"), f"{name!r} cannot be an id", "printable text without `/`, not begun or ended by a space"
        )


def _radar(radar: Radar, path: Path) -> Iterator[Complaint]:
    yield from _id(radar.id, path)
    yield from toml_physics.assumed_keys(radar, path)
    if radar.range_min_km >= radar.range_km:
        text = "not below range_km: the radar sees at no distance"
        yield Complaint((*path, "range_min_km"), text, f"less than {radar.range_km:g}")
    yield from toml_physics.waves(radar, path)
    for i, face in enumerate(radar.faces):
        yield from toml_physics.face(face, radar.altitude_m, (*path, "faces", i))
    yield from _unique(radar.search_volumes, (*path, "search_volumes"))
    for i, volume in enumerate(radar.search_volumes):
        here = (*path, "search_volumes", i)
        low, high = volume.elevation_min_deg, volume.elevation_max_deg
        if low is not None and high is not None and low >= high:
            yield Complaint((*here, "elevation_min_deg"), "not below elevation_max_deg", f"less than {high:g}")
        near, far = volume.range_min_km, volume.range_max_km
        if near is not None and far is not None and near >= far:
            yield Complaint((*here, "range_min_km"), "not below range_max_km", f"less than {far:g}")
        if (volume.azimuth_start_deg is None) != (volume.azimuth_end_deg is None):
            key = "azimuth_end_deg" if volume.azimuth_end_deg is None else "azimuth_start_deg"
            yield Complaint((*here, key), "missing; azimuths come as a pair", "both or none")
        yield from toml_physics.search_volume(volume, radar, here)


def _infrared(sensor: Infrared, path: Path) -> Iterator[Complaint]:
    yield from _id(sensor.id, path)
    yield from toml_physics.assumed_keys(sensor, path)
    if sensor.jitter_rad > 0.0 and sensor.pixel_rad is None:
        yield Complaint(
            (*path, "jitter_rad"),
            "without pixel_rad",
            "both (they give the error of a line of sight), or sigma_los_rad",
        )
    if sensor.saturation_w_sr is not None and sensor.saturation_w_sr <= sensor.threshold_w_sr:
        allowed = f"more than {sensor.threshold_w_sr:g}: what is full below the threshold reports nothing"
        yield Complaint((*path, "saturation_w_sr"), "not above threshold_w_sr", allowed)
    if sensor.view == "limb" and sensor.orbit is not None:
        yield from _limb(sensor, sensor.orbit, path)
    if sensor.orbit is not None and sensor.element_set is not None:
        yield Complaint(
            (*path, "orbit"),
            "both orbit and element_set are given",
            "one of them (or none: the place comes in the looks)",
        )
    if sensor.orbit is not None:
        yield from _orbit(sensor.orbit, (*path, "orbit"))
    if sensor.element_set is not None:
        fault = tle_fault(*sensor.element_set)
        if fault is not None:
            yield Complaint(
                (*path, "element_set", fault[0]), fault[1], "two lines of 69 characters with their checksums"
            )
        else:
            yield from toml_physics.element_set(sensor.element_set[1], path)


def _limb(sensor: Infrared, orbit: Orbit, path: Path) -> Iterator[Complaint]:
    """Complain where the field never holds the Earth's edge: at its highest the satellite sees the limb nearest down."""
    highest = 35786.0 if orbit.geo_longitude_deg is not None else orbit.apogee_altitude_km or 0.0
    radius = 6378.137
    edge_deg = math.degrees(math.asin((radius + sensor.limb_height_m / 1e3) / max(radius + highest, radius + 200.0)))
    if sensor.field_half_angle_deg <= edge_deg:
        message = f"the field does not reach the limb, {edge_deg:.1f} deg off the nadir at {highest:g} km"
        yield Complaint((*path, "field_half_angle_deg"), message, f'more than {edge_deg:.1f}, or view = "down"')


def _orbit(orbit: Orbit, path: Path) -> Iterator[Complaint]:
    if orbit.geo_longitude_deg is not None:
        if orbit != Orbit(geo_longitude_deg=orbit.geo_longitude_deg):
            yield Complaint(
                (*path, "geo_longitude_deg"), "a geostationary orbit has no other keys", "only geo_longitude_deg"
            )
        return
    for key in ("perigee_altitude_km", "apogee_altitude_km"):
        if getattr(orbit, key) is None:
            yield Complaint((*path, key), "missing; this key is required", "a number > 0, or geo_longitude_deg alone")
            return
    yield from _instant(orbit.epoch_utc, (*path, "epoch_utc"))
    yield from toml_physics.orbit(orbit, path)


def _instant(text: str, path: Path) -> Iterator[Complaint]:
    try:
        tai_from_iso(text)
    except ValueRefused as error:
        yield Complaint(path, str(error) if text else "missing; this key is required", TIME_ALLOWED)


def _assets(record: Assets) -> Iterator[Complaint]:
    if not record.asset:
        yield Complaint((), "no assets", "[[asset]] tables")
    yield from _unique(record.asset, ("asset",))
    for i, asset in enumerate(record.asset):
        yield from _asset(asset, ("asset", i))


def _asset(asset: Asset, path: Path) -> Iterator[Complaint]:
    yield from _id(asset.id, path)
    circle = {key: getattr(asset, key) for key in ("latitude_deg", "longitude_deg", "radius_km")}
    given = [key for key, value in circle.items() if value is not None]
    choice = "either latitude_deg, longitude_deg and radius_km, or polygon"
    if asset.polygon is not None:
        if given:
            yield Complaint((*path, given[0]), "both a circle and a polygon", choice)
        yield from _polygon(asset.polygon, (*path, "polygon"))
    elif len(given) < 3:
        missing = next(key for key in circle if key not in given)
        yield Complaint((*path, missing), "missing; an asset needs a place", choice)


def _polygon(corners: Sequence[tuple[float, float]], path: Path) -> Iterator[Complaint]:
    """Complain about repeated corners, more than a third of the globe, edges that cross."""
    ring = [*corners[:-1]] if corners[0] == corners[-1] else [*corners]
    if len(set(ring)) < 3:
        yield Complaint(
            path, "fewer than three different corners", "at least three corners [latitude_deg, longitude_deg]"
        )
        return
    for i, corner in enumerate(ring):
        if corner in ring[:i]:
            yield Complaint((*path, i), "the same corner twice", "each corner once (the first may close the ring)")
    flat = _unrolled(ring)
    if max(x for x, _ in flat) - min(x for x, _ in flat) > 180.0:
        yield Complaint(path, "wider than 180 deg of longitude", "a smaller area")
    n = len(flat)
    for i in range(n):
        for j in range(i + 1, n):
            neighbours = j == i + 1 or (i == 0 and j == n - 1)
            if not neighbours and _cross(flat[i], flat[(i + 1) % n], flat[j], flat[(j + 1) % n]):
                yield Complaint(
                    (*path, j), f"the edge from this corner crosses the edge from corner {i}", "edges that do not cross"
                )
                return


def _unrolled(ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return corners as (longitude, latitude), longitudes continued over the date line."""
    found = [(ring[0][1], ring[0][0])]
    for latitude, longitude in ring[1:]:
        step = (longitude - found[-1][0] + 180.0) % 360.0 - 180.0
        found.append((found[-1][0] + step, latitude))
    return found


Point = tuple[float, float]


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Return whether segments ab and cd have a point in common."""

    def side(p: Point, q: Point, r: Point) -> int:
        area = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        return (area > 0.0) - (area < 0.0)

    def between(p: Point, q: Point, r: Point) -> bool:
        return min(p[0], q[0]) <= r[0] <= max(p[0], q[0]) and min(p[1], q[1]) <= r[1] <= max(p[1], q[1])

    s1, s2, s3, s4 = side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
    if s1 != s2 and s3 != s4:
        return True
    touching = ((s1, a, b, c), (s2, a, b, d), (s3, c, d, a), (s4, c, d, b))
    return any(s == 0 and between(p, q, r) for s, p, q, r in touching)


def _scenario(record: Scenario) -> Iterator[Complaint]:
    yield from _instant(record.start_utc, ("start_utc",))
    yield from _unique(record.flight, ("flight",))
    yield from _unique(record.notification, ("notification",))
    yield from _unique(record.health, ("health",))
    yield from _unique(record.operator, ("operator",))
    yield from _unique(record.tape, ("tape",))
    for i, flight in enumerate(record.flight):
        yield from _flight(flight, ("flight", i), record.duration_s)
    for i, notification in enumerate(record.notification):
        if notification.window_start_s > notification.window_end_s:
            path: Path = ("notification", i, "window_start_s")
            yield Complaint(path, "after window_end_s", f"at most {notification.window_end_s:g}")
    yield from _unique(
        record.source, ("source",), {flight.id: f"flight[{i}]" for i, flight in enumerate(record.flight)}
    )
    for i, source in enumerate(record.source):
        yield from _source(source, ("source", i), record.duration_s)
    for i, fault in enumerate(record.fault):
        yield from _fault(fault, ("fault", i), record.duration_s)
    for i, outage in enumerate(record.outage):
        if outage.start_s >= outage.end_s:
            yield Complaint(("outage", i, "start_s"), "not before end_s", f"less than {outage.end_s:g}")
    if record.background.fireballs < 0 or record.background.glint_episodes < 0:
        key = "fireballs" if record.background.fireballs < 0 else "glint_episodes"
        yield Complaint(("background", key), "less than 0", "a whole number >= 0")


def _source(source: Source, path: Path, duration_s: float) -> Iterator[Complaint]:
    yield from _id(source.id, path)
    if source.start_s >= duration_s:
        yield Complaint((*path, "start_s"), "after the end of the scenario", f"less than {duration_s:g}")
    if source.end_s is not None and source.start_s >= source.end_s:
        yield Complaint((*path, "start_s"), "not before end_s", f"less than {source.end_s:g}")


def _fault(fault: Fault, path: Path, duration_s: float) -> Iterator[Complaint]:
    if fault.start_s >= duration_s:
        yield Complaint((*path, "start_s"), "after the end of the scenario", f"less than {duration_s:g}")
    if fault.end_s is not None and fault.start_s >= fault.end_s:
        yield Complaint((*path, "start_s"), "not before end_s", f"less than {fault.end_s:g}")
    for kind, key in ((LineDown, "lines"), (SiteDown, "sites")):
        if isinstance(fault, kind) and not getattr(fault, key):
            yield Complaint((*path, key), "missing; this kind names what is down", f"{key} of the network file")


def _flight(flight: Flight, path: Path, duration_s: float) -> Iterator[Complaint]:
    if flight.launch_s >= duration_s:
        yield Complaint((*path, "launch_s"), "after the end of the scenario", f"less than {duration_s:g}")
    place = (flight.target_latitude_deg is None, flight.target_longitude_deg is None)
    if place[0] != place[1]:
        key = "target_latitude_deg" if place[0] else "target_longitude_deg"
        yield Complaint((*path, key), "missing; a target place has both", "a latitude and a longitude")
    targets = (flight.target is not None) + (not place[0])
    if flight.kind == "missile" and targets != 1:
        found = "two targets" if targets else "missing; a missile has a target"
        yield Complaint((*path, "target"), found, "the id of an asset, or target_latitude_deg and target_longitude_deg")
    if flight.apogee_km is not None and (flight.kind != "missile" or flight.loft != 1.0):
        found = "loft and apogee_km are given" if flight.kind == "missile" else f"a {flight.kind} takes no apogee"
        yield Complaint((*path, "apogee_km"), found, "in a missile's flight, in the place of loft")
    if flight.kind != "missile" and targets:
        key = "target" if flight.target is not None else "target_latitude_deg"
        yield Complaint((*path, key), f"a {flight.kind} has no target", "only in flights of kind missile")


def _references(record: Scenario, sensors: Network, places: Assets) -> Iterator[Complaint]:
    ids = [s.id for s in sensors.radar] + [s.id for s in sensors.infrared] + [s.id for s in sensors.telescope]
    for i, outage in enumerate(record.outage):
        if outage.sensor not in ids:
            yield Complaint(("outage", i, "sensor"), f"unknown sensor '{outage.sensor}'", nearest(outage.sensor, ids))
    for i, source in enumerate(record.source):
        for k, name in enumerate(getattr(source, "sensors", ())):
            if name not in ids:
                yield Complaint(("source", i, "sensors", k), f"unknown sensor '{name}'", nearest(name, ids))
    sensors_all: list[Radar | Infrared | Telescope] = [*sensors.radar, *sensors.infrared, *sensors.telescope]
    known = {"sensors": ids, "lines": sorted({s.line or s.id for s in sensors_all}),
             "sites": sorted({s.site or s.id for s in sensors_all})}  # fmt: skip
    for i, fault in enumerate(record.fault):
        for key, allowed in known.items():
            for k, name in enumerate(getattr(fault, key)):
                if name not in allowed:
                    yield Complaint(("fault", i, key, k), f"unknown {key[:-1]} '{name}'", nearest(name, allowed))
    for i, tape in enumerate(record.tape):
        for k, name in enumerate(tape.sensors):
            if name not in ids:
                yield Complaint(("tape", i, "sensors", k), f"unknown sensor '{name}'", nearest(name, ids))
    for i, health in enumerate(record.health):
        if health.subject not in (*ids, *known["lines"]):
            text = f"unknown sensor or line '{health.subject}'"
            yield Complaint(("health", i, "subject"), text, nearest(health.subject, [*ids, *known["lines"]]))
    names = [asset.id for asset in places.asset]
    for i, flight in enumerate(record.flight):
        if flight.target is not None and flight.target not in names:
            yield Complaint(("flight", i, "target"), f"unknown asset '{flight.target}'", nearest(flight.target, names))
